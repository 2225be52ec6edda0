//! Events that come twice, are forged, or are told again.

use huan_connect::http::Http;
use huan_core::task::Stage;
use huan_sim::{
    Fault, FaultKind,
    PlatformName::{Dingtalk, Feishu},
};
use serde_json::json;

use crate::world::World;

const TASK: &str = "@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前";

on_both! {
    f4_an_event_that_comes_twice_is_one_event
    f4_a_press_that_comes_twice_is_one_answer
    f4_a_forged_callback_changes_nothing
}

fn everything_twice(world: &World) {
    world.sim.set_fault(Fault {
        id: 0,
        platform: None,
        operation: "*".to_owned(),
        kind: FaultKind::Duplicate,
        times: None,
    });
}

async fn f4_an_event_that_comes_twice_is_one_event(world: World) {
    everything_twice(&world);
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    world.settle().await;
    assert_eq!(world.tasks().await.len(), 1);
    assert_eq!(world.told(Feishu, "liqiang").len(), 1, "the owner is asked once");
    let answers = world.group(Dingtalk, "product_v2", "wangxiao");
    assert_eq!(answers.iter().filter(|message| message.person.is_none()).count(), 1, "the group is answered once");
    world.end().await;
}

async fn f4_a_press_that_comes_twice_is_one_answer(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    everything_twice(&world);
    world.press(Feishu, "liqiang", "承接", &[]).await;
    world.settle().await;
    assert_eq!(world.tasks().await[0].state.stage(), Stage::InProgress);
    assert_eq!(world.told(Dingtalk, "wangxiao").len(), 1, "the initiator is told once");
    assert_eq!(world.told(Feishu, "liqiang").len(), 1, "and the owner is told of no mistake");
    world.end().await;
}

async fn f4_a_forged_callback_changes_nothing(world: World) {
    let http = Http::new().unwrap();
    let message = json!({
        "schema": "2.0",
        "header": { "event_id": "forged", "event_type": "im.message.receive_v1", "token": "guessed", "app_id": "cli_x" },
        "event": { "message": { "message_id": "om_forged", "content": "{\"text\":\"任务 伪造 @李强\"}" } },
    });
    let robot = json!({
        "msgtype": "text", "text": { "content": TASK }, "msgId": "forged", "conversationType": "2",
        "conversationId": "cidforged", "senderStaffId": "manager", "senderNick": "王晓",
    });
    let (feishu, dingtalk) = (&world.company.feishu, &world.company.dingtalk);
    for (address, body) in [
        (world.callback(feishu, ""), &message),
        (world.callback(feishu, ""), &json!({ "encrypt": "bm90IGdlbnVpbmU=" })),
        (world.callback(dingtalk, "/robot"), &robot),
        (world.callback(dingtalk, "/event"), &json!({ "encrypt": "bm90IGdlbnVpbmU=" })),
        (world.callback(dingtalk, "/card"), &json!({ "outTrackId": "tsk", "userId": "manager", "content": "{}" })),
    ] {
        let forged = http.post(address.as_str()).header("timestamp", "1700000000000").header("sign", "Z3Vlc3NlZA==");
        let answer = forged.json(body).send().await.unwrap();
        assert!((400..500).contains(&answer.status), "{address}: {}", answer.status);
    }
    let unknown = world.callback(feishu, "").as_str().replace("acc_", "acc_0");
    assert_eq!(http.post(&unknown).json(&message).send().await.unwrap().status, 404);
    world.settle().await;
    assert_eq!(world.tasks().await.len(), 0);
    let known = world.app.db.read().await.unwrap().events_open().await.unwrap();
    assert_eq!(known, 0, "nothing was stored");
    world.end().await;
}
