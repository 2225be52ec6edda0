//! Departments: one name once, and no department below itself.

use huan_app::{
    ActionError,
    actions::departments::{DepartmentChange, create_department, edit_department},
};
use huan_core::{history::Subject, id::DepartmentId, person::Department};
use huan_store::both_databases;

use crate::company::Company;

async fn make(company: &Company, name: &str, parent: Option<&DepartmentId>) -> Result<Department, ActionError> {
    company.does(&company.boss, async |work| create_department(work, name, parent.cloned()).await).await
}

async fn change(company: &Company, id: &DepartmentId, change: DepartmentChange) -> Result<Department, ActionError> {
    company.does(&company.boss, async |work| edit_department(work, id, change).await).await
}

fn under(parent: Option<&DepartmentId>) -> DepartmentChange {
    DepartmentChange { name: None, parent: Some(parent.cloned()) }
}

fn code(outcome: Result<Department, ActionError>) -> (&'static str, &'static str) {
    match outcome {
        Err(ActionError::Invalid(fields)) => (fields[0].field, fields[0].code),
        other => panic!("it was not refused for a field: {other:?}"),
    }
}

both_databases! {
    async fn a3_departments_nest_but_never_in_a_circle(db: Db) {
        let company = Company::on(db).await;
        let top = make(&company, "研发中心", None).await.unwrap().id;
        let middle = make(&company, "研发部", Some(&top)).await.unwrap().id;
        let low = make(&company, "测试组", Some(&middle)).await.unwrap().id;
        for below in [&top, &middle, &low] {
            assert_eq!(code(change(&company, &top, under(Some(below))).await), ("parent", "circle"));
        }
        assert_eq!(code(change(&company, &low, under(Some(&DepartmentId::from_bits(9)))).await), ("parent", "unknown"));
        assert_eq!(change(&company, &low, under(Some(&top))).await.unwrap().parent, Some(top.clone()));
        assert_eq!(change(&company, &low, under(None)).await.unwrap().parent, None);
        let renamed = DepartmentChange { name: Some("质量组".into()), parent: None };
        assert_eq!(change(&company, &low, renamed).await.unwrap().name, "质量组");
        let history = company.history(&Subject::Workspace(company.app.workspace.clone())).await;
        assert!(history.iter().any(|line| line.contains("质量组")), "{history:?}");
        let moved = |line: &&String| line.contains("研发部 / 测试组") && line.contains("研发中心 / 测试组");
        assert_eq!(history.iter().filter(moved).count(), 1, "a move is written down too: {history:?}");
    }

    async fn a3_a_departments_name_is_there_once(db: Db) {
        let company = Company::on(db).await;
        let first = make(&company, "研发部", None).await.unwrap().id;
        let second = make(&company, "市场部", None).await.unwrap().id;
        assert_eq!(code(make(&company, " 研发部 ", None).await), ("name", "taken"));
        assert_eq!(code(make(&company, " ", None).await), ("name", "required"));
        assert_eq!(code(make(&company, &"长".repeat(201), None).await), ("name", "too_long"));
        let same = |name: &str| DepartmentChange { name: Some(name.into()), parent: None };
        assert_eq!(code(change(&company, &second, same("研发部")).await), ("name", "taken"));
        assert_eq!(change(&company, &first, same("研发部")).await.unwrap().name, "研发部");
        let refused = company.does(&company.wang, async |work| create_department(work, "x", None).await).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)), "{refused:?}");
        let gone = change(&company, &DepartmentId::from_bits(9), same("x")).await;
        assert!(matches!(gone, Err(ActionError::NotFound(_))), "{gone:?}");
        let all = company.app.db.read().await.unwrap().departments(&company.app.workspace).await.unwrap();
        assert_eq!(all.len(), 2);
    }
}
