//! The replays of one interaction: the example, and every combination of what may stand in its place.
//! Refuses to decide what an answer may look like: a variant of the answer only says which states bring it about.

use super::super::interaction::{Body, Interaction};
use super::super::states::State;
use super::super::terms::{Alternative, Instead, Optional, Side};
use super::combination::combinations;
use serde_json::Value;
use wire::json::{pointer_escape, pointer_segments};

/// One way to replay an interaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// `request $.a absent, response $.b value 2`; empty for the example.
    pub name: String,
    /// The states of the interaction, and after them those of the variant.
    pub states: Vec<State>,
    /// The body of the request, where it is JSON.
    pub body: Option<Value>,
}

/// Every replay of an interaction, the example first. Two that send the same from the same states are one.
pub fn variants(interaction: &Interaction) -> Vec<Variant> {
    let dimensions: Vec<Dimension<'_>> = interaction
        .terms
        .optional
        .iter()
        .map(Dimension::of)
        .filter(|dimension| !dimension.tried.is_empty())
        .collect();
    let counts: Vec<usize> = dimensions.iter().map(|d| d.tried.len() + 1).collect();
    let mut found: Vec<Variant> = Vec::new();
    for row in combinations(&counts) {
        let chosen: Vec<Chosen<'_>> = dimensions
            .iter()
            .zip(row)
            .filter_map(|(dimension, choice)| dimension.chosen(choice))
            .collect();
        let variant = variant(interaction, &chosen);
        let same = |known: &Variant| known.states == variant.states && known.body == variant.body;
        if !found.iter().any(same) {
            found.push(variant);
        }
    }
    found
}

/// A place and what is tried there instead of the example: everything that is sent, and what a state brings about.
struct Dimension<'a> {
    optional: &'a Optional,
    tried: Vec<(usize, &'a Alternative)>,
}

/// One alternative at one place.
struct Chosen<'a> {
    optional: &'a Optional,
    number: usize,
    alternative: &'a Alternative,
}

impl<'a> Dimension<'a> {
    fn of(optional: &'a Optional) -> Self {
        let is_sent = optional.scope.side == Side::Request;
        let tried = optional
            .variants
            .iter()
            .enumerate()
            .filter(|(_, alternative)| is_sent || !alternative.states.is_empty())
            .collect();
        Self { optional, tried }
    }

    /// The alternative of a choice; choice 0 is the example.
    fn chosen(&self, choice: usize) -> Option<Chosen<'a>> {
        let (number, alternative) = self.tried.get(choice.checked_sub(1)?)?;
        Some(Chosen {
            optional: self.optional,
            number: *number,
            alternative,
        })
    }
}

fn variant(interaction: &Interaction, chosen: &[Chosen<'_>]) -> Variant {
    let names: Vec<String> = chosen
        .iter()
        .map(|chosen| name(chosen.optional, chosen.number, chosen.alternative))
        .collect();
    let mut states = interaction.states.clone();
    for state in chosen.iter().flat_map(|chosen| &chosen.alternative.states) {
        if !states.contains(state) {
            states.push(state.clone());
        }
    }
    let body = match &interaction.request.content.body {
        Body::Json(json) => Some(varied(json.value(), chosen)),
        Body::Absent | Body::Empty | Body::Text(_) | Body::Form(_) | Body::Unsupported => None,
    };
    Variant {
        name: names.join(", "),
        states,
        body,
    }
}

/// How an alternative is called: `response $.meta absent`. A value is told by its number.
pub fn name(optional: &Optional, number: usize, alternative: &Alternative) -> String {
    let side = optional.scope.side.word();
    let path = &optional.scope.path;
    match &alternative.is {
        Instead::Absent => format!("{side} {path} absent"),
        Instead::Null => format!("{side} {path} null"),
        Instead::Value(_) => format!("{side} {path} variant {}", number + 1),
    }
}

fn varied(example: &Value, chosen: &[Chosen<'_>]) -> Value {
    let sent = chosen
        .iter()
        .filter(|chosen| chosen.optional.scope.side == Side::Request);
    let changes: Vec<(String, &Instead)> = sent
        .flat_map(|chosen| {
            let places = chosen.optional.scope.path.select(example);
            let is = &chosen.alternative.is;
            places.into_iter().map(move |(pointer, _)| (pointer, is))
        })
        .collect();
    with(example, &changes)
}

/// `value` with something else, or nothing, at some of its places.
pub fn with(value: &Value, changes: &[(String, &Instead)]) -> Value {
    let mut value = value.clone();
    let mut gone: Vec<Vec<Token>> = Vec::new();
    for (pointer, instead) in changes {
        let put = match instead {
            Instead::Absent => {
                gone.push(tokens(pointer));
                continue;
            }
            Instead::Null => Value::Null,
            Instead::Value(put) => put.clone(),
        };
        if let Some(place) = value.pointer_mut(pointer) {
            *place = put;
        }
    }
    // From the back: what is taken out must not move what is still to be taken out.
    gone.sort();
    gone.dedup();
    for place in gone.iter().rev() {
        remove(&mut value, place);
    }
    value
}

/// One step of a pointer; items are ordered by number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Item(usize),
    Member(String),
}

fn tokens(pointer: &str) -> Vec<Token> {
    let segments = pointer_segments(pointer).unwrap_or_default();
    let token = |segment: &std::borrow::Cow<'_, str>| match segment.parse() {
        Ok(index) => Token::Item(index),
        Err(_) => Token::Member(segment.to_string()),
    };
    segments.iter().map(token).collect()
}

fn remove(value: &mut Value, place: &[Token]) {
    let Some((last, parents)) = place.split_last() else {
        return;
    };
    let text = |token: &Token| match token {
        Token::Item(index) => index.to_string(),
        Token::Member(name) => name.clone(),
    };
    let parent: String = parents
        .iter()
        .map(|token| format!("/{}", pointer_escape(&text(token))))
        .collect();
    match (value.pointer_mut(&parent), last) {
        // Not a swap: the order of the others is part of the example.
        (Some(Value::Object(members)), last) => {
            members.shift_remove(&text(last));
        }
        (Some(Value::Array(items)), Token::Item(index)) if *index < items.len() => {
            items.remove(*index);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_taken_out_does_not_move_what_is_taken_out_next() {
        let value = json!({"a": [0, 1, 2, {"b": 3, "c": 4}], "d": 5});
        let changes = [
            ("/a/0".to_owned(), &Instead::Absent),
            ("/a/1".to_owned(), &Instead::Absent),
            ("/a/3/b".to_owned(), &Instead::Absent),
            ("/a/2".to_owned(), &Instead::Null),
            ("/gone".to_owned(), &Instead::Absent),
        ];
        let changed = with(&value, &changes);
        assert_eq!(changed, json!({"a": [null, {"c": 4}], "d": 5}));
        assert_eq!(with(&value, &[]), value);
    }
}
