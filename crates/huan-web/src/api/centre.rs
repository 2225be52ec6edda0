//! The collaboration centre 「协作中心」: its sections, the entries in them, and what was said that looks like a decision.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::centre::{self as actions, EntryChange, NewEntry, Target},
    error::ActionError,
    queries::{
        Look,
        centre::{self, CentreView},
        entries::{self, CentreEntry, SectionsView},
        origin::OriginView,
        timeline::{self, MomentView, TimelineCursor, TimelineFilter},
    },
};
use huan_core::{
    centre::{Outline, Rule, Section, Way},
    history::Subject,
    id::{CollaborationId, CollaborationKind, EntryId, EntryKind, MessageId, MessageKind},
    level::Level,
};
use huan_store::EntryFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId, Query},
    page::{self, Items},
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(centre))
        .routes(routes!(timeline))
        .routes(routes!(sections, set_sections))
        .routes(routes!(list, file))
        .routes(routes!(one, edit, remove))
        .routes(routes!(restore))
        .routes(routes!(link))
        .routes(routes!(chat_decisions))
        .routes(routes!(judge))
}

/// The centre of a collaboration: whether it is on course, who owes what, what was decided, and where everything is
#[utoipa::path(get, path = "/collaborations/{id}/centre", tag = "centre", params(("id" = String, Path)),
    responses((status = OK, body = CentreView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn centre(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<CentreView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(centre::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// Which part of a timeline.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichMoments {
    /// Only what was said in groups (`message`), or happened to this kind of thing: `task`, `record`, `problem`, `minutes`,
    /// `entry`, `emergency`, `collaboration`.
    kind: Option<String>,
    /// Only what was said or done on this platform.
    platform: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// What was said and done in a collaboration, on all platforms, the newest first
#[utoipa::path(get, path = "/collaborations/{id}/timeline", tag = "centre", params(("id" = String, Path), WhichMoments),
    responses((status = OK, body = Items<MomentView>)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn timeline(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Query(which): Query<WhichMoments>,
) -> Result<Json<Items<MomentView>>, Problem> {
    let size = page::page(None, which.limit, true)?.size;
    let from = which.cursor.as_deref().map(str::parse::<TimelineCursor>).transpose();
    let from = from.map_err(|()| Problem::field("cursor", "malformed"))?.unwrap_or_default();
    let filter = TimelineFilter { kind: which.kind, platform: which.platform };
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (next, items) = timeline::page(&mut look, &id, &filter, from, size).await?;
    Ok(Json(Items { items, next: next.map(|next| next.to_string()) }))
}

/// The sections of a collaboration's centre
#[utoipa::path(get, path = "/collaborations/{id}/sections", tag = "centre", params(("id" = String, Path)),
    responses((status = OK, body = SectionsView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn sections(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<SectionsView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(entries::sections(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// A rule by which messages go into a section.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RuleInput {
    /// `prefix` or `tag`.
    kind: RuleKind,
    /// The words with which a message begins, or its tag without the `#`.
    words: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RuleKind {
    Prefix,
    Tag,
}

/// A section.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SectionInput {
    /// The key: that of a section that is there, or a new one of small letters, digits and underscores.
    key: String,
    /// What the collaboration calls it; empty for the name that comes with the program.
    #[serde(default)]
    name: String,
    /// Which messages go into it by themselves.
    #[serde(default)]
    rules: Vec<RuleInput>,
}

/// The sections, in order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SectionsInput {
    /// The sections. Those that every centre has cannot be left out, nor those in which something is.
    sections: Vec<SectionInput>,
    /// The version that the page shows.
    version: i64,
}

fn outline(given: Vec<SectionInput>) -> Result<Outline, Problem> {
    let mut sections = Vec::with_capacity(given.len());
    for section in given {
        let plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
        if section.key.is_empty() || section.key.len() > 40 || !section.key.chars().all(plain) {
            return Err(Problem::field("key", "malformed"));
        }
        let rules = section.rules.into_iter().map(|rule| {
            let words = rule.words.trim().trim_start_matches(['#', '＃']).to_owned();
            match rule.kind {
                RuleKind::Prefix => Rule::Prefix(words),
                RuleKind::Tag => Rule::Tag(words),
            }
        });
        sections.push(Section { key: section.key, name: section.name.trim().to_owned(), rules: rules.collect() });
    }
    Ok(Outline { sections })
}

/// Change the sections of a collaboration's centre and the rules by which messages go into them
#[utoipa::path(put, path = "/collaborations/{id}/sections", tag = "centre", params(("id" = String, Path)),
    request_body = SectionsInput, responses((status = OK, body = SectionsView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn set_sections(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<SectionsInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    actions::set_outline(&mut write.work, &id, outline(body.sections)?, body.version).await?;
    let view = entries::sections(&mut write.look(), &id).await?;
    write.finish(StatusCode::OK, &view).await
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Of this collaboration; without it, whatever the reader may see in any of theirs.
    #[param(value_type = Option<String>)]
    collaboration: Option<CollaborationId>,
    /// In the section with this key.
    section: Option<String>,
    /// Linked with the task, row or problem that has this id, or made from the message that has it.
    linked: Option<String>,
    /// With these words.
    query: Option<String>,
    /// Those that were taken out again, instead of those that are there.
    removed: Option<bool>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// A list of entries, what was said last first
#[utoipa::path(get, path = "/entries", tag = "centre", params(Which),
    responses((status = OK, body = Items<CentreEntry>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<CentreEntry>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, true)?;
    let filter = EntryFilter {
        collaboration: which.collaboration,
        section: which.section,
        linked: which.linked,
        words: which.query.filter(|words| !words.trim().is_empty()),
        removed: which.removed.unwrap_or_default(),
        sight: None,
    };
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = entries::list(&mut look, filter, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

/// What is to go into the centre: words, or a message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EntryInput {
    /// The collaboration.
    #[schema(value_type = String)]
    collaboration: CollaborationId,
    /// The key of the section; without it the rules say, and else it is a requirement.
    #[serde(default)]
    section: Option<String>,
    /// What it says; without it the words of the message.
    #[serde(default)]
    text: Option<String>,
    /// The message that it comes from. One message is one entry: what is there already is changed.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    message: Option<MessageId>,
    /// `public`, `internal` or `confidential`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
}

/// Take something into the centre 「沉淀」
#[utoipa::path(post, path = "/entries", tag = "centre", request_body = EntryInput,
    responses((status = CREATED, body = CentreEntry)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn file(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<EntryInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let new = NewEntry { section: body.section, text: body.text, level: body.level, message: body.message };
    let entry = actions::file(&mut write.work, &body.collaboration, new, Way::Page).await?;
    let view = entries::one(&mut write.look(), &entry.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// An entry
#[utoipa::path(get, path = "/entries/{id}", tag = "centre", params(("id" = String, Path)),
    responses((status = OK, body = CentreEntry)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EntryKind>,
) -> Result<Json<CentreEntry>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(entries::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// The entry as it is after a step, or why the step was refused.
async fn stepped<T>(mut write: Write<'_>, id: &EntryId, outcome: Result<T, ActionError>) -> Result<Response, Refusal> {
    match outcome {
        Ok(_) => {
            let view = entries::one(&mut write.look(), id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, entries::one(&mut write.look(), id)).await),
    }
}

/// What to change of an entry; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EntryPatch {
    /// The version that the page shows.
    version: i64,
    /// What it says.
    #[serde(default)]
    text: Option<String>,
    /// The key of its section.
    #[serde(default)]
    section: Option<String>,
    /// `public`, `internal` or `confidential`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// Why the words were changed.
    #[serde(default)]
    note: String,
}

/// Change an entry, or move it into another section
#[utoipa::path(patch, path = "/entries/{id}", tag = "centre", params(("id" = String, Path)),
    request_body = EntryPatch, responses((status = OK, body = CentreEntry)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EntryKind>,
    Input { body, replay }: Input<EntryPatch>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let change = EntryChange {
        version: body.version,
        text: body.text,
        section: body.section,
        level: body.level,
        note: body.note,
    };
    let outcome = actions::edit(&mut write.work, &id, change).await;
    stepped(write, &id, outcome).await
}

/// Take an entry out of the centre; it can be taken back
#[utoipa::path(delete, path = "/entries/{id}", tag = "centre", params(("id" = String, Path)),
    responses((status = OK, body = CentreEntry)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn remove(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EntryKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::remove(&mut write.work, &id).await;
    stepped(write, &id, outcome).await
}

/// Take an entry back that was taken out
#[utoipa::path(post, path = "/entries/{id}/restore", tag = "centre", params(("id" = String, Path)),
    responses((status = OK, body = CentreEntry)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn restore(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EntryKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::restore(&mut write.work, &id).await;
    stepped(write, &id, outcome).await
}

/// What came of an entry.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkInput {
    /// The id of a task, a row of the record table or a problem.
    target: String,
    /// Whether they belong together.
    linked: bool,
}

/// Link an entry with a task, a row or a problem that came of it, or take the link away
#[utoipa::path(post, path = "/entries/{id}/link", tag = "centre", params(("id" = String, Path)),
    request_body = LinkInput, responses((status = OK, body = CentreEntry)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn link(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<EntryKind>,
    Input { body, replay }: Input<LinkInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let target = match Subject::from_id(&body.target) {
        Some(Subject::Task(id)) => Target::Task(id),
        Some(Subject::Record(id)) => Target::Record(id),
        Some(Subject::Problem(id)) => Target::Problem(id),
        _ => return Err(Problem::field("target", "unknown").into()),
    };
    let outcome = actions::link(&mut write.work, &id, &target, body.linked).await;
    stepped(write, &id, outcome).await
}

/// Which part of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Part {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// What was said in the groups, looks like a decision, and is in no minutes and no entry yet
#[utoipa::path(get, path = "/collaborations/{id}/chat_decisions", tag = "centre", params(("id" = String, Path), Part),
    responses((status = OK, body = Items<OriginView>)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn chat_decisions(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Query(part): Query<Part>,
) -> Result<Json<Items<OriginView>>, Problem> {
    let page = page::page(part.cursor.as_deref(), part.limit, true)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (next, items) = entries::chat_decisions(&mut look, &id, &page).await?;
    Ok(Json(Items { items, next }))
}

/// Whether a message is a decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct JudgeInput {
    /// Whether it is none; `false` takes that back.
    dismissed: bool,
}

/// What was judged.
#[derive(Serialize, ToSchema)]
struct Judged {
    /// Whether it is none.
    dismissed: bool,
}

/// Say that a message which looks like a decision is none, or take that back
#[utoipa::path(post, path = "/chat_decisions/{id}", tag = "centre", params(("id" = String, Path)),
    request_body = JudgeInput, responses((status = OK, body = Judged)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn judge(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MessageKind>,
    Input { body, replay }: Input<JudgeInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    actions::dismiss_decision(&mut write.work, &id, body.dismissed).await?;
    write.finish(StatusCode::OK, &Judged { dismissed: body.dismissed }).await
}
