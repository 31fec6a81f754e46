//! One-step changes of an accepted example, each aimed at the constraints that it is meant to break.
//! Refuses to judge: a mutant may miss its aim, and whoever tries it finds out.

use super::constraint::stated;
use super::edit::Edit;
use super::judge::{Address, Judge, address, is_of, members, whole};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Changes of one example that belong together.
pub struct Mutant {
    pub example: usize,
    pub edits: Vec<Edit>,
    /// The condition, choice or count around each aim, innermost last: changes of one group can be combined.
    pub groups: Vec<usize>,
}

/// All mutants of a version, and which of them are aimed at what.
pub struct Mutants<'a> {
    judge: &'a Judge<'a>,
    /// What members of a name hold in any example.
    seen: BTreeMap<String, Vec<Value>>,
    pub all: Vec<Mutant>,
    pub aims: BTreeMap<Address, Vec<usize>>,
    pub by_group: BTreeMap<usize, Vec<usize>>,
    groups: usize,
}

/// Where the walk stands.
#[derive(Clone)]
struct Site {
    example: usize,
    pointer: String,
    /// Constraints that fail when what stands below them fails.
    around: Vec<Address>,
    groups: Vec<usize>,
    /// A list, one of its items and a copy to be appended: what the walk changes, it changes in the copy.
    copy: Option<(String, usize, usize, Value)>,
    depth: usize,
}

/// Most values of one name that are tried elsewhere.
const SAMPLES: usize = 8;
/// Mutants that are aimed at one constraint.
const ENOUGH: usize = 400;
const DEPTH: usize = 60;

impl<'a> Mutants<'a> {
    pub fn of(judge: &'a Judge<'a>, accepted: &[&Value], others: &[&Value]) -> Self {
        let mut mutants = Self {
            judge,
            seen: BTreeMap::new(),
            all: Vec::new(),
            aims: BTreeMap::new(),
            by_group: BTreeMap::new(),
            groups: 0,
        };
        for example in accepted.iter().chain(others) {
            mutants.see(example);
        }
        for (example, payload) in accepted.iter().enumerate() {
            let site = Site {
                example,
                pointer: String::new(),
                around: Vec::new(),
                groups: Vec::new(),
                copy: None,
                depth: 0,
            };
            mutants.walk(judge.root, payload, &site);
        }
        mutants
    }

    fn see(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let known = self.seen.entry(name.clone()).or_default();
                    if known.len() < SAMPLES && !known.contains(member) {
                        known.push(member.clone());
                    }
                    self.see(member);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.see(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn add(&mut self, site: &Site, aim: &Value, edits: Vec<Edit>) {
        let known = self.aims.get(&address(aim)).map_or(0, Vec::len);
        if known >= ENOUGH {
            return;
        }
        let edits = match &site.copy {
            None => edits,
            Some((list, from, to, copy)) => {
                let (old, new) = (format!("{list}/{from}"), format!("{list}/{to}"));
                let moved = edits.into_iter().map(|edit| edit.moved(&old, &new));
                [Edit::Append(list.clone(), copy.clone())]
                    .into_iter()
                    .chain(moved)
                    .collect()
            }
        };
        let number = self.all.len();
        for aim in site.around.iter().copied().chain([address(aim)]) {
            self.aims.entry(aim).or_default().push(number);
        }
        for group in &site.groups {
            self.by_group.entry(*group).or_default().push(number);
        }
        self.all.push(Mutant {
            example: site.example,
            edits,
            groups: site.groups.clone(),
        });
    }

    fn put(&mut self, site: &Site, aim: &Value, pointer: &str, value: Value) {
        self.add(site, aim, vec![Edit::Put(pointer.to_owned(), value)]);
    }

    fn walk(&mut self, schema: &Value, value: &Value, site: &Site) {
        if site.depth > DEPTH {
            return;
        }
        let mut site = site.clone();
        site.depth += 1;
        let forks = ["if", "anyOf", "oneOf", "not", "contains"];
        if forks.iter().any(|fork| schema.get(fork).is_some()) {
            self.groups += 1;
            site.groups.push(self.groups);
        }
        for (tail, asked) in stated(schema) {
            self.breaks(&tail, asked, schema, value, &site);
        }
        for (keyword, asked) in schema.as_object().into_iter().flatten() {
            self.below(schema, keyword, asked, value, &site);
        }
    }

    fn below(&mut self, schema: &Value, keyword: &str, asked: &Value, value: &Value, site: &Site) {
        let mut within = site.clone();
        match keyword {
            "$ref" => {
                within.around.push(address(asked));
                self.walk(self.judge.target(asked), value, &within);
            }
            "allOf" | "anyOf" | "oneOf" => {
                if keyword != "allOf" {
                    within.around.push(address(asked));
                }
                for branch in asked.as_array().into_iter().flatten() {
                    self.walk(branch, value, &within);
                }
            }
            "not" => {
                within.around.push(address(asked));
                self.walk(asked, value, &within);
            }
            "if" => {
                self.walk(asked, value, site);
                let branch = if self.judge.fits(asked, value, &[]) {
                    "then"
                } else {
                    "else"
                };
                if let Some(branch) = schema.get(branch) {
                    self.walk(branch, value, site);
                }
            }
            "properties" => {
                for (name, schema) in members(asked) {
                    within.pointer = format!("{}/{name}", site.pointer);
                    match value.get(name) {
                        Some(member) => self.walk(schema, member, &within),
                        None if schema == &Value::Bool(false) && value.is_object() => {
                            self.invent(name, schema, &within);
                        }
                        None => {}
                    }
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    within.pointer = format!("{}/{index}", site.pointer);
                    self.walk(asked, item, &within);
                }
            }
            "contains" => self.counted(asked, value, site),
            "additionalProperties" | "unevaluatedProperties" if value.is_object() => {
                let pointer = format!("{}/undeclaredMember", site.pointer);
                self.put(site, asked, &pointer, json!("x"));
            }
            _ => {}
        }
    }

    fn counted(&mut self, asked: &Value, value: &Value, site: &Site) {
        let items = value.as_array().map_or(&[][..], Vec::as_slice);
        for (index, item) in items.iter().enumerate() {
            let mut within = site.clone();
            within.around.push(address(asked));
            within.pointer = format!("{}/{index}", site.pointer);
            self.walk(asked, item, &within);
            if site.copy.is_none() {
                let list = site.pointer.clone();
                within.copy = Some((list, index, items.len(), item.clone()));
                self.walk(asked, item, &within);
            }
        }
    }

    /// Values for a member that must not be there, or that a condition asks for.
    fn invent(&mut self, name: &str, aim: &Value, site: &Site) {
        let mut values = self.seen.get(name).cloned().unwrap_or_default();
        values.extend([json!("x"), json!({}), json!([{}])]);
        for value in values {
            self.put(site, aim, &site.pointer, value);
        }
    }

    fn breaks(&mut self, tail: &str, asked: &Value, schema: &Value, value: &Value, site: &Site) {
        let at = site.pointer.as_str();
        match tail.split('/').nth(1).unwrap_or("false") {
            "type" => {
                for other in [json!(5), json!("x"), json!({}), json!([]), json!(true)] {
                    if !is_of(asked, &other) {
                        self.put(site, asked, at, other);
                    }
                }
            }
            "const" | "enum" => {
                for other in self.others(value, at) {
                    self.put(site, asked, at, other);
                }
            }
            "required" => {
                let name = asked.as_str().unwrap();
                let mut within = site.clone();
                within.pointer = format!("{at}/{name}");
                if value.get(name).is_some() {
                    let drop = Edit::Drop(within.pointer.clone());
                    self.add(site, asked, vec![drop]);
                } else if value.is_object() {
                    self.invent(name, asked, &within);
                }
            }
            "false" => self.put(site, asked, at, value.clone()),
            "propertyNames" => self.put(site, asked, &format!("{at}/undeclaredMember"), json!("x")),
            word => match value {
                Value::Array(items) => self.breaks_list(word, asked, schema, items, site),
                Value::String(text) => self.breaks_text(word, asked, text, site),
                Value::Number(_) => {
                    for step in [-1.0, 1.0] {
                        if let Some(bound) = asked.as_f64() {
                            let near = bound + step;
                            let near = if near.fract() == 0.0 {
                                json!(near as i64)
                            } else {
                                json!(near)
                            };
                            self.put(site, asked, at, near);
                        }
                    }
                }
                Value::Object(_) if word == "minProperties" => self.put(site, asked, at, json!({})),
                Value::Object(_) | Value::Null | Value::Bool(_) => {}
            },
        }
    }

    /// Values that stand elsewhere under the same name, and values that stand nowhere.
    fn others(&self, value: &Value, at: &str) -> Vec<Value> {
        let mut others = Vec::new();
        if let Value::String(text) = value {
            others.push(json!(format!("{text}x")));
        }
        let name = at
            .rsplit('/')
            .find(|step| step.parse::<usize>().is_err())
            .unwrap_or_default();
        let known = self.seen.get(name).into_iter().flatten();
        others.extend(known.filter(|known| *known != value).cloned());
        others.extend([
            json!("x"),
            json!(!value.as_bool().unwrap_or(true)),
            json!(7),
        ]);
        others
    }

    fn breaks_list(
        &mut self,
        word: &str,
        asked: &Value,
        schema: &Value,
        items: &[Value],
        site: &Site,
    ) {
        let at = site.pointer.as_str();
        let repeated = |times: usize, item: &Value| {
            let mut longer = items.to_vec();
            longer.extend(std::iter::repeat_n(item.clone(), times));
            json!(longer)
        };
        match word {
            "minItems" => {
                let shorter = (whole(asked) as usize).saturating_sub(1).min(items.len());
                self.put(site, asked, at, json!(items[..shorter]));
                self.put(site, asked, at, json!(items[items.len() - shorter..]));
            }
            "maxItems" | "maxContains" | "uniqueItems" => {
                let most = asked.as_u64().map_or(1, |most| most as usize);
                for item in items {
                    let full = (most + 1).saturating_sub(items.len()).max(1);
                    for times in [1, full, most, most + 1] {
                        self.put(site, asked, at, repeated(times, item));
                    }
                }
            }
            "contains" | "minContains" => {
                let counted = schema.get("contains").unwrap();
                let rest = items.iter().filter(|i| !self.judge.fits(counted, i, &[]));
                let rest: Vec<&Value> = rest.collect();
                self.put(site, asked, at, json!(rest));
                for (index, item) in items.iter().enumerate() {
                    if self.judge.fits(counted, item, &[]) {
                        self.add(site, asked, vec![Edit::Drop(format!("{at}/{index}"))]);
                        for other in &rest {
                            self.put(site, asked, &format!("{at}/{index}"), (*other).clone());
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn breaks_text(&mut self, word: &str, asked: &Value, text: &str, site: &Site) {
        let at = site.pointer.as_str();
        let short: String = text.chars().skip(1).collect();
        let head: String = text
            .chars()
            .take(text.chars().count().saturating_sub(1))
            .collect();
        let tries = match word {
            "minLength" => vec![
                text.chars()
                    .take((whole(asked) as usize).saturating_sub(1))
                    .collect(),
            ],
            "maxLength" => vec![
                text.chars()
                    .chain("x".repeat(whole(asked) as usize + 1).chars())
                    .collect(),
            ],
            "pattern" => vec![
                short,
                head,
                format!("{text}x"),
                format!("x{text}"),
                format!("{text} "),
                "x y".to_owned(),
                "9999-99-99".to_owned(),
                String::new(),
            ],
            _ => Vec::new(),
        };
        for other in tries {
            self.put(site, asked, at, json!(other));
        }
    }
}
