//! The words of a digest, made from what happened since the last one. No guesses: every line stands for one thing.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Digest, Document, Line, Part, Rhythm};
use crate::{
    clock::{Clock, ClockKind, ServiceLevels},
    i18n::{Language, text},
    id::{PersonId, TaskId},
    level::Level,
    minutes::{Minutes, MinutesStage},
    problem::{Problem, ProblemState},
    record::{FollowUp, Record},
    status::Status,
    task::{Stage, Task, TaskState},
    time_text,
};

/// The longest free text in a line, in characters.
const LONGEST: usize = 100;

/// An open follow-up with what its row says.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenAction {
    /// The follow-up.
    pub follow_up: FollowUp,
    /// The topic of its row.
    pub topic: String,
    /// The level of its row.
    pub level: Level,
}

/// What a digest is made from.
#[derive(Debug, Clone)]
pub struct Facts {
    /// How often it comes.
    pub rhythm: Rhythm,
    /// The zone in which times are told.
    pub zone: TimeZone,
    /// It tells of what happened after this …
    pub since: Timestamp,
    /// … until this.
    pub until: Timestamp,
    /// What is due before this comes next.
    pub horizon: Timestamp,
    /// The tasks that are open, or were changed meanwhile.
    pub tasks: Vec<Task>,
    /// The tasks whose owner was to report today and has not.
    pub silent: Vec<TaskId>,
    /// For a weekly report: how often somebody was named as missing in the daily ones.
    pub missed: Vec<(PersonId, u32)>,
    /// The rows without a task that are open, or were changed meanwhile.
    pub records: Vec<Record>,
    /// How many rows have each status.
    pub table: Vec<(Status, u32)>,
    /// The problems that are open, or were changed meanwhile.
    pub problems: Vec<Problem>,
    /// The minutes of what was decided meanwhile, and those that were filed meanwhile.
    pub minutes: Vec<Minutes>,
    /// The open follow-ups that are due before the horizon.
    pub actions: Vec<OpenAction>,
    /// How people are called.
    pub names: HashMap<PersonId, String>,
}

/// Whether the owner of a task has not reported on `day` although it was asked of them (D4): the daily clock of the task has
/// come to that day, or rang at the end of it.
pub fn is_silent(
    task: &Task,
    clock: Option<&Clock>,
    levels: &ServiceLevels,
    owners_zone: &TimeZone,
    day: Date,
) -> bool {
    let at_work = matches!(task.state.stage(), Stage::InProgress | Stage::Blocked);
    let Some(clock) = clock.filter(|clock| at_work && clock.kind == ClockKind::DailyProgress && clock.is_running())
    else {
        return false;
    };
    let named = levels.daily_progress.time_zone.as_deref();
    let zone = named.and_then(|name| TimeZone::get(name).ok()).unwrap_or_else(|| owners_zone.clone());
    let started = zone.to_datetime(clock.started_at);
    let rang = started.date() == day && started.time() == levels.daily_progress.digest_at;
    rang || zone.to_datetime(clock.due_at).date() <= day
}

/// The heading of a digest: 「【日报】产品V2.0 · 11月25日（周三）」.
pub fn title(digest: &Digest, collaboration: &str, late: bool, language: Language) -> String {
    let period = period(digest.rhythm, digest.day, language);
    let late = if late { text(language, "digest.late", &[]) } else { String::new() };
    let key = format!("digest.title.{}", digest.rhythm);
    text(language, &key, &[("collaboration", &collaboration), ("period", &period), ("late", &late)])
}

/// The day of a daily digest, the days of a weekly one.
pub fn period(rhythm: Rhythm, day: Date, language: Language) -> String {
    let last = time_text::date(day, day, language);
    match rhythm {
        Rhythm::Daily => last,
        Rhythm::Weekly => {
            let offset = i64::from(day.weekday().to_monday_zero_offset());
            let monday = day.checked_sub(jiff::SignedDuration::from_hours(24 * offset)).unwrap_or(day);
            format!("{} – {last}", time_text::date(monday, day, language))
        }
    }
}

/// What a digest says of these facts.
pub fn draft(facts: &Facts, language: Language) -> Document {
    let mut writer = Writer { facts, language, lines: Vec::new() };
    for task in &facts.tasks {
        writer.task(task);
    }
    for record in &facts.records {
        writer.record(record);
    }
    for action in &facts.actions {
        writer.action(action);
    }
    writer.missing();
    for minutes in &facts.minutes {
        writer.minutes(minutes);
    }
    for problem in &facts.problems {
        writer.problem(problem);
    }
    let mut lines = writer.lines;
    // Within a part in the order of the facts.
    lines.sort_by_key(|line| line.part);
    Document { note: String::new(), lines, table: facts.table.clone() }
}

/// Who may read a line, and of what it tells.
struct About<'a> {
    /// What makes the line this one and no other.
    key: &'a str,
    /// The thing that has a page.
    subject: &'a str,
    level: Level,
    people: Vec<PersonId>,
}

struct Writer<'a> {
    facts: &'a Facts,
    language: Language,
    lines: Vec<Line>,
}

impl Writer<'_> {
    fn say(&self, key: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> String {
        text(self.language, &format!("digest.line.{key}"), arguments)
    }

    fn name(&self, person: &PersonId) -> &str {
        self.facts.names.get(person).map_or("", String::as_str)
    }

    fn moment(&self, at: Timestamp) -> String {
        time_text::moment(at, self.facts.until, &self.facts.zone, self.language)
    }

    fn add(&mut self, part: Part, about: &About<'_>, text: String) {
        self.lines.push(Line {
            key: format!("{part}:{}", about.key),
            part,
            text,
            subject: Some(about.subject.to_owned()),
            level: about.level,
            people: about.people.clone(),
        });
    }

    fn is_new(&self, at: Timestamp) -> bool {
        at > self.facts.since && at <= self.facts.until
    }

    fn task(&mut self, task: &Task) {
        let mut people = vec![task.owner.clone(), task.initiator.clone()];
        people.extend(task.helpers.iter().cloned());
        let about = About { key: task.id.as_str(), subject: task.id.as_str(), level: task.level, people };
        let what = self.called(task);
        match &task.state {
            TaskState::Done { at } if self.is_new(*at) => return self.add(Part::Done, &about, what),
            TaskState::Done { .. } | TaskState::Cancelled { .. } => return,
            TaskState::Blocked { reason } => {
                let words = self.say("reason", &[("what", &what), ("reason", &clipped(reason))]);
                self.add(Part::Blocked, &about, words);
            }
            TaskState::Offered => {
                let words = self.say("offered", &[("what", &what)]);
                self.add(Part::Next, &about, words);
            }
            TaskState::Declined(_) => {
                let words = self.say("declined", &[("what", &what)]);
                self.add(Part::Next, &about, words);
            }
            TaskState::InProgress => {}
        }
        if let Some(progress) = task.progress.as_ref().filter(|progress| self.is_new(progress.at)) {
            let said = clipped(&progress.text);
            let words = match progress.percent {
                Some(percent) => self.say("percent", &[("what", &what), ("text", &said), ("percent", &percent)]),
                None => self.say("reason", &[("what", &what), ("reason", &said)]),
            };
            self.add(Part::Moved, &about, words);
        }
        let waits_for_word = matches!(task.state.stage(), Stage::Offered | Stage::Declined);
        self.due(&about, &what, task.due_at, waits_for_word);
    }

    /// 「#12 评估数据导出的技术可行性（李强）」.
    fn called(&self, task: &Task) -> String {
        self.say(
            "task",
            &[("number", &task.number), ("name", &clipped(&task.name)), ("owner", &self.name(&task.owner))],
        )
    }

    /// A line for what is late, or due soon and not told of already.
    fn due(&mut self, about: &About<'_>, what: &str, due_at: Option<Timestamp>, told: bool) {
        let Some(due_at) = due_at else { return };
        let due = self.moment(due_at);
        if due_at < self.facts.until {
            let words = self.say("overdue", &[("what", &what), ("due", &due)]);
            self.add(Part::Overdue, about, words);
        } else if due_at < self.facts.horizon && !told {
            let words = self.say("next", &[("what", &what), ("due", &due)]);
            self.add(Part::Next, about, words);
        }
    }

    fn record(&mut self, record: &Record) {
        let about = About {
            key: record.id.as_str(),
            subject: record.id.as_str(),
            level: record.level,
            people: vec![record.owner.clone()],
        };
        let owner = self.name(&record.owner);
        let arguments: [(&str, &dyn std::fmt::Display); 3] =
            [("number", &record.number), ("topic", &clipped(&record.topic)), ("owner", &owner)];
        let what = self.say("record", &arguments);
        match record.status {
            Status::Done => {
                if self.is_new(record.updated_at) {
                    self.add(Part::Done, &about, what);
                }
                return;
            }
            Status::Blocked => self.add(Part::Blocked, &about, what.clone()),
            _ if self.is_new(record.updated_at) => {
                let status = text(self.language, &format!("domain.status.{}", record.status.name()), &[]);
                let words = self.say("reason", &[("what", &what), ("reason", &status)]);
                self.add(Part::Moved, &about, words);
            }
            _ => {}
        }
        self.due(&about, &what, record.due_at, false);
    }

    fn action(&mut self, action: &OpenAction) {
        let OpenAction { follow_up, topic, level } = action;
        let about = About {
            key: follow_up.id.as_str(),
            subject: follow_up.record.as_str(),
            level: *level,
            people: vec![follow_up.person.clone()],
        };
        let person = self.name(&follow_up.person);
        let arguments: [(&str, &dyn std::fmt::Display); 3] =
            [("person", &person), ("action", &clipped(&follow_up.action)), ("topic", &clipped(topic))];
        let what = self.say("follow_up", &arguments);
        self.due(&about, &what, Some(follow_up.due_at), false);
    }

    /// Whoever has not reported, by name (D4): one line for a person, however many their tasks are.
    fn missing(&mut self) {
        let mut of: Vec<(&PersonId, Vec<&Task>)> = Vec::new();
        for task in self.facts.tasks.iter().filter(|task| self.facts.silent.contains(&task.id)) {
            match of.iter_mut().find(|(person, _)| *person == &task.owner) {
                Some((_, tasks)) => tasks.push(task),
                None => of.push((&task.owner, vec![task])),
            }
        }
        for (person, tasks) in of {
            // What is confidential is not named beside the rest.
            let level = tasks.iter().map(|task| task.level).min_by_key(|level| strictness(*level));
            let level = level.unwrap_or(Level::Internal);
            let named = tasks.iter().filter(|task| task.level == level);
            let named: Vec<String> = named.map(|task| format!("#{} {}", task.number, clipped(&task.name))).collect();
            let separator = text(self.language, "digest.list", &[]);
            let words = self.say("missing", &[("person", &self.name(person)), ("tasks", &named.join(&separator))]);
            let about = About { key: person.as_str(), subject: person.as_str(), level, people: vec![person.clone()] };
            self.add(Part::Missing, &about, words);
        }
        for (person, count) in &self.facts.missed {
            let words = self.say("missed", &[("person", &self.name(person)), ("count", count)]);
            let about = About {
                key: person.as_str(),
                subject: person.as_str(),
                level: Level::Internal,
                people: vec![person.clone()],
            };
            self.add(Part::Missing, &about, words);
        }
    }

    fn minutes(&mut self, minutes: &Minutes) {
        let people = minutes.content.everybody().chain([&minutes.recorder]).cloned().collect();
        let about = About { key: minutes.id.as_str(), subject: minutes.id.as_str(), level: minutes.level, people };
        let (number, title) = (minutes.number, clipped(&minutes.title));
        let conclusions = clipped(&minutes.content.conclusions);
        let words = match minutes.state.stage() {
            MinutesStage::Withdrawn => return,
            MinutesStage::Owed => self.say("minutes_owed", &[("number", &number), ("title", &title)]),
            MinutesStage::Filed if conclusions.is_empty() || conclusions == title => {
                self.say("minutes", &[("number", &number), ("title", &title)])
            }
            MinutesStage::Filed => {
                let what = self.say("minutes", &[("number", &number), ("title", &title)]);
                self.say("reason", &[("what", &what), ("reason", &conclusions)])
            }
        };
        self.add(Part::Decisions, &about, words);
    }

    fn problem(&mut self, problem: &Problem) {
        let people = vec![problem.owner.clone(), problem.raised_by.clone()];
        let about = About { key: problem.id.as_str(), subject: problem.id.as_str(), level: problem.level, people };
        let owner = self.name(&problem.owner);
        let key = if problem.urgency.is_urgent() { "problem_urgent" } else { "problem" };
        let arguments: [(&str, &dyn std::fmt::Display); 3] =
            [("number", &problem.number), ("title", &clipped(&problem.title)), ("owner", &owner)];
        let what = self.say(key, &arguments);
        let state = match &problem.state {
            ProblemState::Merged { .. } => return,
            ProblemState::Waiting => self.say("waiting", &[]),
            ProblemState::Answered(answer) => self.say("promised", &[("due", &self.moment(answer.promised_at))]),
            ProblemState::Closed { at, .. } if !self.is_new(*at) => return,
            ProblemState::Closed { solution, .. } => self.say("solved", &[("solution", &clipped(solution))]),
        };
        let words = self.say("reason", &[("what", &what), ("reason", &state)]);
        self.add(Part::Problems, &about, words);
    }
}

/// Less is for more people.
fn strictness(level: Level) -> u8 {
    match level {
        Level::Public => 0,
        Level::Internal => 1,
        Level::Confidential => 2,
    }
}

/// A free text in one line, cut where it is long.
fn clipped(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{CollaborationId, FollowUpId, MinutesId, ProblemId, RecordId},
        minutes::{Content, MinutesState, Occasion},
        problem::{Answer, Severity, Urgency},
        task::{Priority, Progress},
    };

    fn at(text: &str) -> Timestamp {
        format!("{text}[Asia/Shanghai]").parse::<jiff::Zoned>().unwrap().timestamp()
    }

    fn person(bits: u128) -> PersonId {
        PersonId::from_bits(bits)
    }

    fn task(number: u32, state: TaskState) -> Task {
        Task {
            id: TaskId::from_bits(u128::from(number)),
            collaboration: CollaborationId::from_bits(1),
            number: i64::from(number),
            name: format!("任务{number}"),
            description: String::new(),
            initiator: person(1),
            owner: person(2),
            helpers: Vec::new(),
            due_at: None,
            priority: Priority::Normal,
            criteria: String::new(),
            level: Level::Internal,
            state,
            progress: None,
            record: None,
            message: None,
            created_at: at("2026-11-20T09:00"),
            updated_at: at("2026-11-25T09:00"),
            version: 1,
        }
    }

    fn facts() -> Facts {
        Facts {
            rhythm: Rhythm::Daily,
            zone: time_text::zone("Asia/Shanghai"),
            since: at("2026-11-24T17:02"),
            until: at("2026-11-25T17:02"),
            horizon: at("2026-11-27T00:00"),
            tasks: Vec::new(),
            silent: Vec::new(),
            missed: Vec::new(),
            records: Vec::new(),
            table: Vec::new(),
            problems: Vec::new(),
            minutes: Vec::new(),
            actions: Vec::new(),
            names: HashMap::from([(person(1), "王晓".to_owned()), (person(2), "李强".to_owned())]),
        }
    }

    fn said(facts: &Facts) -> Vec<(Part, String)> {
        draft(facts, Language::Chinese).lines.into_iter().map(|line| (line.part, line.text)).collect()
    }

    #[test]
    fn c2_the_draft_tells_of_what_happened_since_the_last_one() {
        let mut facts = facts();
        let moved = |text: &str, percent, when| Some(Progress { text: text.into(), percent, at: at(when) });
        facts.tasks = vec![
            task(1, TaskState::Done { at: at("2026-11-25T11:00") }),
            task(2, TaskState::Done { at: at("2026-11-24T11:00") }),
            Task {
                progress: moved("分析完成，等待技术评审", Some(60), "2026-11-25T10:00"),
                ..task(3, TaskState::InProgress)
            },
            Task { progress: moved("昨天的进展", None, "2026-11-24T16:00"), ..task(4, TaskState::InProgress) },
            Task {
                due_at: Some(at("2026-11-25T12:00")),
                ..task(5, TaskState::Blocked { reason: "等客户\n提供样例".into() })
            },
            Task { due_at: Some(at("2026-11-26T12:00")), ..task(6, TaskState::InProgress) },
            Task { due_at: Some(at("2026-11-26T12:00")), ..task(7, TaskState::Offered) },
            task(8, TaskState::Cancelled { reason: "不做了".into() }),
        ];
        facts.silent = vec![TaskId::from_bits(4), TaskId::from_bits(6)];
        let expected = [
            (Part::Done, "#1 任务1（李强）"),
            (Part::Moved, "#3 任务3（李强）：分析完成，等待技术评审（60%）"),
            (Part::Blocked, "#5 任务5（李强）：等客户 提供样例"),
            (Part::Overdue, "#5 任务5（李强），应于今天 12:00 完成"),
            (Part::Missing, "李强：#4 任务4、#6 任务6"),
            (Part::Next, "#6 任务6（李强），明天 12:00 到期"),
            (Part::Next, "#7 任务7（李强），待承接"),
        ];
        assert_eq!(said(&facts), expected.map(|(part, text)| (part, text.to_owned())));
        let english = draft(&facts, Language::English);
        let keys = |document: &Document| document.lines.iter().map(|line| line.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&english), keys(&draft(&facts, Language::Chinese)), "the same lines in both languages");
        assert!(english.lines.iter().all(|line| !line.text.contains("digest.")), "{english:?}");
    }

    #[test]
    fn c2_rows_decisions_problems_and_follow_ups_are_told_of() {
        let mut facts = facts();
        let record = |bits: u32, status, touched: &str| Record {
            id: RecordId::from_bits(u128::from(bits)),
            collaboration: CollaborationId::from_bits(1),
            number: format!("产品部-2026-{bits:04}"),
            topic: "Q3营销活动方案".into(),
            participants: Vec::new(),
            platforms: Vec::new(),
            summary: String::new(),
            owner: person(1),
            due_at: None,
            status,
            follow_up: String::new(),
            follow_up_excuse: None,
            level: Level::Public,
            task: None,
            message: None,
            created_at: at("2026-11-20T09:00"),
            updated_at: at(touched),
            version: 1,
        };
        facts.records = vec![
            record(1, Status::Done, "2026-11-25T10:00"),
            record(2, Status::AwaitingFeedback, "2026-11-25T10:00"),
            record(3, Status::Blocked, "2026-11-20T10:00"),
            record(4, Status::Pending, "2026-11-20T10:00"),
        ];
        let minutes = |number: u32, state, conclusions: &str| Minutes {
            id: MinutesId::from_bits(u128::from(number)),
            collaboration: CollaborationId::from_bits(1),
            number: i64::from(number),
            occasion: Occasion::Decision,
            title: "导出格式".into(),
            level: Level::Internal,
            started_by: person(1),
            recorder: person(2),
            state,
            content: Content { conclusions: conclusions.into(), ..Content::default() },
            message: None,
            happened_at: at("2026-11-25T10:00"),
            created_at: at("2026-11-25T10:00"),
            updated_at: at("2026-11-25T10:00"),
            version: 1,
        };
        facts.minutes = vec![
            minutes(1, MinutesState::Filed { edition: 1 }, "首版只支持 CSV 导出"),
            minutes(2, MinutesState::Owed, ""),
        ];
        let problem = |number: u32, urgency, state| Problem {
            id: ProblemId::from_bits(u128::from(number)),
            collaboration: CollaborationId::from_bits(1),
            number: i64::from(number),
            title: "导出的文件打不开".into(),
            detail: String::new(),
            urgency,
            raised_by: person(1),
            owner: person(2),
            state,
            level: Level::Internal,
            tasks: Vec::new(),
            records: Vec::new(),
            message: None,
            drill: false,
            created_at: at("2026-11-25T10:00"),
            updated_at: at("2026-11-25T10:00"),
            version: 1,
        };
        let closed = |when| ProblemState::Closed { solution: "换了库".into(), by: person(2), at: at(when) };
        let answer = Answer {
            by: person(2),
            text: "在查".into(),
            at: at("2026-11-25T11:00"),
            promised_at: at("2026-11-26T17:00"),
        };
        facts.problems = vec![
            problem(1, Urgency::Urgent { severity: Severity::One }, ProblemState::Waiting),
            problem(2, Urgency::Ordinary, ProblemState::Answered(answer)),
            problem(3, Urgency::Ordinary, closed("2026-11-25T12:00")),
            problem(4, Urgency::Ordinary, closed("2026-11-20T12:00")),
        ];
        facts.actions = vec![OpenAction {
            follow_up: FollowUp {
                id: FollowUpId::from_bits(1),
                record: RecordId::from_bits(1),
                person: person(2),
                action: "反馈客户意向".into(),
                due_at: at("2026-11-26T10:00"),
                done_at: None,
                version: 1,
            },
            topic: "Q3营销活动方案".into(),
            level: Level::Public,
        }];
        let expected = [
            (Part::Done, "产品部-2026-0001 Q3营销活动方案（王晓）"),
            (Part::Moved, "产品部-2026-0002 Q3营销活动方案（王晓）：待反馈"),
            (Part::Blocked, "产品部-2026-0003 Q3营销活动方案（王晓）"),
            (Part::Decisions, "M1 导出格式：首版只支持 CSV 导出"),
            (Part::Decisions, "M2 导出格式（纪要待提交）"),
            (Part::Problems, "【紧急】P1 导出的文件打不开（李强）：待答复"),
            (Part::Problems, "P2 导出的文件打不开（李强）：处理中，承诺明天 17:00 解决"),
            (Part::Problems, "P3 导出的文件打不开（李强）：已解决，换了库"),
            (Part::Next, "李强：反馈客户意向（Q3营销活动方案），明天 10:00 到期"),
        ];
        assert_eq!(said(&facts), expected.map(|(part, text)| (part, text.to_owned())));
        let english = draft(&facts, Language::English);
        assert!(english.lines.iter().all(|line| !line.text.contains("digest.")), "{english:?}");
        let row = english.lines.last().unwrap().subject.as_deref();
        assert_eq!(row, Some(RecordId::from_bits(1).as_str()), "a follow-up has no page but that of its row");
    }

    #[test]
    fn d4_what_is_confidential_is_not_named_among_what_is_missing() {
        let mut facts = facts();
        facts.tasks =
            vec![task(1, TaskState::InProgress), Task { level: Level::Confidential, ..task(2, TaskState::InProgress) }];
        facts.silent = vec![TaskId::from_bits(1), TaskId::from_bits(2)];
        let document = draft(&facts, Language::Chinese);
        assert_eq!(document.lines[0].text, "李强：#1 任务1");
        facts.silent = vec![TaskId::from_bits(2)];
        assert_eq!(draft(&facts, Language::Chinese).lines[0].level, Level::Confidential);
    }

    #[test]
    fn c2_a_heading_names_the_day_or_the_week() {
        let day: Date = "2026-11-27".parse().unwrap();
        assert_eq!(period(Rhythm::Daily, day, Language::Chinese), "11月27日（周五）");
        assert_eq!(period(Rhythm::Weekly, day, Language::Chinese), "11月23日（周一） – 11月27日（周五）");
    }
}
