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
        .map(|(path, text)| {
            let file = path.replace(&format!("{folder}/"), "");
            (
                file,
                if path.ends_with(".toml") {
                    directed(&path, &text, PUBLISHED)
                } else {
                    text
                },
            )
        })
        .collect();
    let files: Vec<(&str, String)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.clone()))
        .collect();
    repository::begin(&folder, &files)?;
    println!(
        "  Next     complete {folder}, then run `matchmark policy test {name}`; docs/handbook/adding-a-rule.md"
    );
    Ok(())
}
