//! Names of people, and dates of birth beside them.
//! Refuses to look a name up: either it is plainly made up, or it is somebody's.

use super::Kind;
use crate::catalogue::Privacy;
use serde_json::{Map, Value};

/// Given names that made-up people have; alone they tell nobody.
pub(in crate::scrub) const GIVEN: &[&str] = &[
    "Arden", "Avery", "Blake", "Briar", "Casey", "Cove", "Dale", "Devon", "Ellis", "Emery",
    "Finley", "Frost", "Glenn", "Gray", "Harper", "Haven", "Indigo", "Ives", "Jordan", "Jules",
    "Kendall", "Kit", "Lane", "Logan", "Marlow", "Morgan", "Noel", "North", "Oakley", "Parker",
    "Quinn", "Reese", "Sage", "Sample", "Taylor", "Umber", "Vesper", "Winter", "Xen", "Yael",
    "Zion",
];

/// Fewest letters of a word that can be somebody's name.
const SHORTEST: usize = 2;

type Found = Vec<(String, Kind)>;

/// What an object says of a person: places below it.
pub(super) fn suspicions(key: &str, members: &Map<String, Value>, privacy: &Privacy) -> Found {
    let mut found = Vec::new();
    names(key, members, privacy, &mut found);
    display(members, privacy, &mut found);
    birth(members, privacy, &mut found);
    found
}

/// An object that is itself a name.
fn names(key: &str, name: &Map<String, Value>, privacy: &Privacy, found: &mut Found) {
    let family = text(name, "family").filter(|family| is_word(family));
    if family.is_some_and(|family| !is_made_up(family, privacy)) {
        found.push(("/family".to_owned(), Kind::Name));
    }
    let given = name.get("given").and_then(Value::as_array);
    let given = given.into_iter().flatten().enumerate();
    let words = given.filter_map(|(place, word)| Some((place, word.as_str()?)));
    let strangers = words.filter(|(_, word)| is_word(word) && !is_nobodys(word, privacy));
    found.extend(strangers.map(|(place, _)| (format!("/given/{place}"), Kind::Name)));
    let is_name = key == "name" || family.is_some() || name.contains_key("given");
    if is_name && text(name, "text").is_some_and(|text| is_named(text, privacy)) {
        found.push(("/text".to_owned(), Kind::Name));
    }
}

/// A reference to a person that says whom it means.
fn display(members: &Map<String, Value>, privacy: &Privacy, found: &mut Found) {
    let Some(reference) = text(members, "reference") else {
        return;
    };
    let mut parts = reference.split('/');
    let to_a_person = parts.any(|part| part == "Patient" || part == "RelatedPerson");
    if to_a_person && text(members, "display").is_some_and(|text| is_stranger(text, privacy)) {
        found.push(("/display".to_owned(), Kind::Name));
    }
}

/// A day of birth beside a name that is somebody's.
fn birth(members: &Map<String, Value>, privacy: &Privacy, found: &mut Found) {
    let Some(date) = text(members, "birthDate") else {
        return;
    };
    let names = match members.get("name") {
        Some(Value::Array(names)) => names.as_slice(),
        Some(name) => std::slice::from_ref(name),
        None => return,
    };
    let mut names = names.iter().filter_map(Value::as_object);
    let is_somebodys = names.any(|name| {
        let mut strange = Vec::new();
        self::names("name", name, privacy, &mut strange);
        !strange.is_empty()
    });
    if is_somebodys && date.bytes().any(|byte| byte.is_ascii_digit()) {
        found.push(("/birthDate".to_owned(), Kind::BirthDate));
    }
}

fn text<'m>(members: &'m Map<String, Value>, key: &str) -> Option<&'m str> {
    members.get(key)?.as_str()
}

fn is_word(text: &str) -> bool {
    text.chars().filter(|it| it.is_alphabetic()).count() >= SHORTEST
}

/// Whether the text of a reference means somebody: two words of it begin as names do, and none is made up.
fn is_stranger(text: &str, privacy: &Privacy) -> bool {
    let named = words(text).filter(|word| word.starts_with(char::is_uppercase) && is_word(word));
    named.count() >= 2 && !words(text).any(|word| is_made_up(word, privacy))
}

/// Whether a text that stands as a name is somebody's: it has a word that no made-up person is given, and none is made up.
fn is_named(text: &str, privacy: &Privacy) -> bool {
    words(text).any(|word| is_word(word) && !is_nobodys(word, privacy))
        && !words(text).any(|word| is_made_up(word, privacy))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| it.is_whitespace() || it == ',')
}

fn is_nobodys(given: &str, privacy: &Privacy) -> bool {
    GIVEN.contains(&given) || is_made_up(given, privacy)
}

/// A surname with a number (`Testmember-01`), a word that begins as a test does, or one that the repository names.
fn is_made_up(word: &str, privacy: &Privacy) -> bool {
    let is_numbered = word.rsplit_once('-').is_some_and(|(name, number)| {
        is_word(name) && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let is_test = ["Test", "Example", "Sample", "Synthetic"]
        .iter()
        .filter_map(|beginning| word.strip_prefix(beginning))
        .any(|rest| rest.is_empty() || MADE_UP.contains(&rest));
    is_numbered || is_test || privacy.synthetic_names.iter().any(|name| name == word)
}

/// What follows the beginning of a made-up name; `Tester` and `Testa` are names of people.
const MADE_UP: &[&str] = &["person", "member", "patient", "subscriber"];
