//! The whole of the routes, and the listening socket.

use std::{sync::LazyLock, time::Duration};

use axum::{
    Json, Router,
    http::StatusCode,
    middleware,
    routing::{get, post},
};
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::OpenApi;

use crate::{
    api, around, callbacks, embedded, health, links, metrics,
    problem::{self, Problem},
    state::Web,
};

/// How long requests in hand may take to end once the program is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// The description of the HTTP API (OpenAPI 3.1).
pub fn openapi() -> OpenApi {
    let (_, mut description) = api::router().split_for_parts();
    env!("CARGO_PKG_VERSION").clone_into(&mut description.info.version);
    name_operations(&mut description);
    description
}

/// Gives every operation an id of its own, such as `post_tasks_id_accept`: handlers of different areas share their
/// names, and generated clients need each id once.
fn name_operations(description: &mut OpenApi) {
    for (path, item) in &mut description.paths.paths {
        let words = path.trim_start_matches("/api/v1/").replace(['{', '}'], "").replace('/', "_");
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{words}"));
            }
        }
    }
}

/// The description of the HTTP API as JSON text.
///
/// # Errors
/// Never for the description of this program; serde's own error is passed on rather than hidden.
pub fn openapi_json() -> serde_json::Result<String> {
    serde_json::to_string_pretty(&openapi())
}

/// Every route of the program.
pub fn router(web: Web) -> Router {
    static DESCRIPTION: LazyLock<OpenApi> = LazyLock::new(openapi);
    let (api, _) = api::router().split_for_parts();
    Router::new()
        .merge(api)
        .route("/api/openapi.json", get(async || Json(&*DESCRIPTION)))
        .route("/l/{token}", get(links::show).post(links::act))
        .route("/demo/enter", get(api::enter_demo))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .fallback(embedded::page)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(around::guard))
        .layer(middleware::from_fn(problem::speak))
        .layer(middleware::from_fn_with_state(web.clone(), around::protect))
        .layer(middleware::from_fn_with_state(web.clone(), around::observe))
        .merge(of_platforms(&web))
        .with_state(web)
}

/// What platforms call: it has a layer of its own.
fn of_platforms(web: &Web) -> Router<Web> {
    Router::new()
        .route("/callbacks/{account}", post(callbacks::plain))
        .route("/callbacks/{account}/{*route}", post(callbacks::routed))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(web.clone(), around::callback))
}

async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
}

/// Answers requests on `listener` until the web side is told to stop. Then no new ones are taken, streams end, and those
/// in hand are finished.
///
/// # Errors
/// When the socket fails.
pub async fn serve(listener: TcpListener, web: Web) -> std::io::Result<()> {
    let stop = web.stop.clone();
    let stopped = stop.clone();
    // The routes are made once and shared: given as they are, axum would lay all of them out again for each connection, and
    // keep 37 KB and more for every open browser.
    let routes = router(web).into_make_service();
    let server = axum::serve(listener, routes).with_graceful_shutdown(async move { stopped.cancelled().await });
    let late = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = server.into_future() => ended,
        () = late => {
            tracing::warn!("some requests did not end in time");
            Ok(())
        }
    }
}
