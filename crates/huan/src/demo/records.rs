//! The three sample rows of the record table, as the template has them (H6).

use huan_app::actions::create_record::{NewRecord, create_record};
use huan_core::{id::CollaborationId, level::Level, record::Participant, status::Status};
use jiff::Timestamp;

use super::World;

/// A row of the template.
struct Row<'a> {
    collaboration: &'a CollaborationId,
    topic: &'a str,
    participants: &'a [&'a str],
    platforms: &'a [&'a str],
    summary: &'a str,
    owner: &'a str,
    due_at: Timestamp,
    status: Status,
    follow_up: &'a str,
}

/// Writes the rows as an import would: vague follow-ups are flagged, not refused.
pub(super) async fn fill(
    world: &World,
    product: &CollaborationId,
    stability: &CollaborationId,
    marketing: &CollaborationId,
) -> anyhow::Result<()> {
    let rows = [
        Row {
            collaboration: product,
            topic: "产品V2.0需求评审",
            participants: &["wangxiao", "liqiang", "zhouting"],
            platforms: &["飞书文档", "钉群"],
            summary: "客户提出增加数据导出功能，需评估技术可行性",
            owner: "liqiang",
            due_at: world.at(0, 12, 0)?,
            status: Status::InProgress,
            follow_up: "设计专员明天17:00前提供初版原型",
        },
        Row {
            collaboration: stability,
            topic: "系统故障处理",
            participants: &["wugang", "zhengxue"],
            platforms: &["钉群", "电话"],
            summary: "支付模块故障，初步判断为服务器负载过高",
            owner: "wugang",
            due_at: world.at(0, 18, 0)?,
            // 「已解决」 of the template: the row is done, its follow-up stays open (H2).
            status: Status::Done,
            follow_up: "输出故障报告，下周进行压力测试",
        },
        Row {
            collaboration: marketing,
            topic: "Q3营销活动方案",
            participants: &["sunli", "qianjin"],
            platforms: &["飞书文档", "Teambition"],
            summary: "活动主视觉已确定，需同步销售团队",
            owner: "sunli",
            due_at: world.at(0, 10, 0)?,
            status: Status::Done,
            follow_up: "销售代表3日内反馈客户初步意向",
        },
    ];
    for row in rows {
        let mut work = world.app.begin(&world.caller("hejing")?).await?;
        let participants = row.participants.iter().map(|key| Ok(Participant::Person { person: world.id(key)? }));
        let new = NewRecord {
            collaboration: row.collaboration.clone(),
            topic: row.topic.to_owned(),
            participants: participants.collect::<anyhow::Result<_>>()?,
            platforms: row.platforms.iter().map(|platform| (*platform).to_owned()).collect(),
            summary: row.summary.to_owned(),
            owner: world.id(row.owner)?,
            due_at: Some(row.due_at),
            status: row.status,
            follow_up: row.follow_up.to_owned(),
            follow_up_excuse: None,
            level: Level::Internal,
            message: None,
            strict: false,
        };
        create_record(&mut work, new).await?;
        work.commit().await?;
    }
    Ok(())
}
