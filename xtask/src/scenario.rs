//! `cargo xtask scenario NAME DIR`: a scenario as a git repository, to judge it by hand.

#[allow(
    dead_code,
    reason = "the tests that judge scenarios read more of a description than this command does"
)]
#[path = "../../tests/support/scenario.rs"]
mod support;

use crate::fault::Fault;
use crate::repository;
use std::path::Path;
use support::{Scenario, Stale};

/// Writes the scenario `name` to `dir`, and says how to judge it.
pub fn run(name: &str, dir: &Path) -> Result<(), Fault> {
    let root = repository::root();
    let names = Scenario::names(&root).map_err(said)?;
    if !names.iter().any(|known| known == name) {
        return Err(Fault::Said(format!(
            "there is no scenario `{name}`; there are: {}",
            names.join(", ")
        )));
    }
    let empty = std::fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    if !empty {
        return Err(Fault::Said(format!("{} is not empty", dir.display())));
    }
    let scenario = Scenario::read(&root, name).map_err(said)?;
    scenario.write(dir).map_err(said)?;
    let expected = &scenario.expected;
    println!("  Written  {}: {}", dir.display(), expected.story);
    println!(
        "  Judge    matchmark check -C {} --base HEAD~1 {}",
        dir.display(),
        expected.args.join(" ")
    );
    println!(
        "  Expect   {}, exit {}: {}",
        expected.verdict,
        expected.exit_code,
        expected.findings.join(", ")
    );
    Ok(())
}

fn said(stale: Stale) -> Fault {
    let cause =
        std::error::Error::source(&stale).map_or_else(String::new, |cause| format!(": {cause}"));
    Fault::Said(format!("{stale}{cause}"))
}
