//! I8: the public holidays of a year, imported and taken back.

use huan_app::{
    ActionError, Caller,
    actions::calendar::{self, ImportError},
};
use huan_core::{
    calendar::{Coverage, HolidayCalendar},
    history::Subject,
};
use huan_store::both_databases;

use crate::company::Company;

fn file(year: i16, days: &str) -> String {
    format!(r#"{{"country":"CN","year":{year},"source":"国务院办公厅","verified":true,"days":[{days}]}}"#)
}

const NEW_YEAR: &str = r#"{"date":"2027-01-01","kind":"holiday","name":"元旦"}"#;

const MAY: &str = r#"{"date":"2027-05-01","kind":"holiday","name":"劳动节"}"#;

/// As the web side does it: committed, then read again.
async fn import_year(company: &Company, caller: &Caller, year: i16, text: &str) -> Result<(), ImportError> {
    let mut work = company.app.begin(caller).await?;
    calendar::import_year(&mut work, year, text).await?;
    work.commit().await?;
    Ok(company.app.reload_holidays().await?)
}

async fn remove_year(company: &Company, caller: &Caller, year: i16) -> Result<(), ActionError> {
    let mut work = company.app.begin(caller).await?;
    calendar::remove_year(&mut work, year).await?;
    work.commit().await?;
    company.app.reload_holidays().await
}

both_databases! {
    async fn i8_an_imported_year_holds_at_once_and_after_the_next_start(db: Db) {
        let company = Company::on(db).await;
        let boss = company.caller(&company.boss).await;
        assert_eq!(company.app.holidays().coverage(2027), Coverage::Unknown);
        import_year(&company, &boss, 2027, &file(2027, NEW_YEAR)).await.unwrap();
        assert!(company.app.holidays().special("2027-01-01".parse().unwrap()).is_some());
        let known = company.app.db.read().await.unwrap().holiday_years(&company.app.workspace).await.unwrap();
        assert_eq!(known.len(), 1);
        company.app.reload_holidays().await.unwrap();
        assert!(company.app.holidays().knows(2027));
        import_year(&company, &boss, 2027, &file(2027, MAY)).await.unwrap();
        assert!(company.app.holidays().special("2027-01-01".parse().unwrap()).is_none(), "the new file is the whole year");
        let workspace = Subject::Workspace(company.app.workspace.clone());
        let history = company.history(&workspace).await;
        assert_eq!(history.iter().filter(|line| line.contains("2027")).count(), 2, "{history:?}");
        remove_year(&company, &boss, 2027).await.unwrap();
        assert_eq!(company.app.holidays().coverage(2027), Coverage::Unknown);
        let again = remove_year(&company, &boss, 2027).await;
        assert!(matches!(again, Err(ActionError::NotFound(_))), "{again:?}");
    }

    async fn i8_over_a_year_that_is_shipped_the_file_holds_until_it_is_taken_back(db: Db) {
        let company = Company::on(db).await;
        let boss = company.caller(&company.boss).await;
        let shipped = HolidayCalendar::shipped();
        let october: jiff::civil::Date = "2026-10-01".parse().unwrap();
        import_year(&company, &boss, 2026, &file(2026, &MAY.replace("2027", "2026"))).await.unwrap();
        assert!(company.app.holidays().special(october).is_none());
        remove_year(&company, &boss, 2026).await.unwrap();
        assert_eq!(company.app.holidays().special(october), shipped.special(october));
    }

    async fn i8_a_file_that_cannot_be_used_changes_nothing(db: Db) {
        let company = Company::on(db).await;
        let boss = company.caller(&company.boss).await;
        for text in ["", "{", "[]", "{}", &file(2027, ""), &file(2027, r#"{"date":"2027-02-30","kind":"holiday","name":"x"}"#),
            &file(2027, r#"{"date":"2028-01-01","kind":"holiday","name":"x"}"#), &file(2027, &format!("{NEW_YEAR},{NEW_YEAR}"))]
        {
            let refused = import_year(&company, &boss, 2027, text).await;
            assert!(matches!(refused, Err(ImportError::File(_))), "{text}: {refused:?}");
        }
        let refused = import_year(&company, &boss, 2028, &file(2027, NEW_YEAR)).await;
        assert!(matches!(refused, Err(ImportError::OtherYear(2027))), "{refused:?}");
        let wang = company.caller(&company.wang).await;
        let refused = import_year(&company, &wang, 2027, &file(2027, NEW_YEAR)).await;
        assert!(matches!(refused, Err(ImportError::Action(ActionError::Forbidden))), "{refused:?}");
        assert!(matches!(remove_year(&company, &wang, 2027).await, Err(ActionError::Forbidden)));
        assert_eq!(company.app.holidays().coverage(2027), Coverage::Unknown);
        let known = company.app.db.read().await.unwrap().holiday_years(&company.app.workspace).await.unwrap();
        assert_eq!(known.len(), 0);
    }
}
