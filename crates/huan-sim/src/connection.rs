//! What a program needs to know to connect: the one JSON line of `huan sim`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::organisation::{Organisation, Person};
use crate::platform::PlatformName;
use crate::scene::Scene;

/// Everything a program needs to connect to the running simulator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Connection {
    /// Address of the page on which the platforms can be watched and played.
    pub page: String,
    /// Feishu's addresses and credentials.
    pub feishu: FeishuConnection,
    /// DingTalk's addresses and credentials.
    pub dingtalk: DingtalkConnection,
    /// Teambition's addresses and credentials.
    pub teambition: TeambitionConnection,
    /// Company name.
    pub organisation: String,
    /// Everybody.
    pub people: Vec<PersonConnection>,
    /// Every seeded group.
    pub groups: Vec<GroupConnection>,
    /// What the page says at its top to whoever plays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Buttons that the page has besides its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenes: Vec<Scene>,
}

/// Feishu's addresses and credentials.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FeishuConnection {
    /// In place of `https://open.feishu.cn`.
    pub base_url: String,
    /// Where a long connection begins.
    pub bootstrap_url: String,
    /// `cli_…`
    pub app_id: String,
    /// The app's secret.
    pub app_secret: String,
    /// Verification Token of event pushes.
    pub verification_token: String,
    /// Encrypt Key of event pushes.
    pub encrypt_key: String,
    /// The tenant.
    pub tenant_key: String,
    /// open_id of the robot.
    pub robot_open_id: String,
    /// One custom robot per group.
    pub custom_robots: Vec<CustomRobot>,
}

/// DingTalk's addresses and credentials.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DingtalkConnection {
    /// In place of `https://api.dingtalk.com`.
    pub api_base_url: String,
    /// In place of `https://oapi.dingtalk.com`.
    pub oapi_base_url: String,
    /// Where a Stream connection begins.
    pub stream_open_url: String,
    /// Client ID, which is also the AppKey.
    pub client_id: String,
    /// Client Secret, which is also the AppSecret.
    pub client_secret: String,
    /// `ding…`
    pub corp_id: String,
    /// Robot code.
    pub robot_code: String,
    /// Agent id for work notifications.
    pub agent_id: u64,
    /// Token of event pushes.
    pub callback_token: String,
    /// AES key of event pushes (43 characters).
    pub callback_aes_key: String,
    /// Template ids of the interactive cards that the tenant has published.
    #[serde(default)]
    pub card_templates: Vec<String>,
    /// One custom robot per group.
    pub custom_robots: Vec<CustomRobot>,
}

/// Teambition's addresses and credentials.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TeambitionConnection {
    /// In place of `https://open.teambition.com/api`.
    pub base_url: String,
    /// The same below the prefix of a private deployment, `…/gateway`.
    pub private_base_url: String,
    /// In place of `https://www.teambition.com`: a task's page is `/task/{taskId}` below it.
    pub web_url: String,
    /// The app's id.
    pub app_id: String,
    /// The app's secret.
    pub app_secret: String,
    /// The organisation, `X-Tenant-Id`.
    pub organization_id: String,
    /// The seeded project.
    pub project_id: String,
    /// Its name.
    pub project_name: String,
    /// Its statuses: name to id.
    pub statuses: BTreeMap<String, String>,
    /// Its custom fields: name to id.
    pub custom_fields: BTreeMap<String, String>,
}

/// A custom robot of one group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomRobot {
    /// The group's key.
    pub group: String,
    /// The whole webhook address.
    pub webhook_url: String,
    /// The signing secret.
    pub secret: String,
}

/// A person with the ids on each platform.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PersonConnection {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// Ids on Feishu, if the person has an account there.
    pub feishu: Option<FeishuIds>,
    /// Ids on DingTalk, if the person has an account there.
    pub dingtalk: Option<DingtalkIds>,
    /// Ids on Teambition, if the person has an account there.
    pub teambition: Option<TeambitionIds>,
}

/// A person's ids on Feishu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeishuIds {
    /// `ou_…`
    pub open_id: String,
    /// Short id within the tenant.
    pub user_id: String,
    /// `on_…`
    pub union_id: String,
}

/// A person's ids on DingTalk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DingtalkIds {
    /// userId within the organisation.
    pub user_id: String,
    /// unionId.
    pub union_id: String,
}

/// A person's ids on Teambition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeambitionIds {
    /// userId, 24 hexadecimal digits.
    pub user_id: String,
    /// memberId within the organisation.
    pub member_id: String,
}

/// A group with its id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GroupConnection {
    /// The seed's key.
    pub key: String,
    /// Name shown.
    pub name: String,
    /// Where it lives.
    pub platform: PlatformName,
    /// chat_id on Feishu, openConversationId on DingTalk.
    pub id: String,
    /// Keys of the members.
    pub members: Vec<String>,
}

pub(crate) fn people(organisation: &Organisation) -> Vec<PersonConnection> {
    organisation
        .people
        .iter()
        .map(|person| PersonConnection {
            person: person.clone(),
            feishu: person.lives_on(PlatformName::Feishu).then(|| crate::feishu::ids::person(&person.key)),
            dingtalk: person.lives_on(PlatformName::Dingtalk).then(|| crate::dingtalk::ids::person(&person.key)),
            teambition: person.lives_on(PlatformName::Teambition).then(|| crate::teambition::ids::person(&person.key)),
        })
        .collect()
}

pub(crate) fn groups(organisation: &Organisation) -> Vec<GroupConnection> {
    organisation
        .groups
        .iter()
        .map(|group| GroupConnection {
            key: group.key.clone(),
            name: group.name.clone(),
            platform: group.platform,
            id: match group.platform {
                PlatformName::Feishu => crate::feishu::ids::chat(&group.key),
                PlatformName::Dingtalk => crate::dingtalk::ids::conversation(&group.key),
                // Teambition has no groups; the seed's test sees to it.
                PlatformName::Teambition => group.key.clone(),
            },
            members: group.members.clone(),
        })
        .collect()
}
