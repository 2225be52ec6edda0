//! What comes in over the stream.

use std::{collections::BTreeMap, time::Duration};

use huan_connect::{ConnectionState, Content, ConversationKind, DirectoryNews, Heard, Recipient};
use huan_sim::{EntryKind, FaultKind, JournalQuery, PlatformName, Press, Read};
use serde_json::json;

use super::*;

const MESSAGE: &str = "*/v1.0/im/bot/messages/get";

#[tokio::test]
async fn the_task_of_the_story_is_heard_and_answered_in_place() {
    let sim = sim().await;
    let listening = Listening::start(open(&sim, &[])).await;
    let text = "@环 任务 评估数据导出的技术可行性 @周婷 周五12:00前";
    let id = sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", text).unwrap();
    listening.inbox.arrivals(1).await;
    let Heard::Message(heard) = listening.inbox.heard(&listening.account).remove(0) else { panic!() };
    assert_eq!(heard.message.as_str(), id);
    assert_eq!(heard.text, "任务 评估数据导出的技术可行性 @周婷 周五12:00前");
    assert_eq!(heard.speaker.user, person(&sim, "wangxiao"));
    assert_eq!(
        (heard.conversation.id.clone(), heard.conversation.kind),
        (group(&sim, "product_v2"), ConversationKind::Group)
    );
    assert!(heard.mentions.iter().any(|mention| mention.is_us));
    let named = heard.mentions.iter().find(|mention| !mention.is_us).unwrap();
    assert_eq!((named.text.as_str(), named.user.clone()), ("@周婷", Some(person(&sim, "zhouting"))));
    listening.stop().await;
}

#[tokio::test]
async fn a_direct_message_is_answered_to_the_person() {
    let sim = sim().await;
    let listening = Listening::start(open(&sim, &[])).await;
    sim.say_to_robot(PlatformName::Dingtalk, "wangxiao", "我的任务").unwrap();
    listening.inbox.arrivals(1).await;
    let Heard::Message(heard) = listening.inbox.heard(&listening.account).remove(0) else { panic!() };
    assert_eq!((heard.text.as_str(), heard.conversation.kind), ("我的任务", ConversationKind::Direct));
    let to = Recipient::Conversation {
        id: heard.conversation.id,
        reply_to: Some(heard.message),
        reply_route: heard.reply_route,
    };
    listening.account.send(&outgoing(to, words("没有任务"), "k1")).await.unwrap();
    assert_eq!(newest(&sim, "wangxiao", "wangxiao").text, "没有任务");
    listening.stop().await;
}

#[tokio::test]
async fn d3_a_pressed_card_is_heard_with_reason_and_proposal() {
    let sim = sim().await;
    let listening = Listening::start(open(&sim, &[])).await;
    let message = outgoing(Recipient::Person(person(&sim, "zhouting")), Content::Card(task_card("dlv_1")), "dlv_1");
    let sent = listening.account.send(&message).await.unwrap().message.unwrap();
    let shown = newest(&sim, "zhouting", "zhouting");
    let press = |button: &str, form: &[(&str, &str)]| Press {
        person: "zhouting".into(),
        message: shown.id.clone(),
        button: button.into(),
        form: form.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<BTreeMap<_, _>>(),
    };
    let form = [("input1", "排期已满"), ("input2", "改到下周三")];
    let answered = sim.press(PlatformName::Dingtalk, press("暂不承接", &form)).await.unwrap();
    assert_eq!(answered.error, None, "the press is acknowledged in time");
    sim.press(PlatformName::Dingtalk, press("承接", &[])).await.unwrap();
    listening.inbox.arrivals(2).await;
    let presses: Vec<_> = listening
        .inbox
        .heard(&listening.account)
        .into_iter()
        .map(|heard| match heard {
            Heard::CardPressed(press) => press,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(presses[0].reference.as_deref(), Some("dlv_1"));
    assert_eq!(presses[0].speaker.user, person(&sim, "zhouting"));
    assert_eq!((presses[0].action.as_str(), presses[0].subject.as_str()), ("task.decline", "tsk_42"));
    assert_eq!(presses[0].inputs["reason"], "排期已满");
    assert_eq!(presses[0].inputs["proposal"], "改到下周三");
    assert_eq!((presses[1].action.as_str(), presses[1].subject.as_str()), ("task.accept", "tsk_42"));
    assert!(presses[1].inputs.is_empty());
    // The card that was pressed can be edited by the id that sending it gave.
    let mut done = task_card("dlv_1");
    done.title = "已承接".to_owned();
    listening.account.cards().unwrap().edit(&sent, &done).await.unwrap();
    assert!(newest(&sim, "zhouting", "zhouting").text.contains("已承接"));
    listening.stop().await;
}

#[tokio::test]
async fn f4_a_repeated_delivery_is_one_event() {
    let sim = sim().await;
    let listening = Listening::start(open(&sim, &[])).await;
    fault(&sim, "*", FaultKind::Duplicate, 1);
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    listening.inbox.arrivals(2).await;
    assert_eq!(listening.inbox.heard(&listening.account).len(), 1);
    listening.stop().await;
}

#[tokio::test]
async fn f4_an_event_is_acknowledged_only_when_it_is_kept() {
    let sim = sim().await;
    let listening = Listening::start(open(&sim, &[])).await;
    let acknowledged = || {
        let query = JournalQuery {
            kind: Some(EntryKind::Delivery),
            operation: Some(MESSAGE.into()),
            ..JournalQuery::default()
        };
        sim.journal(&query).len()
    };
    *listening.inbox.failures.lock().unwrap() = 2;
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    while *listening.inbox.failures.lock().unwrap() > 0 {
        assert_eq!(acknowledged(), 0, "what is not kept is not acknowledged");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    listening.inbox.arrivals(1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(acknowledged(), 1);
    assert_eq!(listening.inbox.heard(&listening.account).len(), 1);
    listening.stop().await;
}

#[tokio::test]
async fn a_lost_connection_comes_back_and_what_was_said_meanwhile_is_heard() {
    let sim = sim().await;
    let listening = Listening::start(open(&sim, &[])).await;
    // DingTalk announces the end: a new connection takes over.
    assert_eq!(sim.disconnect(PlatformName::Dingtalk), 1);
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    listening.inbox.arrivals(1).await;
    listening.connected().await;
    // The connection breaks without a word.
    fault(&sim, "*", FaultKind::Disconnect, 1);
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 列表").unwrap();
    let mut state = listening.account.state();
    let waiting = state.wait_for(|state| matches!(state, ConnectionState::Waiting { .. }));
    tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("the loss is announced").unwrap();
    listening.connected().await;
    listening.inbox.arrivals(2).await;
    assert_eq!(listening.inbox.heard(&listening.account).len(), 2);
    listening.stop().await;
}

#[tokio::test]
async fn refused_credentials_are_announced_and_waiting_can_be_stopped() {
    let sim = sim().await;
    let account = open(&sim, &[("client_secret", "wrong")]);
    let stop = CancellationToken::new();
    let task = tokio::spawn({
        let (account, stop) = (Arc::clone(&account), stop.clone());
        async move { account.listen(Arc::new(Kept::default()), stop).await }
    });
    let mut state = account.state();
    let refused = state.wait_for(|state| matches!(state, ConnectionState::Refused { .. }));
    let refused = tokio::time::timeout(Duration::from_secs(10), refused).await.unwrap().unwrap().clone();
    assert!(!format!("{refused:?}").contains("wrong"));
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(2), task).await.expect("stops at once").unwrap();
}

#[tokio::test]
async fn f4_what_cannot_be_kept_is_asked_for_again_or_held_on_to() {
    let sim = sim().await;
    sim.dingtalk().configure(|settings| settings.redeliver_after = Duration::from_secs(1));
    let listening = Listening::start(open(&sim, &[])).await;
    // More failures than the connector tries: the event is asked for later.
    *listening.inbox.failures.lock().unwrap() = 4;
    sim.dingtalk().emit_event("user_add_org", json!({"userId": ["015227"]}));
    listening.inbox.arrivals(1).await;
    // That a message comes again is not promised, so the connector does not give it up.
    *listening.inbox.failures.lock().unwrap() = 3;
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    listening.inbox.arrivals(2).await;
    let heard = listening.inbox.heard(&listening.account);
    assert!(heard.iter().any(|heard| matches!(heard, Heard::Message(message) if message.text == "帮助")));
    assert!(heard.contains(&Heard::Directory(DirectoryNews::People(vec![ForeignUser::new("015227")]))));
    listening.stop().await;
}

#[tokio::test]
async fn f4_what_came_in_before_the_connection_broke_is_kept() {
    let sim = sim().await;
    // This platform says everything once, as DingTalk's protocol page has it.
    sim.dingtalk().configure(|settings| settings.stream_attempts = 1);
    let listening = Listening::start(open(&sim, &[])).await;
    *listening.inbox.failures.lock().unwrap() = 3;
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    while *listening.inbox.failures.lock().unwrap() == 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    fault(&sim, "*", FaultKind::Disconnect, 1);
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 列表").unwrap();
    let mut state = listening.account.state();
    let waiting = state.wait_for(|state| matches!(state, ConnectionState::Waiting { .. }));
    tokio::time::timeout(Duration::from_secs(5), waiting).await.expect("the loss is announced").unwrap();
    assert!(listening.inbox.heard(&listening.account).is_empty(), "not kept when the connection broke");
    listening.inbox.arrivals(1).await;
    let heard = listening.inbox.heard(&listening.account);
    assert!(matches!(&heard[0], Heard::Message(message) if message.text == "帮助"), "{heard:?}");
    listening.stop().await;
}

#[tokio::test]
async fn a_read_receipt_names_the_message_as_it_was_sent() {
    let sim = sim().await;
    let listening = Listening::start(open(&sim, &[])).await;
    let direct = outgoing(Recipient::Person(person(&sim, "wangxiao")), words("请阅"), "k1");
    for (message, conversation) in [(to_group(&sim, words("请阅"), "k2"), "product_v2"), (direct, "wangxiao")] {
        let sent = listening.account.send(&message).await.unwrap().message.unwrap();
        let shown = newest(&sim, conversation, "wangxiao");
        let before = listening.inbox.heard(&listening.account).len();
        sim.read(PlatformName::Dingtalk, Read { person: "wangxiao".into(), message: shown.id }).unwrap();
        listening.inbox.arrivals(before + 1).await;
        let Heard::Read { messages, reader, .. } = listening.inbox.heard(&listening.account).pop().unwrap() else {
            panic!()
        };
        assert!(messages.contains(&sent), "{messages:?} {sent:?}");
        assert_eq!(reader, person(&sim, "wangxiao"));
    }
    listening.stop().await;
}

#[tokio::test]
async fn a_sender_whom_dingtalk_does_not_name_is_answered_by_the_session() {
    let sim = sim().await;
    sim.dingtalk().configure(|settings| settings.tell_sender = false);
    let listening = Listening::start(open(&sim, &[])).await;
    sim.say_to_robot(PlatformName::Dingtalk, "wangxiao", "帮助").unwrap();
    listening.inbox.arrivals(1).await;
    let Heard::Message(heard) = listening.inbox.heard(&listening.account).remove(0) else { panic!() };
    assert!(heard.speaker.user.as_str().starts_with('$'), "{heard:?}");
    let to = Recipient::Conversation {
        id: heard.conversation.id,
        reply_to: Some(heard.message),
        reply_route: heard.reply_route,
    };
    let answer = outgoing(to, words("请先发布机器人"), "k1");
    assert!(listening.account.lanes(&answer).sender.key.starts_with("session:"));
    listening.account.send(&answer).await.unwrap();
    assert_eq!(newest(&sim, "wangxiao", "wangxiao").text, "请先发布机器人");
    sim.dingtalk().configure(|settings| settings.inbound_quota_used_up = true);
    sim.say_to_robot(PlatformName::Dingtalk, "wangxiao", "帮助").unwrap();
    listening.inbox.arrivals(2).await;
    let heard = listening.inbox.heard(&listening.account).remove(1);
    assert_eq!(heard, Heard::Other { kind: "robot_message_without_words".to_owned() });
    listening.stop().await;
}
