//! Laws that hold whatever is done, and wherever it is broken off.

use huan_app::{
    ActionError,
    actions::{
        edit_task, leaving,
        people::{self, PersonChange},
        task_steps,
    },
    engine,
};
use huan_core::{
    ambient::{Entropy as _, SeededEntropy},
    calendar::{PublicHolidays, Shift, Week, WorkingHours},
    clock::ClockKind,
    history::{Event, Subject},
    id::PersonId,
    status::Status,
    task::{Progress, Proposal, ProposalAnswer, Refusal, Stage, Task, TaskState},
};
use huan_store::{Page, both_databases, testing::until};
use jiff::SignedDuration;

use crate::company::Company;

/// The same steps again with the same seed.
struct Dice(SeededEntropy);

impl Dice {
    fn below(&self, bound: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_be_bytes(bytes) % bound as u64).unwrap()
    }
}

/// Does something with the task, sensible or not; what may not be done is refused, and that is all right.
async fn any_step(company: &Company, dice: &Dice, task: &Task) -> Result<(), ActionError> {
    let people = [&company.wang, &company.li, &company.zhou, &company.sun, &company.boss];
    let proposal = || Proposal { owner: None, due_at: None, words: "只做一半".into() };
    let owner = people[dice.below(4)].clone();
    // Mostly whoever it is up to, else nothing would ever move.
    let now = company.now(task).await;
    let step = dice.below(12);
    let actor = match (dice.below(6), step) {
        (0, _) => people[dice.below(5)].clone(),
        (_, 2..=4 | 11) => now.initiator.clone(),
        _ => now.owner.clone(),
    };
    let id = &task.id;
    let act = async |work: &mut huan_app::Work<'_>| -> Result<(), ActionError> {
        match step {
            0 => task_steps::accept(work, id).await,
            1 => task_steps::decline(work, id, Refusal { reason: "忙".into(), proposal: proposal() }).await,
            2 => task_steps::answer_proposal(work, id, ProposalAnswer::Agree).await,
            3 => task_steps::answer_proposal(work, id, ProposalAnswer::Insist { words: String::new() }).await,
            4 => task_steps::reassign(work, id, &owner).await,
            5 | 6 => task_steps::report_progress(work, id, "分析完成", Some(40)).await,
            7 => task_steps::block(work, id, "缺测试环境").await,
            8 => task_steps::resume(work, id).await,
            9 => task_steps::finish(work, id).await,
            10 => task_steps::reopen(work, id).await,
            _ if now.version % 7 == 0 => task_steps::cancel(work, id, "不做了").await,
            _ => {
                let change = edit_task::TaskChange {
                    version: now.version,
                    name: Some(format!("{}。", now.name)),
                    ..edit_task::TaskChange::default()
                };
                edit_task::edit_task(work, id, change).await
            }
        }
        .map(|_| ())
    };
    company.does(&actor, act).await
}

/// What the history says of a task, from its beginning.
fn folded(first: &Task, events: &[(Event, jiff::Timestamp)]) -> Task {
    let mut task = first.clone();
    for (event, at) in events {
        match event {
            Event::Accepted => task.accept().unwrap(),
            Event::Declined { refusal } => task.decline(refusal.clone()).unwrap(),
            Event::ProposalAnswered { answer } => task.answer_proposal(answer).unwrap(),
            Event::Assigned { owner } if *owner != task.owner || task.state != TaskState::Offered => {
                task.reassign(owner.clone()).unwrap();
            }
            Event::Progressed { text, percent } => {
                task.report(Progress { text: text.clone(), percent: *percent, at: *at }).unwrap();
            }
            Event::Blocked { reason } => task.block(reason.clone()).unwrap(),
            Event::Resumed => task.resume().unwrap(),
            Event::Finished => task.finish(*at).unwrap(),
            Event::Reopened => task.reopen().unwrap(),
            Event::Cancelled { reason } => task.cancel(reason.clone()).unwrap(),
            Event::Changed { field, to, .. } if field == "name" => task.name.clone_from(to),
            _ => {}
        }
    }
    task
}

async fn check(company: &Company, firsts: &[Task]) {
    let mut conn = company.app.db.read().await.unwrap();
    let workspace = &company.app.workspace;
    for first in firsts {
        let task = conn.task(workspace, &first.id).await.unwrap().unwrap();
        let subject = Subject::Task(task.id.clone());
        let stage = task.state.stage();

        // Exactly the clock of the open question runs.
        let clocks = conn.clocks_of(workspace, &subject).await.unwrap();
        let running: Vec<ClockKind> =
            clocks.iter().filter(|clock| clock.is_running()).map(|clock| clock.kind).collect();
        let expected: &[ClockKind] = match stage {
            Stage::Offered => &[ClockKind::Acceptance],
            Stage::Declined => &[ClockKind::Proposal],
            Stage::InProgress | Stage::Blocked => &[ClockKind::DailyProgress],
            Stage::Done | Stage::Cancelled => &[],
        };
        assert_eq!(running, expected, "{stage:?}");

        // The row says the same as the task.
        let row = conn.record(workspace, task.record.as_ref().unwrap()).await.unwrap().unwrap();
        let status = task.state.status().unwrap_or(Status::Done);
        assert_eq!((&row.topic, &row.owner, row.status), (&task.name, &task.owner, status));

        // Old state and events make the new state.
        let mut page = Page { descending: false, ..Page::first(200) };
        let mut events = Vec::new();
        loop {
            let listed = conn.history(workspace, &subject, &page).await.unwrap();
            events.extend(listed.rows.into_iter().map(|row| (row.entry.event, row.entry.at)));
            match listed.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        let told = folded(first, &events);
        assert_eq!((&told.state, &told.owner, &told.name), (&task.state, &task.owner, &task.name), "{events:#?}");
        assert_eq!(told.progress, task.progress);
        assert_eq!(told.description, task.description);
    }
    // What is counted beside the rows is what is there.
    let tallies = conn.tallies(workspace, company.collaboration.as_str()).await.unwrap();
    for stage in [Stage::Offered, Stage::Declined, Stage::InProgress, Stage::Blocked, Stage::Done, Stage::Cancelled] {
        let filter = huan_store::TaskFilter { stages: vec![stage], ..huan_store::TaskFilter::default() };
        let sort = huan_store::TaskSort::default();
        let there = conn.tasks(workspace, &filter, sort, &Page::first(100)).await.unwrap().rows.len();
        let name = format!("task:{}", stage.name());
        let counted = tallies.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| *count);
        assert_eq!(usize::try_from(counted).unwrap(), there, "{name}");
    }
    assert_eq!(conn.verify_history(workspace).await.unwrap(), None);
}

/// So that time can pass without regard to the hour.
async fn always_at_work(company: &Company, who: &PersonId) {
    let always = vec![Shift::new(0, 24 * 60).unwrap()];
    let week = Week { saturday: always.clone(), sunday: always.clone(), ..Week::monday_to_friday(&always) };
    let hours = WorkingHours::new("Asia/Shanghai", week, PublicHolidays::None).unwrap();
    let version = {
        let mut conn = company.app.db.read().await.unwrap();
        conn.person(&company.app.workspace, who).await.unwrap().unwrap().version
    };
    let change = PersonChange { version, hours: Some(hours), ..PersonChange::default() };
    company.does(&company.boss, async |work| people::edit_person(work, who, change).await).await.unwrap();
}

both_databases! {
    async fn f4_whatever_is_done_state_history_clocks_rows_and_counts_agree(db: Db) {
        let company = Company::on(db).await;
        let dice = Dice(SeededEntropy::new(11));
        let mut tasks = Vec::new();
        for name in ["评估技术可行性", "导出接口", "核对数据"] {
            tasks.push(company.task(name, &company.li).await);
        }
        let (mut done, mut refused) = (0, 0);
        for round in 0..120 {
            let task = &tasks[dice.below(tasks.len())];
            match any_step(&company, &dice, task).await {
                Ok(()) => done += 1,
                Err(ActionError::Internal(error)) => panic!("{error}"),
                Err(_) => refused += 1,
            }
            if dice.below(5) == 0 {
                company.time.advance(SignedDuration::from_mins(47));
                engine::drain(&company.app).await.unwrap();
            }
            if round % 8 == 0 {
                check(&company, &tasks).await;
            }
        }
        assert!(done > 30 && refused > 10, "{done} steps were taken, {refused} refused");
        let successor: &PersonId = &company.sun;
        let leave = async |work: &mut huan_app::Work<'_>| leaving::leave(work, &company.li, Some(successor)).await;
        company.does(&company.boss, leave).await.unwrap();
        check(&company, &tasks).await;
    }

    /// Messages go out and clocks ring although the work is broken off again and again, each time a little later.
    async fn f4_broken_off_between_any_two_steps_nothing_is_lost_or_doubled(db: Db) {
        let company = Company::on(db).await;
        always_at_work(&company, &company.li).await;
        let mut broken = 0;
        // Each statement has a moment before it and one after: an odd stride falls on both.
        for moment in (0..12).chain((12..).step_by(11)) {
            let before = company.told(&company.li).len();
            let task = company.task("评估技术可行性", &company.li).await;
            // The half-time reminder falls due together with the card.
            company.time.advance(SignedDuration::from_mins(61));
            let outcome = until(moment, engine::drain(&company.app)).await;
            // What was in hand lies still until its lease has run out.
            company.time.advance(SignedDuration::from_secs(61));
            engine::drain(&company.app).await.unwrap();
            let told = company.told(&company.li).split_off(before);
            assert_eq!(told.len(), 2, "a card and a reminder, broken off at {moment}: {told:?}");
            let history = {
                let mut conn = company.app.db.read().await.unwrap();
                let subject = Subject::Task(task.id.clone());
                conn.history(&company.app.workspace, &subject, &Page::first(100)).await.unwrap().rows
            };
            let count = |is: fn(&Event) -> bool| history.iter().filter(|row| is(&row.entry.event)).count();
            assert_eq!(count(|event| matches!(event, Event::ClockFired { .. })), 1, "{history:#?}");
            assert_eq!(count(|event| matches!(event, Event::Sent { .. })), 2, "{history:#?}");
            assert_eq!(count(|event| matches!(event, Event::SendFailed { .. })), 0, "{history:#?}");
            company.does(&company.li, async |work| task_steps::finish(work, &task.id).await).await.unwrap();
            engine::drain(&company.app).await.unwrap();
            if outcome.is_some() {
                break;
            }
            broken += 1;
        }
        assert!(broken > 30, "broken off only {broken} times");
        let mut conn = company.app.db.read().await.unwrap();
        assert_eq!(conn.deliveries_open().await.unwrap(), 0);
        assert_eq!(conn.verify_history(&company.app.workspace).await.unwrap(), None);
    }
}
