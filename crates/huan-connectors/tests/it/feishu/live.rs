//! The connector with the simulated platform: neither knows the other's code, and both must mean the same.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};
use huan_connect::{
    Account, BuzzKind, CallbackRequest, CardPressed, Certainty, ConnectionState, Content, ConversationKind, Heard,
    HeardMessage, Inbox, Mentions, Outgoing, Platform, Recipient, Retry, SendError, Settings, Severity, Surroundings,
    http::Http,
};
use huan_connectors::feishu::{Feishu, FeishuHook};
use huan_core::{
    ambient::{SystemEntropy, SystemTime},
    card::{Block, Button, ButtonStyle, Card, CardAnswer, Fact, Form, Input, Press, Tone},
    platform::{ForeignConversation, ForeignMessage, ForeignUser},
};
use huan_sim::{
    CardView, Delivery, Fault, FaultKind, HttpDelivery, MessageView, Place, PlatformName, RingWay, Say, Sim,
    SimOptions,
    feishu::options::{ClientConfig, FeishuOptions},
    view::Body,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Kept, Storing, soon};

const FEISHU: PlatformName = PlatformName::Feishu;
const GROUP: &str = "product_v2_dev";

/// How the app hears.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    LongConnection,
    Encrypted,
    Clear,
}

struct World {
    sim: Sim,
    account: Arc<dyn Account>,
    inbox: Arc<Kept>,
    stop: CancellationToken,
    listening: JoinHandle<()>,
}

impl World {
    async fn start(way: Way) -> Self {
        let client_config = ClientConfig { reconnect_interval: 1, reconnect_nonce: 0, ..ClientConfig::default() };
        // Small enough that every event comes in several frames.
        let feishu = FeishuOptions { client_config, split_frames_at: 200, ..FeishuOptions::default() };
        let sim = Sim::start(SimOptions { feishu, ..SimOptions::default() }).await.unwrap();
        let account = Feishu.open(&settings(&sim, way), surroundings()).unwrap();
        let (inbox, stop) = (Kept::new(Storing::Stores), CancellationToken::new());
        let listening = tokio::spawn({
            let (account, inbox, stop) = (Arc::clone(&account), Arc::clone(&inbox), stop.clone());
            async move { account.listen(inbox, stop).await }
        });
        let mut state = account.state();
        soon(state.wait_for(|state| matches!(state, ConnectionState::Connected { .. }))).await.unwrap();
        if way != Way::LongConnection {
            let events = serve(Arc::clone(&account), Arc::clone(&inbox)).await;
            let http = HttpDelivery { events, robot: None, cards: None, encrypted: way == Way::Encrypted };
            sim.set_delivery(FEISHU, Delivery::Http(Box::new(http))).await.unwrap();
        }
        Self { sim, account, inbox, stop, listening }
    }

    async fn stop(self) {
        self.stop.cancel();
        soon(self.listening).await.unwrap();
        soon(self.sim.stop()).await;
    }

    fn person(&self, key: &str) -> ForeignUser {
        let people = self.sim.connection().people;
        let found = people.into_iter().find(|person| person.person.key == key).unwrap();
        ForeignUser::new(found.feishu.unwrap().open_id)
    }

    fn group(&self) -> ForeignConversation {
        let state = self.sim.state(None);
        ForeignConversation::new(&state.platforms[&FEISHU].conversation(GROUP).unwrap().id)
    }

    /// What is heard as number `count`, waiting for it.
    async fn heard(&self, count: usize) -> Heard {
        soon(async {
            loop {
                if let Some(envelope) = self.inbox.envelopes().get(count - 1) {
                    return self.account.understand(&envelope.payload).unwrap().remove(0);
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
    }

    async fn heard_message(&self, count: usize) -> HeardMessage {
        match self.heard(count).await {
            Heard::Message(message) => message,
            other => panic!("{other:?}"),
        }
    }

    async fn heard_press(&self, count: usize) -> CardPressed {
        match self.heard(count).await {
            Heard::CardPressed(pressed) => pressed,
            other => panic!("{other:?}"),
        }
    }

    async fn send(&self, message: &Outgoing) -> ForeignMessage {
        self.account.send(message).await.unwrap().message.unwrap()
    }

    fn shown(&self, conversation: &str) -> Vec<MessageView> {
        self.sim.messages(FEISHU, conversation, None)
    }

    fn fault(&self, operation: &str, kind: FaultKind) {
        let fault = Fault { id: 0, platform: Some(FEISHU), operation: operation.to_owned(), kind, times: Some(1) };
        self.sim.set_fault(fault);
    }

    async fn press(&self, person: &str, message: &ForeignMessage, button: &str, form: &[(&str, &str)]) -> String {
        let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect::<BTreeMap<_, _>>();
        let (person, message, button) = (person.to_owned(), message.to_string(), button.to_owned());
        let pressed = self.sim.press(FEISHU, huan_sim::Press { person, message, button, form }).await.unwrap();
        assert_eq!(pressed.error, None);
        pressed.toast.unwrap().text
    }
}

fn settings(sim: &Sim, way: Way) -> Settings {
    let feishu = sim.connection().feishu;
    let mut settings = Settings::default();
    settings.set("app_id", feishu.app_id);
    settings.set("app_secret", feishu.app_secret);
    settings.set("base_url", feishu.base_url);
    if way != Way::LongConnection {
        settings.set("mode", "http_callback");
        settings.set("verification_token", feishu.verification_token);
    }
    if way == Way::Encrypted {
        settings.set("encrypt_key", feishu.encrypt_key);
    }
    settings
}

fn surroundings() -> Surroundings {
    Surroundings { http: Http::new().unwrap(), time: Arc::new(SystemTime), entropy: Arc::new(SystemEntropy) }
}

/// Serves callbacks as the program does: believed, stored, then answered.
async fn serve(account: Arc<dyn Account>, inbox: Arc<Kept>) -> url::Url {
    let router = Router::new().fallback(any(callback)).with_state((account, inbox));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/callback").parse().unwrap()
}

async fn callback(
    State((account, inbox)): State<(Arc<dyn Account>, Arc<Kept>)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let request = CallbackRequest { route: String::new(), query: Vec::new(), headers, body: body.to_vec() };
    let Ok(delivered) = account.callback(&request) else { return StatusCode::UNAUTHORIZED.into_response() };
    for envelope in delivered.envelopes {
        if inbox.store(envelope).await.is_err() {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    }
    ([("content-type", delivered.answer.content_type)], delivered.answer.body).into_response()
}

fn in_group(group: &ForeignConversation, content: Content, key: &str) -> Outgoing {
    Outgoing {
        to: Recipient::Conversation { id: group.clone(), reply_to: None, reply_route: None },
        content,
        mentions: Mentions::default(),
        key: key.to_owned(),
    }
}

fn to(person: &ForeignUser, content: Content, key: &str) -> Outgoing {
    let to = Recipient::Person(person.clone());
    Outgoing { to, content, mentions: Mentions::default(), key: key.to_owned() }
}

fn text(words: &str) -> Content {
    Content::Text(words.to_owned())
}

fn answer_button(label: &str, style: ButtonStyle, action: &str) -> Button {
    let press = Press::Answer(CardAnswer { action: action.to_owned(), subject: "tsk_1".to_owned() });
    Button { label: label.to_owned(), style, press }
}

fn card(title: &str, tone: Tone, answered: bool) -> Card {
    let input = |name: &str, label: &str| Input {
        name: name.to_owned(),
        label: label.to_owned(),
        placeholder: "请填写".to_owned(),
        required: true,
        multiline: true,
        max_length: 500,
    };
    let mut blocks = vec![
        Block::Text("评估数据导出的技术可行性 *不是斜体*".to_owned()),
        Block::Facts(vec![Fact { label: "截止".to_owned(), value: "周五 12:00".to_owned() }]),
    ];
    if !answered {
        blocks.push(Block::Buttons(vec![
            answer_button("承接", ButtonStyle::Primary, "task.accept"),
            Button {
                label: "详情".to_owned(),
                style: ButtonStyle::Default,
                press: Press::Open { url: "https://huan.example/t/1".to_owned() },
            },
        ]));
        blocks.push(Block::Form(Form {
            name: "decline".to_owned(),
            inputs: vec![input("reason", "理由"), input("proposal", "建议")],
            submit: answer_button("暂不承接", ButtonStyle::Danger, "task.decline"),
            page: None,
        }));
    }
    blocks.push(Block::Note("两小时内未答复将提醒上级".to_owned()));
    Card { reference: "card_1".to_owned(), title: title.to_owned(), tone, blocks }
}

fn shown_card(message: &MessageView) -> &CardView {
    match &message.body {
        Body::Card { card } => card,
        other => panic!("{other:?}"),
    }
}

/// Hears in group and direct, answers with a card, hears the presses, edits.
async fn a_whole_conversation(way: Way) {
    let world = World::start(way).await;
    let said = "@环 任务 评估数据导出的技术可行性 @李强 周五12:00前";
    let id = world.sim.say_in_group(FEISHU, "zhaomin", GROUP, said).unwrap();
    let heard = world.heard_message(1).await;
    assert_eq!((heard.text.as_str(), heard.message.as_str()), (said, id.as_str()));
    assert_eq!((heard.conversation.id.clone(), heard.conversation.kind), (world.group(), ConversationKind::Group));
    assert_eq!(heard.speaker.user, world.person("zhaomin"));
    let us: Vec<(&str, bool)> = heard.mentions.iter().map(|name| (name.text.as_str(), name.is_us)).collect();
    assert_eq!(us, [("@环", true), ("@李强", false)]);
    assert_eq!(heard.mentions[1].user, Some(world.person("liqiang")));

    let owner = world.person("liqiang");
    let sent = world.send(&to(&owner, Content::Card(card("请确认承接", Tone::Action, false)), "m1")).await;
    let shown = world.shown("liqiang");
    let view = shown_card(&shown[0]);
    assert_eq!((view.title.as_str(), view.colour.as_str()), ("请确认承接", "blue"));
    assert!(view.plain_text().contains("*不是斜体*") && view.plain_text().contains("周五 12:00"));
    assert_eq!(
        view.buttons().iter().map(|button| button.text.as_str()).collect::<Vec<_>>(),
        ["承接", "详情", "暂不承接"]
    );

    let reason = [("reason", "本周已排满"), ("proposal", "下周一 12:00")];
    assert_eq!(world.press("liqiang", &sent, "暂不承接", &reason).await, "已收到");
    let pressed = world.heard_press(2).await;
    assert_eq!((pressed.action.as_str(), pressed.subject.as_str()), ("task.decline", "tsk_1"));
    assert_eq!((pressed.reference.as_deref(), pressed.message.as_ref()), (Some("card_1"), Some(&sent)));
    assert_eq!(pressed.speaker.user, owner);
    assert_eq!(
        (pressed.inputs["reason"].as_str(), pressed.inputs["proposal"].as_str()),
        ("本周已排满", "下周一 12:00")
    );
    assert_eq!(world.press("liqiang", &sent, "承接", &[]).await, "已收到");
    assert_eq!(world.heard_press(3).await.action, "task.accept");

    let editor = world.account.cards().unwrap();
    editor.edit(&sent, &card("已承接", Tone::Good, true)).await.unwrap();
    let shown = world.shown("liqiang");
    assert_eq!((shown.len(), shown[0].edited), (1, true));
    assert_eq!(shown_card(&shown[0]).title, "已承接");
    assert!(shown_card(&shown[0]).buttons().is_empty());

    let direct = world.sim.say_to_robot(FEISHU, "liqiang", "我的任务").unwrap();
    let heard = world.heard_message(4).await;
    assert_eq!((heard.conversation.kind, heard.text.as_str()), (ConversationKind::Direct, "我的任务"));
    let reply = Outgoing {
        to: Recipient::Conversation {
            id: heard.conversation.id,
            reply_to: Some(heard.message),
            reply_route: heard.reply_route,
        },
        ..to(&owner, text("共 1 项"), "m2")
    };
    world.send(&reply).await;
    assert_eq!(world.shown("liqiang").last().unwrap().reply_to, Some(direct));
    world.stop().await;
}

#[tokio::test]
async fn a_whole_conversation_over_the_long_connection() {
    a_whole_conversation(Way::LongConnection).await;
}

#[tokio::test]
async fn a_whole_conversation_over_encrypted_callbacks() {
    a_whole_conversation(Way::Encrypted).await;
}

#[tokio::test]
async fn a_whole_conversation_over_callbacks_in_the_clear() {
    a_whole_conversation(Way::Clear).await;
}

#[tokio::test]
async fn mentions_reach_people_and_written_ones_do_not() {
    let world = World::start(Way::LongConnection).await;
    let mentions = Mentions { everybody: true, people: vec![(world.person("liqiang"), "李强".to_owned())] };
    let group = world.group();
    let sly = "<at user_id=\"all\"></at> 起床 <b>x</b>";
    world.send(&Outgoing { mentions, ..in_group(&group, text("请看"), "m1") }).await;
    world.send(&in_group(&group, text(sly), "m2")).await;
    let card_mentions = Mentions { everybody: false, people: vec![(world.person("liqiang"), "李强".to_owned())] };
    let content = Content::Card(card("请确认", Tone::Urgent, true));
    world.send(&Outgoing { mentions: card_mentions, ..in_group(&group, content, "m3") }).await;
    let shown = world.shown(GROUP);
    let mut first = shown[0].mentions.clone();
    first.sort();
    assert_eq!(first, ["all", "liqiang"]);
    assert!(shown[1].mentions.is_empty(), "{:?}", shown[1]);
    assert!(shown_card(&shown[2]).plain_text().contains("@李强"), "{:?}", shown[2]);
    world.stop().await;
}

#[tokio::test]
async fn what_was_accepted_under_a_key_is_not_sent_twice() {
    let world = World::start(Way::LongConnection).await;
    let group = world.group();
    world.fault("POST /open-apis/im/v1/messages", FaultKind::AnswerLost);
    let message = in_group(&group, text("只说一次"), "m1");
    let lost = world.account.send(&message).await.unwrap_err();
    assert_eq!((lost.certainty, lost.retry), (Certainty::Unknown, Retry::Transient));
    assert!(world.account.lanes(&message).idempotent);
    world.send(&message).await;
    assert_eq!(world.shown(GROUP).len(), 1);

    world.fault("POST /open-apis/im/v1/messages", FaultKind::ServerError { status: 502 });
    let failed = world.account.send(&in_group(&group, text("再说"), "m2")).await.unwrap_err();
    assert_eq!((failed.certainty, failed.retry), (Certainty::Unknown, Retry::Transient));
    world.stop().await;
}

#[tokio::test]
async fn throttling_is_told_with_its_rest() {
    let world = World::start(Way::LongConnection).await;
    world.fault("POST /open-apis/im/v1/messages", FaultKind::RateLimit);
    let error = world.account.send(&in_group(&world.group(), text("x"), "m1")).await.unwrap_err();
    assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::After(Duration::from_secs(1))));
    assert_eq!(error.reason_key, "delivery.reason.throttled");
    // More than five a second to one group.
    let mut refused = Vec::new();
    for n in 0..12 {
        let sent = world.account.send(&in_group(&world.group(), text("x"), &format!("n{n}"))).await;
        refused.extend(sent.err());
    }
    assert!(!refused.is_empty());
    let throttled =
        |error: &SendError| matches!(error.retry, Retry::After(_)) && error.reason_key == "delivery.reason.throttled";
    assert!(refused.iter().all(throttled), "{refused:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_person_is_buzzed_in_three_ways_and_reads() {
    let world = World::start(Way::LongConnection).await;
    let (owner, stranger) = (world.person("liqiang"), world.person("sunli"));
    let sent = world.send(&to(&owner, text("【紧急】系统故障"), "m1")).await;
    let buzz = world.account.buzz().unwrap();
    for kind in [BuzzKind::InApp, BuzzKind::Sms, BuzzKind::Phone] {
        buzz.buzz(kind, &sent, std::slice::from_ref(&owner), "系统故障").await.unwrap();
    }
    let rings = world.sim.rings();
    let ways: Vec<RingWay> = rings.iter().filter(|ring| ring.person == "liqiang").map(|ring| ring.way).collect();
    for way in [RingWay::App, RingWay::Sms, RingWay::Phone] {
        assert!(ways.contains(&way), "{ways:?}");
    }
    let error = buzz.buzz(BuzzKind::InApp, &sent, &[stranger], "").await.unwrap_err();
    assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::Never));

    assert!(world.account.receipts().unwrap().readers(&sent).await.unwrap().is_empty());
    world.sim.read(FEISHU, huan_sim::Read { person: "liqiang".to_owned(), message: sent.to_string() }).unwrap();
    let readings = world.account.receipts().unwrap().readers(&sent).await.unwrap();
    assert_eq!(readings.iter().map(|reading| &reading.reader).collect::<Vec<_>>(), [&owner]);
    assert!(readings[0].at.is_some());
    let Heard::Read { messages, reader, .. } = world.heard(1).await else { panic!("not read") };
    assert_eq!((messages, reader), (vec![sent.clone()], owner));

    world.account.recall().unwrap().recall(&sent).await.unwrap();
    assert!(world.shown("liqiang")[0].recalled);
    world.account.recall().unwrap().recall(&sent).await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn people_and_groups_are_found() {
    let world = World::start(Way::LongConnection).await;
    let directory = world.account.directory().unwrap();
    let found = directory.find(Some("13800010002"), None).await.unwrap().unwrap();
    assert_eq!((&found.user, found.name.as_str()), (&world.person("liqiang"), "李强"));
    assert_eq!(found.superior, Some(world.person("zhaomin")));
    assert_eq!(found.job.as_deref(), Some("研发组长"));
    let by_mail = directory.find(None, Some("liqiang@yunfan.example")).await.unwrap().unwrap();
    assert_eq!(by_mail.user, found.user);
    assert!(directory.find(Some("13900000000"), None).await.unwrap().is_none());
    let top = directory.person(&world.person("zhaomin")).await.unwrap().unwrap();
    assert_eq!(top.superior, None);
    assert!(directory.person(&ForeignUser::new("ou_nobody")).await.unwrap().is_none());
    let groups = directory.groups().await.unwrap();
    let group = groups.iter().find(|group| group.id == world.group()).unwrap();
    assert_eq!(group.title.as_deref(), Some("产品V2.0研发群"));
    let mut members = directory.members(&group.id).await.unwrap();
    members.sort();
    let mut expected = ["liqiang", "zhouting", "hejing", "zhaomin"].map(|key| world.person(key));
    expected.sort();
    assert_eq!(members, expected);
    world.stop().await;
}

#[tokio::test]
async fn what_was_not_stored_is_sent_again_and_nothing_is_stored_as_another() {
    let world = World::start(Way::LongConnection).await;
    *world.inbox.storing.lock().unwrap() = Storing::Fails;
    let id = world.sim.say_to_robot(FEISHU, "liqiang", "别丢").unwrap();
    soon(async {
        while world.sim.state(None).platforms[&FEISHU].waiting_events == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(world.inbox.envelopes().is_empty());
    *world.inbox.storing.lock().unwrap() = Storing::Stores;
    world.sim.advance(Duration::from_secs(16));
    assert_eq!(world.heard_message(1).await.message.as_str(), id);

    // The same event twice has the same name: the inbox keeps it once.
    world.fault("event im.message.receive_v1", FaultKind::Duplicate);
    world.sim.say_to_robot(FEISHU, "liqiang", "两遍").unwrap();
    world.heard(3).await;
    let envelopes = world.inbox.envelopes();
    assert_eq!(envelopes[1].event, envelopes[2].event);
    assert_ne!(envelopes[0].event, envelopes[1].event);
    assert_eq!(envelopes[0].order_key, envelopes[1].order_key);
    world.stop().await;
}

#[tokio::test]
async fn the_long_connection_comes_back_and_misses_nothing() {
    let world = World::start(Way::LongConnection).await;
    let mut state = world.account.state();
    state.mark_unchanged();
    assert_eq!(world.sim.disconnect(FEISHU), 1);
    soon(state.wait_for(|state| !matches!(state, ConnectionState::Connected { .. }))).await.unwrap();
    let id = world.sim.say_in_group(FEISHU, "hejing", GROUP, "@环 帮助").unwrap();
    soon(state.wait_for(|state| matches!(state, ConnectionState::Connected { .. }))).await.unwrap();
    world.sim.advance(Duration::from_secs(16));
    assert_eq!(world.heard_message(1).await.message.as_str(), id);
    world.stop().await;
}

#[tokio::test]
async fn answers_quote_the_message_they_answer() {
    let world = World::start(Way::LongConnection).await;
    let group = world.group();
    let sent = world.send(&in_group(&group, text("进展如何？"), "m1")).await;
    let say = Say {
        person: "liqiang".to_owned(),
        place: Place::Group(GROUP.to_owned()),
        text: "@环 完成一半".to_owned(),
        mentions: None,
        reply_to: Some(sent.to_string()),
    };
    world.sim.say(FEISHU, say).unwrap();
    assert_eq!(world.heard_message(1).await.reply_to, Some(sent));
    world.stop().await;
}

#[tokio::test]
async fn the_doctor_is_content_with_good_settings_and_not_with_bad_ones() {
    let world = World::start(Way::Encrypted).await;
    let findings = world.account.check().await;
    let bad: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Problem).collect();
    assert!(bad.is_empty(), "{bad:?}");
    let keys: Vec<&str> = findings.iter().map(|finding| finding.key).collect();
    for key in ["clock_good", "credentials_good", "robot_good", "callback_signed"] {
        assert!(keys.contains(&format!("feishu.doctor.{key}").as_str()), "{keys:?}");
    }
    let mut wrong = settings(&world.sim, Way::LongConnection);
    wrong.set("app_secret", "wrong");
    let account = Feishu.open(&wrong, surroundings()).unwrap();
    let findings = account.check().await;
    assert!(findings.iter().any(|finding| finding.key == "feishu.doctor.credentials_refused"), "{findings:?}");
    let error = account.send(&in_group(&world.group(), text("x"), "m1")).await.unwrap_err();
    let expected = (Certainty::NotSent, Retry::Never, "delivery.reason.credentials");
    assert_eq!((error.certainty, error.retry, error.reason_key), expected);
    let stop = CancellationToken::new();
    let listening = tokio::spawn({
        let (account, inbox, stop) = (Arc::clone(&account), Kept::new(Storing::Stores), stop.clone());
        async move { account.listen(inbox, stop).await }
    });
    let mut state = account.state();
    soon(state.wait_for(|state| matches!(state, ConnectionState::Refused { .. }))).await.unwrap();
    stop.cancel();
    soon(listening).await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn a_custom_group_robot_posts_to_its_group() {
    let world = World::start(Way::LongConnection).await;
    let robot = world.sim.connection().feishu.custom_robots.into_iter().find(|robot| robot.group == GROUP).unwrap();
    let mut settings = Settings::default();
    settings.set("webhook", robot.webhook_url);
    settings.set("sign_secret", robot.secret);
    let hook = FeishuHook.open(&settings, surroundings()).unwrap();
    let group = world.group();
    hook.send(&in_group(&group, text("通知"), "m1")).await.unwrap();
    hook.send(&in_group(&group, Content::Card(card("日报", Tone::Quiet, false)), "m2")).await.unwrap();
    let shown = world.shown(GROUP);
    assert_eq!(shown[0].text, "通知");
    let view = shown_card(&shown[1]);
    assert_eq!(view.buttons().iter().map(|button| button.text.as_str()).collect::<Vec<_>>(), ["详情"]);

    settings.set("sign_secret", "wrong");
    let hook = FeishuHook.open(&settings, surroundings()).unwrap();
    let error = hook.send(&in_group(&group, text("通知"), "m1")).await.unwrap_err();
    assert_eq!((error.retry, error.reason_key), (Retry::Never, "delivery.reason.credentials"));
    world.stop().await;
}

#[tokio::test]
async fn a_stranger_to_the_group_is_told_apart_from_a_missing_group() {
    let world = World::start(Way::LongConnection).await;
    let nowhere = ForeignConversation::new("oc_00000000000000000000000000000000");
    let error = world.account.send(&in_group(&nowhere, text("x"), "m1")).await.unwrap_err();
    assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::Never));
    let nobody = ForeignUser::new("ou_00000000000000000000000000000000");
    let error = world.account.send(&to(&nobody, text("x"), "m2")).await.unwrap_err();
    assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::Never));
    world.stop().await;
}
