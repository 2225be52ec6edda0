//! Collaborations, their members and channels as pages show them.

use std::collections::{BTreeMap, HashMap};

use huan_core::{
    collaboration::{Channel, Collaboration, Membership, Role},
    id::{AccountId, ChannelId, CollaborationId},
    permission::{self, CollaborationDeed},
    status::Status,
};
use huan_store::{ChannelFilter, ChannelsOf, Listed, Page};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    names::{Named, Names, PersonRef},
};
use crate::error::ActionError;

/// Tasks and records by status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountsView {
    /// The tasks of each status.
    pub tasks: BTreeMap<&'static str, i64>,
    /// The rows of each status.
    pub records: BTreeMap<&'static str, i64>,
    /// The open tasks whose time is up, 200 at most.
    pub overdue: i64,
}

/// A collaboration in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CollaborationSummary {
    /// The id.
    pub id: String,
    /// A short name.
    pub name: String,
    /// The core goal.
    pub goal: String,
    /// The day by which the goal is to be reached.
    pub goal_on: Option<String>,
    /// `running`, `done` or `archived`.
    pub state: String,
    /// The reader's role in it.
    pub role: Option<String>,
    /// How many there are of what.
    pub counts: CountsView,
}

/// A collaboration with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CollaborationView {
    /// What the list shows of it.
    #[serde(flatten)]
    pub summary: CollaborationSummary,
    /// Who takes part.
    pub members: Vec<MemberView>,
    /// The platform groups bound to it.
    pub channels: Vec<ChannelView>,
    /// How long each kind of matter may take.
    #[schema(value_type = Object)]
    pub levels: huan_core::clock::ServiceLevels,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether the reader may change it.
    pub may_manage: bool,
    /// Grows with each change.
    pub version: i64,
}

/// A person's part in a collaboration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberView {
    /// The id of the membership.
    pub id: String,
    /// Who.
    pub person: PersonRef,
    /// `initiator`, `assistant`, `member` or `guest`.
    pub role: String,
    /// The duty boundary.
    pub duty: String,
}

/// A platform group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChannelView {
    /// The id.
    pub id: String,
    /// The account through which it is heard.
    pub account: String,
    /// The platform.
    pub platform: String,
    /// The platform's id of it.
    pub conversation: String,
    /// Its name.
    pub title: String,
    /// The collaboration it is bound to.
    pub collaboration: Option<Named>,
    /// Whether outside people are in it.
    pub has_outsiders: bool,
    /// Whether the robot is in it.
    pub present: bool,
}

/// The collaborations that the reader has a part in; for an administrator all of them.
///
/// # Errors
/// When the database fails.
pub async fn list(look: &mut Look<'_>) -> Result<Vec<CollaborationSummary>, ActionError> {
    let workspace = &look.app.workspace;
    let collaborations = match look.caller.viewer.administrator {
        true => look.conn.collaborations(workspace).await?,
        false => look.conn.collaborations_of(workspace, look.caller.person()).await?,
    };
    let roles = look.roles().await?;
    let mut summaries = Vec::with_capacity(collaborations.len());
    for collaboration in collaborations {
        let role = roles.get(&collaboration.id).copied();
        summaries.push(summary(look, &collaboration, role).await?);
    }
    Ok(summaries)
}

async fn summary(
    look: &mut Look<'_>,
    collaboration: &Collaboration,
    role: Option<Role>,
) -> Result<CollaborationSummary, ActionError> {
    Ok(CollaborationSummary {
        id: collaboration.id.to_string(),
        name: collaboration.name.clone(),
        goal: collaboration.goal.clone(),
        goal_on: collaboration.goal_on.map(|day| day.to_string()),
        state: super::code(&collaboration.state),
        role: role.map(|role| super::code(&role)),
        counts: counts(look, &collaboration.id).await?,
    })
}

pub(super) async fn counts(look: &mut Look<'_>, id: &CollaborationId) -> Result<CountsView, ActionError> {
    let workspace = &look.app.workspace;
    let zero = || Status::ALL.into_iter().map(|status| (status.name(), 0)).collect::<BTreeMap<_, _>>();
    let mut counts = CountsView { tasks: zero(), records: zero(), overdue: 0 };
    for (name, n) in look.conn.tallies(workspace, id.as_str()).await? {
        let (table, key) = match name.split_once(':') {
            Some(("task", stage)) => (&mut counts.tasks, status_of(stage)),
            Some(("record", status)) => (&mut counts.records, Status::from_name(status)),
            _ => continue,
        };
        if let Some(status) = key {
            *table.entry(status.name()).or_default() += n;
        }
    }
    counts.overdue = look.conn.overdue_tasks(workspace, id, look.now).await?;
    Ok(counts)
}

/// The column of the board that a stage stands in.
fn status_of(stage: &str) -> Option<Status> {
    Some(match stage {
        "offered" => Status::Pending,
        "declined" => Status::AwaitingFeedback,
        "in_progress" => Status::InProgress,
        "blocked" => Status::Blocked,
        "done" => Status::Done,
        _ => return None,
    })
}

/// The collaboration, when the reader may see it.
///
/// # Errors
/// When there is none, they may not see it, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &CollaborationId) -> Result<CollaborationView, ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let workspace = &look.app.workspace;
    let found = look.conn.collaboration(workspace, id).await?;
    let collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
    let members = look.conn.memberships(workspace, id).await?;
    let channels = look.conn.channels_of(workspace, id).await?;
    let may_manage = permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role).is_ok();
    Ok(CollaborationView {
        summary: summary(look, &collaboration, role).await?,
        members: member_views(look, members).await?,
        channels: channel_views(look, channels).await?,
        levels: collaboration.levels,
        created_at: collaboration.created_at,
        may_manage,
        version: collaboration.version,
    })
}

/// Puts memberships into shape.
///
/// # Errors
/// When the database fails.
pub async fn member_views(look: &mut Look<'_>, members: Vec<Membership>) -> Result<Vec<MemberView>, ActionError> {
    let people = members.iter().map(|member| member.person.clone()).collect();
    let names = Names::of_people(look, people).await?;
    Ok(members
        .into_iter()
        .map(|member| MemberView {
            id: member.id.to_string(),
            person: names.person(&member.person),
            role: super::code(&member.role),
            duty: member.duty,
        })
        .collect())
}

/// A page of the groups that the reader may know of: all of them, those of an account, those that are bound to nothing.
///
/// # Errors
/// When the database fails.
pub async fn channels(
    look: &mut Look<'_>,
    account: Option<AccountId>,
    unbound: bool,
    page: &Page,
) -> Result<(Listed<Channel>, Vec<ChannelView>), ActionError> {
    let roles = look.roles().await?;
    let administrator = look.caller.viewer.administrator;
    // A group that is bound to nothing may be bound by whoever leads a collaboration, or is about to start one.
    let leads = administrator
        || roles.values().any(|role| matches!(role, Role::Initiator | Role::Assistant))
        || !look.conn.unfinished_starts(&look.app.workspace, look.caller.person()).await?.is_empty();
    let of = match (unbound, administrator) {
        (true, _) if leads => ChannelsOf::Nothing,
        (true, _) => ChannelsOf::These { collaborations: Vec::new(), or_nothing: false },
        (false, true) => ChannelsOf::Anything,
        (false, false) => ChannelsOf::These { collaborations: roles.into_keys().collect(), or_nothing: leads },
    };
    let filter = ChannelFilter { account, of };
    let listed = look.conn.channel_page(&look.app.workspace, &filter, page).await?;
    let views = channel_views(look, listed.rows.clone()).await?;
    Ok((listed, views))
}

/// One channel.
///
/// # Errors
/// When there is none, or the database fails.
pub async fn channel(look: &mut Look<'_>, id: &ChannelId) -> Result<ChannelView, ActionError> {
    let found = look.conn.channel(&look.app.workspace, id).await?;
    let channel = found.ok_or(ActionError::NotFound("channel"))?;
    channel_views(look, vec![channel]).await?.pop().ok_or(ActionError::NotFound("channel"))
}

async fn channel_views(look: &mut Look<'_>, channels: Vec<Channel>) -> Result<Vec<ChannelView>, ActionError> {
    let mut names = Names::default();
    let bound = channels.iter().filter_map(|channel| channel.collaboration.clone()).collect();
    names.add_collaborations(look, bound).await?;
    let accounts = look.conn.accounts(&look.app.workspace).await?;
    let platforms: HashMap<_, _> = accounts.into_iter().map(|account| (account.id, account.platform)).collect();
    Ok(channels
        .into_iter()
        .map(|channel| ChannelView {
            id: channel.id.to_string(),
            platform: platforms.get(&channel.account).map(ToString::to_string).unwrap_or_default(),
            account: channel.account.to_string(),
            conversation: channel.conversation.to_string(),
            title: channel.title,
            collaboration: channel.collaboration.as_ref().map(|id| names.collaboration(id)),
            has_outsiders: channel.has_outsiders,
            present: channel.present,
        })
        .collect())
}
