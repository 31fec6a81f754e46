//! Asks both questions about a pair of versions and weighs the answers.
//! Refuses to weigh a finding: it gives effects, and what the release has to be called.

use super::explain::{Explanation, Failing, explain};
use super::side::Side;
use crate::inclusion::{Answer, Budget, Prover, Why, engine, worker};
use crate::model::{Bump, Direction, Effect};

/// What the step from one version to another does.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Is everything that the old version accepts accepted by the new one?
    pub forth: Answer,
    /// Is everything that the new version accepts accepted by the old one?
    pub back: Answer,
    pub effect: Effect,
    /// The smallest bump that says honestly what the step does.
    pub required: Bump,
    /// One for every change that breaks something by itself, narrowing ones first.
    pub explanations: Vec<Explanation>,
    /// The answers without any assumption, where an assumption changed them.
    pub strict: Strict,
}

/// The strict answers beside those that decide; `None` where nothing was assumed, or it made no difference.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strict {
    pub forth: Option<Answer>,
    pub back: Option<Answer>,
}

/// What the step from `old` to `new` does to a schema of this direction, and which changes do it.
#[must_use]
pub fn compare(old: &Side, new: &Side, direction: Direction, budget: &Budget) -> Comparison {
    explained(weigh(old, new, direction, budget), old, new, budget)
}

/// Adds to what was weighed the changes that do it, before what stayed open.
///
/// What is explained is what breaks although something is assumed of the sending side.
#[must_use]
pub fn explained(weighed: Comparison, old: &Side, new: &Side, budget: &Budget) -> Comparison {
    let sent = |side: &Side| side.assumed().unwrap_or_else(|| side.clone());
    let mut explanations = explain(Failing::Forth, &sent(old), new, &weighed.forth, budget);
    explanations.extend(explain(
        Failing::Back,
        old,
        &sent(new),
        &weighed.back,
        budget,
    ));
    for open in weighed.explanations {
        if !explanations.contains(&open) {
            explanations.push(open);
        }
    }
    Comparison {
        explanations,
        forth: weighed.forth,
        back: weighed.back,
        effect: weighed.effect,
        required: weighed.required,
        strict: weighed.strict,
    }
}

/// The same without looking for the changes that do it, which costs most; what stayed open is still said.
#[must_use]
pub fn weigh(old: &Side, new: &Side, direction: Direction, budget: &Budget) -> Comparison {
    let (left, right, own) = (old.clone(), new.clone(), budget.clone());
    let both = move || (held(&left, &right, &own), held(&right, &left, &own));
    match worker::run(&budget.stop, both) {
        Ok((forth, back)) => {
            let strict = Strict {
                forth: forth.strict,
                back: back.strict,
            };
            weighed(forth.answer, back.answer, direction, strict)
        }
        Err(why) => {
            let open = Answer::Unknown { why };
            weighed(open.clone(), open, direction, Strict::default())
        }
    }
}

/// The answer that decides, and the strict one where that is another.
struct Held {
    answer: Answer,
    strict: Option<Answer>,
}

/// Asks strictly first; what is assumed of the left side is only needed where that is no proof.
fn held(left: &Side, right: &Side, budget: &Budget) -> Held {
    let strict = ask(left, right, budget);
    let assumed = left.assumed().filter(|_| !strict.is_compatible());
    let Some(assumed) = assumed else {
        return Held {
            answer: strict,
            strict: None,
        };
    };
    let answer = ask(&assumed, right, budget);
    let differs = std::mem::discriminant(&answer) != std::mem::discriminant(&strict);
    Held {
        answer,
        strict: differs.then_some(strict),
    }
}

/// Is everything that `left` accepts accepted by `right`?
pub(super) fn ask(left: &Side, right: &Side, budget: &Budget) -> Answer {
    match (&left.schema, &right.schema) {
        (Ok(ready), Ok(other)) => {
            engine().includes(ready, std::slice::from_ref(other), &left.known, budget)
        }
        (Err(why), _) | (_, Err(why)) => Answer::Unknown { why: why.clone() },
    }
}

fn weighed(forth: Answer, back: Answer, direction: Direction, strict: Strict) -> Comparison {
    let mut explanations = Vec::new();
    let (effect, required) = outcome(&forth, &back, direction);
    for (answer, needed) in [
        (&forth, direction.needs_forth()),
        (&back, direction.needs_back()),
    ] {
        if let (Answer::Unknown { why }, true) = (answer, needed) {
            let open = Explanation::not_proved(why);
            if !explanations.contains(&open) {
                explanations.push(open);
            }
        }
    }
    Comparison {
        forth,
        back,
        effect,
        required,
        explanations,
        strict,
    }
}

/// Effect and bump, from the two answers and from who must not break.
///
/// Source: the table of roles and bumps of the compatibility specification
fn outcome(forth: &Answer, back: &Answer, direction: Direction) -> (Effect, Bump) {
    let sides = [
        (forth, direction.needs_forth()),
        (back, direction.needs_back()),
    ];
    let needed = |asks: fn(&Answer) -> bool| {
        let mut sides = sides.iter();
        sides.any(|(answer, needed)| *needed && asks(answer))
    };
    let is_open = |answer: &Answer| matches!(answer, Answer::Unknown { .. });
    if needed(is_open) && !needed(Answer::is_breaking) {
        return (Effect::Unsure, Bump::Major);
    }
    // An open question counts as a difference, but never turns one effect into both.
    let effect = match (forth, back) {
        (Answer::Compatible { .. }, Answer::Compatible { .. }) => Effect::None,
        (Answer::Breaking { .. }, Answer::Breaking { .. }) => Effect::Both,
        (Answer::Breaking { .. }, _) | (_, Answer::Compatible { .. }) => Effect::Narrows,
        (_, Answer::Breaking { .. }) | (Answer::Compatible { .. }, _) => Effect::Widens,
        (Answer::Unknown { .. }, Answer::Unknown { .. }) => Effect::Unsure,
    };
    (effect, effect.cost(direction).1)
}

impl Comparison {
    /// What stayed open on a side that somebody depends on.
    #[must_use]
    pub fn open(&self, direction: Direction) -> Vec<&Why> {
        let forth = (&self.forth, direction.needs_forth());
        let back = (&self.back, direction.needs_back());
        [forth, back]
            .into_iter()
            .filter_map(|(answer, needed)| match answer {
                Answer::Unknown { why } if needed => Some(why),
                Answer::Unknown { .. } | Answer::Compatible { .. } | Answer::Breaking { .. } => {
                    None
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inclusion::{Code, Origin, Proof, Witness};
    use serde_json::{Value, json};

    fn answers() -> [Answer; 3] {
        [
            Answer::Compatible {
                proof: Proof::Canonical,
            },
            Answer::Breaking {
                witness: Witness {
                    value: Value::Null,
                    origin: Origin::Generated,
                    refutes: None,
                },
            },
            Answer::Unknown {
                why: Why::new(Code::NoWitness),
            },
        ]
    }

    #[test]
    fn what_is_assumed_of_the_sender_decides_and_the_strict_answer_stays_beside_it() {
        let budget = Budget::default();
        let old = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        let new = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}});
        let (old, new) = (Side::new(&old), Side::new(&new));
        let request = |old: &Side| compare(old, &new, Direction::Request, &budget);
        let strict = request(&old);
        assert!(strict.forth.is_breaking());
        assert_eq!(
            (strict.required, strict.strict),
            (Bump::Major, Strict::default())
        );
        let assumed = request(&old.clone().of_declared_producer(&budget));
        assert!(assumed.forth.is_compatible(), "{:?}", assumed.forth);
        assert!(
            assumed
                .strict
                .forth
                .is_some_and(|answer| answer.is_breaking())
        );
        assert_eq!(
            (assumed.required, assumed.explanations.len()),
            (Bump::Patch, 0)
        );
        let refuted = old.of_declared_producer(&budget);
        assert!(refuted.refutes(&json!({"c": 1})) && !refuted.refutes(&json!({"a": "x"})));
        assert!(
            !refuted.refutes(&json!({"a": 1, "c": 1})),
            "not valid anyway"
        );
        assert_eq!(request(&refuted.strict()).required, Bump::Major);
    }

    #[test]
    fn an_assumption_excuses_no_other_break() {
        let budget = Budget::default();
        let old = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        let new = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"]});
        let old = Side::new(&old).of_declared_producer(&budget);
        let comparison = compare(&old, &Side::new(&new), Direction::Request, &budget);
        let rules: Vec<&str> = comparison.explanations.iter().map(|e| e.rule).collect();
        assert_eq!(rules, ["compat/required-added"]);
        assert_eq!(comparison.strict, Strict::default(), "both answers break");
    }

    #[test]
    fn the_bump_follows_from_whoever_must_not_break() {
        let [holds, breaks, open] = answers();
        let major = (Bump::Major, false);
        for (forth, back, request, response, shared) in [
            (
                &holds,
                &holds,
                (Bump::Patch, false),
                (Bump::Patch, false),
                (Bump::Patch, false),
            ),
            (&holds, &breaks, (Bump::Minor, false), major, major),
            (&breaks, &holds, major, (Bump::Minor, false), major),
            (&breaks, &breaks, major, major, major),
            (
                &holds,
                &open,
                (Bump::Minor, false),
                (Bump::Major, true),
                (Bump::Major, true),
            ),
            (
                &open,
                &holds,
                (Bump::Major, true),
                (Bump::Minor, false),
                (Bump::Major, true),
            ),
            (&breaks, &open, major, (Bump::Major, true), major),
            (&open, &breaks, (Bump::Major, true), major, major),
            (
                &open,
                &open,
                (Bump::Major, true),
                (Bump::Major, true),
                (Bump::Major, true),
            ),
        ] {
            for (direction, wanted) in [
                (Direction::Request, request),
                (Direction::Response, response),
                (Direction::Event, response),
                (Direction::Shared, shared),
            ] {
                let (effect, bump) = outcome(forth, back, direction);
                assert_eq!(
                    (bump, effect == Effect::Unsure),
                    wanted,
                    "{forth:?} {back:?} {direction:?}"
                );
            }
        }
    }
}
