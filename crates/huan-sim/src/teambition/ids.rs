//! Teambition's ids of the seeded organisation: 24 lower-case hexadecimal digits each (Teambition §1.1). They follow
//! from the seed's keys.

use crate::connection::TeambitionIds;
use crate::organisation::derived_hex;

const DIGITS: usize = 24;

fn id(kind: &str, key: &str) -> String {
    derived_hex(&format!("teambition {kind}"), key, DIGITS)
}

/// The ids of a person.
pub fn person(key: &str) -> TeambitionIds {
    TeambitionIds { user_id: id("user", key), member_id: id("member", key) }
}

/// The organisation.
pub fn organisation() -> String {
    id("organisation", "yunfan")
}

/// The app.
pub fn app() -> String {
    id("app", "huan")
}

/// The app's secret.
pub(super) fn app_secret() -> String {
    derived_hex("teambition app secret", "huan", 32)
}

/// The subscription of the app's webhook.
pub(super) fn hook() -> String {
    id("hook", "huan")
}

/// A department.
pub fn department(key: &str) -> String {
    id("department", key)
}

/// The department at the root, which has the organisation's name.
pub fn root_department() -> String {
    id("department", "root")
}

/// The seeded project.
pub fn project(key: &str) -> String {
    id("project", key)
}

/// A part of a project, such as a status, by the project's id and a name unique within it.
pub(super) fn part(project: &str, kind: &str, name: &str) -> String {
    id(kind, &format!("{project}/{name}"))
}

/// A level of urgency of the organisation.
pub(super) fn priority(value: i64) -> String {
    id("priority", &value.to_string())
}
