//! What stands in the centre of two collaborations: the charter and what came of conversations, entered by the very steps that
//! people take.

use huan_app::actions::{
    centre::{self, NewEntry},
    charters,
};
use huan_core::{
    centre::{REQUIREMENTS, RISKS, Way},
    charter::{Charter, Duty, Milestone},
    id::CollaborationId,
};

use super::{ADMINISTRATOR as ASSISTANT, World};

/// Fills the centres.
pub(super) async fn fill(world: &World, product: &CollaborationId, stability: &CollaborationId) -> anyhow::Result<()> {
    agree(world, product).await?;
    let entries = [
        (product, "zhengxue", REQUIREMENTS, "12家客户里有9家要按周自动导出，接收人可以不是账号持有人"),
        (product, "chenming", REQUIREMENTS, "首版支持 CSV 和 Excel，单次最多100万行"),
        (product, "wugang", RISKS, "测试服务器若周五前批不下来，性能验证要顺延一周"),
        (stability, "zhengxue", REQUIREMENTS, "重点客户要求故障后30分钟内收到书面说明"),
        (stability, "liqiang", RISKS, "支付回调没有做幂等，重试时可能重复入账"),
    ];
    for (collaboration, by, section, text) in entries {
        let mut work = world.app.begin(&world.caller(by)?).await?;
        let new = NewEntry { section: Some(section.to_owned()), text: Some(text.to_owned()), ..NewEntry::default() };
        centre::file(&mut work, collaboration, new, Way::Page).await?;
        work.commit().await?;
    }
    Ok(())
}

/// The milestones and who answers for what.
async fn agree(world: &World, product: &CollaborationId) -> anyhow::Result<()> {
    let milestone = |name: &str, days| Milestone { name: name.to_owned(), on: Some(world.day(days)) };
    let duty = |name: &str, boundary: &str, who: &str| {
        Ok::<_, anyhow::Error>(Duty {
            name: name.to_owned(),
            boundary: boundary.to_owned(),
            person: Some(world.id(who)?),
        })
    };
    let charter = Charter {
        milestones: vec![milestone("需求调研完成", 3), milestone("原型与可行性评审", 8), milestone("需求文档定稿", 18)],
        duties: vec![
            duty("提出需求", "收集并说明需求与优先级；不承诺技术方案和工期", "wangxiao")?,
            duty("评估技术", "评估可行性、工作量与风险；不改变需求范围", "liqiang")?,
            duty("设计原型", "按确认的需求产出原型；变更须经提出需求的人确认", "zhouting")?,
            duty("客户反馈", "汇总客户反馈与回访；不单独答应客户时间", "zhengxue")?,
        ],
        ..Charter::default()
    };
    let mut work = world.app.begin(&world.caller(ASSISTANT)?).await?;
    charters::set_charter(&mut work, product, charter, 0).await?;
    Ok(work.commit().await?)
}
