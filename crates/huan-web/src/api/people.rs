//! People.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::{
        identities, leaving,
        people::{self, NewPerson, PersonChange},
        setup,
    },
    queries::{
        Look,
        people::{self as views, PersonView},
    },
};
use huan_core::{
    calendar::WorkingHours,
    i18n::Language,
    id::{DepartmentId, PersonId, PersonKind},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId, Query, double_option},
    page::{self, Items},
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one, edit))
        .routes(routes!(invite))
        .routes(routes!(leave))
        .routes(routes!(look_up))
}

/// Which people.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// With these words in name, job role or department.
    query: Option<String>,
    /// Also those who have left.
    #[serde(default)]
    include_left: bool,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// Those the reader may know of, by name
#[utoipa::path(get, path = "/people", tag = "people", params(Which), responses((status = OK, body = Items<PersonView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<PersonView>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, false)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, people) = views::list(&mut look, which.query.as_deref(), which.include_left, &page).await?;
    Ok(Json(Items::part(&listed, people)))
}

/// A new person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonInput {
    /// The name.
    name: String,
    /// The department.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    department: Option<DepartmentId>,
    /// The job role.
    #[serde(default)]
    job: String,
    /// The superior.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    superior: Option<PersonId>,
    /// When and in which zone they work.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    hours: Option<WorkingHours>,
    /// The zone they live by, with the usual hours.
    #[serde(default)]
    zone: Option<String>,
    /// `zh-CN` or `en`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Language,
    /// Mobile number.
    #[serde(default)]
    mobile: Option<String>,
    /// Mail address, by which they sign in.
    #[serde(default)]
    mail: Option<String>,
    /// Staff number.
    #[serde(default)]
    staff_number: Option<String>,
    /// Whether they administer the workspace.
    #[serde(default)]
    administrator: bool,
    /// Until when a guest has access.
    #[serde(default)]
    guest_until: Option<Timestamp>,
}

/// The hours of somebody who lives by another zone.
fn in_zone(
    hours: Option<WorkingHours>,
    usual: &WorkingHours,
    zone: Option<&str>,
) -> Result<Option<WorkingHours>, Problem> {
    let Some(zone) = zone.filter(|zone| !zone.is_empty()) else { return Ok(hours) };
    let base = hours.as_ref().unwrap_or(usual);
    WorkingHours::new(zone, base.week().clone(), base.public_holidays())
        .map(Some)
        .map_err(|_| Problem::field("zone", "unknown"))
}

/// Make a person
#[utoipa::path(post, path = "/people", tag = "people", request_body = PersonInput,
    responses((status = CREATED, body = PersonView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn create(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<PersonInput>,
) -> Result<Response, Refusal> {
    let hours = in_zone(body.hours, &WorkingHours::office_in_china(), body.zone.as_deref())?;
    let mut write = web.write(&signed_in, replay).await?;
    let new = NewPerson {
        name: body.name,
        department: body.department,
        job: body.job,
        superior: body.superior,
        hours,
        language: body.language,
        mobile: body.mobile,
        mail: body.mail,
        staff_number: body.staff_number,
        administrator: body.administrator,
        guest_until: body.guest_until,
    };
    let person = people::create_person(&mut write.work, new).await?;
    let view = views::one(&mut write.look(), &person.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// A person
#[utoipa::path(get, path = "/people/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = OK, body = PersonView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<PersonKind>,
) -> Result<Json<PersonView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(views::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// A change of a person; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonPatch {
    /// The version that was seen.
    version: i64,
    /// The name.
    name: Option<String>,
    /// The department; `null` for none.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    department: Option<Option<DepartmentId>>,
    /// The job role.
    job: Option<String>,
    /// The superior; `null` for none.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    superior: Option<Option<PersonId>>,
    /// When and in which zone they work.
    #[schema(value_type = Option<Object>)]
    hours: Option<WorkingHours>,
    /// The zone they live by, with the hours they have.
    zone: Option<String>,
    /// `zh-CN` or `en`.
    #[schema(value_type = Option<String>)]
    language: Option<Language>,
    /// Mobile number; `null` for none.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    mobile: Option<Option<String>>,
    /// Mail address; `null` for none.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    mail: Option<Option<String>>,
    /// Staff number; `null` for none.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    staff_number: Option<Option<String>>,
    /// Whether they administer the workspace.
    administrator: Option<bool>,
    /// Until when a guest has access; `null` makes them a member of the organisation.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    guest_until: Option<Option<Timestamp>>,
}

/// Change a person
///
/// Administrators change everything; everybody their own hours and language.
#[utoipa::path(patch, path = "/people/{id}", tag = "people", params(("id" = String, Path)), request_body = PersonPatch,
    responses((status = OK, body = PersonView)),
    security(("session" = ["administrator", "owner"]), ("token" = ["administrator", "owner"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<PersonKind>,
    Input { body, replay }: Input<PersonPatch>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let found = write.work.tx.person(&web.app.workspace, &id).await?;
    let usual = found.ok_or_else(Problem::not_found)?.hours;
    let change = PersonChange {
        version: body.version,
        name: body.name,
        department: body.department,
        job: body.job,
        superior: body.superior,
        hours: in_zone(body.hours, &usual, body.zone.as_deref())?,
        language: body.language,
        mobile: body.mobile,
        mail: body.mail,
        staff_number: body.staff_number,
        administrator: body.administrator,
        guest_until: body.guest_until,
    };
    match people::edit_person(&mut write.work, &id, change).await {
        Ok(_) => {
            let view = views::one(&mut write.look(), &id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, views::one(&mut write.look(), &id)).await),
    }
}

/// An invitation.
#[derive(Serialize, ToSchema)]
struct Invitation {
    /// The address by which the person chooses a password; works once, for a week.
    url: String,
}

/// Make an invitation
///
/// The address is told once and kept nowhere: each call makes a new one.
#[utoipa::path(post, path = "/people/{id}/invite", tag = "people", params(("id" = String, Path)),
    responses((status = OK, body = Invitation)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn invite(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<PersonKind>,
    Input { body: Nothing {}, .. }: Input<Nothing>,
) -> Result<Json<Invitation>, Problem> {
    let mut work = web.app.begin(&signed_in.caller).await?;
    let url = setup::invite(&mut work, &id).await?;
    work.commit().await?;
    Ok(Json(Invitation { url }))
}

/// Who takes over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LeaveInput {
    /// Who takes over the open work; needed when there is any.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    successor: Option<PersonId>,
}

/// Somebody leaves
#[utoipa::path(post, path = "/people/{id}/leave", tag = "people", params(("id" = String, Path)),
    request_body = LeaveInput, responses((status = OK, body = PersonView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn leave(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<PersonKind>,
    Input { body, replay }: Input<LeaveInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    leaving::leave(&mut write.work, &id, body.successor.as_ref()).await?;
    let view = views::one(&mut write.look(), &id).await?;
    write.finish(StatusCode::OK, &view).await
}

/// Look a person up on the connected platforms
#[utoipa::path(post, path = "/people/{id}/look_up", tag = "people", params(("id" = String, Path)),
    responses((status = OK, body = PersonView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn look_up(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<PersonKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    web.not_yet_answered(&signed_in, &replay).await?;
    let found = identities::look_up(&web.app, &signed_in.caller, &id).await?;
    let mut write = web.write(&signed_in, replay).await?;
    for new in found {
        identities::add_identity(&mut write.work, new).await?;
    }
    let view = views::one(&mut write.look(), &id).await?;
    write.finish(StatusCode::OK, &view).await
}
