//! SQLite without anything of ours: what the disk and the database allow.

use std::path::{Path, PathBuf};

use anyhow::Result;
use rusqlite::{Connection, Params};
use tokio::sync::{mpsc, oneshot};

/// A SQLite file of its own beside the measured ones, with the same durability as the store: WAL, a sync for each commit.
pub(crate) struct Plain {
    /// The connection.
    pub(crate) conn: Connection,
    folder: PathBuf,
}

impl Plain {
    /// Makes the file and its tables.
    pub(crate) fn open(schema: &str) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("huan-bench-plain-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let conn = connect(&folder.join("plain.db"))?;
        conn.execute_batch(schema)?;
        Ok(Self { conn, folder })
    }

    /// Where the file is, for a connection on another thread.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join("plain.db")
    }

    /// Removes the file.
    pub(crate) fn remove(self) -> Result<()> {
        drop(self.conn);
        Ok(std::fs::remove_dir_all(self.folder)?)
    }
}

/// Opens a file.
pub(crate) fn connect(path: &Path) -> Result<Connection> {
    let conn = Connection::open(path)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "cache_size", -16_000)?;
    conn.pragma_update(None, "mmap_size", 268_435_456)?;
    Ok(conn)
}

/// The way to [`write_groups`]: a row, and who waits for it.
pub(crate) type Groups<R> = mpsc::Sender<(R, oneshot::Sender<()>)>;

/// Takes all rows that wait, inserts them and commits, again and again; each writer is told after the commit that holds
/// its row.
pub(crate) fn write_groups<R: Params>(
    path: &Path,
    insert: &str,
    mut rows: mpsc::Receiver<(R, oneshot::Sender<()>)>,
) -> Result<()> {
    let conn = connect(path)?;
    let mut group = Vec::with_capacity(256);
    let mut waiting = Vec::with_capacity(256);
    while rows.blocking_recv_many(&mut group, 256) > 0 {
        let transaction = conn.unchecked_transaction()?;
        let mut insert = conn.prepare_cached(insert)?;
        for (row, told) in group.drain(..) {
            insert.execute(row)?;
            waiting.push(told);
        }
        drop(insert);
        transaction.commit()?;
        for told in waiting.drain(..) {
            // A writer that no longer waits has its row kept all the same.
            let _ = told.send(());
        }
    }
    Ok(())
}
