//! The blocks of a page: what is to be done next so that ours stand there.
//!
//! A block of ours that somebody has changed there is left as it is as long as ours stays the same. When ours changes, theirs is let go
//! – it is an ordinary block of theirs from then on – and ours is written anew beside it. So no word of theirs is ever lost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::platform::ForeignBlock;

/// The most blocks that one call makes.
pub const MOST_MADE: usize = 50;
/// The most blocks that one call changes.
pub const MOST_CHANGED: usize = 100;

/// A block of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// The words.
    pub runs: Vec<Run>,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum BlockKind {
    /// A heading of a level from 1.
    Heading {
        /// The level.
        level: u8,
    },
    /// Words.
    Paragraph,
    /// A point of a list.
    Bullet,
    /// Something to be done.
    Todo {
        /// Whether it is.
        done: bool,
    },
}

/// Words in one style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The words.
    pub text: String,
    /// Whether they are bold.
    pub bold: bool,
    /// The address they lead to.
    pub link: Option<String>,
}

impl Block {
    /// A block of plain words.
    pub fn plain(kind: BlockKind, text: impl Into<String>) -> Self {
        Self { kind, runs: vec![Run { text: text.into(), bold: false, link: None }] }.tidied()
    }

    /// Adds words in bold.
    #[must_use]
    pub fn bold(mut self, text: impl Into<String>) -> Self {
        self.runs.push(Run { text: text.into(), bold: true, link: None });
        self.tidied()
    }

    /// Adds plain words.
    #[must_use]
    pub fn words(mut self, text: impl Into<String>) -> Self {
        self.runs.push(Run { text: text.into(), bold: false, link: None });
        self.tidied()
    }

    /// Adds words that lead somewhere.
    #[must_use]
    pub fn link(mut self, text: impl Into<String>, address: impl Into<String>) -> Self {
        self.runs.push(Run { text: text.into(), bold: false, link: Some(address.into()) });
        self.tidied()
    }

    /// The same with neighbours of one style joined and without empty runs, so that what a platform cut differently compares equal.
    #[must_use]
    pub fn tidied(self) -> Self {
        let mut runs: Vec<Run> = Vec::with_capacity(self.runs.len());
        for run in self.runs.into_iter().filter(|run| !run.text.is_empty()) {
            match runs.last_mut() {
                Some(last) if last.bold == run.bold && last.link == run.link => last.text.push_str(&run.text),
                _ => runs.push(run),
            }
        }
        Self { kind: self.kind, runs }
    }

    /// All words.
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    /// Whether one can become the other without being made anew.
    fn is_alike(&self, other: &Self) -> bool {
        let todo = |block: &Self| matches!(block.kind, BlockKind::Todo { .. });
        self.kind == other.kind || (todo(self) && todo(other))
    }
}

/// A block that was seen on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenBlock {
    /// Its id.
    pub id: ForeignBlock,
    /// What it says; none for kinds that we do not write.
    pub block: Option<Block>,
}

/// A block of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Its id there.
    pub id: ForeignBlock,
    /// What we last wrote.
    pub block: Block,
}

/// Blocks whose making was begun: it is not known yet whether they were made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Making {
    /// The key under which the platform knows the call again.
    pub token: String,
    /// The blocks with our keys.
    pub blocks: Vec<(String, Block)>,
}

/// What is known of our blocks on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageState {
    /// Those that stand there, by our keys.
    pub blocks: BTreeMap<String, Written>,
    /// Those that are being made.
    pub making: Option<Making>,
    /// How many calls that make blocks have ended: no two of them share a key.
    pub made: u64,
    /// Blocks that stand there still and were ours until somebody wrote in them, with the keys they had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub let_go: Vec<(String, ForeignBlock)>,
}

impl PageState {
    /// Forgets what is no longer ours, or no longer there.
    pub fn forget(&mut self, keys: &[String], seen: &[SeenBlock]) {
        let there = |id: &ForeignBlock| seen.iter().any(|block| block.id == *id);
        for key in keys {
            let gone = self.blocks.remove(key).map(|known| (key.clone(), known.id));
            self.let_go.extend(gone);
        }
        self.let_go.retain(|(_, id)| there(id));
    }
}

/// The next thing to do about a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Noted without a call: these are ours, with what they say.
    Know(Vec<(String, Written)>),
    /// Noted without a call: these are no longer ours, or no longer there.
    Forget(Vec<String>),
    /// What was begun did not happen: noted without a call.
    NotMade,
    /// Change what blocks say.
    Change(Vec<(String, Written)>),
    /// Make blocks before the one at this place.
    Make {
        /// The place.
        index: usize,
        /// The blocks with our keys.
        blocks: Vec<(String, Block)>,
    },
    /// Take away the blocks at these places, all of them ours and as we wrote them.
    Delete {
        /// The first place.
        start: usize,
        /// The place after the last.
        end: usize,
        /// Our keys of them.
        keys: Vec<String>,
    },
}

/// What is to be done next so that `desired` stands on a page; none when it does. After a call the page is what it was with the step
/// carried out, or is read anew.
pub fn next(desired: &[(String, Block)], state: &PageState, seen: &[SeenBlock]) -> Option<Step> {
    let place: BTreeMap<&ForeignBlock, usize> = seen.iter().enumerate().map(|(at, block)| (&block.id, at)).collect();
    let gone: Vec<String> =
        state.blocks.iter().filter(|(_, known)| !place.contains_key(&known.id)).map(|(key, _)| key.clone()).collect();
    if !gone.is_empty() {
        return Some(Step::Forget(gone));
    }
    if let Some(making) = &state.making {
        return Some(found(making, state, seen));
    }
    let wanted: BTreeMap<&str, &Block> = desired.iter().map(|(key, block)| (key.as_str(), block)).collect();
    let standing = |known: &Written| place.get(&known.id).and_then(|at| seen[*at].block.as_ref());
    let (mut let_go, mut noted, mut changed, mut away) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (key, known) in &state.blocks {
        let there = standing(known);
        let untouched = there == Some(&known.block);
        match wanted.get(key.as_str()) {
            Some(block) if known.block == **block => {}
            Some(block) if there == Some(*block) => {
                noted.push((key.clone(), Written { id: known.id.clone(), block: (*block).clone() }));
            }
            Some(block) if untouched && block.is_alike(&known.block) => {
                changed.push((key.clone(), Written { id: known.id.clone(), block: (*block).clone() }));
            }
            _ if untouched => away.extend(place.get(&known.id).map(|at| (*at, key.clone()))),
            // Somebody has written in it: it is theirs.
            _ => let_go.push(key.clone()),
        }
    }
    if !noted.is_empty() {
        return Some(Step::Know(noted));
    }
    if !let_go.is_empty() {
        return Some(Step::Forget(let_go));
    }
    if !changed.is_empty() {
        changed.truncate(MOST_CHANGED);
        return Some(Step::Change(changed));
    }
    if !away.is_empty() {
        return Some(run_of(away));
    }
    missing(desired, state, &place, seen.len())
}

/// Which of the blocks that were begun stand there: they say the same and are nobody's.
fn found(making: &Making, state: &PageState, seen: &[SeenBlock]) -> Step {
    let mut free: Vec<&SeenBlock> =
        seen.iter().filter(|block| !state.blocks.values().any(|known| known.id == block.id)).collect();
    let mut known = Vec::new();
    for (key, block) in &making.blocks {
        if let Some(at) = free.iter().position(|one| one.block.as_ref() == Some(block)) {
            known.push((key.clone(), Written { id: free.remove(at).id.clone(), block: block.clone() }));
        }
    }
    // They were made by one call, so either all of them stand there or none. Words that happen to be the same are not ours.
    if known.len() == making.blocks.len() { Step::Know(known) } else { Step::NotMade }
}

/// The first of the blocks to be taken away, with those right behind it.
fn run_of(mut away: Vec<(usize, String)>) -> Step {
    away.sort();
    let start = away.first().map_or(0, |(at, _)| *at);
    let keys: Vec<String> =
        away.into_iter().enumerate().take_while(|(n, (at, _))| *at == start + n).map(|(_, (_, key))| key).collect();
    Step::Delete { start, end: start + keys.len(), keys }
}

/// The first blocks that are missing: right behind the one of ours that comes before them, else before the one that comes after
/// them, else at the end.
fn missing(
    desired: &[(String, Block)],
    state: &PageState,
    place: &BTreeMap<&ForeignBlock, usize>,
    length: usize,
) -> Option<Step> {
    let at = |key: &str| state.blocks.get(key).and_then(|known| place.get(&known.id)).copied();
    let first = desired.iter().position(|(key, _)| at(key).is_none())?;
    let blocks: Vec<(String, Block)> =
        desired[first..].iter().take_while(|(key, _)| at(key).is_none()).take(MOST_MADE).cloned().collect();
    let before = desired[..first].iter().rev().find_map(|(key, _)| at(key)).map(|at| at + 1);
    let after = || desired[first..].iter().find_map(|(key, _)| at(key));
    Some(Step::Make { index: before.or_else(after).unwrap_or(length), blocks })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A page as a platform keeps it.
    #[derive(Debug, Default)]
    struct Page {
        blocks: Vec<SeenBlock>,
        made: u32,
        calls: usize,
    }

    impl Page {
        fn new_block(&mut self, block: &Block) -> SeenBlock {
            self.made += 1;
            SeenBlock { id: ForeignBlock::new(format!("b{}", self.made)), block: Some(block.clone()) }
        }

        fn somebody_writes(&mut self, at: usize, text: &str) {
            let block = self.new_block(&Block::plain(BlockKind::Paragraph, text));
            self.blocks.insert(at.min(self.blocks.len()), block);
        }

        /// Brings the page to what is desired. With `lose`, the answer to that call is lost after it was carried out.
        fn mirror(&mut self, desired: &[(String, Block)], state: &mut PageState, lose: Option<usize>) {
            let mut steps = 0;
            while let Some(step) = next(desired, state, &self.blocks) {
                steps += 1;
                assert!(steps < 500, "it never ends: {step:?}");
                match step {
                    Step::Know(known) => {
                        state.blocks.extend(known);
                        state.making = None;
                    }
                    Step::Forget(keys) => state.forget(&keys, &self.blocks),
                    Step::NotMade => state.making = None,
                    Step::Change(changes) => {
                        self.calls += 1;
                        for (key, written) in changes {
                            let block = self.blocks.iter_mut().find(|block| block.id == written.id).unwrap();
                            block.block = Some(written.block.clone());
                            if lose != Some(self.calls) {
                                state.blocks.insert(key, written);
                            }
                        }
                    }
                    Step::Make { index, blocks } => {
                        state.making = Some(Making { token: "t".into(), blocks: blocks.clone() });
                        self.calls += 1;
                        let made: Vec<SeenBlock> = blocks.iter().map(|(_, block)| self.new_block(block)).collect();
                        self.blocks.splice(index..index, made.iter().cloned());
                        if lose != Some(self.calls) {
                            let known = blocks.into_iter().zip(made);
                            state
                                .blocks
                                .extend(known.map(|((key, block), made)| (key, Written { id: made.id, block })));
                            state.making = None;
                        }
                    }
                    Step::Delete { start, end, keys } => {
                        self.calls += 1;
                        self.blocks.drain(start..end);
                        if lose != Some(self.calls) {
                            keys.iter().for_each(|key| drop(state.blocks.remove(key)));
                        }
                    }
                }
            }
        }

        fn texts(&self) -> Vec<String> {
            self.blocks.iter().filter_map(|block| block.block.as_ref()).map(Block::text).collect()
        }
    }

    fn blocks(list: &[(&str, &str)]) -> Vec<(String, Block)> {
        list.iter().map(|(key, text)| ((*key).to_owned(), Block::plain(BlockKind::Bullet, *text))).collect()
    }

    #[test]
    fn f1_new_blocks_stand_behind_the_one_before_them_and_nothing_of_others_moves() {
        let (mut page, mut state) = (Page::default(), PageState::default());
        page.somebody_writes(0, "别人的开头");
        page.mirror(&blocks(&[("a", "甲"), ("c", "丙")]), &mut state, None);
        page.somebody_writes(2, "别人的插话");
        page.mirror(&blocks(&[("a", "甲"), ("b", "乙"), ("c", "丙")]), &mut state, None);
        assert_eq!(page.texts(), ["别人的开头", "甲", "乙", "别人的插话", "丙"]);
        page.mirror(&blocks(&[("a", "甲改"), ("c", "丙")]), &mut state, None);
        assert_eq!(page.texts(), ["别人的开头", "甲改", "别人的插话", "丙"]);
    }

    #[test]
    fn c3_what_somebody_wrote_in_a_block_of_ours_stays_and_ours_is_written_beside_it() {
        let (mut page, mut state) = (Page::default(), PageState::default());
        page.mirror(&blocks(&[("a", "甲"), ("b", "乙")]), &mut state, None);
        page.blocks[0].block = Some(Block::plain(BlockKind::Bullet, "甲,我改过"));
        page.mirror(&blocks(&[("a", "甲"), ("b", "乙")]), &mut state, None);
        assert_eq!(page.texts(), ["甲,我改过", "乙"], "as long as ours stays the same");
        page.mirror(&blocks(&[("a", "甲二"), ("b", "乙")]), &mut state, None);
        assert_eq!(page.texts(), ["甲,我改过", "甲二", "乙"]);
        page.mirror(&blocks(&[("b", "乙")]), &mut state, None);
        assert_eq!(page.texts(), ["甲,我改过", "乙"]);
        assert_eq!(state.let_go, [("a".to_owned(), page.blocks[0].id.clone())], "it is known what it was about");
        page.blocks[1].block = Some(Block::plain(BlockKind::Bullet, "乙,我也改过"));
        page.blocks.remove(0);
        page.mirror(&[], &mut state, None);
        assert_eq!(state.let_go, [("b".to_owned(), page.blocks[0].id.clone())], "only of what stands there still");
    }

    #[test]
    fn f4_a_lost_answer_makes_nothing_twice() {
        let (mut page, mut state) = (Page::default(), PageState::default());
        page.mirror(&blocks(&[("a", "甲"), ("b", "乙")]), &mut state, Some(1));
        assert_eq!((page.texts(), page.calls), (vec!["甲".to_owned(), "乙".to_owned()], 1));
        assert!(state.making.is_none() && state.blocks.len() == 2);
    }

    fn desired() -> impl Strategy<Value = Vec<(String, Block)>> {
        let one = (0..12_u8, 0..3_u8, any::<bool>()).prop_map(|(key, text, bullet)| {
            let kind = if bullet { BlockKind::Bullet } else { BlockKind::Paragraph };
            (format!("k{key}"), Block::plain(kind, format!("第{key}条,第{text}版")))
        });
        prop::collection::btree_map(0..12_u8, one, 0..10).prop_map(|map| {
            let mut list: Vec<(String, Block)> = map.into_values().collect();
            list.sort_by(|one, other| one.0.cmp(&other.0));
            list.dedup_by(|one, other| one.0 == other.0);
            list
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn c3_a_second_run_makes_no_call_and_others_words_stay(
            first in desired(), second in desired(), at in 0..8_usize, lose in 0..6_usize, edit in 0..8_usize
        ) {
            let (mut page, mut state) = (Page::default(), PageState::default());
            page.mirror(&first, &mut state, Some(lose));
            page.somebody_writes(at, "别人写的");
            let edited = page.blocks.get(edit).map(|block| block.id.clone());
            if let Some(block) = page.blocks.get_mut(edit) {
                block.block = Some(Block::plain(BlockKind::Bullet, "别人改的"));
            }
            page.mirror(&second, &mut state, Some(lose + page.calls));
            let calls = page.calls;
            page.mirror(&second, &mut state, None);
            prop_assert_eq!(page.calls, calls, "a second run");
            let edited_it = edited.as_ref().is_some_and(|id| page.blocks.iter().any(|block| block.id == *id));
            prop_assert!(edited.is_none() || edited_it, "an edited block stays");
            prop_assert!(page.texts().iter().any(|text| text == "别人写的" || text == "别人改的"));
            for (key, block) in &second {
                let known = &state.blocks[key];
                let there = page.blocks.iter().find(|one| one.id == known.id).unwrap();
                prop_assert!(there.block.as_ref() == Some(block) || Some(&known.id) == edited.as_ref());
            }
        }
    }
}
