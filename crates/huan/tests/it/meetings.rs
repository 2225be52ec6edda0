//! The kick-off meeting: drafted from what is known, called where people are, moved, answered, held; its minutes owed once.

use huan_app::{
    ActionError, Caller, Work,
    actions::{
        charters,
        meetings::{self, NewPlan},
    },
    queries::{Look, desk},
};
use huan_core::{
    charter::{Charter, Duty, Milestone},
    clock::ClockKind,
    history::{Source, Subject},
    id::CollaborationId,
    meeting::{CalendarEntry, EntryState, Meeting, MeetingKind, MeetingStage, Plan},
    minutes::{Minutes, MinutesStage},
    platform::PlatformKey,
    record::Participant,
};
use huan_sim::{
    Fault, FaultKind, MessageView,
    PlatformName::{self, Dingtalk, Feishu},
};
use huan_store::{MinutesFilter, Page};
use jiff::{SignedDuration, civil::date};

use crate::world::{World, card_of};

on_databases! {
    c1_a_kick_off_is_drafted_called_moved_answered_and_held_where_people_are
    c1_nobody_presses_anything_and_the_minutes_are_owed_all_the_same
    c1_who_has_not_answered_is_reminded_once
    c1_a_cancelled_kick_off_owes_nothing
    c1_whatever_is_lost_each_stands_in_one_calendar_once
    c1_what_a_platform_refuses_is_told_and_tried_again
    c1_of_two_platforms_one_makes_the_online_meeting
}

async fn does<T>(
    world: &World,
    who: &str,
    deed: impl AsyncFnOnce(&mut Work<'_>) -> Result<T, ActionError>,
) -> Result<T, ActionError> {
    let id = world.company.person(who).unwrap();
    let person = world.app.db.read().await.unwrap().person(&world.app.workspace, &id).await.unwrap().unwrap();
    let caller = Caller::of(&person, Source::Web, world.now()).unwrap();
    let mut work = world.app.begin(&caller).await.unwrap();
    let done = deed(&mut work).await?;
    work.commit().await?;
    world.settle().await;
    Ok(done)
}

async fn now(world: &World, meeting: &Meeting) -> Meeting {
    world.app.db.read().await.unwrap().meeting(&world.app.workspace, &meeting.id).await.unwrap().unwrap()
}

async fn all_minutes(world: &World) -> Vec<Minutes> {
    let mut conn = world.app.db.read().await.unwrap();
    let listed = conn.minutes_list(&world.app.workspace, &MinutesFilter::default(), &Page::first(50)).await.unwrap();
    listed.rows
}

fn named(world: &World, key: &str) -> Participant {
    Participant::Person { person: world.company.person(key).unwrap() }
}

/// How many cards of that title somebody was sent directly.
fn cards(world: &World, platform: PlatformName, person: &str, title: &str) -> usize {
    let says = |message: &&MessageView| card_of(message).is_some_and(|card| card.title.contains(title));
    world.direct(platform, person).iter().filter(says).count()
}

/// How many messages in plain words that say `what` somebody was sent directly.
fn words(world: &World, platform: PlatformName, person: &str, what: &str) -> usize {
    let says = |message: &&MessageView| card_of(message).is_none() && message.text.contains(what);
    world.direct(platform, person).iter().filter(says).count()
}

async fn collaboration(world: &World) -> CollaborationId {
    let mut conn = world.app.db.read().await.unwrap();
    conn.collaborations(&world.app.workspace).await.unwrap().remove(0).id
}

/// What stands in the calendars of a platform: title, place and whose, in order.
fn events(world: &World, platform: PlatformName) -> Vec<(String, String, Vec<String>)> {
    let state = world.sim.state(None);
    let shown = state.calendars[&platform].iter().map(|event| {
        let mut people = event.people.clone();
        people.sort();
        (event.title.clone(), event.place.clone(), people)
    });
    shown.collect()
}

fn fails(world: &World, platform: PlatformName, operation: &str, kind: FaultKind, times: u32) {
    let fault = Fault { id: 0, platform: Some(platform), operation: operation.into(), kind, times: Some(times) };
    world.sim.set_fault(fault);
}

async fn entries(world: &World, meeting: &Meeting) -> Vec<CalendarEntry> {
    let mut conn = world.app.db.read().await.unwrap();
    conn.calendar_entries(&world.app.workspace, &meeting.id).await.unwrap()
}

/// As it is, but elsewhere.
fn elsewhere(meeting: &Meeting, place: &str) -> NewPlan {
    let plan = Plan { place: place.into(), ..meeting.plan.clone() };
    let invited = meeting.invited.iter().map(|one| one.who.clone()).collect();
    NewPlan { plan, invited, version: meeting.version }
}

/// 何静 drafts the kick-off, for 王晓 in DingTalk, 李强 and 周婷 in Feishu and a client, in an hour.
async fn called(world: &World) -> Meeting {
    called_with(world, |_| {}).await
}

async fn called_with(world: &World, change: impl FnOnce(&mut Plan)) -> Meeting {
    let [wangxiao, liqiang] = ["wangxiao", "liqiang"].map(|key| world.company.person(key).unwrap());
    let id = collaboration(world).await;
    let charter = Charter {
        milestones: vec![Milestone { name: "初稿".into(), on: Some(date(2026, 12, 1)) }],
        duties: vec![
            Duty { name: "提出需求".into(), boundary: "只写首版".into(), person: Some(wangxiao) },
            Duty { name: "评估技术可行性".into(), boundary: String::new(), person: Some(liqiang) },
        ],
        ..Charter::default()
    };
    does(world, "wangxiao", async |work| charters::set_charter(work, &id, charter, 0).await).await.unwrap();
    let drafted =
        does(world, "hejing", async |work| meetings::prepare(work, &id, MeetingKind::KickOff).await).await.unwrap();
    for words in ["完成产品V2.0需求文档评审", "初稿", "提出需求（只写首版）", "钉钉", "17:00", "@全体"]
    {
        assert!(drafted.plan.agenda.contains(words), "{words} is missing: {}", drafted.plan.agenda);
    }
    assert_eq!(cards(world, Feishu, "liqiang", "启动会"), 0, "nobody hears of a draft");
    let starts_at = world.now() + SignedDuration::from_hours(1);
    let mut plan = drafted.plan.clone();
    plan.starts_at = Some(starts_at);
    plan.ends_at = Some(starts_at + SignedDuration::from_hours(1));
    plan.place = "三楼会议室".into();
    change(&mut plan);
    let mut invited: Vec<Participant> =
        ["wangxiao", "hejing", "liqiang", "zhouting"].map(|key| named(world, key)).to_vec();
    invited.push(Participant::Named { text: "客户王总".into() });
    let new = NewPlan { plan, invited, version: drafted.version };
    let written = does(world, "hejing", async |work| meetings::write(work, &drafted.id, new).await).await.unwrap();
    does(world, "hejing", async |work| meetings::call(work, &drafted.id, written.version).await).await.unwrap()
}

async fn c1_a_kick_off_is_drafted_called_moved_answered_and_held_where_people_are(world: World) {
    let meeting = called(&world).await;
    let id = &meeting.id;
    let title = meeting.plan.title.clone();
    // Each where they are, and both groups.
    assert_eq!((cards(&world, Dingtalk, "wangxiao", &title), cards(&world, Feishu, "liqiang", &title)), (1, 1));
    for (platform, group, viewer) in [(Dingtalk, "product_v2", "wangxiao"), (Feishu, "product_v2_dev", "liqiang")] {
        let posted = world.group(platform, group, viewer).pop().unwrap();
        let card = card_of(&posted).unwrap();
        assert!(card.title.contains(&title), "{posted:#?}");
        assert!(!posted.text.contains("提出需求"), "the agenda stays out of the groups: {posted:#?}");
    }

    world.press(Feishu, "liqiang", "来", &[]).await;
    world.press(Dingtalk, "wangxiao", "不来", &[]).await;
    let coming = |meeting: &Meeting, key: &str| {
        let person = world.company.person(key).unwrap();
        meeting.invited(&person).unwrap().answer.as_ref().map(|answer| answer.coming)
    };
    let answered = now(&world, &meeting).await;
    assert_eq!((coming(&answered, "liqiang"), coming(&answered, "wangxiao")), (Some(true), Some(false)));

    // An hour later and elsewhere: told once, and asked anew.
    let mut plan = answered.plan.clone();
    plan.starts_at = plan.starts_at.map(|at| at + SignedDuration::from_hours(1));
    plan.ends_at = plan.ends_at.map(|at| at + SignedDuration::from_hours(1));
    plan.place = "四楼会议室".into();
    let invited: Vec<Participant> = answered.invited.iter().map(|one| one.who.clone()).collect();
    let new = NewPlan { plan, invited, version: answered.version };
    let moved = does(&world, "hejing", async |work| meetings::write(work, id, new.clone()).await).await.unwrap();
    assert_eq!(moved.revision, 2);
    assert!(world.told(Dingtalk, "wangxiao").last().unwrap().contains("四楼会议室"));
    assert_eq!(words(&world, Feishu, "liqiang", "四楼会议室"), 1);
    assert_eq!(cards(&world, Feishu, "liqiang", &title), 1, "its card was edited");
    let again = does(&world, "hejing", async |work| meetings::write(work, id, new).await).await;
    assert!(matches!(again, Err(ActionError::VersionConflict(_))), "{again:?}");
    assert_eq!(coming(&moved, "liqiang"), None, "another time is answered anew");
    world.press(Feishu, "liqiang", "来", &[]).await;
    world.press(Dingtalk, "wangxiao", "来", &[]).await;
    world.press(Feishu, "zhouting", "不来", &[]).await;

    // It takes place; who is there is noted in a tap each.
    let early = does(&world, "hejing", async |work| meetings::make_minutes(work, id).await).await;
    assert!(matches!(early, Err(ActionError::MeetingStage(MeetingStage::Called))), "{early:?}");
    world.jump(2 * 60 + 30).await;
    for (key, present) in [("wangxiao", true), ("hejing", true), ("liqiang", false), ("zhouting", true)] {
        let who = named(&world, key);
        let note = async |work: &mut Work<'_>| meetings::note_presence(work, id, &who, Some(present)).await;
        does(&world, "hejing", note).await.unwrap();
    }
    let stranger = named(&world, "liqiang");
    let note = async |work: &mut Work<'_>| meetings::note_presence(work, id, &stranger, Some(true)).await;
    assert!(matches!(does(&world, "liqiang", note).await, Err(ActionError::Forbidden)), "not one's own presence");

    let held = does(&world, "hejing", async |work| meetings::make_minutes(work, id).await).await.unwrap();
    let ended_at = world.now();
    let again = does(&world, "hejing", async |work| meetings::make_minutes(work, id).await).await.unwrap();
    assert_eq!(held.minutes(), again.minutes(), "a second press makes nothing");
    // Its planned end comes: nothing is made then either.
    world.jump(40).await;
    let minutes = all_minutes(&world).await;
    assert_eq!(minutes.len(), 1);
    let minutes = &minutes[0];
    assert_eq!((minutes.state.stage(), minutes.happened_at), (MinutesStage::Owed, ended_at));
    assert_eq!(minutes.recorder, world.company.person("hejing").unwrap());
    let content = &minutes.content;
    assert_eq!(content.place, "四楼会议室");
    assert_eq!(content.absentees, [named(&world, "liqiang")], "noted, whatever was answered");
    assert_eq!(content.participants.len(), 4);
    assert!(content.agenda.contains("同步节奏") && content.conclusions.contains("初稿"));
    assert!(content.guessed.contains(&"participants".to_owned()), "of the client nothing was noted");
    let mut conn = world.app.db.read().await.unwrap();
    let subject = Subject::Minutes(minutes.id.clone());
    let clocks = conn.running_clocks(&world.app.workspace, &[subject]).await.unwrap();
    drop(conn);
    assert_eq!(clocks.len(), 1);
    assert_eq!((clocks[0].kind, clocks[0].due_at), (ClockKind::Minutes, ended_at + SignedDuration::from_hours(24)));

    // Whoever comes late is noted still, and stands in the minutes, as long as nobody else has written in them.
    let late = named(&world, "liqiang");
    let note = async |work: &mut Work<'_>| meetings::note_presence(work, id, &late, Some(true)).await;
    does(&world, "hejing", note).await.unwrap();
    assert_eq!(all_minutes(&world).await[0].content.absentees, []);
    world.end().await;
}

async fn c1_nobody_presses_anything_and_the_minutes_are_owed_all_the_same(world: World) {
    let meeting = called(&world).await;
    // From ten to one o'clock: it began at eleven and ended at twelve.
    world.jump(3 * 60).await;
    let minutes = all_minutes(&world).await;
    assert_eq!(minutes.len(), 1);
    assert_eq!(Some(minutes[0].happened_at), meeting.plan.ends_at, "late or not, its end is its end");
    assert_eq!(now(&world, &meeting).await.minutes(), Some(&minutes[0].id));
    world.jump(60).await;
    assert_eq!(all_minutes(&world).await.len(), 1);
    world.end().await;
}

async fn c1_who_has_not_answered_is_reminded_once(world: World) {
    let meeting = called(&world).await;
    let on_desk = async |key: &str| {
        let mut conn = world.app.db.read().await.unwrap();
        let id = world.company.person(key).unwrap();
        let person = conn.person(&world.app.workspace, &id).await.unwrap().unwrap();
        let caller = Caller::of(&person, Source::Web, world.now()).unwrap();
        let desk = desk::of(&mut Look::new(&world.app, &mut conn, &caller)).await.unwrap();
        desk.waiting.iter().filter(|waiting| waiting.kind == "meeting").count()
    };
    for (key, asked) in [("hejing", 0), ("liqiang", 1), ("zhouting", 1)] {
        assert_eq!(on_desk(key).await, asked, "{key}: whoever calls a meeting is not asked whether they come");
    }
    does(&world, "liqiang", async |work| meetings::answer(work, &meeting.id, 1, true, "").await).await.unwrap();
    assert_eq!(on_desk("liqiang").await, 0);
    let reminders = || {
        [(Feishu, "liqiang"), (Feishu, "zhouting"), (Dingtalk, "wangxiao"), (Dingtalk, "hejing")]
            .map(|(platform, key)| words(&world, platform, key, "还没有答复"))
    };
    world.jump(29).await;
    assert_eq!(reminders(), [0; 4]);
    world.jump(2).await;
    assert_eq!(reminders(), [0, 1, 1, 0]);
    world.jump(20).await;
    assert_eq!(reminders(), [0, 1, 1, 0], "once");
    world.jump(20).await;
    assert_eq!(on_desk("zhouting").await, 0, "it has begun");
    world.end().await;
}

async fn c1_a_cancelled_kick_off_owes_nothing(world: World) {
    let meeting = called(&world).await;
    let id = &meeting.id;
    let reasonless = does(&world, "hejing", async |work| meetings::cancel(work, id, " ").await).await;
    assert!(reasonless.is_err(), "whoever is invited is told why");
    does(&world, "hejing", async |work| meetings::cancel(work, id, "与评审合并").await).await.unwrap();
    assert_eq!(words(&world, Feishu, "liqiang", "与评审合并"), 1);
    assert!(world.told(Dingtalk, "wangxiao").last().unwrap().contains("与评审合并"));
    world.jump(4 * 60).await;
    assert_eq!(all_minutes(&world).await, []);
    world.end().await;
}

async fn c1_whatever_is_lost_each_stands_in_one_calendar_once(world: World) {
    // The answer to the first call is lost at both, and so is one while people are put in.
    fails(&world, Feishu, "POST /open-apis/calendar/v4/calendars/*/events", FaultKind::AnswerLost, 1);
    fails(&world, Feishu, "POST */attendees", FaultKind::AnswerLost, 1);
    fails(&world, Dingtalk, "POST /v1.0/calendar/*", FaultKind::AnswerLost, 1);
    let meeting = called(&world).await;
    world.advance(1).await;
    let title = meeting.plan.title.clone();
    let state = world.sim.state(None);
    for (platform, calendar) in &state.calendars {
        assert_eq!(calendar.len(), 1, "once on {platform:?}: {calendar:#?}");
        assert_eq!(calendar[0].starts_at, meeting.plan.starts_at);
        assert!(calendar[0].description.contains("同步节奏"), "{calendar:#?}");
    }
    let (feishu, dingtalk) = (events(&world, Feishu).remove(0), events(&world, Dingtalk).remove(0));
    assert_eq!((&feishu.0, feishu.1.as_str()), (&title, "三楼会议室"));
    let mut everybody: Vec<String> = feishu.2.iter().chain(&dingtalk.2).cloned().collect();
    everybody.sort();
    assert_eq!(
        everybody,
        ["hejing", "liqiang", "wangxiao", "zhouting"],
        "each in one calendar: {feishu:?} {dingtalk:?}"
    );
    assert!(feishu.2.contains(&"liqiang".to_owned()) && dingtalk.2.contains(&"wangxiao".to_owned()));

    // Elsewhere, and without 李强: the events change, none is made.
    fails(&world, Feishu, "PATCH *", FaultKind::AnswerLost, 1);
    fails(&world, Dingtalk, "PUT /v1.0/calendar/*", FaultKind::ServerError { status: 502 }, 1);
    let mut new = elsewhere(&now(&world, &meeting).await, "四楼会议室");
    let liqiang = named(&world, "liqiang");
    new.invited.retain(|who| *who != liqiang);
    does(&world, "hejing", async |work| meetings::write(work, &meeting.id, new).await).await.unwrap();
    world.advance(1).await;
    for platform in [Feishu, Dingtalk] {
        let shown = events(&world, platform);
        assert_eq!((shown.len(), shown[0].1.as_str()), (1, "四楼会议室"));
        let entries = entries(&world, &meeting).await;
        assert!(!shown[0].2.contains(&"liqiang".to_owned()), "{shown:?} {entries:#?}");
    }
    assert_eq!(words(&world, Feishu, "liqiang", "不必参加"), 1);

    // The program begins anew and looks again: nothing changes.
    let before = world.sim.state(None).calendars;
    for mut entry in entries(&world, &meeting).await {
        assert_eq!(entry.state, EntryState::Kept);
        let mut tx = world.app.db.write().await.unwrap();
        entry.wake(world.now());
        tx.update_calendar_entry(&world.app.workspace, &mut entry).await.unwrap();
        tx.commit().await.unwrap();
    }
    world.settle().await;
    assert_eq!(world.sim.state(None).calendars, before);

    fails(&world, Feishu, "DELETE *", FaultKind::AnswerLost, 1);
    fails(&world, Dingtalk, "DELETE *", FaultKind::AnswerLost, 1);
    does(&world, "hejing", async |work| meetings::cancel(work, &meeting.id, "改为线下逐个沟通").await).await.unwrap();
    world.advance(1).await;
    assert_eq!((events(&world, Feishu), events(&world, Dingtalk)), (Vec::new(), Vec::new()));
    assert!(entries(&world, &meeting).await.iter().all(|entry| entry.state == EntryState::Gone));
    world.end().await;
}

async fn c1_what_a_platform_refuses_is_told_and_tried_again(world: World) {
    world.sim.feishu().configure(|options| options.calendar_denied = true);
    let meeting = called(&world).await;
    world.advance(1).await;
    assert_eq!(
        (events(&world, Feishu).len(), events(&world, Dingtalk).len()),
        (0, 1),
        "one does not hold the other up"
    );
    let failed =
        entries(&world, &meeting).await.into_iter().find(|entry| entry.account == world.company.feishu).unwrap();
    let EntryState::Failed { reason, detail } = &failed.state else { panic!("{failed:?}") };
    assert_eq!(reason, "delivery.reason.permission_missing");
    assert!(detail.contains("calendar:calendar"), "{detail}");

    world.sim.feishu().configure(|options| options.calendar_denied = false);
    does(&world, "hejing", async |work| meetings::retry_calendars(work, &meeting.id).await).await.unwrap();
    assert_eq!(events(&world, Feishu).len(), 1);
    world.end().await;
}

async fn c1_of_two_platforms_one_makes_the_online_meeting(world: World) {
    let meeting = called_with(&world, |plan| {
        plan.place = String::new();
        plan.online = Some(PlatformKey::new("feishu"));
    })
    .await;
    let state = world.sim.state(None);
    let url = state.calendars[&Feishu][0].join_url.clone().unwrap();
    assert_eq!(now(&world, &meeting).await.join_url.as_ref(), Some(&url));
    let other = &state.calendars[&Dingtalk][0];
    assert_eq!((other.join_url.as_ref(), other.place.as_str()), (None, url.as_str()), "one room for everybody");
    let card = world.card(Dingtalk, "wangxiao");
    assert!(card.text.contains(&url), "{card:#?}");
    world.end().await;
}
