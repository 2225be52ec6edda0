//! Pages of wiki spaces and the blocks of their documents (Feishu §6).

use std::time::Duration;

use async_trait::async_trait;
use huan_connect::{Certainty, Documents, PageKind, PageOutline, Retry, SeenDocument, SendError, SpaceOutline};
use huan_core::{
    mirror::page::{Block, BlockKind, Run, SeenBlock},
    platform::{ForeignBlock, ForeignContent, ForeignPage, ForeignSpace},
};
use serde_json::{Value, json};

use super::{
    account::AppAccount,
    api::{Call, Verb, segment},
    crypto, failure,
};
use crate::{
    lenient::Lenient,
    pace::{Limit, Pace, patiently},
};

/// A hundred calls a minute to each endpoint of the wiki (§6.2), with some room.
const WIKI: &[Limit] = &[Limit { calls: 90, within: Duration::from_secs(60) }];
/// Five reads a second (§6.1).
const READS: &[Limit] = &[Limit { calls: 5, within: Duration::from_millis(1050) }];
/// Three writes a second, of the app and of one document (§6.1).
const WRITES: &[Limit] = &[Limit { calls: 3, within: Duration::from_millis(1050) }];
/// The most pages of a list, as a guard against a token that never ends.
const MOST_PAGES: usize = 500;
/// The longest title (§6.1), in characters.
const LONGEST_TITLE: usize = 800;

/// How fast documents and tables are read and written.
#[derive(Debug)]
pub(super) struct DrivePace {
    pub(super) wiki: Pace,
    pub(super) reads: Pace,
    writes: Pace,
    pub(super) tables: Pace,
}

/// Ten to fifty calls a second, by endpoint (§7.1): the lowest for all of them.
const TABLES: &[Limit] = &[Limit { calls: 10, within: Duration::from_millis(1050) }];

impl Default for DrivePace {
    fn default() -> Self {
        Self { wiki: Pace::new(WIKI), reads: Pace::new(READS), writes: Pace::new(WRITES), tables: Pace::new(TABLES) }
    }
}

impl AppAccount {
    /// A call that changes nothing, asked again where that may help.
    pub(super) async fn ask(&self, pace: &Pace, make: impl Fn() -> Call) -> Result<Value, SendError> {
        self.note(patiently(pace, || async { self.api.call(&make()).await }).await)
    }

    /// Every item of a list that changes nothing.
    pub(super) async fn every(&self, pace: &Pace, make: impl Fn() -> Call) -> Result<Vec<Value>, SendError> {
        let mut items = Vec::new();
        let mut page: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let answer = self
                .ask(pace, || match &page {
                    Some(token) => make().query("page_token", token.clone()),
                    None => make(),
                })
                .await?;
            let data = answer.member("data");
            items.extend(data.list("items").into_iter().cloned());
            match data.text("page_token").filter(|_| data.flag("has_more")) {
                Some(next) => page = Some(next),
                None => return Ok(items),
            }
        }
        Err(failure::never("delivery.reason.rejected", "the list never ends"))
    }

    /// A call that changes something, once.
    pub(super) async fn tell(&self, pace: &Pace, call: Call) -> Result<Value, SendError> {
        pace.turn().await;
        self.note(self.api.call(&call).await)
    }
}

/// What an answer must hold and does not: it was carried out, but what came of it is not known.
pub(super) fn lacking(what: &str) -> SendError {
    SendError {
        certainty: Certainty::Unknown,
        retry: Retry::Transient,
        reason_key: "delivery.reason.answer_lost",
        detail: format!("the answer names no {what}"),
    }
}

/// A key of ours in the form of a UUID version 4, as `client_token` must be (§6.1, §7.1): the same key gives the same one.
pub(super) fn client_token(key: &str) -> String {
    let print: String = crypto::fingerprint(key.as_bytes()).chars().filter(char::is_ascii_hexdigit).collect();
    let part = |from: usize, to: usize| print.get(from..to).unwrap_or("0").to_owned();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

fn kind_name(kind: PageKind) -> &'static str {
    match kind {
        PageKind::Document => "docx",
        PageKind::Tables => "bitable",
    }
}

fn outline(node: &Value) -> Option<PageOutline> {
    let kind = match node.text("obj_type").as_deref() {
        Some("docx") => Some(PageKind::Document),
        Some("bitable") => Some(PageKind::Tables),
        _ => None,
    };
    Some(PageOutline {
        id: ForeignPage::new(node.text("node_token")?),
        content: ForeignContent::new(node.text("obj_token")?),
        title: node.text("title").unwrap_or_default(),
        kind,
    })
}

/// The number and the member of a block's kind (§6.1).
fn number(kind: BlockKind) -> (i64, &'static str) {
    match kind {
        BlockKind::Paragraph => (2, "text"),
        BlockKind::Heading { level: 0 | 1 } => (3, "heading1"),
        BlockKind::Heading { level: 2 } => (4, "heading2"),
        BlockKind::Heading { .. } => (5, "heading3"),
        BlockKind::Bullet => (12, "bullet"),
        BlockKind::Todo { .. } => (17, "todo"),
    }
}

fn elements(block: &Block) -> Value {
    let runs = block.runs.iter().map(|run| {
        let mut style = json!({});
        if run.bold {
            style["bold"] = json!(true);
        }
        if let Some(link) = &run.link {
            style["link"] = json!({"url": segment(link)});
        }
        json!({"text_run": {"content": run.text, "text_element_style": style}})
    });
    let runs: Vec<Value> = runs.collect();
    match runs.is_empty() {
        true => json!([{"text_run": {"content": "", "text_element_style": {}}}]),
        false => Value::Array(runs),
    }
}

fn style(block: &Block) -> Value {
    match block.kind {
        BlockKind::Todo { done } => json!({"done": done}),
        _ => json!({}),
    }
}

fn written(block: &Block) -> Value {
    let (number, member) = number(block.kind);
    let mut written = json!({"block_type": number});
    written[member] = json!({"elements": elements(block), "style": style(block)});
    written
}

/// What a block says; none for kinds and contents that we do not write: such a block never counts as as we wrote it.
fn read(block: &Value) -> Option<Block> {
    let (kind, member) = match block.integer("block_type")? {
        2 => (BlockKind::Paragraph, "text"),
        3 => (BlockKind::Heading { level: 1 }, "heading1"),
        4 => (BlockKind::Heading { level: 2 }, "heading2"),
        5 => (BlockKind::Heading { level: 3 }, "heading3"),
        12 => (BlockKind::Bullet, "bullet"),
        17 => (BlockKind::Todo { done: block.member("todo").member("style").flag("done") }, "todo"),
        _ => return None,
    };
    let mut runs = Vec::new();
    for element in block.member(member).list("elements") {
        let run = element.get("text_run")?;
        let style = run.member("text_element_style");
        let marked = ["italic", "strikethrough", "underline", "inline_code"].iter().any(|mark| style.flag(mark));
        if marked {
            return None;
        }
        runs.push(Run {
            text: run.get("content").and_then(Value::as_str).unwrap_or_default().to_owned(),
            bold: style.flag("bold"),
            link: style.member("link").text("url").map(|url| decoded(&url)),
        });
    }
    Some(Block { kind, runs }.tidied())
}

/// An address without its `%..`.
fn decoded(url: &str) -> String {
    let mut bytes = Vec::with_capacity(url.len());
    let mut rest = url.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after
            .get(..2)
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match hex.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn revision_of(answer: &Value) -> i64 {
    answer.member("data").integer("document_revision_id").unwrap_or(-1)
}

#[async_trait]
impl Documents for AppAccount {
    async fn spaces(&self) -> Result<Vec<SpaceOutline>, SendError> {
        let make = || Call::new(Verb::Get, "wiki/v2/spaces").query("page_size", "50");
        let found = self.every(&self.api.drive_pace.wiki, make).await?;
        let outlines = found.iter().filter_map(|space| {
            let id = ForeignSpace::new(space.text("space_id")?);
            Some(SpaceOutline { id, name: space.text("name").unwrap_or_default() })
        });
        Ok(outlines.collect())
    }

    async fn pages(&self, space: &ForeignSpace, above: Option<&ForeignPage>) -> Result<Vec<PageOutline>, SendError> {
        let make = || {
            let call = Call::new(Verb::Get, format!("wiki/v2/spaces/{}/nodes", segment(space.as_str())));
            let call = call.query("page_size", "50");
            match above {
                Some(above) => call.query("parent_node_token", above.as_str()),
                None => call,
            }
        };
        Ok(self.every(&self.api.drive_pace.wiki, make).await?.iter().filter_map(outline).collect())
    }

    async fn make_page(
        &self,
        space: &ForeignSpace,
        above: Option<&ForeignPage>,
        title: &str,
        kind: PageKind,
    ) -> Result<PageOutline, SendError> {
        let title: String = title.chars().take(LONGEST_TITLE).collect();
        let mut body = json!({"obj_type": kind_name(kind), "node_type": "origin", "title": title});
        if let Some(above) = above {
            body["parent_node_token"] = json!(above.as_str());
        }
        let path = format!("wiki/v2/spaces/{}/nodes", segment(space.as_str()));
        let answer = self.tell(&self.api.drive_pace.wiki, Call::new(Verb::Post, path).body(body)).await?;
        outline(answer.member("data").member("node")).ok_or_else(|| lacking("node_token"))
    }

    async fn page(&self, page: &ForeignPage) -> Result<Option<PageOutline>, SendError> {
        let make = || Call::new(Verb::Get, "wiki/v2/spaces/get_node").query("token", page.as_str());
        match self.ask(&self.api.drive_pace.wiki, make).await {
            Ok(answer) => Ok(outline(answer.member("data").member("node"))),
            Err(error) if error.reason_key == "mirror.reason.gone" => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn rename_page(&self, space: &ForeignSpace, page: &ForeignPage, title: &str) -> Result<(), SendError> {
        let title: String = title.chars().take(LONGEST_TITLE).collect();
        let (space, page) = (segment(space.as_str()), segment(page.as_str()));
        let call = Call::new(Verb::Post, format!("wiki/v2/spaces/{space}/nodes/{page}/update_title"));
        self.tell(&self.api.drive_pace.wiki, call.body(json!({"title": title}))).await.map(drop)
    }

    async fn read(&self, document: &ForeignContent) -> Result<SeenDocument, SendError> {
        let id = segment(document.as_str());
        // The revision first: what somebody writes between the two calls makes our edit one against an older revision.
        let about = || Call::new(Verb::Get, format!("docx/v1/documents/{id}"));
        let about = self.ask(&self.api.drive_pace.reads, about).await?;
        let revision = about.member("data").member("document").integer("revision_id").unwrap_or(-1);
        let make = || {
            Call::new(Verb::Get, format!("docx/v1/documents/{id}/blocks"))
                .query("page_size", "500")
                .query("document_revision_id", "-1")
        };
        let found = self.every(&self.api.drive_pace.reads, make).await?;
        let page = found.iter().find(|block| block.integer("block_type") == Some(1));
        let order = page.map(|page| page.texts("children")).unwrap_or_default();
        let blocks = order.into_iter().map(|id| {
            let block = found.iter().find(|block| block.text("block_id").as_deref() == Some(&id)).and_then(read);
            SeenBlock { id: ForeignBlock::new(id), block }
        });
        Ok(SeenDocument { revision, blocks: blocks.collect() })
    }

    async fn make_blocks(
        &self,
        document: &ForeignContent,
        revision: i64,
        index: usize,
        blocks: &[Block],
        key: &str,
    ) -> Result<(Vec<ForeignBlock>, i64), SendError> {
        let id = segment(document.as_str());
        let children: Vec<Value> = blocks.iter().map(written).collect();
        let call = Call::new(Verb::Post, format!("docx/v1/documents/{id}/blocks/{id}/children"))
            .query("document_revision_id", revision.to_string())
            .query("client_token", client_token(key))
            .body(json!({"index": index, "children": children}));
        let answer = self.tell(&self.api.drive_pace.writes, call).await?;
        let made = answer.member("data").list("children").into_iter().filter_map(|block| block.text("block_id"));
        let made: Vec<ForeignBlock> = made.map(ForeignBlock::new).collect();
        if made.len() != blocks.len() {
            return Err(lacking("block_id for each block"));
        }
        Ok((made, revision_of(&answer)))
    }

    async fn change_blocks(
        &self,
        document: &ForeignContent,
        revision: i64,
        blocks: &[(ForeignBlock, Block)],
    ) -> Result<i64, SendError> {
        let requests = blocks.iter().map(|(id, block)| match block.kind {
            // `fields` names what of the style is meant: 2 is the tick (§6.1).
            BlockKind::Todo { .. } => json!({"block_id": id.as_str(),
                "update_text": {"elements": elements(block), "style": style(block), "fields": [2]}}),
            _ => json!({"block_id": id.as_str(), "update_text_elements": {"elements": elements(block)}}),
        });
        let path = format!("docx/v1/documents/{}/blocks/batch_update", segment(document.as_str()));
        let call = Call::new(Verb::Patch, path)
            .query("document_revision_id", revision.to_string())
            .body(json!({"requests": requests.collect::<Vec<_>>()}));
        Ok(revision_of(&self.tell(&self.api.drive_pace.writes, call).await?))
    }

    async fn delete_blocks(
        &self,
        document: &ForeignContent,
        revision: i64,
        start: usize,
        end: usize,
    ) -> Result<i64, SendError> {
        let id = segment(document.as_str());
        let call = Call::new(Verb::Delete, format!("docx/v1/documents/{id}/blocks/{id}/children/batch_delete"))
            .query("document_revision_id", revision.to_string())
            .body(json!({"start_index": start, "end_index": end}));
        Ok(revision_of(&self.tell(&self.api.drive_pace.writes, call).await?))
    }

    fn address(&self, page: &ForeignPage) -> String {
        format!("{}/wiki/{}", self.api.settings.pages(), segment(page.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s6_1_a_key_becomes_a_uuid_of_version_4_and_always_the_same() {
        let token = client_token("mir_1/page/3");
        let groups: Vec<usize> = token.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert!(token.split('-').nth(2).unwrap().starts_with('4'), "{token}");
        assert_eq!(token, client_token("mir_1/page/3"));
        assert_ne!(token, client_token("mir_1/page/4"));
    }

    #[test]
    fn s6_1_a_block_reads_back_as_it_was_written() {
        let address = "https://huan.example/records/rec_1?a=1#b";
        for kind in [
            BlockKind::Paragraph,
            BlockKind::Bullet,
            BlockKind::Heading { level: 1 },
            BlockKind::Heading { level: 3 },
            BlockKind::Todo { done: true },
        ] {
            let block = Block::plain(kind, "首版支持 ").bold("CSV").words(" 导出,见 ").link("原文", address);
            let wire = written(&block);
            assert!(!wire.to_string().contains("https://"), "addresses are encoded (§6.1)");
            assert_eq!(read(&wire), Some(block));
        }
    }

    #[test]
    fn s6_1_what_we_do_not_write_is_not_read_as_ours() {
        let payload: Value = serde_json::from_str(include_str!("payloads/document_blocks.json")).unwrap();
        let items = payload.pointer("/data/items").and_then(Value::as_array).unwrap();
        let read: Vec<Option<String>> = items.iter().map(|block| read(block).map(|block| block.text())).collect();
        let texts: Vec<Option<&str>> = read.iter().map(Option::as_deref).collect();
        assert_eq!(texts, [None, Some("里程碑"), Some("负责人 李强"), None, None, Some("评估导出"), None]);
    }
}
