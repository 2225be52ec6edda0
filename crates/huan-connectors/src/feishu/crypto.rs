//! Decryption and signatures of callbacks (Feishu §4.3, §4.4) and of custom group robots (§1.3).

use aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The bytes of an AES block.
const BLOCK: usize = 16;

/// The clear text of an encrypted callback; none if it was not encrypted with this key.
pub(super) fn decrypt(encrypt_key: &str, encrypted: &str) -> Option<Vec<u8>> {
    let raw = STANDARD.decode(encrypted.trim()).ok()?;
    let (iv, ciphertext) = raw.split_at_checked(BLOCK)?;
    if ciphertext.is_empty() || ciphertext.len() % BLOCK != 0 {
        return None;
    }
    let key = Sha256::digest(encrypt_key.as_bytes());
    let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(&key, iv).ok()?;
    cipher.decrypt_padded_vec::<Pkcs7>(ciphertext).ok()
}

/// The signature of a callback over the body as received.
pub(super) fn signature(timestamp: &str, nonce: &str, encrypt_key: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [timestamp.as_bytes(), nonce.as_bytes(), encrypt_key.as_bytes(), body] {
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

/// The signature of the old card callback (`card.action.trigger_v1`).
pub(super) fn old_card_signature(timestamp: &str, nonce: &str, verification_token: &str, body: &[u8]) -> String {
    let mut hash = Sha1::new();
    for part in [timestamp.as_bytes(), nonce.as_bytes(), verification_token.as_bytes(), body] {
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

/// The signature of a message to a custom group robot: the string is the key and the message is empty.
pub(super) fn hook_signature(timestamp: i64, secret: &str) -> Option<String> {
    let key = format!("{timestamp}\n{secret}");
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).ok()?;
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub(super) fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// A name for a payload that has none of its own.
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) const V3: &str = "AAECAwQFBgcICQoLDA0ODw9mLTIAZS9jAmGTQ1wAhHp7T0KSqa6xlIO2zHinxKSsEtb6Yti/nLW4g1waEo36R7Q9m8t9VX1KQXaz1nodL6teh0Ms2++MyIfhZP2AP8ye";
    pub(crate) const V4: &str = "AAECAwQFBgcICQoLDA0ODzksK1XHDGhxTlKJKwLymcMyd1nZHD+oH9xjSv/KOaKKBr0rGH7dJWfI0btXKBA1Yos9qPg6CvokLZlD5oMick90VhN86yZLIroVqWOpFL2AaKV2q/umNaKDZ8m56XtZcBNDmFcxkAOhUKZsGbZsQvlSJvlUthZKe4DK31tzHcdSuWgNBiOOBmkcoMIWEaXUPaOrrne50IyJVkr5BZbwrxHhgZeFK99Lsa9QMpDVTt7Ktd6RppzlXLZ1VfKvw/Lyl2o8Ub+73uIAadCbx2H72oI=";

    fn clear(encrypted: &str) -> String {
        String::from_utf8(decrypt("test key", encrypted).unwrap()).unwrap()
    }

    #[test]
    fn s1_3_hook_signature_vectors() {
        for (timestamp, secret, sign) in [
            (1_599_360_473, "demo", "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="),
            (100, "demo", "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg="),
            (1_599_360_473, "demo-secret", "3/MaVZ8JLIy4TUG+7KSFJqvUkTKd+HWY8g+56DZWq8s="),
            (1_700_000_000, "SECtest密钥", "NnQyjDWWuOaoQygDrCMhNzUAtuPKJNJiF/+cHg72WIE="),
        ] {
            assert_eq!(hook_signature(timestamp, secret).unwrap(), sign);
        }
    }

    #[test]
    fn s4_3_v1_official_encryption() {
        let encrypted = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=";
        let raw = STANDARD.decode(encrypted).unwrap();
        assert_eq!(hex::encode(&raw[..16]), "3f7ef0f9564898d80f10ed5106127a46");
        assert_eq!(hex::encode(&raw[16..]), "d2a5ee7eb3ca621b106d6945e1338219");
        assert_eq!(clear(encrypted), "hello world");
    }

    #[test]
    fn s4_3_key_is_the_hash_of_the_encrypt_key() {
        let key = hex::encode(Sha256::digest("test key"));
        assert_eq!(key, "fa2bdca424f01f01ffb48df93acc35d439c7fd331a1a7fba6ac2fd83aa9ab31a");
    }

    #[test]
    fn s4_3_v2_v3_v4_encryption() {
        assert_eq!(clear("AAECAwQFBgcICQoLDA0ODx9boKUoUEfLsblbVEKm75s="), "hello world");
        assert_eq!(clear(V3), r#"{"challenge":"ajls384kdjxxxx","token":"vtok_demo","type":"url_verification"}"#);
        assert_eq!(
            clear(V4),
            r#"{"schema":"2.0","header":{"event_id":"ev_1","event_type":"im.message.receive_v1","create_time":"1700000000000","token":"vtok_demo","app_id":"cli_0123456789abcdef","tenant_key":"tk_demo"},"event":{}}"#
        );
    }

    #[test]
    fn s4_4_signature_vectors() {
        for (body, expected) in [
            (format!(r#"{{"encrypt":"{V3}"}}"#), "28392feae34a556f8552d9cb07024004364a604d870e956bdd8370e0721cab56"),
            (format!(r#"{{"encrypt":"{V4}"}}"#), "ac3cf41784e74d2205057e18607cff764b274a335d2438979dfd92e71cac4ca4"),
            ("{}".to_owned(), "83d8793437b2da90e23c7d4f596b1fb01b474f06fefb71d2fea1ac695b5a02c7"),
        ] {
            assert_eq!(signature("1700000000", "abc123nonce", "test key", body.as_bytes()), expected);
        }
    }

    #[test]
    fn s4_4_old_card_signature_vector() {
        let sign = old_card_signature("1700000000", "abc123nonce", "vtok_demo", br#"{"challenge":"x"}"#);
        assert_eq!(sign, "c6a01ae15c9aa17449e6b7700ddf52f6d930b12a");
    }

    #[test]
    fn a_wrong_key_or_a_changed_text_is_not_read() {
        assert_eq!(decrypt("other key", V3), None);
        for bad in ["", "????", "AAEC", "AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODxA="] {
            assert_eq!(decrypt("test key", bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn decryption_never_panics(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decrypt("test key", &text);
            let _ = decrypt("test key", &STANDARD.encode(bytes));
        }
    }
}
