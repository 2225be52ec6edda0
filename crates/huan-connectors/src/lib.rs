//! The platforms that Huan connects: one folder each, with recorded payloads beside the code.

pub mod dingtalk;
pub mod feishu;
mod lenient;
mod pace;
mod secret;
pub mod teambition;
