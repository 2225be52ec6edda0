"""Feishu's own long-connection client receives an event and a card press, and answers the press with a new card."""

import json
import queue
import threading

import lark_oapi as lark
from lark_oapi.api.im.v1 import CreateMessageRequest, CreateMessageRequestBody, P2ImMessageMessageReadV1, P2ImMessageReceiveV1
from lark_oapi.event.callback.model.p2_card_action_trigger import P2CardActionTrigger, P2CardActionTriggerResponse

import simulator

feishu = simulator.CONNECTION["feishu"]
received = queue.Queue()


def pressed(event: P2CardActionTrigger) -> P2CardActionTriggerResponse:
    received.put(event)
    card = {"schema": "2.0", "header": {"title": {"tag": "plain_text", "content": "已暂不承接"}}, "body": {"elements": []}}
    return P2CardActionTriggerResponse({"toast": {"type": "success", "content": "已收到"}, "card": {"type": "raw", "data": card}})


handler = (
    lark.EventDispatcherHandler.builder("", "")
    .register_p2_im_message_receive_v1(received.put)
    .register_p2_im_message_message_read_v1(received.put)
    .register_p2_card_action_trigger(pressed)
    .build()
)
socket = lark.ws.Client(feishu["app_id"], feishu["app_secret"], event_handler=handler, domain=feishu["base_url"])
threading.Thread(target=socket.start, daemon=True).start()
for _ in range(100):
    if simulator.control("state")["platforms"]["feishu"]["connections"] == 1:
        break
    threading.Event().wait(0.1)
else:
    raise AssertionError("the SDK did not connect")

# A message in a group, long enough to be split into several frames.
text = "@环 任务 评估数据导出的技术可行性 " + "长" * 2000
said = {"platform": "feishu", "person": "hejing", "place": {"group": "product_v2_dev"}, "text": text}
message_id = simulator.control("say", said)["message"]
event: P2ImMessageReceiveV1 = received.get(timeout=10)
assert event.header.event_type == "im.message.receive_v1"
assert event.header.app_id == feishu["app_id"]
message = event.event.message
assert message.message_id == message_id and message.chat_type == "group"
assert json.loads(message.content)["text"] == text.replace("@环", "@_user_1")
assert message.mentions[0].id.open_id == feishu["robot_open_id"]
assert event.event.sender.sender_id.open_id == simulator.person("hejing")["feishu"]["open_id"]

# A card with a form, pressed by the person who got it.
client = lark.Client.builder().app_id(feishu["app_id"]).app_secret(feishu["app_secret"]).domain(feishu["base_url"]).build()
submit = {
    "tag": "button", "name": "submit", "form_action_type": "submit", "text": {"tag": "plain_text", "content": "提交"},
    "behaviors": [{"type": "callback", "value": {"action": "decline", "task": "T1"}}],
}
reason = {"tag": "input", "name": "reason", "required": True, "label": {"tag": "plain_text", "content": "原因"}}
form = {"tag": "form", "name": "f", "elements": [reason, {"tag": "input", "name": "proposal"}, submit]}
card = {"schema": "2.0", "header": {"title": {"tag": "plain_text", "content": "新任务"}}, "body": {"elements": [form]}}
body = CreateMessageRequestBody.builder().receive_id(simulator.person("liqiang")["feishu"]["open_id"])
body = body.msg_type("interactive").content(json.dumps(card)).build()
sent = client.im.v1.message.create(CreateMessageRequest.builder().receive_id_type("open_id").request_body(body).build())
assert sent.success(), sent.msg
press = {
    "platform": "feishu", "person": "liqiang", "message": sent.data.message_id, "button": "提交",
    "form": {"reason": "本周排满", "proposal": "下周一"},
}
outcome = simulator.control("press", press)
assert outcome["error"] is None and outcome["toast"] == {"kind": "success", "text": "已收到"}, outcome
event = received.get(timeout=10)
assert event.event.action.value == {"action": "decline", "task": "T1"}
assert event.event.action.form_value == {"reason": "本周排满", "proposal": "下周一"}
assert event.event.action.name == "submit"
assert event.event.context.open_message_id == sent.data.message_id
assert event.event.operator.open_id == simulator.person("liqiang")["feishu"]["open_id"]
assert simulator.messages("feishu", "liqiang")[-1]["body"]["card"]["title"] == "已暂不承接"

# Opening it tells the robot.
simulator.control("read", {"platform": "feishu", "person": "liqiang", "message": sent.data.message_id})
event: P2ImMessageMessageReadV1 = received.get(timeout=10)
assert event.event.message_id_list == [sent.data.message_id]

# Everything was acknowledged.
for _ in range(50):
    if simulator.control("state")["platforms"]["feishu"]["waiting_events"] == 0:
        break
    threading.Event().wait(0.1)
else:
    raise AssertionError("an event was not acknowledged")
print("ok")
