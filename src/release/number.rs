//! The number that a step needs, from what it costs against every version that partners still use.
//! Refuses to know how the cost was computed.

use crate::model::Bump;
use semver::Version;

/// A version that was compared with the new one, and what the step from it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    pub version: Version,
    pub required: Bump,
}

/// The smallest number after `latest` that says honestly what the step from each of `weighed` does.
#[must_use]
pub fn next(latest: &Version, weighed: &[Weighed]) -> Version {
    let mut bump = Bump::Patch;
    for other in weighed {
        // What lies between the two already says enough, or the new number has to.
        if Bump::between(&other.version, latest) < other.required {
            bump = bump.max(other.required);
        }
    }
    moved(latest, bump)
}

fn moved(version: &Version, bump: Bump) -> Version {
    match bump {
        Bump::Major => Version::new(version.major + 1, 0, 0),
        Bump::Minor => Version::new(version.major, version.minor + 1, 0),
        Bump::None | Bump::Patch => Version::new(version.major, version.minor, version.patch + 1),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn number(latest: &str, weighed: &[(&str, Bump)]) -> String {
        let weighed: Vec<Weighed> = weighed
            .iter()
            .map(|(version, required)| Weighed {
                version: version.parse().unwrap(),
                required: *required,
            })
            .collect();
        next(&latest.parse().unwrap(), &weighed).to_string()
    }

    #[test]
    fn a_number_moves_as_far_as_the_step_needs() {
        assert_eq!(number("2.0.1", &[("2.0.1", Bump::Patch)]), "2.0.2");
        assert_eq!(number("2.0.1", &[("2.0.1", Bump::Minor)]), "2.1.0");
        assert_eq!(number("2.0.1", &[("2.0.1", Bump::Major)]), "3.0.0");
    }

    #[test]
    fn an_older_version_counts_where_the_numbers_between_say_too_little() {
        let patch = ("2.0.1", Bump::Patch);
        assert_eq!(number("2.0.1", &[patch, ("1.0.0", Bump::Major)]), "2.0.2");
        assert_eq!(number("2.0.1", &[patch, ("2.0.0", Bump::Minor)]), "2.1.0");
        assert_eq!(number("2.0.1", &[patch, ("2.0.0", Bump::Major)]), "3.0.0");
        assert_eq!(number("2.1.0", &[patch, ("2.0.0", Bump::Minor)]), "2.1.1");
    }
}
