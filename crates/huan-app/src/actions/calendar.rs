//! The public holidays (I8): importing a year's file, and taking it back.

use huan_core::{
    calendar::{Coverage, HolidayYear, InvalidHolidayFile},
    history::{Event, Subject},
};
use huan_store::HolidayFile;

use crate::{app::App, error::ActionError, work::Work};

/// Why a holiday file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be used; every problem of it is told.
    #[error(transparent)]
    File(#[from] InvalidHolidayFile),
    /// The file is of another year than the one it was sent for.
    #[error("the file is of {0}")]
    OtherYear(i16),
    /// Anything else.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<huan_store::Error> for ImportError {
    fn from(error: huan_store::Error) -> Self {
        Self::Action(error.into())
    }
}

/// Puts the file of a year in place of what was known of that year. Once it is committed, [`App::reload_holidays`] has
/// the clocks that start from then on count by it.
///
/// # Errors
/// When the caller may not, or the file cannot be used.
pub async fn import_year(work: &mut Work<'_>, year: i16, text: &str) -> Result<HolidayYear, ImportError> {
    work.require_administrator()?;
    let holidays = HolidayYear::from_json(text)?;
    if holidays.year() != year {
        return Err(ImportError::OtherYear(holidays.year()));
    }
    let file = HolidayFile { year, data: holidays.to_json().to_string() };
    let now = work.now;
    work.tx.set_holiday_year(&work.app.workspace, &file, now).await?;
    let before = source(work.app, year);
    changed(work, before, described(year, holidays.source()));
    Ok(holidays)
}

/// Takes an imported year back: what the program brings along for it holds again, once this is committed and
/// [`App::reload_holidays`] was called.
///
/// # Errors
/// When the caller may not.
pub async fn remove_year(work: &mut Work<'_>, year: i16) -> Result<(), ActionError> {
    work.require_administrator()?;
    let imported = work.tx.holiday_years(&work.app.workspace).await?;
    if !imported.iter().any(|file| file.year == year) {
        return Err(ActionError::NotFound("holiday_year"));
    }
    work.tx.remove_holiday_year(&work.app.workspace, year).await?;
    let before = source(work.app, year);
    changed(work, before, String::new());
    Ok(())
}

/// Where the dates of a year come from, with the year; empty when they are not known.
fn source(app: &App, year: i16) -> String {
    match app.holidays().coverage(year) {
        Coverage::Known { source, .. } => described(year, &source),
        Coverage::Unknown => String::new(),
    }
}

fn described(year: i16, source: &str) -> String {
    format!("{year} {source}").trim_end().to_owned()
}

fn changed(work: &mut Work<'_>, from: String, to: String) {
    let subject = Subject::Workspace(work.app.workspace.clone());
    work.happened(subject, None, Event::Changed { field: "holidays".to_owned(), from, to });
}
