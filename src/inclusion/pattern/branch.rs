//! Splits a pattern into branches, and each branch into the look-aheads at its start and the rest.
//! Refuses to look for look-ahead anywhere else: there it stays in the rest, which is then not read.

/// One alternative of a pattern, as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Branch<'a> {
    /// What a look-ahead at the start of the string asks for, and whether it must hold or must not.
    pub(super) heads: Vec<(bool, &'a str)>,
    /// The rest, whose `^` is written in front of it where `heads` have taken it away.
    pub(super) body: &'a str,
}

/// The branches of `pattern`: one, unless an alternative starts with a look-ahead.
pub(super) fn split(pattern: &str) -> Vec<Branch<'_>> {
    let mut branches: Vec<Branch<'_>> = Vec::new();
    let mut rest = pattern;
    loop {
        let (alternative, behind) = until(rest, '|');
        branches.push(branch(alternative));
        match behind {
            Some(behind) => rest = behind,
            None => break,
        }
    }
    if branches.iter().all(|branch| branch.heads.is_empty()) {
        return vec![Branch {
            heads: Vec::new(),
            body: pattern,
        }];
    }
    branches
}

fn branch(alternative: &str) -> Branch<'_> {
    let mut heads = Vec::new();
    let mut body = alternative;
    let mut rest = alternative.strip_prefix('^').unwrap_or("");
    loop {
        let (holds, inner) = match (rest.strip_prefix("(?="), rest.strip_prefix("(?!")) {
            (Some(inner), _) => (true, inner),
            (_, Some(inner)) => (false, inner),
            (None, None) => break,
        };
        let (head, Some(behind)) = until(inner, ')') else {
            break;
        };
        heads.push((holds, head));
        (rest, body) = (behind, behind);
    }
    Branch { heads, body }
}

/// What stands before the first `mark` outside of groups and classes, and what stands behind it, if it is there.
fn until(text: &str, mark: char) -> (&str, Option<&str>) {
    let mut depth = 0_usize;
    let mut in_class = false;
    let mut escaped = false;
    for (place, sign) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        if sign == mark && depth == 0 && !in_class {
            let (before, behind) = text.split_at(place);
            return (before, behind.strip_prefix(mark));
        }
        match sign {
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (text, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_ahead_belongs_to_its_own_alternative() {
        let branches = split("^(?=a|[)])(?!\\))b|c");
        let wanted = [
            Branch {
                heads: vec![(true, "a|[)]"), (false, "\\)")],
                body: "b",
            },
            Branch {
                heads: vec![],
                body: "c",
            },
        ];
        assert_eq!(branches, wanted);
    }

    #[test]
    fn a_pattern_without_a_look_ahead_at_its_start_stays_whole() {
        for pattern in ["^a|b", "(?=a)b", "a|(^(?=a)b)", "(", "[", "\\", ""] {
            let branches = split(pattern);
            assert_eq!(branches.len(), 1, "{pattern}");
            assert_eq!(branches.first().map(|branch| branch.body), Some(pattern));
        }
    }
}
