//! Members, departments and who they are on DingTalk (§7).

use reqwest::Method;
use serde_json::{Value, json};

use super::Desk;

#[tokio::test]
async fn members_are_listed_page_by_page_with_what_matches_them_elsewhere() {
    let desk = Desk::standing().await;
    let first = desk.get("/org/member/list?pageSize=7").await;
    assert_eq!(first.body["count"], 10);
    let next = first.body["nextPageToken"].as_str().unwrap().to_owned();
    let second = desk.get(&format!("/org/member/list?pageSize=7&pageToken={next}")).await;
    assert_eq!(second.body["nextPageToken"], "");
    let all: Vec<Value> =
        [first, second].into_iter().flat_map(|page| page.result().as_array().unwrap().clone()).collect();
    assert_eq!(all.len(), 10);
    let person = &desk.connection.people.iter().find(|person| person.person.key == "liqiang").unwrap().person;
    let found = all.iter().find(|member| member["userId"] == desk.user("liqiang")).unwrap();
    assert_eq!((&found["name"], &found["email"]), (&json!(person.name), &json!(person.email)));
    assert_eq!((&found["phone"], &found["employeeNumber"]), (&json!(person.mobile), &json!(person.staff_number)));
    desk.sim.teambition().configure(|settings| settings.contact_details = false);
    let hidden = desk.get("/org/member/search?query=李强").await.result();
    assert_eq!((&hidden[0]["email"], &hidden[0]["phone"]), (&json!(""), &json!("")));
    let body = json!({"userIds": [desk.user("liqiang"), "0".repeat(24)]});
    let batch = desk.send(desk.request(Method::POST, "/org/member/batchGet").json(&body)).await.result();
    assert_eq!(batch.as_array().unwrap().len(), 1);
    let asked = desk.send(desk.request(Method::POST, "/v3/member/query?q=李强").json(&json!({}))).await.result();
    assert_eq!(asked[0]["userId"], desk.user("liqiang"));
}

#[tokio::test]
async fn the_superior_is_the_leader_of_the_department() {
    let desk = Desk::standing().await;
    let departments = desk.get("/org/departments?pageSize=50").await.result();
    let departments = departments.as_array().unwrap();
    assert_eq!(departments.len(), 9);
    assert_eq!((&departments[0]["name"], &departments[0]["parentId"]), (&json!("云帆科技"), &json!("")));
    let research = departments.iter().find(|department| department["name"] == "研发部").unwrap();
    assert_eq!(research["leaderId"], desk.user("zhaomin"));
    assert_eq!(research["parentId"], departments[0]["deptId"]);
    assert_eq!(research["ancestorIds"][0], research["parentId"]);
    let id = research["deptId"].as_str().unwrap();
    assert_eq!(desk.get(&format!("/org/department/info?deptId={id}")).await.result(), *research);
    let members = desk.get(&format!("/org/department/members?deptId={id}")).await.result();
    let mut names: Vec<&str> = members.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["李强", "赵敏"]);
    let joined = desk.get(&format!("/user/joinedDepartments?userId={}", desk.user("liqiang"))).await.result();
    assert_eq!(joined[0]["deptId"], id);
    let below = desk.get("/org/departments/subDepts?pageSize=50").await.result();
    assert_eq!(below.as_array().unwrap().len(), 8);
    assert_eq!(desk.get("/org/department/info?deptId=x").await.refusal(), 404);
    assert_eq!(desk.get("/org/info").await.result()["name"], "云帆科技");
}

#[tokio::test]
async fn people_of_dingtalk_are_mapped_both_ways() {
    let desk = Desk::standing().await;
    let person = desk.connection.people.iter().find(|person| person.person.key == "wangxiao").unwrap();
    let dingtalk = &person.dingtalk.as_ref().unwrap().user_id;
    let there = desk.get(&format!("/idmap/dingtalk/getTbUserId?dingUserIds={dingtalk},nobody")).await.result();
    let pair = json!([{"tbUserId": desk.user("wangxiao"), "dingtalkUserId": dingtalk}]);
    assert_eq!(there, pair);
    // 李强 has no account on DingTalk.
    let ids = format!("{},{}", desk.user("wangxiao"), desk.user("liqiang"));
    assert_eq!(desk.get(&format!("/idmap/dingtalk/getDingUserId?tbUserIds={ids}")).await.result(), pair);
    let many = vec!["x"; 51].join(",");
    assert_eq!(desk.get(&format!("/idmap/dingtalk/getTbUserId?dingUserIds={many}")).await.refusal(), 400);
    let corp = desk.get("/idmap/dingtalk/getCorpId").await.result();
    assert_eq!(corp["corpId"], desk.connection.dingtalk.corp_id.as_str());
}
