//! The word index: what can be searched for, kept in step in the same transaction as the thing itself.
//!
//! Beside the pieces of its words an entry holds *tags*: what kind of thing it is, where it belongs, who has a part in it. So the
//! index itself answers «these words, as far as this person may see, in this collaboration», in the order of time, and stops
//! when a page is full. Tags only choose; whoever shows a hit asks `huan_core::permission` about the thing itself.

use huan_core::{
    id::{AccountId, ChannelId, CollaborationId, PersonId, WorkspaceId},
    level::Level,
    search::{Kind, Phrase, Query, pieces},
};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::{
    conn::{Conn, Dialect},
    error::Result,
    record::FEW_ROWS,
    select::Select,
    sight::Sight,
    statement::statements,
    tx::Tx,
    value::values,
};

statements! {
    KNOWN = "SELECT place, mark FROM search_entry WHERE workspace = $1 AND thing = $2";
    ADD = "INSERT INTO search_entry (place, workspace, thing, mark) VALUES ($1, $2, $3, $4) ON CONFLICT (place) DO NOTHING";
    ADD_WORDS = sqlite "INSERT INTO search_words (rowid, words) VALUES ($1, $2)",
        postgres "INSERT INTO search_words (place, words) VALUES ($1, $2::text::tsvector)";
    REMARK = "UPDATE search_entry SET mark = $2 WHERE place = $1";
    SET_WORDS = sqlite "UPDATE search_words SET words = $2 WHERE rowid = $1",
        postgres "UPDATE search_words SET words = $2::text::tsvector WHERE place = $1";
    SEARCH = sqlite "SELECT entry.place AS place, entry.thing AS thing
            FROM search_words CROSS JOIN search_entry AS entry ON entry.place = search_words.rowid
            WHERE search_words MATCH $1 AND search_words.rowid >= $2 AND search_words.rowid < $3 AND entry.workspace = $4
            ORDER BY search_words.rowid DESC LIMIT $5",
        postgres "SELECT entry.place AS place, entry.thing AS thing
            FROM search_words AS words JOIN search_entry AS entry ON entry.place = words.place
            WHERE words.words @@ $1::text::tsquery AND words.place >= $2 AND words.place < $3 AND entry.workspace = $4
            ORDER BY words.place DESC LIMIT $5";
    COUNT_UP_TO = sqlite "SELECT count(*) AS n FROM (SELECT 1 FROM search_words WHERE search_words MATCH $1 LIMIT $2) AS few",
        postgres "SELECT count(*) AS n
            FROM (SELECT 1 FROM search_words WHERE words @@ $1::text::tsquery LIMIT $2) AS few";
}

/// Entries that came up in the same millisecond have so many bits to differ in.
const WITHIN_MILLISECOND: u32 = 20;
/// PostgreSQL remembers no place in a text beyond this one.
const LAST_POSITION: usize = 16_383;
/// Marks a text with pieces beyond [`LAST_POSITION`].
const LONG: &str = "_long";

/// Something an entry can be chosen by besides its words. As a piece it begins with `_`, which no word contains.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tag<'a> {
    /// Of this kind.
    Kind(Kind),
    /// Not only for one person, as words said to us alone are.
    Shared,
    /// Of this level, wherever.
    Level(Level),
    /// Of this collaboration.
    Collaboration(&'a CollaborationId),
    /// Of this level in this collaboration.
    LevelIn(Level, &'a CollaborationId),
    /// This person has a part in it.
    Person(&'a PersonId),
    /// Said in this channel.
    Channel(&'a ChannelId),
    /// Heard by this account.
    Account(&'a AccountId),
    /// On this platform, as the record table names it.
    Platform(&'a str),
}

impl Tag<'_> {
    fn piece(self) -> String {
        let level = |level| match level {
            Level::Public => "public",
            Level::Internal => "internal",
            Level::Confidential => "confidential",
        };
        match self {
            Self::Kind(kind) => format!("_k{}", kind.name()),
            Self::Shared => "_shared".to_owned(),
            Self::Level(of) => format!("_l{}", level(of)),
            Self::Collaboration(id) => format!("_c{id}"),
            Self::LevelIn(of, id) => format!("_v{}{id}", level(of)),
            Self::Person(id) => format!("_p{id}"),
            Self::Channel(id) => format!("_h{id}"),
            Self::Account(id) => format!("_a{id}"),
            // People type platforms as they like: only what counts is kept.
            Self::Platform(name) => format!("_f{}", pieces([name]).replace(' ', "_")),
        }
    }
}

/// A thing as the index keeps it.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    /// The id of the thing.
    pub(crate) thing: &'a str,
    /// When it came up. This stays.
    pub(crate) at: Timestamp,
    /// What it can be chosen by.
    pub(crate) tags: Vec<Tag<'a>>,
    /// The texts in which it is searched for.
    pub(crate) texts: Vec<&'a str>,
}

impl Entry<'_> {
    /// Words and tags, parted by spaces.
    fn words(&self) -> String {
        let mut words = pieces(self.texts.iter().copied());
        for tag in &self.tags {
            words.push_str(&tag.piece());
            words.push(' ');
        }
        words
    }

    /// The place it is given if that is free: by time, and within a millisecond by the end of the id.
    fn first_place(&self) -> i64 {
        let within = self.thing.bytes().rev().take(4).fold(0, |bits, byte| bits << 5 | i64::from(byte & 31));
        (self.at.as_millisecond() << WITHIN_MILLISECOND) | within
    }
}

fn mark(words: &str) -> i64 {
    let hash: [u8; 32] = Sha256::digest(words).into();
    hash.into_iter().take(8).fold(0, |mark, byte| mark << 8 | i64::from(byte))
}

/// The words as the database takes them. PostgreSQL cuts nothing itself: each piece is given with its place.
fn written(words: String, dialect: Dialect) -> String {
    if dialect == Dialect::Sqlite {
        return words;
    }
    let many = words.split_ascii_whitespace().count() >= LAST_POSITION;
    let mut vector = String::with_capacity(words.len() * 2);
    for (position, piece) in (1..).zip(words.split_ascii_whitespace()) {
        vector.extend(["'", piece, "'"]);
        if !many {
            vector.push(':');
            vector.push_str(&i32::to_string(&position));
        }
        vector.push(' ');
    }
    if many {
        vector.push_str(LONG);
    }
    vector
}

/// What is looked for in the index: all phrases, and one tag of each group.
#[derive(Debug, Default)]
struct Wanted<'a> {
    phrases: &'a [Phrase],
    groups: Vec<Vec<String>>,
}

impl Wanted<'_> {
    /// One of these tags.
    fn one_of<'t>(&mut self, tags: impl IntoIterator<Item = Tag<'t>>) {
        self.groups.push(tags.into_iter().map(Tag::piece).collect());
    }

    /// As the database reads it. Pieces hold no sign that would mean something there.
    fn expression(&self, dialect: Dialect) -> String {
        let (phrase, tag, and, or): (fn(&Phrase) -> String, _, _, _) = match dialect {
            Dialect::Sqlite => (fts5_phrase, "\"", " AND ", " OR "),
            Dialect::Postgres => (tsquery_phrase, "'", " & ", " | "),
        };
        let mut parts: Vec<String> = self.phrases.iter().map(phrase).collect();
        for group in &self.groups {
            let tags: Vec<String> = group.iter().map(|piece| format!("{tag}{piece}{tag}")).collect();
            parts.push(format!("({})", tags.join(or)));
        }
        parts.join(and)
    }
}

fn fts5_phrase(phrase: &Phrase) -> String {
    format!("\"{}\"{}", phrase.pieces.join(" "), if phrase.open { " *" } else { "" })
}

fn tsquery_phrase(phrase: &Phrase) -> String {
    let mut pieces: Vec<String> = phrase.pieces.iter().map(|piece| format!("'{piece}'")).collect();
    if let Some(last) = pieces.last_mut().filter(|_| phrase.open) {
        last.push_str(":*");
    }
    match pieces.as_slice() {
        [piece] => piece.clone(),
        pieces => format!("(({}) | ('{LONG}' & {}))", pieces.join(" <-> "), pieces.join(" & ")),
    }
}

/// What messages somebody may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hearing {
    /// Whatever was said in any group, and their own words.
    EveryGroup,
    /// Whatever was said in these channels, and their own words.
    Channels(Vec<ChannelId>),
}

/// What is searched for. Everything given must hold; an empty list means any.
#[derive(Debug, Clone)]
pub struct SearchFilter {
    /// The words.
    pub query: Query,
    /// Of one of these kinds.
    pub kinds: Vec<Kind>,
    /// Of this collaboration, or said in one of these channels, which are its own.
    pub collaboration: Option<(CollaborationId, Vec<ChannelId>)>,
    /// In which this person has a part.
    pub person: Option<PersonId>,
    /// On this platform, or heard by one of these accounts, which are there.
    pub platform: Option<(String, Vec<AccountId>)>,
    /// That came up at this time or later.
    pub from: Option<Timestamp>,
    /// That came up before this time.
    pub before: Option<Timestamp>,
    /// As far as this person may see things.
    pub sight: Sight,
    /// As far as they may read messages.
    pub hearing: Hearing,
}

impl SearchFilter {
    fn wanted(&self) -> Wanted<'_> {
        let mut wanted = Wanted { phrases: &self.query.phrases, groups: Vec::new() };
        if !self.kinds.is_empty() {
            wanted.one_of(self.kinds.iter().copied().map(Tag::Kind));
        }
        if let Some((collaboration, channels)) = &self.collaboration {
            let own = Tag::Collaboration(collaboration);
            wanted.one_of(std::iter::once(own).chain(channels.iter().map(Tag::Channel)));
        }
        if let Some(person) = &self.person {
            wanted.one_of([Tag::Person(person)]);
        }
        if let Some((platform, accounts)) = &self.platform {
            wanted.one_of(std::iter::once(Tag::Platform(platform)).chain(accounts.iter().map(Tag::Account)));
        }
        wanted.one_of(self.seen());
        wanted
    }

    /// The tags of what may be seen: one of them is enough.
    fn seen(&self) -> Vec<Tag<'_>> {
        let Sight { person, levels, also } = &self.sight;
        let mut tags = vec![Tag::Person(person)];
        let every_level =
            [Level::Public, Level::Internal, Level::Confidential].iter().all(|level| levels.contains(level));
        match &self.hearing {
            Hearing::EveryGroup if every_level => {
                tags.push(Tag::Shared);
                return tags;
            }
            // Whoever reads every group sees every level too; otherwise they are shown less, never more.
            Hearing::EveryGroup => {}
            Hearing::Channels(channels) => tags.extend(channels.iter().map(Tag::Channel)),
        }
        tags.extend(levels.iter().copied().map(Tag::Level));
        for (collaborations, levels) in also {
            for collaboration in collaborations {
                tags.extend(levels.iter().map(|level| Tag::LevelIn(*level, collaboration)));
            }
        }
        tags
    }
}

/// A thing that was found, by its place in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its place: the next page begins below the last one.
    pub place: i64,
    /// Its id.
    pub thing: String,
}

/// The index finds few things with some words: they are looked up one by one.
#[derive(Debug)]
pub(crate) struct FewFound(String);

impl Conn {
    /// What was found, the newest first: at most `most` things below the place `below`.
    pub async fn search(
        &mut self,
        workspace: &WorkspaceId,
        filter: &SearchFilter,
        below: Option<i64>,
        most: u32,
    ) -> Result<Vec<Hit>> {
        if filter.query.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = filter.wanted().expression(self.dialect());
        let from = filter.from.map_or(i64::MIN, |from| from.as_millisecond() << WITHIN_MILLISECOND);
        let before = filter.before.map_or(i64::MAX, end_of).min(below.unwrap_or(i64::MAX));
        self.list(SEARCH, values![wanted, from, before, workspace, most], |row| {
            Ok(Hit { place: row.get("place")?, thing: row.get("thing")? })
        })
        .await
    }

    /// Whether the index finds few things of a kind that can hold `words` as they stand, and at least one; otherwise a list is
    /// walked through. The index does not find a word by its middle, so «none» from it says nothing yet.
    pub(crate) async fn few_found(
        &mut self,
        kind: Kind,
        collaboration: Option<&CollaborationId>,
        words: &str,
    ) -> Result<Option<FewFound>> {
        let Some(phrase) = Phrase::read(words) else { return Ok(None) };
        let begins_in_a_word = phrase.begins_with_a_word();
        let mut wanted = Wanted { phrases: &[phrase], groups: Vec::new() };
        wanted.one_of([Tag::Kind(kind)]);
        if let Some(collaboration) = collaboration {
            wanted.one_of([Tag::Collaboration(collaboration)]);
        }
        let wanted = wanted.expression(self.dialect());
        let found: i64 = self.fetch_one(COUNT_UP_TO, values![&wanted, FEW_ROWS]).await?.get("n")?;
        let is_few = found < FEW_ROWS && (found > 0 || !begins_in_a_word);
        Ok(is_few.then_some(FewFound(wanted)))
    }
}

/// The first place behind all that came up before a moment, to the millisecond.
fn end_of(moment: Timestamp) -> i64 {
    (moment.as_microsecond() + 999).div_euclid(1_000) << WITHIN_MILLISECOND
}

/// What a list of few things is chosen from: put before the name of its own table. SQLite begins with what stands left of a
/// cross join.
macro_rules! from_found {
    () => {
        " FROM search_words CROSS JOIN search_entry AS found CROSS JOIN "
    };
}
pub(crate) use from_found;

impl Select {
    /// The condition that `column` names one of few things found, in a query that begins with `from_found!`.
    pub(crate) fn found(
        &mut self,
        dialect: Dialect,
        workspace: &WorkspaceId,
        few: &FewFound,
        column: &'static str,
    ) -> &mut Self {
        match dialect {
            Dialect::Sqlite => {
                self.and("search_words MATCH ").bind(&few.0).and("found.place = search_words.rowid");
            }
            Dialect::Postgres => {
                self.and("search_words.words @@ ").bind(&few.0).push("::text::tsquery");
                self.and("found.place = search_words.place");
            }
        }
        self.and("found.workspace = ").bind(workspace).and(column).push(" = found.thing")
    }
}

impl Tx {
    /// Takes a thing into the index that was not in it.
    pub(crate) async fn index_new(&mut self, workspace: &WorkspaceId, entry: &Entry<'_>) -> Result<()> {
        let words = entry.words();
        let mark = mark(&words);
        let mut place = entry.first_place();
        while self.execute(ADD, values![place, workspace, entry.thing, mark]).await? == 0 {
            place += 1;
        }
        let words = written(words, self.dialect());
        self.execute(ADD_WORDS, values![place, words]).await?;
        Ok(())
    }

    /// Brings the index in step with a thing that may have changed, or may not be in it yet.
    pub(crate) async fn index(&mut self, workspace: &WorkspaceId, entry: &Entry<'_>) -> Result<()> {
        let Some(known) = self.fetch_optional(KNOWN, values![workspace, entry.thing]).await? else {
            return self.index_new(workspace, entry).await;
        };
        let words = entry.words();
        let mark = mark(&words);
        if known.get::<i64>("mark")? == mark {
            return Ok(());
        }
        let place: i64 = known.get("place")?;
        let words = written(words, self.dialect());
        self.execute(REMARK, values![place, mark]).await?;
        self.execute(SET_WORDS, values![place, words]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        emergency::{Emergency, FaultReport},
        id::ProblemId,
        message::Message,
        problem::{Asked, Problem, ProblemState, Severity, Urgency},
        record::Record,
        task::Task,
    };

    use super::*;
    use crate::{Db, Page, RecordFilter, RecordSort, TaskFilter, TaskSort, both_databases, samples, testing::script};

    /// Sees and hears everything of everybody but private words.
    fn everything(words: &str) -> SearchFilter {
        SearchFilter {
            query: Query::read(words),
            kinds: Vec::new(),
            collaboration: None,
            person: None,
            platform: None,
            from: None,
            before: None,
            sight: Sight {
                person: PersonId::from_bits(77),
                levels: vec![Level::Public, Level::Internal, Level::Confidential],
                also: Vec::new(),
            },
            hearing: Hearing::EveryGroup,
        }
    }

    async fn things(db: &Db, workspace: &WorkspaceId, filter: &SearchFilter) -> Vec<String> {
        let hits = db.read().await.unwrap().search(workspace, filter, None, 50).await.unwrap();
        hits.into_iter().map(|hit| hit.thing).collect()
    }

    fn ids<const N: usize>(of: [&str; N]) -> Vec<String> {
        of.map(str::to_owned).to_vec()
    }

    fn problem(team: &samples::Team) -> Problem {
        Problem {
            id: ProblemId::from_bits(1),
            collaboration: team.collaboration.id.clone(),
            number: 1,
            title: "导出的文件打不开".into(),
            detail: "客户反馈".into(),
            urgency: Urgency::Ordinary,
            raised_by: team.initiator.id.clone(),
            owner: team.owner.id.clone(),
            state: ProblemState::Waiting,
            level: Level::Confidential,
            tasks: Vec::new(),
            records: Vec::new(),
            message: None,
            drill: false,
            created_at: samples::at(0),
            updated_at: samples::at(0),
            version: 1,
        }
    }

    both_databases! {
        async fn every_kind_is_found_the_newest_first(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut tx = db.write().await.unwrap();
            tx.insert_channel(workspace, &samples::channel(&team)).await.unwrap();
            let said = Message {
                channel: Some(samples::channel(&team).id),
                text: "导出接口今天压测".into(),
                sent_at: samples::at(30),
                ..samples::message(&team, 1)
            };
            assert!(tx.insert_message(workspace, &said).await.unwrap());
            let private = Message { text: "导出，只说给你".into(), ..samples::message(&team, 2) };
            assert!(tx.insert_message(workspace, &private).await.unwrap());
            let row = Record { created_at: samples::at(20), ..samples::record(&team, 1) };
            tx.insert_record(workspace, &row).await.unwrap();
            let task = Task { created_at: samples::at(10), ..samples::task(&team, 1) };
            tx.insert_task(workspace, &task).await.unwrap();
            tx.insert_problem(workspace, &problem(&team)).await.unwrap();
            tx.commit().await.unwrap();

            let expected = ids([said.id.as_str(), row.id.as_str(), task.id.as_str(), problem(&team).id.as_str()]);
            assert_eq!(things(&db, workspace, &everything("导出")).await, expected);
            for (kind, id) in [Kind::Message, Kind::Record, Kind::Task, Kind::Problem].into_iter().zip(&expected) {
                let filter = SearchFilter { kinds: vec![kind], ..everything("导出") };
                assert_eq!(things(&db, workspace, &filter).await, ids([id.as_str()]));
            }
            let among = SearchFilter { kinds: vec![Kind::Task, Kind::Problem], ..everything("导出") };
            assert_eq!(things(&db, workspace, &among).await, expected[2..]);

            // A page begins below the last place of the one before.
            let mut conn = db.read().await.unwrap();
            let (mut below, mut paged) = (None, Vec::new());
            loop {
                let page = conn.search(workspace, &everything("导出"), below, 1).await.unwrap();
                let Some(hit) = page.into_iter().next() else { break };
                below = Some(hit.place);
                paged.push(hit.thing);
            }
            assert_eq!(paged, expected);
            drop(conn);

            let own = SearchFilter {
                sight: Sight { person: team.initiator.id.clone(), ..everything("").sight },
                ..everything("只说给你")
            };
            assert_eq!(things(&db, workspace, &own).await, [private.id.as_str()], "their own words");
            assert_eq!(things(&db, workspace, &everything("只说给你")).await, ids([]));
        }

        async fn words_are_found_as_people_expect(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut tx = db.write().await.unwrap();
            for (bits, text) in (1..).zip([
                "数据导出接口V2.0评审",
                "把Data_Export交给研发部-2026-0012",
                "𠮷野家的合同（ＣＳＶ）",
                "数据不多，导一下出口",
            ]) {
                let record = Record { topic: text.into(), summary: String::new(), ..samples::record(&team, bits) };
                tx.insert_record(workspace, &record).await.unwrap();
            }
            tx.commit().await.unwrap();
            for (words, expected) in [
                ("数据导出", vec![1]),
                ("数据 导", vec![4, 1]),
                ("\"数据 导\"", vec![]),
                ("出", vec![4, 1]),
                ("口", vec![4, 1]),
                ("审", vec![1]),
                ("exp", vec![2]),
                ("port", vec![]),
                ("v2.0", vec![1]),
                ("2.0评", vec![1]),
                ("12", vec![2]),
                ("部-2026-0012", vec![2]),
                ("csv", vec![3]),
                ("ＤＡＴＡ", vec![2]),
                ("𠮷野", vec![3]),
                ("野", vec![3]),
                ("_shared", vec![]),
                ("' OR 1=1 --", vec![]),
                ("“", vec![]),
                ("", vec![]),
            ] {
                let mut found = things(&db, workspace, &everything(words)).await;
                let mut expected: Vec<String> =
                    expected.into_iter().map(|bits| samples::record(&team, bits).id.to_string()).collect();
                found.sort();
                expected.sort();
                assert_eq!(found, expected, "{words}");
            }
        }

        async fn i2_only_what_somebody_may_see_is_found(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let elsewhere = samples::collaboration(2);
            let mut tx = db.write().await.unwrap();
            tx.insert_collaboration(workspace, &elsewhere).await.unwrap();
            let channel = samples::channel(&team);
            tx.insert_channel(workspace, &channel).await.unwrap();
            for (bits, level) in [(1, Level::Public), (2, Level::Internal), (3, Level::Confidential)] {
                tx.insert_record(workspace, &Record { level, ..samples::record(&team, bits) }).await.unwrap();
                let there = Record { level, collaboration: elsewhere.id.clone(), ..samples::record(&team, bits + 3) };
                tx.insert_record(workspace, &there).await.unwrap();
            }
            let said = Message { channel: Some(channel.id.clone()), text: "客户说了".into(), ..samples::message(&team, 1) };
            assert!(tx.insert_message(workspace, &said).await.unwrap());
            tx.insert_problem(workspace, &problem(&team)).await.unwrap();
            tx.commit().await.unwrap();

            let reader = samples::person(9, "读者");
            let filter = |levels: Vec<Level>, also, channels| SearchFilter {
                sight: Sight { person: reader.id.clone(), levels, also },
                hearing: Hearing::Channels(channels),
                ..everything("客户")
            };
            let records = |bits: &[u128]| -> Vec<String> {
                bits.iter().rev().map(|bits| samples::record(&team, *bits).id.to_string()).collect()
            };
            let sorted = |mut found: Vec<String>| { found.sort(); found.reverse(); found };
            let member = vec![(vec![team.collaboration.id.clone()], vec![Level::Internal])];
            let found = things(&db, workspace, &filter(vec![Level::Public], member.clone(), vec![])).await;
            assert_eq!(sorted(found), records(&[1, 2, 4]));
            let found = things(&db, workspace, &filter(vec![], vec![], vec![])).await;
            assert_eq!(found, ids([]));
            let found = things(&db, workspace, &filter(vec![], vec![], vec![channel.id.clone()])).await;
            assert_eq!(found, [said.id.as_str()]);
            let mut only = filter(vec![Level::Public], member, vec![channel.id.clone()]);
            only.collaboration = Some((team.collaboration.id.clone(), vec![channel.id.clone()]));
            let found = things(&db, workspace, &only).await;
            assert_eq!(sorted(found), [records(&[1, 2]), ids([said.id.as_str()])].concat());

            // Whoever was asked finds the problem from then on, and no longer once the question was put anew.
            let asked = filter(vec![], vec![], vec![]);
            let mut tx = db.write().await.unwrap();
            tx.insert_person(workspace, &reader).await.unwrap();
            let question = Asked { person: reader.id.clone(), place: 1, at: samples::at(1) };
            tx.ask(workspace, &problem(&team).id, &question).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(things(&db, workspace, &asked).await, [problem(&team).id.as_str()]);
            let mut tx = db.write().await.unwrap();
            tx.forget_asked(workspace, &problem(&team).id).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(things(&db, workspace, &asked).await, ids([]));

            // What becomes confidential is gone at once.
            let mut row = Record { level: Level::Public, ..samples::record(&team, 1) };
            row.level = Level::Confidential;
            let mut tx = db.write().await.unwrap();
            tx.update_record(workspace, &mut row).await.unwrap();
            tx.commit().await.unwrap();
            let found = things(&db, workspace, &filter(vec![Level::Public], vec![], vec![])).await;
            assert_eq!(found, records(&[4]));
        }

        async fn hits_are_filtered_by_person_platform_and_time(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut tx = db.write().await.unwrap();
            tx.insert_channel(workspace, &samples::channel(&team)).await.unwrap();
            let said = Message { channel: Some(samples::channel(&team).id), ..samples::message(&team, 1) };
            assert!(tx.insert_message(workspace, &Message { text: "导出".into(), ..said.clone() }).await.unwrap());
            let row = Record { created_at: samples::at(60), ..samples::record(&team, 1) };
            tx.insert_record(workspace, &row).await.unwrap();
            tx.commit().await.unwrap();
            let any = || everything("导出");
            let (message, record) = (said.id.as_str(), row.id.as_str());
            for (filter, expected) in [
                (any(), vec![record, message]),
                (SearchFilter { person: Some(team.initiator.id.clone()), ..any() }, vec![message]),
                (SearchFilter { person: Some(team.owner.id.clone()), ..any() }, vec![record]),
                (SearchFilter { platform: Some(("飞书文档".into(), Vec::new())), ..any() }, vec![record]),
                (SearchFilter { platform: Some(("dingtalk".into(), vec![team.account.id.clone()])), ..any() }, vec![message]),
                (SearchFilter { from: Some(samples::at(60)), ..any() }, vec![record]),
                (SearchFilter { before: Some(samples::at(60)), ..any() }, vec![message]),
                (SearchFilter { from: Some(samples::at(61)), ..any() }, vec![]),
            ] {
                assert_eq!(things(&db, workspace, &filter).await, expected, "{filter:?}");
            }
        }

        async fn the_index_follows_every_change(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let (mut task, mut problem) = (samples::task(&team, 1), problem(&team));
            let mut tx = db.write().await.unwrap();
            tx.insert_task(workspace, &task).await.unwrap();
            tx.insert_problem(workspace, &problem).await.unwrap();
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            task.name = "改成容量测试".into();
            tx.update_task(workspace, &mut task).await.unwrap();
            drop(tx);
            assert_eq!(things(&db, workspace, &everything("容量")).await, ids([]), "an undone change");
            task = samples::task(&team, 1);
            let mut tx = db.write().await.unwrap();
            task.name = "改成容量测试".into();
            tx.update_task(workspace, &mut task).await.unwrap();
            let solution = "换了驱动".to_owned();
            problem.state = ProblemState::Closed { solution, by: team.owner.id.clone(), at: samples::at(5) };
            tx.update_problem(workspace, &mut problem).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(things(&db, workspace, &everything("容量")).await, [task.id.as_str()]);
            assert_eq!(things(&db, workspace, &everything("技术可行性")).await, ids([]));
            assert_eq!(things(&db, workspace, &everything("驱动")).await, [problem.id.as_str()]);
        }

        async fn things_of_the_same_moment_are_all_kept(db: Db) {
            let team = samples::team(&db).await;
            let mut tx = db.write().await.unwrap();
            // All but the last four characters of these ids differ: they want the same place.
            for bits in 0..40_u128 {
                let row = Record { number: format!("R{bits}"), ..samples::record(&team, bits << 20) };
                tx.insert_record(&team.workspace, &row).await.unwrap();
            }
            tx.commit().await.unwrap();
            let found = things(&db, &team.workspace, &everything("评审")).await;
            assert_eq!(found.len(), 40);
        }

        async fn a_text_beyond_the_last_position_is_found_to_its_end(db: Db) {
            let team = samples::team(&db).await;
            let long = format!("{}最后一句", "很长的话，".repeat(6_000));
            let row = Record { summary: long, ..samples::record(&team, 1) };
            let mut tx = db.write().await.unwrap();
            tx.insert_record(&team.workspace, &row).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(things(&db, &team.workspace, &everything("最后一句")).await, [row.id.as_str()]);
        }

        async fn what_was_there_before_the_index_is_taken_in(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut problem = problem(&team);
            let mut tx = db.write().await.unwrap();
            tx.insert_channel(workspace, &samples::channel(&team)).await.unwrap();
            for bits in 1..=501 {
                let said = Message { channel: Some(samples::channel(&team).id), ..samples::message(&team, bits) };
                assert!(tx.insert_message(workspace, &said).await.unwrap());
            }
            tx.insert_record(workspace, &samples::record(&team, 1)).await.unwrap();
            tx.insert_task(workspace, &samples::task(&team, 1)).await.unwrap();
            problem.urgency = Urgency::Urgent { severity: Severity::Two };
            tx.insert_problem(workspace, &problem).await.unwrap();
            let emergency = samples::emergency(&team, &problem);
            let report = Some(FaultReport { cause: "驱动评估不足".into(), ..FaultReport::default() });
            let emergency = Emergency { report, ..emergency };
            tx.insert_emergency(workspace, &emergency, &[]).await.unwrap();
            tx.commit().await.unwrap();
            script(&db, "DELETE FROM search_entry; DELETE FROM search_words;").await.unwrap();
            assert_eq!(things(&db, workspace, &everything("评估")).await, ids([]));
            script(&db, &format!(
                "INSERT INTO search_fill (workspace, kind, after) VALUES ('{workspace}', 'message', ''),
                 ('{workspace}', 'record', ''), ('{workspace}', 'task', ''), ('{workspace}', 'problem', ''),
                 ('{workspace}', 'emergency', '')"
            )).await.unwrap();
            for _ in 0..2 {
                db.migrate(Timestamp::UNIX_EPOCH).await.unwrap();
                let of = |kind, words: &str| SearchFilter { kinds: vec![kind], ..everything(words) };
                let mut conn = db.read().await.unwrap();
                let messages = conn.search(workspace, &of(Kind::Message, "评估"), None, 1_000).await.unwrap();
                assert_eq!(messages.len(), 501);
                drop(conn);
                for (kind, words) in
                    [(Kind::Record, "导出"), (Kind::Task, "评估"), (Kind::Problem, "打不开"), (Kind::Emergency, "驱动评估")]
                {
                    assert_eq!(things(&db, workspace, &of(kind, words)).await.len(), 1, "{kind}");
                }
            }
        }

        async fn lists_find_rare_and_frequent_words_as_they_stand(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut tx = db.write().await.unwrap();
            let most = u128::try_from(FEW_ROWS).unwrap() + 5;
            for bits in 1..=most {
                let mut row = samples::record(&team, bits);
                row.summary = match bits {
                    3 => "银行的Data_Export打不开".into(),
                    4 => "银 行".into(),
                    _ => row.summary,
                };
                row.owner = if bits % 2 == 0 { team.initiator.id.clone() } else { team.owner.id.clone() };
                tx.insert_record(workspace, &row).await.unwrap();
            }
            for bits in 1..=3 {
                let name = if bits == 2 { "银行对账".into() } else { format!("任务{bits}") };
                tx.insert_task(workspace, &Task { name, ..samples::task(&team, bits) }).await.unwrap();
            }
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            for (words, expected) in [
                ("银行", vec!["R3"]),
                ("行", vec!["R3", "R4"]),
                ("银 行", vec!["R4"]),
                ("data_exp", vec!["R3"]),
                // No word begins so: the list is walked through, and what is within a word is found all the same.
                ("ata_ex", vec!["R3"]),
                ("xport打", vec!["R3"]),
                ("没有", vec![]),
                ("客户要求", vec!["R1", "R2", "R5"]),
                ("R3", vec!["R3", "R30", "R31"]),
                ("—", vec![]),
            ] {
                for descending in [false, true] {
                    let filter = RecordFilter { words: Some(words.into()), ..RecordFilter::default() };
                    let page = Page { descending, ..Page::first(3) };
                    let listed = conn.records(workspace, &filter, RecordSort::Created, &page).await.unwrap();
                    let mut found: Vec<String> = listed.rows.into_iter().map(|row| row.number).collect();
                    if descending && expected.len() == 3 {
                        assert_eq!(found.len(), 3, "{words}");
                        continue;
                    }
                    found.sort();
                    assert_eq!(found, expected, "{words}");
                }
            }
            let filter = RecordFilter {
                words: Some("行".into()),
                owner: Some(team.owner.id.clone()),
                participant: None,
                collaboration: Some(team.collaboration.id.clone()),
                ..RecordFilter::default()
            };
            let listed = conn.records(workspace, &filter, RecordSort::Due, &Page::first(3)).await.unwrap();
            assert_eq!(listed.rows.into_iter().map(|row| row.number).collect::<Vec<_>>(), ["R3"]);
            let filter = TaskFilter { words: Some("银行".into()), ..TaskFilter::default() };
            let listed = conn.tasks(workspace, &filter, TaskSort::Due, &Page::first(3)).await.unwrap();
            assert_eq!(listed.rows.into_iter().map(|task| task.number).collect::<Vec<_>>(), [2]);
        }
    }

    #[test]
    fn a_platform_is_one_piece_however_it_is_written() {
        assert_eq!(Tag::Platform("飞书 文档（新）").piece(), "_f飞书_书_文档_档_新_");
        assert_eq!(Tag::Platform("DingTalk").piece(), "_fdingtalk_");
    }

    #[test]
    fn what_is_looked_for_is_written_for_each_database() {
        let query = Query::read("数据导出 v2");
        let mut wanted = Wanted { phrases: &query.phrases, groups: Vec::new() };
        wanted.one_of([Tag::Kind(Kind::Task), Tag::Shared]);
        assert_eq!(wanted.expression(Dialect::Sqlite), r#""数据 据导 导出" AND "v 2" * AND ("_ktask" OR "_shared")"#);
        assert_eq!(
            wanted.expression(Dialect::Postgres),
            "(('数据' <-> '据导' <-> '导出') | ('_long' & '数据' & '据导' & '导出')) & \
             (('v' <-> '2':*) | ('_long' & 'v' & '2':*)) & ('_ktask' | '_shared')"
        );
    }
}
