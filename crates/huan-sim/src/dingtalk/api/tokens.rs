//! Access tokens (DingTalk, access tokens §2).

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::dingtalk::call::Call;
use crate::dingtalk::refusal::{NewRefusal, OldRefusal};
use crate::dingtalk::tenant::Tenant;
use crate::dingtalk::token::LIFETIME_SECONDS;
use crate::dingtalk::{Dingtalk, ids};

/// `POST /v1.0/oauth2/accessToken`
pub(crate) fn app_token(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let (key, secret) = (call.needed("appKey")?, call.needed("appSecret")?);
    if !is_the_app(key, secret) {
        return Err(NewRefusal::bad("invalidClientIdOrSecret", "无效的clientId或者clientSecret"));
    }
    Ok(json!({"accessToken": sim.token(tenant, call.now_ms), "expireIn": LIFETIME_SECONDS}))
}

/// `POST /v1.0/oauth2/{corpId}/token`
pub(crate) fn unified_token(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    if call.path.get("corpId") != Some(&ids::corp()) {
        return Err(NewRefusal::with(StatusCode::INTERNAL_SERVER_ERROR, "unknownError", "未知错误"));
    }
    if call.text("grant_type") != Some("client_credentials") {
        return Err(NewRefusal::bad("unsupported.grant.type", "不支持的授权类型"));
    }
    let (id, secret) = (call.text("client_id").unwrap_or_default(), call.text("client_secret").unwrap_or_default());
    if !is_the_app(id, secret) {
        return Err(NewRefusal::bad("invalid.client", "无效的clientId或者clientSecret"));
    }
    Ok(json!({"access_token": sim.token(tenant, call.now_ms), "expires_in": LIFETIME_SECONDS}))
}

/// `GET oapi/gettoken`
pub(crate) fn old_token(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, OldRefusal> {
    let (Some(key), Some(secret)) = (call.text("appkey"), call.text("appsecret")) else {
        return Err(OldRefusal::plain(40035, "缺少参数 corpid or appkey"));
    };
    if !is_the_app(key, secret) {
        return Err(OldRefusal::plain(40096, "不合法的appKey或appSecret"));
    }
    let token = sim.token(tenant, call.now_ms);
    Ok(json!({"errcode": 0, "access_token": token, "errmsg": "ok", "expires_in": LIFETIME_SECONDS}))
}

/// Whether these are the credentials of the seeded app.
pub(crate) fn is_the_app(client_id: &str, client_secret: &str) -> bool {
    client_id == ids::client() && client_secret == ids::client_secret()
}

impl Dingtalk {
    fn token(&self, tenant: &mut Tenant, now_ms: i64) -> String {
        tenant.tokens.issue(&ids::client(), now_ms, || self.shell.random.hex::<16>())
    }
}
