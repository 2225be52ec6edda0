//! From Saturday to the holiday on Monday: nobody is disturbed, but for an emergency in the night to Sunday.

use huan_sim::{
    PlatformName::{Dingtalk, Feishu},
    view::RingWay,
};
use serde_json::json;

use super::story::{self, Said, Story, beijing, text};

pub(super) async fn lived(story: &Story) {
    let quiet = json!({"quiet": {"from": "22:00:00", "to": "08:00:00"}});
    for person in ["wugang", "zhaomin"] {
        story.put(person, "/notice_preferences", quiet.clone()).await;
    }
    story.until("04-05 02:30").await;
    emergency(story).await;
    story.until("04-07 08:55").await;

    let said_between = |from: &str, to: &str| {
        let (from, to) = (beijing(from), beijing(to));
        story.said_by_huan().into_iter().filter(move |said| (from..to).contains(&said.at))
    };
    let of_it = |said: &Said| ["支付模块故障", "紧急"].iter().any(|words| said.text.contains(words));
    let ordinary: Vec<Said> = said_between("04-04 00:00", "04-07 08:55").filter(|said| !of_it(said)).collect();
    assert!(ordinary.is_empty(), "I8: over a weekend and a holiday nobody is disturbed: {ordinary:#?}");
    let in_quiet_hours: Vec<Said> = said_between("04-05 03:21", "04-05 08:00").collect();
    assert!(in_quiet_hours.is_empty(), "I5: what is not urgent any more waits: {in_quiet_hours:#?}");
    let after: Vec<Said> = said_between("04-05 12:00", "04-07 08:55").collect();
    assert!(after.is_empty(), "and nothing after it is over: {after:#?}");
}

/// At half past two, in the quiet hours of both who are rung.
async fn emergency(story: &Story) {
    let phoned = || -> Vec<String> {
        let rings = story.world.sim.rings().into_iter().filter(|ring| ring.way == RingWay::Phone);
        rings.map(|ring| ring.person).collect()
    };
    story.say(Dingtalk, "wangxiao", "@环 紧急 支付模块故障 @吴刚 II级").await;
    assert_eq!(phoned(), ["wugang"]);
    for platform in [Dingtalk, Feishu] {
        let cards = story.group(platform).into_iter().rev().take(3);
        let titles: Vec<String> = cards.map(|said| story::words_of(&said)).collect();
        assert!(titles.iter().any(|title| title.contains("【紧急·II 级】")), "{platform:?}: {titles:#?}");
    }
    story.until("04-05 02:35").await;
    story.world.settle().await;
    assert_eq!(phoned(), ["wugang", "zhaomin"], "unanswered, the next one is rung");
    story.press(Feishu, "zhaomin", "支付模块故障", "收到", &[]).await;
    story.until("04-05 03:20").await;
    assert_eq!(phoned().len(), 2, "acknowledged, nobody else is rung");
    story.world.say_to_robot(Dingtalk, "wugang", "解除 重启并扩容后恢复").await;
    let emergencies = story.all("emergencies").await;
    assert_eq!(emergencies.len(), 1);
    assert_eq!(text(&emergencies[0]["phase"]), "all_clear", "{:?}", story.world.told(Dingtalk, "wugang").last());
}
