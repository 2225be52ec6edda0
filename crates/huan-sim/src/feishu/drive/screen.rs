//! Spaces, documents and Bitables as the clients show them: the page renders this and tests read it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Base, Block, Document, docx};
use crate::feishu::Feishu;
use crate::lock::lock;

/// All spaces.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DriveView {
    /// The spaces.
    pub spaces: Vec<SpaceView>,
}

/// A space.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SpaceView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether the app is a member.
    pub app_is_member: bool,
    /// Its pages, in the order in which they were made.
    pub pages: Vec<PageView>,
}

/// A page of a space.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PageView {
    /// The page's token.
    pub token: String,
    /// The token of the page above.
    pub parent: Option<String>,
    /// The title.
    pub title: String,
    /// The document's or Bitable's own token.
    pub object: String,
    /// What it is.
    pub content: ContentView,
}

/// What a page is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ContentView {
    /// A document.
    Document {
        /// Its blocks.
        blocks: Vec<BlockView>,
    },
    /// A Bitable.
    Base {
        /// Its tables.
        tables: Vec<TableView>,
    },
}

/// A block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockView {
    /// Its id.
    pub id: String,
    /// `text`, `heading1`, `bullet` …
    pub kind: String,
    /// The words.
    pub text: String,
    /// For a to-do: whether it is ticked.
    pub done: bool,
    /// Key of the person who wrote it last; none for the app.
    pub by: Option<String>,
}

/// A table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TableView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its columns: id, name, kind.
    pub fields: Vec<(String, String, i64)>,
    /// What can be chosen, by the column's name.
    pub options: BTreeMap<String, Vec<String>>,
    /// Its rows.
    pub rows: Vec<RowView>,
}

/// A row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RowView {
    /// Its id.
    pub id: String,
    /// The cells by the columns' names, in the written form.
    pub cells: BTreeMap<String, Value>,
    /// Key of the person who changed it last; none for the app.
    pub by: Option<String>,
}

impl DriveView {
    /// The page with this title.
    pub fn page(&self, title: &str) -> Option<&PageView> {
        self.spaces.iter().flat_map(|space| &space.pages).find(|page| page.title == title)
    }

    /// The table with this name, and the token of its Bitable.
    pub fn table(&self, name: &str) -> Option<(&str, &TableView)> {
        self.spaces.iter().flat_map(|space| &space.pages).find_map(|page| match &page.content {
            ContentView::Base { tables } => {
                tables.iter().find(|table| table.name == name).map(|table| (page.object.as_str(), table))
            }
            ContentView::Document { .. } => None,
        })
    }
}

impl PageView {
    /// The blocks of a document.
    pub fn blocks(&self) -> &[BlockView] {
        match &self.content {
            ContentView::Document { blocks } => blocks,
            ContentView::Base { .. } => &[],
        }
    }
}

fn block_view(block: &Block) -> BlockView {
    let words = block.content["elements"].as_array().into_iter().flatten();
    let words = words.filter_map(|element| element.pointer("/text_run/content").and_then(Value::as_str));
    BlockView {
        id: block.id.clone(),
        kind: docx::member(block.kind).unwrap_or("other").to_owned(),
        text: words.collect(),
        done: block.content.pointer("/style/done").and_then(Value::as_bool).unwrap_or(false),
        by: block.by.clone(),
    }
}

fn document_view(document: &Document) -> ContentView {
    ContentView::Document { blocks: document.blocks.iter().map(block_view).collect() }
}

fn base_view(base: &Base) -> ContentView {
    let tables = base.tables.iter().map(|table| {
        let options = table.fields.iter().filter_map(|field| {
            let options = field.property["options"].as_array()?;
            let names = options.iter().filter_map(|option| option["name"].as_str()).map(str::to_owned);
            Some((field.name.clone(), names.collect()))
        });
        let rows = table.records.iter().map(|record| RowView {
            id: record.id.clone(),
            cells: table
                .fields
                .iter()
                .filter_map(|field| Some((field.name.clone(), record.cells.get(&field.id)?.clone())))
                .collect(),
            by: record.changed_by.clone(),
        });
        TableView {
            id: table.id.clone(),
            name: table.name.clone(),
            fields: table.fields.iter().map(|field| (field.id.clone(), field.name.clone(), field.kind)).collect(),
            options: options.collect(),
            rows: rows.collect(),
        }
    });
    ContentView::Base { tables: tables.collect() }
}

impl Feishu {
    /// Spaces, documents and Bitables as the clients show them.
    pub fn drive_view(&self) -> DriveView {
        let drive = lock(&self.drive);
        let spaces = drive.spaces.iter().map(|space| {
            let pages = drive.nodes.iter().filter(|node| node.space == space.id).filter_map(|node| {
                let content = match node.kind.as_str() {
                    "bitable" => base_view(drive.bases.get(&node.object)?),
                    _ => document_view(drive.documents.get(&node.object)?),
                };
                Some(PageView {
                    token: node.token.clone(),
                    parent: node.parent.clone(),
                    title: node.title.clone(),
                    object: node.object.clone(),
                    content,
                })
            });
            SpaceView {
                id: space.id.clone(),
                name: space.name.clone(),
                app_is_member: space.app_is_member,
                pages: pages.collect(),
            }
        });
        DriveView { spaces: spaces.collect() }
    }
}
