//! What is proposed in words: another date, another person.

use huan_core::{
    calendar::WorkingTime,
    command::{self, Command, Context, Due, PersonRef, Question, Reading},
    id::{PersonId, TaskId},
    permission::Deed,
    task::{Proposal, Task},
    time_expression,
};
use jiff::{Span, Timestamp, Zoned, tz::TimeZone};

use crate::{
    error::ActionError,
    naming::{self, Found},
    work::Work,
};

/// The instant of a deadline; working days are counted by the owner's calendar.
pub(crate) async fn resolve(work: &mut Work<'_>, owner: &PersonId, due: Due) -> Result<Timestamp, ActionError> {
    match due {
        Due::At { when, .. } => Ok(when.timestamp()),
        Due::WorkingDays { count } => {
            let owner = work.person(owner, "owner").await?;
            let holidays = work.app.holidays();
            let time = WorkingTime::new(&owner.hours, &holidays);
            let day = time.add_working_days(time.date_of(work.now), count).date;
            time.end_of_working_day(day).ok_or(ActionError::field("due_at", "malformed"))
        }
    }
}

/// 「延期两天」: so much later than the task's own deadline, by the speaker's calendar.
pub(super) fn postponed(task: &Task, later: Option<Span>, zone: &TimeZone) -> Option<Timestamp> {
    let due = task.due_at?.to_zoned(zone.clone());
    due.checked_add(later?).ok().map(|due| due.timestamp())
}

/// A proposal typed into one field of a card: 「改到下周一12:00」, 「@周婷 更合适」.
///
/// # Errors
/// When the task may not be seen, or a date or person in it cannot be used.
pub(crate) async fn proposal_from(work: &mut Work<'_>, task: &TaskId, words: &str) -> Result<Proposal, ActionError> {
    if words.is_empty() {
        return Ok(Proposal::default());
    }
    let task = work.task_for(task, Deed::See).await?;
    let now = work.now.to_zoned(work.caller()?.zone.clone());
    let called = naming::called(work).await?;
    let context = Context { names: &[&called], about_a_task: true, ..Context::new(&now) };
    let Reading::Command(understood) = command::read(&format!("改为 {words}"), &context) else {
        return Ok(Proposal { words: words.to_owned(), ..Proposal::default() });
    };
    let Command::Change { proposal, .. } = understood.command else {
        return Ok(Proposal { words: words.to_owned(), ..Proposal::default() });
    };
    let is_unclear = |question: &Question| matches!(question, Question::DueAmbiguous { .. } | Question::DuePast { .. });
    if understood.questions.iter().any(is_unclear) {
        return Err(ActionError::field("proposal", "time_unclear"));
    }
    let owner = match &proposal.owner {
        Some(named) => {
            match naming::find(work, Some(&task.collaboration), &named.words).await? {
                Found::One(person) => Some(person),
                // The initiator reads the words all the same.
                Found::Nobody | Found::Several(_) => None,
            }
        }
        None => None,
    };
    let due_at = match proposal.due {
        Some(due) => Some(resolve(work, owner.as_ref().unwrap_or(&task.owner), due).await?),
        None => postponed(&task, proposal.later, now.time_zone()),
    };
    let words = further_words(words, proposal.owner.as_ref(), due_at.is_some(), &now);
    Ok(Proposal { owner, due_at, words })
}

/// The words of a proposal, unless they say nothing but the date and the person that were understood from them.
pub(super) fn further_words(words: &str, owner: Option<&PersonRef>, has_date: bool, now: &Zoned) -> String {
    const FILLERS: [&str; 16] = [
        "建议", "改到", "改为", "改由", "改成", "改派", "推迟", "延期", "延后", "调整", "负责", "来做", "到", "给",
        "由", "前",
    ];
    if owner.is_none() && !has_date {
        return words.to_owned();
    }
    let mut rest = words.to_owned();
    if has_date {
        for finding in time_expression::find(words, now).iter().rev() {
            rest.replace_range(finding.span.clone(), "");
        }
    }
    if let Some(owner) = owner {
        rest = rest.replace(&owner.words, "");
    }
    for filler in FILLERS {
        rest = rest.replace(filler, "");
    }
    if rest.chars().any(char::is_alphanumeric) { words.to_owned() } else { String::new() }
}

/// The share done in progress typed into one field of a card: 「分析完成，待技术评审 60%」.
pub(in crate::hearing) fn share_in(progress: &str, now: &Zoned) -> Option<u8> {
    let context = Context { about_a_task: true, ..Context::new(now) };
    let Reading::Command(understood) = command::read(&format!("进展 {progress}"), &context) else { return None };
    match understood.command {
        Command::Progress { percent, .. } => percent,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d2_a_proposal_of_a_date_alone_is_not_repeated_in_words() {
        let now: Zoned = "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse().unwrap();
        assert_eq!(further_words("改到下周一12:00", None, true, &now), "");
        assert_eq!(
            further_words("改到下周一12:00前，先交接口部分", None, true, &now),
            "改到下周一12:00前，先交接口部分"
        );
        assert_eq!(further_words("分两期", None, false, &now), "分两期");
        let owner = PersonRef { words: "周婷".into(), mention: None, span: 0..0 };
        assert_eq!(further_words("改由 @周婷 负责", Some(&owner), false, &now), "");
    }

    #[test]
    fn d4_a_share_is_read_from_the_words() {
        let now: Zoned = "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse().unwrap();
        assert_eq!(share_in("分析完成 60%", &now), Some(60));
        assert_eq!(share_in("分析完成，待技术评审 ６０％", &now), Some(60));
        assert_eq!(share_in("分析完成", &now), None);
        assert_eq!(share_in("完成 600%", &now), None);
        assert_eq!(share_in("", &now), None);
    }
}
