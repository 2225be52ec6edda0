//! One look at one link: both tasks are read, each field is judged, and what differs is carried over.

use std::collections::HashSet;

use huan_connect::{Activity, Certainty, FieldWrite, ForeignTask, NewForeignTask, Tasks};
use huan_core::{
    history::{Event, Subject},
    id::PersonId,
    level::Level,
    platform::{ForeignTaskId, ForeignUser},
    task::{Stage, Task},
    task_sync::{Binding, Common, Side, Standing, SyncField, TaskLink, Verdict, judge},
};
use jiff::{SignedDuration, Timestamp};

use super::{TASK, here, later, people::People, there::Both, trouble::Trouble};
use crate::{
    actions::{create_task, create_task::NewTask, task_steps},
    app::{App, OpenAccount},
    error::ActionError,
    work::{Work, values_of},
};

/// How often both sides are read in one pass before it is left to the next one.
const MOST_ROUNDS: usize = 6;
/// How long making a task is taken to be under way when it is not known how it ended.
const UNDER_WAY: SignedDuration = SignedDuration::from_secs(60);
/// After how long a task that was not found is looked for once more.
const ONCE_MORE: SignedDuration = SignedDuration::from_secs(30);

/// When a task that was made there was known to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// By the answer to making it.
    AtOnce,
    /// By looking for it, for that answer was lost. Whoever works there had it before their eyes meanwhile.
    Later,
}

/// What a pass needs.
pub(super) struct Pass<'a> {
    pub(super) app: &'a App,
    pub(super) account: OpenAccount,
    binding: Binding,
    link: TaskLink,
    /// Fields that could not be carried over in this pass.
    refused: HashSet<SyncField>,
    /// What was written in this pass: by whom, and the platform's time of it.
    written: Vec<(ForeignUser, Option<Timestamp>)>,
}

/// Brings one link into step.
pub(super) async fn run(app: &App, claimed: &TaskLink) -> Result<(), Trouble> {
    let mut conn = app.db.read().await?;
    let Some(binding) = conn.binding(&app.workspace, &claimed.binding).await? else { return Ok(()) };
    let Some(link) = conn.task_link(&app.workspace, &claimed.id).await? else { return Ok(()) };
    drop(conn);
    if !binding.running || link.gone {
        return Ok(());
    }
    let closed = || Trouble::later("sync.problem.account_closed", "");
    let account = app.account(&binding.account).ok_or_else(closed)?;
    let mut pass = Pass { app, account, binding, link, refused: HashSet::new(), written: Vec::new() };
    if pass.link.foreign.is_none() {
        pass.make_there().await?;
    }
    for _ in 0..MOST_ROUNDS {
        let Some(foreign) = pass.read_there().await? else { return Ok(()) };
        let activities = pass.tasks()?.activities(&foreign.id, pass.link.heard_to).await?;
        pass.note_overwritten(&activities).await?;
        let Some(task) = pass.task_here(&foreign).await? else { return Ok(()) };
        if task.level == Level::Confidential {
            return Err(Trouble::never("sync.problem.confidential", ""));
        }
        pass.exchange_words(&task, &activities).await?;
        if !pass.carry_over(&foreign, &activities).await? {
            return pass.update(|link| link.there_at = later(link.there_at, foreign.updated)).await;
        }
    }
    Err(Trouble::later("sync.problem.internal", "both sides keep changing"))
}

impl<'a> Pass<'a> {
    pub(super) fn tasks(&self) -> Result<&dyn Tasks, Trouble> {
        self.account.live.tasks().ok_or_else(|| Trouble::never("sync.problem.account_closed", ""))
    }

    pub(super) fn foreign(&self) -> Result<ForeignTaskId, Trouble> {
        self.link.foreign.clone().ok_or_else(|| Trouble::later("sync.problem.internal", "no task there"))
    }

    /// On whose behalf is written: the person's own user there, else the account's operator.
    pub(super) fn operator(&self, own: Option<ForeignUser>) -> Result<ForeignUser, Trouble> {
        let operator = match own {
            Some(own) => Some(own),
            None => self.tasks()?.operator(),
        };
        operator.ok_or_else(|| Trouble::never("sync.problem.person_not_there", ""))
    }

    pub(super) async fn person_of(&self, user: &ForeignUser) -> Result<Option<PersonId>, Trouble> {
        let mut conn = self.app.db.read().await?;
        let identity = conn.identity_of(&self.app.workspace, &self.account.id, user).await?;
        Ok(identity.and_then(|identity| identity.person))
    }

    /// A unit of work of whoever acted on the platform; of the one who set the binding up where that is not known.
    pub(super) async fn begin(&self, person: Option<&PersonId>, editor: &str) -> Result<Work<'a>, Trouble> {
        let mut work = self.app.begin_as_huan().await?;
        for (person, editor) in
            person.map(|person| (person, "")).into_iter().chain([(&self.binding.responsible, editor)])
        {
            if let Some(person) = work.tx.person(&self.app.workspace, person).await?
                && work.act_on_platform(&person, &self.account.platform, editor)
            {
                return Ok(work);
            }
        }
        Err(Trouble::never("sync.problem.responsible_left", ""))
    }

    /// Changes the link.
    pub(super) async fn update(&mut self, change: impl FnOnce(&mut TaskLink)) -> Result<(), Trouble> {
        let mut tx = self.app.db.write().await?;
        let Some(mut link) = tx.lock_link(&self.app.workspace, &self.link.id).await? else {
            return Err(Trouble::never("sync.problem.internal", "the binding was taken away"));
        };
        let before = link.clone();
        change(&mut link);
        if link != before {
            tx.save_link(&self.app.workspace, &link).await?;
            tx.commit().await?;
        }
        self.link = link;
        Ok(())
    }

    /// The task as the platform has it; none when it is gone for good.
    async fn read_there(&mut self) -> Result<Option<ForeignTask>, Trouble> {
        let id = self.foreign()?;
        let mut found = self.tasks()?.read(std::slice::from_ref(&id)).await?;
        if let Some(index) = found.iter().position(|task| task.id == id) {
            if self.link.missing_at.is_some() {
                self.update(|link| link.missing_at = None).await?;
            }
            return Ok(Some(found.swap_remove(index)));
        }
        let now = self.app.now();
        match self.link.missing_at {
            Some(since) if now.duration_since(since) >= ONCE_MORE => {
                self.end_here().await?;
                Ok(None)
            }
            _ => {
                self.update(|link| link.missing_at = link.missing_at.or(Some(now))).await?;
                Err(Trouble::after("sync.problem.missing", ONCE_MORE))
            }
        }
    }

    /// The task was deleted there: here it is given up, and stays.
    async fn end_here(&mut self) -> Result<(), Trouble> {
        if let Some(id) = self.link.task.clone() {
            let mut work = self.begin(None, "").await?;
            let task = work.tx.task(&self.app.workspace, &id).await?;
            if task.is_some_and(|task| task.state.is_open()) {
                let name = huan_core::i18n::text(
                    huan_core::i18n::Language::default(),
                    &format!("domain.platform.{}", self.account.platform),
                    &[],
                );
                let reason = huan_core::i18n::text(
                    huan_core::i18n::Language::default(),
                    "sync.reason.removed",
                    &[("platform", &name)],
                );
                task_steps::cancel(&mut work, &id, &reason).await?;
                work.commit().await?;
            }
        }
        self.update(|link| link.gone = true).await
    }

    /// Makes the task there. That it is being made is written down first: after an unknown outcome it is looked for.
    async fn make_there(&mut self) -> Result<(), Trouble> {
        let Some(id) = self.link.task.clone() else { return Err(Trouble::never("sync.problem.internal", "no task")) };
        let task = self.app.db.read().await?.task(&self.app.workspace, &id).await?;
        let task = task.ok_or_else(|| Trouble::never("sync.problem.internal", "no task"))?;
        if task.level == Level::Confidential {
            return Err(Trouble::never("sync.problem.confidential", ""));
        }
        if task.state.stage() == Stage::Cancelled {
            return self.update(|link| link.gone = true).await.and(Err(Trouble::never("sync.problem.missing", "")));
        }
        let people = People::read(self.app, &self.account.id, Some(&task), None, &[]).await?;
        let new = NewForeignTask {
            project: self.binding.project.clone(),
            title: task.name.clone(),
            note: task.description.clone(),
            owner: people.there(&task.owner).cloned(),
            helpers: task.helpers.iter().filter_map(|helper| people.there(helper)).cloned().collect(),
            due: task.due_at,
            priority: self.binding.mapping.priority_there(task.priority),
            status: None,
            reference: self.binding.mapping.reference.clone().map(|field| (field, task.id.to_string())),
        };
        let now = self.app.now();
        if let Some(since) = self.link.making_at {
            if now.duration_since(since) < UNDER_WAY {
                return Err(Trouble::after("delivery.reason.answer_lost", UNDER_WAY));
            }
            if let Some(made) = self.unclaimed(self.tasks()?.made(&new, since).await?).await? {
                return self.adopt(made, &task, Found::Later).await;
            }
        }
        self.update(|link| link.making_at = Some(now)).await?;
        let operator = self.operator(people.there(&task.initiator).cloned())?;
        match self.tasks()?.create(&new, &operator).await {
            Ok(made) => self.adopt(made, &task, Found::AtOnce).await,
            Err(error) => {
                if error.certainty == Certainty::NotSent {
                    self.update(|link| link.making_at = None).await?;
                    return Err(error.into());
                }
                Err(Trouble::after(error.reason_key, UNDER_WAY))
            }
        }
    }

    /// The first of these that is not linked with another task here.
    async fn unclaimed(&self, found: Vec<ForeignTask>) -> Result<Option<ForeignTask>, Trouble> {
        let mut tx = self.app.db.write().await?;
        for task in found {
            let link = tx.lock_link_of_foreign(&self.app.workspace, &self.binding.id, &task.id).await?;
            if link.is_none_or(|link| link.task.is_none()) {
                return Ok(Some(task));
            }
        }
        Ok(None)
    }

    /// Links the task that was made. An event may have brought it up before: what it left is taken away. What it was made
    /// with is agreed on from here, so that somebody who changes it the next moment is not written over.
    async fn adopt(&mut self, made: ForeignTask, task: &Task, found: Found) -> Result<(), Trouble> {
        let people = People::read(self.app, &self.account.id, Some(task), Some(&made), &[]).await?;
        let both = Both { mapping: &self.binding.mapping, people: &people, task, foreign: &made };
        let (mut here, mut there) = (values_of(task), both.there());
        let agreed = SyncField::ALL.into_iter().filter_map(|field| {
            let common = Common { here: here.remove(&field)?, there: there.remove(&field)? };
            let alike = both.as_there(field, &common.here).value.as_ref() == Some(&common.there);
            alike.then_some((field, common))
        });
        let agreed: Vec<(SyncField, Common)> = agreed.collect();
        let lost = match found {
            Found::AtOnce => Vec::new(),
            Found::Later => self.written_over(&both, &agreed),
        };
        let mut work = self.app.begin_as_huan().await?;
        let workspace = &self.app.workspace;
        let tx = &mut work.tx;
        if let Some(stray) = tx.lock_link_of_foreign(workspace, &self.binding.id, &made.id).await?
            && stray.id != self.link.id
        {
            if stray.task.is_some() {
                return Err(Trouble::never("sync.problem.internal", "the task there belongs to another one"));
            }
            tx.delete_link(workspace, &stray.id).await?;
        }
        let Some(mut link) = tx.lock_link(workspace, &self.link.id).await? else {
            return Err(Trouble::never("sync.problem.internal", "the binding was taken away"));
        };
        link.foreign = Some(made.id);
        link.making_at = None;
        link.common.extend(agreed);
        link.problems.remove(TASK);
        if !lost.is_empty() {
            link.conflicted_at = Some(self.app.now());
        }
        tx.save_link(workspace, &link).await?;
        for event in lost {
            work.happened(Subject::Task(task.id.clone()), Some(&task.collaboration), event);
        }
        work.commit().await?;
        self.link = link;
        Ok(())
    }

    /// What somebody may have set in a task that was found only later, since the answer to making it was lost: both sides
    /// never agreed on it, so Huan's values will stand (see [`Standing::origin`]). Theirs are kept in the history before.
    fn written_over(&self, both: &Both<'_>, agreed: &[(SyncField, Common)]) -> Vec<Event> {
        let made = both.foreign;
        // Nobody has touched it: what differs was changed here meanwhile.
        if made.updated.is_some() && made.updated <= made.created {
            return Vec::new();
        }
        let (here, there) = (values_of(both.task), both.there());
        let differing = SyncField::ALL.into_iter().filter(|field| !agreed.iter().any(|(one, _)| one == field));
        differing
            .filter_map(|field| {
                let (here, there) = (here.get(&field)?, there.get(&field)?);
                let is_written = both.as_there(field, here).value.is_some();
                is_written.then(|| {
                    self.conflict(field, Side::Here, both.readable(field, here), both.readable_there(field, there))
                })
            })
            .collect()
    }

    /// The task here; one is made for a task that was made there. None when the task there is not wanted.
    async fn task_here(&mut self, foreign: &ForeignTask) -> Result<Option<Task>, Trouble> {
        if let Some(id) = &self.link.task {
            let task = self.app.db.read().await?.task(&self.app.workspace, id).await?;
            return task.map(Some).ok_or_else(|| Trouble::never("sync.problem.internal", "the task is gone"));
        }
        let elsewhere = foreign.project.as_ref().is_some_and(|project| *project != self.binding.project);
        if elsewhere || !super::is_wanted(&self.binding, foreign) {
            let mut tx = self.app.db.write().await?;
            tx.delete_link(&self.app.workspace, &self.link.id).await?;
            tx.commit().await?;
            return Ok(None);
        }
        if self.is_being_made_by_us(foreign).await? {
            return Err(Trouble::after("sync.problem.missing", ONCE_MORE));
        }
        self.make_here(foreign).await.map(Some)
    }

    /// Whether a task with this title is just being made there by us: then it is that one, most likely.
    async fn is_being_made_by_us(&self, foreign: &ForeignTask) -> Result<bool, Trouble> {
        let links = self.app.db.read().await?.links_of_binding(&self.app.workspace, &self.binding.id).await?;
        Ok(links.iter().any(|link| link.foreign.is_none() && link.making_at.is_some() && link.title == foreign.title))
    }

    /// Makes a task here of one that was made there (D1). Somebody always answers for it: who does there, else who made
    /// it, else who set the binding up.
    async fn make_here(&mut self, foreign: &ForeignTask) -> Result<Task, Trouble> {
        let people = People::read(self.app, &self.account.id, None, Some(foreign), &[]).await?;
        let creator = foreign.creator.as_ref().and_then(|user| people.here(user));
        let editor = foreign.creator.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut work = self.begin(creator, &editor).await?;
        let collaboration = self.binding.collaboration.clone();
        let named = foreign.owner.as_ref().and_then(|user| people.here(user));
        let mut owner = self.binding.responsible.clone();
        for candidate in [named, creator].into_iter().flatten() {
            if work.tx.role(&self.app.workspace, &collaboration, candidate).await?.is_some() {
                owner = candidate.clone();
                break;
            }
        }
        let new = NewTask {
            collaboration,
            name: foreign.title.clone(),
            description: foreign.note.clone(),
            owner,
            helpers: Vec::new(),
            due_at: foreign.due,
            priority: foreign.priority.and_then(|value| self.binding.mapping.priority(value)).unwrap_or_default(),
            criteria: String::new(),
            level: Level::Internal,
            message: None,
            platforms: vec!["Teambition".to_owned()],
        };
        let task = create_task::create_task(&mut work, new).await?;
        let Some(mut link) = work.tx.lock_link(&self.app.workspace, &self.link.id).await? else {
            return Err(Trouble::never("sync.problem.internal", "the binding was taken away"));
        };
        if link.task.is_some() {
            return Err(Trouble::later("sync.problem.internal", "made twice at once"));
        }
        link.task = Some(task.id.clone());
        link.title.clone_from(&task.name);
        work.tx.save_link(&self.app.workspace, &link).await?;
        work.commit().await?;
        self.update(|_| {}).await?;
        Ok(task)
    }

    /// Judges every field and carries over what differs. Says whether anything was.
    async fn carry_over(&mut self, foreign: &ForeignTask, activities: &[Activity]) -> Result<bool, Trouble> {
        let mut moved = false;
        for field in SyncField::ALL {
            if self.refused.contains(&field) {
                continue;
            }
            let Some(id) = self.link.task.clone() else { return Ok(false) };
            let task = self.app.db.read().await?.task(&self.app.workspace, &id).await?;
            let task = task.ok_or_else(|| Trouble::never("sync.problem.internal", "the task is gone"))?;
            let more: Vec<PersonId> = self.link.here.values().filter_map(|held| held.by.clone()).collect();
            let people = People::read(self.app, &self.account.id, Some(&task), Some(foreign), &more).await?;
            self.update(|_| {}).await?;
            let mapping = self.binding.mapping.clone();
            let both = Both { mapping: &mapping, people: &people, task: &task, foreign };
            moved |= self.field(field, &both, activities).await?;
        }
        Ok(moved)
    }

    async fn field(&mut self, field: SyncField, both: &Both<'_>, activities: &[Activity]) -> Result<bool, Trouble> {
        let value =
            |values: std::collections::BTreeMap<SyncField, String>| values.get(&field).cloned().unwrap_or_default();
        let (here, there) = (value(values_of(both.task)), value(both.there()));
        let (as_there, as_here) = (both.as_there(field, &here), both.as_here(field, &there));
        let common = self.link.common.get(&field).cloned();
        let now = self.app.now();
        let mut verdict = judge(&Standing {
            common: common.as_ref(),
            here: &here,
            here_at: self.link.here.get(&field).map_or(both.task.updated_at, |held| held.at),
            here_as_there: as_there.value.as_deref(),
            there: &there,
            there_at: both.foreign.updated.unwrap_or(now),
            there_as_here: as_here.value.as_deref(),
            origin: self.link.origin,
        });
        // Somebody who was not known is known now.
        let was_missing = self.link.problems.contains_key(field.name());
        if verdict == Verdict::Settled && was_missing && as_here.value.is_some() && as_here.missing.is_none() {
            verdict = match as_here.value.as_deref() == Some(here.as_str()) {
                true => Verdict::Agreed,
                false => Verdict::Take,
            };
        }
        let theirs = || Common { here: here.clone(), there: there.clone() };
        let taken = matches!(verdict, Verdict::Take | Verdict::Conflict(Side::There));
        // What was cleared there and must not be empty here is put back; that it was cleared is kept.
        if taken && as_here.value.is_none() && as_here.missing.is_none() {
            verdict = if common.is_some() { Verdict::Conflict(Side::Here) } else { Verdict::Send };
        }
        match verdict {
            Verdict::Settled => {
                if let Some((key, detail)) = as_here.missing.or(as_there.missing) {
                    self.trouble(field, key, detail, None).await?;
                } else if was_missing && !self.refused.contains(&field) {
                    self.update(|link| drop(link.problems.remove(field.name()))).await?;
                }
                Ok(false)
            }
            Verdict::Agreed => {
                self.agree(field, theirs(), as_here.missing.or(as_there.missing)).await?;
                Ok(false)
            }
            Verdict::Take | Verdict::Conflict(Side::There) => match as_here.value {
                None => {
                    let (key, detail) = as_here.missing.unwrap_or(("sync.problem.internal", String::new()));
                    self.refused.insert(field);
                    self.trouble(field, key, detail, Some(theirs())).await?;
                    Ok(false)
                }
                Some(wanted) => {
                    let lost = (verdict == Verdict::Conflict(Side::There)).then(|| {
                        self.conflict(field, Side::There, both.readable(field, &wanted), both.readable(field, &here))
                    });
                    let missing = as_here.missing;
                    self.take(field, both, (&here, &wanted, &there), lost, missing, activities).await
                }
            },
            Verdict::Send | Verdict::Conflict(Side::Here) => match as_there.value {
                None => {
                    let (key, detail) = as_there.missing.unwrap_or(("sync.problem.internal", String::new()));
                    self.refused.insert(field);
                    self.trouble(field, key, detail, None).await?;
                    Ok(false)
                }
                Some(wanted) => {
                    let lost = (verdict == Verdict::Conflict(Side::Here)).then(|| {
                        self.conflict(
                            field,
                            Side::Here,
                            both.readable(field, &here),
                            both.readable_there(field, &there),
                        )
                    });
                    self.send(field, both, (&here, &wanted), lost, as_there.missing).await
                }
            },
        }
    }

    fn conflict(&self, field: SyncField, side: Side, kept: String, lost: String) -> Event {
        Event::SyncConflict { platform: self.account.platform.clone(), field, side, kept, lost }
    }

    async fn agree(
        &mut self,
        field: SyncField,
        common: Common,
        missing: Option<(&'static str, String)>,
    ) -> Result<(), Trouble> {
        let now = self.app.now();
        self.update(|link| {
            link.common.insert(field, common);
            set_missing(link, field, missing, now);
        })
        .await
    }

    /// Shows why a field could not be carried over. With `common`, that stays so until one of the sides changes.
    async fn trouble(
        &mut self,
        field: SyncField,
        key: &str,
        detail: String,
        common: Option<Common>,
    ) -> Result<(), Trouble> {
        let now = self.app.now();
        let trouble = Trouble::never(key, detail);
        self.update(|link| {
            let since = link.problems.get(field.name()).map_or(now, |problem| problem.since);
            link.problems.insert(field.name().to_owned(), trouble.problem(since));
            if let Some(common) = common {
                link.common.insert(field, common);
            }
        })
        .await
    }

    /// Carries a value over to Huan, by the action that a page would use, together with the new common state.
    async fn take(
        &mut self,
        field: SyncField,
        both: &Both<'_>,
        (expected, wanted, there): (&str, &str, &str),
        lost: Option<Event>,
        missing: Option<(&'static str, String)>,
        activities: &[Activity],
    ) -> Result<bool, Trouble> {
        let (mut editor, mut name) = self.editor(activities).await?;
        let said = activities.iter().rev().find(|activity| activity.is_comment);
        // A refusal that waited for its words is theirs who said them.
        if editor.is_none()
            && field == SyncField::Status
            && wanted == Stage::Declined.name()
            && let Some(by) = said.and_then(|said| said.by.as_ref())
        {
            editor = self.person_of(by).await?;
            name = by.to_string();
        }
        let mut work = self.begin(editor.as_ref(), &name).await?;
        let workspace = &self.app.workspace;
        let now_here = |task: &Task| values_of(task).remove(&field).unwrap_or_default();
        let task = work.tx.task(workspace, &both.task.id).await?.ok_or(ActionError::NotFound("task"))?;
        if now_here(&task) != expected {
            // Changed meanwhile: judged anew.
            return Ok(true);
        }
        match here::apply(&mut work, &task, field, wanted, &self.account.platform, said.map(|said| said.text.as_str()))
            .await
        {
            Ok(()) => {}
            Err(error) if matches!(error.code(), "unavailable" | "internal" | "version_conflict") => {
                return Err(error.into());
            }
            Err(error) => {
                drop(work);
                self.refused.insert(field);
                let declined = field == SyncField::Status && wanted == Stage::Declined.name();
                let key = if declined { "sync.problem.declined_without_words" } else { "sync.problem.refused_here" };
                let words = error.words(huan_core::i18n::Language::default());
                self.trouble(field, key, words, None).await?;
                return Ok(false);
            }
        }
        let task = work.tx.task(workspace, &both.task.id).await?.ok_or(ActionError::NotFound("task"))?;
        let was_conflict = lost.is_some();
        if let Some(event) = lost {
            work.happened(Subject::Task(task.id.clone()), Some(&task.collaboration), event);
        }
        let Some(mut link) = work.tx.lock_link(workspace, &self.link.id).await? else {
            return Err(Trouble::never("sync.problem.internal", "the binding was taken away"));
        };
        link.common.insert(field, Common { here: now_here(&task), there: there.to_owned() });
        link.conflicted_at = if was_conflict { Some(work.now) } else { link.conflicted_at };
        set_missing(&mut link, field, missing, work.now);
        work.tx.save_link(workspace, &link).await?;
        work.commit().await?;
        Ok(true)
    }

    /// Who changed the task there since it was last read, where exactly one did.
    async fn editor(&self, activities: &[Activity]) -> Result<(Option<PersonId>, String), Trouble> {
        let mut editors: Vec<&ForeignUser> = activities
            .iter()
            .filter(|activity| !activity.is_comment && self.link.there_at.is_none_or(|at| activity.at > at))
            .filter_map(|activity| activity.by.as_ref())
            .collect();
        editors.sort_unstable();
        editors.dedup();
        match editors.as_slice() {
            [editor] => Ok((self.person_of(editor).await?, editor.to_string())),
            _ => Ok((None, String::new())),
        }
    }

    /// Carries a value over to the platform. What is lost by that is in the history before it is.
    async fn send(
        &mut self,
        field: SyncField,
        both: &Both<'_>,
        (here, wanted): (&str, &str),
        lost: Option<Event>,
        missing: Option<(&'static str, String)>,
    ) -> Result<bool, Trouble> {
        if let Some(event) = lost {
            let mut work = self.app.begin_as_huan().await?;
            work.happened(Subject::Task(both.task.id.clone()), Some(&both.task.collaboration), event);
            work.commit().await?;
            // From here on it is no conflict any more: should the call below fail, it is simply sent again.
            let there = both.there().remove(&field).unwrap_or_default();
            let before = self.link.common.get(&field).map(|common| common.here.clone()).unwrap_or_default();
            let now = self.app.now();
            self.update(|link| {
                link.common.insert(field, Common { here: before, there });
                link.conflicted_at = Some(now);
            })
            .await?;
        }
        let by = self.link.here.get(&field).and_then(|held| held.by.clone());
        let operator = self.operator(by.and_then(|by| both.people.there(&by).cloned()))?;
        let id = self.foreign()?;
        let read_at = both.foreign.updated;
        self.update(|link| link.writing_from = link.writing_from.or(read_at)).await?;
        for write in self.all_writes(field, both, wanted) {
            match self.tasks()?.write(&id, &write, &operator).await {
                Ok(updated) => self.written.push((operator.clone(), updated)),
                Err(error) => {
                    let trouble = Trouble::from(error);
                    // What may have been done is read before anything is done again.
                    if trouble.is_retried() {
                        return Err(trouble);
                    }
                    self.refused.insert(field);
                    let now = self.app.now();
                    self.update(|link| drop(link.problems.insert(field.name().to_owned(), trouble.problem(now))))
                        .await?;
                    return Ok(false);
                }
            }
        }
        let common = Common { here: here.to_owned(), there: wanted.to_owned() };
        self.agree(field, common, missing).await?;
        Ok(true)
    }

    /// The calls for a field. Whoever answered for the task before has no part in it any more, unless they help.
    fn all_writes(&self, field: SyncField, both: &Both<'_>, wanted: &str) -> Vec<FieldWrite> {
        let mut writes = both.writes(field, wanted);
        if field == SyncField::Owner
            && let Some(before) = both.foreign.owner.as_ref().filter(|before| before.as_str() != wanted)
            && both.foreign.creator.as_ref() != Some(before)
            && both.foreign.participants.contains(before)
            && both.people.here(before).is_some_and(|person| !both.task.helpers.contains(person))
        {
            let mut others: Vec<ForeignUser> =
                both.foreign.participants.iter().filter(|user| *user != before).cloned().collect();
            others.push(ForeignUser::new(wanted));
            others.dedup();
            writes.push(FieldWrite::Participants(others));
        }
        writes
    }

    /// Somebody may have changed the task between our reading and our writing: what they did stands in the history, since
    /// the platform cannot refuse a write that comes too late.
    async fn note_overwritten(&mut self, activities: &[Activity]) -> Result<(), Trouble> {
        let Some(read_at) = self.link.writing_from else { return Ok(()) };
        let written = std::mem::take(&mut self.written);
        // Without an answer it is not known until when we wrote.
        let last = written.iter().filter_map(|(_, at)| *at).max();
        let ours = |activity: &Activity| {
            written.iter().any(|(operator, at)| activity.by.as_ref() == Some(operator) && *at == Some(activity.at))
        };
        let meanwhile: Vec<&Activity> = activities
            .iter()
            .filter(|activity| {
                !activity.is_comment
                    && activity.at > read_at
                    && last.is_none_or(|last| activity.at <= last)
                    && !ours(activity)
            })
            .collect();
        let Some(task) = self.link.task.clone().filter(|_| !meanwhile.is_empty()) else {
            return self.update(|link| link.writing_from = None).await;
        };
        let mut work = self.app.begin_as_huan().await?;
        for activity in meanwhile {
            let event = Event::SyncOverwrote { platform: self.account.platform.clone(), text: activity.text.clone() };
            work.happened(Subject::Task(task.clone()), Some(&self.binding.collaboration), event);
        }
        work.commit().await?;
        let now = self.app.now();
        self.update(|link| {
            link.writing_from = None;
            link.conflicted_at = Some(now);
        })
        .await
    }
}

fn set_missing(link: &mut TaskLink, field: SyncField, missing: Option<(&'static str, String)>, now: Timestamp) {
    match missing {
        Some((key, detail)) => {
            let since = link.problems.get(field.name()).map_or(now, |problem| problem.since);
            link.problems.insert(field.name().to_owned(), Trouble::never(key, detail).problem(since));
        }
        None => drop(link.problems.remove(field.name())),
    }
}
