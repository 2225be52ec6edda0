//! Stream mode: a WebSocket that Huan opens and keeps (DingTalk, stream mode §5).

mod connection;
mod frame;

use std::{sync::Arc, time::Duration};

use huan_connect::{ConnectionState, Inbox, websocket};
use jiff::SignedDuration;
use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use url::Url;

use self::connection::{Connection, End};
use super::{account::App, fault::Fault};
use crate::lenient::Lenient;

/// The longest pause between attempts (DingTalk, §5.8).
const LONGEST_PAUSE: u64 = 60;
/// The pause while DingTalk refuses the credentials.
const REFUSED_PAUSE: Duration = Duration::from_secs(60);
/// A connection that lasted this long was a good one.
const GOOD: Duration = Duration::from_secs(10);
/// How long the old connection is served beside the new one (DingTalk closes it after 10 s, §5.6).
const OLD_CONNECTION: Duration = Duration::from_secs(15);

/// Keeps a connection up until `stop`.
pub(super) async fn listen(app: &App, inbox: Arc<dyn Inbox>, stop: CancellationToken) {
    let mut old = JoinSet::new();
    let mut failures = 0;
    while !stop.is_cancelled() {
        let state = app.current_state();
        if !matches!(state, ConnectionState::Refused { .. } | ConnectionState::Connected { .. }) {
            app.announce(ConnectionState::Connecting);
        }
        let opened = tokio::select! {
            opened = open(app) => opened,
            () = stop.cancelled() => break,
        };
        let problem = match opened {
            Ok(socket) => {
                app.announce(ConnectionState::Connected { since: app.time.now() });
                let mut connection = Connection::new(socket, Arc::clone(&inbox), Arc::clone(&app.time), stop.clone());
                let opened = Instant::now();
                let end = connection.serve().await;
                let good = connection.delivered || opened.elapsed() >= GOOD;
                if good {
                    failures = 0;
                }
                match &end {
                    End::Stopped => {
                        connection.finish(&end, OLD_CONNECTION).await;
                        break;
                    }
                    End::Asked => {
                        // The next connection comes up while the old one finishes.
                        old.spawn(async move { connection.finish(&end, OLD_CONNECTION).await });
                        if !good {
                            pause(app.jittered(failures), &stop).await;
                            failures += 1;
                        }
                        continue;
                    }
                    End::Lost(problem) => {
                        let problem = problem.clone();
                        old.spawn(async move { connection.finish(&end, OLD_CONNECTION).await });
                        problem
                    }
                }
            }
            Err(Problem { words, refused: true }) => {
                app.announce(ConnectionState::Refused { reason: words });
                pause(REFUSED_PAUSE, &stop).await;
                continue;
            }
            Err(Problem { words, refused: false }) => words,
        };
        tracing::warn!(problem, "the stream connection to DingTalk is down");
        let delay = app.jittered(failures);
        failures += 1;
        let until = app
            .time
            .now()
            .saturating_add(SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX))
            .unwrap_or(jiff::Timestamp::MAX);
        app.announce(ConnectionState::Waiting { reason: problem, until });
        pause(delay, &stop).await;
    }
    while old.join_next().await.is_some() {}
    app.announce(ConnectionState::Idle);
}

async fn pause(delay: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = sleep(delay) => {}
        () = stop.cancelled() => {}
    }
}

/// Why no connection was opened.
pub(super) struct Problem {
    pub(super) words: String,
    /// Nothing helps but other credentials.
    refused: bool,
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self { words: fault.to_string(), refused: fault.is_credentials_refused() }
    }
}

/// Registers and connects (DingTalk, §5.2).
async fn open(app: &App) -> Result<websocket::WebSocket, Problem> {
    let url = register(app).await?;
    websocket::open(url.as_str()).await.map_err(|error| failed(&error.to_string()))
}

fn failed(words: &str) -> Problem {
    Problem { words: words.to_owned(), refused: false }
}

/// Asks where to connect; the address holds a ticket for one connection within 90 seconds (DingTalk, §5.1).
pub(super) async fn register(app: &App) -> Result<Url, Problem> {
    let answer = app
        .api
        .open_stream(&json!({
            "clientId": app.config.client_id,
            "clientSecret": app.config.client_secret.reveal(),
            "subscriptions": [
                {"type": "EVENT", "topic": "*"},
                {"type": "CALLBACK", "topic": frame::ROBOT},
                {"type": "CALLBACK", "topic": frame::CARD},
            ],
            "ua": concat!("huan-sdk-rust/", env!("CARGO_PKG_VERSION")),
        }))
        .await?;
    let (Some(endpoint), Some(ticket)) = (answer.text("endpoint"), answer.text("ticket")) else {
        return Err(failed("the registration of the stream has no endpoint or ticket"));
    };
    let mut url = Url::parse(&endpoint).map_err(|_| failed("the stream's endpoint is not an address"))?;
    url.query_pairs_mut().append_pair("ticket", &ticket);
    Ok(url)
}

impl App {
    /// 1 s, 2 s, 4 s … 60 s, plus up to a second and a fifth at random, so that many do not come back at once.
    fn jittered(&self, failures: u32) -> Duration {
        let seconds = 2_u64.saturating_pow(failures.min(10)).min(LONGEST_PAUSE);
        let mut random = [0; 2];
        self.entropy.fill(&mut random);
        let share = f64::from(u16::from_be_bytes(random)) / f64::from(u16::MAX);
        Duration::from_secs_f64(seconds as f64 * (1.0 + share / 5.0)) + Duration::from_secs_f64(share)
    }
}
