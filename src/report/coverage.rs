//! Published statements and what holds them, for a terminal and for a page.

use super::hygiene::clean;
use super::markdown::{code, prose};
use crate::model::{Coverage, CoveredPage, CoveredStatement, counted};
use std::fmt::Write as _;

/// One line a statement, then what it all comes to.
pub(super) fn text(coverage: &Coverage) -> String {
    let mut out = String::new();
    for page in &coverage.pages {
        let _ = writeln!(out, "{}", clean(&heading(page)));
        let wide = page
            .statements
            .iter()
            .map(|found| found.id.chars().count())
            .max()
            .unwrap_or(0);
        for found in &page.statements {
            let held = holders(found).join(" · ");
            let held = if held.is_empty() {
                lacking(found)
            } else {
                held
            };
            let (id, strength) = (clean(&found.id), clean(&found.strength));
            let _ = writeln!(out, "  {id:<wide$}  {strength:<6}  {}", clean(&held));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}", sentence(coverage));
    out
}

/// A table a page.
pub(super) fn markdown(coverage: &Coverage) -> String {
    let mut out = format!(
        "# Published statements and what holds them\n\n{}\n",
        prose(&sentence(coverage))
    );
    for page in &coverage.pages {
        let _ = write!(out, "\n## {}\n\n", prose(&heading(page)));
        out.push_str(
            "| statement | strength | binds | asks for | held by |\n|---|---|---|---|---|\n",
        );
        for found in &page.statements {
            let held = holders(found)
                .iter()
                .map(|holder| code(holder))
                .collect::<Vec<_>>()
                .join(" ");
            let held = if held.is_empty() {
                prose(&lacking(found))
            } else {
                held
            };
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {held} |",
                code(&found.id),
                prose(&found.strength),
                prose(&found.actor),
                prose(&found.text)
            );
        }
    }
    out
}

fn heading(page: &CoveredPage) -> String {
    format!("{} {}  {}", page.guide, page.version, page.page)
}

fn holders(found: &CoveredStatement) -> Vec<String> {
    let by_schema = found.schemas.iter().filter(|_| found.shape);
    let schemas = by_schema.map(|held| format!("schema {} ({})", held.schema, held.pointers));
    let rules = found.rules.iter().map(|rule| format!("rule {rule}"));
    let tests = found.service.iter().map(|test| {
        let name = test.rsplit("::").next().unwrap_or(test);
        format!("test {name}")
    });
    schemas.chain(rules).chain(tests).collect()
}

fn lacking(found: &CoveredStatement) -> String {
    match &found.out_of_scope {
        Some(why) => format!("out of scope: {why}"),
        None if found.schemas.is_empty() => "nothing yet".to_owned(),
        None => {
            let named = found.schemas.iter().map(|named| named.schema.as_str());
            let named: Vec<&str> = named.collect();
            format!("nothing yet; named in {}", named.join(", "))
        }
    }
}

fn sentence(coverage: &Coverage) -> String {
    let sum = &coverage.summary;
    if sum.statements == 0 {
        return "no statements are listed; policies/statements/ is where they stand".to_owned();
    }
    format!(
        "{}: {} held ({} by schema, {} by rule, {} by service test), {} out of scope, {} not yet, {} of them SHALL",
        counted(sum.statements, "statement"),
        sum.held,
        sum.by_schema,
        sum.by_rule,
        sum.by_service,
        sum.out_of_scope,
        sum.open,
        sum.open_shall
    )
}
