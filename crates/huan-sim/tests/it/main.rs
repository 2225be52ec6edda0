//! Integration tests of the simulators.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod dingtalk;
mod official_sdks;
