//! One line of an exported log: a record, or the place of one whose time was over.
//! Refuses to say what a removed record was; its leaf hash holds its place.

use super::hash::Hash;
use crate::ids::CorrelationId;
use crate::record::{AuditRecord, Digest};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// One line of an exported log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// A record as it was written.
    Kept(Box<Kept>),
    /// The place of a record that was removed.
    Removed(Tombstone),
}

/// A record with the leaf hash that was stored with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    pub leaf: Digest,
    pub record: AuditRecord,
}

/// What stands in place of a removed record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    pub seq: u64,
    /// The leaf hash of the record, so that the tree is what it was.
    pub leaf: Digest,
    /// Position of the event that tells of the removal.
    pub removed_by: u64,
}

impl Entry {
    /// The line of a record that is kept.
    #[must_use]
    pub fn kept(record: AuditRecord) -> Self {
        let leaf = record.digest();
        Self::Kept(Box::new(Kept { leaf, record }))
    }

    #[must_use]
    pub fn seq(&self) -> u64 {
        match self {
            Self::Kept(kept) => kept.record.seq,
            Self::Removed(tombstone) => tombstone.seq,
        }
    }

    #[must_use]
    pub fn leaf(&self) -> &Digest {
        match self {
            Self::Kept(kept) => &kept.leaf,
            Self::Removed(tombstone) => &tombstone.leaf,
        }
    }

    /// The leaf as the tree takes it; none when it is no hash.
    #[must_use]
    pub fn hash(&self) -> Option<Hash> {
        Hash::of_digest(self.leaf())
    }
}

/// Which records one removal took, told by one id: the event of the removal carries it, so that no further record can be
/// counted to it afterwards.
#[derive(Clone, Debug, Default)]
pub struct Removal(Sha256);

impl Removal {
    /// Counts a record to the removal. The order is that of the log.
    pub fn take(&mut self, seq: u64, leaf: &Digest) {
        self.0.update(format!("{seq} {leaf}\n"));
    }

    /// The id of the removal of these records.
    #[must_use]
    pub fn id(self) -> CorrelationId {
        let digest = self.0.finalize();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        CorrelationId::new(hex)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_tombstone_is_read_as_one_and_nothing_else_is() {
        let digest = Digest::of(b"a");
        let line = format!(r#"{{"seq":3,"leaf":"{digest}","removed_by":9}}"#);
        let entry: Entry = serde_json::from_str(&line).unwrap();
        assert_eq!(entry.seq(), 3);
        assert_eq!(serde_json::to_string(&entry).unwrap(), line);
        let more = line.replace("\"seq\"", "\"why\":1,\"seq\"");
        assert!(serde_json::from_str::<Entry>(&more).is_err());
    }

    #[test]
    fn the_id_of_a_removal_has_the_form_of_an_id_and_names_its_records() {
        let id = |records: &[(u64, &[u8])]| {
            let mut removal = Removal::default();
            for (seq, leaf) in records {
                removal.take(*seq, &Digest::of(leaf));
            }
            removal.id()
        };
        let one = id(&[(1, b"a"), (2, b"b")]);
        assert!(one.as_str().parse::<CorrelationId>().is_ok());
        assert_ne!(one, id(&[(1, b"a")]));
        assert_ne!(one, id(&[(1, b"a"), (3, b"b")]));
    }
}
