//! Which way an exchange goes: numbered sets of rows over five inputs, of which exactly one row may fit.
//! Refuses a set whose rows overlap, and a request that no row fits; it never falls back to a nearest row.

mod canary;
mod cell;
mod choose;
mod input;
mod set;
mod share;

pub use canary::{
    Canary, CanaryPolicy, Sample, Share, Verdict, Worse, assigned, fisher_worse, judge, p95,
};
pub use cell::{Combination, When};
pub use choose::{By, Choice, choose, document_of};
pub use input::{
    DataType, IdentifierProvenance, Inputs, LineOfBusiness, PlanRelationship, Region, Stated,
};
pub use set::{Gap, Gaps, RouteSet, RouteSetDocument, Row, SetFault};
pub use share::{RowShare, RowShares};

use crate::ids::{BusinessTransactionId, DocumentNumber, PartnerId};
use crate::record::Slug;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

text! {
    /// A dialect of ours, by its file.
    AdapterId = "P0" "^[a-z][a-z0-9.-]{0,63}$";
    /// The version of an operation that an endpoint serves.
    OperationVersion = "P0" "^[0-9]{1,5}\\.[0-9]{1,5}\\.[0-9]{1,5}$";
    /// Where a partner answers, without a slash at the end and without a query.
    BaseUrl = "P1" "^https?://[A-Za-z0-9.:-]{1,253}(/[A-Za-z0-9._~-]{1,64}){0,8}$";
}

/// Why a request goes this way: everything that is needed to tell it again later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Decision {
    pub set: DocumentNumber,
    pub row: Slug,
    pub inputs: Inputs,
    /// Who answers: the payer that was named, or whoever answers for it.
    pub partner: PartnerId,
    pub endpoint: BaseUrl,
    pub adapter: AdapterId,
    pub operation_version: OperationVersion,
}

/// No row of the set fits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no row of route set {set} fits")]
pub struct Unrouted {
    pub set: DocumentNumber,
    pub inputs: Inputs,
}

/// The one row of the set that fits.
///
/// Errors: no row fits; two never do, since a set with an overlap cannot be made
pub fn decide(set: &RouteSet, inputs: &Inputs) -> Result<Decision, Unrouted> {
    let row = set.row_for(inputs).ok_or_else(|| Unrouted {
        set: set.number(),
        inputs: inputs.clone(),
    })?;
    Ok(Decision {
        set: set.number(),
        row: row.id.clone(),
        inputs: inputs.clone(),
        partner: row.partner.clone(),
        endpoint: row.endpoint.clone(),
        adapter: row.adapter.clone(),
        operation_version: row.operation_version.clone(),
    })
}

/// What routes by: the set in force, and the one that is being tried beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Routing {
    pub stable: Arc<RouteSet>,
    pub canary: Option<Canary>,
}

impl Routing {
    #[must_use]
    pub fn of(stable: RouteSet) -> Self {
        Self {
            stable: Arc::new(stable),
            canary: None,
        }
    }

    /// The set that decides about this transaction: the same one at every asking while the canary runs.
    #[must_use]
    pub fn set_for(&self, transaction: &BusinessTransactionId) -> (By, &RouteSet) {
        match &self.canary {
            Some(canary) if assigned(canary.set.number(), transaction, canary.share) => {
                (By::Canary, &canary.set)
            }
            Some(_) | None => (By::Stable, &self.stable),
        }
    }
}

#[cfg(test)]
mod tests;
