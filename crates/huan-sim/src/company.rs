//! Joining, changing and leaving: the company as it is now, on every platform at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::organisation::{Department, Organisation, Person};
use crate::platform::{PlatformName, SimError};

/// How large a tenant is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Crowd {
    /// How many people are added.
    pub people: usize,
    /// How many of them work in one team.
    pub team: usize,
    /// How many teams form a division; teams and divisions are departments.
    pub division: usize,
    /// Where they have accounts.
    pub platforms: Vec<PlatformName>,
}

impl Default for Crowd {
    fn default() -> Self {
        let platforms = vec![PlatformName::Feishu, PlatformName::Dingtalk, PlatformName::Teambition];
        Self { people: 10_000, team: 50, division: 10, platforms }
    }
}

/// What differs between two states of the company.
#[derive(Debug, Clone, Default)]
pub(crate) struct Difference {
    pub(crate) joined: Vec<Person>,
    /// As they were.
    pub(crate) left: Vec<Person>,
    /// As they were, and as they are.
    pub(crate) changed: Vec<(Person, Person)>,
    pub(crate) new_departments: Vec<Department>,
    pub(crate) changed_departments: Vec<Department>,
}

impl Difference {
    pub(crate) fn between(before: &Organisation, after: &Organisation) -> Self {
        let mut difference = Self::default();
        let mut earlier: BTreeMap<&str, &Person> =
            before.people.iter().map(|person| (person.key.as_str(), person)).collect();
        for person in &after.people {
            match earlier.remove(person.key.as_str()) {
                None => difference.joined.push(person.clone()),
                Some(known) if known != person => difference.changed.push((known.clone(), person.clone())),
                Some(_) => {}
            }
        }
        difference.left = earlier.into_values().cloned().collect();
        for department in &after.departments {
            match before.departments.iter().find(|known| known.key == department.key) {
                None => difference.new_departments.push(department.clone()),
                Some(known) if known != department => difference.changed_departments.push(department.clone()),
                Some(_) => {}
            }
        }
        difference
    }
}

impl Organisation {
    /// Somebody joins.
    ///
    /// # Errors
    /// When the key is taken, or the department or superior does not exist.
    pub fn join(&mut self, person: Person) -> Result<(), SimError> {
        if self.people.iter().any(|known| known.key == person.key) {
            return Err(SimError::NotPossible(format!("somebody has the key «{}» already", person.key)));
        }
        self.check(&person)?;
        self.people.push(person);
        Ok(())
    }

    /// Some members of a person change, e.g. `{"department": "sales", "superior": "qianjin"}`.
    ///
    /// # Errors
    /// When there is no such person, or a member is wrong.
    pub fn change(&mut self, key: &str, members: Map<String, Value>) -> Result<(), SimError> {
        let known = self.people.iter().find(|person| person.key == key);
        let known = known.ok_or_else(|| SimError::unknown("person", key))?;
        let wrong = |error: serde_json::Error| SimError::NotPossible(error.to_string());
        let mut all = serde_json::to_value(known).map_err(wrong)?;
        if let Value::Object(all) = &mut all {
            all.extend(members);
        }
        let changed: Person = serde_json::from_value(all).map_err(wrong)?;
        if changed.key != key {
            return Err(SimError::NotPossible("a person's key stays".into()));
        }
        self.check(&changed)?;
        if let Some(person) = self.people.iter_mut().find(|person| person.key == key) {
            *person = changed;
        }
        Ok(())
    }

    /// Somebody leaves. Those below stay as they are, with a superior who is no longer there, as on the platforms.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn leave(&mut self, key: &str) -> Result<(), SimError> {
        let before = self.people.len();
        self.people.retain(|person| person.key != key);
        if self.people.len() == before { Err(SimError::unknown("person", key)) } else { Ok(()) }
    }

    fn check(&self, person: &Person) -> Result<(), SimError> {
        if !self.departments.iter().any(|department| department.key == person.department) {
            return Err(SimError::unknown("department", person.department.as_str()));
        }
        match &person.superior {
            Some(superior) if superior != &person.key && !self.people.iter().any(|known| known.key == *superior) => {
                Err(SimError::unknown("person", superior.as_str()))
            }
            _ => Ok(()),
        }
    }

    /// Adds many people in teams and divisions. Each team has a leader, who is below the division's, who is below the
    /// first person of the company without a superior. The same numbers give the same people.
    pub fn add_crowd(&mut self, crowd: &Crowd) {
        const FAMILIES: [&str; 20] = [
            "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭",
            "马", "罗",
        ];
        const GIVEN: [&str; 25] = [
            "伟", "芳", "娜", "敏", "静", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "明", "超", "霞", "平", "刚",
            "桂英", "建华", "志强", "晓东", "雪梅", "海燕", "文博",
        ];
        let (team, division) = (crowd.team.max(1), crowd.division.max(1));
        let top = self.people.iter().find(|person| person.superior.is_none()).map(|person| person.key.clone());
        let key = |number: usize| format!("crowd{number:05}");
        for number in 0..crowd.people {
            let (in_team, of_team) = (number % team, number / team);
            let of_division = of_team / division;
            let (leader, head) = (key(of_team * team), key(of_division * division * team));
            let (team_key, division_key) = (format!("team{of_team:04}"), format!("division{of_division:03}"));
            if in_team == 0 && of_team % division == 0 {
                self.departments.push(Department {
                    key: division_key.clone(),
                    name: format!("第{}事业部", of_division + 1),
                    leader: head.clone(),
                    parent: None,
                });
            }
            if in_team == 0 {
                self.departments.push(Department {
                    key: team_key.clone(),
                    name: format!("第{}组", of_team + 1),
                    leader: leader.clone(),
                    parent: Some(division_key),
                });
            }
            let own = key(number);
            let superior = if own == head {
                top.clone()
            } else if own == leader {
                Some(head)
            } else {
                Some(leader)
            };
            let (family, given) = (FAMILIES[number % FAMILIES.len()], GIVEN[(number / FAMILIES.len()) % GIVEN.len()]);
            self.people.push(Person {
                name: format!("{family}{given}"),
                job_title: if in_team == 0 { "组长".into() } else { "工程师".into() },
                department: team_key,
                superior,
                mobile: format!("139{number:08}"),
                email: format!("{own}@yunfan.example"),
                staff_number: format!("YG{number:06}"),
                platforms: crowd.platforms.clone(),
                key: own,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_in_a_crowd_has_a_line_of_superiors_to_the_top() {
        let mut organisation = Organisation::seeded().unwrap();
        organisation.add_crowd(&Crowd { people: 1234, ..Crowd::default() });
        let by_key: std::collections::HashMap<&str, &Person> =
            organisation.people.iter().map(|person| (person.key.as_str(), person)).collect();
        assert_eq!(by_key.len(), 1244);
        for person in &organisation.people {
            let mut line = vec![person.key.as_str()];
            let mut next = person.superior.as_deref();
            while let Some(key) = next {
                assert!(!line.contains(&key), "{line:?} goes in a circle");
                line.push(key);
                next = by_key[key].superior.as_deref();
            }
            assert!(line.len() <= 4, "{line:?}");
            assert!(organisation.departments.iter().any(|department| department.key == person.department));
        }
        let mut mobiles: Vec<&str> = organisation.people.iter().map(|person| person.mobile.as_str()).collect();
        mobiles.sort_unstable();
        mobiles.dedup();
        assert_eq!(mobiles.len(), 1244);
    }

    #[test]
    fn joining_changing_and_leaving_are_told_apart() {
        let before = Organisation::seeded().unwrap();
        let mut after = before.clone();
        let mut newcomer = before.people[0].clone();
        newcomer.key = "newcomer".into();
        after.join(newcomer.clone()).unwrap();
        assert!(after.join(newcomer).is_err());
        let members = serde_json::json!({"superior": "chenming", "job_title": "总监"});
        after.change("liqiang", members.as_object().unwrap().clone()).unwrap();
        let nowhere = serde_json::json!({"department": "nowhere"});
        assert!(after.change("liqiang", nowhere.as_object().unwrap().clone()).is_err());
        after.leave("wugang").unwrap();
        assert!(after.leave("wugang").is_err());
        let difference = Difference::between(&before, &after);
        assert_eq!(difference.joined[0].key, "newcomer");
        assert_eq!(difference.left[0].key, "wugang");
        assert_eq!(difference.changed[0].1.job_title, "总监");
    }
}
