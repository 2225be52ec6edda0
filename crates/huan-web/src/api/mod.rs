//! The HTTP API, one file per resource.
//!
//! Each endpoint says in its description who may call it: the roles behind `session` and `token`. A test walks the
//! description and tries every endpoint without a right.

mod accounts;
mod calendar;
mod centre;
mod channels;
mod collaborations;
mod deliveries;
mod demo;
mod departments;
mod desk;
mod digests;
mod directory;
mod documents;
mod emergencies;
mod events;
mod everybody;
mod files;
mod groups;
mod history;
mod identities;
mod meetings;
mod messages;
mod minutes;
mod mirror;
mod notice_preferences;
mod people;
mod platforms;
mod problems;
mod records;
mod search;
mod session;
mod setup;
mod sign_offs;
mod situations;
mod starts;
mod task_sync;
mod tasks;
mod tokens;
mod typing;
mod usage_rules;

pub(crate) use demo::enter as enter_demo;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;

use crate::{problem::ProblemDocument, state::Web};

/// The description of the API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Huan 环",
        description = "Everything the page does. Writes take an `Idempotency-Key`; a browser's session also needs the \
                       header `X-Huan-CSRF`. Errors are problem documents with stable codes. The roles behind a \
                       security scheme say who may call: `signed_in`, `member` of the collaboration, `owner` of the \
                       task, `director` (initiator, assistant, administrator), `initiator`, `administrator`.",
        license(name = "MIT OR Apache-2.0")
    ),
    components(schemas(ProblemDocument)),
    modifiers(&Schemes)
)]
struct Description;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("huan_session")));
        let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        components.add_security_scheme("session", cookie);
        components.add_security_scheme("token", bearer);
    }
}

/// Every endpoint with its description.
pub(crate) fn router() -> OpenApiRouter<Web> {
    let api = OpenApiRouter::new()
        .merge(session::routes())
        .merge(setup::routes())
        .merge(desk::routes())
        .merge(tasks::routes())
        .merge(problems::routes())
        .merge(emergencies::routes())
        .merge(meetings::routes())
        .merge(messages::routes())
        .merge(minutes::routes())
        .merge(digests::routes())
        .merge(notice_preferences::routes())
        .merge(documents::routes())
        .merge(files::routes())
        .merge(sign_offs::routes())
        .merge(centre::routes())
        .merge(records::routes())
        .merge(search::routes())
        .merge(typing::routes())
        .merge(history::routes())
        .merge(deliveries::routes())
        .merge(collaborations::routes())
        .merge(usage_rules::routes())
        .merge(situations::routes())
        .merge(starts::routes())
        .merge(task_sync::routes())
        .merge(mirror::routes())
        .merge(channels::routes())
        .merge(groups::routes())
        .merge(people::routes())
        .merge(departments::routes())
        .merge(identities::routes())
        .merge(directory::routes())
        .merge(platforms::routes())
        .merge(accounts::routes())
        .merge(calendar::routes())
        .merge(tokens::routes())
        .merge(events::routes())
        .merge(everybody::routes())
        .merge(demo::routes());
    OpenApiRouter::with_openapi(Description::openapi()).nest("/api/v1", api)
}
