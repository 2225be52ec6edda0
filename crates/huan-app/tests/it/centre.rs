//! F1, F2, F4, I1: what came of conversations is in the centre, once, and leads back to where it was said.

use huan_app::{
    ActionError,
    actions::{
        centre::{self, EntryChange, NewEntry, Target},
        create_record::{NewRecord, create_record},
        members,
        minutes::{self, NewMinutes},
        people::{self, NewPerson},
        problems::{NewProblem, raise_problem},
    },
    queries::{
        self, Look,
        timeline::{MomentView, TimelineCursor, TimelineFilter},
    },
};
use huan_core::{
    centre::{CHANGES, Entry, Outline, REQUIREMENTS, RISKS, Rule, Section, Way},
    collaboration::{Channel, Role},
    history::Subject,
    id::{ChannelId, MessageId, PersonId},
    level::Level,
    message::Message,
    minutes::Occasion,
    platform::{ForeignConversation, ForeignMessage},
    problem::{Severity, Urgency},
    status::Status,
};
use huan_store::{EntryFilter, Page, both_databases};
use jiff::SignedDuration;

use crate::company::Company;

/// A message said by `speaker` in a group of the collaboration.
async fn said(company: &Company, bits: u128, speaker: &PersonId, text: &str) -> MessageId {
    let channel = Channel {
        id: ChannelId::from_bits(1),
        collaboration: Some(company.collaboration.clone()),
        account: company.account.clone(),
        conversation: ForeignConversation::new("oc_1"),
        title: "项目群".into(),
        has_outsiders: false,
        present: true,
    };
    let message = Message {
        id: MessageId::from_bits(bits),
        account: company.account.clone(),
        foreign: ForeignMessage::new(format!("om_{bits}")),
        conversation: channel.conversation.clone(),
        channel: Some(channel.id.clone()),
        speaker: Some(speaker.clone()),
        speaker_name: "某人".into(),
        text: text.into(),
        reply_to: None,
        link: Some(format!("https://feishu.example/{bits}")),
        sent_at: company.app.now(),
        heard_at: company.app.now(),
    };
    let workspace = &company.app.workspace;
    let mut tx = company.app.db.write().await.unwrap();
    if tx.channel(workspace, &channel.id).await.unwrap().is_none() {
        tx.insert_channel(workspace, &channel).await.unwrap();
    }
    assert!(tx.insert_message(workspace, &message).await.unwrap());
    tx.commit().await.unwrap();
    message.id
}

async fn file(company: &Company, by: &PersonId, new: NewEntry) -> Result<Entry, ActionError> {
    let of = &company.collaboration;
    company.does(by, async |work| centre::file(work, of, new, Way::Page).await).await
}

async fn edit(company: &Company, by: &PersonId, entry: &Entry, change: EntryChange) -> Result<Entry, ActionError> {
    let change = EntryChange { version: entry.version, ..change };
    company.does(by, async |work| centre::edit(work, &entry.id, change).await).await
}

async fn list(company: &Company, by: &PersonId, filter: EntryFilter) -> Vec<queries::entries::CentreEntry> {
    let caller = company.caller(by).await;
    let mut conn = company.app.db.read().await.unwrap();
    let mut look = Look::new(&company.app, &mut conn, &caller);
    queries::entries::list(&mut look, filter, &Page::first(50)).await.unwrap().1
}

async fn guest(company: &Company) -> PersonId {
    let mut work = company.app.begin_as_huan().await.unwrap();
    let until = company.app.now() + SignedDuration::from_hours(1000);
    let new = NewPerson { name: "客户王总".into(), guest_until: Some(until), ..NewPerson::default() };
    let guest = people::add_person(&mut work, new).await.unwrap().id;
    work.commit().await.unwrap();
    let of = company.collaboration.clone();
    company
        .does(&company.wang, async |work| members::add_member(work, &of, &guest, Role::Guest, "").await)
        .await
        .unwrap();
    guest
}

both_databases! {
    async fn f1_f4_a_message_is_one_entry_and_leads_back_to_where_it_was_said(db: Db) {
        let company = Company::on(db).await;
        let message = said(&company, 1, &company.li, "客户反馈：希望能导出 Excel").await;
        let new = NewEntry { message: Some(message.clone()), ..NewEntry::default() };
        let entry = file(&company, &company.wang, new.clone()).await.unwrap();
        assert_eq!((entry.section.as_str(), entry.said_by.as_ref()), (REQUIREMENTS, Some(&company.li)), "by the rule");
        assert_eq!(file(&company, &company.zhou, new.clone()).await.unwrap(), entry, "not twice");
        let moved = NewEntry { section: Some(RISKS.into()), ..new.clone() };
        let moved = file(&company, &company.zhou, moved).await.unwrap();
        assert_eq!((&moved.id, moved.section.as_str()), (&entry.id, RISKS), "asked for again, it moves");

        let linked = EntryFilter { linked: Some(message.to_string()), ..EntryFilter::default() };
        let shown = list(&company, &company.zhou, linked).await;
        let origin = shown[0].origin.as_ref().unwrap();
        assert_eq!(origin.message, message.to_string());
        assert_eq!(origin.link.as_deref(), Some("https://feishu.example/1"));
        assert_eq!((shown[0].platform.as_deref(), shown[0].speaker.as_str()), (Some("feishu"), "李强"));

        let gone = company.does(&company.wang, async |work| centre::remove(work, &entry.id).await).await.unwrap();
        assert!(gone.removed.is_some());
        assert!(list(&company, &company.wang, EntryFilter::default()).await.is_empty());
        assert!(matches!(edit(&company, &company.wang, &gone, EntryChange::default()).await, Err(ActionError::VersionConflict(_))));
        let back = file(&company, &company.wang, new).await.unwrap();
        assert_eq!((&back.id, &back.removed), (&entry.id, &None), "it comes back, it is not made anew");
        let history = company.history(&Subject::Entry(entry.id)).await;
        assert!(history.iter().any(|line| line.contains("风险")), "{history:?}");
    }

    async fn f1_i2_rights_guests_see_what_is_shared_and_strangers_nothing(db: Db) {
        let company = Company::on(db).await;
        let guest = guest(&company).await;
        let entry = |text: &str, level| NewEntry { text: Some(text.into()), level: Some(level), ..NewEntry::default() };
        file(&company, &company.wang, entry("内部", Level::Internal)).await.unwrap();
        let shared = file(&company, &company.wang, entry("共享", Level::Public)).await.unwrap();
        file(&company, &company.wang, entry("机密", Level::Confidential)).await.unwrap();
        let texts = |entries: Vec<queries::entries::CentreEntry>| {
            let mut texts: Vec<String> = entries.into_iter().map(|entry| entry.text).collect();
            texts.sort();
            texts
        };
        let all = || EntryFilter { collaboration: Some(company.collaboration.clone()), ..EntryFilter::default() };
        assert_eq!(texts(list(&company, &guest, all()).await), ["共享"]);
        assert_eq!(texts(list(&company, &company.li, all()).await), ["共享", "内部"]);
        assert_eq!(texts(list(&company, &company.wang, all()).await).len(), 3);
        assert!(matches!(file(&company, &guest, entry("x", Level::Public)).await, Err(ActionError::Forbidden)));
        assert!(matches!(edit(&company, &guest, &shared, EntryChange::default()).await, Err(ActionError::Forbidden)));
        assert!(matches!(file(&company, &company.sun, entry("x", Level::Public)).await, Err(ActionError::NotFound(_))));

        // What was said to the robot alone is nobody else's to take in.
        let private = MessageId::from_bits(9);
        let mut tx = company.app.db.write().await.unwrap();
        let message = Message {
            id: private.clone(),
            account: company.account.clone(),
            foreign: ForeignMessage::new("om_9"),
            conversation: ForeignConversation::new("p2p"),
            channel: None,
            speaker: Some(company.li.clone()),
            speaker_name: "李强".into(),
            text: "客户反馈：太贵".into(),
            reply_to: None,
            link: None,
            sent_at: company.app.now(),
            heard_at: company.app.now(),
        };
        tx.insert_message(&company.app.workspace, &message).await.unwrap();
        tx.commit().await.unwrap();
        let new = NewEntry { message: Some(private), ..NewEntry::default() };
        assert!(matches!(file(&company, &company.wang, new.clone()).await, Err(ActionError::NotFound(_))));
        assert!(file(&company, &company.li, new).await.is_ok());
    }

    async fn f2_a_requirement_change_tells_the_product_manager_once(db: Db) {
        let company = Company::on(db).await;
        let workspace = &company.app.workspace;
        let mut tx = company.app.db.write().await.unwrap();
        let members = tx.memberships(workspace, &company.collaboration).await.unwrap();
        let mut zhou = members.into_iter().find(|member| member.person == company.zhou).unwrap();
        zhou.duty = "产品经理".into();
        tx.update_member(workspace, &zhou).await.unwrap();
        tx.commit().await.unwrap();
        let told = || company.told(&company.zhou).into_iter().filter(|text| text.contains("需求变更")).count();

        let message = said(&company, 1, &company.li, "首版加上 Excel 导出").await;
        let new = NewEntry { message: Some(message), ..NewEntry::default() };
        let entry = file(&company, &company.wang, new).await.unwrap();
        company.send().await;
        assert_eq!((entry.section.as_str(), told()), (REQUIREMENTS, 0), "no change yet");
        let change = EntryChange { section: Some(CHANGES.into()), ..EntryChange::default() };
        let entry = edit(&company, &company.wang, &entry, change.clone()).await.unwrap();
        company.send().await;
        assert_eq!(told(), 1, "{:?}", company.told(&company.zhou));
        assert!(company.told(&company.zhou)[0].contains("首版加上 Excel 导出"));
        // Moved away and back, edited, taken out and back: told once.
        let away = EntryChange { section: Some(RISKS.into()), ..EntryChange::default() };
        let entry = edit(&company, &company.wang, &entry, away).await.unwrap();
        let entry = edit(&company, &company.wang, &entry, change).await.unwrap();
        let words = EntryChange { text: Some("首版加上 Excel 与 PDF 导出".into()), note: "客户补充".into(), ..EntryChange::default() };
        let entry = edit(&company, &company.wang, &entry, words).await.unwrap();
        company.does(&company.wang, async |work| centre::remove(work, &entry.id).await).await.unwrap();
        let entry = company.does(&company.wang, async |work| centre::restore(work, &entry.id).await).await.unwrap();
        company.send().await;
        assert_eq!(told(), 1);
        let history = company.history(&Subject::Entry(entry.id)).await;
        assert!(history.iter().any(|line| line.contains("客户补充")), "{history:?}");
        // Taken out before it was sent, nothing is told; and whoever files it themselves knows.
        let late = NewEntry { section: Some(CHANGES.into()), text: Some("换供应商".into()), ..NewEntry::default() };
        let late = file(&company, &company.wang, late).await.unwrap();
        company.does(&company.wang, async |work| centre::remove(work, &late.id).await).await.unwrap();
        let own = NewEntry { section: Some(CHANGES.into()), text: Some("我改的".into()), ..NewEntry::default() };
        file(&company, &company.zhou, own).await.unwrap();
        company.send().await;
        assert_eq!(told(), 1, "{:?}", company.told(&company.zhou));
    }

    async fn f1_i6_an_entry_is_not_written_over_and_keeps_its_history(db: Db) {
        let company = Company::on(db).await;
        let new = NewEntry { text: Some("供应商可能延期".into()), section: Some(RISKS.into()), ..NewEntry::default() };
        let entry = file(&company, &company.li, new).await.unwrap();
        let words = |text: &str| EntryChange { text: Some(text.into()), ..EntryChange::default() };
        let second = edit(&company, &company.zhou, &entry, words("供应商延期两周")).await.unwrap();
        assert_eq!(second.version, 2);
        assert!(matches!(edit(&company, &company.li, &entry, words("x")).await, Err(ActionError::VersionConflict(_))));
        assert!(matches!(edit(&company, &company.li, &second, words(" ")).await, Err(ActionError::Invalid(_))));
        let nowhere = EntryChange { section: Some("nowhere".into()), ..EntryChange::default() };
        assert!(matches!(edit(&company, &company.li, &second, nowhere).await, Err(ActionError::Invalid(_))));
        assert_eq!(edit(&company, &company.li, &second, EntryChange::default()).await.unwrap().version, 2, "nothing changed");
        let history = company.history(&Subject::Entry(entry.id)).await;
        assert!(history[0].contains("供应商延期两周") && history[0].contains("供应商可能延期"), "{history:?}");
    }

    async fn f4_an_entry_is_linked_with_what_came_of_it_from_both_ends(db: Db) {
        let company = Company::on(db).await;
        let new = NewEntry { text: Some("希望能导出 Excel".into()), ..NewEntry::default() };
        let entry = file(&company, &company.wang, new).await.unwrap();
        let task = company.task("评估导出", &company.li).await;
        let record = NewRecord {
            collaboration: company.collaboration.clone(),
            topic: "导出".into(),
            participants: Vec::new(),
            platforms: Vec::new(),
            summary: String::new(),
            owner: company.li.clone(),
            due_at: None,
            status: Status::Pending,
            follow_up: String::new(),
            follow_up_excuse: None,
            level: Level::Confidential,
            message: None,
            strict: false,
        };
        let record = company.does(&company.wang, async |work| create_record(work, record).await).await.unwrap();
        for target in [Target::Task(task.id.clone()), Target::Task(task.id.clone()), Target::Record(record.id.clone())] {
            company.does(&company.wang, async |work| centre::link(work, &entry.id, &target, true).await).await.unwrap();
        }
        let back = EntryFilter { linked: Some(task.id.to_string()), ..EntryFilter::default() };
        let shown = list(&company, &company.wang, back.clone()).await;
        let links: Vec<&str> = shown[0].links.iter().map(|link| link.kind).collect();
        assert_eq!(links, ["record", "task"]);
        let shown = list(&company, &company.zhou, back.clone()).await;
        let links: Vec<&str> = shown[0].links.iter().map(|link| link.kind).collect();
        assert_eq!(links, ["task"], "what is confidential is not named");
        let target = Target::Record(record.id);
        let hidden = company.does(&company.zhou, async |work| centre::link(work, &entry.id, &target, false).await).await;
        assert!(matches!(hidden, Err(ActionError::NotFound(_))));
        let target = Target::Task(task.id);
        company.does(&company.wang, async |work| centre::link(work, &entry.id, &target, false).await).await.unwrap();
        assert!(list(&company, &company.wang, back).await.is_empty());
    }

    async fn f1_sections_and_rules_are_the_collaborations_own(db: Db) {
        let company = Company::on(db).await;
        let of = company.collaboration.clone();
        let set = async |by: &PersonId, outline: Outline, version| {
            company.does(by, async |work| centre::set_outline(work, &of, outline, version).await).await
        };
        let mut outline = Outline::default();
        let rules = vec![Rule::Prefix("预算".into())];
        outline.sections.push(Section { key: "budget".into(), name: "预算".into(), rules });
        assert!(matches!(set(&company.li, outline.clone(), 0).await, Err(ActionError::Forbidden)));
        set(&company.wang, outline.clone(), 0).await.unwrap();
        assert!(matches!(set(&company.wang, Outline::default(), 0).await, Err(ActionError::VersionConflict(_))));
        let message = said(&company, 1, &company.li, "预算：超了两万").await;
        let new = NewEntry { message: Some(message), ..NewEntry::default() };
        let entry = file(&company, &company.li, new).await.unwrap();
        assert_eq!(entry.section, "budget");
        let used = set(&company.wang, Outline::default(), 1).await;
        assert!(matches!(used, Err(ActionError::Invalid(ref fields)) if fields[0].code == "section_used"), "{used:?}");
        company.does(&company.wang, async |work| centre::remove(work, &entry.id).await).await.unwrap();
        set(&company.wang, Outline::default(), 1).await.unwrap();
        let back = company.does(&company.wang, async |work| centre::restore(work, &entry.id).await).await.unwrap();
        assert_eq!(back.section, REQUIREMENTS, "its section is gone");
        let history = company.history(&Subject::Collaboration(of.clone())).await;
        assert!(history.iter().any(|line| line.contains("预算")), "{history:?}");
    }

    async fn i1_what_was_decided_in_a_chat_is_listed_until_it_is_in_the_centre(db: Db) {
        let company = Company::on(db).await;
        let mut ids = Vec::new();
        for bits in 1..=3 {
            let id = said(&company, bits, &company.li, "那就按方案二做").await;
            let workspace = &company.app.workspace;
            let mut tx = company.app.db.write().await.unwrap();
            let message = tx.message(workspace, &id).await.unwrap().unwrap();
            tx.add_chat_decision(workspace, &message).await.unwrap();
            tx.commit().await.unwrap();
            ids.push(id);
        }
        let guest = guest(&company).await;
        let listed = async |by: &PersonId| {
            let caller = company.caller(by).await;
            let mut conn = company.app.db.read().await.unwrap();
            let mut look = Look::new(&company.app, &mut conn, &caller);
            let of = &company.collaboration;
            let found = queries::entries::chat_decisions(&mut look, of, &Page::first(9)).await;
            found.map(|(_, items)| items.len())
        };
        assert_eq!(listed(&company.zhou).await.unwrap(), 3);
        assert_eq!(listed(&guest).await.unwrap(), 0, "what is said in the groups is internal");
        assert!(listed(&company.sun).await.is_err());
        let new = NewMinutes {
            message: Some(ids[0].clone()),
            ..NewMinutes::of(company.collaboration.clone(), Occasion::Decision, "方案二")
        };
        company.does(&company.wang, async |work| minutes::begin(work, new).await).await.unwrap();
        file(&company, &company.wang, NewEntry { message: Some(ids[1].clone()), ..NewEntry::default() }).await.unwrap();
        assert_eq!(listed(&company.zhou).await.unwrap(), 1);
        let none = &ids[2];
        let refused = company.does(&guest, async |work| centre::dismiss_decision(work, none, true).await).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)));
        company.does(&company.zhou, async |work| centre::dismiss_decision(work, none, true).await).await.unwrap();
        assert_eq!(listed(&company.zhou).await.unwrap(), 0);
        company.does(&company.zhou, async |work| centre::dismiss_decision(work, none, false).await).await.unwrap();
        assert_eq!(listed(&company.zhou).await.unwrap(), 1, "taken back");
    }
}

both_databases! {
    async fn c3_the_centre_tells_at_a_glance_and_only_what_one_may_see(db: Db) {
        let company = Company::on(db).await;
        let of = &company.collaboration;
        let look_at = async |by: &PersonId| {
            let caller = company.caller(by).await;
            let mut conn = company.app.db.read().await.unwrap();
            let mut look = Look::new(&company.app, &mut conn, &caller);
            queries::centre::one(&mut look, of).await
        };
        let calm = look_at(&company.li).await.unwrap();
        assert_eq!((calm.course, calm.against.len()), ("on", 1), "nobody has set a day: {:?}", calm.against);
        assert_eq!(calm.sections.sections.len(), 3);
        assert!(look_at(&company.sun).await.is_err(), "a stranger");

        let task = company.task("评估导出", &company.li).await;
        let new = NewEntry { text: Some("供应商可能延期".into()), section: Some(RISKS.into()), ..NewEntry::default() };
        file(&company, &company.wang, new).await.unwrap();
        let secret = NewEntry {
            text: Some("薪酬超支".into()),
            section: Some(RISKS.into()),
            level: Some(Level::Confidential),
            ..NewEntry::default()
        };
        file(&company, &company.wang, secret).await.unwrap();
        let decided = NewMinutes::of(of.clone(), Occasion::Decision, "首版只支持 CSV");
        company.does(&company.wang, async |work| minutes::begin(work, decided).await).await.unwrap();
        let seen = look_at(&company.zhou).await.unwrap();
        assert_eq!(seen.counts.tasks["pending"], 1);
        let clocks: Vec<(&str, &str)> = seen.clocks.iter().map(|risk| (risk.kind, risk.owner.name.as_str())).collect();
        assert_eq!(clocks, [("task", "李强")], "the minutes are due in a day, the answer in two hours");
        let owing: Vec<(&str, i64, i64)> =
            seen.owing.iter().map(|owes| (owes.person.name.as_str(), owes.tasks, owes.minutes)).collect();
        assert_eq!(owing.len(), 2, "{owing:?}");
        assert!(owing.contains(&("李强", 1, 0)) && owing.contains(&("王晓", 0, 1)), "{owing:?}");
        assert_eq!(seen.entries[RISKS].len(), 1, "not what is confidential");
        assert_eq!(seen.sections.sections[2].count, 1);
        assert_eq!(look_at(&company.wang).await.unwrap().entries[RISKS].len(), 2);
        assert_eq!(seen.minutes.len(), 1);

        let broken = |drill| NewProblem {
            urgency: Urgency::Urgent { severity: Severity::One },
            drill,
            ..NewProblem::ordinary(of.clone(), "支付模块故障", Some(company.li.clone()))
        };
        company.does(&company.wang, async |work| raise_problem(work, broken(true)).await).await.unwrap();
        let drilled = look_at(&company.zhou).await.unwrap();
        assert_eq!((drilled.course, drilled.problems.len(), drilled.clocks.len()), ("on", 0, 1), "only a drill");
        assert!(drilled.owing.iter().all(|owes| owes.problems == 0), "{:?}", drilled.owing);

        company.later(3).await;
        let late = look_at(&company.zhou).await.unwrap();
        assert_eq!(late.course, "at_risk", "{:?}", late.against);
        assert_eq!(late.against[0].kind, "unanswered");
        assert_eq!(late.clocks[0].id, task.id.to_string());

        company.does(&company.wang, async |work| raise_problem(work, broken(false)).await).await.unwrap();
        let burning = look_at(&company.zhou).await.unwrap();
        assert_eq!((burning.course, burning.against[0].kind, burning.against[0].count), ("off", "urgent", 1));
    }

    async fn c3_f4_the_timeline_tells_what_was_said_and_done_page_by_page_and_leads_back(db: Db) {
        let company = Company::on(db).await;
        let of = &company.collaboration;
        let mut expected = 0;
        for bits in 1..=7 {
            company.time.advance(SignedDuration::from_secs(60));
            said(&company, bits, &company.li, &format!("第{bits}句")).await;
            company.time.advance(SignedDuration::from_secs(60));
            let new = NewEntry { text: Some(format!("成果{bits}")), ..NewEntry::default() };
            file(&company, &company.wang, new).await.unwrap();
            expected += 2;
        }
        let read = async |by: &PersonId, filter: TimelineFilter, size: u32| {
            let caller = company.caller(by).await;
            let mut conn = company.app.db.read().await.unwrap();
            let mut look = Look::new(&company.app, &mut conn, &caller);
            let mut all = Vec::new();
            let mut from = TimelineCursor::default();
            loop {
                let (next, moments) =
                    queries::timeline::page(&mut look, of, &filter, from, size).await.unwrap();
                assert!(moments.len() <= size as usize);
                all.extend(moments);
                match next {
                    Some(next) => from = next.to_string().parse().unwrap(),
                    None => break all,
                }
            }
        };
        let whole = read(&company.zhou, TimelineFilter::default(), 200).await;
        assert!(whole.is_sorted_by(|one, other| one.at >= other.at), "the newest first");
        assert_eq!(whole.iter().filter(|one| matches!(one.kind.as_str(), "message" | "entry")).count(), expected);
        for size in [1, 2, 3, 5] {
            let paged = read(&company.zhou, TimelineFilter::default(), size).await;
            let ids = |all: &[MomentView]| all.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
            assert_eq!(ids(&paged), ids(&whole), "by pages of {size}, nothing is lost and nothing comes twice");
        }
        let message = whole.iter().find(|one| one.kind == "message").unwrap();
        assert_eq!((message.text.as_str(), message.platform.as_deref()), ("第7句", Some("feishu")));
        assert_eq!(message.link.as_deref(), Some("https://feishu.example/7"));
        let kind = |kind: &str| TimelineFilter { kind: Some(kind.into()), platform: None };
        assert_eq!(read(&company.zhou, kind("message"), 3).await.len(), 7);
        assert_eq!(read(&company.zhou, kind("entry"), 3).await.len(), 7);
        let feishu = TimelineFilter { kind: None, platform: Some("feishu".into()) };
        assert_eq!(read(&company.zhou, feishu, 3).await.len(), 7, "what was done on the page is on no platform");
        let guest = guest(&company).await;
        let shown = read(&guest, TimelineFilter::default(), 50).await;
        assert!(shown.iter().all(|one| one.kind == "collaboration"), "a guest hears nothing internal");
    }
}
