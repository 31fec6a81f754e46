//! `catalogue coverage`: each published statement with the schemas, rules and tests that hold it.

use super::{Answer, AppError, card};
use crate::catalogue::{Statement, StatementList, Strength, Workspace, citations};
use crate::model::{
    CatalogueCoverageRequest, Coverage, CoverageSummary, CoveredPage, CoveredStatement,
    NamingSchema, Verdict,
};
use crate::policy::{RuleSource, RuleStatus};
use crate::report::Content;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Guide, version and number of a statement.
type Number = (String, String, String);

/// What holds each statement.
#[derive(Default)]
struct Holders {
    /// Entry to what it says of the statement.
    schemas: BTreeMap<Number, BTreeMap<String, NamingSchema>>,
    /// Rules that run, each with what it follows.
    rules: Vec<Follower>,
}

/// What a `rule.toml` of any folder says of where the rule comes from.
#[derive(Deserialize)]
struct Follower {
    id: String,
    status: RuleStatus,
    source: RuleSource,
}

/// Every listed statement, by page.
pub(super) fn coverage(request: &CatalogueCoverageRequest) -> Result<Answer, AppError> {
    let workspace = card::workspace(&request.repository)?;
    let coverage = of(&workspace);
    let verdict = if coverage.summary.statements == 0 {
        Verdict::Empty
    } else {
        Verdict::Go
    };
    let content = Content::Coverage(&coverage);
    Answer::of(verdict, verdict.exit_code(), content, &request.show, None)
}

fn of(workspace: &Workspace) -> Coverage {
    let holders = Holders::of(workspace);
    let pages: Vec<CoveredPage> = workspace
        .statements
        .iter()
        .flat_map(|list| holders.pages(list))
        .collect();
    Coverage {
        summary: summed(&pages),
        pages,
    }
}

impl Holders {
    fn of(workspace: &Workspace) -> Self {
        let mut holders = Self::default();
        for version in workspace.catalogue.versions() {
            let id = version.id.to_string();
            for citation in citations(version) {
                let number = (citation.guide, citation.version, citation.statement);
                let entries = holders.schemas.entry(number).or_default();
                // Versions come oldest first, so that the newest one stays.
                let held = entries
                    .entry(version.id.entry.clone())
                    .or_insert_with(|| nothing(&id));
                if held.schema != id {
                    *held = nothing(&id);
                }
                held.pointers += 1;
            }
        }
        let files = workspace
            .rules
            .values()
            .chain(workspace.payload_rules.values())
            .filter_map(|folder| folder.toml.as_ref()?.text());
        let rules = files.filter_map(|text| toml::from_str::<Follower>(text).ok());
        holders.rules = rules
            .filter(|rule| rule.status == RuleStatus::Active)
            .collect();
        holders
    }

    /// The pages of a list, in the order of their first statements.
    fn pages(&self, list: &StatementList) -> Vec<CoveredPage> {
        let mut pages: Vec<CoveredPage> = Vec::new();
        for statement in &list.file.statements {
            let covered = self.covered(list, statement);
            match pages.iter_mut().find(|page| page.page == statement.page) {
                Some(page) => page.statements.push(covered),
                None => pages.push(CoveredPage {
                    guide: list.file.guide.clone(),
                    version: list.file.version.clone(),
                    page: statement.page.clone(),
                    statements: vec![covered],
                }),
            }
        }
        pages
    }

    fn covered(&self, list: &StatementList, statement: &Statement) -> CoveredStatement {
        let file = &list.file;
        let number = (
            file.guide.clone(),
            file.version.clone(),
            statement.id.clone(),
        );
        let schemas = self.schemas.get(&number).into_iter().flatten();
        let rules = self.rules.iter().filter(|rule| follows(rule, &number));
        CoveredStatement {
            id: statement.id.clone(),
            strength: statement.strength.word().to_owned(),
            actor: statement.actor.clone(),
            text: statement.text.clone(),
            shape: statement.shape,
            schemas: schemas.map(|(_, held)| held.clone()).collect(),
            rules: rules.map(|rule| rule.id.clone()).collect(),
            service: statement.service.clone(),
            out_of_scope: statement.out_of_scope.clone(),
        }
    }
}

fn nothing(id: &str) -> NamingSchema {
    NamingSchema {
        schema: id.to_owned(),
        pointers: 0,
    }
}

/// Whether a rule names the statement as its source. A requirement falls into clauses; each is of the guide and version
/// that it names itself, or else of those of the document, and one that begins with `against` says the contrary.
fn follows(rule: &Follower, (guide, version, number): &Number) -> bool {
    let is_of = |text: &str| text.contains(guide.as_str()) && has(text, version);
    let document = is_of(&rule.source.document);
    let clauses = rule.source.requirement.split(';').map(str::trim);
    clauses
        .filter(|clause| !clause.starts_with("against") && has(clause, number))
        .any(|clause| is_of(clause) || (document && !names_a_release(clause)))
}

fn has(text: &str, word: &str) -> bool {
    words(text).any(|found| found == word)
}

/// Whether a clause speaks of a release of its own: a word such as `2.2.0`.
fn names_a_release(clause: &str) -> bool {
    words(clause).any(|word| semver::Version::parse(word).is_ok())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace() || ",:()".contains(letter))
}

fn summed(pages: &[CoveredPage]) -> CoverageSummary {
    let all: Vec<&CoveredStatement> = pages.iter().flat_map(|page| &page.statements).collect();
    let count = |is: fn(&CoveredStatement) -> bool| all.iter().filter(|found| is(found)).count();
    CoverageSummary {
        statements: all.len(),
        held: count(CoveredStatement::is_held),
        by_schema: count(CoveredStatement::is_held_by_schema),
        by_rule: count(|found| !found.rules.is_empty()),
        by_service: count(|found| !found.service.is_empty()),
        out_of_scope: count(|found| !found.is_held() && found.out_of_scope.is_some()),
        open: count(CoveredStatement::is_open),
        open_shall: count(|found| found.is_open() && found.strength == Strength::Shall.word()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_follows_what_it_names_of_the_release_that_it_names() {
        let rule = |document: &str, requirement: &str| Follower {
            id: "payload/x".to_owned(),
            status: RuleStatus::Active,
            source: RuleSource {
                document: document.to_owned(),
                section: String::new(),
                requirement: requirement.to_owned(),
            },
        };
        let number = |id: &str| ("PDex".to_owned(), "2.2.0".to_owned(), id.to_owned());
        for (document, requirement, id, expected) in [
            (
                "HL7 Da Vinci PDex 2.2.0",
                "pdex-154a, pdex-154b: member by member",
                "pdex-154b",
                true,
            ),
            ("HL7 Da Vinci PDex 2.2.0", "pdex-154a", "pdex-154", false),
            ("HL7 Da Vinci PDex 2.1.0", "pdex-154", "pdex-154", false),
            (
                "HL7 Da Vinci HRex 1.2.0",
                "mm-11; PDex 2.2.0 pdex-156",
                "pdex-156",
                true,
            ),
            ("HL7 Da Vinci HRex 1.2.0", "pdex-156", "pdex-156", false),
            (
                "HL7 Da Vinci PDex 2.2.0",
                "pdex-131; against PDex 2.2.0 pdex-132",
                "pdex-132",
                false,
            ),
            (
                "HL7 Da Vinci PDex 2.2.0",
                "PDex 2.1.0 pdex-182",
                "pdex-182",
                false,
            ),
        ] {
            assert_eq!(
                follows(&rule(document, requirement), &number(id)),
                expected,
                "{requirement} {id}"
            );
        }
    }
}
