//! Programs of the operating system that the tests need, from Debian's packages.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::run::{exists, run, say};

/// Installs the packages whose sign (a program or a folder) is missing.
pub(crate) fn ensure(wanted: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<&str> = wanted.iter().filter(|(sign, _)| !is_there(sign)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say(&format!("installing {}", missing.join(" ")));
    if !exists("apt-get") {
        bail!("please install these yourself, there is no apt-get here: {}", missing.join(" "));
    }
    run(administrator("apt-get").args(["-q", "update"]))?;
    run(administrator("apt-get").args(["-q", "install", "-y", "--no-install-recommends"]).args(&missing))
}

fn is_there(sign: &str) -> bool {
    if sign.starts_with('/') { Path::new(sign).exists() } else { exists(sign) }
}

/// A command run with the administrator's rights.
fn administrator(program: &str) -> Command {
    let mut command = if is_root() { Command::new(program) } else { Command::new("sudo") };
    if !is_root() {
        command.arg(program);
    }
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Whether this is the administrator.
pub(crate) fn is_root() -> bool {
    std::process::Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
