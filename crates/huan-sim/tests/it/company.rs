//! The company as it changes: a crowd in every directory, and people who join, change and leave.

use std::collections::{BTreeMap, BTreeSet};

use huan_sim::{Crowd, Delivery, EntryKind, HttpDelivery, JournalQuery, PlatformName};
use reqwest::Method;
use serde_json::{Value, json};

use crate::dingtalk::receiver::Receiver;
use crate::feishu::Tenant;
use crate::teambition::Desk;

const CROWD: usize = 260;

fn crowd() -> Crowd {
    Crowd { people: CROWD, team: 20, division: 5, ..Crowd::default() }
}

/// The people of the seed and the crowd who live on a platform.
fn everybody(seeded: usize) -> usize {
    seeded + CROWD
}

#[tokio::test]
async fn a_crowd_is_walked_through_feishus_departments_with_its_leaders() {
    let tenant = Tenant::standing().await;
    tenant.sim.add_crowd(&crowd());
    let contact = "/open-apis/contact/v3";
    let list = async |path: String| {
        let (mut found, mut token) = (Vec::new(), String::new());
        loop {
            let data = tenant.get(&format!("{path}&page_size=50&page_token={token}")).await.data();
            found.extend(data["items"].as_array().unwrap().clone());
            token = data["page_token"].as_str().unwrap().to_owned();
            if token.is_empty() {
                return found;
            }
            // Fifty calls a second (§0.4).
            tenant.sim.advance(std::time::Duration::from_millis(25));
        }
    };
    let departments = list(format!("{contact}/departments/0/children?fetch_child=true")).await;
    // 8 of the seed, 13 teams, 3 divisions.
    assert_eq!(departments.len(), 8 + 13 + 3);
    let direct = list(format!("{contact}/departments/0/children?fetch_child=false")).await;
    assert_eq!(direct.len(), 8 + 3);
    let mut people: BTreeMap<String, Value> = BTreeMap::new();
    for department in &departments {
        let id = department["open_department_id"].as_str().unwrap();
        tenant.sim.advance(std::time::Duration::from_millis(25));
        for user in list(format!("{contact}/users/find_by_department?department_id={id}")).await {
            people.insert(user["open_id"].as_str().unwrap().to_owned(), user);
        }
    }
    assert_eq!(people.len(), everybody(6));
    let team = departments.iter().find(|department| department["name"] == "第13组").unwrap();
    let leader = &people[team["leader_user_id"].as_str().unwrap()];
    let head = &people[leader["leader_user_id"].as_str().unwrap()];
    assert_eq!(
        head["department_ids"][0],
        departments.iter().find(|one| one["name"] == "第11组").unwrap()["open_department_id"]
    );
    let id = team["open_department_id"].as_str().unwrap();
    let above = tenant.get(&format!("{contact}/departments/parent?department_id={id}")).await.data();
    let above: Vec<&str> = above["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(above, ["第3事业部", "云帆科技"]);
}

#[tokio::test]
async fn a_crowd_is_walked_through_dingtalks_departments_with_its_leaders() {
    let desk = crate::dingtalk::Desk::standing().await;
    desk.sim.dingtalk().configure(|settings| settings.calls_per_second = 1000);
    desk.sim.add_crowd(&crowd());
    let mut waiting = vec![json!(1)];
    let (mut people, mut leaders) = (BTreeSet::new(), BTreeSet::new());
    while let Some(department) = waiting.pop() {
        let below = desk.old("/topapi/v2/department/listsub", json!({"dept_id": department})).await;
        waiting.extend(below["result"].as_array().unwrap().iter().map(|one| one["dept_id"].clone()));
        let details = desk.old("/topapi/v2/department/get", json!({"dept_id": department})).await;
        for manager in details["result"]["dept_manager_userid_list"].as_array().unwrap() {
            leaders.insert(manager.as_str().unwrap().to_owned());
        }
        let mut cursor = json!(0);
        loop {
            let body = json!({"dept_id": department, "cursor": cursor, "size": 15});
            let page = desk.old("/topapi/v2/user/list", body).await["result"].clone();
            for user in page["list"].as_array().unwrap() {
                let id = user["userid"].as_str().unwrap().to_owned();
                // Heads of divisions stand in their team.
                assert!(user["leader"] == json!(false) || leaders.contains(&id));
                people.insert(id);
            }
            if page["has_more"] == false {
                break;
            }
            cursor = page["next_cursor"].clone();
        }
    }
    assert_eq!(people.len(), everybody(7));
    assert!(leaders.is_subset(&people));
    // 13 of the teams (the heads of the three divisions lead a team as well), and four of the seed with an account.
    assert_eq!(leaders.len(), 13 + 4);
}

#[tokio::test]
async fn a_crowd_is_listed_by_teambition_and_can_be_mapped_to_dingtalk() {
    let desk = Desk::standing().await;
    desk.sim.add_crowd(&crowd());
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let page = desk.get(&format!("/org/member/list?pageSize=100&pageToken={token}")).await;
        token = page.body["nextPageToken"].as_str().unwrap().to_owned();
        found.extend(page.result().as_array().unwrap().clone());
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(found.len(), everybody(10));
    let ids: Vec<&str> = found.iter().rev().take(50).map(|one| one["userId"].as_str().unwrap()).collect();
    let mapped = desk.get(&format!("/idmap/dingtalk/getDingUserId?tbUserIds={}", ids.join(","))).await.result();
    assert_eq!(mapped.as_array().unwrap().len(), 50);
    let departments = desk.get("/org/departments?pageSize=100").await.result();
    assert_eq!(departments.as_array().unwrap().len(), 1 + 8 + 13 + 3);
    let team = departments.as_array().unwrap().iter().find(|one| one["name"] == "第13组").unwrap();
    let path = format!("/org/department/members?deptId={}&pageSize=100", team["deptId"].as_str().unwrap());
    assert_eq!(desk.get(&path).await.body["count"], 20);
    let path = format!("/org/department/members?deptId={}&pageSize=100", team["parentId"].as_str().unwrap());
    assert_eq!(desk.get(&path).await.body["count"], 60);
    let path = format!("{path}&omitSubDepartment=true");
    assert_eq!(desk.get(&path).await.body["count"], 0);
    // The page shows nobody of the crowd before somebody writes to them.
    let state = desk.sim.state(None);
    assert!(state.platforms.values().all(|platform| platform.conversations.len() < 20));
}

#[tokio::test]
async fn dingtalk_tells_who_joined_changed_and_left() {
    let desk = Desk::standing().await;
    let receiver = Receiver::start(&desk.connection.dingtalk).await;
    let events = format!("{}/events", receiver.address).parse().unwrap();
    let http = HttpDelivery { events, robot: None, cards: None, encrypted: true };
    desk.sim.set_delivery(PlatformName::Dingtalk, Delivery::Http(Box::new(http))).await.unwrap();
    change(&desk);
    for _ in 0..2000 {
        if receiver.heard().len() >= 4 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let heard = receiver.heard();
    let of = |kind: &str| heard.iter().find(|one| one.body["EventType"] == kind).unwrap().body.clone();
    let staff = |key: &str| huan_sim::dingtalk::ids::person(key).user_id;
    assert_eq!(of("user_add_org")["userId"], json!([staff("newcomer")]));
    assert_eq!(of("user_leave_org")["userId"], json!([staff("wugang")]));
    let modified = of("user_modify_org");
    assert_eq!(modified["diffInfo"]["userid"], staff("zhouting"));
    assert_eq!(modified["diffInfo"]["curr"]["managerUserid"], staff("hejing"));
    assert_eq!(modified["diffInfo"]["prev"]["managerUserid"], staff("chenming"));
    assert_eq!(modified["diffInfo"]["curr"].get("name"), None);
    // Teambition keeps who left as disabled, and they can do nothing there.
    let gone = desk.get("/org/member/list?filter=disabled").await.result();
    assert_eq!(gone[0]["name"], "吴刚");
    let body = json!({"projectId": desk.project(), "content": "x"});
    assert_eq!(desk.write("wugang", Method::POST, "/v3/task/create", body).await.refusal(), 403);
}

#[tokio::test]
async fn feishu_tells_who_joined_changed_and_left() {
    let desk = Desk::standing().await;
    change(&desk);
    let query = JournalQuery {
        platform: Some(PlatformName::Feishu),
        kind: Some(EntryKind::Delivery),
        ..JournalQuery::default()
    };
    // Nobody is connected, so every delivery goes wrong; what was to be told stands in the journal.
    for _ in 0..2000 {
        if desk.sim.journal(&query).len() >= 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let told = desk.sim.journal(&query);
    let of = |kind: &str| told.iter().find(|entry| entry.operation == format!("event {kind}")).unwrap().content.clone();
    let created = of("contact.user.created_v3");
    assert_eq!(created["event"]["object"]["open_id"], huan_sim::feishu::ids::person("newcomer").open_id);
    let updated = of("contact.user.updated_v3");
    assert_eq!(updated["event"]["object"]["leader_user_id"], huan_sim::feishu::ids::person("hejing").open_id);
    assert_eq!(
        updated["event"]["old_object"],
        json!({"leader_user_id": huan_sim::feishu::ids::person("chenming").open_id})
    );
}

/// A newcomer everywhere, another superior for 周婷, and 吴刚 leaves.
fn change(desk: &Desk) {
    desk.sim
        .change_company(|company| {
            let mut newcomer = company.person("zhouting").unwrap().clone();
            newcomer.key = "newcomer".into();
            newcomer.name = "新人".into();
            newcomer.mobile = "13800010099".into();
            company.join(newcomer)?;
            let members = json!({"superior": "hejing"});
            company.change("zhouting", members.as_object().unwrap().clone())?;
            company.leave("wugang")
        })
        .unwrap();
}
