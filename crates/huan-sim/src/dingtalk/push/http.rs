//! POSTing to the program, with the faults that can strike on the way.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use crate::dingtalk::Dingtalk;
use crate::fault::FaultKind;
use crate::journal::EntryKind;
use crate::outgoing::{Answer, PushError};
use crate::platform::PlatformName;

/// One push.
pub(crate) struct Push<'a> {
    /// Its name for faults and journal.
    pub(crate) operation: String,
    pub(crate) url: &'a Url,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// What is told, for the journal.
    pub(crate) told: &'a Value,
    pub(crate) limit: Duration,
}

impl Dingtalk {
    /// Makes one attempt.
    pub(crate) async fn push_http(&self, push: Push<'_>) -> Result<Answer, PushError> {
        let fault = self.shell.faults.on_delivery(PlatformName::Dingtalk, &push.operation);
        match &fault {
            Some(FaultKind::Delay { millis }) => tokio::time::sleep(Duration::from_millis(*millis)).await,
            Some(FaultKind::Reorder) => self.wait_to_be_overtaken().await,
            Some(FaultKind::Drop | FaultKind::Disconnect) => {
                self.note(EntryKind::Delivery, &push.operation, push.told.clone(), json!({"fault": "lost"}));
                return Err(PushError::TooSlow);
            }
            _ => {}
        }
        let mut headers: Vec<(&str, &str)> = vec![("content-type", "application/json; charset=utf-8")];
        headers.extend(push.headers.iter().map(|(name, value)| (*name, value.as_str())));
        if fault == Some(FaultKind::Duplicate) {
            let _ = self.shell.outgoing.post(push.url, &headers, push.body.clone(), push.limit).await;
        }
        let answer = self.shell.outgoing.post(push.url, &headers, push.body, push.limit).await;
        self.delivered.send_modify(|count| *count += 1);
        let outcome = match &answer {
            Ok(answer) => json!({"status": answer.status, "body": String::from_utf8_lossy(&answer.body)}),
            Err(error) => json!({"error": error.to_string()}),
        };
        self.note(EntryKind::Delivery, &push.operation, push.told.clone(), outcome);
        answer
    }

    /// How long the platform waits for the answer to an event.
    pub(crate) fn event_limit(&self) -> Duration {
        self.shell.answer_limit.unwrap_or(Duration::from_millis(2500))
    }

    /// How long the platform waits for the answer to a press.
    pub(crate) fn press_limit(&self) -> Duration {
        self.shell.answer_limit.unwrap_or(Duration::from_millis(2000))
    }
}
