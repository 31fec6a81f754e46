//! Finding ids of `policy/...` that the host of the rules decides; the rules' own ids stand in their `rule.toml`.

use super::Rule;
use crate::model::Severity::{Fault, Undecided};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "policy/input-invalid",
        severity: Fault,
        title: "The facts must fit the schema that the rules rely on.",
        why: "A rule that meets a missing fact says nothing, and nothing looks like a pass.",
        fix: "Report it as a defect of matchmark; the facts are made by the program.",
    },
    Rule {
        id: "policy/profile-unusable",
        severity: Fault,
        title: "A stage's profile must be readable and may only add or raise.",
        why: "A later stage that is softer than an earlier one turns the gate off where it matters most.",
        fix: "Mend policies/profiles/<stage>.toml at the place given.",
    },
    Rule {
        id: "policy/rule-not-evaluated",
        severity: Undecided,
        title: "Every rule must give an answer that can be used.",
        why: "A rule that raised, ran out of time or pointed nowhere did not say that all is well.",
        fix: "Mend the rule; its cases in fires/ and quiet/ run without the rest of the gate.",
    },
    Rule {
        id: "policy/rule-unproven",
        severity: Fault,
        title: "A rule must do exactly what its cases say, and every word of it must matter.",
        why: "A misspelt name in a policy raises no error: the rule goes quiet for good.",
        fix: "Add the case that would have noticed, or mend the rule.",
    },
    Rule {
        id: "policy/rule-unusable",
        severity: Fault,
        title: "A rule's folder, file, text and cases must agree with each other.",
        why: "A rule that is skipped because it cannot be loaded looks like a rule that is satisfied.",
        fix: "Mend the rule at the place given.",
    },
];
