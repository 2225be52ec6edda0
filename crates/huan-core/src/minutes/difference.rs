//! What changed between two editions, line by line.

/// A line of the minutes, as a reader reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The part it belongs to: `conclusions`.
    pub part: &'static str,
    /// The words.
    pub text: String,
}

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

/// Each line of both, in order: what was removed stands before what was added in its place.
pub fn difference(earlier: &[Line], later: &[Line]) -> Vec<(Kept, Line)> {
    // The lengths of the longest common runs of the ends from each pair of places.
    let width = later.len() + 1;
    let mut common = vec![0_usize; (earlier.len() + 1) * width];
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
    let mut lines = Vec::with_capacity(earlier.len().max(later.len()));
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
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Vec<Line> {
        texts.iter().map(|text| Line { part: "conclusions", text: (*text).to_owned() }).collect()
    }

    fn shown(earlier: &[&str], later: &[&str]) -> Vec<String> {
        let sign = |kept| match kept {
            Kept::Same => ' ',
            Kept::Added => '+',
            Kept::Removed => '-',
        };
        let changed = difference(&lines(earlier), &lines(later));
        changed.into_iter().map(|(kept, line)| format!("{}{}", sign(kept), line.text)).collect()
    }

    #[test]
    fn i6_each_line_of_both_editions_is_shown_once() {
        assert_eq!(shown(&["a", "b", "c"], &["a", "x", "c"]), [" a", "-b", "+x", " c"]);
        assert_eq!(shown(&[], &["a"]), ["+a"]);
        assert_eq!(shown(&["a"], &[]), ["-a"]);
        assert_eq!(shown(&["a", "b"], &["a", "b"]), [" a", " b"]);
        assert_eq!(shown(&["a", "b"], &["b", "a"]), ["-a", " b", "+a"]);
    }
}
