//! Reading stored events (Feishu §4.6 – §4.8).

use std::collections::BTreeMap;

use huan_connect::{
    CardPressed, Conversation, ConversationKind, DirectoryNews, Heard, HeardMessage, Mention, NotUnderstood, Speaker,
};
use huan_core::platform::{ForeignContent, ForeignConversation, ForeignMessage, ForeignUser};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    event::{self, Stored},
    words,
};

/// Reads a stored payload; `links` is where the client is opened.
pub(super) fn understand(payload: &str, links: &str) -> Result<Vec<Heard>, NotUnderstood> {
    let stored: Stored =
        serde_json::from_str(payload).map_err(|error| NotUnderstood(format!("not a stored event: {error}")))?;
    let reading = Reading { stored: &stored, links };
    let event = &stored.event;
    let heard = match event::kind(event) {
        event::MESSAGE => reading.message()?,
        event::CARD_PRESSED => {
            reading.pressed(event.get("event").unwrap_or(&Value::Null), "/context/open_message_id")?
        }
        event::OLD_CARD_PRESSED => reading.pressed(event, "/open_message_id")?,
        "im.message.message_read_v1" => reading.read()?,
        "im.message.recalled_v1" => Heard::Recalled {
            message: ForeignMessage::new(needed(event, "/event/message_id")?),
            at: reading.at("/event/recall_time"),
        },
        "im.chat.member.bot.added_v1" => reading.membership(true)?,
        "im.chat.member.bot.deleted_v1" | "im.chat.disbanded_v1" => reading.membership(false)?,
        "contact.user.created_v3" | "contact.user.updated_v3" => reading.person().map(DirectoryNews::People)?.into(),
        "contact.user.deleted_v3" => reading.person().map(DirectoryNews::Left)?.into(),
        "contact.department.created_v3"
        | "contact.department.updated_v3"
        | "contact.department.deleted_v3"
        | "contact.scope.updated_v3" => DirectoryNews::Everything.into(),
        "drive.file.bitable_record_changed_v1" => {
            Heard::TableChanged { base: ForeignContent::new(needed(event, "/event/file_token")?) }
        }
        kind => other(kind),
    };
    Ok(vec![heard])
}

fn other(kind: &str) -> Heard {
    Heard::Other { kind: kind.to_owned() }
}

struct Reading<'a> {
    stored: &'a Stored,
    links: &'a str,
}

impl Reading<'_> {
    fn message(&self) -> Result<Heard, NotUnderstood> {
        let event = &self.stored.event;
        // What other robots write is no person's word, and two robots must not answer each other for ever.
        if text(event, "/event/sender/sender_type").is_some_and(|kind| kind != "user") {
            return Ok(other(event::MESSAGE));
        }
        let message = event.pointer("/event/message").ok_or_else(|| missing("/event/message"))?;
        let chat = needed(message, "/chat_id")?;
        let kind = match text(message, "/chat_type") {
            Some("p2p") => ConversationKind::Direct,
            _ => ConversationKind::Group,
        };
        let named = self.mentions(message);
        let names: Vec<(&str, &str)> = named.iter().map(|(key, mention)| (*key, mention.text.as_str())).collect();
        let content = text(message, "/content").unwrap_or_default();
        let said = words::of(text(message, "/message_type").unwrap_or("text"), content, &names);
        Ok(Heard::Message(HeardMessage {
            message: ForeignMessage::new(needed(message, "/message_id")?),
            conversation: Conversation { id: ForeignConversation::new(chat), kind, title: None },
            speaker: speaker(event.pointer("/event/sender/sender_id"), None)?,
            text: said,
            mentions: named.into_iter().map(|(_, mention)| mention).collect(),
            reply_to: text(message, "/parent_id").map(ForeignMessage::new),
            sent_at: instant(message.get("create_time")).unwrap_or_else(|| self.at("/header/create_time")),
            reply_route: None,
            link: Some(format!("{}/client/chat/open?openChatId={chat}", self.links)),
        }))
    }

    /// Who is named in a message, by placeholder.
    fn mentions<'m>(&self, message: &'m Value) -> Vec<(&'m str, Mention)> {
        let list = message.get("mentions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        list.iter()
            .filter_map(|mention| {
                let key = text(mention, "/key")?;
                let name = text(mention, "/name").unwrap_or_default();
                // An object in events, a text in REST answers.
                let id = text(mention, "/id").or_else(|| ids(mention.get("id")).next());
                let robot = self.stored.robot.as_deref();
                let is_us = match (robot, text(mention, "/id/open_id").or_else(|| text(mention, "/id"))) {
                    (Some(robot), Some(open_id)) => robot == open_id,
                    // Not knowing who we are: a robot that is named in what we hear is most likely us.
                    _ => matches!(text(mention, "/mentioned_type"), Some("bot" | "app")),
                };
                Some((key, Mention { text: format!("@{name}"), user: id.map(ForeignUser::new), is_us }))
            })
            .collect()
    }

    fn pressed(&self, body: &Value, message_place: &str) -> Result<Heard, NotUnderstood> {
        let action = body.get("action").ok_or_else(|| missing("action"))?;
        let value = match action.get("value") {
            // The value of a button may be an object or a text.
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
            Some(value) => value.clone(),
            None => Value::Null,
        };
        let (Some(name), Some(subject)) = (text(&value, "/action"), text(&value, "/subject")) else {
            // Not a button of ours.
            return Ok(other(event::kind(&self.stored.event)));
        };
        let operator = body.get("operator").unwrap_or(body);
        Ok(Heard::CardPressed(CardPressed {
            reference: text(&value, "/reference").map(str::to_owned),
            message: text(body, message_place).map(ForeignMessage::new),
            speaker: speaker(Some(operator), text(operator, "/name"))?,
            action: name.to_owned(),
            subject: subject.to_owned(),
            inputs: inputs(action, text(&value, "/prefix").unwrap_or_default()),
            at: self.at("/header/create_time"),
        }))
    }

    fn read(&self) -> Result<Heard, NotUnderstood> {
        let event = &self.stored.event;
        let messages = event
            .pointer("/event/message_id_list")
            .and_then(Value::as_array)
            .ok_or_else(|| missing("/event/message_id_list"))?;
        let reader =
            ids(event.pointer("/event/reader/reader_id")).next().ok_or_else(|| missing("/event/reader/reader_id"))?;
        Ok(Heard::Read {
            messages: messages.iter().filter_map(Value::as_str).map(ForeignMessage::new).collect(),
            reader: ForeignUser::new(reader),
            at: self.at("/event/reader/read_time"),
        })
    }

    /// The person that a contact event is about (§4.8).
    fn person(&self) -> Result<Vec<ForeignUser>, NotUnderstood> {
        let person = ids(self.stored.event.pointer("/event/object")).next();
        Ok(vec![ForeignUser::new(person.ok_or_else(|| missing("/event/object/open_id"))?)])
    }

    fn membership(&self, present: bool) -> Result<Heard, NotUnderstood> {
        let event = &self.stored.event;
        let title = text(event, "/event/name").or_else(|| text(event, "/event/i18n_names/zh_cn"));
        Ok(Heard::Membership {
            conversation: Conversation {
                id: ForeignConversation::new(needed(event, "/event/chat_id")?),
                kind: ConversationKind::Group,
                title: title.map(str::to_owned),
            },
            present,
        })
    }

    /// The time at `place`, else when the event was made, else when it came here.
    fn at(&self, place: &str) -> Timestamp {
        let event = &self.stored.event;
        instant(event.pointer(place))
            .or_else(|| instant(event.pointer("/header/create_time")))
            .unwrap_or(self.stored.received)
    }
}

/// The inputs of a pressed card: those of a form, or the single one.
fn inputs(action: &Value, prefix: &str) -> BTreeMap<String, String> {
    let mut inputs = BTreeMap::new();
    for (name, value) in action.get("form_value").and_then(Value::as_object).into_iter().flatten() {
        inputs.insert(name.strip_prefix(prefix).unwrap_or(name).to_owned(), in_words(value));
    }
    if let Some(value) = text(action, "/input_value") {
        inputs.insert(text(action, "/name").unwrap_or("input").to_owned(), value.to_owned());
    }
    inputs
}

fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(in_words).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn speaker(person: Option<&Value>, name: Option<&str>) -> Result<Speaker, NotUnderstood> {
    let mut ids = ids(person).map(ForeignUser::new);
    let user = ids.next().ok_or_else(|| missing("the id of the person"))?;
    Ok(Speaker { user, aliases: ids.collect(), name: name.map(str::to_owned) })
}

/// The ids of a person, best first.
fn ids(person: Option<&Value>) -> impl Iterator<Item = &str> {
    ["/open_id", "/union_id", "/user_id"].into_iter().filter_map(move |place| text(person?, place))
}

/// A moment in seconds, milliseconds or microseconds, as number or text (§0.6, §4.1): told apart by its size.
fn instant(value: Option<&Value>) -> Option<Timestamp> {
    let number = match value? {
        Value::String(text) => text.trim().parse::<i64>().ok()?,
        other => other.as_i64()?,
    };
    match number {
        ..=0 => None,
        1..100_000_000_000 => Timestamp::from_second(number).ok(),
        100_000_000_000..100_000_000_000_000 => Timestamp::from_millisecond(number).ok(),
        _ => Timestamp::from_microsecond(number).ok(),
    }
}

fn text<'a>(value: &'a Value, place: &str) -> Option<&'a str> {
    value.pointer(place)?.as_str().filter(|text| !text.is_empty())
}

fn needed<'a>(value: &'a Value, place: &str) -> Result<&'a str, NotUnderstood> {
    text(value, place).ok_or_else(|| missing(place))
}

fn missing(place: &str) -> NotUnderstood {
    NotUnderstood(format!("{place} is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const LINKS: &str = "https://applink.feishu.cn";

    fn hear(event: &str, robot: Option<&str>) -> Heard {
        let event: Value = serde_json::from_str(event).unwrap();
        let received = "2026-11-22T02:00:00Z".parse().unwrap();
        let payload = event::envelope(event, robot, received).payload;
        let mut heard = understand(&payload, LINKS).unwrap();
        assert_eq!(heard.len(), 1);
        heard.remove(0)
    }

    fn message(event: &str, robot: Option<&str>) -> HeardMessage {
        match hear(event, robot) {
            Heard::Message(message) => message,
            other => panic!("{other:?}"),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn s4_6_a_group_message() {
        let heard = message(include_str!("payloads/message_group.json"), Some("ou_robot"));
        assert_eq!(heard.text, "@环 任务 评估数据导出的技术可行性 @李强 周五12:00前");
        assert_eq!(heard.message.as_str(), "om_5ce6d572455d361153b7cb51da133945");
        assert_eq!(heard.conversation.id.as_str(), "oc_5ad11d72b830411d72b836c20");
        assert_eq!(heard.conversation.kind, ConversationKind::Group);
        assert_eq!(heard.speaker.user.as_str(), "ou_84aad35d084aa403a838cf73ee18467");
        let aliases: Vec<&str> = heard.speaker.aliases.iter().map(ForeignUser::as_str).collect();
        assert_eq!(aliases, ["on_8ed6aa67826108097d9ee143816345", "e33ggbyz"]);
        assert_eq!(heard.sent_at, at("2020-12-27T17:12:31.345Z"));
        assert_eq!(heard.reply_to.unwrap().as_str(), "om_4ce6d572455d361153b7cb5xxfsdfsdfdsf");
        let link = "https://applink.feishu.cn/client/chat/open?openChatId=oc_5ad11d72b830411d72b836c20";
        assert_eq!(heard.link.unwrap(), link);
        let mentions: Vec<(&str, bool)> =
            heard.mentions.iter().map(|mention| (mention.text.as_str(), mention.is_us)).collect();
        assert_eq!(mentions, [("@环", true), ("@李强", false)]);
        assert_eq!(heard.mentions[1].user.as_ref().unwrap().as_str(), "ou_liqiang");
    }

    #[test]
    fn a_robot_that_does_not_know_itself_takes_a_named_robot_for_itself() {
        let heard = message(include_str!("payloads/message_group.json"), None);
        assert_eq!(heard.mentions.iter().map(|mention| mention.is_us).collect::<Vec<_>>(), [true, false]);
        let heard = message(include_str!("payloads/message_group.json"), Some("ou_another"));
        assert!(heard.mentions.iter().all(|mention| !mention.is_us));
    }

    #[test]
    fn s4_6_a_direct_post() {
        let heard = message(include_str!("payloads/message_post_direct.json"), Some("ou_robot"));
        assert_eq!(heard.conversation.kind, ConversationKind::Direct);
        assert_eq!(heard.text, "进展\n第一行 看这里 (https://x.example/a)\n[图片]");
        assert_eq!(heard.reply_to, None);
    }

    #[test]
    fn what_another_robot_writes_is_no_word_of_a_person() {
        let mut event: Value = serde_json::from_str(include_str!("payloads/message_group.json")).unwrap();
        event["event"]["sender"]["sender_type"] = json!("bot");
        assert_eq!(hear(&event.to_string(), None), other(event::MESSAGE));
    }

    #[test]
    fn s4_7_a_pressed_button_of_a_form() {
        let Heard::CardPressed(pressed) = hear(include_str!("payloads/card_pressed.json"), None) else {
            panic!("not pressed");
        };
        assert_eq!((pressed.action.as_str(), pressed.subject.as_str()), ("task.decline", "tsk_1"));
        assert_eq!(pressed.reference.as_deref(), Some("card_1"));
        assert_eq!(pressed.message.unwrap().as_str(), "om_574d639e4a44e4dd646eaf628e2ab05e");
        assert_eq!(pressed.speaker.user.as_str(), "ou_8fe8e6b5a3");
        assert_eq!(pressed.inputs["reason"], "本周已排满");
        assert_eq!(pressed.inputs["proposal"], "下周一 12:00");
        // Microseconds in card callbacks.
        assert_eq!(pressed.at, at("2020-10-29T12:48:18Z"));
    }

    #[test]
    fn s4_7_a_value_that_is_text_and_a_single_input() {
        let event = json!({"schema": "2.0", "header": {"event_id": "1", "event_type": "card.action.trigger"},
            "event": {"operator": {"open_id": "ou_1"}, "context": {},
                "action": {"tag": "input", "name": "note", "input_value": "好",
                    "value": "{\"action\":\"task.note\",\"subject\":\"tsk_2\"}"}}});
        let Heard::CardPressed(pressed) = hear(&event.to_string(), None) else { panic!("not pressed") };
        assert_eq!((pressed.action.as_str(), pressed.inputs["note"].as_str()), ("task.note", "好"));
        assert_eq!((pressed.reference, pressed.message), (None, None));
        assert_eq!(pressed.at, at("2026-11-22T02:00:00Z"));
    }

    #[test]
    fn inputs_of_one_of_two_forms_lose_their_prefix() {
        let action = json!({"form_value": {"b__reason": "忙", "b__people": ["ou_1", "ou_2"], "b__ok": true}});
        let inputs = inputs(&action, "b__");
        assert_eq!(inputs["reason"], "忙");
        assert_eq!((inputs["people"].as_str(), inputs["ok"].as_str()), ("ou_1,ou_2", "true"));
    }

    #[test]
    fn the_old_card_form_is_understood() {
        let Heard::CardPressed(pressed) = hear(include_str!("payloads/card_pressed_old.json"), None) else {
            panic!("not pressed");
        };
        assert_eq!((pressed.action.as_str(), pressed.subject.as_str()), ("task.accept", "tsk_1"));
        assert_eq!(pressed.message.unwrap().as_str(), "om_abcdefg1234567890");
        assert_eq!(pressed.speaker.user.as_str(), "ou_8fe8e6b5a3");
    }

    #[test]
    fn a_button_that_is_not_ours_is_kept_and_not_acted_on() {
        let event = json!({"schema": "2.0", "header": {"event_id": "1", "event_type": "card.action.trigger"},
            "event": {"operator": {"open_id": "ou_1"}, "action": {"tag": "button", "value": {"x": 1}}}});
        assert_eq!(hear(&event.to_string(), None), other(event::CARD_PRESSED));
    }

    #[test]
    fn s4_8_reading_recalling_and_joining() {
        assert_eq!(
            hear(include_str!("payloads/message_read.json"), None),
            Heard::Read {
                messages: vec![ForeignMessage::new("om_1"), ForeignMessage::new("om_2")],
                reader: ForeignUser::new("ou_1"),
                at: at("2020-12-27T17:12:31.345Z"),
            }
        );
        assert_eq!(
            hear(include_str!("payloads/message_recalled.json"), None),
            Heard::Recalled { message: ForeignMessage::new("om_1"), at: at("2020-12-27T17:12:31.345Z") }
        );
        let group = |title: &str| Conversation {
            id: ForeignConversation::new("oc_1"),
            kind: ConversationKind::Group,
            title: Some(title.to_owned()),
        };
        assert_eq!(
            hear(include_str!("payloads/robot_added.json"), None),
            Heard::Membership { conversation: group("产品组"), present: true }
        );
        let removed = include_str!("payloads/robot_added.json").replace("bot.added_v1", "bot.deleted_v1");
        assert_eq!(hear(&removed, None), Heard::Membership { conversation: group("产品组"), present: false });
    }

    #[test]
    fn other_events_of_both_versions_are_kept() {
        let v1 = json!({"uuid": "1", "type": "event_callback", "event": {"type": "approval_instance"}});
        assert_eq!(hear(&v1.to_string(), None), other("approval_instance"));
        let v2 = json!({"schema": "2.0", "header": {"event_id": "1", "event_type": "task.task.updated_v1"}});
        assert_eq!(hear(&v2.to_string(), None), other("task.task.updated_v1"));
    }

    #[test]
    fn s4_8_somebody_joins_changes_and_leaves() {
        let event = |kind: &str| {
            json!({"schema": "2.0", "header": {"event_id": "1", "event_type": kind},
                "event": {"object": {"open_id": "ou_1", "union_id": "on_1", "name": "张三"}, "old_object": {"name": "李四"}}})
        };
        let news = |kind: &str| match hear(&event(kind).to_string(), None) {
            Heard::Directory(news) => news,
            other => panic!("{other:?}"),
        };
        let people = vec![ForeignUser::new("ou_1")];
        assert_eq!(news("contact.user.created_v3"), DirectoryNews::People(people.clone()));
        assert_eq!(news("contact.user.updated_v3"), DirectoryNews::People(people.clone()));
        assert_eq!(news("contact.user.deleted_v3"), DirectoryNews::Left(people));
        assert_eq!(news("contact.department.updated_v3"), DirectoryNews::Everything);
        assert_eq!(news("contact.scope.updated_v3"), DirectoryNews::Everything);
    }

    #[test]
    fn s0_6_times_come_in_three_sizes() {
        let expected = Some(at("2020-12-23T12:19:49Z"));
        assert_eq!(instant(Some(&json!("1608725989"))), expected);
        assert_eq!(instant(Some(&json!("1608725989000"))), expected);
        assert_eq!(instant(Some(&json!(1_608_725_989_000_000_i64))), expected);
        for bad in [json!("x"), json!(-1), json!(null), json!("99999999999999999999")] {
            assert_eq!(instant(Some(&bad)), None);
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec(("[a-z_]{1,9}", inner), 0..4)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn malformed_payloads_never_panic(text in ".*", value in any_json()) {
            let _ = understand(&text, LINKS);
            let _ = understand(&value.to_string(), LINKS);
        }

        /// A genuine event in which one part is replaced by anything.
        #[test]
        fn damaged_events_never_panic(which in 0usize..7, place in 0usize..40, value in any_json()) {
            let events = [
                include_str!("payloads/message_group.json"),
                include_str!("payloads/message_post_direct.json"),
                include_str!("payloads/card_pressed.json"),
                include_str!("payloads/card_pressed_old.json"),
                include_str!("payloads/message_read.json"),
                include_str!("payloads/message_recalled.json"),
                include_str!("payloads/robot_added.json"),
            ];
            let mut event: Value = serde_json::from_str(events[which]).unwrap();
            let mut left = place;
            replace(&mut event, &mut left, &value);
            let payload = event::envelope(event, Some("ou_robot"), Timestamp::UNIX_EPOCH).payload;
            let _ = understand(&payload, LINKS);
        }
    }

    fn replace(value: &mut Value, left: &mut usize, by: &Value) {
        if *left == 0 {
            *value = by.clone();
            *left = usize::MAX;
            return;
        }
        *left = left.saturating_sub(1);
        match value {
            Value::Object(members) => members.values_mut().for_each(|member| replace(member, left, by)),
            Value::Array(items) => items.iter_mut().for_each(|item| replace(item, left, by)),
            _ => {}
        }
    }
}
