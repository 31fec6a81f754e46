//! The digest that a server tells beside the bytes of an answer.
//! Refuses an algorithm that proves nothing: only SHA-256 is read.

use crate::failure::Code;
use crate::record::Digest;

/// The SHA-256 digest of a `Repr-Digest` header; none when it tells others only.
///
/// Errors: it says that it is one and is not
/// Source: RFC 9530 section 3; RFC 8941 section 3.3.5
pub fn told_digest(header: &str) -> Result<Option<Digest>, Code> {
    let mut items = header.split(',').map(str::trim);
    let Some(item) = items.find_map(|item| item.strip_prefix("sha-256=")) else {
        return Ok(None);
    };
    let bad = Code::BadResponse;
    let text = item
        .strip_prefix(':')
        .and_then(|rest| rest.strip_suffix(':'))
        .ok_or(bad)?;
    let bytes = decoded(text).filter(|bytes| bytes.len() == 32).ok_or(bad)?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}").parse().map(Some).map_err(|_| bad)
}

/// Source: RFC 4648 section 4
fn decoded(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=');
    if body.len().saturating_add(2) < text.len() {
        return None;
    }
    let mut bytes = Vec::new();
    let (mut pending, mut bits) = (0u32, 0u32);
    for sign in body.bytes() {
        let value = match sign {
            b'A'..=b'Z' => sign.checked_sub(b'A')?,
            b'a'..=b'z' => sign.checked_sub(b'a')?.checked_add(26)?,
            b'0'..=b'9' => sign.checked_sub(b'0')?.checked_add(52)?,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        pending = (pending << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((pending >> bits) & 0xff).ok()?);
            pending &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_published_example_is_read_and_what_is_no_digest_is_refused() {
        // Source: RFC 9530 appendix B.1
        let header = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
        assert_eq!(
            told_digest(header).unwrap(),
            Some(Digest::of(b"{\"hello\": \"world\"}\n"))
        );
        assert_eq!(
            told_digest(&format!("sha-512=:AAAA:, {header}")),
            told_digest(header)
        );
        assert_eq!(told_digest("md5=:AAAA:"), Ok(None));
        for wrong in [
            "sha-256=abc",
            "sha-256=:AAAA:",
            "sha-256=:$$$$:",
            "sha-256=:A====:",
        ] {
            assert_eq!(told_digest(wrong), Err(Code::BadResponse), "{wrong}");
        }
    }
}
