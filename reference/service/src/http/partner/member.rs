//! The records of one member, read with a token that is bound to that member.
//! Refuses every other member as one that does not exist.

use super::{Turned, admitted, counted, finish, found};
use crate::data::read::{Wanted, records_of};
use crate::http::Shared;
use crate::http::reply::context;
use crate::security::token::MEMBER_READ;
use crate::telemetry::{self, Context, RequestType, Stage};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::resilience::Operation;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tracing::Instrument;

/// The words of a query; only the published ones and our own of paging are looked at.
type Words = BTreeMap<String, String>;

/// Whom a call is about, and what of the records it wants.
struct Asked {
    patient: Option<String>,
    kind: Option<String>,
    words: Words,
}

pub(super) async fn everything(
    State(shared): State<Arc<Shared>>,
    Path(patient): Path<String>,
    Query(words): Query<Words>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked {
        patient: Some(patient),
        kind: None,
        words,
    };
    respond(&shared, &headers, &asked).await
}

pub(super) async fn of_kind(
    State(shared): State<Arc<Shared>>,
    Path(kind): Path<String>,
    Query(words): Query<Words>,
    headers: HeaderMap,
) -> Response {
    let named = words.get("patient");
    let patient = named.map(|id| id.strip_prefix("Patient/").unwrap_or(id).to_owned());
    let asked = Asked {
        patient,
        kind: Some(kind),
        words,
    };
    respond(&shared, &headers, &asked).await
}

async fn respond(shared: &Shared, headers: &HeaderMap, asked: &Asked) -> Response {
    let context = context(headers, shared.plane.now());
    let root = telemetry::root(&context, RequestType::MemberRead);
    let answered = answer(shared, &context, headers, asked)
        .instrument(root.clone())
        .await;
    finish(answered.map(|told| found(&told, &root)), &context, &root)
}

async fn answer(
    shared: &Shared,
    context: &Context,
    headers: &HeaderMap,
    asked: &Asked,
) -> Result<Value, Turned> {
    let span = telemetry::stage(Stage::Ingestion, context);
    let admitted = span.in_scope(|| bound(shared, headers, asked));
    let admitted = admitted.inspect_err(|turned| telemetry::failed(&span, turned.refused.code));
    let (client, patient) = admitted?;
    let number = |name: &str| asked.words.get(name).and_then(|word| word.parse().ok());
    let wanted = Wanted {
        client: &client,
        patient: &patient,
        kind: asked.kind.as_deref(),
        count: number("_count"),
        offset: number("_offset").unwrap_or_default(),
    };
    Ok(records_of(&shared.plane, context, &wanted, &shared.base).await?)
}

/// The caller and the member to whom its token is bound: that it is bound to this one, the boundary has settled.
fn bound(
    shared: &Shared,
    headers: &HeaderMap,
    asked: &Asked,
) -> Result<(PartnerId, Masked<String>), Turned> {
    let client = admitted(shared, headers, MEMBER_READ)?;
    counted(shared, &client, Operation::Retrieve)?;
    let patient = asked.patient.clone().ok_or(Code::NotYourResource)?;
    Ok((client, Masked::new(patient)))
}
