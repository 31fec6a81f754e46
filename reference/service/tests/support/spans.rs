//! What tests ask of the spans of one trace, and of the spans that a log line stands in.
//! Refuses to judge a trace: the lint does.

use reference::domain::trace::{Attribute, Span, Stage};
use serde_json::Value;

pub fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

/// The stages in the order of their beginning.
pub fn stages(spans: &[Span]) -> Vec<&str> {
    let mut stages: Vec<&Span> = spans
        .iter()
        .filter(|span| span.name.parse::<Stage>().is_ok())
        .collect();
    stages.sort_by_key(|span| (span.start, span.name.parse::<Stage>().unwrap()));
    stages.iter().map(|span| span.name.as_str()).collect()
}

pub fn every_stage() -> Vec<&'static str> {
    Stage::ALL.iter().map(|stage| stage.word()).collect()
}

pub fn attribute(span: &Span, attribute: Attribute) -> &str {
    span.attributes[attribute.word()].as_str()
}

/// Every span that a log line stands in.
pub fn above(line: &Value) -> Vec<&Value> {
    let spans = line["spans"].as_array().into_iter().flatten();
    spans
        .chain([&line["span"]])
        .filter(|span| span.is_object())
        .collect()
}
