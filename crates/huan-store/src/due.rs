//! Due times as rows sort by them.

use jiff::Timestamp;

use crate::value::{Bind, Column, Kind, Value};

/// A due time that may be missing. In the database a missing one is the largest number, so that rows sort and page by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due(pub(crate) Option<Timestamp>);

const NONE: i64 = i64::MAX;

impl Bind for Due {
    const KIND: Kind = Kind::Int;
    fn bind(self) -> Value {
        Value::Int(self.0.map_or(NONE, Timestamp::as_microsecond))
    }
}

impl Column for Due {
    const KIND: Kind = Kind::Int;
    fn read(value: Value) -> Result<Self, String> {
        match value {
            Value::Int(NONE) => Ok(Self(None)),
            value => Timestamp::read(value).map(|at| Self(Some(at))),
        }
    }
}
