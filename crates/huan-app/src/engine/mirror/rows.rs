//! Bringing the rows of a table to what is to stand there, after the edits that come back.

use std::collections::BTreeMap;

use huan_connect::{Certainty, FoundRow, NewCells, NewColumn, Retry, SendError};
use huan_core::{
    history::Subject,
    mirror::{
        Piece,
        table::{Cell, ColumnShape, Plan, RowHere, RowState, SeenRow, TableState, contested, plan},
    },
    platform::{ForeignContent, ForeignRow, ForeignTable},
};
use huan_store::Page;

use super::{
    Trouble,
    content::{self, People, REFERENCE, Sheet},
    pass::{Pass, is_of_all},
};

/// How often a table is read in one run before the rest is left to the next one.
const MOST_ROUNDS: usize = 6;
/// How far back a row's history is searched for when a cell was changed.
const ENTRIES: u32 = 200;
/// Under which name problems of the whole row stand.
const ROW: &str = "row";

/// A table that stands there.
pub(super) struct Standing {
    base: ForeignContent,
    table: ForeignTable,
    /// The columns that are written, and their headings there.
    columns: Vec<ColumnShape>,
    headings: BTreeMap<&'static str, String>,
}

impl Standing {
    fn cells(&self, cells: &BTreeMap<&'static str, Cell>) -> NewCells {
        cells.iter().filter_map(|(key, cell)| Some((self.headings.get(key)?.clone(), cell.clone()))).collect()
    }

    fn seen(&self, row: FoundRow) -> SeenRow {
        let cells: BTreeMap<String, Cell> = self
            .headings
            .iter()
            .filter_map(|(key, heading)| Some(((*key).to_owned(), row.cells.get(heading)?.clone())))
            .collect();
        let address = match cells.get(REFERENCE) {
            Some(Cell::Link { address, .. }) => Some(address.clone()),
            _ => None,
        };
        SeenRow { id: row.id, cells, address, changed_at: row.changed_at, changed_by: row.changed_by }
    }
}

impl Pass<'_> {
    /// Brings one table to what is to stand there.
    pub(super) async fn table(&mut self, sheet: Sheet, base: &ForeignContent) -> Result<(), Trouble> {
        let standing = self.standing(sheet, base).await?;
        for _ in 0..MOST_ROUNDS {
            self.check_time()?;
            let (mut here, people) = content::rows(self.app, &self.mirror.collaboration, sheet).await?;
            let found = self.tables()?.rows(&standing.base, &standing.table).await?;
            let seen: Vec<SeenRow> = found.into_iter().map(|row| standing.seen(row)).collect();
            let known = self.row_states(sheet);
            self.look_up_times(&standing.columns, &mut here, &known, &seen).await?;
            let plan = plan(&standing.columns, &here, &known, &seen);
            if !self.carry_out(sheet, &standing, &here, &people, plan).await? {
                return Ok(());
            }
        }
        Err(Trouble::later("mirror.reason.changed_meanwhile", ""))
    }

    fn row_states(&self, sheet: Sheet) -> BTreeMap<String, RowState> {
        let rows = self.pieces.iter().filter(|(key, _)| key.starts_with(sheet.prefix()));
        rows.filter_map(|(key, piece)| match piece {
            Piece::Row(row) => Some((key.clone(), row.clone())),
            Piece::Page(_) | Piece::Table(_) => None,
        })
        .collect()
    }

    pub(super) fn row_state(&self, key: &str) -> RowState {
        match self.pieces.get(key) {
            Some(Piece::Row(row)) => row.clone(),
            _ => RowState::default(),
        }
    }

    /// When cells that changed on both sides were changed here.
    async fn look_up_times(
        &self,
        columns: &[ColumnShape],
        here: &mut [RowHere],
        known: &BTreeMap<String, RowState>,
        seen: &[SeenRow],
    ) -> Result<(), Trouble> {
        let contested = contested(columns, here, known, seen);
        if contested.is_empty() {
            return Ok(());
        }
        let mut conn = self.app.db.read().await?;
        for (key, column) in contested {
            let Some(subject) = subject(&key) else { continue };
            let page = Page { descending: true, ..Page::first(ENTRIES) };
            let listed = conn.history(&self.app.workspace, &subject, &page).await?;
            let changed = listed.rows.into_iter().map(|row| row.entry).find(
                |entry| matches!(&entry.event, huan_core::history::Event::Changed { field, .. } if field == column),
            );
            if let (Some(entry), Some(row)) = (changed, here.iter_mut().find(|row| row.key == key)) {
                row.changed.insert(column, entry.at);
            }
        }
        Ok(())
    }

    /// The table and its columns there; what is missing of them is made.
    async fn standing(&mut self, sheet: Sheet, base: &ForeignContent) -> Result<Standing, Trouble> {
        let mut columns = sheet.columns();
        let mut state = match self.pieces.get(sheet.key()) {
            Some(Piece::Table(state)) => state.clone(),
            _ => TableState::default(),
        };
        let table = match &state.table {
            Some(table) => table.clone(),
            None => {
                let new: Vec<NewColumn> =
                    columns.iter().map(|column| NewColumn { name: column.name.clone(), kind: column.kind }).collect();
                self.calls += 1;
                let made = self.tables()?.make_table(base, &sheet.name(), &new).await?;
                state.base = Some(base.clone());
                state.table = Some(made.id.clone());
                self.save(vec![(sheet.key().to_owned(), Piece::Table(state.clone()))]).await?;
                made.id
            }
        };
        let before = state.clone();
        let mut problems = BTreeMap::new();
        let mut headings = BTreeMap::new();
        let mut there = self.tables()?.columns(base, &table).await?;
        for column in &columns {
            let known = state.columns.get(column.key);
            let found = there.iter().find(|one| known == Some(&one.id));
            let taken = |one: &huan_connect::SeenColumn| state.columns.values().any(|id| *id == one.id);
            let found = found.or_else(|| there.iter().find(|one| one.name == column.name && !taken(one)));
            let found = match found {
                Some(found) => found.clone(),
                None => {
                    let new = NewColumn { name: column.name.clone(), kind: column.kind };
                    self.calls += 1;
                    let made = self.tables()?.make_column(base, &table, &new).await?;
                    there.push(made.clone());
                    made
                }
            };
            state.columns.insert(column.key.to_owned(), found.id.clone());
            if found.kind == Some(column.kind) {
                headings.insert(column.key, found.name.clone());
            } else {
                let known = state.problems.get(column.key).filter(|problem| problem.detail == found.name);
                let since = known.map_or(self.app.now(), |problem| problem.since);
                let trouble = Trouble::never("mirror.reason.column", found.name.as_str());
                problems.insert(column.key.to_owned(), trouble.problem(since));
            }
        }
        columns.retain(|column| headings.contains_key(column.key));
        state.problems = problems;
        if state != before {
            self.save(vec![(sheet.key().to_owned(), Piece::Table(state))]).await?;
        }
        Ok(Standing { base: base.clone(), table, columns, headings })
    }

    /// Carries a plan out. Says whether another look is needed.
    async fn carry_out(
        &mut self,
        sheet: Sheet,
        standing: &Standing,
        here: &[RowHere],
        people: &People,
        plan: Plan,
    ) -> Result<bool, Trouble> {
        if plan.is_empty() {
            return Ok(false);
        }
        let rows: BTreeMap<&str, &RowHere> = here.iter().map(|row| (row.key.as_str(), row)).collect();
        let mut noted: BTreeMap<String, RowState> = BTreeMap::new();
        for (key, row) in plan.known {
            let mut state = self.row_state(&key);
            state.row = Some(row);
            state.title = rows.get(key.as_str()).map(|row| title(row)).unwrap_or_default();
            noted.insert(key, state);
        }
        for (key, column, code) in plan.agreed {
            let mut state = noted.remove(&key).unwrap_or_else(|| self.row_state(&key));
            state.common.insert(column.to_owned(), code);
            noted.insert(key, state);
        }
        self.save(noted.into_iter().map(|(key, state)| (key, Piece::Row(state))).collect()).await?;
        let mut again = self.made_anew(standing, plan.missing).await?;
        for taken in plan.take {
            again |= self.take_back(&taken, rows.get(taken.key.as_str()).copied(), people).await?;
        }
        for lost in &plan.lost {
            self.note_lost(lost).await?;
        }
        self.write(standing, plan.write).await?;
        self.make(sheet, standing, &rows, plan.make).await?;
        Ok(again)
    }

    /// Rows of ours that were not seen: those that are gone are made anew in the next look.
    async fn made_anew(&mut self, standing: &Standing, missing: Vec<(String, ForeignRow)>) -> Result<bool, Trouble> {
        if missing.is_empty() {
            return Ok(false);
        }
        let ids: Vec<ForeignRow> = missing.iter().map(|(_, row)| row.clone()).collect();
        let absent = self.tables()?.absent(&standing.base, &standing.table, &ids).await?;
        let gone = missing.into_iter().filter(|(_, row)| absent.contains(row));
        let gone: Vec<(String, Piece)> = gone
            .map(|(key, _)| {
                let state = self.row_state(&key);
                (key, Piece::Row(RowState { row: None, common: BTreeMap::new(), ..state }))
            })
            .collect();
        let any = !gone.is_empty();
        self.save(gone).await?;
        Ok(any)
    }

    /// Writes cells, many rows at once.
    async fn write(
        &mut self,
        standing: &Standing,
        rows: Vec<(String, ForeignRow, BTreeMap<&'static str, Cell>)>,
    ) -> Result<(), Trouble> {
        let mut waiting: Vec<Vec<_>> = rows.chunks(self.tables()?.rows_at_once()).map(<[_]>::to_vec).collect();
        waiting.reverse();
        while let Some(mut some) = waiting.pop() {
            self.check_time()?;
            let cells: Vec<(ForeignRow, NewCells)> =
                some.iter().map(|(_, row, cells)| (row.clone(), standing.cells(cells))).collect();
            self.calls += 1;
            match self.tables()?.change_rows(&standing.base, &standing.table, &cells).await {
                Ok(()) => {
                    let written = some.into_iter().map(|(key, _, cells)| {
                        let mut state = self.row_state(&key);
                        for (column, cell) in cells {
                            state.common.insert(column.to_owned(), cell.code());
                        }
                        state.problems.remove(ROW);
                        (key, Piece::Row(state))
                    });
                    let written = written.collect();
                    self.save(written).await?;
                }
                Err(error) if is_of_all(&error) => return Err(error.into()),
                // One row of many is refused: it is found by halves.
                Err(_) if some.len() > 1 => {
                    let rest = some.split_off(some.len() / 2);
                    waiting.extend([rest, some]);
                }
                Err(error) => {
                    let refused = some.into_iter().map(|(key, _, cells)| {
                        let mut state = self.row_state(&key);
                        // Not tried again until it changes.
                        for (column, cell) in cells {
                            state.common.insert(column.to_owned(), cell.code());
                        }
                        (key, state)
                    });
                    let refused: Vec<(String, RowState)> = refused.collect();
                    self.refused(refused, error).await?;
                }
            }
        }
        Ok(())
    }

    /// Makes rows, many at once.
    async fn make(
        &mut self,
        sheet: Sheet,
        standing: &Standing,
        rows: &BTreeMap<&str, &RowHere>,
        keys: Vec<String>,
    ) -> Result<(), Trouble> {
        // What was refused is not tried again until it changes.
        let wanted = keys.into_iter().filter_map(|key| rows.get(key.as_str()).map(|row| (key, *row)));
        let wanted = wanted.filter(|(key, row)| {
            let state = self.row_state(key);
            state.problems.get(ROW).is_none_or(|problem| problem.retried || row.updated_at > problem.since)
        });
        let mut wanted: Vec<(String, &RowHere)> = wanted.collect();
        let mut size = self.tables()?.rows_at_once();
        while !wanted.is_empty() {
            self.check_time()?;
            let some: Vec<(String, &RowHere)> = wanted.iter().take(size).cloned().collect();
            let cells: Vec<NewCells> = some.iter().map(|(_, row)| standing.cells(&row.cells)).collect();
            let mut table = match self.pieces.get(sheet.key()) {
                Some(Piece::Table(state)) => state.clone(),
                _ => TableState::default(),
            };
            let first = some.first().map(|(key, _)| key.as_str()).unwrap_or_default();
            let key = format!("{}/{}/{}/{first}/{}", self.mirror.id, standing.table, table.made, some.len());
            self.calls += 1;
            let made = self.tables()?.make_rows(&standing.base, &standing.table, &cells, &key).await;
            let unknown = made.as_ref().err().is_some_and(|error| error.certainty == Certainty::Unknown);
            let taken_before =
                made.as_ref().err().is_some_and(|error| error.reason_key == "delivery.reason.in_progress");
            if !unknown || taken_before {
                table.made += 1;
                self.save(vec![(sheet.key().to_owned(), Piece::Table(table))]).await?;
            }
            match made {
                Ok(ids) => {
                    let pieces = some.iter().zip(ids).map(|((key, row), id)| {
                        let written = row.cells.iter().filter(|(column, _)| standing.headings.contains_key(*column));
                        let mut common: BTreeMap<String, String> =
                            standing.columns.iter().map(|column| (column.key.to_owned(), String::new())).collect();
                        common.extend(written.map(|(column, cell)| ((*column).to_owned(), cell.code())));
                        let state = RowState { title: title(row), row: Some(id), common, ..self.row_state(key) };
                        let problems = state.problems.into_iter().filter(|(name, _)| name != ROW).collect();
                        (key.clone(), Piece::Row(RowState { problems, ..state }))
                    });
                    let pieces = pieces.collect();
                    self.save(pieces).await?;
                    wanted.drain(..some.len());
                }
                Err(error) if is_of_all(&error) => return Err(error.into()),
                Err(_) if some.len() > 1 => size = some.len() / 2,
                Err(error) => {
                    // A table that is full takes none of the others either.
                    let full = error.reason_key == "mirror.reason.full";
                    let count = if full { wanted.len() } else { 1 };
                    let refused: Vec<(String, RowState)> = wanted
                        .drain(..count)
                        .map(|(key, row)| {
                            let state = RowState { title: title(row), ..self.row_state(&key) };
                            (key, state)
                        })
                        .collect();
                    self.refused(refused, error).await?;
                    size = self.tables()?.rows_at_once();
                }
            }
        }
        Ok(())
    }

    async fn refused(&mut self, rows: Vec<(String, RowState)>, error: SendError) -> Result<(), Trouble> {
        let (now, trouble) = (self.app.now(), Trouble::from(SendError { retry: Retry::Never, ..error }));
        let pieces = rows.into_iter().map(|(key, mut state)| {
            state.problems.insert(ROW.to_owned(), trouble.problem(now));
            (key, Piece::Row(state))
        });
        self.save(pieces.collect()).await
    }
}

/// What a row is about.
pub(super) fn subject(key: &str) -> Option<Subject> {
    Subject::from_id(key.strip_prefix("row/")?)
}

/// What a row is called.
pub(super) fn title(row: &RowHere) -> String {
    let first = row.cells.get("topic").or_else(|| row.cells.get("name"));
    first.map(Cell::code).unwrap_or_default()
}
