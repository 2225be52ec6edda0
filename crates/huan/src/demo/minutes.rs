//! The minutes of one decision, entered, filed and confirmed by the very steps that people take.

use huan_app::actions::{
    filing::{self, Filing},
    minutes::{self, NewMinutes},
};
use huan_core::{
    id::CollaborationId,
    minutes::{ActionItem, Content, Occasion},
    record::Participant,
};

use super::World;

const TITLE: &str = "Q3活动主视觉采用方案B";

/// Files the minutes of a decision of the marketing team; one participant has confirmed them.
pub(super) async fn fill(world: &World, marketing: &CollaborationId) -> anyhow::Result<()> {
    let person = |key: &str| Ok::<_, anyhow::Error>(Participant::Person { person: world.id(key)? });
    let content = Content {
        place: "线上会议".to_owned(),
        host: Some(world.id("sunli")?),
        participants: vec![person("sunli")?, person("zhouting")?, person("qianjin")?],
        agenda: "比较了两版主视觉的转化测试结果".to_owned(),
        conclusions: "主视觉采用方案B；报名页沿用现有模板".to_owned(),
        disputes: "渠道海报是否单独设计，下周再议".to_owned(),
        actions: vec![ActionItem {
            key: "a1".to_owned(),
            what: "按方案B输出三种尺寸的海报".to_owned(),
            owner: Some(world.id("zhouting")?),
            due: Some(world.at(2, 17, 0)?),
            task: None,
        }],
        ..Content::default()
    };
    let mut work = world.app.begin(&world.caller("sunli")?).await?;
    let new = NewMinutes {
        recorder: Some(world.id("qianjin")?),
        ..NewMinutes::of(marketing.clone(), Occasion::Decision, TITLE)
    };
    let begun = minutes::begin(&mut work, new).await?;
    work.commit().await?;
    let mut work = world.app.begin(&world.caller("qianjin")?).await?;
    let filing = Filing {
        title: TITLE.to_owned(),
        content,
        level: None,
        note: String::new(),
        removed: Vec::new(),
        version: begun.version,
    };
    filing::file(&mut work, &begun.id, filing).await?;
    work.commit().await?;
    let mut work = world.app.begin(&world.caller("sunli")?).await?;
    filing::confirm(&mut work, &begun.id, 1).await?;
    Ok(work.commit().await?)
}
