//! Making groups (DingTalk, groups and robots in groups §3.9).
//!
//! An ordinary group is made, which needs no template. What the documents do not say is tolerated either way: whether the
//! app's robot is in it is asked afterwards, and no key by which a second attempt would be known is relied on.

use std::time::Duration;

use async_trait::async_trait;
use huan_connect::{Certainty, Groups, LeftOut, MadeGroup, NewGroup, Retry, SendError};
use huan_core::platform::{ForeignConversation, ForeignUser};
use serde_json::{Value, json};

use super::{
    account::App,
    fault::{Fault, impossible},
    ids::{self, PersonId},
};
use crate::lenient::Lenient;

/// The longest name, in characters (§3.9).
const LONGEST_NAME: usize = 20;

#[async_trait]
impl Groups for App {
    /// A scene group takes a `uuid`, an ordinary one none (§0.6).
    fn remembers(&self) -> Option<Duration> {
        None
    }

    /// Somebody of the organisation has to own the group: the first one who can be put in.
    async fn make(&self, group: &NewGroup) -> Result<MadeGroup, SendError> {
        let (mut members, mut left_out) = self.user_ids(&group.people).await?;
        require_owner(&members)?;
        let title: String = group.title.chars().take(LONGEST_NAME).collect();
        let mut answer = self.create(&title, &members).await;
        if matches!(&answer, Err(fault) if fault.code().is_some_and(is_out_of_scope)) {
            // It does not say who it is. Whom the app may not see is left out, and the others are put in.
            let (seen, unseen) = self.seen(members).await?;
            members = seen;
            left_out.extend(unseen.into_iter().map(|user| LeftOut {
                person: ForeignUser::new(user),
                reason_key: "delivery.reason.recipient_out_of_range",
            }));
            require_owner(&members)?;
            answer = self.create(&title, &members).await;
        }
        let answer = answer.map_err(|fault| {
            let out_of_scope = fault.code().is_some_and(is_out_of_scope);
            let error = SendError::from(fault);
            if out_of_scope {
                SendError { reason_key: "delivery.reason.recipient_out_of_range", ..error }
            } else {
                error
            }
        })?;
        let Some(id) = self.open_id(&answer).await else {
            return Err(SendError {
                certainty: Certainty::Unknown,
                retry: Retry::Never,
                reason_key: "delivery.reason.answer_lost",
                detail: "the answer names no openConversationId".to_owned(),
            });
        };
        let robot_is_in = self.robot_is_in(&id).await;
        Ok(MadeGroup { id: ids::group(&id), title, robot_is_in, left_out, to_add: Vec::new() })
    }

    /// The documents have no call that puts people into a group that is no scene group.
    async fn add(&self, _group: &ForeignConversation, _people: &[ForeignUser]) -> Result<Vec<LeftOut>, SendError> {
        Err(impossible("group.reason.add_unsupported", "no call for ordinary groups"))
    }
}

/// Somebody has to own a group.
fn require_owner(members: &[String]) -> Result<(), SendError> {
    match members {
        [] => Err(impossible("group.reason.nobody", "an owner is needed, and nobody can be put in")),
        _ => Ok(()),
    }
}

/// A call that comes before the one that makes the group failed, so none was made.
fn before(fault: Fault) -> Fault {
    Fault::BeforeSending(Box::new(fault))
}

/// The owner or a member is not within what the app may see (§3.9; the spelling is DingTalk's).
fn is_out_of_scope(code: &str) -> bool {
    code.eq_ignore_ascii_case("permession.checkFailed") || code.eq_ignore_ascii_case("permission.checkFailed")
}

impl App {
    /// The userIds of people, each once, and who has none.
    async fn user_ids(&self, people: &[ForeignUser]) -> Result<(Vec<String>, Vec<LeftOut>), SendError> {
        let mut members: Vec<String> = Vec::new();
        let mut left_out = Vec::new();
        for person in people {
            let user = match PersonId::of(person) {
                PersonId::User(user) => Some(user),
                PersonId::Union(union) => self.user_of_union(&union).await.map_err(before)?,
                PersonId::Encrypted => None,
            };
            match user {
                Some(user) if members.contains(&user) => {}
                Some(user) => members.push(user),
                None => {
                    left_out.push(LeftOut { person: person.clone(), reason_key: "delivery.reason.recipient_unknown" })
                }
            }
        }
        Ok((members, left_out))
    }

    /// Whom of these the app may see, and whom not.
    async fn seen(&self, members: Vec<String>) -> Result<(Vec<String>, Vec<String>), SendError> {
        let (mut seen, mut unseen) = (Vec::new(), Vec::new());
        for user in members {
            match self.details(&user).await.map_err(before)? {
                Some(_) => seen.push(user),
                None => unseen.push(user),
            }
        }
        Ok((seen, unseen))
    }

    async fn create(&self, title: &str, members: &[String]) -> Result<Value, Fault> {
        let owner = members.first();
        let body =
            json!({"name": title, "owner": owner, "ownerType": "emp", "useridlist": members, "conversationTag": 2});
        self.api.post("/v1.0/im/group/create", &body).await
    }

    /// The id that messages go by. Where only the older one is told, it is converted.
    async fn open_id(&self, answer: &Value) -> Option<String> {
        if let Some(id) = answer.text("openConversationId") {
            return Some(id);
        }
        let chat = answer.text("chatid").or_else(|| answer.text("chatId"))?;
        let converted = self.api.post(&format!("/v1.0/im/chat/{chat}/convertToOpenConversationId"), &json!({})).await;
        converted.ok()?.text("openConversationId")
    }

    /// Whether the robot is in a group. Where that cannot be asked, the first message will tell.
    async fn robot_is_in(&self, group: &str) -> bool {
        let asked = self.api.post("/v1.0/robot/groups/robots/query", &json!({"openConversationId": group})).await;
        match asked {
            Ok(answer) => answer
                .list("chatbotInstanceVOList")
                .iter()
                .any(|robot| robot.text("robotCode").is_some_and(|code| code == self.config.robot_code)),
            Err(fault) => {
                tracing::info!(%fault, "DingTalk does not tell which robots are in a group");
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_out_of_scope;

    #[test]
    fn both_spellings_of_the_code_are_known() {
        assert!(is_out_of_scope("permession.checkFailed") && is_out_of_scope("permission.checkFailed"));
        assert!(!is_out_of_scope("parameter.invalid"));
    }
}
