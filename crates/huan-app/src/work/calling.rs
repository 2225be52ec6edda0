//! Calling on people about problems: by name in a group, by telephone, and everybody at once.

use huan_connect::{Mentions, Recipient};
use huan_core::{
    charter::Content,
    collaboration::Channel,
    digest::{Digest, Posted},
    everybody::Room,
    history::{Event, Subject},
    id::{ChannelId, CollaborationId, DeliveryId, PersonId},
    level::Level,
    minutes::Minutes,
    person::Identity,
    problem::{Asked, Problem},
};
use huan_store::{Page, ProblemFilter, ProblemSort};
use jiff::SignedDuration;

use super::{
    Work,
    telling::{About, reached_first},
};
use crate::{
    error::ActionError,
    line,
    notices::{Notice, ProblemNews},
    parcel::{Parcel, Urgency, Way},
};

/// So often may everybody in the groups of a collaboration be called on when an emergency is raised …
const ALARMS: usize = 3;
/// … within this time. Further ones are told without calling on everybody (I5).
const ALARMS_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// Somebody to be called on.
#[derive(Debug)]
pub(crate) struct CallOn<'a> {
    /// Who.
    pub person: &'a PersonId,
    /// The level of the matter: not everything may be said in a group.
    pub level: Level,
    /// The group in which it is said if it is on the platform they use.
    pub prefer: Option<&'a ChannelId>,
    /// What is said.
    pub notice: Notice,
}

impl Work<'_> {
    /// Calls on a person by name in a group of the collaboration, on the platform they use; where no group fits, directly.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn call_on(
        &mut self,
        subject: &Subject,
        collaboration: &CollaborationId,
        call: CallOn<'_>,
    ) -> Result<(), ActionError> {
        let identity = self.reachable_identity(call.person).await?;
        let mut channels = self.groups_for(collaboration, call.level).await?;
        channels.retain(|channel| identity.as_ref().is_some_and(|identity| identity.account == channel.account));
        channels.sort_by_key(|channel| Some(&channel.id) != call.prefer);
        match (channels.into_iter().next(), &identity) {
            (Some(channel), Some(identity)) => {
                let mentions =
                    Mentions { everybody: false, people: vec![(identity.user.clone(), identity.name.clone())] };
                self.say_in_group(
                    &channel,
                    About { subject, collaboration: Some(collaboration) },
                    Urgency::Normal,
                    mentions,
                    call.notice,
                )
                .await
            }
            _ => self.tell_as(call.person, identity.as_ref(), subject, collaboration, call.notice),
        }
    }

    /// The groups of a collaboration in which a matter of this level may be spoken of (I2).
    pub(crate) async fn groups_for(
        &mut self,
        collaboration: &CollaborationId,
        level: Level,
    ) -> Result<Vec<Channel>, ActionError> {
        let mut channels = self.tx.channels_of(&self.app.workspace, collaboration).await?;
        channels.retain(|channel| {
            let fit = match level {
                Level::Public => true,
                Level::Internal => !channel.has_outsiders,
                Level::Confidential => false,
            };
            fit && channel.present && self.app.account(&channel.account).is_some()
        });
        Ok(channels)
    }

    /// The groups of a collaboration in which something is posted, by the choice of tools (B3).
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn groups_of_content(
        &mut self,
        collaboration: &CollaborationId,
        content: Content,
    ) -> Result<Vec<Channel>, ActionError> {
        let channels = self.groups_for(collaboration, Level::Public).await?;
        let (charter, _) = self.tx.charter(&self.app.workspace, collaboration).await?;
        let on_platform = |channel: Channel| {
            let platform = self.app.account(&channel.account)?.platform.clone();
            Some((channel, platform))
        };
        Ok(charter.groups_for(content, channels.into_iter().filter_map(on_platform).collect()))
    }

    /// Announces the usage rules in every group of their collaboration, or in `only` one of them; on request `everybody` there is
    /// called on.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn post_rules(
        &mut self,
        collaboration: &CollaborationId,
        only: Option<&ChannelId>,
        everybody: bool,
    ) -> Result<(), ActionError> {
        let subject = Subject::Collaboration(collaboration.clone());
        let mut channels = self.groups_for(collaboration, Level::Public).await?;
        channels.retain(|channel| only.is_none_or(|only| channel.id == *only));
        for channel in channels {
            let about = About { subject: &subject, collaboration: Some(collaboration) };
            let notice = Notice::RulesPosted { collaboration: collaboration.clone() };
            let mentions = Mentions { everybody, people: Vec::new() };
            self.say_in_group(&channel, about, Urgency::Normal, mentions, notice).await?;
        }
        Ok(())
    }

    /// Posts an edition of minutes in every group of their collaboration. Where they may not be read, only their address goes.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn post_minutes(&mut self, minutes: &Minutes) -> Result<(), ActionError> {
        let subject = Subject::Minutes(minutes.id.clone());
        let open = self.groups_for(&minutes.collaboration, minutes.level).await?;
        for channel in self.groups_of_content(&minutes.collaboration, Content::Minutes).await? {
            let notice = match open.iter().any(|one| one.id == channel.id) {
                true => Notice::MinutesCard { minutes: minutes.id.clone() },
                false => Notice::MinutesLink { minutes: minutes.id.clone() },
            };
            let about = About { subject: &subject, collaboration: Some(&minutes.collaboration) };
            self.say_in_group(&channel, about, Urgency::Normal, Mentions::default(), notice).await?;
        }
        Ok(())
    }

    /// Posts a digest in the groups of its collaboration that are for reports. What may not be read there is left out of its
    /// words, and only the address tells of it (I2). On request `everybody` there is called on.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn post_digest(&mut self, digest: &Digest, everybody: bool) -> Result<Vec<Posted>, ActionError> {
        let subject = Subject::Collaboration(digest.collaboration.clone());
        let mut posted = Vec::new();
        for channel in self.groups_of_content(&digest.collaboration, Content::Reports).await? {
            let notice = Notice::Digest { digest: digest.id.clone(), outsiders: channel.has_outsiders };
            let about = About { subject: &subject, collaboration: Some(&digest.collaboration) };
            let mentions = Mentions { everybody, people: Vec::new() };
            let delivery = self.queue_in_group(&channel, about, Urgency::Low, mentions, notice).await?;
            posted.push(Posted { channel: channel.id, delivery });
        }
        Ok(posted)
    }

    /// Says something that every member may know in all groups of a collaboration.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn post_in_groups(
        &mut self,
        subject: &Subject,
        collaboration: &CollaborationId,
        notice: &Notice,
    ) -> Result<(), ActionError> {
        for channel in self.groups_for(collaboration, Level::Public).await? {
            let about = About { subject, collaboration: Some(collaboration) };
            self.say_in_group(&channel, about, Urgency::Normal, Mentions::default(), notice.clone()).await?;
        }
        Ok(())
    }

    async fn say_in_group(
        &mut self,
        channel: &Channel,
        about: About<'_>,
        urgency: Urgency,
        mentions: Mentions,
        notice: Notice,
    ) -> Result<(), ActionError> {
        self.queue_in_group(channel, about, urgency, mentions, notice).await.map(drop)
    }

    /// Queues a message to a group. Whoever wants everybody there called on gets it as far as the day has room for it.
    async fn queue_in_group(
        &mut self,
        channel: &Channel,
        about: About<'_>,
        urgency: Urgency,
        mut mentions: Mentions,
        notice: Notice,
    ) -> Result<DeliveryId, ActionError> {
        let withheld = mentions.everybody && !self.may_call_on_everybody(channel, about.collaboration, urgency).await?;
        mentions.everybody &= !withheld;
        let to = Recipient::Conversation { id: channel.conversation.clone(), reply_to: None, reply_route: None };
        let parcel = Parcel {
            notice,
            reader: None,
            way: Way::Send { to, mentions },
            tried: Vec::new(),
            instead: Vec::new(),
            withheld,
        };
        let order_key = format!("conversation {}", channel.conversation);
        let (account, channel) = (channel.account.clone(), Some(channel.id.clone()));
        self.queue(account, channel, order_key, urgency, Some(about), None, parcel)
    }

    /// Counts a call on everybody in a group, where the day still has room for it (I5): every such call that Huan makes passes
    /// here. An emergency takes its own room, which nothing ordinary fills.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn may_call_on_everybody(
        &mut self,
        channel: &Channel,
        collaboration: Option<&CollaborationId>,
        urgency: Urgency,
    ) -> Result<bool, ActionError> {
        let room = if urgency == Urgency::Urgent { Room::Emergency } else { Room::Ordinary };
        let workspace = &self.app.workspace;
        let level = match collaboration {
            Some(id) => self.tx.collaboration(workspace, id).await?.map(|found| found.levels.everybody),
            None => None,
        };
        let limit = level.unwrap_or_default().limit(room);
        let day = self.app.day(self.now);
        Ok(self.tx.call_everybody(workspace, &channel.id, day, room, limit).await?)
    }

    /// An urgent problem was raised: 【紧急】 in every group of its collaboration, and its owner is rung (E2).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sound_alarm(&mut self, problem: &Problem, generation: u32) -> Result<(), ActionError> {
        let workspace = &self.app.workspace;
        let emergency = self.tx.emergency_of(workspace, &problem.id).await?;
        let pace = emergency.as_ref().filter(|emergency| emergency.calls).map(|emergency| &emergency.pace);
        let wanted = emergency.is_none() || pace.is_some_and(|pace| pace.everybody);
        let everybody = wanted && self.may_call_everybody(problem).await?;
        let notice = Notice::ProblemAlarm { problem: problem.id.clone(), generation };
        self.say_in_all_groups(problem, everybody, &notice).await?;
        self.ring(problem, &problem.owner, generation).await?;
        // The graver it is, the more people are rung without waiting for the one before.
        let at_once = emergency.map_or(1, |emergency| emergency.pace.ring_at_once);
        let line = line::of(&mut self.tx, workspace, problem).await?;
        for (place, person) in (0..at_once).zip(line).skip(1) {
            let asked = Asked { person: person.clone(), place, at: self.now };
            self.tx.ask(workspace, &problem.id, &asked).await?;
            self.ring(problem, &person, generation).await?;
        }
        Ok(())
    }

    /// Nobody has acknowledged an urgent problem: everybody in its groups is called on.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn call_everybody(&mut self, problem: &Problem, generation: u32) -> Result<(), ActionError> {
        let notice = Notice::ProblemAlarm { problem: problem.id.clone(), generation };
        let emergency = self.tx.emergency_of(&self.app.workspace, &problem.id).await?;
        let everybody = emergency.is_none_or(|emergency| emergency.calls);
        self.say_in_all_groups(problem, everybody, &notice).await
    }

    /// Somebody has acknowledged an urgent problem, or it is over: the groups that were alarmed hear of it.
    pub(crate) async fn give_all_groups_word(
        &mut self,
        problem: &Problem,
        news: ProblemNews,
    ) -> Result<(), ActionError> {
        let notice = Notice::ProblemStep { problem: problem.id.clone(), news };
        self.say_in_all_groups(problem, false, &notice).await
    }

    /// Says something about a problem in every group of its collaboration where it may be spoken of, without delay.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn say_in_all_groups(
        &mut self,
        problem: &Problem,
        everybody: bool,
        notice: &Notice,
    ) -> Result<(), ActionError> {
        let subject = Subject::Problem(problem.id.clone());
        let owners = self.tx.identities_of(&self.app.workspace, &problem.owner).await?;
        for channel in self.groups_for(&problem.collaboration, problem.level).await? {
            let owner = owners.iter().find(|identity| identity.account == channel.account);
            let people = owner.map(|identity| (identity.user.clone(), identity.name.clone())).into_iter().collect();
            let about = About { subject: &subject, collaboration: Some(&problem.collaboration) };
            let mentions = Mentions { everybody, people };
            self.say_in_group(&channel, about, Urgency::Urgent, mentions, notice.clone()).await?;
        }
        Ok(())
    }

    /// Shows a problem in the group that was made as its war room, where it may be spoken of there (I2).
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn say_in_war_room(&mut self, problem: &Problem, room: &Channel) -> Result<(), ActionError> {
        let groups = self.groups_for(&problem.collaboration, problem.level).await?;
        if !groups.iter().any(|group| group.id == room.id) {
            return Ok(());
        }
        let subject = Subject::Problem(problem.id.clone());
        let about = About { subject: &subject, collaboration: Some(&problem.collaboration) };
        let notice = Notice::ProblemCard { problem: problem.id.clone() };
        self.say_in_group(room, about, Urgency::Urgent, Mentions::default(), notice).await
    }

    /// Whether everybody is called on for one more emergency. Drills take nothing of the room of real ones.
    async fn may_call_everybody(&mut self, problem: &Problem) -> Result<bool, ActionError> {
        let filter = ProblemFilter {
            collaboration: Some(problem.collaboration.clone()),
            urgent: Some(true),
            drill: Some(problem.drill),
            ..ProblemFilter::default()
        };
        let page = Page::first(u32::try_from(ALARMS).unwrap_or(u32::MAX) + 1);
        let recent = self.tx.problems(&self.app.workspace, &filter, ProblemSort::Created, &page).await?.rows;
        let begin = self.now - ALARMS_WITHIN;
        Ok(recent.iter().filter(|other| other.id != problem.id && other.created_at > begin).count() < ALARMS)
    }

    /// Rings a person about an urgent problem by telephone, on the platform where they are to be reached first; where none
    /// can ring, they are told in writing.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn ring(
        &mut self,
        problem: &Problem,
        person: &PersonId,
        generation: u32,
    ) -> Result<(), ActionError> {
        let subject = Subject::Problem(problem.id.clone());
        let mut ringable = self.ringable(person).await?;
        let emergency = self.tx.emergency_of(&self.app.workspace, &problem.id).await?;
        if emergency.is_some_and(|emergency| !emergency.calls) {
            // A drill: the card stands in for the call, and the timeline says so.
            ringable.clear();
            let spared = Event::Spared { person: person.clone() };
            self.happened(subject.clone(), Some(&problem.collaboration), spared);
        }
        let card = Notice::ProblemAlarm { problem: problem.id.clone(), generation };
        match ringable.first() {
            Some(identity) => {
                self.ring_as(problem, person, identity, generation)?;
                // Where the call goes out beside the messages, the card is one of them.
                let alone = self
                    .app
                    .account(&identity.account)
                    .is_some_and(|account| account.live.buzz().is_some_and(|buzz| !buzz.needs_message()));
                if alone {
                    self.tell_urgently(person, identity, &subject, &problem.collaboration, card)?;
                }
                Ok(())
            }
            None => {
                let identity = self.reachable_identity(person).await?;
                match identity {
                    Some(identity) => self.tell_urgently(person, &identity, &subject, &problem.collaboration, card),
                    None => self.tell_as(person, None, &subject, &problem.collaboration, card),
                }
            }
        }
    }

    /// A person's identities on platforms that can ring, the one that is reached first before the others.
    async fn ringable(&mut self, person: &PersonId) -> Result<Vec<Identity>, ActionError> {
        let mut identities = self.tx.identities_of(&self.app.workspace, person).await?;
        identities.retain(|identity| {
            self.app.account(&identity.account).is_some_and(|account| account.live.buzz().is_some())
        });
        identities.sort_by_key(reached_first);
        Ok(identities)
    }

    /// Queues a call to one identity of a person. Where it cannot be made, it goes to their next one (I9).
    fn ring_as(
        &mut self,
        problem: &Problem,
        person: &PersonId,
        identity: &Identity,
        generation: u32,
    ) -> Result<(), ActionError> {
        let subject = Subject::Problem(problem.id.clone());
        let notice = Notice::ProblemCall { problem: problem.id.clone(), generation };
        let way = Way::Call { to: identity.user.clone() };
        let parcel = Parcel {
            notice,
            reader: Some(person.clone()),
            way,
            tried: Vec::new(),
            instead: Vec::new(),
            withheld: false,
        };
        let about = About { subject: &subject, collaboration: Some(&problem.collaboration) };
        // A call waits for no message, and no message for a call.
        let order_key = format!("call {} {person}", problem.id);
        let account = identity.account.clone();
        self.queue(account, None, order_key, Urgency::Urgent, Some(about), None, parcel).map(drop)
    }

    fn tell_urgently(
        &mut self,
        person: &PersonId,
        identity: &Identity,
        subject: &Subject,
        collaboration: &CollaborationId,
        notice: Notice,
    ) -> Result<(), ActionError> {
        let way = Way::Send { to: Recipient::Person(identity.user.clone()), mentions: Mentions::default() };
        let parcel = Parcel {
            notice,
            reader: Some(person.clone()),
            way,
            tried: Vec::new(),
            instead: Vec::new(),
            withheld: false,
        };
        let about = About { subject, collaboration: Some(collaboration) };
        let order_key = format!("person {person}");
        let account = identity.account.clone();
        self.queue(account, None, order_key, Urgency::Urgent, Some(about), None, parcel).map(drop)
    }
}
