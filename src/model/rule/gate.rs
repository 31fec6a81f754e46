//! Finding ids of `gate/...`.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
