//! How much of a workspace is read and kept: all of it, or what payloads are judged by.
//! Refuses to read: it only says what is wanted.

use super::tree::{CONFIG, is_below};

/// What a reader of a workspace needs of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Extent {
    /// Every file.
    #[default]
    Whole,
    /// What payloads are judged by, and of everything else its digest.
    Named,
    /// What payloads are judged by; nothing else is opened.
    Judging,
}

/// The folders of what payloads are judged by.
pub(super) const JUDGING: [&str; 2] = ["policies/payload", "schemas"];

/// What becomes of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Kept,
    Digested,
    PassedOver,
}

impl Extent {
    pub(super) fn of(self, path: &str) -> Use {
        let judges = || JUDGING.iter().any(|folder| is_below(path, folder));
        match self {
            Self::Whole => Use::Kept,
            _ if path == CONFIG || judges() => Use::Kept,
            Self::Named => Use::Digested,
            Self::Judging => Use::PassedOver,
        }
    }

    /// Whether what stands at `path` is looked at: it is wanted itself, or what is wanted may stand below it.
    pub(super) fn reaches(self, path: &str) -> bool {
        match self {
            Self::Whole | Self::Named => true,
            Self::Judging => JUDGING
                .iter()
                .any(|folder| is_below(path, folder) || is_below(folder, path)),
        }
    }

    /// Whether examples are kept when they have been read.
    pub(super) fn has_examples(self) -> bool {
        match self {
            Self::Whole => true,
            Self::Named | Self::Judging => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_judges_payloads_is_kept_whatever_is_wanted() {
        for path in [
            CONFIG,
            "schemas/a/entry.toml",
            "schemas/a/1.0.0/rejected/b.json",
            "policies/payload/a/rule.rego",
        ] {
            for extent in [Extent::Whole, Extent::Named, Extent::Judging] {
                assert_eq!(extent.of(path), Use::Kept, "{path} {extent:?}");
            }
        }
        for path in [
            "payloads/p/2026-08.ndjson",
            "policies/payloads",
            "schemas2/a",
        ] {
            let uses = [Extent::Whole, Extent::Named, Extent::Judging].map(|it| it.of(path));
            assert_eq!(uses, [Use::Kept, Use::Digested, Use::PassedOver], "{path}");
        }
    }

    #[test]
    fn what_leads_to_what_judges_payloads_is_looked_at_and_nothing_beside_it() {
        for path in [
            "policies",
            "policies/payload",
            "policies/payload/a/rule.rego",
            "schemas",
            "schemas/a/entry.toml",
        ] {
            assert!(Extent::Judging.reaches(path), "{path}");
        }
        for path in ["payloads", "policies/rules", "policies/payloads", "schema"] {
            assert!(!Extent::Judging.reaches(path), "{path}");
            assert!(
                Extent::Whole.reaches(path) && Extent::Named.reaches(path),
                "{path}"
            );
        }
    }
}
