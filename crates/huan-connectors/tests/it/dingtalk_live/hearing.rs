//! What comes in over the stream.

use std::{collections::BTreeMap, time::Duration};

use huan_connect::{ConnectionState, Content, ConversationKind, Heard, Recipient};
use huan_sim::{EntryKind, FaultKind, JournalQuery, PlatformName, Press};
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
