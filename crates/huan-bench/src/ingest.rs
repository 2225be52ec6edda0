//! Durable ingest of signed callbacks: encrypted and signed Feishu events posted to the program's own HTTP server over
//! kept-open connections, each answered only after the event is on the disk.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use aes::Aes256;
use anyhow::{Context as _, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use huan_connect::{CallbackRequest, Envelope};
use huan_store::testing::Fresh;
use sha2::{Digest as _, Sha256};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use crate::{
    figures::{Line, Times, rate},
    http::{Served, exchange},
    plain::{Plain, write_groups},
    plain_http::PlainHttp,
    world::{APP_ID, ENCRYPT_KEY, World},
};

/// Callers at the same time.
const CALLERS: u32 = 64;
/// Ratio.
const AIM: f64 = 0.5;

/// Posts `count` callbacks.
pub(crate) async fn measure(name: &'static str, fresh: Fresh, count: u32) -> Result<Line> {
    let each = count.div_ceil(CALLERS);
    let count = each * CALLERS;
    let world = World::make(fresh.db()).await?;
    let events: Vec<String> = (0..count).map(event).collect();
    let plain_before = group_commit(&events).await?;
    let requests: Vec<Vec<u8>> = events.iter().map(|event| request(&world, event)).collect();
    let (took, mut times) = serve_all(&world, &requests, each).await?;
    let kept = world.app.db.read().await?.events_open().await?;
    ensure!(kept == i64::from(count), "{kept} of {count} events are in the inbox");
    let alone = keep_all(&world, count, each).await?;
    let kept = world.app.db.read().await?.events_open().await?;
    ensure!(kept == i64::from(2 * count), "{kept} of {} events are in the inbox", 2 * count);
    fresh.remove().await;
    let plain_after = group_commit(&events).await?;
    let plain_http = PlainHttp::start().await?;
    let (plain_took, _) = post_all(plain_http.address, &requests, each).await?;
    plain_http.end(count).await?;

    let ingest = rate(count, took);
    // The disk's speed drifts: the limit is measured before and after.
    let plain = f64::midpoint(plain_before, plain_after);
    let ratio = ingest / plain;
    let over_http = rate(count, plain_took);
    let alone = rate(count, alone);
    Ok(Line {
        name,
        figures: format!(
            "{count} encrypted, signed Feishu callbacks over HTTP from {CALLERS} connections, each answered once durable: \
             {ingest:.0}/s, p99 {:.0} ms; the inbox by itself, {CALLERS} callers without HTTP: {alone:.0}/s, of the raw \
             limit {:.2}",
            times.percentile(99),
            alone / plain
        ),
        against: format!(
            "a plain SQLite program, {CALLERS} waiting writers, one table of payloads, group commit: {plain:.0} rows/s \
             ({plain_before:.0} before, {plain_after:.0} after), ratio {ratio:.2}; the plainest HTTP program that checks, \
             decrypts and keeps them so: {over_http:.0}/s, ratio {:.2}",
            ingest / over_http
        ),
        aim: "ratio ≥ 0.50",
        reached: ratio >= AIM,
    })
}

/// A message in a group, as Feishu tells of it.
fn event(number: u32) -> String {
    let group = number % 50;
    format!(
        r#"{{"schema":"2.0","header":{{"event_id":"ev_{number:032}","event_type":"im.message.receive_v1","create_time":"1795400000000","token":"","app_id":"{APP_ID}","tenant_key":"2ca1d211f64f6438"}},"event":{{"sender":{{"sender_id":{{"union_id":"on_8ed6aa67826108097d9ee143816345","user_id":"e33ggbyz","open_id":"ou_84aad35d084aa403a838cf73ee18467"}},"sender_type":"user","tenant_key":"736588c9260f175e"}},"message":{{"message_id":"om_{number:032}","create_time":"1795400000000","update_time":"1795400000000","chat_id":"oc_{group:032}","chat_type":"group","message_type":"text","content":"{{\"text\":\"@_user_1 任务 评估数据导出的技术可行性 @_user_2 周五12:00前\"}}","mentions":[{{"key":"@_user_1","id":{{"union_id":"on_robot","user_id":"","open_id":"ou_robot"}},"name":"环","tenant_key":"736588c9260f175e"}},{{"key":"@_user_2","id":{{"union_id":"on_liqiang","user_id":"liqiang","open_id":"ou_liqiang"}},"name":"李强","tenant_key":"736588c9260f175e"}}]}}}}}}"#
    )
}

/// The whole request by which Feishu tells of an event (Feishu §4.3, §4.4).
fn request(world: &World, event: &str) -> Vec<u8> {
    let iv = [7_u8; 16];
    let key: [u8; 32] = Sha256::digest(ENCRYPT_KEY).into();
    let mut sealed = iv.to_vec();
    let cipher = cbc::Encryptor::<Aes256>::new(&key.into(), &iv.into());
    sealed.extend(cipher.encrypt_padded_vec::<Pkcs7>(event.as_bytes()));
    let body = format!(r#"{{"encrypt":"{}"}}"#, STANDARD.encode(sealed));
    let timestamp = world.app.now().as_second().to_string();
    let signature = hex::encode(Sha256::digest(format!("{timestamp}nonce{ENCRYPT_KEY}{body}")));
    format!(
        "POST /callbacks/{} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
         x-lark-request-timestamp: {timestamp}\r\nx-lark-request-nonce: nonce\r\nx-lark-signature: {signature}\r\n\
         content-length: {}\r\n\r\n{body}",
        world.account,
        body.len()
    )
    .into_bytes()
}

/// Hands as many events again to the inbox, checked and decrypted beforehand, from as many callers.
async fn keep_all(world: &World, count: u32, each: u32) -> Result<Duration> {
    let live = world.app.account(&world.account).context("the account is open")?.live.clone();
    let mut envelopes = Vec::with_capacity(count as usize);
    for number in count..2 * count {
        let delivered = live.callback(&callback(&request(world, &event(number)))?)?;
        envelopes.extend(delivered.envelopes);
    }
    let start = Instant::now();
    let mut callers = JoinSet::new();
    while !envelopes.is_empty() {
        let mine: Vec<Envelope> = envelopes.drain(..envelopes.len().min(each as usize)).collect();
        let (app, account) = (world.app.clone(), world.account.clone());
        callers.spawn(async move {
            for envelope in mine {
                app.ingest.store(&account, vec![envelope]).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = callers.join_next().await {
        done??;
    }
    Ok(start.elapsed())
}

/// A request as the web side hands it to the account.
fn callback(request: &[u8]) -> Result<CallbackRequest> {
    let (head, body) = str::from_utf8(request)?.split_once("\r\n\r\n").context("a head")?;
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    Ok(CallbackRequest {
        route: String::new(),
        query: Vec::new(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: body.into(),
    })
}

async fn serve_all(world: &World, requests: &[Vec<u8>], each: u32) -> Result<(Duration, Times)> {
    let served = Served::start(world).await?;
    let posted = post_all(served.address, requests, each).await?;
    served.end().await?;
    Ok(posted)
}

/// Posts the requests, so many over each connection.
async fn post_all(address: SocketAddr, requests: &[Vec<u8>], each: u32) -> Result<(Duration, Times)> {
    let mut callers = JoinSet::new();
    let mut connections = Vec::new();
    for requests in requests.chunks(each as usize) {
        let connection = TcpStream::connect(address).await?;
        connection.set_nodelay(true)?;
        connections.push((connection, requests.to_vec()));
    }
    let start = Instant::now();
    for (connection, requests) in connections {
        callers.spawn(post(connection, requests));
    }
    let mut times = Times::default();
    while let Some(done) = callers.join_next().await {
        times.join(done??);
    }
    Ok((start.elapsed(), times))
}

/// Posts one request after the other and reads each answer.
async fn post(mut connection: TcpStream, requests: Vec<Vec<u8>>) -> Result<Times> {
    let mut times = Times::default();
    let mut answer = Vec::with_capacity(4_096);
    for request in requests {
        let start = Instant::now();
        exchange(&mut connection, &request, &mut answer).await?;
        times.add(start.elapsed());
    }
    Ok(times)
}

/// How many rows a second the plainest program keeps: as many waiting writers, each told after the commit that holds its
/// row; one thread takes all that wait, inserts them and commits.
async fn group_commit(payloads: &[String]) -> Result<f64> {
    let plain = Plain::open("CREATE TABLE event (id INTEGER PRIMARY KEY, payload TEXT NOT NULL)")?;
    let (sender, receiver) = mpsc::channel(1_024);
    let path = plain.path();
    let writer = std::thread::spawn(move || write_groups(&path, "INSERT INTO event (payload) VALUES (?1)", receiver));
    let start = Instant::now();
    let mut writers = JoinSet::new();
    for mine in payloads.chunks(payloads.len().div_ceil(CALLERS as usize)) {
        let (mine, sender) = (mine.to_vec(), sender.clone());
        writers.spawn(async move {
            for payload in mine {
                let (told, kept) = oneshot::channel();
                sender.send(([payload], told)).await?;
                kept.await?;
            }
            anyhow::Ok(())
        });
    }
    drop(sender);
    while let Some(done) = writers.join_next().await {
        done??;
    }
    let took = start.elapsed();
    writer.join().map_err(|_| anyhow::anyhow!("the writer ended early"))??;
    plain.remove()?;
    Ok(rate(u32::try_from(payloads.len())?, took))
}
