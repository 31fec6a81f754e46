//! A schema without some of its constraints, asked by the judge for the first payloads and compiled for the rest.
//! Refuses to know which payloads are tried.

use super::judge::{Address, Judge, address};
use super::proof::take_out;
use serde_json::Value;
use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};
use wire::payload::Schema;

/// Payloads that the judge is asked about before compiling pays off.
const FIRST: usize = 6;

/// Where each value of a bundle stands, by its identity.
pub struct Places(BTreeMap<Address, String>);

impl Places {
    pub fn of(bundle: &Value) -> Self {
        let mut places = BTreeMap::new();
        let mut open = vec![(String::new(), bundle)];
        while let Some((pointer, value)) = open.pop() {
            match value {
                Value::Object(members) => open.extend(members.iter().map(|(name, member)| {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    (format!("{pointer}/{name}"), member)
                })),
                Value::Array(items) => {
                    let item = |(index, item)| (format!("{pointer}/{index}"), item);
                    open.extend(items.iter().enumerate().map(item));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
            places.insert(address(value), pointer);
        }
        Self(places)
    }
}

/// A schema without the constraints at `off`.
pub struct Loose<'a> {
    judge: &'a Judge<'a>,
    places: &'a Places,
    off: Vec<Address>,
    asked: Cell<usize>,
    compiled: OnceCell<Schema>,
}

impl<'a> Loose<'a> {
    pub fn new(judge: &'a Judge<'a>, places: &'a Places, off: &BTreeSet<Address>) -> Self {
        Self {
            judge,
            places,
            off: off.iter().copied().collect(),
            asked: Cell::new(0),
            compiled: OnceCell::new(),
        }
    }

    pub fn accepts(&self, payload: &Value) -> bool {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() <= FIRST {
            return self.judge.accepts(payload, &self.off);
        }
        let compiled = self.compiled.get_or_init(|| self.compile());
        compiled.accepts(payload)
    }

    fn compile(&self) -> Schema {
        let mut pointers: Vec<&String> = self.off.iter().map(|off| &self.places.0[off]).collect();
        let index = |pointer: &str| {
            let (parent, last) = pointer.rsplit_once('/').unwrap();
            (parent.to_owned(), last.parse::<usize>().ok())
        };
        pointers.sort_by_key(|pointer| std::cmp::Reverse(index(pointer)));
        let mut bundle = self.judge.root.clone();
        for pointer in pointers {
            take_out(&mut bundle, pointer).unwrap();
        }
        Schema::compile(&bundle).unwrap()
    }
}
