//! 「免打扰」.

use huan_core::{command::Due, i18n::text, notice_preference::NoticePreferences};
use jiff::{SignedDuration, SpanFieldwise};

use super::{Speech, Stop};
use crate::{actions::notice_preferences, error::ActionError};

/// For how long 「免打扰」 without a time holds ordinary messages back.
const USUAL_SILENCE: SignedDuration = SignedDuration::from_hours(2);

impl Speech<'_, '_, '_> {
    /// 「免打扰」: ordinary messages wait for the speaker. What is urgent, and answers to what they ask, come all the same.
    pub(super) async fn silence(&mut self, until: Option<Due>, span: Option<SpanFieldwise>) -> Result<String, Stop> {
        let me = self.work.caller()?.person().clone();
        let until = match (until, span) {
            (Some(due), _) => self.due(&me, due).await?,
            (None, span) => {
                let now = self.work.now.to_zoned(self.work.caller()?.zone.clone());
                let later = match span {
                    Some(span) => now.checked_add(span.0),
                    None => now.checked_add(USUAL_SILENCE),
                };
                later.map_err(|_| ActionError::field("until", "out_of_range"))?.timestamp()
            }
        };
        if until > self.work.now + NoticePreferences::LONGEST_SILENCE {
            let days = NoticePreferences::LONGEST_SILENCE.as_hours() / 24;
            return Err(self.say("chat.silence_too_long", &[("days", &days)]));
        }
        notice_preferences::silence(self.work, Some(until)).await?;
        Ok(text(self.work.language(), "chat.silenced", &[("until", &self.moment(until))]))
    }
}
