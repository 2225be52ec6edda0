//! People imported: from asking for it until everybody is here, the preview included, from each simulated platform within its
//! limits. The simulators run in the same process, and their work counts too.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use huan_app::{
    App, Caller, Leases, Setup,
    actions::people::{self, NewPerson},
    directory::imports::{self, Choice},
    engine::{accounts, directory},
    secrets::Secrets,
};
use huan_connect::{Settings, http::Http};
use huan_connectors::{dingtalk::DingTalk, feishu::Feishu, teambition::Teambition};
use huan_core::{
    ambient::{ShiftedTime, SystemEntropy},
    directory::run::{Run, RunState},
    history::Source,
    id::{AccountId, DirectoryRunId, Id},
    platform::PlatformKey,
};
use huan_sim::{Connection, Crowd, Sim, SimOptions};
use huan_store::{PlatformAccount, testing::Fresh};
use url::Url;

use crate::figures::Line;

/// How long an import may take.
const AIM: Duration = Duration::from_secs(60);
/// Looked at, everything of it is taken, and the account is not kept in step.
const ALL: Choice = Choice { despite_problems: false, with_leavers: true, in_step: false };

/// Imports a crowd of `count` people from each platform, one after the other: those of the second and third are the same
/// people, who are matched and joined.
pub(crate) async fn measure(names: [&'static str; 3], fresh: Fresh, count: u32) -> Result<Vec<Line>> {
    let sim = Sim::start(SimOptions::default()).await?;
    let seeded = sim.connection().people.len();
    sim.add_crowd(&Crowd { people: count as usize, ..Crowd::default() });
    let app = application(&fresh).await?;
    let caller = administrator(&app).await?;
    let connection = sim.connection();
    let platforms = [
        ("feishu", feishu(&connection)),
        ("dingtalk", dingtalk(&connection)),
        ("teambition", teambition(&connection)?),
    ];
    let mut lines = Vec::new();
    for (name, (platform, settings)) in names.into_iter().zip(platforms) {
        let account = add_account(&app, platform, &settings).await?;
        lines.push(import(name, &app, &caller, &account, count).await?);
    }
    let everybody = app.db.read().await?.people(&app.workspace).await?.len();
    ensure!(everybody <= count as usize + seeded + 1, "{everybody} people: somebody is here twice");
    app.db.close().await;
    fresh.remove().await;
    sim.stop().await;
    Ok(lines)
}

async fn import(name: &'static str, app: &Arc<App>, caller: &Caller, account: &AccountId, count: u32) -> Result<Line> {
    let start = Instant::now();
    let mut work = app.begin(caller).await?;
    let run = imports::begin(&mut work, account).await?.id;
    work.commit().await?;
    let preview = until(app, &run, RunState::Ready).await?;
    let read = start.elapsed();
    let mut work = app.begin(caller).await?;
    imports::apply(&mut work, &run, ALL).await?;
    work.commit().await?;
    let done = until(app, &run, RunState::Done).await?;
    let took = start.elapsed();
    let of = |kind: &str| done.report.counts.get(kind).copied().unwrap_or_default();
    ensure!(done.report.people >= count as usize, "{} of {count} people were told", done.report.people);
    ensure!(of("new") + of("changed") >= count as usize, "not everybody was taken: {:?}", preview.report.counts);
    Ok(Line {
        name,
        figures: format!(
            "{} people in {} departments: read in {:.1} s, carried out in {:.1} s, {:.1} s in all",
            done.report.people,
            done.report.departments,
            read.as_secs_f64(),
            (took - read).as_secs_f64(),
            took.as_secs_f64()
        ),
        against: format!("of the aim: {:.2}", took.as_secs_f64() / AIM.as_secs_f64()),
        aim: "10000 people < 60 s",
        reached: took < AIM,
    })
}

/// Does what the worker does until the reading stands so.
async fn until(app: &Arc<App>, id: &DirectoryRunId, state: RunState) -> Result<Run> {
    loop {
        let run = app.db.read().await?.directory_run(&app.workspace, id).await?.context("the reading")?;
        if run.state == state {
            return Ok(run);
        }
        ensure!(run.state.is_under_way(), "the reading stands at {}: {:?}", run.state.name(), run.report.error);
        directory::round(Arc::clone(app)).await?;
    }
}

async fn application(fresh: &Fresh) -> Result<Arc<App>> {
    let setup = Setup {
        db: fresh.db(),
        // The platforms look at the hub's clock in its tokens: both go by the machine's.
        time: Arc::new(ShiftedTime::default()),
        entropy: Arc::new(SystemEntropy),
        http: Http::new()?,
        secrets: Secrets::derive(&[7; 32]),
        public_url: Url::parse("http://127.0.0.1:8080")?,
        leases: Leases::default(),
        platforms: vec![Arc::new(Feishu), Arc::new(DingTalk), Arc::new(Teambition)],
    };
    Ok(App::open(setup).await?)
}

async fn administrator(app: &App) -> Result<Caller> {
    let mut work = app.begin_as_huan().await?;
    let new = NewPerson { name: "管理员".to_owned(), administrator: true, ..NewPerson::default() };
    let person = people::add_person(&mut work, new).await?;
    work.commit().await?;
    Caller::of(&person, Source::Web, app.now()).context("the administrator")
}

async fn add_account(app: &App, platform: &str, settings: &Settings) -> Result<AccountId> {
    let id: AccountId = Id::new(&*app.time, &*app.entropy);
    let account = PlatformAccount {
        settings: accounts::seal(app, &id, settings)?,
        id: id.clone(),
        platform: PlatformKey::new(platform),
        name: platform.to_owned(),
        enabled: true,
        created_at: app.now(),
        version: 1,
    };
    let mut tx = app.db.write().await?;
    tx.insert_account(&app.workspace, &account).await?;
    tx.commit().await?;
    accounts::open_all(app).await?;
    Ok(id)
}

fn feishu(connection: &Connection) -> Settings {
    let feishu = &connection.feishu;
    [
        ("app_id", feishu.app_id.as_str()),
        ("app_secret", &feishu.app_secret),
        ("verification_token", &feishu.verification_token),
        ("encrypt_key", &feishu.encrypt_key),
        ("base_url", &feishu.base_url),
    ]
    .into_iter()
    .collect()
}

fn dingtalk(connection: &Connection) -> Settings {
    let dingtalk = &connection.dingtalk;
    [
        ("client_id", dingtalk.client_id.as_str()),
        ("client_secret", &dingtalk.client_secret),
        ("corp_id", &dingtalk.corp_id),
        ("robot_code", &dingtalk.robot_code),
        ("api_base", &dingtalk.api_base_url),
        ("oapi_base", &dingtalk.oapi_base_url),
    ]
    .into_iter()
    .collect()
}

fn teambition(connection: &Connection) -> Result<Settings> {
    let teambition = &connection.teambition;
    let operator = connection.people.iter().find_map(|person| person.teambition.as_ref());
    let operator = operator.context("nobody is on Teambition")?;
    Ok([
        ("app_id", teambition.app_id.as_str()),
        ("app_secret", &teambition.app_secret),
        ("organization_id", &teambition.organization_id),
        ("operator_id", &operator.user_id),
        ("base_url", &teambition.base_url),
    ]
    .into_iter()
    .collect())
}
