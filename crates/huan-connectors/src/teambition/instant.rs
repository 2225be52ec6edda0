//! Instants on the wire: ISO 8601 in UTC with milliseconds (§1.1).

use jiff::Timestamp;
use serde_json::Value;

/// An instant as Teambition writes it.
pub(super) fn write(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// An instant as a value of a body; none clears it (§14.10).
pub(super) fn value(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| Value::String(write(at)))
}

/// Reads an instant; `null`, empty and absent are none.
pub(super) fn read(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => Timestamp::from_millisecond(number.as_i64()?).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn s1_1_instants_have_milliseconds_and_read_back() {
        let at: Timestamp = "2026-01-02T11:04:05+08:00".parse().unwrap();
        assert_eq!(write(at), "2026-01-02T03:04:05.000Z");
        assert_eq!(read(&json!("2026-01-02T03:04:05.000Z")), Some(at));
        assert_eq!(read(&json!("2026-01-02T11:04:05+08:00")), Some(at));
        assert_eq!(read(&json!(1_767_323_045_000_i64)), Some(at));
        for nothing in [json!(null), json!(""), json!("soon")] {
            assert_eq!(read(&nothing), None);
        }
        assert_eq!(value(None), Value::Null);
    }
}
