//! The app's calendar and the events in it (Feishu §11.1). With a tenant token the calendar of the robot acts.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::directory::IdType;
use super::error::{ApiError, ApiResult, success};
use super::request::{JsonBody, Params, optional_text, text};
use super::token::Caller;
use super::{Feishu, ids};
use crate::lock::lock;
use crate::organisation::derived_hex;
use crate::view::CalendarEventView;

/// The most attendees of one call and of one event (§11.1).
const ATTENDEES: (usize, usize) = (1000, 3000);

/// What stands in the robot's calendar.
#[derive(Debug, Default)]
pub(super) struct Calendar {
    events: Vec<Event>,
    /// The event that was made with each idempotency key.
    keys: HashMap<String, String>,
}

#[derive(Debug, Clone)]
struct Event {
    id: String,
    summary: String,
    description: String,
    /// As they were given.
    start: Value,
    end: Value,
    location: Value,
    /// `vc`, `third_party`, `no_meeting`; none where the request left it out: the first attendee brings a meeting.
    meeting: Option<String>,
    url: Option<String>,
    visibility: String,
    ability: String,
    reminders: Value,
    attendees: Vec<Attendee>,
    deleted: bool,
    created: i64,
}

#[derive(Debug, Clone)]
struct Attendee {
    id: String,
    person: String,
    optional: bool,
}

fn calendar_id() -> String {
    format!("feishu.cn_{}@group.calendar.feishu.cn", derived_hex("feishu calendar", "robot", 12))
}

fn parameter(what: &str) -> ApiError {
    ApiError::new(190014, format!("invalid parameters: {what}"))
}

fn missing_event() -> ApiError {
    ApiError::new(193001, "event not found").with_status(StatusCode::NOT_FOUND)
}

/// One of our calendar's, which is the only one that a tenant token may write to.
fn own(calendar: &str) -> Result<(), ApiError> {
    if calendar == calendar_id() {
        return Ok(());
    }
    Err(match calendar.ends_with("@group.calendar.feishu.cn") {
        true => ApiError::new(191000, "calendar not found").with_status(StatusCode::NOT_FOUND),
        false => ApiError::new(191001, "invalid calendar_id"),
    })
}

/// Whether the app may call this (§11.1).
fn permitted(feishu: &Feishu, narrow: &str) -> Result<(), ApiError> {
    match lock(&feishu.options).calendar_denied {
        true => Err(ApiError::new(
            99991672,
            format!("Access denied. One of the following scopes is required: [calendar:calendar, {narrow}]."),
        )),
        false => Ok(()),
    }
}

impl Calendar {
    fn event(&mut self, id: &str) -> Result<&mut Event, ApiError> {
        if id.is_empty() || !id.ends_with("_0") {
            return Err(ApiError::new(193000, "invalid event_id"));
        }
        let event = self.events.iter_mut().find(|event| event.id == id).ok_or_else(missing_event)?;
        match event.deleted {
            true => Err(ApiError::new(193003, "event is deleted").with_status(StatusCode::FORBIDDEN)),
            false => Ok(event),
        }
    }
}

impl Event {
    fn object(&self) -> Value {
        let meeting = self.meeting.as_deref().unwrap_or("vc");
        let mut vchat = json!({"vc_type": meeting});
        if let Some(url) = &self.url {
            vchat["meeting_url"] = json!(url);
        }
        json!({"event_id": self.id, "organizer_calendar_id": calendar_id(), "summary": self.summary,
            "description": self.description, "start_time": self.start, "end_time": self.end, "vchat": vchat,
            "visibility": self.visibility, "attendee_ability": self.ability, "free_busy_status": "busy",
            "location": self.location, "color": -1, "reminders": self.reminders, "recurrence": "", "status": "confirmed",
            "is_exception": false, "recurring_event_id": "", "create_time": self.created.to_string(),
            "event_organizer": {"user_id": ids::robot(), "display_name": ""},
            "app_link": format!("https://applink.feishu.cn/client/calendar/event/detail?calendarId={}&key={}", calendar_id(), self.id)})
    }

    /// A meeting of Feishu's has its address as soon as it is there.
    fn open_meeting(&mut self, feishu: &Feishu) {
        let wanted = match self.meeting.as_deref() {
            Some(kind) => kind == "vc",
            None => !self.attendees.is_empty(),
        };
        if wanted && self.url.is_none() {
            let number = feishu.shell.random.below(900_000_000) + 100_000_000;
            self.url = Some(format!("https://vc.feishu.cn/j/{number}"));
        }
        if !wanted {
            self.url = None;
        }
    }

    /// Takes over what a body says; what it leaves out stays.
    fn take(&mut self, body: &Value) -> Result<(), ApiError> {
        if let Some(summary) = optional_text(body, "summary")? {
            within("summary", summary, 1000)?;
            self.summary = summary.to_owned();
        }
        if let Some(description) = optional_text(body, "description")? {
            within("description", description, 40_960)?;
            self.description = description.to_owned();
        }
        for (name, place) in [("start_time", &mut self.start), ("end_time", &mut self.end)] {
            if let Some(time) = body.get(name).filter(|time| !time.is_null()) {
                *place = checked_time(name, time)?;
            }
        }
        if seconds(&self.end) < seconds(&self.start) {
            return Err(parameter("end_time must not be earlier than start_time"));
        }
        if let Some(location) = body.get("location").filter(|location| !location.is_null()) {
            self.location = location.clone();
        }
        if let Some(chat) = body.get("vchat").filter(|chat| !chat.is_null()) {
            let kind = text(chat, "vc_type").map_err(|_| parameter("vchat.vc_type"))?;
            if !["vc", "third_party", "no_meeting"].contains(&kind) {
                return Err(parameter("vchat.vc_type"));
            }
            let settings = chat.get("meeting_settings").unwrap_or(&Value::Null);
            if settings.get("assign_hosts").is_some_and(|hosts| !hosts.is_null()) {
                return Err(ApiError::new(193101, "the event organizer is a bot, assign_hosts is not supported"));
            }
            if settings.get("allow_attendees_start") == Some(&json!(false)) {
                return Err(ApiError::new(193102, "the event organizer is a bot, allow_attendees_start must be true"));
            }
            self.meeting = Some(kind.to_owned());
        }
        for (name, place, allowed) in [
            ("visibility", &mut self.visibility, &["default", "public", "private"][..]),
            (
                "attendee_ability",
                &mut self.ability,
                &["none", "can_see_others", "can_invite_others", "can_modify_event"][..],
            ),
        ] {
            if let Some(value) = optional_text(body, name)? {
                if !allowed.contains(&value) {
                    return Err(parameter(name));
                }
                *place = value.to_owned();
            }
        }
        if let Some(reminders) = body.get("reminders").filter(|reminders| !reminders.is_null()) {
            let minutes = |reminder: &Value| reminder.get("minutes").and_then(Value::as_i64);
            let list = reminders.as_array().ok_or_else(|| parameter("reminders"))?;
            if !list.iter().all(|one| minutes(one).is_some_and(|minutes| (-20_160..=20_160).contains(&minutes))) {
                return Err(parameter("reminders"));
            }
            self.reminders = reminders.clone();
        }
        Ok(())
    }
}

fn within(name: &str, words: &str, longest: usize) -> Result<(), ApiError> {
    if words.chars().count() > longest { Err(parameter(&format!("{name} is too long"))) } else { Ok(()) }
}

/// A moment as seconds in a text, or a whole day: one of the two (§11.1).
fn checked_time(name: &str, time: &Value) -> Result<Value, ApiError> {
    let moment = optional_text(time, "timestamp")?;
    let date = optional_text(time, "date")?;
    match (moment, date) {
        (Some(moment), None) if moment.len() <= 10 && moment.parse::<i64>().is_ok() => Ok(time.clone()),
        (None, Some(date)) if date.parse::<jiff::civil::Date>().is_ok() => Ok(time.clone()),
        _ => Err(parameter(name)),
    }
}

fn seconds(time: &Value) -> Option<i64> {
    time.get("timestamp").and_then(Value::as_str)?.parse().ok()
}

/// `POST /open-apis/calendar/v4/calendars/primary`
async fn primary(State(feishu): State<Arc<Feishu>>, _: Caller) -> ApiResult {
    permitted(&feishu, "calendar:calendar:readonly")?;
    success(
        json!({"calendars": [{"calendar": {"calendar_id": calendar_id(), "summary": feishu.shell.organisation.robot_name,
        "description": "", "permissions": "private", "color": -1, "type": "primary", "summary_alias": "",
        "is_deleted": false, "is_third_party": false, "role": "owner"}, "user_id": ids::robot()}]}),
    )
}

/// `POST …/calendars/:calendar_id/events`
async fn create(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(calendar): Path<String>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    permitted(&feishu, "calendar:calendar.event:create")?;
    own(&calendar)?;
    let key = params.get("idempotency_key");
    if key.is_some_and(|key| !(32..=128).contains(&key.len())) {
        return Err(parameter("idempotency_key"));
    }
    for name in ["start_time", "end_time"] {
        if body.get(name).is_none_or(Value::is_null) {
            return Err(ApiError::required(name));
        }
    }
    let mut kept = lock(&feishu.calendar);
    if let Some(known) = key.and_then(|key| kept.keys.get(key)).cloned()
        && let Some(event) = kept.events.iter().find(|event| event.id == known)
    {
        return success(json!({"event": event.object()}));
    }
    let mut event = Event {
        id: format!("{}_0", feishu.shell.random.hex::<16>()),
        summary: String::new(),
        description: String::new(),
        start: Value::Null,
        end: Value::Null,
        location: json!({}),
        meeting: None,
        url: None,
        visibility: "default".to_owned(),
        ability: "none".to_owned(),
        reminders: json!([]),
        attendees: Vec::new(),
        deleted: false,
        created: feishu.shell.clock.seconds(),
    };
    event.take(&body)?;
    event.open_meeting(&feishu);
    if let Some(key) = key {
        kept.keys.insert(key.to_owned(), event.id.clone());
    }
    let answer = json!({"event": event.object()});
    kept.events.push(event);
    drop(kept);
    feishu.shell.changed();
    success(answer)
}

/// `GET …/events/:event_id`
async fn one(State(feishu): State<Arc<Feishu>>, _: Caller, Path((calendar, id)): Path<(String, String)>) -> ApiResult {
    permitted(&feishu, "calendar:calendar.event:read")?;
    own(&calendar)?;
    success(json!({"event": lock(&feishu.calendar).event(&id)?.object()}))
}

/// `PATCH …/events/:event_id`
async fn change(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((calendar, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    permitted(&feishu, "calendar:calendar.event:update")?;
    own(&calendar)?;
    let mut kept = lock(&feishu.calendar);
    let event = kept.event(&id)?;
    let mut changed = event.clone();
    changed.take(&body)?;
    changed.open_meeting(&feishu);
    *event = changed;
    let answer = json!({"event": event.object()});
    drop(kept);
    feishu.shell.changed();
    success(answer)
}

/// `DELETE …/events/:event_id`
async fn delete(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((calendar, id)): Path<(String, String)>,
) -> ApiResult {
    permitted(&feishu, "calendar:calendar.event:delete")?;
    own(&calendar)?;
    lock(&feishu.calendar).event(&id)?.deleted = true;
    feishu.shell.changed();
    success(json!({}))
}

fn attendee_object(feishu: &Feishu, attendee: &Attendee, id_type: IdType) -> Value {
    let directory = feishu.directory();
    let member = directory.by_key(&attendee.person);
    json!({"type": "user", "attendee_id": attendee.id, "rsvp_status": "needs_action", "is_optional": attendee.optional,
        "is_organizer": false, "is_external": false,
        "display_name": member.map(|member| member.person.name.clone()).unwrap_or_default(),
        "user_id": member.map(|member| member.id(id_type).to_owned()).unwrap_or_default()})
}

/// `GET …/events/:event_id/attendees`
async fn attendees(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((calendar, id)): Path<(String, String)>,
    params: Params,
) -> ApiResult {
    permitted(&feishu, "calendar:calendar.event:read")?;
    own(&calendar)?;
    let id_type = params.id_type("user_id_type")?;
    let event = lock(&feishu.calendar).event(&id)?.clone();
    let page = params.page(&event.attendees, 50, 100)?;
    let items = page.items.iter().map(|attendee| attendee_object(&feishu, attendee, id_type)).collect();
    success(page.answer(items))
}

/// `POST …/events/:event_id/attendees`: whoever is in it already stays once.
async fn invite(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((calendar, id)): Path<(String, String)>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    permitted(&feishu, "calendar:calendar.event:update")?;
    own(&calendar)?;
    let id_type = params.id_type("user_id_type")?;
    let given = body.get("attendees").and_then(Value::as_array).ok_or_else(|| ApiError::required("attendees"))?;
    if given.len() > ATTENDEES.0 {
        return Err(parameter("attendees"));
    }
    let directory = feishu.directory();
    let mut joined = Vec::new();
    for one in given {
        if text(one, "type")? != "user" {
            return Err(parameter("attendees.type is not simulated"));
        }
        let user = text(one, "user_id")?;
        let member = directory.by_id(id_type, user).filter(|member| feishu.in_range(member));
        let member = member.ok_or_else(|| {
            ApiError::new(195100, "user is dismissed or not exist in the tenant").with_status(StatusCode::NOT_FOUND)
        })?;
        let optional = one.get("is_optional").and_then(Value::as_bool).unwrap_or(false);
        joined.push((member.person.key.clone(), optional));
    }
    let mut kept = lock(&feishu.calendar);
    let event = kept.event(&id)?;
    if event.attendees.len() + joined.len() > ATTENDEES.1 {
        return Err(parameter("attendees"));
    }
    let mut answer = Vec::new();
    for (person, optional) in joined {
        let known = event.attendees.iter().position(|attendee| attendee.person == person);
        let place = known.unwrap_or_else(|| {
            let id = format!("user_{}", feishu.shell.random.below(u64::MAX / 2));
            event.attendees.push(Attendee { id, person, optional });
            event.attendees.len() - 1
        });
        answer.push(attendee_object(&feishu, &event.attendees[place], id_type));
    }
    event.open_meeting(&feishu);
    drop(kept);
    feishu.shell.changed();
    success(json!({"attendees": answer}))
}

/// `POST …/events/:event_id/attendees/batch_delete`: by attendee id, or by person.
async fn uninvite(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((calendar, id)): Path<(String, String)>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    permitted(&feishu, "calendar:calendar.event:update")?;
    own(&calendar)?;
    let id_type = params.id_type("user_id_type")?;
    let directory = feishu.directory();
    let list = |name: &str| body.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut gone: Vec<String> = list("attendee_ids").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let people: Vec<String> = list("delete_ids")
        .iter()
        .filter_map(|one| directory.by_id(id_type, one.get("user_id")?.as_str()?))
        .map(|member| member.person.key.clone())
        .collect();
    if gone.is_empty() && list("delete_ids").is_empty() {
        return Err(parameter("attendee_ids"));
    }
    let mut kept = lock(&feishu.calendar);
    let event = kept.event(&id)?;
    gone.extend(event.attendees.iter().filter(|one| people.contains(&one.person)).map(|one| one.id.clone()));
    event.attendees.retain(|attendee| !gone.contains(&attendee.id));
    drop(kept);
    feishu.shell.changed();
    success(json!({}))
}

/// The routes.
pub(super) fn router() -> Router<Arc<Feishu>> {
    const EVENTS: &str = "/open-apis/calendar/v4/calendars/{calendar_id}/events";
    Router::new()
        .route("/open-apis/calendar/v4/calendars/primary", post(primary))
        .route(EVENTS, post(create))
        .route(&format!("{EVENTS}/{{event_id}}"), get(one).patch(change).delete(delete))
        .route(&format!("{EVENTS}/{{event_id}}/attendees"), get(attendees).post(invite))
        .route(&format!("{EVENTS}/{{event_id}}/attendees/batch_delete"), post(uninvite))
}

impl Feishu {
    /// Every event that stands in somebody's calendar.
    pub(crate) fn calendar_view(&self) -> Vec<CalendarEventView> {
        let kept = lock(&self.calendar);
        let moment = |time: &Value| seconds(time).and_then(|at| jiff::Timestamp::from_second(at).ok());
        let shown = kept.events.iter().filter(|event| !event.deleted).map(|event| CalendarEventView {
            id: event.id.clone(),
            title: event.summary.clone(),
            description: event.description.clone(),
            starts_at: moment(&event.start),
            ends_at: moment(&event.end),
            place: event.location.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
            join_url: event.url.clone(),
            people: event.attendees.iter().map(|attendee| attendee.person.clone()).collect(),
        });
        shown.collect()
    }
}
