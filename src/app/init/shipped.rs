//! The files of a small working repository: those that this repository ships itself, so that they cannot drift.

/// Path and text of files that are handed on as they are.
macro_rules! shipped {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../", $path)))),*]
    };
}

/// One version of a schema with its examples.
pub(super) struct Schema {
    pub entry: &'static str,
    pub version: &'static str,
    pub file: &'static str,
    pub parts: &'static [(&'static str, &'static str)],
}

pub(super) const SCHEMAS: &[Schema] = &[
    Schema {
        entry: "hrex-member-match-response",
        version: "2.0.1",
        file: include_str!("../../../schemas/hrex-member-match-response/entry.toml"),
        parts: shipped![
            "schemas/hrex-member-match-response/2.0.1/schema.json",
            "schemas/hrex-member-match-response/2.0.1/accepted/unique-member-number-and-record.json",
            "schemas/hrex-member-match-response/2.0.1/accepted/unique-member-number.json",
            "schemas/hrex-member-match-response/2.0.1/rejected/identifier-missing.json",
            "schemas/hrex-member-match-response/2.0.1/rejected/type-member-number.json",
        ],
    },
    Schema {
        entry: "p2p-operation-outcome",
        version: "1.0.0",
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

pub(super) const POLICIES: &[(&str, &str)] = shipped!["policies/board.toml"];

pub(super) const CONFIG: &[(&str, &str)] = shipped!["matchmark.toml"];

/// A month of recorded payloads, and whose it is. Its first records of `SCHEMAS` become the small history.
pub(super) const HISTORY: (&str, &str) = (
    "payloads/contoso/2026-10.ndjson",
    include_str!("../../../payloads/contoso/2026-10.ndjson"),
);

pub(super) const WORKFLOW: &str = include_str!("workflow.yml");
