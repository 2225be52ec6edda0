//! Help while somebody types: what is vague in a follow-up, and which moment a time expression means.

use axum::{Json, extract::State};
use huan_app::queries::{Look, wording, wording::FindingView};
use huan_core::{
    calendar::WorkingTime,
    id::PersonId,
    time_expression::{Meaning, describe, parse_whole},
};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth::SignedIn, input::Input, problem::Problem, state::Web};

/// The longest text that is looked at, in characters.
const LONGEST: usize = 5_000;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(wording_of)).routes(routes!(time_of))
}

/// A follow-up as far as it is typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FollowUpText {
    /// The text.
    text: String,
    /// The row's owner.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<PersonId>,
    /// The row's due time.
    #[serde(default)]
    due_at: Option<Timestamp>,
}

/// What is vague in a text.
#[derive(Serialize, ToSchema)]
struct Findings {
    /// In the order of the text.
    findings: Vec<FindingView>,
}

/// Check a follow-up as it is typed
#[utoipa::path(post, path = "/wording", tag = "typing", request_body = FollowUpText,
    responses((status = OK, body = Findings)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn wording_of(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, .. }: Input<FollowUpText>,
) -> Result<Json<Findings>, Problem> {
    short_enough(&body.text)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let findings = wording::review(&mut look, &body.text, body.owner.as_ref(), body.due_at).await?;
    Ok(Json(Findings { findings }))
}

fn short_enough(text: &str) -> Result<(), Problem> {
    huan_app::actions::input::optional_text("text", text, LONGEST).map(|_| ()).map_err(Problem::from)
}

/// A time as somebody writes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TimeText {
    /// The text.
    text: String,
}

/// Which moment a time expression means.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
enum Reading {
    /// One moment.
    Found {
        /// It.
        at: Timestamp,
        /// It in words.
        text: String,
    },
    /// Several; the writer chooses.
    Ambiguous {
        /// In order of time.
        candidates: Vec<Candidate>,
    },
    /// A moment that has passed.
    Past {
        /// It.
        at: Timestamp,
    },
    /// No time expression.
    None,
}

/// One of several moments.
#[derive(Serialize, ToSchema)]
struct Candidate {
    /// It in words.
    label: String,
    /// It.
    at: Timestamp,
}

/// Read a time expression
#[utoipa::path(post, path = "/time", tag = "typing", request_body = TimeText, responses((status = OK, body = Reading)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn time_of(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, .. }: Input<TimeText>,
) -> Result<Json<Reading>, Problem> {
    short_enough(&body.text)?;
    let now = web.app.now().to_zoned(signed_in.caller.zone.clone());
    let words = |when: &Zoned| describe(when, &now, signed_in.caller.language);
    Ok(Json(match parse_whole(&body.text, &now) {
        Some(Meaning::Found { when, .. }) => Reading::Found { at: when.timestamp(), text: words(&when) },
        Some(Meaning::WorkingDays { count }) => {
            let holidays = web.app.holidays();
            let time = WorkingTime::new(&signed_in.person.hours, &holidays);
            let day = time.add_working_days(now.date(), count).date;
            match time.end_of_working_day(day) {
                Some(at) => Reading::Found { at, text: words(&at.to_zoned(now.time_zone().clone())) },
                None => Reading::None,
            }
        }
        Some(Meaning::Ambiguous { candidates, .. }) => Reading::Ambiguous {
            candidates: candidates.iter().map(|when| Candidate { label: words(when), at: when.timestamp() }).collect(),
        },
        Some(Meaning::Past { when, .. }) => Reading::Past { at: when.timestamp() },
        None => Reading::None,
    }))
}
