//! Two nodes on one database, of which one is killed now and then: the other takes over.

use std::time::{Duration, Instant};

use huan_store::testing::Fresh;

use super::{
    hearing::Story,
    program::{self, LEASES},
};
use crate::world::Way;

/// What a node needs to notice that a lease has ended, and to connect; generous, for a busy machine.
const AT_MOST: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn f4_of_two_nodes_one_dies_and_the_other_takes_over() {
    program::run_if_child().await;
    let this = "killed::nodes::f4_of_two_nodes_one_dies_and_the_other_takes_over";
    let story = Story::prepare(this, Fresh::postgres().await, Way::Connections).await;
    let mut nodes = [Some(story.start()), Some(story.start_another())];
    story.until_connected().await;
    let kills = async {
        for kill in 0..4 {
            story.chance.pause(200..1_500).await;
            drop(nodes[kill % 2].take());
            let killed = Instant::now();
            // What a dead process had open is closed at once; the platforms need a moment to see it.
            tokio::time::sleep(Duration::from_millis(100)).await;
            story.until_connected().await;
            let took = killed.elapsed();
            assert!(took < LEASES.account.unsigned_abs() + AT_MOST, "taking over took {took:?}");
            nodes[kill % 2] = Some(if kill % 2 == 0 { story.start() } else { story.start_another() });
        }
    };
    tokio::join!(story.give_commands(), kills);
    story.until_cards_are_there().await;
    story.answer_cards().await;
    story.until_quiet().await;
    drop(nodes);
    story.check().await;
    story.end().await;
}
