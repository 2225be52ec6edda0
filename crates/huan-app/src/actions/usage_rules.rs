//! The usage rules 「使用规则」 of a collaboration: written, announced, confirmed by each member (B4).

use huan_core::{
    clock::{ClockKind, StopReason},
    collaboration::{Channel, Collaboration, CollaborationState},
    history::{Event, Subject},
    id::{CollaborationId, PersonId, RulesReadingId},
    permission::CollaborationDeed,
    person::{Person, Standing},
    usage_rules::{RulesReading, UsageRules},
};

use super::input;
use crate::{error::ActionError, notices::Notice, work::Work};

/// How rules are announced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Announcing {
    /// Whether everybody in the groups is called on 「@全体」, as far as the day has room for it (I5).
    pub everybody: bool,
}

/// Writes the rules. With `announce`, because they changed in substance or were never announced, they go to every group and
/// each member is asked to read them; without, those who were asked see the words as they are now.
/// `version` is the one that the caller saw, 0 where there were none.
///
/// # Errors
/// When the caller may not manage the collaboration, nothing is said, or somebody else wrote meanwhile.
pub async fn set_rules(
    work: &mut Work<'_>,
    id: &CollaborationId,
    text: &str,
    announce: Option<Announcing>,
    version: i64,
) -> Result<UsageRules, ActionError> {
    work.collaboration_for(id, CollaborationDeed::Manage).await?;
    let text = input::text("text", text, input::LONG)?;
    let known = work.tx.usage_rules(&work.app.workspace, id).await?;
    let was = known.unwrap_or_else(|| UsageRules::usual(id.clone(), work.language()));
    if was.version != version {
        return Err(ActionError::VersionConflict("rules"));
    }
    let mut rules = UsageRules { text: text.clone(), ..was.clone() };
    if announce.is_some() {
        rules.announce(work.now);
    }
    if rules == was && was.version > 0 {
        return Ok(rules);
    }
    work.tx.save_usage_rules(&work.app.workspace, &mut rules).await?;
    let subject = Subject::Collaboration(id.clone());
    if rules.text != was.text {
        let event = Event::Changed { field: "rules".to_owned(), from: was.text, to: text };
        work.happened(subject.clone(), Some(id), event);
    }
    if let Some(Announcing { everybody }) = announce {
        work.happened(subject, Some(id), Event::RulesAnnounced { revision: rules.revision });
        work.post_rules(id, None, everybody).await?;
        for member in work.tx.memberships(&work.app.workspace, id).await? {
            let person = work.person(&member.person, "person").await?;
            ask(work, &rules, &person).await?;
        }
    } else {
        for reading in work.tx.rules_readings(&work.app.workspace, id).await? {
            work.refresh_cards(&Subject::RulesReading(reading.id)).await?;
        }
    }
    Ok(rules)
}

/// A group came to a collaboration: where rules were announced, they are announced there too.
pub(super) async fn post_in(work: &mut Work<'_>, channel: &Channel) -> Result<(), ActionError> {
    let Some(collaboration) = &channel.collaboration else { return Ok(()) };
    match work.tx.usage_rules(&work.app.workspace, collaboration).await? {
        Some(rules) if rules.is_announced() => work.post_rules(collaboration, Some(&channel.id), false).await,
        _ => Ok(()),
    }
}

/// Somebody joins: where rules were announced they are asked to read them, once.
pub(super) async fn ask_newcomer(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    person: &Person,
) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    if work.tx.rules_reading_of(workspace, collaboration, &person.id).await?.is_some() {
        return Ok(());
    }
    match work.tx.usage_rules(workspace, collaboration).await? {
        Some(rules) if rules.is_announced() => ask(work, &rules, person).await,
        _ => Ok(()),
    }
}

/// Somebody whose access had ended has it again: they are asked as newcomers are.
pub(super) async fn ask_everywhere(work: &mut Work<'_>, person: &Person) -> Result<(), ActionError> {
    for membership in work.tx.memberships_of(&work.app.workspace, &person.id).await? {
        ask_newcomer(work, &membership.collaboration, person).await?;
    }
    Ok(())
}

/// A collaboration came to rest, where nobody is reminded of its rules, or is at work again.
pub(super) async fn follow_state(work: &mut Work<'_>, collaboration: &Collaboration) -> Result<(), ActionError> {
    for reading in work.tx.rules_readings(&work.app.workspace, &collaboration.id).await? {
        if reading.clock().is_none() {
            continue;
        }
        if collaboration.state == CollaborationState::Running {
            work.start_rules_clock(&reading, collaboration).await?;
        } else {
            let subject = Subject::RulesReading(reading.id);
            work.stop_clock(&subject, &collaboration.id, ClockKind::RulesRead, StopReason::Withdrawn).await?;
        }
    }
    Ok(())
}

/// Asks one member to read the rules; their clock starts.
async fn ask(work: &mut Work<'_>, rules: &UsageRules, person: &Person) -> Result<(), ActionError> {
    let here = match person.standing {
        Standing::Active => true,
        Standing::Guest { until } => work.now < until,
        Standing::Left { .. } => false,
    };
    if !here {
        return Ok(());
    }
    let workspace = &work.app.workspace;
    let known = work.tx.rules_reading_of(workspace, &rules.collaboration, &person.id).await?;
    let reading = match known {
        Some(mut reading) => {
            reading.ask(rules.revision, work.now);
            work.tx.update_rules_reading(workspace, &reading).await?;
            reading
        }
        None => {
            let reading = RulesReading {
                id: work.new_id(),
                collaboration: rules.collaboration.clone(),
                person: person.id.clone(),
                revision: rules.revision,
                asked_at: work.now,
                confirmed_at: None,
            };
            work.tx.insert_rules_reading(workspace, &reading).await?;
            reading
        }
    };
    let collaboration = work.tx.collaboration(workspace, &rules.collaboration).await?;
    let collaboration = collaboration.ok_or(ActionError::NotFound("collaboration"))?;
    if collaboration.state == CollaborationState::Running {
        work.start_rules_clock(&reading, &collaboration).await?;
    }
    let subject = Subject::RulesReading(reading.id.clone());
    work.refresh_cards(&subject).await?;
    let notice = Notice::RulesCard { reading: reading.id };
    work.tell(&person.id, &subject, &rules.collaboration, notice).await
}

/// 「已阅读」: the caller has read the rules of a collaboration.
///
/// # Errors
/// When they are not asked to, or the rules were announced anew meanwhile.
pub async fn confirm_rules(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    revision: u32,
) -> Result<(), ActionError> {
    work.collaboration_for(collaboration, CollaborationDeed::See).await?;
    let person = work.caller()?.person().clone();
    let found = work.tx.rules_reading_of(&work.app.workspace, collaboration, &person).await?;
    confirm(work, found.ok_or(ActionError::Forbidden)?, revision).await
}

/// As [`confirm_rules`], from a card or link that names the reading.
///
/// # Errors
/// As [`confirm_rules`]; what somebody else is to read is not found.
pub async fn confirm_reading(work: &mut Work<'_>, id: &RulesReadingId, revision: u32) -> Result<(), ActionError> {
    let found = work.tx.rules_reading(&work.app.workspace, id).await?;
    let reading = found.filter(|reading| work.caller().is_ok_and(|caller| *caller.person() == reading.person));
    confirm(work, reading.ok_or(ActionError::NotFound("rules"))?, revision).await
}

async fn confirm(work: &mut Work<'_>, mut reading: RulesReading, revision: u32) -> Result<(), ActionError> {
    if reading.confirmed_at.is_some() && reading.revision == revision {
        return Ok(());
    }
    reading.confirm(revision, work.now).map_err(|_| ActionError::VersionConflict("rules"))?;
    work.tx.update_rules_reading(&work.app.workspace, &reading).await?;
    let subject = Subject::RulesReading(reading.id.clone());
    work.happened(subject.clone(), Some(&reading.collaboration), Event::RulesConfirmed { revision });
    work.stop_clock(&subject, &reading.collaboration, ClockKind::RulesRead, StopReason::Answered).await?;
    work.show(&Subject::Collaboration(reading.collaboration.clone()), Some(&reading.collaboration));
    work.refresh_cards(&subject).await
}

/// Somebody is no member any more, or their access has ended: they have nothing to read there, or `within` one collaboration.
pub(crate) async fn excuse(
    work: &mut Work<'_>,
    person: &PersonId,
    within: Option<&CollaborationId>,
) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    for reading in work.tx.rules_readings_of_person(workspace, person).await? {
        if within.is_some_and(|within| reading.collaboration != *within) {
            continue;
        }
        let subject = Subject::RulesReading(reading.id.clone());
        work.stop_clock(&subject, &reading.collaboration, ClockKind::RulesRead, StopReason::Withdrawn).await?;
        work.tx.remove_rules_reading(workspace, &reading.id).await?;
    }
    Ok(())
}
