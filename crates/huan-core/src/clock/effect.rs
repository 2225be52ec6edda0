//! What is to be done when a clock rings, as plain data.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::PersonId;

/// One thing to do. Who delivers it, and over which platform, is decided elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Remind the person that an answer is awaited.
    Remind {
        /// Who is reminded.
        person: PersonId,
    },
    /// The time is up: call on the owner once more.
    CallOwnerAgain {
        /// The owner.
        person: PersonId,
    },
    /// Tell whoever asked how the matter stands.
    TellInitiator {
        /// The initiator.
        person: PersonId,
    },
    /// Tell the project assistants how the matter stands.
    TellAssistants {
        /// The assistants.
        people: Vec<PersonId>,
    },
    /// Call on a superior.
    Escalate {
        /// The superior.
        to: PersonId,
        /// How far up the line: the nearest superior is level 1.
        level: u32,
    },
    /// Name the person as missing in the digest of a day.
    NameAsMissing {
        /// Whose progress is missing.
        person: PersonId,
        /// The day of the digest.
        day: Date,
    },
    /// Ring the next person of an urgent matter.
    RingNext {
        /// Whom to ring.
        person: PersonId,
        /// The place in the call list, the person rung first being 0.
        position: u32,
    },
    /// Nobody has acknowledged an urgent matter: mention everybody in its groups.
    TellEverybody,
    /// Nobody else is left to tell: the workspace's administrators must take it up.
    TellAdministrators,
}

impl Effect {
    /// The stable name; `clock.effect.<name>` is its text.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Remind { .. } => "remind",
            Self::CallOwnerAgain { .. } => "call_owner_again",
            Self::TellInitiator { .. } => "tell_initiator",
            Self::TellAssistants { .. } => "tell_assistants",
            Self::Escalate { .. } => "escalate",
            Self::NameAsMissing { .. } => "name_as_missing",
            Self::RingNext { .. } => "ring_next",
            Self::TellEverybody => "tell_everybody",
            Self::TellAdministrators => "tell_administrators",
        }
    }

    /// The people it reaches, as far as they are known here.
    pub fn people(&self) -> &[PersonId] {
        match self {
            Self::Remind { person }
            | Self::CallOwnerAgain { person }
            | Self::TellInitiator { person }
            | Self::Escalate { to: person, .. }
            | Self::NameAsMissing { person, .. }
            | Self::RingNext { person, .. } => std::slice::from_ref(person),
            Self::TellAssistants { people } => people,
            Self::TellEverybody | Self::TellAdministrators => &[],
        }
    }

    /// Every name that [`Self::name`] gives.
    pub const NAMES: [&'static str; 9] = [
        "remind",
        "call_owner_again",
        "tell_initiator",
        "tell_assistants",
        "escalate",
        "name_as_missing",
        "ring_next",
        "tell_everybody",
        "tell_administrators",
    ];
}
