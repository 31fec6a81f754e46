//! What may stand in an answer instead of the example: was it seen, or is it proved at least?
//! Refuses to believe in a variant that nobody showed and nothing proves.

use super::super::interaction::{Contract, Interaction};
use super::super::path::{Path, Step};
use super::super::plan::{name, with};
use super::super::terms::{Alternative, Instead, Optional, Side};
use super::super::versions::Versions;
use super::Check;
use crate::model::{Exchange, Finding};
use serde_json::Value;
use wire::json::{Document, Limits};

/// What says that not everything that may be answered is known to be read.
const UNREAD: [&str; 3] = [
    "contract/static-undecided",
    "contract/response-not-read",
    "contract/range-empty",
];

/// The variants of answers that no replay showed and that are not proved either.
///
/// A variant with states must be seen: its states bring it about. A variant without states is what the consumer bears;
/// where it was not seen, it counts as proved when a version in range admits it and `proofs`, the findings of
/// [`prove`](super::super::prove) for this contract, leave no answer of the operation unread.
#[must_use]
pub fn unproven(
    contract: &Contract,
    exchanges: &[Exchange],
    versions: &Versions<'_>,
    proofs: &[Finding],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for interaction in &contract.interactions {
        let mut varied = interaction.terms.optional_on(Side::Response).peekable();
        if varied.peek().is_none() || interaction.terms.fault.is_some() {
            continue;
        }
        let case = Case {
            check: Check::new(contract, interaction, versions),
            seen: bodies(contract, interaction, exchanges),
            is_read: is_read(contract, interaction, proofs),
        };
        for optional in varied {
            let alternatives = optional.variants.iter().enumerate();
            findings.extend(
                alternatives.filter_map(|(number, one)| case.unproven(optional, number, one)),
            );
        }
    }
    findings
}

struct Case<'a> {
    check: Check<'a>,
    /// Bodies of the answers that were seen.
    seen: Vec<Value>,
    /// Whether every answer of every version is proved to be read.
    is_read: bool,
}

impl Case<'_> {
    fn unproven(&self, optional: &Optional, number: usize, one: &Alternative) -> Option<Finding> {
        let path = &optional.scope.path;
        if self.seen.iter().any(|body| shows(body, path, &one.is)) {
            return None;
        }
        let why = if !one.states.is_empty() {
            "its states were set, and no answer showed it"
        } else if !self.is_read {
            "no answer showed it, and not every answer is proved to be read"
        } else if !self.is_admitted(path, &one.is) {
            "no answer showed it, and no version in range is known to admit it"
        } else {
            return None;
        };
        let name = name(optional, number, one);
        let place = self.check.contract.place(&optional.scope.pointer);
        Some(
            self.check
                .finding("contract/variant-unproven", place, &name)
                .message(format!("`{name}` is not proved: {why}")),
        )
    }

    /// Whether a version accepts an answer with this variant: one that was seen, or one of its own examples.
    fn is_admitted(&self, path: &Path, is: &Instead) -> bool {
        self.check.response_versions.iter().any(|ready| {
            let known = ready.accepted.iter().map(|known| known.value.as_ref());
            self.seen.iter().chain(known).any(|body| {
                let places = path.select(body).into_iter();
                let changes: Vec<_> = places.map(|(pointer, _)| (pointer, is)).collect();
                let varied = with(body, &changes);
                shows(&varied, path, is) && ready.schema.accepts(&varied)
            })
        })
    }
}

fn bodies(contract: &Contract, interaction: &Interaction, exchanges: &[Exchange]) -> Vec<Value> {
    exchanges
        .iter()
        .filter(|seen| seen.contract == contract.path && seen.interaction == interaction.key)
        .filter_map(|seen| Document::parse(&seen.answer.as_ref().ok()?.body, &Limits::PAYLOAD).ok())
        .map(|document| document.value().clone())
        .collect()
}

/// Whether the proofs leave nothing open for the answers that this interaction may see: one operation, one status.
fn is_read(contract: &Contract, interaction: &Interaction, proofs: &[Finding]) -> bool {
    let Some(range) = &interaction.terms.response else {
        return false;
    };
    let is_alike = |other: &&Interaction| {
        let same = other.terms.response.as_ref();
        same.is_some_and(|same| same.id == range.id)
            && other.response.status == interaction.response.status
            && other.request.path == interaction.request.path
            && other
                .request
                .method
                .eq_ignore_ascii_case(&interaction.request.method)
    };
    let alike = contract.interactions.iter().filter(is_alike);
    let subjects: Vec<String> = alike.map(|other| contract.subject(other)).collect();
    !proofs
        .iter()
        .any(|proof| UNREAD.contains(&proof.rule.as_str()) && subjects.contains(&proof.subject))
}

/// Whether a body has this at a place where the path leads.
fn shows(body: &Value, path: &Path, is: &Instead) -> bool {
    match is {
        Instead::Absent => lacks(body, path),
        Instead::Null => path.select(body).iter().any(|(_, value)| value.is_null()),
        Instead::Value(wanted) => path.select(body).iter().any(|(_, value)| *value == wanted),
    }
}

/// Whether what the path leads to is missing somewhere, though what would hold it is there.
fn lacks(body: &Value, path: &Path) -> bool {
    let Some((last, parents)) = path.steps.split_last() else {
        return false;
    };
    let parents = Path {
        steps: parents.to_vec(),
    };
    parents.select(body).iter().any(|(_, parent)| match last {
        Step::Name(name) => parent.is_object() && parent.get(name).is_none(),
        Step::Index(index) => parent.is_array() && parent.get(*index).is_none(),
        Step::AnyIndex => parent.as_array().is_some_and(Vec::is_empty),
        Step::Any => {
            parent.as_array().is_some_and(Vec::is_empty)
                || parent.as_object().is_some_and(serde_json::Map::is_empty)
        }
        Step::Deep => false,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::contract::path::Grammar;
    use serde_json::json;

    #[test]
    fn a_variant_is_seen_where_what_would_hold_it_is_there() {
        let body = json!({"a": {"b": null}, "list": [{"c": 1}, {}]});
        let shows = |path: &str, is: &Instead| {
            shows(&body, &Path::parse(path, Grammar::Plain).unwrap(), is)
        };
        assert!(shows("$.z", &Instead::Absent));
        assert!(!shows("$.a.b", &Instead::Absent));
        assert!(shows("$.a.b", &Instead::Null));
        assert!(shows("$.list[*].c", &Instead::Absent));
        assert!(!shows("$.z.y", &Instead::Absent));
        assert!(shows("$.list[2]", &Instead::Absent));
        assert!(shows("$.list[*].c", &Instead::Value(json!(1))));
        assert!(!shows("$", &Instead::Absent));
    }
}
