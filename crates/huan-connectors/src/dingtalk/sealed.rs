//! The seal of events pushed over HTTP: AES-256-CBC with a padding of its own, signed with SHA-1
//! (DingTalk, HTTP event callback §6.3).

use std::fmt;

use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use base64::{
    Engine,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use sha1::{Digest, Sha1};

use super::signature;

/// Padding goes up to multiples of this, not of the cipher's 16.
const BLOCK: usize = 32;
/// Random bytes before the length.
const RANDOM: usize = 16;

/// 43 characters hold 258 bits: the two stray ones are whatever the console made of them.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Opens and seals with one app's token and key.
pub(super) struct Seal {
    token: String,
    key: [u8; 32],
}

/// What was inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Opened {
    /// The message.
    pub(super) message: String,
    /// Whose it is: Client ID or CorpId, by the kind of app.
    pub(super) owner: String,
}

/// Why nothing came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum SealError {
    /// The text is not what the format promises.
    #[error("not of the sealed form")]
    Malformed,
    /// The signature is another one.
    #[error("the signature differs")]
    WrongSignature,
    /// The key is not 43 characters of base64.
    #[error("the AES key must have 43 letters and digits")]
    WrongKey,
}

/// What DingTalk is answered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct SealedAnswer {
    msg_signature: String,
    #[serde(rename = "timeStamp")]
    timestamp: String,
    nonce: String,
    encrypt: String,
}

impl Seal {
    /// A seal with the console's token and EncodingAESKey.
    pub(super) fn new(token: &str, encoding_aes_key: &str) -> Result<Self, SealError> {
        if encoding_aes_key.len() != 43 {
            return Err(SealError::WrongKey);
        }
        let key = LENIENT.decode(encoding_aes_key).map_err(|_| SealError::WrongKey)?;
        let key = key.try_into().map_err(|_| SealError::WrongKey)?;
        Ok(Self { token: token.to_owned(), key })
    }

    /// The signature over the parts of a request or an answer, as lower-case hexadecimal digits.
    pub(super) fn sign(&self, timestamp: &str, nonce: &str, encrypt: &str) -> String {
        let mut parts = [self.token.as_str(), timestamp, nonce, encrypt];
        parts.sort_unstable();
        hex::encode(Sha1::digest(parts.concat()))
    }

    /// Checks the signature over the exact `encrypt` and opens it.
    pub(super) fn open(
        &self,
        given_signature: &str,
        timestamp: &str,
        nonce: &str,
        encrypt: &str,
    ) -> Result<Opened, SealError> {
        if !signature::equal(&self.sign(timestamp, nonce, encrypt), given_signature) {
            return Err(SealError::WrongSignature);
        }
        self.decrypt(encrypt)
    }

    fn decrypt(&self, encrypt: &str) -> Result<Opened, SealError> {
        // One of the official libraries wraps its base64 in lines.
        let unwrapped: String = encrypt.split_ascii_whitespace().collect();
        let cipher = LENIENT.decode(unwrapped).map_err(|_| SealError::Malformed)?;
        let plain = cbc::Decryptor::<aes::Aes256>::new(&self.key.into(), &self.iv().into())
            .decrypt_padded_vec::<NoPadding>(&cipher)
            .map_err(|_| SealError::Malformed)?;
        let padding = match plain.last() {
            Some(&last @ 1..=32) => usize::from(last),
            Some(_) => 0,
            None => return Err(SealError::Malformed),
        };
        let plain = plain.get(..plain.len().saturating_sub(padding)).ok_or(SealError::Malformed)?;
        let (_, rest) = plain.split_at_checked(RANDOM).ok_or(SealError::Malformed)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(SealError::Malformed)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| SealError::Malformed)?;
        let (message, owner) = rest.split_at_checked(length).ok_or(SealError::Malformed)?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| SealError::Malformed);
        Ok(Opened { message: text(message)?, owner: text(owner)? })
    }

    /// Seals `message` for `owner` as the answer to a push.
    pub(super) fn answer(
        &self,
        message: &str,
        owner: &str,
        random: &[u8; RANDOM],
        timestamp: &str,
        nonce: &str,
    ) -> Result<SealedAnswer, SealError> {
        let encrypt = self.encrypt(message, owner, random)?;
        Ok(SealedAnswer {
            msg_signature: self.sign(timestamp, nonce, &encrypt),
            timestamp: timestamp.to_owned(),
            nonce: nonce.to_owned(),
            encrypt,
        })
    }

    fn encrypt(&self, message: &str, owner: &str, random: &[u8; RANDOM]) -> Result<String, SealError> {
        let length = u32::try_from(message.len()).map_err(|_| SealError::Malformed)?;
        let mut plain = Vec::with_capacity(RANDOM + 4 + message.len() + owner.len() + BLOCK);
        plain.extend_from_slice(random);
        plain.extend_from_slice(&length.to_be_bytes());
        plain.extend_from_slice(message.as_bytes());
        plain.extend_from_slice(owner.as_bytes());
        let padding = BLOCK - plain.len() % BLOCK;
        plain.resize(plain.len() + padding, u8::try_from(padding).unwrap_or_default());
        let cipher = cbc::Encryptor::<aes::Aes256>::new(&self.key.into(), &self.iv().into())
            .encrypt_padded_vec::<NoPadding>(&plain);
        Ok(STANDARD.encode(cipher))
    }

    fn iv(&self) -> [u8; 16] {
        let mut iv = [0; 16];
        iv.copy_from_slice(&self.key[..16]);
        iv
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn demo() -> Seal {
        Seal::new("demoToken123", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap()
    }

    #[test]
    fn vector_a_of_dingtalk_6_7() {
        let seal = Seal::new("123456", "1234567890123456789012345678901234567890123").unwrap();
        assert_eq!(hex::encode(seal.key), "d76df8e7aefcf74d76df8e7aefcf74d76df8e7aefcf74d76df8e7aefcf74d76d");
        let encrypt = "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==";
        let opened =
            seal.open("9a95a004dd16f5c307e849b994173f76aa26e5eb", "1614767836", "A7Co0cJLMzIDtMMI", encrypt).unwrap();
        assert_eq!(opened, Opened { message: "success".into(), owner: "dingsnotzck6pm5veliw".into() });
        assert_eq!(seal.encrypt("success", "dingsnotzck6pm5veliw", b"dICkEDLj0eb6yAbc").unwrap(), encrypt);
    }

    #[test]
    fn vector_b_of_dingtalk_6_7() {
        let seal = Seal::new("123456", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij").unwrap();
        let encrypt = "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==";
        let opened =
            seal.open("5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0", "1445827045067", "nEXhMP4r", encrypt).unwrap();
        let message =
            r#"{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}"#;
        assert_eq!(opened, Opened { message: message.into(), owner: "suite4xxxxxxxxxxxxxxx".into() });
        assert_eq!(seal.encrypt(message, "suite4xxxxxxxxxxxxxxx", b"hU3bEfGZZewzhG5a").unwrap(), encrypt);
    }

    #[test]
    fn vector_c_of_dingtalk_6_7_check_url() {
        let seal = demo();
        assert_eq!(hex::encode(seal.key), "69b71d79f8218a39259a7a29aabb2dbafc31cb3d35db7e39ebbf3d0010831051");
        let encrypt = "DpQeJfnf/MGZ/+GTIspwVIU0ssnkrF7rlkT3KmRPoP/piu2V+OFQ1wvgnaqKA2XdGA2YblB4eKasKQsnBGgFaw==";
        let message = r#"{"EventType":"check_url"}"#;
        let opened =
            seal.open("01b36ed56cc22b58d6d0b30b14743e83c3073a06", "1700000000000", "nonce456", encrypt).unwrap();
        assert_eq!(opened, Opened { message: message.into(), owner: "dingdemoappkey01".into() });
        assert_eq!(seal.encrypt(message, "dingdemoappkey01", b"fedcba9876543210").unwrap(), encrypt);
    }

    #[test]
    fn vector_d_of_dingtalk_6_7_reply() {
        let answer =
            demo().answer("success", "dingdemoappkey01", b"0123456789abcdef", "1700000000000", "nonce123").unwrap();
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"msg_signature":"7e2e432c952e50e60f107a746ae505a43706610a","timeStamp":"1700000000000","nonce":"nonce123","encrypt":"Q3stYC6hdFzMh9T8HCvyDD5dVMaaZmK6ZzZA1b5vOyMFkyYFMPHbUh2MaVSSZWfWKMaZI5AXbtTD5LZaDgGo2g=="}"#
        );
    }

    #[test]
    fn a_changed_part_breaks_the_signature() {
        let seal = demo();
        let encrypt = seal.encrypt("{}", "owner", &[7; 16]).unwrap();
        let signature = seal.sign("1", "n", &encrypt);
        assert!(seal.open(&signature, "1", "n", &encrypt).is_ok());
        assert_eq!(seal.open(&signature, "2", "n", &encrypt), Err(SealError::WrongSignature));
        assert_eq!(seal.open(&signature, "1", "m", &encrypt), Err(SealError::WrongSignature));
        assert_eq!(seal.open("", "1", "n", &encrypt), Err(SealError::WrongSignature));
    }

    #[test]
    fn a_reply_wrapped_in_lines_opens() {
        let seal = demo();
        let encrypt = seal.encrypt(&"长".repeat(60), "owner", &[7; 16]).unwrap();
        let wrapped =
            encrypt.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line) + "\n").collect::<String>();
        assert_eq!(seal.decrypt(&wrapped).unwrap().message, "长".repeat(60));
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        for key in
            ["", "short", "12345678901234567890123456789012345678901234", "1234567890123456789012345678901234567890!!!"]
        {
            assert_eq!(Seal::new("t", key).err(), Some(SealError::WrongKey), "{key}");
        }
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens(message in any::<String>(), owner in "[a-z0-9]{0,40}", random in any::<[u8; 16]>()) {
            let seal = demo();
            let opened = seal.decrypt(&seal.encrypt(&message, &owner, &random).unwrap()).unwrap();
            prop_assert_eq!(opened, Opened { message, owner });
        }

        #[test]
        fn rubbish_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
            let seal = demo();
            let _ = seal.decrypt(&STANDARD.encode(bytes));
            let _ = seal.decrypt(&text);
            let _ = Seal::new(&text, &text);
        }
    }
}
