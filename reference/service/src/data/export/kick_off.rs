//! Takes an export on, or refuses it: form, list, wishes, permission, in this order.
//! Refuses to look at records; that is for the run.

use super::judge_again;
use crate::data::respond::{Refused, within};
use crate::data::{Plane, schema};
use crate::id;
use crate::store::{Membership, NewExport};
use crate::telemetry::{self, Context, Stage};
use domain::export::Wishes;
use domain::failure::Code;
use domain::ids::{ExportId, PartnerId};
use domain::snapshot::Snapshot;
use std::time::Duration;
use tracing::Span;
use wire::json::Document;

/// How long the same question without a key is the same export.
///
/// Source: ours; clients that see no answer ask again at once
const REPEATED: Duration = Duration::from_secs(600);

/// A kick-off that has passed ingestion.
pub(crate) struct Call<'a> {
    pub context: &'a Context,
    pub client: &'a PartnerId,
    pub group: &'a str,
    pub document: &'a Document,
    pub fingerprint: &'a str,
}

/// An export that was taken on, now or by the same question before.
pub(crate) struct Taken {
    pub id: ExportId,
    pub is_new: bool,
}

/// Takes an export on, or refuses it.
pub(crate) async fn take_on(plane: &Plane, call: &Call<'_>) -> Result<Taken, Refused> {
    let snapshot = plane.snapshot();
    let partner = snapshot
        .partners
        .get(call.client)
        .ok_or(Code::TokenInvalid)?;
    let at = |stage| telemetry::stage(stage, call.context);
    let root = Span::current();
    root.record("matchmark.partner", partner.id.as_str());
    let wishes = within(at(Stage::SchemaValidation), async {
        validate(&snapshot, call.document)
    });
    let wishes = wishes.await?;
    let (entry, version) = schema::EXPORT;
    root.record("matchmark.schema_version", format!("{entry}@{version}"));
    let membership = within(
        at(Stage::IdentityResolution),
        identify(plane, call, &wishes),
    );
    let membership = membership.await?;
    let granted = judge_again(plane, &snapshot, partner, &membership, &root);
    within(at(Stage::AccessPolicy), granted).await?;
    within(at(Stage::Egress), async {
        put(plane, &snapshot, call, &membership, &wishes).await
    })
    .await
}

fn validate(snapshot: &Snapshot, document: &Document) -> Result<Wishes, Refused> {
    let (entry, version) = schema::EXPORT;
    schema::judge(snapshot, entry, version, document).map_err(|invalid| Refused {
        code: invalid.code,
        expressions: Vec::new(),
        invalid: Some(invalid),
    })?;
    Wishes::read(document.value()).map_err(|unfit| Refused {
        code: unfit.code,
        expressions: vec![unfit.expression],
        invalid: None,
    })
}

/// The list, if it is the caller's; and every member that is named has to be on it.
async fn identify(plane: &Plane, call: &Call<'_>, wishes: &Wishes) -> Result<Membership, Refused> {
    let membership = plane.store.membership(call.client, call.group).await?;
    let membership = membership.ok_or(Code::NotYourResource)?;
    let known = plane.store.member(&membership.member).await?;
    let strangers: Vec<String> = wishes
        .members
        .iter()
        .filter(|(_, id)| id != known.patient.expose())
        .map(|(index, _)| format!("Parameters.parameter[{index}].valueReference.reference"))
        .collect();
    if strangers.is_empty() {
        return Ok(membership);
    }
    Err(Refused {
        code: Code::NoMatch,
        expressions: strangers,
        invalid: None,
    })
}

async fn put(
    plane: &Plane,
    snapshot: &Snapshot,
    call: &Call<'_>,
    membership: &Membership,
    wishes: &Wishes,
) -> Result<Taken, Refused> {
    let now = plane.now();
    plane.store.drop_expired_files(now).await?;
    let new = NewExport {
        id: ExportId::new(id::fresh(now)),
        client: call.client,
        member: &membership.member,
        group: call.group,
        wishes,
        fingerprint: call.fingerprint,
        business_transaction: &call.context.business_transaction,
        snapshot: snapshot.number,
        repeated_since: now.checked_sub_signed(window()).unwrap_or(now),
    };
    let (id, is_new) = plane.store.put_export(new, now).await?;
    Ok(Taken { id, is_new })
}

fn window() -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(REPEATED).unwrap_or_default()
}
