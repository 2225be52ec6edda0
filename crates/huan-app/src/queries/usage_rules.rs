//! The usage rules of a collaboration as pages show them, with who has read them and who has not.

use huan_core::{
    history::Subject,
    id::CollaborationId,
    permission::{self, CollaborationDeed},
    usage_rules::{RulesReading, UsageRules},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    clocks::{self, ClockView},
    names::{Named, Names, PersonRef},
};
use crate::error::ActionError;

/// The usage rules of a collaboration.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RulesView {
    /// The collaboration.
    pub collaboration: Named,
    /// The words; the usual ones while nobody has written any.
    pub text: String,
    /// Which announcement they are; 0 while they were never announced.
    pub revision: u32,
    /// When they were last announced.
    pub announced_at: Option<Timestamp>,
    /// Who is asked to read them.
    pub readings: Vec<ReadingView>,
    /// Whether the reader may change them.
    pub may_manage: bool,
    /// Whether the reader has still to confirm them.
    pub may_confirm: bool,
    /// Grows with each change; 0 while nobody has written any.
    pub version: i64,
}

/// A member who is asked to read the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReadingView {
    /// Who.
    pub person: PersonRef,
    /// Since when.
    pub asked_at: Timestamp,
    /// When they confirmed.
    pub confirmed_at: Option<Timestamp>,
}

/// Rules that the reader has still to confirm.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RulesToRead {
    /// The collaboration.
    pub collaboration: Named,
    /// The words.
    pub text: String,
    /// Which announcement they are.
    pub revision: u32,
    /// Since when.
    pub asked_at: Timestamp,
    /// The clock that runs until they are confirmed.
    pub clock: Option<ClockView>,
}

/// Members who have not confirmed the rules of a collaboration that the reader leads.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RulesUnread {
    /// The collaboration.
    pub collaboration: Named,
    /// Who has not, the reader left out.
    pub people: Vec<PersonRef>,
}

/// The rules of a collaboration.
///
/// # Errors
/// When the reader may not see the collaboration, or the database fails.
pub async fn of(look: &mut Look<'_>, id: &CollaborationId) -> Result<RulesView, ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let workspace = &look.app.workspace;
    let collaboration = look.conn.collaboration(workspace, id).await?.ok_or(ActionError::NotFound("collaboration"))?;
    let rules = look.conn.usage_rules(workspace, id).await?;
    let rules = rules.unwrap_or_else(|| UsageRules::usual(id.clone(), look.caller.language));
    let mut readings = look.conn.rules_readings(workspace, id).await?;
    if look.caller.viewer.guest {
        // Who else takes part is none of an outside person's business.
        readings.retain(|one| one.person == *look.caller.person());
    }
    let names = Names::of_people(look, readings.iter().map(|one| one.person.clone()).collect()).await?;
    let me = look.caller.person();
    Ok(RulesView {
        collaboration: Named { id: id.to_string(), name: collaboration.name },
        revision: rules.revision,
        announced_at: rules.announced_at,
        may_manage: permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role).is_ok(),
        may_confirm: readings.iter().any(|one| one.person == *me && one.confirmed_at.is_none()),
        readings: readings
            .iter()
            .map(|one| ReadingView {
                person: names.person(&one.person),
                asked_at: one.asked_at,
                confirmed_at: one.confirmed_at,
            })
            .collect(),
        version: rules.version,
        text: rules.text,
    })
}

/// The rules that the reader has still to confirm.
///
/// # Errors
/// When the database fails.
pub async fn to_read(look: &mut Look<'_>) -> Result<Vec<RulesToRead>, ActionError> {
    let me = look.caller.person().clone();
    let mut open = look.conn.rules_readings_of_person(&look.app.workspace, &me).await?;
    open.retain(|reading: &RulesReading| reading.confirmed_at.is_none());
    let subjects: Vec<Subject> = open.iter().map(|one| Subject::RulesReading(one.id.clone())).collect();
    let running = clocks::of(look, &subjects).await?;
    let names = Names::of_people(look, vec![me.clone()]).await?;
    let mut rules_to_read = Vec::with_capacity(open.len());
    for reading in open {
        let found = look.conn.collaboration(&look.app.workspace, &reading.collaboration).await?;
        let rules = look.conn.usage_rules(&look.app.workspace, &reading.collaboration).await?;
        let (Some(collaboration), Some(rules)) = (found, rules) else { continue };
        let clock = running.get(reading.id.as_str());
        rules_to_read.push(RulesToRead {
            collaboration: Named { id: collaboration.id.to_string(), name: collaboration.name },
            text: rules.text,
            revision: reading.revision,
            asked_at: reading.asked_at,
            clock: clock.map(|clock| clocks::view(look, clock, &names.hours(&me))),
        });
    }
    Ok(rules_to_read)
}

/// Who else has not confirmed the rules in the collaborations that the reader leads.
///
/// # Errors
/// When the database fails.
pub async fn unread(look: &mut Look<'_>) -> Result<Vec<RulesUnread>, ActionError> {
    let me = look.caller.person().clone();
    let mut open = look.conn.rules_unread_led_by(&look.app.workspace, &me).await?;
    open.retain(|reading| reading.person != me);
    let names = Names::of_people(look, open.iter().map(|one| one.person.clone()).collect()).await?;
    let mut unread: Vec<RulesUnread> = Vec::new();
    for reading in open {
        let person = names.person(&reading.person);
        match unread.last_mut().filter(|last| last.collaboration.id == reading.collaboration.as_str()) {
            Some(last) => last.people.push(person),
            None => {
                let found = look.conn.collaboration(&look.app.workspace, &reading.collaboration).await?;
                let Some(collaboration) = found else { continue };
                let collaboration = Named { id: collaboration.id.to_string(), name: collaboration.name };
                unread.push(RulesUnread { collaboration, people: vec![person] });
            }
        }
    }
    Ok(unread)
}
