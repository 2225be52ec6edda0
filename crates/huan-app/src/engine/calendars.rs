//! Bringing meetings into people's calendars (C1).
//!
//! That an attempt begins is committed before it is made. So whatever happens to this program, it is known that there may be an
//! event; and where the platform would not know the second attempt again, none is made: a person looks. What is to stand there is
//! read anew at each step, so that several changes are one call.

use std::{collections::HashMap, sync::Arc};

use huan_connect::{Calendars, Certainty, KeptEvent, Retry, SendError};
use huan_core::{
    group_request::Setback,
    history::Subject,
    id::{AccountId, MeetingId},
    meeting::{Attendee, CalendarEntry, EntryState, EventText, Meeting, Standing, Todo},
    platform::ForeignUser,
};
use jiff::SignedDuration;
use tokio::task::JoinSet;

use super::Round;
use crate::{
    actions::meetings::in_calendars,
    app::{App, OpenAccount},
    error::ActionError,
    work::Work,
};

/// How many events one round takes.
const AT_ONCE: u32 = 8;
/// How long a node may deal with an event before another may take it.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// The event was taken away on the platform.
const GONE: &str = "meeting.reason.gone";

/// Makes, changes and removes the events that wait for it.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let now = app.now();
    let next_at = app.db.read().await?.next_calendar_entry_at(&app.workspace).await?;
    if next_at.is_none_or(|at| at > now) {
        return Ok(Round { done: 0, next_at });
    }
    let mut tx = app.db.write().await?;
    let claimed = tx.claim_calendar_entries(&app.workspace, now, now + LEASE, AT_ONCE).await?;
    tx.commit().await?;
    let done = claimed.len();
    let mut running = JoinSet::new();
    for entry in claimed {
        let app = Arc::clone(&app);
        running.spawn(async move { carry_out(&app, &entry.meeting, &entry.account).await });
    }
    while let Some(ended) = running.join_next().await {
        ended.map_err(|error| ActionError::Internal(error.to_string()))??;
    }
    Ok(Round { done, next_at: None })
}

/// One step of one event.
async fn carry_out(app: &App, meeting: &MeetingId, account: &AccountId) -> Result<(), ActionError> {
    let workspace = &app.workspace;
    let mut work = app.begin_as_huan().await?;
    let Some(mut entry) = waiting(&mut work, meeting, account).await? else {
        work.tx.free_calendar_entry(workspace, meeting, account).await?;
        return work.commit().await;
    };
    let open = app.account(account);
    let wanted = wanted(&mut work, meeting, account).await?;
    let todo = entry.todo(wanted.as_ref());
    let calendars = match (&open, todo) {
        (_, Todo::Nothing) => {
            let now = work.now;
            entry.settle(wanted.as_ref(), now);
            return keep(work, entry).await;
        }
        (None, _) => return refuse(work, entry, later("delivery.reason.account_closed")).await,
        (Some(open), _) => open.live.calendars(),
    };
    let (Some(calendars), Some(open)) = (calendars, &open) else {
        return refuse(work, entry, never("delivery.reason.unsupported")).await;
    };
    let making = match todo {
        Todo::Make => entry.to_make(wanted.as_ref()),
        _ => None,
    };
    let remembered = SignedDuration::try_from(calendars.remembers()).unwrap_or_default();
    if making.is_some() && !entry.may_make(remembered, work.now) {
        entry.ask_a_person();
        return keep(work, entry).await;
    }
    let attempt = match todo {
        Todo::Change => wanted.as_ref(),
        _ => making.as_ref(),
    };
    let before = entry.begin_attempt(attempt, work.now);
    work.tx.update_calendar_entry(workspace, &mut entry).await?;
    work.commit().await?;

    let outcome = call(calendars, &entry, todo, wanted.as_ref(), making.as_ref()).await;

    // Noted first and for itself: whoever dies in between makes the call again, and nobody waits for two entries at once.
    if let Ok(Some((kept, _))) = &outcome {
        learn_address(app, open, meeting, kept.join_url.clone()).await?;
    }
    let mut work = app.begin_as_huan().await?;
    let Some(mut entry) = work.tx.lock_calendar_entry(workspace, meeting, account).await? else { return Ok(()) };
    let now = work.now;
    match outcome {
        Ok(Some((kept, written))) => {
            stands(&mut entry, kept, written);
            let wanted = self::wanted(&mut work, meeting, account).await?;
            entry.settle(wanted.as_ref(), now);
        }
        Ok(None) => {
            entry.is_gone(work_key(&entry, &work));
            let wanted = self::wanted(&mut work, meeting, account).await?;
            entry.settle(wanted.as_ref(), now);
        }
        // Somebody took it away there: it is made anew.
        Err(error) if error.reason_key == GONE => {
            entry.is_gone(work_key(&entry, &work));
            let wanted = self::wanted(&mut work, meeting, account).await?;
            entry.settle(wanted.as_ref(), now);
        }
        Err(error) => {
            tracing::warn!(%meeting, %account, %error, "an event could not be brought into step");
            entry.set_back(setback(&error), before, now);
        }
    }
    keep(work, entry).await
}

/// Makes the call. Gives what stands there then, and nothing when the event was taken away.
async fn call(
    calendars: &dyn Calendars,
    entry: &CalendarEntry,
    todo: Todo,
    wanted: Option<&Standing>,
    making: Option<&Standing>,
) -> Result<Option<(KeptEvent, Standing)>, SendError> {
    let users = |standing: &Standing| -> Vec<ForeignUser> {
        standing.people.iter().map(|attendee| attendee.user.clone()).collect()
    };
    match (todo, &entry.event, wanted, making) {
        (Todo::Make, _, _, Some(standing)) => {
            let kept = calendars.make(&standing.text, &users(standing), &entry.key).await?;
            Ok(Some((kept, standing.clone())))
        }
        (Todo::Change, Some(id), Some(standing), _) => {
            let in_it = |attendee: &&Attendee| !entry.left_out.iter().any(|(person, _)| *person == attendee.person);
            let written = entry.written.iter().flat_map(|written| &written.people).filter(in_it);
            let were: Vec<ForeignUser> = written.map(|attendee| attendee.user.clone()).collect();
            let maybe: Vec<ForeignUser> = entry.maybe.iter().map(|attendee| attendee.user.clone()).collect();
            let mut kept = calendars.change(id, &standing.text, &users(standing), &were, &maybe).await?;
            // Whoever could not be put in is named, and not asked for again until something changes.
            kept.people = users(standing);
            Ok(Some((kept, standing.clone())))
        }
        (Todo::Remove, Some(id), _, _) => calendars.remove(id).await.map(|()| None),
        _ => Ok(None),
    }
}

/// Notes what stands there. An event that was made without all of its people is changed next.
fn stands(entry: &mut CalendarEntry, kept: KeptEvent, mut written: Standing) {
    let person = |user: &ForeignUser| {
        written.people.iter().find(|attendee| attendee.user == *user).map(|attendee| attendee.person.clone())
    };
    let left_out =
        kept.left_out.iter().filter_map(|out| Some((person(&out.person)?, out.reason_key.to_owned()))).collect();
    let is_in = |attendee: &Attendee| {
        kept.people.contains(&attendee.user) || kept.left_out.iter().any(|out| out.person == attendee.user)
    };
    written.people.retain(is_in);
    entry.stands(kept.id, written, left_out);
}

/// A key for the event that would be made in place of one that is gone.
fn work_key(entry: &CalendarEntry, work: &Work<'_>) -> String {
    format!("{}-{}-{}", entry.meeting, entry.account, work.now.as_millisecond())
}

/// The entry, if something is to be done about it.
async fn waiting(
    work: &mut Work<'_>,
    meeting: &MeetingId,
    account: &AccountId,
) -> Result<Option<CalendarEntry>, ActionError> {
    let found = work.tx.lock_calendar_entry(&work.app.workspace, meeting, account).await?;
    Ok(found.filter(|entry| matches!(entry.state, EntryState::Waiting { .. })))
}

/// What is to stand in the calendars of an account; nothing once nobody there is invited.
async fn wanted(
    work: &mut Work<'_>,
    meeting: &MeetingId,
    account: &AccountId,
) -> Result<Option<Standing>, ActionError> {
    let found = work.tx.meeting(&work.app.workspace, meeting).await?;
    let Some(meeting) = found else { return Ok(None) };
    if meeting.minutes().is_some() {
        // What is over stays as it is.
        let entry = work.tx.calendar_entry(&work.app.workspace, &meeting.id, account).await?;
        return Ok(entry.filter(|entry| entry.event.is_some()).and_then(|entry| entry.written));
    }
    if !meeting.is_called() {
        return Ok(None);
    }
    let mut places: HashMap<AccountId, Vec<Attendee>> = in_calendars(work, &meeting).await?;
    let Some(people) = places.remove(account) else { return Ok(None) };
    let platform = work.app.account(account).map(|open| open.platform);
    let online = meeting.plan.online.is_some() && meeting.plan.online == platform;
    Ok(text(work.app, &meeting, online).map(|text| Standing { text, people }))
}

fn text(app: &App, meeting: &Meeting, online: bool) -> Option<EventText> {
    let plan = &meeting.plan;
    let page = app.page(&format!("meetings/{}", meeting.id));
    // Where another platform makes the online meeting, its address stands in the place.
    let elsewhere = meeting.join_url.clone().filter(|_| !online);
    let place = [Some(plan.place.clone()), elsewhere.clone()].into_iter().flatten();
    let place = place.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let parts = [Some(plan.invitation.clone()), elsewhere, Some(plan.agenda.clone()), Some(page)];
    let description = parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>();
    Some(EventText {
        title: plan.title.clone(),
        description: description.join("\n\n"),
        starts_at: plan.starts_at?,
        ends_at: plan.ends_at?,
        zone: app.zone().iana_name().unwrap_or("Asia/Shanghai").to_owned(),
        place,
        online,
    })
}

/// The platform told the address of the online meeting: cards and the other calendars show it.
async fn learn_address(
    app: &App,
    open: &OpenAccount,
    meeting: &MeetingId,
    join_url: Option<String>,
) -> Result<(), ActionError> {
    if join_url.is_none() {
        return Ok(());
    }
    let workspace = &app.workspace;
    let mut work = app.begin_as_huan().await?;
    let found = work.tx.meeting(workspace, meeting).await?;
    let news = |meeting: &Meeting| {
        meeting.is_called() && meeting.plan.online.as_ref() == Some(&open.platform) && meeting.join_url != join_url
    };
    let Some(mut meeting) = found.filter(news) else { return Ok(()) };
    meeting.join_url = join_url.clone();
    work.tx.update_meeting(workspace, &mut meeting).await?;
    let subject = Subject::Meeting(meeting.id.clone());
    work.refresh_cards(&subject).await?;
    for other in work.tx.calendar_entries(workspace, &meeting.id).await? {
        if other.account != open.id
            && let Some(mut other) = work.tx.lock_calendar_entry(workspace, &meeting.id, &other.account).await?
        {
            other.wake(work.now);
            work.tx.update_calendar_entry(workspace, &mut other).await?;
        }
    }
    work.commit().await
}

/// There is nobody to do it, now or at all.
async fn refuse(work: Work<'_>, mut entry: CalendarEntry, error: SendError) -> Result<(), ActionError> {
    let (before, now) = (entry.begin_attempt(None, work.now), work.now);
    entry.set_back(setback(&error), before, now);
    keep(work, entry).await
}

/// Writes what came of it.
async fn keep(mut work: Work<'_>, mut entry: CalendarEntry) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    work.tx.update_calendar_entry(workspace, &mut entry).await?;
    work.tx.free_calendar_entry(workspace, &entry.meeting, &entry.account).await?;
    let found = work.tx.meeting(workspace, &entry.meeting).await?;
    let collaboration = found.map(|meeting| meeting.collaboration);
    work.show(&Subject::Meeting(entry.meeting.clone()), collaboration.as_ref());
    work.commit().await
}

fn setback(error: &SendError) -> Setback {
    let rest = match error.retry {
        Retry::After(rest) => SignedDuration::try_from(rest).ok(),
        Retry::Transient | Retry::Never => None,
    };
    Setback {
        maybe_made: error.certainty == Certainty::Unknown,
        rest,
        can_be_repeated: error.retry != Retry::Never,
        reason: error.reason_key.to_owned(),
        detail: error.detail.clone(),
    }
}

fn never(reason_key: &'static str) -> SendError {
    SendError { certainty: Certainty::NotSent, retry: Retry::Never, reason_key, detail: String::new() }
}

fn later(reason_key: &'static str) -> SendError {
    SendError { retry: Retry::Transient, ..never(reason_key) }
}
