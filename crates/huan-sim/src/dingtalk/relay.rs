//! Task events of Teambition, relayed (Teambition §11). The organisation has to apply for them; the switch is
//! [`crate::TeambitionSettings::relay`].

use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;

use super::Dingtalk;
use super::push::event::Event;
use crate::lock::lock;
use crate::teambition::event::Relayed;

impl Dingtalk {
    /// Hands on what happens to tasks, in order.
    pub(crate) async fn relay(self: Arc<Self>, mut events: UnboundedReceiver<Relayed>) {
        while let Some(Relayed { kind, task, data }) = events.recv().await {
            let tenant = &mut *lock(&self.tenant);
            let fields = json!({"BizId": format!("tb_{task}"), "data": data});
            let flat = tenant.settings.uncertain.relayed_task_event_is_flat;
            let stream_data = if flat { data } else { fields.clone() };
            self.emit(tenant, Event { kind: kind.to_owned(), stream_data, http_data: fields });
        }
    }
}
