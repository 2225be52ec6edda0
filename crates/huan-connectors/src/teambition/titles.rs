//! Titles of tasks (Teambition §4).

use async_trait::async_trait;
use huan_connect::{SendError, Tasks, TitleOf, Titles};
use huan_core::{document::ObjectKind, platform::ForeignTaskId};

use super::{account::AppAccount, failure};

#[async_trait]
impl Titles for AppAccount {
    async fn title(&self, kind: ObjectKind, id: &str) -> Result<TitleOf, SendError> {
        if kind != ObjectKind::Task {
            return Err(failure::never("delivery.reason.unsupported", "no titles of such things"));
        }
        let found = self.read(&[ForeignTaskId::new(id)]).await?.into_iter().next();
        let task = found.ok_or_else(|| failure::never(failure::GONE, "there is no such task"))?;
        Ok(TitleOf { title: task.title, owner: task.owner })
    }
}
