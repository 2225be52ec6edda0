//! The platforms that this build connects.

use std::sync::Arc;

use huan_connect::Platform;
use huan_connectors::{
    dingtalk::{DingTalk, DingTalkHook},
    feishu::{Feishu, FeishuHook},
    teambition::Teambition,
};

/// Every platform, in the order in which the page offers them.
pub fn all() -> Vec<Arc<dyn Platform>> {
    vec![Arc::new(DingTalk), Arc::new(Feishu), Arc::new(Teambition), Arc::new(DingTalkHook), Arc::new(FeishuHook)]
}
