//! Things for the tests of this crate.
#![allow(clippy::unwrap_used)]

use huan_core::{
    calendar::WorkingHours,
    clock::ServiceLevels,
    collaboration::{Channel, Collaboration, CollaborationState},
    emergency::{Candidates, Emergency, Phase, shipped},
    i18n::Language,
    id::{AccountId, ChannelId, CollaborationId, EmergencyId, MessageId, PersonId, RecordId, TaskId, WorkspaceId},
    level::Level,
    message::Message,
    person::{Person, Standing, Workspace},
    platform::{ForeignConversation, ForeignMessage, PlatformKey},
    problem::{Problem, Severity},
    record::Record,
    status::Status,
    task::{Priority, Task, TaskState},
};
use jiff::{SignedDuration, Timestamp};

use crate::{Db, PlatformAccount};

/// So many seconds after a fixed moment.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_secs(seconds)
}

/// A workspace, added.
pub(crate) async fn workspace(db: &Db) -> WorkspaceId {
    let id = WorkspaceId::from_bits(1);
    let mut tx = db.write().await.unwrap();
    tx.insert_workspace(&Workspace { id: id.clone(), name: "样板公司".into(), zone: "Asia/Shanghai".into() })
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A person, not added.
pub(crate) fn person(bits: u128, name: &str) -> Person {
    Person {
        id: PersonId::from_bits(bits),
        name: name.into(),
        department: None,
        job: String::new(),
        superior: None,
        hours: WorkingHours::office_in_china(),
        language: Language::Chinese,
        mobile: None,
        mail: None,
        staff_number: None,
        administrator: false,
        standing: Standing::Active,
        version: 1,
    }
}

/// An account, not added.
pub(crate) fn account(bits: u128, platform: &str) -> PlatformAccount {
    PlatformAccount {
        id: AccountId::from_bits(bits),
        platform: PlatformKey::new(platform),
        name: platform.into(),
        settings: vec![1, 2, 3],
        enabled: true,
        created_at: at(0),
        version: 1,
    }
}

/// A collaboration, not added.
pub(crate) fn collaboration(bits: u128) -> Collaboration {
    Collaboration {
        id: CollaborationId::from_bits(bits),
        name: "产品V2.0".into(),
        goal: "完成产品V2.0需求文档评审".into(),
        goal_on: None,
        state: CollaborationState::Running,
        levels: ServiceLevels::default(),
        created_at: at(0),
        version: 1,
    }
}

/// What most tests need, added: a workspace, two people, an account and a collaboration.
pub(crate) struct Team {
    pub(crate) workspace: WorkspaceId,
    pub(crate) initiator: Person,
    pub(crate) owner: Person,
    pub(crate) account: PlatformAccount,
    pub(crate) collaboration: Collaboration,
}

/// A team, added.
pub(crate) async fn team(db: &Db) -> Team {
    let team = Team {
        workspace: workspace(db).await,
        initiator: person(1, "产品经理"),
        owner: person(2, "研发组长"),
        account: account(1, "dingtalk"),
        collaboration: collaboration(1),
    };
    let mut tx = db.write().await.unwrap();
    tx.insert_person(&team.workspace, &team.initiator).await.unwrap();
    tx.insert_person(&team.workspace, &team.owner).await.unwrap();
    tx.insert_account(&team.workspace, &team.account).await.unwrap();
    tx.insert_collaboration(&team.workspace, &team.collaboration).await.unwrap();
    tx.commit().await.unwrap();
    team
}

/// A group of the team, not added.
pub(crate) fn channel(team: &Team) -> Channel {
    Channel {
        id: ChannelId::from_bits(1),
        collaboration: Some(team.collaboration.id.clone()),
        account: team.account.id.clone(),
        conversation: ForeignConversation::new("cid1"),
        title: "项目群".into(),
        has_outsiders: false,
        present: true,
    }
}

/// A task of the team, not added.
pub(crate) fn task(team: &Team, bits: u128) -> Task {
    Task {
        id: TaskId::from_bits(bits),
        collaboration: team.collaboration.id.clone(),
        number: i64::try_from(bits).unwrap(),
        name: "评估数据导出的技术可行性".into(),
        description: String::new(),
        initiator: team.initiator.id.clone(),
        owner: team.owner.id.clone(),
        helpers: Vec::new(),
        due_at: None,
        priority: Priority::Normal,
        criteria: String::new(),
        level: Level::Internal,
        state: TaskState::Offered,
        progress: None,
        record: None,
        message: None,
        created_at: at(0),
        updated_at: at(0),
        version: 1,
    }
}

/// A row of the team's record table, not added.
pub(crate) fn record(team: &Team, bits: u128) -> Record {
    Record {
        id: RecordId::from_bits(bits),
        collaboration: team.collaboration.id.clone(),
        number: format!("R{bits}"),
        topic: "产品V2.0需求评审".into(),
        participants: Vec::new(),
        platforms: vec!["飞书文档".into()],
        summary: "客户要求数据导出".into(),
        owner: team.owner.id.clone(),
        due_at: None,
        status: Status::Pending,
        follow_up: String::new(),
        follow_up_excuse: None,
        level: Level::Internal,
        task: None,
        message: None,
        created_at: at(0),
        updated_at: at(0),
        version: 1,
    }
}

/// A message heard by the team's account, not added.
pub(crate) fn message(team: &Team, bits: u128) -> Message {
    Message {
        id: MessageId::from_bits(bits),
        account: team.account.id.clone(),
        foreign: ForeignMessage::new(format!("om_{bits}")),
        conversation: ForeignConversation::new("cid1"),
        channel: None,
        speaker: Some(team.initiator.id.clone()),
        speaker_name: "产品经理".into(),
        text: "@环 任务 评估".into(),
        reply_to: None,
        link: None,
        sent_at: at(0),
        heard_at: at(1),
    }
}

/// The emergency of a problem, not added.
pub(crate) fn emergency(team: &Team, problem: &Problem) -> Emergency {
    let template = shipped(Language::Chinese).remove(0);
    let candidates = Candidates {
        owner: team.owner.id.clone(),
        raiser: team.initiator.id.clone(),
        superior: None,
        assistant: None,
        call_list: Vec::new(),
    };
    Emergency {
        id: EmergencyId::from_bits(1),
        problem: problem.id.clone(),
        collaboration: problem.collaboration.clone(),
        plan: template.key.clone(),
        plan_name: template.name.clone(),
        severity: Severity::Two,
        pace: template.paces.of(Severity::Two),
        phase: Phase::Running,
        roles: template.fill(&candidates),
        drill: false,
        calls: true,
        war_room: None,
        meeting: None,
        acknowledged: Vec::new(),
        report: None,
        started_at: at(0),
        updated_at: at(0),
        version: 1,
    }
}
