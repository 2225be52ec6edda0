//! Cards: updates by PATCH, by the answer to a press, and by token.

use std::collections::BTreeMap;
use std::time::Duration;

use huan_sim::view::Body;
use huan_sim::{Press, SimError};
use serde_json::{Value, json};

use super::http_push::pushing;
use super::{FEISHU, GROUP, Tenant, card};

fn old_card(title: &str, shared: bool) -> Value {
    let button =
        json!({"tag": "button", "text": {"tag": "plain_text", "content": "承接"}, "value": {"action": "accept"}});
    json!({"config": {"update_multi": shared}, "header": {"title": {"tag": "plain_text", "content": title}},
        "elements": [{"tag": "action", "actions": [button]}]})
}

fn titles(tenant: &Tenant, viewer: &str) -> Vec<String> {
    let messages = tenant.sim.messages(FEISHU, GROUP, Some(viewer));
    let title = |body: Body| match body {
        Body::Card { card } => card.title,
        other => panic!("{other:?}"),
    };
    messages.into_iter().map(|message| title(message.body)).collect()
}

#[tokio::test]
async fn only_a_shared_card_can_be_patched_and_only_within_14_days() {
    let mut tenant = Tenant::standing().await;
    let patch = async |tenant: &Tenant, id: &str, card: Value| {
        let body = json!({"content": card.to_string()});
        tenant.call("PATCH", &format!("/open-apis/im/v1/messages/{id}"), Some(body)).await.code()
    };
    let private = tenant.send_card(GROUP, old_card("一", false)).await;
    assert_eq!(patch(&tenant, &private, old_card("二", true)).await, 230001);
    let shared = tenant.send_card(GROUP, old_card("一", true)).await;
    assert_eq!(patch(&tenant, &shared, old_card("二", true)).await, 0);
    assert_eq!(patch(&tenant, &shared, card("三")).await, 0, "1.0 may become 2.0");
    assert_eq!(patch(&tenant, &shared, old_card("四", true)).await, 230099, "2.0 can not become 1.0");
    assert_eq!(titles(&tenant, "liqiang"), ["一", "三"]);
    tenant.sim.advance(Duration::from_secs(14 * 86_400 + 1));
    tenant.token = tenant.new_token().await["tenant_access_token"].as_str().unwrap().to_owned();
    assert_eq!(patch(&tenant, &shared, card("五")).await, 230031);
}

#[tokio::test]
async fn the_answer_to_a_press_changes_a_private_card_only_for_the_one_who_pressed() {
    let tenant = Tenant::standing().await;
    let receiver = pushing(&tenant).await;
    let id = tenant.send_card(GROUP, old_card("任务", false)).await;
    let answer = json!({"toast": {"type": "success", "content": "好"}, "card": {"type": "raw", "data": old_card("已承接", false)}});
    receiver.answers.lock().unwrap().push((200, answer));
    let pressed = tenant.press("liqiang", &id, "承接").await.unwrap();
    assert_eq!(pressed.toast.unwrap().text, "好");
    assert_eq!(
        (titles(&tenant, "liqiang"), titles(&tenant, "hejing")),
        (vec!["已承接".to_owned()], vec!["任务".to_owned()])
    );
    assert!(matches!(tenant.press("sunli", &id, "承接").await, Err(SimError::NotPossible(_))), "not in the group");
}

#[tokio::test]
async fn the_token_of_a_press_updates_the_card_twice_within_half_an_hour() {
    let tenant = Tenant::standing().await;
    let receiver = pushing(&tenant).await;
    let id = tenant.send_card(GROUP, card("任务")).await;
    let mut tokens = Vec::new();
    for _ in 0..2 {
        tenant.press("liqiang", &id, "承接").await.unwrap();
        let event = receiver.received.lock().unwrap().last().unwrap().clone();
        tokens.push(event["event"]["token"].as_str().unwrap().to_owned());
    }
    let update = async |token: &str, card: Value| {
        tenant.post("/open-apis/interactive/v1/card/update", json!({"token": token, "card": card})).await.code()
    };
    assert_eq!(update("c-x", card("甲")).await, 300020);
    assert_eq!(update(&tokens[0], card("甲")).await, 0);
    assert_eq!(update(&tokens[0], card("乙")).await, 0);
    assert_eq!(update(&tokens[0], card("丙")).await, 300040);
    assert_eq!(titles(&tenant, "hejing"), ["乙"]);
    tenant.sim.advance(Duration::from_secs(1801));
    assert_eq!(update(&tokens[1], card("丁")).await, 300030);
}

#[tokio::test]
async fn an_update_by_token_before_the_press_is_answered_is_lost() {
    let tenant = Tenant::standing().await;
    let receiver = pushing(&tenant).await;
    let id = tenant.send_card(GROUP, card("任务")).await;
    let too_early = async {
        super::until("the press", || receiver.count() >= 1).await;
        let token = receiver.received.lock().unwrap()[0]["event"]["token"].as_str().unwrap().to_owned();
        let update = json!({"token": token, "card": card("太早")});
        tenant.post("/open-apis/interactive/v1/card/update", update).await.code()
    };
    *receiver.slow.lock().unwrap() = std::time::Duration::from_millis(400);
    let (pressed, code) = tokio::join!(tenant.press("liqiang", &id, "承接"), too_early);
    assert_eq!((pressed.unwrap().error, code), (None, 0));
    assert_eq!(titles(&tenant, "liqiang"), ["任务"]);
}

#[tokio::test]
async fn a_form_hands_over_its_inputs_and_insists_on_the_required_ones() {
    let tenant = Tenant::standing().await;
    let receiver = pushing(&tenant).await;
    let form = json!({"tag": "form", "name": "f", "elements": [
        {"tag": "input", "name": "reason", "required": true, "max_length": 5},
        {"tag": "column_set", "columns": [{"tag": "column", "elements": [{"tag": "date_picker", "name": "date"}]}]},
        {"tag": "button", "name": "submit", "form_action_type": "submit", "text": {"tag": "plain_text", "content": "提交"},
         "behaviors": [{"type": "callback", "value": "decline"}]}]});
    let id = tenant.send_card(GROUP, json!({"schema": "2.0", "body": {"elements": [form]}})).await;
    let submit = async |reason: &str| {
        let form = BTreeMap::from([("reason".to_owned(), json!(reason))]);
        tenant
            .sim
            .press(FEISHU, Press { person: "liqiang".into(), message: id.clone(), button: "提交".into(), form })
            .await
    };
    assert!(matches!(submit(" ").await, Err(SimError::NotPossible(_))));
    assert!(matches!(submit("六个字的理由").await, Err(SimError::NotPossible(_))));
    submit("太忙").await.unwrap();
    let action = receiver.received.lock().unwrap()[0]["event"]["action"].clone();
    assert_eq!(action["form_value"], json!({"reason": "太忙", "date": ""}));
    assert_eq!(
        (&action["value"], &action["name"], &action["tag"]),
        (&json!("decline"), &json!("submit"), &json!("button"))
    );
}
