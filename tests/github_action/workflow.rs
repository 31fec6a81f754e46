//! The workflow around the action: its four steps, its pins, its permissions.

use super::job::{Job, Ran, script};
use super::support::{Repository, root};
use super::{committed, job};
use std::collections::BTreeMap;

/// The four steps as the workflow names them.
const STEPS: [(&str, &str); 4] = [
    ("Schema lint", "schema-lint"),
    ("Contract tests", "contract-tests"),
    ("Policy as code", "policy-as-code"),
    ("Release gates", "release-gates"),
];

fn workflow(name: &str) -> String {
    let path = root().join(".github/workflows").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// Which of the four steps are red after a run, each run as the workflow runs it.
fn red(ran: &Ran) -> Vec<&'static str> {
    let is_red = |step: &str| {
        let mut command = script("step.sh");
        command.env("STEP", step).env("RESULT", ran.output(step));
        !command.output().unwrap().status.success()
    };
    let steps = STEPS.into_iter().map(|(_, step)| step);
    steps.filter(|step| is_red(step)).collect()
}

#[test]
fn row_s0_79_each_of_the_four_steps_turns_red_by_its_own_change_and_no_other() {
    let text = workflow("matchmark.yml");
    for (name, step) in STEPS {
        let wanted = format!(
            "      - name: {name}\n        if: always()\n        env:\n          STEP: {step}\n          \
             RESULT: ${{{{ steps.matchmark.outputs.{step} }}}}\n        run: bash .github/actions/matchmark/step.sh\n"
        );
        assert_eq!(text.matches(&wanted).count(), 1, "{name}");
    }
    // A job with a red step is red, and the one required check needs it.
    assert!(text.contains("needs: [check]") && text.contains("if: always()"));

    let cases: [(&str, Repository); 4] = [
        ("schema-lint", committed("released-edited")),
        ("contract-tests", committed("contract-not-met")),
        ("policy-as-code", committed("consent-metadata-removed")),
        ("release-gates", over()),
    ];
    for (step, repository) in cases {
        let ran = Job::of(&repository).run();
        assert_eq!((ran.code, ran.output("verdict")), (1, "no-go"), "{step}");
        assert_eq!(red(&ran), [step], "{:#?}", ran.commands);
    }
}

/// A change that lets an exception lie that is over, though nothing needs it any more.
fn over() -> Repository {
    let repository = Repository::shipped();
    let kept = "tests/scenarios/waiver-ends-today/base-overlay/policies/waivers/WV-0001.toml";
    let text = std::fs::read_to_string(root().join(kept)).unwrap();
    repository.write(
        "policies/waivers/WV-0001.toml",
        text.replace("2026-11-20", "2026-11-19"),
    );
    job::commit(&repository.path(), "Keep an exception that is over");
    repository
}

#[test]
fn a_step_without_a_verdict_is_red() {
    for (result, green) in [
        ("go", true),
        ("", false),
        ("error", false),
        ("empty", false),
        ("undecided", false),
    ] {
        let output = script("step.sh")
            .env("STEP", "schema-lint")
            .env("RESULT", result)
            .output();
        assert_eq!(output.unwrap().status.success(), green, "{result}");
    }
}

#[test]
fn the_program_is_the_given_one_or_is_built_from_the_asked_source() {
    let folder = tempfile::tempdir().unwrap();
    let tool = |name: &str, script: &str| {
        let path = folder.path().join(name);
        Job::at(folder.path()).program(&path, script);
        path
    };
    // A cargo that says how it was called and leaves a program where the real one does.
    let cargo = "#!/bin/sh\nprintf '%s\\n' \"$*\" > \"$CARGO_HOME/called\"\nmkdir -p \"$CARGO_HOME/bin\" \"$CARGO_TARGET_DIR/release\"\n\
                 cp \"$0\" \"$CARGO_HOME/bin/matchmark\"\ncp \"$0\" \"$CARGO_TARGET_DIR/release/matchmark\"\n";
    tool("cargo", cargo);
    let given = tool("given", "#!/bin/sh\n");
    let path = std::env::join_paths(
        std::iter::once(folder.path().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let path = path.unwrap();
    let install = |inputs: &[(&str, &str)]| -> (bool, String) {
        let output = folder.path().join("output");
        std::fs::write(&output, "").unwrap();
        let mut command = script("install.sh");
        command.env("PATH", &path).env("GITHUB_OUTPUT", &output);
        command
            .env("CARGO_HOME", folder.path())
            .env("CARGO_TARGET_DIR", folder.path().join("target"));
        let done = command.envs(inputs.iter().copied()).output().unwrap();
        (
            done.status.success(),
            std::fs::read_to_string(output).unwrap(),
        )
    };
    let called = || std::fs::read_to_string(folder.path().join("called")).unwrap_or_default();
    let given = given.display().to_string();
    assert_eq!(
        install(&[("GATE_PROGRAM", &given)]),
        (true, format!("program={given}\n"))
    );
    assert_eq!(called(), "");
    assert!(!install(&[("GATE_PROGRAM", "/absent/matchmark")]).0);
    let source = "https://git.example/matchmark";
    let (built, said) = install(&[("GATE_SOURCE", source), ("GATE_VERSION", "0.1.0")]);
    assert!(built && said.ends_with("/bin/matchmark\n"), "{said}");
    assert_eq!(
        called(),
        format!("install --locked --git {source} --tag v0.1.0 matchmark\n")
    );
    assert!(
        !install(&[("GATE_SOURCE", source)]).0,
        "a version must be named"
    );
    let (built, said) = install(&[]);
    assert!(built && said.ends_with("/release/matchmark\n"), "{said}");
    assert!(
        called().starts_with("build --release --locked --manifest-path "),
        "{}",
        called()
    );
}

#[test]
fn no_action_is_unpinned_and_no_input_is_pasted_into_a_script() {
    let mut pins: BTreeMap<String, String> = BTreeMap::new();
    let files = ["ci.yml", "matchmark.yml", "matchmark-publish.yml"].map(workflow);
    let action = std::fs::read_to_string(job::action().join("action.yml")).unwrap();
    for text in files.iter().chain([&action]) {
        for line in text.lines().map(str::trim) {
            let Some(uses) = line.trim_start_matches("- ").strip_prefix("uses: ") else {
                continue;
            };
            if uses.starts_with("./") {
                continue;
            }
            let (name, pin) = uses.split_once('@').unwrap();
            let (commit, version) = pin.split_once(" # v").unwrap_or_else(|| panic!("{line}"));
            assert!(
                commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()),
                "{line}"
            );
            let known = pins
                .entry(name.to_owned())
                .or_insert_with(|| format!("{commit} {version}"));
            assert_eq!(*known, format!("{commit} {version}"), "{name} has two pins");
        }
        for script in scripts(text) {
            assert!(!script.contains("${{"), "{script}");
        }
    }
    assert!(pins.len() >= 5, "{pins:?}");
}

/// Every `run:` and `script:` of a file, the lines of a block with it.
pub fn scripts(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let depth = line.len() - line.trim_start().len();
        let key = line.trim_start().trim_start_matches("- ");
        let Some(rest) = key
            .strip_prefix("run:")
            .or_else(|| key.strip_prefix("script:"))
        else {
            continue;
        };
        let mut script = rest.trim().trim_start_matches(['|', '>', '-']).to_owned();
        while let Some(next) = lines.peek() {
            let deeper = next.len() - next.trim_start().len() > depth;
            if !deeper && !next.trim().is_empty() {
                break;
            }
            script.push('\n');
            script.push_str(next.get(depth + 2..).unwrap_or_default());
            lines.next();
        }
        found.push(script);
    }
    found
}

#[test]
fn the_gate_holds_no_right_and_the_publisher_no_checkout() {
    let gate = workflow("matchmark.yml");
    assert!(gate.contains("permissions:\n  contents: read\n"));
    for word in [
        ": write",
        "secrets",
        "pull_request_target",
        "persist-credentials: true",
    ] {
        assert!(!gate.contains(word), "{word}");
    }
    assert!(gate.contains("persist-credentials: false") && gate.contains("timeout-minutes"));
    let publish = workflow("matchmark-publish.yml");
    assert!(publish.contains("\npermissions: {}\n"));
    for word in [
        "actions/checkout",
        "run: ",
        "pull_request_target",
        "contents: write",
        "secrets.",
    ] {
        assert!(!publish.contains(word), "{word}");
    }
    let (comment, scanning) = publish.split_once("  code-scanning:").unwrap();
    assert!(comment.contains("pull-requests: write") && !comment.contains("security-events"));
    assert!(scanning.contains("security-events: write") && !scanning.contains("pull-requests"));
}

#[test]
fn what_init_hands_on_is_a_gate_that_a_linter_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let init = super::support::matchmark(&["init"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(init.status.success());
    let handed = folder.path().join(".github");
    for file in ["action.yml", "install.sh", "run.sh", "step.sh"] {
        let ours = std::fs::read(job::action().join(file)).unwrap();
        let theirs = std::fs::read(handed.join("actions/matchmark").join(file)).unwrap();
        assert_eq!(ours, theirs, "{file}");
    }
    let gate = std::fs::read_to_string(handed.join("workflows/matchmark.yml")).unwrap();
    for (name, _) in STEPS {
        assert!(gate.contains(&format!("- name: {name}\n")), "{name}");
    }
    let Some(linter) = std::env::var_os("MATCHMARK_ACTIONLINT") else {
        println!(
            "NOT RUN: actionlint is fetched by `cargo xtask test`, which names it in MATCHMARK_ACTIONLINT"
        );
        return;
    };
    assert!(
        job::git(folder.path(), &["init", "--quiet"])
            .status
            .success()
    );
    let output = std::process::Command::new(linter)
        .arg("-no-color")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
}

#[test]
fn every_hook_before_a_commit_is_a_command_that_there_is() {
    let text = std::fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let entries: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("entry: matchmark "))
        .collect();
    assert_eq!(entries.len(), 3);
    for entry in entries {
        let mut words: Vec<&str> = entry.split(' ').collect();
        words.push("--help");
        let output = super::support::matchmark(&words).output().unwrap();
        assert!(output.status.success(), "{entry}");
    }
}
