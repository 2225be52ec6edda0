//! E1, E2, I7: who is asked next, when people in the line leave or the severity changes.

use std::sync::Arc;

use huan_app::{
    actions::{
        leaving,
        problems::{NewProblem, raise_problem, set_call_list, set_urgency},
    },
    engine,
};
use huan_core::{
    clock::{Clock, ClockKind},
    directory::run::{Leaver, LeaverState},
    history::Subject,
    id::PersonId,
    problem::{Problem, Severity, Urgency},
};
use huan_store::both_databases;
use jiff::SignedDuration;

use crate::company::Company;

async fn raise(company: &Company, owner: &PersonId, urgency: Urgency) -> Problem {
    let new = NewProblem {
        urgency,
        ..NewProblem::ordinary(company.collaboration.clone(), "导出失败", Some(owner.clone()))
    };
    let raised = company.does(&company.zhou, async |work| Box::pin(raise_problem(work, new)).await).await.unwrap();
    company.send().await;
    raised
}

async fn asked(company: &Company, problem: &Problem) -> Vec<PersonId> {
    let mut conn = company.app.db.read().await.unwrap();
    let asked = conn.asked(&company.app.workspace, &problem.id).await.unwrap();
    asked.into_iter().map(|asked| asked.person).collect()
}

async fn clock(company: &Company, problem: &Problem) -> Clock {
    let mut conn = company.app.db.read().await.unwrap();
    let subject = Subject::Problem(problem.id.clone());
    conn.clock_of(&company.app.workspace, &subject, ClockKind::UrgentProblem).await.unwrap().unwrap()
}

async fn minutes(company: &Company, minutes: i64) {
    company.time.advance(SignedDuration::from_mins(minutes));
    while engine::clocks::round(Arc::clone(&company.app)).await.unwrap().done > 0 {}
    company.send().await;
}

/// Some platform tells that somebody has left; their work waits for an administrator.
async fn told_to_have_left(company: &Company, person: &PersonId) {
    let mut tx = company.app.db.write().await.unwrap();
    let leaver = Leaver {
        person: person.clone(),
        account: None,
        noticed_at: company.app.now(),
        due_at: company.app.now() + SignedDuration::from_hours(24),
        state: LeaverState::Open,
        successor: None,
        ended_at: None,
    };
    tx.set_leaver(&company.app.workspace, &leaver).await.unwrap();
    tx.commit().await.unwrap();
}

both_databases! {
    async fn i7_e1_whoever_is_told_to_have_left_is_not_called_on_but_the_next_one_up(db: Db) {
        let company = Company::on(db).await;
        let problem = raise(&company, &company.li, Urgency::Ordinary).await;
        told_to_have_left(&company, &company.wang).await;
        let before = company.told(&company.wang).len();
        company.later(25).await;
        assert_eq!(asked(&company, &problem).await, [company.li.clone(), company.boss.clone()]);
        assert_eq!(company.told(&company.wang).len(), before, "王晓 has gone");
    }

    async fn i7_e1_when_a_superior_leaves_after_being_asked_nobody_above_is_passed_over(db: Db) {
        let company = Company::on(db).await;
        let problem = raise(&company, &company.li, Urgency::Ordinary).await;
        company.later(25).await;
        assert_eq!(asked(&company, &problem).await, [company.li.clone(), company.wang.clone()]);
        company
            .does(&company.boss, async |work| leaving::leave(work, &company.wang, Some(&company.boss)).await)
            .await
            .unwrap();
        company.send().await;
        let before = company.told(&company.wang).len();
        // Before noon: over midday nobody is called on.
        company.later(24).await;
        let line = asked(&company, &problem).await;
        assert_eq!(line, [company.li.clone(), company.wang.clone(), company.boss.clone()]);
        assert_eq!(company.told(&company.wang).len(), before);
    }

    async fn i7_e2_an_urgent_call_passes_over_whoever_left_and_over_nobody_else(db: Db) {
        let company = Company::on(db).await;
        let list = [company.wang.clone(), company.zhou.clone()];
        company
            .does(&company.wang, async |work| set_call_list(work, &company.collaboration, &list).await)
            .await
            .unwrap();
        let problem = raise(&company, &company.li, Urgency::Urgent { severity: Severity::Three }).await;
        minutes(&company, 10).await;
        assert_eq!(asked(&company, &problem).await, [company.li.clone(), company.wang.clone()]);
        told_to_have_left(&company, &company.wang).await;
        minutes(&company, 10).await;
        let expected = [company.li.clone(), company.wang.clone(), company.zhou.clone()];
        assert_eq!(asked(&company, &problem).await, expected, "周婷 is next, though the list has grown shorter");
        let before = company.told(&company.wang).len();
        minutes(&company, 10).await;
        assert_eq!(asked(&company, &problem).await, expected, "now it is everybody's turn");
        assert_eq!(company.told(&company.wang).len(), before);
    }

    async fn e2_a_raised_severity_rings_in_its_own_interval_from_the_last_call_on(db: Db) {
        let company = Company::on(db).await;
        let problem = raise(&company, &company.li, Urgency::Urgent { severity: Severity::Three }).await;
        let start = company.app.now();
        assert_eq!(clock(&company, &problem).await.next_at, Some(start + SignedDuration::from_mins(10)));
        let graver = async |severity| {
            let urgency = Urgency::Urgent { severity };
            company.does(&company.zhou, async |work| set_urgency(work, &problem.id, urgency).await).await.unwrap();
        };
        minutes(&company, 1).await;
        graver(Severity::One).await;
        assert_eq!(clock(&company, &problem).await.next_at, Some(start + SignedDuration::from_mins(3)), "not at once");
        minutes(&company, 1).await;
        assert_eq!(asked(&company, &problem).await.len(), 1);
        minutes(&company, 1).await;
        assert_eq!(asked(&company, &problem).await, [company.li.clone(), company.wang.clone()]);
        assert_eq!(clock(&company, &problem).await.next_at, Some(start + SignedDuration::from_mins(6)));
        minutes(&company, 2).await;
        graver(Severity::Three).await;
        assert_eq!(clock(&company, &problem).await.next_at, Some(start + SignedDuration::from_mins(13)));
        // Nine minutes after the last call the shorter interval is over long since: at once, and once.
        minutes(&company, 7).await;
        graver(Severity::One).await;
        assert_eq!(clock(&company, &problem).await.next_at, Some(company.app.now()));
        minutes(&company, 0).await;
        let expected = [company.li.clone(), company.wang.clone(), company.boss.clone()];
        assert_eq!(asked(&company, &problem).await, expected);
        minutes(&company, 0).await;
        assert_eq!(asked(&company, &problem).await, expected);
    }
}
