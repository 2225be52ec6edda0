//! A throw-away PostgreSQL server on the loopback interface, for the tests.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    packages,
    run::{run, say},
};

/// A running server; it is stopped and its files are removed when this is dropped.
pub(crate) struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
}

/// Whether what the server has committed is on the disk.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Durability {
    /// No: each test makes and drops a database of its own, which is slow where every file is synced to the disk.
    None,
    /// Yes: what is measured is measured as it is used.
    Full,
}

impl Postgres {
    /// Installs the server where it is missing, and starts one.
    pub(crate) fn start(durability: Durability) -> Result<Self> {
        say("starting PostgreSQL");
        packages::ensure(&[("/usr/lib/postgresql", "postgresql")])?;
        let programs = newest_programs()?;
        // Outside the workspace: the server runs as another user, who may not be able to look into it.
        let folder = std::env::temp_dir().join(format!("huan-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self { folder, programs, port };
        if packages::is_root() {
            run(Command::new("chown").arg("postgres").arg(&server.folder))?;
        }
        let data = server.folder.join("data");
        run(server
            .program("initdb")
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata"])
            .arg(&data))?;
        let fsync = match durability {
            Durability::None => "off",
            Durability::Full => "on",
        };
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=200 -c fsync={fsync}",
            server.folder.display()
        );
        run(server
            .program("pg_ctl")
            .arg("--pgdata")
            .arg(&data)
            .args(["-w", "-l"])
            .arg(server.folder.join("log"))
            .args(["-o", &options, "start"]))?;
        Ok(server)
    }

    /// The server's address.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// One of the server's programs. The server refuses to run with the administrator's rights.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = if packages::is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let stopped =
            run(self.program("pg_ctl").arg("--pgdata").arg(self.folder.join("data")).args(["-m", "immediate", "stop"]));
        if let Err(error) = stopped.and_then(|()| Ok(fs::remove_dir_all(&self.folder)?)) {
            eprintln!("the test's PostgreSQL in {} could not be removed: {error}", self.folder.display());
        }
    }
}

fn newest_programs() -> Result<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql");
    let newest = fs::read_dir(versions)
        .with_context(|| format!("no PostgreSQL in {}", versions.display()))?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .max();
    let Some(version) = newest else { bail!("no PostgreSQL in {}", versions.display()) };
    Ok(versions.join(version.to_string()).join("bin"))
}
