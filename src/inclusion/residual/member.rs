//! What is asked of an object, gathered by name and by place.
//! Refuses to look for members that meet it.

use super::atom::{Atom, Place, Rule};
use super::fill::both;
use super::literal::Literal;
use super::solver::Solver;
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::{Judgement, Lengths};
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// What is asked of an object.
#[derive(Default)]
pub(super) struct Demands<'d> {
    pub(super) rules: Vec<&'d Rule>,
    /// What every name has to be.
    pub(super) names: Vec<Literal>,
    pub(super) absent: BTreeSet<&'d str>,
    /// Members with a known name.
    pub(super) keyed: BTreeMap<&'d str, Vec<Literal>>,
    /// Members somewhere.
    pub(super) free: Vec<(&'d Place, &'d [Literal])>,
    pub(super) size: Lengths,
    known: OnceCell<BTreeSet<&'d str>>,
}

impl<'d> Demands<'d> {
    pub(super) fn of(atoms: &'d [Atom]) -> Option<Self> {
        let mut demands = Self::default();
        for atom in atoms {
            match atom {
                Atom::Rule(rule) => demands.rules.push(rule),
                Atom::Names(literal) => demands.names.push(*literal),
                Atom::Size(lengths) => demands.size = both(demands.size, *lengths)?,
                Atom::Absent(name) => {
                    demands.absent.insert(name);
                }
                Atom::Member(Place::Key(name), literals) => {
                    demands.keyed.entry(name).or_default().extend(literals);
                }
                Atom::Member(place, literals) => demands.free.push((place, literals)),
                _ => {}
            }
        }
        Some(demands)
    }

    /// Every name that somebody mentions.
    pub(super) fn known(&self) -> &BTreeSet<&'d str> {
        self.known.get_or_init(|| {
            let named = self.rules.iter().flat_map(|rule| rule.named.keys());
            let covered = self.free.iter().filter_map(|(place, _)| match place {
                Place::Outside(cover) => Some(&cover.names),
                Place::Key(_) | Place::Matching(_) | Place::Named(_) => None,
            });
            let names = named.chain(covered.flatten()).map(String::as_str);
            let own = self.absent.iter().chain(self.keyed.keys()).copied();
            names.chain(own).collect()
        })
    }

    /// What the member `name` has to be.
    pub(super) fn at(&self, name: &str) -> Result<Vec<Literal>, Code> {
        let mut literals = Vec::new();
        for rule in &self.rules {
            let mut is_hit = false;
            if let Some(literal) = rule.named.get(name) {
                is_hit = true;
                literals.extend(*literal);
            }
            for (pattern, literal) in &rule.matching {
                if pattern.matches(name).ok_or(Code::Pattern)? {
                    is_hit = true;
                    literals.extend(*literal);
                }
            }
            if !is_hit {
                literals.extend(rule.rest);
            }
        }
        Ok(literals)
    }

    /// Whether a member may have this name.
    pub(super) fn allows(&self, solver: &Solver<'_>, name: &str) -> Result<bool, Code> {
        for literal in &self.names {
            if !is_named(solver, *literal, name)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn is_named(solver: &Solver<'_>, literal: Literal, name: &str) -> Result<bool, Code> {
    match solver.terms.judge(literal, &Value::from(name)) {
        Judgement::Accepts => Ok(true),
        Judgement::Rejects => Ok(false),
        Judgement::Open(code) => Err(code),
    }
}

/// Whether a known name stands at the place.
pub(super) fn fits(solver: &Solver<'_>, place: &Place, name: &str) -> Result<bool, Code> {
    match place {
        Place::Key(key) => Ok(key == name),
        Place::Matching(pattern) => pattern.matches(name).ok_or(Code::Pattern),
        Place::Named(literal) => is_named(solver, *literal, name),
        Place::Outside(cover) => {
            if cover.names.contains(name) {
                return Ok(false);
            }
            for pattern in &cover.patterns {
                if pattern.matches(name).ok_or(Code::Pattern)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
    }
}
