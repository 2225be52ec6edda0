//! What of each thing the word index keeps: its texts, where it belongs, who has a part in it.

use huan_core::{
    centre,
    digest::{Digest, Sent},
    document::{Document, Edition as DocumentEdition},
    emergency::{Emergency, FaultReport},
    file::File,
    id::{CollaborationId, PersonId, WorkspaceId},
    level::Level,
    message::Message,
    minutes::{Edition, Minutes},
    problem::{Asked, Problem, ProblemState},
    record::{Participant, Record},
    search::Kind,
    task::Task,
};

use crate::{
    error::Result,
    search::{Entry, Tag},
    tx::Tx,
};

/// The tags of a thing of a collaboration.
fn tags<'a>(
    kind: Kind,
    collaboration: &'a CollaborationId,
    level: Level,
    people: impl IntoIterator<Item = &'a PersonId>,
) -> Vec<Tag<'a>> {
    let mut tags = vec![
        Tag::Kind(kind),
        Tag::Shared,
        Tag::Level(level),
        Tag::Collaboration(collaboration),
        Tag::LevelIn(level, collaboration),
    ];
    let mut people: Vec<&PersonId> = people.into_iter().collect();
    people.sort_unstable();
    people.dedup();
    tags.extend(people.into_iter().map(Tag::Person));
    tags
}

/// A message. It belongs to the collaboration to which its channel is bound, which may change: so the channel is kept.
pub(crate) fn message(message: &Message) -> Entry<'_> {
    let mut tags = vec![Tag::Kind(Kind::Message), Tag::Account(&message.account)];
    if let Some(channel) = &message.channel {
        tags.extend([Tag::Shared, Tag::Channel(channel)]);
    }
    tags.extend(message.speaker.as_ref().map(Tag::Person));
    Entry { thing: message.id.as_str(), at: message.sent_at, tags, texts: vec![&message.text] }
}

pub(crate) fn record(record: &Record) -> Entry<'_> {
    let participants = record.participants.iter().filter_map(|participant| match participant {
        Participant::Person { person } => Some(person),
        Participant::Named { .. } => None,
    });
    let mut tags = tags(Kind::Record, &record.collaboration, record.level, participants.chain([&record.owner]));
    tags.extend(record.platforms.iter().map(|platform| Tag::Platform(platform)));
    let texts = vec![record.topic.as_str(), &record.summary, &record.follow_up, &record.number];
    Entry { thing: record.id.as_str(), at: record.created_at, tags, texts }
}

pub(crate) fn task(task: &Task) -> Entry<'_> {
    let people = task.helpers.iter().chain([&task.initiator, &task.owner]);
    let mut texts = vec![task.name.as_str(), &task.description, &task.criteria];
    texts.extend(task.progress.as_ref().map(|progress| progress.text.as_str()));
    let tags = tags(Kind::Task, &task.collaboration, task.level, people);
    Entry { thing: task.id.as_str(), at: task.created_at, tags, texts }
}

fn people<'a>(problem: &'a Problem, asked: &'a [Asked]) -> impl Iterator<Item = &'a PersonId> {
    asked.iter().map(|asked| &asked.person).chain([&problem.raised_by, &problem.owner])
}

pub(crate) fn problem<'a>(problem: &'a Problem, asked: &'a [Asked]) -> Entry<'a> {
    let mut texts = vec![problem.title.as_str(), &problem.detail];
    match &problem.state {
        ProblemState::Answered(answer) => texts.push(&answer.text),
        ProblemState::Closed { solution, .. } => texts.push(solution),
        ProblemState::Waiting | ProblemState::Merged { .. } => {}
    }
    let tags = tags(Kind::Problem, &problem.collaboration, problem.level, people(problem, asked));
    Entry { thing: problem.id.as_str(), at: problem.created_at, tags, texts }
}

/// The report of an emergency, which is for whoever may see its problem.
fn report<'a>(
    emergency: &'a Emergency,
    report: &'a FaultReport,
    problem: &'a Problem,
    asked: &'a [Asked],
) -> Entry<'a> {
    let mut texts = vec![problem.title.as_str(), &report.summary, &report.impact, &report.cause, &report.handling];
    texts.extend(report.timeline.iter().map(|line| line.text.as_str()));
    texts.extend(report.measures.iter().map(|measure| measure.what.as_str()));
    let tags = tags(Kind::Emergency, &problem.collaboration, problem.level, people(problem, asked));
    Entry { thing: emergency.id.as_str(), at: emergency.started_at, tags, texts }
}

/// Minutes: their title, and what was filed. What is only being written is for whoever records, and not kept here.
fn minutes<'a>(minutes: &'a Minutes, filed: Option<&'a Edition>) -> Entry<'a> {
    let said = filed.map(|edition| &edition.content);
    let mut texts = vec![minutes.title.as_str()];
    if let Some(said) = said {
        texts.extend([said.place.as_str(), &said.agenda, &said.conclusions, &said.disputes]);
        texts.extend(said.actions.iter().map(|action| action.what.as_str()));
    }
    let named = said.into_iter().flat_map(|said| said.everybody());
    let people = named.chain([&minutes.recorder, &minutes.started_by]);
    let tags = tags(Kind::Minutes, &minutes.collaboration, minutes.level, people);
    Entry { thing: minutes.id.as_str(), at: minutes.created_at, tags, texts }
}

/// A digest that went out: what may be said in a group without outsiders. What is confidential is found by its own thing.
fn digest<'a>(digest: &'a Digest, sent: &'a Sent) -> Entry<'a> {
    let open = sent.chinese.lines.iter().filter(|line| line.level != Level::Confidential);
    let texts = [sent.chinese.note.as_str()].into_iter().chain(open.map(|line| line.text.as_str())).collect();
    let tags = tags(Kind::Digest, &digest.collaboration, Level::Internal, []);
    Entry { thing: digest.id.as_str(), at: sent.at, tags, texts }
}

/// A document: what it says now. In the trash it is kept without anything by which it could be found.
fn document<'a>(document: &'a Document, newest: &'a DocumentEdition) -> Entry<'a> {
    let (texts, tags) = match document.trashed {
        Some(_) => (Vec::new(), Vec::new()),
        None => {
            let people = document.readers.iter().chain([&document.created_by]);
            let tags = tags(Kind::Document, &document.collaboration, document.level, people);
            (vec![document.title.as_str(), &newest.text], tags)
        }
    };
    Entry { thing: document.id.as_str(), at: document.created_at, tags, texts }
}

/// A file: its name, and the title of the document that it belongs to; it is for whoever sees that. In the trash, its own or
/// the document's, it is kept without anything by which it could be found.
fn file<'a>(file: &'a File, of: Option<&'a Document>) -> Entry<'a> {
    let gone = file.trashed.is_some() || of.is_some_and(|document| document.trashed.is_some());
    let (texts, tags) = match of {
        _ if gone => (Vec::new(), Vec::new()),
        Some(document) => {
            let people = document.readers.iter().chain([&document.created_by]);
            let tags = tags(Kind::File, &document.collaboration, document.level, people);
            (vec![file.name.as_str(), &document.title], tags)
        }
        None => (vec![file.name.as_str()], tags(Kind::File, &file.collaboration, file.level, [&file.created_by])),
    };
    Entry { thing: file.id.as_str(), at: file.created_at, tags, texts }
}

/// An entry of the centre. One that was taken out again is found no more.
pub(crate) fn centre_entry(entry: &centre::Entry) -> Entry<'_> {
    let people = entry.said_by.iter().chain(&entry.filed_by);
    let mut tags = tags(Kind::Entry, &entry.collaboration, entry.level, people);
    tags.extend(entry.platform.as_ref().map(|platform| Tag::Platform(platform.as_str())));
    let texts = match entry.removed {
        Some(_) => Vec::new(),
        None => vec![entry.text.as_str()],
    };
    Entry { thing: entry.id.as_str(), at: entry.said_at, tags, texts }
}

impl Tx {
    /// Brings the index in step with a digest, once it went out.
    pub(crate) async fn index_digest(&mut self, workspace: &WorkspaceId, digest: &Digest) -> Result<()> {
        match &digest.sent {
            Some(sent) => self.index(workspace, &self::digest(digest, sent)).await,
            None => Ok(()),
        }
    }

    /// Brings the index in step with a document and its newest edition.
    pub(crate) async fn index_document(
        &mut self,
        workspace: &WorkspaceId,
        document: &Document,
        newest: &DocumentEdition,
    ) -> Result<()> {
        self.index(workspace, &self::document(document, newest)).await?;
        // Its files are for whoever sees it, and are found by its title too.
        for file in self.files_of(workspace, &document.id).await? {
            self.index(workspace, &self::file(&file, Some(document))).await?;
        }
        Ok(())
    }

    /// Brings the index in step with a file.
    pub(crate) async fn index_file(&mut self, workspace: &WorkspaceId, file: &File) -> Result<()> {
        let document = match &file.document {
            Some(document) => self.document(workspace, document).await?,
            None => None,
        };
        self.index(workspace, &self::file(file, document.as_ref())).await
    }

    /// Brings the index in step with minutes and their newest edition.
    pub(crate) async fn index_minutes(&mut self, workspace: &WorkspaceId, minutes: &Minutes) -> Result<()> {
        let filed = self.newest_edition(workspace, &minutes.id).await?;
        self.index(workspace, &self::minutes(minutes, filed.as_ref())).await
    }

    /// Brings the index in step with a problem, and with the report of its emergency, where there is one.
    pub(crate) async fn index_problem(&mut self, workspace: &WorkspaceId, problem: &Problem) -> Result<()> {
        let asked = self.asked(workspace, &problem.id).await?;
        self.index(workspace, &self::problem(problem, &asked)).await?;
        match self.emergency_of(workspace, &problem.id).await? {
            Some(Emergency { report: None, .. }) | None => Ok(()),
            Some(emergency) => self.index_report(workspace, &emergency).await,
        }
    }

    /// Brings the index in step with the report of an emergency, where there is one.
    pub(crate) async fn index_report(&mut self, workspace: &WorkspaceId, emergency: &Emergency) -> Result<()> {
        let Some(report) = &emergency.report else { return Ok(()) };
        let Some(problem) = self.problem(workspace, &emergency.problem).await? else { return Ok(()) };
        let asked = self.asked(workspace, &problem.id).await?;
        self.index(workspace, &self::report(emergency, report, &problem, &asked)).await
    }
}
