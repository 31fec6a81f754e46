//! Major versions, which every role has to agree to.

use super::*;

/// A released major version of an entry that nothing depends on.
fn major() -> (Repository, &'static str) {
    let repository = Repository::shipped();
    let entry = "schemas/async-status-headers/entry.toml";
    let (from, to) = (
        "schemas/async-status-headers/1.0.0",
        "schemas/async-status-headers/next",
    );
    let copied = Command::new("cp")
        .args(["-R", from, to])
        .current_dir(repository.path())
        .status();
    assert!(copied.unwrap().success());
    repository.edit(
        &format!("{to}/schema.json"),
        "schemas/async-status-headers/1.0.0",
        "schemas/async-status-headers/2.0.0",
    );
    let listed = "[[version]]\nversion = \"2.0.0\"\nstatus = \"draft\"\nrequested-by = \"release-desk\"\nnotes = \"A new beginning.\"\n\n[[version]]\nversion = \"1.0.0\"";
    repository.edit(entry, "[[version]]\nversion = \"1.0.0\"", listed);
    let bump = ["bump", "async-status-headers", "--major", "--as-of", AS_OF];
    let bumped = repository.run(&bump);
    assert_eq!(bumped.status.code(), Some(0), "{}", text(&bumped.stderr));
    // By hand, as somebody would who does not wait for `matchmark release` to agree.
    let digest = matchmark::model::digest(repository.read(&format!("{to}/schema.json")).as_bytes());
    let released = repository.path().join("schemas/async-status-headers/2.0.0");
    std::fs::rename(repository.path().join(to), released).unwrap();
    let says = format!("status = \"released\"\nreleased = \"2026-11-21\"\ndigest = \"{digest}\"");
    repository.edit(entry, "status = \"draft\"", &says);
    (repository, "async-status-headers@2.0.0")
}

pub(super) fn commit(repository: &Repository) {
    for arguments in [&["add", "--all"][..], &["commit", "-q", "-m", "Release"]] {
        let done = Command::new("git")
            .args(["-c", "user.name=Scenario"])
            .args(["-c", "user.email=scenario@matchmark.example"])
            .args(arguments)
            .current_dir(repository.path())
            .status();
        assert!(done.unwrap().success());
    }
}

#[test]
fn row_s0_11_a_major_version_is_blocked_by_each_role_that_did_not_agree() {
    let (repository, subject) = major();
    let rule = "lifecycle/release-unapproved";
    let only = ["--only", "lifecycle"];
    let folder = format!("policies/approvals/{subject}");
    for missing in ROLES {
        let others: Vec<&str> = ROLES.into_iter().filter(|role| *role != missing).collect();
        agree(&repository, subject, &others);
        let report = check(&repository, &[PULL_REQUEST, &only]);
        assert_eq!(report["verdict"], "no-go", "{missing}");
        assert_eq!(roles(&report, rule), [missing]);
        std::fs::remove_dir_all(repository.path().join(&folder)).unwrap();
    }
    agree(&repository, subject, &ROLES);
    // What is left says only that the other checks were left out.
    let report = check(&repository, &[PULL_REQUEST, &only]);
    assert_eq!(deciding(&report), ["gate/check-skipped"], "{report:#}");
    assert_eq!(report["verdict"], "undecided");

    // Whoever wrote the version does not speak for a role, by hand or by command.
    commit(&repository);
    let own = repository.read(&format!("{folder}/security.toml"));
    let own = own.replace("board-security", "scenario");
    repository.write(&format!("{folder}/security.toml"), own);
    let report = check(
        &repository,
        &[&["--base", "HEAD~1", "--stage", "pull-request"], &only],
    );
    assert_eq!(roles(&report, rule), ["security"]);
    let message = told(&report, rule)[0]["message"].as_str().unwrap();
    assert!(
        message.contains("approved by who asked for it or wrote it"),
        "{message}"
    );
    let flags = ["approve", subject, "--role", "security", "--as", "scenario"];
    let refused = repository.run(&[&flags[..], &["--base", "HEAD~1"]].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("is an author of it"));
}
