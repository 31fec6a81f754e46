//! Every constraint that a version's own file states, and which of them say the same thing at the same place.
//! Refuses to know payloads.

use super::judge::{Address, Judge, address, members, strings};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Keywords that restrict by themselves, whatever stands beside them.
const PLAIN: &[&str] = &[
    "$ref",
    "type",
    "const",
    "enum",
    "not",
    "anyOf",
    "oneOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minProperties",
    "maxProperties",
    "maxContains",
    "propertyNames",
];

/// One thing that a schema asks for, and that can be switched off alone.
pub struct Constraint {
    /// Pointer in the file of the version.
    pub pointer: String,
    pub address: Address,
}

/// All constraints of a version's own part of its bundle, in the order of the file.
pub fn constraints(root: &Value) -> Vec<Constraint> {
    let mut found = Vec::new();
    visit(root, "", &mut |schema, pointer| {
        let mut add = |pointer: String, value: &Value| {
            found.push(Constraint {
                pointer,
                address: address(value),
            });
        };
        for (tail, value) in stated(schema) {
            add(format!("{pointer}{tail}"), value);
        }
    });
    found
}

/// What one schema object or boolean states itself: the tail of the pointer, and the value that carries it.
pub fn stated(schema: &Value) -> Vec<(String, &Value)> {
    if schema == &Value::Bool(false) {
        return vec![(String::new(), schema)];
    }
    let mut found = Vec::new();
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        match keyword.as_str() {
            "required" => {
                let names = strings(value).enumerate();
                found.extend(names.map(|(i, (at, _))| (format!("/required/{i}"), at)));
            }
            "contains" if schema.get("minContains").is_none() => {
                found.push(("/contains".to_owned(), value));
            }
            "minContains" if value.as_u64() == Some(0) => {}
            "minContains" => found.push(("/minContains".to_owned(), value)),
            plain if PLAIN.contains(&plain) => found.push((format!("/{plain}"), value)),
            _ => {}
        }
    }
    found
}

/// Visits every schema of a document once, the entries that its bundle drew in left out.
fn visit<'a>(schema: &'a Value, pointer: &str, see: &mut impl FnMut(&'a Value, &str)) {
    see(schema, pointer);
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        let here = format!("{pointer}/{keyword}");
        match keyword.as_str() {
            "properties" | "$defs" => {
                for (name, below) in members(value) {
                    if !(keyword == "$defs" && name.contains('@')) {
                        let name = name.replace('~', "~0").replace('/', "~1");
                        visit(below, &format!("{here}/{name}"), see);
                    }
                }
            }
            "allOf" | "anyOf" | "oneOf" => {
                for (index, below) in value.as_array().into_iter().flatten().enumerate() {
                    visit(below, &format!("{here}/{index}"), see);
                }
            }
            "items"
            | "contains"
            | "not"
            | "if"
            | "then"
            | "else"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "propertyNames" => visit(value, &here, see),
            _ => {}
        }
    }
}

/// Where a constraint applies: a place in payloads, and the conditions under which it does.
#[derive(Clone)]
struct Use {
    at: Address,
    /// Ids of the conditional schemas around it, outermost first.
    scope: Vec<usize>,
}

/// Constraints that another one repeats wherever they apply.
#[derive(Default)]
pub struct Twins {
    /// By what is asked at which place.
    said: BTreeMap<String, Vec<Use>>,
    uses: BTreeMap<Address, Vec<(String, Use)>>,
    scopes: usize,
}

impl Twins {
    pub fn of(judge: &Judge<'_>) -> Self {
        let mut twins = Self::default();
        twins.walk(judge, judge.root, "", &[], 0);
        twins
    }

    /// The constraint and its twins: what has to be switched off together. `None` when some use of it has no twin.
    ///
    /// A twin asks for the same at the same place whenever the constraint is asked, so that no payload can tell
    /// whether the constraint is there.
    pub fn beside(&self, constraint: Address) -> Option<BTreeSet<Address>> {
        let mut off = BTreeSet::from([constraint]);
        for (said, here) in self.uses.get(&constraint)? {
            let is_twin =
                |other: &&Use| other.at != constraint && here.scope.starts_with(&other.scope);
            let others: Vec<Address> = self.said[said]
                .iter()
                .filter(is_twin)
                .map(|other| other.at)
                .collect();
            if others.is_empty() {
                return None;
            }
            off.extend(others);
        }
        Some(off)
    }

    /// The constraint and everything that asks for the same at one of its places, under whatever condition.
    pub fn everywhere(&self, constraint: Address) -> BTreeSet<Address> {
        let uses = self.uses.get(&constraint).into_iter().flatten();
        let said = uses.flat_map(|(said, _)| &self.said[said]);
        said.map(|other| other.at).chain([constraint]).collect()
    }

    fn walk(
        &mut self,
        judge: &Judge<'_>,
        schema: &Value,
        place: &str,
        scope: &[usize],
        depth: usize,
    ) {
        if depth > 40 {
            return;
        }
        for (tail, value) in stated(schema) {
            let keyword = tail.split('/').nth(1).unwrap_or("false");
            let said = format!("{place} {keyword} {value}");
            let here = Use {
                at: address(value),
                scope: scope.to_vec(),
            };
            self.said
                .entry(said.clone())
                .or_default()
                .push(here.clone());
            self.uses
                .entry(address(value))
                .or_default()
                .push((said, here));
        }
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            let go = |twins: &mut Self, below: &Value, place: &str, is_condition: bool| {
                let mut scope = scope.to_vec();
                if is_condition {
                    twins.scopes += 1;
                    scope.push(twins.scopes);
                }
                twins.walk(judge, below, place, &scope, depth + 1);
            };
            let listed = || value.as_array().into_iter().flatten();
            match keyword.as_str() {
                "$ref" => go(self, judge.target(value), place, false),
                "properties" => {
                    for (name, below) in members(value) {
                        go(self, below, &format!("{place}/{name}"), false);
                    }
                }
                "items" => go(self, value, &format!("{place}/*"), false),
                "contains" => go(self, value, &format!("{place}/*"), true),
                "allOf" => listed().for_each(|below| go(self, below, place, false)),
                "anyOf" | "oneOf" => listed().for_each(|below| go(self, below, place, true)),
                "not" | "if" | "then" | "else" => go(self, value, place, true),
                _ => {}
            }
        }
    }
}
