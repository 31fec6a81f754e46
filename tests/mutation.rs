//! Every constraint of every authored schema version is switched off, one at a time, and a payload must notice.
//!
//! A *constraint* is one thing that the version's own file asks for: one name of `required`, one `const`, `enum`, `type`,
//! `pattern`, bound, count, closed object, reference, `not`, choice; what it draws in from other entries is on trial
//! there. A constraint is *killed* when some payload is judged differently by the schema and by the schema without this
//! one constraint, so the payload breaks exactly this constraint. The payloads are one-step mutants of the accepted
//! examples (and pairs of steps inside one condition, choice or count), then the rejected examples, which are one step
//! away from an accepted one. A constraint inside a condition is killed by a payload that would be lost without it.
//!
//! Three fates need no payload, or cannot have one. A *twin* asks for the same at the same place (the `type` beside
//! every `properties`, a condition that asks again): all of them are switched off, and killed, together. *Implied*
//! means that the engine of the product proves both schemas equal. Everything else is a survivor and stands, with its
//! reason, in `mutation/survivors.toml`; a line there that no longer survives fails as well. An element that no
//! accepted example holds leaves its constraints as survivors: the remedy is a fuller example.
//!
//! Generated schemas (their guide is matchmark itself) are held by the types that they come from, not here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout
)]

#[path = "mutation/constraint.rs"]
mod constraint;
#[path = "mutation/edit.rs"]
mod edit;
#[path = "mutation/judge.rs"]
mod judge;
#[path = "mutation/loose.rs"]
mod loose;
#[path = "mutation/mutant.rs"]
mod mutant;
#[path = "mutation/proof.rs"]
mod proof;
#[path = "mutation/score.rs"]
mod score;
#[path = "mutation/trial.rs"]
mod trial;

use matchmark::catalogue::{Catalogue, SchemaVersion};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use trial::{Outcome, tried};

/// The guide of entries that are generated from our own types.
const OURS: &str = "matchmark";

fn shipped() -> Catalogue {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    matchmark::load::folder(root, None).unwrap().0.catalogue
}

/// The one entry that takes minutes: five kinds of claims in one schema.
const LARGEST: &str = "eob-nonfinancial";

/// Of the largest entry the suite tries one constraint in so many, and a proof at full size all.
const SLICE: usize = 8;

/// Every authored version of the entries that `chosen` picks, side by side; of each, one constraint in `every`.
fn outcomes(catalogue: &Catalogue, every: usize, chosen: impl Fn(&str) -> bool) -> Vec<Outcome> {
    let authored = catalogue.entries.values().filter(|e| e.file.guide != OURS);
    let authored = authored.filter(|e| chosen(&e.file.id));
    let versions: Vec<&SchemaVersion> = authored.flat_map(|e| e.versions.values()).collect();
    let (open, done) = (Mutex::new(versions), Mutex::new(Vec::new()));
    let next = || open.lock().unwrap().pop();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(version) = next() {
                    let outcome = tried(catalogue, version, every);
                    done.lock().unwrap().push(outcome);
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by(|a, b| (&a.entry, &a.version).cmp(&(&b.entry, &b.version)));
    done
}

#[test]
fn every_constraint_of_every_authored_schema_is_noticed_when_it_is_gone() {
    let outcomes = outcomes(&shipped(), 1, |entry| entry != LARGEST);
    println!("{}", score::table(&outcomes));
    let found: BTreeSet<String> = outcomes.iter().flat_map(Outcome::survivors).collect();
    let reviewed = score::reviewed(|entry| entry != LARGEST);
    nothing_new(&found, &reviewed);
    nothing_stale(&found, &reviewed);
}

#[test]
fn prove_that_every_constraint_of_the_largest_schema_is_noticed_when_it_is_gone() {
    let is_full = std::env::var_os("MATCHMARK_PROVE").is_some();
    let every = if is_full { 1 } else { SLICE };
    let outcomes = outcomes(&shipped(), every, |entry| entry == LARGEST);
    println!("{}", score::table(&outcomes));
    let found: BTreeSet<String> = outcomes.iter().flat_map(Outcome::survivors).collect();
    let reviewed = score::reviewed(|entry| entry == LARGEST);
    nothing_new(&found, &reviewed);
    if is_full {
        nothing_stale(&found, &reviewed);
    }
}

fn nothing_new(found: &BTreeSet<String>, reviewed: &BTreeSet<String>) {
    let new: Vec<_> = found.difference(reviewed).collect();
    assert!(
        new.is_empty(),
        "nothing notices when these are gone: {new:#?}"
    );
}

fn nothing_stale(found: &BTreeSet<String>, reviewed: &BTreeSet<String>) {
    let stale: Vec<_> = reviewed.difference(found).collect();
    assert!(
        stale.is_empty(),
        "reviewed as survivors, and killed: {stale:#?}"
    );
}

/// A schema with a constraint that nothing can notice, and one with a constraint that no example reaches.
#[test]
fn an_idle_constraint_and_an_unreached_one_survive() {
    let schema = serde_json::json!({
        "type": "object",
        "required": ["a"],
        "properties": { "a": { "const": "x", "minLength": 1 }, "b": { "maxLength": 2 } }
    });
    let judge = judge::Judge::new(&schema);
    let example = serde_json::json!({ "a": "x" });
    let fates = trial::Trial::new(&schema, &judge, &[&example], &[]).fates(1);
    let fates: Vec<(&str, trial::Fate)> = fates.iter().map(|(p, f)| (p.as_str(), *f)).collect();
    assert_eq!(
        fates,
        [
            ("/type", trial::Fate::Mutant),
            ("/required/0", trial::Fate::Mutant),
            ("/properties/a/const", trial::Fate::Mutant),
            ("/properties/a/minLength", trial::Fate::Implied),
            ("/properties/b/maxLength", trial::Fate::Survivor),
        ]
    );
}
