//! Stories: the real program against the simulated platforms.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

/// Tells each story on both databases, and with the platforms' events coming both ways.
macro_rules! on_both {
    ($($name:ident)*) => {$(
        mod $name {
            use huan_store::testing::Fresh;

            use crate::world::{Way, World};

            #[tokio::test]
            async fn sqlite() {
                super::$name(World::new(Fresh::sqlite().await, Way::Connections).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$name(World::new(Fresh::postgres().await, Way::Connections).await).await;
            }

            #[tokio::test]
            async fn sqlite_over_http() {
                super::$name(World::new(Fresh::sqlite().await, Way::Http).await).await;
            }

            #[tokio::test]
            async fn postgres_over_http() {
                super::$name(World::new(Fresh::postgres().await, Way::Http).await).await;
            }
        }
    )*};
}

/// Tells each story on both databases.
macro_rules! on_databases {
    ($($name:ident)*) => {$(
        mod $name {
            use huan_store::testing::Fresh;

            use crate::world::{Way, World};

            #[tokio::test]
            async fn sqlite() {
                super::$name(World::new(Fresh::sqlite().await, Way::Connections).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$name(World::new(Fresh::postgres().await, Way::Http).await).await;
            }
        }
    )*};
}

mod callbacks;
mod centre;
mod demo;
mod digests;
mod emergencies;
mod fallback;
mod first_loop;
mod groups;
mod killed;
mod link_titles;
mod meetings;
mod minutes;
mod mirror;
mod peace;
mod people;
mod problems;
mod replay;
mod sign_offs;
mod starts;
mod stopped;
mod task_sync;
mod two_weeks;
mod usage_rules;
mod world;
