//! Problems, whom they were asked of, and whom an urgent one is rung with.

use huan_core::{
    id::{CollaborationId, MessageId, PersonId, ProblemId, RecordId, TaskId, WorkspaceId},
    problem::{Asked, Problem, ProblemStage, ProblemState, Severity, Urgency},
    search::Kind as Found,
};

use crate::{
    conn::{Conn, Row},
    error::{Error, Result},
    search::from_found,
    searchable,
    select::{Cursor, Listed, Page, Select, contains},
    sight::Sight,
    statement::statements,
    tx::Tx,
    value::{Kind, Value, json, values},
};

macro_rules! columns {
    () => {
        "id, collaboration, number, title, detail, urgency, severity, raised_by, owner, state, level, tasks, records, \
         message, drill, created_at, updated_at, version"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM problem WHERE workspace = $1 AND id = $2");
    BY_NUMBER = concat!("SELECT ", columns!(), " FROM problem WHERE workspace = $1 AND number = $2");
    OF_MESSAGE = concat!("SELECT ", columns!(), " FROM problem WHERE workspace = $1 AND message = $2 ORDER BY id DESC LIMIT 1");
    WAITING_FOR = concat!("SELECT ", columns!(), " FROM problem WHERE workspace = $1 AND is_open = true AND id IN
        (SELECT problem FROM problem_asked WHERE workspace = $1 AND person = $2) ORDER BY created_at, id");
    BEFORE = "SELECT collaboration, stage, tasks, records FROM problem WHERE workspace = $1 AND id = $2 AND version = $3";
    INSERT = "INSERT INTO problem (workspace, id, collaboration, number, title, detail, urgency, severity, raised_by, owner,
            stage, state, is_open, level, tasks, records, message, drill, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
    UPDATE = "UPDATE problem SET title = $3, detail = $4, urgency = $5, severity = $6, owner = $7, stage = $8, state = $9,
            is_open = $10, level = $11, tasks = $12, records = $13, updated_at = $14, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $15";
    ADD_LINK = "INSERT INTO problem_link (workspace, target, problem) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    CLEAR_LINKS = "DELETE FROM problem_link WHERE workspace = $1 AND problem = $2";
    ASKED = "SELECT person, place, asked_at FROM problem_asked WHERE workspace = $1 AND problem = $2 ORDER BY place, person";
    WAS_ASKED = "SELECT 1 AS n FROM problem_asked WHERE workspace = $1 AND problem = $2 AND person = $3";
    ASK = "INSERT INTO problem_asked (workspace, problem, person, place, asked_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    FORGET_ASKED = "DELETE FROM problem_asked WHERE workspace = $1 AND problem = $2";
    CALL_LIST = "SELECT person FROM call_list WHERE workspace = $1 AND collaboration = $2 ORDER BY place";
    CLEAR_CALL_LIST = "DELETE FROM call_list WHERE workspace = $1 AND collaboration = $2";
    ADD_TO_CALL_LIST = "INSERT INTO call_list (workspace, collaboration, place, person) VALUES ($1, $2, $3, $4)";
    OFF_CALL_LISTS = "DELETE FROM call_list WHERE workspace = $1 AND person = $2";
}

/// What a list of problems is about. Everything given must hold; an empty list of stages means any.
#[derive(Debug, Clone, Default)]
pub struct ProblemFilter {
    /// Of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// In one of these stages.
    pub stages: Vec<ProblemStage>,
    /// Only those still open, or only those closed.
    pub open: Option<bool>,
    /// Only the urgent ones, or only the ordinary ones.
    pub urgent: Option<bool>,
    /// Only those of drills, or only the real ones.
    pub drill: Option<bool>,
    /// With this owner.
    pub owner: Option<PersonId>,
    /// Raised by this person.
    pub raised_by: Option<PersonId>,
    /// That this person was asked to answer, as owner or up the line.
    pub asked: Option<PersonId>,
    /// Linked with the task or row of the record table that has this id.
    pub linked: Option<String>,
    /// With these words in the title.
    pub words: Option<String>,
    /// As far as this person may see.
    pub sight: Option<Sight>,
}

/// The order of a list of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProblemSort {
    /// By last change.
    #[default]
    Updated,
    /// By when they were raised.
    Created,
    /// By number.
    Number,
}

impl ProblemSort {
    fn column(self) -> &'static str {
        match self {
            Self::Updated => "updated_at",
            Self::Created => "created_at",
            Self::Number => "number",
        }
    }

    fn cursor(self, problem: &Problem) -> Cursor {
        match self {
            Self::Updated => Cursor::new(problem.updated_at, problem.id.as_str()),
            Self::Created => Cursor::new(problem.created_at, problem.id.as_str()),
            Self::Number => Cursor::new(problem.number, problem.id.as_str()),
        }
    }
}

pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM problem");

pub(crate) fn problem(row: &Row) -> Result<Problem> {
    let urgency: String = row.get("urgency")?;
    let severity: Option<Severity> = row.get("severity")?;
    Ok(Problem {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        number: row.get("number")?,
        title: row.get("title")?,
        detail: row.get("detail")?,
        urgency: match (urgency.as_str(), severity) {
            ("ordinary", None) => Urgency::Ordinary,
            ("urgent", Some(severity)) => Urgency::Urgent { severity },
            _ => return Err(Error::unreadable("urgency", &urgency)),
        },
        raised_by: row.get("raised_by")?,
        owner: row.get("owner")?,
        state: row.json::<ProblemState>("state")?,
        level: row.get("level")?,
        tasks: row.json("tasks")?,
        records: row.json("records")?,
        message: row.get("message")?,
        drill: row.get("drill")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

fn asked(row: &Row) -> Result<Asked> {
    Ok(Asked { person: row.get("person")?, place: row.get("place")?, at: row.get("asked_at")? })
}

/// The name under which problems of a stage are counted for their collaboration.
fn tally(stage: ProblemStage) -> String {
    format!("problem:{}", stage.name())
}

impl Conn {
    /// A problem by id.
    pub async fn problem(&mut self, workspace: &WorkspaceId, id: &ProblemId) -> Result<Option<Problem>> {
        self.find(BY_ID, values![workspace, id], problem).await
    }

    /// A problem by the short number that people type.
    pub async fn problem_by_number(&mut self, workspace: &WorkspaceId, number: i64) -> Result<Option<Problem>> {
        self.find(BY_NUMBER, values![workspace, number], problem).await
    }

    /// The newest problem that was made from a message.
    pub async fn problem_of_message(
        &mut self,
        workspace: &WorkspaceId,
        message: &MessageId,
    ) -> Result<Option<Problem>> {
        self.find(OF_MESSAGE, values![workspace, message], problem).await
    }

    /// These problems, in no particular order.
    pub async fn problems_by_id(&mut self, workspace: &WorkspaceId, ids: &[ProblemId]) -> Result<Vec<Problem>> {
        let mut select = Select::new("problems_by_id", concat!("SELECT ", columns!(), " FROM problem"));
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, problem).await
    }

    /// The open problems that a person was asked to answer, as owner or up the line, the oldest first.
    pub async fn problems_asked_of(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<Vec<Problem>> {
        self.list(WAITING_FOR, values![workspace, person], problem).await
    }

    /// A page of problems. A cursor made for another order begins at the first page.
    pub async fn problems(
        &mut self,
        workspace: &WorkspaceId,
        filter: &ProblemFilter,
        sort: ProblemSort,
        page: &Page,
    ) -> Result<Listed<Problem>> {
        let with_words = match &filter.words {
            Some(words) => self.few_found(Found::Problem, filter.collaboration.as_ref(), words).await?,
            None => None,
        };
        let mut select = match &with_words {
            Some(few) => {
                let text = concat!("SELECT ", columns!(), from_found!(), "problem");
                let mut select = Select::new("problems with rare words", text);
                select.found(self.dialect(), workspace, few, "problem.id");
                select
            }
            None => Select::new("problems", SELECT),
        };
        select.and("problem.workspace = ").bind(workspace);
        if let Some(collaboration) = &filter.collaboration {
            select.and("collaboration = ").bind(collaboration);
        }
        if !filter.stages.is_empty() {
            select.and("stage IN ").list(filter.stages.iter().copied());
        }
        if let Some(open) = filter.open {
            select.and("is_open = ").bind(open);
        }
        if let Some(urgent) = filter.urgent {
            select.and("urgency = ").bind(if urgent { "urgent" } else { "ordinary" });
        }
        if let Some(drill) = filter.drill {
            select.and("drill = ").bind(drill);
        }
        if let Some(owner) = &filter.owner {
            select.and("owner = ").bind(owner);
        }
        if let Some(raised_by) = &filter.raised_by {
            select.and("raised_by = ").bind(raised_by);
        }
        if let Some(asked) = &filter.asked {
            select.and("id IN (SELECT problem FROM problem_asked WHERE workspace = ").bind(workspace);
            select.push(" AND person = ").bind(asked).push(")");
        }
        if let Some(linked) = &filter.linked {
            select.and("id IN (SELECT problem FROM problem_link WHERE workspace = ").bind(workspace);
            select.push(" AND target = ").bind(linked).push(")");
        }
        if let Some(words) = &filter.words {
            select.and("lower(title) LIKE ").bind(contains(words)).push(" ESCAPE '!'");
        }
        if let Some(sight) = &filter.sight {
            select.within_sight(sight);
            select.push(" OR owner = ").bind(&sight.person).push(" OR raised_by = ").bind(&sight.person);
            select.push(" OR id IN (SELECT problem FROM problem_asked WHERE workspace = ").bind(workspace);
            select.push(" AND person = ").bind(&sight.person).push("))");
        }
        let page = page.fitting(Kind::Int);
        select.page(sort.column(), "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, problem).await?;
        Ok(Listed::cut(rows, &page, |last| sort.cursor(last)))
    }

    /// Who was asked to answer a problem since the question was last put, in the order of the line.
    pub async fn asked(&mut self, workspace: &WorkspaceId, problem: &ProblemId) -> Result<Vec<Asked>> {
        self.list(ASKED, values![workspace, problem], asked).await
    }

    /// Who was asked to answer each of these problems.
    pub async fn asked_about(
        &mut self,
        workspace: &WorkspaceId,
        problems: &[ProblemId],
    ) -> Result<Vec<(ProblemId, Asked)>> {
        let mut select = Select::new("asked_about", "SELECT problem, person, place, asked_at FROM problem_asked");
        select.and("workspace = ").bind(workspace).and("problem IN ").list(problems);
        select.push(" ORDER BY problem, place, person");
        let (sql, values) = select.build();
        self.list(sql, values, |row| Ok((row.get("problem")?, asked(row)?))).await
    }

    /// Whether a person was asked to answer a problem.
    pub async fn was_asked(&mut self, workspace: &WorkspaceId, problem: &ProblemId, person: &PersonId) -> Result<bool> {
        Ok(self.fetch_optional(WAS_ASKED, values![workspace, problem, person]).await?.is_some())
    }

    /// Whom an urgent problem of a collaboration is rung with, in order. Empty where nobody set it.
    pub async fn call_list(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
    ) -> Result<Vec<PersonId>> {
        self.list(CALL_LIST, values![workspace, collaboration], |row| row.get("person")).await
    }
}

impl Tx {
    /// The next short number for a problem.
    pub async fn next_problem_number(&mut self, workspace: &WorkspaceId) -> Result<i64> {
        self.next_number(workspace, "problem").await
    }

    /// Adds a problem.
    pub async fn insert_problem(&mut self, workspace: &WorkspaceId, problem: &Problem) -> Result<()> {
        let stage = problem.state.stage();
        let values = values![
            workspace,
            &problem.id,
            &problem.collaboration,
            problem.number,
            &problem.title,
            &problem.detail,
            problem.urgency.name(),
            problem.urgency.severity(),
            &problem.raised_by,
            &problem.owner,
            stage,
            json(&problem.state)?,
            problem.state.is_open(),
            problem.level,
            json(&problem.tasks)?,
            json(&problem.records)?,
            problem.message.as_ref(),
            problem.drill,
            problem.created_at,
            problem.updated_at,
            problem.version,
        ];
        self.execute(INSERT, values).await?;
        self.add_links(workspace, problem).await?;
        self.index_new(workspace, &searchable::problem(problem, &[])).await?;
        self.count(workspace, problem.collaboration.as_str(), &tally(stage), 1);
        Ok(())
    }

    /// Writes a problem that was read and changed. [`Error::Stale`] when it was changed by someone else since it was read;
    /// else its version grows by one.
    pub async fn update_problem(&mut self, workspace: &WorkspaceId, problem: &mut Problem) -> Result<()> {
        let before = self.fetch_optional(BEFORE, values![workspace, &problem.id, problem.version]).await?;
        let before = before.ok_or(Error::Stale { what: "the problem" })?;
        let stage = problem.state.stage();
        let values = values![
            workspace,
            &problem.id,
            &problem.title,
            &problem.detail,
            problem.urgency.name(),
            problem.urgency.severity(),
            &problem.owner,
            stage,
            json(&problem.state)?,
            problem.state.is_open(),
            problem.level,
            json(&problem.tasks)?,
            json(&problem.records)?,
            problem.updated_at,
            problem.version,
        ];
        self.change("the problem", UPDATE, values).await?;
        problem.version += 1;
        let tasks: Vec<TaskId> = before.json("tasks")?;
        let records: Vec<RecordId> = before.json("records")?;
        if tasks != problem.tasks || records != problem.records {
            self.execute(CLEAR_LINKS, values![workspace, &problem.id]).await?;
            self.add_links(workspace, problem).await?;
        }
        self.index_problem(workspace, problem).await?;
        let scope = problem.collaboration.as_str();
        self.count(workspace, scope, &tally(before.get("stage")?), -1);
        self.count(workspace, scope, &tally(stage), 1);
        Ok(())
    }

    async fn add_links(&mut self, workspace: &WorkspaceId, problem: &Problem) -> Result<()> {
        let targets = problem.tasks.iter().map(TaskId::as_str).chain(problem.records.iter().map(RecordId::as_str));
        for target in targets {
            self.execute(ADD_LINK, values![workspace, target, &problem.id]).await?;
        }
        Ok(())
    }

    /// Notes that somebody was asked to answer; who was asked before keeps their place.
    pub async fn ask(&mut self, workspace: &WorkspaceId, problem: &ProblemId, asked: &Asked) -> Result<()> {
        let values: Vec<Value> = values![workspace, problem, &asked.person, asked.place, asked.at];
        self.execute(ASK, values).await?;
        self.index_asked(workspace, problem).await
    }

    /// Forgets who was asked: the question is put anew.
    pub async fn forget_asked(&mut self, workspace: &WorkspaceId, problem: &ProblemId) -> Result<()> {
        self.execute(FORGET_ASKED, values![workspace, problem]).await?;
        self.index_asked(workspace, problem).await
    }

    /// Whoever was asked may find the problem.
    async fn index_asked(&mut self, workspace: &WorkspaceId, problem: &ProblemId) -> Result<()> {
        match self.problem(workspace, problem).await? {
            Some(problem) => self.index_problem(workspace, &problem).await,
            None => Ok(()),
        }
    }

    /// Writes whom an urgent problem of a collaboration is rung with.
    pub async fn set_call_list(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        people: &[PersonId],
    ) -> Result<()> {
        self.execute(CLEAR_CALL_LIST, values![workspace, collaboration]).await?;
        for (place, person) in (0_u32..).zip(people) {
            self.execute(ADD_TO_CALL_LIST, values![workspace, collaboration, place, person]).await?;
        }
        Ok(())
    }

    /// Takes a person off every call list.
    pub async fn take_off_call_lists(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<()> {
        self.execute(OFF_CALL_LISTS, values![workspace, person]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{level::Level, problem::Answer};

    use super::*;
    use crate::{both_databases, samples};

    fn raised(team: &samples::Team, bits: u128) -> Problem {
        Problem {
            id: ProblemId::from_bits(bits),
            collaboration: team.collaboration.id.clone(),
            number: i64::try_from(bits).unwrap(),
            title: "导出的文件打不开".into(),
            detail: "客户反馈".into(),
            urgency: Urgency::Ordinary,
            raised_by: team.initiator.id.clone(),
            owner: team.owner.id.clone(),
            state: ProblemState::Waiting,
            level: Level::Internal,
            tasks: Vec::new(),
            records: Vec::new(),
            message: None,
            drill: false,
            created_at: samples::at(0),
            updated_at: samples::at(0),
            version: 1,
        }
    }

    async fn numbers(conn: &mut Conn, workspace: &WorkspaceId, filter: ProblemFilter) -> Vec<i64> {
        let page = Page { descending: false, ..Page::first(50) };
        let listed = conn.problems(workspace, &filter, ProblemSort::Number, &page).await.unwrap();
        listed.rows.iter().map(|problem| problem.number).collect()
    }

    both_databases! {
        async fn e1_a_problem_reads_back_whole(db: Db) {
            let team = samples::team(&db).await;
            let mut problem = raised(&team, 7);
            problem.message = Some(MessageId::from_bits(3));
            problem.urgency = Urgency::Urgent { severity: Severity::One };
            problem.tasks = vec![TaskId::from_bits(1)];
            let mut tx = db.write().await.unwrap();
            tx.insert_problem(&team.workspace, &problem).await.unwrap();
            assert_eq!(tx.problem(&team.workspace, &problem.id).await.unwrap(), Some(problem.clone()));
            let made_from = tx.problem_of_message(&team.workspace, &MessageId::from_bits(3)).await.unwrap();
            assert_eq!(made_from, Some(problem.clone()));
            problem.answer(Answer {
                by: team.owner.id.clone(), text: "在看".into(), at: samples::at(1), promised_at: samples::at(9),
            }).unwrap();
            problem.set_urgency(Urgency::Ordinary).unwrap();
            problem.owner = team.initiator.id.clone();
            problem.records = vec![RecordId::from_bits(1)];
            tx.update_problem(&team.workspace, &mut problem).await.unwrap();
            assert_eq!(problem.version, 2);
            assert_eq!(tx.problem_by_number(&team.workspace, 7).await.unwrap(), Some(problem.clone()));
            let by_id = tx.problems_by_id(&team.workspace, std::slice::from_ref(&problem.id)).await.unwrap();
            assert_eq!(by_id, std::slice::from_ref(&problem));
            let late = &mut Problem { version: 1, ..problem.clone() };
            let late = tx.update_problem(&team.workspace, late).await;
            assert!(matches!(late, Err(Error::Stale { .. })), "{late:?}");
        }

        async fn i3_a_problem_asked_of_nobody_is_refused(db: Db) {
            let team = samples::team(&db).await;
            let problem = Problem { owner: PersonId::from_bits(77), ..raised(&team, 1) };
            let mut tx = db.write().await.unwrap();
            assert!(tx.insert_problem(&team.workspace, &problem).await.unwrap_err().is_broken_reference());
        }

        async fn problems_are_filtered_and_counted(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut tx = db.write().await.unwrap();
            for number in 1..=4 {
                let mut problem = raised(&team, number);
                assert_eq!(tx.next_problem_number(workspace).await.unwrap(), problem.number);
                match number {
                    1 => problem.tasks = vec![TaskId::from_bits(5)],
                    2 => problem.close("重启".into(), team.owner.id.clone(), samples::at(1)).unwrap(),
                    3 => problem.urgency = Urgency::Urgent { severity: Severity::Two },
                    _ => {
                        problem.drill = true;
                        problem.level = Level::Confidential;
                        problem.raised_by = team.owner.id.clone();
                        problem.title = "100%_Export".into();
                    }
                }
                tx.insert_problem(workspace, &problem).await.unwrap();
            }
            let mut linked = tx.problem_by_number(workspace, 3).await.unwrap().unwrap();
            linked.records = vec![RecordId::from_bits(6)];
            tx.update_problem(workspace, &mut linked).await.unwrap();
            tx.commit().await.unwrap();

            let conn = &mut db.read().await.unwrap();
            let any = ProblemFilter::default;
            assert_eq!(numbers(conn, workspace, any()).await, [1, 2, 3, 4]);
            assert_eq!(numbers(conn, workspace, ProblemFilter { open: Some(true), ..any() }).await, [1, 3, 4]);
            let stages = vec![ProblemStage::Closed];
            assert_eq!(numbers(conn, workspace, ProblemFilter { stages, ..any() }).await, [2]);
            assert_eq!(numbers(conn, workspace, ProblemFilter { urgent: Some(true), ..any() }).await, [3]);
            assert_eq!(numbers(conn, workspace, ProblemFilter { drill: Some(true), ..any() }).await, [4]);
            assert_eq!(numbers(conn, workspace, ProblemFilter { drill: Some(false), ..any() }).await, [1, 2, 3]);
            let linked = |id: &str| ProblemFilter { linked: Some(id.to_owned()), ..any() };
            assert_eq!(numbers(conn, workspace, linked(TaskId::from_bits(5).as_str())).await, [1]);
            assert_eq!(numbers(conn, workspace, linked(RecordId::from_bits(6).as_str())).await, [3]);
            assert_eq!(numbers(conn, workspace, ProblemFilter { words: Some("0%_exp".into()), ..any() }).await, [4]);
            let initiator = Some(team.initiator.id.clone());
            assert_eq!(numbers(conn, workspace, ProblemFilter { owner: initiator.clone(), ..any() }).await, [0; 0]);
            assert_eq!(numbers(conn, workspace, ProblemFilter { raised_by: initiator, ..any() }).await, [1, 2, 3]);
            let counts = conn.tallies(workspace, team.collaboration.id.as_str()).await.unwrap();
            assert_eq!(counts, [("problem:closed".to_owned(), 1), ("problem:waiting".to_owned(), 3)]);
        }

        async fn e1_who_was_asked_is_remembered_until_the_question_is_put_anew(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let problem = Problem { level: Level::Confidential, ..raised(&team, 1) };
            let mut tx = db.write().await.unwrap();
            tx.insert_problem(workspace, &problem).await.unwrap();
            let superior = samples::person(9, "总监");
            tx.insert_person(workspace, &superior).await.unwrap();
            let sight = |person: &PersonId| ProblemFilter {
                sight: Some(Sight { person: person.clone(), levels: vec![Level::Public], also: Vec::new() }),
                ..ProblemFilter::default()
            };
            assert_eq!(numbers(&mut tx, workspace, sight(&superior.id)).await, [0; 0]);
            let owner = Asked { person: team.owner.id.clone(), place: 0, at: samples::at(1) };
            let above = Asked { person: superior.id.clone(), place: 1, at: samples::at(2) };
            for asked in [&above, &owner, &Asked { place: 5, ..owner.clone() }] {
                tx.ask(workspace, &problem.id, asked).await.unwrap();
            }
            assert_eq!(tx.asked(workspace, &problem.id).await.unwrap(), [owner.clone(), above.clone()]);
            let about = tx.asked_about(workspace, std::slice::from_ref(&problem.id)).await.unwrap();
            assert_eq!(about, [(problem.id.clone(), owner), (problem.id.clone(), above)]);
            assert!(tx.was_asked(workspace, &problem.id, &superior.id).await.unwrap());
            assert!(!tx.was_asked(workspace, &problem.id, &team.initiator.id).await.unwrap());
            assert_eq!(numbers(&mut tx, workspace, sight(&superior.id)).await, [1], "whoever is asked may see it");
            let of = tx.problems_asked_of(workspace, &superior.id).await.unwrap();
            assert_eq!(of, std::slice::from_ref(&problem));
            tx.forget_asked(workspace, &problem.id).await.unwrap();
            assert_eq!(tx.asked(workspace, &problem.id).await.unwrap(), []);
        }

        async fn e2_a_call_list_keeps_its_order(db: Db) {
            let team = samples::team(&db).await;
            let (workspace, collaboration) = (&team.workspace, &team.collaboration.id);
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.call_list(workspace, collaboration).await.unwrap(), []);
            for people in [vec![&team.owner, &team.initiator], vec![&team.initiator, &team.owner]] {
                let ids: Vec<PersonId> = people.iter().map(|person| person.id.clone()).collect();
                tx.set_call_list(workspace, collaboration, &ids).await.unwrap();
                assert_eq!(tx.call_list(workspace, collaboration).await.unwrap(), ids);
            }
            tx.take_off_call_lists(workspace, &team.initiator.id).await.unwrap();
            assert_eq!(tx.call_list(workspace, collaboration).await.unwrap(), std::slice::from_ref(&team.owner.id));
        }
    }
}
