//! Verifies an exported log from files alone: its lines, the signed heads, the keys that may have signed them.
//! Refuses to call good what no signed head vouches for.

use super::head;
use crate::security::token::VerificationKey;
use domain::audit::{Broken, Entry, TreeHead, Verified, Verifier, Why};
use serde::Deserialize;
use std::io::{self, BufRead, Read};

/// The longest line of a log, in bytes. A record of ours is a tenth of it.
const LONGEST_LINE: u64 = 64 * 1024;

/// What a log turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every record is what was written, and a signed head vouches for all of them.
    Good(Verified),
    /// Every record fits the one before it, but no signed head vouches for the last of them.
    Unsigned(Verified),
    /// There is nothing in it, and no head says that there should be.
    Empty,
    Broken(Broken),
}

/// A key as the service publishes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    kid: String,
    point: String,
}

/// One key, or several that have signed one after the other.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Keys {
    One(Published),
    Several(Vec<Published>),
}

/// The keys of a file: one as `/audit/head` shows it, or a list of such.
///
/// Errors: it is not of that form
pub fn keys(text: &str) -> io::Result<Vec<VerificationKey>> {
    let keys = match serde_json::from_str(text)? {
        Keys::One(key) => vec![key],
        Keys::Several(keys) => keys,
    };
    let read = |key: Published| {
        let point = bytes(&key.point).ok_or(io::ErrorKind::InvalidData)?;
        let kid = key.kid;
        Ok(VerificationKey { kid, point })
    };
    keys.into_iter().map(read).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let digit = |one: u8| char::from(one).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| {
        let value = digit(*high)?.checked_mul(16)?.checked_add(digit(*low)?)?;
        u8::try_from(value).ok()
    };
    pairs.iter().map(byte).collect()
}

/// Judges a log. `heads` has one signed head a line, oldest first.
///
/// Errors: the log cannot be read
pub fn verify(log: impl BufRead, heads: &str, keys: &[VerificationKey]) -> io::Result<Outcome> {
    Ok(match judged(log, heads, keys)? {
        Err(broken) => Outcome::Broken(broken),
        Ok(verified) if verified.size == 0 => Outcome::Empty,
        Ok(verified) if verified.is_signed_to_its_end() => Outcome::Good(verified),
        Ok(verified) => Outcome::Unsigned(verified),
    })
}

fn judged(
    log: impl BufRead,
    heads: &str,
    keys: &[VerificationKey],
) -> io::Result<Result<Verified, Broken>> {
    let verifier = believed(heads, keys).and_then(Verifier::new);
    let mut verifier = match verifier {
        Ok(verifier) => verifier,
        Err(broken) => return Ok(Err(broken)),
    };
    let mut lines = Lines {
        log,
        line: Vec::new(),
    };
    let mut index = 0_u64;
    while lines.next()? {
        let entry = serde_json::from_slice::<Entry>(&lines.line).map_err(|_| Broken {
            index,
            why: Why::Malformed,
        });
        if let Err(broken) = entry.and_then(|entry| verifier.take(&entry)) {
            return Ok(Err(broken));
        }
        index = index.saturating_add(1);
    }
    Ok(verifier.finish())
}

/// The heads, when one of the keys has signed each of them.
fn believed(heads: &str, keys: &[VerificationKey]) -> Result<Vec<TreeHead>, Broken> {
    let read = |(index, line): (u64, &str)| {
        let why = Why::HeadForged;
        head::read(line, keys).ok_or(Broken { index, why })
    };
    (0..).zip(heads.lines()).map(read).collect()
}

/// Lines of a bounded length; a longer one is cut, and then no entry any more.
struct Lines<R> {
    log: R,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> io::Result<bool> {
        self.line.clear();
        let mut bounded = self.log.by_ref().take(LONGEST_LINE);
        let read = bounded.read_until(b'\n', &mut self.line)?;
        Ok(read > 0)
    }
}
