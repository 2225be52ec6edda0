//! Messages to the robot (DingTalk, robot callback §7.2).

use huan_connect::{Conversation, ConversationKind, Heard, HeardMessage, Mention, NotUnderstood, Speaker};
use huan_core::{
    i18n::{Language, text},
    platform::{ForeignMessage, ForeignUser},
};
use serde_json::Value;

use super::{Reader, needed};
use crate::{
    dingtalk::{
        ids::{self, SentMessage},
        received::Received,
        session::Session,
    },
    lenient::Lenient,
};

impl Reader<'_> {
    pub(super) fn message(&self, received: &Received) -> Result<Vec<Heard>, NotUnderstood> {
        let data = &received.data;
        let Some(words) = words(data) else {
            // The organisation's quota is used up: a message without words (DingTalk, §7.5).
            return Ok(vec![Heard::Other { kind: "robot_message_without_words".to_owned() }]);
        };
        let id = needed(data, "msgId")?;
        let conversation_id = needed(data, "conversationId")?;
        let speaker = speaker(data).ok_or_else(|| NotUnderstood("no sender".to_owned()))?;
        let in_group = data.text("conversationType").as_deref() == Some("2");
        let staff = data.text("senderStaffId");
        let words = words.trim().to_owned();
        Ok(vec![Heard::Message(HeardMessage {
            conversation: Conversation {
                id: if in_group {
                    ids::group(&conversation_id)
                } else {
                    ids::direct(staff.as_deref(), &conversation_id)
                },
                kind: if in_group { ConversationKind::Group } else { ConversationKind::Direct },
                title: data.text("conversationTitle").filter(|_| in_group),
            },
            speaker,
            mentions: mentions(data, &words),
            text: words,
            reply_to: reply_to(data, in_group.then_some(conversation_id.as_str())),
            sent_at: data.millis("createAt").unwrap_or(received.at),
            reply_route: Session::read(data).map(|session| session.route()),
            link: Some(self.link(&conversation_id, &id)),
            message: ForeignMessage::new(id),
        })])
    }
}

/// What was said, whatever the type of message; none when there is nothing to say.
fn words(data: &Value) -> Option<String> {
    let said = |key: &str, name: &str| text(Language::default(), key, &[("name", &name), ("kind", &name)]);
    let content = data.embedded("content");
    let kind = data.text("msgtype")?;
    match kind.as_str() {
        "text" => data.member("text").text("content").or_else(|| content.text("content")),
        "richText" => {
            let pieces: Vec<String> = content
                .list("richText")
                .into_iter()
                .filter_map(|piece| match piece.text("text") {
                    Some(words) => Some(words),
                    None => piece.text("type").map(|kind| match kind.as_str() {
                        "picture" => said("dingtalk.heard.picture", ""),
                        other => said("dingtalk.heard.unknown", other),
                    }),
                })
                .collect();
            Some(pieces.concat()).filter(|words| !words.is_empty())
        }
        "picture" => Some(said("dingtalk.heard.picture", "")),
        "audio" => Some(content.text("recognition").unwrap_or_else(|| said("dingtalk.heard.audio", ""))),
        "video" => Some(said("dingtalk.heard.video", "")),
        "file" => Some(said("dingtalk.heard.file", content.text("fileName").as_deref().unwrap_or_default())),
        "interactiveCard" => Some(said("dingtalk.heard.card", "")),
        other => Some(said("dingtalk.heard.unknown", other)),
    }
}

/// Who wrote: the userId first, which is absent for people outside the organisation.
fn speaker(data: &Value) -> Option<Speaker> {
    let mut people = [
        data.text("senderStaffId").map(ForeignUser::new),
        data.text("senderUnionId").map(|union| ids::union(&union)),
        data.text("senderId").map(ForeignUser::new),
    ]
    .into_iter()
    .flatten();
    Some(Speaker { user: people.next()?, aliases: people.collect(), name: data.text("senderNick") })
}

/// The message that is quoted. DingTalk documents nothing of this; the fields were seen in the field: a quoted message
/// of the robot comes with the key that sending it gave, any other with its id.
fn reply_to(data: &Value, group: Option<&str>) -> Option<ForeignMessage> {
    if let Some(key) = data.text("originalProcessQueryKey") {
        let keys = vec![key];
        return Some(match group {
            Some(group) => SentMessage::Group { group: group.to_owned(), keys }.id(),
            None => SentMessage::Direct { keys }.id(),
        });
    }
    data.text("originalMsgId")
        .or_else(|| data.member("text").member("repliedMsg").text("msgId"))
        .map(ForeignMessage::new)
}

/// Who is named. DingTalk cuts our robot's `@…` out of the words, leaves the others in, and lists ids without names.
/// One name and one id belong together. With several, the order is not promised: nobody is guessed, and the names in
/// the words speak for themselves.
fn mentions(data: &Value, words: &str) -> Vec<Mention> {
    let robot = data.text("chatbotUserId");
    let mut found = Vec::new();
    let mut people = Vec::new();
    let mut robot_listed = false;
    for entry in data.list("atUsers") {
        let encrypted = entry.text("dingtalkId");
        if encrypted.is_some() && encrypted == robot {
            robot_listed = true;
        } else if let Some(person) = entry
            .text("staffId")
            .map(ForeignUser::new)
            .or_else(|| entry.text("unionId").map(|union| ids::union(&union)))
            .or_else(|| encrypted.map(ForeignUser::new))
        {
            people.push(person);
        }
    }
    if robot_listed || data.flag("isInAtList") {
        found.push(Mention { text: String::new(), user: robot.map(ForeignUser::new), is_us: true });
    }
    match (names(words).as_slice(), people.as_slice()) {
        ([name], [person]) => found.push(Mention { text: name.clone(), user: Some(person.clone()), is_us: false }),
        ([], people) => {
            found.extend(people.iter().map(|user| Mention {
                text: String::new(),
                user: Some(user.clone()),
                is_us: false,
            }));
        }
        _ => {}
    }
    found
}

/// The `@name`s in a text. An `@` after a Latin letter or digit belongs to a mail address.
fn names(words: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut before = None;
    let mut rest = words;
    while let Some(at) = rest.find('@') {
        before = rest[..at].chars().next_back().or(before);
        let after = &rest[at + 1..];
        let end = after
            .find(|next: char| next.is_whitespace() || "@，,。;；:：、!！?？".contains(next))
            .unwrap_or(after.len());
        if end > 0 && !before.is_some_and(|letter| letter.is_ascii_alphanumeric()) {
            names.push(format!("@{}", &after[..end]));
        }
        before = after[..end].chars().next_back().or(Some('@'));
        rest = &after[end..];
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_end_at_spaces_and_punctuation() {
        assert_eq!(names("请 @李强 和@王芳，看 a@b.com"), ["@李强", "@王芳"]);
        assert_eq!(names("@@ @ x@y @赵六"), ["@赵六"]);
        assert_eq!(names("@研发组长\u{2005}周五12:00前"), ["@研发组长"]);
        assert!(names("").is_empty());
    }

    #[test]
    fn one_name_and_one_id_belong_together_and_several_are_not_guessed() {
        let at = |ids: &[&str]| {
            let people: Vec<_> = ids.iter().map(|id| json!({"dingtalkId": format!("$:{id}"), "staffId": id})).collect();
            json!({"atUsers": people, "chatbotUserId": "$:bot"})
        };
        let one = mentions(&at(&["u1"]), "任务 @李强");
        assert_eq!(one, [Mention { text: "@李强".into(), user: Some(ForeignUser::new("u1")), is_us: false }]);
        assert!(mentions(&at(&["u1", "u2"]), "任务 @李强 @王芳").is_empty());
        assert!(mentions(&at(&["u1"]), "任务 @李强 @王芳").is_empty());
        let unshown = mentions(&at(&["u1", "u2"]), "任务");
        assert!(unshown.iter().all(|mention| mention.text.is_empty() && mention.user.is_some()));
        assert_eq!(unshown.len(), 2);
        // Plain words that begin with @ are no mention of DingTalk's.
        assert!(mentions(&at(&[]), "任务 @研发组长周五12:00前").is_empty());
    }
}
