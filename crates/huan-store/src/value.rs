//! Values on their way into and out of the database.
//!
//! Both databases keep only five kinds of column: whole numbers (also instants, in microseconds), numbers, truth values,
//! text (also ids, codes and JSON) and bytes. [`Bind`] and [`Column`] map a Rust type to one of them.

use std::fmt;

use huan_core::id::{Id, Kind as IdKind};
use jiff::Timestamp;

/// The kinds of column both databases share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `BIGINT`
    Int,
    /// `DOUBLE PRECISION`
    Real,
    /// `BOOLEAN`
    Bool,
    /// `TEXT`
    Text,
    /// `BLOB` or `BYTEA`
    Bytes,
}

/// One value. Its debug form tells the kind only, since it may hold a secret.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// No value, in a column of this kind.
    Null(Kind),
    /// A whole number.
    Int(i64),
    /// A number.
    Real(f64),
    /// A truth value.
    Bool(bool),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// The kind of column it belongs in.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Null(kind) => *kind,
            Self::Int(_) => Kind::Int,
            Self::Real(_) => Kind::Real,
            Self::Bool(_) => Kind::Bool,
            Self::Text(_) => Kind::Text,
            Self::Bytes(_) => Kind::Bytes,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null(_) => "Null",
            Self::Int(_) => "Int(…)",
            Self::Real(_) => "Real(…)",
            Self::Bool(_) => "Bool(…)",
            Self::Text(_) => "Text(…)",
            Self::Bytes(_) => "Bytes(…)",
        })
    }
}

/// A type that can be handed to a statement.
pub trait Bind {
    /// The column kind.
    const KIND: Kind;
    /// The value to store.
    fn bind(self) -> Value;
}

/// A type that can be read from a row.
pub trait Column: Sized {
    /// The column kind.
    const KIND: Kind;
    /// Reads the value; the error says in words what is wrong.
    fn read(value: Value) -> Result<Self, String>;
}

impl Bind for Value {
    const KIND: Kind = Kind::Text;
    fn bind(self) -> Value {
        self
    }
}

impl<T: Bind> Bind for Option<T> {
    const KIND: Kind = T::KIND;
    fn bind(self) -> Value {
        self.map_or(Value::Null(T::KIND), T::bind)
    }
}

impl<T: Column> Column for Option<T> {
    const KIND: Kind = T::KIND;
    fn read(value: Value) -> Result<Self, String> {
        match value {
            Value::Null(_) => Ok(None),
            value => T::read(value).map(Some),
        }
    }
}

fn mismatch<T>(expected: &str, found: &Value) -> Result<T, String> {
    Err(format!("expected {expected}, found {found:?}"))
}

macro_rules! whole_number {
    ($($type:ty),*) => {$(
        impl Bind for $type {
            const KIND: Kind = Kind::Int;
            fn bind(self) -> Value {
                // Numbers above the range of BIGINT do not occur: the largest type taken is u32.
                Value::Int(i64::from(self))
            }
        }
        impl Column for $type {
            const KIND: Kind = Kind::Int;
            fn read(value: Value) -> Result<Self, String> {
                match value {
                    Value::Int(number) => Self::try_from(number).map_err(|error| error.to_string()),
                    other => mismatch("a whole number", &other),
                }
            }
        }
    )*};
}
whole_number!(i64, i32, i16, i8, u32, u16, u8);

macro_rules! plain {
    ($($type:ty, $kind:ident, $words:literal;)*) => {$(
        impl Bind for $type {
            const KIND: Kind = Kind::$kind;
            fn bind(self) -> Value {
                Value::$kind(self)
            }
        }
        impl Column for $type {
            const KIND: Kind = Kind::$kind;
            fn read(value: Value) -> Result<Self, String> {
                match value {
                    Value::$kind(inner) => Ok(inner),
                    other => mismatch($words, &other),
                }
            }
        }
    )*};
}
plain! {
    f64, Real, "a number";
    bool, Bool, "a truth value";
    String, Text, "text";
    Vec<u8>, Bytes, "bytes";
}

impl Bind for &str {
    const KIND: Kind = Kind::Text;
    fn bind(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl Bind for &String {
    const KIND: Kind = Kind::Text;
    fn bind(self) -> Value {
        Value::Text(self.clone())
    }
}

impl Bind for &[u8] {
    const KIND: Kind = Kind::Bytes;
    fn bind(self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

impl Bind for Timestamp {
    const KIND: Kind = Kind::Int;
    fn bind(self) -> Value {
        Value::Int(self.as_microsecond())
    }
}

impl Column for Timestamp {
    const KIND: Kind = Kind::Int;
    fn read(value: Value) -> Result<Self, String> {
        let microseconds = i64::read(value)?;
        Self::from_microsecond(microseconds).map_err(|error| error.to_string())
    }
}

impl<K: IdKind> Bind for &Id<K> {
    const KIND: Kind = Kind::Text;
    fn bind(self) -> Value {
        Value::Text(self.as_str().to_owned())
    }
}

impl<K: IdKind> Bind for Id<K> {
    const KIND: Kind = Kind::Text;
    fn bind(self) -> Value {
        (&self).bind()
    }
}

impl<K: IdKind> Column for Id<K> {
    const KIND: Kind = Kind::Text;
    fn read(value: Value) -> Result<Self, String> {
        String::read(value)?.parse().map_err(|error: huan_core::id::InvalidId| error.to_string())
    }
}

/// Maps types that serialise to one text (enums without content, opaque foreign ids) to a text column.
macro_rules! code_columns {
    ($($type:ty),* $(,)?) => {$(
        impl Bind for $type {
            const KIND: Kind = Kind::Text;
            fn bind(self) -> Value {
                (&self).bind()
            }
        }
        impl Bind for &$type {
            const KIND: Kind = Kind::Text;
            fn bind(self) -> Value {
                match serde_json::to_value(self) {
                    Ok(serde_json::Value::String(code)) => Value::Text(code),
                    _ => Value::Null(Kind::Text),
                }
            }
        }
        impl Column for $type {
            const KIND: Kind = Kind::Text;
            fn read(value: Value) -> Result<Self, String> {
                let code = String::read(value)?;
                serde_json::from_value(serde_json::Value::String(code)).map_err(|error| error.to_string())
            }
        }
    )*};
}
code_columns! {
    crate::inbox::EventState,
    crate::outbox::DeliveryState,
    crate::outbox::Outcome,
    crate::task_sync::CommentState,
    huan_core::centre::Way,
    huan_core::clock::ClockKind,
    huan_core::collaboration::CollaborationState,
    huan_core::collaboration::Role,
    huan_core::directory::Field,
    huan_core::directory::plan::Kind,
    huan_core::directory::run::EntryState,
    huan_core::directory::run::LeaverState,
    huan_core::directory::run::RunKind,
    huan_core::directory::run::RunState,
    huan_core::emergency::PhaseName,
    huan_core::file::MediaKind,
    huan_core::i18n::Language,
    huan_core::level::Level,
    huan_core::digest::DigestState,
    huan_core::digest::Rhythm,
    huan_core::meeting::MeetingStage,
    huan_core::minutes::MinutesStage,
    huan_core::minutes::Occasion,
    huan_core::platform::ForeignComment,
    huan_core::platform::ForeignContent,
    huan_core::platform::ForeignConversation,
    huan_core::platform::ForeignEvent,
    huan_core::platform::ForeignMessage,
    huan_core::platform::ForeignProject,
    huan_core::platform::ForeignTaskId,
    huan_core::platform::ForeignUser,
    huan_core::platform::PlatformKey,
    huan_core::problem::ProblemStage,
    huan_core::problem::Severity,
    huan_core::sign_off::SignOffStage,
    huan_core::status::Status,
    huan_core::task::Priority,
    huan_core::task::Stage,
}

/// A list of statement arguments: `values![&workspace, name, now]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::value::Bind::bind($value)),*]
    };
}
pub(crate) use values;

/// A value as JSON text.
pub(crate) fn json(value: &impl serde::Serialize) -> crate::Result<String> {
    serde_json::to_string(value).map_err(|error| crate::Error::unreadable("JSON", error))
}
