//! Acceptance: signed or sent back.

use huan_core::{
    i18n::text,
    id::{CollaborationId, SignOffId},
    sign_off::SignOff,
};

use super::{Speech, Stop};
use crate::hearing::sign_offs;

impl Speech<'_, '_, '_> {
    /// 「签字确认」.
    pub(super) async fn sign(&mut self, words: &str) -> Result<String, Stop> {
        let id = self.which_sign_off().await?;
        let sign_off = crate::actions::sign_offs::sign(self.work, &id, words).await?;
        self.about_sign_off("chat.signed", &sign_off).await
    }

    /// 「驳回」.
    pub(super) async fn refuse(&mut self, reason: &str) -> Result<String, Stop> {
        let id = self.which_sign_off().await?;
        if reason.trim().is_empty() {
            return Err(self.say("chat.refuse_why", &[]));
        }
        let sign_off = crate::actions::sign_offs::refuse(self.work, &id, reason).await?;
        self.about_sign_off("chat.refused", &sign_off).await
    }

    pub(super) async fn which_sign_off(&mut self) -> Result<SignOffId, Stop> {
        match sign_offs::find(self.work, self.asked.account, self.asked.said).await? {
            sign_offs::Which::One(id) => Ok(id),
            sign_offs::Which::None => Err(self.say("chat.no_signature_waits", &[])),
            sign_offs::Which::Several(rounds) => {
                let mut names = Vec::with_capacity(rounds.len());
                for round in rounds {
                    names.push(self.name_of(&round.collaboration).await?);
                }
                Err(self.say("chat.which_sign_off", &[("names", &names.join("、"))]))
            }
        }
    }

    pub(super) async fn about_sign_off(&mut self, key: &str, sign_off: &SignOff) -> Result<String, Stop> {
        let name = self.name_of(&sign_off.collaboration).await?;
        Ok(text(self.work.language(), key, &[("collaboration", &name), ("round", &sign_off.round)]))
    }

    pub(super) async fn name_of(&mut self, collaboration: &CollaborationId) -> Result<String, Stop> {
        let found = self.work.tx.collaboration(&self.work.app.workspace, collaboration).await?;
        Ok(found.map(|collaboration| collaboration.name).unwrap_or_default())
    }
}
