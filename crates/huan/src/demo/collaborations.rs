//! The three collaborations, their members and groups, and what is in them.

use anyhow::Context as _;
use huan_app::{
    ActionError,
    actions::task_binding::{self, NewBinding, suggestion},
};
use huan_core::{id::CollaborationId, platform::ForeignProject};
use huan_sim::Sim;

use super::{ADMINISTRATOR as ASSISTANT, World, centre, minutes, records, tasks};
use crate::simulated_company::{NewCollaboration, enter_collaboration};

/// A collaboration of the demonstration.
struct Plan {
    name: &'static str,
    goal: &'static str,
    initiator: &'static str,
    members: &'static [(&'static str, &'static str)],
    groups: &'static [&'static str],
}

/// What the demonstration shows; the first one is that of the guided first loop.
const PLANS: [Plan; 3] = [
    Plan {
        name: "产品V2.0需求评审",
        goal: "完成产品V2.0需求文档评审",
        initiator: "wangxiao",
        members: &[
            ("liqiang", "评估技术可行性与工作量"),
            ("zhouting", "输出交互与视觉原型"),
            ("chenming", "确认产品方向与优先级"),
            ("zhaomin", "协调研发资源"),
            ("wugang", "提供测试与部署环境"),
            ("zhengxue", "汇总客户反馈"),
        ],
        groups: &["product_v2", "product_v2_dev"],
    },
    Plan {
        name: "系统稳定性保障",
        goal: "支付模块连续30天可用率达到99.95%",
        initiator: "wugang",
        members: &[("zhengxue", "通知受影响的客户"), ("liqiang", "定位并修复程序缺陷"), ("zhaomin", "决定升级与回退")],
        groups: &["ops_duty"],
    },
    Plan {
        name: "Q3营销活动落地",
        goal: "推动Q3营销活动落地，首周收集100条客户意向",
        initiator: "sunli",
        members: &[("qianjin", "对接客户，反馈意向"), ("zhouting", "输出活动主视觉")],
        groups: &["q3_marketing", "marketing_coop"],
    },
];

/// Fills the hub; the answer is the collaboration of the guided first loop. After a start with kept data it only reads.
pub(super) async fn fill(world: &World, sim: &Sim) -> anyhow::Result<CollaborationId> {
    let known = world.app.db.read().await?.collaborations(&world.app.workspace).await?;
    if let Some(first) = known.into_iter().find(|collaboration| collaboration.name == PLANS[0].name) {
        return Ok(first.id);
    }
    let mut made = Vec::with_capacity(PLANS.len());
    for plan in &PLANS {
        let new = NewCollaboration {
            name: plan.name,
            goal: plan.goal,
            initiator: plan.initiator,
            assistant: ASSISTANT,
            members: plan.members,
            groups: plan.groups,
        };
        let entered = enter_collaboration(&world.app, &sim.connection(), &world.company, new).await;
        made.push(entered.with_context(|| format!("entering {}", plan.name))?);
    }
    let [product, stability, marketing] = made.try_into().map_err(|_| anyhow::anyhow!("three plans"))?;
    records::fill(world, &product, &stability, &marketing).await.context("filling the record table")?;
    tasks::fill(world, &product, &stability, &marketing).await.context("making the tasks")?;
    minutes::fill(world, &marketing).await.context("filing minutes")?;
    centre::fill(world, &product, &stability).await.context("filling the centres")?;
    Ok(product)
}

/// Binds the collaboration of the guided first loop to the project on simulated Teambition, in the name of its initiator.
/// After a start with kept data that knows nothing of what was there before, so the open tasks go there anew.
pub(super) async fn bind_board(world: &World, sim: &Sim, collaboration: &CollaborationId) -> anyhow::Result<()> {
    let app = &world.app;
    let caller = world.caller(PLANS[0].initiator)?;
    let mut work = app.begin(&caller).await?;
    match task_binding::unbind(&mut work, collaboration).await {
        Ok(()) | Err(ActionError::NotFound(_)) => work.commit().await?,
        Err(error) => return Err(error.into()),
    }
    let account = world.company.teambition.clone();
    let project = ForeignProject::new(sim.connection().teambition.project_id);
    let read = task_binding::read_project(app, &caller, collaboration, &account, &project).await?;
    let mapping = suggestion(&read);
    let new = NewBinding { account, project, mapping, take_existing: true, send_existing: true };
    let mut work = app.begin(&caller).await?;
    task_binding::bind(&mut work, collaboration, new, &read).await?;
    Ok(work.commit().await?)
}
