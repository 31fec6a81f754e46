//! Matchers: what each of them accepts, in words of its own.
//! Refuses to know which values it speaks of.

use super::datetime::Format;
pub use super::pattern::Pattern;
use super::rule::RuleSet;

/// What one matcher accepts.
#[derive(Clone, Debug)]
pub enum Matcher {
    Equality,
    Regex(Pattern),
    Type {
        min: Option<u64>,
        max: Option<u64>,
    },
    Include(String),
    Semver,
    Number,
    Integer,
    Decimal,
    Boolean,
    Null,
    /// Date, time or both: `word` says which.
    Temporal {
        word: &'static str,
        format: Format,
    },
    Values,
    ArrayContains(Vec<Variant>),
    StatusCode(StatusClass),
    NotEmpty,
    /// Looks at the first bytes of binary; it is known, and never judged.
    ContentType,
    EachKey(Vec<Matcher>),
    EachValue(Vec<Matcher>),
}

/// One item that an array must contain: the example's item at `index` under rules of its own.
#[derive(Clone, Debug)]
pub struct Variant {
    pub index: usize,
    pub rules: RuleSet,
}

/// Which status codes a `statusCode` matcher admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusClass {
    Codes(Vec<u16>),
    Info,
    Success,
    Redirect,
    ClientError,
    ServerError,
    NonError,
    Error,
}

impl StatusClass {
    /// The class that this word names.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "info" => Some(Self::Info),
            "success" => Some(Self::Success),
            "redirect" => Some(Self::Redirect),
            "clientError" => Some(Self::ClientError),
            "serverError" => Some(Self::ServerError),
            "nonError" => Some(Self::NonError),
            "error" => Some(Self::Error),
            _ => None,
        }
    }

    #[must_use]
    pub fn admits(&self, status: u16) -> bool {
        match self {
            Self::Codes(codes) => codes.contains(&status),
            Self::Info => (100..200).contains(&status),
            Self::Success => (200..300).contains(&status),
            Self::Redirect => (300..400).contains(&status),
            Self::ClientError => (400..500).contains(&status),
            Self::ServerError => (500..600).contains(&status),
            Self::NonError => status < 400,
            Self::Error => status >= 400,
        }
    }
}

impl Matcher {
    /// The word that stands in contracts and in reports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Equality => "equality",
            Self::Regex(_) => "regex",
            Self::Type { .. } => "type",
            Self::Include(_) => "include",
            Self::Semver => "semver",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Null => "null",
            Self::Temporal { word, .. } => word,
            Self::Values => "values",
            Self::ArrayContains(_) => "arrayContains",
            Self::StatusCode(_) => "statusCode",
            Self::NotEmpty => "notEmpty",
            Self::ContentType => "contentType",
            Self::EachKey(_) => "eachKey",
            Self::EachValue(_) => "eachValue",
        }
    }

    /// Whether it also judges what lies below the value that its path selects.
    #[must_use]
    pub fn cascades(&self) -> bool {
        !matches!(
            self,
            Self::Values | Self::ArrayContains(_) | Self::EachKey(_) | Self::EachValue(_)
        )
    }

    /// Whether it looks at an item of the example and so needs one.
    #[must_use]
    pub fn needs_example_item(&self) -> bool {
        matches!(
            self,
            Self::Type { .. } | Self::Values | Self::ArrayContains(_) | Self::EachValue(_)
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_class_of_status_codes_admits_its_hundred() {
        assert!(StatusClass::named("clientError").unwrap().admits(422));
        assert!(!StatusClass::named("success").unwrap().admits(404));
        assert!(StatusClass::named("error").unwrap().admits(500));
        assert_eq!(StatusClass::named("fine"), None);
    }
}
