//! Sending: the app robot's messages, sessions and custom robots (DingTalk, §1, §3). Cards are in `card_call.rs`.

use huan_connect::{Certainty, Content, Outgoing, Retry, SendError, Sent};
use huan_core::i18n::{Language, text};
use serde_json::{Value, json};
use std::time::Duration;

use super::{
    account::App,
    api::Api,
    card::SimpleCard,
    fault::{Fault, impossible},
    ids::SentMessage,
    parts::{encoded_twice, split},
    route::{Route, Target},
    webhook,
};
use crate::lenient::Lenient;

/// The size above which a text is cut; `msgParam` holds 15,000 bytes (DingTalk, §3.1).
const LONGEST: usize = 14_000;
/// How long a person is left alone whom DingTalk shields from a flood; it names no time itself.
const FLOW_CONTROLLED: Duration = Duration::from_secs(60);

impl App {
    /// Sends `message` by the way that suits it.
    pub(super) async fn deliver(&self, message: &Outgoing) -> Result<Sent, SendError> {
        let now = self.time.now();
        match self.config.route(message, now, true)? {
            Route::Session { url, .. } => match self.by_session(&url, message).await {
                // It ended early: take the way of a message without one.
                Err(fault) if is_over(&fault) => match self.config.route(message, now, false)? {
                    Route::Session { .. } => Err(fault.into()),
                    other => self.by(other, message).await,
                },
                result => Ok(result?),
            },
            other => self.by(other, message).await,
        }
    }

    async fn by(&self, route: Route<'_>, message: &Outgoing) -> Result<Sent, SendError> {
        match route {
            Route::Session { url, .. } => Ok(self.by_session(&url, message).await?),
            Route::Hook { hook, .. } => hook.send(self.api.http(), self.time.as_ref(), &self.progress, message).await,
            Route::Card { to, card } => self.send_card(&self.reachable(to).await?, &card, &message.mentions).await,
            Route::Robot { to } => self.by_robot(&self.reachable(to).await?, message).await,
        }
    }

    /// A target that calls can name.
    async fn reachable(&self, target: Target) -> Result<Target, SendError> {
        match target {
            Target::Union(union) => match self.user_of_union(&union).await? {
                Some(user) => Ok(Target::Member(user)),
                None => Err(impossible("delivery.reason.recipient_unknown", "no userId belongs to this unionId")),
            },
            target => Ok(target),
        }
    }

    async fn by_session(&self, url: &str, message: &Outgoing) -> Result<Sent, Fault> {
        let done = self.progress.done(&message.key).len();
        for (number, mut body) in webhook::bodies(message).into_iter().enumerate().skip(done) {
            webhook::key(&mut body, message, number);
            Api::post_webhook(self.api.http(), url, &[], &body).await?;
            self.progress.add(&message.key, String::new());
        }
        self.progress.finish(&message.key);
        // A session tells no id.
        Ok(Sent { message: None })
    }

    async fn by_robot(&self, to: &Target, message: &Outgoing) -> Result<Sent, SendError> {
        let mut keys = self.progress.done(&message.key);
        for (kind, param) in self.robot_messages(to, message).into_iter().skip(keys.len()) {
            let key = self.robot_message(to, &kind, &param).await?;
            self.progress.add(&message.key, key.clone());
            keys.push(key);
        }
        self.progress.finish(&message.key);
        let sent = match to {
            Target::Group(group) => SentMessage::Group { group: group.clone(), keys },
            Target::Member(_) | Target::Union(_) => SentMessage::Direct { keys },
        };
        Ok(Sent { message: Some(sent.id()) })
    }

    /// `msgKey` and `msgParam` of each part of a message (DingTalk, §3.3).
    fn robot_messages(&self, to: &Target, message: &Outgoing) -> Vec<(String, Value)> {
        let named = if matches!(to, Target::Group(_)) { named(message) } else { String::new() };
        match &message.content {
            Content::Text(text) => split(&format!("{named}{text}"), LONGEST, encoded_twice)
                .into_iter()
                .map(|piece| ("sampleText".to_owned(), json!({"content": piece})))
                .collect(),
            Content::Card(card) => vec![SimpleCard::of(card).with_words(named.trim_end()).for_app()],
        }
    }

    async fn robot_message(&self, to: &Target, kind: &str, param: &Value) -> Result<String, SendError> {
        let robot = &self.config.robot_code;
        let param = param.to_string();
        let answer = match to {
            Target::Group(group) => {
                let body = json!({"robotCode": robot, "openConversationId": group, "msgKey": kind, "msgParam": param});
                self.api.post("/v1.0/robot/groupMessages/send", &body).await?
            }
            Target::Member(user) | Target::Union(user) => {
                let body = json!({"robotCode": robot, "userIds": [user], "msgKey": kind, "msgParam": param});
                let answer = self.api.post("/v1.0/robot/oToMessages/batchSend", &body).await?;
                refused_receiver(&answer, user)?;
                answer
            }
        };
        // Accepted without a key: nothing can be done to the message later, but it was sent.
        Ok(answer.text("processQueryKey").unwrap_or_default())
    }
}

/// Partial failure comes with status 200 (DingTalk, §3.2).
fn refused_receiver(answer: &Value, user: &str) -> Result<(), SendError> {
    let lists = |key: &str| answer.texts(key).iter().any(|listed| listed == user);
    if lists("invalidStaffIdList") {
        return Err(impossible("delivery.reason.recipient_unknown", "invalidStaffIdList"));
    }
    if lists("filteredStaffIdList") {
        return Err(impossible("delivery.reason.recipient_declines", "filteredStaffIdList"));
    }
    if lists("flowControlledStaffIdList") {
        return Err(SendError {
            certainty: Certainty::NotSent,
            retry: Retry::After(FLOW_CONTROLLED),
            reason_key: "delivery.reason.throttled",
            detail: "flowControlledStaffIdList".to_owned(),
        });
    }
    Ok(())
}

/// The people who should be called on but can only be named, where the words do not name them already.
fn named(message: &Outgoing) -> String {
    let said = match &message.content {
        Content::Text(text) => text.as_str(),
        Content::Card(_) => "",
    };
    let everybody = text(Language::default(), "dingtalk.sent.everybody", &[]);
    let people = message.mentions.people.iter().map(|(_, name)| format!("@{name}"));
    let all = message.mentions.everybody.then_some(everybody);
    let missing: Vec<String> = all.into_iter().chain(people).filter(|call| !said.contains(call.as_str())).collect();
    if missing.is_empty() { String::new() } else { format!("{} ", missing.join(" ")) }
}

/// Whether a session has ended (DingTalk, §3.7).
fn is_over(fault: &Fault) -> bool {
    matches!(fault.code(), Some("300001" | "session.notExisted" | "session.expired"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_failure_of_dingtalk_3_2_is_a_failure() {
        let answer = json!({
            "processQueryKey": "k", "invalidStaffIdList": ["a"], "flowControlledStaffIdList": ["b"],
            "filteredStaffIdList": ["c"],
        });
        assert_eq!(refused_receiver(&answer, "a").unwrap_err().reason_key, "delivery.reason.recipient_unknown");
        assert_eq!(refused_receiver(&answer, "b").unwrap_err().retry, Retry::After(FLOW_CONTROLLED));
        assert_eq!(refused_receiver(&answer, "c").unwrap_err().reason_key, "delivery.reason.recipient_declines");
        assert!(refused_receiver(&answer, "d").is_ok());
    }
}
