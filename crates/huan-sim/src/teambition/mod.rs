//! Teambition, simulated. Comments name the sections of our Teambition wire reference («§4.2»), which was written from
//! the official API description, the official Node client and copies of the official documentation.

mod answer;
mod api;
mod call;
mod change;
pub(crate) mod control;
mod directory;
pub(crate) mod event;
mod hook;
pub mod ids;
mod project;
pub(crate) mod relay;
pub mod screen;
pub mod settings;
mod task;
mod tenant;
mod token;
mod tql;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use self::answer::{Refusal, respond};
use self::event::Relayed;
use self::hook::Parcel;
use self::settings::TeambitionSettings;
use self::tenant::Tenant;
use crate::connection::TeambitionConnection;
use crate::lock::lock;
use crate::organisation::Organisation;
use crate::platform::{Platform, PlatformName, SimError};
use crate::shell::{Shell, reachable};

const PLATFORM: PlatformName = PlatformName::Teambition;

/// Simulated Teambition.
pub struct Teambition {
    shell: Arc<Shell>,
    tenant: Mutex<Tenant>,
    outbox: mpsc::UnboundedSender<Parcel>,
    relay: mpsc::UnboundedSender<Relayed>,
    /// Counts new events: each makes those that wait be tried at once.
    nudged: watch::Sender<u64>,
    /// Counts pushes, so that one that is held back knows when it was overtaken.
    delivered: watch::Sender<u64>,
}

impl Teambition {
    /// The seeded organisation, and the events that DingTalk relays.
    pub(crate) fn new(
        shell: Arc<Shell>,
        settings: TeambitionSettings,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Relayed>) {
        let (outbox, parcels) = mpsc::unbounded_channel();
        let (relay, relayed) = mpsc::unbounded_channel();
        let tenant = Tenant::seeded(&shell.organisation, settings, shell.clock.now());
        let sim = Arc::new(Self {
            tenant: Mutex::new(tenant),
            outbox,
            relay,
            nudged: watch::Sender::new(0),
            delivered: watch::Sender::new(0),
            shell,
        });
        sim.shell.spawn(sim.clone().deliver(parcels));
        (sim, relayed)
    }

    /// Where the web pages are, e.g. `http://127.0.0.1:9103`; a task's page is `/task/{taskId}` below it.
    fn web_url(&self) -> String {
        format!("http://{}", reachable(self.shell.teambition_address))
    }

    fn new_id(&self) -> String {
        self.shell.random.hex::<12>()
    }

    /// Addresses and credentials.
    pub fn connection(&self) -> TeambitionConnection {
        let web_url = self.web_url();
        let tenant = lock(&self.tenant);
        let project = tenant.projects.first();
        let named = |all: Vec<(&String, &String)>| -> BTreeMap<String, String> {
            all.into_iter().map(|(name, id)| (name.clone(), id.clone())).collect()
        };
        TeambitionConnection {
            base_url: format!("{web_url}/api"),
            private_base_url: format!("{web_url}/gateway"),
            app_id: ids::app(),
            app_secret: ids::app_secret(),
            organization_id: ids::organisation(),
            project_id: project.map(|project| project.id.clone()).unwrap_or_default(),
            project_name: project.map(|project| project.name.clone()).unwrap_or_default(),
            statuses: project
                .map(|project| named(project.statuses.iter().map(|status| (&status.name, &status.id)).collect()))
                .unwrap_or_default(),
            custom_fields: project
                .map(|project| named(project.fields.iter().map(|field| (&field.name, &field.id)).collect()))
                .unwrap_or_default(),
            web_url,
        }
    }

    /// The settings as they are now.
    pub fn settings(&self) -> TeambitionSettings {
        lock(&self.tenant).settings.clone()
    }

    /// Changes settings while the simulator runs.
    pub fn configure(&self, change: impl FnOnce(&mut TeambitionSettings)) {
        change(&mut lock(&self.tenant).settings);
        self.shell.changed();
    }

    /// Enters where events go; `None` takes the address away. The app is published and installed with it.
    ///
    /// # Errors
    /// None at present: the real console makes no check of the address that we know of.
    pub fn listen_at(&self, url: Option<url::Url>) -> Result<(), SimError> {
        self.set_webhook(url)
    }

    /// A person (key or name) does something in the client. `path` and `body` are those of the API, without prefix,
    /// e.g. `PUT` `/v3/task/{id}/content`; the answer is the API's `result`.
    ///
    /// # Errors
    /// When there is no such person, or in the platform's own words when it refuses.
    pub fn as_person(&self, person: &str, method: &str, path: &str, body: Value) -> Result<Value, SimError> {
        self.act(person, method, path, body)
    }

    /// The company has changed.
    pub(crate) fn company_changed(&self, company: &Organisation) {
        let tenant = &mut *lock(&self.tenant);
        tenant.directory = tenant.directory.renewed(company);
    }
}

impl Platform for Teambition {
    fn name(&self) -> PlatformName {
        PLATFORM
    }

    /// The same operations below the prefix of the public cloud and that of private deployments (§1.1), and the web
    /// addresses of tasks and projects.
    fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/api/{*path}", any(call::serve))
            .route("/gateway/{*path}", any(call::serve))
            .route("/task/{id}", get(task_page))
            .route("/project/{id}", get(project_page))
            .fallback(async || respond(Err(Refusal::misdirected()), settings::ErrorForm::Status, ""))
            .layer(DefaultBodyLimit::disable())
            .with_state(self)
    }

    fn rate_limited(&self, _: &str) -> Response {
        let form = lock(&self.tenant).settings.errors;
        respond(Err(Refusal::too_many()), form, &self.shell.random.hex::<16>())
    }
}

/// The web page of a task.
async fn task_page(State(sim): State<Arc<Teambition>>, Path(id): Path<String>) -> Response {
    let project = lock(&sim.tenant).task(&id).map(|task| task.project.clone());
    match project {
        Some(project) => Redirect::temporary(&format!("/sim/#teambition/{project}/-/{id}")).into_response(),
        None => axum::http::StatusCode::NOT_FOUND.into_response(),
    }
}

/// The web page of a project.
async fn project_page(Path(id): Path<String>) -> Redirect {
    Redirect::temporary(&format!("/sim/#teambition/{id}"))
}
