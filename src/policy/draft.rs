//! The folder of a rule that is begun: what only its author can know is left open, so that the gate complains of it.
//! Refuses to write anything.

use super::file::is_kebab;

/// Paths from the root of the repository with their texts; none where `name` cannot be the name of a rule.
#[must_use]
pub fn draft(name: &str) -> Option<[(String, String); 4]> {
    is_kebab(name).then(|| {
        [
            ("rule.toml", metadata(name)),
            ("rule.rego", rule(name)),
            ("fires/first.json", FIRES.to_owned()),
            ("quiet/near-miss.json", QUIET.to_owned()),
        ]
        .map(|(file, text)| (format!("policies/rules/{name}/{file}"), text))
    })
}

fn metadata(name: &str) -> String {
    format!(
        r#"id = "policy/{name}"
title = ""                                # what must hold, a sentence with "must"
severity = "error"                        # error | warning | info: the least it weighs
status = "draft"                          # a draft runs and is shown, but never decides
since = "0.1.0"
owner = ""                                # a team of policies/board.toml
applies = ["schemas"]                     # the collections of facts that it walks; `matchmark policy input` shows them
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

const FIRES: &str = r#"{
  "note": "what a partner would suffer",
  "input": { "schemas": [{ "id": "example@1.0.0", "owner": "unknown" }] },
  "findings": [{ "subject": "example@1.0.0", "pointer": "", "kind": "missing", "args": {} }]
}
"#;

const QUIET: &str = r#"{
  "note": "a single fact away from firing",
  "input": { "schemas": [{ "id": "example@1.0.0", "owner": "platform" }] }
}
"#;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::catalogue::{RuleFamily, RuleFolder, Source};
    use crate::policy::{Rule, test_rule};

    fn folder(metadata: Option<String>) -> RuleFolder {
        let [toml, rego, fires, quiet] = draft("new-rule").unwrap().map(|(path, text)| {
            let own = path.ends_with(".toml");
            let text = metadata.clone().filter(|_| own).unwrap_or(text);
            Source::new(path, text.into_bytes())
        });
        RuleFolder {
            family: RuleFamily::Policy,
            name: "new-rule".to_owned(),
            toml: Some(toml),
            rego: Some(rego),
            fires: vec![fires],
            quiet: vec![quiet],
        }
    }

    #[test]
    fn a_new_rule_is_refused_for_what_only_its_author_can_know() {
        let findings = Rule::read(&folder(None)).unwrap_err();
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
        let rule = Rule::read(&folder(Some(complete))).unwrap();
        let trial = test_rule(&rule);
        assert_eq!((trial.cases, trial.killed), (2, trial.mutants));
        assert!(trial.findings.is_empty(), "{:?}", trial.findings);
    }

    #[test]
    fn a_name_that_is_no_folder_of_a_rule_begins_nothing() {
        for name in ["", "Owner", "owner_x", "../x", "a--b", "-a"] {
            assert_eq!(draft(name), None, "{name}");
        }
    }
}
