//! What the platform tells the program: robot messages and events, over the stream or over HTTP.

pub(crate) mod event;
pub(crate) mod failed;
pub(crate) mod http;
pub(crate) mod robot_message;
pub(crate) mod url_check;
