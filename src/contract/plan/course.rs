//! What is driven from one setup of the provider: a replay on its own, or the steps of a sequence in their order.
//! Refuses to know what a step shows.

use super::Planned;
use crate::contract::promise::{Deliver, Sequence};
use std::collections::BTreeSet;

/// One sending of a replay.
#[derive(Clone, Copy, Debug)]
pub enum Call<'p> {
    First(&'p Planned),
    /// The same once more, late.
    Again(&'p Planned),
}

/// Everything that is sent from one setup of the provider, in this order.
pub type Course<'p> = Vec<Call<'p>>;

/// The courses of what is planned. A sequence is driven once with every example, and once for each variant of a
/// step; one whose steps have no order is left out.
#[must_use]
pub fn courses(planned: &[Planned]) -> Vec<Course<'_>> {
    let mut courses = Vec::new();
    let mut known = BTreeSet::new();
    for one in planned {
        let Some(sequence) = &one.sequence else {
            courses.push(vec![Call::First(one)]);
            continue;
        };
        if known.insert((&one.contract, &sequence.id)) {
            let steps: Vec<&Planned> = planned
                .iter()
                .filter(|other| is_of(other, &one.contract, &sequence.id))
                .collect();
            courses.extend(of_sequence(&steps));
        }
    }
    courses
}

fn is_of(planned: &Planned, contract: &str, id: &str) -> bool {
    let sequence = planned.sequence.as_ref();
    planned.contract == contract && sequence.is_some_and(|sequence| sequence.id == id)
}

fn of_sequence<'p>(replays: &[&'p Planned]) -> Vec<Course<'p>> {
    let examples: Vec<&Planned> = replays
        .iter()
        .copied()
        .filter(|replay| replay.variant.is_empty())
        .collect();
    let sequences: Vec<&Sequence> = examples
        .iter()
        .filter_map(|replay| replay.sequence.as_ref())
        .collect();
    let Some(order) = order(&sequences) else {
        return Vec::new();
    };
    let steps: Vec<&Planned> = order
        .into_iter()
        .filter_map(|index| examples.get(index).copied())
        .collect();
    let mut courses = vec![delivered(&steps)];
    for variant in replays.iter().filter(|replay| !replay.variant.is_empty()) {
        let with = |step: &&'p Planned| match step.interaction == variant.interaction {
            true => *variant,
            false => *step,
        };
        let steps: Vec<&Planned> = steps.iter().map(with).collect();
        courses.push(delivered(&steps));
    }
    courses
}

/// The steps as they are sent: what may arrive twice comes again after the step behind it.
fn delivered<'p>(steps: &[&'p Planned]) -> Course<'p> {
    let mut course = Vec::new();
    let mut late: Option<&Planned> = None;
    for step in steps {
        course.push(Call::First(step));
        course.extend(late.take().map(Call::Again));
        let sequence = step.sequence.as_ref();
        if sequence.is_some_and(|sequence| sequence.deliver == Deliver::AtLeastOnce) {
            late = Some(step);
        }
    }
    course.extend(late.map(Call::Again));
    course
}

/// The order in which steps follow each other, as positions; of several that may come next, the first. Nothing when a
/// step follows one that is not there, when two have one name, or when they follow each other in a circle.
#[must_use]
pub fn order(steps: &[&Sequence]) -> Option<Vec<usize>> {
    let names: BTreeSet<&str> = steps.iter().map(|step| step.step.as_str()).collect();
    if names.len() != steps.len() {
        return None;
    }
    let mut order = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    while order.len() < steps.len() {
        let is_next = |step: &Sequence| {
            let after = step.after.iter();
            !done.contains(step.step.as_str())
                && after.into_iter().all(|a| done.contains(a.as_str()))
        };
        let (index, step) = steps.iter().enumerate().find(|(_, step)| is_next(step))?;
        order.push(index);
        done.insert(&step.step);
    }
    Some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, after: &[&str]) -> Sequence {
        Sequence {
            id: "export".to_owned(),
            step: name.to_owned(),
            after: after.iter().map(|name| (*name).to_owned()).collect(),
            deliver: Deliver::ExactlyOnce,
            within: None,
            pointer: String::new(),
        }
    }

    fn named(steps: &[Sequence]) -> Option<Vec<&str>> {
        let all: Vec<&Sequence> = steps.iter().collect();
        let order = order(&all)?;
        Some(
            order
                .into_iter()
                .filter_map(|at| Some(steps.get(at)?.step.as_str()))
                .collect(),
        )
    }

    #[test]
    fn steps_follow_what_they_come_after() {
        let steps = [step("c", &["b", "a"]), step("b", &["a"]), step("a", &[])];
        assert_eq!(named(&steps), Some(vec!["a", "b", "c"]));
        let steps = [step("a", &[]), step("b", &[])];
        assert_eq!(named(&steps), Some(vec!["a", "b"]));
    }

    #[test]
    fn steps_without_an_order_have_none() {
        assert_eq!(named(&[step("a", &["b"]), step("b", &["a"])]), None);
        assert_eq!(named(&[step("a", &["z"])]), None);
        assert_eq!(named(&[step("a", &[]), step("a", &[])]), None);
    }
}
