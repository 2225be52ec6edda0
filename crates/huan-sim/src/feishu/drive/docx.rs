//! Documents and their blocks (Feishu §6.1).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Block, Document, Drive};
use crate::feishu::Feishu;
use crate::feishu::error::{ApiError, ApiResult, success};
use crate::feishu::limits::Limit;
use crate::feishu::request::{JsonBody, Params};
use crate::feishu::token::Caller;
use crate::lock::lock;

/// The most blocks of one call that creates (§6.1).
const MOST_CREATED: usize = 50;
/// The most blocks of one call that updates (§6.1).
const MOST_UPDATED: usize = 200;

/// The member that goes with a kind of block; none for kinds that are not simulated.
pub(super) fn member(kind: i64) -> Option<&'static str> {
    Some(match kind {
        2 => "text",
        3 => "heading1",
        4 => "heading2",
        5 => "heading3",
        6 => "heading4",
        7 => "heading5",
        8 => "heading6",
        9 => "heading7",
        10 => "heading8",
        11 => "heading9",
        12 => "bullet",
        13 => "ordered",
        14 => "code",
        15 => "quote",
        17 => "todo",
        22 => "divider",
        _ => return None,
    })
}

fn invalid(what: impl std::fmt::Display) -> ApiError {
    ApiError::new(1770001, format!("invalid param: {what}"))
}

fn not_found() -> ApiError {
    ApiError::new(1770002, "not found").with_status(StatusCode::NOT_FOUND)
}

fn document_of<'a>(drive: &'a mut Drive, id: &str) -> Result<&'a mut Document, ApiError> {
    if drive.documents.contains_key(id) && !drive.may_see(id) {
        return Err(ApiError::new(1770032, "forBidden").with_status(StatusCode::FORBIDDEN));
    }
    drive.documents.get_mut(id).ok_or_else(not_found)
}

/// The elements of a text, checked and with everything the platform adds (§6.1).
pub(super) fn elements(value: &Value) -> Result<Value, ApiError> {
    let list = value.as_array().ok_or_else(|| invalid("elements"))?;
    let mut checked = Vec::with_capacity(list.len());
    for element in list {
        if let Some(run) = element.get("text_run") {
            let content = run.get("content").and_then(Value::as_str).ok_or_else(|| invalid("text_run.content"))?;
            let mut style = json!({"bold": false, "inline_code": false, "italic": false, "strikethrough": false, "underline": false});
            if let Some(given) = run.get("text_element_style").and_then(Value::as_object) {
                for (name, value) in given {
                    style[name] = value.clone();
                }
                if let Some(url) = given.get("link").and_then(|link| link.get("url")).and_then(Value::as_str)
                    && url.contains("://")
                {
                    return Err(invalid("link.url is not encoded"));
                }
            }
            checked.push(json!({"text_run": {"content": content, "text_element_style": style}}));
        } else if let Some(mention) = element.get("mention_user") {
            mention.get("user_id").and_then(Value::as_str).ok_or_else(|| invalid("mention_user.user_id"))?;
            checked.push(element.clone());
        } else {
            return Err(invalid("element"));
        }
    }
    // A text without elements has one that is empty.
    if checked.is_empty() {
        checked.push(json!({"text_run": {"content": "", "text_element_style": {"bold": false, "inline_code": false, "italic": false, "strikethrough": false, "underline": false}}}));
    }
    Ok(Value::Array(checked))
}

fn object(document: &Document, block: &Block) -> Value {
    let mut object = json!({"block_id": block.id, "block_type": block.kind, "parent_id": document.id});
    if let Some(member) = member(block.kind) {
        object[member] = block.content.clone();
    }
    object
}

fn page_block(drive_title: &str, document: &Document) -> Value {
    let children: Vec<&str> = document.blocks.iter().map(|block| block.id.as_str()).collect();
    json!({"block_id": document.id, "block_type": 1, "parent_id": "", "children": children,
        "page": {"elements": [{"text_run": {"content": drive_title, "text_element_style": {}}}], "style": {"align": 1}}})
}

fn title(drive: &Drive, id: &str) -> String {
    drive.nodes.iter().find(|node| node.object == id).map(|node| node.title.clone()).unwrap_or_default()
}

/// `GET …/documents/:document_id`
pub(super) async fn document(State(feishu): State<Arc<Feishu>>, _: Caller, Path(id): Path<String>) -> ApiResult {
    let mut drive = lock(&feishu.drive);
    let title = title(&drive, &id);
    let document = document_of(&mut drive, &id)?;
    success(json!({"document": {"document_id": document.id, "revision_id": document.revision, "title": title}}))
}

/// `GET …/blocks`: the page block first.
pub(super) async fn blocks(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult {
    let mut drive = lock(&feishu.drive);
    let title = title(&drive, &id);
    let document = document_of(&mut drive, &id)?.clone();
    let mut all = vec![page_block(&title, &document)];
    all.extend(document.blocks.iter().map(|block| object(&document, block)));
    let page = params.page(&all, 500, 500)?;
    success(page.answer(page.items.to_vec()))
}

/// `GET …/blocks/:block_id`
pub(super) async fn block(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((id, block)): Path<(String, String)>,
) -> ApiResult {
    let mut drive = lock(&feishu.drive);
    let title = title(&drive, &id);
    let document = document_of(&mut drive, &id)?.clone();
    if block == id {
        return success(json!({"block": page_block(&title, &document)}));
    }
    let block = document.blocks.iter().find(|known| known.id == block).ok_or_else(not_found)?;
    success(json!({"block": object(&document, block)}))
}

/// `GET …/blocks/:block_id/children`
pub(super) async fn children(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((id, parent)): Path<(String, String)>,
    params: Params,
) -> ApiResult {
    let mut drive = lock(&feishu.drive);
    let document = document_of(&mut drive, &id)?.clone();
    let all: Vec<Value> = match parent == id {
        true => document.blocks.iter().map(|block| object(&document, block)).collect(),
        false => Vec::new(),
    };
    let page = params.page(&all, 500, 500)?;
    success(page.answer(page.items.to_vec()))
}

/// A block as given in a request.
pub(super) fn given(feishu: &Feishu, value: &Value, by: Option<String>) -> Result<Block, ApiError> {
    let kind = value.get("block_type").and_then(Value::as_i64).ok_or_else(|| invalid("block_type"))?;
    let member = member(kind).ok_or_else(|| ApiError::new(1770029, "block not support create"))?;
    let content = value.get(member).ok_or_else(|| ApiError::new(1770006, "schema mismatch"))?;
    let content = match kind {
        22 => json!({}),
        _ => {
            let elements = elements(content.get("elements").unwrap_or(&Value::Null))?;
            let mut style = json!({"align": 1, "folded": false});
            if kind == 17 {
                style["done"] = json!(false);
            }
            if let Some(given) = content.get("style").and_then(Value::as_object) {
                for (name, value) in given {
                    style[name] = value.clone();
                }
            }
            json!({"elements": elements, "style": style})
        }
    };
    Ok(Block { id: format!("doxcn{}", feishu.shell.random.hex::<11>()), kind, content, by })
}

/// Three edits of one document in a second (§6.1).
fn take_turn(feishu: &Feishu, id: &str) -> Result<(), ApiError> {
    let per_second = lock(&feishu.options).edits_per_document;
    let now = feishu.shell.clock.millis();
    lock(&feishu.limits)
        .take(&format!("document {id}"), &[Limit::per_second(per_second)], now)
        .map_err(|wait| ApiError::rate_limited(StatusCode::TOO_MANY_REQUESTS, wait.unsigned_abs().div_ceil(1000)))
}

/// An edit says against which revision it was made; -1 is the latest.
fn check_revision(feishu: &Feishu, document: &Document, params: &Params) -> Result<(), ApiError> {
    let revision: i64 = match params.get("document_revision_id") {
        None => -1,
        Some(text) => text.parse().map_err(|_| invalid("document_revision_id"))?,
    };
    let refuses = lock(&feishu.options).old_revision_is_refused;
    if revision > document.revision || revision < -1 || (refuses && revision != -1 && revision < document.revision) {
        return Err(invalid("document_revision_id"));
    }
    Ok(())
}

/// `POST …/blocks/:block_id/children`
pub(super) async fn create(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((id, parent)): Path<(String, String)>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let children = body.get("children").and_then(Value::as_array).ok_or_else(|| invalid("children"))?;
    if children.is_empty() || children.len() > MOST_CREATED {
        return Err(invalid("children: the length must be between 1 and 50"));
    }
    let blocks = children.iter().map(|child| given(&feishu, child, None)).collect::<Result<Vec<_>, _>>()?;
    let index = body.get("index").and_then(Value::as_i64).unwrap_or(-1);
    let mut drive = lock(&feishu.drive);
    document_of(&mut drive, &id)?;
    if parent != id {
        return Err(ApiError::new(1770028, "block not support children"));
    }
    take_turn(&feishu, &id)?;
    let token = params.get("client_token");
    let answer = feishu.once(&mut drive, &format!("docx {id} create"), token, |drive| {
        let document = document_of(drive, &id)?;
        check_revision(&feishu, document, &params)?;
        let at = match usize::try_from(index) {
            Ok(index) if index <= document.blocks.len() => index,
            Ok(_) => return Err(invalid("index")),
            Err(_) => document.blocks.len(),
        };
        document.blocks.splice(at..at, blocks.iter().cloned());
        document.revision += 1;
        let made: Vec<Value> = blocks.iter().map(|block| object(document, block)).collect();
        Ok(json!({"children": made, "client_token": token.unwrap_or_default(), "document_revision_id": document.revision}))
    })?;
    drop(drive);
    feishu.shell.changed();
    success(answer)
}

/// Carries one update out (§6.1); only the texts and the tick of a to-do are simulated.
pub(super) fn change(
    document: &mut Document,
    id: &str,
    request: &Value,
    by: Option<String>,
) -> Result<Value, ApiError> {
    let block = document.blocks.iter_mut().find(|block| block.id == id).ok_or_else(not_found)?;
    let (new, style) = match (request.get("update_text_elements"), request.get("update_text")) {
        (Some(update), None) => (elements(update.get("elements").unwrap_or(&Value::Null))?, None),
        (None, Some(update)) => {
            (elements(update.get("elements").unwrap_or(&Value::Null))?, update.get("style").cloned())
        }
        _ => return Err(ApiError::new(1770024, "invalid operation")),
    };
    if block.kind == 22 {
        return Err(ApiError::new(1770025, "operation and block not match"));
    }
    block.content["elements"] = new;
    if let Some(Value::Object(style)) = style {
        for (name, value) in style {
            block.content["style"][name] = value;
        }
    }
    block.by = by;
    let block = block.clone();
    Ok(object(document, &block))
}

/// `PATCH …/blocks/:block_id`
pub(super) async fn update(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((id, block)): Path<(String, String)>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let mut drive = lock(&feishu.drive);
    document_of(&mut drive, &id)?;
    take_turn(&feishu, &id)?;
    let document = document_of(&mut drive, &id)?;
    check_revision(&feishu, document, &params)?;
    let changed = change(document, &block, &body, None)?;
    document.revision += 1;
    let revision = document.revision;
    drop(drive);
    feishu.shell.changed();
    let token = params.get("client_token").unwrap_or_default();
    success(json!({"block": changed, "client_token": token, "document_revision_id": revision}))
}

/// `PATCH …/blocks/batch_update`
pub(super) async fn batch_update(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let requests = body.get("requests").and_then(Value::as_array).ok_or_else(|| invalid("requests"))?;
    if requests.is_empty() || requests.len() > MOST_UPDATED {
        return Err(invalid("requests: the length must be between 1 and 200"));
    }
    let mut drive = lock(&feishu.drive);
    document_of(&mut drive, &id)?;
    take_turn(&feishu, &id)?;
    let document = document_of(&mut drive, &id)?;
    check_revision(&feishu, document, &params)?;
    // All of it or nothing.
    let mut copy = document.clone();
    let mut seen = Vec::new();
    let mut changed = Vec::new();
    for request in requests {
        let block = request.get("block_id").and_then(Value::as_str).ok_or_else(|| invalid("block_id"))?;
        if seen.contains(&block) {
            return Err(ApiError::new(1770019, "repeat block id"));
        }
        seen.push(block);
        changed.push(change(&mut copy, block, request, None)?);
    }
    copy.revision += 1;
    *document = copy;
    let revision = document.revision;
    drop(drive);
    feishu.shell.changed();
    let token = params.get("client_token").unwrap_or_default();
    success(json!({"blocks": changed, "client_token": token, "document_revision_id": revision}))
}

/// `DELETE …/blocks/:block_id/children/batch_delete`
pub(super) async fn delete(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((id, parent)): Path<(String, String)>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let bound = |name: &str| {
        let number = body.get(name).and_then(Value::as_i64).and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| invalid(name))
    };
    let (start, end) = (bound("start_index")?, bound("end_index")?);
    let mut drive = lock(&feishu.drive);
    document_of(&mut drive, &id)?;
    if parent != id {
        return Err(not_found());
    }
    take_turn(&feishu, &id)?;
    let token = params.get("client_token");
    let answer = feishu.once(&mut drive, &format!("docx {id} delete"), token, |drive| {
        let document = document_of(drive, &id)?;
        check_revision(&feishu, document, &params)?;
        if start >= end || end > document.blocks.len() {
            return Err(invalid("start_index, end_index"));
        }
        document.blocks.drain(start..end);
        document.revision += 1;
        Ok(json!({"client_token": token.unwrap_or_default(), "document_revision_id": document.revision}))
    })?;
    drop(drive);
    feishu.shell.changed();
    success(answer)
}
