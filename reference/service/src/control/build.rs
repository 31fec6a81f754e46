//! A snapshot from the one that the service was configured with and the documents that were published since.
//! Refuses documents that do not fit to each other: the whole of it, so that the old snapshot stays.

use super::document::{Document, Refused};
use crate::adapters::Dialects;
use crate::config::partner;
use crate::store::SnapshotState;
use domain::control::Registered;
use domain::routing::{Canary, CanaryPolicy, RouteSet, Routing};
use domain::snapshot::{Partner, Snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a snapshot is built on.
pub(crate) struct Ground {
    /// As configured, before anything was published.
    pub base: Snapshot,
    pub dialects: Dialects,
    pub canary: CanaryPolicy,
}

impl Ground {
    /// The snapshot of this number and these documents.
    ///
    /// Errors: a partner speaks no dialect of ours; a route leads to a partner, dialect or version that is none
    pub(crate) fn build(
        &self,
        number: u64,
        documents: &[Document],
        canary: Option<Canary>,
    ) -> Result<Snapshot, Refused> {
        let mut snapshot = self.base.clone();
        snapshot.number = number;
        for document in documents {
            match document {
                Document::Partners(registry) => {
                    snapshot.partners = self.partners(&registry.partners)?;
                }
                Document::Routing(set) => snapshot.routes.stable = Arc::clone(set),
                Document::Matching(policy) => snapshot.matching = policy.clone(),
                Document::Resilience(policy) => snapshot.resilience = (**policy).clone(),
                Document::Flags(flags) => snapshot.flags = flags.clone(),
                Document::Audit(policy) => snapshot.audit = policy.clone(),
                Document::Overlap(overlap) => snapshot.overlap.ends = overlap.ends,
            }
        }
        snapshot.routes.canary = canary;
        self.fits(&snapshot)?;
        Ok(snapshot)
    }

    /// What a document does not say of a partner is as it was configured.
    pub(super) fn partners(
        &self,
        registered: &[Registered],
    ) -> Result<BTreeMap<domain::ids::PartnerId, Partner>, Refused> {
        let mut partners = BTreeMap::new();
        for one in registered {
            for dialect in [&one.dialect, &one.edition] {
                if self.dialects.get(dialect.as_str()).is_none() {
                    return Err(Refused(format!(
                        "partner {} speaks a dialect that nobody knows",
                        one.id
                    )));
                }
            }
            let mut known = self.base.partners.get(&one.id).cloned().unwrap_or_else(|| {
                partner(
                    one.id.as_str(),
                    one.organisation(),
                    one.base_url.as_str(),
                    one.dialect.as_str(),
                )
            });
            one.tell(&mut known);
            partners.insert(one.id.clone(), known);
        }
        Ok(partners)
    }

    fn fits(&self, snapshot: &Snapshot) -> Result<(), Refused> {
        let matching = snapshot.matching.check(&snapshot.knowledge);
        matching.map_err(Refused::because)?;
        let Routing { stable, canary } = &snapshot.routes;
        self.leads_somewhere(snapshot, stable)?;
        match canary {
            Some(canary) if canary.set.number() == stable.number() => {
                Err(Refused("a set cannot be tried beside itself".to_owned()))
            }
            Some(canary) => self.leads_somewhere(snapshot, &canary.set),
            None => Ok(()),
        }
    }

    /// Does every row of the set lead to a partner, in a dialect and a version that there are?
    pub(crate) fn leads_somewhere(
        &self,
        snapshot: &Snapshot,
        set: &RouteSet,
    ) -> Result<(), Refused> {
        for row in &set.document().rows {
            if !snapshot.partners.contains_key(&row.partner) {
                return Err(Refused(format!(
                    "row {} leads to a partner that is not registered",
                    row.id
                )));
            }
            match snapshot.versions.get(row.adapter.as_str()) {
                None => {
                    return Err(Refused(format!(
                        "row {} names an adapter that there is not",
                        row.id
                    )));
                }
                Some(version) if *version != row.operation_version => {
                    return Err(Refused(format!(
                        "row {}: {} speaks version {version} of the operation",
                        row.id, row.adapter
                    )));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// A canary as its snapshot tells of it.
    pub(crate) fn canary(
        &self,
        state: &SnapshotState,
        set: Option<Arc<RouteSet>>,
    ) -> Option<Canary> {
        let told = state.canary.as_ref()?;
        let mut policy = self.canary.clone();
        policy.soak_ms = told.soak_ms.unwrap_or(policy.soak_ms);
        Some(Canary {
            set: set?,
            share: told.share,
            since: told.since,
            policy,
        })
    }
}
