//! A schema made ready for questions: respelt, numbered for the evaluator, compiled for the validator.
//! Refuses to know the question.

use super::answer::{Code, Why};
use super::budget::Stop;
use super::canonical::Canonical;
use super::dialect::{Dialect, Holds, holds};
use super::evaluate::{Keyword, Kind, Node, Program};
use super::flat::Flat;
use super::pointer;
use super::worker;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// Deepest nesting of a document.
///
/// Source: the budget table of the compatibility specification
const DEPTH: usize = 128;

/// What `format` does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Formats {
    /// It says nothing.
    #[default]
    Annotation,
    /// It restricts.
    Assertion,
}

/// How a document is to be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    /// The draft, whatever `$schema` says; by default `$schema` decides, and 2020-12 where there is none.
    pub dialect: Option<Dialect>,
    pub formats: Formats,
}

/// A self-contained schema document that is ready for questions. A clone is the same schema.
#[derive(Clone, Debug)]
pub struct Schema(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    dialect: Dialect,
    formats: Formats,
    written: Value,
    flat: Flat,
    program: Program,
    validator: Validator,
    canonical: OnceLock<Result<Canonical, Code>>,
}

impl Schema {
    /// Makes `document` ready, as its `$schema` says.
    ///
    /// Errors: why no question about it can be answered
    pub fn new(document: &Value) -> Result<Self, Why> {
        Self::read(document, Reading::default(), &Stop::default())
    }

    /// Makes `document` ready, read as `reading` says.
    ///
    /// Errors: why no question about it can be answered
    pub fn read(document: &Value, reading: Reading, stop: &Stop) -> Result<Self, Why> {
        if is_deeper_than(document, DEPTH) {
            return Err(Why::new(Code::Depth).cap(DEPTH));
        }
        let document = document.clone();
        worker::run(stop, move || Self::build(&document, reading))?
    }

    fn build(document: &Value, reading: Reading) -> Result<Self, Why> {
        let dialect = dialect(document, reading)?;
        let written = without_content(document, dialect, true);
        let mut flat = Flat::new(&written, dialect, reading.formats);
        if let Err(why) = &flat {
            // An invalid schema has no references worth speaking of.
            if why.code == Code::Reference && !is_valid_schema(&written, dialect) {
                flat = Err(Why::new(Code::SchemaInvalid));
            }
        }
        let flat = flat?;
        let program = Program::compile(&flat.document)?;
        let validator = jsonschema::options()
            .with_draft(dialect.draft())
            .should_validate_formats(reading.formats == Formats::Assertion)
            .offline()
            .build(&written)
            .map_err(|error| match error.kind() {
                ValidationErrorKind::Referencing(_) => Why::new(Code::Reference),
                _ => Why::new(Code::SchemaInvalid).at(error.instance_path().as_str()),
            })?;
        Ok(Self(Arc::new(Parts {
            dialect,
            formats: reading.formats,
            written,
            flat,
            program,
            validator,
            canonical: OnceLock::new(),
        })))
    }

    /// A schema that says what `flat` says, at the places of this one.
    pub(super) fn respelt(&self, flat: Flat) -> Result<Self, Why> {
        let program = Program::compile(&flat.document)?;
        let validator = jsonschema::options()
            .with_draft(Dialect::Draft2020.draft())
            .should_validate_formats(self.0.formats == Formats::Assertion)
            .offline()
            .build(&flat.document)
            .map_err(|_| Why::new(Code::SchemaInvalid))?;
        Ok(Self(Arc::new(Parts {
            dialect: self.0.dialect,
            formats: self.0.formats,
            written: self.0.written.clone(),
            flat,
            program,
            validator,
            canonical: OnceLock::new(),
        })))
    }

    /// Whether this schema accepts `value`, by the first of the two validators.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        self.0.validator.is_valid(value)
    }

    /// Where this schema rejects `value`: pointer of the schema in the respelt document, and the keyword.
    pub(crate) fn blame(&self, value: &Value) -> Option<(String, &'static str)> {
        self.0.program.blame(value)
    }

    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.0.dialect
    }

    pub(crate) fn formats(&self) -> Formats {
        self.0.formats
    }

    /// The document as it was written, without keywords on encoded content.
    pub(crate) fn written(&self) -> &Value {
        &self.0.written
    }

    pub(crate) fn flat(&self) -> &Flat {
        &self.0.flat
    }

    /// Whether `1.0` is an integer is a dispute between validators of this schema.
    pub(super) fn reads_draft4_integers(&self) -> bool {
        let asks = |keyword: &Keyword| {
            matches!(keyword, Keyword::Types(kinds)
                if kinds.contains(&Kind::Integer) && !kinds.contains(&Kind::Number))
        };
        self.0.dialect == Dialect::Draft4 && self.keywords().any(|(_, keyword)| asks(keyword))
    }

    /// The first construct that the evaluator cannot judge.
    pub(super) fn unread(&self) -> Option<Why> {
        self.keywords().find_map(|(node, keyword)| {
            let (code, word) = match keyword {
                Keyword::Format(_) => (Code::Format, "format"),
                Keyword::Open(code) => (*code, "$ref"),
                Keyword::Matches(pattern) if !pattern.is_read() => (Code::Pattern, "pattern"),
                Keyword::Members { matching, .. }
                    if matching.iter().any(|(pattern, _)| !pattern.is_read()) =>
                {
                    (Code::Pattern, "patternProperties")
                }
                _ => return None,
            };
            let origin = self.0.flat.origin(&node.pointer);
            Some(Why::new(code).at(pointer::step(origin, word)))
        })
    }

    fn keywords(&self) -> impl Iterator<Item = (&Node, &Keyword)> {
        let nodes = self.0.program.nodes().iter();
        nodes.flat_map(|node| node.keywords.iter().map(move |keyword| (node, keyword)))
    }

    pub(super) fn program(&self) -> &Program {
        &self.0.program
    }

    /// The canonical form, made once.
    pub(super) fn canonical(&self) -> Result<&Canonical, Code> {
        self.0
            .canonical
            .get_or_init(|| Canonical::new(&self.0.flat.document, self.0.formats))
            .as_ref()
            .map_err(|code| *code)
    }
}

fn is_valid_schema(document: &Value, dialect: Dialect) -> bool {
    match dialect {
        Dialect::Draft4 => jsonschema::draft4::meta::is_valid(document),
        Dialect::Draft6 => jsonschema::draft6::meta::is_valid(document),
        Dialect::Draft7 => jsonschema::draft7::meta::is_valid(document),
        Dialect::Draft2019 => jsonschema::draft201909::meta::is_valid(document),
        Dialect::Draft2020 => jsonschema::draft202012::meta::is_valid(document),
    }
}

fn dialect(document: &Value, reading: Reading) -> Result<Dialect, Why> {
    if !document.is_object() && !document.is_boolean() {
        return Err(Why::new(Code::SchemaInvalid));
    }
    if let Some(dialect) = reading.dialect {
        return Ok(dialect);
    }
    match document.get("$schema") {
        None => Ok(Dialect::Draft2020),
        Some(named) => named
            .as_str()
            .and_then(Dialect::of_uri)
            .ok_or_else(|| Why::new(Code::Dialect).at("/$schema")),
    }
}

/// `schema` without `content*` and, at the root, without `$schema`: the caller has already decided on the draft.
fn without_content(schema: &Value, dialect: Dialect, is_root: bool) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    let inner = |value: &Value| without_content(value, dialect, false);
    let kept = members.iter().filter(|(keyword, _)| {
        let is_draft = is_root && *keyword == "$schema";
        !is_draft && !keyword.starts_with("content")
    });
    let cleaned = kept.map(|(keyword, value)| {
        let value = match (holds(dialect, keyword), value) {
            (Holds::Value | Holds::Nothing, _) => value.clone(),
            (Holds::List | Holds::SchemaOrList, Value::Array(items)) => {
                items.iter().map(inner).collect()
            }
            (Holds::Named | Holds::Definitions | Holds::Dependencies, Value::Object(named)) => {
                let named = named
                    .iter()
                    .map(|(name, value)| (name.clone(), inner(value)));
                Value::Object(named.collect())
            }
            (_, value) => inner(value),
        };
        (keyword.clone(), value)
    });
    Value::Object(cleaned.collect())
}

fn is_deeper_than(value: &Value, most: usize) -> bool {
    let mut open = vec![(value, 1)];
    while let Some((value, depth)) = open.pop() {
        if depth > most {
            return true;
        }
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => open.extend(members.values().map(|one| (one, depth + 1))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn why(document: Value) -> String {
        Schema::new(&document).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_code() {
        assert_eq!(why(json!(7)), "input/schema-invalid");
        assert_eq!(
            why(json!({"$schema": "https://example.org/x"})),
            "dialect at /$schema"
        );
        assert_eq!(
            why(json!({"$ref": "https://example.org/x"})),
            "reference at /$ref"
        );
        assert_eq!(
            why(json!({"maxLength": null})),
            "input/schema-invalid at /maxLength"
        );
        assert_eq!(
            why(json!({"allOf": [{"$ref": "#"}]})).split(' ').next(),
            Some("loop")
        );
        let deep = (0..200).fold(json!(true), |inner, _| json!({"not": inner}));
        assert_eq!(why(deep), "input/depth (more than 128)");
    }

    #[test]
    fn content_keywords_say_nothing_but_a_property_may_be_called_so() {
        let schema = Schema::read(
            &json!({"contentMediaType": "application/json",
                "properties": {"contentEncoding": {"type": "integer", "contentEncoding": "base64"}}}),
            Reading { dialect: Some(Dialect::Draft7), formats: Formats::Annotation },
            &Stop::default(),
        )
        .unwrap();
        assert!(schema.accepts(&json!("{")));
        assert!(!schema.accepts(&json!({"contentEncoding": "x"})));
    }
}
