//! Who a person is on the platforms: joining up, detaching, where to be reached first (A3).

use huan_core::{
    history::{Event, Subject},
    id::{AccountId, IdentityId, PersonId},
    person::{Identity, Person, Standing},
    platform::ForeignUser,
};

use super::{input, people};
use crate::{app::App, caller::Caller, error::ActionError, work::Work};

/// What to change of an identity; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct IdentityChange {
    /// Whose it is; the inner `None` detaches it.
    pub person: Option<Option<PersonId>>,
    /// Whether the person is to be reached here first.
    pub preferred: Option<bool>,
}

/// An identity that is known from outside, such as a list of people.
#[derive(Debug, Clone)]
pub struct NewIdentity {
    /// The account through which the id was learnt.
    pub account: AccountId,
    /// The id to send to.
    pub user: ForeignUser,
    /// Other ids of the same person there.
    pub aliases: Vec<ForeignUser>,
    /// The name there.
    pub name: String,
    /// Whose it is.
    pub person: PersonId,
    /// Whether the person is to be reached here first.
    pub preferred: bool,
}

/// Adds an identity of a person; one that was heard of before is joined up.
///
/// # Errors
/// When the caller may not, or it belongs to somebody else.
pub async fn add_identity(work: &mut Work<'_>, new: NewIdentity) -> Result<Identity, ActionError> {
    work.require_administrator()?;
    let person = working_here(work, &new.person).await?;
    let workspace = &work.app.workspace;
    if work.tx.account(workspace, &new.account).await?.is_none() {
        return Err(ActionError::field("account", "unknown"));
    }
    for user in std::iter::once(&new.user).chain(&new.aliases) {
        let Some(known) = work.tx.identity_of(workspace, &new.account, user).await? else { continue };
        if known.person.as_ref().is_some_and(|other| *other != person.id) {
            return Err(ActionError::field("person", "taken"));
        }
        let change = IdentityChange { person: Some(Some(person.id)), preferred: Some(new.preferred) };
        return edit_identity(work, &known.id, change).await;
    }
    let identity = Identity {
        id: work.new_id(),
        person: Some(person.id.clone()),
        account: new.account,
        user: new.user,
        aliases: new.aliases,
        name: input::optional_text("name", &new.name, input::SHORT)?,
        preferred: false,
    };
    work.tx.insert_identity(workspace, &identity).await?;
    joined(work, &person, String::new(), identity.name.clone());
    if new.preferred {
        return prefer(work, identity).await;
    }
    Ok(identity)
}

/// Joins an identity up with a person, detaches it, or makes it the one where they are reached first.
///
/// # Errors
/// When the caller may not, or there is no such identity or person.
pub async fn edit_identity(
    work: &mut Work<'_>,
    id: &IdentityId,
    change: IdentityChange,
) -> Result<Identity, ActionError> {
    work.require_administrator()?;
    let was = work.tx.identity(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("identity"))?;
    let mut identity = was.clone();
    if let Some(person) = change.person {
        identity.person = match person {
            Some(person) => Some(working_here(work, &person).await?.id),
            None => None,
        };
        if identity.person != was.person {
            identity.preferred = false;
            work.tx.update_identity(&work.app.workspace, &identity).await?;
            if let Some(before) = &was.person {
                let before = people::existing(work, before).await?;
                joined(work, &before, was.name.clone(), String::new());
            }
            if let Some(now) = &identity.person {
                let now = people::existing(work, now).await?;
                joined(work, &now, String::new(), identity.name.clone());
            }
        }
    }
    match change.preferred {
        Some(true) if identity.person.is_some() => prefer(work, identity).await,
        Some(true) => Err(ActionError::field("preferred", "no_person")),
        Some(false) if identity.preferred => {
            identity.preferred = false;
            work.tx.update_identity(&work.app.workspace, &identity).await?;
            Ok(identity)
        }
        Some(false) | None => Ok(identity),
    }
}

/// Looks a person up on every connected platform by mobile number and mail address. What is found is to be added by
/// [`add_identity`].
///
/// # Errors
/// When the caller may not, or no platform could be asked.
pub async fn look_up(app: &App, caller: &Caller, person: &PersonId) -> Result<Vec<NewIdentity>, ActionError> {
    let mut work = app.begin(caller).await?;
    work.require_administrator()?;
    let person = working_here(&mut work, person).await?;
    work.commit().await?;
    let mut found = Vec::new();
    for account in app.open_accounts() {
        let Some(directory) = account.live.directory() else { continue };
        // A platform is asked outside any transaction: its answer may take long.
        let answer = directory.find(person.mobile.as_deref(), person.mail.as_deref()).await;
        match answer {
            Ok(Some(entry)) => found.push(NewIdentity {
                account: account.id.clone(),
                user: entry.user,
                aliases: entry.aliases,
                name: entry.name,
                person: person.id.clone(),
                preferred: false,
            }),
            Ok(None) => {}
            Err(error) => return Err(ActionError::Platform(error.to_string())),
        }
    }
    Ok(found)
}

/// Makes an identity the only preferred one of its person.
async fn prefer(work: &mut Work<'_>, mut identity: Identity) -> Result<Identity, ActionError> {
    let Some(person) = identity.person.clone() else { return Ok(identity) };
    let workspace = &work.app.workspace;
    for mut other in work.tx.identities_of(workspace, &person).await? {
        if other.id != identity.id && other.preferred {
            other.preferred = false;
            work.tx.update_identity(workspace, &other).await?;
        }
    }
    if !identity.preferred {
        identity.preferred = true;
        work.tx.update_identity(workspace, &identity).await?;
        let event = Event::Changed { field: "preferred".to_owned(), from: String::new(), to: identity.name.clone() };
        work.happened(Subject::Person(person), None, event);
    }
    Ok(identity)
}

async fn working_here(work: &mut Work<'_>, id: &PersonId) -> Result<Person, ActionError> {
    let person = work.person(id, "person").await?;
    match person.standing {
        Standing::Left { .. } => Err(ActionError::field("person", "left")),
        Standing::Active | Standing::Guest { .. } => Ok(person),
    }
}

fn joined(work: &mut Work<'_>, person: &Person, from: String, to: String) {
    let event = Event::Changed { field: "identity".to_owned(), from, to };
    work.happened(Subject::Person(person.id.clone()), None, event);
}
