//! What a unit of work leaves behind for mirrors: which collaborations changed.
//!
//! Every way in goes through [`Work`], so none of them can forget it; and since it is written in the transaction of the change,
//! nothing is lost when the program dies.

use huan_core::{history::Source, id::CollaborationId, person::Person, platform::PlatformKey};

use super::Work;
use crate::{caller::Caller, error::ActionError};

impl Work<'_> {
    /// Notes that something of a collaboration changed.
    pub(super) fn touch_mirror(&mut self, collaboration: Option<&CollaborationId>) {
        if let Some(collaboration) = collaboration.filter(|one| !self.mirrored.contains(one)) {
            self.mirrored.push(collaboration.clone());
        }
    }

    /// Asks for the mirrors of the changed collaborations to be looked at.
    pub(super) async fn note_touched_mirrors(&mut self) -> Result<(), ActionError> {
        for collaboration in std::mem::take(&mut self.mirrored) {
            self.tx.wake_mirror(&self.app.workspace, &collaboration, self.now).await?;
        }
        Ok(())
    }

    /// Lets `person` act by what they did in a mirror, with their own rights here. Someone who has left does not become a caller.
    pub(crate) fn act_by_mirror(&mut self, person: &Person, platform: &PlatformKey, editor: &str) -> bool {
        let source = Source::TaskPlatform { platform: platform.clone(), editor: editor.to_owned() };
        self.caller = Caller::of(person, source, self.now);
        self.caller.is_some()
    }
}
