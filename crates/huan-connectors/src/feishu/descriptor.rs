//! What a Feishu account needs: the form and the permissions to tick.

use std::sync::LazyLock;

use huan_connect::{Descriptor, Permission};
use huan_core::platform::PlatformKey;

use super::settings;

/// Permissions without which the work does not go (Feishu §3.1, §4.6, §9.2).
pub(super) const NEEDED: &[Permission] = &[
    Permission { scope: "im:message:send_as_bot", reason_key: "feishu.permission.send" },
    Permission { scope: "im:message.p2p_msg:readonly", reason_key: "feishu.permission.p2p" },
    Permission { scope: "im:message.group_at_msg:readonly", reason_key: "feishu.permission.group_at" },
];

/// The broader permissions that contain a needed one.
pub(super) const INSTEAD: &[(&str, &[&str])] = &[
    ("im:message:send_as_bot", &["im:message"]),
    ("im:message.p2p_msg:readonly", &["im:message.p2p_msg"]),
    ("im:message.group_at_msg:readonly", &["im:message.group_at_msg", "im:message.group_msg"]),
    ("im:message:readonly", &["im:message"]),
    ("im:message:recall", &["im:message", "im:message:send_as_bot"]),
    ("im:message.urgent:app_send", &["im:message.urgent"]),
    ("im:message.urgent:sms_send", &["im:message.urgent:sms"]),
    ("im:message.urgent:phone_send", &["im:message.urgent:phone"]),
    ("im:chat:readonly", &["im:chat"]),
    ("im:chat:create", &["im:chat"]),
    ("im:chat.members:write_only", &["im:chat"]),
    ("contact:contact.base:readonly", BROAD_CONTACT),
    ("contact:user.base:readonly", BROAD_CONTACT),
    ("contact:user.employee:readonly", BROAD_CONTACT),
    ("contact:user.department:readonly", BROAD_CONTACT),
];

const BROAD_CONTACT: &[&str] =
    &["contact:contact:readonly_as_app", "contact:contact:access_as_app", "contact:contact:readonly"];

/// Every permission to tick; the needed ones come first.
const ALL: &[Permission] = &[
    NEEDED[0],
    NEEDED[1],
    NEEDED[2],
    Permission { scope: "im:message:readonly", reason_key: "feishu.permission.read" },
    Permission { scope: "im:message:recall", reason_key: "feishu.permission.recall" },
    Permission { scope: "im:message.urgent:app_send", reason_key: "feishu.permission.urgent_app" },
    Permission { scope: "im:message.urgent:sms_send", reason_key: "feishu.permission.urgent_sms" },
    Permission { scope: "im:message.urgent:phone_send", reason_key: "feishu.permission.urgent_phone" },
    Permission { scope: "im:chat:readonly", reason_key: "feishu.permission.chats" },
    Permission { scope: "im:chat:create", reason_key: "feishu.permission.chat_create" },
    Permission { scope: "im:chat.members:write_only", reason_key: "feishu.permission.chat_members" },
    Permission { scope: "contact:user.id:readonly", reason_key: "feishu.permission.user_id" },
    Permission { scope: "contact:contact.base:readonly", reason_key: "feishu.permission.contact" },
    Permission { scope: "contact:user.base:readonly", reason_key: "feishu.permission.user_base" },
    Permission { scope: "contact:user.employee:readonly", reason_key: "feishu.permission.user_job" },
    Permission { scope: "contact:user.department:readonly", reason_key: "feishu.permission.user_leader" },
    Permission { scope: "contact:user.email:readonly", reason_key: "feishu.permission.user_mail" },
    Permission { scope: "contact:user.phone:readonly", reason_key: "feishu.permission.user_phone" },
    Permission { scope: "im:message.group_msg", reason_key: "feishu.permission.group_all" },
    Permission { scope: "wiki:wiki", reason_key: "feishu.permission.wiki" },
    Permission { scope: "docx:document", reason_key: "feishu.permission.documents" },
    Permission { scope: "bitable:app", reason_key: "feishu.permission.bitable" },
    Permission { scope: "calendar:calendar", reason_key: "feishu.permission.calendar" },
];

/// The app robot.
pub(super) static APP: LazyLock<Descriptor> = LazyLock::new(|| Descriptor {
    key: PlatformKey::new("feishu"),
    name_key: "feishu.name",
    settings: settings::FORM,
    permissions: ALL,
});

#[cfg(test)]
mod tests {
    use super::*;
    use huan_connect::SettingKind;
    use huan_core::i18n::{Language, has};

    #[test]
    fn every_text_of_the_form_exists() {
        for descriptor in [&*APP, &*super::super::hook::DESCRIPTOR] {
            let mut keys = vec![descriptor.name_key.to_owned()];
            for setting in descriptor.settings {
                keys.extend([setting.label_key.to_owned(), format!("{}_help", setting.label_key)]);
                if let SettingKind::Choice(values) = setting.kind {
                    keys.extend(values.iter().map(|value| format!("{}_{value}", setting.label_key)));
                }
            }
            keys.extend(descriptor.permissions.iter().map(|permission| permission.reason_key.to_owned()));
            for key in keys {
                assert!(Language::ALL.iter().all(|language| has(*language, &key)), "{key}");
            }
        }
    }

    #[test]
    fn broader_permissions_belong_to_listed_ones() {
        for (scope, _) in INSTEAD {
            assert!(ALL.iter().any(|permission| permission.scope == *scope), "{scope}");
        }
    }
}
