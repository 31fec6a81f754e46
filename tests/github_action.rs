//! The gate as a GitHub job runs it: the action's own scripts with the runner's variables and files, the real program,
//! the scenarios of the repository. Refuses to know GitHub beyond what its documentation promises.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

#[path = "github_action/formats.rs"]
mod formats;
#[path = "github_action/job.rs"]
mod job;
#[path = "github_action/publish.rs"]
mod publish;
#[path = "support/gate.rs"]
mod support;
#[path = "github_action/workflow.rs"]
mod workflow;

use job::Job;
use serde_json::Value;
use support::scenario::Scenario;
use support::{AS_OF, Repository, findings, root, text};

/// A scenario as two commits, the second of which is the change.
fn committed(name: &str) -> Repository {
    let repository = Repository::bare();
    std::fs::remove_dir_all(repository.path()).unwrap();
    let scenario = Scenario::read(root(), name).unwrap();
    scenario.write(&repository.path()).unwrap();
    repository
}

/// Rules and fingerprints of every finding, in order.
fn ids(report: &Value) -> Vec<(String, String)> {
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings(report)
        .iter()
        .map(|finding| (word(finding, "rule"), word(finding, "fingerprint")))
        .collect()
}

#[test]
fn row_s0_40_a_breaking_change_fails_the_step_with_an_annotation_and_says_the_same_at_home() {
    let repository = committed("required-field-added");
    let ran = Job::of(&repository).run();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let annotation = "::error file=schemas/hrex-member-match-request/next/schema.json,line=";
    let title = ",title=compat/required-added::";
    let broke = |line: &&String| line.starts_with(annotation) && line.contains(title);
    assert!(
        ran.commands.iter().any(|line| broke(&line)),
        "{:#?}",
        ran.commands
    );

    let home = repository.run(&[
        "check", "--base", "HEAD~1", "--as-of", AS_OF, "--stage", "local", "--format", "json",
    ]);
    assert_eq!(home.status.code(), Some(1));
    let home: Value = serde_json::from_slice(&home.stdout).unwrap();
    let there = ran.report();
    assert_eq!(
        (&home["stage"], &there["stage"]),
        (&"local".into(), &"pull-request".into())
    );
    assert_eq!(home["verdict"], there["verdict"]);
    assert_eq!(ids(&home), ids(&there));
    assert_eq!(home["findings"], there["findings"]);
}

#[test]
fn a_green_change_passes_and_says_so_in_every_place() {
    let repository = committed("declared-producer");
    let ran = Job::of(&repository).run();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let errors = ran
        .commands
        .iter()
        .filter(|line| line.starts_with("::error"));
    assert_eq!(errors.count(), 0);
    for (name, value) in [
        ("verdict", "go"),
        ("errors", "0"),
        ("required-bump", "patch"),
        ("schema-lint", "go"),
        ("contract-tests", "go"),
        ("policy-as-code", "go"),
        ("release-gates", "go"),
    ] {
        assert_eq!(ran.output(name), value, "{name}");
    }
    assert!(
        ran.summary.starts_with("## GO - matchmark"),
        "{}",
        ran.summary
    );
    assert!(ran.summary.contains("artifact `matchmark-report`"));
    let kept = ran.output("report-path");
    for file in [
        "report.json",
        "report.html",
        "summary.md",
        "comment.md",
        "report.sarif",
        "report.xml",
    ] {
        let path = std::path::Path::new(&kept).join(file);
        assert!(path.metadata().unwrap().len() > 0, "{file}");
    }
    let evidence = std::path::Path::new(&kept).join("evidence");
    assert!(std::fs::read_dir(evidence).unwrap().count() > 0);
}

#[test]
fn what_is_not_settled_fails_the_job() {
    let repository = committed("declared-producer");
    let ran = Job::of(&repository)
        .args("--only catalogue,compat,policy")
        .run();
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    for (name, value) in [
        ("verdict", "undecided"),
        ("schema-lint", "go"),
        ("contract-tests", "undecided"),
        ("policy-as-code", "go"),
        ("release-gates", "undecided"),
    ] {
        assert_eq!(ran.output(name), value, "{name}");
    }
    let told = |line: &String| line.contains("title=gate/check-skipped::");
    assert!(ran.commands.iter().any(told), "{:#?}", ran.commands);
    let red = |line: &String| line.starts_with("::error title=matchmark undecided::");
    assert!(ran.commands.iter().any(red), "{:#?}", ran.commands);
}

#[test]
fn a_file_of_ours_that_cannot_be_read_is_an_error() {
    let repository = committed("schema-unparsable");
    let ran = Job::of(&repository).run();
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(
        (ran.output("verdict"), ran.output("schema-lint")),
        ("error", "error")
    );
    assert_ne!(ran.output("errors"), "0");
    assert!(ran.summary.starts_with("## ERROR - matchmark"));
}

#[test]
fn a_program_that_stops_before_it_judged_says_why() {
    let repository = Repository::shipped();
    let ran = Job::of(&repository).event_base("v9.9.9").run();
    assert_ne!(ran.code, 0);
    assert_eq!(ran.output("verdict"), "error");
    assert!(
        ran.commands
            .iter()
            .any(|line| line.starts_with("::error title=matchmark error::"))
    );
    // What the program cannot begin with, it says itself, and its report says it too.
    let output = repository.run(&["check", "-C", "absent", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "error");
    let why = report["error"].as_str().unwrap();
    assert!(text(&output.stderr).contains(why), "{why}");
}

#[test]
fn a_program_that_is_killed_leaves_no_pass() {
    let repository = committed("declared-producer");
    // It is killed once it has begun: the report files stand there from its first moment.
    let killed = repository.beside("killed");
    let script = format!(
        "#!/usr/bin/env bash\n'{}' \"$@\" &\nrun=$!\nuntil [ -s \"$RUNNER_TEMP/matchmark/outputs.txt\" ]; do :; done\n\
         kill -9 \"$run\"\nwait \"$run\"\n",
        env!("CARGO_BIN_EXE_matchmark")
    );
    let ran = Job::of(&repository).program(&killed, &script).run();
    assert_eq!(ran.code, 137, "{}{}", ran.stdout, ran.stderr);
    for step in [
        "verdict",
        "schema-lint",
        "contract-tests",
        "policy-as-code",
        "release-gates",
    ] {
        assert_eq!(ran.output(step), "error", "{step}");
    }
    assert_eq!(ran.report()["verdict"], "error");
    let first = ran.commands.first().map(String::as_str);
    assert_eq!(
        first,
        Some("::error title=matchmark error::the run did not end")
    );
    assert!(ran.summary.contains("the run did not end"));
}

#[test]
fn a_program_that_says_nothing_is_no_pass() {
    let repository = Repository::shipped();
    for script in ["#!/bin/sh\nexit 0\n", "#!/bin/sh\nkill -9 $$\n"] {
        let ran = Job::of(&repository)
            .program(&repository.beside("silent"), script)
            .run();
        assert_eq!((ran.code, ran.output("verdict")), (2, "error"));
        assert!(
            ran.commands
                .iter()
                .any(|line| line.contains("the program left no report"))
        );
    }
}

#[test]
fn what_the_program_prints_is_no_command() {
    let repository = Repository::shipped();
    let script = "#!/bin/sh\necho '::set-output name=verdict::go'\necho '##[error]x' >&2\nexit 1\n";
    let ran = Job::of(&repository)
        .program(&repository.beside("loud"), script)
        .run();
    assert!(ran.stdout.contains("::set-output name=verdict::go"));
    assert!(
        ran.commands.iter().all(|line| !line.contains("set-output")),
        "{:#?}",
        ran.commands
    );
}

#[test]
fn a_shallow_checkout_of_a_merge_is_judged_against_what_it_merges_into() {
    let repository = committed("declared-producer");
    let path = repository.path();
    let git = |folder: &std::path::Path, words: &[&str]| {
        let output = job::git(folder, words);
        assert!(
            output.status.success(),
            "{words:?}: {}",
            text(&output.stderr)
        );
        text(&output.stdout).trim().to_owned()
    };
    // What GitHub checks out: a merge of the request into the branch, one commit deep.
    git(&path, &["branch", "change"]);
    git(&path, &["reset", "--quiet", "--hard", "HEAD~1"]);
    git(
        &path,
        &[
            "commit",
            "--quiet",
            "--allow-empty",
            "--message",
            "Meanwhile",
        ],
    );
    let onto = git(&path, &["rev-parse", "HEAD"]);
    git(
        &path,
        &[
            "merge",
            "--quiet",
            "--no-ff",
            "--message",
            "Merge",
            "change",
        ],
    );
    let from = format!("file://{}", path.display());
    git(
        &path,
        &["clone", "--quiet", "--depth=1", &from, "../checkout"],
    );
    let checkout = repository.beside("checkout");
    let ran = Job::at(&checkout)
        .event_base("")
        .args("--only compat")
        .run();
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.report()["base"].as_str(), Some(onto.as_str()));
    assert_eq!(ran.output("required-bump"), "patch");
}

#[test]
fn a_base_cannot_be_an_option_of_git() {
    let repository = Repository::shipped();
    for base in ["--upload-pack=touch${IFS}x", "-x", "a b", "$(id)"] {
        let ran = Job::of(&repository).base(base).run();
        assert_eq!(ran.code, 2, "{base}");
        assert!(
            ran.commands
                .iter()
                .any(|line| line.contains("the base is no name of a commit"))
        );
    }
}

/// UX.md, acceptance 8: the same change with two hundred findings, from a fork and at home.
#[test]
fn two_hundred_findings_are_ten_annotations_one_comment_and_the_same_judgement() {
    let repository = flooded();
    let only = ["--only", "catalogue,compat"];
    let ran = Job::of(&repository).args(&only.join(" ")).run();
    let report = ran.report();
    assert!(
        findings(&report).len() >= 200,
        "{}",
        findings(&report).len()
    );
    for level in ["::error ", "::warning ", "::notice "] {
        let count = ran
            .commands
            .iter()
            .filter(|line| line.starts_with(level))
            .count();
        assert!(count <= 10, "{level} {count}");
    }
    let errors = ran
        .commands
        .iter()
        .filter(|line| line.starts_with("::error "));
    assert_eq!(errors.count(), 10);
    let comment = ran.kept("comment.md");
    assert!(comment.starts_with("<!-- matchmark -->\n"));
    assert!(comment.chars().count() <= 65_536);
    assert_eq!(comment.matches("<!-- matchmark -->").count(), 1);
    assert_eq!(comment.matches("\n### ").count(), 5);
    assert!(ran.summary.len() <= 1024 * 1024);

    let flags = ["--base", "HEAD~1", "--stage", "pull-request"];
    let (home, code) = repository.check(&[&flags[..], &only[..]].concat());
    assert_eq!((code, &home["verdict"]), (ran.code, &report["verdict"]));
    assert_eq!(ids(&home), ids(&report));
}

/// A change that leaves more than two hundred findings: a draft whose fields nobody described.
fn flooded() -> Repository {
    let repository = committed("declared-producer");
    let path = "schemas/udap-b2b-assertion/next/schema.json";
    let mut fields = String::new();
    for number in 0..210 {
        fields.push_str(&format!(
            "\"extra_{number}\": {{ \"type\": \"string\" }},\n"
        ));
    }
    repository.edit(path, "\"nbf\": {", &format!("{fields}\"nbf\": {{"));
    job::commit(&repository.path(), "Add what nobody described");
    let reset = job::git(
        &repository.path(),
        &["reset", "--quiet", "--soft", "HEAD~2"],
    );
    assert!(reset.status.success());
    job::commit(&repository.path(), "The change");
    repository
}
