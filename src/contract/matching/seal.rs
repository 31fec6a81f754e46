//! Tells values of a payload apart without telling them: a keyed digest that is good for one run.
//! Refuses to know where its key comes from, and to give anything back.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use std::fmt;
use wire::json::canonical;

/// How much of a digest is shown.
///
/// Units:  bytes; two hexadecimal digits each
/// Source: contract specification, section 8
const SHOWN: usize = 8;

/// The key of one run: equal values get equal marks under it, and no two runs share one.
#[derive(Clone)]
pub struct Seal(Hmac<Sha256>);

impl Seal {
    /// Source: RFC 2104, section 2; a key is filled up with zeros to the length of a block
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        let mut block = [0; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte = *key;
        }
        Self(Hmac::new(&block.into()))
    }

    /// The mark of a value: of its canonical form.
    #[must_use]
    pub fn mark(&self, value: &Value) -> String {
        self.digest(canonical(value).as_bytes())
    }

    /// The mark of a text, the same as that of a JSON string with this content.
    #[must_use]
    pub fn mark_text(&self, text: &str) -> String {
        self.mark(&Value::from(text))
    }

    fn digest(&self, text: &[u8]) -> String {
        let whole = self.0.clone().chain_update(text).finalize().into_bytes();
        whole
            .iter()
            .take(SHOWN)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl fmt::Debug for Seal {
    /// The key stays in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn marks_are_those_of_the_standard() {
        // Computed with Python's hmac module: key of 32 bytes 0x0b, text {"a":1}.
        let seal = Seal::new(&[0x0b; 32]);
        assert_eq!(seal.mark(&json!({ "a": 1 })), "248bdfd7b67b7060");
    }

    #[test]
    fn equal_values_have_equal_marks_in_one_run_and_others_in_the_next() {
        let (seal, other) = (Seal::new(&[1; 32]), Seal::new(&[2; 32]));
        let (left, right) = (json!({ "a": 1, "b": [2] }), json!({ "b": [2], "a": 1 }));
        assert_eq!(seal.mark(&left), seal.mark(&right));
        assert_ne!(seal.mark(&left), other.mark(&left));
        assert_ne!(seal.mark_text("1"), seal.mark(&json!(1)));
    }
}
