//! The error bodies of the two API families (DingTalk, common conventions §0.2 and §0.3).

use std::borrow::Cow;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// A refusal of the new API: a real HTTP status and a textual code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewRefusal {
    pub(crate) status: StatusCode,
    code: Cow<'static, str>,
    message: Cow<'static, str>,
    required_scope: Option<&'static str>,
}

impl NewRefusal {
    /// HTTP 400, the usual status.
    pub(crate) fn bad(code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self::with(StatusCode::BAD_REQUEST, code, message)
    }

    /// The card endpoints repeat the code as the message (§8.4).
    pub(crate) fn same(code: &'static str) -> Self {
        Self::bad(code, code)
    }

    /// Any status.
    pub(crate) fn with(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, code: code.into(), message: message.into(), required_scope: None }
    }

    pub(crate) fn token_absent() -> Self {
        Self::bad("AuthenticationFailed.MissingParameter", "缺少参数：x-acs-dingtalk-access-token")
    }

    pub(crate) fn token_invalid(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        Self::with(status, "InvalidAuthentication", "不合法的access_token")
    }

    pub(crate) fn permission(scope: &'static str) -> Self {
        let message = "没有调用该接口的权限，接口权限申请参考：https://open.dingtalk.com/document/orgapp-server/add-api-permission";
        let code = "Forbidden.AccessDenied.AccessTokenPermissionDenied";
        Self { required_scope: Some(scope), ..Self::with(StatusCode::FORBIDDEN, code, message) }
    }

    pub(crate) fn body_absent() -> Self {
        Self::bad("Missingbody", "body is mandatory for this action.")
    }

    pub(crate) fn body_invalid() -> Self {
        Self::bad("Invalidbody", "Specified parameter body is not valid. JSON parsing error")
    }

    /// A required field of the body or query is absent.
    pub(crate) fn field_absent(name: &str) -> Self {
        Self::bad(format!("Missing{name}"), format!("{name} is mandatory for this action."))
    }

    pub(crate) fn too_many_per_second() -> Self {
        Self::with(
            StatusCode::FORBIDDEN,
            "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
            "您的应用调用该接口的QPS超过限制，请稍后重试",
        )
    }

    pub(crate) fn too_many_per_month() -> Self {
        Self::with(StatusCode::FORBIDDEN, "Forbidden.AccessDenied.ApiCountLimitForOrg", "企业本月接口调用量已达上限")
    }

    /// The body; `request_id` is new for every answer.
    pub(crate) fn body(&self, request_id: String) -> Value {
        let mut body = json!({"code": self.code, "requestid": request_id, "message": self.message});
        if let (Some(scope), Some(map)) = (self.required_scope, body.as_object_mut()) {
            map.insert("accessdenieddetail".into(), json!({"requiredScopes": [scope]}));
        }
        body
    }
}

/// A refusal of the old API: always HTTP 200, with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OldRefusal {
    errcode: i64,
    errmsg: Cow<'static, str>,
    sub: Option<(&'static str, &'static str)>,
    with_request_id: bool,
}

impl OldRefusal {
    /// The short form of the webhook and token endpoints, without request id.
    pub(crate) fn plain(errcode: i64, errmsg: impl Into<Cow<'static, str>>) -> Self {
        Self { errcode, errmsg: errmsg.into(), sub: None, with_request_id: false }
    }

    /// The form of the `topapi` endpoints.
    pub(crate) fn top(errcode: i64, errmsg: impl Into<Cow<'static, str>>) -> Self {
        Self { with_request_id: true, ..Self::plain(errcode, errmsg) }
    }

    pub(crate) fn token_absent() -> Self {
        Self::gateway("40000", "access_token is blank", "ding talk error[subcode=40000,submsg=access_token is blank]")
    }

    pub(crate) fn token_invalid() -> Self {
        Self::gateway("40014", "不合法的access_token", "ding talk error[subcode=40014,submsg=不合法的access_token]")
    }

    pub(crate) fn unknown_method(method: &str) -> Self {
        Self::top(22, format!("Invalid method[{method}]"))
    }

    pub(crate) fn too_many_per_second() -> Self {
        Self::top(90018, "您的服务器调用钉钉开放平台当前接口的请求过多，被暂时禁用了，请稍后重试")
    }

    pub(crate) fn too_many_per_month() -> Self {
        Self::top(90020, "企业本月接口调用量已达上限")
    }

    pub(crate) fn permission() -> Self {
        Self::top(60011, "没有调用该接口的权限")
    }

    pub(crate) fn parameter(name: &str) -> Self {
        Self::top(400_002, format!("请求参数错误，缺少参数{name}"))
    }

    fn gateway(sub_code: &'static str, sub_msg: &'static str, errmsg: &'static str) -> Self {
        Self { sub: Some((sub_code, sub_msg)), ..Self::top(88, errmsg) }
    }

    /// The body; `request_id` is new for every answer.
    pub(crate) fn body(&self, request_id: String) -> Value {
        let mut body = Map::new();
        body.insert("errcode".into(), json!(self.errcode));
        if let Some((code, message)) = self.sub {
            body.insert("sub_code".into(), json!(code));
            body.insert("sub_msg".into(), json!(message));
        }
        body.insert("errmsg".into(), json!(self.errmsg));
        if self.with_request_id {
            body.insert("request_id".into(), json!(request_id));
        }
        Value::Object(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bodies_of_section_0_3() {
        assert_eq!(
            NewRefusal::permission("Contact.User.Read").body("R".into()),
            json!({"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","requestid":"R",
                "message":"没有调用该接口的权限，接口权限申请参考：https://open.dingtalk.com/document/orgapp-server/add-api-permission",
                "accessdenieddetail":{"requiredScopes":["Contact.User.Read"]}})
        );
        assert_eq!(
            OldRefusal::token_invalid().body("R".into()),
            json!({"errcode":88,"sub_code":"40014","sub_msg":"不合法的access_token",
                "errmsg":"ding talk error[subcode=40014,submsg=不合法的access_token]","request_id":"R"})
        );
        assert_eq!(
            NewRefusal::field_absent("userIds").body("R".into()),
            json!({"code":"MissinguserIds","requestid":"R","message":"userIds is mandatory for this action."})
        );
        assert_eq!(
            OldRefusal::plain(300_005, "token is not exist").body("R".into()),
            json!({"errcode":300005,"errmsg":"token is not exist"})
        );
    }
}
