//! Events in the calendar of whoever organises them (DingTalk, calendar §12).

use std::time::Duration;

use async_trait::async_trait;
use huan_connect::{Calendars, Certainty, KeptEvent, LeftOut, Retry, SendError};
use huan_core::{
    meeting::EventText,
    platform::{ForeignCalendarEvent, ForeignUser},
};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{
    account::App,
    api::Method,
    fault::{Fault, impossible},
    ids::PersonId,
};
use crate::lenient::Lenient;

/// A client token is known for a day (§12); an hour is left for clocks that differ.
const REMEMBERED: Duration = Duration::from_secs(23 * 60 * 60);
/// The longest summary and description, in characters (§12.1).
const LONGEST: (usize, usize) = (2048, 5000);
/// People are reminded by DingTalk so many minutes before.
const REMIND_BEFORE: i64 = 15;

#[async_trait]
impl Calendars for App {
    fn remembers(&self) -> Duration {
        REMEMBERED
    }

    /// An app has no calendar of its own: the first of the people owns the event.
    async fn make(&self, event: &EventText, people: &[ForeignUser], key: &str) -> Result<KeptEvent, SendError> {
        let (known, left_out) = self.union_ids(people).await?;
        let Some((_, organiser)) = known.first() else {
            return Err(impossible("meeting.reason.nobody", "an organiser is needed, and nobody is known"));
        };
        let mut body = body(event);
        let attendees: Vec<Value> = known.iter().map(|(_, union)| json!({"id": union, "isOptional": false})).collect();
        body["attendees"] = json!(attendees);
        let path = format!("/v1.0/calendar/users/{organiser}/calendars/primary/events");
        let answer = self.api.call_with(Method::Post, &path, &[], &body, &[("x-client-token", key)]).await?;
        let Some(id) = answer.text("id") else {
            return Err(SendError {
                certainty: Certainty::Unknown,
                retry: Retry::Transient,
                reason_key: "delivery.reason.answer_lost",
                detail: "the answer names no id".to_owned(),
            });
        };
        Ok(KeptEvent {
            id: ForeignCalendarEvent::new(format!("{organiser} {id}")),
            join_url: answer.member("onlineMeetingInfo").text("url"),
            people: known.into_iter().map(|(person, _)| person).collect(),
            left_out,
        })
    }

    async fn change(
        &self,
        id: &ForeignCalendarEvent,
        event: &EventText,
        people: &[ForeignUser],
        were: &[ForeignUser],
        maybe: &[ForeignUser],
    ) -> Result<KeptEvent, SendError> {
        let (path, event_id) = path(id)?;
        let mut body = body(event);
        body["id"] = json!(event_id);
        let answer = self.api.call(Method::Put, &path, &[], &body).await?;
        let mut gone: Vec<ForeignUser> = were.to_vec();
        gone.extend(maybe.iter().filter(|one| !were.contains(one)).cloned());
        gone.retain(|one| !people.contains(one));
        let (gone, _) = self.union_ids(&gone).await?;
        if !gone.is_empty() {
            let list: Vec<Value> = gone.iter().map(|(_, union)| json!({"id": union})).collect();
            self.api.post(&format!("{path}/attendees/batchRemove"), &json!({"attendeesToRemove": list})).await?;
        }
        let mut joined: Vec<ForeignUser> = people.to_vec();
        joined.retain(|one| !were.contains(one));
        let (known, left_out) = self.union_ids(&joined).await?;
        if !known.is_empty() {
            let list: Vec<Value> = known.iter().map(|(_, union)| json!({"id": union, "isOptional": false})).collect();
            let body = json!({"attendeesToAdd": list, "pushNotification": false, "chatNotification": false});
            self.api.post(&format!("{path}/attendees"), &body).await?;
        }
        let is_in = |one: &&ForeignUser| !left_out.iter().any(|out: &LeftOut| out.person == **one);
        Ok(KeptEvent {
            id: id.clone(),
            join_url: answer.member("onlineMeetingInfo").text("url"),
            people: people.iter().filter(is_in).cloned().collect(),
            left_out,
        })
    }

    async fn remove(&self, id: &ForeignCalendarEvent) -> Result<(), SendError> {
        let (path, _) = path(id)?;
        match self.api.call(Method::Delete, &path, &[("pushNotification", "false")], &Value::Null).await {
            Ok(_) => Ok(()),
            Err(fault) if fault.code() == Some("itemNotFound") => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }
}

impl App {
    /// The unionIds by which calendars know people, each once, and who has none. Asking for them makes no event.
    async fn union_ids(&self, people: &[ForeignUser]) -> Result<(Vec<(ForeignUser, String)>, Vec<LeftOut>), SendError> {
        let mut known: Vec<(ForeignUser, String)> = Vec::new();
        let mut left_out = Vec::new();
        for person in people {
            let union = match PersonId::of(person) {
                PersonId::Union(union) => Some(union),
                PersonId::User(user) => {
                    let details = self.details(&user).await.map_err(|fault| Fault::BeforeSending(Box::new(fault)))?;
                    details.and_then(|details| details.text("unionid"))
                }
                PersonId::Encrypted => None,
            };
            match union {
                Some(union) if known.iter().any(|(_, one)| *one == union) => {}
                Some(union) => known.push((person.clone(), union)),
                None => {
                    left_out.push(LeftOut { person: person.clone(), reason_key: "delivery.reason.recipient_unknown" })
                }
            }
        }
        Ok((known, left_out))
    }
}

/// The event by its organiser and itself, and its own id.
fn path(id: &ForeignCalendarEvent) -> Result<(String, &str), SendError> {
    let (organiser, event) = id
        .as_str()
        .split_once(' ')
        .ok_or_else(|| impossible("meeting.reason.gone", "the event's id is not one of DingTalk's"))?;
    Ok((format!("/v1.0/calendar/users/{organiser}/calendars/primary/events/{event}"), event))
}

fn body(event: &EventText) -> Value {
    let cut = |words: &str, longest: usize| words.chars().take(longest).collect::<String>();
    let zone = TimeZone::get(&event.zone).unwrap_or(TimeZone::UTC);
    let name = zone.iana_name().unwrap_or("UTC").to_owned();
    let time = |at: jiff::Timestamp| {
        let shown = at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        json!({"dateTime": shown, "timeZone": name})
    };
    let mut body = json!({"summary": cut(&event.title, LONGEST.0), "description": cut(&event.description, LONGEST.1),
        "start": time(event.starts_at), "end": time(event.ends_at), "isAllDay": false,
        "location": {"displayName": event.place}, "reminders": [{"method": "dingtalk", "minutes": REMIND_BEFORE}],
        "extra": {"noPushNotification": "true", "noChatNotification": "true"}});
    if event.online {
        body["onlineMeetingInfo"] = json!({"type": "dingtalk"});
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s12_1_times_carry_their_offset_and_zone() {
        let event = EventText {
            title: "启动会".into(),
            description: String::new(),
            starts_at: "2026-09-20T02:00:00Z".parse().unwrap(),
            ends_at: "2026-09-20T02:30:00Z".parse().unwrap(),
            zone: "Asia/Shanghai".into(),
            place: "线上".into(),
            online: true,
        };
        let said = body(&event);
        assert_eq!(said["start"], json!({"dateTime": "2026-09-20T10:00:00+08:00", "timeZone": "Asia/Shanghai"}));
        assert_eq!(said["onlineMeetingInfo"], json!({"type": "dingtalk"}));
    }
}
