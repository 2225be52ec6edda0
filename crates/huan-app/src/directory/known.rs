//! What is known here, as a plan needs it.

use std::collections::{BTreeSet, HashMap, HashSet};

use huan_core::{
    directory::{
        Field, SourceDepartment,
        plan::{self, Plan},
        run::{Entry, EntryState},
    },
    id::{AccountId, DepartmentId, Id, PersonId},
    person::{Department, Identity, Person},
};
use huan_store::Conn;

use super::{From, Told};
use crate::{app::App, error::ActionError};

/// Everything a plan for one source depends on.
pub(super) struct Known {
    pub(super) people: Vec<Person>,
    departments: Vec<Department>,
    links: HashMap<String, (DepartmentId, SourceDepartment)>,
    joined: HashMap<String, PersonId>,
    seen: HashMap<String, PersonId>,
    ignored: HashSet<String>,
    by_hand: HashMap<PersonId, BTreeSet<Field>>,
    led_elsewhere: HashSet<PersonId>,
    elsewhere: HashSet<PersonId>,
    direct_elsewhere: HashMap<PersonId, bool>,
    /// The identities at the source, by every id.
    pub(super) identities: HashMap<String, Identity>,
    /// What the source told last, by main id.
    pub(super) entries: HashMap<String, Entry>,
}

impl Known {
    pub(super) async fn read(app: &App, conn: &mut Conn, from: From<'_>) -> Result<Self, ActionError> {
        let workspace = &app.workspace;
        let mut by_hand: HashMap<PersonId, BTreeSet<Field>> = HashMap::new();
        for (person, field) in conn.set_by_hand_of_all(workspace).await? {
            by_hand.entry(person).or_default().insert(field);
        }
        let mut known = Self {
            people: conn.people(workspace).await?,
            departments: conn.departments(workspace).await?,
            links: HashMap::new(),
            joined: HashMap::new(),
            seen: HashMap::new(),
            ignored: HashSet::new(),
            by_hand,
            led_elsewhere: HashSet::new(),
            elsewhere: HashSet::new(),
            direct_elsewhere: HashMap::new(),
            identities: HashMap::new(),
            entries: HashMap::new(),
        };
        for entry in conn.directory_entries(workspace, from.account()).await? {
            if entry.state == EntryState::Ignored {
                known.ignored.extend(entry.told.ids().map(str::to_owned));
            }
            known.entries.insert(entry.told.key.clone(), entry);
        }
        let From::Account(account) = from else { return Ok(known) };
        for (key, department, told) in conn.directory_departments(workspace, account).await? {
            known.links.insert(key, (department, told));
        }
        let mut others: HashMap<AccountId, HashMap<String, PersonId>> = HashMap::new();
        for identity in conn.identities(workspace).await? {
            if identity.account != *account {
                if let Some(person) = identity.person {
                    let users = std::iter::once(identity.user).chain(identity.aliases);
                    let ids = others.entry(identity.account).or_default();
                    ids.extend(users.map(|user| (user.to_string(), person.clone())));
                    known.elsewhere.insert(person);
                }
                continue;
            }
            for user in std::iter::once(&identity.user).chain(&identity.aliases) {
                if let Some(person) = &identity.person {
                    known.joined.insert(user.to_string(), person.clone());
                }
                known.identities.insert(user.to_string(), identity.clone());
            }
        }
        for (key, entry) in &known.entries {
            if entry.state == EntryState::Known
                && let Some(person) = known.joined.get(key)
            {
                known.seen.insert(key.clone(), person.clone());
            }
        }
        known.read_others(app, conn, account, &others).await?;
        Ok(known)
    }

    /// What the other accounts told. The account that was connected first tells first; the others fill gaps.
    async fn read_others(
        &mut self,
        app: &App,
        conn: &mut Conn,
        account: &AccountId,
        others: &HashMap<AccountId, HashMap<String, PersonId>>,
    ) -> Result<(), ActionError> {
        let workspace = &app.workspace;
        let mut is_older = true;
        for other in conn.accounts(workspace).await? {
            if other.id == *account {
                is_older = false;
                continue;
            }
            let Some(ids) = others.get(&other.id).filter(|_| other.enabled) else { continue };
            if is_older {
                self.led_elsewhere.extend(conn.people_told_by(workspace, &other.id).await?);
            }
            for entry in conn.directory_entries(workspace, Some(&other.id)).await? {
                let superior = entry.told.superior.as_ref().and_then(|superior| ids.get(superior));
                if let (EntryState::Known, Some(own), Some(superior)) =
                    (entry.state, ids.get(&entry.told.key), superior)
                    && own != superior
                {
                    *self.direct_elsewhere.entry(own.clone()).or_default() |= is_older;
                }
            }
        }
        Ok(())
    }

    /// What `told` changes.
    pub(super) fn plan(&self, app: &App, told: &Told, from: From<'_>, whole: bool) -> Plan {
        let told =
            plan::Told { people: &told.people, departments: &told.departments, whole, by_hand: from == From::List };
        let known = plan::Known {
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
        let new_department = || Id::new(&*app.time, &*app.entropy);
        plan::plan(told, known, new_department, || Id::new(&*app.time, &*app.entropy))
    }

    /// Whether a department of the source is joined to this one and was told the same before.
    pub(super) fn is_linked(&self, id: &DepartmentId, told: &SourceDepartment) -> bool {
        self.links.get(&told.key).is_some_and(|(linked, last)| linked == id && last == told)
    }

    /// How many people the source told before.
    pub(super) fn seen(&self) -> usize {
        self.seen.len()
    }

    /// Names of people, for reports.
    pub(super) fn names(&self, plan: &Plan) -> HashMap<PersonId, String> {
        let mut names: HashMap<PersonId, String> =
            self.people.iter().map(|person| (person.id.clone(), person.name.clone())).collect();
        names.extend(plan.steps.iter().filter_map(|step| Some((step.person.clone()?, step.name.clone()))));
        names
    }
}
