//! Where a JSON string ends, and what kinds of bytes stand in it, sixteen or eight bytes at a time.
//! Refuses to know what the string means: whether an escape is well written is for who decodes it.

use crate::json::is_blank;
use wide::u8x16;

/// A backslash stands in the string.
pub(super) const ESCAPE: u8 = 1;
/// Something beyond ASCII stands in the string.
pub(super) const WIDE: u8 = 2;
/// A space stands in the string.
pub(super) const SPACE: u8 = 4;
/// The text was decoded from escapes: nothing is known of its bytes.
pub(super) const DECODED: u8 = 8;

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = 0x8080_8080_8080_8080;

/// Offset of the closing quote of the string whose first character is at `from`, and what stands in between; `None`
/// when it has no end or holds a bare control character.
#[inline]
pub(super) fn string(bytes: &[u8], from: usize) -> Option<(usize, u8)> {
    let (mut at, mut flags) = (from, 0);
    while let Some(block) = bytes.get(at..)?.first_chunk::<16>() {
        let signs = Signs::of(*block);
        // The bits of the bytes before the first stop; all, where there is none.
        let before = (signs.stops & signs.stops.wrapping_neg()).wrapping_sub(1);
        flags |= u8::from(signs.wide & before != 0) * WIDE;
        flags |= u8::from(signs.spaces & before != 0) * SPACE;
        if signs.stops == 0 {
            at += block.len();
            continue;
        }
        at += signs.stops.trailing_zeros() as usize;
        match bytes.get(at)? {
            b'"' => return Some((at, flags)),
            b'\\' => {
                flags |= ESCAPE;
                at += 2;
            }
            _ => return None,
        }
    }
    tail(bytes, at, flags)
}

/// A bit for every byte of a block.
struct Signs {
    /// It ends the string, escapes, or may not stand there.
    stops: u32,
    spaces: u32,
    /// It is beyond ASCII.
    wide: u32,
}

impl Signs {
    #[inline]
    fn of(block: [u8; 16]) -> Self {
        let block = u8x16::new(block);
        let equal = |byte| block.simd_eq(u8x16::splat(byte));
        let control = block.min(u8x16::splat(0x1F)).simd_eq(block);
        Self {
            stops: (equal(b'"') | equal(b'\\') | control).to_bitmask(),
            spaces: equal(b' ').to_bitmask(),
            wide: block.to_bitmask(),
        }
    }
}

/// The same near the end of a text, eight bytes at a time; `flags` are those of what stood before.
fn tail(bytes: &[u8], from: usize, flags: u8) -> Option<(usize, u8)> {
    let mut at = from;
    let (mut wide, mut spaces, mut escape) = (0, 0, 0);
    loop {
        let chunk = chunk(bytes, at)?;
        let blanks = equal(chunk, b' ');
        let stops = equal(chunk, b'"') | equal(chunk, b'\\') | below_space(chunk);
        if stops == 0 {
            wide |= chunk & TOPS;
            spaces |= blanks;
            at += 8;
            continue;
        }
        // The top bits of the bytes before the first stop.
        let before = (stops & stops.wrapping_neg()) - 1;
        wide |= chunk & TOPS & before;
        spaces |= blanks & before;
        at += (stops.trailing_zeros() / 8) as usize;
        match bytes.get(at) {
            Some(b'"') => break,
            Some(b'\\') => {
                escape = ESCAPE;
                at += 2;
            }
            _ => return None,
        }
    }
    let wide = u8::from(wide != 0) * WIDE;
    let space = u8::from(spaces != 0) * SPACE;
    Some((at, flags | wide | space | escape))
}

/// Eight bytes; behind the end of the text stand zeros, which no string may hold.
#[inline]
pub(super) fn chunk(bytes: &[u8], at: usize) -> Option<u64> {
    let rest = bytes.get(at..)?;
    if let Some(whole) = rest.first_chunk::<8>() {
        return Some(u64::from_le_bytes(*whole));
    }
    let mut padded = [0; 8];
    padded.get_mut(..rest.len())?.copy_from_slice(rest);
    Some(u64::from_le_bytes(padded))
}

/// The top bit of the first byte that equals `byte`; bits above it mean nothing.
fn equal(chunk: u64, byte: u8) -> u64 {
    let differs = chunk ^ (ONES * u64::from(byte));
    differs.wrapping_sub(ONES) & !differs & TOPS
}

/// The top bit of the first byte below a space; bits above it mean nothing.
fn below_space(chunk: u64) -> u64 {
    chunk.wrapping_sub(ONES * 0x20) & !chunk & TOPS
}

/// Offset of the next byte that is not white space.
pub(super) fn solid(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).copied().is_some_and(is_blank) {
        at += 1;
    }
    at
}

/// Where the value that begins at `at` ends, if it is one: what is inside is not looked at.
pub(super) fn skip(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut open = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = string(bytes, at + 1)?.0,
            b'{' | b'[' => open += 1,
            b'}' | b']' => open = open.checked_sub(1)?,
            _ if open > 0 => {}
            _ => {
                // A word or a number goes on to the next mark.
                let mark = |byte: &u8| matches!(byte, b',' | b'}' | b']' | 0..=b' ');
                return Some(at + bytes.get(at..)?.iter().position(mark)?);
            }
        }
        at += 1;
        if open == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, byte by byte.
    fn twin(bytes: &[u8], from: usize) -> Option<(usize, u8)> {
        let (mut at, mut flags) = (from, 0);
        loop {
            match *bytes.get(at)? {
                b'"' => return Some((at, flags)),
                b'\\' => {
                    flags |= ESCAPE;
                    at += 1;
                }
                0..=0x1F => return None,
                b' ' => flags |= SPACE,
                0x80.. => flags |= WIDE,
                _ => {}
            }
            at += 1;
        }
    }

    fn byte() -> impl Strategy<Value = u8> {
        prop_oneof![
            4 => b'!'..=b'~',
            2 => Just(b' '),
            1 => Just(b'\\'),
            1 => Just(b'"'),
            1 => any::<u8>(),
            1 => 0x1D_u8..0x24,
        ]
    }

    proptest! {
        #[test]
        fn many_at_a_time_see_what_one_at_a_time_sees(
            bytes in prop::collection::vec(byte(), 0..60),
            from in 0_usize..8,
        ) {
            prop_assert_eq!(string(&bytes, from), twin(&bytes, from));
            prop_assert_eq!(tail(&bytes, from, 0), twin(&bytes, from));
        }

        #[test]
        fn long_plain_strings_are_seen_whole(length in 0_usize..100, odd in prop::option::of((0_usize..100, byte()))) {
            let mut bytes = vec![b'a'; length];
            if let Some((place, byte)) = odd && let Some(slot) = bytes.get_mut(place) {
                *slot = byte;
            }
            bytes.push(b'"');
            prop_assert_eq!(string(&bytes, 0), twin(&bytes, 0));
            prop_assert_eq!(tail(&bytes, 0, 0), twin(&bytes, 0));
        }
    }
}
