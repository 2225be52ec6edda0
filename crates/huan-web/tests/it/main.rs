//! The web side as a whole, behind a real socket.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub)]

mod authorisation;
mod bad_input;
mod callbacks;
mod directory;
mod documents;
mod fuzz;
mod harness;
mod levels;
mod links;
mod live;
mod mirror;
mod pages;
mod search;
mod sessions;
mod story;
mod task_sync;
mod writes;
