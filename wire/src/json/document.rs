//! A JSON document with the place of every value in its text.
//! Refuses to know what the document means.

use super::pointer::{pointer_index, pointer_name};
use super::reader::{Node, Reading, read};
use super::{Fault, Limits, Position, lexer};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Bytes between two marks: a place is found by counting at most that many.
const MARK_STEP: usize = 1024;

/// Members of an object among which a name is looked for one by one.
const FEW: usize = 64;

/// A value and the places of its parts. Cloning shares both.
#[derive(Clone)]
pub struct Document(Arc<Inner>);

struct Inner {
    text: Box<str>,
    value: Value,
    tape: Vec<Node>,
    /// The position of every [`MARK_STEP`]th byte, made when a place is first asked for: most documents are never asked.
    marks: OnceLock<Vec<Position>>,
    /// Address of a member of a wide object to its rank there, made when one is first asked for: a place is found in
    /// constant time, however wide its parents are.
    ranks: OnceLock<HashMap<usize, usize>>,
}

impl Document {
    /// The document that `bytes` hold, exactly one and nothing else.
    ///
    /// Errors: the first thing that is wrong, with its position; the position of a name that stands twice is that of
    ///         the second one
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, Fault> {
        let (text, Reading { value, tape }) = read(bytes, limits)?;
        Ok(Self(Arc::new(Inner {
            text: text.into(),
            value,
            tape,
            marks: OnceLock::new(),
            ranks: OnceLock::new(),
        })))
    }

    /// Members stand in the order of the text.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// The value alone, without a copy where nobody else has the document.
    #[must_use]
    pub fn into_value(self) -> Value {
        Arc::try_unwrap(self.0).map_or_else(|shared| shared.value.clone(), |own| own.value)
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The value at `pointer` as a document of its own, whose places are still those of the whole text.
    #[must_use]
    pub fn part(&self, pointer: &str) -> Option<Self> {
        let (node, value) = self.find(pointer)?;
        // The root is the last of the tape; its children stay where they are.
        let tape = self.0.tape.iter().copied().chain([node]).collect();
        Some(Self(Arc::new(Inner {
            text: self.0.text.clone(),
            value: value.clone(),
            tape,
            marks: OnceLock::new(),
            ranks: OnceLock::new(),
        })))
    }

    /// Where the value at `pointer` begins.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Option<Position> {
        Some(self.position(self.find(pointer)?.0.start))
    }

    /// Where the name of the member at `pointer` begins; the value itself for an item or the whole.
    #[must_use]
    pub fn key_place(&self, pointer: &str) -> Option<Position> {
        Some(self.position(self.find(pointer)?.0.key))
    }

    /// Where the value at `pointer` begins, or else its nearest parent that exists.
    #[must_use]
    pub fn nearest(&self, pointer: &str) -> Position {
        let mut shorter = pointer;
        loop {
            if let Some(position) = self.place(shorter) {
                return position;
            }
            match shorter.rsplit_once('/') {
                Some((parent, _)) => shorter = parent,
                None => return Position::START,
            }
        }
    }

    /// The number at `pointer` as it is written.
    #[must_use]
    pub fn number_text(&self, pointer: &str) -> Option<&str> {
        let (node, value) = self.find(pointer)?;
        let text = self.0.text.get(node.start as usize..)?;
        value
            .is_number()
            .then(|| text.get(..lexer::number_length(text)))?
    }

    /// The names of the object at `pointer`, each with its place, in the order of the text.
    pub fn members(&self, pointer: &str) -> impl Iterator<Item = (&str, Position)> {
        let (first, members) = match self.find(pointer) {
            Some((node, Value::Object(members))) => (node.first, Some(members)),
            _ => (0, None),
        };
        let nodes = self.0.tape.get(first as usize..).unwrap_or_default();
        members
            .into_iter()
            .flat_map(serde_json::Map::keys)
            .zip(nodes)
            .map(|(name, node)| (name.as_str(), self.position(node.key)))
    }

    fn find(&self, pointer: &str) -> Option<(Node, &Value)> {
        let (mut node, mut value) = (*self.0.tape.last()?, self.value());
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return None;
        }
        for segment in pointer.split('/').skip(1) {
            let (rank, below) = match value {
                Value::Array(items) => {
                    let rank = pointer_index(segment)?;
                    (rank, items.get(rank)?)
                }
                Value::Object(members) => self.member(members, &pointer_name(segment))?,
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
            };
            node = *self.0.tape.get(node.first as usize + rank)?;
            value = below;
        }
        Some((node, value))
    }

    /// The member of that name, and the how-manieth it is.
    fn member<'v>(
        &self,
        members: &'v Map<String, Value>,
        name: &str,
    ) -> Option<(usize, &'v Value)> {
        if members.len() <= FEW {
            let mut ranked = members.iter().enumerate();
            let (rank, (_, value)) = ranked.find(|(_, (known, _))| *known == name)?;
            return Some((rank, value));
        }
        let value = members.get(name)?;
        let ranks = self.0.ranks.get_or_init(|| ranks(self.value()));
        Some((*ranks.get(&address(value))?, value))
    }

    fn position(&self, offset: u32) -> Position {
        let offset = offset as usize;
        let step = offset / MARK_STEP;
        let marks = self.0.marks.get_or_init(|| marks(&self.0.text));
        let from = marks.get(step).copied();
        let text = self.0.text.as_bytes().get(step * MARK_STEP..offset);
        from.unwrap_or(Position::START)
            .after(text.unwrap_or_default())
    }
}

fn marks(text: &str) -> Vec<Position> {
    let mark = |at: &mut Position, chunk: &[u8]| {
        let here = *at;
        *at = at.after(chunk);
        Some(here)
    };
    let text = text.as_bytes().chunks(MARK_STEP);
    text.scan(Position::START, mark).collect()
}

/// Address of every member of a wide object to its rank there.
fn ranks(value: &Value) -> HashMap<usize, usize> {
    let (mut ranks, mut open) = (HashMap::new(), vec![value]);
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                if members.len() > FEW {
                    ranks.extend(members.values().map(address).zip(0..));
                }
                open.extend(members.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    ranks
}

/// The values of a document never move while it lives.
fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

impl fmt::Debug for Document {
    /// Sizes only: a document may be a payload, and payloads are never printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("bytes", &self.0.text.len())
            .field("values", &self.0.tape.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn document(text: &str) -> Document {
        Document::parse(text.as_bytes(), &Limits::FILE).expect("a document")
    }

    fn at(line: u32, column: u32) -> Option<Position> {
        Some(Position { line, column })
    }

    #[test]
    fn every_value_and_every_name_has_its_place() {
        let text = " {\"a\": [1, {\"b/c\": null}],\n \"ü\": 2, \"z\" : {}}";
        let document = document(text);
        for (pointer, place, key) in [
            ("", at(1, 2), at(1, 2)),
            ("/a", at(1, 8), at(1, 3)),
            ("/a/0", at(1, 9), at(1, 9)),
            ("/a/1", at(1, 12), at(1, 12)),
            ("/a/1/b~1c", at(1, 20), at(1, 13)),
            ("/ü", at(2, 7), at(2, 2)),
            ("/z", at(2, 16), at(2, 10)),
            ("/a/2", None, None),
            ("/a/01", None, None),
            ("/a/0/x", None, None),
            ("a", None, None),
        ] {
            assert_eq!(document.place(pointer), place, "{pointer}");
            assert_eq!(document.key_place(pointer), key, "{pointer}");
        }
        assert_eq!(
            document.nearest("/a/1/b~1c/x/y"),
            Position {
                line: 1,
                column: 20
            }
        );
        assert_eq!(document.nearest("/a/7"), Position { line: 1, column: 8 });
        assert_eq!(document.nearest("x"), Position::START);
    }

    #[test]
    fn a_part_keeps_its_places_in_the_whole_text() {
        let whole = document("{\"x\": [0],\n \"payload\": {\"a\": [1, true]}}");
        let part = whole.part("/payload").expect("a part");
        assert_eq!(part.value(), whole.value().get("payload").unwrap());
        assert_eq!(part.place(""), at(2, 13));
        assert_eq!(part.place("/a/1"), whole.place("/payload/a/1"));
        assert_eq!(part.key_place("/a"), at(2, 14));
        assert!(whole.part("/none").is_none());
    }

    #[test]
    fn places_far_into_a_long_line_are_exact() {
        let text = format!("[{} true]", "\"é\",".repeat(5000));
        let document = document(&text);
        assert_eq!(document.place("/4999"), at(1, 4999 * 4 + 2));
        assert_eq!(document.place("/5000"), at(1, 5000 * 4 + 3));
    }

    #[test]
    fn members_of_wide_objects_have_their_places_too() {
        let members: Vec<_> = (100..300).map(|name| format!("\"{name}\":[0]")).collect();
        let document = document(&format!("{{\"o\":{{{}}}}}", members.join(",")));
        for rank in [0, 63, 64, 199] {
            let pointer = format!("/o/{}", rank + 100);
            let key = 7 + rank * 10;
            assert_eq!(document.key_place(&pointer), at(1, key), "{pointer}");
            assert_eq!(document.place(&format!("{pointer}/0")), at(1, key + 7));
        }
        assert_eq!(document.place("/o/300"), None);
    }

    #[test]
    fn numbers_keep_their_text() {
        let document = document("{\"a\":1.50e+0,\"b\":[-0, 12345678901234567890123],\"c\":\"7\"}");
        assert_eq!(document.number_text("/a"), Some("1.50e+0"));
        assert_eq!(document.number_text("/b/0"), Some("-0"));
        assert_eq!(
            document.number_text("/b/1"),
            Some("12345678901234567890123")
        );
        assert_eq!(document.number_text("/c"), None);
        assert_eq!(document.number_text("/d"), None);
    }

    #[test]
    fn members_come_in_the_order_of_the_text() {
        let document = document("{\"o\":{\"b\":1,\"a\":{\"x\":1}},\"l\":[]}");
        let names: Vec<_> = document.members("/o").collect();
        assert_eq!(names, [("b", at(1, 7).unwrap()), ("a", at(1, 13).unwrap())]);
        assert_eq!(document.members("/l").count(), 0);
        assert_eq!(document.members("/none").count(), 0);
    }

    #[test]
    fn debug_output_holds_nothing_of_the_text() {
        let shown = format!("{:?}", document("{\"canary\":\"canary\"}"));
        assert!(!shown.contains("canary"), "{shown}");
    }
}
