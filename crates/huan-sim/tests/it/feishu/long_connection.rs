//! The long connection, spoken by a client of the tests' own.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use huan_sim::{Fault, FaultKind, FeishuOptions, SimOptions};
use prost::Message as _;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{FEISHU, GROUP, Tenant, card, until};

#[derive(Clone, PartialEq, prost::Message)]
struct Header {
    #[prost(string, required, tag = "1")]
    key: String,
    #[prost(string, required, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Frame {
    #[prost(uint64, required, tag = "1")]
    seq_id: u64,
    #[prost(uint64, required, tag = "2")]
    log_id: u64,
    #[prost(int32, required, tag = "3")]
    service: i32,
    #[prost(int32, required, tag = "4")]
    method: i32,
    #[prost(message, repeated, tag = "5")]
    headers: Vec<Header>,
    #[prost(bytes = "vec", optional, tag = "8")]
    payload: Option<Vec<u8>>,
}

impl Frame {
    fn header(&self, key: &str) -> &str {
        &self.headers.iter().find(|header| header.key == key).unwrap().value
    }
}

struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    async fn connect(tenant: &Tenant) -> Self {
        let (socket, _) = connect_async(bootstrap(tenant).await).await.unwrap();
        Self { socket }
    }

    async fn next(&mut self) -> Option<Frame> {
        loop {
            let message =
                tokio::time::timeout(Duration::from_secs(10), self.socket.next()).await.expect("no frame came");
            match message? {
                Ok(Message::Binary(bytes)) => return Some(Frame::decode(bytes).unwrap()),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    async fn send(&mut self, frame: &Frame) {
        self.socket.send(Message::Binary(frame.encode_to_vec().into())).await.unwrap();
    }

    /// Answers `frame` as the SDKs do.
    async fn answer(&mut self, mut frame: Frame, code: i64, data: Option<Value>) {
        frame.headers.push(Header { key: "biz_rt".into(), value: "1".into() });
        let data = data.map(|data| STANDARD.encode(data.to_string()));
        frame.payload = Some(json!({"code": code, "headers": null, "data": data}).to_string().into_bytes());
        self.send(&frame).await;
    }
}

async fn bootstrap(tenant: &Tenant) -> String {
    let feishu = &tenant.connection.feishu;
    let body = json!({"AppID": feishu.app_id, "AppSecret": feishu.app_secret});
    let answer = tenant.post("/callback/ws/endpoint", body).await.body;
    assert_eq!(answer["data"]["ClientConfig"]["PingInterval"], 120);
    answer["data"]["URL"].as_str().unwrap().to_owned()
}

fn payload(frame: &Frame) -> Value {
    serde_json::from_slice(frame.payload.as_deref().unwrap()).unwrap()
}

#[tokio::test]
async fn a_ping_is_answered_with_the_client_configuration() {
    let tenant = Tenant::standing().await;
    let mut client = Client::connect(&tenant).await;
    let ping = Header { key: "type".into(), value: "ping".into() };
    client.send(&Frame { service: 7, headers: vec![ping], ..Frame::default() }).await;
    let pong = client.next().await.unwrap();
    assert_eq!((pong.method, pong.header("type")), (0, "pong"));
    assert_eq!(
        payload(&pong),
        json!({"ReconnectCount": -1, "ReconnectInterval": 120, "ReconnectNonce": 30, "PingInterval": 120})
    );
}

#[tokio::test]
async fn wrong_credentials_a_used_ticket_and_the_51st_connection_are_refused_in_the_platforms_way() {
    let tenant = Tenant::standing().await;
    let wrong = tenant.post("/callback/ws/endpoint", json!({"AppID": "cli_x", "AppSecret": "y"})).await;
    assert_eq!((wrong.status, wrong.code()), (200, 1_000_040_345));
    let url = bootstrap(&tenant).await;
    let first = connect_async(&url).await.unwrap();
    let refusal = |error: Error| match error {
        Error::Http(response) => {
            let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
            (header("Handshake-Status"), header("Handshake-Autherrcode"))
        }
        other => panic!("{other}"),
    };
    assert_eq!(refusal(connect_async(&url).await.unwrap_err()).0, "514");
    let mut open = vec![first.0];
    for _ in 1..50 {
        open.push(connect_async(bootstrap(&tenant).await).await.unwrap().0);
    }
    until("fifty connections", || tenant.sim.state(None).platforms[&FEISHU].connections == 50).await;
    let refused = refusal(connect_async(bootstrap(&tenant).await).await.unwrap_err());
    assert_eq!(refused, ("514".to_owned(), "1000040350".to_owned()));
}

#[tokio::test]
async fn an_event_is_sent_again_until_it_is_answered_with_200() {
    let tenant = Tenant::standing().await;
    let mut client = Client::connect(&tenant).await;
    tenant.sim.say_in_group(FEISHU, "liqiang", GROUP, "@环 帮助").unwrap();
    let first = client.next().await.unwrap();
    let id = payload(&first)["header"]["event_id"].clone();
    client.answer(first, 500, None).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    tenant.sim.advance(Duration::from_secs(15));
    let second = client.next().await.unwrap();
    assert_eq!(payload(&second)["header"]["event_id"], id);
    client.answer(second, 200, None).await;
    until("the acknowledgement", || tenant.sim.state(None).platforms[&FEISHU].waiting_events == 0).await;
}

#[tokio::test]
async fn what_happened_without_a_connection_comes_by_the_schedule() {
    let tenant = Tenant::standing().await;
    tenant.sim.say_to_robot(FEISHU, "liqiang", "在吗").unwrap();
    let mut client = Client::connect(&tenant).await;
    tenant.sim.advance(Duration::from_secs(15));
    let frame = client.next().await.unwrap();
    assert_eq!(payload(&frame)["event"]["message"]["chat_type"], "p2p");
}

#[tokio::test]
async fn a_long_event_comes_in_parts() {
    let options = FeishuOptions { split_frames_at: 300, ..FeishuOptions::default() };
    let tenant = Tenant::start(SimOptions { feishu: options, ..SimOptions::default() }).await;
    let mut client = Client::connect(&tenant).await;
    tenant.sim.say_to_robot(FEISHU, "liqiang", &"长".repeat(500)).unwrap();
    let mut whole = Vec::new();
    let mut last = client.next().await.unwrap();
    let sum: usize = last.header("sum").parse().unwrap();
    assert!(sum > 3);
    for seq in 0..sum {
        assert_eq!(last.header("seq"), seq.to_string());
        whole.extend(last.payload.clone().unwrap());
        if seq + 1 < sum {
            last = client.next().await.unwrap();
        }
    }
    let event: Value = serde_json::from_slice(&whole).unwrap();
    assert_eq!(event["header"]["event_type"], "im.message.receive_v1");
    client.answer(last, 200, None).await;
    until("the acknowledgement", || tenant.sim.state(None).platforms[&FEISHU].waiting_events == 0).await;
}

#[tokio::test]
async fn a_press_is_answered_over_the_connection_with_toast_and_card() {
    let tenant = Tenant::standing().await;
    let mut client = Client::connect(&tenant).await;
    let id = tenant.send_card(GROUP, card("任务")).await;
    let answering = async {
        let frame = client.next().await.unwrap();
        assert_eq!(frame.header("type"), "event");
        assert_eq!(payload(&frame)["event"]["action"]["value"], json!({"action": "accept"}));
        let answer =
            json!({"toast": {"type": "success", "content": "好"}, "card": {"type": "raw", "data": card("已承接")}});
        client.answer(frame, 200, Some(answer)).await;
    };
    let (pressed, ()) = tokio::join!(tenant.press("liqiang", &id, "承接"), answering);
    assert_eq!(pressed.unwrap().toast.unwrap().text, "好");
    assert_eq!(tenant.shown(GROUP)[0].text, "已承接\n[承接]");
}

#[tokio::test]
async fn each_event_goes_to_one_connection_only() {
    let tenant = Tenant::standing().await;
    let (mut one, mut two) = (Client::connect(&tenant).await, Client::connect(&tenant).await);
    until("both connections", || tenant.sim.state(None).platforms[&FEISHU].connections == 2).await;
    tenant.sim.say_to_robot(FEISHU, "liqiang", "在吗").unwrap();
    let frame = tokio::select! {
        frame = one.next() => frame,
        frame = two.next() => frame,
    };
    assert!(frame.is_some());
    let nothing = Duration::from_millis(200);
    assert!(tokio::time::timeout(nothing, one.socket.next()).await.is_err());
    assert!(tokio::time::timeout(nothing, two.socket.next()).await.is_err());
}

#[tokio::test]
async fn a_disconnect_cuts_the_connection_and_the_event_comes_over_the_next_one() {
    let tenant = Tenant::standing().await;
    let mut client = Client::connect(&tenant).await;
    let operation = "event *".to_owned();
    tenant.sim.set_fault(Fault { id: 0, platform: None, operation, kind: FaultKind::Disconnect, times: Some(1) });
    tenant.sim.say_to_robot(FEISHU, "liqiang", "在吗").unwrap();
    assert!(client.next().await.is_none());
    let mut next = Client::connect(&tenant).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    tenant.sim.advance(Duration::from_secs(15));
    let frame = next.next().await.unwrap();
    next.answer(frame, 200, None).await;
    until("the acknowledgement", || tenant.sim.state(None).platforms[&FEISHU].waiting_events == 0).await;
    assert_eq!(tenant.sim.disconnect(FEISHU), 1);
    assert!(next.next().await.is_none());
}
