//! `cargo xtask new-rule NAME`: the folder of a policy rule, as `matchmark policy new` begins it.

use crate::fault::Fault;
use crate::repository;
use matchmark::format::{PUBLISHED, directed};
use matchmark::policy::draft;

/// Writes `policies/rules/<name>/` with a rule that the gate complains of until it is complete.
pub fn run(name: &str) -> Result<(), Fault> {
    repository::kebab_case(name)?;
    let folder = format!("policies/rules/{name}");
    let files = draft(name).into_iter().flatten();
    let files: Vec<(String, String)> = files
        .map(|(path, text)| (path.replace(&format!("{folder}/"), ""), text))
        .collect();
    let files: Vec<(&str, String)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.clone()))
        .collect();
    repository::begin(&folder, &files)?;
    repository::begin(
        &folder,
        &[
            (
                "rule.toml",
                directed(&format!("{folder}/rule.toml"), &metadata(name), PUBLISHED),
            ),
            ("rule.rego", rule(name)),
            ("fires/first.json", fires()),
            ("quiet/near-miss.json", quiet()),
        ],
    )?;
    println!(
        "  Next     complete {folder}, then run `matchmark policy test {name}`; docs/handbook/adding-a-rule.md"
    );
    Ok(())
}
