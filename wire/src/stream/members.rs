//! One pass over an object: its names, each predicted from the one before, and their values.
//! Refuses names with escapes: they might be equal to others in disguise.

use super::program::{ANY_OBJECT, Name, Node, NodeId, OBJECT, ObjectRules, Rest, Stop};
use super::run::{Pass, in_range, settle};
use super::scan::{self, DECODED, ESCAPE, WIDE};

/// Names that no schema knows, which are compared each with each.
const MOST_OTHERS: usize = 64;

/// Where the members of an object that is open keep what was met.
struct Open {
    /// Bits of the first names.
    first: u64,
    /// Where the bits of all further names begin.
    met: usize,
    others: usize,
}

impl<'p> Pass<'p, '_, '_> {
    pub(super) fn object(
        &mut self,
        node: &'p Node,
        at: usize,
        depth: usize,
    ) -> Result<usize, Stop> {
        settle(node, node.kinds & OBJECT)?;
        if depth >= self.depth {
            return Err(Stop::Unsure);
        }
        let mut open = Open {
            first: 0,
            met: self.runner.met.len(),
            others: self.runner.others.len(),
        };
        let at = scan::solid(self.bytes, at + 1);
        let rules = node.object.as_deref().unwrap_or(&ANY_OBJECT);
        let end = self.members(rules, &mut open, at, depth)?;
        self.runner.met.truncate(open.met);
        self.runner.others.truncate(open.others);
        Ok(end)
    }

    fn members(
        &mut self,
        rules: &ObjectRules,
        open: &mut Open,
        mut at: usize,
        depth: usize,
    ) -> Result<usize, Stop> {
        if let Some(further @ 1..) = rules.required.len().checked_sub(1) {
            self.runner.met.resize(open.met + further, 0);
        }
        let mut count = 0;
        let mut last = 0;
        if self.bytes.get(at) != Some(&b'}') {
            loop {
                let (node, value) = self.name(rules, open, at, &mut last)?;
                let end = self.value(node, value, depth + 1)?;
                count += 1;
                at = scan::solid(self.bytes, end);
                match self.bytes.get(at) {
                    Some(b',') => at = scan::solid(self.bytes, at + 1),
                    Some(b'}') => break,
                    _ => return Err(Stop::Unsure),
                }
            }
        }
        in_range(count, rules.least, rules.most)?;
        self.complete(rules, open)?;
        Ok(at + 1)
    }

    /// The node of the member whose name begins at `at`, and where its value begins.
    fn name(
        &mut self,
        rules: &ObjectRules,
        open: &mut Open,
        at: usize,
        last: &mut usize,
    ) -> Result<(NodeId, usize), Stop> {
        if let Some(names) = rules.name_node
            && !self.tries(names, &(at..at), self.depth)?
        {
            return Err(Stop::Rejects);
        }
        let place = rules.names.first + *last;
        let guess = usize::from(*self.runner.next.get(place).unwrap_or(&0));
        if let Some(name) = rules.names.list.get(guess)
            && name.quoted.stands(self.bytes, at)
        {
            self.meet(name, guess, open)?;
            *last = guess + 1;
            return Ok((name.node, scan::solid(self.bytes, at + name.quoted.len())));
        }
        let (node, end) = self.unexpected(rules, open, at, last)?;
        let colon = scan::solid(self.bytes, end);
        if self.bytes.get(colon) != Some(&b':') {
            return Err(Stop::Unsure);
        }
        Ok((node, scan::solid(self.bytes, colon + 1)))
    }

    /// A name that was not predicted, or behind which the colon does not stand at once.
    #[inline(never)]
    fn unexpected(
        &mut self,
        rules: &ObjectRules,
        open: &mut Open,
        at: usize,
        last: &mut usize,
    ) -> Result<(NodeId, usize), Stop> {
        let quoted = self.bytes.get(at) == Some(&b'"');
        let (end, flags) = scan::string(self.bytes, at + 1).ok_or(Stop::Unsure)?;
        let name = self.bytes.get(at + 1..end).ok_or(Stop::Unsure)?;
        let is_text = flags & WIDE == 0 || std::str::from_utf8(name).is_ok();
        if !quoted || !is_text || flags & ESCAPE != 0 {
            return Err(Stop::Unsure);
        }
        let Some(index) = rules.names.find(name) else {
            self.meet_other(name, open, at + 1)?;
            return Ok((self.rest(&rules.rest, at + 1, end)?, end + 1));
        };
        let place = rules.names.first + *last;
        if let (Some(next), Ok(index)) = (self.runner.next.get_mut(place), u16::try_from(index)) {
            *next = index;
        }
        *last = index + 1;
        let known = rules.names.list.get(index).ok_or(Stop::Unsure)?;
        self.meet(known, index, open)?;
        Ok((known.node, end + 1))
    }

    fn rest(&self, rest: &Rest, from: usize, end: usize) -> Result<NodeId, Stop> {
        let (patterns, nodes) = match rest {
            Rest::Node(node) => return Ok(*node),
            Rest::Patterns(patterns, nodes) => (patterns, nodes),
        };
        let name = self.bytes.get(from..end).ok_or(Stop::Unsure)?;
        let mut way = 0;
        for (bit, index) in patterns.iter().enumerate() {
            let pattern = self.program.patterns.get(*index as usize);
            let hit = pattern.and_then(|pattern| pattern.matches(name, DECODED));
            way |= usize::from(hit.ok_or(Stop::Unsure)?) << bit;
        }
        nodes.get(way).copied().ok_or(Stop::Unsure)
    }

    /// Errors: the name stands there twice, or an object with it cannot be settled
    fn meet(&mut self, name: &Name, index: usize, open: &mut Open) -> Result<(), Stop> {
        let word = match index / 64 {
            0 => &mut open.first,
            further => {
                let word = self.runner.met.get_mut(open.met + further - 1);
                word.ok_or(Stop::Unsure)?
            }
        };
        let bit = 1 << (index % 64);
        if name.unsure || *word & bit != 0 {
            return Err(Stop::Unsure);
        }
        *word |= bit;
        Ok(())
    }

    fn meet_other(&mut self, name: &[u8], open: &Open, at: usize) -> Result<(), Stop> {
        let others = self.runner.others.get(open.others..).unwrap_or_default();
        let equal = |(from, length): &(u32, u32)| {
            let from = *from as usize;
            self.bytes.get(from..from + *length as usize) == Some(name)
        };
        if others.len() >= MOST_OTHERS || others.iter().any(equal) {
            return Err(Stop::Unsure);
        }
        let length = u32::try_from(name.len()).map_err(|_| Stop::Unsure)?;
        let at = u32::try_from(at).map_err(|_| Stop::Unsure)?;
        self.runner.others.push((at, length));
        Ok(())
    }

    /// Whether all names are there that must be.
    fn complete(&self, rules: &ObjectRules, open: &Open) -> Result<(), Stop> {
        let further = self.runner.met.get(open.met..).unwrap_or_default();
        let mut met = std::iter::once(&open.first).chain(further);
        let missing = |required: &u64| met.next().is_none_or(|met| required & !met != 0);
        if rules.required.iter().any(missing) {
            return Err(Stop::Rejects);
        }
        let has = |index: usize| {
            let word = match index / 64 {
                0 => Some(&open.first),
                word => further.get(word - 1),
            };
            word.is_some_and(|word| word >> (index % 64) & 1 == 1)
        };
        if rules
            .together
            .iter()
            .any(|(name, need)| has(*name) && !has(*need))
        {
            return Err(Stop::Rejects);
        }
        Ok(())
    }
}
