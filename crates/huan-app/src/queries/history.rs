//! The history, told in the reader's language.

use std::collections::HashMap;

use huan_core::{
    clock::{Basis, Span},
    digest::{self, Rhythm},
    history::{Entry, Event, Source, Subject},
    i18n::{has, text},
    id::{MessageId, PersonId},
    permission::{self, CollaborationDeed},
    task::{Proposal, ProposalAnswer},
    task_sync::{Side, SyncField},
    time_text,
};
use huan_store::Page;
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look, documents, entries, files, meetings, minutes,
    names::{Names, PersonRef},
    origin::{OriginView, Origins},
    problems, records, sign_offs, tasks,
};
use crate::error::ActionError;

/// An entry of the history.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EntryView {
    /// The id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who did it; none when Huan did.
    pub actor: Option<PersonRef>,
    /// By which way.
    pub source: SourceView,
    /// What, for programs: `kind` and what belongs to it.
    #[schema(value_type = Object)]
    pub event: Event,
    /// What, in the reader's language.
    pub text: String,
}

/// By which way something was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceView {
    /// `web`, `api`, `signed_link`, `chat`, `card`, `clock` or `huan`.
    pub kind: String,
    /// The platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The id of the message, for one that was said in a chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The message's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// An address that opens the platform at the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The group's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
}

/// A page of the history of a thing that the reader may see.
///
/// # Errors
/// When there is no such thing, they may not see it, or the database fails.
pub async fn of(
    look: &mut Look<'_>,
    subject: &Subject,
    page: &Page,
) -> Result<(Option<String>, Vec<EntryView>), ActionError> {
    require_visible(look, subject).await?;
    let listed = look.conn.history(&look.app.workspace, subject, page).await?;
    let next = listed.next.as_ref().map(ToString::to_string);
    let mut entries: Vec<Entry> = listed.rows.into_iter().map(|row| row.entry).collect();
    if let Subject::Collaboration(_) = subject {
        entries = visible_only(look, entries).await?;
    }
    Ok((next, views(look, entries).await?))
}

/// The history of several things, the oldest entry first. Whether the reader may see them is checked by the caller.
pub(super) async fn of_all(
    look: &mut Look<'_>,
    subjects: &[Subject],
    most: u32,
) -> Result<Vec<EntryView>, ActionError> {
    let rows = look.conn.history_of_all(&look.app.workspace, subjects, most).await?;
    views(look, rows.into_iter().map(|row| row.entry).collect()).await
}

pub(super) async fn require_visible(look: &mut Look<'_>, subject: &Subject) -> Result<(), ActionError> {
    match subject {
        Subject::Task(id) => tasks::visible(look, id).await.map(|_| ()),
        Subject::Record(id) => records::visible(look, id).await.map(|_| ()),
        Subject::FollowUp(id) => {
            let found = look.conn.follow_up(&look.app.workspace, id).await?;
            let follow_up = found.ok_or(ActionError::NotFound("follow_up"))?;
            if follow_up.person == *look.caller.person() {
                return Ok(());
            }
            records::visible(look, &follow_up.record).await.map(|_| ())
        }
        Subject::Problem(id) => problems::visible(look, id).await.map(|_| ()),
        // An emergency is seen by whoever sees its problem.
        Subject::Emergency(id) => {
            let found = look.conn.emergency(&look.app.workspace, id).await?;
            let emergency = found.ok_or(ActionError::NotFound("emergency"))?;
            problems::visible(look, &emergency.problem).await.map(|_| ())
        }
        Subject::ChecklistItem(id) => {
            let found = look.conn.checklist_item(&look.app.workspace, id).await?;
            let item = found.ok_or(ActionError::NotFound("checklist_item"))?;
            let found = look.conn.emergency(&look.app.workspace, &item.emergency).await?;
            let emergency = found.ok_or(ActionError::NotFound("emergency"))?;
            problems::visible(look, &emergency.problem).await.map(|_| ())
        }
        Subject::Meeting(id) => meetings::visible(look, id).await.map(|_| ()),
        Subject::Minutes(id) => minutes::visible(look, id).await.map(|_| ()),
        Subject::Document(id) => documents::visible(look, id).await.map(|_| ()),
        Subject::File(id) => files::visible(look, id).await.map(|_| ()),
        // Who has read the rules is seen by everybody in the collaboration.
        Subject::RulesReading(id) => {
            let found = look.conn.rules_reading(&look.app.workspace, id).await?;
            let reading = found.ok_or(ActionError::NotFound("rules"))?;
            let role = look.role(&reading.collaboration).await?;
            Ok(permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?)
        }
        Subject::SignOff(id) => sign_offs::visible(look, id).await.map(|_| ()),
        // A signature is seen by whoever sees its round.
        Subject::Signature(id) => {
            let found = look.conn.signature(&look.app.workspace, id).await?;
            let signature = found.ok_or(ActionError::NotFound("signature"))?;
            sign_offs::visible(look, &signature.sign_off).await.map(|_| ())
        }
        Subject::Entry(id) => entries::visible(look, id).await.map(|_| ()),
        Subject::Collaboration(id) => {
            let role = look.role(id).await?;
            Ok(permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?)
        }
        Subject::Person(id) if id == look.caller.person() => Ok(()),
        Subject::Person(_) | Subject::Account(_) | Subject::Workspace(_) => {
            Ok(permission::may_administer(&look.caller.viewer)?)
        }
    }
}

/// Leaves out what happened to things of a collaboration that the reader may not see.
pub(super) async fn visible_only(look: &mut Look<'_>, entries: Vec<Entry>) -> Result<Vec<Entry>, ActionError> {
    let mut judged: HashMap<String, bool> = HashMap::new();
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        let known = judged.get(entry.subject.id()).copied();
        let visible = match known {
            Some(visible) => visible,
            None => match require_visible(look, &entry.subject).await {
                Ok(()) => true,
                Err(ActionError::NotFound(_) | ActionError::Forbidden) => false,
                Err(error) => return Err(error),
            },
        };
        judged.insert(entry.subject.id().to_owned(), visible);
        if visible {
            kept.push(entry);
        }
    }
    Ok(kept)
}

pub(super) async fn views(look: &mut Look<'_>, entries: Vec<Entry>) -> Result<Vec<EntryView>, ActionError> {
    let people = entries.iter().flat_map(people_of).collect();
    let names = Names::of_people(look, people).await?;
    let messages = entries.iter().filter_map(|entry| message_of(&entry.source).cloned()).collect();
    let origins = Origins::read(look, messages).await?;
    Ok(entries
        .into_iter()
        .map(|entry| {
            let teller = Teller { look, names: &names };
            let origin = origins.of(message_of(&entry.source));
            EntryView {
                id: entry.id.to_string(),
                at: entry.at,
                actor: entry.actor.as_ref().map(|actor| names.person(actor)),
                text: teller.sentence(&entry),
                source: source(&entry.source, origin),
                event: entry.event,
            }
        })
        .collect())
}

fn message_of(source: &Source) -> Option<&MessageId> {
    match source {
        Source::Chat { message, .. } => Some(message),
        _ => None,
    }
}

fn source(source: &Source, origin: Option<OriginView>) -> SourceView {
    let (kind, platform) = match source {
        Source::Web => ("web", None),
        Source::Api => ("api", None),
        Source::SignedLink => ("signed_link", None),
        Source::Chat { platform, .. } => ("chat", Some(platform)),
        Source::Card { platform } => ("card", Some(platform)),
        Source::TaskPlatform { platform, .. } => ("task_platform", Some(platform)),
        Source::Clock => ("clock", None),
        Source::Huan => ("huan", None),
    };
    let (kind, platform) = (kind.to_owned(), platform.map(ToString::to_string));
    match origin {
        Some(origin) => SourceView {
            kind,
            platform,
            message_id: Some(origin.message),
            message: Some(origin.text),
            link: origin.link,
            conversation: Some(origin.conversation_title).filter(|title| !title.is_empty()),
        },
        None => SourceView { kind, platform, message_id: None, message: None, link: None, conversation: None },
    }
}

fn people_of(entry: &Entry) -> Vec<PersonId> {
    let mut people: Vec<PersonId> = entry.actor.iter().cloned().collect();
    match &entry.event {
        Event::Assigned { owner } | Event::PassedOn { owner, .. } => people.push(owner.clone()),
        Event::Declined { refusal } => people.extend(refusal.proposal.owner.clone()),
        Event::ProposalAnswered { answer: ProposalAnswer::Change(change) } => people.extend(change.owner.clone()),
        Event::ClockFired { told, .. } => people.extend(told.iter().cloned()),
        Event::RoleFilled { person, .. } | Event::Spared { person } | Event::SignatureDropped { person } => {
            people.push(person.clone());
        }
        Event::SignOffCalled { signers } => people.extend(signers.iter().cloned()),
        Event::SignaturePassedOn { from, to } => people.extend([from.clone(), to.clone()]),
        Event::Sent { to, .. } | Event::SendFailed { to, .. } => people.extend(to.clone()),
        Event::Changed { field, from, to } if field == "helpers" || field == "readers" => {
            let ids = from.split(' ').chain(to.split(' '));
            people.extend(ids.filter_map(|id| id.parse().ok()));
        }
        _ => {}
    }
    people
}

/// Puts events into sentences.
struct Teller<'a, 'b> {
    look: &'a Look<'b>,
    names: &'a Names,
}

impl Teller<'_, '_> {
    fn say(&self, key: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> String {
        text(self.look.caller.language, &format!("history.{key}"), arguments)
    }

    /// What happened to minutes. The page fetches these words only where minutes are shown.
    fn of_minutes(&self, key: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> String {
        text(self.look.caller.language, &format!("minutes.history.{key}"), arguments)
    }

    /// What happened to a meeting. The page fetches these words only where meetings are shown.
    fn of_meeting(&self, key: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> String {
        text(self.look.caller.language, &format!("meeting.history.{key}"), arguments)
    }

    fn of_digest(&self, key: &str, rhythm: Rhythm, day: Date, late: &str) -> String {
        let language = self.look.caller.language;
        let period = digest::period(rhythm, day, language);
        let rhythm = text(language, &format!("digest.rhythm.{rhythm}"), &[]);
        self.say(&format!("digest.{key}"), &[("rhythm", &rhythm), ("period", &period), ("late", &late)])
    }

    /// What happened to a document. The page fetches these words only where documents are shown.
    fn of_document(&self, key: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> String {
        text(self.look.caller.language, &format!("documents.history.{key}"), arguments)
    }

    /// What happened to an acceptance. The page fetches these words only where acceptance is shown.
    fn of_sign_off(&self, key: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> String {
        text(self.look.caller.language, &format!("sign_off.history.{key}"), arguments)
    }

    /// What happened to the centre. The page fetches these words only where they are shown.
    fn of_centre(&self, key: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> String {
        text(self.look.caller.language, &format!("centre.history.{key}"), arguments)
    }

    /// A section of the centre: one that comes with the program is kept by its key.
    fn section(&self, name: &str) -> String {
        let key = format!("centre.section.{name}");
        if has(self.look.caller.language, &key) { self.term(&key) } else { name.to_owned() }
    }

    fn term(&self, key: &str) -> String {
        text(self.look.caller.language, key, &[])
    }

    fn moment(&self, at: Timestamp) -> String {
        time_text::moment(at, self.look.now, &self.look.caller.zone, self.look.caller.language)
    }

    fn name(&self, id: &PersonId) -> String {
        self.names.person(id).name
    }

    fn sentence(&self, entry: &Entry) -> String {
        match &entry.event {
            Event::Created if matches!(entry.subject, Subject::Minutes(_)) => self.of_minutes("created", &[]),
            Event::Created if matches!(entry.subject, Subject::File(_)) => self.of_document("given", &[]),
            Event::Created if matches!(entry.subject, Subject::Document(_)) => self.of_document("created", &[]),
            Event::Created => self.say(&format!("created.{}", entry.subject.kind()), &[]),
            Event::Assigned { owner } => self.say("assigned", &[("owner", &self.name(owner))]),
            Event::PassedOn { owner, reason } => {
                self.say("passed_on", &[("owner", &self.name(owner)), ("reason", reason)])
            }
            Event::Accepted => self.say("accepted", &[]),
            Event::Declined { refusal } => {
                self.say("declined", &[("reason", &refusal.reason), ("proposal", &self.proposal(&refusal.proposal))])
            }
            Event::ProposalAnswered { answer: ProposalAnswer::Agree } => self.say("agreed", &[]),
            Event::ProposalAnswered { answer: ProposalAnswer::Change(change) } => {
                self.say("answered_with_change", &[("change", &self.proposal(change))])
            }
            Event::ProposalAnswered { answer: ProposalAnswer::Insist { words } } if words.is_empty() => {
                self.say("insisted", &[])
            }
            Event::ProposalAnswered { answer: ProposalAnswer::Insist { words } } => {
                self.say("insisted_with_words", &[("words", words)])
            }
            Event::Progressed { text, percent: None } => self.say("progressed", &[("text", text)]),
            Event::Progressed { text, percent: Some(percent) } => {
                self.say("progressed_to", &[("text", text), ("percent", percent)])
            }
            Event::Blocked { reason } => self.say("blocked", &[("reason", reason)]),
            Event::Resumed => self.say("resumed", &[]),
            Event::Leaving { told_by } if told_by.is_empty() => self.say("leaving", &[]),
            Event::Leaving { told_by } => self.say("leaving_told_by", &[("told_by", told_by)]),
            Event::GuestEnded => self.say("guest_ended", &[]),
            Event::Stays => self.say("stays", &[]),
            Event::Follows { field } => {
                self.say("follows", &[("field", &self.term(&format!("history.field.{field}")))])
            }
            Event::Finished => self.say("finished", &[]),
            Event::Reopened => self.say("reopened", &[]),
            Event::Cancelled { reason } => self.say("cancelled", &[("reason", reason)]),
            Event::Answered { text, promised_at } => {
                self.say("answered", &[("text", text), ("promised", &self.moment(*promised_at))])
            }
            Event::Solved { solution } => self.say("solved", &[("solution", solution)]),
            Event::MergedInto { number, .. } => self.say("merged_into", &[("number", number)]),
            Event::Absorbed { number, .. } => self.say("absorbed", &[("number", number)]),
            Event::MadeUrgent { severity } => {
                let severity = self.term(&format!("domain.severity.{}", severity.name()));
                self.say("made_urgent", &[("severity", &severity)])
            }
            Event::MadeOrdinary => self.say("made_ordinary", &[]),
            Event::PlanStarted { plan, severity, drill } => {
                let severity = self.term(&format!("domain.severity.{}", severity.name()));
                let key = if *drill { "drill_started" } else { "plan_started" };
                self.say(key, &[("plan", plan), ("severity", &severity)])
            }
            Event::RoleFilled { role, person } => {
                self.say("role_filled", &[("role", role), ("person", &self.name(person))])
            }
            Event::ItemDone { text } => self.say("item_done", &[("text", text)]),
            Event::ItemSkipped { text, reason } => self.say("item_skipped", &[("text", text), ("reason", reason)]),
            Event::ItemReopened { text } => self.say("item_reopened", &[("text", text)]),
            Event::ItemAdded { text, due_at } => {
                self.say("item_added", &[("text", text), ("due", &self.moment(*due_at))])
            }
            Event::StageReported { text, .. } => self.say("stage_reported", &[("text", text)]),
            Event::Noted { text } => self.say("noted", &[("text", text)]),
            Event::GroupMade { platform, title } => {
                let platform = self.term(&format!("domain.platform.{platform}"));
                self.say("group_made", &[("platform", &platform), ("title", title)])
            }
            Event::GroupNotMade { platform, title, reason, uncertain } => {
                let key = if *uncertain { "group_uncertain" } else { "group_not_made" };
                let (platform, reason) = (self.term(&format!("domain.platform.{platform}")), self.term(reason));
                self.say(key, &[("platform", &platform), ("title", title), ("reason", &reason)])
            }
            Event::Spared { person } => self.say("spared", &[("person", &self.name(person))]),
            Event::AllClear { text } => self.say("all_clear", &[("text", text)]),
            Event::StoodDown => self.say("stood_down", &[]),
            Event::ReportFiled => self.say("report_filed", &[]),
            Event::MeetingCalled { title, starts_at } => {
                self.of_meeting("called", &[("title", title), ("at", &self.moment(*starts_at))])
            }
            Event::MeetingMoved { starts_at, place } => {
                self.of_meeting("moved", &[("at", &self.moment(*starts_at)), ("place", place)])
            }
            Event::MeetingCancelled { title, reason } => {
                self.of_meeting("cancelled", &[("title", title), ("reason", reason)])
            }
            Event::MeetingAnswered { coming, words } => {
                let key = if *coming { "coming" } else { "away" };
                let said = self.of_meeting(key, &[]);
                if words.is_empty() {
                    said
                } else {
                    self.of_meeting("with_words", &[("said", &said), ("words", words)])
                }
            }
            Event::MeetingReminded { count } => self.of_meeting("reminded", &[("count", count)]),
            Event::MeetingHeld { number } => self.of_meeting("held", &[("number", number)]),
            Event::MinutesFiled { edition, note } if note.is_empty() => {
                self.of_minutes("filed", &[("edition", edition)])
            }
            Event::MinutesFiled { edition, note } => {
                self.of_minutes("filed_anew", &[("edition", edition), ("note", note)])
            }
            Event::MinutesConfirmed { edition } => self.of_minutes("confirmed", &[("edition", edition)]),
            Event::MinutesObjected { edition, words } => {
                self.of_minutes("objected", &[("edition", edition), ("words", words)])
            }
            Event::ObjectionAnswered { person, words } => {
                self.of_minutes("answered", &[("person", &self.name(person)), ("words", words)])
            }
            Event::MinutesWithdrawn { reason } => self.of_minutes("withdrawn", &[("reason", reason)]),
            Event::DigestSent { rhythm, day, late } => {
                let late = if *late { self.term("digest.late") } else { String::new() };
                self.of_digest("sent", *rhythm, *day, &late)
            }
            Event::DigestSkipped { rhythm, day } => self.of_digest("skipped", *rhythm, *day, ""),
            Event::DigestEdited { rhythm, day } => self.of_digest("edited", *rhythm, *day, ""),
            Event::DocumentSaved { edition, note } if note.is_empty() => {
                self.of_document("saved", &[("edition", edition)])
            }
            Event::DocumentSaved { edition, note } => {
                self.of_document("saved_with_note", &[("edition", edition), ("note", note)])
            }
            Event::Trashed => self.of_document("trashed", &[]),
            Event::Restored => self.of_document("restored", &[]),
            Event::RulesAnnounced { .. } => self.term("rules.history.announced"),
            Event::RulesConfirmed { .. } => self.term("rules.history.confirmed"),
            Event::SignOffCalled { signers } => {
                let signers: Vec<String> = signers.iter().map(|person| self.name(person)).collect();
                self.of_sign_off("called", &[("signers", &signers.join("、"))])
            }
            Event::Signed { words } if words.is_empty() => self.of_sign_off("signed", &[]),
            Event::Signed { words } => self.of_sign_off("signed_with_words", &[("words", words)]),
            Event::SignatureRefused { reason } => self.of_sign_off("refused", &[("reason", reason)]),
            Event::SignaturePassedOn { from, to } => {
                self.of_sign_off("passed_on", &[("from", &self.name(from)), ("to", &self.name(to))])
            }
            Event::SignatureDropped { person } => self.of_sign_off("dropped", &[("person", &self.name(person))]),
            Event::SignOffWithdrawn { reason } => self.of_sign_off("withdrawn", &[("reason", reason)]),
            Event::SignOffCompleted => self.of_sign_off("completed", &[]),
            Event::EntryFiled { section, name, text } => {
                let section = self.section(if name.is_empty() { section } else { name });
                self.of_centre("filed", &[("section", &section), ("text", text)])
            }
            Event::EntryMoved { from, to } => {
                self.of_centre("moved", &[("from", &self.section(from)), ("to", &self.section(to))])
            }
            Event::EntryEdited { from, to, note } if note.is_empty() => {
                self.of_centre("edited", &[("from", from), ("to", to)])
            }
            Event::EntryEdited { from, to, note } => {
                self.of_centre("edited_why", &[("from", from), ("to", to), ("note", note)])
            }
            Event::EntryRemoved => self.of_centre("removed", &[]),
            Event::EntryRestored => self.of_centre("restored", &[]),
            Event::SectionsChanged { names } => {
                let names: Vec<String> = names.iter().map(|name| self.section(name)).collect();
                self.of_centre("sections", &[("names", &names.join("、"))])
            }
            Event::Linked { name, .. } => self.say("linked", &[("name", name)]),
            Event::Unlinked { name, .. } => self.say("unlinked", &[("name", name)]),
            Event::Commented { platform, by, text } => {
                let platform = self.term(&format!("domain.platform.{platform}"));
                self.say("commented", &[("platform", &platform), ("by", by), ("text", text)])
            }
            Event::SyncConflict { platform, field, side, kept, lost } => {
                let platform = self.term(&format!("domain.platform.{platform}"));
                let key = match side {
                    Side::Here => "sync_conflict_here",
                    Side::There => "sync_conflict_there",
                };
                let label = self.term(&format!("sync.field.{}", field.name()));
                let (kept, lost) = (self.synced(*field, kept), self.synced(*field, lost));
                self.say(key, &[("platform", &platform), ("field", &label), ("kept", &kept), ("lost", &lost)])
            }
            Event::SyncOverwrote { platform, text } => {
                let platform = self.term(&format!("domain.platform.{platform}"));
                self.say("sync_overwrote", &[("platform", &platform), ("text", text)])
            }
            Event::MirrorConflict { platform, field, side, kept, lost } => {
                let key = match side {
                    Side::Here => "mirror_conflict_here",
                    Side::There => "mirror_conflict_there",
                };
                let platform = self.term(&format!("domain.platform.{platform}"));
                let field = self.mirrored(field);
                self.say(key, &[("platform", &platform), ("field", &field), ("kept", kept), ("lost", lost)])
            }
            Event::MirrorRefused { platform, field, kept, lost, reason } => {
                let platform = self.term(&format!("domain.platform.{platform}"));
                let (field, reason) = (self.mirrored(field), self.term(reason));
                let words: [(&str, &dyn std::fmt::Display); 5] =
                    [("platform", &platform), ("field", &field), ("kept", kept), ("lost", lost), ("reason", &reason)];
                self.say("mirror_refused", &words)
            }
            Event::Changed { field, from, to } => self.change(field, from, to),
            Event::ClockStarted { clock, due_at } => {
                self.say("clock_started", &[("clock", &self.clock(clock)), ("due", &self.moment(*due_at))])
            }
            Event::ClockStopped { clock } => self.say("clock_stopped", &[("clock", &self.clock(clock))]),
            Event::ClockFired { clock, stage, told, .. } => {
                let what = self.term(&format!("clock.stage.{clock}.{stage}"));
                let told: Vec<String> = told.iter().map(|person| self.name(person)).collect();
                if told.is_empty() {
                    what
                } else {
                    self.say("clock_fired", &[("what", &what), ("told", &told.join("、"))])
                }
            }
            Event::Sent { platform, to, what } => self.delivery("sent", platform.as_str(), to.as_ref(), what, ""),
            Event::SendFailed { platform, to, what, reason } => {
                self.delivery("send_failed", platform.as_str(), to.as_ref(), what, &self.term(reason))
            }
            // A kind of event that a newer program wrote: its stable name is better than nothing.
            other => serde_json::to_value(other)
                .ok()
                .and_then(|event| event.get("kind").and_then(|kind| kind.as_str().map(str::to_owned)))
                .unwrap_or_default(),
        }
    }

    fn clock(&self, kind: &str) -> String {
        self.term(&format!("clock.kind.{kind}"))
    }

    fn delivery(&self, key: &str, platform: &str, to: Option<&PersonId>, what: &str, reason: &str) -> String {
        let platform = self.term(&format!("domain.platform.{platform}"));
        let what = self.term(&format!("history.what.{what}"));
        let to = to.map_or_else(|| self.say("the_group", &[]), |to| self.name(to));
        self.say(key, &[("platform", &platform), ("to", &to), ("what", &what), ("reason", &reason)])
    }

    fn proposal(&self, proposal: &Proposal) -> String {
        let owner = proposal.owner.as_ref().map(|owner| self.say("proposal.owner", &[("owner", &self.name(owner))]));
        let due = proposal.due_at.map(|due| self.say("proposal.due", &[("due", &self.moment(due))]));
        let words = Some(proposal.words.clone()).filter(|words| !words.is_empty());
        let parts: Vec<String> = [owner, due, words].into_iter().flatten().collect();
        parts.join(&self.say("proposal.separator", &[]))
    }

    fn change(&self, field: &str, from: &str, to: &str) -> String {
        let label = self.label(field);
        let (from, to) = (self.value(field, from), self.value(field, to));
        match (from.is_empty(), to.is_empty()) {
            (true, _) => self.say("set", &[("field", &label), ("to", &to)]),
            (_, true) => self.say("cleared", &[("field", &label), ("from", &from)]),
            _ => self.say("changed", &[("field", &label), ("from", &from), ("to", &to)]),
        }
    }

    /// What a field is called. A service level is named by the path of its setting.
    fn label(&self, field: &str) -> String {
        match *field.split('.').collect::<Vec<_>>() {
            ["levels", kind, level] => format!("{} · {}", self.clock(kind), self.term(&format!("web.levels.{level}"))),
            ["situation", situation, kind, level] => {
                let situation = self.term(&format!("domain.situation.{situation}"));
                format!("{situation} · {} · {}", self.clock(kind), self.term(&format!("web.levels.{level}")))
            }
            _ => self.term(&format!("history.field.{field}")),
        }
    }

    /// A service level as it is kept: a span, a number of minutes or days, or a time of day.
    fn level(&self, field: &str, value: &str) -> String {
        let unit = if field.ends_with("_days") { "web.levels.days" } else { "web.levels.minutes" };
        if let Ok(Span { minutes, basis }) = serde_json::from_str(value) {
            let basis = match basis {
                Basis::Working => "web.levels.working",
                Basis::Elapsed => "web.levels.elapsed",
            };
            return format!("{minutes} {} ({})", self.term("web.levels.minutes"), self.term(basis));
        }
        match serde_json::from_str(value) {
            Ok(serde_json::Value::Number(number)) => format!("{number} {}", self.term(unit)),
            Ok(serde_json::Value::String(text)) => text,
            _ => String::new(),
        }
    }

    /// A value of a field that is kept in step with a platform; it may be one that Huan does not know.
    /// The heading of a column of the mirror.
    fn mirrored(&self, field: &str) -> String {
        self.term(&format!("history.field.{field}"))
    }

    fn synced(&self, field: SyncField, value: &str) -> String {
        let coded = |key: String| if has(self.look.caller.language, &key) { self.term(&key) } else { value.to_owned() };
        match field {
            _ if value.is_empty() => self.say("nothing", &[]),
            SyncField::Due => value.parse().map_or_else(|_| value.to_owned(), |at| self.moment(at)),
            SyncField::Priority => coded(format!("domain.priority.{value}")),
            SyncField::Status => coded(format!("domain.stage.{value}")),
            _ => value.to_owned(),
        }
    }

    /// Instants and codes are kept in their neutral form; here they get the reader's zone and language.
    fn value(&self, field: &str, value: &str) -> String {
        match field {
            _ if value.is_empty() => String::new(),
            "due" => value.parse().map_or_else(|_| value.to_owned(), |at| self.moment(at)),
            _ if field.starts_with("levels.") || field.starts_with("situation.") => self.level(field, value),
            "state" => self.term(&format!("domain.collaboration_state.{value}")),
            "situation" | "status" | "level" | "priority" => self.term(&format!("domain.{field}.{value}")),
            "template" => self.of_document(&format!("template_{value}"), &[]),
            "helpers" | "readers" => {
                let names = value.split(' ').filter_map(|id| id.parse().ok()).map(|id| self.name(&id));
                names.collect::<Vec<_>>().join("、")
            }
            _ => value.to_owned(),
        }
    }
}
