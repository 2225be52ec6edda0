//! Whoever leaves (I7): their access ends at once, their open work waits for an administrator and, when nobody chooses, goes to
//! the superior. Nothing stays ownerless.

use std::collections::HashSet;

use huan_core::{
    collaboration::Role,
    directory::run::{Leaver, LeaverState},
    history::{Event, Source, Subject},
    id::{AccountId, PersonId},
    permission::Viewer,
    person::{Person, Standing},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    actions::{
        leaving::{self, OpenWork},
        people, usage_rules,
    },
    app::App,
    caller::Caller,
    error::ActionError,
    notices::Notice,
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

/// Guests whose time is up: what they have open waits like that of somebody who leaves, and the initiators of its
/// collaborations are told. Says how many there were.
///
/// # Errors
/// When the database fails.
pub(crate) async fn notice_ended_guests(app: &App) -> Result<usize, ActionError> {
    let now = app.now();
    let mut ended = app.db.read().await?.guests(&app.workspace).await?;
    ended.retain(|(guest, noticed_at)| {
        guest_until(guest).is_some_and(|until| until <= now && noticed_at.is_none_or(|noticed| noticed < until))
    });
    for (guest, _) in &ended {
        let mut work = app.begin_as_huan().await?;
        // They may have been given more time meanwhile.
        let guest = people::existing(&mut work, &guest.id).await?;
        if guest_until(&guest).is_some_and(|until| until <= now) {
            guest_ended(&mut work, &guest).await?;
            work.commit().await?;
        }
    }
    Ok(ended.len())
}

/// When the time of the next guest is up.
pub(crate) async fn next_guest_at(app: &App) -> Result<Option<Timestamp>, ActionError> {
    let now = app.now();
    let guests = app.db.read().await?.guests(&app.workspace).await?;
    Ok(guests.iter().filter_map(|(guest, _)| guest_until(guest)).filter(|until| *until > now).min())
}

/// Until when a guest has access; none for one of the organisation.
pub(crate) fn guest_until(person: &Person) -> Option<Timestamp> {
    match person.standing {
        Standing::Guest { until } => Some(until),
        Standing::Active | Standing::Left { .. } => None,
    }
}

async fn guest_ended(work: &mut Work<'_>, guest: &Person) -> Result<(), ActionError> {
    leaving::end_access(work, &guest.id).await?;
    usage_rules::excuse(work, &guest.id, None).await?;
    let open = OpenWork::of(work.app, &mut work.tx, &guest.id, None).await?;
    let mut leaver = Leaver {
        person: guest.id.clone(),
        account: None,
        noticed_at: work.now,
        due_at: work.now + TIME_TO_CHOOSE,
        state: LeaverState::Open,
        successor: None,
        ended_at: None,
    };
    if open.is_empty() {
        leaver.state = LeaverState::HandedOver;
        leaver.ended_at = Some(work.now);
    } else {
        work.happened(Subject::Person(guest.id.clone()), None, Event::GuestEnded);
    }
    let workspace = &work.app.workspace;
    work.tx.set_leaver(workspace, &leaver).await?;
    for collaboration in open.collaborations() {
        let members = work.tx.memberships(workspace, &collaboration).await?;
        let subject = Subject::Collaboration(collaboration.clone());
        for initiator in members.into_iter().filter(|member| member.role == Role::Initiator) {
            let notice = Notice::GuestWork { guest: guest.id.clone(), collaboration: collaboration.clone() };
            work.tell(&initiator.person, &subject, &collaboration, notice).await?;
        }
    }
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

/// Hands the work of somebody on the list of leavers over to whom an administrator chose. A guest's work goes, and the guest
/// stays what they are.
///
/// # Errors
/// When the caller may not, nobody waits for this, or the successor cannot take over.
pub async fn hand_over(work: &mut Work<'_>, id: &PersonId, successor: &PersonId) -> Result<(), ActionError> {
    work.require_administrator()?;
    let person = people::existing(work, id).await?;
    if guest_until(&person).is_some() {
        return leaving::relieve_guest(work, &person, Some(successor)).await;
    }
    leaving::leave(work, id, Some(successor)).await.map(drop)
}

/// Somebody whom a source told as gone stays after all.
///
/// # Errors
/// When the caller may not, or nobody is leaving.
pub async fn stays(work: &mut Work<'_>, id: &PersonId) -> Result<(), ActionError> {
    work.require_administrator()?;
    let person = people::existing(work, id).await?;
    if guest_until(&person).is_some_and(|until| until <= work.now) {
        // Their time is extended, which says until when.
        return Err(ActionError::field("guest_until", "past"));
    }
    if stays_after_all(work, id).await? { Ok(()) } else { Err(ActionError::NotFound("leaver")) }
}

/// Nobody waits any more for the work of this person, if somebody did; says whether.
pub(crate) async fn stays_after_all(work: &mut Work<'_>, id: &PersonId) -> Result<bool, ActionError> {
    let workspace = &work.app.workspace;
    let leaver = work.tx.leaver(workspace, id).await?.filter(|leaver| leaver.state == LeaverState::Open);
    let Some(mut leaver) = leaver else { return Ok(false) };
    leaver.state = LeaverState::Stays;
    leaver.ended_at = Some(work.now);
    work.tx.set_leaver(workspace, &leaver).await?;
    work.happened(Subject::Person(id.clone()), None, Event::Stays);
    Ok(true)
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
    let left = if guest_until(&person).is_some() {
        leaving::relieve_guest(&mut work, &person, None).await
    } else {
        match successor_of(&mut work, &person).await? {
            Some(successor) => leaving::leave(&mut work, &person.id, Some(&successor)).await.map(drop),
            None => Err(ActionError::field("successor", "unknown")),
        }
    };
    match left {
        Ok(()) => work.commit().await?,
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
        viewer: Viewer { person: about.id.clone(), administrator: true, guest: false, by_binding: false },
        language: about.language,
        zone: about.hours.zone().clone(),
        source: Source::Huan,
    });
}
