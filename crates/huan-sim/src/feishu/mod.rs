//! Feishu (飞书), simulated.

pub mod ids;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::connection::FeishuConnection;
use crate::organisation::derived_hex;
use crate::platform::{Delivery, Platform, PlatformName, Press, Pressed, Read, Say, SimError};
use crate::shell::Shell;
use crate::view::PlatformView;

/// Simulated Feishu.
pub struct Feishu {
    shell: Arc<Shell>,
}

impl Feishu {
    /// The seeded tenant.
    pub fn new(shell: Arc<Shell>) -> Arc<Self> {
        Arc::new(Self { shell })
    }

    /// Addresses and credentials.
    pub fn connection(&self) -> FeishuConnection {
        let base_url = format!("http://{}", self.shell.feishu_address);
        FeishuConnection {
            bootstrap_url: format!("{base_url}/callback/ws/endpoint"),
            app_id: ids::app(),
            app_secret: derived_hex("feishu app secret", "huan", 32),
            verification_token: derived_hex("feishu verification token", "huan", 32),
            encrypt_key: derived_hex("feishu encrypt key", "huan", 32),
            tenant_key: ids::tenant(),
            robot_open_id: ids::robot(),
            custom_robots: Vec::new(),
            base_url,
        }
    }
}

impl Platform for Feishu {
    fn name(&self) -> PlatformName {
        PlatformName::Feishu
    }

    fn router(self: Arc<Self>) -> Router {
        Router::new()
    }

    fn rate_limited(&self, _path: &str) -> Response {
        StatusCode::TOO_MANY_REQUESTS.into_response()
    }

    fn say(&self, _say: Say) -> Result<String, SimError> {
        Err(SimError::NotPossible("Feishu is not simulated yet".into()))
    }

    async fn press(&self, _press: Press) -> Result<Pressed, SimError> {
        Err(SimError::NotPossible("Feishu is not simulated yet".into()))
    }

    fn read(&self, _read: Read) -> Result<(), SimError> {
        Err(SimError::NotPossible("Feishu is not simulated yet".into()))
    }

    fn view(&self, _viewer: Option<&str>) -> PlatformView {
        PlatformView {
            platform: PlatformName::Feishu,
            conversations: Vec::new(),
            connections: 0,
            delivery: Delivery::Connection,
            waiting_events: 0,
        }
    }

    async fn set_delivery(&self, _delivery: Delivery) -> Result<(), SimError> {
        Err(SimError::NotPossible("Feishu is not simulated yet".into()))
    }

    fn disconnect(&self) -> usize {
        0
    }
}
