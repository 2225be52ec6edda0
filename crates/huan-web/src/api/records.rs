//! The record table and its follow-ups.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::{
        centre,
        create_record::{self, NewRecord},
        edit_record::{self, RecordChange},
        follow_up,
    },
    error::ActionError,
    queries::{
        Look,
        names::Names,
        records::{self, FollowUpView, RecordView},
        wording::{self, FindingView},
    },
};
use huan_core::{
    id::{CollaborationId, EntryId, FollowUpKind, PersonId, RecordId, RecordKind},
    level::Level,
    record::Participant,
    status::Status,
};
use huan_store::{RecordFilter, RecordSort};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{history, tasks::codes};
use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId, Query, double_option},
    page::{self, Items},
    problem::{FieldDocument, Problem},
    state::{Web, Write},
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one, edit))
        .routes(routes!(history_of))
        .routes(routes!(finish_follow_up))
}

/// Which rows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Of this collaboration; without it, whatever the reader may see in any of theirs.
    #[param(value_type = Option<String>)]
    collaboration: Option<CollaborationId>,
    /// With these statuses, separated by commas.
    status: Option<String>,
    /// With this owner.
    #[param(value_type = Option<String>)]
    owner: Option<PersonId>,
    /// With this participant.
    #[param(value_type = Option<String>)]
    participant: Option<PersonId>,
    /// On this platform.
    platform: Option<String>,
    /// With these words in topic, summary, follow-up or number.
    query: Option<String>,
    /// `created`, `updated`, `due`, `status`, `topic` or `number`; with a minus before it, largest first. The default is
    /// `-created`.
    sort: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// A list of rows
#[utoipa::path(get, path = "/records", tag = "records", params(Which),
    responses((status = OK, body = Items<RecordView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<RecordView>>, Problem> {
    let (name, descending) = page::sort(which.sort.as_deref().or(Some("-created")));
    let sort = match name {
        None | Some("created") => RecordSort::Created,
        Some("updated") => RecordSort::Updated,
        Some("due") => RecordSort::Due,
        Some("status") => RecordSort::Status,
        Some("topic") => RecordSort::Topic,
        Some("number") => RecordSort::Number,
        Some(_) => return Err(Problem::field("sort", "unknown_choice")),
    };
    let page = page::page(which.cursor.as_deref(), which.limit, descending)?;
    let filter = RecordFilter {
        collaboration: which.collaboration,
        statuses: codes::<Status>("status", which.status.as_deref())?,
        owner: which.owner,
        participant: which.participant,
        platform: which.platform,
        words: which.query.filter(|words| !words.trim().is_empty()),
        ..RecordFilter::default()
    };
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = records::list(&mut look, filter, sort, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

/// Someone who takes part.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
enum ParticipantInput {
    /// A known person.
    Person {
        /// Who.
        #[schema(value_type = String)]
        person: PersonId,
    },
    /// A name, role or department that is nobody's in the directory.
    Named {
        /// The words.
        text: String,
    },
}

impl From<ParticipantInput> for Participant {
    fn from(input: ParticipantInput) -> Self {
        match input {
            ParticipantInput::Person { person } => Self::Person { person },
            ParticipantInput::Named { text } => Self::Named { text },
        }
    }
}

/// A new row.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordInput {
    /// The collaboration.
    #[schema(value_type = String)]
    collaboration: CollaborationId,
    /// 沟通主题.
    topic: String,
    /// 参与人员.
    #[serde(default)]
    participants: Vec<ParticipantInput>,
    /// 主要平台.
    #[serde(default)]
    platforms: Vec<String>,
    /// 核心信息摘要.
    #[serde(default)]
    summary: String,
    /// 负责人; oneself when not given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<PersonId>,
    /// 截止时间.
    #[serde(default)]
    due_at: Option<Timestamp>,
    /// 当前状态.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    status: Option<Status>,
    /// 备注/后续行动.
    #[serde(default)]
    follow_up: String,
    /// Why a vague follow-up is left as it is.
    #[serde(default)]
    follow_up_excuse: Option<String>,
    /// `public`, `internal` or `confidential`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// The entry of the centre that it comes of: both are linked.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    entry: Option<EntryId>,
}

/// Make a row
#[utoipa::path(post, path = "/records", tag = "records", request_body = RecordInput,
    responses((status = CREATED, body = RecordView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn create(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<RecordInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let owner = body.owner.unwrap_or_else(|| signed_in.caller.person().clone());
    let words = (body.follow_up.clone(), owner.clone(), body.due_at);
    let new = NewRecord {
        collaboration: body.collaboration,
        topic: body.topic,
        participants: body.participants.into_iter().map(Participant::from).collect(),
        platforms: body.platforms,
        summary: body.summary,
        owner,
        due_at: body.due_at,
        status: body.status.unwrap_or(Status::Pending),
        follow_up: body.follow_up,
        follow_up_excuse: body.follow_up_excuse,
        level: body.level.unwrap_or(Level::Internal),
        message: None,
        strict: true,
    };
    match create_record::create_record(&mut write.work, new).await {
        Ok(record) => {
            if let Some(entry) = &body.entry {
                centre::link(&mut write.work, entry, &centre::Target::Record(record.id.clone()), true).await?;
            }
            let view = records::one(&mut write.look(), &record.id).await?;
            write.finish(StatusCode::CREATED, &view).await
        }
        Err(error) => {
            let (text, owner, due_at) = words;
            Err(vague(&mut write, error, &text, &owner, due_at).await)
        }
    }
}

/// Adds to a refused follow-up what is vague in it and what could be written instead.
async fn vague(
    write: &mut Write<'_>,
    error: ActionError,
    text: &str,
    owner: &PersonId,
    due_at: Option<Timestamp>,
) -> Refusal {
    if error.code() != "follow_up_vague" {
        return error.into();
    }
    match wording::review(&mut write.look(), text, Some(owner), due_at).await {
        Ok(findings) => Problem::from(error).with_findings(findings.into_iter().map(field).collect()).into(),
        Err(_) => error.into(),
    }
}

fn field(finding: FindingView) -> FieldDocument {
    FieldDocument {
        field: "follow_up".to_owned(),
        code: finding.code,
        message: finding.message,
        span: Some(finding.span),
        suggestion: finding.suggestion,
    }
}

/// A row
#[utoipa::path(get, path = "/records/{id}", tag = "records", params(("id" = String, Path)),
    responses((status = OK, body = RecordView)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<RecordKind>,
) -> Result<Json<RecordView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(records::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// Changed cells; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordPatch {
    /// The version that was seen.
    version: i64,
    /// 沟通主题.
    topic: Option<String>,
    /// 参与人员.
    participants: Option<Vec<ParticipantInput>>,
    /// 主要平台.
    platforms: Option<Vec<String>>,
    /// 核心信息摘要.
    summary: Option<String>,
    /// 负责人.
    #[schema(value_type = Option<String>)]
    owner: Option<PersonId>,
    /// 截止时间; `null` clears it.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Option<Timestamp>>,
    /// 当前状态.
    #[schema(value_type = Option<String>)]
    status: Option<Status>,
    /// 备注/后续行动.
    follow_up: Option<String>,
    /// Why a vague follow-up is left as it is; `null` takes the excuse back.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    follow_up_excuse: Option<Option<String>>,
    /// `public`, `internal` or `confidential`.
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
}

/// Change cells of a row
#[utoipa::path(patch, path = "/records/{id}", tag = "records", params(("id" = String, Path)),
    request_body = RecordPatch, responses((status = OK, body = RecordView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<RecordKind>,
    Input { body, replay }: Input<RecordPatch>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let text = body.follow_up.clone();
    let change = RecordChange {
        version: body.version,
        topic: body.topic,
        participants: body.participants.map(|all| all.into_iter().map(Participant::from).collect()),
        platforms: body.platforms,
        summary: body.summary,
        owner: body.owner,
        due_at: body.due_at,
        status: body.status,
        follow_up: body.follow_up,
        follow_up_excuse: body.follow_up_excuse,
        level: body.level,
    };
    match edit_record::edit_record(&mut write.work, &id, change).await {
        Ok(_) => {
            let view = records::one(&mut write.look(), &id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(refused(&mut write, &id, error, text.as_deref()).await),
    }
}

async fn refused(write: &mut Write<'_>, id: &RecordId, error: ActionError, text: Option<&str>) -> Refusal {
    match error.code() {
        "follow_up_vague" => match records::visible(&mut write.look(), id).await {
            Ok(record) => {
                let text = text.unwrap_or(&record.follow_up);
                vague(write, error, text, &record.owner, record.due_at).await
            }
            Err(_) => error.into(),
        },
        _ => Refusal::of_step(error, records::one(&mut write.look(), id)).await,
    }
}

/// The history of a row
#[utoipa::path(get, path = "/records/{id}/history", tag = "records",
    params(("id" = String, Path), history::Part),
    responses((status = OK, body = Items<huan_app::queries::history::EntryView>)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn history_of(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<RecordKind>,
    Query(part): Query<history::Part>,
) -> Result<Json<Items<huan_app::queries::history::EntryView>>, Problem> {
    history::page_of(&web, &signed_in, &huan_core::history::Subject::Record(id), &part).await
}

/// A follow-up is done
#[utoipa::path(post, path = "/follow_ups/{id}/done", tag = "records", params(("id" = String, Path)),
    responses((status = OK, body = FollowUpView)),
    security(("session" = ["owner", "member"]), ("token" = ["owner", "member"])))]
async fn finish_follow_up(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<FollowUpKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let done = follow_up::finish_follow_up(&mut write.work, &id).await?;
    let names = Names::of_people(&mut write.look(), vec![done.person.clone()]).await?;
    let view = records::follow_up_view(&done, &names);
    write.finish(StatusCode::OK, &view).await
}
