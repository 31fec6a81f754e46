//! Finding ids of `payload/...`.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
