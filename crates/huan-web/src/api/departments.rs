//! Departments.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::departments::{self, DepartmentChange},
    queries::{
        Look,
        people::{self as views, DepartmentView},
    },
};
use huan_core::id::{DepartmentId, DepartmentKind};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, PathId, Query, double_option},
    page::{self, Items},
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(edit))
}

/// Which part of the departments.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// The departments, by name
#[utoipa::path(get, path = "/departments", tag = "people", params(Which), responses((status = OK, body = Items<DepartmentView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<DepartmentView>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, false)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, departments) = views::departments(&mut look, &page).await?;
    Ok(Json(Items::part(&listed, departments)))
}

/// A new department.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DepartmentInput {
    /// The name.
    name: String,
    /// The department it belongs to.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    parent: Option<DepartmentId>,
}

/// Make a department
#[utoipa::path(post, path = "/departments", tag = "people", request_body = DepartmentInput,
    responses((status = CREATED, body = DepartmentView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn create(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<DepartmentInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let department = departments::create_department(&mut write.work, &body.name, body.parent).await?;
    write.finish(StatusCode::CREATED, &DepartmentView::from(department)).await
}

/// A change of a department; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DepartmentPatch {
    /// The name.
    name: Option<String>,
    /// The department it belongs to; `null` for none.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    parent: Option<Option<DepartmentId>>,
}

/// Change a department
#[utoipa::path(patch, path = "/departments/{id}", tag = "people", params(("id" = String, Path)),
    request_body = DepartmentPatch, responses((status = OK, body = DepartmentView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DepartmentKind>,
    Input { body, replay }: Input<DepartmentPatch>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let DepartmentPatch { name, parent } = body;
    let department = departments::edit_department(&mut write.work, &id, DepartmentChange { name, parent }).await?;
    write.finish(StatusCode::OK, &DepartmentView::from(department)).await
}
