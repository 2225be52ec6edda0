//! Mirrors of collaborations, and what of them stands on the platform.
//!
//! A mirror is written by one worker at a time, which holds its lease. Whoever changes something meanwhile lets `wakes` grow: the
//! worker sees it when it is done.

use std::collections::BTreeMap;

use huan_core::{
    id::{AccountId, CollaborationId, MirrorId, WorkspaceId},
    mirror::{GATHERING, Mirror, Piece},
    platform::ForeignContent,
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
    MIRROR_OF = "SELECT data, next_at, wakes FROM mirror WHERE workspace = $1 AND collaboration = $2";
    LOCK = sqlite "SELECT data, next_at, wakes FROM mirror WHERE workspace = $1 AND id = $2",
        postgres "SELECT data, next_at, wakes FROM mirror WHERE workspace = $1 AND id = $2 FOR UPDATE";
    INSERT = "INSERT INTO mirror (workspace, id, collaboration, account, base, running, next_at, leased_until, wakes, data)
        VALUES ($1, $2, $3, $4, NULL, $5, $6, 0, 0, $7)";
    SAVE = "UPDATE mirror SET running = $3, next_at = $4, data = $5 WHERE workspace = $1 AND id = $2";
    SET_BASE = "UPDATE mirror SET base = $3 WHERE workspace = $1 AND id = $2";
    DELETE = "DELETE FROM mirror WHERE workspace = $1 AND id = $2";
    DELETE_PIECES = "DELETE FROM mirror_piece WHERE workspace = $1 AND mirror = $2";
    CLAIM = sqlite "UPDATE mirror SET leased_until = $3 WHERE rowid IN (SELECT rowid FROM mirror
            WHERE workspace = $1 AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at LIMIT $4)
            RETURNING data, next_at, wakes",
        postgres "UPDATE mirror SET leased_until = $3 WHERE ctid = ANY(ARRAY(SELECT ctid FROM mirror
            WHERE workspace = $1 AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at LIMIT $4
            FOR UPDATE SKIP LOCKED)) RETURNING data, next_at, wakes";
    FREE = "UPDATE mirror SET leased_until = 0 WHERE workspace = $1 AND id = $2";
    NEXT_AT = "SELECT min(CASE WHEN next_at < leased_until THEN leased_until ELSE next_at END) AS at
        FROM mirror WHERE workspace = $1 AND next_at IS NOT NULL";
    WAKE = "UPDATE mirror SET wakes = wakes + 1,
            next_at = CASE WHEN next_at IS NULL OR next_at > $3 THEN $3 ELSE next_at END
        WHERE workspace = $1 AND collaboration = $2 AND running";
    WAKE_BASE = "UPDATE mirror SET wakes = wakes + 1,
            next_at = CASE WHEN next_at IS NULL OR next_at > $4 THEN $4 ELSE next_at END
        WHERE workspace = $1 AND account = $2 AND base = $3 AND running";
    PIECES = "SELECT key, data FROM mirror_piece WHERE workspace = $1 AND mirror = $2 ORDER BY key";
    PIECE = "SELECT key, data FROM mirror_piece WHERE workspace = $1 AND mirror = $2 AND key = $3";
    TROUBLED = "SELECT key, data FROM mirror_piece WHERE workspace = $1 AND mirror = $2 AND troubled ORDER BY key LIMIT 500";
    CONFLICTED = "SELECT key, data FROM mirror_piece WHERE workspace = $1 AND mirror = $2 AND conflicted_at IS NOT NULL
        ORDER BY conflicted_at DESC LIMIT 30";
    COUNT = "SELECT count(*) AS n FROM mirror_piece WHERE workspace = $1 AND mirror = $2 AND key LIKE $3";
    SAVE_PIECE = "INSERT INTO mirror_piece (workspace, mirror, key, troubled, conflicted_at, data)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (workspace, mirror, key) DO UPDATE SET troubled = excluded.troubled,
            conflicted_at = excluded.conflicted_at, data = excluded.data";
}

fn mirror(row: &Row) -> Result<Mirror> {
    let mut mirror: Mirror = row.json("data")?;
    mirror.next_at = row.get("next_at")?;
    mirror.wakes = row.get::<i64>("wakes")?.unsigned_abs();
    Ok(mirror)
}

fn piece(row: &Row) -> Result<(String, Piece)> {
    Ok((row.get("key")?, row.json("data")?))
}

impl Conn {
    /// The mirror of a collaboration.
    pub async fn mirror_of(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
    ) -> Result<Option<Mirror>> {
        self.find(MIRROR_OF, values![workspace, collaboration], mirror).await
    }

    /// Everything of a mirror, by our keys.
    pub async fn mirror_pieces(&mut self, workspace: &WorkspaceId, id: &MirrorId) -> Result<BTreeMap<String, Piece>> {
        Ok(self.list(PIECES, values![workspace, id], piece).await?.into_iter().collect())
    }

    /// What of a mirror could not be brought over; 500 at most.
    pub async fn troubled_pieces(&mut self, workspace: &WorkspaceId, id: &MirrorId) -> Result<Vec<(String, Piece)>> {
        self.list(TROUBLED, values![workspace, id], piece).await
    }

    /// What of a mirror was changed on both sides at once, the latest first; 30 at most.
    pub async fn conflicted_pieces(&mut self, workspace: &WorkspaceId, id: &MirrorId) -> Result<Vec<(String, Piece)>> {
        self.list(CONFLICTED, values![workspace, id], piece).await
    }

    /// Some pieces of a mirror, by their keys.
    pub async fn mirror_pages(
        &mut self,
        workspace: &WorkspaceId,
        id: &MirrorId,
        keys: &[&str],
    ) -> Result<BTreeMap<String, Piece>> {
        let mut found = BTreeMap::new();
        for key in keys {
            found.extend(self.find(PIECE, values![workspace, id, *key], piece).await?);
        }
        Ok(found)
    }

    /// How many pieces a mirror has whose key begins so.
    pub async fn count_pieces(&mut self, workspace: &WorkspaceId, id: &MirrorId, prefix: &str) -> Result<i64> {
        self.fetch_one(COUNT, values![workspace, id, format!("{prefix}%")]).await?.get("n")
    }

    /// When the next mirror is to be looked at and can be.
    pub async fn next_mirror_at(&mut self, workspace: &WorkspaceId) -> Result<Option<Timestamp>> {
        self.fetch_one(NEXT_AT, values![workspace]).await?.get("at")
    }
}

impl Tx {
    /// A mirror, locked until the transaction ends.
    pub async fn lock_mirror(&mut self, workspace: &WorkspaceId, id: &MirrorId) -> Result<Option<Mirror>> {
        self.find(LOCK, values![workspace, id], mirror).await
    }

    /// Adds a mirror. A duplicate when the collaboration has one.
    pub async fn insert_mirror(&mut self, workspace: &WorkspaceId, mirror: &Mirror) -> Result<()> {
        let Mirror { id, collaboration, account, running, next_at, .. } = mirror;
        self.execute(INSERT, values![workspace, id, collaboration, account, *running, *next_at, json(mirror)?]).await?;
        self.signal(Topic::Mirror);
        Ok(())
    }

    /// Writes a mirror that was locked in this transaction.
    pub async fn save_mirror(&mut self, workspace: &WorkspaceId, mirror: &Mirror) -> Result<()> {
        let values = values![workspace, &mirror.id, mirror.running, mirror.next_at, json(mirror)?];
        self.change("the mirror", SAVE, values).await?;
        self.signal(Topic::Mirror);
        Ok(())
    }

    /// Notes what a mirror's tables stand in.
    pub async fn set_mirror_base(
        &mut self,
        workspace: &WorkspaceId,
        id: &MirrorId,
        base: &ForeignContent,
    ) -> Result<()> {
        self.execute(SET_BASE, values![workspace, id, base]).await?;
        Ok(())
    }

    /// Takes a mirror away. What stands on the platform stays.
    pub async fn delete_mirror(&mut self, workspace: &WorkspaceId, id: &MirrorId) -> Result<()> {
        self.execute(DELETE_PIECES, values![workspace, id]).await?;
        self.execute(DELETE, values![workspace, id]).await?;
        Ok(())
    }

    /// Takes mirrors that are to be looked at. Commit before looking.
    pub async fn claim_mirrors(
        &mut self,
        workspace: &WorkspaceId,
        now: Timestamp,
        leased_until: Timestamp,
        at_most: u32,
    ) -> Result<Vec<Mirror>> {
        self.list(CLAIM, values![workspace, now, leased_until, at_most], mirror).await
    }

    /// Gives a mirror's lease back.
    pub async fn free_mirror(&mut self, workspace: &WorkspaceId, id: &MirrorId) -> Result<()> {
        self.execute(FREE, values![workspace, id]).await?;
        Ok(())
    }

    /// Has the mirror of a collaboration looked at shortly, when it has one that is at work.
    pub async fn wake_mirror(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        now: Timestamp,
    ) -> Result<()> {
        if self.execute(WAKE, values![workspace, collaboration, now + GATHERING]).await? > 0 {
            self.signal(Topic::Mirror);
        }
        Ok(())
    }

    /// Has the mirror looked at whose tables stand there.
    pub async fn wake_mirrors_of_base(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        base: &ForeignContent,
        now: Timestamp,
    ) -> Result<()> {
        if self.execute(WAKE_BASE, values![workspace, account, base, now + GATHERING]).await? > 0 {
            self.signal(Topic::Mirror);
        }
        Ok(())
    }

    /// Writes what is known of a piece.
    pub async fn save_piece(&mut self, workspace: &WorkspaceId, id: &MirrorId, key: &str, piece: &Piece) -> Result<()> {
        let values = values![workspace, id, key, piece.is_troubled(), piece.conflicted_at(), json(piece)?];
        self.execute(SAVE_PIECE, values).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        mirror::{PagePiece, table::RowState},
        platform::ForeignSpace,
    };
    use jiff::SignedDuration;

    use super::*;
    use crate::{both_databases, samples};

    fn mirror(team: &samples::Team) -> Mirror {
        Mirror {
            id: MirrorId::from_bits(1),
            collaboration: team.collaboration.id.clone(),
            account: team.account.id.clone(),
            space: ForeignSpace::new("7001"),
            space_name: "产品协作空间".into(),
            responsible: team.initiator.id.clone(),
            running: true,
            created_at: samples::at(0),
            mirrored_at: None,
            next_at: Some(samples::at(10)),
            attempts: 0,
            problem: None,
            wakes: 0,
            calls: 0,
        }
    }

    both_databases! {
        async fn a_mirror_is_claimed_when_due_by_one_and_a_wake_meanwhile_is_seen(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let first = mirror(&team);
            let base = ForeignContent::new("bascn1");
            let mut tx = db.write().await.unwrap();
            tx.insert_mirror(workspace, &first).await.unwrap();
            tx.set_mirror_base(workspace, &first.id, &base).await.unwrap();
            assert_eq!(tx.next_mirror_at(workspace).await.unwrap(), Some(samples::at(10)));
            let until = samples::at(15) + SignedDuration::from_secs(60);
            assert_eq!(tx.claim_mirrors(workspace, samples::at(15), until, 5).await.unwrap(), std::slice::from_ref(&first));
            assert!(tx.claim_mirrors(workspace, samples::at(15), until, 5).await.unwrap().is_empty());
            tx.wake_mirror(workspace, &first.collaboration, samples::at(15)).await.unwrap();
            tx.wake_mirrors_of_base(workspace, &team.account.id, &base, samples::at(15)).await.unwrap();
            let locked = tx.lock_mirror(workspace, &first.id).await.unwrap().unwrap();
            assert_eq!((locked.wakes, locked.next_at), (2, Some(samples::at(10))), "it is due already");
            let paused = Mirror { running: false, next_at: None, ..locked };
            tx.save_mirror(workspace, &paused).await.unwrap();
            tx.free_mirror(workspace, &first.id).await.unwrap();
            tx.wake_mirror(workspace, &first.collaboration, samples::at(15)).await.unwrap();
            assert_eq!(tx.next_mirror_at(workspace).await.unwrap(), None, "it is paused");
            tx.commit().await.unwrap();
        }
    }

    both_databases! {
        async fn pieces_are_written_over_and_found_by_what_is_wrong_with_them(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let first = mirror(&team);
            let mut tx = db.write().await.unwrap();
            tx.insert_mirror(workspace, &first).await.unwrap();
            let page = Piece::Page(PagePiece { title: "决定".into(), ..PagePiece::default() });
            tx.save_piece(workspace, &first.id, "page/decisions", &page).await.unwrap();
            let row = RowState { title: "首版".into(), conflicted_at: Some(samples::at(3)), ..RowState::default() };
            tx.save_piece(workspace, &first.id, "row/rec_1", &Piece::Row(RowState::default())).await.unwrap();
            tx.save_piece(workspace, &first.id, "row/rec_1", &Piece::Row(row.clone())).await.unwrap();
            let pieces = tx.mirror_pieces(workspace, &first.id).await.unwrap();
            assert_eq!(pieces["page/decisions"], page);
            assert_eq!(pieces["row/rec_1"], Piece::Row(row));
            assert_eq!(tx.conflicted_pieces(workspace, &first.id).await.unwrap().len(), 1);
            assert!(tx.troubled_pieces(workspace, &first.id).await.unwrap().is_empty());
            assert_eq!(tx.count_pieces(workspace, &first.id, "row/").await.unwrap(), 1);
            tx.delete_mirror(workspace, &first.id).await.unwrap();
            assert!(tx.mirror_of(workspace, &first.collaboration).await.unwrap().is_none());
            tx.commit().await.unwrap();
        }
    }
}
