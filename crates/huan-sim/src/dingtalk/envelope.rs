//! The encrypted envelope of the HTTP event push (DingTalk, HTTP event callback §6.3): AES-256-CBC with a fixed
//! initialisation vector, padding to 32 bytes, and a SHA-1 signature over the sorted parts.

use aes::Aes256;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use sha1::{Digest as _, Sha1};

use super::signature::equal;

/// A 43-character key carries two stray bits in its last character, which strict decoders refuse.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const PADDING_BLOCK: usize = 32;
const RANDOM_LENGTH: usize = 16;

/// Why an envelope could not be made or read. The numbers are those of the official libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EnvelopeError {
    #[error("900004: the AES key is not 43 letters and digits")]
    Key,
    #[error("900005: the signature does not match")]
    Signature,
    #[error("900008: the text cannot be decrypted")]
    Decryption,
    #[error("900009: the length inside does not match")]
    Length,
    #[error("900010: the owner key does not match")]
    Owner,
}

/// The settings of one event subscription, as entered in the developer console.
#[derive(Clone)]
pub(crate) struct EventSecrets {
    token: String,
    key: [u8; 32],
    owner: String,
}

/// The four values that travel together, in either direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) signature: String,
    pub(crate) timestamp: String,
    pub(crate) nonce: String,
    pub(crate) encrypt: String,
}

impl EventSecrets {
    /// `aes_key` is the console's EncodingAESKey (43 characters); `owner` is the app key for an internal app.
    pub(crate) fn new(token: &str, aes_key: &str, owner: &str) -> Result<Self, EnvelopeError> {
        if aes_key.len() != 43 {
            return Err(EnvelopeError::Key);
        }
        let key = LENIENT.decode(aes_key).map_err(|_| EnvelopeError::Key)?;
        let key = key.try_into().map_err(|_| EnvelopeError::Key)?;
        Ok(Self { token: token.to_owned(), key, owner: owner.to_owned() })
    }

    /// Encrypts and signs `message`.
    pub(crate) fn seal(&self, random: [u8; RANDOM_LENGTH], message: &str, timestamp: &str, nonce: &str) -> Sealed {
        let encrypt = self.encrypt(random, message);
        let signature = self.sign(timestamp, nonce, &encrypt);
        Sealed { signature, timestamp: timestamp.to_owned(), nonce: nonce.to_owned(), encrypt }
    }

    /// Checks the signature over the text exactly as received, then decrypts and checks the owner.
    pub(crate) fn open(&self, sealed: &Sealed) -> Result<String, EnvelopeError> {
        if !equal(&self.sign(&sealed.timestamp, &sealed.nonce, &sealed.encrypt), &sealed.signature) {
            return Err(EnvelopeError::Signature);
        }
        self.decrypt(&sealed.encrypt)
    }

    fn sign(&self, timestamp: &str, nonce: &str, encrypt: &str) -> String {
        let mut parts = [self.token.as_str(), timestamp, nonce, encrypt];
        parts.sort_unstable();
        hex::encode(Sha1::digest(parts.concat()))
    }

    fn encrypt(&self, random: [u8; RANDOM_LENGTH], message: &str) -> String {
        let mut plain = Vec::with_capacity(message.len() + 96);
        plain.extend_from_slice(&random);
        plain.extend_from_slice(&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
        plain.extend_from_slice(message.as_bytes());
        plain.extend_from_slice(self.owner.as_bytes());
        let pad = PADDING_BLOCK - plain.len() % PADDING_BLOCK;
        plain.resize(plain.len() + pad, pad as u8);
        let cipher = cbc::Encryptor::<Aes256>::new((&self.key).into(), (&self.initialisation_vector()).into());
        STANDARD.encode(cipher.encrypt_padded_vec::<NoPadding>(&plain))
    }

    fn decrypt(&self, encrypt: &str) -> Result<String, EnvelopeError> {
        // The official Python sample wraps its base64 over lines.
        let compact: String = encrypt.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let bytes = LENIENT.decode(compact).map_err(|_| EnvelopeError::Decryption)?;
        let cipher = cbc::Decryptor::<Aes256>::new((&self.key).into(), (&self.initialisation_vector()).into());
        let padded = cipher.decrypt_padded_vec::<NoPadding>(&bytes).map_err(|_| EnvelopeError::Decryption)?;
        let plain = unpad(&padded);
        let head = plain.get(RANDOM_LENGTH..RANDOM_LENGTH + 4).ok_or(EnvelopeError::Length)?;
        let length = head.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        let body = &plain[RANDOM_LENGTH + 4..];
        if length > body.len() {
            return Err(EnvelopeError::Length);
        }
        let (message, owner) = body.split_at(length);
        if owner != self.owner.as_bytes() {
            return Err(EnvelopeError::Owner);
        }
        String::from_utf8(message.to_vec()).map_err(|_| EnvelopeError::Decryption)
    }

    fn initialisation_vector(&self) -> [u8; 16] {
        let mut vector = [0; 16];
        vector.copy_from_slice(&self.key[..16]);
        vector
    }
}

/// Accepts pad values 1 to 32 (the official Go sample pads replies to 16) and treats others as no padding, as the
/// official Java library does.
fn unpad(padded: &[u8]) -> &[u8] {
    let pad = padded.last().map_or(0, |byte| usize::from(*byte));
    let pad = if (1..=PADDING_BLOCK).contains(&pad) && pad <= padded.len() { pad } else { 0 };
    &padded[..padded.len() - pad]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(signature: &str, timestamp: &str, nonce: &str, encrypt: &str) -> Sealed {
        Sealed {
            signature: signature.into(),
            timestamp: timestamp.into(),
            nonce: nonce.into(),
            encrypt: encrypt.into(),
        }
    }

    const KEY_C: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

    fn own() -> EventSecrets {
        EventSecrets::new("demoToken123", KEY_C, "dingdemoappkey01").unwrap()
    }

    #[test]
    fn vector_a_of_section_6_7_the_official_sample() {
        let secrets =
            EventSecrets::new("123456", "1234567890123456789012345678901234567890123", "dingsnotzck6pm5veliw").unwrap();
        assert_eq!(hex::encode(secrets.key), "d76df8e7aefcf74d76df8e7aefcf74d76df8e7aefcf74d76df8e7aefcf74d76d");
        let expected = received(
            "9a95a004dd16f5c307e849b994173f76aa26e5eb",
            "1614767836",
            "A7Co0cJLMzIDtMMI",
            "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==",
        );
        assert_eq!(secrets.open(&expected).unwrap(), "success");
        assert_eq!(secrets.seal(*b"dICkEDLj0eb6yAbc", "success", "1614767836", "A7Co0cJLMzIDtMMI"), expected);
    }

    #[test]
    fn vector_b_of_section_6_7_the_official_sample() {
        let secrets =
            EventSecrets::new("123456", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", "suite4xxxxxxxxxxxxxxx")
                .unwrap();
        let expected = received(
            "5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0",
            "1445827045067",
            "nEXhMP4r",
            "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==",
        );
        let message =
            r#"{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}"#;
        assert_eq!(secrets.open(&expected).unwrap(), message);
        assert_eq!(secrets.seal(*b"hU3bEfGZZewzhG5a", message, "1445827045067", "nEXhMP4r"), expected);
    }

    #[test]
    fn vector_c_of_section_6_7_check_url() {
        let expected = received(
            "01b36ed56cc22b58d6d0b30b14743e83c3073a06",
            "1700000000000",
            "nonce456",
            "DpQeJfnf/MGZ/+GTIspwVIU0ssnkrF7rlkT3KmRPoP/piu2V+OFQ1wvgnaqKA2XdGA2YblB4eKasKQsnBGgFaw==",
        );
        let message = r#"{"EventType":"check_url"}"#;
        assert_eq!(own().seal(*b"fedcba9876543210", message, "1700000000000", "nonce456"), expected);
        assert_eq!(own().open(&expected).unwrap(), message);
    }

    #[test]
    fn vector_d_of_section_6_7_reply() {
        let expected = received(
            "7e2e432c952e50e60f107a746ae505a43706610a",
            "1700000000000",
            "nonce123",
            "Q3stYC6hdFzMh9T8HCvyDD5dVMaaZmK6ZzZA1b5vOyMFkyYFMPHbUh2MaVSSZWfWKMaZI5AXbtTD5LZaDgGo2g==",
        );
        assert_eq!(own().seal(*b"0123456789abcdef", "success", "1700000000000", "nonce123"), expected);
        assert_eq!(own().open(&expected).unwrap(), "success");
    }

    #[test]
    fn reads_replies_wrapped_over_lines_signed_as_sent() {
        let sealed = own().seal(*b"0123456789abcdef", "success", "1", "n");
        let wrapped = format!("{}\n{}\n", &sealed.encrypt[..76], &sealed.encrypt[76..]);
        let signature = own().sign("1", "n", &wrapped);
        assert_eq!(own().open(&received(&signature, "1", "n", &wrapped)).unwrap(), "success");
    }

    #[test]
    fn refuses_what_is_forged_or_for_another_owner() {
        let mut sealed = own().seal(*b"0123456789abcdef", "success", "1", "n");
        let other = EventSecrets::new("demoToken123", KEY_C, "somebodyelse").unwrap();
        assert_eq!(other.open(&sealed), Err(EnvelopeError::Owner));
        sealed.nonce = "m".into();
        assert_eq!(own().open(&sealed), Err(EnvelopeError::Signature));
        assert_eq!(EventSecrets::new("t", "short", "o").err(), Some(EnvelopeError::Key));
    }
}
