//! What the developer console does when a callback address is entered: it sends `check_url` (§6.4).

use serde_json::json;

use crate::dingtalk::Dingtalk;
use crate::lock::lock;
use crate::platform::{Delivery, SimError};

impl Dingtalk {
    /// Enters how events are delivered, after the check of the address.
    pub(crate) async fn enter_delivery(&self, delivery: Delivery) -> Result<(), SimError> {
        if let Delivery::Http(addresses) = &delivery {
            let check = json!({"EventType": "check_url"});
            self.post_event(&addresses.events, "check_url", &check).await.map_err(SimError::CallbackCheck)?;
        }
        lock(&self.tenant).delivery = delivery;
        self.shell.changed();
        Ok(())
    }
}
