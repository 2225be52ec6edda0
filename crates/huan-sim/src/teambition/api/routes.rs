//! Which address does what. The paths are those after the prefix.

use axum::http::Method;

use super::super::call::{Needs, Operation};
use super::{changes, comments, create, fields, hooks, links, members, projects, read, sso};

/// A route.
pub(in super::super) struct Route {
    pub(in super::super) method: Method,
    pub(in super::super) path: &'static str,
    pub(in super::super) needs: Needs,
    pub(in super::super) operation: Operation,
}

/// A route with needs of its own.
const fn route(method: Method, path: &'static str, needs: Needs, operation: Operation) -> Route {
    Route { method, path, needs, operation }
}

const fn get(path: &'static str, operation: Operation) -> Route {
    Route { method: Method::GET, path, needs: Needs::Tenant, operation }
}

const fn put(path: &'static str, operation: Operation) -> Route {
    Route { method: Method::PUT, path, needs: Needs::Operator, operation }
}

const fn post(path: &'static str, operation: Operation) -> Route {
    Route { method: Method::POST, path, needs: Needs::Operator, operation }
}

const fn delete(path: &'static str, operation: Operation) -> Route {
    Route { method: Method::DELETE, path, needs: Needs::Operator, operation }
}

/// Every route.
pub(in super::super) static ROUTES: &[Route] = &[
    // Tokens and signing in (§2.2, §8).
    route(Method::POST, "/appToken", Needs::Nothing, sso::app_token),
    route(Method::GET, "/oauth/sso", Needs::Nothing, sso::sign_in),
    route(Method::POST, "/oauth/userAccessToken", Needs::App, sso::user_token),
    route(Method::POST, "/oauth/userInfo", Needs::App, sso::user_info),
    // Writing tasks (§4).
    post("/v3/task/create", create::create),
    put("/v3/task/{taskId}/content", changes::content),
    put("/v3/task/{taskId}/note", changes::note),
    put("/v3/task/{taskId}/executor", changes::executor),
    put("/v3/task/{taskId}/involveMembers", changes::involved),
    put("/v3/task/{taskId}/dueDate", changes::due),
    put("/v3/task/{taskId}/startDate", changes::start),
    put("/v3/task/{taskId}/taskflowstatus", changes::status),
    put("/v3/task/{taskId}/isDone", changes::done),
    put("/v3/task/{taskId}/priority", changes::priority),
    put("/v3/task/{taskId}/progress", changes::progress),
    put("/v3/task/{taskId}/storyPoint", changes::story_point),
    put("/v3/task/{taskId}/tag", changes::tags),
    put("/v3/task/{taskId}/sprint", changes::sprint),
    put("/v3/task/{taskId}/stage/update", changes::stage),
    put("/v3/task/{taskId}/parent", changes::parent),
    put("/v3/task/{taskId}/sfc/update", changes::task_type),
    put("/v3/task/{taskId}/move", changes::move_to),
    put("/v3/task/{taskId}/archive", changes::archive),
    post("/v3/task/{taskId}/restore", changes::restore),
    post("/v3/task/{taskId}/delete", changes::delete),
    post("/v3/task/{taskId}/visible/update", changes::visible),
    post("/v3/task/{taskId}/customfield/update", fields::update),
    post("/v3/task/{taskId}/customfield/{customfieldId}/update", fields::update),
    post("/v3/task/{taskId}/comment", comments::comment),
    get("/v3/task/{taskId}/activity/list", comments::activities),
    post("/v3/task/{taskId}/objectlinks", links::add),
    get("/v3/task/{taskId}/objectlinks", links::list),
    delete("/v3/task/{taskId}/objectlinks/{objectlinkId}", links::remove),
    // Reading tasks (§5).
    get("/v3/task/query", read::query),
    get("/v3/task/{taskId}/tfs", read::statuses),
    get("/v3/project/{projectId}/task/query", read::in_project),
    get("/v3/project/{projectId}/task/count", read::count),
    get("/v2/all-task/search", read::everywhere),
    route(Method::GET, "/v3/usertasks/search", Needs::Operator, read::of_user),
    // Projects (§6).
    get("/v3/project/query", projects::query),
    get("/project/search", projects::search),
    post("/v3/project/create", projects::create),
    get("/v3/project/priority/list", projects::priorities),
    get("/v3/project/{projectId}/member", projects::members),
    get("/v3/project/{projectId}/member-role", projects::member_role),
    post("/v3/project/{projectId}/member/create-v2", projects::add_members),
    post("/v3/project/{projectId}/member/delete", projects::remove_members),
    get("/v3/project/{projectId}/taskflowstatus/search", projects::statuses),
    put("/v3/project/{projectId}/taskflowstatus/{tfsId}/rejectstatus", projects::reject),
    get("/v3/project/{projectId}/taskflow/search", projects::taskflows),
    get("/v3/project/{projectId}/scenariofieldconfig/search", projects::task_types),
    get("/v3/project/{projectId}/customfield/search", projects::fields),
    get("/v3/project/{projectId}/stage/search", projects::stages),
    get("/v3/project/{projectId}/tasklist/search", projects::tasklists),
    get("/v3/project/{projectId}/tag/search", projects::tags),
    get("/v3/project/{projectId}/sprint/search", projects::sprints),
    get("/group/getBindingCidsByProjectId", projects::groups),
    get("/group/getBindingProjectIdsByCid", projects::projects_of_group),
    get("/group/getBindingCidByTaskId", projects::group_of_task),
    // People (§7).
    get("/org/info", members::organisation),
    get("/org/member/list", members::list),
    get("/org/member/count", members::count),
    route(Method::POST, "/org/member/batchGet", Needs::Tenant, members::batch),
    get("/org/member/search", members::search),
    route(Method::POST, "/v3/member/query", Needs::Tenant, members::query),
    get("/users/me", members::me),
    get("/org/departments", members::departments),
    get("/org/departments/subDepts", members::departments_below),
    get("/org/department/info", members::department),
    get("/org/department/members", members::department_members),
    get("/user/joinedDepartments", members::joined_departments),
    get("/idmap/dingtalk/getTbUserId", members::from_dingtalk),
    get("/idmap/dingtalk/getDingUserId", members::to_dingtalk),
    get("/idmap/dingtalk/getCorpId", members::corporation),
    // The webhook (§9.4).
    route(Method::POST, "/webhook/v1/apps/{appId}/listen", Needs::Tenant, hooks::listen),
    route(Method::GET, "/webhook/ips", Needs::App, hooks::addresses),
];
