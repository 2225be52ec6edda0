//! The signature of webhook events (§9.3).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// HMAC-SHA256 of `message`.
pub(super) fn hmac(key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac.finalize().into_bytes().to_vec())
}

/// Whether `given` (hex) is the signature of `message`; the time it takes does not tell where it differs.
pub(super) fn is_of(given: &str, key: &[u8], message: &[u8]) -> bool {
    let Ok(given) = hex::decode(given.trim()) else { return false };
    hmac(key, message).is_some_and(|expected| bool::from(expected.ct_eq(&given)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s9_3_the_official_vector() {
        let signature = hmac(b"your secret", b"your data").unwrap();
        assert_eq!(hex::encode(&signature), "5550382e95c66eb2f3dc7f2c5c478758b1b451013cfaaa98d3e72b6e0bbb62dc");
        assert!(is_of(&hex::encode_upper(&signature), b"your secret", b"your data"));
        // As the documentation page prints it: without its last character.
        assert!(!is_of(
            "5550382e95c66eb2f3dc7f2c5c478758b1b451013cfaaa98d3e72b6e0bbb62d",
            b"your secret",
            b"your data"
        ));
    }
}
