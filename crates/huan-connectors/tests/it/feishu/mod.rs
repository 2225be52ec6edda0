//! The Feishu connector.

mod calls;
mod drive;
mod frames;
mod live;
mod long_connection;
mod server;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use huan_connect::{
    Account, Content, Envelope, Inbox, InboxUnavailable, Mentions, Outgoing, Platform, Recipient, Settings,
    Surroundings, http::Http,
};
use huan_connectors::feishu::Feishu;
use huan_core::{
    ambient::{ManualTime, SeededEntropy},
    platform::{ForeignConversation, ForeignMessage, ForeignUser},
};
use jiff::Timestamp;

/// The settings of an app at `base`.
fn settings(base: &str) -> Settings {
    [("app_id", "cli_0123456789abcdef"), ("app_secret", "s3cret"), ("base_url", base)].into_iter().collect()
}

fn clock() -> ManualTime {
    ManualTime::starting_at(Timestamp::from_second(1_700_000_000).unwrap())
}

fn surroundings(time: &ManualTime) -> Surroundings {
    Surroundings { http: Http::new().unwrap(), time: Arc::new(time.clone()), entropy: Arc::new(SeededEntropy::new(7)) }
}

fn open(base: &str) -> Arc<dyn Account> {
    Feishu.open(&settings(base), surroundings(&clock())).unwrap()
}

fn to_group(reply_to: Option<&str>) -> Outgoing {
    Outgoing {
        to: Recipient::Conversation {
            id: ForeignConversation::new("oc_1"),
            reply_to: reply_to.map(ForeignMessage::new),
            reply_route: None,
        },
        content: Content::Text("你好".to_owned()),
        mentions: Mentions::default(),
        key: "msg_1".to_owned(),
    }
}

fn to_person(id: &str) -> Outgoing {
    Outgoing { to: Recipient::Person(ForeignUser::new(id)), ..to_group(None) }
}

/// How an inbox behaves.
#[derive(Clone, Copy, PartialEq)]
enum Storing {
    Stores,
    Fails,
    Hangs,
}

/// An inbox that keeps what it is given.
struct Kept {
    storing: Mutex<Storing>,
    envelopes: Mutex<Vec<Envelope>>,
}

impl Kept {
    fn new(storing: Storing) -> Arc<Self> {
        Arc::new(Self { storing: Mutex::new(storing), envelopes: Mutex::default() })
    }

    fn envelopes(&self) -> Vec<Envelope> {
        self.envelopes.lock().unwrap().clone()
    }
}

#[async_trait]
impl Inbox for Kept {
    async fn store(&self, envelope: Envelope) -> Result<(), InboxUnavailable> {
        let storing = *self.storing.lock().unwrap();
        match storing {
            Storing::Stores => {
                self.envelopes.lock().unwrap().push(envelope);
                Ok(())
            }
            Storing::Fails => Err(InboxUnavailable),
            Storing::Hangs => std::future::pending().await,
        }
    }
}

/// Waits for something that must come.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it came in time")
}
