//! A request with its generators run: dates of the run, seeded chance, what states and earlier steps made known.
//! Refuses to send an example where a value was promised: what cannot be made is told.

mod chance;
mod date;
mod known;
mod text;

use super::request::{Draft, Payload};
use crate::contract::generator::{Generated, Generator, Generators, UuidForm};
use crate::contract::path::{Key, Step};
use crate::contract::rule::Part;
use crate::model::HttpResponse;
use chance::Chance;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a run knows when it sends a request.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    pub as_of: DateTime<Utc>,
    /// Base URL of the provider, without a slash at the end.
    pub base: &'a str,
    /// What setting up the states made known.
    pub values: &'a Map<String, Value>,
    /// Answers of earlier steps of the same sequence, by step.
    pub steps: &'a BTreeMap<String, HttpResponse>,
}

/// `draft` with every generated value in its place; `key` seeds what is left to chance.
///
/// Errors: the first value that could not be made, and why
pub fn filled(
    draft: &Draft,
    generators: &Generators,
    key: &str,
    given: &Given<'_>,
) -> Result<Draft, String> {
    let mut draft = draft.clone();
    for generated in &generators.list {
        let make = |place: &str| {
            let seed = format!("{key}\u{1f}{}\u{1f}{place}", generated.part.word());
            made(&generated.generator, Chance::of(&seed), given)
        };
        put(&mut draft, generated, given, make)?;
    }
    Ok(draft)
}

/// Puts what `make` makes for a place into every place of the draft that a generator names.
fn put(
    draft: &mut Draft,
    generated: &Generated,
    given: &Given<'_>,
    make: impl Fn(&str) -> Result<Value, String>,
) -> Result<(), String> {
    match generated.part {
        Part::Method | Part::Status | Part::Metadata => {}
        Part::Path => draft.path = path(&written(&make("")?), given)?,
        Part::Query => pairs(&mut draft.query, generated, make)?,
        Part::Header => pairs(&mut draft.headers, generated, make)?,
        Part::Body => match &mut draft.body {
            Payload::Json(body) => {
                let places = generated.path.select(body).into_iter();
                let places: Vec<String> = places.map(|(pointer, _)| pointer).collect();
                for pointer in places {
                    let value = make(&pointer)?;
                    if let Some(place) = body.pointer_mut(&pointer) {
                        *place = value;
                    }
                }
            }
            Payload::Form(fields) => pairs(fields, generated, make)?,
            Payload::Text(text) => *text = written(&make("")?),
            Payload::Nothing => {}
        },
    }
    Ok(())
}

/// Fills the values of the name that a path begins with: all of them, or the one that it numbers.
fn pairs(
    pairs: &mut [(String, String)],
    generated: &Generated,
    make: impl Fn(&str) -> Result<Value, String>,
) -> Result<(), String> {
    let [Step::Name(name), rest @ ..] = generated.path.steps.as_slice() else {
        return Ok(());
    };
    let named = pairs
        .iter_mut()
        .filter(|(own, _)| own.eq_ignore_ascii_case(name));
    for (index, (_, value)) in named.enumerate() {
        let wanted = match rest.first() {
            Some(Step::Index(wanted)) => *wanted == index,
            Some(Step::Name(_) | Step::AnyIndex | Step::Any | Step::Deep) | None => true,
        };
        if wanted {
            *value = written(&make(&format!("{name}/{index}"))?);
        }
    }
    Ok(())
}

/// A path, or an address of the provider itself without what stands before the path.
fn path(text: &str, given: &Given<'_>) -> Result<String, String> {
    if text.starts_with('/') {
        return Ok(text.to_owned());
    }
    match text.strip_prefix(given.base) {
        Some(path) if path.starts_with('/') => Ok(path.to_owned()),
        Some(_) | None => Err("an address that was given leads away from the provider".to_owned()),
    }
}

/// A value as it stands in a header, a query or a path.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn made(generator: &Generator, mut chance: Chance, given: &Given<'_>) -> Result<Value, String> {
    Ok(match generator {
        Generator::Date(format) | Generator::Time(format) | Generator::DateTime(format) => {
            json!(date::written(format, given.as_of))
        }
        Generator::RandomInt { min, max } => json!(chance.between(*min, *max)),
        Generator::RandomDecimal { digits } => chance.decimal(*digits)?,
        Generator::RandomHexadecimal { digits } => json!(chance.of_letters(chance::HEX, *digits)),
        Generator::RandomString { size } => json!(chance.of_letters(chance::ALPHANUMERIC, *size)),
        Generator::RandomBoolean => json!(chance.below(2) == 0),
        Generator::Regex(pattern) => json!(text::of(pattern, &mut chance)?),
        Generator::Uuid(form) => json!(uuid(*form, &mut chance)),
        Generator::ProviderState { expression, kind } => known::value(expression, *kind, given)?,
        Generator::MockServerUrl { example, regex } => {
            json!(text::moved(example, &regex.source, given.base)?)
        }
    })
}

/// Source: RFC 9562, section 5.4: version 4, variant 10
fn uuid(form: UuidForm, chance: &mut Chance) -> String {
    let [high, low] = [chance.next(), chance.next()];
    let high = (high & !0xf000) | 0x4000;
    let low = (low & !(0b11 << 62)) | (0b10 << 62);
    let digits = format!("{high:016x}{low:016x}");
    let cut = [0..8, 8..12, 12..16, 16..20, 20..32];
    let groups: Vec<&str> = cut
        .into_iter()
        .filter_map(|span| digits.get(span))
        .collect();
    let hyphenated = groups.join("-");
    match form {
        UuidForm::Simple => digits,
        UuidForm::LowerCaseHyphenated => hyphenated,
        UuidForm::UpperCaseHyphenated => hyphenated.to_ascii_uppercase(),
        UuidForm::Urn => format!("urn:uuid:{hyphenated}"),
    }
}

/// Whether a difference at `pointer` of `part` lies where a generator put something of its own.
pub fn is_generated(generators: &Generators, part: Part, keys: &[Key]) -> bool {
    generators.list.iter().any(|generated| match part {
        // An address that was given may hold a query.
        Part::Path | Part::Query if generated.part == Part::Path => true,
        Part::Method | Part::Path | Part::Status => generated.part == part,
        Part::Query | Part::Header | Part::Body | Part::Metadata => {
            let steps = generated.path.steps.len();
            let above = keys.get(..steps).unwrap_or_default();
            generated.part == part && generated.path.is_at(above)
        }
    })
}
