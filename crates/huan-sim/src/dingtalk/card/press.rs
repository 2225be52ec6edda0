//! A person presses a button of a card (§8.5), and the program answers within two seconds or not.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::oneshot;
use url::Url;

use super::instance::CallbackRoute;
use crate::dingtalk::chat::Chat;
use crate::dingtalk::directory::Member;
use crate::dingtalk::push::http::Push;
use crate::dingtalk::signature;
use crate::dingtalk::stream::frame::{Ack, CARD_CALLBACK, Frame, Kind};
use crate::dingtalk::tenant::{CardRoute, Tenant};
use crate::dingtalk::{Dingtalk, Uncertain, ids};
use crate::lock::lock;
use crate::platform::{Delivery, PressError, Pressed, SimError};

/// What the press needs to know about the card it struck.
struct Struck {
    out_track_id: String,
    user_id: String,
    route: CallbackRoute,
    payload: Value,
}

/// Which way an answer is asked for.
enum Asked {
    Stream(oneshot::Receiver<Ack>),
    Http(CardRoute),
    Nobody(&'static str),
}

impl Dingtalk {
    /// Presses the button `wanted` of the card with this outTrackId.
    pub(crate) async fn press_card(
        self: &Arc<Self>,
        member: &Member,
        chat: &Chat,
        out_track_id: &str,
        wanted: &str,
        form: &BTreeMap<String, Value>,
    ) -> Result<Pressed, SimError> {
        let (struck, asked) = {
            let tenant = &mut *lock(&self.tenant);
            let button = tenant.card_button(out_track_id, &member.user_id, wanted)?;
            if let Some(url) = button.button.url {
                return Ok(Pressed { open_url: Some(url), ..Pressed::default() });
            }
            let struck = button.struck(member, chat, out_track_id, form, &tenant.settings.uncertain);
            let asked = self.ask(tenant, &struck);
            (struck, asked)
        };
        let answer = match asked {
            Asked::Stream(answer) => match tokio::time::timeout(self.press_limit(), answer).await {
                Ok(Ok(ack)) => Ok(ack.response()),
                _ => Err("请求超时，请稍后重试"),
            },
            Asked::Http(route) => self.ask_http(&route, &struck.payload).await,
            Asked::Nobody(why) => Err(why),
        };
        match answer {
            Ok(answer) => {
                if let Some(answer) = answer
                    && let Some(card) = lock(&self.tenant).cards.get_mut(&struck.out_track_id)
                {
                    card.answer(&struck.user_id, &answer);
                }
                self.shell.changed();
                Ok(Pressed::default())
            }
            Err(text) => {
                Ok(Pressed { error: Some(PressError { code: 0, text: text.to_owned() }), ..Pressed::default() })
            }
        }
    }

    fn ask(self: &Arc<Self>, tenant: &mut Tenant, struck: &Struck) -> Asked {
        match &struck.route {
            CallbackRoute::None => Asked::Nobody("卡片没有设置回调"),
            CallbackRoute::Stream => {
                let now_ms = self.shell.clock.millis();
                let frame =
                    Frame::new(Kind::Callback, CARD_CALLBACK, &self.stream_message_id(), now_ms, &struck.payload);
                let (sender, receiver) = oneshot::channel();
                self.push_frame(tenant, frame, Some(sender));
                Asked::Stream(receiver)
            }
            CallbackRoute::Http(key) => match tenant.card_routes.get(key) {
                Some(route) => Asked::Http(route.clone()),
                // The address entered at the simulator's page stands in for a registration.
                None => match &tenant.delivery {
                    Delivery::Http(addresses) if addresses.cards.is_some() => {
                        let url = addresses.cards.as_ref().map(Url::to_string).unwrap_or_default();
                        Asked::Http(CardRoute { url, api_secret: None })
                    }
                    _ => Asked::Nobody("卡片的回调地址没有注册"),
                },
            },
        }
    }

    async fn ask_http(&self, route: &CardRoute, payload: &Value) -> Result<Option<Value>, &'static str> {
        let failed = "请求失败，请稍后重试";
        let url = Url::parse(&route.url).map_err(|_| failed)?;
        let mut headers = Vec::new();
        if let Some(secret) = &route.api_secret {
            let timestamp = self.shell.clock.millis().to_string();
            headers.push(("x-ddpaas-signature", signature::timestamp_only(secret, &timestamp)));
            headers.push(("x-ddpaas-signature-timestamp", timestamp));
        }
        let push = Push {
            operation: format!("callback {CARD_CALLBACK}"),
            url: &url,
            headers,
            body: payload.to_string().into_bytes(),
            told: payload,
            limit: self.press_limit(),
        };
        match self.push_http(push).await {
            Ok(answer) if answer.status == 200 => Ok(serde_json::from_slice(&answer.body).ok()),
            _ => Err(failed),
        }
    }
}

/// A button as somebody sees it, with what else a press on it tells.
struct Found {
    button: super::template::Button,
    route: CallbackRoute,
    by_union_id: bool,
    inputs: Vec<String>,
}

impl Found {
    fn struck(
        self,
        member: &Member,
        chat: &Chat,
        out_track_id: &str,
        form: &BTreeMap<String, Value>,
        uncertain: &Uncertain,
    ) -> Struck {
        let mut params = Map::new();
        params.insert("action".into(), json!(self.button.id));
        if let Some(value) = &self.button.value {
            params.insert("value".into(), json!(value));
        }
        for input in self.inputs {
            let typed = form.get(&input).and_then(Value::as_str).unwrap_or_default();
            params.insert(input, json!(typed));
        }
        // `value` repeats `content`; all three are JSON inside a string.
        let content = json!({"cardPrivateData": {"actionIds": [self.button.id], "params": params}}).to_string();
        let mut payload = json!({
            "type": "actionCallback", "outTrackId": out_track_id, "corpId": ids::corp(),
            "userId": if self.by_union_id { &member.union_id } else { &member.user_id },
            "userIdType": if self.by_union_id { 2 } else { 1 },
            "spaceType": "im", "spaceId": chat.id, "extension": "{}", "content": content, "value": content,
        });
        if let (true, Some(payload)) = (uncertain.old_card_callback, payload.as_object_mut()) {
            payload.remove("content");
            let value = json!({"cardPrivateData": {"actionIds": [self.button.id]}, "params": params});
            payload.insert("value".into(), json!(value.to_string()));
        }
        if let (true, Some(payload)) = (uncertain.unknown_members, payload.as_object_mut()) {
            payload.insert("somethingNew".into(), json!({"of": ["nobody", 1, null]}));
        }
        Struck { out_track_id: out_track_id.to_owned(), user_id: member.user_id.clone(), route: self.route, payload }
    }
}

impl Tenant {
    fn card_button(&self, out_track_id: &str, user_id: &str, wanted: &str) -> Result<Found, SimError> {
        let card = self.cards.get(out_track_id).ok_or_else(|| SimError::unknown("card", out_track_id))?;
        let template = self.templates.iter().find(|template| template.id == card.template_id);
        let template = template.ok_or_else(|| SimError::unknown("card template", card.template_id.as_str()))?;
        let seen = card.seen_by(user_id);
        let button = template.button(&seen, wanted).ok_or_else(|| SimError::unknown("button", wanted))?;
        let inputs = if button.submits { template.inputs(&seen) } else { Vec::new() };
        Ok(Found {
            button,
            route: card.route.clone(),
            by_union_id: card.by_union_id,
            inputs: inputs.into_iter().map(|input| input.name).collect(),
        })
    }
}
