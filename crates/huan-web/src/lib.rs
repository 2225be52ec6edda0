//! HTTP API, sessions, platform callbacks, live updates, and the embedded web page.
