//! What people do in documents and Bitables with their own clients.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Block, bitable, docx};
use crate::feishu::Feishu;
use crate::feishu::error::ApiError;
use crate::lock::lock;
use crate::platform::SimError;

/// Something that a person does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum DriveAct {
    /// Adds a row.
    AddRow {
        /// The Bitable's token.
        base: String,
        /// The table's id.
        table: String,
        /// Cells by the columns' names, in the written form.
        cells: Value,
    },
    /// Changes cells of a row.
    EditRow {
        /// The Bitable's token.
        base: String,
        /// The table's id.
        table: String,
        /// The row.
        record: String,
        /// Cells by the columns' names, in the written form; null clears one.
        cells: Value,
    },
    /// Takes a row away.
    DeleteRow {
        /// The Bitable's token.
        base: String,
        /// The table's id.
        table: String,
        /// The row.
        record: String,
    },
    /// Gives a column another name.
    RenameField {
        /// The Bitable's token.
        base: String,
        /// The table's id.
        table: String,
        /// The column's id.
        field: String,
        /// The new name.
        name: String,
    },
    /// Makes a column of one choice one of plain words.
    MakeFieldText {
        /// The Bitable's token.
        base: String,
        /// The table's id.
        table: String,
        /// The column's id.
        field: String,
    },
    /// Takes a column away.
    DeleteField {
        /// The Bitable's token.
        base: String,
        /// The table's id.
        table: String,
        /// The column's id.
        field: String,
    },
    /// Writes a paragraph into a document.
    AddBlock {
        /// The document's id.
        document: String,
        /// Before which block; none for the end.
        index: Option<usize>,
        /// The words.
        text: String,
    },
    /// Changes the words of a block.
    EditBlock {
        /// The document's id.
        document: String,
        /// The block.
        block: String,
        /// The words.
        text: String,
    },
    /// Takes a block away.
    DeleteBlock {
        /// The document's id.
        document: String,
        /// The block.
        block: String,
    },
    /// Gives a page another title.
    RenamePage {
        /// The page's token.
        page: String,
        /// The title.
        title: String,
    },
    /// Makes the app a member of a space, or takes it out.
    SetMembership {
        /// The space's id.
        space: String,
        /// Whether it is one.
        member: bool,
    },
}

fn refused(error: ApiError) -> SimError {
    SimError::NotPossible(format!("{} {}", error.code, error.msg))
}

impl Feishu {
    /// A person does something in a document or Bitable; the answer is the id of what they made, if anything.
    ///
    /// # Errors
    /// When the person, or what they act on, does not exist.
    pub fn drive_act(&self, person: &str, act: DriveAct) -> Result<Option<String>, SimError> {
        let directory = self.directory();
        let member = directory.by_key(person).ok_or_else(|| SimError::unknown("person", person))?;
        let by = member.person.key.clone();
        let mut drive = lock(&self.drive);
        let (made, news) = match act {
            DriveAct::AddRow { base, table, cells } => {
                let (made, news) = bitable::add_rows(self, &mut drive, (&base, &table), &[&cells], Some(by.clone()))
                    .map_err(refused)?;
                (made.first().map(|record| record.id.clone()), Some((base, table, news)))
            }
            DriveAct::EditRow { base, table, record, cells } => {
                let rows = [(record, &cells)];
                let (_, news) = bitable::change_rows(self, &mut drive, (&base, &table), &rows, Some(by.clone()))
                    .map_err(refused)?;
                (None, Some((base, table, news)))
            }
            DriveAct::DeleteRow { base, table, record } => {
                let news = bitable::delete_rows(&mut drive, (&base, &table), &[record]).map_err(refused)?;
                (None, Some((base, table, news)))
            }
            DriveAct::RenameField { base, table, field, name } => {
                let known = fields(&mut drive, &base, &table)?.iter_mut().find(|known| known.id == field);
                known.ok_or_else(|| SimError::unknown("field", field))?.name = name;
                (None, None)
            }
            DriveAct::MakeFieldText { base, table, field } => {
                let known = fields(&mut drive, &base, &table)?.iter_mut().find(|known| known.id == field);
                let known = known.filter(|known| known.kind == 3).ok_or_else(|| SimError::unknown("field", field))?;
                // The words of a choice are kept as they stand.
                known.kind = 1;
                known.ui_type = "Text".into();
                known.property = Value::Null;
                (None, None)
            }
            DriveAct::DeleteField { base, table, field } => {
                fields(&mut drive, &base, &table)?.retain(|known| known.id != field);
                (None, None)
            }
            DriveAct::AddBlock { document, index, text } => {
                let content = json!({"block_type": 2, "text": {"elements": [{"text_run": {"content": text}}]}});
                let block = docx::given(self, &content, Some(by)).map_err(refused)?;
                let id = block.id.clone();
                let document = found(&mut drive, &document)?;
                let at = index.unwrap_or(document.blocks.len()).min(document.blocks.len());
                document.blocks.insert(at, block);
                document.revision += 1;
                drop(drive);
                self.shell.changed();
                return Ok(Some(id));
            }
            DriveAct::EditBlock { document, block, text } => {
                let change = json!({"update_text_elements": {"elements": [{"text_run": {"content": text}}]}});
                let document = found(&mut drive, &document)?;
                docx::change(document, &block, &change, Some(by)).map_err(refused)?;
                document.revision += 1;
                drop(drive);
                self.shell.changed();
                return Ok(None);
            }
            DriveAct::DeleteBlock { document, block } => {
                let document = found(&mut drive, &document)?;
                let before: Vec<Block> = std::mem::take(&mut document.blocks);
                document.blocks = before.into_iter().filter(|known| known.id != block).collect();
                document.revision += 1;
                drop(drive);
                self.shell.changed();
                return Ok(None);
            }
            DriveAct::RenamePage { page, title } => {
                let known = drive.nodes.iter_mut().find(|known| known.token == page);
                known.ok_or_else(|| SimError::unknown("page", page))?.title = title;
                (None, None)
            }
            DriveAct::SetMembership { space, member } => {
                let known = drive.spaces.iter_mut().find(|known| known.id == space || known.name == space);
                known.ok_or_else(|| SimError::unknown("space", space))?.app_is_member = member;
                (None, None)
            }
        };
        drop(drive);
        match news {
            Some((base, table, news)) => self.tell_rows(&base, &table, Some(&member.person.key), news),
            None => self.shell.changed(),
        }
        Ok(made)
    }
}

fn found<'a>(drive: &'a mut super::Drive, document: &str) -> Result<&'a mut super::Document, SimError> {
    drive.documents.get_mut(document).ok_or_else(|| SimError::unknown("document", document))
}

fn fields<'a>(drive: &'a mut super::Drive, base: &str, table: &str) -> Result<&'a mut Vec<super::Field>, SimError> {
    let base = drive.bases.get_mut(base).ok_or_else(|| SimError::unknown("base", base))?;
    let table = base.tables.iter_mut().find(|known| known.id == table);
    Ok(&mut table.ok_or_else(|| SimError::unknown("table", ""))?.fields)
}
