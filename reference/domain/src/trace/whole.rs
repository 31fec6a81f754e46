//! A trace from what was noted while an exchange went on: its stages and calls, and at the end the root above them.
//! Refuses to invent a stage that passed: one that was not noted is told only where the exchange failed in it.

use super::{Attribute, Dependency, Further, Span, SpanId, SpanKind, Stage, TraceId};
use crate::Timestamp;
use crate::consent::ConsentStatus;
use crate::failure::Code;
use crate::identity::Band;
use crate::ids::{BusinessTransactionId, CorrelationId, PartnerId};
use crate::record::{EntryVersion, RequestType};
use crate::workflow::Disposition;
use std::collections::BTreeMap;

/// A stage or a call that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    pub id: SpanId,
    pub kind: SpanKind,
    pub start: Timestamp,
    pub end: Timestamp,
    pub correlation: Option<CorrelationId>,
    pub is_error: bool,
    pub code: Option<Code>,
    /// What the stage found, for the root to tell: how the consent stands, how sure the match is.
    pub said: Option<Said>,
}

/// What a stage found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Consent(ConsentStatus),
    Confidence(Band),
}

/// The exchange that a trace tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub trace: TraceId,
    pub business_transaction: BusinessTransactionId,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub partner: PartnerId,
    pub request_type: RequestType,
    pub schema_version: Option<EntryVersion>,
    pub retries: u32,
    pub disposition: Disposition,
    pub code: Option<Code>,
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Outcome {
    /// Did it fail in one of its stages? Whoever cancels fails in none.
    const fn failed(&self) -> bool {
        match self.disposition {
            Disposition::Rejected | Disposition::TimedOut | Disposition::Exhausted => true,
            Disposition::Queued
            | Disposition::Complete
            | Disposition::Partial
            | Disposition::Cancelled => false,
        }
    }
}

impl Told {
    /// What was noted, as a span below the root or below the stage that retrieves.
    #[must_use]
    pub fn span(&self, noted: &Noted) -> Span {
        let parent = match noted.kind.stage() {
            Some(_) => self.trace.root(),
            None => self.trace.stage(Stage::SourceRetrieval),
        };
        let correlation = noted.correlation.as_ref();
        let correlation =
            correlation.map(|id| (Further::Correlation.word().to_owned(), id.to_string()));
        let mut span = self.bare(noted.id, noted.kind, (noted.start, noted.end));
        span.parent = Some(parent.to_string());
        span.is_error = noted.is_error;
        span.attributes.extend(correlation);
        span.attributes.extend(noted.code.map(code));
        span
    }

    /// The spans that are known only when the exchange has ended: the stage that retrieves, the one that failed if it
    /// was not noted, and the root.
    #[must_use]
    pub fn closing(&self, outcome: &Outcome, noted: &[Noted]) -> Vec<Span> {
        let failing = failing(outcome, noted);
        let last = last(noted).max(failing);
        let mut spans = Vec::new();
        if has_calls(noted) || last >= Some(Stage::SourceRetrieval) {
            let time = retrieving(outcome, noted, failing);
            spans.push(self.due(Stage::SourceRetrieval, time, failing, outcome));
        }
        let unnoted = failing.filter(|stage| *stage != Stage::SourceRetrieval);
        if let Some(stage) = unnoted {
            spans.push(self.due(stage, (outcome.end, outcome.end), failing, outcome));
        }
        let depends = match spans.first() {
            Some(_) if last >= Some(Stage::SourceRetrieval) || has_calls(noted) => {
                Dependency::Partner
            }
            Some(_) | None => Dependency::None,
        };
        spans.push(self.root(outcome, noted, depends));
        spans
    }

    fn root(&self, outcome: &Outcome, noted: &[Noted], depends: Dependency) -> Span {
        let kind = SpanKind::Exchange;
        let mut root = self.bare(self.trace.root(), kind, (outcome.start, outcome.end));
        root.is_error = outcome.failed();
        for attribute in Attribute::ALL {
            let word = told(*attribute, outcome, noted, depends);
            root.attributes.insert(attribute.word().to_owned(), word);
        }
        root.attributes.extend(outcome.code.map(code));
        root
    }

    fn due(
        &self,
        stage: Stage,
        time: (Timestamp, Timestamp),
        failing: Option<Stage>,
        outcome: &Outcome,
    ) -> Span {
        let mut span = self.bare(self.trace.stage(stage), SpanKind::of(stage), time);
        span.parent = Some(self.trace.root().to_string());
        span.is_error = failing == Some(stage);
        let why = outcome.code.filter(|_| span.is_error);
        span.attributes.extend(why.map(code));
        span
    }

    fn bare(&self, id: SpanId, kind: SpanKind, (start, end): (Timestamp, Timestamp)) -> Span {
        let transaction = Further::BusinessTransaction.word().to_owned();
        Span {
            id: id.to_string(),
            parent: None,
            name: kind.word().to_owned(),
            attributes: BTreeMap::from([(transaction, self.business_transaction.to_string())]),
            is_error: false,
            start,
            end: end.max(start),
        }
    }
}

fn code(code: Code) -> (String, String) {
    (Further::Code.word().to_owned(), code.to_string())
}

fn told(attribute: Attribute, outcome: &Outcome, noted: &[Noted], depends: Dependency) -> String {
    let said = |found: fn(Said) -> Option<&'static str>| {
        let mut said = noted.iter().rev().filter_map(|noted| noted.said);
        said.find_map(found)
    };
    match attribute {
        Attribute::Partner => outcome.partner.to_string(),
        Attribute::RequestType => outcome.request_type.to_string(),
        Attribute::SchemaVersion => {
            let version = outcome.schema_version.as_ref();
            version.map_or_else(|| "none".to_owned(), ToString::to_string)
        }
        Attribute::ConsentStatus => said(|said| match said {
            Said::Consent(status) => Some(status.word()),
            Said::Confidence(_) => None,
        })
        .unwrap_or(ConsentStatus::NotNeeded.word())
        .to_owned(),
        Attribute::MatchConfidence => said(|said| match said {
            Said::Confidence(band) => Some(band.word()),
            Said::Consent(_) => None,
        })
        .unwrap_or(Band::None.word())
        .to_owned(),
        Attribute::Dependency => depends.to_string(),
        Attribute::RetryCount => outcome.retries.to_string(),
        Attribute::Disposition => outcome.disposition.to_string(),
    }
}

fn has_calls(noted: &[Noted]) -> bool {
    noted.iter().any(|noted| noted.kind.stage().is_none())
}

fn last(noted: &[Noted]) -> Option<Stage> {
    noted.iter().filter_map(|noted| noted.kind.stage()).max()
}

/// The stage in which the exchange failed, where none that was noted says so: the one that it had come to.
fn failing(outcome: &Outcome, noted: &[Noted]) -> Option<Stage> {
    let is_noted = |noted: &Noted| noted.is_error && noted.kind.stage().is_some();
    if !outcome.failed() || noted.iter().any(is_noted) {
        return None;
    }
    let reached = last(noted);
    let next = Stage::ALL.iter().find(|stage| Some(**stage) > reached);
    let next = next.copied().unwrap_or(Stage::Egress);
    let called = has_calls(noted) && next < Stage::SourceRetrieval;
    Some(if called { Stage::SourceRetrieval } else { next })
}

/// From the first call to the last, or to where the exchange went on or failed.
fn retrieving(
    outcome: &Outcome,
    noted: &[Noted],
    failing: Option<Stage>,
) -> (Timestamp, Timestamp) {
    let calls = || noted.iter().filter(|noted| noted.kind.stage().is_none());
    let after = noted
        .iter()
        .filter(|noted| noted.kind.stage() > Some(Stage::SourceRetrieval));
    let over = after.map(|noted| noted.start).min();
    let start = calls().map(|noted| noted.start).min();
    let start = start.or(over).unwrap_or(outcome.end);
    let end = match failing {
        Some(Stage::SourceRetrieval) => Some(outcome.end),
        Some(_) | None => over.or_else(|| calls().map(|noted| noted.end).max()),
    };
    (start, end.unwrap_or(start))
}

#[cfg(test)]
mod tests;
