//! Every check and every test.

use anyhow::Result;
use clap::ValueEnum;

use crate::{
    crates, node, packages,
    postgres::{Durability, Postgres},
    python,
    run::{command, exists, run, say},
    web,
};

/// A part of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The web page's own checks.
    Web,
    /// Form and lints of the Rust code.
    Lint,
    /// Licences and known weaknesses of the dependencies.
    Audit,
    /// The tests of the Rust crates, with both databases and the official SDKs.
    Rust,
    /// The program with its page, in a real browser.
    Browser,
}

/// Installs what is needed and runs the given parts, or all.
pub(crate) fn test(parts: &[Part]) -> Result<()> {
    let wanted = |part: Part| parts.is_empty() || parts.contains(&part);
    if wanted(Part::Web) {
        web::check()?;
    }
    if wanted(Part::Lint) {
        web::build()?;
        crates::lint()?;
    }
    if wanted(Part::Audit) {
        crates::audit()?;
    }
    if wanted(Part::Rust) {
        tests()?;
    }
    if wanted(Part::Browser) {
        // The tests of the Rust crates have built the program already.
        browser(!wanted(Part::Rust))?;
    }
    say("all is well");
    Ok(())
}

fn tests() -> Result<()> {
    web::build()?;
    let python = python::ensure()?;
    node::ensure()?;
    let postgres = Postgres::start(Durability::None)?;
    say("running the tests");
    let runner: &[&str] =
        if exists("cargo-nextest") { &["nextest", "run", "--no-fail-fast"] } else { &["test", "--no-fail-fast"] };
    let mut arguments = runner.to_vec();
    arguments.extend(["--workspace", "--all-features"]);
    run(command("cargo", ".", &arguments).env("HUAN_TEST_POSTGRES", postgres.url()).env("HUAN_SDK_PYTHON", &python))
}

fn browser(build: bool) -> Result<()> {
    web::build()?;
    packages::ensure(&[("chromium", "chromium"), ("/usr/share/fonts/opentype/noto", "fonts-noto-cjk")])?;
    if build {
        say("building the program");
        run(&mut command("cargo", ".", &["build", "--package", "huan"]))?;
    }
    say("using the page in a browser");
    web::browse()
}
