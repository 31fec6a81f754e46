//! `cargo xtask new-rule NAME`: the folder of a policy rule, with what only its author can know left open.

use crate::fault::Fault;
use crate::repository;

/// Writes `policies/rules/<name>/` with a rule that the gate complains of until it is complete.
pub fn run(name: &str) -> Result<(), Fault> {
    repository::kebab_case(name)?;
    let folder = format!("policies/rules/{name}");
    repository::begin(
        &folder,
        &[
            ("rule.toml", metadata(name)),
            ("rule.rego", rule(name)),
            ("fires/first.json", fires()),
            ("quiet/near-miss.json", quiet()),
        ],
    )?;
    println!(
        "  Next     complete {folder}, then run `matchmark check`; docs/handbook/adding-a-rule.md"
    );
    Ok(())
}

fn metadata(name: &str) -> String {
    format!(
        r#"id = "policy/{name}"
title = ""                                # what must hold, a sentence with "must"
severity = "error"                        # error | warning | info: the least it weighs
status = "draft"                          # draft runs and is shown, but never decides
since = ""                                # version of matchmark that first has it
owner = ""                                # a team of policies/board.toml
applies = ["schemas"]                     # the collections of facts that it walks
reads = ["schemas[].id", "schemas[].owner"]
rows = []
source = ""                               # document, section, requirement number
message = "`{{subject}}` names no owner"
remedy = ""
waivable = true
max_waiver_days = 90
approvers = 2
why = ""

[example]
bad = ""
good = ""
"#
    )
}

fn rule(name: &str) -> String {
    format!(
        r#"package matchmark.rules.{package}

deny contains finding if {{
	some s in input.schemas
	s.owner == ""
	finding := {{"subject": s.id, "pointer": "", "kind": "missing", "args": {{}}}}
}}
"#,
        package = name.replace('-', "_")
    )
}

fn fires() -> String {
    r#"{
  "note": "what a partner would suffer",
  "input": { "schemas": [{ "id": "example@1.0.0", "owner": "" }] },
  "findings": [{ "subject": "example@1.0.0", "pointer": "", "kind": "missing", "args": {} }]
}
"#
    .to_owned()
}

fn quiet() -> String {
    r#"{
  "note": "a single fact away from firing",
  "input": { "schemas": [{ "id": "example@1.0.0", "owner": "platform" }] }
}
"#
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_package_and_id_of_a_new_rule_agree() {
        let metadata: toml::Table = metadata("new-rule").parse().unwrap();
        assert_eq!(
            metadata.get("id").and_then(toml::Value::as_str),
            Some("policy/new-rule")
        );
        assert!(rule("new-rule").starts_with("package matchmark.rules.new_rule\n"));
    }
}
