"""DingTalk's generated client (alibabacloud-dingtalk) writes and reads Teambition's tasks through DingTalk, and DingTalk's
own Stream client hears of them."""

import asyncio
import queue
import threading

import dingtalk_stream
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth_models
from alibabacloud_dingtalk.oauth2_1_0.client import Client as OauthClient
from alibabacloud_dingtalk.project_1_0 import models
from alibabacloud_dingtalk.project_1_0.client import Client
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions
from dingtalk_stream import AckMessage, EventHandler

import simulator

dingtalk, teambition = simulator.CONNECTION["dingtalk"], simulator.CONNECTION["teambition"]
config = Config(protocol="http", region_id="central", endpoint=dingtalk["api_base_url"].removeprefix("http://"))
runtime = RuntimeOptions(autoretry=False)
client = Client(config)
request = oauth_models.GetAccessTokenRequest(app_key=dingtalk["client_id"], app_secret=dingtalk["client_secret"])
token = OauthClient(config).get_access_token(request).body.access_token
project, statuses = teambition["project_id"], teambition["statuses"]


def staff(key):
    return simulator.person(key)["dingtalk"]["user_id"]


def headers(name):
    return getattr(models, name + "Headers")(x_acs_dingtalk_access_token=token)


me = staff("wangxiao")
simulator.control("teambition/settings", {"relay": True})

# Who I am on Teambition, and which organisation that is.
mine = client.get_tb_user_id_by_staff_id_with_options(
    models.GetTbUserIdByStaffIdRequest(opt_user_id=me, user_id=me), headers("GetTbUserIdByStaffId"), runtime
)
assert mine.body.result.tb_user_id == simulator.person("wangxiao")["teambition"]["user_id"]
organisation = client.get_tb_org_id_by_ding_org_id_with_options(
    models.GetTbOrgIdByDingOrgIdRequest(opt_user_id=me), headers("GetTbOrgIdByDingOrgId"), runtime
)
assert organisation.body.result.tb_organization_id == teambition["organization_id"]

# Events over the stream.
dingtalk_stream.stream.DINGTALK_OPENAPI_ENDPOINT = dingtalk["api_base_url"]
dingtalk_stream.DingTalkStreamClient.OPEN_CONNECTION_API = dingtalk["stream_open_url"]
heard = queue.Queue()


class Events(EventHandler):
    async def process(self, event):
        heard.put((event.headers.event_type, event.data))
        return AckMessage.STATUS_OK, "OK"


stream = dingtalk_stream.DingTalkStreamClient(
    dingtalk_stream.Credential(dingtalk["client_id"], dingtalk["client_secret"])
)
stream.register_all_event_handler(Events())
threading.Thread(target=lambda: asyncio.run(stream.start()), daemon=True).start()

# A task.
made = client.create_task_with_options(
    me,
    models.CreateTaskRequest(
        project_id=project, content="从钉钉建的任务", executor_id=staff("zhouting"), due_date="2026-12-01T10:00:00.000Z",
        customfields=[
            models.CreateTaskRequestCustomfields(
                customfield_id=teambition["custom_fields"]["环任务编号"],
                value=[models.CreateTaskRequestCustomfieldsValue(title="OWN-42")],
            )
        ],
    ),
    headers("CreateTask"),
    runtime,
).body.result
assert made.content == "从钉钉建的任务" and made.executor_id == staff("zhouting"), made
assert made.customfields[0].value[0].title == "OWN-42"
task = made.task_id


def heard_next():
    kind, data = heard.get(timeout=20)
    return kind, data["data"]["eventSubType"], data["data"]


kind, sub, data = heard_next()
assert (kind, sub, data["taskId"]) == ("project_task_changed", "tb.v3.task.create", task), (kind, data)

# Its changes.
changed = client.update_task_content_with_options(
    me, task, models.UpdateTaskContentRequest(content="改名"), headers("UpdateTaskContent"), runtime
)
assert changed.body.result.content == "改名" and changed.body.result.updated
client.update_task_executor_with_options(
    me, task, models.UpdateTaskExecutorRequest(executor_id=me), headers("UpdateTaskExecutor"), runtime
)
client.update_task_due_date_with_options(
    me, task, models.UpdateTaskDueDateRequest(due_date="2026-12-02T10:00:00.000Z"), headers("UpdateTaskDueDate"), runtime
)
client.update_task_taskflowstatus_with_options(
    me,
    task,
    models.UpdateTaskTaskflowstatusRequest(taskflow_status_id=statuses["已完成"], taskflow_status_update_note="好了"),
    headers("UpdateTaskTaskflowstatus"),
    runtime,
)
field = models.UpdateCustomfieldValueRequest(
    custom_field_id=teambition["custom_fields"]["承接"],
    value=[models.UpdateCustomfieldValueRequestValue(title="已承接")],
)
fields = client.update_customfield_value_with_options(
    me, task, field, headers("UpdateCustomfieldValue"), runtime
).body.result.custom_fields
assert {"已承接", "OWN-42"} == {field.value[0].title for field in fields}
subs = [heard_next()[1] for _ in range(5)]
assert subs == [
    f"tb.v3.task.{what}.update" for what in ("content", "executor", "dueDate", "taskflowstatus", "customfield")
], subs

# Reading.
read = client.get_task_by_ids_with_options(
    me, models.GetTaskByIdsRequest(task_id=task), headers("GetTaskByIds"), runtime
).body.result[0]
assert (read.content, read.executor_id, read.is_done) == ("改名", me, True)
assert read.taskflow_status_id == statuses["已完成"] and read.due_date == "2026-12-02T10:00:00.000Z"
listed = client.query_task_of_project_with_options(
    me, project, models.QueryTaskOfProjectRequest(query="isDone = true", max_results=500),
    headers("QueryTaskOfProject"), runtime,
).body.result
assert [one.task_id for one in listed] == [task]
own = client.search_user_task_with_options(
    me, models.SearchUserTaskRequest(role_types="executor", tql=""), headers("SearchUserTask"), runtime
).body.result
assert [one.task_id for one in own] == [task]
flow = client.search_taskflow_status_with_options(
    me, project, models.SearchTaskflowStatusRequest(max_results=50), headers("SearchTaskflowStatus"), runtime
).body.result
assert [one.name for one in flow] == list(statuses) or {one.taskflow_status_id for one in flow} == set(statuses.values())
members = client.get_project_memebers_with_options(
    me, project, models.GetProjectMemebersRequest(max_results=50), headers("GetProjectMemebers"), runtime
).body.result
assert me in [member.user_id for member in members]

# The end.
assert client.archive_task_with_options(me, task, headers("ArchiveTask"), runtime).body.result.updated
client.delete_task_with_options(me, task, headers("DeleteTask"), runtime)
try:
    client.update_task_content_with_options(
        me, task, models.UpdateTaskContentRequest(content="x"), headers("UpdateTaskContent"), runtime
    )
    raise SystemExit("a deleted task was changed")
except Exception as error:  # the generated client has several kinds
    assert getattr(error, "code", None) == "NotFound", error

print("ok")
