//! Documents of the library 「资料库」.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::{
        documents::{self as actions, NewDocument, Saving, Sharing},
        link_titles as asking,
    },
    error::ActionError,
    queries::{
        Look,
        documents::{self, DocumentEditionView, DocumentPage, DocumentView, TextDifference},
        link_titles::{self, LinkTitleView},
    },
};
use huan_core::{
    document::{html, shipped},
    history::Subject,
    id::{CollaborationId, DocumentId, DocumentKind, PersonId},
    level::Level,
};
use huan_store::DocumentFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, Path, PathId, Query},
    page::{self, Items},
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(preview))
        .routes(routes!(templates))
        .routes(routes!(one, save, share))
        .routes(routes!(trash))
        .routes(routes!(restore))
        .routes(routes!(link))
        .routes(routes!(titles, ask_titles))
        .routes(routes!(edition))
        .routes(routes!(changed))
        .routes(routes!(compare))
}

/// Which documents.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Of this collaboration; without it, whatever the reader may see in any of theirs.
    #[param(value_type = Option<String>)]
    collaboration: Option<CollaborationId>,
    /// Linked with the thing that has this id.
    linked: Option<String>,
    /// Only templates, or only what is none.
    template: Option<bool>,
    /// What lies in the trash, instead of what does not.
    trashed: Option<bool>,
    /// With these words in the title or the text.
    query: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// A list of documents, the one that changed last first
#[utoipa::path(get, path = "/documents", tag = "documents", params(Which),
    responses((status = OK, body = Items<DocumentView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<DocumentView>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, true)?;
    let filter = DocumentFilter {
        collaboration: which.collaboration,
        linked: which.linked,
        template: which.template,
        trashed: which.trashed.unwrap_or(false),
        words: which.query.filter(|words| !words.trim().is_empty()),
        sight: None,
    };
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = documents::list(&mut look, filter, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

/// The thing that an id names.
fn thing(field: &'static str, id: &str) -> Result<Subject, ActionError> {
    Subject::from_id(id).ok_or(ActionError::field(field, "unknown"))
}

/// A new document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DocumentInput {
    /// The collaboration.
    #[schema(value_type = String)]
    collaboration: CollaborationId,
    /// The title.
    title: String,
    /// The text, in Markdown.
    #[serde(default)]
    text: String,
    /// `public`, `internal` or `confidential`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// Whether it is a template.
    #[serde(default)]
    template: bool,
    /// With whom it is shared beyond its level.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    readers: Vec<PersonId>,
    /// The id of the thing it is about: a task, row, problem, minutes or document.
    #[serde(default)]
    about: Option<String>,
}

/// Begin a document
#[utoipa::path(post, path = "/documents", tag = "documents", request_body = DocumentInput,
    responses((status = CREATED, body = DocumentPage)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn create(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<DocumentInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let new = NewDocument {
        level: body.level.unwrap_or(Level::Internal),
        template: body.template,
        readers: body.readers,
        about: body.about.as_deref().map(|about| thing("about", about)).transpose()?,
        ..NewDocument::of(body.collaboration, body.title, body.text)
    };
    let document = actions::create(&mut write.work, new).await?;
    let view = documents::one(&mut write.look(), &document.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// A text in Markdown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewInput {
    /// The text.
    text: String,
}

/// A text as HTML that is safe to put into a page.
#[derive(Serialize, ToSchema)]
struct PreviewView {
    /// The HTML.
    html: String,
}

/// See how a text will look; nothing is stored
#[utoipa::path(post, path = "/documents/preview", tag = "documents", request_body = PreviewInput,
    responses((status = OK, body = PreviewView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn preview(_signed_in: SignedIn, Input { body, .. }: Input<PreviewInput>) -> Json<PreviewView> {
    Json(PreviewView { html: html(&body.text) })
}

/// A template that is shipped.
#[derive(Serialize, ToSchema)]
struct DocumentTemplateView {
    /// The stable key.
    key: &'static str,
    /// What the page is called.
    title: String,
    /// What it is for.
    summary: String,
    /// The text, in Markdown.
    text: &'static str,
}

/// The templates that are shipped, in the reader's language; those of a collaboration are documents
#[utoipa::path(get, path = "/document_templates", tag = "documents",
    responses((status = OK, body = Items<DocumentTemplateView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn templates(signed_in: SignedIn) -> Json<Items<DocumentTemplateView>> {
    let views = shipped(signed_in.caller.language).into_iter().map(|template| DocumentTemplateView {
        key: template.key,
        title: template.title,
        summary: template.summary,
        text: template.text,
    });
    Json(Items::whole(views.collect()))
}

/// A document with what it says
#[utoipa::path(get, path = "/documents/{id}", tag = "documents", params(("id" = String, Path)),
    responses((status = OK, body = DocumentPage)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DocumentKind>,
) -> Result<Json<DocumentPage>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(documents::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// The document as it is after a step, or why the step was refused.
async fn stepped<T>(
    mut write: Write<'_>,
    id: &DocumentId,
    outcome: Result<T, ActionError>,
) -> Result<Response, Refusal> {
    match outcome {
        Ok(_) => {
            let view = documents::one(&mut write.look(), id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, documents::one(&mut write.look(), id)).await),
    }
}

/// What is saved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SaveInput {
    /// The title.
    title: String,
    /// The text, in Markdown.
    text: String,
    /// What changed, in the author's words.
    #[serde(default)]
    note: String,
    /// The number of the edition that was written over.
    edition: u32,
}

/// Save what was written as the next edition. Where somebody else saved meanwhile this is refused, with the document as it is now
#[utoipa::path(put, path = "/documents/{id}", tag = "documents", params(("id" = String, Path)),
    request_body = SaveInput, responses((status = OK, body = DocumentPage)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn save(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DocumentKind>,
    Input { body, replay }: Input<SaveInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let saving = Saving { title: body.title, text: body.text, note: body.note, edition: body.edition };
    let outcome = actions::save(&mut write.work, &id, saving).await;
    stepped(write, &id, outcome).await
}

/// Who may see a document; what is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShareInput {
    /// `public`, `internal` or `confidential`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// With whom it is shared beyond its level: colleagues may write it, outside people read it.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    readers: Option<Vec<PersonId>>,
    /// Whether it is a template.
    #[serde(default)]
    template: Option<bool>,
    /// The version that the page shows.
    version: i64,
}

/// Say who may see a document, and whether it is a template
#[utoipa::path(patch, path = "/documents/{id}", tag = "documents", params(("id" = String, Path)),
    request_body = ShareInput, responses((status = OK, body = DocumentPage)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn share(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DocumentKind>,
    Input { body, replay }: Input<ShareInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let sharing = Sharing { level: body.level, readers: body.readers, template: body.template, version: body.version };
    let outcome = actions::share(&mut write.work, &id, sharing).await;
    stepped(write, &id, outcome).await
}

/// Put a document into the trash
#[utoipa::path(post, path = "/documents/{id}/trash", tag = "documents", params(("id" = String, Path)),
    request_body = Nothing, responses((status = OK, body = DocumentPage)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn trash(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DocumentKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::trash(&mut write.work, &id).await;
    stepped(write, &id, outcome).await
}

/// Take a document out of the trash
#[utoipa::path(post, path = "/documents/{id}/restore", tag = "documents", params(("id" = String, Path)),
    request_body = Nothing, responses((status = OK, body = DocumentPage)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn restore(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DocumentKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::restore(&mut write.work, &id).await;
    stepped(write, &id, outcome).await
}

/// A link of a document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkInput {
    /// The id of a task, row, problem, minutes or document.
    target: String,
    /// Whether they are linked from now on.
    linked: bool,
}

/// Link a document with a thing, or take that back
#[utoipa::path(post, path = "/documents/{id}/link", tag = "documents", params(("id" = String, Path)),
    request_body = LinkInput, responses((status = OK, body = DocumentPage)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn link(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DocumentKind>,
    Input { body, replay }: Input<LinkInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = match thing("target", &body.target) {
        Ok(target) => actions::link(&mut write.work, &id, &target, body.linked).await,
        // Rights come first: the id of a document that one may not see is not told apart by its links.
        Err(error) => documents::visible(&mut write.look(), &id).await.and(Err(error)),
    };
    stepped(write, &id, outcome).await
}

/// What the things are called that a document leads to on the platforms
#[utoipa::path(get, path = "/documents/{id}/titles", tag = "documents", params(("id" = String, Path)),
    responses((status = OK, body = Items<LinkTitleView>)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn titles(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DocumentKind>,
) -> Result<Json<Items<LinkTitleView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let items = link_titles::of(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?;
    Ok(Json(Items { items, next: None }))
}

/// Have those titles asked that are not known, or were asked too long ago
#[utoipa::path(post, path = "/documents/{id}/titles", tag = "documents", params(("id" = String, Path)),
    request_body = Nothing, responses((status = OK, body = Items<LinkTitleView>)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn ask_titles(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DocumentKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    asking::ask(&mut write.work, &id).await?;
    let items = link_titles::of(&mut write.look(), &id).await?;
    write.finish(StatusCode::OK, &Items { items, next: None }).await
}

/// One edition of a document
#[utoipa::path(get, path = "/documents/{id}/editions/{number}", tag = "documents",
    params(("id" = String, Path), ("number" = u32, Path)), responses((status = OK, body = DocumentEditionView)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn edition(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path((id, number)): Path<(String, u32)>,
) -> Result<Json<DocumentEditionView>, Problem> {
    let id: DocumentId = id.parse().map_err(|_| Problem::not_found())?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(documents::edition(&mut look, &id, number).await?))
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

/// What changed between two editions of a document
#[utoipa::path(get, path = "/documents/{id}/difference", tag = "documents", params(("id" = String, Path), Between),
    responses((status = OK, body = TextDifference)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn changed(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DocumentKind>,
    Query(between): Query<Between>,
) -> Result<Json<TextDifference>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(documents::changed(&mut look, &id, between.from, between.to).await?))
}

/// A text that is not saved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CompareInput {
    /// The title.
    title: String,
    /// The text, in Markdown.
    text: String,
}

/// See what a text that is not saved changes against the newest edition; nothing is stored
#[utoipa::path(post, path = "/documents/{id}/compare", tag = "documents", params(("id" = String, Path)),
    request_body = CompareInput, responses((status = OK, body = TextDifference)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn compare(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DocumentKind>,
    Input { body, .. }: Input<CompareInput>,
) -> Result<Json<TextDifference>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(documents::compared(&mut look, &id, &body.title, &body.text).await?))
}
