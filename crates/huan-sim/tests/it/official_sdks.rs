//! The simulators are judged by the platforms' own SDKs: each script below talks to a running simulator and asserts.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use huan_sim::{DingtalkSettings, FeishuOptions, Sim, SimOptions};

fn interpreter() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = std::env::var_os("HUAN_SDK_PYTHON").map_or_else(|| workspace.join(".venv/bin/python"), PathBuf::from);
    assert!(
        python.exists(),
        "The official SDKs judge the simulators, and {} does not exist.\n\
         Install them:  python3 -m venv .venv && .venv/bin/pip install -r crates/huan-sim/tests/sdk/requirements.txt\n\
         or point HUAN_SDK_PYTHON to an interpreter that has them.",
        python.display()
    );
    python
}

/// Runs one script of `tests/sdk` against a fresh simulator, with Python.
async fn run(script: &str, options: SimOptions) {
    run_with(interpreter(), script, options).await;
}

/// Node with the packages of `tests/sdk`.
fn node() -> PathBuf {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk/node_modules/tws-auth");
    assert!(
        packages.exists(),
        "Teambition's official Node client judges the simulator, and {} does not exist.\n\
         Install it:  npm ci --prefix crates/huan-sim/tests/sdk",
        packages.display()
    );
    PathBuf::from("node")
}

async fn run_with(program: PathBuf, script: &str, options: SimOptions) {
    let sim = Sim::start(options).await.unwrap();
    let connection = serde_json::to_string(&sim.connection()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk").join(script);
    let child = tokio::process::Command::new(program)
        .arg(&path)
        .env("SIM_CONNECTION", connection)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let output = tokio::time::timeout(Duration::from_secs(120), child.wait_with_output())
        .await
        .expect("the script hangs")
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.trim_end().ends_with("ok"), "{script} failed\n{out}\n{err}");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feishu_sdk_calls_the_rest_api() {
    run("feishu_rest.py", SimOptions::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feishu_sdk_keeps_pages_and_tables() {
    // Limits are counted on a clock that runs; this script is about everything else.
    let feishu = FeishuOptions { edits_per_document: 1000, drive_limits: false, ..FeishuOptions::default() };
    run("feishu_drive.py", SimOptions { feishu, ..SimOptions::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feishu_sdk_keeps_events_in_the_robots_calendar() {
    run("feishu_calendar.py", SimOptions::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dingtalk_generated_client_keeps_events_in_peoples_calendars() {
    // So many calls a second as the script makes to see the limit of a day.
    let dingtalk = DingtalkSettings { calls_per_second: 1000, ..DingtalkSettings::default() };
    run("dingtalk_calendar.py", SimOptions { dingtalk, ..SimOptions::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feishu_sdk_receives_events_and_presses_over_the_long_connection() {
    let feishu = FeishuOptions { split_frames_at: 1024, ..FeishuOptions::default() };
    run("feishu_long_connection.py", SimOptions { feishu, ..SimOptions::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feishu_sdk_verifies_and_decrypts_what_is_pushed_over_http() {
    run("feishu_callbacks.py", SimOptions::default()).await;
}

/// A platform that waits longer for answers than the real one, for machines that are busy.
fn patient() -> SimOptions {
    SimOptions { answer_limit: Some(Duration::from_secs(30)), ..SimOptions::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn dingtalk_generated_client_calls_the_rest_api() {
    run("dingtalk_openapi.py", SimOptions::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dingtalk_stream_client_hears_replies_and_answers_presses() {
    run("dingtalk_stream_client.py", patient()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dingtalk_pushes_over_http_are_decrypted_and_verified_by_others() {
    run("dingtalk_callbacks.py", patient()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dingtalk_generated_client_and_stream_client_reach_the_tasks_of_teambition() {
    run("dingtalk_projects.py", patient()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn teambition_node_client_signs_calls_and_reads_errors() {
    run_with(node(), "teambition_tws_auth.cjs", patient()).await;
}
