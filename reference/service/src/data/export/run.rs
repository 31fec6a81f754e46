//! Carries an export out, year by year, and ends it with its files.
//! Refuses to call a part the whole, and to write a record whose member's permission is lost.

use super::judge_again;
use crate::data::respond::Refused;
use crate::data::{Outage, Plane};
use crate::store::{Export, Membership, StoreError};
use crate::telemetry::{self, Context, Dependency, RequestType, Stage};
use domain::Timestamp;
use domain::consent::Identifier;
use domain::export::{self, Files, Source, claim, without_amounts};
use domain::failure::Code;
use domain::ids::ExportId;
use domain::record::{Day, Given, Instant};
use domain::snapshot::Snapshot;
use serde_json::Value;
use std::time::Duration;
use tracing::{Instrument, Span};

/// Pause before each year of service.
///
/// Source: ours; the store has one writer, and matches are answered between two years
const PACE: Duration = Duration::from_millis(200);

/// How long files can be fetched.
///
/// Source: ours; Bulk Data leaves it to the server
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Carries an export out, unless it has ended.
pub(crate) async fn run(plane: &Plane, id: &ExportId) -> Result<(), StoreError> {
    let Some(export) = plane.store.export(id).await? else {
        return Ok(());
    };
    if !export.phase.is_open() {
        return Ok(());
    }
    let context = Context::of_exchange(export.business_transaction.clone(), plane.now());
    let root = telemetry::root(&context, RequestType::DataExport);
    root.record("matchmark.partner", export.client.as_str());
    root.record("matchmark.dependency", Dependency::SourceStore.word());
    let run = Run {
        plane,
        context,
        export: &export,
        snapshot: &plane.snapshot(),
    };
    run.steps(&root).instrument(root.clone()).await
}

struct Run<'a> {
    plane: &'a Plane,
    context: Context,
    export: &'a Export,
    snapshot: &'a Snapshot,
}

/// Records of the source, and what of the window they are.
struct Found {
    given: Given,
    claims: Vec<Value>,
}

impl Run<'_> {
    async fn steps(&self, root: &Span) -> Result<(), StoreError> {
        let found = match self.membership(root).await? {
            None => None,
            Some(membership) => match self.retrieved(&membership, root).await? {
                Looked::Found(found) => Some(found),
                Looked::GivenUp => return Ok(()),
            },
        };
        // A permission that was lost while the years were looked through counts as well.
        let found = match self.membership(root).await? {
            None => None,
            Some(_) => found,
        };
        let files = match found {
            None => export::refused(),
            Some(found) => self.transformed(found),
        };
        self.finish(&files, root).await
    }

    /// The member, as long as the permission holds.
    async fn membership(&self, root: &Span) -> Result<Option<Membership>, StoreError> {
        let span = telemetry::stage(Stage::AccessPolicy, &self.context);
        let (client, group) = (&self.export.client, &self.export.group);
        let found = self.plane.store.membership(client, group).await?;
        let (Some(membership), Some(partner)) = (found, self.snapshot.partners.get(client)) else {
            return Ok(None);
        };
        let judged = judge_again(self.plane, self.snapshot, partner, &membership, root);
        match judged.instrument(span.clone()).await {
            Ok(_) => Ok(Some(membership)),
            Err(Refused { code, .. }) => {
                telemetry::failed(&span, code);
                Ok(None)
            }
        }
    }

    /// The claims that are wanted, year by year. A source that is down fails the export.
    async fn retrieved(&self, of: &Membership, root: &Span) -> Result<Looked, StoreError> {
        let span = telemetry::stage(Stage::SourceRetrieval, &self.context);
        let looked = self.look(of).instrument(span.clone()).await?;
        match looked {
            Ok(looked) => Ok(looked),
            Err(code) => {
                telemetry::failed(&span, code);
                telemetry::failed(root, code);
                let (store, id) = (&self.plane.store, &self.export.id);
                store.fail_export(id, code, self.plane.now()).await?;
                Ok(Looked::GivenUp)
            }
        }
    }

    async fn look(&self, of: &Membership) -> Result<Result<Looked, Code>, StoreError> {
        let store = &self.plane.store;
        let wishes = &self.export.wishes;
        let history = store.history_of(&of.member).await?;
        let known = store.member(&of.member).await?;
        let payer = self.payer();
        let source = Source {
            patient: &known.patient,
            payer: &payer,
            financial: history.financial,
        };
        let window = Given::floor(Instant::new(self.plane.now()).day());
        let years = history.days(&window);
        let parts = u32::try_from(years.len()).unwrap_or(u32::MAX);
        let mut claims = Vec::new();
        for (done, days) in (0..).zip(&years) {
            if !self.advance(done, parts).await? {
                return Ok(Ok(Looked::GivenUp));
            }
            self.plane.clock.wait(PACE).await;
            if self.plane.conditions.check(Outage::MemberStore).is_err() {
                return Ok(Err(Code::JobFailed));
            }
            claims.extend(self.wanted(&source, days));
        }
        let given = history.given(&window, wishes.claims(), &wishes.unheld());
        Ok(Ok(Looked::Found(Found { given, claims })))
    }

    async fn advance(&self, done: u32, parts: u32) -> Result<bool, StoreError> {
        let (store, now) = (&self.plane.store, self.plane.now());
        store
            .advance_export(&self.export.id, done, parts, now)
            .await
    }

    fn wanted(&self, source: &Source<'_>, days: &[Day]) -> Vec<Value> {
        let wishes = &self.export.wishes;
        if !wishes.claims() {
            return Vec::new();
        }
        let claims = days.iter().map(|day| claim(source, *day));
        let wanted = claims.filter(|(changed, _)| wishes.cover(*changed));
        wanted.map(|(_, claim)| claim).collect()
    }

    fn transformed(&self, found: Found) -> Files {
        let span = telemetry::stage(Stage::Transformation, &self.context);
        span.in_scope(|| {
            let claims: Vec<Value> = found.claims.iter().map(without_amounts).collect();
            let at = Instant::new(self.plane.now());
            export::answer(found.given, &claims, &self.payer(), at)
        })
    }

    async fn finish(&self, files: &Files, root: &Span) -> Result<(), StoreError> {
        let span = telemetry::stage(Stage::Egress, &self.context);
        let (store, now) = (&self.plane.store, self.plane.now());
        let ended = store
            .complete_export(&self.export.id, files, end_of(now), now)
            .instrument(span)
            .await?;
        if ended {
            root.record("matchmark.disposition", files.made.disposition.word());
            tracing::info!("the export has ended");
        }
        Ok(())
    }

    /// Ourselves, by the identifier under which partners know us.
    fn payer(&self) -> Identifier {
        let us = &self.snapshot.us;
        let known = us.organisation.identifiers.first().cloned();
        known.unwrap_or_else(|| Identifier {
            system: "urn:ietf:rfc:3986".to_owned(),
            value: us.id.to_string(),
        })
    }
}

/// How looking through the years ended.
enum Looked {
    Found(Found),
    /// Somebody ended the export in the meantime.
    GivenUp,
}

fn end_of(now: Timestamp) -> Timestamp {
    let kept = chrono::TimeDelta::from_std(KEPT).unwrap_or_default();
    now.checked_add_signed(kept).unwrap_or(now)
}
