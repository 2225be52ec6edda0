//! What people are called: names and job roles, laid out so that those standing in a text are found without trying them all.

use std::collections::HashMap;

use crate::folded::{END, Folded};

/// Names and job roles. Made once for a directory of ten thousand people, asked for every place of a text.
///
/// ```
/// use huan_core::called::Called;
/// let called = Called::new(["李强", "研发组长", ""]);
/// assert_eq!(format!("{called:?}"), "Called(2)");
/// ```
#[derive(Clone, Default)]
pub struct Called {
    /// Folded, by their first character, the longest first.
    by_first: HashMap<char, Vec<String>>,
}

impl Called {
    /// Lays names and job roles out; empty ones call nobody.
    pub fn new<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Self {
        let mut by_first: HashMap<char, Vec<String>> = HashMap::new();
        for name in names {
            let name = Folded::new(name.as_ref().trim());
            if name.len() > 0 {
                by_first.entry(name.at(0)).or_default().push(name.text(0, name.len()));
            }
        }
        for names in by_first.values_mut() {
            names.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
            names.dedup();
        }
        Self { by_first }
    }

    /// The places behind the names that stand at `at`.
    pub(crate) fn ends_at<'a>(&'a self, text: &'a Folded, at: usize) -> impl Iterator<Item = usize> + 'a {
        let first = text.at(at);
        let names = (first != END).then(|| self.by_first.get(&first)).flatten();
        names.into_iter().flatten().filter_map(move |name| text.literal(at, name))
    }
}

/// Only how many there are: they are people's names.
impl std::fmt::Debug for Called {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Called({})", self.by_first.values().map(Vec::len).sum::<usize>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_stand_at_a_place_are_found_however_they_are_written() {
        let called = Called::new(["李强", " 李强东 ", "Ann Lee", "李强", ""]);
        let ends = |text: &str, at| called.ends_at(&Folded::new(text), at).collect::<Vec<_>>();
        assert_eq!(ends("请李强东确认", 1), [4, 3]);
        assert_eq!(ends("ＡＮＮ　ＬＥＥ", 0), [7]);
        assert!(ends("请李强", 0).is_empty() && ends("李强", 2).is_empty());
    }
}
