//! What was noted makes a trace of the right form, however the exchange ended.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;
use crate::ids::ExchangeId;
use crate::trace::{Limits, diagnose, lint};
use chrono::TimeDelta;

const LIMITS: Limits = Limits { retries: 8 };

fn at(second: i64) -> Timestamp {
    "2026-10-01T12:00:00Z".parse::<Timestamp>().unwrap() + TimeDelta::seconds(second)
}

fn about() -> Told {
    Told {
        trace: TraceId::of_exchange(&ExchangeId::new("e1"), 0),
        business_transaction: BusinessTransactionId::new("t1"),
    }
}

fn stage(stage: Stage, second: i64) -> Noted {
    let said = match stage {
        Stage::IdentityResolution => Some(Said::Confidence(Band::Exact)),
        Stage::AccessPolicy => Some(Said::Consent(ConsentStatus::Granted)),
        Stage::Ingestion
        | Stage::SchemaValidation
        | Stage::SourceRetrieval
        | Stage::Transformation
        | Stage::Egress => None,
    };
    Noted {
        id: about().trace.stage(stage),
        kind: SpanKind::of(stage),
        start: at(second),
        end: at(second),
        correlation: None,
        is_error: false,
        code: None,
        said,
    }
}

fn call(kind: SpanKind, name: &str, second: i64) -> Noted {
    let correlation = CorrelationId::new(name);
    Noted {
        id: about().trace.call(&correlation, 0),
        kind,
        correlation: Some(correlation),
        said: None,
        end: at(second + 1),
        ..stage(Stage::Ingestion, second)
    }
}

/// The first `stages` stages, the stage that retrieves left out, and its calls if it was among them.
fn noted(stages: usize) -> Vec<Noted> {
    let mut noted = Vec::new();
    for (number, one) in (1..).zip(Stage::ALL.iter().take(stages)) {
        match one {
            Stage::SourceRetrieval => {
                noted.push(call(SpanKind::Attempt, "c1", 17));
                noted.push(call(SpanKind::Attempt, "c2", 19));
                noted.push(call(SpanKind::Poll, "c3", 21));
            }
            other => noted.push(stage(*other, number * 4)),
        }
    }
    noted
}

fn outcome(disposition: Disposition, code: Option<Code>) -> Outcome {
    Outcome {
        partner: PartnerId::new("contoso"),
        request_type: RequestType::ExchangeSingle,
        schema_version: Some("hrex-member-match-request@2.0.1".parse().unwrap()),
        retries: 1,
        disposition,
        code,
        start: at(0),
        end: at(60),
    }
}

fn trace(outcome: &Outcome, noted: &[Noted]) -> Vec<Span> {
    let about = about();
    let mut spans: Vec<Span> = noted.iter().map(|noted| about.span(noted)).collect();
    spans.extend(about.closing(outcome, noted));
    spans
}

#[test]
fn a_fulfilled_exchange_is_seven_stages_with_the_calls_below_the_fifth() {
    let spans = trace(&outcome(Disposition::Complete, None), &noted(7));
    assert_eq!(lint(&spans, &LIMITS), []);
    let root = spans.last().unwrap();
    assert_eq!(spans.len(), 1 + 7 + 3);
    for (attribute, word) in [
        (Attribute::ConsentStatus, "granted"),
        (Attribute::MatchConfidence, "exact"),
        (Attribute::Dependency, "partner"),
        (Attribute::RetryCount, "1"),
    ] {
        assert_eq!(root.attribute(attribute.word()), Some(word));
    }
    let retrieval = spans.iter().find(|span| span.name == "source-retrieval");
    let retrieval = retrieval.unwrap();
    assert_eq!((retrieval.start, retrieval.end), (at(17), at(24)));
}

#[test]
fn an_exchange_that_failed_ends_at_the_stage_that_it_had_come_to() {
    let code = Some(Code::TransportTimeout);
    for (stages, failed) in [
        (0, Stage::Ingestion),
        (1, Stage::SchemaValidation),
        (4, Stage::SourceRetrieval),
        (5, Stage::SourceRetrieval),
        (6, Stage::Egress),
    ] {
        let spans = trace(&outcome(Disposition::Exhausted, code), &noted(stages));
        assert_eq!(lint(&spans, &LIMITS), [], "{stages}");
        let found = diagnose(&spans);
        assert_eq!((found.stage, found.code), (Some(failed), code), "{stages}");
    }
    let mut own = noted(4);
    own[3].is_error = true;
    let consent = Code::Consent(crate::consent::Refusal::OptedOut);
    own[3].code = Some(consent);
    let spans = trace(&outcome(Disposition::Rejected, Some(consent)), &own);
    assert_eq!(lint(&spans, &LIMITS), []);
    assert_eq!(diagnose(&spans).stage, Some(Stage::AccessPolicy));
}

#[test]
fn a_cancelled_exchange_stops_where_it_was_and_fails_nowhere() {
    for stages in 0..7 {
        let spans = trace(&outcome(Disposition::Cancelled, None), &noted(stages));
        assert_eq!(lint(&spans, &LIMITS), [], "{stages}");
        assert!(spans.iter().all(|span| !span.is_error));
    }
}
