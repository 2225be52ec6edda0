//! From words to a query.

use super::lexer::{Token, words};
use super::{Field, Order, Query};

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Is { field: Field, test: Test, value: Value },
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Equal,
    NotEqual,
    Greater,
    AtLeast,
    Less,
    AtMost,
    Like,
    NotLike,
    In,
    NotIn,
}

/// With what it is compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Text(String),
    Number(f64),
    Truth(bool),
    /// The operator.
    Me,
    /// `startOf(d, -1w)`
    Edge(Edge),
    List(Vec<Value>),
}

/// The beginning or end of the current day, week, month or year, moved by an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) end: bool,
    pub(super) unit: Unit,
    pub(super) offset: Option<(i64, Unit)>,
}

/// A stretch of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    fn named(text: &str) -> Option<Self> {
        Some(match text {
            "d" => Self::Day,
            "w" => Self::Week,
            "M" => Self::Month,
            "y" => Self::Year,
            _ => return None,
        })
    }
}

/// Deeper nesting than this is refused.
const DEEPEST: usize = 32;

pub(super) fn parse(text: &str) -> Result<Query, String> {
    let words = words(text)?;
    let mut reader = Reader { words: &words, at: 0 };
    let condition = if reader.is_done() || reader.sees("ORDER") { None } else { Some(reader.any(0)?) };
    let order = if reader.takes("ORDER") { reader.order()? } else { Vec::new() };
    if reader.is_done() { Ok(Query { condition, order }) } else { Err(reader.unexpected()) }
}

struct Reader<'a> {
    words: &'a [Token],
    at: usize,
}

impl Reader<'_> {
    fn is_done(&self) -> bool {
        self.at >= self.words.len()
    }

    fn peek(&self) -> Option<&Token> {
        self.words.get(self.at)
    }

    fn next(&mut self) -> Result<Token, String> {
        let token = self.words.get(self.at).cloned().ok_or_else(|| "查询没有结束".to_owned())?;
        self.at += 1;
        Ok(token)
    }

    fn unexpected(&self) -> String {
        self.peek().map_or_else(|| "查询没有结束".to_owned(), |token| format!("{token:?}"))
    }

    /// Whether a keyword comes next.
    fn sees(&self, keyword: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword))
    }

    fn takes(&mut self, keyword: &str) -> bool {
        let seen = self.sees(keyword);
        self.at += usize::from(seen);
        seen
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), String> {
        if self.peek() == Some(wanted) {
            self.at += 1;
            return Ok(());
        }
        Err(self.unexpected())
    }

    fn any(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.all(depth)?];
        while self.takes("OR") {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Condition::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.one(depth)?];
        while self.takes("AND") {
            parts.push(self.one(depth)?);
        }
        Ok(one_or(parts, Condition::All))
    }

    fn one(&mut self, depth: usize) -> Result<Condition, String> {
        if depth > DEEPEST {
            return Err("嵌套太深".to_owned());
        }
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            let inner = self.any(depth + 1)?;
            self.expect(&Token::Close)?;
            return Ok(inner);
        }
        let field = self.field()?;
        let test = self.test()?;
        let value = if matches!(test, Test::In | Test::NotIn) { self.list()? } else { self.value()? };
        Ok(Condition::Is { field, test, value })
    }

    fn field(&mut self) -> Result<Field, String> {
        match self.next()? {
            Token::Word(name) => Field::named(&name).ok_or_else(|| format!("不支持的字段 {name}")),
            other => Err(format!("{other:?}")),
        }
    }

    fn test(&mut self) -> Result<Test, String> {
        if self.takes("NOT") {
            return if self.takes("IN") { Ok(Test::NotIn) } else { Err(self.unexpected()) };
        }
        if self.takes("IN") {
            return Ok(Test::In);
        }
        if self.takes("CONTAIN") {
            return Ok(Test::Like);
        }
        match self.next()? {
            Token::Operator("=") => Ok(Test::Equal),
            Token::Operator("!=") => Ok(Test::NotEqual),
            Token::Operator(">") => Ok(Test::Greater),
            Token::Operator(">=") => Ok(Test::AtLeast),
            Token::Operator("<") => Ok(Test::Less),
            Token::Operator("<=") => Ok(Test::AtMost),
            Token::Operator("~") => Ok(Test::Like),
            Token::Operator("!~") => Ok(Test::NotLike),
            other => Err(format!("{other:?}")),
        }
    }

    fn list(&mut self) -> Result<Value, String> {
        self.expect(&Token::Open)?;
        let mut values = vec![self.value()?];
        while self.peek() == Some(&Token::Comma) {
            self.at += 1;
            values.push(self.value()?);
        }
        self.expect(&Token::Close)?;
        Ok(Value::List(values))
    }

    fn value(&mut self) -> Result<Value, String> {
        match self.next()? {
            Token::Text(text) => Ok(Value::Text(text)),
            Token::Number(number) => Ok(Value::Number(number)),
            Token::Sign('-') => match self.next()? {
                Token::Number(number) => Ok(Value::Number(-number)),
                other => Err(format!("{other:?}")),
            },
            Token::Word(word) => self.named_value(&word),
            other => Err(format!("{other:?}")),
        }
    }

    fn named_value(&mut self, word: &str) -> Result<Value, String> {
        match word {
            "null" => Ok(Value::Null),
            "true" => Ok(Value::Truth(true)),
            "false" => Ok(Value::Truth(false)),
            "me" => {
                self.expect(&Token::Open)?;
                self.expect(&Token::Close)?;
                Ok(Value::Me)
            }
            "startOf" | "endOf" => self.edge(word == "endOf").map(Value::Edge),
            other => Err(format!("不支持的值 {other}")),
        }
    }

    fn edge(&mut self, end: bool) -> Result<Edge, String> {
        let unit = |token: Token| match token {
            Token::Word(word) => Unit::named(&word).ok_or_else(|| format!("不支持的时间单位 {word}")),
            other => Err(format!("{other:?}")),
        };
        self.expect(&Token::Open)?;
        let whole = unit(self.next()?)?;
        let mut offset = None;
        if self.peek() == Some(&Token::Comma) {
            self.at += 1;
            let sign = match self.peek() {
                Some(Token::Sign(sign)) => {
                    let sign = if *sign == '-' { -1 } else { 1 };
                    self.at += 1;
                    sign
                }
                _ => 1,
            };
            // `1d` is one word.
            let word = match self.next()? {
                Token::Word(word) => word,
                other => return Err(format!("{other:?}")),
            };
            let split = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
            let count: i64 = word[..split].parse().map_err(|_| format!("不支持的偏移 {word}"))?;
            offset = Some((sign * count, unit(Token::Word(word[split..].to_owned()))?));
        }
        self.expect(&Token::Close)?;
        Ok(Edge { end, unit: whole, offset })
    }

    fn order(&mut self) -> Result<Vec<Order>, String> {
        if !self.takes("BY") {
            return Err(self.unexpected());
        }
        let mut keys = Vec::new();
        loop {
            let field = self.field()?;
            let sortable = matches!(
                field,
                Field::Due
                    | Field::Start
                    | Field::Accomplished
                    | Field::Created
                    | Field::Updated
                    | Field::Priority
                    | Field::Title
                    | Field::Number
                    | Field::Done
            );
            if !sortable {
                return Err("不支持的排序字段".to_owned());
            }
            let descending = self.takes("DESC");
            if !descending {
                self.takes("ASC");
            }
            keys.push(Order { field, descending });
            if self.peek() != Some(&Token::Comma) {
                return Ok(keys);
            }
            self.at += 1;
        }
    }
}

fn one_or(mut parts: Vec<Condition>, many: impl FnOnce(Vec<Condition>) -> Condition) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            many(parts)
        }
        None => many(parts),
    }
}
