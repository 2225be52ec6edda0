//! The guided start of a collaboration: kept while unfinished, refused while something is doubtful, carried out as a whole.

use huan_app::{
    ActionError, Work,
    actions::{
        charters,
        collaborations::{self, CollaborationChange},
        starts, usage_rules,
    },
    engine,
    queries::{self, Look},
};
use huan_core::{
    charter::{Charter, Content, Duty, Tool},
    clock::ClockKind,
    collaboration::{CollaborationState, Role},
    history::Subject,
    id::{CollaborationId, PersonId},
    situation::Situation,
    start::{StartFrom, StartMember, UnfinishedStart},
};
use huan_store::both_databases;
use jiff::civil::date;

use crate::company::Company;

async fn begun(company: &Company, who: &PersonId, from: StartFrom) -> Result<UnfinishedStart, ActionError> {
    company.does(who, async |work| starts::begin_start(work, from).await).await
}

/// Enters what is missing, and keeps it.
async fn filled(company: &Company, who: &PersonId) -> UnfinishedStart {
    let from = StartFrom::Situation { situation: Situation::JointProject };
    let mut kept = begun(company, who, from).await.unwrap();
    kept.start.name = "数据导出".into();
    kept.start.goal = "完成数据导出上线".into();
    kept.start.goal_on = Some(date(2027, 3, 31));
    kept.start.members = vec![
        StartMember { person: company.li.clone(), role: Role::Assistant },
        StartMember { person: company.zhou.clone(), role: Role::Member },
    ];
    let answering = [who, &company.li, &company.zhou, &company.li];
    for (duty, person) in kept.start.charter.duties.iter_mut().zip(answering) {
        duty.person = Some(person.clone());
    }
    save(company, who, &kept).await.unwrap()
}

async fn save(company: &Company, who: &PersonId, kept: &UnfinishedStart) -> Result<UnfinishedStart, ActionError> {
    let (id, start, version) = (&kept.id, kept.start.clone(), kept.version);
    company.does(who, async |work| starts::save_start(work, id, start, version).await).await
}

async fn carried_out(
    company: &Company,
    who: &PersonId,
    kept: &UnfinishedStart,
) -> Result<huan_core::collaboration::Collaboration, ActionError> {
    company.does(who, async |work: &mut Work<'_>| Box::pin(starts::carry_out(work, &kept.id, kept.version)).await).await
}

async fn list(company: &Company, who: &PersonId) -> usize {
    let caller = company.caller(who).await;
    let mut conn = company.app.db.read().await.unwrap();
    queries::starts::list(&mut Look::new(&company.app, &mut conn, &caller)).await.unwrap().len()
}

/// What is refused, by field.
fn fields(refused: Result<impl std::fmt::Debug, ActionError>) -> Vec<&'static str> {
    match refused {
        Err(ActionError::Invalid(problems)) => problems.into_iter().map(|problem| problem.field).collect(),
        other => panic!("{other:?}"),
    }
}

async fn members(company: &Company, id: &CollaborationId) -> Vec<(PersonId, Role, String)> {
    let mut conn = company.app.db.read().await.unwrap();
    let members = conn.memberships(&company.app.workspace, id).await.unwrap();
    members.into_iter().map(|member| (member.person, member.role, member.duty)).collect()
}

both_databases! {
    async fn a1_b1_what_is_entered_is_kept_and_a_doubtful_start_is_refused(db: Db) {
        let company = Company::on(db).await;
        let from = StartFrom::Situation { situation: Situation::RemoteClient };
        let mut kept = begun(&company, &company.sun, from).await.unwrap();
        assert_eq!(kept.start.levels, Situation::RemoteClient.levels());
        let refused = fields(carried_out(&company, &company.sun, &kept).await);
        assert_eq!(refused, ["name", "goal", "duties"], "each is said once");
        kept.start.goal = "推进客户对接".into();
        kept = save(&company, &company.sun, &kept).await.unwrap();
        let stale = UnfinishedStart { version: 1, ..kept.clone() };
        let refused = save(&company, &company.sun, &stale).await;
        assert!(matches!(refused, Err(ActionError::VersionConflict(_))), "{refused:?}");

        let caller = company.caller(&company.sun).await;
        let mut conn = company.app.db.read().await.unwrap();
        let view = queries::starts::one(&mut Look::new(&company.app, &mut conn, &caller), &kept.id).await.unwrap();
        drop(conn);
        let doubt = view.findings.iter().find(|finding| finding.code == "outcome_missing").unwrap();
        assert_eq!(doubt.proposal.as_ref().unwrap().goal, "完成客户对接，并通过验收");
        assert!(view.findings.iter().all(|finding| !finding.message.contains("start.")), "{view:?}");

        assert_eq!(list(&company, &company.sun).await, 1);
        assert_eq!(list(&company, &company.boss).await, 0, "nobody else sees it");
        let refused = save(&company, &company.boss, &kept).await;
        assert!(matches!(refused, Err(ActionError::NotFound(_))), "{refused:?}");
        company.does(&company.sun, async |work| starts::drop_start(work, &kept.id).await).await.unwrap();
        assert_eq!(list(&company, &company.sun).await, 0);
    }

    async fn b2_b3_b4_a_start_is_carried_out_with_its_members_duties_and_rules(db: Db) {
        let company = Company::on(db).await;
        let kept = filled(&company, &company.sun).await;
        let made = carried_out(&company, &company.sun, &kept).await.unwrap();
        engine::drain(&company.app).await.unwrap();
        let mut found = members(&company, &made.id).await;
        found.sort_by_key(|(_, role, _)| *role);
        assert_eq!(found, [
            (company.sun.clone(), Role::Initiator, "提出需求".to_owned()),
            (company.li.clone(), Role::Assistant, "评估技术；验收成果".to_owned()),
            (company.zhou.clone(), Role::Member, "设计与产出".to_owned()),
        ]);
        let mut conn = company.app.db.read().await.unwrap();
        assert_eq!(conn.charter(&company.app.workspace, &made.id).await.unwrap(), (kept.start.charter.clone(), 1));
        let readings = conn.rules_readings(&company.app.workspace, &made.id).await.unwrap();
        assert_eq!(readings.len(), 3, "everybody is asked to read the rules");
        for reading in readings {
            let clocks = conn.running_clocks(&company.app.workspace, &[Subject::RulesReading(reading.id)]).await.unwrap();
            assert_eq!(clocks.iter().map(|clock| clock.kind).collect::<Vec<_>>(), [ClockKind::RulesRead]);
        }
        drop(conn);
        assert!(company.told(&company.li).last().unwrap().contains("使用规则"));
        assert_eq!(list(&company, &company.sun).await, 0, "it is no longer unfinished");
        let again = carried_out(&company, &company.sun, &kept).await;
        assert!(matches!(again, Err(ActionError::NotFound(_))), "and made once: {again:?}");
        let lines = company.history(&Subject::Collaboration(made.id.clone())).await;
        for word in ["里程碑", "职责", "工具"] {
            assert!(lines.iter().any(|line| line.contains(word)), "{word}: {lines:?}");
        }
    }

    async fn b3_what_was_agreed_on_and_is_not_connected_is_shown_to_who_can_connect_it(db: Db) {
        let company = Company::on(db).await;
        let kept = filled(&company, &company.sun).await;
        let made = carried_out(&company, &company.sun, &kept).await.unwrap();
        engine::drain(&company.app).await.unwrap();
        let look = async |who: &PersonId| {
            let mut conn = company.app.db.read().await.unwrap();
            let caller = company.caller(who).await;
            let mut look = Look::new(&company.app, &mut conn, &caller);
            let page = queries::starts::charter(&mut look, &made.id).await.unwrap();
            let agreed = page.tools.iter().map(|tool| (tool.content, tool.missing)).collect::<Vec<_>>();
            (agreed, queries::centre::one(&mut look, &made.id).await.unwrap().missing.len())
        };
        let (agreed, missing) = look(&company.sun).await;
        for expected in [("documents", Some("mirror")), ("tasks", Some("project"))] {
            assert!(agreed.contains(&expected), "{agreed:?}");
        }
        assert_eq!(missing, agreed.iter().filter(|(_, missing)| missing.is_some()).count());
        assert_eq!(look(&company.zhou).await.1, 0, "who cannot change it is not asked");
        let mut charter = kept.start.charter.clone();
        charter.tools.insert(Content::Documents, Tool::Huan);
        charter.tools.insert(Content::Tasks, Tool::Huan);
        company.does(&company.sun, async |work| charters::set_charter(work, &made.id, charter, 1).await).await.unwrap();
        let (agreed, _) = look(&company.sun).await;
        assert!(agreed.contains(&("documents", None)) && agreed.contains(&("tasks", None)), "{agreed:?}");
    }

    async fn b2_each_duty_keeps_exactly_one_person_who_takes_part(db: Db) {
        let company = Company::on(db).await;
        let id = &company.collaboration;
        let duty = |name: &str, person: Option<&PersonId>| Duty {
            name: name.into(),
            boundary: String::new(),
            person: person.cloned(),
        };
        let set = async |who: &PersonId, duties: Vec<Duty>, version: i64| {
            let charter = Charter { duties, ..Charter::default() };
            company.does(who, async |work| charters::set_charter(work, id, charter, version).await).await
        };
        for duties in [
            vec![duty("评估技术", None)],
            vec![duty("评估技术", Some(&company.sun))],
            vec![duty("评估技术", Some(&company.li)), duty("评估 技术", Some(&company.zhou))],
        ] {
            assert_eq!(fields(set(&company.wang, duties, 0).await), ["duties"]);
        }
        let good = vec![duty("评估技术", Some(&company.li)), duty("出原型", Some(&company.zhou))];
        let refused = set(&company.li, good.clone(), 0).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)), "{refused:?}");
        set(&company.wang, good.clone(), 0).await.unwrap();
        let refused = set(&company.wang, good, 0).await;
        assert!(matches!(refused, Err(ActionError::VersionConflict(_))), "{refused:?}");
        let duties = members(&company, id).await;
        assert!(duties.iter().any(|(who, _, duty)| *who == company.li && duty == "评估技术"), "{duties:?}");
        set(&company.wang, vec![duty("评估技术", Some(&company.zhou))], 1).await.unwrap();
        let duties = members(&company, id).await;
        assert!(duties.iter().any(|(who, _, duty)| *who == company.li && duty.is_empty()), "{duties:?}");
        assert!(duties.iter().any(|(who, _, duty)| *who == company.zhou && duty == "评估技术"), "{duties:?}");
    }

    async fn g4_an_archived_collaboration_is_the_template_of_the_next(db: Db) {
        let company = Company::on(db).await;
        let kept = filled(&company, &company.sun).await;
        let made = carried_out(&company, &company.sun, &kept).await.unwrap();
        let from = || StartFrom::Collaboration { collaboration: made.id.clone() };
        assert_eq!(fields(begun(&company, &company.sun, from()).await), ["collaboration"], "it is still at work");
        let mut charter = kept.start.charter.clone();
        charter.tools.insert(Content::Minutes, Tool::Feishu);
        company.does(&company.sun, async |work| charters::set_charter(work, &made.id, charter, 1).await).await.unwrap();
        let rules = async |work: &mut Work<'_>| usage_rules::set_rules(work, &made.id, "紧急 @全体", None, 1).await;
        company.does(&company.sun, rules).await.unwrap();
        let archived = CollaborationChange {
            version: made.version,
            state: Some(CollaborationState::Archived),
            ..CollaborationChange::default()
        };
        let archive = async |work: &mut Work<'_>| collaborations::edit_collaboration(work, &made.id, archived).await;
        company.does(&company.sun, archive).await.unwrap();
        company.later(24 * 30).await;

        let next = begun(&company, &company.sun, from()).await.unwrap().start;
        assert_eq!((next.name.as_str(), next.rules.as_str(), next.goal_on), ("数据导出", "紧急 @全体", None));
        assert_eq!(next.members.len(), 2);
        assert_eq!(next.charter.duties, kept.start.charter.duties);
        assert_eq!(next.charter.tool(Content::Minutes), Tool::Feishu);
        let today = company.app.now().to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()).date();
        assert!(next.charter.milestones.iter().all(|milestone| milestone.on.is_some_and(|on| on >= today)), "{next:?}");
        let refused = begun(&company, &company.wang, from()).await;
        assert!(matches!(refused, Err(ActionError::NotFound(_))), "whoever took no part sees nothing: {refused:?}");
    }
}
