//! The shapes of `$member-match` in the field, as data.
//! Refuses to know partners: a profile names its dialect by id.

use serde::Deserialize;
use std::collections::BTreeMap;

/// Which code reads and writes the dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AdapterKind {
    Profiled,
    Hapi,
    Microsoft,
}

/// Which number of the member an answer names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Named {
    /// The number on the card.
    MemberNumber,
    /// The payer's own number of the person, which outlives cards and plans.
    UniqueNumber,
}

/// A code of a code system.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypeCode {
    pub system: String,
    pub code: String,
}

/// One file of `reference/config/dialects/`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Dialect {
    pub id: String,
    #[allow(dead_code, reason = "for whoever reads the file")]
    pub title: String,
    pub adapter: AdapterKind,
    /// Version of our entry `hrex-member-match-request` that requests of this dialect meet.
    pub schema_version: String,
    /// What callers write into `X-PDex-Spec-Version` to choose it, without the last number.
    pub pdex_versions: Vec<String>,
    /// What the part with the old coverage is called.
    pub coverage_part: String,
    /// What the identifier in an answer is, and its type.
    pub identifier: Named,
    pub identifier_type: TypeCode,
    /// Does an answer name the patient?
    pub member_id: bool,
}

/// A dialect file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the dialect {id} is malformed")]
pub struct DialectError {
    pub id: &'static str,
    #[source]
    pub source: toml::de::Error,
}

/// Every dialect we speak.
#[derive(Clone, Debug)]
pub(crate) struct Dialects(BTreeMap<String, Dialect>);

/// The dialect of callers without a profile of their own (ours: the newest).
const DEFAULT: &str = "hrex-1.2";

const FILES: [(&str, &str); 5] = [
    (
        "hrex-1.0",
        include_str!("../../../config/dialects/hrex-1.0.toml"),
    ),
    (
        "hrex-1.1",
        include_str!("../../../config/dialects/hrex-1.1.toml"),
    ),
    (
        DEFAULT,
        include_str!("../../../config/dialects/hrex-1.2.toml"),
    ),
    ("hapi", include_str!("../../../config/dialects/hapi.toml")),
    (
        "microsoft",
        include_str!("../../../config/dialects/microsoft.toml"),
    ),
];

impl Dialects {
    /// Reads the dialects that are built in.
    pub(crate) fn built_in() -> Result<Self, DialectError> {
        let mut all = BTreeMap::new();
        for (id, text) in FILES {
            let dialect: Dialect =
                toml::from_str(text).map_err(|source| DialectError { id, source })?;
            all.insert(dialect.id.clone(), dialect);
        }
        Ok(Self(all))
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Dialect> {
        self.0.get(id)
    }

    /// The dialect that a PDex version stands for, such as `2.2` or `2.2.0`.
    pub(crate) fn of_pdex(&self, version: &str) -> Option<&Dialect> {
        let mut numbers = version.trim().split('.');
        let wanted = format!("{}.{}", numbers.next()?, numbers.next()?);
        self.0
            .values()
            .find(|dialect| dialect.pdex_versions.contains(&wanted))
    }
}
