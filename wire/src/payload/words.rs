//! From the kind of an error to an id, a sentence and what the schema wants.
//! Refuses to look at the payload: every word comes from the schema.

use super::form::plural;
use super::id;
use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

/// Listed words before the rest is counted.
const MOST_WORDS: usize = 8;

/// Characters of a schema's constant or pattern before it is cut.
///
/// Source: fits one line of a terminal behind its label
const MOST_CHARACTERS: usize = 80;

/// What is said of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) id: &'static str,
    pub(super) message: String,
    pub(super) want: Option<String>,
}

impl Words {
    pub(super) fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self {
            id,
            message: message.into(),
            want: None,
        }
    }

    fn want(mut self, want: impl Into<String>) -> Self {
        self.want = Some(want.into());
        self
    }
}

/// The words for an error that concerns one value; `beside` is the format that stands beside the failing keyword.
pub(super) fn words(kind: &Kind, beside: Option<&str>) -> Words {
    match kind {
        Kind::Type { kind } => {
            let kinds = kinds(kind);
            Words::new(id::TYPE_WRONG, "the value is of the wrong kind").want(kinds)
        }
        Kind::Constant { expected_value } => Words::new(
            id::VALUE_NOT_ALLOWED,
            "the value is not the one that is fixed here",
        )
        .want(shown(expected_value)),
        Kind::Enum { options } => Words::new(
            id::VALUE_NOT_ALLOWED,
            "the value is none of those that are listed",
        )
        .want(listed(options)),
        Kind::Not { schema } => not(schema),
        Kind::Pattern { .. }
        | Kind::BacktrackLimitExceeded { .. }
        | Kind::RegexEngineFailure { .. }
        | Kind::Format { .. }
        | Kind::ContentEncoding { .. }
        | Kind::ContentMediaType { .. }
        | Kind::FromUtf8 { .. } => text(kind, beside),
        Kind::FalseSchema => Words::new(id::UNKNOWN_NAME, "nothing may stand here"),
        Kind::UniqueItems => {
            Words::new(id::DUPLICATE_ITEM, "two items are equal").want("every item only once")
        }
        Kind::MultipleOf { multiple_of } => {
            Words::new(id::NOT_MULTIPLE, "the number is not a multiple of the step")
                .want(format!("a multiple of {multiple_of}"))
        }
        _ => bounds(kind).unwrap_or_else(|| {
            Words::new(id::VALUE_NOT_ALLOWED, "the value does not fit the schema")
        }),
    }
}

fn not(schema: &Value) -> Words {
    let required = schema.get("required").and_then(Value::as_array);
    let names: Vec<_> = required
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    match names.as_slice() {
        [] => Words::new(
            id::VALUE_NOT_ALLOWED,
            "the value fits a form that is ruled out",
        ),
        [name] => Words::new(id::UNKNOWN_NAME, format!("`{name}` may not stand here")),
        names => {
            let names = names.join("`, `");
            Words::new(
                id::UNKNOWN_NAME,
                format!("`{names}` may not stand together"),
            )
        }
    }
}

/// Patterns, formats and encodings. A pattern beside a `format` that we can name only spells that format out.
fn text(kind: &Kind, beside: Option<&str>) -> Words {
    match kind {
        Kind::Format { format } => format_wrong(format),
        Kind::Pattern { pattern } => match beside.filter(|name| spelled(name).is_some()) {
            Some(name) => format_wrong(name),
            None => Words::new(id::PATTERN_MISMATCH, "the text does not follow the pattern")
                .want(format!("pattern {}", cut(pattern))),
        },
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => Words::new(
            id::PATTERN_MISMATCH,
            "whether the text follows the pattern could not be settled within bounds",
        ),
        Kind::ContentEncoding { content_encoding } => {
            Words::new(id::FORMAT_WRONG, "the text is not encoded as it must be")
                .want(content_encoding.as_str())
        }
        _ => Words::new(
            id::FORMAT_WRONG,
            "the content is not of the declared media type",
        ),
    }
}

fn format_wrong(name: &str) -> Words {
    let want = spelled(name).map_or_else(|| name.to_owned(), |how| format!("{name}, {how}"));
    Words::new(
        id::FORMAT_WRONG,
        "the text is not written as its format asks",
    )
    .want(want)
}

/// How a format is written.
///
/// Source: JSON Schema 2020-12 validation, section 7.3, and the RFCs it names
fn spelled(format: &str) -> Option<&'static str> {
    Some(match format {
        "date" => "YYYY-MM-DD",
        "date-time" => "YYYY-MM-DDThh:mm:ssZ",
        "time" => "hh:mm:ssZ",
        "uuid" => "8-4-4-4-12 hexadecimal digits",
        "email" => "name@host",
        "uri" => "scheme:rest",
        _ => return None,
    })
}

#[rustfmt::skip]
fn bounds(kind: &Kind) -> Option<Words> {
    let (id, message, want) = match kind {
        Kind::MinLength { limit } => (id::TOO_SHORT, "the text is too short", characters("at least", *limit)),
        Kind::MaxLength { limit } => (id::TOO_LONG, "the text is too long", characters("at most", *limit)),
        Kind::MinItems { limit } => (id::TOO_FEW, "the array has too few items", format!("at least {limit}")),
        Kind::MaxItems { limit } => (id::TOO_MANY, "the array has too many items", format!("at most {limit}")),
        Kind::AdditionalItems { limit } => (id::TOO_MANY, "the array has too many items", format!("at most {limit}")),
        Kind::UnevaluatedItems { .. } => (id::TOO_MANY, "the array has items that no schema speaks of", "none of them".to_owned()),
        Kind::MinProperties { limit } => (id::TOO_FEW, "the object has too few members", format!("at least {limit}")),
        Kind::MaxProperties { limit } => (id::TOO_MANY, "the object has too many members", format!("at most {limit}")),
        Kind::Minimum { limit } => (id::OUT_OF_RANGE, "the number is too small", format!("at least {limit}")),
        Kind::Maximum { limit } => (id::OUT_OF_RANGE, "the number is too large", format!("at most {limit}")),
        Kind::ExclusiveMinimum { limit } => (id::OUT_OF_RANGE, "the number is too small", format!("more than {limit}")),
        Kind::ExclusiveMaximum { limit } => (id::OUT_OF_RANGE, "the number is too large", format!("less than {limit}")),
        _ => return None,
    };
    Some(Words::new(id, message).want(want))
}

fn characters(bound: &str, limit: u64) -> String {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    format!("{bound} {}", plural(limit, "character", "characters"))
}

fn kinds(kind: &TypeKind) -> String {
    let word = |kind: JsonType| kind.as_str();
    match kind {
        TypeKind::Single(kind) => word(*kind).to_owned(),
        TypeKind::Multiple(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(" or "),
    }
}

fn listed(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let words: Vec<_> = options.iter().take(MOST_WORDS).map(shown).collect();
    let more = options.len().saturating_sub(MOST_WORDS);
    let rest = if more > 0 {
        format!(" or {more} more")
    } else {
        String::new()
    };
    format!("one of {}{rest}", words.join(", "))
}

/// A constant of the schema.
fn shown(constant: &Value) -> String {
    match constant {
        Value::String(word) => format!("`{}`", cut(word)),
        other => cut(&other.to_string()),
    }
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(MOST_CHARACTERS).collect();
    if short.len() < text.len() {
        short.push_str("..");
    }
    short
}
