"""DingTalk's generated client (alibabacloud-dingtalk) keeps events in people's calendars."""

from alibabacloud_dingtalk.calendar_1_0 import models
from alibabacloud_dingtalk.calendar_1_0.client import Client
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth_models
from alibabacloud_dingtalk.oauth2_1_0.client import Client as OauthClient
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions

import simulator

dingtalk = simulator.CONNECTION["dingtalk"]
config = Config(protocol="http", region_id="central", endpoint=dingtalk["api_base_url"].removeprefix("http://"))
runtime = RuntimeOptions(autoretry=False)
client = Client(config)
request = oauth_models.GetAccessTokenRequest(app_key=dingtalk["client_id"], app_secret=dingtalk["client_secret"])
token = OauthClient(config).get_access_token(request).body.access_token


def union(key):
    return simulator.person(key)["dingtalk"]["union_id"]


def headers(name, **more):
    return getattr(models, name + "Headers")(x_acs_dingtalk_access_token=token, **more)


def refused(code, call):
    try:
        call()
    except Exception as error:  # the client raises one of its own
        assert getattr(error, "code", None) == code, (code, error)
    else:
        raise AssertionError(f"not refused with {code}")


me, other, third = union("wangxiao"), union("chenming"), union("hejing")


def start(hour):
    return models.CreateEventRequestStart(date_time=f"2026-12-01T{hour:02}:00:00+08:00", time_zone="Asia/Shanghai")


def end(hour):
    return models.CreateEventRequestEnd(date_time=f"2026-12-01T{hour:02}:30:00+08:00", time_zone="Asia/Shanghai")


def create(client_token=None, **change):
    plan = dict(
        summary="项目启动会", description="目标与分工", start=start(10), end=end(10), is_all_day=False,
        attendees=[models.CreateEventRequestAttendees(id=person, is_optional=False) for person in (me, other)],
        location=models.CreateEventRequestLocation(display_name="三楼会议室"),
        reminders=[models.CreateEventRequestReminders(method="dingtalk", minutes=15)],
        extra={"noPushNotification": "true"},
    )
    plan.update(change)
    more = {"x_client_token": client_token} if client_token else {}
    return client.create_event_with_options(
        me, "primary", models.CreateEventRequest(**plan), headers("CreateEvent", **more), runtime
    ).body


# An event, once however often it is asked for with the same token.
made, again = create("kick-off"), create("kick-off")
assert made.id == again.id and made.summary == "项目启动会", (made, again)
assert made.organizer.id == me and [one.response_status for one in made.attendees] == ["accepted", "needsAction"]
assert made.reminders[0].minutes == "15" and made.location.display_name == "三楼会议室"
refused("invalidParameter", lambda: create(summary=" "))
refused("invalidParameter", lambda: create(start=None))
refused("invalidParameter", lambda: create(attendees=[models.CreateEventRequestAttendees(id="nobody")]))


def one(person=me):
    return client.get_event_with_options(
        person, "primary", made.id, models.GetEventRequest(max_attendees=100), headers("GetEvent"), runtime
    ).body


# People.
add = models.AddAttendeeRequest(
    attendees_to_add=[models.AddAttendeeRequestAttendeesToAdd(id=third, is_optional=False)],
    push_notification=False, chat_notification=False,
)
for _ in range(2):
    client.add_attendee_with_options(me, "primary", made.id, add, headers("AddAttendee"), runtime)
assert [person.id for person in one().attendees] == [me, other, third]
client.respond_event_with_options(
    other, "primary", made.id, models.RespondEventRequest(response_status="accepted"), headers("RespondEvent"), runtime
)
assert [person.response_status for person in one(other).attendees] == ["accepted", "accepted", "needsAction"]
remove = models.RemoveAttendeeRequest(attendees_to_remove=[models.RemoveAttendeeRequestAttendeesToRemove(id=third)])
client.remove_attendee_with_options(me, "primary", made.id, remove, headers("RemoveAttendee"), runtime)
assert [person.id for person in one().attendees] == [me, other]
shown = simulator.control("state")["calendars"]["dingtalk"][0]
assert shown["people"] == ["wangxiao", "chenming"] and shown["place"] == "三楼会议室", shown

# Another time and a meeting over the net; only the organiser may.
change = models.PatchEventRequest(
    id=made.id, start=models.PatchEventRequestStart(date_time="2026-12-01T11:00:00+08:00", time_zone="Asia/Shanghai"),
    end=models.PatchEventRequestEnd(date_time="2026-12-01T11:30:00+08:00", time_zone="Asia/Shanghai"),
    online_meeting_info=models.PatchEventRequestOnlineMeetingInfo(type="dingtalk"),
)
refused(
    "permissionDeny",
    lambda: client.patch_event_with_options(other, "primary", made.id, change, headers("PatchEvent"), runtime),
)
changed = client.patch_event_with_options(me, "primary", made.id, change, headers("PatchEvent"), runtime).body
assert changed.start.date_time == "2026-12-01T11:00:00+08:00" and changed.summary == "项目启动会"
assert one().online_meeting_info.url.startswith("https://meeting.dingtalk.com/j/")

# It is taken away.
delete = models.DeleteEventRequest(push_notification=False)
client.delete_event_with_options(me, "primary", made.id, delete, headers("DeleteEvent"), runtime)
refused("itemNotFound", one)
assert simulator.control("state")["calendars"]["dingtalk"] == []

# So many a day, and without the right.
for _ in range(99):
    create()
refused("flowLimit", create)
simulator.control("dingtalk/settings", {"missing_permissions": ["Calendar.Event.Write"]})
refused("Forbidden.AccessDenied.AccessTokenPermissionDenied", create)
print("ok")
