//! Reads what stands behind a backslash: one code point, or a set of them.
//! Refuses back-references, lone surrogates and letters without a meaning.

use super::ecma::Rest;

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
/// Source: ECMA-262, WhiteSpace and LineTerminator
const SPACE: &str = "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";

/// What an escape stands for, inside a class or outside.
pub(super) enum Escaped {
    Point(u32),
    /// In the syntax of the crate `regex`; fits both inside a class and outside.
    Set(String),
}

/// The escape whose backslash was just read.
pub(super) fn read(rest: &mut Rest<'_>) -> Option<Escaped> {
    let point = match rest.next()? {
        letter @ ('d' | 'w' | 's' | 'D' | 'W' | 'S') => return Some(Escaped::Set(set(letter))),
        letter @ ('p' | 'P') => return property(rest, letter).map(Escaped::Set),
        't' => 0x9,
        'n' => 0xa,
        'v' => 0xb,
        'f' => 0xc,
        'r' => 0xd,
        '0' if !rest.peek().is_some_and(char::is_ascii_digit) => 0,
        'c' => u32::from(rest.next_if(char::is_ascii_alphabetic)?) % 32,
        'x' => hex(rest, 2)?,
        'u' => unicode(rest)?,
        other if other.is_ascii_alphanumeric() => return None,
        other => u32::from(other),
    };
    Some(Escaped::Point(point))
}

/// `point` as the crate `regex` writes it, without any meaning of its own.
pub(super) fn write_point(point: u32, written: &mut String) {
    written.push_str(&format!("\\x{{{point:x}}}"));
}

fn set(letter: char) -> String {
    let members = match letter.to_ascii_lowercase() {
        'd' => DIGIT,
        'w' => WORD,
        _ => SPACE,
    };
    let sign = if letter.is_ascii_uppercase() { "^" } else { "" };
    format!("[{sign}{members}]")
}

/// `\p{..}`; the names are looked up by the crate `regex`, which refuses those that it does not know.
fn property(rest: &mut Rest<'_>, letter: char) -> Option<String> {
    rest.next_if_eq(&'{')?;
    let mut written = format!("\\{letter}{{");
    loop {
        match rest.next()? {
            '}' => break,
            part if part.is_ascii_alphanumeric() || matches!(part, '_' | '=') => written.push(part),
            _ => return None,
        }
    }
    written.push('}');
    Some(written)
}

fn unicode(rest: &mut Rest<'_>) -> Option<u32> {
    if rest.next_if_eq(&'{').is_some() {
        return braced(rest);
    }
    let first = hex(rest, 4)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some(first);
    }
    rest.next_if_eq(&'\\')?;
    rest.next_if_eq(&'u')?;
    let low = hex(rest, 4)?.checked_sub(0xdc00)?;
    (low < 0x400).then(|| 0x10000 + ((first - 0xd800) << 10) + low)
}

fn braced(rest: &mut Rest<'_>) -> Option<u32> {
    let mut point = rest.next()?.to_digit(16)?;
    loop {
        match rest.next()? {
            '}' => return Some(point),
            digit => point = point.checked_mul(16)?.checked_add(digit.to_digit(16)?)?,
        }
    }
}

fn hex(rest: &mut Rest<'_>, length: usize) -> Option<u32> {
    let mut point = 0;
    for _ in 0..length {
        point = point * 16 + rest.next()?.to_digit(16)?;
    }
    Some(point)
}
