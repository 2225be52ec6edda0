//! Stories: the real program against the simulated platforms.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod first_loop;
mod world;
