//! Minutes as pages show them, what changed between their editions, and drafts from pasted texts.

use std::collections::{HashMap, HashSet};

use huan_core::{
    clock::ClockKind,
    difference::difference,
    history::Subject,
    i18n::text,
    id::{CollaborationId, MinutesId, PersonId, TaskId},
    minutes::{self as rules, ActionItem, Confirmation, Content, Edition, Line, Minutes, MinutesStage, Stand},
    permission::{self, CollaborationDeed, Deed, Matter},
    person::Standing,
    record::Participant,
    time_text,
};
use huan_store::{Listed, MinutesFilter, Page};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    clocks::{self, ClockView},
    names::{Named, Names, PersonRef},
    origin::{OriginView, Origins},
};
use crate::error::ActionError;

/// Minutes in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MinutesView {
    /// The id.
    pub id: String,
    /// The short number that people type: `M3`.
    pub number: i64,
    /// Their collaboration.
    pub collaboration: Named,
    /// `decision` or `meeting`.
    pub occasion: &'static str,
    /// What was decided or met about.
    pub title: String,
    /// `public`, `internal` or `confidential`.
    pub level: String,
    /// `owed`, `filed` or `withdrawn`.
    pub stage: &'static str,
    /// The number of the newest edition; 0 before the first.
    pub edition: u32,
    /// Who answers for them.
    pub recorder: PersonRef,
    /// Who said that the decision was taken or the meeting held.
    pub started_by: PersonRef,
    /// When that was.
    pub happened_at: Timestamp,
    /// How many are asked for their word.
    pub asked: usize,
    /// How many confirmed.
    pub confirmed: usize,
    /// How many objections wait for an answer.
    pub objected: usize,
    /// The clock that runs until they are filed.
    pub clock: Option<ClockView>,
    /// The message in which it was decided.
    pub origin: Option<OriginView>,
    /// When they were begun.
    pub created_at: Timestamp,
    /// When they last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
    /// What the reader may do with them.
    pub may: MinutesRights,
}

/// What the reader may do with minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MinutesRights {
    /// Write and file them, pass them on, answer objections.
    pub record: bool,
    /// Confirm the newest edition or object to it: the reader's word is asked for and not given yet.
    pub confirm: bool,
}

/// Minutes with all they say.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MinutesPage {
    /// What a list shows of them.
    #[serde(flatten)]
    pub minutes: MinutesView,
    /// What was filed last, with its title.
    pub filed: Option<EditionView>,
    /// What is written so far; for whoever may write.
    #[schema(value_type = Option<Object>)]
    pub draft: Option<Content>,
    /// Whether what is written differs from what was filed last.
    pub edited: bool,
    /// Why nothing is to be filed.
    pub withdrawn: Option<String>,
    /// The editions, the newest first.
    pub editions: Vec<EditionNote>,
    /// The participants' word.
    pub words: Vec<WordView>,
    /// The tasks that came of them, as far as the reader may see them.
    pub tasks: Vec<ActionTask>,
    /// Everybody who is named, by id.
    pub people: Vec<PersonRef>,
}

/// An edition.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EditionView {
    /// Its number, from 1.
    pub number: u32,
    /// What was decided or met about.
    pub title: String,
    /// What it says.
    #[schema(value_type = Object)]
    pub content: Content,
}

/// An edition in the list of editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EditionNote {
    /// Its number, from 1.
    pub number: u32,
    /// What changed against the one before.
    pub note: String,
    /// Who filed it.
    pub by: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// A participant's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WordView {
    /// Whose.
    pub person: PersonRef,
    /// About which edition.
    pub edition: u32,
    /// `waiting`, `confirmed`, `objected` or `answered`.
    pub stand: &'static str,
    /// When it was given.
    pub at: Option<Timestamp>,
    /// What is objected.
    pub words: Option<String>,
    /// What was answered.
    pub reply: Option<String>,
    /// Who answered.
    pub replied_by: Option<PersonRef>,
}

/// A task that came of minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ActionTask {
    /// The id.
    pub id: String,
    /// The short number.
    pub number: i64,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub stage: &'static str,
    /// Whether something is still to be done.
    pub open: bool,
}

/// What changed between two editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DifferenceView {
    /// The earlier edition's number.
    pub from: u32,
    /// The later one's.
    pub to: u32,
    /// Each line of both, in order.
    pub lines: Vec<DifferenceLine>,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DifferenceLine {
    /// `same`, `added` or `removed`.
    pub kept: &'static str,
    /// The part it belongs to: `conclusions`.
    pub part: &'static str,
    /// What the part is called, in the reader's language.
    pub label: String,
    /// The words.
    pub text: String,
}

/// What was read from a pasted text. Nothing is stored.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MinutesDraft {
    /// What it was about.
    pub title: Option<String>,
    /// Who was to write it down.
    pub recorder: Option<PersonRef>,
    /// What the minutes could say; `guessed` names the parts that come from the text.
    #[schema(value_type = Object)]
    pub content: Content,
    /// Everybody who is named, by id.
    pub people: Vec<PersonRef>,
}

/// The minutes, when the reader may see them.
///
/// # Errors
/// When there are none, they may not see them, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &MinutesId) -> Result<MinutesPage, ActionError> {
    let minutes = visible(look, id).await?;
    let workspace = &look.app.workspace;
    let editions = look.conn.minutes_editions(workspace, id).await?;
    let words = look.conn.confirmations(workspace, id).await?;
    let names = Names::of_people(look, people_of(&minutes, &editions, &words)).await?;
    let tasks = tasks_of(look, &minutes, &editions).await?;
    let mut views = views(look, vec![minutes.clone()]).await?;
    let view = views.pop().ok_or(ActionError::NotFound("minutes"))?;
    let newest = editions.last();
    let named = people_of(&minutes, newest.map(std::slice::from_ref).unwrap_or_default(), &[]);
    let named: HashSet<PersonId> = named.into_iter().collect();
    let mut people: Vec<PersonRef> = named.iter().map(|person| names.person(person)).collect();
    people.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(MinutesPage {
        edited: newest.is_some_and(|newest| newest.title != minutes.title || newest.content != minutes.content),
        filed: newest.map(|newest| EditionView {
            number: newest.number,
            title: newest.title.clone(),
            content: newest.content.clone(),
        }),
        draft: view.may.record.then(|| minutes.content.clone()),
        withdrawn: match &minutes.state {
            rules::MinutesState::Withdrawn { reason, .. } => Some(reason.clone()),
            _ => None,
        },
        editions: editions.iter().rev().map(|edition| note(edition, &names)).collect(),
        words: words.iter().map(|word| word_view(word, &names)).collect(),
        tasks,
        people,
        minutes: view,
    })
}

fn note(edition: &Edition, names: &Names) -> EditionNote {
    EditionNote { number: edition.number, note: edition.note.clone(), by: names.person(&edition.by), at: edition.at }
}

fn word_view(word: &Confirmation, names: &Names) -> WordView {
    let (at, words, reply) = match &word.stand {
        Stand::Waiting => (None, None, None),
        Stand::Confirmed { at } => (Some(*at), None, None),
        Stand::Objected { words, at, reply } => (Some(*at), Some(words.clone()), reply.as_ref()),
    };
    WordView {
        person: names.person(&word.person),
        edition: word.edition,
        stand: word.stand.name(),
        at,
        words,
        reply: reply.map(|reply| reply.words.clone()),
        replied_by: reply.map(|reply| names.person(&reply.by)),
    }
}

/// The minutes themselves, when the reader may see them.
///
/// # Errors
/// As [`one`].
pub async fn visible(look: &mut Look<'_>, id: &MinutesId) -> Result<Minutes, ActionError> {
    let workspace = &look.app.workspace;
    let minutes = look.conn.minutes(workspace, id).await?.ok_or(ActionError::NotFound("minutes"))?;
    let role = look.role(&minutes.collaboration).await?;
    let viewer = &look.caller.viewer;
    let participant = look.conn.confirmation(workspace, id, &viewer.person).await?.is_some();
    let mut matter = Matter::minutes(&minutes, role, participant);
    if permission::may(viewer, Deed::See, &matter).is_err() {
        matter.takes_part = look.conn.was_told(workspace, id.as_str(), &viewer.person).await?;
        permission::may(viewer, Deed::See, &matter)?;
    }
    Ok(minutes)
}

/// A page of the minutes that the reader may see. Without a collaboration these are the ones of all their collaborations.
///
/// # Errors
/// When the collaboration is not theirs to see, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    mut filter: MinutesFilter,
    page: &Page,
) -> Result<(Listed<Minutes>, Vec<MinutesView>), ActionError> {
    filter.sight = Some(look.sight_of(filter.collaboration.as_ref()).await?);
    let listed = look.conn.minutes_list(&look.app.workspace, &filter, page).await?;
    let views = views(look, listed.rows.clone()).await?;
    Ok((listed, views))
}

/// Puts minutes that the reader may see into shape.
///
/// # Errors
/// When the database fails.
pub async fn views(look: &mut Look<'_>, minutes: Vec<Minutes>) -> Result<Vec<MinutesView>, ActionError> {
    if minutes.is_empty() {
        return Ok(Vec::new());
    }
    let workspace = &look.app.workspace;
    let roles = look.roles().await?;
    let ids: Vec<MinutesId> = minutes.iter().map(|one| one.id.clone()).collect();
    let mut words: HashMap<MinutesId, Vec<Confirmation>> = HashMap::new();
    for (id, word) in look.conn.confirmations_of(workspace, &ids).await? {
        words.entry(id).or_default().push(word);
    }
    let people = minutes.iter().flat_map(|one| [one.recorder.clone(), one.started_by.clone()]).collect();
    let mut names = Names::of_people(look, people).await?;
    names.add_collaborations(look, minutes.iter().map(|one| one.collaboration.clone()).collect()).await?;
    let subjects: Vec<Subject> = ids.into_iter().map(Subject::Minutes).collect();
    let running = clocks::of(look, &subjects).await?;
    let origins = Origins::read(look, minutes.iter().filter_map(|one| one.message.clone()).collect()).await?;
    let viewer = &look.caller.viewer;
    Ok(minutes
        .into_iter()
        .map(|one| {
            let words = words.remove(&one.id).unwrap_or_default();
            let mine = words.iter().find(|word| word.person == viewer.person);
            let matter = Matter::minutes(&one, roles.get(&one.collaboration).copied(), mine.is_some());
            let may = |deed| permission::may(viewer, deed, &matter).is_ok();
            let stage = one.state.stage();
            let given = mine.is_some_and(|word| matches!(word.stand, Stand::Confirmed { .. }));
            let count = |name: &str| words.iter().filter(|word| word.stand.name() == name).count();
            // The daily reminder of participants is no deadline.
            let clock = running.get(one.id.as_str()).filter(|clock| clock.kind == ClockKind::Minutes);
            MinutesView {
                id: one.id.to_string(),
                number: one.number,
                collaboration: names.collaboration(&one.collaboration),
                occasion: one.occasion.name(),
                level: super::code(&one.level),
                stage: stage.name(),
                edition: one.state.edition(),
                recorder: names.person(&one.recorder),
                started_by: names.person(&one.started_by),
                happened_at: one.happened_at,
                asked: words.len(),
                confirmed: count("confirmed"),
                objected: count("objected"),
                clock: clock.map(|clock| clocks::view(look, clock, &names.hours(&one.recorder))),
                origin: origins.of(one.message.as_ref()),
                created_at: one.created_at,
                updated_at: one.updated_at,
                version: one.version,
                may: MinutesRights {
                    record: stage != MinutesStage::Withdrawn && may(Deed::Record),
                    confirm: stage == MinutesStage::Filed && !given && may(Deed::Confirm),
                },
                title: one.title,
            }
        })
        .collect())
}

fn people_of(minutes: &Minutes, editions: &[Edition], words: &[Confirmation]) -> Vec<PersonId> {
    let mut people: Vec<PersonId> = minutes.content.everybody().cloned().collect();
    for edition in editions {
        people.extend(edition.content.everybody().cloned());
        people.push(edition.by.clone());
    }
    for word in words {
        people.push(word.person.clone());
        if let Stand::Objected { reply: Some(reply), .. } = &word.stand {
            people.push(reply.by.clone());
        }
    }
    people
}

async fn tasks_of(
    look: &mut Look<'_>,
    minutes: &Minutes,
    editions: &[Edition],
) -> Result<Vec<ActionTask>, ActionError> {
    let actions = editions.iter().flat_map(|edition| &edition.content.actions).chain(&minutes.content.actions);
    let ids: HashSet<TaskId> = actions.filter_map(|action| action.task.clone()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<TaskId> = ids.into_iter().collect();
    let role = look.role(&minutes.collaboration).await?;
    let viewer = &look.caller.viewer;
    let mut tasks = look.conn.tasks_by_id(&look.app.workspace, &ids).await?;
    tasks.retain(|task| permission::may(viewer, Deed::See, &Matter::task(task, viewer, role, false)).is_ok());
    tasks.sort_by_key(|task| task.number);
    Ok(tasks
        .into_iter()
        .map(|task| ActionTask {
            id: task.id.to_string(),
            number: task.number,
            stage: task.state.stage().name(),
            open: task.state.is_open(),
            name: task.name,
        })
        .collect())
}

/// What changed between two editions, in the reader's language.
///
/// # Errors
/// When there are none, the reader may not see them, or the database fails.
pub async fn changed(look: &mut Look<'_>, id: &MinutesId, from: u32, to: u32) -> Result<DifferenceView, ActionError> {
    let minutes = visible(look, id).await?;
    let editions = look.conn.minutes_editions(&look.app.workspace, id).await?;
    let numbered = |number: u32| editions.iter().find(|edition| edition.number == number);
    let earlier = numbered(from).ok_or(ActionError::field("from", "unknown"))?;
    let later = numbered(to).ok_or(ActionError::field("to", "unknown"))?;
    let names = Names::of_people(look, people_of(&minutes, &editions, &[])).await?;
    let lines = difference(&lines(look, &names, earlier), &lines(look, &names, later));
    let lines = lines.into_iter().map(|(kept, line)| DifferenceLine {
        kept: kept.name(),
        part: line.part,
        label: text(look.caller.language, &format!("minutes.part.{}", line.part), &[]),
        text: line.text,
    });
    Ok(DifferenceView { from, to, lines: lines.collect() })
}

/// An edition as lines that a reader reads.
fn lines(look: &Look<'_>, names: &Names, edition: &Edition) -> Vec<Line> {
    let content = &edition.content;
    let language = look.caller.language;
    let moment = |at: Option<Timestamp>| {
        at.map(|at| time_text::moment(at, look.now, &look.caller.zone, language)).unwrap_or_default()
    };
    let person = |person: &Option<PersonId>| person.as_ref().map(|id| names.person(id).name).unwrap_or_default();
    let all = |participants: &[Participant]| {
        let name = |one: &Participant| match one {
            Participant::Person { person } => names.person(person).name,
            Participant::Named { text } => text.clone(),
        };
        participants.iter().map(name).collect::<Vec<_>>().join("、")
    };
    let action = |action: &ActionItem| {
        let (owner, due) = (person(&action.owner), moment(action.due));
        text(language, "minutes.action_line", &[("what", &action.what), ("owner", &owner), ("due", &due)])
    };
    let actions: Vec<String> = content.actions.iter().map(action).collect();
    let parts = [
        ("title", edition.title.clone()),
        ("held_at", moment(content.held_at)),
        ("place", content.place.clone()),
        ("host", person(&content.host)),
        ("participants", all(&content.participants)),
        ("absentees", all(&content.absentees)),
        ("agenda", content.agenda.clone()),
        ("conclusions", content.conclusions.clone()),
        ("disputes", content.disputes.clone()),
        ("actions", actions.join("\n")),
    ];
    let mut lines = Vec::new();
    for (part, words) in parts {
        lines.extend(
            words.lines().filter(|line| !line.trim().is_empty()).map(|line| Line { part, text: line.to_owned() }),
        );
    }
    lines
}

/// What minutes a pasted text could become. Rules read it; each part that they filled is marked.
///
/// # Errors
/// When the reader may not write in the collaboration, or the database fails.
pub async fn draft(
    look: &mut Look<'_>,
    collaboration: &CollaborationId,
    pasted: &str,
) -> Result<MinutesDraft, ActionError> {
    let role = look.role(collaboration).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Contribute, role)?;
    let called = look.called().await?;
    let read = rules::draft(pasted, &called, &look.now.to_zoned(look.caller.zone.clone()));
    let mut found = Meant::read(look, collaboration).await?;
    let mut content = Content {
        held_at: read.held_at,
        place: read.place.unwrap_or_default(),
        agenda: read.agenda.join("\n"),
        conclusions: read.conclusions.join("\n"),
        disputes: read.disputes.join("\n"),
        ..Content::default()
    };
    content.host = found.person(look, read.host.as_deref()).await?;
    let recorder = found.person(look, read.recorder.as_deref()).await?;
    for name in &read.participants {
        let participant = found.participant(look, name).await?;
        content.participants.push(participant);
    }
    for name in &read.absentees {
        let absent = found.participant(look, name).await?;
        content.absentees.push(absent);
    }
    for (place, action) in read.actions.into_iter().enumerate() {
        let owner = found.person(look, action.owner.as_deref()).await?;
        let key = format!("a{}", place + 1);
        content.actions.push(ActionItem { key, what: action.what, owner, due: action.due, task: None });
    }
    content.guessed = guessed(&content);
    let mut people: Vec<PersonId> = content.everybody().cloned().collect();
    people.extend(recorder.clone());
    people.sort_unstable();
    people.dedup();
    let names = Names::of_people(look, people.clone()).await?;
    Ok(MinutesDraft {
        title: read.title,
        recorder: recorder.as_ref().map(|person| names.person(person)),
        content,
        people: people.iter().map(|person| names.person(person)).collect(),
    })
}

/// The parts that are filled.
fn guessed(content: &Content) -> Vec<String> {
    let filled = [
        ("held_at", content.held_at.is_some()),
        ("place", !content.place.is_empty()),
        ("host", content.host.is_some()),
        ("participants", !content.participants.is_empty()),
        ("absentees", !content.absentees.is_empty()),
        ("agenda", !content.agenda.is_empty()),
        ("conclusions", !content.conclusions.is_empty()),
        ("disputes", !content.disputes.is_empty()),
    ];
    let parts = filled.into_iter().filter(|(_, filled)| *filled).map(|(part, _)| part.to_owned());
    parts.chain(content.actions.iter().map(|action| format!("action:{}", action.key))).collect()
}

/// Who is meant by a name: those in the collaboration before others, and nobody where it is not clear.
struct Meant {
    members: HashSet<PersonId>,
    known: HashMap<String, Option<PersonId>>,
}

impl Meant {
    async fn read(look: &mut Look<'_>, collaboration: &CollaborationId) -> Result<Self, ActionError> {
        let members = look.conn.memberships(&look.app.workspace, collaboration).await?;
        Ok(Self { members: members.into_iter().map(|member| member.person).collect(), known: HashMap::new() })
    }

    async fn person(&mut self, look: &mut Look<'_>, name: Option<&str>) -> Result<Option<PersonId>, ActionError> {
        let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else { return Ok(None) };
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        let mut people = look.conn.people_called(&look.app.workspace, name).await?;
        people.retain(|person| !matches!(person.standing, Standing::Left { .. }));
        if people.iter().any(|person| self.members.contains(&person.id)) {
            people.retain(|person| self.members.contains(&person.id));
        }
        let person = match people.as_slice() {
            [person] => Some(person.id.clone()),
            _ => None,
        };
        self.known.insert(name.to_owned(), person.clone());
        Ok(person)
    }

    async fn participant(&mut self, look: &mut Look<'_>, name: &str) -> Result<Participant, ActionError> {
        Ok(match self.person(look, Some(name)).await? {
            Some(person) => Participant::Person { person },
            None => Participant::Named { text: name.to_owned() },
        })
    }
}
