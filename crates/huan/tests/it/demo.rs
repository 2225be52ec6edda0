//! The demonstration, as it is played from the simulators' page.

use std::{future::Future, path::PathBuf, time::Duration};

use huan::{DemoOptions, RunningDemo};
use huan_sim::PlatformName::{Dingtalk, Feishu};
use huan_store::{Page, TaskFilter, TaskSort};
use jiff::{SignedDuration, civil::time, tz::TimeZone};
use serde_json::json;

/// How long something that follows by itself may take.
const PATIENCE: Duration = Duration::from_secs(60);

async fn demo(name: &str) -> (RunningDemo, PathBuf) {
    let data = std::env::temp_dir().join(format!("huan-demo-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&data).unwrap();
    let options =
        DemoOptions { port: 0, feishu_port: 0, dingtalk_port: 0, teambition_port: 0, data: data.clone(), keep: false };
    (RunningDemo::start(options).await.unwrap(), data)
}

async fn end(demo: RunningDemo, data: PathBuf) {
    demo.stop().await;
    std::fs::remove_dir_all(data).unwrap();
}

async fn until<F: Future<Output = bool>>(what: &str, mut reached: impl FnMut() -> F) {
    let waited = async {
        while !reached().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.unwrap_or_else(|_| panic!("waited too long until {what}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_payment_module_breaks_at_the_press_of_a_button() {
    let (demo, data) = demo("payment").await;
    let said = |platform, group: &str, words: &str, by_a_person: bool| {
        let messages = demo.sim.messages(platform, group, None);
        messages.iter().any(|message| message.person.is_some() == by_a_person && message.text.contains(words))
    };
    demo.sim.play("payment_breaks").unwrap();
    until("somebody calls for help", async || said(Dingtalk, "ops_duty", "支付模块故障", true)).await;
    assert!(said(Feishu, "product_v2_dev", "支付接口大面积超时", true));
    until("Huan has heard it", async || said(Dingtalk, "ops_duty", "", false)).await;
    end(demo, data).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_morning_comes_for_the_hub_and_the_platforms() {
    let (demo, data) = demo("morning").await;
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let before = demo.hub.app.now().to_zoned(zone.clone());
    demo.sim.play("next_morning").unwrap();
    let now = || demo.hub.app.now().to_zoned(zone.clone());
    until("it is the next morning", async || now().date() > before.date() && now().time() >= time(9, 0, 0, 0)).await;
    assert!(now().time() < time(9, 5, 0, 0), "{}", now());
    let apart = demo.sim.now().duration_since(demo.hub.app.now()).abs();
    assert!(apart < SignedDuration::from_secs(5), "hub and platforms are {apart:#} apart");
    end(demo, data).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d5_the_first_collaboration_and_the_board_are_in_step() {
    let (demo, data) = demo("board").await;
    let board = || demo.sim.state(None).teambition.projects.remove(0);
    let on_board = |name: &str| board().tasks.into_iter().find(|task| task.content == name);
    let in_hub = async |name: &str| {
        let mut conn = demo.hub.app.db.read().await.unwrap();
        let filter = TaskFilter::default();
        let listed = conn.tasks(&demo.hub.app.workspace, &filter, TaskSort::Number, &Page::first(200)).await.unwrap();
        listed.rows.into_iter().find(|task| task.name == name)
    };
    let drawing = "输出数据导出功能的交互原型";
    until("the hub's tasks are on the board", async || on_board(drawing).is_some()).await;

    let path = format!("/v3/task/{}/content", on_board(drawing).unwrap().id);
    let number = in_hub(drawing).await.unwrap().number;
    let teambition = demo.sim.teambition();
    teambition.as_person("zhouting", "PUT", &path, json!({"content": "输出导出功能的可点击原型"})).unwrap();
    until("the hub knows the new name", async || in_hub("输出导出功能的可点击原型").await.is_some()).await;
    assert_eq!(in_hub("输出导出功能的可点击原型").await.unwrap().number, number, "it is the same task");

    let people = demo.sim.connection().people;
    let executor = people.iter().find(|known| known.person.key == "wugang").unwrap().teambition.as_ref().unwrap();
    let task = json!({"projectId": board().id, "content": "核对支付失败的订单", "executorId": executor.user_id});
    teambition.as_person("zhengxue", "POST", "/v3/task/create", task).unwrap();
    until("the hub has the new task", async || in_hub("核对支付失败的订单").await.is_some()).await;
    end(demo, data).await;
}
