//! The page on which one plays the people: plain HTML, style and script, built into the program.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

const POLICY: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

pub(crate) fn router() -> Router {
    Router::new()
        .route("/", get(async || Redirect::temporary("/sim/")))
        .route("/sim", get(async || Redirect::temporary("/sim/")))
        .route("/sim/", get(async || file("text/html; charset=utf-8", include_str!("index.html"))))
        .route("/sim/page.css", get(async || file("text/css; charset=utf-8", include_str!("page.css"))))
        .route("/sim/page.js", get(async || file("text/javascript; charset=utf-8", include_str!("page.js"))))
        .route("/sim/markdown.js", get(async || file("text/javascript; charset=utf-8", include_str!("markdown.js"))))
        .route("/sim/card.js", get(async || file("text/javascript; charset=utf-8", include_str!("card.js"))))
        .route("/sim/composer.js", get(async || file("text/javascript; charset=utf-8", include_str!("composer.js"))))
        .route("/sim/board.js", get(async || file("text/javascript; charset=utf-8", include_str!("board.js"))))
        .route("/sim/drive.js", get(async || file("text/javascript; charset=utf-8", include_str!("drive.js"))))
        .route("/sim/faults.js", get(async || file("text/javascript; charset=utf-8", include_str!("faults.js"))))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache"), (CONTENT_SECURITY_POLICY, POLICY)], text).into_response()
}
