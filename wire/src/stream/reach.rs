//! Which names a document may have at its top that a program accepts.
//! Refuses to look at payloads.

use super::object::is_plain;
use super::program::{Branch, Jump, Node, NodeId, OBJECT, Program, Rest};
use std::collections::HashMap;

impl Program {
    /// Whether a document that is accepted may be an object with this member: `false` only where that is sure.
    #[must_use]
    pub fn may_have(&self, name: &str) -> bool {
        !is_plain(name) || self.allows(self.root, name, &mut HashMap::new())
    }

    /// `met` has what is known of nodes; of one that leads back to itself nothing is sure.
    fn allows(&self, id: NodeId, name: &str, met: &mut HashMap<NodeId, bool>) -> bool {
        if let Some(allows) = met.get(&id) {
            return *allows;
        }
        met.insert(id, true);
        let allows = self.node(id).map_or(true, |node| {
            let stays = node.allows(self, name)
                && node.branches.iter().all(|branch| match branch {
                    Branch::Any(forms) | Branch::One(forms) => {
                        forms.iter().any(|form| self.allows(*form, name, met))
                    }
                    Branch::Not(_) | Branch::If { .. } => true,
                });
            // A target stands for the whole node.
            let mut targets = node.jumps.iter().flat_map(Jump::targets);
            stays || targets.any(|target| self.allows(target, name, met))
        });
        met.insert(id, allows);
        allows
    }

    fn is_never(&self, id: NodeId) -> bool {
        self.node(id).is_ok_and(|node| node.kinds == 0)
    }
}

impl Node {
    /// Whether what it asks by itself leaves the member.
    fn allows(&self, program: &Program, name: &str) -> bool {
        let Some(rules) = self.object.as_deref().filter(|_| self.kinds & OBJECT != 0) else {
            return self.kinds & OBJECT != 0;
        };
        let known = rules.names.find(name.as_bytes());
        match known.and_then(|index| rules.names.list.get(index)) {
            Some(known) => !program.is_never(known.node),
            None => match &rules.rest {
                Rest::Node(node) => !program.is_never(*node),
                Rest::Patterns(_, nodes) => !nodes.iter().all(|node| program.is_never(*node)),
            },
        }
    }
}

impl Jump {
    fn targets(&self) -> Vec<NodeId> {
        match self {
            Self::Kind(targets) => targets.iter().flatten().copied().collect(),
            Self::Member {
                targets, otherwise, ..
            } => {
                let told = targets.iter().map(|(_, target)| target);
                told.chain([otherwise]).flatten().copied().collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_name_is_ruled_out_only_where_every_way_rules_it_out() {
        let closed = |names: &[&str], word: &str| {
            let mut members = serde_json::Map::new();
            members.extend(names.iter().map(|name| ((*name).to_owned(), json!(true))));
            members.insert("kind".to_owned(), json!({"const": word}));
            json!({"type": "object", "properties": members, "additionalProperties": false, "required": ["kind"]})
        };
        let (a, b, with) = (
            closed(&["x"], "a"),
            closed(&[], "b"),
            closed(&["payload"], "c"),
        );
        let open: Value = json!({"properties": {"kind": {"const": "d"}}, "required": ["kind"]});
        for (schema, may) in [
            (json!(true), true),
            (json!({"type": "array"}), false),
            (a.clone(), false),
            (with.clone(), true),
            (open.clone(), true),
            (json!({"properties": {"payload": false}}), false),
            (json!({"patternProperties": {"^p": false}}), true),
            (
                json!({"patternProperties": {"^p": true}, "additionalProperties": false}),
                true,
            ),
            (json!({"allOf": [a, open]}), false),
            (json!({"not": a}), true),
            (json!({"oneOf": [a, b]}), false),
            (json!({"oneOf": [a, b, with]}), true),
            (json!({"oneOf": [a, open]}), true),
            (json!({"oneOf": [a, {"type": "string"}]}), false),
            (
                json!({"anyOf": [{"$ref": "#/$defs/a"}, {"type": "array", "items": {"$ref": "#"}}], "$defs": {"a": a}}),
                false,
            ),
            (json!({"anyOf": [a, {"allOf": [{"$ref": "#"}]}]}), true),
        ] {
            let program = Program::compile(&schema);
            assert_eq!(program.may_have("payload"), may, "{schema}");
        }
        assert!(Program::compile(&json!(false)).may_have("a\"b"));
    }
}
