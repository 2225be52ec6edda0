//! The kinds of Feishu ids (Feishu §0.6).

/// What `user_id_type` or `receive_id_type` a person's id has.
pub(super) fn person(id: &str) -> &'static str {
    if id.starts_with("ou_") {
        "open_id"
    } else if id.starts_with("on_") {
        "union_id"
    } else if id.contains('@') {
        "email"
    } else {
        "user_id"
    }
}

#[cfg(test)]
mod tests {
    use super::person;

    #[test]
    fn s0_6_the_shape_tells_the_kind() {
        assert_eq!(person("ou_6yf8af6bgb9100449565764t3382b168"), "open_id");
        assert_eq!(person("on_94a1ee5551019f18cd73d9f111898cf2"), "union_id");
        assert_eq!(person("a@example.com"), "email");
        assert_eq!(person("e33ggbyz"), "user_id");
    }
}
