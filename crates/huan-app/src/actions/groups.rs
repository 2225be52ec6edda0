//! Groups that Huan makes on a platform: for a collaboration, or as the war room of an emergency (E2).
//!
//! Asking for one writes a request; the worker `engine::groups` makes it. So whatever the request came with commits with
//! it, no platform is called inside a transaction, and a group that could not be made keeps nothing else from going on.

use huan_connect::Conversation;
use huan_core::{
    collaboration::{Channel, Role},
    emergency::Emergency,
    group_request::{GroupRequest, GroupState, InGroup, Invited},
    history::{Event, Subject},
    i18n::text,
    id::{AccountId, ChannelId, CollaborationId, EmergencyId, GroupRequestId, PersonId},
    permission::{CollaborationDeed, Deed},
    person::Standing,
};

use super::{channels, emergencies, input, usage_rules};
use crate::{app::OpenAccount, error::ActionError, hearing::know_channel, work::Work};

/// The most people whom one group is asked for with.
const MOST_PEOPLE: usize = 500;

/// A group to be made.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// The collaboration that it will belong to.
    pub collaboration: CollaborationId,
    /// The account that makes it.
    pub account: AccountId,
    /// Its name.
    pub title: String,
    /// Who is to be in it; without anybody all members of the collaboration but guests.
    pub people: Vec<PersonId>,
}

/// Asks for a group of a collaboration.
///
/// # Errors
/// When the caller may not manage the collaboration, the account cannot make groups, or somebody is no member.
pub async fn make_group(work: &mut Work<'_>, new: NewGroup) -> Result<GroupRequest, ActionError> {
    work.collaboration_for(&new.collaboration, CollaborationDeed::Manage).await?;
    let title = input::text("title", &new.title, input::SHORT)?;
    let account = require_maker(work, &new.account)?;
    let members = work.tx.memberships(&work.app.workspace, &new.collaboration).await?;
    let mut people = new.people;
    if people.is_empty() {
        people = members.iter().filter(|member| member.role != Role::Guest).map(|one| one.person.clone()).collect();
    }
    if people.iter().any(|person| !members.iter().any(|member| member.person == *person)) {
        return Err(ActionError::field("people", "not_member"));
    }
    if people.len() > MOST_PEOPLE {
        return Err(ActionError::field("people", "out_of_range"));
    }
    // Whoever asks owns the group where the platform needs an owner, if they are to be in it.
    let caller = work.caller()?.person().clone();
    people.sort_by_key(|person| *person != caller);
    ask_for(work, &account.id, new.collaboration, title, people, None).await
}

/// Asks for a group as the war room of an emergency that runs, for everybody who has a role.
///
/// # Errors
/// When the caller has no part in it, it does not run, one is being made already, or the account cannot make groups.
pub async fn make_war_room(
    work: &mut Work<'_>,
    id: &EmergencyId,
    account: &AccountId,
) -> Result<GroupRequest, ActionError> {
    let emergency = work.emergency_for(id, Deed::Settle).await?;
    if !emergency.is_running() {
        return Err(huan_core::emergency::EmergencyError::WrongPhase(emergency.phase.name()).into());
    }
    let account = require_maker(work, account)?;
    let before = work.tx.group_request_for(&work.app.workspace, id).await?;
    match before {
        Some(mut before) if !before.is_settled() => {
            if before.drop_it().is_err() {
                return Err(ActionError::Exists("group"));
            }
            work.tx.update_group_request(&work.app.workspace, &mut before).await?;
        }
        _ => {}
    }
    ask_for_war_room(work, &emergency, &account.id).await
}

/// Asks for the war room of an emergency. Where the account turns out not to be able to, that is shown, and the emergency goes
/// on where it is.
pub(super) async fn ask_for_war_room(
    work: &mut Work<'_>,
    emergency: &Emergency,
    account: &AccountId,
) -> Result<GroupRequest, ActionError> {
    let found = work.tx.problem(&work.app.workspace, &emergency.problem).await?;
    let problem = found.ok_or(ActionError::NotFound("problem"))?;
    let key = if emergency.drill { "group.war_room.drill" } else { "group.war_room" };
    // A group's name is to be seen by everybody in it, and on their telephones.
    let what = match problem.level {
        huan_core::level::Level::Confidential => String::new(),
        _ => problem.title.clone(),
    };
    let title = text(work.language(), key, &[("number", &problem.number), ("title", &what)]).trim().to_owned();
    let mut people: Vec<PersonId> = Vec::new();
    let roles = emergency.roles.iter().map(|role| &role.person);
    for person in roles.chain([&problem.owner, &problem.raised_by]) {
        if !people.contains(person) {
            people.push(person.clone());
        }
    }
    ask_for(work, account, emergency.collaboration.clone(), title, people, Some(emergency.id.clone())).await
}

/// Somebody got a role in an emergency: they come into the war room that was made for it.
pub(super) async fn invite_to_war_room(
    work: &mut Work<'_>,
    emergency: &Emergency,
    person: &PersonId,
) -> Result<(), ActionError> {
    let Some(mut request) = work.tx.group_request_for(&work.app.workspace, &emergency.id).await? else {
        return Ok(());
    };
    if request.state != GroupState::Dropped && request.invite(person, work.now) {
        work.tx.update_group_request(&work.app.workspace, &mut request).await?;
    }
    Ok(())
}

/// The account, when it is open and can make groups.
fn require_maker(work: &Work<'_>, account: &AccountId) -> Result<OpenAccount, ActionError> {
    let open = work.app.account(account).ok_or(ActionError::field("account", "unknown"))?;
    match open.live.groups() {
        Some(_) => Ok(open),
        None => Err(ActionError::field("account", "makes_no_groups")),
    }
}

/// The account that reaches most of these people, among those that can make groups.
pub(super) async fn best_maker(work: &mut Work<'_>, people: &[PersonId]) -> Result<Option<OpenAccount>, ActionError> {
    let identities = work.tx.identities_of_people(&work.app.workspace, people).await?;
    let reaches = |account: &OpenAccount| {
        people
            .iter()
            .filter(|person| {
                identities
                    .iter()
                    .any(|identity| identity.account == account.id && identity.person.as_ref() == Some(*person))
            })
            .count()
    };
    let makers = work.app.open_accounts().into_iter().filter(|account| account.live.groups().is_some());
    // Of those that reach equally many, the one that was connected first.
    Ok(makers
        .filter(|account| reaches(account) > 0)
        .max_by_key(|one| (reaches(one), std::cmp::Reverse(one.id.clone()))))
}

async fn ask_for(
    work: &mut Work<'_>,
    account: &AccountId,
    collaboration: CollaborationId,
    title: String,
    people: Vec<PersonId>,
    emergency: Option<EmergencyId>,
) -> Result<GroupRequest, ActionError> {
    let known = work.tx.people_by_id(&work.app.workspace, &people).await?;
    let here = |id: &PersonId| {
        known.iter().any(|person| person.id == *id && !matches!(person.standing, Standing::Left { .. }))
    };
    let people = people.into_iter().filter(here);
    let request = GroupRequest {
        id: work.new_id(),
        collaboration,
        account: account.clone(),
        title,
        people: people.map(|person| Invited { person, place: InGroup::Waiting }).collect(),
        emergency,
        requested_by: work.caller.as_ref().map(|caller| caller.person().clone()),
        requested_at: work.now,
        state: GroupState::Waiting { reason: None },
        unsure_since: None,
        attempts: 0,
        next_at: Some(work.now),
        version: 1,
    };
    work.tx.insert_group_request(&work.app.workspace, &request).await?;
    show(work, &request);
    Ok(request)
}

/// The request, when the caller may decide about it: whoever manages its collaboration, or leads its emergency.
async fn request_for(work: &mut Work<'_>, id: &GroupRequestId) -> Result<GroupRequest, ActionError> {
    let found = work.tx.group_request(&work.app.workspace, id).await?;
    let request = found.ok_or(ActionError::NotFound("group"))?;
    match &request.emergency {
        Some(emergency) => work.emergency_for(emergency, Deed::Settle).await.map(drop)?,
        None => work.collaboration_for(&request.collaboration, CollaborationDeed::Manage).await.map(drop)?,
    }
    Ok(request)
}

/// Has a group tried again that could not be made; of one of which nobody knew whether it was made, this says that somebody
/// looked and there is none.
///
/// # Errors
/// When the caller may not, or it is made or being made.
pub async fn retry_group(work: &mut Work<'_>, id: &GroupRequestId) -> Result<GroupRequest, ActionError> {
    let mut request = request_for(work, id).await?;
    request.retry(work.now).map_err(|_| ActionError::VersionConflict("group"))?;
    work.tx.update_group_request(&work.app.workspace, &mut request).await?;
    show(work, &request);
    Ok(request)
}

/// Somebody looked: the group was made, it is this one.
///
/// # Errors
/// When the caller may not, nobody had to look, or the group belongs to another account or collaboration.
pub async fn found_group(
    work: &mut Work<'_>,
    id: &GroupRequestId,
    channel: &ChannelId,
) -> Result<GroupRequest, ActionError> {
    let mut request = request_for(work, id).await?;
    let found = work.tx.channel(&work.app.workspace, channel).await?;
    let mut channel = found
        .filter(|channel| {
            channel.account == request.account
                && channel.collaboration.as_ref().is_none_or(|bound| *bound == request.collaboration)
        })
        .ok_or(ActionError::field("channel", "unknown"))?;
    request.found(channel.id.clone()).map_err(|_| ActionError::VersionConflict("group"))?;
    work.tx.update_group_request(&work.app.workspace, &mut request).await?;
    take_into_use(work, &request, &mut channel).await?;
    Ok(request)
}

/// A group that could not be made, or of which nobody knows, is not wanted any more.
///
/// # Errors
/// When the caller may not, or it is made or being made.
pub async fn drop_group(work: &mut Work<'_>, id: &GroupRequestId) -> Result<GroupRequest, ActionError> {
    let mut request = request_for(work, id).await?;
    request.drop_it().map_err(|_| ActionError::VersionConflict("group"))?;
    work.tx.update_group_request(&work.app.workspace, &mut request).await?;
    show(work, &request);
    Ok(request)
}

/// The platform made the group: it is bound to the collaboration, and becomes the war room of its emergency.
///
/// # Errors
/// When the database fails.
pub(crate) async fn group_was_made(
    work: &mut Work<'_>,
    account: &OpenAccount,
    request: &mut GroupRequest,
    group: &Conversation,
    robot_is_in: bool,
) -> Result<(), ActionError> {
    let mut channel = know_channel(work, account, group, Some(robot_is_in)).await?;
    request.made(channel.id.clone(), work.now);
    take_into_use(work, request, &mut channel).await
}

async fn take_into_use(work: &mut Work<'_>, request: &GroupRequest, channel: &mut Channel) -> Result<(), ActionError> {
    if channel.collaboration.is_none() {
        channel.collaboration = Some(request.collaboration.clone());
        work.tx.update_channel(&work.app.workspace, channel).await?;
        channels::was_bound(work, &request.collaboration, &channel.title);
        // A war room is made for the emergency and nothing else.
        if request.emergency.is_none() {
            usage_rules::post_in(work, channel).await?;
        }
    }
    if let Some(emergency) = &request.emergency {
        emergencies::move_into(work, emergency, channel).await?;
    }
    show(work, request);
    Ok(())
}

/// The group could not be made, or nobody knows: that stands in the history, and in the timeline of its emergency.
pub(crate) fn group_was_not_made(work: &mut Work<'_>, request: &GroupRequest, account: Option<&OpenAccount>) {
    let (reason, uncertain) = match &request.state {
        GroupState::Failed { reason, .. } => (reason.clone(), false),
        GroupState::Uncertain { reason } => (reason.clone(), true),
        _ => return,
    };
    let platform = account.map_or_else(|| huan_core::platform::PlatformKey::new("web"), |open| open.platform.clone());
    let event = Event::GroupNotMade { platform, title: request.title.clone(), reason, uncertain };
    let subject = match &request.emergency {
        Some(emergency) => Subject::Emergency(emergency.clone()),
        None => Subject::Collaboration(request.collaboration.clone()),
    };
    work.happened(subject, Some(&request.collaboration), event);
}

/// Tells the screens that show a group which is being made.
pub(crate) fn show(work: &mut Work<'_>, request: &GroupRequest) {
    let collaboration = Some(&request.collaboration);
    work.show(&Subject::Collaboration(request.collaboration.clone()), collaboration);
    if let Some(emergency) = &request.emergency {
        work.show(&Subject::Emergency(emergency.clone()), collaboration);
    }
}
