//! Which combinations of choices are tried: all of them, or each pair of choices at least once.
//! Refuses to know what is chosen.

use std::collections::BTreeSet;

/// Above this number of combinations, pairs are enough.
///
/// Source: contract specification, section 1: at most 64, above that all pairs
const MOST: usize = 64;

/// One choice a dimension; choice 0 is the example.
type Row = Vec<usize>;

/// The combinations of dimensions that have `choices` choices each. The first one is the example everywhere.
pub fn combinations(choices: &[usize]) -> Vec<Row> {
    let product = choices
        .iter()
        .try_fold(1_usize, |product, count| product.checked_mul(*count));
    match product {
        Some(product) if product <= MOST || choices.len() < 2 => every(choices),
        Some(_) | None => pairs(choices),
    }
}

fn every(choices: &[usize]) -> Vec<Row> {
    let mut rows = vec![Vec::new()];
    for count in choices {
        let longer = |row: &Row| {
            let row = row.clone();
            (0..*count).map(move |choice| {
                let mut row = row.clone();
                row.push(choice);
                row
            })
        };
        rows = rows.iter().flat_map(longer).collect();
    }
    rows
}

/// Two choices in two dimensions, the earlier dimension first.
type Pair = ((usize, usize), (usize, usize));

/// Rows that hold every pair of choices: each row starts from a pair that is still missing and takes, dimension by
/// dimension, the choice that covers most of the missing ones.
fn pairs(choices: &[usize]) -> Vec<Row> {
    let first = vec![0; choices.len()];
    let mut missing = all_pairs(choices);
    for pair in held(&first) {
        missing.remove(&pair);
    }
    let mut rows = vec![first];
    while let Some(start) = missing.first().copied() {
        let row = row(choices, start, &missing);
        for pair in held(&row) {
            missing.remove(&pair);
        }
        rows.push(row);
    }
    rows
}

fn all_pairs(choices: &[usize]) -> BTreeSet<Pair> {
    let mut pairs = BTreeSet::new();
    for (left, count) in choices.iter().enumerate() {
        for (right, other) in choices.iter().enumerate().skip(left + 1) {
            for one in 0..*count {
                pairs.extend((0..*other).map(|two| ((left, one), (right, two))));
            }
        }
    }
    pairs
}

fn held(row: &[usize]) -> Vec<Pair> {
    let placed: Vec<(usize, usize)> = row.iter().copied().enumerate().collect();
    let mut pairs = Vec::new();
    for (index, left) in placed.iter().enumerate() {
        pairs.extend(placed.iter().skip(index + 1).map(|right| (*left, *right)));
    }
    pairs
}

fn row(choices: &[usize], (one, two): Pair, missing: &BTreeSet<Pair>) -> Row {
    let mut chosen = vec![one, two];
    for (dimension, count) in choices.iter().enumerate() {
        if dimension == one.0 || dimension == two.0 {
            continue;
        }
        let covers = |choice: &usize| {
            let mine = (dimension, *choice);
            let pair = |other: &(usize, usize)| match *other < mine {
                true => (*other, mine),
                false => (mine, *other),
            };
            chosen
                .iter()
                .filter(|other| missing.contains(&pair(other)))
                .count()
        };
        // Of equals, the earliest choice: the example before its variants.
        let best = (0..*count).rev().max_by_key(covers).unwrap_or(0);
        chosen.push((dimension, best));
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|(_, choice)| choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_choices_are_all_combined_and_the_example_comes_first() {
        let rows = combinations(&[2, 3]);
        assert_eq!(rows.len(), 6);
        assert_eq!(rows.first(), Some(&vec![0, 0]));
        assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), 6);
        assert_eq!(combinations(&[]), [Vec::<usize>::new()]);
        assert_eq!(combinations(&[2; 6]).len(), 64);
    }

    #[test]
    fn many_choices_are_combined_in_pairs() {
        for choices in [vec![2; 7], vec![2; 17], vec![3, 4, 5, 2, 2], vec![65, 1, 2]] {
            let rows = combinations(&choices);
            assert_eq!(rows.first(), Some(&vec![0; choices.len()]));
            let seen: BTreeSet<Pair> = rows.iter().flat_map(|row| held(row)).collect();
            assert_eq!(seen, all_pairs(&choices), "{choices:?}");
            let product: usize = choices.iter().product();
            assert!(rows.len() < product.max(131), "{choices:?}: {}", rows.len());
        }
        assert!(combinations(&[2; 17]).len() <= 16);
    }

    #[test]
    fn one_dimension_with_many_choices_is_tried_whole() {
        assert_eq!(combinations(&[70]).len(), 70);
    }
}
