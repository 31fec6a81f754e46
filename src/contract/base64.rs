//! Texts that travel as Base64.
//! Refuses what is no text after all.

/// The text that Base64 stands for, when it is one.
///
/// Source: RFC 4648 4
pub fn from_base64(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xFF).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_a_text_or_nothing() {
        assert_eq!(from_base64("eyJhIjoxfQ=="), Some("{\"a\":1}".to_owned()));
        assert_eq!(from_base64("aGVsbG8="), Some("hello".to_owned()));
        assert_eq!(from_base64("/w=="), None);
        assert_eq!(from_base64("a b!"), None);
    }
}
