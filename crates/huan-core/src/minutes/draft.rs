//! A draft of minutes, made by rules from what people paste: an excerpt of a chat («李强 10:32：…»), or minutes that
//! another tool wrote, with headings («结论：»). All of it is a guess, and is marked as one.

use jiff::{Timestamp, Zoned};

use crate::{
    called::Called,
    command::{
        Context,
        sheet::{PieceKind, Sheet, tidy},
    },
    folded::Folded,
    time_expression::{self, Meaning},
};

/// The longest name before a time.
const LONGEST_NAME: usize = 24;

/// What was read from a text. People stay words: the caller knows the directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What it was about.
    pub title: Option<String>,
    /// When it began.
    pub held_at: Option<Timestamp>,
    /// Where.
    pub place: Option<String>,
    /// Who led it.
    pub host: Option<String>,
    /// Who was to write it down.
    pub recorder: Option<String>,
    /// Who took part, each once.
    pub participants: Vec<String>,
    /// Who was missing.
    pub absentees: Vec<String>,
    /// What was said.
    pub agenda: Vec<String>,
    /// What was concluded.
    pub conclusions: Vec<String>,
    /// What stayed open.
    pub disputes: Vec<String>,
    /// Who is to do what.
    pub actions: Vec<DraftAction>,
}

/// Something that somebody is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftAction {
    /// What.
    pub what: String,
    /// Who, as named.
    pub owner: Option<String>,
    /// By when, where that is clear.
    pub due: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Title,
    Time,
    Place,
    Host,
    Recorder,
    Participants,
    Absentees,
    Agenda,
    Conclusions,
    Disputes,
    Actions,
}

/// The words of headings, each longer one before its own beginning.
const HEADINGS: &[(&str, Part)] = &[
    ("会议主题", Part::Title),
    ("会议名称", Part::Title),
    ("主题", Part::Title),
    ("topic", Part::Title),
    ("会议时间", Part::Time),
    ("时间", Part::Time),
    ("time", Part::Time),
    ("会议地点", Part::Place),
    ("地点", Part::Place),
    ("place", Part::Place),
    ("location", Part::Place),
    ("会议主持", Part::Host),
    ("主持人", Part::Host),
    ("主持", Part::Host),
    ("host", Part::Host),
    ("会议记录人", Part::Recorder),
    ("记录人", Part::Recorder),
    ("recorder", Part::Recorder),
    ("参会人员", Part::Participants),
    ("参会人", Part::Participants),
    ("参与人员", Part::Participants),
    ("参与人", Part::Participants),
    ("与会人员", Part::Participants),
    ("与会人", Part::Participants),
    ("出席", Part::Participants),
    ("participants", Part::Participants),
    ("attendees", Part::Participants),
    ("缺席人员", Part::Absentees),
    ("缺席", Part::Absentees),
    ("请假", Part::Absentees),
    ("absent", Part::Absentees),
    ("会议总结", Part::Agenda),
    ("会议摘要", Part::Agenda),
    ("会议纪要", Part::Agenda),
    ("会议内容", Part::Agenda),
    ("智能纪要", Part::Agenda),
    ("总结", Part::Agenda),
    ("摘要", Part::Agenda),
    ("议程", Part::Agenda),
    ("议题", Part::Agenda),
    ("讨论", Part::Agenda),
    ("summary", Part::Agenda),
    ("agenda", Part::Agenda),
    ("会议结论", Part::Conclusions),
    ("关键决策", Part::Conclusions),
    ("结论", Part::Conclusions),
    ("决议", Part::Conclusions),
    ("决定", Part::Conclusions),
    ("conclusions", Part::Conclusions),
    ("conclusion", Part::Conclusions),
    ("decisions", Part::Conclusions),
    ("decision", Part::Conclusions),
    ("遗留问题", Part::Disputes),
    ("分歧", Part::Disputes),
    ("争议", Part::Disputes),
    ("open questions", Part::Disputes),
    ("disputes", Part::Disputes),
    ("待办事项", Part::Actions),
    ("待办", Part::Actions),
    ("行动项", Part::Actions),
    ("后续行动", Part::Actions),
    ("下一步", Part::Actions),
    ("action items", Part::Actions),
    ("todos", Part::Actions),
    ("todo", Part::Actions),
];

/// Reads a pasted text. `called` tells what people are called; `now` is the reader's clock.
pub fn draft(text: &str, called: &Called, now: &Zoned) -> Draft {
    let mut reader = Reader { called, now, draft: Draft::default(), section: None, speaker: None };
    for line in text.lines() {
        reader.read(line.trim());
    }
    reader.draft
}

struct Reader<'a> {
    called: &'a Called,
    now: &'a Zoned,
    draft: Draft,
    /// The heading under which the text stands.
    section: Option<Part>,
    /// Who speaks, and when they said so.
    speaker: Option<(String, Zoned)>,
}

impl Reader<'_> {
    fn read(&mut self, line: &str) {
        if line.is_empty() {
            return;
        }
        if let Some((name, said_at, words)) = self.spoken(line) {
            add(&mut self.draft.participants, &name);
            self.draft.held_at = self.draft.held_at.or(Some(said_at.timestamp()));
            self.section = None;
            self.speaker = Some((name, said_at));
            if !words.is_empty() {
                self.take(&words);
            }
            return;
        }
        self.take(line);
    }

    /// Takes a line for what it says: by its heading, the heading above it, or its own words.
    fn take(&mut self, line: &str) {
        let bare = without_bullet(line);
        if let Some((part, rest)) = heading(bare) {
            if rest.is_empty() {
                self.section = Some(part);
            } else {
                // «决定：…» of a speaker is one line; the heading of a document is followed by more of its kind.
                self.section = if self.speaker.is_some() { None } else { Some(part) };
                self.put(part, &rest);
            }
            return;
        }
        match self.section {
            Some(part) => self.put(part, bare),
            None if self.is_action(bare) => self.put(Part::Actions, bare),
            None => {
                let said = match &self.speaker {
                    Some((name, _)) => format!("{name}：{bare}"),
                    None => bare.to_owned(),
                };
                self.draft.agenda.push(said);
            }
        }
    }

    fn put(&mut self, part: Part, words: &str) {
        let draft = &mut self.draft;
        match part {
            Part::Title => draft.title = Some(words.to_owned()),
            Part::Time => draft.held_at = moment(words, self.now).map(|at| at.timestamp()).or(draft.held_at),
            Part::Place => draft.place = Some(words.to_owned()),
            Part::Host => draft.host = Some(name_of(words)),
            Part::Recorder => draft.recorder = Some(name_of(words)),
            Part::Participants => names(words).for_each(|name| add(&mut draft.participants, &name)),
            Part::Absentees => names(words).for_each(|name| add(&mut draft.absentees, &name)),
            Part::Agenda => draft.agenda.push(words.to_owned()),
            Part::Conclusions => draft.conclusions.push(words.to_owned()),
            Part::Disputes => draft.disputes.push(words.to_owned()),
            Part::Actions => {
                let action = self.action(words);
                self.draft.actions.push(action);
            }
        }
    }

    /// The time from which 「周五」 is counted.
    fn said_at(&self) -> &Zoned {
        self.speaker.as_ref().map_or(self.now, |(_, said_at)| said_at)
    }

    /// Whether words call on somebody by a time: 「@李强 周五12:00前给出评估」.
    fn is_action(&self, words: &str) -> bool {
        let names = [self.called];
        let context = Context { names: &names, ..Context::new(self.said_at()) };
        let sheet = Sheet::new(words, &context);
        let end = sheet.len();
        !sheet.people(0, end).is_empty() && !sheet.times(0, end).is_empty()
    }

    fn action(&self, words: &str) -> DraftAction {
        let names = [self.called];
        let context = Context { names: &names, ..Context::new(self.said_at()) };
        let sheet = Sheet::new(words, &context);
        let end = sheet.len();
        let people = sheet.people(0, end);
        let mut without: Vec<(usize, usize)> = Vec::new();
        let owner = match people.first() {
            Some((piece, person)) => {
                without.push((piece.from, piece.to));
                Some(person.words.clone())
            }
            // 「李强：周五前出原型」, 「李强周五前出原型」.
            None => self.called.ends_at(&sheet.folded, 0).max().map(|to| {
                without.push((0, to));
                words.get(sheet.folded.bytes(0, to)).unwrap_or_default().to_owned()
            }),
        };
        let times = sheet.times(0, end);
        let due = times.iter().find_map(|(piece, finding)| match &finding.meaning {
            Meaning::Found { when, .. } => Some((piece.from, piece.to, when.timestamp())),
            _ => None,
        });
        without.extend(due.map(|(from, to, _)| (from, to)));
        without.extend(
            sheet
                .pieces(0, end)
                .filter(|piece| matches!(piece.kind, PieceKind::Robot))
                .map(|piece| (piece.from, piece.to)),
        );
        without.sort_unstable();
        let what = tidy(&sheet.text(0, end, &without));
        let what = if what.is_empty() { words.to_owned() } else { what };
        DraftAction { what, owner, due: due.map(|(_, _, at)| at) }
    }

    /// A line that begins with who said it and when: «李强 10:32：好», «李强 11-25 10:32», «[10:32] 李强: 好».
    fn spoken(&self, line: &str) -> Option<(String, Zoned, String)> {
        let (from, to) = clock_time(line)?;
        let (before, after) = (line.get(..from)?.trim(), line.get(to..)?);
        let when = moment(line.get(..to)?.trim_matches(['[', '(', '【']), self.now)?;
        if before.trim_matches(['[', '(', '【']).is_empty() {
            // The time stands first.
            let rest = after.trim_start_matches([']', ')', '】']).trim();
            let (name, words) = rest.split_once([':', '：'])?;
            return Some((self.name(name)?, when, words.trim().to_owned()));
        }
        let after = after.trim_start();
        let words = match after.strip_prefix([':', '：']) {
            Some(words) => words.trim(),
            None if after.is_empty() => "",
            None => return None,
        };
        Some((self.name(without_date(before))?, when, words.to_owned()))
    }

    /// A text that can be somebody's name: not too long, and no sentence.
    fn name(&self, text: &str) -> Option<String> {
        let text = text.trim().trim_matches(['*', '@', '＠']).trim();
        let known = Folded::new(text);
        let is_known = known.len() > 0 && self.called.ends_at(&known, 0).any(|end| end == known.len());
        let plain = |sign: char| {
            sign.is_alphanumeric() || matches!(sign, ' ' | '.' | '-' | '_' | '·' | '(' | ')' | '（' | '）')
        };
        let fits = !text.is_empty()
            && text.chars().count() <= LONGEST_NAME
            && text.chars().all(plain)
            && text.chars().any(char::is_alphabetic)
            && heading(text).is_none();
        (is_known || fits).then(|| name_of(text))
    }
}

/// Where a time of day with minutes stands: the first `H:MM` or `HH:MM:SS`.
fn clock_time(line: &str) -> Option<(usize, usize)> {
    let bytes = line.as_bytes();
    let digits =
        |at: usize| bytes.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = 0;
    while at < bytes.len() {
        let hours = digits(at);
        let behind = at + hours;
        if (1..=2).contains(&hours) && bytes.get(behind) == Some(&b':') && digits(behind + 1) == 2 {
            let mut end = behind + 3;
            if bytes.get(end) == Some(&b':') && digits(end + 1) == 2 {
                end += 3;
            }
            return Some((at, end));
        }
        at = behind.max(at + 1);
    }
    None
}

/// The instant that a heading's or message's time means, passed or not.
fn moment(words: &str, now: &Zoned) -> Option<Zoned> {
    // A message of this morning was said then, not tomorrow.
    if let Some((from, to)) = clock_time(words)
        && words.get(..from).is_some_and(|before| !before.contains(|sign: char| sign.is_ascii_digit()))
    {
        let time = words.get(from..to)?;
        let time = if time.len() < 5 { format!("0{time}") } else { time.to_owned() };
        let at = now.with().time(time.parse().ok()?).build().ok()?;
        return Some(at);
    }
    time_expression::find(words, now).into_iter().find_map(|finding| match finding.meaning {
        Meaning::Found { when, .. } | Meaning::Past { when, .. } => Some(when),
        Meaning::Ambiguous { .. } | Meaning::WorkingDays { .. } => None,
    })
}

/// The name without the date behind it: «李强 2026-11-25», «李强 昨天».
fn without_date(before: &str) -> &str {
    const DAYS: &[&str] = &["昨天", "今天", "前天", "上午", "下午", "晚上", "yesterday", "today", "AM", "PM"];
    let mut rest = before.trim_end();
    loop {
        let digits = rest.trim_end_matches(|sign: char| {
            sign.is_ascii_digit() || matches!(sign, '-' | '/' | '.' | '年' | '月' | '日')
        });
        let shorter = DAYS.iter().find_map(|day| digits.strip_suffix(day)).unwrap_or(digits);
        let shorter = match shorter.rsplit_once([' ', '\u{3000}']) {
            Some((before, day)) if day.starts_with("周") || day.starts_with("星期") => before,
            _ => shorter,
        };
        let shorter = shorter.trim_end();
        if shorter.len() == rest.len() {
            return rest;
        }
        rest = shorter;
    }
}

/// The heading that a line is or begins with, and what stands behind it.
fn heading(line: &str) -> Option<(Part, String)> {
    let folded = Folded::new(line);
    let begin = usize::from(matches!(folded.at(0), '【' | '['));
    let (part, to) = folded.one_of(begin, HEADINGS)?;
    let rest = folded.bytes(to, folded.len()).start;
    let rest = if to == folded.len() { "" } else { line.get(rest..)?.trim_start() };
    let behind = rest.trim_start_matches(['】', ']']);
    match behind.trim_start().strip_prefix([':', '：']) {
        Some(words) => Some((part, words.trim().to_owned())),
        None if behind.trim().is_empty() => Some((part, String::new())),
        // 「决定 首版支持导出」 says it; 「决定一下」 and 「时间不够」 are something else.
        None if rest.len() != behind.len() => Some((part, behind.trim().to_owned())),
        None if matches!(part, Part::Conclusions | Part::Actions) && folded.at(to) == ' ' => {
            Some((part, behind.trim().to_owned()))
        }
        None => None,
    }
}

/// The line without what marks it as a point of a list.
fn without_bullet(line: &str) -> &str {
    let line = line.trim_start_matches(['#', '*', '-', '•', '·', '○', '●', '□', '☐', ' ']);
    let digits = line.trim_start_matches(|sign: char| sign.is_ascii_digit());
    match digits.strip_prefix(['.', '、', '．', ')', '）']) {
        // «3.5 版» is no third point.
        Some(rest) if digits.len() < line.len() && !rest.starts_with(|sign: char| sign.is_ascii_digit()) => rest.trim(),
        _ => line.trim(),
    }
}

/// The names of a list: 「李强、周婷（设计）」.
fn names(words: &str) -> impl Iterator<Item = String> {
    words.split(['、', ',', '，', ';', '；', '/']).map(name_of).filter(|name| !name.is_empty())
}

/// A name without the job role in brackets.
fn name_of(text: &str) -> String {
    let text = text.trim().trim_start_matches(['@', '＠']);
    text.split(['(', '（']).next().unwrap_or_default().trim().to_owned()
}

fn add(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Draft {
        // A Wednesday.
        let now: Zoned = "2026-11-25T15:00:00+08:00[Asia/Shanghai]".parse().unwrap();
        draft(text, &Called::new(["李强", "周婷", "王晓", "研发组长"]), &now)
    }

    fn at(text: &str) -> Option<Timestamp> {
        Some(text.parse::<Zoned>().unwrap().timestamp())
    }

    #[test]
    fn f3_a_chat_excerpt_becomes_a_draft() {
        let draft = read(
            "王晓 10:30：导出格式今天要定下来\n李强 10:32：先做 CSV，Excel 放到下一版\n\
             王晓 10:35：决定：首版只支持 CSV 导出\n王晓 10:36：@李强 周五12:00前给出工作量评估\n\
             周婷 10:37\n待办：周婷 明天18:00前更新原型",
        );
        assert_eq!(draft.participants, ["王晓", "李强", "周婷"]);
        assert_eq!(draft.held_at, at("2026-11-25T10:30:00+08:00[Asia/Shanghai]"));
        assert_eq!(draft.conclusions, ["首版只支持 CSV 导出"]);
        assert_eq!(draft.agenda, ["王晓：导出格式今天要定下来", "李强：先做 CSV，Excel 放到下一版"]);
        let friday = at("2026-11-27T12:00:00+08:00[Asia/Shanghai]");
        let tomorrow = at("2026-11-26T18:00:00+08:00[Asia/Shanghai]");
        assert_eq!(
            draft.actions,
            [
                DraftAction { what: "给出工作量评估".into(), owner: Some("李强".into()), due: friday },
                DraftAction { what: "更新原型".into(), owner: Some("周婷".into()), due: tomorrow },
            ]
        );
    }

    #[test]
    fn f3_minutes_of_another_tool_are_read_by_their_headings() {
        let draft = read(
            "会议主题：导出格式评审\n会议时间：2026年11月25日 14:00\n地点：三楼会议室\n主持人：王晓\n记录人：周婷\n\
             参会人：王晓、李强（研发组长），客户王总\n缺席：陈明\n\n## 会议总结\n- 比较了两种格式\n\n结论\n1. 首版支持 CSV\n\
             2、下一版支持 Excel\n\n遗留问题：编码未定\n\n待办事项：\n• @李强 周五12:00前 评估工作量\n• 整理客户样例",
        );
        assert_eq!(draft.title.as_deref(), Some("导出格式评审"));
        assert_eq!(draft.held_at, at("2026-11-25T14:00:00+08:00[Asia/Shanghai]"));
        assert_eq!(draft.place.as_deref(), Some("三楼会议室"));
        assert_eq!((draft.host.as_deref(), draft.recorder.as_deref()), (Some("王晓"), Some("周婷")));
        assert_eq!(draft.participants, ["王晓", "李强", "客户王总"]);
        assert_eq!(draft.absentees, ["陈明"]);
        assert_eq!(draft.agenda, ["比较了两种格式"]);
        assert_eq!(draft.conclusions, ["首版支持 CSV", "下一版支持 Excel"]);
        assert_eq!(draft.disputes, ["编码未定"]);
        let friday = at("2026-11-27T12:00:00+08:00[Asia/Shanghai]");
        assert_eq!(
            draft.actions,
            [
                DraftAction { what: "评估工作量".into(), owner: Some("李强".into()), due: friday },
                DraftAction { what: "整理客户样例".into(), owner: None, due: None },
            ]
        );
    }

    #[test]
    fn f3_other_forms_of_who_said_it_and_when() {
        let draft = read("[09:05] 李强: 同意\n周婷 2026-11-24 17:40:12\n我也同意\n周五 12:00 前要定");
        assert_eq!(draft.participants, ["李强", "周婷"]);
        assert_eq!(draft.agenda, ["李强：同意", "周婷：我也同意", "周婷：周五 12:00 前要定"]);
        assert_eq!(draft.held_at, at("2026-11-25T09:05:00+08:00[Asia/Shanghai]"));
        assert_eq!(read("").participants, Vec::<String>::new());
        assert_eq!(read("时间不够，决定一下方案").agenda, ["时间不够，决定一下方案"]);
        assert_eq!(read("3.5 版先不做").agenda, ["3.5 版先不做"]);
    }
}
