//! What is inside the ids that this connector gives out: which call can reach a conversation or a message again.

use huan_core::platform::{ForeignConversation, ForeignMessage, ForeignUser};

/// Where a message can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A group, by its `openConversationId`.
    Group(String),
    /// The direct conversation with a member, by the member's userId.
    Member(String),
    /// The direct conversation with somebody whose userId is not known: only its session can be answered.
    Stranger,
}

const MEMBER: &str = "user:";
const STRANGER: &str = "session:";

impl Place {
    pub(super) fn of(conversation: &ForeignConversation) -> Self {
        let text = conversation.as_str();
        match text.strip_prefix(MEMBER) {
            Some(user) => Self::Member(user.to_owned()),
            None if text.starts_with(STRANGER) => Self::Stranger,
            None => Self::Group(text.to_owned()),
        }
    }
}

/// A group's id as given out: DingTalk's own.
pub(super) fn group(open_conversation_id: &str) -> ForeignConversation {
    ForeignConversation::new(open_conversation_id)
}

/// A direct conversation's id as given out. DingTalk sends to people, not to direct conversations.
pub(super) fn direct(user_id: Option<&str>, conversation_id: &str) -> ForeignConversation {
    match user_id {
        Some(user) => ForeignConversation::new(format!("{MEMBER}{user}")),
        None => ForeignConversation::new(format!("{STRANGER}{conversation_id}")),
    }
}

/// A person's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PersonId {
    /// `userid`, the one that calls and sends go by.
    User(String),
    /// `unionid`.
    Union(String),
    /// An encrypted id that only comes in.
    Encrypted,
}

const UNION: &str = "union:";

impl PersonId {
    pub(super) fn of(user: &ForeignUser) -> Self {
        let text = user.as_str();
        match text.strip_prefix(UNION) {
            Some(union) => Self::Union(union.to_owned()),
            None if text.starts_with('$') => Self::Encrypted,
            None => Self::User(text.to_owned()),
        }
    }
}

/// A `unionid` as given out.
pub(super) fn union(union_id: &str) -> ForeignUser {
    ForeignUser::new(format!("{UNION}{union_id}"))
}

/// A message that this connector sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SentMessage {
    /// Into a group, with the keys of its parts.
    Group {
        /// The group's `openConversationId`.
        group: String,
        /// `processQueryKey`, or a card's `carrierId`.
        keys: Vec<String>,
    },
    /// To a person, with the keys of its parts.
    Direct {
        /// As for a group.
        keys: Vec<String>,
    },
    /// A card that DingTalk has, but whose answer was lost with its key; by our reference.
    Card(String),
}

impl SentMessage {
    /// The id as given out.
    pub(super) fn id(&self) -> ForeignMessage {
        ForeignMessage::new(match self {
            Self::Group { group, keys } => format!("group|{group}|{}", keys.join(",")),
            Self::Direct { keys } => format!("direct|{}", keys.join(",")),
            Self::Card(reference) => format!("card|{reference}"),
        })
    }

    /// Reads an id; none for a message that somebody else wrote.
    pub(super) fn of(message: &ForeignMessage) -> Option<Self> {
        let keys = |text: &str| text.split(',').filter(|key| !key.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let mut parts = message.as_str().splitn(3, '|');
        match (parts.next()?, parts.next(), parts.next()) {
            ("group", Some(group), Some(text)) => Some(Self::Group { group: group.to_owned(), keys: keys(text) }),
            ("direct", Some(text), None) => Some(Self::Direct { keys: keys(text) }),
            ("card", Some(reference), None) => Some(Self::Card(reference.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back() {
        for message in [
            SentMessage::Group { group: "cidAs+/X==".into(), keys: vec!["a+/=".into(), "b".into()] },
            SentMessage::Direct { keys: vec!["k==".into()] },
            SentMessage::Card("dlv_1".into()),
        ] {
            assert_eq!(SentMessage::of(&message.id()), Some(message));
        }
        assert_eq!(SentMessage::of(&ForeignMessage::new("msgLICYe==")), None);
        assert_eq!(Place::of(&direct(Some("user123"), "cidX")), Place::Member("user123".into()));
        assert_eq!(Place::of(&direct(None, "cidX")), Place::Stranger);
        assert_eq!(Place::of(&group("cidX==")), Place::Group("cidX==".into()));
        assert_eq!(PersonId::of(&union("z21")), PersonId::Union("z21".into()));
        assert_eq!(PersonId::of(&ForeignUser::new("$:LWCP_v1:$abc")), PersonId::Encrypted);
    }
}
