//! Sending what is queued.
//!
//! A round has three steps. **Plan**, in one transaction: which deliveries are ready, which of them their senders'
//! limits allow, and an attempt written for each before it is made; the allowance is computed from those attempts, so it
//! holds across restarts and nodes. **Send**: the message is put into words only now, from the state as it is; when
//! nothing is left to be said, nothing is sent. **Settle**: what came of it.

use std::{collections::HashMap, sync::Arc};

use huan_connect::{Certainty, Content, Outgoing, Retry, SendError, Sent};
use huan_core::{
    history::{Event, Subject},
    id::{AccountId, AttemptId},
    platform::ForeignMessage,
};
use huan_store::{Delivery, Outcome, Resting, SentCard, Settlement};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::{Round, allowance::Allowance};
use crate::{
    app::{App, OpenAccount},
    error::ActionError,
    notices,
    parcel::{Parcel, Way},
    work::{Work, lanes_of},
};

/// How many deliveries one round sends at the same time.
const AT_ONCE: u32 = 64;
/// After so many attempts a delivery is given up, visible and with a button to try again.
const MOST_ATTEMPTS: i64 = 10;
/// The longest pause between two attempts.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// For how long a platform is trusted to remember the key of a message. After that, one of unknown outcome is not sent
/// again by itself (Feishu keeps a `uuid` for one hour).
const KEY_IS_KNOWN: SignedDuration = SignedDuration::from_mins(50);

/// Takes what may be sent now and sends it.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let Plan { sending, next_at } = plan(&app).await?;
    let done = sending.len();
    let mut running = JoinSet::new();
    for planned in sending {
        let app = Arc::clone(&app);
        running.spawn(async move { carry_out(&app, planned).await });
    }
    let mut outcome = Ok(());
    while let Some(finished) = running.join_next().await {
        // Every delivery of the round is seen to its end, whatever happens to another.
        outcome = outcome.and(finished.map_err(|error| ActionError::Internal(error.to_string())).flatten());
    }
    outcome.map(|()| Round { done, next_at })
}

struct Plan {
    sending: Vec<Planned>,
    next_at: Option<Timestamp>,
}

/// A delivery with the attempt that was begun for it.
struct Planned {
    delivery: Delivery,
    attempt: AttemptId,
    account: OpenAccount,
    parcel: Parcel,
}

async fn plan(app: &App) -> Result<Plan, ActionError> {
    let mut work = app.begin_as_huan().await?;
    work.tx.take_outbox_turn().await?;
    let now = work.now;
    let mut allowances: HashMap<(AccountId, String), Allowance> = HashMap::new();
    let mut full: Vec<(AccountId, String)> = Vec::new();
    let mut next_at: Option<Timestamp> = None;
    let mut sending = Vec::new();
    loop {
        let found = work.tx.ready_deliveries(now, &full, AT_ONCE).await?;
        let full_before = full.len();
        for (_, delivery) in found.into_iter().filter(|(workspace, _)| *workspace == app.workspace) {
            if let Some(planned) =
                admit(&mut work, delivery, &mut allowances, &mut full, &mut next_at, sending.len()).await?
            {
                sending.push(planned);
            }
        }
        // Lanes found full hid what could be sent behind them: look again without them.
        if !sending.is_empty() || full.len() == full_before {
            break;
        }
    }
    if sending.is_empty() {
        next_at = [next_at, work.tx.next_delivery_at(now).await?].into_iter().flatten().min();
    }
    work.commit().await?;
    Ok(Plan { sending, next_at })
}

/// Begins an attempt when the lanes of a delivery have room, else notes which lane is full and until when.
async fn admit(
    work: &mut Work<'_>,
    mut delivery: Delivery,
    allowances: &mut HashMap<(AccountId, String), Allowance>,
    full: &mut Vec<(AccountId, String)>,
    next_at: &mut Option<Timestamp>,
    already: usize,
) -> Result<Option<Planned>, ActionError> {
    if already >= AT_ONCE as usize {
        return Ok(None);
    }
    let parcel: Parcel = match serde_json::from_str(&delivery.message) {
        Ok(parcel) => parcel,
        Err(error) => {
            let settlement =
                Settlement::Failed { reason: "delivery.reason.unreadable".to_owned(), detail: error.to_string() };
            work.tx.settle(&work.app.workspace, &delivery, None, &settlement, work.now).await?;
            return Ok(None);
        }
    };
    let Some(account) = delivery.account.as_ref().and_then(|id| work.app.account(id)) else {
        // The account is switched off or could not be opened: its messages wait for it.
        if let Some(id) = delivery.account {
            hide(full, id, delivery.lane);
        }
        return Ok(None);
    };
    let lanes = lanes_of(&account, &parcel, &delivery.idempotency_key);
    let limited = [Some(&lanes.sender), lanes.target.as_ref()];
    for lane in limited.into_iter().flatten() {
        let key = (account.id.clone(), lane.key.clone());
        if !allowances.contains_key(&key) {
            let since = work.now - Allowance::longest(lane.limits);
            let starts = work.tx.lane_starts(&work.app.workspace, &account.id, &lane.key, since).await?;
            allowances.insert(key.clone(), Allowance::new(lane.limits, starts));
        }
        if let Some(free_at) = allowances[&key].free_at(work.now) {
            *next_at = Some(next_at.map_or(free_at, |known| known.min(free_at)));
            // The way can have changed since it was queued (a session route ends), and with it the lane.
            hide(full, account.id.clone(), delivery.lane);
            hide(full, key.0, key.1);
            return Ok(None);
        }
    }
    delivery.lane = lanes.sender.key.clone();
    delivery.target_lane = lanes.target.as_ref().map(|lane| lane.key.clone());
    let attempt: AttemptId = work.new_id();
    let until = work.now + work.app.leases.message;
    work.tx.begin_attempt(&work.app.workspace, &mut delivery, &attempt, work.now, until).await?;
    for lane in [Some(&lanes.sender), lanes.target.as_ref()].into_iter().flatten() {
        if let Some(allowance) = allowances.get_mut(&(account.id.clone(), lane.key.clone())) {
            allowance.take(work.now);
        }
    }
    Ok(Some(Planned { delivery, attempt, account, parcel }))
}

/// Leaves a lane out of the search for what is ready. One that is left out already adds nothing: so the search ends.
fn hide(full: &mut Vec<(AccountId, String)>, account: AccountId, lane: String) {
    let lane = (account, lane);
    if !full.contains(&lane) {
        full.push(lane);
    }
}

async fn carry_out(app: &App, planned: Planned) -> Result<(), ActionError> {
    let Some(content) = notices::compose(app, &planned.parcel, planned.delivery.id.as_str()).await? else {
        let reason = "delivery.reason.no_longer_needed".to_owned();
        return settle(app, &planned, None, None, Settlement::Dropped { reason }).await;
    };
    let message = outgoing(&planned, content);
    // Only the message itself tells whether the platform knows it again: it may know cards by their key but not words.
    let is_known_again = planned.account.live.lanes(&message).idempotent;
    // An attempt whose worker died may have reached the platform. Without a key by which the platform would know it
    // again, only a person can decide.
    let died = planned.delivery.attempts > 1 && planned.delivery.reason.is_none();
    if died && !may_repeat(app, &planned, is_known_again).await? {
        let reason = "delivery.reason.answer_lost".to_owned();
        return settle(app, &planned, None, None, Settlement::Uncertain { reason, detail: String::new() }).await;
    }
    match send(&planned, &message).await {
        Ok(sent) => {
            let settlement = Settlement::Sent { message: sent.message };
            settle(app, &planned, Some(&message.content), None, settlement).await
        }
        Err(error) => {
            let settlement = verdict(app, &planned, &error, is_known_again).await?;
            settle(app, &planned, None, resting(app, &planned, &error), settlement).await
        }
    }
}

fn outgoing(planned: &Planned, content: Content) -> Outgoing {
    let (to, mentions) = planned.parcel.recipient();
    Outgoing { to, content, mentions, key: planned.delivery.idempotency_key.clone() }
}

async fn send(planned: &Planned, message: &Outgoing) -> Result<Sent, SendError> {
    match (&planned.parcel.way, &message.content) {
        (Way::Edit { message: shown, .. }, Content::Card(card)) => {
            if let Some(editor) = planned.account.live.cards() {
                editor.edit(shown, card).await?;
            }
            Ok(Sent { message: Some(shown.clone()) })
        }
        _ => planned.account.live.send(message).await,
    }
}

/// What becomes of a delivery whose attempt failed.
async fn verdict(
    app: &App,
    planned: &Planned,
    error: &SendError,
    is_known_again: bool,
) -> Result<Settlement, ActionError> {
    let (reason, detail) = (error.reason_key.to_owned(), error.detail.clone());
    let outcome = match error.certainty {
        Certainty::NotSent => Outcome::Failed,
        Certainty::Unknown => Outcome::Unknown,
    };
    if outcome == Outcome::Unknown && !may_repeat(app, planned, is_known_again).await? {
        return Ok(Settlement::Uncertain { reason, detail });
    }
    let pause = match error.retry {
        Retry::Never => return Ok(Settlement::Failed { reason, detail }),
        Retry::After(rest) => SignedDuration::try_from(rest).unwrap_or(LONGEST_PAUSE),
        Retry::Transient if planned.delivery.attempts >= MOST_ATTEMPTS => {
            return Ok(Settlement::Failed { reason, detail });
        }
        Retry::Transient => {
            let doubled = 1_i64 << planned.delivery.attempts.clamp(0, 10);
            SignedDuration::from_secs(doubled).min(LONGEST_PAUSE)
        }
    };
    Ok(Settlement::Later { at: app.now() + pause, outcome, reason, detail })
}

/// Whether sending the same message again is harmless: an edit always is, a message while the platform knows its key.
async fn may_repeat(app: &App, planned: &Planned, is_known_again: bool) -> Result<bool, ActionError> {
    if matches!(planned.parcel.way, Way::Edit { .. }) {
        return Ok(true);
    }
    if !is_known_again {
        return Ok(false);
    }
    let attempts = app.db.read().await?.attempts(&app.workspace, &planned.delivery.id).await?;
    Ok(attempts.first().is_none_or(|first| app.now() < first.started_at + KEY_IS_KNOWN))
}

/// The rest that a platform demands of the sender's lane.
fn resting(app: &App, planned: &Planned, error: &SendError) -> Option<Resting> {
    let Retry::After(rest) = error.retry else { return None };
    Some(Resting {
        account: planned.account.id.clone(),
        lane: planned.delivery.lane.clone(),
        until: app.now() + SignedDuration::try_from(rest).unwrap_or(LONGEST_PAUSE),
        reason: error.reason_key.to_owned(),
    })
}

async fn settle(
    app: &App,
    planned: &Planned,
    shown: Option<&Content>,
    resting: Option<Resting>,
    settlement: Settlement,
) -> Result<(), ActionError> {
    let mut work = app.begin_as_huan().await?;
    if let Some(resting) = resting {
        work.tx.rest_lane(&app.workspace, &resting).await?;
    }
    work.tx.settle(&app.workspace, &planned.delivery, Some(&planned.attempt), &settlement, work.now).await?;
    if let (Settlement::Sent { message: Some(message) }, Some(Content::Card(card)), Way::Send { .. }) =
        (&settlement, shown, &planned.parcel.way)
    {
        let card = sent_card(planned, message, &card.reference, work.now);
        work.tx.keep_sent_card(&app.workspace, &card).await?;
    }
    write_history(&mut work, planned, &settlement);
    work.commit().await
}

fn sent_card(planned: &Planned, message: &ForeignMessage, reference: &str, now: Timestamp) -> SentCard {
    SentCard {
        account: planned.account.id.clone(),
        foreign_message: message.clone(),
        subject: planned.delivery.subject.clone().unwrap_or_default(),
        person: planned.delivery.person.clone(),
        channel: planned.delivery.channel.clone(),
        kind: planned.delivery.what.clone(),
        reference: reference.to_owned(),
        shows: String::new(),
        sent_at: now,
    }
}

/// What the history of the thing says about a delivery that has come to its end; edits of cards are not told.
fn write_history(work: &mut Work<'_>, planned: &Planned, settlement: &Settlement) {
    let delivery = &planned.delivery;
    let Some(subject) = delivery.subject.as_deref().and_then(Subject::from_id) else { return };
    let (platform, to, what) = (planned.account.platform.clone(), delivery.person.clone(), delivery.what.clone());
    let is_edit = matches!(planned.parcel.way, Way::Edit { .. });
    let event = match settlement {
        Settlement::Sent { .. } if !is_edit => Event::Sent { platform, to, what },
        Settlement::Failed { reason, detail } | Settlement::Uncertain { reason, detail } => {
            tracing::warn!(delivery = %delivery.id, what, reason, detail, "a message was not surely delivered");
            Event::SendFailed { platform, to, what, reason: reason.clone() }
        }
        _ => {
            work.show(&subject, delivery.collaboration.as_ref());
            return;
        }
    };
    work.happened(subject, delivery.collaboration.as_ref(), event);
}
