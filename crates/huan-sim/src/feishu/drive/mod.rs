//! Wiki spaces, documents and Bitables (Feishu §6, §7).
//!
//! Simulated are the flat blocks of a document, not those that hold others (tables, grids, call-outs): making one of these is
//! refused with 1770029.

pub(crate) mod act;
mod bitable;
mod cells;
mod docx;
pub(crate) mod screen;
mod wiki;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use serde_json::Value;

use super::Feishu;
use super::error::ApiError;
use super::limits::Limit;
use super::options::RepeatedClientToken;
use crate::lock::lock;
use crate::organisation::derived_hex;

/// Everything that is kept in spaces.
#[derive(Debug, Default)]
pub(super) struct Drive {
    pub(super) spaces: Vec<Space>,
    pub(super) nodes: Vec<Node>,
    pub(super) documents: HashMap<String, Document>,
    pub(super) bases: HashMap<String, Base>,
    /// What was answered to each `client_token`, by endpoint.
    answered: HashMap<(String, String), Value>,
}

/// A wiki space.
#[derive(Debug, Clone)]
pub(super) struct Space {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    /// Whether the app was made a member, without which it can do nothing in it (§6.2).
    pub(super) app_is_member: bool,
}

/// A page of a space.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) token: String,
    pub(super) space: String,
    pub(super) parent: Option<String>,
    /// `docx` or `bitable`.
    pub(super) kind: String,
    /// The document's or Bitable's own token.
    pub(super) object: String,
    pub(super) title: String,
    /// Seconds.
    pub(super) created_at: i64,
}

/// A document: the children of its page block.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) id: String,
    pub(super) revision: i64,
    pub(super) blocks: Vec<Block>,
}

/// A block of a document.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) id: String,
    /// `block_type`.
    pub(super) kind: i64,
    /// The member that goes with the kind.
    pub(super) content: Value,
    /// Who wrote it last: key of a person, none for the app.
    pub(super) by: Option<String>,
}

/// A Bitable.
#[derive(Debug, Clone)]
pub(super) struct Base {
    pub(super) token: String,
    pub(super) name: String,
    pub(super) revision: i64,
    pub(super) tables: Vec<Table>,
    /// Whether the app asked to be told of changes.
    pub(super) subscribed: bool,
}

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
    pub(super) records: Vec<Record>,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: i64,
    pub(super) ui_type: String,
    pub(super) property: Value,
}

/// A row. Cells stand by the field's id; an empty one is not there.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) cells: BTreeMap<String, Value>,
    /// Milliseconds.
    pub(super) created_at: i64,
    /// Milliseconds.
    pub(super) changed_at: i64,
    /// Key of the person; none for the app.
    pub(super) created_by: Option<String>,
    /// Key of the person; none for the app.
    pub(super) changed_by: Option<String>,
}

impl Drive {
    /// The spaces of the tenant. The app is a member of the first one only.
    pub(super) fn seeded() -> Self {
        let space = |key: &str, name: &str, description: &str, app_is_member| Space {
            id: number("feishu space", key),
            name: name.to_owned(),
            description: description.to_owned(),
            app_is_member,
        };
        let spaces = vec![
            space("product", "产品协作空间", "产品、研发与市场共用", true),
            space("market", "市场部知识库", "市场部内部", false),
        ];
        Self { spaces, ..Self::default() }
    }

    pub(super) fn space(&self, id: &str) -> Result<&Space, ApiError> {
        let space = self.spaces.iter().find(|space| space.id == id);
        let space = space.ok_or_else(|| ApiError::new(131005, "not found: space not found"))?;
        match space.app_is_member {
            true => Ok(space),
            false => Err(ApiError::new(
                131006,
                "permission denied: wiki space permission denied, tenant needs read permission.",
            )),
        }
    }

    /// The space in which an object stands, when the app may see it.
    fn may_see(&self, object: &str) -> bool {
        let node = self.nodes.iter().find(|node| node.object == object);
        node.is_some_and(|node| self.space(&node.space).is_ok())
    }
}

impl Feishu {
    /// Answers a repeated `client_token` in the way that is set; `make` is only called for a new one.
    fn once(
        &self,
        drive: &mut Drive,
        endpoint: &str,
        token: Option<&str>,
        make: impl FnOnce(&mut Drive) -> Result<Value, ApiError>,
    ) -> Result<Value, ApiError> {
        let Some(token) = token else { return make(drive) };
        if !is_uuid(token) {
            return Err(match endpoint.starts_with("bitable") {
                true => {
                    ApiError::new(1254037, "Invalid client token, make sure that it complies with the specification.")
                }
                false => ApiError::new(1770001, "invalid param: client_token"),
            });
        }
        let key = (endpoint.to_owned(), token.to_owned());
        let repeated = lock(&self.options).repeated_client_token;
        match (drive.answered.get(&key), repeated) {
            (Some(answer), RepeatedClientToken::AnsweredAgain) => return Ok(answer.clone()),
            (Some(_), RepeatedClientToken::Refused) => {
                return Err(match endpoint.starts_with("bitable") {
                    true => {
                        ApiError::with_status_200(1255006, "Client token conflict, please generate a new client token.")
                    }
                    false => ApiError::new(1770001, "invalid param: repeated client_token"),
                });
            }
            (Some(_), RepeatedClientToken::Unknown) | (None, _) => {}
        }
        let answer = make(drive)?;
        drive.answered.insert(key, answer.clone());
        Ok(answer)
    }
}

/// Whether a text has the form of a UUID version 4, as `client_token` must (§6.1, §7.1).
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
        && groups[2].starts_with('4')
        && groups[3].starts_with(['8', '9', 'a', 'b', 'A', 'B'])
}

fn number(kind: &str, key: &str) -> String {
    let digits: String = derived_hex(kind, key, 32).chars().filter(char::is_ascii_digit).collect();
    format!("7{digits:0<18.18}")
}

/// The limits of an endpoint below one of our paths (§6.1, §6.2, §7.1), and the status of a call over them.
pub(super) fn limits_of(method: &str, path: &str) -> Option<(Vec<Limit>, StatusCode)> {
    let reads = method == "GET";
    if path.starts_with("/open-apis/docx/") {
        let limit = Limit::per_second(if reads { 5 } else { 3 });
        return Some((vec![limit], StatusCode::BAD_REQUEST));
    }
    if path.starts_with("/open-apis/wiki/") {
        return Some((vec![Limit::per_minute(100)], StatusCode::TOO_MANY_REQUESTS));
    }
    if path.starts_with("/open-apis/bitable/") {
        let limit = match path.rsplit('/').next().unwrap_or_default() {
            "apps" => Limit::per_minute(20),
            "batch_create" | "batch_update" | "batch_delete" => Limit::per_second(50),
            "records" | "{record_id}" => Limit::per_second(50),
            _ if reads || path.ends_with("search") || path.ends_with("batch_get") => Limit::per_second(20),
            _ => Limit::per_second(10),
        };
        return Some((vec![limit], StatusCode::TOO_MANY_REQUESTS));
    }
    None
}

/// `GET /wiki/:node_token`: what a person's browser opens.
pub(super) async fn open(axum::extract::Path(token): axum::extract::Path<String>) -> axum::response::Redirect {
    axum::response::Redirect::temporary(&format!("/sim/#drive/{token}"))
}

/// The routes.
pub(super) fn router() -> Router<Arc<Feishu>> {
    const DOCUMENT: &str = "/open-apis/docx/v1/documents/{document_id}";
    const APP: &str = "/open-apis/bitable/v1/apps/{app_token}";
    const TABLE: &str = "/open-apis/bitable/v1/apps/{app_token}/tables/{table_id}";
    Router::new()
        .route("/open-apis/wiki/v2/spaces", get(wiki::spaces))
        .route("/open-apis/wiki/v2/spaces/get_node", get(wiki::node))
        .route("/open-apis/wiki/v2/spaces/{space_id}", get(wiki::space))
        .route("/open-apis/wiki/v2/spaces/{space_id}/nodes", get(wiki::nodes).post(wiki::create))
        .route("/open-apis/wiki/v2/spaces/{space_id}/nodes/{node_token}/update_title", post(wiki::rename))
        .route(DOCUMENT, get(docx::document))
        .route(&format!("{DOCUMENT}/blocks"), get(docx::blocks))
        .route(&format!("{DOCUMENT}/blocks/batch_update"), axum::routing::patch(docx::batch_update))
        .route(&format!("{DOCUMENT}/blocks/{{block_id}}"), get(docx::block).patch(docx::update))
        .route(&format!("{DOCUMENT}/blocks/{{block_id}}/children"), get(docx::children).post(docx::create))
        .route(&format!("{DOCUMENT}/blocks/{{block_id}}/children/batch_delete"), axum::routing::delete(docx::delete))
        .route(APP, get(bitable::app))
        .route(&format!("{APP}/tables"), get(bitable::tables).post(bitable::create_table))
        .route(&format!("{TABLE}/fields"), get(bitable::fields).post(bitable::create_field))
        .route(&format!("{TABLE}/fields/{{field_id}}"), put(bitable::update_field).delete(bitable::delete_field))
        .route(&format!("{TABLE}/records"), post(bitable::create_record))
        .route(&format!("{TABLE}/records/batch_create"), post(bitable::batch_create))
        .route(&format!("{TABLE}/records/batch_update"), post(bitable::batch_update))
        .route(&format!("{TABLE}/records/batch_delete"), post(bitable::batch_delete))
        .route(&format!("{TABLE}/records/batch_get"), post(bitable::batch_get))
        .route(&format!("{TABLE}/records/search"), post(bitable::search))
        .route(&format!("{TABLE}/records/{{record_id}}"), put(bitable::update_record).delete(bitable::delete_record))
        .route("/open-apis/drive/v1/files/{file_token}/subscribe", post(bitable::subscribe))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_token_is_a_uuid_of_version_4() {
        assert!(is_uuid("fe599b60-450f-46ff-b2ef-9f6675625b97"));
        assert!(!is_uuid("fe599b60-450f-16ff-b2ef-9f6675625b97"));
        assert!(!is_uuid("fe599b60450f46ffb2ef9f6675625b97"));
    }
}
