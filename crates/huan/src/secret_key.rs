//! The one secret of an installation: given, or made at the first start.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use anyhow::{Context as _, bail};
use huan_app::secrets::Secrets;
use huan_core::ambient::Entropy;

use crate::config::Config;

/// The file in the data directory.
const FILE: &str = "secret.key";

/// The keys of the installation. Without a configured key, a file in the data directory holds it; it is made when it is
/// not there, readable by its owner only.
///
/// # Errors
/// When the key is malformed or the file can be neither read nor made.
pub(crate) fn open(config: &Config, entropy: &dyn Entropy) -> anyhow::Result<Secrets> {
    let text = match &config.secret_key {
        Some(key) => key.reveal().to_owned(),
        None => in_file(&config.data, entropy)?,
    };
    Ok(Secrets::derive(&parse(&text)?))
}

fn in_file(data: &Path, entropy: &dyn Entropy) -> anyhow::Result<String> {
    let path = data.join(FILE);
    if path.exists() {
        return fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()));
    }
    fs::create_dir_all(data).with_context(|| format!("making the directory {}", data.display()))?;
    let mut bytes = [0_u8; 32];
    entropy.fill(&mut bytes);
    let text = hex(&bytes);
    // `create_new`: two processes that start at once must not each keep a key of their own.
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("making {}", path.display()))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(text)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse(text: &str) -> anyhow::Result<[u8; 32]> {
    let text = text.trim();
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        bail!("the secret key must be 64 hexadecimal digits (`openssl rand -hex 32` makes one)");
    }
    let mut bytes = [0_u8; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use huan_core::ambient::SeededEntropy;

    #[test]
    fn the_first_start_makes_a_key_that_only_its_owner_reads() {
        let data = std::env::temp_dir().join(format!("huan-key-{}", std::process::id()));
        let first = in_file(&data, &SeededEntropy::new(1)).unwrap();
        assert_eq!(in_file(&data, &SeededEntropy::new(2)).unwrap(), first, "the second start reads it");
        let mode = fs::metadata(data.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(parse(&first).is_ok());
        fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn a_malformed_key_is_refused_without_being_repeated() {
        for text in ["", "hush", &"g".repeat(64), &"0".repeat(63)] {
            assert!(!parse(text).unwrap_err().to_string().contains("hush"));
        }
        assert_eq!(parse(&format!("{}\n", "0a".repeat(32))).unwrap(), [10; 32]);
    }
}
