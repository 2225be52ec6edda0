//! The contract of `huan_connect`, the same for every connector: written once, against `dyn Platform` and `dyn Account`.
//!
//! What a platform answers differs and stands in [`kinds`]; what Huan must make of it does not.

mod callbacks;
mod server;

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use huan_connect::{
    Account, Certainty, Content, FieldWrite, Mentions, Outgoing, Platform, Recipient, Retry, SendError, SettingKind,
    Settings, SettingsError, Severity, Surroundings, http::Http,
};
use huan_connectors::{
    dingtalk::{DingTalk, DingTalkHook},
    feishu::{Feishu, FeishuHook},
    teambition::Teambition,
};
use huan_core::{
    ambient::{ManualTime, SeededEntropy, SystemTime},
    i18n::{Language, has},
    platform::{ForeignConversation, ForeignTaskId, ForeignUser},
};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};
use server::{Behaviour, Server};

/// A mark in every secret that the accounts are told or given: it must not show up anywhere.
const SECRET: &str = "s3cret";

/// What a platform says in the cases of the contract.
struct Kind {
    platform: Arc<dyn Platform>,
    /// The settings of an account at this address.
    settings: fn(base: &str) -> Settings,
    /// «Too many»: rest for so long.
    limited: (Behaviour, Duration),
    /// A refusal that no repetition helps against.
    refused: Behaviour,
    /// The credentials are wrong; none where that shows only with a message.
    unknown_app: Option<Behaviour>,
}

fn kinds() -> Vec<Kind> {
    let answer = |status, body: Value| Behaviour::Answer(status, "", body.to_string());
    vec![
        Kind {
            platform: Arc::new(Feishu),
            settings: |base| {
                [("app_id", "cli_0123456789abcdef"), ("app_secret", "s3cret-app"), ("base_url", base)]
                    .into_iter()
                    .collect()
            },
            // Feishu §0.4
            limited: (
                Behaviour::Answer(
                    429,
                    "x-ogw-ratelimit-reset: 7\r\n",
                    json!({"code": 99991400, "msg": "request trigger frequency limit"}).to_string(),
                ),
                Duration::from_secs(7),
            ),
            // Feishu §3.10
            refused: answer(400, json!({"code": 230002, "msg": "The bot can not be outside the group."})),
            // Feishu §2.3
            unknown_app: Some(answer(200, json!({"code": 10014, "msg": "app secret invalid"}))),
        },
        Kind {
            platform: Arc::new(DingTalk),
            settings: |base| {
                [("client_id", "dingapp"), ("client_secret", "s3cret-app"), ("api_base", base), ("oapi_base", base)]
                    .into_iter()
                    .collect()
            },
            // DingTalk §0.4
            limited: (
                answer(403, json!({"code": "Forbidden.AccessDenied.QpsLimitForApi", "message": "too fast"})),
                Duration::from_secs(1),
            ),
            // DingTalk §0.3
            refused: answer(
                403,
                json!({"code": "Forbidden.AccessDenied.AccessTokenPermissionDenied", "message": "no permission"}),
            ),
            // DingTalk §2
            unknown_app: Some(answer(400, json!({"code": "invalidClientIdOrSecret", "message": "无效的clientId"}))),
        },
        Kind {
            platform: Arc::new(FeishuHook),
            settings: |base| {
                let webhook = format!("{base}/open-apis/bot/v2/hook/s3cret-address");
                [("webhook", webhook), ("sign_secret", "s3cret-sign".to_owned())].into_iter().collect()
            },
            // Feishu §1.5
            limited: (
                Behaviour::Answer(
                    400,
                    "x-ogw-ratelimit-reset: 9\r\n",
                    json!({"code": 11232, "msg": "frequency limited psm"}).to_string(),
                ),
                Duration::from_secs(9),
            ),
            refused: answer(200, json!({"code": 19024, "msg": "Key Words Not Found"})),
            unknown_app: None,
        },
        Kind {
            platform: Arc::new(DingTalkHook),
            settings: |base| {
                let address = format!("{base}/robot/send?access_token=s3cret-address");
                [("address", address), ("secret", "SECs3cret-sign".to_owned())].into_iter().collect()
            },
            // DingTalk §1.5
            limited: (
                answer(200, json!({"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"})),
                Duration::from_secs(600),
            ),
            // DingTalk §1.4
            refused: answer(200, json!({"errcode": 310000, "errmsg": "keywords not in content"})),
            unknown_app: None,
        },
        Kind {
            platform: Arc::new(Teambition),
            settings: |base| {
                [
                    ("app_id", "5f0426cac1183f001a6f10c7"),
                    ("app_secret", "s3cret-app"),
                    ("organization_id", "5f59d997a41fa40016891500"),
                    ("operator_id", "65e0f1a2b3c4d5e6f7a8b9a1"),
                    ("base_url", base),
                ]
                .into_iter()
                .collect()
            },
            // Teambition §1.4
            limited: (
                Behaviour::Answer(429, "retry-after: 3\r\n", json!({"code": 429, "errorMessage": "slow"}).to_string()),
                Duration::from_secs(3),
            ),
            refused: answer(200, json!({"code": 403, "errorMessage": "tb-core:task:update", "requestId": "r"})),
            unknown_app: None,
        },
    ]
}

fn surroundings() -> Surroundings {
    Surroundings { http: Http::new().unwrap(), time: Arc::new(SystemTime), entropy: Arc::new(SeededEntropy::new(5)) }
}

impl Kind {
    fn name(&self) -> String {
        self.platform.descriptor().key.to_string()
    }

    fn open(&self, base: &str) -> Arc<dyn Account> {
        self.platform.open(&(self.settings)(base), surroundings()).unwrap()
    }

    /// Tells the platform something: a message, or where it has none, a field of a task.
    async fn tell(&self, account: &Arc<dyn Account>) -> Result<(), SendError> {
        match account.tasks() {
            Some(tasks) if !account.sends() => {
                let (task, author) =
                    (ForeignTaskId::new("65e0f1a2b3c4d5e6f7a8b9c2"), ForeignUser::new("65e0f1a2b3c4d5e6f7a8b9a1"));
                tasks.write(&task, &FieldWrite::Title("你好".into()), &author).await.map(|_| ())
            }
            _ => account.send(&to_group()).await.map(|_| ()),
        }
    }

    /// What telling it comes to when the platform behaves so. Whatever it is, no secret shows.
    async fn send(&self, behaviour: Behaviour) -> Result<(), SendError> {
        let server = Server::start(behaviour).await;
        let account = self.open(&server.base);
        let outcome = self.tell(&account).await;
        if let Err(error) = &outcome {
            self.check_error(error);
        }
        let state = format!("{:?}", *account.state().borrow());
        assert!(!state.contains(SECRET), "{}: {state}", self.name());
        outcome
    }

    fn check_error(&self, error: &SendError) {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET) && !shown.contains("tok3n"), "{}: {shown}", self.name());
        for language in Language::ALL {
            assert!(has(language, error.reason_key), "{}: no words for {}", self.name(), error.reason_key);
        }
    }
}

fn to_group() -> Outgoing {
    let id = ForeignConversation::new("oc_or_cid_1");
    Outgoing {
        to: Recipient::Conversation { id, reply_to: None, reply_route: None },
        content: Content::Text("你好".to_owned()),
        mentions: Mentions::default(),
        key: "dlv_1".to_owned(),
    }
}

fn to_person() -> Outgoing {
    Outgoing { to: Recipient::Person(ForeignUser::new("ou_1")), ..to_group() }
}

fn translated(who: &str, key: &str) {
    for language in Language::ALL {
        assert!(has(language, key), "{who}: no words for {key}");
    }
}

#[test]
fn a_platform_describes_itself_in_both_languages_and_hides_its_secrets() {
    let mut names = std::collections::BTreeSet::new();
    for kind in kinds() {
        let (descriptor, who) = (kind.platform.descriptor(), kind.name());
        assert!(names.insert(who.clone()), "{who} is there twice");
        translated(&who, descriptor.name_key);
        let mut keys = std::collections::BTreeSet::new();
        for setting in descriptor.settings {
            assert!(keys.insert(setting.key), "{who}: {} is asked for twice", setting.key);
            translated(&who, setting.label_key);
            translated(&who, &format!("{}_help", setting.label_key));
            assert!(!(setting.required && setting.default.is_some()), "{who}: {} needs no value", setting.key);
            if let SettingKind::Choice(values) = setting.kind {
                assert!(setting.default.is_none_or(|default| values.contains(&default)), "{who}: {}", setting.key);
                values.iter().for_each(|value| translated(&who, &format!("{}_{value}", setting.label_key)));
            }
            let sounds_secret = ["secret", "token", "key", "webhook"].iter().any(|word| setting.key.contains(word));
            if sounds_secret && setting.key != "keyword" && !matches!(setting.kind, SettingKind::Choice(_)) {
                assert_eq!(setting.kind, SettingKind::Secret, "{who}: {} is shown to everybody", setting.key);
            }
        }
        // Whatever holds a secret in the cases of this suite is one for the form too.
        for (key, value) in (kind.settings)("http://127.0.0.1:1").iter().filter(|(_, value)| value.contains(SECRET)) {
            let setting = descriptor.settings.iter().find(|setting| setting.key == key).unwrap();
            assert_eq!(setting.kind, SettingKind::Secret, "{who}: {key} = {value}");
        }
        let settings = (kind.settings)("http://127.0.0.1:1");
        assert!(!format!("{settings:?}").contains(SECRET), "{who}: {settings:?}");
        descriptor.permissions.iter().for_each(|permission| translated(&who, permission.reason_key));
    }
}

#[test]
fn a_setting_that_is_missing_or_malformed_is_named_and_not_repeated() {
    for kind in kinds() {
        let (descriptor, who) = (kind.platform.descriptor(), kind.name());
        let good = (kind.settings)("http://127.0.0.1:1");
        for setting in descriptor.settings {
            let mut without = good.clone();
            without.set(setting.key, " ");
            let opened = kind.platform.open(&without, surroundings()).map(|_| ());
            if setting.required {
                assert_eq!(opened, Err(SettingsError::Missing(setting.key)), "{who}");
            }
            if matches!(setting.kind, SettingKind::Url | SettingKind::Choice(_)) {
                for wrong in ["s3cret nonsense", "ftp://s3cret.example", "file:///s3cret"] {
                    let mut malformed = good.clone();
                    malformed.set(setting.key, wrong);
                    match kind.platform.open(&malformed, surroundings()).map(|_| ()) {
                        Err(error @ SettingsError::Malformed { key, .. }) => {
                            assert_eq!(key, setting.key, "{who}");
                            assert!(!error.to_string().contains(SECRET), "{who}: {error}");
                        }
                        other => panic!("{who}: {} = {wrong}: {other:?}", setting.key),
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn wrong_credentials_are_told_in_words_and_send_nothing() {
    for kind in kinds() {
        let Some(behaviour) = kind.unknown_app.clone() else { continue };
        let who = kind.name();
        let server = Server::refusing_tokens(behaviour).await;
        let account = kind.open(&server.base);
        let findings = account.check().await;
        assert!(findings.iter().any(|finding| finding.severity == Severity::Problem), "{who}: {findings:?}");
        for finding in &findings {
            translated(&who, finding.key);
            if finding.severity != Severity::Good {
                translated(&who, &format!("{}_advice", finding.key));
            }
            assert!(!finding.detail.contains(SECRET), "{who}: {finding:?}");
        }
        let error = account.send(&to_group()).await.unwrap_err();
        kind.check_error(&error);
        assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::Never), "{who}: {error:?}");
        assert_eq!(error.reason_key, "delivery.reason.credentials", "{who}");
        assert_eq!(server.messages(), 0, "{who}: nothing was posted");
    }
}

#[tokio::test]
async fn a_message_is_surely_not_sent_when_nobody_listens_or_the_platform_says_no() {
    for kind in kinds() {
        let who = kind.name();
        let nobody = {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            format!("http://{}", listener.local_addr().unwrap())
        };
        let error = kind.tell(&kind.open(&nobody)).await.unwrap_err();
        kind.check_error(&error);
        assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::Transient), "{who}: {error:?}");
        assert_eq!(error.reason_key, "delivery.reason.unreachable", "{who}");

        let (behaviour, rest) = kind.limited.clone();
        let error = kind.send(behaviour).await.unwrap_err();
        assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::After(rest)), "{who}: {error:?}");
        assert_eq!(error.reason_key, "delivery.reason.throttled", "{who}");

        let error = kind.send(kind.refused.clone()).await.unwrap_err();
        assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::Never), "{who}: {error:?}");
        assert!(!error.detail.is_empty(), "{who}: the platform's words are kept for the engineer");
    }
}

#[tokio::test]
async fn the_outcome_is_unknown_when_the_answer_is_lost_or_makes_no_sense() {
    let page = |status| Behaviour::Answer(status, "content-type: text/html\r\n", "<html>Bad Gateway</html>".to_owned());
    let half = Behaviour::Answer(200, "", "{\"code\":0,\"errcode\":".to_owned());
    for kind in kinds() {
        for behaviour in [Behaviour::HangUp, Behaviour::HalfAnAnswer, page(500), page(502), page(504), half.clone()] {
            let error = kind.send(behaviour.clone()).await.unwrap_err();
            let found = (error.certainty, error.retry);
            assert_eq!(found, (Certainty::Unknown, Retry::Transient), "{}: {behaviour:?}: {error:?}", kind.name());
        }
    }
}

#[tokio::test]
async fn the_outcome_is_unknown_when_no_answer_comes_in_time() {
    let kinds = kinds();
    let sending = kinds.iter().map(|kind| async { (kind.name(), kind.send(Behaviour::Silence).await) });
    for (who, outcome) in join_all(sending).await {
        let error = outcome.unwrap_err();
        assert_eq!((error.certainty, error.retry), (Certainty::Unknown, Retry::Transient), "{who}: {error:?}");
        assert_eq!(error.reason_key, "delivery.reason.answer_lost", "{who}");
    }
}

#[test]
fn every_lane_has_its_limits() {
    for kind in kinds() {
        let account = kind.open("http://127.0.0.1:1");
        for message in [to_group(), to_person()].into_iter().filter(|_| account.sends()) {
            let lanes = account.lanes(&message);
            for lane in [Some(lanes.sender), lanes.target].into_iter().flatten() {
                assert!(!lane.key.is_empty() && !lane.key.contains(SECRET), "{}: {lane:?}", kind.name());
                assert!(!lane.limits.is_empty(), "{}: {lane:?} is without limit", kind.name());
                let sensible = |limit: &huan_connect::Limit| limit.count > 0 && !limit.per.is_zero();
                assert!(lane.limits.iter().all(sensible), "{}: {lane:?}", kind.name());
            }
        }
    }
}

/// Any JSON.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,9}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Puts `value` in the place of the `number`th part of `whole`.
fn replaced(whole: &mut Value, number: &mut usize, value: &Value) {
    if *number == 0 {
        *whole = value.clone();
    }
    *number = number.wrapping_sub(1);
    match whole {
        Value::Array(parts) => parts.iter_mut().for_each(|part| replaced(part, number, value)),
        Value::Object(parts) => parts.values_mut().for_each(|part| replaced(part, number, value)),
        _ => {}
    }
}

#[test]
fn whatever_is_stored_is_understood_or_refused_and_always_the_same() {
    let payloads = callbacks::payloads();
    let mut runner = TestRunner::new(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() });
    let accounts: Vec<Arc<dyn Account>> = kinds().iter().map(|kind| kind.open("http://127.0.0.1:1")).collect();
    let genuine = prop::sample::select(payloads);
    runner
        .run(&(any_json(), genuine, 0_usize..60, ".{0,40}"), |(value, mut payload, mut place, text)| {
            replaced(&mut payload, &mut place, &value);
            for account in &accounts {
                for text in [value.to_string(), payload.to_string(), text.clone()] {
                    let (once, again) = (account.understand(&text), account.understand(&text));
                    prop_assert_eq!(format!("{:?}", once), format!("{:?}", again));
                }
            }
            Ok(())
        })
        .unwrap();
}
