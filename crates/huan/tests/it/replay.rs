//! Genuine callbacks, written down on their way and told again: soon, often, out of order, changed, elsewhere, much later.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use huan_app::engine::accounts;
use huan_connect::Settings;
use huan_core::{id::AccountId, platform::PlatformKey, task::Stage};
use huan_sim::{
    Delivery, HttpDelivery,
    PlatformName::{Dingtalk, Feishu},
};
use huan_store::{
    PlatformAccount,
    testing::{Fresh, number},
};
use jiff::SignedDuration;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use url::Url;

use crate::world::{Way, World};

const TASK: &str = "@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前";

#[tokio::test]
async fn f4_a_recorded_callback_told_again_changes_nothing_sqlite() {
    told_again(World::new(Fresh::sqlite().await, Way::Http).await).await;
}

#[tokio::test]
async fn f4_a_recorded_callback_told_again_changes_nothing_postgres() {
    told_again(World::new(Fresh::postgres().await, Way::Http).await).await;
}

async fn told_again(world: World) {
    let wire = Wire::lay(&world).await;
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let form = [("reason", "本周排期已满"), ("proposal", "改到下周一12:00")];
    world.press(Feishu, "liqiang", "暂不承接", &form).await;
    world.press(Dingtalk, "wangxiao", "同意建议", &[]).await;
    world.press(Feishu, "liqiang", "承接", &[]).await;
    world.say(Feishu, "product_v2_dev", "hejing", "@环 任务 核对数据 @李强 周五17:00前").await;
    world.sim.dingtalk().emit_event("user_add_org", serde_json::json!({"userId": ["015227"]}));
    world.settle().await;
    assert_eq!(world.tasks().await[0].state.stage(), Stage::InProgress);
    let recorded = wire.recorded();
    let on = |route: &str| recorded.iter().filter(|request| request.path().contains(route)).count();
    let feishu = format!("/callbacks/{}", world.company.feishu);
    assert!(on("/robot") > 0 && on("/card") > 0 && on("/event") > 0 && on(&feishu) > 3, "{recorded:#?}");

    // Soon, often, out of order: the platform is told that all is well, and nothing happens.
    let before = everything(&world).await;
    for request in recorded.iter().rev().chain(&recorded).chain(recorded.iter().step_by(2)) {
        assert_eq!(wire.send(request).await.0, 200, "{request:?}");
    }
    assert_eq!(everything(&world).await, before, "what was heard is known");

    forged(&world, &wire, &recorded).await;
    assert_eq!(everything(&world).await, before);
    elsewhere(&world, &wire, &recorded).await;
    assert_eq!(everything(&world).await, before);
    malformed(&wire, &recorded).await;
    assert_eq!(everything(&world).await, before);

    // DingTalk signs the moment and not the words of a message (§7.1); the message's own id is known all the same.
    let said = recorded.iter().find(|request| request.path().contains("/robot")).unwrap();
    let spaced = Recorded { body: [b" ", said.body.as_slice(), b"\n"].concat(), ..said.clone() };
    assert_eq!(wire.send(&spaced).await.0, 200);
    assert_eq!(shown(&world).await, before.shown, "one message is heard once");

    // Much later. No clock is to ring meanwhile: only what comes over the wire is looked at.
    world.time.advance(SignedDuration::from_hours(9));
    too_old(&world, &wire, &recorded).await;
    world.time.advance(SignedDuration::from_hours(24 * 40));
    let mut tx = world.app.db.write().await.unwrap();
    let forgotten = tx.prune_events(&world.app.workspace, world.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(forgotten > 0, "the inbox has forgotten what it heard");
    too_old(&world, &wire, &recorded).await;
    world.end().await;
}

async fn too_old(world: &World, wire: &Wire, recorded: &[Recorded]) {
    let before = rows(world).await;
    for request in recorded.iter().filter(|request| !request.is_handshake) {
        assert_eq!(wire.send(request).await, (401, "not_genuine".to_owned()), "{request:?}");
    }
    assert_eq!(rows(world).await, before);
}

/// With a signature that is another one, and without any.
async fn forged(world: &World, wire: &Wire, recorded: &[Recorded]) {
    for request in recorded.iter().filter(|request| !request.is_handshake) {
        let is_signature = |name: &str| name.contains("sign");
        let mut forged = request.clone();
        for (name, value) in &mut forged.headers {
            if is_signature(name) {
                *value = flipped(value);
            }
        }
        let altered =
            forged.url(world, |name, value| Some(if is_signature(name) { flipped(value) } else { value.into() }));
        forged.target = altered;
        assert_eq!(wire.send(&forged).await, (401, "not_genuine".to_owned()), "{forged:?}");
        forged.headers.retain(|(name, _)| !is_signature(name));
        forged.target = forged.url(world, |name, value| (!is_signature(name)).then(|| value.to_owned()));
        let (status, code) = wire.send(&forged).await;
        assert_eq!((status, code.as_str()), (401, "not_genuine"), "{forged:?}");
    }
}

fn flipped(value: &str) -> String {
    let first = if value.starts_with('a') { 'b' } else { 'a' };
    format!("{first}{}", value.get(1..).unwrap_or_default())
}

/// To another platform's account, another tenant's, and nobody's.
async fn elsewhere(world: &World, wire: &Wire, recorded: &[Recorded]) {
    let (feishu, dingtalk) = (&world.company.feishu, &world.company.dingtalk);
    let other_tenant = another_feishu(world).await;
    for request in recorded.iter().filter(|request| !request.is_handshake) {
        let to = |account: &str| {
            let own = if request.target.contains(feishu.as_str()) { feishu } else { dingtalk };
            Recorded { target: request.target.replace(own.as_str(), account), ..request.clone() }
        };
        let swapped = if request.target.contains(feishu.as_str()) { dingtalk } else { feishu };
        let (status, code) = wire.send(&to(swapped.as_str())).await;
        assert!((400..500).contains(&status), "{request:?}: {status} {code}");
        if request.target.contains(feishu.as_str()) {
            assert_eq!(wire.send(&to(other_tenant.as_str())).await, (401, "not_genuine".to_owned()));
        }
        for nobody in ["acc_00000000000000000000000009", "nonsense"] {
            assert_eq!(wire.send(&to(nobody)).await, (404, "not_found".to_owned()));
        }
    }
}

/// A second Feishu account, with the keys of another tenant.
async fn another_feishu(world: &World) -> AccountId {
    let id = AccountId::from_bits(77);
    let settings: Settings = [
        ("app_id", "cli_another_tenant"),
        ("app_secret", "another"),
        ("mode", "http_callback"),
        ("verification_token", "another token"),
        ("encrypt_key", "another key"),
        ("base_url", world.sim.connection().feishu.base_url.as_str()),
    ]
    .into_iter()
    .collect();
    let account = PlatformAccount {
        settings: accounts::seal(&world.app, &id, &settings).unwrap(),
        id: id.clone(),
        platform: PlatformKey::new("feishu"),
        name: "别的公司".into(),
        enabled: true,
        created_at: world.app.now(),
        version: 1,
    };
    let mut tx = world.app.db.write().await.unwrap();
    tx.insert_account(&world.app.workspace, &account).await.unwrap();
    tx.commit().await.unwrap();
    accounts::open_all(&world.app).await.unwrap();
    id
}

/// Cut, oversized, of another content type, of other JSON types.
async fn malformed(wire: &Wire, recorded: &[Recorded]) {
    for request in recorded.iter().filter(|request| !request.is_handshake) {
        let with = |body: &[u8]| Recorded { body: body.to_vec(), ..request.clone() };
        let half = &request.body[..request.body.len() / 2];
        let large = vec![b' '; (1 << 20) + 1];
        let mut cases = vec![with(half), with(b""), with(&large), with(b"<a/>")];
        for text in ["[]", "null", "5", "\"x\"", "{}", "{\"encrypt\":5}", "{\"encrypt\":null}", "{\"encrypt\":[]}"] {
            // Whoever signs the moment only is believed whatever the words are: those are looked at when they are carried out.
            if !(text.starts_with('{') && (request.path().contains("/robot") || request.path().contains("/card"))) {
                cases.push(with(text.as_bytes()));
            }
        }
        for mut case in cases {
            for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
                case.headers.retain(|(name, _)| name != "content-type");
                case.headers.push(("content-type".to_owned(), kind.to_owned()));
                let (status, code) = wire.send(&case).await;
                let expected = ["malformed_callback", "not_genuine", "payload_too_large"];
                assert!(
                    (400..500).contains(&status) && expected.contains(&code.as_str()),
                    "{status} {code} for {} of {kind} at {}",
                    String::from_utf8_lossy(&case.body[..case.body.len().min(80)]),
                    request.target
                );
            }
        }
    }
}

/// Everything that a callback could change.
#[derive(Debug, PartialEq)]
struct Everything {
    rows: i64,
    shown: Shown,
}

/// What people see.
type Shown = (String, Vec<(String, usize)>);

async fn everything(world: &World) -> Everything {
    world.settle().await;
    Everything { rows: rows(world).await, shown: shown(world).await }
}

async fn shown(world: &World) -> Shown {
    world.settle().await;
    let platforms = world.sim.state(None).platforms;
    let conversations = platforms.values().flat_map(|platform| &platform.conversations);
    let messages = conversations.map(|one| (one.id.clone(), one.messages.len())).collect();
    (format!("{:#?}", world.tasks().await), messages)
}

async fn rows(world: &World) -> i64 {
    const ALL: &str = "SELECT (SELECT COALESCE(MAX(position), 0) FROM history) * 1000000
        + (SELECT COUNT(*) FROM inbox) * 1000 + (SELECT COUNT(*) FROM message) + (SELECT COUNT(*) FROM task)
        + (SELECT COUNT(*) FROM record) + (SELECT COUNT(*) FROM clock) + (SELECT COUNT(*) FROM delivery)
        + (SELECT COUNT(*) FROM identity) + (SELECT COUNT(*) FROM channel) + (SELECT COUNT(*) FROM sent_card) AS n";
    number(&mut world.app.db.read().await.unwrap(), ALL).await.unwrap()
}

/// A request as it came over the wire.
#[derive(Clone)]
struct Recorded {
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// The check of an address, which Feishu does not sign (§4.2): it holds no event, and is answered whenever it comes.
    is_handshake: bool,
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {}", self.target, self.headers, String::from_utf8_lossy(&self.body))
    }
}

impl Recorded {
    fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The target with its query changed.
    fn url(&self, world: &World, change: impl Fn(&str, &str) -> Option<String>) -> String {
        let mut url = world.callback(&world.company.feishu, "").join(&self.target).unwrap();
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.set_query(None);
        for (name, value) in pairs {
            if let Some(value) = change(&name, &value) {
                url.query_pairs_mut().append_pair(&name, &value);
            }
        }
        match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        }
    }
}

/// The stretch between the platforms and Huan: what goes over it is passed on and written down.
struct Wire {
    huan: SocketAddr,
    recorded: Arc<Mutex<Vec<Recorded>>>,
}

impl Wire {
    async fn lay(world: &World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let direct = world.callback(&world.company.feishu, "");
        let huan = SocketAddr::from(([127, 0, 0, 1], direct.port().unwrap()));
        let wire = Self { huan, recorded: Arc::default() };
        let recorded = Arc::clone(&wire.recorded);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let recorded = Arc::clone(&recorded);
                tokio::spawn(async move {
                    let Some(request) = read(&mut stream).await else { return };
                    let answer = exchange(huan, &request).await;
                    let answered = String::from_utf8_lossy(&answer).contains("\"challenge\"");
                    recorded.lock().unwrap().push(Recorded { is_handshake: answered, ..request });
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        let through = |account: &AccountId, route: &str| -> Url {
            format!("http://{address}/callbacks/{account}{route}").parse().unwrap()
        };
        let (feishu, dingtalk) = (&world.company.feishu, &world.company.dingtalk);
        let delivery = HttpDelivery { events: through(feishu, ""), robot: None, cards: None, encrypted: true };
        world.sim.set_delivery(Feishu, Delivery::Http(Box::new(delivery))).await.unwrap();
        let delivery = HttpDelivery {
            events: through(dingtalk, "/event"),
            robot: Some(through(dingtalk, "/robot")),
            cards: Some(through(dingtalk, "/card")),
            encrypted: true,
        };
        world.sim.set_delivery(Dingtalk, Delivery::Http(Box::new(delivery))).await.unwrap();
        // Presses go where the account has registered its cards.
        world.set(dingtalk, &[("card_callback_url", through(dingtalk, "/card").as_str())]).await;
        wire
    }

    fn recorded(&self) -> Vec<Recorded> {
        self.recorded.lock().unwrap().clone()
    }

    /// Tells Huan a request; the answer is the status and, of a refusal, the code.
    async fn send(&self, request: &Recorded) -> (u16, String) {
        let answer = exchange(self.huan, request).await;
        let text = String::from_utf8_lossy(&answer);
        let status = text.split(' ').nth(1).unwrap_or_default().parse().unwrap();
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let code = serde_json::from_str::<Value>(body).ok().and_then(|body| body["code"].as_str().map(str::to_owned));
        (status, code.unwrap_or_default())
    }
}

/// Sends a request and reads the whole answer.
async fn exchange(to: SocketAddr, request: &Recorded) -> Vec<u8> {
    let mut stream = TcpStream::connect(to).await.unwrap();
    // HTTP/1.0: the answer is in one piece and ends with the connection.
    let mut head = format!("POST {} HTTP/1.0\r\n", request.target);
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
    stream.write_all(head.as_bytes()).await.unwrap();
    // A body that is too large may be answered before it was read.
    let _ = stream.write_all(&request.body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

/// Reads one request, without what belongs to the connection.
async fn read(stream: &mut TcpStream) -> Option<Recorded> {
    let mut bytes = Vec::new();
    let mut piece = [0; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut lines = head.lines();
            let target = lines.next()?.split(' ').nth(1)?.to_owned();
            let headers = lines.filter_map(|line| line.split_once(": "));
            let mut headers: Vec<(String, String)> =
                headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
            let length = headers.iter().find(|(name, _)| name == "content-length").map(|(_, value)| value.parse().ok());
            let length: usize = length.flatten().unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                headers.retain(|(name, _)| !["content-length", "connection"].contains(&name.as_str()));
                let body = bytes[end + 4..end + 4 + length].to_vec();
                return Some(Recorded { target, headers, body, is_handshake: false });
            }
        }
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
    }
}
