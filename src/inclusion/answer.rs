//! What the engine answers: a proof, a witness, or why it could say neither.
//! Refuses to know how an answer was found.

use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// Whether everything that the left side accepts is accepted by the union of the right side.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Proved, and attacked without success.
    Compatible { proof: Proof },
    /// One value that the left side accepts and the right side rejects, confirmed by two validators.
    Breaking { witness: Witness },
    /// Neither a proof nor a witness.
    Unknown { why: Why },
}

impl Answer {
    pub(super) fn unknown(code: Code) -> Self {
        Self::Unknown {
            why: Why::new(code),
        }
    }

    #[must_use]
    pub fn is_compatible(&self) -> bool {
        matches!(self, Self::Compatible { .. })
    }

    #[must_use]
    pub fn is_breaking(&self) -> bool {
        matches!(self, Self::Breaking { .. })
    }
}

/// Which prover settled the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// Both sides are the same schema once annotations are gone.
    Identical,
    /// The canonical form of the right side covers that of the left.
    Canonical,
    /// Nothing is left of the left side once the right one is taken away, type by type.
    Residual,
}

impl Proof {
    /// The word that stands in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::Canonical => "canonical",
            Self::Residual => "residual",
        }
    }
}

/// A value that separates the two sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    pub value: Value,
    pub origin: Origin,
    /// The prover that had called the pair compatible before this value turned up.
    pub refutes: Option<Proof>,
}

/// Where a witness comes from, which decides whether it may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Made from the two schemas alone: it may be shown.
    Generated,
    /// The known value with this index, as it is.
    Known(usize),
    /// Made from the known example with this index; parts of the example are still in it.
    Grown(usize),
}

/// A value that is known to be meant for the left side.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub value: Arc<Value>,
    pub kind: KnownKind,
}

/// What may be done with a known value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownKind {
    /// Synthetic: other values may be grown from it.
    Example,
    /// A recorded payload: tried as it is, never changed, never shown.
    Recorded,
}

impl Known {
    #[must_use]
    pub fn example(value: Value) -> Self {
        Self {
            value: Arc::new(value),
            kind: KnownKind::Example,
        }
    }

    #[must_use]
    pub fn recorded(value: Value) -> Self {
        Self {
            value: Arc::new(value),
            kind: KnownKind::Recorded,
        }
    }
}

/// Why there is no answer: a code, where, and the cap that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub code: Code,
    /// Pointer into the document that stands in the way; empty for the whole.
    pub pointer: String,
    pub cap: Option<usize>,
}

impl Why {
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            pointer: String::new(),
            cap: None,
        }
    }

    /// The same, at a pointer of the document that stands in the way.
    #[must_use]
    pub fn at_pointer(code: Code, pointer: &str) -> Self {
        Self::new(code).at(pointer)
    }

    pub(super) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = pointer.into();
        self
    }

    pub(super) fn cap(mut self, cap: usize) -> Self {
        self.cap = Some(cap);
        self
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.word())?;
        if !self.pointer.is_empty() {
            write!(f, " at {}", self.pointer)?;
        }
        if let Some(cap) = self.cap {
            write!(f, " (more than {cap})")?;
        }
        Ok(())
    }
}

macro_rules! codes {
    ($($name:ident $word:literal $settle:literal)*) => {
        /// Why a question stayed open. The words are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($name),* }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word that stands in reports.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// How to settle it.
            #[must_use]
            pub fn settle(self) -> &'static str {
                match self { $(Self::$name => $settle),* }
            }
        }
    };
}

codes! {
    Malformed "input/malformed" "write the schema as one JSON document"
    SchemaInvalid "input/schema-invalid" "correct the schema: its meta-schema rejects it"
    Depth "input/depth" "nest the schema less deeply"
    Size "input/size" "split the schema"
    Dialect "dialect" "name one of the drafts 4, 6, 7, 2019-09 or 2020-12 in `$schema`"
    Reference "reference" "refer only to what stands in the document or in the catalogue"
    Loop "loop" "let every reference cycle descend into a member or an item"
    NumberPrecision "number-precision" "write numbers that survive reading as 64-bit values"
    Draft4Integer "draft4-integer" "write both versions in the same, newer draft"
    Pattern "pattern" "write the pattern without look-around and back-references"
    Format "format" "express the format as a pattern"
    ValidatorsDisagree "validators-disagree" "rewrite the construct that validators read differently"
    NoWitness "no-witness" "add a payload that shows the difference, or release a major version"
    WitnessSize "witness-size" "add a small payload that shows the difference"
    Automaton "automaton" "write the pattern with fewer alternatives and smaller counts"
    Atoms "atoms" "write the object with fewer overlapping `patternProperties`"
    Contains "contains" "ask for fewer different `contains` of one list"
    States "states" "split the schema, or split the change"
    Cases "cases" "write the schema with fewer overlapping branches"
    Time "time" "raise the budget, or split the change"
    WorkerDied "worker-died" "split the change, and report the schema as one that stops the engine"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_word_of_its_own() {
        let words: std::collections::BTreeSet<_> = Code::ALL.iter().map(|c| c.word()).collect();
        assert_eq!(words.len(), Code::ALL.len());
    }
}
