//! Meetings 「会议」 that people are invited to.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::meetings::{self as actions, NewPlan},
    error::ActionError,
    queries::{
        Look,
        meetings::{self, MeetingDraft, MeetingPage, MeetingView},
    },
};
use huan_core::{
    id::{CollaborationKind, MeetingId, MeetingKind as MeetingIdKind, PersonId},
    meeting::{MeetingKind, Plan},
    platform::PlatformKey,
    record::Participant,
};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId},
    page::Items,
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, prepare))
        .routes(routes!(one, write))
        .routes(routes!(draft))
        .routes(routes!(send))
        .routes(routes!(retry))
        .routes(routes!(cancel))
        .routes(routes!(answer))
        .routes(routes!(note_presence))
        .routes(routes!(make_minutes))
}

/// The meetings of a collaboration that the reader may see, the newest first
#[utoipa::path(get, path = "/collaborations/{id}/meetings", tag = "meetings", params(("id" = String, Path)),
    responses((status = OK, body = Items<MeetingView>)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<Items<MeetingView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let items = meetings::list(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?;
    Ok(Json(Items::whole(items)))
}

/// A meeting to be prepared.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PrepareInput {
    /// `kick_off`.
    #[schema(value_type = String)]
    kind: MeetingKind,
}

/// Draft a meeting from what the collaboration agreed on, with everybody who takes part; nobody is told
#[utoipa::path(post, path = "/collaborations/{id}/meetings", tag = "meetings", params(("id" = String, Path)),
    request_body = PrepareInput, responses((status = CREATED, body = MeetingPage)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn prepare(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<PrepareInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let meeting = actions::prepare(&mut write.work, &id, body.kind).await?;
    let view = meetings::one(&mut write.look(), &meeting.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// A meeting with everything about it
#[utoipa::path(get, path = "/meetings/{id}", tag = "meetings", params(("id" = String, Path)),
    responses((status = OK, body = MeetingPage)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MeetingIdKind>,
) -> Result<Json<MeetingPage>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(meetings::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// The words of a meeting, drafted anew from what is known now; nothing is stored
#[utoipa::path(get, path = "/meetings/{id}/draft", tag = "meetings", params(("id" = String, Path)),
    responses((status = OK, body = MeetingDraft)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn draft(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MeetingIdKind>,
) -> Result<Json<MeetingDraft>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(meetings::drafted(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// The meeting as it is after a step, or why the step was refused.
async fn stepped<T>(
    mut write: Write<'_>,
    id: &MeetingId,
    outcome: Result<T, ActionError>,
) -> Result<Response, Refusal> {
    match outcome {
        Ok(_) => {
            let view = meetings::one(&mut write.look(), id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, meetings::one(&mut write.look(), id)).await),
    }
}

/// What a meeting is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeetingInput {
    /// What people call it.
    title: String,
    /// What is said to those who are invited, in the groups too.
    invitation: String,
    /// What is gone through.
    agenda: String,
    /// When it begins.
    #[serde(default)]
    starts_at: Option<Timestamp>,
    /// When it ends.
    #[serde(default)]
    ends_at: Option<Timestamp>,
    /// Where it is: a room, or an address.
    #[serde(default)]
    place: String,
    /// The platform that makes an online meeting for it: one of `hosts`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    online: Option<PlatformKey>,
    /// Who leads through it.
    #[schema(value_type = String)]
    host: PersonId,
    /// Who writes its minutes.
    #[schema(value_type = String)]
    recorder: PersonId,
    /// Who is invited: `{"kind": "person", "person": id}`, or `{"kind": "named", "text": name}`.
    #[schema(value_type = Vec<Object>)]
    invited: Vec<Participant>,
    /// The version that the page shows.
    version: i64,
}

/// Write what a meeting is about, when and where it is, and who is invited; people who are invited already are told once what
/// changed for them
#[utoipa::path(put, path = "/meetings/{id}", tag = "meetings", params(("id" = String, Path)),
    request_body = MeetingInput, responses((status = OK, body = MeetingPage)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn write(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MeetingIdKind>,
    Input { body, replay }: Input<MeetingInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let plan = Plan {
        title: body.title,
        invitation: body.invitation,
        agenda: body.agenda,
        starts_at: body.starts_at,
        ends_at: body.ends_at,
        place: body.place,
        online: body.online,
        host: body.host,
        recorder: body.recorder,
    };
    let new = NewPlan { plan, invited: body.invited, version: body.version };
    let outcome = actions::write(&mut write.work, &id, new).await;
    stepped(write, &id, outcome).await
}

/// A meeting as the page shows it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SendInput {
    /// The version that the page shows.
    version: i64,
}

/// Invite: each person directly, and all in the groups
#[utoipa::path(post, path = "/meetings/{id}/send", tag = "meetings", params(("id" = String, Path)),
    request_body = SendInput, responses((status = OK, body = MeetingPage)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn send(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MeetingIdKind>,
    Input { body, replay }: Input<SendInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::call(&mut write.work, &id, body.version).await;
    stepped(write, &id, outcome).await
}

/// Have events tried again that could not be brought into people's calendars; of one of which nobody knew, this says that somebody
/// looked and there is none
#[utoipa::path(post, path = "/meetings/{id}/retry", tag = "meetings", params(("id" = String, Path)),
    responses((status = OK, body = MeetingPage)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn retry(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MeetingIdKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::retry_calendars(&mut write.work, &id).await;
    stepped(write, &id, outcome).await
}

/// Why it does not take place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CancelInput {
    /// The reason; needed once people are invited.
    #[serde(default)]
    reason: String,
}

/// Cancel a meeting: those who are invited are told; a draft is given up
#[utoipa::path(post, path = "/meetings/{id}/cancel", tag = "meetings", params(("id" = String, Path)),
    request_body = CancelInput, responses((status = OK, body = MeetingPage)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn cancel(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MeetingIdKind>,
    Input { body, replay }: Input<CancelInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::cancel(&mut write.work, &id, &body.reason).await;
    stepped(write, &id, outcome).await
}

/// An answer to an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerInput {
    /// Whether they come.
    coming: bool,
    /// Why not, or what else there is to be said.
    #[serde(default)]
    words: String,
    /// The `revision` that was read.
    revision: u32,
}

/// Come, or not: whoever is invited answers for themselves
#[utoipa::path(post, path = "/meetings/{id}/answer", tag = "meetings", params(("id" = String, Path)),
    request_body = AnswerInput, responses((status = OK, body = MeetingPage)),
    security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn answer(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MeetingIdKind>,
    Input { body, replay }: Input<AnswerInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::answer(&mut write.work, &id, body.revision, body.coming, &body.words).await;
    stepped(write, &id, outcome).await
}

/// Whether somebody was there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PresenceInput {
    /// Who: as they are invited.
    #[schema(value_type = Object)]
    who: Participant,
    /// Whether they were there; without it nothing is noted.
    present: Option<bool>,
}

/// Note whether somebody was there: whoever leads the collaboration or the meeting, or writes its minutes, may
#[utoipa::path(post, path = "/meetings/{id}/presence", tag = "meetings", params(("id" = String, Path)),
    request_body = PresenceInput, responses((status = OK, body = MeetingPage)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn note_presence(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MeetingIdKind>,
    Input { body, replay }: Input<PresenceInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::note_presence(&mut write.work, &id, &body.who, body.present).await;
    stepped(write, &id, outcome).await
}

/// Say that a meeting is over: its minutes are begun with what is known, once, and their clock runs from its end
#[utoipa::path(post, path = "/meetings/{id}/minutes", tag = "meetings", params(("id" = String, Path)),
    responses((status = OK, body = MeetingPage)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn make_minutes(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MeetingIdKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::make_minutes(&mut write.work, &id).await;
    stepped(write, &id, outcome).await
}
