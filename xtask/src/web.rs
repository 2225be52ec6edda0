//! The web page.

use std::{fs, time::SystemTime};

use anyhow::{Context as _, Result};

use crate::run::{command, output, root, run, say};

/// Builds the page into `web/dist`, from where the program embeds it; nothing is done when nothing changed.
pub(crate) fn build() -> Result<()> {
    install()?;
    let sources = [newest("web/src")?, newest("locales")?, newest("web/package-lock.json")?, newest("web/index.html")?];
    if newest("web/dist").is_ok_and(|built| sources.into_iter().max().flatten() < built) {
        return Ok(());
    }
    say("building the web page");
    run(&mut npm(&["run", "build"]))
}

/// The page's own checks.
pub(crate) fn check() -> Result<()> {
    install()?;
    say("checking the web page");
    run(&mut npm(&["run", "lint"]))?;
    run(&mut npm(&["test"]))?;
    build()?;
    run(&mut npm(&["run", "size"]))
}

/// The tests of the page in a real browser, with the program that was built.
pub(crate) fn browse() -> Result<()> {
    run(&mut npm(&["run", "browser"]))
}

/// Writes the description of the HTTP interface and the client that follows from it.
pub(crate) fn generate() -> Result<()> {
    say("describing the HTTP interface");
    let description = output(&mut command("cargo", ".", &["run", "--quiet", "--bin", "huan", "--", "openapi"]))?;
    fs::write(root().join("web/openapi.json"), description)?;
    install()?;
    run(&mut npm(&["run", "generate"]))
}

fn install() -> Result<()> {
    let lock = fs::read(root().join("web/package-lock.json"))?;
    let installed = root().join("web/node_modules/.installed-lock");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    say("installing the web page's packages");
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
    Ok(fs::write(installed, lock)?)
}

fn npm(arguments: &[&str]) -> std::process::Command {
    command("npm", "web", arguments)
}

/// When anything below `path` last changed.
fn newest(path: &str) -> Result<Option<SystemTime>> {
    let mut latest = None;
    let mut waiting = vec![root().join(path)];
    while let Some(path) = waiting.pop() {
        let about = fs::metadata(&path).with_context(|| path.display().to_string())?;
        if about.is_dir() {
            waiting.extend(fs::read_dir(&path)?.filter_map(|entry| Some(entry.ok()?.path())));
        } else {
            latest = latest.max(Some(about.modified()?));
        }
    }
    Ok(latest)
}
