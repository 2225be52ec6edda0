//! Rows of the record table, and what came of a conversation.

use huan_core::{centre::Way, command, i18n::text, level::Level, message::Message, status::Status};

use super::{Speech, Stop};
use crate::{
    actions::create_record::{NewRecord, create_record},
    hearing::centre,
};

impl Speech<'_, '_, '_> {
    pub(super) async fn new_record(&mut self, new: command::NewRecord) -> Result<String, Stop> {
        let collaboration = self.collaboration().await?;
        let owner = match &new.owner {
            Some(owner) => self.person(Some(&collaboration), owner).await?,
            None => self.work.caller()?.person().clone(),
        };
        let mut participants = Vec::with_capacity(new.participants.len());
        for named in &new.participants {
            participants.push(self.participant(&collaboration, named).await?);
        }
        let due_at = match new.due {
            Some(due) => Some(self.due(&owner, due).await?),
            None => None,
        };
        let platforms = if new.platforms.is_empty() { self.platforms(&owner).await? } else { new.platforms };
        let new = NewRecord {
            collaboration,
            topic: new.topic,
            participants,
            platforms,
            summary: if new.summary.is_empty() { self.asked.said.text.clone() } else { new.summary },
            owner,
            due_at,
            status: new.status.map_or(Status::Pending, |read| read.status),
            follow_up: new.follow_up,
            follow_up_excuse: None,
            level: Level::Internal,
            message: Some(self.asked.message.clone()),
            strict: false,
        };
        let record = create_record(self.work, new).await?;
        let page = self.work.app.page(&format!("c/{}/records?row={}", record.collaboration, record.id));
        let arguments: [(&str, &dyn std::fmt::Display); 3] =
            [("number", &record.number), ("topic", &record.topic), ("page", &page)];
        Ok(text(self.work.language(), "chat.record_created", &arguments))
    }

    /// What was said goes into the centre: in reply to a message that one, else what stands behind the word (F1).
    pub(super) async fn file_entry(&mut self, words: &str, original: Option<Message>) -> Result<String, Stop> {
        use crate::actions::centre as actions;

        let collaboration = self.collaboration().await?;
        let (outline, _) = actions::outline(self.work.app, &mut self.work.tx, &collaboration).await?;
        let (mut section, mut words) = match outline.named(words) {
            Some((section, words)) => (Some(section.key.clone()), words.to_owned()),
            None => (None, words.trim().to_owned()),
        };
        if words.is_empty() && original.is_none() {
            return Err(self.say("chat.entry_missing", &[]));
        }
        if section.is_none()
            && let Some(sorted) = outline.sort(&words)
        {
            (section, words) = (Some(sorted.section), sorted.text);
        }
        let new = actions::NewEntry {
            section,
            text: Some(words).filter(|words| !words.is_empty()),
            level: None,
            message: Some(original.map_or_else(|| self.asked.message.clone(), |original| original.id)),
        };
        let entry = actions::file(self.work, &collaboration, new, Way::Command).await?;
        Ok(centre::filed(self.work, &entry).await?)
    }
}
