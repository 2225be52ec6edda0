//! Interactive cards (§8).

use std::collections::BTreeMap;
use std::time::Duration;

use huan_sim::{PlatformName, Press, SimOptions};
use serde_json::{Value, json};

use super::stream::Program;
use super::{Desk, refused};

const CREATE: &str = "/v1.0/card/instances/createAndDeliver";
const CARD: &str = "/v1.0/card/instances";

/// A card in the project group, with a button and a form.
fn card(desk: &Desk, id: &str) -> Value {
    json!({
        "cardTemplateId": desk.connection.dingtalk.card_templates[0], "outTrackId": id, "callbackType": "STREAM",
        "cardData": {"cardParamMap": {
            "title": "任务", "tone": "orange", "buttons": json!([{"id": "task.accept", "text": "承接", "value": "tsk_1"}]).to_string(),
            "input1_label": "理由", "submit": json!({"id": "task.decline", "text": "提交"}).to_string(),
        }},
        "imGroupOpenSpaceModel": {"supportForward": false},
        "openSpaceId": format!("dtv1.card//IM_GROUP.{}", desk.group("product_v2")),
        "imGroupOpenDeliverModel": {"robotCode": desk.robot()},
    })
}

/// The card with some members changed; null takes one out.
fn changed(mut card: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            card.as_object_mut().unwrap().remove(name);
        } else {
            card[name] = value.clone();
        }
    }
    card
}

#[tokio::test]
async fn a_card_that_is_wrong_is_refused_with_the_code_of_section_8_4() {
    let desk = Desk::standing().await;
    let long = "x".repeat(1025);
    let table = [
        (json!({"cardTemplateId": null}), "param.cardTemplateIdEmpty"),
        (json!({"cardTemplateId": "x.schema"}), "param.templateNotExist"),
        (json!({"cardTemplateId": "0d7c2a3e-draft-unpublished.schema"}), "param.templateUnpublished"),
        (json!({"outTrackId": null}), "param.outTrackIdEmpty"),
        (json!({"outTrackId": "x".repeat(101)}), "param.invalid"),
        (json!({"cardData": null}), "param.cardPublicDataEmpty"),
        (json!({"cardData": {"cardParamMap": {"count": 1}}}), "param.invalid"),
        (json!({"cardData": {"cardParamMap": {"title": long}}}), "param.invalid"),
        (json!({"callbackType": "stream"}), "param.invalid"),
        (json!({"callbackType": "HTTP"}), "param.invalid"),
        (json!({"privateData": {"nobody": {"cardParamMap": {}}}}), "param.userIdNotExist"),
        (json!({"imGroupOpenSpaceModel": {}}), "param.openSpaceModelInvalid"),
        (json!({"imGroupOpenSpaceModel": null}), "param.openSpaceModelInvalid"),
        (json!({"openSpaceId": null}), "param.openSpaceIdEmpty"),
        (json!({"openSpaceId": "IM_GROUP.cid"}), "param.openSpaceIdInvalid"),
        (json!({"imGroupOpenDeliverModel": null}), "param.openDeliverModelEmpty"),
        (json!({"imGroupOpenDeliverModel": {"robotCode": "dingother"}}), "param.openDeliverModelError"),
    ];
    desk.sim.dingtalk().configure(|settings| settings.calls_per_second = 100);
    for (change, code) in table {
        let (status, body) = desk.app(CREATE, changed(card(&desk, "c"), change.clone())).await;
        assert_eq!(
            (status, body["code"].as_str(), body["message"].as_str()),
            (400, Some(code), Some(code)),
            "{change}"
        );
    }
    assert!(desk.messages("product_v2", None).is_empty());
    assert_eq!(desk.app(CREATE, card(&desk, "c")).await.0, 200);
    refused(desk.app(CREATE, card(&desk, "c")).await, 400, "param.cardAlreadyExist");
    assert_eq!(desk.messages("product_v2", None).len(), 1);
}

#[tokio::test]
async fn delivery_fails_per_place() {
    let desk = Desk::standing().await;
    let places = format!("dtv1.card//IM_GROUP.cidnowhere==;im_group.{}", desk.group("product_v2"));
    let (status, body) = desk.app(CREATE, changed(card(&desk, "c"), json!({"openSpaceId": places}))).await;
    assert_eq!(status, 200);
    let results = body["result"]["deliverResults"].as_array().unwrap();
    assert_eq!(results.iter().map(|result| result["success"].as_bool().unwrap()).collect::<Vec<_>>(), [false, true]);
    let carrier = results[1]["carrierId"].as_str().unwrap();
    let query =
        json!({"robotCode": desk.robot(), "openConversationId": desk.group("product_v2"), "processQueryKey": carrier});
    assert_eq!(desk.app("/v1.0/robot/groupMessages/query", query).await.1["sendStatus"], "SUCCESS");
}

#[tokio::test]
async fn only_the_recipients_see_a_card_meant_for_them() {
    let desk = Desk::standing().await;
    let model = json!({"robotCode": desk.robot(), "recipients": [desk.user("hejing")], "atUserIds": {"@ALL": "@ALL"}});
    desk.app(CREATE, changed(card(&desk, "c"), json!({"imGroupOpenDeliverModel": model}))).await;
    assert_eq!(desk.messages("product_v2", Some("hejing")).len(), 1);
    assert!(desk.messages("product_v2", Some("wangxiao")).is_empty());
    assert_eq!(desk.last("product_v2", Some("hejing")).mentions, ["all"]);
}

#[tokio::test]
async fn an_update_overwrites_or_merges() {
    let desk = Desk::standing().await;
    desk.app(CREATE, card(&desk, "c")).await;
    let by_key = json!({"outTrackId": "c", "cardData": {"cardParamMap": {"title": "已承接"}},
        "cardUpdateOptions": {"updateCardDataByKey": true}});
    assert_eq!(desk.put(CARD, by_key).await.1, json!({"success": true, "result": true}));
    assert_eq!(desk.last("product_v2", None).text, "已承接\n[承接]\n理由\n[提交]");
    let whole = json!({"outTrackId": "c", "cardData": {"cardParamMap": {"title": "已完成"}}});
    desk.put(CARD, whole).await;
    assert_eq!(desk.last("product_v2", None).text, "已完成");
    refused(desk.put(CARD, json!({"outTrackId": "c"})).await, 400, "param.cardDataAndPrivateDataBothEmpty");
    let unknown = json!({"outTrackId": "d", "cardData": {"cardParamMap": {}}});
    refused(desk.put(CARD, unknown).await, 400, "param.cardNotExist");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_tells_who_pressed_what_and_the_answer_is_for_the_presser() {
    let desk = Desk::standing().await;
    let mut program = Program::connect(&desk).await;
    desk.app(CREATE, card(&desk, "c")).await;
    let message = desk.last("product_v2", None).id;
    let press = Press {
        person: "hejing".into(),
        message,
        button: "提交".into(),
        form: BTreeMap::from([("input1".to_owned(), json!("人手不足"))]),
    };
    let (pressed, ()) = tokio::join!(desk.sim.press(PlatformName::Dingtalk, press), async {
        let frame = program.next().await;
        assert_eq!(frame["headers"]["topic"], "/v1.0/card/instances/callback");
        let data = Program::data(&frame);
        assert_eq!((&data["type"], &data["outTrackId"]), (&json!("actionCallback"), &json!("c")));
        assert_eq!(
            (&data["userId"], &data["spaceId"]),
            (&json!(desk.user("hejing")), &json!(desk.group("product_v2")))
        );
        let content: Value = serde_json::from_str(data["content"].as_str().unwrap()).unwrap();
        let params = json!({"action": "task.decline", "input1": "人手不足"});
        assert_eq!(content, json!({"cardPrivateData": {"actionIds": ["task.decline"], "params": params}}));
        assert_eq!((&data["value"], &data["extension"]), (&data["content"], &json!("{}")));
        let answer = json!({"cardUpdateOptions": {"updateCardDataByKey": true}, "cardData": {"cardParamMap": {"title": "已记下"}}});
        program.ack(&frame, json!({"response": answer})).await;
    });
    assert_eq!(pressed.unwrap().error, None);
    assert!(desk.last("product_v2", Some("hejing")).text.starts_with("已记下"));
    assert!(desk.last("product_v2", Some("wangxiao")).text.starts_with("任务"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_is_not_answered_in_time_fails_for_the_person() {
    let desk = Desk::with(SimOptions { answer_limit: Some(Duration::from_millis(100)), ..SimOptions::default() }).await;
    let mut program = Program::connect(&desk).await;
    desk.app(CREATE, card(&desk, "c")).await;
    let message = desk.last("product_v2", None).id;
    let pressed = desk.press("hejing", &message, "承接").await;
    assert!(pressed.error.is_some());
    // An answer that comes too late changes nothing.
    let frame = program.next().await;
    let answer =
        json!({"cardUpdateOptions": {"updateCardDataByKey": true}, "cardData": {"cardParamMap": {"title": "迟"}}});
    program.ack(&frame, json!({"response": answer})).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(desk.last("product_v2", Some("hejing")).text.starts_with("任务"));
}

#[tokio::test]
async fn a_card_without_callback_cannot_be_pressed_with_effect() {
    let desk = Desk::standing().await;
    desk.app(CREATE, changed(card(&desk, "c"), json!({"callbackType": null}))).await;
    let message = desk.last("product_v2", None).id;
    assert!(desk.press("hejing", &message, "承接").await.error.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn union_ids_are_used_where_the_request_says_so() {
    let desk = Desk::standing().await;
    let mut program = Program::connect(&desk).await;
    let hejing = desk.connection.people.iter().find(|person| person.person.key == "hejing").unwrap();
    let union_id = hejing.dingtalk.as_ref().unwrap().union_id.clone();
    let change = json!({"userIdType": 2, "imRobotOpenSpaceModel": {"supportForward": true},
        "openSpaceId": format!("dtv1.card//IM_ROBOT.{union_id}"), "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
        "privateData": {union_id.as_str(): {"cardParamMap": {"note": "只给你"}}}});
    let (status, body) = desk.app(CREATE, changed(card(&desk, "c"), change)).await;
    assert_eq!(status, 200, "{body}");
    let shown = desk.last("hejing", None);
    assert!(shown.text.ends_with("只给你"));
    let (_, ()) = tokio::join!(desk.press("hejing", &shown.id, "承接"), async {
        let frame = program.next().await;
        let data = Program::data(&frame);
        assert_eq!((&data["userId"], &data["userIdType"]), (&json!(union_id), &json!(2)));
        program.ack(&frame, json!({"response": {}})).await;
    });
}

#[tokio::test]
async fn a_streamed_variable_grows_or_is_replaced() {
    let desk = Desk::standing().await;
    desk.app(CREATE, card(&desk, "c")).await;
    let stream = |content: &str, full: bool| json!({"outTrackId": "c", "guid": "g", "key": "body", "content": content, "isFull": full, "isFinalize": false, "isError": false});
    desk.put("/v1.0/card/streaming", stream("一", true)).await;
    desk.put("/v1.0/card/streaming", stream("二", false)).await;
    assert!(desk.last("product_v2", None).text.contains("一二"));
    let without_key = json!({"outTrackId": "c", "guid": "g", "content": "x"});
    refused(desk.put("/v1.0/card/streaming", without_key).await, 400, "param.stream.keyEmpty");
}

#[tokio::test]
async fn a_callback_route_is_changed_only_by_force() {
    let desk = Desk::standing().await;
    let register = |url: &str, force: bool| json!({"callbackRouteKey": "k", "callbackUrl": url, "apiSecret": "s", "forceUpdate": force});
    let path = "/v1.0/card/callbacks/register";
    assert_eq!(desk.app(path, register("http://a.example/", false)).await.0, 200);
    assert_eq!(desk.app(path, register("http://a.example/", false)).await.0, 200);
    refused(desk.app(path, register("http://b.example/", false)).await, 500, "param.callbackRouteKeyExist");
    let (_, body) = desk.app(path, register("http://b.example/", true)).await;
    assert_eq!(body["result"], json!({"callbackUrl": "http://b.example/", "apiSecret": "s"}));
}

#[tokio::test]
async fn an_action_card_opens_its_links() {
    let desk = Desk::standing().await;
    let param = json!({"title": "任务", "text": "请答复", "buttonTitle1": "承接", "buttonUrl1": "https://example.com/a",
        "buttonTitle2": "暂不承接", "buttonUrl2": "https://example.com/d"});
    let body = json!({"robotCode": desk.robot(), "openConversationId": desk.group("product_v2"), "msgKey": "sampleActionCard6",
        "msgParam": param.to_string()});
    assert_eq!(desk.app("/v1.0/robot/groupMessages/send", body).await.0, 200);
    let message = desk.last("product_v2", None);
    assert_eq!(message.text, "任务\n请答复\n[承接]\n[暂不承接]");
    let pressed = desk.press("hejing", &message.id, "暂不承接").await;
    assert_eq!(pressed.open_url.as_deref(), Some("https://example.com/d"));
}
