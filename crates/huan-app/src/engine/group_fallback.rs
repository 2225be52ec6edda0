//! The next way of a message to a group when its platform fails (I9): another group of the same collaboration on another
//! platform, else those concerned directly. Nobody gets it twice.

use huan_connect::{Mentions, Recipient};
use huan_core::{
    collaboration::{Channel, Role},
    history::Subject,
    id::{AccountId, ChannelId, CollaborationId, DeliveryId, PersonId},
    level::Level,
    person::{Identity, Standing},
};
use huan_store::{Delivery, DeliveryFilter, DeliveryState, Page};

use super::fallback::is_well;
use crate::{
    error::ActionError,
    parcel::{Parcel, Urgency, Way},
    work::{About, Work, reached_first},
};

/// The most deliveries about one thing among which the others of the same message are looked for.
const MOST: u32 = 500;

/// Queues a message to a group by its next way. Gives the deliveries that take it; none where there is no other way.
pub(super) async fn by_next_way(
    work: &mut Work<'_>,
    delivery: &Delivery,
    parcel: &Parcel,
    mentions: &Mentions,
) -> Result<Vec<DeliveryId>, ActionError> {
    let (Some(channel), Some(account), Some(collaboration)) =
        (&delivery.channel, &delivery.account, &delivery.collaboration)
    else {
        return Ok(Vec::new());
    };
    let subject = delivery.subject.as_deref().and_then(Subject::from_id);
    let subject = subject.unwrap_or_else(|| Subject::Collaboration(collaboration.clone()));
    let tried: Vec<AccountId> = parcel.tried.iter().cloned().chain([account.clone()]).collect();
    let message = Message { delivery, parcel, mentions, subject, collaboration, tried };
    let told = message.already_told(work).await?;
    let level = level_of(work, &message.subject).await?;
    let groups = work.groups_for(collaboration, level).await?;
    let other = groups.iter().find(|group| {
        group.id != *channel
            && !message.tried.contains(&group.account)
            && !told.groups.contains(&group.id)
            && work.app.account(&group.account).is_some_and(|open| is_well(&open))
    });
    match other {
        Some(group) => message.say_in(work, group).await.map(|id| vec![id]),
        None => message.tell_those_concerned(work, &groups, &told).await,
    }
}

/// Who has the same message already, or is going to.
#[derive(Debug, Default)]
struct Told {
    groups: Vec<ChannelId>,
    people: Vec<PersonId>,
}

struct Message<'a> {
    delivery: &'a Delivery,
    parcel: &'a Parcel,
    mentions: &'a Mentions,
    subject: Subject,
    collaboration: &'a CollaborationId,
    tried: Vec<AccountId>,
}

impl Message<'_> {
    async fn already_told(&self, work: &mut Work<'_>) -> Result<Told, ActionError> {
        let Some(subject) = &self.delivery.subject else { return Ok(Told::default()) };
        let filter = DeliveryFilter { subject: Some(subject.clone()), ..DeliveryFilter::default() };
        let listed = work.tx.deliveries(&work.app.workspace, &filter, &Page::first(MOST)).await?;
        let mut told = Told::default();
        for other in listed.rows.into_iter().filter(|other| other.id != self.delivery.id && reaches(other.state)) {
            let is_the_same = serde_json::from_str::<Parcel>(&other.message)
                .is_ok_and(|parcel| parcel.notice == self.parcel.notice && matches!(parcel.way, Way::Send { .. }));
            if is_the_same {
                told.groups.extend(other.channel);
                told.people.extend(other.person);
            }
        }
        Ok(told)
    }

    async fn say_in(&self, work: &mut Work<'_>, group: &Channel) -> Result<DeliveryId, ActionError> {
        let mut people = Vec::new();
        for person in self.mentioned(work).await? {
            let identities = work.tx.identities_of(&work.app.workspace, &person).await?;
            let own = identities.into_iter().find(|identity| identity.account == group.account);
            people.extend(own.map(|identity| (identity.user, identity.name)));
        }
        let to = Recipient::Conversation { id: group.conversation.clone(), reply_to: None, reply_route: None };
        let urgency = Urgency::from_rank(self.delivery.urgency);
        let everybody =
            self.mentions.everybody && work.may_call_on_everybody(group, Some(self.collaboration), urgency).await?;
        let way = Way::Send { to, mentions: Mentions { everybody, people } };
        let order_key = format!("conversation {}", group.conversation);
        self.queue(work, group.account.clone(), Some(group.id.clone()), None, way, order_key)
    }

    /// Whoever was called on by name; where nobody was, all who take part but guests. Not whoever reads it elsewhere.
    async fn tell_those_concerned(
        &self,
        work: &mut Work<'_>,
        groups: &[Channel],
        told: &Told,
    ) -> Result<Vec<DeliveryId>, ActionError> {
        let workspace = &work.app.workspace;
        let mut people = self.mentioned(work).await?;
        if people.is_empty() || self.mentions.everybody {
            let members = work.tx.memberships(workspace, self.collaboration).await?;
            people = members.into_iter().filter(|one| one.role != Role::Guest).map(|one| one.person).collect();
        }
        people.retain(|person| !told.people.contains(person));
        let known = work.tx.people_by_id(workspace, &people).await?;
        let leaving = work.tx.leaving_among(workspace, &people).await?;
        let reading_in: Vec<&AccountId> =
            groups.iter().filter(|group| told.groups.contains(&group.id)).map(|group| &group.account).collect();
        let mut queued = Vec::new();
        for person in people {
            let is_here = known.iter().any(|one| one.id == person && one.standing == Standing::Active);
            if !is_here || leaving.contains(&person) {
                continue;
            }
            let identities = work.tx.identities_of(workspace, &person).await?;
            if identities.iter().any(|identity| reading_in.contains(&&identity.account)) {
                continue;
            }
            let untried = identities.into_iter().filter(|identity| !self.tried.contains(&identity.account));
            let reachable = untried.filter_map(|identity| {
                let open = work.app.account(&identity.account).filter(|open| open.live.sends())?;
                Some((!is_well(&open), identity))
            });
            let Some((_, identity)) = reachable.min_by_key(|(is_ill, one)| (*is_ill, reached_first(one))) else {
                continue;
            };
            let Identity { account, user, .. } = identity;
            let way = Way::Send { to: Recipient::Person(user), mentions: Mentions::default() };
            let order_key = format!("person {person}");
            queued.push(self.queue(work, account, None, Some(person), way, order_key)?);
        }
        Ok(queued)
    }

    /// The people who were called on by name.
    async fn mentioned(&self, work: &mut Work<'_>) -> Result<Vec<PersonId>, ActionError> {
        let Some(account) = &self.delivery.account else { return Ok(Vec::new()) };
        let mut people = Vec::new();
        for (user, _) in &self.mentions.people {
            let identity = work.tx.identity_of(&work.app.workspace, account, user).await?;
            people.extend(identity.and_then(|identity| identity.person));
        }
        Ok(people)
    }

    fn queue(
        &self,
        work: &mut Work<'_>,
        account: AccountId,
        channel: Option<ChannelId>,
        reader: Option<PersonId>,
        way: Way,
        order_key: String,
    ) -> Result<DeliveryId, ActionError> {
        let parcel = Parcel { reader, way, tried: self.tried.clone(), instead: Vec::new(), ..self.parcel.clone() };
        let about = About { subject: &self.subject, collaboration: Some(self.collaboration) };
        let urgency = Urgency::from_rank(self.delivery.urgency);
        work.queue(account, channel, order_key, urgency, Some(about), None, parcel)
    }
}

/// Whether a delivery reached its reader, or still may.
fn reaches(state: DeliveryState) -> bool {
    !matches!(state, DeliveryState::Failed | DeliveryState::Rerouted | DeliveryState::Dropped)
}

/// How far the matter may be spoken of.
async fn level_of(work: &mut Work<'_>, subject: &Subject) -> Result<Level, ActionError> {
    let workspace = &work.app.workspace;
    let level = match subject {
        Subject::Task(id) => work.tx.task(workspace, id).await?.map(|task| task.level),
        Subject::Problem(id) => work.tx.problem(workspace, id).await?.map(|problem| problem.level),
        Subject::Record(id) => work.tx.record(workspace, id).await?.map(|record| record.level),
        Subject::Emergency(id) => match work.tx.emergency(workspace, id).await? {
            Some(emergency) => work.tx.problem(workspace, &emergency.problem).await?.map(|problem| problem.level),
            None => None,
        },
        _ => None,
    };
    Ok(level.unwrap_or(Level::Internal))
}
