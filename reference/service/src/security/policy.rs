//! The numbers of security: how long proofs live, and from when on somebody is told.
//! Refuses a document that is malformed.

use domain::ids::DocumentNumber;
use domain::resilience::Rate;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// `reference/config/security/<n>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SecurityPolicy {
    pub number: DocumentNumber,
    pub title: String,
    #[serde(deserialize_with = "seconds")]
    pub token_life: Duration,
    #[serde(deserialize_with = "seconds")]
    pub grace: Duration,
    #[serde(deserialize_with = "seconds")]
    pub connection_age: Duration,
    #[serde(deserialize_with = "seconds")]
    pub handshake: Duration,
    pub handshakes: u16,
    #[serde(deserialize_with = "seconds")]
    pub head: Duration,
    #[serde(deserialize_with = "seconds")]
    pub body: Duration,
    pub connections: u16,
    pub connections_of_one: u16,
    pub bodies: u32,
    #[serde(deserialize_with = "seconds")]
    pub watch: Duration,
    pub address: Rate,
    pub alarm: AlarmLimit,
    pub refusals: RefusalLimit,
    pub guesses: GuessLimit,
}

/// How many refusals within the window are more than mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AlarmLimit {
    pub refusals: u16,
    #[serde(deserialize_with = "seconds")]
    pub window: Duration,
}

/// How many refusals of a stranger have an event of their own within the window; the rest of it is told by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RefusalLimit {
    pub first: u16,
    #[serde(deserialize_with = "seconds")]
    pub window: Duration,
}

/// How many coverage identifiers a client may try for the same demographics.
///
/// Source: HRex 1.2.0 mm-7
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GuessLimit {
    pub limit: u16,
    #[serde(deserialize_with = "seconds")]
    pub window: Duration,
}

impl SecurityPolicy {
    /// The policy that is built in.
    ///
    /// Errors: none, as a test shows
    pub fn built_in() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../../config/security/1.toml"))
    }
}

fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    u64::deserialize(from).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_built_in_policy_is_whole_and_keeps_the_limits_of_the_guides() {
        let policy = SecurityPolicy::built_in().unwrap();
        assert_eq!(policy.token_life, Duration::from_secs(300));
        assert!(policy.grace >= policy.token_life);
        assert!(policy.alarm.refusals > 1 && policy.guesses.limit > 1);
    }
}
