//! A document leads to pages of Feishu: they are called by their titles, as far as those may be read, for whoever may see the document.

use huan_app::{
    ActionError, Caller,
    actions::{
        documents::{self, NewDocument},
        link_titles as asking,
    },
    queries::{
        Look,
        link_titles::{self, LinkTitleView},
    },
};
use huan_connect::PageKind;
use huan_core::{history::Source, id::DocumentId, level::Level};
use huan_sim::{DriveAct, EntryKind, Fault, FaultKind, JournalQuery, PlatformName::Feishu};

use crate::world::World;

on_databases! {
    c3_links_to_pages_of_feishu_are_called_by_their_titles
}

async fn caller(world: &World, person: &str) -> Caller {
    let id = world.company.person(person).unwrap();
    let found = world.app.db.read().await.unwrap().person(&world.app.workspace, &id).await.unwrap().unwrap();
    Caller::of(&found, Source::Web, world.now()).unwrap()
}

async fn titles(world: &World, person: &str, id: &DocumentId) -> Result<Vec<LinkTitleView>, ActionError> {
    let caller = caller(world, person).await;
    let mut conn = world.app.db.read().await.unwrap();
    link_titles::of(&mut Look::new(&world.app, &mut conn, &caller), id).await
}

/// Somebody looks at the document: what is not known is asked.
async fn look(world: &World, person: &str, id: &DocumentId) -> Result<(), ActionError> {
    let caller = caller(world, person).await;
    let mut work = world.app.begin(&caller).await.unwrap();
    asking::ask(&mut work, id).await?;
    work.commit().await.unwrap();
    world.settle().await;
    Ok(())
}

/// How often Feishu was asked for a page of a wiki.
fn asked(world: &World) -> usize {
    let operation = Some("GET /open-apis/wiki/v2/spaces/get_node*".to_owned());
    let query = JournalQuery { kind: Some(EntryKind::Request), operation, ..JournalQuery::default() };
    world.sim.journal(&query).len()
}

fn states(titles: &[LinkTitleView]) -> Vec<(&str, Option<&str>)> {
    titles.iter().map(|one| (one.state, one.title.as_deref())).collect()
}

async fn c3_links_to_pages_of_feishu_are_called_by_their_titles(world: World) {
    let account = world.app.account(&world.company.feishu).unwrap();
    let drive = account.live.documents().unwrap();
    let space = drive.spaces().await.unwrap().remove(0);
    let plan = drive.make_page(&space.id, None, "上线计划", PageKind::Document).await.unwrap();
    let base = drive.make_page(&space.id, None, "缺陷台账", PageKind::Tables).await.unwrap();
    let text = format!(
        "计划 https://example.feishu.cn/wiki/{}，原文 https://example.feishu.cn/docx/{}，\
         [台账](https://example.feishu.cn/base/{}?table=1)，旧的 https://example.feishu.cn/wiki/wikcnGone",
        plan.id, plan.content, base.content
    );
    let collaborations = world.app.db.read().await.unwrap().collaborations(&world.app.workspace).await.unwrap();
    let new =
        NewDocument { level: Level::Confidential, ..NewDocument::of(collaborations[0].id.clone(), "资料", text) };
    let mut work = world.app.begin(&caller(&world, "liqiang").await).await.unwrap();
    let id = documents::create(&mut work, new).await.unwrap().id;
    work.commit().await.unwrap();
    assert_eq!(states(&titles(&world, "liqiang", &id).await.unwrap()), [("unknown", None); 4], "nobody asked yet");

    // Feishu has a bad moment: it is asked again.
    let operation = "GET /open-apis/wiki/*".to_owned();
    world.sim.set_fault(Fault { id: 0, platform: Some(Feishu), operation, kind: FaultKind::RateLimit, times: Some(9) });
    look(&world, "liqiang", &id).await.unwrap();
    world.sim.clear_faults(None);
    world.advance(3).await;
    let known = titles(&world, "liqiang", &id).await.unwrap();
    let expected =
        [("known", Some("上线计划")), ("known", Some("上线计划")), ("known", Some("缺陷台账")), ("unreadable", None)];
    assert_eq!(states(&known), expected);
    assert!(known[3].reason.as_deref().is_some_and(|why| why.contains("找不到")), "{:?}", known[3].reason);

    // Whoever may not see the document is told nothing, and cannot have anything asked.
    assert!(matches!(titles(&world, "zhouting", &id).await, Err(ActionError::NotFound(_))));
    assert!(matches!(look(&world, "zhouting", &id).await, Err(ActionError::NotFound(_))));

    // What is known is not asked again the same day.
    let before = asked(&world);
    look(&world, "liqiang", &id).await.unwrap();
    assert_eq!(asked(&world), before);

    // The app is shut out of the space: the next day the title is not told any more, and what is missing is said.
    let act = DriveAct::SetMembership { space: space.id.to_string(), member: false };
    world.sim.feishu().drive_act("liqiang", act).unwrap();
    world.jump(25 * 60).await;
    look(&world, "liqiang", &id).await.unwrap();
    let gone = titles(&world, "liqiang", &id).await.unwrap();
    assert_eq!(states(&gone)[0], ("unreadable", None));
    assert!(gone[0].reason.as_deref().is_some_and(|why| why.contains("wiki:wiki:readonly")), "{:?}", gone[0].reason);
    world.end().await;
}
