//! Answers in the platform's envelope (Feishu §0.3), and its errors with their real codes and texts.

use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What an endpoint gives back.
pub(super) type ApiResult = Result<Response, ApiError>;

/// The usual answer: `{"code":0,"msg":"success","data":…}`.
pub(super) fn success(data: Value) -> ApiResult {
    Ok(Json(json!({"code": 0, "msg": "success", "data": data})).into_response())
}

/// The answer of the endpoints that say `ok` (Feishu §0.3), with their members at the top level.
pub(super) fn ok_with(mut members: Value) -> ApiResult {
    if let Some(members) = members.as_object_mut() {
        members.insert("code".into(), json!(0));
        members.insert("msg".into(), json!("ok"));
    }
    Ok(Json(members).into_response())
}

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: i64,
    pub(super) msg: String,
    violations: Vec<Value>,
    reset_seconds: Option<u64>,
}

impl ApiError {
    /// HTTP 400 with this code and text.
    pub(super) fn new(code: i64, msg: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, msg: msg.into(), violations: Vec::new(), reset_seconds: None }
    }

    /// HTTP 200 with a code other than zero, as the token endpoints answer (Feishu §2.3).
    pub(super) fn with_status_200(code: i64, msg: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, ..Self::new(code, msg) }
    }

    /// The same with another HTTP status.
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// 99992402 for one field (Feishu §0.3).
    pub(super) fn field(field: &str, value: &str, description: impl Into<String>) -> Self {
        let violation = json!({"field": field, "value": value, "description": description.into()});
        Self { violations: vec![violation], ..Self::new(99992402, "field validation failed") }
    }

    /// A field that is missing.
    pub(super) fn required(field: &str) -> Self {
        Self::field(field, "", format!("{field} is required"))
    }

    /// 230001: a parameter of an im call is wrong (Feishu §3.10).
    pub(super) fn im_parameter(ext: impl std::fmt::Display) -> Self {
        Self::new(230001, format!("Your request contains an invalid request parameter, ext={ext}"))
    }

    /// 230099: the card cannot be made; the sub-code stands in the text (Feishu §3.10).
    pub(super) fn card(sub_code: i64, message: impl std::fmt::Display, value: impl std::fmt::Display) -> Self {
        Self::new(
            230099,
            format!("Failed to create card content, ext=ErrCode: {sub_code}; ErrMsg: {message}; ErrorValue: {value}"),
        )
    }

    /// The caller is over a limit of the gateway (Feishu §0.4).
    pub(super) fn rate_limited(status: StatusCode, reset_seconds: u64) -> Self {
        Self { status, reset_seconds: Some(reset_seconds), ..Self::new(99991400, "request trigger frequency limit") }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = json!({"code": self.code, "msg": self.msg});
        if !self.violations.is_empty() {
            body["error"] = json!({"message": self.msg, "field_violations": self.violations});
        }
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.reset_seconds {
            let headers = response.headers_mut();
            headers.insert("x-ogw-ratelimit-limit", HeaderValue::from_static("100"));
            headers.insert("x-ogw-ratelimit-reset", HeaderValue::from(seconds));
        }
        response
    }
}
