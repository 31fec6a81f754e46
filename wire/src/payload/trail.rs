//! The way through a bundle to the keyword that failed, with every schema that judged the same value.
//! Refuses to know payloads.

use super::atlas::{Atlas, Spot};
use super::form::plural;
use crate::json::{pointer_escape, pointer_segments};
use serde_json::Value;

/// Requirements whose breach means that a member cannot be identified.
///
/// Source: US Core 6.1.0 us-core-15, HRex 1.0.0 hrex-cov-1, HRex 1.2.0 hrex-pat-1
const IDENTIFYING: [&str; 3] = ["us-core-15", "hrex-cov-1", "hrex-pat-1"];

/// Levels of an `if` in which the constant is looked for that it asks for.
///
/// Source: the code of a FHIR Group stands under `code`, `coding` and `contains`: 4 levels, and some room
const DEEPEST_CONDITION: usize = 6;

/// Keywords that mean the same part of a value in every schema that has them.
const TWINNED: [&str; 2] = ["properties", "items"];

/// Where an error stands in the bundle.
#[derive(Clone, Debug)]
pub(super) struct Trail<'a> {
    /// The schemas that judged the failing value itself, outermost first; never empty.
    pub(super) spots: Vec<Spot<'a>>,
    /// What other schemas beside the way declare for the same value.
    twins: Vec<Spot<'a>>,
    /// The keyword that failed; `None` when a schema is `false` as a whole.
    pub(super) keyword: Option<String>,
    /// The slice that applied, when a condition chose it.
    pub(super) form: Option<String>,
}

/// How a keyword leads from a schema to a schema.
enum Step {
    /// To what a reference names.
    Reference,
    /// To a schema for the same value; it stands in a group or not.
    Same { grouped: bool },
    /// To a schema for a part of the value.
    Part { grouped: bool },
}

/// Source: JSON Schema 2020-12 core, sections 8.2.3, 10 and 11; draft-07 validation, section 6, and 2019-09 core, section
/// 8.2.4, for what is older
fn step(schema: Spot<'_>, keyword: &str) -> Option<Step> {
    Some(match keyword {
        "$ref" | "$dynamicRef" | "$recursiveRef" => Step::Reference,
        "not" | "if" | "then" | "else" => Step::Same { grouped: false },
        "allOf" | "anyOf" | "oneOf" | "dependentSchemas" | "dependencies" => {
            Step::Same { grouped: true }
        }
        "items" => Step::Part {
            grouped: schema.child(keyword).is_some_and(Spot::is_list),
        },
        "contains"
        | "additionalItems"
        | "propertyNames"
        | "additionalProperties"
        | "unevaluatedProperties"
        | "unevaluatedItems" => Step::Part { grouped: false },
        "properties" | "patternProperties" | "prefixItems" => Step::Part { grouped: true },
        _ => return None,
    })
}

impl<'a> Trail<'a> {
    /// Follows an evaluation path; where it leads out of the bundle, the trail ends early.
    pub(super) fn follow(atlas: &'a Atlas, path: &str, ends_in_keyword: bool) -> Self {
        let mut way = pointer_segments(path).unwrap_or_default();
        let keyword = ends_in_keyword.then(|| way.pop().map(Into::into)).flatten();
        let mut trail = Self {
            spots: atlas.root().into_iter().collect(),
            twins: Vec::new(),
            keyword,
            form: None,
        };
        let mut way = way.iter();
        while let Some(segment) = way.next() {
            let Some(next) = trail.step(segment, || way.next().map(AsRef::as_ref)) else {
                break;
            };
            trail.spots.push(next);
        }
        trail
    }

    fn step<'s>(
        &mut self,
        keyword: &str,
        name: impl FnOnce() -> Option<&'s str>,
    ) -> Option<Spot<'a>> {
        let here = *self.spots.last()?;
        match step(here, keyword)? {
            Step::Reference => here.target(keyword),
            Step::Same { grouped } => {
                if keyword == "then" {
                    self.form = self.slice(here).or(self.form.take());
                }
                here.below(keyword, if grouped { Some(name()?) } else { None })
            }
            Step::Part { grouped } => {
                let name = if grouped { Some(name()?) } else { None };
                self.turn_to_part(keyword, name);
                here.below(keyword, name)
            }
        }
    }

    /// From here on another value is judged: only what else is declared for it is kept.
    fn turn_to_part(&mut self, keyword: &str, name: Option<&str>) {
        let last = self.spots.last().copied();
        let judged = std::mem::take(&mut self.spots);
        let beside = std::mem::take(&mut self.twins);
        if !TWINNED.contains(&keyword) {
            return;
        }
        for view in judged.iter().chain(&beside).flat_map(|spot| spot.views()) {
            let twin = view.below(keyword, name).filter(|_| Some(view) != last);
            let twin = twin.filter(|spot| !self.twins.contains(spot));
            self.twins.extend(twin);
        }
    }

    /// Names the slice whose `then` stands in `here`: the constant that its `if` asks for.
    fn slice(&self, here: Spot<'a>) -> Option<String> {
        let (name, constant) = condition(here)?;
        let parent = self.spots.iter().rev().nth(1)?;
        let same = |slice: &Spot<'_>| condition(*slice).is_some_and(|(other, _)| other == name);
        let slices = parent.children("allOf").filter(same).count();
        let others = slices.saturating_sub(1);
        let folded = match others {
            0 => String::new(),
            others => format!(
                " ({})",
                plural(others, "other form folded", "other forms folded")
            ),
        };
        Some(format!("{constant}, chosen by `{name}`{folded}"))
    }

    /// The innermost schema.
    pub(super) fn schema(&self) -> Option<Spot<'a>> {
        self.spots.last().copied()
    }

    /// Pointer of the failing keyword in the bundle.
    pub(super) fn pointer(&self) -> String {
        let schema = self.schema().map(Spot::pointer).unwrap_or_default();
        match &self.keyword {
            Some(keyword) => schema + "/" + &pointer_escape(keyword),
            None => schema,
        }
    }

    /// Whether the way ends in one of these keywords, and not in a member of that name.
    pub(super) fn ends_in(&self, keywords: &[&str]) -> bool {
        let pointer = self.schema().map(Spot::pointer).unwrap_or_default();
        let mut way = pointer.rsplit('/');
        let last = way.next().is_some_and(|last| keywords.contains(&last));
        last && way.next() != Some("properties")
    }

    /// All schemas for the failing value: those that judged it, then those beside the way.
    pub(super) fn declarations(&self) -> impl Iterator<Item = Spot<'a>> {
        self.spots.iter().chain(&self.twins).copied()
    }
}

/// Whether one of these schemas carries a requirement without which nobody can be identified.
pub(super) fn identifies(spots: &[Spot<'_>]) -> bool {
    spots.iter().any(|spot| {
        let source = spot.word("x-source");
        let said = source.and_then(|source| source.get("statement"));
        let is_one = |number: &Value| {
            number
                .as_str()
                .is_some_and(|number| IDENTIFYING.contains(&number))
        };
        said.is_some_and(|said| match said {
            Value::Array(several) => several.iter().any(is_one),
            one => is_one(one),
        })
    })
}

/// The published statement that the innermost of these schemas names.
pub(super) fn statement(spots: &[Spot<'_>]) -> Option<String> {
    let named = |spot: &Spot<'_>| {
        let source = spot.word("x-source")?;
        let numbers: Vec<&str> = match source.get("statement")? {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => return None,
        };
        let text = |key: &str| source.get(key).and_then(Value::as_str);
        Some(format!(
            "{} {} {}",
            text("guide")?,
            text("version")?,
            numbers.join(", ")
        ))
    };
    spots.iter().rev().find_map(named)
}

/// The first member that the `if` of a slice pins to one string, however deep, and that string.
fn condition(slice: Spot<'_>) -> Option<(&str, &str)> {
    fixed(slice.child("if")?, None, DEEPEST_CONDITION)
}

fn fixed<'a>(schema: Spot<'a>, name: Option<&'a str>, depth: usize) -> Option<(&'a str, &'a str)> {
    if let Some(found) = name.zip(schema.text("const")) {
        return Some(found);
    }
    let depth = depth.checked_sub(1)?;
    let names = schema
        .child("properties")
        .map(Spot::names)
        .unwrap_or_default();
    let names = names.iter().map(|name| Some(name.as_str()));
    let members = schema.children("properties").zip(names);
    let items = ["contains", "items"]
        .into_iter()
        .filter_map(|keyword| schema.child(keyword));
    let mut below = members.chain(items.map(|item| (item, name)));
    below.find_map(|(schema, name)| fixed(schema, name, depth))
}
