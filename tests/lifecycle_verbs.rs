//! The life of a version as people lead it: verbs that move it, what they ask for, and what the gate says of the rest.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/folder.rs"]
mod folder;
#[path = "lifecycle_verbs/life.rs"]
mod life;
#[path = "support/gate.rs"]
mod support;

use life::{AS_OF, Life, approve, steps};
use matchmark::catalogue::AcknowledgementFile;
use matchmark::lifecycle::{notice_digest, sunset_digest};
use matchmark::load;
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
    let end = ["--replaced-by", "1.1.0", "--migration", "docs/a.md"];
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
    let end = ["--replaced-by", "1.0.0", "--migration", "docs/a.md"];
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
fn lifecycle(repository: &Repository, flags: &[&str]) -> Vec<Value> {
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

fn assert_told(repository: &Repository, rule: &str, kind: &str) {
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
    assert_eq!(life.rules(), ["lifecycle/release-unapproved requested-by"]);
    let own = entry.replace("integration-bot", "board-compliance");
    life.write("schemas/a/entry.toml", &own);
    assert_eq!(life.rules(), ["lifecycle/release-unapproved compliance"]);
    life.write("schemas/a/entry.toml", &entry);
    life.remove("policies/approvals/a@2.0.0/platform.toml");
    assert_eq!(life.rules(), ["lifecycle/release-unapproved platform"]);
}

#[test]
fn row_s0_18_a_version_stays_for_as_long_as_partners_were_told() {
    let repository = Repository::shipped();
    let whole = repository.read(COVERAGE);
    let (head, rest) = whole.split_once("[[version]]\n").unwrap();
    let (_, tail) = rest.split_once("[[version]]\n").unwrap();
    repository.write(COVERAGE, format!("{head}[[version]]\n{tail}"));
    let repository = repository.remove("schemas/hrex-coverage/1.0.0");
    assert_told(&repository, "lifecycle/window-open", "vanished");
    repository.write(COVERAGE, &whole);
    for key in ["deprecated", "replaced-by", "migration"] {
        let repository = Repository::shipped();
        let is_key = |line: &&str| line.starts_with(&format!("{key} = "));
        let line = whole.lines().find(is_key).unwrap();
        repository.write(COVERAGE, whole.replacen(&format!("{line}\n"), "", 1));
        let (report, code) = repository.check(&["--base", "HEAD", "--only", "policy,lifecycle"]);
        assert_eq!(code, 1, "{key}");
        let mut found = findings(&report).iter();
        let is_told = |it: &&Value| {
            let rule = it["rule"].as_str().unwrap();
            rule.ends_with("/deprecation-incomplete") && it["severity"] == "error"
        };
        assert!(found.any(|it| is_told(&it)), "{key}: {report:#}");
    }
}

#[test]
fn row_s0_21_promotion_asks_for_a_fresh_run_that_passed() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    life.go(&["bump", "a"]);
    let promote = ["promote", "a@next", "--to", "candidate"];
    let refused = |life: &Life, why: &str| {
        let before = life.files();
        let (code, said) = life.run(&promote);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(why), "{said}");
        assert_eq!(life.files(), before);
    };
    refused(&life, "no run of the gate is kept for it");
    life.keep(Stage::Staging, Verdict::NoGo, AS_OF);
    refused(&life, "the run came to `no-go`");
    life.keep(Stage::Staging, Verdict::Go, "2026-11-13T23:59:59Z");
    refused(&life, "hours old");
    life.keep(Stage::Staging, Verdict::Go, AS_OF);
    let schema = life.read("schemas/a/next/schema.json");
    life.write("schemas/a/next/schema.json", &format!("{schema} "));
    refused(&life, "the run judged other files");
    life.write("schemas/a/next/schema.json", &schema);
    life.go(&promote);
    // The run was for a draft and not strict enough for a release.
    let release = ["promote", "a@1.1.0", "--to", "released"];
    assert_eq!(life.run(&release).0, 1);
    life.keep(Stage::ReleaseCandidate, Verdict::Go, "2026-11-19T23:59:59Z");
    let (code, said) = life.run(&release);
    assert_eq!((code, said.contains("hours old")), (1, true), "{said}");
    life.keep(Stage::ReleaseCandidate, Verdict::Go, AS_OF);
    let said = life.go(&release);
    assert!(said.contains("proved by the run sha256:"), "{said}");
    assert!(life.has("schemas/a/1.1.0/schema.json"));
}

#[test]
fn row_s0_21_runs_that_were_tampered_with_let_nothing_through() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    let path = life.keep(Stage::Staging, Verdict::NoGo, AS_OF);
    let record = life.read(&path);
    life.write(&path, &record.replace("\"no-go\"", "\"go\""));
    let (code, said) = life.run(&["promote", "a@next", "--to", "candidate"]);
    assert_eq!(code, 2, "{said}");
}

#[test]
fn row_s0_50_the_policy_must_say_how_long_how_and_with_what_help() {
    let repository = Repository::shipped();
    let path = "policies/windows.toml";
    let whole = repository.read(path);
    for (from, to, key) in [
        ("[days.high]", "[notice]", "days.high.low"),
        ("[notice]", "[migration]", "notice"),
        ("[migration]", "", "migration"),
    ] {
        let (head, rest) = whole.split_once(from).unwrap();
        let tail = rest.split_once(to).filter(|_| !to.is_empty());
        let tail = tail.map_or(String::new(), |(_, tail)| format!("{to}{tail}"));
        repository.write(path, format!("{head}{tail}"));
        let found = lifecycle(&repository, &[]);
        let is_told =
            |it: &Value| it["rule"] == "lifecycle/windows-incomplete" && it["kind"] == key;
        assert!(found.iter().any(is_told), "{key}: {found:#?}");
    }
    let repository = repository.remove(path);
    assert_told(&repository, "lifecycle/windows-incomplete", "days");
}

const END: [&str; 6] = [
    "deprecate",
    "hrex-coverage@2.0.0",
    "--replaced-by",
    "2.0.1",
    "--migration",
    "docs/migrations/hrex-coverage-2.md",
];

#[test]
fn row_s0_50_a_deprecation_writes_a_notice_to_every_affected_partner() {
    let repository = Repository::shipped();
    let output = repository.run(&[&END[..], &["--as-of", AS_OF]].concat());
    let said = support::text(&output.stdout) + &support::text(&output.stderr);
    assert!(output.status.success(), "{said}");
    for partner in ["contoso", "fabrikam"] {
        let path = format!(".matchmark/notices/{partner}/hrex-coverage@2.0.0-ends.md");
        assert!(said.contains(&format!("Written  {path}")), "{said}");
        let letter = repository.read(&path);
        for part in [
            "ends on 2027-08-18",
            "hrex-coverage@2.0.1",
            "docs/migrations/hrex-coverage-2.md",
            "integration@",
            "answer within 30 days",
        ] {
            assert!(letter.contains(part), "{part}: {letter}");
        }
    }
    let other = ".matchmark/notices/northwind/hrex-coverage@2.0.0-ends.md";
    assert!(
        !repository.path().join(other).exists(),
        "northwind never used it"
    );
    let found = lifecycle(&repository, &[]);
    let heavy = found.iter().filter(|it| it["severity"] != "info");
    assert_eq!(heavy.count(), 0, "{found:#?}");
}

fn of<'a>(found: &'a [Value], subject: &str) -> &'a Value {
    let mut own = found.iter().filter(|it| it["subject"] == subject);
    own.next()
        .unwrap_or_else(|| panic!("{subject}: {found:#?}"))
}

fn note<'a>(finding: &'a Value, label: &str) -> &'a str {
    let notes = finding["notes"].as_array().unwrap();
    let note = notes.iter().find(|note| note["label"] == label);
    note.unwrap_or_else(|| panic!("{label}: {finding:#}"))["text"]
        .as_str()
        .unwrap()
}

#[test]
fn row_s0_50_use_is_told_in_the_window_warned_at_its_end_and_refused_after() {
    let repository = Repository::shipped();
    let subject = "hrex-coverage@1.0.0";
    for (day, rule, severity) in [
        ("2026-11-21", "lifecycle/version-ending", "info"),
        ("2027-06-02", "lifecycle/sunset-near", "warning"),
        ("2027-06-15", "lifecycle/sunset-near", "warning"),
        ("2027-06-16", "lifecycle/sunset-near", "error"),
        ("2027-06-30", "lifecycle/sunset-near", "error"),
        ("2027-07-01", "lifecycle/sunset-passed", "error"),
    ] {
        let found = lifecycle(&repository, &["--as-of", day]);
        let finding = of(&found, subject);
        assert_eq!(
            (&finding["rule"], &finding["severity"]),
            (&rule.into(), &severity.into()),
            "{day}"
        );
        assert_eq!(finding["hurts"][0]["who"], "northwind", "{finding:#}");
    }
    let found = lifecycle(&repository, &["--as-of", "2027-06-02"]);
    let finding = of(&found, subject);
    assert!(
        finding["message"].as_str().unwrap().contains("in 28 days"),
        "{finding:#}"
    );
    assert_eq!(note(finding, "instead"), "hrex-coverage@2.0.1");
    assert_eq!(
        note(finding, "notice"),
        "given 2026-09-01, 302 days before; policy asks 300"
    );
    assert_eq!(note(finding, "acknowledged"), "northwind NO");
    assert_eq!(note(finding, "then"), "from 2027-06-16 this is an error");
    let why = finding["hurts"][0]["why"].as_str().unwrap();
    assert!(why.contains("partners/northwind.toml:"), "{why}");
    assert!(why.contains("recorded in 7 days"), "{why}");
}

#[test]
fn an_answer_counts_for_the_notice_that_it_quotes_and_no_other() {
    let repository = Repository::shipped();
    let workspace = load::folder(&repository.path(), None).unwrap().0;
    let id = "hrex-coverage@1.0.0".parse().unwrap();
    let version = workspace.catalogue.version(&id).unwrap();
    let path = AcknowledgementFile::path("northwind", &id);
    let file = |notice: &str| {
        format!(
            "partner = \"northwind\"\nversion = \"{id}\"\nnotice = \"{notice}\"\ndate = \"2026-09-20\"\n\
             by = \"integration-desk\"\n"
        )
    };
    let said = || {
        let found = lifecycle(&repository, &["--as-of", "2027-06-02"]);
        note(of(&found, "hrex-coverage@1.0.0"), "acknowledged").to_owned()
    };
    repository.write(&path, file(&notice_digest(version, "northwind")));
    assert_eq!(said(), "northwind yes");
    repository.write(&path, file(&notice_digest(version, "contoso")));
    assert_eq!(said(), "northwind NO");
    repository.write(&path, "partner = 1\n");
    let found = lifecycle(&repository, &[]);
    assert!(
        found
            .iter()
            .any(|it| it["rule"] == "lifecycle/acknowledgement-unreadable")
    );
}

#[test]
fn row_s0_51_each_partner_has_its_own_end_and_a_shorter_date_is_refused() {
    let repository = Repository::shipped();
    let run = |flags: &[&str]| -> (i32, Value) {
        let output =
            repository.run(&[&END[..], &["--as-of", AS_OF, "--format", "json"], flags].concat());
        (
            output.status.code().unwrap(),
            serde_json::from_slice(&output.stdout).unwrap(),
        )
    };
    let (code, said) = run(&["--dry-run"]);
    assert_eq!(code, 0, "{said:#}");
    let ends: Vec<String> = said["windows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            format!(
                "{} {} {} {} {}",
                it["partner"], it["maturity"], it["criticality"], it["days"], it["not_before"]
            )
            .replace('"', "")
        })
        .collect();
    assert_eq!(
        ends,
        [
            "contoso medium high 270 2027-08-18",
            "fabrikam high medium 120 2027-03-21"
        ]
    );
    assert_eq!(said["end"]["sunset"], "2027-08-18");
    let before = repository.read(COVERAGE);
    for sunset in ["2027-08-17", "2027-03-01"] {
        let (code, said) = run(&["--sunset", sunset]);
        assert_eq!(code, 1, "{said:#}");
        let refused = said["refused"].to_string();
        assert!(
            refused.contains("contoso must be warned 270 days"),
            "{refused}"
        );
        assert_eq!(
            refused.contains("fabrikam must be warned 120 days"),
            sunset == "2027-03-01"
        );
    }
    assert_eq!(repository.read(COVERAGE), before);
    // A later day is always allowed, by hand and by the verb; the gate holds a hand-written one against the policy.
    assert_eq!(run(&["--sunset", "2027-12-31"]).0, 0);
    let written = repository.read(COVERAGE);
    repository.write(COVERAGE, written.replacen("2027-12-31", "2027-08-17", 1));
    assert_told(&repository, "lifecycle/window-short", "short");
    repository.write(COVERAGE, written.replacen("2027-12-31", "2027-08-18", 1));
    let found = lifecycle(&repository, &[]);
    assert!(
        found.iter().all(|it| it["severity"] == "info"),
        "{found:#?}"
    );
}

#[test]
fn only_the_board_moves_an_end_to_an_earlier_day() {
    let repository = Repository::shipped();
    let whole = repository.read(COVERAGE);
    repository.write(COVERAGE, whole.replacen("2027-06-30", "2027-03-31", 1));
    let told = || -> Vec<String> {
        let found = lifecycle(&repository, &[]);
        let heavy = found.iter().filter(|it| it["severity"] != "info");
        heavy
            .map(|it| it["rule"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        told(),
        ["lifecycle/sunset-earlier", "lifecycle/window-short"]
    );
    let workspace = load::folder(&repository.path(), None).unwrap().0;
    let id = "hrex-coverage@1.0.0".parse().unwrap();
    let digest = sunset_digest(workspace.catalogue.version(&id).unwrap());
    for role in ["platform", "integration"] {
        let subject = format!("sunset:{id}");
        let text = life::decision(&subject, &digest, role, &format!("board-{role}"));
        repository.write(&format!("policies/approvals/sunset-{id}/{role}.toml"), text);
    }
    assert_eq!(told(), Vec::<String>::new());
    // What was approved is that day and no other.
    repository.write(COVERAGE, whole.replacen("2027-06-30", "2027-03-30", 1));
    assert_eq!(
        told(),
        ["lifecycle/sunset-earlier", "lifecycle/window-short"]
    );
}

#[test]
fn what_partners_need_is_asked_for_before_anything_is_written() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    let before = life.files();
    for (flags, why) in [
        (&["--migration", "docs/a.md"][..], "--replaced-by VERSION"),
        (
            &["--replaced-by", "1.0.0", "--migration", "docs/a.md"],
            "cannot replace itself",
        ),
        (
            &["--replaced-by", "1.1.0", "--migration", "docs/a.md"],
            "there is no `a@1.1.0`",
        ),
        (&["--replaced-by", "b@1.0.0"], "--migration FILE"),
        (
            &["--replaced-by", "b@1.0.0", "--migration", "docs/none.md"],
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
                "docs/a.md",
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
    let end = ["--replaced-by", "b@1.0.0", "--migration", "docs/a.md"];
    let (code, said) = life.run(&[&["deprecate", "a@1.0.0", "--dry-run"][..], &end].concat());
    assert_eq!((code, life.files()), (0, before), "{said}");
    assert!(said.contains("Would write  schemas/a/entry.toml"), "{said}");
}

#[test]
fn a_chain_of_moves_that_is_broken_takes_no_further_one() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    let end = ["--replaced-by", "b@1.0.0", "--migration", "docs/a.md"];
    life.go(&[&["deprecate", "a@1.0.0"][..], &end].concat());
    let path = life.moves().pop().unwrap();
    let text = life.read(&path);
    life.write(&path, &text.replace("deprecate", "release"));
    let before = life.files();
    let (code, said) = life.run(&["deprecate", "a@1.0.0", "--sunset", "2028-01-01"]);
    assert_eq!((code, life.files()), (2, before), "{said}");
    assert!(said.contains("cannot be trusted"), "{said}");
}
