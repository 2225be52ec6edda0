//! Looking people and groups up (Feishu §9, §3.9).

use async_trait::async_trait;
use huan_connect::{Conversation, ConversationKind, Directory, DirectoryEntry, SendError};
use huan_core::platform::{ForeignConversation, ForeignUser};
use serde_json::{Value, json};

use super::{
    api::{Call, SharedApi, Verb, segment},
    failure, ids,
};

/// The directory of the organisation, as far as the app may see it.
#[derive(Debug)]
pub(super) struct People(pub(super) SharedApi);

#[async_trait]
impl Directory for People {
    async fn find(&self, mobile: Option<&str>, mail: Option<&str>) -> Result<Option<DirectoryEntry>, SendError> {
        if mobile.is_none() && mail.is_none() {
            return Ok(None);
        }
        let call =
            Call::new(Verb::Post, "contact/v3/users/batch_get_id").query("user_id_type", "open_id").body(json!({
                "mobiles": mobile.map(|mobile| vec![mobile]).unwrap_or_default(),
                "emails": mail.map(|mail| vec![mail]).unwrap_or_default(),
                "include_resigned": false,
            }));
        let answer = self.0.call(&call).await?;
        let list = answer.pointer("/data/user_list").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let Some(id) = list.iter().find_map(|user| text(user, "user_id")) else {
            return Ok(None);
        };
        let user = ForeignUser::new(id);
        match self.person(&user).await {
            Ok(Some(entry)) => Ok(Some(entry)),
            // The id alone is enough to send to: the app may be allowed to look ids up and no more.
            Ok(None) => Ok(Some(bare(user, mobile, mail))),
            Err(error) if error.reason_key == "delivery.reason.permission_missing" => {
                Ok(Some(bare(user, mobile, mail)))
            }
            Err(error) => Err(error),
        }
    }

    async fn person(&self, user: &ForeignUser) -> Result<Option<DirectoryEntry>, SendError> {
        let kind = ids::person(user.as_str());
        if kind == "email" {
            return self.find(None, Some(user.as_str())).await;
        }
        let call = Call::new(Verb::Get, format!("contact/v3/users/{}", segment(user.as_str())))
            .query("user_id_type", kind)
            .query("department_id_type", "open_department_id");
        match self.0.call(&call).await {
            Ok(answer) => Ok(answer.pointer("/data/user").and_then(|found| entry(found, user, kind))),
            Err(error) if NOBODY.contains(&error.reason_key) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn groups(&self) -> Result<Vec<Conversation>, SendError> {
        let chats = self.0.list(|| Call::new(Verb::Get, "im/v1/chats").query("page_size", "100")).await?;
        Ok(chats
            .iter()
            .filter_map(|chat| {
                Some(Conversation {
                    id: ForeignConversation::new(text(chat, "chat_id")?),
                    kind: ConversationKind::Group,
                    title: text(chat, "name").map(str::to_owned),
                })
            })
            .collect())
    }

    async fn members(&self, group: &ForeignConversation) -> Result<Vec<ForeignUser>, SendError> {
        if group.as_str().is_empty() {
            return Err(failure::never("delivery.reason.recipient_unknown", "the group has no id"));
        }
        let path = format!("im/v1/chats/{}/members", segment(group.as_str()));
        let make = || Call::new(Verb::Get, path.clone()).query("member_id_type", "open_id").query("page_size", "100");
        let members = self.0.list(make).await?;
        Ok(members.iter().filter_map(|member| text(member, "member_id")).map(ForeignUser::new).collect())
    }
}

/// Answers that mean that nobody with this id can be seen.
pub(super) const NOBODY: [&str; 2] = ["delivery.reason.recipient_unknown", "delivery.reason.recipient_out_of_range"];

fn entry(found: &Value, asked: &ForeignUser, kind: &str) -> Option<DirectoryEntry> {
    let mut known = ["open_id", "union_id", "user_id"].iter().filter_map(|key| text(found, key)).map(ForeignUser::new);
    let user = known.next().unwrap_or_else(|| asked.clone());
    let aliases = known.collect();
    // The superior's id is of the kind that was asked for; another kind cannot be matched with what events tell.
    let superior = text(found, "leader_user_id").filter(|_| kind != "user_id").map(ForeignUser::new);
    Some(DirectoryEntry {
        user,
        aliases,
        name: text(found, "name").or_else(|| text(found, "en_name")).unwrap_or_default().to_owned(),
        job: text(found, "job_title").map(str::to_owned),
        superior,
        mobile: text(found, "mobile").map(str::to_owned),
        mail: text(found, "email").or_else(|| text(found, "enterprise_email")).map(str::to_owned),
    })
}

fn bare(user: ForeignUser, mobile: Option<&str>, mail: Option<&str>) -> DirectoryEntry {
    DirectoryEntry {
        user,
        aliases: Vec::new(),
        name: String::new(),
        job: None,
        superior: None,
        mobile: mobile.map(str::to_owned),
        mail: mail.map(str::to_owned),
    }
}

/// An unset member is absent or empty (§9.2).
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s9_2_a_person_with_everything_and_one_with_almost_nothing() {
        let found = json!({"union_id": "on_1", "user_id": "3e3cf96b", "open_id": "ou_1", "name": "张三", "en_name": "San Zhang",
            "email": "zhangsan@example.com", "mobile": "+8613800000000", "leader_user_id": "ou_boss", "job_title": "研发组长"});
        let person = entry(&found, &ForeignUser::new("ou_1"), "open_id").unwrap();
        assert_eq!((person.user.as_str(), person.name.as_str()), ("ou_1", "张三"));
        assert_eq!(person.aliases, [ForeignUser::new("on_1"), ForeignUser::new("3e3cf96b")]);
        assert_eq!(person.superior, Some(ForeignUser::new("ou_boss")));
        assert_eq!(person.mobile.as_deref(), Some("+8613800000000"));
        let found = json!({"open_id": "ou_2", "name": "", "email": "", "leader_user_id": ""});
        let person = entry(&found, &ForeignUser::new("ou_2"), "open_id").unwrap();
        assert_eq!((person.superior, person.mail, person.name.as_str()), (None, None, ""));
    }
}
