//! DingTalk (钉钉), simulated. Comments name the sections of the platform's description («§5.3»).

mod api;
mod call;
mod card;
mod chat;
mod company;
mod content;
pub(crate) mod control;
mod directory;
mod envelope;
pub mod ids;
mod people;
mod push;
mod quota;
mod refusal;
mod relay;
mod screen;
mod settings;
mod signature;
mod stream;
mod tenant;
mod token;
mod uncertain;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::sync::watch;

pub use self::settings::Settings;
pub use self::uncertain::Uncertain;

use self::push::event::Event;
use self::refusal::{NewRefusal, OldRefusal};
use self::tenant::Tenant;
use crate::connection::{CustomRobot, DingtalkConnection};
use crate::lock::lock;
use crate::platform::{Delivery, Messenger, Platform, PlatformName, Press, Pressed, Read, Say, SimError};
use crate::shell::Shell;
use crate::teambition::Teambition;
use crate::view::{CalendarEventView, PlatformView};

/// Simulated DingTalk.
pub struct Dingtalk {
    shell: Arc<Shell>,
    /// Whose tasks are served and whose events are relayed (Teambition §11).
    teambition: Arc<Teambition>,
    tenant: Mutex<Tenant>,
    /// Counts deliveries, so that one that is held back knows when it was overtaken.
    delivered: watch::Sender<u64>,
    /// Ourselves, for the tasks that a shared reference starts.
    this: std::sync::Weak<Dingtalk>,
}

impl Dingtalk {
    /// The seeded tenant.
    pub(crate) fn new(shell: Arc<Shell>, settings: Settings, teambition: Arc<Teambition>) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            tenant: Mutex::new(Tenant::seeded(&shell.organisation, settings)),
            shell,
            teambition,
            delivered: watch::Sender::new(0),
            this: this.clone(),
        })
    }

    /// Addresses and credentials.
    pub fn connection(&self) -> DingtalkConnection {
        let base_url = self.base_url();
        let tenant = lock(&self.tenant);
        DingtalkConnection {
            oapi_base_url: base_url.clone(),
            stream_open_url: format!("{base_url}/v1.0/gateway/connections/open"),
            client_id: ids::client(),
            client_secret: ids::client_secret(),
            corp_id: ids::corp(),
            robot_code: ids::client(),
            agent_id: ids::AGENT,
            callback_token: ids::callback_token(),
            callback_aes_key: ids::callback_aes_key(),
            card_templates: tenant
                .templates
                .iter()
                .filter(|template| template.published)
                .map(|template| template.id.clone())
                .collect(),
            custom_robots: tenant
                .custom_robots
                .iter()
                .map(|(token, robot)| CustomRobot {
                    group: robot.group.clone(),
                    webhook_url: format!("{base_url}/robot/send?access_token={token}"),
                    secret: robot.secret.clone(),
                })
                .collect(),
            api_base_url: base_url,
        }
    }

    /// Every event that stands in somebody's calendar.
    pub(crate) fn calendar_view(&self) -> Vec<CalendarEventView> {
        let tenant = lock(&self.tenant);
        tenant.calendars.view(&tenant)
    }

    /// Changes what an organisation decides, or what the platform's documentation leaves open.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut lock(&self.tenant).settings);
        self.shell.changed();
    }

    /// Makes every access token invalid, as when somebody resets the secret.
    pub fn revoke_tokens(&self) {
        lock(&self.tenant).tokens.revoke();
    }

    /// Tells the program of an event whose fields are spelled alike over Stream and HTTP, e.g. `user_add_org`.
    pub fn emit_event(&self, kind: &str, data: Value) {
        if let Some(this) = self.this.upgrade() {
            this.emit(&mut lock(&self.tenant), Event::new(kind, data));
        }
    }

    /// Address at which a program on this machine reaches the simulator.
    fn base_url(&self) -> String {
        let mut address = self.shell.dingtalk_address;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }

    fn message_id(&self) -> String {
        format!("msg{}", STANDARD.encode(self.shell.random.bytes::<16>()))
    }

    fn query_key(&self) -> String {
        STANDARD.encode(self.shell.random.bytes::<32>())
    }

    fn stream_message_id(&self) -> String {
        let [first, second, third] =
            [self.shell.random.hex::<4>(), self.shell.random.hex::<6>(), self.shell.random.hex::<3>()];
        format!("{first}_{}_{second}_{third}", self.shell.random.below(1000))
    }

    fn uuid(&self) -> String {
        let hex = self.shell.random.hex::<16>();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn this(&self) -> Result<Arc<Self>, SimError> {
        self.this.upgrade().ok_or_else(|| SimError::NotPossible("the simulator has stopped".to_owned()))
    }
}

impl Platform for Dingtalk {
    fn name(&self) -> PlatformName {
        PlatformName::Dingtalk
    }

    fn router(self: Arc<Self>) -> Router {
        api::routes::router(self)
    }

    fn rate_limited(&self, path: &str) -> Response {
        if path.starts_with("/v1.0/") || path.starts_with("/v2.0/") {
            return self.answer_new(Err(NewRefusal::too_many_per_second()));
        }
        if path == "/robot/send" {
            let (code, text) = lock(&self.tenant).settings.uncertain.robot_too_fast.clone();
            return self.answer_old(Err(OldRefusal::plain(code, text)));
        }
        self.answer_old(Err(OldRefusal::too_many_per_second()))
    }
}

impl Messenger for Dingtalk {
    fn say(&self, say: Say) -> Result<String, SimError> {
        self.this()?.person_says(&say)
    }

    async fn press(&self, press: Press) -> Result<Pressed, SimError> {
        self.this()?.person_presses(&press).await
    }

    fn read(&self, read: Read) -> Result<(), SimError> {
        self.this()?.person_reads(&read)
    }

    fn view(&self, viewer: Option<&str>) -> PlatformView {
        self.platform_view(viewer)
    }

    async fn set_delivery(&self, delivery: Delivery) -> Result<(), SimError> {
        self.enter_delivery(delivery).await
    }

    fn disconnect(&self) -> usize {
        lock(&self.tenant).connections.announce_end()
    }
}
