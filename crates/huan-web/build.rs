//! Builds the web page into the program: packs its files once and lists them for `src/embedded.rs`. Makes the page's
//! folder when it is missing, so that a fresh clone compiles.

use std::{
    env,
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

/// Files smaller than this travel as they are.
const WORTH_PACKING: usize = 512;

fn main() -> std::io::Result<()> {
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    let built = manifest.join("../../web/dist");
    fs::create_dir_all(&built)?;
    let built = built.canonicalize()?;
    println!("cargo::rerun-if-changed={}", built.display());
    let out = PathBuf::from(env::var("OUT_DIR").unwrap_or_default());
    let packed = out.join("packed");
    fs::create_dir_all(&packed)?;
    let mut files = Vec::new();
    list(&built, &built, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for (number, path) in files.iter().enumerate() {
        let contents = fs::read(built.join(path))?;
        let gzip = packed.join(format!("{number}.gz"));
        let gzip = if pack(&contents, &gzip)? {
            format!("Some(include_bytes!({:?}))", gzip.display().to_string())
        } else {
            "None".to_owned()
        };
        let mut hasher = DefaultHasher::new();
        contents.hash(&mut hasher);
        let etag = format!("\"{:016x}\"", hasher.finish());
        let plain = built.join(path).display().to_string();
        // Writing into a String cannot fail.
        let _ = writeln!(
            table,
            "    File {{ path: {path:?}, etag: {etag:?}, plain: include_bytes!({plain:?}), gzip: {gzip} }},"
        );
    }
    table.push_str("]\n");
    fs::write(out.join("page.rs"), table)
}

/// Every file below `folder`, as paths with slashes below `root`.
fn list(root: &Path, folder: &Path, files: &mut Vec<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Vite's own notes about the build are of no use to a browser.
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            list(root, &entry.path(), files)?;
        } else if let Ok(path) = entry.path().strip_prefix(root) {
            files.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

/// Packs a file. Says whether it gained by it.
fn pack(contents: &[u8], to: &Path) -> std::io::Result<bool> {
    if contents.len() < WORTH_PACKING {
        return Ok(false);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(contents)?;
    let packed = encoder.finish()?;
    let gains = packed.len() < contents.len();
    if gains {
        fs::write(to, packed)?;
    }
    Ok(gains)
}
