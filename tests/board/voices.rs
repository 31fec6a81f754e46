//! Whose word counts: one account has one voice, and nobody has one about what is his own.

use super::release::commit;
use super::*;

/// The shipped data with a waiver that platform agreed to.
fn half_agreed() -> Repository {
    let repository = broken();
    repository.write(WAIVER, waiver());
    agree(&repository, "WV-0001", &["platform"]);
    repository
}

#[test]
fn another_spelling_of_an_account_is_no_other_account() {
    let repository = half_agreed();
    for account in [
        "@board-platform",
        "Board-Platform",
        "Member-Identity",
        "board security",
        "board-security\n",
        " board-security",
        "",
    ] {
        let code = approve(&repository, "WV-0001", "security", account);
        assert_eq!(code, 2, "{account:?}");
    }
    // By hand, as somebody would whom the command refused.
    let platform = "policies/approvals/WV-0001/platform.toml";
    let security = repository
        .read(platform)
        .replace("role = \"platform\"", "role = \"security\"");
    for account in ["@board-platform", "BOARD-PLATFORM", "@Member-Identity"] {
        let own = security.replace("board-platform", account);
        repository.write("policies/approvals/WV-0001/security.toml", own);
        let report = check(&repository, &[PULL_REQUEST, ONLY]);
        let lacking = roles(&report, "lifecycle/waiver-unapproved");
        assert_eq!(lacking, ["security"], "{account}");
    }
}

#[test]
fn an_approval_elsewhere_than_its_subject_and_role_is_a_fault() {
    let repository = half_agreed();
    let platform = repository.read("policies/approvals/WV-0001/platform.toml");
    let other = platform
        .replace("role = \"platform\"", "role = \"security\"")
        .replace("board-platform", "board-security");
    repository.write("policies/approvals/zzz/note1.toml", &other);
    let report = check(&repository, &[PULL_REQUEST, ONLY]);
    let unreadable = told(&report, "lifecycle/approval-unreadable");
    assert_eq!(unreadable.len(), 1, "{report:#}");
    assert_eq!(unreadable[0]["severity"], "fault");
    let lacking = roles(&report, "lifecycle/waiver-unapproved");
    assert_eq!(lacking, ["security"]);
}

#[test]
fn a_history_that_is_cut_off_does_not_tell_who_approved_his_own_work() {
    let repository = half_agreed();
    commit(&repository);
    let rule = "lifecycle/authors-unknown";
    let stage = |stage: &'static str| ["--base", "HEAD", "--stage", stage];
    let only = ["--only", "lifecycle"];
    let whole = check(&repository, &[&stage("pull-request"), &only]);
    assert!(told(&whole, rule).is_empty());

    let from = format!("file://{}", repository.path().display());
    let clone = Repository::bare();
    std::fs::remove_dir_all(clone.path()).unwrap();
    let cloned = Command::new("git")
        .args(["clone", "--quiet", "--depth=1", &from])
        .arg(clone.path())
        .status();
    assert!(cloned.unwrap().success());
    for (at, severity) in [("pull-request", "undecided"), ("local", "info")] {
        let report = check(&clone, &[&stage(at), &only]);
        let found = told(&report, rule);
        assert_eq!(found[0]["severity"], severity, "{at}");
    }
}
