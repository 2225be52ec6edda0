//! The demonstration, as it is played from the simulators' page.

use std::{future::Future, path::PathBuf, time::Duration};

use huan::{DemoOptions, RunningDemo};
use huan_sim::PlatformName::{Dingtalk, Feishu};
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
async fn what_somebody_does_on_teambition_reaches_the_hub() {
    let (demo, data) = demo("teambition").await;
    let project = demo.sim.connection().teambition.project_id;
    let task = json!({"projectId": project, "content": "核对支付失败的订单"});
    demo.sim.teambition().as_person("zhengxue", "POST", "/v3/task/create", task).unwrap();
    let taken = || {
        demo.sim
            .journal(&Default::default())
            .iter()
            .any(|entry| entry.operation == "event v3.task.create" && entry.outcome["answered"] == true)
    };
    until("the hub has taken the event", async || taken()).await;
    end(demo, data).await;
}
