//! The shapes of `$member-match` in the field, as data.
//! Refuses to know partners: a profile names its dialect by id.

use super::refusal::ErrorRule;
use domain::bulk::Form;
use domain::routing::OperationVersion;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which code reads and writes the dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AdapterKind {
    Profiled,
    Hapi,
    Microsoft,
    /// The answer is found by the places that the file names.
    Mapped,
}

/// Where an answer says who the member is: a part by its name, and a place below it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct At {
    pub part: String,
    /// A JSON pointer from the part.
    pub pointer: String,
}

/// Where the parts of an answer are, for a shape that needs no code of its own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Shape {
    pub identifier: At,
    pub system: Option<At>,
    pub patient: Option<At>,
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

impl TypeCode {
    /// Is this coding the code?
    pub(super) fn is(&self, coding: &Value) -> bool {
        let says = |name: &str, word: &str| coding.get(name).is_some_and(|said| *said == *word);
        says("system", &self.system) && says("code", &self.code)
    }
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
    /// Where an answer says what, for adapters of kind `mapped`.
    pub shape: Option<Shape>,
    /// What its refusals mean, before every other rule.
    #[serde(default)]
    pub errors: Vec<ErrorRule>,
    /// What refusals mean in every dialect.
    #[serde(skip)]
    pub common: Arc<[ErrorRule]>,
    /// How its guide exchanges many members at once; an edition without a bulk match of its own is asked and answered
    /// as the newest one.
    #[serde(default)]
    pub bulk: BulkEdition,
}

/// How an edition asks for many members at once, and reads the answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct BulkEdition {
    pub form: Form,
    /// Version of our entry `pdex-bulk-member-match-request` that requests meet.
    pub schema_version: String,
}

impl Default for BulkEdition {
    fn default() -> Self {
        Self {
            form: Form::Groups,
            schema_version: "1.0.1".to_owned(),
        }
    }
}

/// A dialect file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DialectError {
    #[error("the dialect {id} is malformed")]
    Malformed {
        id: String,
        #[source]
        source: toml::de::Error,
    },
    #[error("a rule of the dialect {id} says nothing, so it would take every refusal")]
    EmptyRule { id: String },
    #[error("the dialect {id} is mapped and says no shape, or says one and is not")]
    Shape { id: String },
    #[error("there are two dialects {id}")]
    Twice { id: String },
}

/// `reference/config/taxonomy/<n>.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Taxonomy {
    error: Vec<ErrorRule>,
}

const TAXONOMY: (&str, &str) = (
    "taxonomy/1",
    include_str!("../../../config/taxonomy/1.toml"),
);

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
    #[cfg(test)]
    pub(crate) fn built_in() -> Result<Self, DialectError> {
        Self::with(&BTreeMap::new())
    }

    /// Reads the dialects that are built in, and those of the files that were handed in, by their name.
    ///
    /// Errors: the first file that cannot be used
    pub(crate) fn with(more: &BTreeMap<String, String>) -> Result<Self, DialectError> {
        let (id, text) = TAXONOMY;
        let common: Taxonomy = read(id, text)?;
        let common: Arc<[ErrorRule]> = sound(id, common.error)?.into();
        let mut all = BTreeMap::new();
        let more = more.iter().map(|(id, text)| (id.as_str(), text.as_str()));
        for (id, text) in FILES.into_iter().chain(more) {
            let mut dialect: Dialect = read(id, text)?;
            let id = dialect.id.clone();
            if (dialect.adapter == AdapterKind::Mapped) != dialect.shape.is_some() {
                return Err(DialectError::Shape { id });
            }
            dialect.errors = sound(&id, dialect.errors)?;
            dialect.common = Arc::clone(&common);
            if all.insert(id.clone(), dialect).is_some() {
                return Err(DialectError::Twice { id });
            }
        }
        Ok(Self(all))
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Dialect> {
        self.0.get(id)
    }

    /// Which version of the operation each dialect speaks.
    pub(crate) fn versions(&self) -> BTreeMap<String, OperationVersion> {
        let version = |dialect: &Dialect| dialect.schema_version.parse().ok();
        self.0
            .iter()
            .filter_map(|(id, dialect)| Some((id.clone(), version(dialect)?)))
            .collect()
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

fn read<T: DeserializeOwned>(id: &str, text: &str) -> Result<T, DialectError> {
    toml::from_str(text).map_err(|source| DialectError::Malformed {
        id: id.to_owned(),
        source,
    })
}

fn sound(id: &str, rules: Vec<ErrorRule>) -> Result<Vec<ErrorRule>, DialectError> {
    if rules.iter().all(ErrorRule::is_sound) {
        Ok(rules)
    } else {
        Err(DialectError::EmptyRule { id: id.to_owned() })
    }
}
