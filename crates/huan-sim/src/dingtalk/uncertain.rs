//! Where the sources disagree, or say nothing (DingTalk, uncertain §15): one way is the default, the other can be
//! switched on, so that a program can be tried with both.

use serde::{Deserialize, Serialize};

/// The open questions. The numbers are those of §15.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Uncertain {
    /// 1: errcode and errmsg for the custom robot that writes too much: 130101 or 660026 (observed), or 410100.
    pub robot_too_fast: (i64, String),
    /// 2: errcode and errmsg for an unknown access_token of a custom robot: 300005 or 300001 (observed), or 400101.
    pub robot_unknown: (i64, String),
    /// 8: HTTP status for an expired token: 400, or 401.
    pub expired_token_status: u16,
    /// 17: whether a direct message is refused when no receiver exists, instead of accepted with the list of them.
    pub no_receiver_is_refused: bool,
    /// 23: topic in the headers of events: `*`, or `dingTalk`.
    pub event_topic: String,
    /// 23: whether the announcement of a disconnect is the short form of the documentation, without messageId and time.
    pub short_disconnect: bool,
    /// 25: whether odd frames come over a new connection: unknown types and topics, and text that is not JSON.
    pub odd_frames: bool,
    /// 27: names under which the signature of an event push is sent.
    pub signature_names: Vec<String>,
    /// 28: whether event pushes end with the corpId instead of the app key.
    pub owner_is_corp: bool,
    /// 31: whether card callbacks have the older shape: only `value`, and `params` beside `cardPrivateData`.
    pub old_card_callback: bool,
    /// 33: whether registering a known route key again gives the earlier registration, instead of an error.
    pub earlier_route_is_given: bool,
    /// §0.2: whether the old API writes numbers and booleans as texts, as its documentation does.
    pub old_api_quotes_numbers: bool,
    /// Teambition §11: whether the data of a relayed task event over Stream is the event's `data` itself, instead of `BizId`
    /// and `data` as over HTTP.
    pub relayed_task_event_is_flat: bool,
    /// Whether inbound JSON has members that nobody has documented.
    pub unknown_members: bool,
}

impl Default for Uncertain {
    fn default() -> Self {
        Self {
            robot_too_fast: (130_101, "send too fast, exceed 20 times per minute".to_owned()),
            robot_unknown: (300_005, "token is not exist".to_owned()),
            expired_token_status: 400,
            no_receiver_is_refused: false,
            event_topic: "*".to_owned(),
            short_disconnect: true,
            odd_frames: false,
            signature_names: vec!["msg_signature".to_owned(), "signature".to_owned()],
            owner_is_corp: false,
            old_card_callback: false,
            earlier_route_is_given: false,
            old_api_quotes_numbers: false,
            relayed_task_event_is_flat: false,
            unknown_members: false,
        }
    }
}
