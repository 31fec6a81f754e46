//! Multiples of one step between two bounds, one by one.
//! Refuses to claim an end that it has not reached.

use crate::inclusion::number::Decimal;

/// A bound, and whether it is itself outside.
pub(in crate::inclusion::residual) type Bound = (Decimal, bool);

/// The multiples of a step between two bounds, by count.
pub(super) struct Grid {
    step: Decimal,
    low: i128,
    high: i128,
}

impl Grid {
    /// `None` where a bound is too far away to be reached by counting.
    pub(super) fn new(least: Option<Bound>, most: Option<Bound>, step: Decimal) -> Option<Self> {
        let low = match least {
            Some((bound, open)) => first(bound, open, step)?,
            None => -i128::MAX,
        };
        let high = match most {
            Some((bound, open)) => -first(bound.negated(), open, step)?,
            None => i128::MAX,
        };
        Some(Self { step, low, high })
    }

    pub(super) fn step(&self) -> Decimal {
        self.step
    }

    /// All of them, those nearest to zero first; `None` for one with too many digits.
    pub(super) fn numbers(&self) -> impl Iterator<Item = Option<Decimal>> {
        let mut up = self.low.max(0)..=self.high;
        let mut down = (self.low..=self.high.min(-1)).rev();
        let mut turn = false;
        let counts = std::iter::from_fn(move || {
            turn = !turn;
            let next = if turn { up.next() } else { down.next() };
            next.or_else(|| up.next()).or_else(|| down.next())
        });
        counts.map(|count| self.step.times(Decimal::of_scaled(count, 0)))
    }
}

/// The count of the first multiple of `step` from `bound` upwards; without end below what can be counted.
fn first(bound: Decimal, open: bool, step: Decimal) -> Option<i128> {
    if bound.size() < step {
        let beyond = open || bound != Decimal::ZERO;
        return Some(i128::from(!bound.is_negative() && beyond));
    }
    let exponent = bound.exponent().min(step.exponent());
    let (Some(from), Some(width)) = (bound.scaled(exponent), step.scaled(exponent)) else {
        return bound.is_negative().then_some(-i128::MAX);
    };
    let rest = from.rem_euclid(width);
    let count = from.div_euclid(width) + i128::from(rest != 0);
    count.checked_add(i128::from(open && rest == 0))
}
