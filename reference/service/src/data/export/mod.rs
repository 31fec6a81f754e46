//! `$davinci-data-export` of a list of members: taken on, carried out, asked about, fetched.
//! Refuses to give data on a permission that was not judged again.

pub(crate) mod fetch;
pub(crate) mod kick_off;
pub(crate) mod run;

use crate::data::Plane;
use crate::store::audit::{Due, act};
use crate::store::{Membership, StoreError};
use crate::telemetry;
use domain::audit::Class;
use domain::consent::{Grant, Question, Standing, evaluate};
use domain::failure::Code;
use domain::record::{Action, Actor, ActorKind};
use domain::snapshot::{Partner, Snapshot};
use serde_json::Value;
use tracing::Span;

/// Removes the files that can be fetched no more, unless somebody holds them.
pub(crate) async fn drop_expired(plane: &Plane) -> Result<(), StoreError> {
    let unreadable = |_| StoreError::Row("actor");
    let by = Actor {
        kind: ActorKind::Automation,
        id: "responder".parse().map_err(unreadable)?,
        role: "retention".parse().map_err(unreadable)?,
    };
    let now = plane.now();
    let due = Due {
        before: now,
        now,
        event: act(now, by, Action::RecordRemoved, plane.snapshot().number)?,
    };
    plane.store.remove_due(Class::File, &due).await?;
    Ok(())
}

/// Does the permission under which the partner was matched with the member still hold? `standing` is what our own
/// records say at this moment.
///
/// Source: PDex 2.2.0 pdex-156, pdex-167
pub(crate) fn judge_again(
    plane: &Plane,
    snapshot: &Snapshot,
    partner: &Partner,
    membership: &Membership,
    standing: Standing,
) -> Result<Grant, Code> {
    let terms: Value = serde_json::from_slice(membership.terms.expose()).unwrap_or_default();
    let question = Question {
        consent: terms.get("consent").filter(|consent| !consent.is_null()),
        patient: terms.get("patient").and_then(Value::as_str),
        discloser: &snapshot.us.organisation,
        recipient: &partner.organisation,
        standing,
    };
    let judged = evaluate(&question, &snapshot.consent, plane.now());
    telemetry::consent(&Span::current(), &judged);
    judged.map_err(|refused| Code::Consent(refused.first))
}
