//! Answers of the small commands, as people read them.

mod card;
mod ready;
mod text;

use super::Style;
use crate::model::Daily;

/// For a terminal.
pub(super) fn text(daily: &Daily, style: &Style<'_>) -> String {
    match daily {
        Daily::Schema(schema) => format!("{schema:#}\n"),
        Daily::Formats(formats) => text::formats(formats),
        Daily::Checkup(checkup) => text::checkup(checkup, style),
        Daily::Layout(layout) => text::layout(layout),
        Daily::Readiness(readiness) => ready::text(readiness),
        Daily::Card(card) => card::text(card),
        Daily::Handover(handover) => card::handover(handover),
    }
}

/// For a page; only what is handed to somebody has one.
pub(super) fn markdown(daily: &Daily) -> Option<String> {
    match daily {
        Daily::Schema(_) | Daily::Formats(_) | Daily::Checkup(_) | Daily::Layout(_) => None,
        Daily::Readiness(readiness) => Some(ready::markdown(readiness)),
        Daily::Card(card) => Some(card::markdown(card)),
        Daily::Handover(handover) => Some(card::handover_page(handover)),
    }
}
