//! Files of the library. What they hold goes out as a download; only pictures, told by their bytes, may be shown in a page.

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use huan_app::{
    App,
    actions::files::{self as actions, FileChange, NewFile},
    error::ActionError,
    queries::{
        Look,
        files::{self, FileView},
    },
};
use huan_core::{
    file::File,
    id::{CollaborationId, DocumentId, FileId, FileKind},
    level::Level,
};
use huan_store::FileFilter;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId, Query, Upload},
    page::{self, Items},
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

/// The largest file of the library, in bytes.
const LARGEST: usize = 20 << 20;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, give))
        .routes(routes!(held, change))
        .routes(routes!(trash))
        .routes(routes!(restore))
}

/// Which files.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Of this collaboration; without it, whatever the reader may see in any of theirs.
    #[param(value_type = Option<String>)]
    collaboration: Option<CollaborationId>,
    /// Of this document; without it those that belong to none.
    #[param(value_type = Option<String>)]
    document: Option<DocumentId>,
    /// What lies in the trash, instead of what does not.
    trashed: Option<bool>,
    /// With these words in the name.
    query: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// A list of files, the newest first
#[utoipa::path(get, path = "/files", tag = "documents", params(Which),
    responses((status = OK, body = Items<FileView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<FileView>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, true)?;
    let filter = FileFilter {
        collaboration: which.collaboration,
        document: which.document,
        trashed: which.trashed.unwrap_or(false),
        words: which.query.filter(|words| !words.trim().is_empty()),
        sight: None,
    };
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = files::list(&mut look, filter, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

/// What is said of a file that is given.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Given {
    /// The collaboration.
    #[param(value_type = String)]
    collaboration: CollaborationId,
    /// The document it belongs to.
    #[param(value_type = Option<String>)]
    document: Option<DocumentId>,
    /// Its name, with its ending.
    name: String,
    /// `public`, `internal` or `confidential`; of a document's file the document's level counts.
    #[param(value_type = Option<String>)]
    level: Option<Level>,
}

/// Give a file
#[utoipa::path(post, path = "/files", tag = "documents", params(Given),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file, up to 20 MB"),
    responses((status = CREATED, body = FileView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn give(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(given): Query<Given>,
    Upload { body, replay }: Upload<LARGEST>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let new = NewFile {
        collaboration: given.collaboration,
        document: given.document,
        name: given.name,
        level: given.level.unwrap_or(Level::Internal),
    };
    let file = actions::give(&mut write.work, new, &body).await?;
    let view = files::one(&mut write.look(), &file.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// What a file holds
#[utoipa::path(get, path = "/files/{id}", tag = "documents", params(("id" = String, Path)),
    responses((status = OK, content_type = "application/octet-stream", body = Vec<u8>), (status = NOT_MODIFIED)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn held(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<FileKind>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut conn = web.app.db.read().await?;
    let file = files::visible(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?;
    drop(conn);
    let tag = format!("\"{}\"", file.digest);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, about(&file, &tag)?).into_response());
    }
    let length = HeaderValue::from(file.size.unsigned_abs());
    let body = Body::from_stream(parts(Arc::clone(&web.app), file.id.clone()));
    let mut response = (about(&file, &tag)?, body).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, length);
    Ok(response)
}

/// The headers of what a file holds. Rights may end, so a browser asks again each time.
fn about(file: &File, tag: &str) -> Result<HeaderMap, Problem> {
    let value = |text: &str| HeaderValue::from_str(text).map_err(|error| ActionError::Internal(error.to_string()));
    let encoded: String = url::form_urlencoded::byte_serialize(file.name.as_bytes()).collect();
    let way = if file.kind.is_picture() { "inline" } else { "attachment" };
    let disposition = format!("{way}; filename*=UTF-8''{}", encoded.replace('+', "%20"));
    Ok(HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(file.kind.media_type())),
        (header::CONTENT_DISPOSITION, value(&disposition)?),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // Should a browser open it as a page all the same, nothing in it may run or load.
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
        (header::ETAG, value(tag)?),
    ]))
}

/// What a file holds, part by part: it is never in memory as a whole.
fn parts(app: Arc<App>, id: FileId) -> impl futures_util::Stream<Item = huan_store::Result<Bytes>> {
    futures_util::stream::try_unfold((app, id, 0_i64), |(app, id, number)| async move {
        let part = app.db.read().await?.file_part(&app.workspace, &id, number).await?;
        Ok(part.map(|part| (Bytes::from(part), (app, id, number + 1))))
    })
}

async fn stepped(mut write: Write<'_>, id: &FileId, outcome: Result<File, ActionError>) -> Result<Response, Refusal> {
    match outcome {
        Ok(_) => {
            let view = files::one(&mut write.look(), id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, files::one(&mut write.look(), id)).await),
    }
}

/// What is to change; what is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FileChangeInput {
    /// The name.
    #[serde(default)]
    name: Option<String>,
    /// `public`, `internal` or `confidential`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// The version that the page shows.
    version: i64,
}

/// Rename a file, or say who may see it
#[utoipa::path(patch, path = "/files/{id}", tag = "documents", params(("id" = String, Path)),
    request_body = FileChangeInput, responses((status = OK, body = FileView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn change(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<FileKind>,
    Input { body, replay }: Input<FileChangeInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let change = FileChange { name: body.name, level: body.level, version: body.version };
    let outcome = actions::change(&mut write.work, &id, change).await;
    stepped(write, &id, outcome).await
}

/// Put a file into the trash
#[utoipa::path(post, path = "/files/{id}/trash", tag = "documents", params(("id" = String, Path)),
    request_body = Nothing, responses((status = OK, body = FileView)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn trash(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<FileKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::set_trashed(&mut write.work, &id, true).await;
    stepped(write, &id, outcome).await
}

/// Take a file out of the trash
#[utoipa::path(post, path = "/files/{id}/restore", tag = "documents", params(("id" = String, Path)),
    request_body = Nothing, responses((status = OK, body = FileView)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn restore(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<FileKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::set_trashed(&mut write.work, &id, false).await;
    stepped(write, &id, outcome).await
}
