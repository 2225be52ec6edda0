//! Decisions and meetings.

use huan_core::{
    clock::ClockKind,
    command,
    history::Subject,
    i18n::text,
    message::Message,
    minutes::{Content, Occasion},
};

use super::{Speech, Stop, first_line};

impl Speech<'_, '_, '_> {
    /// A decision was taken or a meeting ended: whoever is named took part.
    pub(super) async fn new_minutes(
        &mut self,
        new: command::NewMinutes,
        original: Option<Message>,
    ) -> Result<String, Stop> {
        use crate::actions::minutes;

        let collaboration = self.collaboration().await?;
        let recorder = match &new.recorder {
            Some(recorder) => Some(self.person(Some(&collaboration), recorder).await?),
            None => None,
        };
        let mut participants = vec![self.work.caller()?.person().clone()];
        participants.extend(recorder.clone());
        let mut named = minutes::participants(participants);
        for person in &new.people {
            named.push(self.participant(&collaboration, person).await?);
        }
        let (mut title, mut conclusions) = (new.title, new.detail);
        let message = match original {
            Some(original) => {
                if title.is_empty() {
                    title = first_line(&original);
                }
                if conclusions.is_empty() {
                    conclusions.clone_from(&original.text);
                }
                original.id
            }
            None => self.asked.message.clone(),
        };
        let title: String = title.chars().take(crate::actions::input::SHORT).collect();
        let mut content = Content { participants: named, ..Content::default() };
        match new.occasion {
            // What was decided is the conclusion, until somebody writes it better.
            Occasion::Decision => {
                content.conclusions = if conclusions.is_empty() { title.clone() } else { conclusions }
            }
            Occasion::Meeting => content.agenda = conclusions,
        }
        let new = minutes::NewMinutes {
            recorder,
            content,
            message: Some(message),
            ..minutes::NewMinutes::of(collaboration, new.occasion, title)
        };
        let minutes = minutes::begin(self.work, new).await?;
        let recorder = self.work.person(&minutes.recorder, "recorder").await?;
        let subject = Subject::Minutes(minutes.id.clone());
        let clock = self.work.tx.clock_of(&self.work.app.workspace, &subject, ClockKind::Minutes).await?;
        let due = clock.map(|clock| self.moment(clock.due_at)).unwrap_or_default();
        let page = self.work.app.page(&format!("minutes/{}", minutes.id));
        Ok(text(
            self.work.language(),
            &format!("chat.minutes_begun.{}", minutes.occasion),
            &[
                ("number", &minutes.number),
                ("title", &minutes.title),
                ("recorder", &recorder.name),
                ("due", &due),
                ("page", &page),
            ],
        ))
    }
}
