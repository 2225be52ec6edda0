//! The page 「同步」: who sees what of a collaboration's bond with a task platform, and who may have things tried again.

use std::collections::BTreeMap;

use huan_core::{
    history::{Event, Subject},
    id::{BindingId, TaskId, TaskLinkId},
    platform::{ForeignProject, ForeignTaskId, PlatformKey},
    task_sync::{Binding, Mapping, Side, SyncField, SyncProblem, TaskLink},
};
use serde_json::{Value, json};

use crate::harness::{Server, person_id};

/// A link of which something is in the way.
fn link(number: u128, binding: &BindingId, task: Option<TaskId>, title: &str, server: &Server) -> TaskLink {
    let now = server.app.now();
    let detail = "sun".to_owned();
    let problem = SyncProblem { key: "sync.problem.person_not_here".into(), detail, since: now, retried: false };
    TaskLink {
        id: TaskLinkId::from_bits(number),
        binding: binding.clone(),
        task,
        foreign: Some(ForeignTaskId::new(format!("f{number}"))),
        title: title.into(),
        origin: Side::Here,
        here: BTreeMap::new(),
        common: BTreeMap::new(),
        there_at: None,
        heard_to: None,
        writing_from: None,
        making_at: None,
        missing_at: None,
        gone: false,
        conflicted_at: None,
        problems: [("owner".to_owned(), problem)].into(),
        next_at: None,
        attempts: 1,
        wakes: 0,
    }
}

/// Binds the collaboration, with an internal and a confidential task that could not be brought into step and a conflict
/// in each.
async fn bound(server: &Server) -> (Value, Value) {
    let internal = server.task().await;
    let secret = json!({
        "collaboration": server.collaboration, "name": "薪酬方案", "owner": person_id(3), "level": "confidential",
    });
    let secret = server.post("/api/v1/tasks", &server.tokens.initiator, secret).await.json();
    let mut work = server.app.begin_as_huan().await.unwrap();
    let binding = Binding {
        id: BindingId::from_bits(1),
        collaboration: server.collaboration.clone(),
        account: server.account.clone(),
        project: ForeignProject::new("p1"),
        project_name: "产品V2.0".into(),
        mapping: Mapping::default(),
        running: true,
        take_existing: false,
        responsible: person_id(2),
        created_at: work.now,
        read_to: None,
        looked_through_at: None,
        next_at: None,
        attempts: 0,
        problem: None,
        version: 1,
    };
    let workspace = &server.app.workspace;
    work.tx.insert_binding(workspace, &binding).await.unwrap();
    for (number, task) in (1..).zip([&internal, &secret]) {
        let id: TaskId = task["id"].as_str().unwrap().parse().unwrap();
        let mut link = link(number, &binding.id, Some(id.clone()), task["name"].as_str().unwrap(), server);
        link.conflicted_at = Some(work.now);
        work.tx.insert_link(workspace, &link).await.unwrap();
        let event = Event::SyncConflict {
            platform: PlatformKey::new("teambition"),
            field: SyncField::Name,
            side: Side::There,
            kept: "那边".into(),
            lost: format!("这边{number}"),
        };
        work.happened(Subject::Task(id), Some(&server.collaboration), event);
    }
    work.commit().await.unwrap();
    (internal, secret)
}

fn titles(view: &Value, list: &str) -> Vec<String> {
    view[list].as_array().unwrap().iter().map(|each| each["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn d5_what_is_not_in_step_is_shown_to_those_who_may_see_the_task() {
    let server = Server::start().await;
    let (internal, _) = bound(&server).await;
    let path = format!("/api/v1/collaborations/{}/sync", server.collaboration);
    let seen = server.get(&path, &server.tokens.initiator).await.json();
    assert_eq!(titles(&seen, "troubles"), ["薪酬方案", "评估数据导出的技术可行性"]);
    assert_eq!(seen["conflicts"].as_array().unwrap().len(), 2);
    assert_eq!((&seen["may_manage"], &seen["binding"]["linked"]), (&json!(true), &json!(2)));
    let seen = server.get(&path, &server.tokens.member).await.json();
    assert_eq!(titles(&seen, "troubles"), ["评估数据导出的技术可行性"], "nothing of what is confidential");
    assert_eq!(titles(&seen, "conflicts"), ["评估数据导出的技术可行性"]);
    assert_eq!(seen["may_manage"], false);
    let trouble = &seen["troubles"][0];
    assert_eq!((&trouble["task"], &trouble["field_name"]), (&internal["id"], &json!("负责人")));
    assert!(trouble["reason"].as_str().unwrap().starts_with("平台上的此人"), "{trouble}");
    let words = seen["conflicts"][0]["entry"]["text"].as_str().unwrap();
    assert!(words.contains("「那边」") && words.contains("「这边1」"), "both values: {words}");
    let seen = server.get(&path, &server.tokens.guest).await.json();
    assert!(titles(&seen, "troubles").is_empty() && titles(&seen, "conflicts").is_empty(), "{seen}");
    assert_eq!(server.get(&path, &server.tokens.stranger).await.code(), "not_found");
    server.end().await;
}

#[tokio::test]
async fn d5_only_who_directs_the_collaboration_sets_up_and_tries_again() {
    let server = Server::start().await;
    bound(&server).await;
    let path = format!("/api/v1/collaborations/{}/sync", server.collaboration);
    let retry = format!("{path}/links/{}/retry", TaskLinkId::from_bits(1));
    let writes = [
        ("POST", path.clone(), json!({"account": server.account, "project": "p1"})),
        ("PATCH", path.clone(), json!({"running": false})),
        ("POST", format!("{path}/retry"), json!({})),
        ("POST", retry.clone(), json!({})),
        ("DELETE", path.clone(), json!({})),
    ];
    for (method, address, body) in &writes {
        for token in [&server.tokens.member, &server.tokens.owner, &server.tokens.guest] {
            let reply = server.send(method, address, token, Some(body.clone())).await;
            assert_eq!((reply.status, reply.code().as_str()), (403, "forbidden"), "{method} {address}");
        }
        let reply = server.send(method, address, &server.tokens.stranger, Some(body.clone())).await;
        assert_eq!(reply.status, 404, "{method} {address}");
    }
    for read in ["projects", "project?account=acc_00000000000000000000000001&project=p1"] {
        let address = format!("{path}/{read}");
        assert_eq!(server.get(&address, &server.tokens.member).await.status, 403, "{read}");
    }
    let link = async |number| {
        let mut conn = server.db().read().await.unwrap();
        conn.task_link(&server.app.workspace, &TaskLinkId::from_bits(number)).await.unwrap().unwrap()
    };
    let before = (link(1).await.wakes, link(2).await.wakes);
    let reply = server.post(&retry, &server.tokens.initiator, json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!((link(1).await.wakes, link(2).await.wakes), (before.0 + 1, before.1), "this one and no other");
    let paused = server.patch(&path, &server.tokens.initiator, json!({"running": false})).await.json();
    assert_eq!(paused["binding"]["running"], false);
    // The probe keeps no tasks: there is nothing to bind.
    let projects = server.get(&format!("{path}/projects"), &server.tokens.initiator).await.json();
    assert_eq!(projects["items"], json!([]));
    let bind = server.post(&path, &server.tokens.initiator, writes[0].2.clone()).await;
    assert_eq!((bind.status, bind.code().as_str()), (422, "invalid_input"), "{}", bind.text());
    let gone = server.send("DELETE", &path, &server.tokens.admin, Some(json!({}))).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    assert_eq!(server.get(&path, &server.tokens.member).await.json()["binding"], Value::Null);
    server.end().await;
}
