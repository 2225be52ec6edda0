//! Years of a collaboration in which people do this and that, at all hours, and the program naps now and then.
//!
//! Through all of it every open commitment has exactly one running clock and what is closed has none; no clock rings early,
//! none twice for the same stage, and their stages come in order.

use std::collections::BTreeMap;

use huan_app::{
    ActionError, Work,
    actions::{
        problems::{self, NewProblem},
        sign_offs::{self, Call},
        task_steps, usage_rules,
    },
    engine,
};
use huan_core::{
    ambient::{Entropy as _, SeededEntropy},
    clock::{Clock, ClockKind},
    history::{Event, Subject},
    id::{PersonId, ProblemId, RulesReadingId, SignOffId, TaskId},
    problem::{Severity, Urgency},
    sign_off::{Evidence, Signature},
    task::{Proposal, ProposalAnswer, Refusal, Stage},
};
use huan_store::{Page, both_databases};
use jiff::{SignedDuration, Timestamp};

use crate::company::Company;

/// So many commitments are open at a time.
const AT_ONCE: usize = 5;
const YEARS: i64 = 3;

/// The same steps again with the same seed.
struct Dice(SeededEntropy);

impl Dice {
    fn below(&self, bound: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_be_bytes(bytes) % bound as u64).unwrap()
    }

    /// Minutes, hours, days or weeks: nine days on average.
    fn nap(&self) -> SignedDuration {
        let minutes = match self.below(10) {
            0..3 => self.below(60),
            3..6 => self.below(12 * 60),
            6..9 => self.below(20 * 24 * 60),
            _ => self.below(120 * 24 * 60),
        };
        SignedDuration::from_secs(i64::try_from(minutes * 60 + self.below(60)).unwrap() + 1)
    }
}

#[derive(Debug, Clone)]
enum Commitment {
    Task(TaskId),
    Problem(ProblemId),
    /// What a member has to read.
    Rules(RulesReadingId),
    /// The only signature of a round of acceptance.
    Signature(Box<Signature>),
}

impl Commitment {
    async fn new(company: &Company, dice: &Dice) -> Self {
        let people = [&company.wang, &company.li, &company.zhou];
        let (asks, owner) = (people[dice.below(3)], people[dice.below(3)]);
        match dice.below(6) {
            0 => {
                announce(company, owner, dice.below(3) > 0).await;
                let mut conn = company.app.db.read().await.unwrap();
                let reading =
                    conn.rules_reading_of(&company.app.workspace, &company.collaboration, owner).await.unwrap();
                return Self::Rules(reading.unwrap().id);
            }
            1 | 2 => return Self::Task(company.task_from(asks, "评估技术可行性", owner, &[]).await.id),
            3 => {
                if let Some(asked) = Self::signature(company, [&company.li, &company.zhou][dice.below(2)]).await {
                    return asked;
                }
            }
            _ => {}
        }
        let urgency = match dice.below(4) {
            0 => Urgency::Urgent { severity: Severity::Two },
            _ => Urgency::Ordinary,
        };
        let new = NewProblem {
            urgency,
            ..NewProblem::ordinary(company.collaboration.clone(), "导出的文件打不开", Some(owner.clone()))
        };
        let raise = async |work: &mut Work<'_>| problems::raise_problem(work, new).await;
        Self::Problem(company.does(asks, raise).await.unwrap().id)
    }

    /// 王晓 calls for acceptance, unless a round is open or the work is accepted.
    async fn signature(company: &Company, signer: &PersonId) -> Option<Self> {
        let call = Call {
            collaboration: company.collaboration.clone(),
            statement: "评审通过".into(),
            evidence: vec![Evidence::Note { text: "评审记录".into() }],
            signers: vec![signer.clone()],
        };
        let called = company.does(&company.wang, async |work| sign_offs::call(work, call).await).await.ok()?;
        let mut conn = company.app.db.read().await.unwrap();
        let mut asked = conn.signatures(&company.app.workspace, &called.id).await.unwrap();
        Some(Self::Signature(Box::new(asked.remove(0))))
    }

    fn subject(&self) -> Subject {
        match self {
            Self::Signature(signature) => Subject::Signature(signature.id.clone()),
            Self::Task(id) => Subject::Task(id.clone()),
            Self::Problem(id) => Subject::Problem(id.clone()),
            Self::Rules(id) => Subject::RulesReading(id.clone()),
        }
    }

    /// The clock that it must have as it stands now.
    async fn clock(&self, company: &Company) -> Option<ClockKind> {
        let mut conn = company.app.db.read().await.unwrap();
        match self {
            Self::Task(id) => {
                let task = conn.task(&company.app.workspace, id).await.unwrap().unwrap();
                match task.state.stage() {
                    Stage::Offered => Some(ClockKind::Acceptance),
                    Stage::InProgress | Stage::Blocked => Some(ClockKind::DailyProgress),
                    Stage::Declined => Some(ClockKind::Proposal),
                    Stage::Done | Stage::Cancelled => None,
                }
            }
            Self::Problem(id) => {
                let problem = conn.problem(&company.app.workspace, id).await.unwrap().unwrap();
                problem.clock().map(|trigger| trigger.kind())
            }
            Self::Rules(id) => {
                let reading = conn.rules_reading(&company.app.workspace, id).await.unwrap().unwrap();
                reading.clock().map(|trigger| trigger.kind())
            }
            Self::Signature(asked) => {
                let signature = conn.signature(&company.app.workspace, &asked.id).await.unwrap().unwrap();
                signature.clock().map(|trigger| trigger.kind())
            }
        }
    }

    async fn clocks(&self, company: &Company) -> BTreeMap<ClockKind, Clock> {
        let mut conn = company.app.db.read().await.unwrap();
        let clocks = conn.clocks_of(&company.app.workspace, &self.subject()).await.unwrap();
        let count = clocks.len();
        let by_kind: BTreeMap<ClockKind, Clock> = clocks.into_iter().map(|clock| (clock.kind, clock)).collect();
        assert_eq!(by_kind.len(), count, "one row per kind");
        by_kind
    }

    /// How often its clocks rang at this moment.
    async fn rang(&self, company: &Company, at: Timestamp) -> usize {
        let mut conn = company.app.db.read().await.unwrap();
        let rows = conn.history(&company.app.workspace, &self.subject(), &Page::first(30)).await.unwrap().rows;
        let rang = |event: &Event| matches!(event, Event::ClockFired { .. });
        rows.iter().filter(|row| row.entry.at == at && rang(&row.entry.event)).count()
    }

    /// Somebody does something with it, sensible or not.
    async fn any_step(&self, company: &Company, dice: &Dice, others: &[Self]) -> Result<(), ActionError> {
        let people = [&company.wang, &company.li, &company.zhou];
        let (actor, other) = (people[dice.below(3)], people[dice.below(3)]);
        match self {
            Self::Signature(asked) => {
                let step = async |work: &mut Work<'_>| signature_step(work, &asked.sign_off, dice.below(6)).await;
                company.does(actor, step).await
            }
            Self::Task(id) => {
                let step = async |work: &mut Work<'_>| task_step(work, id, dice.below(9), other).await;
                company.does(actor, step).await
            }
            Self::Problem(id) => {
                let into = others.iter().find_map(|other| match other {
                    Self::Problem(into) if into != id => Some(into),
                    _ => None,
                });
                let step = async |work: &mut Work<'_>| problem_step(work, id, dice.below(8), other, into).await;
                company.does(actor, step).await
            }
            Self::Rules(id) => {
                let revision = {
                    let mut conn = company.app.db.read().await.unwrap();
                    conn.rules_reading(&company.app.workspace, id).await.unwrap().unwrap().revision
                };
                // Sometimes what was read is no longer what holds.
                let read = revision.saturating_sub(u32::from(dice.below(4) == 0));
                company.does(actor, async |work| usage_rules::confirm_reading(work, id, read).await).await
            }
        }
    }
}

/// The usage rules are announced, or announced anew, and everybody but `owner` confirms at once. A slip of the pen is mended
/// quietly.
async fn announce(company: &Company, owner: &PersonId, anew: bool) {
    let id = &company.collaboration;
    let known = {
        let mut conn = company.app.db.read().await.unwrap();
        conn.usage_rules(&company.app.workspace, id).await.unwrap()
    };
    let version = known.as_ref().map_or(0, |rules| rules.version);
    let (text, announce) = (format!("紧急事项 @全体，第{version}版"), anew || known.is_none());
    let set = async |work: &mut Work<'_>| {
        usage_rules::set_rules(work, id, &text, announce.then(usage_rules::Announcing::default), version).await
    };
    let revision = company.does(&company.wang, set).await.unwrap().revision;
    for other in [&company.wang, &company.li, &company.zhou].into_iter().filter(|other| announce && *other != owner) {
        company.does(other, async |work| usage_rules::confirm_rules(work, id, revision).await).await.unwrap();
    }
}

async fn task_step(work: &mut Work<'_>, id: &TaskId, step: usize, other: &PersonId) -> Result<(), ActionError> {
    let proposal = Proposal { owner: None, due_at: None, words: "只做一半".into() };
    match step {
        0 | 1 => task_steps::accept(work, id).await,
        2 => task_steps::decline(work, id, Refusal { reason: "忙".into(), proposal }).await,
        3 => task_steps::answer_proposal(work, id, ProposalAnswer::Agree).await,
        4 => task_steps::reassign(work, id, other).await,
        5 => task_steps::report_progress(work, id, "分析完成", Some(40)).await,
        6 => task_steps::block(work, id, "缺测试环境").await,
        7 => task_steps::resume(work, id).await,
        _ => task_steps::finish(work, id).await,
    }
    .map(|_| ())
}

async fn problem_step(
    work: &mut Work<'_>,
    id: &ProblemId,
    step: usize,
    other: &PersonId,
    into: Option<&ProblemId>,
) -> Result<(), ActionError> {
    let urgent = Urgency::Urgent { severity: Severity::One };
    match (step, into) {
        (0 | 1, _) => problems::answer_problem(work, id, "在查", None).await,
        (2, _) => problems::reassign_problem(work, id, other).await,
        (3, _) => problems::set_urgency(work, id, urgent).await,
        (4, _) => problems::set_urgency(work, id, Urgency::Ordinary).await,
        (5, _) => problems::reopen_problem(work, id).await,
        (6, Some(into)) => problems::merge_problems(work, id, into).await,
        _ => problems::close_problem(work, id, "已修好").await,
    }
    .map(|_| ())
}

/// Never signed: what is accepted is not called for again.
async fn signature_step(work: &mut Work<'_>, id: &SignOffId, step: usize) -> Result<(), ActionError> {
    match step {
        0..3 => sign_offs::refuse(work, id, "缺少报告").await,
        _ => sign_offs::withdraw(work, id, "证据不全").await,
    }
    .map(|_| ())
}

/// Exactly the clock that the state asks for runs, and its next moment is ahead.
async fn has_its_clock(company: &Company, commitment: &Commitment) {
    let clocks = commitment.clocks(company).await;
    let running: Vec<ClockKind> = clocks.values().filter(|clock| clock.is_running()).map(|clock| clock.kind).collect();
    assert_eq!(running, Vec::from_iter(commitment.clock(company).await), "{commitment:?}");
    for clock in clocks.values() {
        assert_eq!(clock.is_running(), clock.next_at.is_some());
        assert!(clock.next_at.is_none_or(|next| next > company.app.now()), "{clock:?} at {}", company.app.now());
    }
}

/// Time passes; the clocks ring as they should.
async fn time_passes(company: &Company, commitments: &[Commitment], nap: SignedDuration) -> usize {
    let mut before = Vec::new();
    for commitment in commitments {
        before.push(commitment.clocks(company).await);
    }
    company.time.advance(nap);
    let now = company.app.now();
    engine::drain(&company.app).await.unwrap();
    let mut rang = 0;
    for (commitment, before) in commitments.iter().zip(before) {
        let mut moved = 0;
        for (kind, after) in commitment.clocks(company).await {
            let known = &before[&kind];
            if *known == after {
                continue;
            }
            assert!(known.next_at.is_some_and(|due| due <= now), "early at {now}: {known:?} became {after:?}");
            let places = ((known.generation, known.stage), (after.generation, after.stage));
            assert!(places.0 <= places.1, "out of order: {places:?}");
            moved += usize::from(places.0 < places.1);
        }
        assert_eq!(commitment.rang(company, now).await, moved, "each stage once: {commitment:?} at {now}");
        rang += moved;
    }
    rang
}

both_databases! {
    async fn i4_through_years_each_open_commitment_has_one_clock_that_rings_in_order(db: Db) {
        let company = Company::beginning(db, "2024-01-02T09:00[Asia/Shanghai]").await;
        let dice = Dice(SeededEntropy::new(5));
        let mut all: Vec<Commitment> = Vec::new();
        let (mut open, mut rang, mut done): (Vec<Commitment>, usize, usize) = (Vec::new(), 0, 0);
        let end = company.app.now() + SignedDuration::from_hours(YEARS * 365 * 24);
        while company.app.now() < end {
            while open.len() < AT_ONCE {
                open.push(Commitment::new(&company, &dice).await);
            }
            let one = open[dice.below(open.len())].clone();
            match one.any_step(&company, &dice, &open).await {
                Ok(()) => done += 1,
                Err(ActionError::Internal(error)) => panic!("{error}"),
                Err(_) => {}
            }
            rang += time_passes(&company, &open, dice.nap()).await;
            let mut still = Vec::new();
            for commitment in open {
                has_its_clock(&company, &commitment).await;
                match commitment.clock(&company).await {
                    Some(_) => still.push(commitment),
                    None => all.push(commitment),
                }
            }
            open = still;
        }
        for closed in &all {
            has_its_clock(&company, closed).await;
        }
        assert!(rang > 60 && done > 15 && all.len() > 5, "{rang} stages, {done} steps, {} closed", all.len());
    }
}
