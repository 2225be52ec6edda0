//! Events in the robot's calendar, to which people are invited (Feishu §11.1).

use std::time::Duration;

use async_trait::async_trait;
use huan_connect::{Calendars, Certainty, KeptEvent, LeftOut, Retry, SendError};
use huan_core::{
    meeting::EventText,
    platform::{ForeignCalendarEvent, ForeignUser},
};
use serde_json::{Value, json};

use super::{
    account::AppAccount,
    api::{Call, Verb, segment},
    failure, ids,
    people::text,
};

/// The most attendees of one call (§11.1 allows 1000; fewer keep one unknown id from holding up many).
const AT_ONCE: usize = 50;
/// For how long the same `idempotency_key` is relied on. The document states no time; ten hours are usual on Feishu (§3.9), and one
/// is left for clocks that differ and calls that take their time.
const REMEMBERED: Duration = Duration::from_secs(9 * 60 * 60);
/// The longest summary and description, in characters (§11.1).
const LONGEST: (usize, usize) = (1000, 40_960);
/// People are reminded by Feishu so many minutes before.
const REMIND_BEFORE: i64 = 15;
/// The person left the tenant, or the app may not see them (§11.1).
const GONE: &str = "delivery.reason.recipient_left";

#[async_trait]
impl Calendars for AppAccount {
    fn remembers(&self) -> Duration {
        REMEMBERED
    }

    /// The robot owns the event. Nobody is in it yet: people are put in by [`Calendars::change`].
    async fn make(&self, event: &EventText, _people: &[ForeignUser], key: &str) -> Result<KeptEvent, SendError> {
        let answer = self.api.call(&Call::new(Verb::Post, "calendar/v4/calendars/primary")).await;
        // A failure before the event is no failure of the event.
        let answer = answer.map_err(|error| SendError { certainty: Certainty::NotSent, ..error })?;
        let calendar = answer.pointer("/data/calendars/0/calendar").and_then(|one| text(one, "calendar_id"));
        let Some(calendar) = calendar else {
            return Err(failure::never("delivery.reason.rejected", "the answer names no calendar_id"));
        };
        let call = Call::new(Verb::Post, format!("calendar/v4/calendars/{}/events", segment(calendar)))
            .query("idempotency_key", super::account::uuid(key))
            .query("user_id_type", "open_id")
            .body(body(event));
        let answer = self.api.call(&call).await?;
        let made = answer.pointer("/data/event").unwrap_or(&Value::Null);
        let Some(id) = text(made, "event_id") else {
            return Err(SendError {
                certainty: Certainty::Unknown,
                retry: Retry::Transient,
                reason_key: "delivery.reason.answer_lost",
                detail: "the answer names no event_id".to_owned(),
            });
        };
        let id = ForeignCalendarEvent::new(format!("{calendar} {id}"));
        Ok(KeptEvent { id, join_url: join_url(made), people: Vec::new(), left_out: Vec::new() })
    }

    async fn change(
        &self,
        id: &ForeignCalendarEvent,
        event: &EventText,
        people: &[ForeignUser],
        were: &[ForeignUser],
        maybe: &[ForeignUser],
    ) -> Result<KeptEvent, SendError> {
        let path = path(id)?;
        self.api.call(&Call::new(Verb::Patch, path.clone()).body(body(event))).await?;
        let more = maybe.iter().filter(|one| !were.contains(one));
        let gone: Vec<&ForeignUser> = were.iter().chain(more).filter(|one| !people.contains(one)).collect();
        for (kind, some) in of_kinds(&gone) {
            let list: Vec<Value> = some.iter().map(|one| json!({"type": "user", "user_id": one.as_str()})).collect();
            let call = Call::new(Verb::Post, format!("{path}/attendees/batch_delete"))
                .query("user_id_type", kind)
                .body(json!({"delete_ids": list, "need_notification": false}));
            self.api.call(&call).await?;
        }
        let mut left_out = Vec::new();
        // Whoever is in it already stays once.
        let joined: Vec<&ForeignUser> = people.iter().filter(|one| !were.contains(one)).collect();
        for (kind, some) in of_kinds(&joined) {
            match self.invite(&path, kind, &some).await {
                Ok(()) => {}
                // One whom Feishu does not take refuses the whole call: each for themselves.
                Err(error) if error.reason_key == GONE => {
                    for one in some {
                        match self.invite(&path, kind, &[one]).await {
                            Ok(()) => {}
                            Err(error) if error.reason_key == GONE => {
                                left_out.push(LeftOut { person: one.clone(), reason_key: error.reason_key });
                            }
                            Err(error) => return Err(error),
                        }
                    }
                }
                Err(error) => return Err(error),
            }
        }
        let answer = self.api.call(&Call::new(Verb::Get, path)).await?;
        let kept = answer.pointer("/data/event").unwrap_or(&Value::Null);
        let is_in = |one: &&ForeignUser| !left_out.iter().any(|out| out.person == **one);
        Ok(KeptEvent {
            id: id.clone(),
            join_url: join_url(kept),
            people: people.iter().filter(is_in).cloned().collect(),
            left_out,
        })
    }

    async fn remove(&self, id: &ForeignCalendarEvent) -> Result<(), SendError> {
        let call = Call::new(Verb::Delete, path(id)?).query("need_notification", "false");
        match self.api.call(&call).await {
            Ok(_) => Ok(()),
            Err(error) if error.reason_key == "meeting.reason.gone" => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl AppAccount {
    async fn invite(&self, path: &str, kind: &'static str, people: &[&ForeignUser]) -> Result<(), SendError> {
        let list: Vec<Value> = people.iter().map(|one| json!({"type": "user", "user_id": one.as_str()})).collect();
        let call = Call::new(Verb::Post, format!("{path}/attendees"))
            .query("user_id_type", kind)
            .body(json!({"attendees": list, "need_notification": false}));
        self.api.call(&call).await.map(drop)
    }
}

/// The event by the calendar and itself.
fn path(id: &ForeignCalendarEvent) -> Result<String, SendError> {
    let (calendar, event) = id
        .as_str()
        .split_once(' ')
        .ok_or_else(|| failure::never("meeting.reason.gone", "the event's id is not one of Feishu's"))?;
    Ok(format!("calendar/v4/calendars/{}/events/{}", segment(calendar), segment(event)))
}

/// People by the kind of their ids, as many as one call takes.
fn of_kinds<'a>(people: &[&'a ForeignUser]) -> Vec<(&'static str, Vec<&'a ForeignUser>)> {
    let mut calls = Vec::new();
    for kind in ["open_id", "union_id", "user_id"] {
        let of_kind: Vec<&ForeignUser> =
            people.iter().copied().filter(|person| ids::person(person.as_str()) == kind).collect();
        calls.extend(of_kind.chunks(AT_ONCE).map(|some| (kind, some.to_vec())));
    }
    calls
}

fn body(event: &EventText) -> Value {
    let cut = |words: &str, longest: usize| words.chars().take(longest).collect::<String>();
    let time = |at: jiff::Timestamp| json!({"timestamp": at.as_second().to_string(), "timezone": event.zone});
    let chat = match event.online {
        true => json!({"vc_type": "vc", "meeting_settings": {"allow_attendees_start": true}}),
        // Left out, Feishu would make one with the first attendee (§11.1).
        false => json!({"vc_type": "no_meeting"}),
    };
    json!({"summary": cut(&event.title, LONGEST.0), "description": cut(&event.description, LONGEST.1),
        "need_notification": false, "start_time": time(event.starts_at), "end_time": time(event.ends_at), "vchat": chat,
        "visibility": "default", "attendee_ability": "can_see_others", "free_busy_status": "busy",
        "location": {"name": event.place}, "reminders": [{"minutes": REMIND_BEFORE}]})
}

fn join_url(event: &Value) -> Option<String> {
    let chat = event.get("vchat")?;
    text(chat, "meeting_url").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s11_1_an_event_says_when_in_seconds_and_brings_no_meeting_unless_asked_for() {
        let event = EventText {
            title: "启动会".into(),
            description: "议程".into(),
            starts_at: jiff::Timestamp::from_second(1_700_013_600).unwrap(),
            ends_at: jiff::Timestamp::from_second(1_700_017_200).unwrap(),
            zone: "Asia/Shanghai".into(),
            place: "三楼".into(),
            online: false,
        };
        let said = body(&event);
        assert_eq!(said["start_time"], json!({"timestamp": "1700013600", "timezone": "Asia/Shanghai"}));
        assert_eq!(said["vchat"], json!({"vc_type": "no_meeting"}));
        let online = body(&EventText { online: true, ..event });
        assert_eq!(online["vchat"]["vc_type"], "vc");
        assert_eq!(online["vchat"]["meeting_settings"]["allow_attendees_start"], true, "193102");
    }

    #[test]
    fn an_id_that_is_not_feishus_is_no_address() {
        let there = path(&ForeignCalendarEvent::new("feishu.cn_x@group.calendar.feishu.cn ab_0")).unwrap();
        assert!(there.ends_with("/events/ab_0"), "{there}");
        assert_eq!(path(&ForeignCalendarEvent::new("ab")).unwrap_err().reason_key, "meeting.reason.gone");
    }
}
