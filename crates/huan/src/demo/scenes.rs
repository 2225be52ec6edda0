//! What can be let happen on the simulated platforms, from the page and from the platforms' own.

use std::{sync::Arc, time::Duration};

use huan_app::{
    App,
    demo::{self, Demo as _, Leap, Scene},
};
use huan_sim::{PlatformName, Scenes, Sim, SimError, scene};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::Stage;

/// How long people take between two messages.
const BREATH: Duration = Duration::from_millis(1800);

/// Somebody writes in a group.
struct Line {
    platform: PlatformName,
    person: &'static str,
    group: &'static str,
    text: &'static str,
}

const fn line(platform: PlatformName, person: &'static str, group: &'static str, text: &'static str) -> Line {
    Line { platform, person, group, text }
}

/// The payment module fails: first people wonder, then one calls for help.
const PAYMENT_BREAKS: [Line; 4] = [
    line(PlatformName::Dingtalk, "zhengxue", "ops_duty", "十分钟里接到7个客户电话，都说付不了款，订单卡在「支付中」！"),
    line(PlatformName::Feishu, "liqiang", "product_v2_dev", "支付接口大面积超时，数据库连接池 500/500，有人在处理吗？"),
    line(PlatformName::Dingtalk, "wugang", "ops_duty", "监控也红了：支付模块错误率 41%，服务器负载 98%，我先看日志"),
    line(PlatformName::Dingtalk, "zhengxue", "ops_duty", "@环 紧急 支付模块故障，客户无法付款 @运维工程师"),
];

/// The buttons on the simulators' page, which is in Chinese: key, name, explanation.
const BUTTONS: [(&str, &str, &str); 4] = [
    ("payment_breaks", "让支付模块出故障", "运维值班群里炸了锅，有人 @环 报紧急"),
    ("+1h", "快进 1 小时", "环和各平台的时钟一起往前"),
    ("+2h", "快进 2 小时", "环和各平台的时钟一起往前"),
    ("next_morning", "到明早", "下一个工作日 9:00"),
];

/// The buttons for the simulators' page, and where they tell that they were pressed.
pub(super) fn buttons() -> (Scenes, UnboundedReceiver<String>) {
    let (pressed, presses) = unbounded_channel();
    let button = |(key, name, explanation): (&str, &str, &str)| scene::Scene {
        key: key.to_owned(),
        name: name.to_owned(),
        explanation: explanation.to_owned(),
    };
    (Scenes { buttons: BUTTONS.map(button).to_vec(), pressed }, presses)
}

/// Does what the buttons say, until the platforms end.
pub(super) async fn attend(app: Arc<App>, stage: Arc<Stage>, mut presses: UnboundedReceiver<String>) {
    while let Some(key) = presses.recv().await {
        if let Some(scene) = Scene::parse(&key) {
            stage.play(scene);
        } else if let Some(leap) = Leap::parse(&key)
            && let Err(error) = demo::advance(&app, leap).await
        {
            tracing::warn!(%error, "the demonstration's clock could not be put forward");
        }
    }
}

/// Plays a scene to its end.
pub(super) async fn play(sim: Arc<Sim>, scene: Scene) {
    let Scene::PaymentBreaks = scene;
    if let Err(error) = payment_breaks(&sim).await {
        tracing::warn!(%error, "the scene could not be played to its end");
    }
}

async fn payment_breaks(sim: &Sim) -> Result<(), SimError> {
    for (at, Line { platform, person, group, text }) in PAYMENT_BREAKS.iter().enumerate() {
        if at > 0 {
            tokio::time::sleep(BREATH).await;
        }
        sim.say_in_group(*platform, person, group, text)?;
    }
    Ok(())
}
