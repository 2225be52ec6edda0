//! Files: uploaded by the program, or sent by people (DingTalk, app robot §3.8).

use std::sync::Arc;

use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::send::robot_code;
use crate::dingtalk::Dingtalk;
use crate::dingtalk::call::Call;
use crate::dingtalk::refusal::{NewRefusal, OldRefusal};
use crate::dingtalk::tenant::{Media, Tenant};
use crate::lock::lock;

const KINDS: [(&str, usize); 4] = [("image", 20 << 20), ("voice", 2 << 20), ("video", 20 << 20), ("file", 20 << 20)];

/// The query of an upload.
#[derive(Deserialize)]
pub(crate) struct Token {
    access_token: Option<String>,
}

/// `POST oapi/media/upload`
pub(crate) async fn upload(
    State(sim): State<Arc<Dingtalk>>,
    Query(query): Query<Token>,
    parts: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Response {
    let result = match parts {
        Ok(parts) => sim.store(query.access_token.as_deref(), parts).await,
        Err(_) => Err(OldRefusal::plain(40035, "缺少参数 media")),
    };
    sim.answer_old(result)
}

/// The address that `downloadUrl` points to.
pub(crate) async fn bytes(State(sim): State<Arc<Dingtalk>>, Path(id): Path<String>) -> Response {
    match lock(&sim.tenant).media.get(&id) {
        Some(media) => media.bytes.clone().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `POST /v1.0/robot/messageFiles/download`
pub(crate) fn download(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    robot_code(call)?;
    let code = call.needed("downloadCode")?;
    if !tenant.media.contains_key(code) {
        return Err(NewRefusal::bad("invalidParameter.downloadCode", "错误描述: downloadCode 错误或已过期；"));
    }
    Ok(json!({"downloadUrl": format!("{}/media/{code}", sim.base_url())}))
}

impl Dingtalk {
    async fn store(&self, token: Option<&str>, mut parts: Multipart) -> Result<Value, OldRefusal> {
        let token = token.ok_or_else(OldRefusal::token_absent)?;
        if !lock(&self.tenant).tokens.is_valid(token, self.shell.clock.millis()) {
            return Err(OldRefusal::token_invalid());
        }
        let (mut kind, mut bytes) = (String::new(), None);
        while let Ok(Some(part)) = parts.next_field().await {
            match part.name() {
                Some("type") => kind = part.text().await.unwrap_or_default(),
                Some("media") => bytes = part.bytes().await.ok(),
                _ => {}
            }
        }
        let bytes = bytes.ok_or_else(|| OldRefusal::plain(40035, "缺少参数 media"))?;
        let limit = KINDS.iter().find(|(name, _)| *name == kind).map(|(_, limit)| *limit);
        let limit = limit.ok_or_else(|| OldRefusal::plain(40004, "不合法的媒体文件类型"))?;
        if bytes.len() > limit {
            return Err(OldRefusal::plain(40006, "不合法的文件大小"));
        }
        let id = format!("@lAD{}", self.shell.random.hex::<16>());
        lock(&self.tenant).media.insert(id.clone(), Media { bytes: bytes.to_vec() });
        let now_ms = self.shell.clock.millis();
        Ok(json!({"errcode": 0, "errmsg": "ok", "type": kind, "media_id": id, "created_at": now_ms}))
    }
}
