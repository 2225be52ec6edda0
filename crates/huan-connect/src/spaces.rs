//! The abilities to keep documents and tables in spaces, as wikis with tables do: what a mirror needs of them.
//!
//! Calls that make something take a key: where the platform knows it again, a repeated call makes nothing twice. Since it is not
//! documented everywhere what a repeated call answers, after an unknown outcome what stands there is read first.

use std::collections::BTreeMap;

use async_trait::async_trait;
use huan_core::{
    mirror::{
        page::{Block, SeenBlock},
        table::{Cell, ColumnKind},
    },
    platform::{
        ForeignBlock, ForeignColumn, ForeignContent, ForeignPage, ForeignRow, ForeignSpace, ForeignTable, ForeignUser,
    },
};
use jiff::Timestamp;

use crate::SendError;

/// A space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceOutline {
    /// Its id.
    pub id: ForeignSpace,
    /// Its name.
    pub name: String,
}

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// A document.
    Document,
    /// Tables.
    Tables,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOutline {
    /// Its id.
    pub id: ForeignPage,
    /// The id of what it holds.
    pub content: ForeignContent,
    /// Its title.
    pub title: String,
    /// What it holds; none for something else.
    pub kind: Option<PageKind>,
}

/// A document as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenDocument {
    /// Its revision, for edits that say what they were made against.
    pub revision: i64,
    /// Its blocks from top to bottom.
    pub blocks: Vec<SeenBlock>,
}

/// Documents in spaces.
///
/// An edit names the revision that it was made against and gives the one that it made. Where somebody wrote in between, it may be
/// refused; the document is then read anew.
#[async_trait]
pub trait Documents: Send + Sync {
    /// The spaces in which we may make pages.
    ///
    /// # Errors
    /// As for sending.
    async fn spaces(&self) -> Result<Vec<SpaceOutline>, SendError>;

    /// The pages right below one, or at the top of the space.
    ///
    /// # Errors
    /// As for sending.
    async fn pages(&self, space: &ForeignSpace, above: Option<&ForeignPage>) -> Result<Vec<PageOutline>, SendError>;

    /// Makes a page. No key is known again: after an unknown outcome look among [`Documents::pages`].
    ///
    /// # Errors
    /// As for sending.
    async fn make_page(
        &self,
        space: &ForeignSpace,
        above: Option<&ForeignPage>,
        title: &str,
        kind: PageKind,
    ) -> Result<PageOutline, SendError>;

    /// A page as it stands; none when it is there no more.
    ///
    /// # Errors
    /// As for sending.
    async fn page(&self, page: &ForeignPage) -> Result<Option<PageOutline>, SendError>;

    /// Gives a page another title.
    ///
    /// # Errors
    /// As for sending.
    async fn rename_page(&self, space: &ForeignSpace, page: &ForeignPage, title: &str) -> Result<(), SendError>;

    /// Reads a document.
    ///
    /// # Errors
    /// As for sending.
    async fn read(&self, document: &ForeignContent) -> Result<SeenDocument, SendError>;

    /// Makes blocks before the one at `index`; gives their ids and the new revision.
    ///
    /// # Errors
    /// As for sending.
    async fn make_blocks(
        &self,
        document: &ForeignContent,
        revision: i64,
        index: usize,
        blocks: &[Block],
        key: &str,
    ) -> Result<(Vec<ForeignBlock>, i64), SendError>;

    /// Changes what blocks say. Gives the new revision.
    ///
    /// # Errors
    /// As for sending.
    async fn change_blocks(
        &self,
        document: &ForeignContent,
        revision: i64,
        blocks: &[(ForeignBlock, Block)],
    ) -> Result<i64, SendError>;

    /// Takes the blocks from `start` up to before `end` away. Gives the new revision.
    ///
    /// # Errors
    /// As for sending.
    async fn delete_blocks(
        &self,
        document: &ForeignContent,
        revision: i64,
        start: usize,
        end: usize,
    ) -> Result<i64, SendError>;

    /// The address of a page.
    fn address(&self, page: &ForeignPage) -> String;
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOutline {
    /// Its id.
    pub id: ForeignTable,
    /// Its name.
    pub name: String,
}

/// A column that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewColumn {
    /// The heading.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// A column as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenColumn {
    /// Its id.
    pub id: ForeignColumn,
    /// The heading.
    pub name: String,
    /// What it holds; none for something that we do not write.
    pub kind: Option<ColumnKind>,
}

/// A row as it stands, with its cells by heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRow {
    /// Its id.
    pub id: ForeignRow,
    /// The cells by heading; those we cannot read are left out, as are empty ones.
    pub cells: BTreeMap<String, Cell>,
    /// When it was last changed.
    pub changed_at: Option<Timestamp>,
    /// Who changed it last; none for us.
    pub changed_by: Option<ForeignUser>,
}

/// Cells by heading; [`Cell::Empty`] clears one.
pub type NewCells = BTreeMap<String, Cell>;

/// Tables in spaces. One table is written by one at a time.
#[async_trait]
pub trait Tables: Send + Sync {
    /// How many rows one call takes at most.
    fn rows_at_once(&self) -> usize;

    /// The tables of a page.
    ///
    /// # Errors
    /// As for sending.
    async fn tables(&self, base: &ForeignContent) -> Result<Vec<TableOutline>, SendError>;

    /// Makes a table; the first column names its rows. Gives the table of that name where there is one.
    ///
    /// # Errors
    /// As for sending.
    async fn make_table(
        &self,
        base: &ForeignContent,
        name: &str,
        columns: &[NewColumn],
    ) -> Result<TableOutline, SendError>;

    /// The columns of a table.
    ///
    /// # Errors
    /// As for sending.
    async fn columns(&self, base: &ForeignContent, table: &ForeignTable) -> Result<Vec<SeenColumn>, SendError>;

    /// Adds a column.
    ///
    /// # Errors
    /// As for sending.
    async fn make_column(
        &self,
        base: &ForeignContent,
        table: &ForeignTable,
        column: &NewColumn,
    ) -> Result<SeenColumn, SendError>;

    /// Every row.
    ///
    /// # Errors
    /// As for sending.
    async fn rows(&self, base: &ForeignContent, table: &ForeignTable) -> Result<Vec<FoundRow>, SendError>;

    /// Which of these rows are there no more.
    ///
    /// # Errors
    /// As for sending.
    async fn absent(
        &self,
        base: &ForeignContent,
        table: &ForeignTable,
        rows: &[ForeignRow],
    ) -> Result<Vec<ForeignRow>, SendError>;

    /// Makes rows, all or none; gives their ids in the same order.
    ///
    /// # Errors
    /// As for sending.
    async fn make_rows(
        &self,
        base: &ForeignContent,
        table: &ForeignTable,
        rows: &[NewCells],
        key: &str,
    ) -> Result<Vec<ForeignRow>, SendError>;

    /// Changes cells of rows; the others stay.
    ///
    /// # Errors
    /// As for sending.
    async fn change_rows(
        &self,
        base: &ForeignContent,
        table: &ForeignTable,
        rows: &[(ForeignRow, NewCells)],
    ) -> Result<(), SendError>;

    /// Has us told of changes. Doing so twice is harmless.
    ///
    /// # Errors
    /// As for sending.
    async fn subscribe(&self, base: &ForeignContent) -> Result<(), SendError>;
}
