//! DING: in the app, as a text message, as a telephone call (DingTalk, DING §4).

use std::sync::Arc;

use serde_json::{Value, json};

use super::send::robot_code;
use crate::dingtalk::Dingtalk;
use crate::dingtalk::call::Call;
use crate::dingtalk::refusal::NewRefusal;
use crate::dingtalk::tenant::{Ding, Tenant};
use crate::lock::lock;
use crate::platform::PlatformName;
use crate::view::RingWay;

const VOICES: [&str; 6] = [
    "Standard_Female_Voice",
    "Cantonese_Female_Voice",
    "Gentine_Female_Voice",
    "Overbearing_Female_Voice",
    "Lovely_Girl_Voice",
    "Standard_Male_Voice",
];

/// `POST /v1.0/robot/ding/send`
pub(crate) fn send(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    robot_code(call)?;
    let (way, receiver_limit) = match call.number("remindType") {
        Some(1) => (RingWay::App, 200),
        Some(2) => (RingWay::Sms, 20),
        Some(3) => (RingWay::Phone, 20),
        Some(_) => return Err(NewRefusal::bad("invalidParameter.param.invalid", "invalid remindType")),
        None => return Err(NewRefusal::field_absent("remindType")),
    };
    let content = call.needed("content")?;
    if call.text("callVoice").is_some_and(|voice| !VOICES.contains(&voice)) {
        return Err(NewRefusal::bad("invalidParameter.param.invalid", "invalid callVoice"));
    }
    let receivers = call.texts("receiverUserIdList").unwrap_or_default();
    if receivers.is_empty() {
        return Err(NewRefusal::bad("miss.staffId", "无效的接收人"));
    }
    if receivers.len() > receiver_limit {
        return Err(NewRefusal::bad("ding.receivercount.limit", "ding receiver count limit"));
    }
    let (known, unknown): (Vec<String>, Vec<String>) =
        receivers.into_iter().partition(|user_id| tenant.directory.member(user_id).is_some());
    if known.is_empty() {
        return Err(NewRefusal::bad("miss.staffId", "无效的接收人"));
    }
    take_quota(tenant, way, known.len())?;
    let id = sim.shell.random.below(1_000_000_000_000).to_string();
    for user_id in &known {
        if let Some(member) = tenant.directory.member(user_id) {
            sim.shell.ring(PlatformName::Dingtalk, &member.key, way, content, &id);
        }
    }
    tenant.dings.insert(id.clone(), Ding { receivers: known, recalled: false });
    let mut answer = json!({"openDingId": id});
    if !unknown.is_empty() {
        answer["failedList"] = json!({"miss.staffId": unknown});
    }
    Ok(answer)
}

/// `POST /v1.0/robot/ding/recall`
pub(crate) fn recall(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    robot_code(call)?;
    let id = call.needed("openDingId")?;
    let unknown = || NewRefusal::bad("recall.ding.exception", "recall ding exception");
    tenant.dings.get_mut(id).ok_or_else(unknown)?.recalled = true;
    sim.shell.changed();
    Ok(json!({"openDingId": id}))
}

/// `POST /v1.0/robot/ding/readStatuses/query`
pub(crate) fn read_status(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    robot_code(call)?;
    let id = call.needed("openDingId")?;
    let ding =
        tenant.dings.get(id).ok_or_else(|| NewRefusal::bad("invalidParameter.param.invalid", "invalid openDingId"))?;
    let rings = lock(&sim.shell.rings);
    let people: Vec<Value> = ding
        .receivers
        .iter()
        .map(|user_id| {
            let key = tenant.directory.member(user_id).map(|member| member.key.as_str());
            let answered =
                rings.iter().any(|ring| ring.answered && ring.message == id && Some(ring.person.as_str()) == key);
            json!({"userId": user_id, "readStatus": if answered { "READ" } else { "UNREAD" }})
        })
        .collect();
    Ok(json!({"success": true, "result": {"robotDingReadInfoList": people}}))
}

fn take_quota(tenant: &mut Tenant, way: RingWay, receivers: usize) -> Result<(), NewRefusal> {
    let left = match way {
        RingWay::App => return Ok(()),
        RingWay::Sms => &mut tenant.settings.ding_texts_left,
        RingWay::Phone => &mut tenant.settings.ding_calls_left,
    };
    let Some(left) = left else { return Ok(()) };
    match left.checked_sub(u32::try_from(receivers).unwrap_or(u32::MAX)) {
        Some(rest) => {
            *left = rest;
            Ok(())
        }
        None => Err(NewRefusal::bad("ding.serverquota.insufficient", "ding server quota insufficient")),
    }
}
