//! Titles of documents, wiki pages and Bitables (Feishu §6.1, §6.2, §7). Each is asked once; whoever wants to know asks again.

use async_trait::async_trait;
use huan_connect::{SendError, TitleOf, Titles};
use huan_core::{document::ObjectKind, platform::ForeignUser};

use super::{
    account::AppAccount,
    api::{Call, Verb, segment},
    documents::lacking,
    failure,
};
use crate::lenient::Lenient;

#[async_trait]
impl Titles for AppAccount {
    async fn title(&self, kind: ObjectKind, id: &str) -> Result<TitleOf, SendError> {
        let paces = &self.api.drive_pace;
        let (pace, call, thing, name) = match kind {
            ObjectKind::Wiki => {
                let call = Call::new(Verb::Get, "wiki/v2/spaces/get_node").query("token", id);
                (&paces.wiki, call, "node", "title")
            }
            ObjectKind::Document => {
                let call = Call::new(Verb::Get, format!("docx/v1/documents/{}", segment(id)));
                (&paces.reads, call, "document", "title")
            }
            ObjectKind::Base => {
                let call = Call::new(Verb::Get, format!("bitable/v1/apps/{}", segment(id)));
                (&paces.tables, call, "app", "name")
            }
            _ => return Err(failure::never("delivery.reason.unsupported", "no titles of such things")),
        };
        let answer = self.tell(pace, call).await?;
        let found = answer.member("data").member(thing);
        let title = found.text(name).ok_or_else(|| lacking("title"))?;
        Ok(TitleOf { title, owner: found.text("owner").map(ForeignUser::new) })
    }
}
