//! The last line of a note: which two schemas it was made from, and that nobody changed its text since.
//! Refuses to compare schemas: their digests are enough, so that a check of a known note costs next to nothing.

use crate::catalogue::{Catalogue, SchemaVersion};
use crate::model::digest;

const OPEN: &str = "<!-- matchmark notes 1: from ";

/// What a note was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seal {
    from: String,
    to: String,
}

/// What is wrong with a note, by its seal alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// There is none.
    Unsealed,
    /// The text was changed after it was made.
    Edited,
    /// It was made from other schemas, or leads from another version.
    Other,
}

impl Seal {
    /// The seal of the step from `old` to `new`.
    pub(super) fn of(catalogue: &Catalogue, old: &SchemaVersion, new: &SchemaVersion) -> Self {
        Self {
            from: named(catalogue, old),
            to: named(catalogue, new),
        }
    }

    /// `body` with its seal below it.
    pub(super) fn close(&self, body: &str) -> String {
        let text = digest(body.as_bytes());
        format!(
            "{body}{OPEN}{} to {}, text {text} -->\n",
            self.from, self.to
        )
    }

    /// Whether `note` carries this seal, whole.
    pub(super) fn check(&self, note: &str) -> Result<(), Broken> {
        let start = note.rfind(OPEN).ok_or(Broken::Unsealed)?;
        let (body, line) = note.split_at_checked(start).ok_or(Broken::Unsealed)?;
        let own = format!("{OPEN}{} to {}, text ", self.from, self.to);
        if !line.starts_with(&own) {
            return Err(Broken::Other);
        }
        if self.close(body) != note {
            return Err(Broken::Edited);
        }
        Ok(())
    }
}

/// The number of a version with the digest of its schema and of everything that it draws in.
fn named(catalogue: &Catalogue, version: &SchemaVersion) -> String {
    let drawn = catalogue.bundle(&version.id);
    let drawn = drawn.map(|bundle| bundle.members).unwrap_or_default();
    let drawn = drawn.iter().filter_map(|id| catalogue.version(id));
    let mut all = promised(version).to_owned();
    for member in drawn {
        all.push_str(&format!("\n{} {}", member.id, promised(member)));
    }
    format!("{} {}", version.number, digest(all.as_bytes()))
}

/// The digest that a release wrote, else that of the text: an edit of a release is told elsewhere, and once.
fn promised(version: &SchemaVersion) -> &str {
    version.file.digest.as_ref().unwrap_or(&version.digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(from: &str) -> Seal {
        Seal {
            from: from.to_owned(),
            to: "2.0.0 sha256:02".to_owned(),
        }
    }

    #[test]
    fn a_seal_holds_for_its_own_text_and_its_own_schemas_only() {
        let note = seal("1.0.0 sha256:01").close("# a\n\nbody\n");
        assert_eq!(seal("1.0.0 sha256:01").check(&note), Ok(()));
        assert_eq!(seal("1.0.0 sha256:03").check(&note), Err(Broken::Other));
        let edited = note.replace("body", "nothing to see");
        assert_eq!(seal("1.0.0 sha256:01").check(&edited), Err(Broken::Edited));
        let longer = format!("{note}one more line\n");
        assert_eq!(seal("1.0.0 sha256:01").check(&longer), Err(Broken::Edited));
        assert_eq!(
            seal("1.0.0 sha256:01").check("# a\n"),
            Err(Broken::Unsealed)
        );
    }
}
