//! The collaboration centre: its sections, the entries in them, and what was said that looks like a decision.

use huan_core::{
    centre::{Entry, Outline, Removed},
    id::{ChannelId, CollaborationId, EntryId, MessageId, PersonId, WorkspaceId},
    message::Message,
};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    error::{Error, Result},
    message, searchable,
    select::{Cursor, Listed, Page, Select, contains},
    sight::Sight,
    statement::statements,
    tx::Tx,
    value::{Kind, json, values},
};

macro_rules! columns {
    () => {
        "id, collaboration, number, section, text, level, said_by, said_by_name, said_at, platform, message, filed_by, way, \
         told_at, removed_by, removed_at, created_at, updated_at, version"
    };
}

statements! {
    OUTLINE = "SELECT sections, version FROM outline WHERE workspace = $1 AND collaboration = $2";
    ADD_OUTLINE = "INSERT INTO outline (workspace, collaboration, sections, version) VALUES ($1, $2, $3, 1)
        ON CONFLICT DO NOTHING";
    CHANGE_OUTLINE = "UPDATE outline SET sections = $3, version = version + 1
        WHERE workspace = $1 AND collaboration = $2 AND version = $4";
    BY_ID = concat!("SELECT ", columns!(), " FROM entry WHERE workspace = $1 AND id = $2");
    BY_NUMBER = concat!("SELECT ", columns!(), " FROM entry WHERE workspace = $1 AND number = $2");
    OF_MESSAGE = concat!("SELECT ", columns!(), " FROM entry WHERE workspace = $1 AND message = $2");
    INSERT = "INSERT INTO entry (workspace, id, collaboration, number, section, text, level, said_by, said_by_name, said_at,
            platform, message, filed_by, way, told_at, removed_by, removed_at, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    UPDATE = "UPDATE entry SET section = $3, text = $4, level = $5, told_at = $6, removed_by = $7, removed_at = $8,
            updated_at = $9, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $10";
    IS_USED = "SELECT count(*) AS n FROM entry
        WHERE workspace = $1 AND collaboration = $2 AND section = $3 AND removed_at IS NULL";
    ADD_CHAT_DECISION = "INSERT INTO chat_decision (workspace, message, channel, sent_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    DISMISS = "UPDATE chat_decision SET dismissed_by = $3, dismissed_at = $4 WHERE workspace = $1 AND message = $2";
}

/// What a list of entries is about. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    /// Of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// In the section with this key.
    pub section: Option<String>,
    /// Linked with the task, record or problem that has this id, or made from the message that has it.
    pub linked: Option<String>,
    /// With these words.
    pub words: Option<String>,
    /// Those that were taken out again, instead of those that are there.
    pub removed: bool,
    /// As far as this person may see.
    pub sight: Option<Sight>,
}

/// The beginning of a query that [`entry`] reads.
pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM entry");

pub(crate) fn entry(row: &Row) -> Result<Entry> {
    let by: Option<PersonId> = row.get("removed_by")?;
    let at: Option<Timestamp> = row.get("removed_at")?;
    Ok(Entry {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        number: row.get("number")?,
        section: row.get("section")?,
        text: row.get("text")?,
        level: row.get("level")?,
        said_by: row.get("said_by")?,
        said_by_name: row.get("said_by_name")?,
        said_at: row.get("said_at")?,
        platform: row.get("platform")?,
        message: row.get("message")?,
        filed_by: row.get("filed_by")?,
        way: row.get("way")?,
        told_at: row.get("told_at")?,
        removed: by.zip(at).map(|(by, at)| Removed { by, at }),
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

impl Select {
    fn entries(&mut self, workspace: &WorkspaceId, filter: &EntryFilter) -> &mut Self {
        self.and("workspace = ").bind(workspace);
        if let Some(collaboration) = &filter.collaboration {
            self.and("collaboration = ").bind(collaboration);
        }
        if let Some(section) = &filter.section {
            self.and("section = ").bind(section);
        }
        self.and(if filter.removed { "removed_at IS NOT NULL" } else { "removed_at IS NULL" });
        if let Some(linked) = &filter.linked {
            self.and("(message = ").bind(linked);
            self.push(" OR id IN (SELECT subject FROM reference WHERE workspace = ").bind(workspace);
            self.push(" AND target = ").bind(linked).push("))");
        }
        if let Some(words) = &filter.words {
            self.and("lower(text) LIKE ").bind(contains(words)).push(" ESCAPE '!'");
        }
        if let Some(sight) = &filter.sight {
            self.within_sight(sight);
            self.push(" OR said_by = ").bind(&sight.person).push(" OR filed_by = ").bind(&sight.person).push(")");
        }
        self
    }
}

impl Conn {
    /// The sections of a collaboration's centre with their version; none while they are those that come with the program.
    pub async fn outline(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
    ) -> Result<Option<(Outline, i64)>> {
        let read = |row: &Row| Ok((row.json("sections")?, row.get("version")?));
        self.find(OUTLINE, values![workspace, collaboration], read).await
    }

    /// An entry by id.
    pub async fn entry(&mut self, workspace: &WorkspaceId, id: &EntryId) -> Result<Option<Entry>> {
        self.find(BY_ID, values![workspace, id], entry).await
    }

    /// An entry by its short number.
    pub async fn entry_by_number(&mut self, workspace: &WorkspaceId, number: i64) -> Result<Option<Entry>> {
        self.find(BY_NUMBER, values![workspace, number], entry).await
    }

    /// The entry that a message became, also when it was taken out again.
    pub async fn entry_of_message(&mut self, workspace: &WorkspaceId, message: &MessageId) -> Result<Option<Entry>> {
        self.find(OF_MESSAGE, values![workspace, message], entry).await
    }

    /// These entries, in no particular order.
    pub async fn entries_by_id(&mut self, workspace: &WorkspaceId, ids: &[EntryId]) -> Result<Vec<Entry>> {
        let mut select = Select::new("entries_by_id", SELECT);
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, entry).await
    }

    /// A page of entries, by when they were said.
    pub async fn entries(
        &mut self,
        workspace: &WorkspaceId,
        filter: &EntryFilter,
        page: &Page,
    ) -> Result<Listed<Entry>> {
        let mut select = Select::new("entries", SELECT);
        select.entries(workspace, filter);
        let page = page.fitting(Kind::Int);
        select.page("said_at", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, entry).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.said_at, last.id.as_str())))
    }

    /// How many entries there are in each section, by its key.
    pub async fn entry_counts(&mut self, workspace: &WorkspaceId, filter: &EntryFilter) -> Result<Vec<(String, i64)>> {
        let mut select = Select::new("entry_counts", "SELECT section, count(*) AS n FROM entry");
        select.entries(workspace, filter).push(" GROUP BY section");
        let (sql, values) = select.build();
        self.list(sql, values, |row| Ok((row.get("section")?, row.get("n")?))).await
    }

    /// Whether entries are in a section.
    pub async fn section_is_used(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        section: &str,
    ) -> Result<bool> {
        let row = self.fetch_one(IS_USED, values![workspace, collaboration, section]).await?;
        Ok(row.get::<i64>("n")? > 0)
    }

    /// A page of the messages of these channels that look like decisions and are in no minutes, no entry, and not said to be
    /// none (I1), the newest first.
    pub async fn chat_decisions(
        &mut self,
        workspace: &WorkspaceId,
        channels: &[ChannelId],
        page: &Page,
    ) -> Result<Listed<Message>> {
        let mut select = Select::new("chat_decisions", message::SELECT);
        select.and("workspace = ").bind(workspace);
        select.and("id IN (SELECT d.message FROM chat_decision d WHERE d.workspace = ").bind(workspace);
        select.push(" AND d.channel IN ").list(channels).push(" AND d.dismissed_at IS NULL");
        select
            .push(" AND NOT EXISTS (SELECT 1 FROM minutes m WHERE m.workspace = d.workspace AND m.message = d.message");
        select.push(" AND m.stage <> 'withdrawn')");
        select.push(" AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.workspace = d.workspace AND e.message = d.message");
        select.push(" AND e.removed_at IS NULL))");
        let page = page.fitting(Kind::Int);
        select.page("sent_at", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, message::message).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.sent_at, last.id.as_str())))
    }
}

impl Tx {
    /// Writes the sections of a centre over those of `version`; 0 where there were none of its own. Gives the new version.
    pub async fn set_outline(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        outline: &Outline,
        version: i64,
    ) -> Result<i64> {
        let sections = json(outline)?;
        let written = match version {
            0 => self.execute(ADD_OUTLINE, values![workspace, collaboration, sections]).await?,
            _ => self.execute(CHANGE_OUTLINE, values![workspace, collaboration, sections, version]).await?,
        };
        if written == 0 { Err(Error::Stale { what: "the sections" }) } else { Ok(version + 1) }
    }

    /// The next short number for an entry.
    pub async fn next_entry_number(&mut self, workspace: &WorkspaceId) -> Result<i64> {
        self.next_number(workspace, "entry").await
    }

    /// Adds an entry.
    pub async fn insert_entry(&mut self, workspace: &WorkspaceId, entry: &Entry) -> Result<()> {
        let values = values![
            workspace,
            &entry.id,
            &entry.collaboration,
            entry.number,
            &entry.section,
            &entry.text,
            entry.level,
            entry.said_by.as_ref(),
            &entry.said_by_name,
            entry.said_at,
            entry.platform.as_ref(),
            entry.message.as_ref(),
            entry.filed_by.as_ref(),
            entry.way,
            entry.told_at,
            entry.removed.as_ref().map(|removed| &removed.by),
            entry.removed.as_ref().map(|removed| removed.at),
            entry.created_at,
            entry.updated_at,
            entry.version,
        ];
        self.execute(INSERT, values).await?;
        self.index(workspace, &searchable::centre_entry(entry)).await
    }

    /// Writes an entry that was read and changed. [`Error::Stale`] when it was changed by someone else since it was read; else
    /// its version grows by one. Where it came from stays.
    pub async fn update_entry(&mut self, workspace: &WorkspaceId, entry: &mut Entry) -> Result<()> {
        let values = values![
            workspace,
            &entry.id,
            &entry.section,
            &entry.text,
            entry.level,
            entry.told_at,
            entry.removed.as_ref().map(|removed| &removed.by),
            entry.removed.as_ref().map(|removed| removed.at),
            entry.updated_at,
            entry.version,
        ];
        self.change("the entry", UPDATE, values).await?;
        entry.version += 1;
        self.index(workspace, &searchable::centre_entry(entry)).await
    }

    /// Notes that a message of a channel looks like a decision.
    pub async fn add_chat_decision(&mut self, workspace: &WorkspaceId, message: &Message) -> Result<()> {
        let Some(channel) = &message.channel else { return Ok(()) };
        self.execute(ADD_CHAT_DECISION, values![workspace, &message.id, channel, message.sent_at]).await?;
        Ok(())
    }

    /// Somebody says that a message is no decision; `None` takes that back. Says whether it was listed at all.
    pub async fn dismiss_chat_decision(
        &mut self,
        workspace: &WorkspaceId,
        message: &MessageId,
        dismissed: Option<(&PersonId, Timestamp)>,
    ) -> Result<bool> {
        let (by, at) = dismissed.unzip();
        Ok(self.execute(DISMISS, values![workspace, message, by, at]).await? == 1)
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        centre::{CHANGES, REQUIREMENTS, RISKS, Way},
        id::TaskId,
        level::Level,
        minutes::{Content, Minutes, MinutesState, Occasion},
        platform::{ForeignMessage, PlatformKey},
        search::{Kind as SearchKind, Query},
    };

    use super::*;
    use crate::{Hearing, Reference, SearchFilter, both_databases, samples};

    fn said(team: &samples::Team, bits: u128, section: &str, text: &str) -> Entry {
        Entry {
            id: EntryId::from_bits(bits),
            collaboration: team.collaboration.id.clone(),
            number: i64::try_from(bits).unwrap(),
            section: section.into(),
            text: text.into(),
            level: Level::Internal,
            said_by: Some(team.owner.id.clone()),
            said_by_name: String::new(),
            said_at: samples::at(i64::try_from(bits).unwrap()),
            platform: Some(PlatformKey::new("dingtalk")),
            message: None,
            filed_by: None,
            way: Way::Rule,
            told_at: None,
            removed: None,
            created_at: samples::at(0),
            updated_at: samples::at(0),
            version: 1,
        }
    }

    /// A message of the team's group, added.
    async fn message(tx: &mut Tx, team: &samples::Team, bits: u128, text: &str) -> Message {
        let channel = samples::channel(team);
        let message = Message {
            id: MessageId::from_bits(bits),
            account: team.account.id.clone(),
            foreign: ForeignMessage::new(format!("om_{bits}")),
            conversation: channel.conversation,
            channel: Some(channel.id),
            speaker: Some(team.owner.id.clone()),
            speaker_name: "研发组长".into(),
            text: text.into(),
            reply_to: None,
            link: None,
            sent_at: samples::at(i64::try_from(bits).unwrap()),
            heard_at: samples::at(i64::try_from(bits).unwrap()),
        };
        assert!(tx.insert_message(&team.workspace, &message).await.unwrap());
        message
    }

    async fn numbers(conn: &mut Conn, workspace: &WorkspaceId, filter: EntryFilter) -> Vec<i64> {
        let listed = conn.entries(workspace, &filter, &Page::first(50)).await.unwrap();
        listed.rows.iter().map(|entry| entry.number).collect()
    }

    both_databases! {
        async fn f1_an_entry_reads_back_whole_and_nobody_writes_over_another(db: Db) {
            let team = samples::team(&db).await;
            let mut tx = db.write().await.unwrap();
            tx.insert_channel(&team.workspace, &samples::channel(&team)).await.unwrap();
            let message = message(&mut tx, &team, 3, "客户反馈导出按钮找不到").await;
            let mut entry = Entry { message: Some(message.id.clone()), ..said(&team, 7, REQUIREMENTS, &message.text) };
            tx.insert_entry(&team.workspace, &entry).await.unwrap();
            assert_eq!(tx.entry(&team.workspace, &entry.id).await.unwrap().as_ref(), Some(&entry));
            let mut stale = entry.clone();
            entry.section = CHANGES.into();
            entry.told_at = Some(samples::at(9));
            entry.removed = Some(Removed { by: team.initiator.id.clone(), at: samples::at(9) });
            tx.update_entry(&team.workspace, &mut entry).await.unwrap();
            assert_eq!(entry.version, 2);
            let refused = tx.update_entry(&team.workspace, &mut stale).await;
            assert!(matches!(refused, Err(Error::Stale { .. })), "{refused:?}");
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let of = conn.entry_of_message(&team.workspace, &message.id).await.unwrap();
            assert_eq!(of.as_ref(), Some(&entry));
            assert_eq!(conn.entry_by_number(&team.workspace, 7).await.unwrap().as_ref(), Some(&entry));
            assert_eq!(conn.entries_by_id(&team.workspace, std::slice::from_ref(&entry.id)).await.unwrap(), [entry.clone()]);
            drop(conn);
            let mut tx = db.write().await.unwrap();
            let again = Entry { message: Some(message.id), ..said(&team, 8, RISKS, "又一次") };
            assert!(tx.insert_entry(&team.workspace, &again).await.is_err(), "one message is one entry");
        }

        async fn f1_a_list_of_entries_shows_what_is_asked_for_and_may_be_seen(db: Db) {
            let team = samples::team(&db).await;
            let mut tx = db.write().await.unwrap();
            let mut secret = said(&team, 3, RISKS, "薪酬超支 50%");
            secret.level = Level::Confidential;
            secret.said_by = None;
            let gone = Entry {
                removed: Some(Removed { by: team.owner.id.clone(), at: samples::at(9) }),
                ..said(&team, 4, RISKS, "误记")
            };
            for entry in [&said(&team, 1, REQUIREMENTS, "导出 Excel"), &said(&team, 2, RISKS, "供应商延期"), &secret, &gone] {
                tx.insert_entry(&team.workspace, entry).await.unwrap();
            }
            let task = TaskId::from_bits(1);
            let reference = Reference {
                subject: EntryId::from_bits(2).to_string(),
                target: task.to_string(),
                kind: "task".into(),
                title: String::new(),
                added_at: samples::at(1),
            };
            tx.add_reference(&team.workspace, &reference).await.unwrap();
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let all = EntryFilter { collaboration: Some(team.collaboration.id.clone()), ..EntryFilter::default() };
            assert_eq!(numbers(&mut conn, &team.workspace, all.clone()).await, [3, 2, 1]);
            let section = Some(RISKS.to_owned());
            assert_eq!(numbers(&mut conn, &team.workspace, EntryFilter { section, ..all.clone() }).await, [3, 2]);
            let linked = Some(task.to_string());
            assert_eq!(numbers(&mut conn, &team.workspace, EntryFilter { linked, ..all.clone() }).await, [2]);
            let words = Some("50%".to_owned());
            assert_eq!(numbers(&mut conn, &team.workspace, EntryFilter { words, ..all.clone() }).await, [3]);
            assert_eq!(numbers(&mut conn, &team.workspace, EntryFilter { removed: true, ..all.clone() }).await, [4]);
            let sight = Sight { person: PersonId::from_bits(77), levels: vec![Level::Internal], also: Vec::new() };
            let seen = EntryFilter { sight: Some(sight), ..all.clone() };
            assert_eq!(numbers(&mut conn, &team.workspace, seen.clone()).await, [2, 1]);
            let mut counts = conn.entry_counts(&team.workspace, &seen).await.unwrap();
            counts.sort();
            assert_eq!(counts, [(REQUIREMENTS.to_owned(), 1), (RISKS.to_owned(), 1)]);
            assert!(conn.section_is_used(&team.workspace, &team.collaboration.id, RISKS).await.unwrap());
            assert!(!conn.section_is_used(&team.workspace, &team.collaboration.id, CHANGES).await.unwrap());
        }

        async fn f1_the_sections_of_a_centre_are_kept_and_nobody_writes_over_another(db: Db) {
            let team = samples::team(&db).await;
            let (workspace, of) = (&team.workspace, &team.collaboration.id);
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.outline(workspace, of).await.unwrap(), None);
            let mut outline = Outline::default();
            assert_eq!(tx.set_outline(workspace, of, &outline, 0).await.unwrap(), 1);
            assert!(tx.set_outline(workspace, of, &outline, 0).await.is_err(), "somebody was faster");
            outline.sections[0].rules.clear();
            assert_eq!(tx.set_outline(workspace, of, &outline, 1).await.unwrap(), 2);
            assert!(tx.set_outline(workspace, of, &outline, 1).await.is_err());
            tx.commit().await.unwrap();
            assert_eq!(db.read().await.unwrap().outline(workspace, of).await.unwrap(), Some((outline, 2)));
        }

        async fn i1_chat_decisions_are_listed_until_they_are_in_the_centre_or_said_to_be_none(db: Db) {
            let team = samples::team(&db).await;
            let (workspace, channel) = (&team.workspace, samples::channel(&team));
            let mut tx = db.write().await.unwrap();
            tx.insert_channel(workspace, &channel).await.unwrap();
            let mut messages = Vec::new();
            for bits in 1..=4 {
                let one = message(&mut tx, &team, bits, "就按方案二做").await;
                tx.add_chat_decision(workspace, &one).await.unwrap();
                tx.add_chat_decision(workspace, &one).await.unwrap();
                messages.push(one.id);
            }
            let listed = async |conn: &mut Conn, of: &[ChannelId]| {
                let listed = conn.chat_decisions(workspace, of, &Page::first(9)).await.unwrap();
                listed.rows.into_iter().map(|message| message.id).collect::<Vec<_>>()
            };
            let mut expected = messages.clone();
            expected.reverse();
            assert_eq!(listed(&mut tx, std::slice::from_ref(&channel.id)).await, expected);
            assert_eq!(listed(&mut tx, &[]).await, []);
            let mut minutes = Minutes {
                id: huan_core::id::MinutesId::from_bits(1),
                collaboration: team.collaboration.id.clone(),
                number: 1,
                occasion: Occasion::Decision,
                title: "方案二".into(),
                level: Level::Internal,
                started_by: team.initiator.id.clone(),
                recorder: team.initiator.id.clone(),
                state: MinutesState::Owed,
                content: Content::default(),
                message: Some(messages[0].clone()),
                happened_at: samples::at(0),
                created_at: samples::at(0),
                updated_at: samples::at(0),
                version: 1,
            };
            tx.insert_minutes(workspace, &minutes).await.unwrap();
            let entry = Entry { message: Some(messages[1].clone()), ..said(&team, 1, RISKS, "方案二") };
            tx.insert_entry(workspace, &entry).await.unwrap();
            let by = team.owner.id.clone();
            assert!(tx.dismiss_chat_decision(workspace, &messages[2], Some((&by, samples::at(5)))).await.unwrap());
            let unknown = MessageId::from_bits(99);
            assert!(!tx.dismiss_chat_decision(workspace, &unknown, Some((&by, samples::at(5)))).await.unwrap());
            assert_eq!(listed(&mut tx, std::slice::from_ref(&channel.id)).await, [messages[3].clone()]);
            assert!(tx.dismiss_chat_decision(workspace, &messages[2], None).await.unwrap());
            minutes.withdraw("没有这个决定".into(), by, samples::at(6)).unwrap();
            tx.update_minutes(workspace, &mut minutes).await.unwrap();
            let open = [messages[3].clone(), messages[2].clone(), messages[0].clone()];
            assert_eq!(listed(&mut tx, std::slice::from_ref(&channel.id)).await, open, "withdrawn, it is open again");
            tx.commit().await.unwrap();
        }

        async fn f1_an_entry_is_found_by_its_words_until_it_is_taken_out(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut entry = said(&team, 1, RISKS, "供应商可能延期两周");
            let mut tx = db.write().await.unwrap();
            tx.insert_entry(workspace, &entry).await.unwrap();
            let found = async |conn: &mut Conn, words: &str| {
                let filter = SearchFilter {
                    query: Query::read(words),
                    kinds: vec![SearchKind::Entry],
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
            assert_eq!(found(&mut tx, "供应商 延期").await, 1);
            entry.text = "供应商按时交付".into();
            tx.update_entry(workspace, &mut entry).await.unwrap();
            assert_eq!((found(&mut tx, "延期").await, found(&mut tx, "按时交付").await), (0, 1));
            entry.removed = Some(Removed { by: team.owner.id.clone(), at: samples::at(9) });
            tx.update_entry(workspace, &mut entry).await.unwrap();
            assert_eq!(found(&mut tx, "按时交付").await, 0);
            tx.commit().await.unwrap();
        }
    }
}
