//! One collaboration through two weeks, on three platforms at once: from the guided start to the second weekly report, with a
//! weekend, a public holiday (清明节, Monday the 6th of April) and an emergency at night in between.
//!
//! It is told in days, as it is lived: people speak, press and write on their platform or on the page, and time passes.

mod end;
mod first_week;
mod holidays;
mod second_week;
mod start;
mod story;
mod traced;

use huan_store::testing::Fresh;

use crate::world::Way;
use story::Story;

/// Monday.
const BEGIN: &str = "2026-03-30T09:00:00+08:00[Asia/Shanghai]";

/// Two weeks are deeper than the stack of a test's thread.
const STACK: usize = 32 * 1024 * 1024;

#[test]
fn sqlite() {
    on_a_deep_stack(async || live(Fresh::sqlite().await, Way::Connections).await);
}

#[test]
fn postgres() {
    on_a_deep_stack(async || live(Fresh::postgres().await, Way::Http).await);
}

fn on_a_deep_stack<F: Future<Output = ()>>(story: impl FnOnce() -> F + Send + 'static) {
    let tell = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(story());
    };
    std::thread::Builder::new().stack_size(STACK).spawn(tell).unwrap().join().unwrap();
}

async fn live(fresh: Fresh, way: Way) {
    let mut story = Story::begin(fresh, way, BEGIN).await;
    start::started(&mut story).await;
    first_week::monday(&story).await;
    first_week::tuesday(&story).await;
    first_week::wednesday(&story).await;
    first_week::thursday(&story).await;
    first_week::friday(&story).await;
    holidays::lived(&story).await;
    second_week::tuesday(&story).await;
    second_week::wednesday(&story).await;
    second_week::thursday(&story).await;
    second_week::friday(&story).await;
    end::looked_back(&story).await;
    traced::both_ways(&story).await;
    story.world.end().await;
}
