//! A claim as it may leave: without money.
//! Refuses to leave an amount in, wherever it stands.

use serde_json::Value;

/// Elements that hold money.
///
/// Source: FHIR R4 ExplanationOfBenefit, every element of type Money, and `total`; PDex 2.2.0 pdex-135
const MONEY: [&str; 9] = [
    "total",
    "amount",
    "net",
    "unitPrice",
    "benefitBalance",
    "allowedMoney",
    "usedMoney",
    "valueMoney",
    "cost",
];

/// The record without amounts, and without statements that were about nothing else.
#[must_use]
pub fn without_amounts(record: &Value) -> Value {
    match record {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !MONEY.contains(&name.as_str()))
            .map(|(name, value)| (name, without_amounts(value)))
            .filter_map(|(name, value)| Some((name.clone(), told(name, value)?)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(without_amounts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => record.clone(),
    }
}

/// `adjudication` without the statements that state nothing any more; nothing when none is left.
fn told(name: &str, value: Value) -> Option<Value> {
    match value {
        Value::Array(statements) if name == "adjudication" => {
            let states = |one: &Value| one.get("reason").is_some() || one.get("value").is_some();
            let left: Vec<Value> = statements.into_iter().filter(states).collect();
            (!left.is_empty()).then_some(Value::Array(left))
        }
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Source, claim};
    use super::*;
    use crate::consent::Identifier;
    use crate::masked::Masked;

    fn held(financial: bool) -> Value {
        let patient = Masked::new("pat-1".to_owned());
        let payer = Identifier {
            system: "urn:payers".to_owned(),
            value: "us".to_owned(),
        };
        let source = Source {
            patient: &patient,
            payer: &payer,
            financial,
        };
        claim(&source, "2026-03-10".parse().unwrap()).1
    }

    #[test]
    fn every_amount_goes_and_everything_else_stays() {
        let with = held(true).to_string();
        assert!(with.contains("USD") && with.contains("unitPrice"));
        let left = without_amounts(&held(true));
        assert!(!left.to_string().contains("USD"));
        assert!(left.get("total").is_none() && left.get("adjudication").is_none());
        let mut payment_aside = left;
        payment_aside.as_object_mut().unwrap().remove("payment");
        assert_eq!(payment_aside, held(false));
        assert_eq!(without_amounts(&held(false)), held(false));
    }
}
