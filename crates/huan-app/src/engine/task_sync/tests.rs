//! Both sides under everything that goes wrong.

use std::sync::Arc;

use huan_connect::{FieldWrite, http::Http};
use huan_core::{
    ambient::{Entropy, ManualTime, SeededEntropy},
    collaboration::Role,
    history::{Event, Source, Subject},
    id::{CollaborationId, PersonId, TaskId},
    level::Level,
    person::Identity,
    platform::{ForeignProject, ForeignTaskId, ForeignUser, PlatformKey},
    task::{Priority, Stage, Task},
    task_sync::{Acceptance, Binding, MappedPriority, MappedStatus, Mapping, SyncField},
};
use huan_store::{Db, Page, TaskFilter, TaskSort, both_databases};
use jiff::SignedDuration;

use super::board::{Board, Boards, Fault, PROJECT};
use crate::{
    App, Caller, Setup,
    actions::{
        accounts::{self, NewAccount},
        collaborations::{self, NewCollaboration},
        create_task::{NewTask, create_task},
        edit_task::{TaskChange, edit_task},
        members,
        people::{self, NewPerson},
        task_steps,
    },
    engine,
    secrets::Secrets,
    work::Work,
};

struct Team {
    app: Arc<App>,
    time: ManualTime,
    board: Arc<Board>,
    collaboration: CollaborationId,
    wang: PersonId,
    li: PersonId,
    zhou: PersonId,
}

impl Team {
    async fn on(db: Db) -> Self {
        let time = ManualTime::starting_at("2026-11-25T02:00:00Z".parse().unwrap());
        let board = Board::new(time.clone());
        let app = App::open(Setup {
            db,
            time: Arc::new(time.clone()),
            entropy: Arc::new(SeededEntropy::new(3)),
            http: Http::new().unwrap(),
            secrets: Secrets::derive(&[7; 32]),
            public_url: "http://huan.test/".parse().unwrap(),
            leases: engine::Leases::default(),
            platforms: vec![Arc::new(Boards(Arc::clone(&board)))],
        })
        .await
        .unwrap();
        let mut work = app.begin_as_huan().await.unwrap();
        let mut hired = Vec::new();
        for name in ["王晓", "李强", "周婷"] {
            let administrator = hired.is_empty();
            let new = NewPerson { name: name.into(), administrator, ..NewPerson::default() };
            hired.push(people::add_person(&mut work, new).await.unwrap());
        }
        work.commit().await.unwrap();
        let caller = Caller::of(&hired[0], Source::Web, app.now()).unwrap();
        let [wang, li, zhou] = [0, 1, 2].map(|index: usize| hired[index].id.clone());
        let mut work = app.begin(&caller).await.unwrap();
        let new = NewAccount {
            platform: PlatformKey::new("teambition"),
            name: "板".into(),
            settings: std::collections::BTreeMap::new(),
            enabled: true,
        };
        let account = accounts::create_account(&mut work, new).await.unwrap().id;
        for (person, user) in [(&wang, "wang"), (&li, "li"), (&zhou, "zhou")] {
            let identity = Identity {
                id: work.new_id(),
                person: Some(person.clone()),
                account: account.clone(),
                user: ForeignUser::new(user),
                aliases: Vec::new(),
                name: user.into(),
                preferred: false,
            };
            work.tx.insert_identity(&app.workspace, &identity).await.unwrap();
        }
        let new = NewCollaboration {
            name: "产品V2.0".into(),
            goal: "完成产品V2.0需求文档评审".into(),
            ..NewCollaboration::default()
        };
        let collaboration = collaborations::create_collaboration(&mut work, new).await.unwrap().id;
        for person in [&li, &zhou] {
            members::add_member(&mut work, &collaboration, person, Role::Member, "").await.unwrap();
        }
        let binding = Binding {
            id: work.new_id(),
            collaboration: collaboration.clone(),
            account,
            project: ForeignProject::new(PROJECT),
            project_name: "产品V2.0".into(),
            mapping: mapping(),
            running: true,
            take_existing: true,
            responsible: wang.clone(),
            created_at: work.now,
            read_to: None,
            looked_through_at: None,
            next_at: Some(work.now),
            attempts: 0,
            problem: None,
            version: 1,
        };
        work.tx.insert_binding(&app.workspace, &binding).await.unwrap();
        work.commit().await.unwrap();
        engine::accounts::open_all(&app).await.unwrap();
        Self { app, time, board, collaboration, wang, li, zhou }
    }

    async fn caller(&self, person: &PersonId) -> Caller {
        let found = self.app.db.read().await.unwrap().person(&self.app.workspace, person).await.unwrap().unwrap();
        Caller::of(&found, Source::Web, self.app.now()).unwrap()
    }

    async fn begin(&self, person: &PersonId) -> Work<'_> {
        self.app.begin(&self.caller(person).await).await.unwrap()
    }

    async fn make(&self, name: &str) -> Task {
        let mut work = self.begin(&self.wang).await;
        let new = NewTask {
            collaboration: self.collaboration.clone(),
            name: name.into(),
            description: String::new(),
            owner: self.li.clone(),
            helpers: Vec::new(),
            due_at: None,
            priority: Priority::Normal,
            criteria: String::new(),
            level: Level::Internal,
            message: None,
            platforms: Vec::new(),
        };
        let task = create_task(&mut work, new).await.unwrap();
        work.commit().await.unwrap();
        task
    }

    async fn rename(&self, id: &TaskId, name: &str) {
        let version = self.task(id).await.version;
        let mut work = self.begin(&self.wang).await;
        let change = TaskChange { version, name: Some(name.into()), ..TaskChange::default() };
        edit_task(&mut work, id, change).await.unwrap();
        work.commit().await.unwrap();
    }

    async fn task(&self, id: &TaskId) -> Task {
        self.app.db.read().await.unwrap().task(&self.app.workspace, id).await.unwrap().unwrap()
    }

    async fn tasks(&self) -> Vec<Task> {
        let mut conn = self.app.db.read().await.unwrap();
        let page = Page::first(200);
        conn.tasks(&self.app.workspace, &TaskFilter::default(), TaskSort::Number, &page).await.unwrap().rows
    }

    /// Lets time pass and everything that is due be done, as a running hub does.
    async fn settle(&self) {
        for _ in 0..12 {
            engine::drain(&self.app).await.unwrap();
            self.time.advance(SignedDuration::from_mins(6));
        }
        engine::drain(&self.app).await.unwrap();
    }

    async fn history(&self, id: &TaskId) -> Vec<Event> {
        let mut conn = self.app.db.read().await.unwrap();
        let subject = Subject::Task(id.clone());
        let listed = conn.history(&self.app.workspace, &subject, &Page::first(500)).await.unwrap();
        listed.rows.into_iter().map(|row| row.entry.event).collect()
    }

    async fn problems(&self, id: &TaskId) -> Vec<(String, String)> {
        let link = self.app.db.read().await.unwrap().link_of_task(&self.app.workspace, id).await.unwrap().unwrap();
        link.problems.into_iter().map(|(field, problem)| (field, problem.key)).collect()
    }

    fn only(&self) -> ForeignTaskId {
        let tasks = self.board.tasks();
        assert_eq!(tasks.len(), 1, "{tasks:?}");
        tasks[0].id.clone()
    }
}

fn mapping() -> Mapping {
    let statuses = [("todo", Stage::Offered), ("doing", Stage::InProgress), ("done", Stage::Done)];
    let priorities = [(-10, Priority::Urgent), (0, Priority::Normal)];
    Mapping {
        statuses: statuses
            .map(|(id, stage)| MappedStatus { id: id.into(), name: id.into(), workflow: None, stage })
            .to_vec(),
        acceptance: Acceptance::Status,
        priorities: priorities
            .map(|(value, priority)| MappedPriority { value, name: String::new(), priority })
            .to_vec(),
        reference: None,
    }
}

both_databases! {
    async fn d5_a_task_made_here_is_made_there_and_follows_both_ways(db: Db) {
        let team = Team::on(db).await;
        let task = team.make("合同初稿").await;
        engine::drain(&team.app).await.unwrap();
        let id = team.only();
        let there = team.board.task(&id);
        assert_eq!((there.title.as_str(), there.owner.as_ref().unwrap().as_str()), ("合同初稿", "li"));
        // 承接 here moves the status there.
        let mut work = team.begin(&team.li).await;
        task_steps::accept(&mut work, &task.id).await.unwrap();
        work.commit().await.unwrap();
        engine::drain(&team.app).await.unwrap();
        assert_eq!(team.board.task(&id).status.as_deref(), Some("doing"));
        // Finished there is finished here, with its clocks and history.
        team.board.edit(&id, &FieldWrite::Status("done".into()), "li");
        team.board.edit(&id, &FieldWrite::Title("合同终稿".into()), "li");
        team.settle().await;
        let task = team.task(&task.id).await;
        assert_eq!((task.name.as_str(), task.state.stage()), ("合同终稿", Stage::Done));
        assert!(team.history(&task.id).await.contains(&Event::Finished));
        assert!(team.problems(&task.id).await.is_empty());
    }

    async fn d1_a_task_made_there_becomes_one_here_with_its_clock(db: Db) {
        let team = Team::on(db).await;
        team.board.make("压力测试", Some("zhou"), "wang");
        team.board.make("没有负责人", None, "li");
        engine::drain(&team.app).await.unwrap();
        let mut tasks = team.tasks().await;
        tasks.sort_by(|one, other| one.name.cmp(&other.name));
        assert_eq!(tasks.iter().map(|task| task.name.as_str()).collect::<Vec<_>>(), ["压力测试", "没有负责人"]);
        assert_eq!((&tasks[0].owner, &tasks[0].initiator), (&team.zhou, &team.wang));
        assert_eq!(tasks[1].owner, team.li, "who made it answers for it: nothing stays ownerless");
        let started = |event: &Event| matches!(event, Event::ClockStarted { .. });
        assert!(team.history(&tasks[0].id).await.iter().any(started));
        team.settle().await;
        assert_eq!(team.tasks().await.len(), 2, "once");
        assert!(team.board.tasks().iter().all(|task| task.owner.is_some()));
    }

    async fn d5_of_two_edits_at_once_the_later_stands_and_the_other_is_kept(db: Db) {
        let team = Team::on(db).await;
        let task = team.make("一").await;
        engine::drain(&team.app).await.unwrap();
        let id = team.only();
        team.board.edit(&id, &FieldWrite::Title("那边".into()), "li");
        team.time.advance(SignedDuration::from_mins(1));
        team.rename(&task.id, "这边").await;
        team.settle().await;
        assert_eq!(team.board.task(&id).title, "这边");
        let lost = |event: &Event| matches!(event, Event::SyncConflict { lost, .. } if lost == "那边");
        assert!(team.history(&task.id).await.iter().any(lost));
        team.rename(&task.id, "又是这边").await;
        team.time.advance(SignedDuration::from_mins(1));
        team.board.edit(&id, &FieldWrite::Title("又是那边".into()), "li");
        team.settle().await;
        assert_eq!(team.task(&task.id).await.name, "又是那边");
        let lost = |event: &Event| matches!(event, Event::SyncConflict { lost, .. } if lost == "又是这边");
        assert!(team.history(&task.id).await.iter().any(lost));
    }

    async fn d5_a_lost_answer_makes_no_second_task_and_no_second_comment(db: Db) {
        let team = Team::on(db).await;
        team.board.fail(&[Fault::AnswerLost]);
        let task = team.make("只有一个").await;
        team.settle().await;
        let id = team.only();
        let mut work = team.begin(&team.li).await;
        task_steps::accept(&mut work, &task.id).await.unwrap();
        task_steps::report_progress(&mut work, &task.id, "完成一半", Some(50)).await.unwrap();
        work.commit().await.unwrap();
        team.board.fail(&[Fault::AnswerLost, Fault::AnswerLost, Fault::Busy]);
        team.settle().await;
        assert_eq!(team.board.comments(&id).iter().filter(|text| text.contains("完成一半")).count(), 1);
        assert_eq!(team.board.task(&id).status.as_deref(), Some("doing"));
    }

    async fn d5_what_somebody_set_before_a_lost_answer_was_made_up_for_is_kept(db: Db) {
        let team = Team::on(db).await;
        team.board.fail(&[Fault::AnswerLost]);
        let task = team.make("答复丢了").await;
        engine::drain(&team.app).await.unwrap();
        let id = team.only();
        // Nobody here knows yet that it is there; whoever works there sees it and edits it.
        team.board.edit(&id, &FieldWrite::Note("先和客户确认范围".into()), "zhou");
        team.board.edit(&id, &FieldWrite::Status("doing".into()), "li");
        team.settle().await;
        assert_eq!(team.board.tasks().len(), 1);
        let lost: Vec<(SyncField, String)> = team
            .history(&task.id)
            .await
            .into_iter()
            .filter_map(|event| match event {
                Event::SyncConflict { field, lost, .. } => Some((field, lost)),
                _ => None,
            })
            .collect();
        let note = team.board.task(&id).note;
        let kept = lost.iter().any(|(field, lost)| *field == SyncField::Description && lost.contains("客户确认范围"));
        assert!(note.contains("客户确认范围") || kept, "their words are neither there nor in the history: {lost:?}");
        let status = team.board.task(&id).status;
        let kept = lost.iter().any(|(field, _)| *field == SyncField::Status);
        assert!(status.as_deref() == Some("doing") || kept, "nor is where they had moved it: {lost:?}");
    }

    async fn d5_what_is_refused_is_shown_and_tried_again_when_asked(db: Db) {
        let team = Team::on(db).await;
        let task = team.make("一").await;
        engine::drain(&team.app).await.unwrap();
        team.board.fail(&[Fault::Refused]);
        team.rename(&task.id, "二").await;
        engine::drain(&team.app).await.unwrap();
        assert_eq!(team.problems(&task.id).await, [("name".to_owned(), "delivery.reason.platform_busy".to_owned())]);
        let calls = team.board.calls();
        engine::drain(&team.app).await.unwrap();
        assert_eq!(team.board.calls(), calls, "not by itself");
        let mut work = team.begin(&team.wang).await;
        crate::actions::task_binding::retry_all(&mut work, &team.collaboration).await.unwrap();
        work.commit().await.unwrap();
        engine::drain(&team.app).await.unwrap();
        assert!(team.problems(&task.id).await.is_empty());
        assert_eq!(team.board.task(&team.only()).title, "二");
    }

    async fn d5_an_unknown_person_is_listed_until_joined_up(db: Db) {
        let team = Team::on(db).await;
        let id = team.board.make("外包", Some("stranger"), "wang");
        engine::drain(&team.app).await.unwrap();
        let task = team.tasks().await.remove(0);
        assert_eq!(task.owner, team.wang);
        assert_eq!(team.problems(&task.id).await, [("owner".to_owned(), "sync.problem.person_not_here".to_owned())]);
        assert_eq!(team.board.task(&id).owner.unwrap().as_str(), "stranger", "nobody is put in their place");
        let mut work = team.app.begin_as_huan().await.unwrap();
        let workspace = &team.app.workspace;
        let mut identity = work.tx.unmapped_identities(workspace).await.unwrap().remove(0);
        identity.person = Some(team.zhou.clone());
        work.tx.update_identity(workspace, &identity).await.unwrap();
        work.commit().await.unwrap();
        let mut work = team.begin(&team.wang).await;
        crate::actions::task_binding::retry_all(&mut work, &team.collaboration).await.unwrap();
        work.commit().await.unwrap();
        engine::drain(&team.app).await.unwrap();
        assert_eq!(team.task(&task.id).await.owner, team.zhou);
        assert!(team.problems(&task.id).await.is_empty());
    }

    async fn d5_words_go_both_ways_and_none_comes_back(db: Db) {
        let team = Team::on(db).await;
        let task = team.make("一").await;
        engine::drain(&team.app).await.unwrap();
        let id = team.only();
        team.board.edit(&id, &FieldWrite::Status("doing".into()), "li");
        team.settle().await;
        team.board.say(&id, "接口已通", "li");
        team.board.say(&id, "辛苦了", "wang");
        // A comment alone does not move the task's time: it is found when the task is looked at.
        team.board.edit(&id, &FieldWrite::Note("说明".into()), "li");
        team.settle().await;
        let history = team.history(&task.id).await;
        assert!(history.iter().any(|event| matches!(event, Event::Progressed { text, .. } if text == "接口已通")));
        assert!(history.iter().any(|event| matches!(event, Event::Commented { text, .. } if text == "辛苦了")));
        assert_eq!(team.board.comments(&id), ["接口已通", "辛苦了"]);
    }

    async fn d5_deleted_there_is_given_up_here(db: Db) {
        let team = Team::on(db).await;
        let task = team.make("一").await;
        engine::drain(&team.app).await.unwrap();
        team.board.delete(&team.only());
        team.time.advance(SignedDuration::from_hours(25));
        team.settle().await;
        assert_eq!(team.task(&task.id).await.state.stage(), Stage::Cancelled);
    }

    async fn d5_an_edit_that_came_between_reading_and_writing_leaves_a_trace(db: Db) {
        let team = Team::on(db).await;
        let task = team.make("一").await;
        engine::drain(&team.app).await.unwrap();
        let id = team.only();
        team.board.edit_before_the_next_write(&id, FieldWrite::Title("抢先".into()), "zhou");
        team.rename(&task.id, "二").await;
        team.settle().await;
        assert_eq!(team.board.task(&id).title, "二");
        let traced = |event: &Event| matches!(event, Event::SyncOverwrote { text, .. } if text.contains("抢先"));
        assert!(team.history(&task.id).await.iter().any(traced));
    }

    /// Random edits on both sides, faults, and a hub that does nothing for a while: in the end both sides agree, every
    /// title given here stands in the history, and so does every title that somebody gave there and Huan wrote over.
    async fn d5_whatever_happens_both_sides_agree_and_nothing_vanishes(db: Db) {
        let team = Team::on(db).await;
        for seed in 0..8_u64 {
            let dice = SeededEntropy::new(seed);
            let roll = |sides: u8| {
                let mut byte = [0];
                dice.fill(&mut byte);
                byte[0] % sides
            };
            let task = team.make(&format!("起点{seed}")).await;
            team.settle().await;
            let id = team.board.tasks().into_iter().find(|there| there.title == format!("起点{seed}")).unwrap().id;
            let mut given_here = Vec::new();
            for step in 0..20 {
                let title = format!("{seed}-{step}");
                team.time.advance(SignedDuration::from_secs(i64::from(roll(90))));
                match roll(7) {
                    0 | 1 => {
                        let title = format!("{title}这边");
                        team.rename(&task.id, &title).await;
                        given_here.push(title);
                    }
                    2 | 3 => team.board.edit(&id, &FieldWrite::Title(format!("{title}那边")), "zhou"),
                    4 => {
                        let between = FieldWrite::Title(format!("{title}之间"));
                        team.board.edit_before_the_next_write(&id, between, "zhou");
                        let title = format!("{title}之后");
                        team.rename(&task.id, &title).await;
                        given_here.push(title);
                        engine::drain(&team.app).await.unwrap();
                    }
                    5 => {
                        let faults = [Fault::Busy, Fault::AnswerLost, Fault::Refused];
                        team.board.fail(&[faults[usize::from(roll(3))], faults[usize::from(roll(3))]]);
                    }
                    _ => engine::drain(&team.app).await.unwrap(),
                }
            }
            team.board.fail(&[]);
            team.settle().await;
            let mut work = team.begin(&team.wang).await;
            crate::actions::task_binding::retry_all(&mut work, &team.collaboration).await.unwrap();
            work.commit().await.unwrap();
            team.settle().await;
            let (here, there) = (team.task(&task.id).await, team.board.task(&id));
            assert_eq!(here.name, there.title, "seed {seed}");
            assert!(team.problems(&task.id).await.is_empty(), "seed {seed}");
            let history = serde_json::to_string(&team.history(&task.id).await).unwrap();
            let written_over = team.board.written_over(&id);
            for title in given_here.iter().chain(&written_over) {
                assert!(history.contains(title.as_str()), "seed {seed}: {title} vanished");
            }
        }
    }
}

#[test]
fn every_text_of_the_synchronisation_exists() {
    use huan_core::i18n::{Language, has};
    for field in SyncField::ALL {
        let key = format!("sync.field.{}", field.name());
        assert!(Language::ALL.iter().all(|language| has(*language, &key)), "{key}");
    }
}
