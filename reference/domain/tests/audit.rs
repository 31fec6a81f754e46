//! Every single mutation of a log of a thousand records, against the verifier of exported logs.
//! Refuses to be clever: each attack is made at every place of the log.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use domain::audit::{
    Broken, Entry, Frontier, Removal, Tombstone, TreeHead, Verified, Verifier, Why,
};
use domain::ids::{BusinessTransactionId, ExchangeId};
use domain::record::{Action, Actor, ActorKind, AuditEvent, AuditRecord, Digest, Instant, link};
use domain::workflow::Disposition;

const LENGTH: usize = 1000;
/// Sizes at which a head was signed.
const SIGNED: [u64; 4] = [250, 500, 750, 1000];
/// Records whose time is over, removed in one go, and the index of the event that tells of it.
const REMOVED: [usize; 3] = [10, 11, 40];
const REMOVER: usize = 600;

fn at(index: usize) -> Instant {
    let text = format!("2026-10-01T12:{:02}:{:02}.000Z", index / 60, index % 60);
    text.parse().unwrap()
}

fn event(action: Action, index: usize) -> AuditEvent {
    AuditEvent {
        at: at(index),
        actor: Actor {
            kind: ActorKind::Automation,
            id: "engine".parse().unwrap(),
            role: "workflow".parse().unwrap(),
        },
        action,
        exchange: Some(ExchangeId::new(format!("x{index}"))),
        business_transaction_id: Some(BusinessTransactionId::new("t1")),
        correlation_id: None,
        partner: None,
        endpoint: None,
        found: None,
        route: None,
        attempt: None,
        consent: None,
        disposition: Some(Disposition::Queued),
        code: None,
        approver: None,
        rule: None,
        snapshot: 3,
        release: "r1".parse().unwrap(),
    }
}

struct Log {
    entries: Vec<Entry>,
    heads: Vec<TreeHead>,
}

fn heads(entries: &[Entry]) -> Vec<TreeHead> {
    let mut frontier = Frontier::default();
    let mut heads: Vec<TreeHead> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        frontier.push(entry.hash().unwrap());
        if SIGNED.contains(&frontier.size()) {
            heads.push(TreeHead {
                log: "exchanges".parse().unwrap(),
                size: frontier.size(),
                root: frontier.root().digest(),
                at: at(index),
                previous: heads.last().map_or_else(Digest::none, TreeHead::digest),
            });
        }
    }
    heads
}

fn log() -> Log {
    let mut entries: Vec<Entry> = Vec::new();
    let mut removal = Removal::default();
    for index in 0..LENGTH {
        let previous = entries
            .last()
            .map_or_else(Digest::none, |entry| entry.leaf().clone());
        let mut what = event(Action::Validated, index);
        if index == REMOVER {
            what = event(Action::RecordRemoved, index);
            what.exchange = None;
            what.correlation_id = Some(std::mem::take(&mut removal).id());
        }
        let entry = Entry::kept(link(index as u64 + 1, previous, what).unwrap());
        if REMOVED.contains(&index) {
            removal.take(entry.seq(), entry.leaf());
        }
        entries.push(entry);
    }
    let heads = heads(&entries);
    for index in REMOVED {
        entries[index] = tombstone(&entries[index], REMOVER as u64 + 1);
    }
    Log { entries, heads }
}

fn tombstone(entry: &Entry, removed_by: u64) -> Entry {
    Entry::Removed(Tombstone {
        seq: entry.seq(),
        leaf: entry.leaf().clone(),
        removed_by,
    })
}

fn record(entry: &Entry) -> &AuditRecord {
    match entry {
        Entry::Kept(kept) => &kept.record,
        Entry::Removed(_) => unreachable!("a tombstone has no record"),
    }
}

/// The record at `index` with another snapshot number, and a leaf that fits it or not.
fn edited(entry: &Entry, fits: bool) -> Entry {
    let mut record = record(entry).clone();
    record.event.snapshot += 1;
    let leaf = entry.leaf().clone();
    match Entry::kept(record) {
        Entry::Kept(mut kept) => {
            if !fits {
                kept.leaf = leaf;
            }
            Entry::Kept(kept)
        }
        removed @ Entry::Removed(_) => removed,
    }
}

/// The verifier as it stands before each line of the log that was written.
fn stands(log: &Log) -> Vec<Verifier> {
    let mut verifier = Verifier::new(log.heads.clone()).unwrap();
    let mut stands = Vec::new();
    for entry in &log.entries {
        stands.push(verifier.clone());
        verifier.take(entry).unwrap();
    }
    stands
}

fn judged<'a>(
    mut verifier: Verifier,
    rest: impl IntoIterator<Item = &'a Entry>,
) -> Result<Verified, Broken> {
    for entry in rest {
        verifier.take(entry)?;
    }
    verifier.finish()
}

#[test]
fn a_log_as_written_holds_with_its_tombstones() {
    let log = log();
    let verified = judged(Verifier::new(log.heads.clone()).unwrap(), &log.entries).unwrap();
    assert_eq!((verified.size, verified.signed), (1000, 1000));
    assert_eq!(verified.removed, 3);
    assert!(verified.is_signed_to_its_end());
    let short = judged(Verifier::new(Vec::new()).unwrap(), &log.entries).unwrap();
    assert!(!short.is_signed_to_its_end());
}

#[test]
fn every_edit_deletion_insertion_swap_and_cut_is_found_at_its_place() {
    let log = log();
    let all = &log.entries;
    for (index, stand) in stands(&log).into_iter().enumerate() {
        let found = |why| {
            Err(Broken {
                index: index as u64,
                why,
            })
        };
        let from = |rest: Vec<Entry>| judged(stand.clone(), &rest);
        assert_eq!(judged(stand.clone(), []), found_at_end(index));
        assert_eq!(from(all[index + 1..].to_vec()), deleted(index));
        if REMOVED.contains(&index) {
            continue;
        }
        let mut inserted = all[index..].to_vec();
        inserted.insert(0, all[if index == 0 { 1 } else { 0 }].clone());
        assert_eq!(from(inserted), found(Why::Misplaced));
        let mut plain = all[index..].to_vec();
        plain[0] = edited(&all[index], false);
        assert_eq!(from(plain), found(Why::Edited));
        if index + 1 < LENGTH {
            let mut swapped = all[index..].to_vec();
            swapped.swap(0, 1);
            assert_eq!(from(swapped), found(Why::Misplaced));
            let mut careful = all[index..].to_vec();
            careful[0] = edited(&all[index], true);
            assert_eq!(from(careful).unwrap_err().index, in_doubt(index));
        }
    }
}

/// A log that was cut says where it ends.
fn found_at_end(index: usize) -> Result<Verified, Broken> {
    // Removed records whose event was cut off as well are in doubt before the end is.
    let (index, why) = if index <= REMOVER && REMOVED[0] < index {
        (REMOVED[0], Why::RemovedWithoutEvent)
    } else {
        (index, Why::Truncated)
    };
    Err(Broken {
        index: index as u64,
        why,
    })
}

/// What follows a record that was left out stands where that one did.
fn deleted(index: usize) -> Result<Verified, Broken> {
    if index + 1 == LENGTH {
        return found_at_end(index);
    }
    Err(Broken {
        index: index as u64,
        why: Why::Misplaced,
    })
}

/// An edit whose leaf was made to fit is found by the next link, or by the head when one stands between.
fn in_doubt(index: usize) -> u64 {
    let size = index as u64 + 1;
    if SIGNED.contains(&size) {
        return size - 250;
    }
    // A tombstone names nobody before it, so that only the head tells.
    if REMOVED.contains(&(index + 1)) {
        return 0;
    }
    index as u64
}

#[test]
fn a_tail_that_was_rewritten_link_by_link_is_found_by_the_next_head() {
    let log = log();
    let stands = stands(&log);
    for index in (50..LENGTH).step_by(10) {
        let mut forged: Vec<Entry> = log.entries[..index].to_vec();
        for old in &log.entries[index..] {
            let mut event = record(old).event.clone();
            event.snapshot += 1;
            let previous = forged.last().unwrap().leaf().clone();
            forged.push(Entry::kept(link(old.seq(), previous, event).unwrap()));
            if SIGNED.contains(&(forged.len() as u64)) {
                break;
            }
        }
        let broken = judged(stands[index].clone(), &forged[index..]).unwrap_err();
        let vouched = SIGNED.into_iter().rev().find(|size| *size <= index as u64);
        assert_eq!(broken.why, Why::RootDiffers, "{index}");
        assert_eq!(broken.index, vouched.unwrap_or_default(), "{index}");
    }
}

#[test]
fn a_tombstone_that_no_event_names_is_an_attack_wherever_it_stands() {
    let log = log();
    for (index, stand) in stands(&log).into_iter().enumerate() {
        if REMOVED.contains(&index) {
            continue;
        }
        let mut named = vec![0, index as u64 + 1, index as u64 + 2];
        if index % 25 == 0 {
            named.extend([REMOVER as u64 + 1, 5000]);
        }
        for removed_by in named {
            let mut attacked = log.entries[index..].to_vec();
            attacked[0] = tombstone(&log.entries[index], removed_by);
            let broken = judged(stand.clone(), &attacked).unwrap_err();
            // The removal of others is in doubt too when one more record is counted to it.
            let first = if removed_by == REMOVER as u64 + 1 && index < REMOVER {
                REMOVED[0].min(index)
            } else if index == REMOVER {
                // Without its event the three records are gone without one.
                broken.index as usize
            } else {
                index
            };
            assert_eq!(broken.index, first as u64, "{index} {removed_by}");
            assert_eq!(broken.why, Why::RemovedWithoutEvent, "{index}");
        }
    }
}

#[test]
fn a_tombstone_that_was_made_a_record_again_or_left_out_is_found() {
    let log = log();
    let mut fewer = log.entries.clone();
    fewer[REMOVED[1]] =
        Entry::kept(link(12, Digest::none(), event(Action::Validated, 11)).unwrap());
    let verifier = || Verifier::new(log.heads.clone()).unwrap();
    assert_eq!(judged(verifier(), &fewer).unwrap_err().why, Why::Edited);
}

#[test]
fn heads_that_are_left_out_swapped_or_of_another_log_are_found() {
    let log = log();
    let placed = |heads: Vec<TreeHead>| Verifier::new(heads).map(drop).unwrap_err();
    for index in 0..log.heads.len() - 1 {
        let mut fewer = log.heads.clone();
        fewer.remove(index);
        let why = Why::HeadMisplaced;
        let index = index as u64;
        assert_eq!(placed(fewer), Broken { index, why });
        let mut swapped = log.heads.clone();
        swapped.swap(index as usize, index as usize + 1);
        assert_eq!(placed(swapped), Broken { index, why });
    }
    let mut renamed = log.heads.clone();
    renamed[3].log = "other".parse().unwrap();
    assert_eq!(placed(renamed).index, 3);
}
