//! HTTP API, sessions, OpenAPI, platform callbacks, live updates, the embedded web page, the small signed-link pages.

mod api;
mod around;
mod attempts;
mod auth;
mod callbacks;
mod embedded;
mod health;
mod input;
mod links;
mod live;
mod metrics;
mod page;
mod problem;
mod server;
mod state;
mod write;

pub use problem::{FieldDocument, ProblemDocument};
pub use server::{openapi, openapi_json, router, serve};
pub use state::{Options, Web};
