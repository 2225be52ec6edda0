//! Words about a task, both ways: what the owner says on the platform is progress, what others say stands in the history;
//! what is reported here becomes a comment there.

use huan_connect::Activity;
use huan_core::{
    history::{Event, Subject},
    i18n::{Language, text},
    task::{Stage, Task},
};
use huan_store::{CommentState, TaskComment};
use jiff::SignedDuration;

use super::{later, pass::Pass, people::People, trouble::Trouble};
use crate::actions::{input, task_steps};

/// How long sending a comment is taken to be under way when it is not known how it ended.
const UNDER_WAY: SignedDuration = SignedDuration::from_secs(60);
/// How far the two clocks may be apart.
const SKEW: SignedDuration = SignedDuration::from_mins(2);

impl Pass<'_> {
    /// Takes what was said there, and says there what was said here.
    pub(super) async fn exchange_words(&mut self, task: &Task, activities: &[Activity]) -> Result<(), Trouble> {
        let known = self.app.db.read().await?.task_comments(&self.app.workspace, &task.id).await?;
        let mut waiting: Vec<TaskComment> =
            known.iter().filter(|comment| comment.state == CommentState::Waiting).cloned().collect();
        for activity in activities.iter().filter(|activity| activity.is_comment) {
            if known.iter().any(|comment| comment.foreign.as_ref() == Some(&activity.id)) {
                continue;
            }
            // Of one of ours it was not known whether it had arrived: it had.
            let arrived = waiting.iter().position(|comment| {
                let since = comment.attempted_at.and_then(|at| at.checked_sub(SKEW).ok());
                since.is_some_and(|since| activity.at >= since) && activity.text.trim().ends_with(comment.text.trim())
            });
            match arrived {
                Some(index) => {
                    let mut comment = waiting.remove(index);
                    comment.foreign = Some(activity.id.clone());
                    comment.state = CommentState::Sent;
                    self.save(&comment).await?;
                }
                None => self.take_words(task, activity).await?,
            }
        }
        let last = activities.iter().map(|activity| activity.at).max();
        self.update(|link| link.heard_to = later(link.heard_to, last)).await?;
        for comment in waiting {
            self.say(task, comment).await?;
        }
        Ok(())
    }

    async fn take_words(&mut self, task: &Task, activity: &Activity) -> Result<(), Trouble> {
        let speaker = match &activity.by {
            Some(user) => self.person_of(user).await?,
            None => None,
        };
        let words: String = activity.text.trim().chars().take(input::LONG).collect();
        let by = activity.by.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut work = self.begin(speaker.as_ref(), &by).await?;
        let task = work.tx.task(&self.app.workspace, &task.id).await?.unwrap_or_else(|| task.clone());
        let comment = TaskComment {
            id: work.new_id(),
            task: task.id.clone(),
            foreign: Some(activity.id.clone()),
            author: speaker.clone(),
            text: words.clone(),
            state: CommentState::Taken,
            attempted_at: None,
            created_at: activity.at,
        };
        work.tx.insert_task_comment(&self.app.workspace, &comment).await?;
        let under_way = matches!(task.state.stage(), Stage::InProgress | Stage::Blocked);
        if under_way && speaker.as_ref() == Some(&task.owner) && !words.is_empty() {
            task_steps::report_progress(&mut work, &task.id, &words, None).await?;
        } else {
            let name = match &speaker {
                Some(person) => work.tx.person(&self.app.workspace, person).await?.map(|person| person.name),
                None => None,
            };
            let event =
                Event::Commented { platform: self.account.platform.clone(), by: name.unwrap_or(by), text: words };
            work.happened(Subject::Task(task.id.clone()), Some(&task.collaboration), event);
        }
        Ok(work.commit().await?)
    }

    /// Says one thing there. That it is being tried is written down first: after an unknown outcome it is looked for.
    async fn say(&mut self, task: &Task, mut comment: TaskComment) -> Result<(), Trouble> {
        let now = self.app.now();
        if comment.attempted_at.is_some_and(|at| now.duration_since(at) < UNDER_WAY) {
            return Err(Trouble::after("delivery.reason.answer_lost", UNDER_WAY));
        }
        comment.attempted_at = Some(now);
        self.save(&comment).await?;
        let author: Vec<_> = comment.author.iter().cloned().collect();
        let people = People::read(self.app, &self.account.id, Some(task), None, &author).await?;
        let own = comment.author.as_ref().and_then(|author| people.there(author)).cloned();
        let words = match (&own, &comment.author) {
            (None, Some(author)) => {
                let name = people.name(author.as_str());
                text(Language::default(), "sync.said.by", &[("name", &name), ("text", &comment.text)])
            }
            _ => comment.text.clone(),
        };
        let operator = self.operator(own)?;
        match self.tasks()?.comment(&self.foreign()?, &words, &[], &operator).await {
            Ok(id) => {
                comment.foreign = Some(id).filter(|id| !id.as_str().is_empty());
                comment.state = CommentState::Sent;
                self.save(&comment).await
            }
            Err(error) => {
                let trouble = Trouble::from(error);
                if !trouble.uncertain {
                    comment.attempted_at = None;
                    if !trouble.is_retried() {
                        comment.state = CommentState::Refused;
                    }
                    self.save(&comment).await?;
                }
                if trouble.is_retried() {
                    return Err(trouble);
                }
                let problem = trouble.problem(now);
                self.update(|link| drop(link.problems.insert("comment".to_owned(), problem))).await
            }
        }
    }

    async fn save(&self, comment: &TaskComment) -> Result<(), Trouble> {
        let mut tx = self.app.db.write().await?;
        tx.save_task_comment(&self.app.workspace, comment).await?;
        Ok(tx.commit().await?)
    }
}
