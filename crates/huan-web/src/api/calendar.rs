//! The public holidays of China by year.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    ActionError,
    actions::calendar::{self, ImportError},
};
use huan_core::calendar::HolidayYear;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, Path, Raw},
    page::Items,
    problem::{FieldDocument, Problem},
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(import, remove))
}

/// A year whose holidays are known.
#[derive(Serialize, ToSchema)]
struct YearView {
    /// The year.
    year: i16,
    /// Where its holidays come from.
    source: String,
    /// Whether somebody compared them with the published notice.
    verified: bool,
    /// Whether it was imported here, and can be taken back; the other years come with the program.
    imported: bool,
}

impl YearView {
    fn new(year: &HolidayYear, imported: bool) -> Self {
        Self { year: year.year(), source: year.source().to_owned(), verified: year.verified(), imported }
    }
}

/// The years whose holidays are known
#[utoipa::path(get, path = "/calendar/years", tag = "calendar", responses((status = OK, body = Items<YearView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(State(web): State<Web>, _: SignedIn) -> Result<Json<Items<YearView>>, Problem> {
    let mut conn = web.app.db.read().await.map_err(ActionError::from)?;
    let imported = conn.holiday_years(&web.app.workspace).await.map_err(ActionError::from)?;
    let is_imported = |year: &HolidayYear| imported.iter().any(|file| file.year == year.year());
    Ok(Json(Items::whole(web.app.holidays().years().map(|year| YearView::new(year, is_imported(year))).collect())))
}

/// A year as it stands in a path. A text that is no year names nothing.
fn year(path: &str) -> Result<i16, Problem> {
    path.parse().map_err(|_| Problem::not_found())
}

/// Import the holiday file of a year
#[utoipa::path(put, path = "/calendar/years/{year}", tag = "calendar", params(("year" = i16, Path)),
    request_body(content = String, content_type = "text/plain", description = "The holiday file (JSON)"),
    responses((status = OK, body = YearView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn import(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path(path): Path<String>,
    raw: Raw,
) -> Result<Response, Refusal> {
    let year = year(&path)?;
    let text = std::str::from_utf8(&raw.body).map_err(|_| Problem::field("file", "malformed"))?;
    let language = signed_in.caller.language;
    let mut write = web.write(&signed_in, raw.replay).await?;
    match calendar::import_year(&mut write.work, year, text).await {
        Ok(imported) => {
            let answer = write.finish(StatusCode::OK, &YearView::new(&imported, true)).await?;
            web.app.reload_holidays().await?;
            Ok(answer)
        }
        Err(ImportError::Action(error)) => Err(error.into()),
        Err(ImportError::OtherYear(_)) => Err(Problem::field("year", "malformed").into()),
        Err(ImportError::File(invalid)) => {
            let problems = invalid.problems.iter().map(|problem| FieldDocument {
                field: "file".to_owned(),
                code: problem.code().to_owned(),
                message: problem.text(language),
                span: None,
                suggestion: None,
            });
            Err(Problem::field("file", "malformed").with_findings(problems.collect()).into())
        }
    }
}

/// Take an imported year back
#[utoipa::path(delete, path = "/calendar/years/{year}", tag = "calendar", params(("year" = i16, Path)),
    responses((status = NO_CONTENT)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn remove(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path(path): Path<String>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    calendar::remove_year(&mut write.work, year(&path)?).await?;
    let answer = write.finish_silently().await?;
    web.app.reload_holidays().await?;
    Ok(answer)
}
