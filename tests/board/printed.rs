//! The command for a waiver that a run prints, typed as it stands.

use super::{AS_OF, ENTRY, broken, text};

#[test]
fn the_printed_waiver_command_finds_what_the_last_run_found_whatever_it_was_asked() {
    let repository = broken();
    let run = repository.run(&["check", "--as-of", AS_OF, "--only", "catalogue"]);
    let said = text(&run.stdout);
    let line = said.lines().find(|line| line.contains("waiver new"));
    let line = line.unwrap_or_else(|| panic!("{said}"));
    let (_, command) = line.split_once("matchmark ").unwrap();
    let mut words: Vec<&str> = command.split_whitespace().collect();
    words.extend(["--as-of", AS_OF, "--dry-run"]);

    // The gate itself would not find it any more, as it would not with another base or stage.
    let before = "escalation = \"integration-oncall@payer-exchange.example\"";
    repository.edit(ENTRY, "escalation = \"\"", before);
    let told = repository.run(&words);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    assert!(text(&told.stdout).contains("catalogue/owner-missing"));

    std::fs::remove_dir_all(repository.path().join(".matchmark/evidence")).unwrap();
    assert_eq!(repository.run(&words).status.code(), Some(2));
}
