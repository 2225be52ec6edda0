//! The people of the workspace: who joins, what is known of them, who leaves (A3, I7).

use huan_core::{
    calendar::WorkingHours,
    directory::Field,
    history::{Event, Subject},
    i18n::Language,
    id::{DepartmentId, PersonId},
    permission::may_set_own,
    person::{Person, Standing},
};
use jiff::Timestamp;

use super::{input, usage_rules};
use crate::{directory::leavers, error::ActionError, work::Work};

/// The longest mobile number, staff number or mail address, in characters.
const KEY: usize = 120;
/// The longest line of superiors that is followed.
const LONGEST_LINE: usize = 50;

/// What a new person is made from.
#[derive(Debug, Clone, Default)]
pub struct NewPerson {
    /// The name.
    pub name: String,
    /// The department.
    pub department: Option<DepartmentId>,
    /// The job role.
    pub job: String,
    /// The superior.
    pub superior: Option<PersonId>,
    /// When and in which zone they work; office hours in China when it is left out.
    pub hours: Option<WorkingHours>,
    /// The language they are spoken to in.
    pub language: Language,
    /// Mobile number.
    pub mobile: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
    /// Staff number.
    pub staff_number: Option<String>,
    /// Whether they administer the workspace.
    pub administrator: bool,
    /// Set for an outside person 「访客」: until when they have access.
    pub guest_until: Option<Timestamp>,
}

/// What to change of a person; `None` leaves it as it is, an inner `None` clears it.
#[derive(Debug, Clone, Default)]
pub struct PersonChange {
    /// The version the caller saw.
    pub version: i64,
    /// The name.
    pub name: Option<String>,
    /// The department.
    pub department: Option<Option<DepartmentId>>,
    /// The job role.
    pub job: Option<String>,
    /// The superior.
    pub superior: Option<Option<PersonId>>,
    /// When and in which zone they work.
    pub hours: Option<WorkingHours>,
    /// The language they are spoken to in.
    pub language: Option<Language>,
    /// Mobile number.
    pub mobile: Option<Option<String>>,
    /// Mail address.
    pub mail: Option<Option<String>>,
    /// Staff number.
    pub staff_number: Option<Option<String>>,
    /// Whether they administer the workspace.
    pub administrator: Option<bool>,
    /// Until when a guest has access; the inner `None` makes them a member of the organisation.
    pub guest_until: Option<Option<Timestamp>>,
}

impl PersonChange {
    /// Whether only that is changed which everybody may set for themselves.
    fn is_own_setting(&self) -> bool {
        let Self { version: _, hours: _, language: _, .. } = self;
        self.name.is_none()
            && self.department.is_none()
            && self.job.is_none()
            && self.superior.is_none()
            && self.mobile.is_none()
            && self.mail.is_none()
            && self.staff_number.is_none()
            && self.administrator.is_none()
            && self.guest_until.is_none()
    }
}

/// Makes a person.
///
/// # Errors
/// When the caller may not, or something given cannot be used.
pub async fn create_person(work: &mut Work<'_>, new: NewPerson) -> Result<Person, ActionError> {
    work.require_administrator()?;
    let person = add_person(work, new).await?;
    let nobody = Person {
        name: String::new(),
        department: None,
        job: String::new(),
        superior: None,
        mobile: None,
        mail: None,
        staff_number: None,
        ..person.clone()
    };
    set_by_hand(work, &nobody, &person).await?;
    Ok(person)
}

/// Notes which fields somebody set by hand: no source of the directory changes them any more.
async fn set_by_hand(work: &mut Work<'_>, was: &Person, is: &Person) -> Result<(), ActionError> {
    for (field, changed) in [
        (Field::Name, was.name != is.name),
        (Field::Department, was.department != is.department),
        (Field::Job, was.job != is.job),
        (Field::Superior, was.superior != is.superior),
        (Field::Mobile, was.mobile != is.mobile),
        (Field::Mail, was.mail != is.mail),
        (Field::StaffNumber, was.staff_number != is.staff_number),
    ] {
        if changed {
            work.tx.set_by_hand(&work.app.workspace, &is.id, field).await?;
        }
    }
    Ok(())
}

/// Makes a person without asking for rights: for the program's own command line.
///
/// # Errors
/// When something given cannot be used.
pub async fn add_person(work: &mut Work<'_>, new: NewPerson) -> Result<Person, ActionError> {
    let person = Person {
        id: work.new_id(),
        name: input::text("name", &new.name, input::SHORT)?,
        department: known_department(work, new.department).await?,
        job: input::optional_text("job", &new.job, input::SHORT)?,
        superior: None,
        hours: new.hours.unwrap_or_else(WorkingHours::office_in_china),
        language: new.language,
        mobile: key("mobile", new.mobile.as_deref())?,
        mail: mail(work, None, new.mail.as_deref()).await?,
        staff_number: key("staff_number", new.staff_number.as_deref())?,
        administrator: new.administrator && new.guest_until.is_none(),
        standing: standing(work, new.guest_until)?,
        version: 1,
    };
    let superior = superior(work, &person.id, new.superior).await?;
    let person = Person { superior, ..person };
    work.tx.insert_person(&work.app.workspace, &person).await?;
    work.happened(Subject::Person(person.id.clone()), None, Event::Created);
    Ok(person)
}

/// Changes a person. Administrators may change everything; everybody their own working hours and language.
///
/// # Errors
/// When the caller may not, the person was changed meanwhile, or something given cannot be used.
pub async fn edit_person(work: &mut Work<'_>, id: &PersonId, change: PersonChange) -> Result<Person, ActionError> {
    if change.is_own_setting() {
        may_set_own(&work.caller()?.viewer, id)?;
    } else {
        work.require_administrator()?;
    }
    let was = existing(work, id).await?;
    if was.version != change.version {
        return Err(ActionError::VersionConflict("person"));
    }
    let mut person = was.clone();
    if let Some(name) = &change.name {
        person.name = input::text("name", name, input::SHORT)?;
    }
    if let Some(department) = change.department {
        person.department = known_department(work, department).await?;
    }
    if let Some(job) = &change.job {
        person.job = input::optional_text("job", job, input::SHORT)?;
    }
    if let Some(above) = change.superior {
        person.superior = superior(work, id, above).await?;
    }
    if let Some(hours) = change.hours {
        person.hours = hours;
    }
    if let Some(language) = change.language {
        person.language = language;
    }
    if let Some(mobile) = &change.mobile {
        person.mobile = key("mobile", mobile.as_deref())?;
    }
    if let Some(address) = &change.mail {
        person.mail = mail(work, Some(id), address.as_deref()).await?;
    }
    if let Some(number) = &change.staff_number {
        person.staff_number = key("staff_number", number.as_deref())?;
    }
    if let Some(until) = change.guest_until {
        if matches!(was.standing, Standing::Left { .. }) {
            return Err(ActionError::field("guest_until", "left"));
        }
        person.standing = standing(work, until)?;
    }
    if let Some(administrator) = change.administrator {
        person.administrator = administrator;
    }
    person.administrator &= matches!(person.standing, Standing::Active);
    if was.administrator && !person.administrator {
        require_another_administrator(work, &was).await?;
    }
    if was.standing != person.standing {
        // With more time, or as one of the organisation, a guest goes on with their work.
        leavers::stays_after_all(work, id).await?;
    }
    let person = write(work, &was, person).await?;
    if was.standing != person.standing {
        usage_rules::ask_everywhere(work, &person).await?;
    }
    set_by_hand(work, &was, &person).await?;
    Ok(person)
}

/// Writes a changed person and each changed field into the history.
pub(crate) async fn write(work: &mut Work<'_>, was: &Person, mut person: Person) -> Result<Person, ActionError> {
    if person == *was {
        return Ok(person);
    }
    work.tx.update_person(&work.app.workspace, &mut person).await?;
    for (field, from, to) in differences(work, was, &person).await? {
        let event = Event::Changed { field: field.to_owned(), from, to };
        work.happened(Subject::Person(person.id.clone()), None, event);
    }
    Ok(person)
}

/// The changed fields with their values as a person reads them. Numbers and addresses are not repeated in the history.
async fn differences(
    work: &mut Work<'_>,
    was: &Person,
    is: &Person,
) -> Result<Vec<(&'static str, String, String)>, ActionError> {
    let mut found = Vec::new();
    let mut note = |field, from: String, to: String| {
        if from != to {
            found.push((field, from, to));
        }
    };
    note("name", was.name.clone(), is.name.clone());
    note("job", was.job.clone(), is.job.clone());
    note("language", was.language.tag().to_owned(), is.language.tag().to_owned());
    note("administrator", was.administrator.to_string(), is.administrator.to_string());
    note("standing", standing_words(was.standing), standing_words(is.standing));
    note("zone", was.hours.zone_name().to_owned(), is.hours.zone_name().to_owned());
    for (field, changed) in [
        ("hours", was.hours.week() != is.hours.week() || was.hours.public_holidays() != is.hours.public_holidays()),
        ("mobile", was.mobile != is.mobile),
        ("mail", was.mail != is.mail),
        ("staff_number", was.staff_number != is.staff_number),
    ] {
        if changed {
            found.push((field, String::new(), String::new()));
        }
    }
    if was.department != is.department {
        let from = department_name(work, was.department.as_ref()).await?;
        found.push(("department", from, department_name(work, is.department.as_ref()).await?));
    }
    if was.superior != is.superior {
        let from = person_name(work, was.superior.as_ref()).await?;
        found.push(("superior", from, person_name(work, is.superior.as_ref()).await?));
    }
    Ok(found)
}

fn standing_words(standing: Standing) -> String {
    match standing {
        Standing::Active => "active".to_owned(),
        Standing::Guest { until } => format!("guest {until}"),
        Standing::Left { .. } => "left".to_owned(),
    }
}

async fn department_name(work: &mut Work<'_>, id: Option<&DepartmentId>) -> Result<String, ActionError> {
    let Some(id) = id else { return Ok(String::new()) };
    Ok(work.tx.department(&work.app.workspace, id).await?.map(|department| department.name).unwrap_or_default())
}

async fn person_name(work: &mut Work<'_>, id: Option<&PersonId>) -> Result<String, ActionError> {
    let Some(id) = id else { return Ok(String::new()) };
    Ok(work.tx.person(&work.app.workspace, id).await?.map(|person| person.name).unwrap_or_default())
}

pub(crate) async fn existing(work: &mut Work<'_>, id: &PersonId) -> Result<Person, ActionError> {
    work.tx.person(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("person"))
}

/// There must always be somebody who can administer the workspace.
pub(super) async fn require_another_administrator(work: &mut Work<'_>, person: &Person) -> Result<(), ActionError> {
    let counts = person.administrator && matches!(person.standing, Standing::Active);
    if counts && work.tx.administrators(&work.app.workspace).await? <= 1 {
        return Err(ActionError::field("administrator", "last_administrator"));
    }
    Ok(())
}

async fn known_department(
    work: &mut Work<'_>,
    department: Option<DepartmentId>,
) -> Result<Option<DepartmentId>, ActionError> {
    let Some(id) = department else { return Ok(None) };
    match work.tx.department(&work.app.workspace, &id).await? {
        Some(_) => Ok(Some(id)),
        None => Err(ActionError::field("department", "unknown")),
    }
}

/// A superior of `person`: somebody who works here and does not, further up, report to `person`.
async fn superior(
    work: &mut Work<'_>,
    person: &PersonId,
    above: Option<PersonId>,
) -> Result<Option<PersonId>, ActionError> {
    let Some(chosen) = above else { return Ok(None) };
    let mut next = Some(chosen.clone());
    for _ in 0..LONGEST_LINE {
        let Some(id) = next else { return Ok(Some(chosen)) };
        if id == *person {
            return Err(ActionError::field("superior", "circle"));
        }
        let up = work.person(&id, "superior").await?;
        if id == chosen && !matches!(up.standing, Standing::Active) {
            return Err(ActionError::field("superior", "unknown"));
        }
        next = up.superior;
    }
    Err(ActionError::field("superior", "circle"))
}

fn standing(work: &Work<'_>, guest_until: Option<Timestamp>) -> Result<Standing, ActionError> {
    match guest_until {
        None => Ok(Standing::Active),
        Some(until) if until <= work.now => Err(ActionError::field("guest_until", "past")),
        Some(until) => Ok(Standing::Guest { until }),
    }
}

/// A number or address that may be left out; an empty one counts as left out.
fn key(field: &'static str, given: Option<&str>) -> Result<Option<String>, ActionError> {
    let text = input::optional_text(field, given.unwrap_or_default(), KEY)?;
    if text.contains(char::is_whitespace) {
        return Err(ActionError::field(field, "malformed"));
    }
    Ok((!text.is_empty()).then_some(text))
}

/// A mail address that nobody else has: it is what one signs in with.
async fn mail(
    work: &mut Work<'_>,
    person: Option<&PersonId>,
    given: Option<&str>,
) -> Result<Option<String>, ActionError> {
    let Some(mail) = key("mail", given)? else { return Ok(None) };
    let mail = mail.to_lowercase();
    let well_formed = mail.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if !well_formed {
        return Err(ActionError::field("mail", "malformed"));
    }
    match work.tx.person_by_mail(&work.app.workspace, &mail).await? {
        Some(other) if Some(&other.id) != person => Err(ActionError::field("mail", "taken")),
        _ => Ok(Some(mail)),
    }
}
