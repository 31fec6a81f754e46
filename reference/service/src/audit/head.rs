//! Signatures of tree heads: ES384 JWS, by a key of the log's own.
//! Refuses a head that another key signed, or another algorithm.

use crate::security::token::{SigningKey, VerificationKey};
use domain::audit::TreeHead;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};

/// What the type of a signed head is called, so that no token can stand for one.
const TYPE: &str = "audit-head+jws";

/// The longest line that can be a signed head, in bytes.
const LONGEST: usize = 2048;

/// Signs a head; none when the key cannot.
#[must_use]
pub fn sign(key: &SigningKey, head: &TreeHead) -> Option<String> {
    let mut header = Header::new(Algorithm::ES384);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.verification_key().kid);
    let signer = EncodingKey::from_ec_der(key.pkcs8());
    jsonwebtoken::encode(&header, head, &signer).ok()
}

/// The head that one of these keys signed; none when none of them did.
#[must_use]
pub fn read(signed: &str, keys: &[VerificationKey]) -> Option<TreeHead> {
    if signed.len() > LONGEST {
        return None;
    }
    let header = jsonwebtoken::decode_header(signed).ok()?;
    if header.typ.as_deref() != Some(TYPE) {
        return None;
    }
    let kid = header.kid?;
    let key = keys.iter().find(|key| key.kid == kid)?;
    // A head has no end: what was signed stays signed.
    let mut validation = Validation::new(Algorithm::ES384);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let point = DecodingKey::from_ec_der(&key.point);
    let decoded = jsonwebtoken::decode::<TreeHead>(signed, &point, &validation);
    Some(decoded.ok()?.claims)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::record::Digest;

    fn head() -> TreeHead {
        TreeHead {
            log: "exchanges".parse().unwrap(),
            size: 7,
            root: Digest::of(b"root"),
            at: "2026-10-01T12:00:00.000Z".parse().unwrap(),
            previous: Digest::none(),
        }
    }

    #[test]
    fn a_head_is_believed_under_the_key_that_signed_it_and_no_other() {
        let (key, other) = (
            SigningKey::generate().unwrap(),
            SigningKey::generate().unwrap(),
        );
        let signed = sign(&key, &head()).unwrap();
        let keys = [key.verification_key()];
        assert_eq!(read(&signed, &keys), Some(head()));
        assert_eq!(read(&signed, &[other.verification_key()]), None);
        // The other key under the name of ours.
        let renamed = VerificationKey {
            kid: key.verification_key().kid,
            ..other.verification_key()
        };
        assert_eq!(read(&signed, &[renamed]), None);
        let changed = signed.replace('.', ".e");
        assert_eq!(read(&changed, &keys), None);
    }

    #[test]
    fn a_token_of_the_same_key_is_no_head() {
        let key = SigningKey::generate().unwrap();
        let mut header = Header::new(Algorithm::ES384);
        header.kid = Some(key.verification_key().kid);
        let signer = EncodingKey::from_ec_der(key.pkcs8());
        let token = jsonwebtoken::encode(&header, &head(), &signer).unwrap();
        assert_eq!(read(&token, &[key.verification_key()]), None);
    }
}
