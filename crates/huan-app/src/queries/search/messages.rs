//! Messages that were found, as far as the reader may read them.

use std::collections::{HashMap, HashSet};

use huan_core::{
    collaboration::{Channel, Role},
    id::{ChannelId, CollaborationId, MessageId, ProblemId},
    message::Message,
    permission::{self, Deed, Matter},
    problem::Problem,
};

use super::super::Look;
use crate::error::ActionError;

/// Messages, and the groups they were said in.
#[derive(Debug, Default)]
pub(in super::super) struct Messages {
    pub(in super::super) messages: Vec<Message>,
    pub(in super::super) channels: HashMap<ChannelId, Channel>,
}

impl Messages {
    /// Those of these messages that the reader may read. What became something confidential, or was said in the war room of
    /// something confidential, is for those who may see that, and for who said it.
    pub(in super::super) async fn readable(
        look: &mut Look<'_>,
        roles: &HashMap<CollaborationId, Role>,
        ids: &[MessageId],
    ) -> Result<Self, ActionError> {
        if ids.is_empty() {
            return Ok(Self::default());
        }
        let workspace = &look.app.workspace;
        let mut messages = look.conn.messages_by_id(workspace, ids).await?;
        let said_in: HashSet<ChannelId> = messages.iter().filter_map(|message| message.channel.clone()).collect();
        let said_in: Vec<ChannelId> = said_in.into_iter().collect();
        let channels = look.conn.channels_by_id(workspace, &said_in).await?;
        let channels: HashMap<ChannelId, Channel> =
            channels.into_iter().map(|channel| (channel.id.clone(), channel)).collect();
        let secret = Secret::read(look, roles, ids, &said_in).await?;
        let viewer = &look.caller.viewer;
        messages.retain(|message| {
            let channel = message.channel.as_ref().and_then(|id| channels.get(id));
            let collaboration = channel.and_then(|channel| channel.collaboration.as_ref());
            let role = collaboration.and_then(|id| roles.get(id).copied());
            permission::may_read_message(viewer, message, role).is_ok()
                && (message.speaker.as_ref() == Some(&viewer.person) || !secret.hides(message))
        });
        Ok(Self { messages, channels })
    }
}

/// What among some messages is part of something confidential that the reader may not see.
struct Secret {
    messages: HashSet<MessageId>,
    /// Rooms, and since when.
    rooms: Vec<(ChannelId, jiff::Timestamp)>,
}

impl Secret {
    async fn read(
        look: &mut Look<'_>,
        roles: &HashMap<CollaborationId, Role>,
        ids: &[MessageId],
        said_in: &[ChannelId],
    ) -> Result<Self, ActionError> {
        let workspace = &look.app.workspace;
        let viewer = &look.caller.viewer;
        let sees = |matter: &Matter<'_>| permission::may(viewer, Deed::See, matter).is_ok();
        let role = |collaboration: &CollaborationId| roles.get(collaboration).copied();
        let mut messages = HashSet::new();
        for task in look.conn.confidential_tasks_of(workspace, ids).await? {
            if !sees(&Matter::task(&task, viewer, role(&task.collaboration), false)) {
                messages.extend(task.message);
            }
        }
        for record in look.conn.confidential_records_of(workspace, ids).await? {
            if !sees(&Matter::record(&record, viewer, role(&record.collaboration))) {
                messages.extend(record.message);
            }
        }
        for problem in look.conn.confidential_problems_of(workspace, ids).await? {
            if !sees_problem(look, roles, &problem).await? {
                messages.extend(problem.message);
            }
        }
        let mut rooms = Vec::new();
        let emergencies = match said_in {
            [] => Vec::new(),
            said_in => look.conn.emergencies_with_rooms(workspace, said_in).await?,
        };
        let behind: Vec<ProblemId> = emergencies.iter().map(|emergency| emergency.problem.clone()).collect();
        if !behind.is_empty() {
            for problem in look.conn.problems_by_id(workspace, &behind).await? {
                if !sees_problem(look, roles, &problem).await? {
                    let of_it = emergencies.iter().filter(|emergency| emergency.problem == problem.id);
                    rooms.extend(of_it.filter_map(|one| Some((one.war_room.clone()?, one.started_at))));
                }
            }
        }
        Ok(Self { messages, rooms })
    }

    fn hides(&self, message: &Message) -> bool {
        let in_room = |(room, since): &(ChannelId, jiff::Timestamp)| {
            message.channel.as_ref() == Some(room) && message.sent_at >= *since
        };
        self.messages.contains(&message.id) || self.rooms.iter().any(in_room)
    }
}

/// Whether the reader may see a problem, also as somebody who was asked.
pub(super) async fn sees_problem(
    look: &mut Look<'_>,
    roles: &HashMap<CollaborationId, Role>,
    problem: &Problem,
) -> Result<bool, ActionError> {
    let viewer = &look.caller.viewer;
    let role = roles.get(&problem.collaboration).copied();
    if permission::may(viewer, Deed::See, &Matter::problem(problem, role, false)).is_ok() {
        return Ok(true);
    }
    let asked = look.conn.was_asked(&look.app.workspace, &problem.id, &viewer.person).await?;
    Ok(permission::may(viewer, Deed::See, &Matter::problem(problem, role, asked)).is_ok())
}
