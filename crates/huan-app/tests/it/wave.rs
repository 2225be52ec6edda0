//! The wave at five o'clock: two thousand collaborations have their digests at once.

use std::collections::HashMap;

use huan_app::{
    Place,
    actions::{
        problems::{NewProblem, raise_problem},
        task_steps,
    },
    engine,
};
use huan_connect::{Mentions, Recipient};
use huan_core::{
    collaboration::{Channel, Collaboration, CollaborationState, Membership, Role},
    digest::{DigestState, Rhythm},
    id::CollaborationId,
    level::Level,
    platform::ForeignConversation,
    problem::{Severity, Urgency},
    record::{Record, number},
    status::Status,
};
use huan_store::{Page, both_databases, testing::Fresh};
use jiff::{SignedDuration, Timestamp};

use crate::company::Company;

const COLLABORATIONS: usize = 2_000;

/// Collaborations of 王晓 and 李强, each with a group and something to tell. Every other group has a robot of its own.
async fn many(company: &Company) -> Vec<(CollaborationId, Channel)> {
    let mut work = company.app.begin_as_huan().await.unwrap();
    let (workspace, now) = (&company.app.workspace, work.now);
    let mut made = Vec::with_capacity(COLLABORATIONS);
    for at in 0..COLLABORATIONS {
        let collaboration = Collaboration {
            id: work.new_id(),
            name: format!("协作{at}"),
            goal: "完成评审".into(),
            goal_on: None,
            state: CollaborationState::Running,
            levels: huan_core::clock::ServiceLevels::default(),
            created_at: now,
            version: 1,
        };
        work.tx.insert_collaboration(workspace, &collaboration).await.unwrap();
        for (person, role) in [(&company.wang, Role::Initiator), (&company.li, Role::Member)] {
            let membership = Membership {
                id: work.new_id(),
                collaboration: collaboration.id.clone(),
                person: person.clone(),
                role,
                duty: String::new(),
            };
            work.tx.insert_member(workspace, &membership).await.unwrap();
        }
        let kind = if at % 2 == 0 { "app" } else { "robot" };
        let channel = Channel {
            id: work.new_id(),
            collaboration: Some(collaboration.id.clone()),
            account: company.account.clone(),
            conversation: ForeignConversation::new(format!("{kind}-{at}")),
            title: format!("群{at}"),
            has_outsiders: false,
            present: true,
        };
        work.tx.insert_channel(workspace, &channel).await.unwrap();
        let record = Record {
            id: work.new_id(),
            collaboration: collaboration.id.clone(),
            number: number("产品部", 2026, i64::try_from(at).unwrap()),
            topic: "产品V2.0需求评审".into(),
            participants: Vec::new(),
            platforms: Vec::new(),
            summary: String::new(),
            owner: company.li.clone(),
            due_at: None,
            status: Status::Blocked,
            follow_up: String::new(),
            follow_up_excuse: None,
            level: Level::Internal,
            task: None,
            message: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        work.tx.insert_record(workspace, &record).await.unwrap();
        made.push((collaboration.id, channel));
    }
    work.commit().await.unwrap();
    made
}

/// 李强 raises an emergency in a collaboration. Gives its name.
async fn alarm(company: &Company, of: &CollaborationId, place: usize) -> String {
    let title = format!("支付故障{place}");
    let urgency = Urgency::Urgent { severity: Severity::One };
    let new = NewProblem { urgency, ..NewProblem::ordinary(of.clone(), title.clone(), Some(company.wang.clone())) };
    company.does(&company.li, async |work| raise_problem(work, new).await).await.unwrap();
    title
}

#[tokio::test]
async fn c2_i5_two_thousand_digests_go_out_within_the_limits_and_urgent_messages_overtake_them() {
    let fresh = Fresh::sqlite().await;
    let company = Company::beginning(fresh.db(), "2026-11-25T16:58[Asia/Shanghai]").await;
    let all = many(&company).await;
    engine::drain(&company.app).await.unwrap();
    company.post.limit();
    company.until("2026-11-25T17:00:30[Asia/Shanghai]").await;

    // One group has a backlog of its own besides.
    let busy = &all[1].1;
    let mut work = company.app.begin_as_huan().await.unwrap();
    let to = Recipient::Conversation { id: busy.conversation.clone(), reply_to: None, reply_route: None };
    let place = Place { account: busy.account.clone(), channel: Some(busy.id.clone()), to };
    for at in 0..40 {
        work.answer(&place, None, format!("答复{at}"), Mentions::default()).await.unwrap();
    }
    work.commit().await.unwrap();

    let mut raised: HashMap<String, (Timestamp, String)> = HashMap::new();
    for step in 0..150 {
        company.time.advance(SignedDuration::from_secs(2));
        if step % 10 == 2 {
            // In the busy group too, in the midst of its backlog.
            let place = if step == 22 { 1 } else { step * 6 };
            let (of, channel) = &all[place];
            let title = alarm(&company, of, place).await;
            raised.insert(title, (company.app.now(), channel.conversation.to_string()));
        }
        engine::drain(&company.app).await.unwrap();
    }

    let (arrived, throttled) = company.post.arrivals();
    assert_eq!(throttled, 0, "the platform refused nothing");
    let mut digests: HashMap<&str, usize> = HashMap::new();
    for (_, to, heading) in arrived.iter().filter(|(_, _, heading)| heading.contains("日报")) {
        assert!(heading.contains("11月25日"), "{heading}");
        *digests.entry(to).or_default() += 1;
    }
    assert_eq!(digests.len(), COLLABORATIONS, "none is lost");
    assert!(digests.values().all(|count| *count == 1), "and none came twice");
    assert_eq!(raised.len(), 15);
    for (title, (at, group)) in &raised {
        let heard = arrived.iter().find(|(_, to, heading)| to == group && heading.contains(title.as_str()));
        let (heard, _, _) = heard.unwrap_or_else(|| panic!("{title} did not come"));
        assert!(
            heard.duration_since(*at) <= SignedDuration::from_secs(5),
            "{title} after {}",
            heard.duration_since(*at)
        );
    }
    let backlog = arrived.iter().filter(|(_, _, heading)| heading.starts_with("答复")).count();
    assert_eq!(backlog, 40, "what waited is sent as well");
    // Not on the full hour, and not all at once.
    let first = arrived.iter().filter(|(_, _, heading)| heading.contains("日报")).map(|(at, _, _)| *at).min().unwrap();
    assert!(first >= "2026-11-25T17:01:00+08:00".parse().unwrap(), "{first}");

    let mut conn = company.app.db.read().await.unwrap();
    let (of, _) = &all[7];
    let sent = conn.digests(&company.app.workspace, of, &[DigestState::Sent], &Page::first(9)).await.unwrap().rows;
    assert_eq!(sent.iter().map(|digest| digest.rhythm).collect::<Vec<_>>(), [Rhythm::Daily]);
    drop(conn);
    fresh.remove().await;
}

both_databases! {
    async fn i5_whoever_has_many_tasks_is_reminded_of_their_progress_once(db: Db) {
        let company = Company::on(db).await;
        let mut tasks = Vec::new();
        for name in ["评估数据导出", "画原型", "约客户"] {
            let task = company.task(name, &company.li).await;
            tasks.push(company.does(&company.li, async |work| task_steps::accept(work, &task.id).await).await.unwrap());
        }
        let only = company.task("写用例", &company.zhou).await;
        company.does(&company.zhou, async |work| task_steps::accept(work, &only.id).await).await.unwrap();
        let done = tasks.remove(0);
        company.does(&company.li, async |work| task_steps::report_progress(work, &done.id, "分析完成", None).await).await.unwrap();
        company.until("2026-11-25T16:35[Asia/Shanghai]").await;
        let reminders = |person| -> Vec<String> {
            company.told(person).into_iter().filter(|text| text.contains("更新进展")).collect()
        };
        let told = reminders(&company.li);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("画原型") && told[0].contains("约客户") && !told[0].contains("评估"), "{told:?}");
        let told = reminders(&company.zhou);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("写用例") && told[0].contains("/l/"), "one task, with the link to answer: {told:?}");
    }
}
