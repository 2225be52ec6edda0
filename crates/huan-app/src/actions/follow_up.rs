//! Follow-ups 「备注/后续行动」 (H3): vague ones are refused with a proposal, concrete ones are tracked by themselves.

use huan_core::{
    clock::{ClockKind, StopReason},
    history::{Event, Subject},
    id::{FollowUpId, PersonId},
    permission::Deed,
    record::{FollowUp, Record},
    wording::Review,
};
use jiff::Timestamp;

use super::edit_record;
use crate::{
    error::ActionError,
    hearing::resolve,
    naming::{self, Found},
    wording::{self, FollowUpText},
    work::Work,
};

/// What the wording check says about the follow-up of a row.
///
/// # Errors
/// When the database fails.
pub(super) async fn review(work: &mut Work<'_>, record: &Record) -> Result<Review, ActionError> {
    let zone = work.caller.as_ref().map_or_else(|| work.app.zone(), |caller| caller.zone.clone());
    let owner = work.person(&record.owner, "owner").await?;
    let called = naming::called(work).await?;
    Ok(FollowUpText::of(record, Some(wording::called(&owner))).review(&called, work.now, &zone))
}

/// The same, where a follow-up that is vague and not excused is refused.
pub(super) async fn concrete(work: &mut Work<'_>, record: &Record) -> Result<Review, ActionError> {
    let review = review(work, record).await?;
    if record.follow_up_excuse.is_some() || review.is_concrete() {
        return Ok(review);
    }
    Err(ActionError::field("follow_up", "follow_up_vague"))
}

/// One concrete action of a follow-up, with the person found and the time computed.
struct Wanted {
    person: PersonId,
    action: String,
    due_at: Timestamp,
}

/// Brings the tracked follow-ups of a row in step with its text: new ones are added with their clock, changed dates
/// move the clock, and those that are no longer written are withdrawn. Done ones stay as they are.
pub(super) async fn track(work: &mut Work<'_>, record: &Record, review: Review) -> Result<(), ActionError> {
    let tracked = work.tx.follow_ups_of(&work.app.workspace, &record.id).await?;
    let wanted = wanted(work, record, review, &tracked).await?;
    for follow_up in &tracked {
        let kept = wanted.iter().any(|wanted| is_same(follow_up, wanted));
        if !kept && follow_up.done_at.is_none() {
            let reason = huan_core::i18n::text(work.language(), "domain.follow_up_rewritten", &[]);
            close(work, record, follow_up.clone(), StopReason::Withdrawn, Event::Cancelled { reason }).await?;
        }
    }
    for wanted in wanted {
        match tracked.iter().find(|follow_up| is_same(follow_up, &wanted)) {
            Some(follow_up) if follow_up.done_at.is_some() || follow_up.due_at == wanted.due_at => {}
            Some(follow_up) => {
                let mut moved = FollowUp { due_at: wanted.due_at, ..follow_up.clone() };
                work.tx.update_follow_up(&work.app.workspace, &mut moved).await?;
                work.start_follow_up_clock(&moved, record).await?;
            }
            None => add(work, record, wanted).await?,
        }
    }
    Ok(())
}

fn is_same(follow_up: &FollowUp, wanted: &Wanted) -> bool {
    follow_up.person == wanted.person && follow_up.action == wanted.action
}

async fn wanted(
    work: &mut Work<'_>,
    record: &Record,
    review: Review,
    tracked: &[FollowUp],
) -> Result<Vec<Wanted>, ActionError> {
    let mut wanted = Vec::new();
    for action in review.actions {
        let Some(concrete) = action.concrete else { continue };
        let found = naming::find(work, Some(&record.collaboration), &concrete.person_text).await?;
        // The text may still name somebody who left: what they were to do is with whoever took over (I7).
        let taken_over = || tracked.iter().find(|known| known.done_at.is_none() && known.action == concrete.action);
        let person = match (found, taken_over()) {
            (Found::One(person), _) => person,
            (Found::Nobody, Some(known)) => known.person.clone(),
            // A name that is nobody's or several people's stays flagged in the table: it cannot be chased.
            (Found::Nobody | Found::Several(_), _) => continue,
        };
        let due_at = resolve(work, &person, concrete.due).await?;
        wanted.push(Wanted { person, action: concrete.action, due_at });
    }
    Ok(wanted)
}

async fn add(work: &mut Work<'_>, record: &Record, wanted: Wanted) -> Result<(), ActionError> {
    let follow_up = FollowUp {
        id: work.new_id(),
        record: record.id.clone(),
        person: wanted.person,
        action: wanted.action,
        due_at: wanted.due_at,
        done_at: None,
        version: 1,
    };
    work.tx.insert_follow_up(&work.app.workspace, &follow_up).await?;
    work.happened(Subject::FollowUp(follow_up.id.clone()), Some(&record.collaboration), Event::Created);
    work.start_follow_up_clock(&follow_up, record).await
}

async fn close(
    work: &mut Work<'_>,
    record: &Record,
    mut follow_up: FollowUp,
    reason: StopReason,
    event: Event,
) -> Result<(), ActionError> {
    follow_up.done_at = Some(work.now);
    work.tx.update_follow_up(&work.app.workspace, &mut follow_up).await?;
    let subject = Subject::FollowUp(follow_up.id);
    work.stop_clock(&subject, &record.collaboration, ClockKind::FollowUp, reason).await?;
    work.happened(subject, Some(&record.collaboration), event);
    work.show(&Subject::Record(record.id.clone()), Some(&record.collaboration));
    Ok(())
}

/// A follow-up is done. Its person may say so, and whoever may edit the row.
///
/// # Errors
/// When there is none, the caller may not, or it is done already.
pub async fn finish_follow_up(work: &mut Work<'_>, id: &FollowUpId) -> Result<FollowUp, ActionError> {
    let follow_up = work.tx.follow_up(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("follow_up"))?;
    let is_theirs = work.caller()?.person() == &follow_up.person;
    let record = if is_theirs {
        work.tx.record(&work.app.workspace, &follow_up.record).await?.ok_or(ActionError::NotFound("record"))?
    } else {
        edit_record::record_for(work, &follow_up.record, Deed::EditRecord).await?
    };
    if follow_up.done_at.is_some() {
        return Ok(follow_up);
    }
    close(work, &record, follow_up.clone(), StopReason::Answered, Event::Finished).await?;
    Ok(FollowUp { done_at: Some(work.now), ..follow_up })
}
