use super::*;
use crate::{calendar::WorkingHours, directory::matching::Reason, i18n::Language};
use proptest::prelude::*;

/// What is known, and what carrying out a plan makes of it.
#[derive(Debug, Clone, Default)]
struct Here {
    people: Vec<Person>,
    departments: Vec<Department>,
    links: HashMap<String, (DepartmentId, SourceDepartment)>,
    joined: HashMap<String, PersonId>,
    seen: HashMap<String, PersonId>,
    ignored: HashSet<String>,
    by_hand: HashMap<PersonId, BTreeSet<Field>>,
    led_elsewhere: HashSet<PersonId>,
    elsewhere: HashSet<PersonId>,
    direct_elsewhere: HashMap<PersonId, bool>,
    next: u128,
}

impl Here {
    fn plan(&self, people: &[SourcePerson], departments: &[SourceDepartment]) -> Plan {
        self.plan_told(Told { people, departments, whole: true, by_hand: false })
    }

    fn plan_told(&self, told: Told<'_>) -> Plan {
        let (mut department, mut person) = (self.next + 1_000, self.next + 1_000_000);
        let known = Known {
            people: &self.people,
            departments: &self.departments,
            department_links: &self.links,
            joined: &self.joined,
            seen: &self.seen,
            ignored: &self.ignored,
            by_hand: &self.by_hand,
            led_elsewhere: &self.led_elsewhere,
            elsewhere: &self.elsewhere,
            direct_elsewhere: &self.direct_elsewhere,
        };
        plan(
            told,
            known,
            || {
                department += 1;
                DepartmentId::from_bits(department)
            },
            || {
                person += 1;
                PersonId::from_bits(person)
            },
        )
    }

    /// Carries a plan out, as the application does.
    fn carry_out(&mut self, plan: &Plan, people: &[SourcePerson], departments: &[SourceDepartment]) {
        self.next += 10_000_000;
        for step in &plan.departments {
            match self.departments.iter_mut().find(|one| one.id == step.id) {
                Some(one) => (one.name, one.parent) = (step.name.clone(), step.parent.clone()),
                None => self.departments.push(Department {
                    id: step.id.clone(),
                    name: step.name.clone(),
                    parent: step.parent.clone(),
                }),
            }
            let told = departments.iter().find(|one| one.key == step.key).unwrap();
            self.links.insert(step.key.clone(), (step.id.clone(), told.clone()));
        }
        for step in &plan.steps {
            let Some(id) = &step.person else { continue };
            if matches!(step.kind, Kind::Left | Kind::Parted) {
                self.joined.retain(|_, joined| joined != id);
                self.seen.retain(|_, joined| joined != id);
            }
            if step.kind == Kind::Left {
                let person = self.people.iter_mut().find(|person| person.id == *id).unwrap();
                person.standing = Standing::Left { since: jiff::Timestamp::UNIX_EPOCH };
            }
            if step.kind == Kind::New {
                self.people.push(known(id.clone(), ""));
            }
            if let Some(target) = &step.target {
                let superior_is_there =
                    target.superior.as_ref().is_none_or(|id| self.people.iter().any(|person| person.id == *id));
                assert!(superior_is_there, "a superior is written before those who report to them");
                let person = self.people.iter_mut().find(|person| person.id == *id).unwrap();
                target.clone().put_into(person);
            }
            if let Some(told) = people.iter().find(|told| told.key == step.key && !told.left) {
                self.seen.insert(told.key.clone(), id.clone());
                self.joined.extend(told.ids().map(|key| (key.to_owned(), id.clone())));
            }
        }
    }

    fn named(&self, name: &str) -> &Person {
        let mut found = self.people.iter().filter(|person| person.name == name);
        let person = found.next().unwrap_or_else(|| panic!("no {name}"));
        assert!(found.next().is_none(), "one {name}");
        person
    }
}

fn known(id: PersonId, name: &str) -> Person {
    Person {
        id,
        name: name.into(),
        department: None,
        job: String::new(),
        superior: None,
        hours: WorkingHours::office_in_china(),
        language: Language::Chinese,
        mobile: None,
        mail: None,
        staff_number: None,
        administrator: false,
        standing: Standing::Active,
        version: 1,
    }
}

fn told(key: &str, name: &str, department: &str, superior: Option<&str>) -> SourcePerson {
    SourcePerson {
        key: key.into(),
        aliases: vec![format!("union:{key}")],
        name: name.into(),
        departments: vec![department.into()],
        job: Some("工程师".into()),
        superior: superior.map(str::to_owned),
        staff_number: Some(key.into()),
        ..SourcePerson::default()
    }
}

fn department(key: &str, name: &str, parent: Option<&str>, leader: &str) -> SourceDepartment {
    SourceDepartment {
        key: key.into(),
        name: name.into(),
        parent: parent.map(str::to_owned),
        leaders: (!leader.is_empty()).then(|| leader.to_owned()).into_iter().collect(),
        is_organisation: parent.is_none(),
    }
}

fn company() -> (Vec<SourcePerson>, Vec<SourceDepartment>) {
    let departments = vec![
        department("0", "样板公司", None, "boss"),
        department("rd", "研发部", Some("0"), "lead"),
        department("be", "后端组", Some("rd"), ""),
    ];
    let people = vec![
        told("dev", "小陈", "be", None),
        told("lead", "李强", "rd", Some("boss")),
        told("boss", "王总", "0", None),
    ];
    (people, departments)
}

fn kinds(plan: &Plan) -> Vec<(&str, Kind)> {
    plan.steps.iter().map(|step| (step.name.as_str(), step.kind)).collect()
}

#[test]
fn a3_an_organisation_is_taken_over_and_a_second_time_nothing_changes() {
    let (people, departments) = company();
    let mut here = Here::default();
    let plan = here.plan(&people, &departments);
    assert_eq!(kinds(&plan), [("王总", Kind::New), ("李强", Kind::New), ("小陈", Kind::New)], "superiors first");
    here.carry_out(&plan, &people, &departments);
    assert_eq!(here.named("小陈").superior, Some(here.named("李强").id.clone()), "up the departments");
    assert_eq!(here.named("李强").superior, Some(here.named("王总").id.clone()));
    assert_eq!(here.named("王总").superior, None);
    assert_eq!(here.named("王总").department, None, "the organisation itself is no department");
    let names: Vec<&str> = here.departments.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["研发部", "后端组"]);
    let again = here.plan(&people, &departments);
    assert!(again.steps.iter().all(|step| step.kind == Kind::Unchanged), "{again:#?}");
    assert!(again.departments.iter().all(|step| step.change == DepartmentChange::Keep));
}

#[test]
fn a3_a_second_platform_joins_the_same_people_and_fills_gaps_only() {
    let (people, departments) = company();
    let mut here = Here::default();
    here.carry_out(&here.plan(&people, &departments), &people, &departments);
    // The other platform has ids of its own.
    (here.links, here.joined, here.seen) = <_>::default();
    here.led_elsewhere = here.people.iter().map(|person| person.id.clone()).collect();
    let other = vec![
        SourcePerson {
            job: Some("组长".into()),
            mobile: Some("+86 138 0000 0000".into()),
            staff_number: Some("LEAD".into()),
            ..told("u1", "李 强", "7", Some("u2"))
        },
        SourcePerson { staff_number: Some("boss".into()), ..told("u2", "王总", "7", None) },
        told("u3", "新来的", "7", Some("u1")),
    ];
    here.people
        .iter_mut()
        .for_each(|person| person.staff_number = person.staff_number.take().map(|n| n.to_uppercase()));
    let other_departments = vec![department("1", "样板", None, ""), department("7", "研发部", Some("1"), "")];
    let plan = here.plan(&other, &other_departments);
    let by_name: HashMap<&str, &Step> = plan.steps.iter().map(|step| (step.name.as_str(), step)).collect();
    let lead = by_name["李 强"];
    assert_eq!((lead.kind, lead.joins), (Kind::Changed, true));
    let fields: Vec<Field> = lead.changes.iter().map(|change| change.field).collect();
    assert_eq!(fields, [Field::Mobile], "the job is told by the first platform");
    assert_eq!(by_name["新来的"].kind, Kind::New);
    here.carry_out(&plan, &other, &other_departments);
    assert_eq!(here.people.len(), 4, "one person each");
    assert_eq!(here.departments.len(), 2, "one 研发部");
    assert_eq!(here.named("新来的").superior, Some(here.named("李强").id.clone()), "the line goes across platforms");
}

#[test]
fn i4_a_superior_entered_with_a_person_counts_more_than_one_of_departments_whichever_source_tells_first() {
    let (people, departments) = company();
    let mut here = Here::default();
    here.carry_out(&here.plan(&people, &departments), &people, &departments);
    let [dev, lead, boss] = ["小陈", "李强", "王总"].map(|name| here.named(name).id.clone());
    assert_eq!(here.named("小陈").superior, Some(lead.clone()), "by the department");
    // The second source has 王总 entered with 小陈.
    let mut second = here.clone();
    second.led_elsewhere = [dev.clone(), lead.clone(), boss.clone()].into();
    let entered = [told("dev", "小陈", "be", Some("boss"))];
    let plan = second.plan_told(Told { people: &entered, departments: &departments, whole: false, by_hand: false });
    assert_eq!(plan.steps[0].target.as_ref().unwrap().superior, Some(boss.clone()));
    // At night the first one, which leads but has nobody entered, does not take it back.
    here.people.iter_mut().find(|person| person.id == dev).unwrap().superior = Some(boss);
    here.direct_elsewhere.insert(dev.clone(), false);
    let plan = here.plan(&people, &departments);
    assert!(plan.steps.iter().all(|step| step.kind == Kind::Unchanged), "{plan:#?}");
    // Where both have somebody entered, the first one's word stands.
    second.direct_elsewhere.insert(dev, true);
    let plan = second.plan_told(Told { people: &entered, departments: &departments, whole: false, by_hand: false });
    assert_eq!(plan.steps[0].kind, Kind::Unchanged, "{plan:#?}");
}

#[test]
fn i7_what_was_set_by_hand_stays_and_is_told() {
    let (mut people, departments) = company();
    let mut here = Here::default();
    here.carry_out(&here.plan(&people, &departments), &people, &departments);
    let dev = here.named("小陈").id.clone();
    here.by_hand.insert(dev.clone(), [Field::Job, Field::Superior].into());
    here.people.iter_mut().find(|person| person.id == dev).unwrap().superior = Some(here.named("王总").id.clone());
    people[0].job = Some("测试".into());
    people[0].name = "小陈陈".into();
    let plan = here.plan(&people, &departments);
    let step = plan.steps.iter().find(|step| step.key == "dev").unwrap();
    assert_eq!(step.kept, [Field::Job, Field::Superior]);
    let fields: Vec<Field> = step.changes.iter().map(|change| change.field).collect();
    assert_eq!(fields, [Field::Name]);
}

#[test]
fn i7_who_is_not_told_any_more_has_left_unless_another_source_has_them() {
    let (people, departments) = company();
    let mut here = Here::default();
    here.carry_out(&here.plan(&people, &departments), &people, &departments);
    here.elsewhere.insert(here.named("小陈").id.clone());
    let gone = here.plan(&people[2..], &departments);
    assert_eq!(kinds(&gone), [("王总", Kind::Unchanged), ("李强", Kind::Left), ("小陈", Kind::Parted)]);
    let part = Told { people: &people[2..], departments: &departments, whole: false, by_hand: false };
    assert_eq!(
        kinds(&here.plan_told(part)),
        [("王总", Kind::Unchanged)],
        "a part of the list says nothing of the rest"
    );
    let mut told_so = people.clone();
    told_so[1].left = true;
    let plan = here.plan(&told_so, &departments);
    assert_eq!(plan.steps.iter().find(|step| step.key == "lead").unwrap().kind, Kind::Left);
    here.carry_out(&plan, &told_so, &departments);
    assert!(here.plan(&told_so, &departments).steps.iter().all(|step| step.kind == Kind::Unchanged));
}

#[test]
fn a3_ignored_and_doubtful_ones_change_nothing() {
    let (people, departments) = company();
    let mut here = Here { ignored: ["union:dev".to_owned()].into(), ..Here::default() };
    here.people.push(known(PersonId::from_bits(1), "李强"));
    let plan = here.plan(&people, &departments);
    let kinds = kinds(&plan);
    assert_eq!(kinds, [("王总", Kind::New), ("李强", Kind::Doubtful), ("小陈", Kind::Ignored)]);
    assert_eq!(plan.steps[1].doubt.as_ref().unwrap().reason, Reason::NameOnly);
}

#[test]
fn e1_a_circle_on_the_platform_is_cut_told_and_stays_cut() {
    let (mut people, departments) = company();
    people[2].superior = Some("dev".into());
    people[0].superior = Some("lead".into());
    let mut here = Here::default();
    let plan = here.plan(&people, &departments);
    assert_eq!(plan.circles.len(), 1);
    assert_eq!(plan.circles[0].len(), 3);
    here.carry_out(&plan, &people, &departments);
    let again = here.plan(&people, &departments);
    assert_eq!(again.circles, plan.circles, "it is told as long as it is there");
    assert!(again.steps.iter().all(|step| step.kind == Kind::Unchanged), "{again:#?}");
}

#[test]
fn e1_a_superior_whom_the_source_does_not_know_stays() {
    let (mut people, departments) = company();
    let mut here = Here::default();
    here.carry_out(&here.plan(&people, &departments), &people, &departments);
    here.people.push(known(PersonId::from_bits(7), "外平台的上级"));
    for name in ["小陈", "王总"] {
        here.people.iter_mut().find(|person| person.name == name).unwrap().superior = Some(PersonId::from_bits(7));
    }
    let plan = here.plan(&people, &departments);
    assert!(plan.steps.iter().all(|step| step.kind == Kind::Unchanged), "neither silence nor departments: {plan:#?}");
    people[0].superior = Some("boss".into());
    here.carry_out(&here.plan(&people, &departments), &people, &departments);
    assert_eq!(here.named("小陈").superior, Some(here.named("王总").id.clone()), "entered with the person");
}

#[test]
fn departments_of_the_same_name_are_kept_apart_and_a_name_given_here_stays() {
    let (people, mut departments) = company();
    departments.push(department("sales", "销售部", Some("0"), ""));
    departments.push(department("be2", "后端组", Some("sales"), ""));
    let mut here = Here::default();
    here.carry_out(&here.plan(&people, &departments), &people, &departments);
    let mut names: Vec<&str> = here.departments.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["后端组", "研发部", "销售部", "销售部/后端组"]);
    here.departments.iter_mut().find(|one| one.name == "研发部").unwrap().name = "研发中心".into();
    let same = here.plan(&people, &departments);
    assert!(same.departments.iter().all(|step| step.change == DepartmentChange::Keep), "given here");
    departments[1].name = "技术部".into();
    let renamed = here.plan(&people, &departments);
    let changed: Vec<&str> = renamed
        .departments
        .iter()
        .filter(|step| step.change == DepartmentChange::Change)
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(changed, ["技术部"], "the platform gave another name");
}

fn any_company() -> impl Strategy<Value = (Vec<SourcePerson>, Vec<SourceDepartment>)> {
    let person = (0_u8..30, proptest::option::of(0_u8..12), proptest::option::of(0_u8..35), 0_u8..20);
    let departments =
        proptest::collection::btree_map(0_u8..12, (proptest::option::of(0_u8..14), 0_u8..35, 0_u8..6), 0..12);
    (proptest::collection::vec(person, 0..30), departments).prop_map(|(people, departments)| {
        let mut keys = HashSet::new();
        let people = people
            .into_iter()
            .filter(|(key, ..)| keys.insert(*key))
            .map(|(key, department, superior, mobile)| SourcePerson {
                key: format!("u{key}"),
                aliases: vec![format!("union:u{key}")],
                name: format!("人{key}"),
                departments: department.map(|key| format!("d{key}")).into_iter().collect(),
                superior: superior.map(|key| format!("u{key}")),
                // Some share a number.
                mobile: Some(format!("1380000{mobile:04}")),
                staff_number: (key % 3 != 0).then(|| format!("N{key}")),
                ..SourcePerson::default()
            })
            .collect();
        let departments = departments
            .into_iter()
            .map(|(key, (parent, leader, name))| SourceDepartment {
                key: format!("d{key}"),
                name: format!("部门{name}"),
                parent: parent.map(|key| format!("d{key}")),
                leaders: vec![format!("u{leader}")],
                is_organisation: false,
            })
            .collect();
        (people, departments)
    })
}

proptest! {
    /// Whatever a platform tells: carried out once, nothing is left to do, every line of superiors ends, and departments
    /// have names of their own.
    #[test]
    fn a3_a_plan_that_was_carried_out_leaves_nothing_to_do((people, departments) in any_company()) {
        let mut here = Here::default();
        let plan = here.plan(&people, &departments);
        prop_assert_eq!(plan.steps.len(), people.len());
        here.carry_out(&plan, &people, &departments);
        let again = here.plan(&people, &departments);
        for step in &again.steps {
            prop_assert!(matches!(step.kind, Kind::Unchanged | Kind::Doubtful), "{:#?}", step);
        }
        prop_assert!(again.departments.iter().all(|step| step.change == DepartmentChange::Keep));
        let superiors: HashMap<&PersonId, &PersonId> =
            here.people.iter().filter_map(|one| Some((&one.id, one.superior.as_ref()?))).collect();
        for person in &here.people {
            let (mut at, mut steps) = (&person.id, 0);
            while let Some(above) = superiors.get(at) {
                at = above;
                steps += 1;
                prop_assert!(steps <= here.people.len());
            }
        }
        let names: HashSet<&str> = here.departments.iter().map(|one| one.name.as_str()).collect();
        prop_assert_eq!(names.len(), here.departments.len());
    }
}
