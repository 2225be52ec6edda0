//! DingTalk (钉钉): the robot of an organisation's own app, and custom group robots.
//!
//! What comes in: [`stream`] (WebSocket) or [`callback`] (HTTP) make [`received`] envelopes of it, which [`understand`]
//! reads later. What goes out: [`route`] chooses a way, [`send`] and [`card_call`] take it. [`fault`] says what a
//! failure means. Sections «§» are those of DingTalk's protocols as collected for this project.

mod account;
mod afterwards;
mod api;
mod buzz;
mod calendars;
mod callback;
mod card;
mod card_call;
mod check;
mod directory;
mod fault;
mod groups;
mod hook;
mod ids;
mod markdown;
mod parts;
mod progress;
mod received;
mod roster;
mod route;
mod sealed;
mod send;
mod session;
mod settings;
mod signature;
mod stream;
mod token;
mod understand;
mod webhook;

pub use account::DingTalk;
pub use hook::DingTalkHook;
