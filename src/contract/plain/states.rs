//! A consumer's own words for provider states, turned into states of the vocabulary by its map.
//! Refuses to guess: a text that no pattern matches stays as it is.

use super::tree::Tree;
use crate::catalogue::{Source, StateMapFile};
use crate::contract::states::{Kind, known};
use crate::model::{Finding, rule};
use regex::{Captures, Regex};
use serde_json::{Map, Value, json};

const BAD_REGEX: &str = "contract/bad-regex";

/// The patterns of a map, ready.
#[derive(Clone, Debug, Default)]
pub struct StateMap {
    mappings: Vec<Mapping>,
}

#[derive(Clone, Debug)]
struct Mapping {
    pattern: Regex,
    state: String,
    params: Map<String, Value>,
}

impl StateMap {
    /// The map that a file writes.
    ///
    /// Errors: every pattern that is no regular expression, with its place
    pub fn of(source: &Source, file: &StateMapFile) -> Result<Self, Vec<Finding>> {
        let mut map = Self::default();
        let mut findings = Vec::new();
        for mapping in &file.state {
            match Regex::new(&format!(r"\A(?:{})\z", mapping.pattern)) {
                Ok(pattern) => map.mappings.push(Mapping {
                    pattern,
                    state: mapping.state.clone(),
                    params: mapping.params.clone(),
                }),
                Err(_) => {
                    let place = source.find(&mapping.pattern);
                    let kind = place.to_string();
                    let finding = Finding::new(BAD_REGEX, source.path.clone(), place)
                        .kind(kind)
                        .message("this is no regular expression of the dialect that is judged")
                        .remedy(rule(BAD_REGEX).map_or("", |rule| rule.fix));
                    findings.push(finding);
                }
            }
        }
        if findings.is_empty() {
            Ok(map)
        } else {
            Err(findings)
        }
    }

    /// The states that a text and its own parameters stand for; none when no pattern matches.
    pub(super) fn states(&self, text: &str, own: &Map<String, Value>) -> Vec<Tree> {
        self.mappings
            .iter()
            .filter_map(|mapping| {
                let captures = mapping.pattern.captures(text)?;
                Some(Tree::New(state(mapping, &captures, own)))
            })
            .collect()
    }
}

fn state(mapping: &Mapping, captures: &Captures<'_>, own: &Map<String, Value>) -> Value {
    let mut state = json!({ "name": mapping.state });
    let params: Map<String, Value> = mapping
        .params
        .iter()
        .map(|(name, value)| {
            let value = filled(value, captures, own);
            (name.clone(), typed(&mapping.state, name, value))
        })
        .collect();
    if let (Value::Object(members), false) = (&mut state, params.is_empty()) {
        members.insert("params".to_owned(), Value::Object(params));
    }
    state
}

/// `value` with every `${name}` in its texts replaced; a name that nothing gives stays as it is.
fn filled(value: &Value, captures: &Captures<'_>, own: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => {
            let alone = text
                .strip_prefix("${")
                .and_then(|rest| rest.strip_suffix('}'));
            // A parameter that stands for itself keeps its type.
            match alone
                .filter(|name| captures.name(name).is_none())
                .and_then(|name| own.get(name))
            {
                Some(given) => given.clone(),
                None => Value::String(expanded(text, captures, own)),
            }
        }
        Value::Array(items) => items
            .iter()
            .map(|item| filled(item, captures, own))
            .collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| (key.clone(), filled(member, captures, own)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn expanded(text: &str, captures: &Captures<'_>, own: &Map<String, Value>) -> String {
    let mut parts = text.split("${");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let found = part.split_once('}').and_then(|(name, after)| {
            let captured = match name.parse() {
                Ok(number) => captures.get(number),
                Err(_) => captures.name(name),
            };
            let captured = captured.map(|found| found.as_str().to_owned());
            let given = || own.get(name).map(plain);
            Some((captured.or_else(given)?, after))
        });
        match found {
            Some((value, after)) => out.extend([value.as_str(), after]),
            None => out.extend(["${", part]),
        }
    }
    out
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

/// A captured text as what the vocabulary says that the parameter holds.
fn typed(state: &str, name: &str, value: Value) -> Value {
    let param = known(state).and_then(|word| word.param(name));
    let (Some(param), Value::String(text)) = (param, &value) else {
        return value;
    };
    let other = match param.kind {
        Kind::Count => text.parse::<u64>().ok().map(Value::from),
        Kind::Flag => text.parse::<bool>().ok().map(Value::from),
        Kind::Text | Kind::Word(_) | Kind::Period | Kind::Texts | Kind::Objects => None,
    };
    other.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn map(text: &str) -> Result<StateMap, Vec<Finding>> {
        let source = Source::new("states.toml", text.as_bytes());
        StateMap::of(&source, &toml::from_str(text).unwrap())
    }

    fn mapped(map: &StateMap, text: &str, own: &Value) -> String {
        let states = map.states(text, own.as_object().unwrap());
        Tree::List(states).pretty().split_whitespace().collect()
    }

    #[test]
    fn captures_become_parameters_of_the_kind_that_the_vocabulary_says() {
        let map = map(r#"
            [[state]]
            pattern = 'member (?<ref>\w+) matches (\d+) times?'
            state = "member"
            params = { ref = "${ref}", matches = "${2}" }
            [[state]]
            pattern = 'member (\w+) .*'
            state = "consent"
            params = { member = "${1}", status = "${status}" }
        "#)
        .unwrap();
        assert_eq!(
            mapped(
                &map,
                "member m1 matches 2 times",
                &json!({ "status": "expired" })
            ),
            r#"[{"name":"member","params":{"matches":2,"ref":"m1"}},{"name":"consent","params":{"member":"m1","status":"expired"}}]"#
        );
        assert_eq!(
            mapped(&map, "the member m1 matches 2 times", &json!({})),
            "[]"
        );
    }

    #[test]
    fn a_pattern_that_is_no_expression_is_told_with_its_place() {
        let findings = map("[[state]]\npattern = '(?=a)'\nstate = \"member\"\n").unwrap_err();
        let finding = findings.first().unwrap();
        assert_eq!((finding.rule.as_str(), finding.place.line), (BAD_REGEX, 2));
    }
}
