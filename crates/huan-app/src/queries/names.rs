//! People, departments and collaborations as other things name them.

use std::collections::{HashMap, HashSet};

use huan_core::{
    calendar::WorkingHours,
    id::{CollaborationId, DepartmentId, PersonId},
    person::Person,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::Look;
use crate::{error::ActionError, wording};

/// A person, as far as a name tag says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonRef {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The job role.
    pub job: String,
    /// The department's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
}

/// A thing by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// The names that a page needs, read at once.
#[derive(Debug, Default)]
pub struct Names {
    people: HashMap<PersonId, Person>,
    departments: HashMap<DepartmentId, String>,
    collaborations: HashMap<CollaborationId, String>,
}

impl Names {
    /// Reads the names of these people.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_people(look: &mut Look<'_>, ids: Vec<PersonId>) -> Result<Self, ActionError> {
        let mut names = Self::default();
        names.add_people(look, ids).await?;
        Ok(names)
    }

    /// Reads the names of more people.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_people(&mut self, look: &mut Look<'_>, ids: Vec<PersonId>) -> Result<(), ActionError> {
        let missing: HashSet<PersonId> = ids.into_iter().filter(|id| !self.people.contains_key(id)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing: Vec<PersonId> = missing.into_iter().collect();
        for person in look.conn.people_by_id(&look.app.workspace, &missing).await? {
            self.people.insert(person.id.clone(), person);
        }
        if self.departments.is_empty() && self.people.values().any(|person| person.department.is_some()) {
            let all = look.conn.departments(&look.app.workspace).await?;
            self.departments = all.into_iter().map(|department| (department.id, department.name)).collect();
        }
        Ok(())
    }

    /// Reads the names of these collaborations.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_collaborations(
        &mut self,
        look: &mut Look<'_>,
        ids: Vec<CollaborationId>,
    ) -> Result<(), ActionError> {
        for id in ids {
            if !self.collaborations.contains_key(&id)
                && let Some(found) = look.conn.collaboration(&look.app.workspace, &id).await?
            {
                self.collaborations.insert(id, found.name);
            }
        }
        Ok(())
    }

    /// The name tag of a person.
    pub fn person(&self, id: &PersonId) -> PersonRef {
        match self.people.get(id) {
            Some(person) => PersonRef {
                id: id.to_string(),
                name: person.name.clone(),
                job: person.job.clone(),
                department: person.department.as_ref().and_then(|id| self.departments.get(id)).cloned(),
            },
            // Rows refer to people by foreign keys, so this is a person of a text that was typed by hand.
            None => PersonRef { id: id.to_string(), name: id.to_string(), job: String::new(), department: None },
        }
    }

    /// The hours by which a person works.
    pub fn hours(&self, id: &PersonId) -> WorkingHours {
        self.people.get(id).map_or_else(WorkingHours::office_in_china, |person| person.hours.clone())
    }

    /// By what the person is called in a follow-up.
    pub(super) fn called(&self, id: &PersonId) -> Option<&str> {
        self.people.get(id).map(wording::called)
    }

    /// A collaboration by its name.
    pub fn collaboration(&self, id: &CollaborationId) -> Named {
        let name = self.collaborations.get(id).cloned().unwrap_or_default();
        Named { id: id.to_string(), name }
    }
}
