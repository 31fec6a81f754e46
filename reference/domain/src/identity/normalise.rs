//! Forms in which identifiers, names, dates, addresses and contacts can be compared: version 2 of the rules.
//! Refuses to know which attribute a text belongs to.

use super::policy::PersonSuffix;
use super::profile::{Address, Number};
use rphonetic::DoubleMetaphone;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The version of these rules. Version 1 had identifiers, names and whole dates only, and made them comparable alike.
pub const VERSION: u32 = 2;

/// Generational suffixes, which are no part of a family name.
const SUFFIXES: [&str; 6] = ["jr", "sr", "ii", "iii", "iv", "v"];

/// What stands for a part of an address, and its full word.
///
/// Source: USPS Publication 28, appendix C1 (street suffixes) and C2 (secondary units), the common ones
const ABBREVIATIONS: [(&str, &str); 22] = [
    ("av", "avenue"),
    ("ave", "avenue"),
    ("blvd", "boulevard"),
    ("cir", "circle"),
    ("ct", "court"),
    ("cres", "crescent"),
    ("dr", "drive"),
    ("hwy", "highway"),
    ("ln", "lane"),
    ("pkwy", "parkway"),
    ("pl", "place"),
    ("rd", "road"),
    ("sq", "square"),
    ("st", "street"),
    ("ter", "terrace"),
    ("trl", "trail"),
    ("n", "north"),
    ("s", "south"),
    ("e", "east"),
    ("w", "west"),
    ("fl", "floor"),
    ("ste", "suite"),
];

/// Words after which the number of a unit stands.
///
/// Source: USPS Publication 28, appendix C2
const UNITS: [&str; 7] = ["apt", "apartment", "unit", "suite", "floor", "room", "lot"];

/// Letters that are written with others in our alphabet, and are no letter with a mark.
///
/// Source: ICAO Doc 9303 part 3, section 6 (transliteration), simplified to what stays after marks are taken off
const LETTERS: [(char, &str); 7] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('ø', "o"),
    ('đ', "d"),
    ('ł', "l"),
    ('þ', "th"),
    ('ı', "i"),
];

/// Length of a telephone number without its country.
///
/// Source: North American Numbering Plan
const PHONE_DIGITS: usize = 10;

/// Length of the part of a postal code that names a place.
///
/// Source: USPS Publication 28, ZIP and ZIP+4
const POSTAL_DIGITS: usize = 5;

/// An identifier without case, spaces and hyphens.
#[must_use]
pub fn identifier(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .flat_map(char::to_uppercase)
        .collect()
}

/// An identifier, its person suffix apart where the plan writes one.
#[must_use]
pub fn number(text: &str, suffix: Option<&PersonSuffix>) -> Number {
    let split = suffix.and_then(|rule| {
        let (base, person) = text.trim().rsplit_once(rule.separator)?;
        let fits = person.chars().count() == usize::from(rule.digits)
            && person.chars().all(|c| c.is_ascii_digit());
        fits.then_some((base, person))
    });
    match split {
        Some((base, person)) => Number {
            base: identifier(base),
            person: Some(person.to_owned()),
        },
        None => Number {
            base: identifier(text),
            person: None,
        },
    }
}

/// The words of a text: without marks and case, split at everything that is no letter or digit.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let folded: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .flat_map(|c| {
            let long = LETTERS.iter().find(|(letter, _)| *letter == c);
            let kept = long.is_none().then_some(c);
            long.map_or("", |(_, long)| long).chars().chain(kept)
        })
        .collect();
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The parts of a name, suffix apart.
#[must_use]
pub fn name(text: &str) -> Vec<String> {
    let mut parts = words(text);
    if parts.len() > 1 && trailing_suffix(&parts).is_some() {
        parts.pop();
    }
    parts
}

/// The generational suffix that a name ends with.
#[must_use]
pub fn suffix(text: &str) -> Option<String> {
    let parts = words(text);
    let found = trailing_suffix(&parts)?;
    (parts.len() > 1).then_some(found)
}

/// A suffix that stands alone, as its own element.
#[must_use]
pub fn lone_suffix(text: &str) -> Option<String> {
    trailing_suffix(&words(text))
}

fn trailing_suffix(parts: &[String]) -> Option<String> {
    parts
        .last()
        .filter(|last| SUFFIXES.contains(&last.as_str()))
        .cloned()
}

/// How a name sounds in English; nothing for a text of other letters.
#[must_use]
pub fn sound(word: &str) -> Option<String> {
    let letters: String = word.chars().filter(char::is_ascii_alphabetic).collect();
    let sound = DoubleMetaphone::default()
        .double_metaphone(&letters)
        .primary();
    (!sound.is_empty()).then_some(sound)
}

/// The digits of a date: year, month and day as far as they are said.
#[must_use]
pub fn date(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).take(8).collect()
}

/// The last digits of a telephone number.
#[must_use]
pub fn phone(text: &str) -> String {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let skip = digits.len().saturating_sub(PHONE_DIGITS);
    digits.into_iter().skip(skip).collect()
}

/// A mail address, or any word, without case and outer spaces.
#[must_use]
pub fn word(text: &str) -> String {
    text.trim().to_lowercase()
}

/// An address of these lines, with abbreviations written out, house and unit apart.
#[must_use]
pub fn address(lines: &[&str], city: &str, postal_code: &str) -> Address {
    let mut address = Address {
        city: words(city).concat(),
        postal_code: postal_code
            .chars()
            .filter(|c| c.is_alphanumeric())
            .take(POSTAL_DIGITS)
            .collect(),
        ..Address::default()
    };
    for line in lines {
        let mut rest = Vec::new();
        let mut after_unit = false;
        for (place, word) in words(line).into_iter().enumerate() {
            let full = in_full(word);
            let is_house = place == 0 && full.starts_with(|c: char| c.is_ascii_digit());
            if after_unit {
                address.unit = full;
                after_unit = false;
            } else if UNITS.contains(&full.as_str()) {
                after_unit = true;
            } else if is_house && address.house.is_empty() {
                address.house = full;
            } else {
                rest.push(full);
            }
        }
        if !rest.is_empty() {
            address.lines.push(rest.join(" "));
        }
    }
    address
}

fn in_full(word: String) -> String {
    ABBREVIATIONS
        .iter()
        .find(|(short, _)| *short == word)
        .map_or(word, |(_, long)| (*long).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_lose_case_spaces_and_hyphens() {
        assert_eq!(identifier("ab-12 34"), "AB1234");
    }

    #[test]
    fn a_person_suffix_is_split_only_where_the_plan_writes_one() {
        let rule = PersonSuffix {
            separator: '-',
            digits: 2,
        };
        let split = number("tm-0001-02", Some(&rule));
        assert_eq!(
            (split.base.as_str(), split.person.as_deref()),
            ("TM0001", Some("02"))
        );
        assert_eq!(number("tm-0001", Some(&rule)).person, None);
        assert_eq!(number("tm-0001-02", None).base, "TM000102");
    }

    #[test]
    fn names_lose_marks_case_and_suffix() {
        assert_eq!(name("Tëst-Person Jr."), ["test", "person"]);
        assert_eq!(name("T\u{2019}Estperson"), ["t", "estperson"]);
        assert_eq!(suffix("Testperson Jr."), Some("jr".to_owned()));
        assert_eq!(suffix("Testperson"), None);
    }

    #[test]
    fn a_name_that_is_only_a_suffix_stays() {
        assert_eq!(name("V"), ["v"]);
        assert_eq!(suffix("V"), None);
        assert_eq!(lone_suffix("II"), Some("ii".to_owned()));
    }

    #[test]
    fn an_address_compares_without_its_abbreviations() {
        let (short, long) = (
            address(&["100 Example St Apt 4"], "Sampleton", "00000-1234"),
            address(
                &["100 Example Street", "Apartment 4"],
                "SAMPLETON",
                "000001234",
            ),
        );
        assert!(short == long);
        assert_eq!((short.house.as_str(), short.unit.as_str()), ("100", "4"));
    }

    #[test]
    fn contacts_and_dates_keep_what_compares() {
        assert_eq!(phone("+1 (614) 555-0100"), phone("614.555.0100"));
        assert_eq!(date("1970-01-01"), "19700101");
        assert_eq!(date("1970-01"), "197001");
    }
}
