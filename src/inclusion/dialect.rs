//! The five drafts of JSON Schema and which keyword says what in which of them.
//! Refuses to know any keyword's meaning beyond where its subschemas stand.

use serde_json::Value;

/// A draft of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    Draft4,
    Draft6,
    Draft7,
    Draft2019,
    Draft2020,
}

impl Dialect {
    pub const ALL: [Self; 5] = [
        Self::Draft4,
        Self::Draft6,
        Self::Draft7,
        Self::Draft2019,
        Self::Draft2020,
    ];

    /// The word that names a draft in batch mode.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft4 => "4",
            Self::Draft6 => "6",
            Self::Draft7 => "7",
            Self::Draft2019 => "2019-09",
            Self::Draft2020 => "2020-12",
        }
    }

    /// The draft with this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.word() == word)
    }

    fn uri(self) -> &'static str {
        match self {
            Self::Draft4 => "json-schema.org/draft-04/schema",
            Self::Draft6 => "json-schema.org/draft-06/schema",
            Self::Draft7 => "json-schema.org/draft-07/schema",
            Self::Draft2019 => "json-schema.org/draft/2019-09/schema",
            Self::Draft2020 => "json-schema.org/draft/2020-12/schema",
        }
    }

    /// The draft that a `$schema` names; `None` for any other.
    #[must_use]
    pub fn of_uri(uri: &str) -> Option<Self> {
        let bare = uri.strip_suffix('#').unwrap_or(uri);
        let bare = bare
            .strip_prefix("http://")
            .or_else(|| bare.strip_prefix("https://"))?;
        Self::ALL.into_iter().find(|dialect| dialect.uri() == bare)
    }

    /// The keyword that names a resource.
    pub(super) fn id_keyword(self) -> &'static str {
        match self {
            Self::Draft4 => "id",
            Self::Draft6 | Self::Draft7 | Self::Draft2019 | Self::Draft2020 => "$id",
        }
    }

    /// Whether keywords beside a `$ref` say nothing.
    pub(super) fn reference_stands_alone(self) -> bool {
        self <= Self::Draft7
    }

    pub(super) fn draft(self) -> jsonschema::Draft {
        match self {
            Self::Draft4 => jsonschema::Draft::Draft4,
            Self::Draft6 => jsonschema::Draft::Draft6,
            Self::Draft7 => jsonschema::Draft::Draft7,
            Self::Draft2019 => jsonschema::Draft::Draft201909,
            Self::Draft2020 => jsonschema::Draft::Draft202012,
        }
    }
}

/// What stands below a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// A plain value that restricts.
    Value,
    /// One subschema.
    Schema,
    /// A list of subschemas.
    List,
    /// Subschemas by name.
    Named,
    /// One subschema or a list of them (`items` before 2020-12).
    SchemaOrList,
    /// Subschemas or lists of names, by name (`dependencies`).
    Dependencies,
    /// A place for subschemas that says nothing by itself.
    Definitions,
    /// Nothing that restricts: an annotation, or a word unknown to the draft.
    Nothing,
}

/// What `keyword` holds in `dialect`.
pub(super) fn holds(dialect: Dialect, keyword: &str) -> Holds {
    use Dialect::{Draft6, Draft7, Draft2019, Draft2020};
    let (from, to, holds) = match keyword {
        "type" | "enum" | "multipleOf" | "maximum" | "exclusiveMaximum" | "minimum"
        | "exclusiveMinimum" | "maxLength" | "minLength" | "pattern" | "format" | "maxItems"
        | "minItems" | "uniqueItems" | "maxProperties" | "minProperties" | "required" => {
            return Holds::Value;
        }
        "const" => (Draft6, Draft2020, Holds::Value),
        "maxContains" | "minContains" | "dependentRequired" => (Draft2019, Draft2020, Holds::Value),
        "additionalProperties" | "not" => return Holds::Schema,
        "contains" | "propertyNames" => (Draft6, Draft2020, Holds::Schema),
        "if" | "then" | "else" => (Draft7, Draft2020, Holds::Schema),
        "unevaluatedItems" | "unevaluatedProperties" => (Draft2019, Draft2020, Holds::Schema),
        "additionalItems" => (Dialect::Draft4, Draft2019, Holds::Schema),
        "items" if dialect == Draft2020 => return Holds::Schema,
        "items" => return Holds::SchemaOrList,
        "prefixItems" => (Draft2020, Draft2020, Holds::List),
        "allOf" | "anyOf" | "oneOf" => return Holds::List,
        "properties" | "patternProperties" => return Holds::Named,
        "dependentSchemas" => (Draft2019, Draft2020, Holds::Named),
        "dependencies" => (Dialect::Draft4, Draft7, Holds::Dependencies),
        "definitions" | "$defs" => return Holds::Definitions,
        _ => return Holds::Nothing,
    };
    if (from..=to).contains(&dialect) {
        holds
    } else {
        Holds::Nothing
    }
}

/// The subschemas of a schema object with the steps that lead to them.
pub(super) fn subschemas(
    dialect: Dialect,
    members: &serde_json::Map<String, Value>,
) -> Vec<(Vec<String>, &Value)> {
    let mut found = Vec::new();
    if dialect.reference_stands_alone() && members.contains_key("$ref") {
        // Definitions beside a reference can still be referred to.
        for (keyword, value) in members {
            if holds(dialect, keyword) == Holds::Definitions {
                named(keyword, value, &mut found);
            }
        }
        return found;
    }
    for (keyword, value) in members {
        match holds(dialect, keyword) {
            Holds::Value | Holds::Nothing => {}
            Holds::Schema => found.push((vec![keyword.clone()], value)),
            Holds::List => list(keyword, value, &mut found),
            Holds::Named | Holds::Definitions | Holds::Dependencies => {
                named(keyword, value, &mut found);
            }
            Holds::SchemaOrList => match value {
                Value::Array(_) => list(keyword, value, &mut found),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Object(_) => found.push((vec![keyword.clone()], value)),
            },
        }
    }
    found.retain(|(_, value)| value.is_object() || value.is_boolean());
    found
}

fn list<'a>(keyword: &str, value: &'a Value, found: &mut Vec<(Vec<String>, &'a Value)>) {
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.push((vec![keyword.to_owned(), index.to_string()], item));
    }
}

fn named<'a>(keyword: &str, value: &'a Value, found: &mut Vec<(Vec<String>, &'a Value)>) {
    for (name, item) in value.as_object().into_iter().flatten() {
        found.push((vec![keyword.to_owned(), name.clone()], item));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_is_known_by_its_address_only() {
        let named = Dialect::of_uri("http://json-schema.org/draft-07/schema#");
        assert_eq!(named, Some(Dialect::Draft7));
        assert_eq!(Dialect::of_uri("https://example.org/house-rules"), None);
    }

    #[test]
    fn a_keyword_says_nothing_before_its_draft() {
        assert_eq!(holds(Dialect::Draft4, "const"), Holds::Nothing);
        assert_eq!(holds(Dialect::Draft7, "dependentSchemas"), Holds::Nothing);
        assert_eq!(holds(Dialect::Draft2020, "dependencies"), Holds::Nothing);
        assert_eq!(holds(Dialect::Draft2020, "additionalItems"), Holds::Nothing);
    }
}
