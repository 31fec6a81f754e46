//! Holds a trace against its form: one root, the stages in their order, every attribute there and from its vocabulary.
//! Refuses to repair one.

use super::{Attribute, Further, Span, SpanKind, Stage};
use crate::consent::ConsentStatus;
use crate::identity::Band;
use crate::ids::PartnerId;
use crate::record::{EntryVersion, RequestType};
use crate::trace::Dependency;
use crate::workflow::Disposition;
use std::collections::BTreeSet;

/// What a trace may hold at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most retries that a policy allows.
    pub retries: u32,
}

/// What is wrong with a trace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Lapse {
    #[error("there is no root span")]
    NoRoot,
    #[error("there are {0} root spans")]
    Roots(usize),
    #[error("a span has a parent that is not in the trace")]
    Orphan,
    #[error("a span is none of the known kinds")]
    Kind,
    #[error("the span {0} is not where it belongs")]
    Misplaced(SpanKind),
    #[error("the stage {0} is missing")]
    Missing(Stage),
    #[error("the stage {0} is there twice")]
    Twice(Stage),
    #[error("the stage {0} ran out of its order")]
    Order(Stage),
    #[error("the stage {0} ran after one had failed")]
    AfterFailure(Stage),
    #[error("the exchange failed and no stage says so")]
    Unmarked,
    #[error("the root lacks {0}")]
    Lacks(Attribute),
    #[error("{0} is not of its vocabulary")]
    Vocabulary(Attribute),
    #[error("an attribute is not of the closed set")]
    Open,
    #[error("a span tells another business transaction, or none")]
    Transaction,
}

/// Everything that is wrong, in a fixed order; nothing for a trace of the right form.
#[must_use]
pub fn lint(spans: &[Span], limits: &Limits) -> Vec<Lapse> {
    let mut lapses = BTreeSet::new();
    let roots: Vec<&Span> = spans.iter().filter(|span| span.parent.is_none()).collect();
    match roots.as_slice() {
        [] => drop(lapses.insert(Lapse::NoRoot)),
        [root] => of_root(root, spans, limits, &mut lapses),
        more => drop(lapses.insert(Lapse::Roots(more.len()))),
    }
    for span in spans {
        of_span(span, spans, &mut lapses);
    }
    lapses.into_iter().collect()
}

fn of_root(root: &Span, spans: &[Span], limits: &Limits, lapses: &mut BTreeSet<Lapse>) {
    if root.kind() != Some(SpanKind::Exchange) {
        lapses.insert(Lapse::Kind);
    }
    for attribute in Attribute::ALL {
        match root.attribute(attribute.word()) {
            None => drop(lapses.insert(Lapse::Lacks(*attribute))),
            Some(word) if !fits(*attribute, word, limits) => {
                lapses.insert(Lapse::Vocabulary(*attribute));
            }
            Some(_) => {}
        }
    }
    let transaction = root.attribute(Further::BusinessTransaction.word());
    let same = |span: &Span| span.attribute(Further::BusinessTransaction.word()) == transaction;
    if transaction.is_none() || !spans.iter().all(same) {
        lapses.insert(Lapse::Transaction);
    }
    of_stages(root, spans, lapses);
}

fn fits(attribute: Attribute, word: &str, limits: &Limits) -> bool {
    match attribute {
        Attribute::Partner => word.parse::<PartnerId>().is_ok(),
        Attribute::RequestType => word.parse::<RequestType>().is_ok(),
        Attribute::SchemaVersion => word == "none" || word.parse::<EntryVersion>().is_ok(),
        Attribute::ConsentStatus => word.parse::<ConsentStatus>().is_ok(),
        Attribute::MatchConfidence => word.parse::<Band>().is_ok(),
        Attribute::Dependency => word.parse::<Dependency>().is_ok(),
        Attribute::RetryCount => word
            .parse::<u32>()
            .is_ok_and(|count| count <= limits.retries),
        Attribute::Disposition => word.parse::<Disposition>().is_ok(),
    }
}

/// The stages run one after the other; a failing one is the last; all seven are there when none fails.
fn of_stages(root: &Span, spans: &[Span], lapses: &mut BTreeSet<Lapse>) {
    let below = spans
        .iter()
        .filter(|span| span.parent.as_deref() == Some(&root.id));
    let mut stages: Vec<(Stage, &Span)> = below
        .filter_map(|span| Some((span.kind()?.stage()?, span)))
        .collect();
    stages.sort_by_key(|(stage, span)| (span.start, *stage));
    let mut last: Option<Stage> = None;
    let mut failed = false;
    for (stage, span) in &stages {
        match last {
            Some(before) if before == *stage => drop(lapses.insert(Lapse::Twice(*stage))),
            Some(before) if before > *stage => drop(lapses.insert(Lapse::Order(*stage))),
            Some(_) | None => {}
        }
        if failed {
            lapses.insert(Lapse::AfterFailure(*stage));
        }
        failed |= span.is_error;
        last = last.max(Some(*stage));
    }
    // Whoever cancels lets no stage fail: the exchange stops where it was.
    let cancelled = root.attribute(Attribute::Disposition.word());
    let stopped = failed || cancelled == Some(Disposition::Cancelled.word());
    let due = Stage::ALL
        .iter()
        .filter(|stage| !stopped || Some(**stage) <= last);
    for stage in due {
        if !stages.iter().any(|(there, _)| there == stage) {
            lapses.insert(Lapse::Missing(*stage));
        }
    }
    if root.is_error && !failed {
        lapses.insert(Lapse::Unmarked);
    }
}

fn of_span(span: &Span, spans: &[Span], lapses: &mut BTreeSet<Lapse>) {
    let parent = span.parent.as_ref();
    let above = parent.and_then(|id| spans.iter().find(|other| other.id == *id));
    if parent.is_some() && above.is_none() {
        lapses.insert(Lapse::Orphan);
    }
    let Some(kind) = span.kind() else {
        lapses.insert(Lapse::Kind);
        return;
    };
    let above = above.and_then(Span::kind);
    let belongs = match kind {
        SpanKind::Exchange => parent.is_none(),
        SpanKind::Attempt | SpanKind::Poll | SpanKind::Callback => {
            above == Some(SpanKind::SourceRetrieval)
        }
        SpanKind::Ingestion
        | SpanKind::SchemaValidation
        | SpanKind::IdentityResolution
        | SpanKind::AccessPolicy
        | SpanKind::SourceRetrieval
        | SpanKind::Transformation
        | SpanKind::Egress => above == Some(SpanKind::Exchange),
    };
    if !belongs {
        lapses.insert(Lapse::Misplaced(kind));
    }
    let closed =
        |name: &String| name.parse::<Attribute>().is_ok() || name.parse::<Further>().is_ok();
    if !span.attributes.keys().all(closed) {
        lapses.insert(Lapse::Open);
    }
}

#[cfg(test)]
mod tests;
