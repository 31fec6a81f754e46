//! Generators as a file writes them.
//! Refuses every generator and attribute that nobody here could run.

use super::desk::{Desk, Members, Node};
use super::rules;
use crate::contract::datetime::Format;
use crate::contract::generator::{Generated, Generator, Generators, StateKind, UuidForm};
use crate::contract::matcher::Pattern;
use crate::contract::path::Path;
use crate::contract::rule::Part;
use serde_json::Value;

const UNKNOWN: &str = "contract/unknown-generator";

/// A text or number of more characters is no test datum.
const LONGEST: u16 = 10_000;

/// The member `generators` of a request, a response or a message.
pub fn generators<'d>(desk: &mut Desk<'d>, side: &Members<'d>, parts: &[Part]) -> Generators {
    let mut found = Generators::default();
    let node = side.get("generators").filter(|node| !node.value.is_null());
    let Some(members) = node.and_then(|node| desk.object(&node)) else {
        return found;
    };
    for (key, node) in members.each() {
        let Some(part) = rules::category(key, parts) else {
            let message = "no category of generators has this name";
            desk.reject_key(UNKNOWN, &node.pointer, message);
            continue;
        };
        let Some(group) = desk.object(&node) else {
            continue;
        };
        if matches!(part, Part::Path | Part::Status) && group.get("type").is_some() {
            add(desk, &mut found, part, Path::default(), &node);
            continue;
        }
        for (key, node) in group.each() {
            match rules::path(part, key) {
                Some(path) => add(desk, &mut found, part, path, &node),
                None => desk.reject_key("contract/bad-path", &node.pointer, "this is no path"),
            }
        }
    }
    found
}

fn add<'d>(desk: &mut Desk<'d>, found: &mut Generators, part: Part, path: Path, node: &Node<'d>) {
    if let Some(generator) = generator(desk, node) {
        found.list.push(Generated {
            part,
            path,
            generator,
            pointer: node.pointer.clone(),
        });
    }
}

fn generator<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<Generator> {
    let members = desk.object(node)?;
    let word = need(desk, &members, "type")?;
    let word = desk.text(&word)?;
    let Some(known) = attributes(word) else {
        let pointer = format!("{}/type", node.pointer);
        desk.reject(UNKNOWN, &pointer, "no generator has this name");
        return None;
    };
    let before = desk.count();
    desk.only(&members, UNKNOWN, known);
    let generator = match word {
        "Date" => Generator::Date(format(desk, &members, "yyyy-MM-dd")?),
        "Time" => Generator::Time(format(desk, &members, "HH:mm:ss")?),
        "DateTime" => Generator::DateTime(format(desk, &members, "yyyy-MM-dd'T'HH:mm:ssXXX")?),
        "RandomInt" => span(desk, &members)?,
        "RandomDecimal" => Generator::RandomDecimal {
            digits: length(desk, &members, "digits")?,
        },
        "RandomHexadecimal" => Generator::RandomHexadecimal {
            digits: length(desk, &members, "digits")?,
        },
        "RandomString" => Generator::RandomString {
            size: length(desk, &members, "size")?,
        },
        "RandomBoolean" => Generator::RandomBoolean,
        "Regex" => Generator::Regex(pattern(desk, &members)?),
        "Uuid" => Generator::Uuid(form(desk, &members)?),
        "ProviderState" => state(desk, &members)?,
        _ => url(desk, &members)?,
    };
    (desk.count() == before).then_some(generator)
}

/// Source: contract specification, section 4.3, generators
fn attributes(word: &str) -> Option<&'static [&'static str]> {
    Some(match word {
        "Date" | "Time" | "DateTime" => &["type", "format"],
        "RandomInt" => &["type", "min", "max"],
        "RandomDecimal" | "RandomHexadecimal" => &["type", "digits"],
        "RandomString" => &["type", "size"],
        "RandomBoolean" => &["type"],
        "Regex" => &["type", "regex"],
        "Uuid" => &["type", "format"],
        "ProviderState" => &["type", "expression", "dataType"],
        "MockServerURL" => &["type", "example", "regex"],
        _ => return None,
    })
}

fn need<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<Node<'d>> {
    let node = members.get(key);
    if node.is_none() {
        let message = format!("the attribute `{key}` is missing");
        desk.reject(UNKNOWN, &members.pointer, &message);
    }
    node
}

fn need_text<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<&'d str> {
    let node = need(desk, members, key)?;
    desk.text(&node)
}

fn format<'d>(desk: &mut Desk<'d>, members: &Members<'d>, default: &str) -> Option<Format> {
    let node = members.get("format").filter(|node| !node.value.is_null());
    let Some(node) = node else {
        return Format::parse(default);
    };
    let format = Format::parse(desk.text(&node)?);
    if format.is_none() {
        let message = "the pattern holds a letter that cannot be judged";
        desk.reject("contract/bad-format", &node.pointer, message);
    }
    format
}

fn span<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Generator> {
    let [min, max] = ["min", "max"].map(|key| whole(desk, members, key));
    let (min, max) = (min?, max?);
    if min > max {
        let pointer = format!("{}/max", members.pointer);
        desk.wrong_type(&pointer, "a number that is not below `min`");
        return None;
    }
    Some(Generator::RandomInt { min, max })
}

fn whole<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<i64> {
    let node = need(desk, members, key)?;
    let number = node.value.as_i64();
    if number.is_none() {
        desk.wrong_type(&node.pointer, "a whole number");
    }
    number
}

fn length<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<u16> {
    let node = need(desk, members, key)?;
    let number = node.value.as_u64().and_then(|n| u16::try_from(n).ok());
    let number = number.filter(|number| (1..=LONGEST).contains(number));
    if number.is_none() {
        let wanted = format!("a whole number from 1 to {LONGEST}");
        desk.wrong_type(&node.pointer, &wanted);
    }
    number
}

fn pattern<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Pattern> {
    let pattern = Pattern::parse(need_text(desk, members, "regex")?);
    if pattern.is_none() {
        let pointer = format!("{}/regex", members.pointer);
        let message = "this is no regular expression of the dialect that is judged";
        desk.reject("contract/bad-regex", &pointer, message);
    }
    pattern
}

fn form<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<UuidForm> {
    let words = [
        ("simple", UuidForm::Simple),
        ("lower-case-hyphenated", UuidForm::LowerCaseHyphenated),
        ("upper-case-hyphenated", UuidForm::UpperCaseHyphenated),
        ("URN", UuidForm::Urn),
    ];
    match members.get("format").filter(|node| !node.value.is_null()) {
        None => Some(UuidForm::default()),
        Some(node) => desk.word(&node, &words),
    }
}

fn state<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Generator> {
    let words = [
        ("RAW", StateKind::Raw),
        ("STRING", StateKind::Text),
        ("INTEGER", StateKind::Integer),
        ("DECIMAL", StateKind::Decimal),
        ("FLOAT", StateKind::Decimal),
        ("BOOLEAN", StateKind::Boolean),
    ];
    let expression = need_text(desk, members, "expression")?.to_owned();
    let kind = match members.get("dataType") {
        None => StateKind::default(),
        Some(node) => desk.word(&node, &words)?,
    };
    if expression.is_empty() || !is_closed(&expression) {
        let pointer = format!("{}/expression", members.pointer);
        desk.wrong_type(&pointer, "a name, or text with names in `${}`,");
        return None;
    }
    Some(Generator::ProviderState { expression, kind })
}

/// Whether every `${` of an expression ends and names something.
fn is_closed(expression: &str) -> bool {
    expression.split("${").skip(1).all(|rest| {
        rest.split_once('}')
            .is_some_and(|(name, _)| !name.trim().is_empty())
    })
}

fn url<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Generator> {
    let example = need(desk, members, "example")?;
    let example = match example.value {
        Value::String(text) => text.clone(),
        _ => {
            desk.wrong_type(&example.pointer, "a string");
            return None;
        }
    };
    let regex = pattern(desk, members)?;
    Some(Generator::MockServerUrl { example, regex })
}
