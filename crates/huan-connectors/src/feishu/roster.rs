//! Listing everybody (Feishu §9).

use std::collections::HashSet;

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use huan_connect::{Depth, Roster, RosterPage, SendError};
use huan_core::{
    directory::{SourceDepartment, SourcePerson},
    platform::ForeignUser,
};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    api::{Api, Call, Verb, segment},
    ids,
    people::{NOBODY, People, text},
};
use crate::{lenient::Lenient as _, pace::patiently};

/// The id of the organisation among its departments (§0.6).
const ROOT: &str = "0";
/// How many requests are under way at once.
const AT_ONCE: usize = 8;
/// The most ids in one request for many people (§9.1).
const MOST_IDS: usize = 50;
/// The most pages of one list, as a guard against a page token that never ends.
const MOST_PAGES: usize = 2_000;

/// What the app's contact range lets it see (§9.1).
#[derive(Debug, Default)]
struct Range {
    departments: Vec<String>,
    users: Vec<String>,
}

#[async_trait]
impl Roster for People {
    async fn list(&self, _: Depth, pages: mpsc::Sender<RosterPage>) -> Result<(), SendError> {
        let reader = Reader { api: &self.0, pages: &pages };
        let range = reader.range().await?;
        let departments = reader.departments(&range).await?;
        let mut waiting = departments.iter().rev().map(String::as_str).collect::<Vec<_>>();
        let mut running = FuturesUnordered::new();
        let mut given = HashSet::new();
        loop {
            while running.len() < AT_ONCE
                && let Some(department) = waiting.pop()
            {
                running.push(reader.members(department));
            }
            let Some(people) = running.next().await else { break };
            reader.give(people?, &mut given).await;
        }
        for ids in range.users.chunks(MOST_IDS) {
            reader.give(reader.users(ids).await?, &mut given).await;
        }
        Ok(())
    }

    async fn one(&self, user: &ForeignUser) -> Result<Option<SourcePerson>, SendError> {
        let kind = ids::person(user.as_str());
        let call = Call::new(Verb::Get, format!("contact/v3/users/{}", segment(user.as_str())))
            .query("user_id_type", kind)
            .query("department_id_type", "open_department_id");
        match self.0.call(&call).await {
            Ok(answer) => {
                let mut found = answer.pointer("/data/user").and_then(person);
                if let Some(found) = found.as_mut().filter(|_| kind != "open_id") {
                    // The superior's id is of the kind that was asked for; another kind cannot be matched with the list.
                    found.superior = None;
                }
                Ok(found)
            }
            Err(error) if NOBODY.contains(&error.reason_key) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

struct Reader<'a> {
    api: &'a Api,
    pages: &'a mpsc::Sender<RosterPage>,
}

impl Reader<'_> {
    async fn call(&self, make: impl Fn() -> Call) -> Result<Value, SendError> {
        let api = self.api;
        let ask = || {
            let call = make();
            async move { api.call(&call).await }
        };
        patiently(&api.directory_pace, ask).await
    }

    /// Every page of a list, each handed to `take`.
    async fn pages(&self, make: impl Fn() -> Call, mut take: impl FnMut(&Value)) -> Result<(), SendError> {
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let answer = self
                .call(|| match &token {
                    Some(token) => make().query("page_token", token.clone()),
                    None => make(),
                })
                .await?;
            let data = answer.member("data");
            take(data);
            token = data.text("page_token").filter(|_| data.flag("has_more"));
            if token.is_none() {
                break;
            }
        }
        Ok(())
    }

    async fn range(&self) -> Result<Range, SendError> {
        let make = || {
            Call::new(Verb::Get, "contact/v3/scopes")
                .query("user_id_type", "open_id")
                .query("department_id_type", "open_department_id")
                .query("page_size", "100")
        };
        let mut range = Range::default();
        self.pages(make, |data| {
            range.departments.extend(data.texts("department_ids"));
            range.users.extend(data.texts("user_ids"));
        })
        .await?;
        Ok(range)
    }

    /// Gives every department within the range, and tells the ids of those that have members.
    async fn departments(&self, range: &Range) -> Result<Vec<String>, SendError> {
        let whole = range.departments.iter().any(|id| id == ROOT);
        let tops: Vec<&str> = if whole { vec![ROOT] } else { range.departments.iter().map(String::as_str).collect() };
        let organisation =
            SourceDepartment { key: ROOT.to_owned(), is_organisation: true, ..SourceDepartment::default() };
        let mut found = vec![organisation];
        for top in &tops {
            if *top != ROOT {
                let path = format!("contact/v3/departments/{}", segment(top));
                let answer = self.call(|| in_open_ids(Call::new(Verb::Get, path.clone()))).await?;
                found.extend(answer.pointer("/data/department").and_then(department));
            }
            match self.below(top, true).await {
                Ok(below) => found.extend(below),
                Err(error) if is_too_large(&error) => self.level_by_level(top, &mut found).await?,
                Err(error) => return Err(error),
            }
        }
        let mut known = HashSet::new();
        found.retain(|department| known.insert(department.key.clone()));
        let ids = found.iter().map(|one| one.key.clone()).filter(|key| whole || key != ROOT).collect();
        // Nobody takes the pages any more: then nobody needs the rest either.
        let _ = self.pages.send(RosterPage::Departments(found)).await;
        Ok(ids)
    }

    async fn below(&self, top: &str, all: bool) -> Result<Vec<SourceDepartment>, SendError> {
        let path = format!("contact/v3/departments/{}/children", segment(top));
        let make = || {
            in_open_ids(Call::new(Verb::Get, path.clone()))
                .query("fetch_child", if all { "true" } else { "false" })
                .query("page_size", "50")
        };
        let mut found = Vec::new();
        self.pages(make, |data| found.extend(data.list("items").into_iter().filter_map(department))).await?;
        Ok(found)
    }

    /// For a tree that is too large to be told at once (code 43010).
    async fn level_by_level(&self, top: &str, found: &mut Vec<SourceDepartment>) -> Result<(), SendError> {
        let mut waiting = vec![top.to_owned()];
        let mut seen: HashSet<String> = waiting.iter().cloned().collect();
        while let Some(above) = waiting.pop() {
            for department in self.below(&above, false).await? {
                if seen.insert(department.key.clone()) {
                    waiting.push(department.key.clone());
                    found.push(department);
                }
            }
        }
        Ok(())
    }

    async fn members(&self, department: &str) -> Result<Vec<SourcePerson>, SendError> {
        let make = || {
            in_open_ids(Call::new(Verb::Get, "contact/v3/users/find_by_department"))
                .query("department_id", department)
                .query("page_size", "50")
        };
        let mut people = Vec::new();
        self.pages(make, |data| people.extend(data.list("items").into_iter().filter_map(person))).await?;
        Ok(people)
    }

    async fn users(&self, ids: &[String]) -> Result<Vec<SourcePerson>, SendError> {
        let answer = self
            .call(|| {
                let call = in_open_ids(Call::new(Verb::Get, "contact/v3/users/batch"));
                ids.iter().fold(call, |call, id| call.query("user_ids", id.clone()))
            })
            .await?;
        Ok(answer.member("data").list("items").into_iter().filter_map(person).collect())
    }

    async fn give(&self, mut people: Vec<SourcePerson>, given: &mut HashSet<String>) {
        people.retain(|person| given.insert(person.key.clone()));
        if !people.is_empty() {
            let _ = self.pages.send(RosterPage::People(people)).await;
        }
    }
}

fn in_open_ids(call: Call) -> Call {
    call.query("user_id_type", "open_id").query("department_id_type", "open_department_id")
}

fn is_too_large(error: &SendError) -> bool {
    error.detail.starts_with("code 43010:")
}

fn department(found: &Value) -> Option<SourceDepartment> {
    if found.member("status").flag("is_deleted") {
        return None;
    }
    let mut leaders: Vec<(i64, String)> = found
        .list("leaders")
        .into_iter()
        .filter_map(|leader| Some((leader.integer("leaderType").unwrap_or(i64::MAX), leader.text("leaderID")?)))
        .collect();
    leaders.sort();
    let mut leaders: Vec<String> = leaders.into_iter().map(|(_, id)| id).collect();
    if let Some(leader) = found.text("leader_user_id").filter(|leader| !leaders.contains(leader)) {
        leaders.insert(0, leader);
    }
    Some(SourceDepartment {
        key: found.text("open_department_id")?,
        name: found.text("name").or_else(|| found.member("i18n_name").text("zh_cn")).unwrap_or_default(),
        parent: found.text("parent_department_id"),
        leaders,
        is_organisation: false,
    })
}

fn person(found: &Value) -> Option<SourcePerson> {
    let key = text(found, "open_id")?.to_owned();
    let status = found.member("status");
    let mut departments = found.texts("department_ids");
    let main = found.list("orders").into_iter().find(|order| order.flag("is_primary_dept"));
    if let Some(main) = main.and_then(|order| order.text("department_id")) {
        departments.retain(|id| *id != main);
        departments.insert(0, main);
    }
    Some(SourcePerson {
        key,
        aliases: ["union_id", "user_id"].iter().filter_map(|id| text(found, id)).map(str::to_owned).collect(),
        name: text(found, "name").or_else(|| text(found, "en_name")).unwrap_or_default().to_owned(),
        departments,
        job: text(found, "job_title").map(str::to_owned),
        superior: text(found, "leader_user_id").map(str::to_owned),
        mobile: text(found, "mobile").map(str::to_owned),
        mail: text(found, "email").or_else(|| text(found, "enterprise_email")).map(str::to_owned),
        staff_number: text(found, "employee_no").map(str::to_owned),
        left: status.flag("is_resigned") || status.flag("is_exited"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn s9_2_a_person_of_several_departments_with_and_without_everything() {
        let found = json!({"union_id": "on_1", "user_id": "3e3cf96b", "open_id": "ou_1", "name": "张三", "mobile": "+8613800000000",
            "status": {"is_resigned": false, "is_unjoin": true}, "department_ids": ["od-a", "od-b"], "leader_user_id": "ou_boss",
            "orders": [{"department_id": "od-a", "is_primary_dept": false}, {"department_id": "od-b", "is_primary_dept": true}],
            "employee_no": "A1", "job_title": "研发组长", "email": "", "enterprise_email": "z@example.com"});
        let person = person(&found).unwrap();
        assert_eq!(person.departments, ["od-b", "od-a"], "the main one first");
        assert_eq!(person.aliases, ["on_1", "3e3cf96b"]);
        assert_eq!((person.superior.as_deref(), person.staff_number.as_deref()), (Some("ou_boss"), Some("A1")));
        assert_eq!(person.mail.as_deref(), Some("z@example.com"));
        assert!(!person.left, "invited, not yet joined");
        let bare = super::person(
            &json!({"open_id": "ou_2", "name": "", "leader_user_id": "", "status": {"is_resigned": true}}),
        );
        let bare = bare.unwrap();
        assert!(bare.left && bare.superior.is_none() && bare.departments.is_empty());
        assert_eq!(super::person(&json!({"name": "无号"})), None);
    }

    #[test]
    fn s9_2_a_department_with_deputies() {
        let found = json!({"name": "研发部", "parent_department_id": "0", "open_department_id": "od-a", "leader_user_id": "ou_lead",
            "leaders": [{"leaderType": 2, "leaderID": "ou_deputy"}, {"leaderType": 1, "leaderID": "ou_lead"}],
            "status": {"is_deleted": false}});
        let department = department(&found).unwrap();
        assert_eq!(department.leaders, ["ou_lead", "ou_deputy"]);
        assert_eq!(department.parent.as_deref(), Some("0"));
        let gone = json!({"open_department_id": "od-b", "name": "x", "status": {"is_deleted": true}});
        assert_eq!(super::department(&gone), None);
    }
}
