//! E2: templates of emergency plans, as an administrator edits them.

use huan_app::{
    ActionError,
    actions::{
        emergencies::templates,
        plan_templates::{drop_template, set_template},
        problems::{NewProblem, raise_problem},
    },
};
use huan_core::{
    emergency::{Emergency, PlanTemplate, shipped},
    i18n::Language,
    problem::{Severity, Urgency},
};
use huan_store::both_databases;

use crate::company::Company;

async fn all(company: &Company) -> Vec<PlanTemplate> {
    let mut conn = company.app.db.read().await.unwrap();
    templates(&mut conn, &company.app.workspace, Language::Chinese).await.unwrap()
}

async fn set(company: &Company, template: PlanTemplate) -> Result<PlanTemplate, ActionError> {
    company.does(&company.boss, async |work| set_template(work, template).await).await
}

async fn drop(company: &Company, key: &str) -> Result<(), ActionError> {
    company.does(&company.boss, async |work| drop_template(work, key).await).await
}

/// The emergency that an urgent problem becomes when nobody chooses a plan.
async fn emergency(company: &Company) -> Emergency {
    let new = NewProblem {
        urgency: Urgency::Urgent { severity: Severity::Two },
        ..NewProblem::ordinary(company.collaboration.clone(), "登录失败", Some(company.li.clone()))
    };
    let raised = company.does(&company.zhou, async |work| Box::pin(raise_problem(work, new)).await).await.unwrap();
    let mut conn = company.app.db.read().await.unwrap();
    conn.emergency_of(&company.app.workspace, &raised.id).await.unwrap().unwrap()
}

fn is_refused(outcome: Result<impl std::fmt::Debug, ActionError>, field: &str, code: &str) {
    match outcome {
        Err(ActionError::Invalid(problems)) => {
            assert_eq!((problems[0].field, problems[0].code), (field, code));
        }
        other => panic!("{other:?}"),
    }
}

both_databases! {
    async fn e2_a_template_is_added_with_roles_of_its_own_and_retired_but_stays_readable(db: Db) {
        let company = Company::on(db).await;
        let mut own = PlanTemplate { key: "data_leak".into(), name: "数据泄露".into(), ..shipped(Language::Chinese).remove(0) };
        let mut role = own.roles[0].clone();
        role.key = "lawyer".into();
        role.name = "法务".into();
        own.roles.push(role);
        let forbidden = company.does(&company.zhou, async |work| set_template(work, own.clone()).await).await;
        assert!(matches!(forbidden, Err(ActionError::Forbidden)), "{forbidden:?}");
        assert_eq!(all(&company).await, shipped(Language::Chinese));

        set(&company, own.clone()).await.unwrap();
        assert_eq!(all(&company).await.last(), Some(&own));
        drop(&company, "data_leak").await.unwrap();
        assert_eq!(all(&company).await.last(), Some(&PlanTemplate { retired: true, ..own }));
        let unknown = drop(&company, "nothing").await;
        assert!(matches!(unknown, Err(ActionError::NotFound(_))), "{unknown:?}");
    }

    async fn e2_what_ships_comes_back_when_its_changes_are_dropped(db: Db) {
        let company = Company::on(db).await;
        let ships = shipped(Language::Chinese);
        set(&company, PlanTemplate { name: "改过的".into(), ..ships[0].clone() }).await.unwrap();
        assert_eq!(all(&company).await[0].name, "改过的");
        drop(&company, &ships[0].key).await.unwrap();
        drop(&company, &ships[0].key).await.unwrap();
        assert_eq!(all(&company).await, ships);
    }

    async fn e2_there_is_always_a_plan_and_a_retired_one_is_not_chosen(db: Db) {
        let company = Company::on(db).await;
        let ships = shipped(Language::Chinese);
        assert_eq!(emergency(&company).await.plan, ships[0].key);
        set(&company, PlanTemplate { retired: true, ..ships[0].clone() }).await.unwrap();
        for other in ships.iter().skip(2) {
            set(&company, PlanTemplate { retired: true, ..other.clone() }).await.unwrap();
        }
        is_refused(set(&company, PlanTemplate { retired: true, ..ships[1].clone() }).await, "retired", "last_template");
        assert_eq!(emergency(&company).await.plan, ships[1].key);
    }

    async fn e2_a_template_that_cannot_be_is_refused_by_the_part_that_is_wrong(db: Db) {
        let company = Company::on(db).await;
        let own = PlanTemplate { key: "own".into(), ..shipped(Language::Chinese).remove(0) };
        is_refused(set(&company, PlanTemplate { name: "  ".into(), ..own.clone() }).await, "name", "required");
        is_refused(set(&company, PlanTemplate { roles: Vec::new(), ..own.clone() }).await, "roles", "required");
        let mut without = own.clone();
        let gone = without.roles.remove(0).key;
        assert!(without.checklist.iter().any(|point| point.role.as_ref() == Some(&gone)), "a point names the role");
        is_refused(set(&company, without).await, "checklist", "unknown");
        assert_eq!(all(&company).await, shipped(Language::Chinese), "nothing was kept");
    }
}
