//! What can be done to a message that was sent: taking it back, asking who read it (DingTalk, §3.5, §3.6).

use async_trait::async_trait;
use huan_connect::{ReadReceipts, Reading, Recall, SendError};
use huan_core::platform::{ForeignMessage, ForeignUser};
use serde_json::json;

use super::{
    account::App,
    api::Method,
    fault::{impossible, of_code},
    ids::SentMessage,
};
use crate::lenient::Lenient;

/// The most keys that one call takes back.
const MOST_KEYS: usize = 20;
/// The most pages of readers that are asked for; a page has 200.
const MOST_PAGES: usize = 50;

fn ours(message: &ForeignMessage) -> Result<SentMessage, SendError> {
    match SentMessage::of(message) {
        Some(SentMessage::Card(_)) => {
            Err(impossible("delivery.reason.unsupported", "the key of this card was lost with DingTalk's answer"))
        }
        Some(sent) => Ok(sent),
        None => Err(impossible("delivery.reason.not_ours", "this message was not sent by this robot")),
    }
}

#[async_trait]
impl Recall for App {
    async fn recall(&self, message: &ForeignMessage) -> Result<(), SendError> {
        let robot = &self.config.robot_code;
        let (path, group, keys) = match ours(message)? {
            SentMessage::Group { group, keys } => ("/v1.0/robot/groupMessages/recall", Some(group), keys),
            SentMessage::Direct { keys } => ("/v1.0/robot/otoMessages/batchRecall", None, keys),
            SentMessage::Card(_) => return Ok(()),
        };
        for some in keys.chunks(MOST_KEYS) {
            let mut body = json!({"robotCode": robot, "processQueryKeys": some});
            if let Some(group) = &group {
                body["openConversationId"] = json!(group);
            }
            let answer = self.api.post(path, &body).await?;
            if let Some((_, reason)) = answer.member("failedResult").as_object().and_then(|failed| failed.iter().next())
            {
                let reason = reason.as_str().unwrap_or_default();
                let (certainty, retry, reason_key) = of_code(200, reason);
                return Err(SendError { certainty, retry, reason_key, detail: reason.chars().take(300).collect() });
            }
        }
        Ok(())
    }
}

#[async_trait]
impl ReadReceipts for App {
    async fn readers(&self, message: &ForeignMessage) -> Result<Vec<Reading>, SendError> {
        let robot = self.config.robot_code.as_str();
        let readers = match ours(message)? {
            SentMessage::Direct { keys } => match keys.last() {
                Some(key) => {
                    let query = [("robotCode", robot), ("processQueryKey", key.as_str())];
                    let path = "/v1.0/robot/oToMessages/readStatus";
                    let answer = self.api.call(Method::Get, path, &query, &serde_json::Value::Null).await?;
                    answer
                        .list("messageReadInfoList")
                        .into_iter()
                        .filter(|entry| entry.text("readStatus").as_deref() == Some("READ"))
                        .filter_map(|entry| entry.text("userId"))
                        .collect()
                }
                None => Vec::new(),
            },
            SentMessage::Group { group, keys } => self.group_readers(&group, keys.last()).await?,
            SentMessage::Card(_) => Vec::new(),
        };
        Ok(readers.into_iter().map(|user| Reading { reader: ForeignUser::new(user), at: None }).collect())
    }
}

impl App {
    async fn group_readers(&self, group: &str, key: Option<&String>) -> Result<Vec<String>, SendError> {
        let mut readers = Vec::new();
        let Some(key) = key else { return Ok(readers) };
        let mut next: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut body = json!({
                "robotCode": self.config.robot_code,
                "openConversationId": group,
                "processQueryKey": key,
                "maxResults": 200,
            });
            if let Some(next) = &next {
                body["nextToken"] = json!(next);
            }
            let answer = self.api.post("/v1.0/robot/groupMessages/query", &body).await?;
            readers.extend(answer.texts("readUserIds"));
            next = answer.text("nextToken").filter(|_| answer.flag("hasMore"));
            if next.is_none() {
                break;
            }
        }
        Ok(readers)
    }
}
