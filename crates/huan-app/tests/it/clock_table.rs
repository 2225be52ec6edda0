//! The clock table of the requirements, line by line: what each clock does while nobody answers, over weekends, public
//! holidays, Saturdays that are worked instead, in other time zones and while the clocks are changed.
//!
//! Time goes from one moment of a clock to the next, and a second before each nothing may happen yet.

use huan_app::{
    Work,
    actions::{
        create_record::{NewRecord, create_record},
        minutes::{self, NewMinutes},
        people::{self, PersonChange},
        problems::{self, NewProblem},
        sign_offs::{self, Call},
        task_steps, usage_rules,
    },
    engine,
};
use huan_core::{
    calendar::{PublicHolidays, Shift, Week, WorkingHours},
    history::{Event, Subject},
    id::{PersonId, ProblemId},
    level::Level,
    minutes::Occasion,
    problem::{Severity, Urgency},
    sign_off::Evidence,
    status::Status,
};
use huan_store::{Page, both_databases};
use jiff::{SignedDuration, Timestamp, Zoned, tz::TimeZone};

use crate::company::Company;

const BEIJING: &str = "Asia/Shanghai";

fn moment(text: &str) -> Zoned {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Goes to a moment at which nothing that runs is due before.
async fn go(company: &Company, to: &str) {
    let to = moment(to).timestamp();
    assert!(to >= company.app.now(), "time does not go back");
    company.time.set(to);
    engine::drain(&company.app).await.unwrap();
}

/// When the next clock rings or the next message goes out.
async fn next(company: &Company) -> Option<Timestamp> {
    let now = company.app.now();
    let mut conn = company.app.db.read().await.unwrap();
    let (clock, message) = (conn.next_clock_at(now).await.unwrap(), conn.next_delivery_at(now).await.unwrap());
    [clock, message].into_iter().flatten().min()
}

/// What is heard of a matter until `until` if nobody does anything: when (in the zone of `until`), which stage, and who
/// gets a message; `later` is a message that waited for its reader's working day.
async fn follow(company: &Company, subject: &Subject, until: &str) -> Vec<String> {
    let until = moment(until);
    let zone = until.time_zone();
    let mut course = Vec::new();
    while let Some(at) = next(company).await.filter(|at| *at <= until.timestamp()) {
        let before = company.sent();
        company.time.set((at - SignedDuration::from_secs(1)).max(company.app.now()));
        engine::drain(&company.app).await.unwrap();
        assert_eq!(company.sent(), before, "early: before {at}");
        company.time.set(at);
        engine::drain(&company.app).await.unwrap();
        let told = names(company, &company.sent()[before.len()..]);
        course.push(format!("{} {}: {told}", shown(at, zone), stages(company, subject, at).await));
    }
    company.time.set(until.timestamp());
    course
}

fn shown(at: Timestamp, zone: &TimeZone) -> String {
    let format = if zone.iana_name() == Some(BEIJING) { "%a %m-%d %H:%M" } else { "%a %m-%d %H:%M %Z" };
    at.to_zoned(zone.clone()).strftime(format).to_string()
}

/// The stages of the matter's clocks that the history notes for this moment.
async fn stages(company: &Company, subject: &Subject, at: Timestamp) -> String {
    let mut conn = company.app.db.read().await.unwrap();
    let rows = conn.history(&company.app.workspace, subject, &Page::first(50)).await.unwrap().rows;
    let fired = rows.into_iter().filter(|row| row.entry.at == at).filter_map(|row| match row.entry.event {
        Event::ClockFired { stage, .. } => Some(stage),
        _ => None,
    });
    let fired: Vec<String> = fired.collect();
    if fired.is_empty() { "later".to_owned() } else { fired.join("+") }
}

fn names(company: &Company, to: &[String]) -> String {
    let people = [
        ("李强", &company.li),
        ("周婷", &company.zhou),
        ("王晓", &company.wang),
        ("赵敏", &company.boss),
        ("孙悦", &company.sun),
    ];
    let mut told = Vec::new();
    for (name, id) in people {
        match to.iter().filter(|to| *to == id.as_str()).count() {
            0 => {}
            1 => told.push(name.to_owned()),
            times => told.push(format!("{name}×{times}")),
        }
    }
    told.join("、")
}

async fn works(company: &Company, who: &PersonId, hours: WorkingHours) {
    let version = {
        let mut conn = company.app.db.read().await.unwrap();
        conn.person(&company.app.workspace, who).await.unwrap().unwrap().version
    };
    let change = PersonChange { version, hours: Some(hours), ..PersonChange::default() };
    company.does(&company.boss, async |work| people::edit_person(work, who, change).await).await.unwrap();
}

fn office_in(zone: &str) -> WorkingHours {
    let shifts: Vec<Shift> = vec!["09:00-17:00".parse().unwrap()];
    WorkingHours::new(zone, Week::monday_to_friday(&shifts), PublicHolidays::None).unwrap()
}

fn every_day(zone: &str, shift: &str) -> WorkingHours {
    let shifts: Vec<Shift> = vec![shift.parse().unwrap()];
    let week = Week { saturday: shifts.clone(), sunday: shifts.clone(), ..Week::monday_to_friday(&shifts) };
    WorkingHours::new(zone, week, PublicHolidays::None).unwrap()
}

/// 周婷 asks 李强 for something at `from`, and he does not answer.
async fn asked(company: &Company, from: &str, until: &str) -> Vec<String> {
    go(company, from).await;
    let task = company.task_from(&company.zhou, "评估技术可行性", &company.li, &[]).await;
    engine::drain(&company.app).await.unwrap();
    let course = follow(company, &Subject::Task(task.id.clone()), until).await;
    let cancel = async |work: &mut Work<'_>| task_steps::cancel(work, &task.id, "不做了").await;
    company.does(&company.zhou, cancel).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    assert_eq!(next(company).await, None, "no clock runs for what is cancelled");
    course
}

/// 李强 takes a task on at `from`; he reports progress at these moments and at no other.
async fn working(company: &Company, from: &str, reports: &[&str], until: &str) -> Vec<String> {
    go(company, from).await;
    let task = company.task_from(&company.zhou, "评估技术可行性", &company.li, &[]).await;
    company.does(&company.li, async |work| task_steps::accept(work, &task.id).await).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    let subject = Subject::Task(task.id.clone());
    let mut course = Vec::new();
    for report in reports {
        course.extend(follow(company, &subject, report).await);
        let step = async |work: &mut Work<'_>| task_steps::report_progress(work, &task.id, "分析完成", Some(40)).await;
        company.does(&company.li, step).await.unwrap();
        engine::drain(&company.app).await.unwrap();
        course.push(format!("{} reported", shown(company.app.now(), moment(report).time_zone())));
    }
    course.extend(follow(company, &subject, until).await);
    company.does(&company.li, async |work| task_steps::finish(work, &task.id).await).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    assert_eq!(next(company).await, None, "no clock runs for what is done");
    course
}

/// 周婷 raises a problem at `from`, and 李强 is asked.
async fn raised(company: &Company, from: &str, urgency: Urgency) -> ProblemId {
    go(company, from).await;
    let new = NewProblem {
        urgency,
        ..NewProblem::ordinary(company.collaboration.clone(), "导出的文件打不开", Some(company.li.clone()))
    };
    let raise = async |work: &mut Work<'_>| problems::raise_problem(work, new).await;
    let problem = company.does(&company.zhou, raise).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    problem.id
}

async fn solved(company: &Company, problem: &ProblemId) {
    let solve = async |work: &mut Work<'_>| problems::close_problem(work, problem, "导出改为 UTF-8").await;
    company.does(&company.li, solve).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    assert_eq!(next(company).await, None, "no clock runs for what is solved");
}

/// It was no emergency: no report is owed, and it is solved like any other.
async fn stood_down(company: &Company, problem: &ProblemId) {
    let calm = async |work: &mut Work<'_>| problems::set_urgency(work, problem, Urgency::Ordinary).await;
    company.does(&company.li, calm).await.unwrap();
    solved(company, problem).await;
}

/// 周婷 says at `from` what was decided; 李强 is to file the minutes and does not.
async fn unfiled(company: &Company, from: &str, until: &str) -> Vec<String> {
    go(company, from).await;
    let new = NewMinutes {
        recorder: Some(company.li.clone()),
        ..NewMinutes::of(company.collaboration.clone(), Occasion::Decision, "首版只支持 CSV 导出")
    };
    let minutes = company.does(&company.zhou, async |work| minutes::begin(work, new).await).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    let course = follow(company, &Subject::Minutes(minutes.id.clone()), until).await;
    let withdraw = async |work: &mut Work<'_>| minutes::withdraw(work, &minutes.id, "不需要").await;
    company.does(&company.zhou, withdraw).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    assert_eq!(next(company).await, None, "no clock runs for what is withdrawn");
    course
}

/// 王晓 calls at `from` for acceptance; 李强 is to sign and does not.
async fn unsigned(company: &Company, from: &str, until: &str) -> Vec<String> {
    go(company, from).await;
    let call = Call {
        collaboration: company.collaboration.clone(),
        statement: "评审通过".into(),
        evidence: vec![Evidence::Note { text: "评审记录".into() }],
        signers: vec![company.li.clone()],
    };
    let called = company.does(&company.wang, async |work| sign_offs::call(work, call).await).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    let asked = company.app.db.read().await.unwrap().signatures(&company.app.workspace, &called.id).await.unwrap();
    let course = follow(company, &Subject::Signature(asked[0].id.clone()), until).await;
    let refuse = async |work: &mut Work<'_>| sign_offs::refuse(work, &called.id, "缺少报告").await;
    company.does(&company.li, refuse).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    assert_eq!(next(company).await, None, "no clock runs for what is refused");
    course
}

/// An ordinary problem that nobody answers.
async fn unanswered(company: &Company, from: &str, until: &str) -> Vec<String> {
    let problem = raised(company, from, Urgency::Ordinary).await;
    let course = follow(company, &Subject::Problem(problem.clone()), until).await;
    solved(company, &problem).await;
    course
}

/// A problem that 李强 answered at `from`, promising its solution for `promise`.
async fn promised(company: &Company, from: &str, promise: &str, until: &str) -> Vec<String> {
    let problem = raised(company, from, Urgency::Ordinary).await;
    let promise = moment(promise).timestamp();
    let answer = async |work: &mut Work<'_>| problems::answer_problem(work, &problem, "在查", Some(promise)).await;
    company.does(&company.li, answer).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    let course = follow(company, &Subject::Problem(problem.clone()), until).await;
    solved(company, &problem).await;
    course
}

/// 王晓 announces the usage rules at `from`; 李强 confirms them at `until`, having been reminded meanwhile.
async fn unread(company: &Company, from: &str, until: &str) -> Vec<String> {
    go(company, from).await;
    let id = &company.collaboration;
    let version = {
        let mut conn = company.app.db.read().await.unwrap();
        conn.usage_rules(&company.app.workspace, id).await.unwrap().map_or(0, |rules| rules.version)
    };
    let announce = async |work: &mut Work<'_>| {
        usage_rules::set_rules(work, id, "紧急事项 @全体", Some(usage_rules::Announcing::default()), version).await
    };
    let revision = company.does(&company.wang, announce).await.unwrap().revision;
    for other in [&company.wang, &company.zhou] {
        company.does(other, async |work| usage_rules::confirm_rules(work, id, revision).await).await.unwrap();
    }
    engine::drain(&company.app).await.unwrap();
    let reading = {
        let mut conn = company.app.db.read().await.unwrap();
        conn.rules_reading_of(&company.app.workspace, id, &company.li).await.unwrap().unwrap()
    };
    let course = follow(company, &Subject::RulesReading(reading.id), until).await;
    company.does(&company.li, async |work| usage_rules::confirm_rules(work, id, revision).await).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    assert_eq!(next(company).await, None, "no clock runs when everybody has confirmed");
    course
}

both_databases! {
    /// 承接确认: reminder at half time; at two working hours the owner is called on again, the initiator told and the
    /// superior called on; then the next superior.
    async fn d2_i8_take_on_within_two_working_hours(db: Db) {
        let company = Company::beginning(db, "2026-02-09T09:00[Asia/Shanghai]").await;
        assert_eq!(
            asked(&company, "2026-02-14T17:30[Asia/Shanghai]", "2026-02-24T12:00[Asia/Shanghai]").await,
            ["Tue 02-24 09:30 reminder: 李强", "Tue 02-24 10:30 overdue: 李强、周婷、王晓"],
            "from a Saturday that is worked, over Spring Festival"
        );
        assert_eq!(
            asked(&company, "2026-02-28T11:30[Asia/Shanghai]", "2026-03-02T12:00[Asia/Shanghai]").await,
            [
                "Sat 02-28 14:00 reminder: 李强",
                "Sat 02-28 15:00 overdue: 李强、周婷、王晓",
                "Sat 02-28 17:00 next_superior: 赵敏",
                "Mon 03-02 09:00 unanswered: 周婷",
            ],
            "on a Saturday that is worked"
        );
        assert_eq!(
            asked(&company, "2026-09-30T17:30[Asia/Shanghai]", "2026-10-12T12:00[Asia/Shanghai]").await,
            [
                "Thu 10-08 09:30 reminder: 李强",
                "Thu 10-08 10:30 overdue: 李强、周婷、王晓",
                "Thu 10-08 14:00 next_superior: 赵敏",
                "Fri 10-09 09:00 unanswered: 周婷",
                "Sat 10-10 09:00 unanswered: 周婷",
                "Mon 10-12 09:00 unanswered: 周婷",
            ],
            "over National Day, and daily from then on, also on the Saturday that is worked"
        );
        assert_eq!(
            asked(&company, "2026-11-20T17:50[Asia/Shanghai]", "2026-11-24T12:00[Asia/Shanghai]").await,
            [
                "Mon 11-23 09:50 reminder: 李强",
                "Mon 11-23 10:50 overdue: 李强、周婷、王晓",
                "Mon 11-23 14:20 next_superior: 赵敏",
                "Tue 11-24 09:00 unanswered: 周婷",
            ],
            "over a weekend"
        );
    }

    /// 会议纪要: a reminder 20 hours after the decision, escalation at 24; what falls out of working time waits for the morning.
    async fn f3_i8_minutes_within_24_hours_of_the_decision(db: Db) {
        let company = Company::beginning(db, "2026-09-29T09:00[Asia/Shanghai]").await;
        assert_eq!(
            unfiled(&company, "2026-09-29T14:00[Asia/Shanghai]", "2026-10-09T12:00[Asia/Shanghai]").await,
            [
                "Wed 09-30 10:00 reminder: 李强",
                "Wed 09-30 14:00 overdue: 李强、周婷、王晓",
                "Thu 10-08 09:00 next_superior: 赵敏",
                "Fri 10-09 09:00 unanswered: 周婷",
            ],
            "over National Day"
        );
        assert_eq!(
            unfiled(&company, "2026-11-20T17:00[Asia/Shanghai]", "2026-11-24T12:00[Asia/Shanghai]").await,
            ["Mon 11-23 09:00 overdue: 李强、周婷、王晓", "Tue 11-24 09:00 next_superior: 赵敏"],
            "over a weekend, in which nobody is woken for it"
        );
    }

    /// 规则阅读: a reminder when work begins on each working day after they were announced, until the member confirms; nobody
    /// else is troubled.
    async fn b4_i8_the_rules_are_reminded_of_on_every_working_day(db: Db) {
        let company = Company::beginning(db, "2026-09-28T09:00[Asia/Shanghai]").await;
        assert_eq!(
            unread(&company, "2026-09-29T15:00[Asia/Shanghai]", "2026-10-13T12:00[Asia/Shanghai]").await,
            [
                "Wed 09-30 09:00 reminder: 李强",
                "Thu 10-08 09:00 reminder: 李强",
                "Fri 10-09 09:00 reminder: 李强",
                "Sat 10-10 09:00 reminder: 李强",
                "Mon 10-12 09:00 reminder: 李强",
                "Tue 10-13 09:00 reminder: 李强",
            ],
            "not on holidays, but on the Saturday that is worked"
        );
        assert_eq!(
            unread(&company, "2026-11-20T20:00[Asia/Shanghai]", "2026-11-24T12:00[Asia/Shanghai]").await,
            ["Mon 11-23 09:00 reminder: 李强", "Tue 11-24 09:00 reminder: 李强"],
            "announced late on a Friday: not over the weekend"
        );
        works(&company, &company.li, office_in("America/New_York")).await;
        assert_eq!(
            unread(&company, "2027-03-12T10:00[America/New_York]", "2027-03-16T12:00[America/New_York]").await,
            ["Mon 03-15 09:00 EDT reminder: 李强", "Tue 03-16 09:00 EDT reminder: 李强"],
            "at nine where the member is, over the beginning of summer time"
        );
    }

    /// «sign-off: acceptance called · signed or refused · reminder, escalation»: a day, two days, and out of hours when work
    /// begins.
    async fn g1_sign_off(db: Db) {
        let company = Company::beginning(db, "2026-09-01T09:00[Asia/Shanghai]").await;
        assert_eq!(
            unsigned(&company, "2026-09-01T10:00[Asia/Shanghai]", "2026-09-05T12:00[Asia/Shanghai]").await,
            [
                "Wed 09-02 10:00 reminder: 李强",
                "Thu 09-03 10:00 overdue: 李强、王晓",
                "Fri 09-04 10:00 next_superior: 赵敏",
            ],
            "whoever called is the superior too, and is told once"
        );
        assert_eq!(
            unsigned(&company, "2026-11-19T17:00[Asia/Shanghai]", "2026-11-25T12:00[Asia/Shanghai]").await,
            [
                "Fri 11-20 17:00 reminder: 李强",
                "Mon 11-23 09:00 overdue: 李强、王晓",
                "Tue 11-24 09:00 next_superior: 赵敏",
                "Wed 11-25 09:00 unanswered: 王晓",
            ],
            "over a weekend, in which nobody is woken for it"
        );
    }

    /// The owner's working time counts, in their zone and by the hours that really pass; whoever lives elsewhere is told when
    /// their own day begins.
    async fn d2_i8_take_on_far_away_and_while_the_clocks_change(db: Db) {
        let company = Company::beginning(db, "2026-03-27T09:00[Asia/Shanghai]").await;
        works(&company, &company.li, every_day("Europe/Berlin", "22:00-06:00")).await;
        assert_eq!(
            asked(&company, "2026-03-29T01:30[Europe/Berlin]", "2026-03-31T04:00[Europe/Berlin]").await,
            [
                "Sun 03-29 03:30 CEST reminder: 李强",
                "Sun 03-29 04:30 CEST overdue: 李强",
                "Sun 03-29 22:30 CEST next_superior: ",
                "Mon 03-30 03:00 CEST later: 周婷、王晓、赵敏",
                "Mon 03-30 22:00 CEST unanswered: ",
                "Tue 03-31 03:00 CEST later: 周婷",
            ],
            "two hours of a night that has one hour less"
        );
        assert_eq!(
            asked(&company, "2026-10-25T01:30[Europe/Berlin]", "2026-10-26T03:00[Europe/Berlin]").await,
            [
                "Sun 10-25 02:30 CEST reminder: 李强",
                "Sun 10-25 02:30 CET overdue: 李强",
                "Sun 10-25 04:30 CET next_superior: ",
                "Mon 10-26 02:00 CET later: 周婷、王晓、赵敏",
            ],
            "two hours of a night in which half past two comes twice"
        );
        works(&company, &company.li, office_in("America/New_York")).await;
        assert_eq!(
            asked(&company, "2026-10-30T16:30[America/New_York]", "2026-11-03T21:00[America/New_York]").await,
            [
                "Mon 11-02 09:30 EST reminder: 李强",
                "Mon 11-02 10:30 EST overdue: 李强",
                "Mon 11-02 12:30 EST next_superior: ",
                "Mon 11-02 20:00 EST later: 周婷、王晓、赵敏",
                "Tue 11-03 09:00 EST unanswered: ",
                "Tue 11-03 20:00 EST later: 周婷",
            ],
            "in New York, over the end of summer time: Beijing hears of it at nine in its morning"
        );
    }

    /// 每日进展: a reminder half an hour before 17:00 on each working day without progress; missing in the digest.
    async fn d4_i8_progress_by_five_on_every_working_day(db: Db) {
        let company = Company::beginning(db, "2026-09-28T09:00[Asia/Shanghai]").await;
        assert_eq!(
            working(
                &company,
                "2026-09-30T10:00[Asia/Shanghai]",
                &["2026-09-30T15:00[Asia/Shanghai]"],
                "2026-10-12T12:00[Asia/Shanghai]"
            )
            .await,
            [
                "Wed 09-30 15:00 reported",
                "Thu 10-08 16:30 reminder: 李强",
                "Thu 10-08 17:00 missing: ",
                "Fri 10-09 16:30 reminder: 李强",
                "Fri 10-09 17:00 missing: ",
                "Sat 10-10 16:30 reminder: 李强",
                "Sat 10-10 17:00 missing: ",
            ],
            "not on holidays, but on the Saturday that is worked"
        );
        works(&company, &company.li, office_in("America/New_York")).await;
        assert_eq!(
            working(&company, "2026-10-30T10:00[America/New_York]", &[], "2026-11-03T12:00[America/New_York]").await,
            [
                "Fri 10-30 16:30 EDT reminder: 李强",
                "Fri 10-30 17:00 EDT missing: ",
                "Mon 11-02 16:30 EST reminder: 李强",
                "Mon 11-02 17:00 EST missing: ",
            ],
            "at five where the owner is, in summer time and after it"
        );
        works(&company, &company.li, WorkingHours::office_in_china()).await;
        assert_eq!(
            working(
                &company,
                "2026-11-26T16:40[Asia/Shanghai]",
                &["2026-11-30T10:00[Asia/Shanghai]", "2026-11-30T16:59[Asia/Shanghai]"],
                "2026-12-02T12:00[Asia/Shanghai]"
            )
            .await,
            [
                "Fri 11-27 16:30 reminder: 李强",
                "Fri 11-27 17:00 missing: ",
                "Mon 11-30 10:00 reported",
                "Mon 11-30 16:59 reported",
                "Tue 12-01 16:30 reminder: 李强",
                "Tue 12-01 17:00 missing: ",
            ],
            "taken on too late for the first day; a day with progress is left alone"
        );
    }

    /// 普通问题: 24 hours pass everywhere, but an escalation outside working time goes out when work begins.
    async fn e1_i8_a_problem_within_24_hours_then_up_the_line(db: Db) {
        let company = Company::beginning(db, "2026-03-27T09:00[Asia/Shanghai]").await;
        works(&company, &company.li, every_day("Europe/Berlin", "09:00-17:00")).await;
        assert_eq!(
            unanswered(&company, "2026-03-28T10:00[Europe/Berlin]", "2026-03-31T12:00[Europe/Berlin]").await,
            [
                "Sun 03-29 11:00 CEST overdue: 李强",
                "Mon 03-30 03:00 CEST later: 周婷、王晓",
                "Mon 03-30 11:00 CEST next_superior: 赵敏",
                "Tue 03-31 09:00 CEST unanswered: 周婷",
            ],
            "24 hours, not a day, when the clocks are put forward"
        );
        works(&company, &company.li, WorkingHours::office_in_china()).await;
        assert_eq!(
            unanswered(&company, "2026-09-30T10:00[Asia/Shanghai]", "2026-10-12T08:00[Asia/Shanghai]").await,
            [
                "Thu 10-08 09:00 overdue: 李强、周婷、王晓",
                "Fri 10-09 09:00 next_superior: 赵敏",
                "Sat 10-10 09:00 unanswered: 周婷",
            ],
            "over National Day"
        );
        works(&company, &company.li, every_day("Europe/Berlin", "09:00-17:00")).await;
        assert_eq!(
            unanswered(&company, "2026-10-24T10:00[Europe/Berlin]", "2026-10-26T12:00[Europe/Berlin]").await,
            [
                "Sun 10-25 09:00 CET overdue: 李强",
                "Mon 10-26 02:00 CET later: 周婷、王晓",
                "Mon 10-26 09:00 CET next_superior: 赵敏",
            ],
            "24 hours when the clocks are put back"
        );
        works(&company, &company.li, WorkingHours::office_in_china()).await;
        assert_eq!(
            unanswered(&company, "2026-11-20T15:00[Asia/Shanghai]", "2026-11-24T09:30[Asia/Shanghai]").await,
            ["Mon 11-23 09:00 overdue: 李强、周婷、王晓", "Tue 11-24 09:00 next_superior: 赵敏"],
            "over a weekend"
        );
        works(&company, &company.li, office_in("America/New_York")).await;
        assert_eq!(
            unanswered(&company, "2026-11-24T10:00[Asia/Shanghai]", "2026-11-26T21:00[America/New_York]").await,
            [
                "Wed 11-25 09:00 EST overdue: 李强",
                "Wed 11-25 20:00 EST later: 周婷、王晓",
                "Thu 11-26 09:00 EST next_superior: ",
                "Thu 11-26 20:00 EST later: 赵敏",
            ],
            "raised in Beijing's morning, in New York's evening"
        );
    }

    /// 紧急问题: every few minutes the next one, then everybody – at night, on a holiday, through a change of the clocks.
    async fn e2_i4_an_urgent_problem_never_pauses(db: Db) {
        let company = Company::beginning(db, "2026-09-28T09:00[Asia/Shanghai]").await;
        let urgent = Urgency::Urgent { severity: Severity::Two };
        // The plan that runs beside the calls has reminders of its own, for its checklist: they are told in the same minutes.
        let calls = |course: Vec<String>| -> Vec<String> {
            course.into_iter().filter(|line| !line.contains(" later: ")).collect()
        };
        let expect = |course: Vec<String>, expected: &[(&str, &str)]| {
            let course = calls(course);
            assert_eq!(course.len(), expected.len(), "{course:?}");
            for (line, (stage, rung)) in course.iter().zip(expected) {
                assert!(line.starts_with(stage) && line.contains(rung), "{stage} {rung} in {course:?}");
            }
        };
        let problem = raised(&company, "2026-10-02T03:00[Asia/Shanghai]", urgent).await;
        let subject = Subject::Problem(problem.clone());
        expect(
            follow(&company, &subject, "2026-10-02T03:40[Asia/Shanghai]").await,
            &[
                ("Fri 10-02 03:05 next_person: ", "王晓"),
                ("Fri 10-02 03:10 next_person: ", "赵敏"),
                ("Fri 10-02 03:15 everybody: ", ""),
                ("Fri 10-02 03:30 everybody: ", ""),
            ],
        );
        let answer = async |work: &mut Work<'_>| problems::answer_problem(work, &problem, "收到", None).await;
        company.does(&company.li, answer).await.unwrap();
        engine::drain(&company.app).await.unwrap();
        let course = calls(follow(&company, &subject, "2026-10-02T05:00[Asia/Shanghai]").await);
        assert_eq!(course, [""; 0], "acknowledged: the calls stop");
        stood_down(&company, &problem).await;

        works(&company, &company.li, office_in("Europe/Berlin")).await;
        let list = [company.sun.clone(), company.boss.clone()];
        let set = async |work: &mut Work<'_>| problems::set_call_list(work, &company.collaboration, &list).await;
        company.does(&company.wang, set).await.unwrap();
        let problem = raised(&company, "2026-10-25T02:50[Europe/Berlin]", urgent).await;
        // By the call list, while two o'clock comes a second time.
        expect(
            follow(&company, &Subject::Problem(problem.clone()), "2026-10-25T02:30+01:00[Europe/Berlin]").await,
            &[
                ("Sun 10-25 02:55 CEST next_person: ", "孙悦"),
                ("Sun 10-25 02:00 CET next_person: ", "赵敏"),
                ("Sun 10-25 02:05 CET everybody: ", ""),
                ("Sun 10-25 02:20 CET everybody: ", ""),
            ],
        );
        stood_down(&company, &problem).await;
    }

    /// 后续行动 and promises: a reminder before, then like a problem.
    async fn i4_i8_what_was_promised_is_reminded_of_and_then_chased(db: Db) {
        let company = Company::beginning(db, "2026-09-28T09:00[Asia/Shanghai]").await;
        let (from, promise) = ("2026-09-30T10:00[Asia/Shanghai]", "2026-10-01T17:00[Asia/Shanghai]");
        assert_eq!(
            promised(&company, from, promise, "2026-10-12T12:00[Asia/Shanghai]").await,
            [
                "Thu 10-08 09:00 due: 李强",
                "Fri 10-09 09:00 overdue: 李强、周婷、王晓",
                "Sat 10-10 09:00 next_superior: 赵敏",
                "Mon 10-12 09:00 unanswered: 周婷",
            ],
            "promised for a holiday: reminder and due time become one when work begins"
        );
        let (from, promise) = ("2026-11-25T10:00[Asia/Shanghai]", "2026-11-26T17:00[Asia/Shanghai]");
        assert_eq!(
            promised(&company, from, promise, "2026-11-27T09:30[Asia/Shanghai]").await,
            ["Thu 11-26 15:00 reminder: 李强", "Thu 11-26 17:00 due: 李强"],
            "on a working day"
        );
        go(&company, "2026-11-27T10:00[Asia/Shanghai]").await;
        let new = NewRecord {
            collaboration: company.collaboration.clone(),
            topic: "客户反馈".into(),
            participants: Vec::new(),
            platforms: Vec::new(),
            summary: String::new(),
            owner: company.zhou.clone(),
            due_at: None,
            status: Status::InProgress,
            follow_up: "李强 周六12:00前提交报告".into(),
            follow_up_excuse: None,
            level: Level::Internal,
            message: None,
            strict: true,
        };
        let record = company.does(&company.wang, async |work| create_record(work, new).await).await.unwrap();
        let follow_up = {
            let mut conn = company.app.db.read().await.unwrap();
            conn.open_follow_ups(&company.app.workspace, &company.li).await.unwrap().remove(0)
        };
        assert_eq!(follow_up.record, record.id);
        assert_eq!(
            follow(&company, &Subject::FollowUp(follow_up.id), "2026-12-01T12:00[Asia/Shanghai]").await,
            ["Mon 11-30 09:00 due: 李强", "Tue 12-01 09:00 overdue: 李强、周婷、王晓"],
            "due on a Saturday: asked for on Monday"
        );
    }
}
