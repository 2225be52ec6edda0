//! The long connection against a scripted server.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use huan_connect::{Account, ConnectionState};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    Kept, Storing,
    frames::Frame,
    open,
    server::{Line, Server, json_answer},
    soon,
};

struct Listening {
    account: Arc<dyn Account>,
    inbox: Arc<Kept>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

fn listen(server: &Server, storing: Storing) -> Listening {
    // Who the robot is.
    server.answer(json_answer(200, &json!({"code": 0, "bot": {"activate_status": 2, "open_id": "ou_robot"}})));
    let account = open(&server.base);
    let (inbox, stop) = (Kept::new(storing), CancellationToken::new());
    let task = tokio::spawn({
        let (account, inbox, stop) = (Arc::clone(&account), Arc::clone(&inbox), stop.clone());
        async move { account.listen(inbox, stop).await }
    });
    Listening { account, inbox, stop, task }
}

impl Listening {
    async fn until(&self, wanted: impl Fn(&ConnectionState) -> bool) {
        let mut state = self.account.state();
        soon(state.wait_for(wanted)).await.unwrap();
    }

    async fn stopped(self) {
        self.stop.cancel();
        soon(self.task).await.unwrap();
        assert_eq!(*self.account.state().borrow(), ConnectionState::Idle);
    }
}

fn event(id: &str, kind: &str) -> Vec<u8> {
    json!({"schema": "2.0", "header": {"event_id": id, "event_type": kind}, "event": {}}).to_string().into_bytes()
}

async fn heard(line: &mut Line) -> Frame {
    soon(line.heard.recv()).await.unwrap()
}

async fn reply(line: &mut Line, frame: Frame) -> (Frame, Value) {
    line.say.send(frame).unwrap();
    let reply = heard(line).await;
    let answer = serde_json::from_slice(&reply.payload).unwrap();
    (reply, answer)
}

async fn connected(server: &mut Server) -> Line {
    let mut line = server.line().await;
    let ping = heard(&mut line).await;
    assert_eq!((ping.method, ping.service, ping.header("type")), (0, 9, Some("ping")));
    line
}

#[tokio::test]
async fn s5_5_an_event_is_acknowledged_once_it_is_stored() {
    let mut server = Server::start().await;
    let listening = listen(&server, Storing::Stores);
    let mut line = connected(&mut server).await;
    listening.until(|state| matches!(state, ConnectionState::Connected { .. })).await;
    let sent = Frame::event("m1", 1, 0, &event("ev_1", "im.chat.updated_v1"));
    let (reply, answer) = reply(&mut line, sent.clone()).await;
    assert_eq!(answer, json!({"code": 200, "headers": null, "data": null}));
    assert_eq!((reply.seq_id, reply.log_id, reply.service, reply.method), (11, 12, 9, 1));
    assert_eq!(reply.headers[..4], sent.headers[..]);
    assert!(reply.header("biz_rt").unwrap().parse::<u64>().is_ok());
    let stored = listening.inbox.envelopes();
    assert_eq!(stored[0].event.as_str(), "ev_1");
    assert!(stored[0].payload.contains(r#""robot":"ou_robot""#), "{}", stored[0].payload);
    listening.stopped().await;
}

#[tokio::test]
async fn s5_5_an_event_that_is_not_stored_is_not_acknowledged() {
    let mut server = Server::start().await;
    let listening = listen(&server, Storing::Fails);
    let mut line = connected(&mut server).await;
    let failed = json!({"code": 500, "headers": null, "data": null});
    let frame = || Frame::event("m1", 1, 0, &event("ev_1", "x"));
    assert_eq!(reply(&mut line, frame()).await.1, failed);
    assert_eq!(reply(&mut line, Frame::event("m2", 1, 0, b"not json")).await.1, failed);
    // A slow inbox is as good as none: Feishu waits three seconds.
    *listening.inbox.storing.lock().unwrap() = Storing::Hangs;
    let began = std::time::Instant::now();
    assert_eq!(reply(&mut line, frame()).await.1, failed);
    assert!(began.elapsed() < Duration::from_secs(3));
    // Sent again later, it is taken.
    *listening.inbox.storing.lock().unwrap() = Storing::Stores;
    assert_eq!(reply(&mut line, frame()).await.1["code"], 200);
    listening.stopped().await;
}

#[tokio::test]
async fn s5_5_a_pressed_card_gets_its_notice_and_a_split_event_is_joined() {
    let mut server = Server::start().await;
    let listening = listen(&server, Storing::Stores);
    let mut line = connected(&mut server).await;
    let whole = event("ev_1", "card.action.trigger");
    let (first, second) = whole.split_at(40);
    line.say.send(Frame::event("m1", 2, 1, second)).unwrap();
    let (_, answer) = reply(&mut line, Frame::event("m1", 2, 0, first)).await;
    let notice: Value = serde_json::from_slice(&STANDARD.decode(answer["data"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(notice["toast"]["content"], "已收到");
    assert_eq!(listening.inbox.envelopes().len(), 1);
    listening.stopped().await;
}

#[tokio::test]
async fn s5_6_a_lost_connection_is_made_again() {
    let mut server = Server::start().await;
    let listening = listen(&server, Storing::Stores);
    let line = connected(&mut server).await;
    listening.until(|state| matches!(state, ConnectionState::Connected { .. })).await;
    // A trouble of the bootstrap is got over.
    server.bootstrap(json!({"code": 1, "msg": "system busy"}));
    drop(line);
    listening.until(|state| matches!(state, ConnectionState::Waiting { .. })).await;
    let mut line = connected(&mut server).await;
    let (_, answer) = reply(&mut line, Frame::event("m1", 1, 0, &event("ev_2", "x"))).await;
    assert_eq!(answer["code"], 200);
    listening.stopped().await;
}

#[tokio::test]
async fn s5_4_pings_keep_the_pace_that_the_server_wants_and_silence_ends_the_connection() {
    let mut server = Server::start().await;
    let listening = listen(&server, Storing::Stores);
    let mut line = connected(&mut server).await;
    line.say.send(Frame::pong(r#"{"PingInterval":1}"#)).unwrap();
    // Two unanswered pings, then a new connection.
    for _ in 0..2 {
        assert_eq!(heard(&mut line).await.header("type"), Some("ping"));
    }
    let _second = connected(&mut server).await;
    listening.stopped().await;
}

#[tokio::test]
async fn s5_1_a_refused_app_is_told_and_does_not_hammer() {
    let server = Server::start().await;
    server.bootstrap(json!({"code": 1000040345, "msg": "app_id or app_secret is invalid"}));
    let listening = listen(&server, Storing::Stores);
    let mut state = listening.account.state();
    let refused = soon(state.wait_for(|state| matches!(state, ConnectionState::Refused { .. }))).await.unwrap().clone();
    let reason = "code 1000040345: app_id or app_secret is invalid".to_owned();
    assert_eq!(refused, ConnectionState::Refused { reason });
    // It stops at once even while it pauses.
    listening.stopped().await;
}
