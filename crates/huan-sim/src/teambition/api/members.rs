//! The organisation's people and departments, and who they are on DingTalk (Teambition §7).

use serde_json::{Value, json};

use super::super::Teambition;
use super::super::answer::{Refusal, Reply};
use super::super::call::Call;
use super::super::directory::{Directory, Member};
use super::super::ids;
use super::super::tenant::Tenant;
use crate::organisation::Department;

type Outcome = Result<Reply, Refusal>;

/// Most ids in one question to the id map.
const MOST_IDS: usize = 50;
/// When everything in the seed was made.
const SEEDED: &str = "2020-01-02T03:04:05.000Z";

fn object(tenant: &Tenant, member: &Member) -> Value {
    let person = &member.person;
    let shown = |text: &str| if tenant.settings.contact_details { json!(text) } else { json!("") };
    json!({
        "memberId": member.member_id, "userId": member.user_id, "isDisabled": i64::from(member.disabled),
        "role": i64::from(person.superior.is_none()), "roleId": ids::part("organisation", "role", "member"),
        "avatarUrl": "", "email": shown(&person.email), "phone": shown(&person.mobile), "name": person.name,
        "title": person.job_title, "employeeNumber": person.staff_number, "staffType": "fullTime", "city": "",
        "province": "", "country": "", "birthday": "", "entryTime": "", "pinyin": "", "py": "",
    })
}

/// Those whom `filter` lets through; `initiate` and `external` are nobody here.
fn filtered<'a>(tenant: &'a Tenant, call: &Call) -> Result<Vec<&'a Member>, Refusal> {
    let all = tenant.directory.all().iter();
    match call.asked("filter") {
        None => Ok(all.collect()),
        Some("enabled") => Ok(all.filter(|member| !member.disabled).collect()),
        Some("disabled") => Ok(all.filter(|member| member.disabled).collect()),
        Some("initiate" | "external") => Ok(Vec::new()),
        Some(_) => Err(Refusal::bad("filter 无效")),
    }
}

fn listed(tenant: &Tenant, call: &Call, found: &[&Member]) -> Outcome {
    let (page, next) = call.page(tenant, found, 10)?;
    let list: Vec<Value> = page.iter().map(|member| object(tenant, member)).collect();
    Ok(Reply::of(json!(list)).with("nextPageToken", json!(next)).with("count", json!(found.len())))
}

/// `GET /org/info`
pub(super) fn organisation(_: &Teambition, tenant: &mut Tenant, _: &Call) -> Outcome {
    let creator = tenant.directory.all().iter().find(|member| member.person.superior.is_none());
    Ok(Reply::of(json!({
        "orgId": ids::organisation(), "name": tenant.directory.organisation, "created": SEEDED, "description": "",
        "logo": "", "labels": [], "creatorId": creator.map(|member| &member.user_id), "parentId": "",
    })))
}

/// `GET /org/member/list`
pub(super) fn list(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let found = filtered(tenant, call)?;
    listed(tenant, call, &found)
}

/// `GET /org/member/count`
pub(super) fn count(_: &Teambition, tenant: &mut Tenant, _: &Call) -> Outcome {
    let (all, enabled) = (tenant.directory.all().len(), tenant.directory.enabled().count());
    Ok(Reply::of(json!({"count": all, "enabledCount": enabled, "disabledCount": all - enabled})))
}

/// `POST /org/member/batchGet`
pub(super) fn batch(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let users = call.texts("userIds")?.ok_or_else(|| Refusal::bad("缺少参数 userIds"))?;
    let list = users.iter().filter_map(|user| tenant.directory.user(user)).map(|member| {
        let mut object = object(tenant, member);
        object["lang"] = json!({"name": {"en_US": ""}});
        object
    });
    Ok(Reply::of(list.collect()))
}

/// `GET /org/member/search`
pub(super) fn search(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let found: Vec<&Member> = match call.asked("query") {
        None => filtered(tenant, call)?,
        Some(word) => filtered(tenant, call)?.into_iter().filter(|member| fits(member, word)).collect(),
    };
    let (page, next) = call.page(tenant, &found, 10)?;
    let list: Vec<Value> = page
        .iter()
        .map(|member| {
            let key = &member.person.department;
            let line: Vec<String> = std::iter::once(ids::department(key))
                .chain(tenant.directory.above(key).iter().map(|above| ids::department(&above.key)))
                .chain([ids::root_department()])
                .collect();
            let mut object = object(tenant, member);
            object["joinedTeamIds"] = json!([ids::department(key)]);
            object["joinedTeamPaths"] = json!([line.join(" ")]);
            object
        })
        .collect();
    Ok(Reply::of(json!(list)).with("nextPageToken", json!(next)).with("count", json!(found.len())))
}

fn fits(member: &Member, word: &str) -> bool {
    let person = &member.person;
    [&person.name, &person.email, &person.mobile, &person.staff_number].iter().any(|text| text.contains(word))
}

/// `POST /v3/member/query`: by a word or by ids, in the query
pub(super) fn query(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let found: Vec<&Member> = match (call.asked_list("userIds"), call.asked("q")) {
        (Some(users), _) => users.iter().filter_map(|user| tenant.directory.user(user)).collect(),
        (None, Some(word)) => tenant.directory.enabled().filter(|member| fits(member, word)).collect(),
        (None, None) => return Err(Refusal::bad("缺少参数 q")),
    };
    Ok(Reply::of(found.into_iter().map(|member| object(tenant, member)).collect()))
}

/// `GET /users/me`: whose token it is
pub(super) fn me(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let member = tenant.directory.user(call.user()).ok_or_else(|| Refusal::unauthorised("需要用户的 token"))?;
    Ok(Reply::of(object(tenant, member)))
}

// ---- departments ----

fn department_object(directory: &Directory, department: &Department) -> Value {
    let leader = directory.known_as(&department.leader).filter(|member| !member.disabled);
    let mut ancestors: Vec<String> =
        directory.above(&department.key).iter().map(|above| ids::department(&above.key)).collect();
    ancestors.push(ids::root_department());
    json!({
        "orgId": ids::organisation(), "deptId": ids::department(&department.key), "name": department.name,
        "parentId": ancestors.first(), "created": SEEDED, "leaderId": leader.map(|leader| &leader.user_id),
        "creatorId": "", "ancestorIds": ancestors,
    })
}

fn root_object(directory: &Directory) -> Value {
    json!({
        "orgId": ids::organisation(), "deptId": ids::root_department(), "name": directory.organisation,
        "parentId": "", "created": SEEDED, "leaderId": null, "creatorId": "", "ancestorIds": [],
    })
}

fn listed_departments(tenant: &Tenant, call: &Call, found: &[Value]) -> Outcome {
    let (page, next) = call.page(tenant, found, 10)?;
    Ok(Reply::of(json!(page)).with("nextPageToken", json!(next)).with("count", json!(found.len())))
}

/// `GET /org/departments`: all of them, the root first
pub(super) fn departments(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let directory = &tenant.directory;
    let below = directory.departments.iter().map(|department| department_object(directory, department));
    let all: Vec<Value> = std::iter::once(root_object(directory)).chain(below).collect();
    listed_departments(tenant, call, &all)
}

/// `GET /org/departments/subDepts`: those directly below one
pub(super) fn departments_below(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let above = department_of(tenant, call)?.map(|department| department.key.as_str());
    let directory = &tenant.directory;
    let below = directory.departments.iter().filter(|department| department.parent.as_deref() == above);
    let all: Vec<Value> = below.map(|department| department_object(directory, department)).collect();
    listed_departments(tenant, call, &all)
}

/// `GET /org/department/info`
pub(super) fn department(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    Ok(Reply::of(match department_of(tenant, call)? {
        Some(department) => department_object(&tenant.directory, department),
        None => root_object(&tenant.directory),
    }))
}

/// `GET /org/department/members`
pub(super) fn department_members(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let department = department_of(tenant, call)?.map(|department| department.key.as_str());
    let direct = call.asked("omitSubDepartment") == Some("true");
    let within = |member: &&Member| {
        let own = member.person.department.as_str();
        match department {
            None => !direct,
            Some(key) if own == key => true,
            Some(key) => !direct && tenant.directory.above(own).iter().any(|above| above.key == key),
        }
    };
    let found: Vec<&Member> = tenant.directory.enabled().filter(within).collect();
    listed(tenant, call, &found)
}

/// `GET /user/joinedDepartments`
pub(super) fn joined_departments(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let user = call.asked("userId").ok_or_else(|| Refusal::bad("缺少参数 userId"))?;
    let member = tenant.directory.user(user).ok_or_else(|| Refusal::missing("用户"))?;
    let own = tenant.directory.departments.iter().filter(|department| department.key == member.person.department);
    let all: Vec<Value> = own.map(|department| department_object(&tenant.directory, department)).collect();
    listed_departments(tenant, call, &all)
}

/// The department of the query; `None` is the root, also when none is named.
fn department_of<'a>(tenant: &'a Tenant, call: &Call) -> Result<Option<&'a Department>, Refusal> {
    match call.asked("deptId") {
        None => Ok(None),
        Some(id) if id == ids::root_department() => Ok(None),
        Some(id) => tenant.directory.department(id).map(Some).ok_or_else(|| Refusal::missing("部门")),
    }
}

// ---- who somebody is on DingTalk ----

fn mapped(call: &Call, name: &str, find: impl Fn(&str) -> Option<Value>) -> Outcome {
    let ids = call.asked_list(name).ok_or_else(|| Refusal::bad(format!("缺少参数 {name}")))?;
    if ids.len() > MOST_IDS {
        return Err(Refusal::bad(format!("{name} 不能超过 {MOST_IDS} 个")));
    }
    Ok(Reply::of(ids.into_iter().filter_map(find).collect()))
}

/// `GET /idmap/dingtalk/getTbUserId`
pub(super) fn from_dingtalk(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    mapped(call, "dingUserIds", |id| {
        let member = tenant.directory.dingtalk_user(id)?;
        Some(json!({"tbUserId": member.user_id, "dingtalkUserId": id}))
    })
}

/// `GET /idmap/dingtalk/getDingUserId`
pub(super) fn to_dingtalk(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    mapped(call, "tbUserIds", |id| {
        let dingtalk = tenant.directory.user(id)?.dingtalk.as_ref()?;
        Some(json!({"tbUserId": id, "dingtalkUserId": dingtalk}))
    })
}

/// `GET /idmap/dingtalk/getCorpId`
pub(super) fn corporation(_: &Teambition, _: &mut Tenant, _: &Call) -> Outcome {
    Ok(Reply::of(json!({"corpId": crate::dingtalk::ids::corp()})))
}
