//! The accept loop. It serves HTTP/1.1 by hand because a fault must be able to cut a connection without any answer.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::shell::Shell;

/// Marks a response that must never be sent: the connection is cut instead.
#[derive(Debug, Clone, Copy)]
pub struct CutConnection;

impl CutConnection {
    /// A response that cuts the connection.
    pub fn response() -> Response {
        let mut response = ().into_response();
        response.extensions_mut().insert(Self);
        response
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the connection was cut on purpose")]
struct Cut;

/// Serves `router` on `listener` until the simulator stops.
pub(crate) async fn serve(shell: Arc<Shell>, listener: TcpListener, router: Router) {
    loop {
        let accepted = tokio::select! {
            () = shell.stopping.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            let router = router.clone();
            async move {
                let response: Result<Response, Infallible> = router.oneshot(request).await;
                match response {
                    Ok(response) if response.extensions().get::<CutConnection>().is_some() => Err(Cut),
                    Ok(response) => Ok(response),
                    Err(never) => match never {},
                }
            }
        });
        let stopping = shell.stopping.clone();
        shell.tasks.spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            tokio::pin!(connection);
            tokio::select! {
                result = connection.as_mut() => {
                    if let Err(error) = result {
                        tracing::debug!(%error, "connection ended");
                    }
                    return;
                }
                () = stopping.cancelled() => {}
            }
            // Let a running request finish; live updates and sockets end by themselves when `stopping` is done.
            connection.as_mut().graceful_shutdown();
            let _ = tokio::time::timeout(std::time::Duration::from_secs(2), connection).await;
        });
    }
}
