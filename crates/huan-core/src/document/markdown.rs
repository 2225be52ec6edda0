//! Markdown to HTML that is safe to put into a page.
//!
//! Every tag of the result is written by this file or by pulldown-cmark's writer; HTML in the text is shown as it was typed. An address
//! is only kept where its scheme can run nothing, and only pictures that are kept here are loaded, so that reading a page tells no other
//! server of it.

use super::object::object;
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream, html as writer};

/// Where pictures may come from: the files of the library.
const FILES: &str = "/api/v1/files/";

/// The HTML of a text in Markdown: CommonMark with tables, task lists and strikethrough. A line ends where the author ended it, and
/// addresses in the text are links.
pub fn html(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut safe = Safe { events: Vec::new(), links: Vec::new(), in_link: 0, in_code: false, picture: None };
    for event in TextMergeStream::new(Parser::new_ext(text, options)) {
        safe.take(event);
    }
    let mut written = String::with_capacity(text.len() * 2);
    writer::push_html(&mut written, safe.events.into_iter());
    written
}

/// The events of a text, made safe one by one.
struct Safe<'a> {
    events: Vec<Event<'a>>,
    /// Whether each open link or picture is written as one; innermost last.
    links: Vec<bool>,
    in_link: usize,
    in_code: bool,
    /// The picture that is being read: its address, whether it is loaded, and its words.
    picture: Option<Picture>,
}

struct Picture {
    address: String,
    words: String,
}

impl<'a> Safe<'a> {
    fn take(&mut self, event: Event<'a>) {
        if let Some(picture) = &mut self.picture {
            match event {
                Event::Text(text) | Event::Code(text) => picture.words.push_str(&text),
                Event::SoftBreak | Event::HardBreak => picture.words.push(' '),
                Event::End(TagEnd::Image) => self.end_picture(),
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(Tag::HtmlBlock) => self.events.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => self.events.push(Event::End(TagEnd::Paragraph)),
            Event::InlineHtml(tag) if is_break(&tag) => self.events.push(Event::HardBreak),
            Event::Html(typed) | Event::InlineHtml(typed) => self.events.push(Event::Text(typed)),
            Event::SoftBreak => self.events.push(Event::HardBreak),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                let address = match link_type {
                    LinkType::Email => format!("mailto:{dest_url}"),
                    _ => dest_url.to_string(),
                };
                let kept = self.in_link == 0 && is_harmless(&address);
                self.links.push(kept);
                if kept {
                    self.in_link += 1;
                    self.tag(opening(&address));
                }
            }
            Event::End(TagEnd::Link) => {
                if self.links.pop() == Some(true) {
                    self.in_link -= 1;
                    self.tag("</a>".to_owned());
                }
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                self.picture = Some(Picture { address: dest_url.to_string(), words: String::new() });
            }
            Event::Start(Tag::CodeBlock(_)) => {
                self.in_code = true;
                self.events.push(event);
            }
            Event::End(TagEnd::CodeBlock) => {
                self.in_code = false;
                self.events.push(event);
            }
            Event::Text(text) if self.in_link == 0 && !self.in_code => self.text(&text),
            other => self.events.push(other),
        }
    }

    fn tag(&mut self, tag: String) {
        self.events.push(Event::InlineHtml(tag.into()));
    }

    /// Words outside of links and code: the addresses in them become links.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, address, after)) = first_address(rest) {
            self.words(before);
            self.tag(opening(address));
            self.words(address);
            self.tag("</a>".to_owned());
            rest = after;
        }
        self.words(rest);
    }

    fn words(&mut self, words: &str) {
        if !words.is_empty() {
            self.events.push(Event::Text(CowStr::from(words.to_owned())));
        }
    }

    fn end_picture(&mut self) {
        let Some(Picture { address, words }) = self.picture.take() else { return };
        if is_own_file(&address) {
            self.tag(format!("<img src=\"{}\" alt=\"{}\" loading=\"lazy\">", escaped(&address), escaped(&words)));
        } else if self.in_link == 0 && is_harmless(&address) {
            self.tag(opening(&address));
            self.words(if words.is_empty() { &address } else { &words });
            self.tag("</a>".to_owned());
        } else {
            self.words(&words);
        }
    }
}

fn is_break(tag: &str) -> bool {
    matches!(tag.to_ascii_lowercase().as_str(), "<br>" | "<br/>" | "<br />")
}

/// Whether following the address can do nothing but open a page, write a mail or make a call.
fn is_harmless(address: &str) -> bool {
    // Browsers drop these within a scheme, so «java\nscript:» would be one.
    if address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return false;
    }
    let lower = address.to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:", "#"].iter().any(|start| lower.starts_with(start))
        || (lower.starts_with('/') && !lower.starts_with("//") && !lower.starts_with("/\\"))
}

fn is_own_file(address: &str) -> bool {
    let Some(rest) = address.strip_prefix(FILES) else { return false };
    rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'/')
}

/// A link's beginning. One that leads to a thing of a platform says what that is, so that a page can show its mark.
fn opening(address: &str) -> String {
    let known = object(address);
    let address = escaped(address);
    if address.starts_with('/') || address.starts_with('#') {
        return format!("<a href=\"{address}\">");
    }
    let what = known.map_or_else(String::new, |known| {
        format!(" data-platform=\"{}\" data-kind=\"{}\"", known.platform, known.kind.name())
    });
    format!("<a href=\"{address}\" target=\"_blank\" rel=\"noopener noreferrer\"{what}>")
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// What stands before the first address of a text, the address, and what stands behind it. An address ends before a space, a sign that no
/// address holds as it is, or the end of the sentence.
fn first_address(text: &str) -> Option<(&str, &str, &str)> {
    let begins = |text: &str| ["https://", "http://"].iter().filter_map(|scheme| text.find(scheme)).min();
    let mut from = 0;
    loop {
        let start = from + begins(text.get(from..)?)?;
        let rest = text.get(start..)?;
        let is_end =
            |c: char| !c.is_ascii_graphic() || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\' | '^' | '{' | '}');
        let address = rest.get(..rest.find(is_end).unwrap_or(rest.len()))?;
        let mut address = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']);
        while address.ends_with(')') && address.matches(')').count() > address.matches('(').count() {
            address = address.strip_suffix(')').unwrap_or(address);
        }
        let end = start + address.len();
        if address.len() > "https://".len() {
            return Some((text.get(..start)?, address, text.get(end..)?));
        }
        from = end.max(start + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn c3_markdown_becomes_html() {
        assert_eq!(
            html("# 标题\n\n- [x] 完成\n- [ ] 待办\n"),
            concat!(
                "<h1>标题</h1>\n<ul>\n",
                "<li><input disabled=\"\" type=\"checkbox\" checked=\"\"/>\n完成</li>\n",
                "<li><input disabled=\"\" type=\"checkbox\"/>\n待办</li>\n</ul>\n",
            )
        );
        assert_eq!(
            html("第一行\n第二行 **粗** ~~删~~"),
            "<p>第一行<br />\n第二行 <strong>粗</strong> <del>删</del></p>\n"
        );
        let table = html("|甲|乙|\n|-|-|\n|1<br>2|3|\n");
        assert!(table.contains("<table>") && table.contains("<td>1<br />\n2</td>"), "{table}");
        let code = html("```rust\nlet a = \"<b>\"; // https://example.com\n```");
        assert!(code.contains("<code class=\"language-rust\">let a = \"&lt;b&gt;\"; // https://example.com"), "{code}");
    }

    #[test]
    fn c3_an_address_in_the_text_is_a_link_up_to_the_end_of_the_sentence() {
        let link = |address: &str| {
            format!("<a href=\"{address}\" target=\"_blank\" rel=\"noopener noreferrer\">{address}</a>")
        };
        let one = "https://example.com/docx/AbC_d-1?from=wiki&amp;x=1";
        assert_eq!(
            html("请看https://example.com/docx/AbC_d-1?from=wiki&x=1。谢谢"),
            format!("<p>请看{}。谢谢</p>\n", link(one))
        );
        assert_eq!(html("(https://example.com/a_(b))."), format!("<p>({}).</p>\n", link("https://example.com/a_(b)")));
        assert_eq!(html("http:// 与 https://"), "<p>http:// 与 https://</p>\n");
        assert_eq!(html("`https://a.example`"), "<p><code>https://a.example</code></p>\n");
        assert_eq!(html("[任务](/tasks/tsk_1)"), "<p><a href=\"/tasks/tsk_1\">任务</a></p>\n");
        let named = html("[文档 https://a.example](https://b.example)");
        assert_eq!(named.matches("<a ").count(), 1, "no link within a link: {named}");
    }

    #[test]
    fn c3_a_link_to_a_thing_of_a_platform_says_what_it_is() {
        let html = html("[约定](https://example.feishu.cn/wiki/AbC)与https://www.teambition.com/task/5f1");
        assert!(html.contains("data-platform=\"feishu\" data-kind=\"wiki\">约定</a>"), "{html}");
        assert!(html.contains("data-platform=\"teambition\" data-kind=\"task\">https://"), "{html}");
    }

    #[test]
    fn c3_only_pictures_that_are_kept_here_are_loaded() {
        assert_eq!(
            html("![原型 \"首页\"](/api/v1/files/fil_01)"),
            "<p><img src=\"/api/v1/files/fil_01\" alt=\"原型 &quot;首页&quot;\" loading=\"lazy\"></p>\n"
        );
        let outside = html("![统计](https://tracker.example/pixel.png)");
        assert!(!outside.contains("<img") && outside.contains(">统计</a>"), "{outside}");
    }

    #[test]
    fn i2_nothing_typed_becomes_an_element_or_runs() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "a <b onclick=alert(1)>b</b>",
            "<div>\n<iframe src=//evil.example></iframe>\n</div>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](java&#10;script:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](vbscript:msgbox)",
            "[x](//evil.example)",
            "[x](/\\evil.example)",
            "<javascript:alert(1)>",
            "![x](javascript:alert(1))",
            "![\"onerror=alert(1) x](/api/v1/files/fil_1)",
            "![x](/api/v1/files/../../evil)",
            "https://a.example/\"onmouseover=alert(1)",
            "[x](https://a.example/\"onmouseover=\"alert(1))",
            "```\"><script>\ncode\n```",
            "```x\" onload=\"alert(1)\ncode\n```",
        ] {
            let html = html(hostile);
            check(&html).unwrap_or_else(|wrong| panic!("{hostile}: {wrong} in {html}"));
        }
    }

    /// Whether each tag is one that this file or the writer makes, with attributes of theirs.
    fn check(html: &str) -> Result<(), String> {
        const TAGS: &[&str] = &[
            "p",
            "br",
            "a",
            "img",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "ul",
            "ol",
            "li",
            "input",
            "strong",
            "em",
            "del",
            "code",
            "pre",
            "blockquote",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "hr",
        ];
        const ATTRIBUTES: &[&str] = &[
            "href",
            "target",
            "rel",
            "src",
            "alt",
            "loading",
            "class",
            "type",
            "checked",
            "data-kind",
            "data-platform",
            "disabled",
            "start",
            "style",
        ];
        let mut rest = html;
        while let Some(from) = rest.find('<') {
            let tag = &rest[from + 1..];
            let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
            if !TAGS.contains(&name.as_str()) {
                return Err(format!("the tag «{name}»"));
            }
            let mut tail = tag.trim_start_matches('/').strip_prefix(name.as_str()).unwrap_or_default();
            loop {
                tail = tail.trim_start_matches([' ', '/', '\n']);
                if let Some(after) = tail.strip_prefix('>') {
                    rest = after;
                    break;
                }
                let Some((attribute, value)) = tail.split_once("=\"") else {
                    return Err(format!("no attribute: {tail}"));
                };
                let Some((value, after)) = value.split_once('"') else { return Err("an open value".into()) };
                if !ATTRIBUTES.contains(&attribute) {
                    return Err(format!("the attribute «{attribute}»"));
                }
                if ["href", "src"].contains(&attribute) && !is_harmless(&value.replace("&amp;", "&")) {
                    return Err(format!("the address «{value}»"));
                }
                tail = after;
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn i2_no_text_makes_a_tag_of_its_own(
            pieces in proptest::collection::vec(prop_oneof![
                Just("<".to_owned()), Just(">".to_owned()), Just("\"".to_owned()), Just("![".to_owned()), Just("](".to_owned()),
                Just(")".to_owned()), Just("javascript:".to_owned()), Just("https://a.b/".to_owned()), Just("script".to_owned()),
                Just("/api/v1/files/".to_owned()), Just("\n".to_owned()), Just("```".to_owned()), Just("|".to_owned()), Just("-".to_owned()),
                Just("onload=".to_owned()), Just("&#10;".to_owned()), Just("中".to_owned()), Just(" ".to_owned()), Just("`".to_owned()),
            ], 0..14),
        ) {
            let html = html(&pieces.concat());
            prop_assert!(check(&html).is_ok(), "{:?}: {}", check(&html), html);
        }
    }
}
