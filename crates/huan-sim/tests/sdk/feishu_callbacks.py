"""What the simulator pushes over HTTP passes the verification and decryption of Feishu's own SDK."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import lark_oapi as lark
from lark_oapi.api.im.v1 import CreateMessageRequest, CreateMessageRequestBody
from lark_oapi.core.model import RawRequest
from lark_oapi.event.callback.model.p2_card_action_trigger import P2CardActionTriggerResponse

import simulator

feishu = simulator.CONNECTION["feishu"]
received = queue.Queue()


def pressed(event):
    received.put(event)
    return P2CardActionTriggerResponse({"toast": {"type": "info", "content": "好的"}})


def dispatcher(encrypt_key, token):
    builder = lark.EventDispatcherHandler.builder(encrypt_key, token)
    return builder.register_p2_im_message_receive_v1(received.put).register_p2_card_action_trigger(pressed).build()


RIGHT = dispatcher(feishu["encrypt_key"], feishu["verification_token"])
FORGED_KEY = dispatcher("another key", feishu["verification_token"])
FORGED_TOKEN = dispatcher(feishu["encrypt_key"], "another token")
refused = queue.Queue()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        request = RawRequest()
        request.uri = self.path
        request.body = self.rfile.read(int(self.headers["Content-Length"]))
        request.headers = {name: value for name, value in self.headers.items()}
        for name in ("X-Lark-Request-Timestamp", "X-Lark-Request-Nonce", "X-Lark-Signature"):
            # The SDK looks the headers up as Feishu spells them; HTTP libraries may change the case.
            value = self.headers.get(name)
            if value is not None:
                request.headers[name] = value
        for wrong in (FORGED_KEY, FORGED_TOKEN):
            refused.put(wrong.do(request).status_code)
        response = RIGHT.do(request)
        self.send_response(response.status_code)
        for name, value in (response.headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.content)))
        self.end_headers()
        self.wfile.write(response.content)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/feishu"

# Saving the address makes the platform ask for a challenge, which the SDK answers.
simulator.control("delivery", {"platform": "feishu", "mode": "http", "events": address})

said = {"platform": "feishu", "person": "hejing", "place": {"group": "product_v2_dev"}, "text": "@环 帮助"}
simulator.control("say", said)
event = received.get(timeout=10)
assert json.loads(event.event.message.content) == {"text": "@_user_1 帮助"}
assert event.header.token == feishu["verification_token"]

# A press is answered through the same door.
client = lark.Client.builder().app_id(feishu["app_id"]).app_secret(feishu["app_secret"]).domain(feishu["base_url"]).build()
button = {"tag": "button", "text": {"tag": "plain_text", "content": "承接"}, "value": {"action": "accept"}}
card = {"config": {"update_multi": True}, "elements": [{"tag": "action", "actions": [button]}]}
body = CreateMessageRequestBody.builder().receive_id(simulator.person("liqiang")["feishu"]["open_id"])
body = body.msg_type("interactive").content(json.dumps(card)).build()
sent = client.im.v1.message.create(CreateMessageRequest.builder().receive_id_type("open_id").request_body(body).build())
assert sent.success(), sent.msg
press = {"platform": "feishu", "person": "liqiang", "message": sent.data.message_id, "button": "承接"}
outcome = simulator.control("press", press)
assert outcome["error"] is None and outcome["toast"]["text"] == "好的", outcome
assert received.get(timeout=10).event.action.value == {"action": "accept"}

# The wrong key or the wrong token refuses everything that was pushed.
statuses = [refused.get() for _ in range(refused.qsize())]
assert statuses and all(status != 200 for status in statuses), statuses
print("ok")
