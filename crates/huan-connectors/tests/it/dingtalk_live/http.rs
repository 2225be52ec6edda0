//! What comes in over HTTP: the same things, pushed to an address.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::post,
};
use huan_connect::{CallbackRequest, Content, DirectoryNews, Heard, Recipient};
use huan_sim::{Delivery, EntryKind, FaultKind, HttpDelivery, JournalQuery, PlatformName, Press, Read};
use serde_json::json;
use tokio::net::TcpListener;

use super::*;

/// A server that does what the program does with a callback: check, store, answer.
pub(super) struct Program {
    pub(super) account: Arc<dyn Account>,
    pub(super) inbox: Arc<Kept>,
}

async fn receive(
    State(program): State<Arc<Program>>,
    Path(route): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let request = CallbackRequest { route, query, headers, body: body.to_vec() };
    match program.account.callback(&request) {
        Ok(delivered) => {
            for envelope in delivered.envelopes {
                program.inbox.store(envelope).await.unwrap();
            }
            (StatusCode::OK, [("content-type", delivered.answer.content_type)], delivered.answer.body)
        }
        Err(error) => (StatusCode::UNAUTHORIZED, [("content-type", "text/plain")], error.to_string()),
    }
}

pub(super) async fn program(sim: &Sim) -> Arc<Program> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let connection = sim.connection().dingtalk;
    let account = open(
        sim,
        &[
            ("mode", "http"),
            ("callback_token", &connection.callback_token),
            ("callback_aes_key", &connection.callback_aes_key),
            ("card_callback_url", &format!("{base}/callback/card")),
        ],
    );
    let program = Arc::new(Program { account, inbox: Arc::default() });
    let router = Router::new().route("/callback/{route}", post(receive)).with_state(Arc::clone(&program));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let address = |route: &str| format!("{base}/callback/{route}").parse().unwrap();
    // The platform checks the address first: an encrypted request that wants an encrypted answer.
    sim.set_delivery(
        PlatformName::Dingtalk,
        Delivery::Http(Box::new(HttpDelivery {
            events: address("event"),
            robot: Some(address("robot")),
            cards: Some(address("card")),
            encrypted: true,
        })),
    )
    .await
    .unwrap();
    program
}

#[tokio::test]
async fn messages_and_presses_are_heard_over_http() {
    let sim = sim().await;
    let program = program(&sim).await;
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    program.inbox.arrivals(1).await;
    assert!(matches!(*program.account.state().borrow(), ConnectionState::Connected { .. }));
    let message = outgoing(Recipient::Person(person(&sim, "zhouting")), Content::Card(task_card("dlv_1")), "dlv_1");
    program.account.send(&message).await.unwrap();
    let press = Press {
        person: "zhouting".into(),
        message: newest(&sim, "zhouting", "zhouting").id,
        button: "暂不承接".into(),
        form: BTreeMap::from([("input1".to_owned(), json!("忙")), ("input2".to_owned(), json!("下周"))]),
    };
    let answered = sim.press(PlatformName::Dingtalk, press).await.unwrap();
    assert_eq!(answered.error, None);
    program.inbox.arrivals(2).await;
    let heard = program.inbox.heard(&program.account);
    assert!(matches!(&heard[0], Heard::Message(message) if message.text == "帮助"), "{heard:?}");
    let Heard::CardPressed(press) = &heard[1] else { panic!("{heard:?}") };
    assert_eq!((press.action.as_str(), press.inputs["reason"].as_str()), ("task.decline", "忙"));
}

#[tokio::test]
async fn f4_a_repeated_push_is_one_event() {
    let sim = sim().await;
    let program = program(&sim).await;
    fault(&sim, "*", FaultKind::Duplicate, 1);
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    program.inbox.arrivals(2).await;
    assert_eq!(program.inbox.heard(&program.account).len(), 1);
}

#[tokio::test]
async fn the_doctor_registers_the_card_callback() {
    let sim = sim().await;
    let program = program(&sim).await;
    let findings = program.account.check().await;
    assert!(findings.iter().any(|finding| finding.key == "dingtalk.doctor.card_callback"), "{findings:?}");
    let listening = program.account.listen(program.inbox.clone(), CancellationToken::new());
    tokio::time::timeout(Duration::from_secs(1), listening).await.expect("over HTTP there is nothing to listen to");
}

#[tokio::test]
async fn an_event_pushed_over_http_is_opened_kept_and_answered_sealed() {
    let sim = sim().await;
    let program = program(&sim).await;
    sim.dingtalk().emit_event("user_add_org", json!({"userId": ["015227"]}));
    program.inbox.arrivals(1).await;
    let joined = DirectoryNews::People(vec![ForeignUser::new("015227")]);
    assert_eq!(program.inbox.heard(&program.account), [Heard::Directory(joined)]);
    let sent = program.account.send(&to_group(&sim, words("请阅"), "k1")).await.unwrap().message.unwrap();
    let read = Read { person: "wangxiao".into(), message: newest(&sim, "product_v2", "wangxiao").id };
    sim.read(PlatformName::Dingtalk, read).unwrap();
    program.inbox.arrivals(2).await;
    let Heard::Read { messages, .. } = program.inbox.heard(&program.account).remove(1) else { panic!() };
    assert!(messages.contains(&sent));
    tokio::time::sleep(Duration::from_millis(200)).await;
    // The platform is content with the sealed answers: nothing is pushed again.
    let pushes = sim.journal(&JournalQuery {
        kind: Some(EntryKind::Delivery),
        operation: Some("event *".into()),
        ..JournalQuery::default()
    });
    assert!(pushes.iter().all(|push| push.outcome["status"] == 200), "{pushes:?}");
    assert_eq!(sim.state(None).platforms[&PlatformName::Dingtalk].waiting_events, 0);
}
