//! What is taken from a request, so that everything unusable gets a clear answer and nothing half-read goes on.

use std::{fmt, marker::PhantomData};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use huan_core::id::{Id, Kind};
use serde::{
    Deserialize,
    de::{DeserializeOwned, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer},
};
use sha2::{Digest as _, Sha256};

use crate::{problem::Problem, state::Web};

/// The longest body of a request, in bytes.
pub(crate) const LONGEST_BODY: usize = 1 << 20;
/// The largest file that is given, in bytes.
const LONGEST_FILE: usize = 10 << 20;
/// The longest idempotency key, in bytes.
const LONGEST_KEY: usize = 200;

/// How a write is told from its repetition.
#[derive(Debug, Clone)]
pub(crate) struct Replay {
    /// The client's key; without one a repetition is another write.
    pub key: Option<String>,
    /// What was asked: the hash of method, path and body.
    pub request: String,
}

/// The body of a write as JSON, and what tells the write from its repetition. An empty body counts as `{}`.
#[derive(Debug)]
pub(crate) struct Input<T> {
    /// The body.
    pub body: T,
    /// What tells the write from its repetition.
    pub replay: Replay,
}

/// A body without fields.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl<T: DeserializeOwned> FromRequest<Web> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Problem> {
        let raw = Raw::from_request(request, web).await?;
        if !raw.body.is_empty() && !raw.is_json {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"));
        }
        let text: &[u8] = if raw.body.is_empty() { b"{}" } else { &raw.body };
        Ok(Self { body: parse(text)?, replay: raw.replay })
    }
}

/// The body of a write as it came.
#[derive(Debug)]
pub(crate) struct Raw {
    /// The body.
    pub body: Bytes,
    /// What tells the write from its repetition.
    pub replay: Replay,
    is_json: bool,
}

impl FromRequest<Web> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Web) -> Result<Self, Problem> {
        read(request, LONGEST_BODY).await
    }
}

/// A file as it came, at most so many bytes.
#[derive(Debug)]
pub(crate) struct Upload<const LONGEST: usize = LONGEST_FILE> {
    /// The file.
    pub body: Bytes,
    /// What tells the write from its repetition.
    pub replay: Replay,
}

impl<const LONGEST: usize> FromRequest<Web> for Upload<LONGEST> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Web) -> Result<Self, Problem> {
        let Raw { body, replay, is_json: _ } = read(request, LONGEST).await?;
        Ok(Self { body, replay })
    }
}

async fn read(request: Request, longest: usize) -> Result<Raw, Problem> {
    let key = idempotency_key(request.headers())?;
    let is_json = is_json(request.headers());
    let mut hash = Sha256::new();
    hash.update(request.method().as_str());
    hash.update([0]);
    hash.update(request.uri().path_and_query().map_or("", |path| path.as_str()));
    hash.update([0]);
    let body = axum::body::to_bytes(request.into_body(), longest)
        .await
        .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"))?;
    hash.update(&body);
    Ok(Raw { body, replay: Replay { key, request: hex::encode(hash.finalize()) }, is_json })
}

/// Reads JSON, naming the field that does not fit.
fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let Object(value) = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        match error.inner().classify() {
            serde_json::error::Category::Data => misfit(&path, &error.inner().to_string()),
            _ => Problem::new(StatusCode::BAD_REQUEST, "malformed_json"),
        }
    })?;
    reader.end().map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "malformed_json"))?;
    Ok(value)
}

/// The problem of a field that serde did not take. Serde tells what is wrong only in words, and names a field that is
/// missing or unknown only there.
fn misfit(path: &str, words: &str) -> Problem {
    let named = words.split('`').nth(1).unwrap_or_default();
    let within = |name: &str| match path {
        "." | "" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if words.starts_with("missing field") {
        Problem::field(within(named), "required")
    } else if words.starts_with("unknown field") {
        Problem::field(within(named), "unknown_field")
    } else {
        Problem::field(if path == "." { "body" } else { path }, "malformed")
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    match key.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST_KEY => Ok(Some(key.to_owned())),
        _ => Err(Problem::field("Idempotency-Key", "malformed")),
    }
}

/// The id in a path. A text that is no id names nothing, so it is answered like an unknown one.
#[derive(Debug)]
pub(crate) struct PathId<K>(pub Id<K>);

impl<K: Kind> FromRequestParts<Web> for PathId<K> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, web).await?;
        text.parse().map(Self).map_err(|_| Problem::not_found())
    }
}

/// The variable parts of the path. What cannot be read as text names nothing that there is.
#[derive(Debug)]
pub(crate) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Web> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, web).await;
        path.map(|path| Self(path.0)).map_err(|_| Problem::not_found())
    }
}

/// The query of a request; parameters that are not known or not usable are named.
#[derive(Debug)]
pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Web> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded_pairs(query);
        serde_path_to_error::deserialize(Pairs(pairs)).map(Self).map_err(|error| {
            let path = error.path().to_string();
            misfit(&path, &error.inner().to_string())
        })
    }
}

fn serde_urlencoded_pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The pairs of a query as serde reads them: each value is a text, a number or a truth, as the field wants it.
struct Pairs(Vec<(String, String)>);

impl<'de> serde::Deserializer<'de> for Pairs {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let pairs = self.0.into_iter().map(|(name, value)| (name, Value(value)));
        visitor.visit_map(serde::de::value::MapDeserializer::new(pairs))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Value(String);

impl<'de> serde::de::IntoDeserializer<'de, serde::de::value::Error> for Value {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty),*) => {$(
        fn $method<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            let number: $type = self.0.parse().map_err(|_| serde::de::Error::custom("not a number"))?;
            visitor.$visit(number)
        }
    )*};
}

impl<'de> serde::Deserializer<'de> for Value {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_bool<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0.as_str() {
            "true" | "1" => visitor.visit_bool(true),
            "false" | "0" => visitor.visit_bool(false),
            _ => Err(serde::de::Error::custom("neither true nor false")),
        }
    }

    /// A parameter without a value counts as not given.
    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.0.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        use serde::de::IntoDeserializer as _;
        visitor.visit_enum(self.0.into_deserializer())
    }

    fn deserialize_newtype_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    numbers! {
        deserialize_i64 visit_i64 i64, deserialize_i32 visit_i32 i32, deserialize_i16 visit_i16 i16,
        deserialize_i8 visit_i8 i8, deserialize_u64 visit_u64 u64, deserialize_u32 visit_u32 u32,
        deserialize_u16 visit_u16 u16, deserialize_u8 visit_u8 u8, deserialize_f64 visit_f64 f64,
        deserialize_f32 visit_f32 f32
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

/// A field of a change: absent leaves the value as it is, `null` clears it.
pub(crate) fn double_option<'de, T, D>(reader: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::<T>::deserialize(reader).map(Some)
}

/// An object and nothing else. Serde by itself takes a list for a structure too, and gives every field that the list
/// does not reach its default.
#[derive(Debug)]
pub(crate) struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }

        reader.deserialize_map(Members(PhantomData)).map(Self)
    }
}

/// For a field that holds an object or nothing.
pub(crate) fn optional_object<'de, T, D>(reader: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::<Object<T>>::deserialize(reader)?.map(|object| object.0))
}

/// For a field that holds an object.
pub(crate) fn object<'de, T, D>(reader: D) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Object::deserialize(reader).map(|object| object.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        name: String,
        #[serde(default)]
        count: Option<u32>,
        #[serde(default, rename = "inner")]
        _inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "at")]
        _at: jiff::Timestamp,
    }

    fn problem(text: &str) -> String {
        let problem = parse::<Sample>(text.as_bytes()).unwrap_err();
        let document = problem.answer(huan_core::i18n::Language::English);
        format!("{} {} {problem:?}", document.status().as_u16(), problem.code())
    }

    #[test]
    fn each_misfit_names_its_field() {
        assert!(problem("{").starts_with("400 malformed_json"));
        assert!(problem(r#"{"name":"a"} x"#).starts_with("400 malformed_json"));
        let cases = [
            (r"{}", "path: \"name\", code: \"required\""),
            (r#"{"name":1}"#, "path: \"name\", code: \"malformed\""),
            (r#"{"name":"a","count":"b"}"#, "path: \"count\", code: \"malformed\""),
            (r#"{"name":"a","nick":"b"}"#, "path: \"nick\", code: \"unknown_field\""),
            (r#"{"name":"a","inner":{"at":"soon"}}"#, "path: \"inner.at\", code: \"malformed\""),
            (r#"{"name":"a","inner":{}}"#, "path: \"inner.at\", code: \"required\""),
            (r"[]", "path: \"body\", code: \"malformed\""),
        ];
        for (text, expected) in cases {
            let problem = problem(text);
            assert!(problem.contains(expected), "{text}: {problem}");
        }
    }

    #[test]
    fn a_query_is_read_by_type() {
        let read = |query: &str| serde_path_to_error::deserialize::<_, Sample>(Pairs(serde_urlencoded_pairs(query)));
        let sample = read("name=%E8%AF%84%E4%BC%B0&count=3").unwrap();
        assert_eq!((sample.name.as_str(), sample.count), ("评估", Some(3)));
        assert_eq!(read("name=a&count=").unwrap().count, None);
        assert!(read("name=a&count=x").is_err());
        assert!(read("name=a&colour=red").is_err());
    }
}
