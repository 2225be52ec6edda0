//! Messages to a webhook: a custom robot's or a session's, which take the same bodies (DingTalk, §1.3 and §3.7).

use huan_connect::{Content, Mentions, Outgoing};
use huan_core::platform::ForeignUser;
use serde_json::{Value, json};

use super::{card::SimpleCard, ids::PersonId, parts::split};

/// The size above which a message is cut; 20,000 bytes were seen to be refused (DingTalk, §1.5).
const LONGEST: usize = 18_000;
/// Room for the rest of a body beside its words.
const AROUND: usize = 2_000;
/// The most people that one message calls on (DingTalk, §1.3).
const MOST_MENTIONS: usize = 50;

/// The bodies of `message`, in order, without their keys.
pub(super) fn bodies(message: &Outgoing) -> Vec<Value> {
    let people = called(&message.mentions);
    let mut bodies: Vec<Value> = match &message.content {
        Content::Text(text) => split(&with_calls(text, &people), LONGEST - AROUND, encoded)
            .into_iter()
            .map(|piece| json!({"msgtype": "text", "text": {"content": piece}}))
            .collect(),
        Content::Card(card) => {
            let calls: Vec<String> = people.iter().map(|(user, _)| format!("@{user}")).collect();
            vec![SimpleCard::of(card).with_words(&calls.join(" ")).for_webhook()]
        }
    };
    if (!people.is_empty() || message.mentions.everybody)
        && let Some(first) = bodies.first_mut()
    {
        let ids: Vec<&str> = people.iter().map(|(user, _)| *user).collect();
        first["at"] = json!({"atUserIds": ids, "isAtAll": message.mentions.everybody});
    }
    bodies
}

/// Gives each body of a message a key of its own (DingTalk, idempotency keys §0.4).
pub(super) fn key(body: &mut Value, message: &Outgoing, number: usize) {
    body["msgUuid"] = if number == 0 { json!(message.key) } else { json!(format!("{}-{number}", message.key)) };
}

/// The people who can be called on: those whose userId is known.
pub(super) fn called(mentions: &Mentions) -> Vec<(&str, &str)> {
    mentions
        .people
        .iter()
        .filter(|(user, _)| is_callable(user))
        .map(|(user, name)| (user.as_str(), name.as_str()))
        .take(MOST_MENTIONS)
        .collect()
}

fn is_callable(user: &ForeignUser) -> bool {
    matches!(PersonId::of(user), PersonId::User(_))
}

/// The text with `@userId` for everyone called on, which the client shows as their name.
fn with_calls(text: &str, people: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    let mut missing = String::new();
    for (user, name) in people {
        let named = format!("@{name}");
        match text.find(&named) {
            Some(place) if !name.is_empty() => text.replace_range(place..place + named.len(), &format!("@{user}")),
            _ => missing.push_str(&format!("@{user} ")),
        }
    }
    missing + &text
}

fn encoded(text: &str) -> usize {
    text.chars().map(|letter| if letter.is_control() || "\"\\".contains(letter) { 6 } else { letter.len_utf8() }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_connect::Recipient;
    use huan_core::platform::ForeignConversation;

    fn message(text: &str, people: &[(&str, &str)], everybody: bool) -> Outgoing {
        Outgoing {
            to: Recipient::Conversation { id: ForeignConversation::new("cidA"), reply_to: None, reply_route: None },
            content: Content::Text(text.into()),
            mentions: Mentions {
                everybody,
                people: people.iter().map(|(user, name)| (ForeignUser::new(*user), (*name).to_owned())).collect(),
            },
            key: "dlv_1".into(),
        }
    }

    #[test]
    fn a_mention_stands_in_the_words_and_in_the_list_of_dingtalk_1_3() {
        let bodies = bodies(&message("请 @李强 处理", &[("user123", "李强"), ("u2", "王芳"), ("$:x", "外人")], false));
        assert_eq!(bodies.len(), 1);
        assert_eq!(bodies[0]["text"]["content"], "@u2 请 @user123 处理");
        assert_eq!(bodies[0]["at"], json!({"atUserIds": ["user123", "u2"], "isAtAll": false}));
    }

    #[test]
    fn everybody_is_called_and_nobody_leaves_no_list() {
        assert_eq!(bodies(&message("停机", &[], true))[0]["at"]["isAtAll"], true);
        assert!(bodies(&message("停机", &[], false))[0].get("at").is_none());
    }

    #[test]
    fn a_long_text_is_cut_and_each_part_has_its_key() {
        let message = message(&"很长的一行\n".repeat(3000), &[("user123", "李强")], false);
        let mut bodies = bodies(&message);
        assert!(bodies.len() > 1);
        for (number, body) in bodies.iter_mut().enumerate() {
            key(body, &message, number);
            assert!(body.to_string().len() < 20_000);
        }
        assert_eq!(bodies[0]["msgUuid"], "dlv_1");
        assert_eq!(bodies[1]["msgUuid"], "dlv_1-1");
        assert!(bodies[1].get("at").is_none());
    }
}
