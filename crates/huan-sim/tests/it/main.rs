//! Integration tests of the simulators.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod company;
mod control;
mod dingtalk;
mod feishu;
mod official_sdks;
mod teambition;
