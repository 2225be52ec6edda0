//! Groups that Huan makes, as pages show them: which accounts can, and what became of each.

use huan_core::{
    group_request::{GroupRequest, GroupState, InGroup},
    i18n::text,
    id::{CollaborationId, EmergencyId, GroupRequestId},
    permission::{self, CollaborationDeed},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    names::{Names, PersonRef},
    problems,
};
use crate::error::ActionError;

/// How many requests of a collaboration a page shows.
const MOST: u32 = 20;

/// An account on which a group could be wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupMakerView {
    /// The account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// Its platform.
    pub platform: String,
    /// Whether it can make groups.
    pub able: bool,
    /// Why not, in words.
    pub reason: Option<String>,
}

/// A group that Huan is to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupRequestView {
    /// The id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// The account that makes it.
    pub account: String,
    /// Its platform.
    pub platform: String,
    /// `waiting`, `made`, `failed`, `uncertain` or `dropped`.
    pub state: &'static str,
    /// Why it is not there, in words.
    pub reason: Option<String>,
    /// What the platform said, for the engineer.
    pub detail: Option<String>,
    /// As which channel it is there.
    pub channel: Option<String>,
    /// Whether the robot is known not to be in it: then somebody has to add it.
    pub robot_is_out: bool,
    /// Who was put in.
    pub people: Vec<PersonRef>,
    /// Who is not in it, and why.
    pub left_out: Vec<LeftOutView>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When the next attempt is made.
    pub next_at: Option<Timestamp>,
}

/// Somebody who is not in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftOutView {
    /// Who.
    pub person: PersonRef,
    /// Why, in words.
    pub reason: String,
}

/// The accounts through which groups are reached, and whether they can make one. Guests are told of none.
///
/// # Errors
/// When the database fails.
pub async fn makers(look: &mut Look<'_>) -> Result<Vec<GroupMakerView>, ActionError> {
    if look.caller.viewer.guest {
        return Ok(Vec::new());
    }
    let language = look.caller.language;
    let mut makers = Vec::new();
    for account in look.conn.accounts(&look.app.workspace).await? {
        let Some(open) = look.app.account(&account.id).filter(|open| open.live.sends()) else { continue };
        let able = open.live.groups().is_some();
        let platform = account.platform.to_string();
        makers.push(GroupMakerView {
            account: account.id.to_string(),
            name: account.name,
            platform,
            able,
            reason: (!able).then(|| text(language, "group.reason.unsupported", &[])),
        });
    }
    Ok(makers)
}

/// The groups that were to be made for a collaboration, the newest first; those that are not wanted any more are left out.
///
/// # Errors
/// When the reader may not see the collaboration, or the database fails.
pub async fn of_collaboration(look: &mut Look<'_>, id: &CollaborationId) -> Result<Vec<GroupRequestView>, ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let requests = look.conn.group_requests_of(&look.app.workspace, id, MOST).await?;
    let mut views = Vec::new();
    for request in requests.into_iter().filter(|request| request.state != GroupState::Dropped) {
        // The name of a war room tells of its problem.
        if let Some(emergency) = &request.emergency
            && !may_see_emergency(look, emergency).await?
        {
            continue;
        }
        views.push(view(look, request).await?);
    }
    Ok(views)
}

async fn may_see_emergency(look: &mut Look<'_>, id: &EmergencyId) -> Result<bool, ActionError> {
    let Some(emergency) = look.conn.emergency(&look.app.workspace, id).await? else { return Ok(false) };
    match problems::visible(look, &emergency.problem).await {
        Ok(_) => Ok(true),
        Err(ActionError::NotFound(_) | ActionError::Forbidden) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The newest group that was to be made as the war room of an emergency. Whether the reader may see that is checked by the
/// caller.
pub(super) async fn of_emergency(
    look: &mut Look<'_>,
    id: &EmergencyId,
) -> Result<Option<GroupRequestView>, ActionError> {
    let found = look.conn.group_request_for(&look.app.workspace, id).await?;
    match found.filter(|request| request.state != GroupState::Dropped) {
        Some(request) => view(look, request).await.map(Some),
        None => Ok(None),
    }
}

/// One of them, after a step with it.
///
/// # Errors
/// When there is none, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &GroupRequestId) -> Result<GroupRequestView, ActionError> {
    let found = look.conn.group_request(&look.app.workspace, id).await?;
    view(look, found.ok_or(ActionError::NotFound("group"))?).await
}

async fn view(look: &mut Look<'_>, request: GroupRequest) -> Result<GroupRequestView, ActionError> {
    let language = look.caller.language;
    let say = |key: &str| text(language, key, &[]);
    let names = Names::of_people(look, request.people.iter().map(|invited| invited.person.clone()).collect()).await?;
    let account = look.conn.account(&look.app.workspace, &request.account).await?;
    let (reason, detail, channel) = match &request.state {
        GroupState::Waiting { reason } => (reason.as_deref().map(say), None, None),
        GroupState::Failed { reason, detail } => (Some(say(reason)), Some(detail.clone()), None),
        GroupState::Uncertain { reason } => (Some(say(reason)), None, None),
        GroupState::Made { channel } => (None, None, Some(channel.clone())),
        GroupState::Dropped => (None, None, None),
    };
    let present = match &channel {
        Some(channel) => look.conn.channel(&look.app.workspace, channel).await?.is_some_and(|one| one.present),
        None => true,
    };
    let mut people = Vec::new();
    let mut left_out = Vec::new();
    for invited in &request.people {
        let person = names.person(&invited.person);
        match &invited.place {
            InGroup::In => people.push(person),
            InGroup::Waiting => {}
            InGroup::Out { reason } => left_out.push(LeftOutView { person, reason: say(reason) }),
        }
    }
    Ok(GroupRequestView {
        id: request.id.to_string(),
        title: request.title,
        account: request.account.to_string(),
        platform: account.map(|account| account.platform.to_string()).unwrap_or_default(),
        state: request.state.name().name(),
        reason,
        detail: detail.filter(|detail| !detail.is_empty()),
        channel: channel.map(|channel| channel.to_string()),
        robot_is_out: !present,
        people,
        left_out,
        requested_at: request.requested_at,
        next_at: request.next_at,
    })
}
