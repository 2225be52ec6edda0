//! The control API and the page.

use huan_sim::{Scene, Scenes, Sim, SimOptions};
use serde_json::{Value, json};

#[allow(clippy::disallowed_methods)] // the tests' own door for HTTP
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test]
async fn the_page_and_the_control_api_are_served_on_every_port() {
    let sim = Sim::start(SimOptions::default()).await.unwrap();
    let connection = sim.connection();
    let http = client();
    for base in [&connection.feishu.base_url, &connection.dingtalk.api_base_url, &connection.teambition.web_url] {
        let page = http.get(format!("{base}/sim/")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("<title>模拟平台</title>"));
        for file in ["page.js", "page.css", "board.js", "card.js", "composer.js", "faults.js", "markdown.js"] {
            assert_eq!(http.get(format!("{base}/sim/{file}")).send().await.unwrap().status(), 200, "{file}");
        }
        let told: Value = http.get(format!("{base}/sim/connection")).send().await.unwrap().json().await.unwrap();
        assert_eq!(told, serde_json::to_value(&connection).unwrap());
    }
    sim.stop().await;
}

#[tokio::test]
async fn bad_requests_to_the_control_api_are_answered_in_json() {
    let sim = Sim::start(SimOptions::default()).await.unwrap();
    let base = sim.connection().feishu.base_url;
    let http = client();
    let post = async |path: &str, body: Value| {
        let answer = http.post(format!("{base}/sim/{path}")).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap()["code"].as_str().unwrap().to_owned())
    };
    let said = |person: &str, group: &str| json!({"platform": "feishu", "person": person, "place": {"group": group}, "text": "x"});
    assert_eq!(post("say", said("nobody", "product_v2_dev")).await, (404, "unknown".to_owned()));
    assert_eq!(post("say", said("liqiang", "no group")).await, (404, "unknown".to_owned()));
    assert_eq!(post("say", said("liqiang", "marketing_coop")).await, (409, "not_possible".to_owned()));
    assert_eq!(post("say", json!({"platform": "fax"})).await.1, "bad_body");
    assert_eq!(post("time/advance", json!({"seconds": -1})).await.1, "not_possible");
    let unreachable = json!({"platform": "feishu", "mode": "http", "events": "http://127.0.0.1:9/"});
    assert_eq!(post("delivery", unreachable).await, (502, "callback_check_failed".to_owned()));
    sim.stop().await;
}

#[tokio::test]
async fn a_button_of_the_page_tells_whoever_added_it() {
    let (pressed, mut presses) = tokio::sync::mpsc::unbounded_channel();
    let button = Scene { key: "storm".into(), name: "打雷".into(), explanation: "停电一分钟".into() };
    let scenes = Some(Scenes { buttons: vec![button.clone()], pressed });
    let sim = Sim::start(SimOptions { scenes, ..SimOptions::default() }).await.unwrap();
    let connection = sim.connection();
    assert_eq!(connection.scenes, [button]);
    let http = client();
    let press = async |key: &str| {
        let address = format!("{}/sim/scenes/{key}", connection.teambition.web_url);
        http.post(address).json(&json!({})).send().await.unwrap().status().as_u16()
    };
    assert_eq!(press("storm").await, 200);
    assert_eq!(presses.recv().await.as_deref(), Some("storm"));
    assert_eq!(press("flood").await, 404);
    drop(presses);
    assert_eq!(press("storm").await, 409);
    sim.stop().await;
}

#[tokio::test]
async fn the_same_keys_give_the_same_ids_in_every_run() {
    let (one, two) =
        (Sim::start(SimOptions::default()).await.unwrap(), Sim::start(SimOptions::default()).await.unwrap());
    let (one, two) = (one.connection(), two.connection());
    assert_eq!(one.feishu.app_id, two.feishu.app_id);
    for (a, b) in one.people.iter().zip(&two.people) {
        assert_eq!((&a.feishu, &a.dingtalk), (&b.feishu, &b.dingtalk));
    }
    for (a, b) in one.groups.iter().zip(&two.groups) {
        assert_eq!(a.id, b.id);
    }
}
