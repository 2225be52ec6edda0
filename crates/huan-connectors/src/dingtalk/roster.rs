//! Listing everybody (DingTalk, contacts §10.1).

use std::{collections::HashSet, time::Duration};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use huan_connect::{Depth, Roster, RosterPage, SendError};
use huan_core::{
    directory::{SourceDepartment, SourcePerson},
    platform::ForeignUser,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    account::App,
    directory::{absent_is_none, departments},
    ids::{self, PersonId},
};
use crate::{
    lenient::Lenient,
    pace::{Limit, Pace, patiently},
};

/// The number of the organisation among its departments.
const ROOT: i64 = 1;
/// How many departments or people are read at once.
const AT_ONCE: usize = 16;
/// The most people of one page (DingTalk, §10.1).
const PAGE: usize = 100;
/// The most pages of one department, as a guard against a list that never ends.
const MOST_PAGES: usize = 1_000;
/// 20 calls a second of an app to each interface (DingTalk, rate limits §0.4), with room for single look-ups beside.
const EACH: &[Limit] = &[Limit { calls: 18, within: Duration::from_secs(1) }];

/// How fast each interface is called.
#[derive(Debug)]
pub(super) struct Paces {
    below: Pace,
    department: Pace,
    members: Pace,
    person: Pace,
}

impl Default for Paces {
    fn default() -> Self {
        let pace = || Pace::new(EACH);
        Self { below: pace(), department: pace(), members: pace(), person: pace() }
    }
}

#[async_trait]
impl Roster for App {
    async fn list(&self, depth: Depth, pages: mpsc::Sender<RosterPage>) -> Result<(), SendError> {
        let mut waiting = vec![ROOT];
        let mut seen: HashSet<i64> = waiting.iter().copied().collect();
        let mut given = HashSet::new();
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < AT_ONCE
                && let Some(department) = waiting.pop()
            {
                running.push(self.department_whole(department));
            }
            let Some(read) = running.next().await else { return Ok(()) };
            let Whole { department, below, mut people } = read?;
            waiting.extend(below.into_iter().filter(|id| seen.insert(*id)));
            people.retain(|person| given.insert(person.key.clone()));
            if depth == Depth::EachPerson {
                people = self.each_person(people).await?;
            }
            // Nobody takes the pages any more: then nobody needs the rest either.
            let _ = pages.send(RosterPage::Departments(vec![department])).await;
            if !people.is_empty() {
                let _ = pages.send(RosterPage::People(people)).await;
            }
        }
    }

    async fn one(&self, user: &ForeignUser) -> Result<Option<SourcePerson>, SendError> {
        let user = match PersonId::of(user) {
            PersonId::User(user) => Some(user),
            PersonId::Union(union) => self.user_of_union(&union).await?,
            PersonId::Encrypted => None,
        };
        match user {
            Some(user) => self.details_of(&user).await,
            None => Ok(None),
        }
    }
}

/// A department with what is in it.
struct Whole {
    department: SourceDepartment,
    below: Vec<i64>,
    people: Vec<SourcePerson>,
}

impl App {
    async fn ask(&self, pace: &Pace, path: &str, body: &Value) -> Result<Value, SendError> {
        patiently(pace, || async { self.api.post_old(path, body).await.map_err(SendError::from) }).await
    }

    async fn department_whole(&self, id: i64) -> Result<Whole, SendError> {
        let paces = &self.directory_paces;
        let asked = json!({"dept_id": id, "language": "zh_CN"});
        let details = self.ask(&paces.department, "/topapi/v2/department/get", &asked);
        let below = self.ask(&paces.below, "/topapi/v2/department/listsub", &asked);
        let (details, below, people) = tokio::try_join!(details, below, self.members_of(id))?;
        let below = below.as_array().into_iter().flatten().filter_map(|one| one.integer("dept_id")).collect();
        Ok(Whole { department: department(id, &details), below, people })
    }

    async fn members_of(&self, department: i64) -> Result<Vec<SourcePerson>, SendError> {
        let mut people = Vec::new();
        let mut cursor = 0;
        for _ in 0..MOST_PAGES {
            let body = json!({"dept_id": department, "cursor": cursor, "size": PAGE, "contain_access_limit": true,
                "language": "zh_CN"});
            let page = self.ask(&self.directory_paces.members, "/topapi/v2/user/list", &body).await?;
            people.extend(page.list("list").into_iter().filter_map(person));
            match page.integer("next_cursor").filter(|next| page.flag("has_more") && *next > cursor) {
                Some(next) => cursor = next,
                None => break,
            }
        }
        Ok(people)
    }

    /// The same people with what only their own page tells: the superior entered with them.
    async fn each_person(&self, people: Vec<SourcePerson>) -> Result<Vec<SourcePerson>, SendError> {
        let mut running = FuturesUnordered::new();
        let mut waiting = people.into_iter();
        let mut whole = Vec::new();
        loop {
            while running.len() < AT_ONCE
                && let Some(person) = waiting.next()
            {
                running.push(async move {
                    let details = self.details_of(&person.key).await?;
                    Ok::<_, SendError>(details.unwrap_or(person))
                });
            }
            match running.next().await {
                Some(person) => whole.push(person?),
                None => return Ok(whole),
            }
        }
    }

    async fn details_of(&self, user: &str) -> Result<Option<SourcePerson>, SendError> {
        let body = json!({"userid": user, "language": "zh_CN"});
        let found = patiently(&self.directory_paces.person, || async {
            absent_is_none(self.api.post_old("/topapi/v2/user/get", &body).await).map_err(SendError::from)
        });
        Ok(found.await?.as_ref().and_then(person))
    }
}

fn department(id: i64, details: &Value) -> SourceDepartment {
    SourceDepartment {
        key: id.to_string(),
        name: details.text("name").unwrap_or_default(),
        parent: details.integer("parent_id").map(|parent| parent.to_string()).filter(|_| id != ROOT),
        leaders: details.texts("dept_manager_userid_list"),
        is_organisation: id == ROOT,
    }
}

fn person(details: &Value) -> Option<SourcePerson> {
    let key = details.text("userid")?;
    // Numbers outside mainland China are told apart from their country's code.
    let mobile = details.text("mobile").map(|mobile| match details.text("state_code") {
        Some(code) if code != "86" && !mobile.starts_with('+') => format!("+{code}{mobile}"),
        _ => mobile,
    });
    Some(SourcePerson {
        aliases: details.text("unionid").map(|union| ids::union(&union).to_string()).into_iter().collect(),
        name: details.text("name").unwrap_or_default(),
        departments: departments(details).into_iter().map(|id| id.to_string()).collect(),
        job: details.text("title"),
        superior: details.text("manager_userid").filter(|manager| *manager != key),
        mobile,
        mail: details.text("org_email").or_else(|| details.text("email")),
        staff_number: details.text("job_number"),
        // Who has left is not in the list any more; somebody not «active» has not signed in yet.
        left: false,
        key,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s10_2_a_person_with_and_without_everything() {
        let found = json!({"userid": "zhangsan", "unionid": "z21HjQ", "name": "张三", "manager_userid": "manager240",
            "state_code": "852", "mobile": "91234567", "title": "技术总监", "job_number": "A1", "org_email": "", "email": "z@example.com",
            "dept_id_list": [2, 3], "leader_in_dept": [{"dept_id": 2, "leader": true}], "active": false});
        let person = person(&found).unwrap();
        assert_eq!((person.key.as_str(), person.aliases[0].as_str()), ("zhangsan", "union:z21HjQ"));
        assert_eq!(person.mobile.as_deref(), Some("+85291234567"));
        assert_eq!(person.departments, ["3", "2"], "one that they do not lead first");
        assert_eq!(person.superior.as_deref(), Some("manager240"));
        assert_eq!(person.mail.as_deref(), Some("z@example.com"));
        assert!(!person.left);
        let bare = super::person(&json!({"userid": "u2"})).unwrap();
        assert!(bare.superior.is_none() && bare.mobile.is_none() && bare.departments.is_empty());
        assert_eq!(super::person(&json!({"name": "无号"})), None);
    }

    #[test]
    fn s10_1_the_organisation_is_told_from_its_departments() {
        let details = json!({"dept_id": 1, "name": "样板公司", "dept_manager_userid_list": ["boss"]});
        let root = department(ROOT, &details);
        assert!(root.is_organisation && root.parent.is_none());
        assert_eq!(root.leaders, ["boss"]);
        let below = department(7, &json!({"name": "研发部", "parent_id": "1", "dept_manager_userid_list": []}));
        assert_eq!((below.key.as_str(), below.parent.as_deref(), below.is_organisation), ("7", Some("1"), false));
    }
}
