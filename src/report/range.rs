//! A range of versions in words, for who does not write them as packages do.
//! Refuses to say more of a range than it can read: the rest stands as it was written.

use semver::{Comparator, Op, VersionReq};

/// `^2` is "versions 2.x".
pub(super) fn words(range: &str) -> String {
    let asked = format!("versions `{range}`");
    let Ok(read) = range.parse::<VersionReq>() else {
        return asked;
    };
    let parts: Option<Vec<String>> = read.comparators.iter().map(part).collect();
    match parts {
        Some(parts) if parts.is_empty() => "every version".to_owned(),
        Some(parts) => format!("versions {}", parts.join(", ")),
        None => asked,
    }
}

/// `None` where there is no short word for it.
fn part(one: &Comparator) -> Option<String> {
    let (minor, patch) = (one.minor, one.patch);
    if !one.pre.is_empty() {
        return None;
    }
    let from = match (minor, patch) {
        (Some(minor), Some(patch)) => format!("{}.{minor}.{patch}", one.major),
        (Some(minor), None) => format!("{}.{minor}", one.major),
        (None, _) => format!("{}", one.major),
    };
    let within = |most: String, is_all: bool| match is_all {
        true => most,
        false => format!("{most} from {from} on"),
    };
    match one.op {
        Op::Exact | Op::Wildcard if patch.is_some() => Some(from),
        Op::Exact | Op::Wildcard => Some(format!("{from}.x")),
        Op::Caret if one.major > 0 || minor.is_none() => {
            let is_all = minor.unwrap_or(0) == 0 && patch.unwrap_or(0) == 0;
            Some(within(format!("{}.x", one.major), is_all))
        }
        Op::Tilde => match minor {
            None => Some(format!("{from}.x")),
            Some(minor) => {
                let most = format!("{}.{minor}.x", one.major);
                Some(within(most, patch.unwrap_or(0) == 0))
            }
        },
        Op::GreaterEq => Some(format!("{from} and later")),
        Op::Less => Some(format!("before {from}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_said_as_people_say_it() {
        for (range, said) in [
            ("^2", "versions 2.x"),
            ("^2.0.0", "versions 2.x"),
            ("^2.1", "versions 2.x from 2.1 on"),
            ("~2.1.3", "versions 2.1.x from 2.1.3 on"),
            ("~2", "versions 2.x"),
            ("=2.0.1", "versions 2.0.1"),
            ("2.*", "versions 2.x"),
            (">=1.2.0, <3", "versions 1.2.0 and later, before 3"),
            ("*", "every version"),
            (">1.0.0", "versions `>1.0.0`"),
            ("^0.3.1", "versions `^0.3.1`"),
            ("^2.0.0-a", "versions `^2.0.0-a`"),
            ("newest", "versions `newest`"),
        ] {
            assert_eq!(words(range), said, "{range}");
        }
    }
}
