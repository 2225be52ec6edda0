//! Search 「搜索」 over everything.

use axum::{Json, extract::State};
use huan_app::queries::{
    Look,
    search::{self, HitView, Wanted},
};
use huan_core::{
    id::{CollaborationId, PersonId},
    search::Kind,
};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::tasks::codes;
use crate::{auth::SignedIn, input::Query, page::Items, problem::Problem, state::Web};

/// The most hits of one page.
const MOST: u32 = 50;
/// The hits of a page when the client does not say.
const USUAL: u32 = 20;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(find))
}

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// The words: all of them must be found. Chinese is found wherever it stands, a word of letters or digits by how it
    /// begins; what stands between quotation marks stays together.
    query: Option<String>,
    /// Only these kinds, separated by commas: `message`, `record`, `task`, `problem`, `emergency`, `minutes`, `entry`.
    kind: Option<String>,
    /// Only of this collaboration.
    #[param(value_type = Option<String>)]
    collaboration: Option<CollaborationId>,
    /// Only that in which this person has a part: owner, initiator, helper, participant, speaker.
    #[param(value_type = Option<String>)]
    person: Option<PersonId>,
    /// Only on this platform: messages said there, rows of the record table that name it.
    platform: Option<String>,
    /// Only what came up at this time or later.
    #[param(value_type = Option<String>)]
    from: Option<Timestamp>,
    /// Only what came up before this time.
    #[param(value_type = Option<String>)]
    before: Option<Timestamp>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 50 at most.
    limit: Option<u32>,
}

/// Search, the newest first
#[utoipa::path(get, path = "/search", tag = "search", params(Which),
    responses((status = OK, body = Items<HitView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn find(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<HitView>>, Problem> {
    let most = match which.limit {
        None => USUAL,
        Some(most @ 1..=MOST) => most,
        Some(_) => return Err(Problem::field("limit", "out_of_range")),
    };
    let below = which.cursor.as_deref().map(str::parse).transpose();
    let below = below.map_err(|_| Problem::field("cursor", "malformed"))?;
    let wanted = Wanted {
        words: which.query.unwrap_or_default(),
        kinds: codes::<Kind>("kind", which.kind.as_deref())?,
        collaboration: which.collaboration,
        person: which.person,
        platform: which.platform,
        from: which.from,
        before: which.before,
    };
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let found = search::search(&mut look, wanted, below, most).await?;
    Ok(Json(Items { items: found.hits, next: found.next.map(|place| place.to_string()) }))
}
