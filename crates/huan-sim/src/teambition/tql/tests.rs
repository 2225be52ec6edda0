//! The examples of §5.1 and what follows from them.

use std::collections::BTreeMap;

use super::super::task::FieldValue;
use super::*;

const ME: &str = "65e0f1a2b3c4d5e6f7a8b9a1";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn task() -> Task {
    let own = FieldValue { id: String::new(), title: "OWN-42".into(), meta: String::new() };
    Task {
        id: "t".into(),
        number: 42,
        content: "Deliver the draft contract".into(),
        note: "Acceptance: signed PDF".into(),
        project: "p".into(),
        stage: "s".into(),
        tasklist: "l".into(),
        status: "f".into(),
        task_type: "y".into(),
        sprint: String::new(),
        parent: None,
        creator: "c".into(),
        executor: Some(ME.into()),
        involved: vec![ME.into(), "c".into()],
        priority: -10,
        done: false,
        archived: false,
        visible: "members".into(),
        start: None,
        due: Some(at("2026-01-05T10:00:00Z")),
        accomplished: None,
        created: at("2026-01-02T03:04:05Z"),
        updated: at("2026-01-02T03:04:05Z"),
        tags: vec!["g".into()],
        story_point: String::new(),
        progress: 0,
        recurrence: Vec::new(),
        fields: BTreeMap::from([("65e0d9".to_owned(), vec![own])]),
        activities: Vec::new(),
        links: Vec::new(),
    }
}

/// On Wednesday 2026-01-07, at noon in China.
fn holds(query: &str) -> bool {
    Query::read(query).unwrap().fits(&task(), Some(ME), at("2026-01-07T04:00:00Z")).unwrap()
}

fn refused(query: &str) -> bool {
    Query::read(query).and_then(|query| query.fits(&task(), Some(ME), at("2026-01-07T04:00:00Z"))).is_err()
}

#[test]
fn the_examples_of_the_documentation() {
    assert!(holds("executorId = me() AND isDone = false AND dueDate < startOf(d)"));
    assert!(holds("updated >= '2026-01-02T03:00:00.000Z' ORDER BY updated ASC"));
    assert!(!holds("updated >= '2026-01-02T03:05:00.000Z' ORDER BY updated ASC"));
    assert!(holds("cf:65e0d9 ~ 'OWN-42'"));
    assert!(!holds("cf:65e0d9 ~ 'OWN-43'"));
    assert!(holds("created = '2026-01-02T11:04:05+08:00'"));
}

#[test]
fn each_operator() {
    for query in [
        "",
        "ORDER BY created DESC",
        "priority = -10",
        "priority IN (-10, 0)",
        "priority NOT IN (1)",
        "priority < 0",
        "projectId IN ('p', 'q')",
        "projectId NOT IN ('q')",
        "projectId != 'q'",
        "startDate = null",
        "dueDate != null",
        "title ~ 'draft'",
        "title !~ 'invoice'",
        "text ~ 'signed'",
        "title CONTAIN 'DRAFT'",
        "involveMembers = 'c'",
        "tagId IN ('g')",
        "sprintId = null",
        "isArchived = false",
        "uniqueId = 42",
        "taskflowstatusId = 'f'",
        "(isDone = true OR executorId = me()) AND creatorId = 'c'",
        "isDone = true OR isDone = false AND tagId = 'g'",
        "title = 'Deliver the draft contract'",
        "creatorId = 'c' and isDone = false order by updated desc, priority",
    ] {
        assert!(holds(query), "{query}");
    }
    for query in ["startDate > '2020-01-01T00:00:00Z'", "startDate < '2030-01-01T00:00:00Z'", "executorId = null"] {
        assert!(!holds(query), "{query}");
    }
}

#[test]
fn the_calendar_begins_weeks_on_monday_and_is_that_of_china() {
    // The task is due on Monday at 18:00 in China.
    assert!(holds("dueDate >= startOf(w) AND dueDate <= endOf(d, -2d)"));
    assert!(!holds("dueDate >= startOf(d, -1d)"));
    assert!(holds(
        "dueDate > startOf(M) AND dueDate < endOf(M) AND dueDate > startOf(y) AND dueDate < startOf(M, +1M)"
    ));
    assert!(holds("dueDate > '2026-01-05' AND dueDate < '2026-01-06'"));
}

#[test]
fn what_is_not_documented_is_refused_and_not_guessed() {
    for query in [
        "colour = 'red'",
        "isDone = 1",
        "isDone > true",
        "dueDate = 'soon'",
        "title > 'a'",
        "priority ~ 'x'",
        "executorId = ",
        "executorId 'a'",
        "(isDone = false",
        "isDone = false)",
        "title = 'open",
        "isDone = false AND",
        "updated >= '2026-01-02T03:00:00Z' ORDER",
        "title = \"x\"",
        "ORDER BY executorId",
        "dueDate < startOf(h)",
        "dueDate < startOf(d, -x)",
        "executorId = you()",
        "priority IN ()",
        "cf: = 'x'",
        "a; b",
        "startDate > null",
    ] {
        assert!(refused(query), "{query}");
    }
    let deep = format!("{}isDone = false{}", "(".repeat(200), ")".repeat(200));
    assert!(refused(&deep));
}

#[test]
fn the_order_is_the_one_asked_for() {
    let (mut first, mut second) = (task(), task());
    first.updated = at("2026-01-03T00:00:00Z");
    second.updated = at("2026-01-02T00:00:00Z");
    (first.id, second.id) = ("one".into(), "two".into());
    let sorted = |query: &str| {
        let mut found = vec![&first, &second];
        Query::read(query).unwrap().sort(&mut found);
        found.into_iter().map(|task| task.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(sorted("ORDER BY updated ASC"), ["two", "one"]);
    assert_eq!(sorted("ORDER BY updated"), ["two", "one"]);
    assert_eq!(sorted("ORDER BY updated DESC"), ["one", "two"]);
    assert_eq!(sorted("ORDER BY priority, updated"), ["two", "one"]);
    assert_eq!(sorted(""), ["one", "two"]);
}
