//! F3: minutes are owed, chased, filed, confirmed; their actions become tasks, once.

use huan_app::{
    ActionError, Work,
    actions::{
        filing::{self, Filing},
        leaving, members,
        minutes::{self, NewMinutes},
    },
    engine,
    queries::{self, Look},
};
use huan_core::{
    ambient::{Entropy as _, SeededEntropy},
    clock::{Clock, ClockKind},
    history::Subject,
    id::{MinutesId, PersonId},
    minutes::{ActionItem, Content, Minutes, MinutesStage, Occasion, Removed},
    record::Participant,
    task::Stage,
};
use huan_store::{MinutesFilter, Page, both_databases};
use jiff::SignedDuration;

use crate::company::Company;

/// The field that stood in the way and why.
fn problem<T: std::fmt::Debug>(outcome: Result<T, ActionError>) -> (&'static str, &'static str) {
    match outcome {
        Err(ActionError::Invalid(fields)) => (fields[0].field, fields[0].code),
        other => panic!("it was not refused for a field: {other:?}"),
    }
}

async fn begun(company: &Company, by: &PersonId, recorder: &PersonId) -> Minutes {
    let new = NewMinutes {
        recorder: Some(recorder.clone()),
        ..NewMinutes::of(company.collaboration.clone(), Occasion::Decision, "首版只支持 CSV 导出")
    };
    let minutes = company.does(by, async |work| minutes::begin(work, new).await).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    minutes
}

async fn now(company: &Company, id: &MinutesId) -> Minutes {
    company.app.db.read().await.unwrap().minutes(&company.app.workspace, id).await.unwrap().unwrap()
}

/// The clock of minutes that are owed; that of the participants' word is another matter.
async fn running(company: &Company, id: &MinutesId) -> Vec<Clock> {
    let mut clocks = all_running(company, id).await;
    clocks.retain(|clock| clock.kind != ClockKind::Confirmation);
    clocks
}

async fn all_running(company: &Company, id: &MinutesId) -> Vec<Clock> {
    let subject = Subject::Minutes(id.clone());
    company.app.db.read().await.unwrap().running_clocks(&company.app.workspace, &[subject]).await.unwrap()
}

fn person(id: &PersonId) -> Participant {
    Participant::Person { person: id.clone() }
}

/// What the participants 王晓, 李强 and 周婷 decided, with one action of 李强.
fn said(company: &Company) -> Content {
    Content {
        participants: vec![person(&company.wang), person(&company.li), person(&company.zhou)],
        conclusions: "首版只支持 CSV 导出".into(),
        actions: vec![action(company, "a1", "给出导出功能的工作量评估")],
        ..Content::default()
    }
}

fn action(company: &Company, key: &str, what: &str) -> ActionItem {
    ActionItem {
        key: key.into(),
        what: what.into(),
        owner: Some(company.li.clone()),
        due: Some(company.app.now() + SignedDuration::from_hours(72)),
        task: None,
    }
}

async fn file(
    company: &Company,
    by: &PersonId,
    id: &MinutesId,
    content: Content,
    note: &str,
    removed: Vec<Removed>,
) -> Result<Minutes, ActionError> {
    let was = now(company, id).await;
    let (title, version) = (was.title, was.version);
    let filing = Filing { title, content, level: None, note: note.into(), removed, version };
    let filed = company.does(by, async |work| filing::file(work, id, filing).await).await;
    engine::drain(&company.app).await.unwrap();
    filed
}

async fn words(company: &Company, id: &MinutesId) -> Vec<(PersonId, u32, &'static str)> {
    let mut conn = company.app.db.read().await.unwrap();
    let words = conn.confirmations(&company.app.workspace, id).await.unwrap();
    words.into_iter().map(|word| (word.person, word.edition, word.stand.name())).collect()
}

both_databases! {
    async fn f3_a_decision_owes_minutes_until_they_are_filed_and_its_actions_become_tasks(db: Db) {
        let company = Company::on(db).await;
        let minutes = begun(&company, &company.wang, &company.zhou).await;
        assert_eq!(minutes.recorder, company.zhou);
        let clocks = running(&company, &minutes.id).await;
        assert_eq!(clocks.len(), 1);
        assert_eq!(clocks[0].kind, ClockKind::Minutes);
        assert_eq!(clocks[0].due_at, company.app.now() + SignedDuration::from_hours(24), "elapsed time");
        assert!(company.told(&company.zhou)[0].contains("M1"), "{:?}", company.told(&company.zhou));

        // What is missing is said.
        let outcome = file(&company, &company.zhou, &minutes.id, Content::default(), "", Vec::new()).await;
        assert_eq!(problem(outcome), ("participants", "required"));
        let vague = Content { actions: vec![action(&company, "a1", "尽快跟进")], ..said(&company) };
        let outcome = file(&company, &company.zhou, &minutes.id, vague, "", Vec::new()).await;
        assert_eq!(problem(outcome), ("actions", "action_vague"));
        let mut nobodys = said(&company);
        nobodys.actions[0].owner = None;
        let outcome = file(&company, &company.zhou, &minutes.id, nobodys, "", Vec::new()).await;
        assert_eq!(problem(outcome), ("actions", "action_incomplete"));
        let mut strangers = said(&company);
        strangers.actions[0].owner = Some(company.sun.clone());
        let outcome = file(&company, &company.zhou, &minutes.id, strangers, "", Vec::new()).await;
        assert_eq!(problem(outcome), ("actions", "not_member"));
        assert_eq!(running(&company, &minutes.id).await.len(), 1, "and the clock runs on");

        let filed = file(&company, &company.zhou, &minutes.id, said(&company), "", Vec::new()).await.unwrap();
        assert_eq!(filed.state.stage(), MinutesStage::Filed);
        assert_eq!(running(&company, &minutes.id).await, [], "filed, no clock runs");
        let task = filed.content.actions[0].task.clone().unwrap();
        let mut conn = company.app.db.read().await.unwrap();
        let task = conn.task(&company.app.workspace, &task).await.unwrap().unwrap();
        assert_eq!((task.name.as_str(), &task.owner, &task.initiator), ("给出导出功能的工作量评估", &company.li, &company.zhou));
        assert!(task.description.contains("M1"), "{}", task.description);
        let linked = MinutesFilter { linked: Some(task.id.to_string()), ..MinutesFilter::default() };
        let back = conn.minutes_list(&company.app.workspace, &linked, &Page::first(9)).await.unwrap().rows;
        assert_eq!(back, std::slice::from_ref(&filed), "found from the task");
        drop(conn);

        // The participants are asked, but for whoever filed.
        let asked = [(company.wang.clone(), 1, "waiting"), (company.li.clone(), 1, "waiting"), (company.zhou.clone(), 1, "confirmed")];
        let mut given = words(&company, &minutes.id).await;
        given.sort();
        let mut expected = asked.to_vec();
        expected.sort();
        assert_eq!(given, expected);
        assert!(company.told(&company.li).iter().any(|text| text.contains("card: 会议纪要 M1")), "{:?}", company.told(&company.li));
        for lines in [company.history(&Subject::Minutes(minutes.id.clone())).await, company.history(&Subject::Task(task.id)).await] {
            assert!(lines.iter().all(|line| !line.contains("minutes.")), "{lines:?}");
        }
    }

    async fn f3_i6_a_revision_changes_no_task_twice_and_asks_what_becomes_of_one_that_is_dropped(db: Db) {
        let company = Company::on(db).await;
        let minutes = begun(&company, &company.wang, &company.wang).await;
        let first = file(&company, &company.wang, &minutes.id, said(&company), "", Vec::new()).await.unwrap();
        let id = &minutes.id;
        let task = first.content.actions[0].task.clone().unwrap();
        company.does(&company.li, async |work| filing::confirm(work, id, 1).await).await.unwrap();
        let told = company.told(&company.li).len();

        // Nothing changed, no note, somebody else was faster.
        let outcome = file(&company, &company.wang, id, first.content.clone(), "改了", Vec::new()).await;
        assert_eq!(problem(outcome), ("content", "unchanged"));
        let mut more = first.content.clone();
        more.actions[0].what = "给出导出功能的工作量和风险评估".into();
        more.actions.push(ActionItem { owner: Some(company.zhou.clone()), ..action(&company, "", "更新导出页面的原型") });
        let outcome = file(&company, &company.wang, id, more.clone(), " ", Vec::new()).await;
        assert_eq!(problem(outcome), ("note", "required"));
        let stale = Filing { title: "x".into(), content: more.clone(), level: None, note: "y".into(), removed: Vec::new(), version: 1 };
        let outcome = company.does(&company.wang, async |work| filing::file(work, id, stale).await).await;
        assert!(matches!(outcome, Err(ActionError::VersionConflict(_))), "{outcome:?}");

        let second = file(&company, &company.wang, id, more, "加上原型", Vec::new()).await.unwrap();
        assert_eq!(second.state.edition(), 2);
        assert_eq!(second.content.actions[0].task.as_ref(), Some(&task), "no second task");
        let all = tasks(&company).await;
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].name, "给出导出功能的工作量和风险评估", "the task follows");
        let given = words(&company, id).await;
        assert!(given.contains(&(company.li.clone(), 2, "waiting")), "asked again, the text changed: {given:?}");
        assert!(company.told(&company.li).len() > told);

        // What was confirmed does not change when somebody more took part.
        company.does(&company.li, async |work| filing::confirm(work, id, 2).await).await.unwrap();
        let told = company.told(&company.li).len();
        let mut guests = second.content.clone();
        guests.participants.push(Participant::Named { text: "客户王总".into() });
        let third = file(&company, &company.wang, id, guests, "补记客户", Vec::new()).await.unwrap();
        assert!(words(&company, id).await.contains(&(company.li.clone(), 2, "confirmed")));
        assert_eq!(company.told(&company.li).len(), told, "and nobody is asked again for that");

        let mut fewer = third.content.clone();
        fewer.actions.remove(0);
        let outcome = file(&company, &company.wang, id, fewer.clone(), "不做评估", Vec::new()).await;
        assert_eq!(problem(outcome), ("removed", "action_removed"));
        let removed = vec![Removed { task: task.clone(), cancel: true }];
        file(&company, &company.wang, id, fewer, "不做评估", removed).await.unwrap();
        let all = tasks(&company).await;
        assert_eq!(all[0].state.stage(), Stage::Cancelled);
        assert_eq!(all[1].state.stage(), Stage::Offered);

        let caller = company.caller(&company.wang).await;
        let mut conn = company.app.db.read().await.unwrap();
        let mut look = Look::new(&company.app, &mut conn, &caller);
        let changed = queries::minutes::changed(&mut look, id, 1, 2).await.unwrap();
        let lines: Vec<(&str, &str)> = changed.lines.iter().map(|line| (line.kept, line.part)).collect();
        assert!(lines.contains(&("removed", "actions")) && lines.contains(&("added", "actions")), "{changed:?}");
        assert!(lines.contains(&("same", "conclusions")), "{changed:?}");
        let page = queries::minutes::one(&mut look, id).await.unwrap();
        assert_eq!(page.editions.iter().map(|edition| edition.number).collect::<Vec<_>>(), [4, 3, 2, 1]);
    }

    async fn f3_a_participant_objects_and_the_recorder_answers(db: Db) {
        let company = Company::on(db).await;
        let minutes = begun(&company, &company.wang, &company.zhou).await;
        let id = &minutes.id;
        let early = company.does(&company.li, async |work| filing::confirm(work, id, 1).await).await;
        assert!(matches!(early, Err(ActionError::Forbidden)), "{early:?}");
        file(&company, &company.zhou, id, said(&company), "", Vec::new()).await.unwrap();
        let outcome = company.does(&company.li, async |work| filing::object(work, id, 1, " ").await).await;
        assert_eq!(problem(outcome), ("words", "required"));
        let outcome = company.does(&company.li, async |work| filing::object(work, id, 2, "不对").await).await;
        assert!(matches!(outcome, Err(ActionError::VersionConflict(_))), "{outcome:?}");
        let other = company.does(&company.boss, async |work| filing::confirm(work, id, 1).await).await;
        assert!(matches!(other, Err(ActionError::Forbidden)), "no participant: {other:?}");
        company.does(&company.li, async |work| filing::object(work, id, 1, "还要支持 Excel").await).await.unwrap();
        engine::drain(&company.app).await.unwrap();
        assert!(company.told(&company.zhou).last().unwrap().contains("还要支持 Excel"));
        let open = company.app.db.read().await.unwrap().minutes_open_of(&company.app.workspace, &company.zhou).await.unwrap();
        assert_eq!(open.len(), 1, "it waits for the recorder");
        let li = company.li.clone();
        let outcome = company.does(&company.li, async |work| filing::answer_objection(work, id, &li, "好").await).await;
        assert!(matches!(outcome, Err(ActionError::Forbidden)), "only who records answers: {outcome:?}");
        company.does(&company.zhou, async |work| filing::answer_objection(work, id, &li, "放到下一版").await).await.unwrap();
        engine::drain(&company.app).await.unwrap();
        assert!(company.told(&company.li).last().unwrap().contains("放到下一版"));
        assert!(words(&company, id).await.contains(&(company.li.clone(), 1, "answered")));
        company.does(&company.li, async |work| filing::confirm(work, id, 1).await).await.unwrap();
        assert!(words(&company, id).await.contains(&(company.li.clone(), 1, "confirmed")));
    }

    async fn f3_participants_who_have_not_confirmed_are_reminded_once_a_working_day(db: Db) {
        let company = Company::on(db).await;
        let minutes = begun(&company, &company.wang, &company.li).await;
        let id = &minutes.id;
        file(&company, &company.li, id, said(&company), "", Vec::new()).await.unwrap();
        let reminded = |who: &PersonId| {
            company.told(who).iter().filter(|words| words.contains("请您确认或提出异议")).count()
        };
        let all = || [reminded(&company.wang), reminded(&company.li), reminded(&company.zhou)];
        assert_eq!(all(), [0, 0, 0], "the card has just come");
        // From Wednesday to Thursday, ten o'clock.
        company.later(24).await;
        assert_eq!(all(), [1, 0, 1], "whoever filed stands by it");
        company.later(8).await;
        assert_eq!(all(), [1, 0, 1], "once a day");
        company.does(&company.zhou, async |work| filing::confirm(work, id, 1).await).await.unwrap();
        company.later(16).await;
        assert_eq!(all(), [2, 0, 1], "on Friday only who is still waited for");
        company.later(48).await;
        assert_eq!(all(), [2, 0, 1], "nobody at the weekend");
        company.does(&company.wang, async |work| filing::object(work, id, 1, "还要支持 Excel").await).await.unwrap();
        assert_eq!(all_running(&company, id).await, [], "an objection is a word too");
        company.later(72).await;
        assert_eq!(all(), [2, 0, 1]);
    }

    async fn i7_f3_nobody_leaves_minutes_behind(db: Db) {
        let company = Company::on(db).await;
        let minutes = begun(&company, &company.wang, &company.li).await;
        let due = running(&company, &minutes.id).await[0].due_at;
        company.later(2).await;
        let outcome = company.does(&company.boss, async |work| leaving::leave(work, &company.li, None).await).await;
        assert_eq!(problem(outcome), ("successor", "open_work"));
        let successor = Some(&company.zhou);
        company.does(&company.boss, async |work| leaving::leave(work, &company.li, successor).await).await.unwrap();
        engine::drain(&company.app).await.unwrap();
        assert_eq!(now(&company, &minutes.id).await.recorder, company.zhou);
        let clocks = running(&company, &minutes.id).await;
        assert_eq!(clocks.len(), 1);
        assert_eq!(clocks[0].due_at, due, "passing them on gains no time");
        assert!(company.told(&company.zhou).last().unwrap().contains("M1"));

        // The same for whoever is taken out of the collaboration, in the middle of a day that is long over.
        company.later(30).await;
        let member = company.app.db.read().await.unwrap().memberships(&company.app.workspace, &company.collaboration).await.unwrap()
            .into_iter().find(|member| member.person == company.zhou).unwrap();
        let take_out = async |work: &mut Work<'_>, to: Option<&PersonId>| {
            members::remove_member(work, &company.collaboration, &member.id, to).await
        };
        let outcome = company.does(&company.wang, async |work| take_out(work, None).await).await;
        assert_eq!(problem(outcome), ("person", "open_work"));
        company.does(&company.wang, async |work| take_out(work, Some(&company.wang)).await).await.unwrap();
        let clocks = running(&company, &minutes.id).await;
        assert_eq!(now(&company, &minutes.id).await.recorder, company.wang);
        assert_eq!(clocks[0].due_at, company.app.now() + SignedDuration::from_hours(24), "a new day for a new recorder");
    }

    async fn f3_bad_input_is_refused_and_a_slip_can_be_withdrawn(db: Db) {
        let company = Company::on(db).await;
        let new = |title: &str| NewMinutes::of(company.collaboration.clone(), Occasion::Meeting, title);
        let begin = async |by: &PersonId, new: NewMinutes| company.does(by, async |work| minutes::begin(work, new).await).await;
        assert_eq!(problem(begin(&company.wang, new(" ")).await), ("title", "required"));
        let future = NewMinutes { happened_at: Some(company.app.now() + SignedDuration::from_mins(1)), ..new("评审") };
        assert_eq!(problem(begin(&company.wang, future).await), ("happened_at", "future"));
        let outsider = NewMinutes { recorder: Some(company.sun.clone()), ..new("评审") };
        assert_eq!(problem(begin(&company.wang, outsider).await), ("recorder", "not_member"));
        let refused = begin(&company.sun, new("评审")).await;
        assert!(matches!(refused, Err(ActionError::NotFound(_))), "{refused:?}");
        // A meeting of this morning: the time since then counts.
        let ended = company.app.now() - SignedDuration::from_hours(3);
        let meeting = begin(&company.wang, NewMinutes { happened_at: Some(ended), ..new("评审") }).await.unwrap();
        assert_eq!(running(&company, &meeting.id).await[0].due_at, ended + SignedDuration::from_hours(24));
        // One of last week: it is not late before anybody could write them.
        let ended = company.app.now() - SignedDuration::from_hours(24 * 7);
        let older = begin(&company.wang, NewMinutes { happened_at: Some(ended), ..new("评审") }).await.unwrap();
        assert_eq!(running(&company, &older.id).await[0].due_at, company.app.now() + SignedDuration::from_hours(24));

        let id = &meeting.id;
        let outcome = company.does(&company.wang, async |work| minutes::withdraw(work, id, " ").await).await;
        assert_eq!(problem(outcome), ("reason", "required"));
        let outcome = company.does(&company.li, async |work| minutes::withdraw(work, id, "记了两次").await).await;
        assert!(matches!(outcome, Err(ActionError::Forbidden)), "{outcome:?}");
        company.does(&company.wang, async |work| minutes::withdraw(work, id, "记了两次").await).await.unwrap();
        assert_eq!(running(&company, id).await, []);
        let outcome = file(&company, &company.wang, id, said(&company), "", Vec::new()).await;
        assert!(matches!(outcome, Err(ActionError::MinutesStage(MinutesStage::Withdrawn))), "{outcome:?}");
    }

    async fn f3_a_draft_finds_the_people_and_marks_what_it_guessed(db: Db) {
        let company = Company::on(db).await;
        let caller = company.caller(&company.wang).await;
        let mut conn = company.app.db.read().await.unwrap();
        let mut look = Look::new(&company.app, &mut conn, &caller);
        let text = "王晓 09:30：决定：首版只支持 CSV 导出\n客户甲 09:31：好\n待办：@李强 周五12:00前给出工作量评估";
        let draft = queries::minutes::draft(&mut look, &company.collaboration, text).await.unwrap();
        let content = draft.content;
        assert_eq!(content.participants, [person(&company.wang), Participant::Named { text: "客户甲".into() }]);
        assert_eq!(content.conclusions, "首版只支持 CSV 导出");
        assert_eq!(content.actions[0].owner, Some(company.li.clone()));
        assert_eq!(content.actions[0].due.unwrap().to_string(), "2026-11-27T04:00:00Z");
        assert_eq!(content.guessed, ["held_at", "participants", "agenda", "conclusions", "action:a1"]);
        let stranger = company.caller(&company.sun).await;
        let mut look = Look::new(&company.app, &mut conn, &stranger);
        let refused = queries::minutes::draft(&mut look, &company.collaboration, text).await;
        assert!(matches!(refused, Err(ActionError::NotFound(_))), "{refused:?}");
    }

    /// Whatever is done with them: minutes that are owed have exactly one running clock, all others have none.
    async fn f3_exactly_one_clock_runs_for_minutes_that_are_owed_whatever_is_done(db: Db) {
        let company = Company::on(db).await;
        let dice = SeededEntropy::new(11);
        let below = |bound: u64| {
            let mut bytes = [0; 8];
            dice.fill(&mut bytes);
            u64::from_be_bytes(bytes) % bound
        };
        let people = [company.wang.clone(), company.li.clone(), company.zhou.clone(), company.sun.clone()];
        let anybody = || people[usize::try_from(below(4)).unwrap()].clone();
        let mut all: Vec<MinutesId> = Vec::new();
        let mut done = 0;
        for turn in 0..120 {
            if all.is_empty() || below(6) == 0 {
                let new = NewMinutes {
                    recorder: Some(anybody()),
                    happened_at: Some(company.app.now() - SignedDuration::from_mins(i64::try_from(below(3_000)).unwrap())),
                    ..NewMinutes::of(company.collaboration.clone(), Occasion::Decision, format!("决定 {turn}"))
                };
                if let Ok(minutes) = company.does(&anybody(), async |work| minutes::begin(work, new).await).await {
                    all.push(minutes.id);
                }
                continue;
            }
            let id = all[usize::try_from(below(all.len() as u64)).unwrap()].clone();
            let (step, actor, other) = (below(6), anybody(), anybody());
            let was = now(&company, &id).await;
            let content = Content { agenda: format!("第 {turn} 次"), ..said(&company) };
            let act = async |work: &mut Work<'_>| -> Result<(), ActionError> {
                match step {
                    0 => minutes::reassign(work, &id, &other).await.map(|_| ()),
                    1 if turn % 3 == 0 => minutes::withdraw(work, &id, "记错了").await.map(|_| ()),
                    2 => filing::confirm(work, &id, was.state.edition()).await.map(|_| ()),
                    3 => filing::object(work, &id, was.state.edition(), "不对").await.map(|_| ()),
                    4 => minutes::write(work, &id, &was.title, content, None, was.version).await.map(|_| ()),
                    _ => {
                        let (title, note, version) = (was.title.clone(), format!("{turn}"), was.version);
                        let filing = Filing { title, content, level: None, note, removed: Vec::new(), version };
                        filing::file(work, &id, filing).await.map(|_| ())
                    }
                }
            };
            done += usize::from(company.does(&actor, act).await.is_ok());
            company.time.advance(SignedDuration::from_mins(i64::try_from(below(400)).unwrap()));
            engine::drain(&company.app).await.unwrap();
            for id in &all {
                let owed = now(&company, id).await.state.stage() == MinutesStage::Owed;
                assert_eq!(running(&company, id).await.len(), usize::from(owed), "{id} after turn {turn}");
            }
        }
        assert!(done > 20, "only {done} steps were taken");
    }
}

/// Every task, in the order of their numbers.
async fn tasks(company: &Company) -> Vec<huan_core::task::Task> {
    let page = Page { descending: false, ..Page::first(50) };
    let filter = huan_store::TaskFilter::default();
    let mut conn = company.app.db.read().await.unwrap();
    conn.tasks(&company.app.workspace, &filter, huan_store::TaskSort::Number, &page).await.unwrap().rows
}
