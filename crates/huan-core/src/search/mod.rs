//! How text is cut into pieces for the word index, how what people look for is read, and how hits are marked.
//!
//! Chinese has no spaces between words, so every two neighbouring characters are a piece («数据导出» → 数据 据导 导出): any two or
//! more characters are then found wherever they stand, exactly, as a row of neighbouring pieces. Words of letters and numbers are
//! pieces as they are and are found by how they begin. Why so: ADR 15.

mod cut;
mod highlight;
mod kind;
mod query;

pub use cut::pieces;
pub use highlight::{Segment, snippet};
pub use kind::Kind;
pub use query::{Phrase, Query};
