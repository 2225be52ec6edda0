//! Acceptance 「验收」 of a collaboration, and its life (G1).
//!
//! ```text
//!            everybody signed
//!  Open ───────────────────────▶ Signed      the work is 「已完成」
//!   │ ├─ somebody refused ─────▶ Refused     mended, then called for anew
//!   │ └─ taken back ───────────▶ Withdrawn
//! ```
//! When the goal is reached the initiator calls for acceptance: what was reached, the evidence, and who must sign. Each call is
//! a round that stays as it was. For each signer who has not answered exactly one clock runs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    clock::Trigger,
    id::{CollaborationId, MinutesId, PersonId, RecordId, SignOffId, SignatureId, TaskId},
    names::names,
};

names! {
    /// Where a round of acceptance stands.
    SignOffStage {
        /// Signatures are awaited.
        Open = "open",
        /// Everybody has signed.
        Signed = "signed",
        /// Somebody has refused.
        Refused = "refused",
        /// Taken back.
        Withdrawn = "withdrawn",
    }
}

/// A round of acceptance of a collaboration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOff {
    /// The id.
    pub id: SignOffId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// Which round of the collaboration, from 1.
    pub round: u32,
    /// Who called, or answers for the whole since.
    pub called_by: PersonId,
    /// What was reached.
    pub statement: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// Where it stands.
    pub state: SignOffState,
    /// When it was called for.
    pub called_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// Something that shows that the goal is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Evidence {
    /// A row of the record table.
    Record {
        /// Which one.
        record: RecordId,
    },
    /// A task.
    Task {
        /// Which one.
        task: TaskId,
    },
    /// Minutes.
    Minutes {
        /// Which ones.
        minutes: MinutesId,
    },
    /// Words.
    Note {
        /// The words.
        text: String,
    },
    /// A file or page by its address.
    Address {
        /// What it is.
        title: String,
        /// Where it is: `https://…`.
        url: String,
    },
}

/// Where a round of acceptance stands, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SignOffState {
    /// Signatures are awaited.
    Open,
    /// Everybody has signed.
    Signed {
        /// When the last one did.
        at: Timestamp,
    },
    /// Somebody has refused.
    Refused {
        /// Who.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// Taken back.
    Withdrawn {
        /// Why.
        reason: String,
        /// Who took it back.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
}

/// The signature that is asked of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The id.
    pub id: SignatureId,
    /// The round.
    pub sign_off: SignOffId,
    /// Who must sign.
    pub person: PersonId,
    /// The answer.
    pub answer: Answer,
    /// Grows with each change.
    pub version: i64,
}

/// A signer's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Answer {
    /// None yet.
    Waiting,
    /// 「签字确认」.
    Signed {
        /// The words that go with it; may be empty.
        words: String,
        /// When.
        at: Timestamp,
    },
    /// 「驳回」.
    Refused {
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// Not asked any more: the round ended by another's refusal or was taken back, or whoever takes over signs already.
    Released {
        /// When.
        at: Timestamp,
    },
}

/// Why something cannot be done with an acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignOffError {
    /// The round is over.
    #[error("the round of acceptance is {0}")]
    WrongStage(SignOffStage),
    /// This signature was given or refused already.
    #[error("the signer has answered")]
    Answered,
    /// A refusal says why.
    #[error("a refusal needs a reason")]
    ReasonMissing,
}

impl SignOffState {
    /// The stage.
    pub fn stage(&self) -> SignOffStage {
        match self {
            Self::Open => SignOffStage::Open,
            Self::Signed { .. } => SignOffStage::Signed,
            Self::Refused { .. } => SignOffStage::Refused,
            Self::Withdrawn { .. } => SignOffStage::Withdrawn,
        }
    }
}

impl Answer {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Signed { .. } => "signed",
            Self::Refused { .. } => "refused",
            Self::Released { .. } => "released",
        }
    }

    /// When it was given.
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Waiting => None,
            Self::Signed { at, .. } | Self::Refused { at, .. } | Self::Released { at } => Some(*at),
        }
    }
}

impl Signature {
    /// The clock that runs for it: as long as there is no answer, exactly one.
    pub fn clock(&self) -> Option<Trigger> {
        (self.answer == Answer::Waiting).then_some(Trigger::SignOff)
    }

    fn require_waiting(&self) -> Result<(), SignOffError> {
        if self.answer == Answer::Waiting { Ok(()) } else { Err(SignOffError::Answered) }
    }

    /// Somebody else signs in this place.
    ///
    /// # Errors
    /// When it was answered.
    pub fn pass_on(&mut self, to: PersonId) -> Result<(), SignOffError> {
        self.require_waiting()?;
        self.person = to;
        Ok(())
    }
}

impl SignOff {
    /// A round that may still be answered.
    ///
    /// # Errors
    /// When it is over.
    pub fn require_open(&self) -> Result<(), SignOffError> {
        match self.state.stage() {
            SignOffStage::Open => Ok(()),
            over => Err(SignOffError::WrongStage(over)),
        }
    }

    /// 「签字确认」. `others` are the signatures beside this one; with the last of all the round is signed.
    ///
    /// # Errors
    /// When the round is over or this one was answered.
    pub fn sign(
        &mut self,
        signature: &mut Signature,
        others: &[Signature],
        words: String,
        now: Timestamp,
    ) -> Result<(), SignOffError> {
        self.require_open()?;
        signature.require_waiting()?;
        signature.answer = Answer::Signed { words, at: now };
        self.settle(others, now);
        Ok(())
    }

    /// Signed, when nobody is waited for any more.
    fn settle(&mut self, others: &[Signature], now: Timestamp) {
        if others.iter().all(|one| matches!(one.answer, Answer::Signed { .. } | Answer::Released { .. })) {
            self.state = SignOffState::Signed { at: now };
        }
    }

    /// Somebody who leaves is not asked any more, for whoever takes over signs already: they are among `others`.
    ///
    /// # Errors
    /// When the round is over or this one was answered.
    pub fn drop_signer(
        &mut self,
        signature: &mut Signature,
        others: &[Signature],
        now: Timestamp,
    ) -> Result<(), SignOffError> {
        self.require_open()?;
        signature.require_waiting()?;
        signature.answer = Answer::Released { at: now };
        self.settle(others, now);
        Ok(())
    }

    /// 「驳回」: the round is over, and nobody else is asked in it; `others` are released.
    ///
    /// # Errors
    /// When the round is over, this one was answered, or no reason is given.
    pub fn refuse(
        &mut self,
        signature: &mut Signature,
        others: &mut [Signature],
        reason: String,
        now: Timestamp,
    ) -> Result<(), SignOffError> {
        self.require_open()?;
        signature.require_waiting()?;
        if reason.trim().is_empty() {
            return Err(SignOffError::ReasonMissing);
        }
        signature.answer = Answer::Refused { reason, at: now };
        self.state = SignOffState::Refused { by: signature.person.clone(), at: now };
        release(others, now);
        Ok(())
    }

    /// Takes the call back.
    ///
    /// # Errors
    /// When the round is over.
    pub fn withdraw(
        &mut self,
        signatures: &mut [Signature],
        reason: String,
        by: PersonId,
        now: Timestamp,
    ) -> Result<(), SignOffError> {
        self.require_open()?;
        self.state = SignOffState::Withdrawn { reason, by, at: now };
        release(signatures, now);
        Ok(())
    }
}

fn release(signatures: &mut [Signature], now: Timestamp) {
    for one in signatures.iter_mut().filter(|one| one.answer == Answer::Waiting) {
        one.answer = Answer::Released { at: now };
    }
}

#[cfg(test)]
impl SignOff {
    /// A first round that this person called for.
    pub(crate) fn sample(called_by: u128) -> Self {
        Self {
            id: SignOffId::from_bits(1),
            collaboration: CollaborationId::from_bits(1),
            round: 1,
            called_by: PersonId::from_bits(called_by),
            statement: "V2.0 需求文档评审通过".into(),
            evidence: Vec::new(),
            state: SignOffState::Open,
            called_at: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn asked(bits: u128) -> Signature {
        Signature {
            id: SignatureId::from_bits(bits),
            sign_off: SignOffId::from_bits(1),
            person: PersonId::from_bits(bits),
            answer: Answer::Waiting,
            version: 1,
        }
    }

    #[test]
    fn g1_the_last_signature_closes_the_round_and_each_clock_runs_until_its_own_answer() {
        let mut round = SignOff::sample(1);
        let (mut one, mut other) = (asked(2), asked(3));
        assert_eq!((one.clock(), other.clock()), (Some(Trigger::SignOff), Some(Trigger::SignOff)));
        round.sign(&mut one, &[other.clone()], String::new(), at(1)).unwrap();
        assert_eq!((one.clock(), round.state.stage()), (None, SignOffStage::Open));
        assert_eq!(round.sign(&mut one, &[other.clone()], String::new(), at(2)), Err(SignOffError::Answered));
        round.sign(&mut other, &[one.clone()], "没有问题".into(), at(3)).unwrap();
        assert_eq!(round.state, SignOffState::Signed { at: at(3) });
        let over = Err(SignOffError::WrongStage(SignOffStage::Signed));
        assert_eq!(round.refuse(&mut other, &mut [one], "晚了".into(), at(4)), over);
    }

    #[test]
    fn g1_a_refusal_needs_a_reason_and_ends_the_round_for_the_others() {
        let mut round = SignOff::sample(1);
        let (mut refuser, signed) =
            (asked(2), Signature { answer: Answer::Signed { words: String::new(), at: at(1) }, ..asked(3) });
        let mut others = [signed.clone(), asked(4)];
        let missing = round.refuse(&mut refuser, &mut others, " ".into(), at(2));
        assert_eq!(missing, Err(SignOffError::ReasonMissing));
        assert_eq!((round.state.stage(), refuser.clock()), (SignOffStage::Open, Some(Trigger::SignOff)));
        round.refuse(&mut refuser, &mut others, "缺测试报告".into(), at(2)).unwrap();
        assert_eq!(round.state, SignOffState::Refused { by: PersonId::from_bits(2), at: at(2) });
        assert_eq!(others[0], signed, "what was signed stays");
        assert_eq!((others[1].answer.name(), others[1].clock()), ("released", None));
        assert!(others[1].pass_on(PersonId::from_bits(9)).is_err());
    }

    #[test]
    fn g1_a_call_can_be_taken_back_while_it_is_open() {
        let mut round = SignOff::sample(1);
        let mut signatures = [asked(2)];
        round.withdraw(&mut signatures, "证据不全".into(), PersonId::from_bits(1), at(1)).unwrap();
        assert_eq!((round.state.stage(), signatures[0].clock()), (SignOffStage::Withdrawn, None));
        let again = round.withdraw(&mut signatures, "再次".into(), PersonId::from_bits(1), at(2));
        assert_eq!(again, Err(SignOffError::WrongStage(SignOffStage::Withdrawn)));
    }

    #[test]
    fn g1_i7_whoever_takes_over_signs_once() {
        let mut round = SignOff::sample(1);
        let (mut leaver, mut heir) = (asked(3), asked(4));
        round.drop_signer(&mut leaver, std::slice::from_ref(&heir), at(1)).unwrap();
        assert_eq!(round.state.stage(), SignOffStage::Open, "the heir still signs");
        round.sign(&mut heir, std::slice::from_ref(&leaver), String::new(), at(2)).unwrap();
        assert_eq!(round.state.stage(), SignOffStage::Signed);
        let mut round = SignOff::sample(1);
        let mut late = asked(5);
        round.drop_signer(&mut late, &[heir], at(3)).unwrap();
        assert_eq!(round.state, SignOffState::Signed { at: at(3) }, "the heir had signed already");
    }
}
