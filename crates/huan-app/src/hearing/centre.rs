//! What is said in groups and belongs into the centre: by a rule of the collaboration (F1), or because it looks like a
//! decision (I1).

use huan_core::{
    centre::{Entry, decided::looks_decided},
    collaboration::Channel,
    i18n::text,
    message::Message,
};

use crate::{actions::centre, error::ActionError, work::Work};

/// Somebody said something to others in a group. Nobody is answered: what was taken in is seen on the page.
pub(super) async fn overhear(work: &mut Work<'_>, channel: &Channel, message: &Message) -> Result<(), ActionError> {
    centre::sort(work, channel, message).await?;
    note_decision(work, channel, message).await
}

/// Notes a message that looks like a decision, for whoever looks after the centre.
pub(super) async fn note_decision(
    work: &mut Work<'_>,
    channel: &Channel,
    message: &Message,
) -> Result<(), ActionError> {
    if !looks_decided(&message.text) {
        return Ok(());
    }
    work.tx.add_chat_decision(&work.app.workspace, message).await?;
    if let Some(collaboration) = &channel.collaboration {
        work.show_said(&message.id, collaboration);
    }
    Ok(())
}

/// Somebody said to the robot what a rule takes in: they are told where it went.
pub(super) async fn taken(
    work: &mut Work<'_>,
    channel: &Channel,
    message: &Message,
    words: &str,
) -> Result<Option<String>, ActionError> {
    let said = Message { text: words.to_owned(), ..message.clone() };
    match centre::sort(work, channel, &said).await? {
        Some(entry) => Ok(Some(filed(work, &entry).await?)),
        None => Ok(None),
    }
}

/// Says where an entry is.
pub(super) async fn filed(work: &mut Work<'_>, entry: &Entry) -> Result<String, ActionError> {
    let (outline, _) = centre::outline(work.app, &mut work.tx, &entry.collaboration).await?;
    let language = work.language();
    let section = outline.section(&entry.section).map(|section| section.name_in(language)).unwrap_or_default();
    let page = work.app.page(&format!("entries/{}", entry.id));
    let arguments: [(&str, &dyn std::fmt::Display); 4] =
        [("number", &entry.number), ("section", &section), ("text", &entry.text), ("page", &page)];
    Ok(text(language, "chat.entry_filed", &arguments))
}
