"""Feishu's own SDK keeps events with people in the robot's calendar."""

import lark_oapi as lark
from lark_oapi.api.calendar.v4 import (
    BatchDeleteCalendarEventAttendeeRequest,
    BatchDeleteCalendarEventAttendeeRequestBody,
    CalendarEvent,
    CalendarEventAttendee,
    CalendarEventAttendeeId,
    CreateCalendarEventAttendeeRequest,
    CreateCalendarEventAttendeeRequestBody,
    CreateCalendarEventRequest,
    DeleteCalendarEventRequest,
    EventLocation,
    GetCalendarEventRequest,
    ListCalendarEventAttendeeRequest,
    PatchCalendarEventRequest,
    PrimaryCalendarRequest,
    TimeInfo,
    Vchat,
)

import simulator

feishu = simulator.CONNECTION["feishu"]
client = lark.Client.builder().app_id(feishu["app_id"]).app_secret(feishu["app_secret"]).domain(feishu["base_url"]).build()
events, people = client.calendar.v4.calendar_event, client.calendar.v4.calendar_event_attendee
KEY = "mtg_00000000000000000000000001-acc_0001"


def passed(response):
    assert response.success(), (response.code, response.msg, response.get_log_id())
    return getattr(response, "data", None)


def refused(response, code, status):
    assert response.code == code and response.raw.status_code == status, (response.code, response.msg, response.raw.status_code)


def open_id(key):
    return simulator.person(key)["feishu"]["open_id"]


def at(seconds):
    return TimeInfo.builder().timestamp(str(seconds)).timezone("Asia/Shanghai").build()


def plan(kind="no_meeting", start=1790000000):
    return (
        CalendarEvent.builder()
        .summary("项目启动会")
        .description("目标与分工")
        .need_notification(False)
        .start_time(at(start))
        .end_time(at(start + 3600))
        .vchat(Vchat.builder().vc_type(kind).build())
        .location(EventLocation.builder().name("三楼会议室").build())
        .attendee_ability("can_see_others")
        .build()
    )


def create(event, key=KEY):
    request = CreateCalendarEventRequest.builder().calendar_id(calendar).user_id_type("open_id").request_body(event)
    return events.create((request.idempotency_key(key) if key else request).build())


# The robot's own calendar.
calendars = passed(client.calendar.v4.calendar.primary(PrimaryCalendarRequest.builder().user_id_type("open_id").build())).calendars
calendar = calendars[0].calendar.calendar_id
assert calendars[0].calendar.type == "primary" and calendar.endswith("@group.calendar.feishu.cn")

# An event, once however often it is asked for with the same key.
made = passed(create(plan())).event
again = passed(create(plan())).event
assert made.event_id == again.event_id and made.status == "confirmed" and made.summary == "项目启动会"
assert made.start_time.timestamp == "1790000000" and made.vchat.vc_type == "no_meeting" and not made.vchat.meeting_url
refused(create(plan(), "short"), 190014, 400)
refused(create(CalendarEvent.builder().summary("无时间").build(), KEY + "x"), 99992402, 400)
refused(create(plan(start=1790000000).__class__.builder().start_time(at(2)).end_time(at(1)).build(), KEY + "y"), 190014, 400)

# People, once each.
ids = [open_id("liqiang"), open_id("zhouting")]


def invite(users, event=None):
    body = CreateCalendarEventAttendeeRequestBody.builder().need_notification(False)
    body = body.attendees([CalendarEventAttendee.builder().type("user").user_id(user).build() for user in users]).build()
    request = CreateCalendarEventAttendeeRequest.builder().calendar_id(calendar).event_id(event or made.event_id)
    return people.create(request.user_id_type("open_id").request_body(body).build())


joined = passed(invite(ids)).attendees
assert [one.rsvp_status for one in joined] == ["needs_action"] * 2 and joined[0].display_name == "李强"
passed(invite(ids[:1]))


def listed():
    request = ListCalendarEventAttendeeRequest.builder().calendar_id(calendar).event_id(made.event_id).user_id_type("open_id")
    return [one.user_id for one in passed(people.list(request.build())).items]


assert sorted(listed()) == sorted(ids)
refused(invite(["ou_nobody"]), 195100, 404)
assert simulator.control("state")["calendars"]["feishu"][0]["people"] == ["liqiang", "zhouting"]

# Another time, and a meeting over the net.
changed = PatchCalendarEventRequest.builder().calendar_id(calendar).event_id(made.event_id)
changed = passed(events.patch(changed.request_body(plan("vc", 1790003600)).build())).event
assert changed.start_time.timestamp == "1790003600" and changed.vchat.meeting_url.startswith("https://vc.feishu.cn/j/")
one = GetCalendarEventRequest.builder().calendar_id(calendar).event_id(made.event_id).build()
assert passed(events.get(one)).event.vchat.meeting_url == changed.vchat.meeting_url

# Somebody is no longer in it.
gone = CalendarEventAttendeeId.builder().type("user").user_id(ids[0]).build()
body = BatchDeleteCalendarEventAttendeeRequestBody.builder().delete_ids([gone]).need_notification(False).build()
request = BatchDeleteCalendarEventAttendeeRequest.builder().calendar_id(calendar).event_id(made.event_id)
passed(people.batch_delete(request.user_id_type("open_id").request_body(body).build()))
assert listed() == ids[1:]

# It is taken away.
away = DeleteCalendarEventRequest.builder().calendar_id(calendar).event_id(made.event_id).need_notification("false").build()
passed(events.delete(away))
refused(events.delete(away), 193003, 403)
refused(events.get(GetCalendarEventRequest.builder().calendar_id(calendar).event_id("none_0").build()), 193001, 404)
assert simulator.control("state")["calendars"]["feishu"] == []

# Without the right.
simulator.control("feishu/settings", {"calendar_denied": True})
refused(create(plan(), KEY + "z"), 99991672, 400)
print("ok")
