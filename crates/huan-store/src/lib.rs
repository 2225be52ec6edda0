//! The database of Huan: the only crate that knows it is SQLite or PostgreSQL.
//!
//! ```no_run
//! # async fn example(now: jiff::Timestamp) -> huan_store::Result<()> {
//! use huan_core::id::{TaskId, WorkspaceId};
//! use huan_store::Db;
//!
//! let db = Db::open("sqlite:///var/lib/huan/huan.db").await?; // or postgres://…
//! db.migrate(now).await?;
//!
//! let (workspace, id) = (WorkspaceId::from_bits(1), TaskId::from_bits(7));
//! let mut tx = db.write().await?;
//! if let Some(mut task) = tx.task(&workspace, &id).await? {
//!     task.name.push('!');
//!     tx.update_task(&workspace, &mut task).await?; // Error::Stale if someone else was faster
//! }
//! tx.commit().await?; // durable when this returns; dropping `tx` instead undoes everything
//! # Ok(())
//! # }
//! ```
//!
//! # How it works
//! - [`Db::read`] gives a [`Conn`] for reading, [`Db::write`] a [`Tx`], which reads and writes. On SQLite all writers take
//!   turns on one connection, and those which wait at the same time share one sync to the disk (`writer.rs`): hold a `Tx`
//!   briefly, and do no network call inside.
//! - What every change brings with it is written when the transaction commits, in one go and last of all: the history and the
//!   live feed ([`Tx::add_history`], [`Tx::announce`]), messages to be delivered ([`Tx::enqueue`]), counts. It is not to be
//!   seen before.
//! - Rows that people change carry a version: an update writes over the version that was read, or answers [`Error::Stale`].
//! - A commit wakes the workers that wait for its topics ([`Db::waiter`]), on other nodes too. The scan is the truth, the
//!   signal is speed.
//! - Events and clocks are claimed by leases that are committed before the work; what comes of the work is fenced by the number
//!   of the attempt or the version.
//!
//! # How to add a query
//! 1. Find the file of the entity (`task.rs` is the pattern); a new one is listed in `statements()` below.
//! 2. Put the SQL into its `statements!`: one text for both databases, arguments as `$1`, the workspace first. Where they differ
//!    (row locks only, so far) give `sqlite "…", postgres "…"`. A test has both databases prepare every statement.
//! 3. Add a method to [`Conn`] if it reads, to [`Tx`] if it writes, taking and giving the types of `huan_core`.
//! 4. Conditions chosen at run time go through `Select` (`select.rs`), never through pasted text; many rows at once through `Batch`
//!    (`batch.rs`).
//! 5. Test it with `both_databases!`.
//!
//! A new column or table is a new migration: see `migrate.rs`.

mod account;
mod batch;
mod centre;
mod clock;
mod collaboration;
mod conn;
mod counter;
mod db;
mod department;
mod digest;
mod directory;
mod document;
mod due;
mod emergency;
mod error;
mod everybody;
mod file;
mod group_request;
mod health;
mod history;
mod idempotency;
mod identity;
mod inbox;
mod interrupt;
mod leaver;
mod link;
mod link_title;
mod lookup;
mod meeting;
mod meeting_event;
mod message;
mod message_traces;
mod migrate;
mod minutes;
mod mirror;
mod notice_preference;
mod outbox;
mod overview;
mod person;
mod problem;
mod promptly;
mod record;
mod reference;
#[cfg(test)]
mod samples;
mod search;
mod search_fill;
mod searchable;
mod select;
mod sent_card;
mod session;
mod sight;
mod sign_off;
mod signal;
mod start;
mod statement;
mod task;
mod task_sync;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token;
mod tx;
mod usage_rules;
mod value;
mod workspace;
mod writer;

/// Every fixed statement, so that a test can have both databases prepare them all. List new modules here.
pub fn statements() -> impl Iterator<Item = &'static Statement> {
    const MODULES: &[&[Statement]] = &[
        account::STATEMENTS,
        centre::STATEMENTS,
        clock::STATEMENTS,
        collaboration::STATEMENTS,
        counter::STATEMENTS,
        department::STATEMENTS,
        digest::STATEMENTS,
        directory::STATEMENTS,
        document::STATEMENTS,
        emergency::STATEMENTS,
        everybody::STATEMENTS,
        file::STATEMENTS,
        group_request::STATEMENTS,
        health::STATEMENTS,
        history::STATEMENTS,
        idempotency::STATEMENTS,
        identity::STATEMENTS,
        inbox::STATEMENTS,
        leaver::STATEMENTS,
        link::STATEMENTS,
        link_title::STATEMENTS,
        meeting::STATEMENTS,
        meeting_event::STATEMENTS,
        message::STATEMENTS,
        message_traces::STATEMENTS,
        migrate::STATEMENTS,
        minutes::STATEMENTS,
        notice_preference::STATEMENTS,
        mirror::STATEMENTS,
        outbox::attempt::STATEMENTS,
        outbox::list::STATEMENTS,
        outbox::queue::STATEMENTS,
        outbox::receipt::STATEMENTS,
        overview::STATEMENTS,
        person::STATEMENTS,
        problem::STATEMENTS,
        record::STATEMENTS,
        reference::STATEMENTS,
        search::STATEMENTS,
        search_fill::STATEMENTS,
        sent_card::STATEMENTS,
        session::STATEMENTS,
        sign_off::STATEMENTS,
        task::STATEMENTS,
        task_sync::STATEMENTS,
        token::STATEMENTS,
        start::STATEMENTS,
        usage_rules::STATEMENTS,
        workspace::STATEMENTS,
    ];
    MODULES.iter().copied().flatten()
}

pub use account::{KnownState, PlatformAccount};
pub use centre::EntryFilter;
pub use collaboration::{ChannelFilter, ChannelsOf};
pub use conn::{Conn, Dialect, Row, Sql};
pub use db::{Db, Size};
pub use directory::{DirectorySource, PreviewRow, Waiting};
pub use document::{DocumentFilter, DocumentLink};
pub use emergency::EmergencyFilter;
pub use error::{Error, Result};
pub use file::FileFilter;
pub use history::{Announced, Broken, Chained, Change};
pub use idempotency::KeyTaken;
pub use inbox::{EventState, InboxEvent, Intake, NewEvent};
pub use link::{OneTimeLink, SignedLinkUse};
pub use link_title::LinkTitle;
pub use migrate::{ALL as MIGRATIONS, Migration};
pub use minutes::MinutesFilter;
pub use outbox::{
    Attempt, Delivery, DeliveryFilter, DeliveryState, LaneUse, NewDelivery, Outcome, Resting, Settlement, Undeliverable,
};
pub use overview::{Owed, Owes};
pub use person::PeopleFilter;
pub use problem::{ProblemFilter, ProblemSort};
pub use record::{RecordFilter, RecordSort};
pub use reference::Reference;
pub use search::{Hearing, Hit, SearchFilter};
pub use select::{Cursor, InvalidCursor, Listed, Page};
pub use sent_card::SentCard;
pub use session::Session;
pub use sight::Sight;
pub use signal::{Signals, Topic, Topics, Waiter};
pub use statement::Statement;
pub use task::{TaskFilter, TaskSort};
pub use task_sync::{CommentState, TaskComment};
pub use token::Token;
pub use tx::Tx;
pub use value::{Bind, Column, Kind, Value};
pub use workspace::HolidayFile;

#[cfg(test)]
mod tests {
    use super::*;

    both_databases! {
        async fn every_registered_statement_can_be_prepared(db: Db) {
            let mut conn = db.read().await.unwrap();
            for statement in statements() {
                if let Err(error) = conn.prepare(*statement).await {
                    panic!("{}: {error}", statement.name);
                }
            }
        }
    }

    #[test]
    fn every_module_with_statements_is_listed() {
        let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut folders = vec![source.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                if !code.lines().any(|line| line == "statements! {") {
                    continue;
                }
                let within = path.strip_prefix(&source).unwrap().with_extension("");
                let parts: Vec<_> = within.iter().map(|part| part.to_string_lossy()).collect();
                let module = parts.join("::");
                let of_this = |statement: &Statement| {
                    statement
                        .name
                        .strip_prefix("huan_store::")
                        .and_then(|name| name.rsplit_once("::"))
                        .map(|(path, _)| path)
                        == Some(module.as_str())
                };
                assert!(statements().any(of_this), "list {module}::STATEMENTS in statements() of lib.rs");
            }
        }
    }
}
