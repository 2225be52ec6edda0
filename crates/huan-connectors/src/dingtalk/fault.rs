//! How calls fail: reading an answer of either API family, and what a failure means for a message.

use std::time::Duration;

use huan_connect::{
    Certainty, Retry, SendError,
    http::{HttpError, Response},
};
use serde_json::Value;

use crate::lenient::Lenient;

/// The longest piece of a platform's words that is passed on, in characters.
const LONGEST_WORDS: usize = 300;
/// How long an address is blocked that called too often (DingTalk, rate limits §0.4).
const BLOCKED: Duration = Duration::from_secs(5 * 60);
/// How long a group robot is silent that sent more than 20 a minute (DingTalk, custom robot §1.5).
pub(super) const ROBOT_SILENCE: Duration = Duration::from_secs(10 * 60);

/// A call that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// No answer came.
    #[error(transparent)]
    NoAnswer(#[from] HttpError),
    /// DingTalk does not talk to this computer's address for a while.
    #[error("calls from this address are blocked for some minutes (HTTP {status})")]
    Blocked {
        /// The HTTP status.
        status: u16,
    },
    /// An answer that is not of the promised form.
    #[error("HTTP {status}: the answer cannot be read")]
    Unreadable {
        /// The HTTP status.
        status: u16,
    },
    /// DingTalk said no.
    #[error("{0}")]
    Refused(Refusal),
    /// Something that comes before the call failed (the token, a registration), so the call was not made.
    #[error("{0}")]
    BeforeSending(Box<Fault>),
}

/// What DingTalk said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The HTTP status.
    pub(super) status: u16,
    /// `code` of the new API; `errcode` of the old one, or its `sub_code`.
    pub(super) code: String,
    /// The words, cut.
    pub(super) message: String,
    /// What to tell DingTalk's support.
    pub(super) request: Option<String>,
    /// The permission points that are missing.
    pub(super) scopes: Vec<String>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        if !self.scopes.is_empty() {
            write!(f, " [{}]", self.scopes.join(", "))?;
        }
        if let Some(request) = &self.request {
            write!(f, " (request {request})")?;
        }
        Ok(())
    }
}

/// Reads an answer of the new API: the status decides, then the code (DingTalk, the two API families §0.2).
pub(super) fn read_new(response: &Response) -> Result<Value, Fault> {
    let body = read_json(response)?;
    // An unknown path is answered in the old style with status 200.
    if body.integer("errcode").is_some_and(|code| code != 0) {
        return Err(Fault::Refused(old_refusal(response.status, &body)));
    }
    if (200..300).contains(&response.status) {
        return Ok(body);
    }
    let either = |keys: &[&str]| keys.iter().find_map(|key| body.text(key));
    let scopes = ["accessdenieddetail", "accessDeniedDetail", "AccessDeniedDetail"]
        .iter()
        .flat_map(|key| body.member(key).texts("requiredScopes"))
        .collect();
    match either(&["code", "Code"]) {
        Some(code) => Err(Fault::Refused(Refusal {
            status: response.status,
            code,
            message: cut(&either(&["message", "Message", "description", "Description"]).unwrap_or_default()),
            request: either(&["requestid", "requestId", "RequestId"]),
            scopes,
        })),
        None => Err(Fault::Unreadable { status: response.status }),
    }
}

/// Reads an answer of the old API: the status means nothing, `errcode` everything (DingTalk, §0.2).
pub(super) fn read_old(response: &Response) -> Result<Value, Fault> {
    let body = read_json(response)?;
    match body.integer("errcode") {
        Some(0) => Ok(body),
        Some(_) => Err(Fault::Refused(old_refusal(response.status, &body))),
        None => Err(Fault::Unreadable { status: response.status }),
    }
}

fn read_json(response: &Response) -> Result<Value, Fault> {
    let status = response.status;
    let looks_like_a_page = response.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    match serde_json::from_slice::<Value>(&response.body) {
        Ok(body) if body.integer("status") == Some(1111) => Err(Fault::Blocked { status }),
        Ok(body) => Ok(body),
        // Some successful calls answer with nothing.
        Err(_) if response.body.is_empty() && (200..300).contains(&status) => Ok(Value::Null),
        Err(_) if looks_like_a_page && status < 500 => Err(Fault::Blocked { status }),
        Err(_) => Err(Fault::Unreadable { status }),
    }
}

fn old_refusal(status: u16, body: &Value) -> Refusal {
    let code = body.text("errcode").unwrap_or_default();
    // 88 is «the gateway says»: the real code is inside.
    let inner = body.text("sub_code").filter(|_| code == "88");
    Refusal {
        status,
        message: cut(&body.text("sub_msg").filter(|_| inner.is_some()).or(body.text("errmsg")).unwrap_or_default()),
        code: inner.unwrap_or(code),
        request: body.text("request_id"),
        scopes: Vec::new(),
    }
}

fn cut(words: &str) -> String {
    words.chars().take(LONGEST_WORDS).collect()
}

impl Fault {
    /// Whether the token is to blame, so that a new one is worth one more try (DingTalk, §0.3).
    pub(super) fn is_invalid_token(&self) -> bool {
        match self {
            Self::Refused(refusal) => {
                refusal.status == 401
                    || matches!(refusal.code.as_str(), "InvalidAuthentication" | "40001" | "40014" | "42001")
            }
            Self::Unreadable { status } => *status == 401,
            _ => false,
        }
    }

    /// The code of a refusal.
    pub(super) fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => Some(&refusal.code),
            Self::BeforeSending(cause) => cause.code(),
            _ => None,
        }
    }

    /// Whether the credentials themselves are refused.
    pub(super) fn is_credentials_refused(&self) -> bool {
        matches!(
            self.code(),
            Some(
                "invalidClientIdOrSecret" | "authFailed" | "40096" | "40089" | "invalid.client" | "unauthorized.client"
            )
        )
    }
}

impl From<Fault> for SendError {
    fn from(fault: Fault) -> Self {
        let detail = fault.to_string();
        let (certainty, retry, reason_key) = verdict(&fault);
        Self { certainty, retry, reason_key, detail }
    }
}

/// What a fault means for a message.
fn verdict(fault: &Fault) -> (Certainty, Retry, &'static str) {
    use Certainty::{NotSent, Unknown};
    match fault {
        Fault::NoAnswer(error) if error.certainty == NotSent => {
            (NotSent, Retry::Transient, "delivery.reason.unreachable")
        }
        Fault::NoAnswer(_) => (Unknown, Retry::Transient, "delivery.reason.answer_lost"),
        Fault::Blocked { .. } => (NotSent, Retry::After(BLOCKED), "delivery.reason.throttled"),
        // A gateway turns a call away with 429 and 503 before anything is done; with the others it may have been done.
        Fault::Unreadable { status: 429 } => {
            (NotSent, Retry::After(Duration::from_secs(1)), "delivery.reason.throttled")
        }
        Fault::Unreadable { status: 503 } => (NotSent, Retry::Transient, "delivery.reason.platform_busy"),
        Fault::Unreadable { status: 400..500 } => (NotSent, Retry::Never, "delivery.reason.rejected"),
        Fault::Unreadable { .. } => (Unknown, Retry::Transient, "delivery.reason.answer_lost"),
        Fault::BeforeSending(cause) => {
            let (_, retry, reason) = verdict(cause);
            (NotSent, retry, reason)
        }
        Fault::Refused(refusal) => of_code(refusal.status, &refusal.code),
    }
}

/// What a code means (DingTalk, §0.3, §0.4, §1.4, §3.4, §4, §8.4). Unknown codes are not tried again.
pub(super) fn of_code(status: u16, code: &str) -> (Certainty, Retry, &'static str) {
    use Certainty::{NotSent, Unknown};
    let seconds = |seconds| Retry::After(Duration::from_secs(seconds));
    let (retry, reason) = match code {
        // Pace.
        "90018" | "90002" | "90006" => (seconds(1), "delivery.reason.throttled"),
        _ if code.contains("QpsLimit") => (seconds(1), "delivery.reason.throttled"),
        _ if code.contains("QpmLimit") => (seconds(60), "delivery.reason.throttled"),
        "130101" | "660026" | "410100" => (Retry::After(ROBOT_SILENCE), "delivery.reason.throttled"),
        "toomuch.msg" | "send.too.fast" | "send.byToken.tooFast" => (seconds(60), "delivery.reason.throttled"),
        "90020" => (Retry::Never, "delivery.reason.quota_used_up"),
        _ if code.contains("ApiCountLimit") => (Retry::Never, "delivery.reason.quota_used_up"),
        // Who calls.
        "60020" => (Retry::Never, "delivery.reason.address_denied"),
        _ if code.contains("IpNotInWhiteList") => (Retry::Never, "delivery.reason.address_denied"),
        "invalidClientIdOrSecret" | "authFailed" | "40096" | "40089" | "invalid.client" | "unauthorized.client" => {
            (Retry::Never, "delivery.reason.credentials")
        }
        // A new token was already tried once.
        "InvalidAuthentication" | "40001" | "40014" | "42001" => (Retry::Transient, "delivery.reason.credentials"),
        "60011" | "50004" | "unauthorized" | "auth.error" => (Retry::Never, "delivery.reason.permission_missing"),
        _ if code.contains("AccessTokenPermissionDenied") => (Retry::Never, "delivery.reason.permission_missing"),
        // The robot.
        "bot.stopped" | "400102" | "400106" | "invalid.chatbotId" | "miss.chatbotId" | "chatbotId.notAllow.sendOTO" => {
            (Retry::Never, "delivery.reason.app_disabled")
        }
        _ if code.starts_with("invalidParameter.robotCode") => (Retry::Never, "delivery.reason.app_disabled"),
        // The group.
        "invalid.openConversationId"
        | "miss.openConversationId"
        | "conversation.org.notMatch"
        | "resource.not.found" => (Retry::Never, "delivery.reason.not_in_group"),
        "group.disbanded" | "400013" => (Retry::Never, "delivery.reason.group_gone"),
        "310000"
        | "keywords.not.match"
        | "sign.not.match"
        | "ip.not.match"
        | "send.forbidden"
        | "bot.forbidden.sendMessage"
        | "only.groupAdmin.canAtAll" => (Retry::Never, "delivery.reason.group_settings"),
        "300005" | "400101" | "token.notExisted" | "invalidParameter.token.invalid" => {
            (Retry::Never, "delivery.reason.not_in_group")
        }
        "300001" | "session.notExisted" | "session.expired" => (Retry::Never, "delivery.reason.too_late"),
        // The person.
        "staffId.notExisted"
        | "miss.staffId"
        | "illegal.receivers"
        | "param.userIdNotExist"
        | "60121"
        | "33012"
        | "40104" => (Retry::Never, "delivery.reason.recipient_unknown"),
        "robot.oto.notExist" => (Retry::Never, "delivery.reason.recipient_declines"),
        // The content.
        "460101" | "101002" | "invalidParameter.msgParam.tooLong" => (Retry::Never, "delivery.reason.too_long"),
        "430101" | "430102" | "430103" | "430104" | "param.contentUnsafe" => {
            (Retry::Never, "delivery.reason.content_refused")
        }
        _ if code.starts_with("contain.") => (Retry::Never, "delivery.reason.content_refused"),
        "param.templateNotExist" | "param.templateUnpublished" | "template.not.existed" | "template.stopped" => {
            (Retry::Never, "delivery.reason.card_refused")
        }
        "param.cardNotExist" => (Retry::Never, "delivery.reason.message_gone"),
        "robot.processQueryKey.expired" | "processQueryKey.expireTime" => (Retry::Never, "delivery.reason.too_late"),
        "invalid.processQueryKey" => (Retry::Never, "delivery.reason.message_gone"),
        // Calendars (§12).
        "itemNotFound" => (Retry::Never, "meeting.reason.gone"),
        "flowLimit" => (Retry::Never, "meeting.reason.quota"),
        "permissionDeny" => (Retry::Never, "delivery.reason.recipient_out_of_range"),
        "idempotencyProcessing" => return (Unknown, Retry::Transient, "delivery.reason.in_progress"),
        "ding.serverquota.insufficient" => (Retry::Never, "delivery.reason.buzz_quota"),
        "send.ding.exception" | "ding.receivercount.limit" => (Retry::Never, "delivery.reason.buzz_not_allowed"),
        // The platform itself.
        "-1" | "system.busy" | "systemBusy" | "service.timeout" | "operationTimeout" | "ServiceUnavailable" => {
            (Retry::Transient, "delivery.reason.platform_busy")
        }
        _ if code.ends_with("lockError") => (Retry::Transient, "delivery.reason.platform_busy"),
        "unknown.send.result" => return (Unknown, Retry::Transient, "delivery.reason.answer_lost"),
        _ if status == 429 => (seconds(1), "delivery.reason.throttled"),
        _ if status == 503 => (Retry::Transient, "delivery.reason.platform_busy"),
        _ if status >= 500 => return (Unknown, Retry::Transient, "delivery.reason.answer_lost"),
        _ => (Retry::Never, "delivery.reason.rejected"),
    };
    (NotSent, retry, reason)
}

/// A message that cannot be sent whatever the platform says.
pub(super) fn impossible(reason_key: &'static str, detail: impl Into<String>) -> SendError {
    SendError { certainty: Certainty::NotSent, retry: Retry::Never, reason_key, detail: detail.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_core::i18n::{Language, has};
    use proptest::prelude::*;

    fn response(status: u16, body: &str) -> Response {
        Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
    }

    fn new(status: u16, body: &str) -> SendError {
        read_new(&response(status, body)).unwrap_err().into()
    }

    fn old(body: &str) -> SendError {
        read_old(&response(200, body)).unwrap_err().into()
    }

    #[test]
    fn bodies_of_dingtalk_0_3() {
        let refused = old(r#"{"errcode":40096,"errmsg":"不合法的appKey或appSecret"}"#);
        assert_eq!((refused.reason_key, refused.retry), ("delivery.reason.credentials", Retry::Never));
        let secret =
            r#"{"requestid":"r1","code":"invalidClientIdOrSecret","message":"无效的clientId或者clientSecret"}"#;
        assert!(read_new(&response(400, secret)).unwrap_err().is_credentials_refused());
        let gateway = r#"{"requestid":"r2","code":"authFailed","message":"鉴权失败"}"#;
        assert!(read_new(&response(401, gateway)).unwrap_err().is_credentials_refused());
        let denied = r#"{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","requestid":"r3","message":"没有调用该接口的权限","accessdenieddetail":{"requiredScopes":["Contact.User.Read"]}}"#;
        let denied = new(403, denied);
        assert_eq!(denied.reason_key, "delivery.reason.permission_missing");
        assert!(denied.detail.contains("Contact.User.Read") && denied.detail.contains("r3"), "{}", denied.detail);
        let missing = new(400, r#"{"code":"MissinguserIds","message":"userIds is mandatory for this action."}"#);
        assert_eq!((missing.reason_key, missing.certainty), ("delivery.reason.rejected", Certainty::NotSent));
        assert_eq!(old(r#"{"errcode":22,"errmsg":"Invalid method[x]"}"#).reason_key, "delivery.reason.rejected");
        let path = read_new(&response(200, r#"{"errcode":404,"errmsg":"请求的URI地址不存在"}"#)).unwrap_err();
        assert_eq!(path.code(), Some("404"));
        assert_eq!(
            old(r#"{"errcode":300005,"errmsg":"token is not exist"}"#).reason_key,
            "delivery.reason.not_in_group"
        );
    }

    #[test]
    fn token_errors_of_dingtalk_0_3_are_told_apart() {
        let inside = r#"{"errcode":88,"sub_code":"40014","sub_msg":"不合法的access_token","errmsg":"ding talk error[subcode=40014,submsg=不合法的access_token]","request_id":"q"}"#;
        assert!(read_old(&response(200, inside)).unwrap_err().is_invalid_token());
        let blank = r#"{"errcode":88,"sub_code":"40000","sub_msg":"access_token is blank","errmsg":"x"}"#;
        assert!(!read_old(&response(200, blank)).unwrap_err().is_invalid_token());
        for code in ["40001", "40014", "42001"] {
            let body = format!(r#"{{"errcode":"{code}","errmsg":"x"}}"#);
            assert!(read_old(&response(200, &body)).unwrap_err().is_invalid_token(), "{code}");
        }
        let invalid = r#"{"code":"InvalidAuthentication","requestid":"r","message":"不合法的access_token"}"#;
        assert!(read_new(&response(400, invalid)).unwrap_err().is_invalid_token());
        assert!(read_new(&response(401, r#"{"code":"x","message":"y"}"#)).unwrap_err().is_invalid_token());
        let missing = r#"{"code":"AuthenticationFailed.MissingParameter","requestid":"r","message":"缺少参数"}"#;
        assert!(!read_new(&response(400, missing)).unwrap_err().is_invalid_token());
    }

    #[test]
    fn pace_of_dingtalk_0_4_becomes_a_rest() {
        let second = Retry::After(Duration::from_secs(1));
        let qps = r#"{"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi","message":"x"}"#;
        assert_eq!((new(403, qps).retry, new(403, qps).certainty), (second, Certainty::NotSent));
        assert_eq!(old(r#"{"errcode":90018,"errmsg":"x"}"#).retry, second);
        let month = r#"{"code":"Forbidden.AccessDenied.ApiCountLimitForOrg","message":"x"}"#;
        assert_eq!(
            (new(403, month).retry, new(403, month).reason_key),
            (Retry::Never, "delivery.reason.quota_used_up")
        );
        assert_eq!(old(r#"{"errcode":90020,"errmsg":"x"}"#).retry, Retry::Never);
        for body in [r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"xxx"}"#, " <html>blocked</html>"]
        {
            assert_eq!(new(200, body).retry, Retry::After(Duration::from_secs(300)), "{body}");
            assert_eq!(old(body).certainty, Certainty::NotSent);
        }
        for code in ["130101", "660026", "410100"] {
            let error = old(&format!(r#"{{"errcode":{code},"errmsg":"send too fast"}}"#));
            assert_eq!(error.retry, Retry::After(Duration::from_secs(600)), "{code}");
        }
    }

    #[test]
    fn a_lost_answer_is_unknown_and_a_failed_connection_is_not() {
        let lost = Fault::NoAnswer(HttpError { certainty: Certainty::Unknown, problem: "timed out".into() });
        assert_eq!(SendError::from(lost.clone()).certainty, Certainty::Unknown);
        assert_eq!(SendError::from(Fault::BeforeSending(Box::new(lost))).certainty, Certainty::NotSent);
        let refused = Fault::NoAnswer(HttpError { certainty: Certainty::NotSent, problem: "refused".into() });
        assert_eq!(SendError::from(refused).reason_key, "delivery.reason.unreachable");
        assert_eq!(new(500, r#"{"code":"system.error","message":"x"}"#).certainty, Certainty::Unknown);
        assert_eq!(new(502, "<html>bad gateway</html>").certainty, Certainty::Unknown);
        assert_eq!(new(503, "busy").certainty, Certainty::NotSent);
        assert_eq!(new(500, r#"{"code":"system.busy","message":"x"}"#).certainty, Certainty::NotSent);
    }

    #[test]
    fn a_successful_answer_passes_and_may_be_empty() {
        assert!(read_new(&response(200, r#"{"processQueryKey":"k"}"#)).is_ok());
        assert_eq!(read_new(&response(200, "")).unwrap(), Value::Null);
        assert!(read_old(&response(200, r#"{"errcode":"0","errmsg":"ok"}"#)).is_ok());
        assert_eq!(read_old(&response(200, "{}")).unwrap_err(), Fault::Unreadable { status: 200 });
    }

    #[test]
    fn every_reason_has_a_text() {
        let sources = [
            include_str!("fault.rs"),
            include_str!("afterwards.rs"),
            include_str!("buzz.rs"),
            include_str!("card/template.rs"),
            include_str!("card_call.rs"),
            include_str!("hook.rs"),
            include_str!("route.rs"),
            include_str!("send.rs"),
        ]
        .concat();
        let mut seen = 0;
        let is_key = |text: &&str| text.strip_prefix("delivery.reason.").is_some_and(|name| !name.is_empty());
        for key in sources.split('"').filter(is_key) {
            assert!(Language::ALL.iter().all(|language| has(*language, key)), "{key}");
            seen += 1;
        }
        assert!(seen > 40, "{seen}");
    }

    proptest! {
        #[test]
        fn no_answer_panics(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..200), code in "\\PC{0,20}") {
            let answer = Response { status, headers: Vec::new(), body };
            let _ = read_new(&answer).map_err(SendError::from);
            let _ = read_old(&answer).map_err(SendError::from);
            let _ = of_code(status, &code);
        }
    }
}
