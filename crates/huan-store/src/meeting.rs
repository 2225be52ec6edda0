//! Meetings that people are invited to. People change them under their version.

use huan_core::{
    id::{CollaborationId, MeetingId, MinutesId, PersonId, WorkspaceId},
    meeting::Meeting,
};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    error::Result,
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::{json, values},
};

statements! {
    BY_ID = "SELECT data, version FROM meeting WHERE workspace = $1 AND id = $2";
    OF_MINUTES = "SELECT data, version FROM meeting WHERE workspace = $1 AND minutes = $2";
    OF_COLLABORATION = "SELECT data, version FROM meeting WHERE workspace = $1 AND collaboration = $2
        ORDER BY id DESC LIMIT $3";
    CALLED_OF = "SELECT m.data, m.version FROM membership p
        JOIN meeting m ON m.workspace = p.workspace AND m.collaboration = p.collaboration
        WHERE p.workspace = $1 AND p.person = $2 AND m.stage = 'called' ORDER BY m.id";
    DUE = "SELECT data, version FROM meeting WHERE workspace = $1 AND next_at <= $2 ORDER BY next_at LIMIT $3";
    NEXT_AT = "SELECT min(next_at) AS next_at FROM meeting WHERE workspace = $1 AND next_at > $2";
    INSERT = "INSERT INTO meeting (workspace, id, collaboration, stage, minutes, next_at, data, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1)";
    UPDATE = "UPDATE meeting SET stage = $3, minutes = $4, next_at = $5, data = $6, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $7";
}

fn meeting(row: &Row) -> Result<Meeting> {
    Ok(Meeting { version: row.get("version")?, ..row.json("data")? })
}

impl Conn {
    /// A meeting by id.
    pub async fn meeting(&mut self, workspace: &WorkspaceId, id: &MeetingId) -> Result<Option<Meeting>> {
        self.find(BY_ID, values![workspace, id], meeting).await
    }

    /// The meeting that these are the minutes of.
    pub async fn meeting_of_minutes(&mut self, workspace: &WorkspaceId, id: &MinutesId) -> Result<Option<Meeting>> {
        self.find(OF_MINUTES, values![workspace, id], meeting).await
    }

    /// The meetings of a collaboration, the newest first.
    pub async fn meetings_of(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        at_most: u32,
    ) -> Result<Vec<Meeting>> {
        self.list(OF_COLLABORATION, values![workspace, collaboration, at_most], meeting).await
    }

    /// The meetings that a person is invited to, that have not begun, and about which they have not said whether they come.
    pub async fn meetings_asked_of(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
        now: Timestamp,
    ) -> Result<Vec<Meeting>> {
        let mut called = self.list(CALLED_OF, values![workspace, person], meeting).await?;
        called.retain(|meeting| {
            let asked = meeting.invited(person).is_some_and(|invited| invited.answer.is_none());
            asked && meeting.plan.starts_at.is_some_and(|starts_at| now < starts_at)
        });
        Ok(called)
    }

    /// The meetings of which those who have not answered are to be reminded, and those that are over and of which nobody has said so.
    pub async fn meetings_due(
        &mut self,
        workspace: &WorkspaceId,
        now: Timestamp,
        at_most: u32,
    ) -> Result<Vec<Meeting>> {
        self.list(DUE, values![workspace, now, at_most], meeting).await
    }

    /// When the next such moment comes, after `now`.
    pub async fn next_meeting_at(&mut self, workspace: &WorkspaceId, now: Timestamp) -> Result<Option<Timestamp>> {
        self.fetch_one(NEXT_AT, values![workspace, now]).await?.get("next_at")
    }
}

impl Tx {
    /// Adds a meeting.
    pub async fn insert_meeting(&mut self, workspace: &WorkspaceId, meeting: &Meeting) -> Result<()> {
        let Meeting { id, collaboration, state, .. } = meeting;
        let (stage, next_at) = (state.stage(), meeting.next_at());
        let values = values![workspace, id, collaboration, stage, meeting.minutes(), next_at, json(meeting)?];
        self.execute(INSERT, values).await?;
        self.signal(Topic::Meetings);
        Ok(())
    }

    /// Writes a meeting that was read and changed. [`crate::Error::Stale`] when somebody else changed it since it was read; else
    /// its version grows by one.
    pub async fn update_meeting(&mut self, workspace: &WorkspaceId, meeting: &mut Meeting) -> Result<()> {
        let Meeting { id, state, version, .. } = &*meeting;
        let (stage, next_at) = (state.stage(), meeting.next_at());
        let values = values![workspace, id, stage, meeting.minutes(), next_at, json(meeting)?, *version];
        self.change("the meeting", UPDATE, values).await?;
        meeting.version += 1;
        self.signal(Topic::Meetings);
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use huan_core::{
        collaboration::{Membership, Role},
        id::MembershipId,
        level::Level,
        meeting::{Invited, MeetingKind, MeetingState, Plan},
        minutes::{Content, Minutes, MinutesState, Occasion},
        record::Participant,
    };

    use super::*;
    use crate::{Error, both_databases, samples};

    /// A meeting that its owner was called to.
    pub(crate) fn called(team: &samples::Team, bits: u128) -> Meeting {
        let person = &team.owner.id;
        Meeting {
            id: MeetingId::from_bits(bits),
            collaboration: team.collaboration.id.clone(),
            kind: MeetingKind::KickOff,
            plan: Plan {
                title: "启动会".into(),
                invitation: "请参加".into(),
                agenda: "1. 目标".into(),
                starts_at: Some(samples::at(10)),
                ends_at: Some(samples::at(20)),
                place: "三楼会议室".into(),
                online: None,
                host: person.clone(),
                recorder: person.clone(),
            },
            invited: vec![Invited { who: Participant::Person { person: person.clone() }, answer: None, present: None }],
            state: MeetingState::Called { by: person.clone(), at: samples::at(0) },
            revision: 1,
            told_at: Some(samples::at(0)),
            reminded: 1,
            join_url: None,
            drafted_by: person.clone(),
            created_at: samples::at(0),
            updated_at: samples::at(0),
            version: 1,
        }
    }

    both_databases! {
        async fn c1_a_meeting_reads_back_whole_is_due_at_its_end_and_held_once(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut meeting = called(&team, 1);
            let mut tx = db.write().await.unwrap();
            tx.insert_meeting(workspace, &meeting).await.unwrap();
            assert_eq!(tx.meeting(workspace, &meeting.id).await.unwrap().as_ref(), Some(&meeting));
            assert_eq!(tx.meetings_of(workspace, &team.collaboration.id, 9).await.unwrap(), [meeting.clone()]);
            let me = &team.owner.id;
            assert_eq!(tx.meetings_asked_of(workspace, me, samples::at(9)).await.unwrap(), [], "no member any more");
            let member = Membership {
                id: MembershipId::from_bits(1),
                collaboration: team.collaboration.id.clone(),
                person: me.clone(),
                role: Role::Member,
                duty: String::new(),
            };
            tx.insert_member(workspace, &member).await.unwrap();
            assert_eq!(tx.meetings_asked_of(workspace, me, samples::at(9)).await.unwrap(), [meeting.clone()]);
            assert_eq!(tx.meetings_asked_of(workspace, me, samples::at(10)).await.unwrap(), [], "it has begun");
            let other = PersonId::from_bits(99);
            assert_eq!(tx.meetings_asked_of(workspace, &other, samples::at(9)).await.unwrap(), [], "not invited");
            assert_eq!(tx.meetings_due(workspace, samples::at(19), 9).await.unwrap(), []);
            assert_eq!(tx.next_meeting_at(workspace, samples::at(19)).await.unwrap(), Some(samples::at(20)));
            assert_eq!(tx.meetings_due(workspace, samples::at(20), 9).await.unwrap(), [meeting.clone()]);

            let minutes = Minutes {
                id: MinutesId::from_bits(1),
                collaboration: team.collaboration.id.clone(),
                number: 1,
                occasion: Occasion::Meeting,
                title: "启动会".into(),
                level: Level::Internal,
                started_by: team.owner.id.clone(),
                recorder: team.owner.id.clone(),
                state: MinutesState::Owed,
                content: Content::default(),
                message: None,
                happened_at: samples::at(20),
                created_at: samples::at(20),
                updated_at: samples::at(20),
                version: 1,
            };
            tx.insert_minutes(workspace, &minutes).await.unwrap();
            let mut stale = meeting.clone();
            meeting.held(samples::at(20), minutes.id.clone(), 1).unwrap();
            tx.update_meeting(workspace, &mut meeting).await.unwrap();
            stale.held(samples::at(20), minutes.id.clone(), 1).unwrap();
            let refused = tx.update_meeting(workspace, &mut stale).await;
            assert!(matches!(refused, Err(Error::Stale { .. })), "{refused:?}");
            assert_eq!(tx.meetings_due(workspace, samples::at(99), 9).await.unwrap(), []);
            assert_eq!(tx.meeting_of_minutes(workspace, &minutes.id).await.unwrap(), Some(meeting));
        }
    }
}
