//! Names of the things that are judged.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One version of a catalogue entry: a released number, or the draft that is being written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VersionName {
    Number(semver::Version),
    /// The draft in the folder `next`.
    Next,
}

impl VersionName {
    /// The number, when there is one.
    #[must_use]
    pub fn number(&self) -> Option<&semver::Version> {
        match self {
            Self::Number(number) => Some(number),
            Self::Next => None,
        }
    }
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Next => f.write_str("next"),
        }
    }
}

impl FromStr for VersionName {
    type Err = semver::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "next" {
            return Ok(Self::Next);
        }
        text.parse().map(Self::Number)
    }
}

impl Serialize for VersionName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VersionName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for VersionName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "VersionName".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "a semantic version, or the word next",
            "pattern": "^(next|[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?)$"
        })
    }
}

/// A version of an entry, written `id@version`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId {
    pub entry: String,
    pub version: VersionName,
}

/// A text that names no version of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a version is written entry@1.2.3")]
pub struct NoVersion;

impl FromStr for VersionId {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let (entry, version) = text.split_once('@').ok_or(NoVersion)?;
        Ok(Self {
            entry: entry.to_owned(),
            version: version.parse().map_err(|_| NoVersion)?,
        })
    }
}

impl Serialize for VersionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VersionId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for VersionId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "VersionId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "an entry and one of its versions",
            "pattern": "^[^@]+@(next|[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?)$"
        })
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.entry, self.version)
    }
}

/// What a finding speaks of: `hrex-coverage`, `hrex-coverage@2.0.0`, `northwind`, `WV-0001`, a file.
pub type Subject = String;
