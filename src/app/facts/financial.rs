//! Which amounts a version lets a payload carry: asked of the schema and of the payload rules, not of their text.
//! Refuses to take a refusal of another thing for one of the amount: a payload that already fails tells nothing.

use crate::app::ruling::{Known, Ruling};
use crate::catalogue::SchemaVersion;
use crate::policy::input::FinancialFacts;
use serde_json::{Value, json};
use wire::payload::Schema;

/// Resources that tell what care cost.
const CLAIMS: [&str; 3] = ["Claim", "ClaimResponse", "ExplanationOfBenefit"];

/// What is written for a try.
type Written = fn() -> Value;

/// Amounts that stand in a place of their own: the member of the resource, its path in words, and what is written.
const PLACES: [(&str, &str, Written); 4] = [
    ("payment", "payment.amount", || json!({ "amount": money() })),
    (
        "payment",
        "payment.adjustment",
        || json!({ "adjustment": money() }),
    ),
    (
        "benefitBalance",
        "benefitBalance.financial.allowedMoney",
        || json!([{ "category": { "text": "any" }, "financial": [{ "type": { "text": "any" }, "allowedMoney": money() }] }]),
    ),
    (
        "benefitBalance",
        "benefitBalance.financial.usedMoney",
        || json!([{ "category": { "text": "any" }, "financial": [{ "type": { "text": "any" }, "usedMoney": money() }] }]),
    ),
];

/// Kinds of amounts that a member pays or a provider gets, each with the list that names it.
///
/// Source: CARIN Blue Button 2.0.0, CodeSystem C4BBAdjudication; FHIR R4, CodeSystem adjudication
const KINDS: [(&str, &str); 6] = [
    ("coinsurance", CARIN),
    ("copay", FHIR),
    ("deductible", FHIR),
    ("memberliability", CARIN),
    ("paidbypatient", CARIN),
    ("paidtoprovider", CARIN),
];
const CARIN: &str = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication";
const FHIR: &str = "http://terminology.hl7.org/CodeSystem/adjudication";

/// Lists of a resource that tell an amount by its kind.
const LISTS: [(&str, &str); 3] = [
    ("/adjudication", "adjudication"),
    ("/item/0/adjudication", "item.adjudication"),
    ("/total", "total"),
];

fn money() -> Value {
    json!({ "value": 1.0, "currency": "USD" })
}

/// Whether an example of the version tells what care cost.
pub(super) fn is_claim(version: &SchemaVersion) -> bool {
    !claims(version).is_empty()
}

/// The accepted examples that hold such a resource, each with its pointer.
fn claims(version: &SchemaVersion) -> Vec<(&Value, String)> {
    let examples = version.accepted.iter();
    examples
        .map(|example| example.document.value())
        .filter_map(|payload| Some((payload, super::resource(payload, &CLAIMS)?)))
        .collect()
}

/// What is admitted.
pub(super) fn of(
    version: &SchemaVersion,
    schema: Option<&Schema>,
    ruling: &Ruling<'_>,
) -> Vec<FinancialFacts> {
    let claims = claims(version);
    if claims.is_empty() {
        return Vec::new();
    }
    let passes = |payload: &Value| {
        let judged = || ruling.judge_value(&version.id, payload, &Known::default());
        schema
            .as_ref()
            .is_some_and(|schema| schema.accepts(payload))
            && judged().breaks.is_empty()
    };
    let sound = claims.into_iter().find(|(payload, _)| passes(payload));
    probes()
        .into_iter()
        .filter(|probe| {
            // Nothing that passes: nothing shows that the amount is refused.
            sound.as_ref().is_none_or(|(payload, claim)| {
                let richer = probe.applied(payload, claim);
                richer.is_some_and(|richer| passes(&richer))
            })
        })
        .map(|probe| probe.facts(version.schema.value()))
        .collect()
}

/// One amount to try.
struct Probe {
    element: String,
    /// Pointer below the resource of the member that is set, or of the list that gets one item more.
    at: &'static str,
    value: Value,
    is_item: bool,
}

fn probes() -> Vec<Probe> {
    let mut probes: Vec<Probe> = PLACES
        .iter()
        .map(|(at, element, value)| Probe {
            element: (*element).to_owned(),
            at,
            value: value(),
            is_item: false,
        })
        .collect();
    for (at, list) in LISTS {
        probes.extend(KINDS.iter().map(|(code, system)| Probe {
            element: format!("{list}.{code}"),
            at,
            value: json!({
                "category": { "coding": [{ "system": system, "code": code }] },
                "amount": money(),
            }),
            is_item: true,
        }));
    }
    probes
}

impl Probe {
    /// The payload with the amount; `None` where the list has no place in it.
    fn applied(&self, payload: &Value, claim: &str) -> Option<Value> {
        let mut richer = payload.clone();
        let resource = richer.pointer_mut(claim)?;
        if !self.is_item {
            resource
                .as_object_mut()?
                .insert(self.at.to_owned(), self.value.clone());
            return Some(richer);
        }
        if let Some(list) = resource.pointer_mut(self.at) {
            list.as_array_mut()?.push(self.value.clone());
        } else {
            let (parent, name) = self.at.rsplit_once('/')?;
            let parent = resource.pointer_mut(parent)?.as_object_mut()?;
            parent.insert(name.to_owned(), json!([self.value]));
        }
        Some(richer)
    }

    fn facts(self, schema: &Value) -> FinancialFacts {
        let first = self.element.split('.').next().unwrap_or_default();
        let pointer = format!("/properties/{first}");
        let declared = schema.pointer(&pointer).is_some();
        FinancialFacts {
            element: self.element,
            pointer: if declared { pointer } else { String::new() },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::shipped;
    use super::*;
    use crate::policy::RuleBook;
    use std::collections::BTreeSet;

    fn admitted(id: &str, book: &RuleBook) -> BTreeSet<String> {
        let head = shipped();
        let version = head.catalogue.version(&id.parse().unwrap()).unwrap();
        let schema = Schema::compile(&head.catalogue.bundle(&version.id).unwrap().value).unwrap();
        let ruling = Ruling::of(&head, book);
        let found = of(version, Some(&schema), &ruling).into_iter();
        found.map(|one| one.element).collect()
    }

    #[test]
    fn what_the_schema_leaves_open_is_refused_by_the_payload_rules_alone() {
        let rules = RuleBook::read(&shipped().payload_rules);
        for id in ["eob-nonfinancial@1.0.0", "pdex-prior-authorization@2.1.0"] {
            assert_eq!(admitted(id, &rules), BTreeSet::new(), "{id}");
            let open = admitted(id, &RuleBook::default());
            for element in ["payment.amount", "benefitBalance.financial.usedMoney"] {
                assert!(open.contains(element), "{id} {element}");
            }
        }
    }

    #[test]
    fn a_version_without_a_payload_that_passes_is_taken_to_admit_everything() {
        let head = shipped();
        let id = "eob-nonfinancial@1.0.0".parse().unwrap();
        let version = head.catalogue.version(&id).unwrap();
        let book = RuleBook::default();
        let ruling = Ruling::of(&head, &book);
        assert_eq!(of(version, None, &ruling).len(), probes().len());
        let other = "hrex-coverage@2.0.1".parse().unwrap();
        let other = head.catalogue.version(&other).unwrap();
        assert!(of(other, None, &ruling).is_empty());
    }
}
