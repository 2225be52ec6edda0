//! Calendars of people and the events in them (DingTalk, calendar §12).

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::dingtalk::Dingtalk;
use crate::dingtalk::call::Call;
use crate::dingtalk::refusal::NewRefusal;
use crate::dingtalk::tenant::Tenant;
use crate::view::CalendarEventView;

/// The most attendees of an event (§12.1).
const ATTENDEES: usize = 500;
/// So many events may one person make a day (§12.1).
const EVENTS_A_DAY: usize = 100;
/// A token of the client is known for a day (§12).
const KNOWN_MS: i64 = 86_400_000;
/// Days are those of the organisation.
const SHANGHAI_MS: i64 = 8 * 3_600_000;

/// Every event of the organisation.
#[derive(Debug, Default)]
pub(crate) struct Calendars {
    events: Vec<Event>,
    /// The event that was made with each `x-client-token`, and when.
    tokens: HashMap<(String, String), (String, i64)>,
}

#[derive(Debug, Clone)]
struct Event {
    id: String,
    /// unionId of the organiser.
    organiser: String,
    summary: String,
    description: String,
    start: Value,
    end: Value,
    place: String,
    reminders: Value,
    /// The address of the online meeting.
    conference: Option<(String, String)>,
    /// unionId, whether optional, `responseStatus`.
    attendees: Vec<(String, bool, String)>,
    cancelled: bool,
    created_ms: i64,
    updated_ms: i64,
}

fn invalid(message: &'static str) -> NewRefusal {
    NewRefusal::bad("invalidParameter", message)
}

fn missing() -> NewRefusal {
    NewRefusal::with(StatusCode::NOT_FOUND, "itemNotFound", "event not found")
}

fn iso(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).map(|at| at.to_string()).unwrap_or_default()
}

fn path<'a>(call: &'a Call, name: &str) -> &'a str {
    call.path.get(name).map(String::as_str).unwrap_or_default()
}

/// Whose calendar the path names; only the primary one is there.
fn owner(tenant: &Tenant, call: &Call) -> Result<String, NewRefusal> {
    if path(call, "calendarId") != "primary" {
        return Err(NewRefusal::with(StatusCode::NOT_FOUND, "itemNotFound", "calendar not found"));
    }
    let member = tenant.directory.member_by(path(call, "userId"), true);
    member
        .map(|member| member.union_id.clone())
        .ok_or_else(|| NewRefusal::bad("permissionDeny", "user not in app scope"))
}

/// A moment with offset and zone, or a whole day (§12.1).
fn checked_time(value: Option<&Value>, absent: &'static str) -> Result<Value, NewRefusal> {
    let time = value.filter(|time| time.is_object()).ok_or_else(|| invalid(absent))?;
    let text = |name: &str| time.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    match (text("dateTime"), text("date")) {
        (Some(moment), None) => {
            let zone = text("timeZone").is_some_and(|zone| jiff::tz::TimeZone::get(zone).is_ok());
            if moment.parse::<jiff::Timestamp>().is_ok() && zone { Ok(time.clone()) } else { Err(invalid(absent)) }
        }
        (None, Some(date)) if date.parse::<jiff::civil::Date>().is_ok() => Ok(time.clone()),
        _ => Err(invalid(absent)),
    }
}

fn moment(time: &Value) -> Option<jiff::Timestamp> {
    time.get("dateTime").and_then(Value::as_str)?.parse().ok()
}

fn people(tenant: &Tenant, list: Option<&Value>) -> Result<Vec<(String, bool)>, NewRefusal> {
    let Some(list) = list.filter(|list| !list.is_null()) else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(|| invalid("attendees invalid"))?;
    let mut found = Vec::new();
    for one in list {
        let id = one.get("id").and_then(Value::as_str).unwrap_or_default();
        let member = tenant.directory.member_by(id, true).ok_or_else(|| invalid("attendee id invalid"))?;
        found.push((member.union_id.clone(), one.get("isOptional").and_then(Value::as_bool).unwrap_or(false)));
    }
    Ok(found)
}

impl Event {
    fn object(&self, tenant: &Tenant, viewer: &str) -> Value {
        let name =
            |union: &str| tenant.directory.member_by(union, true).map(|one| one.name.clone()).unwrap_or_default();
        let attendees: Vec<Value> = self
            .attendees
            .iter()
            .map(|(union, optional, status)| {
                json!({"id": union, "displayName": name(union), "responseStatus": status, "self": union == viewer,
                    "isOptional": optional})
            })
            .collect();
        let mut object = json!({"id": self.id, "summary": self.summary, "description": self.description,
            "start": self.start, "end": self.end, "isAllDay": self.start.get("date").is_some(),
            "status": if self.cancelled { "cancelled" } else { "confirmed" },
            "organizer": {"id": self.organiser, "displayName": name(&self.organiser), "responseStatus": "accepted",
                "self": self.organiser == viewer},
            "attendees": attendees, "location": {"displayName": self.place, "meetingRooms": []},
            "reminders": self.reminders, "createTime": iso(self.created_ms), "updateTime": iso(self.updated_ms)});
        if let Some((id, url)) = &self.conference {
            object["onlineMeetingInfo"] = json!({"type": "dingtalk", "conferenceId": id, "url": url, "extraInfo": {}});
        }
        object
    }

    /// Takes over what a body says; what it leaves out stays.
    fn take(&mut self, sim: &Dingtalk, body: &Map<String, Value>) -> Result<(), NewRefusal> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        if let Some(summary) = text("summary") {
            if summary.trim().is_empty() {
                return Err(invalid("Event summary cannot be blank"));
            }
            if summary.chars().count() > 2048 {
                return Err(invalid("Event summary too long"));
            }
            self.summary = summary.to_owned();
        }
        if let Some(description) = text("description") {
            if description.chars().count() > 5000 {
                return Err(invalid("Event description too long"));
            }
            self.description = description.to_owned();
        }
        if body.contains_key("start") {
            self.start = checked_time(body.get("start"), "Event start time not set.")?;
        }
        if body.contains_key("end") {
            self.end = checked_time(body.get("end"), "Event end time not set.")?;
        }
        if let (Some(start), Some(end)) = (moment(&self.start), moment(&self.end))
            && end < start
        {
            return Err(invalid("Event end time must be later than start time."));
        }
        if let Some(place) = body.get("location") {
            self.place = place.get("displayName").and_then(Value::as_str).unwrap_or_default().to_owned();
        }
        if let Some(reminders) = body.get("reminders").and_then(Value::as_array) {
            let told = reminders.iter().map(|one| {
                let minutes = one.get("minutes").and_then(Value::as_i64).unwrap_or(15);
                json!({"method": "dingtalk", "minutes": minutes.to_string()})
            });
            self.reminders = told.collect();
        }
        let online = body.get("onlineMeetingInfo").and_then(|online| online.get("type")?.as_str());
        if online == Some("dingtalk") && self.conference.is_none() {
            let id = sim.shell.random.hex::<12>();
            self.conference = Some((id.clone(), format!("https://meeting.dingtalk.com/j/{id}")));
        }
        Ok(())
    }
}

/// `POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events`
pub(crate) fn create(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let organiser = owner(tenant, call)?;
    let token = call.headers.get("x-client-token").and_then(|token| token.to_str().ok()).map(str::to_owned);
    let known = token
        .as_ref()
        .and_then(|token| tenant.calendars.tokens.get(&(organiser.clone(), token.clone())))
        .filter(|(_, at)| call.now_ms - at < KNOWN_MS);
    if let Some((id, _)) = known
        && let Some(event) = tenant.calendars.events.iter().find(|event| event.id == *id)
    {
        return Ok(event.object(tenant, &organiser));
    }
    call.text("summary")
        .filter(|words| !words.trim().is_empty())
        .ok_or_else(|| invalid("Event summary cannot be blank"))?;
    let start = checked_time(call.body.get("start"), "Event start time not set.")?;
    let end = checked_time(call.body.get("end"), "Event end time not set.")?;
    let invited = people(tenant, call.body.get("attendees"))?;
    if invited.len() > ATTENDEES {
        return Err(invalid("attendees exceed limit"));
    }
    let day = |at_ms: i64| (at_ms + SHANGHAI_MS) / 86_400_000;
    let made = tenant
        .calendars
        .events
        .iter()
        .filter(|event| event.organiser == organiser && day(event.created_ms) == day(call.now_ms));
    if made.count() >= EVENTS_A_DAY {
        return Err(NewRefusal::bad("flowLimit", "current user can not create events exceed 100 per day"));
    }
    let mut event = Event {
        id: sim.shell.random.hex::<12>().to_uppercase(),
        summary: String::new(),
        description: String::new(),
        start,
        end,
        place: String::new(),
        reminders: json!([{"method": "dingtalk", "minutes": "15"}]),
        conference: None,
        attendees: Vec::new(),
        cancelled: false,
        created_ms: call.now_ms,
        updated_ms: call.now_ms,
        organiser: organiser.clone(),
    };
    event.take(sim, &call.body)?;
    for (union, optional) in invited {
        let status = if union == organiser { "accepted" } else { "needsAction" };
        event.attendees.push((union, optional, status.to_owned()));
    }
    if let Some(token) = token {
        tenant.calendars.tokens.insert((organiser.clone(), token), (event.id.clone(), call.now_ms));
    }
    let answer = event.object(tenant, &organiser);
    tenant.calendars.events.push(event);
    sim.shell.changed();
    Ok(answer)
}

/// The place of the event that the path names, in the calendar of its owner.
fn place_of(tenant: &Tenant, call: &Call, organiser_only: bool) -> Result<(usize, String), NewRefusal> {
    let viewer = owner(tenant, call)?;
    let id = path(call, "eventId");
    let found = tenant.calendars.events.iter().position(|event| event.id == id && !event.cancelled);
    let place = found.ok_or_else(missing)?;
    let event = &tenant.calendars.events[place];
    let is_attendee = event.attendees.iter().any(|(union, _, _)| *union == viewer);
    if event.organiser == viewer || (is_attendee && !organiser_only) {
        return Ok((place, viewer));
    }
    if is_attendee {
        return Err(NewRefusal::with(StatusCode::FORBIDDEN, "permissionDeny", "only organizer can do this"));
    }
    Err(missing())
}

/// `GET …/events/{eventId}`
pub(crate) fn one(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let (place, viewer) = place_of(tenant, call, false)?;
    Ok(tenant.calendars.events[place].object(tenant, &viewer))
}

/// `PUT …/events/{eventId}`: only what changed; the organiser only (§12.2).
pub(crate) fn change(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let (place, viewer) = place_of(tenant, call, true)?;
    let mut event = tenant.calendars.events[place].clone();
    if call.text("id") != Some(&event.id) {
        return Err(invalid("Event id invalid"));
    }
    event.take(sim, &call.body)?;
    event.updated_ms = call.now_ms;
    let answer = event.object(tenant, &viewer);
    tenant.calendars.events[place] = event;
    sim.shell.changed();
    Ok(answer)
}

/// `DELETE …/events/{eventId}`: of the organiser cancels it for everybody, of an attendee only their own copy.
pub(crate) fn delete(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let (place, viewer) = place_of(tenant, call, false)?;
    let event = &mut tenant.calendars.events[place];
    if event.organiser == viewer {
        event.cancelled = true;
    } else {
        event.attendees.retain(|(union, _, _)| *union != viewer);
    }
    sim.shell.changed();
    Ok(Value::Null)
}

/// `POST …/events/{eventId}/attendees`
pub(crate) fn invite(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let (place, _) = place_of(tenant, call, true)?;
    let joined = people(tenant, call.body.get("attendeesToAdd"))?;
    let event = &mut tenant.calendars.events[place];
    for (union, optional) in joined {
        if !event.attendees.iter().any(|(known, _, _)| *known == union) {
            event.attendees.push((union, optional, "needsAction".to_owned()));
        }
    }
    if event.attendees.len() > ATTENDEES {
        event.attendees.truncate(ATTENDEES);
        return Err(invalid("attendees exceed limit"));
    }
    sim.shell.changed();
    Ok(Value::Null)
}

/// `POST …/events/{eventId}/attendees/batchRemove`
pub(crate) fn uninvite(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let (place, _) = place_of(tenant, call, true)?;
    let gone = people(tenant, call.body.get("attendeesToRemove"))?;
    let event = &mut tenant.calendars.events[place];
    event.attendees.retain(|(union, _, _)| !gone.iter().any(|(one, _)| one == union));
    sim.shell.changed();
    Ok(Value::Null)
}

/// `POST …/events/{eventId}/respond`
pub(crate) fn respond(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let (place, viewer) = place_of(tenant, call, false)?;
    let status = call.needed("responseStatus")?;
    if !["needsAction", "accepted", "declined", "tentative"].contains(&status) {
        return Err(invalid("responseStatus invalid"));
    }
    for (union, _, known) in &mut tenant.calendars.events[place].attendees {
        if *union == viewer {
            *known = status.to_owned();
        }
    }
    sim.shell.changed();
    Ok(Value::Null)
}

impl Calendars {
    /// Every event that stands in somebody's calendar; people by their keys.
    pub(crate) fn view(&self, tenant: &Tenant) -> Vec<CalendarEventView> {
        let key = |union: &String| tenant.directory.member_by(union, true).map(|member| member.key.clone());
        let shown = self.events.iter().filter(|event| !event.cancelled).map(|event| CalendarEventView {
            id: event.id.clone(),
            title: event.summary.clone(),
            description: event.description.clone(),
            starts_at: moment(&event.start),
            ends_at: moment(&event.end),
            place: event.place.clone(),
            join_url: event.conference.as_ref().map(|(_, url)| url.clone()),
            people: event
                .attendees
                .iter()
                .map(|(union, _, _)| union)
                .chain(
                    std::iter::once(&event.organiser)
                        .filter(|organiser| !event.attendees.iter().any(|(union, _, _)| union == *organiser)),
                )
                .filter_map(key)
                .collect(),
        });
        shown.collect()
    }
}
