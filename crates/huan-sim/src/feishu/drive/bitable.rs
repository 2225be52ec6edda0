//! Bitables (Feishu §7).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Base, Drive, Field, Record, Table, cells};
use crate::feishu::Feishu;
use crate::feishu::error::{ApiError, ApiResult, success};
use crate::feishu::ids;
use crate::feishu::request::{JsonBody, Params, text, texts};
use crate::feishu::token::Caller;
use crate::lock::lock;

/// The most rows of one call that writes (§7.1).
const MOST_WRITTEN: usize = 500;
/// The most rows of one call that reads by id (§7.1).
const MOST_READ: usize = 100;
/// The most tables of one Bitable (§7.1).
const MOST_TABLES: usize = 100;

fn refused(code: i64, msg: &str) -> ApiError {
    ApiError::with_status_200(code, msg)
}

pub(super) fn table_id(feishu: &Feishu) -> String {
    format!("tbl{}", feishu.shell.random.hex::<7>())
}

fn record_id(feishu: &Feishu) -> String {
    format!("rec{}", feishu.shell.random.hex::<6>())
}

/// The columns of the table that a new Bitable has.
pub(super) fn default_fields(feishu: &Feishu) -> Vec<Field> {
    [("文本", 1), ("单选", 3), ("日期", 5)].map(|(name, kind)| new_field(feishu, name, kind, Value::Null)).into()
}

fn new_field(feishu: &Feishu, name: &str, kind: i64, property: Value) -> Field {
    Field {
        id: format!("fld{}", feishu.shell.random.hex::<5>()),
        name: name.to_owned(),
        kind,
        ui_type: cells::ui_type(kind).unwrap_or("Text").to_owned(),
        property,
    }
}

fn base_of<'a>(drive: &'a mut Drive, token: &str) -> Result<&'a mut Base, ApiError> {
    if drive.bases.contains_key(token) && !drive.may_see(token) {
        return Err(ApiError::new(91403, "FORBIDDEN").with_status(StatusCode::FORBIDDEN));
    }
    drive.bases.get_mut(token).ok_or_else(|| refused(1254040, "BaseTokenNotFound"))
}

fn table_of<'a>(drive: &'a mut Drive, token: &str, id: &str) -> Result<&'a mut Table, ApiError> {
    let base = base_of(drive, token)?;
    base.tables.iter_mut().find(|table| table.id == id).ok_or_else(|| refused(1254041, "TableIdNotFound"))
}

/// `GET /open-apis/bitable/v1/apps/:app_token`
pub(super) async fn app(State(feishu): State<Arc<Feishu>>, _: Caller, Path(token): Path<String>) -> ApiResult {
    let mut drive = lock(&feishu.drive);
    let base = base_of(&mut drive, &token)?;
    success(
        json!({"app": {"app_token": base.token, "name": base.name, "revision": base.revision, "is_advanced": false}}),
    )
}

/// `GET …/tables`
pub(super) async fn tables(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(token): Path<String>,
    params: Params,
) -> ApiResult {
    let mut drive = lock(&feishu.drive);
    let base = base_of(&mut drive, &token)?;
    let page = params.page(&base.tables, 20, 100)?;
    let mut answer = page.answer(
        page.items
            .iter()
            .map(|table| json!({"table_id": table.id, "revision": base.revision, "name": table.name}))
            .collect(),
    );
    answer["total"] = json!(base.tables.len());
    success(answer)
}

/// `POST …/tables`
pub(super) async fn create_table(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(token): Path<String>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let wanted = body.get("table").filter(|table| table.is_object()).ok_or_else(|| ApiError::required("table"))?;
    let name = text(wanted, "name")?.to_owned();
    let mut fields = Vec::new();
    for field in wanted.get("fields").and_then(Value::as_array).into_iter().flatten() {
        fields.push(given_field(&feishu, field, &fields)?);
    }
    if fields.is_empty() {
        fields = default_fields(&feishu);
    }
    let mut drive = lock(&feishu.drive);
    let base = base_of(&mut drive, &token)?;
    if base.tables.iter().any(|table| table.name == name) {
        return Err(refused(1254013, "TableNameDuplicated"));
    }
    if base.tables.len() >= MOST_TABLES {
        return Err(refused(1254100, "TableExceedLimit"));
    }
    let table = Table { id: table_id(&feishu), name, fields, records: Vec::new() };
    let field_ids: Vec<&str> = table.fields.iter().map(|field| field.id.as_str()).collect();
    let answer = json!({"table_id": table.id, "default_view_id": format!("vew{}", feishu.shell.random.hex::<5>()), "field_id_list": field_ids});
    base.tables.push(table);
    base.revision += 1;
    drop(drive);
    feishu.shell.changed();
    success(answer)
}

fn given_field(feishu: &Feishu, value: &Value, others: &[Field]) -> Result<Field, ApiError> {
    let name = text(value, "field_name")?;
    let kind = value.get("type").and_then(Value::as_i64).ok_or_else(|| ApiError::required("type"))?;
    if cells::ui_type(kind).is_none() {
        return Err(refused(1254001, "WrongRequestBody: this type of field is not simulated"));
    }
    if others.iter().any(|other| other.name == name) {
        return Err(refused(1254014, "FieldNameDuplicated"));
    }
    Ok(new_field(feishu, name, kind, value.get("property").cloned().unwrap_or(Value::Null)))
}

fn field_object(field: &Field, at: usize) -> Value {
    json!({"field_id": field.id, "field_name": field.name, "type": field.kind, "ui_type": field.ui_type,
        "is_primary": at == 0, "property": field.property})
}

/// `GET …/fields`
pub(super) async fn fields(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table)): Path<(String, String)>,
    params: Params,
) -> ApiResult {
    let mut drive = lock(&feishu.drive);
    let table = table_of(&mut drive, &token, &table)?;
    let all: Vec<Value> = table.fields.iter().enumerate().map(|(at, field)| field_object(field, at)).collect();
    let page = params.page(&all, 20, 100)?;
    let mut answer = page.answer(page.items.to_vec());
    answer["total"] = json!(all.len());
    success(answer)
}

/// `POST …/fields`
pub(super) async fn create_field(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table)): Path<(String, String)>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let mut drive = lock(&feishu.drive);
    let endpoint = format!("bitable {token} {table} field");
    let answer = feishu.once(&mut drive, &endpoint, params.get("client_token"), |drive| {
        let table = table_of(drive, &token, &table)?;
        let field = given_field(&feishu, &body, &table.fields)?;
        table.fields.push(field);
        let at = table.fields.len() - 1;
        Ok(json!({"field": field_object(&table.fields[at], at)}))
    })?;
    drop(drive);
    feishu.shell.changed();
    success(answer)
}

/// `PUT …/fields/:field_id`
pub(super) async fn update_field(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table, field)): Path<(String, String, String)>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let name = text(&body, "field_name")?.to_owned();
    let mut drive = lock(&feishu.drive);
    let table = table_of(&mut drive, &token, &table)?;
    if table.fields.iter().any(|other| other.name == name && other.id != field) {
        return Err(refused(1254014, "FieldNameDuplicated"));
    }
    let at =
        table.fields.iter().position(|known| known.id == field).ok_or_else(|| refused(1254044, "FieldIdNotFound"))?;
    if body.get("type").and_then(Value::as_i64) != Some(table.fields[at].kind) {
        return Err(refused(1254001, "WrongRequestBody: changing the type of a field is not simulated"));
    }
    table.fields[at].name = name;
    if let Some(property) = body.get("property") {
        table.fields[at].property = property.clone();
    }
    let answer = json!({"field": field_object(&table.fields[at], at)});
    drop(drive);
    feishu.shell.changed();
    success(answer)
}

/// `DELETE …/fields/:field_id`
pub(super) async fn delete_field(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table, field)): Path<(String, String, String)>,
) -> ApiResult {
    let mut drive = lock(&feishu.drive);
    let table = table_of(&mut drive, &token, &table)?;
    let at =
        table.fields.iter().position(|known| known.id == field).ok_or_else(|| refused(1254044, "FieldIdNotFound"))?;
    if at == 0 {
        return Err(refused(1254046, "the index field cannot be deleted"));
    }
    table.fields.remove(at);
    drop(drive);
    feishu.shell.changed();
    success(json!({"field_id": field, "deleted": true}))
}

/// The cells of a request, by the columns' ids; `None` clears a cell.
fn given_cells(feishu: &Feishu, table: &mut Table, fields: &Value) -> Result<Vec<(String, Option<Value>)>, ApiError> {
    let fields = fields.as_object().ok_or_else(|| refused(1254001, "WrongRequestBody"))?;
    let mut given = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let field = table.fields.iter_mut().find(|field| field.name == *name);
        let field = field.ok_or_else(|| refused(1254045, "FieldNameNotFound"))?;
        given.push((field.id.clone(), cells::take(feishu, field, value)?));
    }
    Ok(given)
}

/// What an answer to a write repeats: the written form.
fn written(table: &Table, record: &Record) -> Value {
    let mut fields = json!({});
    for field in &table.fields {
        if let Some(value) = record.cells.get(&field.id) {
            fields[&field.name] = value.clone();
        }
    }
    json!({"record_id": record.id, "id": record.id, "fields": fields})
}

/// One changed row, for the event.
pub(super) struct Changed {
    pub(super) record: String,
    pub(super) action: &'static str,
    pub(super) before: BTreeMap<String, Value>,
    pub(super) after: BTreeMap<String, Value>,
}

/// Adds rows; all or none.
pub(super) fn add_rows(
    feishu: &Feishu,
    drive: &mut Drive,
    (token, table): (&str, &str),
    rows: &[&Value],
    by: Option<String>,
) -> Result<(Vec<Record>, Vec<Changed>), ApiError> {
    let most = lock(&feishu.options).rows_per_table;
    let now = feishu.shell.clock.millis();
    let table = table_of(drive, token, table)?;
    if table.records.len() + rows.len() > most {
        return Err(refused(1254103, "RecordExceedLimit"));
    }
    let mut records = Vec::with_capacity(rows.len());
    for fields in rows {
        let cells = given_cells(feishu, table, fields)?;
        let cells = cells.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
        records.push(Record {
            id: record_id(feishu),
            cells,
            created_at: now,
            changed_at: now,
            created_by: by.clone(),
            changed_by: by.clone(),
        });
    }
    table.records.extend(records.iter().cloned());
    base_of(drive, token)?.revision += 1;
    let changed = records.iter().map(|record| Changed {
        record: record.id.clone(),
        action: "record_added",
        before: BTreeMap::new(),
        after: record.cells.clone(),
    });
    Ok((records.clone(), changed.collect()))
}

/// Changes rows; all or none.
pub(super) fn change_rows(
    feishu: &Feishu,
    drive: &mut Drive,
    (token, table): (&str, &str),
    rows: &[(String, &Value)],
    by: Option<String>,
) -> Result<(Vec<Record>, Vec<Changed>), ApiError> {
    let now = feishu.shell.clock.millis();
    let table = table_of(drive, token, table)?;
    let mut plan = Vec::with_capacity(rows.len());
    for (id, fields) in rows {
        let at = table.records.iter().position(|record| record.id == *id);
        let at = at.ok_or_else(|| refused(1254043, "RecordIdNotFound"))?;
        plan.push((at, given_cells(feishu, table, fields)?));
    }
    let (mut records, mut changed) = (Vec::new(), Vec::new());
    for (at, cells) in plan {
        let record = &mut table.records[at];
        let before = record.cells.clone();
        for (field, value) in cells {
            match value {
                Some(value) => drop(record.cells.insert(field, value)),
                None => drop(record.cells.remove(&field)),
            }
        }
        record.changed_at = now;
        record.changed_by = by.clone();
        changed.push(Changed {
            record: record.id.clone(),
            action: "record_edited",
            before,
            after: record.cells.clone(),
        });
        records.push(record.clone());
    }
    base_of(drive, token)?.revision += 1;
    Ok((records, changed))
}

/// Takes rows away; all or none.
pub(super) fn delete_rows(
    drive: &mut Drive,
    (token, table): (&str, &str),
    rows: &[String],
) -> Result<Vec<Changed>, ApiError> {
    let table = table_of(drive, token, table)?;
    if rows.iter().any(|id| !table.records.iter().any(|record| record.id == *id)) {
        return Err(refused(1254043, "RecordIdNotFound"));
    }
    let (gone, kept): (Vec<Record>, Vec<Record>) =
        table.records.drain(..).partition(|record| rows.contains(&record.id));
    table.records = kept;
    base_of(drive, token)?.revision += 1;
    let changed = gone.into_iter().map(|record| Changed {
        record: record.id,
        action: "record_deleted",
        before: record.cells,
        after: BTreeMap::new(),
    });
    Ok(changed.collect())
}

impl Feishu {
    /// Tells the program of changed rows, when it asked for that (§4.8).
    pub(super) fn tell_rows(&self, token: &str, table: &str, by: Option<&str>, changed: Vec<Changed>) {
        self.shell.changed();
        let revision = {
            let drive = lock(&self.drive);
            match drive.bases.get(token) {
                Some(base) if base.subscribed && !changed.is_empty() => base.revision,
                _ => return,
            }
        };
        let directory = self.directory();
        let operator = match by.and_then(|key| directory.by_key(key)) {
            Some(member) => member.all_ids(),
            None => json!({"union_id": "", "user_id": "", "open_id": ids::robot()}),
        };
        let values = |cells: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>| -> Vec<Value> {
            let differing = cells.iter().filter(|(field, value)| other.get(*field) != Some(*value));
            differing.map(|(field, value)| json!({"field_id": field, "field_value": value.to_string()})).collect()
        };
        let actions = changed.iter().map(|change| {
            json!({"record_id": change.record, "action": change.action,
                "before_value": values(&change.before, &change.after), "after_value": values(&change.after, &change.before)})
        });
        let event = json!({"file_type": "bitable", "file_token": token, "table_id": table, "revision": revision,
            "operator_id": operator, "action_list": actions.collect::<Vec<_>>(), "subscriber_id_list": [],
            "update_time": self.shell.clock.seconds()});
        self.emit("drive.file.bitable_record_changed_v1", event);
    }
}

fn fields_of(body: &Value) -> Result<&Value, ApiError> {
    body.get("fields").ok_or_else(|| ApiError::required("fields"))
}

/// `POST …/records`
pub(super) async fn create_record(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table)): Path<(String, String)>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let fields = fields_of(&body)?;
    let mut news = Vec::new();
    let mut drive = lock(&feishu.drive);
    let endpoint = format!("bitable {token} {table} record");
    let answer = feishu.once(&mut drive, &endpoint, params.get("client_token"), |drive| {
        let (made, changed) = add_rows(&feishu, drive, (&token, &table), &[fields], None)?;
        news = changed;
        let table = table_of(drive, &token, &table)?;
        Ok(json!({"record": made.first().map(|record| written(table, record))}))
    })?;
    drop(drive);
    feishu.tell_rows(&token, &table, None, news);
    success(answer)
}

/// The rows of a batch, of which there may not be too many.
fn batch(body: &Value) -> Result<&[Value], ApiError> {
    let rows = body.get("records").and_then(Value::as_array).ok_or_else(|| ApiError::required("records"))?;
    if rows.len() > MOST_WRITTEN {
        return Err(refused(1254104, "RecordAddOnceExceedLimit"));
    }
    if rows.is_empty() {
        return Err(refused(1254001, "WrongRequestBody"));
    }
    Ok(rows)
}

/// `POST …/records/batch_create`
pub(super) async fn batch_create(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table)): Path<(String, String)>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let rows = batch(&body)?.iter().map(fields_of).collect::<Result<Vec<_>, _>>()?;
    let mut news = Vec::new();
    let mut drive = lock(&feishu.drive);
    let endpoint = format!("bitable {token} {table} batch");
    let answer = feishu.once(&mut drive, &endpoint, params.get("client_token"), |drive| {
        let (made, changed) = add_rows(&feishu, drive, (&token, &table), &rows, None)?;
        news = changed;
        let table = table_of(drive, &token, &table)?;
        Ok(json!({"records": made.iter().map(|record| written(table, record)).collect::<Vec<_>>()}))
    })?;
    drop(drive);
    feishu.tell_rows(&token, &table, None, news);
    success(answer)
}

/// `PUT …/records/:record_id`
pub(super) async fn update_record(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table, record)): Path<(String, String, String)>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let fields = fields_of(&body)?;
    let mut drive = lock(&feishu.drive);
    let (changed, news) = change_rows(&feishu, &mut drive, (&token, &table), &[(record, fields)], None)?;
    let held = table_of(&mut drive, &token, &table)?;
    let answer = json!({"record": changed.first().map(|record| written(held, record))});
    drop(drive);
    feishu.tell_rows(&token, &table, None, news);
    success(answer)
}

/// `POST …/records/batch_update`
pub(super) async fn batch_update(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let mut rows = Vec::new();
    for row in batch(&body)? {
        rows.push((text(row, "record_id")?.to_owned(), fields_of(row)?));
    }
    let mut drive = lock(&feishu.drive);
    let (changed, news) = change_rows(&feishu, &mut drive, (&token, &table), &rows, None)?;
    let held = table_of(&mut drive, &token, &table)?;
    let answer = json!({"records": changed.iter().map(|record| written(held, record)).collect::<Vec<_>>()});
    drop(drive);
    feishu.tell_rows(&token, &table, None, news);
    success(answer)
}

/// `DELETE …/records/:record_id`
pub(super) async fn delete_record(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table, record)): Path<(String, String, String)>,
) -> ApiResult {
    let news = delete_rows(&mut lock(&feishu.drive), (&token, &table), std::slice::from_ref(&record))?;
    feishu.tell_rows(&token, &table, None, news);
    success(json!({"deleted": true, "record_id": record}))
}

/// `POST …/records/batch_delete`
pub(super) async fn batch_delete(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let rows = texts(&body, "records", MOST_WRITTEN)?;
    let news = delete_rows(&mut lock(&feishu.drive), (&token, &table), &rows)?;
    feishu.tell_rows(&token, &table, None, news);
    success(json!({"records": rows.iter().map(|id| json!({"deleted": true, "record_id": id})).collect::<Vec<_>>()}))
}

impl Feishu {
    /// A row as reading calls give it.
    fn row_object(&self, table: &Table, record: &Record, automatic: bool) -> Value {
        let mut object = json!({"record_id": record.id, "fields": cells::row(self, table, &record.cells)});
        if automatic {
            let who = |key: &Option<String>| {
                let directory = self.directory();
                match key.as_deref().and_then(|key| directory.by_key(key)) {
                    Some(member) => {
                        json!({"id": member.ids.open_id, "name": member.person.name, "en_name": "", "email": "", "avatar_url": ""})
                    }
                    None => {
                        json!({"id": ids::robot(), "name": self.shell.organisation.robot_name, "en_name": "", "email": "", "avatar_url": ""})
                    }
                }
            };
            object["created_time"] = json!(record.created_at);
            object["last_modified_time"] = json!(record.changed_at);
            object["created_by"] = who(&record.created_by);
            object["last_modified_by"] = who(&record.changed_by);
        }
        object
    }
}

/// `POST …/records/batch_get`
pub(super) async fn batch_get(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let wanted = texts(&body, "record_ids", MOST_READ)?;
    let automatic = body.get("automatic_fields").and_then(Value::as_bool).unwrap_or(false);
    let mut drive = lock(&feishu.drive);
    let table = table_of(&mut drive, &token, &table)?;
    let (mut found, mut absent) = (Vec::new(), Vec::new());
    for id in wanted {
        match table.records.iter().find(|record| record.id == id) {
            Some(record) => found.push(feishu.row_object(table, record, automatic)),
            None => absent.push(id),
        }
    }
    success(json!({"records": found, "forbidden_record_ids": [], "absent_record_ids": absent}))
}

/// `POST …/records/search`; of the filters only what this endpoint's callers here need: none.
pub(super) async fn search(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((token, table)): Path<(String, String)>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    if body.get("filter").is_some_and(|filter| !filter.is_null())
        || body.get("sort").is_some_and(|sort| !sort.is_null())
    {
        return Err(refused(1254001, "WrongRequestBody: filter and sort are not simulated"));
    }
    let names = texts(&body, "field_names", 200)?;
    let automatic = body.get("automatic_fields").and_then(Value::as_bool).unwrap_or(false);
    let mut drive = lock(&feishu.drive);
    let table = table_of(&mut drive, &token, &table)?;
    if names.iter().any(|name| !table.fields.iter().any(|field| field.name == *name)) {
        return Err(refused(1254045, "FieldNameNotFound"));
    }
    let page = params.page(&table.records, 20, 500)?;
    let items = page.items.iter().map(|record| {
        let mut object = feishu.row_object(table, record, automatic);
        if let Some(fields) = object["fields"].as_object_mut().filter(|_| !names.is_empty()) {
            fields.retain(|name, _| names.contains(name));
        }
        object
    });
    let mut answer = page.answer(items.collect());
    answer["total"] = json!(table.records.len());
    success(answer)
}

/// `POST /open-apis/drive/v1/files/:file_token/subscribe`
pub(super) async fn subscribe(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(token): Path<String>,
    params: Params,
) -> ApiResult {
    if params.get("file_type") != Some("bitable") {
        return Err(ApiError::new(1061002, "params error."));
    }
    base_of(&mut lock(&feishu.drive), &token)?.subscribed = true;
    success(json!({}))
}
