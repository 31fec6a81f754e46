//! Finding ids of `policy/...`.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
