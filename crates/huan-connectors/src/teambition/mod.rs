//! Teambition: tasks and nothing else. Its open interface has no message, no card and no call.
//!
//! What comes in: [`callback`] makes envelopes of webhook events, which [`understand`] reads later; where Teambition
//! cannot reach us, DingTalk passes the same events on (Route B). What goes out: [`api`] makes the calls, [`reading`] and
//! [`writing`] say what they mean. Section numbers (§) are those of Huan's reference of the Teambition wire, which
//! follows the platform's own descriptions: `docs/platforms/teambition.md` tells how to set an app up.

mod account;
mod api;
mod callback;
mod descriptor;
mod doctor;
mod failure;
mod instant;
mod pace;
mod project;
mod reading;
mod roster;
mod settings;
mod signature;
mod tasks;
mod titles;
mod token;
mod understand;
mod writing;

use std::sync::Arc;

use huan_connect::{Account, Descriptor, Platform, Settings, SettingsError, Surroundings};

/// Teambition with an app of one's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Teambition;

impl Platform for Teambition {
    fn descriptor(&self) -> &Descriptor {
        &descriptor::APP
    }

    fn open(&self, settings: &Settings, surroundings: Surroundings) -> Result<Arc<dyn Account>, SettingsError> {
        let settings = settings::AppSettings::read(settings)?;
        Ok(Arc::new(account::AppAccount::open(settings, surroundings)))
    }
}
