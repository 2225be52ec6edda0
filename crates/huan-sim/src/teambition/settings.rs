//! What an organisation or the platform decides, and what its documentation leaves open (§14). Tests turn these knobs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::answer::ErrorForm;

/// Which way simulated Teambition goes. It can be changed while it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TeambitionSettings {
    /// Where errors show.
    pub errors: ErrorForm,
    /// Calls per second of the app in the organisation to one route (§1.5).
    pub calls_per_second: usize,
    /// Further secrets of the app that are valid, as while a secret is changed (§2.1).
    pub further_secrets: Vec<String>,
    /// Whether the app is installed in the organisation.
    pub installed: bool,
    /// Routes that the app may not call for want of a permission point, e.g. `POST /v3/task/create`.
    pub forbidden_routes: BTreeSet<String>,
    /// Largest accepted `pageSize`; it is not published.
    pub largest_page: usize,
    /// Whether a write without `X-Operator-Id` is refused.
    pub operator_needed: bool,
    /// Whether somebody outside the project can be made executor or participant (§14, 9): he is added to it then.
    pub outsiders_are_added: bool,
    /// Whether a query for a task that is not there answers 404 instead of an empty list.
    pub missing_task_is_404: bool,
    /// Whether `uniqueId` is a number on the wire instead of a text (§14, 8).
    pub numeric_unique_id: bool,
    /// Whether nobody as executor is an empty text instead of `null` (§3).
    pub nobody_is_empty: bool,
    /// Whether a status of kind `end` sets `isDone` (§14, 10).
    pub end_means_done: bool,
    /// Whether a comment moves the task's `updated`.
    pub comment_touches: bool,
    /// Whether mail and mobile number are shown to the app (§14, 11).
    pub contact_details: bool,
    /// Whether the webhook also tells of comments, priority, progress and tags, which only the relay is known to do
    /// (§14, 2).
    pub unconfirmed_events: bool,
    /// Whether a push that failed is tried again (the console's «持续重试»).
    pub retry: bool,
    /// The waits of the schedule 2, 4, 8 … seconds (at most 30 minutes, for six days), times this.
    pub retry_scale: f64,
    /// After how many failed pushes in succession the address counts as unavailable: what happens then is not pushed.
    pub unavailable_after: u32,
    /// After how many seconds of unavailability pushing stops until `listen` is called.
    pub silent_after: f64,
    /// How many seconds after `listen` pushing comes back.
    pub listen_takes: f64,
    /// Whether pushes are sent in base64.
    pub base64: bool,
    /// In base64: whether the signature covers the encoded text instead of the bytes (§14, 3).
    pub base64_is_signed: bool,
    /// What `X-Trigger-From-Me` says for yes (§14, 3); for no, it says `false`.
    pub from_me: String,
    /// Whether `X-Request-Id` is new for each attempt of the same event (§14, 3).
    pub new_request_id_per_attempt: bool,
    /// Whether DingTalk relays task events (route B). An organisation has to apply for it.
    pub relay: bool,
    /// Key of the person who is signed in at the browser (§8); nobody: the browser asks.
    pub signed_in: Option<String>,
}

impl Default for TeambitionSettings {
    fn default() -> Self {
        Self {
            errors: ErrorForm::Status,
            calls_per_second: 40,
            further_secrets: Vec::new(),
            installed: true,
            forbidden_routes: BTreeSet::new(),
            largest_page: 100,
            operator_needed: true,
            outsiders_are_added: false,
            missing_task_is_404: false,
            numeric_unique_id: false,
            nobody_is_empty: false,
            end_means_done: true,
            comment_touches: true,
            contact_details: true,
            unconfirmed_events: false,
            retry: true,
            retry_scale: 1.0,
            unavailable_after: 5,
            silent_after: 86_400.0,
            listen_takes: 0.0,
            base64: false,
            base64_is_signed: false,
            from_me: "true".to_owned(),
            new_request_id_per_attempt: true,
            relay: false,
            signed_in: None,
        }
    }
}

impl TeambitionSettings {
    /// These settings with some members changed; the error says which member is wrong.
    pub(super) fn changed(&self, members: Value) -> Result<Self, serde_json::Error> {
        let mut all = serde_json::to_value(self)?;
        if let (Value::Object(all), Value::Object(members)) = (&mut all, members) {
            all.extend(members);
        }
        serde_json::from_value(all)
    }
}
