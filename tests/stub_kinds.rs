//! Every way in which a partner fails, as a consumer sees it, many times over.
#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "stub/callbacks.rs"]
mod callbacks;
#[path = "stub/elsewhere.rs"]
mod elsewhere;
#[path = "stub/said.rs"]
mod said;
#[path = "stub/support.rs"]
mod support;
#[path = "stub/travel.rs"]
mod travel;

use matchmark::contract::FaultKind;
use matchmark::rehearsal::fault::{Bringer, bringer};
use std::collections::BTreeSet;

/// How often each claim has to hold.
const RUNS: usize = 50;

#[test]
fn every_kind_is_shown_by_the_file_of_whoever_brings_it_about() {
    let shown = |bringer| match bringer {
        Bringer::Proxy => include_str!("stub/travel.rs"),
        Bringer::Stub => include_str!("stub/said.rs"),
        Bringer::Scheduler => include_str!("stub/callbacks.rs"),
    };
    let missing: BTreeSet<&str> = FaultKind::ALL
        .into_iter()
        .filter(|kind| !shown(bringer(*kind)).contains(&format!("FaultKind::{kind:?}")))
        .map(FaultKind::word)
        .collect();
    assert_eq!(missing, BTreeSet::new());
}
