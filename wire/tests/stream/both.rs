//! One payload through both ways.

use serde_json::Value;
use wire::json::{Document, Limits};
use wire::payload::Schema;
use wire::stream::Runner;

/// Tells a proof how much of itself to run; absent in the suite.
const SCALE: &str = "MATCHMARK_PROVE";

/// Whether a proof runs at full size.
pub fn full() -> bool {
    std::env::var(SCALE).is_ok_and(|scale| scale == "full")
}

/// A schema that judges both ways.
pub struct Both {
    pub schema: Schema,
}

/// What the two ways said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    pub full: bool,
    pub fast: bool,
}

impl Both {
    /// `None` when the document is no schema.
    pub fn new(bundle: &Value) -> Option<Self> {
        Some(Self {
            schema: Schema::compile(bundle).ok()?,
        })
    }

    /// Panics when the fast way accepts what the full one does not, or when what a walk finds is not what the validator does.
    pub fn judge(
        &self,
        runner: &mut Runner,
        limits: &Limits,
        bytes: &[u8],
        bundle: &Value,
    ) -> Said {
        let document = Document::parse(bytes, limits);
        let full = document.is_ok_and(|document| {
            let fits = self.schema.accepts(document.value());
            if !fits {
                let walked = self.schema.problems(&document);
                let told = self.schema.explained_by_validator(&document);
                let text = String::from_utf8_lossy(bytes);
                assert_eq!(walked, told, "{text} for {bundle}");
            }
            fits
        });
        let fast = self.schema.settles(runner, bytes);
        assert!(
            full || !fast,
            "accepted too much: {} for {bundle}",
            String::from_utf8_lossy(bytes)
        );
        Said { full, fast }
    }
}
