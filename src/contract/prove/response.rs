//! Everything that a version may answer against what the consumer reads, and whether the expected answer can come at all.
//! Refuses to assume anything for a consumer that bears unknown members; for one that rejects them, it assumes that
//! the provider sends only what its version declares.

use super::super::compile::{Bound, Source, compile, shape};
use super::super::interaction::{Body, Contract, Interaction};
use super::super::rule::Part;
use super::super::terms::{Side, UnknownFields};
use super::super::versions::Ready;
use super::confirm::{Judges, Obstacle, obstacle, schema_pointer, witness};
use super::{Case, Question, shown};
use crate::inclusion::{Answer, Schema, Witness};
use crate::model::{Finding, VersionId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Interactions that may see the same answer: one operation, one status, one entry.
type Group<'a> = (String, String, u16, &'a str);

/// Whether every answer of every version in range is read by some interaction of its group.
pub fn everything_is_read(contract: &Contract, question: &Question<'_>) -> Vec<Finding> {
    let mut groups: BTreeMap<Group<'_>, Vec<&Interaction>> = BTreeMap::new();
    for interaction in &contract.interactions {
        if let Some(range) = &interaction.terms.response {
            let method = interaction.request.method.to_ascii_uppercase();
            let path = interaction.request.path.clone();
            let key = (method, path, interaction.response.status, range.id.as_str());
            groups.entry(key).or_default().push(interaction);
        }
    }
    let mut findings = Vec::new();
    for ((_, _, _, entry), members) in groups {
        for (id, members) in by_version(entry, &members, question) {
            findings.extend(version_is_read(contract, question, &id, &members));
        }
    }
    findings
}

/// For each version, the interactions whose range admits it.
fn by_version<'a>(
    entry: &str,
    members: &[&'a Interaction],
    question: &Question<'_>,
) -> BTreeMap<VersionId, Vec<&'a Interaction>> {
    let mut versions: BTreeMap<VersionId, Vec<&Interaction>> = BTreeMap::new();
    for interaction in members {
        let Some(range) = &interaction.terms.response else {
            continue;
        };
        for id in question.versions.in_range(entry, &range.range) {
            versions.entry(id).or_default().push(interaction);
        }
    }
    versions
}

fn version_is_read(
    contract: &Contract,
    question: &Question<'_>,
    id: &VersionId,
    members: &[&Interaction],
) -> Option<Finding> {
    let first = Case {
        contract,
        interaction: members.first().copied()?,
        question,
    };
    let undecided = |why: &str| Some(first.undecided(Side::Response, &id.to_string(), why));
    let ready = match question.versions.get(id) {
        Ok(ready) => ready,
        // Said once already, for the example.
        Err(_) => return None,
    };
    let strict = members
        .iter()
        .any(|member| contract.reader(member).unknown_fields == UnknownFields::Reject);
    let left = if strict {
        Schema::new(&also(&ready.bundle, &ready.declared.closure())).map_err(|why| why.to_string())
    } else {
        ready.side()
    };
    let right: Result<Vec<Schema>, String> = members
        .iter()
        .map(|member| {
            let schema = reads(contract, member, Bound::Narrow);
            Schema::new(&schema).map_err(|why| why.to_string())
        })
        .collect();
    let (left, right) = match (left, right) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(why), _) | (_, Err(why)) => return undecided(&why),
    };
    let prover = question.prover;
    match prover.includes(&left, &right, &ready.accepted, question.budget) {
        Answer::Compatible { .. } => None,
        Answer::Unknown { why } => undecided(&why.to_string()),
        Answer::Breaking { witness } => {
            let obstacles: Option<Vec<Obstacle>> = members
                .iter()
                .map(|member| obstacle(contract, member, &witness.value))
                .collect();
            match obstacles.as_deref() {
                Some([obstacle, ..]) if ready.schema.accepts(&witness.value) => {
                    Some(not_read(&first, &ready, &witness, obstacle))
                }
                _ => {
                    undecided("the witness did not stand: matcher and validator judge it otherwise")
                }
            }
        }
    }
}

fn not_read(case: &Case<'_>, ready: &Ready, found: &Witness, obstacle: &Obstacle) -> Finding {
    let id = "contract/response-not-read";
    let version = ready.id.to_string();
    let (place, pointer, message) = match obstacle {
        Obstacle::Mismatch(mismatch) => (
            case.contract.place(&mismatch.at),
            shown(&mismatch.pointer, ready),
            format!(
                "{version} may answer what is not read: {}",
                masked_sentence(mismatch, ready)
            ),
        ),
        Obstacle::Unknown(pointer) => {
            let pointer = shown(pointer, ready);
            let message = format!(
                "{version} may answer with the member {pointer}, and this reader rejects members it does not know"
            );
            (case.body_place(Side::Response, &pointer), pointer, message)
        }
    };
    let at = schema_pointer(ready, &pointer);
    let schema = case.question.versions.place(&ready.id, &at);
    let judges = Judges {
        accepted_by: version.clone(),
        rejected_by: case.contract.subject(case.interaction),
    };
    case.finding(id, place, &version)
        .pointer(format!("/{}{pointer}", case.part(Side::Response)))
        .message(message)
        .note("schema", schema.to_string())
        .witness(witness(case, ready, found, judges))
}

fn masked_sentence(mismatch: &super::super::matching::Mismatch, ready: &Ready) -> String {
    let mut mismatch = mismatch.clone();
    mismatch.pointer = shown(&mismatch.pointer, ready);
    mismatch.sentence()
}

/// Whether a version can give the answer that one interaction expects.
pub fn possible(case: &Case<'_>, ready: &Ready) -> Option<Finding> {
    let interaction = case.interaction;
    interaction.response.content.body.json()?;
    let fits = |value: &Value| {
        let refused = matches!(
            obstacle(case.contract, interaction, value),
            Some(Obstacle::Mismatch(_))
        );
        !refused && ready.schema.accepts(value)
    };
    if ready.accepted.iter().any(|known| fits(&known.value)) {
        return None;
    }
    let wanted = reads(case.contract, interaction, Bound::Wide);
    let left = Schema::new(&also(&ready.bundle, &wanted)).ok()?;
    let nothing = Schema::new(&json!(false)).ok()?;
    let question = case.question;
    let answer = question
        .prover
        .includes(&left, &[nothing], &[], question.budget);
    if !answer.is_compatible() {
        return None;
    }
    let version = ready.id.to_string();
    let place = case.body_place(Side::Response, "");
    Some(
        case.finding("contract/response-impossible", place, &version)
            .pointer(format!("/{}", case.part(Side::Response)))
            .message(format!(
                "{version} admits no answer that the contract reads"
            )),
    )
}

/// The schema of the answers that one interaction reads.
fn reads(contract: &Contract, interaction: &Interaction, bound: Bound) -> Value {
    let response = &interaction.response;
    let example = match &response.content.body {
        Body::Json(example) => example,
        Body::Absent => return Value::Bool(true),
        Body::Empty | Body::Text(_) | Body::Form(_) | Body::Unsupported => {
            return Value::Bool(false);
        }
    };
    let optional: Vec<_> = interaction.terms.optional_on(Side::Response).collect();
    let source = Source {
        example,
        rules: response.rules.of(Part::Body),
        optional: &optional,
        side: Side::Response,
    };
    let schema = compile(&source, bound);
    match contract.reader(interaction).unknown_fields {
        UnknownFields::Ignore => schema,
        UnknownFields::Reject => json!({ "allOf": [schema, shape(&[example.value()])] }),
    }
}

/// `bundle` narrowed by a schema that holds no reference.
fn also(bundle: &Value, schema: &Value) -> Value {
    let mut both = bundle.clone();
    if let Value::Object(members) = &mut both {
        let all = members.entry("allOf").or_insert_with(|| json!([]));
        if let Value::Array(all) = all {
            all.push(schema.clone());
        }
    }
    both
}
