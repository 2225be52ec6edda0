//! The demonstration, as it is played from the simulators' page.

use std::{future::Future, path::PathBuf, time::Duration};

use huan::{DemoOptions, RunningDemo};
use huan_app::{Caller, queries::Look};
use huan_core::history::Source;
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
async fn the_guide_is_followed_whichever_task_it_is_tried_with() {
    let (demo, data) = demo("guide").await;
    let app = &demo.hub.app;
    let guide = async || {
        let mut conn = app.db.read().await.unwrap();
        let anybody = conn.people(&app.workspace).await.unwrap().remove(0);
        let caller = Caller::of(&anybody, Source::Web, app.now()).unwrap();
        huan_app::demo::guide(&mut Look::new(app, &mut conn, &caller)).await.unwrap().unwrap().done
    };
    let number = async |name: &str| {
        let filter = TaskFilter { words: Some(name.to_owned()), ..TaskFilter::default() };
        let mut conn = app.db.read().await.unwrap();
        let listed = conn.tasks(&app.workspace, &filter, TaskSort::Number, &Page::first(2)).await.unwrap();
        listed.rows.into_iter().next().map(|task| task.number)
    };
    let told = async |name: &str| {
        let sentence = format!("@环 任务 {name} @研发组长 周五12:00前");
        demo.sim.say_in_group(Dingtalk, "wangxiao", "product_v2", &sentence).unwrap();
        until("the task is there", async || number(name).await.is_some()).await;
        number(name).await.unwrap()
    };
    assert_eq!(guide().await, [false; 5]);
    let first = told("评估数据导出的技术可行性").await;
    until("its owner is asked", async || guide().await == [true, true, false, false, false]).await;
    demo.sim.say_to_robot(Feishu, "liqiang", &format!("承接 #{first}")).unwrap();
    until("the first is taken on", async || guide().await == [true, true, false, false, true]).await;

    let second = told("写导出接口的容量估算").await;
    let refusal = format!("暂不承接 #{second} 原因：这周排不开 建议：改到下周三12:00");
    demo.sim.say_to_robot(Feishu, "liqiang", &refusal).unwrap();
    until("the second is declined", async || guide().await[2]).await;
    demo.sim.say_to_robot(Dingtalk, "wangxiao", &format!("同意 #{second}")).unwrap();
    until("all of it is done", async || guide().await == [true; 5]).await;
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
