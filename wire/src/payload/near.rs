//! The declared name that somebody may have meant.
//! Refuses to suggest anything that no schema declares.

use std::collections::BTreeSet;

/// Slips of the pen between two names, at most.
const MOST_SLIPS: usize = 2;

/// Names shorter than this resemble too much.
const SHORTEST: usize = 4;

/// Names longer than this are not typing mistakes.
///
/// Source: the longest element name of FHIR R4 has 45 characters
const LONGEST: usize = 64;

/// The declared name that differs least from `name`, when that is little.
pub(super) fn nearest<'a>(name: &str, declared: &BTreeSet<&'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return None;
    }
    let lower = name.to_lowercase();
    declared
        .iter()
        .filter(|near| near.chars().count().abs_diff(length) <= MOST_SLIPS)
        .map(|near| (slips(&lower, &near.to_lowercase()), *near))
        .min()
        .filter(|(slips, _)| *slips <= MOST_SLIPS)
        .map(|(_, near)| near)
}

/// Characters to insert, delete or replace to get from one word to the other.
fn slips(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, here) in from.chars().enumerate() {
        let mut left = row + 1;
        let mut corner = row;
        for (there, cell) in to.iter().zip(above.iter_mut().skip(1)) {
            let replaced = corner + usize::from(here != *there);
            corner = *cell;
            left = replaced.min(corner + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = above.first_mut() {
            *first = row + 1;
        }
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_count_insertions_deletions_and_replacements() {
        for (from, to, count) in [
            ("", "", 0),
            ("", "ab", 2),
            ("ab", "", 2),
            ("kitten", "sitting", 3),
            ("birthdate", "birtdate", 1),
            ("identifer", "identifier", 1),
        ] {
            assert_eq!(slips(from, to), count, "{from} {to}");
            assert_eq!(slips(to, from), count, "{to} {from}");
        }
    }

    #[test]
    fn only_a_near_declared_name_is_suggested() {
        let declared = BTreeSet::from(["birthDate", "gender", "name"]);
        for (name, near) in [
            ("birthdate", Some("birthDate")),
            ("birthDay", Some("birthDate")),
            ("gendre", Some("gender")),
            ("nam", None),
            ("address", None),
        ] {
            assert_eq!(nearest(name, &declared), near, "{name}");
        }
    }
}
