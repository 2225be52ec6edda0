//! Feishu (飞书), simulated. Section numbers in this module are those of our Feishu wire reference, which was written
//! from the official documentation and the official SDKs.

mod calendar;
mod card;
mod card_update;
mod chats;
mod company;
mod contact;
mod content;
pub(crate) mod control;
mod crypto;
mod delivery;
mod directory;
pub(crate) mod drive;
mod error;
mod frame;
pub mod ids;
mod limits;
mod marks;
mod messages;
mod model;
pub mod options;
mod people;
mod push;
mod request;
mod resources;
mod socket;
mod token;
mod urgent;
mod view;
mod webhook;

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, Weak};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use serde_json::json;

use self::delivery::Parcel;
use self::directory::{Directory, Member};
use self::error::{ApiError, ApiResult, ok_with};
use self::limits::Limits;
use self::model::{Chat, Model};
use self::options::FeishuOptions;
use self::socket::Sockets;
use self::token::{Caller, Token};
use self::webhook::CustomRobot;
use crate::connection::{self, FeishuConnection};
use crate::lock::lock;
use crate::organisation::derived_hex;
use crate::platform::{Delivery, Messenger, Platform, PlatformName, Press, Pressed, Read, Say, SimError};
use crate::shell::{Shell, reachable};
use crate::view::PlatformView;

const PLATFORM: PlatformName = PlatformName::Feishu;

/// Simulated Feishu.
pub struct Feishu {
    me: Weak<Self>,
    shell: Arc<Shell>,
    options: Mutex<FeishuOptions>,
    directory: Mutex<Arc<Directory>>,
    custom_robots: Vec<CustomRobot>,
    model: Mutex<Model>,
    drive: Mutex<drive::Drive>,
    calendar: Mutex<calendar::Calendar>,
    tokens: Mutex<Vec<Token>>,
    limits: Mutex<Limits>,
    delivery: Mutex<Delivery>,
    sockets: Mutex<Sockets>,
    /// Events that a fault holds back until another overtakes them.
    held: Mutex<Vec<Parcel>>,
    /// Events that are neither acknowledged nor given up.
    waiting: AtomicUsize,
}

fn app_secret() -> String {
    derived_hex("feishu app secret", "huan", 32)
}

fn verification_token() -> String {
    derived_hex("feishu verification token", "huan", 32)
}

fn encrypt_key() -> String {
    derived_hex("feishu encrypt key", "huan", 32)
}

impl Feishu {
    /// The seeded tenant.
    pub fn new(shell: Arc<Shell>, options: FeishuOptions) -> Arc<Self> {
        let groups: Vec<&str> = shell.organisation.groups_on(PLATFORM).map(|group| group.key.as_str()).collect();
        Arc::new_cyclic(|me| Self {
            me: me.clone(),
            options: Mutex::new(options),
            directory: Mutex::new(Arc::new(Directory::new(&shell.organisation))),
            custom_robots: webhook::seeded(&groups),
            model: Mutex::new(Model::seeded(&shell.organisation)),
            drive: Mutex::new(drive::Drive::seeded()),
            calendar: Mutex::default(),
            tokens: Mutex::default(),
            limits: Mutex::default(),
            delivery: Mutex::default(),
            sockets: Mutex::default(),
            held: Mutex::default(),
            waiting: AtomicUsize::new(0),
            shell: shell.clone(),
        })
    }

    /// Addresses and credentials.
    pub fn connection(&self) -> FeishuConnection {
        let base_url = format!("http://{}", reachable(self.shell.feishu_address));
        let robot = |robot: &CustomRobot| connection::CustomRobot {
            group: robot.group.clone(),
            webhook_url: format!("{base_url}/open-apis/bot/v2/hook/{}", robot.token),
            secret: robot.secret.clone(),
        };
        FeishuConnection {
            bootstrap_url: format!("{base_url}/callback/ws/endpoint"),
            app_id: ids::app(),
            app_secret: app_secret(),
            verification_token: verification_token(),
            encrypt_key: encrypt_key(),
            tenant_key: ids::tenant(),
            robot_open_id: ids::robot(),
            custom_robots: self.custom_robots.iter().map(robot).collect(),
            base_url,
        }
    }

    /// The settings as they are now.
    pub fn options(&self) -> FeishuOptions {
        lock(&self.options).clone()
    }

    /// Changes settings while the simulator runs.
    pub fn configure(&self, change: impl FnOnce(&mut FeishuOptions)) {
        change(&mut lock(&self.options));
        self.shell.changed();
    }

    /// Tells the program of an event, e.g. `contact.user.updated_v3`.
    pub fn emit_event(&self, kind: &str, data: serde_json::Value) {
        self.emit(kind, data);
    }

    /// Whether the app may see and write to this person.
    fn in_range(&self, member: &Member) -> bool {
        !lock(&self.options).out_of_range.contains(&member.person.key)
    }

    fn new_message_id(&self) -> String {
        format!("om_{}", self.shell.random.hex::<16>())
    }

    /// Tells the program that people have joined a group.
    fn members_added(&self, chat: &Chat, keys: &[String]) {
        let directory = self.directory();
        let users: Vec<_> = keys
            .iter()
            .filter_map(|key| directory.by_key(key))
            .map(|member| json!({"name": member.person.name, "tenant_key": ids::tenant(), "user_id": member.all_ids()}))
            .collect();
        if users.is_empty() {
            return;
        }
        let robot = json!({"union_id": "", "user_id": "", "open_id": ids::robot()});
        let event = json!({
            "chat_id": chat.id, "operator_id": robot, "external": false, "operator_tenant_key": ids::tenant(), "name": chat.name,
            "i18n_names": {"zh_cn": chat.name, "en_us": "", "ja_jp": ""}, "users": users,
        });
        self.emit("im.chat.member.user.added_v1", event);
    }
}

/// `GET /open-apis/bot/v3/info`
async fn robot_info(State(feishu): State<Arc<Feishu>>, _: Caller) -> ApiResult {
    let name = &feishu.shell.organisation.robot_name;
    ok_with(
        json!({"bot": {"activate_status": 2, "app_name": name, "avatar_url": "", "ip_white_list": [], "open_id": ids::robot()}}),
    )
}

/// Answers to what is not simulated, in the gateway's words.
async fn not_found() -> Response {
    let mut error = ApiError::new(99991404, "404 page not found: this endpoint is not simulated");
    error.status = axum::http::StatusCode::NOT_FOUND;
    error.into_response()
}

impl Platform for Feishu {
    fn name(&self) -> PlatformName {
        PLATFORM
    }

    fn router(self: Arc<Self>) -> Router {
        const MESSAGE: &str = "/open-apis/im/v1/messages/{message_id}";
        const CHAT: &str = "/open-apis/im/v1/chats/{chat_id}";
        const CONTACT: &str = "/open-apis/contact/v3";
        let contact = Router::new()
            .route("/users/{user_id}", get(contact::user))
            .route("/users/batch", get(contact::users))
            .route("/users/basic_batch", post(contact::basic_batch))
            .route("/users/batch_get_id", post(contact::batch_get_id))
            .route("/users/find_by_department", get(contact::find_by_department))
            .route("/departments/{department_id}", get(contact::department))
            .route("/departments/{department_id}/children", get(contact::children))
            .route("/departments/parent", get(contact::ancestors))
            .route("/scopes", get(contact::scopes));
        Router::new()
            .route("/open-apis/auth/v3/tenant_access_token/internal", post(token::tenant_access_token))
            .route("/open-apis/auth/v3/app_access_token/internal", post(token::app_access_token))
            .route("/open-apis/bot/v3/info", get(robot_info))
            .route("/open-apis/im/v1/messages", get(messages::list).post(messages::send))
            .route(
                MESSAGE,
                get(messages::get).put(messages::edit).patch(messages::update_card).delete(messages::recall),
            )
            .route(&format!("{MESSAGE}/reply"), post(messages::reply))
            .route(&format!("{MESSAGE}/read_users"), get(messages::read_users))
            .route(&format!("{MESSAGE}/urgent_app"), patch(urgent::app))
            .route(&format!("{MESSAGE}/urgent_sms"), patch(urgent::sms))
            .route(&format!("{MESSAGE}/urgent_phone"), patch(urgent::phone))
            .route(&format!("{MESSAGE}/reactions"), get(marks::reactions).post(marks::react))
            .route(&format!("{MESSAGE}/reactions/{{reaction_id}}"), delete(marks::take_reaction_back))
            .route("/open-apis/im/v1/pins", get(marks::pins).post(marks::pin))
            .route("/open-apis/im/v1/pins/{message_id}", delete(marks::unpin))
            .route("/open-apis/im/v1/images", post(resources::image))
            .route("/open-apis/im/v1/files", post(resources::file))
            .route("/open-apis/interactive/v1/card/update", post(card_update::update))
            .route("/open-apis/im/v1/chats", get(chats::list).post(chats::create))
            .route("/open-apis/im/v1/chats/search", get(chats::search))
            .route(CHAT, get(chats::get))
            .route(&format!("{CHAT}/members"), get(chats::members).post(chats::add_members))
            .nest(CONTACT, contact)
            .merge(drive::router())
            .merge(calendar::router())
            .route("/wiki/{node_token}", get(drive::open))
            .route("/open-apis/bot/v2/hook/{token}", post(webhook::receive))
            .route("/open-apis/bot/hook/{token}", post(webhook::receive_old))
            .route("/callback/ws/endpoint", post(socket::bootstrap))
            .route("/ws/v2", get(socket::connect))
            .fallback(not_found)
            .layer(DefaultBodyLimit::disable()) // the platform's own limits are checked by each endpoint
            .layer(middleware::map_response_with_state(self.clone(), log_headers))
            .with_state(self)
    }

    fn rate_limited(&self, path: &str) -> Response {
        ApiError::rate_limited(self.limit_status(path), 1).into_response()
    }
}

impl Messenger for Feishu {
    fn say(&self, say: Say) -> Result<String, SimError> {
        self.person_says(&say)
    }

    async fn press(&self, press: Press) -> Result<Pressed, SimError> {
        let Some(me) = self.me.upgrade() else { return Err(SimError::NotPossible("the simulator has stopped".into())) };
        me.person_presses(press).await
    }

    fn read(&self, read: Read) -> Result<(), SimError> {
        self.person_reads(&read)
    }

    fn view(&self, viewer: Option<&str>) -> PlatformView {
        self.platform_view(viewer)
    }

    async fn set_delivery(&self, delivery: Delivery) -> Result<(), SimError> {
        if let Delivery::Http(http) = &delivery {
            push::verify(&self.shell, http).await?;
        }
        *lock(&self.delivery) = delivery;
        self.shell.changed();
        Ok(())
    }

    fn disconnect(&self) -> usize {
        lock(&self.sockets).cut_all()
    }
}

/// Every answer carries the ids under which the platform logs it (§0.3).
async fn log_headers(State(feishu): State<Arc<Feishu>>, mut response: Response) -> Response {
    for name in ["x-tt-logid", "x-request-id"] {
        if let Ok(value) = HeaderValue::from_str(&feishu.shell.random.hex::<16>()) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
