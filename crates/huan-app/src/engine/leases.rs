//! How long a node may keep what it took.

use jiff::SignedDuration;

/// How long a node may keep what it took, before another node may take it. What a node that died had in hand lies
/// still for so long; a lease that is shorter than the work makes two nodes do the same, of which only one is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leases {
    /// An event of the inbox.
    pub event: SignedDuration,
    /// A clock that is due.
    pub clock: SignedDuration,
    /// A message that is being sent: longer than a platform may take to answer.
    pub message: SignedDuration,
    /// Listening to an account.
    pub account: SignedDuration,
}

impl Default for Leases {
    fn default() -> Self {
        Self {
            event: SignedDuration::from_secs(30),
            clock: SignedDuration::from_secs(30),
            message: SignedDuration::from_secs(60),
            account: SignedDuration::from_secs(15),
        }
    }
}
