//! Feishu (飞书) and Lark.
//!
//! Section numbers in this module (§) are those of Huan's reference of the Feishu wire, which follows the platform's
//! own documents: `docs/platforms/feishu.md` tells how to set an app up.

mod account;
mod api;
mod assembly;
mod bootstrap;
mod calendars;
mod callback;
mod card;
mod connection;
mod crypto;
mod descriptor;
mod doctor;
mod documents;
mod event;
mod failure;
mod frame;
mod groups;
mod hook;
mod ids;
mod lanes;
mod markup;
mod people;
mod roster;
mod settings;
mod tables;
mod titles;
mod token;
mod understand;
mod words;

use std::sync::Arc;

use huan_connect::{Account, Descriptor, Platform, Settings, SettingsError, Surroundings};

pub use hook::FeishuHook;

/// Feishu with an app of one's own: hears and sends, groups and direct messages, cards, buzzes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Feishu;

impl Platform for Feishu {
    fn descriptor(&self) -> &Descriptor {
        &descriptor::APP
    }

    fn open(&self, settings: &Settings, surroundings: Surroundings) -> Result<Arc<dyn Account>, SettingsError> {
        let settings = settings::AppSettings::read(settings)?;
        Ok(Arc::new(account::AppAccount::open(settings, surroundings)))
    }
}
