//! DingTalk (钉钉), simulated.

pub mod ids;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::connection::DingtalkConnection;
use crate::organisation::derived_hex;
use crate::platform::{Delivery, Platform, PlatformName, Press, Pressed, Read, Say, SimError};
use crate::shell::Shell;
use crate::view::PlatformView;

/// Simulated Dingtalk.
pub struct Dingtalk {
    shell: Arc<Shell>,
}

impl Dingtalk {
    /// The seeded tenant.
    pub fn new(shell: Arc<Shell>) -> Arc<Self> {
        Arc::new(Self { shell })
    }

    /// Addresses and credentials.
    pub fn connection(&self) -> DingtalkConnection {
        let base_url = format!("http://{}", self.shell.dingtalk_address);
        DingtalkConnection {
            oapi_base_url: base_url.clone(),
            stream_open_url: format!("{base_url}/v1.0/gateway/connections/open"),
            client_id: ids::client(),
            client_secret: derived_hex("dingtalk client secret", "huan", 64),
            corp_id: ids::corp(),
            robot_code: ids::client(),
            agent_id: 2_020_010_001,
            callback_token: derived_hex("dingtalk callback token", "huan", 32),
            callback_aes_key: derived_hex("dingtalk callback aes key", "huan", 43),
            card_templates: Vec::new(),
            custom_robots: Vec::new(),
            api_base_url: base_url,
        }
    }
}

impl Platform for Dingtalk {
    fn name(&self) -> PlatformName {
        PlatformName::Dingtalk
    }

    fn router(self: Arc<Self>) -> Router {
        Router::new()
    }

    fn rate_limited(&self, _path: &str) -> Response {
        StatusCode::TOO_MANY_REQUESTS.into_response()
    }

    fn say(&self, _say: Say) -> Result<String, SimError> {
        Err(SimError::NotPossible(
            "Dingtalk is not simulated yet".into(),
        ))
    }

    async fn press(&self, _press: Press) -> Result<Pressed, SimError> {
        Err(SimError::NotPossible(
            "Dingtalk is not simulated yet".into(),
        ))
    }

    fn read(&self, _read: Read) -> Result<(), SimError> {
        Err(SimError::NotPossible(
            "Dingtalk is not simulated yet".into(),
        ))
    }

    fn view(&self, _viewer: Option<&str>) -> PlatformView {
        PlatformView {
            platform: PlatformName::Dingtalk,
            conversations: Vec::new(),
            connections: 0,
            delivery: Delivery::Connection,
            waiting_events: 0,
        }
    }

    async fn set_delivery(&self, _delivery: Delivery) -> Result<(), SimError> {
        Err(SimError::NotPossible(
            "Dingtalk is not simulated yet".into(),
        ))
    }

    fn disconnect(&self) -> usize {
        0
    }
}
