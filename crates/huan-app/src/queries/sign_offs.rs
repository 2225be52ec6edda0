//! Acceptance 「验收」 as pages show it: the rounds with their evidence and signatures, and what is still open before a call.

use std::collections::{HashMap, HashSet};

use huan_core::{
    clock::Clock,
    history::Subject,
    i18n::{Language, text},
    id::{CollaborationId, MinutesId, PersonId, RecordId, SignOffId, TaskId},
    minutes::MinutesStage,
    permission::{self, CollaborationDeed, Deed, Matter},
    sign_off::{Answer, Evidence, SignOff, SignOffStage, SignOffState, Signature},
};
use huan_store::{Listed, MinutesFilter, Page, ProblemFilter, ProblemSort, TaskFilter, TaskSort};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    clocks::{self, ClockView},
    names::{Named, Names, PersonRef},
};
use crate::error::ActionError;

/// So many open things of a kind are named.
const NAMED: u32 = 20;

/// A round of acceptance.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SignOffView {
    /// The id.
    pub id: String,
    /// The collaboration.
    pub collaboration: Named,
    /// The core goal that is to be accepted.
    pub goal: String,
    /// Which round, from 1.
    pub round: u32,
    /// Who called.
    pub called_by: PersonRef,
    /// What was reached.
    pub statement: String,
    /// What shows it, as far as the reader may see it.
    pub evidence: Vec<EvidenceView>,
    /// How many pieces of evidence the reader may not see.
    pub hidden: usize,
    /// `open`, `signed`, `refused` or `withdrawn`.
    pub stage: &'static str,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// Who must sign, and their answers.
    pub signatures: Vec<SignatureView>,
    /// When it was called for.
    pub called_at: Timestamp,
    /// What the reader may do.
    pub may: SignOffRights,
    /// Grows with each change.
    pub version: i64,
}

/// A signature that is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SignatureView {
    /// The id.
    pub id: String,
    /// Who must sign.
    pub person: PersonRef,
    /// `waiting`, `signed`, `refused` or `released`: not asked any more.
    pub answer: &'static str,
    /// The words of the answer: with a signature, or the reason of a refusal.
    pub words: String,
    /// When it was given.
    pub at: Option<Timestamp>,
    /// The clock that runs for it.
    pub clock: Option<ClockView>,
}

/// Something that shows that the goal is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceView {
    /// `record`, `task`, `minutes`, `note` or `address`.
    pub kind: &'static str,
    /// The id of the thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people call it: `#12`, `M3`, 研发部-2026-0001.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its name, the words of a note, the title of an address.
    pub title: String,
    /// Where it stands: the stage of a task or of minutes, the status of a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl EvidenceView {
    /// In one line: 「任务 #12 评估技术可行性」.
    pub fn line(&self, language: Language) -> String {
        let kind = text(language, &format!("sign_off.evidence.{}", self.kind), &[]);
        let parts = [Some(kind), self.number.clone(), Some(self.title.clone()), self.url.clone()];
        let mut parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.dedup();
        parts.join(" ")
    }
}

/// What the reader may do with a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignOffRights {
    /// Sign or refuse: they are asked and have not answered.
    pub sign: bool,
    /// Take the call back.
    pub withdraw: bool,
}

/// What a collaboration's acceptance begins from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BeforeView {
    /// Whether the reader may call for acceptance now.
    pub may_call: bool,
    /// The open tasks, the first ones due first.
    pub tasks: OpenThings,
    /// The open problems.
    pub problems: OpenThings,
    /// The minutes that are still to be filed.
    pub minutes: OpenThings,
}

/// Open things of a kind, as far as the reader may see them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenThings {
    /// The first of them.
    pub named: Vec<OpenThing>,
    /// Whether there are more.
    pub more: bool,
}

/// An open thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenThing {
    /// The id.
    pub id: String,
    /// The short number.
    pub number: i64,
    /// The name.
    pub name: String,
}

/// A round, when the reader may see it.
///
/// # Errors
/// When there is none, they may not see it, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &SignOffId) -> Result<SignOffView, ActionError> {
    let sign_off = visible(look, id).await?;
    views(look, vec![sign_off]).await?.pop().ok_or(ActionError::NotFound("sign_off"))
}

/// The round itself, when the reader may see it: members, its signers, and superiors who were called on.
///
/// # Errors
/// As [`one`].
pub async fn visible(look: &mut Look<'_>, id: &SignOffId) -> Result<SignOff, ActionError> {
    let workspace = &look.app.workspace;
    let sign_off = look.conn.sign_off(workspace, id).await?.ok_or(ActionError::NotFound("sign_off"))?;
    let role = look.role(&sign_off.collaboration).await?;
    let viewer = &look.caller.viewer;
    let signatures = look.conn.signatures(workspace, id).await?;
    let signer = signatures.iter().any(|one| one.person == viewer.person);
    let mut matter = Matter::sign_off(&sign_off, role, signer);
    if permission::may(viewer, Deed::See, &matter).is_err() {
        for one in &signatures {
            matter.takes_part |= look.conn.was_told(workspace, one.id.as_str(), &viewer.person).await?;
        }
        permission::may(viewer, Deed::See, &matter)?;
    }
    Ok(sign_off)
}

/// A page of the rounds of a collaboration that the reader may see, the newest first.
///
/// # Errors
/// When the collaboration is not theirs to see, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    collaboration: &CollaborationId,
    page: &Page,
) -> Result<(Listed<SignOff>, Vec<SignOffView>), ActionError> {
    let role = look.role(collaboration).await?;
    let viewer = &look.caller.viewer;
    permission::may_in_collaboration(viewer, CollaborationDeed::See, role)?;
    let workspace = &look.app.workspace;
    let listed = look.conn.sign_offs(workspace, collaboration, page).await?;
    let ids: Vec<SignOffId> = listed.rows.iter().map(|one| one.id.clone()).collect();
    let signatures = look.conn.signatures_of(workspace, &ids).await?;
    let seen = |sign_off: &&SignOff| {
        let signer = signatures.iter().any(|one| one.sign_off == sign_off.id && one.person == viewer.person);
        permission::may(viewer, Deed::See, &Matter::sign_off(sign_off, role, signer)).is_ok()
    };
    let rows = listed.rows.iter().filter(seen).cloned().collect();
    let views = views(look, rows).await?;
    Ok((listed, views))
}

/// Puts rounds that the reader may see into shape.
///
/// # Errors
/// When the database fails.
pub async fn views(look: &mut Look<'_>, rounds: Vec<SignOff>) -> Result<Vec<SignOffView>, ActionError> {
    if rounds.is_empty() {
        return Ok(Vec::new());
    }
    let workspace = &look.app.workspace;
    let roles = look.roles().await?;
    let ids: Vec<SignOffId> = rounds.iter().map(|one| one.id.clone()).collect();
    let mut signatures: HashMap<SignOffId, Vec<Signature>> = HashMap::new();
    for one in look.conn.signatures_of(workspace, &ids).await? {
        signatures.entry(one.sign_off.clone()).or_default().push(one);
    }
    let all = || signatures.values().flatten();
    let people: Vec<PersonId> =
        all().map(|one| one.person.clone()).chain(rounds.iter().map(|one| one.called_by.clone())).collect();
    let subjects: Vec<Subject> = all().map(|one| Subject::Signature(one.id.clone())).collect();
    let names = Names::of_people(look, people).await?;
    let running = clocks::of(look, &subjects).await?;
    let mut views = Vec::with_capacity(rounds.len());
    for round in rounds {
        let found = look.conn.collaboration(workspace, &round.collaboration).await?;
        let collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
        let (evidence, hidden) = evidence(look, &round).await?;
        let asked = signatures.remove(&round.id).unwrap_or_default();
        let viewer = &look.caller.viewer;
        let role = roles.get(&round.collaboration).copied();
        let mine = asked.iter().find(|one| one.person == viewer.person);
        let open = round.state == SignOffState::Open;
        let matter = Matter::sign_off(&round, role, mine.is_some());
        let waits = mine.is_some_and(|one| one.answer == Answer::Waiting);
        let close = permission::may_in_collaboration(viewer, CollaborationDeed::Close, role);
        views.push(SignOffView {
            id: round.id.to_string(),
            collaboration: Named { id: collaboration.id.to_string(), name: collaboration.name },
            goal: collaboration.goal,
            round: round.round,
            called_by: names.person(&round.called_by),
            evidence,
            hidden,
            stage: round.state.stage().name(),
            ended_at: ended_at(&round.state),
            withdrawn: match &round.state {
                SignOffState::Withdrawn { reason, .. } => Some(reason.clone()),
                _ => None,
            },
            signatures: asked.iter().map(|one| signature_view(look, one, &names, &running)).collect(),
            called_at: round.called_at,
            may: SignOffRights {
                sign: open && waits && permission::may(viewer, Deed::Confirm, &matter).is_ok(),
                withdraw: open && close.is_ok(),
            },
            version: round.version,
            statement: round.statement,
        });
    }
    Ok(views)
}

fn ended_at(state: &SignOffState) -> Option<Timestamp> {
    match state {
        SignOffState::Open => None,
        SignOffState::Signed { at } | SignOffState::Refused { at, .. } | SignOffState::Withdrawn { at, .. } => {
            Some(*at)
        }
    }
}

fn signature_view(
    look: &Look<'_>,
    signature: &Signature,
    names: &Names,
    running: &HashMap<String, Clock>,
) -> SignatureView {
    let clock = running.get(signature.id.as_str());
    SignatureView {
        id: signature.id.to_string(),
        person: names.person(&signature.person),
        answer: signature.answer.name(),
        words: match &signature.answer {
            Answer::Signed { words, .. } => words.clone(),
            Answer::Refused { reason, .. } => reason.clone(),
            Answer::Waiting | Answer::Released { .. } => String::new(),
        },
        at: signature.answer.at(),
        clock: clock.map(|clock| clocks::view(look, clock, &names.hours(&signature.person))),
    }
}

/// What the reader may see of the evidence of a round, and how many pieces they may not.
///
/// # Errors
/// When the database fails.
pub(crate) async fn evidence(
    look: &mut Look<'_>,
    sign_off: &SignOff,
) -> Result<(Vec<EvidenceView>, usize), ActionError> {
    let workspace = &look.app.workspace;
    let (mut tasks, mut minutes, mut records) = (Vec::new(), Vec::new(), Vec::new());
    for one in &sign_off.evidence {
        match one {
            Evidence::Task { task } => tasks.push(task.clone()),
            Evidence::Minutes { minutes: id } => minutes.push(id.clone()),
            Evidence::Record { record } => records.push(record.clone()),
            Evidence::Note { .. } | Evidence::Address { .. } => {}
        }
    }
    let role = look.role(&sign_off.collaboration).await?;
    let viewer = &look.caller.viewer;
    let may = |matter: &Matter<'_>| permission::may(viewer, Deed::See, matter).is_ok();
    let mut seen: HashMap<String, EvidenceView> = HashMap::new();
    for task in tasks_of(look, &tasks).await? {
        if may(&Matter::task(&task, viewer, role, false)) {
            let state = Some(task.state.stage().name().to_owned());
            let number = Some(format!("#{}", task.number));
            let id = task.id.to_string();
            seen.insert(id.clone(), of_thing("task", id, number, task.name, state));
        }
    }
    let participates: HashSet<MinutesId> = match minutes.as_slice() {
        [] => HashSet::new(),
        ids => {
            let words = look.conn.confirmations_of(workspace, ids).await?;
            words.into_iter().filter(|(_, word)| word.person == viewer.person).map(|(id, _)| id).collect()
        }
    };
    for one in minutes_of(look, &minutes).await? {
        if may(&Matter::minutes(&one, role, participates.contains(&one.id))) {
            let state = Some(one.state.stage().name().to_owned());
            let id = one.id.to_string();
            seen.insert(id.clone(), of_thing("minutes", id, Some(format!("M{}", one.number)), one.title, state));
        }
    }
    for record in records_of(look, &records).await? {
        if may(&Matter::record(&record, viewer, role)) {
            let state = Some(record.status.name().to_owned());
            let id = record.id.to_string();
            seen.insert(id.clone(), of_thing("record", id, Some(record.number), record.topic, state));
        }
    }
    let mut shown = Vec::with_capacity(sign_off.evidence.len());
    for one in &sign_off.evidence {
        let view = match one {
            Evidence::Note { text } => Some(plain("note", text.clone(), None)),
            Evidence::Address { title, url } => Some(plain("address", title.clone(), Some(url.clone()))),
            Evidence::Task { task } => seen.remove(task.as_str()),
            Evidence::Minutes { minutes } => seen.remove(minutes.as_str()),
            Evidence::Record { record } => seen.remove(record.as_str()),
        };
        shown.extend(view);
    }
    let hidden = sign_off.evidence.len() - shown.len();
    Ok((shown, hidden))
}

fn plain(kind: &'static str, title: String, url: Option<String>) -> EvidenceView {
    EvidenceView { kind, id: None, number: None, title, state: None, url }
}

fn of_thing(
    kind: &'static str,
    id: String,
    number: Option<String>,
    title: String,
    state: Option<String>,
) -> EvidenceView {
    EvidenceView { kind, id: Some(id), number, title, state, url: None }
}

async fn tasks_of(look: &mut Look<'_>, ids: &[TaskId]) -> Result<Vec<huan_core::task::Task>, ActionError> {
    match ids {
        [] => Ok(Vec::new()),
        ids => Ok(look.conn.tasks_by_id(&look.app.workspace, ids).await?),
    }
}

async fn minutes_of(look: &mut Look<'_>, ids: &[MinutesId]) -> Result<Vec<huan_core::minutes::Minutes>, ActionError> {
    match ids {
        [] => Ok(Vec::new()),
        ids => Ok(look.conn.minutes_by_id(&look.app.workspace, ids).await?),
    }
}

async fn records_of(look: &mut Look<'_>, ids: &[RecordId]) -> Result<Vec<huan_core::record::Record>, ActionError> {
    match ids {
        [] => Ok(Vec::new()),
        ids => Ok(look.conn.records_by_id(&look.app.workspace, ids).await?),
    }
}

/// What is still open in a collaboration before acceptance is called for: shown as a warning, it forbids nothing.
///
/// # Errors
/// When the collaboration is not the reader's to see, or the database fails.
pub async fn before(look: &mut Look<'_>, id: &CollaborationId) -> Result<BeforeView, ActionError> {
    let sight = Some(look.sight_of(Some(id)).await?);
    let workspace = &look.app.workspace;
    let page = Page { descending: false, ..Page::first(NAMED) };
    let filter =
        TaskFilter { collaboration: Some(id.clone()), open: Some(true), sight: sight.clone(), ..TaskFilter::default() };
    let tasks = look.conn.tasks(workspace, &filter, TaskSort::Due, &page).await?;
    let filter = ProblemFilter {
        collaboration: Some(id.clone()),
        open: Some(true),
        drill: Some(false),
        sight: sight.clone(),
        ..ProblemFilter::default()
    };
    let problems = look.conn.problems(workspace, &filter, ProblemSort::Created, &page).await?;
    let filter = MinutesFilter {
        collaboration: Some(id.clone()),
        stages: vec![MinutesStage::Owed],
        sight,
        ..MinutesFilter::default()
    };
    let minutes = look.conn.minutes_list(workspace, &filter, &page).await?;
    let newest = look.conn.newest_sign_off(workspace, id).await?;
    let role = look.role(id).await?;
    let close = permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Close, role).is_ok();
    let found = look.conn.collaboration(workspace, id).await?.ok_or(ActionError::NotFound("collaboration"))?;
    let running = found.state == huan_core::collaboration::CollaborationState::Running;
    let open = newest.is_some_and(|newest| newest.state.stage() == SignOffStage::Open);
    Ok(BeforeView {
        may_call: close && running && !open,
        tasks: open_things(tasks, |task| OpenThing { id: task.id.to_string(), number: task.number, name: task.name }),
        problems: open_things(problems, |problem| OpenThing {
            id: problem.id.to_string(),
            number: problem.number,
            name: problem.title,
        }),
        minutes: open_things(minutes, |one| OpenThing { id: one.id.to_string(), number: one.number, name: one.title }),
    })
}

fn open_things<T>(listed: Listed<T>, view: impl Fn(T) -> OpenThing) -> OpenThings {
    OpenThings { more: listed.next.is_some(), named: listed.rows.into_iter().map(view).collect() }
}
