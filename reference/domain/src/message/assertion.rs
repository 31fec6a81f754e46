//! The claims with which a payer's client asks for an access token.
//! Refuses to know signatures, certificates and the clock: the claims have been unpacked before.

use super::envelope::Other;
use serde::{Deserialize, Serialize};

/// Longest life of a token, seconds.
///
/// Source: UDAP Security 2.0.0, Constructing an Authentication Token
pub const LONGEST_LIFE: i64 = 300;

vocabulary! {
    /// Edition of the extension.
    ///
    /// Source: UDAP Security 2.0.0, B2B Authorization Extension Object
    ExtensionEdition { One = "1", }
}

/// The claims of the token.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Assertion {
    /// The client that made the token.
    pub iss: String,
    /// The client that the token speaks for.
    pub sub: String,
    /// Address of the token endpoint.
    pub aud: String,
    /// Second since 1970 after which the token counts for nothing.
    pub exp: i64,
    /// Second since 1970 at which the token was made.
    pub iat: i64,
    /// A word used once.
    pub jti: String,
    pub extensions: Extensions,
    #[serde(flatten)]
    pub other: Other,
}

/// What the request is about.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Extensions {
    #[serde(rename = "hl7-b2b")]
    pub context: Context,
    #[serde(flatten)]
    pub other: Other,
}

/// Who asks, why, and with which permission.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Context {
    pub version: ExtensionEdition,
    pub organization_id: String,
    pub purpose_of_use: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consent_policy: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consent_reference: Vec<String>,
    #[serde(flatten)]
    pub other: Other,
}

impl Assertion {
    /// How long the token lives.
    ///
    /// Units:  seconds; negative when it ends before it begins
    #[must_use]
    pub fn life(&self) -> i64 {
        self.exp.saturating_sub(self.iat)
    }

    /// Whether the token speaks for the client that made it, and not for longer than allowed.
    #[must_use]
    pub fn is_of_its_own_client_and_short(&self) -> bool {
        self.iss == self.sub && (1..=LONGEST_LIFE).contains(&self.life())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::envelope::read;
    use serde_json::json;

    fn claims(sub: &str, exp: i64) -> Assertion {
        read(json!({
            "iss": "px-client-7", "sub": sub, "aud": "https://northwind.example/oauth/token", "exp": exp, "iat": 1_000, "jti": "1",
            "extensions": { "hl7-b2b": { "version": "1", "organization_id": "https://payer-exchange.example", "purpose_of_use": ["urn:example#1"] } },
        }))
        .unwrap()
    }

    #[test]
    fn a_token_may_live_300_seconds_and_no_longer() {
        assert!(claims("px-client-7", 1_300).is_of_its_own_client_and_short());
        assert!(!claims("px-client-7", 1_301).is_of_its_own_client_and_short());
    }

    #[test]
    fn a_token_that_ends_before_it_begins_is_refused() {
        assert!(!claims("px-client-7", 1_000).is_of_its_own_client_and_short());
        assert_eq!(claims("px-client-7", i64::MIN).life(), i64::MIN);
    }

    #[test]
    fn a_token_for_somebody_else_is_refused() {
        assert!(!claims("px-client-8", 1_100).is_of_its_own_client_and_short());
    }
}
