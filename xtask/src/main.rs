//! Builds, shows, tests and measures Huan: `cargo xtask demo | test | bench | web | openapi`.

mod crates;
mod demo;
mod node;
mod packages;
mod postgres;
mod python;
mod run;
mod test;
mod web;

use clap::{Parser, Subcommand};

/// Builds, shows, tests and measures Huan.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds everything and runs the hub with the simulated platforms, ready in a browser.
    Demo {
        /// The port of the web page.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Installs what the tests need and runs every check and every test.
    Test {
        /// Runs only these parts, for a quick look; all of them otherwise.
        #[arg(value_enum)]
        parts: Vec<test::Part>,
    },
    /// Runs the benchmarks; each prints one line of figures with a ratio.
    Bench {
        /// Runs only benchmarks whose name contains this.
        filter: Option<String>,
    },
    /// Builds the web page into `web/dist`.
    Web,
    /// Writes the description of the HTTP interface and the client that follows from it.
    Openapi,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Demo { port } => demo::demo(port),
        Task::Test { parts } => test::test(&parts),
        Task::Bench { filter } => demo::bench(filter.as_deref()),
        Task::Web => web::build(),
        Task::Openapi => web::generate(),
    }
}
