//! Somebody leaves (I7): their open work is handed over, they are taken out of everything, nothing stays ownerless. In small the
//! same holds for whoever is taken out of one collaboration, and for guests whose time is up.

use std::collections::BTreeSet;

use huan_core::{
    clock::{StopReason, Trigger},
    collaboration::{Membership, Role},
    directory::run::{Leaver, LeaverState},
    history::{Event, Subject},
    id::{CollaborationId, PersonId},
    minutes::Minutes,
    person::{Person, Standing},
    problem::Problem,
    record::{FollowUp, Record},
    sign_off::{SignOff, Signature},
    status::Status,
    task::Task,
};
use huan_store::{Conn, Page, ProblemFilter, ProblemSort, RecordFilter, RecordSort, TaskFilter, TaskSort};

use super::{edit_record, emergencies, minutes, people, problems, sign_offs, task_steps, usage_rules};
use crate::{app::App, error::ActionError, work::Work};

/// How many rows are read at a time.
const AT_ONCE: u32 = 200;
/// The longest line of superiors that is followed.
const LONGEST_LINE: usize = 50;

/// What somebody answers for that is not closed yet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenWork {
    /// Tasks they own.
    pub tasks: Vec<Task>,
    /// Tasks they asked for: somebody must answer a refusal of them and hear of their outcome.
    pub asked_for: Vec<Task>,
    /// Tasks they help with. Others answer for these, so nobody needs to take over.
    pub helps: Vec<Task>,
    /// Rows of the record table they own that have no task.
    pub records: Vec<Record>,
    /// Problems they are asked to answer.
    pub problems: Vec<Problem>,
    /// Minutes that they have to file, or to which somebody objects.
    pub minutes: Vec<Minutes>,
    /// Signatures for which they are waited for, with their rounds of acceptance.
    pub signatures: Vec<(Signature, SignOff)>,
    /// Follow-ups of theirs, with the collaborations of their records.
    pub follow_ups: Vec<(FollowUp, CollaborationId)>,
    /// Collaborations they are the initiator of.
    pub initiates: Vec<CollaborationId>,
    /// People whose superior they are.
    pub reports: Vec<PersonId>,
}

impl OpenWork {
    /// Whether there is nothing to hand over.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
            && self.asked_for.is_empty()
            && self.records.is_empty()
            && self.problems.is_empty()
            && self.minutes.is_empty()
            && self.signatures.is_empty()
            && self.follow_ups.is_empty()
            && self.initiates.is_empty()
            && self.reports.is_empty()
    }

    /// What `person` has open, everywhere or `within` one collaboration. Whose superior they are is no matter of one
    /// collaboration.
    pub(crate) async fn of(
        app: &App,
        conn: &mut Conn,
        person: &PersonId,
        within: Option<&CollaborationId>,
    ) -> Result<Self, ActionError> {
        let workspace = &app.workspace;
        let tasks = TaskFilter { collaboration: within.cloned(), ..TaskFilter::default() };
        let owned = TaskFilter { owner: Some(person.clone()), ..tasks.clone() };
        let asked_for = TaskFilter { initiator: Some(person.clone()), ..tasks.clone() };
        let helped = TaskFilter { helper: Some(person.clone()), ..tasks };
        let memberships = conn.memberships_of(workspace, person).await?.into_iter();
        let reports = match within {
            None => conn.reports_of(workspace, person).await?,
            Some(_) => Vec::new(),
        };
        Ok(Self {
            tasks: open_tasks(app, conn, owned).await?,
            asked_for: open_tasks(app, conn, asked_for).await?,
            helps: open_tasks(app, conn, helped).await?,
            records: open_records(app, conn, person, within).await?,
            problems: open_problems(app, conn, person, within).await?,
            minutes: conn
                .minutes_open_of(workspace, person)
                .await?
                .into_iter()
                .filter(|minutes| within.is_none_or(|one| minutes.collaboration == *one))
                .collect(),
            signatures: open_signatures(app, conn, person, within).await?,
            follow_ups: open_follow_ups(app, conn, person, within).await?,
            initiates: memberships
                .filter(|part| part.role == Role::Initiator && within.is_none_or(|one| part.collaboration == *one))
                .map(|membership| membership.collaboration)
                .collect(),
            reports: reports.into_iter().map(|report| report.id).collect(),
        })
    }

    /// How many things wait for somebody else.
    pub(crate) fn count(&self) -> usize {
        self.tasks.len()
            + self.asked_for.len()
            + self.records.len()
            + self.problems.len()
            + self.minutes.len()
            + self.signatures.len()
            + self.follow_ups.len()
            + self.initiates.len()
    }

    /// The collaborations in which something is to be handed over.
    pub(crate) fn collaborations(&self) -> BTreeSet<CollaborationId> {
        let tasks = self.tasks.iter().chain(&self.asked_for).map(|task| &task.collaboration);
        let records = self.records.iter().map(|record| &record.collaboration);
        let problems = self.problems.iter().map(|problem| &problem.collaboration);
        let minutes = self.minutes.iter().map(|minutes| &minutes.collaboration);
        let signatures = self.signatures.iter().map(|(_, sign_off)| &sign_off.collaboration);
        let follow_ups = self.follow_ups.iter().map(|(_, collaboration)| collaboration);
        let matters = tasks.chain(records).chain(problems).chain(minutes).chain(signatures);
        matters.chain(follow_ups).chain(&self.initiates).cloned().collect()
    }
}

/// Who takes over.
enum Heir {
    /// One person everything.
    One(Box<Person>),
    /// The initiator of each collaboration what belongs to it, as with a guest whom nobody replaces.
    InitiatorOfEach,
}

/// What `person` would leave behind.
///
/// # Errors
/// When the caller may not, or there is no such person.
pub async fn open_work(work: &mut Work<'_>, person: &PersonId) -> Result<OpenWork, ActionError> {
    work.require_administrator()?;
    people::existing(work, person).await?;
    OpenWork::of(work.app, &mut work.tx, person, None).await
}

/// Lets somebody leave. With open work there must be a `successor`: the tasks are offered to them, and rows, follow-ups,
/// what was asked of others and the role of initiator become theirs.
///
/// # Errors
/// When the caller may not, a successor is needed and missing, or the person is the last administrator.
pub async fn leave(work: &mut Work<'_>, id: &PersonId, successor: Option<&PersonId>) -> Result<Person, ActionError> {
    let open = open_work(work, id).await?;
    let was = people::existing(work, id).await?;
    if matches!(was.standing, Standing::Left { .. }) {
        return Ok(was);
    }
    people::require_another_administrator(work, &was).await?;
    for task in &open.helps {
        task_steps::release_helper(work, &task.id, &was).await?;
    }
    give_up(work, &was, successor, open).await?;
    emergencies::hand_over(work, id, successor, None).await?;
    take_out(work, id).await?;
    end_access(work, id).await?;
    end_leaving(work, id, successor).await?;
    // Handing over can have changed nothing of the person, so `was` is still what the database holds.
    let mut person = was.clone();
    person.standing = Standing::Left { since: work.now };
    person.administrator = false;
    people::write(work, &was, person).await
}

/// Hands over what `person` has open in one collaboration, before they are taken out of it.
///
/// # Errors
/// When the caller may not, or a successor is needed and missing or cannot take over.
pub(super) async fn give_up_within(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    person: &Person,
    successor: Option<&PersonId>,
) -> Result<(), ActionError> {
    let open = OpenWork::of(work.app, &mut work.tx, &person.id, Some(collaboration)).await?;
    if successor.is_none() && !open.is_empty() {
        return Err(ActionError::field("person", "open_work"));
    }
    for task in &open.helps {
        task_steps::release_helper(work, &task.id, person).await?;
    }
    give_up(work, person, successor, open).await?;
    work.tx.drop_waiting_confirmations(&work.app.workspace, &person.id, Some(collaboration)).await?;
    usage_rules::excuse(work, &person.id, Some(collaboration)).await?;
    emergencies::hand_over(work, &person.id, successor, Some(collaboration)).await
}

/// Gives what a guest has open to `successor`, else to the initiators of its collaborations. The guest stays what they are, so
/// that their time can still be extended.
///
/// # Errors
/// When the caller may not, or whoever is to take over cannot.
pub(crate) async fn relieve_guest(
    work: &mut Work<'_>,
    guest: &Person,
    successor: Option<&PersonId>,
) -> Result<(), ActionError> {
    let open = open_work(work, &guest.id).await?;
    for task in &open.helps {
        task_steps::release_helper(work, &task.id, guest).await?;
    }
    match successor {
        Some(_) => give_up(work, guest, successor, open).await?,
        None => hand_over(work, guest, &Heir::InitiatorOfEach, open).await?,
    }
    emergencies::hand_over(work, &guest.id, successor, None).await?;
    end_waiting(work, &guest.id, successor).await
}

async fn give_up(
    work: &mut Work<'_>,
    from: &Person,
    successor: Option<&PersonId>,
    open: OpenWork,
) -> Result<(), ActionError> {
    let Some(successor) = successor else {
        return if open.is_empty() { Ok(()) } else { Err(ActionError::field("successor", "open_work")) };
    };
    let to = work.person(successor, "successor").await?;
    if to.id == from.id || !matches!(to.standing, Standing::Active) {
        return Err(ActionError::field("successor", "unknown"));
    }
    hand_over(work, from, &Heir::One(Box::new(to)), open).await
}

impl Heir {
    /// Who takes over what belongs to a collaboration, of which they are made a member.
    async fn within(&self, work: &mut Work<'_>, collaboration: &CollaborationId) -> Result<Person, ActionError> {
        let person = match self {
            Self::One(person) => Person::clone(person),
            Self::InitiatorOfEach => {
                let workspace = &work.app.workspace;
                let members = work.tx.memberships(workspace, collaboration).await?;
                let initiator = members.into_iter().find(|member| member.role == Role::Initiator);
                let initiator = initiator.ok_or(ActionError::field("successor", "unknown"))?.person;
                work.person(&initiator, "successor").await?
            }
        };
        make_member(work, collaboration, &person).await?;
        Ok(person)
    }
}

async fn hand_over(work: &mut Work<'_>, from: &Person, heir: &Heir, open: OpenWork) -> Result<(), ActionError> {
    let concerned = open.collaborations();
    for collaboration in open.initiates {
        let to = heir.within(work, &collaboration).await?;
        make_initiator(work, &collaboration, from, &to).await?;
    }
    for task in open.asked_for {
        let to = heir.within(work, &task.collaboration).await?;
        task_steps::entrust(work, &task.id, from, &to).await?;
    }
    for task in open.tasks {
        let to = heir.within(work, &task.collaboration).await?;
        task_steps::reassign(work, &task.id, &to.id).await?;
    }
    for problem in open.problems {
        let to = heir.within(work, &problem.collaboration).await?;
        problems::hand_over(work, &problem.id, &to.id).await?;
    }
    for one in open.minutes {
        let to = heir.within(work, &one.collaboration).await?;
        minutes::hand_over(work, &one.id, &to).await?;
    }
    for (signature, sign_off) in open.signatures {
        let to = heir.within(work, &sign_off.collaboration).await?;
        sign_offs::hand_over(work, &signature.id, &to).await?;
    }
    for record in open.records {
        let to = heir.within(work, &record.collaboration).await?;
        let change = edit_record::RecordChange {
            version: record.version,
            owner: Some(to.id.clone()),
            ..edit_record::RecordChange::default()
        };
        edit_record::edit_record(work, &record.id, change).await?;
    }
    // Editing a row may have put its follow-ups anew.
    for (follow_up, collaboration) in open_follow_ups(work.app, &mut work.tx, &from.id, None).await? {
        if concerned.contains(&collaboration) {
            let to = heir.within(work, &collaboration).await?;
            give_follow_up(work, follow_up, from, &to).await?;
        }
    }
    for report in open.reports {
        let was = people::existing(work, &report).await?;
        let above = new_superior(work, from, heir, &report).await?;
        people::write(work, &was, Person { superior: above, ..was.clone() }).await?;
    }
    Ok(())
}

/// Who becomes the superior of `report`: whoever takes over. Where that one stands below `report`, or nobody takes over, it is
/// the superior of whoever leaves, so that no circle comes about.
async fn new_superior(
    work: &mut Work<'_>,
    from: &Person,
    heir: &Heir,
    report: &PersonId,
) -> Result<Option<PersonId>, ActionError> {
    let above = from.superior.clone().filter(|above| above != report);
    let Heir::One(to) = heir else { return Ok(above) };
    let mut next = Some(to.id.clone());
    for _ in 0..LONGEST_LINE {
        let Some(id) = next.filter(|id| *id != from.id) else { return Ok(Some(to.id.clone())) };
        if id == *report {
            return Ok(above);
        }
        next = work.tx.person(&work.app.workspace, &id).await?.and_then(|person| person.superior);
    }
    Ok(above)
}

async fn open_tasks(app: &App, conn: &mut Conn, filter: TaskFilter) -> Result<Vec<Task>, ActionError> {
    let filter = TaskFilter { open: Some(true), ..filter };
    let mut page = Page::first(AT_ONCE);
    let mut found = Vec::new();
    loop {
        let listed = conn.tasks(&app.workspace, &filter, TaskSort::default(), &page).await?;
        found.extend(listed.rows);
        match listed.next {
            Some(next) => page.after = Some(next),
            None => return Ok(found),
        }
    }
}

async fn open_problems(
    app: &App,
    conn: &mut Conn,
    owner: &PersonId,
    within: Option<&CollaborationId>,
) -> Result<Vec<Problem>, ActionError> {
    let filter = ProblemFilter {
        collaboration: within.cloned(),
        owner: Some(owner.clone()),
        open: Some(true),
        ..ProblemFilter::default()
    };
    let mut page = Page::first(AT_ONCE);
    let mut found = Vec::new();
    loop {
        let listed = conn.problems(&app.workspace, &filter, ProblemSort::default(), &page).await?;
        found.extend(listed.rows);
        match listed.next {
            Some(next) => page.after = Some(next),
            None => return Ok(found),
        }
    }
}

async fn open_records(
    app: &App,
    conn: &mut Conn,
    owner: &PersonId,
    within: Option<&CollaborationId>,
) -> Result<Vec<Record>, ActionError> {
    let filter = RecordFilter {
        collaboration: within.cloned(),
        owner: Some(owner.clone()),
        statuses: vec![Status::Pending, Status::InProgress, Status::AwaitingFeedback, Status::Blocked],
        ..RecordFilter::default()
    };
    let mut page = Page::first(AT_ONCE);
    let mut found = Vec::new();
    loop {
        let listed = conn.records(&app.workspace, &filter, RecordSort::default(), &page).await?;
        found.extend(listed.rows.into_iter().filter(|record| record.task.is_none()));
        match listed.next {
            Some(next) => page.after = Some(next),
            None => return Ok(found),
        }
    }
}

async fn open_signatures(
    app: &App,
    conn: &mut Conn,
    person: &PersonId,
    within: Option<&CollaborationId>,
) -> Result<Vec<(Signature, SignOff)>, ActionError> {
    let mut found = Vec::new();
    for signature in conn.signatures_asked_of(&app.workspace, person).await? {
        let sign_off = conn.sign_off(&app.workspace, &signature.sign_off).await?;
        let sign_off = sign_off.ok_or(ActionError::NotFound("sign_off"))?;
        if within.is_none_or(|one| sign_off.collaboration == *one) {
            found.push((signature, sign_off));
        }
    }
    Ok(found)
}

async fn open_follow_ups(
    app: &App,
    conn: &mut Conn,
    person: &PersonId,
    within: Option<&CollaborationId>,
) -> Result<Vec<(FollowUp, CollaborationId)>, ActionError> {
    let mut found = Vec::new();
    for follow_up in conn.open_follow_ups(&app.workspace, person).await? {
        let record = conn.record(&app.workspace, &follow_up.record).await?.ok_or(ActionError::NotFound("record"))?;
        if within.is_none_or(|one| record.collaboration == *one) {
            found.push((follow_up, record.collaboration));
        }
    }
    Ok(found)
}

async fn make_member(work: &mut Work<'_>, collaboration: &CollaborationId, person: &Person) -> Result<(), ActionError> {
    if work.tx.role(&work.app.workspace, collaboration, &person.id).await?.is_some() {
        return Ok(());
    }
    let membership = Membership {
        id: work.new_id(),
        collaboration: collaboration.clone(),
        person: person.id.clone(),
        role: Role::Member,
        duty: String::new(),
    };
    work.tx.insert_member(&work.app.workspace, &membership).await?;
    changed(work, collaboration, "member", String::new(), person.name.clone());
    usage_rules::ask_newcomer(work, collaboration, person).await
}

async fn make_initiator(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    from: &Person,
    to: &Person,
) -> Result<(), ActionError> {
    make_member(work, collaboration, to).await?;
    let workspace = &work.app.workspace;
    for mut membership in work.tx.memberships(workspace, collaboration).await? {
        let role = if membership.person == from.id {
            Role::Member
        } else if membership.person == to.id {
            Role::Initiator
        } else {
            continue;
        };
        membership.role = role;
        work.tx.update_member(workspace, &membership).await?;
    }
    sign_offs::entrust(work, collaboration, &from.id, &to.id).await?;
    changed(work, collaboration, "initiator", from.name.clone(), to.name.clone());
    Ok(())
}

async fn give_follow_up(
    work: &mut Work<'_>,
    mut follow_up: FollowUp,
    from: &Person,
    to: &Person,
) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let record = work.tx.record(workspace, &follow_up.record).await?.ok_or(ActionError::NotFound("record"))?;
    follow_up.person = to.id.clone();
    work.tx.update_follow_up(workspace, &mut follow_up).await?;
    let subject = Subject::FollowUp(follow_up.id.clone());
    let kind = Trigger::FollowUp { due: follow_up.due_at }.kind();
    work.stop_clock(&subject, &record.collaboration, kind, StopReason::Withdrawn).await?;
    work.start_follow_up_clock(&follow_up, &record).await?;
    let event = Event::Changed { field: "person".to_owned(), from: from.name.clone(), to: to.name.clone() };
    work.happened(subject, Some(&record.collaboration), event);
    Ok(())
}

/// Ends every way in: sessions, tokens and the password.
pub(crate) async fn end_access(work: &mut Work<'_>, person: &PersonId) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    work.tx.end_sessions_of(workspace, person).await?;
    work.tx.revoke_tokens_of(workspace, person, work.now).await?;
    Ok(work.tx.forget_password(workspace, person).await?)
}

/// What is told on any platform under the person's ids is theirs no more.
async fn end_leaving(work: &mut Work<'_>, person: &PersonId, successor: Option<&PersonId>) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    for identity in work.tx.identities_of(workspace, person).await? {
        work.tx.remove_identity(workspace, &identity.id).await?;
        work.tx.remove_directory_entry(workspace, Some(&identity.account), identity.user.as_str()).await?;
    }
    end_waiting(work, person, successor).await
}

/// Nobody waits any more for a successor to be chosen.
async fn end_waiting(work: &mut Work<'_>, person: &PersonId, successor: Option<&PersonId>) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let known = work.tx.leaver(workspace, person).await?.filter(|leaver| leaver.state == LeaverState::Open);
    let leaver = known.unwrap_or(Leaver {
        person: person.clone(),
        account: None,
        noticed_at: work.now,
        due_at: work.now,
        state: LeaverState::Open,
        successor: None,
        ended_at: None,
    });
    let ended =
        Leaver { state: LeaverState::HandedOver, successor: successor.cloned(), ended_at: Some(work.now), ..leaver };
    Ok(work.tx.set_leaver(workspace, &ended).await?)
}

/// Out of every collaboration.
async fn take_out(work: &mut Work<'_>, person: &PersonId) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let name = people::existing(work, person).await?.name;
    work.tx.take_off_call_lists(workspace, person).await?;
    work.tx.drop_waiting_confirmations(workspace, person, None).await?;
    usage_rules::excuse(work, person, None).await?;
    for membership in work.tx.memberships_of(workspace, person).await? {
        work.tx.remove_member(workspace, &membership.id).await?;
        changed(work, &membership.collaboration, "member", name.clone(), String::new());
    }
    Ok(())
}

fn changed(work: &mut Work<'_>, collaboration: &CollaborationId, field: &str, from: String, to: String) {
    let event = Event::Changed { field: field.to_owned(), from, to };
    work.happened(Subject::Collaboration(collaboration.clone()), Some(collaboration), event);
}
