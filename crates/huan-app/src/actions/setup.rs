//! The first administrator and invitations: links that work once and let a person choose a password.

use huan_core::{
    calendar::WorkingHours,
    history::{Event, Subject},
    i18n::Language,
    id::PersonId,
    person::{Person, Standing},
};
use huan_store::OneTimeLink;
use jiff::SignedDuration;

use super::{
    input,
    session::{self, Begun, Secret},
};
use crate::{app::App, error::ActionError, work::Work};

/// How long the link to the first administrator is good: as long as somebody may take to read the log.
const FIRST_LASTS: SignedDuration = SignedDuration::from_hours(24);
/// How long an invitation is good.
const INVITATION_LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);

const FIRST: &str = "first_administrator";
const INVITATION: &str = "password";

/// What a one-time link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Making the first administrator.
    First,
    /// Choosing a password.
    Invitation {
        /// Whose.
        name: String,
    },
}

/// The first administrator.
#[derive(Debug, Clone)]
pub struct First {
    /// The secret of the link.
    pub link: String,
    /// Their name.
    pub name: String,
    /// Their mail address.
    pub mail: String,
    /// Their password.
    pub password: String,
    /// The organisation's name, if it is to be another.
    pub workspace_name: Option<String>,
    /// Their language.
    pub language: Language,
}

/// The address by which the first administrator is made; none when there is an administrator already. An earlier
/// address ends.
///
/// # Errors
/// When the database fails.
pub async fn first_link(app: &App) -> Result<Option<String>, ActionError> {
    let mut work = app.begin_as_huan().await?;
    if work.tx.administrators(&app.workspace).await? > 0 {
        return Ok(None);
    }
    work.tx.withdraw_one_time_links(&app.workspace, FIRST).await?;
    let secret = make_link(&mut work, FIRST, None, FIRST_LASTS).await?;
    work.commit().await?;
    Ok(Some(app.page(&format!("setup?link={}", secret.reveal()))))
}

async fn make_link(
    work: &mut Work<'_>,
    purpose: &str,
    person: Option<PersonId>,
    lasts: SignedDuration,
) -> Result<Secret, ActionError> {
    let secret = Secret::new(work.app, "");
    let link = OneTimeLink {
        workspace: work.app.workspace.clone(),
        id: session::new_id(work.app),
        hash: secret.hash(),
        purpose: purpose.to_owned(),
        person,
        created_at: work.now,
        expires_at: work.now + lasts,
        used_at: None,
    };
    work.tx.insert_one_time_link(&link).await?;
    Ok(secret)
}

/// What a link is for; none when it is no longer good.
///
/// # Errors
/// When the database fails.
pub async fn look_at(app: &App, link: &str) -> Result<Option<Link>, ActionError> {
    let mut conn = app.db.read().await?;
    let Some(link) = conn.one_time_link_by_hash(&session::hash(link), app.now()).await? else { return Ok(None) };
    Ok(match (link.purpose.as_str(), &link.person) {
        (FIRST, _) if conn.administrators(&app.workspace).await? == 0 => Some(Link::First),
        (INVITATION, Some(person)) => {
            conn.person(&app.workspace, person).await?.map(|person| Link::Invitation { name: person.name })
        }
        _ => None,
    })
}

/// Makes the first administrator and signs them in.
///
/// # Errors
/// When the link is no longer good, or something given cannot be used.
pub async fn make_first(app: &App, first: First, user_agent: &str) -> Result<Begun, ActionError> {
    let name = input::text("name", &first.name, input::SHORT)?;
    let mail = session::mail(&first.mail)?;
    if look_at(app, &first.link).await? != Some(Link::First) {
        return Err(ActionError::LinkExpired);
    }
    let password = session::hash_password(app, &first.password).await?;
    let mut work = app.begin_as_huan().await?;
    take(&mut work, &first.link, FIRST).await?;
    if work.tx.administrators(&app.workspace).await? > 0 {
        return Err(ActionError::LinkExpired);
    }
    if work.tx.person_by_mail(&app.workspace, &mail).await?.is_some() {
        return Err(ActionError::field("mail", "taken"));
    }
    if let Some(given) = first.workspace_name.as_deref().filter(|name| !name.trim().is_empty()) {
        let found = work.tx.workspace(&app.workspace).await?;
        let mut workspace = found.ok_or_else(|| ActionError::Internal("the workspace is gone".to_owned()))?;
        workspace.name = input::text("workspace_name", given, input::SHORT)?;
        work.tx.update_workspace(&workspace).await?;
    }
    let person = Person {
        id: work.new_id(),
        name,
        department: None,
        job: String::new(),
        superior: None,
        hours: WorkingHours::office_in_china(),
        language: first.language,
        mobile: None,
        mail: Some(mail),
        staff_number: None,
        administrator: true,
        standing: Standing::Active,
        version: 1,
    };
    work.tx.insert_person(&app.workspace, &person).await?;
    work.tx.set_password_hash(&app.workspace, &person.id, &password, work.now).await?;
    work.happened(Subject::Person(person.id.clone()), None, Event::Created);
    let begun = session::begin(&mut work, person, user_agent).await?;
    work.commit().await?;
    Ok(begun)
}

async fn take(work: &mut Work<'_>, link: &str, purpose: &str) -> Result<OneTimeLink, ActionError> {
    let found = work.tx.one_time_link_by_hash(&session::hash(link), work.now).await?;
    let link = found.filter(|link| link.purpose == purpose).ok_or(ActionError::LinkExpired)?;
    match work.tx.use_one_time_link(&work.app.workspace, &link.id, work.now).await? {
        true => Ok(link),
        false => Err(ActionError::LinkExpired),
    }
}

/// Makes an invitation: the address by which `person` chooses a password. The caller tells it to them.
///
/// # Errors
/// When the caller is no administrator, or the person does not exist, has left or has no mail address to sign in with.
pub async fn invite(work: &mut Work<'_>, person: &PersonId) -> Result<String, ActionError> {
    work.require_administrator()?;
    let found = work.tx.person(&work.app.workspace, person).await?;
    let person = found.ok_or(ActionError::NotFound("person"))?;
    if matches!(person.standing, Standing::Left { .. }) {
        return Err(ActionError::NotFound("person"));
    }
    if person.mail.is_none() {
        return Err(ActionError::field("mail", "required"));
    }
    invitation(work, person.id).await
}

/// Makes an invitation without asking for rights: for the program's own command line.
///
/// # Errors
/// When the database fails.
pub async fn invitation(work: &mut Work<'_>, person: PersonId) -> Result<String, ActionError> {
    let secret = make_link(work, INVITATION, Some(person), INVITATION_LASTS).await?;
    Ok(work.app.page(&format!("invite?link={}", secret.reveal())))
}

/// Sets the invited person's password and signs them in. Their other sessions end.
///
/// # Errors
/// When the link is no longer good or the password cannot be used.
pub async fn accept_invitation(app: &App, link: &str, password: &str, user_agent: &str) -> Result<Begun, ActionError> {
    if !matches!(look_at(app, link).await?, Some(Link::Invitation { .. })) {
        return Err(ActionError::LinkExpired);
    }
    let password = session::hash_password(app, password).await?;
    let mut work = app.begin_as_huan().await?;
    let link = take(&mut work, link, INVITATION).await?;
    let person = link.person.ok_or(ActionError::LinkExpired)?;
    let person = work.tx.person(&app.workspace, &person).await?.ok_or(ActionError::LinkExpired)?;
    if matches!(person.standing, Standing::Left { .. }) {
        return Err(ActionError::LinkExpired);
    }
    work.tx.end_sessions_of(&app.workspace, &person.id).await?;
    work.tx.set_password_hash(&app.workspace, &person.id, &password, work.now).await?;
    let event = Event::Changed { field: "password".to_owned(), from: String::new(), to: "•".to_owned() };
    work.happened(Subject::Person(person.id.clone()), None, event);
    let begun = session::begin(&mut work, person, user_agent).await?;
    work.commit().await?;
    Ok(begun)
}
