//! Who is who on the platform and here.

use std::collections::{BTreeSet, HashMap};

use huan_connect::ForeignTask;
use huan_core::{
    id::{AccountId, PersonId},
    person::{Identity, Person},
    platform::ForeignUser,
    task::Task,
};

use crate::{app::App, error::ActionError};

/// The people of one task, as far as they are known to be the same on both sides.
#[derive(Debug, Default)]
pub(super) struct People {
    here: HashMap<ForeignUser, PersonId>,
    there: HashMap<PersonId, ForeignUser>,
    names: HashMap<PersonId, String>,
}

impl People {
    /// Reads who is who among those who have a part in the task. Users of the platform that were never heard of become
    /// identities without a person, for an administrator to join up.
    pub(super) async fn read(
        app: &App,
        account: &AccountId,
        task: Option<&Task>,
        foreign: Option<&ForeignTask>,
        more: &[PersonId],
    ) -> Result<Self, ActionError> {
        let mut known = Self::default();
        let mut strangers = Vec::new();
        let mut conn = app.db.read().await?;
        let users: BTreeSet<&ForeignUser> = foreign
            .iter()
            .flat_map(|foreign| foreign.participants.iter().chain(&foreign.owner).chain(&foreign.creator))
            .collect();
        for user in users {
            match conn.identity_of(&app.workspace, account, user).await? {
                Some(Identity { person: Some(person), .. }) => {
                    known.there.insert(person.clone(), user.clone());
                    known.here.insert(user.clone(), person);
                }
                Some(_) => {}
                None => strangers.push(user.clone()),
            }
        }
        let people: BTreeSet<PersonId> = task
            .iter()
            .flat_map(|task| task.helpers.iter().chain([&task.owner, &task.initiator]))
            .chain(more)
            .cloned()
            .collect();
        let people: Vec<PersonId> = people.into_iter().collect();
        for identity in conn.identities_of_people(&app.workspace, &people).await? {
            if identity.account == *account
                && let Some(person) = identity.person
            {
                known.there.entry(person).or_insert(identity.user);
            }
        }
        let mut all: Vec<PersonId> = people;
        all.extend(known.here.values().cloned());
        for Person { id, name, .. } in conn.people_by_id(&app.workspace, &all).await? {
            known.names.insert(id, name);
        }
        drop(conn);
        if !strangers.is_empty() {
            keep_strangers(app, account, strangers).await?;
        }
        Ok(known)
    }

    /// The person that a user of the platform is.
    pub(super) fn here(&self, user: &ForeignUser) -> Option<&PersonId> {
        self.here.get(user)
    }

    /// The user of the platform that a person is.
    pub(super) fn there(&self, person: &PersonId) -> Option<&ForeignUser> {
        self.there.get(person)
    }

    /// What a person is called.
    pub(super) fn name(&self, person: &str) -> String {
        let id: Option<PersonId> = person.parse().ok();
        id.and_then(|id| self.names.get(&id).cloned()).unwrap_or_else(|| person.to_owned())
    }

    /// What a user of the platform is called: the person's name here, else the id there.
    pub(super) fn name_there(&self, user: &str) -> String {
        let person = self.here.get(&ForeignUser::new(user));
        person.map_or_else(|| user.to_owned(), |person| self.name(person.as_str()))
    }
}

async fn keep_strangers(app: &App, account: &AccountId, strangers: Vec<ForeignUser>) -> Result<(), ActionError> {
    let mut work = app.begin_as_huan().await?;
    for user in strangers {
        if work.tx.identity_of(&app.workspace, account, &user).await?.is_none() {
            let identity = Identity {
                id: work.new_id(),
                person: None,
                account: account.clone(),
                name: user.to_string(),
                user,
                aliases: Vec::new(),
                preferred: false,
            };
            work.tx.insert_identity(&app.workspace, &identity).await?;
        }
    }
    work.commit().await
}
