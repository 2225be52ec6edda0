//! What Huan does: the use cases, the engine that drives clocks, inbox and outbox, and what is said to people.

pub mod actions;
mod app;
mod caller;
pub mod demo;
mod digests;
pub mod directory;
pub mod engine;
pub mod error;
mod hearing;
mod line;
pub mod links;
mod naming;
pub mod notices;
mod parcel;
pub mod queries;
pub mod secrets;
mod wording;
mod work;

pub use app::{App, OpenAccount, Setup};
pub use caller::Caller;
pub use engine::Leases;
pub use error::ActionError;
pub use parcel::{Parcel, Urgency, Way};
pub use work::{Place, Work};
