//! Search: what is found, how it is shown, and that nothing is told of what may not be seen.

use huan_core::{
    collaboration::Channel,
    emergency::{Candidates, Emergency, FaultReport, Phase, shipped},
    i18n::Language,
    id::{ChannelId, EmergencyId, MessageId, ProblemId, RecordId, TaskId},
    level::Level,
    message::Message,
    platform::{ForeignConversation, ForeignMessage},
    problem::{Problem, ProblemState, Severity, Urgency},
    record::Record,
    status::Status,
    task::{Priority, Task, TaskState},
};
use jiff::{SignedDuration, Timestamp};

use crate::harness::{MEMBER, OWNER, Server, person_id};

/// Things about 「对账」 of every kind and level, said, written and asked.
struct Matters<'a> {
    server: &'a Server,
    now: Timestamp,
}

impl Matters<'_> {
    fn ago(&self, minutes: i64) -> Timestamp {
        self.now - SignedDuration::from_mins(minutes)
    }

    fn channel(&self, bits: u128) -> Channel {
        Channel {
            id: ChannelId::from_bits(bits),
            collaboration: (bits != 3).then(|| self.server.collaboration.clone()),
            account: self.server.account.clone(),
            conversation: ForeignConversation::new(format!("oc_{bits}")),
            title: format!("群{bits}"),
            has_outsiders: false,
            present: true,
        }
    }

    fn message(&self, bits: u128, channel: Option<u128>, text: &str) -> Message {
        Message {
            id: MessageId::from_bits(bits),
            account: self.server.account.clone(),
            foreign: ForeignMessage::new(format!("om_{bits}")),
            conversation: ForeignConversation::new("oc"),
            channel: channel.map(ChannelId::from_bits),
            speaker: Some(person_id(OWNER)),
            speaker_name: "李强".into(),
            text: text.into(),
            reply_to: None,
            link: Some("https://platform.example/1".into()),
            sent_at: self.ago(i64::try_from(bits).unwrap()),
            heard_at: self.now,
        }
    }

    fn task(&self, bits: u128, level: Level, message: Option<u128>) -> Task {
        Task {
            id: TaskId::from_bits(bits),
            collaboration: self.server.collaboration.clone(),
            number: i64::try_from(bits).unwrap(),
            name: format!("对账任务{bits}"),
            description: "按月核对流水".into(),
            initiator: person_id(2),
            owner: person_id(OWNER),
            helpers: Vec::new(),
            due_at: None,
            priority: Priority::Normal,
            criteria: String::new(),
            level,
            state: TaskState::Offered,
            progress: None,
            record: None,
            message: message.map(MessageId::from_bits),
            created_at: self.ago(100 + i64::try_from(bits).unwrap()),
            updated_at: self.now,
            version: 1,
        }
    }

    fn record(&self, bits: u128, level: Level) -> Record {
        Record {
            id: RecordId::from_bits(bits),
            collaboration: self.server.collaboration.clone(),
            number: format!("研发部-2026-{bits:04}"),
            topic: "对账记录".into(),
            participants: Vec::new(),
            platforms: vec!["telephone".into()],
            summary: String::new(),
            owner: person_id(OWNER),
            due_at: None,
            status: Status::Pending,
            follow_up: String::new(),
            follow_up_excuse: None,
            level,
            task: None,
            message: None,
            created_at: self.ago(200 + i64::try_from(bits).unwrap()),
            updated_at: self.now,
            version: 1,
        }
    }

    fn problem(&self, bits: u128, level: Level) -> Problem {
        Problem {
            id: ProblemId::from_bits(bits),
            collaboration: self.server.collaboration.clone(),
            number: i64::try_from(bits).unwrap(),
            title: "对账失败".into(),
            detail: String::new(),
            urgency: Urgency::Urgent { severity: Severity::One },
            raised_by: person_id(2),
            owner: person_id(OWNER),
            state: ProblemState::Waiting,
            level,
            tasks: Vec::new(),
            records: Vec::new(),
            message: None,
            drill: false,
            created_at: self.ago(300 + i64::try_from(bits).unwrap()),
            updated_at: self.now,
            version: 1,
        }
    }

    fn emergency(&self, problem: &Problem) -> Emergency {
        let template = shipped(Language::Chinese).remove(0);
        let candidates = Candidates {
            owner: person_id(OWNER),
            raiser: person_id(2),
            superior: None,
            assistant: None,
            call_list: Vec::new(),
        };
        Emergency {
            id: EmergencyId::from_bits(1),
            problem: problem.id.clone(),
            collaboration: problem.collaboration.clone(),
            plan: template.key.clone(),
            plan_name: template.name.clone(),
            severity: Severity::One,
            pace: template.paces.of(Severity::One),
            phase: Phase::Running,
            roles: template.fill(&candidates),
            drill: false,
            calls: true,
            war_room: Some(ChannelId::from_bits(2)),
            meeting: None,
            acknowledged: Vec::new(),
            report: Some(FaultReport { cause: "对账文件缺一列".into(), ..FaultReport::default() }),
            started_at: self.ago(400),
            updated_at: self.now,
            version: 1,
        }
    }

    async fn add(&self) {
        let workspace = &self.server.app.workspace;
        let mut tx = self.server.db().write().await.unwrap();
        for bits in 1..=3 {
            tx.insert_channel(workspace, &self.channel(bits)).await.unwrap();
        }
        for message in [
            self.message(1, Some(1), "今天对账：先看<b>流水</b>"),
            self.message(2, Some(1), "机密的对账要求"),
            self.message(3, Some(2), "作战室里的对账"),
            self.message(4, Some(3), "别处的对账"),
            self.message(5, None, "只对环说的对账"),
        ] {
            assert!(tx.insert_message(workspace, &message).await.unwrap());
        }
        for task in [self.task(1, Level::Public, Some(1)), self.task(2, Level::Confidential, Some(2))] {
            tx.insert_task(workspace, &task).await.unwrap();
        }
        for (bits, level) in [(1, Level::Public), (2, Level::Internal), (3, Level::Confidential)] {
            tx.insert_record(workspace, &self.record(bits, level)).await.unwrap();
        }
        let problem = self.problem(1, Level::Confidential);
        tx.insert_problem(workspace, &problem).await.unwrap();
        tx.insert_emergency(workspace, &self.emergency(&problem), &[]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn found(server: &Server, token: &str, query: &str) -> Vec<String> {
    let reply = server.get(&format!("/api/v1/search?limit=50&{query}"), token).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let name = |hit: &serde_json::Value| {
        let id = hit["id"].as_str().unwrap();
        format!("{}{}", &id[..3], id.trim_start_matches(|c: char| !c.is_ascii_digit()).trim_start_matches('0'))
    };
    reply.json()["items"].as_array().unwrap().iter().map(name).collect()
}

/// «对账».
const WORDS: &str = "query=%E5%AF%B9%E8%B4%A6";
const EVERYTHING: [&str; 10] = ["msg1", "msg2", "msg3", "msg4", "tsk1", "tsk2", "rec1", "rec2", "rec3", "prb1"];

async fn rights(server: Server) {
    Matters { server: &server, now: server.app.now() }.add().await;
    let tokens = &server.tokens;

    let mut all = EVERYTHING.to_vec();
    all.push("emg1");
    assert_eq!(found(&server, &tokens.admin, WORDS).await, all, "all but what was said to us alone");
    let leads = found(&server, &tokens.initiator, WORDS).await;
    all.retain(|name| *name != "msg4");
    assert_eq!(leads, all, "not the group of nobody's collaboration");
    let mut owner = all.clone();
    owner.splice(3..3, ["msg4", "msg5"]);
    assert_eq!(found(&server, &tokens.owner, WORDS).await, owner, "their own words as well, wherever");
    assert_eq!(found(&server, &tokens.member, WORDS).await, ["msg1", "tsk1", "rec1", "rec2"]);
    assert_eq!(found(&server, &tokens.guest, WORDS).await, ["tsk1", "rec1"]);
    assert_eq!(found(&server, &tokens.stranger, WORDS).await, ["tsk1", "rec1"]);

    // Nothing is told in other ways either: each page goes on to the end and holds nothing else.
    let mut cursor = String::new();
    let mut seen = Vec::new();
    loop {
        let reply = server.get(&format!("/api/v1/search?limit=1&{WORDS}{cursor}"), &tokens.member).await;
        let text = reply.text();
        for secret in ["机密", "作战室", "别处", "只对环", "缺一列", "对账失败"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        let page = reply.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 4);

    // A group that is unbound is no longer theirs to read, without anything being written anew.
    let matters = Matters { server: &server, now: server.app.now() };
    let mut tx = server.db().write().await.unwrap();
    let unbound = Channel { collaboration: None, ..matters.channel(1) };
    tx.update_channel(&server.app.workspace, &unbound).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(found(&server, &tokens.member, WORDS).await, ["tsk1", "rec1", "rec2"]);
    server.end().await;
}

#[tokio::test]
async fn i2_a2_everybody_finds_what_they_may_see_and_nothing_tells_of_more() {
    rights(Server::start().await).await;
}

#[tokio::test]
async fn i2_a2_everybody_finds_what_they_may_see_and_nothing_tells_of_more_on_postgres() {
    rights(Server::start_on_postgres().await).await;
}

#[tokio::test]
async fn f4_a_hit_says_where_who_and_when_and_marks_the_words() {
    let server = Server::start().await;
    Matters { server: &server, now: server.app.now() }.add().await;
    let page = server.get(&format!("/api/v1/search?{WORDS}&kind=message,task"), &server.tokens.member).await.json();
    let (said, task) = (&page["items"][0], &page["items"][1]);
    assert_eq!((said["kind"].as_str(), said["platform"].as_str()), (Some("message"), Some("probe")));
    assert_eq!(said["title"][0]["text"], "群1");
    assert_eq!(said["collaboration"]["name"], "产品V2.0");
    assert_eq!(said["person"]["name"], "李强");
    assert_eq!(said["link"], "https://platform.example/1");
    assert_eq!(
        said["snippet"],
        serde_json::json!([
            {"text": "今天", "hit": false}, {"text": "对账", "hit": true}, {"text": "：先看<b>流水</b>", "hit": false},
        ])
    );
    assert_eq!((task["number"].as_str(), task["state"].as_str()), (Some("#1"), Some("offered")));
    assert_eq!(task["title"][0], serde_json::json!({"text": "对账", "hit": true}));
    assert_eq!(task["snippet"][0]["text"], "按月核对流水");
    server.end().await;
}

#[tokio::test]
async fn hits_are_narrowed_down() {
    let server = Server::start().await;
    Matters { server: &server, now: server.app.now() }.add().await;
    let token = &server.tokens.admin;
    for (narrowed, expected) in [
        ("kind=record".to_owned(), vec!["rec1", "rec2", "rec3"]),
        ("kind=problem,emergency".to_owned(), vec!["prb1", "emg1"]),
        ("platform=telephone".to_owned(), vec!["rec1", "rec2", "rec3"]),
        ("platform=probe".to_owned(), vec!["msg1", "msg2", "msg3", "msg4"]),
        (format!("person={}&kind=task", person_id(2)), vec!["tsk1", "tsk2"]),
        (format!("person={}", person_id(MEMBER)), vec![]),
        (format!("collaboration={}&kind=message", server.collaboration), vec!["msg1", "msg2", "msg3"]),
        ("from=2026-11-25T01:58:30Z".to_owned(), vec!["msg1"]),
        ("before=2026-11-24T19:30:00Z".to_owned(), vec!["emg1"]),
    ] {
        assert_eq!(found(&server, token, &format!("{WORDS}&{narrowed}")).await, expected, "{narrowed}");
    }
    assert_eq!(found(&server, token, "query=%E6%B5%81%E6%B0%B4%20%E5%AF%B9%E8%B4%A6&kind=message").await, ["msg1"]);
    assert_eq!(found(&server, token, "query=").await, Vec::<String>::new());
    assert_eq!(found(&server, token, "").await, Vec::<String>::new());
    let elsewhere = format!("/api/v1/search?{WORDS}&collaboration={}", server.collaboration);
    assert_eq!(server.get(&elsewhere, &server.tokens.stranger).await.status, 404);
    for wrong in ["limit=0", "limit=51", "kind=colour", "cursor=x", "from=yesterday", "colour=red"] {
        let reply = server.get(&format!("/api/v1/search?{WORDS}&{wrong}"), token).await;
        assert_eq!((reply.status, reply.code().as_str()), (422, "invalid_input"), "{wrong}");
    }
    server.end().await;
}
