//! Amounts of money, by what they are for.
//! Refuses to read how much.

use super::facts::{AmountFacts, UNKNOWN};
use super::resource::{Resource, items, path, text, visit};
use serde_json::{Map, Value};

/// Elements of claims and their answers that are Money or hold it, whether or not a currency stands beside it.
///
/// Source: FHIR R4 ExplanationOfBenefit, Claim, ClaimResponse: elements of type Money
const MONEY: [&str; 7] = [
    "amount",
    "net",
    "unitPrice",
    "allowedMoney",
    "usedMoney",
    "valueMoney",
    "unitPriceMoney",
];

/// What an adjudication can be about, of the codes that are published.
///
/// Source: FHIR R4 code system adjudication; CARIN Blue Button 2.0.0 C4BBAdjudication
const CATEGORIES: [&str; 18] = [
    "allowed",
    "benefit",
    "coinsurance",
    "copay",
    "deductible",
    "discount",
    "drugcost",
    "eligible",
    "memberliability",
    "noncovered",
    "paidbypatient",
    "paidtopatient",
    "paidtoprovider",
    "priorpayerpaid",
    "submitted",
    "tax",
    "unallocdeduct",
    "benefitpayment",
];

pub(super) fn of(resources: &[Resource<'_>]) -> Vec<AmountFacts> {
    let mut found = Vec::new();
    for resource in resources {
        visit(resource.value, &mut |pointer, members| {
            for (name, value) in members {
                if is_money(name, value) {
                    let inside = format!("{pointer}/{name}");
                    found.push(AmountFacts {
                        pointer: resource.pointer(&inside),
                        element: path(&inside),
                        category: category(members),
                    });
                }
            }
        });
    }
    found
}

fn is_money(name: &str, value: &Value) -> bool {
    let Some(members) = value.as_object() else {
        return false;
    };
    let has_currency = members.contains_key("currency");
    has_currency || MONEY.contains(&name) && members.contains_key("value")
}

fn category(members: &Map<String, Value>) -> String {
    let Some(concept) = members.get("category") else {
        return UNKNOWN.to_owned();
    };
    let code = items(concept, "coding")
        .filter_map(|coding| text(coding, "code"))
        .find_map(|code| CATEGORIES.iter().find(|known| **known == code));
    code.map_or("other", |code| code).to_owned()
}
