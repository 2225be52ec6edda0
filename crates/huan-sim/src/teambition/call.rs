//! From an HTTP request to an operation and back: route, token, tenant, operator and limits are looked at here, once
//! (Teambition §1, §2).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::answer::{Refusal, Reply, respond};
use super::api::routes::{ROUTES, Route};
use super::tenant::Tenant;
use super::{Teambition, ids, token};
use crate::lock::lock;
use crate::platform::SimError;

const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Who does something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Actor {
    /// userId of the operator.
    pub(super) user: Option<String>,
    /// The app that calls; none for a person at the page.
    pub(super) app: Option<String>,
}

/// What must be shown to call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing.
    Nothing,
    /// The app's token.
    App,
    /// And the organisation.
    Tenant,
    /// And the person on whose behalf something is written.
    Operator,
}

/// What an operation is asked.
#[derive(Debug, Default)]
pub(super) struct Call {
    pub(super) by: Actor,
    pub(super) path: BTreeMap<&'static str, String>,
    pub(super) query: BTreeMap<String, String>,
    pub(super) body: Map<String, Value>,
    pub(super) now: Timestamp,
}

/// An operation.
pub(super) type Operation = fn(&Teambition, &mut Tenant, &Call) -> Result<Reply, Refusal>;

impl Call {
    /// A parameter of the path.
    pub(super) fn id(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The operator of a write.
    pub(super) fn user(&self) -> &str {
        self.by.user.as_deref().unwrap_or_default()
    }

    /// A parameter of the query that is not empty.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// A list in the query, separated by commas.
    pub(super) fn asked_list(&self, name: &str) -> Option<Vec<&str>> {
        self.asked(name).map(|list| list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect())
    }

    /// Whether a member of the body is there and not `null`.
    pub(super) fn gives(&self, name: &str) -> bool {
        self.body.get(name).is_some_and(|value| !value.is_null())
    }

    /// A text of the body; absent, `null` and empty are alike.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(Refusal::bad(format!("{name} 必须是字符串"))),
        }
    }

    /// A text of the body that must be there.
    pub(super) fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::bad(format!("缺少参数 {name}")))
    }

    /// A whole number of the body.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or_else(|| Refusal::bad(format!("{name} 必须是整数"))),
        }
    }

    /// A truth value of the body; absent is `false`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.body.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A list of texts of the body.
    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let Some(value) = self.body.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
        let list: Option<Vec<String>> =
            value.as_array().and_then(|list| list.iter().map(|entry| entry.as_str().map(str::to_owned)).collect());
        list.map(Some).ok_or_else(|| Refusal::bad(format!("{name} 必须是字符串数组")))
    }

    /// An instant of the body: absent is `None`, `null` and empty clear.
    pub(super) fn instant(&self, name: &str) -> Result<Option<Option<Timestamp>>, Refusal> {
        match self.body.get(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(text)) if text.is_empty() => Ok(Some(None)),
            Some(Value::String(text)) => {
                let instant: Timestamp =
                    text.parse().map_err(|_| Refusal::bad(format!("{name} 不是合法的日期：{text}")))?;
                Ok(Some(Some(Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant))))
            }
            Some(_) => Err(Refusal::bad(format!("{name} 不是合法的日期"))),
        }
    }

    /// One page of `all` and the token of the next (Teambition §1.3).
    pub(super) fn page<'a, T>(
        &self,
        tenant: &Tenant,
        all: &'a [T],
        default: usize,
    ) -> Result<(&'a [T], String), Refusal> {
        let size = match self.asked("pageSize") {
            None => default,
            Some(text) => {
                text.parse().ok().filter(|size| (1..=tenant.settings.largest_page).contains(size)).ok_or_else(|| {
                    Refusal::bad(format!("pageSize 必须在 1 到 {} 之间", tenant.settings.largest_page))
                })?
            }
        };
        let start = match self.asked("pageToken") {
            None => 0,
            Some(token) => token
                .strip_prefix("page-")
                .and_then(|text| text.parse::<usize>().ok())
                .ok_or_else(|| Refusal::bad("pageToken 无效"))?,
        };
        let start = start.min(all.len());
        let end = all.len().min(start + size);
        let next = if end < all.len() { format!("page-{end}") } else { String::new() };
        Ok((&all[start..end], next))
    }
}

/// Answers a request below one of the prefixes.
pub(super) async fn serve(State(sim): State<Arc<Teambition>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = header(&parts.headers, "x-request-id").map(str::to_owned);
    let request_id = request_id.unwrap_or_else(|| sim.shell.random.hex::<16>());
    let body = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    // Both prefixes have one segment: `/api` and `/gateway` (§1.1).
    let path = parts
        .uri
        .path()
        .trim_start_matches('/')
        .split_once('/')
        .map_or_else(String::new, |(_, path)| format!("/{path}"));
    let query = parts.uri.query().unwrap_or_default();
    let (outcome, form) = {
        let tenant = &mut *lock(&sim.tenant);
        (sim.called(tenant, &parts.method, &path, query, &parts.headers, &body), tenant.settings.errors)
    };
    respond(outcome, form, &request_id)
}

/// The route for a method and path, with the parameters of the path.
fn route(method: &Method, path: &str) -> Option<(&'static Route, BTreeMap<&'static str, String>)> {
    let given: Vec<&str> = path.split('/').collect();
    ROUTES.iter().filter(|route| route.method == *method).find_map(|route| {
        let wanted: Vec<&'static str> = route.path.split('/').collect();
        if wanted.len() != given.len() {
            return None;
        }
        let mut parameters = BTreeMap::new();
        for (wanted, given) in wanted.iter().zip(&given) {
            match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) if !given.is_empty() => {
                    parameters.insert(name, (*given).to_owned());
                }
                _ if wanted == given => {}
                _ => return None,
            }
        }
        Some((route, parameters))
    })
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty())
}

fn pairs(query: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

impl Teambition {
    #[allow(clippy::too_many_arguments)] // the parts of one request
    fn called(
        &self,
        tenant: &mut Tenant,
        method: &Method,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Reply, Refusal> {
        let (route, parameters) = route(method, path).ok_or_else(Refusal::misdirected)?;
        let by = self.caller(tenant, route, headers)?;
        // The limit is measured in real time, because it protects the platform from real load.
        let counted = format!("{} {}", route.method, route.path);
        if !tenant.calls.admit(&counted, tenant.settings.calls_per_second, Instant::now()) {
            return Err(Refusal::too_many());
        }
        if tenant.settings.forbidden_routes.contains(&counted) {
            return Err(Refusal::forbidden(format!("应用没有调用该接口的权限：{counted}")));
        }
        let body = match serde_json::from_slice(body) {
            Ok(Value::Object(body)) => body,
            _ if body.is_empty() => Map::new(),
            _ => return Err(Refusal::bad("请求体不是合法的 JSON 对象")),
        };
        let call = Call { by, path: parameters, query: pairs(query), body, now: self.shell.clock.now() };
        (route.operation)(self, tenant, &call)
    }

    /// Checks who calls.
    fn caller(&self, tenant: &Tenant, route: &Route, headers: &HeaderMap) -> Result<Actor, Refusal> {
        if route.needs == Needs::Nothing {
            return Ok(Actor::default());
        }
        let bearer = header(headers, "authorization").and_then(|text| text.strip_prefix("Bearer "));
        let bearer = bearer.ok_or_else(|| Refusal::unauthorised("缺少 Authorization"))?;
        // A person's own token stands for the person, without further headers (§1.2).
        if let Some(token) = tenant.user_tokens.get(bearer) {
            if token.expires <= self.shell.clock.now() {
                return Err(Refusal::unauthorised("user access token 已过期"));
            }
            return Ok(Actor { user: Some(token.user.clone()), app: Some(ids::app()) });
        }
        let mut secrets = vec![ids::app_secret()];
        secrets.extend(tenant.settings.further_secrets.iter().cloned());
        let app = token::verified(bearer, &secrets, self.shell.clock.seconds())
            .map_err(|bad| Refusal::unauthorised(bad.to_string()))?;
        if app != ids::app() {
            return Err(Refusal::unauthorised("应用不存在"));
        }
        if route.needs == Needs::App {
            return Ok(Actor { user: None, app: Some(app) });
        }
        let organisation = header(headers, "x-tenant-id").ok_or_else(|| Refusal::bad("缺少 X-Tenant-Id"))?;
        if header(headers, "x-tenant-type").is_some_and(|kind| kind != "organization") {
            return Err(Refusal::bad("X-Tenant-Type 必须是 organization"));
        }
        if organisation != ids::organisation() || !tenant.settings.installed {
            return Err(Refusal::unauthorised("应用未安装在该企业"));
        }
        let operator = header(headers, "x-operator-id");
        if let Some(operator) = operator {
            match tenant.directory.user(operator) {
                None => return Err(Refusal::forbidden("操作者不是企业成员")),
                Some(member) if member.disabled => return Err(Refusal::forbidden("操作者已停用")),
                Some(_) => {}
            }
        } else if route.needs == Needs::Operator && tenant.settings.operator_needed {
            return Err(Refusal::bad("缺少 X-Operator-Id"));
        }
        Ok(Actor { user: operator.map(str::to_owned), app: Some(app) })
    }

    /// A person does something in the client: the same operations as the API's, without the app.
    pub(crate) fn act(&self, person: &str, method: &str, path: &str, body: Value) -> Result<Value, SimError> {
        let tenant = &mut *lock(&self.tenant);
        let member = tenant.directory.known_as(person).filter(|member| !member.disabled);
        let user = member.ok_or_else(|| SimError::unknown("person on Teambition", person))?.user_id.clone();
        self.as_user(tenant, &user, method, path, body, None)
            .map(Reply::result)
            .map_err(|refusal| SimError::NotPossible(refusal.message))
    }

    /// An operation on behalf of a user, by whatever way it came in.
    pub(super) fn as_user(
        &self,
        tenant: &mut Tenant,
        user: &str,
        method: &str,
        path: &str,
        body: Value,
        app: Option<String>,
    ) -> Result<Reply, Refusal> {
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| Refusal::misdirected())?;
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (route, parameters) = route(&method, path).ok_or_else(Refusal::misdirected)?;
        let body = if let Value::Object(body) = body { body } else { Map::new() };
        let by = Actor { user: Some(user.to_owned()), app };
        let call = Call { by, path: parameters, query: pairs(query), body, now: self.shell.clock.now() };
        (route.operation)(self, tenant, &call)
    }
}
