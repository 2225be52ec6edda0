"""Feishu's own SDK keeps pages, blocks, tables and rows in the simulator."""

import uuid

import lark_oapi as lark
import requests
from lark_oapi.api.bitable.v1 import (
    AppTable,
    AppTableField,
    AppTableRecord,
    BatchCreateAppTableRecordRequest,
    BatchCreateAppTableRecordRequestBody,
    BatchDeleteAppTableRecordRequest,
    BatchDeleteAppTableRecordRequestBody,
    BatchGetAppTableRecordRequest,
    BatchGetAppTableRecordRequestBody,
    BatchUpdateAppTableRecordRequest,
    BatchUpdateAppTableRecordRequestBody,
    CreateAppTableFieldRequest,
    CreateAppTableRequest,
    CreateAppTableRequestBody,
    ListAppTableFieldRequest,
    ListAppTableRequest,
    ReqTable,
    SearchAppTableRecordRequest,
    SearchAppTableRecordRequestBody,
    UpdateAppTableFieldRequest,
    UpdateAppTableRecordRequest,
)
from lark_oapi.api.docx.v1 import (
    BatchDeleteDocumentBlockChildrenRequest,
    BatchDeleteDocumentBlockChildrenRequestBody,
    BatchUpdateDocumentBlockRequest,
    BatchUpdateDocumentBlockRequestBody,
    Block,
    CreateDocumentBlockChildrenRequest,
    CreateDocumentBlockChildrenRequestBody,
    GetDocumentRequest,
    ListDocumentBlockRequest,
    UpdateBlockRequest,
)
from lark_oapi.api.drive.v1 import SubscribeFileRequest
from lark_oapi.api.wiki.v2 import CreateSpaceNodeRequest, GetNodeSpaceRequest, ListSpaceNodeRequest, ListSpaceRequest, Node
from lark_oapi.api.wiki.v2 import UpdateTitleSpaceNodeRequest, UpdateTitleSpaceNodeRequestBody
from lark_oapi.core.token import TokenManager

import simulator

feishu = simulator.CONNECTION["feishu"]
client = lark.Client.builder().app_id(feishu["app_id"]).app_secret(feishu["app_secret"]).domain(feishu["base_url"]).build()


def passed(response):
    assert response.success(), (response.code, response.msg, response.get_log_id())
    return getattr(response, "data", None)


def act(**what):
    return simulator.control("feishu/drive", {"person": "liqiang", **what})


# A space: only those that the app is a member of. One page below another, found again by its token and by its document's.
spaces = passed(client.wiki.v2.space.list(ListSpaceRequest.builder().page_size(50).build())).items
assert [space.name for space in spaces] == ["产品协作空间"], spaces
space = spaces[0].space_id


def make(title, kind="docx", parent=None):
    node = Node.builder().obj_type(kind).node_type("origin").title(title)
    if parent:
        node = node.parent_node_token(parent)
    return passed(client.wiki.v2.space_node.create(CreateSpaceNodeRequest.builder().space_id(space).request_body(node.build()).build())).node


top = make("协作中心")
page = make("决定", parent=top.node_token)
assert page.parent_node_token == top.node_token and page.obj_type == "docx"
found = passed(client.wiki.v2.space.get_node(GetNodeSpaceRequest.builder().token(page.node_token).build())).node
assert (found.obj_token, found.title) == (page.obj_token, "决定")
found = passed(client.wiki.v2.space.get_node(GetNodeSpaceRequest.builder().token(page.obj_token).obj_type("docx").build())).node
assert found.node_token == page.node_token
request = ListSpaceNodeRequest.builder().space_id(space).parent_node_token(top.node_token).page_size(50).build()
assert [node.title for node in passed(client.wiki.v2.space_node.list(request)).items] == ["决定"]
body = UpdateTitleSpaceNodeRequestBody.builder().title("决定与纪要").build()
request = UpdateTitleSpaceNodeRequest.builder().space_id(space).node_token(page.node_token).request_body(body).build()
passed(client.wiki.v2.space_node.update_title(request))
missing = client.wiki.v2.space.get_node(GetNodeSpaceRequest.builder().token("wikcnNothing").build())
assert missing.code == 131005, (missing.code, missing.msg)


# Blocks: the same client_token makes them once.
def run(content, **style):
    return {"text_run": {"content": content, "text_element_style": style}}


def text(kind, member, *runs, **style):
    return Block({"block_type": kind, member: {"elements": list(runs), "style": style}})


def create(children, index=-1, token=None):
    body = CreateDocumentBlockChildrenRequestBody.builder().index(index).children(children).build()
    request = CreateDocumentBlockChildrenRequest.builder().document_id(page.obj_token).block_id(page.obj_token)
    request = request.document_revision_id(-1).client_token(token or str(uuid.uuid4())).request_body(body)
    return client.docx.v1.document_block_children.create(request.build())


def blocks():
    request = ListDocumentBlockRequest.builder().document_id(page.obj_token).page_size(500).document_revision_id(-1).build()
    return passed(client.docx.v1.document_block.list(request)).items


token = str(uuid.uuid4())
children = [
    text(3, "heading1", run("决定")),
    text(12, "bullet", run("首版只支持 CSV", bold=True), run("原文", link={"url": "https%3A%2F%2Fexample.com%2Fa"})),
    text(17, "todo", run("评估"), done=True),
    Block({"block_type": 22, "divider": {}}),
]
first = passed(create(children, token=token))
again = passed(create(children, token=token))
assert [block.block_id for block in first.children] == [block.block_id for block in again.children]
listed = blocks()
assert listed[0].block_type == 1 and listed[0].block_id == page.obj_token and len(listed) == 5
assert listed[0].children == [block.block_id for block in first.children]
assert listed[2].bullet.elements[0].text_run.text_element_style.bold is True
assert listed[2].bullet.elements[1].text_run.text_element_style.link.url == "https%3A%2F%2Fexample.com%2Fa"
assert listed[3].todo.style.done is True
revision = passed(client.docx.v1.document.get(GetDocumentRequest.builder().document_id(page.obj_token).build())).document.revision_id
assert revision == first.document_revision_id

# What a person writes stands between, and edits name the block.
act(do="add_block", document=page.obj_token, index=2, text="我补充一句")
change = UpdateBlockRequest({"block_id": listed[2].block_id, "update_text_elements": {"elements": [run("首版支持 CSV 和 Excel")]}})
body = BatchUpdateDocumentBlockRequestBody.builder().requests([change]).build()
request = BatchUpdateDocumentBlockRequest.builder().document_id(page.obj_token).document_revision_id(-1).client_token(str(uuid.uuid4()))
passed(client.docx.v1.document_block.batch_update(request.request_body(body).build()))
assert [b.text.elements[0].text_run.content for b in blocks() if b.block_type == 2] == ["我补充一句"]


def delete(start, end, revision):
    body = BatchDeleteDocumentBlockChildrenRequestBody.builder().start_index(start).end_index(end).build()
    request = BatchDeleteDocumentBlockChildrenRequest.builder().document_id(page.obj_token).block_id(page.obj_token)
    request = request.document_revision_id(revision).client_token(str(uuid.uuid4())).request_body(body)
    return client.docx.v1.document_block_children.batch_delete(request.build())


assert delete(3, 4, revision).code == 1770001, "an older revision"
revision = passed(client.docx.v1.document.get(GetDocumentRequest.builder().document_id(page.obj_token).build())).document.revision_id
passed(delete(3, 4, revision))
assert [block.block_type for block in blocks()[1:]] == [3, 12, 2, 22]
assert create([Block({"block_type": 31, "table": {"property": {"row_size": 1, "column_size": 1}}})]).code == 1770029

# A Bitable in the space, with a table of our own.
base = make("协作台账", "bitable", top.node_token).obj_token
columns = [("沟通主题", 1, None), ("平台", 4, None), ("负责人", 3, None), ("截止", 5, {"date_formatter": "yyyy-MM-dd HH:mm"}), ("编号", 15, None), ("人", 11, None)]
fields = []
for name, kind, prop in columns:
    field = {"field_name": name, "type": kind}
    fields.append({**field, "property": prop} if prop else field)
table_body = CreateAppTableRequestBody.builder().table(ReqTable({"name": "记录表", "fields": fields})).build()
request = CreateAppTableRequest.builder().app_token(base).request_body(table_body).build()
table = passed(client.bitable.v1.app_table.create(request)).table_id
duplicate = client.bitable.v1.app_table.create(request)
assert duplicate.code == 1254013, (duplicate.code, duplicate.msg)
names = [table.name for table in passed(client.bitable.v1.app_table.list(ListAppTableRequest.builder().app_token(base).build())).items]
assert "记录表" in names
request = ListAppTableFieldRequest.builder().app_token(base).table_id(table).page_size(100).build()
listed = passed(client.bitable.v1.app_table_field.list(request)).items
assert [(field.field_name, field.type) for field in listed] == [(name, kind) for name, kind, _ in columns]
assert listed[0].is_primary is True
field = AppTableField.builder().field_name("备注").type(1).build()
request = CreateAppTableFieldRequest.builder().app_token(base).table_id(table).client_token(str(uuid.uuid4())).request_body(field).build()
made = passed(client.bitable.v1.app_table_field.create(request)).field
field = AppTableField.builder().field_name("备注/后续行动").type(1).build()
request = UpdateAppTableFieldRequest.builder().app_token(base).table_id(table).field_id(made.field_id).request_body(field).build()
assert passed(client.bitable.v1.app_table_field.update(request)).field.field_name == "备注/后续行动"

# Rows: 500 at once, the same client_token makes them once; answers repeat the written form, searches the read form.
person = simulator.person("liqiang")["feishu"]["open_id"]


def cells(number):
    return {
        "沟通主题": f"主题 {number}",
        "平台": ["飞书", "钉钉"],
        "负责人": "李强",
        "截止": 1764205200000,
        "编号": {"text": f"产品部-2026-{number:04}", "link": f"https://huan.example/r/{number}"},
        "人": [{"id": person}],
    }


def batch(rows, token):
    body = BatchCreateAppTableRecordRequestBody.builder().records([AppTableRecord({"fields": row}) for row in rows]).build()
    request = BatchCreateAppTableRecordRequest.builder().app_token(base).table_id(table).user_id_type("open_id")
    return client.bitable.v1.app_table_record.batch_create(request.client_token(token).request_body(body).build())


token = str(uuid.uuid4())
rows = [cells(number) for number in range(500)]
first = passed(batch(rows, token)).records
assert [record.record_id for record in passed(batch(rows, token)).records] == [record.record_id for record in first]
assert first[0].fields["沟通主题"] == "主题 0"
assert batch([cells(0)] * 501, str(uuid.uuid4())).code == 1254104
assert batch([{"没有这列": "x"}], str(uuid.uuid4())).code == 1254045
assert batch([{"截止": "明天"}], str(uuid.uuid4())).code == 1254064
assert batch([cells(0)], "not-a-uuid").code == 1254037


def search(page_token=None):
    body = SearchAppTableRecordRequestBody.builder().automatic_fields(True).build()
    request = SearchAppTableRecordRequest.builder().app_token(base).table_id(table).user_id_type("open_id").page_size(400)
    if page_token:
        request = request.page_token(page_token)
    return passed(client.bitable.v1.app_table_record.search(request.request_body(body).build()))


one = search()
two = search(one.page_token)
assert (one.has_more, two.has_more, one.total, len(one.items) + len(two.items)) == (True, False, 500, 500)
seen = one.items[0]
assert seen.fields["沟通主题"] == [{"text": "主题 0", "type": "text"}] and seen.fields["负责人"] == "李强"
assert seen.fields["编号"]["text"] == "产品部-2026-0000" and seen.fields["人"][0]["id"] == person
assert seen.last_modified_time and seen.last_modified_by.id == feishu["robot_open_id"]

# Only the given cells change; null clears one. A person's edit is theirs.
# The SDK leaves null out of what it sends, so that cell is cleared without it.
body = AppTableRecord({"fields": {"沟通主题": "改过的"}})
request = UpdateAppTableRecordRequest.builder().app_token(base).table_id(table).record_id(first[0].record_id).request_body(body).build()
passed(client.bitable.v1.app_table_record.update(request))
row = f"{feishu['base_url']}/open-apis/bitable/v1/apps/{base}/tables/{table}/records/{first[0].record_id}"
headers = {"Authorization": f"Bearer {TokenManager.get_self_tenant_token(client._config)}"}
assert requests.put(row, json={"fields": {"截止": None}}, headers=headers, timeout=10).json()["code"] == 0
body = BatchUpdateAppTableRecordRequestBody.builder().records([AppTableRecord({"record_id": first[1].record_id, "fields": {"负责人": "周婷"}})]).build()
request = BatchUpdateAppTableRecordRequest.builder().app_token(base).table_id(table).request_body(body).build()
passed(client.bitable.v1.app_table_record.batch_update(request))
act(do="edit_row", base=base, table=table, record=first[1].record_id, cells={"沟通主题": "李强改的"})
body = BatchGetAppTableRecordRequestBody.builder().record_ids([first[0].record_id, first[1].record_id, "recNothing"]).automatic_fields(True).build()
request = BatchGetAppTableRecordRequest.builder().app_token(base).table_id(table).request_body(body).build()
answer = passed(client.bitable.v1.app_table_record.batch_get(request))
assert answer.absent_record_ids == ["recNothing"]
assert "截止" not in answer.records[0].fields and answer.records[1].fields["负责人"] == "周婷"
assert answer.records[1].last_modified_by.id == person

# The app is told of changes once it asked for that.
passed(client.drive.v1.file.subscribe(SubscribeFileRequest.builder().file_token(base).file_type("bitable").build()))
body = BatchDeleteAppTableRecordRequestBody.builder().records([first[2].record_id]).build()
request = BatchDeleteAppTableRecordRequest.builder().app_token(base).table_id(table).request_body(body).build()
assert passed(client.bitable.v1.app_table_record.batch_delete(request)).records[0].deleted is True
print("ok")
