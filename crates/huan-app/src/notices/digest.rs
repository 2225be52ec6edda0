//! Digests in groups, and what is missing before they go out.

use huan_connect::Content;
use huan_core::{
    card::{Block, Button, ButtonStyle, Card, Press, Tone},
    collaboration::Role,
    digest::{self, Digest, DigestState, Document, Part, Stale},
    id::DigestId,
};
use huan_store::Conn;

use super::Reader;
use crate::{app::App, digests, error::ActionError};

/// A message shows so many lines of a part; the page shows all of them.
const MOST_LINES: usize = 8;
/// So many stale rows are named in a message.
const MOST_ROWS: usize = 10;

/// A digest that went out, as a group reads it. Groups are spoken to in the default language.
///
/// # Errors
/// When the database fails.
pub(super) async fn card(
    app: &App,
    conn: &mut Conn,
    id: &DigestId,
    outsiders: bool,
    reader: &Reader,
    reference: &str,
) -> Result<Option<Content>, ActionError> {
    let Some(digest) = conn.digest(&app.workspace, id).await? else { return Ok(None) };
    let Some(sent) = &digest.sent else { return Ok(None) };
    let Some(of) = conn.collaboration(&app.workspace, &digest.collaboration).await? else { return Ok(None) };
    let (said, withheld) = sent.document(reader.language).for_group(outsiders);
    let title = digest::title(&digest, &of.name, sent.late, reader.language);
    let mut blocks = body(&said, withheld, reader);
    let open = |key: &str, style, url| Button { label: reader.text(key, &[]), style, press: Press::Open { url } };
    blocks.push(Block::Buttons(vec![
        open("digest.message.open", ButtonStyle::Primary, page(app, &digest)),
        open("digest.message.board", ButtonStyle::Default, app.page(&format!("c/{}/board", digest.collaboration))),
    ]));
    Ok(Some(Content::Card(Card { reference: reference.to_owned(), title, tone: Tone::Quiet, blocks })))
}

fn body(said: &Document, withheld: usize, reader: &Reader) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !said.note.is_empty() {
        blocks.push(Block::Text(said.note.clone()));
    }
    for part in Part::ALL {
        let lines: Vec<&str> = said.of(*part).map(|line| line.text.as_str()).collect();
        if lines.is_empty() {
            continue;
        }
        let name = reader.text(&format!("digest.part.{part}"), &[]);
        let mut text = reader.text("digest.message.part", &[("part", &name), ("count", &lines.len())]);
        for line in lines.iter().take(MOST_LINES) {
            text.push_str("\n· ");
            text.push_str(line);
        }
        if lines.len() > MOST_LINES {
            text.push('\n');
            text.push_str(&reader.text("digest.message.more", &[("count", &(lines.len() - MOST_LINES))]));
        }
        blocks.push(Block::Text(text));
    }
    if blocks.is_empty() {
        blocks.push(Block::Text(reader.text("digest.message.nothing", &[])));
    } else if withheld > 0 {
        blocks.push(Block::Note(reader.text("digest.message.withheld", &[("count", &withheld)])));
    }
    if !said.table.is_empty() {
        let count = |(status, count): &(huan_core::status::Status, u32)| {
            format!("{} {count}", reader.text(&format!("domain.status.{}", status.name()), &[]))
        };
        let counts = said.table.iter().map(count).collect::<Vec<_>>().join(" · ");
        blocks.push(Block::Note(reader.text("digest.message.table", &[("counts", &counts)])));
    }
    blocks
}

fn page(app: &App, digest: &Digest) -> String {
    app.page(&format!("c/{}/digests?digest={}", digest.collaboration, digest.id))
}

/// The rows that should have been touched before digests go out: in one message for every collaboration whose table the reader
/// keeps, and whose digest is about to go out. None once they have gone out, or when all rows were touched.
///
/// # Errors
/// When the database fails.
pub(super) async fn stale_rows(
    app: &App,
    conn: &mut Conn,
    id: &DigestId,
    reader: &Reader,
) -> Result<Option<Content>, ActionError> {
    let mut messages = Vec::new();
    for digest in about_to_go_out(app, conn, id, reader).await? {
        messages.extend(stale_rows_of(app, conn, &digest, reader).await?);
    }
    if messages.is_empty() {
        return Ok(None);
    }
    Ok(Some(Content::Text(messages.join("\n\n"))))
}

/// The digest, and those of the other collaborations whose tables the reader keeps that go out about the same time.
async fn about_to_go_out(
    app: &App,
    conn: &mut Conn,
    id: &DigestId,
    reader: &Reader,
) -> Result<Vec<Digest>, ActionError> {
    let workspace = &app.workspace;
    let Some(first) = conn.digest(workspace, id).await? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let kept = match &reader.person {
        Some(person) => conn.memberships_of(workspace, person).await?,
        None => Vec::new(),
    };
    let tables = kept.into_iter().filter(|member| member.role == Role::Assistant).map(|member| member.collaboration);
    for of in tables.filter(|of| *of != first.collaboration) {
        let open = conn.open_digests(workspace, &of).await?;
        found.extend(open.into_iter().filter(|digest| {
            digest.state == DigestState::Prepared && digest.rhythm == first.rhythm && digest.due_at <= first.due_at
        }));
    }
    if first.state.is_open() {
        found.insert(0, first);
    }
    Ok(found)
}

async fn stale_rows_of(
    app: &App,
    conn: &mut Conn,
    digest: &Digest,
    reader: &Reader,
) -> Result<Option<String>, ActionError> {
    let Some(of) = conn.collaboration(&app.workspace, &digest.collaboration).await? else { return Ok(None) };
    let rows = digests::stale_rows(app, conn, &of, reader.now).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let owners: Vec<_> = rows.iter().take(MOST_ROWS).map(|row| row.record.owner.clone()).collect();
    let people = conn.people_by_id(&app.workspace, &owners).await?;
    let rhythm = reader.text(&format!("digest.rhythm.{}", digest.rhythm), &[]);
    let due = reader.moment(digest.due_at);
    let count = rows.len();
    let head = reader
        .text("digest.prepare", &[("collaboration", &of.name), ("rhythm", &rhythm), ("due", &due), ("count", &count)]);
    let mut lines = vec![head];
    for Stale { record, why, .. } in rows.iter().take(MOST_ROWS) {
        let owner = super::compose::name(&people, &record.owner).name;
        let why = reader.text(&format!("digest.stale.{why}"), &[]);
        let (number, topic) = (&record.number, &record.topic);
        lines.push(
            reader
                .text("digest.prepare.line", &[("number", number), ("topic", topic), ("owner", &owner), ("why", &why)]),
        );
    }
    if count > MOST_ROWS {
        lines.push(reader.text("digest.prepare.more", &[("count", &(count - MOST_ROWS))]));
    }
    lines.push(page(app, digest));
    Ok(Some(lines.join("\n")))
}
