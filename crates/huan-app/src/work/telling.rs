//! Queueing messages to people and groups, together with the change that causes them.

use std::{cmp::Reverse, collections::HashMap};

use huan_connect::{Content, Lane, LaneUse, Mentions, Outgoing, Recipient};
use huan_core::{
    history::{Event, Subject},
    id::{ChannelId, CollaborationId, DeliveryId, IdentityId, PersonId},
    notice_preference::NoticePreferences,
    person::Identity,
    platform::PlatformKey,
};
use huan_store::{NewDelivery, SentCard};
use jiff::Timestamp;

use super::Work;
use crate::{
    app::OpenAccount,
    error::ActionError,
    notices::Notice,
    parcel::{Parcel, Urgency, Way},
};

/// What a delivery is about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The thing.
    pub subject: &'a Subject,
    /// Its collaboration.
    pub collaboration: Option<&'a CollaborationId>,
}

/// Where an answer in a chat goes.
#[derive(Debug, Clone)]
pub struct Place {
    /// The account through which the question was heard.
    pub account: huan_core::id::AccountId,
    /// The group's channel.
    pub channel: Option<ChannelId>,
    /// The conversation, and the message that is answered.
    pub to: Recipient,
}

impl Work<'_> {
    /// Queues a message to a person, on the platform where they are to be reached first.
    ///
    /// A person whom no platform reaches is shown as such among the deliveries: nothing vanishes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell(
        &mut self,
        person: &PersonId,
        subject: &Subject,
        collaboration: &CollaborationId,
        notice: Notice,
    ) -> Result<(), ActionError> {
        let identity = self.reachable_identity(person).await?;
        self.tell_as(person, identity.as_ref(), subject, collaboration, notice)
    }

    /// As [`Work::tell`], where it is known already as whom the person is to be reached, if at all.
    ///
    /// # Errors
    /// When the notice cannot be written down.
    pub(crate) fn tell_as(
        &mut self,
        person: &PersonId,
        identity: Option<&Identity>,
        subject: &Subject,
        collaboration: &CollaborationId,
        notice: Notice,
    ) -> Result<(), ActionError> {
        self.tell_from(person, identity, subject, collaboration, notice, self.now)
    }

    /// As [`Work::tell_as`], but not before `from`.
    ///
    /// # Errors
    /// When the notice cannot be written down.
    pub(crate) fn tell_from(
        &mut self,
        person: &PersonId,
        identity: Option<&Identity>,
        subject: &Subject,
        collaboration: &CollaborationId,
        notice: Notice,
        from: Timestamp,
    ) -> Result<(), ActionError> {
        let about = About { subject, collaboration: Some(collaboration) };
        let Some(Identity { account, user, .. }) = identity else {
            self.unreachable(person, about, &notice);
            return Ok(());
        };
        // Of several that wait for the same reader one goes out, in words for all of them.
        let merge_key = notice.gathers().then(|| format!("{} {person}", notice.name()));
        let way = Way::Send { to: Recipient::Person(user.clone()), mentions: Mentions::default() };
        let parcel = Parcel {
            notice,
            reader: Some(person.clone()),
            way,
            tried: Vec::new(),
            instead: Vec::new(),
            withheld: false,
        };
        // One that waits for the others holds nothing else up.
        let order_key = merge_key.clone().unwrap_or_else(|| format!("person {person}"));
        self.queue_from(account.clone(), None, order_key, Urgency::Normal, Some(about), merge_key, parcel, from)
            .map(drop)
    }

    /// As [`Work::tell`], unless `person` is the one who acts: they know already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell_other(
        &mut self,
        person: &PersonId,
        subject: &Subject,
        collaboration: &CollaborationId,
        notice: Notice,
    ) -> Result<(), ActionError> {
        if self.caller.as_ref().is_some_and(|caller| caller.person() == person) {
            return Ok(());
        }
        self.tell(person, subject, collaboration, notice).await
    }

    /// Writes into the history that no platform reaches a person: they see the matter on the web page only.
    fn unreachable(&mut self, person: &PersonId, about: About<'_>, notice: &Notice) {
        let event = Event::SendFailed {
            platform: PlatformKey::new("web"),
            to: Some(person.clone()),
            what: notice.name().to_owned(),
            reason: "delivery.reason.no_identity".to_owned(),
        };
        self.happened(about.subject.clone(), about.collaboration, event);
    }

    /// Queues an answer where somebody asked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer(
        &mut self,
        place: &Place,
        about: Option<About<'_>>,
        text: String,
        mentions: Mentions,
    ) -> Result<(), ActionError> {
        let parcel = Parcel {
            notice: Notice::Words { text },
            reader: None,
            way: Way::Send { to: place.to.clone(), mentions },
            tried: Vec::new(),
            instead: Vec::new(),
            withheld: false,
        };
        let order_key = match &place.to {
            Recipient::Conversation { id, .. } => format!("conversation {id}"),
            Recipient::Person(user) => format!("user {user}"),
        };
        let (account, channel) = (place.account.clone(), place.channel.clone());
        self.queue(account, channel, order_key, Urgency::Answer, about, None, parcel).map(drop)
    }

    /// Queues an update of every card about `subject` that stands in a chat.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh_cards(&mut self, subject: &Subject) -> Result<(), ActionError> {
        for card in self.tx.sent_cards(&self.app.workspace, subject.id()).await? {
            self.refresh_card(subject, card)?;
        }
        Ok(())
    }

    /// Queues an update of one card about `subject`.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) fn refresh_card(&mut self, subject: &Subject, card: SentCard) -> Result<(), ActionError> {
        let notice = match subject {
            Subject::Task(task) => Notice::TaskCard { task: task.clone() },
            Subject::Problem(problem) => Notice::ProblemCard { problem: problem.clone() },
            Subject::Meeting(meeting) => Notice::MeetingCard { meeting: meeting.clone() },
            Subject::Minutes(minutes) => Notice::MinutesCard { minutes: minutes.clone() },
            Subject::RulesReading(reading) => Notice::RulesCard { reading: reading.clone() },
            Subject::Signature(signature) => Notice::SignatureCard { signature: signature.clone() },
            _ => return Ok(()),
        };
        let about = About { subject, collaboration: None };
        let order_key = format!("card {}", card.foreign_message);
        // Several changes in a row need one update: it shows the state as it is when it is sent.
        let merge_key = Some(order_key.clone());
        let parcel = Parcel {
            notice,
            reader: card.person,
            way: Way::Edit { message: card.foreign_message, reference: card.reference },
            tried: Vec::new(),
            instead: Vec::new(),
            withheld: false,
        };
        self.queue(card.account, card.channel, order_key, Urgency::Answer, Some(about), merge_key, parcel).map(drop)
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of a delivery; everything above names its own few")]
    pub(crate) fn queue(
        &mut self,
        account: huan_core::id::AccountId,
        channel: Option<ChannelId>,
        order_key: String,
        urgency: Urgency,
        about: Option<About<'_>>,
        merge_key: Option<String>,
        parcel: Parcel,
    ) -> Result<DeliveryId, ActionError> {
        self.queue_from(account, channel, order_key, urgency, about, merge_key, parcel, self.now)
    }

    #[expect(clippy::too_many_arguments, reason = "as for `queue`")]
    fn queue_from(
        &mut self,
        account: huan_core::id::AccountId,
        channel: Option<ChannelId>,
        order_key: String,
        urgency: Urgency,
        about: Option<About<'_>>,
        merge_key: Option<String>,
        parcel: Parcel,
        ready_at: Timestamp,
    ) -> Result<DeliveryId, ActionError> {
        let id: DeliveryId = self.new_id();
        let lanes = self.app.account(&account).map(|open| lanes_of(&open, &parcel, id.as_str()));
        let new = NewDelivery {
            idempotency_key: id.to_string(),
            id: id.clone(),
            account,
            lane: lanes.as_ref().map_or_else(|| "app".to_owned(), |lanes| lanes.sender.key.clone()),
            target_lane: lanes.and_then(|lanes| lanes.target).map(|lane| lane.key),
            urgency: urgency as i64,
            order_key,
            merge_key,
            subject: about.map(|about| about.subject.id().to_owned()),
            collaboration: about.and_then(|about| about.collaboration.cloned()),
            person: parcel.reader.clone(),
            channel,
            what: parcel.what().to_owned(),
            message: serde_json::to_string(&parcel).map_err(|error| ActionError::Internal(error.to_string()))?,
            ready_at,
            created_at: self.now,
        };
        self.tx.enqueue(&self.app.workspace, new);
        Ok(id)
    }
}

/// The lanes of a parcel: they depend on where it goes, not on its words. Calls have one of their own: no throttled
/// message holds them up.
pub(crate) fn lanes_of(account: &OpenAccount, parcel: &Parcel, key: &str) -> LaneUse {
    if matches!(parcel.way, Way::Call { .. }) {
        return LaneUse { sender: Lane { key: "call".to_owned(), limits: &[] }, target: None, idempotent: false };
    }
    let (to, mentions) = parcel.recipient();
    account.live.lanes(&Outgoing { to, content: Content::Text(String::new()), mentions, key: key.to_owned() })
}

impl Work<'_> {
    /// Where a person is to be reached with what is not urgent: on a platform that they want it on (I5), by their preferred
    /// identity on an enabled account, else any.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reachable_identity(&mut self, person: &PersonId) -> Result<Option<Identity>, ActionError> {
        let mut identities = self.tx.identities_of(&self.app.workspace, person).await?;
        identities.retain(|identity| self.can_send_as(identity));
        let preferences = match identities.as_slice() {
            [] | [_] => None,
            _ => self.tx.notice_preferences(&self.app.workspace, person).await?,
        };
        Ok(identities.into_iter().min_by_key(|identity| self.ordinary_first(identity, preferences.as_ref())))
    }

    /// As [`Work::reachable_identity`], for many people at once. Whom nothing reaches is left out.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn reachable_identities(
        &mut self,
        people: &[PersonId],
    ) -> Result<HashMap<PersonId, Identity>, ActionError> {
        let mut identities = self.tx.identities_of_people(&self.app.workspace, people).await?;
        identities.retain(|identity| self.can_send_as(identity));
        let preferences = self.tx.notice_preferences_of(&self.app.workspace, people).await?;
        let of = |identity: &Identity| identity.person.as_ref().and_then(|person| preferences.get(person));
        identities.sort_by_key(|identity| Reverse(self.ordinary_first(identity, of(identity))));
        // Of several of one person the last one stays: the one that is reached first.
        Ok(identities.into_iter().filter_map(|identity| Some((identity.person.clone()?, identity))).collect())
    }

    /// The order in which a person's identities are tried with what is not urgent: less comes first.
    pub(crate) fn ordinary_first(
        &self,
        identity: &Identity,
        preferences: Option<&NoticePreferences>,
    ) -> (bool, (bool, IdentityId)) {
        let refused = preferences.is_some_and(|preferences| {
            self.app.account(&identity.account).is_some_and(|open| !preferences.takes_ordinary(&open.platform))
        });
        (refused, reached_first(identity))
    }

    fn can_send_as(&self, identity: &Identity) -> bool {
        self.app.account(&identity.account).is_some_and(|open| open.live.sends())
    }
}

/// The order in which a person's identities are tried: less comes first.
pub(crate) fn reached_first(identity: &Identity) -> (bool, IdentityId) {
    (!identity.preferred, identity.id.clone())
}
