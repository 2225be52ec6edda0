//! What changed between two texts, line by line.

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It stands in both.
    Same,
    /// Only in the later one.
    Added,
    /// Only in the earlier one.
    Removed,
}

impl Kept {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// The most pairs of lines that are compared, some 16 MB of memory. Where more than that lies between what both begin and end with, all
/// of it counts as written anew.
const MOST_PAIRS: usize = 4_000_000;

/// Each line of both, in order: what was removed stands before what was added in its place.
pub fn difference<T: PartialEq + Clone>(earlier: &[T], later: &[T]) -> Vec<(Kept, T)> {
    let begins = earlier.iter().zip(later).take_while(|(one, other)| one == other).count();
    let (head, earlier) = earlier.split_at(begins);
    let later = later.get(begins..).unwrap_or_default();
    let ends = earlier.iter().rev().zip(later.iter().rev()).take_while(|(one, other)| one == other).count();
    let (earlier, tail) = earlier.split_at(earlier.len() - ends);
    let later = later.get(..later.len() - ends).unwrap_or_default();

    let mut lines = Vec::with_capacity(head.len() + earlier.len().max(later.len()) + tail.len());
    lines.extend(head.iter().map(|line| (Kept::Same, line.clone())));
    if earlier.len().saturating_mul(later.len()) > MOST_PAIRS {
        lines.extend(earlier.iter().map(|line| (Kept::Removed, line.clone())));
        lines.extend(later.iter().map(|line| (Kept::Added, line.clone())));
    } else {
        between(earlier, later, &mut lines);
    }
    lines.extend(tail.iter().map(|line| (Kept::Same, line.clone())));
    lines
}

fn between<T: PartialEq + Clone>(earlier: &[T], later: &[T], lines: &mut Vec<(Kept, T)>) {
    // The lengths of the longest common runs of the ends from each pair of places.
    let width = later.len() + 1;
    let mut common = vec![0_u32; (earlier.len() + 1) * width];
    for one in (0..earlier.len()).rev() {
        for other in (0..later.len()).rev() {
            common[one * width + other] = if earlier[one] == later[other] {
                common[(one + 1) * width + other + 1] + 1
            } else {
                common[(one + 1) * width + other].max(common[one * width + other + 1])
            };
        }
    }
    let (mut one, mut other) = (0, 0);
    while one < earlier.len() || other < later.len() {
        if one < earlier.len() && other < later.len() && earlier[one] == later[other] {
            lines.push((Kept::Same, later[other].clone()));
            (one, other) = (one + 1, other + 1);
        } else if other == later.len()
            || (one < earlier.len() && common[(one + 1) * width + other] >= common[one * width + other + 1])
        {
            lines.push((Kept::Removed, earlier[one].clone()));
            one += 1;
        } else {
            lines.push((Kept::Added, later[other].clone()));
            other += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(earlier: &[&str], later: &[&str]) -> Vec<String> {
        let sign = |kept| match kept {
            Kept::Same => ' ',
            Kept::Added => '+',
            Kept::Removed => '-',
        };
        difference(earlier, later).into_iter().map(|(kept, line)| format!("{}{line}", sign(kept))).collect()
    }

    #[test]
    fn i6_each_line_of_both_editions_is_shown_once() {
        assert_eq!(shown(&["a", "b", "c"], &["a", "x", "c"]), [" a", "-b", "+x", " c"]);
        assert_eq!(shown(&[], &["a"]), ["+a"]);
        assert_eq!(shown(&["a"], &[]), ["-a"]);
        assert_eq!(shown(&["a", "b"], &["a", "b"]), [" a", " b"]);
        assert_eq!(shown(&["a", "b"], &["b", "a"]), ["-a", " b", "+a"]);
        assert_eq!(shown(&["a", "a"], &["a"]), [" a", "-a"], "a line is not counted for both ends");
    }

    #[test]
    fn i6_texts_too_long_to_compare_keep_their_common_ends() {
        let earlier: Vec<u32> = [0].into_iter().chain(1_000..4_000).chain([1]).collect();
        let later: Vec<u32> = [0].into_iter().chain(9_000..12_000).chain([1]).collect();
        let lines = difference(&earlier, &later);
        assert_eq!(lines.len(), 6_002);
        assert_eq!((lines[0], lines[6_001]), ((Kept::Same, 0), (Kept::Same, 1)));
    }

    proptest! {
        #[test]
        fn i6_both_texts_can_be_read_from_the_difference(
            earlier in proptest::collection::vec(0_u8..5, 0..12), later in proptest::collection::vec(0_u8..5, 0..12),
        ) {
            let lines = difference(&earlier, &later);
            let read = |without: Kept| -> Vec<u8> {
                lines.iter().filter(|(kept, _)| *kept != without).map(|(_, line)| *line).collect()
            };
            prop_assert_eq!(read(Kept::Added), earlier);
            prop_assert_eq!(read(Kept::Removed), later);
        }
    }
}
