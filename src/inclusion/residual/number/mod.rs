//! The numbers of one group: an interval, steps that must divide and steps that must not, single values that are out.
//! Refuses to round, and to call a group empty for want of time.

mod grid;

use self::grid::{Bound, Grid};
use crate::inclusion::answer::Code;
use crate::inclusion::number::Decimal;
use std::collections::BTreeSet;

/// Most multiples that are looked at one by one.
///
/// Source: the budget table of the compatibility specification, "cases of one group"
const CLASSES: usize = 10_000;
/// Most digits behind the first one of a simple number; a 64-bit float holds no more.
const DIGITS: i32 = 17;
/// Multiples of one grid that are looked at for simple numbers, beside those that are wanted or excluded.
const SPARE: usize = 16;

/// A conjunction of demands on one number.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    /// The lower bound, and whether it is itself outside.
    pub(super) least: Option<Bound>,
    /// The upper bound, and whether it is itself outside.
    pub(super) most: Option<Bound>,
    /// A multiple of each of these; an integer is a multiple of one.
    pub(super) steps: Vec<Decimal>,
    /// A multiple of none of these.
    pub(super) not_steps: Vec<Decimal>,
    /// None of these.
    pub(super) excluded: Vec<Decimal>,
}

/// Numbers that meet the demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Members {
    /// Different numbers, the shortest to write first.
    pub(super) numbers: Vec<Decimal>,
    /// No other number meets the demands. Where it is `false` there are others, or it is too costly to tell.
    pub(super) all: bool,
}

impl Members {
    fn none() -> Self {
        Self {
            numbers: Vec::new(),
            all: true,
        }
    }
}

impl Numbers {
    /// Up to `want` different numbers, simple ones first, and whether these are all.
    ///
    /// No number and `all` is a proof that the group is empty.
    /// Errors: `cases` when it is too costly to tell, `no-witness` when no number of the group survives as a 64-bit value
    pub(super) fn members(&self, want: usize) -> Result<Members, Code> {
        if let (Some((least, open)), Some((most, shut))) = (self.least, self.most) {
            if least > most || (least == most && (open || shut)) {
                return Ok(Members::none());
            }
            if least == most {
                return self.point(least, want);
            }
        }
        if self.steps.is_empty() {
            // Room for numbers without end: multiples and single values cannot fill it.
            return self.some(want, Code::NoWitness);
        }
        let Some(step) = self.step() else {
            return self.some(want, Code::Cases);
        };
        if self.not_steps.iter().any(|not| step.is_multiple_of(*not)) {
            return Ok(Members::none());
        }
        match self.grid(step) {
            Some(grid) => self.stepped(&grid, want),
            None => self.some(want, Code::Cases),
        }
    }

    /// Whether `number` meets the demands, single values aside.
    fn has(&self, number: Decimal) -> bool {
        let above = |(bound, open): Bound| number > bound || (number == bound && !open);
        let below = |(bound, open): Bound| number < bound || (number == bound && !open);
        self.least.is_none_or(above)
            && self.most.is_none_or(below)
            && self.steps.iter().all(|step| number.is_multiple_of(*step))
            && !self.not_steps.iter().any(|not| number.is_multiple_of(*not))
    }

    fn point(&self, number: Decimal, want: usize) -> Result<Members, Code> {
        if !self.has(number) || self.excluded.contains(&number) {
            return Ok(Members::none());
        }
        if number.to_number().is_none() {
            return Err(Code::NoWitness);
        }
        Ok(chosen(BTreeSet::from([number]), want, true))
    }

    /// The least common multiple of all steps, when it has few enough digits.
    fn step(&self) -> Option<Decimal> {
        let exponent = self.steps.iter().map(|step| step.exponent()).min()?;
        let whole = self.steps.iter().try_fold(1, |all: i128, step| {
            let step = step.size().scaled(exponent)?;
            (all / common(all, step)?).checked_mul(step)
        })?;
        Some(Decimal::of_scaled(whole, exponent)).filter(|step| *step != Decimal::ZERO)
    }

    /// The multiples of one step, one by one, from the smallest on.
    fn stepped(&self, grid: &Grid, want: usize) -> Result<Members, Code> {
        let excluded: BTreeSet<Decimal> = self.excluded.iter().copied().collect();
        let mut left = CLASSES.saturating_add(excluded.len());
        let (mut found, mut lost, mut cut) = (BTreeSet::new(), false, false);
        for number in grid.numbers() {
            let Some(number) = number.filter(|_| left > 0 && found.len() <= want) else {
                cut = true;
                break;
            };
            left -= 1;
            if excluded.contains(&number) || !self.has(number) {
                continue;
            }
            if number.to_number().is_some() {
                found.insert(number);
            } else {
                lost = true;
            }
        }
        if cut && (found.is_empty() || !grid.step().is_integer()) {
            found.extend(self.simple(want.max(1)));
        }
        match (found.is_empty(), cut, lost) {
            (true, true, false) => Err(Code::Cases),
            (true, _, true) => Err(Code::NoWitness),
            _ => Ok(chosen(found, want, !cut && !lost)),
        }
    }

    /// Simple numbers of a group of which no more is known.
    fn some(&self, want: usize, otherwise: Code) -> Result<Members, Code> {
        let found = self.simple(want.max(1));
        if found.is_empty() {
            return Err(otherwise);
        }
        Ok(chosen(found, want, false))
    }

    /// Numbers of the group that are short to write, as far as grids of powers of ten find them.
    fn simple(&self, want: usize) -> BTreeSet<Decimal> {
        let mut found = BTreeSet::new();
        let excluded: BTreeSet<Decimal> = self.excluded.iter().copied().collect();
        let shows = |number: &Decimal| {
            self.has(*number) && !excluded.contains(number) && number.to_number().is_some()
        };
        let take = want.saturating_add(excluded.len()).min(CLASSES) + SPARE;
        let widths = self.widths().into_iter();
        let grids = widths.filter_map(|width| self.grid(width));
        for grid in grids {
            let numbers = grid.numbers().take(take).flatten();
            found.extend(numbers.filter(shows));
            if found.len() >= want {
                return found;
            }
        }
        let gaps = self.gaps().into_iter();
        found.extend(gaps.filter(shows));
        found
    }

    fn grid(&self, width: Decimal) -> Option<Grid> {
        Grid::new(self.least, self.most, width)
    }

    /// Widths of grids on which simple numbers lie: powers of ten, times what must divide.
    fn widths(&self) -> Vec<Decimal> {
        let step = self.step();
        let unit = step.unwrap_or(Decimal::ONE);
        let least = if step.is_some() { 0 } else { -DIGITS };
        let most = unit.exponent().min(0).saturating_neg();
        let mut powers: Vec<i32> = (least..=most.min(DIGITS)).rev().collect();
        for (bound, _) in [self.least, self.most].into_iter().flatten() {
            let top = bound.magnitude().saturating_sub(unit.magnitude());
            let near = (0..=DIGITS).map(|down| top.saturating_sub(down));
            powers.extend(near.filter(|power| step.is_none() || *power >= 0));
        }
        let mut widths: Vec<Decimal> = powers.iter().map(|power| unit.shifted(*power)).collect();
        if step.is_none() {
            // A half is the same number for everyone, a tenth is not where numbers are binary.
            widths.insert(widths.len().min(1), Decimal::of_scaled(5, -1));
        }
        widths
    }

    /// Parts of what must not divide, counted from zero and from the bounds.
    fn gaps(&self) -> Vec<Decimal> {
        let bounds = [self.least, self.most].into_iter().flatten();
        let mut starts: Vec<Decimal> = bounds.map(|(bound, _)| bound).collect();
        starts.push(Decimal::ZERO);
        let parts = [5, 1, 3, 15, -5, -1].map(|tenths| Decimal::of_scaled(tenths, -1));
        let mut gaps = Vec::new();
        for not in &self.not_steps {
            for part in parts.iter().filter_map(|part| not.times(*part)) {
                gaps.extend(starts.iter().filter_map(|start| start.plus(part)));
            }
        }
        gaps
    }
}

/// The shortest `want` of `found`.
fn chosen(found: BTreeSet<Decimal>, want: usize, all: bool) -> Members {
    let all = all && found.len() <= want;
    let mut numbers: Vec<Decimal> = found.into_iter().collect();
    numbers.sort_by_cached_key(|number| {
        let length = number.to_number().map_or(0, |text| text.to_string().len());
        let digits = length - usize::from(number.is_negative());
        (digits, number.size(), number.is_negative())
    });
    numbers.truncate(want);
    Members { numbers, all }
}

fn common(a: i128, b: i128) -> Option<i128> {
    let (mut a, mut b) = (a.checked_abs()?, b.checked_abs()?);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (a != 0).then_some(a)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    fn decimals(text: &str) -> Vec<Decimal> {
        text.split_whitespace().map(decimal).collect()
    }

    /// Bounds as in `[0, 3)`, where `*` is no bound; then the steps, and the steps that must not divide.
    fn numbers(bounds: &str, steps: &str, not_steps: &str) -> Numbers {
        let (least, most) = bounds.split_once(", ").unwrap();
        let bound = |text: &str, open: char| {
            let number = text.trim_matches(['[', ']', '(', ')']);
            (number != "*").then(|| (decimal(number), text.contains(open)))
        };
        Numbers {
            least: bound(least, '('),
            most: bound(most, ')'),
            steps: decimals(steps),
            not_steps: decimals(not_steps),
            excluded: Vec::new(),
        }
    }

    fn words(numbers: &Numbers, want: usize) -> String {
        match numbers.members(want) {
            Ok(members) => {
                let words = members.numbers.iter();
                let mut words: Vec<String> = words
                    .map(|number| number.to_number().unwrap().to_string())
                    .collect();
                words.push(if members.all { "." } else { ".." }.to_owned());
                words.join(" ")
            }
            Err(code) => code.word().to_owned(),
        }
    }

    #[test]
    fn members_are_simple_and_counted() {
        for (bounds, steps, not_steps, want, wanted) in [
            ("[*, *]", "", "", 2, "0 1 .."),
            ("[*, *]", "1", "", 4, "0 1 -1 2 .."),
            ("(2, 3)", "1", "", 1, "."),
            ("(2, 3]", "1", "", 3, "3 ."),
            ("[-1, 2)", "1", "", 9, "0 1 -1 ."),
            ("[-1, 2)", "1", "", 2, "0 1 .."),
            ("[-1, 2)", "1", "", 0, ".."),
            ("[*, *]", "6", "4", 2, "6 -6 .."),
            ("[*, *]", "4", "2", 1, "."),
            ("[*, *]", "4 6", "8", 2, "12 -12 .."),
            ("[0, 24]", "4 6", "8", 9, "12 ."),
            ("[0.25, 0.35]", "0.1", "", 9, "0.3 ."),
            ("[0.55, *]", "0.01", "", 1, "1 .."),
            ("(0, 1)", "", "0.5", 1, "0.1 .."),
            ("[5, 5]", "", "", 3, "5 ."),
            ("[5, 5)", "", "", 3, "."),
            ("[5, 5]", "2", "", 3, "."),
            ("[6, 5]", "", "", 3, "."),
            ("[0.5, 0.5]", "0.25", "1", 3, "0.5 ."),
            ("[0.07, 0.08]", "", "0.01", 1, "0.071 .."),
            ("[1.5, *]", "1 2.5", "", 2, "5 10 .."),
        ] {
            let asked = numbers(bounds, steps, not_steps);
            assert_eq!(words(&asked, want), wanted, "{asked:?}");
        }
    }

    #[test]
    fn single_values_are_taken_out() {
        let mut asked = numbers("[0, 3]", "1", "");
        asked.excluded = decimals("0 1 3 7.5");
        assert_eq!(words(&asked, 5), "2 .");
        asked.excluded = decimals("0 1 2 3");
        assert_eq!(words(&asked, 5), ".");
        asked.steps.clear();
        assert_eq!(words(&asked, 1), "0.5 ..");
        asked.excluded = (0..40_000).map(Decimal::of_count).collect();
        asked.most = None;
        asked.steps = decimals("1");
        assert_eq!(words(&asked, 1), "40000 ..");
    }

    #[test]
    fn wide_and_tiny_numbers_are_settled_or_left_open() {
        for (bounds, steps, not_steps, wanted) in [
            ("[1e300, *]", "1", "", "1e+300 .."),
            ("(1e300, *]", "7", "", "7e+300 .."),
            ("(1e300, *]", "", "", "2e+300 .."),
            ("[1, 2]", "1e-300", "", "1 .."),
            ("[*, *]", "", "1e-300", "1e-301 .."),
            ("[*, *]", "1e308", "1e-300", "."),
            ("[*, *]", "1e308 1e-300", "", "0 .."),
            ("[5e-324, 1)", "1", "", "."),
            ("[5e-324, 1]", "1", "", "1 ."),
            ("[-1e308, 1e308]", "1", "1e-300", "."),
            ("[-1e308, 1e308]", "0.5", "1", "0.5 .."),
            (
                "(9007199254740993, 9007199254740995)",
                "1",
                "",
                "9007199254740994 .",
            ),
            (
                "(18446744073709551616, 18446744073709551618)",
                "1",
                "",
                "no-witness",
            ),
            ("(1, 1.0000000000000001)", "", "", "no-witness"),
            ("[1, 3]", "1", "2 3", "1 ."),
        ] {
            let asked = numbers(bounds, steps, not_steps);
            assert_eq!(words(&asked, 1), wanted, "{asked:?}");
        }
    }

    /// A small generator with a fixed seed.
    fn next(seed: &mut u64) -> u64 {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    }

    #[test]
    fn random_groups_agree_with_trying_every_tenth() {
        let mut seed = 7;
        let tenths = |tenths: i128| Decimal::of_scaled(tenths, -1);
        for _ in 0..5_000 {
            let mut pick = |most: u64| i128::from(next(&mut seed) % most);
            let steps = [1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 60];
            let mut list = |most: u64| -> Vec<Decimal> {
                let count = pick(most);
                let some = (0..count).filter_map(|_| steps.get(usize::try_from(pick(11)).ok()?));
                some.map(|step| tenths(*step)).collect()
            };
            let (mut steps, not_steps) = (list(3), list(3));
            // With a step of a tenth, tenths are all there is.
            steps.push(tenths(1));
            let (low, high) = (pick(80) - 40, pick(80) - 40);
            let asked = Numbers {
                least: Some((tenths(low), pick(2) == 0)),
                most: Some((tenths(high), pick(2) == 0)),
                steps,
                not_steps,
                excluded: (0..pick(6)).map(|_| tenths(pick(80) - 40)).collect(),
            };
            let every = (-40..=40).map(tenths);
            let fits = |number: &Decimal| asked.has(*number) && !asked.excluded.contains(number);
            let every: BTreeSet<Decimal> = every.filter(fits).collect();
            let want = usize::try_from(pick(12)).unwrap();
            let members = asked.members(want).unwrap();
            let given: BTreeSet<Decimal> = members.numbers.iter().copied().collect();
            assert!(given.is_subset(&every), "{asked:?}");
            assert_eq!(given.len(), every.len().min(want), "{asked:?}");
            assert_eq!(members.all, every.len() <= want, "{asked:?}");
        }
    }
}
