//! Generators of a contract: which values of an example are made new for every run, and how.
//! Refuses to make any: a clock, a seed and the states' answers belong to whoever runs them.

use super::datetime::Format;
use super::matcher::Pattern;
use super::path::Path;
use super::rule::Part;

/// All generators of a request, a response or a message, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Generators {
    pub list: Vec<Generated>,
}

/// One value that is made new.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The part of the message that holds the value.
    pub part: Part,
    /// In headers, queries and metadata the first step names the value; in a path it is empty.
    pub path: Path,
    pub generator: Generator,
    /// Pointer in the contract file.
    pub pointer: String,
}

/// How one value is made.
#[derive(Clone, Debug)]
pub enum Generator {
    /// The day of the run, in this pattern.
    Date(Format),
    Time(Format),
    DateTime(Format),
    /// Shape: `min` is not above `max`; both may come
    RandomInt {
        min: i64,
        max: i64,
    },
    /// A number with this many digits, with a point between them.
    RandomDecimal {
        digits: u16,
    },
    RandomHexadecimal {
        digits: u16,
    },
    /// Letters and digits.
    RandomString {
        size: u16,
    },
    RandomBoolean,
    /// A text that this expression matches whole.
    Regex(Pattern),
    Uuid(UuidForm),
    /// A value that setting up the states gave.
    ProviderState {
        /// `${name}` within other text, or a bare name.
        expression: String,
        kind: StateKind,
    },
    /// The base URL of the run in place of the example's.
    MockServerUrl {
        example: String,
        regex: Pattern,
    },
}

/// How a UUID is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UuidForm {
    Simple,
    #[default]
    LowerCaseHyphenated,
    UpperCaseHyphenated,
    Urn,
}

/// What a value of a state becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StateKind {
    /// As it was given.
    #[default]
    Raw,
    Text,
    Integer,
    /// A number with a fraction.
    Decimal,
    Boolean,
}

impl Generators {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The generators of one part.
    pub fn of(&self, part: Part) -> impl Iterator<Item = &Generated> {
        self.list
            .iter()
            .filter(move |generated| generated.part == part)
    }
}

impl Generator {
    /// The word that stands in contracts.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Date(_) => "Date",
            Self::Time(_) => "Time",
            Self::DateTime(_) => "DateTime",
            Self::RandomInt { .. } => "RandomInt",
            Self::RandomDecimal { .. } => "RandomDecimal",
            Self::RandomHexadecimal { .. } => "RandomHexadecimal",
            Self::RandomString { .. } => "RandomString",
            Self::RandomBoolean => "RandomBoolean",
            Self::Regex(_) => "Regex",
            Self::Uuid(_) => "Uuid",
            Self::ProviderState { .. } => "ProviderState",
            Self::MockServerUrl { .. } => "MockServerURL",
        }
    }
}
