//! The platform's side of encryption and signatures (Feishu §1.3, §4.3, §4.4).

use aes::Aes256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// `base64(iv ‖ AES-256-CBC(SHA256(encrypt_key), iv, PKCS#7(text)))`: the `encrypt` member of a push.
pub(super) fn encrypt(encrypt_key: &str, iv: [u8; 16], text: &[u8]) -> String {
    let key: [u8; 32] = Sha256::digest(encrypt_key.as_bytes()).into();
    let cipher = cbc::Encryptor::<Aes256>::new(&key.into(), &iv.into());
    let mut raw = iv.to_vec();
    raw.extend(cipher.encrypt_padded_vec::<Pkcs7>(text));
    STANDARD.encode(raw)
}

/// The `X-Lark-Signature` of a push.
pub(super) fn push_signature(timestamp: &str, nonce: &str, encrypt_key: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(timestamp);
    hash.update(nonce);
    hash.update(encrypt_key);
    hash.update(body);
    hex::encode(hash.finalize())
}

/// The `sign` of a custom robot: the string is the key and the message is empty.
pub(super) fn robot_signature(timestamp: i64, secret: &str) -> String {
    let key = format!("{timestamp}\n{secret}");
    // HMAC takes a key of any length, so this never fails.
    Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map(|mac| STANDARD.encode(mac.finalize().into_bytes()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const IV: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    const V3: &str = r#"{"challenge":"ajls384kdjxxxx","token":"vtok_demo","type":"url_verification"}"#;
    const V3_SEALED: &str = "AAECAwQFBgcICQoLDA0ODw9mLTIAZS9jAmGTQ1wAhHp7T0KSqa6xlIO2zHinxKSsEtb6Yti/nLW4g1waEo36R7Q9m8t9VX1KQXaz1nodL6teh0Ms2++MyIfhZP2AP8ye";
    const V4: &str = r#"{"schema":"2.0","header":{"event_id":"ev_1","event_type":"im.message.receive_v1","create_time":"1700000000000","token":"vtok_demo","app_id":"cli_0123456789abcdef","tenant_key":"tk_demo"},"event":{}}"#;
    const V4_SEALED: &str = "AAECAwQFBgcICQoLDA0ODzksK1XHDGhxTlKJKwLymcMyd1nZHD+oH9xjSv/KOaKKBr0rGH7dJWfI0btXKBA1Yos9qPg6CvokLZlD5oMick90VhN86yZLIroVqWOpFL2AaKV2q/umNaKDZ8m56XtZcBNDmFcxkAOhUKZsGbZsQvlSJvlUthZKe4DK31tzHcdSuWgNBiOOBmkcoMIWEaXUPaOrrne50IyJVkr5BZbwrxHhgZeFK99Lsa9QMpDVTt7Ktd6RppzlXLZ1VfKvw/Lyl2o8Ub+73uIAadCbx2H72oI=";

    #[test]
    fn the_worked_encryptions_of_the_reference_come_out() {
        let v1_iv: [u8; 16] = hex::decode("3f7ef0f9564898d80f10ed5106127a46").unwrap().try_into().unwrap();
        assert_eq!(encrypt("test key", v1_iv, b"hello world"), "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=");
        assert_eq!(encrypt("test key", IV, b"hello world"), "AAECAwQFBgcICQoLDA0ODx9boKUoUEfLsblbVEKm75s=");
        assert_eq!(encrypt("test key", IV, V3.as_bytes()), V3_SEALED);
        assert_eq!(encrypt("test key", IV, V4.as_bytes()), V4_SEALED);
    }

    #[test]
    fn the_worked_push_signatures_of_the_reference_come_out() {
        let sign = |body: &str| push_signature("1700000000", "abc123nonce", "test key", body.as_bytes());
        let sealed = |text: &str| format!(r#"{{"encrypt":"{text}"}}"#);
        assert_eq!(sign(&sealed(V3_SEALED)), "28392feae34a556f8552d9cb07024004364a604d870e956bdd8370e0721cab56");
        assert_eq!(sign(&sealed(V4_SEALED)), "ac3cf41784e74d2205057e18607cff764b274a335d2438979dfd92e71cac4ca4");
        assert_eq!(sign("{}"), "83d8793437b2da90e23c7d4f596b1fb01b474f06fefb71d2fea1ac695b5a02c7");
    }

    #[test]
    fn the_worked_robot_signatures_of_the_reference_come_out() {
        for (timestamp, secret, sign) in [
            (1599360473, "demo", "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="),
            (100, "demo", "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg="),
            (1599360473, "demo-secret", "3/MaVZ8JLIy4TUG+7KSFJqvUkTKd+HWY8g+56DZWq8s="),
            (1700000000, "SECtest密钥", "NnQyjDWWuOaoQygDrCMhNzUAtuPKJNJiF/+cHg72WIE="),
        ] {
            assert_eq!(robot_signature(timestamp, secret), sign);
        }
    }
}
