//! Edits that come back: carried out by the same actions as on the page, with the rights of whoever made them.
//!
//! Whom the platform does not name, or who is nobody here, counts as the one who set the mirror up. What may not be done, or makes no
//! sense here, is not done: Huan's value is written back, and the other one stays in the history and on the mirror's page.

use huan_core::{
    history::{Event, Subject},
    i18n::Language,
    mirror::{
        Piece,
        table::{Cell, Lost, RowHere, Taken},
    },
    platform::ForeignUser,
    record::Participant,
    status::Status,
    task_sync::{Side, SyncField},
};

use super::{
    Trouble,
    content::{People, STAGES, platform_key, stage_name},
    pass::Pass,
    rows::subject,
};
use crate::{
    actions::edit_record::{RecordChange, edit_record},
    engine::task_sync::here,
    error::ActionError,
    work::Work,
};

/// Why an edit is not taken.
enum Refusal {
    /// By a rule of the mirror's own.
    Rule(&'static str),
    /// By the action.
    Action(ActionError),
}

impl From<ActionError> for Refusal {
    fn from(error: ActionError) -> Self {
        Self::Action(error)
    }
}

impl From<huan_store::Error> for Refusal {
    fn from(error: huan_store::Error) -> Self {
        Self::Action(error.into())
    }
}

impl<'a> Pass<'a> {
    /// Takes one edit back. Says whether the table must be looked at once more.
    pub(super) async fn take_back(
        &mut self,
        taken: &Taken,
        row: Option<&RowHere>,
        people: &People,
    ) -> Result<bool, Trouble> {
        let Some(subject) = subject(&taken.key) else { return Ok(false) };
        let mut work = self.begin(taken.by.as_ref()).await?;
        match apply(&mut work, &subject, taken, people, &self.account.platform).await {
            Ok(()) => {
                let mut state = self.row_state(&taken.key);
                if let Some(lost) = &taken.lost {
                    let event = self.conflict(taken.column, Side::There, &taken.cell, lost);
                    work.happened(subject, Some(&self.mirror.collaboration), event);
                    state.conflicted_at = Some(work.now);
                }
                state.common.insert(taken.column.to_owned(), taken.cell.code());
                state.problems.remove(taken.column);
                let piece = Piece::Row(state);
                work.tx.save_piece(&self.app.workspace, &self.mirror.id, &taken.key, &piece).await?;
                work.commit().await?;
                self.pieces.insert(taken.key.clone(), piece);
                Ok(true)
            }
            Err(Refusal::Action(error)) if matches!(error.code(), "unavailable" | "internal" | "version_conflict") => {
                Err(error.into())
            }
            Err(refusal) => {
                drop(work);
                self.put_back(taken, row, refusal).await?;
                Ok(true)
            }
        }
    }

    /// An edit that is not taken: both values are kept in the history, and the next look writes Huan's value.
    async fn put_back(&mut self, taken: &Taken, row: Option<&RowHere>, refusal: Refusal) -> Result<(), Trouble> {
        let (key, detail) = match refusal {
            Refusal::Rule(key) => (key, taken.cell.code()),
            Refusal::Action(error) => ("mirror.reason.refused", error.words(Language::default())),
        };
        let kept = row.and_then(|row| row.cells.get(taken.column)).cloned().unwrap_or_default();
        let mut work = self.app.begin_as_huan().await?;
        if let Some(subject) = subject(&taken.key) {
            let event = Event::MirrorRefused {
                platform: self.account.platform.clone(),
                field: taken.column.to_owned(),
                kept: self.readable(&kept),
                lost: self.readable(&taken.cell),
                reason: key.to_owned(),
            };
            work.happened(subject, Some(&self.mirror.collaboration), event);
        }
        let mut state = self.row_state(&taken.key);
        // As if both had agreed on theirs: then ours is the later change.
        state.common.insert(taken.column.to_owned(), taken.cell.code());
        state.problems.insert(taken.column.to_owned(), Trouble::never(key, detail).problem(work.now));
        state.conflicted_at = Some(work.now);
        let piece = Piece::Row(state);
        work.tx.save_piece(&self.app.workspace, &self.mirror.id, &taken.key, &piece).await?;
        work.commit().await?;
        self.pieces.insert(taken.key.clone(), piece);
        Ok(())
    }

    /// An edit that an edit here is later than: it is kept in the history before it is written over.
    pub(super) async fn note_lost(&mut self, lost: &Lost) -> Result<(), Trouble> {
        let Some(subject) = subject(&lost.key) else { return Ok(()) };
        let mut work = self.app.begin_as_huan().await?;
        let event = self.conflict(lost.column, Side::Here, &lost.kept, &lost.lost);
        work.happened(subject, Some(&self.mirror.collaboration), event);
        let mut state = self.row_state(&lost.key);
        // From here on it is no conflict any more: should writing fail, it is simply written again.
        state.common.insert(lost.column.to_owned(), lost.lost.code());
        state.conflicted_at = Some(work.now);
        let piece = Piece::Row(state);
        work.tx.save_piece(&self.app.workspace, &self.mirror.id, &lost.key, &piece).await?;
        work.commit().await?;
        self.pieces.insert(lost.key.clone(), piece);
        Ok(())
    }

    fn conflict(&self, column: &str, side: Side, kept: &Cell, lost: &Cell) -> Event {
        Event::MirrorConflict {
            platform: self.account.platform.clone(),
            field: column.to_owned(),
            side,
            kept: self.readable(kept),
            lost: self.readable(lost),
        }
    }

    fn readable(&self, cell: &Cell) -> String {
        match cell {
            Cell::Moment(at) => at.to_zoned(self.app.zone()).strftime("%Y-%m-%d %H:%M").to_string(),
            other => other.code(),
        }
    }

    /// A unit of work of whoever changed a row there; of the one who set the mirror up where that is nobody here.
    async fn begin(&self, by: Option<&ForeignUser>) -> Result<Work<'a>, Trouble> {
        let mut work = self.app.begin_as_huan().await?;
        let workspace = &self.app.workspace;
        let identity = match by {
            Some(by) => work.tx.identity_of(workspace, &self.account.id, by).await?,
            None => None,
        };
        let known = identity.and_then(|identity| identity.person);
        let editor = by.map(ToString::to_string).unwrap_or_default();
        let person = known.as_ref().unwrap_or(&self.mirror.responsible);
        let left = || Trouble::never("mirror.reason.responsible_left", "");
        let person = work.tx.person(workspace, person).await?.ok_or_else(left)?;
        let editor = if known.is_some() { "" } else { &editor };
        // Somebody who has left changes nothing any more; their edit is then the other's to answer for.
        if !work.act_by_mirror(&person, &self.account.platform, editor) {
            let responsible = work.tx.person(workspace, &self.mirror.responsible).await?.ok_or_else(left)?;
            if !work.act_by_mirror(&responsible, &self.account.platform, editor) {
                return Err(left());
            }
        }
        Ok(work)
    }
}

/// Gives a cell the value that it has there.
async fn apply(
    work: &mut Work<'_>,
    subject: &Subject,
    taken: &Taken,
    people: &People,
    platform: &huan_core::platform::PlatformKey,
) -> Result<(), Refusal> {
    let words = taken.cell.code();
    let person = || people.find(&words).ok_or(Refusal::Rule("mirror.reason.person_unknown"));
    let moment = || match &taken.cell {
        Cell::Empty => Ok(None),
        Cell::Moment(at) => Ok(Some(*at)),
        _ => Err(Refusal::Rule("mirror.reason.value_unknown")),
    };
    match subject {
        Subject::Record(id) => {
            let record = work.tx.record(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("record"))?;
            let mut change = RecordChange { version: record.version, ..RecordChange::default() };
            match taken.column {
                "topic" => change.topic = Some(words),
                "participants" => change.participants = Some(participants(&words, people)),
                "platforms" => {
                    let names = match &taken.cell {
                        Cell::Choices(names) => names.iter().map(|name| platform_key(name)).collect(),
                        _ => Vec::new(),
                    };
                    change.platforms = Some(names);
                }
                "summary" => change.summary = Some(words),
                "owner" => change.owner = Some(person()?),
                "due" => change.due_at = Some(moment()?),
                "status" => {
                    let status = Status::read(&words).ok_or(Refusal::Rule("mirror.reason.value_unknown"))?;
                    change.status = Some(status.status);
                }
                "follow_up" => change.follow_up = Some(words),
                _ => return Err(Refusal::Rule("mirror.reason.value_unknown")),
            }
            edit_record(work, id, change).await?;
            Ok(())
        }
        Subject::Task(id) => {
            let task = work.tx.task(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("task"))?;
            let (field, value) = match taken.column {
                "name" => (SyncField::Name, words),
                "owner" => (SyncField::Owner, person()?.to_string()),
                "due" => (SyncField::Due, moment()?.map(|at| at.to_string()).unwrap_or_default()),
                "status" => {
                    let stage = STAGES.into_iter().find(|stage| stage_name(*stage) == words);
                    let stage = stage.ok_or(Refusal::Rule("mirror.reason.value_unknown"))?;
                    (SyncField::Status, stage.name().to_owned())
                }
                _ => return Err(Refusal::Rule("mirror.reason.value_unknown")),
            };
            Ok(here::apply(work, &task, field, &value, platform, None).await?)
        }
        _ => Err(Refusal::Rule("mirror.reason.value_unknown")),
    }
}

/// Names as people separate them; a name that is nobody's stays a word.
fn participants(words: &str, people: &People) -> Vec<Participant> {
    let names = words.split(['、', ',', '，', ';', '；', '\n']).map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| match people.find(name) {
            Some(person) => Participant::Person { person },
            None => Participant::Named { text: name.to_owned() },
        })
        .collect()
}
