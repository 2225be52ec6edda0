//! Access tokens: one store for the new, the unified and the old way of asking (DingTalk, access tokens §2).

use std::collections::BTreeMap;

/// Seconds that a token lives.
pub(crate) const LIFETIME_SECONDS: i64 = 7200;

/// Tokens of apps.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    /// Client id to its token and the instant (ms) at which the token dies.
    current: BTreeMap<String, (String, i64)>,
}

impl Tokens {
    /// The token of an app. Asking again within the lifetime gives the same token and extends it; `fresh` is used
    /// only when there is none.
    pub(crate) fn issue(&mut self, client_id: &str, now_ms: i64, fresh: impl FnOnce() -> String) -> String {
        let until = now_ms + LIFETIME_SECONDS * 1000;
        match self.current.get_mut(client_id) {
            Some((token, dies)) if *dies > now_ms => {
                *dies = until;
                token.clone()
            }
            _ => {
                let token = fresh();
                self.current.insert(client_id.to_owned(), (token.clone(), until));
                token
            }
        }
    }

    /// Whether this token opens doors.
    pub(crate) fn is_valid(&self, token: &str, now_ms: i64) -> bool {
        self.current.values().any(|(known, dies)| known == token && *dies > now_ms)
    }

    /// Makes every token invalid, as happens when a secret is reset.
    pub(crate) fn revoke(&mut self) {
        self.current.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_token_is_given_again_and_extended() {
        let mut tokens = Tokens::default();
        assert_eq!(tokens.issue("app", 0, || "one".into()), "one");
        assert_eq!(tokens.issue("app", 7_199_999, || "two".into()), "one");
        assert!(tokens.is_valid("one", 7_200_000));
        assert!(!tokens.is_valid("one", 14_399_999));
        assert_eq!(tokens.issue("app", 14_399_999, || "two".into()), "two");
        assert!(!tokens.is_valid("one", 14_399_999));
        tokens.revoke();
        assert!(!tokens.is_valid("two", 14_399_999));
    }
}
