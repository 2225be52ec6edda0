//! What can go wrong in the store, told so that a person knows what to do.

use std::sync::Arc;

/// Why the store could not do what was asked.
///
/// «Not there» is no error: look-ups return `Option`. A lost race for a versioned row is [`Error::Stale`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The database address has no known form.
    #[error("the database address is neither a path, nor sqlite://…, nor postgres://…")]
    Address,
    /// The database answered with an error or could not be reached.
    #[error("the database refused {what}: {source}")]
    Database {
        /// The statement or step, by name.
        what: &'static str,
        /// The driver's error.
        source: Arc<sqlx::Error>,
    },
    /// A row holds something this program cannot read.
    #[error("the database holds an unreadable value in column {column}: {reason}")]
    Unreadable {
        /// The column.
        column: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Somebody else changed the row since it was read: read it again and decide anew.
    #[error("{what} was changed by someone else in the meantime; read it again")]
    Stale {
        /// The kind of row.
        what: &'static str,
    },
    /// The group of writes this one belonged to was not committed; nothing of it was kept.
    #[error("the write was not kept: {0}")]
    NotCommitted(String),
    /// The database is being closed.
    #[error("the database is closed")]
    Closed,
    /// The database was written by a newer program.
    #[error("the database is at schema {found}, this program knows only up to {known}; install the newer program")]
    NewerSchema {
        /// The highest migration in the database.
        found: i64,
        /// The highest migration in this program.
        known: i64,
    },
    /// A migration that was applied earlier differs from the one in this program.
    #[error("migration {version} was applied from a different text; this program does not belong to this database")]
    ChangedMigration {
        /// The number of the migration.
        version: i64,
    },
}

/// The result of a store operation.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn database(what: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Database { what, source: Arc::new(source) }
    }

    pub(crate) fn unreadable(column: &str, reason: impl ToString) -> Self {
        Self::Unreadable { column: column.to_owned(), reason: reason.to_string() }
    }

    fn kind(&self) -> Option<sqlx::error::ErrorKind> {
        match self {
            Self::Database { source, .. } => source.as_database_error().map(|error| error.kind()),
            _ => None,
        }
    }

    /// Whether the row was changed, or is gone, since it was read.
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::Stale { .. })
    }

    /// Whether a row with the same unique key is already there.
    pub fn is_duplicate(&self) -> bool {
        matches!(self.kind(), Some(sqlx::error::ErrorKind::UniqueViolation))
    }

    /// Whether the row points to something that is not there, or is still pointed to.
    pub fn is_broken_reference(&self) -> bool {
        matches!(self.kind(), Some(sqlx::error::ErrorKind::ForeignKeyViolation))
    }

    /// Whether the same transaction may succeed when it is run again from the start
    /// (PostgreSQL: `40001` serialization failure, `40P01` deadlock; SQLite: busy).
    pub fn is_transient(&self) -> bool {
        let Self::Database { source, .. } = self else { return matches!(self, Self::NotCommitted(_)) };
        match source.as_ref() {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
            sqlx::Error::Database(error) => {
                matches!(error.code().as_deref(), Some("40001" | "40P01" | "5" | "517" | "261" | "57P01"))
            }
            _ => false,
        }
    }
}
