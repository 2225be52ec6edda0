//! The DingTalk connector against the simulator, which shares no code with it.

mod hearing;
mod http;
mod sending;
mod uncertain;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use huan_connect::{
    Account, ConnectionState, Content, Envelope, Heard, Inbox, InboxUnavailable, Mentions, Outgoing, Platform,
    Recipient, Settings, Surroundings, http::Http,
};
use huan_connectors::dingtalk::DingTalk;
use huan_core::{
    ambient::{SeededEntropy, SystemTime},
    card::{Block, Button, ButtonStyle, Card, CardAnswer, Fact, Form, Input, Press, Tone},
    platform::{ForeignConversation, ForeignUser},
};
use huan_sim::{Fault, FaultKind, PlatformName, Sim, SimOptions};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The template that the simulated tenant has built as the document says.
const TEMPLATE: &str = "7b1f6c1e-3f0d-4c57-9a3e-5d8f2a6b40e1.schema";

async fn sim() -> Sim {
    Sim::start(SimOptions { seed: Some(1), ..SimOptions::default() }).await.unwrap()
}

fn surroundings() -> Surroundings {
    Surroundings { http: Http::new().unwrap(), time: Arc::new(SystemTime), entropy: Arc::new(SeededEntropy::new(3)) }
}

fn settings(sim: &Sim, more: &[(&str, &str)]) -> Settings {
    let connection = sim.connection().dingtalk;
    let mut settings: Settings = [
        ("client_id", connection.client_id),
        ("client_secret", connection.client_secret),
        ("corp_id", connection.corp_id),
        ("api_base", connection.api_base_url),
        ("oapi_base", connection.oapi_base_url),
        ("card_template", TEMPLATE.to_owned()),
    ]
    .into_iter()
    .collect();
    for (key, value) in more {
        settings.set(*key, *value);
    }
    settings
}

fn open(sim: &Sim, more: &[(&str, &str)]) -> Arc<dyn Account> {
    DingTalk.open(&settings(sim, more), surroundings()).unwrap()
}

fn group(sim: &Sim, key: &str) -> ForeignConversation {
    let group = sim.connection().groups.into_iter().find(|group| group.key == key).unwrap();
    ForeignConversation::new(group.id)
}

fn person(sim: &Sim, key: &str) -> ForeignUser {
    let person = sim.connection().people.into_iter().find(|person| person.person.key == key).unwrap();
    ForeignUser::new(person.dingtalk.unwrap().user_id)
}

fn union(sim: &Sim, key: &str) -> ForeignUser {
    let person = sim.connection().people.into_iter().find(|person| person.person.key == key).unwrap();
    ForeignUser::new(format!("union:{}", person.dingtalk.unwrap().union_id))
}

fn outgoing(to: Recipient, content: Content, key: &str) -> Outgoing {
    Outgoing { to, content, mentions: Mentions::default(), key: key.to_owned() }
}

fn to_group(sim: &Sim, content: Content, key: &str) -> Outgoing {
    let id = group(sim, "product_v2");
    outgoing(Recipient::Conversation { id, reply_to: None, reply_route: None }, content, key)
}

fn words(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn button(label: &str, action: &str) -> Button {
    let press = Press::Answer(CardAnswer { action: action.to_owned(), subject: "tsk_42".to_owned() });
    Button { label: label.to_owned(), style: ButtonStyle::Primary, press }
}

fn input(name: &str, label: &str) -> Input {
    Input {
        name: name.to_owned(),
        label: label.to_owned(),
        placeholder: "例".to_owned(),
        required: true,
        multiline: true,
        max_length: 200,
    }
}

/// The card that asks an owner whether they take a task on.
fn task_card(reference: &str) -> Card {
    Card {
        reference: reference.to_owned(),
        title: "新任务：评估数据导出".to_owned(),
        tone: Tone::Action,
        blocks: vec![
            Block::Text("评估数据导出的技术可行性".to_owned()),
            Block::Facts(vec![Fact { label: "截止".to_owned(), value: "周五 12:00".to_owned() }]),
            Block::Buttons(vec![button("承接", "task.accept")]),
            Block::Form(Form {
                name: "decline".to_owned(),
                inputs: vec![input("reason", "理由"), input("proposal", "建议调整")],
                submit: button("暂不承接", "task.decline"),
                page: Some("https://huan.example.com/d".to_owned()),
            }),
            Block::Note("两小时内回复".to_owned()),
        ],
    }
}

/// The newest message that a conversation shows to `viewer`.
fn newest(sim: &Sim, conversation: &str, viewer: &str) -> huan_sim::MessageView {
    sim.messages(PlatformName::Dingtalk, conversation, Some(viewer)).pop().expect("a message is shown")
}

fn fault(sim: &Sim, operation: &str, kind: FaultKind, times: u32) {
    sim.set_fault(Fault {
        id: 0,
        platform: Some(PlatformName::Dingtalk),
        operation: operation.to_owned(),
        kind,
        times: Some(times),
    });
}

/// An inbox that keeps each event once, as the real one does, and can be out of order.
#[derive(Default)]
struct Kept {
    envelopes: Mutex<Vec<Envelope>>,
    failures: Mutex<u32>,
    arrived: watch::Sender<usize>,
}

#[async_trait]
impl Inbox for Kept {
    async fn store(&self, envelope: Envelope) -> Result<(), InboxUnavailable> {
        {
            let mut failures = self.failures.lock().unwrap();
            if *failures > 0 {
                *failures -= 1;
                return Err(InboxUnavailable);
            }
        }
        let mut envelopes = self.envelopes.lock().unwrap();
        if envelopes.iter().all(|kept| kept.event != envelope.event) {
            envelopes.push(envelope);
        }
        self.arrived.send_modify(|count| *count += 1);
        Ok(())
    }
}

impl Kept {
    /// Waits until so many deliveries arrived, repeated ones counted.
    async fn arrivals(&self, count: usize) {
        let mut arrived = self.arrived.subscribe();
        tokio::time::timeout(Duration::from_secs(10), arrived.wait_for(|arrived| *arrived >= count))
            .await
            .expect("the event arrives in time")
            .unwrap();
    }

    fn heard(&self, account: &Arc<dyn Account>) -> Vec<Heard> {
        let envelopes = self.envelopes.lock().unwrap();
        envelopes.iter().flat_map(|envelope| account.understand(&envelope.payload).unwrap()).collect()
    }
}

/// An account that listens until it is dropped.
struct Listening {
    account: Arc<dyn Account>,
    inbox: Arc<Kept>,
    stop: CancellationToken,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl Listening {
    async fn start(account: Arc<dyn Account>) -> Self {
        let (inbox, stop) = (Arc::new(Kept::default()), CancellationToken::new());
        let task = tokio::spawn({
            let (account, inbox, stop) = (Arc::clone(&account), Arc::clone(&inbox), stop.clone());
            async move { account.listen(inbox, stop).await }
        });
        let listening = Self { account, inbox, stop, task: Some(task) };
        listening.connected().await;
        listening
    }

    async fn connected(&self) {
        let mut state = self.account.state();
        let connected = state.wait_for(|state| matches!(state, ConnectionState::Connected { .. }));
        tokio::time::timeout(Duration::from_secs(10), connected).await.expect("connects in time").unwrap();
    }

    async fn stop(mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take() {
            tokio::time::timeout(Duration::from_secs(5), task).await.expect("stops in time").unwrap();
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
