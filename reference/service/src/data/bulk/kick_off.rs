//! Takes a bulk match on, or refuses it as a whole: version, form, references.
//! Refuses to look anybody up, and to weigh a permission; that is for the run, member by member.

use super::edition;
use crate::data::export::drop_expired;
use crate::data::export::kick_off::{Taken, repeated_since};
use crate::data::respond::{Refused, within};
use crate::data::{Plane, schema};
use crate::id;
use crate::store::NewExport;
use crate::telemetry::{self, Context, Stage};
use domain::bulk::{Form, read};
use domain::export::{Kind, Wishes};
use domain::failure::Code;
use domain::ids::{ExportId, PartnerId};
use domain::masked::Masked;
use domain::snapshot::{Partner, Snapshot};
use tracing::Span;
use wire::json::Document;

/// A kick-off that has passed ingestion.
pub(crate) struct Call<'a> {
    pub context: &'a Context,
    pub client: &'a PartnerId,
    pub document: &'a Document,
    pub fingerprint: &'a str,
    /// The caller's choice of a version, if it made one.
    pub version: Option<&'a str>,
}

/// Takes a bulk match on, or refuses it.
pub(crate) async fn take_on(plane: &Plane, call: &Call<'_>) -> Result<Taken, Refused> {
    let snapshot = plane.snapshot();
    let partner = snapshot
        .partners
        .get(call.client)
        .ok_or(Code::TokenInvalid)?;
    let at = |stage| telemetry::stage(stage, call.context);
    let root = Span::current();
    root.record("matchmark.partner", partner.id.as_str());
    let form = within(at(Stage::SchemaValidation), async {
        validate(plane, &snapshot, partner, call, &root)
    });
    let form = form.await?;
    within(at(Stage::Egress), async {
        put(plane, &snapshot, call, form).await
    })
    .await
}

fn validate(
    plane: &Plane,
    snapshot: &Snapshot,
    partner: &Partner,
    call: &Call<'_>,
    root: &Span,
) -> Result<Form, Refused> {
    let edition = edition(plane, partner, call.version).ok_or(Code::SchemaInvalid)?;
    let form = snapshot.overlap.given(edition.form, plane.now());
    let form = form.ok_or(Code::SchemaInvalid)?;
    let version = edition.schema_version.as_str();
    root.record(
        "matchmark.schema_version",
        format!("{}@{version}", schema::BULK),
    );
    schema::judge(snapshot, schema::BULK, version, call.document).map_err(|invalid| Refused {
        code: invalid.code,
        expressions: Vec::new(),
        invalid: Some(invalid),
    })?;
    read(call.document.value()).map_err(|unfit| Refused {
        code: unfit.code,
        expressions: unfit.expressions,
        invalid: None,
    })?;
    Ok(form)
}

async fn put(
    plane: &Plane,
    snapshot: &Snapshot,
    call: &Call<'_>,
    form: Form,
) -> Result<Taken, Refused> {
    let now = plane.now();
    drop_expired(plane).await?;
    let new = NewExport {
        id: ExportId::new(id::fresh(now)),
        kind: Kind::BulkMatch,
        client: call.client,
        group: &format!("grp-{}", id::fresh(now)),
        wishes: &Wishes::default(),
        form: Some(form),
        request: Some(Masked::new(call.document.value().to_string().into_bytes())),
        fingerprint: call.fingerprint,
        business_transaction: &call.context.business_transaction,
        snapshot: snapshot.number,
        repeated_since: repeated_since(now),
        answer: snapshot.calendar.answer(now),
    };
    let (id, is_new) = plane.store.put_export(new, now).await?;
    Ok(Taken { id, is_new })
}
