//! The members of a bulk match, in the order in which they were submitted.
//! Refuses the whole question when a line of the answer could not say whom it is about.

use super::line::contained;
use crate::failure::Code;
use crate::member_match::{MemberMatch, Part};
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// How many members one question may hold.
///
/// Source: capacity limits of the reference service
pub const LARGEST: usize = 10_000;

/// A question that cannot be answered as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    pub code: Code,
    /// Paths of the elements concerned.
    pub expressions: Vec<String>,
}

/// One member of the question.
#[derive(Clone, Debug)]
pub struct Submission<'a> {
    pub parts: MemberMatch<'a>,
    /// Which parameter it is.
    pub index: usize,
    /// The id under which the cover is copied, where the same person was submitted with another cover beside.
    ///
    /// Source: PDex 2.2.0 pdex-153
    pub cover_id: Option<String>,
}

/// Reads the members of a question that has met its schema. Parameters of the sender's own are passed over.
///
/// Errors: too many members; a member without a person or a cover; references that lead elsewhere; two persons
/// under one id, since the copy of a person in the answer keeps its id
/// Source: PDex 2.2.0 pdex-144, pdex-150 to pdex-153; HRex 1.2.0 mm-6
pub fn read(parameters: &Value) -> Result<Vec<Submission<'_>>, Unfit> {
    let all = parameters.get("parameter").and_then(Value::as_array);
    let bundles = all.into_iter().flatten().enumerate().filter(is_bundle);
    let mut members = Vec::new();
    for (index, bundle) in bundles {
        if members.len() == LARGEST {
            return Err(unfit(Code::TooLarge, Vec::new()));
        }
        let parts = MemberMatch::of_bundle(index, bundle).ok_or_else(|| {
            let place = format!("Parameters.parameter[{index}].part");
            unfit(Code::BadBundle, vec![place])
        })?;
        members.push(Submission {
            parts,
            index,
            cover_id: None,
        });
    }
    let mismatches = members.iter().flat_map(|m| m.parts.reference_mismatches());
    let mismatches: Vec<String> = mismatches.collect();
    if !mismatches.is_empty() {
        return Err(unfit(Code::ReferenceMismatch, mismatches));
    }
    tell_apart(members)
}

fn is_bundle((_, parameter): &(usize, &Value)) -> bool {
    parameter
        .get("name")
        .is_some_and(|name| name == "MemberBundle")
}

/// Marks who was submitted more than once, and finds different persons under one id.
fn tell_apart(mut members: Vec<Submission<'_>>) -> Result<Vec<Submission<'_>>, Unfit> {
    let mut persons: BTreeMap<String, (Value, usize)> = BTreeMap::new();
    let mut mistaken = Vec::new();
    for member in &members {
        let person = contained(member.parts.patient);
        let id = member.parts.patient_id().unwrap_or_default().to_owned();
        match persons.entry(id) {
            Entry::Vacant(place) => {
                place.insert((person, 1));
            }
            Entry::Occupied(mut known) if known.get().0 == person => known.get_mut().1 += 1,
            Entry::Occupied(_) => mistaken.push(member.parts.expression(Part::MemberPatient, "id")),
        }
    }
    if !mistaken.is_empty() {
        return Err(unfit(Code::BadBundle, mistaken));
    }
    for member in &mut members {
        let id = member.parts.patient_id().unwrap_or_default();
        let is_repeated = persons.get(id).is_some_and(|(_, times)| *times > 1);
        member.cover_id = is_repeated.then(|| free_id(&persons, member.index));
    }
    Ok(members)
}

/// An id that no person of the question has: the place in the question, whatever ids the sender gave its covers.
fn free_id(persons: &BTreeMap<String, (Value, usize)>, index: usize) -> String {
    let mut id = format!("cover-{index}");
    while persons.contains_key(&id) {
        id.push('x');
    }
    id
}

fn unfit(code: Code, expressions: Vec<String>) -> Unfit {
    Unfit { code, expressions }
}
