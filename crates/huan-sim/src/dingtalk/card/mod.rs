//! Interactive cards (DingTalk, cards §8).

pub(crate) mod instance;
pub(crate) mod press;
pub(crate) mod space;
pub(crate) mod template;
