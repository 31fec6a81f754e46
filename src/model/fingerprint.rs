//! Digests: of bytes, and of what makes two findings the same finding.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// `sha256:` and the lower-case hex digest of `bytes`.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(bytes))
}

/// Sixteen hex digits that stay the same for as long as rule, subject, pointer and kind do.
///
/// The wording is left out, so a reworded message keeps its waivers.
#[must_use]
pub fn fingerprint(rule: &str, subject: &str, pointer: &str, kind: &str) -> String {
    let joined = [rule, subject, pointer, kind].join("\u{1f}");
    let mut text = hex(joined.as_bytes());
    text.truncate(16);
    text
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_its_four_parts_apart() {
        let base = fingerprint("a/b", "s", "/p", "k");
        assert_eq!(base.len(), 16);
        assert_ne!(base, fingerprint("a/b", "s/p", "", "k"));
        assert_ne!(base, fingerprint("a/b", "s", "/p", "j"));
    }
}
