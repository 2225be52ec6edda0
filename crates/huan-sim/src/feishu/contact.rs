//! People and departments (Feishu §9).

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::directory::{IdType, Member};
use super::error::{ApiError, ApiResult, success};
use super::request::{JsonBody, Page, Params, texts};
use super::token::Caller;
use super::{Feishu, ids};
use crate::organisation::Department;

/// Which id of a department is meant.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum DepartmentIdType {
    Open,
    Own,
}

impl DepartmentIdType {
    fn of(params: &Params) -> Result<Self, ApiError> {
        match params.get("department_id_type") {
            None | Some("open_department_id") => Ok(Self::Open),
            Some("department_id") => Ok(Self::Own),
            Some(other) => {
                Err(ApiError::field("department_id_type", other, "department_id_type is not one of the allowed values"))
            }
        }
    }

    fn id(self, key: &str) -> String {
        match self {
            Self::Open => ids::department(key),
            Self::Own => ids::tenant_department(key),
        }
    }
}

const ROOT: &str = "0";

impl Feishu {
    pub(super) fn user_object(&self, member: &Member, id_type: IdType, departments: DepartmentIdType) -> Value {
        let person = &member.person;
        let directory = self.directory();
        let leader =
            person.superior.as_deref().and_then(|key| directory.by_key(key)).map_or("", |leader| leader.id(id_type));
        let department = departments.id(&person.department);
        json!({
            "union_id": member.ids.union_id, "user_id": member.ids.user_id, "open_id": member.ids.open_id,
            "name": person.name, "en_name": "", "nickname": "", "email": person.email, "enterprise_email": "",
            "mobile": format!("+86{}", person.mobile), "mobile_visible": true, "gender": 0, "avatar": {},
            "status": status(), "department_ids": [department], "leader_user_id": leader, "city": "", "country": "CN", "work_station": "",
            "join_time": 1_615_381_200, "is_tenant_manager": false, "employee_no": person.staff_number, "employee_type": 1,
            "orders": [{"department_id": department, "user_order": 0, "department_order": 1, "is_primary_dept": true}],
            "custom_attrs": [], "job_title": person.job_title, "geo": "cn",
        })
    }

    pub(super) fn department_object(&self, department: &Department, id_type: IdType) -> Value {
        let directory = self.directory();
        let leader = directory.by_key(&department.leader).map_or("", |leader| leader.id(id_type));
        let members = directory.of_department(&department.key).count();
        let parent = department.parent.as_deref().map_or_else(|| ROOT.to_owned(), ids::department);
        let leaders: Vec<Value> =
            if leader.is_empty() { Vec::new() } else { vec![json!({"leaderType": 1, "leaderID": leader})] };
        json!({
            "name": department.name, "i18n_name": {"zh_cn": department.name, "ja_jp": "", "en_us": ""}, "parent_department_id": parent,
            "department_id": ids::tenant_department(&department.key), "open_department_id": ids::department(&department.key),
            "leader_user_id": leader, "chat_id": "", "order": "0", "unit_ids": [], "member_count": members,
            "status": {"is_deleted": false}, "leaders": leaders, "group_chat_employee_types": [],
        })
    }

    fn root_department(&self) -> Value {
        json!({"name": self.shell.organisation.name, "department_id": ROOT, "open_department_id": ROOT, "parent_department_id": "",
            "member_count": self.directory().all().len(), "status": {"is_deleted": false}})
    }

    fn department(&self, id: &str, kind: DepartmentIdType) -> Result<Department, ApiError> {
        let directory = self.directory();
        let found = directory.departments.iter().find(|department| kind.id(&department.key) == id);
        found.cloned().ok_or_else(|| ApiError::new(40015, "department does not exist"))
    }
}

fn status() -> Value {
    json!({"is_frozen": false, "is_resigned": false, "is_activated": true, "is_exited": false, "is_unjoin": false})
}

/// The contact pages have their own code for a bad page size.
fn page<'a, T>(params: &Params, items: &'a [T]) -> Result<Page<'a, T>, ApiError> {
    params.page(items, 10, 50).map_err(|_| ApiError::new(40011, "page size is invalid"))
}

/// `GET /open-apis/contact/v3/users/:user_id`
pub(super) async fn user(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult {
    let (id_type, departments) = (params.id_type("user_id_type")?, DepartmentIdType::of(&params)?);
    let directory = feishu.directory();
    let member = directory.by_id(id_type, &id).ok_or_else(|| super::messages::unknown_id(id_type, &id))?;
    if !feishu.in_range(member) {
        return Err(ApiError::new(41050, "no user authority"));
    }
    success(json!({"user": feishu.user_object(member, id_type, departments)}))
}

/// `GET /open-apis/contact/v3/users/batch`
pub(super) async fn users(State(feishu): State<Arc<Feishu>>, _: Caller, params: Params) -> ApiResult {
    let (id_type, departments) = (params.id_type("user_id_type")?, DepartmentIdType::of(&params)?);
    let wanted: Vec<&str> = params.all("user_ids").collect();
    if wanted.is_empty() {
        return Err(ApiError::required("user_ids"));
    }
    if wanted.len() > 50 {
        return Err(ApiError::field("user_ids", &wanted.len().to_string(), "the max len is 50"));
    }
    let directory = feishu.directory();
    let found =
        wanted.into_iter().filter_map(|id| directory.by_id(id_type, id)).filter(|member| feishu.in_range(member));
    let items: Vec<Value> = found.map(|member| feishu.user_object(member, id_type, departments)).collect();
    success(json!({"items": items}))
}

/// `POST /open-apis/contact/v3/users/basic_batch`
pub(super) async fn basic_batch(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let id_type = params.id_type("user_id_type")?;
    let wanted = texts(&body, "user_ids", 10)?;
    if wanted.is_empty() {
        return Err(ApiError::required("user_ids"));
    }
    let directory = feishu.directory();
    let found = wanted.iter().filter_map(|id| directory.by_id(id_type, id)).filter(|member| feishu.in_range(member));
    let users: Vec<Value> =
        found.map(|member| json!({"user_id": member.id(id_type), "name": member.person.name, "i18n_name": {"zh_cn": member.person.name}})).collect();
    success(json!({"users": users}))
}

/// `POST /open-apis/contact/v3/users/batch_get_id`
pub(super) async fn batch_get_id(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let id_type = params.id_type("user_id_type")?;
    let (emails, mobiles) = (texts(&body, "emails", 50)?, texts(&body, "mobiles", 50)?);
    if emails.is_empty() && mobiles.is_empty() {
        return Err(ApiError::field("emails", "", "emails or mobiles is required"));
    }
    let entry =
        |name: &str, wanted: &str, member: Option<&Member>| match member.filter(|member| feishu.in_range(member)) {
            Some(member) => json!({"user_id": member.id(id_type), name: wanted, "status": status()}),
            None => json!({name: wanted}),
        };
    let directory = feishu.directory();
    let by_email = emails.iter().map(|email| entry("email", email, directory.by_email(email)));
    let by_mobile = mobiles.iter().map(|mobile| entry("mobile", mobile, directory.by_mobile(mobile)));
    success(json!({"user_list": by_email.chain(by_mobile).collect::<Vec<_>>()}))
}

/// `GET /open-apis/contact/v3/users/find_by_department`
pub(super) async fn find_by_department(State(feishu): State<Arc<Feishu>>, _: Caller, params: Params) -> ApiResult {
    let (id_type, departments) = (params.id_type("user_id_type")?, DepartmentIdType::of(&params)?);
    let id = params.get("department_id").ok_or_else(|| ApiError::new(44102, "department_id is missing"))?;
    let directory = feishu.directory();
    let members: Vec<&Member> = if id == ROOT {
        Vec::new() // nobody stands directly below the root
    } else {
        let department = feishu.department(id, departments)?;
        directory.of_department(&department.key).filter(|member| feishu.in_range(member)).collect()
    };
    let page = page(&params, &members)?;
    success(page.answer(page.items.iter().map(|member| feishu.user_object(member, id_type, departments)).collect()))
}

/// `GET /open-apis/contact/v3/departments/:department_id`
pub(super) async fn department(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult {
    let (id_type, departments) = (params.id_type("user_id_type")?, DepartmentIdType::of(&params)?);
    if id == ROOT {
        return success(json!({"department": feishu.root_department()}));
    }
    success(json!({"department": feishu.department_object(&feishu.department(&id, departments)?, id_type)}))
}

/// `GET /open-apis/contact/v3/departments/:department_id/children`
pub(super) async fn children(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult {
    let (id_type, departments) = (params.id_type("user_id_type")?, DepartmentIdType::of(&params)?);
    let above = if id == ROOT { None } else { Some(feishu.department(&id, departments)?.key) };
    let whole_tree = params.get("fetch_child") == Some("true");
    let directory = feishu.directory();
    let all: Vec<&Department> = directory
        .departments
        .iter()
        .filter(|department| {
            department.parent == above
                || (whole_tree && above.as_ref().is_none_or(|above| directory.is_below(department, above)))
        })
        .collect();
    let page = page(&params, &all)?;
    success(page.answer(page.items.iter().map(|department| feishu.department_object(department, id_type)).collect()))
}

/// `GET /open-apis/contact/v3/departments/parent`: from the child upward.
pub(super) async fn ancestors(State(feishu): State<Arc<Feishu>>, _: Caller, params: Params) -> ApiResult {
    let (id_type, departments) = (params.id_type("user_id_type")?, DepartmentIdType::of(&params)?);
    let id = params.get("department_id").ok_or_else(|| ApiError::new(44102, "department_id is missing"))?;
    if id == ROOT {
        return Err(ApiError::new(40002, "root department is not allowed"));
    }
    let own = feishu.department(id, departments)?;
    let directory = feishu.directory();
    let mut above: Vec<Value> =
        directory.above(&own).into_iter().map(|department| feishu.department_object(department, id_type)).collect();
    above.push(feishu.root_department());
    let page = page(&params, &above)?;
    success(page.answer(page.items.to_vec()))
}

/// `GET /open-apis/contact/v3/scopes`: the app may see everybody.
pub(super) async fn scopes(State(_): State<Arc<Feishu>>, _: Caller) -> ApiResult {
    success(json!({"department_ids": [ROOT], "user_ids": [], "group_ids": [], "has_more": false, "page_token": ""}))
}
