//! Results -> text, one file a format. Every format is a function of the value alone.
//! Refuses to know clocks, files and terminals: whether to colour is an argument.

mod behaved;
mod board;
mod bump;
mod card;
mod command;
mod comparison;
mod contract;
mod coverage;
mod daily;
mod diff;
mod end_notice;
mod evidence;
mod github;
mod html;
mod hygiene;
mod json;
mod junit;
mod ledger;
mod markdown;
mod moved;
mod notice;
mod ops;
mod outcome;
mod owed;
mod policy;
mod range;
mod release;
mod replayed;
mod sarif;
mod scrubbed;
mod step;
mod text;
mod transformation;
mod validation;
mod weight;

pub use command::command;
pub use end_notice::end_notice;
pub use notice::notice;

use crate::model::replayed::{Behaved, Replayed};
use crate::model::{
    BoardAct, BroughtOver, Bumped, Comparison, ContractList, Coverage, Daily, Diff, EntryCard,
    Explanation, Format, Moved, Operated, Owed, PolicyCoverage, PolicyTrial, Register,
    ReleaseAnswer, Report, RulesPage, RunList, RunsVerified, Scrubbed, Transformation, Validation,
};

/// How a text is to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style<'a> {
    /// Whether ANSI colours may be used. They never carry meaning alone.
    pub color: bool,
    /// Whether to show what passed and what is only worth knowing, too.
    pub verbose: bool,
    /// How many findings people are shown; the machine formats hold all.
    pub max_findings: Option<usize>,
    /// The folder that commands must name with `-C`, when the reader stands elsewhere.
    pub folder: Option<&'a str>,
}

/// A result of one command, before it has a format.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    Report(&'a Report),
    Validation(&'a Validation),
    Replayed(&'a Replayed),
    Behaved(&'a Behaved),
    Scrubbed(&'a Scrubbed),
    Transformation(&'a Transformation),
    Diff(&'a Diff),
    Bumped(&'a Bumped),
    Entries(&'a [EntryCard]),
    Entry(&'a EntryCard),
    Explanation(&'a Explanation),
    Coverage(&'a Coverage),
    Comparison(&'a Comparison),
    Release(&'a ReleaseAnswer),
    Owed(&'a Owed),
    Contracts(&'a ContractList),
    RunsVerified(&'a RunsVerified),
    Runs(&'a RunList),
    BroughtOver(&'a BroughtOver),
    Register(&'a Register),
    BoardAct(&'a BoardAct),
    Rules(&'a RulesPage),
    PolicyTrial(&'a PolicyTrial),
    PolicyCoverage(&'a PolicyCoverage),
    Daily(&'a Daily),
    Moved(&'a Moved),
    Operated(&'a Operated),
}

/// `content` in `format`, or `None` where there is no such form of it.
#[must_use]
pub fn render(format: Format, content: Content<'_>, style: &Style<'_>) -> Option<String> {
    match format {
        Format::Text => Some(hygiene::guard(&as_text(content, style))),
        Format::Json => Some(as_json(content)),
        Format::Markdown => match ledger_of(content, style) {
            Some(ledger) => Some(hygiene::guard(&markdown::ledger(&ledger, style))),
            None => as_markdown(content, style).map(|text| hygiene::guard(&text)),
        },
        Format::Comment => {
            report_of(content).map(|report| hygiene::guard(&markdown::comment(report, style)))
        }
        Format::Sarif => match ledger_of(content, style) {
            Some(ledger) => Some(sarif::ledger(&ledger, style)),
            None => report_of(content).map(|report| sarif::report(report, style)),
        },
        Format::Junit => match ledger_of(content, style) {
            Some(ledger) => Some(hygiene::guard(&junit::ledger(&ledger))),
            None => report_of(content).map(|report| hygiene::guard(&junit::report(report))),
        },
        Format::Github => report_of(content).map(|report| github::report(report, style)),
        Format::GithubOutput => report_of(content).map(step::outputs),
        Format::Html => as_html(content, style),
        Format::OperationOutcome => validation_of(content).map(outcome::outcome),
    }
}

fn as_html(content: Content<'_>, style: &Style<'_>) -> Option<String> {
    if let Some(ledger) = ledger_of(content, style) {
        return Some(html::ledger(&ledger, style));
    }
    match diff_of(content) {
        Some(diff) => Some(html::diff(diff, style)),
        None => report_of(content).map(|report| html::board(report, style)),
    }
}

/// The ledger of the result, where something was replayed.
fn ledger_of(content: Content<'_>, style: &Style<'_>) -> Option<ledger::Ledger> {
    if let Content::Behaved(behaved) = content {
        return Some(ledger::exchanges(behaved, style));
    }
    let Content::Replayed(replayed) = content else {
        return None;
    };
    Some(ledger::payloads(replayed))
}

/// The report, where the result is one.
fn report_of(content: Content<'_>) -> Option<&Report> {
    let Content::Report(report) = content else {
        return None;
    };
    Some(report)
}

fn diff_of(content: Content<'_>) -> Option<&Diff> {
    let Content::Diff(diff) = content else {
        return None;
    };
    Some(diff)
}

fn validation_of(content: Content<'_>) -> Option<&Validation> {
    let Content::Validation(validation) = content else {
        return None;
    };
    Some(validation)
}

/// `text` of ours with names of others in it, one line each, safe for a terminal and a build log.
#[must_use]
pub fn plain(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| hygiene::clean(line)).collect();
    hygiene::guard(&lines.join("\n"))
}

/// What stands in a report file until the run has ended: never a green one. `why` says what stopped it, where that is
/// known, without any payload value.
#[must_use]
pub fn unfinished(format: Format, why: Option<&str>) -> String {
    let why = hygiene::clean(why.unwrap_or("the run did not end"));
    match format {
        Format::Json | Format::OperationOutcome => json::unfinished(&why),
        Format::Text => hygiene::guard(&format!("ERROR  {why}\n")),
        Format::Markdown | Format::Comment => markdown::unfinished(&why),
        Format::Html => html::unfinished(),
        Format::Sarif => sarif::unfinished(&why),
        Format::Junit => hygiene::guard(&junit::unfinished(&why)),
        Format::Github => github::unfinished(&why),
        Format::GithubOutput => step::unfinished(),
    }
}

fn as_text(content: Content<'_>, style: &Style<'_>) -> String {
    match content {
        Content::Report(report) => text::report(report, style),
        Content::Validation(validation) => validation::text(validation, style),
        Content::Replayed(replayed) => replayed::text(replayed, style),
        Content::Behaved(behaved) => behaved::text(behaved, style),
        Content::Scrubbed(scrubbed) => scrubbed::text(scrubbed, style),
        Content::Transformation(transformation) => transformation::text(transformation, style),
        Content::Diff(diff) => diff::text(diff, style),
        Content::Bumped(bumped) => bump::text(bumped, style),
        Content::Entries(entries) => card::list(entries),
        Content::Entry(entry) => card::entry(entry),
        Content::Explanation(explanation) => card::explanation(explanation, style),
        Content::Coverage(coverage) => coverage::text(coverage),
        Content::Comparison(comparison) => comparison::text(comparison, style),
        Content::Release(answer) => release::text(answer, style),
        Content::Owed(answer) => owed::text(answer, style),
        Content::Contracts(list) => contract::list(list, style),
        Content::RunsVerified(answer) => evidence::verified(answer, style),
        Content::Runs(list) => evidence::list(list, style),
        Content::BroughtOver(brought) => contract::brought_over(brought, style),
        Content::Register(register) => board::register(register),
        Content::BoardAct(act) => board::act(act, style),
        Content::Rules(page) => policy::list(page),
        Content::PolicyTrial(trial) => policy::trial(trial, style),
        Content::PolicyCoverage(coverage) => policy::coverage(coverage),
        Content::Daily(daily) => daily::text(daily, style),
        Content::Moved(moved) => moved::text(moved, style),
        Content::Operated(operated) => ops::text(operated),
    }
}

fn as_json(content: Content<'_>) -> String {
    match content {
        Content::Report(report) => json::pretty(report),
        Content::Validation(validation) => json::pretty(validation),
        Content::Replayed(replayed) => json::pretty(replayed),
        Content::Behaved(behaved) => json::pretty(behaved),
        Content::Scrubbed(scrubbed) => json::pretty(scrubbed),
        Content::Transformation(transformation) => json::pretty(transformation),
        Content::Diff(diff) => json::pretty(diff),
        Content::Bumped(bumped) => json::pretty(bumped),
        Content::Entries(entries) => json::pretty(&entries),
        Content::Entry(entry) => json::pretty(entry),
        Content::Explanation(explanation) => json::pretty(explanation),
        Content::Coverage(coverage) => json::pretty(coverage),
        Content::Comparison(comparison) => comparison::json(comparison),
        Content::Release(answer) => json::pretty(answer),
        Content::Owed(answer) => json::pretty(answer),
        Content::Contracts(list) => json::pretty(list),
        Content::RunsVerified(answer) => json::pretty(answer),
        Content::Runs(list) => json::pretty(list),
        Content::BroughtOver(brought) => json::pretty(brought),
        Content::Register(register) => json::pretty(register),
        Content::BoardAct(act) => json::pretty(act),
        Content::Rules(page) => json::pretty(page),
        Content::PolicyTrial(trial) => json::pretty(trial),
        Content::PolicyCoverage(coverage) => json::pretty(coverage),
        Content::Daily(daily) => json::pretty(daily),
        Content::Moved(moved) => json::pretty(moved),
        Content::Operated(operated) => json::pretty(operated),
    }
}

fn as_markdown(content: Content<'_>, style: &Style<'_>) -> Option<String> {
    match content {
        Content::Report(report) => Some(markdown::report(report, style)),
        Content::Diff(diff) => Some(diff::markdown(diff, style)),
        Content::Coverage(coverage) => Some(coverage::markdown(coverage)),
        Content::Release(answer) => Some(release::markdown(answer)),
        Content::Owed(answer) => Some(owed::markdown(answer)),
        Content::Rules(page) => Some(policy::page(page)),
        Content::Validation(_)
        | Content::Replayed(_)
        | Content::Behaved(_)
        | Content::Scrubbed(_)
        | Content::Transformation(_)
        | Content::Bumped(_)
        | Content::Entries(_)
        | Content::Entry(_)
        | Content::Explanation(_)
        | Content::Comparison(_)
        | Content::Contracts(_)
        | Content::RunsVerified(_)
        | Content::Runs(_)
        | Content::BroughtOver(_)
        | Content::PolicyTrial(_)
        | Content::PolicyCoverage(_)
        | Content::Moved(_)
        | Content::Operated(_) => None,
        Content::Register(_) | Content::BoardAct(_) => None,
        Content::Daily(daily) => daily::markdown(daily),
    }
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
