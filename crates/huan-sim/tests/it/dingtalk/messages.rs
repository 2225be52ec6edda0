//! The app's robot: what is refused, recall, receipts, work notifications, groups (§3).

use huan_sim::{PlatformName, Read};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, refused};

const DAY: u64 = 24 * 60 * 60;

async fn send_to(desk: &Desk, users: Vec<String>) -> (u16, Value) {
    let body = json!({"robotCode": desk.robot(), "userIds": users, "msgKey": "sampleText", "msgParam": "{\"content\":\"hi\"}"});
    desk.app("/v1.0/robot/oToMessages/batchSend", body).await
}

#[tokio::test]
async fn direct_messages_reach_some_and_name_the_others() {
    let desk = Desk::standing().await;
    desk.sim.dingtalk().configure(|settings| {
        settings.flow_controlled.insert("wugang".into());
    });
    let users = vec![desk.user("wangxiao"), desk.user("wugang"), "nobody".to_owned()];
    let (status, answer) = send_to(&desk, users).await;
    assert_eq!(status, 200);
    assert_eq!(answer["invalidStaffIdList"], json!(["nobody"]));
    assert_eq!(answer["flowControlledStaffIdList"], json!([desk.user("wugang")]));
    assert_eq!(desk.last("wangxiao", None).text, "hi");
    assert!(desk.messages("wugang", None).is_empty());
    refused(send_to(&desk, vec!["x".into(); 21]).await, 400, "invalidParameter.userIds.overMax");
    refused(send_to(&desk, Vec::new()).await, 400, "invalidParameter.userIds.empty");
}

#[tokio::test]
async fn msg_param_is_json_inside_a_string() {
    let desk = Desk::standing().await;
    let body = json!({"robotCode": desk.robot(), "openConversationId": desk.group("product_v2"), "msgKey": "sampleText",
        "msgParam": {"content": "an object"}});
    refused(desk.app("/v1.0/robot/groupMessages/send", body).await, 400, "invalidParameter.msgParam.invalid");
}

#[tokio::test]
async fn messages_to_a_group_mention_nobody() {
    let desk = Desk::standing().await;
    desk.send_text("product_v2", &format!("@{} 请看", desk.user("hejing"))).await;
    assert!(desk.last("product_v2", None).mentions.is_empty());
}

#[tokio::test]
async fn a_direct_message_can_be_taken_back_for_a_day() {
    let desk = Desk::standing().await;
    let (_, first) = send_to(&desk, vec![desk.user("wangxiao")]).await;
    desk.advance(DAY / 2);
    let (_, second) = send_to(&desk, vec![desk.user("wangxiao")]).await;
    desk.advance(DAY / 2 + 1);
    let (first, second) = (first["processQueryKey"].as_str().unwrap(), second["processQueryKey"].as_str().unwrap());
    let body = json!({"robotCode": desk.robot(), "processQueryKeys": [first, second]});
    let (status, answer) = desk.app("/v1.0/robot/otoMessages/batchRecall", body).await;
    assert_eq!(status, 200);
    assert_eq!(answer["successResult"], json!([second]));
    assert_eq!(answer["failedResult"][first], "robot.processQueryKey.expired");
    let recalled: Vec<bool> = desk.messages("wangxiao", None).iter().map(|message| message.recalled).collect();
    assert_eq!(recalled, [false, true]);
}

#[tokio::test]
async fn a_message_is_taken_back_only_from_its_own_group() {
    let desk = Desk::standing().await;
    let key = desk.send_text("product_v2", "x").await;
    let recall =
        |group: String| json!({"robotCode": desk.robot(), "openConversationId": group, "processQueryKeys": [key]});
    let (_, answer) = desk.app("/v1.0/robot/groupMessages/recall", recall(desk.group("ops_duty"))).await;
    assert_eq!(answer["successResult"], json!([]));
    assert!(!desk.last("product_v2", None).recalled);
    let (_, answer) = desk.app("/v1.0/robot/groupMessages/recall", recall(desk.group("product_v2"))).await;
    assert_eq!(answer["successResult"], json!([key]));
    assert!(desk.last("product_v2", None).recalled);
}

#[tokio::test]
async fn receipts_are_paged_and_end_after_a_day() {
    let desk = Desk::standing().await;
    let key = desk.send_text("product_v2", "x").await;
    let message = desk.last("product_v2", None).id;
    for person in ["wangxiao", "hejing", "chenming"] {
        let read = Read { person: person.into(), message: message.clone() };
        desk.sim.read(PlatformName::Dingtalk, read).unwrap();
    }
    let query = |next: Value| {
        json!({"robotCode": desk.robot(), "openConversationId": desk.group("product_v2"), "processQueryKey": key,
            "maxResults": 2, "nextToken": next})
    };
    let (_, first) = desk.app("/v1.0/robot/groupMessages/query", query(Value::Null)).await;
    assert_eq!((first["readUserIds"].as_array().unwrap().len(), &first["hasMore"]), (2, &json!(true)));
    let (_, rest) = desk.app("/v1.0/robot/groupMessages/query", query(first["nextToken"].clone())).await;
    assert_eq!((rest["readUserIds"].as_array().unwrap().len(), &rest["hasMore"]), (1, &json!(false)));
    desk.advance(DAY + 1);
    refused(desk.app("/v1.0/robot/groupMessages/query", query(Value::Null)).await, 400, "processQueryKey.expireTime");
    let path = format!("/v1.0/robot/oToMessages/readStatus?robotCode={}&processQueryKey=none", desk.robot());
    refused(desk.call(Method::GET, &path, Some(&desk.token().await), None).await, 400, "invalid.processQueryKey");
}

#[tokio::test]
async fn the_same_work_notification_is_delivered_once_a_day() {
    let desk = Desk::standing().await;
    let body = json!({"agent_id": desk.connection.dingtalk.agent_id, "userid_list": desk.user("hejing"),
        "msg": {"msgtype": "action_card", "action_card": {"title": "日报", "markdown": "请填写", "single_title": "打开",
            "single_url": "https://example.com/"}}});
    for _ in 0..3 {
        let answer = desk.old("/topapi/message/corpconversation/asyncsend_v2", body.clone()).await;
        assert!(answer["errcode"] == 0 && answer["task_id"].is_u64(), "{answer}");
    }
    assert_eq!(desk.messages("hejing", None).len(), 1);
    desk.advance(DAY);
    desk.old("/topapi/message/corpconversation/asyncsend_v2", body).await;
    assert_eq!(desk.messages("hejing", None).len(), 2);
    assert_eq!(desk.last("hejing", None).sender, "工作通知 · 环");
}

#[tokio::test]
async fn groups_and_the_robots_in_them() {
    let desk = Desk::standing().await;
    let create =
        json!({"name": "临时群", "owner": desk.user("hejing"), "useridlist": [desk.user("wangxiao")], "uuid": "g-1"});
    let (status, made) = desk.app("/v1.0/im/group/create", create.clone()).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(desk.app("/v1.0/im/group/create", create).await.1, made);
    let convert = format!("/v1.0/im/chat/{}/convertToOpenConversationId", made["chatid"].as_str().unwrap());
    let (_, converted) = desk.call(Method::POST, &convert, Some(&desk.token().await), None).await;
    assert_eq!(converted["openConversationId"], made["openConversationId"]);
    let strangers = json!({"name": "群", "owner": "nobody", "useridlist": []});
    refused(desk.app("/v1.0/im/group/create", strangers).await, 400, "permession.checkFailed");
    let seeded = json!({"openConversationId": desk.group("product_v2")});
    let (_, robots) = desk.app("/v1.0/robot/groups/robots/query", seeded).await;
    let kinds: Vec<i64> = robots["chatbotInstanceVOList"]
        .as_array()
        .unwrap()
        .iter()
        .map(|robot| robot["openRobotType"].as_i64().unwrap())
        .collect();
    assert_eq!(kinds, [2, 1]);
    let (_, installed) = desk.app("/v1.0/robot/installed/groups/query", json!({"robotCode": desk.robot()})).await;
    assert_eq!(installed["openConversationIds"].as_array().unwrap().len(), 4);
}
