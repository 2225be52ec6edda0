//! Listing everybody (§7).

use std::collections::HashMap;

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
    account::AppAccount,
    api::{AT_ONCE, Call},
};
use crate::{
    lenient::Lenient,
    pace::{Pace, patiently},
};

/// How many departments are read at once.
const DEPARTMENTS_AT_ONCE: usize = 8;

#[async_trait]
impl Roster for AppAccount {
    /// The list of members does not tell their departments, so the members of each department are asked for too.
    async fn list(&self, _: Depth, pages: mpsc::Sender<RosterPage>) -> Result<(), SendError> {
        let found = self.whole(|| Call::new("GET /org/departments", &[])).await?;
        let departments: Vec<SourceDepartment> = found.iter().filter_map(department).collect();
        let mut places: HashMap<String, Vec<String>> = HashMap::new();
        let mut waiting = departments.iter().rev().map(|one| one.key.as_str()).collect::<Vec<_>>();
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < DEPARTMENTS_AT_ONCE
                && let Some(department) = waiting.pop()
            {
                running.push(self.members(department));
            }
            let Some(read) = running.next().await else { break };
            let (department, members) = read?;
            for member in members {
                places.entry(member).or_default().push(department.to_owned());
            }
        }
        drop(running);
        // Nobody takes the pages any more: then nobody needs the rest either.
        let _ = pages.send(RosterPage::Departments(departments)).await;
        let members = self.whole(|| Call::new("GET /org/member/list", &[])).await?;
        let mut people: Vec<SourcePerson> = members.iter().filter_map(person).collect();
        for person in &mut people {
            person.departments = places.remove(&person.key).unwrap_or_default();
            person.departments.sort();
        }
        for page in people.chunks(AT_ONCE) {
            let _ = pages.send(RosterPage::People(page.to_vec())).await;
        }
        Ok(())
    }

    async fn one(&self, user: &ForeignUser) -> Result<Option<SourcePerson>, SendError> {
        let body = json!({"userIds": [user.as_str()]});
        let answer = self.api.call(&Call::new("POST /org/member/batchGet", &[]).body(body)).await?;
        let Some(mut found) = answer.list("result").into_iter().find_map(person) else { return Ok(None) };
        let joined =
            self.whole(|| Call::new("GET /user/joinedDepartments", &[]).query("userId", user.as_str())).await?;
        found.departments = joined.iter().filter_map(|one| one.text("deptId")).collect();
        found.departments.sort();
        Ok(Some(found))
    }
}

impl AppAccount {
    async fn whole<'a>(&self, make: impl Fn() -> Call<'a>) -> Result<Vec<Value>, SendError> {
        // Each route's own limit is kept by the interface itself.
        let pace = Pace::new(&[]);
        let api = &self.api;
        let make = &make;
        patiently(&pace, || async move { api.list(make).await }).await
    }

    /// The ids of the direct members of a department.
    async fn members<'d>(&self, department: &'d str) -> Result<(&'d str, Vec<String>), SendError> {
        let make = || {
            Call::new("GET /org/department/members", &[]).query("deptId", department).query("omitSubDepartment", "true")
        };
        let members = self.whole(make).await?;
        Ok((department, members.iter().filter_map(|member| member.text("userId")).collect()))
    }
}

/// `ancestorIds` begins with the direct parent (§7).
fn department(found: &Value) -> Option<SourceDepartment> {
    let parent = found.text("parentId").or_else(|| found.texts("ancestorIds").into_iter().next());
    Some(SourceDepartment {
        key: found.text("deptId")?,
        name: found.text("name").unwrap_or_default(),
        parent,
        leaders: found.text("leaderId").into_iter().collect(),
        is_organisation: false,
    })
}

/// External members (role −1) are no people of the organisation.
fn person(found: &Value) -> Option<SourcePerson> {
    if found.integer("role") == Some(-1) {
        return None;
    }
    Some(SourcePerson {
        key: found.text("userId")?,
        aliases: found.text("memberId").into_iter().collect(),
        name: found.text("name").unwrap_or_default(),
        departments: Vec::new(),
        job: found.text("title"),
        // There is no direct superior; whoever leads the department is (§7).
        superior: None,
        mobile: found.text("phone"),
        mail: found.text("email"),
        staff_number: found.text("employeeNumber"),
        left: found.integer("isDisabled") == Some(1) || found.flag("isDisabled"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s7_a_member_with_and_without_everything() {
        let found = json!({"memberId": "m1", "userId": "u1", "isDisabled": 0, "role": 1, "email": "z@example.com",
            "phone": "13800000000", "name": "张三", "title": "研发组长", "employeeNumber": "A1"});
        let member = person(&found).unwrap();
        assert_eq!((member.key.as_str(), member.aliases[0].as_str(), member.left), ("u1", "m1", false));
        assert_eq!((member.mobile.as_deref(), member.staff_number.as_deref()), (Some("13800000000"), Some("A1")));
        assert!(person(&json!({"userId": "u2", "isDisabled": 1})).unwrap().left);
        assert_eq!(person(&json!({"userId": "u3", "role": -1})), None, "an external member");
        assert_eq!(person(&json!({"name": "无号"})), None);
    }

    #[test]
    fn s7_a_department_below_another() {
        let found = json!({"orgId": "o", "deptId": "d2", "name": "后端组", "parentId": null, "leaderId": "u1",
            "ancestorIds": ["d1", "d0"]});
        let below = department(&found).unwrap();
        assert_eq!((below.parent.as_deref(), below.leaders[0].as_str()), (Some("d1"), "u1"));
        let top = department(&json!({"deptId": "d1", "name": "研发部", "parentId": "", "ancestorIds": []})).unwrap();
        assert!(top.parent.is_none() && top.leaders.is_empty());
    }
}
