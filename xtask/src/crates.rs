//! Checks of the workspace's Rust crates: form, lints, licences, known weaknesses.

use anyhow::Result;

use crate::run::{command, exists, output, run, say};

/// The advisory database that `cargo deny` reads.
const ADVISORIES: &str = "https://github.com/rustsec/advisory-db";

/// Formatting and lints.
pub(crate) fn lint() -> Result<()> {
    say("checking form and lints");
    run(&mut command("cargo", ".", &["fmt", "--all", "--check"]))?;
    run(&mut command(
        "cargo",
        ".",
        &["clippy", "--quiet", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"],
    ))
}

/// Licences, sources and known weaknesses of what the workspace depends on.
pub(crate) fn audit() -> Result<()> {
    if !exists("cargo-deny") {
        say("installing cargo-deny");
        run(&mut command("cargo", ".", &["install", "--quiet", "--locked", "cargo-deny"]))?;
    }
    say("checking licences and sources");
    run(&mut command("cargo", ".", &["deny", "--offline", "check", "bans", "licenses", "sources"]))?;
    if output(&mut command("git", ".", &["ls-remote", "--exit-code", ADVISORIES, "HEAD"])).is_err() {
        eprintln!("  NOT CHECKED: the advisory database cannot be reached from here ({ADVISORIES}).");
        return Ok(());
    }
    run(&mut command("cargo", ".", &["deny", "check", "advisories"]))
}
