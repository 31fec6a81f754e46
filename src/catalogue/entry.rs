//! Entries of the catalogue and their versions.

use super::{Against, Operation, Source, Transform, bundle};
use crate::model::{Direction, Place, VersionId, VersionName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wire::json::Document;

/// How far a version has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Draft,
    Candidate,
    Released,
    Deprecated,
    Retired,
}

impl Status {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Candidate => "candidate",
            Self::Released => "released",
            Self::Deprecated => "deprecated",
            Self::Retired => "retired",
        }
    }

    /// Whether partners may use it: released and not yet retired.
    #[must_use]
    pub fn is_served(self) -> bool {
        matches!(self, Self::Released | Self::Deprecated)
    }

    /// Whether its files may still change.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Candidate)
    }
}

/// Sensitivity of what a payload carries: P3 identified clinical or claims, P2 identified demographics
/// or coverage, P1 pseudonymous or organisation ids tied to a request, P0 none.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum PhiClass {
    P0,
    P1,
    P2,
    P3,
}

impl PhiClass {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::P0 => "P0",
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
        }
    }
}

/// What an entry has to do with consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentNeed {
    /// It carries member data but no consent.
    None,
    /// A consent travels inside it, so all 13 HRex items must be required.
    Bearing,
    /// It may only be sent when a consent was judged.
    Required,
}

impl ConsentNeed {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bearing => "bearing",
            Self::Required => "required",
        }
    }
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Criticality {
    Low,
    Medium,
    High,
}

impl Criticality {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What may be assumed of whoever sends payloads of an entry.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Assumption {
    /// It emits only properties that its own schema declares.
    DeclaredProducer,
}

impl Assumption {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::DeclaredProducer => "declared-producer",
        }
    }
}

/// What the keyword `format` does when versions of an entry are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FormatMode {
    /// It says nothing.
    #[default]
    Annotation,
    /// It restricts.
    Assertion,
}

impl FormatMode {
    /// What a comparison takes formats for, as its report says it.
    #[must_use]
    pub fn limit(self) -> &'static str {
        match self {
            Self::Annotation => {
                "Formats such as `date` count as annotations, as JSON Schema 2020-12 has it."
            }
            Self::Assertion => "Formats such as `date` restrict, as the entry asks for.",
        }
    }
}

/// `schemas/<id>/entry.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EntryFile {
    pub id: String,
    pub title: String,
    pub direction: Direction,
    /// A team of `policies/board.toml`.
    #[serde(default)]
    pub owner: String,
    #[serde(default)]
    pub reviewers: Vec<String>,
    #[serde(default)]
    pub escalation: String,
    pub criticality: Criticality,
    pub phi: PhiClass,
    /// The published guide that it comes from, or `matchmark` for shapes of our own.
    pub guide: String,
    /// Canonicals of the published profiles that it stands for, without a version: a payload that claims one is this.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// Entry of its refusals; `none` where it cannot be refused.
    pub errors: String,
    /// JSON pointers of the attributes that identify a member; `*` stands for any array index.
    pub identity: Vec<String>,
    pub consent: ConsentNeed,
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// What the comparison of versions may assume of senders; recorded payloads refute it.
    #[serde(default)]
    pub assume: Vec<Assumption>,
    /// Whether the comparison of versions takes `format` for a restriction.
    #[serde(default)]
    pub format: FormatMode,
    #[serde(default)]
    pub operation: Option<Operation>,
    #[serde(default, rename = "version")]
    pub versions: Vec<VersionFile>,
}

/// One `[[version]]` of `entry.toml`. A draft or candidate lives in the folder `next`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VersionFile {
    #[schemars(with = "String")]
    pub version: semver::Version,
    /// Version of the published guide.
    pub guide_version: Option<String>,
    pub status: Status,
    #[schemars(with = "Option<String>")]
    pub released: Option<chrono::NaiveDate>,
    /// Account that asked for the release: its own approval of it does not count.
    pub requested_by: Option<String>,
    #[schemars(with = "Option<String>")]
    pub deprecated: Option<chrono::NaiveDate>,
    #[schemars(with = "Option<String>")]
    pub sunset: Option<chrono::NaiveDate>,
    pub replaced_by: Option<String>,
    pub migration: Option<String>,
    /// Digest of `schema.json`, written at release; the file never changes afterwards.
    pub digest: Option<String>,
    #[serde(default)]
    pub notes: String,
}

/// A synthetic payload that a version must accept or reject.
#[derive(Clone, Debug)]
pub struct Example {
    pub path: String,
    pub document: Arc<Document>,
}

/// One version of an entry: its schema and its examples.
#[derive(Clone, Debug)]
pub struct SchemaVersion {
    pub id: VersionId,
    /// Number that it has or, for `next`, that it declares to get.
    pub number: semver::Version,
    pub file: VersionFile,
    /// Path of `schema.json`.
    pub path: String,
    pub digest: String,
    pub schema: Arc<Document>,
    pub accepted: Vec<Example>,
    pub rejected: Vec<Example>,
    /// `NOTES.md`: what a release says of the step that leads to this version.
    pub notes: Option<Source>,
}

/// A message of the exchange with all its versions.
#[derive(Clone, Debug)]
pub struct Entry {
    pub source: Source,
    pub file: EntryFile,
    /// In order of their numbers, `next` last.
    pub versions: BTreeMap<VersionName, SchemaVersion>,
    /// `transforms/<from>-to-<to>.toml`, by the stem of the file.
    pub transforms: BTreeMap<String, Transform>,
}

impl Entry {
    /// Versions that partners may use, oldest first.
    pub fn served(&self) -> impl DoubleEndedIterator<Item = &SchemaVersion> {
        self.versions
            .values()
            .filter(|version| version.file.status.is_served())
    }

    /// Versions with a number, oldest first.
    pub fn released(&self) -> impl DoubleEndedIterator<Item = &SchemaVersion> {
        self.versions
            .values()
            .filter(|version| version.id.version != VersionName::Next)
    }

    /// The version that `version` follows: the newest released one below it, or the newest of all.
    #[must_use]
    pub fn followed(&self, version: &SchemaVersion) -> Option<&SchemaVersion> {
        let others = || self.released().rev().filter(|old| old.id != version.id);
        let below = others().find(|old| old.number < version.number);
        let is_draft = version.id.version == VersionName::Next;
        below.or_else(|| others().next().filter(|_| is_draft))
    }

    /// Versions that a new `version` has to be held against, oldest first: those before it, as far as `against` says.
    #[must_use]
    pub fn before(&self, version: &SchemaVersion, against: Against) -> Vec<&SchemaVersion> {
        let is_before = |old: &&SchemaVersion| old.number < version.number && old.id != version.id;
        let before: Vec<&SchemaVersion> = self.released().filter(is_before).collect();
        // A number below all others is held against the newest, so that nothing new goes unjudged.
        let newest = before.last().copied().or_else(|| {
            let mut others = self.released().filter(|old| old.id != version.id);
            others.next_back()
        });
        let is_meant = |old: &&SchemaVersion| {
            newest.is_some_and(|newest| newest.id == old.id)
                || match against {
                    Against::Latest => false,
                    Against::Served => old.file.status.is_served(),
                    Against::All => true,
                }
        };
        let mut meant: Vec<&SchemaVersion> = before.iter().copied().filter(is_meant).collect();
        if meant.is_empty() {
            meant.extend(newest);
        }
        meant
    }

    /// The draft, if one is being written.
    #[must_use]
    pub fn draft(&self) -> Option<&SchemaVersion> {
        self.versions.get(&VersionName::Next)
    }
}

/// All entries, by id.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub entries: BTreeMap<String, Entry>,
}

impl Catalogue {
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    #[must_use]
    pub fn version(&self, id: &VersionId) -> Option<&SchemaVersion> {
        self.entries.get(&id.entry)?.versions.get(&id.version)
    }

    /// All versions of all entries, by id and number.
    pub fn versions(&self) -> impl Iterator<Item = &SchemaVersion> {
        self.entries
            .values()
            .flat_map(|entry| entry.versions.values())
    }

    /// Served versions of `entry` that `range` admits, and its draft when the range admits that number.
    #[must_use]
    pub fn in_range(&self, entry: &str, range: &semver::VersionReq) -> Vec<&SchemaVersion> {
        self.entries.get(entry).map_or_else(Vec::new, |found| {
            found
                .versions
                .values()
                .filter(|version| version.file.status.is_served() || version.file.status.is_open())
                .filter(|version| range.matches(&version.number))
                .collect()
        })
    }

    /// The version as one document that needs no other: every entry that it refers to stands under `$defs`.
    ///
    /// Errors: the first reference that leads out of the catalogue
    pub fn bundle(&self, id: &VersionId) -> Result<bundle::Bundle, bundle::MissingReference> {
        bundle::bundle(self, id)
    }

    /// Every version that this one refers to, however far; what leads out of the catalogue is left out.
    #[must_use]
    pub fn drawn(&self, id: &VersionId) -> BTreeSet<VersionId> {
        bundle::drawn(self, id)
    }

    /// Whether both have a version and say the same in it, and in every version that it refers to.
    #[must_use]
    pub fn is_same(&self, other: &Self, id: &VersionId) -> bool {
        let is_same = |id: &VersionId| {
            let both = self.version(id).zip(other.version(id));
            both.is_some_and(|(one, two)| {
                Arc::ptr_eq(&one.schema, &two.schema) || one.schema.text() == two.schema.text()
            })
        };
        let drawn = self.drawn(id);
        is_same(id) && drawn.iter().all(is_same) && drawn == other.drawn(id)
    }

    /// The file, line and column of `pointer` in the bundle of `id`, or of its nearest parent that stands there.
    #[must_use]
    pub fn place(&self, id: &VersionId, pointer: &str) -> Place {
        let (owner, local) = bundle::owner(id, pointer);
        self.version(&owner).map_or_else(
            || Place::start(format!("schemas/{}", owner.entry)),
            |version| Place::at(&version.path, version.schema.nearest(&local)),
        )
    }
}
