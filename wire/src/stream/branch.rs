//! Branches: further passes over the bytes of one value, each of which says yes, no or nothing.
//! Refuses to guess: a branch counts as failed only where it surely rejects.

use super::program::{Branch, Node, NodeId, Stop};
use super::run::Pass;
use std::ops::Range;

/// Branches that may be tried inside each other, each within its own value.
///
/// Source: as for arrays and objects
const DEEPEST: usize = 60;

impl<'p> Pass<'p, '_, '_> {
    /// Judges what stays to be judged of the value at `place` once its own rules hold.
    pub(super) fn branches(
        &mut self,
        node: &'p Node,
        place: &Range<usize>,
        depth: usize,
    ) -> Result<(), Stop> {
        for branch in &node.branches {
            let holds = match branch {
                Branch::Any(nodes) => self.any(nodes, place, depth)?,
                Branch::One(nodes) => self.one(nodes, place, depth)?,
                Branch::Not(inner) => !self.tries(*inner, place, depth)?,
                Branch::If {
                    test,
                    then,
                    otherwise,
                } => {
                    let next = if self.tries(*test, place, depth)? {
                        then
                    } else {
                        otherwise
                    };
                    self.tries(*next, place, depth)?
                }
            };
            if !holds {
                return Err(Stop::Rejects);
            }
        }
        Ok(())
    }

    fn any(&mut self, nodes: &[NodeId], place: &Range<usize>, depth: usize) -> Result<bool, Stop> {
        let mut sure = true;
        for node in nodes {
            match self.tries(*node, place, depth) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(_) => sure = false,
            }
        }
        if sure { Ok(false) } else { Err(Stop::Unsure) }
    }

    fn one(&mut self, nodes: &[NodeId], place: &Range<usize>, depth: usize) -> Result<bool, Stop> {
        let mut accepting = 0;
        for node in nodes {
            accepting += u32::from(self.tries(*node, place, depth)?);
        }
        Ok(accepting == 1)
    }

    /// Whether the node accepts the value at `place`.
    ///
    /// Errors: that cannot be told
    pub(super) fn tries(
        &mut self,
        node: NodeId,
        place: &Range<usize>,
        depth: usize,
    ) -> Result<bool, Stop> {
        if node == super::program::ANYTHING {
            return Ok(true);
        }
        if self.trials >= DEEPEST {
            return Err(Stop::Unsure);
        }
        self.read_again(place.len());
        let (met, others) = (self.runner.met.len(), self.runner.others.len());
        let hits = self.runner.hits.len();
        self.trials += 1;
        let said = self.value(node, place.start, depth);
        self.trials -= 1;
        self.runner.met.truncate(met);
        self.runner.others.truncate(others);
        self.runner.hits.truncate(hits);
        match said {
            Ok(_) => Ok(true),
            Err(Stop::Rejects) => Ok(false),
            Err(Stop::Unsure) => Err(Stop::Unsure),
        }
    }
}
