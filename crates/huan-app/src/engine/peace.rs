//! What ordinary messages wait for (I5): the end of the reader's quiet hours, and the moment at which news is gathered for
//! them, as they want it on the platform by which it goes.
//! Whatever is urgent waits for nothing, and neither does an answer to somebody who asked.

use std::collections::HashMap;

use huan_core::{
    id::PersonId,
    notice_preference::{Handling, NoticePreferences},
};
use huan_store::{Delivery, DeliveryState, Settlement};
use jiff::tz::TimeZone;

use crate::{
    error::ActionError,
    notices::Notice,
    parcel::{Parcel, Urgency, Way},
    work::Work,
};

/// How the readers of a round want to be told.
#[derive(Default)]
pub(super) struct Peace {
    known: HashMap<PersonId, (NoticePreferences, TimeZone)>,
}

impl Peace {
    /// Puts a delivery off where its reader wants that. Says whether it was put off, or is not to go at all.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn puts_off(
        &mut self,
        work: &mut Work<'_>,
        delivery: &Delivery,
        parcel: &Parcel,
    ) -> Result<bool, ActionError> {
        let ordinary = delivery.urgency >= Urgency::Normal as i64 && delivery.state == DeliveryState::Queued;
        let Some(reader) = parcel.reader.as_ref().filter(|_| ordinary && delivery.attempts == 0) else {
            return Ok(false);
        };
        if !matches!(parcel.way, Way::Send { .. }) || !parcel.notice.may_wait() {
            return Ok(false);
        }
        let (workspace, now) = (&work.app.workspace, work.now);
        let (preferences, zone) = self.of(work, reader).await?;
        let platform = delivery.account.as_ref().and_then(|id| work.app.account(id)).map(|open| open.platform.clone());
        let preferences = match &platform {
            Some(platform) => preferences.on(platform),
            None => preferences,
        };
        let key = format!("news {reader}");
        let is_gathering = delivery.merge_key.as_ref() == Some(&key);
        // What another platform did not take is late already, and was wanted there.
        let is_rerouted = !parcel.tried.is_empty();
        if let Some(news) = parcel.notice.news().filter(|_| !is_gathering && !is_rerouted) {
            match preferences.handling(news) {
                Handling::AtOnce => {}
                Handling::Never => {
                    let settlement = Settlement::Dropped { reason: "delivery.reason.not_wanted".to_owned() };
                    work.tx.settle(workspace, delivery, None, &settlement, now).await?;
                    return Ok(true);
                }
                Handling::Gathered => {
                    let at = preferences.next_gathering(now, &zone);
                    if !join(work, delivery, parcel, &key).await? {
                        work.tx.postpone_delivery(workspace, delivery, at, &key, Some(&key)).await?;
                    }
                    return Ok(true);
                }
            }
        }
        match preferences.quiet_until(now, &zone) {
            Some(until) => {
                let order = quiet_order(reader);
                work.tx.postpone_delivery(workspace, delivery, until, &order, None).await?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    async fn of(
        &mut self,
        work: &mut Work<'_>,
        reader: &PersonId,
    ) -> Result<(NoticePreferences, TimeZone), ActionError> {
        if let Some(known) = self.known.get(reader) {
            return Ok(known.clone());
        }
        let workspace = &work.app.workspace;
        let preferences = work.tx.notice_preferences(workspace, reader).await?.unwrap_or_default();
        let person = work.tx.person(workspace, reader).await?;
        let zone = person.map_or_else(|| work.app.zone(), |person| person.hours.zone().clone());
        self.known.insert(reader.clone(), (preferences.clone(), zone.clone()));
        Ok((preferences, zone))
    }
}

/// The order of what waits for the end of a reader's quiet hours.
pub(crate) fn quiet_order(reader: &PersonId) -> String {
    format!("quiet {reader}")
}

/// Adds news to what is gathered for the reader already. Says whether anything was.
async fn join(work: &mut Work<'_>, delivery: &Delivery, parcel: &Parcel, key: &str) -> Result<bool, ActionError> {
    let workspace = &work.app.workspace;
    let Some(account) = &delivery.account else { return Ok(false) };
    let Some(waiting) = work.tx.gathered_delivery(workspace, account, key).await? else { return Ok(false) };
    let Ok(gathered) = serde_json::from_str::<Parcel>(&waiting.message) else { return Ok(false) };
    let mut notices = match gathered.notice.clone() {
        Notice::Gathered { notices } => notices,
        one => vec![one],
    };
    notices.push(parcel.notice.clone());
    let gathered = Parcel { notice: Notice::Gathered { notices }, ..gathered };
    let message = serde_json::to_string(&gathered).map_err(|error| ActionError::Internal(error.to_string()))?;
    work.tx.join_delivery(workspace, &waiting, &message, gathered.what()).await?;
    let settlement = Settlement::Dropped { reason: "delivery.reason.gathered".to_owned() };
    work.tx.settle(workspace, delivery, None, &settlement, work.now).await?;
    Ok(true)
}
