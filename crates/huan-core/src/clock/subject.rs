//! What must be known of a subject when its clock rings.

use std::collections::HashSet;

use crate::id::PersonId;

/// What is known of a subject at the moment its clock is advanced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubjectFacts {
    /// Whether the question is still open: not answered, not withdrawn.
    pub open: bool,
    /// Who must answer. A subject without an owner is reported to the initiator and the assistants.
    pub owner: Option<PersonId>,
    /// Who asked.
    pub initiator: Option<PersonId>,
    /// The project assistants 「项目助理」 of the collaboration.
    pub assistants: Vec<PersonId>,
    /// The owner's superiors.
    pub superiors: Superiors,
    /// Several who are asked at once: those who have not answered.
    pub waiting: Vec<PersonId>,
    /// Urgent matters: whom to ring, in order. The first was rung when the matter was raised.
    pub call_list: Vec<PersonId>,
}

impl SubjectFacts {
    /// The same, for a clock that has called on these superiors.
    pub(super) fn having_called(&self, called: &[PersonId]) -> Self {
        let superiors = self.superiors.clone().having_called(called);
        Self { superiors, ..self.clone() }
    }
}

/// A person's superior, as the directory has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Superior {
    /// Who it is.
    pub person: PersonId,
    /// Whether they can be called on; someone who has left, or is told to be leaving, is passed over, and their own superior
    /// takes the place.
    pub reachable: bool,
}

/// The reachable superiors of a person, the nearest first; nobody twice and never the person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Superiors {
    line: Vec<PersonId>,
    /// How many of them, from the first, were called on already.
    called: usize,
}

impl Superiors {
    /// Follows `superior_of` up from `person` until nobody is above or the line runs in a circle.
    pub fn above(person: &PersonId, mut superior_of: impl FnMut(&PersonId) -> Option<Superior>) -> Self {
        let mut seen = HashSet::from([person.clone()]);
        let mut line = Vec::new();
        let mut below = person.clone();
        while let Some(superior) = superior_of(&below) {
            if !seen.insert(superior.person.clone()) {
                break;
            }
            if superior.reachable {
                line.push(superior.person.clone());
            }
            below = superior.person;
        }
        Self { line, called: 0 }
    }

    /// The same people, with those who were asked already before the others. So a place in the line stays taken by whoever was
    /// asked, though they have left since, and nobody behind them is passed over.
    #[must_use]
    pub fn after(self, asked: &[PersonId]) -> Self {
        let rest = self.line.into_iter().filter(|person| !asked.contains(person));
        Self { line: asked.iter().cloned().chain(rest).collect(), called: self.called }
    }

    /// As [`Self::after`], for those whom the clock itself called on: whoever is not among them is still to be called on, though
    /// they came into the line late.
    #[must_use]
    pub fn having_called(self, called: &[PersonId]) -> Self {
        if called.is_empty() {
            return self;
        }
        Self { called: called.len(), ..self.after(called) }
    }

    /// The level at which the next one is called on; beyond the line when nobody is left.
    pub fn next_level(&self) -> u32 {
        u32::try_from(self.called).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// The superior at `level`, the nearest being level 1.
    pub fn at_level(&self, level: u32) -> Option<&PersonId> {
        self.line.get(usize::try_from(level.checked_sub(1)?).ok()?)
    }

    /// All of them, the nearest first.
    pub fn as_slice(&self) -> &[PersonId] {
        &self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: u128) -> PersonId {
        PersonId::from_bits(number)
    }

    fn line(of: u128, edges: &[(u128, u128, bool)]) -> Vec<PersonId> {
        let superior_of = |below: &PersonId| {
            let edge = edges.iter().find(|edge| person(edge.0) == *below)?;
            Some(Superior { person: person(edge.1), reachable: edge.2 })
        };
        Superiors::above(&person(of), superior_of).line
    }

    #[test]
    fn d2_the_line_of_superiors_has_no_holes_and_no_circles() {
        assert_eq!(line(1, &[]), []);
        assert_eq!(line(1, &[(1, 2, true), (2, 3, true)]), [person(2), person(3)]);
        assert_eq!(line(1, &[(1, 2, false), (2, 3, true)]), [person(3)], "whoever has left is passed over");
        assert_eq!(line(1, &[(1, 2, true), (2, 3, true), (3, 1, true)]), [person(2), person(3)], "a circle is cut");
        assert_eq!(line(1, &[(1, 1, true)]), [], "nobody is their own superior");
        assert_eq!(line(1, &[(1, 2, false), (2, 2, false)]), []);
    }
    #[test]
    fn e1_whoever_was_asked_keeps_their_place_though_they_leave() {
        let line = |people: &[u128]| Superiors { line: people.iter().copied().map(person).collect(), called: 0 };
        let asked_then_left = line(&[3, 4]).after(&[person(2)]);
        assert_eq!(asked_then_left.at_level(2), Some(&person(3)), "the next one up is not passed over");
        let still_here = line(&[2, 3]).after(&[person(2)]);
        assert_eq!(still_here.as_slice(), [person(2), person(3)]);
        let called_then_left = line(&[3, 4]).having_called(&[person(2)]);
        assert_eq!(called_then_left.at_level(called_then_left.next_level()), Some(&person(3)));
        let came_late = line(&[5, 2]).having_called(&[person(2)]);
        assert_eq!(came_late.at_level(came_late.next_level()), Some(&person(5)));
    }
}
