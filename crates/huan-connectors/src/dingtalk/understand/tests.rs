use super::*;
use huan_connect::{CardPressed, Conversation, ConversationKind, DirectoryNews, HeardMessage, Mention};
use huan_core::platform::{ForeignConversation, ForeignMessage, ForeignUser};
use jiff::Timestamp;
use proptest::prelude::*;

const READER: Reader<'static> =
    Reader { conversation_link: "dingtalk://dingtalkclient/page/conversation?cid={conversation}" };

macro_rules! payload {
    ($kind:expr, $topic:expr, $file:literal) => {{
        let data = serde_json::from_str(include_str!(concat!("../payloads/", $file, ".json"))).unwrap();
        let topic: Option<&str> = $topic;
        let at = Timestamp::from_millisecond(1_690_362_102_194).unwrap();
        Received { kind: $kind, at, topic: topic.map(str::to_owned), data }.envelope("delivery").payload
    }};
}

fn message(payload: &str) -> HeardMessage {
    match READER.understand(payload).unwrap().remove(0) {
        Heard::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn pressed(payload: &str) -> CardPressed {
    match READER.understand(payload).unwrap().remove(0) {
        Heard::CardPressed(press) => press,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_group_message_of_dingtalk_5_9() {
    let heard = message(&payload!(Kind::Robot, None, "robot_text_group"));
    assert_eq!(heard.message, ForeignMessage::new("msgLICYe=="));
    assert_eq!(
        heard.conversation,
        Conversation {
            id: ForeignConversation::new("cidAsXSBLnA=="),
            kind: ConversationKind::Group,
            title: Some("测试群".into()),
        }
    );
    assert_eq!(heard.speaker.user, ForeignUser::new("user123"));
    assert_eq!(heard.speaker.aliases, [ForeignUser::new("$:LWCP_v1:$def")]);
    assert_eq!(heard.speaker.name.as_deref(), Some("张三"));
    assert_eq!(heard.text, "测试数据");
    assert_eq!(heard.sent_at.as_millisecond(), 1_690_362_101_894);
    let us = Mention { text: String::new(), user: Some(ForeignUser::new("$:LWCP_v1:$abc")), is_us: true };
    assert_eq!(heard.mentions, [us]);
    assert!(heard.reply_route.unwrap().contains("session=76da36b4"));
    let link = "dingtalk://dingtalkclient/page/conversation?cid=cidAsXSBLnA%3D%3D";
    assert_eq!(heard.link.as_deref(), Some(link));
}

#[test]
fn a_direct_message_leads_back_to_the_person() {
    let heard = message(&payload!(Kind::Robot, None, "robot_text_direct"));
    assert_eq!(heard.conversation.kind, ConversationKind::Direct);
    assert_eq!(heard.conversation.id, ForeignConversation::new("user:manager1234"));
    assert_eq!(heard.speaker.aliases, [ForeignUser::new("union:z21HjQ"), ForeignUser::new("$:LWCP_v1:$li")]);
    assert_eq!(heard.sent_at.as_millisecond(), 1_690_362_101_894);
    assert!(heard.mentions.is_empty());
}

#[test]
fn a_stranger_is_known_by_the_encrypted_id_and_the_session() {
    let heard = message(&payload!(Kind::Robot, None, "robot_picture"));
    assert_eq!(heard.speaker.user, ForeignUser::new("$:LWCP_v1:$def"));
    assert_eq!(heard.conversation.id, ForeignConversation::new("session:cidDirect=="));
    assert_eq!(heard.text, "[图片]");
    assert!(heard.reply_route.is_some());
}

#[test]
fn the_task_of_the_story_names_its_owner() {
    let heard = message(&payload!(Kind::Robot, None, "robot_text_mention"));
    assert_eq!(heard.text, "任务 评估数据导出的技术可行性 @研发组长 周五12:00前");
    let owner = Mention { text: "@研发组长".into(), user: Some(ForeignUser::new("lead01")), is_us: false };
    assert_eq!(heard.mentions[1..], [owner]);
    assert!(heard.mentions[0].is_us);
}

#[test]
fn a_quoted_message_is_named_by_its_id_and_the_robots_own_as_it_was_sent() {
    let quoted = message(&payload!(Kind::Robot, None, "robot_quote"));
    assert_eq!(quoted.reply_to, Some(ForeignMessage::new("msgEarlier==")));
    let ours = message(&payload!(Kind::Robot, None, "robot_quote_of_robot"));
    assert_eq!(ours.reply_to, Some(ForeignMessage::new("group|cidAsXSBLnA==|4v+Az==")));
}

#[test]
fn other_types_of_dingtalk_7_2_are_said_in_words() {
    assert_eq!(message(&payload!(Kind::Robot, None, "robot_rich_text")).text, "你好[图片] 看图");
    assert_eq!(message(&payload!(Kind::Robot, None, "robot_audio")).text, "承接");
    assert_eq!(message(&payload!(Kind::Robot, None, "robot_file")).text, "[文件] 可行性.pdf");
}

#[test]
fn a_message_without_words_of_dingtalk_7_5_is_kept_and_does_nothing() {
    let heard = READER.understand(&payload!(Kind::Robot, None, "robot_quota")).unwrap();
    assert_eq!(heard, [Heard::Other { kind: "robot_message_without_words".into() }]);
}

#[test]
fn a_press_of_dingtalk_8_5_tells_who_what_and_the_inputs() {
    let press = pressed(&payload!(Kind::Card, None, "card_press"));
    assert_eq!(press.reference.as_deref(), Some("task-42-v1"));
    assert_eq!(press.speaker.user, ForeignUser::new("user123"));
    assert_eq!((press.action.as_str(), press.subject.as_str()), ("task.decline", "tsk_1"));
    assert_eq!(press.inputs["reason"], "排期已满");
    assert_eq!(press.inputs["proposal"], "下周三前");
    assert_eq!(press.inputs.len(), 2);
}

#[test]
fn the_older_press_of_dingtalk_8_5_has_its_parameters_beside() {
    let press = pressed(&payload!(Kind::Card, None, "card_press_older"));
    assert_eq!((press.action.as_str(), press.subject.as_str()), ("task.accept", "tsk_1"));
    assert_eq!(press.speaker.user, ForeignUser::new("union:unionX"));
}

#[test]
fn a_read_receipt_of_dingtalk_11_1_reads_alike_over_stream_and_http() {
    let stream = READER.understand(&payload!(Kind::Event, Some("robot_msg_read"), "event_read_stream")).unwrap();
    let http = READER.understand(&payload!(Kind::Event, None, "event_read_http")).unwrap();
    assert_eq!(stream, http);
    let Heard::Read { messages, reader, at } = &stream[0] else { panic!("{stream:?}") };
    let expected = [ForeignMessage::new("group|cidAsXSBLnA==|4v+Az=="), ForeignMessage::new("direct|4v+Az==")];
    assert_eq!(*messages, expected);
    assert_eq!(reader.as_str(), "user123");
    assert_eq!(at.as_millisecond(), 1_654_641_965_416);
}

#[test]
fn group_events_of_dingtalk_11_1() {
    let gone = READER.understand(&payload!(Kind::Event, Some("chat_disband"), "event_disband")).unwrap();
    assert!(
        matches!(&gone[0], Heard::Membership { present: false, conversation } if conversation.id.as_str() == "cidAsXSBLnA==")
    );
    let taken_back = READER.understand(&payload!(Kind::Event, Some("robot_msg_recall"), "event_read_stream")).unwrap();
    assert!(taken_back.iter().all(|heard| matches!(heard, Heard::Recalled { .. })));
    let other = READER.understand(&payload!(Kind::Event, Some("bpms_instance_change"), "event_disband")).unwrap();
    assert_eq!(other, [Heard::Other { kind: "bpms_instance_change".into() }]);
}

#[test]
fn people_join_change_and_leave_11_1() {
    let hear = |kind: &str, data: Value| {
        let received = Received { kind: Kind::Event, at: Timestamp::UNIX_EPOCH, topic: Some(kind.into()), data };
        READER.understand(&received.envelope("d").payload).unwrap()
    };
    let people = |ids: &[&str]| ids.iter().copied().map(ForeignUser::new).collect::<Vec<_>>();
    let ids = serde_json::json!({"timeStamp": "1685501863357", "userId": ["u1", "u2"]});
    let both = people(&["u1", "u2"]);
    assert_eq!(hear("user_add_org", ids.clone()), [DirectoryNews::People(both.clone()).into()]);
    assert_eq!(hear("user_leave_org", ids), [DirectoryNews::Left(both).into()]);
    let profile = serde_json::json!({"userid": "u1", "name": "张三", "department": [1]});
    let changed = serde_json::json!({"userId": ["u1"], "diffInfo": {"prev": {}, "curr": {}, "userid": "u1"}});
    for data in [profile, changed] {
        assert_eq!(hear("user_modify_org", data), [DirectoryNews::People(people(&["u1"])).into()]);
    }
    let departments = serde_json::json!({"deptId": [432_825_033]});
    assert_eq!(hear("org_dept_modify", departments), [DirectoryNews::Everything.into()]);
}

#[test]
fn what_cannot_be_read_says_so() {
    assert!(READER.understand("").is_err());
    assert!(READER.understand("{}").is_err());
    let at = Timestamp::UNIX_EPOCH;
    let no_sender =
        serde_json::json!({"msgtype": "text", "text": {"content": "x"}, "msgId": "m", "conversationId": "c"});
    let payload = Received { kind: Kind::Robot, at, topic: None, data: no_sender }.envelope("d").payload;
    assert_eq!(READER.understand(&payload), Err(NotUnderstood("no sender".into())));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
    ];
    let keys = "msgId|msgtype|text|content|conversationId|conversationType|senderStaffId|createAt|atUsers|richText|value|cardPrivateData|params|action|userId|processQueryKey|x";
    leaf.prop_recursive(3, 30, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(keys, inner, 0..8).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_payload_panics(data in any_json(), kind in 0..4_usize, topic in proptest::option::of("robot_msg_read|chat_disband|x"), text in "\\PC{0,80}") {
        let kind = [Kind::Robot, Kind::Card, Kind::Event, Kind::Unforeseen][kind];
        let received = Received { kind, at: Timestamp::UNIX_EPOCH, topic, data };
        let payload = received.envelope("d").payload;
        let first = READER.understand(&payload);
        prop_assert_eq!(first, READER.understand(&payload));
        let _ = READER.understand(&text);
    }
}

#[test]
fn tasks_of_teambition_are_heard_by_way_of_dingtalk() {
    let changed = |payload: &str| match READER.understand(payload).unwrap().remove(0) {
        Heard::TaskChanged(changed) => changed,
        other => panic!("{other:?}"),
    };
    let updated = changed(&payload!(Kind::Event, Some("project_task_updated"), "event_task_updated"));
    assert_eq!(updated.task.as_str(), "65e0f1a2b3c4d5e6f7a8b9c2");
    assert_eq!((updated.project, updated.by_us), (None, false));
    assert_eq!(updated.kind, "tb.v3.task.executor.update");
    let made = changed(&payload!(Kind::Event, Some("project_task_changed"), "event_task_changed"));
    assert_eq!(made.project.unwrap().as_str(), "65e0f1a2b3c4d5e6f7a8b900");
    assert_eq!(made.kind, "tb.v3.task.create");
}
