//! Live updates as a stream of server-sent events.
//!
//! The events say what changed, not how: the page fetches again what it shows, with the reader's rights. A browser that
//! comes back names the last event it saw and gets what it missed; one that was away too long is told to load anew.

use std::{
    collections::HashSet,
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::Stream;
use huan_core::id::CollaborationId;
use serde::Serialize;
use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{self, SignedIn},
    live::{ChangedTopic, News, news_of},
    problem::Problem,
    state::Web,
};

/// A browser further behind than this loads anew.
const MOST_MISSED: u32 = 500;
/// The most changes told in one event.
const MOST_AT_ONCE: usize = 100;
/// How often it is looked whether the reader may still listen.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// How often a comment shows proxies that the stream lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a browser waits before it comes back.
const COME_BACK: Duration = Duration::from_secs(2);

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(listen))
}

#[derive(Serialize)]
struct Hello {
    seq: i64,
    server_time: jiff::Timestamp,
}

#[derive(Serialize)]
struct Changed<'a> {
    seq: i64,
    topics: Vec<&'a ChangedTopic>,
}

/// Live updates
///
/// Events: `hello` `{seq, server_time}`; `changed` `{seq, topics: [{kind, id, collaboration?}]}`; `reset`: too far behind,
/// load everything anew. `Last-Event-ID` resumes.
#[utoipa::path(get, path = "/events", tag = "live",
    params(("Last-Event-ID" = Option<i64>, Header, description = "The last event that was seen")),
    responses((status = OK, content_type = "text/event-stream", body = String)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn listen(
    State(web): State<Web>,
    signed_in: SignedIn,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let last = headers.get("last-event-id").and_then(|last| last.to_str().ok()?.parse::<i64>().ok());
    let stream = Listening::begin(web, signed_in, last).await?;
    let events = futures_util::stream::unfold(stream, |mut stream| async move {
        let event = stream.next().await?;
        Some((Ok(event), stream))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// One browser's stream.
struct Listening {
    web: Web,
    signed_in: SignedIn,
    news: Receiver<Arc<News>>,
    collaborations: HashSet<CollaborationId>,
    position: i64,
    looked_at: Instant,
    /// What is to be told before the news, last first: greeting, reset, and what was missed.
    first: Vec<Event>,
    _counted: Counted,
}

/// Counts the stream among those that are open.
struct Counted(Web);

impl Counted {
    fn new(web: &Web) -> Self {
        web.live.opened();
        Self(web.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.live.closed();
    }
}

impl Listening {
    async fn begin(web: Web, signed_in: SignedIn, last: Option<i64>) -> Result<Self, Problem> {
        // From here on nothing is missed: the feed is joined before its position is read.
        let news = web.live.subscribe();
        let collaborations = collaborations_of(&web, &signed_in).await?;
        let position = web.app.db.read().await?.live_position(&web.app.workspace).await?;
        let mut stream = Self {
            position,
            news,
            collaborations,
            looked_at: Instant::now(),
            first: Vec::new(),
            signed_in,
            _counted: Counted::new(&web),
            web,
        };
        let missed = stream.missed(last).await?;
        stream.first.extend(missed);
        let hello = Hello { seq: position, server_time: stream.web.app.now() };
        stream.first.extend(event("hello", None, &hello).map(|event| event.retry(COME_BACK)));
        Ok(stream)
    }

    /// What a browser that comes back has missed since `last`.
    async fn missed(&mut self, last: Option<i64>) -> Result<Option<Event>, Problem> {
        let Some(last) = last.filter(|last| *last != self.position) else { return Ok(None) };
        let workspace = &self.web.app.workspace;
        let mut conn = self.web.app.db.read().await?;
        let oldest = conn.live_oldest(workspace).await?;
        let kept = oldest.is_some_and(|oldest| oldest <= last.saturating_add(1));
        if last > self.position || !kept || self.position - last > i64::from(MOST_MISSED) {
            return Ok(self.reset());
        }
        let mut news = Vec::new();
        for announced in conn.live_after(workspace, last, MOST_MISSED).await? {
            news.push(Arc::new(news_of(&self.web.app, &mut conn, announced).await?));
        }
        if let Some(latest) = news.last() {
            self.position = self.position.max(latest.position);
        }
        Ok(self.changed(&news))
    }

    fn reset(&self) -> Option<Event> {
        event("reset", Some(self.position), &serde_json::json!({ "seq": self.position }))
    }

    async fn next(&mut self) -> Option<Event> {
        if let Some(event) = self.first.pop() {
            return Some(event);
        }
        loop {
            // What is seldom done has room made for it only then: a stream waits for nearly all of its life, and thousands do.
            if self.looked_at.elapsed() >= LOOK_AGAIN {
                Box::pin(self.look_again()).await?;
            }
            let stop = self.web.stop.clone();
            let received = tokio::select! {
                () = stop.cancelled() => return None,
                received = tokio::time::timeout(LOOK_AGAIN, self.news.recv()) => received,
            };
            let Ok(received) = received else { continue };
            match received {
                Ok(news) => {
                    if let Some(event) = self.gather(news).await {
                        return Some(event);
                    }
                }
                Err(RecvError::Lagged(_)) => return Box::pin(self.start_afresh()).await,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Takes whatever else has come, so that a burst of changes is one event.
    async fn gather(&mut self, first: Arc<News>) -> Option<Event> {
        let mut news = vec![first];
        while news.len() < MOST_AT_ONCE {
            match self.news.try_recv() {
                Ok(more) => news.push(more),
                Err(TryRecvError::Lagged(_)) => return Box::pin(self.start_afresh()).await,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        news.retain(|one| one.position > self.position);
        self.position = news.last()?.position;
        if news.iter().any(|one| one.topic.kind == "collaboration") {
            // Somebody may have joined or left.
            self.collaborations = Box::pin(collaborations_of(&self.web, &self.signed_in)).await.ok()?;
        }
        self.changed(&news)
    }

    /// The stream was too slow for the ring.
    async fn start_afresh(&mut self) -> Option<Event> {
        self.news = self.web.live.subscribe();
        let mut conn = self.web.app.db.read().await.ok()?;
        self.position = conn.live_position(&self.web.app.workspace).await.ok()?;
        self.reset()
    }

    fn changed(&self, news: &[Arc<News>]) -> Option<Event> {
        let mut topics: Vec<&ChangedTopic> = Vec::new();
        for one in news.iter().filter(|one| self.concerns(one)) {
            if !topics.contains(&&one.topic) {
                topics.push(&one.topic);
            }
        }
        if topics.is_empty() {
            return None;
        }
        event("changed", Some(self.position), &Changed { seq: self.position, topics })
    }

    fn concerns(&self, news: &News) -> bool {
        let viewer = &self.signed_in.caller.viewer;
        if viewer.administrator || news.concerned.contains(&viewer.person) {
            return true;
        }
        match (&news.collaboration, news.topic.kind.as_str()) {
            (Some(collaboration), _) => self.collaborations.contains(collaboration),
            (None, "person" | "channel") => !viewer.guest,
            (None, _) => false,
        }
    }

    async fn look_again(&mut self) -> Option<()> {
        self.looked_at = Instant::now();
        self.signed_in.known = auth::still_signed_in(&self.web, &self.signed_in, self.web.app.now()).await?;
        self.collaborations = collaborations_of(&self.web, &self.signed_in).await.ok()?;
        Some(())
    }
}

async fn collaborations_of(web: &Web, signed_in: &SignedIn) -> Result<HashSet<CollaborationId>, Problem> {
    let mut conn = web.app.db.read().await?;
    let memberships = conn.memberships_of(&web.app.workspace, signed_in.caller.person()).await?;
    Ok(memberships.into_iter().map(|membership| membership.collaboration).collect())
}

fn event(name: &str, id: Option<i64>, data: &impl Serialize) -> Option<Event> {
    let event = Event::default().event(name).json_data(data).ok()?;
    Some(match id {
        Some(id) => event.id(id.to_string()),
        None => event,
    })
}
