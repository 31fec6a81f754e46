//! Is an exported log the one that was written? Takes it line by line and stops at the first that is not.
//! Refuses heads whose signatures nobody has checked: whoever calls has done that.

use super::entry::{Entry, Kept, Removal, Tombstone};
use super::hash::Hash;
use super::head::TreeHead;
use super::tree::Frontier;
use crate::record::{Action, AuditRecord, Digest, accountable};
use std::collections::{BTreeMap, VecDeque};

vocabulary! {
    /// What is wrong with a log.
    Why {
        /// A line that is neither a record nor a tombstone.
        Malformed = "malformed",
        /// A record is missing, repeated, inserted or out of its order.
        Misplaced = "misplaced",
        /// A record is not the one that was written.
        Edited = "edited",
        /// A match that a person made, for which nobody else answers.
        Unaccountable = "unaccountable",
        /// A record is gone, and no event says that it was removed.
        RemovedWithoutEvent = "removed-without-event",
        /// The log is not the one whose head was signed; it was rewritten at this place or after it.
        RootDiffers = "root-differs",
        /// The log ends before the last head that was signed.
        Truncated = "truncated",
        /// A head that no known key signed.
        HeadForged = "head-forged",
        /// A head that does not follow the one before it, or is missing.
        HeadMisplaced = "head-misplaced",
    }
}

/// The first place at which a log is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why} at index {index}")]
pub struct Broken {
    /// Index of the first record, from 0, that is in doubt; of the head when a head is wrong.
    pub index: u64,
    pub why: Why,
}

/// A log that is what was written, as far as its heads reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub size: u64,
    pub root: Digest,
    /// Records for which a signed head vouches; the rest is only linked.
    pub signed: u64,
    /// Records that were removed when their time was over.
    pub removed: u64,
}

impl Verified {
    /// Does a signed head vouch for every record?
    #[must_use]
    pub const fn is_signed_to_its_end(&self) -> bool {
        self.signed == self.size
    }
}

/// Verifies a log as its lines come.
#[derive(Clone, Debug)]
pub struct Verifier {
    frontier: Frontier,
    heads: VecDeque<TreeHead>,
    /// Size up to which heads have been confirmed.
    signed: u64,
    last: Option<Digest>,
    /// Index of a record whose digest is not the one that its successor names: one of the two was edited.
    suspect: Option<u64>,
    /// Removed records whose event has not come yet, by its position: the first of them, and all of them as one id.
    removals: BTreeMap<u64, (u64, Removal)>,
    removed: u64,
}

impl Verifier {
    /// A verifier of the log to which these heads belong, oldest first.
    ///
    /// Errors: the index of the first head that does not follow the one before it
    pub fn new(heads: Vec<TreeHead>) -> Result<Self, Broken> {
        let mut before: Option<&TreeHead> = None;
        for (index, head) in (0..).zip(&heads) {
            let why = Why::HeadMisplaced;
            head.follows(before).map_err(|_| Broken { index, why })?;
            before = Some(head);
        }
        Ok(Self {
            frontier: Frontier::default(),
            heads: heads.into(),
            signed: 0,
            last: None,
            suspect: None,
            removals: BTreeMap::new(),
            removed: 0,
        })
    }

    /// Takes the next line.
    ///
    /// Errors: the first record that is in doubt because of it
    pub fn take(&mut self, entry: &Entry) -> Result<(), Broken> {
        let index = self.frontier.size();
        let broken = |why| Broken { index, why };
        let leaf = entry.hash().ok_or(broken(Why::Malformed))?;
        match entry {
            Entry::Kept(kept) => self.take_record(index, kept)?,
            Entry::Removed(tombstone) => self.take_tombstone(index, tombstone)?,
        }
        self.last = Some(entry.leaf().clone());
        self.frontier.push(leaf);
        self.confirm_head()
    }

    /// Ends the log.
    ///
    /// Errors: something that should have come did not
    pub fn finish(mut self) -> Result<Verified, Broken> {
        self.settle(true)?;
        let size = self.frontier.size();
        if let Some((first, _)) = self.removals.values().min_by_key(|(first, _)| *first) {
            return Err(Broken {
                index: *first,
                why: Why::RemovedWithoutEvent,
            });
        }
        if !self.heads.is_empty() {
            let why = Why::Truncated;
            return Err(Broken { index: size, why });
        }
        Ok(Verified {
            size,
            root: self.frontier.root().digest(),
            signed: self.signed,
            removed: self.removed,
        })
    }

    fn take_record(&mut self, index: u64, kept: &Kept) -> Result<(), Broken> {
        let record = &kept.record;
        let broken = |why| Broken { index, why };
        let linked = record.previous == self.last.clone().unwrap_or_else(Digest::none);
        self.settle(linked)?;
        if record.seq != index.saturating_add(1) {
            return Err(broken(Why::Misplaced));
        }
        if record.digest() != kept.leaf {
            return Err(broken(Why::Edited));
        }
        accountable(&record.event).map_err(|_| broken(Why::Unaccountable))?;
        if !linked {
            // Which of the two was edited, the next link tells.
            self.suspect = Some(index.saturating_sub(1));
        }
        self.account_for_removal(record)
    }

    /// A link was broken one record ago: when the next one holds, the earlier of the two records was edited.
    fn settle(&mut self, linked: bool) -> Result<(), Broken> {
        let Some(earlier) = self.suspect.take() else {
            return Ok(());
        };
        let index = if linked {
            earlier
        } else {
            earlier.saturating_add(1)
        };
        let why = Why::Edited;
        Err(Broken { index, why })
    }

    fn take_tombstone(&mut self, index: u64, tombstone: &Tombstone) -> Result<(), Broken> {
        self.settle(true)?;
        let broken = |why| Broken { index, why };
        if tombstone.seq != index.saturating_add(1) {
            return Err(broken(Why::Misplaced));
        }
        if tombstone.removed_by <= tombstone.seq {
            return Err(broken(Why::RemovedWithoutEvent));
        }
        let removal = self.removals.entry(tombstone.removed_by);
        let (_, removal) = removal.or_insert_with(|| (index, Removal::default()));
        removal.take(tombstone.seq, &tombstone.leaf);
        self.removed = self.removed.saturating_add(1);
        Ok(())
    }

    /// The event of a removal names exactly the records that are gone because of it.
    fn account_for_removal(&mut self, record: &AuditRecord) -> Result<(), Broken> {
        let Some((first, removal)) = self.removals.remove(&record.seq) else {
            return Ok(());
        };
        let told = record.event.action == Action::RecordRemoved
            && record.event.correlation_id == Some(removal.id());
        let why = Why::RemovedWithoutEvent;
        told.then_some(()).ok_or(Broken { index: first, why })
    }

    fn confirm_head(&mut self) -> Result<(), Broken> {
        let size = self.frontier.size();
        let Some(head) = self.heads.pop_front_if(|head| head.size == size) else {
            return Ok(());
        };
        if Hash::of_digest(&head.root) != Some(self.frontier.root()) {
            // A broken link inside names the place better than the head can.
            let index = self.suspect.unwrap_or(self.signed);
            let why = Why::RootDiffers;
            return Err(Broken { index, why });
        }
        self.signed = size;
        Ok(())
    }
}
