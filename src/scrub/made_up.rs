//! What stands in place of names, addresses, contacts and texts: nobody's.

use super::key::{End, Key};
use super::scan::GIVEN;

/// In place of every text.
pub(super) const WORD: &str = "scrubbed";
/// In place of a text of several words: what asks for one word refuses both.
const WORDS: &str = "scrubbed text";
/// Longest text that becomes a short one.
const LINE: usize = 64;
pub(super) const DIV: &str = "<div xmlns=\"http://www.w3.org/1999/xhtml\">scrubbed</div>";
/// The word in base64.
pub(super) const DATA: &str = "c2NydWJiZWQ=";
pub(super) const STREET: &str = "100 Example Street";
pub(super) const TOWN: &str = "Sampleton";
pub(super) const CODE: &str = "00000";
pub(super) const STATE: &str = "OH";
pub(super) const COUNTRY: &str = "US";
pub(super) const PHONE: &str = "555-0100";
pub(super) const SITE: &str = "https://members.example";
const MAIL: &str = "p00";
const MAIL_DOMAIN: &str = "members.example";

pub(super) fn mail() -> String {
    [MAIL, MAIL_DOMAIN].join("@")
}

/// A numbered surname: equal ones stay equal, different ones mostly differ.
pub(super) fn surname(key: &Key, name: &str) -> String {
    format!("Testmember-{:06}", key.number(End::Name, name) % 1_000_000)
}

pub(super) fn first_name(key: &Key, name: &str) -> &'static str {
    let place = key.number(End::Name, name) % GIVEN.len() as u64;
    let place = usize::try_from(place).unwrap_or_default();
    GIVEN.get(place).copied().unwrap_or(WORD)
}

/// In place of a text; a long one stays as long, so that what limits lengths says the same.
pub(super) fn text(before: &str) -> String {
    let length = before.chars().count();
    if length <= LINE {
        let has_words = before.contains(char::is_whitespace);
        return if has_words { WORDS } else { WORD }.to_owned();
    }
    WORD.chars().cycle().take(length).collect()
}
