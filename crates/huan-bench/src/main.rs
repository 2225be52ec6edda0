//! The benchmarks: `cargo xtask bench [filter]`, or `huan-bench [filter] [--small]`.
//!
//! Each prints one line: what Huan does in a second, what the plainest possible program does with the same disk in the same
//! run, the ratio of the two, and the aim. The speed of a shared machine drifts by a factor of two to five, so only
//! ratios can be compared from day to day, and nothing here fails because it was slow.

mod centre;
mod clocks;
mod directory;
mod due_timers;
mod figures;
mod http;
mod ingest;
mod live;
mod plain;
mod plain_http;
mod records;
mod search;
mod start;
mod world;

use std::io::Write as _;

use anyhow::Result;
use figures::Line;
use huan_store::testing::Fresh;

/// As the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Amount {
    /// Callbacks posted.
    callbacks: u32,
    /// Clocks due at the same instant.
    clocks: u32,
    /// Rows of the record table.
    records: u32,
    /// Pages of the record table that are fetched.
    pages: u32,
    /// Parts of the centre that are fetched.
    looks: u32,
    /// Browsers that are told of changes.
    browsers: u32,
    /// Messages, and rows of the record table, on which the program is started.
    existing: u32,
    /// People imported from each platform.
    people: u32,
    /// Messages that are searched.
    messages: u32,
    /// Searches.
    searches: u32,
}

impl Amount {
    /// As the aims state it.
    const FULL: Self = Self {
        callbacks: 20_000,
        clocks: 100_000,
        records: 100_000,
        pages: 4_000,
        looks: 1_000,
        browsers: 5_000,
        existing: 100_000,
        people: 10_000,
        messages: 1_000_000,
        searches: 2_000,
    };
    /// Enough to see that the benchmarks still run.
    const SMALL: Self = Self {
        callbacks: 256,
        clocks: 1_200,
        records: 2_000,
        pages: 80,
        looks: 20,
        browsers: 50,
        existing: 1_000,
        people: 120,
        messages: 3_000,
        searches: 100,
    };
}

/// Imports of people. They belong together: the second and third platform have the people of the first.
const IMPORTS: [&str; 3] = ["directory_feishu_sqlite", "directory_dingtalk_sqlite", "directory_teambition_sqlite"];

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let amount = if arguments.iter().any(|argument| argument == "--small") { Amount::SMALL } else { Amount::FULL };
    let filter = arguments.iter().find(|argument| !argument.starts_with("--")).map_or("", String::as_str);
    run(amount, filter, |line| Ok(writeln!(std::io::stdout(), "{line}")?)).await
}

/// Runs the benchmarks whose name contains `filter`; those for PostgreSQL only when `HUAN_TEST_POSTGRES` names a server.
async fn run(amount: Amount, filter: &str, mut tell: impl FnMut(Line) -> Result<()>) -> Result<()> {
    let wanted = |name: &str| name.contains(filter);
    let has_postgres = std::env::var_os("HUAN_TEST_POSTGRES").is_some();
    if wanted("ingest_sqlite") {
        tell(ingest::measure("ingest_sqlite", Fresh::sqlite().await, amount.callbacks).await?)?;
    }
    if wanted("clocks_sqlite") {
        tell(clocks::measure("clocks_sqlite", Fresh::sqlite().await, amount.clocks).await?)?;
    }
    if wanted("clocks_postgres") && has_postgres {
        tell(clocks::measure("clocks_postgres", Fresh::postgres().await, amount.clocks).await?)?;
    }
    if wanted("records_sqlite") {
        tell(records::measure("records_sqlite", Fresh::sqlite().await, amount.records, amount.pages).await?)?;
    }
    if wanted("records_postgres") && has_postgres {
        tell(records::measure("records_postgres", Fresh::postgres().await, amount.records, amount.pages).await?)?;
    }
    if wanted("centre_sqlite") {
        tell(centre::measure("centre_sqlite", Fresh::sqlite().await, amount.records, amount.looks).await?)?;
    }
    if wanted("centre_postgres") && has_postgres {
        tell(centre::measure("centre_postgres", Fresh::postgres().await, amount.records, amount.looks).await?)?;
    }
    if wanted("search_sqlite") {
        tell(search::measure("search_sqlite", Fresh::sqlite().await, amount.messages, amount.searches).await?)?;
    }
    if wanted("live_sqlite") {
        tell(live::measure("live_sqlite", Fresh::sqlite().await, amount.browsers).await?)?;
    }
    if IMPORTS.into_iter().any(wanted) {
        for line in directory::measure(IMPORTS, Fresh::sqlite().await, amount.people).await? {
            tell(line)?;
        }
    }
    if wanted("start_sqlite") {
        match start::program() {
            Some(program) => {
                tell(start::measure("start_sqlite", Fresh::sqlite().await, &program, amount.existing).await?)?;
            }
            None => {
                eprintln!("start_sqlite: NOT MEASURED, for the program is not built: cargo build --release -p huan")
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not how fast, but that each still does all of its work: they check what they measured.
    #[tokio::test(flavor = "multi_thread")]
    async fn every_benchmark_runs() {
        let mut names = Vec::new();
        let tell = |line: Line| {
            names.push(line.name);
            Ok(())
        };
        run(Amount::SMALL, "sqlite", tell).await.unwrap();
        assert_eq!(
            names,
            [
                "ingest_sqlite",
                "clocks_sqlite",
                "records_sqlite",
                "centre_sqlite",
                "search_sqlite",
                "live_sqlite",
                "directory_feishu_sqlite",
                "directory_dingtalk_sqlite",
                "directory_teambition_sqlite"
            ]
        );
    }
}
