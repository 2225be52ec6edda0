//! Reading requests the way the platform does, with its own words for what is wrong.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde_json::Value;

use super::directory::IdType;
use super::error::ApiError;

/// A body that is a JSON object; an empty one counts as `{}`.
pub(super) struct JsonBody(pub(super) Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let malformed = |_| ApiError::new(9499, "Bad Request");
        let bytes = Bytes::from_request(request, state).await.map_err(|_| ApiError::new(9499, "Bad Request"))?;
        if bytes.is_empty() {
            return Ok(Self(Value::Object(Default::default())));
        }
        let value: Value = serde_json::from_slice(&bytes).map_err(malformed)?;
        if value.is_object() { Ok(Self(value)) } else { Err(ApiError::new(9499, "Bad Request")) }
    }
}

/// The query, in which a name may come several times.
pub(super) struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl Params {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// An id type; `open_id` when absent.
    pub(super) fn id_type(&self, name: &str) -> Result<IdType, ApiError> {
        match self.get(name) {
            None => Ok(IdType::Open),
            Some(text) => IdType::parse(text)
                .ok_or_else(|| ApiError::field(name, text, format!("{name} is not one of the allowed values"))),
        }
    }

    /// The page asked for, and the token of the next one (Feishu §0.5).
    pub(super) fn page<'a, T>(&self, items: &'a [T], default: usize, most: usize) -> Result<Page<'a, T>, ApiError> {
        let size = match self.get("page_size") {
            None => default,
            Some(text) => match text.parse::<usize>() {
                Ok(size) if (1..=most).contains(&size) => size,
                _ => return Err(ApiError::field("page_size", text, format!("page_size must be between 1 and {most}"))),
            },
        };
        let start = match self.get("page_token") {
            None => 0,
            Some(token) => {
                let start = token.strip_prefix("page").and_then(|text| text.parse::<usize>().ok());
                start
                    .filter(|start| *start <= items.len())
                    .ok_or_else(|| ApiError::field("page_token", token, "page_token is invalid"))?
            }
        };
        let end = items.len().min(start + size);
        let next = (end < items.len()).then(|| format!("page{end}"));
        Ok(Page { items: &items[start..end], next })
    }
}

/// One page of a list.
pub(super) struct Page<'a, T> {
    pub(super) items: &'a [T],
    pub(super) next: Option<String>,
}

impl<T> Page<'_, T> {
    /// `{"items": …, "has_more": …, "page_token": …}`
    pub(super) fn answer(&self, items: Vec<Value>) -> Value {
        serde_json::json!({"items": items, "has_more": self.next.is_some(), "page_token": self.next.clone().unwrap_or_default()})
    }
}

/// A required text member of a body.
pub(super) fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    match body.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(Value::String(_)) | None | Some(Value::Null) => Err(ApiError::required(name)),
        Some(other) => Err(ApiError::field(name, &other.to_string(), format!("{name} must be a string"))),
    }
}

/// An optional text member of a body.
pub(super) fn optional_text<'a>(body: &'a Value, name: &str) -> Result<Option<&'a str>, ApiError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(other) => Err(ApiError::field(name, &other.to_string(), format!("{name} must be a string"))),
    }
}

/// An optional list of texts of at most `most` members; absent counts as empty.
pub(super) fn texts(body: &Value, name: &str, most: usize) -> Result<Vec<String>, ApiError> {
    let Some(value) = body.get(name).filter(|value| !value.is_null()) else { return Ok(Vec::new()) };
    let list: Option<Vec<String>> =
        value.as_array().and_then(|list| list.iter().map(|item| item.as_str().map(str::to_owned)).collect());
    let list =
        list.ok_or_else(|| ApiError::field(name, &value.to_string(), format!("{name} must be a list of strings")))?;
    if list.len() > most {
        return Err(ApiError::field(name, &list.len().to_string(), format!("the max len is {most}")));
    }
    Ok(list)
}
