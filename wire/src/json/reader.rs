//! Text to value and tape of places, without recursion.
//! Refuses to know pointers: it lays the places out, `Document` finds them.

use super::lexer::{Lexer, Stop};
use super::{Fault, FaultKind, Limits, Position};
use serde_json::{Map, Value};

/// Where a value stands, where the name of the member that holds it stands, and where its children begin on the tape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) start: u32,
    /// Equal to `start` for what is not a member.
    pub(super) key: u32,
    pub(super) first: u32,
}

/// A text that was read: the children of a value stand beside each other on the tape, the root last.
pub(super) struct Reading {
    pub(super) value: Value,
    pub(super) tape: Vec<Node>,
}

/// Reads a whole document.
///
/// Errors: the first fault, with the position of the byte that shows it
pub(super) fn read<'t>(bytes: &'t [u8], limits: &Limits) -> Result<(&'t str, Reading), Fault> {
    let fault = |(kind, offset)| Fault {
        kind,
        position: Position::of(bytes, offset),
    };
    // Places are kept as `u32`.
    let most = limits.bytes.min(u32::MAX as usize - 1);
    if bytes.len() > most {
        return Err(fault((FaultKind::TooLarge, most)));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| fault((FaultKind::NotUtf8, error.valid_up_to())))?;
    if text.starts_with('\u{feff}') {
        return Err(fault((MARK, 0)));
    }
    let reading = Reader::new(text, limits).document().map_err(fault)?;
    Ok((text, reading))
}

const MARK: FaultKind = FaultKind::Syntax("a byte order mark stands before the text");
const NAME: FaultKind = FaultKind::Syntax("expected the name of a member, in quotes");
const COLON: FaultKind = FaultKind::Syntax("expected `:`");
const ITEM_END: FaultKind = FaultKind::Syntax("expected `,` or `]`");
const MEMBER_END: FaultKind = FaultKind::Syntax("expected `,` or `}`");

enum Container {
    Array(Vec<Value>),
    /// The members so far; while one is read, the last is `null`.
    Object(Map<String, Value>),
}

impl Container {
    fn value(self) -> Value {
        match self {
            Self::Array(items) => Value::Array(items),
            Self::Object(members) => Value::Object(members),
        }
    }
}

/// An array or object whose end was not seen yet.
struct Open {
    container: Container,
    node: Node,
    /// Where its children begin among those that wait.
    waiting_from: usize,
}

struct Reader<'t> {
    lexer: Lexer<'t>,
    depth: usize,
    nodes_left: usize,
    open: Vec<Open>,
    /// Closed values whose parent is still open.
    waiting: Vec<Node>,
    tape: Vec<Node>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, limits: &Limits) -> Self {
        Self {
            lexer: Lexer::new(text),
            depth: limits.depth.min(Limits::DEEPEST),
            nodes_left: limits.nodes,
            open: Vec::new(),
            waiting: Vec::new(),
            tape: Vec::new(),
        }
    }

    fn document(mut self) -> Result<Reading, Stop> {
        if self.lexer.next_solid().is_none() {
            return Err((FaultKind::Empty, self.lexer.at));
        }
        loop {
            let node = self.node()?;
            let mut whole = self.value(node)?;
            while let Some((value, node)) = whole {
                if self.open.is_empty() {
                    return self.end(value, node);
                }
                self.attach(value, node);
                whole = self.close_or_go_on()?;
            }
        }
    }

    /// The node of the value that begins here, behind its name if it is a member.
    fn node(&mut self) -> Result<Node, Stop> {
        let name = self.name()?;
        let start = place(self.lexer.at);
        self.nodes_left = self
            .nodes_left
            .checked_sub(1)
            .ok_or((FaultKind::TooManyNodes, self.lexer.at))?;
        Ok(Node {
            start,
            key: name.map_or(start, place),
            first: 0,
        })
    }

    /// Inside an object: reads a member's name up to the value and gives the offset of the name.
    fn name(&mut self) -> Result<Option<usize>, Stop> {
        let Some(Open {
            container: Container::Object(members),
            ..
        }) = self.open.last_mut()
        else {
            return Ok(None);
        };
        let start = self.lexer.at;
        if self.lexer.peek() != Some(b'"') {
            return Err(self.lexer.unexpected(NAME));
        }
        let name = self.lexer.string()?;
        if members.insert(name, Value::Null).is_some() {
            return Err((FaultKind::DuplicateKey, start));
        }
        self.lexer.next_solid();
        if !self.lexer.take(b':') {
            return Err(self.lexer.unexpected(COLON));
        }
        self.lexer.next_solid();
        Ok(Some(start))
    }

    /// A scalar or an empty container; `None` when a container was opened that has children.
    fn value(&mut self, node: Node) -> Result<Option<(Value, Node)>, Stop> {
        let (container, end) = match self.lexer.peek() {
            Some(b'[') => (Container::Array(Vec::new()), b']'),
            Some(b'{') => (Container::Object(Map::new()), b'}'),
            Some(_) => return Ok(Some((self.lexer.scalar()?, node))),
            None => return Err(self.lexer.unexpected(FaultKind::Empty)),
        };
        if self.open.len() >= self.depth {
            return Err((FaultKind::TooDeep, self.lexer.at));
        }
        self.lexer.at += 1;
        self.lexer.next_solid();
        if self.lexer.take(end) {
            return Ok(Some((container.value(), node)));
        }
        self.open.push(Open {
            container,
            node,
            waiting_from: self.waiting.len(),
        });
        Ok(None)
    }

    fn attach(&mut self, value: Value, node: Node) {
        self.waiting.push(node);
        match self.open.last_mut().map(|open| &mut open.container) {
            Some(Container::Array(items)) => items.push(value),
            Some(Container::Object(members)) => {
                if let Some(last) = members.values_mut().next_back() {
                    *last = value;
                }
            }
            None => {}
        }
    }

    /// Behind a child: `None` when another one follows, or else the container that ends here.
    fn close_or_go_on(&mut self) -> Result<Option<(Value, Node)>, Stop> {
        let Some(open) = self.open.last() else {
            return Ok(None);
        };
        let (end, expected) = match open.container {
            Container::Array(_) => (b']', ITEM_END),
            Container::Object(_) => (b'}', MEMBER_END),
        };
        self.lexer.next_solid();
        if self.lexer.take(b',') {
            self.lexer.next_solid();
            return Ok(None);
        }
        if !self.lexer.take(end) {
            return Err(self.lexer.unexpected(expected));
        }
        Ok(self.open.pop().map(|open| self.lay_out(open)))
    }

    /// Moves the children of a closed container to the tape, side by side.
    fn lay_out(&mut self, open: Open) -> (Value, Node) {
        let node = Node {
            first: place(self.tape.len()),
            ..open.node
        };
        self.tape.extend(self.waiting.drain(open.waiting_from..));
        (open.container.value(), node)
    }

    fn end(mut self, value: Value, node: Node) -> Result<Reading, Stop> {
        self.tape.push(node);
        match self.lexer.next_solid() {
            None => Ok(Reading {
                value,
                tape: self.tape,
            }),
            Some(_) => Err((FaultKind::TrailingData, self.lexer.at)),
        }
    }
}

/// Offsets and counts are below the limit on bytes, which is below `u32::MAX`.
fn place(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
