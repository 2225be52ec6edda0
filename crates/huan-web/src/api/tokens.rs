//! Bearer tokens for programs.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::actions::token;
use huan_core::id::TokenKind;
use huan_store::Token;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId},
    page::Items,
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// A token, without its secret.
#[derive(Serialize, ToSchema)]
struct TokenView {
    /// The id.
    id: String,
    /// What it is for.
    name: String,
    /// When it was made.
    created_at: Timestamp,
    /// When it ends.
    expires_at: Option<Timestamp>,
    /// When it was last used, to the hour.
    last_used_at: Option<Timestamp>,
    /// The secret; told once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.used_at,
            token: None,
        }
    }
}

/// One's own tokens
#[utoipa::path(get, path = "/tokens", tag = "tokens", responses((status = OK, body = Items<TokenView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Items<TokenView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let now = web.app.now();
    let mut tokens = conn.tokens_of(&web.app.workspace, signed_in.caller.person()).await?;
    tokens.retain(|token| token.revoked_at.is_none() && token.expires_at.is_none_or(|at| at > now));
    Ok(Json(Items::whole(tokens.into_iter().map(TokenView::from).collect())))
}

/// A new token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenInput {
    /// What it is for.
    name: String,
    /// When it ends.
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

/// Make a token that acts as oneself
///
/// The secret is told once and kept nowhere: a repetition under the same idempotency key does not tell it again.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = TokenInput,
    responses((status = CREATED, body = TokenView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn create(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<TokenInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let (token, secret) = token::create(&mut write.work, &body.name, body.expires_at).await?;
    let view = TokenView::from(token);
    // What is kept for a repetition is the answer without the secret.
    write.finish(StatusCode::CREATED, &view).await?;
    let view = TokenView { token: Some(secret.reveal().to_owned()), ..view };
    Ok(axum::response::IntoResponse::into_response((StatusCode::CREATED, Json(view))))
}

/// Call a token back
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens", params(("id" = String, Path)),
    responses((status = NO_CONTENT)), security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn revoke(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TokenKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    token::revoke(&mut write.work, &id).await?;
    write.finish_silently().await
}
