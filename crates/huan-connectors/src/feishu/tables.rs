//! Bitables (Feishu §7).

use std::collections::BTreeMap;

use async_trait::async_trait;
use huan_connect::{FoundRow, NewCells, NewColumn, SeenColumn, SendError, TableOutline, Tables};
use huan_core::{
    mirror::table::{Cell, ColumnKind},
    platform::{ForeignColumn, ForeignContent, ForeignRow, ForeignTable, ForeignUser},
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    account::AppAccount,
    api::{Call, Verb, segment},
    documents::{client_token, lacking},
};
use crate::lenient::Lenient;

/// The most rows of one call: pages of 2026 say 1000, the error that says otherwise 500 (§7.1).
const AT_ONCE: usize = 500;
/// The most rows asked for by id in one call (§7.1).
const ASKED_AT_ONCE: usize = 100;

fn number(kind: ColumnKind) -> i64 {
    match kind {
        ColumnKind::Text => 1,
        ColumnKind::Choice => 3,
        ColumnKind::Choices => 4,
        ColumnKind::Moment => 5,
        ColumnKind::Link => 15,
    }
}

fn field(column: &NewColumn) -> Value {
    let mut field = json!({"field_name": column.name, "type": number(column.kind)});
    if column.kind == ColumnKind::Moment {
        field["property"] = json!({"date_formatter": "yyyy-MM-dd HH:mm", "auto_fill": false});
    }
    field
}

fn seen(field: &Value) -> Option<SeenColumn> {
    // A text column can have another form (mail, bar code) in which it takes other things.
    let plain = field.text("ui_type").is_none_or(|form| form == "Text");
    let kind = match field.integer("type")? {
        1 if plain => Some(ColumnKind::Text),
        3 => Some(ColumnKind::Choice),
        4 => Some(ColumnKind::Choices),
        5 => Some(ColumnKind::Moment),
        15 => Some(ColumnKind::Link),
        _ => None,
    };
    Some(SeenColumn {
        id: ForeignColumn::new(field.text("field_id")?),
        name: field.get("field_name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        kind,
    })
}

/// A cell as it is written (§7.3); null clears it.
fn written(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) if text.is_empty() => Value::Null,
        Cell::Text(text) | Cell::Choice(text) => json!(text),
        Cell::Choices(choices) => json!(choices),
        Cell::Moment(at) => json!(at.as_millisecond()),
        Cell::Link { text, address } => json!({"text": text, "link": address}),
    }
}

fn fields(cells: &NewCells) -> Value {
    Value::Object(cells.iter().map(|(name, cell)| (name.clone(), written(cell))).collect::<Map<_, _>>())
}

/// A cell as it is read (§7.3). Which form a text or a choice has does not tell its column, so the columns' kinds do.
fn read(kind: ColumnKind, value: &Value) -> Option<Cell> {
    let cell = match kind {
        ColumnKind::Text => Cell::Text(words(value)?),
        ColumnKind::Choice => Cell::Choice(words(value)?),
        ColumnKind::Choices => {
            let choices: Vec<String> = match value {
                Value::Array(list) => list.iter().filter_map(words).collect(),
                other => words(other).into_iter().collect(),
            };
            Cell::Choices(choices)
        }
        ColumnKind::Moment => {
            let millis = value.as_i64().or_else(|| value.as_f64().map(|number| number as i64));
            let millis = millis.or_else(|| value.as_str().and_then(|text| text.parse().ok()))?;
            Cell::Moment(Timestamp::from_millisecond(millis).ok()?)
        }
        ColumnKind::Link => {
            let value = if value.is_array() { value.get(0)? } else { value };
            let address = value.text("link")?;
            Cell::Link { text: value.text("text").unwrap_or_else(|| address.clone()), address }
        }
    };
    (cell.code() != "").then_some(cell)
}

/// The words of a text, which comes as segments or as one string.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(segments) => Some(segments.iter().filter_map(words).collect()),
        Value::Object(_) => value.get("text").or_else(|| value.get("name")).and_then(words),
        _ => None,
    }
}

/// Whoever changed a row last; none for us. By which id an app goes here is not documented.
fn changed_by(row: &Value, ours: &[&str]) -> Option<ForeignUser> {
    let id = row.member("last_modified_by").text("id")?;
    (!ours.contains(&id.as_str())).then(|| ForeignUser::new(id))
}

fn row(row: &Value, kinds: &BTreeMap<String, ColumnKind>, ours: &[&str]) -> Option<FoundRow> {
    let cells = row.get("fields").and_then(Value::as_object).into_iter().flatten().filter_map(|(name, value)| {
        let cell = read(*kinds.get(name)?, value)?;
        Some((name.clone(), cell))
    });
    Some(FoundRow {
        id: ForeignRow::new(row.text("record_id")?),
        cells: cells.collect(),
        changed_at: row.millis("last_modified_time"),
        changed_by: changed_by(row, ours),
    })
}

fn path(base: &ForeignContent, table: &ForeignTable, rest: &str) -> String {
    format!("bitable/v1/apps/{}/tables/{}/{rest}", segment(base.as_str()), segment(table.as_str()))
}

#[async_trait]
impl Tables for AppAccount {
    fn rows_at_once(&self) -> usize {
        AT_ONCE
    }

    async fn tables(&self, base: &ForeignContent) -> Result<Vec<TableOutline>, SendError> {
        let make = || {
            let path = format!("bitable/v1/apps/{}/tables", segment(base.as_str()));
            Call::new(Verb::Get, path).query("page_size", "100")
        };
        let found = self.every(&self.api.drive_pace.tables, make).await?;
        let outlines = found.iter().filter_map(|table| {
            let id = ForeignTable::new(table.text("table_id")?);
            Some(TableOutline { id, name: table.text("name").unwrap_or_default() })
        });
        Ok(outlines.collect())
    }

    async fn make_table(
        &self,
        base: &ForeignContent,
        name: &str,
        columns: &[NewColumn],
    ) -> Result<TableOutline, SendError> {
        // No key is known again here; names are unique in a Bitable, so a table made by a call whose answer was lost is found.
        if let Some(table) = self.tables(base).await?.into_iter().find(|table| table.name == name) {
            return Ok(table);
        }
        let fields: Vec<Value> = columns.iter().map(field).collect();
        let call = Call::new(Verb::Post, format!("bitable/v1/apps/{}/tables", segment(base.as_str())))
            .body(json!({"table": {"name": name, "default_view_name": name, "fields": fields}}));
        let answer = self.tell(&self.api.drive_pace.tables, call).await?;
        let id = answer.member("data").text("table_id").ok_or_else(|| lacking("table_id"))?;
        Ok(TableOutline { id: ForeignTable::new(id), name: name.to_owned() })
    }

    async fn columns(&self, base: &ForeignContent, table: &ForeignTable) -> Result<Vec<SeenColumn>, SendError> {
        let make = || Call::new(Verb::Get, path(base, table, "fields")).query("page_size", "100");
        Ok(self.every(&self.api.drive_pace.tables, make).await?.iter().filter_map(seen).collect())
    }

    async fn make_column(
        &self,
        base: &ForeignContent,
        table: &ForeignTable,
        column: &NewColumn,
    ) -> Result<SeenColumn, SendError> {
        let call = Call::new(Verb::Post, path(base, table, "fields")).body(field(column));
        let answer = self.tell(&self.api.drive_pace.tables, call).await?;
        seen(answer.member("data").member("field")).ok_or_else(|| lacking("field_id"))
    }

    async fn rows(&self, base: &ForeignContent, table: &ForeignTable) -> Result<Vec<FoundRow>, SendError> {
        let columns = self.columns(base, table).await?;
        let kinds: BTreeMap<String, ColumnKind> =
            columns.into_iter().filter_map(|column| Some((column.name, column.kind?))).collect();
        let robot = self.api.robot().await?.unwrap_or_default().to_owned();
        let ours = [robot.as_str(), self.api.settings.app_id.as_str()];
        let make = || {
            Call::new(Verb::Post, path(base, table, "records/search"))
                .query("user_id_type", "open_id")
                .query("page_size", "500")
                .body(json!({"automatic_fields": true}))
        };
        let found = self.every(&self.api.drive_pace.tables, make).await?;
        Ok(found.iter().filter_map(|one| row(one, &kinds, &ours)).collect())
    }

    async fn absent(
        &self,
        base: &ForeignContent,
        table: &ForeignTable,
        rows: &[ForeignRow],
    ) -> Result<Vec<ForeignRow>, SendError> {
        let mut absent = Vec::new();
        for some in rows.chunks(ASKED_AT_ONCE) {
            let ids: Vec<&str> = some.iter().map(ForeignRow::as_str).collect();
            let make =
                || Call::new(Verb::Post, path(base, table, "records/batch_get")).body(json!({"record_ids": ids}));
            let answer = self.ask(&self.api.drive_pace.tables, make).await?;
            absent.extend(answer.member("data").texts("absent_record_ids").into_iter().map(ForeignRow::new));
        }
        Ok(absent)
    }

    async fn make_rows(
        &self,
        base: &ForeignContent,
        table: &ForeignTable,
        rows: &[NewCells],
        key: &str,
    ) -> Result<Vec<ForeignRow>, SendError> {
        let full = |cells: &NewCells| -> Value {
            let filled = cells.iter().filter(|(_, cell)| **cell != Cell::Empty);
            json!({"fields": fields(&filled.map(|(name, cell)| (name.clone(), cell.clone())).collect())})
        };
        let records: Vec<Value> = rows.iter().map(full).collect();
        let call = Call::new(Verb::Post, path(base, table, "records/batch_create"))
            .query("user_id_type", "open_id")
            .query("client_token", client_token(key))
            .body(json!({"records": records}));
        let answer = self.tell(&self.api.drive_pace.tables, call).await?;
        let made = answer.member("data").list("records").into_iter().filter_map(|row| row.text("record_id"));
        let made: Vec<ForeignRow> = made.map(ForeignRow::new).collect();
        if made.len() != rows.len() {
            return Err(lacking("record_id for each row"));
        }
        Ok(made)
    }

    async fn change_rows(
        &self,
        base: &ForeignContent,
        table: &ForeignTable,
        rows: &[(ForeignRow, NewCells)],
    ) -> Result<(), SendError> {
        let records: Vec<Value> =
            rows.iter().map(|(id, cells)| json!({"record_id": id.as_str(), "fields": fields(cells)})).collect();
        let call = Call::new(Verb::Post, path(base, table, "records/batch_update"))
            .query("user_id_type", "open_id")
            .body(json!({"records": records}));
        self.tell(&self.api.drive_pace.tables, call).await.map(drop)
    }

    async fn subscribe(&self, base: &ForeignContent) -> Result<(), SendError> {
        let call = Call::new(Verb::Post, format!("drive/v1/files/{}/subscribe", segment(base.as_str())))
            .query("file_type", "bitable");
        self.tell(&self.api.drive_pace.tables, call).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s7_3_rows_are_read_in_the_form_of_searches() {
        let payload: Value = serde_json::from_str(include_str!("payloads/bitable_rows.json")).unwrap();
        let kinds = [
            ("沟通主题", ColumnKind::Text),
            ("主要平台", ColumnKind::Choices),
            ("负责人", ColumnKind::Choice),
            ("截止", ColumnKind::Moment),
            ("编号", ColumnKind::Link),
        ];
        let kinds = kinds.map(|(name, kind)| (name.to_owned(), kind)).into();
        let items = payload.pointer("/data/items").and_then(Value::as_array).unwrap();
        let rows: Vec<FoundRow> = items.iter().filter_map(|item| row(item, &kinds, &["ou_robot"])).collect();
        let first = &rows[0];
        assert_eq!(first.cells["沟通主题"], Cell::Text("首版范围 @李强 见附件".into()));
        assert_eq!(first.cells["主要平台"], Cell::Choices(vec!["飞书".into(), "电话".into()]));
        assert_eq!(first.cells["负责人"], Cell::Choice("李强".into()));
        assert_eq!(first.cells["截止"], Cell::Moment("2025-11-27T01:00:00Z".parse().unwrap()));
        assert_eq!(first.cells["编号"].code(), "产品部-2026-0001 https://huan.example/r/1");
        assert_eq!(first.changed_by, Some(ForeignUser::new("ou_liqiang")));
        assert_eq!(first.changed_at, Some("2023-08-03T08:06:13Z".parse().unwrap()));
        assert!(!first.cells.contains_key("自己的列"), "a column that is not ours to read");
        assert_eq!((rows[1].cells.len(), &rows[1].changed_by), (0, &None), "an empty row, last written by us");
    }

    #[test]
    fn s7_3_cells_are_written_in_the_written_form() {
        let cells: NewCells = [
            ("a", Cell::Text("字".into())),
            ("b", Cell::Choices(vec!["飞书".into()])),
            ("c", Cell::Moment(Timestamp::from_millisecond(1_764_205_200_000).unwrap())),
            ("d", Cell::Link { text: "1".into(), address: "https://h/1".into() }),
            ("e", Cell::Empty),
        ]
        .map(|(name, cell)| (name.to_owned(), cell))
        .into();
        let expected = json!({"a": "字", "b": ["飞书"], "c": 1_764_205_200_000_i64, "d": {"text": "1", "link": "https://h/1"}, "e": null});
        assert_eq!(fields(&cells), expected);
    }
}
