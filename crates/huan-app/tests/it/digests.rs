//! C2: the daily and the weekly digest, drafted, edited, sent once, archived. H4: the rows that should have been touched.

use std::sync::Arc;

use huan_app::{
    ActionError,
    actions::{
        collaborations::{CollaborationChange, edit_collaboration},
        create_record::{NewRecord, create_record},
        digests::{self as actions, DigestEdit, LineEdit},
        edit_record::{RecordChange, edit_record},
        members, task_steps,
    },
    engine,
    queries::{
        Look, desk,
        digests::{self, DigestPage},
    },
};
use huan_core::{
    card::{Block, Card},
    collaboration::{CollaborationState, Role},
    digest::{AddedLine, Digest, DigestState, Part, Rhythm},
    history::Subject,
    id::{DigestId, PersonId, RecordId},
    level::Level,
    record::Record,
    status::Status,
    task::Task,
};
use huan_store::{Page, both_databases};

use crate::company::Company;

/// What a card says, line by line.
fn words(card: &Card) -> String {
    let said = card.blocks.iter().filter_map(|block| match block {
        Block::Text(text) | Block::Note(text) => Some(text.as_str()),
        _ => None,
    });
    [card.title.as_str()].into_iter().chain(said).collect::<Vec<_>>().join("\n")
}

async fn open(company: &Company, rhythm: Rhythm) -> Digest {
    let mut conn = company.app.db.read().await.unwrap();
    let open = conn.open_digests(&company.app.workspace, &company.collaboration).await.unwrap();
    let mut open = open.into_iter().filter(|digest| digest.rhythm == rhythm);
    let one = open.next().expect("one is open");
    assert_eq!(open.next(), None, "and only one");
    one
}

async fn over(company: &Company, rhythm: Rhythm) -> Vec<(String, DigestState)> {
    let states = [DigestState::Sent, DigestState::Skipped];
    let mut conn = company.app.db.read().await.unwrap();
    let page = Page::first(50);
    let listed = conn.digests(&company.app.workspace, &company.collaboration, &states, &page).await.unwrap();
    let of = listed.rows.into_iter().filter(|digest| digest.rhythm == rhythm);
    of.map(|digest| (digest.day.to_string(), digest.state)).collect()
}

async fn page(company: &Company, reader: &PersonId, id: &DigestId) -> Result<DigestPage, ActionError> {
    let caller = company.caller(reader).await;
    let mut conn = company.app.db.read().await.unwrap();
    digests::one(&mut Look::new(&company.app, &mut conn, &caller), id).await
}

fn texts(page: &DigestPage) -> Vec<&str> {
    page.lines.iter().map(|line| line.text.as_str()).collect()
}

async fn accepted(company: &Company, name: &str, owner: &PersonId) -> Task {
    let task = company.task(name, owner).await;
    company.does(owner, async |work| task_steps::accept(work, &task.id).await).await.unwrap()
}

async fn reports(company: &Company, task: &Task, text: &str) {
    let owner = task.owner.clone();
    let report = async |work: &mut huan_app::Work<'_>| task_steps::report_progress(work, &task.id, text, None).await;
    company.does(&owner, report).await.unwrap();
}

async fn row(company: &Company, topic: &str, level: Level) -> Record {
    let new = NewRecord {
        collaboration: company.collaboration.clone(),
        topic: topic.into(),
        participants: Vec::new(),
        platforms: Vec::new(),
        summary: String::new(),
        owner: company.li.clone(),
        due_at: None,
        status: Status::InProgress,
        follow_up: String::new(),
        follow_up_excuse: None,
        level,
        message: None,
        strict: true,
    };
    company.does(&company.wang, async |work| create_record(work, new).await).await.unwrap()
}

both_databases! {
    async fn c2_d4_the_daily_goes_out_once_to_each_group_and_names_whoever_has_not_reported(db: Db) {
        let company = Company::on(db).await;
        company.group("内部群", false).await;
        company.group("客户群", true).await;
        let (moved, silent) = (accepted(&company, "评估数据导出", &company.li).await, accepted(&company, "画原型", &company.zhou).await);
        let finished = accepted(&company, "约客户", &company.li).await;
        reports(&company, &moved, "分析完成，等待技术评审").await;
        company.does(&company.li, async |work| task_steps::finish(work, &finished.id).await).await.unwrap();
        engine::drain(&company.app).await.unwrap();
        assert_eq!(open(&company, Rhythm::Daily).await.day.to_string(), "2026-11-25");
        assert_eq!(open(&company, Rhythm::Weekly).await.day.to_string(), "2026-11-27");

        company.until("2026-11-25T16:59[Asia/Shanghai]").await;
        assert_eq!(company.posted("内部群"), [], "not before its time");
        company.until("2026-11-25T17:06[Asia/Shanghai]").await;
        let posted = company.posted("内部群");
        assert_eq!(posted.len(), 1);
        let said = words(&posted[0]);
        for line in [
            "【日报】产品V2.0 · 11月25日（周三）",
            &format!("#{} 约客户（李强）", finished.number),
            &format!("#{} 评估数据导出（李强）：分析完成，等待技术评审", moved.number),
            &format!("周婷：#{} 画原型", silent.number),
        ] {
            assert!(said.contains(line), "{line} in {said}");
        }
        assert!(!said.contains("李强：#"), "he has reported: {said}");
        assert!(!said.contains("digest."), "{said}");
        let buttons = posted[0].blocks.iter().any(|block| matches!(block, Block::Buttons(buttons) if buttons.len() == 2));
        assert!(buttons, "the full text and the board");

        // Nothing of it is public: outside people get the address alone (I2).
        let outside = company.posted("客户群");
        assert_eq!(outside.len(), 1);
        assert!(!words(&outside[0]).contains("约客户"), "{outside:?}");

        engine::drain(&company.app).await.unwrap();
        company.until("2026-11-25T20:00[Asia/Shanghai]").await;
        assert_eq!(company.posted("内部群").len(), 1, "once");
        assert_eq!(over(&company, Rhythm::Daily).await, [("2026-11-25".to_owned(), DigestState::Sent)]);
        let next = open(&company, Rhythm::Daily).await;
        assert_eq!(next.day.to_string(), "2026-11-26");
        let lines = company.history(&Subject::Collaboration(company.collaboration.clone())).await;
        assert!(lines.iter().any(|line| line.contains("发出日报")), "{lines:?}");

        // The weekly report sums the week up, missing days by name.
        company.until("2026-11-26T17:10[Asia/Shanghai]").await;
        company.until("2026-11-27T17:10[Asia/Shanghai]").await;
        let weekly = company.posted("内部群").into_iter().find(|card| card.title.contains("周报")).unwrap();
        let said = words(&weekly);
        assert!(said.contains("11月23日（周一） – 11月27日（周五）") && said.contains("约客户"), "{said}");
        assert!(said.contains("周婷：本周缺") && said.contains("李强：本周缺"), "{said}");
        assert_eq!(company.posted("内部群").len(), 4, "three days and the week");
    }

    async fn c2_what_the_assistant_wrote_is_kept_and_what_happens_meanwhile_joins_it(db: Db) {
        let company = Company::on(db).await;
        company.group("内部群", false).await;
        company.does(&company.wang, async |work| {
            members::add_member(work, &company.collaboration, &company.sun, Role::Assistant, "").await
        }).await.unwrap();
        let task = accepted(&company, "评估数据导出", &company.li).await;
        let blocked = accepted(&company, "画原型", &company.zhou).await;
        company.does(&company.zhou, async |work| task_steps::block(work, &blocked.id, "等客户样例").await).await.unwrap();
        engine::drain(&company.app).await.unwrap();
        let digest = open(&company, Rhythm::Daily).await;
        let seen = page(&company, &company.sun, &digest.id).await.unwrap();
        assert!(seen.may_edit);
        let line = seen.lines.iter().find(|line| line.part == "blocked").unwrap().clone();
        let missing: Vec<_> = seen.lines.iter().filter(|line| line.part == "missing").collect();
        assert_eq!(missing.len(), 2);
        let edit = DigestEdit {
            note: "明天上午评审，请准时".into(),
            lines: vec![
                LineEdit { key: line.key.clone(), part: Part::Blocked, text: Some("画原型：客户已答应今晚给样例".into()), over: line.text.clone() },
                LineEdit { key: missing[0].key.clone(), part: Part::Missing, text: None, over: missing[0].text.clone() },
            ],
            added: vec![AddedLine { part: Part::Next, text: "准备演示".into() }],
            version: seen.digest.version,
        };
        let refused = company.does(&company.li, async |work| actions::edit(work, &digest.id, edit.clone()).await).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)), "{refused:?}");
        company.does(&company.sun, async |work| actions::edit(work, &digest.id, edit.clone()).await).await.unwrap();
        let again = company.does(&company.sun, async |work| actions::edit(work, &digest.id, edit.clone()).await).await;
        assert!(matches!(again, Err(ActionError::VersionConflict(_))), "{again:?}");

        // The facts move on: the edit stands, the new words are offered, and what is new goes out.
        company.does(&company.zhou, async |work| task_steps::resume(work, &blocked.id).await).await.unwrap();
        company.does(&company.zhou, async |work| task_steps::block(work, &blocked.id, "样例少一页").await).await.unwrap();
        reports(&company, &task, "分析完成").await;
        let seen = page(&company, &company.sun, &digest.id).await.unwrap();
        let now = seen.lines.iter().find(|one| one.key == line.key).unwrap();
        assert_eq!((now.standing, now.offered, now.text.as_str()), ("rewritten", true, "画原型：客户已答应今晚给样例"));
        assert!(now.drafted.as_deref().unwrap().contains("样例少一页"), "{now:?}");
        let member = page(&company, &company.li, &digest.id).await.unwrap();
        assert!(!member.may_edit && !member.lines.iter().any(|line| line.standing == "left_out"), "{member:?}");

        company.until("2026-11-25T17:06[Asia/Shanghai]").await;
        let digests: Vec<Card> =
            company.posted("内部群").into_iter().filter(|card| card.title.contains("日报")).collect();
        assert_eq!(digests.len(), 1);
        let said = words(&digests[0]);
        for line in ["明天上午评审，请准时", "画原型：客户已答应今晚给样例", "准备演示", "评估数据导出（李强）：分析完成"] {
            assert!(said.contains(line), "{line} in {said}");
        }
        let archived = page(&company, &company.sun, &digest.id).await.unwrap();
        assert_eq!(archived.posted.len(), 1);
        assert_eq!(archived.posted[0].state, "sent");
        assert!(!archived.may_edit);
        let late = DigestEdit { version: archived.digest.version, ..edit };
        let refused = company.does(&company.sun, async |work| actions::edit(work, &digest.id, late).await).await;
        assert!(matches!(refused, Err(ActionError::Invalid(_))), "{refused:?}");
        // Next day's draft begins without them.
        let next = open(&company, Rhythm::Daily).await;
        assert!(page(&company, &company.sun, &next.id).await.unwrap().note.is_empty());
    }

    async fn c2_a_digest_sent_by_hand_does_not_go_out_again_and_one_left_out_joins_the_next(db: Db) {
        let company = Company::on(db).await;
        company.group("内部群", false).await;
        let task = accepted(&company, "评估数据导出", &company.li).await;
        reports(&company, &task, "分析完成").await;
        engine::drain(&company.app).await.unwrap();
        let digest = open(&company, Rhythm::Daily).await;
        company.does(&company.wang, async |work| actions::skip(work, &digest.id, digest.version).await).await.unwrap();
        company.until("2026-11-25T18:00[Asia/Shanghai]").await;
        assert_eq!(company.posted("内部群"), []);
        company.until("2026-11-26T10:00[Asia/Shanghai]").await;
        let digest = open(&company, Rhythm::Daily).await;
        company.does(&company.wang, async |work| actions::send_now(work, &digest.id, digest.version, false).await).await.unwrap();
        company.until("2026-11-26T18:00[Asia/Shanghai]").await;
        let posted = company.posted("内部群");
        assert_eq!(posted.len(), 1);
        assert!(words(&posted[0]).contains("分析完成"), "said yesterday, told today: {posted:?}");
        let expected = [("2026-11-26", DigestState::Sent), ("2026-11-25", DigestState::Skipped)];
        assert_eq!(over(&company, Rhythm::Daily).await, expected.map(|(day, state)| (day.to_owned(), state)));
    }

    async fn c2_a_program_that_was_off_sends_the_last_one_late_once_and_not_at_night(db: Db) {
        let company = Company::on(db).await;
        company.group("内部群", false).await;
        accepted(&company, "评估数据导出", &company.li).await;
        engine::drain(&company.app).await.unwrap();
        // Off from Wednesday to Friday night, before the weekly report is missed for good.
        company.until("2026-11-28T03:00[Asia/Shanghai]").await;
        assert_eq!(company.posted("内部群"), [], "not on a Saturday at three in the morning");
        company.until("2026-11-30T08:59[Asia/Shanghai]").await;
        assert_eq!(company.posted("内部群"), []);
        company.until("2026-11-30T09:01[Asia/Shanghai]").await;
        let titles: Vec<String> = company.posted("内部群").into_iter().map(|card| card.title).collect();
        assert_eq!(titles.len(), 2, "{titles:?}");
        assert!(titles.iter().all(|title| title.contains("11月27日") && title.contains("补发")), "{titles:?}");
        let days = [("2026-11-27", DigestState::Sent), ("2026-11-25", DigestState::Skipped)];
        assert_eq!(over(&company, Rhythm::Daily).await, days.map(|(day, state)| (day.to_owned(), state)));
        company.until("2026-11-30T16:00[Asia/Shanghai]").await;
        assert_eq!(company.posted("内部群").len(), 2, "once");
        assert_eq!(open(&company, Rhythm::Daily).await.day.to_string(), "2026-11-30");
        company.until("2026-11-30T17:06[Asia/Shanghai]").await;
        assert_eq!(company.posted("内部群").len(), 3);
    }

    async fn c2_several_nodes_send_a_digest_once(db: Db) {
        let company = Company::on(db).await;
        company.group("内部群", false).await;
        accepted(&company, "评估数据导出", &company.li).await;
        engine::drain(&company.app).await.unwrap();
        company.time.advance(jiff::SignedDuration::from_hours(8));
        let node = || tokio::spawn(engine::digests::round(Arc::clone(&company.app)));
        for node in [node(), node(), node(), node()] {
            node.await.unwrap().unwrap();
        }
        engine::drain(&company.app).await.unwrap();
        assert_eq!(company.posted("内部群").len(), 1);
    }

    async fn c2_where_nothing_happened_no_group_is_disturbed(db: Db) {
        let company = Company::on(db).await;
        company.group("内部群", false).await;
        engine::drain(&company.app).await.unwrap();
        company.until("2026-11-25T17:06[Asia/Shanghai]").await;
        assert_eq!(company.posted("内部群"), []);
        assert_eq!(over(&company, Rhythm::Daily).await, [("2026-11-25".to_owned(), DigestState::Sent)], "but archived");
    }

    async fn c2_the_rhythm_is_a_setting_and_edits_move_with_the_day(db: Db) {
        let company = Company::on(db).await;
        company.group("内部群", false).await;
        accepted(&company, "评估数据导出", &company.li).await;
        engine::drain(&company.app).await.unwrap();
        let digest = open(&company, Rhythm::Daily).await;
        let edit = DigestEdit { note: "请准时".into(), lines: Vec::new(), added: Vec::new(), version: digest.version };
        company.does(&company.wang, async |work| actions::edit(work, &digest.id, edit).await).await.unwrap();
        let set = async |change: fn(&mut huan_core::clock::ServiceLevels)| {
            let mut conn = company.app.db.read().await.unwrap();
            let now = conn.collaboration(&company.app.workspace, &company.collaboration).await.unwrap().unwrap();
            drop(conn);
            let mut levels = now.levels.clone();
            change(&mut levels);
            let change = CollaborationChange { version: now.version, levels: Some(levels), ..CollaborationChange::default() };
            company.does(&company.wang, async |work| edit_collaboration(work, &company.collaboration, change).await).await.unwrap();
        };
        set(|levels| levels.daily_progress.digest_at = jiff::civil::Time::constant(9, 30, 0, 0)).await;
        let moved = open(&company, Rhythm::Daily).await;
        assert_eq!((moved.day.to_string().as_str(), moved.edits.note.as_str()), ("2026-11-26", "请准时"), "today's time is past");
        set(|levels| {
            levels.digest.daily = false;
            levels.digest.weekly_on = None;
        }).await;
        engine::drain(&company.app).await.unwrap();
        let mut conn = company.app.db.read().await.unwrap();
        assert_eq!(conn.open_digests(&company.app.workspace, &company.collaboration).await.unwrap(), []);
        drop(conn);
        set(|levels| levels.digest.daily = true).await;
        assert_eq!(open(&company, Rhythm::Daily).await.day.to_string(), "2026-11-26");

        // A collaboration that is over has none.
        let mut conn = company.app.db.read().await.unwrap();
        let now = conn.collaboration(&company.app.workspace, &company.collaboration).await.unwrap().unwrap();
        drop(conn);
        let change = CollaborationChange { version: now.version, state: Some(CollaborationState::Archived), ..CollaborationChange::default() };
        company.does(&company.wang, async |work| edit_collaboration(work, &company.collaboration, change).await).await.unwrap();
        company.until("2026-11-26T10:00[Asia/Shanghai]").await;
        assert_eq!(company.posted("内部群"), []);
    }

    async fn i2_a_digest_shows_each_reader_what_they_may_see(db: Db) {
        let company = Company::on(db).await;
        company.group("内部群", false).await;
        engine::drain(&company.app).await.unwrap();
        let secret = company.secret_task("薪酬方案", &company.li).await;
        company.does(&company.li, async |work| task_steps::accept(work, &secret.id).await).await.unwrap();
        company.does(&company.li, async |work| task_steps::finish(work, &secret.id).await).await.unwrap();
        let known = accepted(&company, "画原型", &company.zhou).await;
        company.does(&company.zhou, async |work| task_steps::finish(work, &known.id).await).await.unwrap();
        company.until("2026-11-25T17:06[Asia/Shanghai]").await;
        let said = words(&company.posted("内部群")[0]);
        assert!(said.contains("画原型") && !said.contains("薪酬") && said.contains("另有 1 条"), "{said}");
        let mut conn = company.app.db.read().await.unwrap();
        let sent = conn.last_sent_digest(&company.app.workspace, &company.collaboration, Rhythm::Daily).await.unwrap().unwrap();
        drop(conn);
        for (reader, lines) in [(&company.wang, 2), (&company.li, 2), (&company.zhou, 1)] {
            let seen = page(&company, reader, &sent.id).await.unwrap();
            assert_eq!((texts(&seen).len(), seen.hidden), (lines, 2 - lines), "{seen:?}");
        }
        let stranger = page(&company, &company.sun, &sent.id).await;
        assert!(matches!(stranger, Err(ActionError::NotFound(_))), "{stranger:?}");
    }

    async fn h4_the_assistant_is_told_beforehand_which_rows_should_have_been_touched(db: Db) {
        let company = Company::on(db).await;
        company.does(&company.wang, async |work| {
            members::add_member(work, &company.collaboration, &company.sun, Role::Assistant, "").await
        }).await.unwrap();
        let (old, kept): (Record, Record) = (row(&company, "产品V2.0需求评审", Level::Internal).await, row(&company, "导出", Level::Internal).await);
        // Three working days later: Monday. One of the two was touched in time.
        company.until("2026-11-30T10:00[Asia/Shanghai]").await;
        touch(&company, &kept.id).await;
        company.until("2026-11-30T16:35[Asia/Shanghai]").await;
        let told = company.told(&company.sun);
        let told: Vec<&String> = told.iter().filter(|text| text.contains("应更新而未更新")).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(&old.number) && !told[0].contains(&kept.number), "{told:?}");
        assert!(told[0].contains("/digests?digest="), "{told:?}");
        assert_eq!(on_desk(&company, &company.sun).await, [1]);
        assert!(on_desk(&company, &company.li).await.is_empty());
        let digest = open(&company, Rhythm::Daily).await;
        let seen = page(&company, &company.sun, &digest.id).await.unwrap();
        assert_eq!(seen.stale.iter().map(|row| row.number.as_str()).collect::<Vec<_>>(), [old.number.as_str()]);
        assert_eq!(page(&company, &company.li, &digest.id).await.unwrap().stale, [], "for the assistant");
        touch(&company, &old.id).await;
        assert_eq!(page(&company, &company.sun, &digest.id).await.unwrap().stale, []);
        assert!(on_desk(&company, &company.sun).await.is_empty());
    }
}

/// How many stale rows of each record table stand on a desk.
async fn on_desk(company: &Company, reader: &PersonId) -> Vec<i64> {
    let caller = company.caller(reader).await;
    let mut conn = company.app.db.read().await.unwrap();
    let desk = desk::of(&mut Look::new(&company.app, &mut conn, &caller)).await.unwrap();
    desk.waiting.iter().filter(|one| one.kind == "stale_rows").filter_map(|one| one.count).collect()
}

async fn touch(company: &Company, id: &RecordId) {
    let mut conn = company.app.db.read().await.unwrap();
    let version = conn.record(&company.app.workspace, id).await.unwrap().unwrap().version;
    drop(conn);
    let change = RecordChange { version, summary: Some("客户已确认".into()), ..RecordChange::default() };
    company.does(&company.wang, async |work| edit_record(work, id, change).await).await.unwrap();
}
