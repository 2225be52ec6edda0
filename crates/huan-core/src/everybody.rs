//! Calling on everybody in a group 「@全体」 (I5): counted for each group and day, ordinary calls and emergencies apart.

use crate::{clock::EverybodyLevel, names::names};

names! {
    /// Which room a call is counted in.
    Room {
        /// Rules, digests, meetings: whatever can do without.
        Ordinary = "ordinary",
        /// Emergencies.
        Emergency = "emergency",
    }
}

/// How often everybody in a group was called on in a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Called {
    /// Ordinary calls.
    pub ordinary: u32,
    /// Calls of emergencies.
    pub emergency: u32,
    /// Messages that went without calling on everybody, since there was no room.
    pub withheld: u32,
}

impl EverybodyLevel {
    /// How many calls a room has for each group and day; none where it has no limit.
    pub fn limit(&self, room: Room) -> Option<u32> {
        match room {
            Room::Ordinary => Some(self.ordinary_a_day),
            Room::Emergency => None,
        }
    }

    /// How many ordinary calls are left in a group after those of the day.
    pub fn left(&self, called: Called) -> u32 {
        self.ordinary_a_day.saturating_sub(called.ordinary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i5_an_emergency_is_never_held_back_by_what_is_ordinary() {
        let level = EverybodyLevel::default();
        let called = Called { ordinary: 2, emergency: 7, withheld: 3 };
        assert_eq!(level.left(called), 0);
        assert_eq!(level.left(Called { ordinary: 1, ..called }), 1, "emergencies take nothing of the ordinary room");
        assert_eq!(level.limit(Room::Emergency), None);
        assert_eq!(EverybodyLevel { ordinary_a_day: 0 }.limit(Room::Ordinary), Some(0));
        assert_eq!(EverybodyLevel { ordinary_a_day: 1 }.left(called), 0, "the limit was lowered meanwhile");
    }
}
