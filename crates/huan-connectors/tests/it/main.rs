//! The connectors against other programs: scripted servers for what must happen exactly so.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod contract;
mod dingtalk_live;
mod dingtalk_scripted;
mod feishu;
mod teambition;
