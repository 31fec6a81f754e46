//! Where a contract file is read: typed access to its members, and a list of everything that is wrong.
//! Refuses to repeat a key or a value of the file in any text: a rejection is a rule, a place and fixed words.

use crate::contract::path::below;
use crate::model::{Finding, Place};
use serde_json::{Map, Value};
use wire::json::{Document, Position};

/// A value of the file with its pointer.
#[derive(Clone, Debug)]
pub struct Node<'d> {
    pub pointer: String,
    pub value: &'d Value,
}

/// An object of the file.
#[derive(Clone, Debug)]
pub struct Members<'d> {
    pub pointer: String,
    map: &'d Map<String, Value>,
}

impl<'d> Node<'d> {
    pub fn new(pointer: impl Into<String>, value: &'d Value) -> Self {
        Self {
            pointer: pointer.into(),
            value,
        }
    }
}

impl<'d> Members<'d> {
    /// The member with this name.
    pub fn get(&self, key: &str) -> Option<Node<'d>> {
        let value = self.map.get(key)?;
        Some(Node::new(below(&self.pointer, key), value))
    }

    /// All members, in the order of the file.
    pub fn each(&self) -> impl Iterator<Item = (&'d str, Node<'d>)> {
        self.map
            .iter()
            .map(|(key, value)| (key.as_str(), Node::new(below(&self.pointer, key), value)))
    }
}

/// A contract file on the desk.
pub struct Desk<'d> {
    path: &'d str,
    pub document: &'d Document,
    findings: Vec<Finding>,
    bears_unsupported: bool,
}

impl<'d> Desk<'d> {
    pub fn new(path: &'d str, document: &'d Document) -> Self {
        Self {
            path,
            document,
            findings: Vec::new(),
            bears_unsupported: false,
        }
    }

    /// A desk for single sides: what cannot be judged is borne, and told with the verdict.
    pub fn bearing(document: &'d Document) -> Self {
        Self {
            bears_unsupported: true,
            ..Self::new("", document)
        }
    }

    pub fn bears_unsupported(&self) -> bool {
        self.bears_unsupported
    }

    /// Rejects content that is known and not judged.
    pub fn unsupported(&mut self, pointer: &str, what: &str) {
        if !self.bears_unsupported {
            let message = format!("{what} is not judged");
            self.reject("contract/unsupported-content", pointer, &message);
        }
    }

    /// Everything that was rejected, in the order of the file.
    pub fn into_findings(mut self) -> Vec<Finding> {
        self.findings.sort_by(|left, right| {
            let key = |finding: &Finding| (finding.place.clone(), finding.rule.clone());
            key(left).cmp(&key(right))
        });
        self.findings
            .dedup_by(|left, right| left.place == right.place && left.rule == right.rule);
        self.findings
    }

    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// How many rejections there are so far.
    pub fn count(&self) -> usize {
        self.findings.len()
    }

    /// Rejects the value at `pointer`.
    pub fn reject(&mut self, rule: &str, pointer: &str, message: &str) {
        let position = self.document.nearest(pointer);
        self.reject_at(rule, pointer, position, message);
    }

    /// Rejects the name of the member at `pointer`.
    pub fn reject_key(&mut self, rule: &str, pointer: &str, message: &str) {
        let key = self.document.key_place(pointer);
        let position = key.unwrap_or_else(|| self.document.nearest(pointer));
        self.reject_at(rule, pointer, position, message);
    }

    fn reject_at(&mut self, rule: &str, pointer: &str, position: Position, message: &str) {
        let finding = Finding::new(rule, self.path, Place::at(self.path, position))
            .pointer(shown(pointer))
            .kind(format!("{}:{}", position.line, position.column))
            .message(message)
            .remedy(super::remedy(rule));
        self.findings.push(finding);
    }

    pub fn wrong_type(&mut self, pointer: &str, wanted: &str) {
        self.reject(
            "contract/wrong-type",
            pointer,
            &format!("{wanted} must stand here"),
        );
    }

    pub fn object(&mut self, node: &Node<'d>) -> Option<Members<'d>> {
        match node.value {
            Value::Object(map) => Some(Members {
                pointer: node.pointer.clone(),
                map,
            }),
            _ => {
                self.wrong_type(&node.pointer, "an object");
                None
            }
        }
    }

    pub fn items(&mut self, node: &Node<'d>) -> Vec<Node<'d>> {
        match node.value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| Node::new(format!("{}/{index}", node.pointer), item))
                .collect(),
            _ => {
                self.wrong_type(&node.pointer, "an array");
                Vec::new()
            }
        }
    }

    pub fn text(&mut self, node: &Node<'d>) -> Option<&'d str> {
        let text = node.value.as_str();
        if text.is_none() {
            self.wrong_type(&node.pointer, "a string");
        }
        text
    }

    pub fn flag(&mut self, node: &Node<'d>) -> Option<bool> {
        let flag = node.value.as_bool();
        if flag.is_none() {
            self.wrong_type(&node.pointer, "true or false");
        }
        flag
    }

    /// A member that must be there.
    pub fn need(&mut self, members: &Members<'d>, key: &str) -> Option<Node<'d>> {
        let node = members.get(key);
        if node.is_none() {
            let message = format!("the member `{key}` is missing");
            self.reject("contract/wrong-type", &members.pointer, &message);
        }
        node
    }

    /// A text that must be there.
    pub fn need_text(&mut self, members: &Members<'d>, key: &str) -> Option<&'d str> {
        let node = self.need(members, key)?;
        self.text(&node)
    }

    /// A text that must be there and say something.
    pub fn need_name(&mut self, members: &Members<'d>, key: &str) -> Option<&'d str> {
        let text = self.need_text(members, key)?;
        if text.trim().is_empty() {
            let pointer = below(&members.pointer, key);
            self.wrong_type(&pointer, "a string that is not empty");
        }
        Some(text)
    }

    /// Rejects every member that is not one of `known`.
    pub fn only(&mut self, members: &Members<'d>, rule: &str, known: &[&str]) {
        for (key, node) in members.each() {
            if !known.contains(&key) {
                let message = "nothing of this name is known here";
                self.reject_key(rule, &node.pointer, message);
            }
        }
    }

    /// One of a closed list of words.
    pub fn word<T: Copy>(&mut self, node: &Node<'d>, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.wrong_type(&node.pointer, &format!("one of {}", known.join(", ")));
        }
        found.map(|(_, value)| *value)
    }
}

/// The part of a pointer that holds only words of the file format.
fn shown(pointer: &str) -> String {
    const WORDS: &[&str] = &[
        "body",
        "comments",
        "consumer",
        "content",
        "contents",
        "headers",
        "interactions",
        "matchingRules",
        "matchmark",
        "messages",
        "metadata",
        "method",
        "pactSpecification",
        "path",
        "provider",
        "providerStates",
        "query",
        "references",
        "request",
        "response",
        "status",
    ];
    pointer
        .split('/')
        .skip(1)
        .take_while(|segment| {
            WORDS.contains(segment) || segment.bytes().all(|byte| byte.is_ascii_digit())
        })
        .map(|segment| format!("/{segment}"))
        .collect()
}
