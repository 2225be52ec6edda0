//! Stream mode: the connection that the program opens, and what is pushed over it (DingTalk, Stream mode §5).

pub(crate) mod connections;
pub(crate) mod deliver;
pub(crate) mod frame;
pub(crate) mod open;
pub(crate) mod socket;
