//! Finding ids of `lifecycle/...`.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
