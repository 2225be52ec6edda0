//! What the program asks of the webhook (Teambition §9.4).

use std::time::Duration;

use serde_json::json;

use super::super::Teambition;
use super::super::answer::{Refusal, Reply};
use super::super::call::Call;
use super::super::ids;
use super::super::tenant::Tenant;

/// `POST /webhook/v1/apps/{appId}/listen`: the program hears again
pub(super) fn listen(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    if call.id("appId") != ids::app() {
        return Err(Refusal::missing("应用"));
    }
    let wait = Duration::try_from_secs_f64(tenant.settings.listen_takes).unwrap_or_default();
    tenant.hook.listen(call.now.saturating_add(wait).unwrap_or(call.now));
    sim.shell.changed();
    Ok(Reply::of(json!({"message": "ok"})))
}

/// `GET /webhook/ips`: from where pushes come
pub(super) fn addresses(sim: &Teambition, _: &mut Tenant, _: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::of(json!({"ip_list": [crate::shell::reachable(sim.shell.teambition_address).ip().to_string()]})))
}
