//! The house as a table: which room may name which, and what only one room may touch.
//! Refuses to know what the rooms do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

#[path = "architecture/arrows.rs"]
mod arrows;
#[path = "architecture/gateway.rs"]
mod gateway;
#[path = "architecture/manifests.rs"]
mod manifests;
#[path = "architecture/mentions.rs"]
mod mentions;
#[path = "architecture/reach.rs"]
mod reach;
#[path = "architecture/shape.rs"]
mod shape;
#[path = "architecture/source.rs"]
mod source;

use source::Source;

/// A room of the harness: the folder or file of that name below `src/`.
struct Room {
    name: &'static str,
    /// Feature of the root crate without which the room does not exist; the others stay pure.
    feature: Option<&'static str>,
    /// Rooms that it may name.
    may: &'static [&'static str],
}

const fn pure(name: &'static str, may: &'static [&'static str]) -> Room {
    Room {
        name,
        feature: None,
        may,
    }
}

const fn behind(feature: &'static str, name: &'static str, may: &'static [&'static str]) -> Room {
    Room {
        name,
        feature: Some(feature),
        may,
    }
}

/// Every room that `app` puts in order.
const BELOW_APP: &[&str] = &[
    "load",
    "store",
    "catalogue",
    "rego",
    "payload",
    "inclusion",
    "compat",
    "contract",
    "policy",
    "replay",
    "lifecycle",
    "release",
    "scrub",
    "rehearsal",
    "ops",
    "evidence",
    "format",
    "report",
    "model",
];

/// Who may import whom. A new arrow is a change of its own, with its reason.
const ROOMS: &[Room] = &[
    behind("cli", "main", &["cli", "app", "report", "model"]),
    behind("cli", "cli", &["model"]),
    behind("cli", "app", BELOW_APP),
    behind("cli", "load", &["catalogue", "evidence", "model"]),
    behind("cli", "store", &["catalogue", "evidence", "model"]),
    behind("service", "rehearsal", &["catalogue", "contract", "model"]),
    behind("service", "ops", &["model"]),
    pure("compat", &["inclusion", "catalogue", "model"]),
    pure("contract", &["inclusion", "catalogue", "model"]),
    // A payload rule's cases hold payloads: what they are about is computed where they are read.
    pure("policy", &["payload", "rego", "catalogue", "model"]),
    pure("replay", &["catalogue", "model"]),
    pure("scrub", &["catalogue", "model"]),
    pure("lifecycle", &["catalogue", "model"]),
    pure("release", &["catalogue", "model"]),
    pure("inclusion", &["model"]),
    pure("catalogue", &["model"]),
    // What editors are told of a file is what its own room reads.
    pure("format", &["catalogue", "policy", "model"]),
    pure("rego", &["model"]),
    pure("payload", &[]),
    pure("evidence", &["model"]),
    pure("report", &["model"]),
    pure("model", &[]),
];

/// A crate of the workspace that others may lean on.
struct Krate {
    /// Folder of its `Cargo.toml`; empty for the root.
    folder: &'static str,
    /// Name in paths.
    name: &'static str,
    /// Crates of ours that it may depend on.
    may: &'static [&'static str],
}

/// Which crate may depend on which. Neither `wire` nor the reference knows the harness.
const CRATES: &[Krate] = &[
    Krate {
        folder: "wire",
        name: "wire",
        may: &[],
    },
    Krate {
        folder: "reference/domain",
        name: "domain",
        may: &["wire"],
    },
    Krate {
        folder: "reference/service",
        name: "reference",
        may: &["wire", "domain"],
    },
    Krate {
        folder: "",
        name: "matchmark",
        may: &["wire", "reference"],
    },
];

#[test]
fn rooms_import_only_what_the_table_allows() {
    settle(&arrows::stray(ROOMS, &Source::of_crates()));
}

#[test]
fn crates_lean_only_on_what_the_table_allows() {
    settle(&arrows::stray_crates(CRATES, &Source::of_crates()));
    settle(&manifests::stray(CRATES, &Source::manifests()));
}

#[test]
fn a_room_exists_under_the_feature_that_the_table_gives_it() {
    let lib = Source::read("src/lib.rs");
    settle(&arrows::misplaced(ROOMS, &lib));
}

#[test]
fn only_the_named_room_touches_what_the_table_reserves() {
    settle(&reach::trespasses(reach::RESERVED, &Source::of_crates()));
}

#[test]
fn row_s2_15_a_gateway_names_no_policy_of_retries_routes_or_partners() {
    settle(&gateway::policies(&Source::of_crates()));
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    settle(&shape::too_long(&Source::rust()));
}

#[test]
fn every_module_says_what_it_knows_and_every_room_what_it_refuses_to_know() {
    settle(&shape::headless(&Source::rust()));
}

#[test]
fn no_file_names_a_place_on_one_machine() {
    settle(&shape::machine_paths(&Source::texts()));
}

/// Passes when there is nothing to complain of; otherwise lists every complaint at once.
fn settle(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
