//! The usage rules 「使用规则」 of a collaboration, and who has confirmed having read them (B4).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    clock::Trigger,
    i18n::{Language, text},
    id::{CollaborationId, PersonId, RulesReadingId},
};

/// The rules of a collaboration. Without any the usual ones hold: urgent → everybody, else only whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageRules {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The words.
    pub text: String,
    /// Which announcement they are: 0 while they were never announced, one more each time they are.
    pub revision: u32,
    /// When they were last announced.
    pub announced_at: Option<Timestamp>,
    /// Grows with each change; 0 while nobody has written any.
    pub version: i64,
}

impl UsageRules {
    /// The rules of a collaboration that has none of its own yet.
    pub fn usual(collaboration: CollaborationId, language: Language) -> Self {
        Self { collaboration, text: text(language, "rules.usual", &[]), revision: 0, announced_at: None, version: 0 }
    }

    /// They are announced, for the first time or anew: everybody is asked to read them.
    pub fn announce(&mut self, now: Timestamp) {
        self.revision = self.revision.saturating_add(1);
        self.announced_at = Some(now);
    }

    /// Whether members are asked to read them.
    pub fn is_announced(&self) -> bool {
        self.revision > 0
    }
}

/// What a member has to read: one for each member of a collaboration whose rules were announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesReading {
    /// The id.
    pub id: RulesReadingId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The member.
    pub person: PersonId,
    /// Which announcement they are asked to read.
    pub revision: u32,
    /// Since when.
    pub asked_at: Timestamp,
    /// When they confirmed.
    pub confirmed_at: Option<Timestamp>,
}

/// A confirmation of rules that were announced anew meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the rules were announced anew")]
pub struct OtherRevision;

impl RulesReading {
    /// The clock that runs until the member confirms.
    pub fn clock(&self) -> Option<Trigger> {
        self.confirmed_at.is_none().then_some(Trigger::RulesRead)
    }

    /// The rules were announced anew.
    pub fn ask(&mut self, revision: u32, now: Timestamp) {
        self.revision = revision;
        self.asked_at = now;
        self.confirmed_at = None;
    }

    /// 「已阅读」. A second time changes nothing.
    ///
    /// # Errors
    /// When the rules were announced anew since `revision` was read.
    pub fn confirm(&mut self, revision: u32, now: Timestamp) -> Result<(), OtherRevision> {
        if revision != self.revision {
            return Err(OtherRevision);
        }
        self.confirmed_at = self.confirmed_at.or(Some(now));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b4_a_clock_runs_until_the_newest_rules_are_confirmed() {
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let mut rules = UsageRules::usual(CollaborationId::from_bits(1), Language::Chinese);
        assert!(rules.text.contains("@全体"), "{}", rules.text);
        assert!(!rules.is_announced());
        rules.announce(at(0));
        assert_eq!((rules.revision, rules.announced_at), (1, Some(at(0))));
        let mut reading = RulesReading {
            id: RulesReadingId::from_bits(1),
            collaboration: rules.collaboration.clone(),
            person: PersonId::from_bits(1),
            revision: 1,
            asked_at: at(0),
            confirmed_at: None,
        };
        assert_eq!(reading.clock(), Some(Trigger::RulesRead));
        reading.confirm(1, at(1)).unwrap();
        reading.confirm(1, at(2)).unwrap();
        assert_eq!((reading.clock(), reading.confirmed_at), (None, Some(at(1))));
        reading.ask(2, at(3));
        assert_eq!(reading.confirm(1, at(4)), Err(OtherRevision));
        assert_eq!(reading.clock(), Some(Trigger::RulesRead));
    }
}
