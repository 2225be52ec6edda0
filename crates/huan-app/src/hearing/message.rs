//! Somebody wrote something.

use huan_connect::{Conversation, ConversationKind, HeardMessage, Mentions, Recipient};
use huan_core::{
    collaboration::Channel,
    history::Source,
    i18n::{Language, text},
    message::Message,
};
use huan_store::InboxEvent;

use super::{centre, chat, people, problems, usage_rules};
use crate::{
    app::{App, OpenAccount},
    error::ActionError,
    work::{Place, Work},
};

pub(super) async fn hear(
    app: &App,
    account: &OpenAccount,
    said: &HeardMessage,
    event: Option<&InboxEvent>,
) -> Result<(), ActionError> {
    let Some(problem) = attempt(app, account, said, event, None).await? else { return Ok(()) };
    // The author is told what was wrong with it; the message itself is kept all the same.
    attempt(app, account, said, event, Some(problem)).await.map(|_| ())
}

/// Keeps the message and does what it asks. What its author must mend comes back, with nothing kept; called again
/// with that, the message is kept and answered.
async fn attempt(
    app: &App,
    account: &OpenAccount,
    said: &HeardMessage,
    event: Option<&InboxEvent>,
    problem: Option<ActionError>,
) -> Result<Option<ActionError>, ActionError> {
    let mut work = app.begin_for(event).await?;
    let channel = match said.conversation.kind {
        ConversationKind::Group => Some(know_channel(&mut work, account, &said.conversation, None).await?),
        ConversationKind::Direct => None,
    };
    let identity = people::know(&mut work, account, &said.speaker).await?;
    let speaker = match &identity.person {
        Some(person) => work.tx.person(&app.workspace, person).await?,
        None => None,
    };
    let message = Message {
        id: work.new_id(),
        account: account.id.clone(),
        foreign: said.message.clone(),
        conversation: said.conversation.id.clone(),
        channel: channel.as_ref().map(|channel| channel.id.clone()),
        speaker: speaker.as_ref().map(|person| person.id.clone()),
        speaker_name: identity.name.clone(),
        text: said.text.clone(),
        reply_to: said.reply_to.clone(),
        link: said.link.clone(),
        sent_at: said.sent_at,
        heard_at: work.now,
    };
    if !work.tx.insert_message(&app.workspace, &message).await? {
        // Heard before, under another event id.
        work.commit().await?;
        return Ok(None);
    }
    let addressed = said.conversation.kind == ConversationKind::Direct
        || said.mentions.iter().any(|name| name.is_us)
        || problems::is_answer(&mut work, account, said, message.speaker.as_ref()).await?
        || usage_rules::is_answer(&mut work, account, said).await?;
    if !addressed {
        if let Some(channel) = &channel {
            centre::overhear(&mut work, channel, &message).await?;
        }
        work.commit().await?;
        return Ok(None);
    }
    let place = Place {
        account: account.id.clone(),
        channel: message.channel.clone(),
        to: Recipient::Conversation {
            id: said.conversation.id.clone(),
            reply_to: Some(said.message.clone()),
            reply_route: said.reply_route.clone(),
        },
    };
    let source = Source::Chat { platform: account.platform.clone(), message: message.id.clone() };
    let known = speaker.as_ref().is_some_and(|person| work.act_as(person, source));
    let words = match (known, problem) {
        (false, _) => {
            let taken = match &channel {
                Some(channel) => centre::taken(&mut work, channel, &message, &chat::plain_words(said)).await?,
                None => None,
            };
            taken.unwrap_or_else(|| text(Language::default(), "chat.unknown_speaker", &[("name", &identity.name)]))
        }
        (true, Some(problem)) => problem.words(work.language()),
        (true, None) => {
            let asked = chat::Asked { account, said, channel: channel.as_ref(), message: &message.id };
            match Box::pin(chat::carry_out(&mut work, &asked)).await {
                Ok(words) => words,
                Err(error) if super::is_the_authors(&error) => return Ok(Some(error)),
                Err(error) => return Err(error),
            }
        }
    };
    let mentions = match said.conversation.kind {
        ConversationKind::Group => Mentions { everybody: false, people: vec![(identity.user, identity.name)] },
        ConversationKind::Direct => Mentions::default(),
    };
    work.answer(&place, None, words, mentions).await?;
    work.commit().await?;
    Ok(None)
}

/// The channel of a group: made when it is heard of for the first time, kept in step with its name.
pub(crate) async fn know_channel(
    work: &mut Work<'_>,
    account: &OpenAccount,
    group: &Conversation,
    present: Option<bool>,
) -> Result<Channel, ActionError> {
    let workspace = &work.app.workspace;
    let known = work.tx.channel_of(workspace, &account.id, &group.id).await?;
    let Some(mut channel) = known else {
        let channel = Channel {
            id: work.new_id(),
            collaboration: None,
            account: account.id.clone(),
            conversation: group.id.clone(),
            title: group.title.clone().unwrap_or_else(|| group.id.to_string()),
            has_outsiders: false,
            present: present.unwrap_or(true),
        };
        work.tx.insert_channel(workspace, &channel).await?;
        work.show_channel(&channel);
        return Ok(channel);
    };
    let before = channel.clone();
    if let Some(title) = &group.title {
        channel.title.clone_from(title);
    }
    channel.present = present.unwrap_or(true);
    if channel != before {
        work.tx.update_channel(workspace, &channel).await?;
        work.show_channel(&channel);
    }
    Ok(channel)
}
