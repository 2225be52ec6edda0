//! Who reports to whom: from what a source tells, and without circles.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{SourceDepartment, SourcePerson};

/// The superior of a person as their source tells it: who is entered with the person, else whoever leads their department or,
/// going up, the next department that somebody else leads (Feishu §9.4, DingTalk §10.4, Teambition §7).
pub fn told<'a>(person: &'a SourcePerson, departments: &'a HashMap<&str, &SourceDepartment>) -> Option<&'a str> {
    if let Some(superior) = person.superior.as_deref().filter(|superior| !person.is(superior)) {
        return Some(superior);
    }
    let mut seen = HashSet::new();
    for department in &person.departments {
        let mut next = Some(department.as_str());
        while let Some(key) = next.filter(|key| seen.insert(*key)) {
            let Some(department) = departments.get(key) else { break };
            if let Some(leader) = department.leaders.iter().find(|leader| !person.is(leader)) {
                return Some(leader);
            }
            next = department.parent.as_deref();
        }
    }
    None
}

/// Cuts every circle of `superiors` (who reports to whom) at one place and gives the circles, each with the one who was cut
/// loose first and then upwards. `fixed` says which lines are rather kept, such as those set by hand.
///
/// The same lines are always cut at the same places, whatever the order they are told in.
pub fn cut_circles<P: Clone + Ord>(superiors: &mut BTreeMap<P, P>, fixed: impl Fn(&P) -> bool) -> Vec<Vec<P>> {
    let mut done: BTreeSet<P> = BTreeSet::new();
    let mut circles = Vec::new();
    let people: Vec<P> = superiors.keys().cloned().collect();
    for start in people {
        let mut line = Vec::new();
        let mut place: BTreeMap<P, usize> = BTreeMap::new();
        let mut at = start;
        while !done.contains(&at) {
            if let Some(begin) = place.get(&at) {
                let circle: Vec<P> = line.split_off(*begin);
                circles.push(open(superiors, circle, &fixed));
                break;
            }
            let Some(above) = superiors.get(&at) else { break };
            place.insert(at.clone(), line.len());
            line.push(at.clone());
            at = above.clone();
        }
        done.extend(place.into_keys());
    }
    circles
}

/// Cuts a circle where the line is not fixed and the id is smallest, and begins it there.
fn open<P: Clone + Ord>(superiors: &mut BTreeMap<P, P>, mut circle: Vec<P>, fixed: &impl Fn(&P) -> bool) -> Vec<P> {
    let cut =
        (0..circle.len()).min_by(|a, b| (fixed(&circle[*a]), &circle[*a]).cmp(&(fixed(&circle[*b]), &circle[*b])));
    if let Some(cut) = cut {
        superiors.remove(&circle[cut]);
        circle.rotate_left(cut);
    }
    circle
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn department(key: &str, parent: Option<&str>, leaders: &[&str]) -> SourceDepartment {
        SourceDepartment {
            key: key.into(),
            name: key.into(),
            parent: parent.map(str::to_owned),
            leaders: leaders.iter().map(|leader| (*leader).to_owned()).collect(),
            is_organisation: false,
        }
    }

    fn person(key: &str, departments: &[&str], superior: Option<&str>) -> SourcePerson {
        SourcePerson {
            key: key.into(),
            aliases: vec![format!("union:{key}")],
            departments: departments.iter().map(|key| (*key).to_owned()).collect(),
            superior: superior.map(str::to_owned),
            ..SourcePerson::default()
        }
    }

    #[test]
    fn e1_the_superior_is_who_is_entered_else_who_leads_the_department_upwards() {
        let tree = [
            department("company", None, &["boss"]),
            department("rd", Some("company"), &["lead"]),
            department("backend", Some("rd"), &[]),
            department("lost", Some("nowhere"), &[]),
            department("a", Some("b"), &[]),
            department("b", Some("a"), &[]),
        ];
        let tree: HashMap<&str, &SourceDepartment> = tree.iter().map(|one| (one.key.as_str(), one)).collect();
        let cases = [
            (person("dev", &["backend"], Some("mentor")), Some("mentor"), "entered with the person"),
            (person("dev", &["backend"], None), Some("lead"), "the next department up that has a leader"),
            (person("dev", &["backend"], Some("union:dev")), Some("lead"), "nobody is their own superior"),
            (person("lead", &["rd"], None), Some("boss"), "a leader reports further up"),
            (person("boss", &["company"], None), None, "the top"),
            (person("x", &["lost"], None), None, "a department whose parent is not told"),
            (person("x", &["a"], None), None, "departments in a circle"),
            (person("x", &["lost", "backend"], None), Some("lead"), "the next department of theirs"),
            (person("x", &[], None), None, "no department"),
        ];
        for (person, expected, why) in cases {
            assert_eq!(told(&person, &tree), expected, "{why}");
        }
    }

    #[test]
    fn e1_a_circle_is_cut_at_one_place_and_told() {
        let mut lines: BTreeMap<u8, u8> = [(1, 2), (2, 3), (3, 1), (4, 2), (5, 5)].into();
        let circles = cut_circles(&mut lines, |_| false);
        assert_eq!(circles, [vec![1, 2, 3], vec![5]]);
        assert_eq!(lines, [(2, 3), (3, 1), (4, 2)].into());
    }

    #[test]
    fn a_line_set_by_hand_is_kept_where_another_can_be_cut() {
        let mut lines: BTreeMap<u8, u8> = [(1, 2), (2, 1)].into();
        assert_eq!(cut_circles(&mut lines, |person| *person == 1), [vec![2, 1]]);
        assert_eq!(lines, [(1, 2)].into());
        let mut lines: BTreeMap<u8, u8> = [(1, 2), (2, 1)].into();
        assert_eq!(cut_circles(&mut lines, |_| true), [vec![1, 2]], "all of it by hand");
    }

    proptest! {
        /// Whatever the lines are: afterwards every line ends, each circle lost one line, nothing else was touched, and
        /// cutting again cuts nothing.
        #[test]
        fn e1_every_line_ends_and_no_more_is_cut_than_needed(
            lines in proptest::collection::btree_map(0_u8..40, 0_u8..40, 0..40),
            fixed in proptest::collection::btree_set(0_u8..40, 0..10),
        ) {
            let mut cut = lines.clone();
            let circles = cut_circles(&mut cut, |person| fixed.contains(person));
            for start in lines.keys() {
                let (mut at, mut steps) = (*start, 0);
                while let Some(above) = cut.get(&at) {
                    at = *above;
                    steps += 1;
                    prop_assert!(steps <= lines.len(), "{start} goes round");
                }
            }
            prop_assert_eq!(lines.len() - cut.len(), circles.len());
            for (person, above) in &cut {
                prop_assert_eq!(lines.get(person), Some(above));
            }
            for circle in &circles {
                prop_assert!(!cut.contains_key(&circle[0]));
                for pair in circle.windows(2) {
                    prop_assert_eq!(lines.get(&pair[0]), Some(&pair[1]));
                }
                prop_assert_eq!(lines.get(circle.last().unwrap()), Some(&circle[0]));
                prop_assert!(!fixed.contains(&circle[0]) || circle.iter().all(|person| fixed.contains(person)));
            }
            let mut again = cut.clone();
            prop_assert!(cut_circles(&mut again, |_| false).is_empty());
            prop_assert_eq!(again, cut);
        }
    }
}
