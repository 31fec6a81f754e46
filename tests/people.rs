//! Nobody in this repository is real: every name, birth date, address, phone and mail is one of `tests/people.toml`.
//! Refuses to know what the files that carry them are for.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[allow(dead_code, reason = "the guards of the house read more kinds of files")]
#[path = "architecture/source.rs"]
mod source;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;
use source::Source;
use std::collections::BTreeSet;

const LIST: &str = "tests/people.toml";

/// Domains that nobody can own.
///
/// Source: RFC 2606, sections 2 and 3
const RESERVED: &[&str] = &[
    ".example",
    ".invalid",
    ".test",
    "example.com",
    "example.net",
    "example.org",
];

/// The parts of the list that this test compares with; the rest of it is for those who write payloads.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct People {
    towns: BTreeSet<String>,
    postal_codes: BTreeSet<String>,
    person: Vec<Person>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Person {
    family: String,
    given: Vec<String>,
    birth_date: String,
    line: String,
    phone: String,
}

/// What may stand under which key of a FHIR resource.
struct Known {
    family: BTreeSet<String>,
    given: BTreeSet<String>,
    birth_date: BTreeSet<String>,
    line: BTreeSet<String>,
    city: BTreeSet<String>,
    postal_code: BTreeSet<String>,
    phone: BTreeSet<String>,
}

impl Known {
    fn of(people: People) -> Self {
        let each = |part: fn(&Person) -> &str| {
            people
                .person
                .iter()
                .map(|person| part(person).to_owned())
                .collect()
        };
        Self {
            family: each(|person| &person.family),
            given: people
                .person
                .iter()
                .flat_map(|person| person.given.clone())
                .collect(),
            birth_date: each(|person| &person.birth_date),
            line: each(|person| &person.line),
            phone: each(|person| &person.phone),
            city: people.towns,
            postal_code: people.postal_codes,
        }
    }

    fn list() -> Self {
        let text = Source::read(LIST).text;
        Self::of(toml::from_str(&text).expect("the list of people"))
    }

    /// What the words under `key` must be among, when it is a key that says something of a person.
    fn under(&self, key: &str) -> Option<&BTreeSet<String>> {
        match key {
            "family" => Some(&self.family),
            "given" => Some(&self.given),
            "birthDate" => Some(&self.birth_date),
            "line" => Some(&self.line),
            "city" => Some(&self.city),
            "postalCode" => Some(&self.postal_code),
            _ => None,
        }
    }

    /// Whether `word` may stand under `key`: known, or plainly no data of a person at all.
    fn allows(&self, key: &str, word: &str) -> bool {
        let Some(known) = self.under(key) else {
            return true;
        };
        known.contains(word) || is_placeholder(key, word)
    }
}

#[test]
fn only_people_of_the_list_appear_in_the_repository() {
    let known = Known::list();
    let strangers: Vec<String> = Source::texts()
        .iter()
        .filter(|source| source.path != LIST)
        .flat_map(|source| strangers(source, &known))
        .collect();
    assert!(strangers.is_empty(), "\n{}\n", strangers.join("\n"));
}

/// Everything in a file that looks like data of somebody who is not on the list.
fn strangers(source: &Source, known: &Known) -> Vec<String> {
    let mut found = BTreeSet::new();
    for value in values(source) {
        walk("", &value, known, &mut found);
    }
    written(&source.text, known, &mut found);
    reachable(&source.text, known, &mut found);
    found
        .into_iter()
        .map(|what| format!("{}: {what}", source.path))
        .collect()
}

/// The JSON values of a file: one, or one a line; none when it holds something else.
fn values(source: &Source) -> Vec<Value> {
    if source.path.ends_with(".ndjson") {
        return source
            .text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
    }
    if source.path.ends_with(".json") {
        return serde_json::from_str(&source.text).into_iter().collect();
    }
    Vec::new()
}

fn walk(key: &str, value: &Value, known: &Known, found: &mut BTreeSet<String>) {
    match value {
        Value::String(word) if !known.allows(key, word) => {
            found.insert(format!("`{key}` of nobody on the list"));
        }
        Value::Array(items) => items.iter().for_each(|item| walk(key, item, known, found)),
        // The lines of an address stand in a list; a lone `line` is a line of some text.
        Value::Object(members) => members
            .iter()
            .filter(|(key, member)| *key != "line" || member.is_array())
            .for_each(|(key, member)| walk(key, member, known, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Names written as JSON or TOML inside any text, code included.
fn written(text: &str, known: &Known, found: &mut BTreeSet<String>) {
    let pattern = Regex::new(
        r#"\b(family|given|birthDate|postalCode)\\?"?\s*[:=]\s*\[?\s*\\?"([^"\\]*)\\?""#,
    )
    .expect("a pattern");
    for capture in pattern.captures_iter(text) {
        if !known.allows(&capture[1], &capture[2]) {
            found.insert(format!(
                "`{}` of nobody on the list, written in the text",
                &capture[1]
            ));
        }
    }
}

/// Phone numbers, mail addresses and social security numbers inside any text.
fn reachable(text: &str, known: &Known, found: &mut BTreeSet<String>) {
    let phone = Regex::new(r"(?:^|[^0-9A-Za-z.:-])([2-9][0-9]{2}-[0-9]{4})(?:[^0-9-]|$)")
        .expect("a pattern");
    for capture in phone.captures_iter(text) {
        if !known.phone.contains(&capture[1]) {
            found.insert("a phone number of nobody on the list".to_owned());
        }
    }
    let mail = Regex::new(r"[A-Za-z0-9._+-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[a-z]{2,})")
        .expect("a pattern");
    for capture in mail.captures_iter(text) {
        if !RESERVED.iter().any(|domain| capture[1].ends_with(domain)) {
            found.insert("a mail address outside the domains kept for examples".to_owned());
        }
    }
    let security =
        Regex::new(r"(?:^|[^0-9-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?:[^0-9-]|$)").expect("a pattern");
    if security.is_match(text) {
        found.insert("something shaped like a social security number".to_owned());
    }
}

/// Words that cannot be anybody: a letter at most, a format's argument, a canary, a wrong birth date of a rejected example.
fn is_placeholder(key: &str, word: &str) -> bool {
    let canary = word.to_ascii_lowercase().contains("canary");
    let open = word.contains(['{', '$', '<']);
    let no_date = key == "birthDate"
        && !Regex::new(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
            .expect("a pattern")
            .is_match(word);
    word.chars().count() < 2 || canary || open || no_date
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let list = r#"
            towns = ["Sampleton"]
            postal-codes = ["00000"]
            [[person]]
            family = "Testperson"
            given = ["Sample"]
            birth-date = "1970-01-01"
            line = "100 Example Street"
            phone = "555-0100"
        "#;
        Known::of(toml::from_str(list).unwrap())
    }

    fn count(path: &str, text: &str) -> usize {
        strangers(&Source::new(path, text), &known()).len()
    }

    // Made from parts, so that this file itself names nobody.
    fn stranger() -> String {
        ["Some", "body"].concat()
    }

    #[test]
    fn somebody_in_a_payload_is_caught() {
        let name = stranger();
        assert_eq!(
            count(
                "a.json",
                &format!(r#"{{ "name": [{{ "given" : [ "Sample", "{name}" ] }}] }}"#)
            ),
            1
        );
        assert_eq!(
            count("a.ndjson", &format!("{{}}\n{{\"city\": \"{name}\"}}")),
            1
        );
        assert_eq!(
            count(
                "a.json",
                r#"{"name":[{"family":"Testperson","given":["Sample"]}],"birthDate":"1970-01-01"}"#
            ),
            0
        );
        assert_eq!(
            count("a.json", r#"{"properties":{"family":{"type":"string"}}}"#),
            0
        );
    }

    #[test]
    fn somebody_in_code_or_prose_is_caught() {
        let name = stranger();
        assert_eq!(
            count("a.rs", &format!(r#"let x = "{{\"family\":\"{name}\"}}";"#)),
            1
        );
        assert_eq!(count("a.toml", &format!("family = \"{name}\"")), 1);
        assert_eq!(
            count("a.rs", "let x = \"{\\\"family\\\":\\\"Testperson\\\"}\";"),
            0
        );
    }

    #[test]
    fn a_reachable_person_is_caught() {
        assert_eq!(count("a.md", &["call 555", "4321"].join("-")), 1);
        assert_eq!(count("a.md", "call 555-0100"), 0);
        assert_eq!(count("a.md", &["someone", "mail.com"].join("@")), 1);
        assert_eq!(count("a.md", "integration@northwind.example"), 0);
        assert_eq!(count("a.md", &["123", "45", "6789"].join("-")), 1);
    }
}
