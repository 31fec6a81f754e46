//! The residual engine: what is left of one side once the other is taken away, type by type, over recursive states.
//! Refuses to guess: it gives a value, or that there is none, or why it cannot tell.

mod atom;
mod case;
mod cover;
mod distinct;
mod every;
mod facts;
mod fill;
mod graph;
mod list;
mod literal;
mod member;
mod number;
mod record;
mod region;
mod search;
mod solver;
mod tally;
mod text;
mod unwanted;
mod wanted;

use super::answer::Code;
use super::budget::Stop;
use super::evaluate::Program;
use graph::Graph;
use literal::{Literal, Terms};
pub(super) use solver::Settled;
use solver::Solver;

/// Which numbers are of the type `integer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Integers {
    /// Whole ones, however they are written.
    ByValue,
    /// It may depend on how a whole one is written, as some read draft 4: then a whole number may be none.
    AsWritten,
}

/// Whether the left side accepts a value that all of the right side reject.
pub(super) fn settle(
    left: &Program,
    right: &[&Program],
    integers: Integers,
    stop: &Stop,
) -> Settled {
    let programs: Vec<&Program> = std::iter::once(left).chain(right.iter().copied()).collect();
    let graph = Graph::new(programs);
    let mut literals = vec![Literal::yes(graph.root(0))];
    literals.extend((1..graph.programs()).map(|side| Literal::no(graph.root(side))));
    Solver::new(Terms::new(graph), integers, stop.clone()).settle(&literals)
}

/// The cap that a code stands for.
pub(super) fn cap(code: Code) -> Option<usize> {
    match code {
        Code::States => Some(solver::STATES),
        Code::Cases => Some(search::CASES),
        Code::Atoms => Some(region::REGIONS),
        Code::Contains => Some(list::KINDS),
        Code::Automaton => Some(super::automaton::STATES),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::inclusion::{Reading, Schema, Stop};
    use serde_json::{Value, json};

    fn read(schema: &Value) -> Schema {
        Schema::read(schema, Reading::default(), &Stop::default()).unwrap()
    }

    fn ask(left: &Value, right: &Value) -> Settled {
        let (left, right) = (read(left), read(right));
        let settled = settle(
            left.program(),
            &[right.program()],
            Integers::ByValue,
            &Stop::default(),
        );
        if let Settled::Value(value) = &settled {
            assert!(left.accepts(value) && !right.accepts(value), "{value}");
        }
        settled
    }

    fn is_inside(left: &Value, right: &Value) {
        let settled = ask(left, right);
        assert!(matches!(settled, Settled::Empty), "{left} in {right}");
    }

    fn is_not_inside(left: &Value, right: &Value) {
        let settled = ask(left, right);
        assert!(matches!(settled, Settled::Value(_)), "{left} in {right}");
    }

    #[test]
    fn patterns_are_compared_as_languages() {
        let text = |pattern: &str| json!({"type": "string", "pattern": pattern});
        is_inside(&text("^[0-9]{2}$"), &text("^[0-9]+$"));
        is_not_inside(&text("^[0-9]+$"), &text("^[0-9]{2}$"));
        is_not_inside(&json!({"type": "string", "minLength": 1}), &text(".+"));
        is_inside(&text("^(?!a)[ab]"), &text("^b"));
        is_inside(
            &json!({"type": "string", "pattern": "^a*$", "maxLength": 2}),
            &json!({"enum": ["", "a", "aa"]}),
        );
    }

    #[test]
    fn numbers_are_compared_with_their_gaps() {
        let whole = json!({"type": "integer", "exclusiveMinimum": 2, "exclusiveMaximum": 3});
        is_inside(&whole, &json!(false));
        is_inside(&json!({"multipleOf": 6}), &json!({"multipleOf": 2}));
        is_not_inside(&json!({"multipleOf": 2}), &json!({"multipleOf": 6}));
        is_inside(
            &json!({"type": "number", "multipleOf": 0.5, "minimum": 0, "maximum": 1}),
            &json!({"enum": [0, 0.5, 1]}),
        );
    }

    #[test]
    fn too_few_different_items_are_no_list() {
        let few = json!({"type": "array", "uniqueItems": true, "items": {"enum": [1, 2]}});
        is_inside(&few, &json!({"maxItems": 2}));
        is_not_inside(&few, &json!({"maxItems": 1}));
        is_not_inside(&json!({"type": "array"}), &json!({"uniqueItems": true}));
    }

    #[test]
    fn items_of_a_kind_are_counted() {
        let left = json!({"type": "array", "contains": {"const": 1}, "minContains": 2});
        is_inside(&left, &json!({"minItems": 2}));
        is_inside(&left, &json!({"contains": {"type": "integer"}}));
        is_not_inside(&left, &json!({"contains": {"const": 1}, "maxContains": 2}));
        is_inside(
            &json!({"type": "array", "maxItems": 1, "contains": true}),
            &json!({"minItems": 1, "items": {"anyOf": [true, false]}}),
        );
    }

    #[test]
    fn a_member_added_under_a_pattern_is_proved() {
        let left = json!({"type": "object", "patternProperties": {"^x": {"type": "string"}}, "additionalProperties": false});
        let mut right = left.clone();
        right["properties"] = json!({"xy": {"minLength": 0}});
        is_inside(&left, &right);
        right["properties"] = json!({"xy": {"minLength": 1}});
        is_not_inside(&left, &right);
    }

    #[test]
    fn names_are_counted_where_there_are_few() {
        let left = json!({"type": "object", "propertyNames": {"pattern": "^[ab]$"}});
        is_inside(&left, &json!({"maxProperties": 2}));
        is_not_inside(&left, &json!({"maxProperties": 1}));
    }

    #[test]
    fn a_break_far_around_a_cycle_is_found() {
        let chain = |kind: &str| {
            json!({"$ref": "#/$defs/a", "$defs": {
                "a": {"oneOf": [{"type": "null"}, {"type": "object", "required": ["b"], "properties": {"b": {"$ref": "#/$defs/b"}}}]},
                "b": {"oneOf": [{"type": kind}, {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/$defs/a"}}}]},
            }})
        };
        is_inside(&chain("integer"), &chain("number"));
        is_not_inside(&chain("number"), &chain("integer"));
    }

    #[test]
    fn what_no_finite_value_satisfies_is_inside_everything() {
        let endless = json!({"$ref": "#/$defs/n", "$defs": {"n": {"type": "object", "required": ["n"], "properties": {"n": {"$ref": "#/$defs/n"}}}}});
        is_inside(&endless, &json!(false));
    }

    #[test]
    fn what_is_left_over_depends_on_the_branches_that_hold() {
        let left = json!({"type": "object", "anyOf": [{"properties": {"a": true}, "required": ["a"]}, {"properties": {"b": true}}], "unevaluatedProperties": false});
        is_inside(&left, &json!({"propertyNames": {"enum": ["a", "b"]}}));
        is_not_inside(&json!({"type": "object", "properties": {"a": true}}), &left);
        let list = json!({"prefixItems": [true], "contains": {"type": "string"}, "unevaluatedItems": {"type": "null"}});
        is_not_inside(
            &json!({"type": "array", "items": {"type": "integer"}, "minItems": 2}),
            &list,
        );
    }

    #[test]
    fn an_overlapping_branch_narrows_a_choice_of_one() {
        let two = json!({"oneOf": [{"minimum": 0}, {"maximum": -1}]});
        let three = json!({"oneOf": [{"minimum": 0}, {"maximum": -1}, {"const": 7}]});
        is_not_inside(&two, &three);
        is_inside(&json!({"type": "integer"}), &two);
    }

    #[test]
    fn a_state_that_may_still_grow_is_never_taken_for_complete() {
        let old = json!({
            "type": "array", "uniqueItems": true, "minItems": 3, "items": {"$ref": "#/$defs/s"},
            "$defs": {
                "s": {"anyOf": [{"type": "null"}, {"const": 1}, {
                    "type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/$defs/t"}},
                    "anyOf": [{"minProperties": 1}, {"required": ["b"]}],
                }]},
                "t": {"type": "array", "uniqueItems": true, "minItems": 2, "items": {"$ref": "#/$defs/s"}},
            },
        });
        is_not_inside(&old, &json!({"type": "string"}));
    }

    #[test]
    fn there_are_more_texts_of_one_character_than_letters() {
        let letters = ('a'..='z').chain('0'..='9').chain([' ', '\u{4e01}']);
        let listed: Vec<String> = letters.map(String::from).chain([String::new()]).collect();
        is_not_inside(
            &json!({"type": "string", "maxLength": 1}),
            &json!({"enum": listed}),
        );
        let none = json!({"type": "string", "maxLength": 0});
        is_inside(&none, &json!({"enum": [""]}));
    }

    #[test]
    fn a_value_that_grows_without_bound_is_given_up() {
        let mut definitions = json!({"a0": {"const": 1}});
        for level in 1..=17 {
            let below = json!({"$ref": format!("#/$defs/a{}", level - 1)});
            definitions[format!("a{level}")] =
                json!({"type": "array", "minItems": 2, "maxItems": 2, "items": below});
        }
        let items = json!({"$ref": "#/$defs/a17"});
        let old = json!({"type": "array", "minItems": 4000, "items": items, "$defs": definitions});
        let settled = ask(&old, &json!({"type": "string"}));
        assert!(matches!(settled, Settled::Open(Code::WitnessSize)));
    }

    #[test]
    fn truth_values_are_taken_out_one_by_one() {
        let old = json!({"type": "boolean", "not": {"const": true}});
        is_inside(&old, &json!({"const": false}));
    }

    #[test]
    fn a_set_stop_flag_ends_the_search() {
        let (stop, schema) = (Stop::default(), read(&json!({"minimum": 1})));
        stop.set();
        let settled = settle(schema.program(), &[], Integers::ByValue, &stop);
        assert!(matches!(settled, Settled::Open(Code::Time)));
    }
}
