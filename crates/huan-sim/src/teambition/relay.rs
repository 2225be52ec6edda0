//! The same tasks through DingTalk (Teambition §11): people by their DingTalk ids, and members of objects under the
//! names of DingTalk's project API, which were taken from its official client.

use serde_json::{Map, Value, json};

use super::Teambition;
use super::answer::{Refusal, Reply};
use super::api::create::without_project;
use super::call::{Actor, Call};
use super::directory::Directory;
use super::ids;
use crate::lock::lock;

/// Why DingTalk's project API refuses: an HTTP status and a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RelayRefusal {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl From<Refusal> for RelayRefusal {
    fn from(refusal: Refusal) -> Self {
        Self { status: refusal.code, text: refusal.message }
    }
}

/// `result` and the token of the next page.
pub(crate) type Relayed = Result<(Value, String), RelayRefusal>;

/// Members that hold ids of people.
const PEOPLE: [&str; 7] =
    ["creatorId", "executorId", "involveMembers", "oldInvolveMembers", "addInvolvers", "delInvolvers", "userId"];

impl Teambition {
    /// An operation on behalf of somebody of DingTalk; `path` is that of the open API.
    pub(crate) fn relayed(&self, staff: &str, method: &str, path: &str, body: Map<String, Value>) -> Relayed {
        let tenant = &mut *lock(&self.tenant);
        let user = known(&tenant.directory, staff)?;
        let body = to_teambition(&tenant.directory, body)?;
        let reply = self.as_user(tenant, &user, method, path, Value::Object(body), None)?;
        Ok(answer(&tenant.directory, reply))
    }

    /// Makes a task that belongs to no project.
    pub(crate) fn relayed_without_project(&self, staff: &str, body: Map<String, Value>) -> Relayed {
        let tenant = &mut *lock(&self.tenant);
        let user = known(&tenant.directory, staff)?;
        let body = to_teambition(&tenant.directory, body)?;
        let by = Actor { user: Some(user), app: None };
        let call = Call { by, body, now: self.shell.clock.now(), ..Call::default() };
        let reply = without_project(self, tenant, &call)?;
        Ok(answer(&tenant.directory, reply))
    }

    /// The userId on Teambition of somebody of DingTalk.
    pub(crate) fn relayed_user(&self, staff: &str) -> Relayed {
        let tenant = lock(&self.tenant);
        Ok((json!({"tbUserId": known(&tenant.directory, staff)?}), String::new()))
    }

    /// The organisation on Teambition.
    pub(crate) fn relayed_organisation(&self) -> Value {
        json!({"tbOrganizationId": ids::organisation()})
    }

    /// Largest page that can be asked for at once.
    pub(crate) fn largest_page(&self) -> usize {
        lock(&self.tenant).settings.largest_page
    }
}

fn known(directory: &Directory, staff: &str) -> Result<String, RelayRefusal> {
    let member = directory.dingtalk_user(staff).filter(|member| !member.disabled);
    let member = member.ok_or_else(|| RelayRefusal { status: 404, text: format!("用户不存在：{staff}") })?;
    Ok(member.user_id.clone())
}

fn answer(directory: &Directory, reply: Reply) -> (Value, String) {
    let (mut result, beside) = reply.members();
    to_dingtalk(directory, &mut result);
    let next = beside.get("nextPageToken").and_then(Value::as_str).unwrap_or_default().to_owned();
    (result, next)
}

/// DingTalk's ids of people become Teambition's.
fn to_teambition(directory: &Directory, mut body: Map<String, Value>) -> Result<Map<String, Value>, RelayRefusal> {
    for name in PEOPLE {
        match body.get_mut(name) {
            Some(Value::String(user)) if !user.is_empty() => *user = known(directory, user)?,
            Some(Value::Array(users)) => {
                for user in users {
                    if let Value::String(user) = user {
                        *user = known(directory, user)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(body)
}

/// Teambition's ids of people become DingTalk's; whoever has no account there keeps Teambition's.
fn to_dingtalk(directory: &Directory, value: &mut Value) {
    let foreign = |user: &mut Value| {
        if let Some(dingtalk) =
            user.as_str().and_then(|id| directory.user(id)).and_then(|known| known.dingtalk.as_ref())
        {
            *user = json!(dingtalk);
        }
    };
    match value {
        Value::Array(list) => list.iter_mut().for_each(|entry| to_dingtalk(directory, entry)),
        Value::Object(members) => {
            for (name, member) in members {
                if !PEOPLE.contains(&name.as_str()) {
                    to_dingtalk(directory, member);
                } else if let Value::Array(users) = member {
                    users.iter_mut().for_each(foreign);
                } else {
                    foreign(member);
                }
            }
        }
        _ => {}
    }
}
