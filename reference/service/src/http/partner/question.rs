//! A question in the body of a call: its caller is known before it is read, and under a key it is answered once.
//! Refuses to know what is asked.

use super::{Turned, admitted, counted, document_within};
use crate::data::once::once;
use crate::http::Shared;
use crate::http::reply::{given, key};
use crate::store::{Kept, Scope};
use crate::telemetry::{self, Context, Stage};
use axum::body::Body;
use axum::http::HeaderMap;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::resilience::Operation;
use std::future::Future;
use tracing::Instrument;
use wire::json::{Document, Limits};

/// What is particular to a kind of question.
pub(super) struct Question {
    pub scope: &'static str,
    pub operation: Operation,
    pub body: Limits,
    /// Is it answered with the place where its progress is told?
    pub comes_later: bool,
}

/// What a call brings besides its body.
pub(super) type Called<'a> = (&'a Shared, &'a Context, &'a HeaderMap);

impl Question {
    /// Who asks, and what, in the span of its stage; nothing of it has been judged but its form.
    pub(super) async fn ingested(
        &self,
        (shared, context, headers): Called<'_>,
        body: Body,
    ) -> Result<(PartnerId, Document), Turned> {
        let span = telemetry::stage(Stage::Ingestion, context);
        let ingested = self.ingest(shared, headers, body);
        let ingested = ingested.instrument(span.clone()).await;
        ingested.inspect_err(|turned| telemetry::failed(&span, turned.refused.code))
    }

    async fn ingest(
        &self,
        shared: &Shared,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<(PartnerId, Document), Turned> {
        let client = admitted(shared, headers, self.scope)?;
        counted(shared, &client, self.operation)?;
        if self.comes_later && !is_async(headers) {
            // The table of codes has no finer word for a header that is missing.
            return Err(Code::NotJson.into());
        }
        Ok((client, document_within(body, &self.body).await?))
    }

    /// Carries it out, unless it has been under its key.
    pub(super) async fn once(
        &self,
        (shared, _, headers): Called<'_>,
        (client, print): (&PartnerId, impl FnOnce() -> String),
        work: impl Future<Output = Kept>,
    ) -> Result<Kept, Turned> {
        let Some(key) = key(headers, "idempotency-key")? else {
            return Ok(work.await);
        };
        let scope = Scope {
            client: client.as_str(),
            operation: self.operation.word(),
            key,
        };
        Ok(given(once(&shared.plane, scope, &print(), work).await?)?)
    }
}

/// Does the caller bear an answer that comes later?
///
/// Source: Bulk Data 2.0.0 kick-off request; RFC 7240
fn is_async(headers: &HeaderMap) -> bool {
    headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .any(|wish| wish.trim().eq_ignore_ascii_case("respond-async"))
}
