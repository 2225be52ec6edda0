//! The ability to keep tasks.

use async_trait::async_trait;
use huan_connect::{
    Activity, FieldWrite, ForeignMember, ForeignTask, NewForeignTask, ProjectOutline, ProjectSetUp, SendError, Tasks,
};
use huan_core::platform::{ForeignComment, ForeignProject, ForeignTaskId, ForeignUser};
use jiff::{SignedDuration, Timestamp};

use super::{account::AppAccount, instant, project, reading, writing};

/// How far the two clocks may be apart when a task is looked for that was made around a moment.
const SKEW: SignedDuration = SignedDuration::from_mins(2);

#[async_trait]
impl Tasks for AppAccount {
    async fn projects(&self) -> Result<Vec<ProjectOutline>, SendError> {
        self.note(project::all(&self.api).await)
    }

    async fn set_up(&self, project: &ForeignProject) -> Result<ProjectSetUp, SendError> {
        self.note(project::set_up(&self.api, project).await)
    }

    async fn members(&self, project: &ForeignProject) -> Result<Vec<ForeignMember>, SendError> {
        self.note(project::members(&self.api, project).await)
    }

    async fn create(&self, new: &NewForeignTask, operator: &ForeignUser) -> Result<ForeignTask, SendError> {
        self.note(writing::create(&self.api, new, operator).await)
    }

    async fn made(&self, new: &NewForeignTask, since: Timestamp) -> Result<Vec<ForeignTask>, SendError> {
        if let Some((field, reference)) = &new.reference {
            let tql = format!("cf:{field} ~ '{}'", quoted(reference));
            let mut found = self.note(reading::of_project(&self.api, &new.project, &tql).await)?;
            found.retain(|task| {
                task.field(field).is_some_and(|value| value.values.iter().any(|(_, text)| text == reference))
            });
            return Ok(found);
        }
        let since = since.saturating_sub(SKEW).unwrap_or(since);
        let tql = format!("created >= '{}' ORDER BY created ASC", instant::write(since));
        let mut found = self.note(reading::of_project(&self.api, &new.project, &tql).await)?;
        found.retain(|task| task.title == new.title && task.owner == new.owner);
        Ok(found)
    }

    async fn read(&self, tasks: &[ForeignTaskId]) -> Result<Vec<ForeignTask>, SendError> {
        self.note(reading::read(&self.api, tasks).await)
    }

    async fn changed_since(
        &self,
        project: &ForeignProject,
        since: Option<Timestamp>,
    ) -> Result<Vec<ForeignTask>, SendError> {
        self.note(reading::of_project(&self.api, project, &reading::changed_since(since)).await)
    }

    async fn write(
        &self,
        task: &ForeignTaskId,
        write: &FieldWrite,
        operator: &ForeignUser,
    ) -> Result<Option<Timestamp>, SendError> {
        self.note(writing::write(&self.api, task, write, operator).await)
    }

    async fn comment(
        &self,
        task: &ForeignTaskId,
        text: &str,
        call_on: &[ForeignUser],
        operator: &ForeignUser,
    ) -> Result<ForeignComment, SendError> {
        self.note(writing::comment(&self.api, task, text, call_on, operator).await)
    }

    async fn activities(&self, task: &ForeignTaskId, since: Option<Timestamp>) -> Result<Vec<Activity>, SendError> {
        self.note(reading::activities(&self.api, task, since).await)
    }

    fn link(&self, task: &ForeignTaskId) -> String {
        format!("{}/task/{}", self.api.settings.links, task)
    }

    fn relay(&self) -> Option<&str> {
        self.api.settings.relay.as_deref()
    }

    fn operator(&self) -> Option<ForeignUser> {
        Some(self.api.settings.operator.clone())
    }
}

/// A text inside the single quotes of a TQL string. How a quote is written inside one is not documented, so it is left out.
fn quoted(text: &str) -> String {
    text.chars().filter(|letter| !matches!(letter, '\'' | '\\')).collect()
}
