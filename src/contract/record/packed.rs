//! Base64 as archives write the bodies that they do not take for text.
//! Refuses what is no text after all.

/// The text that `packed` holds; none where it is no base64, or no UTF-8.
///
/// Source: RFC 4648, section 4
pub(super) fn unpacked(packed: &str) -> Option<String> {
    let packed = packed.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(packed.len() / 4 * 3 + 2);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in packed.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        held = held << 6 | u32::from(digit(byte)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xFF).ok()?);
        }
        held &= 0xFFF;
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_text_is_read_and_nothing_else() {
        // Source: RFC 4648, section 10
        for (packed, text) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(unpacked(packed).as_deref(), Some(text));
        }
        assert_eq!(unpacked("/w=="), None, "no UTF-8");
        assert_eq!(unpacked("Z-=="), None, "no base64");
    }
}
