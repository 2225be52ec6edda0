//! Who somebody at a source is here (A3): by an identity that is joined already, else by mobile number, mail address and staff
//! number. A name is only a hint. What is not clear waits for an administrator and is never merged silently.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::{SourcePerson, keys};
use crate::{
    id::PersonId,
    person::{Person, Standing},
};

/// By what somebody was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Joined up before.
    Identity,
    /// By mobile number.
    Mobile,
    /// By mail address.
    Mail,
    /// By staff number.
    StaffNumber,
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// This person, found by these.
    Person(PersonId, Vec<By>),
    /// Nobody who is known.
    New,
    /// An administrator must say.
    Doubtful(Doubt),
}

/// Why an administrator must say who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// Why.
    pub reason: Reason,
    /// Who it could be.
    #[serde(default)]
    pub candidates: Vec<PersonId>,
}

/// Why it is not clear who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Their numbers and addresses belong to several people.
    Ambiguous,
    /// One number or address agrees with a person, another contradicts.
    Contradiction,
    /// Only the name agrees.
    NameOnly,
    /// The person has another account at this source.
    Taken,
    /// The source has two people with the same number or address.
    TwiceInSource,
    /// The person has left.
    HasLeft,
}

impl Reason {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ambiguous => "ambiguous",
            Self::Contradiction => "contradiction",
            Self::NameOnly => "name_only",
            Self::Taken => "taken",
            Self::TwiceInSource => "twice_in_source",
            Self::HasLeft => "has_left",
        }
    }
}

/// The three keys of somebody, in one form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Keys([Option<String>; 3]);

const BY: [By; 3] = [By::Mobile, By::Mail, By::StaffNumber];

impl Keys {
    fn new(mobile: Option<&str>, mail: Option<&str>, staff_number: Option<&str>) -> Self {
        Self([mobile.and_then(keys::mobile), mail.and_then(keys::mail), staff_number.and_then(keys::staff_number)])
    }

    fn of(person: &Person) -> Self {
        Self::new(person.mobile.as_deref(), person.mail.as_deref(), person.staff_number.as_deref())
    }

    fn told(person: &SourcePerson) -> Self {
        Self::new(person.mobile.as_deref(), person.mail.as_deref(), person.staff_number.as_deref())
    }

    fn each(&self) -> impl Iterator<Item = (By, &str)> {
        BY.into_iter().zip(&self.0).filter_map(|(by, key)| Some((by, key.as_deref()?)))
    }

    /// The keys that agree, and how many contradict.
    fn compare(&self, other: &Self) -> (Vec<By>, usize) {
        let mut agreed = Vec::new();
        let mut contradicted = 0;
        for ((by, one), other) in BY.into_iter().zip(&self.0).zip(&other.0) {
            match (one, other) {
                (Some(one), Some(other)) if one == other => agreed.push(by),
                (Some(_), Some(_)) => contradicted += 1,
                _ => {}
            }
        }
        (agreed, contradicted)
    }
}

/// Everybody who is known, found by their keys.
#[derive(Debug)]
pub struct Index<'a> {
    people: HashMap<&'a PersonId, (&'a Person, Keys)>,
    by_key: HashMap<(By, String), BTreeSet<&'a PersonId>>,
    by_name: HashMap<String, BTreeSet<&'a PersonId>>,
}

impl<'a> Index<'a> {
    /// Everybody.
    pub fn new(people: &'a [Person]) -> Self {
        let mut index = Self { people: HashMap::new(), by_key: HashMap::new(), by_name: HashMap::new() };
        for person in people {
            let own = Keys::of(person);
            for (by, key) in own.each() {
                index.by_key.entry((by, key.to_owned())).or_default().insert(&person.id);
            }
            index.by_name.entry(keys::name(&person.name)).or_default().insert(&person.id);
            index.people.insert(&person.id, (person, own));
        }
        index
    }

    /// The person.
    pub fn person(&self, id: &PersonId) -> Option<&'a Person> {
        self.people.get(id).map(|(person, _)| *person)
    }

    /// Who has this key in the same form; for finding a superior who is told by number, address or name.
    pub fn holders(&self, words: &str) -> Vec<&'a PersonId> {
        let keys = Keys::new(Some(words), Some(words), Some(words));
        for (by, key) in keys.each() {
            if let Some(found) = self.by_key.get(&(by, key.to_owned())) {
                return found.iter().copied().collect();
            }
        }
        self.by_name.get(&keys::name(words)).into_iter().flatten().copied().collect()
    }

    /// Whether somebody else than `person` has this mail address.
    pub fn mail_is_taken(&self, mail: &str, person: &PersonId) -> bool {
        let holders = keys::mail(mail).and_then(|mail| self.by_key.get(&(By::Mail, mail)));
        holders.is_some_and(|holders| holders.iter().any(|holder| *holder != person))
    }

    /// Who `told` is, as far as the person alone shows it.
    fn verdict(&self, told: &Keys, name: &str) -> Verdict {
        let mut found: BTreeSet<&PersonId> = BTreeSet::new();
        for (by, key) in told.each() {
            found.extend(self.by_key.get(&(by, key.to_owned())).into_iter().flatten());
        }
        let candidates = |found: &BTreeSet<&PersonId>| found.iter().map(|id| (*id).clone()).collect::<Vec<_>>();
        let mut ids = found.iter();
        match (ids.next(), ids.next()) {
            (Some(id), None) => {
                let Some((person, own)) = self.people.get(*id) else { return Verdict::New };
                let (agreed, contradicted) = told.compare(own);
                if matches!(person.standing, Standing::Left { .. }) {
                    Verdict::Doubtful(Doubt { reason: Reason::HasLeft, candidates: candidates(&found) })
                } else if contradicted == 0 || agreed.len() > contradicted {
                    Verdict::Person((*id).clone(), agreed)
                } else {
                    Verdict::Doubtful(Doubt { reason: Reason::Contradiction, candidates: candidates(&found) })
                }
            }
            (Some(_), Some(_)) => {
                Verdict::Doubtful(Doubt { reason: Reason::Ambiguous, candidates: candidates(&found) })
            }
            (None, _) => self.by_name_only(told, name),
        }
    }

    /// Somebody of the same name whose keys contradict is another one; without any key to compare it could be the same.
    fn by_name_only(&self, told: &Keys, name: &str) -> Verdict {
        let mut alike = Vec::new();
        for id in self.by_name.get(&keys::name(name)).into_iter().flatten() {
            let Some((person, own)) = self.people.get(*id) else { continue };
            let (_, contradicted) = told.compare(own);
            if contradicted == 0 && !matches!(person.standing, Standing::Left { .. }) {
                alike.push((*id).clone());
            }
        }
        if alike.is_empty() {
            Verdict::New
        } else {
            Verdict::Doubtful(Doubt { reason: Reason::NameOnly, candidates: alike })
        }
    }
}

/// Who each of `told` is. `joined` says who is joined already to an id at this source.
pub fn match_all(told: &[SourcePerson], index: &Index<'_>, joined: &HashMap<String, PersonId>) -> Vec<Verdict> {
    let keys: Vec<Keys> = told.iter().map(Keys::told).collect();
    let by_identity: Vec<Option<&PersonId>> =
        told.iter().map(|person| person.ids().find_map(|id| joined.get(id))).collect();
    let twice = twice(told, &keys, &by_identity);
    let holders: BTreeSet<&PersonId> = joined.values().collect();
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(told.len());
    for (place, person) in told.iter().enumerate() {
        verdicts.push(match by_identity[place] {
            Some(id) => Verdict::Person(id.clone(), vec![By::Identity]),
            None if twice.contains(&place) => Verdict::Doubtful(Doubt {
                reason: Reason::TwiceInSource,
                candidates: match index.verdict(&keys[place], &person.name) {
                    Verdict::Person(id, _) => vec![id],
                    Verdict::Doubtful(doubt) => doubt.candidates,
                    Verdict::New => Vec::new(),
                },
            }),
            None => match index.verdict(&keys[place], &person.name) {
                // Somebody has one account at a source.
                Verdict::Person(id, _) if holders.contains(&id) => {
                    Verdict::Doubtful(Doubt { reason: Reason::Taken, candidates: vec![id] })
                }
                verdict => verdict,
            },
        });
    }
    one_each(&mut verdicts);
    verdicts
}

/// The places of those not joined yet who share a key with another one of the source.
fn twice(told: &[SourcePerson], keys: &[Keys], by_identity: &[Option<&PersonId>]) -> BTreeSet<usize> {
    let mut holders: BTreeMap<(By, &str), Vec<usize>> = BTreeMap::new();
    for (place, keys) in keys.iter().enumerate() {
        // Somebody who has left may have handed their number on.
        if !told[place].left {
            keys.each().for_each(|key| holders.entry(key).or_default().push(place));
        }
    }
    let shared = holders.into_values().filter(|places| places.len() > 1).flatten();
    shared.filter(|place| by_identity[*place].is_none()).collect()
}

/// Two who are both taken for the same person are both doubtful.
fn one_each(verdicts: &mut [Verdict]) {
    let mut claims: HashMap<PersonId, usize> = HashMap::new();
    for verdict in verdicts.iter() {
        if let Verdict::Person(id, _) = verdict {
            *claims.entry(id.clone()).or_default() += 1;
        }
    }
    for verdict in verdicts {
        if let Verdict::Person(id, by) = verdict
            && claims.get(id).is_some_and(|claims| *claims > 1)
            && !by.contains(&By::Identity)
        {
            *verdict = Verdict::Doubtful(Doubt { reason: Reason::TwiceInSource, candidates: vec![id.clone()] });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{calendar::WorkingHours, i18n::Language};
    use jiff::Timestamp;

    fn known(bits: u128, name: &str, mobile: &str, mail: &str, staff_number: &str) -> Person {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Person {
            id: PersonId::from_bits(bits),
            name: name.into(),
            department: None,
            job: String::new(),
            superior: None,
            hours: WorkingHours::office_in_china(),
            language: Language::Chinese,
            mobile: some(mobile),
            mail: some(mail),
            staff_number: some(staff_number),
            administrator: false,
            standing: Standing::Active,
            version: 1,
        }
    }

    fn told(key: &str, name: &str, mobile: &str, mail: &str, staff_number: &str) -> SourcePerson {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        SourcePerson {
            key: key.into(),
            name: name.into(),
            mobile: some(mobile),
            mail: some(mail),
            staff_number: some(staff_number),
            ..SourcePerson::default()
        }
    }

    fn person(bits: u128, by: &[By]) -> Verdict {
        Verdict::Person(PersonId::from_bits(bits), by.to_vec())
    }

    fn doubtful(reason: Reason, candidates: &[u128]) -> Verdict {
        let candidates = candidates.iter().map(|bits| PersonId::from_bits(*bits)).collect();
        Verdict::Doubtful(Doubt { reason, candidates })
    }

    #[test]
    fn a3_one_person_is_found_on_every_platform_and_never_merged_silently() {
        let mut gone = known(9, "吴前", "13900000009", "", "A9");
        gone.standing = Standing::Left { since: Timestamp::UNIX_EPOCH };
        let people = [
            known(1, "李强", "13800000001", "li@example.com", "A1"),
            known(2, "李强", "13800000002", "", ""),
            known(3, "周婷", "", "", ""),
            known(4, "陈明", "13800000004", "chen@example.com", ""),
            gone,
        ];
        let index = Index::new(&people);
        let cases = [
            (told("u", "李强", "+86 138 0000 0001", "", ""), person(1, &[By::Mobile]), "by mobile"),
            (told("u", "Li Qiang", "", "LI@example.com", ""), person(1, &[By::Mail]), "the name does not matter"),
            (told("u", "李强", "", "", "a1 "), person(1, &[By::StaffNumber]), "by staff number"),
            (
                told("u", "李强", "13800000001", "li@example.com", "A1"),
                person(1, &[By::Mobile, By::Mail, By::StaffNumber]),
                "by all three",
            ),
            (
                told("u", "李强", "13700000000", "li@example.com", "A1"),
                person(1, &[By::Mail, By::StaffNumber]),
                "a new mobile number, the other two agree",
            ),
            (
                told("u", "李强", "13800000001", "", "B7"),
                doubtful(Reason::Contradiction, &[1]),
                "the number may have been handed on",
            ),
            (
                told("u", "李强", "13800000001", "chen@example.com", ""),
                doubtful(Reason::Ambiguous, &[1, 4]),
                "the keys belong to two",
            ),
            (told("u", "周婷", "13800000003", "", ""), doubtful(Reason::NameOnly, &[3]), "only the name"),
            (told("u", "周 婷", "", "", ""), doubtful(Reason::NameOnly, &[3]), "no key at all"),
            (told("u", "李强", "13800000005", "", "A5"), Verdict::New, "a third one of the same name"),
            (told("u", "赵敏", "13800000006", "", ""), Verdict::New, "nobody known"),
            (told("u", "吴前", "13900000009", "", ""), doubtful(Reason::HasLeft, &[9]), "somebody who has left"),
            (told("u", "陈明", "138****0004", "", ""), doubtful(Reason::NameOnly, &[4]), "a hidden number is none"),
        ];
        for (told, expected, why) in cases {
            assert_eq!(match_all(&[told], &index, &HashMap::new()), [expected], "{why}");
        }
    }

    #[test]
    fn a3_an_identity_that_is_joined_says_who_it_is_whatever_else_changed() {
        let people = [known(1, "李强", "13800000001", "", ""), known(2, "王晓", "13800000002", "", "")];
        let index = Index::new(&people);
        let joined: HashMap<String, PersonId> = [("on_1".to_owned(), PersonId::from_bits(1))].into();
        let mut renamed = told("ou_1", "李大强", "13800000002", "", "");
        renamed.aliases = vec!["on_1".into()];
        assert_eq!(match_all(&[renamed], &index, &joined), [person(1, &[By::Identity])]);
        let second = told("ou_7", "李强", "13800000001", "", "");
        assert_eq!(match_all(&[second], &index, &joined), [doubtful(Reason::Taken, &[1])]);
    }

    #[test]
    fn a3_two_at_the_source_who_share_a_key_are_both_asked_about() {
        let people = [known(1, "李强", "13800000001", "li@example.com", "")];
        let index = Index::new(&people);
        let both = [told("u1", "李强", "13800000001", "", ""), told("u2", "李强", "", "li@example.com", "")];
        let expected = [doubtful(Reason::TwiceInSource, &[1]), doubtful(Reason::TwiceInSource, &[1])];
        assert_eq!(match_all(&both, &index, &HashMap::new()), expected, "both taken for one person");
        let shared = [told("u1", "甲", "13700000000", "", ""), told("u2", "乙", "+8613700000000", "", "")];
        let expected = [doubtful(Reason::TwiceInSource, &[]), doubtful(Reason::TwiceInSource, &[])];
        assert_eq!(match_all(&shared, &index, &HashMap::new()), expected, "a number of two people");
        let mut former = shared.clone();
        former[0].left = true;
        assert_eq!(match_all(&former, &index, &HashMap::new()), [Verdict::New, Verdict::New]);
    }

    #[test]
    fn a_superior_is_found_by_any_key_or_the_name() {
        let people = [known(1, "李强", "13800000001", "li@example.com", "A1"), known(2, "周婷", "", "", "")];
        let index = Index::new(&people);
        for words in ["+8613800000001", "LI@example.com", "a1", "李强"] {
            assert_eq!(index.holders(words), [&PersonId::from_bits(1)], "{words}");
        }
        assert!(index.holders("无名").is_empty());
    }
}
