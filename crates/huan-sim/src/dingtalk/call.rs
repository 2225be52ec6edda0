//! From an HTTP request to an operation and back: token, permission, limits and body are looked at here, once, for
//! both API families (DingTalk, common conventions §0.2 and §0.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{MatchedPath, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, any, on};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::Dingtalk;
use super::refusal::{NewRefusal, OldRefusal};
use super::tenant::Tenant;
use crate::lock::lock;

const BODY_LIMIT: usize = 40 * 1024 * 1024;

/// What an operation is asked.
#[derive(Debug, Default)]
pub(crate) struct Call {
    pub(crate) now_ms: i64,
    pub(crate) path: BTreeMap<String, String>,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) body: Map<String, Value>,
    pub(crate) headers: HeaderMap,
}

/// Who may call an operation of the new API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Anybody.
    Open,
    /// The app, if it has this permission point.
    App(&'static str),
}

/// An operation of the new API.
pub(crate) type NewOperation = fn(&Arc<Dingtalk>, &mut Tenant, &Call) -> Result<Value, NewRefusal>;
/// An operation of the old API.
pub(crate) type OldOperation = fn(&Arc<Dingtalk>, &mut Tenant, &Call) -> Result<Value, OldRefusal>;

impl Call {
    /// A text of the body.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A text of the body that the new API cannot do without.
    pub(crate) fn needed(&self, name: &str) -> Result<&str, NewRefusal> {
        self.text(name).ok_or_else(|| NewRefusal::field_absent(name))
    }

    /// A list of texts of the body.
    pub(crate) fn texts(&self, name: &str) -> Option<Vec<String>> {
        let list = self.body.get(name)?.as_array()?;
        Some(list.iter().filter_map(|entry| Some(entry.as_str()?.to_owned())).collect())
    }

    /// A whole number of the body, also when it is written as a text, as forms do.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        match self.body.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }
}

/// A route of the new API.
pub(crate) fn new_api(method: MethodFilter, guard: Guard, operation: NewOperation) -> MethodRouter<Arc<Dingtalk>> {
    on(method, move |State(sim): State<Arc<Dingtalk>>, path: RawPathParams, request: Request| async move {
        let result = match read(&sim, &path, request).await {
            Some(input) => run_new(&sim, input, guard, operation),
            None => Err(NewRefusal::body_invalid()),
        };
        sim.answer_new(result)
    })
}

/// A route of the old API; it takes its parameters from the query, a form or JSON, whatever the method.
pub(crate) fn old_api(needs_token: bool, operation: OldOperation) -> MethodRouter<Arc<Dingtalk>> {
    any(move |State(sim): State<Arc<Dingtalk>>, path: RawPathParams, request: Request| async move {
        let result = match read(&sim, &path, request).await {
            Some(input) => run_old(&sim, input, needs_token, operation),
            None => Err(OldRefusal::plain(40035, "缺少参数 json")),
        };
        sim.answer_old(result)
    })
}

/// A request as read, before its body is understood.
struct Input {
    call: Call,
    method: Method,
    operation: String,
    body: Bytes,
}

async fn read(sim: &Dingtalk, path: &RawPathParams, request: Request) -> Option<Input> {
    let operation = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let operation = operation.unwrap_or_else(|| request.uri().path().to_owned());
    let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.ok()?;
    let path: BTreeMap<String, String> = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    // Each member of a task has an operation of its own, with its own limit.
    let operation = match path.get("what") {
        Some(what) => operation.replace("{what}", what),
        None => operation,
    };
    let call = Call { now_ms: sim.shell.clock.millis(), path, query, body: Map::new(), headers: parts.headers };
    Some(Input { call, method: parts.method, operation, body })
}

fn run_new(sim: &Arc<Dingtalk>, input: Input, guard: Guard, operation: NewOperation) -> Result<Value, NewRefusal> {
    let Input { mut call, method, operation: name, body } = input;
    let tenant = &mut *lock(&sim.tenant);
    if let Guard::App(permission) = guard {
        let token = call.headers.get("x-acs-dingtalk-access-token").and_then(|value| value.to_str().ok());
        let token = token.filter(|token| !token.is_empty()).ok_or_else(NewRefusal::token_absent)?;
        if !tenant.tokens.is_valid(token, call.now_ms) {
            return Err(NewRefusal::token_invalid(tenant.settings.uncertain.expired_token_status));
        }
        if tenant.settings.missing_permissions.contains(permission) {
            return Err(NewRefusal::permission(permission));
        }
    }
    if !tenant.calls.admit(&name, tenant.settings.calls_per_second, Instant::now()) {
        return Err(NewRefusal::too_many_per_second());
    }
    if guard != Guard::Open && !name.contains("/contact/") && !tenant.take_monthly_call() {
        return Err(NewRefusal::too_many_per_month());
    }
    call.body = match serde_json::from_slice(&body) {
        Ok(Value::Object(body)) => body,
        _ if method == Method::GET => Map::new(),
        // Parameters of some operations are all in the path or the query.
        _ if body.is_empty() && (!call.path.is_empty() || !call.query.is_empty()) => Map::new(),
        _ if body.is_empty() => return Err(NewRefusal::body_absent()),
        _ => return Err(NewRefusal::body_invalid()),
    };
    operation(sim, tenant, &call)
}

fn run_old(sim: &Arc<Dingtalk>, input: Input, needs_token: bool, operation: OldOperation) -> Result<Value, OldRefusal> {
    let Input { mut call, operation: name, body, .. } = input;
    call.body = call.query.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    match serde_json::from_slice(&body) {
        Ok(Value::Object(json)) => call.body.extend(json),
        _ => call.body.extend(pairs(&body).into_iter().map(|(name, value)| (name, Value::String(value)))),
    }
    let tenant = &mut *lock(&sim.tenant);
    if needs_token {
        let token = call.text("access_token").ok_or_else(OldRefusal::token_absent)?;
        if !tenant.tokens.is_valid(token, call.now_ms) {
            return Err(OldRefusal::token_invalid());
        }
    }
    if !tenant.calls.admit(&name, tenant.settings.calls_per_second, Instant::now()) {
        return Err(OldRefusal::too_many_per_second());
    }
    let contacts = name.starts_with("/topapi/v2/") || name.starts_with("/topapi/user/");
    if contacts && tenant.settings.missing_permissions.contains("qyapi_get_member") {
        return Err(OldRefusal::permission());
    }
    if needs_token && !contacts && !tenant.take_monthly_call() {
        return Err(OldRefusal::too_many_per_month());
    }
    operation(sim, tenant, &call)
}

fn pairs(encoded: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

impl Tenant {
    /// Uses up one call of the month; `false` when none is left.
    fn take_monthly_call(&mut self) -> bool {
        match &mut self.settings.calls_left_this_month {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }
}

impl Dingtalk {
    /// An answer of the new API.
    pub(crate) fn answer_new(&self, result: Result<Value, NewRefusal>) -> Response {
        let (status, body) = match result {
            Ok(body) => (StatusCode::OK, body),
            Err(refusal) => (refusal.status, refusal.body(self.request_id())),
        };
        // Some operations answer with nothing (§12.2).
        let mut response = if body.is_null() { status.into_response() } else { json(status, &body) };
        for name in ["x-acs-request-id", "x-acs-trace-id"] {
            if let Ok(value) = HeaderValue::from_str(&self.shell.random.hex::<16>()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// An answer of the old API: HTTP 200 whatever happens.
    pub(crate) fn answer_old(&self, result: Result<Value, OldRefusal>) -> Response {
        let mut body = result.unwrap_or_else(|refusal| refusal.body(self.request_id()));
        if lock(&self.tenant).settings.uncertain.old_api_quotes_numbers {
            quote(&mut body);
        }
        json(StatusCode::OK, &body)
    }

    fn request_id(&self) -> String {
        let hex = self.shell.random.hex::<16>().to_uppercase();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

/// Writes numbers and booleans as texts.
fn quote(value: &mut Value) {
    match value {
        Value::Number(_) | Value::Bool(_) => *value = Value::String(value.to_string()),
        Value::Array(list) => list.iter_mut().for_each(quote),
        Value::Object(members) => members.values_mut().for_each(quote),
        Value::String(_) | Value::Null => {}
    }
}

fn json(status: StatusCode, body: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json;charset=utf-8"), (header::SERVER, "DingTalk/1.0.0")];
    (status, headers, body.to_string()).into_response()
}
