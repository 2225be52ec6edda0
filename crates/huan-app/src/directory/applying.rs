//! Carrying a plan out, in batches that each commit whole.

use std::collections::{HashMap, HashSet};

use huan_core::{
    calendar::WorkingHours,
    directory::{
        Field, SourcePerson,
        plan::{DepartmentChange, DepartmentStep, Kind, Plan, Step},
        run::{Entry, EntryState, Run, RunState},
    },
    history::{Event, Subject},
    i18n::Language,
    id::{AccountId, Id},
    person::{Department, Identity, Person, Standing},
    platform::ForeignUser,
};

use super::{From, Told, known::Known, leavers, reading};
use crate::{app::App, caller::Caller, error::ActionError, work::Work};

/// How many people one transaction deals with.
const BATCH: usize = 250;
/// How often a plan is made anew when something else changed the same people meanwhile.
const TRIES: usize = 3;

/// How many departments a plan makes.
pub(super) fn new_departments(plan: &Plan) -> usize {
    plan.departments.iter().filter(|step| step.change == DepartmentChange::Make).count()
}

/// Carries out what the source of `run` told.
pub(crate) async fn apply(app: &App, run: &mut Run) -> Result<(), ActionError> {
    let told = app.db.read().await?.directory_told(&app.workspace, &run.id).await?;
    let Some(told) = told.and_then(|text| serde_json::from_str::<Told>(&text).ok()) else {
        return reading::fail(app, run, "directory.reason.no_source", String::new()).await;
    };
    let account = run.account.clone();
    let from = From::of(account.as_ref());
    let caller = match &run.asked_by {
        Some(person) => {
            let person = app.db.read().await?.person(&app.workspace, person).await?;
            person.and_then(|person| Caller::of(&person, huan_core::history::Source::Web, app.now()))
        }
        None => None,
    };
    for attempt in 1..=TRIES {
        let done = carry_out(app, &told, from, run.report.with_leavers, caller.as_ref(), Some(&mut *run)).await;
        match done {
            Ok(()) => break,
            // Somebody else changed a person of the batch: what is left is planned anew.
            Err(error) if attempt < TRIES && is_a_clash(&error) => {
                tracing::info!(run = %run.id, %error, "planning the rest of an import anew");
            }
            Err(error) => return Err(error),
        }
    }
    run.state = RunState::Done;
    run.ended_at = Some(app.now());
    let mut tx = app.db.write().await?;
    tx.forget_directory_told(&app.workspace, &run.id).await?;
    tx.update_directory_run(&app.workspace, run, None).await?;
    tx.commit().await?;
    super::imports::show(app, run).await
}

fn is_a_clash(error: &ActionError) -> bool {
    matches!(error, ActionError::Store(error) if error.is_duplicate() || matches!(error, huan_store::Error::Stale { .. }))
}

/// Makes a plan for some people of a source and carries it out.
pub(super) async fn carry_out(
    app: &App,
    told: &Told,
    from: From<'_>,
    with_leavers: bool,
    caller: Option<&Caller>,
    mut run: Option<&mut Run>,
) -> Result<(), ActionError> {
    let mut conn = app.db.read().await?;
    let known = Known::read(app, &mut conn, from).await?;
    drop(conn);
    let whole = run.is_some() && from != From::List;
    let plan = known.plan(app, told, from, whole);
    make_departments(app, &plan, told, &known, from, caller).await?;
    let people: HashMap<&str, &SourcePerson> = told.people.iter().map(|one| (one.key.as_str(), one)).collect();
    let steps: Vec<&Step> =
        plan.steps.iter().filter(|step| with_leavers || !matches!(step.kind, Kind::Left | Kind::Parted)).collect();
    for (place, batch) in steps.chunks(BATCH).enumerate() {
        let mut work = begin(app, caller).await?;
        let mut batch_work = Batch { work: &mut work, known: &known, from, people: &people };
        batch_work.write(batch).await?;
        if let Some(run) = run.as_deref_mut() {
            run.report.done = place * BATCH + batch.len();
            let held_until = app.now() + reading::LEASE;
            work.tx.update_directory_run(&app.workspace, run, Some(held_until)).await?;
        }
        work.show(&Subject::Workspace(app.workspace.clone()), None);
        work.commit().await?;
    }
    if let Some(run) = run {
        let names = known.names(&plan);
        run.report.circles = reading::circles(&plan.circles, &names);
    }
    Ok(())
}

async fn begin<'a>(app: &'a App, caller: Option<&Caller>) -> Result<Work<'a>, ActionError> {
    match caller {
        Some(caller) => app.begin(caller).await,
        None => app.begin_as_huan().await,
    }
}

async fn make_departments(
    app: &App,
    plan: &Plan,
    told: &Told,
    known: &Known,
    from: From<'_>,
    caller: Option<&Caller>,
) -> Result<(), ActionError> {
    let by_key: HashMap<&str, _> = told.departments.iter().map(|one| (one.key.as_str(), one)).collect();
    let is_news = |step: &&DepartmentStep| {
        let told = by_key.get(step.key.as_str());
        step.change != DepartmentChange::Keep
            || (from != From::List && told.is_some_and(|told| !known.is_linked(&step.id, told)))
    };
    let steps: Vec<&DepartmentStep> = plan.departments.iter().filter(is_news).collect();
    if steps.is_empty() {
        return Ok(());
    }
    let mut work = begin(app, caller).await?;
    let workspace = &app.workspace;
    for step in steps {
        let department = Department { id: step.id.clone(), name: step.name.clone(), parent: step.parent.clone() };
        match step.change {
            DepartmentChange::Make => work.tx.insert_department(workspace, &department).await?,
            DepartmentChange::Change => work.tx.update_department(workspace, &department).await?,
            DepartmentChange::Keep => {}
        }
        if step.change != DepartmentChange::Keep {
            let event =
                Event::Changed { field: "department".to_owned(), from: String::new(), to: department.name.clone() };
            work.note_quietly(Subject::Workspace(workspace.clone()), None, event);
        }
        if let (From::Account(account), Some(told)) = (from, by_key.get(step.key.as_str())) {
            work.tx.link_directory_department(workspace, account, &department.id, told).await?;
        }
    }
    work.commit().await
}

/// A part of a plan, within one transaction.
struct Batch<'b, 'a> {
    work: &'b mut Work<'a>,
    known: &'b Known,
    from: From<'b>,
    people: &'b HashMap<&'b str, &'b SourcePerson>,
}

impl Batch<'_, '_> {
    async fn write(&mut self, steps: &[&Step]) -> Result<(), ActionError> {
        self.add_people(steps).await?;
        for step in steps {
            match step.kind {
                Kind::Changed => self.change(step).await?,
                Kind::Left | Kind::Parted => self.leaves(step).await?,
                Kind::New | Kind::Unchanged | Kind::Doubtful | Kind::Ignored => {}
            }
        }
        self.join(steps).await?;
        self.keep_entries(steps).await
    }

    async fn add_people(&mut self, steps: &[&Step]) -> Result<(), ActionError> {
        let app = self.work.app;
        let mut people = Vec::new();
        for step in steps.iter().filter(|step| step.kind == Kind::New) {
            let (Some(id), Some(target)) = (&step.person, &step.target) else { continue };
            let mut person = Person {
                id: id.clone(),
                name: String::new(),
                department: None,
                job: String::new(),
                superior: None,
                hours: WorkingHours::office_in_china(),
                language: Language::default(),
                mobile: None,
                mail: None,
                staff_number: None,
                administrator: false,
                standing: Standing::Active,
                version: 1,
            };
            target.clone().put_into(&mut person);
            people.push(person);
        }
        self.work.tx.insert_people(&app.workspace, &people).await?;
        for person in people {
            self.work.note_quietly(Subject::Person(person.id), None, Event::Created);
        }
        Ok(())
    }

    async fn change(&mut self, step: &Step) -> Result<(), ActionError> {
        let (Some(id), Some(target)) = (&step.person, &step.target) else { return Ok(()) };
        if step.changes.is_empty() {
            return Ok(());
        }
        let workspace = &self.work.app.workspace;
        let person = self.work.tx.person(workspace, id).await?;
        let mut person = person.ok_or(ActionError::NotFound("person"))?;
        for change in &step.changes {
            match change.field {
                Field::Name => person.name.clone_from(&target.name),
                Field::Department => person.department.clone_from(&target.department),
                Field::Job => person.job.clone_from(&target.job),
                Field::Superior => person.superior.clone_from(&target.superior),
                Field::Mobile => person.mobile.clone_from(&target.mobile),
                Field::Mail => person.mail.clone_from(&target.mail),
                Field::StaffNumber => person.staff_number.clone_from(&target.staff_number),
            }
        }
        self.work.tx.update_person(workspace, &mut person).await?;
        for change in &step.changes {
            // Numbers and addresses are not repeated in the history.
            let private = matches!(change.field, Field::Mobile | Field::Mail | Field::StaffNumber);
            let words = |text: &String| if private { String::new() } else { text.clone() };
            let event = Event::Changed {
                field: change.field.name().to_owned(),
                from: words(&change.from),
                to: words(&change.to),
            };
            self.work.note_quietly(Subject::Person(id.clone()), None, event);
            if self.from == From::List {
                // Whoever gives a list says so by hand.
                self.work.tx.set_by_hand(workspace, id, change.field).await?;
            }
        }
        Ok(())
    }

    async fn leaves(&mut self, step: &Step) -> Result<(), ActionError> {
        let Some(person) = &step.person else { return Ok(()) };
        let account = self.from.account();
        if step.kind == Kind::Left {
            leavers::notice(self.work, person, account).await
        } else {
            leavers::part(self.work, person, account).await
        }
    }

    /// Joins the ids at the source to their people; who is doubtful is known by the id and joined to nobody.
    async fn join(&mut self, steps: &[&Step]) -> Result<(), ActionError> {
        let From::Account(account) = self.from else { return Ok(()) };
        let mut new = Vec::new();
        for step in steps {
            let Some(told) = self.people.get(step.key.as_str()) else { continue };
            if !step.joins && step.kind != Kind::Doubtful {
                continue;
            }
            let person = step.person.clone().filter(|_| step.joins);
            let known = told.ids().find_map(|id| self.known.identities.get(id));
            match known {
                Some(known) if person.is_some() => {
                    let identity = Identity { person: person.clone(), ..known.clone() };
                    self.work.tx.update_identity(&self.work.app.workspace, &identity).await?;
                }
                Some(_) => {}
                None => new.push(identity_of(self.work, account, told, person.clone())),
            }
            if let Some(person) = person.filter(|_| step.kind != Kind::New) {
                let event = Event::Changed { field: "identity".to_owned(), from: String::new(), to: told.name.clone() };
                self.work.note_quietly(Subject::Person(person), None, event);
            }
        }
        let workspace = &self.work.app.workspace;
        Ok(self.work.tx.insert_identities(workspace, &new).await?)
    }

    /// Keeps what was told, as far as it is news.
    async fn keep_entries(&mut self, steps: &[&Step]) -> Result<(), ActionError> {
        let account = self.from.account().cloned();
        let mut kept = Vec::new();
        let mut seen = HashSet::new();
        for step in steps {
            let state = match step.kind {
                Kind::New | Kind::Changed | Kind::Unchanged => EntryState::Known,
                Kind::Doubtful => EntryState::Waiting,
                Kind::Ignored => EntryState::Ignored,
                Kind::Left | Kind::Parted => continue,
            };
            let Some(told) = self.people.get(step.key.as_str()) else { continue };
            let before = self.known.entries.get(&step.key);
            let is_news = before
                .is_none_or(|before| before.told != **told || before.state != state || before.doubt != step.doubt);
            // A list is one occasion: only who must be asked about is kept of it.
            let wanted = account.is_some() || state != EntryState::Known || before.is_some();
            if !is_news || !wanted || !seen.insert(step.key.as_str()) {
                continue;
            }
            kept.push(Entry {
                id: self.work.new_id(),
                account: account.clone(),
                told: (*told).clone(),
                state,
                doubt: step.doubt.clone(),
                seen_at: self.work.now,
            });
        }
        let workspace = &self.work.app.workspace;
        Ok(self.work.tx.keep_directory_entries(workspace, &kept).await?)
    }
}

/// The identity of somebody whom an account told.
pub(super) fn identity_of(
    work: &Work<'_>,
    account: &AccountId,
    told: &SourcePerson,
    person: Option<huan_core::id::PersonId>,
) -> Identity {
    Identity {
        id: Id::new(&*work.app.time, &*work.app.entropy),
        person,
        account: account.clone(),
        user: ForeignUser::new(told.key.clone()),
        aliases: told.aliases.iter().cloned().map(ForeignUser::new).collect(),
        name: told.name.clone(),
        preferred: false,
    }
}
