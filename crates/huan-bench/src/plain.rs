//! SQLite without anything of ours: what the disk and the database allow.

use std::path::PathBuf;

use anyhow::Result;
use rusqlite::Connection;

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
pub(crate) fn connect(path: &std::path::Path) -> Result<Connection> {
    let conn = Connection::open(path)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "cache_size", -16_000)?;
    conn.pragma_update(None, "mmap_size", 268_435_456)?;
    Ok(conn)
}
