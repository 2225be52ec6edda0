//! Every endpoint of the description with everything that is wrong: never a fault of ours, always a problem document with
//! a stable code, and nothing changed.

use std::collections::BTreeSet;

use huan_app::links::{LinkTo, SignedLink};
use huan_store::testing::number;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    authorisation::{filled, with_problem},
    harness::{OWNER, Reply, Server, person_id},
};

/// Never ends, so it cannot be read whole.
const STREAM: &str = "/events";

/// An operation as the description tells it.
struct Operation {
    method: String,
    path: String,
    roles: Vec<String>,
    /// Names of its parameters in the query.
    query: Vec<String>,
    /// The schema of its JSON body.
    body: Option<Value>,
}

fn operations(description: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let roles = operation["security"].as_array().unwrap().iter();
            let roles = roles.filter_map(|way| way["token"].as_array()).flatten();
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query = parameters.filter(|parameter| parameter["in"] == "query");
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.strip_prefix("/api/v1").unwrap().to_owned(),
                roles: roles.map(|role| role.as_str().unwrap().to_owned()).collect(),
                query: query.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect(),
                body: operation.pointer("/requestBody/content/application~1json/schema").cloned(),
            });
        }
    }
    operations
}

/// A schema with its reference followed.
fn followed<'a>(description: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(name) => followed(description, description.pointer(name.trim_start_matches('#')).unwrap()),
        None => schema,
    }
}

/// A value that the schema allows; ids are of things that exist.
fn sample(description: &Value, schema: &Value, name: &str, server: &Server) -> Value {
    let schema = followed(description, schema);
    if let Some(choice) = schema["oneOf"].as_array().or(schema["allOf"].as_array()).and_then(|all| all.last()) {
        return sample(description, choice, name, server);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    match (name, types(schema).first().map(String::as_str)) {
        ("owner" | "person" | "superior" | "successor" | "initiator", _) => json!(person_id(OWNER)),
        ("collaboration", _) => json!(server.collaboration),
        ("platform", _) => json!("probe"),
        ("settings", _) => json!({"secret": "x"}),
        (_, Some("string")) if schema["format"] == "date-time" => json!("2026-12-01T00:00:00Z"),
        (_, Some("string")) if schema["format"] == "date" => json!("2026-12-01"),
        (_, Some("string")) => json!("a"),
        (_, Some("integer" | "number")) => json!(1),
        (_, Some("boolean")) => json!(true),
        (_, Some("array")) => json!([sample(description, &schema["items"], "", server)]),
        (_, Some("object")) => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let all = schema["properties"].as_object().cloned().unwrap_or_default();
            let needed = all.into_iter().filter(|(name, _)| required.iter().any(|required| required == name));
            needed.map(|(name, schema)| (name.clone(), sample(description, &schema, &name, server))).collect()
        }
        _ => json!({}),
    }
}

/// The JSON types that a schema names; empty when it does not say.
fn types(schema: &Value) -> Vec<String> {
    match &schema["type"] {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => {
            let named = several.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            named.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a value is plainly of another type than the schema says.
fn is_of_another_type(schema: &Value, value: &Value) -> bool {
    let named = types(schema);
    let fits = |kind: &str| match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    };
    // What may be left out may also be null.
    !named.is_empty() && !value.is_null() && !named.iter().any(|kind| fits(kind))
}

/// What comes in place of each property.
fn values() -> Vec<Value> {
    let mut deep = json!("deep");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!(" \n\t"),
        json!("a\u{0}b"),
        json!("\u{202e}💥\u{feff}"),
        json!("长".repeat(6_000)),
        json!("2026-13-45T99:00:00Z"),
        json!("-009999-01-01T00:00:00Z"),
        json!("tsk_00000000000000000000000009"),
        json!("per_00000000000000000000000009"),
        json!("'; DROP TABLE task; --"),
        json!([]),
        json!([null]),
        json!(vec!["a"; 60]),
        json!({}),
        json!({"kind": "nonsense"}),
        deep,
    ]
}

/// Bodies that are no JSON, or not an object.
const BODIES: &[&[u8]] = &[
    b"{",
    b"nul",
    b"{\"version\":1}{}",
    b"{\"a\":1e999}",
    b"{\"\\ud800\":1}",
    b"\"a\"",
    b"[]",
    b"null",
    b"5",
    b"\xff\xfe{}",
    b"{\"version\":1,\"version\":2}",
];

/// In place of a parameter of path or query.
const WORDS: &[&str] = &[
    "x",
    "%20",
    "%00",
    "%F0%9F%92%A5",
    "%FF",
    "-1",
    "99999999999999999999",
    "%2e%2e%2f",
    "'",
    "tsk_00000000000000000000000009",
    "TSK_00000000000000000000000009",
    "per_zzzzzzzzzzzzzzzzzzzzzzzzzz",
];

struct Fuzz {
    server: Server,
    /// What was tried, and how often it was refused.
    tried: usize,
    refused: usize,
    codes: BTreeSet<String>,
}

impl Fuzz {
    fn new(server: Server) -> Self {
        Self { server, tried: 0, refused: 0, codes: BTreeSet::new() }
    }

    /// Everything that a refused request must leave as it was.
    async fn state(&self) -> i64 {
        const ALL: &str = "SELECT (SELECT COALESCE(MAX(position), 0) FROM history) * 1000000
            + (SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) FROM counter)
            + (SELECT COUNT(*) FROM task) + (SELECT COUNT(*) FROM record) + (SELECT COUNT(*) FROM follow_up)
            + (SELECT COUNT(*) FROM clock) + (SELECT COUNT(*) FROM delivery) + (SELECT COUNT(*) FROM inbox)
            + (SELECT COUNT(*) FROM person) + (SELECT COUNT(*) FROM department) + (SELECT COUNT(*) FROM identity)
            + (SELECT COUNT(*) FROM collaboration) + (SELECT COUNT(*) FROM membership) + (SELECT COUNT(*) FROM channel)
            + (SELECT COUNT(*) FROM account) + (SELECT COUNT(*) FROM session) + (SELECT COUNT(*) FROM token)
            + (SELECT COUNT(*) FROM one_time_link) + (SELECT COUNT(*) FROM idempotency)
            + (SELECT COUNT(*) FROM holiday_year) + (SELECT COUNT(*) FROM setting) + (SELECT COUNT(*) FROM password)
            + (SELECT COUNT(*) FROM directory_run) + (SELECT COUNT(*) FROM directory_entry)
            + (SELECT COUNT(*) FROM directory_source) + (SELECT COUNT(*) FROM leaver)
            + (SELECT COUNT(*) FROM document) + (SELECT COUNT(*) FROM document_edition)
            + (SELECT COUNT(*) FROM document_link) + (SELECT COUNT(*) FROM file)
            AS n";
        let db = self.server.db();
        let mut conn = db.read().await.unwrap();
        number(&mut conn, ALL).await.unwrap()
    }

    fn token(&self, operation: &Operation) -> String {
        let tokens = &self.server.tokens;
        let is = |role: &str| operation.roles.iter().any(|known| known == role);
        let own_task = operation.path.starts_with("/tasks/{id}/") && is("owner");
        if own_task { &tokens.owner } else { &tokens.admin }.clone()
    }

    async fn send(&self, operation: &Operation, address: &str, headers: &[(&str, String)], body: &[u8]) -> Reply {
        let mut all = vec![("Authorization", format!("Bearer {}", self.token(operation)))];
        all.extend_from_slice(headers);
        self.server.raw(&operation.method, &format!("/api/v1{address}"), &all, body).await
    }

    /// Tries a request. Unless it is taken, it must be refused as it should.
    async fn try_one(&mut self, operation: &Operation, address: &str, body: &[u8], must_refuse: bool) {
        let kind = if operation.path.starts_with("/calendar") { "text/plain" } else { "application/json" };
        let before = self.state().await;
        let reply = self.send(operation, address, &[("Content-Type", kind.to_owned())], body).await;
        let shown: String = String::from_utf8_lossy(body).chars().take(200).collect();
        let what = format!("{} {address} {shown}", operation.method);
        self.tried += 1;
        if reply.status < 400 {
            assert!(!must_refuse, "{what} was taken: {}", reply.text());
            return;
        }
        self.check_refusal(&what, &reply);
        assert_eq!(self.state().await, before, "{what} was refused and yet changed something: {}", reply.text());
    }

    fn check_refusal(&mut self, what: &str, reply: &Reply) {
        assert!(reply.status < 500, "{what}: {} {}", reply.status, reply.text());
        self.refused += 1;
        let code = reply.code();
        let is_stable = code.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !code.is_empty();
        assert!(is_stable, "{what}: {code}");
        let document = reply.json();
        for text in [&document["title"], &document["detail"]] {
            let text = text.as_str().unwrap();
            assert!(!text.is_empty() && !text.contains("error."), "{what}: a word is missing: {document}");
        }
        for field in document["fields"].as_array().into_iter().flatten() {
            assert!(!field["message"].as_str().unwrap().contains("error."), "{what}: a word is missing: {document}");
        }
        self.codes.insert(code);
    }

    async fn bodies(&mut self, description: &Value, operation: &Operation, address: &str) {
        for body in BODIES {
            self.try_one(operation, address, body, true).await;
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
        self.try_one(operation, address, deep.as_bytes(), true).await;
        let headers = [("Content-Type", "application/xml".to_owned())];
        let reply = self.send(operation, address, &headers, b"<a/>").await;
        assert_eq!(reply.code(), "unsupported_media_type", "{} {address}", operation.method);
        let schema = followed(description, operation.body.as_ref().unwrap());
        let choices = schema["oneOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
        for schema in choices.iter().map(|choice| followed(description, choice)) {
            let whole = sample(description, schema, "", &self.server);
            let with = |name: &str, value: Value| {
                let mut body = whole.clone();
                body[name] = value;
                body.to_string()
            };
            self.try_one(operation, address, with("no_such_field", json!(1)).as_bytes(), true).await;
            let Some(properties) = schema["properties"].as_object() else { continue };
            for (name, property) in properties {
                let property = followed(description, property);
                for value in values() {
                    let must_refuse = is_of_another_type(property, &value);
                    self.try_one(operation, address, with(name, value).as_bytes(), must_refuse).await;
                }
            }
        }
    }

    async fn addresses(&mut self, operation: &Operation, address: &str) {
        let long = "a".repeat(3_000);
        for parameter in ["{id}", "{member}", "{link}", "{year}"] {
            if !operation.path.contains(parameter) {
                continue;
            }
            for word in WORDS.iter().copied().chain([long.as_str()]) {
                let address = operation
                    .path
                    .replace(parameter, word)
                    .replace("{id}", "x")
                    .replace("{member}", "x")
                    .replace("{link}", "x");
                self.try_one(operation, &address, b"{}", false).await;
            }
        }
        for name in &operation.query {
            for word in WORDS.iter().copied().chain([long.as_str(), "", "0", "true"]) {
                self.try_one(operation, &format!("{address}?{name}={word}"), b"", false).await;
            }
            self.try_one(operation, &format!("{address}?{name}=1&{name}=2"), b"", false).await;
        }
        if operation.method == "GET" {
            self.try_one(operation, &format!("{address}?no_such_parameter=1"), b"", false).await;
        }
    }

    async fn keys(&mut self, operation: &Operation, address: &str) {
        for key in ["k".repeat(201), "ключ".to_owned(), String::new()] {
            let reply = self.send(operation, address, &[("Idempotency-Key", key)], b"[]").await;
            self.check_refusal(&format!("{} {address} with a bad key", operation.method), &reply);
        }
    }
}

async fn everything_wrong(server: Server) {
    let description = serde_json::to_value(huan_web::openapi()).unwrap();
    let mut fuzz = Fuzz::new(server);
    for operation in operations(&description) {
        if operation.path == STREAM {
            continue;
        }
        // A task of its own, which no case before has moved.
        let task = with_problem(&fuzz.server).await;
        let address = filled(&operation.path, &fuzz.server, &task);
        if operation.body.is_some() {
            fuzz.bodies(&description, &operation, &address).await;
            fuzz.keys(&operation, &address).await;
        }
        if operation.path.starts_with("/calendar") && operation.method == "PUT" {
            for body in BODIES {
                fuzz.try_one(&operation, &address, body, true).await;
            }
        }
        fuzz.addresses(&operation, &address).await;
    }
    let (tried, refused) = (fuzz.tried, fuzz.refused);
    assert!(tried > 1_500 && refused > tried / 2, "{refused} of {tried} were refused");
    for code in ["malformed_json", "invalid_input", "too_long", "not_found", "unsupported_media_type"] {
        assert!(fuzz.codes.contains(code), "{code} never came: {:?}", fuzz.codes);
    }
    // The server is as well as before, and so is its database.
    assert_eq!(fuzz.server.get("/api/v1/session", &fuzz.server.tokens.admin).await.status, 200);
    let workspace = fuzz.server.app.workspace.clone();
    let db = fuzz.server.db();
    assert_eq!(db.read().await.unwrap().verify_history(&workspace).await.unwrap(), None);
    fuzz.server.end().await;
}

#[tokio::test]
async fn whatever_is_wrong_is_refused_with_a_code_and_changes_nothing_sqlite() {
    everything_wrong(Server::start().await).await;
}

#[tokio::test]
async fn whatever_is_wrong_is_refused_with_a_code_and_changes_nothing_postgres() {
    everything_wrong(Server::start_on_postgres().await).await;
}

#[tokio::test]
async fn links_that_are_wrong_open_nothing() {
    let fuzz = Fuzz::new(Server::start().await);
    let task = fuzz.server.task().await;
    let link = |hours: i64| SignedLink {
        to: LinkTo::Task(task["id"].as_str().unwrap().parse().unwrap()),
        person: person_id(OWNER),
        until: fuzz.server.app.now() + SignedDuration::from_hours(hours),
    };
    let good = link(1).token(&fuzz.server.app.secrets);
    let other = huan_app::secrets::Secrets::derive(&[8; 32]);
    let mut wrong = vec![link(-1).token(&fuzz.server.app.secrets), link(1).token(&other), good.to_uppercase()];
    wrong.extend((0..good.len()).step_by(7).map(|cut| good[..cut].to_owned()));
    wrong.extend(WORDS.iter().map(|word| (*word).to_owned()));
    wrong.push("a".repeat(3_000));
    let before = fuzz.state().await;
    for token in wrong.iter().filter(|token| !token.is_empty()) {
        for (method, body) in [("GET", ""), ("POST", "step=accept"), ("POST", "step=decline&reason=a&proposal=b")] {
            let headers = [("Content-Type", "application/x-www-form-urlencoded".to_owned())];
            let reply = fuzz.server.raw(method, &format!("/l/{token}"), &headers, body.as_bytes()).await;
            assert!((400..500).contains(&reply.status), "{method} /l/{token}: {}", reply.status);
        }
    }
    // A good link with a form that is not.
    for body in ["", "step=nonsense", "=&=&=", "step=%00", "step=decline&reason=%FF", "a"] {
        let headers = [("Content-Type", "application/x-www-form-urlencoded".to_owned())];
        let reply = fuzz.server.raw("POST", &format!("/l/{good}"), &headers, body.as_bytes()).await;
        assert!((400..500).contains(&reply.status), "{body}: {} {}", reply.status, reply.text());
    }
    assert_eq!(fuzz.state().await, before, "nothing was changed");
    fuzz.server.end().await;
}
