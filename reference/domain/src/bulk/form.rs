//! The published forms of the answer to a bulk match, and until when the older one is given.
//! Refuses to know partners: which of them reads which form stands in its profile.

use crate::Timestamp;

vocabulary! {
    /// How the lists reach the caller.
    ///
    /// Source: PDex 2.1.0 and 2.2.0, `$bulk-member-match`
    Form {
        /// Lines of groups, named in a manifest.
        Groups = "groups",
        /// The same, and the envelope of 2.1.0 as one file more.
        ///
        /// Source: PDex 2.2.0 pdex-138a
        GroupsAndParameters = "groups+parameters",
        /// The envelope of 2.1.0 alone, as the body that ends the asking.
        ParametersBody = "parameters-body",
    }
}

impl Form {
    /// Does a reader of this form need the envelope?
    #[must_use]
    pub const fn has_envelope(self) -> bool {
        match self {
            Self::Groups => false,
            Self::GroupsAndParameters | Self::ParametersBody => true,
        }
    }
}

/// The time in which the envelope and the groups are both given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The first moment at which the envelope is given no more.
    pub ends: Timestamp,
}

impl Overlap {
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.ends
    }

    /// What a reader of `form` is given at this moment; nothing when the form it reads has ended.
    #[must_use]
    pub fn given(&self, form: Form, now: Timestamp) -> Option<Form> {
        match (form, self.is_open(now)) {
            (form, true) => Some(form),
            (Form::Groups | Form::GroupsAndParameters, false) => Some(Form::Groups),
            (Form::ParametersBody, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_end_of_the_overlap_takes_the_envelope_away_and_nothing_else() {
        let overlap = Overlap {
            ends: "2027-06-30T00:00:00Z".parse().unwrap(),
        };
        let before = "2027-06-29T23:59:59Z".parse().unwrap();
        for form in Form::ALL {
            assert_eq!(overlap.given(*form, before), Some(*form));
        }
        let after = overlap.ends;
        assert_eq!(overlap.given(Form::Groups, after), Some(Form::Groups));
        let both = overlap.given(Form::GroupsAndParameters, after);
        assert_eq!(both, Some(Form::Groups));
        assert_eq!(overlap.given(Form::ParametersBody, after), None);
    }
}
