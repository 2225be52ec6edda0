//! Minutes of decisions and meetings, their editions, and the participants' word on them.

use huan_core::{
    id::{CollaborationId, MessageId, MinutesId, PersonId, TaskId, WorkspaceId},
    minutes::{Confirmation, Edition, Minutes, MinutesStage, Stand},
};

use crate::{
    conn::{Conn, Row},
    error::Result,
    select::{Cursor, Listed, Page, Select, contains},
    sight::Sight,
    statement::statements,
    tx::Tx,
    value::{Kind, json, values},
};

macro_rules! columns {
    () => {
        "id, collaboration, number, occasion, title, level, started_by, recorder, state, content, message, happened_at, \
         created_at, updated_at, version"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM minutes WHERE workspace = $1 AND id = $2");
    OF_MESSAGE = concat!("SELECT ", columns!(), " FROM minutes WHERE workspace = $1 AND message = $2 ORDER BY id DESC LIMIT 1");
    OWED_BY = concat!("SELECT ", columns!(), " FROM minutes WHERE workspace = $1 AND recorder = $2 AND stage = 'owed'
        ORDER BY happened_at, id");
    // Objections that nobody has answered wait for the recorder too.
    OPEN_OF = concat!("SELECT ", columns!(), " FROM minutes WHERE workspace = $1 AND recorder = $2 AND (stage = 'owed' OR id IN
        (SELECT minutes FROM minutes_confirmation WHERE workspace = $1 AND stand_name = 'objected')) ORDER BY happened_at, id");
    ASKED_OF = concat!("SELECT ", columns!(), " FROM minutes WHERE workspace = $1 AND stage = 'filed' AND id IN
        (SELECT minutes FROM minutes_confirmation WHERE workspace = $1 AND person = $2 AND stand_name = 'waiting')
        ORDER BY happened_at, id");
    INSERT = "INSERT INTO minutes (workspace, id, collaboration, number, occasion, title, level, started_by, recorder, stage,
            state, content, message, happened_at, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    UPDATE = "UPDATE minutes SET title = $3, level = $4, recorder = $5, stage = $6, state = $7, content = $8,
            updated_at = $9, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $10";
    ADD_LINK = "INSERT INTO minutes_link (workspace, target, minutes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    EDITIONS = "SELECT number, title, content, note, filed_by, filed_at FROM minutes_edition
        WHERE workspace = $1 AND minutes = $2 ORDER BY number";
    NEWEST = "SELECT number, title, content, note, filed_by, filed_at FROM minutes_edition
        WHERE workspace = $1 AND minutes = $2 ORDER BY number DESC LIMIT 1";
    ADD_EDITION = "INSERT INTO minutes_edition (workspace, minutes, number, title, content, note, filed_by, filed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    CONFIRMATIONS = "SELECT person, edition, stand FROM minutes_confirmation WHERE workspace = $1 AND minutes = $2
        ORDER BY person";
    CONFIRMATION = "SELECT person, edition, stand FROM minutes_confirmation
        WHERE workspace = $1 AND minutes = $2 AND person = $3";
    SET_CONFIRMATION = "INSERT INTO minutes_confirmation (workspace, minutes, person, edition, stand_name, stand)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (workspace, minutes, person) DO UPDATE
        SET edition = excluded.edition, stand_name = excluded.stand_name, stand = excluded.stand";
    DROP_CONFIRMATION = "DELETE FROM minutes_confirmation WHERE workspace = $1 AND minutes = $2 AND person = $3";
    DROP_WAITING = "DELETE FROM minutes_confirmation WHERE workspace = $1 AND person = $2 AND stand_name = 'waiting'";
    DROP_WAITING_WITHIN = "DELETE FROM minutes_confirmation WHERE workspace = $1 AND person = $2 AND stand_name = 'waiting'
        AND minutes IN (SELECT id FROM minutes WHERE workspace = $1 AND collaboration = $3)";
}

/// What a list of minutes is about. Everything given must hold; an empty list of stages means any.
#[derive(Debug, Clone, Default)]
pub struct MinutesFilter {
    /// Of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// In one of these stages.
    pub stages: Vec<MinutesStage>,
    /// With this recorder.
    pub recorder: Option<PersonId>,
    /// Linked with the task that has this id, or made from the message that has it.
    pub linked: Option<String>,
    /// With these words in the title.
    pub words: Option<String>,
    /// As far as this person may see.
    pub sight: Option<Sight>,
}

pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM minutes");

pub(crate) fn minutes(row: &Row) -> Result<Minutes> {
    Ok(Minutes {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        number: row.get("number")?,
        occasion: row.get("occasion")?,
        title: row.get("title")?,
        level: row.get("level")?,
        started_by: row.get("started_by")?,
        recorder: row.get("recorder")?,
        state: row.json("state")?,
        content: row.json("content")?,
        message: row.get("message")?,
        happened_at: row.get("happened_at")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

fn edition(row: &Row) -> Result<Edition> {
    Ok(Edition {
        number: row.get("number")?,
        title: row.get("title")?,
        content: row.json("content")?,
        note: row.get("note")?,
        by: row.get("filed_by")?,
        at: row.get("filed_at")?,
    })
}

fn confirmation(row: &Row) -> Result<Confirmation> {
    Ok(Confirmation { person: row.get("person")?, edition: row.get("edition")?, stand: row.json::<Stand>("stand")? })
}

impl Conn {
    /// Minutes by id.
    pub async fn minutes(&mut self, workspace: &WorkspaceId, id: &MinutesId) -> Result<Option<Minutes>> {
        self.find(BY_ID, values![workspace, id], minutes).await
    }

    /// The newest minutes that were begun from a message.
    pub async fn minutes_of_message(
        &mut self,
        workspace: &WorkspaceId,
        message: &MessageId,
    ) -> Result<Option<Minutes>> {
        self.find(OF_MESSAGE, values![workspace, message], minutes).await
    }

    /// These minutes, in no particular order.
    pub async fn minutes_by_id(&mut self, workspace: &WorkspaceId, ids: &[MinutesId]) -> Result<Vec<Minutes>> {
        let mut select = Select::new("minutes_by_id", SELECT);
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, minutes).await
    }

    /// The minutes that a person has still to file, the oldest first.
    pub async fn minutes_owed_by(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<Vec<Minutes>> {
        self.list(OWED_BY, values![workspace, person], minutes).await
    }

    /// The minutes that wait for something of their recorder: those to be filed, and those with an open objection.
    pub async fn minutes_open_of(&mut self, workspace: &WorkspaceId, recorder: &PersonId) -> Result<Vec<Minutes>> {
        self.list(OPEN_OF, values![workspace, recorder], minutes).await
    }

    /// The minutes on which a person's word is asked for, the oldest first.
    pub async fn minutes_asked_of(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<Vec<Minutes>> {
        self.list(ASKED_OF, values![workspace, person], minutes).await
    }

    /// A page of minutes, by when the decision was taken or the meeting ended.
    pub async fn minutes_list(
        &mut self,
        workspace: &WorkspaceId,
        filter: &MinutesFilter,
        page: &Page,
    ) -> Result<Listed<Minutes>> {
        let mut select = Select::new("minutes_list", SELECT);
        select.and("workspace = ").bind(workspace);
        if let Some(collaboration) = &filter.collaboration {
            select.and("collaboration = ").bind(collaboration);
        }
        if !filter.stages.is_empty() {
            select.and("stage IN ").list(filter.stages.iter().copied());
        }
        if let Some(recorder) = &filter.recorder {
            select.and("recorder = ").bind(recorder);
        }
        if let Some(linked) = &filter.linked {
            select.and("(message = ").bind(linked);
            select.push(" OR id IN (SELECT minutes FROM minutes_link WHERE workspace = ").bind(workspace);
            select.push(" AND target = ").bind(linked).push("))");
        }
        if let Some(words) = &filter.words {
            select.and("lower(title) LIKE ").bind(contains(words)).push(" ESCAPE '!'");
        }
        if let Some(sight) = &filter.sight {
            select.within_sight(sight);
            select.push(" OR recorder = ").bind(&sight.person).push(" OR started_by = ").bind(&sight.person);
            select.push(" OR id IN (SELECT minutes FROM minutes_confirmation WHERE workspace = ").bind(workspace);
            select.push(" AND person = ").bind(&sight.person).push("))");
        }
        let page = page.fitting(Kind::Int);
        select.page("happened_at", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, minutes).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.happened_at, last.id.as_str())))
    }

    /// The editions of minutes, the first one first.
    pub async fn minutes_editions(&mut self, workspace: &WorkspaceId, id: &MinutesId) -> Result<Vec<Edition>> {
        self.list(EDITIONS, values![workspace, id], edition).await
    }

    /// The newest edition of minutes.
    pub async fn newest_edition(&mut self, workspace: &WorkspaceId, id: &MinutesId) -> Result<Option<Edition>> {
        self.find(NEWEST, values![workspace, id], edition).await
    }

    /// The participants' word on minutes.
    pub async fn confirmations(&mut self, workspace: &WorkspaceId, id: &MinutesId) -> Result<Vec<Confirmation>> {
        self.list(CONFIRMATIONS, values![workspace, id], confirmation).await
    }

    /// The participants' word on each of these minutes.
    pub async fn confirmations_of(
        &mut self,
        workspace: &WorkspaceId,
        ids: &[MinutesId],
    ) -> Result<Vec<(MinutesId, Confirmation)>> {
        let mut select =
            Select::new("confirmations_of", "SELECT minutes, person, edition, stand FROM minutes_confirmation");
        select.and("workspace = ").bind(workspace).and("minutes IN ").list(ids);
        select.push(" ORDER BY minutes, person");
        let (sql, values) = select.build();
        self.list(sql, values, |row| Ok((row.get("minutes")?, confirmation(row)?))).await
    }

    /// A participant's word on minutes; none when it is not asked for.
    pub async fn confirmation(
        &mut self,
        workspace: &WorkspaceId,
        id: &MinutesId,
        person: &PersonId,
    ) -> Result<Option<Confirmation>> {
        self.find(CONFIRMATION, values![workspace, id, person], confirmation).await
    }
}

impl Tx {
    /// The next short number for minutes.
    pub async fn next_minutes_number(&mut self, workspace: &WorkspaceId) -> Result<i64> {
        self.next_number(workspace, "minutes").await
    }

    /// Adds minutes.
    pub async fn insert_minutes(&mut self, workspace: &WorkspaceId, minutes: &Minutes) -> Result<()> {
        let values = values![
            workspace,
            &minutes.id,
            &minutes.collaboration,
            minutes.number,
            minutes.occasion,
            &minutes.title,
            minutes.level,
            &minutes.started_by,
            &minutes.recorder,
            minutes.state.stage(),
            json(&minutes.state)?,
            json(&minutes.content)?,
            minutes.message.as_ref(),
            minutes.happened_at,
            minutes.created_at,
            minutes.updated_at,
            minutes.version,
        ];
        self.execute(INSERT, values).await?;
        self.index_minutes(workspace, minutes).await
    }

    /// Writes minutes that were read and changed. [`crate::Error::Stale`] when they were changed by someone else since they
    /// were read; else their version grows by one.
    pub async fn update_minutes(&mut self, workspace: &WorkspaceId, minutes: &mut Minutes) -> Result<()> {
        let values = values![
            workspace,
            &minutes.id,
            &minutes.title,
            minutes.level,
            &minutes.recorder,
            minutes.state.stage(),
            json(&minutes.state)?,
            json(&minutes.content)?,
            minutes.updated_at,
            minutes.version,
        ];
        self.change("the minutes", UPDATE, values).await?;
        minutes.version += 1;
        self.index_minutes(workspace, minutes).await
    }

    /// Notes that a task came of minutes. It stays noted when the action is taken out of them later.
    pub async fn link_minutes(&mut self, workspace: &WorkspaceId, id: &MinutesId, task: &TaskId) -> Result<()> {
        self.execute(ADD_LINK, values![workspace, task, id]).await?;
        Ok(())
    }

    /// Adds an edition.
    pub async fn add_edition(&mut self, workspace: &WorkspaceId, id: &MinutesId, edition: &Edition) -> Result<()> {
        let values = values![
            workspace,
            id,
            edition.number,
            &edition.title,
            json(&edition.content)?,
            &edition.note,
            &edition.by,
            edition.at,
        ];
        self.execute(ADD_EDITION, values).await?;
        match self.minutes(workspace, id).await? {
            Some(minutes) => self.index_minutes(workspace, &minutes).await,
            None => Ok(()),
        }
    }

    /// Writes a participant's word.
    pub async fn set_confirmation(
        &mut self,
        workspace: &WorkspaceId,
        id: &MinutesId,
        word: &Confirmation,
    ) -> Result<()> {
        let values = values![workspace, id, &word.person, word.edition, word.stand.name(), json(&word.stand)?];
        self.execute(SET_CONFIRMATION, values).await?;
        Ok(())
    }

    /// A person's word is no longer asked for.
    pub async fn drop_confirmation(
        &mut self,
        workspace: &WorkspaceId,
        id: &MinutesId,
        person: &PersonId,
    ) -> Result<()> {
        self.execute(DROP_CONFIRMATION, values![workspace, id, person]).await?;
        Ok(())
    }

    /// A person's word is no longer asked for anywhere, or `within` one collaboration, where they have not given it.
    pub async fn drop_waiting_confirmations(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
        within: Option<&CollaborationId>,
    ) -> Result<()> {
        match within {
            None => self.execute(DROP_WAITING, values![workspace, person]).await?,
            Some(within) => self.execute(DROP_WAITING_WITHIN, values![workspace, person, within]).await?,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        level::Level,
        minutes::{Content, MinutesState, Occasion},
        record::Participant,
        search::{Kind as SearchKind, Query},
    };

    use super::*;
    use crate::{Error, Hearing, SearchFilter, both_databases, samples};

    fn owed(team: &samples::Team, bits: u128) -> Minutes {
        Minutes {
            id: MinutesId::from_bits(bits),
            collaboration: team.collaboration.id.clone(),
            number: i64::try_from(bits).unwrap(),
            occasion: Occasion::Decision,
            title: "首版只支持 CSV 导出".into(),
            level: Level::Internal,
            started_by: team.initiator.id.clone(),
            recorder: team.owner.id.clone(),
            state: MinutesState::Owed,
            content: Content {
                participants: vec![
                    Participant::Person { person: team.owner.id.clone() },
                    Participant::Named { text: "客户王总".into() },
                ],
                conclusions: "首版只支持 CSV 导出".into(),
                ..Content::default()
            },
            message: None,
            happened_at: samples::at(i64::try_from(bits).unwrap()),
            created_at: samples::at(0),
            updated_at: samples::at(0),
            version: 1,
        }
    }

    async fn numbers(conn: &mut Conn, workspace: &WorkspaceId, filter: MinutesFilter) -> Vec<i64> {
        let listed = conn.minutes_list(workspace, &filter, &Page::first(50)).await.unwrap();
        listed.rows.iter().map(|minutes| minutes.number).collect()
    }

    both_databases! {
        async fn f3_minutes_read_back_whole_and_nobody_writes_over_another(db: Db) {
            let team = samples::team(&db).await;
            let mut minutes = owed(&team, 7);
            minutes.message = Some(MessageId::from_bits(3));
            let mut tx = db.write().await.unwrap();
            tx.insert_minutes(&team.workspace, &minutes).await.unwrap();
            assert_eq!(tx.minutes(&team.workspace, &minutes.id).await.unwrap().as_ref(), Some(&minutes));
            let mut stale = minutes.clone();
            minutes.recorder = team.initiator.id.clone();
            tx.update_minutes(&team.workspace, &mut minutes).await.unwrap();
            assert_eq!(minutes.version, 2);
            let refused = tx.update_minutes(&team.workspace, &mut stale).await;
            assert!(matches!(refused, Err(Error::Stale { .. })), "{refused:?}");
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let of = conn.minutes_of_message(&team.workspace, &MessageId::from_bits(3)).await.unwrap();
            assert_eq!(of.as_ref(), Some(&minutes));
            assert_eq!(conn.minutes_by_id(&team.workspace, &[minutes.id.clone()]).await.unwrap(), [minutes]);
        }

        async fn f3_editions_and_words_are_kept(db: Db) {
            let team = samples::team(&db).await;
            let mut minutes = owed(&team, 1);
            let (person, id) = (team.owner.id.clone(), minutes.id.clone());
            let mut tx = db.write().await.unwrap();
            tx.insert_minutes(&team.workspace, &minutes).await.unwrap();
            let owes = tx.minutes_owed_by(&team.workspace, &person).await.unwrap();
            assert_eq!(owes.len(), 1);
            let edition = minutes.file(None, "", person.clone(), samples::at(5)).unwrap();
            tx.update_minutes(&team.workspace, &mut minutes).await.unwrap();
            tx.add_edition(&team.workspace, &id, &edition).await.unwrap();
            let waits = Confirmation { person: person.clone(), edition: 1, stand: Stand::Waiting };
            tx.set_confirmation(&team.workspace, &id, &waits).await.unwrap();
            let asked = tx.minutes_asked_of(&team.workspace, &person).await.unwrap();
            assert_eq!(asked.len(), 1);
            assert_eq!(tx.minutes_open_of(&team.workspace, &person).await.unwrap(), []);
            let mut word = tx.confirmation(&team.workspace, &id, &person).await.unwrap().unwrap();
            word.object("时间不对".into(), 1, 1, samples::at(6)).unwrap();
            tx.set_confirmation(&team.workspace, &id, &word).await.unwrap();
            assert_eq!(tx.minutes_asked_of(&team.workspace, &person).await.unwrap(), []);
            assert_eq!(tx.minutes_open_of(&team.workspace, &person).await.unwrap().len(), 1, "an objection is open");
            // What was said stays when somebody is taken out.
            tx.drop_waiting_confirmations(&team.workspace, &person, Some(&minutes.collaboration)).await.unwrap();
            tx.drop_waiting_confirmations(&team.workspace, &person, None).await.unwrap();
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            assert_eq!(conn.minutes_editions(&team.workspace, &id).await.unwrap(), std::slice::from_ref(&edition));
            assert_eq!(conn.newest_edition(&team.workspace, &id).await.unwrap(), Some(edition));
            assert_eq!(conn.confirmations(&team.workspace, &id).await.unwrap(), [word.clone()]);
            let of = conn.confirmations_of(&team.workspace, std::slice::from_ref(&id)).await.unwrap();
            assert_eq!(of, [(id, word)]);
        }

        async fn f3_what_was_filed_is_found_and_what_is_being_written_is_not(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut minutes = owed(&team, 1);
            minutes.content.conclusions = "付款方式改为季付".into();
            let mut tx = db.write().await.unwrap();
            tx.insert_minutes(workspace, &minutes).await.unwrap();
            let found = async |conn: &mut Conn, words: &str| {
                let filter = SearchFilter {
                    query: Query::read(words),
                    kinds: vec![SearchKind::Minutes],
                    collaboration: None,
                    person: None,
                    platform: None,
                    from: None,
                    before: None,
                    sight: Sight { person: PersonId::from_bits(77), levels: vec![Level::Internal], also: Vec::new() },
                    hearing: Hearing::Channels(Vec::new()),
                };
                conn.search(workspace, &filter, None, 10).await.unwrap().len()
            };
            assert_eq!((found(&mut tx, "CSV 导出").await, found(&mut tx, "季付").await), (1, 0), "only the title yet");
            let edition = minutes.file(None, "", team.owner.id.clone(), samples::at(5)).unwrap();
            tx.update_minutes(workspace, &mut minutes).await.unwrap();
            tx.add_edition(workspace, &minutes.id, &edition).await.unwrap();
            assert_eq!(found(&mut tx, "季付").await, 1);
            minutes.content.conclusions = "付款方式改为月付".into();
            tx.update_minutes(workspace, &mut minutes).await.unwrap();
            assert_eq!((found(&mut tx, "月付").await, found(&mut tx, "季付").await), (0, 1), "not filed yet");
            let edition = minutes.file(Some(&edition), "改为月付", team.owner.id.clone(), samples::at(6)).unwrap();
            tx.update_minutes(workspace, &mut minutes).await.unwrap();
            tx.add_edition(workspace, &minutes.id, &edition).await.unwrap();
            assert_eq!((found(&mut tx, "月付").await, found(&mut tx, "季付").await), (1, 0));
            minutes.level = Level::Confidential;
            tx.update_minutes(workspace, &mut minutes).await.unwrap();
            assert_eq!(found(&mut tx, "月付").await, 0, "not for this level");
            tx.commit().await.unwrap();
        }

        async fn f3_a_list_shows_what_is_asked_for_and_may_be_seen(db: Db) {
            let team = samples::team(&db).await;
            let mut tx = db.write().await.unwrap();
            let mut filed = owed(&team, 2);
            filed.state = MinutesState::Filed { edition: 1 };
            filed.level = Level::Confidential;
            filed.recorder = team.initiator.id.clone();
            filed.title = "薪酬方案 50%".into();
            for minutes in [&owed(&team, 1), &filed] {
                tx.insert_minutes(&team.workspace, minutes).await.unwrap();
            }
            tx.insert_task(&team.workspace, &samples::task(&team, 1)).await.unwrap();
            tx.link_minutes(&team.workspace, &filed.id, &TaskId::from_bits(1)).await.unwrap();
            tx.link_minutes(&team.workspace, &filed.id, &TaskId::from_bits(1)).await.unwrap();
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let all = MinutesFilter { collaboration: Some(team.collaboration.id.clone()), ..MinutesFilter::default() };
            assert_eq!(numbers(&mut conn, &team.workspace, all.clone()).await, [2, 1]);
            let stages = vec![MinutesStage::Owed];
            assert_eq!(numbers(&mut conn, &team.workspace, MinutesFilter { stages, ..all.clone() }).await, [1]);
            let recorder = Some(team.owner.id.clone());
            assert_eq!(numbers(&mut conn, &team.workspace, MinutesFilter { recorder, ..all.clone() }).await, [1]);
            let linked = Some(TaskId::from_bits(1).to_string());
            assert_eq!(numbers(&mut conn, &team.workspace, MinutesFilter { linked, ..all.clone() }).await, [2]);
            let words = Some("50%".to_owned());
            assert_eq!(numbers(&mut conn, &team.workspace, MinutesFilter { words, ..all.clone() }).await, [2]);
            let sight = Sight { person: team.owner.id.clone(), levels: vec![Level::Internal], also: Vec::new() };
            let seen = MinutesFilter { sight: Some(sight.clone()), ..all.clone() };
            assert_eq!(numbers(&mut conn, &team.workspace, seen.clone()).await, [1]);
            let mut tx = db.write().await.unwrap();
            let word = Confirmation { person: sight.person, edition: 1, stand: Stand::Waiting };
            tx.set_confirmation(&team.workspace, &filed.id, &word).await.unwrap();
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            assert_eq!(numbers(&mut conn, &team.workspace, seen).await, [2, 1], "a participant sees it");
        }
    }
}
