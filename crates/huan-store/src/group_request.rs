//! Groups that are to be made on platforms. One worker at a time deals with a request, by its lease; people change it under its
//! version.

use huan_core::{
    group_request::GroupRequest,
    id::{CollaborationId, EmergencyId, GroupRequestId, WorkspaceId},
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
    BY_ID = "SELECT data, version FROM group_request WHERE workspace = $1 AND id = $2";
    LOCK = sqlite "SELECT data, version FROM group_request WHERE workspace = $1 AND id = $2",
        postgres "SELECT data, version FROM group_request WHERE workspace = $1 AND id = $2 FOR UPDATE";
    OF_COLLABORATION = "SELECT data, version FROM group_request WHERE workspace = $1 AND collaboration = $2
        ORDER BY id DESC LIMIT $3";
    OF_EMERGENCY = "SELECT data, version FROM group_request WHERE workspace = $1 AND emergency = $2 ORDER BY id DESC LIMIT 1";
    INSERT = "INSERT INTO group_request
            (workspace, id, collaboration, emergency, state, next_at, leased_until, data, version)
        VALUES ($1, $2, $3, $4, $5, $6, 0, $7, 1)";
    UPDATE = "UPDATE group_request SET state = $3, next_at = $4, data = $5, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $6";
    CLAIM = sqlite "UPDATE group_request SET leased_until = $3 WHERE rowid IN (SELECT rowid FROM group_request
            WHERE workspace = $1 AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at LIMIT $4) RETURNING data, version",
        postgres "UPDATE group_request SET leased_until = $3 WHERE ctid = ANY(ARRAY(SELECT ctid FROM group_request
            WHERE workspace = $1 AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at LIMIT $4
            FOR UPDATE SKIP LOCKED)) RETURNING data, version";
    FREE = "UPDATE group_request SET leased_until = 0 WHERE workspace = $1 AND id = $2";
    NEXT_AT = "SELECT min(CASE WHEN next_at < leased_until THEN leased_until ELSE next_at END) AS at FROM group_request
        WHERE workspace = $1 AND next_at IS NOT NULL";
}

fn request(row: &Row) -> Result<GroupRequest> {
    Ok(GroupRequest { version: row.get("version")?, ..row.json("data")? })
}

impl Conn {
    /// A group that is to be made.
    pub async fn group_request(
        &mut self,
        workspace: &WorkspaceId,
        id: &GroupRequestId,
    ) -> Result<Option<GroupRequest>> {
        self.find(BY_ID, values![workspace, id], request).await
    }

    /// The groups that were to be made for a collaboration, the newest first.
    pub async fn group_requests_of(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        at_most: u32,
    ) -> Result<Vec<GroupRequest>> {
        self.list(OF_COLLABORATION, values![workspace, collaboration, at_most], request).await
    }

    /// The newest group that was to be made as the war room of an emergency.
    pub async fn group_request_for(
        &mut self,
        workspace: &WorkspaceId,
        emergency: &EmergencyId,
    ) -> Result<Option<GroupRequest>> {
        self.find(OF_EMERGENCY, values![workspace, emergency], request).await
    }

    /// When something is to be done about a group next and can be.
    pub async fn next_group_at(&mut self, workspace: &WorkspaceId) -> Result<Option<Timestamp>> {
        self.fetch_one(NEXT_AT, values![workspace]).await?.get("at")
    }
}

impl Tx {
    /// A group that is to be made, locked until the transaction ends.
    pub async fn lock_group_request(
        &mut self,
        workspace: &WorkspaceId,
        id: &GroupRequestId,
    ) -> Result<Option<GroupRequest>> {
        self.find(LOCK, values![workspace, id], request).await
    }

    /// Adds a group that is to be made.
    pub async fn insert_group_request(&mut self, workspace: &WorkspaceId, request: &GroupRequest) -> Result<()> {
        let GroupRequest { id, collaboration, emergency, state, next_at, .. } = request;
        let (emergency, state) = (emergency.as_ref(), state.name().name());
        let values = values![workspace, id, collaboration, emergency, state, *next_at, json(request)?];
        self.execute(INSERT, values).await?;
        self.signal(Topic::Groups);
        Ok(())
    }

    /// Writes a request that was read and changed; its version grows by one.
    pub async fn update_group_request(&mut self, workspace: &WorkspaceId, request: &mut GroupRequest) -> Result<()> {
        let GroupRequest { id, state, next_at, version, .. } = &*request;
        let values = values![workspace, id, state.name().name(), *next_at, json(request)?, *version];
        self.change("the group", UPDATE, values).await?;
        request.version += 1;
        if request.next_at.is_some() {
            self.signal(Topic::Groups);
        }
        Ok(())
    }

    /// Takes groups about which something is to be done. Commit before doing it.
    pub async fn claim_group_requests(
        &mut self,
        workspace: &WorkspaceId,
        now: Timestamp,
        leased_until: Timestamp,
        at_most: u32,
    ) -> Result<Vec<GroupRequest>> {
        self.list(CLAIM, values![workspace, now, leased_until, at_most], request).await
    }

    /// Gives a lease back.
    pub async fn free_group_request(&mut self, workspace: &WorkspaceId, id: &GroupRequestId) -> Result<()> {
        self.execute(FREE, values![workspace, id]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::group_request::{GroupState, InGroup, Invited};
    use jiff::SignedDuration;

    use super::*;
    use crate::{both_databases, error::Error, samples};

    both_databases! {
        async fn a_group_is_claimed_once_until_its_lease_ends_and_written_once(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let (now, minute) = (samples::at(0), SignedDuration::from_mins(1));
            let mut group = GroupRequest {
                id: GroupRequestId::from_bits(1),
                collaboration: team.collaboration.id.clone(),
                account: team.account.id.clone(),
                title: "作战群".into(),
                people: vec![Invited { person: team.owner.id.clone(), place: InGroup::Waiting }],
                emergency: None,
                requested_by: Some(team.owner.id.clone()),
                requested_at: now,
                state: GroupState::Waiting { reason: None },
                unsure_since: None,
                attempts: 0,
                next_at: Some(now),
                version: 1,
            };
            let mut tx = db.write().await.unwrap();
            tx.insert_group_request(workspace, &group).await.unwrap();
            assert_eq!(tx.next_group_at(workspace).await.unwrap(), Some(now));
            let claimed = tx.claim_group_requests(workspace, now, now + minute, 5).await.unwrap();
            assert_eq!(claimed, std::slice::from_ref(&group));
            assert_eq!(tx.claim_group_requests(workspace, now, now + minute, 5).await.unwrap(), []);
            assert_eq!(tx.next_group_at(workspace).await.unwrap(), Some(now + minute));
            assert_eq!(tx.claim_group_requests(workspace, now + minute, now + minute * 2, 5).await.unwrap().len(), 1);
            let mut stale = group.clone();
            group.state = GroupState::Dropped;
            group.next_at = None;
            tx.update_group_request(workspace, &mut group).await.unwrap();
            tx.free_group_request(workspace, &group.id).await.unwrap();
            assert!(matches!(tx.update_group_request(workspace, &mut stale).await, Err(Error::Stale { .. })));
            assert_eq!(tx.group_request(workspace, &group.id).await.unwrap(), Some(group.clone()));
            assert_eq!(tx.group_requests_of(workspace, &team.collaboration.id, 5).await.unwrap(), [group]);
            assert_eq!(tx.next_group_at(workspace).await.unwrap(), None);
        }
    }
}
