//! How the reader wants to be told, for their settings.

use std::collections::BTreeMap;

use huan_core::{
    id::AccountId,
    notice_preference::{News, OnPlatform, QuietHours},
    platform::PlatformKey,
};
use jiff::{Timestamp, civil::Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::Look;
use crate::error::ActionError;

/// How the reader wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NoticePreferencesView {
    /// When ordinary messages wait: `from` and `to`, wall-clock times in the reader's zone.
    #[schema(value_type = Option<Object>)]
    pub quiet: Option<QuietHours>,
    /// Until when ordinary messages wait because the reader said so; none when that is over.
    pub silent_until: Option<Timestamp>,
    /// How news of `tasks`, `problems` and `minutes` is told: `at_once`, `gathered` or `never`.
    pub news: BTreeMap<&'static str, &'static str>,
    /// When gathered news is told.
    #[schema(value_type = Vec<String>)]
    pub gather_at: Vec<Time>,
    /// What is different on each platform where the reader can be reached: `ordinary`, whether ordinary messages go there;
    /// `news`, as above, of what is not as everywhere; `quiet`, by its `kind`: `as_usual`, `off`, or `hours` with `from` and `to`.
    #[schema(value_type = Object)]
    pub platforms: BTreeMap<String, OnPlatform>,
    /// Where the reader can be reached.
    pub ways: Vec<NoticeWayView>,
}

/// A platform on which the reader can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NoticeWayView {
    /// The identity's id.
    pub identity: String,
    /// The platform.
    pub platform: String,
    /// The name of its account.
    pub account: String,
    /// Whether they are to be reached there first.
    pub first: bool,
}

/// How the reader wants to be told.
///
/// # Errors
/// When the database fails.
pub async fn own(look: &mut Look<'_>) -> Result<NoticePreferencesView, ActionError> {
    let (workspace, me) = (&look.app.workspace, look.caller.person().clone());
    let preferences = look.conn.notice_preferences(workspace, &me).await?.unwrap_or_default();
    let accounts = look.conn.accounts(workspace).await?;
    let identities = look.conn.identities_of(workspace, &me).await?;
    let of = |id: &AccountId| accounts.iter().find(|account| account.id == *id);
    let sends = |id: &AccountId| look.app.account(id).is_none_or(|open| open.live.sends());
    let ways = identities.iter().filter(|identity| sends(&identity.account)).filter_map(|identity| {
        let account = of(&identity.account)?;
        Some(NoticeWayView {
            identity: identity.id.to_string(),
            platform: account.platform.to_string(),
            account: account.name.clone(),
            first: identity.preferred,
        })
    });
    let ways: Vec<NoticeWayView> = ways.collect();
    let on = |platform: &String| preferences.platforms.get(&PlatformKey::new(platform.as_str())).cloned();
    let platforms = ways.iter().map(|way| (way.platform.clone(), on(&way.platform).unwrap_or_default())).collect();
    Ok(NoticePreferencesView {
        quiet: preferences.quiet,
        silent_until: preferences.silent_until.filter(|until| *until > look.now),
        platforms,
        news: News::ALL.iter().map(|news| (news.name(), preferences.handling(*news).name())).collect(),
        ways,
        gather_at: preferences.gather_at,
    })
}
