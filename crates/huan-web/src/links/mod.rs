//! The pages behind signed links: a person answers for one task without signing in and without any script.
//!
//! A link gives its person's own right on that one task. Looking changes nothing, since platforms fetch links to show a
//! preview; only a sent form does. A form carries a key, so that sending it twice does it once.

mod form;
mod meeting;
mod minutes;
mod page;
mod problem;
mod sign_off;
mod usage_rules;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use huan_app::{
    Caller,
    actions::task_steps,
    error::ActionError,
    links::{BadLink, LinkTo, SignedLink},
    queries::{Look, emergencies, names::PersonRef, problems, tasks, tasks::TaskView},
};
use huan_core::{
    history::Source,
    i18n::Language,
    id::{CollaborationId, TaskId},
    person::Standing,
    task::{ProposalAnswer, Refusal},
};
use huan_store::KeyTaken;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::{problem::asked_language, state::Web};
use form::{Form, Step};

/// Who came by a link, and for what.
struct Guest {
    link: SignedLink,
    caller: Caller,
    name: String,
}

/// What a link leads to.
enum Page {
    Task(Box<Shown>),
    Problem(Box<problem::ShownProblem>),
    Meeting(Box<meeting::ShownMeeting>),
    Minutes(Box<minutes::ShownMinutes>),
    Rules(Box<usage_rules::ShownRules>),
    SignOff(Box<sign_off::ShownSignOff>),
}

impl Page {
    fn draw(&self, form: Option<&Form>, error: Option<&ActionError>) -> maud::Markup {
        match self {
            Self::Task(shown) => page::task(shown, form, error),
            Self::Problem(shown) => problem::page(shown, form, error),
            Self::Meeting(shown) => meeting::page(shown, form, error),
            Self::Minutes(shown) => minutes::page(shown, form, error),
            Self::Rules(shown) => usage_rules::page(shown, error),
            Self::SignOff(shown) => sign_off::page(shown, form, error),
        }
    }
}

/// Everything that the page of a task shows.
struct Shown {
    task: TaskView,
    caller: Caller,
    name: String,
    now: Timestamp,
    /// Who may be proposed as owner.
    people: Vec<PersonRef>,
    /// The key of the forms.
    key: String,
}

/// Why a link leads nowhere.
enum Nowhere {
    Bad(BadLink),
    Failed(ActionError),
}

impl From<BadLink> for Nowhere {
    fn from(bad: BadLink) -> Self {
        Self::Bad(bad)
    }
}

impl From<ActionError> for Nowhere {
    fn from(error: ActionError) -> Self {
        Self::Failed(error)
    }
}

impl From<huan_store::Error> for Nowhere {
    fn from(error: huan_store::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// `GET /l/{token}`
pub(crate) async fn show(
    State(web): State<Web>,
    Path(token): Path<String>,
    headers: axum::http::HeaderMap,
) -> Response {
    let asked = asked_language(&headers).unwrap_or_default();
    match shown(&web, &token).await {
        Ok(shown) => html(StatusCode::OK, shown.draw(None, None)),
        Err(nowhere) => lost(&nowhere, asked),
    }
}

/// `POST /l/{token}`
pub(crate) async fn act(
    State(web): State<Web>,
    Path(token): Path<String>,
    headers: axum::http::HeaderMap,
    body: Bytes,
) -> Response {
    let asked = asked_language(&headers).unwrap_or_default();
    let guest = match guest(&web, &token).await {
        Ok(guest) => guest,
        Err(nowhere) => return lost(&nowhere, asked),
    };
    let form = Form::read(&body);
    let outcome = carry_out(&web, &guest, &form).await;
    match outcome {
        // The page is fetched anew, so that a reload does not send the form again.
        Ok(()) => Redirect::to(&format!("/l/{token}")).into_response(),
        Err(error) => match shown(&web, &token).await {
            Ok(shown) => {
                let status = match error.code() {
                    "wrong_state" | "version_conflict" => StatusCode::CONFLICT,
                    "forbidden" => StatusCode::FORBIDDEN,
                    "unavailable" => StatusCode::SERVICE_UNAVAILABLE,
                    "internal" => StatusCode::INTERNAL_SERVER_ERROR,
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                };
                html(status, shown.draw(Some(&form), Some(&error)))
            }
            Err(nowhere) => lost(&nowhere, asked),
        },
    }
}

fn html(status: StatusCode, page: maud::Markup) -> Response {
    let mut response = (status, page).into_response();
    // What a link shows is its reader's, and changes.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

fn lost(nowhere: &Nowhere, language: Language) -> Response {
    let (status, code) = match nowhere {
        Nowhere::Bad(BadLink::Expired) => (StatusCode::GONE, "link_expired"),
        Nowhere::Bad(BadLink::NotGenuine) => (StatusCode::NOT_FOUND, "not_found"),
        Nowhere::Failed(error) => match error.code() {
            "not_found" => (StatusCode::NOT_FOUND, "not_found"),
            "unavailable" => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            code => {
                tracing::error!(%error, code, "a signed link failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "internal")
            }
        },
    };
    html(status, page::nowhere(code, language))
}

async fn guest(web: &Web, token: &str) -> Result<Guest, Nowhere> {
    let now = web.app.now();
    let link = SignedLink::read(token, &web.app.secrets, now)?;
    let mut conn = web.app.db.read().await?;
    let known = conn.signed_link(&web.app.workspace, &hash(token)).await?;
    if known.is_some_and(|known| known.revoked_at.is_some()) {
        return Err(BadLink::Expired.into());
    }
    let person = conn.person(&web.app.workspace, &link.person).await?.ok_or(BadLink::Expired)?;
    // Somebody who has left has no right any more, however genuine the link.
    let caller = Caller::of(&person, Source::SignedLink, now).ok_or(BadLink::Expired)?;
    Ok(Guest { link, caller, name: person.name })
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

async fn shown(web: &Web, token: &str) -> Result<Page, Nowhere> {
    let guest = guest(web, token).await?;
    let mut bytes = [0_u8; 16];
    web.app.entropy.fill(&mut bytes);
    let key = hex::encode(bytes);
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &guest.caller);
    let now = look.now;
    match &guest.link.to {
        LinkTo::Task(id) => {
            let task = tasks::one(&mut look, id).await?;
            let people = match task.stage {
                "offered" | "declined" => members(&mut look, &task.collaboration.id, &task.owner.id).await?,
                _ => Vec::new(),
            };
            let Guest { caller, name, .. } = guest;
            Ok(Page::Task(Box::new(Shown { task, caller, name, now, people, key })))
        }
        LinkTo::Problem(id) => {
            let problem = problems::one(&mut look, id).await?;
            let people = match problem.may.settle {
                true => members(&mut look, &problem.collaboration.id, &problem.owner.id).await?,
                false => Vec::new(),
            };
            let war_room = emergencies::of_problem(&mut look, id).await?;
            let pages = problem::Pages {
                problem: web.app.page(&format!("problems/{id}")),
                war_room: war_room.map(|emergency| web.app.page(&format!("emergencies/{emergency}"))),
            };
            Ok(Page::Problem(Box::new(problem::ShownProblem { problem, guest, now, key, people, pages })))
        }
        LinkTo::Rules(id) => {
            let found = look.conn.rules_reading(&web.app.workspace, id).await?;
            let reading = found.filter(|reading| reading.person == guest.link.person);
            let reading = reading.ok_or(ActionError::NotFound("rules"))?;
            let rules = huan_app::queries::usage_rules::of(&mut look, &reading.collaboration).await?;
            Ok(Page::Rules(Box::new(usage_rules::ShownRules { rules, guest, key })))
        }
        LinkTo::Meeting(id) => {
            let page = huan_app::queries::meetings::one(&mut look, id).await?;
            Ok(Page::Meeting(Box::new(meeting::ShownMeeting { page, guest, now, key })))
        }
        LinkTo::Minutes(id) => {
            let page = huan_app::queries::minutes::one(&mut look, id).await?;
            Ok(Page::Minutes(Box::new(minutes::ShownMinutes { page, guest, now, key })))
        }
        LinkTo::Signature(id) => {
            let round = sign_off::round_of(look.conn, &web.app, id).await?;
            let sign_off = huan_app::queries::sign_offs::one(&mut look, &round.id).await?;
            Ok(Page::SignOff(Box::new(sign_off::ShownSignOff { sign_off, guest, now, key })))
        }
    }
}

/// Those who could own a matter instead of its owner: the active members of its collaboration.
async fn members(look: &mut Look<'_>, collaboration: &str, owner: &str) -> Result<Vec<PersonRef>, ActionError> {
    let Ok(collaboration) = collaboration.parse::<CollaborationId>() else { return Ok(Vec::new()) };
    let workspace = &look.app.workspace;
    let members = look.conn.memberships(workspace, &collaboration).await?;
    let ids: Vec<_> = members.into_iter().map(|member| member.person).collect();
    let mut people = look.conn.people_by_id(workspace, &ids).await?;
    people.retain(|person| person.standing == Standing::Active && person.id.as_str() != owner);
    people.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(people
        .into_iter()
        .map(|person| PersonRef { id: person.id.to_string(), name: person.name, job: person.job, department: None })
        .collect())
}

async fn carry_out(web: &Web, guest: &Guest, form: &Form) -> Result<(), ActionError> {
    let to = guest.link.to.id();
    let mut work = web.app.begin(&guest.caller).await?;
    let person = guest.caller.person().clone();
    let request = hex::encode(Sha256::digest(format!("{to} {form:?}")));
    let key = form.key().map(|key| format!("link {key}"));
    if let Some(key) = &key {
        match work.tx.take_key(&web.app.workspace, &person, key, &request, work.now).await? {
            KeyTaken::New => {}
            // The form was sent twice: the first one did it.
            KeyTaken::Answered { .. } => return Ok(()),
            KeyTaken::Other => return Err(ActionError::VersionConflict("link")),
        }
    }
    match &guest.link.to {
        LinkTo::Task(task) => take(&mut work, task, form.step(&guest.caller.zone)?).await?,
        LinkTo::Problem(id) => problem::take(&mut work, id, form, &guest.caller.zone).await?,
        LinkTo::Meeting(id) => meeting::take(&mut work, id, form).await?,
        LinkTo::Minutes(id) => minutes::take(&mut work, id, form).await?,
        LinkTo::Rules(id) => usage_rules::take(&mut work, id, form).await?,
        LinkTo::Signature(id) => sign_off::take(&mut work, id, form).await?,
    }
    if let Some(key) = &key {
        work.tx.answer_key(&web.app.workspace, &person, key, 303, "").await?;
    }
    work.commit().await
}

async fn take(work: &mut huan_app::Work<'_>, task: &TaskId, step: Step) -> Result<(), ActionError> {
    match step {
        Step::Accept => task_steps::accept(work, task).await,
        Step::Decline { reason, proposal } => task_steps::decline(work, task, Refusal { reason, proposal }).await,
        Step::Agree => task_steps::answer_proposal(work, task, ProposalAnswer::Agree).await,
        Step::Change(proposal) => task_steps::answer_proposal(work, task, ProposalAnswer::Change(proposal)).await,
        Step::Insist { words } => task_steps::answer_proposal(work, task, ProposalAnswer::Insist { words }).await,
        Step::Progress { text, percent } => task_steps::report_progress(work, task, &text, percent).await,
        Step::Block { reason } => task_steps::block(work, task, &reason).await,
        Step::Resume => task_steps::resume(work, task).await,
        Step::Finish => task_steps::finish(work, task).await,
    }
    .map(|_| ())
}
