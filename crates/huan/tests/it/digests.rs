//! The daily digest, on both platforms at once.

use huan_sim::PlatformName::{Dingtalk, Feishu};

use crate::world::{World, card_of};

on_both! {
    c2_d4_what_was_said_on_two_platforms_is_told_in_both_groups_at_five
}

/// What the last card in a group says.
fn last_card(world: &World, platform: huan_sim::PlatformName, group: &str, viewer: &str) -> String {
    let message = world.group(platform, group, viewer).pop().unwrap();
    card_of(&message).unwrap_or_else(|| panic!("no card: {message:#?}")).plain_text()
}

async fn c2_d4_what_was_said_on_two_platforms_is_told_in_both_groups_at_five(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前").await;
    world.press(Feishu, "liqiang", "承接", &[]).await;
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 任务 整理客户反馈 @周婷 周五17:00前").await;
    world.press(Feishu, "zhouting", "承接", &[]).await;
    world.say_to_robot(Feishu, "liqiang", "进展 分析完成，等待技术评审").await;
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 决定 首版只支持 CSV 导出 记录人 @李强").await;

    // Wednesday, half past four: whoever has not reported is reminded. 李强 has.
    world.jump(6 * 60 + 32).await;
    assert!(world.told(Feishu, "zhouting").last().unwrap().contains("更新进展"));
    assert!(!world.told(Feishu, "liqiang").last().unwrap().contains("更新进展"));
    world.jump(34).await;
    let groups = [(Dingtalk, "product_v2", "wangxiao"), (Feishu, "product_v2_dev", "liqiang")];
    for (platform, group, viewer) in groups {
        let said = last_card(&world, platform, group, viewer);
        for line in [
            "【日报】",
            "11月25日（周三）",
            "分析完成，等待技术评审",
            "周婷：#2 整理客户反馈",
            "首版只支持 CSV 导出",
            "查看全文",
        ] {
            assert!(said.contains(line), "{line} in {said}");
        }
        assert!(!said.contains("李强：#1"), "{said}");
    }
    // On Thursday nobody says anything, and both are named.
    world.jump(24 * 60).await;
    for (platform, group, viewer) in groups {
        let said = last_card(&world, platform, group, viewer);
        assert!(said.contains("11月26日（周四）") && said.contains("李强：#1") && said.contains("周婷：#2"), "{said}");
        assert!(!said.contains("等待技术评审"), "told yesterday: {said}");
    }
    world.end().await;
}
