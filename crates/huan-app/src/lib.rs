//! What Huan does: the use cases, the engine that drives clocks, inbox and outbox, and what is said to people.

pub mod links;
pub mod secrets;
