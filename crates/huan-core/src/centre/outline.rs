//! The sections of a collaboration's centre, and the rules by which messages go into them (F1).

use serde::{Deserialize, Serialize};

use crate::{
    folded::Folded,
    i18n::{Language, has, text},
    situation::Situation,
};

/// 「客户需求」.
pub const REQUIREMENTS: &str = "requirements";
/// 「需求变更」: whoever answers for requirements is told of what comes in (F2).
pub const CHANGES: &str = "changes";
/// 「风险」.
pub const RISKS: &str = "risks";
/// The sections that every centre has.
pub const BUILT_IN: [&str; 3] = [REQUIREMENTS, CHANGES, RISKS];

/// More sections than this nobody keeps apart.
const MOST_SECTIONS: usize = 20;
/// The most rules of a section.
const MOST_RULES: usize = 20;
/// The longest name, and the longest words of a rule, in characters.
const LONGEST: usize = 30;

/// The sections of a centre, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// The sections.
    pub sections: Vec<Section>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The stable key, by which entries name it.
    pub key: String,
    /// What the collaboration calls it; empty for the name that comes with the program.
    #[serde(default)]
    pub name: String,
    /// Which messages go into it by themselves.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// Which messages go into a section by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "words")]
pub enum Rule {
    /// Those that begin with these words: 「客户反馈…」.
    Prefix(String),
    /// Those that bear this tag: 「#风险」. Without the `#`.
    Tag(String),
}

impl Rule {
    fn words(&self) -> &str {
        match self {
            Self::Prefix(words) | Self::Tag(words) => words,
        }
    }
}

/// Why sections cannot be kept like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutlineProblem {
    /// Too many sections, or too many rules in one.
    #[error("too many")]
    TooMany,
    /// A name or the words of a rule are empty.
    #[error("something is empty")]
    Empty,
    /// A name or the words of a rule are too long.
    #[error("something is too long")]
    TooLong,
    /// Two sections of one key or name, or the same rule twice.
    #[error("something is there twice")]
    Twice,
    /// A section that every centre has is missing.
    #[error("a section is missing")]
    Missing,
}

impl OutlineProblem {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooMany => "too_many",
            Self::Empty => "required",
            Self::TooLong => "too_long",
            Self::Twice => "twice",
            Self::Missing => "section_missing",
        }
    }
}

/// A message that goes into a section by a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorted {
    /// The key of the section.
    pub section: String,
    /// What the entry says: the message without its tag, and without the words before a colon.
    pub text: String,
}

fn section(key: &str, prefixes: &[&str], tags: &[&str]) -> Section {
    let prefixes = prefixes.iter().map(|words| Rule::Prefix((*words).to_owned()));
    let tags = tags.iter().map(|words| Rule::Tag((*words).to_owned()));
    Section { key: key.to_owned(), name: String::new(), rules: prefixes.chain(tags).collect() }
}

impl Default for Outline {
    fn default() -> Self {
        Self {
            sections: vec![
                section(
                    REQUIREMENTS,
                    &[
                        "客户反馈",
                        "客户需求",
                        "客户希望",
                        "客户要求",
                        "用户反馈",
                        "customer feedback",
                        "client feedback",
                    ],
                    &["客户需求", "需求", "客户反馈", "requirement", "feedback"],
                ),
                section(
                    CHANGES,
                    &["需求变更", "需求调整", "变更需求", "requirement change", "change request"],
                    &["需求变更", "变更", "change"],
                ),
                section(RISKS, &["风险", "有风险", "风险提示", "risk"], &["风险", "risk"]),
            ],
        }
    }
}

impl Outline {
    /// The sections that a collaboration of this situation starts from (A1).
    pub fn of(situation: Option<Situation>) -> Self {
        let mut outline = Self::default();
        outline.sections.extend(match situation {
            Some(Situation::RemoteClient) => Some(section(
                "agreements",
                &["客户同意", "客户确认", "与客户约定", "client agreed"],
                &["约定", "agreement"],
            )),
            Some(Situation::RemoteTeam) => Some(section("handovers", &["交接", "handover"], &["交接", "handover"])),
            Some(Situation::Emergency) => {
                Some(section("lessons", &["经验教训", "教训", "lesson learned"], &["教训", "lesson"]))
            }
            Some(Situation::ToolIntegration) => Some(section("tools", &["工具反馈"], &["工具", "tools"])),
            Some(Situation::JointProject) | None => None,
        });
        outline
    }

    /// The section with this key.
    pub fn section(&self, key: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == key)
    }

    /// Whether the sections can be kept like this.
    ///
    /// # Errors
    /// When they cannot.
    pub fn check(&self) -> Result<(), OutlineProblem> {
        if self.sections.len() > MOST_SECTIONS || self.sections.iter().any(|one| one.rules.len() > MOST_RULES) {
            return Err(OutlineProblem::TooMany);
        }
        let mut seen: Vec<(&str, String)> = Vec::new();
        let mut once = |what: &'static str, words: &str| {
            let one = (what, folded(words));
            let is_new = !seen.contains(&one);
            seen.push(one);
            if is_new { Ok(()) } else { Err(OutlineProblem::Twice) }
        };
        for section in &self.sections {
            once("key", &section.key)?;
            if section.name.trim().is_empty() && !is_shipped(&section.key) {
                return Err(OutlineProblem::Empty);
            }
            if section.name.chars().count() > LONGEST {
                return Err(OutlineProblem::TooLong);
            }
            once("name", &section.name_in(Language::default()))?;
            for rule in &section.rules {
                let length = rule.words().trim().chars().count();
                if length == 0 {
                    return Err(OutlineProblem::Empty);
                }
                if length > LONGEST {
                    return Err(OutlineProblem::TooLong);
                }
                once(if matches!(rule, Rule::Tag(_)) { "tag" } else { "prefix" }, rule.words())?;
            }
        }
        match BUILT_IN.iter().all(|key| self.section(key).is_some()) {
            true => Ok(()),
            false => Err(OutlineProblem::Missing),
        }
    }

    /// Where a message goes by itself, if anywhere: the section whose tag it bears, else whose words it begins with; of several
    /// the longest words. A question is nothing that anybody wants to have kept, unless a colon or a tag says so.
    pub fn sort(&self, message: &str) -> Option<Sorted> {
        let folded = Folded::new(message);
        self.by_tag(message, &folded).or_else(|| self.by_prefix(message, &folded))
    }

    fn by_tag(&self, written: &str, message: &Folded) -> Option<Sorted> {
        let tag_at = |at: usize, rule: &Rule| {
            let Rule::Tag(words) = rule else { return None };
            let to = message.literal(message.literal(at, "#")?, &folded(words))?;
            if message.at(to) == '#' {
                return Some((at, to + 1));
            }
            let goes_on = message.at(to).is_alphanumeric() || message.at(to) == '_';
            (!goes_on).then_some((at, to))
        };
        let rules = self.sections.iter().flat_map(|section| section.rules.iter().map(move |rule| (section, rule)));
        let (section, (from, to)) = rules
            .filter_map(|(section, rule)| Some((section, (0..message.len()).find_map(|at| tag_at(at, rule))?)))
            .max_by_key(|(_, (from, to))| to - from)?;
        let before = &written[message.bytes(0, from)];
        sorted(section, &format!("{} {}", before.trim(), &written[message.bytes(to, message.len())].trim()))
    }

    fn by_prefix(&self, written: &str, message: &Folded) -> Option<Sorted> {
        let begin = beginning(message);
        let rules = self.sections.iter().flat_map(|section| section.rules.iter().map(move |rule| (section, rule)));
        let (section, to) = rules
            .filter_map(|(section, rule)| {
                let Rule::Prefix(words) = rule else { return None };
                Some((section, message.word(begin, &folded(words))?))
            })
            .max_by_key(|(_, to)| *to)?;
        // 「【客户反馈】…」, 「客户反馈：…」
        let rest = (to..message.len()).find(|at| !is_parting(message.at(*at))).unwrap_or(message.len());
        let parted = (to..rest).any(|at| message.at(at) != ' ');
        if parted {
            return sorted(section, &written[message.bytes(rest, message.len())]);
        }
        let says_something = message.len().saturating_sub(to) >= 2;
        match says_something && !is_question(message) {
            true => sorted(section, &written[message.bytes(begin, message.len())]),
            false => None,
        }
    }

    /// The section that somebody names at the beginning of what they say to the robot, 「到风险：供应商要延期」, by any of its names,
    /// and what follows.
    pub fn named<'a>(&self, words: &'a str) -> Option<(&Section, &'a str)> {
        let folded_words = Folded::new(words);
        let mut at = folded_words.skip_spaces(0);
        if let Some(behind) = folded_words.any_word(at, &["到", "进", "to", "under", "in"]) {
            at = folded_words.skip_spaces(behind);
        }
        while matches!(folded_words.at(at), '「' | '"' | '“' | '【' | '[' | '《' | '#') {
            at += 1;
        }
        let named = |section: &Section| {
            let names = Language::ALL.into_iter().map(|language| section.name_in(language));
            let ends = names.chain([section.key.clone()]).filter_map(|name| folded_words.word(at, &folded(&name)));
            ends.filter(|to| *to == folded_words.len() || is_parting(folded_words.at(*to))).max()
        };
        let (section, to) =
            self.sections.iter().filter_map(|section| Some((section, named(section)?))).max_by_key(|(_, to)| *to)?;
        let rest = (to..folded_words.len()).find(|at| !is_parting(folded_words.at(*at)));
        let from = rest.map_or(words.len(), |rest| folded_words.bytes(rest, rest + 1).start);
        Some((section, words.get(from..).unwrap_or_default().trim()))
    }
}

impl Section {
    /// What it is called in a language.
    pub fn name_in(&self, language: Language) -> String {
        match self.name.trim() {
            "" => text(language, &name_key(&self.key), &[]),
            name => name.to_owned(),
        }
    }
}

fn name_key(key: &str) -> String {
    format!("centre.section.{key}")
}

/// Whether the program has a name for it.
fn is_shipped(key: &str) -> bool {
    has(Language::default(), &name_key(key))
}

fn folded(words: &str) -> String {
    let folded = Folded::new(words.trim());
    folded.text(0, folded.len())
}

fn sorted(section: &Section, words: &str) -> Option<Sorted> {
    let text = words.trim().trim_matches(|char| matches!(char, ':' | '：' | '，' | ',')).trim();
    (!text.is_empty()).then(|| Sorted { section: section.key.clone(), text: text.to_owned() })
}

/// Where what is said begins: behind spaces, opening brackets and people who are called on.
fn beginning(message: &Folded) -> usize {
    let mut at = 0;
    loop {
        match message.at(at) {
            ' ' | '\n' | '【' | '[' | '「' | '《' | '(' => at += 1,
            '@' => at = (at..message.len()).find(|at| matches!(message.at(*at), ' ' | '\n')).unwrap_or(message.len()),
            _ => return at,
        }
    }
}

/// What parts a name from what follows it.
fn is_parting(char: char) -> bool {
    matches!(char, ' ' | '\n' | ':' | ',' | '，' | '、' | '】' | ']' | '」' | '》' | ')' | '"' | '”' | '-' | '。' | '.')
}

/// 「客户反馈什么时候给？」 asks, and says nothing.
fn is_question(message: &Folded) -> bool {
    let last =
        (0..message.len()).rev().map(|at| message.at(at)).find(|char| !matches!(char, ' ' | '\n' | '!' | '。' | '.'));
    matches!(last, Some('?' | '吗' | '呢' | '么'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(message: &str) -> Option<(String, String)> {
        Outline::default().sort(message).map(|sorted| (sorted.section, sorted.text))
    }

    #[test]
    fn f1_messages_go_into_sections_by_their_first_words_or_a_tag() {
        let table = [
            ("客户反馈导出按钮找不到", Some((REQUIREMENTS, "客户反馈导出按钮找不到"))),
            ("客户反馈：希望能导出 Excel", Some((REQUIREMENTS, "希望能导出 Excel"))),
            ("【客户反馈】希望能导出 Excel", Some((REQUIREMENTS, "希望能导出 Excel"))),
            ("@王晓 客户反馈，希望能导出 Excel", Some((REQUIREMENTS, "希望能导出 Excel"))),
            ("Customer Feedback: export to Excel", Some((REQUIREMENTS, "export to Excel"))),
            ("需求变更：首版加上 Excel 导出", Some((CHANGES, "首版加上 Excel 导出"))),
            ("＃需求变更 首版加上 Excel 导出", Some((CHANGES, "首版加上 Excel 导出"))),
            ("供应商可能延期 #风险", Some((RISKS, "供应商可能延期"))),
            ("#风险# 供应商可能延期", Some((RISKS, "供应商可能延期"))),
            ("供应商 #Risk, may be late", Some((RISKS, "供应商 , may be late"))),
            ("Risk: the supplier may be late", Some((RISKS, "the supplier may be late"))),
            // The tag says more than the first words, and longer words more than shorter ones.
            ("客户反馈系统很慢 #风险", Some((RISKS, "客户反馈系统很慢"))),
            ("#需求变更 #风险 加急上线", Some((CHANGES, "#风险 加急上线"))),
            ("客户反馈：什么时候能导出？", Some((REQUIREMENTS, "什么时候能导出？"))),
            ("客户反馈什么时候给？", None),
            ("客户反馈给了吗", None),
            ("客户反馈", None),
            ("客户反馈：", None),
            ("Risky business", None),
            ("#风险评估 做完了", None),
            ("我们的客户反馈很好", None),
            ("今天开会", None),
            ("#", None),
            ("", None),
        ];
        for (message, expected) in table {
            let expected = expected.map(|(section, text)| (section.to_owned(), text.to_owned()));
            assert_eq!(sorted(message), expected, "{message}");
        }
    }

    #[test]
    fn f1_a_section_is_named_in_either_language() {
        let mut outline = Outline::default();
        outline.sections.push(Section { key: "s4".into(), name: "Q3 预算".into(), rules: Vec::new() });
        let table = [
            ("风险 供应商可能延期", Some((RISKS, "供应商可能延期"))),
            ("到「风险」：供应商可能延期", Some((RISKS, "供应商可能延期"))),
            ("到需求变更", Some((CHANGES, ""))),
            ("under risks: the supplier may be late", Some((RISKS, "the supplier may be late"))),
            ("q3 预算 超了两万", Some(("s4", "超了两万"))),
            ("风险很大", None),
            ("供应商可能延期", None),
            ("", None),
        ];
        for (words, expected) in table {
            let named = outline.named(words).map(|(section, rest)| (section.key.as_str(), rest));
            assert_eq!(named, expected, "{words}");
        }
    }

    #[test]
    fn f1_sections_and_rules_are_checked() {
        let good = Outline::default();
        assert_eq!(good.check(), Ok(()));
        let with = |change: &dyn Fn(&mut Outline)| {
            let mut outline = Outline::default();
            change(&mut outline);
            outline.check()
        };
        let own = |name: &str| Section { key: "s1".into(), name: name.into(), rules: Vec::new() };
        assert_eq!(with(&|one| one.sections.push(own("预算"))), Ok(()));
        assert_eq!(with(&|one| one.sections.push(own(" "))), Err(OutlineProblem::Empty));
        assert_eq!(with(&|one| one.sections.push(own("风险"))), Err(OutlineProblem::Twice));
        assert_eq!(with(&|one| one.sections.push(own(&"长".repeat(31)))), Err(OutlineProblem::TooLong));
        assert_eq!(with(&|one| one.sections.truncate(2)), Err(OutlineProblem::Missing));
        assert_eq!(with(&|one| one.sections[0].rules.push(Rule::Tag(" ".into()))), Err(OutlineProblem::Empty));
        assert_eq!(with(&|one| one.sections[0].rules.push(Rule::Tag("风险".into()))), Err(OutlineProblem::Twice));
        let many = |one: &mut Outline| one.sections.extend((0..30).map(|_| own("预算")));
        assert_eq!(with(&many), Err(OutlineProblem::TooMany));
    }

    #[test]
    fn a1_every_situation_has_sections_that_can_be_kept_and_have_names() {
        for situation in Situation::ALL.iter().map(|one| Some(*one)).chain([None]) {
            let outline = Outline::of(situation);
            assert_eq!(outline.check(), Ok(()), "{situation:?}");
            for section in &outline.sections {
                let key = name_key(&section.key);
                assert!(Language::ALL.into_iter().all(|language| has(language, &key)), "{key}");
            }
        }
    }
}
