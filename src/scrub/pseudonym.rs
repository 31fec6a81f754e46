//! A text in place of another: of the same shape, the same every time, never of two.
//! Refuses to keep a letter or a digit of it but by chance.

use super::key::{End, Key};

/// Longest text that keeps its shape.
const LONGEST: usize = 256;
/// Rounds of the cipher.
const ROUNDS: u8 = 8;

/// The pseudonym of `text`.
///
/// Letters stay letters of their case, digits stay digits, marks stay. Within one such shape the map is a permutation
/// (an additive Feistel cipher, digit by digit), so that two texts never share a pseudonym. A UUID and a text whose
/// shape alone says too much give 122 and 128 bits of a keyed digest instead.
pub(super) fn pseudonym(key: &Key, text: &str) -> String {
    if is_uuid(text) {
        return uuid(key, text);
    }
    if let Some(alphabet) = digest_alphabet(text) {
        return digest(key, text, alphabet);
    }
    if text.len() > LONGEST || !text.is_ascii() || tells(text) {
        return token(key, text);
    }
    permuted(key, text)
}

/// A pseudonym without the shape of its text.
pub(super) fn token(key: &Key, text: &str) -> String {
    let sum = key.derive(End::Token, &[text.as_bytes()]);
    format!("s-{}", hex(sum.iter().take(16)))
}

fn hex<'b>(bytes: impl Iterator<Item = &'b u8>) -> String {
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn is_uuid(text: &str) -> bool {
    let is_in_place = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(is_in_place)
}

/// The signs that a digest or a derived key is written in, where `text` is one.
fn digest_alphabet(text: &str) -> Option<&'static [u8]> {
    let of = |alphabet: &'static [u8]| {
        let has_letter = text.bytes().any(|byte| byte.is_ascii_lowercase());
        let is_all = text.bytes().all(|byte| alphabet.contains(&byte));
        (is_all && has_letter).then_some(alphabet)
    };
    match text.len() {
        16 | 32 | 40 | 64 | 128 => of(b"0123456789abcdef"),
        52 => of(b"abcdefghijklmnopqrstuvwxyz234567"),
        _ => None,
    }
}

/// A keyed digest as long as `text`: of 64 bits at least.
fn digest(key: &Key, text: &str, alphabet: &[u8]) -> String {
    let blocks = (0_u8..4).flat_map(|block| key.derive(End::Token, &[&[block], text.as_bytes()]));
    let sign = |byte: u8| alphabet.get(usize::from(byte) % alphabet.len()).copied();
    let signs = blocks.filter_map(sign).map(char::from);
    signs.take(text.len()).collect()
}

/// Source: RFC 9562, section 5.4
fn uuid(key: &Key, text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let sum = key.derive(End::Uuid, &[lower.as_bytes()]);
    let mut bytes = [0; 16];
    bytes
        .iter_mut()
        .zip(sum)
        .for_each(|(place, byte)| *place = byte);
    let version = |(place, byte): (usize, u8)| match place {
        6 => (byte & 0x0f) | 0x40,
        8 => (byte & 0x3f) | 0x80,
        _ => byte,
    };
    let mut made = String::new();
    for (place, byte) in bytes.into_iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            made.push('-');
        }
        made.push_str(&format!("{:02x}", version((place, byte))));
    }
    made
}

/// Whether a text of this shape would be taken for a social security, phone or Medicare number, or a mail address.
fn tells(text: &str) -> bool {
    let shape: String = text.chars().map(class).collect();
    let solid = shape.replace('-', "");
    let is_medicare = solid.len() == 11
        && solid.starts_with('n')
        && solid.ends_with("nn")
        && solid.bytes().all(|byte| byte == b'n' || byte == b'A');
    let numbers = [
        "nnn-nn-nnnn",
        "nnn nn nnnn",
        "nnn-nnnn",
        "nnn.nnnn",
        "nnn nnnn",
    ];
    text.contains('@') || is_medicare || numbers.iter().any(|number| shape.contains(number))
}

fn class(c: char) -> char {
    match c {
        '0'..='9' => 'n',
        'a'..='z' => 'a',
        'A'..='Z' => 'A',
        mark => mark,
    }
}

/// How many texts there are of one place, and the first of them.
fn alphabet(class: u8) -> (u8, u8) {
    match class {
        b'n' => (10, b'0'),
        b'a' => (26, b'a'),
        _ => (26, b'A'),
    }
}

fn permuted(key: &Key, text: &str) -> String {
    let shape: String = text.chars().map(class).collect();
    let classes: Vec<u8> = shape.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let mut places: Vec<u8> = text
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .zip(&classes)
        .map(|(byte, class)| byte - alphabet(*class).1)
        .collect();
    if let ([place], [class]) = (places.as_mut_slice(), classes.as_slice()) {
        // One place has no other half to be turned by: it goes to any other sign but its own.
        let (size, step) = (alphabet(*class).0, key.number(End::Pseudonym, &shape));
        let step = 1 + step % u64::from(size - 1);
        *place = (*place + u8::try_from(step).unwrap_or(1)) % size;
        return put(text, &places, &classes);
    }
    let middle = classes.len() / 2;
    for round in 0..ROUNDS {
        let (left, right) = places.split_at_mut(middle);
        let (left_class, right_class) = classes.split_at(middle);
        let tweak = (round, shape.as_bytes());
        if round % 2 == 0 {
            turn(key, tweak, left, (right, right_class));
        } else {
            turn(key, tweak, right, (left, left_class));
        }
    }
    put(text, &places, &classes)
}

/// `text` with other signs at its places.
fn put(text: &str, places: &[u8], classes: &[u8]) -> String {
    let mut turned = places.iter().zip(classes);
    text.chars()
        .map(|c| match c.is_ascii_alphanumeric() {
            true => turned
                .next()
                .map_or(c, |(place, class)| char::from(alphabet(*class).1 + place)),
            false => c,
        })
        .collect()
}

/// Moves every place of one half by as much as the other half says.
fn turn(key: &Key, (round, shape): (u8, &[u8]), by: &[u8], (half, classes): (&mut [u8], &[u8])) {
    let mut stream = Vec::with_capacity(half.len() * 2 + 32);
    let mut block = 0_u8;
    while stream.len() < half.len() * 2 {
        stream.extend(key.derive(End::Pseudonym, &[&[round, block], shape, by]));
        block = block.wrapping_add(1);
    }
    let steps = stream.chunks_exact(2).map(|pair| {
        pair.iter()
            .fold(0_u16, |sum, byte| (sum << 8) | u16::from(*byte))
    });
    for ((place, class), step) in half.iter_mut().zip(classes).zip(steps) {
        let size = u16::from(alphabet(*class).0);
        let moved = (u16::from(*place) + step % size) % size;
        *place = u8::try_from(moved).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn key(byte: u8) -> Key {
        Key::of_byte(byte)
    }

    #[test]
    fn the_shape_stays_and_nothing_else() {
        let made = pseudonym(&key(1), "PX-M100592/aB");
        assert_ne!(made, "PX-M100592/aB");
        let shape: String = made.chars().map(class).collect();
        assert_eq!(shape, "AA-Annnnnn/aA");
        assert_eq!(made, pseudonym(&key(1), "PX-M100592/aB"));
        assert_ne!(made, pseudonym(&key(2), "PX-M100592/aB"));
        assert_eq!(pseudonym(&key(1), "--"), "--");
    }

    #[test]
    fn no_two_texts_of_a_shape_share_a_pseudonym() {
        let key = key(3);
        let numbers: BTreeSet<String> = (0..10_000)
            .map(|number| pseudonym(&key, &format!("{number:04}")))
            .collect();
        assert_eq!(numbers.len(), 10_000);
        let mixed: BTreeSet<String> = (0..260)
            .map(|number| {
                let letter = char::from(b'a' + u8::try_from(number % 26).unwrap());
                pseudonym(&key, &format!("{letter}{}", number / 26))
            })
            .collect();
        assert_eq!(mixed.len(), 260);
    }

    #[test]
    fn a_uuid_stays_one_and_a_telling_shape_does_not() {
        let made = pseudonym(&key(1), "c64672f8-f367-531f-aa2e-e1111c9a0371");
        assert!(is_uuid(&made), "{made}");
        assert_eq!(made.as_bytes()[14], b'4');
        for parts in [
            ["123", "45", "6789"],
            ["614", "867", "5309"],
            ["2EG4", "TE5", "MK74"],
        ] {
            let made = pseudonym(&key(1), &parts.join("-"));
            assert!(made.starts_with("s-") && made.len() == 34, "{made}");
        }
        assert!(pseudonym(&key(1), &["a", "b.c"].join("@")).starts_with("s-"));
        let digest = "0123456789abcdef".repeat(4);
        let made = pseudonym(&key(1), &digest);
        assert!(made != digest && digest_alphabet(&made).is_some(), "{made}");
        assert!(pseudonym(&key(1), "zwölf").starts_with("s-"));
    }
}
