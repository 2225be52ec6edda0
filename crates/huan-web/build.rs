//! Makes the folder of the built page when it is missing, so that a fresh clone compiles, and packs its files once.

use std::{env, fs, io::Write as _, path::Path};

use flate2::{Compression, write::GzEncoder};

/// Files smaller than this travel as they are.
const WORTH_PACKING: usize = 512;

fn main() -> std::io::Result<()> {
    let manifest = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let built = Path::new(&manifest).join("../../web/dist");
    fs::create_dir_all(&built)?;
    println!("cargo::rerun-if-changed={}", built.display());
    let packed = Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("page");
    if packed.exists() {
        fs::remove_dir_all(&packed)?;
    }
    fs::create_dir_all(&packed)?;
    pack(&built, &packed)
}

/// Copies the page's files and puts a gzip twin beside each one that gains by it.
fn pack(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        // Vite's own notes about the build are of no use to a browser.
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            pack(&entry.path(), &target)?;
            continue;
        }
        let contents = fs::read(entry.path())?;
        fs::write(&target, &contents)?;
        if contents.len() < WORTH_PACKING {
            continue;
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&contents)?;
        let small = encoder.finish()?;
        if small.len() < contents.len() {
            let mut name = name;
            name.push(".gz");
            fs::write(to.join(name), small)?;
        }
    }
    Ok(())
}
