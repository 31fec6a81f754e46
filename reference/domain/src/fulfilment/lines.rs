//! One file of an export, checked while it arrives: every line a record of the right kind, counted and digested.
//! Refuses a file that is not what its list says; a part of a file is no file.

use super::inventory::{Listed, Role};
use super::policy::Limits;
use crate::consent::Refusal;
use crate::failure::Code;
use crate::record::{Digest, ResourceType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use wire::json::{self, Document};
use wire::outcome::{CODE_SYSTEM, Code as Outcome};

/// The most messages that are kept of one file; a file with more is refused.
///
/// Source: ours; as many as an answer may have gaps
const MOST_MESSAGES: usize = 1000;

/// One message of the partner about its answer. Its text is not kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Message {
    /// Is something missing because of it?
    pub grave: bool,
    /// Is it about a consent that does not allow more?
    pub consent: bool,
    /// The kinds of records that it names.
    pub kinds: BTreeSet<ResourceType>,
}

/// A file that is what its list says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub count: u64,
    pub bytes: u64,
    pub digest: Digest,
    pub messages: Vec<Message>,
}

/// A file while it arrives.
pub struct Lines<'a> {
    listed: &'a Listed,
    limits: &'a Limits,
    most: usize,
    hasher: Sha256,
    bytes: usize,
    count: u64,
    open: Vec<u8>,
    messages: Vec<Message>,
}

impl<'a> Lines<'a> {
    /// A file that comes to those that are here: `kept` bytes of this exchange.
    #[must_use]
    pub fn new(listed: &'a Listed, limits: &'a Limits, kept: u64) -> Self {
        Self {
            listed,
            limits,
            most: limits.room(kept),
            hasher: Sha256::new(),
            bytes: 0,
            count: 0,
            open: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// Takes the next bytes in.
    ///
    /// Errors: the file is too large, by itself or with those that are here, or a line in it is no record of its kind
    pub fn take(&mut self, chunk: &[u8]) -> Result<(), Code> {
        self.bytes = self.bytes.saturating_add(chunk.len());
        if self.bytes > self.most {
            return Err(Code::BadResponse);
        }
        self.hasher.update(chunk);
        let mut pieces = chunk.split(|byte| *byte == b'\n');
        self.add(pieces.next().unwrap_or_default())?;
        for piece in pieces {
            self.close()?;
            self.add(piece)?;
        }
        Ok(())
    }

    /// Ends the file. `told` is the digest that came with its bytes, beside that of the list.
    ///
    /// Errors: count or digest is not what was said
    pub fn finish(mut self, told: Option<&Digest>) -> Result<Checked, Code> {
        self.close()?;
        let hex: String = self
            .hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let digest: Digest = format!("sha256:{hex}")
            .parse()
            .map_err(|_| Code::BadResponse)?;
        let counted = self.listed.count.is_none_or(|count| count == self.count);
        let digested = [self.listed.digest.as_ref(), told]
            .into_iter()
            .flatten()
            .all(|said| *said == digest);
        if !counted || !digested {
            return Err(Code::BadResponse);
        }
        Ok(Checked {
            count: self.count,
            bytes: u64::try_from(self.bytes).unwrap_or(u64::MAX),
            digest,
            messages: self.messages,
        })
    }

    fn add(&mut self, piece: &[u8]) -> Result<(), Code> {
        if self.open.len().saturating_add(piece.len()) > self.limits.line_bytes {
            return Err(Code::BadResponse);
        }
        self.open.extend_from_slice(piece);
        Ok(())
    }

    /// Judges the line that has ended; one of nothing but space is none.
    fn close(&mut self) -> Result<(), Code> {
        let line = std::mem::take(&mut self.open);
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let within = json::Limits {
            bytes: self.limits.line_bytes,
            depth: self.limits.depth,
            nodes: self.limits.nodes,
        };
        let record = Document::parse(&line, &within).map_err(|_| Code::BadResponse)?;
        let record = record.value();
        let kind: ResourceType = record
            .get("resourceType")
            .and_then(Value::as_str)
            .and_then(|word| word.parse().ok())
            .ok_or(Code::BadResponse)?;
        if self.listed.kind.as_ref().is_some_and(|told| *told != kind) {
            return Err(Code::BadResponse);
        }
        self.count = self.count.saturating_add(1);
        match self.listed.role {
            Role::Messages => self.note(record),
            Role::Records | Role::Deleted => Ok(()),
        }
    }

    fn note(&mut self, outcome: &Value) -> Result<(), Code> {
        let issues = outcome
            .get("issue")
            .and_then(Value::as_array)
            .ok_or(Code::BadResponse)?;
        self.messages.extend(issues.iter().map(message));
        if self.messages.len() > MOST_MESSAGES {
            return Err(Code::BadResponse);
        }
        Ok(())
    }
}

impl Message {
    /// The failure that it stands for when nothing else has arrived.
    #[must_use]
    pub const fn code(&self) -> Code {
        if self.consent {
            Code::Consent(Refusal::ByPartner)
        } else {
            Code::JobFailed
        }
    }
}

/// A gravity that is not told, or not known, counts as an error: silence is no reason to call a part the whole.
///
/// Source: FHIR R4 OperationOutcome; value set issue-severity
pub(super) fn message(issue: &Value) -> Message {
    let severity = issue.get("severity").and_then(Value::as_str);
    let bound = issue
        .pointer("/details/coding")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|coding| coding.get("system").is_some_and(|it| it == CODE_SYSTEM))
        .find_map(|coding| coding.get("code")?.as_str()?.parse::<Outcome>().ok());
    let suppressed = issue.get("code").is_some_and(|code| code == "suppressed");
    let kinds = issue.get("expression").and_then(Value::as_array);
    let kinds = kinds.into_iter().flatten().filter_map(Value::as_str);
    Message {
        grave: !matches!(severity, Some("warning" | "information" | "success")),
        consent: bound == Some(Outcome::ConsentConstraint) || (bound.is_none() && suppressed),
        kinds: kinds
            .filter_map(|path| path.split(['.', '[']).next()?.parse().ok())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn limits() -> Limits {
        Limits {
            list_bytes: 1_000,
            list_pages: 1,
            files: 1,
            file_bytes: 400,
            total_bytes: 1_000,
            line_bytes: 200,
            depth: 8,
            nodes: 1_000,
        }
    }

    fn listed(role: Role, kind: Option<&str>) -> Listed {
        Listed {
            role,
            kind: kind.map(|kind| kind.parse().unwrap()),
            url: "https://contoso.example/f/1".to_owned(),
            count: None,
            digest: None,
        }
    }

    fn check(listed: &Listed, bytes: &[u8], at_once: usize) -> Result<Checked, Code> {
        let limits = limits();
        let mut lines = Lines::new(listed, &limits, 0);
        for chunk in bytes.chunks(at_once.max(1)) {
            lines.take(chunk)?;
        }
        lines.finish(None)
    }

    const TWO: &[u8] =
        b"{\"resourceType\":\"Coverage\"}\n{\"resourceType\":\"Coverage\",\"id\":\"2\"}\n";

    #[test]
    fn a_file_is_the_same_in_whatever_pieces_it_arrives() {
        let listed = listed(Role::Records, Some("Coverage"));
        let whole = check(&listed, TWO, 1000).unwrap();
        assert_eq!((whole.count, &whole.digest), (2, &Digest::of(TWO)));
        for at_once in 1..TWO.len() {
            assert_eq!(check(&listed, TWO, at_once).as_ref(), Ok(&whole));
        }
        // The last line needs no end, and empty lines are none.
        let loose = [TWO.trim_ascii_end(), b"\n\r\n \n"].concat();
        assert_eq!(check(&listed, &loose, 7).unwrap().count, 2);
    }

    #[test]
    fn a_wrong_count_or_digest_is_no_file() {
        let right = listed(Role::Records, Some("Coverage"));
        for (count, digest) in [(Some(3), None), (None, Some(Digest::of(b"other")))] {
            let wrong = Listed {
                count,
                digest,
                ..right.clone()
            };
            assert_eq!(check(&wrong, TWO, 9), Err(Code::BadResponse));
        }
        let limits = limits();
        let mut lines = Lines::new(&right, &limits, 0);
        lines.take(TWO).unwrap();
        assert_eq!(
            lines.finish(Some(&Digest::of(b"other"))),
            Err(Code::BadResponse)
        );
    }

    #[test]
    fn a_line_that_is_no_record_of_its_kind_spoils_the_file() {
        let right = listed(Role::Records, Some("Coverage"));
        let deep = format!("{{\"resourceType\":\"Coverage\",\"a\":{}", "[".repeat(20));
        let long = format!(
            "{{\"resourceType\":\"Coverage\",\"a\":\"{}\"}}",
            "x".repeat(300)
        );
        let many = "{\"resourceType\":\"Coverage\"}\n".repeat(40);
        for bytes in [
            "{\"resourceType\":\"Patient\"}",
            "{\"resourceType\":\"no kind\"}",
            "{}",
            "[]",
            "{\"resourceType\":\"Coverage\"",
            "{\"resourceType\":\"Coverage\"}{\"resourceType\":\"Coverage\"}",
            "<html>",
            &deep,
            &long,
            &many,
        ] {
            assert_eq!(
                check(&right, bytes.as_bytes(), 64),
                Err(Code::BadResponse),
                "{bytes}"
            );
        }
        assert_eq!(check(&right, b"", 1).unwrap().count, 0);
    }

    #[test]
    fn a_file_that_is_too_much_with_those_that_are_here_ends_where_it_is() {
        let (listed, limits) = (listed(Role::Records, Some("Coverage")), limits());
        let length = u64::try_from(TWO.len()).unwrap();
        for (kept, fits) in [
            (0, true),
            (1_000 - length, true),
            (1_001 - length, false),
            (1_000, false),
            (u64::MAX, false),
        ] {
            let mut lines = Lines::new(&listed, &limits, kept);
            let taken = TWO.chunks(8).try_for_each(|chunk| lines.take(chunk));
            assert_eq!(taken.is_ok(), fits, "{kept}");
        }
    }

    #[test]
    fn messages_tell_what_is_absent_and_nothing_of_their_text() {
        let file = br#"{"resourceType":"OperationOutcome","issue":[
            {"severity":"error","code":"exception","diagnostics":"secret","expression":["Condition.code","Goal[0]","x y"]},
            {"severity":"information","code":"informational"},
            {"code":"suppressed"}]}"#;
        let joined: Vec<u8> = file.iter().copied().filter(|byte| *byte != b'\n').collect();
        let mut limits = limits();
        limits.line_bytes = 400;
        let listed = listed(Role::Messages, Some("OperationOutcome"));
        let mut lines = Lines::new(&listed, &limits, 0);
        lines.take(&joined).unwrap();
        let told = lines.finish(None).unwrap().messages;
        let kinds = |words: &[&str]| words.iter().map(|word| word.parse().unwrap()).collect();
        let message = |grave, consent, words: &[&str]| Message {
            grave,
            consent,
            kinds: kinds(words),
        };
        assert_eq!(
            told,
            [
                message(true, false, &["Condition", "Goal"]),
                message(false, false, &[]),
                message(true, true, &[]),
            ]
        );
        assert!(!format!("{told:?}").contains("secret"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at_once in 1usize..50) {
            for role in Role::ALL {
                let _ = check(&listed(*role, None), &bytes, at_once);
            }
        }
    }
}
