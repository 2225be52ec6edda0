//! Meetings 「会议」 as pages show them.

use huan_core::{
    collaboration::Role,
    i18n::text,
    id::{CollaborationId, MeetingId, PersonId},
    meeting::{Draft, EntryState, Invited, Meeting, MeetingStage, MeetingState},
    permission::{self, CollaborationDeed},
    record::Participant,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    names::{Named, Names, PersonRef},
};
use crate::{actions, error::ActionError};

/// So many meetings of a collaboration are listed.
const LISTED: u32 = 50;

/// A meeting in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MeetingView {
    /// The id.
    pub id: String,
    /// The collaboration.
    pub collaboration: Named,
    /// `kick_off`.
    pub kind: &'static str,
    /// `draft`, `called`, `held` or `cancelled`.
    pub stage: &'static str,
    /// What people call it.
    pub title: String,
    /// When it begins.
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// Where it is.
    pub place: String,
    /// How many said that they come.
    pub coming: usize,
    /// How many said that they do not.
    pub away: usize,
    /// How many are invited.
    pub all: usize,
    /// The minutes, once they are begun.
    pub minutes: Option<MinutesRef>,
    /// What the reader may do.
    pub may: MeetingRights,
    /// When people were told of it.
    pub told_at: Option<Timestamp>,
    /// Which time and place they were told of: an answer names it.
    pub revision: u32,
    /// Grows with each change.
    pub version: i64,
}

/// The minutes of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MinutesRef {
    /// The id.
    pub id: String,
    /// The short number.
    pub number: i64,
}

/// What the reader may do with a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeetingRights {
    /// Write it, send and cancel it.
    pub manage: bool,
    /// Note who is there, and make the minutes.
    pub run: bool,
    /// Answer the invitation.
    pub answer: bool,
}

/// A meeting with everything about it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MeetingPage {
    /// The meeting.
    pub meeting: MeetingView,
    /// What is said to those who are invited.
    pub invitation: String,
    /// What is gone through.
    pub agenda: String,
    /// The address of its online meeting, once it is known.
    pub join_url: Option<String>,
    /// Who leads through it.
    pub host: PersonRef,
    /// Who writes its minutes.
    pub recorder: PersonRef,
    /// Who is invited.
    pub invited: Vec<InvitedView>,
    /// The reader's own answer: `waiting`, `coming` or `away`; none when they are not invited.
    pub mine: Option<&'static str>,
    /// Whether it has begun, so that it can be noted who is there.
    pub begun: bool,
    /// Why and by whom it was cancelled.
    pub cancelled: Option<CancelledView>,
    /// The platform that makes its online meeting; none where it has none.
    pub online: Option<String>,
    /// The platforms that could make one.
    pub hosts: Vec<String>,
    /// Where it stands in calendars.
    pub calendars: Vec<CalendarView>,
}

/// What stands of a meeting in the calendars of an account.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CalendarView {
    /// The account's id.
    pub account: String,
    /// The platform.
    pub platform: String,
    /// `waiting`, `kept`, `failed`, `uncertain` or `gone`.
    pub state: &'static str,
    /// Why it is not in step, in the reader's language.
    pub reason: Option<String>,
    /// What the platform said.
    pub detail: Option<String>,
    /// In how many people's calendars it stands.
    pub people: usize,
    /// Who could not be put in, and why.
    pub left_out: Vec<LeftOutView>,
}

/// Somebody in whose calendar a meeting does not stand.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeftOutView {
    /// Who.
    pub person: PersonRef,
    /// Why, in the reader's language.
    pub reason: String,
}

/// Somebody who is invited.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct InvitedView {
    /// The person; none for somebody who is in no directory.
    pub person: Option<PersonRef>,
    /// The name.
    pub name: String,
    /// Whether they are an outside person.
    pub guest: bool,
    /// `waiting`, `coming` or `away`.
    pub answer: &'static str,
    /// The words of the answer.
    pub words: String,
    /// When they answered.
    pub at: Option<Timestamp>,
    /// Whether they were there, where that was noted.
    pub present: Option<bool>,
}

/// Why and by whom a meeting was cancelled.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CancelledView {
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// The words of a meeting, drafted anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeetingDraft {
    /// What people call it.
    pub title: String,
    /// What is said to those who are invited.
    pub invitation: String,
    /// What is gone through.
    pub agenda: String,
}

/// The meeting itself, when the reader may see it: who takes part in the collaboration, of a draft who manages it, and outside
/// people where they are invited.
///
/// # Errors
/// When there is none, they may not see it, or the database fails.
pub async fn visible(look: &mut Look<'_>, id: &MeetingId) -> Result<Meeting, ActionError> {
    let found = look.conn.meeting(&look.app.workspace, id).await?;
    let meeting = found.ok_or(ActionError::NotFound("meeting"))?;
    let role = look.role(&meeting.collaboration).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    if sees(look, &meeting, role) { Ok(meeting) } else { Err(ActionError::NotFound("meeting")) }
}

fn manages(look: &Look<'_>, role: Option<Role>) -> bool {
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role).is_ok()
}

fn sees(look: &Look<'_>, meeting: &Meeting, role: Option<Role>) -> bool {
    let viewer = &look.caller.viewer;
    let was_called = match &meeting.state {
        MeetingState::Draft => false,
        MeetingState::Cancelled { was_called, .. } => *was_called,
        MeetingState::Called { .. } | MeetingState::Held { .. } => true,
    };
    if !was_called {
        return manages(look, role);
    }
    !viewer.guest || meeting.invited(&viewer.person).is_some()
}

/// The meetings of a collaboration that the reader may see, the newest first. A draft that was given up is not shown.
///
/// # Errors
/// When the collaboration is not theirs to see, or the database fails.
pub async fn list(look: &mut Look<'_>, id: &CollaborationId) -> Result<Vec<MeetingView>, ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let mut meetings = look.conn.meetings_of(&look.app.workspace, id, LISTED).await?;
    meetings.retain(|meeting| {
        let given_up = matches!(meeting.state, MeetingState::Cancelled { was_called: false, .. });
        !given_up && sees(look, meeting, role)
    });
    let mut views = Vec::with_capacity(meetings.len());
    for meeting in &meetings {
        views.push(view(look, meeting, role).await?);
    }
    Ok(views)
}

/// A meeting with everything about it.
///
/// # Errors
/// When there is none, the reader may not see it, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &MeetingId) -> Result<MeetingPage, ActionError> {
    let meeting = visible(look, id).await?;
    let role = look.role(&meeting.collaboration).await?;
    let mut people: Vec<PersonId> = meeting.people().cloned().collect();
    people.extend([meeting.plan.host.clone(), meeting.plan.recorder.clone()]);
    if let MeetingState::Cancelled { by, .. } = &meeting.state {
        people.push(by.clone());
    }
    let names = Names::of_people(look, people).await?;
    let members = look.conn.memberships(&look.app.workspace, &meeting.collaboration).await?;
    let guests: Vec<&PersonId> =
        members.iter().filter(|member| member.role == Role::Guest).map(|member| &member.person).collect();
    let invited = meeting.invited.iter().map(|invited| invited_view(invited, &names, &guests)).collect();
    let cancelled = match &meeting.state {
        MeetingState::Cancelled { by, at, reason, .. } => {
            Some(CancelledView { reason: reason.clone(), by: names.person(by), at: *at })
        }
        _ => None,
    };
    let calendars = calendars(look, &meeting).await?;
    let mine = meeting.invited(&look.caller.viewer.person).map(answer_name);
    Ok(MeetingPage {
        meeting: view(look, &meeting, role).await?,
        host: names.person(&meeting.plan.host),
        recorder: names.person(&meeting.plan.recorder),
        begun: meeting.plan.starts_at.is_some_and(|at| at <= look.now),
        invitation: meeting.plan.invitation,
        agenda: meeting.plan.agenda,
        join_url: meeting.join_url,
        invited,
        mine,
        cancelled,
        online: meeting.plan.online.map(|platform| platform.to_string()),
        hosts: actions::meetings::hosts(look.app).into_iter().map(|platform| platform.to_string()).collect(),
        calendars,
    })
}

async fn calendars(look: &mut Look<'_>, meeting: &Meeting) -> Result<Vec<CalendarView>, ActionError> {
    let entries = look.conn.calendar_entries(&look.app.workspace, &meeting.id).await?;
    let left_out = entries.iter().flat_map(|entry| entry.left_out.iter().map(|(person, _)| person.clone())).collect();
    let names = Names::of_people(look, left_out).await?;
    let mut views = Vec::new();
    for entry in entries.into_iter().filter(|entry| !matches!(entry.state, EntryState::Gone)) {
        let Some(account) = look.conn.account(&look.app.workspace, &entry.account).await? else { continue };
        let say = |key: &String| text(look.caller.language, key, &[]);
        let (reason, detail) = match &entry.state {
            EntryState::Waiting { reason } => (reason.as_ref().map(say), None),
            EntryState::Failed { reason, detail } => {
                (Some(say(reason)), Some(detail.clone()).filter(|detail| !detail.is_empty()))
            }
            EntryState::Uncertain { reason } => (Some(say(reason)), None),
            EntryState::Kept | EntryState::Gone => (None, None),
        };
        let standing = entry.event.as_ref().and(entry.written.as_ref());
        let left_out: Vec<LeftOutView> = entry
            .left_out
            .iter()
            .map(|(person, reason)| LeftOutView { person: names.person(person), reason: say(reason) })
            .collect();
        views.push(CalendarView {
            account: entry.account.to_string(),
            platform: account.platform.to_string(),
            state: entry.state.name(),
            reason,
            detail,
            people: standing.map_or(0, |standing| standing.people.len().saturating_sub(left_out.len())),
            left_out,
        });
    }
    Ok(views)
}

fn answer_name(invited: &Invited) -> &'static str {
    match &invited.answer {
        None => "waiting",
        Some(answer) if answer.coming => "coming",
        Some(_) => "away",
    }
}

fn invited_view(invited: &Invited, names: &Names, guests: &[&PersonId]) -> InvitedView {
    let (person, name, guest) = match &invited.who {
        Participant::Person { person } => {
            let known = names.person(person);
            (Some(known.clone()), known.name, guests.contains(&person))
        }
        Participant::Named { text } => (None, text.clone(), true),
    };
    InvitedView {
        person,
        name,
        guest,
        answer: answer_name(invited),
        words: invited.answer.as_ref().map(|answer| answer.words.clone()).unwrap_or_default(),
        at: invited.answer.as_ref().map(|answer| answer.at),
        present: invited.present,
    }
}

async fn view(look: &mut Look<'_>, meeting: &Meeting, role: Option<Role>) -> Result<MeetingView, ActionError> {
    let mut names = Names::default();
    names.add_collaborations(look, vec![meeting.collaboration.clone()]).await?;
    let minutes = match meeting.minutes() {
        Some(id) => look.conn.minutes(&look.app.workspace, id).await?,
        None => None,
    };
    let viewer = &look.caller.viewer;
    let stage = meeting.state.stage();
    let manage = manages(look, role);
    let leads = viewer.person == meeting.plan.host || viewer.person == meeting.plan.recorder;
    let answers = || meeting.invited.iter().filter_map(|invited| invited.answer.as_ref());
    let coming = answers().filter(|answer| answer.coming).count();
    let open = matches!(stage, MeetingStage::Draft | MeetingStage::Called);
    Ok(MeetingView {
        id: meeting.id.to_string(),
        collaboration: names.collaboration(&meeting.collaboration),
        kind: meeting.kind.name(),
        stage: stage.name(),
        title: meeting.plan.title.clone(),
        starts_at: meeting.plan.starts_at,
        ends_at: meeting.plan.ends_at,
        place: meeting.plan.place.clone(),
        coming,
        away: answers().count() - coming,
        all: meeting.invited.len(),
        minutes: minutes.map(|minutes| MinutesRef { id: minutes.id.to_string(), number: minutes.number }),
        may: MeetingRights {
            manage: manage && open,
            run: (manage || leads) && matches!(stage, MeetingStage::Called | MeetingStage::Held),
            answer: stage == MeetingStage::Called && meeting.invited(&viewer.person).is_some(),
        },
        told_at: meeting.told_at,
        revision: meeting.revision,
        version: meeting.version,
    })
}

/// The meetings about which the reader has not said whether they come.
///
/// # Errors
/// When the database fails.
pub async fn asked(look: &mut Look<'_>) -> Result<Vec<MeetingView>, ActionError> {
    let me = look.caller.person().clone();
    let asked = look.conn.meetings_asked_of(&look.app.workspace, &me, look.now).await?;
    let mut views = Vec::with_capacity(asked.len());
    for meeting in &asked {
        let role = look.role(&meeting.collaboration).await?;
        views.push(view(look, meeting, role).await?);
    }
    Ok(views)
}

/// The words of a meeting, drafted anew from what is known now.
///
/// # Errors
/// When there is no such meeting, the reader may not manage its collaboration, or the database fails.
pub async fn drafted(look: &mut Look<'_>, id: &MeetingId) -> Result<MeetingDraft, ActionError> {
    let meeting = visible(look, id).await?;
    let role = look.role(&meeting.collaboration).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role)?;
    let found = look.conn.collaboration(&look.app.workspace, &meeting.collaboration).await?;
    let collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
    let language = look.caller.language;
    let drafted = actions::meetings::drafted(look.app, look.conn, &collaboration, meeting.kind, language).await?;
    let Draft { title, invitation, agenda, .. } = drafted;
    Ok(MeetingDraft { title, invitation, agenda })
}
