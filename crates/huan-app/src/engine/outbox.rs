//! Sending what is queued.
//!
//! A round has three steps. **Plan**, in one transaction: which deliveries are ready, which of them their senders'
//! limits allow, and an attempt written for each before it is made; the allowance is computed from those attempts, so it
//! holds across restarts and nodes. **Send**: the message is put into words only now, from the state as it is; when
//! nothing is left to be said, nothing is sent. **Settle**: what came of it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use huan_connect::{BuzzKind, Certainty, Content, Outgoing, Retry, SendError, Sent};
use huan_core::{
    history::{Event, Subject},
    id::{AccountId, AttemptId},
    platform::ForeignMessage,
};
use huan_store::{Delivery, Outcome, Resting, SentCard, Settlement, Topic};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{AFTER_FAILURE, Round, allowance::Allowance, fallback, peace::Peace, until};
use crate::{
    app::{App, OpenAccount},
    error::ActionError,
    notices,
    parcel::{Parcel, Urgency, Way},
    work::{Work, lanes_of},
};

/// How many deliveries are being sent at the same time, …
const AT_ONCE: u32 = 64;
/// … how many of them by one account, …
const FOR_ONE: usize = 40;
/// … and how many places are kept for what is urgent.
const FOR_URGENT: usize = 8;
/// After so many attempts a delivery is given up, visible and with a button to try again.
const MOST_ATTEMPTS: i64 = 10;
/// The longest pause between two attempts.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// For how long a platform is trusted to remember the key of a message. After that, one of unknown outcome is not sent
/// again by itself (Feishu keeps a `uuid` for one hour).
const KEY_IS_KNOWN: SignedDuration = SignedDuration::from_mins(50);

/// Sends until it is told to stop. What is in hand then is seen to its end.
///
/// Nothing waits for a slow platform but what goes there: as soon as something is sent, the next is taken.
pub(super) async fn run(app: Arc<App>, stop: CancellationToken) {
    let mut in_hand = InHand::default();
    let mut running: JoinSet<(AccountId, Result<(), ActionError>)> = JoinSet::new();
    while !stop.is_cancelled() {
        // Interest is registered before looking, so that nothing committed meanwhile is slept through.
        let mut waiter = app.db.waiter(Topic::Outbox);
        let pause = match plan(&app, &in_hand).await {
            Ok(Plan { sending, next_at }) if sending.is_empty() => until(&app, next_at),
            Ok(Plan { sending, .. }) => {
                for planned in sending {
                    in_hand.take(&planned.account.id);
                    let app = Arc::clone(&app);
                    running.spawn(async move { (planned.account.id.clone(), carry_out(&app, planned).await) });
                }
                // What the first lanes hid may be ready behind them.
                Duration::ZERO
            }
            Err(error) => {
                tracing::error!(worker = "outbox", %error, "a round failed; trying again");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            Some(finished) = running.join_next() => {
                in_hand.finish(finished);
                while let Some(finished) = running.try_join_next() {
                    in_hand.finish(finished);
                }
            }
            // With both hands full only something finished is of use.
            _ = waiter.wait(pause), if !in_hand.is_full() => {}
        }
    }
    while let Some(finished) = running.join_next().await {
        in_hand.finish(finished);
    }
}

/// What a worker is sending, by account.
#[derive(Debug, Clone, Default)]
struct InHand {
    by_account: HashMap<AccountId, usize>,
}

impl InHand {
    fn all(&self) -> usize {
        self.by_account.values().sum()
    }

    fn is_full(&self) -> bool {
        self.all() >= AT_ONCE as usize
    }

    fn take(&mut self, account: &AccountId) {
        *self.by_account.entry(account.clone()).or_default() += 1;
    }

    /// Whether there is a hand free for a delivery of `urgency` by `account`. One account that does not answer leaves
    /// room for the others, and everything ordinary leaves room for what is urgent.
    fn may_take(&self, account: &AccountId, urgency: i64) -> bool {
        let of_account = self.by_account.get(account).copied().unwrap_or_default();
        let urgent = urgency == Urgency::Urgent as i64;
        !self.is_full() && (urgent || (of_account < FOR_ONE && self.all() < AT_ONCE as usize - FOR_URGENT))
    }

    fn finish(&mut self, finished: Result<(AccountId, Result<(), ActionError>), tokio::task::JoinError>) {
        match finished {
            Ok((account, outcome)) => {
                if let Some(count) = self.by_account.get_mut(&account) {
                    *count -= 1;
                }
                if let Err(error) = outcome {
                    // Its attempt stands in the database; when the lease ends it is taken up again.
                    tracing::error!(worker = "outbox", %error, "a delivery could not be carried out");
                }
            }
            Err(error) => {
                tracing::error!(worker = "outbox", %error, "a delivery ended early");
                // Which account's is not known: without counts all of them may send.
                self.by_account.clear();
            }
        }
    }
}

/// Takes what may be sent now, sends it and waits for all of it: for tests that stand still in time.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let Plan { sending, next_at } = plan(&app, &InHand::default()).await?;
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

/// What has been found out while a plan is made.
struct Planning {
    in_hand: InHand,
    allowances: HashMap<(AccountId, String), Allowance>,
    /// Lanes through which nothing can be sent now.
    full: Vec<(AccountId, String)>,
    /// When one of them has room again.
    next_at: Option<Timestamp>,
    /// How the readers want to be told.
    peace: Peace,
    /// Whether something was put off: then others may be ready behind it.
    put_off: bool,
}

async fn plan(app: &App, in_hand: &InHand) -> Result<Plan, ActionError> {
    let mut planning = Planning {
        in_hand: in_hand.clone(),
        allowances: HashMap::new(),
        full: Vec::new(),
        next_at: None,
        peace: Peace::default(),
        put_off: false,
    };
    let mut sending = Vec::new();
    if in_hand.is_full() {
        return Ok(Plan { sending, next_at: None });
    }
    let mut work = app.begin_as_huan().await?;
    work.tx.take_outbox_turn().await?;
    let now = work.now;
    loop {
        let found = work.tx.ready_deliveries(now, &planning.full, AT_ONCE).await?;
        let full_before = planning.full.len();
        for (_, delivery) in found.into_iter().filter(|(workspace, _)| *workspace == app.workspace) {
            sending.extend(planning.admit(&mut work, delivery).await?);
        }
        // Lanes found full, and what was put off, hid what could be sent behind them: look again without them.
        let put_off = std::mem::take(&mut planning.put_off);
        if !sending.is_empty() || (planning.full.len() == full_before && !put_off) {
            break;
        }
    }
    let mut next_at = planning.next_at;
    if sending.is_empty() {
        next_at = [next_at, work.tx.next_delivery_at(now).await?].into_iter().flatten().min();
    }
    work.commit().await?;
    Ok(Plan { sending, next_at })
}

impl Planning {
    /// Begins an attempt when the lanes of a delivery have room, else notes which lane is full and until when.
    async fn admit(&mut self, work: &mut Work<'_>, mut delivery: Delivery) -> Result<Option<Planned>, ActionError> {
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
                self.hide(id, delivery.lane);
            }
            return Ok(None);
        };
        if self.peace.puts_off(work, &delivery, &parcel).await? {
            self.put_off = true;
            return Ok(None);
        }
        if !self.in_hand.may_take(&account.id, delivery.urgency) {
            self.hide(account.id, delivery.lane);
            return Ok(None);
        }
        let lanes = lanes_of(&account, &parcel, &delivery.idempotency_key);
        let urgent = delivery.urgency == Urgency::Urgent as i64;
        let limited = [Some(&lanes.sender), lanes.target.as_ref()];
        for lane in limited.into_iter().flatten() {
            let key = (account.id.clone(), lane.key.clone());
            if !self.allowances.contains_key(&key) {
                let since = work.now - Allowance::longest(lane.limits);
                let uses = work.tx.lane_uses(&work.app.workspace, &account.id, &lane.key, since).await?;
                self.allowances.insert(key.clone(), Allowance::new(lane.limits, &uses, work.now));
            }
            if let Some(free_at) = self.allowances[&key].free_at(work.now, urgent) {
                self.next_at = Some(self.next_at.map_or(free_at, |known| known.min(free_at)));
                // The way can have changed since it was queued (a session route ends), and with it the lane.
                self.hide(account.id.clone(), delivery.lane);
                self.hide(key.0, key.1);
                return Ok(None);
            }
        }
        delivery.lane = lanes.sender.key.clone();
        delivery.target_lane = lanes.target.as_ref().map(|lane| lane.key.clone());
        let attempt: AttemptId = work.new_id();
        let until = work.now + work.app.leases.message;
        work.tx.begin_attempt(&work.app.workspace, &mut delivery, &attempt, work.now, until).await?;
        for lane in [Some(&lanes.sender), lanes.target.as_ref()].into_iter().flatten() {
            if let Some(allowance) = self.allowances.get_mut(&(account.id.clone(), lane.key.clone())) {
                allowance.take(work.now);
            }
        }
        self.in_hand.take(&account.id);
        Ok(Some(Planned { delivery, attempt, account, parcel }))
    }

    /// Leaves a lane out of the search for what is ready. One that is left out already adds nothing: so the search ends.
    fn hide(&mut self, account: AccountId, lane: String) {
        let lane = (account, lane);
        if !self.full.contains(&lane) {
            self.full.push(lane);
        }
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
    let outcome = match &planned.parcel.way {
        Way::Call { .. } => call(app, &planned, &message).await?,
        _ => send(&planned, &message).await,
    };
    match outcome {
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

/// Rings a person: with the message that the call is about where the platform needs one, else alone.
async fn call(app: &App, planned: &Planned, message: &Outgoing) -> Result<Result<Sent, SendError>, ActionError> {
    let Some(buzz) = planned.account.live.buzz() else {
        return Ok(Err(SendError {
            certainty: Certainty::NotSent,
            retry: Retry::Never,
            reason_key: "delivery.reason.unsupported",
            detail: "this account cannot ring".to_owned(),
        }));
    };
    let Way::Call { to } = &planned.parcel.way else { return Ok(Ok(Sent { message: None })) };
    let words = notices::call_words(app, &planned.parcel).await?;
    let about = if buzz.needs_message() {
        match planned.account.live.send(message).await {
            Ok(Sent { message: Some(about) }) => Some(about),
            Ok(Sent { message: None }) => None,
            Err(error) => return Ok(Err(error)),
        }
    } else {
        None
    };
    let unknown = ForeignMessage::new("");
    let rung = buzz.buzz(BuzzKind::Phone, about.as_ref().unwrap_or(&unknown), std::slice::from_ref(to), &words).await;
    Ok(rung.map(|()| Sent { message: about }))
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
    let settlement = fallback::otherwise(&mut work, &planned.delivery, &planned.parcel, settlement).await?;
    work.tx.settle(&app.workspace, &planned.delivery, Some(&planned.attempt), &settlement, work.now).await?;
    if let (
        Settlement::Sent { message: Some(message) },
        Some(Content::Card(card)),
        Way::Send { .. } | Way::Call { .. },
    ) = (&settlement, shown, &planned.parcel.way)
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
        Settlement::Failed { reason, detail }
        | Settlement::Uncertain { reason, detail }
        | Settlement::Rerouted { reason, detail } => {
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
