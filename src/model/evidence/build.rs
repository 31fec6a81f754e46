//! A version of a participant as evidence and deployments name it.
//! Refuses to know what the participant is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fewest digits by which a commit may be named.
///
/// Source: git's own default for abbreviated object names
const SHORTEST: usize = 7;
/// Digits of a commit that people are shown.
const SHOWN: usize = 12;

/// A version: its number, the commit that it was built from, or both.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// A semantic version number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// All digits of the git commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

impl Build {
    /// A version that is known by its number alone.
    #[must_use]
    pub fn numbered(number: impl Into<String>) -> Self {
        Self {
            number: Some(number.into()),
            commit: None,
        }
    }

    /// The version that `text` names: a semantic version, or seven or more digits of a commit.
    ///
    /// Errors: it is neither
    pub fn asked(text: &str) -> Result<Self, &'static str> {
        if semver::Version::parse(text).is_ok() {
            return Ok(Self::numbered(text));
        }
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if (SHORTEST..=64).contains(&text.len()) && text.bytes().all(is_digit) {
            return Ok(Self {
                number: None,
                commit: Some(text.to_owned()),
            });
        }
        Err("a version is a number such as 1.4.0, seven or more digits of a commit, or HEAD")
    }

    /// Whether both are one version: commits decide where both have one, else numbers do.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        match (&self.commit, &other.commit) {
            (Some(own), Some(theirs)) => {
                own.starts_with(theirs.as_str()) || theirs.starts_with(own.as_str())
            }
            _ => self.number.is_some() && self.number == other.number,
        }
    }

    /// One folder name: `1.4.0+3f2c91a0b1c2`.
    #[must_use]
    pub fn folder(&self) -> String {
        let commit = self.commit.as_deref().map(shortened);
        match (&self.number, commit) {
            (Some(number), Some(commit)) => format!("{number}+{commit}"),
            (Some(number), None) => number.clone(),
            (None, Some(commit)) => commit,
            (None, None) => "unknown".to_owned(),
        }
    }
}

fn shortened(commit: &str) -> String {
    commit.chars().take(SHOWN).collect()
}

impl std::fmt::Display for Build {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let commit = self.commit.as_deref().map(shortened);
        match (&self.number, commit) {
            (Some(number), Some(commit)) => write!(f, "{number} ({commit})"),
            (Some(number), None) => f.write_str(number),
            (None, Some(commit)) => f.write_str(&commit),
            (None, None) => f.write_str("unknown"),
        }
    }
}

/// A participant in one version.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// As contracts call it.
    pub name: String,
    /// Which version of it.
    pub version: Build,
}

impl std::fmt::Display for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_commit_outweighs_a_number() {
        let build = |number: &str, commit: &str| Build {
            number: Some(number.to_owned()),
            commit: Some(commit.to_owned()),
        };
        let one = build("1.0.0", "aaaaaaaabbbb");
        assert!(one.is(&Build::asked("aaaaaaaa").unwrap()));
        assert!(one.is(&Build::asked("1.0.0").unwrap()));
        assert!(!one.is(&build("1.0.0", "ccccccccdddd")));
        assert!(one.is(&build("1.0.1", "aaaaaaaabbbb")));
        assert!(!Build::default().is(&Build::default()));
    }

    #[test]
    fn a_version_is_a_number_or_a_commit() {
        assert_eq!(Build::asked("1.4.0").unwrap().folder(), "1.4.0");
        assert!(Build::asked("latest").is_err());
        assert!(Build::asked("abc").is_err());
    }
}
