//! How versions end in the shipped data: windows, notices, answers, and what the gate says of early ends.

use crate::life::{self, AS_OF};
use crate::support::{self, Repository, findings};
use crate::{COVERAGE, assert_told, lifecycle};
use matchmark::catalogue::AcknowledgementFile;
use matchmark::lifecycle::{notice_digest, sunset_digest};
use matchmark::load;
use serde_json::Value;

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
        let path = format!(".matchmark/notices/{partner}/{}-ends.md", END[1]);
        assert!(said.contains(&format!("Written  {path}")), "{said}");
        let letter = repository.read(&path);
        for part in [
            "ends on 2027-08-18",
            "hrex-coverage@2.0.1",
            "asks for versions 2.x",
            "attached: `hrex-coverage-2.md`",
            "Required, from the HRex list.",
            &format!("To: `integration@{partner}.example`"),
            "answer within 30 days",
        ] {
            assert!(letter.contains(part), "{part}: {letter}");
        }
        // Where we keep it is nothing to a partner, and an address is copied as it stands.
        let letter = letter.replace(END[1], "");
        for part in ["docs/", "policies/", ".matchmark/", "&#", "\u{200b}", "^2"] {
            assert!(!letter.contains(part), "{part}: {letter}");
        }
    }
    let other = format!(".matchmark/notices/northwind/{}-ends.md", END[1]);
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
fn an_early_end_goes_through_by_the_commands_that_its_refusal_names() {
    let repository = Repository::shipped();
    let early = [&END[..], &["--sunset", "2027-02-01"]].concat();
    let at = |day: &str, arguments: &[&str]| {
        let output = repository.run(&[arguments, &["--as-of", day]].concat());
        let said = support::text(&output.stdout) + &support::text(&output.stderr);
        (output.status.code().unwrap(), said)
    };
    let (code, said) = at(AS_OF, &early);
    assert_eq!(code, 1, "{said}");
    let subject = "sunset:hrex-coverage@2.0.0";
    for role in ["platform", "integration"] {
        let account = format!("board-{role}");
        let command = format!("approve {subject} --sunset 2027-02-01 --role {role} --as ACCOUNT");
        assert!(said.contains(&format!("matchmark {command}")), "{said}");
        let command = command.replace("ACCOUNT", &account);
        let words: Vec<&str> = command.split(' ').collect();
        let (code, said) = at(AS_OF, &words);
        assert_eq!(code, 0, "{said}");
    }
    // Agreed is that day and no earlier one; on which day partners are told is not for the board.
    let sooner = [&END[..], &["--sunset", "2027-01-31"]].concat();
    assert_eq!(at(AS_OF, &sooner).0, 1);
    let (code, said) = at("2026-11-22", &early);
    assert_eq!(code, 0, "{said}");
    assert!(
        repository
            .read(COVERAGE)
            .contains("sunset = \"2027-02-01\"")
    );
    let found = lifecycle(&repository, &["--as-of", "2026-11-22"]);
    let early = ["lifecycle/sunset-earlier", "lifecycle/window-short"];
    let is_early = |it: &Value| early.contains(&it["rule"].as_str().unwrap());
    assert!(!found.iter().any(is_early), "{found:#?}");
}

#[test]
fn the_day_of_an_end_is_asked_for_where_none_stands_and_only_there() {
    let repository = Repository::shipped();
    for (subject, day, why) in [
        ("sunset:hrex-coverage@2.0.0", None, "--sunset DATE"),
        (
            "hrex-coverage@2.0.0",
            Some("2027-02-01"),
            "--sunset is the day of an end",
        ),
        (
            "sunset:hrex-coverage@9.0.0",
            Some("2027-02-01"),
            "there is no",
        ),
    ] {
        let mut words = vec![
            "approve",
            subject,
            "--role",
            "platform",
            "--as",
            "board-platform",
        ];
        words.extend(day.iter().flat_map(|day| ["--sunset", *day]));
        let output = repository.run(&words);
        let said = support::text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(why), "{said}");
    }
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
