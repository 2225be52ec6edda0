//! Entries of the centre as pages show them, its sections, and what was said that looks like a decision.

use std::collections::HashMap;

use huan_core::{
    centre::{Entry, Outline, Rule},
    history::Subject,
    id::{CollaborationId, EntryId, PersonId},
    permission::{self, CollaborationDeed, Deed, Matter, may_read_message},
};
use huan_store::{EntryFilter, Listed, Page};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    names::{Named, Names, PersonRef},
    origin::{OriginView, Origins},
};
use crate::{actions::centre, error::ActionError};

/// An entry of the centre.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CentreEntry {
    /// The id.
    pub id: String,
    /// The short number that people type: `E3`.
    pub number: i64,
    /// Its collaboration.
    pub collaboration: Named,
    /// The key of its section.
    pub section: String,
    /// What the section is called, in the reader's language.
    pub section_name: String,
    /// What it says.
    pub text: String,
    /// `public`, `internal` or `confidential`.
    pub level: String,
    /// Who said it, where they are a known person.
    pub said_by: Option<PersonRef>,
    /// What they are called.
    pub speaker: String,
    /// When it was said.
    pub said_at: Timestamp,
    /// Where it was said; none when it was written on the page.
    pub platform: Option<String>,
    /// The message that it came from.
    pub origin: Option<OriginView>,
    /// Who took it in; none when a rule did.
    pub filed_by: Option<PersonRef>,
    /// `rule`, `command`, `card` or `page`.
    pub way: &'static str,
    /// When it was taken out again.
    pub removed_at: Option<Timestamp>,
    /// What came of it, as far as the reader may see it.
    pub links: Vec<EntryLink>,
    /// When it was taken in.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
    /// Whether the reader may change it.
    pub may_edit: bool,
}

/// A thing that has a page, by its name: what came of an entry or of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EntryLink {
    /// `task`, `record`, `problem`, `emergency`, `minutes`, `entry` or `document`.
    pub kind: &'static str,
    /// The id.
    pub id: String,
    /// The id of its collaboration.
    pub collaboration: String,
    /// What people call it: `#12`, 研发部-2026-0001, `P3`.
    pub number: String,
    /// Its name.
    pub title: String,
    /// Where it stands: the stage of a task, a problem or minutes, the status of a row; else empty.
    pub state: &'static str,
}

/// The sections of a centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SectionsView {
    /// The sections, in order.
    pub sections: Vec<SectionView>,
    /// The version to be named when they are changed; 0 while they are those that come with the program.
    pub version: i64,
    /// Whether the reader may change them.
    pub may_manage: bool,
}

/// A section of a centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SectionView {
    /// The key.
    pub key: String,
    /// What it is called, in the reader's language.
    pub title: String,
    /// What the collaboration calls it; empty for the name that comes with the program.
    pub name: String,
    /// Whether every centre has it.
    pub built_in: bool,
    /// Which messages go into it by themselves.
    pub rules: Vec<RuleView>,
    /// How many entries in it the reader may see.
    pub count: i64,
}

/// Which messages go into a section by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleView {
    /// `prefix` or `tag`.
    pub kind: &'static str,
    /// The words with which a message begins, or its tag without the `#`.
    pub words: String,
}

impl RuleView {
    fn of(rule: &Rule) -> Self {
        match rule {
            Rule::Prefix(words) => Self { kind: "prefix", words: words.clone() },
            Rule::Tag(words) => Self { kind: "tag", words: words.clone() },
        }
    }
}

/// The sections of a collaboration's centre.
///
/// # Errors
/// When the collaboration is not the reader's to see, or the database fails.
pub async fn sections(look: &mut Look<'_>, collaboration: &CollaborationId) -> Result<SectionsView, ActionError> {
    let filter = EntryFilter {
        collaboration: Some(collaboration.clone()),
        sight: Some(look.sight_of(Some(collaboration)).await?),
        ..EntryFilter::default()
    };
    let counts = look.conn.entry_counts(&look.app.workspace, &filter).await?;
    let counts: HashMap<String, i64> = counts.into_iter().collect();
    let (outline, version) = centre::outline(look.app, look.conn, collaboration).await?;
    let role = look.role(collaboration).await?;
    let language = look.caller.language;
    let sections = outline.sections.iter().map(|section| SectionView {
        key: section.key.clone(),
        title: section.name_in(language),
        name: section.name.clone(),
        built_in: huan_core::centre::BUILT_IN.contains(&section.key.as_str()),
        rules: section.rules.iter().map(RuleView::of).collect(),
        count: counts.get(&section.key).copied().unwrap_or_default(),
    });
    Ok(SectionsView {
        sections: sections.collect(),
        version,
        may_manage: permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role).is_ok(),
    })
}

/// The entry itself, when the reader may see it.
///
/// # Errors
/// When there is none, they may not see it, or the database fails.
pub async fn visible(look: &mut Look<'_>, id: &EntryId) -> Result<Entry, ActionError> {
    let entry = look.conn.entry(&look.app.workspace, id).await?.ok_or(ActionError::NotFound("entry"))?;
    let role = look.role(&entry.collaboration).await?;
    let matter = Matter::entry(&entry, role);
    if permission::may(&look.caller.viewer, Deed::See, &matter).is_err() {
        let mut matter = matter;
        matter.takes_part = look.conn.was_told(&look.app.workspace, id.as_str(), &look.caller.viewer.person).await?;
        permission::may(&look.caller.viewer, Deed::See, &matter)?;
    }
    Ok(entry)
}

/// One entry.
///
/// # Errors
/// As [`visible`].
pub async fn one(look: &mut Look<'_>, id: &EntryId) -> Result<CentreEntry, ActionError> {
    let entry = visible(look, id).await?;
    views(look, vec![entry]).await?.pop().ok_or(ActionError::NotFound("entry"))
}

/// A page of the entries that the reader may see, what was said last first. Without a collaboration these are the ones of all
/// their collaborations.
///
/// # Errors
/// When the collaboration is not theirs to see, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    mut filter: EntryFilter,
    page: &Page,
) -> Result<(Listed<Entry>, Vec<CentreEntry>), ActionError> {
    filter.sight = Some(look.sight_of(filter.collaboration.as_ref()).await?);
    let listed = look.conn.entries(&look.app.workspace, &filter, page).await?;
    let views = views(look, listed.rows.clone()).await?;
    Ok((listed, views))
}

/// Puts entries that the reader may see into shape.
///
/// # Errors
/// When the database fails.
pub async fn views(look: &mut Look<'_>, entries: Vec<Entry>) -> Result<Vec<CentreEntry>, ActionError> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let roles = look.roles().await?;
    let people: Vec<PersonId> =
        entries.iter().flat_map(|entry| entry.said_by.iter().chain(&entry.filed_by).cloned()).collect();
    let mut names = Names::of_people(look, people).await?;
    let mut collaborations: Vec<CollaborationId> = entries.iter().map(|entry| entry.collaboration.clone()).collect();
    collaborations.sort_unstable();
    collaborations.dedup();
    names.add_collaborations(look, collaborations.clone()).await?;
    let mut outlines: HashMap<CollaborationId, Outline> = HashMap::new();
    for id in collaborations {
        let (outline, _) = centre::outline(look.app, look.conn, &id).await?;
        outlines.insert(id, outline);
    }
    let origins = Origins::read(look, entries.iter().filter_map(|entry| entry.message.clone()).collect()).await?;
    let mut links = Links::read(look, &entries).await?;
    let viewer = &look.caller.viewer;
    let language = look.caller.language;
    Ok(entries
        .into_iter()
        .map(|entry| {
            let role = roles.get(&entry.collaboration).copied();
            let may = |deed| permission::may(viewer, deed, &Matter::entry(&entry, role)).is_ok();
            // An outside person who may read the entry need not have been in the group in which it was said.
            let hears = !viewer.guest || entry.said_by.as_ref() == Some(&viewer.person);
            let said_by = entry.said_by.as_ref().map(|person| names.person(person));
            let section = outlines.get(&entry.collaboration).and_then(|outline| outline.section(&entry.section));
            CentreEntry {
                id: entry.id.to_string(),
                number: entry.number,
                collaboration: names.collaboration(&entry.collaboration),
                section_name: section.map_or_else(|| entry.section.clone(), |section| section.name_in(language)),
                level: super::code(&entry.level),
                speaker: said_by.as_ref().map_or_else(|| entry.said_by_name.clone(), |person| person.name.clone()),
                said_by,
                said_at: entry.said_at,
                platform: entry.platform.as_ref().map(ToString::to_string),
                origin: origins.of(entry.message.as_ref()).filter(|_| hears),
                filed_by: entry.filed_by.as_ref().map(|person| names.person(person)),
                way: entry.way.name(),
                removed_at: entry.removed.as_ref().map(|removed| removed.at),
                links: links.take(&entry.id),
                created_at: entry.created_at,
                updated_at: entry.updated_at,
                version: entry.version,
                may_edit: may(Deed::EditRecord),
                section: entry.section,
                text: entry.text,
            }
        })
        .collect())
}

/// What came of entries, read at once.
struct Links(HashMap<EntryId, Vec<EntryLink>>);

impl Links {
    async fn read(look: &mut Look<'_>, entries: &[Entry]) -> Result<Self, ActionError> {
        let workspace = &look.app.workspace;
        let mut links: HashMap<EntryId, Vec<EntryLink>> = HashMap::new();
        let subjects: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        for reference in look.conn.references_of_all(workspace, &subjects).await? {
            let Some(entry) = entries.iter().find(|entry| entry.id.as_str() == reference.subject) else { continue };
            let Some(target) = Subject::from_id(&reference.target) else { continue };
            if let Some(link) = link(look, &target).await? {
                links.entry(entry.id.clone()).or_default().push(link);
            }
        }
        Ok(Self(links))
    }

    fn take(&mut self, entry: &EntryId) -> Vec<EntryLink> {
        self.0.remove(entry).unwrap_or_default()
    }
}

/// The thing, when the reader may see it and it has a page.
///
/// # Errors
/// When the database fails.
pub(super) async fn link(look: &mut Look<'_>, target: &Subject) -> Result<Option<EntryLink>, ActionError> {
    let found = match target {
        Subject::Task(id) => super::tasks::visible(look, id).await.map(|task| EntryLink {
            kind: "task",
            id: task.id.to_string(),
            collaboration: task.collaboration.to_string(),
            number: format!("#{}", task.number),
            state: task.state.stage().name(),
            title: task.name,
        }),
        Subject::Record(id) => super::records::visible(look, id).await.map(|record| EntryLink {
            kind: "record",
            id: record.id.to_string(),
            collaboration: record.collaboration.to_string(),
            number: record.number,
            state: record.status.name(),
            title: record.topic,
        }),
        Subject::Problem(id) => super::problems::visible(look, id).await.map(|problem| EntryLink {
            kind: "problem",
            id: problem.id.to_string(),
            collaboration: problem.collaboration.to_string(),
            number: format!("P{}", problem.number),
            state: problem.state.stage().name(),
            title: problem.title,
        }),
        Subject::Emergency(id) => {
            let Some(emergency) = look.conn.emergency(&look.app.workspace, id).await? else { return Ok(None) };
            super::problems::visible(look, &emergency.problem).await.map(|problem| EntryLink {
                kind: "emergency",
                id: emergency.id.to_string(),
                collaboration: problem.collaboration.to_string(),
                number: emergency.plan_name,
                state: "",
                title: problem.title,
            })
        }
        Subject::Minutes(id) => super::minutes::visible(look, id).await.map(|minutes| EntryLink {
            kind: "minutes",
            id: minutes.id.to_string(),
            collaboration: minutes.collaboration.to_string(),
            number: format!("M{}", minutes.number),
            state: minutes.state.stage().name(),
            title: minutes.title,
        }),
        Subject::Entry(id) => visible(look, id).await.map(|entry| EntryLink {
            kind: "entry",
            id: entry.id.to_string(),
            collaboration: entry.collaboration.to_string(),
            number: format!("E{}", entry.number),
            state: "",
            title: entry.text,
        }),
        Subject::Document(id) => super::documents::visible(look, id).await.map(|document| EntryLink {
            kind: "document",
            id: document.id.to_string(),
            collaboration: document.collaboration.to_string(),
            number: format!("D{}", document.number),
            state: "",
            title: document.title,
        }),
        _ => return Ok(None),
    };
    match found {
        Ok(link) => Ok(Some(link)),
        Err(ActionError::NotFound(_) | ActionError::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A page of what was said in the groups of a collaboration, looks like a decision, and is not in the centre yet (I1), the
/// newest first, with the cursor of the next page.
///
/// # Errors
/// When the collaboration is not the reader's to see, or the database fails.
pub async fn chat_decisions(
    look: &mut Look<'_>,
    collaboration: &CollaborationId,
    page: &Page,
) -> Result<(Option<String>, Vec<OriginView>), ActionError> {
    let role = look.role(collaboration).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let workspace = &look.app.workspace;
    let channels = look.conn.channels_of(workspace, collaboration).await?;
    let channels: Vec<_> = channels.into_iter().map(|channel| channel.id).collect();
    if channels.is_empty() {
        return Ok((None, Vec::new()));
    }
    let listed = look.conn.chat_decisions(workspace, &channels, page).await?;
    let next = listed.next.as_ref().map(ToString::to_string);
    let mut messages = listed.rows;
    messages.retain(|message| may_read_message(&look.caller.viewer, message, role).is_ok());
    let origins = Origins::read(look, messages.iter().map(|message| message.id.clone()).collect()).await?;
    Ok((next, messages.iter().filter_map(|message| origins.of(Some(&message.id))).collect()))
}
