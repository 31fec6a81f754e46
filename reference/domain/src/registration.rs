//! How a client proves who it is: the names in its certificates, and the public keys of its assertions.
//! Refuses to hold anything secret, and to fetch a key from where an assertion says that it is.

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A public key, as a JSON Web Key writes its numbers.
///
/// Source: RFC 7518 6.2.1, 6.3.1; SMART Backend Services names RS384 and ES384
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alg", deny_unknown_fields)]
pub enum PublicKey {
    #[serde(rename = "ES384")]
    Es384 { x: String, y: String },
    #[serde(rename = "RS384")]
    Rs384 { n: String, e: String },
}

impl PublicKey {
    /// Have the numbers the size that the kind of key asks for?
    ///
    /// Source: RFC 7518 6.2.1.2 (a coordinate of P-384 has 48 bytes), 3.3 (an RSA key has 2,048 bits or more)
    #[must_use]
    pub fn is_formed(&self) -> bool {
        let written = |text: &str| {
            let digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            !text.is_empty() && text.bytes().all(digit)
        };
        match self {
            Self::Es384 { x, y } => [x, y].iter().all(|n| n.len() == 64 && written(n)),
            Self::Rs384 { n, e } => {
                let sizes = (342..=1_366).contains(&n.len()) && e.len() <= 8;
                sizes && written(n) && written(e)
            }
        }
    }
}

/// A key of a client, and until when it is believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClientKey {
    pub key: PublicKey,
    /// Set when the client changes its key: both are believed until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// What is registered of a client. One with nothing registered proves nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Registration {
    /// Its certificates carry one of these as a URI among their alternative names.
    ///
    /// Source: PDex 2.2.0 sec-15
    pub certificate_uris: BTreeSet<String>,
    /// By key id.
    pub keys: BTreeMap<String, ClientKey>,
    /// The only address that its assertions may name as the home of their keys. It is compared, never fetched.
    pub key_set_url: Option<String>,
}

impl Registration {
    /// Is one of these names, of one certificate, the client's?
    #[must_use]
    pub fn names<'a>(&self, uris: impl IntoIterator<Item = &'a str>) -> bool {
        uris.into_iter()
            .any(|uri| self.certificate_uris.contains(uri))
    }

    /// The key of this id, if it is believed at `now`.
    #[must_use]
    pub fn key(&self, id: &str, now: Timestamp) -> Option<&PublicKey> {
        let known = self.keys.get(id)?;
        known
            .until
            .is_none_or(|until| now < until)
            .then_some(&known.key)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn registration() -> Registration {
        serde_json::from_str(
            r#"{"certificate-uris": ["urn:payer:northwind"], "keys": {
                "old": {"until": "2026-10-01T12:00:00Z", "key": {"alg": "ES384", "x": "a", "y": "b"}},
                "new": {"key": {"alg": "RS384", "n": "c", "e": "AQAB"}}}}"#,
        )
        .unwrap()
    }

    #[test]
    fn an_old_key_is_believed_beside_the_new_one_until_its_end() {
        let registered = registration();
        let before = at("2026-10-01T11:59:59Z");
        assert!(registered.key("old", before).is_some() && registered.key("new", before).is_some());
        let after = at("2026-10-01T12:00:00Z");
        assert!(registered.key("old", after).is_none() && registered.key("new", after).is_some());
        assert!(registered.key("unknown", before).is_none());
    }

    #[test]
    fn a_certificate_is_the_clients_when_one_of_its_names_is_registered() {
        let registered = registration();
        assert!(registered.names(["urn:other", "urn:payer:northwind"]));
        assert!(!registered.names(["urn:payer:NORTHWIND"]));
        assert!(!Registration::default().names(["urn:payer:northwind"]));
        assert!(!registered.names([]));
    }
}
