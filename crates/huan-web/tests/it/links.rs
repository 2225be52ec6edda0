//! The pages behind signed links.

use huan_app::links::{LinkTo, SignedLink};
use jiff::SignedDuration;
use serde_json::Value;

use crate::harness::{OWNER, Reply, Server, person_id};

fn token(server: &Server, task: &Value, person: u128) -> String {
    token_to(server, LinkTo::Task(task["id"].as_str().unwrap().parse().unwrap()), person)
}

fn token_to(server: &Server, to: LinkTo, person: u128) -> String {
    let link = SignedLink { to, person: person_id(person), until: server.app.now() + SignedDuration::from_hours(72) };
    link.token(&server.app.secrets)
}

async fn look(server: &Server, token: &str) -> Reply {
    server.raw("GET", &format!("/l/{token}"), &[], b"").await
}

async fn submit(server: &Server, token: &str, fields: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = [("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    server.raw("POST", &format!("/l/{token}"), &headers, body.as_bytes()).await
}

async fn stage(server: &Server, task: &Value) -> String {
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
    server.get(&path, &server.tokens.admin).await.json()["stage"].as_str().unwrap().to_owned()
}

/// The key of a page's forms.
fn key(page: &str) -> String {
    let at = page.find("name=\"key\" value=\"").unwrap() + 18;
    page[at..].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn d3_the_page_shows_the_task_small_and_without_script() {
    let server = Server::start().await;
    let task = server.task().await;
    let token = token(&server, &task, OWNER);
    let reply = look(&server, &token).await;
    let page = reply.text();
    assert_eq!(reply.status, 200);
    assert!(page.len() < 15_000, "{} bytes", page.len());
    assert!(!page.contains("<script"));
    for expected in
        ["评估数据导出的技术可行性", "李强（研发组长）", "陈静（产品经理）", "承接", "暂不承接", "还剩", "王磊"]
    {
        assert!(page.contains(expected), "{expected}");
    }
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
    assert!(!reply.header("content-security-policy").unwrap().contains("script-src"));
    assert_eq!(stage(&server, &task).await, "offered", "looking changes nothing");
    server.end().await;
}

#[tokio::test]
async fn d3_a_form_sent_twice_acts_once() {
    let server = Server::start().await;
    let task = server.task().await;
    let token = token(&server, &task, OWNER);
    let key = key(&look(&server, &token).await.text());
    for _ in 0..2 {
        let reply = submit(&server, &token, &[("step", "accept"), ("key", &key)]).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some(format!("/l/{token}").as_str())));
    }
    assert_eq!(stage(&server, &task).await, "in_progress");
    let page = look(&server, &token).await.text();
    assert!(page.contains("更新进展") && page.contains("完成"), "{page}");
    // An old page still open in another window: told how it stands, nothing changed.
    let late = submit(&server, &token, &[("step", "accept"), ("key", "other")]).await;
    assert_eq!(late.status, 409);
    assert!(late.text().contains("进行中"));
    let progress = submit(&server, &token, &[("step", "progress"), ("text", "分析完成"), ("percent", "60")]).await;
    assert_eq!(progress.status, 303);
    let history = server
        .get(&format!("/api/v1/history?subject={}", task["id"].as_str().unwrap()), &server.tokens.initiator)
        .await
        .json();
    assert_eq!(history["items"].as_array().unwrap().iter().filter(|entry| entry["text"] == "承接").count(), 1);
    assert!(history["items"].as_array().unwrap().iter().any(|entry| entry["source"]["kind"] == "signed_link"));
    server.end().await;
}

#[tokio::test]
async fn d2_decline_by_link_needs_reason_and_proposal_and_keeps_what_was_typed() {
    let server = Server::start().await;
    let task = server.task().await;
    let owner = token(&server, &task, OWNER);
    let nothing = submit(&server, &owner, &[("step", "decline"), ("reason", "本周<排>满")]).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.text().contains("本周&lt;排&gt;满"), "what was typed stays, escaped");
    assert!(nothing.text().contains("建议调整（时间、负责人、文字至少一项）: 这一项必填。"), "{}", nothing.text());
    let fields = [("step", "decline"), ("reason", "本周排满"), ("due_at", "2026-11-30T12:00"), ("words", "")];
    assert_eq!(submit(&server, &owner, &fields).await.status, 303);
    assert_eq!(stage(&server, &task).await, "declined");
    let initiator = token(&server, &task, 2);
    let page = look(&server, &initiator).await.text();
    assert!(page.contains("李强 暂不承接") && page.contains("11月30日（周一） 12:00"), "{page}");
    // The owner's own link gives no right to answer for the initiator.
    assert_eq!(submit(&server, &owner, &[("step", "agree")]).await.status, 403);
    assert_eq!(submit(&server, &initiator, &[("step", "agree")]).await.status, 303);
    assert_eq!(stage(&server, &task).await, "offered");
    server.end().await;
}

#[tokio::test]
async fn d3_an_expired_or_forged_link_leads_to_a_clear_page() {
    let server = Server::start().await;
    let task = server.task().await;
    let token = token(&server, &task, OWNER);
    let at = token.len() - 5;
    let other = if &token[at..=at] == "B" { "C" } else { "B" };
    let forged = look(&server, &format!("{}{other}{}", &token[..at], &token[at + 1..])).await;
    assert_eq!(forged.status, 404);
    assert!(forged.text().contains("not_found"));
    server.time.advance(SignedDuration::from_hours(73));
    for reply in [look(&server, &token).await, submit(&server, &token, &[("step", "accept")]).await] {
        assert_eq!(reply.status, 410);
        assert!(reply.text().contains("link_expired"));
    }
    let headers = [("Accept-Language", "en".to_owned())];
    let english = server.raw("GET", &format!("/l/{token}"), &headers, b"").await.text();
    assert!(english.contains("The link is no longer good"), "{english}");
    assert_eq!(stage(&server, &task).await, "offered");
    server.end().await;
}

#[tokio::test]
async fn e3_a_problem_is_passed_on_by_link_with_a_reason() {
    let server = Server::start().await;
    let body = serde_json::json!({
        "collaboration": server.collaboration, "title": "支付失败", "owner": person_id(OWNER), "urgency": "urgent",
    });
    let problem = server.post("/api/v1/problems", &server.tokens.initiator, body).await.json();
    let id = problem["id"].as_str().unwrap();
    let token = token_to(&server, LinkTo::Problem(id.parse().unwrap()), OWNER);
    let page = look(&server, &token).await.text();
    assert!(page.len() < 15_000 && !page.contains("<script"), "{} bytes", page.len());
    assert!(page.contains(&format!("/problems/{id}")) && page.contains("/emergencies/emg_"), "{page}");
    let to = person_id(2).to_string();
    assert!(page.contains(&format!("<option value=\"{to}\"")), "{page}");
    let pass = async |fields: &[(&str, &str)]| submit(&server, &token, fields).await;
    let without = pass(&[("step", "pass_on"), ("owner", to.as_str()), ("reason", " "), ("key", "a")]).await;
    assert_eq!(without.status, 422, "why must be said");
    assert!(without.text().contains("<details open"), "what was begun stays open");
    let nobody =
        pass(&[("step", "pass_on"), ("owner", ""), ("owner_name", "没有这个人"), ("reason", "x"), ("key", "b")]).await;
    assert_eq!(nobody.status, 422);
    let passed = pass(&[("step", "pass_on"), ("owner", to.as_str()), ("reason", "网关由她负责"), ("key", "c")]).await;
    assert_eq!(passed.status, 303, "{}", passed.text());
    let now = server.get(&format!("/api/v1/problems/{id}"), &server.tokens.admin).await.json();
    assert_eq!((&now["owner"]["id"], &now["stage"]), (&Value::from(to), &"waiting".into()));
    let history = server.get(&format!("/api/v1/history?subject={id}"), &server.tokens.admin).await.json();
    let lines = history["items"].as_array().unwrap();
    assert!(lines.iter().any(|line| line["text"].as_str().unwrap().contains("网关由她负责")), "{history:#}");
    server.end().await;
}

#[tokio::test]
async fn e3_a_problem_is_taken_up_and_solved_by_link() {
    let server = Server::start().await;
    let body = serde_json::json!({
        "collaboration": server.collaboration, "title": "导出的文件打不开", "owner": person_id(OWNER), "urgency": "urgent",
    });
    let problem = server.post("/api/v1/problems", &server.tokens.initiator, body).await.json();
    let id = problem["id"].as_str().unwrap();
    let token = token_to(&server, LinkTo::Problem(id.parse().unwrap()), OWNER);
    let now = async || server.get(&format!("/api/v1/problems/{id}"), &server.tokens.admin).await.json();
    let page = look(&server, &token).await.text();
    assert!(page.len() < 15_000 && !page.contains("<script"), "{} bytes", page.len());
    assert!(page.contains("导出的文件打不开") && page.contains(">收到<"), "{page}");
    assert_eq!(now().await["stage"], "waiting", "looking changes nothing");

    let answer = submit(&server, &token, &[("step", "answer"), ("answer", " "), ("key", "a")]).await;
    assert_eq!(answer.status, 422, "an answer needs words");
    assert_eq!(submit(&server, &token, &[("step", "take"), ("key", "b")]).await.status, 303);
    let taken = now().await;
    assert_eq!((&taken["stage"], &taken["clock"]["kind"]), (&"answered".into(), &"follow_up".into()), "{taken:#}");

    assert_eq!(submit(&server, &token, &[("step", "solve"), ("solution", "已回退"), ("key", "c")]).await.status, 303);
    let solved = now().await;
    assert_eq!((&solved["stage"], &solved["solution"]["text"]), (&"closed".into(), &"已回退".into()));
    assert_eq!(solved["clock"], Value::Null);
    assert!(!look(&server, &token).await.text().contains("name=\"step\""), "nothing is left to be done");
    server.end().await;
}

#[tokio::test]
async fn f3_a_participant_confirms_minutes_or_objects_by_their_link() {
    let server = Server::start().await;
    let content = serde_json::json!({
        "participants": [{"kind": "person", "person": person_id(OWNER)}, {"kind": "named", "text": "客户王总"}],
        "conclusions": "首版只支持 CSV 导出",
    });
    let body = serde_json::json!({
        "collaboration": server.collaboration, "occasion": "decision", "title": "导出格式", "content": content,
    });
    let minutes = server.post("/api/v1/minutes", &server.tokens.initiator, body).await.json();
    let path = format!("/api/v1/minutes/{}", minutes["id"].as_str().unwrap());
    let filing = serde_json::json!({"title": "导出格式", "content": content, "version": minutes["version"]});
    let filed = server.post(&format!("{path}/file"), &server.tokens.initiator, filing).await;
    assert_eq!(filed.status, 200, "{}", filed.text());
    let to = LinkTo::Minutes(minutes["id"].as_str().unwrap().parse().unwrap());
    let token = token_to(&server, to, OWNER);
    let page = look(&server, &token).await.text();
    for expected in ["首版只支持 CSV 导出", "客户王总", "确认", "有异议"] {
        assert!(page.contains(expected), "{expected}");
    }
    let stand =
        async || server.get(&path, &server.tokens.admin).await.json()["words"][0]["stand"].as_str().unwrap().to_owned();
    assert_eq!(stand().await, "waiting", "looking changes nothing");
    let key = key(&page);
    let old = submit(&server, &token, &[("step", "confirm"), ("edition", "7"), ("key", "k1")]).await;
    assert_eq!(old.status, 409, "an edition that is not the newest");
    let wordless =
        submit(&server, &token, &[("step", "object"), ("edition", "1"), ("objection", " "), ("key", "k2")]).await;
    assert_eq!(wordless.status, 422);
    let objected =
        submit(&server, &token, &[("step", "object"), ("edition", "1"), ("objection", "还有 Excel"), ("key", "k3")])
            .await;
    assert_eq!(objected.status, 303);
    assert_eq!(stand().await, "objected");
    let confirmed = submit(&server, &token, &[("step", "confirm"), ("edition", "1"), ("key", key.as_str())]).await;
    assert_eq!(confirmed.status, 303);
    assert_eq!(stand().await, "confirmed");
    assert!(!look(&server, &token).await.text().contains("name=\"objection\""), "nothing is asked any more");
    server.end().await;
}

#[tokio::test]
async fn b4_a_member_confirms_the_usage_rules_by_their_link() {
    let server = Server::start().await;
    let path = format!("/api/v1/collaborations/{}/rules", server.collaboration);
    let rules = serde_json::json!({"text": "紧急事项 @全体", "announce": true, "version": 0});
    let announced = server.send("PUT", &path, &server.tokens.initiator, Some(rules)).await;
    assert_eq!(announced.status, 200, "{}", announced.text());
    let confirmed = async || {
        let view = server.get(&path, &server.tokens.admin).await.json();
        let readings = view["readings"].as_array().unwrap().clone();
        let mine = readings.into_iter().find(|one| one["person"]["id"] == person_id(OWNER).as_str()).unwrap();
        mine["confirmed_at"].is_string()
    };
    let mut conn = server.app.db.read().await.unwrap();
    let reading = conn.rules_reading_of(&server.app.workspace, &server.collaboration, &person_id(OWNER)).await;
    let reading = reading.unwrap().unwrap();
    drop(conn);
    let other = token_to(&server, LinkTo::Rules(reading.id.clone()), 2);
    assert_eq!(look(&server, &other).await.status, 404, "what somebody else has to read");
    let token = token_to(&server, LinkTo::Rules(reading.id), OWNER);
    let page = look(&server, &token).await.text();
    assert!(page.contains("紧急事项 @全体") && page.contains("我已阅读"), "{page}");
    assert!(!confirmed().await, "looking changes nothing");
    let old = submit(&server, &token, &[("step", "confirm"), ("revision", "7"), ("key", "k1")]).await;
    assert_eq!(old.status, 409, "rules that are not announced");
    let key = key(&page);
    let done = submit(&server, &token, &[("step", "confirm"), ("revision", "1"), ("key", key.as_str())]).await;
    assert_eq!(done.status, 303);
    assert!(confirmed().await);
    assert!(!look(&server, &token).await.text().contains("<button"), "nothing is asked any more");
    server.end().await;
}

#[tokio::test]
async fn c1_who_is_invited_answers_by_their_link_about_what_they_were_told() {
    let server = Server::start().await;
    let call = async |method: &str, path: &str, body: Option<Value>| {
        let reply = server.send(method, &format!("/api/v1/{path}"), &server.tokens.initiator, body).await;
        assert!(reply.status < 300, "{}", reply.text());
        reply.json()
    };
    let path = format!("collaborations/{}/meetings", server.collaboration);
    let drafted = call("POST", &path, Some(serde_json::json!({"kind": "kick_off"}))).await;
    let id = drafted["meeting"]["id"].as_str().unwrap().to_owned();
    let starts_at = server.app.now() + SignedDuration::from_hours(48);
    let planned = |page: &Value, starts_at: jiff::Timestamp| {
        serde_json::json!({
            "title": "启动会", "invitation": "请参加", "agenda": "1. 目标", "place": "三楼会议室",
            "starts_at": starts_at, "ends_at": starts_at + SignedDuration::from_hours(1),
            "host": page["host"]["id"], "recorder": page["recorder"]["id"],
            "invited": [{"kind": "person", "person": person_id(OWNER).as_str()}],
            "version": page["meeting"]["version"],
        })
    };
    let written = call("PUT", &format!("meetings/{id}"), Some(planned(&drafted, starts_at))).await;
    let version = serde_json::json!({"version": written["meeting"]["version"]});
    call("POST", &format!("meetings/{id}/send"), Some(version)).await;
    let stands = async || call("GET", &format!("meetings/{id}"), None).await["invited"][0].clone();

    let meeting: huan_core::id::MeetingId = id.parse().unwrap();
    let other = look(&server, &token_to(&server, LinkTo::Meeting(meeting.clone()), 2)).await;
    assert!(!other.text().contains("<button"), "a member who is not invited is not asked");
    let token = token_to(&server, LinkTo::Meeting(meeting), OWNER);
    let page = look(&server, &token).await.text();
    for expected in ["启动会", "三楼会议室", "1. 目标", "来"] {
        assert!(page.contains(expected), "{expected}");
    }
    assert!(page.len() < 15_000 && !page.contains("<script"));
    assert_eq!(stands().await["answer"], "waiting", "looking changes nothing");
    let old_key = key(&page);
    let away = [("step", "stay_away"), ("revision", "1"), ("words", "出差"), ("key", "k1")];
    assert_eq!(submit(&server, &token, &away).await.status, 303);
    assert_eq!((&stands().await["answer"], &stands().await["words"]), (&"away".into(), &"出差".into()));

    // It moves: what was said about the first time says nothing about the second.
    let known = call("GET", &format!("meetings/{id}"), None).await;
    let later = planned(&known, starts_at + SignedDuration::from_hours(2));
    call("PUT", &format!("meetings/{id}"), Some(later)).await;
    assert_eq!(stands().await["answer"], "waiting");
    let stale = submit(&server, &token, &[("step", "come"), ("revision", "1"), ("key", old_key.as_str())]).await;
    assert_eq!(stale.status, 409);
    assert_eq!(stands().await["answer"], "waiting");
    let key = key(&look(&server, &token).await.text());
    let come = [("step", "come"), ("revision", "2"), ("key", key.as_str())];
    assert_eq!(submit(&server, &token, &come).await.status, 303);
    assert_eq!(stands().await["answer"], "coming");
    let reason = serde_json::json!({"reason": "与评审合并"});
    call("POST", &format!("meetings/{id}/cancel"), Some(reason)).await;
    assert!(!look(&server, &token).await.text().contains("<button"), "nothing is asked any more");
    server.end().await;
}

#[tokio::test]
async fn g1_a_signer_signs_or_refuses_by_their_link() {
    let server = Server::start().await;
    let address = format!("/api/v1/collaborations/{}/sign_offs", server.collaboration);
    let body = serde_json::json!({
        "statement": "需求文档评审通过",
        "evidence": [
            {"kind": "note", "text": "评审无遗留问题"},
            {"kind": "address", "title": "验收报告", "url": "https://example.com/report"},
        ],
        "signers": [person_id(OWNER)],
    });
    let called = server.post(&address, &server.tokens.initiator, body.clone()).await;
    assert_eq!(called.status, 201, "{}", called.text());
    let called = called.json();
    let path = format!("/api/v1/sign_offs/{}", called["id"].as_str().unwrap());
    let to = |round: &Value| LinkTo::Signature(round["signatures"][0]["id"].as_str().unwrap().parse().unwrap());
    let token = token_to(&server, to(&called), OWNER);
    let page = look(&server, &token).await.text();
    for expected in ["需求文档评审通过", "评审无遗留问题", "https://example.com/report", "签字确认", "驳回"]
    {
        assert!(page.contains(expected), "{expected}");
    }
    let now = async |path: &str| server.get(path, &server.tokens.admin).await.json();
    assert_eq!(now(&path).await["signatures"][0]["answer"], "waiting", "looking changes nothing");
    let another = token_to(&server, to(&called), 4);
    let outcome = submit(&server, &another, &[("step", "sign"), ("key", "k0")]).await;
    assert_eq!(outcome.status, 403, "a link gives no more than its person's right");
    let wordless = submit(&server, &token, &[("step", "refuse"), ("reason", " "), ("key", "k1")]).await;
    assert_eq!(wordless.status, 422);
    let refused = submit(&server, &token, &[("step", "refuse"), ("reason", "缺少压力测试报告"), ("key", "k2")]).await;
    assert_eq!(refused.status, 303);
    let round = now(&path).await;
    assert_eq!((&round["stage"], &round["signatures"][0]["words"]), (&"refused".into(), &"缺少压力测试报告".into()));
    assert!(!look(&server, &token).await.text().contains("name=\"reason\""), "nothing is asked any more");

    let second = server.post(&address, &server.tokens.initiator, body).await.json();
    assert_eq!(second["round"], 2);
    let token = token_to(&server, to(&second), OWNER);
    let signed = submit(&server, &token, &[("step", "sign"), ("words", "同意"), ("key", "k3")]).await;
    assert_eq!(signed.status, 303);
    let page = format!("/api/v1/collaborations/{}", server.collaboration);
    assert_eq!(now(&page).await["state"], "done");
    let rounds = server.get(&address, &server.tokens.member).await.json();
    let stages: Vec<&str> =
        rounds["items"].as_array().unwrap().iter().map(|round| round["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["signed", "refused"], "the newest first");
    server.end().await;
}
