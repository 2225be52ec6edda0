//! DING (§4).

use huan_sim::RingWay;
use serde_json::{Value, json};

use super::{Desk, refused};

async fn ding(desk: &Desk, way: i64, receivers: Vec<String>) -> (u16, Value) {
    let body =
        json!({"robotCode": desk.robot(), "remindType": way, "receiverUserIdList": receivers, "content": "故障"});
    desk.app("/v1.0/robot/ding/send", body).await
}

#[tokio::test]
async fn the_three_ways_buzz_the_receivers() {
    let desk = Desk::standing().await;
    for way in 1..=3 {
        let (status, answer) = ding(&desk, way, vec![desk.user("wugang"), desk.user("hejing")]).await;
        assert_eq!(status, 200, "{answer}");
        assert!(answer["openDingId"].is_string() && answer.get("failedList").is_none());
    }
    let ways: Vec<(RingWay, String)> = desk.sim.rings().into_iter().map(|ring| (ring.way, ring.person)).collect();
    let both = |way| [(way, "wugang".to_owned()), (way, "hejing".to_owned())];
    assert_eq!(ways, [both(RingWay::App), both(RingWay::Sms), both(RingWay::Phone)].concat());
}

#[tokio::test]
async fn receivers_are_limited_by_the_way() {
    let desk = Desk::standing().await;
    refused(ding(&desk, 3, vec!["x".into(); 21]).await, 400, "ding.receivercount.limit");
    refused(ding(&desk, 1, vec!["x".into(); 201]).await, 400, "ding.receivercount.limit");
    refused(ding(&desk, 1, vec!["x".into(); 21]).await, 400, "miss.staffId");
    refused(ding(&desk, 4, vec![desk.user("wugang")]).await, 400, "invalidParameter.param.invalid");
    refused(ding(&desk, 1, Vec::new()).await, 400, "miss.staffId");
    assert!(desk.sim.rings().is_empty());
}

#[tokio::test]
async fn calls_and_texts_must_be_paid_for() {
    let desk = Desk::standing().await;
    desk.sim.dingtalk().configure(|settings| settings.ding_calls_left = Some(1));
    let one = || vec![desk.user("wugang")];
    assert_eq!(ding(&desk, 3, one()).await.0, 200);
    refused(ding(&desk, 3, one()).await, 400, "ding.serverquota.insufficient");
    assert_eq!(ding(&desk, 1, one()).await.0, 200);
}

#[tokio::test]
async fn a_ding_that_does_not_exist_cannot_be_taken_back() {
    let desk = Desk::standing().await;
    let (_, sent) = ding(&desk, 1, vec![desk.user("wugang")]).await;
    let recall = |id: &Value| json!({"robotCode": desk.robot(), "openDingId": id});
    assert_eq!(desk.app("/v1.0/robot/ding/recall", recall(&sent["openDingId"])).await.1, sent);
    refused(desk.app("/v1.0/robot/ding/recall", recall(&json!("1"))).await, 400, "recall.ding.exception");
}
