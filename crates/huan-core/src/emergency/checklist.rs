//! The checklist of an emergency plan: what is to be done, by which role, by when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::EmergencyError;
use crate::id::{ChecklistItemId, EmergencyId, PersonId};

/// A point of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistItem {
    /// The id.
    pub id: ChecklistItemId,
    /// The emergency.
    pub emergency: EmergencyId,
    /// Its place in the list, from 0.
    pub place: u32,
    /// What is to be done.
    pub text: String,
    /// The key of the role that answers for it; without one the commander does.
    pub role: Option<String>,
    /// By when.
    pub due_at: Timestamp,
    /// Where it stands.
    pub state: ItemState,
    /// Grows with each change.
    pub version: i64,
}

/// Where a point of the checklist stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ItemState {
    /// To be done.
    Open,
    /// Done.
    Done {
        /// By whom.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// Left out, with a reason.
    Skipped {
        /// Why.
        reason: String,
        /// By whom.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
}

impl ChecklistItem {
    /// Whether it is still to be done.
    pub fn is_open(&self) -> bool {
        self.state == ItemState::Open
    }

    /// Whether it is open and its time is up.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.is_open() && self.due_at <= now
    }

    /// Done.
    ///
    /// # Errors
    /// When it is not open.
    pub fn tick(&mut self, by: PersonId, at: Timestamp) -> Result<(), EmergencyError> {
        self.require_open()?;
        self.state = ItemState::Done { by, at };
        Ok(())
    }

    /// Left out.
    ///
    /// # Errors
    /// When it is not open, or no reason is given.
    pub fn skip(&mut self, reason: String, by: PersonId, at: Timestamp) -> Result<(), EmergencyError> {
        self.require_open()?;
        if reason.trim().is_empty() {
            return Err(EmergencyError::WordsMissing);
        }
        self.state = ItemState::Skipped { reason, by, at };
        Ok(())
    }

    /// Not done after all.
    ///
    /// # Errors
    /// When it is open.
    pub fn untick(&mut self) -> Result<(), EmergencyError> {
        if self.is_open() {
            return Err(EmergencyError::WrongItemState);
        }
        self.state = ItemState::Open;
        Ok(())
    }

    fn require_open(&self) -> Result<(), EmergencyError> {
        if self.is_open() { Ok(()) } else { Err(EmergencyError::WrongItemState) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e2_a_point_is_done_or_left_out_with_a_reason_and_can_be_taken_back() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let by = PersonId::from_bits(1);
        let mut item = ChecklistItem {
            id: ChecklistItemId::from_bits(1),
            emergency: EmergencyId::from_bits(1),
            place: 0,
            text: "止血".into(),
            role: None,
            due_at: at(60),
            state: ItemState::Open,
            version: 1,
        };
        assert!(!item.is_late(at(59)) && item.is_late(at(60)));
        assert_eq!(item.skip("".into(), by.clone(), at(1)), Err(EmergencyError::WordsMissing));
        item.tick(by.clone(), at(1)).unwrap();
        assert!(!item.is_late(at(99)));
        assert_eq!(item.skip("不需要".into(), by.clone(), at(1)), Err(EmergencyError::WrongItemState));
        item.untick().unwrap();
        assert_eq!(item.untick(), Err(EmergencyError::WrongItemState));
        item.skip("不需要".into(), by, at(2)).unwrap();
        assert!(!item.is_open());
    }
}
