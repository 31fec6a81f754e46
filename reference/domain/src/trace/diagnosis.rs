//! From a trace to the three questions of whoever is on call: where did it stall, what failed, how many retries.
//! Refuses to guess: what the trace does not say stays open.

use super::{Attribute, Dependency, Further, Span, SpanKind, Stage};
use crate::failure::Code;

/// What a trace says of the place where an exchange stopped.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Diagnosis {
    /// The stage that failed; the last one that began when none did.
    pub stage: Option<Stage>,
    /// What the exchange depended on there.
    pub dependency: Option<Dependency>,
    /// Calls beyond the first.
    pub retries: Option<u32>,
    pub code: Option<Code>,
    /// Did a stage fail?
    pub failed: bool,
}

/// Reads the diagnosis from finished spans, in any order.
#[must_use]
pub fn diagnose(spans: &[Span]) -> Diagnosis {
    let root = spans
        .iter()
        .find(|span| span.kind() == Some(SpanKind::Exchange));
    let said = |name: &str| root.and_then(|root| root.attribute(name));
    let mut stages: Vec<(&Span, Stage)> = spans
        .iter()
        .filter_map(|span| Some((span, span.kind()?.stage()?)))
        .collect();
    stages.sort_by_key(|(span, stage)| (span.start, *stage));
    let failing = stages.iter().find(|(span, _)| span.is_error);
    let code = |span: &Span| span.attribute(Further::Code.word())?.parse().ok();
    Diagnosis {
        stage: failing.or(stages.last()).map(|(_, stage)| *stage),
        dependency: said(Attribute::Dependency.word()).and_then(|word| word.parse().ok()),
        retries: said(Attribute::RetryCount.word()).and_then(|number| number.parse().ok()),
        code: failing
            .and_then(|(span, _)| code(span))
            .or_else(|| root.and_then(code)),
        failed: failing.is_some(),
    }
}
