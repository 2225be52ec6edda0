//! The next way when a platform fails (I9).
//!
//! A message that a platform refuses, or does not take for a while, goes to the same person by their next identity; one to a
//! group as `group_fallback` says. The delivery that did not get through says so, names those that take the message instead,
//! and is over; the new ones know which accounts were tried. Where no other way is left, the delivery stays what it is:
//! waiting, or failed and shown to the administrators.

use std::{sync::Arc, time::Duration};

use huan_connect::{ConnectionState, Mentions, Recipient};
use huan_core::{
    history::Subject,
    id::{AccountId, DeliveryId, PersonId},
    person::Identity,
};
use huan_store::{Delivery, Outcome, Settlement};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{Round, group_fallback};
use crate::{
    app::{App, OpenAccount},
    error::ActionError,
    parcel::{Parcel, Urgency, Way},
    work::{About, Work},
};

/// How often it is looked for messages whose platform does not take them.
const EVERY: Duration = Duration::from_secs(2);
/// How long an ordinary message waits for its platform.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// How long an urgent one does.
const URGENT_PATIENCE: SignedDuration = SignedDuration::from_secs(15);
/// How many waiting messages are looked at in one go.
const AT_ONCE: u32 = 200;

pub(super) async fn run(app: Arc<App>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = round(Arc::clone(&app)).await {
            tracing::error!(%error, "looking for messages that need another way failed; trying again");
        }
    }
}

/// Sends what its platform has not taken for too long by another way.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let now = app.now();
    let mut done = 0;
    let mut after = 0;
    loop {
        let mut conn = app.db.read().await?;
        let waiting =
            conn.deliveries_waiting(&app.workspace, now - URGENT_PATIENCE, now - PATIENCE, after, AT_ONCE).await?;
        let resting = conn.resting_lanes(&app.workspace, now).await?;
        drop(conn);
        let is_last = waiting.len() < AT_ONCE as usize;
        for delivery in waiting {
            after = delivery.position;
            // One that is kept for its reader's working day waits for nothing else.
            if delivery.attempts == 0 && delivery.ready_at.is_some_and(|ready_at| ready_at > now) {
                continue;
            }
            let rest = resting.iter().find(|rest| {
                Some(&rest.account) == delivery.account.as_ref()
                    && (rest.lane == delivery.lane || Some(&rest.lane) == delivery.target_lane.as_ref())
            });
            if let Some(reason) = trouble(&app, &delivery, rest.map(|rest| rest.reason.as_str()))
                && move_on(&app, delivery, reason).await?
            {
                done += 1;
            }
        }
        if is_last {
            return Ok(Round { done, next_at: None });
        }
    }
}

/// Why a delivery waits, when it waits for a platform in trouble and not just for its turn.
fn trouble(app: &App, delivery: &Delivery, rest: Option<&str>) -> Option<String> {
    if let Some(reason) = &delivery.reason {
        return Some(reason.clone());
    }
    let open = delivery.account.as_ref().and_then(|id| app.account(id));
    match open {
        None => Some("delivery.reason.account_closed".to_owned()),
        Some(account) if !is_well(&account) => Some("delivery.reason.account_down".to_owned()),
        Some(_) => rest.map(str::to_owned),
    }
}

/// Whether an account can be expected to send.
pub(super) fn is_well(account: &OpenAccount) -> bool {
    !matches!(*account.live.state().borrow(), ConnectionState::Waiting { .. } | ConnectionState::Refused { .. })
}

/// Whether there was another way.
async fn move_on(app: &App, delivery: Delivery, reason: String) -> Result<bool, ActionError> {
    // What cannot be read is told when its turn comes.
    let Ok(parcel) = serde_json::from_str::<Parcel>(&delivery.message) else { return Ok(false) };
    let mut work = app.begin_as_huan().await?;
    let detail = delivery.detail.clone().unwrap_or_default();
    let waiting = Settlement::Later { at: work.now, outcome: Outcome::Failed, reason, detail };
    let settlement = otherwise(&mut work, &delivery, &parcel, waiting).await?;
    if !matches!(settlement, Settlement::Rerouted { .. }) {
        return Ok(false);
    }
    match work.tx.settle(&app.workspace, &delivery, None, &settlement, work.now).await {
        Ok(()) => {}
        // It went out, or was answered, in the meantime.
        Err(error) if error.is_stale() => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    if let Some(subject) = delivery.subject.as_deref().and_then(Subject::from_id) {
        work.show(&subject, delivery.collaboration.as_ref());
    }
    work.commit().await?;
    Ok(true)
}

/// What becomes of a delivery instead of `settlement`: where it is not getting through and its reader can be reached by
/// another way, the message is queued there.
pub(super) async fn otherwise(
    work: &mut Work<'_>,
    delivery: &Delivery,
    parcel: &Parcel,
    settlement: Settlement,
) -> Result<Settlement, ActionError> {
    let urgent = delivery.urgency == Urgency::Urgent as i64;
    match &settlement {
        Settlement::Failed { reason, detail } | Settlement::Later { outcome: Outcome::Failed, reason, detail, .. } => {
            let is_given_up = matches!(settlement, Settlement::Failed { .. });
            if (is_given_up || is_out_of_patience(delivery, work.now))
                && (urgent || is_surely_unsent(work, delivery).await?)
                && by_next_way(work, delivery, parcel).await?
            {
                return Ok(Settlement::Rerouted { reason: reason.clone(), detail: detail.clone() });
            }
        }
        // Better to be called on twice in an emergency than not at all.
        Settlement::Uncertain { .. } if urgent => {
            by_next_way(work, delivery, parcel).await?;
        }
        _ => {}
    }
    Ok(settlement)
}

fn is_out_of_patience(delivery: &Delivery, now: Timestamp) -> bool {
    let urgent = delivery.urgency == Urgency::Urgent as i64;
    now >= delivery.created_at + if urgent { URGENT_PATIENCE } else { PATIENCE }
}

/// Whether no attempt at it can have reached the reader: otherwise they would get it twice.
async fn is_surely_unsent(work: &mut Work<'_>, delivery: &Delivery) -> Result<bool, ActionError> {
    let attempts = work.tx.attempts(&work.app.workspace, &delivery.id).await?;
    Ok(attempts.iter().all(|attempt| attempt.outcome != Some(Outcome::Unknown)))
}

/// Queues the same message by its next way, and notes with the delivery which ones take it; whether there is one.
async fn by_next_way(work: &mut Work<'_>, delivery: &Delivery, parcel: &Parcel) -> Result<bool, ActionError> {
    let instead = match (&parcel.reader, &parcel.way) {
        (Some(reader), Way::Send { to: Recipient::Person(_), mentions }) => {
            to_next_identity(work, delivery, parcel, reader, Some(mentions)).await?.into_iter().collect()
        }
        (Some(reader), Way::Call { .. }) => {
            to_next_identity(work, delivery, parcel, reader, None).await?.into_iter().collect()
        }
        (None, Way::Send { to: Recipient::Conversation { .. }, mentions }) => {
            group_fallback::by_next_way(work, delivery, parcel, mentions).await?
        }
        _ => Vec::new(),
    };
    if instead.is_empty() {
        return Ok(false);
    }
    let noted = Parcel { instead, ..parcel.clone() };
    let noted = serde_json::to_string(&noted).map_err(|error| ActionError::Internal(error.to_string()))?;
    work.tx.rewrite_delivery(&work.app.workspace, &delivery.id, &noted).await?;
    Ok(true)
}

/// Queues the same message to the reader's next identity, where there is one. A call, which has no `mentions`, goes where they
/// can be rung before it becomes a written message.
async fn to_next_identity(
    work: &mut Work<'_>,
    delivery: &Delivery,
    parcel: &Parcel,
    reader: &PersonId,
    mentions: Option<&Mentions>,
) -> Result<Option<DeliveryId>, ActionError> {
    let rings = mentions.is_none();
    let tried: Vec<AccountId> = parcel.tried.iter().cloned().chain(delivery.account.clone()).collect();
    let identities = work.tx.identities_of(&work.app.workspace, reader).await?;
    // A platform that the reader does not want it on is better than none.
    let preferences = match delivery.urgency == Urgency::Urgent as i64 {
        true => None,
        false => work.tx.notice_preferences(&work.app.workspace, reader).await?,
    };
    let untried = identities.into_iter().filter(|identity| !tried.contains(&identity.account));
    let reachable = untried.filter_map(|identity| Some((work.app.account(&identity.account)?, identity)));
    let is_mute = |account: &OpenAccount| rings && account.live.buzz().is_none();
    let order = |account: &OpenAccount, identity: &Identity| {
        (!is_well(account), is_mute(account), work.ordinary_first(identity, preferences.as_ref()))
    };
    let Some((open, identity)) = reachable.min_by_key(|(account, identity)| order(account, identity)) else {
        return Ok(None);
    };
    let Identity { account, user, .. } = identity;
    let subject = delivery.subject.as_deref().and_then(Subject::from_id);
    let about = subject.as_ref().map(|subject| About { subject, collaboration: delivery.collaboration.as_ref() });
    let way = match rings && !is_mute(&open) {
        true => Way::Call { to: user },
        false => Way::Send { to: Recipient::Person(user), mentions: mentions.cloned().unwrap_or_default() },
    };
    let parcel = Parcel { way, tried, instead: Vec::new(), withheld: false, ..parcel.clone() };
    let urgency = Urgency::from_rank(delivery.urgency);
    work.queue(account, None, delivery.order_key.clone(), urgency, about, None, parcel).map(Some)
}
