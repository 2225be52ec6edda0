//! Tasks: made, answered, changed, listed.

use huan_core::{
    command::{self, TaskRef},
    i18n::text,
    id::TaskId,
    level::Level,
    permission::Deed,
    task::{Priority, Proposal, ProposalAnswer, Stage, Task},
};
use huan_store::{Page, TaskFilter, TaskSort};

use super::{
    Speech, Stop,
    proposal::{further_words, postponed},
};
use crate::{
    actions::{
        create_task::{NewTask, create_task},
        task_steps,
    },
    hearing::tasks::{self, Side},
};

/// The most tasks that an answer lists.
const LISTED: u32 = 10;

impl Speech<'_, '_, '_> {
    pub(super) async fn new_task(&mut self, new: command::NewTask) -> Result<String, Stop> {
        let collaboration = self.collaboration().await?;
        let Some(owner) = &new.owner else { return Err(self.say("command.question.owner_missing", &[])) };
        let owner = self.person(Some(&collaboration), owner).await?;
        let mut helpers = Vec::with_capacity(new.helpers.len());
        for helper in &new.helpers {
            helpers.push(self.person(Some(&collaboration), helper).await?);
        }
        let due_at = match new.due {
            Some(due) => Some(self.due(&owner, due).await?),
            None => None,
        };
        let platforms = self.platforms(&owner).await?;
        let new = NewTask {
            collaboration,
            name: new.title,
            description: new.description,
            owner,
            helpers,
            due_at,
            priority: new.priority.unwrap_or(Priority::Normal),
            criteria: new.criteria,
            level: Level::Internal,
            message: Some(self.asked.message.clone()),
            platforms,
        };
        let task = create_task(self.work, new).await?;
        self.created(&task).await
    }

    pub(super) async fn created(&mut self, task: &Task) -> Result<String, Stop> {
        let owner = self.work.person(&task.owner, "owner").await?;
        let identity = self.work.reachable_identity(&task.owner).await?;
        let platform = identity
            .and_then(|identity| self.work.app.account(&identity.account))
            .map_or_else(|| "web".to_owned(), |account| account.platform.to_string());
        let language = self.work.language();
        let platform = text(language, &format!("domain.platform.{platform}"), &[]);
        let record = match &task.record {
            Some(id) => self.work.tx.record(&self.work.app.workspace, id).await?.map(|record| record.number),
            None => None,
        }
        .unwrap_or_default();
        let due = task.due_at.map_or_else(|| text(language, "notice.no_due", &[]), |due| self.moment(due));
        let page = self.work.app.page(&format!("tasks/{}", task.id));
        Ok(text(
            language,
            "chat.task_created",
            &[
                ("number", &task.number),
                ("name", &task.name),
                ("owner", &format!("{}（{}）", owner.name, owner.job)),
                ("due", &due),
                ("record", &record),
                ("platform", &platform),
                ("page", &page),
            ],
        ))
    }

    pub(super) async fn answer_refusal(
        &mut self,
        named: Option<&TaskRef>,
        answer: ProposalAnswer,
    ) -> Result<String, Stop> {
        let id = self.task(named, Side::Initiator, &[Stage::Declined]).await?;
        let task = task_steps::answer_proposal(self.work, &id, answer).await?;
        Ok(self.about("chat.offered_again", &task))
    }

    /// 改为: the answer to a refusal, or a change to a task that runs.
    pub(super) async fn change(&mut self, id: &TaskId, change: Proposal) -> Result<String, Stop> {
        let task = self.work.task_for(id, Deed::See).await?;
        let task = if task.state.stage() == Stage::Declined {
            task_steps::answer_proposal(self.work, id, ProposalAnswer::Change(change)).await?
        } else {
            let mut task = task;
            if let Some(due_at) = change.due_at {
                task = crate::actions::edit_task::set_due(self.work, id, Some(due_at)).await?;
            }
            if let Some(owner) = change.owner.filter(|owner| *owner != task.owner) {
                task = task_steps::reassign(self.work, id, &owner).await?;
            }
            task
        };
        Ok(self.about("chat.changed", &task))
    }

    pub(super) async fn mine(&mut self) -> Result<String, Stop> {
        let filter =
            TaskFilter { owner: Some(self.work.caller()?.person().clone()), open: Some(true), ..TaskFilter::default() };
        let page = Page { size: LISTED, after: None, descending: false };
        let tasks = self.work.tx.tasks(&self.work.app.workspace, &filter, TaskSort::Due, &page).await?.rows;
        if tasks.is_empty() {
            return Ok(text(self.work.language(), "chat.nothing_mine", &[]));
        }
        Ok(format!("{}\n{}", text(self.work.language(), "chat.mine", &[]), self.list(&tasks)))
    }

    pub(super) async fn task(&mut self, named: Option<&TaskRef>, side: Side, stages: &[Stage]) -> Result<TaskId, Stop> {
        match tasks::find(self.work, named, self.answered.clone(), side, stages).await? {
            tasks::Found::One(task) => Ok(task),
            tasks::Found::None => Err(self.say("chat.no_task_waits", &[])),
            tasks::Found::Several(tasks) => {
                let list = self.list(&tasks);
                Err(self.say("chat.which_task", &[("list", &list)]))
            }
        }
    }

    pub(super) async fn proposal(&mut self, task: &TaskId, given: command::Proposal) -> Result<Proposal, Stop> {
        let task = self.work.task_for(task, Deed::See).await?;
        let owner = match &given.owner {
            Some(owner) => Some(self.person(Some(&task.collaboration), owner).await?),
            None => None,
        };
        let due_at = match given.due {
            Some(due) => Some(self.due(owner.as_ref().unwrap_or(&task.owner), due).await?),
            None => postponed(&task, given.later, &self.work.caller()?.zone),
        };
        let now = self.work.now.to_zoned(self.work.caller()?.zone.clone());
        let words = further_words(&given.words, given.owner.as_ref(), due_at.is_some(), &now);
        Ok(Proposal { owner, due_at, words })
    }

    pub(super) fn about(&self, key: &str, task: &Task) -> String {
        text(self.work.language(), key, &[("number", &task.number), ("name", &task.name)])
    }

    pub(super) fn list(&self, tasks: &[Task]) -> String {
        let lines: Vec<String> = tasks
            .iter()
            .map(|task| {
                let stage = text(self.work.language(), &format!("domain.stage.{}", task.state.stage().name()), &[]);
                let due = task.due_at.map(|due| self.moment(due)).unwrap_or_default();
                format!("#{} {} · {stage} · {due}", task.number, task.name)
            })
            .collect();
        lines.join("\n")
    }
}
