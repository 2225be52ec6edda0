//! The platforms' official Python SDKs, which judge the simulators.

use std::{fs, path::PathBuf};

use anyhow::Result;

use crate::run::{command, root, run, say};

const REQUIREMENTS: &str = "crates/huan-sim/tests/sdk/requirements.txt";

/// Installs the SDKs into `.venv` and gives the interpreter that knows them.
pub(crate) fn ensure() -> Result<PathBuf> {
    let interpreter = root().join(".venv/bin/python");
    let installed = root().join(".venv/requirements.txt");
    let wanted = fs::read(root().join(REQUIREMENTS))?;
    if interpreter.exists() && fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(interpreter);
    }
    say("installing the platforms' official SDKs");
    run(&mut command("python3", ".", &["-m", "venv", ".venv"]))?;
    run(&mut command(
        ".venv/bin/python",
        ".",
        &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS],
    ))?;
    fs::write(installed, wanted)?;
    Ok(interpreter)
}
