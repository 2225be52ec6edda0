"""DingTalk's generated client (alibabacloud-dingtalk) calls the simulator: tokens, messages, recall, receipts, DING,
cards, groups and contacts; and it understands the simulator's errors."""

import json

from alibabacloud_dingtalk.card_1_0 import models as card_models
from alibabacloud_dingtalk.card_1_0.client import Client as CardClient
from alibabacloud_dingtalk.contact_1_0 import models as contact_models
from alibabacloud_dingtalk.contact_1_0.client import Client as ContactClient
from alibabacloud_dingtalk.im_1_0 import models as im_models
from alibabacloud_dingtalk.im_1_0.client import Client as ImClient
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth_models
from alibabacloud_dingtalk.oauth2_1_0.client import Client as OauthClient
from alibabacloud_dingtalk.robot_1_0 import models as robot_models
from alibabacloud_dingtalk.robot_1_0.client import Client as RobotClient
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions

import simulator

dingtalk = simulator.CONNECTION["dingtalk"]
config = Config(protocol="http", region_id="central", endpoint=dingtalk["api_base_url"].removeprefix("http://"))
runtime = RuntimeOptions(autoretry=False)
robot, card, im, contact, oauth = (
    client(config) for client in (RobotClient, CardClient, ImClient, ContactClient, OauthClient)
)
robot_code = dingtalk["robot_code"]
group = simulator.group("product_v2")
template = dingtalk["card_templates"][0]


def user_id(key):
    return simulator.person(key)["dingtalk"]["user_id"]


def refused(code, call, *arguments):
    """The call fails with this code of DingTalk."""
    try:
        call(*arguments)
    except Exception as error:  # the generated client has several kinds
        assert getattr(error, "code", None) == code, (code, error)
        return error
    raise AssertionError(f"expected {code}")


# Tokens.
request = oauth_models.GetAccessTokenRequest(app_key=dingtalk["client_id"], app_secret=dingtalk["client_secret"])
first = oauth.get_access_token(request).body
again = oauth.get_access_token(request).body
assert first.expire_in == 7200 and first.access_token == again.access_token
unified = oauth_models.GetTokenRequest(
    client_id=dingtalk["client_id"], client_secret=dingtalk["client_secret"], grant_type="client_credentials"
)
assert oauth.get_token(dingtalk["corp_id"], unified).body.access_token == first.access_token
wrong = oauth_models.GetAccessTokenRequest(app_key=dingtalk["client_id"], app_secret="wrong")
refused("invalidClientIdOrSecret", oauth.get_access_token, wrong)


def headers(models, name, token=first.access_token):
    return getattr(models, name + "Headers")(x_acs_dingtalk_access_token=token)


# A message to a group.
def group_message(**change):
    fields = {
        "robot_code": robot_code,
        "open_conversation_id": group["id"],
        "msg_key": "sampleMarkdown",
        "msg_param": json.dumps({"title": "进展", "text": "**完成**"}),
    }
    return robot_models.OrgGroupSendRequest(**{**fields, **change})


def send_to_group(request, token=first.access_token):
    return robot.org_group_send_with_options(request, headers(robot_models, "OrgGroupSend", token), runtime).body


key = send_to_group(group_message()).process_query_key
shown = simulator.messages("dingtalk", "product_v2")[-1]
assert shown["body"] == {"kind": "markdown", "title": "进展", "text": "**完成**"} and shown["sender"] == "环", shown
refused("InvalidAuthentication", send_to_group, group_message(), "no such token")
refused("AuthenticationFailed.MissingParameter", send_to_group, group_message(), None)
refused("invalidParameter.robotCode.notExsit", send_to_group, group_message(robot_code="dingother"))
refused("invalid.openConversationId", send_to_group, group_message(open_conversation_id="cidnowhere=="))
refused("invalidParameter.msgKey.invalid", send_to_group, group_message(msg_key="sampleNothing"))
refused("invalidParameter.msgParam.invalid", send_to_group, group_message(msg_param="{"))
refused("miss.param.markdownTotitle", send_to_group, group_message(msg_param='{"text":"x"}'))
refused("invalidParameter.msgParam.tooLong", send_to_group, group_message(msg_param=json.dumps({"title": "t", "text": "x" * 15000})))

# Who has read it.
simulator.control("read", {"platform": "dingtalk", "person": "wangxiao", "message": shown["id"]})
query = robot_models.OrgGroupQueryRequest(
    robot_code=robot_code, open_conversation_id=group["id"], process_query_key=key, max_results=100
)
read = robot.org_group_query_with_options(query, headers(robot_models, "OrgGroupQuery"), runtime).body
assert read.send_status == "SUCCESS" and read.read_user_ids == [user_id("wangxiao")] and read.has_more is False
assert read.read_users[0].union_id == simulator.person("wangxiao")["dingtalk"]["union_id"]

# Taken back.
recall = robot_models.OrgGroupRecallRequest(
    robot_code=robot_code, open_conversation_id=group["id"], process_query_keys=[key, "unknown"]
)
recalled = robot.org_group_recall_with_options(recall, headers(robot_models, "OrgGroupRecall"), runtime).body
assert recalled.success_result == [key] and list(recalled.failed_result) == ["unknown"], recalled
assert simulator.messages("dingtalk", "product_v2")[-1]["recalled"]

# Direct messages: some receivers do not exist.
direct = robot_models.BatchSendOTORequest(
    robot_code=robot_code,
    user_ids=[user_id("wangxiao"), user_id("hejing"), "nobody"],
    msg_key="sampleText",
    msg_param=json.dumps({"content": "请确认"}),
)
sent = robot.batch_send_otowith_options(direct, headers(robot_models, "BatchSendOTO"), runtime).body
assert sent.invalid_staff_id_list == ["nobody"] and sent.flow_controlled_staff_id_list == []
message = simulator.messages("dingtalk", "hejing")[-1]
assert message["text"] == "请确认"
simulator.control("read", {"platform": "dingtalk", "person": "hejing", "message": message["id"]})
query = robot_models.BatchOTOQueryRequest(robot_code=robot_code, process_query_key=sent.process_query_key)
read = robot.batch_otoquery_with_options(query, headers(robot_models, "BatchOTOQuery"), runtime).body
status = {entry.user_id: entry.read_status for entry in read.message_read_info_list}
assert status == {user_id("wangxiao"): "UNREAD", user_id("hejing"): "READ"}, status
recall = robot_models.BatchRecallOTORequest(robot_code=robot_code, process_query_keys=[sent.process_query_key])
recalled = robot.batch_recall_otowith_options(recall, headers(robot_models, "BatchRecallOTO"), runtime).body
assert recalled.success_result == [sent.process_query_key]
read = robot.batch_otoquery_with_options(query, headers(robot_models, "BatchOTOQuery"), runtime).body
assert read.send_status == "RECALLED"

# DING: a telephone call, and who is not there.
ding = robot_models.RobotSendDingRequest(
    robot_code=robot_code,
    remind_type=3,
    receiver_user_id_list=[user_id("wugang"), "nobody"],
    content="支付模块故障",
    call_voice="Standard_Male_Voice",
)
dinged = robot.robot_send_ding_with_options(ding, headers(robot_models, "RobotSendDing"), runtime).body
assert [people for people in dinged.failed_list.values()] == [["nobody"]]
ring = simulator.rings()[-1]
assert (ring["person"], ring["way"], ring["text"]) == ("wugang", "phone", "支付模块故障"), ring
status_request = robot_models.QueryRobotDingReadStatusRequest(robot_code=robot_code, open_ding_id=dinged.open_ding_id)


def ding_status():
    answer = robot.query_robot_ding_read_status_with_options(
        status_request, headers(robot_models, "QueryRobotDingReadStatus"), runtime
    )
    return answer.body.result.robot_ding_read_info_list[0].read_status


assert ding_status() == "UNREAD"
simulator.control(f"rings/{ring['number']}/answer", method="POST")
assert ding_status() == "READ"
recall = robot_models.RobotRecallDingRequest(robot_code=robot_code, open_ding_id=dinged.open_ding_id)
recalled = robot.robot_recall_ding_with_options(recall, headers(robot_models, "RobotRecallDing"), runtime).body
assert recalled.open_ding_id == dinged.open_ding_id
crowd = robot_models.RobotSendDingRequest(
    robot_code=robot_code, remind_type=2, receiver_user_id_list=["x"] * 21, content="x"
)
refused("ding.receivercount.limit", robot.robot_send_ding_with_options, crowd, headers(robot_models, "RobotSendDing"), runtime)

# Cards: made and delivered in one step to a group and a person, changed for everybody and for one person.
buttons = json.dumps([{"id": "task.accept", "text": "承接", "style": "primary", "value": "tsk_1"}])
model = card_models
create = model.CreateAndDeliverRequest(
    card_template_id=template,
    out_track_id="card-1",
    callback_type="STREAM",
    user_id_type=1,
    card_data=model.CreateAndDeliverRequestCardData(
        card_param_map={"title": "任务 #1", "tone": "orange", "body": "评估数据导出", "buttons": buttons}
    ),
    private_data={"wrong": model.PrivateDataValue(card_param_map={"note": "x"})},
    im_group_open_space_model=model.CreateAndDeliverRequestImGroupOpenSpaceModel(support_forward=False),
    im_robot_open_space_model=model.CreateAndDeliverRequestImRobotOpenSpaceModel(support_forward=False),
    open_space_id=f"dtv1.card//IM_GROUP.{group['id']};IM_ROBOT.{user_id('chenming')}",
    im_group_open_deliver_model=model.CreateAndDeliverRequestImGroupOpenDeliverModel(
        robot_code=robot_code, at_user_ids={user_id("hejing"): "何静"}
    ),
    im_robot_open_deliver_model=model.CreateAndDeliverRequestImRobotOpenDeliverModel(
        space_type="IM_ROBOT", robot_code=robot_code
    ),
)
create_headers = headers(model, "CreateAndDeliver")
refused("param.userIdNotExist", card.create_and_deliver_with_options, create, create_headers, runtime)
create.private_data = {user_id("hejing"): model.PrivateDataValue(card_param_map={"note": "只给你看"})}
made = card.create_and_deliver_with_options(create, create_headers, runtime).body
assert made.success and made.result.out_track_id == "card-1"
assert [result.space_type for result in made.result.deliver_results] == ["IM_GROUP", "IM_ROBOT"]
assert all(result.success and result.carrier_id for result in made.result.deliver_results)
refused("param.cardAlreadyExist", card.create_and_deliver_with_options, create, create_headers, runtime)
shown = simulator.messages("dingtalk", "product_v2", "hejing")[-1]
assert shown["mentions"] == ["hejing"] and shown["text"] == "任务 #1\n评估数据导出\n[承接]\n只给你看", shown
assert "只给你看" not in simulator.messages("dingtalk", "product_v2", "wangxiao")[-1]["text"]
assert simulator.messages("dingtalk", "chenming")[-1]["text"].startswith("任务 #1")

update = model.UpdateCardRequest(
    out_track_id="card-1",
    card_data=model.UpdateCardRequestCardData(card_param_map={"tone": "green", "buttons": ""}),
    card_update_options=model.UpdateCardRequestCardUpdateOptions(update_card_data_by_key=True),
)
assert card.update_card_with_options(update, headers(model, "UpdateCard"), runtime).body.success
shown = simulator.messages("dingtalk", "product_v2", "wangxiao")[-1]
assert shown["edited"] and shown["body"]["card"]["colour"] == "green" and shown["text"] == "任务 #1\n评估数据导出", shown
update.out_track_id = "no such card"
refused("param.cardNotExist", card.update_card_with_options, update, headers(model, "UpdateCard"), runtime)

# Cards: made first, delivered later.
separate = model.CreateCardRequest(
    card_template_id=template,
    out_track_id="card-2",
    callback_type="STREAM",
    card_data=model.CreateCardRequestCardData(card_param_map={"title": "两步"}),
    im_robot_open_space_model=model.CreateCardRequestImRobotOpenSpaceModel(support_forward=True),
)
assert card.create_card_with_options(separate, headers(model, "CreateCard"), runtime).body.result == "card-2"
deliver = model.DeliverCardRequest(
    out_track_id="card-2",
    user_id_type=1,
    open_space_id=f"dtv1.card//IM_ROBOT.{user_id('wugang')}",
    im_robot_open_deliver_model=model.DeliverCardRequestImRobotOpenDeliverModel(space_type="IM_ROBOT"),
)
delivered = card.deliver_card_with_options(deliver, headers(model, "DeliverCard"), runtime).body
assert delivered.success and delivered.result[0].space_id == user_id("wugang")
assert simulator.messages("dingtalk", "wugang")[-1]["text"] == "两步"
separate.out_track_id, separate.card_template_id = "card-3", "unknown.schema"
refused("param.templateNotExist", card.create_card_with_options, separate, headers(model, "CreateCard"), runtime)

# Groups.
scene = im_models.CreateSceneGroupConversationRequest(
    template_id="template", group_name="新项目群", group_owner_id=user_id("chenming"), user_id_list=[user_id("hejing")], uuid="u-1"
)
scene_headers = headers(im_models, "CreateSceneGroupConversation")
made_group = im.create_scene_group_conversation_with_options(scene, scene_headers, runtime).body.open_conversation_id
same_group = im.create_scene_group_conversation_with_options(scene, scene_headers, runtime).body.open_conversation_id
assert made_group == same_group
members = im_models.BatchQueryGroupMemberRequest(open_conversation_id=made_group, max_results=100)
found = im.batch_query_group_member_with_options(members, headers(im_models, "BatchQueryGroupMember"), runtime).body
assert set(found.member_user_ids) == {user_id("chenming"), user_id("hejing")}, found
send_to_group(group_message(open_conversation_id=made_group))
assert simulator.messages("dingtalk", made_group)[-1]["body"]["title"] == "进展"

ordinary = im_models.CreateGroupRequest(
    name="作战群", owner=user_id("chenming"), owner_type="emp", useridlist=[user_id("chenming"), user_id("wangxiao")], conversation_tag=2
)
made = im.create_group_with_options(ordinary, headers(im_models, "CreateGroup"), runtime).body
assert made.open_conversation_id.startswith("cid") and made.chatid.startswith("chat"), made
ordinary.useridlist = ["nobody"]
refused("permession.checkFailed", im.create_group_with_options, ordinary, headers(im_models, "CreateGroup"), runtime)

# Contacts.
search = contact_models.SearchUserRequest(query_word="王", offset=0, size=10)
found = contact.search_user_with_options(search, headers(contact_models, "SearchUser"), runtime).body
assert found.list == [user_id("wangxiao")] and found.total_count == 1, found

# Too many calls a second.
simulator.control("dingtalk/settings", {"calls_per_second": 0})
refused("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", send_to_group, group_message())
print("ok")
