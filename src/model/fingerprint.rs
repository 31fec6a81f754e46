//! Digests: of bytes, and of what makes two findings the same finding.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read};

/// `sha256:` and the lower-case hex digest of `bytes`.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(bytes))
}

/// The same of everything that `reader` gives, which may be more than memory holds.
///
/// Errors: those of the reader, but for an interruption, after which it is asked again
pub fn digest_of(mut reader: impl Read) -> io::Result<String> {
    let mut state = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = match reader.read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read?,
        };
        let Some(chunk) = buffer.get(..count).filter(|chunk| !chunk.is_empty()) else {
            return Ok(format!("sha256:{}", lower(&state.finalize())));
        };
        state.update(chunk);
    }
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
    lower(&Sha256::digest(bytes))
}

fn lower(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_same_in_one_piece_and_in_many() {
        let bytes = vec![7; 200_000];
        assert_eq!(digest_of(bytes.as_slice()).ok(), Some(digest(&bytes)));
    }

    /// A text of which every other piece is interrupted.
    struct Interrupted<'t> {
        text: &'t [u8],
        is_next: bool,
    }

    impl Read for Interrupted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.is_next = !self.is_next;
            match self.is_next {
                true => Err(ErrorKind::Interrupted.into()),
                false => self.text.read(buffer),
            }
        }
    }

    /// A text that cannot be read.
    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(ErrorKind::PermissionDenied.into())
        }
    }

    #[test]
    fn an_interruption_changes_no_digest_and_any_other_failure_is_one() {
        let bytes = vec![7; 200_000];
        let reader = Interrupted {
            text: &bytes,
            is_next: false,
        };
        assert_eq!(digest_of(reader).ok(), Some(digest(&bytes)));
        let kind = digest_of(Broken).map_err(|error| error.kind());
        assert_eq!(kind, Err(ErrorKind::PermissionDenied));
    }

    #[test]
    fn a_fingerprint_tells_its_four_parts_apart() {
        let base = fingerprint("a/b", "s", "/p", "k");
        assert_eq!(base.len(), 16);
        assert_ne!(base, fingerprint("a/b", "s/p", "", "k"));
        assert_ne!(base, fingerprint("a/b", "s", "/p", "j"));
    }
}
