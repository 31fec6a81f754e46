//! Which lines of a text became others, with their neighbours.
//! Refuses to know what the lines mean.

/// Unchanged lines that are shown on either side of a change.
const NEAR: usize = 3;
/// Largest table that is filled to find the fewest changes; beyond it the middle counts as replaced.
const TABLE: usize = 4_000_000;

/// A line of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step<'a> {
    Same(&'a str),
    Gone(&'a str),
    New(&'a str),
}

/// The changes from `old` to `new` as `diff -u` writes them, at most `most` lines and then a count.
#[must_use]
pub fn changed_lines(old: &str, new: &str, most: usize) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let steps = steps(&old, &new);
    let mut lines = hunks(&steps);
    if lines.len() > most {
        let more = lines.len() - most;
        lines.truncate(most);
        lines.push(format!("... {more} more lines"));
    }
    lines
}

fn steps<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Step<'a>> {
    let head = old
        .iter()
        .zip(new)
        .take_while(|(old, new)| old == new)
        .count();
    let (left, right) = (
        old.get(head..).unwrap_or_default(),
        new.get(head..).unwrap_or_default(),
    );
    let pairs = left.iter().rev().zip(right.iter().rev());
    let tail = pairs.take_while(|(old, new)| old == new).count();
    let (left, end) = left.split_at(left.len() - tail);
    let (right, _) = right.split_at(right.len() - tail);
    let mut steps: Vec<Step<'a>> = old.iter().take(head).map(|line| Step::Same(line)).collect();
    if left.len().saturating_mul(right.len()) > TABLE {
        steps.extend(left.iter().map(|line| Step::Gone(line)));
        steps.extend(right.iter().map(|line| Step::New(line)));
    } else {
        middle(left, right, &mut steps);
    }
    steps.extend(end.iter().map(|line| Step::Same(line)));
    steps
}

/// The longest common run of lines is kept, the rest is gone or new.
fn middle<'a>(old: &[&'a str], new: &[&'a str], steps: &mut Vec<Step<'a>>) {
    let wide = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * wide];
    let at = |common: &[u32], row: usize, column: usize| {
        common.get(row * wide + column).copied().unwrap_or_default()
    };
    for (row, old) in old.iter().enumerate().rev() {
        for (column, new) in new.iter().enumerate().rev() {
            let best = if old == new {
                at(&common, row + 1, column + 1) + 1
            } else {
                at(&common, row + 1, column).max(at(&common, row, column + 1))
            };
            if let Some(cell) = common.get_mut(row * wide + column) {
                *cell = best;
            }
        }
    }
    let (mut row, mut column) = (0, 0);
    loop {
        match (old.get(row), new.get(column)) {
            (None, None) => break,
            (Some(line), Some(other)) if line == other => {
                steps.push(Step::Same(line));
                row += 1;
                column += 1;
            }
            (Some(line), other)
                if other.is_none()
                    || at(&common, row + 1, column) >= at(&common, row, column + 1) =>
            {
                steps.push(Step::Gone(line));
                row += 1;
            }
            (_, Some(line)) => {
                steps.push(Step::New(line));
                column += 1;
            }
            (Some(_), None) => break,
        }
    }
}

fn hunks(steps: &[Step<'_>]) -> Vec<String> {
    let changed: Vec<usize> = (0..steps.len())
        .filter(|index| !matches!(steps.get(*index), Some(Step::Same(_))))
        .collect();
    let mut lines = Vec::new();
    let (mut old, mut new) = (1_u64, 1_u64);
    let mut shown_until = 0;
    for (index, step) in steps.iter().enumerate() {
        let near = |at: &usize| index + NEAR >= *at && index <= *at + NEAR;
        if changed.iter().any(near) {
            if lines.is_empty() || shown_until != index {
                lines.push(format!("@@ -{old} +{new} @@"));
            }
            lines.push(match step {
                Step::Same(line) => format!(" {line}"),
                Step::Gone(line) => format!("-{line}"),
                Step::New(line) => format!("+{line}"),
            });
            shown_until = index + 1;
        }
        match step {
            Step::Same(_) => (old, new) = (old + 1, new + 1),
            Step::Gone(_) => old += 1,
            Step::New(_) => new += 1,
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_stands_between_its_neighbours() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj";
        let new = "a\nb\nc\nd\nE\nf\ng\nh\ni\nj\nk";
        let expected = [
            "@@ -2 +2 @@",
            " b",
            " c",
            " d",
            "-e",
            "+E",
            " f",
            " g",
            " h",
            " i",
            " j",
            "+k",
        ];
        assert_eq!(changed_lines(old, new, 100), expected);
        assert_eq!(
            changed_lines(old, new, 2),
            ["@@ -2 +2 @@", " b", "... 10 more lines"]
        );
        assert_eq!(changed_lines(old, old, 9), Vec::<String>::new());
        let far = changed_lines(
            "a\nb\nc\nd\ne\nf\ng\nh\ni\nj",
            "A\nb\nc\nd\ne\nf\ng\nh\ni\nJ",
            99,
        );
        assert_eq!(far.iter().filter(|line| line.starts_with("@@")).count(), 2);
        assert_eq!(far.get(6).map(String::as_str), Some("@@ -7 +7 @@"));
    }

    #[test]
    fn texts_that_share_nothing_are_replaced() {
        let old = "x\n".repeat(2_001);
        let new = "y\n".repeat(2_001);
        let lines = changed_lines(&old, &new, 10_000);
        assert_eq!(lines.len(), 4_003);
    }
}
