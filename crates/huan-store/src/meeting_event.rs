//! What stands of meetings in the calendars of accounts. One worker at a time deals with an entry, by its lease; people change it
//! under its version.

use huan_core::{
    id::{AccountId, MeetingId, WorkspaceId},
    meeting::CalendarEntry,
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
    BY_ID = "SELECT data, version FROM meeting_event WHERE workspace = $1 AND meeting = $2 AND account = $3";
    LOCK = sqlite "SELECT data, version FROM meeting_event WHERE workspace = $1 AND meeting = $2 AND account = $3",
        postgres "SELECT data, version FROM meeting_event WHERE workspace = $1 AND meeting = $2 AND account = $3 FOR UPDATE";
    OF_MEETING = "SELECT data, version FROM meeting_event WHERE workspace = $1 AND meeting = $2 ORDER BY account";
    INSERT = "INSERT INTO meeting_event (workspace, meeting, account, next_at, leased_until, data, version)
        VALUES ($1, $2, $3, $4, 0, $5, 1)";
    UPDATE = "UPDATE meeting_event SET next_at = $4, data = $5, version = version + 1
        WHERE workspace = $1 AND meeting = $2 AND account = $3 AND version = $6";
    CLAIM = sqlite "UPDATE meeting_event SET leased_until = $3 WHERE rowid IN (SELECT rowid FROM meeting_event
            WHERE workspace = $1 AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at LIMIT $4) RETURNING data, version",
        postgres "UPDATE meeting_event SET leased_until = $3 WHERE ctid = ANY(ARRAY(SELECT ctid FROM meeting_event
            WHERE workspace = $1 AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at LIMIT $4
            FOR UPDATE SKIP LOCKED)) RETURNING data, version";
    FREE = "UPDATE meeting_event SET leased_until = 0 WHERE workspace = $1 AND meeting = $2 AND account = $3";
    NEXT_AT = "SELECT min(CASE WHEN next_at < leased_until THEN leased_until ELSE next_at END) AS at FROM meeting_event
        WHERE workspace = $1 AND next_at IS NOT NULL";
}

fn entry(row: &Row) -> Result<CalendarEntry> {
    Ok(CalendarEntry { version: row.get("version")?, ..row.json("data")? })
}

impl Conn {
    /// What stands of a meeting in the calendars of an account.
    pub async fn calendar_entry(
        &mut self,
        workspace: &WorkspaceId,
        meeting: &MeetingId,
        account: &AccountId,
    ) -> Result<Option<CalendarEntry>> {
        self.find(BY_ID, values![workspace, meeting, account], entry).await
    }

    /// What stands of a meeting in all calendars.
    pub async fn calendar_entries(
        &mut self,
        workspace: &WorkspaceId,
        meeting: &MeetingId,
    ) -> Result<Vec<CalendarEntry>> {
        self.list(OF_MEETING, values![workspace, meeting], entry).await
    }

    /// When something is to be done about an entry next and can be.
    pub async fn next_calendar_entry_at(&mut self, workspace: &WorkspaceId) -> Result<Option<Timestamp>> {
        self.fetch_one(NEXT_AT, values![workspace]).await?.get("at")
    }
}

impl Tx {
    /// An entry, locked until the transaction ends.
    pub async fn lock_calendar_entry(
        &mut self,
        workspace: &WorkspaceId,
        meeting: &MeetingId,
        account: &AccountId,
    ) -> Result<Option<CalendarEntry>> {
        self.find(LOCK, values![workspace, meeting, account], entry).await
    }

    /// Adds an entry.
    pub async fn insert_calendar_entry(&mut self, workspace: &WorkspaceId, entry: &CalendarEntry) -> Result<()> {
        let values = values![workspace, &entry.meeting, &entry.account, entry.next_at, json(entry)?];
        self.execute(INSERT, values).await?;
        self.signal(Topic::Meetings);
        Ok(())
    }

    /// Writes an entry that was read and changed; its version grows by one.
    pub async fn update_calendar_entry(&mut self, workspace: &WorkspaceId, entry: &mut CalendarEntry) -> Result<()> {
        let values = values![workspace, &entry.meeting, &entry.account, entry.next_at, json(&*entry)?, entry.version];
        self.change("the calendar entry", UPDATE, values).await?;
        entry.version += 1;
        if entry.next_at.is_some() {
            self.signal(Topic::Meetings);
        }
        Ok(())
    }

    /// Takes entries about which something is to be done. Commit before doing it.
    pub async fn claim_calendar_entries(
        &mut self,
        workspace: &WorkspaceId,
        now: Timestamp,
        leased_until: Timestamp,
        at_most: u32,
    ) -> Result<Vec<CalendarEntry>> {
        self.list(CLAIM, values![workspace, now, leased_until, at_most], entry).await
    }

    /// Gives a lease back.
    pub async fn free_calendar_entry(
        &mut self,
        workspace: &WorkspaceId,
        meeting: &MeetingId,
        account: &AccountId,
    ) -> Result<()> {
        self.execute(FREE, values![workspace, meeting, account]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::meeting::EntryState;
    use jiff::SignedDuration;

    use super::*;
    use crate::{both_databases, error::Error, meeting::tests::called, samples};

    both_databases! {
        async fn c1_an_entry_is_claimed_once_until_its_lease_ends_and_written_once(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let (now, minute) = (samples::at(0), SignedDuration::from_mins(1));
            let meeting = called(&team, 1);
            let mut entry = CalendarEntry::new(meeting.id.clone(), team.account.id.clone(), now);
            let mut tx = db.write().await.unwrap();
            tx.insert_meeting(workspace, &meeting).await.unwrap();
            tx.insert_calendar_entry(workspace, &entry).await.unwrap();
            assert_eq!(tx.next_calendar_entry_at(workspace).await.unwrap(), Some(now));
            let claimed = tx.claim_calendar_entries(workspace, now, now + minute, 5).await.unwrap();
            assert_eq!(claimed, std::slice::from_ref(&entry));
            assert_eq!(tx.claim_calendar_entries(workspace, now, now + minute, 5).await.unwrap(), []);
            assert_eq!(tx.next_calendar_entry_at(workspace).await.unwrap(), Some(now + minute));
            let mut stale = entry.clone();
            entry.state = EntryState::Gone;
            entry.next_at = None;
            tx.update_calendar_entry(workspace, &mut entry).await.unwrap();
            tx.free_calendar_entry(workspace, &entry.meeting, &entry.account).await.unwrap();
            let refused = tx.update_calendar_entry(workspace, &mut stale).await;
            assert!(matches!(refused, Err(Error::Stale { .. })), "{refused:?}");
            let kept = tx.lock_calendar_entry(workspace, &entry.meeting, &entry.account).await.unwrap();
            assert_eq!(kept, Some(entry.clone()));
            assert_eq!(tx.calendar_entries(workspace, &entry.meeting).await.unwrap(), [entry]);
            assert_eq!(tx.next_calendar_entry_at(workspace).await.unwrap(), None);
        }
    }
}
