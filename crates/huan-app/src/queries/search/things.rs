//! What was found, read and put into shape, as far as the reader may see it.

use std::collections::HashMap;

use huan_core::{
    centre::Entry,
    collaboration::Role,
    digest::{self, Digest, Sent},
    document::{Document, Edition as DocumentEdition},
    emergency::{Emergency, FaultReport},
    file::File,
    i18n::Language,
    id::{
        CollaborationId, DigestKind, DocumentKind, EmergencyId, EntryId, FileKind, Id, Kind as IdKind, MinutesKind,
        PersonId, ProblemId, RecordId, TaskId,
    },
    level::Level,
    message::Message,
    minutes::{Edition, Minutes},
    permission::{self, CollaborationDeed, Deed, Matter},
    problem::{Problem, ProblemState},
    record::Record,
    search::{Kind, Query},
    task::Task,
};
use huan_store::Hit;

use super::{
    super::{
        Look, documents, files, minutes,
        names::{Named, Names},
    },
    HitView, TITLE, marked, marked_all,
    messages::{Messages, sees_problem},
};
use crate::error::ActionError;

/// The things of one page.
#[derive(Default)]
struct Things {
    messages: Messages,
    tasks: Vec<Task>,
    records: Vec<Record>,
    problems: Vec<Problem>,
    reports: Vec<(Emergency, FaultReport, Problem)>,
    minutes: Vec<(Minutes, Option<Edition>)>,
    digests: Vec<(Digest, Sent)>,
    documents: Vec<(Document, DocumentEdition)>,
    entries: Vec<Entry>,
    /// With the title of the document, where they belong to one.
    files: Vec<(File, Option<String>)>,
}

/// What was found, in the order of the hits, without what the reader may not see.
pub(super) async fn views(
    look: &mut Look<'_>,
    query: &Query,
    roles: &HashMap<CollaborationId, Role>,
    hits: &[Hit],
) -> Result<Vec<HitView>, ActionError> {
    if hits.is_empty() {
        return Ok(Vec::new());
    }
    let things = Things::read(look, roles, hits).await?;
    let shape = Shape::read(look, query, &things).await?;
    let mut views: HashMap<String, HitView> = HashMap::with_capacity(hits.len());
    let all = (things.messages.messages.iter().map(|message| shape.message(message, &things.messages)))
        .chain(things.tasks.iter().map(|task| shape.task(task)))
        .chain(things.records.iter().map(|record| shape.record(record)))
        .chain(things.problems.iter().map(|problem| shape.problem(problem)))
        .chain(things.reports.iter().map(|(emergency, report, problem)| shape.report(emergency, report, problem)))
        .chain(things.minutes.iter().map(|(minutes, filed)| shape.minutes(minutes, filed.as_ref())))
        .chain(things.digests.iter().map(|(digest, sent)| shape.digest(digest, sent, look.caller.language)))
        .chain(things.documents.iter().map(|(document, newest)| shape.document(document, newest)))
        .chain(things.entries.iter().map(|entry| shape.entry(entry)))
        .chain(things.files.iter().map(|(file, document)| shape.file(file, document.as_deref())));
    for view in all {
        views.insert(view.id.clone(), view);
    }
    Ok(hits.iter().filter_map(|hit| views.remove(&hit.thing)).collect())
}

/// The ids of one kind among the hits.
fn ids<K: IdKind>(hits: &[Hit]) -> Vec<Id<K>> {
    hits.iter().filter_map(|hit| hit.thing.parse().ok()).collect()
}

impl Things {
    async fn read(
        look: &mut Look<'_>,
        roles: &HashMap<CollaborationId, Role>,
        hits: &[Hit],
    ) -> Result<Self, ActionError> {
        let workspace = &look.app.workspace;
        let mut things = Self { messages: Messages::readable(look, roles, &ids(hits)).await?, ..Self::default() };
        let role = |collaboration: &CollaborationId| roles.get(collaboration).copied();
        let viewer = &look.caller.viewer;
        let sees = |matter: &Matter<'_>| permission::may(viewer, Deed::See, matter).is_ok();

        let tasks: Vec<TaskId> = ids(hits);
        if !tasks.is_empty() {
            things.tasks = look.conn.tasks_by_id(workspace, &tasks).await?;
            things.tasks.retain(|task| sees(&Matter::task(task, viewer, role(&task.collaboration), false)));
        }
        let records: Vec<RecordId> = ids(hits);
        if !records.is_empty() {
            things.records = look.conn.records_by_id(workspace, &records).await?;
            things.records.retain(|record| sees(&Matter::record(record, viewer, role(&record.collaboration))));
        }
        let problems: Vec<ProblemId> = ids(hits);
        if !problems.is_empty() {
            for problem in look.conn.problems_by_id(workspace, &problems).await? {
                if sees_problem(look, roles, &problem).await? {
                    things.problems.push(problem);
                }
            }
        }
        let emergencies: Vec<EmergencyId> = ids(hits);
        if !emergencies.is_empty() {
            for emergency in look.conn.emergencies_by_id(workspace, &emergencies).await? {
                let Some(problem) = look.conn.problem(workspace, &emergency.problem).await? else { continue };
                if let Some(report) = emergency.report.clone()
                    && sees_problem(look, roles, &problem).await?
                {
                    things.reports.push((emergency, report, problem));
                }
            }
        }
        for id in ids::<MinutesKind>(hits) {
            match minutes::visible(look, &id).await {
                Ok(found) => {
                    let filed = look.conn.newest_edition(workspace, &id).await?;
                    things.minutes.push((found, filed));
                }
                Err(ActionError::NotFound(_) | ActionError::Forbidden) => {}
                Err(error) => return Err(error),
            }
        }
        for id in ids::<DigestKind>(hits) {
            let Some(digest) = look.conn.digest(workspace, &id).await? else { continue };
            let role = role(&digest.collaboration);
            let inside = permission::may_in_collaboration(viewer, CollaborationDeed::See, role).is_ok()
                && role != Some(Role::Guest);
            if let Some(sent) = digest.sent.clone().filter(|_| inside) {
                things.digests.push((digest, sent));
            }
        }
        for id in ids::<DocumentKind>(hits) {
            match documents::visible(look, &id).await {
                Ok(found) => {
                    let newest = look.conn.document_edition(workspace, &id, found.edition).await?;
                    things.documents.extend(newest.map(|newest| (found, newest)));
                }
                Err(ActionError::NotFound(_) | ActionError::Forbidden) => {}
                Err(error) => return Err(error),
            }
        }
        let entries: Vec<EntryId> = ids(hits);
        if !entries.is_empty() {
            things.entries = look.conn.entries_by_id(workspace, &entries).await?;
            things.entries.retain(|entry| sees(&Matter::entry(entry, role(&entry.collaboration))));
        }
        for id in ids::<FileKind>(hits) {
            let found = match files::visible(look, &id).await {
                Ok(found) if found.trashed.is_none() => found,
                Ok(_) | Err(ActionError::NotFound(_) | ActionError::Forbidden) => continue,
                Err(error) => return Err(error),
            };
            let document = match &found.document {
                Some(document) => look.conn.document(workspace, document).await?,
                None => None,
            };
            if document.as_ref().is_none_or(|document| document.trashed.is_none()) {
                things.files.push((found, document.map(|document| document.title)));
            }
        }
        Ok(things)
    }

    fn people(&self) -> Vec<PersonId> {
        let speakers = self.messages.messages.iter().filter_map(|message| message.speaker.as_ref());
        let owners = (self.tasks.iter().map(|task| &task.owner))
            .chain(self.records.iter().map(|record| &record.owner))
            .chain(self.problems.iter().map(|problem| &problem.owner))
            .chain(self.reports.iter().map(|(_, _, problem)| &problem.owner))
            .chain(self.minutes.iter().map(|(minutes, _)| &minutes.recorder))
            .chain(self.documents.iter().map(|(document, _)| &document.changed_by))
            .chain(self.entries.iter().filter_map(|entry| entry.said_by.as_ref()))
            .chain(self.files.iter().map(|(file, _)| &file.created_by));
        speakers.chain(owners).cloned().collect()
    }

    fn collaborations(&self) -> Vec<CollaborationId> {
        let of_groups = self.messages.channels.values().filter_map(|channel| channel.collaboration.as_ref());
        let mut all: Vec<CollaborationId> = of_groups
            .chain(self.tasks.iter().map(|task| &task.collaboration))
            .chain(self.records.iter().map(|record| &record.collaboration))
            .chain(self.problems.iter().map(|problem| &problem.collaboration))
            .chain(self.reports.iter().map(|(_, _, problem)| &problem.collaboration))
            .chain(self.minutes.iter().map(|(minutes, _)| &minutes.collaboration))
            .chain(self.digests.iter().map(|(digest, _)| &digest.collaboration))
            .chain(self.documents.iter().map(|(document, _)| &document.collaboration))
            .chain(self.entries.iter().map(|entry| &entry.collaboration))
            .chain(self.files.iter().map(|(file, _)| &file.collaboration))
            .cloned()
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What all views of a page need.
struct Shape<'a> {
    query: &'a Query,
    names: Names,
    collaborations: HashMap<CollaborationId, String>,
    platforms: HashMap<String, String>,
}

impl<'a> Shape<'a> {
    async fn read(look: &mut Look<'_>, query: &'a Query, things: &Things) -> Result<Self, ActionError> {
        let names = Names::of_people(look, things.people()).await?;
        let workspace = &look.app.workspace;
        let collaborations = match things.collaborations().as_slice() {
            [] => HashMap::new(),
            ids => look.conn.collaboration_names(workspace, ids).await?.into_iter().collect(),
        };
        let accounts = match things.messages.messages.as_slice() {
            [] => Vec::new(),
            _ => look.conn.accounts(workspace).await?,
        };
        let platforms =
            accounts.into_iter().map(|account| (account.id.to_string(), account.platform.to_string())).collect();
        Ok(Self { query, names, collaborations, platforms })
    }

    fn collaboration(&self, id: &CollaborationId) -> Named {
        Named { id: id.to_string(), name: self.collaborations.get(id).cloned().unwrap_or_default() }
    }

    fn message(&self, message: &Message, all: &Messages) -> HitView {
        let channel = message.channel.as_ref().and_then(|id| all.channels.get(id));
        let of = channel.and_then(|channel| channel.collaboration.as_ref());
        HitView {
            kind: Kind::Message.name(),
            id: message.id.to_string(),
            number: None,
            // The name of a group is not among what was looked for.
            title: marked(channel.map_or("", |channel| &channel.title), &Query::default(), TITLE),
            snippet: marked_all([message.text.as_str()], self.query),
            collaboration: of.map(|id| self.collaboration(id)),
            person: message.speaker.as_ref().map(|id| self.names.person(id)),
            speaker: Some(message.speaker_name.clone()),
            platform: self.platforms.get(message.account.as_str()).cloned(),
            link: message.link.clone(),
            state: None,
            at: message.sent_at,
        }
    }

    fn task(&self, task: &Task) -> HitView {
        let progress = task.progress.as_ref().map_or("", |progress| &progress.text);
        HitView {
            kind: Kind::Task.name(),
            id: task.id.to_string(),
            number: Some(format!("#{}", task.number)),
            title: marked(&task.name, self.query, TITLE),
            snippet: marked_all([task.description.as_str(), &task.criteria, progress], self.query),
            collaboration: Some(self.collaboration(&task.collaboration)),
            person: Some(self.names.person(&task.owner)),
            speaker: None,
            platform: None,
            link: None,
            state: Some(task.state.stage().name()),
            at: task.created_at,
        }
    }

    fn record(&self, record: &Record) -> HitView {
        HitView {
            kind: Kind::Record.name(),
            id: record.id.to_string(),
            number: Some(record.number.clone()),
            title: marked(&record.topic, self.query, TITLE),
            snippet: marked_all([record.summary.as_str(), &record.follow_up], self.query),
            collaboration: Some(self.collaboration(&record.collaboration)),
            person: Some(self.names.person(&record.owner)),
            speaker: None,
            platform: None,
            link: None,
            state: Some(record.status.name()),
            at: record.created_at,
        }
    }

    fn problem(&self, problem: &Problem) -> HitView {
        let answer = match &problem.state {
            ProblemState::Answered(answer) => answer.text.as_str(),
            ProblemState::Closed { solution, .. } => solution,
            ProblemState::Waiting | ProblemState::Merged { .. } => "",
        };
        HitView {
            kind: Kind::Problem.name(),
            id: problem.id.to_string(),
            number: Some(format!("P{}", problem.number)),
            title: marked(&problem.title, self.query, TITLE),
            snippet: marked_all([problem.detail.as_str(), answer], self.query),
            collaboration: Some(self.collaboration(&problem.collaboration)),
            person: Some(self.names.person(&problem.owner)),
            speaker: None,
            platform: None,
            link: None,
            state: Some(problem.state.stage().name()),
            at: problem.created_at,
        }
    }

    fn report(&self, emergency: &Emergency, report: &FaultReport, problem: &Problem) -> HitView {
        let texts = [report.summary.as_str(), &report.impact, &report.cause, &report.handling];
        let more = report.timeline.iter().map(|line| line.text.as_str());
        let measures = report.measures.iter().map(|measure| measure.what.as_str());
        HitView {
            kind: Kind::Emergency.name(),
            id: emergency.id.to_string(),
            number: Some(format!("P{}", problem.number)),
            title: marked(&problem.title, self.query, TITLE),
            snippet: marked_all(texts.into_iter().chain(more).chain(measures), self.query),
            collaboration: Some(self.collaboration(&problem.collaboration)),
            person: Some(self.names.person(&problem.owner)),
            speaker: None,
            platform: None,
            link: None,
            state: Some(emergency.phase.name().name()),
            at: emergency.started_at,
        }
    }

    fn document(&self, document: &Document, newest: &DocumentEdition) -> HitView {
        HitView {
            kind: Kind::Document.name(),
            id: document.id.to_string(),
            number: Some(format!("D{}", document.number)),
            title: marked(&document.title, self.query, TITLE),
            snippet: marked_all([newest.text.as_str()], self.query),
            collaboration: Some(self.collaboration(&document.collaboration)),
            person: Some(self.names.person(&document.changed_by)),
            speaker: None,
            platform: None,
            link: None,
            state: None,
            at: document.created_at,
        }
    }

    /// A file leads to itself, or to the document that it belongs to.
    fn file(&self, file: &File, document: Option<&str>) -> HitView {
        HitView {
            kind: Kind::File.name(),
            id: file.id.to_string(),
            number: None,
            title: marked(&file.name, self.query, TITLE),
            snippet: marked_all(document, self.query),
            collaboration: Some(self.collaboration(&file.collaboration)),
            person: Some(self.names.person(&file.created_by)),
            speaker: None,
            platform: None,
            link: None,
            state: None,
            at: file.created_at,
        }
    }

    fn entry(&self, entry: &Entry) -> HitView {
        HitView {
            kind: Kind::Entry.name(),
            id: entry.id.to_string(),
            number: Some(format!("E{}", entry.number)),
            title: marked(&entry.text, self.query, TITLE),
            snippet: marked_all([entry.text.as_str()], self.query),
            collaboration: Some(self.collaboration(&entry.collaboration)),
            person: entry.said_by.as_ref().map(|id| self.names.person(id)),
            speaker: Some(entry.said_by_name.clone()).filter(|name| !name.is_empty()),
            platform: entry.platform.as_ref().map(ToString::to_string),
            link: None,
            state: None,
            at: entry.said_at,
        }
    }

    /// What was filed; what is only being written is for whoever records.
    fn minutes(&self, minutes: &Minutes, filed: Option<&Edition>) -> HitView {
        let said = filed.map(|edition| &edition.content);
        let texts = said.into_iter().flat_map(|said| {
            [said.conclusions.as_str(), &said.agenda, &said.disputes, &said.place]
                .into_iter()
                .chain(said.actions.iter().map(|action| action.what.as_str()))
        });
        HitView {
            kind: Kind::Minutes.name(),
            id: minutes.id.to_string(),
            number: Some(format!("M{}", minutes.number)),
            title: marked(&minutes.title, self.query, TITLE),
            snippet: marked_all(texts, self.query),
            collaboration: Some(self.collaboration(&minutes.collaboration)),
            person: Some(self.names.person(&minutes.recorder)),
            speaker: None,
            platform: None,
            link: None,
            state: Some(minutes.state.stage().name()),
            at: minutes.created_at,
        }
    }

    /// What may be said in a group without outsiders.
    fn digest(&self, digest: &Digest, sent: &Sent, language: Language) -> HitView {
        let collaboration = self.collaboration(&digest.collaboration);
        let document = sent.document(language);
        let open = document.lines.iter().filter(|line| line.level != Level::Confidential);
        let texts = [document.note.as_str()].into_iter().chain(open.map(|line| line.text.as_str()));
        HitView {
            kind: Kind::Digest.name(),
            id: digest.id.to_string(),
            number: None,
            title: marked(&digest::title(digest, &collaboration.name, sent.late, language), &Query::default(), TITLE),
            snippet: marked_all(texts, self.query),
            collaboration: Some(collaboration),
            person: None,
            speaker: None,
            platform: None,
            link: None,
            state: None,
            at: sent.at,
        }
    }
}
