//! People and groups (DingTalk, contacts §10, groups §3.9).

use std::collections::HashSet;

use async_trait::async_trait;
use huan_connect::{Conversation, ConversationKind, Directory, DirectoryEntry, SendError};
use huan_core::platform::{ForeignConversation, ForeignUser};
use serde_json::{Value, json};

use super::{
    account::App,
    fault::Fault,
    ids::{self, PersonId, Place},
};
use crate::lenient::Lenient;

/// The most pages that are asked for.
const MOST_PAGES: usize = 50;
/// How many departments up a superior is looked for.
const MOST_LEVELS: usize = 20;

impl App {
    /// The userId of a person known by unionId; none when they are not of this organisation.
    pub(super) async fn user_of_union(&self, union: &str) -> Result<Option<String>, Fault> {
        let found = self.api.post_old("/topapi/user/getbyunionid", &json!({"unionid": union})).await;
        // 0 is a member, 1 an outside contact.
        let found = absent_is_none(found)?.filter(|found| found.integer("contact_type") != Some(1));
        Ok(found.and_then(|found| found.text("userid")))
    }

    pub(super) async fn details(&self, user: &str) -> Result<Option<Value>, Fault> {
        let body = json!({"userid": user, "language": "zh_CN"});
        absent_is_none(self.api.post_old("/topapi/v2/user/get", &body).await)
    }

    async fn entry(&self, user: &str) -> Result<Option<DirectoryEntry>, SendError> {
        let Some(details) = self.details(user).await? else { return Ok(None) };
        // Without the permission for departments, a superior who is not entered with the person is not found.
        let superior = match self.superior(user, &details).await {
            Ok(superior) => superior,
            Err(Fault::Refused(refusal)) => {
                tracing::info!(%refusal, "DingTalk does not tell a superior");
                None
            }
            Err(fault) => return Err(fault.into()),
        };
        Ok(Some(DirectoryEntry {
            user: ForeignUser::new(user),
            aliases: details.text("unionid").map(|union| ids::union(&union)).into_iter().collect(),
            name: details.text("name").unwrap_or_default(),
            job: details.text("title"),
            superior: superior.map(ForeignUser::new),
            mobile: details.text("mobile"),
            mail: details.text("org_email").or_else(|| details.text("email")),
        }))
    }

    /// The direct superior if entered, else the first manager of the person's departments upwards
    /// (DingTalk, manager chain §10.4).
    async fn superior(&self, user: &str, details: &Value) -> Result<Option<String>, Fault> {
        if let Some(manager) = details.text("manager_userid").filter(|manager| manager != user) {
            return Ok(Some(manager));
        }
        let mut seen = HashSet::new();
        for department in departments(details) {
            let parents =
                self.api.post_old("/topapi/v2/department/listparentbydept", &json!({"dept_id": department})).await?;
            for level in parents.list("parent_id_list").into_iter().filter_map(Value::as_i64).take(MOST_LEVELS) {
                if !seen.insert(level) {
                    continue;
                }
                let body = json!({"dept_id": level, "language": "zh_CN"});
                let department = self.api.post_old("/topapi/v2/department/get", &body).await?;
                let managers = department.texts("dept_manager_userid_list");
                if let Some(manager) = managers.into_iter().find(|manager| manager != user) {
                    return Ok(Some(manager));
                }
            }
        }
        Ok(None)
    }
}

/// The departments of a person: first those that they do not lead, then by their order.
pub(super) fn departments(details: &Value) -> Vec<i64> {
    let mut departments: Vec<i64> = details.list("dept_id_list").into_iter().filter_map(Value::as_i64).collect();
    let leads = |id: i64| {
        details.list("leader_in_dept").iter().any(|entry| entry.integer("dept_id") == Some(id) && entry.flag("leader"))
    };
    let order = |id: i64| {
        let entries = details.list("dept_order_list");
        let entry = entries.iter().find(|entry| entry.integer("dept_id") == Some(id));
        entry.and_then(|entry| entry.integer("order")).unwrap_or(i64::MAX)
    };
    departments.sort_by_key(|id| (leads(*id), order(*id)));
    departments
}

/// Codes that mean «there is no such person» (DingTalk, §10.1).
pub(super) fn absent_is_none(result: Result<Value, Fault>) -> Result<Option<Value>, Fault> {
    match result {
        Err(fault) if matches!(fault.code(), Some("60121" | "33012" | "40104")) => Ok(None),
        result => result.map(Some),
    }
}

#[async_trait]
impl Directory for App {
    /// DingTalk finds nobody by mail address.
    async fn find(&self, mobile: Option<&str>, _mail: Option<&str>) -> Result<Option<DirectoryEntry>, SendError> {
        let Some(mobile) = mobile else { return Ok(None) };
        // Numbers in China are known without their prefix.
        let digits: String = mobile.chars().filter(char::is_ascii_digit).collect();
        let short = digits.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(&digits);
        let found = self.api.post_old("/topapi/v2/user/getbymobile", &json!({"mobile": short})).await;
        match absent_is_none(found)?.and_then(|found| found.text("userid")) {
            Some(user) => self.entry(&user).await,
            None => Ok(None),
        }
    }

    async fn person(&self, user: &ForeignUser) -> Result<Option<DirectoryEntry>, SendError> {
        let user = match PersonId::of(user) {
            PersonId::User(user) => Some(user),
            PersonId::Union(union) => self.user_of_union(&union).await?,
            PersonId::Encrypted => None,
        };
        match user {
            Some(user) => self.entry(&user).await,
            None => Ok(None),
        }
    }

    async fn groups(&self) -> Result<Vec<Conversation>, SendError> {
        let mut groups = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut body = json!({"robotCode": self.config.robot_code, "maxResult": 100});
            if let Some(next) = &next {
                body["nextToken"] = json!(next);
            }
            let answer = self.api.post("/v1.0/robot/installed/groups/query", &body).await?;
            groups.extend(answer.texts("openConversationIds").iter().map(|group| Conversation {
                id: ids::group(group),
                kind: ConversationKind::Group,
                // No call tells the name of a group by this id.
                title: None,
            }));
            next = answer.text("nextToken").filter(|_| answer.flag("hasMore"));
            if next.is_none() {
                break;
            }
        }
        Ok(groups)
    }

    async fn members(&self, group: &ForeignConversation) -> Result<Vec<ForeignUser>, SendError> {
        let Place::Group(group) = Place::of(group) else { return Ok(Vec::new()) };
        let mut members = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut body = json!({"openConversationId": group, "maxResults": 100});
            if let Some(next) = &next {
                body["nextToken"] = json!(next);
            }
            let answer = self.api.post("/v1.0/im/sceneGroups/members/batchQuery", &body).await?;
            members.extend(answer.texts("memberUserIds").into_iter().map(ForeignUser::new));
            next = answer.text("nextToken").filter(|_| answer.flag("hasMore"));
            if next.is_none() {
                break;
            }
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn departments_that_one_does_not_lead_come_first() {
        let details = json!({
            "dept_id_list": [2, 3, 4],
            "dept_order_list": [{"dept_id": 2, "order": 9}, {"dept_id": 3, "order": "1"}, {"dept_id": 4, "order": 5}],
            "leader_in_dept": [{"dept_id": 3, "leader": "true"}, {"dept_id": 2, "leader": false}],
        });
        assert_eq!(departments(&details), [4, 2, 3]);
        assert!(departments(&json!({})).is_empty());
    }
}
