//! The pure domain of Huan: what a team's commitments are and how they behave. No I/O and no async.

pub mod ambient;
pub mod calendar;
pub mod called;
pub mod card;
pub mod clock;
pub mod collaboration;
pub mod command;
pub mod digest;
pub mod difference;
pub mod directory;
pub mod document;
pub mod emergency;
pub mod file;
pub mod group_request;
pub mod history;
pub mod i18n;
pub mod id;
pub mod level;
pub mod message;
pub mod minutes;
pub mod notice_preference;
pub mod permission;
pub mod person;
pub mod platform;
pub mod problem;
pub mod record;
pub mod search;
pub mod situation;
pub mod status;
pub mod task;
pub mod task_sync;
pub mod time_expression;
pub mod time_text;
pub mod wording;

mod folded;
mod names;
