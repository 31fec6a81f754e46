//! What a certificate is known by: its digest, and the names and dates that it carries.
//! Refuses to judge who issued it: the handshake has done that.

use domain::Timestamp;
use sha2::{Digest, Sha256};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The certificate at the other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// Source: RFC 8705 section 3.1, `x5t#S256`
    pub thumbprint: String,
    /// Its alternative names that are URIs.
    pub uris: Vec<String>,
    begins: Timestamp,
    ends: Timestamp,
}

impl Certificate {
    /// Reads a certificate; nothing when it is none.
    pub(crate) fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let names = certificate.subject_alternative_name().ok()?;
        let names = names.map_or(&[][..], |names| &names.value.general_names);
        let uris = names.iter().filter_map(|name| match name {
            GeneralName::URI(uri) => Some((*uri).to_owned()),
            _ => None,
        });
        let validity = certificate.validity();
        let at = |seconds| Timestamp::from_timestamp(seconds, 0);
        Some(Self {
            thumbprint: url_text(&Sha256::digest(der)),
            uris: uris.collect(),
            begins: at(validity.not_before.timestamp())?,
            ends: at(validity.not_after.timestamp())?,
        })
    }

    /// Is it still good? A connection may outlive the certificate that opened it.
    pub(crate) fn is_valid(&self, now: Timestamp) -> bool {
        self.begins <= now && now <= self.ends
    }
}

/// Bytes as base64url without padding.
///
/// Source: RFC 4648 section 5; RFC 7515 appendix C
pub(crate) fn url_text(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digit = |bits: u32| char::from(DIGITS.get((bits & 63) as usize).copied().unwrap_or(b'_'));
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let whole = chunk
                .iter()
                .fold(0u32, |whole, byte| whole << 8 | u32::from(*byte));
            let whole = whole << (8 * (3 - chunk.len()));
            (0..=chunk.len()).map(move |place| digit(whole >> (18 - 6 * place)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_the_standard_says() {
        // Source: RFC 4648 section 10, less the padding
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(url_text(bytes.as_bytes()), text);
        }
        assert_eq!(url_text(&[0xfb, 0xff, 0xfe]), "-__-");
    }

    #[test]
    fn what_is_no_certificate_is_nothing() {
        assert_eq!(Certificate::read(b"no certificate"), None);
        assert_eq!(Certificate::read(b""), None);
    }
}
