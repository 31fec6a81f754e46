//! Promises that have ended: after its sunset an interaction is told, and no longer gates.
//! Refuses to read a clock: the day is a parameter.

use super::interaction::Contract;
use crate::model::{Finding, rule};
use chrono::NaiveDate;

const ID: &str = "contract/sunset";

/// The contract with the interactions that still gate on `day`, and a finding for each of the others.
///
/// Shape: a sunset is inclusive; that of an interaction overrides the file's
#[must_use]
pub fn gating(contract: &Contract, day: NaiveDate) -> (Contract, Vec<Finding>) {
    let mut kept = contract.clone();
    kept.interactions.clear();
    let mut past = Vec::new();
    for interaction in &contract.interactions {
        let sunset = interaction.terms.sunset.or(contract.terms.sunset);
        match sunset.filter(|sunset| *sunset < day) {
            None => kept.interactions.push(interaction.clone()),
            Some(sunset) => past.push(
                Finding::new(
                    ID,
                    contract.subject(interaction),
                    contract.place(&interaction.pointer),
                )
                .kind("sunset")
                .message(format!(
                    "this promise ended on {sunset} and no longer gates"
                ))
                .remedy(rule(ID).map_or("", |rule| rule.fix)),
            ),
        }
    }
    (kept, past)
}
