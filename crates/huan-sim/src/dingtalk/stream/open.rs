//! Step one of a connection: the program registers and gets a ticket (§5.1).

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use crate::dingtalk::Dingtalk;
use crate::dingtalk::api::tokens::is_the_app;
use crate::dingtalk::call::Call;
use crate::dingtalk::refusal::NewRefusal;
use crate::dingtalk::tenant::Tenant;

/// `POST /v1.0/gateway/connections/open`
pub(crate) fn register(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let (id, secret) = (call.text("clientId").unwrap_or_default(), call.text("clientSecret").unwrap_or_default());
    if !is_the_app(id, secret) {
        return Err(NewRefusal::with(StatusCode::UNAUTHORIZED, "authFailed", "鉴权失败"));
    }
    let subscriptions = call.body.get("subscriptions").and_then(Value::as_array);
    let subscriptions = subscriptions.ok_or_else(|| NewRefusal::field_absent("subscriptions"))?;
    let subscriptions = subscriptions
        .iter()
        .filter_map(|entry| {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
            Some((text("type")?.to_ascii_uppercase(), text("topic")?))
        })
        .collect();
    let ticket = sim.uuid();
    tenant.connections.promise(ticket.clone(), call.now_ms, subscriptions);
    // The program reaches us by the name it has just used.
    let host = call.headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let host = host.unwrap_or_else(|| sim.shell.dingtalk_address.to_string());
    Ok(json!({"endpoint": format!("ws://{host}/connect"), "ticket": ticket}))
}
