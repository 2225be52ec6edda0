//! I5: everybody in a group is called on no oftener than its collaboration allows for a day; emergencies have room of their own.

use huan_app::{
    Parcel, Way,
    actions::{
        collaborations::{CollaborationChange, edit_collaboration},
        digests,
        emergencies::Choice,
        problems::{NewProblem, raise_problem},
        usage_rules::{self, Announcing},
    },
    engine,
    queries::{Look, everybody},
};
use huan_core::{
    clock::{EverybodyLevel, ServiceLevels},
    digest::Rhythm,
    problem::{Severity, Urgency},
};
use huan_store::{DeliveryFilter, Page, both_databases};

use crate::company::Company;

/// 王晓 announces the rules anew and has everybody called on.
async fn announce(company: &Company, text: &str, version: i64) {
    let id = &company.collaboration;
    let call = Some(Announcing { everybody: true });
    company
        .does(&company.wang, async |work| usage_rules::set_rules(work, id, text, call, version).await)
        .await
        .unwrap();
    company.send().await;
}

/// Of the messages of a kind to groups, the oldest first: whether everybody was called on, and whether that was held back.
async fn calls(company: &Company, what: &str) -> Vec<(bool, bool)> {
    let page = Page { descending: false, ..Page::first(100) };
    let mut conn = company.app.db.read().await.unwrap();
    let all = conn.deliveries(&company.app.workspace, &DeliveryFilter::default(), &page).await.unwrap().rows;
    let of_kind = all.into_iter().filter(|delivery| delivery.channel.is_some() && delivery.what == what);
    of_kind
        .map(|delivery| {
            let parcel: Parcel = serde_json::from_str(&delivery.message).unwrap();
            let Way::Send { mentions, .. } = parcel.way else { panic!("{what} is a message") };
            (mentions.everybody, parcel.withheld)
        })
        .collect()
}

const CALLED: (bool, bool) = (true, false);
const WITHHELD: (bool, bool) = (false, true);

async fn raise(company: &Company, title: &str) {
    alarm(company, title, false).await;
}

async fn alarm(company: &Company, title: &str, drill: bool) {
    let urgency = Urgency::Urgent { severity: Severity::One };
    let of = company.collaboration.clone();
    let choice = Choice { calls: true, ..Choice::default() };
    let alarm = NewProblem { urgency, drill, choice, ..NewProblem::ordinary(of, title, Some(company.li.clone())) };
    company.does(&company.wang, async |work| raise_problem(work, alarm).await).await.unwrap();
    company.send().await;
}

both_databases! {
    async fn i5_rules_and_digests_share_the_room_of_a_group_and_its_day(db: Db) {
        let company = Company::on(db).await;
        company.group("oc_1", false).await;
        company.task("评估数据导出", &company.li).await;
        announce(&company, "一", 0).await;
        announce(&company, "二", 1).await;
        announce(&company, "三", 2).await;
        assert_eq!(calls(&company, "rules_posted").await, [CALLED, CALLED, WITHHELD], "the third goes without");
        engine::digests::round(std::sync::Arc::clone(&company.app)).await.unwrap();
        let mut conn = company.app.db.read().await.unwrap();
        let open = conn.open_digests(&company.app.workspace, &company.collaboration).await.unwrap();
        drop(conn);
        let daily = open.into_iter().find(|digest| digest.rhythm == Rhythm::Daily).unwrap();
        let send = async |work: &mut huan_app::Work<'_>| digests::send_now(work, &daily.id, daily.version, true).await;
        company.does(&company.wang, send).await.unwrap();
        assert_eq!(calls(&company, "digest").await, [WITHHELD], "what asks shares one room");

        let caller = company.caller(&company.wang).await;
        let mut conn = company.app.db.read().await.unwrap();
        let view = everybody::of(&mut Look::new(&company.app, &mut conn, &caller), &company.collaboration).await.unwrap();
        drop(conn);
        let group = &view.groups[0];
        assert_eq!((view.limit, group.called, group.left, group.withheld, group.emergencies), (2, 2, 0, 2, 0));

        company.until("2026-11-26T09:00[Asia/Shanghai]").await;
        announce(&company, "四", 3).await;
        assert_eq!(calls(&company, "rules_posted").await.last(), Some(&CALLED), "another day has its own room");
    }

    async fn i5_an_emergency_is_not_held_back_by_ordinary_calls_nor_they_by_it(db: Db) {
        let company = Company::on(db).await;
        company.group("oc_1", false).await;
        announce(&company, "一", 0).await;
        announce(&company, "二", 1).await;
        raise(&company, "支付模块故障").await;
        raise(&company, "登录故障").await;
        assert_eq!(calls(&company, "problem_alarm").await, [CALLED, CALLED], "the ordinary room is used up");
        announce(&company, "三", 2).await;
        assert_eq!(calls(&company, "rules_posted").await, [CALLED, CALLED, WITHHELD]);
    }

    async fn i5_drills_take_no_room_of_emergencies(db: Db) {
        let company = Company::on(db).await;
        company.group("oc_1", false).await;
        for drill in ["一", "二", "三", "四"] {
            alarm(&company, drill, true).await;
        }
        let drilled = [CALLED, CALLED, CALLED, (false, false)];
        assert_eq!(calls(&company, "problem_alarm").await, drilled, "one after the other is too much for a drill as well");
        raise(&company, "支付模块故障").await;
        assert_eq!(calls(&company, "problem_alarm").await.last(), Some(&CALLED));
    }

    async fn i5_a_collaboration_sets_its_own_limit(db: Db) {
        let company = Company::on(db).await;
        company.group("oc_1", false).await;
        let id = &company.collaboration;
        let levels = ServiceLevels { everybody: EverybodyLevel { ordinary_a_day: 0 }, ..ServiceLevels::default() };
        let change = CollaborationChange { version: 1, levels: Some(levels), ..CollaborationChange::default() };
        company.does(&company.wang, async |work| edit_collaboration(work, id, change).await).await.unwrap();
        announce(&company, "一", 0).await;
        assert_eq!(calls(&company, "rules_posted").await, [WITHHELD]);
        raise(&company, "支付模块故障").await;
        assert_eq!(calls(&company, "problem_alarm").await, [CALLED]);
    }
}
