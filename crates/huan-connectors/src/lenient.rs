//! Reading JSON of platforms whose samples, documents and wire disagree about types: numbers and booleans in
//! quotes, one element where a list is promised, JSON inside a string. What is not there reads as nothing.

use jiff::Timestamp;
use serde_json::Value;

/// Forgiving access to a JSON value.
pub(crate) trait Lenient {
    /// The member `key` of an object.
    fn member(&self, key: &str) -> &Value;

    /// Member `key` as text, if it is a text that is not empty, a number or a boolean.
    fn text(&self, key: &str) -> Option<String>;

    /// Member `key` as a whole number, also from text.
    fn integer(&self, key: &str) -> Option<i64>;

    /// Member `key` as a boolean, also from text; absent is false.
    fn flag(&self, key: &str) -> bool;

    /// Member `key` as an instant in milliseconds since 1970, also from text.
    fn millis(&self, key: &str) -> Option<Timestamp>;

    /// The elements of list `key`; a single value counts as a list of one.
    fn list(&self, key: &str) -> Vec<&Value>;

    /// The elements of list `key` as texts; those that are none are left out.
    fn texts(&self, key: &str) -> Vec<String>;

    /// Member `key`, read once more when it is JSON inside a string.
    fn embedded(&self, key: &str) -> Value;
}

impl Lenient for Value {
    fn member(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&Value::Null)
    }

    fn text(&self, key: &str) -> Option<String> {
        as_text(self.member(key))
    }

    fn integer(&self, key: &str) -> Option<i64> {
        match self.member(key) {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    fn flag(&self, key: &str) -> bool {
        match self.member(key) {
            Value::Bool(flag) => *flag,
            Value::String(text) => text.trim().eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    fn millis(&self, key: &str) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.integer(key)?).ok()
    }

    fn list(&self, key: &str) -> Vec<&Value> {
        match self.member(key) {
            Value::Null => Vec::new(),
            Value::Array(elements) => elements.iter().collect(),
            single => vec![single],
        }
    }

    fn texts(&self, key: &str) -> Vec<String> {
        self.list(key).into_iter().filter_map(as_text).collect()
    }

    fn embedded(&self, key: &str) -> Value {
        match self.member(key) {
            Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
            other => other.clone(),
        }
    }
}

/// A text that is not empty, a number or a boolean, as text.
pub(crate) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quoted_numbers_and_booleans_read_like_real_ones() {
        let value = json!({"errcode": "0", "boss": "true", "n": 7, "at": "1700000000000", "empty": ""});
        assert_eq!(value.integer("errcode"), Some(0));
        assert!(value.flag("boss"));
        assert_eq!(value.text("n").as_deref(), Some("7"));
        assert_eq!(value.text("empty"), None);
        assert_eq!(value.millis("at"), json!({"at": 1_700_000_000_000_i64}).millis("at"));
        assert!(value.millis("at").is_some());
    }

    #[test]
    fn a_single_value_is_a_list_of_one() {
        assert_eq!(json!({"a": {"x": 1}}).list("a").len(), 1);
        assert_eq!(json!({"a": ["1", 2, null]}).texts("a"), ["1", "2"]);
        assert!(json!({}).list("a").is_empty());
    }

    #[test]
    fn json_inside_a_string_is_read_and_rubbish_is_nothing() {
        assert_eq!(json!({"v": "{\"a\":1}"}).embedded("v"), json!({"a": 1}));
        assert_eq!(json!({"v": {"a": 1}}).embedded("v"), json!({"a": 1}));
        assert_eq!(json!({"v": "{"}).embedded("v"), Value::Null);
        assert_eq!(json!(5).member("v"), &Value::Null);
    }
}
