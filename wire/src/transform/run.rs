//! Runs the maps of a transform over one payload, and tells every reason against it at once.

use super::file::Unlisted;
use super::map::{Map, Op};
use super::path::Path;
use super::tree::{Address, Part};
use super::{Refusal, Transform};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn run(transform: &Transform, source: &Value) -> Result<Vec<Value>, Vec<Refusal>> {
    let mut run = Run {
        tree: Part::of(source),
        refusals: Vec::new(),
    };
    for map in &transform.maps {
        run.map(map);
    }
    if !run.refusals.is_empty() {
        return Err(run.refusals);
    }
    let Some(each) = &transform.each else {
        return Ok(vec![run.tree.value()]);
    };
    let found = run.tree.each(each);
    let results = found.iter().filter_map(|address| run.tree.get(address));
    Ok(results.map(Part::value).collect())
}

/// What can be done where several values stand for one.
const CHOOSE: &str = "leave the one that holds; a transform does not choose";

struct Run {
    tree: Part,
    refusals: Vec<Refusal>,
}

impl Run {
    /// Backwards: what is taken out of a later place does not move an earlier one.
    fn map(&mut self, map: &Map) {
        let before = self.refusals.len();
        for place in self.tree.each(&map.within).iter().rev() {
            match &map.op {
                Op::Move {
                    from,
                    to,
                    stays,
                    tag,
                } => self.carry(place, (from, to), *stays, tag),
                Op::Constant { to, value, tag } => self.constant(place, to, value, tag),
                Op::Code {
                    from,
                    table,
                    unlisted,
                    tag,
                } => self.code(
                    place,
                    from,
                    &Codes {
                        table,
                        unlisted: *unlisted,
                        tag,
                    },
                ),
                Op::Drop { from } => {
                    for address in self.found(place, from).iter().rev() {
                        self.tree.take(address);
                    }
                }
                Op::Refuse { from, remedy, tag } => {
                    for address in self.found(place, from).iter().rev() {
                        let at = self.source(address);
                        self.refusals
                            .push(Refusal::roomless(tag, &at, from, remedy));
                    }
                }
                Op::Single { any, remedy, tag } => self.single(place, any, remedy, tag),
                Op::Needs { any, remedy, tag } => self.needs(place, any, remedy, tag),
            }
        }
        // By place, as a reader goes through the payload.
        if let Some(new) = self.refusals.get_mut(before..) {
            new.reverse();
        }
    }

    /// Addresses in the whole tree of what stands at `path`, seen from `place`.
    fn found(&self, place: &[usize], path: &Path) -> Vec<Address> {
        let below = self.tree.get(place).map(|part| part.select(path));
        let whole = |address: Address| place.iter().copied().chain(address).collect();
        below.into_iter().flatten().map(whole).collect()
    }

    /// Where a place stood in the source; for what a map made, the nearest parent that did.
    fn source(&self, place: &[usize]) -> String {
        let mut place = place;
        loop {
            if let Some(from) = self.tree.get(place).and_then(|part| part.from.clone()) {
                return from;
            }
            match place.split_last() {
                Some((_, parent)) => place = parent,
                None => return String::new(),
            }
        }
    }

    fn carry(&mut self, place: &[usize], (from, to): (&Path, &Path), stays: bool, tag: &str) {
        let found = self.found(place, from);
        let Some(first) = found.first() else {
            return;
        };
        let at = self.source(first);
        let parts = found
            .iter()
            .filter_map(|address| self.tree.get(address).cloned());
        let parts: Vec<Part> = parts.collect();
        // A filter picks items of a list, and they stay one.
        let picks = from
            .steps()
            .last()
            .is_some_and(|step| step.filter.is_some());
        let part = match (picks, parts.as_slice()) {
            (true, _) => Part::list(parts),
            (false, [one]) => one.clone(),
            (false, _) => {
                self.refusals.push(Refusal::several(tag, &at, from, CHOOSE));
                return;
            }
        };
        if !self.put(place, to, part) {
            self.refusals.push(Refusal::occupied(tag, &at, to));
        } else if !stays {
            // What was put stands behind everything else, so the old addresses still hold.
            for address in found.iter().rev() {
                self.tree.take(address);
            }
        }
    }

    /// Puts a part at `to`, seen from `place`; whether there was room for it, in exactly one parent.
    fn put(&mut self, place: &[usize], to: &Path, part: Part) -> bool {
        if !self.found(place, to).is_empty() {
            return false;
        }
        let (parent, names) = to.split_behind_filters();
        let parents = match parent.steps() {
            [] => vec![place.to_vec()],
            _ => self.found(place, &parent),
        };
        let [parent] = parents.as_slice() else {
            return false;
        };
        let room = self.tree.get_mut(parent);
        room.is_some_and(|room| room.put(names.steps(), part).is_ok())
    }

    fn constant(&mut self, place: &[usize], to: &Path, value: &Value, tag: &str) {
        let found = self.found(place, to);
        let stands = |address: &Address| {
            let part = self.tree.get(address);
            part.is_some_and(|part| part.value() == *value)
        };
        let clash = found.iter().find(|address| !stands(address)).cloned();
        let fits = match (&clash, found.is_empty()) {
            (Some(_), _) => false,
            (None, false) => true,
            (None, true) => self.put(place, to, Part::constant(value)),
        };
        if !fits {
            let at = self.source(&clash.unwrap_or_else(|| place.to_vec()));
            self.refusals.push(Refusal::occupied(tag, &at, to));
        }
    }

    fn single(&mut self, place: &[usize], any: &[Path], remedy: &str, tag: &str) {
        let found = any.iter().flat_map(|path| self.found(place, path));
        let found: BTreeSet<Address> = found.collect();
        if let (Some(second), Some(path)) = (found.iter().nth(1), any.first()) {
            let at = self.source(second);
            self.refusals.push(Refusal::several(tag, &at, path, remedy));
        }
    }

    fn code(&mut self, place: &[usize], from: &Path, codes: &Codes<'_>) {
        for address in self.found(place, from) {
            let Some(part) = self.tree.get_mut(&address) else {
                continue;
            };
            match codes.translated(&part.value()) {
                Ok(value) => part.recode(&value),
                Err(Stranger) => {
                    let at = self.source(&address);
                    self.refusals.push(Refusal::unlisted(codes.tag, &at, from));
                }
            }
        }
    }

    fn needs(&mut self, place: &[usize], any: &[Path], remedy: &str, tag: &str) {
        if any.iter().all(|path| self.found(place, path).is_empty())
            && let Some(first) = any.first()
        {
            let at = self.source(place);
            self.refusals
                .push(Refusal::missing(tag, &at, first, remedy));
        }
    }
}

/// A table of codes with what becomes of the others.
struct Codes<'a> {
    table: &'a BTreeMap<String, String>,
    unlisted: Unlisted,
    tag: &'a str,
}

/// A code that no row lists.
struct Stranger;

impl Codes<'_> {
    /// A word, a coding, a concept or a list of them, with every code exchanged.
    fn translated(&self, value: &Value) -> Result<Value, Stranger> {
        match value {
            Value::String(word) => self.row(word).map(|new| match new {
                Some(new) => Value::String(new.to_owned()),
                None => value.clone(),
            }),
            Value::Array(items) => {
                let items: Result<Vec<Value>, Stranger> =
                    items.iter().map(|item| self.translated(item)).collect();
                Ok(Value::Array(items?))
            }
            Value::Object(members) if members.contains_key("coding") => {
                let mut concept = members.clone();
                if let Some(coding) = concept.get_mut("coding") {
                    *coding = self.translated(coding)?;
                }
                Ok(Value::Object(concept))
            }
            Value::Object(members) => self.coding(members),
            Value::Null | Value::Bool(_) | Value::Number(_) => Err(Stranger),
        }
    }

    /// A coding; wording and edition belong to the old code, so they do not stand beside the new one.
    fn coding(&self, members: &serde_json::Map<String, Value>) -> Result<Value, Stranger> {
        let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or("");
        let old = format!("{}#{}", text("system"), text("code"));
        let Some(new) = self.row(&old)?.filter(|new| **new != old) else {
            return Ok(Value::Object(members.clone()));
        };
        let (system, code) = new.rsplit_once('#').unwrap_or(("", new));
        let mut coding = members.clone();
        for name in ["display", "version"] {
            coding.shift_remove(name);
        }
        for (name, word) in [("system", system), ("code", code)] {
            coding.insert(name.to_owned(), Value::String(word.to_owned()));
        }
        Ok(Value::Object(coding))
    }

    /// The counterpart of a code; none for one that may stay as it is.
    fn row(&self, code: &str) -> Result<Option<&str>, Stranger> {
        match (self.table.get(code), self.unlisted) {
            (Some(new), _) => Ok(Some(new)),
            (None, Unlisted::Keep) => Ok(None),
            (None, Unlisted::Refuse) => Err(Stranger),
        }
    }
}
