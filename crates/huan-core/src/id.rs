//! Typed, prefixed, time-sortable ids: `tsk_01hf3v…`.
//!
//! An id is a prefix that names its kind, an underscore and 26 characters of Crockford base 32: 48 bits of
//! milliseconds and 80 random bits. Ids made later sort later, so an index on them is also an index by age.

use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ambient::{Entropy, TimeSource};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const BODY: usize = 26;

/// What an id can stand for.
pub trait Kind: 'static + Send + Sync {
    /// The letters before the underscore.
    const PREFIX: &'static str;
}

/// An id of one kind of thing.
pub struct Id<K> {
    text: Arc<str>,
    kind: PhantomData<fn() -> K>,
}

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("«{text}» is not an id of the form {prefix}_…")]
pub struct InvalidId {
    /// What was given.
    pub text: String,
    /// The prefix that was expected.
    pub prefix: &'static str,
}

impl<K: Kind> Id<K> {
    /// A new id, made from the time and 80 random bits.
    pub fn new(time: &dyn TimeSource, entropy: &dyn Entropy) -> Self {
        let millis = u128::from(time.now().as_millisecond().max(0).unsigned_abs()) & 0xFFFF_FFFF_FFFF;
        let mut random = [0_u8; 16];
        entropy.fill(&mut random[6..]);
        Self::from_bits((millis << 80) | u128::from_be_bytes(random))
    }

    /// The id with this number behind its prefix: a fixed id for tests and seeds.
    pub fn from_bits(bits: u128) -> Self {
        let mut text = String::with_capacity(K::PREFIX.len() + 1 + BODY);
        text.push_str(K::PREFIX);
        text.push('_');
        for position in (0..BODY).rev() {
            let index = (bits >> (position * 5)) & 31;
            text.push(char::from(ALPHABET[index as usize]));
        }
        Self { text: text.into(), kind: PhantomData }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let body = text.strip_prefix(K::PREFIX).and_then(|rest| rest.strip_prefix('_'));
        match body {
            Some(body) if body.len() == BODY && body.bytes().all(|byte| ALPHABET.contains(&byte)) => {
                Ok(Self { text: text.into(), kind: PhantomData })
            }
            _ => Err(InvalidId { text: text.chars().take(64).collect(), prefix: K::PREFIX }),
        }
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self { text: Arc::clone(&self.text), kind: PhantomData }
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $alias:ident = $kind:ident($prefix:literal);)*) => {
        $(
            #[doc = concat!("The kind behind [`", stringify!($alias), "`].")]
            #[derive(Debug, Clone, Copy)]
            pub enum $kind {}
            impl Kind for $kind {
                const PREFIX: &'static str = $prefix;
            }
            $(#[$doc])*
            pub type $alias = Id<$kind>;
        )*

        /// Every prefix in use; a test keeps them apart.
        pub const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

kinds! {
    /// A workspace: one organisation's walled-off world.
    WorkspaceId = WorkspaceKind("wsp");
    /// A department.
    DepartmentId = DepartmentKind("dep");
    /// A person.
    PersonId = PersonKind("per");
    /// A person's identity on a platform.
    IdentityId = IdentityKind("idn");
    /// A connected platform account (an app or robot).
    AccountId = AccountKind("acc");
    /// A collaboration 「协作」.
    CollaborationId = CollaborationKind("col");
    /// A person's membership of a collaboration.
    MembershipId = MembershipKind("mbr");
    /// A channel: a platform group bound to a collaboration.
    ChannelId = ChannelKind("chn");
    /// A group that is to be made on a platform.
    GroupRequestId = GroupRequestKind("grp");
    /// A message heard on a platform.
    MessageId = MessageKind("msg");
    /// A row of the record table 「协作信息记录表」.
    RecordId = RecordKind("rec");
    /// A task 「任务」.
    TaskId = TaskKind("tsk");
    /// A problem 「问题」.
    ProblemId = ProblemKind("prb");
    /// An emergency 「紧急」.
    EmergencyId = EmergencyKind("emg");
    /// A point of an emergency's checklist.
    ChecklistItemId = ChecklistItemKind("chk");
    /// The minutes 「会议纪要」 of a decision or meeting.
    MinutesId = MinutesKind("min");
    /// A meeting 「会议」 that people are invited to.
    MeetingId = MeetingKind("mtg");
    /// The daily or weekly digest 「日报/周报」 of a collaboration.
    DigestId = DigestKind("dgs");
    /// A document of the library 「资料库」.
    DocumentId = DocumentKind("doc");
    /// A file of the library.
    FileId = FileKind("fil");
    /// An unfinished start of a collaboration.
    StartId = StartKind("sta");
    /// A member's reading of the usage rules 「使用规则」.
    RulesReadingId = RulesReadingKind("rrd");
    /// A round of acceptance 「验收」 of a collaboration.
    SignOffId = SignOffKind("sof");
    /// The signature that is asked of somebody in a round of acceptance.
    SignatureId = SignatureKind("sgn");
    /// An entry of the collaboration centre 「协作中心」.
    EntryId = EntryKind("ent");
    /// A tracked follow-up 「后续行动」 of a record.
    FollowUpId = FollowUpKind("flw");
    /// A collaboration's bond with a project of a task platform.
    BindingId = BindingKind("tbd");
    /// A task here and a task on a task platform that are one.
    TaskLinkId = TaskLinkKind("tln");
    /// A collaboration's mirror on a platform that keeps pages and tables.
    MirrorId = MirrorKind("mir");
    /// Words about a task that go to a task platform or came from there.
    CommentId = CommentKind("cmt");
    /// A clock: a running deadline of a commitment.
    ClockId = ClockKind("clk");
    /// An entry of the history.
    HistoryId = HistoryKind("hst");
    /// An inbox row: one event a platform delivered.
    InboxId = InboxKind("inb");
    /// An outbox row: one message to be delivered.
    DeliveryId = DeliveryKind("dlv");
    /// One attempt at a delivery.
    AttemptId = AttemptKind("att");
    /// A browser session.
    SessionId = SessionKind("ses");
    /// A bearer token of the HTTP interface.
    TokenId = TokenKind("tok");
    /// A reading of the people directory of a platform or a list.
    DirectoryRunId = DirectoryRunKind("dir");
    /// What a source of the people directory told of somebody.
    DirectoryEntryId = DirectoryEntryKind("den");
    /// A one-time or signed link.
    LinkId = LinkKind("lnk");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::{ManualTime, SeededEntropy};
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn a_later_id_sorts_later() {
        let time = ManualTime::starting_at(Timestamp::UNIX_EPOCH);
        let entropy = SeededEntropy::new(1);
        let mut earlier = TaskId::new(&time, &entropy);
        for _ in 0..100 {
            time.advance(SignedDuration::from_millis(1));
            let later = TaskId::new(&time, &entropy);
            assert!(earlier < later, "{earlier} < {later}");
            earlier = later;
        }
    }

    #[test]
    fn an_id_reads_back_only_as_its_own_kind() {
        let id = TaskId::from_bits(42);
        assert_eq!(id.to_string().parse::<TaskId>(), Ok(id.clone()));
        assert!(id.to_string().parse::<RecordId>().is_err());
        assert!("tsk_".parse::<TaskId>().is_err());
        assert!("tsk_0000000000000000000000000!".parse::<TaskId>().is_err());
    }

    #[test]
    fn prefixes_are_distinct() {
        let mut sorted = PREFIXES.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), PREFIXES.len());
    }
}
