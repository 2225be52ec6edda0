"""DingTalk's own Stream client registers, hears a robot message and an event, replies, sends a card and answers presses
on it; it comes back by itself after the platform has closed the connection."""

import asyncio
import json
import queue
import threading
import time

import dingtalk_stream
from dingtalk_stream import (
    AckMessage,
    AsyncChatbotHandler,
    CallbackHandler,
    CardCallbackMessage,
    ChatbotMessage,
    EventHandler,
)

import simulator

dingtalk = simulator.CONNECTION["dingtalk"]
# The client has its addresses in constants; each module holds its own copy.
for module in ("stream", "chatbot", "card_replier"):
    getattr(dingtalk_stream, module).DINGTALK_OPENAPI_ENDPOINT = dingtalk["api_base_url"]
dingtalk_stream.DingTalkStreamClient.OPEN_CONNECTION_API = dingtalk["stream_open_url"]

messages, presses, events = queue.Queue(), queue.Queue(), queue.Queue()
TEMPLATE = dingtalk["card_templates"][0]
BUTTONS = json.dumps([{"id": "task.accept", "text": "承接", "style": "primary", "value": "tsk_1"}])
SUBMIT = json.dumps({"id": "task.decline", "text": "提交", "style": "danger", "value": "tsk_1"})


class Robot(AsyncChatbotHandler):
    def process(self, callback):
        message = ChatbotMessage.from_dict(callback.data)
        if message.text.content.strip() == "卡片":
            card = {"title": "任务", "buttons": BUTTONS, "input1_label": "理由", "input2_label": "建议", "submit": SUBMIT}
            replier = dingtalk_stream.CardReplier(self.dingtalk_client, message)
            message.card = replier.create_and_send_card(TEMPLATE, card, at_sender=True)
        elif message.text.content.strip() == "按钮":
            links = [{"text": "打开", "url": "https://example.com/", "color": "gray"}]
            self.reply_markdown_button(message, "**请看**", links, "提示", "标题")
        elif message.text.content.strip() == "智能":
            self.reply_ai_markdown_button(message, "结论", [{"text": "采纳", "id": "take", "color": "blue"}], "", "分析")
        else:
            message.answer = self.reply_text("收到：" + message.text.content.strip(), message)
        messages.put(message)
        return AckMessage.STATUS_OK, "OK"


class Cards(CallbackHandler):
    async def process(self, callback):
        press = CardCallbackMessage.from_dict(callback.data)
        presses.put(press)
        status = {"note": "已由你处理"}
        return AckMessage.STATUS_OK, {
            "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
            "cardData": {"cardParamMap": {"title": "已承接", "buttons": ""}},
            "userPrivateData": {"cardParamMap": status},
        }


class Events(EventHandler):
    async def process(self, event):
        events.put(event)
        return AckMessage.STATUS_OK, "OK"


credential = dingtalk_stream.Credential(dingtalk["client_id"], dingtalk["client_secret"])
client = dingtalk_stream.DingTalkStreamClient(credential)
client.register_callback_handler(ChatbotMessage.TOPIC, Robot())
client.register_callback_handler(CallbackHandler.TOPIC_CARD_CALLBACK, Cards())
client.register_all_event_handler(Events())
threading.Thread(target=lambda: asyncio.run(client.start()), daemon=True).start()


def wait(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)


def platform():
    return simulator.control("state")["platforms"]["dingtalk"]


def connected():
    return platform()["connections"] == 1


def say(text, place, person="wangxiao"):
    return simulator.control("say", {"platform": "dingtalk", "person": person, "place": place, "text": text})["message"]


wait(connected)
person = simulator.person("wangxiao")["dingtalk"]
group = simulator.group("product_v2")

# A message in a group, and the reply through the session webhook.
said = say("@环 任务 评估数据导出 @何静 周五12:00前", {"group": "product_v2"})
message = messages.get(timeout=10)
assert message.text.content == " 任务 评估数据导出 @何静 周五12:00前", message.text
assert message.message_id == said and message.conversation_id == group["id"]
assert message.sender_staff_id == person["user_id"] and message.sender_nick == "王晓"
assert message.conversation_type == "2" and message.is_in_at_list is True and message.robot_code == dingtalk["robot_code"]
assert [user.staff_id for user in message.at_users] == [None, simulator.person("hejing")["dingtalk"]["user_id"]]
assert message.session_webhook_expired_time - message.create_at >= 5_400_000
assert message.answer == {"errcode": 0, "errmsg": "ok"}, message.answer
assert simulator.messages("dingtalk", "product_v2")[-1]["text"].startswith("收到：任务")

# What does not mention the robot is not told.
say("中午吃什么", {"group": "product_v2"})
# A direct message needs no mention.
say("帮助", "robot")
message = messages.get(timeout=10)
assert message.conversation_type == "1" and message.text.content == "帮助" and message.at_users == []
assert simulator.messages("dingtalk", "wangxiao")[-1]["text"] == "收到：帮助"

# Acknowledged, so nothing waits.
wait(lambda: platform()["waiting_events"] == 0)

# A card, created and delivered by the client, pressed by two people.
say("@环 卡片", {"group": "product_v2"})
card_id = messages.get(timeout=10).card
shown = simulator.messages("dingtalk", "product_v2")[-1]
assert card_id and shown["mentions"] == ["wangxiao"] and "[承接]" in shown["text"], shown
press = {"platform": "dingtalk", "person": "wangxiao", "message": shown["id"], "button": "承接"}
outcome = simulator.control("press", press)
assert outcome["error"] is None, outcome
pressed = presses.get(timeout=10)
assert pressed.card_instance_id == card_id and pressed.user_id == person["user_id"]
private = pressed.content["cardPrivateData"]
assert private == {"actionIds": ["task.accept"], "params": {"action": "task.accept", "value": "tsk_1"}}, private
# The answer changes the card for the presser only.
mine = simulator.messages("dingtalk", "product_v2", "wangxiao")[-1]["text"]
others = simulator.messages("dingtalk", "product_v2", "hejing")[-1]["text"]
assert mine.startswith("已承接") and "已由你处理" in mine and "[承接]" in others, (mine, others)
decline = {**press, "person": "hejing", "button": "提交", "form": {"input1": "人手不足", "input2": "改到下周一"}}
simulator.control("press", decline)
params = presses.get(timeout=10).content["cardPrivateData"]["params"]
assert params == {"action": "task.decline", "value": "tsk_1", "input1": "人手不足", "input2": "改到下周一"}, params

# One of the client's standard cards.
say("@环 按钮", {"group": "product_v2"})
messages.get(timeout=10)
shown = simulator.messages("dingtalk", "product_v2")[-1]
assert shown["text"] == "标题\n**请看**\n[打开]\n提示", shown["text"]
opened = simulator.control("press", {**press, "message": shown["id"], "button": "打开"})
assert opened["open_url"] == "https://example.com/"

# A card that is written bit by bit.
say("@环 智能", {"group": "product_v2"})
messages.get(timeout=10)
shown = simulator.messages("dingtalk", "product_v2")[-1]
assert shown["text"] == "分析\n结论\n[采纳]" and shown["edited"], shown["text"]

# Reading a card of the robot makes an event.
simulator.control("read", {"platform": "dingtalk", "person": "hejing", "message": shown["id"]})
event = events.get(timeout=10)
assert event.headers.event_type == "robot_msg_read" and event.data["openConversationId"] == group["id"], event
assert event.headers.event_corp_id == dingtalk["corp_id"] and event.headers.event_id

# A frame that comes twice, and one that comes late.
simulator.control("faults", {"platform": "dingtalk", "operation": "callback *", "fault": "duplicate", "times": 1})
say("@环 两次", {"group": "product_v2"})
assert messages.get(timeout=10).message_id == messages.get(timeout=10).message_id
simulator.control("faults", {"platform": "dingtalk", "operation": "callback *", "fault": "reorder", "times": 1})
say("@环 先", {"group": "product_v2"})
say("@环 后", {"group": "product_v2"})
order = [messages.get(timeout=10).text.content.strip() for _ in range(2)]
assert order == ["后", "先"], order

# The platform closes the connection; what is said meanwhile arrives when the client is back.
assert simulator.control("disconnect", {"platform": "dingtalk"}) == {"closed": 1}
say("@环 还在吗", {"group": "product_v2"})
assert messages.get(timeout=30).text.content.strip() == "还在吗"
wait(connected)
history = [entry["operation"] for entry in simulator.control("journal?platform=dingtalk&kind=connection")]
assert history == ["stream open", "stream close", "stream open"], history
print("ok")
