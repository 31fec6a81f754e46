//! Rules that were there before and are gone.

use crate::catalogue::RuleFolder;
use crate::model::{Finding, Place};
use std::collections::BTreeMap;

/// A rule that vanishes takes its findings with it: that is said, not passed.
#[must_use]
pub fn removed_rules(
    base: &BTreeMap<String, RuleFolder>,
    head: &BTreeMap<String, RuleFolder>,
) -> Vec<Finding> {
    let has_text = |rule: &RuleFolder| rule.rego.is_some();
    base.values()
        .filter(|old| has_text(old) && !head.get(&old.name).is_some_and(has_text))
        .map(|old| {
            let (folder, id) = (old.home(), old.id());
            let message = format!("the rule `{id}` is gone");
            Finding::new("lifecycle/rule-removed", id, Place::start(&folder))
                .kind("removed")
                .message(message)
                .remedy(format!(
                    "restore {folder}; a rule ends with status = \"retired\" in its rule.toml"
                ))
        })
        .collect()
}
