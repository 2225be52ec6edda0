//! The direction in which the crates may use each other, as `docs/ARCHITECTURE.md` tells it.

use std::{collections::BTreeSet, process::Command};

/// Each crate with what it may use of ours, tests aside.
const MAY_USE: &[(&str, &[&str])] = &[
    ("huan-core", &[]),
    ("huan-connect", &["huan-core"]),
    ("huan-connectors", &["huan-connect", "huan-core"]),
    ("huan-store", &["huan-core"]),
    ("huan-app", &["huan-connect", "huan-core", "huan-store"]),
    ("huan-files", &["huan-core"]),
    ("huan-web", &["huan-app", "huan-connect", "huan-core", "huan-files", "huan-store"]),
    ("huan-sim", &[]),
    (
        "huan",
        &[
            "huan-app",
            "huan-connect",
            "huan-connectors",
            "huan-core",
            "huan-files",
            "huan-sim",
            "huan-store",
            "huan-web",
        ],
    ),
    (
        "huan-bench",
        &["huan", "huan-app", "huan-connect", "huan-connectors", "huan-core", "huan-sim", "huan-store", "huan-web"],
    ),
    ("xtask", &[]),
];

#[test]
fn crates_use_each_other_in_one_direction_only() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .output()
        .expect("cargo metadata runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let Some((_, allowed)) = MAY_USE.iter().find(|(of, _)| *of == name) else {
            panic!("{name} is not in the list of crates: say what it may use");
        };
        let used: BTreeSet<&str> = package["dependencies"]
            .as_array()
            .expect("dependencies")
            .iter()
            .filter(|dependency| dependency["kind"].is_null() && !dependency["path"].is_null())
            .filter_map(|dependency| dependency["name"].as_str())
            .collect();
        for used in used {
            assert!(allowed.contains(&used), "{name} may not use {used}");
        }
    }
}
