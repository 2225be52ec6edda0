//! Spaces and their pages (Feishu §6.2). A space is made with a user's token only, so that call is not here.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::{Base, Document, Drive, Node, Space, Table, bitable};
use crate::feishu::Feishu;
use crate::feishu::error::{ApiError, ApiResult, success};
use crate::feishu::ids;
use crate::feishu::request::{JsonBody, Params, optional_text, text};
use crate::feishu::token::Caller;
use crate::lock::lock;

fn space_object(space: &Space) -> Value {
    json!({"space_id": space.id, "name": space.name, "description": space.description, "space_type": "team",
        "visibility": "private", "open_sharing": "closed"})
}

fn node_object(drive: &Drive, node: &Node) -> Value {
    let has_child = drive.nodes.iter().any(|other| other.parent.as_deref() == Some(&node.token));
    let created = node.created_at.to_string();
    json!({"space_id": node.space, "node_token": node.token, "obj_token": node.object, "obj_type": node.kind,
        "parent_node_token": node.parent.clone().unwrap_or_default(), "node_type": "origin", "origin_node_token": node.token,
        "origin_space_id": node.space, "has_child": has_child, "title": node.title, "obj_create_time": created,
        "obj_edit_time": created, "node_create_time": created, "creator": ids::robot(), "owner": ids::robot(),
        "node_creator": ids::robot()})
}

/// `GET /open-apis/wiki/v2/spaces`: those that the app is a member of.
pub(super) async fn spaces(State(feishu): State<Arc<Feishu>>, _: Caller, params: Params) -> ApiResult {
    let drive = lock(&feishu.drive);
    let spaces: Vec<&Space> = drive.spaces.iter().filter(|space| space.app_is_member).collect();
    let page = params.page(&spaces, 20, 50)?;
    success(page.answer(page.items.iter().map(|space| space_object(space)).collect()))
}

/// `GET /open-apis/wiki/v2/spaces/:space_id`
pub(super) async fn space(State(feishu): State<Arc<Feishu>>, _: Caller, Path(id): Path<String>) -> ApiResult {
    success(json!({"space": space_object(lock(&feishu.drive).space(&id)?)}))
}

/// `GET /open-apis/wiki/v2/spaces/:space_id/nodes`
pub(super) async fn nodes(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(space): Path<String>,
    params: Params,
) -> ApiResult {
    let drive = lock(&feishu.drive);
    drive.space(&space)?;
    let parent = params.get("parent_node_token");
    let nodes: Vec<&Node> =
        drive.nodes.iter().filter(|node| node.space == space && node.parent.as_deref() == parent).collect();
    let page = params.page(&nodes, 20, 50)?;
    success(page.answer(page.items.iter().map(|node| node_object(&drive, node)).collect()))
}

/// `GET /open-apis/wiki/v2/spaces/get_node`: by the page's token, or with `obj_type` by its object's.
pub(super) async fn node(State(feishu): State<Arc<Feishu>>, _: Caller, params: Params) -> ApiResult {
    let drive = lock(&feishu.drive);
    let token = params.get("token").ok_or_else(|| ApiError::new(131002, "param err: token is required"))?;
    let kind = params.get("obj_type").unwrap_or("wiki");
    let fits =
        |node: &&Node| if kind == "wiki" { node.token == token } else { node.object == token && node.kind == kind };
    let node = drive
        .nodes
        .iter()
        .find(fits)
        .ok_or_else(|| ApiError::new(131005, "not found: document is not found by token"))?;
    drive.space(&node.space)?;
    success(json!({"node": node_object(&drive, node)}))
}

/// `POST /open-apis/wiki/v2/spaces/:space_id/nodes`
pub(super) async fn create(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(space): Path<String>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let kind = text(&body, "obj_type")?;
    if text(&body, "node_type")? != "origin" {
        return Err(ApiError::new(131002, "param err: only origin nodes are simulated"));
    }
    let title = optional_text(&body, "title")?.unwrap_or("未命名文档").to_owned();
    let parent = optional_text(&body, "parent_node_token")?.map(str::to_owned);
    let mut drive = lock(&feishu.drive);
    drive.space(&space)?;
    if let Some(parent) = &parent
        && !drive.nodes.iter().any(|node| node.token == *parent && node.space == space)
    {
        return Err(ApiError::new(131005, "not found: parent node not found"));
    }
    let object = match kind {
        "docx" => {
            let id = format!("doxcn{}", feishu.shell.random.hex::<11>());
            drive.documents.insert(id.clone(), Document { id: id.clone(), revision: 1, blocks: Vec::new() });
            id
        }
        "bitable" => {
            let token = format!("bascn{}", feishu.shell.random.hex::<11>());
            // A new Bitable has a table already.
            let table = Table {
                id: bitable::table_id(&feishu),
                name: "数据表".into(),
                fields: bitable::default_fields(&feishu),
                records: Vec::new(),
            };
            let base =
                Base { token: token.clone(), name: title.clone(), revision: 1, tables: vec![table], subscribed: false };
            drive.bases.insert(token.clone(), base);
            token
        }
        _ => return Err(ApiError::new(131002, "param err: obj_type is not simulated")),
    };
    let node = Node {
        token: format!("wikcn{}", feishu.shell.random.hex::<11>()),
        space,
        parent,
        kind: kind.to_owned(),
        object,
        title,
        created_at: feishu.shell.clock.seconds(),
    };
    let answer = json!({"node": node_object(&drive, &node)});
    drive.nodes.push(node);
    drop(drive);
    feishu.shell.changed();
    success(answer)
}

/// `POST …/nodes/:node_token/update_title`
pub(super) async fn rename(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((space, token)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let title = text(&body, "title")?.to_owned();
    let mut drive = lock(&feishu.drive);
    drive.space(&space)?;
    let node = drive.nodes.iter_mut().find(|node| node.token == token && node.space == space);
    node.ok_or_else(|| ApiError::new(131005, "not found: node not found"))?.title = title;
    drop(drive);
    feishu.shell.changed();
    success(json!({}))
}
