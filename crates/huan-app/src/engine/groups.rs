//! Making groups on platforms.
//!
//! That an attempt begins is committed before it is made. So whatever happens to this program, it is known that there may be
//! a group; and where the platform would not know the second attempt again, none is made: a person looks.

use std::sync::Arc;

use huan_connect::{Certainty, Conversation, ConversationKind, Groups, LeftOut, NewGroup, Retry, SendError};
use huan_core::{
    group_request::{GroupRequest, GroupState, GroupStateName, InGroup, Setback},
    id::{GroupRequestId, PersonId},
    platform::{ForeignConversation, ForeignUser},
};
use jiff::SignedDuration;
use tokio::task::JoinSet;

use super::Round;
use crate::{
    actions::groups::{group_was_made, group_was_not_made, show},
    app::{App, OpenAccount},
    error::ActionError,
    hearing::know_channel,
    work::Work,
};

/// How many groups one round takes.
const AT_ONCE: u32 = 8;
/// How long a node may deal with a group before another may take it.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// Nobody of those who are to be in a group is on its platform.
const NOT_ON_PLATFORM: &str = "group.reason.not_on_platform";

/// Makes the groups that wait for it, and puts people into them.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let now = app.now();
    let next_at = app.db.read().await?.next_group_at(&app.workspace).await?;
    if next_at.is_none_or(|at| at > now) {
        return Ok(Round { done: 0, next_at });
    }
    let mut tx = app.db.write().await?;
    let claimed = tx.claim_group_requests(&app.workspace, now, now + LEASE, AT_ONCE).await?;
    tx.commit().await?;
    let done = claimed.len();
    let mut running = JoinSet::new();
    for request in claimed {
        let app = Arc::clone(&app);
        running.spawn(async move { carry_out(&app, request).await });
    }
    while let Some(ended) = running.join_next().await {
        ended.map_err(|error| ActionError::Internal(error.to_string()))??;
    }
    Ok(Round { done, next_at: None })
}

async fn carry_out(app: &App, request: GroupRequest) -> Result<(), ActionError> {
    let Some(account) = app.account(&request.account) else {
        return refuse(app, &request, None, later("delivery.reason.account_closed")).await;
    };
    let Some(groups) = account.live.groups() else {
        return refuse(app, &request, Some(&account), never("delivery.reason.unsupported")).await;
    };
    match &request.state {
        GroupState::Waiting { .. } => make(app, &account, groups, &request.id).await,
        GroupState::Made { channel } => {
            let found = app.db.read().await?.channel(&app.workspace, channel).await?;
            match found {
                Some(channel) => add(app, &account, groups, &channel.conversation, &request).await,
                None => refuse(app, &request, Some(&account), never("delivery.reason.group_gone")).await,
            }
        }
        // Somebody decided about it meanwhile.
        _ => free(app, &request.id).await,
    }
}

/// Who of these is on the platform, and as whom.
async fn reachable(
    work: &mut Work<'_>,
    account: &OpenAccount,
    request: &GroupRequest,
) -> Result<(Vec<(PersonId, ForeignUser)>, Vec<PersonId>), ActionError> {
    let waiting: Vec<PersonId> = request.waiting().cloned().collect();
    let identities = work.tx.identities_of_people(&work.app.workspace, &waiting).await?;
    let (mut on_it, mut elsewhere) = (Vec::new(), Vec::new());
    for person in waiting {
        let mut own = identities
            .iter()
            .filter(|identity| identity.account == account.id && identity.person.as_ref() == Some(&person));
        match own.next() {
            Some(identity) => on_it.push((person, identity.user.clone())),
            None => elsewhere.push(person),
        }
    }
    Ok((on_it, elsewhere))
}

async fn make(app: &App, account: &OpenAccount, groups: &dyn Groups, id: &GroupRequestId) -> Result<(), ActionError> {
    let mut work = app.begin_as_huan().await?;
    let Some(mut request) = still(&mut work, id, GroupStateName::Waiting).await? else { return free(app, id).await };
    let (on_it, elsewhere) = reachable(&mut work, account, &request).await?;
    leave_out(&mut request, &elsewhere);
    let remembered = groups.remembers().and_then(|time| SignedDuration::try_from(time).ok());
    if !request.may_attempt(remembered, work.now) {
        request.ask_a_person();
        return settle(work, request, Some(account)).await;
    }
    let unsure_before = request.begin_attempt(work.now);
    if on_it.is_empty() {
        let now = work.now;
        request.set_back(setback(&never("group.reason.nobody")), unsure_before, now);
        return settle(work, request, Some(account)).await;
    }
    work.tx.update_group_request(&app.workspace, &mut request).await?;
    work.commit().await?;

    let people = on_it.iter().map(|(_, user)| user.clone()).collect();
    let outcome = groups.make(&NewGroup { title: request.title, people, key: id.to_string() }).await;

    let mut work = app.begin_as_huan().await?;
    let request = still(&mut work, id, GroupStateName::Waiting).await?;
    let (made, mut request) = match (outcome, request) {
        (Ok(made), Some(request)) => (made, request),
        (Ok(made), None) => {
            // It is not wanted any more, but it is there: it stands among the groups of nobody.
            let group = Conversation { id: made.id, kind: ConversationKind::Group, title: Some(made.title) };
            know_channel(&mut work, account, &group, Some(made.robot_is_in)).await?;
            work.tx.free_group_request(&app.workspace, id).await?;
            return work.commit().await;
        }
        (Err(error), Some(mut request)) => {
            tracing::warn!(group = %id, %error, "a group could not be made");
            let now = work.now;
            request.set_back(setback(&error), unsure_before, now);
            return settle(work, request, Some(account)).await;
        }
        (Err(_), None) => return free(app, id).await,
    };
    leave_out(&mut request, &elsewhere);
    for (person, user) in &on_it {
        request.place(person, place(user, &made.left_out, &made.to_add));
    }
    let group = Conversation { id: made.id, kind: ConversationKind::Group, title: Some(made.title) };
    group_was_made(&mut work, account, &mut request, &group, made.robot_is_in).await?;
    settle(work, request, Some(account)).await
}

/// The request as it is now, locked, if it still is what it was when it was taken.
async fn still(
    work: &mut Work<'_>,
    id: &GroupRequestId,
    state: GroupStateName,
) -> Result<Option<GroupRequest>, ActionError> {
    let found = work.tx.lock_group_request(&work.app.workspace, id).await?;
    Ok(found.filter(|request| request.state.name() == state))
}

fn leave_out(request: &mut GroupRequest, elsewhere: &[PersonId]) {
    for person in elsewhere {
        request.place(person, InGroup::Out { reason: NOT_ON_PLATFORM.to_owned() });
    }
}

/// Where somebody is after the group was made.
fn place(user: &ForeignUser, left_out: &[LeftOut], to_add: &[ForeignUser]) -> InGroup {
    match left_out.iter().find(|one| one.person == *user) {
        Some(one) => InGroup::Out { reason: one.reason_key.to_owned() },
        None if to_add.contains(user) => InGroup::Waiting,
        None => InGroup::In,
    }
}

/// Puts those who are still to come into a group that is there.
async fn add(
    app: &App,
    account: &OpenAccount,
    groups: &dyn Groups,
    group: &ForeignConversation,
    claimed: &GroupRequest,
) -> Result<(), ActionError> {
    let mut work = app.begin_as_huan().await?;
    let (on_it, elsewhere) = reachable(&mut work, account, claimed).await?;
    drop(work);
    let users: Vec<ForeignUser> = on_it.iter().map(|(_, user)| user.clone()).collect();
    let outcome = if users.is_empty() { Ok(Vec::new()) } else { groups.add(group, &users).await };
    let mut work = app.begin_as_huan().await?;
    let Some(mut request) = still(&mut work, &claimed.id, GroupStateName::Made).await? else {
        return free(app, &claimed.id).await;
    };
    leave_out(&mut request, &elsewhere);
    match outcome {
        Ok(left_out) => {
            for (person, user) in &on_it {
                request.place(person, place(user, &left_out, &[]));
            }
            request.attempts = 0;
            // Somebody may have been invited meanwhile.
            let somebody_waits = request.waiting().next().is_some();
            request.next_at = somebody_waits.then_some(work.now);
        }
        Err(error) => {
            tracing::warn!(group = %request.id, %error, "people could not be put into a group");
            let now = work.now;
            request.not_put_in(setback(&error), now);
        }
    }
    settle(work, request, Some(account)).await
}

/// There is nobody to make it, or to put people into it, now or at all.
async fn refuse(
    app: &App,
    claimed: &GroupRequest,
    account: Option<&OpenAccount>,
    error: SendError,
) -> Result<(), ActionError> {
    let mut work = app.begin_as_huan().await?;
    let Some(mut request) = still(&mut work, &claimed.id, claimed.state.name()).await? else {
        return free(app, &claimed.id).await;
    };
    let (before, now) = (request.unsure_since, work.now);
    if request.state.name() == GroupStateName::Made {
        request.not_put_in(setback(&error), now);
    } else {
        request.attempts = request.attempts.saturating_add(1);
        request.set_back(setback(&error), before, now);
    }
    settle(work, request, account).await
}

/// Writes what came of it.
async fn settle(
    mut work: Work<'_>,
    mut request: GroupRequest,
    account: Option<&OpenAccount>,
) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    work.tx.update_group_request(workspace, &mut request).await?;
    work.tx.free_group_request(workspace, &request.id).await?;
    group_was_not_made(&mut work, &request, account);
    show(&mut work, &request);
    work.commit().await
}

async fn free(app: &App, id: &GroupRequestId) -> Result<(), ActionError> {
    let mut tx = app.db.write().await?;
    tx.free_group_request(&app.workspace, id).await?;
    Ok(tx.commit().await?)
}

fn setback(error: &SendError) -> Setback {
    let rest = match error.retry {
        Retry::After(rest) => SignedDuration::try_from(rest).ok(),
        Retry::Transient | Retry::Never => None,
    };
    Setback {
        maybe_made: error.certainty == Certainty::Unknown,
        rest,
        can_be_repeated: error.retry != Retry::Never,
        reason: error.reason_key.to_owned(),
        detail: error.detail.clone(),
    }
}

fn never(reason_key: &'static str) -> SendError {
    SendError { certainty: Certainty::NotSent, retry: Retry::Never, reason_key, detail: String::new() }
}

fn later(reason_key: &'static str) -> SendError {
    SendError { retry: Retry::Transient, ..never(reason_key) }
}
