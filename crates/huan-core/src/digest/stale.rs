//! Rows of the record table that should have been touched and were not (H4).

use jiff::Timestamp;

use super::Calendar;
use crate::{names::names, record::Record, status::Status};

names! {
    /// Why a row should have been touched.
    Staleness {
        /// Its time is past, and nobody has touched it since.
        Overdue = "overdue",
        /// It is due today, and nobody has touched it today.
        DueToday = "due_today",
        /// It is open, and nobody has touched it for days.
        Untouched = "untouched",
    }
}

/// A row that should have been touched.
#[derive(Debug, Clone, PartialEq)]
pub struct Stale {
    /// The row.
    pub record: Record,
    /// Why.
    pub why: Staleness,
    /// When it was last touched.
    pub touched_at: Timestamp,
}

/// The rows among these that should have been touched and were not, the most pressing first. Each comes with the moment at
/// which it was last touched: its own last change, or the last word on its task.
pub fn stale(rows: Vec<(Record, Timestamp)>, calendar: &Calendar<'_>, after_days: u32, now: Timestamp) -> Vec<Stale> {
    let today = calendar.date_of(now);
    let judge = |record: &Record, touched_at: Timestamp| {
        if record.status == Status::Done || calendar.date_of(touched_at) >= today {
            return None;
        }
        match record.due_at {
            Some(due) if due < now && touched_at <= due => return Some(Staleness::Overdue),
            Some(due) if due >= now && calendar.date_of(due) == today => return Some(Staleness::DueToday),
            _ => {}
        }
        let by = calendar.time().add_working_days(calendar.date_of(touched_at), after_days.max(1)).date;
        (by <= today).then_some(Staleness::Untouched)
    };
    let mut stale: Vec<Stale> = rows
        .into_iter()
        .filter_map(|(record, touched_at)| {
            let why = judge(&record, touched_at)?;
            Some(Stale { record, why, touched_at })
        })
        .collect();
    stale.sort_by_key(|one| (one.why, one.record.due_at.is_none(), one.record.due_at, one.touched_at));
    stale
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calendar::HolidayCalendar,
        clock::ServiceLevels,
        i18n::{Language, has},
        id::{CollaborationId, PersonId, RecordId},
        level::Level,
    };

    fn at(text: &str) -> Timestamp {
        text.parse::<jiff::Zoned>().unwrap().timestamp()
    }

    fn row(bits: u128, status: Status, due: Option<&str>, touched: &str) -> (Record, Timestamp) {
        let touched = at(touched);
        let record = Record {
            id: RecordId::from_bits(bits),
            collaboration: CollaborationId::from_bits(1),
            number: crate::record::number("产品部", 2026, i64::try_from(bits).unwrap()),
            topic: "产品V2.0需求评审".into(),
            participants: Vec::new(),
            platforms: Vec::new(),
            summary: String::new(),
            owner: PersonId::from_bits(1),
            due_at: due.map(at),
            status,
            follow_up: String::new(),
            follow_up_excuse: None,
            level: Level::Internal,
            task: None,
            message: None,
            created_at: touched,
            updated_at: touched,
            version: 1,
        };
        (record, touched)
    }

    #[test]
    fn h4_rows_that_should_have_been_touched_and_were_not_are_listed() {
        const TUESDAY: &str = "2026-11-24T10:00[Asia/Shanghai]";
        const TODAY: &str = "2026-11-27T09:10[Asia/Shanghai]";
        let rows = vec![
            row(1, Status::InProgress, None, TUESDAY),
            row(2, Status::Pending, None, "2026-11-25T10:00[Asia/Shanghai]"),
            row(3, Status::InProgress, Some("2026-11-27T18:00[Asia/Shanghai]"), "2026-11-26T10:00[Asia/Shanghai]"),
            row(
                4,
                Status::AwaitingFeedback,
                Some("2026-11-26T12:00[Asia/Shanghai]"),
                "2026-11-26T10:00[Asia/Shanghai]",
            ),
            // Done; touched today; touched since it was due; due tomorrow.
            row(5, Status::Done, Some("2026-11-26T12:00[Asia/Shanghai]"), TUESDAY),
            row(6, Status::InProgress, Some("2026-11-27T18:00[Asia/Shanghai]"), TODAY),
            row(7, Status::Blocked, Some("2026-11-26T12:00[Asia/Shanghai]"), "2026-11-26T15:00[Asia/Shanghai]"),
            row(8, Status::InProgress, Some("2026-11-28T12:00[Asia/Shanghai]"), "2026-11-26T10:00[Asia/Shanghai]"),
        ];
        let (levels, holidays) = (ServiceLevels::default(), HolidayCalendar::shipped());
        let calendar = Calendar::new(&levels, "Asia/Shanghai", &holidays);
        let found = stale(rows, &calendar, 3, at("2026-11-27T16:30[Asia/Shanghai]"));
        let found: Vec<(&str, Staleness)> = found.iter().map(|one| (&one.record.number[15..], one.why)).collect();
        assert_eq!(
            found,
            [("0004", Staleness::Overdue), ("0003", Staleness::DueToday), ("0001", Staleness::Untouched)],
            "the second one is two working days old only"
        );
    }

    #[test]
    fn every_reason_has_its_text() {
        for why in Staleness::ALL {
            let key = format!("digest.stale.{why}");
            assert!(Language::ALL.into_iter().all(|language| has(language, &key)), "{key}");
        }
    }
}
