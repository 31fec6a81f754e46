//! Promises that have ended: after its sunset an interaction is told, and no longer gates.
//! Refuses to read a clock: the day is a parameter.

use super::interaction::Contract;
use super::terms::Terms;
use crate::model::{Finding, rule};
use chrono::NaiveDate;

const ID: &str = "contract/sunset";

/// The contract with the interactions and messages that still gate on `day`, and a finding for each of the others.
///
/// Shape: a sunset is inclusive; that of an interaction overrides the file's
#[must_use]
pub fn gating(contract: &Contract, day: NaiveDate) -> (Contract, Vec<Finding>) {
    let mut kept = contract.clone();
    let mut past = Vec::new();
    let mut gates = |terms: &Terms, key: &str, pointer: &str| {
        let sunset = terms.sunset.or(contract.terms.sunset);
        let ended = sunset.filter(|sunset| *sunset < day);
        past.extend(ended.map(|sunset| told(contract, key, pointer, sunset)));
        ended.is_none()
    };
    kept.interactions
        .retain(|kept| gates(&kept.terms, &kept.key, &kept.pointer));
    kept.messages
        .retain(|kept| gates(&kept.terms, &kept.key, &kept.pointer));
    (kept, past)
}

fn told(contract: &Contract, key: &str, pointer: &str, sunset: NaiveDate) -> Finding {
    let subject = format!("{}#{key}", contract.path);
    Finding::new(ID, subject, contract.place(pointer))
        .kind("sunset")
        .message(format!(
            "this promise ended on {sunset} and no longer gates"
        ))
        .remedy(rule(ID).map_or("", |rule| rule.fix))
}
