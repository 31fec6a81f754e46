//! One value of a bundle that is a schema or holds schemas, laid out so that none has to be looked for.
//! Refuses to keep what is for people only, but for the few words that explanations quote.

use crate::annotation::is_annotation;
use crate::json::pointer_index;
use crate::payload::mark::Pin;
use crate::payload::stands::Stands;
use serde_json::Value;
use std::sync::OnceLock;

/// Index of a plot.
pub(super) type PlotId = usize;

/// Annotations that explanations quote.
const QUOTED: [&str; 3] = ["title", "x-semantics", "x-source"];

/// Keywords that ask something with names, values or `true`, none of which is a schema.
const ASKING: [&str; 6] = [
    "type",
    "required",
    "dependentRequired",
    "uniqueItems",
    // Draft 4 writes these two with `true`.
    "exclusiveMaximum",
    "exclusiveMinimum",
];

/// Names among which it takes longer to halve than to go through them.
const FEW: usize = 8;

/// What a plot is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean(bool),
    /// An object: its members have names.
    Keyed,
    /// An array.
    Listed,
    Other,
}

/// One value of a bundle.
#[derive(Debug)]
pub(super) struct Plot {
    pub(super) kind: Kind,
    pub(super) stands: Root,
    /// The innermost schema around it that has an `$id`.
    pub(super) resource: PlotId,
    /// Its keywords that hold no schema, with what they hold.
    pub(super) words: Box<[(String, Value)]>,
    /// The names of the plots below, in the order of the text; none in an array.
    pub(super) names: Box<[String]>,
    /// The same in the order of the alphabet, by index, where they are many.
    sorted: Box<[usize]>,
    /// Where the plots below begin, and how many they are.
    pub(super) first: PlotId,
    pub(super) count: usize,
    /// What its `$ref` leads to.
    pub(super) reference: Option<PlotId>,
    pub(super) kept: Kept,
}

/// Where a plot stands.
#[derive(Debug)]
pub(super) enum Root {
    Below(PlotId),
    /// At a pointer, in nothing that is a plot.
    At(Box<str>),
}

/// What is worked out of a plot when it is first asked for.
#[derive(Debug, Default)]
pub(in crate::payload) struct Kept {
    pub(super) views: OnceLock<Box<[PlotId]>>,
    pub(in crate::payload) pins: OnceLock<Vec<Pin>>,
    pub(in crate::payload) title: OnceLock<String>,
}

impl Plot {
    pub(super) fn new(value: &Value, stands: Root, resource: PlotId) -> Self {
        Self {
            kind: match value {
                Value::Bool(accepts) => Kind::Boolean(*accepts),
                Value::Object(_) => Kind::Keyed,
                Value::Array(_) => Kind::Listed,
                Value::Null | Value::Number(_) | Value::String(_) => Kind::Other,
            },
            stands,
            resource,
            words: Box::default(),
            names: Box::default(),
            sorted: Box::default(),
            first: 0,
            count: 0,
            reference: None,
            kept: Kept::default(),
        }
    }

    /// Takes the plots below it apart from its words: gives their values and what stands there.
    pub(super) fn divide<'v>(
        &mut self,
        value: &'v Value,
        stands: Stands,
    ) -> Vec<(&'v Value, Stands)> {
        let (mut words, mut names, mut below) = (Vec::new(), Vec::new(), Vec::new());
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match stands.below(name).filter(|_| is_plot(stands, name, member)) {
                        Some(stands) => {
                            names.push(name.clone());
                            below.push((member, stands));
                        }
                        None if is_annotation(name) && !QUOTED.contains(&name.as_str()) => {}
                        None => words.push((name.clone(), member.clone())),
                    }
                }
            }
            Value::Array(items) => below.extend(items.iter().map(|item| (item, stands))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        if names.len() > FEW {
            let mut sorted: Vec<usize> = (0..names.len()).collect();
            sorted.sort_by_key(|index| names.get(*index));
            self.sorted = sorted.into();
        }
        (self.words, self.names, self.count) = (words.into(), names.into(), below.len());
        below
    }

    pub(super) fn word(&self, keyword: &str) -> Option<&Value> {
        let found = self.words.iter().find(|(name, _)| name == keyword)?;
        Some(&found.1)
    }

    /// The plot below of that name or at that index.
    pub(super) fn below(&self, name: &str) -> Option<PlotId> {
        let index = match self.kind {
            Kind::Listed => pointer_index(name).filter(|index| *index < self.count)?,
            _ if self.sorted.is_empty() => self.names.iter().position(|known| known == name)?,
            _ => {
                let known = |index: &usize| self.names.get(*index).map(String::as_str);
                let found = self
                    .sorted
                    .binary_search_by(|index| known(index).cmp(&Some(name)));
                *self.sorted.get(found.ok()?)?
            }
        };
        Some(self.first + index)
    }
}

/// Whether a member is a plot rather than a word.
fn is_plot(stands: Stands, name: &str, member: &Value) -> bool {
    let holds = !matches!(member, Value::Null | Value::Number(_) | Value::String(_));
    stands == Stands::Names || holds && !ASKING.contains(&name)
}
