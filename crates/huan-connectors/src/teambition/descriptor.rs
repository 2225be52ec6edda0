//! What a Teambition account needs: the form and the permissions to tick (§1.6).

use std::sync::LazyLock;

use huan_connect::{Descriptor, Permission};
use huan_core::platform::PlatformKey;

use super::settings;

/// Every permission point to tick. Only names that were seen stand here; the console shows more.
const PERMISSIONS: &[Permission] = &[
    Permission { scope: "tb-core:task:get", reason_key: "teambition.permission.read" },
    Permission { scope: "tb-core:task:list", reason_key: "teambition.permission.read" },
    Permission { scope: "tb-core:task:update", reason_key: "teambition.permission.write" },
    Permission { scope: "tb-core:project.task:list", reason_key: "teambition.permission.reconcile" },
    Permission { scope: "tb-core:project.taskflow:list", reason_key: "teambition.permission.statuses" },
    Permission { scope: "tb-core:project.taskflowstatus:list", reason_key: "teambition.permission.statuses" },
    Permission { scope: "tb-core:project.customfield:list", reason_key: "teambition.permission.fields" },
    Permission { scope: "tb-core:project.member:list", reason_key: "teambition.permission.members" },
];

/// The app.
pub(super) static APP: LazyLock<Descriptor> = LazyLock::new(|| Descriptor {
    key: PlatformKey::new("teambition"),
    name_key: "domain.platform.teambition",
    settings: settings::FORM,
    permissions: PERMISSIONS,
});

#[cfg(test)]
mod tests {
    use super::*;
    use huan_connect::SettingKind;
    use huan_core::i18n::{Language, has};

    #[test]
    fn every_text_of_the_form_exists() {
        let mut keys = vec![APP.name_key.to_owned()];
        for setting in APP.settings {
            keys.extend([setting.label_key.to_owned(), format!("{}_help", setting.label_key)]);
            if let SettingKind::Choice(values) = setting.kind {
                keys.extend(values.iter().map(|value| format!("{}_{value}", setting.label_key)));
            }
        }
        keys.extend(APP.permissions.iter().map(|permission| permission.reason_key.to_owned()));
        for key in keys {
            assert!(Language::ALL.iter().all(|language| has(*language, &key)), "{key}");
        }
    }
}
