//! What surrounds every request: its id and span, figures, time limit, panics, and the headers that keep browsers safe.

use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt as _;
use tracing::Instrument as _;

use crate::{
    problem::{Problem, asked_language, in_words},
    state::Web,
};

/// The longest that a request may take until its answer begins.
const LONGEST: Duration = Duration::from_secs(30);
/// The same while a file of the library comes in, over whatever network somebody has.
const LONGEST_GIVING: Duration = Duration::from_secs(600);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request, measures it, and writes a line about it. Neither query nor headers are written: they hold secrets.
pub(crate) async fn observe(State(web): State<Web>, request: Request, next: Next) -> Response {
    observed(&web, request, |request| next.run(request)).await
}

/// All that surrounds a platform's callback, in one layer: nobody reads it, it is never compressed, and it may come by
/// the thousand, so it is spared what only browsers need.
pub(crate) async fn callback(State(web): State<Web>, request: Request, next: Next) -> Response {
    let asked = asked_language(request.headers());
    let handled = async |request| in_words(guarded(next.run(request), LONGEST).await, asked.unwrap_or_default());
    let mut response = observed(&web, request, handled).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    response
}

async fn observed<H: Future<Output = Response>>(
    web: &Web,
    request: Request,
    handle: impl FnOnce(Request) -> H,
) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    let id = request_id(web, &request);
    let span = tracing::info_span!("request", %method, %route, id = %id, person = tracing::field::Empty);
    let mut response = handle(request).instrument(span.clone()).await;
    let took = began.elapsed();
    let status = response.status().as_u16();
    web.metrics.answered(method.as_str(), route, status, took.as_secs_f64());
    span.in_scope(|| tracing::debug!(status, took = ?took, "answered"));
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The id that a proxy in front gave the request, else a new one.
fn request_id(web: &Web, request: &Request) -> String {
    let given = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok());
    let usable = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    given.filter(usable).map_or_else(
        || {
            let mut bytes = [0_u8; 8];
            web.app.entropy.fill(&mut bytes);
            hex::encode(bytes)
        },
        str::to_owned,
    )
}

/// Answers when a handler panics or takes too long.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let gives = request.method() == Method::POST && request.uri().path() == "/api/v1/files";
    guarded(next.run(request), if gives { LONGEST_GIVING } else { LONGEST }).await
}

async fn guarded(handled: impl Future<Output = Response>, longest: Duration) -> Response {
    match tokio::time::timeout(longest, AssertUnwindSafe(handled).catch_unwind()).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").into_response()
        }
        Err(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout").into_response(),
    }
}

/// Sets the headers that keep browsers safe.
pub(crate) async fn protect(State(web): State<Web>, request: Request, next: Next) -> Response {
    let is_link = request.uri().path().starts_with("/l/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // A signed link is a right: it must not travel on to another site.
    let referrer = if is_link { "no-referrer" } else { "same-origin" };
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static(referrer));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    );
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    if web.is_secure() {
        headers
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    // What somebody gave us comes with a narrower one.
    if headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        return response;
    }
    if let Ok(policy) = HeaderValue::from_str(&policy(&web.options.frame_ancestors, is_link)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Scripts come from this server only and never from within a page; the component library sets styles on elements.
fn policy(frames: &[String], is_link: bool) -> String {
    let sources = if is_link {
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
    } else {
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'"
    };
    let frames = frames.join(" ");
    format!("{sources}; base-uri 'none'; form-action 'self'; frame-ancestors 'self' {frames}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request as HttpRequest, middleware, routing::get};
    use tower::ServiceExt as _;

    use super::{guard, policy};
    use crate::problem::speak;

    #[tokio::test]
    async fn a_panic_is_answered_with_a_problem() {
        async fn panics() -> &'static str {
            panic!("on purpose")
        }
        let router =
            Router::new().route("/", get(panics)).layer(middleware::from_fn(guard)).layer(middleware::from_fn(speak));
        let request = HttpRequest::builder().uri("/").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(document["code"], "internal");
        assert!(!document.to_string().contains("on purpose"), "nothing of the inside is told");
    }

    #[test]
    fn scripts_never_stand_in_the_page() {
        for is_link in [true, false] {
            let policy = policy(&["https://*.feishu.cn".to_owned()], is_link);
            let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src"));
            assert!(!scripts.is_some_and(|scripts| scripts.contains("unsafe")), "{policy}");
            assert!(
                policy.contains("default-src 'none'") && policy.ends_with("'self' https://*.feishu.cn"),
                "{policy}"
            );
        }
    }
}
