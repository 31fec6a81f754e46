//! The names that nobody mentions, split by which patterns they match.
//! Refuses to know what the members are filled with.

use super::atom::Place;
use super::graph::{Class, Graph};
use super::literal::{Literal, Term};
use super::member::Demands;
use super::solver::Solver;
use crate::inclusion::answer::Code;
use crate::inclusion::automaton::Language;
use crate::inclusion::evaluate::{Id, Keyword, Kind, Lengths};
use crate::inclusion::pattern::Pattern;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most regions of one object.
///
/// Source: the budget table of the compatibility specification
pub(super) const REGIONS: usize = 4_096;
const ANY: Lengths = Lengths {
    least: 0,
    most: None,
};

/// Names that the same patterns match.
#[derive(Debug)]
pub(super) struct Region {
    names: Names,
    patterns: BTreeSet<String>,
    /// Those of the name demands that hold here.
    named: Vec<Literal>,
    /// What a member with such a name has to be.
    pub(super) literals: Vec<Literal>,
}

#[derive(Debug)]
enum Names {
    /// Every name but these.
    But(BTreeSet<String>),
    Language(Language),
}

/// What splits the names.
enum Split<'a> {
    Pattern(&'a Pattern),
    Named(Literal),
}

/// The regions of the names that no demand mentions.
pub(super) fn regions(solver: &Solver<'_>, demands: &Demands<'_>) -> Result<Vec<Region>, Code> {
    let splits = splits(demands);
    if splits.is_empty() && demands.names.is_empty() {
        let known = demands.known().iter().map(|name| (*name).to_owned());
        let names = Names::But(known.collect());
        let empty = BTreeSet::new();
        let literals = literals(demands, &empty);
        return Ok(vec![Region {
            names,
            patterns: empty,
            named: Vec::new(),
            literals,
        }]);
    }
    let known = Language::of_words(demands.known().iter().copied())?;
    let mut all = Language::everything().without(&known)?;
    for literal in &demands.names {
        all = all.and(&language(solver, *literal)?)?;
    }
    let mut regions = vec![(all, BTreeSet::new(), Vec::new())];
    for split in splits {
        let within = match &split {
            Split::Pattern(pattern) => Language::of_pattern(pattern)?,
            Split::Named(literal) => language(solver, *literal)?,
        };
        let mut finer = Vec::new();
        for (names, patterns, named) in regions {
            let (inside, outside) = (names.and(&within)?, names.without(&within)?);
            let (mut more, mut held): (BTreeSet<String>, Vec<Literal>) =
                (patterns.clone(), named.clone());
            match &split {
                Split::Pattern(pattern) => {
                    more.insert(pattern.source().to_owned());
                }
                Split::Named(literal) => held.push(*literal),
            }
            finer.push((inside, more, held));
            finer.push((outside, patterns, named));
        }
        finer.retain(|(names, _, _)| !names.is_empty());
        if finer.len() > REGIONS {
            return Err(Code::Atoms);
        }
        regions = finer;
    }
    let region = |(names, patterns, named): (Language, BTreeSet<String>, Vec<Literal>)| Region {
        names: Names::Language(names),
        literals: literals(demands, &patterns),
        patterns,
        named,
    };
    Ok(regions.into_iter().map(region).collect())
}

fn splits<'d>(demands: &Demands<'d>) -> Vec<Split<'d>> {
    let mut patterns: BTreeMap<&str, &Pattern> = BTreeMap::new();
    let mut splits = Vec::new();
    for rule in &demands.rules {
        for (pattern, _) in &rule.matching {
            patterns.insert(pattern.source(), pattern);
        }
    }
    for (place, _) in &demands.free {
        match place {
            Place::Key(_) => {}
            Place::Matching(pattern) => {
                patterns.insert(pattern.source(), pattern);
            }
            Place::Outside(cover) => {
                for pattern in &cover.patterns {
                    patterns.insert(pattern.source(), pattern);
                }
            }
            Place::Named(literal) => splits.push(Split::Named(*literal)),
        }
    }
    splits.extend(patterns.into_values().map(Split::Pattern));
    splits
}

fn literals(demands: &Demands<'_>, patterns: &BTreeSet<String>) -> Vec<Literal> {
    let mut literals = Vec::new();
    for rule in &demands.rules {
        let mut hits = rule
            .matching
            .iter()
            .filter(|(pattern, _)| patterns.contains(pattern.source()))
            .peekable();
        if hits.peek().is_none() {
            literals.extend(rule.rest);
        }
        literals.extend(hits.filter_map(|(_, literal)| *literal));
    }
    literals
}

impl Region {
    /// Whether a name of the region stands at the place.
    pub(super) fn fits(&self, place: &Place) -> bool {
        match place {
            Place::Key(_) => false,
            Place::Matching(pattern) => self.patterns.contains(pattern.source()),
            Place::Outside(cover) => {
                let covered = |pattern: &Pattern| self.patterns.contains(pattern.source());
                !cover.patterns.iter().any(covered)
            }
            Place::Named(literal) => self.named.contains(literal),
        }
    }

    /// Whether the region has at least this many names.
    pub(super) fn room(&self, count: usize) -> Result<bool, Code> {
        match &self.names {
            Names::But(_) => Ok(true),
            Names::Language(language) => {
                let words = language.words(ANY, count)?;
                if words.words.len() < count && !words.all {
                    return Err(Code::WitnessSize);
                }
                Ok(words.words.len() >= count)
            }
        }
    }

    /// The name with this number.
    pub(super) fn name(&self, number: usize) -> Result<Option<String>, Code> {
        match &self.names {
            Names::But(known) => Ok(fresh(known, number)),
            Names::Language(language) => {
                let words = language.words(ANY, number + 1)?;
                if words.words.len() <= number && !words.all {
                    return Err(Code::WitnessSize);
                }
                Ok(words.words.into_iter().nth(number))
            }
        }
    }
}

/// A short name that is not known.
fn fresh(known: &BTreeSet<String>, number: usize) -> Option<String> {
    let letters = ('a'..='z').map(String::from);
    let numbered = (0_usize..).map(|number| format!("x{number}"));
    let mut names = letters.chain(numbered).filter(|name| !known.contains(name));
    names.nth(number)
}

/// The texts that a literal wants.
fn language(solver: &Solver<'_>, literal: Literal) -> Result<Language, Code> {
    let language = match solver.terms.term(literal.term) {
        Term::Value(Value::String(text)) => Language::of_words([text.as_str()])?,
        Term::Value(_) => Language::nothing(),
        Term::Class(class) => of_class(&solver.terms.graph, class)?,
    };
    if literal.wanted {
        Ok(language)
    } else {
        language.not()
    }
}

/// The texts that a class accepts.
fn of_class(graph: &Graph<'_>, class: Class) -> Result<Language, Code> {
    if graph.is_never(class) {
        return Ok(Language::nothing());
    }
    let (keywords, home) = graph.keywords(class);
    let mut all = Language::everything();
    for keyword in keywords {
        all = all.and(&of_keyword(graph, home, keyword)?)?;
    }
    Ok(all)
}

fn of_keyword(graph: &Graph<'_>, home: usize, keyword: &Keyword) -> Result<Language, Code> {
    let below = |id: &Id| of_class(graph, graph.class(home, *id));
    let side = |id: &Option<Id>| id.as_ref().map_or(Ok(Language::everything()), below);
    let mut all = Language::everything();
    match keyword {
        Keyword::Types(kinds) if kinds.contains(&Kind::String) => {}
        Keyword::Types(_) => all = Language::nothing(),
        Keyword::Values(values) => {
            all = Language::of_words(values.iter().filter_map(Value::as_str))?
        }
        Keyword::Text(lengths) => all = of_lengths(*lengths)?,
        Keyword::Matches(pattern) => all = Language::of_pattern(pattern)?,
        Keyword::Refer(id) => all = below(id)?,
        Keyword::Not(id) => all = below(id)?.not()?,
        Keyword::All(ids) => {
            for id in ids {
                all = all.and(&below(id)?)?;
            }
        }
        Keyword::Any(ids) => {
            all = Language::nothing();
            for id in ids {
                all = all.or(&below(id)?)?;
            }
        }
        Keyword::One(ids) => {
            let mut none = Language::everything();
            all = Language::nothing();
            for id in ids {
                let one = below(id)?;
                all = all.without(&one)?.or(&none.and(&one)?)?;
                none = none.without(&one)?;
            }
        }
        Keyword::Choice { when, then, other } => {
            let when = below(when)?;
            let holds = when.and(&side(then)?)?;
            all = side(other)?.without(&when)?.or(&holds)?;
        }
        Keyword::Format(_) => return Err(Code::Format),
        Keyword::Open(code) => return Err(*code),
        _ => {}
    }
    Ok(all)
}

fn of_lengths(lengths: Lengths) -> Result<Language, Code> {
    let most = lengths.most.map_or(String::new(), |most| most.to_string());
    let pattern = format!("^[\\s\\S]{{{},{most}}}$", lengths.least);
    Language::of_pattern(&Pattern::new(&pattern))
}
