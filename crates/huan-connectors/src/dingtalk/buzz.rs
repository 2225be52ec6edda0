//! DING: in the app, by text message, by telephone (DingTalk, DING §4).

use async_trait::async_trait;
use huan_connect::{Buzz, BuzzKind, SendError};
use huan_core::platform::{ForeignMessage, ForeignUser};
use serde_json::json;

use super::{
    account::App,
    fault::{impossible, of_code},
    ids::PersonId,
};
use crate::lenient::Lenient;

#[async_trait]
impl Buzz for App {
    fn needs_message(&self) -> bool {
        false
    }

    async fn buzz(
        &self,
        kind: BuzzKind,
        _message: &ForeignMessage,
        people: &[ForeignUser],
        words: &str,
    ) -> Result<(), SendError> {
        let (remind, at_once) = match kind {
            BuzzKind::InApp => (1, 200),
            BuzzKind::Sms => (2, 20),
            BuzzKind::Phone => (3, 20),
        };
        let mut users = Vec::with_capacity(people.len());
        for person in people {
            match PersonId::of(person) {
                PersonId::User(user) => users.push(user),
                PersonId::Union(union) => users.extend(self.user_of_union(&union).await?),
                PersonId::Encrypted => {}
            }
        }
        if users.len() < people.len() {
            return Err(impossible("delivery.reason.recipient_unknown", "no userId is known"));
        }
        for some in users.chunks(at_once) {
            let body = json!({
                "robotCode": self.config.robot_code,
                "remindType": remind,
                "receiverUserIdList": some,
                "content": words,
            });
            let answer = self.api.post("/v1.0/robot/ding/send", &body).await?;
            // Partial failure: reasons with the people they concern.
            if let Some(failed) = answer.member("failedList").as_object().filter(|failed| !failed.is_empty()) {
                let reasons: Vec<&str> = failed.keys().map(String::as_str).collect();
                let (certainty, retry, reason_key) = of_code(200, reasons.first().copied().unwrap_or_default());
                let reason_key = if reason_key == "delivery.reason.rejected" {
                    "delivery.reason.buzz_not_allowed"
                } else {
                    reason_key
                };
                return Err(SendError { certainty, retry, reason_key, detail: reasons.join(", ") });
            }
        }
        Ok(())
    }
}
