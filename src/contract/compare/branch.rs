//! Branches of a schema: which one a discriminator picks, and those that apply maybe.
//! Refuses to know members and items.

use super::expand::{Close, Expander, Frame, Stop};
use super::gather::{Gathered, Spot};
use super::judge::Side;
use super::pool::{below, last};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What becomes of an alternative.
pub(super) enum Choice {
    /// One of these branches must fit, together with everything else at the place.
    Any(Vec<Spot>),
    /// The member with this name says a branch that there is not.
    Refused(String),
}

impl Expander<'_> {
    /// The first alternative of a place that is to be gone into, with the key that it is remembered by.
    pub(super) fn choice(
        &mut self,
        frame: &Frame<'_>,
        gathered: &Gathered,
    ) -> Option<(String, Choice)> {
        gathered.spots.iter().find_map(|spot| {
            let schema = self.pool.members(&spot.at)?;
            let tag = discriminator(schema);
            let word = if schema.get("oneOf").is_some_and(Value::is_array) {
                "oneOf"
            } else {
                "anyOf"
            };
            let key = below(&spot.at, word);
            if frame.decided.contains(&key) {
                return None;
            }
            let count = schema
                .get(word)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            let branches: Vec<String> = (0..count).map(|index| format!("{key}/{index}")).collect();
            if let Some(choice) = tag.and_then(|tag| self.tagged(spot, tag, &branches, frame.value))
            {
                return Some((key, choice));
            }
            // Of a response the example may show too little to tell branches apart: one that fits is enough.
            let open = self.side == Side::Shown && frame.close != Close::Never;
            if !open || word != "oneOf" || branches.is_empty() {
                return None;
            }
            let kept = branches.into_iter().map(|at| Spot { at, keep: true });
            Some((key, Choice::Any(kept.collect())))
        })
    }

    /// What a discriminator says of an example; `None` where it says nothing.
    fn tagged(&self, spot: &Spot, tag: &str, branches: &[String], value: &Value) -> Option<Choice> {
        let said = value.get(tag)?.as_str()?;
        let picked = |at: &str| Spot {
            at: at.to_owned(),
            keep: self.side == Side::Sent,
        };
        if branches.is_empty() {
            return self
                .heir(spot, said)
                .map(|at| Choice::Any(vec![picked(&at)]));
        }
        let mapped = self.mapped(spot, said);
        let fits = |at: &&String| match &mapped {
            Some(mapped) => self.targets(at).contains(mapped),
            None => self.goes_by(at, tag, said),
        };
        let found: Vec<Spot> = branches.iter().filter(fits).map(|at| picked(at)).collect();
        if !found.is_empty() {
            return Some(Choice::Any(found));
        }
        // A mapping to a schema beside the branches is as good as one of them.
        match mapped {
            Some(mapped) => Some(Choice::Any(vec![picked(&mapped)])),
            None => Some(Choice::Refused(tag.to_owned())),
        }
    }

    /// The schema that a mapping names for a value.
    fn mapped(&self, spot: &Spot, said: &str) -> Option<String> {
        let mapping = self
            .pool
            .members(&format!("{}/discriminator/mapping", spot.at))?;
        let named = mapping.get(said)?.as_str()?;
        self.pool.target(named).or_else(|| self.component(named))
    }

    fn component(&self, name: &str) -> Option<String> {
        ["/components/schemas", "/definitions"]
            .iter()
            .map(|folder| below(folder, name))
            .find(|at| self.pool.get(at).is_some())
    }

    /// The schema that builds on the one with the discriminator and goes by this name.
    fn heir(&self, spot: &Spot, said: &str) -> Option<String> {
        let named = |at: &&String| last(at).as_deref() == Some(said);
        let heir = self.pool.heirs(&spot.at).iter().find(named).cloned();
        self.mapped(spot, said).or(heir)
    }

    /// The branch and everything that it refers to.
    fn targets(&self, at: &str) -> Vec<String> {
        let mut targets = vec![at.to_owned()];
        while let Some(reference) = targets
            .last()
            .and_then(|at| self.pool.members(at)?.get("$ref")?.as_str())
        {
            match self.pool.target(reference) {
                Some(target) if !targets.contains(&target) => targets.push(target),
                Some(_) | None => break,
            }
        }
        targets
    }

    /// Whether a branch goes by this name, or fixes the tag to it.
    fn goes_by(&self, at: &str, tag: &str, said: &str) -> bool {
        let mut targets = self.targets(at);
        let is_named = |at: &String| last(at).as_deref() == Some(said);
        if targets.iter().skip(1).any(is_named) {
            return true;
        }
        let mut seen = BTreeSet::new();
        while let Some(at) = targets.pop() {
            if !seen.insert(at.clone()) {
                continue;
            }
            let property = below(&below(&at, "properties"), tag);
            let fixed = self.targets(&property).pop();
            let fixed = fixed.and_then(|at| self.pool.members(&at));
            let is = |value: &Value| value.as_str() == Some(said);
            let fixes = fixed.is_some_and(|schema| {
                let listed = schema.get("enum").and_then(Value::as_array);
                schema.get("const").is_some_and(is) || listed.is_some_and(|all| all.iter().any(is))
            });
            if fixes {
                return true;
            }
            let parts = self
                .pool
                .get(&below(&at, "allOf"))
                .and_then(Value::as_array);
            let count = parts.map_or(0, Vec::len);
            for index in 0..count {
                targets.extend(self.targets(&format!("{at}/allOf/{index}")));
            }
        }
        false
    }

    /// Branches that apply at the same place: each is judged for itself.
    pub(super) fn beside(
        &mut self,
        frame: &Frame<'_>,
        spot: &Spot,
        contested: &BTreeSet<String>,
        all: &mut Vec<Value>,
    ) -> Result<(), Stop> {
        let Some(schema) = self.pool.members(&spot.at) else {
            return Ok(());
        };
        for word in ["anyOf", "oneOf"] {
            let count = count(schema, word);
            let key = below(&spot.at, word);
            if count == 0 || frame.decided.contains(&key) {
                continue;
            }
            let keep = spot.keep || word == "oneOf";
            let mut each = Vec::new();
            for index in 0..count {
                let at = format!("{key}/{index}");
                let branch = Spot { at, keep };
                each.push(self.apart(frame, branch, &key, below_only(frame), contested)?);
            }
            all.push(json!({ word: each }));
        }
        self.conditional(frame, spot, contested, all)?;
        self.dependent(frame, spot, contested, all)?;
        for word in ["contains", "propertyNames"] {
            if schema.contains_key(word) {
                let whole = self.whole(&below(&spot.at, word));
                let mut keyword = Map::from_iter([(word.to_owned(), whole)]);
                for beside in ["minContains", "maxContains"] {
                    let number = schema.get(beside).filter(|number| number.is_u64());
                    keyword.extend(number.map(|number| (beside.to_owned(), number.clone())));
                }
                all.push(Value::Object(keyword));
            }
        }
        Ok(())
    }

    fn conditional(
        &mut self,
        frame: &Frame<'_>,
        spot: &Spot,
        contested: &BTreeSet<String>,
        all: &mut Vec<Value>,
    ) -> Result<(), Stop> {
        let mut conditional = Map::new();
        for word in ["not", "if", "then", "else"] {
            let key = below(&spot.at, word);
            if self.pool.get(&key).is_none() || frame.decided.contains(&key) {
                continue;
            }
            let branch = Spot {
                at: key.clone(),
                keep: true,
            };
            let part = self.apart(frame, branch, &key, Close::Never, contested)?;
            conditional.insert(word.to_owned(), part);
        }
        if !conditional.is_empty() {
            all.push(Value::Object(conditional));
        }
        Ok(())
    }

    fn dependent(
        &mut self,
        frame: &Frame<'_>,
        spot: &Spot,
        contested: &BTreeSet<String>,
        all: &mut Vec<Value>,
    ) -> Result<(), Stop> {
        let folder = below(&spot.at, "dependentSchemas");
        for name in super::expand::keys(self.pool, &folder) {
            let key = below(&folder, &name);
            if frame.value.get(&name).is_some() && !frame.decided.contains(&key) {
                let branch = spot.moved(key.clone());
                all.push(self.apart(frame, branch, &key, below_only(frame), contested)?);
            }
        }
        Ok(())
    }

    fn apart(
        &mut self,
        frame: &Frame<'_>,
        branch: Spot,
        key: &str,
        close: Close,
        contested: &BTreeSet<String>,
    ) -> Result<Value, Stop> {
        let mut decided = frame.decided.clone();
        decided.insert(key.to_owned());
        let mut part = frame.beside(vec![branch], decided, close);
        part.contested.clone_from(contested);
        self.place(&part)
    }
}

/// How a branch closes: the place that it belongs to does it for both.
fn below_only(frame: &Frame<'_>) -> Close {
    match frame.close {
        Close::Here | Close::Below => Close::Below,
        Close::Never => Close::Never,
    }
}

/// How many branches an alternative has.
fn count(schema: &Map<String, Value>, word: &str) -> usize {
    schema
        .get(word)
        .and_then(Value::as_array)
        .map_or(0, Vec::len)
}

/// The member that a discriminator looks at.
fn discriminator(schema: &Map<String, Value>) -> Option<&str> {
    match schema.get("discriminator")? {
        Value::String(name) => Some(name),
        other => other.get("propertyName")?.as_str(),
    }
}
