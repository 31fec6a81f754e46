//! Finding ids of `catalogue/...`.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
