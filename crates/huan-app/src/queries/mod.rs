//! What is shown: read models of the HTTP interface, each as far as the reader may see.
//!
//! Rights are decided in `huan_core::permission`; lists ask the store through [`Sight`], single things through
//! [`permission::may`]. What may not be seen is answered like what does not exist.

pub mod accounts;
pub mod centre;
pub mod clocks;
pub mod collaborations;
pub mod deliveries;
pub mod desk;
pub mod digests;
pub mod directory;
pub mod documents;
pub mod emergencies;
pub mod entries;
pub mod everybody;
pub mod files;
pub mod foresight;
pub mod groups;
pub mod history;
pub mod link_titles;
pub mod meetings;
pub mod messages;
pub mod minutes;
pub mod mirror;
pub mod names;
pub mod notice_preferences;
pub mod origin;
pub mod people;
pub mod problems;
pub mod records;
pub mod search;
pub mod sign_offs;
pub mod situations;
pub mod starts;
mod subjects;
pub mod task_projects;
pub mod task_sync;
pub mod tasks;
pub mod timeline;
pub mod usage_rules;
pub mod wording;

use std::{collections::HashMap, sync::Arc};

use huan_core::{
    called::Called,
    collaboration::Role,
    id::{CollaborationId, PersonId},
    level::Level,
    permission::{self, CollaborationDeed, Deed, Matter},
};
use huan_store::{Conn, Sight};
use jiff::Timestamp;

use crate::{app::App, caller::Caller, error::ActionError};

/// Somebody looks.
pub struct Look<'a> {
    /// The application.
    pub app: &'a App,
    /// The database; within a write its transaction, so that the answer shows what was just changed.
    pub conn: &'a mut Conn,
    /// Who looks.
    pub caller: &'a Caller,
    /// The present moment.
    pub now: Timestamp,
    /// By what people are called, once it was asked for.
    called: Option<Arc<Called>>,
}

impl<'a> Look<'a> {
    /// A look at the database by `caller`.
    pub fn new(app: &'a App, conn: &'a mut Conn, caller: &'a Caller) -> Self {
        Self::at(app, conn, caller, app.now())
    }

    /// A look as of a moment: within a write that of the change.
    pub fn at(app: &'a App, conn: &'a mut Conn, caller: &'a Caller, now: Timestamp) -> Self {
        Self { app, conn, caller, now, called: None }
    }

    /// By what people are called: asked for once, however many rows are looked at.
    async fn called(&mut self) -> Result<Arc<Called>, ActionError> {
        if let Some(called) = &self.called {
            return Ok(Arc::clone(called));
        }
        let called = self.app.called(self.conn).await?;
        self.called = Some(Arc::clone(&called));
        Ok(called)
    }

    /// The reader's roles in all their collaborations.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn roles(&mut self) -> Result<HashMap<CollaborationId, Role>, ActionError> {
        let memberships = self.conn.memberships_of(&self.app.workspace, self.caller.person()).await?;
        Ok(memberships.into_iter().map(|membership| (membership.collaboration, membership.role)).collect())
    }

    /// The reader's role in one collaboration.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn role(&mut self, collaboration: &CollaborationId) -> Result<Option<Role>, ActionError> {
        Ok(self.conn.role(&self.app.workspace, collaboration, self.caller.person()).await?)
    }

    /// What the reader may see of a list: of one collaboration, or of all of theirs.
    ///
    /// # Errors
    /// When the collaboration is not theirs to see, or the database fails.
    pub async fn sight_of(&mut self, collaboration: Option<&CollaborationId>) -> Result<Sight, ActionError> {
        let Some(collaboration) = collaboration else { return self.wide_sight().await };
        let role = self.role(collaboration).await?;
        permission::may_in_collaboration(&self.caller.viewer, CollaborationDeed::See, role)?;
        Ok(self.sight(role))
    }

    /// What the reader may see of a list that spans collaborations: in each of theirs what their role there lets them see.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn wide_sight(&mut self) -> Result<Sight, ActionError> {
        let mut by_role: HashMap<Role, Vec<CollaborationId>> = HashMap::new();
        for (collaboration, role) in self.roles().await? {
            by_role.entry(role).or_default().push(collaboration);
        }
        let also = by_role.into_iter().map(|(role, of)| (of, self.sight(Some(role)).levels)).collect();
        Ok(Sight { also, ..self.sight(None) })
    }

    /// What the reader may see of lists in a collaboration in which they have `role`.
    pub fn sight(&self, role: Option<Role>) -> Sight {
        let stranger = PersonId::from_bits(0);
        let seen = |level: &Level| {
            let matter =
                Matter { level: *level, role, initiator: None, owner: &stranger, asked: false, takes_part: false };
            permission::may(&self.caller.viewer, Deed::See, &matter).is_ok()
        };
        Sight {
            person: self.caller.person().clone(),
            levels: [Level::Public, Level::Internal, Level::Confidential].into_iter().filter(seen).collect(),
            also: Vec::new(),
        }
    }
}

/// The stable name of a code, as it stands in JSON.
pub(crate) fn code<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
