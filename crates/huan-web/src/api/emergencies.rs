//! Emergencies 「紧急」: the war room, and the templates of emergency plans.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use huan_app::{
    actions::{
        emergencies::{self as actions, Choice, ItemStep, Room},
        fault_reports, plan_templates,
        problems::{NewProblem, raise_problem},
    },
    error::ActionError,
    queries::{
        Look,
        emergencies::{self, EmergencyView, TimelineEntry, WarRoomView},
    },
};
use huan_core::{
    emergency::{FaultReport, PhaseName, PlanTemplate, shipped},
    i18n::Language,
    id::{AccountId, ChannelId, ChecklistItemKind, CollaborationId, EmergencyId, EmergencyKind, MessageId, PersonId},
    level::Level,
    problem::{Severity, Urgency},
};
use huan_store::EmergencyFilter;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId, Query, object},
    page::{self, Items},
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, raise))
        .routes(routes!(one))
        .routes(routes!(timeline))
        .routes(routes!(acknowledge))
        .routes(routes!(role))
        .routes(routes!(room))
        .routes(routes!(note))
        .routes(routes!(stage_report))
        .routes(routes!(add_item))
        .routes(routes!(step_item))
        .routes(routes!(all_clear))
        .routes(routes!(write_report))
        .routes(routes!(file_report))
        .routes(routes!(templates))
        .routes(routes!(set_template, drop_template))
}

/// Which emergencies.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Of this collaboration; without it, whatever the reader may see in any of theirs.
    #[param(value_type = Option<String>)]
    collaboration: Option<CollaborationId>,
    /// `running`, `all_clear` or `stood_down`.
    #[param(value_type = Option<String>)]
    phase: Option<PhaseName>,
    /// Only drills, or only real ones.
    drill: Option<bool>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// A list of emergencies, the newest first
#[utoipa::path(get, path = "/emergencies", tag = "emergencies", params(Which),
    responses((status = OK, body = Items<EmergencyView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<EmergencyView>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, true)?;
    let filter = EmergencyFilter {
        collaboration: which.collaboration,
        phase: which.phase,
        drill: which.drill,
        ..EmergencyFilter::default()
    };
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = emergencies::list(&mut look, filter, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

/// A new emergency.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EmergencyInput {
    /// The collaboration.
    #[schema(value_type = String)]
    collaboration: CollaborationId,
    /// What is wrong, in a line.
    title: String,
    /// More about it.
    #[serde(default)]
    detail: String,
    /// `one`, `two` (without it) or `three`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    severity: Option<Severity>,
    /// Who is rung first; without one it follows from the call list.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<PersonId>,
    /// `public`, `internal` or `confidential`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// The key of the template of its plan.
    #[serde(default)]
    plan: Option<String>,
    /// Whether it is a drill 「演练」.
    #[serde(default)]
    drill: bool,
    /// In a drill: whether telephones really ring and everybody is really called on.
    #[serde(default)]
    calls: bool,
    /// The message it is made from.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    message: Option<MessageId>,
    /// Where the people concerned are to meet.
    #[serde(default)]
    war_room: WarRoomInput,
}

/// Where the people concerned are to meet 「作战群」.
#[derive(Deserialize, ToSchema, Default)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
enum WarRoomInput {
    /// As the template of the plan says.
    #[default]
    AsPlanned,
    /// In a group that is there.
    Existing,
    /// In one that is made.
    New {
        /// The account that makes it.
        #[schema(value_type = String)]
        account: AccountId,
    },
}

impl From<WarRoomInput> for Room {
    fn from(input: WarRoomInput) -> Self {
        match input {
            WarRoomInput::AsPlanned => Self::AsPlanned,
            WarRoomInput::Existing => Self::Existing,
            WarRoomInput::New { account } => Self::New(account),
        }
    }
}

/// Raise an emergency: people are rung, and its plan starts
#[utoipa::path(post, path = "/emergencies", tag = "emergencies", request_body = EmergencyInput,
    responses((status = CREATED, body = WarRoomView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn raise(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<EmergencyInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let new = NewProblem {
        detail: body.detail,
        urgency: Urgency::Urgent { severity: body.severity.unwrap_or_default() },
        level: body.level.unwrap_or(Level::Internal),
        message: body.message,
        drill: body.drill,
        choice: Choice { plan: body.plan, calls: body.calls, channel: None, room: body.war_room.into() },
        ..NewProblem::ordinary(body.collaboration, body.title, body.owner)
    };
    let problem = raise_problem(&mut write.work, new).await?;
    let id = emergencies::of_problem(&mut write.look(), &problem.id).await?;
    let id = id.ok_or(ActionError::NotFound("emergency"))?;
    let view = emergencies::war_room(&mut write.look(), &id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// The war room: roles, checklist, who acknowledged, the report
#[utoipa::path(get, path = "/emergencies/{id}", tag = "emergencies", params(("id" = String, Path)),
    responses((status = OK, body = WarRoomView)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
) -> Result<Json<WarRoomView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(emergencies::war_room(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// The timeline, which writes itself
#[utoipa::path(get, path = "/emergencies/{id}/timeline", tag = "emergencies", params(("id" = String, Path)),
    responses((status = OK, body = Items<TimelineEntry>)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn timeline(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
) -> Result<Json<Items<TimelineEntry>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(Items::whole(emergencies::timeline(&mut look, &id).await?)))
}

/// The war room as it is after a step, or why the step was refused.
async fn stepped<T>(
    mut write: Write<'_>,
    id: &EmergencyId,
    outcome: Result<T, ActionError>,
) -> Result<Response, Refusal> {
    match outcome {
        Ok(_) => {
            let view = emergencies::war_room(&mut write.look(), id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, emergencies::war_room(&mut write.look(), id)).await),
    }
}

/// Words to acknowledge with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcknowledgeInput {
    /// The words; without them 「收到，处理中」.
    #[serde(default)]
    text: Option<String>,
}

/// Acknowledge: the telephones stop ringing. Whoever is rung, on the call list or has a role may
#[utoipa::path(post, path = "/emergencies/{id}/acknowledge", tag = "emergencies", params(("id" = String, Path)),
    request_body = AcknowledgeInput, responses((status = OK, body = WarRoomView)),
    security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn acknowledge(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
    Input { body, replay }: Input<AcknowledgeInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let text = body.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let outcome = actions::acknowledge(&mut write.work, &id, text).await;
    stepped(write, &id, outcome).await
}

/// Who has a role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleInput {
    /// The role's key.
    role: String,
    /// The person.
    #[schema(value_type = String)]
    person: PersonId,
}

/// Give a role to somebody
#[utoipa::path(post, path = "/emergencies/{id}/role", tag = "emergencies", params(("id" = String, Path)),
    request_body = RoleInput, responses((status = OK, body = WarRoomView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn role(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
    Input { body, replay }: Input<RoleInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::fill_role(&mut write.work, &id, &body.role, &body.person).await;
    stepped(write, &id, outcome).await
}

/// Where the people concerned meet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoomInput {
    /// The group; without it none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    channel: Option<ChannelId>,
    /// The address of a conference; without it none.
    #[serde(default)]
    meeting: Option<String>,
}

/// Set the war room: a group, a conference, or both
#[utoipa::path(post, path = "/emergencies/{id}/room", tag = "emergencies", params(("id" = String, Path)),
    request_body = RoomInput, responses((status = OK, body = WarRoomView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn room(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
    Input { body, replay }: Input<RoomInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::set_war_room(&mut write.work, &id, body.channel.as_ref(), body.meeting.as_deref()).await;
    stepped(write, &id, outcome).await
}

/// Words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WordsInput {
    /// The words.
    text: String,
}

/// Note something in the timeline
#[utoipa::path(post, path = "/emergencies/{id}/note", tag = "emergencies", params(("id" = String, Path)),
    request_body = WordsInput, responses((status = OK, body = WarRoomView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn note(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
    Input { body, replay }: Input<WordsInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::note(&mut write.work, &id, &body.text).await;
    stepped(write, &id, outcome).await
}

/// Give a stage report: it goes to all groups
#[utoipa::path(post, path = "/emergencies/{id}/stage_report", tag = "emergencies", params(("id" = String, Path)),
    request_body = WordsInput, responses((status = OK, body = WarRoomView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn stage_report(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
    Input { body, replay }: Input<WordsInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::report_stage(&mut write.work, &id, &body.text).await;
    stepped(write, &id, outcome).await
}

/// A new point of the checklist.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ItemInput {
    /// What is to be done.
    text: String,
    /// The key of the role that answers for it.
    #[serde(default)]
    role: Option<String>,
    /// By when; without it in 15 minutes.
    #[serde(default)]
    due_at: Option<Timestamp>,
}

/// Add a point to the checklist
#[utoipa::path(post, path = "/emergencies/{id}/items", tag = "emergencies", params(("id" = String, Path)),
    request_body = ItemInput, responses((status = OK, body = WarRoomView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn add_item(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
    Input { body, replay }: Input<ItemInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::add_item(&mut write.work, &id, &body.text, body.role.as_deref(), body.due_at).await;
    stepped(write, &id, outcome).await
}

/// What is done with a point.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StepKind {
    /// Done.
    Tick,
    /// Left out.
    Skip,
    /// Not done after all.
    Untick,
}

/// A step of a point of the checklist.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StepInput {
    /// `tick`, `skip` or `untick`.
    step: StepKind,
    /// Why it is left out.
    #[serde(default)]
    reason: String,
    /// The version that the page shows.
    #[serde(default)]
    version: Option<i64>,
}

/// Tick a point of a checklist, leave it out, or take that back
#[utoipa::path(post, path = "/checklist_items/{id}", tag = "emergencies", params(("id" = String, Path)),
    request_body = StepInput, responses((status = OK, body = WarRoomView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn step_item(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<ChecklistItemKind>,
    Input { body, replay }: Input<StepInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let step = match body.step {
        StepKind::Tick => ItemStep::Tick,
        StepKind::Skip => ItemStep::Skip { reason: body.reason },
        StepKind::Untick => ItemStep::Untick,
    };
    let emergency = actions::step_item(&mut write.work, &id, step, body.version).await?;
    stepped(write, &emergency.id, Ok(())).await
}

/// Give the all-clear: the problem is solved
#[utoipa::path(post, path = "/emergencies/{id}/all_clear", tag = "emergencies", params(("id" = String, Path)),
    request_body = WordsInput, responses((status = OK, body = WarRoomView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn all_clear(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
    Input { body, replay }: Input<WordsInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::all_clear(&mut write.work, &id, &body.text).await;
    stepped(write, &id, outcome).await
}

/// The fault report as far as it has come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportInput {
    /// The report.
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Object)]
    report: FaultReport,
    /// The version of the emergency that the page shows.
    version: i64,
}

/// Write the fault report
#[utoipa::path(put, path = "/emergencies/{id}/report", tag = "emergencies", params(("id" = String, Path)),
    request_body = ReportInput, responses((status = OK, body = WarRoomView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn write_report(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
    Input { body, replay }: Input<ReportInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = fault_reports::write_report(&mut write.work, &id, body.report, body.version).await;
    stepped(write, &id, outcome).await
}

/// File the fault report: its measures become tasks
#[utoipa::path(post, path = "/emergencies/{id}/report/file", tag = "emergencies", params(("id" = String, Path)),
    responses((status = OK, body = WarRoomView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn file_report(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EmergencyKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = fault_reports::file_report(&mut write.work, &id).await;
    stepped(write, &id, outcome).await
}

/// A template of an emergency plan.
#[derive(Serialize, ToSchema)]
struct TemplateView {
    /// The template: `key`, `name`, `summary`, `roles`, `checklist`, `paces`, `new_group`, `retired`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    template: PlanTemplate,
    /// Whether somebody edited or added it.
    edited: bool,
    /// Whether one with this key comes with the program, so that it can be had back.
    ships: bool,
}

impl TemplateView {
    fn new(template: PlanTemplate, edited: bool, language: Language) -> Self {
        let ships = shipped(language).iter().any(|one| one.key == template.key);
        Self { template, edited, ships }
    }
}

/// The templates of emergency plans
#[utoipa::path(get, path = "/plan_templates", tag = "emergencies",
    responses((status = OK, body = Items<TemplateView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn templates(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Items<TemplateView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let all = emergencies::templates(&mut look).await?;
    let language = signed_in.caller.language;
    let views = all.into_iter().map(|(template, edited)| TemplateView::new(template, edited, language));
    Ok(Json(Items::whole(views.collect())))
}

/// A template as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TemplateInput {
    /// The template; its key is that of the address.
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Object)]
    template: PlanTemplate,
}

/// Edit a template, or add one
#[utoipa::path(put, path = "/plan_templates/{key}", tag = "emergencies", params(("key" = String, Path)),
    request_body = TemplateInput, responses((status = OK, body = TemplateView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn set_template(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path(key): Path<String>,
    Input { body, replay }: Input<TemplateInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    // The address says which one.
    let template = PlanTemplate { key, ..body.template };
    let template = plan_templates::set_template(&mut write.work, template).await?;
    let view = TemplateView::new(template, true, signed_in.caller.language);
    write.finish(StatusCode::OK, &view).await
}

/// Take an edited template away: the one that ships counts again
#[utoipa::path(delete, path = "/plan_templates/{key}", tag = "emergencies", params(("key" = String, Path)),
    responses((status = NO_CONTENT)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn drop_template(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path(key): Path<String>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    plan_templates::drop_template(&mut write.work, &key).await?;
    write.finish_silently().await
}
