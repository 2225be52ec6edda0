//! The database: reachable, current, on a disk with room.

use std::path::{Path, PathBuf};

use huan_store::{Db, Dialect};

use super::report::Report;
use crate::config::Config;

/// Less free room than this is a warning, in bytes.
const LITTLE: u64 = 1 << 30;

/// Looks at the database. None when the rest cannot be looked at without it.
pub(super) async fn look(config: &Config, report: &mut Report) -> Option<Db> {
    let file = file_of(config.database.reveal());
    if let Some(file) = &file
        && !file.exists()
    {
        report.warning("program.doctor.no_database", &[("file", &file.display())]);
        return None;
    }
    let db = match open(config).await {
        Ok(db) => db,
        Err(error) => {
            report.problem("program.doctor.database", &[("detail", &error)]);
            return None;
        }
    };
    report.good("program.doctor.database_reached", &[("place", &format!("{db:?}"))]);
    if db.dialect() == Dialect::Sqlite {
        journal(&db, report).await;
    }
    if let Some(file) = &file {
        room(file, report);
    }
    match db.pending().await {
        Ok(steps) if steps.is_empty() => report.good("program.doctor.schema", &[]),
        Ok(steps) => {
            report.problem("program.doctor.schema_old", &[("count", &steps.len())]);
            return None;
        }
        Err(error) => {
            report.problem("program.doctor.database", &[("detail", &error)]);
            return None;
        }
    }
    Some(db)
}

async fn open(config: &Config) -> huan_store::Result<Db> {
    let db = Db::open(config.database.reveal()).await?;
    db.ping().await?;
    Ok(db)
}

async fn journal(db: &Db, report: &mut Report) {
    let mode = async { db.read().await?.journal_mode().await };
    match mode.await {
        Ok(mode) if mode == "wal" => report.good("program.doctor.journal", &[]),
        Ok(mode) => report.problem("program.doctor.journal_other", &[("mode", &mode)]),
        Err(error) => report.problem("program.doctor.database", &[("detail", &error)]),
    }
}

fn room(file: &Path, report: &mut Report) {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let gigabytes = format!("{:.1}", free as f64 / f64::from(1 << 30));
            match free {
                ..LITTLE => report.warning("program.doctor.room_little", &[("free", &gigabytes)]),
                _ => report.good("program.doctor.room", &[("free", &gigabytes)]),
            }
        }
        Err(error) => report.warning("program.doctor.room_unknown", &[("detail", &error)]),
    }
}

/// The file of a SQLite database.
fn file_of(address: &str) -> Option<PathBuf> {
    if address.starts_with("postgres") {
        return None;
    }
    let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:")).unwrap_or(address);
    Some(path.into())
}
