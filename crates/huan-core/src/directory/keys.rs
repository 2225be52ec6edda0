//! The keys by which one person is known on several platforms, brought into one form.

/// A character as it is compared: full-width digits, letters and signs become half-width.
fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// A mobile number: Chinese ones as eleven digits without prefix, others as `+` and digits. None when it is no number or is
/// told with some digits hidden (`138****0000`).
pub fn mobile(text: &str) -> Option<String> {
    let mut international = false;
    let mut digits = String::new();
    for (place, c) in text.trim().chars().map(narrow).enumerate() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if place == 0 => international = true,
            ' ' | '-' | '(' | ')' | '.' | '\u{A0}' | '\u{2010}'..='\u{2015}' => {}
            _ => return None,
        }
    }
    if !international && let Some(rest) = digits.strip_prefix("00") {
        digits = rest.to_owned();
        international = true;
    }
    let chinese = |digits: &str| digits.len() == 11 && digits.starts_with('1');
    if let Some(rest) = digits.strip_prefix("86").filter(|rest| chinese(rest)) {
        return Some(rest.to_owned());
    }
    if international && digits.len() >= 6 {
        return Some(format!("+{digits}"));
    }
    (!international && digits.len() >= 5).then_some(digits)
}

/// A mail address, in lower case. None when it is none.
pub fn mail(text: &str) -> Option<String> {
    let mail: String = text.trim().chars().map(narrow).flat_map(char::to_lowercase).collect();
    let (name, host) = mail.split_once('@')?;
    let plain = !mail.contains(char::is_whitespace) && !mail.contains('*') && !host.contains('@');
    (!name.is_empty() && !host.is_empty() && plain).then_some(mail)
}

/// A staff number: without spaces, letters as capitals. Leading zeros count. None when it is empty.
pub fn staff_number(text: &str) -> Option<String> {
    let number: String = text
        .chars()
        .map(narrow)
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .flat_map(char::to_uppercase)
        .collect();
    (!number.is_empty()).then_some(number)
}

/// How names are compared: without spaces and capitals. A name is a hint and never proves who somebody is.
pub fn name(text: &str) -> String {
    text.chars().map(narrow).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a3_one_mobile_number_in_many_spellings() {
        for text in [
            "13800000000",
            "+8613800000000",
            "86-138 0000 0000",
            "008613800000000",
            "＋８６ 138-0000-0000",
            " 138.0000.0000 ",
        ] {
            assert_eq!(mobile(text).as_deref(), Some("13800000000"), "{text}");
        }
        assert_eq!(mobile("+1 (202) 555-0100").as_deref(), Some("+12025550100"));
        assert_eq!(mobile("0012025550100").as_deref(), Some("+12025550100"));
        assert_eq!(mobile("+852 9123 4567"), mobile("0085291234567"));
        for text in ["", "138****0000", "无", "-", "12", "+86"] {
            assert_eq!(mobile(text), None, "{text}");
        }
    }

    #[test]
    fn a3_one_mail_address_in_many_spellings() {
        for text in ["Li.Qiang@Example.com", " li.qiang@example.com ", "LI.QIANG＠example.com"] {
            assert_eq!(mail(text).as_deref(), Some("li.qiang@example.com"), "{text}");
        }
        for text in ["", "liqiang", "@example.com", "liqiang@", "a b@example.com", "a@b@c", "l***@example.com"] {
            assert_eq!(mail(text), None, "{text}");
        }
    }

    #[test]
    fn a3_one_staff_number_in_many_spellings() {
        for text in ["a0012", "A0012 ", "Ａ００１２", "A 0012"] {
            assert_eq!(staff_number(text).as_deref(), Some("A0012"), "{text}");
        }
        assert_ne!(staff_number("0012"), staff_number("12"), "leading zeros count");
        assert_eq!(staff_number(" \t"), None);
    }

    #[test]
    fn names_are_compared_without_spaces() {
        assert_eq!(name("李 强"), name("李强"));
        assert_eq!(name("Ｌi Qiang"), name("li qiang"));
    }
}
