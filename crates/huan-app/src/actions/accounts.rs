//! Platform accounts: connecting an app or robot, changing its settings, checking it, learning its groups.

use std::collections::BTreeMap;

use huan_connect::{Conversation, Descriptor, Finding, SettingKind, Settings, SettingsError};
use huan_core::{
    history::{Event, Subject},
    id::AccountId,
    platform::PlatformKey,
};
use huan_store::PlatformAccount;

use super::input;
use crate::{
    app::App,
    caller::Caller,
    engine::accounts::{seal, settings},
    error::{ActionError, FieldProblem},
    work::Work,
};

/// What a new account is made from.
#[derive(Clone)]
pub struct NewAccount {
    /// The platform.
    pub platform: PlatformKey,
    /// A name for people.
    pub name: String,
    /// The settings, by the keys of the platform's descriptor.
    pub settings: BTreeMap<String, String>,
    /// Whether it is to be connected.
    pub enabled: bool,
}

/// What to change of an account; `None` leaves it as it is.
#[derive(Clone, Default)]
pub struct AccountChange {
    /// The version the caller saw.
    pub version: i64,
    /// The name.
    pub name: Option<String>,
    /// Settings to set; those not named stay as they are, and so does a secret that is given empty.
    pub settings: Option<BTreeMap<String, String>>,
    /// Whether it is to be connected.
    pub enabled: Option<bool>,
}

/// Makes an account.
///
/// # Errors
/// When the caller may not, the platform is unknown, or a setting is missing or cannot be used.
pub async fn create_account(work: &mut Work<'_>, new: NewAccount) -> Result<PlatformAccount, ActionError> {
    work.require_administrator()?;
    let id: AccountId = work.new_id();
    let settings = checked(work.app, &new.platform, &Settings::default(), new.settings)?;
    let account = PlatformAccount {
        settings: seal(work.app, &id, &settings)?,
        id,
        platform: new.platform,
        name: input::text("name", &new.name, input::SHORT)?,
        enabled: new.enabled,
        created_at: work.now,
        version: 1,
    };
    work.tx.insert_account(&work.app.workspace, &account).await?;
    work.happened(Subject::Account(account.id.clone()), None, Event::Created);
    Ok(account)
}

/// Changes an account. The values of settings never reach the history.
///
/// # Errors
/// When the caller may not, it was changed meanwhile, or a setting is missing or cannot be used.
pub async fn edit_account(
    work: &mut Work<'_>,
    id: &AccountId,
    change: AccountChange,
) -> Result<PlatformAccount, ActionError> {
    work.require_administrator()?;
    let mut account = existing(work, id).await?;
    if account.version != change.version {
        return Err(ActionError::VersionConflict("account"));
    }
    let mut differences = Vec::new();
    if let Some(name) = &change.name {
        let name = input::text("name", name, input::SHORT)?;
        differences.push(("name", account.name.clone(), name.clone()));
        account.name = name;
    }
    if let Some(given) = change.settings {
        let before = settings(work.app, &account).unwrap_or_default();
        let after = checked(work.app, &account.platform, &before, given)?;
        if after != before {
            account.settings = seal(work.app, &account.id, &after)?;
            differences.push(("settings", String::new(), String::from("•")));
        }
    }
    if let Some(enabled) = change.enabled {
        differences.push(("enabled", account.enabled.to_string(), enabled.to_string()));
        account.enabled = enabled;
    }
    differences.retain(|(_, from, to)| from != to);
    if differences.is_empty() {
        return Ok(account);
    }
    work.tx.update_account(&work.app.workspace, &mut account).await?;
    for (field, from, to) in differences {
        let event = Event::Changed { field: field.to_owned(), from, to };
        work.happened(Subject::Account(id.clone()), None, event);
    }
    Ok(account)
}

/// Looks whether the credentials and permissions of an account suffice. A disabled one is checked too.
///
/// # Errors
/// When the caller may not, there is no such account, or its settings cannot be opened.
pub async fn check(app: &App, caller: &Caller, id: &AccountId) -> Result<Vec<Finding>, ActionError> {
    let mut work = app.begin(caller).await?;
    work.require_administrator()?;
    let account = existing(&mut work, id).await?;
    work.commit().await?;
    check_account(app, &account).await
}

/// As [`check`], for whoever runs the program itself.
///
/// # Errors
/// When its settings cannot be opened.
pub async fn check_account(app: &App, account: &PlatformAccount) -> Result<Vec<Finding>, ActionError> {
    if let Some(open) = app.account(&account.id).filter(|open| open.version == account.version) {
        return Ok(open.live.check().await);
    }
    let platform = app.platform(&account.platform).ok_or(ActionError::NotFound("platform"))?;
    let settings = settings(app, account).map_err(ActionError::Platform)?;
    let live =
        platform.open(&settings, app.surroundings()).map_err(|error| ActionError::Platform(error.to_string()))?;
    Ok(live.check().await)
}

/// Asks the platform which groups the robot is in.
///
/// # Errors
/// When the caller may not, the account is not connected, or the platform does not answer.
pub async fn groups(app: &App, caller: &Caller, id: &AccountId) -> Result<Vec<Conversation>, ActionError> {
    let mut work = app.begin(caller).await?;
    work.require_administrator()?;
    existing(&mut work, id).await?;
    work.commit().await?;
    let open = app.account(id).ok_or(ActionError::NotFound("account"))?;
    let Some(directory) = open.live.directory() else { return Ok(Vec::new()) };
    directory.groups().await.map_err(|error| ActionError::Platform(error.to_string()))
}

/// Keeps groups that the robot is in as channels.
///
/// # Errors
/// When the caller may not, or the account is not connected.
pub async fn keep_groups(work: &mut Work<'_>, id: &AccountId, groups: Vec<Conversation>) -> Result<(), ActionError> {
    work.require_administrator()?;
    let open = work.app.account(id).ok_or(ActionError::NotFound("account"))?;
    for group in groups {
        crate::hearing::know_channel(work, &open, &group, Some(true)).await?;
    }
    work.show(&Subject::Account(id.clone()), None);
    Ok(())
}

async fn existing(work: &mut Work<'_>, id: &AccountId) -> Result<PlatformAccount, ActionError> {
    work.tx.account(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("account"))
}

/// The settings before, with what is given over them, when the platform can open an account with them.
fn checked(
    app: &App,
    platform: &PlatformKey,
    before: &Settings,
    given: BTreeMap<String, String>,
) -> Result<Settings, ActionError> {
    let platform = app.platform(platform).ok_or(ActionError::field("platform", "unknown"))?;
    let descriptor = platform.descriptor();
    let mut settings = before.clone();
    for (key, value) in given {
        let setting = descriptor.settings.iter().find(|setting| setting.key == key);
        let setting = setting.ok_or(ActionError::field("settings", "unknown_setting"))?;
        let value = input::optional_text(setting.key, &value, input::LONG)?;
        match setting.kind {
            // The page never had the secret, so an empty field means that it stays.
            SettingKind::Secret if value.is_empty() => {}
            SettingKind::Choice(choices) if !value.is_empty() && !choices.contains(&value.as_str()) => {
                return Err(ActionError::field(setting.key, "unknown_choice"));
            }
            _ => settings.set(setting.key, value),
        }
    }
    fill_and_require(descriptor, &mut settings)?;
    platform.open(&settings, app.surroundings()).map_err(|error| match error {
        SettingsError::Missing(key) => ActionError::field(key, "required"),
        SettingsError::Malformed { key, .. } => ActionError::field(key, "malformed"),
    })?;
    Ok(settings)
}

fn fill_and_require(descriptor: &Descriptor, settings: &mut Settings) -> Result<(), ActionError> {
    let mut missing = Vec::new();
    for setting in descriptor.settings {
        match (settings.get(setting.key), setting.default) {
            (Some(_), _) => {}
            (None, Some(default)) => settings.set(setting.key, default),
            (None, None) if setting.required => missing.push(FieldProblem::new(setting.key, "required")),
            (None, None) => {}
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(ActionError::Invalid(missing)) }
}
