//! What a rule said of facts, kept for the payloads that are the same to it.
//! Refuses to grow without end, and to keep what was no answer.

use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What is kept of one rule at most, and of one answer.
///
/// Units: bytes of what it reads and of what it said
/// Source: twenty rules beside each other stay within a tenth of the 64 MiB of a run
const MOST: usize = 256 * 1024;
const MOST_OF_ONE: usize = MOST / 16;

/// What a rule said, for any payload that is the same to it.
#[derive(Debug)]
pub(super) struct Said {
    /// The results.
    pub results: Vec<Value>,
    /// The facts that it reads and nobody knows.
    pub unknown: Option<String>,
}

/// The answers of one rule by the bytes of what it reads, for any number of threads.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Answers>);

#[derive(Debug, Default)]
struct Answers {
    by_bytes: HashMap<Vec<u8>, Arc<Said>>,
    bytes: usize,
}

impl Kept {
    pub(super) fn get(&self, bytes: &[u8]) -> Option<Arc<Said>> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.by_bytes.get(bytes).cloned()
    }

    /// Keeps an answer; what was kept before is given up where there is no room.
    pub(super) fn keep(&self, bytes: Vec<u8>, said: Arc<Said>) {
        let results = said.results.iter();
        let length = bytes.len() + results.map(|it| it.to_string().len()).sum::<usize>();
        if length > MOST_OF_ONE {
            return;
        }
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.bytes + length > MOST {
            *answers = Answers::default();
        }
        if answers.by_bytes.insert(bytes, said).is_none() {
            answers.bytes += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_has_an_end() {
        let kept = Kept::default();
        let said = |results| {
            Arc::new(Said {
                results: vec![Value::Null; results],
                unknown: None,
            })
        };
        let bytes = |number: usize| {
            let mut bytes = number.to_le_bytes().to_vec();
            bytes.resize(1024, 0);
            bytes
        };
        for number in 0..1000 {
            kept.keep(bytes(number), said(1));
            assert!(kept.get(&bytes(number)).is_some(), "{number}");
            let answers = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
            assert!(answers.bytes <= MOST, "{number}");
            let kept = answers.by_bytes.len() * (1024 + "null".len());
            assert_eq!(answers.bytes, kept, "{number}");
        }
        kept.keep(vec![0; MOST], said(0));
        assert!(kept.get(&[0; MOST]).is_none());
        kept.keep(bytes(2000), said(MOST_OF_ONE));
        assert!(kept.get(&bytes(2000)).is_none());
    }
}
