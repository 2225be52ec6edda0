//! The platforms and what they share, and the calls of the control API on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::company::{Crowd, Difference};
use crate::connection::{self, Connection};
use crate::dingtalk::Dingtalk;
use crate::feishu::Feishu;
use crate::lock::lock;
use crate::organisation::Organisation;
use crate::platform::{Delivery, Messenger, PlatformName, Press, Pressed, Read, Say, SimError};
use crate::shell::{Shell, reachable};
use crate::teambition::Teambition;
use crate::view::StateView;

/// The platforms and what they share.
pub(crate) struct World {
    pub(crate) shell: Arc<Shell>,
    pub(crate) feishu: Arc<Feishu>,
    pub(crate) dingtalk: Arc<Dingtalk>,
    pub(crate) teambition: Arc<Teambition>,
}

impl World {
    pub(crate) fn connection(&self) -> Connection {
        let organisation = &self.shell.organisation;
        Connection {
            page: format!("http://{}/sim/", reachable(self.shell.feishu_address)),
            feishu: self.feishu.connection(),
            dingtalk: self.dingtalk.connection(),
            teambition: self.teambition.connection(),
            organisation: organisation.name.clone(),
            people: connection::people(organisation),
            groups: connection::groups(organisation),
            note: self.shell.notice.clone(),
            scenes: self.shell.scenes.as_ref().map(|scenes| scenes.buttons.clone()).unwrap_or_default(),
        }
    }

    pub(crate) fn state(&self, viewer: Option<&str>) -> StateView {
        StateView {
            now: self.shell.clock.now(),
            platforms: BTreeMap::from([
                (PlatformName::Feishu, self.feishu.view(viewer)),
                (PlatformName::Dingtalk, self.dingtalk.view(viewer)),
            ]),
            teambition: self.teambition.view(),
            drive: self.feishu.drive_view(),
            calendars: BTreeMap::from([
                (PlatformName::Feishu, self.feishu.calendar_view()),
                (PlatformName::Dingtalk, self.dingtalk.calendar_view()),
            ]),
            rings: lock(&self.shell.rings).clone(),
            faults: self.shell.faults.list(),
        }
    }

    pub(crate) fn say(&self, platform: PlatformName, say: Say) -> Result<String, SimError> {
        match platform {
            PlatformName::Feishu => self.feishu.say(say),
            PlatformName::Dingtalk => self.dingtalk.say(say),
            PlatformName::Teambition => Err(nobody_talks()),
        }
    }

    pub(crate) async fn press(&self, platform: PlatformName, press: Press) -> Result<Pressed, SimError> {
        match platform {
            PlatformName::Feishu => self.feishu.press(press).await,
            PlatformName::Dingtalk => self.dingtalk.press(press).await,
            PlatformName::Teambition => Err(nobody_talks()),
        }
    }

    pub(crate) fn read(&self, platform: PlatformName, read: Read) -> Result<(), SimError> {
        match platform {
            PlatformName::Feishu => self.feishu.read(read),
            PlatformName::Dingtalk => self.dingtalk.read(read),
            PlatformName::Teambition => Err(nobody_talks()),
        }
    }

    pub(crate) async fn set_delivery(&self, platform: PlatformName, delivery: Delivery) -> Result<(), SimError> {
        match platform {
            PlatformName::Feishu => self.feishu.set_delivery(delivery).await,
            PlatformName::Dingtalk => self.dingtalk.set_delivery(delivery).await,
            PlatformName::Teambition => self.teambition.set_webhook(match delivery {
                Delivery::Connection => None,
                Delivery::Http(http) => Some(http.events),
            }),
        }
    }

    pub(crate) fn disconnect(&self, platform: PlatformName) -> usize {
        match platform {
            PlatformName::Feishu => self.feishu.disconnect(),
            PlatformName::Dingtalk => self.dingtalk.disconnect(),
            // It knows no connections.
            PlatformName::Teambition => 0,
        }
    }

    /// Many people appear, of whom nobody is told.
    pub(crate) fn add_crowd(&self, crowd: &Crowd) {
        let after = {
            let mut company = lock(&self.shell.company);
            Arc::make_mut(&mut company).add_crowd(crowd);
            company.clone()
        };
        self.company_changed(&after);
    }

    pub(crate) fn change_company(
        &self,
        change: impl FnOnce(&mut Organisation) -> Result<(), SimError>,
    ) -> Result<(), SimError> {
        let (before, after) = {
            let mut company = lock(&self.shell.company);
            let before = company.clone();
            let mut after = Organisation::clone(&before);
            change(&mut after)?;
            *company = Arc::new(after);
            (before, company.clone())
        };
        self.company_changed(&after);
        let difference = Difference::between(&before, &after);
        self.feishu.tell_difference(&difference);
        self.dingtalk.tell_difference(&difference);
        Ok(())
    }

    fn company_changed(&self, company: &Organisation) {
        self.feishu.company_changed(company);
        self.dingtalk.company_changed(company);
        self.teambition.company_changed(company);
        self.shell.changed();
    }

    /// Tells whoever added the button that it was pressed.
    pub(crate) fn play(&self, key: &str) -> Result<(), SimError> {
        let unknown = || SimError::unknown("scene", key.to_owned());
        let scenes = self.shell.scenes.as_ref().ok_or_else(unknown)?;
        let scene = scenes.buttons.iter().find(|scene| scene.key == key).ok_or_else(unknown)?;
        let ended = |_| SimError::NotPossible("whoever plays the scenes has ended".into());
        scenes.pressed.send(scene.key.clone()).map_err(ended)
    }

    pub(crate) fn set_reachable(&self, reachable: bool) {
        self.shell.outgoing.set_reachable(reachable);
        self.shell.changed();
    }

    pub(crate) fn answer_ring(&self, number: u64) -> Result<(), SimError> {
        let found =
            lock(&self.shell.rings).iter_mut().find(|ring| ring.number == number).map(|ring| ring.answered = true);
        self.shell.changed();
        found.ok_or_else(|| SimError::unknown("ring", number.to_string()))
    }
}

fn nobody_talks() -> SimError {
    SimError::NotPossible("Teambition has tasks and no conversations".into())
}
