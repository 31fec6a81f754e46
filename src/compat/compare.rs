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
}

/// What the step from `old` to `new` does to a schema of this direction, and which changes do it.
#[must_use]
pub fn compare(old: &Side, new: &Side, direction: Direction, budget: &Budget) -> Comparison {
    explained(weigh(old, new, direction, budget), old, new, budget)
}

/// Adds to what was weighed the changes that do it, before what stayed open.
#[must_use]
pub fn explained(weighed: Comparison, old: &Side, new: &Side, budget: &Budget) -> Comparison {
    let mut explanations = explain(Failing::Forth, old, new, &weighed.forth, budget);
    explanations.extend(explain(Failing::Back, old, new, &weighed.back, budget));
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
    }
}

/// The same without looking for the changes that do it, which costs most; what stayed open is still said.
#[must_use]
pub fn weigh(old: &Side, new: &Side, direction: Direction, budget: &Budget) -> Comparison {
    let (left, right, own) = (old.clone(), new.clone(), budget.clone());
    let both = move || (ask(&left, &right, &own), ask(&right, &left, &own));
    let (forth, back) = worker::run(&budget.stop, both).unwrap_or_else(|why| {
        let open = Answer::Unknown { why };
        (open.clone(), open)
    });
    weighed(forth, back, direction)
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

fn weighed(forth: Answer, back: Answer, direction: Direction) -> Comparison {
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
    use serde_json::Value;

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
