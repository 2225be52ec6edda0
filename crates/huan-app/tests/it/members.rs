//! B2: who has which part; exactly one initiator, and nobody goes with open work.

use huan_app::{
    ActionError,
    actions::{
        create_record::{NewRecord, create_record},
        leaving, members, people,
        people::NewPerson,
        task_steps,
    },
};
use huan_core::{
    collaboration::{Membership, Role},
    history::Subject,
    id::{MembershipId, PersonId},
    level::Level,
    person::Standing,
    status::Status,
};
use huan_store::both_databases;

use crate::company::Company;

async fn all(company: &Company) -> Vec<Membership> {
    let mut conn = company.app.db.read().await.unwrap();
    conn.memberships(&company.app.workspace, &company.collaboration).await.unwrap()
}

async fn part(company: &Company, who: &PersonId) -> Membership {
    all(company).await.into_iter().find(|member| member.person == *who).expect("a member")
}

async fn initiators(company: &Company) -> Vec<PersonId> {
    let members = all(company).await.into_iter().filter(|member| member.role == Role::Initiator);
    members.map(|member| member.person).collect()
}

async fn add(company: &Company, who: &PersonId, role: Role) -> Result<Membership, ActionError> {
    let add =
        async |work: &mut huan_app::Work<'_>| members::add_member(work, &company.collaboration, who, role, "").await;
    company.does(&company.wang, add).await
}

async fn change(company: &Company, by: &PersonId, id: &MembershipId, role: Role) -> Result<Membership, ActionError> {
    let change = async |work: &mut huan_app::Work<'_>| {
        members::change_member(work, &company.collaboration, id, Some(role), Some("评审")).await
    };
    company.does(by, change).await
}

async fn remove(company: &Company, who: &PersonId) -> Result<(), ActionError> {
    let id = part(company, who).await.id;
    company
        .does(&company.wang, async |work| members::remove_member(work, &company.collaboration, &id, None).await)
        .await
}

fn code<T: std::fmt::Debug>(outcome: Result<T, ActionError>) -> (&'static str, &'static str) {
    match outcome {
        Err(ActionError::Invalid(fields)) => (fields[0].field, fields[0].code),
        other => panic!("it was not refused for a field: {other:?}"),
    }
}

both_databases! {
    async fn b2_there_is_exactly_one_initiator_whatever_is_changed(db: Db) {
        let company = Company::on(db).await;
        let wang = part(&company, &company.wang).await.id;
        assert_eq!(code(change(&company, &company.wang, &wang, Role::Member).await), ("role", "initiator_needed"));
        assert_eq!(code(remove(&company, &company.wang).await), ("role", "initiator_needed"));
        add(&company, &company.sun, Role::Initiator).await.unwrap();
        assert_eq!(initiators(&company).await, std::slice::from_ref(&company.sun));
        assert_eq!(part(&company, &company.wang).await.role, Role::Member, "the one before stays as a member");
        let refused = change(&company, &company.wang, &wang, Role::Initiator).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)), "and takes nothing back alone: {refused:?}");
        change(&company, &company.sun, &wang, Role::Initiator).await.unwrap();
        assert_eq!(initiators(&company).await, std::slice::from_ref(&company.wang));
        let history = company.history(&Subject::Collaboration(company.collaboration.clone())).await;
        assert!(history.len() >= 6, "{history:?}");
    }

    async fn b2_one_part_for_each_and_a_guest_is_a_guest(db: Db) {
        let company = Company::on(db).await;
        let twice = add(&company, &company.li, Role::Assistant).await;
        assert!(matches!(twice, Err(ActionError::Exists("member"))), "{twice:?}");
        let until = company.app.now() + jiff::SignedDuration::from_hours(100);
        let guest = company.does(&company.boss, async |work| {
            people::create_person(work, NewPerson { name: "客户".into(), guest_until: Some(until), ..Default::default() }).await
        }).await.unwrap().id;
        for role in [Role::Initiator, Role::Assistant, Role::Member] {
            assert_eq!(code(add(&company, &guest, role).await), ("role", "guest_only"));
        }
        let part = add(&company, &guest, Role::Guest).await.unwrap().id;
        assert_eq!(code(change(&company, &company.wang, &part, Role::Assistant).await), ("role", "guest_only"));
        company.does(&company.boss, async |work| leaving::leave(work, &company.sun, None).await).await.unwrap();
        assert_eq!(code(add(&company, &company.sun, Role::Member).await), ("person", "left"));
        assert_eq!(code(add(&company, &PersonId::from_bits(99), Role::Member).await), ("person", "unknown"));
        assert_eq!(initiators(&company).await, std::slice::from_ref(&company.wang));
    }

    async fn i3_nobody_goes_out_with_open_work(db: Db) {
        let company = Company::on(db).await;
        let task = company.task("评估技术可行性", &company.li).await;
        assert_eq!(code(remove(&company, &company.li).await), ("person", "open_work"));
        company.does(&company.li, async |work| task_steps::finish(work, &task.id).await).await.unwrap();
        remove(&company, &company.li).await.unwrap();
        assert!(!all(&company).await.iter().any(|member| member.person == company.li));
        let gone = company.does(&company.wang, async |work| {
            members::remove_member(work, &company.collaboration, &MembershipId::from_bits(99), None).await
        }).await;
        assert!(matches!(gone, Err(ActionError::NotFound(_))), "{gone:?}");
    }

    async fn i3_whoever_is_taken_out_hands_over_tasks_rows_and_follow_ups_of_this_collaboration(db: Db) {
        let company = Company::on(db).await;
        let row = company.does(&company.wang, async |work| create_record(work, NewRecord {
            collaboration: company.collaboration.clone(),
            topic: "客户反馈".into(),
            participants: Vec::new(),
            platforms: Vec::new(),
            summary: String::new(),
            owner: company.li.clone(),
            due_at: None,
            status: Status::InProgress,
            follow_up: "李强 周五12:00前提交报告".into(),
            follow_up_excuse: None,
            level: Level::Internal,
            message: None,
            strict: true,
        }).await).await.unwrap();
        assert_eq!(code(remove(&company, &company.li).await), ("person", "open_work"), "a row, and no task");
        let task = company.task("评估技术可行性", &company.li).await;
        let asked = company.task_from(&company.li, "核对数据", &company.zhou, &[]).await;
        let id = part(&company, &company.li).await.id;
        let to = async |heir: &PersonId| {
            company.does(&company.wang, async |work| {
                members::remove_member(work, &company.collaboration, &id, Some(heir)).await
            }).await
        };
        assert_eq!(code(to(&company.li).await), ("successor", "unknown"), "not to oneself");
        to(&company.zhou).await.unwrap();
        assert!(!all(&company).await.iter().any(|member| member.person == company.li));
        assert_eq!(company.now(&task).await.owner, company.zhou);
        assert_eq!(company.now(&asked).await.initiator, company.zhou);
        let mut conn = company.app.db.read().await.unwrap();
        let workspace = &company.app.workspace;
        assert_eq!(conn.record(workspace, &row.id).await.unwrap().unwrap().owner, company.zhou);
        assert_eq!(conn.open_follow_ups(workspace, &company.li).await.unwrap(), []);
        assert_eq!(conn.open_follow_ups(workspace, &company.zhou).await.unwrap().len(), 1);
        let li = conn.person(workspace, &company.li).await.unwrap().unwrap();
        assert_eq!(li.standing, Standing::Active, "they go on working here");
    }
}
