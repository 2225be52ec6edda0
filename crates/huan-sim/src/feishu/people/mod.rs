//! What people do in their clients: write, press, open.

mod press;
mod say;

use serde_json::json;

use super::directory::Member;
use super::model::Sender;
use super::{Feishu, ids};
use crate::lock::lock;
use crate::platform::{Read, SimError};

impl Feishu {
    fn member(&self, name: &str) -> Result<Member, SimError> {
        self.directory().by_key(name).cloned().ok_or_else(|| SimError::unknown("person on Feishu", name))
    }

    pub(super) fn person_reads(&self, read: &Read) -> Result<(), SimError> {
        let member = self.member(&read.person)?;
        let now = self.shell.clock.millis();
        let direct = {
            let mut model = lock(&self.model);
            let message =
                model.messages.get(&read.message).ok_or_else(|| SimError::unknown("message", &read.message))?;
            let chat =
                model.chats.get(&message.chat).cloned().ok_or_else(|| SimError::unknown("chat", &message.chat))?;
            if !chat.members.contains(&member.person.key) {
                return Err(SimError::NotPossible(format!("{} does not see this message", member.person.name)));
            }
            let Some(message) = model.messages.get_mut(&read.message) else { return Ok(()) };
            let first = message.read_by.insert(member.person.key.clone(), now).is_none();
            first && chat.direct.is_some() && message.sender == Sender::Robot
        };
        self.shell.changed();
        if direct {
            let reader =
                json!({"reader_id": member.all_ids(), "read_time": now.to_string(), "tenant_key": ids::tenant()});
            self.emit("im.message.message_read_v1", json!({"reader": reader, "message_id_list": [read.message]}));
        }
        Ok(())
    }
}
