//! G1: acceptance 「验收」 is called for, signed or refused by each signer, and with the last signature the work is done.

use huan_app::{
    ActionError, Work,
    actions::{
        collaborations::{self, CollaborationChange},
        leaving, members,
        people::{self, NewPerson},
        sign_offs::{self, Call},
    },
    engine,
    queries::{
        Look,
        sign_offs::{self as views, SignOffView},
    },
};
use huan_core::{
    clock::{Clock, ClockKind},
    collaboration::{Collaboration, CollaborationState, Role},
    history::Subject,
    id::{PersonId, SignOffId, TaskId},
    sign_off::{Evidence, SignOff, Signature},
};
use huan_store::both_databases;
use jiff::SignedDuration;

use crate::company::Company;

fn call(company: &Company, signers: &[&PersonId]) -> Call {
    Call {
        collaboration: company.collaboration.clone(),
        statement: "需求文档评审通过，遗留问题 0 项".into(),
        evidence: vec![Evidence::Note { text: "评审记录已归档".into() }],
        signers: signers.iter().map(|person| (*person).clone()).collect(),
    }
}

/// 王晓 calls for acceptance.
async fn called(company: &Company, signers: &[&PersonId]) -> SignOff {
    let call = call(company, signers);
    let called = company.does(&company.wang, async |work| sign_offs::call(work, call).await).await.unwrap();
    engine::drain(&company.app).await.unwrap();
    called
}

async fn sign(company: &Company, who: &PersonId, id: &SignOffId) -> Result<SignOff, ActionError> {
    let signed = company.does(who, async |work| sign_offs::sign(work, id, "").await).await;
    engine::drain(&company.app).await.unwrap();
    signed
}

async fn refuse(company: &Company, who: &PersonId, id: &SignOffId, reason: &str) -> Result<SignOff, ActionError> {
    let refused = company.does(who, async |work| sign_offs::refuse(work, id, reason).await).await;
    engine::drain(&company.app).await.unwrap();
    refused
}

async fn signatures(company: &Company, id: &SignOffId) -> Vec<Signature> {
    company.app.db.read().await.unwrap().signatures(&company.app.workspace, id).await.unwrap()
}

/// The answers of the signers: that of 李强 or of whoever took over from them before that of 周婷.
async fn answers(company: &Company, id: &SignOffId) -> Vec<&'static str> {
    let mut asked = signatures(company, id).await;
    asked
        .sort_by_key(|one| [&company.li, &company.sun, &company.zhou].iter().position(|person| **person == one.person));
    asked.iter().map(|one| one.answer.name()).collect()
}

/// The clocks that run for a round; there may only be some for signatures that are waited for.
async fn running(company: &Company, id: &SignOffId) -> Vec<Clock> {
    let asked = signatures(company, id).await;
    let subjects: Vec<Subject> = asked.iter().map(|one| Subject::Signature(one.id.clone())).collect();
    let mut conn = company.app.db.read().await.unwrap();
    let clocks = conn.running_clocks(&company.app.workspace, &subjects).await.unwrap();
    assert_eq!(
        clocks.len(),
        asked.iter().filter(|one| one.answer.name() == "waiting").count(),
        "one for each who is asked"
    );
    assert!(clocks.iter().all(|clock| clock.kind == ClockKind::SignOff));
    clocks
}

async fn collaboration(company: &Company) -> Collaboration {
    let mut conn = company.app.db.read().await.unwrap();
    conn.collaboration(&company.app.workspace, &company.collaboration).await.unwrap().unwrap()
}

async fn seen(company: &Company, by: &PersonId, id: &SignOffId) -> Result<SignOffView, ActionError> {
    let caller = company.caller(by).await;
    let mut conn = company.app.db.read().await.unwrap();
    views::one(&mut Look::new(&company.app, &mut conn, &caller), id).await
}

/// A client in the collaboration.
async fn client(company: &Company) -> PersonId {
    let until = company.app.now() + SignedDuration::from_hours(24 * 30);
    let new = NewPerson { name: "王总".into(), guest_until: Some(until), ..NewPerson::default() };
    let guest = company.does(&company.boss, async |work| people::add_person(work, new).await).await.unwrap().id;
    let join =
        async |work: &mut Work<'_>| members::add_member(work, &company.collaboration, &guest, Role::Guest, "").await;
    company.does(&company.wang, join).await.unwrap();
    guest
}

fn field<T: std::fmt::Debug>(outcome: Result<T, ActionError>) -> (&'static str, &'static str) {
    match outcome {
        Err(ActionError::Invalid(fields)) => (fields[0].field, fields[0].code),
        other => panic!("it was not refused for a field: {other:?}"),
    }
}

both_databases! {
    async fn g1_after_the_last_signature_the_work_is_done(db: Db) {
        let company = Company::on(db).await;
        let round = called(&company, &[&company.li, &company.zhou]).await;
        assert_eq!(round.round, 1);
        assert_eq!(running(&company, &round.id).await.len(), 2);
        assert!(company.told(&company.li).last().unwrap().contains("验收"), "{:?}", company.told(&company.li));
        sign(&company, &company.li, &round.id).await.unwrap();
        sign(&company, &company.li, &round.id).await.expect("pressed twice is signed once");
        assert_eq!(answers(&company, &round.id).await, ["signed", "waiting"]);
        assert_eq!(running(&company, &round.id).await.len(), 1);
        assert_eq!(collaboration(&company).await.state, CollaborationState::Running);

        sign(&company, &company.zhou, &round.id).await.unwrap();
        assert_eq!(running(&company, &round.id).await.len(), 0);
        assert_eq!(collaboration(&company).await.state, CollaborationState::Done);
        assert!(company.told(&company.wang).last().unwrap().contains("已完成"), "whoever called is told");
        assert!(company.told(&company.li).last().unwrap().contains("已完成"));
        let history = company.history(&Subject::SignOff(round.id.clone())).await;
        assert!(history.iter().any(|line| line.contains("验收通过")), "{history:?}");
        let history = company.history(&Subject::Collaboration(company.collaboration.clone())).await;
        assert!(history.iter().any(|line| line.contains("进行中") && line.contains("已完成")), "{history:?}");
        let again = company.does(&company.wang, async |work| sign_offs::call(work, call(&company, &[&company.li])).await).await;
        assert_eq!(again.unwrap_err().code(), "wrong_state", "what is accepted is not called for again");
    }

    async fn g1_a_refusal_with_its_reason_goes_to_the_initiator_who_mends_and_calls_again(db: Db) {
        let company = Company::on(db).await;
        let round = called(&company, &[&company.li, &company.zhou]).await;
        assert_eq!(field(refuse(&company, &company.zhou, &round.id, " ").await), ("reason", "required"));
        refuse(&company, &company.zhou, &round.id, "缺少压力测试报告").await.unwrap();
        assert_eq!(answers(&company, &round.id).await, ["released", "refused"]);
        assert_eq!(running(&company, &round.id).await.len(), 0, "nobody else is asked in vain");
        let told = company.told(&company.wang);
        assert!(told.last().unwrap().contains("缺少压力测试报告"), "{told:?}");
        assert_eq!(sign(&company, &company.li, &round.id).await.unwrap_err().code(), "wrong_state");
        assert_eq!(collaboration(&company).await.state, CollaborationState::Running);

        let second = called(&company, &[&company.li, &company.zhou]).await;
        assert_eq!(second.round, 2);
        for who in [&company.li, &company.zhou] {
            sign(&company, who, &second.id).await.unwrap();
        }
        assert_eq!(collaboration(&company).await.state, CollaborationState::Done);
        let first = seen(&company, &company.li, &round.id).await.unwrap();
        assert_eq!(first.stage, "refused", "rounds are kept");
        let refusal = first.signatures.iter().find(|one| one.answer == "refused").unwrap();
        assert_eq!((refusal.person.name.as_str(), refusal.words.as_str()), ("周婷", "缺少压力测试报告"));
    }

    async fn g1_nobody_answers_and_it_goes_up_the_line(db: Db) {
        let company = Company::on(db).await;
        // Wednesday, ten o'clock.
        let round = called(&company, &[&company.li]).await;
        company.later(24).await;
        assert!(company.told(&company.li).last().unwrap().contains("请于"), "{:?}", company.told(&company.li));
        let (wang, boss) = (company.told(&company.wang).len(), company.told(&company.boss).len());
        company.later(24).await;
        assert!(company.told(&company.li).last().unwrap().contains("已逾期"));
        assert_eq!(company.told(&company.wang).len(), wang + 1, "who called is the superior too, and is told once");
        // Nobody is called on at the weekend.
        company.later(24).await;
        assert_eq!(company.told(&company.boss).len(), boss);
        company.later(48).await;
        assert_eq!(company.told(&company.boss).len(), boss + 1, "then the next one up");
        assert!(company.told(&company.boss).last().unwrap().contains("请协调"));
        assert!(seen(&company, &company.boss, &round.id).await.is_ok());
        sign(&company, &company.li, &round.id).await.unwrap();
        let all = company.sent().len();
        company.later(24 * 5).await;
        assert_eq!(company.sent().len(), all, "after the answer nobody hears of it");
    }

    async fn g1_a2_clients_sign_and_see_of_the_evidence_what_they_may(db: Db) {
        let company = Company::on(db).await;
        let guest = client(&company).await;
        let task = company.task("评估技术可行性", &company.li).await;
        let mut call = call(&company, &[&guest]);
        call.evidence.push(Evidence::Task { task: task.id.clone() });
        call.evidence.push(Evidence::Address { title: "验收报告".into(), url: "https://example.com/report".into() });
        let round = company.does(&company.wang, async |work| sign_offs::call(work, call).await).await.unwrap();
        let theirs = seen(&company, &guest, &round.id).await.unwrap();
        assert_eq!((theirs.evidence.len(), theirs.hidden), (2, 1), "the task is internal");
        assert!(theirs.may.sign && !theirs.may.withdraw);
        let member = seen(&company, &company.li, &round.id).await.unwrap();
        assert_eq!((member.evidence.len(), member.hidden, member.may.sign), (3, 0, false));
        assert_eq!(seen(&company, &company.sun, &round.id).await.unwrap_err().code(), "not_found");
        sign(&company, &guest, &round.id).await.unwrap();
        assert_eq!(collaboration(&company).await.state, CollaborationState::Done);
    }

    async fn g1_only_the_initiator_calls_and_only_signers_answer(db: Db) {
        let company = Company::on(db).await;
        let new = || call(&company, &[&company.zhou]);
        let by = async |who: &PersonId, new: Call| company.does(who, async |work| sign_offs::call(work, new).await).await;
        assert_eq!(by(&company.li, new()).await.unwrap_err().code(), "forbidden");
        assert_eq!(by(&company.sun, new()).await.unwrap_err().code(), "not_found");
        let wrong = [
            (Call { signers: Vec::new(), ..new() }, ("signers", "required")),
            (Call { signers: vec![company.wang.clone()], ..new() }, ("signers", "own_signature")),
            (Call { signers: vec![company.sun.clone()], ..new() }, ("signers", "not_member")),
            (Call { evidence: Vec::new(), ..new() }, ("evidence", "required")),
            (Call { statement: " ".into(), ..new() }, ("statement", "required")),
            (Call { evidence: vec![Evidence::Task { task: TaskId::from_bits(9) }], ..new() }, ("evidence", "unknown")),
            (
                Call { evidence: vec![Evidence::Address { title: String::new(), url: "javascript:alert(1)".into() }], ..new() },
                ("evidence", "malformed"),
            ),
        ];
        for (call, problem) in wrong {
            assert_eq!(field(by(&company.wang, call).await), problem);
        }
        let round = called(&company, &[&company.zhou]).await;
        assert_eq!(by(&company.wang, new()).await.unwrap_err().code(), "wrong_state", "one round at a time");
        assert_eq!(sign(&company, &company.li, &round.id).await.unwrap_err().code(), "forbidden");
        assert_eq!(sign(&company, &company.wang, &round.id).await.unwrap_err().code(), "forbidden");
        assert_eq!(refuse(&company, &company.boss, &round.id, "不行").await.unwrap_err().code(), "forbidden");
        let withdraw = async |who: &PersonId| {
            company.does(who, async |work| sign_offs::withdraw(work, &round.id, "证据不全").await).await
        };
        assert_eq!(withdraw(&company.zhou).await.unwrap_err().code(), "forbidden");
        withdraw(&company.wang).await.unwrap();
        assert_eq!(answers(&company, &round.id).await, ["released"]);
        assert_eq!(running(&company, &round.id).await.len(), 0);
        // Nobody says that it is done without acceptance.
        let version = collaboration(&company).await.version;
        let change = CollaborationChange { version, state: Some(CollaborationState::Done), ..CollaborationChange::default() };
        let said = async |work: &mut Work<'_>| {
            collaborations::edit_collaboration(work, &company.collaboration, change).await
        };
        assert_eq!(field(company.does(&company.wang, said).await), ("state", "not_accepted"));
    }

    async fn g1_i7_whoever_leaves_hands_their_signature_over(db: Db) {
        let company = Company::on(db).await;
        let round = called(&company, &[&company.li, &company.zhou]).await;
        let outcome = company.does(&company.boss, async |work| leaving::leave(work, &company.li, None).await).await;
        assert_eq!(field(outcome), ("successor", "open_work"));
        let to_sun = Some(&company.sun);
        company.does(&company.boss, async |work| leaving::leave(work, &company.li, to_sun).await).await.unwrap();
        engine::drain(&company.app).await.unwrap();
        assert_eq!(running(&company, &round.id).await.len(), 2);
        assert!(company.told(&company.sun).last().unwrap().contains("验收"), "whoever takes over is asked");
        // 周婷 leaves as well, and 孙悦 signs already: nobody is asked twice.
        company.does(&company.boss, async |work| leaving::leave(work, &company.zhou, to_sun).await).await.unwrap();
        assert_eq!(answers(&company, &round.id).await, ["waiting", "released"]);
        assert_eq!(running(&company, &round.id).await.len(), 1);
        // Who called leaves: whoever answers for the whole now hears of it.
        company.does(&company.boss, async |work| leaving::leave(work, &company.wang, Some(&company.boss)).await).await.unwrap();
        let mut conn = company.app.db.read().await.unwrap();
        assert_eq!(conn.sign_off(&company.app.workspace, &round.id).await.unwrap().unwrap().called_by, company.boss);
        drop(conn);
        sign(&company, &company.sun, &round.id).await.unwrap();
        assert_eq!(collaboration(&company).await.state, CollaborationState::Done);
        assert!(company.told(&company.boss).last().unwrap().contains("已完成"));
    }

    async fn g1_what_is_still_open_is_shown_before_a_call_and_forbids_nothing(db: Db) {
        let company = Company::on(db).await;
        company.task("评估技术可行性", &company.li).await;
        let look = async |who: &PersonId| {
            let caller = company.caller(who).await;
            let mut conn = company.app.db.read().await.unwrap();
            views::before(&mut Look::new(&company.app, &mut conn, &caller), &company.collaboration).await.unwrap()
        };
        let before = look(&company.wang).await;
        assert!(before.may_call);
        assert_eq!(before.tasks.named.iter().map(|task| task.name.as_str()).collect::<Vec<_>>(), ["评估技术可行性"]);
        assert!(!look(&company.li).await.may_call);
        called(&company, &[&company.zhou]).await;
        assert!(!look(&company.wang).await.may_call, "one round at a time");
    }
}
