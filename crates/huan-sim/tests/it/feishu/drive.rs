//! Pages, blocks, tables and rows beyond what the SDK judges: limits, refusals, and what people do.

use huan_sim::{DriveAct, FeishuOptions, RepeatedClientToken, SimOptions};
use serde_json::{Value, json};

use super::Tenant;

const TOKEN: &str = "fe599b60-450f-46ff-b2ef-9f6675625b97";

/// A Bitable with a table of one text column; tokens of both.
async fn table(tenant: &Tenant) -> (String, String) {
    let spaces = tenant.call("GET", "/open-apis/wiki/v2/spaces", None).await.data();
    let space = spaces["items"][0]["space_id"].as_str().unwrap().to_owned();
    let body = json!({"obj_type": "bitable", "node_type": "origin", "title": "台账"});
    let node = tenant.call("POST", &format!("/open-apis/wiki/v2/spaces/{space}/nodes"), Some(body)).await.data();
    let base = node["node"]["obj_token"].as_str().unwrap().to_owned();
    let body = json!({"table": {"name": "记录表", "fields": [{"field_name": "主题", "type": 1}]}});
    let made = tenant.call("POST", &format!("/open-apis/bitable/v1/apps/{base}/tables"), Some(body)).await.data();
    (base, made["table_id"].as_str().unwrap().to_owned())
}

fn rows(number: usize) -> Value {
    json!({"records": (0..number).map(|at| json!({"fields": {"主题": format!("主题 {at}")}})).collect::<Vec<_>>()})
}

#[tokio::test]
async fn s7_1_a_table_takes_no_more_rows_than_its_plan_and_none_of_a_call_that_is_too_much() {
    let feishu = FeishuOptions { rows_per_table: 3, ..FeishuOptions::default() };
    let tenant = Tenant::start(SimOptions { feishu, ..SimOptions::default() }).await;
    let (base, table) = table(&tenant).await;
    let path = format!("/open-apis/bitable/v1/apps/{base}/tables/{table}/records/batch_create");
    assert_eq!(tenant.call("POST", &path, Some(rows(2))).await.code(), 0);
    let refused = tenant.call("POST", &path, Some(rows(2))).await;
    assert_eq!((refused.status, refused.code()), (200, 1_254_103));
    assert_eq!(tenant.sim.feishu().drive_view().table("记录表").unwrap().1.rows.len(), 2);
}

#[tokio::test]
async fn s7_1_a_repeated_client_token_can_be_refused_or_unknown() {
    for (setting, code, left) in [
        (RepeatedClientToken::AnsweredAgain, 0, 1),
        (RepeatedClientToken::Refused, 1_255_006, 1),
        (RepeatedClientToken::Unknown, 0, 2),
    ] {
        let feishu = FeishuOptions { repeated_client_token: setting, ..FeishuOptions::default() };
        let tenant = Tenant::start(SimOptions { feishu, ..SimOptions::default() }).await;
        let (base, table) = table(&tenant).await;
        let path =
            format!("/open-apis/bitable/v1/apps/{base}/tables/{table}/records/batch_create?client_token={TOKEN}");
        assert_eq!(tenant.call("POST", &path, Some(rows(1))).await.code(), 0);
        assert_eq!(tenant.call("POST", &path, Some(rows(1))).await.code(), code, "{setting:?}");
        assert_eq!(tenant.sim.feishu().drive_view().table("记录表").unwrap().1.rows.len(), left, "{setting:?}");
    }
}

#[tokio::test]
async fn s6_1_the_fourth_edit_of_a_document_in_a_second_is_refused() {
    let tenant = Tenant::standing().await;
    let spaces = tenant.call("GET", "/open-apis/wiki/v2/spaces", None).await.data();
    let space = spaces["items"][0]["space_id"].as_str().unwrap().to_owned();
    let body = json!({"obj_type": "docx", "node_type": "origin", "title": "页"});
    let node = tenant.call("POST", &format!("/open-apis/wiki/v2/spaces/{space}/nodes"), Some(body)).await.data();
    let id = node["node"]["obj_token"].as_str().unwrap();
    let path = format!("/open-apis/docx/v1/documents/{id}/blocks/{id}/children");
    let block = json!({"children": [{"block_type": 2, "text": {"elements": [{"text_run": {"content": "一"}}]}}]});
    for _ in 0..3 {
        assert_eq!(tenant.call("POST", &path, Some(block.clone())).await.code(), 0);
    }
    let refused = tenant.call("POST", &path, Some(block)).await;
    assert_eq!((refused.status, refused.code()), (400, 99_991_400));
    assert_eq!(refused.header("x-ogw-ratelimit-reset"), Some("1"));
}

#[tokio::test]
async fn s6_2_in_a_space_that_it_is_no_member_of_the_app_may_nothing() {
    let tenant = Tenant::start(SimOptions::default()).await;
    let view = tenant.sim.feishu().drive_view();
    let closed = view.spaces.iter().find(|space| !space.app_is_member).unwrap();
    let path = format!("/open-apis/wiki/v2/spaces/{}/nodes", closed.id);
    assert_eq!(tenant.call("GET", &path, None).await.code(), 131_006);
    let act = DriveAct::SetMembership { space: closed.id.clone(), member: true };
    tenant.sim.feishu().drive_act("liqiang", act).unwrap();
    assert_eq!(tenant.call("GET", &path, None).await.code(), 0);
}
