//! Live updates.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpStream,
};

use crate::harness::Server;

struct Stream(BufReader<TcpStream>);

impl Stream {
    async fn open(server: &Server, token: &str, last: Option<i64>) -> Self {
        // A browser offers compression, but an event that waits in a compressor's buffer would be late.
        let mut headers = vec![("Authorization", format!("Bearer {token}")), ("Accept-Encoding", "gzip".to_owned())];
        if let Some(last) = last {
            headers.push(("Last-Event-ID", last.to_string()));
        }
        Self(BufReader::new(server.open("GET", "/api/v1/events", &headers, b"").await))
    }

    /// The next event: its name and data.
    async fn next(&mut self) -> Option<(String, Value)> {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            let read = tokio::time::timeout(Duration::from_secs(5), self.0.read_line(&mut line)).await.ok()?;
            if read.unwrap() == 0 {
                return None;
            }
            if let Some(text) = line.strip_prefix("event: ") {
                name = text.trim().to_owned();
            } else if let Some(text) = line.strip_prefix("data: ") {
                return Some((name, serde_json::from_str(text).unwrap()));
            }
        }
    }

    async fn expect(&mut self, expected: &str) -> Value {
        let (name, data) = self.next().await.expect(expected);
        assert_eq!(name, expected, "{data}");
        data
    }
}

fn kinds(data: &Value) -> Vec<&str> {
    data["topics"].as_array().unwrap().iter().map(|topic| topic["kind"].as_str().unwrap()).collect()
}

async fn a_change_is_told(server: Server) {
    let mut member = Stream::open(&server, &server.tokens.member, None).await;
    let hello = member.expect("hello").await;
    assert_eq!(hello["server_time"], crate::harness::NOW);
    let mut stranger = Stream::open(&server, &server.tokens.stranger, None).await;
    stranger.expect("hello").await;
    let task = server.task().await;
    let changed = member.expect("changed").await;
    assert!(kinds(&changed).contains(&"task"), "{changed}");
    assert_eq!(changed["topics"].as_array().unwrap().iter().filter(|topic| topic["id"] == task["id"]).count(), 1);
    // Whoever has no part in it hears of it not at all; of a change of people everybody does.
    let body = json!({"version": 1, "job": "资深财务"});
    let path = format!("/api/v1/people/{}", crate::harness::person_id(6));
    assert_eq!(server.patch(&path, &server.tokens.admin, body).await.status, 200);
    assert_eq!(kinds(&stranger.expect("changed").await), ["person"]);
    // Whoever comes back gets what was missed, or is told to load anew.
    let mut back = Stream::open(&server, &server.tokens.member, hello["seq"].as_i64()).await;
    back.expect("hello").await;
    assert!(kinds(&back.expect("changed").await).contains(&"task"));
    let mut confused = Stream::open(&server, &server.tokens.member, Some(1_000_000)).await;
    confused.expect("hello").await;
    confused.expect("reset").await;
    // The streams end when the program stops.
    server.stop.cancel();
    while stranger.next().await.is_some() {}
    server.end().await;
}

#[tokio::test]
async fn a_change_is_told_to_those_who_may_see_it_on_sqlite() {
    a_change_is_told(Server::start().await).await;
}

#[tokio::test]
async fn a_change_is_told_to_those_who_may_see_it_on_postgres() {
    a_change_is_told(Server::start_on_postgres().await).await;
}
