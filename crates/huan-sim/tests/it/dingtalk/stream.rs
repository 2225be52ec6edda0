//! Stream mode (§5).

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use huan_sim::{Fault, FaultKind, PlatformName};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Desk, eventually};

const BOT: &str = "/v1.0/im/bot/messages/get";
const CARD: &str = "/v1.0/card/instances/callback";

/// A program's end of a stream connection.
pub(crate) struct Program {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Program {
    /// Registers for everything and connects.
    pub(crate) async fn connect(desk: &Desk) -> Self {
        Self::subscribe(
            desk,
            json!([{"type": "EVENT", "topic": "*"}, {"type": "CALLBACK", "topic": BOT},
            {"type": "CALLBACK", "topic": CARD}]),
        )
        .await
    }

    async fn subscribe(desk: &Desk, subscriptions: Value) -> Self {
        let before = connections(desk);
        let url = register(desk, subscriptions).await;
        let (socket, _) = connect_async(url).await.unwrap();
        eventually(|| connections(desk) > before).await;
        Self { socket }
    }

    /// The next frame that is not about the connection itself.
    pub(crate) async fn next(&mut self) -> Value {
        self.within(Duration::from_secs(20)).await.expect("no frame came")
    }

    async fn within(&mut self, limit: Duration) -> Option<Value> {
        let message = tokio::time::timeout(limit, self.socket.next()).await.ok()?;
        match message {
            Some(Ok(Message::Text(text))) => Some(serde_json::from_str(&text).unwrap()),
            other => panic!("expected a frame, got {other:?}"),
        }
    }

    /// The next texts, whatever they are.
    pub(crate) async fn raw(&mut self, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        while texts.len() < count {
            if let Some(Ok(Message::Text(text))) = self.socket.next().await {
                texts.push(text.to_string());
            }
        }
        texts
    }

    /// That nothing comes for a while.
    async fn nothing(&mut self) {
        assert_eq!(self.within(Duration::from_millis(200)).await, None);
    }

    /// What a frame carries.
    pub(crate) fn data(frame: &Value) -> Value {
        serde_json::from_str(frame["data"].as_str().unwrap()).unwrap()
    }

    /// Answers a frame.
    pub(crate) async fn ack(&mut self, frame: &Value, data: Value) {
        let headers = json!({"messageId": frame["headers"]["messageId"], "contentType": "application/json"});
        let ack = json!({"code": 200, "headers": headers, "message": "OK", "data": data.to_string()});
        self.socket.send(Message::Text(ack.to_string().into())).await.unwrap();
    }
}

async fn register(desk: &Desk, subscriptions: Value) -> String {
    let dingtalk = &desk.connection.dingtalk;
    let body = json!({"clientId": dingtalk.client_id, "clientSecret": dingtalk.client_secret, "ua": "test/1",
        "subscriptions": subscriptions, "extras": null});
    let (status, answer) = desk.post("/v1.0/gateway/connections/open", body).await;
    assert_eq!(status, 200, "{answer}");
    format!("{}?ticket={}", answer["endpoint"].as_str().unwrap(), answer["ticket"].as_str().unwrap())
}

fn connections(desk: &Desk) -> usize {
    desk.sim.state(None).platforms[&PlatformName::Dingtalk].connections
}

fn waiting(desk: &Desk) -> usize {
    desk.sim.state(None).platforms[&PlatformName::Dingtalk].waiting_events
}

fn say(desk: &Desk, text: &str) -> String {
    desk.sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", text).unwrap()
}

fn fault(desk: &Desk, kind: FaultKind) {
    let operation = format!("callback {BOT}");
    desk.sim.set_fault(Fault { id: 0, platform: Some(PlatformName::Dingtalk), operation, kind, times: Some(1) });
}

/// Advances the clock until the program hears something.
async fn wait_for_redelivery(desk: &Desk, program: &mut Program) -> Value {
    for _ in 0..50 {
        desk.advance(20);
        let frame = program.within(Duration::from_millis(100)).await;
        if let Some(frame) = frame.filter(|frame| frame["type"] != "SYSTEM") {
            return frame;
        }
    }
    panic!("it was not sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_works_once_and_for_ninety_seconds() {
    let desk = Desk::standing().await;
    let refused = |result: Result<_, Error>| match result {
        Err(Error::Http(response)) => assert_eq!(response.status(), 401),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the ticket worked"),
    };
    let url = register(&desk, json!([])).await;
    let _open = connect_async(&url).await.unwrap();
    refused(connect_async(&url).await.map(drop));
    let url = register(&desk, json!([])).await;
    desk.advance(90);
    refused(connect_async(&url).await.map(drop));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_robot_message_has_the_shape_of_section_5_9() {
    let desk = Desk::standing().await;
    let mut program = Program::connect(&desk).await;
    let id = say(&desk, "@环 任务 评估 @何静");
    let frame = program.next().await;
    assert_eq!((&frame["specVersion"], &frame["type"]), (&json!("1.0"), &json!("CALLBACK")));
    let headers = frame["headers"].as_object().unwrap();
    assert!(headers.values().all(Value::is_string), "{headers:?}");
    assert_eq!(headers["topic"], BOT);
    assert_eq!(headers["time"], desk.now_ms().to_string());
    let data = Program::data(&frame);
    assert_eq!(data["msgId"], id);
    assert_eq!(data["text"], json!({"content": " 任务 评估 @何静"}));
    assert_eq!((&data["conversationType"], &data["conversationTitle"]), (&json!("2"), &json!("产品V2.0项目群")));
    assert_eq!(data["conversationId"], desk.group("product_v2"));
    assert_eq!((&data["senderStaffId"], &data["senderNick"]), (&json!(desk.user("wangxiao")), &json!("王晓")));
    assert_eq!(data["createAt"], desk.now_ms());
    assert_eq!(data["atUsers"][0]["dingtalkId"], data["chatbotUserId"]);
    assert_eq!(data["atUsers"][1]["staffId"], desk.user("hejing"));
    say(&desk, "nobody asked the robot");
    program.ack(&frame, json!({"response": null})).await;
    program.nothing().await;
    eventually(|| waiting(&desk) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_is_not_answered_comes_again_with_the_same_ids() {
    let desk = Desk::standing().await;
    let mut program = Program::connect(&desk).await;
    say(&desk, "@环 hi");
    let first = program.next().await;
    let second = wait_for_redelivery(&desk, &mut program).await;
    assert_eq!(first["headers"]["messageId"], second["headers"]["messageId"]);
    assert_eq!(Program::data(&first), Program::data(&second));
    // «Later» asks for it once more.
    program.ack(&second, json!({"status": "LATER", "message": "later"})).await;
    let third = wait_for_redelivery(&desk, &mut program).await;
    program.ack(&third, json!({"response": null})).await;
    eventually(|| waiting(&desk) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redelivery_can_be_off_as_the_protocol_page_says() {
    let desk = Desk::standing().await;
    desk.sim.dingtalk().configure(|settings| settings.stream_attempts = 1);
    let mut program = Program::connect(&desk).await;
    say(&desk, "@环 hi");
    program.next().await;
    for _ in 0..5 {
        desk.advance(30);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    eventually(|| waiting(&desk) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_push_goes_to_one_of_several_connections() {
    let desk = Desk::standing().await;
    let mut one = Program::connect(&desk).await;
    let mut other = Program::connect(&desk).await;
    for _ in 0..20 {
        say(&desk, "@环 hi");
    }
    let mut counts = [0, 0];
    for (program, count) in [&mut one, &mut other].into_iter().zip(&mut counts) {
        while let Some(frame) = program.within(Duration::from_millis(200)).await {
            program.ack(&frame, json!({"response": null})).await;
            *count += 1;
        }
    }
    assert_eq!(counts[0] + counts[1], 20);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_that_were_not_subscribed_are_not_pushed() {
    let desk = Desk::standing().await;
    let mut program = Program::subscribe(&desk, json!([{"type": "CALLBACK", "topic": CARD}])).await;
    say(&desk, "@环 hi");
    program.nothing().await;
    // Another connection that wants it gets it.
    let mut robot = Program::connect(&desk).await;
    assert_eq!(Program::data(&robot.next().await)["text"]["content"], " hi");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_in_flight_on_a_broken_connection_goes_to_the_next() {
    let desk = Desk::standing().await;
    let mut program = Program::connect(&desk).await;
    say(&desk, "@环 hi");
    let frame = program.next().await;
    drop(program);
    eventually(|| connections(&desk) == 0).await;
    let mut back = Program::connect(&desk).await;
    assert_eq!(back.next().await["headers"]["messageId"], frame["headers"]["messageId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_without_a_connection_waits_or_is_lost() {
    let desk = Desk::standing().await;
    say(&desk, "@环 kept");
    let mut program = Program::connect(&desk).await;
    let frame = program.next().await;
    assert_eq!(Program::data(&frame)["text"]["content"], " kept");
    program.ack(&frame, json!({"response": null})).await;
    drop(program);
    eventually(|| connections(&desk) == 0 && waiting(&desk) == 0).await;
    desk.sim.dingtalk().configure(|settings| settings.keep_while_offline = false);
    say(&desk, "@环 lost");
    eventually(|| waiting(&desk) == 0).await;
    Program::connect(&desk).await.nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_pings_and_announces_the_end() {
    let desk = Desk::standing().await;
    let mut program = Program::connect(&desk).await;
    let ping = loop {
        desk.advance(20);
        if let Some(frame) = program.within(Duration::from_millis(100)).await {
            break frame;
        }
    };
    assert_eq!((&ping["type"], &ping["headers"]["topic"]), (&json!("SYSTEM"), &json!("ping")));
    assert!(Program::data(&ping)["opaque"].is_string());
    program.ack(&ping, Program::data(&ping)).await;
    assert_eq!(desk.sim.disconnect(PlatformName::Dingtalk), 1);
    let farewell = program.next().await;
    assert_eq!((&farewell["type"], &farewell["headers"]["topic"]), (&json!("SYSTEM"), &json!("disconnect")));
    // Nothing new goes over a connection whose end is announced.
    say(&desk, "@环 hi");
    program.nothing().await;
    let mut next = Program::connect(&desk).await;
    assert_eq!(Program::data(&next.next().await)["text"]["content"], " hi");
    program.socket.close(None).await.unwrap();
    eventually(|| connections(&desk) == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_can_be_dropped_doubled_delayed_and_cut() {
    let desk = Desk::standing().await;
    let mut program = Program::connect(&desk).await;
    fault(&desk, FaultKind::Duplicate);
    say(&desk, "@环 twice");
    let (first, second) = (program.next().await, program.next().await);
    assert_eq!(first["headers"]["messageId"], second["headers"]["messageId"]);
    program.ack(&first, json!({})).await;
    fault(&desk, FaultKind::Drop);
    say(&desk, "@环 dropped");
    program.nothing().await;
    let late = wait_for_redelivery(&desk, &mut program).await;
    assert_eq!(Program::data(&late)["text"]["content"], " dropped");
    program.ack(&late, json!({})).await;
    fault(&desk, FaultKind::Delay { millis: 300 });
    say(&desk, "@环 slow");
    say(&desk, "@环 fast");
    let order =
        [program.next().await, program.next().await].map(|frame| Program::data(&frame)["text"]["content"].clone());
    assert_eq!(order, [json!(" fast"), json!(" slow")]);
    fault(&desk, FaultKind::Disconnect);
    say(&desk, "@环 cut");
    eventually(|| connections(&desk) == 0).await;
    let mut back = Program::connect(&desk).await;
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(Program::data(&back.next().await)["text"]["content"].as_str().unwrap().to_owned());
    }
    heard.sort();
    assert_eq!(heard, [" cut", " fast", " slow"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_may_lack_its_text_and_its_sender() {
    let desk = Desk::standing().await;
    let mut program = Program::connect(&desk).await;
    desk.sim.dingtalk().configure(|settings| {
        settings.inbound_quota_used_up = true;
        settings.tell_sender = false;
    });
    say(&desk, "@环 hi");
    let data = Program::data(&program.next().await);
    assert_eq!(data["errorCode"], 20001);
    assert!(data.get("text").is_none() && data.get("senderStaffId").is_none());
    assert!(data["senderId"].as_str().unwrap().starts_with("$:LWCP_v1:$"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_carries_its_fields_in_the_headers() {
    let desk = Desk::standing().await;
    let mut program = Program::connect(&desk).await;
    let data = json!({"timeStamp": "1685501863357", "userId": ["015227"]});
    desk.sim.dingtalk().emit_event("user_add_org", data.clone());
    let frame = program.next().await;
    assert_eq!((&frame["type"], &frame["headers"]["eventType"]), (&json!("EVENT"), &json!("user_add_org")));
    assert_eq!(frame["headers"]["eventCorpId"], desk.connection.dingtalk.corp_id);
    assert!(frame["headers"]["eventId"].is_string() && frame["headers"]["eventBornTime"].is_string());
    assert_eq!(Program::data(&frame), data);
    program.ack(&frame, json!({"status": "SUCCESS", "message": "success"})).await;
    eventually(|| waiting(&desk) == 0).await;
}
