//! Branches that exclude each other: which of them a value means is read from the value, and one node judges it all.
//! Refuses branches that might overlap: those are tried one after another.

use super::compile::{Compiler, Meeting, NEVER};
use super::gather::Gathered;
use super::object::is_plain;
use super::program::{
    ARRAY, BOOLEAN, BROKEN, Jump, NULL, Node, NodeId, OBJECT, STRING, Stop, WHOLE,
};
use super::run::Pass;
use super::scan;
use super::sources::address;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The kinds that the first byte of a value tells apart.
const KINDS: [u8; 6] = [NULL, BOOLEAN, WHOLE | BROKEN, STRING, ARRAY, OBJECT];

/// Most branches that are looked at.
const MOST_BRANCHES: usize = 1_000;

/// Members that are passed over to find the one that tells.
const MOST_PASSED: usize = 64;

/// What one branch says before it is judged.
struct Sign<'v> {
    schema: &'v Value,
    kinds: u8,
    /// Strings that a member can only have.
    pins: BTreeMap<&'v str, BTreeSet<&'v str>>,
    /// Names that there may be besides those of `pins`, where no others may.
    allowed: Option<BTreeSet<&'v str>>,
}

impl Sign<'_> {
    /// Whether an object may have this string as its member `name`; `None` is a string that no branch names.
    fn fits(&self, name: &str, word: Option<&str>) -> bool {
        match (self.pins.get(name), word) {
            (Some(words), Some(word)) => words.contains(word),
            (Some(_), None) => false,
            (None, _) => self.is_free(name),
        }
    }

    /// Whether the member `name` may be any string.
    fn is_free(&self, name: &str) -> bool {
        let allows = |allowed: &BTreeSet<&str>| allowed.contains(name);
        !self.pins.contains_key(name) && self.allowed.as_ref().is_none_or(allows)
    }
}

impl<'v> Compiler<'v> {
    pub(super) fn jumps(&mut self, meeting: &Meeting<'v>, all: &Gathered<'v>, node: &mut Node) {
        for group in all.any.iter().chain(&all.one) {
            let branches = group.as_array().map_or(&[][..], Vec::as_slice);
            if branches.len() > MOST_BRANCHES || self.returns(group) {
                continue;
            }
            let signs: Vec<_> = branches.iter().map(|branch| self.sign(branch)).collect();
            let mut merged = meeting.clone();
            merged.skipped.push(address(group));
            node.jumps.extend(self.by_kind(&merged, &signs));
            node.jumps.extend(self.by_member(&merged, &signs));
        }
    }

    /// Whether a branch of the group leads back to the group at the same value: then it stands for nothing.
    fn returns(&self, group: &'v Value) -> bool {
        let branches = |group: &'v Value| group.as_array().map_or(&[][..], Vec::as_slice).iter();
        let mut waiting: Vec<&'v Value> = branches(group).collect();
        let mut met = BTreeSet::new();
        while let Some(schema) = waiting.pop() {
            let all = Gathered::of(&self.sources, &[schema], &[]);
            for inner in all.any.iter().chain(&all.one) {
                if address(inner) == address(group) {
                    return true;
                }
                if met.insert(address(inner)) {
                    waiting.extend(branches(inner));
                }
            }
        }
        false
    }

    fn sign(&self, schema: &'v Value) -> Sign<'v> {
        let all = Gathered::of(&self.sources, &[schema], &[]);
        let mut members: BTreeMap<&str, Vec<&'v Value>> = BTreeMap::new();
        for map in &all.objects {
            if let Some(Value::Object(properties)) = map.get("properties") {
                for (name, schema) in properties {
                    members.entry(name).or_default().push(schema);
                }
            }
        }
        let pins = members.into_iter().filter_map(|(name, schemas)| {
            let asked = Gathered::of(&self.sources, &schemas, &[]);
            let mut words = asked.choices.iter().map(|choice| words(choice));
            let first = words.next()?;
            let shared = words.fold(first, |shared, next| &shared & &next);
            Some((name, shared))
        });
        Sign {
            schema,
            kinds: all.chosen_kinds(),
            pins: pins.collect(),
            allowed: allowed(&all),
        }
    }

    /// The one node for all that fits, if what fits is one branch or none.
    fn only(&mut self, merged: &Meeting<'v>, fitting: &[&Sign<'v>]) -> Option<NodeId> {
        match fitting {
            [] => Some(NEVER),
            [one] => {
                let mut meeting = merged.clone();
                meeting.schemas.push(one.schema);
                Some(self.node(meeting))
            }
            _ => None,
        }
    }

    fn by_kind(&mut self, merged: &Meeting<'v>, signs: &[Sign<'v>]) -> Option<Jump> {
        let mut targets = [None; 6];
        for (target, kinds) in targets.iter_mut().zip(KINDS) {
            let fits = |sign: &&Sign<'v>| sign.kinds & kinds != 0;
            let fitting: Vec<_> = signs.iter().filter(fits).collect();
            *target = self.only(merged, &fitting);
        }
        targets
            .iter()
            .any(Option::is_some)
            .then_some(Jump::Kind(targets))
    }

    fn by_member(&mut self, merged: &Meeting<'v>, signs: &[Sign<'v>]) -> Vec<Jump> {
        // A branch for other kinds is none of those that an object can mean.
        let signs: Vec<_> = signs
            .iter()
            .filter(|sign| sign.kinds & OBJECT != 0)
            .collect();
        if signs.len() < 2 {
            return Vec::new();
        }
        let mut jumps = Vec::new();
        let mut open = BTreeSet::from_iter(0..signs.len());
        while let Some((name, told)) = telling(&signs, &open) {
            open.retain(|index| !told.contains(index));
            let mut targets = Vec::new();
            for word in pinned(&signs, name) {
                let target = self.only(merged, &fitting(&signs, name, Some(word)));
                targets.push((Box::from(word), target));
            }
            jumps.push(Jump::Member {
                name: name.as_bytes().into(),
                targets,
                otherwise: self.only(merged, &fitting(&signs, name, None)),
            });
        }
        jumps
    }
}

/// The names of members that an object may have, where it may have no others.
fn allowed<'v>(all: &Gathered<'v>) -> Option<BTreeSet<&'v str>> {
    let is_closed = |map: &&&Map<String, Value>| {
        let is_open = map.get("additionalProperties") != Some(&Value::Bool(false));
        !is_open && !map.contains_key("patternProperties")
    };
    let names = |map: &&'v Map<String, Value>| {
        let declared = map.get("properties").and_then(Value::as_object);
        let names = declared.into_iter().flat_map(Map::keys).map(String::as_str);
        names.collect::<BTreeSet<_>>()
    };
    let mut closed = all.objects.iter().filter(is_closed).map(names);
    let first = closed.next()?;
    Some(closed.fold(first, |shared, next| &shared & &next))
}

/// The member that tells most of the branches that are still open, by fewest words, and which those are.
fn telling<'v>(signs: &[&Sign<'v>], open: &BTreeSet<usize>) -> Option<(&'v str, BTreeSet<usize>)> {
    let mut pinning: BTreeMap<&'v str, usize> = BTreeMap::new();
    for name in open
        .iter()
        .filter_map(|index| signs.get(*index))
        .flat_map(|sign| sign.pins.keys())
    {
        *pinning.entry(name).or_default() += 1;
    }
    let mut names: Vec<(&str, usize)> = pinning
        .into_iter()
        .filter(|(name, _)| is_plain(name))
        .collect();
    names.sort_by_key(|(_, pinning)| std::cmp::Reverse(*pinning));
    let mut best: Option<(&str, BTreeSet<usize>, usize)> = None;
    for (name, pinning) in names {
        let most = best.as_ref().map_or(1, |(_, told, _)| told.len());
        if pinning < most {
            break;
        }
        let words = pinned(signs, name).len();
        let mut told = told(signs, name);
        told.retain(|index| open.contains(index));
        let is_better = best.as_ref().is_none_or(|(_, most, fewest)| {
            (told.len(), std::cmp::Reverse(words)) > (most.len(), std::cmp::Reverse(*fewest))
        });
        if is_better && !told.is_empty() {
            best = Some((name, told, words));
        }
    }
    best.map(|(name, told, _)| (name, told))
}

/// The branches that some word of the member `name` tells from all others.
fn told(signs: &[&Sign<'_>], name: &str) -> BTreeSet<usize> {
    if signs.iter().any(|sign| sign.is_free(name)) {
        return BTreeSet::new();
    }
    let mut by_word: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, sign) in signs.iter().enumerate() {
        for word in sign.pins.get(name).into_iter().flatten() {
            by_word.entry(word).or_default().push(index);
        }
    }
    let alone = by_word.into_values().filter(|branches| branches.len() == 1);
    alone.flatten().collect()
}

/// The words that branches pin a member to, sorted.
fn pinned<'v>(signs: &[&Sign<'v>], name: &str) -> BTreeSet<&'v str> {
    let pins = signs.iter().filter_map(|sign| sign.pins.get(name));
    pins.flatten().copied().collect()
}

/// The branches that allow a member to be `word`, or a string that none of them names.
fn fitting<'s, 'v>(signs: &[&'s Sign<'v>], name: &str, word: Option<&str>) -> Vec<&'s Sign<'v>> {
    let fits = |sign: &&&Sign<'v>| sign.fits(name, word);
    signs.iter().filter(fits).copied().collect()
}

fn words(choice: &[Value]) -> BTreeSet<&str> {
    choice.iter().filter_map(Value::as_str).collect()
}

impl<'p, 't> Pass<'p, 't, '_> {
    /// The node that judges the value at `at` for the node `id`.
    pub(super) fn target(&mut self, id: NodeId, at: usize) -> Result<&'p Node, Stop> {
        let mut node = self.program.node(id)?;
        // Every jump takes one group of branches away, so that this ends.
        while let Some(next) = node.jumps.iter().find_map(|jump| self.jump(jump, at)) {
            node = self.program.node(next)?;
        }
        Ok(node)
    }

    fn jump(&mut self, jump: &Jump, at: usize) -> Option<NodeId> {
        match jump {
            Jump::Kind(targets) => {
                let kind = match self.bytes.get(at)? {
                    b'n' => 0,
                    b't' | b'f' => 1,
                    b'-' | b'0'..=b'9' => 2,
                    b'"' => 3,
                    b'[' => 4,
                    b'{' => 5,
                    _ => return None,
                };
                *targets.get(kind)?
            }
            Jump::Member {
                name,
                targets,
                otherwise,
            } => {
                let word = self.word_of(name, at)?;
                let found = targets.binary_search_by(|(known, _)| known.as_bytes().cmp(word));
                match found {
                    Ok(index) => targets.get(index)?.1,
                    Err(_) => *otherwise,
                }
            }
        }
    }

    /// The string that the member `name` of the object at `at` has, as far as that is seen without judging.
    fn word_of(&mut self, name: &[u8], at: usize) -> Option<&'t [u8]> {
        if self.bytes.get(at) != Some(&b'{') {
            return None;
        }
        let mut at = scan::solid(self.bytes, at + 1);
        for _ in 0..MOST_PASSED {
            // Behind an object without members stand those of another.
            if self.bytes.get(at) != Some(&b'"') {
                return None;
            }
            let (end, _) = scan::string(self.bytes, at + 1)?;
            let here = self.bytes.get(at + 1..end) == Some(name);
            let colon = scan::solid(self.bytes, end + 1);
            let value = scan::solid(self.bytes, colon + 1);
            if here {
                let (end, flags) = scan::string(self.bytes, value + 1)?;
                let plain = self.bytes.get(value) == Some(&b'"') && flags & scan::ESCAPE == 0;
                return self.bytes.get(value + 1..end).filter(|_| plain);
            }
            let end = scan::skip(self.bytes, value)?;
            self.read_again(end - value);
            let comma = scan::solid(self.bytes, end);
            if self.bytes.get(comma) != Some(&b',') {
                return None;
            }
            at = scan::solid(self.bytes, comma + 1);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::program::Program;
    use super::Jump;
    use serde_json::{Value, json};

    /// By jump of the top: how many of its words lead to one branch, and what becomes of other words.
    fn jumps(schema: &Value) -> Vec<(usize, bool)> {
        let program = Program::compile(schema);
        let root = program.node(program.root).unwrap();
        let jumps = root.jumps.iter().filter_map(|jump| match jump {
            Jump::Kind(_) => None,
            Jump::Member {
                targets, otherwise, ..
            } => {
                let leading = targets.iter().filter(|(_, target)| target.is_some());
                Some((leading.count(), otherwise.is_some()))
            }
        });
        jumps.collect()
    }

    fn branch(name: &str, word: &str, is_closed: bool) -> Value {
        json!({
            "type": "object",
            "properties": {name: {"const": word}, "more": {"enum": ["a", "b"]}},
            "additionalProperties": !is_closed,
        })
    }

    #[test]
    fn a_branch_that_may_not_have_a_member_is_told_by_it_from_others() {
        let kinds = ["P", "Q"].map(|word| branch("kind", word, true));
        let [p, q] = &kinds;
        assert_eq!(jumps(&json!({"oneOf": [p, q]})), [(2, true)]);
        let closed = branch("type", "A", true);
        let told = jumps(&json!({"oneOf": [p, q, closed]}));
        assert_eq!(told, [(2, true), (1, true)], "by the one or by the other");
        let open = branch("type", "A", false);
        assert_eq!(jumps(&json!({"oneOf": [p, q, open]})), [(1, true)]);
        let pattern = json!({"patternProperties": {"^k": {}}, "additionalProperties": false});
        assert_eq!(jumps(&json!({"oneOf": [p, pattern]})), []);
    }
}
