//! Mentions in the markdown of cards: `<at id=ou_xxx></at>`, `<at email=…></at>`, `<at id=all></at>`.

use super::super::content::AtTag;
use super::super::directory::Directory;
use super::super::ids;

/// The ids mentioned in `text`.
pub(super) fn at_tags(text: &str) -> Vec<&str> {
    let starts = text.match_indices("<at ").map(|(at, _)| at);
    starts.filter_map(|at| AtTag::read(&text[at..])).map(|tag| tag.id).collect()
}

/// `text` with the mentions as the client shows them, e.g. `@李强`.
pub(super) fn with_names(directory: &Directory, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("<at ") {
        out.push_str(&rest[..start]);
        let Some(tag) = AtTag::read(&rest[start..]) else { break };
        let member = directory.by_any_id(tag.id).or_else(|| directory.by_email(tag.id));
        out.push('@');
        out.push_str(match member {
            Some(member) => &member.person.name,
            None if tag.id == "all" => "所有人",
            None if tag.id == ids::robot() => "环",
            None => tag.id,
        });
        rest = &rest[start + tag.length..];
    }
    out.push_str(rest);
    out
}
