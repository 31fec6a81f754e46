//! Faults that somebody else promises to endure: we can only try what we do ourselves.
//! Refuses to let such a promise pass for one that was tried.

use super::interaction::Contract;
use crate::model::Finding;

const ID: &str = "contract/not-verified";

/// A finding for every fault in a contract whose consumer is not `us`.
#[must_use]
pub fn untried(contract: &Contract, us: &str) -> Vec<Finding> {
    if contract.consumer == us {
        return Vec::new();
    }
    let faults = contract.interactions.iter().filter_map(|interaction| {
        let fault = interaction.terms.fault.as_ref()?;
        let place = contract.place(&fault.pointer);
        let message =
            "only our own behaviour under a fault can be tried, and this is somebody else's";
        Some(
            Finding::new(ID, contract.subject(interaction), place)
                .kind("fault")
                .message(message)
                .remedy(
                    "move the promise to a contract of ours, under contracts/ and our own payer id",
                )
                .hurt(contract.hurt(interaction)),
        )
    });
    faults.collect()
}
