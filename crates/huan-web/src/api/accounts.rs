//! Connected platform accounts.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::accounts::{self, AccountChange, NewAccount},
    queries::{
        Look,
        accounts::{self as views, AccountView, FindingView},
        collaborations::{self, ChannelView},
    },
};
use huan_core::{id::AccountKind, platform::PlatformKey};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId, Query},
    page::{self, Items},
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one, edit))
        .routes(routes!(check))
        .routes(routes!(refresh_groups))
}

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// The connected accounts, oldest first
#[utoipa::path(get, path = "/accounts", tag = "accounts", params(Which),
    responses((status = OK, body = Items<AccountView>)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<AccountView>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, false)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = views::list(&mut look, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountInput {
    /// The platform's key.
    platform: String,
    /// A name for people.
    name: String,
    /// Whether it is to be connected.
    #[serde(default = "yes")]
    enabled: bool,
    /// The settings by key.
    settings: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

/// Connect an account
#[utoipa::path(post, path = "/accounts", tag = "accounts", request_body = AccountInput,
    responses((status = CREATED, body = AccountView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn create(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<AccountInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let AccountInput { platform, name, enabled, settings } = body;
    let new = NewAccount { platform: PlatformKey::new(platform), name, settings, enabled };
    let account = accounts::create_account(&mut write.work, new).await?;
    let view = views::one(&mut write.look(), &account.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// A connected account
#[utoipa::path(get, path = "/accounts/{id}", tag = "accounts", params(("id" = String, Path)),
    responses((status = OK, body = AccountView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<AccountKind>,
) -> Result<Json<AccountView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(views::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// A change of an account; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountPatch {
    /// The version that was seen.
    version: i64,
    /// A name for people.
    name: Option<String>,
    /// Whether it is to be connected.
    enabled: Option<bool>,
    /// The settings to change, by key; an empty text clears one.
    settings: Option<BTreeMap<String, String>>,
}

/// Change an account
#[utoipa::path(patch, path = "/accounts/{id}", tag = "accounts", params(("id" = String, Path)),
    request_body = AccountPatch, responses((status = OK, body = AccountView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<AccountKind>,
    Input { body, replay }: Input<AccountPatch>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let AccountPatch { version, name, enabled, settings } = body;
    let change = AccountChange { version, name, settings, enabled };
    match accounts::edit_account(&mut write.work, &id, change).await {
        Ok(_) => {
            let view = views::one(&mut write.look(), &id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, views::one(&mut write.look(), &id)).await),
    }
}

/// What the checks of an account found.
#[derive(Serialize, ToSchema)]
struct Findings {
    /// Each check.
    findings: Vec<FindingView>,
}

/// Look whether an account's credentials and permissions suffice
#[utoipa::path(post, path = "/accounts/{id}/check", tag = "accounts", params(("id" = String, Path)),
    responses((status = OK, body = Findings)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn check(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<AccountKind>,
    Input { body: Nothing {}, .. }: Input<Nothing>,
) -> Result<Json<Findings>, Problem> {
    let found = accounts::check(&web.app, &signed_in.caller, &id).await?;
    let language = signed_in.caller.language;
    Ok(Json(Findings { findings: found.iter().map(|finding| views::finding(finding, language)).collect() }))
}

/// Ask the platform which groups the robot is in, and see the first of them; `GET /channels?account=` has them all
#[utoipa::path(post, path = "/accounts/{id}/groups/refresh", tag = "accounts", params(("id" = String, Path)),
    responses((status = OK, body = Items<ChannelView>)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn refresh_groups(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<AccountKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    web.not_yet_answered(&signed_in, &replay).await?;
    let groups = accounts::groups(&web.app, &signed_in.caller, &id).await?;
    let mut write = web.write(&signed_in, replay).await?;
    accounts::keep_groups(&mut write.work, &id, groups).await?;
    let page = page::page(None, None, false)?;
    let (listed, groups) = collaborations::channels(&mut write.look(), Some(id), false, &page).await?;
    write.finish(StatusCode::OK, &Items::part(&listed, groups)).await
}
