//! Where the sources about DingTalk disagree, the connector must do with either (DingTalk, uncertain §15).

use std::{collections::BTreeMap, time::Duration};

use huan_connect::{Content, DirectoryNews, Heard, Recipient, Retry};
use huan_connectors::dingtalk::DingTalkHook;
use huan_core::platform::ForeignUser;
use huan_sim::{PlatformName, Press};
use serde_json::json;

use super::*;

/// The way of each question that is not the default.
fn the_other_way(sim: &Sim) {
    sim.dingtalk().configure(|settings| {
        let uncertain = &mut settings.uncertain;
        uncertain.robot_too_fast = (410_100, "send too fast".to_owned());
        uncertain.robot_unknown = (400_101, "access_token does not exist".to_owned());
        uncertain.expired_token_status = 401;
        uncertain.no_receiver_is_refused = true;
        uncertain.event_topic = "dingTalk".to_owned();
        uncertain.short_disconnect = false;
        uncertain.odd_frames = true;
        uncertain.signature_names = vec!["signature".to_owned()];
        uncertain.owner_is_corp = true;
        uncertain.old_card_callback = true;
        uncertain.earlier_route_is_given = true;
        uncertain.old_api_quotes_numbers = true;
        uncertain.unknown_members = true;
    });
}

fn press(sim: &Sim) -> Press {
    Press {
        person: "zhouting".into(),
        message: newest(sim, "zhouting", "zhouting").id,
        button: "暂不承接".into(),
        form: BTreeMap::from([("input1".to_owned(), json!("忙")), ("input2".to_owned(), json!("下周"))]),
    }
}

fn is_the_press(heard: &Heard) -> bool {
    matches!(heard, Heard::CardPressed(press)
        if press.action == "task.decline" && press.subject == "tsk_42" && press.inputs["proposal"] == "下周")
}

#[tokio::test]
async fn s15_the_stream_is_understood_the_other_way_too() {
    let sim = sim().await;
    the_other_way(&sim);
    let listening = Listening::start(open(&sim, &[])).await;
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    let card = outgoing(Recipient::Person(person(&sim, "zhouting")), Content::Card(task_card("dlv_1")), "dlv_1");
    listening.account.send(&card).await.unwrap();
    assert_eq!(sim.press(PlatformName::Dingtalk, press(&sim)).await.unwrap().error, None);
    sim.dingtalk().emit_event("user_add_org", json!({"userId": ["015227"]}));
    let wanted = |heard: &[Heard]| {
        heard.iter().any(|heard| matches!(heard, Heard::Message(message) if message.text == "帮助"))
            && heard.iter().any(is_the_press)
            && heard.contains(&Heard::Directory(DirectoryNews::People(vec![ForeignUser::new("015227")])))
    };
    tokio::time::timeout(Duration::from_secs(5), async {
        while !wanted(&listening.inbox.heard(&listening.account)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap_or_else(|_| panic!("{:?}", listening.inbox.heard(&listening.account)));
    // A disconnect with a messageId is followed by a new connection as well.
    sim.disconnect(PlatformName::Dingtalk);
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 列表").unwrap();
    tokio::time::timeout(Duration::from_secs(10), async {
        let again = |heard: &Heard| matches!(heard, Heard::Message(message) if message.text == "列表");
        while !listening.inbox.heard(&listening.account).iter().any(again) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("heard over the new connection");
    listening.stop().await;
}

#[tokio::test]
async fn s15_http_is_understood_the_other_way_too() {
    let sim = sim().await;
    the_other_way(&sim);
    let program = http::program(&sim).await;
    sim.dingtalk().emit_event("user_add_org", json!({"userId": ["015227"]}));
    program.inbox.arrivals(1).await;
    let card = outgoing(Recipient::Person(person(&sim, "zhouting")), Content::Card(task_card("dlv_1")), "dlv_1");
    program.account.send(&card).await.unwrap();
    assert_eq!(sim.press(PlatformName::Dingtalk, press(&sim)).await.unwrap().error, None);
    program.inbox.arrivals(2).await;
    let heard = program.inbox.heard(&program.account);
    assert!(heard.iter().any(is_the_press), "{heard:?}");
}

#[tokio::test]
async fn s15_answers_are_read_the_other_way_too() {
    let sim = sim().await;
    the_other_way(&sim);
    let account = open(&sim, &[]);
    account.send(&to_group(&sim, words("x"), "k1")).await.unwrap();
    sim.advance(Duration::from_secs(3 * 3600));
    account.send(&to_group(&sim, words("令牌已过期"), "k2")).await.unwrap();
    let entry = account.directory().unwrap().find(Some("13800010001"), None).await.unwrap().unwrap();
    assert_eq!((entry.name.as_str(), entry.superior), ("王晓", Some(person(&sim, "chenming"))));
    let nobody = outgoing(Recipient::Person(ForeignUser::new("nobody")), words("x"), "k3");
    assert_eq!(account.send(&nobody).await.unwrap_err().reason_key, "delivery.reason.recipient_unknown");
}

#[tokio::test]
async fn s15_a_custom_robot_is_throttled_the_other_way_too() {
    let sim = sim().await;
    the_other_way(&sim);
    let robot = sim.connection().dingtalk.custom_robots.remove(0);
    let open = |address: &str| {
        let settings: Settings = [("address", address), ("secret", robot.secret.as_str())].into_iter().collect();
        DingTalkHook.open(&settings, surroundings()).unwrap()
    };
    let unknown = open(&robot.webhook_url.replace("access_token=", "access_token=0"));
    assert_eq!(unknown.check().await[0].key, "dingtalk.doctor.hook_unknown");
    let account = open(&robot.webhook_url);
    let mut refused = None;
    for n in 0..25 {
        refused = account.send(&to_group(&sim, words("刷屏"), &format!("k{n}"))).await.err();
        if refused.is_some() {
            break;
        }
    }
    assert_eq!(refused.expect("throttled").retry, Retry::After(Duration::from_secs(600)));
}

#[tokio::test]
async fn s0_4_an_address_that_is_banned_rests() {
    let sim = sim().await;
    let account = open(&sim, &[]);
    account.send(&to_group(&sim, words("x"), "k1")).await.unwrap();
    sim.dingtalk().configure(|settings| settings.banned = true);
    let error = account.send(&to_group(&sim, words("x"), "k2")).await.unwrap_err();
    assert_eq!(error.retry, Retry::After(Duration::from_secs(300)));
    let state = account.state();
    assert!(matches!(*state.borrow(), ConnectionState::Idle));
}
