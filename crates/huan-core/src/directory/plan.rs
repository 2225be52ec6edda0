//! What a source's people change here.
//!
//! Making a plan does nothing and needs no database, so the same function is the preview of an import and the work of a
//! nightly reconcile. Once a plan was carried out, the next one for the same people finds everything unchanged.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{
    Field, SourceDepartment, SourcePerson, keys,
    matching::{By, Doubt, Index, Verdict, match_all},
    superiors,
};
use crate::{
    id::{DepartmentId, PersonId},
    person::{Department, Person, Standing},
};

/// What a source tells.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The people.
    pub people: &'a [SourcePerson],
    /// The departments.
    pub departments: &'a [SourceDepartment],
    /// Whether these are all people of the source: then who was there before and is not any more has left.
    pub whole: bool,
    /// Whether the source is a list made by hand, in which a superior is named by number, address or name.
    pub by_hand: bool,
}

/// What is known here.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Everybody, also those who have left.
    pub people: &'a [Person],
    /// The departments.
    pub departments: &'a [Department],
    /// Which department here a department of the source is, and what the source told of it last.
    pub department_links: &'a HashMap<String, (DepartmentId, SourceDepartment)>,
    /// Who is joined to an id at the source, main or alias.
    pub joined: &'a HashMap<String, PersonId>,
    /// The main ids that the source told before and whose people are joined.
    pub seen: &'a HashMap<String, PersonId>,
    /// Ids at the source that an administrator wants ignored.
    pub ignored: &'a HashSet<String>,
    /// What was set by hand and is to stay.
    pub by_hand: &'a HashMap<PersonId, BTreeSet<Field>>,
    /// People of whom another source tells first: this one fills only gaps.
    pub led_elsewhere: &'a HashSet<PersonId>,
    /// People who are joined to an id at another source.
    pub elsewhere: &'a HashSet<PersonId>,
    /// People with whom another source has a superior entered who is known here; true where a source that tells first has.
    /// What is entered with a person counts more than what follows from departments, whichever source tells first.
    pub direct_elsewhere: &'a HashMap<PersonId, bool>,
}

/// What a source's people change here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The departments, those above before those below.
    pub departments: Vec<DepartmentStep>,
    /// The people: new ones first and superiors before those who report to them, so that they can be written in this order.
    pub steps: Vec<Step>,
    /// Circles of superiors that the source tells, each with the one who was cut loose first and then upwards.
    pub circles: Vec<Vec<PersonId>>,
}

/// What becomes of a department of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentStep {
    /// The source's id of it.
    pub key: String,
    /// Which department here it is.
    pub id: DepartmentId,
    /// The name it gets or has.
    pub name: String,
    /// The department it belongs to.
    pub parent: Option<DepartmentId>,
    /// What is to be done.
    pub change: DepartmentChange,
}

/// What is to be done with a department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepartmentChange {
    /// Make it.
    Make,
    /// Give it another name or place.
    Change,
    /// Nothing.
    Keep,
}

/// What becomes of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Is made.
    New,
    /// Is changed, or joined to their id at the source.
    Changed,
    /// Stays as they are.
    Unchanged,
    /// Waits for an administrator.
    Doubtful,
    /// Is ignored, as an administrator said.
    Ignored,
    /// Has left the organisation.
    Left,
    /// Has left this source only; another one still has them.
    Parted,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::New, Self::Changed, Self::Unchanged, Self::Doubtful, Self::Ignored, Self::Left, Self::Parted];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Doubtful => "doubtful",
            Self::Ignored => "ignored",
            Self::Left => "left",
            Self::Parted => "parted",
        }
    }
}

/// What becomes of one person of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The source's id of them.
    pub key: String,
    /// The name.
    pub name: String,
    /// What is done.
    pub kind: Kind,
    /// Who it is here; set for all but doubtful and ignored ones.
    pub person: Option<PersonId>,
    /// By what they were found.
    pub by: Vec<By>,
    /// Whether their id at the source is to be joined to the person.
    pub joins: bool,
    /// What the person is to be, for new and changed ones.
    pub target: Option<Target>,
    /// What changes.
    pub changes: Vec<Change>,
    /// What the source tells otherwise and is kept as it was set by hand.
    pub kept: Vec<Field>,
    /// Why an administrator must say who it is.
    pub doubt: Option<Doubt>,
}

/// What a person is to be, as far as sources tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The name.
    pub name: String,
    /// The department.
    pub department: Option<DepartmentId>,
    /// The job role.
    pub job: String,
    /// The superior.
    pub superior: Option<PersonId>,
    /// Mobile number.
    pub mobile: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
    /// Staff number.
    pub staff_number: Option<String>,
}

impl Target {
    fn of(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            department: person.department.clone(),
            job: person.job.clone(),
            superior: person.superior.clone(),
            mobile: person.mobile.clone(),
            mail: person.mail.clone(),
            staff_number: person.staff_number.clone(),
        }
    }

    /// Makes `person` what they are to be.
    pub fn put_into(self, person: &mut Person) {
        let Self { name, department, job, superior, mobile, mail, staff_number } = self;
        person.name = name;
        person.department = department;
        person.job = job;
        person.superior = superior;
        person.mobile = mobile;
        person.mail = mail;
        person.staff_number = staff_number;
    }
}

/// A field that changes, with its values as a person reads them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field.
    pub field: Field,
    /// The value before.
    pub from: String,
    /// The value afterwards.
    pub to: String,
}

impl Plan {
    /// How many people of each kind there are.
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts: BTreeMap<&'static str, usize> = Kind::ALL.into_iter().map(|kind| (kind.name(), 0)).collect();
        for step in &self.steps {
            *counts.entry(step.kind.name()).or_default() += 1;
        }
        counts
    }
}

/// What `told` changes of what is `known`. The two functions give new ids.
pub fn plan(
    told: Told<'_>,
    known: Known<'_>,
    new_department: impl FnMut() -> DepartmentId,
    mut new_person: impl FnMut() -> PersonId,
) -> Plan {
    let (departments, places) = departments(told.departments, known, new_department);
    let index = Index::new(known.people);
    let verdicts = match_all(told.people, &index, known.joined);
    let mut making = Making { told, known, index: &index, places: &places, mail: HashSet::new() };
    let mut drafts: Vec<Draft<'_>> = Vec::with_capacity(told.people.len());
    for (person, verdict) in told.people.iter().zip(verdicts) {
        drafts.extend(making.draft(person, verdict, &mut new_person));
    }
    making.gone(&mut drafts);
    let circles = making.superiors(&mut drafts);
    making.finish(departments, drafts, circles)
}

/// A step in the making.
struct Draft<'a> {
    step: Step,
    told: Option<&'a SourcePerson>,
    before: Option<Target>,
}

struct Making<'a> {
    told: Told<'a>,
    known: Known<'a>,
    index: &'a Index<'a>,
    places: &'a HashMap<&'a str, DepartmentId>,
    /// Mail addresses that this plan gives to somebody.
    mail: HashSet<String>,
}

fn empty_step(key: &str, name: &str, kind: Kind) -> Step {
    Step {
        key: key.to_owned(),
        name: name.to_owned(),
        kind,
        person: None,
        by: Vec::new(),
        joins: false,
        target: None,
        changes: Vec::new(),
        kept: Vec::new(),
        doubt: None,
    }
}

impl<'a> Making<'a> {
    fn draft(
        &mut self,
        told: &'a SourcePerson,
        verdict: Verdict,
        new_person: &mut impl FnMut() -> PersonId,
    ) -> Option<Draft<'a>> {
        let step = |kind| empty_step(&told.key, &told.name, kind);
        if told.ids().any(|id| self.known.ignored.contains(id)) {
            return Some(Draft { step: step(Kind::Ignored), told: None, before: None });
        }
        match verdict {
            Verdict::Person(id, by) if told.left => {
                // A platform's former member whose number somebody here has by now is somebody else.
                let is_them = self.told.by_hand || by.contains(&By::Identity);
                is_them.then(|| self.leaver(&told.key, &told.name, id)).flatten()
            }
            // Who has left and was never here is nobody's concern.
            _ if told.left => None,
            Verdict::Person(id, by) => {
                let person = self.index.person(&id)?;
                let before = Target::of(person);
                let (target, kept) = self.filled(told, person);
                let joins = !self.told.by_hand && !by.contains(&By::Identity);
                let step = Step { person: Some(id), by, joins, target: Some(target), kept, ..step(Kind::Changed) };
                Some(Draft { step, told: Some(told), before: Some(before) })
            }
            Verdict::New => {
                let id = new_person();
                let mail = told.mail.as_deref().and_then(keys::mail).filter(|mail| self.mail.insert(mail.clone()));
                let target = Target {
                    name: told.name.trim().to_owned(),
                    department: self.place(told),
                    job: told.job.as_deref().unwrap_or_default().trim().to_owned(),
                    superior: None,
                    mobile: told.mobile.as_deref().and_then(keys::mobile),
                    mail,
                    staff_number: told.staff_number.as_deref().and_then(keys::staff_number),
                };
                let joins = !self.told.by_hand;
                let step = Step { person: Some(id), joins, target: Some(target), ..step(Kind::New) };
                Some(Draft { step, told: Some(told), before: None })
            }
            Verdict::Doubtful(doubt) => {
                let step = Step { doubt: Some(doubt), ..step(Kind::Doubtful) };
                Some(Draft { step, told: None, before: None })
            }
        }
    }

    /// What a known person is to be, and what was set by hand otherwise.
    fn filled(&mut self, told: &SourcePerson, person: &Person) -> (Target, Vec<Field>) {
        let leads = !self.known.led_elsewhere.contains(&person.id);
        let by_hand = self.known.by_hand.get(&person.id);
        let mut kept = Vec::new();
        let mut target = Target::of(person);
        let mut takes = |field: Field, is_empty: bool, same: bool| {
            if same {
                return false;
            }
            if !self.told.by_hand && by_hand.is_some_and(|fields| fields.contains(&field)) {
                kept.push(field);
                return false;
            }
            is_empty || leads
        };
        let name = told.name.trim();
        if !name.is_empty() && takes(Field::Name, false, keys::name(name) == keys::name(&person.name)) {
            target.name = name.to_owned();
        }
        if let Some(job) = told.job.as_deref().map(str::trim).filter(|job| !job.is_empty())
            && takes(Field::Job, person.job.is_empty(), job == person.job)
        {
            target.job = job.to_owned();
        }
        if let Some(department) = self.place(told)
            && takes(Field::Department, person.department.is_none(), person.department.as_ref() == Some(&department))
        {
            target.department = Some(department);
        }
        if let Some(mobile) = told.mobile.as_deref().and_then(keys::mobile) {
            let own = person.mobile.as_deref().and_then(keys::mobile);
            if takes(Field::Mobile, own.is_none(), own.as_ref() == Some(&mobile)) {
                target.mobile = Some(mobile);
            }
        }
        if let Some(number) = told.staff_number.as_deref().and_then(keys::staff_number) {
            let own = person.staff_number.as_deref().and_then(keys::staff_number);
            if takes(Field::StaffNumber, own.is_none(), own.as_ref() == Some(&number)) {
                target.staff_number = Some(number);
            }
        }
        if let Some(mail) = told.mail.as_deref().and_then(keys::mail) {
            let own = person.mail.as_deref().and_then(keys::mail);
            let free = !self.index.mail_is_taken(&mail, &person.id) && !self.mail.contains(&mail);
            if free && takes(Field::Mail, own.is_none(), own.as_ref() == Some(&mail)) {
                self.mail.insert(mail.clone());
                target.mail = Some(mail);
            }
        }
        (target, kept)
    }

    /// The department of a person: the first one that is one here.
    fn place(&self, told: &SourcePerson) -> Option<DepartmentId> {
        told.departments.iter().find_map(|key| self.places.get(key.as_str())).cloned()
    }

    fn leaver(&self, key: &str, name: &str, id: PersonId) -> Option<Draft<'a>> {
        let person = self.index.person(&id)?;
        if matches!(person.standing, Standing::Left { .. }) {
            return None;
        }
        let kind = if self.known.elsewhere.contains(&id) { Kind::Parted } else { Kind::Left };
        let step = Step { person: Some(id), ..empty_step(key, name, kind) };
        Some(Draft { step, told: None, before: None })
    }

    /// Those who were there before and are not told any more.
    fn gone(&self, drafts: &mut Vec<Draft<'a>>) {
        if !self.told.whole {
            return;
        }
        let there: HashSet<&str> = self.told.people.iter().flat_map(SourcePerson::ids).collect();
        let planned: HashSet<PersonId> = drafts.iter().filter_map(|draft| draft.step.person.clone()).collect();
        let mut seen: Vec<(&String, &PersonId)> = self.known.seen.iter().collect();
        seen.sort();
        for (key, id) in seen {
            if !there.contains(key.as_str()) && !planned.contains(id) {
                let name = self.index.person(id).map(|person| person.name.clone()).unwrap_or_default();
                drafts.extend(self.leaver(key, &name, id.clone()));
            }
        }
    }

    /// Sets the superiors and gives the circles that were cut.
    fn superiors(&self, drafts: &mut [Draft<'a>]) -> Vec<Vec<PersonId>> {
        let tree: HashMap<&str, &SourceDepartment> =
            self.told.departments.iter().map(|department| (department.key.as_str(), department)).collect();
        let mut ids: HashMap<&str, PersonId> =
            self.known.joined.iter().map(|(id, p)| (id.as_str(), p.clone())).collect();
        for draft in drafts.iter() {
            if let (Some(told), Some(person)) = (draft.told, &draft.step.person) {
                ids.extend(told.ids().map(|id| (id, person.clone())));
            }
        }
        let known_here: HashSet<PersonId> = ids.values().cloned().collect();
        let makes: HashSet<PersonId> =
            drafts.iter().filter(|draft| draft.step.kind == Kind::New).filter_map(|d| d.step.person.clone()).collect();
        // Only a source that tells superiors at all can say that somebody has none.
        let tells_all = self.told.people.iter().any(|person| person.superior.is_some());
        let mut told_by_plan: HashSet<PersonId> = HashSet::new();
        for draft in drafts.iter_mut() {
            let (Some(told), Some(own), Some(target)) = (draft.told, &draft.step.person, &mut draft.step.target) else {
                continue;
            };
            let named = superiors::told(told, &tree);
            let superior = named.and_then(|key| ids.get(key).cloned().or_else(|| self.by_words(key)));
            let superior = superior.filter(|id| id != own && (makes.contains(id) || self.works_here(id)));
            let wanted = match (named, superior) {
                (_, Some(superior)) => Some(superior),
                // A superior who is not known here is a hole: what is known stays.
                (Some(_), None) => continue,
                (None, None) if tells_all && !self.told.by_hand => None,
                (None, None) => continue,
            };
            // What follows from departments, or from silence, is no word against a superior whom this source does not know.
            let is_direct = told.superior.as_deref().is_some_and(|superior| !told.is(superior));
            let direct_elsewhere = self.known.direct_elsewhere.get(own).copied();
            let stays = |superior: &PersonId| direct_elsewhere.is_some() || !known_here.contains(superior);
            if !is_direct && target.superior.as_ref().is_some_and(stays) {
                continue;
            }
            let leads = match is_direct {
                true => direct_elsewhere != Some(true),
                false => !self.known.led_elsewhere.contains(own),
            };
            let by_hand = self.known.by_hand.get(own).is_some_and(|fields| fields.contains(&Field::Superior));
            if target.superior == wanted {
                told_by_plan.insert(own.clone());
            } else if by_hand && !self.told.by_hand {
                draft.step.kept.push(Field::Superior);
            } else if target.superior.is_none() || leads {
                target.superior = wanted;
                told_by_plan.insert(own.clone());
            }
        }
        let mut lines: BTreeMap<PersonId, PersonId> = BTreeMap::new();
        for person in self.known.people {
            lines.extend(person.superior.clone().map(|superior| (person.id.clone(), superior)));
        }
        for draft in drafts.iter() {
            if let (Some(person), Some(target)) = (&draft.step.person, &draft.step.target) {
                match &target.superior {
                    Some(superior) => lines.insert(person.clone(), superior.clone()),
                    None => lines.remove(person),
                };
            }
        }
        let circles = superiors::cut_circles(&mut lines, |person| !told_by_plan.contains(person));
        let cut: HashSet<&PersonId> = circles.iter().filter_map(|circle| circle.first()).collect();
        for draft in drafts.iter_mut() {
            if let (Some(person), Some(target)) = (&draft.step.person, &mut draft.step.target)
                && cut.contains(person)
            {
                target.superior = None;
            }
        }
        circles
    }

    /// In a list made by hand a superior is named by number, address or name; an unclear one is a hole.
    fn by_words(&self, words: &str) -> Option<PersonId> {
        if !self.told.by_hand {
            return None;
        }
        match self.index.holders(words).as_slice() {
            [one] => Some((*one).clone()),
            _ => None,
        }
    }

    fn works_here(&self, id: &PersonId) -> bool {
        self.index.person(id).is_some_and(|person| matches!(person.standing, Standing::Active))
    }

    fn finish(&self, departments: Vec<DepartmentStep>, drafts: Vec<Draft<'a>>, circles: Vec<Vec<PersonId>>) -> Plan {
        let mut department_names: HashMap<&DepartmentId, &str> =
            self.known.departments.iter().map(|department| (&department.id, department.name.as_str())).collect();
        department_names.extend(departments.iter().map(|step| (&step.id, step.name.as_str())));
        let made: HashMap<PersonId, String> = drafts
            .iter()
            .filter_map(|draft| Some((draft.step.person.clone()?, draft.step.target.as_ref()?.name.clone())))
            .collect();
        let name = |id: &PersonId| {
            made.get(id)
                .cloned()
                .or_else(|| self.index.person(id).map(|person| person.name.clone()))
                .unwrap_or_default()
        };
        let mut steps = Vec::with_capacity(drafts.len());
        for mut draft in drafts {
            if let Some(target) = &draft.step.target {
                let nothing = Target::default();
                let before = draft.before.as_ref().unwrap_or(&nothing);
                draft.step.changes = changes(before, target, &department_names, &name);
                if draft.step.kind == Kind::Changed && draft.step.changes.is_empty() && !draft.step.joins {
                    draft.step.kind = Kind::Unchanged;
                    draft.step.target = None;
                }
            }
            steps.push(draft.step);
        }
        let depth = depths(&steps);
        steps.sort_by_key(|step| {
            let depth = step.person.as_ref().filter(|_| step.kind == Kind::New).and_then(|id| depth.get(id));
            (step.kind, depth.copied().unwrap_or_default())
        });
        Plan { departments, steps, circles }
    }
}

/// How many new people stand above each new person.
fn depths(steps: &[Step]) -> HashMap<PersonId, usize> {
    let above: HashMap<&PersonId, &PersonId> = steps
        .iter()
        .filter(|step| step.kind == Kind::New)
        .filter_map(|step| Some((step.person.as_ref()?, step.target.as_ref()?.superior.as_ref()?)))
        .collect();
    let mut depths = HashMap::new();
    for step in steps.iter().filter(|step| step.kind == Kind::New) {
        let Some(person) = &step.person else { continue };
        let (mut at, mut depth) = (person, 0);
        // Circles are cut by now; the bound is for the reader's peace.
        while let Some(superior) = above.get(at).filter(|_| depth <= steps.len()) {
            at = superior;
            depth += 1;
        }
        depths.insert(person.clone(), depth);
    }
    depths
}

fn changes(
    before: &Target,
    after: &Target,
    departments: &HashMap<&DepartmentId, &str>,
    person: &impl Fn(&PersonId) -> String,
) -> Vec<Change> {
    let department = |id: &Option<DepartmentId>| {
        id.as_ref().and_then(|id| departments.get(id)).copied().unwrap_or_default().to_owned()
    };
    let superior = |id: &Option<PersonId>| id.as_ref().map(person).unwrap_or_default();
    let plain = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut changes = Vec::new();
    let mut note = |field, differs: bool, from: String, to: String| {
        if differs {
            changes.push(Change { field, from, to });
        }
    };
    note(Field::Name, before.name != after.name, before.name.clone(), after.name.clone());
    note(
        Field::Department,
        before.department != after.department,
        department(&before.department),
        department(&after.department),
    );
    note(Field::Job, before.job != after.job, before.job.clone(), after.job.clone());
    note(Field::Superior, before.superior != after.superior, superior(&before.superior), superior(&after.superior));
    note(Field::Mobile, before.mobile != after.mobile, plain(&before.mobile), plain(&after.mobile));
    note(Field::Mail, before.mail != after.mail, plain(&before.mail), plain(&after.mail));
    note(
        Field::StaffNumber,
        before.staff_number != after.staff_number,
        plain(&before.staff_number),
        plain(&after.staff_number),
    );
    changes
}

/// What becomes of the departments, and which department here each of the source's is.
///
/// A department is known by what it was joined to before, else by its name. A source's new name or place is taken over when it
/// differs from what the source told last, so that a name given here stays.
fn departments<'a>(
    told: &'a [SourceDepartment],
    known: Known<'_>,
    mut new_id: impl FnMut() -> DepartmentId,
) -> (Vec<DepartmentStep>, HashMap<&'a str, DepartmentId>) {
    let here: HashMap<&DepartmentId, &Department> = known.departments.iter().map(|one| (&one.id, one)).collect();
    let mut names: HashMap<String, DepartmentId> =
        known.departments.iter().map(|one| (one.name.clone(), one.id.clone())).collect();
    let mut taken: HashSet<DepartmentId> =
        told.iter().filter_map(|one| known.department_links.get(&one.key)).map(|(id, _)| id.clone()).collect();
    let mut steps: Vec<DepartmentStep> = Vec::new();
    let mut places: HashMap<&str, DepartmentId> = HashMap::new();
    for department in downwards(told) {
        let name = department.name.trim();
        if department.is_organisation || name.is_empty() {
            continue;
        }
        let parent = department.parent.as_deref().and_then(|key| places.get(key)).cloned();
        let linked = known.department_links.get(&department.key).filter(|(id, _)| here.contains_key(id));
        let step = match linked {
            Some((id, last)) => {
                let (mut own_name, mut own_parent) =
                    here.get(id).map(|one| (one.name.clone(), one.parent.clone())).unwrap_or_default();
                let mut change = DepartmentChange::Keep;
                if last.name.trim() != name && own_name != name && !names.contains_key(name) {
                    names.remove(&own_name);
                    names.insert(name.to_owned(), id.clone());
                    own_name = name.to_owned();
                    change = DepartmentChange::Change;
                }
                if last.parent != department.parent && own_parent != parent {
                    own_parent = parent;
                    change = DepartmentChange::Change;
                }
                DepartmentStep {
                    key: department.key.clone(),
                    id: id.clone(),
                    name: own_name,
                    parent: own_parent,
                    change,
                }
            }
            None => match names.get(name).filter(|id| !taken.contains(*id)) {
                Some(id) => DepartmentStep {
                    key: department.key.clone(),
                    id: id.clone(),
                    name: name.to_owned(),
                    parent: here.get(id).and_then(|one| one.parent.clone()),
                    change: DepartmentChange::Keep,
                },
                None => {
                    let id = new_id();
                    let name = free_name(name, parent.as_ref(), &steps, &here, &names);
                    names.insert(name.clone(), id.clone());
                    DepartmentStep { key: department.key.clone(), id, name, parent, change: DepartmentChange::Make }
                }
            },
        };
        taken.insert(step.id.clone());
        places.insert(department.key.as_str(), step.id.clone());
        steps.push(step);
    }
    (steps, places)
}

/// A name that no other department has: with the name above in front, else with a number behind.
fn free_name(
    name: &str,
    parent: Option<&DepartmentId>,
    steps: &[DepartmentStep],
    here: &HashMap<&DepartmentId, &Department>,
    names: &HashMap<String, DepartmentId>,
) -> String {
    if !names.contains_key(name) {
        return name.to_owned();
    }
    let above = parent.and_then(|id| {
        let made = steps.iter().find(|step| step.id == *id).map(|step| step.name.as_str());
        made.or_else(|| here.get(id).map(|one| one.name.as_str()))
    });
    let full = above.map_or_else(|| name.to_owned(), |above| format!("{above}/{name}"));
    let numbered = (2_usize..).map(|number| format!("{full}（{number}）"));
    std::iter::once(full.clone()).chain(numbered).find(|free| !names.contains_key(free)).unwrap_or(full)
}

/// Those above before those below; a department whose parent is not told or goes in a circle counts as a top one.
fn downwards(told: &[SourceDepartment]) -> Vec<&SourceDepartment> {
    let keys: HashSet<&str> = told.iter().map(|one| one.key.as_str()).collect();
    let mut below: BTreeMap<&str, Vec<&SourceDepartment>> = BTreeMap::new();
    let mut order: Vec<&SourceDepartment> = Vec::with_capacity(told.len());
    for department in told {
        match department.parent.as_deref().filter(|parent| keys.contains(parent) && *parent != department.key) {
            Some(parent) => below.entry(parent).or_default().push(department),
            None => order.push(department),
        }
    }
    let mut done: HashSet<&str> = order.iter().map(|one| one.key.as_str()).collect();
    let mut at = 0;
    loop {
        while let Some(department) = order.get(at) {
            at += 1;
            for one in below.remove(department.key.as_str()).into_iter().flatten() {
                if done.insert(one.key.as_str()) {
                    order.push(one);
                }
            }
        }
        // What is left goes in circles: open one and go on.
        let Some(first) = below.values().flatten().find(|one| !done.contains(one.key.as_str())).copied() else {
            return order;
        };
        done.insert(first.key.as_str());
        order.push(first);
    }
}

#[cfg(test)]
mod tests;
