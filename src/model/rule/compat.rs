//! Finding ids of `compat/...`.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
