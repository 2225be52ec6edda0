//! Fetching the events whose push was given up (§6.6).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::dingtalk::Dingtalk;
use crate::dingtalk::call::Call;
use crate::dingtalk::refusal::OldRefusal;
use crate::dingtalk::tenant::Tenant;

const PAGE: usize = 200;

/// `GET oapi/call_back/get_call_back_failed_result`
pub(crate) fn fetch(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, OldRefusal> {
    let ready = |ready_ms: i64| ready_ms <= call.now_ms;
    let mut list = Vec::new();
    // Fetching removes them.
    tenant.failed_pushes.retain(|failed| {
        let taken = ready(failed.ready_ms) && list.len() < PAGE;
        if taken {
            list.push(json!({
                "call_back_tag": failed.event, "event_time": failed.at_ms, failed.event.as_str(): failed.data,
            }));
        }
        !taken
    });
    let more = tenant.failed_pushes.iter().any(|failed| ready(failed.ready_ms));
    Ok(json!({"errcode": 0, "errmsg": "ok", "has_more": more, "failed_list": list}))
}
