//! A message laid out: where people, times, priorities and task numbers stand in it.

use std::{ops::Range, sync::LazyLock};

use crate::{
    folded::{END, Folded, is_chinese},
    task::Priority,
    time_expression::{Finding, find},
    word_table::WordTable,
};

use super::{Context, Part, PartRole, PersonRef, TaskRef, words};

/// The message and its pieces; places are folded characters.
pub(crate) struct Sheet<'a> {
    message: &'a str,
    pub(crate) folded: Folded,
    pub(crate) context: &'a Context<'a>,
    pieces: Vec<Piece>,
    /// For each character, and the end, what the pieces make of it.
    marks: Vec<Mark>,
    /// Mentions the platform tells of that the text does not show.
    pub(crate) unshown: Vec<PersonRef>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    covered: bool,
    begins: bool,
    ends: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) kind: PieceKind,
}

#[derive(Debug, Clone)]
pub(crate) enum PieceKind {
    Robot,
    Everyone,
    Person(PersonRef),
    Time(Finding),
    Priority(Priority),
    Task(TaskRef),
}

const EVERYONE: &[&str] = &["全体成员", "全体", "所有人", "all", "everyone"];

impl<'a> Sheet<'a> {
    pub(crate) fn new(message: &'a str, context: &'a Context<'a>) -> Self {
        let folded = Folded::new(message);
        let marks = vec![Mark::default(); folded.len() + 1];
        let mut sheet = Self { message, folded, context, pieces: Vec::new(), marks, unshown: Vec::new() };
        sheet.place_mentions();
        sheet.place_plain_mentions();
        sheet.place_tasks();
        sheet.place_times();
        sheet.place_priorities();
        sheet.pieces.sort_by_key(|piece| (piece.from, piece.to));
        sheet
    }

    pub(crate) fn len(&self) -> usize {
        self.folded.len()
    }

    pub(crate) fn bytes(&self, from: usize, to: usize) -> Range<usize> {
        self.folded.bytes(from, to)
    }

    /// The pieces within `from..to`.
    pub(crate) fn pieces(&self, from: usize, to: usize) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(move |piece| piece.from >= from && piece.to <= to)
    }

    /// The people within `from..to`, in order.
    pub(crate) fn people(&self, from: usize, to: usize) -> Vec<(&Piece, &PersonRef)> {
        self.pieces(from, to)
            .filter_map(|piece| match &piece.kind {
                PieceKind::Person(person) => Some((piece, person)),
                _ => None,
            })
            .collect()
    }

    /// The time expressions that end within `from..to`, in order; a 「截止」 may stand before.
    pub(crate) fn times(&self, from: usize, to: usize) -> Vec<(&Piece, &Finding)> {
        self.pieces
            .iter()
            .filter(|piece| piece.to > from && piece.to <= to)
            .filter_map(|piece| match &piece.kind {
                PieceKind::Time(finding) => Some((piece, finding)),
                _ => None,
            })
            .collect()
    }

    /// The first task number.
    pub(crate) fn task(&self) -> Option<TaskRef> {
        self.pieces.iter().find_map(|piece| match &piece.kind {
            PieceKind::Task(task) => Some(task.clone()),
            _ => None,
        })
    }

    /// The end of the pieces that begin at `at`.
    pub(crate) fn piece_end(&self, at: usize) -> Option<usize> {
        if !self.mark(at).begins {
            return None;
        }
        self.pieces.iter().filter(|piece| piece.from == at).map(|piece| piece.to).max()
    }

    /// Whether a word may begin at `at`: at the beginning, behind a sign, a space or a piece.
    pub(crate) fn word_begins(&self, at: usize) -> bool {
        let before = self.folded.before(at);
        before == END || is_sign(before) || self.mark(at).ends
    }

    /// Whether a word may end before `at`: at the end, before a sign, a space or a piece.
    pub(crate) fn word_ends(&self, at: usize) -> bool {
        let next = self.folded.at(at);
        next == END || is_sign(next) || self.mark(at).begins
    }

    /// The understood pieces for the caller.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let role = |kind: &PieceKind| match kind {
            PieceKind::Robot => PartRole::Robot,
            PieceKind::Everyone | PieceKind::Person(_) => PartRole::Person,
            PieceKind::Time(_) => PartRole::Time,
            PieceKind::Priority(_) => PartRole::Priority,
            PieceKind::Task(_) => PartRole::Task,
        };
        let part = |piece: &Piece| Part { span: self.bytes(piece.from, piece.to), role: role(&piece.kind) };
        self.pieces.iter().map(part).collect()
    }

    /// The original text of `from..to` without the ranges in `without`, tidied.
    pub(crate) fn text(&self, from: usize, to: usize, without: &[(usize, usize)]) -> String {
        let to = to.min(self.len());
        let mut left_out = vec![false; to.saturating_sub(from)];
        for (begin, end) in without {
            let (begin, end) = ((*begin).clamp(from, to.max(from)), (*end).clamp(from, to.max(from)));
            left_out
                .iter_mut()
                .skip(begin - from)
                .take(end.saturating_sub(begin))
                .for_each(|left_out| *left_out = true);
        }
        let mut text = String::new();
        let mut gap = false;
        for (at, left_out) in (from..to).zip(left_out) {
            if left_out {
                gap = true;
                continue;
            }
            let Some(piece) = self.message.get(self.folded.bytes_with_marks(at)) else { continue };
            // What stood on both sides of a removed piece must not run together.
            let joins = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() && !is_chinese(char));
            if gap && joins(text.chars().last()) && joins(piece.chars().next()) {
                text.push(' ');
            }
            gap = false;
            text.push_str(piece);
        }
        tidy(&text)
    }

    /// Like [`Self::text`], without the given pieces.
    pub(crate) fn text_without(&self, from: usize, to: usize, drop: impl Fn(&PieceKind) -> bool) -> String {
        let without: Vec<_> =
            self.pieces.iter().filter(|piece| drop(&piece.kind)).map(|piece| (piece.from, piece.to)).collect();
        self.text(from, to, &without)
    }

    fn mark(&self, at: usize) -> Mark {
        self.marks.get(at).copied().unwrap_or_default()
    }

    /// Whether a piece covers the character at `at`.
    pub(crate) fn in_piece(&self, at: usize) -> bool {
        self.mark(at).covered
    }

    fn covered(&self, from: usize, to: usize) -> bool {
        (from..to).any(|at| self.in_piece(at))
    }

    fn place(&mut self, piece: Piece) {
        for (at, mark) in self.marks.iter_mut().enumerate().skip(piece.from).take(piece.to + 1 - piece.from) {
            mark.covered |= at < piece.to;
            mark.begins |= at == piece.from;
            mark.ends |= at == piece.to;
        }
        self.pieces.push(piece);
    }

    fn place_mentions(&mut self) {
        let mut behind = 0;
        for (index, mention) in self.context.mentions.iter().enumerate() {
            let name = Folded::new(mention.text.trim());
            let name = name.text(0, name.len());
            let words = mention.text.trim().trim_start_matches(['@', '＠']).to_owned();
            let free = |at: &usize| {
                let end = self.folded.literal(*at, &name)?;
                (!name.is_empty() && !self.covered(*at, end)).then_some((*at, end))
            };
            let place = (behind..self.len()).find_map(|at| free(&at)).or_else(|| (0..behind).find_map(|at| free(&at)));
            let Some((from, to)) = place else {
                if !mention.is_us {
                    self.unshown.push(PersonRef { words, mention: Some(index), span: 0..0 });
                }
                continue;
            };
            behind = to;
            let kind = if mention.is_us {
                PieceKind::Robot
            } else {
                PieceKind::Person(PersonRef { words, mention: Some(index), span: self.bytes(from, to) })
            };
            self.place(Piece { from, to, kind });
        }
    }

    fn place_plain_mentions(&mut self) {
        let mut at = 0;
        while at < self.len() {
            let begins = self.folded.at(at) == '@' && !self.folded.before(at).is_ascii_alphanumeric();
            if !begins || self.covered(at, at + 1) {
                at += 1;
                continue;
            }
            let name_at = self.folded.skip_spaces(at + 1);
            let (kind, to) = self.plain_mention(at, name_at);
            if let Some(kind) = kind {
                self.place(Piece { from: at, to, kind });
            }
            at = to.max(at + 1);
        }
    }

    fn plain_mention(&self, at: usize, name_at: usize) -> (Option<PieceKind>, usize) {
        let folded = &self.folded;
        let robot = self.context.bot_names.iter().find_map(|name| {
            let end = folded.literal(name_at, &name.to_lowercase())?;
            // 「@环境组」 is not 「@环」, 「@环任务」 is.
            (self.word_ends(end) || words::is_word(folded, end)).then_some(end)
        });
        if let Some(end) = robot {
            return (Some(PieceKind::Robot), end);
        }
        if let Some(end) = EVERYONE.iter().find_map(|word| folded.literal(name_at, word)) {
            return (Some(PieceKind::Everyone), end);
        }
        let known = self.context.names.iter().flat_map(|called| called.ends_at(folded, name_at));
        let to = match known.max() {
            Some(end) => end,
            None => self.name_end(name_at),
        };
        if to == name_at {
            return (None, to);
        }
        let words = self.message.get(self.bytes(name_at, to)).unwrap_or_default().to_owned();
        (Some(PieceKind::Person(PersonRef { words, mention: None, span: self.bytes(at, to) })), to)
    }

    /// Where an unknown name ends: at a space or sign, or where a time expression that closes it begins.
    fn name_end(&self, from: usize) -> usize {
        let belongs = |char: char| !is_sign(char) || matches!(char, '.' | '_' | '-' | '·');
        let end = (from..self.len()).find(|at| !belongs(self.folded.at(*at)) || self.covered(*at, at + 1));
        let end = end.unwrap_or(self.len());
        // Look a little further, for 「@研发组长周五12:00前」 has its time cut by the sign.
        let span = self.bytes(from, (end + 8).min(self.len()));
        let Some(text) = self.message.get(span.clone()) else { return end };
        find(text, self.context.now)
            .iter()
            .map(|finding| self.folded.place_of(span.start + finding.span.start))
            .find(|at| (from + 2..end).contains(at))
            .unwrap_or(end)
    }

    fn place_tasks(&mut self) {
        for at in 0..self.len() {
            let folded = &self.folded;
            let begins = !folded.before(at).is_ascii_alphanumeric();
            let digits_at = match folded.at(at) {
                '#' if begins => at + 1,
                't' if begins && folded.at(at + 1) == '-' => at + 2,
                _ => continue,
            };
            let end = (digits_at..self.len()).find(|at| !folded.at(*at).is_ascii_digit()).unwrap_or(self.len());
            let number = folded.text(digits_at, end).parse::<i64>().ok().filter(|number| *number > 0);
            let Some(number) = number else { continue };
            if folded.at(end).is_ascii_alphanumeric() || self.covered(at, end) {
                continue;
            }
            let task = TaskRef { number, span: self.bytes(at, end) };
            self.place(Piece { from: at, to: end, kind: PieceKind::Task(task) });
        }
    }

    fn place_times(&mut self) {
        // Pieces are blanked, so that 「周五 @李强 12:00前」 is one time and a name is none.
        let mut text = self.message.to_owned();
        for piece in &self.pieces {
            let span = self.bytes(piece.from, piece.to);
            text.replace_range(span.clone(), &" ".repeat(span.len()));
        }
        for finding in find(&text, self.context.now) {
            let (from, to) = (self.folded.place_of(finding.span.start), self.folded.place_of(finding.span.end));
            self.place(Piece { from, to, kind: PieceKind::Time(finding) });
        }
    }

    fn place_priorities(&mut self) {
        const WORDS: &[(&str, Priority)] = &[
            ("优先级:紧急", Priority::Urgent),
            ("优先级:高", Priority::High),
            ("优先级:中", Priority::Normal),
            ("优先级:普通", Priority::Normal),
            ("优先级:低", Priority::Low),
            ("优先级紧急", Priority::Urgent),
            ("优先级高", Priority::High),
            ("优先级中", Priority::Normal),
            ("优先级低", Priority::Low),
            ("高优先级", Priority::High),
            ("中优先级", Priority::Normal),
            ("低优先级", Priority::Low),
            ("高优", Priority::High),
            ("低优", Priority::Low),
            ("特急", Priority::Urgent),
            ("加急", Priority::Urgent),
            ("紧急", Priority::Urgent),
            ("高", Priority::High),
            ("中", Priority::Normal),
            ("普通", Priority::Normal),
            ("低", Priority::Low),
            ("priority:urgent", Priority::Urgent),
            ("priority:high", Priority::High),
            ("priority:medium", Priority::Normal),
            ("priority:normal", Priority::Normal),
            ("priority:low", Priority::Low),
            ("urgent priority", Priority::Urgent),
            ("high priority", Priority::High),
            ("medium priority", Priority::Normal),
            ("normal priority", Priority::Normal),
            ("low priority", Priority::Low),
            ("!urgent", Priority::Urgent),
            ("!high", Priority::High),
            ("!low", Priority::Low),
            ("urgent", Priority::Urgent),
            ("p0", Priority::Urgent),
            ("p1", Priority::High),
            ("p2", Priority::Normal),
            ("p3", Priority::Low),
            ("!!", Priority::Urgent),
            ("!", Priority::High),
        ];
        static TABLE: LazyLock<WordTable<Priority>> = LazyLock::new(|| WordTable::new(WORDS));
        let mut at = 0;
        while at < self.len() {
            let found = TABLE.beginning_with(self.folded.at(at)).find_map(|(word, priority)| {
                let to = self.literal_spaced(at, word)?;
                let spaced = |char: char| char == END || char.is_whitespace();
                // A "!" is a sign of its own only between spaces; behind a word it is an exclamation.
                let stands = if word == "!" || word == "!!" {
                    spaced(self.folded.before(at)) && spaced(self.folded.at(to))
                } else {
                    self.word_begins(at) && self.word_ends(to)
                };
                (stands && !self.covered(at, to)).then_some((priority, to))
            });
            match found {
                Some((priority, to)) => {
                    self.place(Piece { from: at, to, kind: PieceKind::Priority(priority) });
                    at = to;
                }
                None => at += 1,
            }
        }
    }

    /// Like [`Folded::literal`], with spaces allowed around a colon.
    fn literal_spaced(&self, at: usize, word: &str) -> Option<usize> {
        match word.split_once(':') {
            None => self.folded.literal(at, word),
            Some((label, value)) => {
                let next = self.folded.skip_spaces(self.folded.literal(at, label)?);
                let next = self.folded.skip_spaces(self.folded.literal(next, ":")?);
                self.folded.literal(next, value)
            }
        }
    }
}

/// Whether `char` parts words.
pub(crate) fn is_sign(char: char) -> bool {
    char.is_whitespace() || (!char.is_alphanumeric() && !is_chinese(char) && char != '_' && !char.is_control())
}

/// One space where there were several, no empty brackets, no signs around.
pub(crate) fn tidy(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            let mut line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            while let Some(empty) = empty_brackets(&line) {
                line.replace_range(empty, "");
            }
            trim(&line).to_owned()
        })
        .filter(|line| !line.is_empty())
        .collect();
    trim(&lines.join("\n")).to_owned()
}

/// A pair of brackets with nothing but signs within.
fn empty_brackets(line: &str) -> Option<Range<usize>> {
    const PAIRS: &[(char, char)] = &[('【', '】'), ('[', ']'), ('(', ')'), ('（', '）'), ('「', '」')];
    line.char_indices().find_map(|(start, open)| {
        let (_, close) = PAIRS.iter().find(|(begin, _)| *begin == open)?;
        let inside = &line[start + open.len_utf8()..];
        // An opening bracket within has its own pair.
        let end =
            inside.find(|char: char| !is_sign(char) || char == *close || PAIRS.iter().any(|pair| pair.0 == char))?;
        inside[end..].starts_with(*close).then(|| start..start + open.len_utf8() + end + close.len_utf8())
    })
}

fn trim(text: &str) -> &str {
    let text = text.trim_matches(|char: char| {
        char.is_whitespace()
            || matches!(char, '，' | ',' | '。' | '；' | ';' | '：' | ':' | '、' | '|' | '｜' | '—' | '·')
    });
    // A dash or stop at an end parts nothing any more; one within a number or a word stays.
    text.trim_end_matches(['.', '-', '!', '！', ' ']).trim_start_matches(['-', '/', ' '])
}
