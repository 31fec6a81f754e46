//! Numbers and addresses that a text gives away by their form, wherever it stands.
//! Refuses to read prose: only what has a form is found.

use super::Kind;
use regex::Regex;
use serde_json::{Map, Value};

/// Domains that nobody can own.
///
/// Source: RFC 2606, sections 2 and 3
const RESERVED: &[&str] = &["example", "invalid", "test", "localhost"];
const RESERVED_SECOND: &[&str] = &["example.com", "example.net", "example.org"];

/// Numbers that CMS prints on its own sample cards.
///
/// Source: CMS, Understanding the Medicare Beneficiary Identifier Format
const SAMPLE_CARDS: &[&str] = &["1EG4TE5MK72", "1EG4TE5MK73"];

/// Fewest digits of a phone number.
const FEWEST_DIGITS: usize = 7;

/// What has a form of its own.
#[derive(Debug)]
pub(super) struct Texts {
    mail: Option<Regex>,
    security: Option<Regex>,
    phone: Option<Regex>,
    medicare: Option<Regex>,
    street: Option<Regex>,
}

impl Default for Texts {
    fn default() -> Self {
        // A letter of a Medicare number: all but S, L, O, I, B, Z.
        let letter = "AC-HJKMNP-RT-Y";
        let medicare = format!(
            r"(?:^|[^0-9A-Za-z-])([1-9][{letter}][0-9{letter}][0-9]-?[{letter}][0-9{letter}][0-9]-?[{letter}]{{2}}[0-9]{{2}})(?:[^0-9A-Za-z-]|$)"
        );
        Self {
            mail: Regex::new(r"[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})").ok(),
            security: Regex::new(
                r"(?:^|[^0-9A-Za-z.-])([0-9]{3}[- ][0-9]{2}[- ][0-9]{4})(?:[^0-9A-Za-z-]|$)",
            )
            .ok(),
            phone: Regex::new(
                r"(?:^|[^0-9A-Za-z./-])(?:\+?1[-. ]?)?\(?([2-9][0-9]{2}(?:\) ?|[-. ])[2-9][0-9]{2}[-. ][0-9]{4})(?:[^0-9A-Za-z-]|$)",
            )
            .ok(),
            medicare: Regex::new(&medicare).ok(),
            street: Regex::new(
                r"(?:^|[^0-9A-Za-z.-])[0-9]{1,5}[A-Z]? (?:[NSEW]\.? )?((?:[A-Z][A-Za-z']+ ){1,3})(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Circle|Cir|Way|Terrace|Place|Pl|Parkway|Pkwy)\b",
            )
            .ok(),
        }
    }
}

impl Texts {
    /// The first kind that `text` holds.
    pub(super) fn kind(&self, text: &str) -> Option<Kind> {
        if text.contains('@') && self.holds_mail(text) {
            return Some(Kind::Mail);
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        if digits >= 9 && any(self.security.as_ref(), text, 1, is_social_security) {
            return Some(Kind::SocialSecurity);
        }
        if digits >= 10 && any(self.phone.as_ref(), text, 1, is_phone) {
            return Some(Kind::Phone);
        }
        if any(self.medicare.as_ref(), text, 1, is_medicare) {
            return Some(Kind::Medicare);
        }
        any(self.street.as_ref(), text, 1, |name| !is_made_up(name)).then_some(Kind::Address)
    }

    fn holds_mail(&self, text: &str) -> bool {
        any(self.mail.as_ref(), text, 1, |domain| !is_reserved(domain))
    }

    /// Every pattern with its name, to be told when one cannot be used.
    #[cfg(test)]
    pub(super) fn patterns(&self) -> [(&'static str, Option<&Regex>); 5] {
        [
            ("mail", self.mail.as_ref()),
            ("security", self.security.as_ref()),
            ("phone", self.phone.as_ref()),
            ("medicare", self.medicare.as_ref()),
            ("street", self.street.as_ref()),
        ]
    }
}

/// Whether one of the texts that stand as `group` is what is looked for. The sign after one may be the sign before the
/// next, so each search begins where the last text ended.
fn any(pattern: Option<&Regex>, text: &str, group: usize, is: impl Fn(&str) -> bool) -> bool {
    let mut from = 0;
    while let Some(found) = pattern.and_then(|it| it.captures_at(text, from)?.get(group)) {
        if is(found.as_str()) {
            return true;
        }
        from = found.end();
    }
    false
}

/// What an object says of where somebody is: places below it.
pub(super) fn suspicions(members: &Map<String, Value>) -> Vec<(String, Kind)> {
    let text = |key: &str| members.get(key).and_then(Value::as_str);
    let mut found = Vec::new();
    let is_call = matches!(text("system"), Some("phone" | "fax" | "sms" | "pager"));
    if is_call && text("value").is_some_and(is_phone) {
        found.push(("/value".to_owned(), Kind::Phone));
    }
    let lines = members.get("line").and_then(Value::as_array);
    let lines = lines.into_iter().flatten().enumerate();
    let lines = lines.filter_map(|(place, line)| Some((place, line.as_str()?)));
    let told = lines.filter(|(_, line)| line.chars().any(char::is_alphabetic) && !is_made_up(line));
    found.extend(told.map(|(place, _)| (format!("/line/{place}"), Kind::Address)));
    if text("city").is_some_and(|city| city.chars().count() > 1 && !is_made_up(city)) {
        found.push(("/city".to_owned(), Kind::Address));
    }
    if text("postalCode").is_some_and(is_postal_code) {
        found.push(("/postalCode".to_owned(), Kind::Address));
    }
    found
}

/// Whether a number is one that may be somebody's.
///
/// Source: Social Security Administration, POMS RM 10201.035: no area 000, 666 or 900-999, no group 00, no serial 0000
pub(super) fn is_social_security(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    let others = text
        .chars()
        .all(|it| it.is_ascii_digit() || it == '-' || it == ' ');
    digits.len() == 9
        && others
        && !matches!(part(0, 3), "000" | "666")
        && part(0, 1) != "9"
        && part(3, 5) != "00"
        && part(5, 9) != "0000"
}

fn is_medicare(text: &str) -> bool {
    let solid: String = text.chars().filter(|it| *it != '-').collect();
    !SAMPLE_CARDS.contains(&solid.as_str())
}

/// Whether the value of a contact is a number that may ring.
fn is_phone(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let from = digits.len().saturating_sub(FEWEST_DIGITS);
    let local = digits.get(from..).unwrap_or_default();
    let (exchange, line) = local.split_at_checked(3).unwrap_or_default();
    digits.len() >= FEWEST_DIGITS && !is_kept_for_fiction(exchange, line)
}

/// Source: NANPA, 555 line numbers: 555-01xx are kept for fiction
fn is_kept_for_fiction(exchange: &str, line: &str) -> bool {
    exchange == "555" && line.starts_with("01")
}

/// Five digits, with or without four more, that are not all zero.
fn is_postal_code(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit);
    let is_code = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    let is_somewhere = text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    is_code && is_somewhere && matches!(digits.count(), 5 | 9)
}

/// Whether a place is plainly nowhere.
fn is_made_up(place: &str) -> bool {
    ["Example", "Sample", "Synthetic"]
        .iter()
        .any(|word| place.contains(word))
}

fn is_reserved(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let last = domain.rsplit('.').next().unwrap_or_default();
    let is_below = |second: &&str| {
        let before = domain.strip_suffix(*second);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    RESERVED.contains(&last) || RESERVED_SECOND.iter().any(is_below)
}

/// Whether the host of an address is one that nobody can own.
pub(super) fn is_reserved_address(address: &str) -> bool {
    address.split_once("://").is_some_and(|(_, rest)| {
        let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
        is_reserved(host)
    })
}
