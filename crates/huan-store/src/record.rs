//! Rows of the record table, and their follow-ups.

use huan_core::{
    id::{CollaborationId, FollowUpId, PersonId, RecordId, TaskId, WorkspaceId},
    level::Level,
    record::{FollowUp, Participant, Record},
    search::Kind as Found,
    status::Status,
};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    due::Due,
    error::{Error, Result},
    search::from_found,
    searchable,
    select::{Cursor, Listed, Page, Select, contains},
    sight::Sight,
    statement::{Statement, statements},
    tx::Tx,
    value::{Kind, Value, json, values},
};

macro_rules! columns {
    () => {
        "id, collaboration, number, topic, participants, platforms, summary, owner, due_at, status, follow_up, \
         follow_up_excuse, level, task, message, created_at, updated_at, version"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM record WHERE workspace = $1 AND id = $2");
    BY_NUMBER = concat!("SELECT ", columns!(), " FROM record WHERE workspace = $1 AND number = $2");
    OF_TASK = concat!("SELECT ", columns!(), " FROM record WHERE workspace = $1 AND task = $2 ORDER BY id");
    BEFORE = "SELECT collaboration, status, participants, platforms FROM record
        WHERE workspace = $1 AND id = $2 AND version = $3";
    INSERT = "INSERT INTO record (workspace, id, collaboration, number, topic, participants, platforms, summary, owner,
            due_at, status, status_rank, follow_up, follow_up_excuse, level, task, message, created_at, updated_at,
            version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    UPDATE = "UPDATE record SET collaboration = $3, topic = $4, participants = $5, platforms = $6, summary = $7, owner = $8,
            due_at = $9, status = $10, status_rank = $11, follow_up = $12, follow_up_excuse = $13, level = $14,
            task = $15, message = $16, updated_at = $17, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $18";
    ADD_PERSON = "INSERT INTO record_person (workspace, person, record) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    CLEAR_PEOPLE = "DELETE FROM record_person WHERE workspace = $1 AND record = $2";
    ADD_PLATFORM = "INSERT INTO record_platform (workspace, platform, record) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    CLEAR_PLATFORMS = "DELETE FROM record_platform WHERE workspace = $1 AND record = $2";
    FEW_OF_PERSON = "SELECT count(*) AS n
        FROM (SELECT 1 FROM record_person WHERE workspace = $1 AND person = $2 LIMIT $3) AS few";
    FEW_ON_PLATFORM = "SELECT count(*) AS n
        FROM (SELECT 1 FROM record_platform WHERE workspace = $1 AND platform = $2 LIMIT $3) AS few";
    FOLLOW_UP = "SELECT id, record, person, action, due_at, done_at, version FROM follow_up
        WHERE workspace = $1 AND id = $2";
    FOLLOW_UPS = "SELECT id, record, person, action, due_at, done_at, version FROM follow_up
        WHERE workspace = $1 AND record = $2 ORDER BY id";
    OPEN_FOLLOW_UPS = "SELECT id, record, person, action, due_at, done_at, version FROM follow_up
        WHERE workspace = $1 AND person = $2 AND done_at IS NULL ORDER BY due_at, id";
    INSERT_FOLLOW_UP = "INSERT INTO follow_up (workspace, id, record, person, action, due_at, done_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE_FOLLOW_UP = "UPDATE follow_up SET person = $3, action = $4, due_at = $5, done_at = $6, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $7";
}

/// Up to so many rows of one participant or platform, or with some words, are looked up one by one. In a table of 100,000
/// rows that takes as long as walking in the wanted order until a page of rows among so many is found (about 5 ms).
pub(crate) const FEW_ROWS: i64 = 1_500;

/// What a list of rows is about. Everything given must hold; an empty list means any.
#[derive(Debug, Clone, Default)]
pub struct RecordFilter {
    /// Of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// In one of these statuses.
    pub statuses: Vec<Status>,
    /// With this owner.
    pub owner: Option<PersonId>,
    /// With this participant.
    pub participant: Option<PersonId>,
    /// On this platform.
    pub platform: Option<String>,
    /// Of one of these levels.
    pub levels: Vec<Level>,
    /// Due at this time or later.
    pub due_from: Option<Timestamp>,
    /// Due before this time.
    pub due_before: Option<Timestamp>,
    /// Not changed since this time.
    pub untouched_since: Option<Timestamp>,
    /// With these words in topic, summary, follow-up or number.
    pub words: Option<String>,
    /// As far as this person may see.
    pub sight: Option<Sight>,
}

/// The order of a list of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecordSort {
    /// By age.
    #[default]
    Created,
    /// By last change.
    Updated,
    /// By due time; those without one count as the latest.
    Due,
    /// By status, in the order of the board.
    Status,
    /// By topic.
    Topic,
    /// By number.
    Number,
}

impl RecordSort {
    fn column(self) -> (&'static str, Kind) {
        match self {
            Self::Created => ("created_at", Kind::Int),
            Self::Updated => ("updated_at", Kind::Int),
            Self::Due => ("due_at", Kind::Int),
            Self::Status => ("status_rank", Kind::Int),
            Self::Topic => ("topic", Kind::Text),
            Self::Number => ("number", Kind::Text),
        }
    }

    fn cursor(self, record: &Record) -> Cursor {
        let id = record.id.as_str();
        match self {
            Self::Created => Cursor::new(record.created_at, id),
            Self::Updated => Cursor::new(record.updated_at, id),
            Self::Due => Cursor::new(Due(record.due_at), id),
            Self::Status => Cursor::new(rank(record.status), id),
            Self::Topic => Cursor::new(&record.topic, id),
            Self::Number => Cursor::new(&record.number, id),
        }
    }
}

pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM record");

pub(crate) fn record(row: &Row) -> Result<Record> {
    Ok(Record {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        number: row.get("number")?,
        topic: row.get("topic")?,
        participants: row.json("participants")?,
        platforms: row.json("platforms")?,
        summary: row.get("summary")?,
        owner: row.get("owner")?,
        due_at: row.get::<Due>("due_at")?.0,
        status: row.get("status")?,
        follow_up: row.get("follow_up")?,
        follow_up_excuse: row.get("follow_up_excuse")?,
        level: row.get("level")?,
        task: row.get("task")?,
        message: row.get("message")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

/// The beginning of a query that [`follow_up`] reads.
pub(crate) const SELECT_FOLLOW_UP: &str = "SELECT id, record, person, action, due_at, done_at, version FROM follow_up";

pub(crate) fn follow_up(row: &Row) -> Result<FollowUp> {
    Ok(FollowUp {
        id: row.get("id")?,
        record: row.get("record")?,
        person: row.get("person")?,
        action: row.get("action")?,
        due_at: row.get("due_at")?,
        done_at: row.get("done_at")?,
        version: row.get("version")?,
    })
}

fn rank(status: Status) -> i64 {
    Status::ALL.iter().position(|other| *other == status).map_or(i64::MAX, |rank| rank as i64)
}

/// The name under which rows of a status are counted for their collaboration.
fn tally(status: Status) -> String {
    format!("record:{}", status.name())
}

fn people(participants: &[Participant]) -> impl Iterator<Item = &PersonId> {
    participants.iter().filter_map(|participant| match participant {
        Participant::Person { person } => Some(person),
        Participant::Named { .. } => None,
    })
}

impl Select {
    /// The condition that a person takes part in the row.
    fn takes_part(&mut self, workspace: &WorkspaceId, person: &PersonId) -> &mut Self {
        self.push("EXISTS (SELECT 1 FROM record_person AS part WHERE part.workspace = ").bind(workspace);
        self.push(" AND part.person = ").bind(person).push(" AND part.record = record.id)")
    }
}

impl Conn {
    /// A row by id.
    pub async fn record(&mut self, workspace: &WorkspaceId, id: &RecordId) -> Result<Option<Record>> {
        self.find(BY_ID, values![workspace, id], record).await
    }

    /// A row by its number 部门-年份-序号.
    pub async fn record_by_number(&mut self, workspace: &WorkspaceId, number: &str) -> Result<Option<Record>> {
        self.find(BY_NUMBER, values![workspace, number], record).await
    }

    /// The rows filed with a task.
    pub async fn records_of_task(&mut self, workspace: &WorkspaceId, task: &TaskId) -> Result<Vec<Record>> {
        self.list(OF_TASK, values![workspace, task], record).await
    }

    /// A page of rows. A cursor made for another kind of order begins at the first page.
    pub async fn records(
        &mut self,
        workspace: &WorkspaceId,
        filter: &RecordFilter,
        sort: RecordSort,
        page: &Page,
    ) -> Result<Listed<Record>> {
        // Rows of few are looked up and sorted; in many, the first of the wanted order are soon found. A cross join has
        // SQLite begin with the table on the left.
        let with_words = match &filter.words {
            Some(words) => self.few_found(Found::Record, filter.collaboration.as_ref(), words).await?,
            None => None,
        };
        let of_person = match &filter.participant {
            Some(person) if with_words.is_none() => {
                self.has_few(FEW_OF_PERSON, values![workspace, person, FEW_ROWS]).await?.then_some(person)
            }
            _ => None,
        };
        let on_platform = match &filter.platform {
            Some(platform) if with_words.is_none() && of_person.is_none() => {
                self.has_few(FEW_ON_PLATFORM, values![workspace, platform, FEW_ROWS]).await?.then_some(platform)
            }
            _ => None,
        };
        let mut select = match (&with_words, of_person, on_platform) {
            (Some(few), _, _) => {
                let text = concat!("SELECT ", columns!(), from_found!(), "record");
                let mut select = Select::new("records with rare words", text);
                select.found(self.dialect(), workspace, few, "record.id");
                select
            }
            (None, Some(person), _) => {
                let mut select = Select::new(
                    "records of few",
                    concat!("SELECT ", columns!(), " FROM record_person AS few CROSS JOIN record"),
                );
                select.and("few.person = ").bind(person);
                select
            }
            (None, None, Some(platform)) => {
                let mut select = Select::new(
                    "records on a rare platform",
                    concat!("SELECT ", columns!(), " FROM record_platform AS few CROSS JOIN record"),
                );
                select.and("few.platform = ").bind(platform);
                select
            }
            (None, None, None) => Select::new("records", SELECT),
        };
        if of_person.is_some() || on_platform.is_some() {
            select.and("few.workspace = ").bind(workspace).and("record.id = few.record");
        }
        select.and("record.workspace = ").bind(workspace);
        if let Some(collaboration) = &filter.collaboration {
            select.and("collaboration = ").bind(collaboration);
        }
        if let Some(owner) = &filter.owner {
            select.and("owner = ").bind(owner);
        }
        match filter.statuses.as_slice() {
            [] => {}
            [status] => {
                select.and("status = ").bind(*status);
            }
            statuses => {
                select.and("status IN ").list(statuses.iter().copied());
            }
        }
        if let Some(participant) = filter.participant.as_ref().filter(|_| of_person.is_none()) {
            select.and("").takes_part(workspace, participant);
        }
        if let Some(platform) = filter.platform.as_ref().filter(|_| on_platform.is_none()) {
            select.and("EXISTS (SELECT 1 FROM record_platform AS used WHERE used.workspace = ").bind(workspace);
            select.push(" AND used.platform = ").bind(platform).push(" AND used.record = record.id)");
        }
        if !filter.levels.is_empty() {
            select.and("level IN ").list(filter.levels.iter().copied());
        }
        if let Some(from) = filter.due_from {
            select.and("due_at >= ").bind(from);
        }
        if let Some(before) = filter.due_before {
            select.and("due_at < ").bind(before);
        }
        if let Some(since) = filter.untouched_since {
            // The sign keeps the databases from reading all of these and sorting them: most rows rest most of the time.
            select.and(if sort == RecordSort::Updated { "updated_at < " } else { "+updated_at < " }).bind(since);
        }
        if let Some(words) = &filter.words {
            let pattern = contains(words);
            select.and("(lower(topic) LIKE ").bind(&pattern).push(" ESCAPE '!'");
            for column in ["summary", "follow_up", "number"] {
                select.push(" OR lower(").push(column).push(") LIKE ").bind(&pattern).push(" ESCAPE '!'");
            }
            select.push(")");
        }
        if let Some(sight) = &filter.sight {
            select.within_sight(sight);
            select.push(" OR owner = ").bind(&sight.person);
            select.push(" OR ").takes_part(workspace, &sight.person).push(")");
        }
        if sort == RecordSort::Status && !filter.statuses.is_empty() {
            // Says nothing new, but lets the index by rank begin and end where these statuses do.
            select.and("status_rank >= ").bind(filter.statuses.iter().copied().map(rank).min());
            select.and("status_rank <= ").bind(filter.statuses.iter().copied().map(rank).max());
        }
        let (column, kind) = sort.column();
        let page = page.fitting(kind);
        select.page(column, "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, record).await?;
        Ok(Listed::cut(rows, &page, |last| sort.cursor(last)))
    }

    async fn has_few(&mut self, count: Statement, values: Vec<Value>) -> Result<bool> {
        Ok(self.fetch_one(count, values).await?.get::<i64>("n")? < FEW_ROWS)
    }

    /// A follow-up by id.
    pub async fn follow_up(&mut self, workspace: &WorkspaceId, id: &FollowUpId) -> Result<Option<FollowUp>> {
        self.find(FOLLOW_UP, values![workspace, id], follow_up).await
    }

    /// The follow-ups of a row, the oldest first.
    pub async fn follow_ups_of(&mut self, workspace: &WorkspaceId, record: &RecordId) -> Result<Vec<FollowUp>> {
        self.list(FOLLOW_UPS, values![workspace, record], follow_up).await
    }

    /// The follow-ups that a person has still to do, by due time.
    pub async fn open_follow_ups(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<Vec<FollowUp>> {
        self.list(OPEN_FOLLOW_UPS, values![workspace, person], follow_up).await
    }
}

impl Tx {
    /// The next number of a department's rows in a year.
    pub async fn next_record_number(&mut self, workspace: &WorkspaceId, department: &str, year: i16) -> Result<i64> {
        self.next_number(workspace, &format!("record:{department}:{year}")).await
    }

    /// Adds a row. Its number must be free.
    pub async fn insert_record(&mut self, workspace: &WorkspaceId, record: &Record) -> Result<()> {
        let values = values![
            workspace,
            &record.id,
            &record.collaboration,
            &record.number,
            &record.topic,
            json(&record.participants)?,
            json(&record.platforms)?,
            &record.summary,
            &record.owner,
            Due(record.due_at),
            record.status,
            rank(record.status),
            &record.follow_up,
            record.follow_up_excuse.as_ref(),
            record.level,
            record.task.as_ref(),
            record.message.as_ref(),
            record.created_at,
            record.updated_at,
            record.version,
        ];
        self.execute(INSERT, values).await?;
        self.add_record_people(workspace, record).await?;
        self.add_record_platforms(workspace, record).await?;
        self.index_new(workspace, &searchable::record(record)).await?;
        self.count(workspace, record.collaboration.as_str(), &tally(record.status), 1);
        Ok(())
    }

    /// Writes a row that was read and changed; its version grows by one. The number stays.
    pub async fn update_record(&mut self, workspace: &WorkspaceId, record: &mut Record) -> Result<()> {
        let before = self.fetch_optional(BEFORE, values![workspace, &record.id, record.version]).await?;
        let before = before.ok_or(Error::Stale { what: "the record" })?;
        let values = values![
            workspace,
            &record.id,
            &record.collaboration,
            &record.topic,
            json(&record.participants)?,
            json(&record.platforms)?,
            &record.summary,
            &record.owner,
            Due(record.due_at),
            record.status,
            rank(record.status),
            &record.follow_up,
            record.follow_up_excuse.as_ref(),
            record.level,
            record.task.as_ref(),
            record.message.as_ref(),
            record.updated_at,
            record.version,
        ];
        self.change("the record", UPDATE, values).await?;
        record.version += 1;
        if before.json::<Vec<Participant>>("participants")? != record.participants {
            self.execute(CLEAR_PEOPLE, values![workspace, &record.id]).await?;
            self.add_record_people(workspace, record).await?;
        }
        if before.json::<Vec<String>>("platforms")? != record.platforms {
            self.execute(CLEAR_PLATFORMS, values![workspace, &record.id]).await?;
            self.add_record_platforms(workspace, record).await?;
        }
        self.index(workspace, &searchable::record(record)).await?;
        let collaboration: CollaborationId = before.get("collaboration")?;
        self.count(workspace, collaboration.as_str(), &tally(before.get("status")?), -1);
        self.count(workspace, record.collaboration.as_str(), &tally(record.status), 1);
        Ok(())
    }

    async fn add_record_people(&mut self, workspace: &WorkspaceId, record: &Record) -> Result<()> {
        for person in people(&record.participants) {
            self.execute(ADD_PERSON, values![workspace, person, &record.id]).await?;
        }
        Ok(())
    }

    async fn add_record_platforms(&mut self, workspace: &WorkspaceId, record: &Record) -> Result<()> {
        for platform in &record.platforms {
            self.execute(ADD_PLATFORM, values![workspace, platform, &record.id]).await?;
        }
        Ok(())
    }

    /// Adds a follow-up.
    pub async fn insert_follow_up(&mut self, workspace: &WorkspaceId, follow_up: &FollowUp) -> Result<()> {
        let FollowUp { id, record, person, action, due_at, done_at, version } = follow_up;
        self.execute(INSERT_FOLLOW_UP, values![workspace, id, record, person, action, *due_at, *done_at, *version])
            .await?;
        Ok(())
    }

    /// Writes a follow-up that was read and changed; its version grows by one.
    pub async fn update_follow_up(&mut self, workspace: &WorkspaceId, follow_up: &mut FollowUp) -> Result<()> {
        let FollowUp { id, person, action, due_at, done_at, version, .. } = &*follow_up;
        let values = values![workspace, id, person, action, *due_at, *done_at, *version];
        self.change("the follow-up", UPDATE_FOLLOW_UP, values).await?;
        follow_up.version += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    async fn numbers(conn: &mut Conn, workspace: &WorkspaceId, filter: RecordFilter) -> Vec<String> {
        let page = Page { descending: false, ..Page::first(50) };
        let listed = conn.records(workspace, &filter, RecordSort::Number, &page).await.unwrap();
        listed.rows.into_iter().map(|record| record.number).collect()
    }

    both_databases! {
        async fn h1_a_row_reads_back_whole(db: Db) {
            let team = samples::team(&db).await;
            let mut row = samples::record(&team, 1);
            row.participants = vec![
                Participant::Person { person: team.owner.id.clone() },
                Participant::Named { text: "设计专员".into() },
            ];
            row.platforms = vec!["飞书文档".into(), "dingtalk".into()];
            row.due_at = Some(samples::at(9));
            let mut tx = db.write().await.unwrap();
            tx.insert_record(&team.workspace, &row).await.unwrap();
            let mut stale = row.clone();
            row.status = Status::Done;
            row.platforms.clear();
            row.participants.remove(0);
            row.follow_up_excuse = Some("见会议纪要".into());
            tx.update_record(&team.workspace, &mut row).await.unwrap();
            assert!(matches!(tx.update_record(&team.workspace, &mut stale).await, Err(Error::Stale { .. })));
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            assert_eq!(conn.record(&team.workspace, &row.id).await.unwrap(), Some(row.clone()));
            assert_eq!(conn.record_by_number(&team.workspace, &row.number).await.unwrap(), Some(row.clone()));
            let scope = team.collaboration.id.as_str();
            assert_eq!(conn.tallies(&team.workspace, scope).await.unwrap(), [("record:done".to_owned(), 1)]);
        }

        async fn h5_numbers_count_up_by_department_and_year(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            for (department, year, expected) in [("产品部", 2026, 1), ("产品部", 2026, 2), ("产品部", 2027, 1), ("市场部", 2026, 1)] {
                assert_eq!(tx.next_record_number(&workspace, department, year).await.unwrap(), expected);
            }
        }

        async fn h5_rows_are_filtered(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut tx = db.write().await.unwrap();
            for bits in 1..=4 {
                let mut row = samples::record(&team, bits);
                match bits {
                    1 => row.due_at = Some(samples::at(10)),
                    2 => {
                        row.status = Status::Blocked;
                        row.platforms = vec!["telephone".into()];
                        row.updated_at = samples::at(100);
                    }
                    3 => {
                        row.owner = team.initiator.id.clone();
                        row.summary = "客户要求 Data_Export".into();
                    }
                    _ => {
                        row.owner = team.initiator.id.clone();
                        row.level = Level::Confidential;
                        row.participants = vec![Participant::Person { person: team.owner.id.clone() }];
                    }
                }
                tx.insert_record(workspace, &row).await.unwrap();
            }
            tx.commit().await.unwrap();
            let conn = &mut db.read().await.unwrap();
            let any = RecordFilter::default;
            let owner = team.owner.id.clone();
            assert_eq!(numbers(conn, workspace, any()).await, ["R1", "R2", "R3", "R4"]);
            assert_eq!(numbers(conn, workspace, RecordFilter { statuses: vec![Status::Blocked], ..any() }).await, ["R2"]);
            let statuses = vec![Status::Blocked, Status::Pending];
            assert_eq!(numbers(conn, workspace, RecordFilter { statuses, ..any() }).await.len(), 4);
            assert_eq!(numbers(conn, workspace, RecordFilter { owner: Some(owner.clone()), ..any() }).await, ["R1", "R2"]);
            let participant = Some(owner.clone());
            assert_eq!(numbers(conn, workspace, RecordFilter { participant, ..any() }).await, ["R4"]);
            let platform = Some("telephone".to_owned());
            assert_eq!(numbers(conn, workspace, RecordFilter { platform, ..any() }).await, ["R2"]);
            assert_eq!(numbers(conn, workspace, RecordFilter { due_before: Some(samples::at(11)), ..any() }).await, ["R1"]);
            assert_eq!(numbers(conn, workspace, RecordFilter { due_from: Some(samples::at(11)), ..any() }).await.len(), 3);
            assert_eq!(numbers(conn, workspace, RecordFilter { untouched_since: Some(samples::at(50)), ..any() }).await.len(), 3);
            assert_eq!(numbers(conn, workspace, RecordFilter { words: Some("data_EXP".into()), ..any() }).await, ["R3"]);
            assert_eq!(numbers(conn, workspace, RecordFilter { levels: vec![Level::Confidential], ..any() }).await, ["R4"]);
            let collaboration = Some(CollaborationId::from_bits(9));
            assert_eq!(numbers(conn, workspace, RecordFilter { collaboration, ..any() }).await.len(), 0);

            // I2: confidential rows only for those with a part.
            let sight = |person: &PersonId| Some(Sight { person: person.clone(), levels: vec![Level::Internal], also: Vec::new() });
            assert_eq!(numbers(conn, workspace, RecordFilter { sight: sight(&owner), ..any() }).await.len(), 4);
            let nobody = PersonId::from_bits(99);
            assert_eq!(numbers(conn, workspace, RecordFilter { sight: sight(&nobody), ..any() }).await, ["R1", "R2", "R3"]);
        }

        async fn h5_the_rows_of_one_with_many_are_the_same_ones(db: Db) {
            let team = samples::team(&db).await;
            let mut tx = db.write().await.unwrap();
            let person = Participant::Person { person: team.owner.id.clone() };
            for bits in 1..=FEW_ROWS + 2 {
                let mut row = samples::record(&team, u128::try_from(bits).unwrap());
                row.participants = if bits == 2 { Vec::new() } else { vec![person.clone()] };
                tx.insert_record(&team.workspace, &row).await.unwrap();
            }
            let filter = RecordFilter { participant: Some(team.owner.id.clone()), ..RecordFilter::default() };
            let page = Page { descending: false, ..Page::first(3) };
            let listed = tx.records(&team.workspace, &filter, RecordSort::Created, &page).await.unwrap();
            let ids: Vec<RecordId> = listed.rows.into_iter().map(|row| row.id).collect();
            assert_eq!(ids, [1, 3, 4].map(RecordId::from_bits));
        }

        async fn h5_every_sort_pages_without_gap_or_repeat(db: Db) {
            let team = samples::team(&db).await;
            let mut tx = db.write().await.unwrap();
            for bits in 1..=23_u32 {
                let mut row = samples::record(&team, u128::from(bits));
                row.due_at = (bits % 4 != 0).then(|| samples::at(i64::from(bits / 6)));
                row.topic = format!("主题{}", bits % 5);
                row.status = Status::ALL[bits as usize % 5];
                row.updated_at = samples::at(i64::from(bits % 3));
                tx.insert_record(&team.workspace, &row).await.unwrap();
            }
            use RecordSort::{Created, Due, Number, Status as ByStatus, Topic, Updated};
            for sort in [Created, Updated, Due, ByStatus, Topic, Number] {
                for descending in [false, true] {
                    let mut page = Page { descending, ..Page::first(7) };
                    let mut seen = Vec::new();
                    loop {
                        let filter = RecordFilter { collaboration: Some(team.collaboration.id.clone()), ..RecordFilter::default() };
                        let listed = tx.records(&team.workspace, &filter, sort, &page).await.unwrap();
                        seen.extend(listed.rows.into_iter().map(|row| row.id));
                        let Some(next) = listed.next else { break };
                        page.after = Some(next.to_string().parse().unwrap());
                    }
                    seen.sort();
                    seen.dedup();
                    assert_eq!(seen.len(), 23, "{sort:?}");
                }
            }
        }

        async fn h3_a_finished_row_can_have_an_open_follow_up(db: Db) {
            let team = samples::team(&db).await;
            let row = Record { status: Status::Done, ..samples::record(&team, 1) };
            let mut follow_up = FollowUp {
                id: FollowUpId::from_bits(1),
                record: row.id.clone(),
                person: team.owner.id.clone(),
                action: "提交故障报告".into(),
                due_at: samples::at(60),
                done_at: None,
                version: 1,
            };
            let mut tx = db.write().await.unwrap();
            tx.insert_record(&team.workspace, &row).await.unwrap();
            tx.insert_follow_up(&team.workspace, &follow_up).await.unwrap();
            assert_eq!(tx.open_follow_ups(&team.workspace, &team.owner.id).await.unwrap(), [follow_up.clone()]);
            let mut stale = follow_up.clone();
            follow_up.done_at = Some(samples::at(50));
            tx.update_follow_up(&team.workspace, &mut follow_up).await.unwrap();
            assert!(tx.update_follow_up(&team.workspace, &mut stale).await.is_err());
            assert_eq!(tx.open_follow_ups(&team.workspace, &team.owner.id).await.unwrap(), []);
            assert_eq!(tx.follow_ups_of(&team.workspace, &row.id).await.unwrap(), [follow_up.clone()]);
            assert_eq!(tx.follow_up(&team.workspace, &follow_up.id).await.unwrap(), Some(follow_up));
        }

        async fn f4_the_row_of_a_task_is_found(db: Db) {
            let team = samples::team(&db).await;
            let task = samples::task(&team, 1);
            let row = Record { task: Some(task.id.clone()), ..samples::record(&team, 1) };
            let mut tx = db.write().await.unwrap();
            tx.insert_record(&team.workspace, &row).await.unwrap();
            assert_eq!(tx.records_of_task(&team.workspace, &task.id).await.unwrap(), [row]);
        }
    }
}
