//! Asks everything that calls depend on how it is, all at once and each for a bounded time.
//! Refuses to wait for whoever does not answer, and to change anything by asking.

use crate::data::{Outage, Plane, schema};
use crate::store::StoreError;
use domain::control::Kind;
use domain::health::{self, Cause, Finding, Line, Part};
use domain::ids::PartnerId;
use domain::snapshot::Snapshot;
use std::time::Duration;

/// What is known outside the data plane.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    /// Kinds whose newest document was refused.
    pub refused: Vec<Kind>,
    pub secrets_refused: bool,
    pub heads_not_copied: bool,
}

impl Around {
    fn is_refused(&self, kinds: &[Kind]) -> bool {
        self.refused.iter().any(|kind| kinds.contains(kind))
    }
}

/// How every part is.
pub(crate) async fn ready(plane: &Plane, around: &Around) -> Vec<Finding> {
    let snapshot = plane.snapshot();
    let (store, tokens, routes, identity, queue, audit) = tokio::join!(
        store(plane),
        token_service(plane, &snapshot, around),
        route_table(plane, &snapshot, around),
        identity_store(plane, around),
        queue_depth(plane),
        audit(plane, around),
    );
    vec![
        store,
        schemas(plane, &snapshot),
        partners(&snapshot),
        tokens,
        routes,
        identity,
        connectivity(plane, &snapshot),
        queue,
        audit,
    ]
}

/// The answer of a dependency, if it gives one in time.
async fn within<T>(
    plane: &Plane,
    question: impl Future<Output = Result<T, StoreError>>,
) -> Option<T> {
    let patience = Duration::from_millis(plane.health.policy.check_ms);
    tokio::time::timeout(patience, question).await.ok()?.ok()
}

async fn store(plane: &Plane) -> Finding {
    let there = plane.conditions.check(Outage::Store).is_ok();
    match there && within(plane, plane.store.ping()).await.is_some() {
        true => Finding::well(Part::Store),
        false => Finding::down(Part::Store, Cause::NoAnswer),
    }
}

/// Without the schema of any version no request can be judged; without that of one, some cannot.
fn schemas(plane: &Plane, snapshot: &Snapshot) -> Finding {
    let mut partners = snapshot.partners.values();
    let judged = |partner| {
        let dialect = plane.edition(partner);
        dialect.is_some_and(|d| {
            snapshot
                .schema(schema::REQUEST, &d.schema_version)
                .is_some()
        })
    };
    let mut known = snapshot.schemas.keys();
    if !known.any(|name| name.starts_with(schema::REQUEST)) {
        return Finding::down(Part::Schemas, Cause::NoSchema);
    }
    let missing = !partners.all(judged);
    Finding::first_of(Part::Schemas, &[(missing, Cause::SchemaMissing)])
}

fn partners(snapshot: &Snapshot) -> Finding {
    if snapshot.partners.is_empty() {
        return Finding::down(Part::Partners, Cause::NoPartner);
    }
    // Whom nobody can call, nobody has paused: such a partner only asks us.
    let mut callable = snapshot.partners.values().filter(|p| p.has_address());
    let paused = callable.clone().filter(|p| !p.enabled).count();
    let all_paused = paused > 0 && callable.all(|p| !p.enabled);
    // We still answer those who ask us.
    let causes = [
        (all_paused, Cause::AllPaused),
        (paused > 0, Cause::OnePaused),
    ];
    Finding::first_of(Part::Partners, &causes)
}

/// What our own tokens need, and whether partners give us theirs.
async fn token_service(plane: &Plane, snapshot: &Snapshot, around: &Around) -> Finding {
    let part = Part::TokenService;
    if within(plane, plane.store.assertions_answer())
        .await
        .is_none()
    {
        return Finding::down(part, Cause::NoAnswer);
    }
    let mut partners = snapshot.partners.values().filter(|p| p.enabled);
    let refused = partners.any(|partner| plane.credentials.was_refused(&partner.id));
    let causes = [
        (around.secrets_refused, Cause::SecretsRefused),
        (refused, Cause::NoPartnerToken),
    ];
    Finding::first_of(part, &causes)
}

async fn route_table(plane: &Plane, snapshot: &Snapshot, around: &Around) -> Finding {
    let part = Part::RouteTable;
    let Some(newest) = within(plane, plane.store.newest_number()).await else {
        return Finding::down(part, Cause::NoAnswer);
    };
    let rows = &snapshot.routes.stable.document().rows;
    let mut partners = snapshot.partners.values().filter(|p| p.enabled);
    let unrouted = partners.any(|partner| rows.iter().all(|row| row.payer != partner.id));
    let refused = around.is_refused(&[Kind::Routing, Kind::Partners]);
    let causes = [
        (unrouted, Cause::NoRoute),
        (refused, Cause::DocumentRefused),
        (newest > snapshot.number, Cause::Behind),
    ];
    Finding::first_of(part, &causes)
}

async fn identity_store(plane: &Plane, around: &Around) -> Finding {
    let part = Part::IdentityStore;
    let there = plane.conditions.check(Outage::MemberStore).is_ok();
    if !there || within(plane, plane.store.members_answer()).await.is_none() {
        return Finding::down(part, Cause::NoAnswer);
    }
    let now = plane.now();
    let health = &plane.health;
    let mut whole = health.is_whole(now);
    if !whole {
        // Slow is not broken: what was not found out is not told.
        whole = within(plane, plane.store.is_indexed())
            .await
            .unwrap_or(true);
        health.found(whole, now);
    }
    let refused = around.is_refused(&[Kind::Matching]);
    let causes = [
        (!whole, Cause::NotIndexed),
        (refused, Cause::DocumentRefused),
    ];
    Finding::first_of(part, &causes)
}

fn connectivity(plane: &Plane, snapshot: &Snapshot) -> Finding {
    let standings = plane.guard.standings(plane.now()).into_iter();
    let called = |id: &PartnerId| snapshot.partners.get(id).is_some_and(|p| p.enabled);
    let lines: Vec<Line> = standings
        .filter(|standing| called(&standing.partner))
        .map(|standing| Line {
            breaker: standing.breaker,
            failures_in_a_row: standing.failures_in_a_row,
        })
        .collect();
    health::connectivity(&plane.health.policy, &lines)
}

async fn queue_depth(plane: &Plane) -> Finding {
    match within(plane, plane.store.queue_depth(plane.now())).await {
        Some(depth) => health::queue(&plane.health.policy, depth),
        None => Finding::down(Part::QueueDepth, Cause::NoAnswer),
    }
}

async fn audit(plane: &Plane, around: &Around) -> Finding {
    if within(plane, plane.store.audit_answers()).await.is_none() {
        return Finding::down(Part::Audit, Cause::NoAnswer);
    }
    let causes = [(around.heads_not_copied, Cause::HeadsNotCopied)];
    Finding::first_of(Part::Audit, &causes)
}
