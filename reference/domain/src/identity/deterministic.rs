//! The first tier: an equal identifier, an equal birth date, and a family name that does not contradict.
//! Refuses demographics alone, and refuses to choose between two persons who both fit.

use super::{
    Asked, Attribute, Candidate, Decision, Evidence, Level, MatchingPolicy, NamedPayer, Outcome,
};
use crate::masked::Masked;

/// The shortest part of a double name that may stand for the whole of it.
const SHORTEST_PART: usize = 3;

/// One candidate compared with the request.
struct Comparison<'a> {
    candidate: &'a Candidate,
    member_id: Level,
    subscriber_id: Level,
    birth_date: Level,
    family: Level,
}

/// Decides who is meant, among the persons who share an identifier with the request.
///
/// Source: HRex 1.2.0 `$member-match` notes (demographics alone are not a match), mm-8 to mm-10
#[must_use]
pub fn resolve(policy: &MatchingPolicy, asked: &Asked, candidates: &[Candidate]) -> Decision {
    if let Some(attributes) = missing(asked) {
        return Decision::new(policy, Outcome::MissingIdentifier { attributes });
    }
    if asked.payer == NamedPayer::Other {
        return Decision::new(policy, Outcome::NoMatch {});
    }
    let compared: Vec<Comparison> = candidates
        .iter()
        .map(|candidate| Comparison::of(asked, candidate))
        .filter(Comparison::shares_an_identifier)
        .collect();
    let fitting: Vec<&Comparison> = compared.iter().filter(|one| one.fits()).collect();
    let (outcome, evidence) = match fitting.as_slice() {
        [] => (disagreement(&compared), Vec::new()),
        [one] => (
            Outcome::Matched {
                person: one.candidate.person.clone(),
            },
            one.evidence(),
        ),
        _ => (Outcome::MultipleMatch {}, Vec::new()),
    };
    let persons = compared.iter().map(|one| one.candidate.person.clone());
    Decision::new(policy, outcome).with_evidence(persons.collect(), evidence)
}

fn missing(asked: &Asked) -> Option<Vec<Attribute>> {
    if asked.member_ids.is_empty() && asked.subscriber_id.is_none() {
        return Some(vec![Attribute::MemberId, Attribute::SubscriberId]);
    }
    asked
        .birth_date
        .is_none()
        .then(|| vec![Attribute::BirthDate])
}

/// Nobody fits: either one attribute of somebody contradicts, or nobody is meant.
fn disagreement(compared: &[Comparison<'_>]) -> Outcome {
    let mut attributes: Vec<Attribute> = compared.iter().filter_map(Comparison::conflict).collect();
    attributes.sort();
    attributes.dedup();
    if attributes.is_empty() {
        Outcome::NoMatch {}
    } else {
        Outcome::ConflictingField { attributes }
    }
}

impl<'a> Comparison<'a> {
    fn of(asked: &Asked, candidate: &'a Candidate) -> Self {
        Self {
            candidate,
            member_id: identifier_level(&asked.member_ids, candidate.member_id.as_ref()),
            subscriber_id: identifier_level(
                asked.subscriber_id.as_slice(),
                candidate.subscriber_id.as_ref(),
            ),
            birth_date: identifier_level(
                asked.birth_date.as_slice(),
                candidate.birth_date.as_ref(),
            ),
            family: family_level(&asked.families, &candidate.families),
        }
    }

    fn shares_an_identifier(&self) -> bool {
        self.member_id == Level::Exact || self.subscriber_id == Level::Exact
    }

    fn fits(&self) -> bool {
        self.birth_date == Level::Exact && self.differing().is_empty()
    }

    fn differing(&self) -> Vec<Attribute> {
        self.evidence()
            .into_iter()
            .filter(|one| one.level == Level::Differ)
            .map(|one| one.attribute)
            .collect()
    }

    /// The one attribute that keeps this person from fitting. Another member number under the same
    /// subscriber is no contradiction: it is another person of the family.
    fn conflict(&self) -> Option<Attribute> {
        match self.differing().as_slice() {
            [Attribute::MemberId] => None,
            [one] => Some(*one),
            _ => None,
        }
    }

    fn evidence(&self) -> Vec<Evidence> {
        [
            (Attribute::MemberId, self.member_id),
            (Attribute::SubscriberId, self.subscriber_id),
            (Attribute::BirthDate, self.birth_date),
            (Attribute::FamilyName, self.family),
        ]
        .into_iter()
        .map(|(attribute, level)| Evidence::of(attribute, level))
        .collect()
    }
}

fn identifier_level(asked: &[Masked<String>], known: Option<&Masked<String>>) -> Level {
    match known {
        Some(known) if asked.contains(known) => Level::Exact,
        Some(_) if !asked.is_empty() => Level::Differ,
        Some(_) | None => Level::Absent,
    }
}

fn family_level(asked: &[Masked<Vec<String>>], known: &[Masked<Vec<String>>]) -> Level {
    let some_pair = |holds: fn(&[String], &[String]) -> bool| {
        asked
            .iter()
            .any(|a| known.iter().any(|k| holds(a.expose(), k.expose())))
    };
    if asked.is_empty() || known.is_empty() {
        Level::Absent
    } else if some_pair(|a, k| a.concat() == k.concat()) {
        Level::Exact
    } else if some_pair(shares_a_part) {
        Level::Alias
    } else {
        Level::Differ
    }
}

fn shares_a_part(one: &[String], other: &[String]) -> bool {
    one.iter()
        .any(|part| part.chars().count() >= SHORTEST_PART && other.contains(part))
}
