//! How one wants to be told of ordinary matters.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::notice_preferences as actions,
    queries::{
        Look,
        notice_preferences::{self, NoticePreferencesView},
    },
};
use huan_core::{
    id::IdentityId,
    notice_preference::{Handling, News, NoticePreferences, OnPlatform, QuietHours},
    platform::PlatformKey,
};
use jiff::{Timestamp, civil::Time};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth::SignedIn, input::Input, problem::Problem, state::Web, write::Refusal};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(own, set))
}

/// How one is told of ordinary matters
#[utoipa::path(get, path = "/notice_preferences", tag = "session",
    responses((status = OK, body = NoticePreferencesView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn own(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<NoticePreferencesView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(notice_preferences::own(&mut Look::new(&web.app, &mut conn, &signed_in.caller)).await?))
}

fn usual_times() -> Vec<Time> {
    NoticePreferences::default().gather_at
}

/// How one wants to be told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoticePreferencesInput {
    /// When ordinary messages wait: `from` and `to`; without it they may come at any time.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    quiet: Option<QuietHours>,
    /// Until when ordinary messages wait whatever the hour, three days at most; without it they do not.
    #[serde(default)]
    silent_until: Option<Timestamp>,
    /// What is different on a platform, by its key: `ordinary`, whether ordinary messages go there; `news`, as below; `quiet`, by
    /// its `kind`: `as_usual`, `off`, or `hours` with `from` and `to`. What is left out is as everywhere.
    #[serde(default)]
    #[schema(value_type = Object)]
    platforms: BTreeMap<PlatformKey, OnPlatform>,
    /// How news of `tasks`, `problems` and `minutes` is told: `at_once`, `gathered` or `never`; of what is left out, at once.
    #[serde(default)]
    #[schema(value_type = Object)]
    news: BTreeMap<News, Handling>,
    /// When gathered news is told.
    #[serde(default = "usual_times")]
    #[schema(value_type = Vec<String>)]
    gather_at: Vec<Time>,
    /// The identity by which one is to be reached first; without it as before.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    first: Option<IdentityId>,
}

/// Say how one wants to be told; what is urgent is told all the same
#[utoipa::path(put, path = "/notice_preferences", tag = "session", request_body = NoticePreferencesInput,
    responses((status = OK, body = NoticePreferencesView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn set(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<NoticePreferencesInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let preferences = NoticePreferences {
        quiet: body.quiet,
        silent_until: body.silent_until,
        news: body.news,
        gather_at: body.gather_at,
        platforms: body.platforms,
    };
    actions::set(&mut write.work, preferences, body.first.as_ref()).await?;
    let view = notice_preferences::own(&mut write.look()).await?;
    write.finish(StatusCode::OK, &view).await
}
