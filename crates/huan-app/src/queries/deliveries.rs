//! What became of messages: queued, sent, delivered, read, answered — or failed, with the reason in words.

use std::collections::HashMap;

use huan_core::{
    history::Subject,
    i18n::text,
    id::{CollaborationId, DeliveryId},
    permission::{self, CollaborationDeed},
    platform::PlatformKey,
};
use huan_store::{Delivery, DeliveryFilter, DeliveryState, Page};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look, history,
    names::{Names, PersonRef},
    subjects,
};
use crate::{error::ActionError, parcel::Parcel};

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DeliveryView {
    /// The id.
    pub id: String,
    /// The id of the thing it is about.
    pub subject: Option<String>,
    /// What that thing is called.
    pub about: Option<String>,
    /// The id of the collaboration of that thing.
    pub collaboration: Option<String>,
    /// What kind of message.
    pub what: String,
    /// The platform; none when no platform reaches the person.
    pub platform: Option<String>,
    /// The name of the account that sends it.
    pub account: Option<String>,
    /// To whom; none for a group.
    pub to: Option<PersonRef>,
    /// The group's name.
    pub channel: Option<String>,
    /// `queued`, `sending`, `sent`, `delivered`, `read`, `answered`, `failed`, `uncertain` or `dropped`.
    pub state: String,
    /// When it was caused.
    pub queued_at: Timestamp,
    /// When the platform took it.
    pub sent_at: Option<Timestamp>,
    /// When it reached the reader's device.
    pub delivered_at: Option<Timestamp>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it is tried (again), while it waits.
    pub next_at: Option<Timestamp>,
    /// The attempts made.
    pub attempts: Vec<AttemptView>,
    /// Why it failed or waits, in the reader's language.
    pub reason: Option<String>,
    /// Whether it was to call on everybody 「@全体」 and went without, since the group's day had no room for that.
    pub everybody_withheld: bool,
    /// Where it went instead.
    pub instead: Vec<InsteadView>,
    /// Whether the reader may have it sent again.
    pub may_retry: bool,
}

/// The way that a message took instead of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InsteadView {
    /// The delivery.
    pub id: String,
    /// The platform.
    pub platform: Option<String>,
    /// To whom; none for a group.
    pub to: Option<PersonRef>,
    /// The group's name.
    pub channel: Option<String>,
    /// Its state, as of any delivery.
    pub state: String,
}

/// One attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttemptView {
    /// When it began.
    pub at: Timestamp,
    /// `sent`, `failed`, `unknown`, or `running`.
    pub outcome: String,
    /// Why, in the reader's language.
    pub reason: Option<String>,
    /// What the platform said.
    pub detail: Option<String>,
}

/// A sender that the platform told to rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RestingView {
    /// The platform.
    pub platform: String,
    /// The name of the account.
    pub account: String,
    /// Until when.
    pub until: Timestamp,
    /// Why, in the reader's language.
    pub reason: String,
}

/// A page of deliveries: about a thing that the reader may see, of a collaboration that they direct, or, for
/// administrators, all of them.
///
/// # Errors
/// When the thing is not theirs to see, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    filter: &DeliveryFilter,
    page: &Page,
) -> Result<(Option<String>, Vec<DeliveryView>), ActionError> {
    match (&filter.subject, &filter.collaboration) {
        (Some(subject), _) => require_visible(look, subject).await?,
        (None, Some(collaboration)) => {
            let role = look.role(collaboration).await?;
            permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role)?;
        }
        (None, None) => permission::may_administer(&look.caller.viewer)?,
    }
    let listed = look.conn.deliveries(&look.app.workspace, filter, page).await?;
    let next = listed.next.as_ref().map(ToString::to_string);
    Ok((next, views(look, listed.rows).await?))
}

/// The senders that rest, for administrators.
///
/// # Errors
/// When the reader is none, or the database fails.
pub async fn resting(look: &mut Look<'_>) -> Result<Vec<RestingView>, ActionError> {
    permission::may_administer(&look.caller.viewer)?;
    let resting = look.conn.resting_lanes(&look.app.workspace, look.now).await?;
    let accounts = look.conn.accounts(&look.app.workspace).await?;
    let view = |lane: huan_store::Resting| {
        let account = accounts.iter().find(|account| account.id == lane.account)?;
        Some(RestingView {
            platform: account.platform.to_string(),
            account: account.name.clone(),
            until: lane.until,
            reason: text(look.caller.language, &lane.reason, &[]),
        })
    };
    Ok(resting.into_iter().filter_map(view).collect())
}

/// A delivery, when the reader may see what it is about.
///
/// # Errors
/// When there is none, it is not theirs to see, or the database fails.
pub async fn visible(look: &mut Look<'_>, id: &DeliveryId) -> Result<Delivery, ActionError> {
    let found = look.conn.delivery(&look.app.workspace, id).await?;
    let delivery = found.ok_or(ActionError::NotFound("delivery"))?;
    match &delivery.subject {
        Some(subject) => require_visible(look, subject).await?,
        None if look.caller.viewer.administrator => {}
        None => return Err(ActionError::NotFound("delivery")),
    }
    Ok(delivery)
}

/// Messages about a thing are seen by whoever sees the thing; those of a collaboration as a whole by whoever directs it.
async fn require_visible(look: &mut Look<'_>, subject: &str) -> Result<(), ActionError> {
    match Subject::from_id(subject) {
        // Levels hold for administrators too.
        Some(subject @ (Subject::Task(_) | Subject::Record(_) | Subject::Problem(_) | Subject::FollowUp(_))) => {
            history::require_visible(look, &subject).await
        }
        _ if look.caller.viewer.administrator => Ok(()),
        Some(Subject::Collaboration(id)) => {
            let role = look.role(&id).await?;
            Ok(permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role)?)
        }
        Some(subject) => history::require_visible(look, &subject).await,
        None => Err(ActionError::NotFound("subject")),
    }
}

/// Puts deliveries that the reader may see into shape.
///
/// # Errors
/// When the database fails.
pub async fn views(look: &mut Look<'_>, deliveries: Vec<Delivery>) -> Result<Vec<DeliveryView>, ActionError> {
    if deliveries.is_empty() {
        return Ok(Vec::new());
    }
    let workspace = &look.app.workspace;
    let mut others: HashMap<DeliveryId, Delivery> = HashMap::new();
    for id in deliveries.iter().flat_map(taken_by) {
        if let Some(other) = look.conn.delivery(workspace, &id).await? {
            others.insert(id, other);
        }
    }
    let people = deliveries.iter().chain(others.values()).filter_map(|delivery| delivery.person.clone()).collect();
    let names = Names::of_people(look, people).await?;
    let accounts = look.conn.accounts(workspace).await?;
    let accounts: HashMap<_, (PlatformKey, String)> =
        accounts.into_iter().map(|account| (account.id, (account.platform, account.name))).collect();
    let about: Vec<Subject> =
        deliveries.iter().filter_map(|delivery| Subject::from_id(delivery.subject.as_ref()?)).collect();
    let about = subjects::titles(look, about.iter()).await?;
    let workspace = &look.app.workspace;
    let titles: HashMap<_, String> =
        match deliveries.iter().chain(others.values()).any(|delivery| delivery.channel.is_some()) {
            true => {
                look.conn.channels(workspace).await?.into_iter().map(|channel| (channel.id, channel.title)).collect()
            }
            false => HashMap::new(),
        };
    let language = look.caller.language;
    let words = |reason: Option<String>| reason.map(|key| text(language, &key, &[]));
    let mut views = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let attempts = look.conn.attempts(workspace, &delivery.id).await?;
        let over = matches!(delivery.state, DeliveryState::Failed | DeliveryState::Uncertain);
        let account = delivery.account.as_ref().and_then(|id| accounts.get(id));
        let instead = taken_by(&delivery).into_iter().filter_map(|id| others.get(&id)).map(|other| InsteadView {
            id: other.id.to_string(),
            platform: other.account.as_ref().and_then(|id| accounts.get(id)).map(|(platform, _)| platform.to_string()),
            to: other.person.as_ref().map(|person| names.person(person)),
            channel: other.channel.as_ref().and_then(|id| titles.get(id)).cloned(),
            state: super::code(&other.state),
        });
        let instead = instead.collect();
        views.push(DeliveryView {
            id: delivery.id.to_string(),
            everybody_withheld: is_withheld(&delivery),
            about: delivery.subject.as_ref().and_then(|subject| about.get(subject)).map(|titled| titled.title.clone()),
            subject: delivery.subject,
            collaboration: delivery.collaboration.as_ref().map(CollaborationId::to_string),
            what: delivery.what,
            platform: account.map(|(platform, _)| platform.to_string()),
            account: account.map(|(_, name)| name.clone()),
            to: delivery.person.as_ref().map(|person| names.person(person)),
            channel: delivery.channel.as_ref().and_then(|id| titles.get(id)).cloned(),
            state: super::code(&delivery.state),
            queued_at: delivery.created_at,
            sent_at: delivery.sent_at,
            delivered_at: delivery.delivered_at,
            read_at: delivery.read_at,
            next_at: delivery.ready_at.filter(|_| delivery.state == DeliveryState::Queued),
            attempts: attempts
                .into_iter()
                .map(|attempt| AttemptView {
                    at: attempt.started_at,
                    outcome: attempt.outcome.map_or_else(|| "running".to_owned(), |outcome| super::code(&outcome)),
                    reason: words(attempt.reason),
                    detail: attempt.detail,
                })
                .collect(),
            reason: words(delivery.reason),
            instead,
            may_retry: over && delivery.account.is_some() && !look.caller.viewer.guest,
        });
    }
    Ok(views)
}

/// Whether a message to a group went without calling on everybody there.
fn is_withheld(delivery: &Delivery) -> bool {
    delivery.channel.is_some() && serde_json::from_str::<Parcel>(&delivery.message).is_ok_and(|parcel| parcel.withheld)
}

/// The deliveries that take a message instead of this one.
fn taken_by(delivery: &Delivery) -> Vec<DeliveryId> {
    // Most deliveries got where they were to go: nothing is read for them.
    if !matches!(delivery.state, DeliveryState::Rerouted | DeliveryState::Uncertain) {
        return Vec::new();
    }
    serde_json::from_str::<Parcel>(&delivery.message).map(|parcel| parcel.instead).unwrap_or_default()
}
