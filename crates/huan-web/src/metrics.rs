//! What is counted for those who run the program, in the OpenMetrics text format.

use axum::{extract::State, http::header, response::IntoResponse};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

use crate::{problem::Problem, state::Web};

/// What tells one row of the HTTP figures from another.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

/// What tells one latency from another.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

type Latency = Family<Route, Histogram, fn() -> Histogram>;

/// What is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    latency: Latency,
    streams: Gauge,
    inbox: Gauge,
    outbox: Gauge,
    late_clocks: Gauge,
    accounts: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = Family::<Answered, Counter>::default();
        let latency = Latency::new_with_constructor(|| Histogram::new(exponential_buckets(0.000_5, 2.0, 16)));
        let (streams, inbox, outbox, late_clocks): (Gauge, Gauge, Gauge, Gauge) = Default::default();
        let accounts: Gauge = Gauge::default();
        let mut registry = Registry::with_prefix("huan");
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time until the answer began", latency.clone());
        registry.register("live_streams", "Open streams of live updates", streams.clone());
        registry.register("inbox_open", "Events that wait to be carried out", inbox.clone());
        registry.register("outbox_open", "Messages that wait to be sent", outbox.clone());
        registry.register("clocks_late", "Clocks that are due and have not rung yet", late_clocks.clone());
        registry.register("accounts_open", "Platform accounts that are open in this process", accounts.clone());
        Self { registry, requests, latency, streams, inbox, outbox, late_clocks, accounts }
    }
}

impl Metrics {
    /// Notes an answered request. `route` is the template, never the address: an id in it would be a new row each time.
    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, seconds: f64) {
        let labels = Answered { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        self.latency.get_or_create(&Route { route: route.to_owned() }).observe(seconds);
    }
}

/// `GET /metrics`
pub(crate) async fn metrics(State(web): State<Web>) -> Result<impl IntoResponse, Problem> {
    let metrics = &web.metrics;
    let mut conn = web.app.db.read().await?;
    metrics.streams.set(web.live.connections());
    metrics.inbox.set(conn.events_open().await?);
    metrics.outbox.set(conn.deliveries_open().await?);
    metrics.late_clocks.set(conn.clocks_due_before(web.app.now()).await?);
    metrics.accounts.set(i64::try_from(web.app.open_accounts().len()).unwrap_or(i64::MAX));
    let mut text = String::new();
    encode(&mut text, &metrics.registry).map_err(|error| huan_app::ActionError::Internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text))
}
