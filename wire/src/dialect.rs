//! The drafts of JSON Schema, by the names that documents call them.
//! Refuses to know everything that sets them apart: whoever reads a keyword knows what became of it.

use serde_json::Value;

/// A published draft, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dialect {
    Four,
    Six,
    Seven,
    TwentyNineteen,
    TwentyTwenty,
}

impl Dialect {
    /// The draft that a document names, or the newest where it names none; `None` of any other name.
    pub(crate) fn of(document: &Value) -> Option<Self> {
        match document.get("$schema") {
            None => Some(Self::TwentyTwenty),
            Some(named) => Self::named(named),
        }
    }

    /// The draft of this name, which is what stands in `$schema`.
    pub(crate) fn named(name: &Value) -> Option<Self> {
        Some(match name.as_str()?.trim_end_matches('#') {
            "http://json-schema.org/draft-04/schema" => Self::Four,
            "http://json-schema.org/draft-06/schema" => Self::Six,
            "http://json-schema.org/draft-07/schema" => Self::Seven,
            "https://json-schema.org/draft/2019-09/schema" => Self::TwentyNineteen,
            "https://json-schema.org/draft/2020-12/schema" => Self::TwentyTwenty,
            _ => return None,
        })
    }

    /// Does what stands beside a reference ask nothing?
    ///
    /// Source: draft-07 core, section 8.3; 2019-09 core, appendix on changes
    pub(crate) fn has_lone_references(self) -> bool {
        self <= Self::Seven
    }

    /// The keyword by which a schema says what it is called.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Four => "id",
            Self::Six | Self::Seven | Self::TwentyNineteen | Self::TwentyTwenty => "$id",
        }
    }
}
