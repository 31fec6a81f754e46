//! What a change does to the set of accepted payloads, and what that costs in each direction.

use super::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who reads and who writes a schema's payloads.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    Request,
    Response,
    Event,
    Shared,
}

impl Direction {
    /// The word that stands in `entry.toml` and in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Event => "event",
            Self::Shared => "shared",
        }
    }

    /// Whether senders of old payloads must still be accepted.
    #[must_use]
    pub fn needs_forth(self) -> bool {
        matches!(self, Self::Request | Self::Shared)
    }

    /// Whether readers of the old version must be able to read every new payload.
    #[must_use]
    pub fn needs_back(self) -> bool {
        matches!(self, Self::Response | Self::Event | Self::Shared)
    }
}

/// What a change does to the set of accepted payloads.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The same payloads are accepted.
    None,
    /// Some payloads are newly rejected.
    Narrows,
    /// Some payloads are newly accepted.
    Widens,
    /// Some are newly rejected, others newly accepted.
    Both,
    /// Neither a proof nor a witness was found.
    Unsure,
}

/// The part of a semantic version that a change moves, smallest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Bump {
    None,
    Patch,
    Minor,
    Major,
}

impl Bump {
    /// The word that stands in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// The bump that leads from one released version to another.
    #[must_use]
    pub fn between(from: &semver::Version, to: &semver::Version) -> Self {
        if to.major != from.major {
            Self::Major
        } else if to.minor != from.minor {
            Self::Minor
        } else if to.patch != from.patch {
            Self::Patch
        } else {
            Self::None
        }
    }
}

impl Effect {
    /// What this effect costs in this direction: the weight of its finding and the bump it requires.
    ///
    /// Source: the Effect x Direction table of the compatibility specification
    #[must_use]
    pub fn cost(self, direction: Direction) -> (Severity, Bump) {
        let forth = direction.needs_forth();
        let back = direction.needs_back();
        match self {
            Self::None => (Severity::Info, Bump::Patch),
            Self::Narrows if forth => (Severity::Error, Bump::Major),
            Self::Widens if back => (Severity::Error, Bump::Major),
            Self::Narrows | Self::Widens => (Severity::Info, Bump::Minor),
            Self::Both => (Severity::Error, Bump::Major),
            Self::Unsure => (Severity::Undecided, Bump::Major),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_hurts_only_the_side_that_depends_on_it() {
        let major = (Severity::Error, Bump::Major);
        let minor = (Severity::Info, Bump::Minor);
        for (effect, request, response, shared) in [
            (Effect::Narrows, major, minor, major),
            (Effect::Widens, minor, major, major),
            (Effect::Both, major, major, major),
        ] {
            assert_eq!(effect.cost(Direction::Request), request);
            assert_eq!(effect.cost(Direction::Response), response);
            assert_eq!(effect.cost(Direction::Event), response);
            assert_eq!(effect.cost(Direction::Shared), shared);
        }
    }

    #[test]
    fn what_is_unsure_costs_a_major_version_in_every_direction() {
        for direction in [
            Direction::Request,
            Direction::Response,
            Direction::Event,
            Direction::Shared,
        ] {
            assert_eq!(
                Effect::Unsure.cost(direction),
                (Severity::Undecided, Bump::Major)
            );
        }
    }
}
