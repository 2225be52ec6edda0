//! Some tasks in different states, made by the very steps that people take.

use huan_app::actions::{
    create_task::{NewTask, create_task},
    task_steps,
};
use huan_core::{
    id::{CollaborationId, TaskId},
    level::Level,
    task::{Priority, Proposal, Refusal},
};
use jiff::Timestamp;

use super::World;

/// A task to be made.
struct Plan<'a> {
    collaboration: &'a CollaborationId,
    name: &'a str,
    description: &'a str,
    criteria: &'a str,
    from: &'a str,
    owner: &'a str,
    helpers: &'a [&'a str],
    due_at: Timestamp,
    priority: Priority,
    then: &'a [Step<'a>],
}

/// What its owner does then.
enum Step<'a> {
    Accept,
    Progress(&'a str, u8),
    Block(&'a str),
    Decline { reason: &'a str, due_at: Timestamp },
    Finish,
}

/// Makes the tasks.
pub(super) async fn fill(
    world: &World,
    product: &CollaborationId,
    stability: &CollaborationId,
    marketing: &CollaborationId,
) -> anyhow::Result<()> {
    let later = world.at(4, 12, 0)?;
    let plans = [
        Plan {
            collaboration: product,
            name: "汇总客户对数据导出的需求",
            description: "按客户、字段、频率整理，标出必须和可选。",
            criteria: "覆盖近一个月的全部客户反馈",
            from: "wangxiao",
            owner: "zhengxue",
            helpers: &[],
            due_at: world.at(0, 17, 30)?,
            priority: Priority::High,
            then: &[Step::Accept, Step::Progress("已整理12家客户，还差3家回访", 80)],
        },
        Plan {
            collaboration: product,
            name: "输出数据导出功能的交互原型",
            description: "包含导出入口、字段选择、进度与结果页。",
            criteria: "评审会前一天可点击演示",
            from: "wangxiao",
            owner: "zhouting",
            helpers: &["liqiang"],
            due_at: world.at(1, 17, 0)?,
            priority: Priority::Normal,
            then: &[Step::Accept, Step::Progress("分析完成，等待技术评审", 40)],
        },
        Plan {
            collaboration: product,
            name: "准备需求评审会的材料包",
            description: "需求文档、原型链接、可行性结论、待决问题清单。",
            criteria: "会前24小时发到两个群",
            from: "wangxiao",
            owner: "hejing",
            helpers: &[],
            due_at: world.at(2, 12, 0)?,
            priority: Priority::Normal,
            then: &[],
        },
        Plan {
            collaboration: product,
            name: "搭建导出性能的测试环境",
            description: "百万行数据，模拟20个并发导出。",
            criteria: "研发可自助重置数据",
            from: "hejing",
            owner: "wugang",
            helpers: &[],
            due_at: world.at(2, 18, 0)?,
            priority: Priority::Normal,
            then: &[Step::Accept, Step::Block("测试服务器的采购申请还没批")],
        },
        Plan {
            collaboration: product,
            name: "确认V2.0的发布窗口",
            description: "结合客户合同与研发排期，给出两个可选日期。",
            criteria: "产品总监和研发总监都同意",
            from: "hejing",
            owner: "chenming",
            helpers: &[],
            due_at: world.at(1, 12, 0)?,
            priority: Priority::Normal,
            then: &[Step::Decline { reason: "明天整天在客户现场，来不及和研发对齐", due_at: later }],
        },
        Plan {
            collaboration: stability,
            name: "导出故障时段的监控数据",
            description: "支付模块故障前后各一小时的负载、连接数、错误率。",
            criteria: "附在故障报告后",
            from: "hejing",
            owner: "wugang",
            helpers: &["zhengxue"],
            due_at: world.at(0, 16, 0)?,
            priority: Priority::Urgent,
            then: &[Step::Accept, Step::Progress("数据已导出并归档", 100), Step::Finish],
        },
        Plan {
            collaboration: stability,
            name: "回访受故障影响的客户",
            description: "说明原因和改进措施，记录客户诉求。",
            criteria: "名单内客户全部回访",
            from: "wugang",
            owner: "zhengxue",
            helpers: &[],
            due_at: world.at(1, 18, 0)?,
            priority: Priority::High,
            then: &[Step::Accept],
        },
        Plan {
            collaboration: marketing,
            name: "把活动主视觉同步给销售团队",
            description: "附使用规范和三种尺寸的素材。",
            criteria: "销售代表确认收到",
            from: "sunli",
            owner: "qianjin",
            helpers: &["zhouting"],
            due_at: world.at(0, 18, 0)?,
            priority: Priority::Normal,
            then: &[],
        },
    ];
    for plan in plans {
        let id = make(world, &plan).await?;
        for step in plan.then {
            take(world, &plan, &id, step).await?;
        }
    }
    Ok(())
}

async fn make(world: &World, plan: &Plan<'_>) -> anyhow::Result<TaskId> {
    let mut work = world.app.begin(&world.caller(plan.from)?).await?;
    let new = NewTask {
        collaboration: plan.collaboration.clone(),
        name: plan.name.to_owned(),
        description: plan.description.to_owned(),
        owner: world.id(plan.owner)?,
        helpers: plan.helpers.iter().map(|key| world.id(key)).collect::<anyhow::Result<_>>()?,
        due_at: Some(plan.due_at),
        priority: plan.priority,
        criteria: plan.criteria.to_owned(),
        level: Level::Internal,
        message: None,
        platforms: Vec::new(),
    };
    let task = create_task(&mut work, new).await?;
    work.commit().await?;
    Ok(task.id)
}

async fn take(world: &World, plan: &Plan<'_>, id: &TaskId, step: &Step<'_>) -> anyhow::Result<()> {
    let mut work = world.app.begin(&world.caller(plan.owner)?).await?;
    match step {
        Step::Accept => task_steps::accept(&mut work, id).await?,
        Step::Progress(words, percent) => task_steps::report_progress(&mut work, id, words, Some(*percent)).await?,
        Step::Block(reason) => task_steps::block(&mut work, id, reason).await?,
        Step::Decline { reason, due_at } => {
            let proposal = Proposal { due_at: Some(*due_at), ..Proposal::default() };
            task_steps::decline(&mut work, id, Refusal { reason: (*reason).to_owned(), proposal }).await?
        }
        Step::Finish => task_steps::finish(&mut work, id).await?,
    };
    Ok(work.commit().await?)
}
