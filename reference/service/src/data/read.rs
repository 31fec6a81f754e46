//! The records of one member, read at once instead of exported: everything, or one kind, page by page.
//! Refuses a member whom the caller was not matched with, and a permission that was not judged again.

use super::export::judge_again;
use super::export::run::payer;
use super::respond::{Refused, within};
use super::{Outage, Plane};
use crate::store::Membership;
use crate::store::audit::act;
use crate::telemetry::{self, Context, Dependency, Stage};
use domain::export::{CLAIMS, Source, claim, records, without_amounts};
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::record::{Action, Actor, ActorKind, AuditEvent, Given, Instant};
use domain::snapshot::Snapshot;
use serde_json::{Value, json};
use tracing::Span;

/// Records in one page, when the caller does not say, and at most.
///
/// Source: ours; FHIR leaves it to the server
const USUAL: usize = 50;
const MOST: usize = 200;

/// What of a member is read.
pub(crate) struct Wanted<'a> {
    pub client: &'a PartnerId,
    /// Logical id of the Patient.
    pub patient: &'a Masked<String>,
    /// One kind of record, or everything.
    pub kind: Option<&'a str>,
    pub count: Option<usize>,
    pub offset: usize,
}

/// A page of the records of a member.
///
/// Source: PDex 2.2.0 pdex-222 to pdex-224; FHIR R4 Patient $everything
pub(crate) async fn records_of(
    plane: &Plane,
    context: &Context,
    wanted: &Wanted<'_>,
    base: &str,
) -> Result<Value, Refused> {
    let snapshot = plane.snapshot();
    let partner = snapshot.partners.get(wanted.client);
    let partner = partner.ok_or(Code::TokenInvalid)?;
    let at = |stage| telemetry::stage(stage, context);
    let root = Span::current();
    root.record("matchmark.partner", partner.id.as_str());
    let found = within(at(Stage::IdentityResolution), async {
        let patient = wanted.patient.expose();
        let found = plane.store.membership_of(wanted.client, patient).await?;
        found.ok_or_else(|| Refused::new(Code::NotYourResource))
    });
    let membership = found.await?;
    within(at(Stage::AccessPolicy), async {
        let standing = membership.standing;
        let judged =
            root.in_scope(|| judge_again(plane, &snapshot, partner, &membership, standing));
        judged.map_err(Refused::new)
    })
    .await?;
    let records = within(at(Stage::SourceRetrieval), async {
        root.record("matchmark.dependency", Dependency::SourceStore.word());
        retrieved(plane, &snapshot, &membership).await
    });
    let records = records.await?;
    let noted = note(plane, context, wanted.client, "records/read-by-a-partner");
    within(at(Stage::Egress), noted).await?;
    let span = at(Stage::Transformation);
    Ok(span.in_scope(|| page(wanted, &records, base)))
}

/// Writes down that a partner reads protected bodies, before they leave.
///
/// Errors: it cannot be written down, so that nothing is given
pub(crate) async fn note(
    plane: &Plane,
    context: &Context,
    client: &PartnerId,
    rule: &'static str,
) -> Result<(), Refused> {
    let actor = Actor {
        kind: ActorKind::Client,
        id: client.as_str().parse().map_err(|_| Code::TokenInvalid)?,
        role: "partner".parse().map_err(|_| Code::TokenInvalid)?,
    };
    let number = plane.snapshot().number;
    let reading = AuditEvent {
        business_transaction_id: Some(context.business_transaction.clone()),
        correlation_id: Some(context.correlation.clone()),
        partner: Some(client.clone()),
        rule: rule.parse().ok(),
        ..act(plane.now(), actor, Action::PayloadRead, number)?
    };
    Ok(plane.store.note_reading(reading).await?)
}

/// Everything that we hold of the member within the window, oldest first, and who passed it on.
async fn retrieved(
    plane: &Plane,
    snapshot: &Snapshot,
    membership: &Membership,
) -> Result<Vec<Value>, Refused> {
    plane.conditions.check(Outage::MemberStore)?;
    let history = plane.store.history_of(&membership.member).await?;
    let now = Instant::new(plane.now());
    let payer = payer(snapshot);
    let source = Source {
        patient: &membership.patient,
        payer: &payer,
        financial: history.financial,
    };
    let days = history.days(&Given::floor(now.day())).concat();
    let mut all: Vec<Value> = days
        .iter()
        .map(|day| without_amounts(&claim(&source, *day).1))
        .collect();
    let files = records(&all, &payer, now);
    let passed_on = files.iter().filter(|file| file.kind != CLAIMS);
    let passed_on = passed_on.flat_map(|file| file.text.lines());
    all.extend(passed_on.filter_map(|line| serde_json::from_str(line).ok()));
    Ok(all)
}

fn page(wanted: &Wanted<'_>, records: &[Value], base: &str) -> Value {
    let count = wanted.count.unwrap_or(USUAL).clamp(1, MOST);
    let of_kind = |record: &&Value| {
        let kind = record.get("resourceType").and_then(Value::as_str);
        wanted.kind.is_none() || wanted.kind == kind
    };
    let all: Vec<&Value> = records.iter().filter(of_kind).collect();
    let entries: Vec<Value> = all
        .iter()
        .skip(wanted.offset)
        .take(count)
        .map(|record| json!({"resource": record, "search": {"mode": "match"}}))
        .collect();
    let next = wanted.offset.saturating_add(count);
    let mut links = vec![link("self", wanted, count, wanted.offset, base)];
    if next < all.len() {
        links.push(link("next", wanted, count, next, base));
    }
    let mut bundle = json!({
        "resourceType": "Bundle", "type": "searchset", "total": all.len(), "link": links,
    });
    if let (Some(members), false) = (bundle.as_object_mut(), entries.is_empty()) {
        members.insert("entry".to_owned(), entries.into());
    }
    bundle
}

fn link(relation: &str, wanted: &Wanted<'_>, count: usize, offset: usize, base: &str) -> Value {
    let patient = wanted.patient.expose();
    let place = match wanted.kind {
        None => format!("{base}/Patient/{patient}/$everything?"),
        Some(kind) => format!("{base}/{kind}?patient={patient}&"),
    };
    json!({"relation": relation, "url": format!("{place}_count={count}&_offset={offset}")})
}
