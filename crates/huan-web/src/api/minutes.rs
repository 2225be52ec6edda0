//! Minutes 「会议纪要」 of decisions and meetings.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::{
        filing::{self, Filing},
        minutes::{self as actions, NewMinutes},
    },
    error::ActionError,
    queries::{
        Look,
        minutes::{self, DifferenceView, MinutesDraft, MinutesPage, MinutesView},
    },
};
use huan_core::{
    id::{CollaborationId, MessageId, MinutesId, MinutesKind, PersonId, TaskId},
    level::Level,
    minutes::{Content, MinutesStage, Occasion, Removed},
};
use huan_store::MinutesFilter;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::tasks::codes;
use crate::{
    auth::SignedIn,
    input::{Input, PathId, Query, object},
    page::{self, Items},
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

/// The longest text of which a draft is made, in characters.
const LONGEST_PASTED: usize = 50_000;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, begin))
        .routes(routes!(draft))
        .routes(routes!(one, write))
        .routes(routes!(file))
        .routes(routes!(reassign))
        .routes(routes!(withdraw))
        .routes(routes!(confirm))
        .routes(routes!(object_to))
        .routes(routes!(answer))
        .routes(routes!(changed))
}

/// Which minutes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Of this collaboration; without it, whatever the reader may see in any of theirs.
    #[param(value_type = Option<String>)]
    collaboration: Option<CollaborationId>,
    /// With this recorder.
    #[param(value_type = Option<String>)]
    recorder: Option<PersonId>,
    /// In these stages, separated by commas: `owed`, `filed`, `withdrawn`.
    stage: Option<String>,
    /// Linked with the task that has this id, or made from the message that has it.
    linked: Option<String>,
    /// With these words in the title.
    query: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// A list of minutes, the latest decision or meeting first
#[utoipa::path(get, path = "/minutes", tag = "minutes", params(Which),
    responses((status = OK, body = Items<MinutesView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<MinutesView>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, true)?;
    let filter = MinutesFilter {
        collaboration: which.collaboration,
        stages: codes::<MinutesStage>("stage", which.stage.as_deref())?,
        recorder: which.recorder,
        linked: which.linked,
        words: which.query.filter(|words| !words.trim().is_empty()),
        sight: None,
    };
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = minutes::list(&mut look, filter, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

fn nothing() -> Content {
    Content::default()
}

/// A decision that was taken, or a meeting that ended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MinutesInput {
    /// The collaboration.
    #[schema(value_type = String)]
    collaboration: CollaborationId,
    /// `decision` or `meeting`.
    #[schema(value_type = String)]
    occasion: Occasion,
    /// What was decided or met about, in a line.
    title: String,
    /// Who writes the minutes; without one whoever calls does.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    recorder: Option<PersonId>,
    /// When the decision was taken or the meeting ended; without it now.
    #[serde(default)]
    happened_at: Option<Timestamp>,
    /// What is known already: `held_at`, `place`, `host`, `participants`, `absentees`, `agenda`, `conclusions`, `disputes`,
    /// `actions`, `guessed`.
    #[serde(default = "nothing", deserialize_with = "object")]
    #[schema(value_type = Option<Object>)]
    content: Content,
    /// `public`, `internal` or `confidential`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// The message in which it was decided.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    message: Option<MessageId>,
}

/// Say that a decision was taken or a meeting ended: minutes are owed, and their clock starts
#[utoipa::path(post, path = "/minutes", tag = "minutes", request_body = MinutesInput,
    responses((status = CREATED, body = MinutesPage)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn begin(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<MinutesInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let new = NewMinutes {
        recorder: body.recorder,
        happened_at: body.happened_at,
        content: body.content,
        level: body.level.unwrap_or(Level::Internal),
        message: body.message,
        ..NewMinutes::of(body.collaboration, body.occasion, body.title)
    };
    let begun = actions::begin(&mut write.work, new).await?;
    let view = minutes::one(&mut write.look(), &begun.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// A text of which minutes are to be drafted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PastedInput {
    /// The collaboration, for who is meant.
    #[schema(value_type = String)]
    collaboration: CollaborationId,
    /// The text: lines of a chat («name time: words»), or minutes with headings.
    text: String,
}

/// Draft minutes by rules from a pasted text; nothing is stored, and each part that was guessed is named
#[utoipa::path(post, path = "/minutes/draft", tag = "minutes", request_body = PastedInput,
    responses((status = OK, body = MinutesDraft)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn draft(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, .. }: Input<PastedInput>,
) -> Result<Json<MinutesDraft>, Problem> {
    let text = huan_app::actions::input::text("text", &body.text, LONGEST_PASTED)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(minutes::draft(&mut look, &body.collaboration, &text).await?))
}

/// Minutes with their editions and the participants' word
#[utoipa::path(get, path = "/minutes/{id}", tag = "minutes", params(("id" = String, Path)),
    responses((status = OK, body = MinutesPage)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MinutesKind>,
) -> Result<Json<MinutesPage>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(minutes::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// The minutes as they are after a step, or why the step was refused.
async fn stepped<T>(
    mut write: Write<'_>,
    id: &MinutesId,
    outcome: Result<T, ActionError>,
) -> Result<Response, Refusal> {
    match outcome {
        Ok(_) => {
            let view = minutes::one(&mut write.look(), id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, minutes::one(&mut write.look(), id)).await),
    }
}

/// What is put down so far.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WriteInput {
    /// What was decided or met about.
    title: String,
    /// What the minutes say, as when they are begun.
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Object)]
    content: Content,
    /// `public`, `internal` or `confidential`; without it as before.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// The version that the page shows.
    version: i64,
}

/// Write what has been put down so far; nothing is filed
#[utoipa::path(put, path = "/minutes/{id}", tag = "minutes", params(("id" = String, Path)),
    request_body = WriteInput, responses((status = OK, body = MinutesPage)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn write(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MinutesKind>,
    Input { body, replay }: Input<WriteInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::write(&mut write.work, &id, &body.title, body.content, body.level, body.version).await;
    stepped(write, &id, outcome).await
}

/// What becomes of the task of an action that is no longer in the minutes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RemovedInput {
    /// The task.
    #[schema(value_type = String)]
    task: TaskId,
    /// Whether it is given up; else it goes on by itself.
    cancel: bool,
}

/// What is filed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FilingInput {
    /// What was decided or met about.
    title: String,
    /// What the minutes say, as when they are begun.
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Object)]
    content: Content,
    /// `public`, `internal` or `confidential`; without it as before.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// What changed against the edition before; the first one needs none.
    #[serde(default)]
    note: String,
    /// What becomes of the open tasks whose action is no longer there.
    #[serde(default)]
    removed: Vec<RemovedInput>,
    /// The version that the page shows.
    version: i64,
}

/// File the minutes: their clock stops, new actions become tasks, and the participants are asked to confirm
#[utoipa::path(post, path = "/minutes/{id}/file", tag = "minutes", params(("id" = String, Path)),
    request_body = FilingInput, responses((status = OK, body = MinutesPage)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn file(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MinutesKind>,
    Input { body, replay }: Input<FilingInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let filing = Filing {
        title: body.title,
        content: body.content,
        level: body.level,
        note: body.note,
        removed: body.removed.into_iter().map(|one| Removed { task: one.task, cancel: one.cancel }).collect(),
        version: body.version,
    };
    let outcome = filing::file(&mut write.work, &id, filing).await;
    stepped(write, &id, outcome).await
}

/// Another recorder.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecorderInput {
    /// Who writes them from now on.
    #[schema(value_type = String)]
    recorder: PersonId,
}

/// Have somebody else write them
#[utoipa::path(post, path = "/minutes/{id}/reassign", tag = "minutes", params(("id" = String, Path)),
    request_body = RecorderInput, responses((status = OK, body = MinutesPage)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn reassign(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MinutesKind>,
    Input { body, replay }: Input<RecorderInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::reassign(&mut write.work, &id, &body.recorder).await;
    stepped(write, &id, outcome).await
}

/// Why nothing is to be filed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReasonInput {
    /// The reason.
    reason: String,
}

/// There was no decision, or it was entered twice
#[utoipa::path(post, path = "/minutes/{id}/withdraw", tag = "minutes", params(("id" = String, Path)),
    request_body = ReasonInput, responses((status = OK, body = MinutesPage)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn withdraw(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MinutesKind>,
    Input { body, replay }: Input<ReasonInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::withdraw(&mut write.work, &id, &body.reason).await;
    stepped(write, &id, outcome).await
}

/// A confirmation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmInput {
    /// The number of the edition that was read.
    edition: u32,
}

/// Confirm the minutes: participants may
#[utoipa::path(post, path = "/minutes/{id}/confirm", tag = "minutes", params(("id" = String, Path)),
    request_body = ConfirmInput, responses((status = OK, body = MinutesPage)),
    security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn confirm(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MinutesKind>,
    Input { body, replay }: Input<ConfirmInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = filing::confirm(&mut write.work, &id, body.edition).await;
    stepped(write, &id, outcome).await
}

/// An objection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ObjectionInput {
    /// The number of the edition that was read.
    edition: u32,
    /// What is wrong.
    words: String,
}

/// Object to the minutes: participants may
#[utoipa::path(post, path = "/minutes/{id}/object", tag = "minutes", params(("id" = String, Path)),
    request_body = ObjectionInput, responses((status = OK, body = MinutesPage)),
    security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn object_to(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MinutesKind>,
    Input { body, replay }: Input<ObjectionInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = filing::object(&mut write.work, &id, body.edition, &body.words).await;
    stepped(write, &id, outcome).await
}

/// An answer to an objection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplyInput {
    /// Whose objection.
    #[schema(value_type = String)]
    person: PersonId,
    /// The answer.
    words: String,
}

/// Answer a participant's objection
#[utoipa::path(post, path = "/minutes/{id}/answer", tag = "minutes", params(("id" = String, Path)),
    request_body = ReplyInput, responses((status = OK, body = MinutesPage)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn answer(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MinutesKind>,
    Input { body, replay }: Input<ReplyInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = filing::answer_objection(&mut write.work, &id, &body.person, &body.words).await;
    stepped(write, &id, outcome).await
}

/// Two editions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Between {
    /// The earlier edition's number.
    from: u32,
    /// The later one's.
    to: u32,
}

/// What changed between two editions
#[utoipa::path(get, path = "/minutes/{id}/difference", tag = "minutes", params(("id" = String, Path), Between),
    responses((status = OK, body = DifferenceView)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn changed(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MinutesKind>,
    Query(between): Query<Between>,
) -> Result<Json<DifferenceView>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(minutes::changed(&mut look, &id, between.from, between.to).await?))
}
