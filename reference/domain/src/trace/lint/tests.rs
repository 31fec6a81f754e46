//! Traces of the right form, and each way in which one can be of the wrong form.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;
use crate::trace::{Diagnosis, diagnose};
use chrono::TimeDelta;
use std::collections::BTreeMap;

const LIMITS: Limits = Limits { retries: 8 };

fn span(number: i64, parent: Option<&str>, kind: SpanKind) -> Span {
    let start = "2026-10-01T12:00:00Z".parse::<crate::Timestamp>().unwrap();
    let start = start + TimeDelta::seconds(number);
    let transaction = Further::BusinessTransaction.word().to_owned();
    Span {
        id: format!("s{number}"),
        parent: parent.map(str::to_owned),
        name: kind.word().to_owned(),
        attributes: BTreeMap::from([(transaction, "t1".to_owned())]),
        is_error: false,
        start,
        end: start + TimeDelta::seconds(1),
    }
}

/// The root, the first `stages` stages, and one call below the fifth of them.
fn trace(stages: usize) -> Vec<Span> {
    let mut root = span(0, None, SpanKind::Exchange);
    for (attribute, word) in [
        (Attribute::Partner, "northwind"),
        (Attribute::RequestType, "exchange-single"),
        (Attribute::SchemaVersion, "hrex-member-match-request@2.0.1"),
        (Attribute::ConsentStatus, "granted"),
        (Attribute::MatchConfidence, "exact"),
        (Attribute::Dependency, "partner"),
        (Attribute::RetryCount, "2"),
        (Attribute::Disposition, "complete"),
    ] {
        root.attributes
            .insert(attribute.word().to_owned(), word.to_owned());
    }
    let mut spans = vec![root];
    let kinds = SpanKind::ALL.iter().filter(|kind| kind.stage().is_some());
    for (number, kind) in (1..).zip(kinds.take(stages)) {
        spans.push(span(number, Some("s0"), *kind));
    }
    if stages >= 5 {
        spans.push(span(20, Some("s5"), SpanKind::Attempt));
    }
    spans
}

fn told(spans: &[Span]) -> Vec<Lapse> {
    lint(spans, &LIMITS)
}

#[test]
fn a_whole_trace_and_one_that_ends_at_its_failure_are_of_the_right_form() {
    assert_eq!(told(&trace(7)), []);
    let mut failed = trace(4);
    failed[4].is_error = true;
    failed[0].is_error = true;
    assert_eq!(told(&failed), []);
}

#[test]
fn row_s0_33_each_attribute_that_is_dropped_or_of_no_vocabulary_is_told() {
    for attribute in Attribute::ALL {
        let mut lacking = trace(7);
        lacking[0].attributes.remove(attribute.word());
        assert_eq!(told(&lacking), [Lapse::Lacks(*attribute)]);
        let mut strange = trace(7);
        strange[0]
            .attributes
            .insert(attribute.word().to_owned(), "Ó 7".to_owned());
        assert_eq!(told(&strange), [Lapse::Vocabulary(*attribute)]);
    }
}

#[test]
fn stages_that_are_missing_repeated_out_of_order_or_late_are_told() {
    let mut missing = trace(7);
    missing.remove(3);
    assert_eq!(told(&missing), [Lapse::Missing(Stage::IdentityResolution)]);
    let mut twice = trace(7);
    let mut copy = twice[7].clone();
    copy.id = "s9".to_owned();
    twice.push(copy);
    assert_eq!(told(&twice), [Lapse::Twice(Stage::Egress)]);
    let mut order = trace(7);
    order[1].start += TimeDelta::seconds(30);
    assert_eq!(told(&order), [Lapse::Order(Stage::Ingestion)]);
    let mut after = trace(7);
    after[6].is_error = true;
    assert_eq!(told(&after), [Lapse::AfterFailure(Stage::Egress)]);
}

#[test]
fn spans_that_belong_to_nobody_are_told() {
    let mut orphan = trace(7);
    orphan[8].parent = Some("gone".to_owned());
    assert!(told(&orphan).contains(&Lapse::Orphan));
    let mut second = trace(7);
    second[8].parent = None;
    assert!(told(&second).contains(&Lapse::Roots(2)));
    assert_eq!(told(&[]), [Lapse::NoRoot]);
    let mut strange = trace(7);
    strange[8].name = "guess".to_owned();
    assert_eq!(told(&strange), [Lapse::Kind]);
    let mut foreign = trace(7);
    foreign[2].attributes.insert(
        Further::BusinessTransaction.word().to_owned(),
        "t2".to_owned(),
    );
    assert_eq!(told(&foreign), [Lapse::Transaction]);
    let mut open = trace(7);
    open[2]
        .attributes
        .insert("member".to_owned(), "x".to_owned());
    assert_eq!(told(&open), [Lapse::Open]);
    let mut unmarked = trace(7);
    unmarked[0].is_error = true;
    assert_eq!(told(&unmarked), [Lapse::Unmarked]);
}

#[test]
fn a_diagnosis_names_stage_dependency_retries_and_code() {
    let mut failed = trace(5);
    failed[5].is_error = true;
    let code = Further::Code.word().to_owned();
    failed[5]
        .attributes
        .insert(code, "transport/timeout".to_owned());
    failed.reverse();
    let expected = Diagnosis {
        stage: Some(Stage::SourceRetrieval),
        dependency: Some(Dependency::Partner),
        retries: Some(2),
        code: Some(crate::failure::Code::TransportTimeout),
        failed: true,
    };
    assert_eq!(diagnose(&failed), expected);
    let open = diagnose(&trace(3));
    assert_eq!(
        (open.stage, open.failed),
        (Some(Stage::IdentityResolution), false)
    );
    assert_eq!(diagnose(&[]).stage, None);
}
