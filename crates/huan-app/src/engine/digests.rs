//! Planning, preparing and sending digests (C2, H4).
//!
//! A round plans the digests that are missing and takes those whose moment has come. Each is seen to in one transaction,
//! fenced by its version: of several nodes one sends it. A node that was off sends the last one that it missed, when people
//! are at work, and leaves the older ones out; what they would have told joins it.

use std::{collections::HashSet, sync::Arc};

use huan_core::{
    collaboration::{Collaboration, CollaborationState, Role},
    digest::{Digest, DigestState, Rhythm},
    history::Subject,
    id::PersonId,
};
use huan_store::Error as StoreError;
use jiff::SignedDuration;

use super::Round;
use crate::{
    actions::digests::{self as actions, goes_out_at},
    app::App,
    digests,
    error::ActionError,
    notices::Notice,
    work::Work,
};

/// Assistants are told of stale rows so long after the moment from which they are looked for, which is mostly a half hour,
/// when platforms are busy.
const AFTER_THE_HALF_HOUR: SignedDuration = SignedDuration::from_mins(1);
/// How many digests one round takes.
const AT_ONCE: u32 = 200;

/// Plans what is missing, and sees to the digests whose moment has come.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let mut done = plan(&app).await?;
    let now = app.now();
    let due = app.db.read().await?.digests_due(now, AT_ONCE).await?;
    for (_, digest) in due.into_iter().filter(|(workspace, _)| *workspace == app.workspace) {
        match see_to(&app, &digest).await {
            Ok(()) => done += 1,
            // Another node was faster.
            Err(ActionError::Store(StoreError::Stale { .. })) => {}
            Err(error) => {
                tracing::error!(digest = %digest.id, %error, "a digest could not be seen to; it is tried again");
            }
        }
    }
    let next_at = app.db.read().await?.next_digest_at(now).await?;
    Ok(Round { done, next_at })
}

/// Plans the next digest of each rhythm for every collaboration that has none.
async fn plan(app: &App) -> Result<usize, ActionError> {
    let mut planned = 0;
    for rhythm in Rhythm::ALL {
        let without = app.db.read().await?.collaborations_without_digest(&app.workspace, *rhythm).await?;
        if without.is_empty() {
            continue;
        }
        // Most of these have switched the rhythm off.
        let known = app.db.read().await?.collaborations(&app.workspace).await?;
        let without: HashSet<_> = without.into_iter().collect();
        let wanted = |of: &&Collaboration| {
            let digest = &of.levels.digest;
            without.contains(&of.id)
                && match rhythm {
                    Rhythm::Daily => digest.daily,
                    Rhythm::Weekly => digest.weekly_on.is_some(),
                }
        };
        let wanted: Vec<&Collaboration> = known.iter().filter(wanted).collect();
        if wanted.is_empty() {
            continue;
        }
        let mut work = app.begin_as_huan().await?;
        for collaboration in &wanted {
            planned += usize::from(actions::plan(&mut work, collaboration, *rhythm).await?);
        }
        work.commit().await?;
    }
    Ok(planned)
}

/// Sees to one digest.
async fn see_to(app: &App, digest: &Digest) -> Result<(), ActionError> {
    let mut work = app.begin_as_huan().await?;
    let workspace = &app.workspace;
    let Some(digest) = work.tx.digest(workspace, &digest.id).await?.filter(|now| now.version == digest.version) else {
        return Ok(());
    };
    let found = work.tx.collaboration(workspace, &digest.collaboration).await?;
    let collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
    step(&mut work, &collaboration, digest).await?;
    work.commit().await
}

async fn step(work: &mut Work<'_>, collaboration: &Collaboration, digest: Digest) -> Result<(), ActionError> {
    let now = work.now;
    let holidays = work.app.holidays();
    let calendar = digests::calendar(work.app, collaboration, &holidays);
    let runs = collaboration.state == CollaborationState::Running;
    if !runs || !calendar.is_day(digest.rhythm, digest.day) {
        // Settings or holidays have changed since it was planned.
        work.tx.drop_digest(&work.app.workspace, &digest).await?;
        return actions::plan(work, collaboration, digest.rhythm).await.map(drop);
    }
    let goes_out = goes_out_at(&digest);
    if now < goes_out {
        if digest.state == DigestState::Planned && now < digest.due_at {
            tell_of_stale_rows(work, collaboration, &digest).await?;
        }
        return actions::wait(work, digest, goes_out).await;
    }
    if calendar.missed(digest.rhythm, digest.day, now).is_some() {
        return actions::leave_out(work, collaboration, digest).await.map(drop);
    }
    match calendar.waits_until(digest.due_at, now) {
        Some(at) => actions::wait(work, digest, at).await,
        None => actions::send(work, collaboration, digest, false).await.map(drop),
    }
}

/// Tells the assistants which rows should have been touched before the digest goes out (H4).
async fn tell_of_stale_rows(
    work: &mut Work<'_>,
    collaboration: &Collaboration,
    digest: &Digest,
) -> Result<(), ActionError> {
    // The daily one tells of them already.
    if digest.rhythm == Rhythm::Weekly && collaboration.levels.digest.daily {
        return Ok(());
    }
    if digests::stale_rows(work.app, &mut work.tx, collaboration, work.now).await?.is_empty() {
        return Ok(());
    }
    let members = work.tx.memberships(&work.app.workspace, &collaboration.id).await?;
    let assistants = members.into_iter().filter(|member| member.role == Role::Assistant);
    let people: Vec<PersonId> = assistants.map(|member| member.person).collect();
    let subject = Subject::Collaboration(collaboration.id.clone());
    // Whoever keeps several tables is told of all of them at once, when the last one has been looked at.
    let before = SignedDuration::from_mins(i64::from(collaboration.levels.digest.prepare_before_minutes));
    let from = (digest.due_at - before + AFTER_THE_HALF_HOUR).max(work.now).min(digest.due_at);
    for person in people {
        let notice = Notice::DigestStaleRows { digest: digest.id.clone() };
        let identity = work.reachable_identity(&person).await?;
        work.tell_from(&person, identity.as_ref(), &subject, &collaboration.id, notice, from)?;
    }
    Ok(())
}
