//! Prior authorizations: what was decided, and whether it is for a drug.
//! Refuses to read free text.

use super::facts::{AuthorizationFacts, Decision};
use super::resource::{Resource, has_code, items, text, visit};
use serde_json::Value;

/// Where a review action stands, and its code in it.
///
/// Source: PDex 2.2.0 extension-reviewAction, slice `code`
const REVIEW: &str = "extension-reviewAction";
const REVIEW_CODE: &str = "extension-reviewActionCode";

/// Codes of a review action that refuse, and those that grant at least a part.
///
/// Source: X12 code list 306, as PDex 2.2.0 binds it
const REFUSED: [&str; 1] = ["A3"];
const GRANTED: [&str; 3] = ["A1", "A2", "A6"];

/// The categories of an adjudication that gives the reason of a refusal, or the units that were granted.
///
/// Source: PDex 2.2.0 PDexAdjudicationDiscriminator
const DISCRIMINATOR: &str =
    "http://hl7.org/fhir/us/davinci-pdex/CodeSystem/PDexAdjudicationDiscriminator";
const DENIAL: &str = "denialreason";
const UNITS: &str = "allowedunits";

/// The type of a claim for drugs.
///
/// Source: FHIR R4 code system claim-type
const PHARMACY: (&str, &str) = (
    "http://terminology.hl7.org/CodeSystem/claim-type",
    "pharmacy",
);

/// Code systems that name drugs only.
///
/// Source: FHIR R4 terminologies, external code systems
const DRUGS: [&str; 2] = [
    "http://hl7.org/fhir/sid/ndc",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
];

pub(super) fn of(resources: &[Resource<'_>]) -> Vec<AuthorizationFacts> {
    let is_authorization = |resource: &&Resource<'_>| {
        resource.kind == "ExplanationOfBenefit"
            && text(resource.value, "use") == Some("preauthorization")
    };
    resources
        .iter()
        .filter(is_authorization)
        .map(fact)
        .collect()
}

fn fact(authorization: &Resource<'_>) -> AuthorizationFacts {
    let decisions = decisive(decisions(authorization.value));
    let granted = decisions.iter().find(|(_, granted)| *granted);
    let (decision, inside) = match (granted, decisions.first()) {
        (Some((pointer, _)), _) => (Decision::Granted, pointer.as_str()),
        (None, Some((pointer, _))) => (Decision::Denied, pointer.as_str()),
        (None, None) => (Decision::Unknown, ""),
    };
    let drug = drug(authorization.value);
    AuthorizationFacts {
        pointer: authorization.pointer(inside),
        decision,
        drug: drug.is_some(),
        drug_pointer: authorization.pointer(&drug.unwrap_or_default()),
    }
}

/// What was decided about the whole outranks what was decided about single items.
fn decisive(decisions: Vec<(String, bool)>) -> Vec<(String, bool)> {
    let of_whole = |(pointer, _): &&(String, bool)| pointer.starts_with("/adjudication/");
    let whole: Vec<(String, bool)> = decisions.iter().filter(of_whole).cloned().collect();
    if whole.is_empty() { decisions } else { whole }
}

/// Where something was decided, and whether it was granted.
fn decisions(authorization: &Value) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    visit(authorization, &mut |pointer, members| {
        let category = members.get("category");
        for (code, granted) in [(DENIAL, false), (UNITS, true)] {
            if category.is_some_and(|category| has_code(category, DISCRIMINATOR, code)) {
                found.push((pointer.to_owned(), granted));
            }
        }
        let url = members.get("url").and_then(Value::as_str);
        let is_review = url.and_then(|url| url.rsplit('/').next()) == Some(REVIEW);
        if is_review && let Some(granted) = review(members) {
            found.push((pointer.to_owned(), granted));
        }
    });
    found
}

/// What the code of a review action says; none where it says neither.
fn review(members: &serde_json::Map<String, Value>) -> Option<bool> {
    let parts = members.get("extension")?.as_array()?;
    let is_code = |part: &&Value| {
        let url = text(part, "url").and_then(|url| url.rsplit('/').next());
        url == Some(REVIEW_CODE)
    };
    let code = parts.iter().find(is_code)?;
    let mut codes =
        items(code.get("valueCodeableConcept")?, "coding").filter_map(|c| text(c, "code"));
    codes.find_map(|code| {
        if GRANTED.contains(&code) {
            Some(true)
        } else {
            REFUSED.contains(&code).then_some(false)
        }
    })
}

/// Where it says that it is for a drug.
fn drug(authorization: &Value) -> Option<String> {
    let kind = authorization.get("type");
    if kind.is_some_and(|kind| has_code(kind, PHARMACY.0, PHARMACY.1)) {
        return Some("/type".to_owned());
    }
    let named = |item: &Value| {
        let product = item.get("productOrService");
        let coding = product.into_iter().flat_map(|p| items(p, "coding"));
        let mut systems = coding.filter_map(|coding| text(coding, "system"));
        systems.any(|system| DRUGS.contains(&system))
    };
    let index = items(authorization, "item").position(named)?;
    Some(format!("/item/{index}/productOrService"))
}
