//! Which single change breaks the pair: each difference is applied alone and asked again in the failing direction.
//! Refuses to count a difference whose witness does not also tell the two real versions apart.

use super::delta::{Delta, deltas};
use super::sentence::{About, sentence};
use super::side::Side;
use crate::inclusion::combine::{all_of, edited};
use crate::inclusion::{
    Answer, Budget, Dialect, Known, Reading, Schema, Why, Witness, pointer, separate, worker,
};
use crate::model::Effect;
use serde_json::Value;

/// One change that breaks something by itself, or what could not be settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Finding id.
    pub rule: &'static str,
    pub effect: Effect,
    /// Where it stood in the old bundle, or the nearest parent that stands there.
    pub old_pointer: String,
    /// Where it stands in the new bundle, or the nearest parent that stands there.
    pub new_pointer: String,
    /// What tells two findings of one rule at one pointer apart.
    pub kind: String,
    /// One sentence from schema names only.
    pub sentence: String,
    /// A value that this change alone, and the pair as a whole, treat differently.
    pub witness: Option<Witness>,
    /// Why it is open, for what could not be settled.
    pub why: Option<Why>,
}

impl Explanation {
    pub(super) fn not_proved(why: &Why) -> Self {
        Self {
            rule: "compat/not-proved",
            effect: Effect::Unsure,
            old_pointer: why.pointer.clone(),
            new_pointer: why.pointer.clone(),
            kind: why.code.word().to_owned(),
            sentence: format!("neither a proof nor a witness was found: {why}"),
            witness: None,
            why: Some(why.clone()),
        }
    }
}

/// The question that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failing {
    /// Old inside new: something is newly rejected.
    Forth,
    /// New inside old: something is newly accepted.
    Back,
}

impl Failing {
    fn effect(self) -> Effect {
        match self {
            Self::Forth => Effect::Narrows,
            Self::Back => Effect::Widens,
        }
    }

    fn narrows(self) -> bool {
        self == Self::Forth
    }

    /// A break that no single change explains, somewhere in the document.
    fn unexplained(self, witness: &Witness) -> Explanation {
        let (rule, sentence) = match self {
            Self::Forth => (
                "compat/unexplained-narrowing",
                "the new version rejects what the old one accepted, and no single change does",
            ),
            Self::Back => (
                "compat/unexplained-widening",
                "the new version accepts what the old one rejected, and no single change does",
            ),
        };
        Explanation {
            rule,
            effect: self.effect(),
            old_pointer: String::new(),
            new_pointer: String::new(),
            kind: String::new(),
            sentence: sentence.to_owned(),
            witness: Some(witness.clone()),
            why: None,
        }
    }
}

/// The changes that explain why the question `failing` got `answer`; none unless it was answered with a witness.
pub(super) fn explain(
    failing: Failing,
    old: &Side,
    new: &Side,
    answer: &Answer,
    budget: &Budget,
) -> Vec<Explanation> {
    explain_up_to(usize::MAX, failing, (old, new), answer, budget)
}

/// The first of these changes.
pub(super) fn cause(
    old: &Side,
    new: &Side,
    answer: &Answer,
    budget: &Budget,
) -> Option<Explanation> {
    let found = explain_up_to(1, Failing::Forth, (old, new), answer, budget);
    found.into_iter().next()
}

fn explain_up_to(
    most: usize,
    failing: Failing,
    (old, new): (&Side, &Side),
    answer: &Answer,
    budget: &Budget,
) -> Vec<Explanation> {
    let (Answer::Breaking { witness }, Ok(old_schema), Ok(new_schema)) =
        (answer, &old.schema, &new.schema)
    else {
        return Vec::new();
    };
    let pair = Pair {
        failing,
        old: old_schema.clone(),
        new: new_schema.clone(),
        known: match failing {
            Failing::Forth => old.known.clone(),
            Failing::Back => new.known.clone(),
        },
        budget: bounded(budget),
    };
    let own = witness.clone();
    worker::run(&budget.stop, move || pair.explanations(&own, most))
        .unwrap_or_else(|_| vec![failing.unexplained(witness)])
}

/// What the question about one difference may cost: it is one of many, and its witness is meant to be read.
fn bounded(budget: &Budget) -> Budget {
    Budget {
        candidates: budget.candidates / 10,
        search: budget.search / 5,
        mutations: budget.mutations / 4,
        attack: 0,
        ..budget.clone()
    }
}

fn same(one: &Explanation, other: &Explanation) -> bool {
    (one.rule, &one.new_pointer, &one.kind) == (other.rule, &other.new_pointer, &other.kind)
}

struct Pair {
    failing: Failing,
    old: Schema,
    new: Schema,
    known: Vec<Known>,
    budget: Budget,
}

impl Pair {
    fn explanations(&self, witness: &Witness, most: usize) -> Vec<Explanation> {
        let mut found: Vec<Explanation> = Vec::new();
        for delta in deltas(self.old.flat(), self.new.flat()) {
            if found.len() >= most {
                break;
            }
            if let Some(witness) = self.alone(&delta, witness) {
                let explanation = self.explanation(&delta, witness);
                if !found.iter().any(|other| same(other, &explanation)) {
                    found.push(explanation);
                }
            }
        }
        if found.is_empty() {
            found.push(self.unexplained(witness));
        }
        found
    }

    /// A value that `delta` alone treats differently, and so does the pair. Where a short search finds none, `own`,
    /// which separates the pair, may be it.
    fn alone(&self, delta: &Delta, own: &Witness) -> Option<Witness> {
        let edited = edited(self.old.flat(), &delta.edits, self.new.flat());
        let witness = match self.failing {
            Failing::Forth => {
                let applied = self.ready(&edited)?;
                let both = [applied.clone(), self.new.clone()];
                let owed = || !applied.accepts(&own.value);
                separate(&self.old, &both, &self.known, &self.budget)
                    .or_else(|| owed().then(|| own.clone()))
            }
            Failing::Back => {
                let left = self.ready(&all_of(&[&edited, &self.new.flat().document]))?;
                let right = std::slice::from_ref(&self.old);
                let owed = || left.accepts(&own.value);
                separate(&left, right, &self.known, &self.budget)
                    .or_else(|| owed().then(|| own.clone()))
            }
        };
        witness.filter(|witness| self.separates(&witness.value))
    }

    fn ready(&self, document: &Value) -> Option<Schema> {
        let reading = Reading {
            dialect: Some(Dialect::Draft2020),
            formats: self.old.formats(),
        };
        Schema::read(document, reading, &self.budget.stop).ok()
    }

    fn separates(&self, value: &Value) -> bool {
        let (old, new) = (self.old.accepts(value), self.new.accepts(value));
        match self.failing {
            Failing::Forth => old && !new,
            Failing::Back => new && !old,
        }
    }

    fn explanation(&self, delta: &Delta, witness: Witness) -> Explanation {
        let narrows = self.failing.narrows();
        let origin = self.new.flat().origin(&delta.new);
        let about = About {
            pointer: origin,
            keyword: &delta.keyword,
            name: delta.part.name.as_deref(),
        };
        let name = delta.part.name.as_ref();
        Explanation {
            rule: if narrows {
                delta.family.narrowed
            } else {
                delta.family.widened
            },
            effect: self.failing.effect(),
            old_pointer: written(&self.old, &delta.old, &delta.part.old_tail),
            new_pointer: written(&self.new, &delta.new, &delta.part.new_tail),
            kind: name.map_or_else(
                || delta.keyword.clone(),
                |name| format!("{}:{name}", delta.keyword),
            ),
            sentence: sentence(delta.part.says, narrows, &about),
            witness: Some(witness),
            why: None,
        }
    }

    /// Where the rejecting version stumbles over the witness.
    fn unexplained(&self, witness: &Witness) -> Explanation {
        let rejecting = match self.failing {
            Failing::Forth => &self.new,
            Failing::Back => &self.old,
        };
        let (at, keyword) = rejecting.blame(&witness.value).unwrap_or_default();
        let tail: Vec<String> = std::iter::once(keyword.to_owned())
            .filter(|keyword| !keyword.is_empty() && keyword != "false")
            .collect();
        let pointer = written(rejecting, &at, &tail);
        let other = |schema: &Schema| pointer::nearest(schema.written(), &pointer);
        Explanation {
            old_pointer: other(&self.old),
            new_pointer: other(&self.new),
            kind: keyword.to_owned(),
            ..self.failing.unexplained(witness)
        }
    }
}

/// Where `tail` below the respelt schema at `flat` was written, or its nearest parent that was.
fn written(schema: &Schema, flat: &str, tail: &[String]) -> String {
    let origin = schema.flat().origin(flat);
    let below = |steps: &[&str]| pointer::steps(origin, steps.iter().copied());
    let steps: Vec<&str> = tail.iter().map(String::as_str).collect();
    let plain = below(&steps);
    if schema.written().pointer(&plain).is_some() {
        return plain;
    }
    if let [keyword, rest @ ..] = steps.as_slice() {
        for older in older_names(keyword) {
            let mut steps = vec![*older];
            steps.extend(rest);
            let pointer = below(&steps);
            if schema.written().pointer(&pointer).is_some() {
                return pointer;
            }
        }
    }
    pointer::nearest(schema.written(), &plain)
}

/// How older drafts write a keyword of 2020-12.
fn older_names(keyword: &str) -> &'static [&'static str] {
    match keyword {
        "prefixItems" => &["items"],
        "items" => &["additionalItems"],
        "dependentRequired" | "dependentSchemas" => &["dependencies"],
        "exclusiveMinimum" => &["minimum"],
        "exclusiveMaximum" => &["maximum"],
        "$ref" => &["$dynamicRef", "$recursiveRef"],
        _ => &[],
    }
}
