//! Plain words where Feishu would read markup (Feishu §3.11, §3.13).

use huan_connect::Mentions;

/// An invisible character that joins without a break: put into a tag, the tag is no longer one.
const JOINER: char = '\u{2060}';

/// The tags that a text message understands.
const TAGS: [&str; 7] = ["at", "b", "i", "u", "s", "br", "a"];

/// `text` such that a text message shows it as it is: tags and links written by people are taken apart invisibly,
/// for text messages have no escapes. Without this, anybody could call on everybody through the robot.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', ']']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let mut characters = from.chars();
        let Some(mark) = characters.next() else { break };
        rest = characters.as_str();
        out.push(mark);
        let opens = if mark == '<' { begins_tag(rest) } else { rest.starts_with('(') };
        if opens {
            out.push(JOINER);
        }
    }
    out.push_str(rest);
    out
}

fn begins_tag(after: &str) -> bool {
    let name = after.strip_prefix('/').unwrap_or(after);
    TAGS.iter().any(|tag| {
        let starts = name.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
        starts && !name[tag.len()..].starts_with(|next: char| next.is_ascii_alphanumeric())
    })
}

/// The mentions of a text message, each followed by a space.
pub(super) fn text_mentions(mentions: &Mentions) -> String {
    let mut out = String::new();
    if mentions.everybody {
        out.push_str("<at user_id=\"all\"></at> ");
    }
    for (user, name) in &mentions.people {
        let id = attribute(user.as_str());
        out.push_str(&format!("<at user_id=\"{id}\">{}</at> ", plain(&without_brackets(name))));
    }
    out
}

/// The mentions of a card's markdown; none if nobody is called on. Note `id=`, not `user_id=`.
pub(super) fn card_mentions(mentions: &Mentions) -> Option<String> {
    let mut tags = Vec::new();
    if mentions.everybody {
        tags.push("<at id=all></at>".to_owned());
    }
    tags.extend(mentions.people.iter().map(|(user, _)| format!("<at id={}></at>", attribute(user.as_str()))));
    (!tags.is_empty()).then(|| tags.join(" "))
}

/// An id can end no attribute.
fn attribute(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '+')).collect()
}

fn without_brackets(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '<' | '>')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_core::platform::ForeignUser;
    use proptest::prelude::*;

    #[test]
    fn nobody_can_call_on_everybody_through_the_robot() {
        assert_eq!(plain("<at user_id=\"all\"></at> 起床"), "<\u{2060}at user_id=\"all\"><\u{2060}/at> 起床");
        assert_eq!(plain("[点我](https://x.example)"), "[点我]\u{2060}(https://x.example)");
        assert_eq!(plain("<AT id=all>"), "<\u{2060}AT id=all>");
    }

    #[test]
    fn other_signs_stay_as_they_are() {
        for text in ["a < b 且 c > d", "<任务>", "[紧急] 系统故障", "数组[0]", "<about>", "5<6", "", "<", "]"]
        {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn s3_11_mentions_of_a_text() {
        let mentions = Mentions { everybody: true, people: vec![(ForeignUser::new("ou_xxx"), "Tom".to_owned())] };
        assert_eq!(text_mentions(&mentions), "<at user_id=\"all\"></at> <at user_id=\"ou_xxx\">Tom</at> ");
    }

    #[test]
    fn s3_13_mentions_of_a_card() {
        let mentions = Mentions { everybody: true, people: vec![(ForeignUser::new("ou_xxx"), "Tom".to_owned())] };
        assert_eq!(card_mentions(&mentions).unwrap(), "<at id=all></at> <at id=ou_xxx></at>");
        assert_eq!(card_mentions(&Mentions::default()), None);
    }

    #[test]
    fn a_strange_id_or_name_adds_no_tag() {
        let people = vec![(ForeignUser::new("ou_1\"><at user_id=\"all"), "</at><at user_id=\"all\">".to_owned())];
        let text = text_mentions(&Mentions { everybody: false, people });
        assert_eq!(text.matches("<at ").count(), 1, "{text}");
        assert_eq!(text.matches("</at>").count(), 1, "{text}");
    }

    proptest! {
        #[test]
        fn taken_apart_text_reads_the_same(text in ".*") {
            let without: String = plain(&text).chars().filter(|c| *c != JOINER).collect();
            let expected: String = text.chars().filter(|c| *c != JOINER).collect();
            prop_assert_eq!(without, expected);
        }

        #[test]
        fn no_tag_survives(text in "(<|/|at|b|>| |\\]|\\(|x)*") {
            let plain = plain(&text);
            for tag in ["<at>", "<at ", "<at/", "</at>", "<b>", "</b>", "]("] {
                prop_assert!(!plain.contains(tag), "{}", plain);
            }
        }
    }
}
