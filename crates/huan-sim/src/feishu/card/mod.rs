//! Cards: checking them, showing them, and finding what a press hands over (Feishu §3.12, §3.13).

mod check;
mod layout;
mod markdown;

pub(super) use check::{check, is_shared, replacement_problem, version};
pub(super) use layout::{FormOf, Pressable, layout};
