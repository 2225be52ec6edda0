//! The three HMAC-SHA256 signatures of the platform. They share a primitive and differ in what is signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// Signature of a custom group robot call and of a robot callback header: the secret is both the key and the end of
/// the signed text (DingTalk, custom robot §1.2 and robot callback §7.1). The text is base64, not yet URL-encoded.
pub(crate) fn timestamp_and_secret(secret: &str, timestamp_ms: &str) -> String {
    hmac_base64(secret, &format!("{timestamp_ms}\n{secret}"))
}

/// Signature of a card callback over HTTP: only the timestamp is signed (DingTalk, cards §8.6).
pub(crate) fn timestamp_only(api_secret: &str, timestamp_ms: &str) -> String {
    hmac_base64(api_secret, timestamp_ms)
}

/// Compares two signatures without telling by the time taken where they differ.
pub(crate) fn equal(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

fn hmac_base64(key: &str, text: &str) -> String {
    // HMAC accepts keys of any length, so the error is unreachable; an empty signature would match nothing anyway.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_robot_vectors_of_section_1_2() {
        let table = [
            ("SECdemo0123456789abcdef", "1700000000000", "uqqEBgsZDZ7Tr5zHangyqJmCFGh6+zk54sU2uRKcDZQ="),
            ("SECdemo0123456789abcdef", "1700000000002", "4BjLb/AKIb8lDE3CCJaR+fFf4kgzFbHnyEFb4hjsVrU="),
            ("SECdemo0123456789abcdef", "1700000000017", "E5Xl2dt6TqZNv5yxUgq73seQfAOGIm6QyYmILMSez3s="),
            ("this is secret", "1577262236757", "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="),
        ];
        for (secret, timestamp, expected) in table {
            assert_eq!(timestamp_and_secret(secret, timestamp), expected);
        }
    }

    #[test]
    fn robot_callback_vectors_of_section_7_1() {
        let table = [
            ("demoAppSecret", "1700000000000", "nobQXCWOqrk+wczUaMxd/z0GeKQc4Ti6BJQ6ICnSdk4="),
            ("this is a secret", "1577262236757", "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA="),
        ];
        for (secret, timestamp, expected) in table {
            assert_eq!(timestamp_and_secret(secret, timestamp), expected);
        }
    }

    #[test]
    fn card_callback_vector_of_section_8_6() {
        assert_eq!(timestamp_only("demoApiSecret", "1700000000000"), "XJtFSyA/iGGEooVQUUuaYC6n1AA/ISVGVZy07IiBMmE=");
    }
}
