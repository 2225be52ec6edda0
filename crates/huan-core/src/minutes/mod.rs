//! Minutes 「会议纪要」 of decisions and meetings, and their life (F3, I6).
//!
//! ```text
//!                 file                file (a new edition)
//!  Owed ─────────────────────▶ Filed ───────┐
//!   │                            ▲          │
//!   │ withdraw                   └──────────┘
//!   ▼
//!  Withdrawn
//! ```
//! A decision that was taken or a meeting that ended owes minutes: one person, the recorder 「记录人」, answers for them, and
//! exactly one clock runs until they are filed. What is filed stays as an edition; the participants confirm it or object.

mod content;
mod draft;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    clock::Trigger,
    id::{CollaborationId, MessageId, MinutesId, PersonId, TaskId},
    level::Level,
    names::names,
};

pub use content::{ActionItem, Content, Gap, Line};
pub use draft::{Draft, DraftAction, draft};

names! {
    /// What the minutes are of.
    Occasion {
        /// A decision that was taken.
        Decision = "decision",
        /// A meeting that was held.
        Meeting = "meeting",
    }
}

names! {
    /// Where minutes stand.
    MinutesStage {
        /// Not filed yet.
        Owed = "owed",
        /// Filed.
        Filed = "filed",
        /// There was nothing to be filed.
        Withdrawn = "withdrawn",
    }
}

/// The minutes of a decision or meeting: one person answers for them, never none (I3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    /// The id.
    pub id: MinutesId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The short number that people type: `M3`. Unique in the workspace.
    pub number: i64,
    /// What they are of.
    pub occasion: Occasion,
    /// What was decided or met about, in a line.
    pub title: String,
    /// Who may see them.
    pub level: Level,
    /// Who said that the decision was taken or the meeting held.
    pub started_by: PersonId,
    /// Who answers for them 「记录人」.
    pub recorder: PersonId,
    /// Where they stand.
    pub state: MinutesState,
    /// What is written so far: the edition that is filed, or what is to become the next one.
    pub content: Content,
    /// The message in which it was decided.
    pub message: Option<MessageId>,
    /// When the decision was taken or the meeting ended.
    pub happened_at: Timestamp,
    /// When they were begun.
    pub created_at: Timestamp,
    /// When they last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// Where minutes stand, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum MinutesState {
    /// Not filed yet.
    Owed,
    /// Filed.
    Filed {
        /// The number of the newest edition, from 1.
        edition: u32,
    },
    /// There was nothing to be filed.
    Withdrawn {
        /// Why.
        reason: String,
        /// Who said so.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
}

impl MinutesState {
    /// The stage.
    pub fn stage(&self) -> MinutesStage {
        match self {
            Self::Owed => MinutesStage::Owed,
            Self::Filed { .. } => MinutesStage::Filed,
            Self::Withdrawn { .. } => MinutesStage::Withdrawn,
        }
    }

    /// The number of the newest edition; 0 before the first.
    pub fn edition(&self) -> u32 {
        match self {
            Self::Filed { edition } => *edition,
            Self::Owed | Self::Withdrawn { .. } => 0,
        }
    }
}

/// Minutes as they were filed once. Editions are only ever added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// Its number, from 1.
    pub number: u32,
    /// What was decided or met about.
    pub title: String,
    /// What they say.
    pub content: Content,
    /// What changed against the edition before; empty for the first.
    pub note: String,
    /// Who filed it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// A participant's word on the minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Whose.
    pub person: PersonId,
    /// Which edition it is about.
    pub edition: u32,
    /// The word.
    pub stand: Stand,
}

/// How a participant stands to an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Stand {
    /// Not a word yet.
    Waiting,
    /// 「确认」.
    Confirmed {
        /// When.
        at: Timestamp,
    },
    /// 「有异议」.
    Objected {
        /// What is wrong.
        words: String,
        /// When.
        at: Timestamp,
        /// What was said to that.
        reply: Option<Reply>,
    },
}

/// The answer to an objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Who answered.
    pub by: PersonId,
    /// The words.
    pub words: String,
    /// When.
    pub at: Timestamp,
}

impl Stand {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Confirmed { .. } => "confirmed",
            Self::Objected { reply: None, .. } => "objected",
            Self::Objected { reply: Some(_), .. } => "answered",
        }
    }
}

/// What becomes of the task of an action item that is no longer in the minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// The task.
    pub task: TaskId,
    /// Whether it is given up; else it goes on by itself.
    pub cancel: bool,
}

/// Why something cannot be done with minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MinutesError {
    /// They are in a stage in which this cannot be done.
    #[error("the minutes are {0}")]
    WrongStage(MinutesStage),
    /// Something is missing.
    #[error("the minutes lack {0}")]
    Incomplete(Gap),
    /// A later edition says what changed.
    #[error("a new edition needs a note on what changed")]
    NoteMissing,
    /// Nothing changed since the newest edition.
    #[error("nothing changed")]
    Unchanged,
    /// An objection says what is wrong.
    #[error("an objection needs words")]
    WordsMissing,
    /// Another edition is the newest by now.
    #[error("another edition is the newest")]
    OtherEdition,
}

impl Minutes {
    /// The clock that runs for the state: until they are filed, exactly one.
    pub fn clock(&self) -> Option<Trigger> {
        match self.state {
            MinutesState::Owed => Some(Trigger::Minutes),
            MinutesState::Filed { .. } | MinutesState::Withdrawn { .. } => None,
        }
    }

    /// Whether they can still be written.
    fn require_live(&self) -> Result<(), MinutesError> {
        match self.state.stage() {
            MinutesStage::Withdrawn => Err(MinutesError::WrongStage(MinutesStage::Withdrawn)),
            MinutesStage::Owed | MinutesStage::Filed => Ok(()),
        }
    }

    /// Writes what has been put down so far.
    ///
    /// # Errors
    /// When they were withdrawn.
    pub fn write(&mut self, title: String, content: Content) -> Result<(), MinutesError> {
        self.require_live()?;
        self.title = title;
        self.content = content;
        Ok(())
    }

    /// Files what is written as the next edition. `newest` is the edition before.
    ///
    /// # Errors
    /// When they were withdrawn, something is missing, nothing changed, or nothing is said of what did.
    pub fn file(
        &mut self,
        newest: Option<&Edition>,
        note: &str,
        by: PersonId,
        now: Timestamp,
    ) -> Result<Edition, MinutesError> {
        self.require_live()?;
        self.content.guessed.clear();
        if let Some(gap) = self.content.gap() {
            return Err(MinutesError::Incomplete(gap));
        }
        if let Some(newest) = newest {
            if newest.title == self.title && newest.content == self.content {
                return Err(MinutesError::Unchanged);
            }
            if note.trim().is_empty() {
                return Err(MinutesError::NoteMissing);
            }
        }
        let number = newest.map_or(0, |newest| newest.number).saturating_add(1);
        self.state = MinutesState::Filed { edition: number };
        Ok(Edition {
            number,
            title: self.title.clone(),
            content: self.content.clone(),
            note: note.trim().to_owned(),
            by,
            at: now,
        })
    }

    /// There was no decision, or it was entered twice.
    ///
    /// # Errors
    /// When they are filed or withdrawn already.
    pub fn withdraw(&mut self, reason: String, by: PersonId, now: Timestamp) -> Result<(), MinutesError> {
        match self.state {
            MinutesState::Owed => {
                self.state = MinutesState::Withdrawn { reason, by, at: now };
                Ok(())
            }
            _ => Err(MinutesError::WrongStage(self.state.stage())),
        }
    }

    /// Somebody else answers for them.
    ///
    /// # Errors
    /// When they were withdrawn.
    pub fn reassign(&mut self, recorder: PersonId) -> Result<(), MinutesError> {
        self.require_live()?;
        self.recorder = recorder;
        Ok(())
    }
}

impl Edition {
    /// Whether somebody who confirmed this edition has by that confirmed `other` too. Who else takes part is nothing that a
    /// participant vouches for.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.title == other.title && self.content.substance() == other.content.substance()
    }
}

/// Whose word is asked for on the edition `newest`, given the words on earlier ones and those editions. Whoever confirmed a
/// text that says the same is not asked again (I6).
pub fn asked_about(newest: &Edition, earlier: &[Edition], known: &[Confirmation]) -> Vec<Confirmation> {
    let same = |number: u32| {
        number == newest.number
            || earlier.iter().any(|edition| edition.number == number && edition.says_the_same(newest))
    };
    newest
        .content
        .people()
        .map(|person| {
            let known = known.iter().find(|known| known.person == *person);
            match known {
                Some(known) if known.stand != Stand::Waiting && same(known.edition) => known.clone(),
                // Whoever files them stands by what they say.
                _ if *person == newest.by => Confirmation {
                    person: person.clone(),
                    edition: newest.number,
                    stand: Stand::Confirmed { at: newest.at },
                },
                _ => Confirmation { person: person.clone(), edition: newest.number, stand: Stand::Waiting },
            }
        })
        .collect()
}

impl Confirmation {
    /// 「确认」.
    ///
    /// # Errors
    /// When it is about another edition than the newest.
    pub fn confirm(&mut self, edition: u32, newest: u32, now: Timestamp) -> Result<(), MinutesError> {
        self.require_newest(edition, newest)?;
        *self = Self { person: self.person.clone(), edition, stand: Stand::Confirmed { at: now } };
        Ok(())
    }

    /// 「有异议」.
    ///
    /// # Errors
    /// When nothing is said, or it is about another edition than the newest.
    pub fn object(&mut self, words: String, edition: u32, newest: u32, now: Timestamp) -> Result<(), MinutesError> {
        self.require_newest(edition, newest)?;
        if words.trim().is_empty() {
            return Err(MinutesError::WordsMissing);
        }
        *self = Self { person: self.person.clone(), edition, stand: Stand::Objected { words, at: now, reply: None } };
        Ok(())
    }

    fn require_newest(&self, edition: u32, newest: u32) -> Result<(), MinutesError> {
        if edition == newest { Ok(()) } else { Err(MinutesError::OtherEdition) }
    }

    /// Answers the objection.
    ///
    /// # Errors
    /// When there is none, or nothing is said.
    pub fn answer(&mut self, reply: Reply) -> Result<(), MinutesError> {
        if reply.words.trim().is_empty() {
            return Err(MinutesError::WordsMissing);
        }
        match &mut self.stand {
            Stand::Objected { reply: place, .. } => {
                *place = Some(reply);
                Ok(())
            }
            Stand::Waiting | Stand::Confirmed { .. } => Err(MinutesError::OtherEdition),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Participant;

    fn person(bits: u128) -> PersonId {
        PersonId::from_bits(bits)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn owed() -> Minutes {
        let content = Content {
            participants: vec![
                Participant::Person { person: person(1) },
                Participant::Person { person: person(2) },
                Participant::Named { text: "客户王总".into() },
            ],
            conclusions: "首版支持 CSV 导出".into(),
            ..Content::default()
        };
        Minutes {
            id: MinutesId::from_bits(1),
            collaboration: CollaborationId::from_bits(1),
            number: 1,
            occasion: Occasion::Decision,
            title: "导出格式".into(),
            level: Level::Internal,
            started_by: person(1),
            recorder: person(1),
            state: MinutesState::Owed,
            content,
            message: None,
            happened_at: at(0),
            created_at: at(0),
            updated_at: at(0),
            version: 1,
        }
    }

    fn stands(confirmations: &[Confirmation]) -> Vec<(&PersonId, u32, &'static str)> {
        confirmations.iter().map(|one| (&one.person, one.edition, one.stand.name())).collect()
    }

    #[test]
    fn f3_exactly_while_they_are_owed_a_clock_runs() {
        let mut minutes = owed();
        assert_eq!(minutes.clock(), Some(Trigger::Minutes));
        let mut withdrawn = minutes.clone();
        withdrawn.withdraw("记了两次".into(), person(1), at(1)).unwrap();
        assert_eq!(withdrawn.clock(), None);
        assert_eq!(
            withdrawn.write(String::new(), Content::default()),
            Err(MinutesError::WrongStage(MinutesStage::Withdrawn))
        );
        minutes.file(None, "", person(1), at(1)).unwrap();
        assert_eq!(minutes.clock(), None);
        let filed = Err(MinutesError::WrongStage(MinutesStage::Filed));
        assert_eq!(minutes.withdraw("太晚".into(), person(1), at(2)), filed);
    }

    #[test]
    fn f3_what_lacks_its_conclusion_or_an_owner_is_not_filed() {
        let mut minutes = owed();
        minutes.content.conclusions = " ".into();
        assert_eq!(minutes.file(None, "", person(1), at(1)), Err(MinutesError::Incomplete(Gap::Conclusions)));
        let mut minutes = owed();
        minutes.content.participants.clear();
        assert_eq!(minutes.file(None, "", person(1), at(1)), Err(MinutesError::Incomplete(Gap::Participants)));
        let mut minutes = owed();
        minutes.content.actions =
            vec![ActionItem { key: "a".into(), what: "出原型".into(), ..ActionItem::default() }];
        assert_eq!(minutes.file(None, "", person(1), at(1)), Err(MinutesError::Incomplete(Gap::ActionOwner)));
        minutes.content.actions[0].owner = Some(person(2));
        assert_eq!(minutes.file(None, "", person(1), at(1)), Err(MinutesError::Incomplete(Gap::ActionDue)));
        assert_eq!(minutes.state, MinutesState::Owed, "what is refused changes nothing but the marks of guesses");
    }

    #[test]
    fn i6_a_new_edition_says_what_changed_and_asks_only_those_whose_text_changed() {
        let mut minutes = owed();
        let first = minutes.file(None, "", person(1), at(1)).unwrap();
        let mut known = asked_about(&first, &[], &[]);
        assert_eq!(stands(&known), [(&person(1), 1, "confirmed"), (&person(2), 1, "waiting")]);
        assert_eq!(minutes.file(Some(&first), "改了", person(1), at(2)), Err(MinutesError::Unchanged));
        known[1].confirm(1, 1, at(2)).unwrap();

        // Somebody more took part: nobody else's text changed.
        minutes.content.participants.push(Participant::Person { person: person(3) });
        assert_eq!(minutes.file(Some(&first), " ", person(1), at(3)), Err(MinutesError::NoteMissing));
        let second = minutes.file(Some(&first), "补记周婷", person(1), at(3)).unwrap();
        let known = asked_about(&second, std::slice::from_ref(&first), &known);
        let asked = [(&person(1), 1, "confirmed"), (&person(2), 1, "confirmed"), (&person(3), 2, "waiting")];
        assert_eq!(stands(&known), asked);

        minutes.content.conclusions = "首版支持 CSV 和 Excel 导出".into();
        let third = minutes.file(Some(&second), "加上 Excel", person(1), at(4)).unwrap();
        let earlier = [first.clone(), second.clone()];
        let asked = asked_about(&third, &earlier, &known);
        let all = [(&person(1), 3, "confirmed"), (&person(2), 3, "waiting"), (&person(3), 3, "waiting")];
        assert_eq!(stands(&asked), all);

        // Back to what they had confirmed.
        minutes.content.conclusions.clone_from(&first.content.conclusions);
        let fourth = minutes.file(Some(&third), "改回", person(1), at(5)).unwrap();
        let again = asked_about(&fourth, &[first, second, third], &known);
        assert_eq!(stands(&again)[1], (&person(2), 1, "confirmed"));
    }

    #[test]
    fn f3_an_objection_needs_words_and_stays_until_it_is_answered() {
        let mut word = Confirmation { person: person(2), edition: 1, stand: Stand::Waiting };
        assert_eq!(word.object("  ".into(), 1, 1, at(1)), Err(MinutesError::WordsMissing));
        assert_eq!(word.object("时间不对".into(), 1, 2, at(1)), Err(MinutesError::OtherEdition));
        assert_eq!(word.confirm(1, 2, at(1)), Err(MinutesError::OtherEdition));
        word.object("时间不对".into(), 1, 1, at(1)).unwrap();
        assert_eq!(word.stand.name(), "objected");
        let reply = Reply { by: person(1), words: "已核对".into(), at: at(2) };
        word.answer(reply).unwrap();
        assert_eq!(word.stand.name(), "answered");
        word.confirm(1, 1, at(3)).unwrap();
        let late = Reply { by: person(1), words: "？".into(), at: at(4) };
        assert_eq!(word.answer(late), Err(MinutesError::OtherEdition));
    }
}
