//! Platforms and connected accounts as pages show them. Secrets are never shown, only whether they are set.

use std::collections::BTreeMap;

use huan_connect::{Ability, Descriptor, Finding, SettingKind, Severity};
use huan_core::{
    i18n::{Language, has, text},
    id::AccountId,
    permission,
};
use huan_store::{Listed, Page, PlatformAccount};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Look;
use crate::{engine, error::ActionError};

/// A platform that accounts can be made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlatformView {
    /// The short name.
    pub key: String,
    /// The name in the reader's language.
    pub name: String,
    /// What an account must be told.
    pub settings: Vec<SettingView>,
    /// What an administrator must tick in the platform's console.
    pub permissions: Vec<PermissionView>,
}

/// One input of an account's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SettingView {
    /// The key.
    pub key: &'static str,
    /// The label.
    pub label: String,
    /// Where to find the value.
    pub help: Option<String>,
    /// `text`, `secret`, `url` or `choice`.
    pub kind: &'static str,
    /// What can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<&'static str>>,
    /// Whether it must be given.
    pub required: bool,
    /// The value when none is given.
    pub default: Option<&'static str>,
}

/// A permission of a platform's console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PermissionView {
    /// The platform's own name of it.
    pub scope: &'static str,
    /// What it is needed for.
    pub reason: String,
}

/// A connected account.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccountView {
    /// The id.
    pub id: String,
    /// The platform.
    pub platform: String,
    /// A name for people.
    pub name: String,
    /// Whether it is to be connected.
    pub enabled: bool,
    /// How its connection stands: `kind` is `idle`, `connecting`, `connected`, `waiting` or `refused`, with `since`,
    /// `until` and `reason`.
    #[schema(value_type = Object)]
    pub state: serde_json::Value,
    /// When a message was last heard through it.
    pub last_heard_at: Option<Timestamp>,
    /// What it can do beyond sending and listening.
    pub abilities: Vec<&'static str>,
    /// The address to enter in the platform's console for events over HTTP.
    pub callback_url: String,
    /// The settings; in place of a secret stands `{"secret": true, "set": …}`.
    #[schema(value_type = Object)]
    pub settings: BTreeMap<String, SettingValue>,
    /// Grows with each change.
    pub version: i64,
}

/// The value of a setting, as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum SettingValue {
    /// Shown as it is.
    Plain(String),
    /// Only whether it is set.
    Secret {
        /// Always true.
        secret: bool,
        /// Whether there is a value.
        set: bool,
    },
}

/// The result of one check of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingView {
    /// `good`, `warning` or `problem`.
    pub severity: &'static str,
    /// What was found.
    pub text: String,
    /// What to do.
    pub advice: Option<String>,
    /// Details, such as the platform's own words.
    pub detail: String,
}

/// The platforms that accounts can be made for.
pub fn platforms(look: &Look<'_>) -> Vec<PlatformView> {
    let language = look.caller.language;
    look.app.platforms().iter().map(|platform| platform_view(platform.descriptor(), language)).collect()
}

fn platform_view(descriptor: &Descriptor, language: Language) -> PlatformView {
    let say = |key: &str| text(language, key, &[]);
    let if_any = |key: String| has(language, &key).then(|| say(&key));
    PlatformView {
        key: descriptor.key.to_string(),
        name: say(descriptor.name_key),
        settings: descriptor
            .settings
            .iter()
            .map(|setting| SettingView {
                key: setting.key,
                label: say(setting.label_key),
                help: if_any(format!("{}_help", setting.label_key)),
                kind: match setting.kind {
                    SettingKind::Text => "text",
                    SettingKind::Secret => "secret",
                    SettingKind::Url => "url",
                    SettingKind::Choice(_) => "choice",
                },
                choices: match setting.kind {
                    SettingKind::Choice(choices) => Some(choices.to_vec()),
                    _ => None,
                },
                required: setting.required,
                default: setting.default,
            })
            .collect(),
        permissions: descriptor
            .permissions
            .iter()
            .map(|permission| PermissionView { scope: permission.scope, reason: say(permission.reason_key) })
            .collect(),
    }
}

/// A page of the connected accounts, for administrators.
///
/// # Errors
/// When the reader is no administrator, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    page: &Page,
) -> Result<(Listed<PlatformAccount>, Vec<AccountView>), ActionError> {
    permission::may_administer(&look.caller.viewer)?;
    let listed = look.conn.account_page(&look.app.workspace, page).await?;
    let mut views = Vec::with_capacity(listed.rows.len());
    for account in &listed.rows {
        views.push(view(look, account.clone()).await?);
    }
    Ok((listed, views))
}

/// A connected account, for administrators.
///
/// # Errors
/// When there is none, the reader is no administrator, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &AccountId) -> Result<AccountView, ActionError> {
    permission::may_administer(&look.caller.viewer)?;
    let found = look.conn.account(&look.app.workspace, id).await?;
    view(look, found.ok_or(ActionError::NotFound("account"))?).await
}

async fn view(look: &mut Look<'_>, account: PlatformAccount) -> Result<AccountView, ActionError> {
    let state = look.conn.account_state(&look.app.workspace, &account.id).await?;
    let last_heard_at = look.conn.last_heard_at(&look.app.workspace, &account.id).await?;
    let open = look.app.account(&account.id);
    let abilities = open.map(|open| open.live.abilities()).unwrap_or_default();
    Ok(AccountView {
        settings: shown_settings(look, &account),
        id: account.id.to_string(),
        platform: account.platform.to_string(),
        name: account.name,
        enabled: account.enabled,
        state: state.map_or_else(|| serde_json::json!({ "kind": "idle" }), |known| known.state),
        last_heard_at,
        abilities: abilities.into_iter().map(ability).collect(),
        callback_url: look.app.page(&format!("callbacks/{}", account.id)),
        version: account.version,
    })
}

fn shown_settings(look: &Look<'_>, account: &PlatformAccount) -> BTreeMap<String, SettingValue> {
    let Some(platform) = look.app.platform(&account.platform) else { return BTreeMap::new() };
    // Settings sealed with another installation's secret count as not set: they have to be entered again.
    let settings = engine::accounts::settings(look.app, account).unwrap_or_default();
    let mut shown = BTreeMap::new();
    for setting in platform.descriptor().settings {
        let value = settings.get(setting.key);
        match (setting.kind, value) {
            (SettingKind::Secret, value) => {
                shown.insert(setting.key.to_owned(), SettingValue::Secret { secret: true, set: value.is_some() });
            }
            (_, Some(value)) => {
                shown.insert(setting.key.to_owned(), SettingValue::Plain(value.to_owned()));
            }
            (_, None) => {}
        }
    }
    shown
}

fn ability(ability: Ability) -> &'static str {
    match ability {
        Ability::EditCards => "edit_cards",
        Ability::Recall => "recall",
        Ability::Buzz => "buzz",
        Ability::Receipts => "receipts",
        Ability::Directory => "directory",
        Ability::Tasks => "tasks",
        Ability::Roster => "roster",
        Ability::Groups => "groups",
    }
}

/// A finding in the reader's language.
pub fn finding(finding: &Finding, language: Language) -> FindingView {
    let arguments: [(&str, &dyn std::fmt::Display); 1] = [("detail", &finding.detail)];
    let advice = format!("{}_advice", finding.key);
    FindingView {
        severity: match finding.severity {
            Severity::Good => "good",
            Severity::Warning => "warning",
            Severity::Problem => "problem",
        },
        text: text(language, finding.key, &arguments),
        advice: has(language, &advice).then(|| text(language, &advice, &arguments)),
        detail: finding.detail.clone(),
    }
}
