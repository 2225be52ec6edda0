//! The one secret of an installation and the keys derived from it.

use std::fmt;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Nonce, Payload},
};
use hmac::{Hmac, Mac};
use huan_core::ambient::Entropy;
use sha2::Sha256;

/// Bytes of the nonce that precedes each sealed text.
const NONCE: usize = 12;

/// The keys of an installation. `Debug` shows nothing of them.
#[derive(Clone)]
pub struct Secrets {
    settings: [u8; 32],
    links: [u8; 32],
}

/// A sealed text that these keys do not open: the installation's secret was changed or the data is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed settings cannot be opened with this installation's secret")]
pub struct Unsealable;

impl Secrets {
    /// The keys that follow from the installation's secret of 32 bytes.
    pub fn derive(master: &[u8; 32]) -> Self {
        Self { settings: mac(master, b"huan settings v1"), links: mac(master, b"huan signed links v1") }
    }

    /// Seals the settings of an account. `owner` (its id) is bound in: a sealed text moved to another row does not open.
    ///
    /// # Errors
    /// Never for texts of a possible size; the cipher's own error is passed on rather than hidden.
    pub fn seal(&self, entropy: &dyn Entropy, owner: &str, plain: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let mut sealed = vec![0_u8; NONCE];
        entropy.fill(&mut sealed);
        let nonce = Nonce::<Aes256Gcm>::try_from(&sealed[..NONCE]).map_err(|_| Unsealable)?;
        let text =
            self.cipher().encrypt(&nonce, Payload { msg: plain, aad: owner.as_bytes() }).map_err(|_| Unsealable)?;
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Opens what [`Secrets::seal`] sealed for the same `owner`.
    ///
    /// # Errors
    /// When the key is another one or the text was changed.
    pub fn open(&self, owner: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (nonce, text) = sealed.split_at_checked(NONCE).ok_or(Unsealable)?;
        let nonce = Nonce::<Aes256Gcm>::try_from(nonce).map_err(|_| Unsealable)?;
        self.cipher().decrypt(&nonce, Payload { msg: text, aad: owner.as_bytes() }).map_err(|_| Unsealable)
    }

    /// The signature of a link's contents.
    pub(crate) fn sign_link(&self, contents: &[u8]) -> [u8; 32] {
        mac(&self.links, contents)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&self.settings.into())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC pads a shorter key with zeros to its block of 64 bytes.
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_core::ambient::SeededEntropy;

    #[test]
    fn sealed_settings_open_only_for_their_owner_and_unchanged() {
        let secrets = Secrets::derive(&[7; 32]);
        let mut sealed = secrets.seal(&SeededEntropy::new(1), "acc_1", b"app_secret").unwrap();
        assert_eq!(secrets.open("acc_1", &sealed).unwrap(), b"app_secret");
        assert_eq!(secrets.open("acc_2", &sealed), Err(Unsealable));
        assert_eq!(Secrets::derive(&[8; 32]).open("acc_1", &sealed), Err(Unsealable));
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(secrets.open("acc_1", &sealed), Err(Unsealable));
        assert_eq!(secrets.open("acc_1", b"short"), Err(Unsealable));
    }
}
