//! What was typed into a form.

use huan_app::error::ActionError;
use huan_core::task::Proposal;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// The fields of a form, as they were typed: they are shown again when something is wrong with them.
#[derive(Debug, Clone, Default)]
pub(super) struct Form(Vec<(String, String)>);

/// What a form asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    Accept,
    Decline { reason: String, proposal: Proposal },
    Agree,
    Change(Proposal),
    Insist { words: String },
    Progress { text: String, percent: Option<u8> },
    Block { reason: String },
    Resume,
    Finish,
}

impl Form {
    pub(super) fn read(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// A field as it was typed; empty when it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// The key that tells a form sent twice; not a field that a person types.
    pub(super) fn key(&self) -> Option<&str> {
        Some(self.get("key")).filter(|key| (1..=64).contains(&key.len()))
    }

    /// What is asked for. Times are meant in `zone`.
    pub(super) fn step(&self, zone: &TimeZone) -> Result<Step, ActionError> {
        let text = |name: &str| self.get(name).trim().to_owned();
        Ok(match self.get("step") {
            "accept" => Step::Accept,
            "decline" => Step::Decline { reason: text("reason"), proposal: self.proposal(zone)? },
            "agree" => Step::Agree,
            "change" => Step::Change(self.proposal(zone)?),
            "insist" => Step::Insist { words: text("words") },
            "progress" => Step::Progress { text: text("text"), percent: self.percent()? },
            "block" => Step::Block { reason: text("reason") },
            "resume" => Step::Resume,
            "finish" => Step::Finish,
            _ => return Err(ActionError::NotFound("step")),
        })
    }

    fn proposal(&self, zone: &TimeZone) -> Result<Proposal, ActionError> {
        let owner = match self.get("owner") {
            "" => None,
            id => Some(id.parse().map_err(|_| ActionError::field("owner", "unknown"))?),
        };
        let due_at = match self.get("due_at") {
            "" => None,
            text => Some(local_time(text, zone).ok_or_else(|| ActionError::field("due_at", "malformed"))?),
        };
        Ok(Proposal { owner, due_at, words: self.get("words").trim().to_owned() })
    }

    fn percent(&self) -> Result<Option<u8>, ActionError> {
        match self.get("percent").trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| ActionError::field("percent", "malformed")),
        }
    }
}

/// The instant that a browser's `datetime-local` input means in `zone`.
pub(super) fn local_time(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let local: DateTime = text.trim().parse().ok()?;
    local.to_zoned(zone.clone()).ok().map(|at| at.timestamp())
}

/// An instant as a `datetime-local` input takes it.
pub(super) fn as_local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn i8_a_time_is_meant_in_the_persons_zone() {
        let at = local_time("2026-11-27T12:00", &shanghai()).unwrap();
        assert_eq!(at, "2026-11-27T04:00:00Z".parse().unwrap());
        assert_eq!(as_local(at, &shanghai()), "2026-11-27T12:00");
        assert_eq!(local_time("soon", &shanghai()), None);
    }

    #[test]
    fn d2_a_form_says_what_is_asked() {
        let form = Form::read("step=decline&reason=%E6%9C%AC%E5%91%A8+满&words=&due_at=2026-11-30T09:00".as_bytes());
        let Ok(Step::Decline { reason, proposal }) = form.step(&shanghai()) else { panic!("{form:?}") };
        assert_eq!(reason, "本周 满");
        assert_eq!(proposal.due_at, Some("2026-11-30T01:00:00Z".parse().unwrap()));
        assert!(Form::read(b"step=delete").step(&shanghai()).is_err());
        assert!(Form::read(b"step=progress&text=a&percent=x").step(&shanghai()).is_err());
    }
}
