//! A concrete proposal in the place of a vague follow-up.

use jiff::{ToSpan, Zoned, civil::Time};

use crate::{
    command::sheet::Sheet,
    i18n::{Language, text},
    time_expression::{Meaning, describe_deadline},
};

use super::{Context, segment::verb_at};

/// When a proposal's day ends: before the table is published at 17:00 (H4).
const TODAY_UNTIL: Time = Time::constant(17, 0, 0, 0);
/// From when on today is too late for a proposal.
const TOO_LATE: Time = Time::constant(15, 0, 0, 0);
const TOMORROW_UNTIL: Time = Time::constant(12, 0, 0, 0);

/// The action with a person and a time, in the language it was written in.
pub(super) fn propose(
    person: Option<&str>,
    when: Option<&Meaning>,
    action: Option<&str>,
    sheet: &Sheet<'_>,
    context: &Context<'_>,
) -> Option<String> {
    let person = person.or(context.owner).filter(|person| !person.is_empty())?;
    let topic = context.topic.trim();
    let chinese = sheet.folded.has_chinese() || (sheet.len() == 0 && !topic.is_ascii());
    let language = if chinese { Language::Chinese } else { Language::English };
    let due = match when {
        Some(Meaning::Found { when, .. }) => describe_deadline(when, context.now, language),
        Some(Meaning::WorkingDays { count }) => text(language, "wording.working_days", &[("count", count)]),
        Some(Meaning::Ambiguous { candidates, .. }) => describe_deadline(candidates.first()?, context.now, language),
        Some(Meaning::Past { .. }) | None => describe_deadline(&default_due(context)?, context.now, language),
    };
    let action = action.map(|action| if chinese { action.to_owned() } else { uncapitalised(action) });
    let action = match action {
        // 「确认」: what, is the topic of the row.
        Some(action) if is_bare_verb(&action) && !topic.is_empty() => {
            text(language, "wording.verb_and_topic", &[("verb", &action), ("topic", &topic)])
        }
        Some(action) => action,
        None if topic.is_empty() => text(language, "wording.report", &[]),
        None => text(language, "wording.report_on", &[("topic", &topic)]),
    };
    Some(text(language, "wording.proposal", &[("person", &person), ("due", &due), ("action", &action)]))
}

/// "Confirm it" within a sentence; "API" stays.
fn uncapitalised(action: &str) -> String {
    let mut chars = action.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), second) if second.is_none_or(char::is_lowercase) => first.to_lowercase().chain(chars).collect(),
        _ => action.to_owned(),
    }
}

fn is_bare_verb(action: &str) -> bool {
    let folded = crate::folded::Folded::new(action);
    verb_at(&folded, 0) == Some(folded.len())
}

/// The row's deadline while it lies ahead, else today 17:00 or the next weekday noon.
fn default_due(context: &Context<'_>) -> Option<Zoned> {
    let now = context.now;
    if let Some(due) = context.due.filter(|due| *due > now) {
        return Some(due.clone());
    }
    let at = |date: jiff::civil::Date, time: Time| date.to_datetime(time).to_zoned(now.time_zone().clone()).ok();
    let is_weekday = |date: jiff::civil::Date| date.weekday().to_monday_zero_offset() < 5;
    if is_weekday(now.date()) && now.time() < TOO_LATE {
        return at(now.date(), TODAY_UNTIL);
    }
    let next = (1..=3).filter_map(|days| now.date().checked_add(days.days()).ok()).find(|date| is_weekday(*date))?;
    at(next, TOMORROW_UNTIL)
}
