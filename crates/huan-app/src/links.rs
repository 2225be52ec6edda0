//! Signed links: a person acts on one task, problem, meeting, minutes or signature from a link in a message, without signing in.
//!
//! A link holds who it was made for, which thing, and until when; the signature covers all of it. It gives no more
//! than that person's right on that thing, and every use stands in the history with its source.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use huan_core::id::{MeetingId, MinutesId, PersonId, ProblemId, RulesReadingId, SignatureId, TaskId};
use jiff::Timestamp;
use subtle::ConstantTimeEq;

use crate::secrets::Secrets;

/// Bytes of the signature kept in the link.
const SIGNATURE: usize = 16;

/// What a signed link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedLink {
    /// The thing.
    pub to: LinkTo,
    /// The person it was made for.
    pub person: PersonId,
    /// Until when it is good.
    pub until: Timestamp,
}

/// What a signed link can lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTo {
    /// A task.
    Task(TaskId),
    /// A problem.
    Problem(ProblemId),
    /// A meeting.
    Meeting(MeetingId),
    /// Minutes.
    Minutes(MinutesId),
    /// Usage rules to be read.
    Rules(RulesReadingId),
    /// A signature under an acceptance.
    Signature(SignatureId),
}

impl LinkTo {
    /// The id as text.
    pub fn id(&self) -> &str {
        match self {
            Self::Task(task) => task.as_str(),
            Self::Problem(problem) => problem.as_str(),
            Self::Meeting(meeting) => meeting.as_str(),
            Self::Minutes(minutes) => minutes.as_str(),
            Self::Rules(reading) => reading.as_str(),
            Self::Signature(signature) => signature.as_str(),
        }
    }

    fn from_id(text: &str) -> Option<Self> {
        text.parse()
            .map(Self::Task)
            .or_else(|_| text.parse().map(Self::Problem))
            .or_else(|_| text.parse().map(Self::Meeting))
            .or_else(|_| text.parse().map(Self::Minutes))
            .or_else(|_| text.parse().map(Self::Rules))
            .or_else(|_| text.parse().map(Self::Signature))
            .ok()
    }
}

/// Why a link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    /// Not made by this installation, or changed.
    #[error("the link is not genuine")]
    NotGenuine,
    /// Too old.
    #[error("the link is no longer good")]
    Expired,
}

impl SignedLink {
    /// The link's token: what follows `/l/`.
    pub fn token(&self, secrets: &Secrets) -> String {
        let contents = self.contents();
        let signature = secrets.sign_link(contents.as_bytes());
        let mut bytes = contents.into_bytes();
        bytes.extend_from_slice(&signature[..SIGNATURE]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token back.
    ///
    /// # Errors
    /// When it is not genuine or too old.
    pub fn read(token: &str, secrets: &Secrets, now: Timestamp) -> Result<Self, BadLink> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| BadLink::NotGenuine)?;
        let (contents, signature) =
            bytes.len().checked_sub(SIGNATURE).and_then(|at| bytes.split_at_checked(at)).ok_or(BadLink::NotGenuine)?;
        let expected = secrets.sign_link(contents);
        if !bool::from(expected[..SIGNATURE].ct_eq(signature)) {
            return Err(BadLink::NotGenuine);
        }
        let link = Self::from_contents(contents).ok_or(BadLink::NotGenuine)?;
        if now >= link.until { Err(BadLink::Expired) } else { Ok(link) }
    }

    fn contents(&self) -> String {
        format!("{} {} {}", self.to.id(), self.person, self.until.as_second())
    }

    fn from_contents(contents: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(contents).ok()?.split(' ');
        let to = LinkTo::from_id(parts.next()?)?;
        let person = parts.next()?.parse().ok()?;
        let until = Timestamp::from_second(parts.next()?.parse().ok()?).ok()?;
        parts.next().is_none().then_some(Self { to, person, until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn link() -> SignedLink {
        SignedLink {
            to: LinkTo::Task(TaskId::from_bits(1)),
            person: PersonId::from_bits(2),
            until: Timestamp::from_second(1_800_000_000).unwrap(),
        }
    }

    #[test]
    fn d3_a_link_reads_back_until_it_ends() {
        let secrets = Secrets::derive(&[1; 32]);
        let token = link().token(&secrets);
        let before = link().until - SignedDuration::from_secs(1);
        assert_eq!(SignedLink::read(&token, &secrets, before), Ok(link()));
        assert_eq!(SignedLink::read(&token, &secrets, link().until), Err(BadLink::Expired));
        let problem = SignedLink { to: LinkTo::Problem(ProblemId::from_bits(1)), ..link() };
        assert_eq!(SignedLink::read(&problem.token(&secrets), &secrets, before), Ok(problem));
        let minutes = SignedLink { to: LinkTo::Minutes(MinutesId::from_bits(1)), ..link() };
        assert_eq!(SignedLink::read(&minutes.token(&secrets), &secrets, before), Ok(minutes));
    }

    #[test]
    fn d3_a_changed_link_is_not_genuine() {
        let secrets = Secrets::derive(&[1; 32]);
        let token = link().token(&secrets);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(SignedLink::read(&changed, &secrets, Timestamp::UNIX_EPOCH), Err(BadLink::NotGenuine), "{at}");
        }
        assert!(SignedLink::read("", &secrets, Timestamp::UNIX_EPOCH).is_err());
    }
}
