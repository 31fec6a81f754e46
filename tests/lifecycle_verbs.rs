//! The life of a version as people lead it: verbs that move it, what they ask for, and what the gate says of the rest.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "lifecycle_verbs/backwards.rs"]
mod backwards;
#[path = "lifecycle_verbs/ending.rs"]
mod ending;
#[path = "support/folder.rs"]
mod folder;
#[path = "lifecycle_verbs/life.rs"]
mod life;
#[path = "lifecycle_verbs/promotion.rs"]
mod promotion;
#[path = "support/gate.rs"]
mod support;

use life::{AS_OF, Life, approve, steps};
use matchmark::model::{Stage, Verdict};
use serde_json::Value;
use support::{Repository, findings};

const COVERAGE: &str = "schemas/hrex-coverage/entry.toml";

#[test]
fn row_s0_04_each_legal_move_leaves_a_record_behind_the_one_before() {
    let life = Life::with_draft("1.1.0", ", \"title\": \"A\", \"minProperties\": 0");
    life.go(&["bump", "a"]);
    life.keep(Stage::Staging, Verdict::Go, AS_OF);
    life.go(&["promote", "a@next", "--to", "candidate"]);
    life.go(&["promote", "a@next", "--to", "draft"]);
    life.go(&["promote", "a@next", "--to", "candidate"]);
    life.keep(Stage::ReleaseCandidate, Verdict::Go, AS_OF);
    life.go(&["promote", "a@1.1.0", "--to", "released"]);
    let end = [
        "--replaced-by",
        "1.1.0",
        "--migration",
        "docs/migrations/a.md",
    ];
    life.go(&[&["deprecate", "a@1.0.0"][..], &end].concat());
    life.go(&["deprecate", "a@1.0.0", "--sunset", "2027-09-30"]);
    let (code, _) = life.run_at("2027-10-01", &["deprecate", "a@1.0.0", "--retire"]);
    assert_eq!(code, 0);
    let kept = steps(&life);
    let wanted = [
        "propose",
        "withdraw",
        "propose",
        "release",
        "deprecate",
        "stay",
        "retire",
    ];
    assert_eq!(kept, wanted);
    let entry = life.read("schemas/a/entry.toml");
    assert!(
        entry.contains("status = \"retired\" # the first"),
        "{entry}"
    );
}

#[test]
fn row_s0_04_an_illegal_move_is_refused_and_nothing_is_written() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    let before = life.files();
    let end = [
        "--replaced-by",
        "1.0.0",
        "--migration",
        "docs/migrations/a.md",
    ];
    for (arguments, why) in [
        (vec!["deprecate", "a@1.0.0", "--retire"], "must be warned"),
        (
            vec!["promote", "a@1.0.0", "--to", "draft"],
            "may not change again",
        ),
        (
            vec!["promote", "a@1.0.0", "--to", "candidate"],
            "may not change again",
        ),
        (
            [&["deprecate", "a@next"][..], &end].concat(),
            "nobody was ever given it",
        ),
        (
            vec!["deprecate", "a@next", "--retire"],
            "nobody was ever given it",
        ),
    ] {
        let (code, said) = life.run(&arguments);
        assert_eq!(code, 1, "{arguments:?}: {said}");
        assert!(said.contains(why), "{arguments:?}: {said}");
    }
    let (code, said) = life.run(&["deprecate", "a@9.9.9", "--retire"]);
    assert_eq!(code, 2, "{said}");
    assert_eq!(life.files(), before);
}

#[test]
fn row_s0_04_the_gate_refuses_the_moves_that_no_verb_makes() {
    let repository = Repository::shipped();
    for (find, replace, rule, kind) in [
        (
            "status = \"deprecated\"\n",
            "status = \"released\"\n",
            "lifecycle/move-refused",
            "deprecated-released",
        ),
        (
            "status = \"deprecated\"\n",
            "status = \"retired\"\n",
            "lifecycle/window-open",
            "retired",
        ),
        (
            "sunset = \"2027-06-30\"",
            "sunset = \"2027-06-29\"",
            "lifecycle/sunset-earlier",
            "earlier",
        ),
    ] {
        let whole = repository.read(COVERAGE);
        repository.write(COVERAGE, whole.replacen(find, replace, 1));
        assert_told(&repository, rule, kind);
        repository.write(COVERAGE, whole);
    }
    let born = "[[version]]\nversion = \"9.0.0\"\nstatus = \"retired\"\n";
    let whole = repository.read(COVERAGE);
    repository.write(COVERAGE, format!("{whole}\n{born}"));
    assert_told(&repository, "lifecycle/move-refused", "new-retired");
}

/// The lifecycle check against the last commit.
pub fn lifecycle(repository: &Repository, flags: &[&str]) -> Vec<Value> {
    let mut arguments = vec![
        "check",
        "--only",
        "lifecycle",
        "--base",
        "HEAD",
        "--format",
        "json",
    ];
    if !flags.contains(&"--as-of") {
        arguments.extend(["--as-of", AS_OF]);
    }
    arguments.extend(flags);
    let output = repository.run(&arguments);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let own = findings(&report).iter();
    own.filter(|it| it["rule"].as_str().unwrap().starts_with("lifecycle/"))
        .cloned()
        .collect()
}

pub fn assert_told(repository: &Repository, rule: &str, kind: &str) {
    let found = lifecycle(repository, &[]);
    let told = found.iter().filter(|it| it["severity"] != "info");
    let told: Vec<(&str, &str)> = told
        .map(|it| (it["rule"].as_str().unwrap(), it["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(rule, kind)], "{found:#?}");
}

#[test]
fn row_s0_11_a_major_release_needs_every_role_and_not_its_author() {
    let roles = ["platform", "security", "compliance", "integration"];
    let release = ["release", "a", "--requested-by", "integration-bot"];
    let life = Life::with_draft("2.0.0", ", \"minProperties\": 1");
    life.go(&["bump", "a"]);
    let before = life.files();
    for missing in roles {
        let life = life.copy();
        for role in roles.into_iter().filter(|role| *role != missing) {
            approve(&life, "a@2.0.0", role, &format!("board-{role}"));
        }
        let approved = life.files();
        let (code, said) = life.run(&release);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains(&format!("{missing} has not decided")),
            "{said}"
        );
        // Its own word: there is one of every role then, and one of them is the author's.
        approve(&life, "a@2.0.0", missing, "integration-bot");
        let (code, said) = life.run(&release);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains(&format!("{missing} was approved by who asked")),
            "{said}"
        );
        assert_eq!(
            life.files().len(),
            approved.len() + 1,
            "nothing was written"
        );
        assert!(life.has("schemas/a/next/schema.json"));
    }
    assert_eq!(life.files(), before);
    let (code, said) = life.run(&["release", "a"]);
    assert_eq!(
        (code, said.contains("--requested-by ACCOUNT")),
        (1, true),
        "{said}"
    );
    for role in roles {
        approve(&life, "a@2.0.0", role, &format!("board-{role}"));
    }
    let said = life.go(&release);
    assert!(
        said.contains("approved  security (board-security, 2026-11-20)"),
        "{said}"
    );
    let entry = life.read("schemas/a/entry.toml");
    assert!(
        entry.contains("requested-by = \"integration-bot\""),
        "{entry}"
    );
    assert_eq!(steps(&life), ["release"]);
}

#[test]
fn what_the_gate_rejects_is_not_released() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    life.go(&["bump", "a"]);
    let example = "schemas/a/next/accepted/one.json";
    life.write(example, "[1]\n");
    let before = life.files();
    let (code, said) = life.run(&["release", "a"]);
    assert_eq!(code, 1, "{said}");
    for part in [
        "catalogue/example-rejected",
        example,
        "1.1.0 is not released",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(life.files(), before);
    life.write(example, "{}\n");
    let said = life.go(&["release", "a"]);
    assert!(
        said.contains("Written  schemas/a/1.1.0/accepted/"),
        "{said}"
    );
    assert!(life.has("schemas/a/1.1.0/accepted/one.json"));
}

#[test]
fn row_s0_11_the_gate_blocks_a_major_release_that_was_made_by_hand() {
    let roles = ["platform", "security", "compliance", "integration"];
    let life = Life::with_draft("2.0.0", ", \"minProperties\": 1");
    life.go(&["bump", "a"]);
    for role in roles {
        approve(&life, "a@2.0.0", role, &format!("board-{role}"));
    }
    life.commit();
    life.go(&["release", "a", "--requested-by", "integration-bot"]);
    assert_eq!(life.rules(), Vec::<String>::new());
    let entry = life.read("schemas/a/entry.toml");
    let without = entry.replace("requested-by = \"integration-bot\"\n", "");
    life.write("schemas/a/entry.toml", &without);
    assert_eq!(life.rules(), ["lifecycle/release-unapproved /requested-by"]);
    let own = entry.replace("integration-bot", "board-compliance");
    life.write("schemas/a/entry.toml", &own);
    assert_eq!(
        life.rules(),
        ["lifecycle/release-unapproved /approvals/compliance"]
    );
    life.write("schemas/a/entry.toml", &entry);
    life.remove("policies/approvals/a@2.0.0/platform.toml");
    assert_eq!(
        life.rules(),
        ["lifecycle/release-unapproved /approvals/platform"]
    );
}

#[test]
fn what_partners_need_is_asked_for_before_anything_is_written() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    let before = life.files();
    for (flags, why) in [
        (
            &["--migration", "docs/migrations/a.md"][..],
            "--replaced-by VERSION",
        ),
        (
            &[
                "--replaced-by",
                "1.0.0",
                "--migration",
                "docs/migrations/a.md",
            ],
            "cannot replace itself",
        ),
        (
            &[
                "--replaced-by",
                "1.1.0",
                "--migration",
                "docs/migrations/a.md",
            ],
            "there is no `a@1.1.0`",
        ),
        (&["--replaced-by", "b@1.0.0"], "--migration FILE"),
        (
            &[
                "--replaced-by",
                "b@1.0.0",
                "--migration",
                "docs/migrations/none.md",
            ],
            "no file of this repository",
        ),
        (
            &["--replaced-by", "b@1.0.0", "--migration", "../a.md"],
            "no file of this repository",
        ),
        (
            &[
                "--replaced-by",
                "b@1.0.0",
                "--migration",
                "docs/migrations/a.md",
                "--sunset",
                "2026-11-20",
            ],
            "has passed",
        ),
    ] {
        let (code, said) = life.run(&[&["deprecate", "a@1.0.0"][..], flags].concat());
        assert_eq!(code, 1, "{flags:?}: {said}");
        assert!(said.contains(why), "{flags:?}: {said}");
    }
    assert_eq!(life.files(), before);
    let end = [
        "--replaced-by",
        "b@1.0.0",
        "--migration",
        "docs/migrations/a.md",
    ];
    let (code, said) = life.run(&[&["deprecate", "a@1.0.0", "--dry-run"][..], &end].concat());
    assert_eq!((code, life.files()), (0, before), "{said}");
    assert!(said.contains("Would write  schemas/a/entry.toml"), "{said}");
}

#[test]
fn a_chain_of_moves_that_is_broken_takes_no_further_one() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    let end = [
        "--replaced-by",
        "b@1.0.0",
        "--migration",
        "docs/migrations/a.md",
    ];
    life.go(&[&["deprecate", "a@1.0.0"][..], &end].concat());
    let path = life.moves().pop().unwrap();
    let text = life.read(&path);
    life.write(&path, &text.replace("deprecate", "release"));
    let before = life.files();
    let (code, said) = life.run(&["deprecate", "a@1.0.0", "--sunset", "2028-01-01"]);
    assert_eq!((code, life.files()), (2, before), "{said}");
    assert!(said.contains("cannot be trusted"), "{said}");
}
