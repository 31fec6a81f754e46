//! A file as it is read for a comparison: typed access to its members, and a list of what makes no sense.
//! Refuses to repeat a key or a value of the file: a rejection is a rule, a pointer and fixed words.

use super::pool::below;
use serde_json::{Map, Value};

/// Which of the two files is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paper {
    OpenApi,
    Pact,
}

/// Something in a file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Malformed {
    pub paper: Paper,
    pub pointer: String,
    pub rule: &'static str,
    pub message: &'static str,
}

const WRONG_TYPE: &str = "contract/wrong-type";
const VERSION: &str = "contract/version-unsupported";

/// A value with its pointer.
#[derive(Clone, Debug)]
pub struct Node<'v> {
    pub at: String,
    pub value: &'v Value,
}

impl<'v> Node<'v> {
    /// The member with this name.
    pub fn get(&self, key: &str) -> Option<Node<'v>> {
        Some(Node {
            at: below(&self.at, key),
            value: self.value.get(key)?,
        })
    }

    pub fn text(&self, key: &str) -> Option<&'v str> {
        self.value.get(key)?.as_str()
    }

    pub fn is(&self, key: &str) -> bool {
        self.value.get(key).and_then(Value::as_bool) == Some(true)
    }
}

/// The list of what is wrong.
pub struct Desk {
    paper: Paper,
    pub found: Vec<Malformed>,
}

impl Desk {
    pub fn new(paper: Paper) -> Self {
        Self {
            paper,
            found: Vec::new(),
        }
    }

    pub fn wrong_type(&mut self, at: &str, message: &'static str) {
        self.reject(WRONG_TYPE, at, message);
    }

    pub fn version(&mut self, at: &str, message: &'static str) {
        self.reject(VERSION, at, message);
    }

    fn reject(&mut self, rule: &'static str, at: &str, message: &'static str) {
        self.found.push(Malformed {
            paper: self.paper,
            pointer: at.to_owned(),
            rule,
            message,
        });
    }

    /// The members of an object.
    pub fn object<'v>(&mut self, node: &Node<'v>) -> Option<&'v Map<String, Value>> {
        let members = node.value.as_object();
        if members.is_none() {
            self.wrong_type(&node.at, "an object must stand here");
        }
        members
    }

    /// The members of an object with their pointers; none where there is no such member.
    pub fn each<'v>(&mut self, node: Option<Node<'v>>) -> Vec<(&'v str, Node<'v>)> {
        let Some(node) = node else {
            return Vec::new();
        };
        let members = self.object(&node).into_iter().flatten();
        let members = members.map(|(key, value)| {
            let at = below(&node.at, key);
            (key.as_str(), Node { at, value })
        });
        members.collect()
    }

    /// The items of an array; none where there is no such member.
    pub fn items<'v>(&mut self, node: Option<Node<'v>>) -> Vec<Node<'v>> {
        let Some(node) = node else {
            return Vec::new();
        };
        if !node.value.is_array() {
            self.wrong_type(&node.at, "an array must stand here");
        }
        let items = node.value.as_array().into_iter().flatten().enumerate();
        let items = items.map(|(index, value)| Node {
            at: format!("{}/{index}", node.at),
            value,
        });
        items.collect()
    }

    /// A text that may be missing.
    pub fn optional_text<'v>(&mut self, node: &Node<'v>, key: &str) -> Option<&'v str> {
        let node = node.get(key).filter(|node| !node.value.is_null())?;
        let text = node.value.as_str();
        if text.is_none() {
            self.wrong_type(&node.at, "a string must stand here");
        }
        text
    }

    /// A text that must be there.
    pub fn text<'v>(
        &mut self,
        node: &Node<'v>,
        key: &str,
        missing: &'static str,
    ) -> Option<&'v str> {
        if node.value.get(key).is_none() {
            self.wrong_type(&node.at, missing);
        }
        self.optional_text(node, key)
    }
}
