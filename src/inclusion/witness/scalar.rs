//! Numbers and strings that meet a demand.
//! Refuses to be complete: it looks near bounds, steps and lengths.

use super::demand::{Bound, Demand};
use super::maker::Wish;
use crate::inclusion::evaluate::Lengths;
use crate::inclusion::format;
use crate::inclusion::number::Decimal;
use serde_json::Value;

/// Longest string that is made.
const LONGEST: usize = 20_000;

/// Numbers within the bounds and on the steps of `demand`, plain ones first.
pub(super) fn numbers(
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    whole: bool,
    want: usize,
) -> Vec<Value> {
    let mut steps = demand.steps.clone();
    if whole {
        steps.push(Decimal::ONE);
    }
    let fits = |number: &Decimal| {
        demand.least.is_none_or(|bound| above(*number, bound))
            && demand.most.is_none_or(|bound| below(*number, bound))
            && steps.iter().all(|step| number.is_multiple_of(*step))
    };
    let mut found: Vec<Decimal> = Vec::new();
    for point in points(demand, wish) {
        for number in on_steps(point, &steps) {
            if fits(&number) && !found.contains(&number) {
                found.push(number);
            }
        }
    }
    // The wished numbers come first and the plain ones next: the order of the points.
    let wanted = want + wish.numbers.len() * 3;
    let numbers = found.into_iter().filter_map(Decimal::to_number);
    numbers.take(wanted).map(Value::Number).collect()
}

fn above(number: Decimal, (bound, exclusive): Bound) -> bool {
    number > bound || (number == bound && !exclusive)
}

fn below(number: Decimal, (bound, exclusive): Bound) -> bool {
    number < bound || (number == bound && !exclusive)
}

/// Where to look: the wished numbers, zero, both bounds and their surroundings.
fn points(demand: &Demand<'_>, wish: &Wish<'_>) -> Vec<Decimal> {
    let mut points = wish.numbers.clone();
    points.push(Decimal::ZERO);
    let ends = [demand.least, demand.most];
    let ends: Vec<Decimal> = ends.into_iter().flatten().map(|(bound, _)| bound).collect();
    points.extend(&ends);
    let deltas = [
        Decimal::ONE,
        Decimal::ONE.negated(),
        Decimal::of_count(5).shifted(-1),
        Decimal::of_count(5).shifted(-1).negated(),
        Decimal::of_count(1).shifted(-1),
        Decimal::of_count(1).shifted(-3),
        Decimal::of_count(1).shifted(-6),
        Decimal::of_count(2),
        Decimal::of_count(100),
    ];
    let mut starts = wish.numbers.clone();
    starts.push(Decimal::ZERO);
    starts.extend(&ends);
    for start in starts {
        points.extend(deltas.iter().filter_map(|delta| start.plus(*delta)));
    }
    if let [least, most] = ends.as_slice() {
        let half = least
            .plus(*most)
            .map(|sum| Decimal::of_count(5).shifted(-1).times(sum));
        points.extend(half.flatten());
    }
    points
}

/// `point`, and the nearest members of each step from there on.
fn on_steps(point: Decimal, steps: &[Decimal]) -> Vec<Decimal> {
    let mut found = vec![point];
    let product = steps
        .iter()
        .try_fold(Decimal::ONE, |product, step| product.times(*step));
    for step in steps.iter().copied().chain(product) {
        let Some(mut next) = point.next_multiple(step) else {
            continue;
        };
        found.extend(next.plus(step.negated()));
        for _ in 0..5 {
            found.push(next);
            match next.plus(step) {
                Some(after) => next = after,
                None => break,
            }
        }
    }
    found
}

/// Strings of the lengths and patterns of `demand`, short ones first.
pub(super) fn strings(demand: &Demand<'_>, wish: &Wish<'_>) -> Vec<Value> {
    let window = window(demand.text, wish.text);
    let (least, most) = (window.least, window.highest());
    let mut found = wish.strings.clone();
    for pattern in &demand.patterns {
        found.extend(pattern.words(least, most.min(LONGEST)));
    }
    if !demand.formats.is_empty() {
        let samples = format::samples(&demand.formats, &[]);
        found.extend(samples.into_iter().map(str::to_owned));
    }
    if demand.patterns.is_empty() {
        for length in [
            least,
            least.saturating_add(1),
            least.saturating_add(3),
            most,
        ] {
            if length <= LONGEST.min(most) {
                found.extend(["a", "0", " ", "A"].map(|one| one.repeat(length)));
            }
        }
    }
    let mut kept: Vec<String> = Vec::new();
    for text in found {
        if window.has(text.chars().count()) && !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept.into_iter().map(Value::String).collect()
}

/// The part of `demanded` that is also wished.
pub(super) fn window(demanded: Lengths, wished: Option<Lengths>) -> Lengths {
    let wished = wished.unwrap_or_default();
    Lengths {
        least: demanded.least.max(wished.least),
        most: match (demanded.most, wished.most) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        },
    }
}
