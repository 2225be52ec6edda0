//! The database of Huan, SQLite or PostgreSQL: transactions, queries, schema, wake-up signals.

mod account;
mod batch;
mod clock;
mod collaboration;
mod conn;
mod counter;
mod db;
mod department;
mod due;
mod error;
mod history;
mod idempotency;
mod identity;
mod inbox;
mod link;
mod lookup;
mod message;
mod migrate;
mod outbox;
mod person;
mod record;
mod reference;
#[cfg(test)]
mod samples;
mod select;
mod sent_card;
mod session;
mod sight;
mod signal;
#[cfg(test)]
mod speed;
mod statement;
mod task;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token;
mod tx;
mod value;
mod workspace;
mod writer;

/// Every fixed statement, so that a test can have both databases prepare them all. List new modules here.
pub fn statements() -> impl Iterator<Item = &'static Statement> {
    const MODULES: &[&[Statement]] = &[
        account::STATEMENTS,
        clock::STATEMENTS,
        collaboration::STATEMENTS,
        counter::STATEMENTS,
        department::STATEMENTS,
        history::STATEMENTS,
        idempotency::STATEMENTS,
        identity::STATEMENTS,
        inbox::STATEMENTS,
        link::STATEMENTS,
        message::STATEMENTS,
        migrate::STATEMENTS,
        outbox::STATEMENTS,
        person::STATEMENTS,
        record::STATEMENTS,
        reference::STATEMENTS,
        sent_card::STATEMENTS,
        session::STATEMENTS,
        task::STATEMENTS,
        token::STATEMENTS,
        workspace::STATEMENTS,
    ];
    MODULES.iter().copied().flatten()
}

pub use account::{KnownState, PlatformAccount};
pub use conn::{Conn, Dialect, Row, Sql};
pub use db::{Db, Size};
pub use error::{Error, Result};
pub use history::{Announced, Broken, Chained, Change};
pub use idempotency::KeyTaken;
pub use inbox::{EventState, InboxEvent, Intake, NewEvent};
pub use link::{OneTimeLink, SignedLinkUse};
pub use migrate::{ALL as MIGRATIONS, Migration};
pub use outbox::{
    Attempt, Delivery, DeliveryFilter, DeliveryState, NewDelivery, Outcome, Resting, Settlement, Undeliverable,
};
pub use record::{RecordFilter, RecordSort};
pub use reference::Reference;
pub use select::{Cursor, InvalidCursor, Listed, Page};
pub use sent_card::SentCard;
pub use session::Session;
pub use sight::Sight;
pub use signal::{Signals, Topic, Topics, Waiter};
pub use statement::Statement;
pub use task::{TaskFilter, TaskSort};
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
        for file in std::fs::read_dir(source).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let declares = code.lines().any(|line| line == "statements! {");
            let listed = statements().any(|statement| statement.name.split("::").nth(1) == Some(name.as_str()));
            assert!(!declares || listed, "list {name}::STATEMENTS in statements() of lib.rs");
        }
    }
}
