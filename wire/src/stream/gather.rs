//! All that several schemas ask of one value, put together: references and `allOf` are followed.
//! Refuses to know nodes: it collects, `compile` numbers.

use super::numeral::{Bound, Numeral};
use super::program::{ARRAY, BOOLEAN, BROKEN, EVERY, NULL, OBJECT, STRING, WHOLE};
use super::sources::{Draft, Sources, address};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// How far references may lead on.
const LONGEST: usize = 200;

/// What `contains` asks: the schema, how often at least and at most.
pub(super) type Counted<'v> = (&'v Value, u64, Option<u64>);

/// The keywords of all schemas at one value.
#[derive(Default)]
pub(super) struct Gathered<'v> {
    pub(super) kinds: u8,
    pub(super) unsure: u8,
    pub(super) choices: Vec<&'v [Value]>,
    pub(super) lengths: Range,
    pub(super) patterns: Vec<&'v str>,
    pub(super) bounds: Vec<(Bound, Numeral)>,
    pub(super) multiples: Vec<&'v Value>,
    /// Schemas that say something about members.
    pub(super) objects: Vec<&'v Map<String, Value>>,
    pub(super) required: Vec<&'v str>,
    pub(super) together: Vec<(&'v str, &'v str)>,
    /// Names with which an object cannot be settled.
    pub(super) doubtful: Vec<&'v str>,
    pub(super) names: Vec<&'v Value>,
    pub(super) members: Range,
    /// Schemas that say something about items.
    pub(super) arrays: Vec<&'v Map<String, Value>>,
    pub(super) contains: Vec<Counted<'v>>,
    pub(super) unique: bool,
    pub(super) items: Range,
    pub(super) any: Vec<&'v Value>,
    pub(super) one: Vec<&'v Value>,
    pub(super) not: Vec<&'v Value>,
    pub(super) conditions: Vec<&'v Map<String, Value>>,
    done: HashSet<usize>,
    path: Vec<usize>,
}

/// How many at least and at most.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Range {
    pub(super) least: u64,
    pub(super) most: Option<u64>,
}

impl Range {
    fn at_least(&mut self, least: u64) {
        self.least = self.least.max(least);
    }

    fn at_most(&mut self, most: u64) {
        self.most = Some(self.most.map_or(most, |before| before.min(most)));
    }

    pub(super) fn is_open(self) -> bool {
        self.least == 0 && self.most.is_none()
    }
}

impl<'v> Gathered<'v> {
    /// What `schemas` ask, but for the `anyOf` and `oneOf` whose addresses are `skipped`.
    pub(super) fn of(sources: &Sources<'v>, schemas: &[&'v Value], skipped: &[usize]) -> Self {
        let mut all = Self {
            kinds: EVERY,
            ..Self::default()
        };
        for schema in schemas {
            all.add(sources, schema);
        }
        let kept = |group: &&Value| !skipped.contains(&address(group));
        all.any.retain(kept);
        all.one.retain(kept);
        all
    }

    /// The kinds that are left once the values are known which are allowed.
    pub(super) fn chosen_kinds(&self) -> u8 {
        let choices = self.choices.iter();
        choices.fold(self.kinds, |kinds, choice| {
            kinds & choice.iter().fold(0, |kinds, value| kinds | kind(value))
        })
    }

    fn add(&mut self, sources: &Sources<'v>, schema: &'v Value) {
        let here = address(schema);
        if self.path.contains(&here) || self.path.len() > LONGEST {
            self.unsure = EVERY;
            return;
        }
        if !self.done.insert(here) {
            return;
        }
        self.path.push(here);
        match schema {
            Value::Bool(true) => {}
            Value::Bool(false) => self.kinds = 0,
            Value::Object(keywords) => self.keywords(sources, schema, keywords),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.unsure = EVERY;
            }
        }
        self.path.pop();
    }

    fn keywords(
        &mut self,
        sources: &Sources<'v>,
        schema: &'v Value,
        keywords: &'v Map<String, Value>,
    ) {
        if let Some(reference) = keywords.get("$ref") {
            let target = reference
                .as_str()
                .and_then(|text| sources.resolve(schema, text));
            match target {
                Some(target) => self.add(sources, target),
                None => self.unsure = EVERY,
            }
            if sources.draft == Draft::Seven {
                return;
            }
        }
        for (keyword, value) in keywords {
            let understood = match keyword.as_str() {
                "allOf" => self.all_of(sources, value),
                _ => self.keyword(sources.draft, keyword, value, keywords),
            };
            if understood.is_none() {
                self.unsure = EVERY;
            }
        }
        if ["properties", "patternProperties", "additionalProperties"]
            .iter()
            .any(|keyword| keywords.contains_key(*keyword))
        {
            self.objects.push(keywords);
        }
        if ["items", "prefixItems"]
            .iter()
            .any(|keyword| keywords.contains_key(*keyword))
        {
            self.arrays.push(keywords);
        }
    }

    fn all_of(&mut self, sources: &Sources<'v>, value: &'v Value) -> Option<()> {
        for schema in value.as_array()? {
            self.add(sources, schema);
        }
        Some(())
    }

    /// `None` when the keyword is not written as it should be.
    fn keyword(
        &mut self,
        draft: Draft,
        keyword: &str,
        value: &'v Value,
        beside: &'v Map<String, Value>,
    ) -> Option<()> {
        match keyword {
            "type" => self.kinds &= kinds(value)?,
            "enum" => self.choices.push(value.as_array()?),
            "const" => self.choices.push(std::slice::from_ref(value)),
            "pattern" => self.patterns.push(value.as_str()?),
            "minLength" => self.lengths.at_least(value.as_u64()?),
            "maxLength" => self.lengths.at_most(value.as_u64()?),
            "minimum" => self.bounds.push((Bound::Least, limit(value)?)),
            "maximum" => self.bounds.push((Bound::Most, limit(value)?)),
            "exclusiveMinimum" => self.bounds.push((Bound::Above, limit(value)?)),
            "exclusiveMaximum" => self.bounds.push((Bound::Below, limit(value)?)),
            "multipleOf" => self.multiples.push(value),
            "minItems" => self.items.at_least(value.as_u64()?),
            "maxItems" => self.items.at_most(value.as_u64()?),
            "uniqueItems" => self.unique |= value.as_bool()?,
            "minProperties" => self.members.at_least(value.as_u64()?),
            "maxProperties" => self.members.at_most(value.as_u64()?),
            "required" => self.required.extend(words(value)?),
            "propertyNames" => self.names.push(value),
            "anyOf" => self.any.push(value),
            "oneOf" => self.one.push(value),
            "not" => self.not.push(value),
            "if" => self.conditions.push(beside),
            "contains" => self.contains.push(counted(draft, value, beside)?),
            "dependencies" => self.dependencies(value)?,
            "$recursiveRef" => return None,
            "items" | "prefixItems" | "additionalItems" => {}
            "contentEncoding" | "contentMediaType" if draft == Draft::Seven => {
                self.unsure |= STRING;
            }
            _ if draft == Draft::TwentyTwenty => self.newer_keyword(keyword, value)?,
            _ => {}
        }
        Some(())
    }

    fn newer_keyword(&mut self, keyword: &str, value: &'v Value) -> Option<()> {
        match keyword {
            "dependentRequired" | "dependentSchemas" => self.dependencies(value)?,
            "unevaluatedProperties" if *value != Value::Bool(true) => self.unsure |= OBJECT,
            "unevaluatedItems" if *value != Value::Bool(true) => self.unsure |= ARRAY,
            "$dynamicRef" => return None,
            // Everything else is an annotation.
            _ => {}
        }
        Some(())
    }

    fn dependencies(&mut self, value: &'v Value) -> Option<()> {
        for (name, needs) in value.as_object()? {
            match needs {
                Value::Array(_) => self
                    .together
                    .extend(words(needs)?.into_iter().map(|need| (name.as_str(), need))),
                Value::Bool(true) => {}
                _ => self.doubtful.push(name),
            }
        }
        Some(())
    }
}

fn counted<'v>(draft: Draft, value: &'v Value, beside: &Map<String, Value>) -> Option<Counted<'v>> {
    if draft == Draft::Seven {
        return Some((value, 1, None));
    }
    let count = |keyword| beside.get(keyword).map(Value::as_u64);
    let least = count("minContains").unwrap_or(Some(1))?;
    let most = match count("maxContains") {
        Some(most) => Some(most?),
        None => None,
    };
    Some((value, least, most))
}

/// The kinds that a value equal to this one may have.
pub(super) fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => NULL,
        Value::Bool(_) => BOOLEAN,
        Value::Number(_) => WHOLE | BROKEN,
        Value::String(_) => STRING,
        Value::Array(_) => ARRAY,
        Value::Object(_) => OBJECT,
    }
}

fn words(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

fn kinds(value: &Value) -> Option<u8> {
    let kind = |name: &Value| {
        Some(match name.as_str()? {
            "null" => NULL,
            "boolean" => BOOLEAN,
            "integer" => WHOLE,
            "number" => WHOLE | BROKEN,
            "string" => STRING,
            "array" => ARRAY,
            "object" => OBJECT,
            _ => return None,
        })
    };
    match value {
        Value::Array(list) => list
            .iter()
            .try_fold(0, |kinds, name| Some(kinds | kind(name)?)),
        _ => kind(value),
    }
}

/// A bound or divisor that can be compared with.
fn limit(value: &Value) -> Option<Numeral> {
    match value.as_i64() {
        Some(whole) => Some(Numeral::Whole(whole)),
        None => value.as_f64().map(Numeral::Broken),
    }
}
