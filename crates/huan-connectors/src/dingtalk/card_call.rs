//! Interactive cards: sending and editing (DingTalk, §8).

use std::{
    collections::HashSet,
    sync::{MutexGuard, PoisonError},
};

use async_trait::async_trait;
use huan_connect::{CardEditor, Certainty, Mentions, SendError, Sent};
use huan_core::{card::Card, platform::ForeignMessage};
use serde_json::{Map, Value, json};

use super::{
    account::App,
    api::Method,
    card::{Variables, variables},
    fault::{Fault, impossible, of_code},
    ids::SentMessage,
    markdown::plain,
    route::Target,
    settings::Mode,
    webhook,
};
use crate::lenient::Lenient;

/// The name under which Huan's card callback is registered.
const CALLBACK_ROUTE: &str = "huan";
/// How many undelivered cards are remembered.
const MOST_UNDELIVERED: usize = 1_000;

impl App {
    /// Sends `card`; its reference is the key under which DingTalk takes it only once.
    pub(super) async fn send_card(&self, to: &Target, card: &Card, mentions: &Mentions) -> Result<Sent, SendError> {
        let Some(template) = self.config.usable_template() else {
            return Err(impossible("delivery.reason.card_refused", "no card template is set"));
        };
        self.tell_card_callback().await?;
        let called = if matches!(to, Target::Group(_)) { webhook::called(mentions) } else { Vec::new() };
        let deliver = self.delivery(to, &called, mentions.everybody);
        let mut body = json!({
            "cardTemplateId": template,
            "cardData": {"cardParamMap": variables(card, &markup(&called))?},
            "cardAtUserIds": called.iter().map(|(user, _)| *user).collect::<Vec<_>>(),
        });
        match to {
            Target::Group(_) => merge(&mut body, json!({"imGroupOpenSpaceModel": space(card)})),
            Target::Member(_) | Target::Union(_) => merge(&mut body, json!({"imRobotOpenSpaceModel": space(card)})),
        }
        match self.config.mode {
            Mode::Stream => merge(&mut body, json!({"callbackType": "STREAM"})),
            Mode::Http => merge(&mut body, json!({"callbackType": "HTTP", "callbackRouteKey": CALLBACK_ROUTE})),
        }
        let with_reference = json!({"outTrackId": card.reference, "userIdType": 1});
        merge(&mut body, deliver.clone());
        merge(&mut body, with_reference.clone());
        let results = match self.api.post("/v1.0/card/instances/createAndDeliver", &body).await {
            Ok(answer) => answer.member("result").clone(),
            Err(fault) if fault.code() == Some("param.cardAlreadyExist") => {
                if !self.undelivered().contains(&card.reference) {
                    // An earlier attempt went through, and its answer was lost.
                    return Ok(Sent { message: Some(SentMessage::Card(card.reference.clone()).id()) });
                }
                let mut body = deliver;
                merge(&mut body, with_reference);
                let answer = self.api.post("/v1.0/card/instances/deliver", &body).await?;
                json!({"deliverResults": answer.member("result")})
            }
            Err(fault) => return Err(fault.into()),
        };
        self.delivered(to, card, &results)
    }

    /// Reads what became of the delivery: failure comes with status 200 (DingTalk, §8.3).
    fn delivered(&self, to: &Target, card: &Card, results: &Value) -> Result<Sent, SendError> {
        let deliveries = results.list("deliverResults");
        let failed = deliveries.iter().find(|delivery| delivery.get("success").is_some() && !delivery.flag("success"));
        if let Some(failed) = failed {
            let mut undelivered = self.undelivered();
            if undelivered.len() >= MOST_UNDELIVERED {
                undelivered.clear();
            }
            undelivered.insert(card.reference.clone());
            let words = failed.text("errorMsg").unwrap_or_default();
            let (_, retry, reason_key) = of_code(200, words.split([':', ' ', ',']).next().unwrap_or_default());
            return Err(SendError {
                certainty: Certainty::NotSent,
                retry,
                reason_key,
                detail: format!("the card was not delivered: {}", words.chars().take(300).collect::<String>()),
            });
        }
        self.undelivered().remove(&card.reference);
        let keys: Vec<String> = deliveries.iter().filter_map(|delivery| delivery.text("carrierId")).collect();
        let message = match to {
            _ if keys.is_empty() => SentMessage::Card(card.reference.clone()),
            Target::Group(group) => SentMessage::Group { group: group.clone(), keys },
            Target::Member(_) | Target::Union(_) => SentMessage::Direct { keys },
        };
        Ok(Sent { message: Some(message.id()) })
    }

    fn delivery(&self, to: &Target, called: &[(&str, &str)], everybody: bool) -> Value {
        let robot = &self.config.robot_code;
        match to {
            Target::Group(group) => {
                let mut at: Map<String, Value> =
                    called.iter().map(|(user, name)| ((*user).to_owned(), json!(name))).collect();
                if everybody {
                    at.insert("@ALL".to_owned(), json!("@ALL"));
                }
                json!({
                    "openSpaceId": format!("dtv1.card//IM_GROUP.{group}"),
                    "imGroupOpenDeliverModel": {"robotCode": robot, "atUserIds": at},
                })
            }
            Target::Member(user) | Target::Union(user) => json!({
                "openSpaceId": format!("dtv1.card//IM_ROBOT.{user}"),
                "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": robot},
            }),
        }
    }

    /// Over HTTP, presses reach Huan only after DingTalk was told where to (DingTalk, §8.6).
    pub(super) async fn tell_card_callback(&self) -> Result<(), Fault> {
        let Some(url) = self.config.card_callback_url.as_ref().filter(|_| self.config.mode == Mode::Http) else {
            return Ok(());
        };
        let mut told = self.card_callback_told.lock().await;
        if !*told {
            let secret = self.config.card_secret.reveal();
            self.api
                .register_card_callback(CALLBACK_ROUTE, url.as_str(), secret)
                .await
                .map_err(|fault| Fault::BeforeSending(Box::new(fault)))?;
            *told = true;
        }
        Ok(())
    }

    fn undelivered(&self) -> MutexGuard<'_, HashSet<String>> {
        self.undelivered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CardEditor for App {
    async fn edit(&self, _message: &ForeignMessage, card: &Card) -> Result<(), SendError> {
        let variables: Variables = variables(card, "")?;
        let body = json!({
            "outTrackId": card.reference,
            "userIdType": 1,
            "cardData": {"cardParamMap": variables},
            "cardUpdateOptions": {"updateCardDataByKey": true, "updatePrivateDataByKey": true},
        });
        self.api.call(Method::Put, "/v1.0/card/instances", &[], &body).await?;
        Ok(())
    }
}

/// The words that call on people inside a card (DingTalk, §8.2).
fn markup(called: &[(&str, &str)]) -> String {
    let calls: Vec<String> = called
        .iter()
        .map(|(user, name)| format!("<a atId={user}>{}</a>", plain(name).replace(['<', '>'], "")))
        .collect();
    calls.join(" ")
}

/// How a card shows in lists of conversations and notifications.
fn space(card: &Card) -> Value {
    json!({
        "supportForward": false,
        "lastMessageI18n": {"ZH_CN": card.title},
        "notification": {"alertContent": card.title, "notificationOff": false},
    })
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
