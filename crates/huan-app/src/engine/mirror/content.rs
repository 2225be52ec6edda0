//! What is to stand in a mirror: read from the database, in the form of pages and tables.
//!
//! Confidential things are not sent there (I2): a row that became confidential is emptied but for its number, which leads to Huan.
//! Moments are written in full, never as 「今天」: what stands there must not change by itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use huan_core::{
    centre::Entry,
    i18n::{Language, text},
    id::{CollaborationId, PersonId},
    level::Level,
    minutes::{Edition, Minutes, MinutesStage, Occasion},
    mirror::{
        page::{Block, BlockKind, PageState, SeenBlock},
        table::{Cell, ColumnKind, ColumnShape, RowHere},
    },
    person::Person,
    record::{Column, Participant, Record},
    task::{Stage, Task},
};
use huan_store::{Conn, EntryFilter, MinutesFilter, Page, RecordFilter, RecordSort, TaskFilter, TaskSort};
use jiff::Timestamp;

use super::pass::ROOT;
use crate::{actions::centre, app::App, error::ActionError};

/// How many rows are read at once.
const AT_ONCE: u32 = 200;
/// The language of mirrors: the organisation's.
const LANGUAGE: Language = Language::Chinese;

/// A table of a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sheet {
    /// The record table.
    Records,
    /// The tasks.
    Tasks,
}

impl Sheet {
    /// Our key of it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Records => "table/records",
            Self::Tasks => "table/tasks",
        }
    }

    /// What its name is there.
    pub(super) fn name(self) -> String {
        match self {
            Self::Records => say("mirror.table.records"),
            Self::Tasks => say("mirror.table.tasks"),
        }
    }

    /// What the keys of its rows begin with.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Records => "row/rec_",
            Self::Tasks => "row/tsk_",
        }
    }

    /// Its columns; the first one names the rows.
    pub(super) fn columns(self) -> Vec<ColumnShape> {
        let shape = |key, name, kind| ColumnShape { key, name, kind, comes_back: key != REFERENCE };
        let reference = shape(REFERENCE, say("mirror.column.reference"), ColumnKind::Link);
        let mut columns: Vec<ColumnShape> = match self {
            Self::Records => Column::ALL
                .into_iter()
                .map(|column| {
                    let kind = match column {
                        Column::Topic | Column::Participants | Column::Summary | Column::FollowUp => ColumnKind::Text,
                        Column::Platforms => ColumnKind::Choices,
                        Column::Owner | Column::Status => ColumnKind::Choice,
                        Column::Due => ColumnKind::Moment,
                    };
                    shape(column.name(), say(&format!("domain.column.{}", column.name())), kind)
                })
                .collect(),
            Self::Tasks => vec![
                shape("name", say("mirror.column.task"), ColumnKind::Text),
                shape("owner", say("domain.column.owner"), ColumnKind::Choice),
                shape("due", say("mirror.column.due"), ColumnKind::Moment),
                shape("status", say("mirror.column.stage"), ColumnKind::Choice),
            ],
        };
        columns.push(reference);
        columns
    }
}

/// The column with the number, which leads to Huan and by which a row is known again.
pub(super) const REFERENCE: &str = "reference";

/// A page as it is to stand there.
#[derive(Debug, Clone)]
pub(super) struct DesiredPage {
    /// Our key of it.
    pub(super) key: String,
    /// Its title.
    pub(super) title: String,
    /// Its blocks with our keys. The key of a block begins with the id of what it speaks of.
    pub(super) blocks: Vec<(String, Block)>,
    /// What may not be read there (I2): the number of each by its id.
    pub(super) withheld: BTreeMap<String, String>,
}

impl DesiredPage {
    /// The numbers of what may not be read there, and of which a block stands there still, because somebody wrote in it.
    pub(super) fn left(&self, state: &PageState, seen: &[SeenBlock]) -> Vec<String> {
        let standing = state.let_go.iter().filter(|(_, id)| seen.iter().any(|block| block.id == *id));
        let left = standing.filter_map(|(key, _)| self.withheld.get(key.split('/').next().unwrap_or_default()));
        left.collect::<BTreeSet<_>>().into_iter().cloned().collect()
    }
}

fn say(key: &str) -> String {
    text(LANGUAGE, key, &[])
}

/// Everybody who is named in a collaboration, by the name that stands there: two people of one name are told apart by their jobs.
#[derive(Debug, Default)]
pub(super) struct People {
    labels: HashMap<PersonId, String>,
}

impl People {
    /// Reads the members and whoever else is named.
    pub(super) async fn read(
        app: &App,
        conn: &mut Conn,
        collaboration: &CollaborationId,
        others: Vec<PersonId>,
    ) -> Result<Self, ActionError> {
        let members = conn.memberships(&app.workspace, collaboration).await?;
        let mut ids: Vec<PersonId> = members.into_iter().map(|member| member.person).chain(others).collect();
        ids.sort();
        ids.dedup();
        let mut people: Vec<Person> = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE as usize) {
            people.extend(conn.people_by_id(&app.workspace, some).await?);
        }
        let mut named: HashMap<&str, usize> = HashMap::new();
        for person in &people {
            *named.entry(person.name.as_str()).or_default() += 1;
        }
        let label = |person: &Person| match named.get(person.name.as_str()) {
            Some(1) | None => person.name.clone(),
            Some(_) if person.job.is_empty() => person.name.clone(),
            Some(_) => format!("{}（{}）", person.name, person.job),
        };
        Ok(Self { labels: people.iter().map(|person| (person.id.clone(), label(person))).collect() })
    }

    /// The name of a person.
    pub(super) fn label(&self, person: &PersonId) -> String {
        self.labels.get(person).cloned().unwrap_or_else(|| person.to_string())
    }

    /// The person of a name, when it is one's only.
    pub(super) fn find(&self, label: &str) -> Option<PersonId> {
        let label = label.trim().trim_start_matches('@');
        let mut found = self.labels.iter().filter(|(_, known)| *known == label).map(|(person, _)| person);
        let first = found.next()?;
        found.next().is_none().then(|| first.clone())
    }

    fn participants(&self, participants: &[Participant]) -> String {
        let names = participants.iter().map(|participant| match participant {
            Participant::Person { person } => self.label(person),
            Participant::Named { text } => text.clone(),
        });
        names.collect::<Vec<_>>().join("、")
    }
}

/// The keys of platforms that have a name of their own.
const PLATFORMS: [&str; 7] = ["dingtalk", "feishu", "teambition", "wecom", "telephone", "mail", "web"];

/// The name of a platform, or the team's own word for one.
pub(super) fn platform_name(key: &str) -> String {
    if PLATFORMS.contains(&key) { say(&format!("domain.platform.{key}")) } else { key.to_owned() }
}

/// The platform of a name, else the word itself.
pub(super) fn platform_key(name: &str) -> String {
    let known = PLATFORMS.into_iter().find(|key| say(&format!("domain.platform.{key}")) == name.trim());
    known.unwrap_or(name.trim()).to_owned()
}

/// The stages of tasks.
pub(super) const STAGES: [Stage; 6] =
    [Stage::Offered, Stage::Declined, Stage::InProgress, Stage::Blocked, Stage::Done, Stage::Cancelled];

/// The name of a stage.
pub(super) fn stage_name(stage: Stage) -> String {
    say(&format!("domain.stage.{}", stage.name()))
}

/// The name of a collaboration.
pub(super) async fn name(app: &App, id: &CollaborationId) -> Result<String, ActionError> {
    let found = app.db.read().await?.collaboration(&app.workspace, id).await?;
    Ok(found.ok_or(ActionError::NotFound("collaboration"))?.name)
}

/// The rows of a table as they are to stand there, with what each is called, and the people they name.
pub(super) async fn rows(
    app: &App,
    collaboration: &CollaborationId,
    sheet: Sheet,
) -> Result<(Vec<RowHere>, People), ActionError> {
    let mut conn = app.db.read().await?;
    match sheet {
        Sheet::Records => {
            let filter = RecordFilter { collaboration: Some(collaboration.clone()), ..RecordFilter::default() };
            let mut page = Page { descending: false, ..Page::first(AT_ONCE) };
            let mut records = Vec::new();
            loop {
                let listed = conn.records(&app.workspace, &filter, RecordSort::Created, &page).await?;
                records.extend(listed.rows);
                match listed.next {
                    Some(next) => page.after = Some(next),
                    None => break,
                }
            }
            let named = records.iter().flat_map(people_of).collect();
            let people = People::read(app, &mut conn, collaboration, named).await?;
            Ok((records.iter().map(|record| record_row(app, record, &people)).collect(), people))
        }
        Sheet::Tasks => {
            let filter = TaskFilter { collaboration: Some(collaboration.clone()), ..TaskFilter::default() };
            let mut page = Page { descending: false, ..Page::first(AT_ONCE) };
            let mut tasks = Vec::new();
            loop {
                let listed = conn.tasks(&app.workspace, &filter, TaskSort::Number, &page).await?;
                tasks.extend(listed.rows);
                match listed.next {
                    Some(next) => page.after = Some(next),
                    None => break,
                }
            }
            let named = tasks.iter().map(|task| task.owner.clone()).collect();
            let people = People::read(app, &mut conn, collaboration, named).await?;
            Ok((tasks.iter().map(|task| task_row(app, task, &people)).collect(), people))
        }
    }
}

fn people_of(record: &Record) -> Vec<PersonId> {
    let mut people = vec![record.owner.clone()];
    people.extend(record.participants.iter().filter_map(|participant| match participant {
        Participant::Person { person } => Some(person.clone()),
        Participant::Named { .. } => None,
    }));
    people
}

fn moment(at: Option<Timestamp>) -> Cell {
    at.map_or(Cell::Empty, Cell::Moment)
}

fn words(words: &str) -> Cell {
    if words.trim().is_empty() { Cell::Empty } else { Cell::Text(words.to_owned()) }
}

fn record_row(app: &App, record: &Record, people: &People) -> RowHere {
    let address = app.page(&format!("c/{}/records?row={}", record.collaboration, record.id));
    let reference = Cell::Link { text: record.number.clone(), address: address.clone() };
    let withheld = record.level == Level::Confidential;
    let cells = if withheld {
        [(Column::Topic.name(), Cell::Text(say("mirror.withheld"))), (REFERENCE, reference)].into()
    } else {
        let platforms: Vec<String> = record.platforms.iter().map(|key| platform_name(key)).collect();
        [
            (Column::Topic.name(), words(&record.topic)),
            (Column::Participants.name(), words(&people.participants(&record.participants))),
            (Column::Platforms.name(), if platforms.is_empty() { Cell::Empty } else { Cell::Choices(platforms) }),
            (Column::Summary.name(), words(&record.summary)),
            (Column::Owner.name(), Cell::Choice(people.label(&record.owner))),
            (Column::Due.name(), moment(record.due_at)),
            (Column::Status.name(), Cell::Choice(say(&format!("domain.status.{}", record.status.name())))),
            (Column::FollowUp.name(), words(&record.follow_up)),
            (REFERENCE, reference),
        ]
        .into()
    };
    let key = format!("row/{}", record.id);
    RowHere { key, address, cells, changed: BTreeMap::new(), updated_at: record.updated_at, withheld }
}

fn task_row(app: &App, task: &Task, people: &People) -> RowHere {
    let address = app.page(&format!("tasks/{}", task.id));
    let reference = Cell::Link { text: format!("#{}", task.number), address: address.clone() };
    let withheld = task.level == Level::Confidential;
    let cells = if withheld {
        [("name", Cell::Text(say("mirror.withheld"))), (REFERENCE, reference)].into()
    } else {
        [
            ("name", words(&task.name)),
            ("owner", Cell::Choice(people.label(&task.owner))),
            ("due", moment(task.due_at)),
            ("status", Cell::Choice(stage_name(task.state.stage()))),
            (REFERENCE, reference),
        ]
        .into()
    };
    let key = format!("row/{}", task.id);
    RowHere { key, address, cells, changed: BTreeMap::new(), updated_at: task.updated_at, withheld }
}

/// The pages as they are to stand there.
pub(super) async fn pages(app: &App, id: &CollaborationId) -> Result<Vec<DesiredPage>, ActionError> {
    let mut conn = app.db.read().await?;
    let (mut list, mut withheld) = (Vec::new(), BTreeMap::new());
    let filter = MinutesFilter { collaboration: Some(id.clone()), ..MinutesFilter::default() };
    let mut page = Page { descending: false, ..Page::first(AT_ONCE) };
    loop {
        let listed = conn.minutes_list(&app.workspace, &filter, &page).await?;
        for minutes in listed.rows {
            if minutes.level == Level::Confidential {
                withheld.insert(minutes.id.to_string(), format!("M{}", minutes.number));
                continue;
            }
            if minutes.state.stage() == MinutesStage::Withdrawn {
                continue;
            }
            let edition = conn.newest_edition(&app.workspace, &minutes.id).await?;
            list.push((minutes, edition));
        }
        match listed.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    let (sections, entries, hidden) = entries(app, &mut conn, id).await?;
    let mut named: Vec<PersonId> = list.iter().map(|(minutes, _)| minutes.recorder.clone()).collect();
    named.extend(entries.iter().filter_map(|entry| entry.said_by.clone()));
    named.extend(
        list.iter()
            .filter_map(|(_, edition)| edition.as_ref())
            .flat_map(|edition| edition.content.everybody())
            .cloned(),
    );
    let people = People::read(app, &mut conn, id, named).await?;
    let home = home(app, &mut conn, id, &people).await?;
    let decisions = list.iter().filter(|(minutes, _)| minutes.occasion == Occasion::Decision);
    let decisions = decisions.map(|(minutes, edition)| decision(app, minutes, edition.as_ref(), &people)).collect();
    let minutes = list.iter().filter_map(|(minutes, edition)| edition.as_ref().map(|edition| (minutes, edition)));
    let minutes = minutes.flat_map(|(minutes, edition)| filed(app, minutes, edition, &people)).collect();
    let results = sectioned(app, &sections, &entries, &people);
    let page = |key: &str, title: &str, blocks, withheld: &BTreeMap<String, String>| DesiredPage {
        key: key.to_owned(),
        title: say(title),
        blocks: headed(blocks),
        withheld: withheld.clone(),
    };
    Ok(vec![
        home,
        page("page/decisions", "mirror.page.decisions", decisions, &withheld),
        page("page/minutes", "mirror.page.minutes", minutes, &withheld),
        page("page/entries", "mirror.page.entries", results, &hidden),
    ])
}

/// What came of conversations: the sections with what they are called, the entries in the order in which they were said, and the
/// numbers of those that may not be read there, by their ids.
async fn entries(
    app: &App,
    conn: &mut Conn,
    id: &CollaborationId,
) -> Result<(Vec<(String, String)>, Vec<Entry>, BTreeMap<String, String>), ActionError> {
    let (outline, _) = centre::outline(app, conn, id).await?;
    let sections = outline.sections.iter().map(|section| (section.key.clone(), section.name_in(LANGUAGE))).collect();
    let filter = EntryFilter { collaboration: Some(id.clone()), ..EntryFilter::default() };
    let mut page = Page { descending: false, ..Page::first(AT_ONCE) };
    let mut all = Vec::new();
    loop {
        let listed = conn.entries(&app.workspace, &filter, &page).await?;
        all.extend(listed.rows);
        match listed.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    let (hidden, entries): (Vec<Entry>, Vec<Entry>) =
        all.into_iter().partition(|entry| entry.level == Level::Confidential);
    let hidden = hidden.iter().map(|entry| (entry.id.to_string(), format!("E{}", entry.number))).collect();
    Ok((sections, entries, hidden))
}

/// The entries below their sections; a section without entries is left out. An entry that is moved is another block: blocks are
/// not moved.
fn sectioned(app: &App, sections: &[(String, String)], entries: &[Entry], people: &People) -> Vec<(String, Block)> {
    let mut blocks = Vec::new();
    for (section, name) in sections {
        let within = entries.iter().filter(|entry| entry.section == *section);
        let lines: Vec<_> =
            within.map(|entry| (format!("{}/{section}", entry.id), entry_line(app, entry, people))).collect();
        if !lines.is_empty() {
            let heading = Block::plain(BlockKind::Heading { level: 2 }, name.as_str());
            blocks.push((format!("section/{section}"), heading));
            blocks.extend(lines);
        }
    }
    blocks
}

/// What was said, by whom, when and where, with the way to it.
fn entry_line(app: &App, entry: &Entry, people: &People) -> Block {
    let words: Vec<&str> = entry.text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let by = entry.said_by.as_ref().map_or_else(|| entry.said_by_name.clone(), |person| people.label(person));
    let platform = entry.platform.as_ref().map(|platform| platform_name(platform.as_str())).unwrap_or_default();
    let at = written(app, entry.said_at);
    let origin: Vec<&str> = [by.as_str(), &at, &platform].into_iter().filter(|part| !part.is_empty()).collect();
    Block { kind: BlockKind::Bullet, runs: Vec::new() }
        .words(format!("{} ", words.join(" ")))
        .words(format!("{} ", origin.join(" · ")))
        .link(format!("E{}", entry.number), app.page(&format!("entries/{}", entry.id)))
}

/// A page's note on what it is before everything else.
fn headed(mut blocks: Vec<(String, Block)>) -> Vec<(String, Block)> {
    if blocks.is_empty() {
        blocks.push(("empty".to_owned(), Block::plain(BlockKind::Paragraph, say("mirror.none_yet"))));
    }
    blocks.insert(0, ("notice".to_owned(), Block::plain(BlockKind::Paragraph, say("mirror.notice"))));
    blocks
}

/// A text of several lines, one block each.
fn lines(key: &str, kind: BlockKind, words: &str) -> Vec<(String, Block)> {
    let lines = words.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate();
    lines.map(|(at, line)| (format!("{key}/{at:03}"), Block::plain(kind, line))).collect()
}

async fn home(app: &App, conn: &mut Conn, id: &CollaborationId, people: &People) -> Result<DesiredPage, ActionError> {
    let found = conn.collaboration(&app.workspace, id).await?;
    let collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
    let heading = |key: &str| Block::plain(BlockKind::Heading { level: 2 }, say(key));
    let open =
        Block { kind: BlockKind::Paragraph, runs: Vec::new() }.link(say("mirror.open"), app.page(&format!("c/{id}")));
    let mut blocks = vec![("open".to_owned(), open), ("goal".to_owned(), heading("mirror.goal"))];
    blocks.extend(lines("goal", BlockKind::Paragraph, &collaboration.goal));
    if let Some(on) = collaboration.goal_on {
        let line = Block { kind: BlockKind::Paragraph, runs: Vec::new() };
        blocks.push(("goal_on".to_owned(), line.bold(say("mirror.goal_on")).words(format!(" {on}"))));
    }
    let (charter, _) = conn.charter(&app.workspace, id).await?;
    let milestones = charter.milestones.iter().enumerate().map(|(place, milestone)| {
        let line = Block { kind: BlockKind::Bullet, runs: Vec::new() }.words(milestone.name.trim());
        let line = match milestone.on {
            Some(on) => line.words(" ").bold(on.to_string()),
            None => line,
        };
        (format!("milestone/{place:03}"), line)
    });
    let milestones: Vec<_> = milestones.collect();
    if !milestones.is_empty() {
        blocks.push(("milestones".to_owned(), heading("mirror.milestones")));
        blocks.extend(milestones);
    }
    blocks.push(("roles".to_owned(), heading("mirror.roles")));
    let mut members = conn.memberships(&app.workspace, id).await?;
    members.sort_by(|one, other| (one.role, &one.person).cmp(&(other.role, &other.person)));
    for member in members {
        let role = say(&format!("domain.role.{}", crate::actions::edit_task::code(&member.role)));
        let line = Block { kind: BlockKind::Bullet, runs: Vec::new() }.bold(people.label(&member.person));
        let duty: String =
            member.duty.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        let line = match duty.is_empty() {
            true => line.words(format!(" {role}")),
            false => line.words(format!(" {role}：{duty}")),
        };
        blocks.push((format!("role/{}", member.person), line));
    }
    let title = text(LANGUAGE, "mirror.title", &[("name", &collaboration.name)]);
    Ok(DesiredPage { key: ROOT.to_owned(), title, blocks: headed(blocks), withheld: BTreeMap::new() })
}

fn written(app: &App, at: Timestamp) -> String {
    at.to_zoned(app.zone()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn decision(app: &App, minutes: &Minutes, edition: Option<&Edition>, people: &People) -> (String, Block) {
    let title = edition.map_or(&minutes.title, |edition| &edition.title);
    let recorder = text(LANGUAGE, "mirror.recorder", &[("name", &people.label(&minutes.recorder))]);
    let line = Block { kind: BlockKind::Bullet, runs: Vec::new() }
        .words(format!("{} ", written(app, minutes.happened_at)))
        .bold(title.clone())
        .words(format!(" {recorder} "))
        .link(format!("M{}", minutes.number), app.page(&format!("minutes/{}", minutes.id)));
    (minutes.id.to_string(), line)
}

fn filed(app: &App, minutes: &Minutes, edition: &Edition, people: &People) -> Vec<(String, Block)> {
    let id = &minutes.id;
    let content = &edition.content;
    let heading = Block { kind: BlockKind::Heading { level: 2 }, runs: Vec::new() }
        .words(format!("{} ", edition.title))
        .link(format!("M{}", minutes.number), app.page(&format!("minutes/{id}")));
    let mut blocks = vec![(format!("{id}/a"), heading)];
    let held = written(app, content.held_at.unwrap_or(minutes.happened_at));
    let host = content.host.as_ref().map(|host| people.label(host)).unwrap_or_default();
    let facts = [
        ("b", "mirror.held_at", held),
        ("c", "mirror.place", content.place.clone()),
        ("d", "mirror.host", host),
        ("e", "mirror.participants", people.participants(&content.participants)),
        ("f", "mirror.absentees", people.participants(&content.absentees)),
    ];
    for (part, key, value) in facts {
        if !value.trim().is_empty() {
            let line = Block { kind: BlockKind::Paragraph, runs: Vec::new() };
            blocks.push((format!("{id}/{part}"), line.bold(say(key)).words(format!(" {}", value.trim()))));
        }
    }
    let parts = [
        ("g", "mirror.agenda", &content.agenda),
        ("h", "mirror.conclusions", &content.conclusions),
        ("i", "mirror.disputes", &content.disputes),
    ];
    for (part, key, value) in parts {
        if !value.trim().is_empty() {
            blocks.push((format!("{id}/{part}"), Block::plain(BlockKind::Heading { level: 3 }, say(key))));
            blocks.extend(lines(&format!("{id}/{part}"), BlockKind::Bullet, value));
        }
    }
    if !content.actions.is_empty() {
        blocks.push((format!("{id}/j"), Block::plain(BlockKind::Heading { level: 3 }, say("mirror.actions"))));
    }
    for action in &content.actions {
        let owner = action.owner.as_ref().map(|owner| people.label(owner)).unwrap_or_default();
        let due = action.due.map(|due| written(app, due)).unwrap_or_default();
        let line = Block { kind: BlockKind::Bullet, runs: Vec::new() }
            .words(format!("{} ", action.what.trim()))
            .bold(owner)
            .words(format!(" {due}"));
        let line = match &action.task {
            Some(task) => line.words(" ").link(say("mirror.column.task"), app.page(&format!("tasks/{task}"))),
            None => line,
        };
        blocks.push((format!("{id}/j/{}", action.key), line));
    }
    blocks
}
