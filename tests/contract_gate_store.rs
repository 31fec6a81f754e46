//! Stores of evidence as a stranger meets them: a folder, a branch of a remote, many writers, an edited record.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/store.rs"]
mod store;
#[path = "support/release.rs"]
mod support;

use matchmark::evidence::archive;
use matchmark::model::Build;
use serde_json::Value;
use store::{Place, git, kept, said};
use support::{OLD, World, build};

fn can_release(place: &Place, store: &str) -> (Value, i32) {
    let output = place.run(
        "can-release",
        &[
            "--subject",
            "payer-exchange@1.4.0",
            "--environment",
            "production",
            "--store",
            store,
            "--format",
            "json",
        ],
    );
    let answer = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (answer, output.status.code().unwrap())
}

fn deploy<'a>(instance: &'a str, store: &'a str) -> [&'a str; 8] {
    [
        "--subject",
        "northwind@3.0.0",
        "--environment",
        "production",
        "--instance",
        instance,
        "--store",
        store,
    ]
}

#[test]
fn a_tampered_record_or_event_is_an_error_whatever_else_is_proven() {
    let world = World::proven(&["northwind"]);
    let files = world.files();
    let sound = Place::new();
    let store = sound.folder(&files);
    assert_ne!(can_release(&sound, &store).1, 2);
    for path in files.keys() {
        for edit in ["northwind", "removed"] {
            let mut files = files.clone();
            if edit == "removed" {
                files.remove(path);
            } else {
                let text = String::from_utf8(files[path].clone()).unwrap();
                let edited = text.replacen("2026", "2025", 1);
                assert_ne!(edited, text);
                files.insert(path.clone(), edited.into_bytes());
            }
            let is_state = path.starts_with("deployments/");
            let is_last = edit == "removed" && is_last_event(&world, path);
            let place = Place::new();
            let (answer, code) = can_release(&place, &place.folder(&files));
            if is_state || is_last {
                // What is live is no record; that it says something else than the events is told.
                assert_ne!(code, 0, "{path} {edit}");
                continue;
            }
            assert_eq!(
                (code, &answer["verdict"]),
                (2, &Value::from("error")),
                "{path} {edit}"
            );
            let rule = answer["faults"][0]["rule"].as_str().unwrap();
            assert!(
                ["contract/record-tampered", "contract/event-chain-broken"].contains(&rule),
                "{rule}"
            );
        }
    }
}

fn is_last_event(world: &World, path: &str) -> bool {
    let (archive, _) = archive(&world.files());
    archive.events.last().unwrap().path == path
}

#[test]
fn a_tampered_store_takes_nothing_more() {
    let place = Place::new();
    let mut files = World::proven(&["northwind"]).files();
    let path = files
        .keys()
        .find(|path| path.starts_with("evidence/"))
        .unwrap()
        .clone();
    files.insert(path, b"{}".to_vec());
    let store = place.folder(&files);
    let output = place.run("record-deployment", &deploy("main", &store));
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output.stderr).contains("cannot be trusted"),
        "{output:?}"
    );
}

#[test]
fn twenty_at_once_lose_nothing_on_one_branch() {
    let place = Place::new();
    let world = World {
        deployments: Vec::new(),
        ..World::proven(&["northwind"])
    };
    let remote = place.remote(&world.files());
    let store = format!("git:{}", remote.display());
    all_at_once(&place, &store, 20);
    let (archive, faults) = archive(&kept(&remote));
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(archive.deployments.len(), 20);
    // The run that was there, and one event each.
    assert_eq!((archive.evidence.len(), archive.events.len()), (1, 21));
    let commits = git(&remote, &["rev-list", "--count", "contract-evidence"]);
    assert_eq!(commits.trim(), "21");
}

#[test]
fn whoever_comes_second_builds_on_the_first_where_nobody_gives_turns() {
    let place = Place::new();
    let world = World {
        deployments: Vec::new(),
        ..World::proven(&["northwind"])
    };
    let remote = place.remote(&world.files());
    // A URL is no folder: no lock, only refused pushes.
    all_at_once(&place, &format!("git:file://{}", remote.display()), 3);
    let (archive, faults) = archive(&kept(&remote));
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(archive.deployments.len(), 3);
}

#[test]
fn twenty_at_once_lose_nothing_in_one_folder() {
    let place = Place::new();
    let world = World {
        deployments: Vec::new(),
        ..World::proven(&["northwind"])
    };
    let store = place.folder(&world.files());
    all_at_once(&place, &store, 20);
    let output = place.run("owed", &["--store", &store, "--format", "json"]);
    let owed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(owed["faults"], Value::Array(Vec::new()));
    let below = place.beside("store/deployments/production/northwind");
    assert_eq!(std::fs::read_dir(below).unwrap().count(), 20);
}

fn all_at_once(place: &Place, store: &str, many: usize) {
    let names: Vec<String> = (0..many).map(|number| format!("i{number}")).collect();
    let running: Vec<_> = names
        .iter()
        .map(|name| {
            let mut command = place.command("record-deployment", &deploy(name, store));
            command.stderr(std::process::Stdio::piped());
            command.stdout(std::process::Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let left = place.root().join(".matchmark/scratch");
    let left = std::fs::read_dir(left).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[test]
fn keeping_evidence_touches_no_working_tree() {
    let place = Place::new();
    let world = World {
        deployments: Vec::new(),
        ..World::proven(&["northwind"])
    };
    let remote = place.remote(&world.files());
    let root = place.root();
    std::fs::write(root.join(".gitignore"), ".matchmark\n").unwrap();
    git(&root, &["init", "--quiet", "--initial-branch=main"]);
    git(&root, &["add", "--all"]);
    git(&root, &["commit", "--quiet", "--message=Begin"]);
    git(
        &root,
        &["remote", "add", "governance", &remote.display().to_string()],
    );
    std::fs::write(root.join("half-done.txt"), "mine").unwrap();
    let look = || {
        let status = git(&root, &["status", "--porcelain=v2", "--branch"]);
        let refs = git(&root, &["for-each-ref"]);
        let objects = git(&root, &["count-objects", "-v"]);
        let index = std::fs::read(root.join(".git/index")).unwrap();
        (status, refs, objects, index)
    };
    let before = look();
    // The remote by its name, from inside a hook that points elsewhere.
    let mut command = place.command("record-deployment", &deploy("main", "git:governance"));
    command
        .env("GIT_DIR", root.join(".git"))
        .env("GIT_INDEX_FILE", root.join(".git/index"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(look(), before);
    let (archive, faults) = archive(&kept(&remote));
    assert_eq!((archive.deployments.len(), faults.len()), (1, 0));
    let author = git(
        &remote,
        &["log", "-1", "--format=%an %ae %cn", "contract-evidence"],
    );
    assert_eq!(
        author.trim(),
        "matchmark matchmark@payer-exchange.example matchmark"
    );
}

#[test]
fn a_remote_without_the_branch_is_empty_and_one_that_is_gone_is_an_error() {
    let place = Place::new();
    git(place.0.path(), &["init", "--quiet", "--bare", "empty.git"]);
    let store = format!("git:{}", place.beside("empty.git").display());
    let output = place.run("owed", &["--store", &store]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let output = place.run("owed", &["--store", "git:nowhere"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn a_version_that_no_record_names_is_not_written_down() {
    let place = Place::new();
    let world = World {
        deployments: Vec::new(),
        ..World::proven(&["northwind"])
    };
    let store = place.folder(&world.files());
    let mut asked = deploy("main", &store);
    asked[1] = "northwind@9.9.9";
    let output = place.run("record-deployment", &asked);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output.stderr).contains("no record speaks of northwind 9.9.9"),
        "{output:?}"
    );
    assert!(!place.beside("store/deployments").exists());
}

#[test]
fn an_instance_is_retired_in_the_version_that_runs() {
    let place = Place::new();
    let mut world = World::proven(&["northwind"]);
    let mut other = support::evidence("northwind");
    other.consumer.version = Build::numbered("3.1.0");
    other.provider.version = build("1.3.0", OLD);
    world.evidence.push(other);
    let store = place.folder(&world.files());
    let retire = |asked: &str| {
        let mut flags = deploy("main", &store).to_vec();
        flags[1] = asked;
        flags.push("--retire");
        let output = place.run("record-deployment", &flags);
        (output.status.code().unwrap(), said(&output.stderr))
    };
    let (code, why) = retire("northwind@3.1.0");
    assert_eq!(code, 2);
    assert!(
        why.contains("main of northwind runs 3.0.0 in production, not 3.1.0"),
        "{why}"
    );
    assert_eq!(retire("northwind@3.0.0").0, 0);
    assert_eq!(retire("northwind@3.0.0").0, 2);
    assert_eq!(can_release(&place, &store).1, 4);
}

#[test]
fn names_that_would_lead_elsewhere_are_refused() {
    let place = Place::new();
    for (flag, value) in [
        ("--environment", "../x"),
        ("--instance", "a/b"),
        ("--store", "ftp:x"),
        ("--subject", "northwind"),
    ] {
        let mut flags = deploy("main", "dir:store").to_vec();
        let at = flags.iter().position(|it| *it == flag).unwrap();
        flags[at + 1] = value;
        let output = place.run("record-deployment", &flags);
        assert_eq!(output.status.code(), Some(2), "{flag}");
        assert!(said(&output.stderr).contains(flag), "{output:?}");
    }
}

#[test]
fn only_a_whole_run_of_a_known_version_is_kept() {
    let place = Place::new();
    for (flags, why) in [
        (
            &["--record", "--only", "mm-found"][..],
            "a part of the contracts proves no version",
        ),
        (
            &["--record", "--provider-url", "http://127.0.0.1:9"][..],
            "name it with --subject payer-exchange@VERSION",
        ),
    ] {
        let output = place.run("verify", flags);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output.stderr).contains(why), "{output:?}");
    }
}
