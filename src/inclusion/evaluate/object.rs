//! Keywords of objects.
//! Refuses to know any other type.

use super::node::{Id, Keyword};
use super::run::{Judgement, Run, Seen};
use crate::inclusion::answer::Code;
use crate::inclusion::pattern::Pattern;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

pub(super) fn keyword(
    run: &mut Run<'_>,
    keyword: &Keyword,
    (value, members): (&Value, &Map<String, Value>),
    seen: &mut Seen,
) -> Judgement {
    let has = |name: &String| members.contains_key(name);
    match keyword {
        Keyword::Members {
            named,
            matching,
            rest,
        } => each(run, named, matching, *rest, members, seen),
        Keyword::Names(id) => {
            let mut all = Judgement::Accepts;
            for name in members.keys() {
                all = all.and(run.node(*id, &Value::String(name.clone())).0);
            }
            all
        }
        Keyword::Size(lengths) => Judgement::of(lengths.has(members.len())),
        Keyword::Required(names) => Judgement::of(names.iter().all(has)),
        Keyword::RequiredWith(needed) => Judgement::of(
            needed
                .iter()
                .all(|(name, names)| !has(name) || names.iter().all(has)),
        ),
        Keyword::SchemaWith(schemas) => {
            let mut all = Judgement::Accepts;
            for (_, id) in schemas.iter().filter(|(name, _)| has(name)) {
                all = all.and(run.here(*id, value, seen));
            }
            all
        }
        Keyword::UnevaluatedMembers(id) => unevaluated(run, *id, members, seen),
        _ => Judgement::Accepts,
    }
}

fn each(
    run: &mut Run<'_>,
    named: &BTreeMap<String, Id>,
    matching: &[(Pattern, Id)],
    rest: Option<Id>,
    members: &Map<String, Value>,
    seen: &mut Seen,
) -> Judgement {
    let mut all = Judgement::Accepts;
    for (name, value) in members {
        let (mut ids, mut open) = (Vec::new(), false);
        ids.extend(named.get(name));
        for (pattern, id) in matching {
            match pattern.matches(name) {
                Some(true) => ids.push(*id),
                Some(false) => {}
                None => open = true,
            }
        }
        if open {
            all = all.and(Judgement::Open(Code::Pattern));
            seen.open = Some(Code::Pattern);
        } else if ids.is_empty() {
            ids.extend(rest);
        }
        for id in ids {
            if run.tracks() {
                seen.members.insert(name.clone());
            }
            all = all.and(run.below(id, name, value));
        }
        if all == Judgement::Rejects {
            break;
        }
    }
    all
}

fn unevaluated(
    run: &mut Run<'_>,
    id: Id,
    members: &Map<String, Value>,
    seen: &mut Seen,
) -> Judgement {
    let mut all = Judgement::Accepts;
    for (name, value) in members {
        if !seen.members.contains(name) {
            all = all.and(run.below(id, name, value));
            seen.members.insert(name.clone());
        }
    }
    seen.open.map_or(all, Judgement::Open)
}
