//! The means of the story: the page as each person uses it, what they do on the platforms, and how time passes.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use huan_app::{actions::token, engine};
use huan_connect::http::Http;
use huan_sim::{DriveAct, MessageView, Place, PlatformName, Press, RowView, Say, TaskView, view::ConversationKind};
use huan_store::testing::Fresh;
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, date},
    tz::TimeZone,
};
use serde_json::{Value, json};

use crate::world::{Way, World, card_of};

/// The groups of the collaboration: one that was there, and one that its start makes.
pub(super) const DINGTALK_GROUP: &str = "product_v2";
pub(super) const FEISHU_GROUP: &str = "产品V2.0协作群";

/// The weekend and the holiday between the two weeks.
const DAYS_OFF: RangeInclusive<Date> = date(2026, 4, 4)..=date(2026, 4, 6);

pub(super) struct Story {
    pub(super) world: World,
    http: Http,
    tokens: BTreeMap<String, String>,
    /// The collaboration's id, once it is started.
    pub(super) collaboration: String,
}

impl Story {
    pub(super) async fn begin(fresh: Fresh, way: Way, at: &str) -> Self {
        let mut world = World::of_people(fresh, way, at).await;
        world.mirrors_wait = true;
        world.sim.feishu().configure(|options| {
            options.drive_limits = false;
            options.edits_per_document = 1000;
        });
        let mut tokens = BTreeMap::new();
        let mut work = world.app.begin_as_huan().await.unwrap();
        for (key, person) in &world.company.people {
            let (_, secret) = token::create_for(&mut work, person.clone(), "page", None).await.unwrap();
            tokens.insert(key.clone(), secret.reveal().to_owned());
        }
        work.commit().await.unwrap();
        Self { world, http: Http::new().unwrap(), tokens, collaboration: String::new() }
    }

    /// The id of a person.
    pub(super) fn person(&self, key: &str) -> String {
        self.world.company.person(key).unwrap().to_string()
    }

    /// What the page asks for in somebody's name, and how it is answered.
    pub(super) async fn ask(&self, who: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let url = format!("http://{}/api/v1{path}", self.world.web());
        let request = match method {
            "GET" => self.http.get(&url),
            "POST" => self.http.post(&url),
            "PUT" => self.http.put(&url),
            "PATCH" => self.http.patch(&url),
            other => panic!("{other}"),
        };
        let request = request.header("authorization", &format!("Bearer {}", self.tokens[who]));
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        if method != "GET" {
            self.world.settle().await;
        }
        (answer.status, body)
    }

    async fn done(&self, who: &str, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, answer) = self.ask(who, method, path, body).await;
        assert!((200..300).contains(&status), "{who} {method} {path}: {status} {answer:#}");
        answer
    }

    pub(super) async fn get(&self, who: &str, path: &str) -> Value {
        self.done(who, "GET", path, None).await
    }

    pub(super) async fn post(&self, who: &str, path: &str, body: Value) -> Value {
        self.done(who, "POST", path, Some(&body)).await
    }

    pub(super) async fn put(&self, who: &str, path: &str, body: Value) -> Value {
        self.done(who, "PUT", path, Some(&body)).await
    }

    pub(super) async fn patch(&self, who: &str, path: &str, body: Value) -> Value {
        self.done(who, "PATCH", path, Some(&body)).await
    }

    /// All items of a list, page by page.
    pub(super) async fn list(&self, who: &str, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let more = cursor.map(|cursor| format!("{joint}cursor={cursor}")).unwrap_or_default();
            let page = self.get(who, &format!("{path}{more}")).await;
            items.extend(page["items"].as_array().unwrap_or_else(|| panic!("no list: {path} {page:#}")).clone());
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }

    /// All things of a kind in the collaboration, as the initiator sees them.
    pub(super) async fn all(&self, kind: &str) -> Vec<Value> {
        self.list("wangxiao", &format!("/{kind}?collaboration={}&limit=200", self.collaboration)).await
    }

    /// The thing of a kind whose name contains these words.
    pub(super) async fn named(&self, kind: &str, words: &str) -> Value {
        let all = self.all(kind).await;
        let name = |one: &Value| {
            let names = ["name", "title", "topic", "text"].into_iter().find_map(|key| one[key].as_str());
            names.unwrap_or_default().to_owned()
        };
        let mut found = all.iter().filter(|one| name(one).contains(words));
        let one = found.next().unwrap_or_else(|| panic!("no «{words}» among {kind}: {all:#?}")).clone();
        assert!(found.next().is_none(), "«{words}» is there twice among {kind}: {all:#?}");
        one
    }

    pub(super) async fn stage(&self, task: &str) -> String {
        text(&self.named("tasks", task).await["stage"]).to_owned()
    }

    /// Somebody says something in the collaboration's group on their platform.
    pub(super) async fn say(&self, platform: PlatformName, person: &str, text: &str) {
        self.world.say(platform, group_on(platform), person, text).await;
    }

    /// Somebody presses a button of the newest card about something in their conversation with the robot.
    pub(super) async fn press(
        &self,
        platform: PlatformName,
        person: &str,
        about: &str,
        button: &str,
        form: &[(&str, &str)],
    ) {
        let all = self.world.direct(platform, person);
        let fits = |message: &&MessageView| {
            card_of(message).is_some_and(|card| {
                card.plain_text().contains(about) && card.buttons().iter().any(|known| known.text == button)
            })
        };
        let card = all.iter().rfind(fits);
        let card = card.unwrap_or_else(|| panic!("{person} has no card about {about} with {button}: {all:#?}"));
        let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        let press = Press { person: person.to_owned(), message: card.id.clone(), button: button.to_owned(), form };
        self.world.sim.press(platform, press).await.unwrap();
        self.world.settle().await;
    }

    /// Somebody answers what the robot said last about something in the collaboration's group.
    pub(super) async fn reply(&self, platform: PlatformName, person: &str, about: &str, text: &str) {
        let said = self.group(platform);
        let to = said.iter().rfind(|message| message.text.contains(about));
        let to = to.unwrap_or_else(|| panic!("nothing about {about}: {said:#?}")).id.clone();
        let place = Place::Group(group_on(platform).into());
        let say = Say { person: person.into(), place, text: text.into(), mentions: None, reply_to: Some(to) };
        self.world.sim.say(platform, say).unwrap();
        self.world.settle().await;
    }

    /// What stands in the collaboration's group on a platform.
    pub(super) fn group(&self, platform: PlatformName) -> Vec<MessageView> {
        self.world.sim.messages(platform, group_on(platform), None)
    }

    /// What a card in the group that bears these words says.
    pub(super) fn posted(&self, platform: PlatformName, words: &str) -> String {
        let said = self.group(platform);
        let cards = said.iter().filter_map(card_of).map(huan_sim::CardView::plain_text);
        let found: Vec<String> = cards.filter(|card| card.contains(words)).collect();
        assert_eq!(found.len(), 1, "posted once with {words}: {found:#?}");
        found.into_iter().next().unwrap()
    }

    /// What the robot told somebody directly since a moment.
    pub(super) fn told_since(&self, platform: PlatformName, person: &str, since: &str) -> Vec<String> {
        let since = beijing(since);
        let direct = self.world.direct(platform, person);
        direct.into_iter().filter(|said| said.person.is_none() && said.at >= since).map(|said| said.text).collect()
    }

    /// Everything that the robot said on the platforms: when, in which conversation, and what.
    pub(super) fn said_by_huan(&self) -> Vec<Said> {
        let state = self.world.sim.state(None);
        let mut said = Vec::new();
        for (platform, view) in &state.platforms {
            for conversation in &view.conversations {
                let person = match conversation.kind {
                    ConversationKind::Direct => conversation.members.first().cloned(),
                    ConversationKind::Group => None,
                };
                let place = format!("{platform:?} {}", person.unwrap_or_else(|| conversation.name.clone()));
                let by_huan = conversation.messages.iter().filter(|message| message.person.is_none());
                said.extend(by_huan.map(|message| Said {
                    at: message.at,
                    place: place.clone(),
                    text: words_of(message),
                }));
            }
        }
        said.sort_by_key(|said| said.at);
        said
    }

    /// The tasks on the Teambition board.
    pub(super) fn board(&self) -> Vec<TaskView> {
        let project = self.world.sim.connection().teambition.project_id;
        let projects = self.world.sim.teambition().view().projects;
        projects.into_iter().find(|each| each.id == project).unwrap().tasks
    }

    pub(super) fn on_board(&self, title: &str) -> TaskView {
        let board = self.board();
        let mut found = board.iter().filter(|task| task.content == title);
        let task = found.next().unwrap_or_else(|| panic!("no {title} on the board: {board:#?}")).clone();
        assert!(found.next().is_none(), "{title} is there twice: {board:#?}");
        task
    }

    /// Somebody moves a task on the board.
    pub(super) async fn move_on_board(&self, person: &str, title: &str, status: &str) {
        let status = self.world.sim.connection().teambition.statuses[status].clone();
        let path = format!("/v3/task/{}/taskflowstatus", self.on_board(title).id);
        let body = json!({"taskflowstatusId": status});
        self.world.sim.teambition().as_person(person, "PUT", &path, body).unwrap();
        self.world.settle().await;
    }

    /// A row of the Bitable, by what its first column says.
    pub(super) fn row(&self, table: &str, first: &str) -> RowView {
        let view = self.world.sim.feishu().drive_view();
        let (_, table) = view.table(table).unwrap_or_else(|| panic!("no table {table}: {view:#?}"));
        let heading = &table.fields[0].1;
        let mut rows = table.rows.iter().filter(|row| row.cells.get(heading).and_then(Value::as_str) == Some(first));
        let row = rows.next().unwrap_or_else(|| panic!("no row {first}: {table:#?}")).clone();
        assert!(rows.next().is_none(), "{first} is there twice: {table:#?}");
        row
    }

    /// Somebody changes cells in the Bitable, and the mirror has its turn.
    pub(super) async fn edit_row(&self, person: &str, table: &str, first: &str, cells: Value) {
        let record = self.row(table, first).id;
        let view = self.world.sim.feishu().drive_view();
        let (base, found) = view.table(table).unwrap();
        let act = DriveAct::EditRow { base: base.to_owned(), table: found.id.clone(), record, cells };
        self.world.sim.feishu().drive_act(person, act).unwrap();
        self.mirror().await;
    }

    /// The mirror has its turn: it reads, carries over, and what came back goes on its way.
    pub(super) async fn mirror(&self) {
        for _ in 0..2 {
            self.pass(SignedDuration::from_secs(20)).await;
            engine::drain(&self.world.app).await.unwrap();
        }
        self.world.settle().await;
    }

    /// What a page of the mirror says.
    pub(super) fn mirrored(&self, page: &str) -> String {
        let view = self.world.sim.feishu().drive_view();
        let page = view.page(page).unwrap_or_else(|| panic!("no page {page}: {view:#?}"));
        page.blocks().iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// Time passes at one stroke, and everybody does what was to be done by then.
    pub(super) async fn pass(&self, time: SignedDuration) {
        self.world.time.advance(time);
        self.world.sim.advance(Duration::try_from(time).unwrap());
        self.world.settle().await;
    }

    /// Life goes on until a moment in Beijing: by half an hour at work, by five minutes about the time of the digest, by three hours else.
    pub(super) async fn until(&self, moment: &str) {
        let until = beijing(moment);
        loop {
            let now = self.world.now();
            if now >= until {
                assert_eq!(now, until, "{moment} is over");
                return;
            }
            let here = now.to_zoned(shanghai());
            let step = match (here.hour(), here.minute()) {
                _ if DAYS_OFF.contains(&here.date()) => 3.hours(),
                (16, 25..) | (17, ..15) => 5.minutes(),
                (9..18, _) => 30.minutes(),
                _ => 3.hours(),
            };
            let next = now.checked_add(step).unwrap().min(until);
            self.pass(next.duration_since(now)).await;
        }
    }
}

/// Something that the robot said.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) at: Timestamp,
    pub(super) place: String,
    pub(super) text: String,
}

pub(super) fn words_of(message: &MessageView) -> String {
    card_of(message).map_or_else(|| message.text.clone(), huan_sim::CardView::plain_text)
}

fn group_on(platform: PlatformName) -> &'static str {
    if platform == PlatformName::Feishu { FEISHU_GROUP } else { DINGTALK_GROUP }
}

fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

/// A moment of the year 2026 in Beijing: «04-02 09:30».
pub(super) fn beijing(moment: &str) -> Timestamp {
    let there: DateTime = format!("2026-{}", moment.replace(' ', "T")).parse().unwrap();
    there.to_zoned(shanghai()).unwrap().timestamp()
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value:#}"))
}
