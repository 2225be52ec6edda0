//! Office files in and out, as pure functions: bytes in, tables out, and the other way round.
//!
//! [`sheet`] knows xlsx and csv and nothing of what is in them; [`people`] knows the columns of a list of people.

pub mod people;
pub mod sheet;
