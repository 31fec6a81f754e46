//! The files of a small working repository: those that this repository ships itself, so that they cannot drift.

/// Path and text of files that are handed on as they are.
macro_rules! shipped {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../", $path)))),*]
    };
}

/// Some versions of a schema with their examples.
pub(super) struct Schema {
    pub entry: &'static str,
    pub versions: &'static [&'static str],
    pub file: &'static str,
    pub parts: &'static [(&'static str, &'static str)],
}

pub(super) const SCHEMAS: &[Schema] = &[
    Schema {
        entry: "hrex-member-match-response",
        versions: &["2.0.0", "2.0.1"],
        file: include_str!("../../../schemas/hrex-member-match-response/entry.toml"),
        parts: shipped![
            "schemas/hrex-member-match-response/2.0.0/schema.json",
            "schemas/hrex-member-match-response/2.0.0/accepted/unique-member-number-and-record.json",
            "schemas/hrex-member-match-response/2.0.0/accepted/unique-member-number.json",
            "schemas/hrex-member-match-response/2.0.0/rejected/identifier-missing.json",
            "schemas/hrex-member-match-response/2.0.0/rejected/type-member-number.json",
            "schemas/hrex-member-match-response/2.0.1/schema.json",
            "schemas/hrex-member-match-response/2.0.1/accepted/unique-member-number-and-record.json",
            "schemas/hrex-member-match-response/2.0.1/accepted/unique-member-number.json",
            "schemas/hrex-member-match-response/2.0.1/rejected/identifier-missing.json",
            "schemas/hrex-member-match-response/2.0.1/rejected/type-member-number.json",
        ],
    },
    Schema {
        entry: "p2p-operation-outcome",
        versions: &["1.0.0"],
        file: include_str!("../../../schemas/p2p-operation-outcome/entry.toml"),
        parts: shipped![
            "schemas/p2p-operation-outcome/1.0.0/schema.json",
            "schemas/p2p-operation-outcome/1.0.0/accepted/consent-constraint.json",
            "schemas/p2p-operation-outcome/1.0.0/accepted/no-match.json",
            "schemas/p2p-operation-outcome/1.0.0/rejected/issue-missing.json",
            "schemas/p2p-operation-outcome/1.0.0/rejected/undeclared-member.json",
        ],
    },
];

pub(super) const POLICIES: &[(&str, &str)] = shipped![
    "policies/board.toml",
    "policies/profiles/local.toml",
    "policies/profiles/pull-request.toml",
    "policies/profiles/release-candidate.toml",
    "policies/profiles/staging.toml",
    "policies/rules/auth-scope-mismatch/fires/other-guide.json",
    "policies/rules/auth-scope-mismatch/fires/published-mistake.json",
    "policies/rules/auth-scope-mismatch/quiet/letter-for-letter.json",
    "policies/rules/auth-scope-mismatch/rule.rego",
    "policies/rules/auth-scope-mismatch/rule.toml",
    "policies/rules/auth-undeclared/fires/nothing-declared.json",
    "policies/rules/auth-undeclared/fires/scheme-only.json",
    "policies/rules/auth-undeclared/quiet/scheme-and-scope.json",
    "policies/rules/auth-undeclared/rule.rego",
    "policies/rules/auth-undeclared/rule.toml",
    "policies/rules/consent-metadata-missing/fires/all-items-optional.json",
    "policies/rules/consent-metadata-missing/fires/one-item-optional.json",
    "policies/rules/consent-metadata-missing/quiet/all-items-required.json",
    "policies/rules/consent-metadata-missing/quiet/no-consent-travels.json",
    "policies/rules/consent-metadata-missing/rule.rego",
    "policies/rules/consent-metadata-missing/rule.toml",
    "policies/rules/name-irregular/fires/entry-pascal.json",
    "policies/rules/name-irregular/fires/entry-snake.json",
    "policies/rules/name-irregular/fires/field-pascal.json",
    "policies/rules/name-irregular/fires/field-snake.json",
    "policies/rules/name-irregular/fires/field-upper.json",
    "policies/rules/name-irregular/fires/file-camel.json",
    "policies/rules/name-irregular/fires/file-with-blank.json",
    "policies/rules/name-irregular/fires/own-field-camel.json",
    "policies/rules/name-irregular/fires/version-pre-release.json",
    "policies/rules/name-irregular/fires/version-with-letter.json",
    "policies/rules/name-irregular/quiet/all-regular.json",
    "policies/rules/name-irregular/rule.rego",
    "policies/rules/name-irregular/rule.toml",
    "policies/rules/semantics-missing/fires/absent-and-restated.json",
    "policies/rules/semantics-missing/quiet/says-enough.json",
    "policies/rules/semantics-missing/rule.rego",
    "policies/rules/semantics-missing/rule.toml",
];

pub(super) const CONFIG: &[(&str, &str)] = shipped!["matchmark.toml"];

/// A month of recorded payloads, and whose it is. Its first records of `SCHEMAS` become the small history.
pub(super) const HISTORY: (&str, &str) = (
    "payloads/contoso/2026-10.ndjson",
    include_str!("../../../payloads/contoso/2026-10.ndjson"),
);

pub(super) const WORKFLOW: &str = include_str!("workflow.yml");
