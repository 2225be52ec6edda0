//! What is answered when something cannot be done: RFC 9457 problem documents with stable codes, in the reader's language.
//!
//! A handler returns a [`Problem`] without words. [`speak`] puts it into words on the way out, when the reader's
//! language is known: the one the request asks for, else the one of the person who is signed in.

use std::sync::{Arc, OnceLock};

use axum::{
    Json,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use huan_app::error::{ActionError, FieldProblem};
use huan_core::i18n::{Language, text};
use serde::Serialize;
use utoipa::ToSchema;

/// A problem document.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Always `about:blank`: the code says more.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What happened, in a few words of the reader's language.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code that programs rely on.
    pub code: &'static str,
    /// What happened and what to do, in the reader's language.
    pub detail: String,
    /// The fields that cannot be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldDocument>,
    /// The thing as it is now, with `version_conflict`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<serde_json::Value>,
}

/// One field that cannot be used.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldDocument {
    /// The field's name, or its path within the body.
    pub field: String,
    /// The stable code.
    pub code: String,
    /// The problem in the reader's language.
    pub message: String,
    /// The part of a text that is meant, as offsets in UTF-16 units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<[usize; 2]>,
    /// What could be written instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// A request that is not carried out. Nothing was changed.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    cause: Box<Cause>,
    current: Option<Box<serde_json::Value>>,
    /// Fields whose words are known already.
    findings: Vec<FieldDocument>,
}

/// What the words are made from.
#[derive(Debug)]
enum Cause {
    /// The code says everything.
    Code,
    /// A field of the request that does not have the expected form.
    Field { path: String, code: &'static str },
    /// What an action said.
    Action(ActionError),
}

impl Problem {
    /// A problem that its code describes: title `error.<code>`, detail `error.<code>_advice`.
    pub(crate) fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, cause: Box::new(Cause::Code), current: None, findings: Vec::new() }
    }

    /// Nobody is signed in.
    pub(crate) fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in")
    }

    /// No such thing, or none that the reader may know of.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    /// A field that does not have the expected form.
    pub(crate) fn field(path: impl Into<String>, code: &'static str) -> Self {
        let cause = Box::new(Cause::Field { path: path.into(), code });
        Self { cause, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input") }
    }

    /// Adds the thing as it is now.
    #[must_use]
    pub(crate) fn with_current(mut self, current: &impl Serialize) -> Self {
        self.current = serde_json::to_value(current).ok().map(Box::new);
        self
    }

    /// Adds what is wrong with a field, in words.
    #[must_use]
    pub(crate) fn with_findings(mut self, findings: Vec<FieldDocument>) -> Self {
        self.findings = findings;
        self
    }

    /// The stable code.
    #[cfg(test)]
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    fn document(&self, language: Language) -> ProblemDocument {
        let say = |key: &str| text(language, key, &[]);
        let field = |field: &str, code: &str, message: String| FieldDocument {
            field: field.to_owned(),
            code: code.to_owned(),
            message,
            span: None,
            suggestion: None,
        };
        let (mut fields, detail) = match &*self.cause {
            Cause::Code => (Vec::new(), say(&format!("error.{}_advice", self.code))),
            Cause::Field { path, code } => {
                let message = FieldProblem::new("", code).words(language);
                let detail = format!("{path}: {message}");
                let detail = text(language, "error.invalid_input_advice", &[("detail", &detail)]);
                (vec![field(path, code, message)], detail)
            }
            Cause::Action(error) => {
                let fields = match error {
                    ActionError::Invalid(problems) => problems
                        .iter()
                        .map(|problem| field(problem.field, problem.code, problem.words(language)))
                        .collect(),
                    _ => Vec::new(),
                };
                (fields, error.words(language))
            }
        };
        if !self.findings.is_empty() {
            fields.clone_from(&self.findings);
        }
        ProblemDocument {
            kind: "about:blank",
            title: say(&format!("error.{}", self.code)),
            status: self.status.as_u16(),
            code: self.code,
            detail,
            fields,
            current: self.current.as_deref().cloned(),
        }
    }

    /// The answer in a language.
    pub(crate) fn answer(&self, language: Language) -> Response {
        let mut response = (self.status, Json(self.document(language))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

impl From<ActionError> for Problem {
    fn from(error: ActionError) -> Self {
        let code = error.code();
        let status = match code {
            "not_found" => StatusCode::NOT_FOUND,
            "forbidden" => StatusCode::FORBIDDEN,
            "invalid_input" | "too_long" | "follow_up_vague" | "report_incomplete" => StatusCode::UNPROCESSABLE_ENTITY,
            "wrong_state" | "in_trash" | "version_conflict" | "exists" => StatusCode::CONFLICT,
            "link_expired" => StatusCode::GONE,
            "wrong_credentials" => StatusCode::UNAUTHORIZED,
            "rate_limited" => StatusCode::TOO_MANY_REQUESTS,
            "platform_failed" => StatusCode::BAD_GATEWAY,
            "unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => {
                tracing::error!(%error, "a request failed by a fault of ours");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self { status, code, cause: Box::new(Cause::Action(error)), current: None, findings: Vec::new() }
    }
}

impl From<huan_store::Error> for Problem {
    fn from(error: huan_store::Error) -> Self {
        ActionError::from(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// The language of whoever is signed in, once a handler knows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct SignedInLanguage(Arc<OnceLock<Language>>);

impl SignedInLanguage {
    pub(crate) fn set(&self, language: Language) {
        // A request has one reader.
        let _ = self.0.set(language);
    }
}

/// The language that a request asks for, if it asks.
pub(crate) fn asked_language(headers: &axum::http::HeaderMap) -> Option<Language> {
    let tags = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let first = tags.split([',', ';']).next().map(str::trim).filter(|tag| !tag.is_empty() && *tag != "*")?;
    Some(Language::from_tag(first))
}

/// Puts problems into words on their way out.
pub(crate) async fn speak(mut request: Request, next: Next) -> Response {
    let asked = asked_language(request.headers());
    let signed_in = SignedInLanguage::default();
    request.extensions_mut().insert(signed_in.clone());
    let response = next.run(request).await;
    in_words(response, asked.or_else(|| signed_in.0.get().copied()).unwrap_or_default())
}

/// The same answer, with words where it is a problem.
pub(crate) fn in_words(response: Response, language: Language) -> Response {
    match response.extensions().get::<Arc<Problem>>() {
        Some(problem) => problem.answer(language),
        None => response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_title_and_advice_in_both_languages() {
        let codes = [
            "not_signed_in",
            "forbidden",
            "not_found",
            "version_conflict",
            "wrong_state",
            "idempotency_mismatch",
            "invalid_input",
            "too_long",
            "follow_up_vague",
            "report_incomplete",
            "malformed_json",
            "link_expired",
            "rate_limited",
            "unavailable",
            "internal",
            "payload_too_large",
            "method_not_allowed",
            "unsupported_media_type",
            "csrf_missing",
            "exists",
            "in_trash",
            "wrong_credentials",
            "platform_failed",
            "timeout",
            "not_genuine",
            "malformed_callback",
            "not_configured",
        ];
        for language in Language::ALL {
            for code in codes {
                for key in [format!("error.{code}"), format!("error.{code}_advice")] {
                    assert!(huan_core::i18n::has(language, &key), "{key} in {}", language.tag());
                }
            }
        }
    }

    #[test]
    fn the_first_language_asked_for_counts() {
        let mut headers = axum::http::HeaderMap::new();
        assert_eq!(asked_language(&headers), None);
        headers.insert(header::ACCEPT_LANGUAGE, "en-GB,zh;q=0.5".parse().unwrap());
        assert_eq!(asked_language(&headers), Some(Language::English));
        headers.insert(header::ACCEPT_LANGUAGE, "*".parse().unwrap());
        assert_eq!(asked_language(&headers), None);
    }
}
