//! Killed while events and card presses come in.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use huan::simulated_company::{self, Company, Differences, NewCollaboration};
use huan_core::{
    ambient::SystemTime,
    history::{Event, Subject},
    id::AccountId,
    task::{Stage, Task},
};
use huan_sim::{
    Delivery, EntryKind, HttpDelivery, JournalQuery, MessageView,
    PlatformName::{self, Dingtalk, Feishu},
    Press, Sim, SimOptions,
};
use huan_store::{
    Conn, DeliveryFilter, DeliveryState, Page, RecordFilter, RecordSort, TaskFilter, TaskSort, testing::Fresh,
};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::program::{self, Chance, Program};
use crate::world::{Way, card_of, hear_over_http};

/// How many commands are given on each platform.
const COMMANDS: usize = 5;
/// How often a person presses again when the platform says that it did not work.
const PATIENCE: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn f4_killed_while_it_hears_over_http_on_sqlite() {
    program::run_if_child().await;
    let this = "killed::hearing::f4_killed_while_it_hears_over_http_on_sqlite";
    killed_while_hearing(Story::prepare(this, Fresh::sqlite().await, Way::Http).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_killed_while_it_hears_over_connections_on_postgres() {
    program::run_if_child().await;
    let this = "killed::hearing::f4_killed_while_it_hears_over_connections_on_postgres";
    killed_while_hearing(Story::prepare(this, Fresh::postgres().await, Way::Connections).await).await;
}

async fn killed_while_hearing(story: Story) {
    let story = Arc::new(story);
    let calm = CancellationToken::new();
    let killing = tokio::spawn(Arc::clone(&story).kill_again_and_again(calm.clone()));
    story.give_commands().await;
    // Every command is answered by a card in the end; then its owner answers, while hubs go on dying.
    story.until_cards_are_there().await;
    story.answer_cards().await;
    calm.cancel();
    let last = killing.await.unwrap();
    story.until_quiet().await;
    drop(last);
    story.check().await;
    Arc::into_inner(story).unwrap().end().await;
}

pub(super) struct Story {
    test: &'static str,
    pub(super) chance: Chance,
    fresh: Fresh,
    pub(super) sim: Sim,
    company: Company,
    port: u16,
    way: Way,
}

/// A command that somebody gave.
struct Command {
    platform: PlatformName,
    group: &'static str,
    person: &'static str,
    task: String,
}

impl Command {
    /// All of them, in turn on one platform and the other.
    fn all() -> impl Iterator<Item = Self> {
        (0..2 * COMMANDS).map(|number| {
            let (platform, group, person) = if number % 2 == 0 {
                (Dingtalk, "product_v2", "wangxiao")
            } else {
                (Feishu, "product_v2_dev", "hejing")
            };
            Self { platform, group, person, task: format!("评估第{number}项") }
        })
    }

    /// Whether its owner takes it on, or refuses.
    fn is_taken_on(&self) -> bool {
        !self.task.contains(['0', '3', '6', '9'])
    }
}

impl Story {
    /// A company on an empty database. Feishu repeats what is not answered for seven hours, in which a machine that starts
    /// again is found at work; here every second, until it is.
    pub(super) async fn prepare(test: &'static str, fresh: Fresh, way: Way) -> Self {
        let mut options = SimOptions::default();
        options.feishu.redelivery = vec![Duration::from_secs(1); 120];
        options.feishu.client_config.reconnect_interval = 1;
        options.feishu.client_config.reconnect_nonce = 1;
        options.dingtalk.redeliver_after = Duration::from_secs(1);
        options.dingtalk.http_retries = [1, 3].map(Duration::from_secs).to_vec();
        let sim = Sim::start(options).await.unwrap();
        let port = program::free_port().await;
        fresh.db().close().await;
        let app = program::application(&fresh.address(), Arc::new(SystemTime), port).await;
        let company = simulated_company::enter(&app, &sim.connection(), &Differences::default()).await.unwrap();
        let new = NewCollaboration {
            name: "产品V2.0需求评审",
            goal: "完成产品V2.0需求文档评审",
            initiator: "wangxiao",
            assistant: "hejing",
            members: &[("liqiang", "评估技术可行性")],
            groups: &["product_v2", "product_v2_dev"],
        };
        simulated_company::enter_collaboration(&app, &sim.connection(), &company, new).await.unwrap();
        if way == Way::Http {
            hear_over_http(&app, &company, ([127, 0, 0, 1], port).into()).await;
        }
        app.db.close().await;
        let story = Self { test, chance: Chance::new(), fresh, sim, company, port, way };
        if way == Way::Http {
            let program = story.start();
            story.push_over_http().await;
            drop(program);
        }
        story
    }

    pub(super) fn start(&self) -> Program {
        Program::start(self.test, &self.fresh.address(), self.port)
    }

    /// A second node, which nothing is pushed to.
    pub(super) fn start_another(&self) -> Program {
        Program::start(self.test, &self.fresh.address(), 0)
    }

    /// Has both platforms push their events; each checks the address first, so it is tried until the hub is there.
    async fn push_over_http(&self) {
        let at = |account: &AccountId, route: &str| -> Url {
            format!("http://127.0.0.1:{}/callbacks/{account}{route}", self.port).parse().unwrap()
        };
        let feishu = HttpDelivery { events: at(&self.company.feishu, ""), robot: None, cards: None, encrypted: true };
        let dingtalk = HttpDelivery {
            events: at(&self.company.dingtalk, "/event"),
            robot: Some(at(&self.company.dingtalk, "/robot")),
            cards: Some(at(&self.company.dingtalk, "/card")),
            encrypted: true,
        };
        for (platform, delivery) in [(Feishu, feishu), (Dingtalk, dingtalk)] {
            for attempt in 0.. {
                match self.sim.set_delivery(platform, Delivery::Http(Box::new(delivery.clone()))).await {
                    Ok(()) => break,
                    Err(error) if attempt > 200 => panic!("{error}"),
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        }
    }

    /// Kills a hub at random moments and starts the next, until it is told to stop; the last one lives on.
    async fn kill_again_and_again(self: Arc<Self>, calm: CancellationToken) -> Program {
        loop {
            let program = self.start();
            if calm.is_cancelled() {
                return program;
            }
            // Now and then it dies while it starts, now and then while it works.
            if self.chance.pick(0..3) > 0 {
                let _ = tokio::time::timeout(Duration::from_secs(10), self.until_connected()).await;
            }
            self.chance.pause(0..1_200).await;
            drop(program);
            self.chance.pause(0..200).await;
        }
    }

    pub(super) async fn give_commands(&self) {
        for command in Command::all() {
            let text = format!("@环 任务 {} @李强 明天17:00前", command.task);
            self.sim.say_in_group(command.platform, command.person, command.group, &text).unwrap();
            self.chance.pause(50..700).await;
        }
    }

    /// The robot's messages in a person's conversation with it that name the task.
    fn told(&self, platform: PlatformName, person: &str, task: &str) -> Vec<MessageView> {
        let messages = self.sim.messages(platform, person, Some(person));
        messages.into_iter().filter(|message| message.person.is_none() && message.text.contains(task)).collect()
    }

    fn card(&self, task: &str) -> Option<MessageView> {
        self.told(Feishu, "liqiang", task).into_iter().find(|message| card_of(message).is_some())
    }

    /// Whether the platform was told that it arrived: then it may never be lost.
    fn was_acknowledged(&self, command: &Command) -> bool {
        let query =
            JournalQuery { platform: Some(command.platform), kind: Some(EntryKind::Delivery), ..Default::default() };
        self.sim.journal(&query).iter().any(|entry| {
            let answered = entry.outcome["answered"] == true
                || entry.outcome["status"] == 200
                || entry.outcome.as_str() == Some("acknowledged");
            answered && entry.content.to_string().contains(&command.task)
        })
    }

    /// Whether the command must arrive: the platform was told so, or it goes on repeating.
    fn must_arrive(&self, command: &Command) -> bool {
        self.was_acknowledged(command) || self.way == Way::Connections || command.platform == Feishu
    }

    pub(super) async fn until_cards_are_there(&self) {
        let missing = || -> Vec<String> {
            let expected = Command::all().filter(|command| self.must_arrive(command));
            expected.map(|command| command.task).filter(|task| self.card(task).is_none()).collect()
        };
        for _ in 0..400 {
            if missing().is_empty() && self.nothing_on_the_way() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!(
            "no card for {:?}: {:#?}",
            missing(),
            self.sim.journal(&JournalQuery { kind: Some(EntryKind::Delivery), ..Default::default() })
        );
    }

    /// Waits until both platforms reach somebody.
    pub(super) async fn until_connected(&self) {
        for _ in 0..400 {
            let listened = || self.sim.state(None).platforms.values().all(|platform| platform.connections > 0);
            let reached = match self.way {
                Way::Connections => listened(),
                Way::Http => tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok(),
            };
            if reached {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nobody listens");
    }

    fn nothing_on_the_way(&self) -> bool {
        self.sim.state(None).platforms.values().all(|platform| platform.waiting_events == 0)
    }

    /// The owner answers each card, and presses again where the platform says that it did not work.
    pub(super) async fn answer_cards(&self) {
        for command in Command::all() {
            let Some(card) = self.card(&command.task) else { continue };
            let (button, form) = if command.is_taken_on() {
                ("承接", BTreeMap::new())
            } else {
                let form = [("reason", "本周排期已满"), ("proposal", "只做一半")];
                ("暂不承接", form.map(|(name, value)| (name.to_owned(), value.into())).into())
            };
            for attempt in 0.. {
                let (message, form) = (card.id.clone(), form.clone());
                let press = Press { person: "liqiang".into(), message, button: button.into(), form };
                match self.sim.press(Feishu, press).await {
                    Ok(pressed) if pressed.error.is_none() => break,
                    // The button is gone: the press before was heard although its answer was lost.
                    Err(_) if attempt > 0 => break,
                    outcome if attempt > PATIENCE => panic!("{button} never worked: {outcome:?}"),
                    _ => self.chance.pause(100..400).await,
                }
            }
        }
    }

    /// Waits until nothing is in hand, and for whatever would happen a second time after that.
    pub(super) async fn until_quiet(&self) {
        let app = program::application(&self.fresh.address(), Arc::new(SystemTime), self.port).await;
        let mut quiet = 0;
        for _ in 0..600 {
            let mut conn = app.db.read().await.unwrap();
            let open = conn.events_open().await.unwrap() + conn.deliveries_open().await.unwrap();
            quiet = if open == 0 && self.nothing_on_the_way() { quiet + 1 } else { 0 };
            if quiet > 10 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(quiet > 10, "something stays in hand for ever");
        app.db.close().await;
    }

    /// Nothing is lost, nothing is done twice.
    pub(super) async fn check(&self) {
        let app = program::application(&self.fresh.address(), Arc::new(SystemTime), self.port).await;
        let mut conn = app.db.read().await.unwrap();
        let workspace = &app.workspace;
        let (filter, sort) = (TaskFilter::default(), TaskSort::default());
        let tasks = conn.tasks(workspace, &filter, sort, &Page::first(100)).await.unwrap().rows;
        let (filter, sort) = (RecordFilter::default(), RecordSort::default());
        let records = conn.records(workspace, &filter, sort, &Page::first(100)).await.unwrap().rows;
        let mut unsure = 0;
        for command in Command::all() {
            let found: Vec<&Task> = tasks.iter().filter(|task| task.name == command.task).collect();
            if found.is_empty() {
                assert!(!self.must_arrive(&command), "{} is lost", command.task);
                continue;
            }
            let [task] = found[..] else { panic!("{} was made {} times", command.task, found.len()) };
            assert_eq!(
                records.iter().filter(|record| record.topic == command.task).count(),
                1,
                "one row of {}",
                task.name
            );
            assert_eq!(self.told(Feishu, "liqiang", &task.name).len(), 1, "one card of {}", task.name);
            self.check_steps(&mut conn, workspace, &command, task).await;
            // Feishu knows a message again by its key; what DingTalk has perhaps taken is left to a person.
            let number = format!("#{}", task.number);
            let group = self.sim.messages(command.platform, command.group, Some(command.person));
            let answers = group.iter().filter(|said| said.person.is_none() && said.text.contains(&task.name));
            let answers = answers.filter(|said| said.text.contains(&number)).count();
            let outcomes = self.told(command.platform, command.person, &task.name).len();
            for (what, count) in [("answer", answers), ("outcome", outcomes)] {
                assert!(count <= 1, "one {what} about {}, not {count}", task.name);
                assert!(count == 1 || command.platform == Dingtalk, "the {what} about {} is missing", task.name);
                unsure += 1 - count;
            }
        }
        let uncertain = DeliveryFilter {
            states: vec![DeliveryState::Uncertain, DeliveryState::Failed],
            ..DeliveryFilter::default()
        };
        let uncertain = conn.deliveries(workspace, &uncertain, &Page::first(100)).await.unwrap().rows;
        assert!(unsure <= uncertain.len(), "{unsure} messages are missing, and only these are shown: {uncertain:#?}");
        assert_eq!(conn.verify_history(workspace).await.unwrap(), None, "the history is whole");
        drop(conn);
        app.db.close().await;
    }

    async fn check_steps(
        &self,
        conn: &mut Conn,
        workspace: &huan_core::id::WorkspaceId,
        command: &Command,
        task: &Task,
    ) {
        let expected = if command.is_taken_on() { Stage::InProgress } else { Stage::Declined };
        assert_eq!(task.state.stage(), expected, "{}", task.name);
        let history = conn.history(workspace, &Subject::Task(task.id.clone()), &Page::first(100)).await.unwrap().rows;
        let count = |is: fn(&Event) -> bool| history.iter().filter(|row| is(&row.entry.event)).count();
        assert_eq!(count(|event| matches!(event, Event::Created)), 1, "{history:#?}");
        assert_eq!(count(|event| matches!(event, Event::Accepted | Event::Declined { .. })), 1, "{history:#?}");
    }

    pub(super) async fn end(self) {
        self.sim.stop().await;
        self.fresh.remove().await;
    }
}
