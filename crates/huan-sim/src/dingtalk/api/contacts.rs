//! Contacts: people and departments (DingTalk, contacts §10.1 to §10.3).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::dingtalk::Dingtalk;
use crate::dingtalk::call::Call;
use crate::dingtalk::directory::{Department, Member, ROOT};
use crate::dingtalk::refusal::{NewRefusal, OldRefusal};
use crate::dingtalk::tenant::Tenant;

type Answer = Result<Value, OldRefusal>;

/// `/topapi/v2/user/get`
pub(crate) fn user(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Answer {
    let user_id = call.text("userid").ok_or_else(|| OldRefusal::parameter("userid"))?;
    let member = tenant.directory.member(user_id).ok_or_else(|| OldRefusal::top(33012, "无效的USERID"))?;
    let leads = leads(tenant, member);
    let mut result = json!({
        "userid": member.user_id, "unionid": member.union_id, "name": member.name, "avatar": "", "state_code": "86",
        "mobile": member.mobile, "hide_mobile": false, "job_number": member.staff_number, "title": member.title,
        "email": member.email, "org_email": member.email, "work_place": "", "remark": "",
        "dept_id_list": [member.department],
        "dept_order_list": [{"dept_id": member.department, "order": 1}],
        "leader_in_dept": [{"dept_id": member.department, "leader": leads}],
        "role_list": [], "active": true, "real_authed": true, "senior": false, "admin": member.main_admin, "boss": false,
        "exclusive_account": false,
    });
    if let (Some(manager), Some(result)) = (&member.manager, result.as_object_mut()) {
        result.insert("manager_userid".to_owned(), json!(manager));
    }
    sim.top(result)
}

/// `/topapi/v2/user/getbymobile`
pub(crate) fn by_mobile(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Answer {
    let mobile = call.text("mobile").ok_or_else(|| OldRefusal::parameter("mobile"))?;
    let digits = mobile.strip_prefix("+86").unwrap_or(mobile).trim_start_matches('-');
    if digits.len() < 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(OldRefusal::top(40104, "无效的手机号码"));
    }
    let member = tenant.directory.members.iter().find(|member| member.mobile == digits).ok_or_else(not_found)?;
    sim.top(json!({"userid": member.user_id}))
}

/// `/topapi/user/getbyunionid`
pub(crate) fn by_union_id(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Answer {
    let union_id = call.text("unionid").ok_or_else(|| OldRefusal::parameter("unionid"))?;
    let member = tenant.directory.member_by(union_id, true).ok_or_else(not_found)?;
    sim.top(json!({"contact_type": 0, "userid": member.user_id}))
}

/// `/topapi/user/listid`
pub(crate) fn user_ids(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Answer {
    let department = department(tenant, call, None)?.id;
    let list: Vec<&String> = members_of(tenant, department).map(|member| &member.user_id).collect();
    sim.top(json!({"userid_list": list}))
}

/// `/topapi/v2/user/list`
pub(crate) fn users(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Answer {
    page(sim, tenant, call, |member| {
        json!({
            "userid": member.user_id, "unionid": member.union_id, "name": member.name, "mobile": member.mobile,
            "title": member.title, "email": member.email, "job_number": member.staff_number,
            "dept_id_list": [member.department], "dept_order": 1, "leader": leads(tenant, member), "active": true,
            "admin": member.main_admin, "boss": false, "avatar": "",
        })
    })
}

/// `/topapi/user/listsimple`
pub(crate) fn users_simple(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Answer {
    page(sim, tenant, call, |member| json!({"userid": member.user_id, "name": member.name}))
}

/// `/topapi/v2/department/listsub`
pub(crate) fn departments_below(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Answer {
    let above = department(tenant, call, Some(ROOT))?.id;
    let list: Vec<Value> = below(tenant, above)
        .map(|department| {
            json!({
                "dept_id": department.id, "name": department.name, "parent_id": department.parent,
                "create_dept_group": false, "auto_add_user": false,
            })
        })
        .collect();
    sim.top(json!(list))
}

/// `/topapi/v2/department/listsubid`
pub(crate) fn department_ids_below(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Answer {
    let above = department(tenant, call, Some(ROOT))?.id;
    let list: Vec<u64> = below(tenant, above).map(|department| department.id).collect();
    sim.top(json!({"dept_id_list": list}))
}

/// `/topapi/v2/department/get`
pub(crate) fn department_details(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Answer {
    let department = department(tenant, call, None)?;
    let mut result = json!({
        "dept_id": department.id, "name": department.name, "order": department.id,
        "dept_manager_userid_list": department.managers, "dept_group_chat_id": "", "org_dept_owner": "",
        "hide_dept": false, "outer_dept": false, "create_dept_group": false, "auto_add_user": false,
    });
    if let (true, Some(result)) = (department.parent != 0, result.as_object_mut()) {
        result.insert("parent_id".to_owned(), json!(department.parent));
    }
    sim.top(result)
}

/// `/topapi/v2/department/listparentbydept`
pub(crate) fn above_department(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Answer {
    let department = department(tenant, call, None)?.id;
    sim.top(json!({"parent_id_list": tenant.directory.upwards(department)}))
}

/// `/topapi/v2/department/listparentbyuser`
pub(crate) fn above_user(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Answer {
    let user_id = call.text("userid").ok_or_else(|| OldRefusal::parameter("userid"))?;
    let member = tenant.directory.member(user_id).ok_or_else(|| OldRefusal::top(33012, "无效的USERID"))?;
    sim.top(json!({"parent_list": [{"parent_dept_id_list": tenant.directory.upwards(member.department)}]}))
}

/// `/topapi/user/listadmin`
pub(crate) fn admins(sim: &Arc<Dingtalk>, tenant: &mut Tenant, _: &Call) -> Answer {
    let list: Vec<Value> = tenant
        .directory
        .members
        .iter()
        .filter(|member| member.main_admin)
        .map(|member| json!({"userid": member.user_id, "sys_level": 1}))
        .collect();
    sim.top(json!(list))
}

/// `POST /v1.0/contact/users/search`
pub(crate) fn search_users(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let word = search_word(call)?;
    let whole = call.number("fullMatchField") == Some(1);
    let found = tenant
        .directory
        .members
        .iter()
        .filter(|member| if whole { member.name == word } else { member.name.contains(word) })
        .map(|member| json!(member.user_id))
        .collect();
    Ok(search_page(call, found))
}

/// `POST /v1.0/contact/departments/search`
pub(crate) fn search_departments(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let word = search_word(call)?;
    let departments = tenant.directory.departments.iter().filter(|department| department.name.contains(word));
    Ok(search_page(call, departments.map(|department| json!(department.id)).collect()))
}

impl Dingtalk {
    /// The envelope of a successful old answer.
    fn top(&self, result: Value) -> Answer {
        Ok(json!({"errcode": 0, "errmsg": "ok", "result": result, "request_id": self.shell.random.hex::<8>()}))
    }
}

/// Whether somebody leads the own department.
fn leads(tenant: &Tenant, member: &Member) -> bool {
    let own = tenant.directory.departments.iter().find(|department| department.id == member.department);
    own.is_some_and(|department| department.managers.contains(&member.user_id))
}

fn not_found() -> OldRefusal {
    OldRefusal::top(60121, "找不到该用户")
}

fn department<'a>(tenant: &'a Tenant, call: &Call, default: Option<u64>) -> Result<&'a Department, OldRefusal> {
    let id = call.number("dept_id").and_then(|id| u64::try_from(id).ok()).or(default);
    let id = id.ok_or_else(|| OldRefusal::parameter("dept_id"))?;
    tenant.directory.department(id).ok_or_else(|| OldRefusal::top(60003, "部门不存在"))
}

fn below(tenant: &Tenant, above: u64) -> impl Iterator<Item = &Department> {
    tenant.directory.departments.iter().filter(move |department| department.parent == above)
}

fn members_of(tenant: &Tenant, department: u64) -> impl Iterator<Item = &Member> {
    tenant.directory.members.iter().filter(move |member| member.department == department)
}

fn page(sim: &Dingtalk, tenant: &Tenant, call: &Call, entry: impl Fn(&Member) -> Value) -> Answer {
    let department = department(tenant, call, None)?.id;
    let cursor = call.number("cursor").and_then(|cursor| usize::try_from(cursor).ok());
    let cursor = cursor.ok_or_else(|| OldRefusal::parameter("cursor"))?;
    let size =
        call.number("size").filter(|size| (1..=100).contains(size)).ok_or_else(|| OldRefusal::parameter("size"))?;
    let size = usize::try_from(size).unwrap_or(1);
    let all: Vec<&Member> = members_of(tenant, department).collect();
    let list: Vec<Value> = all.iter().skip(cursor).take(size).map(|member| entry(member)).collect();
    let next = cursor + list.len();
    let more = next < all.len();
    let mut result = json!({"has_more": more, "list": list});
    if let (true, Some(result)) = (more, result.as_object_mut()) {
        result.insert("next_cursor".to_owned(), json!(next));
    }
    sim.top(result)
}

fn search_word(call: &Call) -> Result<&str, NewRefusal> {
    call.text("queryWord").ok_or_else(|| NewRefusal::bad("parameter.error", "参数错误"))
}

fn search_page(call: &Call, found: Vec<Value>) -> Value {
    let bound = |name: &str, default: usize| {
        call.number(name).and_then(|number| usize::try_from(number).ok()).unwrap_or(default)
    };
    let (offset, size) = (bound("offset", 0), bound("size", 10));
    let list: Vec<&Value> = found.iter().skip(offset).take(size).collect();
    json!({"hasMore": offset + list.len() < found.len(), "totalCount": found.len(), "list": list})
}
