//! The collaboration centre 「协作中心」: results of conversations become entries of its sections (F1, F2, I1).

use huan_core::{
    centre::{self, CHANGES, Candidate, Entry, Outline, REQUIREMENTS, Removed, Way},
    collaboration::{Channel, CollaborationState},
    history::{Event, Subject},
    id::{CollaborationId, EntryId, MessageId, PersonId, ProblemId, RecordId, TaskId},
    level::Level,
    message::Message,
    permission::{CollaborationDeed, Deed, Matter, may, may_read_message},
};
use huan_store::{Conn, Reference};

use super::{edit_record, edit_task, input};
use crate::{
    app::App,
    error::{ActionError, FieldProblem},
    notices::Notice,
    work::Work,
};

/// What a new entry is made from.
#[derive(Debug, Clone, Default)]
pub struct NewEntry {
    /// The key of the section; without one the rules say, and else it is a requirement.
    pub section: Option<String>,
    /// What it says; without it the words of the message.
    pub text: Option<String>,
    /// Who may see it.
    pub level: Option<Level>,
    /// The message that it comes from.
    pub message: Option<MessageId>,
}

/// What to change of an entry; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct EntryChange {
    /// The version the caller saw.
    pub version: i64,
    /// What it says.
    pub text: Option<String>,
    /// The key of its section.
    pub section: Option<String>,
    /// Who may see it.
    pub level: Option<Level>,
    /// Why the words were changed.
    pub note: String,
}

/// What an entry can be linked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A task.
    Task(TaskId),
    /// A row of the record table.
    Record(RecordId),
    /// A problem.
    Problem(ProblemId),
}

/// The sections of a collaboration's centre, with the version to be named when they are changed.
///
/// # Errors
/// When the database fails.
pub async fn outline(
    app: &App,
    conn: &mut Conn,
    collaboration: &CollaborationId,
) -> Result<(Outline, i64), ActionError> {
    let own = conn.outline(&app.workspace, collaboration).await?;
    Ok(own.unwrap_or_else(|| (Outline::default(), 0)))
}

/// Changes the sections and their rules. A section of the collaboration's own goes when nothing is in it any more.
///
/// # Errors
/// When the caller may not, they were changed meanwhile, or they cannot be kept like this.
pub async fn set_outline(
    work: &mut Work<'_>,
    id: &CollaborationId,
    outline: Outline,
    version: i64,
) -> Result<Outline, ActionError> {
    work.collaboration_for(id, CollaborationDeed::Manage).await?;
    outline.check().map_err(|problem| ActionError::field("sections", problem.code()))?;
    let (was, current) = self::outline(work.app, &mut work.tx, id).await?;
    if current != version {
        return Err(ActionError::VersionConflict("sections"));
    }
    if was == outline {
        return Ok(outline);
    }
    let workspace = &work.app.workspace;
    for gone in was.sections.iter().filter(|section| outline.section(&section.key).is_none()) {
        if work.tx.section_is_used(workspace, id, &gone.key).await? {
            return Err(ActionError::field("sections", "section_used"));
        }
    }
    work.tx.set_outline(workspace, id, &outline, version).await?;
    let names = outline.sections.iter().map(name_of).collect();
    work.happened(Subject::Collaboration(id.clone()), Some(id), Event::SectionsChanged { names });
    Ok(outline)
}

/// What the history calls a section: its own name, else its key, which is put into words when it is read.
fn name_of(section: &centre::Section) -> String {
    if section.name.is_empty() { section.key.clone() } else { section.name.clone() }
}

/// Takes an entry into the centre. A message that is in it already is not taken in again: with a section named it goes there,
/// and if it was taken out it comes back.
///
/// # Errors
/// When the caller may not, or something given cannot be used.
pub async fn file(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    new: NewEntry,
    way: Way,
) -> Result<Entry, ActionError> {
    work.collaboration_for(collaboration, CollaborationDeed::Contribute).await?;
    let caller = work.caller()?.person().clone();
    let Some(message) = &new.message else {
        let text = input::text("text", new.text.as_deref().unwrap_or_default(), input::LONG)?;
        let section = section_for(work, collaboration, new.section, &text).await?;
        let entry = Entry {
            said_by: Some(caller.clone()),
            filed_by: Some(caller),
            level: new.level.unwrap_or(Level::Internal),
            ..blank(work, collaboration, section, text, way).await?
        };
        return add(work, entry).await;
    };
    let message = readable(work, message, collaboration).await?;
    if let Some(known) = work.tx.entry_of_message(&work.app.workspace, &message.id).await? {
        return again(work, known, new).await;
    }
    let text = input::text("text", new.text.as_deref().unwrap_or(&message.text), input::LONG)?;
    let section = section_for(work, collaboration, new.section, &message.text).await?;
    let entry = Entry {
        filed_by: Some(caller),
        level: new.level.unwrap_or(Level::Internal),
        ..of_message(work, collaboration, section, text, way, &message).await?
    };
    add(work, entry).await
}

/// The message, when the caller may read it and it was said in a group of the collaboration.
async fn readable(
    work: &mut Work<'_>,
    message: &MessageId,
    collaboration: &CollaborationId,
) -> Result<Message, ActionError> {
    let workspace = &work.app.workspace;
    let unknown = || ActionError::NotFound("message");
    let message = work.tx.message(workspace, message).await?.ok_or_else(unknown)?;
    let channel = match &message.channel {
        Some(channel) => work.tx.channel(workspace, channel).await?,
        None => None,
    };
    let of = channel.and_then(|channel| channel.collaboration);
    // What somebody said to the robot alone is theirs to take anywhere.
    if message.channel.is_some() && of.as_ref() != Some(collaboration) {
        return Err(unknown());
    }
    let role = work.role(collaboration).await?;
    may_read_message(&work.caller()?.viewer, &message, role)?;
    Ok(message)
}

/// A message that became an entry before is asked for once more.
async fn again(work: &mut Work<'_>, known: Entry, new: NewEntry) -> Result<Entry, ActionError> {
    let mut entry = known;
    if entry.removed.is_some() {
        entry = restore(work, &entry.id.clone()).await?;
    }
    let change = EntryChange {
        version: entry.version,
        section: new.section,
        text: new.text,
        level: new.level,
        note: String::new(),
    };
    edit(work, &entry.id.clone(), change).await
}

/// A message goes into the centre by a rule of its collaboration, if one fits. Huan does it, whoever said it.
pub(crate) async fn sort(
    work: &mut Work<'_>,
    channel: &Channel,
    message: &Message,
) -> Result<Option<Entry>, ActionError> {
    let Some(collaboration) = &channel.collaboration else { return Ok(None) };
    let workspace = &work.app.workspace;
    let (outline, _) = outline(work.app, &mut work.tx, collaboration).await?;
    let Some(sorted) = outline.sort(&message.text) else { return Ok(None) };
    let found = work.tx.collaboration(workspace, collaboration).await?;
    if found.is_none_or(|found| found.state == CollaborationState::Archived) {
        return Ok(None);
    }
    if let Some(known) = work.tx.entry_of_message(workspace, &message.id).await? {
        return Ok(Some(known));
    }
    let text: String = sorted.text.chars().take(input::LONG).collect();
    let entry = of_message(work, collaboration, sorted.section, text, Way::Rule, message).await?;
    add(work, entry).await.map(Some)
}

/// Where words go: the section that was named, else the one whose rule fits, else what clients want.
async fn section_for(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    named: Option<String>,
    words: &str,
) -> Result<String, ActionError> {
    let (outline, _) = outline(work.app, &mut work.tx, collaboration).await?;
    match named {
        Some(named) if outline.section(&named).is_some() => Ok(named),
        Some(_) => Err(ActionError::field("section", "section_unknown")),
        None => Ok(outline.sort(words).map_or_else(|| REQUIREMENTS.to_owned(), |sorted| sorted.section)),
    }
}

async fn blank(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    section: String,
    text: String,
    way: Way,
) -> Result<Entry, ActionError> {
    Ok(Entry {
        id: work.new_id(),
        collaboration: collaboration.clone(),
        number: work.tx.next_entry_number(&work.app.workspace).await?,
        section,
        text,
        level: Level::Internal,
        said_by: None,
        said_by_name: String::new(),
        said_at: work.now,
        platform: None,
        message: None,
        filed_by: None,
        way,
        told_at: None,
        removed: None,
        created_at: work.now,
        updated_at: work.now,
        version: 1,
    })
}

async fn of_message(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    section: String,
    text: String,
    way: Way,
    message: &Message,
) -> Result<Entry, ActionError> {
    let account = work.tx.account(&work.app.workspace, &message.account).await?;
    let name = if message.speaker.is_some() { String::new() } else { message.speaker_name.clone() };
    Ok(Entry {
        said_by: message.speaker.clone(),
        said_by_name: name,
        said_at: message.sent_at,
        platform: account.map(|account| account.platform),
        message: Some(message.id.clone()),
        ..blank(work, collaboration, section, text, way).await?
    })
}

async fn add(work: &mut Work<'_>, mut entry: Entry) -> Result<Entry, ActionError> {
    let workspace = &work.app.workspace;
    let (outline, _) = outline(work.app, &mut work.tx, &entry.collaboration).await?;
    let name = outline.section(&entry.section).map(|section| section.name.clone()).unwrap_or_default();
    let told = to_be_told(work, &entry).await?;
    entry.told_at = told.is_some().then_some(work.now);
    work.tx.insert_entry(workspace, &entry).await?;
    let event = Event::EntryFiled { section: entry.section.clone(), name, text: entry.text.clone() };
    work.happened(Subject::Entry(entry.id.clone()), Some(&entry.collaboration), event);
    tell(work, &entry, told).await?;
    Ok(entry)
}

/// Whoever answers for requirements, when a requirement change came in that they were not told of yet (F2).
async fn to_be_told(work: &mut Work<'_>, entry: &Entry) -> Result<Option<PersonId>, ActionError> {
    if entry.section != CHANGES || entry.told_at.is_some() || entry.removed.is_some() {
        return Ok(None);
    }
    let workspace = &work.app.workspace;
    let members = work.tx.memberships(workspace, &entry.collaboration).await?;
    let ids: Vec<PersonId> = members.iter().map(|member| member.person.clone()).collect();
    let people = work.tx.people_by_id(workspace, &ids).await?;
    let candidates: Vec<Candidate<'_>> = members
        .iter()
        .filter_map(|member| {
            let person = people.iter().find(|person| person.id == member.person)?;
            Some(Candidate { person: &person.id, role: member.role, job: &person.job, duty: &member.duty })
        })
        .collect();
    Ok(centre::product_manager(&candidates).cloned())
}

/// Tells them, unless it was they who said it or took it in.
async fn tell(work: &mut Work<'_>, entry: &Entry, whom: Option<PersonId>) -> Result<(), ActionError> {
    let Some(whom) = whom.filter(|whom| entry.said_by.as_ref() != Some(whom)) else { return Ok(()) };
    let notice = Notice::RequirementChanged { entry: entry.id.clone() };
    work.tell_other(&whom, &Subject::Entry(entry.id.clone()), &entry.collaboration, notice).await
}

/// The entry, when the caller may do `deed` with it.
///
/// # Errors
/// When there is none or they may not.
pub async fn entry_for(work: &mut Work<'_>, id: &EntryId, deed: Deed) -> Result<Entry, ActionError> {
    let entry = work.tx.entry(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("entry"))?;
    let role = work.role(&entry.collaboration).await?;
    may(&work.caller()?.viewer, deed, &Matter::entry(&entry, role))?;
    Ok(entry)
}

/// Changes what an entry says, its section, or who may see it.
///
/// # Errors
/// When the caller may not, it was changed or taken out meanwhile, or something given cannot be used.
pub async fn edit(work: &mut Work<'_>, id: &EntryId, change: EntryChange) -> Result<Entry, ActionError> {
    let was = entry_for(work, id, Deed::EditRecord).await?;
    if was.version != change.version || was.removed.is_some() {
        return Err(ActionError::VersionConflict("entry"));
    }
    let note = input::optional_text("note", &change.note, input::SHORT)?;
    let mut entry = was.clone();
    if let Some(text) = &change.text {
        entry.text = input::text("text", text, input::LONG)?;
    }
    if let Some(section) = change.section {
        entry.section = section_for(work, &was.collaboration, Some(section), "").await?;
    }
    entry.level = change.level.unwrap_or(was.level);
    if entry == was {
        return Ok(entry);
    }
    let told = to_be_told(work, &entry).await?;
    if told.is_some() {
        entry.told_at = Some(work.now);
    }
    keep(work, &mut entry).await?;
    let (outline, _) = outline(work.app, &mut work.tx, &was.collaboration).await?;
    let subject = Subject::Entry(id.clone());
    let mut events = Vec::new();
    if entry.section != was.section {
        let called = |key: &str| outline.section(key).map_or_else(|| key.to_owned(), name_of);
        events.push(Event::EntryMoved { from: called(&was.section), to: called(&entry.section) });
    }
    if entry.text != was.text {
        events.push(Event::EntryEdited { from: was.text.clone(), to: entry.text.clone(), note });
    }
    if entry.level != was.level {
        let (from, to) = (edit_task::code(&was.level), edit_task::code(&entry.level));
        events.push(Event::Changed { field: "level".to_owned(), from, to });
    }
    for event in events {
        work.happened(subject.clone(), Some(&entry.collaboration), event);
    }
    tell(work, &entry, told).await?;
    Ok(entry)
}

async fn keep(work: &mut Work<'_>, entry: &mut Entry) -> Result<(), ActionError> {
    entry.updated_at = work.now;
    Ok(work.tx.update_entry(&work.app.workspace, entry).await?)
}

/// Takes an entry out of the centre. [`restore`] takes it back.
///
/// # Errors
/// When the caller may not.
pub async fn remove(work: &mut Work<'_>, id: &EntryId) -> Result<Entry, ActionError> {
    let mut entry = entry_for(work, id, Deed::EditRecord).await?;
    if entry.removed.is_some() {
        return Ok(entry);
    }
    entry.removed = Some(Removed { by: work.caller()?.person().clone(), at: work.now });
    keep(work, &mut entry).await?;
    work.happened(Subject::Entry(id.clone()), Some(&entry.collaboration), Event::EntryRemoved);
    Ok(entry)
}

/// Takes an entry back that was taken out. Where its section is gone it is a requirement.
///
/// # Errors
/// When the caller may not.
pub async fn restore(work: &mut Work<'_>, id: &EntryId) -> Result<Entry, ActionError> {
    let mut entry = entry_for(work, id, Deed::EditRecord).await?;
    if entry.removed.take().is_none() {
        return Ok(entry);
    }
    let (outline, _) = outline(work.app, &mut work.tx, &entry.collaboration).await?;
    if outline.section(&entry.section).is_none() {
        entry.section = REQUIREMENTS.to_owned();
    }
    keep(work, &mut entry).await?;
    work.happened(Subject::Entry(id.clone()), Some(&entry.collaboration), Event::EntryRestored);
    Ok(entry)
}

/// Links an entry with a task, a row or a problem of its collaboration that came of it, or takes the link away (F4).
///
/// # Errors
/// When the caller may not, or may not see what it is to be linked with.
pub async fn link(work: &mut Work<'_>, id: &EntryId, target: &Target, linked: bool) -> Result<Entry, ActionError> {
    let entry = entry_for(work, id, Deed::EditRecord).await?;
    let (kind, target, name, title, collaboration) = match target {
        Target::Task(id) => {
            let task = work.task_for(id, Deed::See).await?;
            ("task", id.to_string(), format!("#{}", task.number), task.name, task.collaboration)
        }
        Target::Record(id) => {
            let record = edit_record::record_for(work, id, Deed::See).await?;
            ("record", id.to_string(), record.number, record.topic, record.collaboration)
        }
        Target::Problem(id) => {
            let problem = work.problem_for(id, Deed::See).await?;
            ("problem", id.to_string(), format!("P{}", problem.number), problem.title, problem.collaboration)
        }
    };
    if collaboration != entry.collaboration {
        return Err(ActionError::field("target", "unknown"));
    }
    let workspace = &work.app.workspace;
    let known = work.tx.references_of(workspace, id.as_str()).await?;
    if known.iter().any(|one| one.target == target) == linked {
        return Ok(entry);
    }
    if linked && known.len() >= MOST_LINKED {
        let problem = FieldProblem { field: "target", code: "too_many", limit: Some(MOST_LINKED) };
        return Err(ActionError::Invalid(vec![problem]));
    }
    let event = if linked {
        let added_at = work.now;
        let reference =
            Reference { subject: id.to_string(), target: target.clone(), kind: kind.to_owned(), title, added_at };
        work.tx.add_reference(workspace, &reference).await?;
        Event::Linked { what: kind.to_owned(), name }
    } else {
        work.tx.remove_reference(workspace, id.as_str(), &target).await?;
        Event::Unlinked { what: kind.to_owned(), name }
    };
    work.happened(Subject::Entry(id.clone()), Some(&entry.collaboration), event);
    // The other end shows it too.
    if let Some(other) = Subject::from_id(&target) {
        work.show(&other, Some(&entry.collaboration));
    }
    Ok(entry)
}

/// More than this nobody follows up.
const MOST_LINKED: usize = 50;

/// Somebody says that a message which looks like a decision is none (I1), or takes that back.
///
/// # Errors
/// When the caller may not, or it is not listed.
pub async fn dismiss_decision(work: &mut Work<'_>, id: &MessageId, dismissed: bool) -> Result<(), ActionError> {
    let unknown = || ActionError::NotFound("message");
    let workspace = &work.app.workspace;
    let message = work.tx.message(workspace, id).await?.ok_or_else(unknown)?;
    let channel = match &message.channel {
        Some(channel) => work.tx.channel(workspace, channel).await?,
        None => None,
    };
    let collaboration = channel.and_then(|channel| channel.collaboration).ok_or_else(unknown)?;
    work.collaboration_for(&collaboration, CollaborationDeed::Contribute).await?;
    let person = work.caller()?.person().clone();
    let by = dismissed.then_some((&person, work.now));
    if !work.tx.dismiss_chat_decision(workspace, id, by).await? {
        return Err(unknown());
    }
    work.show_said(id, &collaboration);
    Ok(())
}

impl Work<'_> {
    /// Tells the screens that show what was said in a collaboration to look again.
    pub(crate) fn show_said(&mut self, message: &MessageId, collaboration: &CollaborationId) {
        let change = huan_store::Change {
            at: self.now,
            kind: "chat_decision".to_owned(),
            subject: message.to_string(),
            collaboration: Some(collaboration.clone()),
            data: serde_json::Value::Null,
        };
        self.tx.announce(&self.app.workspace, change);
    }
}
