//! One schema version, ready to judge payloads.
//! Refuses to fetch anything: what the bundle does not hold does not exist.

use super::atlas::Atlas;
use super::explain::{Explainer, resource};
use super::mark::Marks;
use super::mask::Mask;
use super::problem::Problem;
use super::refusal::{Budget, Nodes, Refusal, refusals};
use super::words::words;
use crate::dialect::Dialect;
use crate::json::Document;
use crate::outcome::expression;
use crate::stream::{Program, Runner, Settled};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, ValidationError, ValidationOptions, Validator};
use serde_json::Value;
use std::sync::OnceLock;

/// Steps that one match of a pattern may go back.
///
/// Source: a twentieth of the engine's own default, some milliseconds; published FHIR patterns need none
const BACKTRACK_LIMIT: usize = 50_000;

/// Bytes that one compiled pattern may take.
///
/// Source: the longest published FHIR pattern takes under 200 KiB
const PATTERN_SIZE: usize = 2 * 1024 * 1024;

/// Times that the validator may ask schemas about one document whose faults it tells: all of them at once.
///
/// Source: each fault takes about a kilobyte
const MOST_ASKED: usize = 100_000;

/// One compiled, self-contained document. `format` is an annotation.
#[derive(Debug)]
pub struct Schema {
    bundle: Value,
    dialect: Dialect,
    validator: Validator,
    /// Made when something is first told of the bundle: whoever only asks whether payloads are valid needs none.
    atlas: OnceLock<Atlas>,
    /// Made when it is first asked for: where few payloads are judged, it would cost more than it saves.
    program: OnceLock<Program>,
    /// Made when something is first explained; none where the bundle asks for what a walk does not know.
    nodes: OnceLock<Option<Nodes>>,
}

/// Why a document cannot be used as a schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at {pointer:?}")]
pub struct SchemaFault {
    /// Pointer in the bundle.
    pub pointer: String,
    /// What is wrong, told by kind.
    pub reason: String,
}

impl SchemaFault {
    fn new(pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            reason: reason.into(),
        }
    }
}

impl Schema {
    /// Compiles a bundle of ours.
    ///
    /// Errors: the first thing that keeps the document from being a 2020-12 schema that needs no other document
    pub fn compile(bundle: &Value) -> Result<Self, SchemaFault> {
        Self::of(bundle.clone())
    }

    /// The same of a bundle that nobody else needs.
    ///
    /// Errors: as of [`Schema::compile`]
    pub fn of(bundle: Value) -> Result<Self, SchemaFault> {
        match Dialect::of(&bundle) {
            Some(Dialect::TwentyTwenty) => Self::read(bundle, Dialect::TwentyTwenty),
            _ => Err(SchemaFault::new("/$schema", "the dialect is not 2020-12")),
        }
    }

    /// Compiles a document of somebody else, in the draft that it names: 4, 6, 7, 2019-09 or 2020-12, which is also what
    /// a document is in that names none.
    ///
    /// Errors: the first thing that keeps the document from being a schema of its draft that needs no other document
    pub fn published(document: Value) -> Result<Self, SchemaFault> {
        let none = "it names none of the drafts 4, 6, 7, 2019-09 and 2020-12";
        let dialect = Dialect::of(&document).ok_or_else(|| SchemaFault::new("/$schema", none))?;
        Self::read(document, dialect)
    }

    fn read(bundle: Value, dialect: Dialect) -> Result<Self, SchemaFault> {
        let validator = options(dialect).build(&bundle);
        Ok(Self {
            validator: validator.map_err(|error| fault(&error, &bundle, dialect))?,
            bundle,
            dialect,
            atlas: OnceLock::new(),
            program: OnceLock::new(),
            nodes: OnceLock::new(),
        })
    }

    fn atlas(&self) -> &Atlas {
        let map = || Atlas::new(&self.bundle, self.dialect);
        self.atlas.get_or_init(map)
    }

    /// Whether `bytes` are surely a document within the runner's limits, and valid. When they are not, nothing is
    /// known: [`Document::parse`] and [`Schema::problems`] tell.
    #[must_use]
    pub fn settles(&self, runner: &mut Runner, bytes: &[u8]) -> bool {
        self.settled(runner, bytes) == Settled::Accepted
    }

    /// The same, with what is surely refused: of that, [`Schema::problems_of_refused`] tells what is wrong.
    #[must_use]
    pub fn settled(&self, runner: &mut Runner, bytes: &[u8]) -> Settled {
        runner.judge(self.program(), bytes)
    }

    /// Whether what [`Schema::settles`] accepts may be an object with this member: `false` only where that is sure.
    #[must_use]
    pub fn may_have(&self, name: &str) -> bool {
        self.program().may_have(name)
    }

    fn program(&self) -> &Program {
        let compile = || Program::compile(&self.bundle);
        self.program.get_or_init(compile)
    }

    /// Whether the value is valid: nothing is explained.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// What tells its payloads from those of other schemas.
    #[must_use]
    pub fn marks(&self) -> Marks {
        Marks::of(self.atlas())
    }

    /// A pointer into the document as it may be shown, and as FHIR writes it: names that no schema declares are masked.
    #[must_use]
    pub fn shown(&self, document: &Document, pointer: &str) -> (String, String) {
        let shown = Mask::new(self.atlas(), document.value()).pointer(pointer);
        let expression = expression(resource(self.atlas()), &shown);
        (shown, expression)
    }

    /// Everything that is wrong with the document, in the order of its text; empty when it is valid.
    #[must_use]
    pub fn problems(&self, document: &Document) -> Vec<Problem> {
        if self.accepts(document.value()) {
            return Vec::new();
        }
        let walked = self.explained_by_walk(document);
        walked.unwrap_or_else(|| self.explained_without_walk(document))
    }

    /// The same of a document that one pass has refused. Where a walk finds something wrong, too, the two are enough:
    /// the validator is asked only when it does not.
    #[must_use]
    pub fn problems_of_refused(&self, document: &Document) -> Vec<Problem> {
        let walked = self.explained_by_walk(document);
        walked.unwrap_or_else(|| match self.accepts(document.value()) {
            true => Vec::new(),
            false => self.explained_without_walk(document),
        })
    }

    /// Where no walk tells: by the validator, if only the walk does not know the schema and there are few enough ways.
    fn explained_without_walk(&self, document: &Document) -> Vec<Problem> {
        let is_known = self.nodes().is_some();
        match !is_known && self.atlas().asks_at_most(MOST_ASKED, document.value()) {
            true => self.explained_by_validator(document),
            false => self.explained(document, &[]).finish(false),
        }
    }

    fn nodes(&self) -> Option<&Nodes> {
        let nodes = || Nodes::of(self.atlas());
        self.nodes.get_or_init(nodes).as_ref()
    }

    /// What is wrong with an invalid document, with only those forms of a choice asked that are needed; `None` where the
    /// schema or the document is beyond a walk, or the walk finds nothing.
    #[must_use]
    pub fn explained_by_walk(&self, document: &Document) -> Option<Vec<Problem>> {
        let (found, budget) = refusals(self.nodes()?, document.value())?;
        if found.is_empty() {
            return None;
        }
        let explainer = self.explained(document, &found);
        Some(explainer.finish(budget.is_cut()))
    }

    /// The same, every form of every choice asked first: what the walk is held against.
    #[must_use]
    pub fn explained_by_validator(&self, document: &Document) -> Vec<Problem> {
        let errors = self.validator.iter_errors(document.value());
        let (budget, errors) = (Budget::new(), errors.map(Refusal::from));
        let refusals: Vec<_> = errors
            .take_while(|it| budget.take(it.evaluation.len() + it.instance.len()))
            .collect();
        self.explained(document, &refusals).finish(budget.is_cut())
    }

    fn explained<'s>(&'s self, document: &'s Document, refusals: &[Refusal<'_>]) -> Explainer<'s> {
        let mut explainer = Explainer::new(self.atlas(), document);
        for refusal in refusals {
            explainer.add(refusal);
        }
        explainer
    }
}

/// How every schema is read, whole or in parts.
pub(super) fn options(dialect: Dialect) -> ValidationOptions<'static> {
    let draft = match dialect {
        Dialect::Four => Draft::Draft4,
        Dialect::Six => Draft::Draft6,
        Dialect::Seven => Draft::Draft7,
        Dialect::TwentyNineteen => Draft::Draft201909,
        Dialect::TwentyTwenty => Draft::Draft202012,
    };
    let patterns = PatternOptions::fancy_regex()
        .backtrack_limit(BACKTRACK_LIMIT)
        .size_limit(PATTERN_SIZE);
    jsonschema::options()
        .with_draft(draft)
        .offline()
        .should_validate_formats(false)
        .with_pattern_options(patterns)
}

fn fault(error: &ValidationError<'_>, bundle: &Value, dialect: Dialect) -> SchemaFault {
    if let ValidationErrorKind::Referencing(_) = error.kind() {
        let atlas = Atlas::new(bundle, dialect);
        let pointer = atlas.dangling().unwrap_or_default();
        return SchemaFault::new(pointer, "the reference leads to nothing in this document");
    }
    let pointer = error.instance_path().as_str();
    let said = match error.kind() {
        ValidationErrorKind::Format { .. } => "the pattern cannot be used".to_owned(),
        ValidationErrorKind::AnyOf { .. } => "the keyword has none of its forms".to_owned(),
        kind => {
            let words = words(kind, None);
            let want = words.want.map(|want| format!(", want {want}"));
            format!("{}{}", words.message, want.unwrap_or_default())
        }
    };
    SchemaFault::new(pointer, said)
}
