//! DingTalk's signatures: of a custom robot's address, of robot callbacks and of card callbacks.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The signature which DingTalk computes over a timestamp with a secret that is both the key and part of the data:
/// base64, not URL-encoded. Used by custom robots (DingTalk, custom robot §1.2) and by the robot's message callback
/// (§7.1).
pub(super) fn of_timestamp_and_secret(timestamp_millis: &str, secret: &str) -> String {
    hmac_base64(secret, &format!("{timestamp_millis}\n{secret}"))
}

/// The signature of a card callback: over the timestamp alone (DingTalk, interactive cards §8.6).
pub(super) fn of_timestamp(timestamp: &str, secret: &str) -> String {
    hmac_base64(secret, timestamp)
}

/// Compares two signatures in a time that does not tell how much of them agrees.
pub(super) fn equal(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}

fn hmac_base64(key: &str, data: &str) -> String {
    // HMAC takes keys of every length, so there is no failure to report.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(data.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_dingtalk_1_2_custom_robot() {
        for (secret, timestamp, base64, encoded) in [
            (
                "SECdemo0123456789abcdef",
                "1700000000000",
                "uqqEBgsZDZ7Tr5zHangyqJmCFGh6+zk54sU2uRKcDZQ=",
                "uqqEBgsZDZ7Tr5zHangyqJmCFGh6%2Bzk54sU2uRKcDZQ%3D",
            ),
            (
                "SECdemo0123456789abcdef",
                "1700000000002",
                "4BjLb/AKIb8lDE3CCJaR+fFf4kgzFbHnyEFb4hjsVrU=",
                "4BjLb%2FAKIb8lDE3CCJaR%2BfFf4kgzFbHnyEFb4hjsVrU%3D",
            ),
            (
                "SECdemo0123456789abcdef",
                "1700000000017",
                "E5Xl2dt6TqZNv5yxUgq73seQfAOGIm6QyYmILMSez3s=",
                "E5Xl2dt6TqZNv5yxUgq73seQfAOGIm6QyYmILMSez3s%3D",
            ),
            (
                "this is secret",
                "1577262236757",
                "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=",
                "hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D",
            ),
        ] {
            let sign = of_timestamp_and_secret(timestamp, secret);
            assert_eq!(sign, base64);
            // The door for HTTP encodes query parameters the same way, once.
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("sign", &sign).finish();
            assert_eq!(query, format!("sign={encoded}"));
        }
        let raw = STANDARD.decode(of_timestamp_and_secret("1700000000000", "SECdemo0123456789abcdef")).unwrap();
        assert_eq!(hex::encode(raw), "baaa84060b190d9ed3af9cc76a7832a8998214687afb3939e2c536b9129c0d94");
    }

    #[test]
    fn vectors_of_dingtalk_7_1_robot_callback() {
        assert_eq!(
            of_timestamp_and_secret("1700000000000", "demoAppSecret"),
            "nobQXCWOqrk+wczUaMxd/z0GeKQc4Ti6BJQ6ICnSdk4="
        );
        assert_eq!(
            of_timestamp_and_secret("1577262236757", "this is a secret"),
            "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA="
        );
    }

    #[test]
    fn vector_of_dingtalk_8_6_card_callback() {
        assert_eq!(of_timestamp("1700000000000", "demoApiSecret"), "XJtFSyA/iGGEooVQUUuaYC6n1AA/ISVGVZy07IiBMmE=");
    }

    #[test]
    fn signatures_of_another_length_differ() {
        assert!(equal("abc", "abc"));
        assert!(!equal("abc", "abd"));
        assert!(!equal("abc", "abcd"));
        assert!(!equal("abc", ""));
    }
}
