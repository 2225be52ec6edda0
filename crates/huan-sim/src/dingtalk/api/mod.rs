//! The operations that programs call, one file per area of the documentation.

pub(crate) mod calendar;
pub(crate) mod cards;
pub(crate) mod contacts;
pub(crate) mod ding;
pub(crate) mod groups;
pub(crate) mod media;
pub(crate) mod projects;
pub(crate) mod recall;
pub(crate) mod receipts;
pub(crate) mod routes;
pub(crate) mod send;
pub(crate) mod tokens;
pub(crate) mod webhook;
pub(crate) mod work_notice;
