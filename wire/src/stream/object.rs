//! What is asked of the members of an object.
//! Refuses to match names of a payload: here stand the names that schemas know.

use super::compile::{Compiler, Meeting};
use super::gather::Gathered;
use super::pattern::Pattern;
use super::program::{ANYTHING, Name, Names, Node, NodeId, OBJECT, ObjectRules, Quoted, Rest};
use super::scan::DECODED;
use serde_json::{Map, Value};

/// Most patterns of names at one value: every set of them that may match at once is compiled.
const MOST_PATTERNS: usize = 5;

impl<'v> Compiler<'v> {
    pub(super) fn object(&mut self, all: &Gathered<'v>, node: &mut Node) {
        let bare = all.objects.is_empty() && all.required.is_empty() && all.together.is_empty();
        if bare && all.names.is_empty() && all.members.is_open() && all.doubtful.is_empty() {
            return;
        }
        let mut known = known(all);
        known.retain(|name| is_plain(name));
        let Some(rest) = self.rest(all).filter(|_| known.len() <= Names::MOST) else {
            node.unsure |= OBJECT;
            return;
        };
        let list: Vec<_> = known.iter().map(|name| self.name(all, name)).collect();
        let place = |name: &str| known.iter().position(|known| *known == name);
        let mut required = vec![0; list.len().div_ceil(64)];
        for name in &all.required {
            match place(name) {
                Some(index) => set(&mut required, index),
                // Its name is written with escapes, which nobody settles.
                None => node.unsure |= OBJECT,
            }
        }
        let together = all.together.iter();
        let together = together.map(|(name, need)| Some((place(name)?, place(need)?)));
        let Some(together) = together.collect::<Option<Vec<_>>>() else {
            node.unsure |= OBJECT;
            return;
        };
        let first = self.program.names;
        self.program.names += list.len() + 1;
        let names = all.names.iter().copied();
        let name_node = Some(self.node(Meeting::of(names))).filter(|id| *id != ANYTHING);
        node.object = Some(Box::new(ObjectRules {
            names: Names::new(list, first),
            rest,
            name_node,
            required,
            least: all.members.least,
            most: all.members.most,
            together,
        }));
    }

    fn name(&mut self, all: &Gathered<'v>, name: &str) -> Name {
        let mut unsure = all.doubtful.contains(&name);
        let mut meeting = Meeting::default();
        for map in &all.objects {
            match members(map, name) {
                Some(schemas) => meeting.schemas.extend(schemas),
                None => unsure = true,
            }
        }
        Name {
            quoted: Quoted::new(name),
            node: self.node(meeting),
            unsure,
        }
    }

    /// What judges the members with other names; `None` when there are too many ways.
    fn rest(&mut self, all: &Gathered<'v>) -> Option<Rest> {
        let mut patterns = Vec::new();
        for map in &all.objects {
            if let Some(Value::Object(more)) = map.get("patternProperties") {
                patterns.extend(more.keys().map(String::as_str));
            }
        }
        patterns.sort_unstable();
        patterns.dedup();
        if patterns.len() > MOST_PATTERNS {
            return None;
        }
        let ways = 0..1_usize << patterns.len();
        let nodes: Vec<NodeId> = ways
            .map(|way| {
                let hit = |pattern: &str| {
                    let place = patterns.iter().position(|one| *one == pattern);
                    place.is_some_and(|place| way >> place & 1 == 1)
                };
                let mut meeting = Meeting::default();
                for map in &all.objects {
                    meeting.schemas.extend(others(map, hit));
                }
                self.node(meeting)
            })
            .collect();
        Some(match (patterns.as_slice(), nodes.as_slice()) {
            ([], [node]) => Rest::Node(*node),
            _ => Rest::Patterns(
                patterns
                    .iter()
                    .map(|pattern| self.pattern(pattern))
                    .collect(),
                nodes,
            ),
        })
    }
}

pub(super) fn set(bits: &mut [u64], index: usize) {
    if let Some(word) = bits.get_mut(index / 64) {
        *word |= 1 << (index % 64);
    }
}

/// Whether the name reads the same with and without quotes.
pub(super) fn is_plain(name: &str) -> bool {
    !name
        .bytes()
        .any(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F))
}

/// Every name that a schema speaks of, each once, in the order of the schemas.
fn known<'v>(all: &Gathered<'v>) -> Vec<&'v str> {
    let declared = all
        .objects
        .iter()
        .filter_map(|map| map.get("properties")?.as_object());
    let declared = declared.flat_map(|map| map.keys().map(String::as_str));
    let together = all.together.iter().flat_map(|(name, need)| [*name, *need]);
    let others = all.required.iter().chain(&all.doubtful).copied();
    let mut met = std::collections::HashSet::new();
    declared
        .chain(together)
        .chain(others)
        .filter(|name| met.insert(*name))
        .collect()
}

/// What one schema asks of the member `name`; `None` when that cannot be told.
fn members<'v>(map: &'v Map<String, Value>, name: &str) -> Option<Vec<&'v Value>> {
    let declared = map.get("properties").and_then(|all| all.get(name));
    let mut schemas: Vec<_> = declared.into_iter().collect();
    if let Some(Value::Object(patterns)) = map.get("patternProperties") {
        for (pattern, schema) in patterns {
            if Pattern::new(pattern).matches(name.as_bytes(), DECODED)? {
                schemas.push(schema);
            }
        }
    }
    if schemas.is_empty() {
        schemas.extend(map.get("additionalProperties"));
    }
    Some(schemas)
}

/// What one schema asks of a member that no schema names, of which `hit` says what patterns match.
fn others(map: &Map<String, Value>, hit: impl Fn(&str) -> bool) -> Vec<&Value> {
    let mut schemas = Vec::new();
    if let Some(Value::Object(patterns)) = map.get("patternProperties") {
        let matching = patterns.iter().filter(|(pattern, _)| hit(pattern));
        schemas.extend(matching.map(|(_, schema)| schema));
    }
    if schemas.is_empty() {
        schemas.extend(map.get("additionalProperties"));
    }
    schemas
}
