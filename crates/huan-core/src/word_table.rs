//! Words laid out by their first character, so that at a place of a text only those few are tried that begin as it does.

use crate::folded::Folded;

/// A table of words, each with what it stands for.
pub(crate) struct WordTable<T> {
    /// By first character; those that share one in the order in which they were given.
    words: Vec<(char, &'static str, T)>,
}

impl<T: Copy> WordTable<T> {
    /// Lays the words out. Longer ones must come before their own beginnings; empty ones stand nowhere.
    pub(crate) fn new(words: &[(&'static str, T)]) -> Self {
        let first = |(word, value): &(&'static str, T)| Some((word.chars().next()?, *word, *value));
        let mut words: Vec<_> = words.iter().filter_map(first).collect();
        words.sort_by_key(|(first, ..)| *first);
        Self { words }
    }

    /// The words that begin with `first`.
    pub(crate) fn beginning_with(&self, first: char) -> impl Iterator<Item = (&'static str, T)> + '_ {
        let from = self.words.partition_point(|(other, ..)| *other < first);
        let words = self.words.get(from..).unwrap_or_default().iter();
        words.take_while(move |(other, ..)| *other == first).map(|(_, word, value)| (*word, *value))
    }

    /// The first word that stands at `at`: what it stands for, and the place behind it.
    pub(crate) fn standing_at(&self, text: &Folded, at: usize) -> Option<(T, usize)> {
        self.beginning_with(text.at(at)).find_map(|(word, value)| Some((value, text.literal(at, word)?)))
    }
}

impl WordTable<()> {
    /// Lays out words that stand for nothing but themselves.
    pub(crate) fn of(words: &[&'static str]) -> Self {
        let words: Vec<(&'static str, ())> = words.iter().map(|word| (*word, ())).collect();
        Self::new(&words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_their_first_character_in_the_order_given() {
        let table = WordTable::new(&[("再看看", 1), ("尽快", 2), ("", 3), ("再看", 4), ("尽量", 5), ("asap", 6)]);
        let beginning_with = |first| table.beginning_with(first).collect::<Vec<_>>();
        assert_eq!(beginning_with('再'), [("再看看", 1), ("再看", 4)]);
        assert_eq!(beginning_with('尽'), [("尽快", 2), ("尽量", 5)]);
        assert_eq!(beginning_with('a'), [("asap", 6)]);
        assert_eq!(beginning_with('\0'), []);
        assert_eq!(beginning_with('龙'), []);
    }

    #[test]
    fn the_first_word_that_stands_at_a_place_is_found() {
        let table = WordTable::of(&["确认函", "确认", "确"]);
        let text = Folded::new("先确认，再定");
        assert_eq!(table.standing_at(&text, 1), Some(((), 3)));
        assert_eq!(table.standing_at(&text, 0), None);
        assert_eq!(table.standing_at(&text, 99), None);
    }
}
