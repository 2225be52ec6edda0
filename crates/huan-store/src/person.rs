//! People, and what they sign in with.

use huan_core::{
    directory::Field,
    id::{DepartmentId, PersonId, WorkspaceId},
    person::{Person, Standing},
};
use jiff::Timestamp;

use crate::{
    batch::Batch,
    conn::{Conn, Row},
    error::Result,
    select::{Cursor, Listed, Page, Select, contains},
    statement::statements,
    tx::Tx,
    value::{Kind, Value, json, values},
};

macro_rules! columns {
    () => {
        "id, name, department, job, superior, hours, language, mobile, mail, staff_number, administrator, \
         standing, version"
    };
}

statements! {
    ALL = concat!("SELECT ", columns!(), " FROM person WHERE workspace = $1 ORDER BY name, id");
    BY_ID = concat!("SELECT ", columns!(), " FROM person WHERE workspace = $1 AND id = $2");
    BY_MAIL = concat!("SELECT ", columns!(), " FROM person WHERE workspace = $1 AND mail = $2");
    BY_MOBILE = concat!("SELECT ", columns!(), " FROM person WHERE workspace = $1 AND mobile = $2 ORDER BY id");
    CALLED = concat!("SELECT ", columns!(), " FROM person WHERE workspace = $1 AND (name = $2 OR job = $2) ORDER BY name, id");
    CALLINGS = "SELECT DISTINCT name, job FROM person WHERE workspace = $1";
    CHANGES = "SELECT n FROM tally WHERE workspace = $1 AND scope = $2 AND name = 'changes'";
    BY_NAME = concat!("SELECT ", columns!(), " FROM person WHERE workspace = $1 AND name = $2 ORDER BY id");
    REPORTS = concat!("SELECT ", columns!(), " FROM person WHERE workspace = $1 AND superior = $2 ORDER BY name, id");
    INSERT = "INSERT INTO person (workspace, id, name, department, job, superior, hours, language, mobile, mail,
            staff_number, administrator, standing_kind, standing, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    UPDATE = "UPDATE person SET name = $3, department = $4, job = $5, superior = $6, hours = $7, language = $8,
            mobile = $9, mail = $10, staff_number = $11, administrator = $12, standing_kind = $13, standing = $14,
            version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $15";
    ADMINISTRATORS = "SELECT count(*) AS n FROM person
        WHERE workspace = $1 AND administrator = true AND standing_kind = 'active'";
    GUESTS = concat!("SELECT ", columns!(), ", noticed_at FROM person
        LEFT JOIN leaver ON leaver.workspace = person.workspace AND leaver.person = person.id
        WHERE person.workspace = $1 AND standing_kind = 'guest' ORDER BY id");
    PASSWORD = "SELECT hash FROM password WHERE workspace = $1 AND person = $2";
    OF_DEPARTMENTS = "SELECT department, count(*) AS n FROM person
        WHERE workspace = $1 AND standing_kind <> 'left' AND department IS NOT NULL GROUP BY department";
    BY_HAND = "SELECT person, field FROM person_by_hand WHERE workspace = $1";
    BY_HAND_OF = "SELECT field FROM person_by_hand WHERE workspace = $1 AND person = $2 ORDER BY field";
    SET_BY_HAND = "INSERT INTO person_by_hand (workspace, person, field) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    FORGET_BY_HAND = "DELETE FROM person_by_hand WHERE workspace = $1 AND person = $2 AND field = $3";
    FORGET_PASSWORD = "DELETE FROM password WHERE workspace = $1 AND person = $2";
    SET_PASSWORD = "INSERT INTO password (workspace, person, hash, updated_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace, person) DO UPDATE SET hash = excluded.hash, updated_at = excluded.updated_at";
}

/// What a list of people is about. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct PeopleFilter {
    /// With these words in name, job role or department.
    pub words: Option<String>,
    /// Also those who have left.
    pub include_left: bool,
    /// Only these.
    pub among: Option<Vec<PersonId>>,
}

/// The scope in which changes of people are counted.
const CHANGED: &str = "people";

fn person(row: &Row) -> Result<Person> {
    Ok(Person {
        id: row.get("id")?,
        name: row.get("name")?,
        department: row.get("department")?,
        job: row.get("job")?,
        superior: row.get("superior")?,
        hours: row.json("hours")?,
        language: row.get("language")?,
        mobile: row.get("mobile")?,
        mail: row.get("mail")?,
        staff_number: row.get("staff_number")?,
        administrator: row.get("administrator")?,
        standing: row.json("standing")?,
        version: row.get("version")?,
    })
}

const PEOPLE: Batch = Batch {
    name: "insert_people",
    table: "person",
    columns: &[
        "workspace",
        "id",
        "name",
        "department",
        "job",
        "superior",
        "hours",
        "language",
        "mobile",
        "mail",
        "staff_number",
        "administrator",
        "standing_kind",
        "standing",
        "version",
    ],
    suffix: "",
    all_or_nothing: false,
};

fn row_of(workspace: &WorkspaceId, person: &Person) -> Result<Vec<Value>> {
    Ok(values![
        workspace,
        &person.id,
        &person.name,
        person.department.as_ref(),
        &person.job,
        person.superior.as_ref(),
        json(&person.hours)?,
        person.language,
        person.mobile.as_ref(),
        person.mail.as_deref().map(mail_key),
        person.staff_number.as_ref(),
        person.administrator,
        standing_kind(person.standing),
        json(&person.standing)?,
        person.version,
    ])
}

fn standing_kind(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "active",
        Standing::Guest { .. } => "guest",
        Standing::Left { .. } => "left",
    }
}

/// How a mail address is compared: without regard to case.
fn mail_key(mail: &str) -> String {
    mail.trim().to_lowercase()
}

impl Conn {
    /// All people, by name.
    pub async fn people(&mut self, workspace: &WorkspaceId) -> Result<Vec<Person>> {
        self.list(ALL, values![workspace], person).await
    }

    /// A page of people, by name.
    pub async fn people_page(
        &mut self,
        workspace: &WorkspaceId,
        filter: &PeopleFilter,
        page: &Page,
    ) -> Result<Listed<Person>> {
        let mut select = Select::new("people", concat!("SELECT ", columns!(), " FROM person"));
        select.and("workspace = ").bind(workspace);
        if !filter.include_left {
            select.and("standing_kind <> 'left'");
        }
        if let Some(among) = &filter.among {
            select.and("id IN ").list(among);
        }
        if let Some(words) = &filter.words {
            let pattern = contains(words);
            select.and("(lower(name) LIKE ").bind(&pattern).push(" ESCAPE '!'");
            select.push(" OR lower(job) LIKE ").bind(&pattern).push(" ESCAPE '!'");
            select
                .push(" OR department IN (SELECT id FROM department AS found WHERE found.workspace = ")
                .bind(workspace);
            select.push(" AND lower(found.name) LIKE ").bind(&pattern).push(" ESCAPE '!'))");
        }
        let page = page.fitting(Kind::Text);
        select.page("name", "id", &page);
        let (sql, values) = select.build();
        let people = self.list(sql, values, person).await?;
        Ok(Listed::cut(people, &page, |last| Cursor::new(&last.name, last.id.as_str())))
    }

    /// These people, in no particular order.
    pub async fn people_by_id(&mut self, workspace: &WorkspaceId, ids: &[PersonId]) -> Result<Vec<Person>> {
        let mut select = Select::new("people_by_id", concat!("SELECT ", columns!(), " FROM person"));
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, person).await
    }

    /// A person by id.
    pub async fn person(&mut self, workspace: &WorkspaceId, id: &PersonId) -> Result<Option<Person>> {
        self.find(BY_ID, values![workspace, id], person).await
    }

    /// The person with this mail address, in whatever case it is written.
    pub async fn person_by_mail(&mut self, workspace: &WorkspaceId, mail: &str) -> Result<Option<Person>> {
        self.find(BY_MAIL, values![workspace, mail_key(mail)], person).await
    }

    /// The people with this mobile number.
    pub async fn people_by_mobile(&mut self, workspace: &WorkspaceId, mobile: &str) -> Result<Vec<Person>> {
        self.list(BY_MOBILE, values![workspace, mobile], person).await
    }

    /// The people of this name.
    pub async fn people_by_name(&mut self, workspace: &WorkspaceId, name: &str) -> Result<Vec<Person>> {
        self.list(BY_NAME, values![workspace, name], person).await
    }

    /// The people of this name or job role, by name.
    pub async fn people_called(&mut self, workspace: &WorkspaceId, words: &str) -> Result<Vec<Person>> {
        self.list(CALLED, values![workspace, words], person).await
    }

    /// What people are called: names and job roles, some of them empty.
    pub async fn callings(&mut self, workspace: &WorkspaceId) -> Result<Vec<String>> {
        let pairs = self.list(CALLINGS, values![workspace], |row| Ok([row.get("name")?, row.get("job")?])).await?;
        Ok(pairs.into_iter().flatten().collect())
    }

    /// How often people were added or changed: what was read of them holds as long as this stays.
    pub async fn people_changes(&mut self, workspace: &WorkspaceId) -> Result<i64> {
        Ok(self.find(CHANGES, values![workspace, CHANGED], |row| row.get("n")).await?.unwrap_or_default())
    }

    /// The guests, each with the moment at which it was last noticed that their time was up or that they left.
    pub async fn guests(&mut self, workspace: &WorkspaceId) -> Result<Vec<(Person, Option<Timestamp>)>> {
        self.list(GUESTS, values![workspace], |row| Ok((person(row)?, row.get("noticed_at")?))).await
    }

    /// The people whose superior this is.
    pub async fn reports_of(&mut self, workspace: &WorkspaceId, superior: &PersonId) -> Result<Vec<Person>> {
        self.list(REPORTS, values![workspace, superior], person).await
    }

    /// How many people each department has, those who have left aside.
    pub async fn people_of_departments(&mut self, workspace: &WorkspaceId) -> Result<Vec<(DepartmentId, i64)>> {
        self.list(OF_DEPARTMENTS, values![workspace], |row| Ok((row.get("department")?, row.get("n")?))).await
    }

    /// Every field of a person that was set by hand.
    pub async fn set_by_hand_of_all(&mut self, workspace: &WorkspaceId) -> Result<Vec<(PersonId, Field)>> {
        self.list(BY_HAND, values![workspace], |row| Ok((row.get("person")?, row.get("field")?))).await
    }

    /// The fields of a person that were set by hand.
    pub async fn set_by_hand_of(&mut self, workspace: &WorkspaceId, id: &PersonId) -> Result<Vec<Field>> {
        self.list(BY_HAND_OF, values![workspace, id], |row| row.get("field")).await
    }

    /// How many active administrators there are.
    pub async fn administrators(&mut self, workspace: &WorkspaceId) -> Result<i64> {
        self.fetch_one(ADMINISTRATORS, values![workspace]).await?.get("n")
    }

    /// The hash of a person's password.
    pub async fn password_hash(&mut self, workspace: &WorkspaceId, id: &PersonId) -> Result<Option<String>> {
        self.find(PASSWORD, values![workspace, id], |row| row.get("hash")).await
    }
}

impl Tx {
    /// Adds a person. The mail address must be free; it is kept in lower case.
    pub async fn insert_person(&mut self, workspace: &WorkspaceId, person: &Person) -> Result<()> {
        self.execute(INSERT, row_of(workspace, person)?).await?;
        self.count(workspace, CHANGED, "changes", 1);
        Ok(())
    }

    /// Adds many people at once; a superior may be among them.
    pub async fn insert_people(&mut self, workspace: &WorkspaceId, people: &[Person]) -> Result<()> {
        let mut rows = Vec::with_capacity(people.len());
        for person in people {
            rows.push(row_of(workspace, person)?);
        }
        self.insert(PEOPLE, rows).await?;
        self.count(workspace, CHANGED, "changes", 1);
        Ok(())
    }

    /// Notes that a field was set by hand: no source of the directory changes it any more.
    pub async fn set_by_hand(&mut self, workspace: &WorkspaceId, id: &PersonId, field: Field) -> Result<()> {
        self.execute(SET_BY_HAND, values![workspace, id, field]).await?;
        Ok(())
    }

    /// Lets sources change a field again.
    pub async fn forget_by_hand(&mut self, workspace: &WorkspaceId, id: &PersonId, field: Field) -> Result<()> {
        self.execute(FORGET_BY_HAND, values![workspace, id, field]).await?;
        Ok(())
    }

    /// Forgets a person's password: they cannot sign in with it any more.
    pub async fn forget_password(&mut self, workspace: &WorkspaceId, id: &PersonId) -> Result<()> {
        self.execute(FORGET_PASSWORD, values![workspace, id]).await?;
        Ok(())
    }

    /// Whether this transaction added or changed people, which [`Conn::people_changes`] tells only once it is committed.
    pub fn has_changed_people(&self, workspace: &WorkspaceId) -> bool {
        self.counts(workspace, CHANGED, "changes")
    }

    /// Writes a person that was read and changed; its version grows by one.
    pub async fn update_person(&mut self, workspace: &WorkspaceId, person: &mut Person) -> Result<()> {
        self.change("the person", UPDATE, row_of(workspace, person)?).await?;
        self.count(workspace, CHANGED, "changes", 1);
        person.version += 1;
        Ok(())
    }

    /// Sets the hash of a person's password.
    pub async fn set_password_hash(
        &mut self,
        workspace: &WorkspaceId,
        id: &PersonId,
        hash: &str,
        now: Timestamp,
    ) -> Result<()> {
        self.execute(SET_PASSWORD, values![workspace, id, hash, now]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{id::DepartmentId, person::Department};

    use super::*;
    use crate::{Error, both_databases, samples};

    both_databases! {
        async fn a3_a_person_reads_back_whole(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut boss = samples::person(1, "总监");
            boss.administrator = true;
            boss.job = "负责人".into();
            boss.mail = Some("Boss@Example.com".into());
            boss.mobile = Some("13800000000".into());
            boss.standing = Standing::Guest { until: samples::at(60) };
            let mut lead = samples::person(2, "研发组长");
            lead.superior = Some(boss.id.clone());
            let mut tx = db.write().await.unwrap();
            tx.insert_person(&workspace, &boss).await.unwrap();
            tx.insert_person(&workspace, &lead).await.unwrap();
            tx.commit().await.unwrap();

            let mut conn = db.read().await.unwrap();
            boss.mail = Some("boss@example.com".into());
            assert_eq!(conn.person(&workspace, &boss.id).await.unwrap(), Some(boss.clone()));
            assert_eq!(conn.person_by_mail(&workspace, " BOSS@example.COM").await.unwrap(), Some(boss.clone()));
            assert_eq!(conn.people_by_mobile(&workspace, "13800000000").await.unwrap(), [boss.clone()]);
            assert_eq!(conn.people_by_name(&workspace, "研发组长").await.unwrap(), [lead.clone()]);
            assert_eq!(conn.people_called(&workspace, "研发组长").await.unwrap(), [lead.clone()]);
            assert_eq!(conn.people_called(&workspace, "负责人").await.unwrap(), [boss.clone()]);
            let mut callings = conn.callings(&workspace).await.unwrap();
            callings.sort();
            assert_eq!(callings, ["", "总监", "研发组长", "负责人"]);
            assert_eq!(conn.reports_of(&workspace, &boss.id).await.unwrap(), [lead.clone()]);
            assert_eq!(conn.people(&workspace).await.unwrap().len(), 2);
            assert_eq!(conn.people_by_id(&workspace, &[lead.id.clone()]).await.unwrap(), [lead]);
            assert_eq!(conn.people_by_id(&workspace, &[]).await.unwrap(), []);
            assert_eq!(conn.administrators(&workspace).await.unwrap(), 0, "a guest administers nothing");
        }

        async fn a3_people_are_listed_page_by_page(db: Db) {
            let workspace = samples::workspace(&db).await;
            let department = Department { id: DepartmentId::from_bits(1), name: "财务部".into(), parent: None };
            let mut tx = db.write().await.unwrap();
            tx.insert_department(&workspace, &department).await.unwrap();
            for bits in 1..=7 {
                let mut person = samples::person(bits, if bits % 2 == 0 { "李Lee" } else { "王五" });
                if bits == 4 {
                    person.standing = Standing::Left { since: samples::at(1) };
                }
                if bits == 5 {
                    person.job = "研发组长".into();
                }
                if bits == 7 {
                    person.department = Some(department.id.clone());
                }
                tx.insert_person(&workspace, &person).await.unwrap();
            }
            let pages = async |tx: &mut Tx, filter: PeopleFilter| {
                let mut page = Page { descending: false, ..Page::first(2) };
                let mut seen = Vec::new();
                loop {
                    let listed = tx.people_page(&workspace, &filter, &page).await.unwrap();
                    seen.extend(listed.rows.into_iter().map(|person| person.id));
                    let Some(next) = listed.next else { return seen };
                    page.after = Some(next.to_string().parse().unwrap());
                }
            };
            let ids = |bits: &[u128]| bits.iter().copied().map(PersonId::from_bits).collect::<Vec<_>>();
            let any = PeopleFilter::default;
            assert_eq!(pages(&mut tx, any()).await, ids(&[2, 6, 1, 3, 5, 7]));
            assert_eq!(pages(&mut tx, PeopleFilter { include_left: true, ..any() }).await.len(), 7);
            let words = |words: &str| PeopleFilter { words: Some(words.into()), ..any() };
            assert_eq!(pages(&mut tx, words("lEE")).await, ids(&[2, 6]));
            assert_eq!(pages(&mut tx, words("组长")).await, ids(&[5]));
            assert_eq!(pages(&mut tx, words("财务")).await, ids(&[7]));
            assert_eq!(pages(&mut tx, PeopleFilter { among: Some(ids(&[6, 3])), ..any() }).await, ids(&[6, 3]));
            assert_eq!(pages(&mut tx, PeopleFilter { among: Some(Vec::new()), ..any() }).await, []);
        }

        async fn a_person_changed_by_two_is_changed_by_the_first(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut first = samples::person(1, "张三");
            let mut tx = db.write().await.unwrap();
            tx.insert_person(&workspace, &first).await.unwrap();
            let mut second = first.clone();
            first.job = "组长".into();
            assert!(tx.has_changed_people(&workspace));
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            assert!(!tx.has_changed_people(&workspace));
            assert_eq!(tx.people_changes(&workspace).await.unwrap(), 1);
            tx.update_person(&workspace, &mut first).await.unwrap();
            assert!(tx.has_changed_people(&workspace));
            assert_eq!(first.version, 2);
            second.job = "专员".into();
            let late = tx.update_person(&workspace, &mut second).await;
            assert!(matches!(late, Err(Error::Stale { .. })));
            assert_eq!(tx.person(&workspace, &first.id).await.unwrap(), Some(first));
        }

        async fn two_people_cannot_have_one_mail_address(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut one = samples::person(1, "张三");
            one.mail = Some("z@example.com".into());
            let mut other = samples::person(2, "李四");
            other.mail = Some("Z@example.com".into());
            let mut tx = db.write().await.unwrap();
            tx.insert_person(&workspace, &one).await.unwrap();
            assert!(tx.insert_person(&workspace, &other).await.unwrap_err().is_duplicate());
        }

        async fn a_password_is_replaced(db: Db) {
            let workspace = samples::workspace(&db).await;
            let person = samples::person(1, "张三");
            let mut tx = db.write().await.unwrap();
            tx.insert_person(&workspace, &person).await.unwrap();
            assert_eq!(tx.password_hash(&workspace, &person.id).await.unwrap(), None);
            tx.set_password_hash(&workspace, &person.id, "one", samples::at(0)).await.unwrap();
            tx.set_password_hash(&workspace, &person.id, "two", samples::at(1)).await.unwrap();
            assert_eq!(tx.password_hash(&workspace, &person.id).await.unwrap().as_deref(), Some("two"));
        }
    }
}
