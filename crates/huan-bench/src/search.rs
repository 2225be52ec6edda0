//! Search over many messages, as different readers may see them, made ready to be sent.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use huan_app::{
    Caller,
    queries::{
        Look,
        search::{self, Wanted},
    },
};
use huan_core::{
    collaboration::{Channel, Collaboration, Membership, Role},
    history::Source,
    id::ChannelId,
    message::Message,
    person::Person,
    platform::{ForeignConversation, ForeignMessage},
    search::Kind,
};
use huan_store::testing::Fresh;
use jiff::SignedDuration;

use crate::{
    figures::{Line, Times, rate},
    http::{Served, exchange, get, token},
    plain, records,
    world::World,
};

/// Messages written in one transaction while the data is made.
const AT_ONCE: u32 = 1_000;
/// Hits of a page.
const PAGE: u32 = 20;
/// Collaborations, each with as many groups.
const COLLABORATIONS: u32 = 20;
const GROUPS: u32 = 3;
/// Milliseconds.
const AIM: f64 = 50.0;

/// What messages are made of besides the words that are looked for.
const WORDS: &[&str] = &[
    "今天",
    "需求",
    "评审",
    "客户",
    "接口",
    "容量",
    "测试",
    "结果",
    "发到",
    "群里",
    "上线",
    "周五",
    "之前",
    "确认",
    "负责人",
    "进度",
    "延期",
    "原因",
    "设计稿",
    "已经",
    "更新",
    "麻烦",
    "看一下",
    "数据库",
    "迁移",
    "方案",
    "会议",
    "纪要",
    "参会人",
    "记录表",
    "deadline",
    "review",
    "API",
    "v2.0",
    "staging",
    "的",
    "了",
    "在",
    "我们",
    "他们",
];

/// What is looked for, and how often it stands in the messages: once in so many.
const LOOKED_FOR: &[(&str, u32)] =
    &[("合同", 17), ("数据导出", 90), ("白屏", 4_000), ("灰度发布", 50_000), ("Kubernetes", 3_000)];

/// Makes `count` messages, and a tenth as many rows of the record table, and searches `searches` times.
pub(crate) async fn measure(name: &'static str, fresh: Fresh, count: u32, searches: u32) -> Result<Line> {
    let world = World::make(fresh.db()).await?;
    let start = Instant::now();
    let groups = fill(&world, count).await?;
    let filled = rate(count, start.elapsed());
    records::fill(&world, count / 10).await?;

    let readers = readers(&world, &groups).await?;
    let asked = asked(&world);
    let served = Served::start(&world).await?;
    let mut connection = served.connect().await?;
    let mut answer = Vec::with_capacity(1 << 16);
    let (mut all, mut over_http) = (Times::default(), Times::default());
    let mut slowest = (0.0, String::new());
    let each = searches.div_ceil(u32::try_from(asked.len() * readers.len())?).max(2);
    for reader in &readers {
        let caller = Caller::of(reader, Source::Web, world.app.now()).context("the reader belongs here")?;
        let token = token(&world, reader).await?;
        for wanted in &asked {
            let mut times = Times::default();
            let mut below = None;
            for _ in 0..each {
                let start = Instant::now();
                let mut conn = world.app.db.read().await?;
                let mut look = Look::new(&world.app, &mut conn, &caller);
                let found = search::search(&mut look, wanted.clone(), below, PAGE).await?;
                let sent = serde_json::to_vec(&found.hits)?;
                drop(conn);
                times.add(start.elapsed());
                ensure!(sent.len() > found.hits.len(), "something is sent");
                below = found.next;

                let words: String = url::form_urlencoded::byte_serialize(wanted.words.as_bytes()).collect();
                let request = get(&format!("/api/v1/search?limit={PAGE}&query={words}"), &token);
                let start = Instant::now();
                exchange(&mut connection, &request, &mut answer).await?;
                over_http.add(start.elapsed());
            }
            let p99 = times.percentile(99);
            if p99 > slowest.0 {
                slowest = (p99, format!("{} by {}", wanted.words, reader.name));
            }
            all.join(times);
        }
    }
    served.end().await?;
    let plain = plain_scan(&fresh.address())?;
    fresh.remove().await;

    let (p50, p99) = (all.percentile(50), all.percentile(99));
    let (http_p50, http_p99) = (over_http.percentile(50), over_http.percentile(99));
    Ok(Line {
        name,
        figures: format!(
            "{} searches among {count} messages, as {} readers may see them: p50 {p50:.2} ms, p99 {p99:.2} ms, slowest \
             «{}» p99 {:.2} ms; over HTTP p50 {http_p50:.2} ms, p99 {http_p99:.2} ms; {filled:.0} messages kept and \
             indexed per second",
            each as usize * asked.len() * readers.len(),
            readers.len(),
            slowest.1,
            slowest.0,
        ),
        against: format!(
            "a plain SQLite program that looks through all texts for a rare word: {plain:.0} ms, ratio {:.3}",
            p99 / plain
        ),
        aim: "p99 < 50 ms",
        reached: p99 < AIM && http_p99 < AIM,
    })
}

/// An administrator, who sees everything; a member of three collaborations; somebody who sees only their own words.
async fn readers(world: &World, groups: &[(Collaboration, Vec<ChannelId>)]) -> Result<Vec<Person>> {
    let (administrator, member, stranger) = (&world.people[0], &world.people[5], &world.people[6]);
    let mut tx = world.app.db.write().await?;
    for (collaboration, _) in groups.iter().take(3) {
        let membership = Membership {
            id: world.id(),
            collaboration: collaboration.id.clone(),
            person: member.id.clone(),
            role: Role::Member,
            duty: String::new(),
        };
        tx.insert_member(&world.app.workspace, &membership).await?;
    }
    tx.commit().await?;
    Ok(vec![administrator.clone(), member.clone(), stranger.clone()])
}

/// What people look for: frequent and rare words, one character, several words, the beginnings of words, with and without
/// filters.
fn asked(world: &World) -> Vec<Wanted> {
    let words = |words: &str| Wanted { words: words.to_owned(), ..Wanted::default() };
    let ago = |days: i64| Some(world.app.now() - SignedDuration::from_hours(24 * days));
    let mut asked: Vec<Wanted> = LOOKED_FOR.iter().map(|(text, _)| words(text)).collect();
    asked.extend(["的", "合同 数据导出", "合同 灰度发布", "kube", "v2.0", "没有人说过", "合同 review"].map(words));
    asked.extend([
        Wanted { person: Some(world.people[9].id.clone()), ..words("合同") },
        Wanted { kinds: vec![Kind::Record], ..words("导出") },
        Wanted { kinds: vec![Kind::Task], ..words("合同") },
        Wanted { platform: Some("feishu".to_owned()), ..words("合同") },
        Wanted { from: ago(20), before: ago(19), ..words("合同") },
    ]);
    asked
}

/// Makes collaborations with groups, and fills them with messages of the last three months.
async fn fill(world: &World, count: u32) -> Result<Vec<(Collaboration, Vec<ChannelId>)>> {
    let app = &world.app;
    let mut groups = Vec::new();
    let mut tx = app.db.write().await?;
    for number in 0..COLLABORATIONS {
        let collaboration =
            Collaboration { id: world.id(), name: format!("协作{number}"), ..world.collaboration.clone() };
        tx.insert_collaboration(&app.workspace, &collaboration).await?;
        let mut channels = Vec::new();
        for group in 0..GROUPS {
            let channel = Channel {
                id: world.id(),
                collaboration: Some(collaboration.id.clone()),
                account: world.account.clone(),
                conversation: ForeignConversation::new(format!("oc_{number}_{group}")),
                title: format!("协作{number}的群{group}"),
                has_outsiders: false,
                present: true,
            };
            tx.insert_channel(&app.workspace, &channel).await?;
            channels.push(channel.id);
        }
        groups.push((collaboration, channels));
    }
    tx.commit().await?;
    let channels: Vec<ChannelId> = groups.iter().flat_map(|(_, channels)| channels.iter().cloned()).collect();
    let began = app.now() - SignedDuration::from_hours(24 * 90);
    let step = SignedDuration::from_hours(24 * 90) / i32::try_from(count)?;
    let mut dice = Dice(7);
    let mut number = 0;
    while number < count {
        let until = (number + AT_ONCE).min(count);
        let mut tx = app.db.write().await?;
        for number in number..until {
            let speaker = &world.people[dice.below(world.people.len())];
            let message = Message {
                id: world.id(),
                account: world.account.clone(),
                foreign: ForeignMessage::new(format!("om_{number:032}")),
                conversation: ForeignConversation::new(format!("oc_{number:032}")),
                channel: Some(channels[dice.below(channels.len())].clone()),
                speaker: Some(speaker.id.clone()),
                speaker_name: speaker.name.clone(),
                text: dice.text(),
                reply_to: None,
                link: None,
                sent_at: began + step * i32::try_from(number)?,
                heard_at: app.now(),
            };
            ensure!(tx.insert_message(&app.workspace, &message).await?, "message {number} is new");
        }
        tx.commit().await?;
        number = until;
    }
    Ok(groups)
}

/// The same throws in every run (the generator of Numerical Recipes).
struct Dice(u64);

impl Dice {
    fn below(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % many.max(1)
    }

    /// Words as people use them, a few characters of names and rare things, and now and then what is looked for.
    fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..6 + self.below(10) {
            // The first words are the most frequent.
            let place = self.below(WORDS.len()).min(self.below(WORDS.len()));
            text.push_str(WORDS[place]);
            if self.below(6) == 0 {
                text.push('，');
            }
        }
        for _ in 0..3 {
            text.extend(char::from_u32(0x4e00 + u32::try_from(self.below(3_000)).unwrap_or_default()));
        }
        for (word, once_in) in LOOKED_FOR {
            if self.below(*once_in as usize) == 0 {
                text.push_str(word);
            }
        }
        text
    }
}

/// The time, in milliseconds, in which a plain program finds a rare word by looking through every text.
fn plain_scan(address: &str) -> Result<f64> {
    let conn = plain::connect(std::path::Path::new(address))?;
    let mut select = conn
        .prepare("SELECT id, text, sent_at FROM message WHERE text LIKE '%灰度发布%' ORDER BY sent_at DESC LIMIT 20")?;
    let mut times = Times::default();
    for _ in 0..3 {
        let start = Instant::now();
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let _: String = row.get(1)?;
        }
        times.add(start.elapsed());
    }
    Ok(times.percentile(50))
}
