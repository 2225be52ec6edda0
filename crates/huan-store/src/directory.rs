//! The people directory: readings of sources, what they told last, and who waits for an administrator.

use huan_core::{
    directory::{
        SourceDepartment, SourcePerson,
        matching::Doubt,
        plan::Kind,
        run::{Entry, Run},
    },
    id::{AccountId, DepartmentId, DirectoryEntryId, DirectoryRunId, IdentityId, WorkspaceId},
    platform::ForeignUser,
};
use jiff::Timestamp;

use crate::{
    batch::Batch,
    conn::{Conn, Row},
    error::Result,
    select::Select,
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::{json, values},
};

/// The source of what a list told.
const LIST: &str = "list";

/// An account whose people are kept in step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectorySource {
    /// The account.
    pub account: AccountId,
    /// Whether it is to be kept in step by events and every night.
    pub in_step: bool,
    /// When the next reconcile is due.
    pub next_at: Timestamp,
}

/// A row of a preview.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewRow {
    /// Its place, from 1.
    pub position: i64,
    /// What becomes of the person.
    pub kind: Kind,
    /// The name.
    pub name: String,
    /// The rest, as JSON.
    pub data: serde_json::Value,
}

/// Somebody who waits for an administrator 「待确认」.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The id by which an answer names them: of the entry, else of the identity.
    pub id: String,
    /// What a source told; none for somebody who was only heard in a chat.
    pub entry: Option<DirectoryEntryId>,
    /// Their identity, when a platform has them.
    pub identity: Option<IdentityId>,
    /// The account; none for a list.
    pub account: Option<AccountId>,
    /// The id on the platform.
    pub user: Option<ForeignUser>,
    /// The name.
    pub name: String,
    /// What was told.
    pub told: Option<SourcePerson>,
    /// Why it is not clear who they are.
    pub doubt: Option<Doubt>,
}

macro_rules! run_columns {
    () => {
        "id, account, kind, state, asked_by, begun_at, ended_at, report, version"
    };
}

macro_rules! entry_columns {
    () => {
        "id, source, told, state, doubt, seen_at"
    };
}

statements! {
    SOURCES = "SELECT account, in_step, next_at FROM directory_source WHERE workspace = $1 ORDER BY account";
    SET_SOURCE = "INSERT INTO directory_source (workspace, account, in_step, next_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace, account) DO UPDATE SET in_step = excluded.in_step, next_at = excluded.next_at";
    RUN = concat!("SELECT ", run_columns!(), " FROM directory_run WHERE workspace = $1 AND id = $2");
    RUNS = concat!("SELECT ", run_columns!(), " FROM directory_run WHERE workspace = $1 ORDER BY id DESC LIMIT $2");
    RUNS_OF = concat!("SELECT ", run_columns!(), " FROM directory_run WHERE workspace = $1 AND account = $2
        ORDER BY id DESC LIMIT $3");
    UNDER_WAY = concat!("SELECT ", run_columns!(), " FROM directory_run
        WHERE workspace = $1 AND state IN ('reading', 'applying') ORDER BY id");
    FREE = concat!("SELECT ", run_columns!(), " FROM directory_run
        WHERE workspace = $1 AND state IN ('reading', 'applying') AND (held_until IS NULL OR held_until < $2)
        ORDER BY id LIMIT 1");
    HOLD = "UPDATE directory_run SET held_until = $3, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $4";
    INSERT_RUN = "INSERT INTO directory_run (workspace, id, account, kind, state, asked_by, begun_at, ended_at, report,
            held_until, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, $10)";
    UPDATE_RUN = "UPDATE directory_run SET state = $3, ended_at = $4, report = $5, held_until = $6, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $7";
    TOLD = "SELECT data FROM directory_told WHERE workspace = $1 AND run = $2";
    SET_TOLD = "INSERT INTO directory_told (workspace, run, data) VALUES ($1, $2, $3)
        ON CONFLICT (workspace, run) DO UPDATE SET data = excluded.data";
    FORGET_TOLD = "DELETE FROM directory_told WHERE workspace = $1 AND run = $2";
    CLEAR_ROWS = "DELETE FROM directory_row WHERE workspace = $1 AND run = $2";
    OLD_RUNS = "SELECT id FROM directory_run WHERE workspace = $1 AND begun_at < $2
        AND state IN ('done', 'failed', 'discarded', 'ready')";
    REMOVE_RUN = "DELETE FROM directory_run WHERE workspace = $1 AND id = $2";
    ENTRIES = concat!("SELECT ", entry_columns!(), " FROM directory_entry WHERE workspace = $1 AND source = $2 ORDER BY id");
    ENTRY = concat!("SELECT ", entry_columns!(), " FROM directory_entry WHERE workspace = $1 AND id = $2");
    ENTRY_BY_KEY = concat!("SELECT ", entry_columns!(), " FROM directory_entry
        WHERE workspace = $1 AND source = $2 AND foreign_user = $3");
    REMOVE_ENTRY = "DELETE FROM directory_entry WHERE workspace = $1 AND source = $2 AND foreign_user = $3";
    LINKS = "SELECT foreign_department, department, told FROM directory_department WHERE workspace = $1 AND account = $2";
    SET_LINK = "INSERT INTO directory_department (workspace, account, foreign_department, department, told)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (workspace, account, foreign_department)
        DO UPDATE SET department = excluded.department, told = excluded.told";
    ASK_ANEW = "INSERT INTO directory_refresh (workspace, account, foreign_user, asked_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace, account, foreign_user) DO UPDATE SET asked_at = excluded.asked_at";
    ASKED = "SELECT account, foreign_user, asked_at FROM directory_refresh WHERE workspace = $1
        ORDER BY asked_at, foreign_user LIMIT $2";
    ANSWERED = "DELETE FROM directory_refresh
        WHERE workspace = $1 AND account = $2 AND foreign_user = $3 AND asked_at = $4";
    WAITING_IDENTITIES = "SELECT i.id, i.account, i.foreign_user, i.name, e.id AS entry, e.told, e.doubt FROM identity i
        LEFT JOIN directory_entry e
            ON e.workspace = i.workspace AND e.source = i.account AND e.foreign_user = i.foreign_user
        WHERE i.workspace = $1 AND i.person IS NULL AND (e.state IS NULL OR e.state <> 'ignored') AND i.id > $2
        ORDER BY i.id LIMIT $3";
    WAITING_IN_LISTS = "SELECT id, told, doubt FROM directory_entry
        WHERE workspace = $1 AND source = 'list' AND state = 'waiting' AND id > $2 ORDER BY id LIMIT $3";
    COUNT_WAITING = "SELECT
        (SELECT count(*) FROM identity i LEFT JOIN directory_entry e
            ON e.workspace = i.workspace AND e.source = i.account AND e.foreign_user = i.foreign_user
            WHERE i.workspace = $1 AND i.person IS NULL AND (e.state IS NULL OR e.state <> 'ignored'))
        + (SELECT count(*) FROM directory_entry WHERE workspace = $1 AND source = 'list' AND state = 'waiting') AS n";
}

const ROWS: Batch = Batch {
    name: "insert_directory_rows",
    table: "directory_row",
    columns: &["workspace", "run", "position", "kind", "name", "data"],
    suffix: "",
    all_or_nothing: false,
};

const KEEP_ENTRIES: Batch = Batch {
    name: "keep_directory_entries",
    table: "directory_entry",
    columns: &["workspace", "id", "source", "foreign_user", "told", "state", "doubt", "seen_at"],
    suffix: "ON CONFLICT (workspace, source, foreign_user) DO UPDATE SET told = excluded.told, state = excluded.state, \
             doubt = excluded.doubt, seen_at = excluded.seen_at",
    all_or_nothing: false,
};

fn run(row: &Row) -> Result<Run> {
    Ok(Run {
        id: row.get("id")?,
        account: row.get("account")?,
        kind: row.get("kind")?,
        state: row.get("state")?,
        asked_by: row.get("asked_by")?,
        begun_at: row.get("begun_at")?,
        ended_at: row.get("ended_at")?,
        report: row.json("report")?,
        version: row.get("version")?,
    })
}

fn source_of(account: Option<&AccountId>) -> &str {
    account.map_or(LIST, AccountId::as_str)
}

fn entry(row: &Row) -> Result<Entry> {
    let source: String = row.get("source")?;
    Ok(Entry {
        id: row.get("id")?,
        account: source.parse().ok(),
        told: row.json("told")?,
        state: row.get("state")?,
        doubt: row.optional_json("doubt")?,
        seen_at: row.get("seen_at")?,
    })
}

fn preview(row: &Row) -> Result<PreviewRow> {
    Ok(PreviewRow {
        position: row.get("position")?,
        kind: row.get("kind")?,
        name: row.get("name")?,
        data: row.json("data")?,
    })
}

impl Conn {
    /// The accounts that are or were kept in step.
    pub async fn directory_sources(&mut self, workspace: &WorkspaceId) -> Result<Vec<DirectorySource>> {
        let read = |row: &Row| {
            Ok(DirectorySource {
                account: row.get("account")?,
                in_step: row.get("in_step")?,
                next_at: row.get("next_at")?,
            })
        };
        self.list(SOURCES, values![workspace], read).await
    }

    /// A reading.
    pub async fn directory_run(&mut self, workspace: &WorkspaceId, id: &DirectoryRunId) -> Result<Option<Run>> {
        self.find(RUN, values![workspace, id], run).await
    }

    /// The last readings, of one account or of all sources, newest first.
    pub async fn directory_runs(
        &mut self,
        workspace: &WorkspaceId,
        account: Option<&AccountId>,
        at_most: u32,
    ) -> Result<Vec<Run>> {
        match account {
            Some(account) => self.list(RUNS_OF, values![workspace, account, at_most], run).await,
            None => self.list(RUNS, values![workspace, at_most], run).await,
        }
    }

    /// The readings that a worker is at or has to do.
    pub async fn directory_runs_under_way(&mut self, workspace: &WorkspaceId) -> Result<Vec<Run>> {
        self.list(UNDER_WAY, values![workspace], run).await
    }

    /// What the source of a reading told, as JSON.
    pub async fn directory_told(&mut self, workspace: &WorkspaceId, id: &DirectoryRunId) -> Result<Option<String>> {
        self.find(TOLD, values![workspace, id], |row| row.get("data")).await
    }

    /// Rows of a preview after a place, of one kind or of all.
    pub async fn directory_rows(
        &mut self,
        workspace: &WorkspaceId,
        id: &DirectoryRunId,
        kind: Option<Kind>,
        after: i64,
        at_most: u32,
    ) -> Result<Vec<PreviewRow>> {
        let mut select = Select::new("directory_rows", "SELECT position, kind, name, data FROM directory_row");
        select.and("workspace = ").bind(workspace).and("run = ").bind(id).and("position > ").bind(after);
        if let Some(kind) = kind {
            select.and("kind = ").bind(kind);
        }
        select.push(" ORDER BY position LIMIT ").bind(at_most);
        let (sql, values) = select.build();
        self.list(sql, values, preview).await
    }

    /// Everybody whom an account, or with `None` the lists, told last.
    pub async fn directory_entries(
        &mut self,
        workspace: &WorkspaceId,
        account: Option<&AccountId>,
    ) -> Result<Vec<Entry>> {
        self.list(ENTRIES, values![workspace, source_of(account)], entry).await
    }

    /// What was told of somebody.
    pub async fn directory_entry(&mut self, workspace: &WorkspaceId, id: &DirectoryEntryId) -> Result<Option<Entry>> {
        self.find(ENTRY, values![workspace, id], entry).await
    }

    /// What an account told of somebody by their main id.
    pub async fn directory_entry_of(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        user: &ForeignUser,
    ) -> Result<Option<Entry>> {
        self.find(ENTRY_BY_KEY, values![workspace, account.as_str(), user], entry).await
    }

    /// Which department here an account's departments are, and what was told of them last.
    pub async fn directory_departments(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
    ) -> Result<Vec<(String, DepartmentId, SourceDepartment)>> {
        let read = |row: &Row| Ok((row.get("foreign_department")?, row.get("department")?, row.json("told")?));
        self.list(LINKS, values![workspace, account], read).await
    }

    /// People whom an event told of, to be read anew; the oldest first.
    pub async fn directory_asked_anew(
        &mut self,
        workspace: &WorkspaceId,
        at_most: u32,
    ) -> Result<Vec<(AccountId, ForeignUser, Timestamp)>> {
        let read = |row: &Row| Ok((row.get("account")?, row.get("foreign_user")?, row.get("asked_at")?));
        self.list(ASKED, values![workspace, at_most], read).await
    }

    /// Those who wait for an administrator, after the one with this id: first identities, then people of lists.
    pub async fn directory_waiting(
        &mut self,
        workspace: &WorkspaceId,
        after: &str,
        at_most: u32,
    ) -> Result<Vec<Waiting>> {
        let mut found = Vec::new();
        let in_lists = after.parse::<DirectoryEntryId>().is_ok();
        if !in_lists {
            let read = |row: &Row| {
                let identity: IdentityId = row.get("id")?;
                Ok(Waiting {
                    id: identity.to_string(),
                    entry: row.get("entry")?,
                    identity: Some(identity),
                    account: row.get("account")?,
                    user: row.get("foreign_user")?,
                    name: row.get("name")?,
                    told: row.optional_json("told")?,
                    doubt: row.optional_json("doubt")?,
                })
            };
            found = self.list(WAITING_IDENTITIES, values![workspace, after, at_most], read).await?;
        }
        let room = at_most.saturating_sub(u32::try_from(found.len()).unwrap_or(at_most));
        if room > 0 {
            let after = if in_lists { after } else { "" };
            let read = |row: &Row| {
                let entry: DirectoryEntryId = row.get("id")?;
                let told: SourcePerson = row.json("told")?;
                Ok(Waiting {
                    id: entry.to_string(),
                    entry: Some(entry),
                    identity: None,
                    account: None,
                    user: None,
                    name: told.name.clone(),
                    told: Some(told),
                    doubt: row.optional_json("doubt")?,
                })
            };
            found.extend(self.list(WAITING_IN_LISTS, values![workspace, after, room], read).await?);
        }
        Ok(found)
    }

    /// How many wait for an administrator.
    pub async fn count_directory_waiting(&mut self, workspace: &WorkspaceId) -> Result<i64> {
        self.fetch_one(COUNT_WAITING, values![workspace]).await?.get("n")
    }
}

impl Tx {
    /// Sets whether and when an account is kept in step.
    pub async fn set_directory_source(&mut self, workspace: &WorkspaceId, source: &DirectorySource) -> Result<()> {
        let DirectorySource { account, in_step, next_at } = source;
        self.execute(SET_SOURCE, values![workspace, account, *in_step, *next_at]).await?;
        self.signal(Topic::Directory);
        Ok(())
    }

    /// Adds a reading.
    pub async fn insert_directory_run(&mut self, workspace: &WorkspaceId, run: &Run) -> Result<()> {
        let Run { id, account, kind, state, asked_by, begun_at, ended_at, report, version } = run;
        let report = json(report)?;
        let values = values![
            workspace,
            id,
            account.as_ref(),
            *kind,
            *state,
            asked_by.as_ref(),
            *begun_at,
            *ended_at,
            report,
            *version,
        ];
        self.execute(INSERT_RUN, values).await?;
        self.signal(Topic::Directory);
        Ok(())
    }

    /// Takes a reading that a worker has to do under a lease until `until`.
    pub async fn take_directory_run(
        &mut self,
        workspace: &WorkspaceId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Run>> {
        let Some(mut run) = self.find(FREE, values![workspace, now], run).await? else { return Ok(None) };
        if self.execute(HOLD, values![workspace, &run.id, until, run.version]).await? == 0 {
            return Ok(None);
        }
        run.version += 1;
        Ok(Some(run))
    }

    /// Writes a reading that was read or taken; a lease goes on until `held_until`.
    pub async fn update_directory_run(
        &mut self,
        workspace: &WorkspaceId,
        run: &mut Run,
        held_until: Option<Timestamp>,
    ) -> Result<()> {
        let report = json(&run.report)?;
        let values = values![workspace, &run.id, run.state, run.ended_at, report, held_until, run.version];
        self.change("the reading", UPDATE_RUN, values).await?;
        run.version += 1;
        if run.state.is_under_way() && held_until.is_none() {
            self.signal(Topic::Directory);
        }
        Ok(())
    }

    /// Keeps what the source of a reading told, as JSON.
    pub async fn set_directory_told(&mut self, workspace: &WorkspaceId, id: &DirectoryRunId, data: &str) -> Result<()> {
        self.execute(SET_TOLD, values![workspace, id, data]).await?;
        Ok(())
    }

    /// Forgets what the source of a reading told.
    pub async fn forget_directory_told(&mut self, workspace: &WorkspaceId, id: &DirectoryRunId) -> Result<()> {
        self.execute(FORGET_TOLD, values![workspace, id]).await?;
        Ok(())
    }

    /// Sets the rows of a preview.
    pub async fn set_directory_rows(
        &mut self,
        workspace: &WorkspaceId,
        id: &DirectoryRunId,
        rows: &[PreviewRow],
    ) -> Result<()> {
        self.execute(CLEAR_ROWS, values![workspace, id]).await?;
        let mut values = Vec::with_capacity(rows.len());
        for row in rows {
            values.push(values![workspace, id, row.position, row.kind, &row.name, json(&row.data)?]);
        }
        self.insert(ROWS, values).await?;
        Ok(())
    }

    /// Forgets the readings that began before `before` and are not under way, with their previews.
    pub async fn prune_directory_runs(&mut self, workspace: &WorkspaceId, before: Timestamp) -> Result<()> {
        let old: Vec<DirectoryRunId> = self.list(OLD_RUNS, values![workspace, before], |row| row.get("id")).await?;
        for id in old {
            for statement in [FORGET_TOLD, CLEAR_ROWS, REMOVE_RUN] {
                self.execute(statement, values![workspace, &id]).await?;
            }
        }
        Ok(())
    }

    /// Keeps what a source told of these people; who was told before keeps their id.
    pub async fn keep_directory_entries(&mut self, workspace: &WorkspaceId, entries: &[Entry]) -> Result<()> {
        let mut rows = Vec::with_capacity(entries.len());
        for Entry { id, account, told, state, doubt, seen_at } in entries {
            let source = source_of(account.as_ref());
            let doubt = doubt.as_ref().map(json).transpose()?;
            rows.push(values![workspace, id, source, &told.key, json(told)?, *state, doubt, *seen_at]);
        }
        self.insert(KEEP_ENTRIES, rows).await?;
        Ok(())
    }

    /// Forgets what a source told of somebody.
    pub async fn remove_directory_entry(
        &mut self,
        workspace: &WorkspaceId,
        account: Option<&AccountId>,
        key: &str,
    ) -> Result<()> {
        self.execute(REMOVE_ENTRY, values![workspace, source_of(account), key]).await?;
        Ok(())
    }

    /// Keeps which department here an account's department is, and what was told of it.
    pub async fn link_directory_department(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        department: &DepartmentId,
        told: &SourceDepartment,
    ) -> Result<()> {
        self.execute(SET_LINK, values![workspace, account, &told.key, department, json(told)?]).await?;
        Ok(())
    }

    /// Has somebody read anew.
    pub async fn ask_directory_anew(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        user: &ForeignUser,
        now: Timestamp,
    ) -> Result<()> {
        self.execute(ASK_ANEW, values![workspace, account, user, now]).await?;
        self.signal(Topic::Directory);
        Ok(())
    }

    /// Somebody was read anew; if they were asked for again meanwhile, that stands.
    pub async fn directory_was_read(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        user: &ForeignUser,
        asked_at: Timestamp,
    ) -> Result<()> {
        self.execute(ANSWERED, values![workspace, account, user, asked_at]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
