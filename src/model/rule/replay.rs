//! Finding ids of `replay/...`.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
