//! 「待确认」: an administrator says who somebody is.

use huan_core::{
    directory::{
        Field, SourcePerson, keys,
        run::{Entry, EntryState},
    },
    history::{Event, Subject},
    id::{DirectoryEntryId, IdentityId, PersonId},
    person::{Identity, Person, Standing},
};

use super::applying;
use crate::{
    actions::{
        identities::{self, IdentityChange},
        people::{self, NewPerson},
    },
    error::ActionError,
    work::Work,
};

/// What an administrator says about somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is this person.
    Is(PersonId),
    /// It is somebody new.
    New,
    /// It is nobody who matters here; not asked again.
    Ignore,
}

/// Takes an answer about the one whom `id` names: an identity, or somebody of a list.
///
/// # Errors
/// When the caller may not, nobody waits under this id, or the person cannot be taken.
pub async fn answer(work: &mut Work<'_>, id: &str, answer: &Answer) -> Result<Option<PersonId>, ActionError> {
    work.require_directory()?;
    let workspace = &work.app.workspace;
    if let Ok(id) = id.parse::<IdentityId>() {
        let identity = work.tx.identity(workspace, &id).await?.filter(|identity| identity.person.is_none());
        let identity = identity.ok_or(ActionError::NotFound("waiting"))?;
        let entry = work.tx.directory_entry_of(workspace, &identity.account, &identity.user).await?;
        return about_identity(work, identity, entry, answer).await;
    }
    let id: DirectoryEntryId = id.parse().map_err(|_| ActionError::NotFound("waiting"))?;
    let entry = work.tx.directory_entry(workspace, &id).await?;
    let entry = entry.filter(|entry| entry.account.is_none() && entry.state == EntryState::Waiting);
    about_listed(work, entry.ok_or(ActionError::NotFound("waiting"))?, answer).await
}

async fn about_identity(
    work: &mut Work<'_>,
    identity: Identity,
    entry: Option<Entry>,
    answer: &Answer,
) -> Result<Option<PersonId>, ActionError> {
    let workspace = &work.app.workspace;
    let told = entry.as_ref().map(|entry| entry.told.clone()).unwrap_or_else(|| SourcePerson {
        key: identity.user.to_string(),
        aliases: identity.aliases.iter().map(ToString::to_string).collect(),
        name: identity.name.clone(),
        ..SourcePerson::default()
    });
    let (person, state) = match answer {
        Answer::Is(person) => (Some(welcome(work, person).await?), EntryState::Known),
        Answer::New => (Some(make(work, &told).await?), EntryState::Known),
        Answer::Ignore => (None, EntryState::Ignored),
    };
    // Only what a source told is kept in step; who was merely heard in a chat has no entry to be missed.
    if entry.is_some() || state == EntryState::Ignored {
        let kept = Entry {
            id: entry.as_ref().map_or_else(|| work.new_id(), |entry| entry.id.clone()),
            account: Some(identity.account.clone()),
            told: told.clone(),
            state,
            doubt: None,
            seen_at: work.now,
        };
        work.tx.keep_directory_entries(workspace, std::slice::from_ref(&kept)).await?;
    }
    if let Some(person) = &person {
        let change = IdentityChange { person: Some(Some(person.clone())), preferred: None };
        identities::edit_identity(work, &identity.id, change).await?;
        fill_gaps(work, person, &told).await?;
        if entry.is_some() {
            // Department, superior and whatever else the platform tells is read anew.
            work.tx.ask_directory_anew(workspace, &identity.account, &identity.user, work.now).await?;
        }
    } else {
        work.show(&Subject::Workspace(workspace.clone()), None);
    }
    Ok(person)
}

async fn about_listed(work: &mut Work<'_>, entry: Entry, answer: &Answer) -> Result<Option<PersonId>, ActionError> {
    let workspace = &work.app.workspace;
    let person = match answer {
        Answer::Is(person) => Some(welcome(work, person).await?),
        Answer::New => Some(make(work, &entry.told).await?),
        Answer::Ignore => None,
    };
    match &person {
        Some(person) => {
            fill_gaps(work, person, &entry.told).await?;
            work.tx.remove_directory_entry(workspace, None, &entry.told.key).await?;
        }
        None => {
            let ignored = Entry { state: EntryState::Ignored, doubt: None, ..entry };
            work.tx.keep_directory_entries(workspace, std::slice::from_ref(&ignored)).await?;
        }
    }
    work.show(&Subject::Workspace(workspace.clone()), None);
    Ok(person)
}

/// The person, who works here again if they had left.
async fn welcome(work: &mut Work<'_>, id: &PersonId) -> Result<PersonId, ActionError> {
    let was = work.person(id, "person").await?;
    if matches!(was.standing, Standing::Left { .. }) {
        let back = Person { standing: Standing::Active, ..was.clone() };
        people::write(work, &was, back).await?;
    }
    Ok(was.id)
}

/// A new person as told, without what somebody else has already.
async fn make(work: &mut Work<'_>, told: &SourcePerson) -> Result<PersonId, ActionError> {
    let mail = told.mail.as_deref().and_then(keys::mail);
    let taken = match &mail {
        Some(mail) => work.tx.person_by_mail(&work.app.workspace, mail).await?.is_some(),
        None => false,
    };
    let new = NewPerson {
        name: told.name.clone(),
        job: told.job.clone().unwrap_or_default(),
        mobile: told.mobile.as_deref().and_then(keys::mobile),
        mail: mail.filter(|_| !taken),
        staff_number: told.staff_number.as_deref().and_then(keys::staff_number),
        ..NewPerson::default()
    };
    Ok(people::add_person(work, new).await?.id)
}

/// Takes over what is not known of the person yet.
async fn fill_gaps(work: &mut Work<'_>, id: &PersonId, told: &SourcePerson) -> Result<(), ActionError> {
    let was = people::existing(work, id).await?;
    let mut person = was.clone();
    if person.job.is_empty() {
        person.job = told.job.clone().unwrap_or_default();
    }
    if person.mobile.is_none() {
        person.mobile = told.mobile.as_deref().and_then(keys::mobile);
    }
    if person.staff_number.is_none() {
        person.staff_number = told.staff_number.as_deref().and_then(keys::staff_number);
    }
    if let (None, Some(mail)) = (&person.mail, told.mail.as_deref().and_then(keys::mail))
        && work.tx.person_by_mail(&work.app.workspace, &mail).await?.is_none()
    {
        person.mail = Some(mail);
    }
    people::write(work, &was, person).await.map(drop)
}

/// Lets sources tell a field again that was set by hand.
///
/// # Errors
/// When the caller may not, or there is no such person.
pub async fn follow_sources(work: &mut Work<'_>, id: &PersonId, field: Field) -> Result<(), ActionError> {
    work.require_directory()?;
    people::existing(work, id).await?;
    let workspace = &work.app.workspace;
    work.tx.forget_by_hand(workspace, id, field).await?;
    for identity in work.tx.identities_of(workspace, id).await? {
        work.tx.ask_directory_anew(workspace, &identity.account, &identity.user, work.now).await?;
    }
    work.happened(Subject::Person(id.clone()), None, Event::Follows { field: field.name().to_owned() });
    Ok(())
}

/// Asks an account how those are called whom it told by their ids only and who are nobody here yet. What it does not tell, for
/// want of a right or because it does not answer, stays as it is.
///
/// # Errors
/// When the database fails.
pub(crate) async fn learn_names(
    app: &crate::app::App,
    account: &crate::app::OpenAccount,
    users: &[huan_core::platform::ForeignUser],
) -> Result<(), ActionError> {
    let Some(directory) = account.live.directory() else { return Ok(()) };
    for user in users {
        let known = app.db.read().await?.identity_of(&app.workspace, &account.id, user).await?;
        if known.is_none_or(|known| known.person.is_some() || known.is_named()) {
            continue;
        }
        let name = match directory.person(user).await {
            Ok(found) => found.map(|found| found.name).unwrap_or_default(),
            Err(error) => {
                tracing::warn!(account = %account.id, %error, "the name of somebody who was heard cannot be read");
                continue;
            }
        };
        let mut work = app.begin_as_huan().await?;
        let known = work.tx.identity_of(&app.workspace, &account.id, user).await?;
        if let Some(known) = known.filter(|known| !name.is_empty() && !known.is_named()) {
            work.tx.update_identity(&app.workspace, &Identity { name, ..known }).await?;
            work.show(&Subject::Workspace(app.workspace.clone()), None);
            work.commit().await?;
        }
    }
    Ok(())
}

/// Reads people anew whom events told of, and carries out what changed.
///
/// # Errors
/// When the database fails. A platform that does not answer leaves them to the next night.
pub(crate) async fn read_anew(
    app: &crate::app::App,
    account: &crate::app::OpenAccount,
    users: &[huan_core::platform::ForeignUser],
) -> Result<(), ActionError> {
    let Some(roster) = account.live.roster() else { return Ok(()) };
    let mut people = Vec::with_capacity(users.len());
    for user in users {
        match roster.one(user).await {
            // Who is not shown any more may have left: that is told by the whole list.
            Ok(person) => people.extend(person),
            Err(error) => {
                tracing::warn!(account = %account.id, %error, "a person cannot be read anew; the nightly reconcile does it");
            }
        }
    }
    if people.is_empty() {
        return Ok(());
    }
    let departments = app.db.read().await?.directory_departments(&app.workspace, &account.id).await?;
    let told = super::Told { people, departments: departments.into_iter().map(|(_, _, told)| told).collect() };
    applying::carry_out(app, &told, super::From::Account(&account.id), true, None, None).await
}
