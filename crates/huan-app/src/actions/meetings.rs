//! Meetings 「会议」 that people are invited to: drafted from what is known, called, moved, cancelled, answered, held (C1). A meeting
//! that was held owes minutes, begun here once, whichever comes first: its end or somebody who says that it is over.

use std::collections::HashMap;

use huan_core::{
    collaboration::{Collaboration, Membership, Role},
    history::{Event, Subject},
    i18n::{Language, text},
    id::{AccountId, CollaborationId, MeetingId, PersonId},
    level::Level,
    meeting::{
        self, Attendee, CalendarEntry, Draft, Facts, Invited, Meeting, MeetingError, MeetingKind, MeetingStage,
        MeetingState, MemberFacts, Plan,
    },
    minutes::{Content, MinutesStage, Occasion},
    permission::CollaborationDeed,
    person::{Person, Standing},
    platform::PlatformKey,
    record::Participant,
    usage_rules::UsageRules,
};
use huan_store::Conn;
use jiff::Timestamp;

use super::{
    input,
    minutes::{self, NewMinutes},
};
use crate::{
    app::App,
    error::{ActionError, FieldProblem},
    notices::Notice,
    work::{Work, reached_first},
};

/// The most people whom one meeting is called with.
const MOST_INVITED: usize = 300;
/// So many drafts and meetings of a collaboration are looked at.
const LOOKED_AT: u32 = 100;

/// What a meeting is to be.
#[derive(Debug, Clone)]
pub struct NewPlan {
    /// What it is about, when and where.
    pub plan: Plan,
    /// Who is invited: members of the collaboration, and people who are in no directory.
    pub invited: Vec<Participant>,
    /// The version that the caller saw.
    pub version: i64,
}

/// Drafts a meeting from what the collaboration agreed on, with everybody who takes part in it.
///
/// # Errors
/// When the caller may not manage the collaboration, or a draft of this kind is there already.
pub async fn prepare(work: &mut Work<'_>, id: &CollaborationId, kind: MeetingKind) -> Result<Meeting, ActionError> {
    let collaboration = work.collaboration_for(id, CollaborationDeed::Manage).await?;
    let workspace = &work.app.workspace;
    let known = work.tx.meetings_of(workspace, id, LOOKED_AT).await?;
    if known.iter().any(|meeting| meeting.kind == kind && meeting.state.stage() == MeetingStage::Draft) {
        return Err(ActionError::Exists("meeting"));
    }
    let caller = work.caller()?;
    let (me, language) = (caller.person().clone(), caller.language);
    let Draft { title, invitation, agenda, .. } =
        drafted(work.app, &mut work.tx, &collaboration, kind, language).await?;
    let mut members = work.tx.memberships(workspace, id).await?;
    members.sort_by_key(|member| (member.role, member.person.clone()));
    let people = here(work, &members).await?;
    let host = members.iter().find(|member| member.role == Role::Initiator).map_or(&me, |member| &member.person);
    let plan = Plan {
        title: cut(title, input::SHORT),
        invitation: cut(invitation, input::LONG),
        agenda: cut(agenda, input::LONG),
        starts_at: None,
        ends_at: None,
        place: String::new(),
        online: None,
        host: host.clone(),
        recorder: me.clone(),
    };
    let meeting = Meeting {
        id: work.new_id(),
        collaboration: id.clone(),
        kind,
        plan,
        invited: people
            .into_iter()
            .map(|person| Invited { who: Participant::Person { person }, answer: None, present: None })
            .collect(),
        state: MeetingState::Draft,
        revision: 0,
        told_at: None,
        reminded: 0,
        join_url: None,
        drafted_by: me,
        created_at: work.now,
        updated_at: work.now,
        version: 1,
    };
    work.tx.insert_meeting(workspace, &meeting).await?;
    work.show(&Subject::Meeting(meeting.id.clone()), Some(id));
    Ok(meeting)
}

fn cut(words: String, longest: usize) -> String {
    if words.chars().count() <= longest {
        words
    } else {
        words.chars().take(longest - 1).chain("…".chars()).collect()
    }
}

/// Those of the members who can take part now.
async fn here(work: &mut Work<'_>, members: &[Membership]) -> Result<Vec<PersonId>, ActionError> {
    let ids: Vec<PersonId> = members.iter().map(|member| member.person.clone()).collect();
    let known = work.tx.people_by_id(&work.app.workspace, &ids).await?;
    let now = work.now;
    let is_here = |id: &PersonId| known.iter().any(|person| person.id == *id && takes_part(person, now));
    Ok(ids.into_iter().filter(is_here).collect())
}

fn takes_part(person: &Person, now: Timestamp) -> bool {
    match person.standing {
        Standing::Active => true,
        Standing::Guest { until } => now < until,
        Standing::Left { .. } => false,
    }
}

/// The words of a meeting, from what is known of its collaboration now.
///
/// # Errors
/// When the database fails.
pub async fn drafted(
    app: &App,
    conn: &mut Conn,
    collaboration: &Collaboration,
    kind: MeetingKind,
    language: Language,
) -> Result<Draft, ActionError> {
    let workspace = &app.workspace;
    let say = |key: String| text(language, &key, &[]);
    let id = &collaboration.id;
    let (charter, _) = conn.charter(workspace, id).await?;
    let mut members = conn.memberships(workspace, id).await?;
    members.sort_by_key(|member| (member.role, member.person.clone()));
    let ids: Vec<PersonId> = members.iter().map(|member| member.person.clone()).collect();
    let people = conn.people_by_id(workspace, &ids).await?;
    let mut identities = conn.identities_of_people(workspace, &ids).await?;
    identities.retain(|identity| app.account(&identity.account).is_some_and(|account| account.live.sends()));
    identities.sort_by_key(|identity| std::cmp::Reverse(reached_first(identity)));
    let tools: HashMap<&PersonId, String> = identities
        .iter()
        .filter_map(|identity| {
            let account = app.account(&identity.account)?;
            Some((identity.person.as_ref()?, say(format!("domain.platform.{}", account.platform))))
        })
        .collect();
    let member = |member: &Membership| {
        let person = people.iter().find(|person| person.id == member.person)?;
        let role = match person.job.is_empty() {
            true => say(format!("domain.role.{}", super::edit_task::code(&member.role))),
            false => person.job.clone(),
        };
        let tool = tools.get(&member.person).cloned().unwrap_or_default();
        let (person, name) = (member.person.clone(), person.name.clone());
        Some(MemberFacts { person, name, role, duty: member.duty.clone(), tool })
    };
    let groups = conn.channels_of(workspace, id).await?.into_iter().filter(|channel| channel.present);
    let groups = groups.filter_map(|channel| {
        let account = app.account(&channel.account)?;
        Some((say(format!("domain.platform.{}", account.platform)), channel.title))
    });
    let rules = conn.usage_rules(workspace, id).await?;
    let rules = rules.unwrap_or_else(|| UsageRules::usual(id.clone(), language));
    let facts = Facts {
        name: &collaboration.name,
        goal: &collaboration.goal,
        goal_on: collaboration.goal_on,
        charter: &charter,
        members: members.iter().filter_map(member).collect(),
        groups: groups.collect(),
        levels: &collaboration.levels,
        rules: &rules.text,
        today: app.now().to_zoned(app.zone()).date(),
        language,
    };
    Ok(meeting::draft(kind, &facts))
}

/// The meeting, when the caller may do `deed` with its collaboration. Only whoever manages it knows of a draft, and a guest
/// only of the meetings that they are invited to.
async fn meeting_for(work: &mut Work<'_>, id: &MeetingId, deed: CollaborationDeed) -> Result<Meeting, ActionError> {
    let found = work.tx.meeting(&work.app.workspace, id).await?;
    let meeting = found.ok_or(ActionError::NotFound("meeting"))?;
    work.collaboration_for(&meeting.collaboration, deed).await?;
    let viewer = &work.caller()?.viewer;
    if viewer.guest && meeting.invited(&viewer.person).is_none() {
        return Err(ActionError::NotFound("meeting"));
    }
    Ok(meeting)
}

/// The meeting, when the caller leads the collaboration or the meeting, or writes its minutes.
async fn meeting_to_run(work: &mut Work<'_>, id: &MeetingId) -> Result<Meeting, ActionError> {
    let meeting = meeting_for(work, id, CollaborationDeed::See).await?;
    let me = work.caller()?.person();
    if *me != meeting.plan.host && *me != meeting.plan.recorder {
        work.collaboration_for(&meeting.collaboration, CollaborationDeed::Manage).await?;
    }
    Ok(meeting)
}

/// Writes what a meeting is about, when and where it is, and who is invited. Of a meeting that was called everybody hears what
/// concerns them, once: who stays invited of another time or place, who is invited now, who is not any more.
///
/// # Errors
/// When the caller may not manage the collaboration, something cannot be used, or somebody else wrote meanwhile.
pub async fn write(work: &mut Work<'_>, id: &MeetingId, new: NewPlan) -> Result<Meeting, ActionError> {
    let was = meeting_for(work, id, CollaborationDeed::Manage).await?;
    if was.version != new.version {
        return Err(ActionError::VersionConflict("meeting"));
    }
    let plan = checked(work, &was, new.plan).await?;
    let invited = invited(work, &was, new.invited).await?;
    let mut meeting = was.clone();
    let me = work.caller()?.person().clone();
    let change = meeting.write(plan, invited, &me, work.now)?;
    if meeting == was {
        return Ok(meeting);
    }
    save(work, &mut meeting).await?;
    let subject = Subject::Meeting(id.clone());
    if !meeting.is_called() {
        return Ok(meeting);
    }
    wake_calendars(work, &meeting).await?;
    if let (true, Some(starts_at)) = (change.moved, meeting.plan.starts_at) {
        let event = Event::MeetingMoved { starts_at, place: meeting.plan.place.clone() };
        work.happened(subject.clone(), Some(&meeting.collaboration), event);
    }
    work.refresh_cards(&subject).await?;
    let people: Vec<PersonId> = meeting.people().cloned().collect();
    for person in &people {
        if change.joined.contains(person) {
            tell(work, &meeting, person, Notice::MeetingCard { meeting: id.clone() }).await?;
        } else if change.moved {
            let notice = Notice::MeetingMoved { meeting: id.clone(), revision: meeting.revision };
            work.tell_other(person, &subject, &meeting.collaboration, notice).await?;
        }
    }
    for person in &change.left {
        tell(work, &meeting, person, Notice::MeetingExcused { meeting: id.clone() }).await?;
    }
    Ok(meeting)
}

async fn tell(work: &mut Work<'_>, meeting: &Meeting, person: &PersonId, notice: Notice) -> Result<(), ActionError> {
    work.tell(person, &Subject::Meeting(meeting.id.clone()), &meeting.collaboration, notice).await
}

/// In whose calendars a meeting is to stand: for each account that has calendars, those whom it reaches. Each person has it once, on the
/// first of their platforms that has calendars and is there; the one who called first, since somebody has to own the event.
///
/// # Errors
/// When the database fails.
pub(crate) async fn in_calendars(
    work: &mut Work<'_>,
    meeting: &Meeting,
) -> Result<HashMap<AccountId, Vec<Attendee>>, ActionError> {
    let mut people: Vec<PersonId> = meeting.people().cloned().collect();
    let first = match &meeting.state {
        MeetingState::Called { by, .. } => Some(by.clone()),
        _ => None,
    };
    people.sort_by_key(|person| (first.as_ref() != Some(person), *person != meeting.plan.host));
    let mut identities = work.tx.identities_of_people(&work.app.workspace, &people).await?;
    identities.retain(|identity| {
        work.app.account(&identity.account).is_some_and(|account| account.live.calendars().is_some())
    });
    identities.sort_by_key(reached_first);
    let mut places: HashMap<AccountId, Vec<Attendee>> = HashMap::new();
    for person in people {
        if let Some(identity) = identities.iter().find(|identity| identity.person.as_ref() == Some(&person)) {
            let attendee = Attendee { person, user: identity.user.clone() };
            places.entry(identity.account.clone()).or_default().push(attendee);
        }
    }
    Ok(places)
}

/// Has the calendars looked at in which a meeting stands or is to stand.
async fn wake_calendars(work: &mut Work<'_>, meeting: &Meeting) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let entries = work.tx.calendar_entries(workspace, &meeting.id).await?;
    let mut wanted: Vec<AccountId> = match meeting.is_called() {
        true => in_calendars(work, meeting).await?.into_keys().collect(),
        false => Vec::new(),
    };
    wanted.retain(|account| !entries.iter().any(|entry| entry.account == *account));
    wanted.sort();
    for account in wanted {
        let entry = CalendarEntry::new(meeting.id.clone(), account, work.now);
        work.tx.insert_calendar_entry(workspace, &entry).await?;
    }
    for entry in entries {
        if let Some(mut entry) = work.tx.lock_calendar_entry(workspace, &meeting.id, &entry.account).await? {
            entry.wake(work.now);
            work.tx.update_calendar_entry(workspace, &mut entry).await?;
        }
    }
    Ok(())
}

/// Has events tried again that could not be brought into step; of one of which nobody knew, this says that somebody looked and there is
/// none.
///
/// # Errors
/// When the caller may not manage the collaboration.
pub async fn retry_calendars(work: &mut Work<'_>, id: &MeetingId) -> Result<Meeting, ActionError> {
    let meeting = meeting_for(work, id, CollaborationDeed::Manage).await?;
    for entry in work.tx.calendar_entries(&work.app.workspace, id).await? {
        let locked = work.tx.lock_calendar_entry(&work.app.workspace, id, &entry.account).await?;
        if let Some(mut entry) = locked
            && entry.retry(work.now)
        {
            work.tx.update_calendar_entry(&work.app.workspace, &mut entry).await?;
        }
    }
    work.show(&Subject::Meeting(id.clone()), Some(&meeting.collaboration));
    Ok(meeting)
}

async fn save(work: &mut Work<'_>, meeting: &mut Meeting) -> Result<(), ActionError> {
    meeting.updated_at = work.now;
    work.tx.update_meeting(&work.app.workspace, meeting).await?;
    work.show(&Subject::Meeting(meeting.id.clone()), Some(&meeting.collaboration));
    Ok(())
}

/// The platforms that can make an online meeting: those with calendars.
pub(crate) fn hosts(app: &App) -> Vec<PlatformKey> {
    let accounts = app.open_accounts().into_iter().filter(|account| account.live.calendars().is_some());
    let mut platforms: Vec<PlatformKey> = accounts.map(|account| account.platform).collect();
    platforms.sort();
    platforms.dedup();
    platforms
}

async fn checked(work: &mut Work<'_>, was: &Meeting, plan: Plan) -> Result<Plan, ActionError> {
    let collaboration = &was.collaboration;
    if plan.host != was.plan.host {
        input::active_member(work, collaboration, &plan.host, "host").await?;
    }
    if plan.recorder != was.plan.recorder {
        minutes::recorder_of(work, collaboration, &plan.recorder).await?;
    }
    if plan.online != was.plan.online
        && plan.online.as_ref().is_some_and(|platform| !hosts(work.app).contains(platform))
    {
        return Err(ActionError::field("online", "unknown"));
    }
    Ok(Plan {
        title: input::text("title", &plan.title, input::SHORT)?,
        invitation: input::optional_text("invitation", &plan.invitation, input::LONG)?,
        agenda: input::optional_text("agenda", &plan.agenda, input::LONG)?,
        place: input::optional_text("place", &plan.place, input::SHORT)?,
        ..plan
    })
}

/// Who is invited, each once. Somebody who has left meanwhile is not invited any more.
async fn invited(work: &mut Work<'_>, was: &Meeting, given: Vec<Participant>) -> Result<Vec<Participant>, ActionError> {
    if given.len() > MOST_INVITED {
        let problem = FieldProblem { field: "invited", code: "too_many", limit: Some(MOST_INVITED) };
        return Err(ActionError::Invalid(vec![problem]));
    }
    let mut kept: Vec<Participant> = Vec::with_capacity(given.len());
    for who in given {
        let who = match who {
            Participant::Person { person } => {
                match input::active_member(work, &was.collaboration, &person, "invited").await {
                    Ok(_) => {}
                    Err(_) if was.invited(&person).is_some() => continue,
                    Err(error) => return Err(error),
                }
                Participant::Person { person }
            }
            Participant::Named { text } => Participant::Named { text: input::text("invited", &text, input::SHORT)? },
        };
        if !kept.contains(&who) {
            kept.push(who);
        }
    }
    Ok(kept)
}

/// People are invited: each of them directly, and all in the groups.
///
/// # Errors
/// When the caller may not manage the collaboration, time, place or people are missing, or somebody else wrote meanwhile.
pub async fn call(work: &mut Work<'_>, id: &MeetingId, version: i64) -> Result<Meeting, ActionError> {
    let mut meeting = meeting_for(work, id, CollaborationDeed::Manage).await?;
    if meeting.version != version {
        return Err(ActionError::VersionConflict("meeting"));
    }
    let me = work.caller()?.person().clone();
    meeting.call(me, work.now)?;
    save(work, &mut meeting).await?;
    wake_calendars(work, &meeting).await?;
    let subject = Subject::Meeting(id.clone());
    if let Some(starts_at) = meeting.plan.starts_at {
        let event = Event::MeetingCalled { title: meeting.plan.title.clone(), starts_at };
        work.happened(subject.clone(), Some(&meeting.collaboration), event);
    }
    let notice = Notice::MeetingCard { meeting: id.clone() };
    let people: Vec<PersonId> = meeting.people().cloned().collect();
    for person in &people {
        tell(work, &meeting, person, notice.clone()).await?;
    }
    work.post_in_groups(&subject, &meeting.collaboration, &notice).await?;
    Ok(meeting)
}

/// A meeting does not take place. Those who are invited are told.
///
/// # Errors
/// When the caller may not manage the collaboration, no reason is given though people are invited, or it is over.
pub async fn cancel(work: &mut Work<'_>, id: &MeetingId, reason: &str) -> Result<Meeting, ActionError> {
    let mut meeting = meeting_for(work, id, CollaborationDeed::Manage).await?;
    let was_called = meeting.is_called();
    let reason = match was_called {
        true => input::text("reason", reason, input::SHORT)?,
        false => input::optional_text("reason", reason, input::SHORT)?,
    };
    let me = work.caller()?.person().clone();
    meeting.cancel(me, reason.clone(), work.now)?;
    save(work, &mut meeting).await?;
    if !was_called {
        return Ok(meeting);
    }
    wake_calendars(work, &meeting).await?;
    let subject = Subject::Meeting(id.clone());
    let event = Event::MeetingCancelled { title: meeting.plan.title.clone(), reason };
    work.happened(subject.clone(), Some(&meeting.collaboration), event);
    work.refresh_cards(&subject).await?;
    let people: Vec<PersonId> = meeting.people().cloned().collect();
    for person in &people {
        let notice = Notice::MeetingCancelled { meeting: id.clone() };
        work.tell_other(person, &subject, &meeting.collaboration, notice).await?;
    }
    Ok(meeting)
}

/// 「来」 or 「不来」: the caller answers, on the time and place that `revision` told them. A second time changes nothing.
///
/// # Errors
/// When they are not invited, nobody is any more, or time or place changed meanwhile.
pub async fn answer(
    work: &mut Work<'_>,
    id: &MeetingId,
    revision: u32,
    coming: bool,
    words: &str,
) -> Result<Meeting, ActionError> {
    let mut meeting = meeting_for(work, id, CollaborationDeed::See).await?;
    let words = input::optional_text("words", words, input::SHORT)?;
    let me = work.caller()?.person().clone();
    if !meeting.answer(&me, revision, coming, words.clone(), work.now)? {
        return Ok(meeting);
    }
    save(work, &mut meeting).await?;
    let subject = Subject::Meeting(id.clone());
    let event = Event::MeetingAnswered { coming, words };
    work.happened(subject.clone(), Some(&meeting.collaboration), event);
    // The others' cards say nothing of this answer.
    for card in work.tx.sent_cards(&work.app.workspace, id.as_str()).await? {
        if card.person.as_ref().is_none_or(|person| *person == me) {
            work.refresh_card(&subject, card)?;
        }
    }
    Ok(meeting)
}

/// Notes whether somebody was there.
///
/// # Errors
/// When the caller neither leads the collaboration or meeting nor records, it has not begun, or they were not invited.
pub async fn note_presence(
    work: &mut Work<'_>,
    id: &MeetingId,
    who: &Participant,
    present: Option<bool>,
) -> Result<Meeting, ActionError> {
    let mut meeting = meeting_to_run(work, id).await?;
    if !meeting.note_presence(who, present, work.now)? {
        return Ok(meeting);
    }
    save(work, &mut meeting).await?;
    fill_minutes(work, &mut meeting).await?;
    Ok(meeting)
}

/// The meeting is over: its minutes are begun with what is known, and their clock runs from its end. Where they are begun
/// already and nobody has written in them, they are filled anew; else they stay as they are.
///
/// # Errors
/// When the caller neither leads the collaboration or meeting nor records, or it has not begun.
pub async fn make_minutes(work: &mut Work<'_>, id: &MeetingId) -> Result<Meeting, ActionError> {
    let mut meeting = meeting_to_run(work, id).await?;
    if meeting.minutes().is_some() {
        fill_minutes(work, &mut meeting).await?;
        return Ok(meeting);
    }
    end(work, meeting).await
}

/// Does what a meeting's time has come for: reminds those who have not answered, or ends it. Says whether there was anything to do.
pub(crate) async fn keep_time(work: &mut Work<'_>, id: &MeetingId) -> Result<bool, ActionError> {
    let Some(mut meeting) = work.tx.meeting(&work.app.workspace, id).await? else { return Ok(false) };
    if meeting.next_at().is_none_or(|at| at > work.now) {
        return Ok(false);
    }
    if meeting.plan.ends_at.is_some_and(|at| at <= work.now) {
        return end(work, meeting).await.map(|_| true);
    }
    let asked = meeting.remind(work.now);
    save(work, &mut meeting).await?;
    if !asked.is_empty() {
        let event = Event::MeetingReminded { count: asked.len() };
        work.happened(Subject::Meeting(id.clone()), Some(&meeting.collaboration), event);
    }
    for person in &asked {
        tell(work, &meeting, person, Notice::MeetingReminder { meeting: id.clone() }).await?;
    }
    Ok(true)
}

async fn end(work: &mut Work<'_>, mut meeting: Meeting) -> Result<Meeting, ActionError> {
    let ended_at = meeting.end(work.now)?;
    let MeetingState::Called { by, .. } = &meeting.state else {
        return Err(MeetingError::WrongStage(meeting.state.stage()).into());
    };
    let starter = by.clone();
    let new = NewMinutes {
        recorder: Some(recorder(work, &meeting).await?),
        happened_at: Some(ended_at),
        content: content(work, &meeting).await?,
        level: Level::Internal,
        ..NewMinutes::of(meeting.collaboration.clone(), Occasion::Meeting, meeting.plan.title.clone())
    };
    let begun = minutes::begin_for(work, starter, new).await?;
    meeting.held(ended_at, begun.id.clone(), begun.version)?;
    save(work, &mut meeting).await?;
    let subject = Subject::Meeting(meeting.id.clone());
    work.happened(subject.clone(), Some(&meeting.collaboration), Event::MeetingHeld { number: begun.number });
    work.refresh_cards(&subject).await?;
    Ok(meeting)
}

/// Who writes the minutes: the recorder, or whoever else is still here of those who lead.
async fn recorder(work: &mut Work<'_>, meeting: &Meeting) -> Result<PersonId, ActionError> {
    let mut candidates = vec![meeting.plan.recorder.clone()];
    if let MeetingState::Called { by, .. } = &meeting.state {
        candidates.push(by.clone());
    }
    candidates.push(meeting.plan.host.clone());
    let mut members = work.tx.memberships(&work.app.workspace, &meeting.collaboration).await?;
    members.sort_by_key(|member| (member.role != Role::Assistant, member.role, member.person.clone()));
    candidates.extend(members.into_iter().map(|member| member.person));
    for candidate in &candidates {
        match minutes::recorder_of(work, &meeting.collaboration, candidate).await {
            Ok(person) => return Ok(person),
            Err(ActionError::Invalid(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(meeting.plan.recorder.clone())
}

/// What is known of the meeting, as minutes say it. What nobody has checked is marked.
async fn content(work: &mut Work<'_>, meeting: &Meeting) -> Result<Content, ActionError> {
    let workspace = &work.app.workspace;
    let found = work.tx.collaboration(workspace, &meeting.collaboration).await?;
    let collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
    let host = work.tx.person(workspace, &meeting.plan.host).await?;
    let language = host.map_or_else(Language::default, |host| host.language);
    let draft = drafted(work.app, &mut work.tx, &collaboration, meeting.kind, language).await?;
    let (participants, absentees) = meeting.attendance();
    let mut guessed = vec!["conclusions".to_owned()];
    if meeting.invited.iter().any(|invited| invited.present.is_none()) {
        guessed.extend(["participants".to_owned(), "absentees".to_owned()]);
    }
    guessed.retain(|part| part != "absentees" || !absentees.is_empty());
    Ok(Content {
        held_at: meeting.plan.starts_at,
        place: cut(place(meeting, language), input::SHORT),
        host: Some(meeting.plan.host.clone()),
        participants,
        absentees,
        agenda: meeting.plan.agenda.clone(),
        conclusions: cut(draft.conclusions, input::LONG),
        guessed,
        ..Content::default()
    })
}

/// Where the meeting is: its place, and the platform of its online meeting.
pub(crate) fn place(meeting: &Meeting, language: Language) -> String {
    let online = meeting.plan.online.as_ref().map(|platform| {
        let platform = text(language, &format!("domain.platform.{platform}"), &[]);
        text(language, "meeting.online_on", &[("platform", &platform)])
    });
    let parts = [Some(meeting.plan.place.clone()), online];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("；")
}

/// Writes what is known by now into the minutes, as long as nobody else has written in them.
async fn fill_minutes(work: &mut Work<'_>, meeting: &mut Meeting) -> Result<(), ActionError> {
    let MeetingState::Held { minutes: id, written, .. } = &meeting.state else { return Ok(()) };
    let found = work.tx.minutes(&work.app.workspace, id).await?;
    let untouched = |minutes: &huan_core::minutes::Minutes| {
        minutes.version == *written && minutes.state.stage() == MinutesStage::Owed
    };
    let Some(mut minutes) = found.filter(untouched) else { return Ok(()) };
    let content = content(work, meeting).await?;
    if content == minutes.content {
        return Ok(());
    }
    minutes.content = content;
    minutes.updated_at = work.now;
    work.tx.update_minutes(&work.app.workspace, &mut minutes).await?;
    work.show(&Subject::Minutes(minutes.id.clone()), Some(&minutes.collaboration));
    if let MeetingState::Held { written, .. } = &mut meeting.state {
        *written = minutes.version;
    }
    save(work, meeting).await
}
