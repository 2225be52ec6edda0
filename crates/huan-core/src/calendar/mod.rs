//! Working hours, the public holidays of China with their make-up workdays 「调休」, and arithmetic on working time.
//!
//! ```
//! use huan_core::calendar::{HolidayCalendar, WorkingHours, WorkingTime};
//! use jiff::SignedDuration;
//!
//! let hours = WorkingHours::office_in_china();
//! let holidays = HolidayCalendar::shipped();
//! let time = WorkingTime::new(&hours, &holidays);
//! // Friday 17:50 in Beijing; ten minutes are worked on Friday, the rest on Monday.
//! let reached = time.add_working("2026-11-20T09:50:00Z".parse()?, SignedDuration::from_hours(1));
//! assert_eq!(reached.at.to_string(), "2026-11-23T01:50:00Z");
//! assert!(reached.assumed_years.is_empty());
//! # Ok::<(), jiff::Error>(())
//! ```
//!
//! Nothing is guessed: a result that runs through a year whose holidays are not known says so (`assumed_years`).

mod holidays;
mod hours;
mod working_time;

pub use holidays::{
    Coverage, DayKind, HolidayCalendar, HolidayFileProblem, HolidayYear, InvalidHolidayFile, SpecialDay,
};
pub use hours::{InvalidHours, PublicHolidays, Shift, Week, WorkingHours};
pub use working_time::{Reached, ReachedDay, Worked, WorkingTime};
