//! Takes an export on, or refuses it: form, list, wishes, permission, in this order.
//! Refuses to look at records; that is for the run.

use super::{drop_expired, judge_again};
use crate::data::respond::{Refused, within};
use crate::data::{Plane, schema};
use crate::id;
use crate::store::{List, NewExport};
use crate::telemetry::{self, Context, Stage};
use domain::Timestamp;
use domain::export::{Kind, Wishes};
use domain::failure::Code;
use domain::ids::{ExportId, MemberRef, PartnerId};
use domain::snapshot::{Partner, Snapshot};
use std::collections::BTreeSet;
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
    let mut wishes = wishes.await?;
    let (entry, version) = schema::EXPORT;
    root.record("matchmark.schema_version", format!("{entry}@{version}"));
    let list = within(
        at(Stage::IdentityResolution),
        identify(plane, call, &wishes),
    );
    let list = list.await?;
    wishes.persons = persons(&list, &wishes);
    within(at(Stage::AccessPolicy), async {
        permit(plane, &snapshot, partner, &list, &wishes, &root)
    })
    .await?;
    within(at(Stage::Egress), async {
        put(plane, &snapshot, call, &wishes).await
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
async fn identify(plane: &Plane, call: &Call<'_>, wishes: &Wishes) -> Result<List, Refused> {
    let list = plane.store.list(call.client, call.group).await?;
    let list = list.ok_or(Code::NotYourResource)?;
    let known: BTreeSet<&String> = list.members.iter().map(|m| m.patient.expose()).collect();
    let strangers: Vec<String> = wishes
        .members
        .iter()
        .filter(|(_, id)| !known.contains(id))
        .map(|(index, _)| format!("Parameters.parameter[{index}].valueReference.reference"))
        .collect();
    if strangers.is_empty() {
        return Ok(list);
    }
    Err(Refused {
        code: Code::NoMatch,
        expressions: strangers,
        invalid: None,
    })
}

/// The members that are named, as persons of our member store.
fn persons(list: &List, wishes: &Wishes) -> Vec<MemberRef> {
    let named: BTreeSet<&String> = wishes.members.iter().map(|(_, id)| id).collect();
    let persons = list.members.iter();
    persons
        .filter(|member| named.contains(member.patient.expose()))
        .map(|member| member.member.clone())
        .collect()
}

/// Does the permission of anybody who is wanted still hold? Who has lost it is left out when the files are written;
/// an export of nobody else is refused at once.
fn permit(
    plane: &Plane,
    snapshot: &Snapshot,
    partner: &Partner,
    list: &List,
    wishes: &Wishes,
    root: &Span,
) -> Result<(), Refused> {
    let wanted = list.members.iter().filter(|one| wishes.want(&one.member));
    let mut lost = None;
    for member in wanted {
        let judged =
            root.in_scope(|| judge_again(plane, snapshot, partner, member, member.standing));
        match judged {
            Ok(_) => return Ok(()),
            Err(code) => lost = lost.or(Some(code)),
        }
    }
    lost.map_or(Ok(()), |code| Err(code.into()))
}

async fn put(
    plane: &Plane,
    snapshot: &Snapshot,
    call: &Call<'_>,
    wishes: &Wishes,
) -> Result<Taken, Refused> {
    let now = plane.now();
    drop_expired(plane).await?;
    let new = NewExport {
        id: ExportId::new(id::fresh(now)),
        kind: Kind::DataExport,
        client: call.client,
        group: call.group,
        wishes,
        form: None,
        request: None,
        fingerprint: call.fingerprint,
        business_transaction: &call.context.business_transaction,
        snapshot: snapshot.number,
        repeated_since: repeated_since(now),
        answer: snapshot.calendar.answer(now),
    };
    let (id, is_new) = plane.store.put_export(new, now).await?;
    Ok(Taken { id, is_new })
}

/// Since when the same question is the same export.
pub(crate) fn repeated_since(now: Timestamp) -> Timestamp {
    let window = chrono::TimeDelta::from_std(REPEATED).unwrap_or_default();
    now.checked_sub_signed(window).unwrap_or(now)
}
