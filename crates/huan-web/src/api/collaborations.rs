//! Collaborations and their members.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::{
        collaborations::{self, CollaborationChange, NewCollaboration},
        members,
    },
    queries::{
        Look,
        collaborations::{self as views, CollaborationSummary, CollaborationView, MemberView},
    },
};
use huan_core::{
    clock::ServiceLevels,
    collaboration::{CollaborationState, Role},
    id::{CollaborationId, CollaborationKind, MembershipId, PersonId},
    situation::Situation,
};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, Path, PathId, Query, double_option, optional_object},
    page::Items,
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one, edit))
        .routes(routes!(add_member))
        .routes(routes!(change_member, remove_member))
}

/// The collaborations that the reader has a part in
#[utoipa::path(get, path = "/collaborations", tag = "collaborations",
    responses((status = OK, body = Items<CollaborationSummary>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Items<CollaborationSummary>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let items = views::list(&mut Look::new(&web.app, &mut conn, &signed_in.caller)).await?;
    Ok(Json(Items::whole(items)))
}

/// A new collaboration.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CollaborationInput {
    /// A short name.
    name: String,
    /// The core goal, an outcome that can be checked.
    #[serde(default)]
    goal: String,
    /// The day by which the goal is to be reached.
    #[serde(default)]
    goal_on: Option<Date>,
    /// Who answers for it; oneself when not given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    initiator: Option<PersonId>,
    /// The situation that it starts from: `joint_project`, `remote_team`, `remote_client`, `emergency` or
    /// `tool_integration`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    situation: Option<Situation>,
    /// How long each kind of matter may take; that of the situation when not given.
    #[serde(default, deserialize_with = "optional_object")]
    #[schema(value_type = Option<Object>)]
    levels: Option<ServiceLevels>,
}

/// Make a collaboration
#[utoipa::path(post, path = "/collaborations", tag = "collaborations", request_body = CollaborationInput,
    responses((status = CREATED, body = CollaborationView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn create(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<CollaborationInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let CollaborationInput { name, goal, goal_on, initiator, situation, levels } = body;
    let new = NewCollaboration { name, goal, goal_on, initiator, situation, levels };
    let made = collaborations::create_collaboration(&mut write.work, new).await?;
    let view = views::one(&mut write.look(), &made.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// A collaboration
#[utoipa::path(get, path = "/collaborations/{id}", tag = "collaborations", params(("id" = String, Path)),
    responses((status = OK, body = CollaborationView)), security(("session" = ["member"]), ("token" = ["member"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<CollaborationView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(views::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// A change of a collaboration; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CollaborationPatch {
    /// The version that was seen.
    version: i64,
    /// A short name.
    name: Option<String>,
    /// The core goal.
    goal: Option<String>,
    /// The day by which the goal is to be reached; `null` clears it.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, format = Date)]
    goal_on: Option<Option<Date>>,
    /// `running`, `done` or `archived`.
    #[schema(value_type = Option<String>)]
    state: Option<CollaborationState>,
    /// How long each kind of matter may take.
    #[serde(default, deserialize_with = "optional_object")]
    #[schema(value_type = Option<Object>)]
    levels: Option<ServiceLevels>,
}

/// Change a collaboration
#[utoipa::path(patch, path = "/collaborations/{id}", tag = "collaborations", params(("id" = String, Path)),
    request_body = CollaborationPatch, responses((status = OK, body = CollaborationView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<CollaborationPatch>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let CollaborationPatch { version, name, goal, goal_on, state, levels } = body;
    let change = CollaborationChange { version, name, goal, goal_on, state, levels };
    match collaborations::edit_collaboration(&mut write.work, &id, change).await {
        Ok(_) => {
            let view = views::one(&mut write.look(), &id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, views::one(&mut write.look(), &id)).await),
    }
}

/// A new member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberInput {
    /// Who.
    #[schema(value_type = String)]
    person: PersonId,
    /// `initiator`, `assistant`, `member` or `guest`.
    #[schema(value_type = String)]
    role: Role,
    /// The duty boundary.
    #[serde(default)]
    duty: String,
}

/// Add a member
#[utoipa::path(post, path = "/collaborations/{id}/members", tag = "collaborations", params(("id" = String, Path)),
    request_body = MemberInput, responses((status = CREATED, body = MemberView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn add_member(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<MemberInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let member = members::add_member(&mut write.work, &id, &body.person, body.role, &body.duty).await?;
    let view = views::member_views(&mut write.look(), vec![member]).await?.pop();
    write.finish(StatusCode::CREATED, &view).await
}

/// A change of a member's part; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberPatch {
    /// `initiator`, `assistant`, `member` or `guest`.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// The duty boundary.
    duty: Option<String>,
}

/// The two ids of a member's path. A text that is no id names nothing.
fn ids((collaboration, member): (String, String)) -> Result<(CollaborationId, MembershipId), Problem> {
    let collaboration = collaboration.parse().map_err(|_| Problem::not_found())?;
    Ok((collaboration, member.parse().map_err(|_| Problem::not_found())?))
}

/// Change a member's part
#[utoipa::path(patch, path = "/collaborations/{id}/members/{member}", tag = "collaborations",
    params(("id" = String, Path), ("member" = String, Path)), request_body = MemberPatch,
    responses((status = OK, body = MemberView)), security(("session" = ["director"]), ("token" = ["director"])))]
async fn change_member(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path(path): Path<(String, String)>,
    Input { body, replay }: Input<MemberPatch>,
) -> Result<Response, Refusal> {
    let (id, member) = ids(path)?;
    let mut write = web.write(&signed_in, replay).await?;
    let member = members::change_member(&mut write.work, &id, &member, body.role, body.duty.as_deref()).await?;
    let view = views::member_views(&mut write.look(), vec![member]).await?.pop();
    write.finish(StatusCode::OK, &view).await
}

/// Who takes over.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Successor {
    /// The person who takes over what the member has open in the collaboration.
    #[param(value_type = Option<String>)]
    successor: Option<PersonId>,
}

/// Take a member out
#[utoipa::path(delete, path = "/collaborations/{id}/members/{member}", tag = "collaborations",
    params(("id" = String, Path), ("member" = String, Path), Successor), responses((status = NO_CONTENT)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn remove_member(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path(path): Path<(String, String)>,
    Query(given): Query<Successor>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let (id, member) = ids(path)?;
    let mut write = web.write(&signed_in, replay).await?;
    members::remove_member(&mut write.work, &id, &member, given.successor.as_ref()).await?;
    write.finish_silently().await
}
