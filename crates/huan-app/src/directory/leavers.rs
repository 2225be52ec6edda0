//! Whoever leaves (I7): their access ends at once, their open work waits for an administrator and, when nobody chooses, goes to
//! the superior. Nothing stays ownerless.

use std::collections::HashSet;

use huan_core::{
    directory::run::{Leaver, LeaverState},
    history::{Event, Source, Subject},
    id::{AccountId, PersonId},
    permission::Viewer,
    person::{Person, Standing},
};
use jiff::SignedDuration;

use crate::{
    actions::{leaving, people},
    app::App,
    caller::Caller,
    error::ActionError,
    work::Work,
};

/// How long an administrator has to choose who takes over.
pub const TIME_TO_CHOOSE: SignedDuration = SignedDuration::from_hours(24);
/// The longest line of superiors that is followed.
const LONGEST_LINE: usize = 50;

/// Somebody has left the organisation, as `account` or a list tells. Without open work they are out of everything at once.
///
/// # Errors
/// When the database fails.
pub(crate) async fn notice(work: &mut Work<'_>, id: &PersonId, account: Option<&AccountId>) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let Some(person) = work.tx.person(workspace, id).await? else { return Ok(()) };
    part(work, id, account).await?;
    let known = work.tx.leaver(workspace, id).await?;
    let is_open = known.is_some_and(|leaver| leaver.state == LeaverState::Open);
    if matches!(person.standing, Standing::Left { .. }) || is_open {
        return Ok(());
    }
    let is_last = person.administrator && work.tx.administrators(workspace).await? <= 1;
    if !is_last {
        leaving::end_access(work, id).await?;
    }
    let leaver = Leaver {
        person: id.clone(),
        account: account.cloned(),
        noticed_at: work.now,
        due_at: work.now + TIME_TO_CHOOSE,
        state: LeaverState::Open,
        successor: None,
        ended_at: None,
    };
    work.tx.set_leaver(workspace, &leaver).await?;
    let told_by = match account {
        Some(account) => work.tx.account(workspace, account).await?.map(|account| account.name).unwrap_or_default(),
        None => String::new(),
    };
    work.happened(Subject::Person(id.clone()), None, Event::Leaving { told_by });
    if is_last {
        // Somebody must be able to administer: this one waits until another administrator is named.
        return Ok(());
    }
    let before = work.caller.clone();
    act_as_huan(work, &person);
    let nothing_open = leaving::open_work(work, id).await?.is_empty();
    if nothing_open {
        leaving::leave(work, id, None).await?;
    }
    work.caller = before;
    Ok(())
}

/// Somebody has left one platform only: their ids there are theirs no more.
///
/// # Errors
/// When the database fails.
pub(crate) async fn part(work: &mut Work<'_>, id: &PersonId, account: Option<&AccountId>) -> Result<(), ActionError> {
    let Some(account) = account else { return Ok(()) };
    let workspace = &work.app.workspace;
    for identity in work.tx.identities_of(workspace, id).await? {
        if identity.account != *account {
            continue;
        }
        work.tx.remove_identity(workspace, &identity.id).await?;
        work.tx.remove_directory_entry(workspace, Some(account), identity.user.as_str()).await?;
        let event = Event::Changed { field: "identity".to_owned(), from: identity.name.clone(), to: String::new() };
        work.happened(Subject::Person(id.clone()), None, event);
    }
    Ok(())
}

/// Somebody whom a source told as gone stays after all.
///
/// # Errors
/// When the caller may not, or nobody is leaving.
pub async fn stays(work: &mut Work<'_>, id: &PersonId) -> Result<(), ActionError> {
    work.require_administrator()?;
    let workspace = &work.app.workspace;
    let leaver = work.tx.leaver(workspace, id).await?.filter(|leaver| leaver.state == LeaverState::Open);
    let mut leaver = leaver.ok_or(ActionError::NotFound("leaver"))?;
    leaver.state = LeaverState::Stays;
    leaver.ended_at = Some(work.now);
    work.tx.set_leaver(workspace, &leaver).await?;
    work.happened(Subject::Person(id.clone()), None, Event::Stays);
    Ok(())
}

/// Hands over the work of one leaver whose time is up; says whether there was one.
///
/// # Errors
/// When the database fails.
pub(crate) async fn hand_over_due(app: &App) -> Result<bool, ActionError> {
    if app.db.read().await?.due_leaver(&app.workspace, app.now()).await?.is_none() {
        return Ok(false);
    }
    let mut work = app.begin_as_huan().await?;
    let Some(mut leaver) = work.tx.due_leaver(&app.workspace, work.now).await? else { return Ok(false) };
    let person = people::existing(&mut work, &leaver.person).await?;
    act_as_huan(&mut work, &person);
    let successor = successor_of(&mut work, &person).await?;
    let left = match &successor {
        Some(successor) => leaving::leave(&mut work, &person.id, Some(successor)).await,
        None => Err(ActionError::field("successor", "unknown")),
    };
    match left {
        Ok(_) => work.commit().await?,
        Err(error) if matches!(error, ActionError::Invalid(_) | ActionError::WrongState(_)) => {
            // Nobody can take over yet, such as from the last administrator: it stays on the list and is tried again.
            drop(work);
            tracing::warn!(person = %leaver.person, %error, "the work of somebody who left cannot be handed over yet");
            let mut work = app.begin_as_huan().await?;
            leaver.due_at = work.now + TIME_TO_CHOOSE;
            work.tx.set_leaver(&app.workspace, &leaver).await?;
            work.commit().await?;
        }
        Err(error) => return Err(error),
    }
    Ok(true)
}

/// Who takes over when nobody was chosen: the nearest superior who stays, else an administrator.
///
/// # Errors
/// When the database fails.
pub(crate) async fn successor_of(work: &mut Work<'_>, person: &Person) -> Result<Option<PersonId>, ActionError> {
    let workspace = &work.app.workspace;
    let leaving: HashSet<PersonId> =
        work.tx.open_leavers(workspace, 10_000).await?.into_iter().map(|leaver| leaver.person).collect();
    let stays =
        |one: &Person| one.id != person.id && matches!(one.standing, Standing::Active) && !leaving.contains(&one.id);
    let mut next = person.superior.clone();
    for _ in 0..LONGEST_LINE {
        let Some(id) = next else { break };
        let Some(above) = work.tx.person(workspace, &id).await? else { break };
        if stays(&above) {
            return Ok(Some(above.id));
        }
        next = above.superior;
    }
    let everybody = work.tx.people(workspace).await?;
    Ok(everybody.into_iter().find(|one| one.administrator && stays(one)).map(|one| one.id))
}

/// Huan acts with an administrator's rights. The history names nobody as the one who did it.
fn act_as_huan(work: &mut Work<'_>, about: &Person) {
    work.caller = Some(Caller {
        viewer: Viewer { person: about.id.clone(), administrator: true, guest: false },
        language: about.language,
        zone: about.hours.zone().clone(),
        source: Source::Huan,
    });
}
