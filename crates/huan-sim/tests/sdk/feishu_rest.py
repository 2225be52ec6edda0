"""Feishu's own SDK calls the simulator: token, send, reply, edit, card, buzz, people, groups."""

import io
import json

import lark_oapi as lark
from lark_oapi.api.auth.v3 import InternalTenantAccessTokenRequest, InternalTenantAccessTokenRequestBody
from lark_oapi.api.contact.v3 import BatchGetIdUserRequest, BatchGetIdUserRequestBody, ChildrenDepartmentRequest, GetUserRequest
from lark_oapi.api.im.v1 import (
    CreateChatMembersRequest,
    CreateChatMembersRequestBody,
    CreateChatRequest,
    CreateChatRequestBody,
    CreateImageRequest,
    CreateImageRequestBody,
    CreateMessageReactionRequest,
    CreateMessageReactionRequestBody,
    CreateMessageRequest,
    CreateMessageRequestBody,
    DeleteMessageRequest,
    Emoji,
    GetChatMembersRequest,
    GetMessageRequest,
    ListChatRequest,
    ListMessageRequest,
    PatchMessageRequest,
    PatchMessageRequestBody,
    ReadUsersMessageRequest,
    ReplyMessageRequest,
    ReplyMessageRequestBody,
    UpdateMessageRequest,
    UpdateMessageRequestBody,
    UrgentAppMessageRequest,
    UrgentPhoneMessageRequest,
    UrgentReceivers,
)

import simulator

feishu = simulator.CONNECTION["feishu"]
client = (
    lark.Client.builder()
    .app_id(feishu["app_id"])
    .app_secret(feishu["app_secret"])
    .domain(feishu["base_url"])
    .build()
)
liqiang = simulator.person("liqiang")
chat = simulator.group("product_v2_dev")


def passed(response):
    assert response.success(), (response.code, response.msg, response.get_log_id())
    return getattr(response, "data", None)


def send(receive_id_type, receive_id, kind, content, uuid=None):
    body = CreateMessageRequestBody.builder().receive_id(receive_id).msg_type(kind).content(json.dumps(content))
    if uuid:
        body = body.uuid(uuid)
    request = CreateMessageRequest.builder().receive_id_type(receive_id_type).request_body(body.build()).build()
    return client.im.v1.message.create(request)


# Text into a group, with a mention; the same uuid sends once.
text = {"text": f'<at user_id="{liqiang["feishu"]["open_id"]}">李强</at> 请看'}
first = passed(send("chat_id", chat["id"], "text", text, uuid="u-1"))
again = passed(send("chat_id", chat["id"], "text", text, uuid="u-1"))
assert first.message_id == again.message_id
assert first.chat_id == chat["id"] and first.sender.sender_type == "app"
assert first.mentions[0].name == "李强" and first.mentions[0].id == liqiang["feishu"]["open_id"]
assert json.loads(first.body.content) == {"text": "@_user_1 请看"}
assert [message["text"] for message in simulator.messages("feishu", "product_v2_dev")] == ["@李强 请看"]

# Reply.
body = ReplyMessageRequestBody.builder().msg_type("text").content(json.dumps({"text": "收到"})).build()
reply = passed(client.im.v1.message.reply(ReplyMessageRequest.builder().message_id(first.message_id).request_body(body).build()))
assert reply.parent_id == first.message_id and reply.root_id == first.message_id

# Edit.
body = UpdateMessageRequestBody.builder().msg_type("text").content(json.dumps({"text": "改好了"})).build()
edited = passed(client.im.v1.message.update(UpdateMessageRequest.builder().message_id(reply.message_id).request_body(body).build()))
assert edited.updated is True


def card(title):
    button = {"tag": "button", "text": {"tag": "plain_text", "content": "承接"}, "behaviors": [{"type": "callback", "value": {"a": 1}}]}
    return {"schema": "2.0", "header": {"title": {"tag": "plain_text", "content": title}}, "body": {"elements": [button]}}


# Card to a person by each kind of id, and its replacement.
for kind in ("open_id", "user_id", "union_id"):
    passed(send(kind, liqiang["feishu"][kind], "interactive", card(kind)))
sent = passed(send("email", liqiang["email"], "interactive", card("第一版")))
body = PatchMessageRequestBody.builder().content(json.dumps(card("第二版"))).build()
passed(client.im.v1.message.patch(PatchMessageRequest.builder().message_id(sent.message_id).request_body(body).build()))
shown = simulator.messages("feishu", "liqiang")[-1]
assert shown["body"]["card"]["title"] == "第二版" and shown["edited"]

# A broken card is refused with the sub-code in the text.
refused = send("open_id", liqiang["feishu"]["open_id"], "interactive", {"schema": "2.0", "body": {"elements": [{"tag": "note"}]}})
assert refused.code == 230099 and "200861" in refused.msg, refused.msg

# Buzz: a telephone call rings, and so does the app.
receivers = UrgentReceivers.builder().user_id_list([liqiang["feishu"]["open_id"], "ou_nobody"]).build()
request = UrgentAppMessageRequest.builder().message_id(sent.message_id).user_id_type("open_id").request_body(receivers).build()
assert passed(client.im.v1.message.urgent_app(request)).invalid_user_id_list == ["ou_nobody"]
receivers = UrgentReceivers.builder().user_id_list([liqiang["feishu"]["open_id"]]).build()
request = UrgentPhoneMessageRequest.builder().message_id(sent.message_id).user_id_type("open_id").request_body(receivers).build()
passed(client.im.v1.message.urgent_phone(request))
assert [(ring["person"], ring["way"]) for ring in simulator.rings()] == [("liqiang", "app"), ("liqiang", "app"), ("liqiang", "phone")]

# Who has read it.
simulator.control("read", {"platform": "feishu", "person": "liqiang", "message": sent.message_id})
request = ReadUsersMessageRequest.builder().message_id(sent.message_id).user_id_type("open_id").build()
assert [reader.user_id for reader in passed(client.im.v1.message.read_users(request)).items] == [liqiang["feishu"]["open_id"]]

# Read back, list, recall.
items = passed(client.im.v1.message.get(GetMessageRequest.builder().message_id(first.message_id).build())).items
assert items[0].message_id == first.message_id
request = ListMessageRequest.builder().container_id_type("chat").container_id(chat["id"]).page_size(1).build()
page = passed(client.im.v1.message.list(request))
assert page.has_more and len(page.items) == 1
passed(client.im.v1.message.delete(DeleteMessageRequest.builder().message_id(reply.message_id).build()))
assert simulator.messages("feishu", "product_v2_dev")[-1]["recalled"]

# A picture that was uploaded can be sent.
body = CreateImageRequestBody.builder().image_type("message").image(io.BytesIO(b"not really a picture")).build()
image = passed(client.im.v1.image.create(CreateImageRequest.builder().request_body(body).build()))
passed(send("open_id", liqiang["feishu"]["open_id"], "image", {"image_key": image.image_key}))

# A reaction.
body = CreateMessageReactionRequestBody.builder().reaction_type(Emoji.builder().emoji_type("DONE").build()).build()
request = CreateMessageReactionRequest.builder().message_id(first.message_id).request_body(body).build()
assert passed(client.im.v1.message_reaction.create(request)).reaction_type.emoji_type == "DONE"

# People.
body = BatchGetIdUserRequestBody.builder().mobiles([liqiang["mobile"], "13900000000"]).emails([liqiang["email"]]).build()
found = passed(client.contact.v3.user.batch_get_id(BatchGetIdUserRequest.builder().user_id_type("open_id").request_body(body).build())).user_list
assert [entry.user_id for entry in found] == [liqiang["feishu"]["open_id"], liqiang["feishu"]["open_id"], None]
user = passed(client.contact.v3.user.get(GetUserRequest.builder().user_id(liqiang["feishu"]["open_id"]).build())).user
assert (user.name, user.job_title) == ("李强", "研发组长")
assert user.leader_user_id == simulator.person("zhaomin")["feishu"]["open_id"]
children = passed(client.contact.v3.department.children(ChildrenDepartmentRequest.builder().department_id("0").page_size(50).build()))
assert "研发部" in [department.name for department in children.items]

# Groups.
groups = passed(client.im.v1.chat.list(ListChatRequest.builder().build())).items
assert {known.name for known in groups} == {"产品V2.0研发群", "市场协作群"}
members = passed(client.im.v1.chat_members.get(GetChatMembersRequest.builder().chat_id(chat["id"]).build()))
assert {member.name for member in members.items} == {"李强", "周婷", "何静", "赵敏"}

# A group of our own: the same uuid makes it once, whoever can be added is, the others are named.
first_member, second_member = (simulator.person(key)["feishu"]["open_id"] for key in ("liqiang", "hejing"))
body = CreateChatRequestBody.builder().name("作战群").user_id_list([first_member]).chat_mode("group").chat_type("private").build()
request = CreateChatRequest.builder().user_id_type("open_id").uuid("make-1").request_body(body).build()
made = passed(client.im.v1.chat.create(request))
assert (made.name, passed(client.im.v1.chat.create(request)).chat_id) == ("作战群", made.chat_id)
body = CreateChatMembersRequestBody.builder().id_list([second_member, "ou_nobody"]).build()
request = CreateChatMembersRequest.builder().chat_id(made.chat_id).member_id_type("open_id").succeed_type(1).request_body(body).build()
added = passed(client.im.v1.chat_members.create(request))
assert "ou_nobody" in (added.invalid_id_list or []) + (added.not_existed_id_list or []), added.__dict__
members = passed(client.im.v1.chat_members.get(GetChatMembersRequest.builder().chat_id(made.chat_id).build()))
assert {member.name for member in members.items} == {"李强", "何静"}

# A wrong secret gets no token.
body = InternalTenantAccessTokenRequestBody.builder().app_id(feishu["app_id"]).app_secret("wrong").build()
answer = client.auth.v3.tenant_access_token.internal(InternalTenantAccessTokenRequest.builder().request_body(body).build())
assert answer.code == 10014, (answer.code, answer.msg)
print("ok")
