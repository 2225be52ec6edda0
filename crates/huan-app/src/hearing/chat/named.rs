//! Whom and what the words name: the collaboration, people, moments; and the words of an answer.

use huan_core::{
    collaboration::CollaborationState,
    command::{Due, PersonRef},
    i18n::text,
    id::{CollaborationId, PersonId},
    record::Participant,
    time_text,
};
use jiff::Timestamp;

use super::{Speech, Stop, proposal::resolve};
use crate::{error::ActionError, hearing::people, naming::Found};

impl Speech<'_, '_, '_> {
    /// A participant: a known person where there is exactly one, else the words as they were written.
    pub(super) async fn participant(
        &mut self,
        collaboration: &CollaborationId,
        named: &PersonRef,
    ) -> Result<Participant, Stop> {
        let found = people::find(self.work, self.asked.account, self.asked.said, Some(collaboration), named).await?;
        Ok(match found {
            Found::One(person) => Participant::Person { person },
            Found::Nobody | Found::Several(_) => Participant::Named { text: named.words.clone() },
        })
    }

    /// The collaboration that is spoken of: the one the group belongs to, or the only one the speaker is in.
    pub(super) async fn collaboration(&mut self) -> Result<CollaborationId, Stop> {
        if let Some(channel) = self.asked.channel {
            return match &channel.collaboration {
                Some(collaboration) => Ok(collaboration.clone()),
                None => {
                    let page = self.work.app.page("accounts");
                    Err(self.say("chat.channel_unbound", &[("group", &channel.title), ("page", &page)]))
                }
            };
        }
        let person = self.work.caller()?.person().clone();
        let mut mine = self.work.tx.collaborations_of(&self.work.app.workspace, &person).await?;
        mine.retain(|collaboration| collaboration.state == CollaborationState::Running);
        match mine.len() {
            0 => Err(self.say("chat.no_collaboration", &[])),
            1 => Ok(mine.remove(0).id),
            _ => {
                let names: Vec<String> = mine.into_iter().map(|collaboration| collaboration.name).collect();
                Err(self.say("chat.which_collaboration", &[("names", &names.join("、"))]))
            }
        }
    }

    pub(super) async fn person(
        &mut self,
        collaboration: Option<&CollaborationId>,
        named: &PersonRef,
    ) -> Result<PersonId, Stop> {
        match people::find(self.work, self.asked.account, self.asked.said, collaboration, named).await? {
            Found::One(person) => Ok(person),
            Found::Nobody => Err(self.say("chat.nobody", &[("name", &named.words)])),
            Found::Several(people) => {
                let names: Vec<String> =
                    people.into_iter().map(|person| format!("{}（{}）", person.name, person.job)).collect();
                Err(self.say("chat.several_people", &[("name", &named.words), ("names", &names.join("、"))]))
            }
        }
    }

    pub(super) async fn due(&mut self, owner: &PersonId, due: Due) -> Result<Timestamp, ActionError> {
        resolve(self.work, owner, due).await
    }

    /// The platforms on which a matter is talked about: where it was said, and where its owner is reached.
    pub(super) async fn platforms(&mut self, owner: &PersonId) -> Result<Vec<String>, ActionError> {
        let mut platforms = vec![self.asked.account.platform.to_string()];
        if let Some(identity) = self.work.reachable_identity(owner).await?
            && let Some(account) = self.work.app.account(&identity.account)
            && !platforms.contains(&account.platform.to_string())
        {
            platforms.push(account.platform.to_string());
        }
        Ok(platforms)
    }

    pub(super) fn say(&self, key: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> Stop {
        Stop::Say(text(self.work.language(), key, arguments))
    }

    pub(super) fn moment(&self, at: Timestamp) -> String {
        let zone = self.work.caller.as_ref().map_or_else(|| self.work.app.zone(), |caller| caller.zone.clone());
        time_text::moment(at, self.work.now, &zone, self.work.language())
    }
}
