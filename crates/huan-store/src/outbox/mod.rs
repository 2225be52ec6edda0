//! The outbox: messages to be delivered, every attempt at them, and what each sender may still send.
//!
//! A delivery is queued in the transaction that causes it. A worker then, in one transaction of its own: takes its turn, looks
//! at the deliveries that are ready, computes from the attempts what each lane still allows, writes an attempt for each one it
//! begins ([`Tx::begin_attempt`](crate::Tx::begin_attempt)) and commits; only then it sends. What came of it is written over the version it took
//! ([`Tx::settle`](crate::Tx::settle)). A worker that dies leaves a delivery in state «sending» with an ended lease, of which nobody knows whether
//! it was sent: whoever takes it up must ask before sending again.

pub(crate) mod attempt;
mod delivery;
pub(crate) mod list;
pub(crate) mod queue;
pub(crate) mod receipt;
#[cfg(test)]
mod tests;

pub(crate) use self::queue::Queued;
pub use self::{
    attempt::{Attempt, LaneUse, Resting},
    delivery::{Delivery, DeliveryFilter, DeliveryState, NewDelivery, Outcome, Settlement, Undeliverable},
};
