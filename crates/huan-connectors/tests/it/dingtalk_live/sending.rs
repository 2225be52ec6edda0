//! What goes out.

use std::time::Duration;

use huan_connect::{BuzzKind, Certainty, Content, Mentions, Outgoing, Recipient, Retry, Severity};
use huan_connectors::dingtalk::DingTalkHook;
use huan_core::platform::{ForeignMessage, ForeignUser};
use huan_sim::{EntryKind, FaultKind, JournalQuery, PlatformName, Read, RingWay};

use super::*;

#[tokio::test]
async fn words_reach_a_group_and_a_person_and_can_be_taken_back() {
    let sim = sim().await;
    let account = open(&sim, &[]);
    let sent = account.send(&to_group(&sim, words("第一行\n第二行"), "k1")).await.unwrap().message.unwrap();
    assert_eq!(newest(&sim, "product_v2", "wangxiao").text, "第一行\n第二行");
    account.recall().unwrap().recall(&sent).await.unwrap();
    assert!(newest(&sim, "product_v2", "wangxiao").recalled);

    for (key, user) in [("k2", person(&sim, "wangxiao")), ("k3", union(&sim, "wangxiao"))] {
        let direct = outgoing(Recipient::Person(user), words(key), key);
        let sent = account.send(&direct).await.unwrap().message.unwrap();
        assert_eq!(newest(&sim, "wangxiao", "wangxiao").text, key);
        account.recall().unwrap().recall(&sent).await.unwrap();
        assert!(newest(&sim, "wangxiao", "wangxiao").recalled);
    }
    let not_ours = account.recall().unwrap().recall(&ForeignMessage::new("msgLICYe==")).await.unwrap_err();
    assert_eq!(not_ours.reason_key, "delivery.reason.not_ours");
}

#[tokio::test]
async fn one_token_serves_all_and_is_replaced_when_it_has_ended() {
    let sim = sim().await;
    let account = open(&sim, &[]);
    let messages: Vec<Outgoing> = (0..5).map(|n| to_group(&sim, words("并发"), &format!("k{n}"))).collect();
    for sent in futures_util::future::join_all(messages.iter().map(|message| account.send(message))).await {
        sent.unwrap();
    }
    // The simulator's clock runs ahead: the token that the connector still trusts is refused.
    sim.advance(Duration::from_secs(3 * 3600));
    account.send(&to_group(&sim, words("两小时后"), "k9")).await.unwrap();
    let tokens = sim.journal(&JournalQuery {
        kind: Some(EntryKind::Request),
        operation: Some("POST /v1.0/oauth2/accessToken".into()),
        ..JournalQuery::default()
    });
    assert_eq!(tokens.len(), 2, "{tokens:?}");
}

#[tokio::test]
async fn a_person_or_group_that_is_not_there_is_said_so() {
    let sim = sim().await;
    let account = open(&sim, &[]);
    let nobody = outgoing(Recipient::Person(ForeignUser::new("nobody")), words("x"), "k1");
    let error = account.send(&nobody).await.unwrap_err();
    assert_eq!((error.reason_key, error.certainty), ("delivery.reason.recipient_unknown", Certainty::NotSent));
    let id = ForeignConversation::new("cidnowhere==");
    let nowhere = outgoing(Recipient::Conversation { id, reply_to: None, reply_route: None }, words("x"), "k2");
    let error = account.send(&nowhere).await.unwrap_err();
    assert_eq!((error.reason_key, error.retry), ("delivery.reason.not_in_group", Retry::Never));
}

#[tokio::test]
async fn faults_on_the_way_become_the_right_kind_of_error() {
    let sim = sim().await;
    let account = open(&sim, &[]);
    let message = to_group(&sim, words("x"), "k1");
    account.send(&message).await.unwrap();
    let group_send = "POST /v1.0/robot/groupMessages/send";
    fault(&sim, group_send, FaultKind::RateLimit, 1);
    let throttled = account.send(&message).await.unwrap_err();
    assert_eq!(throttled.retry, Retry::After(Duration::from_secs(1)));
    assert_eq!((throttled.certainty, throttled.reason_key), (Certainty::NotSent, "delivery.reason.throttled"));
    fault(&sim, group_send, FaultKind::AnswerLost, 1);
    let lost = account.send(&message).await.unwrap_err();
    assert_eq!((lost.certainty, lost.reason_key), (Certainty::Unknown, "delivery.reason.answer_lost"));
    fault(&sim, group_send, FaultKind::ServerError { status: 502 }, 1);
    assert_eq!(account.send(&message).await.unwrap_err().certainty, Certainty::Unknown);
    // Whatever happens to the token, the message itself was not sent.
    let fresh = open(&sim, &[]);
    fault(&sim, "POST /v1.0/oauth2/accessToken", FaultKind::AnswerLost, 1);
    assert_eq!(fresh.send(&message).await.unwrap_err().certainty, Certainty::NotSent);
    let shown = sim.messages(PlatformName::Dingtalk, "product_v2", None);
    assert_eq!(shown.len(), 2, "the first and the one whose answer was lost");
}

#[tokio::test]
async fn a_card_whose_answer_was_lost_is_not_sent_twice_and_can_still_be_edited() {
    let sim = sim().await;
    let account = open(&sim, &[]);
    let message = to_group(&sim, Content::Card(task_card("dlv_7")), "dlv_7");
    assert!(account.lanes(&message).idempotent);
    fault(&sim, "POST /v1.0/card/instances/createAndDeliver", FaultKind::AnswerLost, 1);
    assert_eq!(account.send(&message).await.unwrap_err().certainty, Certainty::Unknown);
    let sent = account.send(&message).await.unwrap().message.unwrap();
    assert_eq!(sim.messages(PlatformName::Dingtalk, "product_v2", None).len(), 1);
    let mut done = task_card("dlv_7");
    done.title = "已承接".to_owned();
    done.tone = Tone::Good;
    done.blocks.truncate(2);
    account.cards().unwrap().edit(&sent, &done).await.unwrap();
    let shown = newest(&sim, "product_v2", "wangxiao");
    let huan_sim::view::Body::Card { card } = shown.body else { panic!("{shown:?}") };
    assert_eq!((card.title.as_str(), card.colour.as_str()), ("已承接", "green"));
    assert!(card.buttons().is_empty() && card.inputs().is_empty(), "{card:?}");
}

#[tokio::test]
async fn a_mention_goes_by_the_session_then_the_groups_robot_then_a_card() {
    let sim = sim().await;
    let listening = Listening::start(open(&sim, &[])).await;
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    listening.inbox.arrivals(1).await;
    let Heard::Message(heard) = listening.inbox.heard(&listening.account).remove(0) else { panic!() };
    let mention = |content| {
        let to = Recipient::Conversation {
            id: heard.conversation.id.clone(),
            reply_to: Some(heard.message.clone()),
            reply_route: heard.reply_route.clone(),
        };
        let people = vec![(person(&sim, "zhouting"), "周婷".to_owned())];
        Outgoing { to, content, mentions: Mentions { everybody: false, people }, key: "k1".to_owned() }
    };
    let by_session = listening.account.send(&mention(words("请 @周婷 看一下"))).await.unwrap();
    assert_eq!(by_session.message, None);
    let shown = newest(&sim, "product_v2", "zhouting");
    assert_eq!(shown.mentions, ["zhouting"], "{shown:?}");
    assert_eq!(shown.text, "请 @周婷 看一下");

    // The session has ended at DingTalk, though the program does not know: the message takes another way.
    sim.advance(Duration::from_secs(2 * 3600));
    listening.account.send(&mention(words("会话已过期"))).await.unwrap();
    let shown = newest(&sim, "product_v2", "zhouting");
    assert_eq!(shown.mentions, ["zhouting"], "a card calls on people too: {shown:?}");
    assert!(matches!(shown.body, huan_sim::view::Body::Card { .. }));

    let robot = sim.connection().dingtalk.custom_robots.into_iter().find(|robot| robot.group == "product_v2").unwrap();
    let hooks = format!("{} {} {}", group(&sim, "product_v2"), robot.webhook_url, robot.secret);
    let with_hook = open(&sim, &[("group_hooks", &hooks)]);
    let mut message = mention(words("群机器人"));
    if let Recipient::Conversation { reply_route, .. } = &mut message.to {
        *reply_route = None;
    }
    assert!(with_hook.send(&message).await.is_err(), "the simulator's clock is two hours ahead of the signature");
    listening.stop().await;
}

#[tokio::test]
async fn a_custom_robot_signs_calls_on_people_and_falls_silent_after_twenty() {
    let sim = sim().await;
    let robot = sim.connection().dingtalk.custom_robots.into_iter().find(|robot| robot.group == "product_v2").unwrap();
    let settings: Settings =
        [("address", robot.webhook_url.as_str()), ("secret", robot.secret.as_str())].into_iter().collect();
    let account = DingTalkHook.open(&settings, surroundings()).unwrap();
    let mut message = to_group(&sim, words("停机通知"), "k0");
    message.mentions.people = vec![(person(&sim, "wugang"), "吴刚".to_owned())];
    account.send(&message).await.unwrap();
    assert_eq!(newest(&sim, "product_v2", "wugang").mentions, ["wugang"]);
    // The same key again is the same message.
    account.send(&message).await.unwrap();
    assert_eq!(sim.messages(PlatformName::Dingtalk, "product_v2", None).len(), 1);
    account.send(&to_group(&sim, Content::Card(task_card("dlv_1")), "k_card")).await.unwrap();
    let shown = newest(&sim, "product_v2", "wugang");
    assert!(shown.text.contains("评估数据导出的技术可行性") && shown.text.contains("暂不承接"), "{shown:?}");
    let mut refused = None;
    for n in 1..=25 {
        if let Err(error) = account.send(&to_group(&sim, words("刷屏"), &format!("k{n}"))).await {
            refused = Some(error);
            break;
        }
    }
    let refused = refused.expect("the robot is throttled");
    assert_eq!((refused.retry, refused.certainty), (Retry::After(Duration::from_secs(600)), Certainty::NotSent));
    let unsigned: Settings = [("address", robot.webhook_url.as_str()), ("secret", "SECwrong")].into_iter().collect();
    let wrong = DingTalkHook.open(&unsigned, surroundings()).unwrap();
    let error = wrong.send(&to_group(&sim, words("x"), "kw")).await.unwrap_err();
    assert_eq!(error.reason_key, "delivery.reason.group_settings");
}

#[tokio::test]
async fn what_the_organisation_has_not_granted_or_bought_is_named() {
    let sim = sim().await;
    let account = open(&sim, &[]);
    let message = to_group(&sim, words("x"), "k1");
    let about = account.send(&message).await.unwrap().message.unwrap();
    sim.dingtalk().configure(|settings| {
        settings.ding_calls_left = Some(0);
        settings.flow_controlled.insert("wangxiao".to_owned());
    });
    let people = [person(&sim, "wugang")];
    let buzz = account.buzz().unwrap();
    let error = buzz.buzz(BuzzKind::Phone, &about, &people, "x").await.unwrap_err();
    assert_eq!((error.reason_key, error.retry), ("delivery.reason.buzz_quota", Retry::Never));
    let direct = outgoing(Recipient::Person(person(&sim, "wangxiao")), words("x"), "k2");
    let error = account.send(&direct).await.unwrap_err();
    assert_eq!((error.reason_key, error.certainty), ("delivery.reason.throttled", Certainty::NotSent));
    sim.dingtalk().configure(|settings| {
        settings.missing_permissions.insert("Card.Instance.Write".to_owned());
        settings.calls_left_this_month = Some(1);
    });
    let card = to_group(&sim, Content::Card(task_card("dlv_1")), "dlv_1");
    let error = account.send(&card).await.unwrap_err();
    assert_eq!(error.reason_key, "delivery.reason.permission_missing");
    assert!(error.detail.contains("Card.Instance.Write"), "{}", error.detail);
    let mut last = None;
    for n in 0..3 {
        last = account.send(&to_group(&sim, words("x"), &format!("q{n}"))).await.err();
    }
    let last = last.unwrap();
    assert_eq!((last.reason_key, last.retry), ("delivery.reason.quota_used_up", Retry::Never));
}

#[tokio::test]
async fn a_simple_card_holds_links_only() {
    let sim = sim().await;
    let account = open(&sim, &[("card_template", "")]);
    assert!(account.cards().is_none());
    account.send(&to_group(&sim, Content::Card(task_card("dlv_1")), "k1")).await.unwrap();
    let shown = newest(&sim, "product_v2", "wangxiao");
    let huan_sim::view::Body::Card { card } = &shown.body else { panic!("{shown:?}") };
    let labels: Vec<&str> = card.buttons().iter().map(|button| button.text.as_str()).collect();
    assert_eq!(labels, ["暂不承接"]);
    assert_eq!(card.buttons()[0].url.as_deref(), Some("https://huan.example.com/d"));
}

#[tokio::test]
async fn e2_a_ding_rings_in_the_app_by_text_and_by_phone() {
    let sim = sim().await;
    let account = open(&sim, &[]);
    let about = account.send(&to_group(&sim, words("支付故障"), "k1")).await.unwrap().message.unwrap();
    let people = [person(&sim, "wugang"), union(&sim, "zhengxue")];
    for kind in [BuzzKind::InApp, BuzzKind::Sms, BuzzKind::Phone] {
        account.buzz().unwrap().buzz(kind, &about, &people, "支付模块故障，请立即处理").await.unwrap();
    }
    let rings = sim.rings();
    assert_eq!(rings.len(), 6);
    let phoned: Vec<&str> =
        rings.iter().filter(|ring| ring.way == RingWay::Phone).map(|ring| ring.person.as_str()).collect();
    assert_eq!(phoned, ["wugang", "zhengxue"]);
    assert!(rings.iter().all(|ring| ring.text.contains("支付模块故障")));
}

#[tokio::test]
async fn who_read_a_message_is_told() {
    let sim = sim().await;
    let account = open(&sim, &[]);
    let receipts = account.receipts().unwrap();
    let in_group = account.send(&to_group(&sim, words("请阅"), "k1")).await.unwrap().message.unwrap();
    let direct = outgoing(Recipient::Person(person(&sim, "wangxiao")), words("请阅"), "k2");
    let direct = account.send(&direct).await.unwrap().message.unwrap();
    for (message, conversation) in [(in_group, "product_v2"), (direct, "wangxiao")] {
        assert!(receipts.readers(&message).await.unwrap().is_empty());
        let shown = newest(&sim, conversation, "wangxiao");
        sim.read(PlatformName::Dingtalk, Read { person: "wangxiao".into(), message: shown.id }).unwrap();
        let readers = receipts.readers(&message).await.unwrap();
        assert_eq!(
            readers.iter().map(|reading| reading.reader.clone()).collect::<Vec<_>>(),
            [person(&sim, "wangxiao")]
        );
    }
}

#[tokio::test]
async fn a3_the_directory_tells_people_superiors_and_groups() {
    let sim = sim().await;
    let account = open(&sim, &[]);
    let directory = account.directory().unwrap();
    let entry = directory.find(Some("+86 138 0001 0001"), None).await.unwrap().unwrap();
    assert_eq!((entry.name.as_str(), entry.job.as_deref()), ("王晓", Some("产品经理")));
    assert_eq!(entry.user, person(&sim, "wangxiao"));
    assert_eq!(entry.aliases, [union(&sim, "wangxiao")]);
    assert_eq!(entry.superior, Some(person(&sim, "chenming")));
    let same = directory.person(&union(&sim, "wangxiao")).await.unwrap().unwrap();
    assert_eq!(same, entry);
    assert_eq!(directory.find(Some("19900000000"), None).await.unwrap(), None);
    assert_eq!(directory.find(None, Some("a@example.com")).await.unwrap(), None);
    assert_eq!(directory.person(&ForeignUser::new("nobody")).await.unwrap(), None);
    let groups = directory.groups().await.unwrap();
    assert!(groups.iter().any(|known| known.id == group(&sim, "product_v2")), "{groups:?}");
    let members = directory.members(&group(&sim, "ops_duty")).await.unwrap();
    assert_eq!(members.len(), 3);
    assert!(members.contains(&person(&sim, "wugang")));
}

#[tokio::test]
async fn the_doctor_finds_everything_in_order_and_a_wrong_secret() {
    let sim = sim().await;
    let findings = open(&sim, &[]).check().await;
    assert!(findings.iter().all(|finding| finding.severity == Severity::Good), "{findings:?}");
    assert!(findings.len() >= 4, "{findings:?}");
    let findings = open(&sim, &[("client_secret", "wrong")]).check().await;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].key, "dingtalk.doctor.credentials_refused");
    let nowhere = open(&sim, &[("api_base", "http://127.0.0.1:9")]).check().await;
    assert_eq!(nowhere[0].key, "dingtalk.doctor.unreachable");
    let robot = sim.connection().dingtalk.custom_robots.remove(0);
    for (address, key) in [
        (robot.webhook_url.clone(), "dingtalk.doctor.hook"),
        (robot.webhook_url.replace("access_token=", "access_token=0"), "dingtalk.doctor.hook_unknown"),
    ] {
        let settings: Settings =
            [("address", address.as_str()), ("secret", robot.secret.as_str())].into_iter().collect();
        let findings = DingTalkHook.open(&settings, surroundings()).unwrap().check().await;
        assert_eq!(findings[0].key, key, "{findings:?}");
    }
    assert!(sim.messages(PlatformName::Dingtalk, "product_v2", None).is_empty(), "looking sends nothing");
}
