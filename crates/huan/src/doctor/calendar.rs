//! Whether the public holidays of this and the next year are known.

use huan_app::App;
use huan_core::calendar::Coverage;

use super::report::Report;

/// Next year's holidays are published in November at the earliest; before December their absence is no surprise.
const EXPECTED_FROM_MONTH: i8 = 12;

/// Looks at this and the next year.
pub(super) fn look(app: &App, report: &mut Report) {
    let today = app.now().to_zoned(app.zone()).date();
    let holidays = app.holidays();
    for year in [today.year(), today.year() + 1] {
        match holidays.coverage(year) {
            Coverage::Known { verified: true, .. } => report.good("program.doctor.holidays", &[("year", &year)]),
            Coverage::Known { verified: false, .. } => {
                report.warning("program.doctor.holidays_unverified", &[("year", &year)]);
            }
            Coverage::Unknown if year > today.year() && today.month() < EXPECTED_FROM_MONTH => {
                report.good("program.doctor.holidays_not_yet", &[("year", &year)]);
            }
            Coverage::Unknown => report.warning("program.doctor.holidays_missing", &[("year", &year)]),
        }
    }
}
