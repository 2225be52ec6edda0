//! Making, delivering and changing cards (DingTalk, cards §8.2 to §8.8).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::dingtalk::call::Call;
use crate::dingtalk::card::instance::{ByKey, CallbackRoute, Card, Spaces, param_map};
use crate::dingtalk::card::space::{self, Space, SpaceKind};
use crate::dingtalk::card::template::Variables;
use crate::dingtalk::chat::{Author, Mention, Message};
use crate::dingtalk::content::Content;
use crate::dingtalk::refusal::NewRefusal;
use crate::dingtalk::tenant::{CardRoute, Tenant};
use crate::dingtalk::{Dingtalk, ids};

const ID_LIMIT: usize = 100;
const NAME_LIMIT: usize = 100;
const VALUE_LIMIT: usize = 1024;
const TOTAL_LIMIT: usize = 100 * 1024;

/// `POST /v1.0/card/instances`
pub(crate) fn create(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let (id, card) = new_card(tenant, call)?;
    tenant.cards.insert(id.clone(), card);
    sim.shell.changed();
    Ok(json!({"success": true, "result": id}))
}

/// `POST /v1.0/card/instances/deliver`
pub(crate) fn deliver(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let id = out_track_id(call)?;
    let spaces = tenant.cards.get(id).ok_or_else(|| NewRefusal::same("param.cardNotExist"))?.spaces;
    let targets = targets(call, spaces, "param.spaceDeliverModelEmpty")?;
    let results = deliver_to(sim, tenant, call, id, &targets);
    Ok(json!({"success": true, "result": results}))
}

/// `POST /v1.0/card/instances/createAndDeliver`
pub(crate) fn create_and_deliver(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let (id, card) = new_card(tenant, call)?;
    let targets = targets(call, card.spaces, "param.openDeliverModelEmpty")?;
    tenant.cards.insert(id.clone(), card);
    let results = deliver_to(sim, tenant, call, &id, &targets);
    Ok(json!({"success": true, "result": {"outTrackId": id, "deliverResults": results}}))
}

/// `PUT /v1.0/card/instances`
pub(crate) fn update(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let id = out_track_id(call)?;
    let shared = public_data(call)?;
    let private = private_data(tenant, call)?;
    if shared.is_none() && private.is_none() {
        return Err(NewRefusal::same("param.cardDataAndPrivateDataBothEmpty"));
    }
    let card = tenant.cards.get_mut(id).ok_or_else(|| NewRefusal::same("param.cardNotExist"))?;
    card.update(shared, private, ByKey::from_options(call.body.get("cardUpdateOptions")));
    sim.shell.changed();
    Ok(json!({"success": true, "result": true}))
}

/// `PUT /v1.0/card/instances/spaces`
pub(crate) fn add_spaces(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let id = out_track_id(call)?;
    let more = spaces_of(call)?;
    let card = tenant.cards.get_mut(id).ok_or_else(|| NewRefusal::same("param.cardNotExist"))?;
    card.spaces.groups |= more.groups;
    card.spaces.robot_chats |= more.robot_chats;
    card.spaces.top_boxes |= more.top_boxes;
    Ok(json!({"success": true, "result": true}))
}

/// `PUT /v1.0/card/streaming`
pub(crate) fn stream(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let id = call.text("outTrackId").ok_or_else(|| NewRefusal::same("param.stream.outTrackId"))?;
    call.text("guid").ok_or_else(|| NewRefusal::same("param.stream.guidEmpty"))?;
    let key = call.text("key").ok_or_else(|| NewRefusal::same("param.stream.keyEmpty"))?;
    let content = call.body.get("content").and_then(Value::as_str);
    let content = content.ok_or_else(|| NewRefusal::same("param.stream.contentEmpty"))?;
    let full = call.body.get("isFull").and_then(Value::as_bool) != Some(false);
    let card = tenant.cards.get_mut(id).ok_or_else(|| NewRefusal::same("param.cardNotExist"))?;
    let before = if full { "" } else { card.shared.get(key).map(String::as_str).unwrap_or_default() };
    let change = Variables::from([(key.to_owned(), format!("{before}{content}"))]);
    card.update(Some(change), None, ByKey { shared: true, private: true });
    sim.shell.changed();
    Ok(json!({"success": true, "result": true}))
}

/// `POST /v1.0/card/callbacks/register`
pub(crate) fn register_callback(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let key = call.text("callbackRouteKey").ok_or_else(|| NewRefusal::same("param.callbackRouteKeyEmpty"))?;
    let url = call.text("callbackUrl").ok_or_else(|| NewRefusal::same("param.callbackUrlEmpty"))?;
    let route = CardRoute { url: url.to_owned(), api_secret: call.text("apiSecret").map(str::to_owned) };
    let force = call.body.get("forceUpdate").and_then(Value::as_bool) == Some(true);
    let result = |route: &CardRoute| json!({"success": true, "result": {"callbackUrl": route.url, "apiSecret": route.api_secret}});
    match tenant.card_routes.get(key).filter(|known| !force && **known != route) {
        Some(earlier) if tenant.settings.uncertain.earlier_route_is_given => return Ok(result(earlier)),
        Some(_) => {
            let code = "param.callbackRouteKeyExist";
            return Err(NewRefusal::with(StatusCode::INTERNAL_SERVER_ERROR, code, code));
        }
        None => {}
    }
    let answer = result(&route);
    tenant.card_routes.insert(key.to_owned(), route);
    Ok(answer)
}

fn new_card(tenant: &Tenant, call: &Call) -> Result<(String, Card), NewRefusal> {
    let template = call.text("cardTemplateId").ok_or_else(|| NewRefusal::same("param.cardTemplateIdEmpty"))?;
    let id = out_track_id(call)?;
    let shared = public_data(call)?.ok_or_else(|| NewRefusal::same("param.cardPublicDataEmpty"))?;
    if tenant.cards.contains_key(id) {
        return Err(NewRefusal::same("param.cardAlreadyExist"));
    }
    match tenant.templates.iter().find(|known| known.id == template) {
        None => return Err(NewRefusal::same("param.templateNotExist")),
        Some(known) if !known.published => return Err(NewRefusal::same("param.templateUnpublished")),
        Some(_) => {}
    }
    let route = match (call.text("callbackType"), call.text("callbackRouteKey")) {
        (None, _) => CallbackRoute::None,
        (Some("STREAM"), _) => CallbackRoute::Stream,
        (Some("HTTP"), Some(key)) => CallbackRoute::Http(key.to_owned()),
        _ => return Err(NewRefusal::same("param.invalid")),
    };
    let private = private_data(tenant, call)?.unwrap_or_default();
    let mut card = Card::new(template.to_owned(), route, by_union_id(call), shared, private);
    card.spaces = spaces_of(call)?;
    Ok((id.to_owned(), card))
}

fn out_track_id(call: &Call) -> Result<&str, NewRefusal> {
    let id = call.text("outTrackId").ok_or_else(|| NewRefusal::same("param.outTrackIdEmpty"))?;
    if id.chars().count() > ID_LIMIT { Err(NewRefusal::same("param.invalid")) } else { Ok(id) }
}

fn by_union_id(call: &Call) -> bool {
    call.number("userIdType") == Some(2)
}

/// Space models; the two for chats must say whether the card may be forwarded.
fn spaces_of(call: &Call) -> Result<Spaces, NewRefusal> {
    let given = |name: &str| match call.body.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(model) if model.get("supportForward").is_some_and(Value::is_boolean) => Ok(true),
        Some(_) => Err(NewRefusal::same("param.openSpaceModelInvalid")),
    };
    Ok(Spaces {
        groups: given("imGroupOpenSpaceModel")?,
        robot_chats: given("imRobotOpenSpaceModel")?,
        top_boxes: call.body.get("topOpenSpaceModel").is_some_and(Value::is_object),
    })
}

fn public_data(call: &Call) -> Result<Option<Variables>, NewRefusal> {
    match call.body.get("cardData") {
        None | Some(Value::Null) => Ok(None),
        Some(data) => variables(data).map(Some),
    }
}

fn private_data(tenant: &Tenant, call: &Call) -> Result<Option<BTreeMap<String, Variables>>, NewRefusal> {
    let Some(people) = call.body.get("privateData").and_then(Value::as_object) else { return Ok(None) };
    let mut private = BTreeMap::new();
    for (id, data) in people {
        let member = tenant.directory.member_by(id, by_union_id(call));
        let member = member.ok_or_else(|| NewRefusal::same("param.userIdNotExist"))?;
        private.insert(member.user_id.clone(), variables(data)?);
    }
    Ok(Some(private))
}

/// Checks that every value is a string and nothing is too long.
fn variables(data: &Value) -> Result<Variables, NewRefusal> {
    let invalid = || NewRefusal::same("param.invalid");
    let map = data.get("cardParamMap").and_then(Value::as_object).ok_or_else(invalid)?;
    let variables = param_map(Some(data)).unwrap_or_default();
    let too_long = variables.iter().any(|(name, value)| name.len() > NAME_LIMIT || value.len() > VALUE_LIMIT);
    let total: usize = variables.iter().map(|(name, value)| name.len() + value.len()).sum();
    if variables.len() < map.len() || too_long || total > TOTAL_LIMIT { Err(invalid()) } else { Ok(variables) }
}

/// A place to deliver to, with the model that says how.
struct Target<'a> {
    space: Space,
    model: &'a Value,
}

fn targets<'a>(call: &'a Call, prepared: Spaces, absent: &'static str) -> Result<Vec<Target<'a>>, NewRefusal> {
    let open_space_id = call.text("openSpaceId").ok_or_else(|| NewRefusal::same("param.openSpaceIdEmpty"))?;
    let spaces = space::parse(open_space_id).ok_or_else(|| NewRefusal::same("param.openSpaceIdInvalid"))?;
    let mut targets = Vec::new();
    for space in spaces {
        let ready = match space.kind {
            SpaceKind::Group => prepared.groups,
            SpaceKind::RobotChat => prepared.robot_chats,
            SpaceKind::TopBox => prepared.top_boxes,
        };
        if !ready {
            return Err(NewRefusal::same("param.openSpaceModelInvalid"));
        }
        let model = call.body.get(space.kind.deliver_model()).filter(|model| model.is_object());
        let model = model.ok_or_else(|| NewRefusal::same(absent))?;
        // The chat of a person knows its robot; a group may have several.
        let robot = model.get("robotCode").and_then(Value::as_str);
        let needs_robot = space.kind == SpaceKind::Group;
        if robot.map_or(needs_robot, |robot| robot != ids::client()) {
            return Err(NewRefusal::same("param.openDeliverModelError"));
        }
        targets.push(Target { space, model });
    }
    Ok(targets)
}

fn deliver_to(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call, id: &str, targets: &[Target<'_>]) -> Vec<Value> {
    let by_union_id = by_union_id(call);
    targets
        .iter()
        .map(|Target { space, model }| {
            let chat = match space.kind {
                SpaceKind::Group | SpaceKind::TopBox => {
                    tenant.chat(&space.id).filter(|chat| chat.group().is_some_and(|group| group.has_robot))
                }
                SpaceKind::RobotChat => tenant
                    .directory
                    .member_by(&space.id, by_union_id)
                    .and_then(|member| tenant.robot_chat(&member.user_id)),
            };
            let result = |carrier: &str, error: &str| {
                json!({
                    "spaceType": space.kind.name(), "spaceId": space.id, "success": error.is_empty(),
                    "carrierId": carrier, "errorMsg": error,
                })
            };
            let Some(chat) = chat.map(|chat| chat.id.clone()) else { return result("", "space not exist") };
            let carrier = sim.query_key();
            let content = Content::Card { out_track_id: id.to_owned() };
            let mut message = Message::new(sim.message_id(), call.now_ms, Author::Robot, content);
            message.query_key = Some(carrier.clone());
            message.mentions = mentions(tenant, model, by_union_id);
            message.only_for = recipients(tenant, model, by_union_id);
            sim.show(tenant, &chat, message);
            result(&carrier, "")
        })
        .collect()
}

fn mentions(tenant: &Tenant, model: &Value, by_union_id: bool) -> Vec<Mention> {
    let Some(map) = model.get("atUserIds").and_then(Value::as_object) else { return Vec::new() };
    map.keys()
        .filter_map(|id| match id.as_str() {
            "@ALL" => Some(Mention::All),
            id => tenant.directory.member_by(id, by_union_id).map(|member| Mention::Person(member.user_id.clone())),
        })
        .collect()
}

fn recipients(tenant: &Tenant, model: &Value, by_union_id: bool) -> Option<Vec<String>> {
    let list = model.get("recipients")?.as_array()?;
    let known = list.iter().filter_map(|id| tenant.directory.member_by(id.as_str()?, by_union_id));
    Some(known.map(|member| member.user_id.clone()).collect())
}
