//! The use cases, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod calendar;
mod centre;
mod channels;
mod clock_table;
mod company;
mod departments;
mod digests;
mod documents;
mod everybody;
mod identities;
mod laws;
mod leaving;
mod line;
mod members;
mod minutes;
mod notice_preferences;
mod plan_templates;
mod sign_offs;
mod starts;
mod usage_rules;
mod wave;
mod years;
