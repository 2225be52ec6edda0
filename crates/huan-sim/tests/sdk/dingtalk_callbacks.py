"""What the simulator pushes over HTTP, read by code that is not ours: events by the crypto of `dingtalk-sdk`, robot
messages and card presses by the signatures of the documentation written down once more with the standard library."""

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from dingtalk.core.exceptions import InvalidSignatureException
from dingtalk.crypto import DingTalkCrypto

import simulator

dingtalk = simulator.CONNECTION["dingtalk"]
crypto = DingTalkCrypto(dingtalk["callback_token"], dingtalk["callback_aes_key"], dingtalk["client_id"])
stranger = DingTalkCrypto("another token", dingtalk["callback_aes_key"], dingtalk["client_id"])
API_SECRET = "secret of the card callback"
events, messages, presses = queue.Queue(), queue.Queue(), queue.Queue()
refusals = []


def mac(key, text):
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = getattr(self, urlsplit(self.path).path.strip("/"))(body)
        answer = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def events(self, body):
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        assert query["signature"] == query["msg_signature"]
        arguments = (body, query["msg_signature"], query["timestamp"], query["nonce"])
        try:
            stranger.decrypt_message(*arguments)
        except InvalidSignatureException:
            refusals.append(query["nonce"])
        events.put(json.loads(crypto.decrypt_message(*arguments)))
        return crypto.encrypt_message("success")

    def robot(self, body):
        stamp, secret = self.headers["timestamp"], dingtalk["client_secret"]
        assert abs(int(stamp) - time.time() * 1000) < 3_600_000
        assert self.headers["sign"] == mac(secret, f"{stamp}\n{secret}")
        messages.put(body)
        return {"msgtype": "text", "text": {"content": "收到"}}

    def cards(self, body):
        stamp = self.headers["x-ddpaas-signature-timestamp"]
        assert self.headers["x-ddpaas-signature"] == mac(API_SECRET, stamp)
        presses.put(body)
        return {"cardUpdateOptions": {"updateCardDataByKey": True}, "cardData": {"cardParamMap": {"title": "已承接"}}}

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"

# Entering the addresses makes the platform check the one for events.
delivery = {"platform": "dingtalk", "mode": "http", "events": f"{address}/events", "robot": f"{address}/robot"}
simulator.control("delivery", delivery)
assert events.get(timeout=10) == {"EventType": "check_url"}
assert len(refusals) == 1

# A robot message; its answer is posted into the conversation.
simulator.control("say", {"platform": "dingtalk", "person": "hejing", "place": "robot", "text": "我的任务"})
message = messages.get(timeout=10)
assert message["text"] == {"content": "我的任务"} and message["conversationType"] == "1", message
deadline = time.monotonic() + 10
while simulator.messages("dingtalk", "hejing")[-1]["text"] != "收到":
    assert time.monotonic() < deadline
    time.sleep(0.05)


def call(path, body, method="POST", token=None):
    """Calls the new API without any client."""
    headers = {"Content-Type": "application/json"} | ({"x-acs-dingtalk-access-token": token} if token else {})
    request = urllib.request.Request(dingtalk["api_base_url"] + path, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


credentials = {"appKey": dingtalk["client_id"], "appSecret": dingtalk["client_secret"]}
token = call("/v1.0/oauth2/accessToken", credentials)["accessToken"]

# A card that calls back over HTTP.
route = {"callbackRouteKey": "route", "callbackUrl": f"{address}/cards", "apiSecret": API_SECRET}
registered = call("/v1.0/card/callbacks/register", route, token=token)
assert registered["result"] == {"callbackUrl": route["callbackUrl"], "apiSecret": API_SECRET}
user_id = simulator.person("hejing")["dingtalk"]["user_id"]
card = {
    "cardTemplateId": dingtalk["card_templates"][0],
    "outTrackId": "card",
    "callbackType": "HTTP",
    "callbackRouteKey": "route",
    "cardData": {"cardParamMap": {"title": "任务", "buttons": json.dumps([{"id": "task.accept", "text": "承接"}])}},
    "imRobotOpenSpaceModel": {"supportForward": False},
    "openSpaceId": f"dtv1.card//IM_ROBOT.{user_id}",
    "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
}
call("/v1.0/card/instances/createAndDeliver", card, token=token)
shown = simulator.messages("dingtalk", "hejing")[-1]
press = {"platform": "dingtalk", "person": "hejing", "message": shown["id"], "button": "task.accept"}
assert simulator.control("press", press)["error"] is None
pressed = presses.get(timeout=10)
assert pressed["outTrackId"] == "card" and pressed["userId"] == user_id and pressed["corpId"] == dingtalk["corp_id"]
assert json.loads(pressed["content"])["cardPrivateData"]["params"] == {"action": "task.accept"}
assert json.loads(pressed["extension"]) == {} and pressed["value"] == pressed["content"]
assert simulator.messages("dingtalk", "hejing")[-1]["text"].startswith("已承接")

# Reading is told as an event, in the spelling of HTTP.
simulator.control("read", {"platform": "dingtalk", "person": "hejing", "message": shown["id"]})
event = events.get(timeout=10)
assert event["EventType"] == "robot_msg_read" and event["UserId"] == user_id and event["CorpId"] == dingtalk["corp_id"], event
print("ok")
