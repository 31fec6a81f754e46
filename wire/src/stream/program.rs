//! A compiled schema: nodes with indices, each with all that is asked of one value.
//! Refuses to know schemas and texts: `compile` fills it, `run` walks it.

use super::numeral::NumberRules;
use super::pattern::{Pattern, Plain};
use super::scan;

/// Why a value was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It is surely invalid, if its text is JSON.
    Rejects,
    /// It may be valid or not.
    Unsure,
}

pub(super) const NULL: u8 = 1;
pub(super) const BOOLEAN: u8 = 2;
pub(super) const WHOLE: u8 = 4;
pub(super) const BROKEN: u8 = 8;
pub(super) const STRING: u8 = 16;
pub(super) const ARRAY: u8 = 32;
pub(super) const OBJECT: u8 = 64;
pub(super) const EVERY: u8 = 127;

/// Index of a node.
pub(super) type NodeId = u32;

/// The node that accepts everything.
pub(super) const ANYTHING: NodeId = 0;

/// A schema made ready for one pass over the bytes of a payload.
#[derive(Debug)]
pub struct Program {
    pub(super) nodes: Vec<Node>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) root: NodeId,
    /// How many names all objects know, each counted where it stands.
    pub(super) names: usize,
}

/// All that is asked of one value.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Kinds that are allowed.
    pub(super) kinds: u8,
    /// Kinds of which nothing can be said.
    pub(super) unsure: u8,
    /// Which of `false` (1) and `true` (2) are allowed.
    pub(super) booleans: u8,
    /// What all rules for a string come to, if one pattern of FHIR is all that there is.
    pub(super) plain: Plain,
    pub(super) text: Option<Box<TextRules>>,
    pub(super) number: Option<Box<NumberRules>>,
    pub(super) array: Option<Box<ArrayRules>>,
    pub(super) object: Option<Box<ObjectRules>>,
    pub(super) branches: Vec<Branch>,
    pub(super) jumps: Vec<Jump>,
}

/// What a string must be.
#[derive(Debug, Default)]
pub(super) struct TextRules {
    pub(super) least: u64,
    pub(super) most: Option<u64>,
    /// Sorted.
    pub(super) words: Option<Vec<Box<str>>>,
    /// Indices of patterns.
    pub(super) patterns: Vec<u32>,
}

#[derive(Debug)]
pub(super) struct ArrayRules {
    pub(super) prefix: Vec<NodeId>,
    pub(super) rest: NodeId,
    pub(super) least: u64,
    pub(super) most: Option<u64>,
    pub(super) unique: bool,
    pub(super) contains: Vec<Contains>,
}

/// Nothing is asked of an array.
pub(super) static ANY_ARRAY: ArrayRules = ArrayRules {
    prefix: Vec::new(),
    rest: ANYTHING,
    least: 0,
    most: None,
    unique: false,
    contains: Vec::new(),
};

/// How many items must be accepted by a node.
#[derive(Debug)]
pub(super) struct Contains {
    pub(super) node: NodeId,
    pub(super) least: u64,
    pub(super) most: Option<u64>,
}

#[derive(Debug)]
pub(super) struct ObjectRules {
    pub(super) names: Names,
    pub(super) rest: Rest,
    /// What every name must be, as a string.
    pub(super) name_node: Option<NodeId>,
    /// Bits of the names that must be there.
    pub(super) required: Vec<u64>,
    pub(super) least: u64,
    pub(super) most: Option<u64>,
    /// Index of a name, and of one that must be there with it.
    pub(super) together: Vec<(usize, usize)>,
}

/// Nothing is asked of an object.
pub(super) static ANY_OBJECT: ObjectRules = ObjectRules {
    names: Names {
        list: Vec::new(),
        first: 0,
        table: Vec::new(),
    },
    rest: Rest::Node(ANYTHING),
    name_node: None,
    required: Vec::new(),
    least: 0,
    most: None,
    together: Vec::new(),
};

/// What members are judged by whose names are not known.
#[derive(Debug)]
pub(super) enum Rest {
    Node(NodeId),
    /// The nth bit of the index says whether the nth pattern matches the name.
    Patterns(Vec<u32>, Vec<NodeId>),
}

/// The names that an object knows.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) list: Vec<Name>,
    /// Where its predictions begin among those of all objects.
    pub(super) first: usize,
    /// Indices into the list by hash, one more than they are; 0 where none is.
    table: Vec<u16>,
}

#[derive(Debug)]
pub(super) struct Name {
    pub(super) quoted: Quoted,
    pub(super) node: NodeId,
    /// Whether an object with this name cannot be settled.
    pub(super) unsure: bool,
}

/// A name with both quotes and the colon behind it. Nearly all are compared without going to their text.
#[derive(Debug)]
pub(super) struct Quoted {
    text: Box<[u8]>,
    /// The first eight bytes, zeros behind a shorter name, and which bits of them count.
    head: u64,
    mask: u64,
    /// The last eight bytes of a longer name, some of which may stand in the head too.
    tail: u64,
    /// The eight bytes behind the head of a name of more than sixteen.
    middle: u64,
}

impl Quoted {
    pub(super) fn new(name: &str) -> Self {
        let text = format!("\"{name}\":").into_bytes();
        let bits = u32::try_from(text.len() * 8).unwrap_or(u32::MAX);
        let tail = text.len().saturating_sub(8);
        Self {
            head: scan::chunk(&text, 0).unwrap_or(0),
            mask: 1_u64.checked_shl(bits).map_or(u64::MAX, |bit| bit - 1),
            tail: scan::chunk(&text, tail).unwrap_or(0),
            middle: scan::chunk(&text, 8).unwrap_or(0),
            text: text.into(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    fn name(&self) -> &[u8] {
        self.text.get(1..self.text.len() - 2).unwrap_or_default()
    }

    /// Whether it stands in `bytes` at `at`.
    #[inline]
    pub(super) fn stands(&self, bytes: &[u8], at: usize) -> bool {
        let length = self.text.len();
        let head = scan::chunk(bytes, at).is_some_and(|head| head & self.mask == self.head);
        if !head || length <= 8 {
            return head;
        }
        let tail = scan::chunk(bytes, at + length - 8) == Some(self.tail);
        if !tail || length <= 16 {
            return tail;
        }
        let middle = scan::chunk(bytes, at + 8) == Some(self.middle);
        middle && (length <= 24 || bytes.get(at..at + length) == Some(&*self.text))
    }
}

impl Names {
    /// Most names that one object can know.
    pub(super) const MOST: usize = 4096;

    pub(super) fn new(list: Vec<Name>, first: usize) -> Self {
        let mut table = vec![0_u16; (list.len() * 2).next_power_of_two().max(2)];
        let mask = table.len() - 1;
        for (index, name) in list.iter().enumerate() {
            let mut slot = hash(name.quoted.name()) & mask;
            while table.get(slot).is_some_and(|taken| *taken != 0) {
                slot = (slot + 1) & mask;
            }
            if let (Some(slot), Ok(index)) = (table.get_mut(slot), u16::try_from(index + 1)) {
                *slot = index;
            }
        }
        Self { list, first, table }
    }

    /// Index of a name, given without quotes.
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        let mask = self.table.len().checked_sub(1)?;
        let mut slot = hash(name) & mask;
        loop {
            let index = usize::from(*self.table.get(slot)?).checked_sub(1)?;
            if self.list.get(index)?.quoted.name() == name {
                return Some(index);
            }
            slot = (slot + 1) & mask;
        }
    }
}

fn hash(name: &[u8]) -> usize {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let (head, tail) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => {
            let fold = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
            (name.iter().fold(0, fold), 0)
        }
    };
    let mixed = (head ^ tail.rotate_left(23) ^ name.len() as u64).wrapping_mul(FACTOR);
    (mixed >> 32) as usize
}

/// What is judged by further passes over the same bytes.
#[derive(Debug)]
pub(super) enum Branch {
    Any(Vec<NodeId>),
    One(Vec<NodeId>),
    Not(NodeId),
    If {
        test: NodeId,
        then: NodeId,
        otherwise: NodeId,
    },
}

/// A node that stands for this one when the value shows which branch it means.
#[derive(Debug)]
pub(super) enum Jump {
    /// By what the value begins with: null, boolean, number, string, array, object. `None` stays.
    Kind([Option<NodeId>; 6]),
    /// By the string that a member of the object has.
    Member {
        name: Box<[u8]>,
        /// Sorted by word.
        targets: Vec<(Box<str>, Option<NodeId>)>,
        /// For a string that no branch names.
        otherwise: Option<NodeId>,
    },
}

impl Program {
    pub(super) fn node(&self, id: NodeId) -> Result<&Node, Stop> {
        self.nodes.get(id as usize).ok_or(Stop::Unsure)
    }
}
