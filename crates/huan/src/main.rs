//! Huan.
fn main() {}
