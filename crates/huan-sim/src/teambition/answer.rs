//! What an operation answers, and how it is wrapped (Teambition §1.3, §1.4).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Where an error shows (Teambition §1.3): the official clients look at all three places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorForm {
    /// In the HTTP status and in the body.
    #[default]
    Status,
    /// HTTP 200; the code stands in the body alone.
    Body,
    /// HTTP 200; the status stands in the header `x-http-status`, the code in the body.
    Header,
}

/// A successful answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    code: u16,
    result: Value,
    /// Members beside `result`, e.g. `nextPageToken`.
    beside: Map<String, Value>,
    /// Answered with a redirect instead of an envelope.
    pub(super) redirect: Option<String>,
    /// Answered with a page instead of an envelope.
    pub(super) page: Option<String>,
}

impl Reply {
    /// `{"result": …}`
    pub(super) fn of(result: Value) -> Self {
        Self { code: 200, result, beside: Map::new(), redirect: None, page: None }
    }

    /// Nothing was changed (Teambition §4.2, visibility).
    pub(super) fn unchanged() -> Self {
        Self { code: 204, ..Self::of(json!({})) }
    }

    /// The browser is sent on.
    pub(super) fn redirect(to: impl Into<String>) -> Self {
        Self { redirect: Some(to.into()), ..Self::of(Value::Null) }
    }

    /// The browser is shown a page.
    pub(super) fn page(html: impl Into<String>) -> Self {
        Self { page: Some(html.into()), ..Self::of(Value::Null) }
    }

    /// With one more member beside `result`.
    pub(super) fn with(mut self, name: &str, value: Value) -> Self {
        self.beside.insert(name.to_owned(), value);
        self
    }

    /// The `result`.
    pub(super) fn result(self) -> Value {
        self.result
    }

    /// All members of the answer but the request's id.
    pub(super) fn members(self) -> (Value, Map<String, Value>) {
        (self.result, self.beside)
    }

    fn envelope(self, request_id: &str) -> Value {
        let mut body = self.beside;
        body.insert("code".into(), json!(self.code));
        body.insert("errorMessage".into(), json!(""));
        body.insert("requestId".into(), json!(request_id));
        body.insert("result".into(), self.result);
        Value::Object(body)
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) message: String,
}

impl Refusal {
    fn new(code: u16, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// 400: a parameter, a date or a query is wrong.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// 401: the token is wrong or the app is not installed.
    pub(super) fn unauthorised(message: impl Into<String>) -> Self {
        Self::new(401, message)
    }

    /// 403: the app lacks a permission, or the operator does not see the object.
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, message)
    }

    /// 404: there is no such object, or no longer.
    pub(super) fn missing(what: &str) -> Self {
        Self::new(404, format!("{what}不存在"))
    }

    /// 421: there is no such route.
    pub(super) fn misdirected() -> Self {
        Self::new(421, "MisdirectedRequest")
    }

    /// 429: more than 40 calls a second (Teambition §1.5).
    pub(super) fn too_many() -> Self {
        Self::new(429, "请求过于频繁，请稍后再试")
    }
}

/// The whole answer.
pub(super) fn respond(outcome: Result<Reply, Refusal>, form: ErrorForm, request_id: &str) -> Response {
    let mut response = match outcome {
        Ok(Reply { redirect: Some(to), .. }) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Ok(Reply { page: Some(html), .. }) => axum::response::Html(html).into_response(),
        Ok(reply) => axum::Json(reply.envelope(request_id)).into_response(),
        Err(refusal) => refused(&refusal, form, request_id),
    };
    if let Ok(value) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

fn refused(refusal: &Refusal, form: ErrorForm, request_id: &str) -> Response {
    // The gateway itself has another form of body (Teambition §1.3).
    if refusal.code == 421 {
        let body = json!({"error": "MisdirectedRequest", "message": "no such route is simulated"});
        return (StatusCode::MISDIRECTED_REQUEST, axum::Json(body)).into_response();
    }
    let body = json!({"code": refusal.code, "errorMessage": refusal.message, "requestId": request_id});
    let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::BAD_REQUEST);
    match form {
        ErrorForm::Status => (status, axum::Json(body)).into_response(),
        ErrorForm::Body => axum::Json(body).into_response(),
        ErrorForm::Header => ([("x-http-status", refusal.code.to_string())], axum::Json(body)).into_response(),
    }
}
