//! The letter to a partner about a version that its parser does not bear.

use super::hygiene::guard;
use super::markdown::{code, prose};
use crate::model::{Notice, counted};
use std::fmt::Write as _;

/// The letter in Markdown.
#[must_use]
pub fn notice(notice: &Notice) -> String {
    let mut out = String::new();
    let version = code(&notice.version);
    let _ = writeln!(out, "# Notice to {}: {version}\n", prose(&notice.partner));
    let _ = writeln!(
        out,
        "To the owner of the contract: {}  ",
        prose(&notice.owners.join(", "))
    );
    let _ = writeln!(
        out,
        "Written on {}, while the version is {}.\n",
        notice.day,
        prose(&notice.status)
    );
    let _ = writeln!(
        out,
        "Answers of this version are valid and arrive with status 200. Your contract says that your parser does not\n\
         bear {}:\n",
        counted(notice.changes.len(), "thing")
    );
    for change in &notice.changes {
        let _ = writeln!(out, "- {}  ", prose(&change.message));
        let _ = writeln!(
            out,
            "  your contract: {}  ",
            code(&change.contract.to_string())
        );
        if !change.schema.is_empty() {
            let _ = writeln!(out, "  our schema: {}  ", code(&change.schema));
        }
        let _ = writeln!(out, "  finding {}", code(&change.fingerprint));
    }
    let _ = writeln!(
        out,
        "\nThe version is not released while this is open. Either of these settles it:\n\n\
         1. your parser learns to bear it, and your contract says so (`optional`, or another `reader`);\n\
         2. we take the change back, or release it as a version of its own that you do not use."
    );
    guard(&out)
}
