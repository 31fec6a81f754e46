//! An export that was taken on: how it stands, its list and its files, and giving it up.
//! Refuses everybody but the partner that asked for it.

use super::bulk::ending;
use super::{SPEC_VERSION, Turned, admitted_for, counted, finish};
use crate::data::doorstep::{One, Taken};
use crate::data::export::fetch::{self, Asker, File, Standing};
use crate::http::Shared;
use crate::http::body::in_room;
use crate::http::listener::Peer;
use crate::http::outcome::FHIR;
use crate::http::reply::{context, reply, text, with_header};
use crate::security::token::{BULK_MEMBER_MATCH, DATA_EXPORT};
use crate::store::Kept;
use crate::telemetry::{self, Context, RequestType, Stage};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::export::Kind;
use domain::ids::ExportId;
use domain::masked::Masked;
use domain::record::{AsyncStatus, HttpDate, Percent, Seconds};
use domain::resilience::Operation;
use domain::workflow::Disposition;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tracing::{Instrument, Span};
use wire::outcome::{Code as Outcome, OperationOutcome};

/// What callers are told to wait before they ask again.
///
/// Source: ours; a year of service takes a fraction of it
const ASK_AGAIN: Duration = Duration::from_secs(2);

pub(super) async fn status(
    State(shared): State<Arc<Shared>>,
    Path(export): Path<String>,
    peer: ConnectInfo<Peer>,
    headers: HeaderMap,
) -> Response {
    let (id, shared) = (ExportId::new(export), &shared);
    let version = text(&headers, SPEC_VERSION);
    let called = (&headers, peer.one(), Operation::Poll);
    answered(shared, called, |asker| async move {
        let (plane, base) = (&shared.plane, &shared.base);
        let standing = fetch::standing(plane, &asker, &id, base, version).await?;
        let (told, room) = told(standing);
        Ok(match room {
            // Only the older form has its room.
            Some(room) => (ending(plane, told), Some(room)),
            None => (told, None),
        })
    })
    .await
}

pub(super) async fn cancel(
    State(shared): State<Arc<Shared>>,
    Path(export): Path<String>,
    peer: ConnectInfo<Peer>,
    headers: HeaderMap,
) -> Response {
    let (id, shared) = (ExportId::new(export), &shared);
    let called = (&headers, peer.one(), Operation::Poll);
    answered(shared, called, |asker| async move {
        fetch::cancel(&shared.plane, &asker, &id).await?;
        Span::current().record("matchmark.disposition", Disposition::Cancelled.word());
        Ok((empty(202), None))
    })
    .await
}

pub(super) async fn file(
    State(shared): State<Arc<Shared>>,
    Path((export, name)): Path<(String, String)>,
    peer: ConnectInfo<Peer>,
    headers: HeaderMap,
) -> Response {
    let (id, shared) = (ExportId::new(export), &shared);
    let called = (&headers, peer.one(), Operation::Retrieve);
    answered(shared, called, |asker| async move {
        let file = fetch::file(&shared.plane, &asker, &id, &name).await?;
        Ok(match file {
            File::Lines(body, room) => {
                let typed = typed(200, "application/fhir+ndjson");
                (Kept { body, ..typed }, Some(room))
            }
            File::Gone => (gone(), None),
        })
    })
    .await
}

/// An answer, and the room that was taken for it where it is a long one.
type Roomed = (Kept, Option<Taken>);

/// Admits the caller, answers the call, and tells of it.
async fn answered<'a, F, A>(
    shared: &'a Shared,
    (headers, one, operation): (&HeaderMap, One, Operation),
    answer: F,
) -> Response
where
    F: FnOnce(Asker) -> A,
    A: Future<Output = Result<Roomed, Turned>> + 'a,
{
    let context = context(headers, shared.plane.now());
    let root = telemetry::root(&context, RequestType::DataExport);
    let ingested = root.in_scope(|| ingest(shared, (headers, one), operation, &context));
    let answered = match ingested {
        Ok(asker) => {
            root.record("matchmark.partner", asker.client.as_str());
            answer(asker).instrument(root.clone()).await
        }
        Err(turned) => Err(turned),
    };
    match answered {
        Ok((kept, Some(room))) => in_room(finish(Ok(kept), &context, &root), room),
        Ok((kept, None)) => finish(Ok(kept), &context, &root),
        Err(turned) => finish(Err(turned), &context, &root),
    }
}

/// What each right opens: a bulk match is answered to whoever may ask for one, data to whoever may have them.
const OPENS: [(&str, Kind); 2] = [
    (DATA_EXPORT, Kind::DataExport),
    (BULK_MEMBER_MATCH, Kind::BulkMatch),
];

fn ingest(
    shared: &Shared,
    (headers, one): (&HeaderMap, One),
    operation: Operation,
    context: &Context,
) -> Result<Asker, Turned> {
    let span = telemetry::stage(Stage::Ingestion, context);
    let admitted = span.in_scope(|| {
        let client = admitted_for(shared, headers, [DATA_EXPORT, BULK_MEMBER_MATCH])?;
        counted(shared, &client, operation)?;
        Ok(client)
    });
    let client =
        admitted.inspect_err(|turned: &Turned| telemetry::failed(&span, turned.refused.code))?;
    let now = shared.plane.now();
    let has = |scope| shared.gate.may(headers, scope, now);
    let may = OPENS.iter().filter(|(scope, _)| has(scope));
    Ok(Asker {
        client,
        one,
        may: may.map(|(_, kind)| *kind).collect(),
    })
}

fn told(standing: Standing) -> Roomed {
    let (kept, status, room) = match standing {
        Standing::Open { done, parts } => (
            empty(202),
            AsyncStatus::InProgress {
                x_progress: Percent::of(done, parts.max(1)),
                retry_after: Seconds::of(ASK_AGAIN),
            },
            None,
        ),
        Standing::Complete { list, expires } => (
            reply(200, "application/json", &list),
            AsyncStatus::Complete {
                expires: HttpDate::of(expires),
            },
            None,
        ),
        Standing::Answer {
            body,
            expires,
            room,
        } => (
            reply(200, FHIR, &body),
            AsyncStatus::Complete {
                expires: HttpDate::of(expires),
            },
            Some(room),
        ),
    };
    let headers = status.headers().into_iter();
    let kept = headers.fold(kept, |kept, (name, value)| with_header(kept, name, value));
    (kept, room)
}

/// The table of codes has no word for what was there once: it says what is not there, the status says the rest.
fn gone() -> Kept {
    reply(
        410,
        FHIR,
        &OperationOutcome::new(Outcome::Auth, 404, Vec::new()),
    )
}

fn empty(status: u16) -> Kept {
    Kept {
        status,
        headers: Vec::new(),
        body: Masked::new(Vec::new()),
    }
}

fn typed(status: u16, media: &str) -> Kept {
    with_header(empty(status), "content-type", media)
}
