//! Making groups (Feishu §3.9).

use std::time::Duration;

use async_trait::async_trait;
use huan_connect::{Certainty, Groups, LeftOut, MadeGroup, NewGroup, Retry, SendError};
use huan_core::platform::{ForeignConversation, ForeignUser};
use serde_json::{Value, json};

use super::{
    account::AppAccount,
    api::{Call, Verb, segment},
    ids,
    people::{NOBODY, text},
};

/// The most people of one call (§3.9).
const AT_ONCE: usize = 50;
/// For how long the same `uuid` gives the same group. Feishu keeps it for ten hours (§3.9); one is left for clocks that
/// differ and calls that take their time.
const REMEMBERED: Duration = Duration::from_secs(9 * 60 * 60);
/// The longest name, in characters. The document states none; this one is shown whole.
const LONGEST_NAME: usize = 60;

#[async_trait]
impl Groups for AppAccount {
    fn remembers(&self) -> Option<Duration> {
        Some(REMEMBERED)
    }

    /// The app owns the group and is in it by itself.
    async fn make(&self, group: &NewGroup) -> Result<MadeGroup, SendError> {
        let first = with_the_first_call(&group.people);
        let answer = match self.create(group, &first).await {
            // One id that Feishu does not take refuses the whole call: the group first, then whoever can be put in.
            Err(error) if !first.is_empty() && NOBODY.contains(&error.reason_key) => self.create(group, &[]).await?,
            answer => answer?,
        };
        let data = answer.pointer("/data").unwrap_or(&Value::Null);
        let Some(id) = text(data, "chat_id") else {
            return Err(SendError {
                certainty: Certainty::Unknown,
                retry: Retry::Transient,
                reason_key: "delivery.reason.answer_lost",
                detail: "the answer names no chat_id".to_owned(),
            });
        };
        let id = ForeignConversation::new(id);
        let title = text(data, "name").unwrap_or(&group.title).to_owned();
        // Everybody is asked for once more: those who are in it already are taken without a word, and whom an attempt put in
        // whose answer was lost is not known.
        Ok(MadeGroup { id, title, robot_is_in: true, left_out: Vec::new(), to_add: group.people.clone() })
    }

    async fn add(&self, group: &ForeignConversation, people: &[ForeignUser]) -> Result<Vec<LeftOut>, SendError> {
        let mut left_out = Vec::new();
        for kind in ["open_id", "union_id", "user_id"] {
            let of_kind: Vec<&ForeignUser> =
                people.iter().filter(|person| ids::person(person.as_str()) == kind).collect();
            for some in of_kind.chunks(AT_ONCE) {
                left_out.extend(self.add_some(group, kind, some).await?);
            }
        }
        let unusable = people.iter().filter(|person| ids::person(person.as_str()) == "email");
        left_out.extend(
            unusable.map(|person| LeftOut { person: person.clone(), reason_key: "delivery.reason.recipient_unknown" }),
        );
        Ok(left_out)
    }
}

/// The people of the call that makes the group: as many as it takes, of the kind of id that it takes.
fn with_the_first_call(people: &[ForeignUser]) -> Vec<&str> {
    let ids = people.iter().map(ForeignUser::as_str);
    ids.filter(|id| ids::person(id) == "open_id").take(AT_ONCE).collect()
}

impl AppAccount {
    async fn create(&self, group: &NewGroup, people: &[&str]) -> Result<Value, SendError> {
        let name: String = group.title.chars().take(LONGEST_NAME).collect();
        let call = Call::new(Verb::Post, "im/v1/chats")
            .query("user_id_type", "open_id")
            .query("uuid", super::account::uuid(&group.key))
            .body(json!({"name": name, "user_id_list": people, "chat_mode": "group", "chat_type": "private"}));
        self.note(self.api.call(&call).await)
    }

    async fn add_some(
        &self,
        group: &ForeignConversation,
        kind: &'static str,
        people: &[&ForeignUser],
    ) -> Result<Vec<LeftOut>, SendError> {
        let list: Vec<&str> = people.iter().map(|person| person.as_str()).collect();
        // Whoever can be put in is; the others are named (§3.9).
        let call = Call::new(Verb::Post, format!("im/v1/chats/{}/members", segment(group.as_str())))
            .query("member_id_type", kind)
            .query("succeed_type", "1")
            .body(json!({"id_list": list}));
        let answer = self.note(self.api.call(&call).await)?;
        let named = |key: &str, reason_key: &'static str| -> Vec<LeftOut> {
            let list = answer.pointer(&format!("/data/{key}")).and_then(Value::as_array);
            let texts = list.into_iter().flatten().filter_map(Value::as_str);
            texts.map(|id| LeftOut { person: ForeignUser::new(id), reason_key }).collect()
        };
        let mut left_out = named("invalid_id_list", "delivery.reason.recipient_out_of_range");
        left_out.extend(named("not_existed_id_list", "delivery.reason.recipient_unknown"));
        left_out.extend(named("pending_approval_id_list", "group.reason.approval"));
        Ok(left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3_9_fifty_open_ids_go_with_the_first_call() {
        let mut people: Vec<ForeignUser> = (0..60).map(|n| ForeignUser::new(format!("ou_{n}"))).collect();
        people.insert(3, ForeignUser::new("on_union"));
        let first = with_the_first_call(&people);
        assert_eq!((first.len(), first[49]), (50, "ou_49"));
    }
}
