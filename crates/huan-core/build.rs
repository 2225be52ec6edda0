//! Lists the translation files, so that a new one needs no other change than to be there.

use std::{env, fmt::Write as _, fs, io, path::Path};

fn main() -> io::Result<()> {
    let locales = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../locales").canonicalize()?;
    println!("cargo::rerun-if-changed={}", locales.display());
    let mut list = String::from("const FILES: &[(Language, &str, &str)] = &[\n");
    for (language, folder) in [("Chinese", "zh-CN"), ("English", "en")] {
        let folder = locales.join(folder);
        let mut files: Vec<_> = fs::read_dir(&folder)?.collect::<io::Result<Vec<_>>>()?;
        files.sort_by_key(fs::DirEntry::file_name);
        for file in files {
            let path = file.path();
            let Some(area) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
            if path.extension().is_some_and(|extension| extension == "json") {
                println!("cargo::rerun-if-changed={}", path.display());
                let _ = writeln!(
                    list,
                    "    (Language::{language}, {area:?}, include_str!({:?})),",
                    path.display().to_string()
                );
            }
        }
    }
    list.push_str("];\n");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("locale_files.rs"), list)
}
