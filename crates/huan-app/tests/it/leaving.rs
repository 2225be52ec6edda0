//! I7: somebody leaves, and nothing is left ownerless.

use std::sync::Arc;

use huan_app::{
    ActionError,
    actions::{
        create_record::{NewRecord, create_record},
        edit_record::{RecordChange, edit_record},
        leaving, members, people,
        people::{NewPerson, PersonChange},
        task_steps,
    },
    directory::leavers,
    engine,
};
use huan_core::{
    clock::{Clock, ClockKind},
    collaboration::Role,
    directory::run::LeaverState,
    history::Subject,
    id::PersonId,
    level::Level,
    person::Standing,
    record::Record,
    status::Status,
    task::{Proposal, ProposalAnswer, Refusal, Stage, Task},
};
use huan_store::both_databases;
use jiff::SignedDuration;

use crate::company::Company;

async fn leave(company: &Company, who: &PersonId, successor: Option<&PersonId>) -> Result<(), ActionError> {
    company.does(&company.boss, async |work| leaving::leave(work, who, successor).await.map(|_| ())).await
}

/// The field that stood in the way and why.
fn problem(outcome: Result<(), ActionError>) -> (&'static str, &'static str) {
    match outcome {
        Err(ActionError::Invalid(fields)) => (fields[0].field, fields[0].code),
        other => panic!("it was not refused for a field: {other:?}"),
    }
}

async fn clock(company: &Company, subject: Subject, kind: ClockKind) -> Clock {
    let mut conn = company.app.db.read().await.unwrap();
    conn.clock_of(&company.app.workspace, &subject, kind).await.unwrap().expect("a clock")
}

async fn role(company: &Company, who: &PersonId) -> Option<Role> {
    let mut conn = company.app.db.read().await.unwrap();
    conn.role(&company.app.workspace, &company.collaboration, who).await.unwrap()
}

async fn row(company: &Company, owner: &PersonId, follow_up: &str) -> Record {
    let new = NewRecord {
        collaboration: company.collaboration.clone(),
        topic: "客户反馈".into(),
        participants: Vec::new(),
        platforms: Vec::new(),
        summary: String::new(),
        owner: owner.clone(),
        due_at: None,
        status: Status::InProgress,
        follow_up: follow_up.into(),
        follow_up_excuse: None,
        level: Level::Internal,
        message: None,
        strict: true,
    };
    company.does(&company.wang, async |work| create_record(work, new).await).await.unwrap()
}

/// Who still owns or has asked for something open although they have left.
async fn ownerless(company: &Company) -> Vec<String> {
    let mut conn = company.app.db.read().await.unwrap();
    let workspace = &company.app.workspace;
    let people = conn.people(workspace).await.unwrap();
    let gone: Vec<PersonId> = people
        .into_iter()
        .filter(|person| matches!(person.standing, Standing::Left { .. }))
        .map(|person| person.id)
        .collect();
    let mut found = Vec::new();
    for task in tasks(&mut conn, company).await.into_iter().filter(|task| task.state.is_open()) {
        let parts = [("owner", &task.owner), ("initiator", &task.initiator)];
        found.extend(
            parts.iter().filter(|(_, who)| gone.contains(who)).map(|(part, _)| format!("{part} of {}", task.name)),
        );
        found.extend(task.helpers.iter().filter(|who| gone.contains(who)).map(|_| format!("helper of {}", task.name)));
    }
    for person in &gone {
        found.extend(conn.open_follow_ups(workspace, person).await.unwrap().into_iter().map(|open| open.action));
        found.extend(conn.reports_of(workspace, person).await.unwrap().into_iter().map(|report| report.name));
        found.extend(conn.memberships_of(workspace, person).await.unwrap().into_iter().map(|part| part.id.to_string()));
    }
    found
}

async fn tasks(conn: &mut huan_store::Conn, company: &Company) -> Vec<Task> {
    let (filter, sort) = (huan_store::TaskFilter::default(), huan_store::TaskSort::default());
    conn.tasks(&company.app.workspace, &filter, sort, &huan_store::Page::first(100)).await.unwrap().rows
}

/// An outside person who takes part for some hours.
async fn guest(company: &Company, hours: i64) -> PersonId {
    let until = company.app.now() + SignedDuration::from_hours(hours);
    let new = NewPerson { name: "客户甲".into(), guest_until: Some(until), ..NewPerson::default() };
    let guest = company.does(&company.boss, async |work| people::create_person(work, new).await).await.unwrap().id;
    let add = async |work: &mut huan_app::Work<'_>| {
        members::add_member(work, &company.collaboration, &guest, Role::Guest, "").await
    };
    company.does(&company.wang, add).await.unwrap();
    guest
}

/// The worker that keeps the directory does what there is to do.
async fn directory(company: &Company) {
    while engine::directory::round(Arc::clone(&company.app)).await.unwrap().done > 0 {}
}

async fn leaver(company: &Company, who: &PersonId) -> Option<LeaverState> {
    let mut conn = company.app.db.read().await.unwrap();
    conn.leaver(&company.app.workspace, who).await.unwrap().map(|leaver| leaver.state)
}

both_databases! {
    async fn d2_i7_a_superior_who_leaves_after_being_called_on_shortens_no_line(db: Db) {
        let company = Company::on(db).await;
        company.task_from(&company.zhou, "评估技术可行性", &company.li, &[]).await;
        company.later(2).await;
        assert!(company.told(&company.wang).last().unwrap().contains("请协调"), "{:?}", company.told(&company.wang));
        // 孙悦 takes 王晓's place in the line, and has not heard of the task yet.
        let heir = Some(&company.sun);
        company.does(&company.boss, async |work| leaving::leave(work, &company.wang, heir).await).await.unwrap();
        company.send().await;
        let before = company.told(&company.sun).len();
        company.later(4).await;
        let told = company.told(&company.sun);
        assert!(told[before..].iter().any(|words| words.contains("请协调")), "nobody is skipped: {told:?}");
    }

    async fn i7_without_a_successor_nobody_leaves_open_work_behind(db: Db) {
        let company = Company::on(db).await;
        // 孙悦 has nothing; every one of the others has something of one kind.
        let offered = company.task("评估技术可行性", &company.li).await;
        assert_eq!(problem(leave(&company, &company.li, None).await), ("successor", "open_work"), "owns a task");
        company.does(&company.li, async |work| task_steps::finish(work, &offered.id).await).await.unwrap();
        assert_eq!(problem(leave(&company, &company.wang, None).await), ("successor", "open_work"), "leads");
        let asked = company.task_from(&company.zhou, "核对数据", &company.li, &[]).await;
        assert_eq!(problem(leave(&company, &company.zhou, None).await), ("successor", "open_work"), "asked for a task");
        company.does(&company.zhou, async |work| task_steps::cancel(work, &asked.id, "不做了").await).await.unwrap();
        leave(&company, &company.zhou, None).await.unwrap();
        leave(&company, &company.sun, None).await.unwrap();
        for nobody in [&company.li, &company.zhou] {
            let refused = leave(&company, &company.li, Some(nobody)).await;
            assert_eq!(problem(refused), ("successor", "unknown"), "not to oneself, not to somebody who left");
        }
        assert_eq!(problem(leave(&company, &company.boss, Some(&company.li)).await), ("administrator", "last_administrator"));
        let refused = company.does(&company.wang, async |work| leaving::leave(work, &company.sun, None).await).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)), "{refused:?}");
    }

    async fn i7_an_owners_tasks_are_offered_to_the_successor(db: Db) {
        let company = Company::on(db).await;
        let offered = company.task("评估技术可行性", &company.li).await;
        let working = company.task("导出接口", &company.li).await;
        company.does(&company.li, async |work| task_steps::accept(work, &working.id).await).await.unwrap();
        let done = company.task("旧的事", &company.li).await;
        company.does(&company.li, async |work| task_steps::finish(work, &done.id).await).await.unwrap();
        company.send().await;
        let told = (company.told(&company.li).len(), company.told(&company.sun).len());
        leave(&company, &company.li, Some(&company.sun)).await.unwrap();
        assert_eq!(ownerless(&company).await, [""; 0]);
        for task in [&offered, &working] {
            let now = company.now(task).await;
            assert_eq!((&now.owner, now.state.stage()), (&company.sun, Stage::Offered), "{}", task.name);
            assert!(clock(&company, Subject::Task(task.id.clone()), ClockKind::Acceptance).await.is_running());
            assert!(!company.history(&Subject::Task(task.id.clone())).await.is_empty());
        }
        assert!(!clock(&company, Subject::Task(working.id.clone()), ClockKind::DailyProgress).await.is_running());
        assert_eq!(company.now(&done).await.owner, company.li, "what is closed stays as it was");
        assert_eq!((role(&company, &company.li).await, role(&company, &company.sun).await), (None, Some(Role::Member)));
        company.send().await;
        assert_eq!(company.told(&company.sun).len(), told.1 + 2, "a card for each");
        assert_eq!(company.told(&company.li).len(), told.0, "whoever has left is told nothing more");
        company.later(24).await;
        assert_eq!(company.told(&company.li).len(), told.0);
        assert!(company.told(&company.boss).is_empty(), "孙悦 has no superior");
        let history = company.history(&Subject::Person(company.li.clone())).await;
        assert!(history.iter().any(|line| line.contains("left")), "{history:?}");
    }

    async fn i7_what_somebody_asked_for_is_asked_by_the_successor(db: Db) {
        let company = Company::on(db).await;
        let declined = company.task("评估技术可行性", &company.li).await;
        let refusal = Refusal {
            reason: "本周排满".into(),
            proposal: Proposal { words: "只做一半".into(), ..Proposal::default() },
        };
        company.does(&company.li, async |work| task_steps::decline(work, &declined.id, refusal).await).await.unwrap();
        let working = company.task("导出接口", &company.li).await;
        company.does(&company.li, async |work| task_steps::accept(work, &working.id).await).await.unwrap();
        company.send().await;
        leave(&company, &company.wang, Some(&company.zhou)).await.unwrap();
        assert_eq!(ownerless(&company).await, [""; 0]);
        assert_eq!(role(&company, &company.zhou).await, Some(Role::Initiator));
        for task in [&declined, &working] {
            assert_eq!(company.now(task).await.initiator, company.zhou);
            let history = company.history(&Subject::Task(task.id.clone())).await;
            assert!(history.iter().any(|line| line.contains("周婷")), "{history:?}");
        }
        company.send().await;
        let told = company.told(&company.zhou);
        assert_eq!(told.len(), 1, "the refusal waits for an answer, the other task for nothing: {told:?}");
        let insist = ProposalAnswer::Insist { words: String::new() };
        company.does(&company.zhou, async |work| task_steps::answer_proposal(work, &declined.id, insist).await).await.unwrap();
        company.does(&company.li, async |work| task_steps::finish(work, &working.id).await).await.unwrap();
        company.send().await;
        assert!(company.told(&company.zhou).last().unwrap().contains("导出接口"), "and the outcome is told to them");
        let mut conn = company.app.db.read().await.unwrap();
        let li = conn.person(&company.app.workspace, &company.li).await.unwrap().unwrap();
        assert_eq!(li.superior, Some(company.zhou.clone()), "and so is the superior");
        let zhou = conn.person(&company.app.workspace, &company.zhou).await.unwrap().unwrap();
        assert_eq!(zhou.superior, Some(company.boss.clone()), "nobody reports to themselves");
    }

    async fn i7_a_helper_who_leaves_helps_no_more(db: Db) {
        let company = Company::on(db).await;
        let task = company.task_from(&company.wang, "评估技术可行性", &company.li, &[&company.zhou]).await;
        leave(&company, &company.zhou, None).await.unwrap();
        assert_eq!(company.now(&task).await.helpers, []);
        assert_eq!(ownerless(&company).await, [""; 0]);
        company.history(&Subject::Task(task.id)).await;
    }

    async fn i7_rows_and_follow_ups_go_to_the_successor_and_stay_there(db: Db) {
        let company = Company::on(db).await;
        let own = row(&company, &company.li, "李强 周五12:00前提交报告").await;
        let others = row(&company, &company.wang, "李强 周五17:00前联系客户").await;
        leave(&company, &company.li, Some(&company.zhou)).await.unwrap();
        assert_eq!(ownerless(&company).await, [""; 0]);
        let open = {
            let mut conn = company.app.db.read().await.unwrap();
            assert_eq!(conn.record(&company.app.workspace, &own.id).await.unwrap().unwrap().owner, company.zhou);
            conn.open_follow_ups(&company.app.workspace, &company.zhou).await.unwrap()
        };
        assert_eq!(open.len(), 2);
        for follow_up in &open {
            let subject = Subject::FollowUp(follow_up.id.clone());
            assert!(clock(&company, subject.clone(), ClockKind::FollowUp).await.is_running());
            company.history(&subject).await;
        }
        // A week later the row is written on and changes hands: the text still names 李强, who has left.
        company.later(24 * 7).await;
        let version = {
            let mut conn = company.app.db.read().await.unwrap();
            conn.record(&company.app.workspace, &others.id).await.unwrap().unwrap().version
        };
        let change = RecordChange { version, owner: Some(company.zhou.clone()), ..RecordChange::default() };
        let changed = company.does(&company.wang, async |work| edit_record(work, &others.id, change).await).await.unwrap();
        let change = RecordChange {
            version: changed.version,
            follow_up: Some("李强 12月4日17:00前联系客户；王晓 12月4日17:00前确认结果".into()),
            ..RecordChange::default()
        };
        company.does(&company.wang, async |work| edit_record(work, &others.id, change).await).await.unwrap();
        let mut conn = company.app.db.read().await.unwrap();
        let still = conn.open_follow_ups(&company.app.workspace, &company.zhou).await.unwrap();
        assert_eq!(still.len(), 2, "what was handed over is not lost: {still:?}");
    }

    async fn h3_a_new_owner_of_a_row_moves_no_date(db: Db) {
        let company = Company::on(db).await;
        let row = row(&company, &company.li, "周婷 周五12:00前提交报告").await;
        let due = async || {
            let mut conn = company.app.db.read().await.unwrap();
            conn.open_follow_ups(&company.app.workspace, &company.zhou).await.unwrap()[0].due_at
        };
        let before = due().await;
        company.later(24 * 5).await;
        let change = RecordChange { version: row.version, owner: Some(company.zhou.clone()), ..RecordChange::default() };
        company.does(&company.wang, async |work| edit_record(work, &row.id, change).await).await.unwrap();
        assert_eq!(due().await, before, "Friday is still the Friday that was meant");
    }

    async fn i7_what_is_reopened_after_somebody_left_is_with_somebody_who_is_here(db: Db) {
        let company = Company::on(db).await;
        let owned = company.task("评估技术可行性", &company.li).await;
        let asked = company.task_from(&company.li, "核对数据", &company.zhou, &[]).await;
        company.does(&company.li, async |work| task_steps::finish(work, &owned.id).await).await.unwrap();
        company.does(&company.zhou, async |work| task_steps::finish(work, &asked.id).await).await.unwrap();
        leave(&company, &company.li, None).await.unwrap();
        company.does(&company.wang, async |work| task_steps::reopen(work, &owned.id).await).await.unwrap();
        company.does(&company.zhou, async |work| task_steps::reopen(work, &asked.id).await).await.unwrap();
        assert_eq!(ownerless(&company).await, [""; 0]);
        let owned = company.now(&owned).await;
        assert_eq!((&owned.owner, owned.state.stage()), (&company.wang, Stage::Offered));
        assert!(clock(&company, Subject::Task(owned.id.clone()), ClockKind::Acceptance).await.is_running());
        assert_eq!(company.now(&asked).await.initiator, company.wang);
        company.history(&Subject::Task(asked.id)).await;
    }

    async fn i7_whoever_has_left_does_nothing_more_and_comes_back_by_nothing(db: Db) {
        let company = Company::on(db).await;
        let task = company.task("评估技术可行性", &company.li).await;
        let before = company.caller(&company.li).await;
        leave(&company, &company.li, Some(&company.zhou)).await.unwrap();
        let mut work = company.app.begin(&before).await.unwrap();
        assert!(task_steps::accept(&mut work, &task.id).await.is_err(), "even with a caller made before");
        drop(work);
        let gone = {
            let mut conn = company.app.db.read().await.unwrap();
            conn.person(&company.app.workspace, &company.li).await.unwrap().unwrap()
        };
        let change = PersonChange { version: gone.version, guest_until: Some(None), ..PersonChange::default() };
        let back = company.does(&company.boss, async |work| people::edit_person(work, &company.li, change).await).await;
        assert_eq!(problem(back.map(|_| ())), ("guest_until", "left"));
        leave(&company, &company.li, None).await.unwrap();
        let mut conn = company.app.db.read().await.unwrap();
        assert_eq!(conn.verify_history(&company.app.workspace).await.unwrap(), None);
    }

    async fn i7_what_a_guest_has_open_goes_to_the_initiator_when_their_time_is_up(db: Db) {
        let company = Company::on(db).await;
        let guest = guest(&company, 30).await;
        let task = company.task("提供接口文档", &guest).await;
        company.later(29).await;
        directory(&company).await;
        company.send().await;
        assert_eq!(leaver(&company, &guest).await, None, "there is time left");
        company.later(2).await;
        let told = company.told(&company.wang).len();
        directory(&company).await;
        company.send().await;
        let words = company.told(&company.wang).split_off(told);
        assert!(words.len() == 1 && words[0].contains("客户甲") && words[0].contains("1 项"), "{words:?}");
        assert_eq!(leaver(&company, &guest).await, Some(LeaverState::Open));
        assert_eq!(company.now(&task).await.owner, guest, "the initiator has a day to decide");
        directory(&company).await;
        company.send().await;
        assert_eq!(company.told(&company.wang).len(), told + 1, "it is told once");
        company.later(24).await;
        directory(&company).await;
        let now = company.now(&task).await;
        assert_eq!((&now.owner, now.state.stage()), (&company.wang, Stage::Offered));
        assert_eq!(leaver(&company, &guest).await, Some(LeaverState::HandedOver));
        let person = company.app.db.read().await.unwrap().person(&company.app.workspace, &guest).await.unwrap().unwrap();
        assert!(matches!(person.standing, Standing::Guest { .. }), "their time can still be extended: {person:?}");
        let history = company.history(&Subject::Person(guest.clone())).await;
        assert!(history.iter().any(|line| line.contains("到期")), "{history:?}");
    }

    async fn i7_a_guest_who_gets_more_time_keeps_their_work(db: Db) {
        let company = Company::on(db).await;
        let guest = guest(&company, 5).await;
        let task = company.task("提供接口文档", &guest).await;
        company.later(6).await;
        directory(&company).await;
        assert_eq!(leaver(&company, &guest).await, Some(LeaverState::Open));
        let stays = company.does(&company.boss, async |work| leavers::stays(work, &guest).await).await;
        assert_eq!(problem(stays), ("guest_until", "past"), "until when must be said");
        let until = company.app.now() + SignedDuration::from_hours(48);
        let version = {
            let mut conn = company.app.db.read().await.unwrap();
            conn.person(&company.app.workspace, &guest).await.unwrap().unwrap().version
        };
        let change = PersonChange { version, guest_until: Some(Some(until)), ..PersonChange::default() };
        company.does(&company.boss, async |work| people::edit_person(work, &guest, change).await).await.unwrap();
        assert_eq!(leaver(&company, &guest).await, Some(LeaverState::Stays));
        company.later(30).await;
        directory(&company).await;
        assert_eq!(company.now(&task).await.owner, guest);
        company.later(20).await;
        directory(&company).await;
        assert_eq!(leaver(&company, &guest).await, Some(LeaverState::Open), "the second end is noticed as the first was");
    }

    async fn i7_handing_over_makes_no_circle_of_superiors(db: Db) {
        let company = Company::on(db).await;
        // 孙悦 reports to 李强, who reports to 王晓, from whom 孙悦 takes over.
        let version = {
            let mut conn = company.app.db.read().await.unwrap();
            conn.person(&company.app.workspace, &company.sun).await.unwrap().unwrap().version
        };
        let change = PersonChange { version, superior: Some(Some(company.li.clone())), ..PersonChange::default() };
        company.does(&company.boss, async |work| people::edit_person(work, &company.sun, change).await).await.unwrap();
        leave(&company, &company.wang, Some(&company.sun)).await.unwrap();
        let mut conn = company.app.db.read().await.unwrap();
        let mut above = async |who: &PersonId| {
            conn.person(&company.app.workspace, who).await.unwrap().unwrap().superior
        };
        assert_eq!(above(&company.zhou).await, Some(company.sun.clone()));
        assert_eq!(above(&company.sun).await, Some(company.li.clone()));
        assert_eq!(above(&company.li).await, Some(company.boss.clone()), "and not 孙悦, who reports to them");
    }
}
