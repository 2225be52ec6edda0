//! Somebody leaves (I7): their open work is handed over, they are taken out of everything, nothing stays ownerless.

use huan_core::{
    clock::{StopReason, Trigger},
    collaboration::{Membership, Role},
    directory::run::{Leaver, LeaverState},
    history::{Event, Subject},
    id::{CollaborationId, PersonId},
    person::{Person, Standing},
    problem::Problem,
    record::{FollowUp, Record},
    status::Status,
    task::Task,
};
use huan_store::{Page, ProblemFilter, ProblemSort, RecordFilter, RecordSort, TaskFilter, TaskSort};

use super::{edit_record, emergencies, people, problems, task_steps};
use crate::{error::ActionError, work::Work};

/// How many rows are read at a time.
const AT_ONCE: u32 = 200;

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
    /// Follow-ups of theirs.
    pub follow_ups: Vec<FollowUp>,
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
            && self.follow_ups.is_empty()
            && self.initiates.is_empty()
            && self.reports.is_empty()
    }
}

/// What `person` would leave behind.
///
/// # Errors
/// When the caller may not, or there is no such person.
pub async fn open_work(work: &mut Work<'_>, person: &PersonId) -> Result<OpenWork, ActionError> {
    work.require_administrator()?;
    people::existing(work, person).await?;
    let workspace = &work.app.workspace;
    let memberships = work.tx.memberships_of(workspace, person).await?;
    Ok(OpenWork {
        tasks: open_tasks(work, TaskFilter { owner: Some(person.clone()), ..TaskFilter::default() }).await?,
        asked_for: open_tasks(work, TaskFilter { initiator: Some(person.clone()), ..TaskFilter::default() }).await?,
        helps: open_tasks(work, TaskFilter { helper: Some(person.clone()), ..TaskFilter::default() }).await?,
        records: open_records(work, person).await?,
        problems: open_problems(work, person).await?,
        follow_ups: work.tx.open_follow_ups(workspace, person).await?,
        initiates: memberships
            .into_iter()
            .filter(|membership| membership.role == Role::Initiator)
            .map(|membership| membership.collaboration)
            .collect(),
        reports: work.tx.reports_of(workspace, person).await?.into_iter().map(|report| report.id).collect(),
    })
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
    match successor {
        Some(successor) => hand_over(work, &was, successor, open).await?,
        None if open.is_empty() => {}
        None => return Err(ActionError::field("successor", "open_work")),
    }
    emergencies::hand_over(work, id, successor).await?;
    take_out(work, id).await?;
    end_access(work, id).await?;
    end_leaving(work, id, successor).await?;
    // Handing over can have changed nothing of the person, so `was` is still what the database holds.
    let mut person = was.clone();
    person.standing = Standing::Left { since: work.now };
    person.administrator = false;
    people::write(work, &was, person).await
}

async fn hand_over(
    work: &mut Work<'_>,
    from: &Person,
    successor: &PersonId,
    open: OpenWork,
) -> Result<(), ActionError> {
    let to = work.person(successor, "successor").await?;
    if to.id == from.id || !matches!(to.standing, Standing::Active) {
        return Err(ActionError::field("successor", "unknown"));
    }
    for collaboration in open.initiates {
        make_initiator(work, &collaboration, from, &to).await?;
    }
    for task in open.asked_for {
        make_member(work, &task.collaboration, &to).await?;
        task_steps::entrust(work, &task.id, from, &to).await?;
    }
    for task in open.tasks {
        make_member(work, &task.collaboration, &to).await?;
        task_steps::reassign(work, &task.id, &to.id).await?;
    }
    for problem in open.problems {
        make_member(work, &problem.collaboration, &to).await?;
        problems::hand_over(work, &problem.id, &to.id).await?;
    }
    for record in open.records {
        make_member(work, &record.collaboration, &to).await?;
        let change = edit_record::RecordChange {
            version: record.version,
            owner: Some(to.id.clone()),
            ..edit_record::RecordChange::default()
        };
        edit_record::edit_record(work, &record.id, change).await?;
    }
    for follow_up in work.tx.open_follow_ups(&work.app.workspace, &from.id).await? {
        give_follow_up(work, follow_up, from, &to).await?;
    }
    for report in open.reports {
        let was = people::existing(work, &report).await?;
        // Whoever takes over from their own superior reports to that superior's superior.
        let above = if report == to.id { from.superior.clone() } else { Some(to.id.clone()) };
        people::write(work, &was, Person { superior: above, ..was.clone() }).await?;
    }
    Ok(())
}

async fn open_tasks(work: &mut Work<'_>, filter: TaskFilter) -> Result<Vec<Task>, ActionError> {
    let filter = TaskFilter { open: Some(true), ..filter };
    let mut page = Page::first(AT_ONCE);
    let mut found = Vec::new();
    loop {
        let listed = work.tx.tasks(&work.app.workspace, &filter, TaskSort::default(), &page).await?;
        found.extend(listed.rows);
        match listed.next {
            Some(next) => page.after = Some(next),
            None => return Ok(found),
        }
    }
}

async fn open_problems(work: &mut Work<'_>, owner: &PersonId) -> Result<Vec<Problem>, ActionError> {
    let filter = ProblemFilter { owner: Some(owner.clone()), open: Some(true), ..ProblemFilter::default() };
    let mut page = Page::first(AT_ONCE);
    let mut found = Vec::new();
    loop {
        let listed = work.tx.problems(&work.app.workspace, &filter, ProblemSort::default(), &page).await?;
        found.extend(listed.rows);
        match listed.next {
            Some(next) => page.after = Some(next),
            None => return Ok(found),
        }
    }
}

async fn open_records(work: &mut Work<'_>, owner: &PersonId) -> Result<Vec<Record>, ActionError> {
    let statuses = vec![Status::Pending, Status::InProgress, Status::AwaitingFeedback, Status::Blocked];
    let filter = RecordFilter { owner: Some(owner.clone()), statuses, ..RecordFilter::default() };
    let mut page = Page::first(AT_ONCE);
    let mut found = Vec::new();
    loop {
        let listed = work.tx.records(&work.app.workspace, &filter, RecordSort::default(), &page).await?;
        found.extend(listed.rows.into_iter().filter(|record| record.task.is_none()));
        match listed.next {
            Some(next) => page.after = Some(next),
            None => return Ok(found),
        }
    }
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
    Ok(())
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

/// What is told on any platform under the person's ids is theirs no more, and nobody waits for a successor to be chosen.
async fn end_leaving(work: &mut Work<'_>, person: &PersonId, successor: Option<&PersonId>) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    for identity in work.tx.identities_of(workspace, person).await? {
        work.tx.remove_identity(workspace, &identity.id).await?;
        work.tx.remove_directory_entry(workspace, Some(&identity.account), identity.user.as_str()).await?;
    }
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
