//! Emergencies, their checklists, and the templates of emergency plans that were edited.

use huan_core::{
    emergency::{ChecklistItem, Emergency, FaultReport, ItemState, PhaseName, PlanTemplate},
    id::{ChannelId, ChecklistItemId, CollaborationId, EmergencyId, ProblemId, WorkspaceId},
};

use crate::{
    conn::{Conn, Row},
    error::{Error, Result},
    select::{Cursor, Listed, Page, Select},
    sight::Sight,
    statement::statements,
    tx::Tx,
    value::{Kind, json, values},
};

macro_rules! columns {
    () => {
        "id, problem, collaboration, plan, plan_name, severity, pace, phase, roles, drill, calls, war_room, meeting, \
         acknowledged, report, started_at, updated_at, version"
    };
}

macro_rules! item_columns {
    () => {
        "id, emergency, place, text, role, due_at, state, version"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM emergency WHERE workspace = $1 AND id = $2");
    OF_PROBLEM = concat!("SELECT ", columns!(), " FROM emergency WHERE workspace = $1 AND problem = $2");
    IN_WAR_ROOM = concat!("SELECT ", columns!(), " FROM emergency
        WHERE workspace = $1 AND phase_name = 'running' AND war_room = $2 ORDER BY started_at, id");
    RUNNING = concat!("SELECT ", columns!(), " FROM emergency
        WHERE workspace = $1 AND phase_name = 'running' ORDER BY started_at, id");
    UNFILED = concat!("SELECT ", columns!(), " FROM emergency
        WHERE workspace = $1 AND phase_name = 'all_clear' ORDER BY started_at, id");
    INSERT = "INSERT INTO emergency (workspace, id, problem, collaboration, plan, plan_name, severity, pace, phase_name,
            phase, roles, drill, calls, war_room, meeting, acknowledged, report, started_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    UPDATE = "UPDATE emergency SET severity = $3, pace = $4, phase_name = $5, phase = $6, roles = $7, war_room = $8,
            meeting = $9, acknowledged = $10, report = $11, updated_at = $12, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $13";
    ITEM = concat!("SELECT ", item_columns!(), " FROM checklist_item WHERE workspace = $1 AND id = $2");
    ITEMS = concat!("SELECT ", item_columns!(), " FROM checklist_item
        WHERE workspace = $1 AND emergency = $2 ORDER BY due_at, place, id");
    INSERT_ITEM = "INSERT INTO checklist_item (workspace, id, emergency, place, text, role, due_at, state, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    UPDATE_ITEM = "UPDATE checklist_item SET text = $3, role = $4, due_at = $5, state = $6, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $7";
    TEMPLATES = "SELECT body, version FROM plan_template WHERE workspace = $1 ORDER BY template";
    SET_TEMPLATE = "INSERT INTO plan_template (workspace, template, body, version) VALUES ($1, $2, $3, 1)
        ON CONFLICT (workspace, template) DO UPDATE SET body = excluded.body, version = plan_template.version + 1";
    DROP_TEMPLATE = "DELETE FROM plan_template WHERE workspace = $1 AND template = $2";
}

/// What a list of emergencies is about. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct EmergencyFilter {
    /// Of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// In this phase.
    pub phase: Option<PhaseName>,
    /// Only drills, or only real ones.
    pub drill: Option<bool>,
    /// As far as this person may see: an emergency is seen by whoever sees its problem.
    pub sight: Option<Sight>,
}

pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM emergency");

pub(crate) fn emergency(row: &Row) -> Result<Emergency> {
    let report: Option<String> = row.get("report")?;
    let report: Option<FaultReport> = match report {
        Some(text) => Some(serde_json::from_str(&text).map_err(|error| Error::unreadable("report", error))?),
        None => None,
    };
    Ok(Emergency {
        id: row.get("id")?,
        problem: row.get("problem")?,
        collaboration: row.get("collaboration")?,
        plan: row.get("plan")?,
        plan_name: row.get("plan_name")?,
        severity: row.get("severity")?,
        pace: row.json("pace")?,
        phase: row.json("phase")?,
        roles: row.json("roles")?,
        drill: row.get("drill")?,
        calls: row.get("calls")?,
        war_room: row.get("war_room")?,
        meeting: row.get("meeting")?,
        acknowledged: row.json("acknowledged")?,
        report,
        started_at: row.get("started_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

fn item(row: &Row) -> Result<ChecklistItem> {
    Ok(ChecklistItem {
        id: row.get("id")?,
        emergency: row.get("emergency")?,
        place: row.get("place")?,
        text: row.get("text")?,
        role: row.get("role")?,
        due_at: row.get("due_at")?,
        state: row.json::<ItemState>("state")?,
        version: row.get("version")?,
    })
}

impl Conn {
    /// An emergency by id.
    pub async fn emergency(&mut self, workspace: &WorkspaceId, id: &EmergencyId) -> Result<Option<Emergency>> {
        self.find(BY_ID, values![workspace, id], emergency).await
    }

    /// The emergency that runs, or ran, for a problem.
    pub async fn emergency_of(&mut self, workspace: &WorkspaceId, problem: &ProblemId) -> Result<Option<Emergency>> {
        self.find(OF_PROBLEM, values![workspace, problem], emergency).await
    }

    /// The emergencies that run with this group as war room, the oldest first.
    pub async fn emergencies_in(&mut self, workspace: &WorkspaceId, channel: &ChannelId) -> Result<Vec<Emergency>> {
        self.list(IN_WAR_ROOM, values![workspace, channel], emergency).await
    }

    /// All emergencies that run, the oldest first.
    pub async fn running_emergencies(&mut self, workspace: &WorkspaceId) -> Result<Vec<Emergency>> {
        self.list(RUNNING, values![workspace], emergency).await
    }

    /// The emergencies that are over and whose fault report is not filed, the oldest first.
    pub async fn emergencies_without_report(&mut self, workspace: &WorkspaceId) -> Result<Vec<Emergency>> {
        let mut over = self.list(UNFILED, values![workspace], emergency).await?;
        over.retain(|emergency| !emergency.is_filed());
        Ok(over)
    }

    /// These emergencies, in no particular order.
    pub async fn emergencies_by_id(&mut self, workspace: &WorkspaceId, ids: &[EmergencyId]) -> Result<Vec<Emergency>> {
        let mut select = Select::new("emergencies_by_id", concat!("SELECT ", columns!(), " FROM emergency"));
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, emergency).await
    }

    /// The emergencies of these problems, in no particular order.
    pub async fn emergencies_of(&mut self, workspace: &WorkspaceId, problems: &[ProblemId]) -> Result<Vec<Emergency>> {
        let mut select = Select::new("emergencies_of", concat!("SELECT ", columns!(), " FROM emergency"));
        select.and("workspace = ").bind(workspace).and("problem IN ").list(problems);
        let (sql, values) = select.build();
        self.list(sql, values, emergency).await
    }

    /// A page of emergencies, by when they started.
    pub async fn emergencies(
        &mut self,
        workspace: &WorkspaceId,
        filter: &EmergencyFilter,
        page: &Page,
    ) -> Result<Listed<Emergency>> {
        let mut select = Select::new("emergencies", concat!("SELECT ", columns!(), " FROM emergency"));
        select.and("workspace = ").bind(workspace);
        if let Some(collaboration) = &filter.collaboration {
            select.and("collaboration = ").bind(collaboration);
        }
        if let Some(phase) = filter.phase {
            select.and("phase_name = ").bind(phase);
        }
        if let Some(drill) = filter.drill {
            select.and("drill = ").bind(drill);
        }
        if let Some(sight) = &filter.sight {
            select.and("problem IN (SELECT id FROM problem WHERE workspace = ").bind(workspace);
            select.within_sight(sight);
            select.push(" OR owner = ").bind(&sight.person).push(" OR raised_by = ").bind(&sight.person);
            select.push(" OR id IN (SELECT problem FROM problem_asked WHERE workspace = ").bind(workspace);
            select.push(" AND person = ").bind(&sight.person).push(")))");
        }
        let page = page.fitting(Kind::Int);
        select.page("started_at", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, emergency).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.started_at, last.id.as_str())))
    }

    /// A point of a checklist.
    pub async fn checklist_item(
        &mut self,
        workspace: &WorkspaceId,
        id: &ChecklistItemId,
    ) -> Result<Option<ChecklistItem>> {
        self.find(ITEM, values![workspace, id], item).await
    }

    /// The checklist of an emergency, in the order in which its points are due.
    pub async fn checklist(&mut self, workspace: &WorkspaceId, emergency: &EmergencyId) -> Result<Vec<ChecklistItem>> {
        self.list(ITEMS, values![workspace, emergency], item).await
    }

    /// These points of checklists, in no particular order.
    pub async fn checklist_items_by_id(
        &mut self,
        workspace: &WorkspaceId,
        ids: &[ChecklistItemId],
    ) -> Result<Vec<ChecklistItem>> {
        let mut select =
            Select::new("checklist_items_by_id", concat!("SELECT ", item_columns!(), " FROM checklist_item"));
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, item).await
    }

    /// The templates of emergency plans that were edited or added, by their key.
    pub async fn plan_templates(&mut self, workspace: &WorkspaceId) -> Result<Vec<PlanTemplate>> {
        self.list(TEMPLATES, values![workspace], |row| row.json("body")).await
    }
}

impl Tx {
    /// Adds an emergency with its checklist.
    pub async fn insert_emergency(
        &mut self,
        workspace: &WorkspaceId,
        emergency: &Emergency,
        checklist: &[ChecklistItem],
    ) -> Result<()> {
        let values = values![
            workspace,
            &emergency.id,
            &emergency.problem,
            &emergency.collaboration,
            &emergency.plan,
            &emergency.plan_name,
            emergency.severity,
            json(&emergency.pace)?,
            emergency.phase.name(),
            json(&emergency.phase)?,
            json(&emergency.roles)?,
            emergency.drill,
            emergency.calls,
            emergency.war_room.as_ref(),
            emergency.meeting.as_ref(),
            json(&emergency.acknowledged)?,
            emergency.report.as_ref().map(json).transpose()?,
            emergency.started_at,
            emergency.updated_at,
            emergency.version,
        ];
        self.execute(INSERT, values).await?;
        for item in checklist {
            self.insert_checklist_item(workspace, item).await?;
        }
        self.index_report(workspace, emergency).await
    }

    /// Writes an emergency that was read and changed. [`Error::Stale`] when it was changed by someone else since it was
    /// read; else its version grows by one.
    pub async fn update_emergency(&mut self, workspace: &WorkspaceId, emergency: &mut Emergency) -> Result<()> {
        let values = values![
            workspace,
            &emergency.id,
            emergency.severity,
            json(&emergency.pace)?,
            emergency.phase.name(),
            json(&emergency.phase)?,
            json(&emergency.roles)?,
            emergency.war_room.as_ref(),
            emergency.meeting.as_ref(),
            json(&emergency.acknowledged)?,
            emergency.report.as_ref().map(json).transpose()?,
            emergency.updated_at,
            emergency.version,
        ];
        self.change("the emergency", UPDATE, values).await?;
        emergency.version += 1;
        self.index_report(workspace, emergency).await
    }

    /// Adds a point to a checklist.
    pub async fn insert_checklist_item(&mut self, workspace: &WorkspaceId, item: &ChecklistItem) -> Result<()> {
        let values = values![
            workspace,
            &item.id,
            &item.emergency,
            item.place,
            &item.text,
            item.role.as_ref(),
            item.due_at,
            json(&item.state)?,
            item.version,
        ];
        self.execute(INSERT_ITEM, values).await?;
        Ok(())
    }

    /// Writes a point of a checklist that was read and changed. [`Error::Stale`] when it was changed by someone else.
    pub async fn update_checklist_item(&mut self, workspace: &WorkspaceId, item: &mut ChecklistItem) -> Result<()> {
        let values = values![
            workspace,
            &item.id,
            &item.text,
            item.role.as_ref(),
            item.due_at,
            json(&item.state)?,
            item.version,
        ];
        self.change("the point of the checklist", UPDATE_ITEM, values).await?;
        item.version += 1;
        Ok(())
    }

    /// Writes a template in place of the one with the same key.
    pub async fn set_plan_template(&mut self, workspace: &WorkspaceId, template: &PlanTemplate) -> Result<()> {
        self.execute(SET_TEMPLATE, values![workspace, &template.key, json(template)?]).await?;
        Ok(())
    }

    /// Takes an edited template away: the one that ships counts again, if there is one. Says whether there was one.
    pub async fn drop_plan_template(&mut self, workspace: &WorkspaceId, key: &str) -> Result<bool> {
        Ok(self.execute(DROP_TEMPLATE, values![workspace, key]).await? == 1)
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        emergency::{Acknowledgement, Candidates, Phase, shipped},
        i18n::Language,
        level::Level,
        problem::{Problem, ProblemState, Severity, Urgency},
    };

    use super::*;
    use crate::{both_databases, samples};

    async fn raised(tx: &mut Tx, team: &samples::Team, bits: u128, level: Level) -> Problem {
        let problem = Problem {
            id: ProblemId::from_bits(bits),
            collaboration: team.collaboration.id.clone(),
            number: i64::try_from(bits).unwrap(),
            title: "支付模块故障".into(),
            detail: String::new(),
            urgency: Urgency::Urgent { severity: Severity::One },
            raised_by: team.initiator.id.clone(),
            owner: team.owner.id.clone(),
            state: ProblemState::Waiting,
            level,
            tasks: Vec::new(),
            records: Vec::new(),
            message: None,
            drill: false,
            created_at: samples::at(0),
            updated_at: samples::at(0),
            version: 1,
        };
        tx.insert_problem(&team.workspace, &problem).await.unwrap();
        problem
    }

    fn started(team: &samples::Team, problem: &Problem, bits: u128) -> (Emergency, Vec<ChecklistItem>) {
        let template = shipped(Language::Chinese).remove(0);
        let candidates = Candidates {
            owner: team.owner.id.clone(),
            raiser: team.initiator.id.clone(),
            superior: None,
            assistant: None,
            call_list: Vec::new(),
        };
        let id = EmergencyId::from_bits(bits);
        let mut next = bits * 100;
        let checklist = template.checklist(&id, Severity::One, samples::at(0), || {
            next += 1;
            ChecklistItemId::from_bits(next)
        });
        let emergency = Emergency {
            id,
            problem: problem.id.clone(),
            collaboration: problem.collaboration.clone(),
            plan: template.key.clone(),
            plan_name: template.name.clone(),
            severity: Severity::One,
            pace: template.paces.of(Severity::One),
            phase: Phase::Running,
            roles: template.fill(&candidates),
            drill: bits == 2,
            calls: bits != 2,
            war_room: None,
            meeting: None,
            acknowledged: Vec::new(),
            report: None,
            started_at: samples::at(i64::try_from(bits).unwrap()),
            updated_at: samples::at(0),
            version: 1,
        };
        (emergency, checklist)
    }

    both_databases! {
        async fn e2_an_emergency_reads_back_whole_with_its_checklist(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut tx = db.write().await.unwrap();
            let problem = raised(&mut tx, &team, 1, Level::Internal).await;
            let (mut emergency, checklist) = started(&team, &problem, 1);
            tx.insert_emergency(workspace, &emergency, &checklist).await.unwrap();
            assert_eq!(tx.emergency(workspace, &emergency.id).await.unwrap(), Some(emergency.clone()));
            assert_eq!(tx.checklist(workspace, &emergency.id).await.unwrap(), checklist);

            emergency.war_room = Some(ChannelId::from_bits(1));
            emergency.meeting = Some("https://meeting.example/1".into());
            let at = samples::at(3);
            emergency.acknowledged.push(Acknowledgement { person: team.owner.id.clone(), at });
            emergency.all_clear("已恢复".into(), team.owner.id.clone(), samples::at(9)).unwrap();
            emergency.write_report(FaultReport { summary: "支付失败".into(), ..FaultReport::default() }).unwrap();
            tx.update_emergency(workspace, &mut emergency).await.unwrap();
            assert_eq!(emergency.version, 2);
            assert_eq!(tx.emergency_of(workspace, &problem.id).await.unwrap(), Some(emergency.clone()));
            let late = tx.update_emergency(workspace, &mut Emergency { version: 1, ..emergency.clone() }).await;
            assert!(matches!(late, Err(Error::Stale { .. })), "{late:?}");

            let mut item = checklist[0].clone();
            item.tick(team.owner.id.clone(), at).unwrap();
            tx.update_checklist_item(workspace, &mut item).await.unwrap();
            assert_eq!(tx.checklist_item(workspace, &item.id).await.unwrap(), Some(item.clone()));
            let of = tx.checklist_items_by_id(workspace, std::slice::from_ref(&item.id)).await.unwrap();
            assert_eq!(of, std::slice::from_ref(&item));
            let late = tx.update_checklist_item(workspace, &mut ChecklistItem { version: 1, ..item }).await;
            assert!(matches!(late, Err(Error::Stale { .. })), "{late:?}");
        }

        async fn e2_a_problem_has_one_emergency_only(db: Db) {
            let team = samples::team(&db).await;
            let mut tx = db.write().await.unwrap();
            let problem = raised(&mut tx, &team, 1, Level::Internal).await;
            let (emergency, _) = started(&team, &problem, 1);
            tx.insert_emergency(&team.workspace, &emergency, &[]).await.unwrap();
            let (second, _) = started(&team, &problem, 3);
            assert!(tx.insert_emergency(&team.workspace, &second, &[]).await.is_err());
        }

        async fn e2_emergencies_are_found_by_phase_room_and_sight(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut tx = db.write().await.unwrap();
            let room = ChannelId::from_bits(1);
            let mut all = Vec::new();
            for bits in 1..=3 {
                let level = if bits == 3 { Level::Confidential } else { Level::Internal };
                let problem = raised(&mut tx, &team, bits, level).await;
                let (mut emergency, checklist) = started(&team, &problem, bits);
                emergency.war_room = (bits == 1).then(|| room.clone());
                if bits == 2 {
                    emergency.all_clear("演练结束".into(), team.owner.id.clone(), samples::at(9)).unwrap();
                }
                tx.insert_emergency(workspace, &emergency, &checklist).await.unwrap();
                all.push(emergency);
            }
            let ids = |found: &[Emergency]| found.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
            let own = ids(&all);
            assert_eq!(ids(&tx.running_emergencies(workspace).await.unwrap()), [own[0].clone(), own[2].clone()]);
            assert_eq!(ids(&tx.emergencies_in(workspace, &room).await.unwrap()), [own[0].clone()]);
            assert_eq!(ids(&tx.emergencies_without_report(workspace).await.unwrap()), [own[1].clone()]);
            assert_eq!(ids(&tx.emergencies_by_id(workspace, &own[1..2]).await.unwrap()), [own[1].clone()]);
            let problems: Vec<ProblemId> = all.iter().map(|one| one.problem.clone()).collect();
            assert_eq!(tx.emergencies_of(workspace, &problems).await.unwrap().len(), 3);

            let any = EmergencyFilter::default;
            let outsider = samples::person(9, "旁人");
            tx.insert_person(workspace, &outsider).await.unwrap();
            let sight = Sight { person: outsider.id.clone(), levels: vec![Level::Internal], also: Vec::new() };
            for (filter, expected) in [
                (any(), vec![3, 2, 1]),
                (EmergencyFilter { phase: Some(PhaseName::AllClear), ..any() }, vec![2]),
                (EmergencyFilter { drill: Some(false), ..any() }, vec![3, 1]),
                (EmergencyFilter { collaboration: Some(CollaborationId::from_bits(9)), ..any() }, vec![]),
                (EmergencyFilter { sight: Some(sight), ..any() }, vec![2, 1]),
            ] {
                let found = tx.emergencies(workspace, &filter, &Page::first(10)).await.unwrap().rows;
                let expected: Vec<EmergencyId> = expected.into_iter().map(EmergencyId::from_bits).collect();
                assert_eq!(ids(&found), expected, "{filter:?}");
            }
            let first = tx.emergencies(workspace, &any(), &Page::first(2)).await.unwrap();
            let rest = Page { after: first.next, ..Page::first(2) };
            assert_eq!(ids(&tx.emergencies(workspace, &any(), &rest).await.unwrap().rows), [own[0].clone()]);
        }

        async fn e2_an_edited_template_stays_until_it_is_taken_away(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.plan_templates(workspace).await.unwrap(), []);
            let mut template = shipped(Language::Chinese).remove(0);
            tx.set_plan_template(workspace, &template).await.unwrap();
            template.name = "本公司预案".into();
            tx.set_plan_template(workspace, &template).await.unwrap();
            assert_eq!(tx.plan_templates(workspace).await.unwrap(), std::slice::from_ref(&template));
            assert!(tx.drop_plan_template(workspace, &template.key).await.unwrap());
            assert!(!tx.drop_plan_template(workspace, &template.key).await.unwrap());
        }
    }
}
