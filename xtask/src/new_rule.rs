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
status = "draft"                          # a draft runs and is shown, but never decides
since = "0.1.0"
owner = ""                                # a team of policies/board.toml
applies = ["schemas"]                     # the collections of facts that it walks
reads = ["schemas[].id", "schemas[].owner"]
rows = []                                 # ids of tests/rows.txt that it serves
source = {{ document = "", section = "", requirement = "" }}
message = "{{subject}} has nobody who answers for it"
remedy = ""
waivable = true
max-waiver-days = 90
approvers = ["integration"]
why = ""                                  # what a partner suffers without it

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
	s.owner == "unknown"
	finding := {{"subject": s.id, "pointer": "", "kind": "missing", "args": {{}}}}
}}
"#,
        package = name.replace('-', "_")
    )
}

fn fires() -> String {
    r#"{
  "note": "what a partner would suffer",
  "input": { "schemas": [{ "id": "example@1.0.0", "owner": "unknown" }] },
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
    use matchmark::catalogue::{RuleFamily, RuleFolder, Source};
    use matchmark::policy::{Rule, test_rule};

    fn folder(metadata: String) -> RuleFolder {
        let source = |name: &str, text: String| {
            Source::new(format!("policies/rules/new-rule/{name}"), text.into_bytes())
        };
        RuleFolder {
            family: RuleFamily::Policy,
            name: "new-rule".to_owned(),
            toml: Some(source("rule.toml", metadata)),
            rego: Some(source("rule.rego", rule("new-rule"))),
            fires: vec![source("fires/first.json", fires())],
            quiet: vec![source("quiet/near-miss.json", quiet())],
        }
    }

    #[test]
    fn a_new_rule_is_refused_for_what_only_its_author_can_know() {
        let findings = Rule::read(&folder(metadata("new-rule"))).unwrap_err();
        assert!(!findings.is_empty());
        for finding in findings {
            assert_eq!(
                finding.place.file, "policies/rules/new-rule/rule.toml",
                "{finding:?}"
            );
        }
    }

    #[test]
    fn a_new_rule_holds_its_own_cases_once_its_file_is_complete() {
        let complete = metadata("new-rule")
            .replace("= \"\"", "= \"it must be said\"")
            .replace("rows = []", "rows = [\"S0-17\"]");
        let rule = Rule::read(&folder(complete)).unwrap();
        let trial = test_rule(&rule);
        assert_eq!((trial.cases, trial.killed), (2, trial.mutants));
        assert!(trial.findings.is_empty(), "{:?}", trial.findings);
    }
}
