//! By which of DingTalk's ways a message goes. The app robot's own messages cannot call on anybody in a group
//! (DingTalk, §3.1): a session, a custom robot of the group or a card can.

use std::time::Duration;

use huan_connect::{Content, Lane, LaneUse, Limit, Outgoing, Recipient, SendError};
use huan_core::card::{Block, Card, Tone};
use jiff::Timestamp;

use super::{
    fault::impossible,
    hook::{self, Hook},
    ids::{PersonId, Place},
    session::Session,
    settings::Config,
    webhook,
};

/// Twenty calls a second for each app and interface (DingTalk, rate limits §0.4).
const APP: &[Limit] = &[Limit { count: 20, per: Duration::from_secs(1) }];
/// The longest text that a card shows whole, in bytes: its value holds 1 KB, with the mentions.
const CARD_TEXT: usize = 700;
/// The longest first line that serves as a card's title, in characters.
const CARD_TITLE: usize = 40;

/// The way of a message.
#[derive(Debug)]
pub(super) enum Route<'a> {
    /// The address that came with the message that is answered.
    Session {
        /// The address.
        url: String,
        /// The conversation, for the lane.
        conversation: &'a str,
    },
    /// A custom robot of the group.
    Hook {
        /// The robot.
        hook: &'a Hook,
        /// The group, for the lane.
        group: &'a str,
    },
    /// An interactive card.
    Card {
        /// Where to.
        to: Target,
        /// What.
        card: Card,
    },
    /// A message of the app robot.
    Robot {
        /// Where to.
        to: Target,
    },
}

/// Whom the app reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A group by its `openConversationId`.
    Group(String),
    /// A member by userId.
    Member(String),
    /// A member by unionId, which must be looked up.
    Union(String),
}

impl Config {
    /// The way that `message` takes at `now`; `sessions` tells whether a session may be used.
    pub(super) fn route<'a>(
        &'a self,
        message: &'a Outgoing,
        now: Timestamp,
        sessions: bool,
    ) -> Result<Route<'a>, SendError> {
        let (place, conversation, session) = match &message.to {
            Recipient::Person(user) => match PersonId::of(user) {
                PersonId::User(user) => (Place::Member(user), "", None),
                PersonId::Union(union) => return Ok(self.by_app(message, Target::Union(union))),
                PersonId::Encrypted => {
                    return Err(impossible("delivery.reason.recipient_unknown", "only an encrypted id is known"));
                }
            },
            Recipient::Conversation { id, reply_route, .. } => {
                let session = reply_route
                    .as_deref()
                    .filter(|_| sessions)
                    .and_then(|route| Session::usable(route, &self.oapi_base, now));
                (Place::of(id), id.as_str(), session)
            }
        };
        match place {
            Place::Member(user) => Ok(self.by_app(message, Target::Member(user))),
            Place::Stranger => match session {
                Some(url) => Ok(Route::Session { url, conversation }),
                None => Err(impossible("delivery.reason.too_late", "the session has ended and no userId is known")),
            },
            Place::Group(group) => {
                let by_app = |target| Ok(self.by_app(message, target));
                if matches!(message.content, Content::Card(_)) && self.usable_template().is_some() {
                    return by_app(Target::Group(group));
                }
                if !message.mentions.everybody && webhook::called(&message.mentions).is_empty() {
                    return by_app(Target::Group(group));
                }
                if let Some(url) = session {
                    return Ok(Route::Session { url, conversation });
                }
                if let Some((group, hook)) = self.group_hooks.get_key_value(&group) {
                    return Ok(Route::Hook { hook, group });
                }
                match &message.content {
                    Content::Text(text) if self.usable_template().is_some() && text.len() <= CARD_TEXT => {
                        Ok(Route::Card { to: Target::Group(group), card: text_card(text, &message.key) })
                    }
                    _ => by_app(Target::Group(group)),
                }
            }
        }
    }

    fn by_app(&self, message: &Outgoing, to: Target) -> Route<'_> {
        match &message.content {
            Content::Card(card) if self.usable_template().is_some() => Route::Card { to, card: card.clone() },
            _ => Route::Robot { to },
        }
    }

    /// The lanes of `message` at `now`. DingTalk knows only cards and a custom robot's messages by their key; whether a
    /// message is one must not depend on the moment, or an attempt by a session could be repeated by another way.
    pub(super) fn lanes(&self, message: &Outgoing, now: Timestamp) -> LaneUse {
        let of = |key: String, limits, idempotent| LaneUse { sender: Lane { key, limits }, target: None, idempotent };
        let came_with_session = matches!(&message.to, Recipient::Conversation { reply_route: Some(_), .. });
        match self.route(message, now, true) {
            Ok(Route::Session { conversation, .. }) => of(format!("session:{conversation}"), hook::LIMITS, false),
            Ok(Route::Hook { group, .. }) => of(format!("hook:{group}"), hook::LIMITS, !came_with_session),
            Ok(Route::Card { .. }) => of("app".to_owned(), APP, matches!(message.content, Content::Card(_))),
            Ok(Route::Robot { .. }) | Err(_) => of("app".to_owned(), APP, false),
        }
    }
}

/// A text as a card, where only a card can call on somebody.
fn text_card(text: &str, key: &str) -> Card {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (title, body) = if first.chars().count() <= CARD_TITLE { (first, rest) } else { ("", text) };
    let title = if title.is_empty() {
        format!("{}…", first.chars().take(CARD_TITLE).collect::<String>())
    } else {
        title.to_owned()
    };
    let blocks = if body.trim().is_empty() { Vec::new() } else { vec![Block::Text(body.to_owned())] };
    Card { reference: key.to_owned(), title, tone: Tone::Quiet, blocks }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_connect::{Mentions, Settings};
    use huan_core::platform::{ForeignConversation, ForeignUser};

    fn config(more: &[(&str, &str)]) -> Config {
        let settings: Settings =
            [("client_id", "dingapp"), ("client_secret", "s")].iter().chain(more).copied().collect();
        Config::read(&settings).unwrap()
    }

    fn to_group(content: Content, mention: bool, route: Option<&str>) -> Outgoing {
        Outgoing {
            to: Recipient::Conversation {
                id: ForeignConversation::new("cidA=="),
                reply_to: None,
                reply_route: route.map(str::to_owned),
            },
            content,
            mentions: Mentions {
                everybody: false,
                people: mention.then(|| (ForeignUser::new("u1"), "李强".to_owned())).into_iter().collect(),
            },
            key: "dlv_1".into(),
        }
    }

    fn text() -> Content {
        Content::Text("请处理".into())
    }

    fn card() -> Content {
        Content::Card(Card { reference: "r".into(), title: "t".into(), tone: Tone::Action, blocks: vec![] })
    }

    const SESSION: &str =
        r#"{"url":"https://oapi.dingtalk.com/robot/sendBySession?session=x","until":"2026-11-22T10:00:00Z"}"#;
    const HOOK: (&str, &str) = ("group_hooks", "cidA== https://oapi.dingtalk.com/robot/send?access_token=t SECx");
    const TEMPLATE: (&str, &str) = ("card_template", "x.schema");

    fn way(config: &Config, message: &Outgoing, at: &str) -> (&'static str, LaneUse) {
        let now = at.parse().unwrap();
        let way = match config.route(message, now, true) {
            Ok(Route::Session { .. }) => "session",
            Ok(Route::Hook { .. }) => "hook",
            Ok(Route::Card { .. }) => "card",
            Ok(Route::Robot { .. }) => "robot",
            Err(_) => "none",
        };
        (way, config.lanes(message, now))
    }

    #[test]
    fn a_mention_takes_the_first_way_that_can_call() {
        let (early, late) = ("2026-11-22T09:00:00Z", "2026-11-22T11:00:00Z");
        let message = to_group(text(), true, Some(SESSION));
        let all = config(&[HOOK, TEMPLATE]);
        assert_eq!(way(&all, &message, early).0, "session");
        let (hook, lanes) = way(&all, &message, late);
        assert_eq!((hook, lanes.sender.key.as_str()), ("hook", "hook:cidA=="));
        assert!(!lanes.idempotent, "an earlier attempt may have gone by the session");
        assert!(way(&all, &to_group(text(), true, None), late).1.idempotent);
        assert_eq!(lanes.sender.limits, [Limit { count: 20, per: Duration::from_secs(60) }]);
        let (card, lanes) = way(&config(&[TEMPLATE]), &message, late);
        assert_eq!((card, lanes.sender.key.as_str(), lanes.idempotent), ("card", "app", false));
        assert!(way(&config(&[TEMPLATE]), &to_group(self::card(), true, Some(SESSION)), late).1.idempotent);
        assert_eq!(way(&config(&[]), &message, late), ("robot", config(&[]).lanes(&message, late.parse().unwrap())));
        assert!(!way(&config(&[]), &message, late).1.idempotent);
    }

    #[test]
    fn without_a_mention_the_robot_writes_itself() {
        let early = "2026-11-22T09:00:00Z";
        assert_eq!(way(&config(&[HOOK, TEMPLATE]), &to_group(text(), false, Some(SESSION)), early).0, "robot");
        assert_eq!(way(&config(&[HOOK, TEMPLATE]), &to_group(card(), true, Some(SESSION)), early).0, "card");
        assert_eq!(way(&config(&[HOOK]), &to_group(card(), true, Some(SESSION)), early).0, "session");
    }

    #[test]
    fn a_person_is_reached_by_the_app_and_a_stranger_only_by_a_session() {
        let early = "2026-11-22T09:00:00Z";
        let to = |to| Outgoing { to, content: text(), mentions: Mentions::default(), key: "k".into() };
        let person = |id: &str| to(Recipient::Person(ForeignUser::new(id)));
        let config = config(&[TEMPLATE]);
        assert_eq!(way(&config, &person("u1"), early).0, "robot");
        assert_eq!(way(&config, &person("union:z"), early).0, "robot");
        assert_eq!(way(&config, &person("$:LWCP_v1:$x"), early).0, "none");
        let direct = |id: &str, route: Option<&str>| {
            to(Recipient::Conversation {
                id: ForeignConversation::new(id),
                reply_to: None,
                reply_route: route.map(str::to_owned),
            })
        };
        assert_eq!(way(&config, &direct("user:u1", Some(SESSION)), early).0, "robot");
        assert_eq!(way(&config, &direct("session:cidX", Some(SESSION)), early).0, "session");
        assert_eq!(way(&config, &direct("session:cidX", None), early).0, "none");
    }
}
