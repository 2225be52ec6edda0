//! Which thing of a platform an address leads to, told by its form alone: no server is asked, and nothing is fetched.

use crate::names::names;

names! {
    /// A kind of thing on a platform that people send each other addresses of.
    ObjectKind {
        /// A page: Feishu docx, DingTalk document.
        Document = "document",
        /// A page of a wiki.
        Wiki = "wiki",
        /// A sheet.
        Sheet = "sheet",
        /// A Feishu Bitable.
        Base = "base",
        /// Slides.
        Slides = "slides",
        /// A mind map.
        MindMap = "mind_map",
        /// A file or folder.
        File = "file",
        /// Minutes of a meeting that the platform made.
        Minutes = "minutes",
        /// A meeting.
        Meeting = "meeting",
        /// A task.
        Task = "task",
        /// A project.
        Project = "project",
    }
}

/// A thing of a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlatformObject {
    /// The key of the platform: `feishu`.
    pub platform: &'static str,
    /// What it is.
    pub kind: ObjectKind,
}

/// The thing that an address leads to; none when its form is not that of one (Feishu §docx, §wiki, §minutes, §vc; Teambition §1).
pub fn object(address: &str) -> Option<PlatformObject> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, rest) = rest.split_at(end);
    let host = host.to_ascii_lowercase();
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (first, second) = (parts.next()?, parts.next());
    // Without a name behind the kind it is a list, not a thing.
    let second = second?;
    let is_of = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    let (platform, kind) = if is_of("feishu.cn") || is_of("larksuite.com") {
        let kind = match (first, second) {
            ("docx" | "docs" | "doc", _) => ObjectKind::Document,
            ("wiki", _) => ObjectKind::Wiki,
            ("sheets", _) => ObjectKind::Sheet,
            ("base", _) => ObjectKind::Base,
            ("slides", _) => ObjectKind::Slides,
            ("mindnotes", _) => ObjectKind::MindMap,
            ("file", _) | ("drive", "folder") => ObjectKind::File,
            ("minutes", _) => ObjectKind::Minutes,
            ("j", _) if host.starts_with("vc.") => ObjectKind::Meeting,
            ("client", "todo") => ObjectKind::Task,
            ("client", "videochat") => ObjectKind::Meeting,
            _ => return None,
        };
        ("feishu", kind)
    } else if host == "alidocs.dingtalk.com" {
        ("dingtalk", ObjectKind::Document)
    } else if is_of("teambition.com") {
        let kind = match first {
            "task" => ObjectKind::Task,
            "project" => ObjectKind::Project,
            _ => return None,
        };
        ("teambition", kind)
    } else {
        return None;
    };
    Some(PlatformObject { platform, kind })
}

/// A thing of a platform whose title can be asked for, by its id there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Titled {
    /// The key of the platform.
    pub platform: &'static str,
    /// What it is.
    pub kind: ObjectKind,
    /// Its id: letters, digits, `_` and `-`.
    pub id: String,
}

/// The longest id of a thing; those of the platforms have some thirty characters.
const LONGEST_ID: usize = 64;

/// The thing that an address leads to, where its platform tells the title of such things: Feishu documents, wiki pages and
/// Bitables (Feishu §6, §7), tasks of Teambition (§4). DingTalk tells titles of documents only to a person who is named, by an
/// operator's union id (DingTalk §11.2); they are not asked for.
pub fn titled(address: &str) -> Option<Titled> {
    let PlatformObject { platform, kind } = object(address)?;
    let asked = match (platform, kind) {
        // The documents of before have another interface.
        ("feishu", ObjectKind::Document) => address.contains("/docx/"),
        ("feishu", ObjectKind::Wiki | ObjectKind::Base) => true,
        ("teambition", ObjectKind::Task) => true,
        _ => false,
    };
    let path = address.split("://").nth(1)?.split(['?', '#']).next()?;
    let id = path.split('/').filter(|part| !part.is_empty()).nth(2)?;
    let is_id = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let fits = asked && id.len() <= LONGEST_ID && id.chars().all(is_id);
    fits.then(|| Titled { platform, kind, id: id.to_owned() })
}

/// The things a text leads to whose titles can be asked for, each once, in order.
pub fn titled_in(text: &str) -> Vec<Titled> {
    let ends = |c: char| c.is_whitespace() || !c.is_ascii() || "()[]<>\"'`|\\^{}".contains(c);
    let mut found: Vec<Titled> = Vec::new();
    for (place, _) in text.match_indices("https://") {
        let rest = &text[place..];
        let address = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let address = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
        if let Some(thing) = titled(address).filter(|thing| !found.contains(thing)) {
            found.push(thing);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c3_titles_are_asked_for_by_ids_and_nothing_else() {
        let text = "见 https://example.feishu.cn/docx/AbC123?from=chat，[计划](https://example.feishu.cn/wiki/wikcn1#part)、\
                    <https://www.teambition.com/task/5f1>。再见 https://example.feishu.cn/docx/AbC123 \
                    https://example.feishu.cn/base/bascn1?table=tbl1. https://alidocs.dingtalk.com/i/nodes/abc";
        let found: Vec<(&str, &str, String)> =
            titled_in(text).into_iter().map(|one| (one.platform, one.kind.name(), one.id)).collect();
        let expected = [
            ("feishu", "document", "AbC123"),
            ("feishu", "wiki", "wikcn1"),
            ("teambition", "task", "5f1"),
            ("feishu", "base", "bascn1"),
        ];
        assert_eq!(found, expected.map(|(platform, kind, id)| (platform, kind, id.to_owned())));
        for address in [
            "https://example.feishu.cn/docs/doccn1",
            "https://example.feishu.cn/sheets/shtcn1",
            "https://example.feishu.cn/docx/a%2fb",
            "https://example.feishu.cn/docx/..",
            "https://www.teambition.com/project/5f1",
        ] {
            assert_eq!(titled(address), None, "{address}");
        }
        assert_eq!(titled(&format!("https://example.feishu.cn/docx/{}", "a".repeat(65))), None);
    }

    #[test]
    fn c3_things_of_platforms_are_known_by_their_addresses() {
        let known = |address: &str| object(address).map(|found| (found.platform, found.kind.name()));
        for (address, expected) in [
            ("https://example.feishu.cn/docx/AbC123?from=chat", ("feishu", "document")),
            ("https://example.feishu.cn/wiki/AbC123#part", ("feishu", "wiki")),
            ("https://example.feishu.cn/base/bascn1?table=tbl1", ("feishu", "base")),
            ("https://example.larksuite.com/sheets/x", ("feishu", "sheet")),
            ("https://example.feishu.cn/minutes/obcn1", ("feishu", "minutes")),
            ("https://vc.feishu.cn/j/123456789", ("feishu", "meeting")),
            ("https://applink.feishu.cn/client/todo/detail?guid=1", ("feishu", "task")),
            ("https://alidocs.dingtalk.com/i/nodes/abc", ("dingtalk", "document")),
            ("https://www.teambition.com/task/5f1", ("teambition", "task")),
            ("https://www.teambition.com/project/5f1/tasks", ("teambition", "project")),
        ] {
            assert_eq!(known(address), Some(expected), "{address}");
        }
        for address in [
            "https://example.com/docx/AbC123",
            "https://feishu.cn.evil.example/docx/AbC123",
            "https://evilfeishu.cn/docx/AbC123",
            "https://example.feishu.cn/docx/",
            "https://example.feishu.cn",
            "https://www.teambition.com/organization/5f1",
            "mailto:a@feishu.cn",
            "https://",
        ] {
            assert_eq!(known(address), None, "{address}");
        }
    }
}
