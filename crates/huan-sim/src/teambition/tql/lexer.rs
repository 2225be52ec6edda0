//! From text to words.

/// One word of a query.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name, a keyword, `true`, `null`, or `cf:…`.
    Word(String),
    /// `'…'`
    Text(String),
    Number(f64),
    /// `=`, `!=`, `>`, `>=`, `<`, `<=`, `~`, `!~`
    Operator(&'static str),
    Open,
    Close,
    Comma,
    /// `+` or `-` before an offset.
    Sign(char),
}

const OPERATORS: [&str; 8] = ["!=", ">=", "<=", "!~", "=", ">", "<", "~"];

/// Takes a query apart; the error says what was not understood.
pub(super) fn words(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
            found.push(Token::Operator(operator));
            rest = &rest[operator.len()..];
        } else if first == '\'' {
            let (content, after) = quoted(&rest[1..])?;
            found.push(Token::Text(content));
            rest = after;
        } else if let Some(token) = single(first) {
            found.push(token);
            rest = &rest[1..];
        } else {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || "_:.".contains(c))).unwrap_or(rest.len());
            if end == 0 {
                return Err(format!("「{first}」"));
            }
            found.push(word(&rest[..end]));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Ok(found)
}

fn single(first: char) -> Option<Token> {
    Some(match first {
        '(' => Token::Open,
        ')' => Token::Close,
        ',' => Token::Comma,
        '+' | '-' => Token::Sign(first),
        _ => return None,
    })
}

fn word(text: &str) -> Token {
    let is_number = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    match text.parse() {
        Ok(number) if is_number => Token::Number(number),
        _ => Token::Word(text.to_owned()),
    }
}

/// The text up to the closing quotation mark, and what follows. A backslash takes the next character as it is.
fn quoted(rest: &str) -> Result<(String, &str), String> {
    let mut content = String::new();
    let mut characters = rest.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\'' => return Ok((content, &rest[at + 1..])),
            '\\' => content.extend(characters.next().map(|(_, next)| next)),
            other => content.push(other),
        }
    }
    Err("引号没有结束".to_owned())
}
