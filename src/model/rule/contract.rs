//! Finding ids of `contract/...`.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
