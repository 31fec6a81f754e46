//! The board's own words around the page, with their places filled.
//! Refuses to take any of them for markup.

use crate::model::{Blank, Piece, Report, pieces};
use crate::report::html::page::escape;
use crate::report::text::{revision, short};

/// Words above the heading; nothing where the board has none.
pub(super) fn header(report: &Report) -> String {
    let own = report.governance.letterhead.as_ref();
    own.map_or_else(String::new, |own| paragraphs(&own.header, report))
}

/// Words below the last section.
pub(super) fn footer(report: &Report) -> String {
    let own = report.governance.letterhead.as_ref();
    own.map_or_else(String::new, |own| paragraphs(&own.footer, report))
}

fn paragraphs(text: &str, report: &Report) -> String {
    let text = text.replace("\r\n", "\n");
    let paragraphs = text
        .split("\n\n")
        .map(str::trim)
        .filter(|text| !text.is_empty());
    paragraphs
        .map(|text| format!("<p class=\"letterhead\">{}</p>\n", filled(text, report)))
        .collect()
}

/// A template that was not held against the list before shows itself, escaped.
fn filled(text: &str, report: &Report) -> String {
    let Ok(pieces) = pieces(text) else {
        return escape(text);
    };
    let piece = |piece: &Piece<'_>| match piece {
        Piece::Text(text) => escape(text),
        Piece::Blank(blank) => escape(&value(*blank, report)),
    };
    pieces.iter().map(piece).collect()
}

fn value(blank: Blank, report: &Report) -> String {
    let header = &report.header;
    let period = report.governance.period.as_ref();
    match blank {
        Blank::Verdict => report.verdict.word().to_uppercase(),
        Blank::AsOf => header.as_of.clone(),
        Blank::Stage => header.stage.clone(),
        Blank::Head => revision(&header.head),
        Blank::Base => header
            .base
            .as_ref()
            .map_or_else(|| "none".to_owned(), |base| revision(base)),
        Blank::Tool => header.tool.clone(),
        Blank::Evidence => short(&report.digest),
        Blank::RulesPage => short(&report.governance.rules.page),
        Blank::Since => period.map_or_else(|| header.as_of.clone(), |period| period.since.clone()),
        Blank::Until => period.map_or_else(|| header.as_of.clone(), |period| period.until.clone()),
    }
}
