//! The rows of a table: what is to be done so that ours stand there, and which edits come back.
//!
//! Each cell is judged by itself against what both sides last agreed on ([`judge`]), as a task's fields are ([`crate::task_sync`]): what
//! changed on one side goes to the other; of two changes the later stands and the other is kept in the history.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    platform::{ForeignColumn, ForeignContent, ForeignRow, ForeignTable, ForeignUser},
    task_sync::{Common, Side, Standing, SyncProblem, Verdict, judge},
};

/// What a cell holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "value")]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Words.
    Text(String),
    /// One of several choices.
    Choice(String),
    /// Some of several choices.
    Choices(Vec<String>),
    /// A moment.
    Moment(Timestamp),
    /// Words that lead somewhere.
    Link {
        /// The words.
        text: String,
        /// Where to.
        address: String,
    },
}

impl Cell {
    /// In one text, for comparing: what a platform may change by itself (spaces at the end, the order of choices) is left out.
    pub fn code(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Choice(text) => text.replace("\r\n", "\n").trim().to_owned(),
            Self::Choices(choices) => {
                let mut sorted: Vec<&str> = choices.iter().map(|choice| choice.trim()).collect();
                sorted.sort_unstable();
                sorted.join("、")
            }
            Self::Moment(at) => {
                Timestamp::from_millisecond(at.as_millisecond()).map(|at| at.to_string()).unwrap_or_default()
            }
            Self::Link { text, address } => format!("{text} {address}"),
        }
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words.
    Text,
    /// One of several choices.
    Choice,
    /// Some of several choices.
    Choices,
    /// A moment, to the minute.
    Moment,
    /// Words that lead somewhere.
    Link,
}

/// A column as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnShape {
    /// Our name of it.
    pub key: &'static str,
    /// The heading.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether edits of it come back.
    pub comes_back: bool,
}

/// What is known of a table of ours.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableState {
    /// What it stands in.
    pub base: Option<ForeignContent>,
    /// The table.
    pub table: Option<ForeignTable>,
    /// Its columns by our names.
    pub columns: BTreeMap<String, ForeignColumn>,
    /// How many calls that make rows have ended: no two of them share a key.
    pub made: u64,
    /// Why columns are not written, by our names of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub problems: BTreeMap<String, SyncProblem>,
}

/// A row of ours.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RowState {
    /// What it is called, for the page.
    pub title: String,
    /// The row there; none while it is to be made.
    pub row: Option<ForeignRow>,
    /// The values both sides last agreed on, by column ([`Cell::code`]).
    pub common: BTreeMap<String, String>,
    /// What could not be brought over, by column.
    pub problems: BTreeMap<String, SyncProblem>,
    /// When a change of it was last lost against one of the other side.
    pub conflicted_at: Option<Timestamp>,
}

/// A row as it is to stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowHere {
    /// Our key of it.
    pub key: String,
    /// The address by which it is known again: it stands in the reference column.
    pub address: String,
    /// The cells by column.
    pub cells: BTreeMap<&'static str, Cell>,
    /// When each cell was changed here, as far as it was looked up.
    pub changed: BTreeMap<&'static str, Timestamp>,
    /// When it was last changed here at all.
    pub updated_at: Timestamp,
    /// It may not be read there any more (I2): a row that stands there is emptied, none is made, and no edit comes back.
    pub withheld: bool,
}

/// A row that was seen there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRow {
    /// The row.
    pub id: ForeignRow,
    /// The cells by our names of the columns; an empty one is not there.
    pub cells: BTreeMap<String, Cell>,
    /// The address in its reference column.
    pub address: Option<String>,
    /// When it was last changed there.
    pub changed_at: Option<Timestamp>,
    /// Who changed it last; none for us.
    pub changed_by: Option<ForeignUser>,
}

impl SeenRow {
    fn cell(&self, column: &str) -> Cell {
        self.cells.get(column).cloned().unwrap_or_default()
    }
}

/// An edit that comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Our key of the row.
    pub key: String,
    /// The column.
    pub column: &'static str,
    /// What it holds there now.
    pub cell: Cell,
    /// Who changed the row last there.
    pub by: Option<ForeignUser>,
    /// Huan's value, when it was changed too and does not stand.
    pub lost: Option<Cell>,
}

/// A change there that does not stand, because Huan's is later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Our key of the row.
    pub key: String,
    /// The column.
    pub column: &'static str,
    /// What stands.
    pub kept: Cell,
    /// What does not.
    pub lost: Cell,
}

/// What is to be done about a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Rows that turned out to be ours.
    pub known: Vec<(String, ForeignRow)>,
    /// Rows of ours that were not seen: they are asked for once more before they are made anew.
    pub missing: Vec<(String, ForeignRow)>,
    /// Rows to be made.
    pub make: Vec<String>,
    /// Cells to be written.
    pub write: Vec<(String, ForeignRow, BTreeMap<&'static str, Cell>)>,
    /// Edits that come back.
    pub take: Vec<Taken>,
    /// Edits that do not stand; their cells are among those to be written.
    pub lost: Vec<Lost>,
    /// Cells on which both sides agree now.
    pub agreed: Vec<(String, &'static str, String)>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The cells that changed on both sides: when they changed here has to be looked up.
pub fn contested(
    columns: &[ColumnShape],
    here: &[RowHere],
    known: &BTreeMap<String, RowState>,
    seen: &[SeenRow],
) -> Vec<(String, &'static str)> {
    let rows: BTreeMap<&ForeignRow, &SeenRow> = seen.iter().map(|row| (&row.id, row)).collect();
    let mut contested = Vec::new();
    for row in here.iter().filter(|row| !row.withheld) {
        let Some(state) = known.get(&row.key) else { continue };
        let Some(there) = state.row.as_ref().and_then(|id| rows.get(id)) else { continue };
        for column in columns.iter().filter(|column| column.comes_back) {
            let Some(common) = state.common.get(column.key) else { continue };
            let (ours, theirs) =
                (row.cells.get(column.key).map(Cell::code).unwrap_or_default(), there.cell(column.key).code());
            if ours != *common && theirs != *common && ours != theirs {
                contested.push((row.key.clone(), column.key));
            }
        }
    }
    contested
}

/// What is to be done so that `here` stands in the table.
pub fn plan(columns: &[ColumnShape], here: &[RowHere], known: &BTreeMap<String, RowState>, seen: &[SeenRow]) -> Plan {
    let mut plan = Plan::default();
    let rows: BTreeMap<&ForeignRow, &SeenRow> = seen.iter().map(|row| (&row.id, row)).collect();
    let taken: BTreeSet<&ForeignRow> = known.values().filter_map(|state| state.row.as_ref()).collect();
    // A row with our reference that nobody is known to own was made by a call whose answer was lost.
    let mut free: BTreeMap<&str, &SeenRow> = BTreeMap::new();
    for row in seen.iter().filter(|row| !taken.contains(&row.id)) {
        if let Some(address) = &row.address {
            free.entry(address).or_insert(row);
        }
    }
    let nothing = RowState::default();
    for row in here {
        let state = known.get(&row.key).unwrap_or(&nothing);
        let there = match state.row.as_ref() {
            Some(id) => match rows.get(id) {
                Some(there) => there,
                None => {
                    plan.missing.push((row.key.clone(), id.clone()));
                    continue;
                }
            },
            None => match free.get(row.address.as_str()) {
                Some(there) => {
                    plan.known.push((row.key.clone(), there.id.clone()));
                    there
                }
                None if row.withheld => continue,
                None => {
                    plan.make.push(row.key.clone());
                    continue;
                }
            },
        };
        judge_row(columns, row, state, there, &mut plan);
    }
    plan
}

fn judge_row(columns: &[ColumnShape], row: &RowHere, state: &RowState, there: &SeenRow, plan: &mut Plan) {
    let mut write = BTreeMap::new();
    for column in columns {
        let (ours, theirs) = (row.cells.get(column.key).cloned().unwrap_or_default(), there.cell(column.key));
        let (here, seen) = (ours.code(), theirs.code());
        let common = state.common.get(column.key);
        if row.withheld || !column.comes_back {
            // Only our own change is written: what somebody put there since stays.
            if here == seen && common != Some(&here) {
                plan.agreed.push((row.key.clone(), column.key, here));
            } else if common != Some(&here) {
                write.insert(column.key, ours);
            }
            continue;
        }
        let common = common.map(|code| Common { here: code.clone(), there: code.clone() });
        let verdict = judge(&Standing {
            common: common.as_ref(),
            here: &here,
            here_at: row.changed.get(column.key).copied().unwrap_or(row.updated_at),
            here_as_there: Some(&here),
            there: &seen,
            there_at: there.changed_at.unwrap_or(row.updated_at),
            there_as_here: Some(&seen),
            origin: Side::Here,
        });
        let by = || there.changed_by.clone();
        let key = || row.key.clone();
        match verdict {
            Verdict::Settled => {}
            Verdict::Agreed => plan.agreed.push((key(), column.key, here)),
            Verdict::Send => {
                // A row that was found only later: somebody may have written in it meanwhile.
                if common.is_none() && theirs != Cell::Empty {
                    plan.lost.push(Lost { key: key(), column: column.key, kept: ours.clone(), lost: theirs });
                }
                write.insert(column.key, ours);
            }
            Verdict::Take => {
                plan.take.push(Taken { key: key(), column: column.key, cell: theirs, by: by(), lost: None });
            }
            Verdict::Conflict(Side::There) => {
                plan.take.push(Taken { key: key(), column: column.key, cell: theirs, by: by(), lost: Some(ours) });
            }
            Verdict::Conflict(Side::Here) => {
                plan.lost.push(Lost { key: key(), column: column.key, kept: ours.clone(), lost: theirs });
                write.insert(column.key, ours);
            }
        }
    }
    if !write.is_empty() {
        plan.write.push((row.key.clone(), there.id.clone(), write));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn columns() -> Vec<ColumnShape> {
        [
            ("topic", ColumnKind::Text, true),
            ("status", ColumnKind::Choice, true),
            ("reference", ColumnKind::Link, false),
        ]
        .map(|(key, kind, comes_back)| ColumnShape { key, name: key.to_owned(), kind, comes_back })
        .into()
    }

    fn here(topic: &str, status: &str) -> RowHere {
        RowHere {
            key: "rec_1".into(),
            address: "https://h/1".into(),
            cells: [
                ("topic", Cell::Text(topic.into())),
                ("status", Cell::Choice(status.into())),
                ("reference", Cell::Link { text: "1".into(), address: "https://h/1".into() }),
            ]
            .into(),
            changed: BTreeMap::new(),
            updated_at: at(10),
            withheld: false,
        }
    }

    fn seen(topic: &str, status: &str, changed: i64) -> SeenRow {
        SeenRow {
            id: ForeignRow::new("recA"),
            cells: [
                ("topic".to_owned(), Cell::Text(topic.into())),
                ("status".to_owned(), Cell::Choice(status.into())),
                ("reference".to_owned(), Cell::Link { text: "1".into(), address: "https://h/1".into() }),
            ]
            .into(),
            address: Some("https://h/1".into()),
            changed_at: Some(at(changed)),
            changed_by: Some(ForeignUser::new("ou_1")),
        }
    }

    fn known(topic: &str, status: &str) -> BTreeMap<String, RowState> {
        let common = [("topic", topic), ("status", status), ("reference", "1 https://h/1")];
        let common = common.map(|(column, code)| (column.to_owned(), code.to_owned())).into();
        let state = RowState { row: Some(ForeignRow::new("recA")), common, ..RowState::default() };
        [("rec_1".to_owned(), state)].into()
    }

    #[test]
    fn c3_what_stands_there_asks_for_nothing() {
        let plan = plan(&columns(), &[here("甲", "进行中")], &known("甲", "进行中"), &[seen("甲 ", "进行中", 99)]);
        assert!(plan.is_empty(), "{plan:?}");
    }

    #[test]
    fn c3_each_side_keeps_what_it_alone_changed() {
        let plan = plan(&columns(), &[here("甲二", "进行中")], &known("甲", "进行中"), &[seen("甲", "已完成", 20)]);
        assert_eq!(plan.write[0].2, [("topic", Cell::Text("甲二".into()))].into());
        let taken = &plan.take[0];
        assert_eq!((taken.column, &taken.cell, &taken.lost), ("status", &Cell::Choice("已完成".into()), &None));
        assert_eq!(taken.by, Some(ForeignUser::new("ou_1")));
    }

    #[test]
    fn adr_13_of_two_edits_of_a_cell_the_later_stands_and_the_other_is_kept() {
        for (theirs, here_stands) in [(20, false), (10, true), (5, true)] {
            let (rows, there) = ([here("我们的", "进行中")], [seen("他们的", "进行中", theirs)]);
            let state = known("甲", "进行中");
            assert_eq!(contested(&columns(), &rows, &state, &there), [("rec_1".to_owned(), "topic")]);
            let plan = plan(&columns(), &rows, &state, &there);
            let (ours, other) = (Cell::Text("我们的".into()), Cell::Text("他们的".into()));
            if here_stands {
                assert_eq!((&plan.lost[0].kept, &plan.lost[0].lost), (&ours, &other));
                assert_eq!(plan.write[0].2["topic"], ours);
            } else {
                assert_eq!((&plan.take[0].cell, &plan.take[0].lost), (&other, &Some(ours)));
            }
        }
    }

    #[test]
    fn adr_13_the_time_of_the_cell_counts_where_it_is_known() {
        let mut row = here("我们的", "进行中");
        row.changed.insert("topic", at(3));
        let plan = plan(&columns(), &[row], &known("甲", "进行中"), &[seen("他们的", "进行中", 5)]);
        assert_eq!(plan.take.len(), 1, "the row changed later here, but not this cell");
    }

    #[test]
    fn f4_a_row_whose_making_had_no_answer_is_found_by_its_reference() {
        let nothing = BTreeMap::new();
        let found = plan(&columns(), &[here("甲", "进行中")], &nothing, &[seen("甲", "进行中", 5)]);
        assert_eq!(found.known, [("rec_1".to_owned(), ForeignRow::new("recA"))]);
        assert!(found.make.is_empty() && found.write.is_empty() && found.agreed.len() == 3);
        assert_eq!(plan(&columns(), &[here("甲", "进行中")], &nothing, &[]).make, ["rec_1"]);
    }

    #[test]
    fn f4_a_copy_of_a_row_of_ours_is_somebody_elses() {
        let copy = SeenRow { id: ForeignRow::new("recB"), ..seen("甲", "已完成", 50) };
        let plan = plan(&columns(), &[here("甲", "进行中")], &known("甲", "进行中"), &[copy, seen("甲", "进行中", 5)]);
        assert!(plan.is_empty(), "{plan:?}");
    }

    #[test]
    fn a_row_that_is_gone_is_asked_for_before_it_is_made_anew() {
        let plan = plan(&columns(), &[here("甲", "进行中")], &known("甲", "进行中"), &[]);
        assert_eq!(plan.missing, [("rec_1".to_owned(), ForeignRow::new("recA"))]);
        assert!(plan.make.is_empty());
    }

    #[test]
    fn i2_a_row_that_became_confidential_is_emptied_once_and_none_is_made() {
        let withheld =
            RowHere { withheld: true, cells: [("topic", Cell::Text("机密".into()))].into(), ..here("", "") };
        let nothing = plan(&columns(), std::slice::from_ref(&withheld), &BTreeMap::new(), &[]);
        assert!(nothing.is_empty());
        let state = known("甲", "进行中");
        let emptied = plan(&columns(), std::slice::from_ref(&withheld), &state, &[seen("甲", "进行中", 5)]);
        assert_eq!(emptied.write[0].2["status"], Cell::Empty);
        let mut after = state;
        let row = after.get_mut("rec_1").unwrap();
        row.common = [("topic", "机密"), ("status", ""), ("reference", "")].map(|(k, v)| (k.into(), v.into())).into();
        let mut cleared = seen("机密", "", 6);
        cleared.cells.remove("status");
        cleared.cells.remove("reference");
        let again = plan(&columns(), std::slice::from_ref(&withheld), &after, &[cleared]);
        assert!(again.is_empty(), "{again:?}");
    }
}
