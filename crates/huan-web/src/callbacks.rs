//! Events that platforms push over HTTP: checked, made durable, and only then acknowledged.

use axum::{
    body::Bytes,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use huan_connect::{CallbackRefused, CallbackRequest, Delivered};
use huan_core::id::AccountId;

use crate::{
    input::{LONGEST_BODY, Path},
    problem::Problem,
    state::Web,
};

/// `POST /callbacks/{account}`
pub(crate) async fn plain(
    State(web): State<Web>,
    Path(account): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    receive(&web, &account, String::new(), request).await
}

/// `POST /callbacks/{account}/{route}`
pub(crate) async fn routed(
    State(web): State<Web>,
    Path((account, route)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    receive(&web, &account, route, request).await
}

async fn receive(web: &Web, account: &str, route: String, request: Request) -> Result<Response, Problem> {
    let id: AccountId = account.parse().map_err(|_| Problem::not_found())?;
    let account = web.app.account(&id).ok_or_else(Problem::not_found)?;
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, LONGEST_BODY)
        .await
        .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"))?;
    let query = parts.uri.query().unwrap_or_default();
    let request = CallbackRequest {
        route,
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: body.into(),
    };
    let Delivered { envelopes, answer } = account.live.callback(&request).map_err(|refused| {
        tracing::warn!(account = %id, %refused, "a callback was refused");
        match refused {
            CallbackRefused::Malformed(_) => Problem::new(StatusCode::BAD_REQUEST, "malformed_callback"),
            CallbackRefused::NotGenuine(_) => Problem::new(StatusCode::UNAUTHORIZED, "not_genuine"),
            CallbackRefused::NotConfigured(_) => Problem::new(StatusCode::CONFLICT, "not_configured"),
        }
    })?;
    // The platform is told that an event arrived only when the event is durable.
    web.app
        .ingest
        .store(&id, envelopes)
        .await
        .map_err(|_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable"))?;
    Ok(([(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response())
}
