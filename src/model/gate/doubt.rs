//! The reasons for which a release is undecided.
//! Refuses to know how they come about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a pair is undecided.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    NeverVerified,
    OtherContractDigest,
    OtherProviderVersion,
    OtherSchemaVersion,
    OtherPolicySet,
    OlderMatcher,
    Stale,
    StateHandlerMissing,
    VariantUnproven,
    StaticUndecided,
    UnsupportedContent,
    ReplayMissing,
    EdgeUncovered,
    ProviderNeverPublishes,
    DeployedVersionUnknown,
    EnvironmentDisagrees,
}

impl Doubt {
    pub const ALL: [Self; 16] = [
        Self::NeverVerified,
        Self::OtherContractDigest,
        Self::OtherProviderVersion,
        Self::OtherSchemaVersion,
        Self::OtherPolicySet,
        Self::OlderMatcher,
        Self::Stale,
        Self::StateHandlerMissing,
        Self::VariantUnproven,
        Self::StaticUndecided,
        Self::UnsupportedContent,
        Self::ReplayMissing,
        Self::EdgeUncovered,
        Self::ProviderNeverPublishes,
        Self::DeployedVersionUnknown,
        Self::EnvironmentDisagrees,
    ];

    /// The word that stands in answers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NeverVerified => "never-verified",
            Self::OtherContractDigest => "other-contract-digest",
            Self::OtherProviderVersion => "other-provider-version",
            Self::OtherSchemaVersion => "other-schema-version",
            Self::OtherPolicySet => "other-policy-set",
            Self::OlderMatcher => "older-matcher",
            Self::Stale => "stale",
            Self::StateHandlerMissing => "state-handler-missing",
            Self::VariantUnproven => "variant-unproven",
            Self::StaticUndecided => "static-undecided",
            Self::UnsupportedContent => "unsupported-content",
            Self::ReplayMissing => "replay-missing",
            Self::EdgeUncovered => "edge-uncovered",
            Self::ProviderNeverPublishes => "provider-never-publishes",
            Self::DeployedVersionUnknown => "deployed-version-unknown",
            Self::EnvironmentDisagrees => "environment-disagrees",
        }
    }

    /// Whether there is no record that speaks of this pair at all.
    #[must_use]
    pub fn is_unverified(self) -> bool {
        matches!(
            self,
            Self::NeverVerified
                | Self::OtherContractDigest
                | Self::OtherProviderVersion
                | Self::ProviderNeverPublishes
                | Self::DeployedVersionUnknown
        )
    }
}
