//! What a change hides from the comparison is open from a pull request on.

use crate::support::{Repository, deciding, findings, scenario};
use serde_json::Value;

fn check(repository: &Repository, flags: &[&str]) -> Value {
    let only = ["--only", "lifecycle", "--no-evidence"];
    repository.check(&[&only, flags].concat()).0
}

const AT: [&str; 2] = ["--stage", "pull-request"];

#[test]
fn a_commit_that_is_compared_with_itself_is_open_and_a_file_that_git_ignores_is_a_change() {
    let repository = Repository::shipped();
    let rule = "gate/base-is-head";
    assert!(deciding(&check(&repository, &AT)).contains(&rule));
    assert!(!deciding(&check(&repository, &[])).contains(&rule));
    repository.write(".git/info/exclude", "partners/unseen.md\n");
    repository.write("partners/unseen.md", "Git says nothing of it.\n");
    let report = check(&repository, &AT);
    assert!(!deciding(&report).contains(&rule));
    assert!(
        report["head"].as_str().unwrap().ends_with("and changes"),
        "{report:#}"
    );
}

#[test]
fn a_change_that_chooses_its_base_or_removes_what_partners_said_is_open() {
    let repository = Repository::shipped();
    let contract = "contracts/contoso/member-match.json";
    let history = std::fs::read_dir(repository.path().join("payloads/contoso")).unwrap();
    let name = history.map(|item| item.unwrap().file_name()).max().unwrap();
    let history = format!("payloads/contoso/{}", name.to_str().unwrap());
    let (_, rest) = repository
        .read(&history)
        .split_once('\n')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    repository.write(&history, rest);
    let repository = repository.remove(contract);
    scenario::commit(&repository.path(), "Remove what was said").unwrap();
    let base = ["--base", "HEAD~1"];
    let report = check(&repository, &[AT, base].concat());
    let gone = |report: &Value| -> Vec<String> {
        let own = findings(report)
            .iter()
            .filter(|it| it["rule"] == "gate/voice-gone");
        own.map(|it| it["subject"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut found = gone(&report);
    found.sort();
    assert_eq!(found, ["contoso", contract], "{report:#}");
    assert!(gone(&check(&repository, &base)).is_empty());

    repository.edit(
        "matchmark.toml",
        "base = \"origin/main\"",
        "base = \"HEAD~1\"",
    );
    scenario::commit(&repository.path(), "Choose the base").unwrap();
    let report = check(&repository, &AT);
    assert!(
        deciding(&report).contains(&"gate/base-chosen"),
        "{report:#}"
    );
    let report = check(&repository, &[AT, base].concat());
    assert!(!deciding(&report).contains(&"gate/base-chosen"));
}
