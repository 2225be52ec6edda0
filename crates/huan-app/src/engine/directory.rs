//! Keeping the people directory in step: readings that were asked for or are due, people whom events told of, and handing over
//! the work of those who left.

use std::{collections::BTreeMap, sync::Arc};

use huan_core::{
    directory::run::{Run, RunState},
    id::AccountId,
    platform::ForeignUser,
};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::Round;
use crate::{
    app::App,
    directory::{answers, applying, imports, leavers, reading},
    error::ActionError,
};

/// How many people of events are read anew in one round.
const AT_ONCE: u32 = 50;
/// How many leavers are dealt with in one round.
const MOST_LEAVERS: usize = 20;

/// Does what there is to do. A reading can take minutes: it is broken off when the program stops, and goes on from its start
/// after the lease.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let mut done = imports::begin_due(&app).await?;
    done += usize::from(one_run(&app).await?);
    done += people_of_events(&app).await?;
    done += leavers::notice_ended_guests(&app).await?;
    for _ in 0..MOST_LEAVERS {
        if !leavers::hand_over_due(&app).await? {
            break;
        }
        done += 1;
    }
    let next_at = if done == 0 { imports::next_at(&app).await? } else { None };
    Ok(Round { done, next_at })
}

/// Runs until `stop`, which does not wait for a reading.
pub(super) async fn run(app: Arc<App>, stop: CancellationToken) {
    let ended = stop.clone();
    tokio::select! {
        () = ended.cancelled() => {}
        () = super::work(app, stop, huan_store::Topic::Directory, "directory", round) => {}
    }
}

async fn one_run(app: &App) -> Result<bool, ActionError> {
    let now = app.now();
    // Most of the time there is nothing, which a reader sees without making writers wait.
    if app.db.read().await?.directory_runs_under_way(&app.workspace).await?.is_empty() {
        return Ok(false);
    }
    let mut tx = app.db.write().await?;
    let run = tx.take_directory_run(&app.workspace, now + reading::LEASE, now).await?;
    tx.commit().await?;
    let Some(mut run) = run else { return Ok(false) };
    let carried_out = match run.state {
        RunState::Reading => reading::read(app, &mut run).await,
        _ => applying::apply(app, &mut run).await,
    };
    match carried_out {
        Ok(()) => Ok(true),
        // Thrown away or taken over meanwhile.
        Err(ActionError::Store(huan_store::Error::Stale { .. })) => Ok(true),
        Err(error) => {
            set_aside(app, &run, &error).await?;
            Ok(true)
        }
    }
}

/// A fault of ours ends the reading, shown with its error; the next night tries again.
async fn set_aside(app: &App, run: &Run, error: &ActionError) -> Result<(), ActionError> {
    tracing::error!(run = %run.id, %error, "a reading of the people directory failed");
    let found = app.db.read().await?.directory_run(&app.workspace, &run.id).await?;
    let Some(mut run) = found.filter(|run| run.state.is_under_way()) else { return Ok(()) };
    match reading::fail(app, &mut run, "directory.reason.internal", error.to_string()).await {
        Err(ActionError::Store(huan_store::Error::Stale { .. })) => Ok(()),
        failed => failed,
    }
}

async fn people_of_events(app: &App) -> Result<usize, ActionError> {
    let asked = app.db.read().await?.directory_asked_anew(&app.workspace, AT_ONCE).await?;
    let done = asked.len();
    let mut by_account: BTreeMap<AccountId, Vec<(ForeignUser, Timestamp)>> = BTreeMap::new();
    for (account, user, asked_at) in asked {
        by_account.entry(account).or_default().push((user, asked_at));
    }
    for (account, asked) in by_account {
        if let Some(open) = app.account(&account) {
            let users: Vec<ForeignUser> = asked.iter().map(|(user, _)| user.clone()).collect();
            answers::learn_names(app, &open, &users).await?;
            // Of an account that is not kept in step nobody but those who were heard is of concern.
            let sources = app.db.read().await?.directory_sources(&app.workspace).await?;
            if sources.iter().any(|source| source.account == account && source.in_step) {
                answers::read_anew(app, &open, &users).await?;
            }
        }
        let mut tx = app.db.write().await?;
        for (user, asked_at) in asked {
            tx.directory_was_read(&app.workspace, &account, &user, asked_at).await?;
        }
        tx.commit().await?;
    }
    Ok(done)
}
