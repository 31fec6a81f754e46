//! The keyword families: which keywords belong together, how an edit of one is told, and under which ids.
//! Refuses to decide what an edit does to the accepted set: the engine is asked for that.

mod bounds;
mod branches;
mod items;
mod properties;
mod required;
mod text;
mod types;
mod values;

use crate::inclusion::combine::What;
use serde_json::Value;

/// The words for a schema that is plain yes or no.
pub(super) const BOOLEAN: Says = branches::SAYS;

/// The words for differences that are told together.
pub(super) const SEVERAL: Says = Says {
    narrows: "several parts of {place} accept less",
    widens: "several parts of {place} accept more",
};

/// One family of keywords.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) keywords: &'static [&'static str],
    /// Finding id of an edit that rejects what was accepted.
    pub(super) narrowed: &'static str,
    /// Finding id of an edit that accepts what was rejected.
    pub(super) widened: &'static str,
    /// The single edits that one changed keyword consists of.
    pub(super) split: fn(&Change<'_>) -> Vec<Part>,
}

/// Every family. A keyword belongs to exactly one.
pub(super) const ALL: &[&Family] = &[
    &required::FAMILY,
    &bounds::FAMILY,
    &values::FAMILY,
    &types::FAMILY,
    &text::FAMILY,
    &properties::FAMILY,
    &items::FAMILY,
    &branches::FAMILY,
];

/// The family of `keyword`; what no family names is a branch.
pub(super) fn of(keyword: &str) -> &'static Family {
    ALL.iter()
        .find(|family| family.keywords.contains(&keyword))
        .copied()
        .unwrap_or(&branches::FAMILY)
}

/// A keyword that differs between the two versions of one schema.
pub(super) struct Change<'a> {
    pub(super) keyword: &'a str,
    pub(super) old: Option<&'a Value>,
    pub(super) new: Option<&'a Value>,
    /// The whole schema on each side, for keywords that only make sense together.
    pub(super) old_schema: &'a Value,
    pub(super) new_schema: &'a Value,
}

/// One edit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) what: What,
    /// The member name that the edit is about.
    pub(super) name: Option<String>,
    /// Steps from the schema to what the edit took away, in the old version.
    pub(super) old_tail: Vec<String>,
    /// Steps from the schema to what the edit brought, in the new version.
    pub(super) new_tail: Vec<String>,
    pub(super) says: Says,
}

/// The words for an edit: what it does when it narrows, and when it widens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Says {
    pub(super) narrows: &'static str,
    pub(super) widens: &'static str,
}

impl Change<'_> {
    /// The whole keyword as one edit.
    pub(super) fn whole(&self, says: Says) -> Vec<Part> {
        vec![self.part(None, says)]
    }

    /// The whole keyword as one edit about the member `name`.
    pub(super) fn part(&self, name: Option<String>, says: Says) -> Part {
        self.together(&[self.keyword], name, says)
    }

    /// Several keywords that only make sense together, as one edit.
    pub(super) fn together(&self, keywords: &[&str], name: Option<String>, says: Says) -> Part {
        let edits = keywords
            .iter()
            .map(|keyword| ((*keyword).to_owned(), self.new_schema.get(keyword).cloned()))
            .filter(|(keyword, value)| value.is_some() || self.old_schema.get(keyword).is_some());
        let tail = vec![self.keyword.to_owned()];
        Part {
            what: What::Keywords(edits.collect()),
            name,
            old_tail: tail.clone(),
            new_tail: tail,
            says,
        }
    }

    /// The keyword with another value, as one edit about `name` below the keyword.
    pub(super) fn with(&self, value: Value, name: &str, says: Says) -> Part {
        let tail = vec![self.keyword.to_owned(), name.to_owned()];
        Part {
            what: What::Keywords(vec![(self.keyword.to_owned(), Some(value))]),
            name: Some(name.to_owned()),
            old_tail: tail.clone(),
            new_tail: tail,
            says,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_belongs_to_one_family_only() {
        let mut seen = std::collections::BTreeSet::new();
        for keyword in ALL.iter().flat_map(|family| family.keywords) {
            assert!(seen.insert(keyword), "{keyword} stands in two families");
        }
    }

    #[test]
    fn every_id_of_a_family_is_explained() {
        for id in ALL
            .iter()
            .flat_map(|family| [family.narrowed, family.widened])
        {
            assert!(crate::model::rule(id).is_some(), "{id} is not explained");
        }
    }
}
