//! B4: the usage rules are announced, each member confirms them, and whoever has not is reminded on each working day.

use std::collections::BTreeSet;

use huan_app::{
    ActionError,
    actions::{
        collaborations::{self, CollaborationChange},
        leaving, members,
        people::{self, NewPerson, PersonChange},
        usage_rules,
    },
    engine,
    queries::{self, Look},
};
use huan_core::{
    clock::ClockKind,
    collaboration::{CollaborationState, Role},
    history::Subject,
    id::PersonId,
    usage_rules::RulesReading,
};
use huan_store::both_databases;
use jiff::{SignedDuration, Zoned};

use crate::company::Company;

async fn announced(company: &Company, text: &str, version: i64) {
    let id = &company.collaboration;
    let set = async |work: &mut huan_app::Work<'_>| {
        usage_rules::set_rules(work, id, text, Some(usage_rules::Announcing::default()), version).await
    };
    company.does(&company.wang, set).await.unwrap();
    engine::drain(&company.app).await.unwrap();
}

async fn readings(company: &Company) -> Vec<RulesReading> {
    let mut conn = company.app.db.read().await.unwrap();
    conn.rules_readings(&company.app.workspace, &company.collaboration).await.unwrap()
}

/// Who has not confirmed; each of them has exactly one running clock, all others have none.
async fn waiting(company: &Company) -> Vec<PersonId> {
    let mut open = Vec::new();
    for reading in readings(company).await {
        let subject = Subject::RulesReading(reading.id.clone());
        let mut conn = company.app.db.read().await.unwrap();
        let clocks = conn.running_clocks(&company.app.workspace, &[subject]).await.unwrap();
        assert_eq!(clocks.len(), usize::from(reading.confirmed_at.is_none()), "{reading:?}");
        assert!(clocks.iter().all(|clock| clock.kind == ClockKind::RulesRead));
        open.extend(reading.confirmed_at.is_none().then_some(reading.person));
    }
    open.sort();
    open
}

async fn confirm(company: &Company, who: &PersonId, revision: u32) -> Result<(), ActionError> {
    let id = &company.collaboration;
    company.does(who, async |work| usage_rules::confirm_rules(work, id, revision).await).await
}

fn sorted(people: &[&PersonId]) -> Vec<PersonId> {
    let mut people: Vec<PersonId> = people.iter().map(|person| (*person).clone()).collect();
    people.sort();
    people
}

/// Goes to a moment; how often somebody is told of something on the way.
async fn told_until(company: &Company, who: &PersonId, to: &str) -> usize {
    let before = company.told(who).len();
    company.time.set(to.parse::<Zoned>().unwrap().timestamp());
    engine::drain(&company.app).await.unwrap();
    company.told(who).len() - before
}

both_databases! {
    async fn b4_each_member_is_asked_and_confirms_and_newcomers_get_theirs(db: Db) {
        let company = Company::on(db).await;
        let caller = company.caller(&company.li).await;
        let mut conn = company.app.db.read().await.unwrap();
        let mut look = Look::new(&company.app, &mut conn, &caller);
        let usual = queries::usage_rules::of(&mut look, &company.collaboration).await.unwrap();
        assert!(usual.text.contains("@全体") && usual.revision == 0 && !usual.may_manage, "{usual:?}");
        drop(conn);
        assert_eq!(waiting(&company).await, [], "nothing is asked before they are announced");
        let id = &company.collaboration;
        let refused = company.does(&company.li, async |work| usage_rules::set_rules(work, id, "x", Some(usage_rules::Announcing::default()), 0).await).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)), "{refused:?}");
        let refused = confirm(&company, &company.li, 1).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)), "{refused:?}");

        announced(&company, "紧急事项 @全体；其他只 @相关人", 0).await;
        assert_eq!(waiting(&company).await, sorted(&[&company.wang, &company.li, &company.zhou]));
        assert!(company.told(&company.li).last().unwrap().contains("使用规则"), "{:?}", company.told(&company.li));
        confirm(&company, &company.li, 1).await.unwrap();
        confirm(&company, &company.li, 1).await.unwrap();
        assert_eq!(waiting(&company).await, sorted(&[&company.wang, &company.zhou]));

        // A slip of the pen is mended quietly; a change in substance asks everybody anew.
        let set = async |work: &mut huan_app::Work<'_>| usage_rules::set_rules(work, id, "紧急事项 @全体；其他只 @相关人。", None, 1).await;
        company.does(&company.wang, set).await.unwrap();
        assert_eq!(waiting(&company).await, sorted(&[&company.wang, &company.zhou]));
        let set = async |work: &mut huan_app::Work<'_>| usage_rules::set_rules(work, id, "旧版本", Some(usage_rules::Announcing::default()), 1).await;
        let refused = company.does(&company.wang, set).await;
        assert!(matches!(refused, Err(ActionError::VersionConflict(_))), "{refused:?}");
        announced(&company, "紧急事项打电话", 2).await;
        assert_eq!(waiting(&company).await, sorted(&[&company.wang, &company.li, &company.zhou]));
        let old = confirm(&company, &company.li, 1).await;
        assert!(matches!(old, Err(ActionError::VersionConflict(_))), "what was read is no longer what holds: {old:?}");

        company.does(&company.wang, async |work| members::add_member(work, id, &company.sun, Role::Member, "").await).await.unwrap();
        assert!(waiting(&company).await.contains(&company.sun), "somebody new gets theirs");
        let member = company.app.db.read().await.unwrap().memberships(&company.app.workspace, id).await.unwrap()
            .into_iter().find(|member| member.person == company.sun).unwrap();
        company.does(&company.wang, async |work| members::remove_member(work, id, &member.id, None).await).await.unwrap();
        assert!(!waiting(&company).await.contains(&company.sun), "and nothing is asked of whoever is taken out");
        company.does(&company.boss, async |work| leaving::leave(work, &company.zhou, None).await).await.unwrap();
        assert_eq!(waiting(&company).await, sorted(&[&company.wang, &company.li]), "nor of whoever leaves");
        let lines = company.history(&Subject::Collaboration(company.collaboration.clone())).await;
        assert!(lines.iter().any(|line| line.contains("使用规则")), "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains("rules.")), "{lines:?}");
    }

    async fn b4_who_leads_sees_on_the_desk_who_has_not_confirmed(db: Db) {
        let company = Company::on(db).await;
        announced(&company, "紧急事项 @全体", 0).await;
        let desk = async |who: &PersonId| {
            let caller = company.caller(who).await;
            let mut conn = company.app.db.read().await.unwrap();
            queries::desk::of(&mut Look::new(&company.app, &mut conn, &caller)).await.unwrap()
        };
        let unread = desk(&company.wang).await.rules_unread;
        let names: BTreeSet<&str> = unread[0].people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!((unread.len(), names), (1, BTreeSet::from(["李强", "周婷"])));
        let of_li = desk(&company.li).await;
        assert_eq!(of_li.rules_unread, [], "who leads nothing sees their own only");
        assert_eq!(of_li.waiting.iter().filter(|one| one.kind == "rules" && one.clock.is_some()).count(), 1);
        confirm(&company, &company.li, 1).await.unwrap();
        assert!(desk(&company.li).await.waiting.iter().all(|one| one.kind != "rules"));
        assert_eq!(desk(&company.wang).await.rules_unread[0].people.len(), 1);
    }

    async fn b4_a_collaboration_at_rest_reminds_nobody(db: Db) {
        let company = Company::on(db).await;
        announced(&company, "紧急事项 @全体", 0).await;
        let id = &company.collaboration;
        let rest = async |state: CollaborationState| {
            let version = {
                let mut conn = company.app.db.read().await.unwrap();
                conn.collaboration(&company.app.workspace, id).await.unwrap().unwrap().version
            };
            let change = CollaborationChange { version, state: Some(state), ..CollaborationChange::default() };
            company.does(&company.wang, async |work| collaborations::edit_collaboration(work, id, change).await).await.unwrap();
        };
        rest(CollaborationState::Archived).await;
        assert_eq!(told_until(&company, &company.li, "2026-11-30T12:00[Asia/Shanghai]").await, 0);
        rest(CollaborationState::Running).await;
        assert_eq!(waiting(&company).await, sorted(&[&company.wang, &company.li, &company.zhou]));
        assert_eq!(told_until(&company, &company.li, "2026-12-01T09:00[Asia/Shanghai]").await, 1);
    }

    async fn b4_i7_a_guest_is_asked_while_they_have_access(db: Db) {
        let company = Company::on(db).await;
        announced(&company, "紧急事项 @全体", 0).await;
        let id = &company.collaboration;
        let guest = NewPerson {
            name: "客户".into(),
            guest_until: Some(company.app.now() + SignedDuration::from_hours(24 * 7)),
            ..NewPerson::default()
        };
        let guest = company.does(&company.boss, async |work| people::add_person(work, guest).await).await.unwrap().id;
        let join = async |work: &mut huan_app::Work<'_>| members::add_member(work, id, &guest, Role::Guest, "").await;
        company.does(&company.wang, join).await.unwrap();
        assert!(waiting(&company).await.contains(&guest));
        let caller = company.caller(&guest).await;
        let mut conn = company.app.db.read().await.unwrap();
        let seen = queries::usage_rules::of(&mut Look::new(&company.app, &mut conn, &caller), id).await.unwrap();
        drop(conn);
        assert_eq!(seen.readings.len(), 1, "a guest sees nobody's but their own");
        assert!(seen.may_confirm && !seen.may_manage);

        // Their time is up, and they are asked no more; with more time they are asked again.
        company.time.advance(SignedDuration::from_hours(24 * 8));
        engine::drain(&company.app).await.unwrap();
        assert!(!waiting(&company).await.contains(&guest));
        let known = company.app.db.read().await.unwrap().person(&company.app.workspace, &guest).await.unwrap().unwrap();
        let until = company.app.now() + SignedDuration::from_hours(24);
        let more = PersonChange { version: known.version, guest_until: Some(Some(until)), ..PersonChange::default() };
        company.does(&company.boss, async |work| people::edit_person(work, &guest, more).await).await.unwrap();
        assert!(waiting(&company).await.contains(&guest));
        confirm(&company, &guest, 1).await.unwrap();
        assert!(!waiting(&company).await.contains(&guest));
    }
}
