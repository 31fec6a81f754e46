//! The four questions that anybody asks about a request, answered from the log alone: was the caller authenticated, how was
//! the member found, where did it go, and how did it end?
//! Refuses to open a protected body for any of them.

use crate::store::audit::Search;
use crate::store::{Store, StoreError};
use domain::failure::Code;
use domain::record::{
    Action, Actor, AuditEvent, AuditRecord, ConsentTold, EndpointUrl, Instant, MatchTold, RouteTold,
};
use domain::workflow::Disposition;
use serde::Serialize;

/// What the log says of one request.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    pub request: String,
    /// The caller who was let in; null when nobody was.
    pub authenticated: Option<Authenticated>,
    /// How the member was found; null when nobody was.
    #[serde(rename = "match")]
    pub found: Option<MatchTold>,
    pub route: Option<RouteTold>,
    /// Where it went; null when it went nowhere.
    pub endpoint: Option<EndpointUrl>,
    pub consent: Option<ConsentTold>,
    pub standing: Standing,
    /// Why, when it did not succeed.
    pub code: Option<Code>,
    /// Positions of the events that say so.
    pub events: Vec<u64>,
}

/// Who was let in, and when.
#[derive(Debug, Serialize)]
pub(crate) struct Authenticated {
    pub actor: Actor,
    pub at: Instant,
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Standing {
    Accepted,
    Rejected,
    Queued,
}

/// What the log says of a request, named by any of its ids; none when it says nothing.
pub(crate) async fn answer(store: &Store, request: &str) -> Result<Option<Answer>, StoreError> {
    let mut records = about(store, request).await?;
    // The call by which it began is tied to it by the business transaction.
    let transaction = records
        .iter()
        .find_map(|record| record.event.business_transaction_id.clone());
    if let Some(transaction) = transaction.filter(|id| id.as_str() != request) {
        records.extend(about(store, transaction.as_str()).await?);
    }
    records.sort_by_key(|record| record.seq);
    records.dedup_by_key(|record| record.seq);
    Ok((!records.is_empty()).then(|| of(request, &records)))
}

async fn about(store: &Store, request: &str) -> Result<Vec<AuditRecord>, StoreError> {
    let search = Search {
        request: Some(request.to_owned()),
        ..Search::default()
    };
    store.audited(&search).await
}

fn of(request: &str, records: &[AuditRecord]) -> Answer {
    let last = records.iter().rev().map(|record| &record.event);
    let authenticated = records
        .iter()
        .find(|record| record.event.action == Action::Authenticated);
    Answer {
        request: request.to_owned(),
        authenticated: authenticated.map(|record| Authenticated {
            actor: record.event.actor.clone(),
            at: record.event.at,
        }),
        found: last.clone().find_map(|event| event.found.clone()),
        route: last.clone().find_map(|event| event.route.clone()),
        endpoint: last.clone().find_map(|event| event.endpoint.clone()),
        consent: last.clone().find_map(|event| event.consent.clone()),
        standing: last.clone().find_map(standing).unwrap_or(Standing::Queued),
        code: last.clone().find_map(ended).flatten(),
        events: records.iter().map(|record| record.seq).collect(),
    }
}

/// How it stood after the event; none when the event says nothing of that.
fn standing(event: &AuditEvent) -> Option<Standing> {
    if event.action == Action::Refused {
        return Some(Standing::Rejected);
    }
    Some(match event.disposition? {
        Disposition::Complete | Disposition::Partial => Standing::Accepted,
        Disposition::Queued => Standing::Queued,
        Disposition::Rejected
        | Disposition::Cancelled
        | Disposition::TimedOut
        | Disposition::Exhausted => Standing::Rejected,
    })
}

/// The code of the last event that says how it stands.
fn ended(event: &AuditEvent) -> Option<Option<Code>> {
    standing(event).map(|_| event.code)
}
