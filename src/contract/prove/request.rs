//! Everything that a contract may send against a version: is it accepted?
//! Refuses to ask this of requests that are meant to be refused.

use super::super::compile::{Bound, Source, compile};
use super::super::matching;
use super::super::rule::Part;
use super::super::terms::{Polarity, Side};
use super::super::versions::Ready;
use super::confirm::{Judges, whole, witness};
use super::{Case, shown};
use crate::inclusion::{Answer, Known, Schema};
use crate::model::Finding;
use serde_json::Value;

/// Whether a version accepts every request of one interaction.
pub fn accepted(case: &Case<'_>, ready: &Ready) -> Option<Finding> {
    let interaction = case.interaction;
    let example = interaction.request.content.body.json()?;
    if interaction.terms.polarity == Polarity::Negative {
        return None;
    }
    let optional: Vec<_> = interaction.terms.optional_on(Side::Request).collect();
    let source = Source {
        example,
        rules: interaction.request.rules.of(Part::Body),
        optional: &optional,
        side: Side::Request,
    };
    let version = ready.id.to_string();
    let left = Schema::new(&compile(&source, Bound::Wide)).map_err(|why| why.to_string());
    let (left, right) = match (left, ready.side()) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(why), _) | (_, Err(why)) => {
            return Some(case.undecided(Side::Request, &version, &why));
        }
    };
    let known = [Known::example(example.value().clone())];
    let question = case.question;
    match question
        .prover
        .includes(&left, &[right], &known, question.budget)
    {
        Answer::Compatible { .. } => None,
        Answer::Unknown { why } => Some(case.undecided(Side::Request, &version, &why.to_string())),
        Answer::Breaking { witness: found } if !is_sent(case, ready, &found.value) => {
            let why = "the witness did not stand: matcher and validator judge it otherwise";
            Some(case.undecided(Side::Request, &version, why))
        }
        Answer::Breaking { witness: found } => {
            let mut finding = refused(case, ready, &found.value);
            let contract = case.contract.subject(interaction);
            let judges = Judges {
                accepted_by: contract,
                rejected_by: version,
            };
            finding.witness = Some(witness(case, ready, &found, judges));
            Some(finding)
        }
    }
}

/// Whether the contract may send `value` and the version rejects it.
fn is_sent(case: &Case<'_>, ready: &Ready, value: &Value) -> bool {
    let request = &case.interaction.request;
    let (Some(expected), Some(actual)) = (request.content.body.json(), whole(value)) else {
        return false;
    };
    let rules = request.rules.of(Part::Body);
    let terms = &case.interaction.terms;
    matching::body(expected, rules, terms, Side::Request, &actual).is_empty()
        && !ready.schema.accepts(value)
}

fn refused(case: &Case<'_>, ready: &Ready, value: &Value) -> Finding {
    let problem = whole(value)
        .map(|value| ready.schema.problems(&value.document))
        .and_then(|problems| problems.into_iter().next());
    let pointer = problem.as_ref().map_or("", |problem| &problem.pointer);
    let place = case.body_place(Side::Request, pointer);
    let finding = case
        .finding(
            "contract/request-not-accepted",
            place,
            &ready.id.to_string(),
        )
        .pointer(format!("/request/body{}", shown(pointer, ready)));
    let Some(problem) = &problem else {
        return finding.message(format!("{} rejects a request that may be sent", ready.id));
    };
    let schema = case
        .question
        .versions
        .place(&ready.id, &problem.schema_pointer);
    finding
        .message(format!(
            "{} rejects a request that may be sent: {}",
            ready.id, problem.message
        ))
        .note("schema", schema.to_string())
}
