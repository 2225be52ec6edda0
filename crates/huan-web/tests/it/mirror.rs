//! The mirror on the page 「同步」: who sees what of it, and who may set it up and have things tried again.

use huan_core::{
    history::{Event, Subject},
    id::{MirrorId, RecordId},
    mirror::{Mirror, Piece, table::RowState},
    platform::{ForeignSpace, PlatformKey},
    task_sync::{Side, SyncProblem},
};
use serde_json::{Value, json};

use crate::harness::{Server, person_id};

/// A mirror with an internal and a confidential row, of each of which something is in the way and a change did not stand.
async fn mirrored(server: &Server) {
    let mut rows = Vec::new();
    for (topic, level) in [("首版范围", "internal"), ("薪酬方案", "confidential")] {
        let body =
            json!({"collaboration": server.collaboration, "topic": topic, "owner": person_id(3), "level": level});
        rows.push(server.post("/api/v1/records", &server.tokens.initiator, body).await.json());
    }
    let mut work = server.app.begin_as_huan().await.unwrap();
    let mirror = Mirror {
        id: MirrorId::from_bits(1),
        collaboration: server.collaboration.clone(),
        account: server.account.clone(),
        space: ForeignSpace::new("7001"),
        space_name: "产品协作空间".into(),
        responsible: person_id(2),
        running: true,
        created_at: work.now,
        mirrored_at: Some(work.now),
        next_at: None,
        attempts: 0,
        problem: None,
        wakes: 0,
        calls: 0,
    };
    let workspace = &server.app.workspace;
    work.tx.insert_mirror(workspace, &mirror).await.unwrap();
    for row in rows {
        let id: RecordId = row["id"].as_str().unwrap().parse().unwrap();
        let problem = SyncProblem {
            key: "mirror.reason.person_unknown".into(),
            detail: "不认识的人".into(),
            since: work.now,
            retried: false,
        };
        let state = RowState {
            title: row["topic"].as_str().unwrap().into(),
            problems: [("owner".to_owned(), problem)].into(),
            conflicted_at: Some(work.now),
            ..RowState::default()
        };
        work.tx.save_piece(workspace, &mirror.id, &format!("row/{id}"), &Piece::Row(state)).await.unwrap();
        let event = Event::MirrorConflict {
            platform: PlatformKey::new("feishu"),
            field: "summary".into(),
            side: Side::There,
            kept: "那边".into(),
            lost: "这边".into(),
        };
        work.happened(Subject::Record(id), Some(&server.collaboration), event);
    }
    work.commit().await.unwrap();
}

fn titles(view: &Value, list: &str) -> Vec<String> {
    view[list].as_array().unwrap().iter().map(|each| each["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn i2_what_could_not_be_mirrored_is_shown_to_those_who_may_see_the_row() {
    let server = Server::start().await;
    mirrored(&server).await;
    let path = format!("/api/v1/collaborations/{}/mirror", server.collaboration);
    let seen = server.get(&path, &server.tokens.initiator).await.json();
    assert_eq!((titles(&seen, "troubles").len(), titles(&seen, "conflicts").len()), (2, 2), "{seen}");
    assert_eq!((&seen["may_manage"], &seen["mirror"]["rows"]), (&json!(true), &json!(2)));
    let seen = server.get(&path, &server.tokens.member).await.json();
    assert_eq!(titles(&seen, "troubles"), ["首版范围"], "nothing of what is confidential");
    assert_eq!(titles(&seen, "conflicts"), ["首版范围"]);
    assert_eq!((&seen["troubles"][0]["field_name"], &seen["may_manage"]), (&json!("负责人"), &json!(false)));
    let words = seen["conflicts"][0]["entry"]["text"].as_str().unwrap();
    assert!(words.contains("「那边」") && words.contains("「这边」"), "both values: {words}");
    assert_eq!(server.get(&path, &server.tokens.stranger).await.code(), "not_found");
    server.end().await;
}

#[tokio::test]
async fn c3_only_who_directs_the_collaboration_pauses_retries_and_stops_the_mirror() {
    let server = Server::start().await;
    mirrored(&server).await;
    let path = format!("/api/v1/collaborations/{}/mirror", server.collaboration);
    let retry = format!("{path}/retry");
    assert_eq!(server.post(&retry, &server.tokens.member, json!({})).await.code(), "forbidden");
    let seen = server.post(&retry, &server.tokens.initiator, json!({})).await.json();
    assert!(titles(&seen, "troubles").is_empty(), "they are tried again: {seen}");
    assert_eq!(server.get(&format!("{path}/spaces"), &server.tokens.member).await.code(), "forbidden");
    let spaces = server.get(&format!("{path}/spaces"), &server.tokens.initiator).await.json();
    assert_eq!(spaces["items"], json!([]), "no account keeps spaces here");
    let unknown = json!({"account": server.account, "space": "7001"});
    assert_eq!(server.post(&path, &server.tokens.initiator, unknown).await.code(), "invalid_input");
    server.end().await;
}
