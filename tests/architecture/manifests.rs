//! Whether every `Cargo.toml` depends only on crates of ours that the table allows, and stays pure where it must.
//! Refuses to know which crates those are.

use crate::Krate;
use crate::source::Source;

/// Names of our packages, where they differ from the name in paths.
const PACKAGES: &[(&str, &str)] = &[("reference-domain", "domain")];

/// What a crate that must stay pure may not depend on.
const RUNTIMES: &[&str] = &[
    "tokio",
    "axum",
    "hyper",
    "reqwest",
    "sqlx",
    "tower",
    "tower-http",
];

/// Folders of the crates that must compile without a runtime.
const PURE: &[&str] = &["wire", "reference/domain"];

/// Dependencies that the table does not allow. What only tests use is left out.
pub fn stray(crates: &[Krate], manifests: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for manifest in manifests {
        let folder = manifest
            .path
            .trim_end_matches("Cargo.toml")
            .trim_end_matches('/');
        let Some(own) = crates.iter().find(|krate| krate.folder == folder) else {
            continue;
        };
        for dependency in dependencies(manifest) {
            let ours = crates.iter().any(|krate| krate.name == dependency);
            let impure = PURE.contains(&folder) && RUNTIMES.contains(&dependency.as_str());
            if impure || ours && !own.may.contains(&dependency.as_str()) {
                complaints.push(format!("{}: may not depend on {dependency}", manifest.path));
            }
        }
    }
    complaints
}

fn dependencies(manifest: &Source) -> Vec<String> {
    let table: toml::Table = manifest
        .text
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", manifest.path));
    ["dependencies", "build-dependencies"]
        .iter()
        .filter_map(|section| table.get(*section)?.as_table())
        .flat_map(toml::Table::keys)
        .map(|package| {
            let renamed = PACKAGES.iter().find(|(name, _)| name == package);
            renamed
                .map_or(package.as_str(), |(_, name)| name)
                .to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CRATES;

    #[test]
    fn a_forbidden_dependency_is_caught() {
        for (path, dependency, wrong) in [
            ("wire/Cargo.toml", "matchmark = { path = \"..\" }", 1),
            ("wire/Cargo.toml", "tokio = \"1\"", 1),
            (
                "reference/domain/Cargo.toml",
                "reference = { path = \"../service\" }",
                1,
            ),
            (
                "reference/service/Cargo.toml",
                "reference-domain = { path = \"../domain\" }",
                0,
            ),
            (
                "Cargo.toml",
                "reference-domain = { path = \"reference/domain\" }",
                1,
            ),
            ("Cargo.toml", "tokio = \"1\"", 0),
        ] {
            let manifest = Source::new(path, &format!("[dependencies]\n{dependency}\n"));
            assert_eq!(
                stray(CRATES, &[manifest]).len(),
                wrong,
                "{path}: {dependency}"
            );
        }
    }
}
