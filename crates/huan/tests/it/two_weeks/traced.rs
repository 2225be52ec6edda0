//! F4: from every thing to what was said, and from what was said to every thing, over the links that the pages show, in two
//! clicks at most, for each member of the collaboration. No link leads nowhere.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    first_week::{EXPORT, FIELDS},
    second_week::{FROM_BOARD, GUIDE, LOAD_TEST},
    story::{Story, text},
};

const MEMBERS: [&str; 7] = ["wangxiao", "hejing", "liqiang", "zhouting", "wugang", "chenming", "zhaomin"];
const KINDS: [&str; 7] = ["tasks", "records", "problems", "emergencies", "minutes", "entries", "documents"];

pub(super) async fn both_ways(story: &Story) {
    things_are_linked(story).await;
    for reader in MEMBERS {
        let mut said = BTreeSet::new();
        for kind in KINDS {
            let listed = list(story, reader, kind).await;
            assert!(!listed.is_empty(), "the story has {kind}");
            for one in listed {
                let thing = story.get(reader, &format!("/{kind}/{}", text(&one["id"]))).await;
                said.extend(to_its_source(story, reader, kind, &thing).await);
                to_what_it_is_linked_with(story, reader, kind, &thing).await;
                through_its_history(story, reader, &thing).await;
            }
        }
        // Four tasks, three entries, the meeting, the problem and the emergency were said.
        assert_eq!(said.len(), 10, "{reader}: {said:?}");
        from_what_was_said(story, reader, &said).await;
        from_the_digests(story, reader).await;
    }
    for message in messages(story, "wangxiao").await {
        let (status, _) = story.ask("sunli", "GET", &format!("/messages/{message}"), None).await;
        assert_eq!(status, 404, "who is in none of this reads none of it");
    }
}

/// What people link by hand on the pages.
async fn things_are_linked(story: &Story) {
    let entry = story.named("entries", "希望能导出 Excel").await;
    let record = story.named("records", "供应商接口人").await;
    for target in [&story.named("tasks", EXPORT).await["id"], &record["id"]] {
        let link = json!({"target": target, "linked": true});
        story.post("hejing", &format!("/entries/{}/link", text(&entry["id"])), link).await;
    }
    let problem = story.named("problems", "导出的文件打不开").await;
    let link = json!({"record": record["id"], "linked": true});
    story.post("liqiang", &format!("/problems/{}/link", text(&problem["id"])), link).await;
}

async fn list(story: &Story, reader: &str, kind: &str) -> Vec<Value> {
    story.list(reader, &format!("/{kind}?collaboration={}&limit=200", story.collaboration)).await
}

/// From a thing to the message behind it; where none is, to the object on a platform or to what was done on the page.
async fn to_its_source(story: &Story, reader: &str, kind: &str, thing: &Value) -> Option<String> {
    // The page of an emergency leads to its problem, which shows the message: two clicks.
    let origin = if kind == "emergencies" { &thing["problem"]["origin"] } else { &thing["origin"] };
    let Some(message) = origin["message"].as_str() else {
        let entered = story.list(reader, &format!("/history?subject={}&limit=200", text(&thing["id"]))).await;
        let first = entered.first().unwrap_or_else(|| panic!("nobody made {thing:#}"));
        let by_hand = ["web", "api"].contains(&text(&first["source"]["kind"])) && first["actor"] != Value::Null;
        let there = thing["there"]["link"].as_str().is_some_and(|link| link.starts_with("http"));
        // The row of a task leads to the task, which leads to the platform: two clicks.
        let by_task = match thing["task"]["id"].as_str() {
            Some(task) => story.get(reader, &format!("/tasks/{task}")).await["there"]["link"].is_string(),
            None => false,
        };
        assert!(by_hand || there || by_task, "{reader} comes from {kind} to nothing: {thing:#}");
        return None;
    };
    let page = story.get(reader, &format!("/messages/{message}")).await;
    assert_eq!(page["text"], origin["text"]);
    assert!(ids(&page["made"]).contains(text(&thing["id"])), "{reader} does not come back to {kind}: {page:#}");
    let talked_on = text(&page["platform"]);
    assert!(["feishu", "dingtalk"].contains(&talked_on), "{page:#}");
    assert!(text(&page["link"]).starts_with("http"), "and to the platform: {page:#}");
    Some(message.to_owned())
}

fn ids(list: &Value) -> BTreeSet<&str> {
    list.as_array().unwrap().iter().map(|one| text(&one["id"])).collect()
}

/// From a thing to the things it shows, and back from each.
async fn to_what_it_is_linked_with(story: &Story, reader: &str, kind: &str, thing: &Value) {
    let id = text(&thing["id"]);
    match kind {
        "tasks" => {
            let record = story.get(reader, &format!("/records/{}", text(&thing["record"]["id"]))).await;
            assert_eq!(record["task"]["id"], thing["id"]);
        }
        "problems" => {
            for (to, list) in [("tasks", &thing["tasks"]), ("records", &thing["records"])] {
                for other in ids(list) {
                    story.get(reader, &format!("/{to}/{other}")).await;
                    let back = story.list(reader, &format!("/problems?linked={other}")).await;
                    assert!(back.iter().any(|one| one["id"] == thing["id"]), "{back:#?}");
                }
            }
            if let Some(emergency) = thing["emergency"].as_str() {
                let room = story.get(reader, &format!("/emergencies/{emergency}")).await;
                assert_eq!(room["problem"]["id"], thing["id"]);
            }
        }
        "emergencies" => {
            let measures = thing["report"]["measures"].as_array().unwrap();
            assert_eq!(measures.len(), 1);
            let task = story.get(reader, &format!("/tasks/{}", text(&measures[0]["task"]))).await;
            assert_eq!((&task["name"], &task["origin"]), (&json!(LOAD_TEST), &thing["problem"]["origin"]));
        }
        "minutes" => {
            for task in ids(&thing["tasks"]) {
                assert_eq!(story.get(reader, &format!("/tasks/{task}")).await["name"], FIELDS);
                let back = story.list(reader, &format!("/minutes?linked={task}")).await;
                assert!(back.iter().any(|one| one["id"] == thing["id"]), "{back:#?}");
            }
        }
        "entries" => {
            for link in thing["links"].as_array().unwrap() {
                story.get(reader, &place(text(&link["id"]))).await;
                let back = story.list(reader, &format!("/entries?linked={}", text(&link["id"]))).await;
                assert!(back.iter().any(|one| one["id"] == thing["id"]), "{back:#?}");
            }
        }
        "documents" => {
            assert_eq!(thing["title"], GUIDE);
            let task = text(&story.named("tasks", FIELDS).await["id"]).to_owned();
            let back = story.list(reader, &format!("/documents?linked={task}")).await;
            assert!(back.iter().any(|one| text(&one["id"]) == id), "{back:#?}");
            let links = thing["links"].as_array().unwrap();
            assert!(links.iter().any(|link| text(&link["id"]) == task), "{thing:#}");
        }
        _ => {}
    }
}

/// Where the thing with an id is asked for.
fn place(id: &str) -> String {
    let kinds = [
        ("tsk_", "tasks"),
        ("rec_", "records"),
        ("prb_", "problems"),
        ("emg_", "emergencies"),
        ("min_", "minutes"),
        ("ent_", "entries"),
        ("doc_", "documents"),
    ];
    let kind = kinds.into_iter().find(|(prefix, _)| id.starts_with(prefix));
    let (_, kind) = kind.unwrap_or_else(|| panic!("{id} has no page"));
    format!("/{kind}/{id}")
}

/// Each line of the history that was said leads to the message, whose page tells the same.
async fn through_its_history(story: &Story, reader: &str, thing: &Value) {
    let lines = story.list(reader, &format!("/history?subject={}&limit=200", text(&thing["id"]))).await;
    assert!(!lines.is_empty());
    for line in lines {
        let source = &line["source"];
        match text(&source["kind"]) {
            "chat" => {
                let message = story.get(reader, &format!("/messages/{}", text(&source["message_id"]))).await;
                assert_eq!(message["text"], source["message"]);
                let told = ids(&message["done"]);
                assert!(told.contains(text(&line["id"])), "{reader}: {line:#} is not told by {message:#}");
            }
            "card" | "task_platform" => assert!(source["platform"].is_string(), "{line:#}"),
            "web" | "api" | "signed_link" | "clock" | "huan" => {}
            other => panic!("by which way is «{other}»? {line:#}"),
        }
    }
}

/// The ids of the messages in the timeline.
async fn messages(story: &Story, reader: &str) -> Vec<String> {
    let path = format!("/collaborations/{}/timeline?kind=message&limit=200", story.collaboration);
    story.list(reader, &path).await.iter().map(|moment| text(&moment["id"]).to_owned()).collect()
}

/// From each message of the timeline, and from those behind things, to everything that was made of it or done by it.
async fn from_what_was_said(story: &Story, reader: &str, behind_things: &BTreeSet<String>) {
    let timeline = messages(story, reader).await;
    assert!(timeline.len() > 10, "{timeline:?}");
    let all: BTreeSet<&String> = timeline.iter().chain(behind_things).collect();
    for message in all {
        let page = story.get(reader, &format!("/messages/{message}")).await;
        for made in page["made"].as_array().unwrap() {
            assert_eq!(made["collaboration"], story.collaboration);
            let thing = story.get(reader, &place(text(&made["id"]))).await;
            let origin = if made["kind"] == "emergency" { &thing["problem"]["origin"] } else { &thing["origin"] };
            assert_eq!(origin["message"].as_str(), Some(message.as_str()), "{made:#} does not lead back");
        }
        for done in page["done"].as_array().unwrap() {
            if let Some(about) = done["about"]["id"].as_str() {
                story.get(reader, &place(about)).await;
            }
        }
    }
}

/// Each line of each digest leads to what it is about.
async fn from_the_digests(story: &Story, reader: &str) {
    for digest in story.list(reader, &format!("/collaborations/{}/digests", story.collaboration)).await {
        let page = story.get(reader, &format!("/digests/{}", text(&digest["id"]))).await;
        for line in page["lines"].as_array().unwrap() {
            match line["subject"].as_str() {
                Some(person) if person.starts_with("per_") => {
                    drop(story.get(reader, &format!("/people/{person}")).await)
                }
                Some(thing) => drop(story.get(reader, &place(thing)).await),
                None => assert_eq!(line["part"], "next", "written by hand: {line:#}"),
            }
        }
    }
    assert!(story.named("tasks", FROM_BOARD).await["origin"].is_null(), "one of the tasks was made on the board");
}
