//! The files of a small working repository: those that this repository ships itself, so that they cannot drift.

/// Some versions of a schema with their examples.
pub(super) struct Schema {
    pub entry: &'static str,
    pub versions: &'static [&'static str],
    pub file: &'static str,
    pub parts: &'static [(&'static str, &'static str)],
}

pub(super) const SCHEMAS: &[Schema] = &[
    Schema {
        entry: "hrex-consent",
        versions: &["1.0.0", "2.0.0", "2.0.1"],
        file: include_str!("../../../schemas/hrex-consent/entry.toml"),
        parts: shipped![
            "schemas/hrex-consent/1.0.0/schema.json",
            "schemas/hrex-consent/1.0.0/accepted/regular-one-way.json",
            "schemas/hrex-consent/1.0.0/accepted/two-policies.json",
            "schemas/hrex-consent/1.0.0/rejected/actor-recipient-missing.json",
            "schemas/hrex-consent/1.0.0/rejected/data-period-forbidden.json",
            "schemas/hrex-consent/2.0.0/schema.json",
            "schemas/hrex-consent/2.0.0/NOTES.md",
            "schemas/hrex-consent/2.0.0/accepted/own-policy-beside.json",
            "schemas/hrex-consent/2.0.0/accepted/regular-one-way.json",
            "schemas/hrex-consent/2.0.0/rejected/actor-recipient-missing.json",
            "schemas/hrex-consent/2.0.0/rejected/period-end-missing.json",
            "schemas/hrex-consent/2.0.1/schema.json",
            "schemas/hrex-consent/2.0.1/NOTES.md",
            "schemas/hrex-consent/2.0.1/accepted/own-policy-beside.json",
            "schemas/hrex-consent/2.0.1/accepted/regular-one-way.json",
            "schemas/hrex-consent/2.0.1/rejected/action-missing.json",
            "schemas/hrex-consent/2.0.1/rejected/actor-recipient-missing.json",
        ],
    },
    Schema {
        entry: "hrex-coverage",
        versions: &["1.0.0", "2.0.0", "2.0.1"],
        file: include_str!("../../../schemas/hrex-coverage/entry.toml"),
        parts: shipped![
            "schemas/hrex-coverage/1.0.0/schema.json",
            "schemas/hrex-coverage/1.0.0/accepted/subscriber-number-only.json",
            "schemas/hrex-coverage/1.0.0/accepted/typed-member-number.json",
            "schemas/hrex-coverage/1.0.0/rejected/identifier-without-value.json",
            "schemas/hrex-coverage/1.0.0/rejected/no-identifier-and-no-subscriber-number.json",
            "schemas/hrex-coverage/2.0.0/schema.json",
            "schemas/hrex-coverage/2.0.0/NOTES.md",
            "schemas/hrex-coverage/2.0.0/accepted/dependant-by-subscriber-number.json",
            "schemas/hrex-coverage/2.0.0/accepted/member-number-among-others.json",
            "schemas/hrex-coverage/2.0.0/rejected/beneficiary-missing.json",
            "schemas/hrex-coverage/2.0.0/rejected/member-number-without-value.json",
            "schemas/hrex-coverage/2.0.1/schema.json",
            "schemas/hrex-coverage/2.0.1/NOTES.md",
            "schemas/hrex-coverage/2.0.1/accepted/dependant-by-subscriber-number.json",
            "schemas/hrex-coverage/2.0.1/accepted/member-number-among-others.json",
            "schemas/hrex-coverage/2.0.1/rejected/beneficiary-missing.json",
            "schemas/hrex-coverage/2.0.1/rejected/member-number-without-value.json",
        ],
    },
    Schema {
        entry: "hrex-member-match-request",
        versions: &["1.0.0", "2.0.0", "2.0.1"],
        file: include_str!("../../../schemas/hrex-member-match-request/entry.toml"),
        parts: shipped![
            "schemas/hrex-member-match-request/1.0.0/schema.json",
            "schemas/hrex-member-match-request/1.0.0/accepted/also-fits-the-next-version.json",
            "schemas/hrex-member-match-request/1.0.0/accepted/birth-date-unknown.json",
            "schemas/hrex-member-match-request/1.0.0/rejected/consent-missing.json",
            "schemas/hrex-member-match-request/1.0.0/rejected/coverage-to-match-missing.json",
            "schemas/hrex-member-match-request/2.0.0/schema.json",
            "schemas/hrex-member-match-request/2.0.0/NOTES.md",
            "schemas/hrex-member-match-request/2.0.0/accepted/all-four-parts.json",
            "schemas/hrex-member-match-request/2.0.0/accepted/also-fitted-the-version-before.json",
            "schemas/hrex-member-match-request/2.0.0/rejected/birth-date-missing.json",
            "schemas/hrex-member-match-request/2.0.0/rejected/consent-period-end-missing.json",
            "schemas/hrex-member-match-request/2.0.1/schema.json",
            "schemas/hrex-member-match-request/2.0.1/NOTES.md",
            "schemas/hrex-member-match-request/2.0.1/accepted/all-four-parts.json",
            "schemas/hrex-member-match-request/2.0.1/accepted/also-fitted-the-version-before.json",
            "schemas/hrex-member-match-request/2.0.1/rejected/birth-date-missing.json",
            "schemas/hrex-member-match-request/2.0.1/rejected/consent-period-end-missing.json",
        ],
    },
    Schema {
        entry: "hrex-member-match-response",
        versions: &["1.0.0", "2.0.0", "2.0.1"],
        file: include_str!("../../../schemas/hrex-member-match-response/entry.toml"),
        parts: shipped![
            "schemas/hrex-member-match-response/1.0.0/schema.json",
            "schemas/hrex-member-match-response/1.0.0/accepted/member-number-without-assigner.json",
            "schemas/hrex-member-match-response/1.0.0/accepted/member-number.json",
            "schemas/hrex-member-match-response/1.0.0/rejected/part-with-another-member.json",
            "schemas/hrex-member-match-response/1.0.0/rejected/type-missing.json",
            "schemas/hrex-member-match-response/2.0.0/schema.json",
            "schemas/hrex-member-match-response/2.0.0/NOTES.md",
            "schemas/hrex-member-match-response/2.0.0/accepted/unique-member-number-and-record.json",
            "schemas/hrex-member-match-response/2.0.0/accepted/unique-member-number.json",
            "schemas/hrex-member-match-response/2.0.0/rejected/identifier-missing.json",
            "schemas/hrex-member-match-response/2.0.0/rejected/identifier-part-empty.json",
            "schemas/hrex-member-match-response/2.0.1/schema.json",
            "schemas/hrex-member-match-response/2.0.1/NOTES.md",
            "schemas/hrex-member-match-response/2.0.1/accepted/unique-member-number-and-record.json",
            "schemas/hrex-member-match-response/2.0.1/accepted/unique-member-number.json",
            "schemas/hrex-member-match-response/2.0.1/rejected/identifier-missing.json",
            "schemas/hrex-member-match-response/2.0.1/rejected/identifier-part-empty.json",
        ],
    },
    Schema {
        entry: "hrex-patient-demographics",
        versions: &["1.0.0", "1.0.1"],
        file: include_str!("../../../schemas/hrex-patient-demographics/entry.toml"),
        parts: shipped![
            "schemas/hrex-patient-demographics/1.0.0/schema.json",
            "schemas/hrex-patient-demographics/1.0.0/accepted/birth-sex-instead-of-gender.json",
            "schemas/hrex-patient-demographics/1.0.0/accepted/name-birth-date-gender.json",
            "schemas/hrex-patient-demographics/1.0.0/rejected/birth-date-missing.json",
            "schemas/hrex-patient-demographics/1.0.0/rejected/birth-date-not-a-date.json",
            "schemas/hrex-patient-demographics/1.0.1/schema.json",
            "schemas/hrex-patient-demographics/1.0.1/NOTES.md",
            "schemas/hrex-patient-demographics/1.0.1/accepted/birth-sex-instead-of-gender.json",
            "schemas/hrex-patient-demographics/1.0.1/accepted/name-birth-date-gender.json",
            "schemas/hrex-patient-demographics/1.0.1/rejected/birth-date-missing.json",
            "schemas/hrex-patient-demographics/1.0.1/rejected/birth-date-not-a-date.json",
        ],
    },
    Schema {
        entry: "p2p-operation-outcome",
        versions: &["1.0.0"],
        file: include_str!("../../../schemas/p2p-operation-outcome/entry.toml"),
        parts: shipped![
            "schemas/p2p-operation-outcome/1.0.0/schema.json",
            "schemas/p2p-operation-outcome/1.0.0/accepted/bad-bundle.json",
            "schemas/p2p-operation-outcome/1.0.0/accepted/consent-constraint.json",
            "schemas/p2p-operation-outcome/1.0.0/rejected/details-missing.json",
            "schemas/p2p-operation-outcome/1.0.0/rejected/issue-missing.json",
        ],
    },
];

pub(super) const CONFIG: &[(&str, &str)] = shipped!["matchmark.toml"];

/// One consumer: what it relies on, and who it is.
pub(super) const CONTRACTS: &[(&str, &str)] = shipped!["contracts/northwind/member-match.json"];
pub(super) const PARTNERS: &[(&str, &str)] = shipped!["partners/northwind.toml"];

/// What the entries name as the way from one version to the next.
pub(super) const MIGRATIONS: &[(&str, &str)] = shipped![
    "docs/migrations/hrex-consent-2.md",
    "docs/migrations/hrex-coverage-2.md",
    "docs/migrations/hrex-member-match-request-2.md",
    "docs/migrations/hrex-member-match-response-2.md",
];

/// A month of what that consumer sent and was answered. Its first records of `SCHEMAS` become the small history.
pub(super) const HISTORY: (&str, &str) = (
    "payloads/northwind/2026-10.ndjson",
    include_str!("../../../payloads/northwind/2026-10.ndjson"),
);

/// The gate of our own repository, and what publishes what it found.
pub(super) const GATE: &str = include_str!("../../../.github/workflows/matchmark.yml");
pub(super) const PUBLISH: &str = include_str!("../../../.github/workflows/matchmark-publish.yml");
pub(super) const ACTION: &[(&str, &str)] = shipped![
    ".github/actions/matchmark/action.yml",
    ".github/actions/matchmark/install.sh",
    ".github/actions/matchmark/run.sh",
    ".github/actions/matchmark/step.sh",
];
