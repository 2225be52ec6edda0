//! The real program from the outside: first start, a clean stop, and what its small commands say.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

fn huan(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huan"));
    command.current_dir(data).env_clear().env("HUAN_DATA", data).env("HUAN_LISTEN", "127.0.0.1:0").env("LANG", "en");
    command
}

fn directory(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("huan-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn run(data: &Path, arguments: &[&str]) -> (bool, String) {
    let output = huan(data).args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[test]
fn the_first_start_needs_nothing_and_a_stop_is_clean() {
    let data = directory("first");
    let mut child = huan(&data).arg("serve").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.next().unwrap().unwrap();
    assert!(ready.contains("http://127.0.0.1:"), "{ready}");
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("/setup?link="), "{first}");
    let stopped = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    assert!(child.wait().unwrap().success(), "SIGTERM is a clean end");

    let (well, text) = run(&data, &["doctor"]);
    assert!(well && text.contains("schema is up to date") && text.contains("WAL"), "{text}");
    let (well, text) = run(&data, &["migrate", "--check"]);
    assert!(well, "{text}");
    std::fs::remove_dir_all(data).unwrap();
}

#[test]
fn people_and_tokens_are_made_on_the_command_line() {
    let data = directory("people");
    let (well, text) =
        run(&data, &["user", "create", "--name", "王晓", "--mail", "wang@example.com", "--administrator"]);
    assert!(well && text.contains("/invite?link="), "{text}");
    let (well, text) = run(&data, &["user", "create", "--name", "王晓", "--mail", "Wang@example.com"]);
    assert!(!well && text.contains("taken"), "{text}");
    let (well, text) = run(&data, &["token", "create", "--mail", "wang@example.com", "--name", "reports"]);
    assert!(well && text.contains("huan_"), "{text}");
    let secret = text.lines().find(|line| line.starts_with("huan_")).unwrap();
    let (_, list) = run(&data, &["token", "list"]);
    assert!(list.contains("reports") && !list.contains(secret), "{list}");
    let id = list.split('\t').next().unwrap();
    assert!(run(&data, &["token", "revoke", id]).0);
    assert!(!run(&data, &["token", "revoke", id]).0, "it is called back already");
    std::fs::remove_dir_all(data).unwrap();
}

#[test]
fn a_mistake_in_the_configuration_is_told_and_holds_no_secret() {
    let data = directory("mistake");
    std::fs::write(data.join("huan.toml"), "databse = 'postgres://huan:hush@db/huan'\n").unwrap();
    let (well, text) = run(&data, &["doctor"]);
    assert!(!well && text.contains("line 1") && text.contains("databse") && !text.contains("hush"), "{text}");
    std::fs::remove_dir_all(data).unwrap();
}
