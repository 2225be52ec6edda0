//! Which address does what.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{MethodFilter, any, get, post};
use serde_json::json;

use super::{
    calendar, cards, contacts, ding, groups, media, projects, recall, receipts, send, tokens, webhook, work_notice,
};
use crate::dingtalk::Dingtalk;
use crate::dingtalk::call::{Guard, new_api, old_api};
use crate::dingtalk::push::failed;
use crate::dingtalk::refusal::OldRefusal;
use crate::dingtalk::stream::{open, socket};
use crate::lock::lock;

const SEND: Guard = Guard::App("qyapi_robot_sendmsg");
const CHAT: Guard = Guard::App("qyapi_chat_manage");
const DING: Guard = Guard::App("Premium.Ding.Write");
const CARD: Guard = Guard::App("Card.Instance.Write");
const CARD_STREAM: Guard = Guard::App("Card.Streaming.Write");
const SEARCH: Guard = Guard::App("qyapi_addresslist_search");
const CALENDAR_READ: Guard = Guard::App("Calendar.Event.Read");
const CALENDAR_WRITE: Guard = Guard::App("Calendar.Event.Write");
const TASK_READ: Guard = Guard::App("Project.Task.Read.All");
const TASK_WRITE: Guard = Guard::App("Project.Task.Write.All");
const PROJECT_READ: Guard = Guard::App("Project.Project.Read.All");

/// Everything that DingTalk serves on both of its hosts.
pub(crate) fn router(sim: Arc<Dingtalk>) -> Router {
    const GET: MethodFilter = MethodFilter::GET;
    const POST: MethodFilter = MethodFilter::POST;
    const PUT: MethodFilter = MethodFilter::PUT;
    Router::new()
        .route("/v1.0/oauth2/accessToken", new_api(POST, Guard::Open, tokens::app_token))
        .route("/v1.0/oauth2/{corpId}/token", new_api(POST, Guard::Open, tokens::unified_token))
        .route("/gettoken", old_api(false, tokens::old_token))
        .route("/v1.0/gateway/connections/open", new_api(POST, Guard::Open, open::register))
        .route("/connect", get(socket::connect))
        .route("/v1.0/robot/groupMessages/send", new_api(POST, SEND, send::to_group))
        .route("/v1.0/robot/oToMessages/batchSend", new_api(POST, SEND, send::to_people))
        .route("/v1.0/robot/groupMessages/recall", new_api(POST, SEND, recall::in_group))
        .route("/v1.0/robot/groupMessages/batchRecall", new_api(POST, SEND, recall::in_group))
        .route("/v1.0/robot/otoMessages/batchRecall", new_api(POST, SEND, recall::direct))
        .route("/v1.0/robot/oToMessages/readStatus", new_api(GET, SEND, receipts::direct))
        .route("/v1.0/robot/groupMessages/query", new_api(POST, SEND, receipts::in_group))
        .route("/v1.0/robot/messageFiles/download", new_api(POST, SEND, media::download))
        .route("/v1.0/robot/ding/send", new_api(POST, DING, ding::send))
        .route("/v1.0/robot/ding/recall", new_api(POST, DING, ding::recall))
        .route("/v1.0/robot/ding/readStatuses/query", new_api(POST, DING, ding::read_status))
        .route("/v1.0/robot/groups/robots/query", new_api(POST, CHAT, groups::robots))
        .route("/v1.0/robot/installed/groups/query", new_api(POST, CHAT, groups::installed))
        .route("/v1.0/im/group/create", new_api(POST, CHAT, groups::create))
        .route("/v1.0/im/sceneGroups", new_api(POST, CHAT, groups::create_scene))
        .route("/v1.0/im/sceneGroups/query", new_api(POST, CHAT, groups::info))
        .route("/v1.0/im/sceneGroups/members/batchQuery", new_api(POST, CHAT, groups::members))
        .route("/v1.0/im/chat/{chatId}/convertToOpenConversationId", new_api(POST, CHAT, groups::open_conversation_id))
        .route("/v1.0/card/instances", new_api(POST, CARD, cards::create).merge(new_api(PUT, CARD, cards::update)))
        .route("/v1.0/card/instances/deliver", new_api(POST, CARD, cards::deliver))
        .route("/v1.0/card/instances/createAndDeliver", new_api(POST, CARD, cards::create_and_deliver))
        .route("/v1.0/card/instances/spaces", new_api(PUT, CARD, cards::add_spaces))
        .route("/v1.0/card/streaming", new_api(PUT, CARD_STREAM, cards::stream))
        .route("/v1.0/card/callbacks/register", new_api(POST, CARD, cards::register_callback))
        .route("/v1.0/contact/users/search", new_api(POST, SEARCH, contacts::search_users))
        .route("/v1.0/contact/departments/search", new_api(POST, SEARCH, contacts::search_departments))
        .merge(project_routes())
        .merge(calendar_routes())
        .route("/topapi/v2/user/get", old_api(true, contacts::user))
        .route("/topapi/v2/user/getbymobile", old_api(true, contacts::by_mobile))
        .route("/topapi/user/getbyunionid", old_api(true, contacts::by_union_id))
        .route("/topapi/user/listid", old_api(true, contacts::user_ids))
        .route("/topapi/v2/user/list", old_api(true, contacts::users))
        .route("/topapi/user/listsimple", old_api(true, contacts::users_simple))
        .route("/topapi/user/listadmin", old_api(true, contacts::admins))
        .route("/topapi/v2/department/listsub", old_api(true, contacts::departments_below))
        .route("/topapi/v2/department/listsubid", old_api(true, contacts::department_ids_below))
        .route("/topapi/v2/department/get", old_api(true, contacts::department_details))
        .route("/topapi/v2/department/listparentbydept", old_api(true, contacts::above_department))
        .route("/topapi/v2/department/listparentbyuser", old_api(true, contacts::above_user))
        .route("/topapi/message/corpconversation/asyncsend_v2", old_api(true, work_notice::send))
        .route("/call_back/get_call_back_failed_result", old_api(true, failed::fetch))
        .route("/robot/send", any(webhook::custom_robot))
        .route("/robot/sendBySession", any(webhook::session))
        .route("/media/upload", post(media::upload).layer(DefaultBodyLimit::max(32 << 20)))
        .route("/media/{id}", get(media::bytes))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(middleware::from_fn_with_state(sim.clone(), firewall))
        .with_state(sim)
}

/// Calendars (§12).
fn calendar_routes() -> Router<Arc<Dingtalk>> {
    const EVENTS: &str = "/v1.0/calendar/users/{userId}/calendars/{calendarId}/events";
    let one = new_api(MethodFilter::GET, CALENDAR_READ, calendar::one)
        .merge(new_api(MethodFilter::PUT, CALENDAR_WRITE, calendar::change))
        .merge(new_api(MethodFilter::DELETE, CALENDAR_WRITE, calendar::delete));
    const POST: MethodFilter = MethodFilter::POST;
    Router::new()
        .route(EVENTS, new_api(POST, CALENDAR_WRITE, calendar::create))
        .route(&format!("{EVENTS}/{{eventId}}"), one)
        .route(&format!("{EVENTS}/{{eventId}}/attendees"), new_api(POST, CALENDAR_WRITE, calendar::invite))
        .route(
            &format!("{EVENTS}/{{eventId}}/attendees/batchRemove"),
            new_api(POST, CALENDAR_WRITE, calendar::uninvite),
        )
        .route(&format!("{EVENTS}/{{eventId}}/respond"), new_api(POST, CALENDAR_WRITE, calendar::respond))
}

/// Teambition's tasks through DingTalk (Teambition §11).
fn project_routes() -> Router<Arc<Dingtalk>> {
    const GET: MethodFilter = MethodFilter::GET;
    const POST: MethodFilter = MethodFilter::POST;
    const PUT: MethodFilter = MethodFilter::PUT;
    const DELETE: MethodFilter = MethodFilter::DELETE;
    const PROJECT: &str = "/users/{userId}/projects/{projectId}";
    const TASK: &str = "/users/{userId}/tasks/{taskId}";
    const LOOSE: &str = "/organizations/users/{userId}/tasks";
    let tasks = new_api(POST, TASK_WRITE, projects::create).merge(new_api(GET, TASK_READ, projects::get));
    let routes = Router::new()
        .route("/teambition/organizations", new_api(GET, PROJECT_READ, projects::organisation))
        .route("/teambition/users", new_api(GET, PROJECT_READ, projects::user))
        .route("/users/{userId}/tasks", tasks)
        .route("/users/{userId}/projectIds/{projectId}/tasks", new_api(GET, TASK_READ, projects::of_project))
        .route("/users/{userId}/tasks/search", new_api(POST, TASK_READ, projects::of_user))
        .route("/users/{userId}/tql/tasks/search", new_api(POST, TASK_READ, projects::by_query))
        .route(TASK, new_api(DELETE, TASK_WRITE, projects::delete))
        .route(&format!("{TASK}/archive"), new_api(POST, TASK_WRITE, projects::archive))
        .route(&format!("{TASK}/objectLinks"), new_api(POST, TASK_WRITE, projects::link))
        .route(&format!("{TASK}/{{what}}"), new_api(PUT, TASK_WRITE, projects::update))
        .route(&format!("{PROJECT}/taskflowStatuses/search"), new_api(GET, PROJECT_READ, projects::statuses))
        .route(&format!("{PROJECT}/customfields/search"), new_api(GET, PROJECT_READ, projects::custom_fields))
        .route(&format!("{PROJECT}/members"), new_api(GET, PROJECT_READ, projects::members))
        .route("/users/{userId}/projects/query", new_api(GET, PROJECT_READ, projects::projects))
        .route("/organizations/users/{userId}/priorities", new_api(GET, PROJECT_READ, projects::priorities))
        .route(LOOSE, new_api(POST, TASK_WRITE, projects::create_without_project))
        .route(&format!("{LOOSE}/{{taskId}}"), new_api(GET, TASK_READ, projects::get_without_project))
        .route(&format!("{LOOSE}/{{taskId}}/{{what}}"), new_api(PUT, TASK_WRITE, projects::update));
    Router::new().nest("/v1.0/project", routes)
}

/// Whoever calls too much is answered by the firewall with a page, whatever was asked (§0.4).
async fn firewall(State(sim): State<Arc<Dingtalk>>, request: Request, next: Next) -> Response {
    let banned = lock(&sim.tenant).settings.banned;
    if banned {
        const PAGE: &str =
            "<html><head><title>405</title></head><body>Sorry, your request has been blocked.</body></html>";
        return (StatusCode::METHOD_NOT_ALLOWED, Html(PAGE)).into_response();
    }
    next.run(request).await
}

/// Unknown addresses are answered in the old style and with status 200, also on the new host (§0.3).
async fn unknown(State(sim): State<Arc<Dingtalk>>, uri: Uri) -> Response {
    match uri.path().strip_prefix("/topapi/") {
        Some(method) => sim.answer_old(Err(OldRefusal::unknown_method(&method.replace('/', ".")))),
        None => axum::Json(json!({"errcode": 404, "errmsg": "请求的URI地址不存在"})).into_response(),
    }
}
