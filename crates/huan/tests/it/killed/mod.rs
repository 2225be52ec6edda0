//! The machine dies at any moment: hubs are killed again and again while they work.
//!
//! The moments are random; each test prints the seed that makes them again: `HUAN_TEST_SEED=…`.

mod hearing;
mod nodes;
mod program;
mod telling;
