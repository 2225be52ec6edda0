//! People, departments and identities as pages show them.

use std::collections::HashMap;

use huan_core::{
    calendar::WorkingHours,
    directory::Field,
    id::{DepartmentId, IdentityId, PersonId},
    permission,
    person::{Department, Identity, Person, Standing},
};
use huan_store::{Listed, Page, PeopleFilter};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Look, names::Named};
use crate::error::ActionError;

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PersonView {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The department.
    pub department: Option<Named>,
    /// The job role.
    pub job: String,
    /// The superior.
    pub superior: Option<Named>,
    /// The IANA zone they live by.
    pub zone: String,
    /// `zh-CN` or `en`.
    pub language: String,
    /// Mobile number; for administrators and the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Mail address; for administrators and the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// Staff number; for administrators and the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff_number: Option<String>,
    /// Whether they administer the workspace.
    pub administrator: bool,
    /// Whether they belong to the organisation.
    pub standing: StandingView,
    /// When they work.
    #[schema(value_type = Object)]
    pub hours: WorkingHours,
    /// Who they are on the platforms.
    pub identities: Vec<IdentityView>,
    /// What was set by hand and is not changed by platforms; told of a single person to administrators.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_hand: Vec<&'static str>,
    /// Grows with each change.
    pub version: i64,
}

/// Whether a person belongs to the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct StandingView {
    /// `active`, `guest` or `left`.
    pub kind: &'static str,
    /// When a guest's access ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Since when they are gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// Who a person is on a connected account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IdentityView {
    /// The id.
    pub id: String,
    /// The account's id.
    pub account: String,
    /// The platform.
    pub platform: String,
    /// The platform's id of the person.
    pub user: String,
    /// The name there.
    pub name: String,
    /// Whether the person is to be reached here first.
    pub preferred: bool,
    /// The person it is joined to.
    pub person: Option<Named>,
}

/// A department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DepartmentView {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The department it belongs to.
    pub parent: Option<String>,
    /// How many people it has itself, without the departments below.
    pub people: i64,
}

impl From<Department> for DepartmentView {
    fn from(department: Department) -> Self {
        Self {
            id: department.id.to_string(),
            name: department.name,
            parent: department.parent.map(|parent| parent.to_string()),
            people: 0,
        }
    }
}

/// A page of those the reader may know of, by name. A guest knows only those with whom they share a collaboration.
///
/// # Errors
/// When the database fails.
pub async fn list(
    look: &mut Look<'_>,
    words: Option<&str>,
    include_left: bool,
    page: &Page,
) -> Result<(Listed<Person>, Vec<PersonView>), ActionError> {
    let among = if look.caller.viewer.guest { Some(acquaintances(look).await?) } else { None };
    let words = words.map(str::trim).filter(|words| !words.is_empty()).map(str::to_owned);
    let filter = PeopleFilter { words, include_left, among };
    let listed = look.conn.people_page(&look.app.workspace, &filter, page).await?;
    let views = views(look, listed.rows.clone()).await?;
    Ok((listed, views))
}

async fn acquaintances(look: &mut Look<'_>) -> Result<Vec<PersonId>, ActionError> {
    let mut known = vec![look.caller.person().clone()];
    for collaboration in look.roles().await?.into_keys() {
        let members = look.conn.memberships(&look.app.workspace, &collaboration).await?;
        known.extend(members.into_iter().map(|member| member.person));
    }
    Ok(known)
}

/// The person, when the reader may know of them.
///
/// # Errors
/// When there is none, the reader may not know of them, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &PersonId) -> Result<PersonView, ActionError> {
    let found = look.conn.person(&look.app.workspace, id).await?;
    let person = found.ok_or(ActionError::NotFound("person"))?;
    if look.caller.viewer.guest && !acquaintances(look).await?.contains(id) {
        return Err(ActionError::NotFound("person"));
    }
    let mut view = views(look, vec![person]).await?.pop().ok_or(ActionError::NotFound("person"))?;
    if look.caller.viewer.administrator {
        let fields = look.conn.set_by_hand_of(&look.app.workspace, id).await?;
        view.by_hand = fields.into_iter().map(Field::name).collect();
    }
    Ok(view)
}

async fn views(look: &mut Look<'_>, people: Vec<Person>) -> Result<Vec<PersonView>, ActionError> {
    let workspace = &look.app.workspace;
    let ids: Vec<PersonId> = people.iter().map(|person| person.id.clone()).collect();
    let mut identities: HashMap<PersonId, Vec<Identity>> = HashMap::new();
    if !ids.is_empty() && !look.caller.viewer.guest {
        for identity in look.conn.identities_of_people(workspace, &ids).await? {
            if let Some(person) = identity.person.clone() {
                identities.entry(person).or_default().push(identity);
            }
        }
    }
    let platforms = platforms(look).await?;
    let departments: HashMap<DepartmentId, String> =
        look.conn.departments(workspace).await?.into_iter().map(|one| (one.id, one.name)).collect();
    let superiors: Vec<PersonId> = people.iter().filter_map(|person| person.superior.clone()).collect();
    let names = super::names::Names::of_people(look, superiors).await?;
    let viewer = &look.caller.viewer;
    Ok(people
        .into_iter()
        .map(|person| {
            let private = viewer.administrator || viewer.person == person.id;
            let own = identities.remove(&person.id).unwrap_or_default();
            let named = Named { id: person.id.to_string(), name: person.name.clone() };
            PersonView {
                id: person.id.to_string(),
                department: person.department.as_ref().and_then(|id| {
                    let name = departments.get(id)?.clone();
                    Some(Named { id: id.to_string(), name })
                }),
                superior: person.superior.as_ref().map(|id| {
                    let superior = names.person(id);
                    Named { id: superior.id, name: superior.name }
                }),
                zone: person.hours.zone_name().to_owned(),
                language: person.language.tag().to_owned(),
                mobile: person.mobile.filter(|_| private),
                mail: person.mail.filter(|_| private),
                staff_number: person.staff_number.filter(|_| private),
                administrator: person.administrator,
                standing: standing(person.standing),
                hours: person.hours,
                identities: own
                    .into_iter()
                    .map(|identity| identity_view(identity, &platforms, Some(named.clone())))
                    .collect(),
                by_hand: Vec::new(),
                version: person.version,
                name: person.name,
                job: person.job,
            }
        })
        .collect())
}

fn standing(standing: Standing) -> StandingView {
    match standing {
        Standing::Active => StandingView { kind: "active", until: None, since: None },
        Standing::Guest { until } => StandingView { kind: "guest", until: Some(until), since: None },
        Standing::Left { since } => StandingView { kind: "left", until: None, since: Some(since) },
    }
}

async fn platforms(look: &mut Look<'_>) -> Result<HashMap<String, String>, ActionError> {
    let accounts = look.conn.accounts(&look.app.workspace).await?;
    Ok(accounts.into_iter().map(|account| (account.id.to_string(), account.platform.to_string())).collect())
}

fn identity_view(identity: Identity, platforms: &HashMap<String, String>, person: Option<Named>) -> IdentityView {
    IdentityView {
        id: identity.id.to_string(),
        platform: platforms.get(identity.account.as_str()).cloned().unwrap_or_default(),
        account: identity.account.to_string(),
        user: identity.user.to_string(),
        name: identity.name,
        preferred: identity.preferred,
        person,
    }
}

/// The identities on the platforms, for administrators: all of them or those not joined to a person.
///
/// # Errors
/// When the reader is no administrator, or the database fails.
pub async fn identities(look: &mut Look<'_>, unmatched: bool) -> Result<Vec<IdentityView>, ActionError> {
    permission::may_administer(&look.caller.viewer)?;
    let workspace = &look.app.workspace;
    let identities = match unmatched {
        true => look.conn.unmapped_identities(workspace).await?,
        false => look.conn.identities(workspace).await?,
    };
    identity_views(look, identities).await
}

/// One identity, for administrators.
///
/// # Errors
/// When there is none, the reader is no administrator, or the database fails.
pub async fn identity(look: &mut Look<'_>, id: &IdentityId) -> Result<IdentityView, ActionError> {
    permission::may_administer(&look.caller.viewer)?;
    let found = look.conn.identity(&look.app.workspace, id).await?;
    let identity = found.ok_or(ActionError::NotFound("identity"))?;
    identity_views(look, vec![identity]).await?.pop().ok_or(ActionError::NotFound("identity"))
}

async fn identity_views(look: &mut Look<'_>, identities: Vec<Identity>) -> Result<Vec<IdentityView>, ActionError> {
    let platforms = platforms(look).await?;
    let people = identities.iter().filter_map(|identity| identity.person.clone());
    let people = people.collect();
    let names = super::names::Names::of_people(look, people).await?;
    Ok(identities
        .into_iter()
        .map(|identity| {
            let person = identity.person.as_ref().map(|id| {
                let person = names.person(id);
                Named { id: person.id, name: person.name }
            });
            identity_view(identity, &platforms, person)
        })
        .collect())
}

/// A page of the departments, by name.
///
/// # Errors
/// When the database fails.
pub async fn departments(
    look: &mut Look<'_>,
    page: &Page,
) -> Result<(Listed<Department>, Vec<DepartmentView>), ActionError> {
    let listed = look.conn.departments_page(&look.app.workspace, page).await?;
    let counts: HashMap<DepartmentId, i64> =
        look.conn.people_of_departments(&look.app.workspace).await?.into_iter().collect();
    let views = listed
        .rows
        .iter()
        .cloned()
        .map(|department| {
            let people = counts.get(&department.id).copied().unwrap_or_default();
            DepartmentView { people, ..DepartmentView::from(department) }
        })
        .collect();
    Ok((listed, views))
}
