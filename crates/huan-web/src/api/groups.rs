//! Groups that Huan makes on platforms: for a collaboration, or as the war room of an emergency.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::groups::{self as actions, NewGroup},
    queries::{
        Look,
        groups::{self, GroupMakerView, GroupRequestView},
    },
};
use huan_core::id::{
    AccountId, ChannelId, CollaborationKind, EmergencyKind, GroupRequestId, GroupRequestKind, PersonId,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId},
    page::Items,
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(makers))
        .routes(routes!(of_collaboration, make))
        .routes(routes!(make_war_room))
        .routes(routes!(retry))
        .routes(routes!(found))
        .routes(routes!(give_up))
}

/// The accounts that reach groups, and whether they can make one
#[utoipa::path(get, path = "/group_makers", tag = "groups",
    responses((status = OK, body = Items<GroupMakerView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn makers(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Items<GroupMakerView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(Items::whole(groups::makers(&mut look).await?)))
}

/// The groups that were to be made for a collaboration, and what became of them
#[utoipa::path(get, path = "/collaborations/{id}/groups", tag = "groups", params(("id" = String, Path)),
    responses((status = OK, body = Items<GroupRequestView>)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn of_collaboration(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<Items<GroupRequestView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(Items::whole(groups::of_collaboration(&mut look, &id).await?)))
}

/// A group to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GroupInput {
    /// The account that makes it.
    #[schema(value_type = String)]
    account: AccountId,
    /// Its name.
    title: String,
    /// Who is to be in it; without anybody all members but guests.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    people: Vec<PersonId>,
}

/// Have a group made and bound to a collaboration
#[utoipa::path(post, path = "/collaborations/{id}/groups", tag = "groups", params(("id" = String, Path)),
    request_body = GroupInput, responses((status = CREATED, body = GroupRequestView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn make(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<GroupInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let GroupInput { account, title, people } = body;
    let new = NewGroup { collaboration: id, account, title, people };
    let request = actions::make_group(&mut write.work, new).await?;
    answered(write, StatusCode::CREATED, &request.id).await
}

/// On which account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WarRoomGroupInput {
    /// The account that makes it.
    #[schema(value_type = String)]
    account: AccountId,
}

/// Have a group made as the war room of an emergency that runs
#[utoipa::path(post, path = "/emergencies/{id}/group", tag = "groups", params(("id" = String, Path)),
    request_body = WarRoomGroupInput, responses((status = CREATED, body = GroupRequestView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn make_war_room(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
    Input { body, replay }: Input<WarRoomGroupInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let request = actions::make_war_room(&mut write.work, &id, &body.account).await?;
    answered(write, StatusCode::CREATED, &request.id).await
}

/// Try again; of a group of which nobody knew, this says that somebody looked and there is none
#[utoipa::path(post, path = "/groups/{id}/retry", tag = "groups", params(("id" = String, Path)),
    responses((status = OK, body = GroupRequestView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn retry(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<GroupRequestKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    actions::retry_group(&mut write.work, &id).await?;
    answered(write, StatusCode::OK, &id).await
}

/// Which group it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FoundInput {
    /// The channel.
    #[schema(value_type = String)]
    channel: ChannelId,
}

/// Say that a group of which nobody knew is there after all
#[utoipa::path(post, path = "/groups/{id}/found", tag = "groups", params(("id" = String, Path)),
    request_body = FoundInput, responses((status = OK, body = GroupRequestView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn found(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<GroupRequestKind>,
    Input { body, replay }: Input<FoundInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    actions::found_group(&mut write.work, &id, &body.channel).await?;
    answered(write, StatusCode::OK, &id).await
}

/// Give a group up that could not be made
#[utoipa::path(post, path = "/groups/{id}/drop", tag = "groups", params(("id" = String, Path)),
    responses((status = OK, body = GroupRequestView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn give_up(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<GroupRequestKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    actions::drop_group(&mut write.work, &id).await?;
    answered(write, StatusCode::OK, &id).await
}

/// The group as it stands after a step.
async fn answered(mut write: Write<'_>, status: StatusCode, id: &GroupRequestId) -> Result<Response, Refusal> {
    let view = groups::one(&mut write.look(), id).await?;
    write.finish(status, &view).await
}
