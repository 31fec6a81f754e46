//! The route of one exchange under one snapshot: switches, rollout phase, set, registry; told whole, so that it can be explained.
//! Refuses to let an exchange out that no row fits, that is outside the phase, or whose partner is switched off.

use super::set::{Gaps, RouteSetDocument, Row};
use super::{Decision, Inputs, decide};
use crate::failure::Code;
use crate::flags::Flag;
use crate::ids::{BusinessTransactionId, DocumentNumber, PartnerId};
use crate::record::Slug;
use crate::snapshot::{Partner, Snapshot};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What decided.
    By {
        /// The set in force.
        Stable = "stable",
        /// The set that is tried on a share.
        Canary = "canary",
        /// The registry alone: choosing by the table is switched off.
        Registry = "registry",
    }
}

/// What was decided and from what, whether a route came of it or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Choice {
    pub set: DocumentNumber,
    pub by: By,
    pub inputs: Inputs,
    pub decision: Option<Decision>,
    /// Why there is no route, or why it may not be taken.
    pub code: Option<Code>,
}

impl Choice {
    /// The route, when there is one that may be taken.
    #[must_use]
    pub const fn route(&self) -> Option<&Decision> {
        match (&self.decision, self.code) {
            (Some(decision), None) => Some(decision),
            (Some(_) | None, _) => None,
        }
    }
}

/// Chooses the route of an exchange.
#[must_use]
pub fn choose(snapshot: &Snapshot, inputs: &Inputs, transaction: &BusinessTransactionId) -> Choice {
    let on = |flag| snapshot.flags.is_on(flag, &inputs.payer);
    let routes = &snapshot.routes;
    let (by, set) = match (on(Flag::RouteTable), on(Flag::CanaryRouting)) {
        (false, _) => (By::Registry, &*routes.stable),
        (true, true) => routes.set_for(transaction),
        (true, false) => (By::Stable, &*routes.stable),
    };
    let decision = match by {
        By::Registry => of_registry(snapshot, set.number(), inputs),
        By::Stable | By::Canary => decide(set, inputs).ok(),
    };
    let outside = snapshot.flags.phase.admit(&inputs.payer, inputs.data_type);
    let code = match &decision {
        Some(_) if outside.is_err() => Some(Code::NoRoute),
        Some(found) => match snapshot.partners.get(&found.partner) {
            Some(partner) if partner.enabled => None,
            Some(_) => Some(Code::PartnerDisabled),
            None => Some(Code::NoRoute),
        },
        None => Some(Code::NoRoute),
    };
    Choice {
        set: set.number(),
        by,
        inputs: inputs.clone(),
        decision,
        code,
    }
}

fn of_registry(snapshot: &Snapshot, set: DocumentNumber, inputs: &Inputs) -> Option<Decision> {
    let derived = document_of(set, snapshot.partners.values(), |partner| {
        snapshot.versions.get(&partner.dialect).cloned()
    })?;
    let row = derived
        .rows
        .into_iter()
        .find(|row| row.payer == inputs.payer)?;
    Some(Decision {
        set,
        row: row.id,
        inputs: inputs.clone(),
        partner: row.partner,
        endpoint: row.endpoint,
        adapter: row.adapter,
        operation_version: row.operation_version,
    })
}

/// The set that a registry stands for: one row per partner, whatever the inputs.
///
/// Errors: none, when an address or a dialect has not the form that rows ask for
#[must_use]
pub fn document_of<'a>(
    number: DocumentNumber,
    partners: impl Iterator<Item = &'a Partner>,
    version: impl Fn(&Partner) -> Option<super::OperationVersion>,
) -> Option<RouteSetDocument> {
    let rows = partners.enumerate().map(|(place, partner)| {
        Some(Row {
            id: row_name(place, &partner.id)?,
            payer: partner.id.clone(),
            when: super::When::default(),
            partner: partner.id.clone(),
            endpoint: partner.base_url.parse().ok()?,
            adapter: partner.dialect.parse().ok()?,
            operation_version: version(partner)?,
        })
    });
    Some(RouteSetDocument {
        number,
        title: "Each partner at the address of the registry".to_owned(),
        gaps: Gaps::Refused,
        rows: rows.collect::<Option<Vec<_>>>()?,
    })
}

/// The partner's own id where it has the form of a name, else its place in the registry.
fn row_name(place: usize, partner: &PartnerId) -> Option<Slug> {
    let own = partner.as_str().parse().ok();
    own.or_else(|| format!("partner-{place}").parse().ok())
}
