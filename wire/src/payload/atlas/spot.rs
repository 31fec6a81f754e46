//! A schema of an atlas, asked what it says and what stands in it.
//! Refuses to know what may be made of the answers.

use super::Atlas;
use super::plot::{Kept, Kind, Plot, PlotId, Root};
use crate::json::pointer_escape;
use serde_json::Value;
use std::fmt;

/// In-place references followed from one schema before the search gives up.
///
/// Source: deeper than any chain of references in a published FHIR schema; stops loops of references
const MOST_VIEWS: usize = 64;

/// A schema and where it stands in the bundle.
#[derive(Clone, Copy)]
pub(in crate::payload) struct Spot<'a> {
    pub(super) atlas: &'a Atlas,
    pub(super) id: PlotId,
    pub(super) plot: &'a Plot,
}

impl PartialEq for Spot<'_> {
    /// Of one atlas.
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl fmt::Debug for Spot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Spot").field(&self.pointer()).finish()
    }
}

impl<'a> Spot<'a> {
    pub(in crate::payload) fn id(self) -> usize {
        self.id
    }

    pub(in crate::payload) fn pointer(self) -> String {
        let outer = match &self.plot.stands {
            Root::At(pointer) => return pointer.to_string(),
            Root::Below(outer) => self.atlas.spot(*outer),
        };
        let Some(outer) = outer else {
            return String::new();
        };
        let index = self.id.saturating_sub(outer.plot.first);
        let mut pointer = outer.pointer();
        pointer.push('/');
        match outer.plot.names.get(index) {
            Some(name) => pointer.push_str(&pointer_escape(name)),
            None => pointer.push_str(&index.to_string()),
        }
        pointer
    }

    /// What a keyword says that holds no schema.
    pub(in crate::payload) fn word(self, keyword: &str) -> Option<&'a Value> {
        self.plot.word(keyword)
    }

    pub(in crate::payload) fn text(self, keyword: &str) -> Option<&'a str> {
        self.word(keyword)?.as_str()
    }

    /// Whether it is `true` or `false`, and which.
    pub(in crate::payload) fn boolean(self) -> Option<bool> {
        match self.plot.kind {
            Kind::Boolean(accepts) => Some(accepts),
            Kind::Keyed | Kind::Listed | Kind::Other => None,
        }
    }

    pub(in crate::payload) fn is_keyed(self) -> bool {
        self.plot.kind == Kind::Keyed
    }

    pub(in crate::payload) fn is_list(self) -> bool {
        self.plot.kind == Kind::Listed
    }

    /// The keywords that hold no schema, with what they hold.
    pub(in crate::payload) fn words(self) -> &'a [(String, Value)] {
        &self.plot.words
    }

    /// The other keywords, or the names of a group.
    pub(in crate::payload) fn names(self) -> &'a [String] {
        &self.plot.names
    }

    pub(in crate::payload) fn kept(self) -> &'a Kept {
        &self.plot.kept
    }

    pub(in crate::payload) fn child(self, keyword: &str) -> Option<Spot<'a>> {
        self.atlas.spot(self.plot.below(keyword)?)
    }

    /// The schema under a keyword, or the one of that name in the group under it.
    pub(in crate::payload) fn below(self, keyword: &str, name: Option<&str>) -> Option<Spot<'a>> {
        let child = self.child(keyword)?;
        match name {
            Some(name) => child.child(name),
            None => Some(child),
        }
    }

    /// The members of a keyword that holds schemas by name or by index.
    pub(in crate::payload) fn children(
        self,
        keyword: &str,
    ) -> impl Iterator<Item = Spot<'a>> + use<'a> {
        let (first, count) = self
            .child(keyword)
            .map_or((0, 0), |group| (group.plot.first, group.plot.count));
        (first..first + count).filter_map(move |id| self.atlas.spot(id))
    }

    /// What the reference under `keyword` leads to.
    pub(in crate::payload) fn target(self, keyword: &str) -> Option<Spot<'a>> {
        let found = match keyword {
            "$ref" => self.plot.reference,
            keyword => self.atlas.resolve(self.id, self.text(keyword)?),
        };
        self.atlas.spot(found?)
    }

    /// The schema and all that it applies to the same value without condition: references and `allOf`; none whose
    /// words do not count beside their reference.
    pub(in crate::payload) fn views(self) -> impl Iterator<Item = Spot<'a>> + use<'a> {
        let views = self.plot.kept.views.get_or_init(|| self.seen());
        views.iter().filter_map(move |id| self.atlas.spot(*id))
    }

    fn seen(self) -> Box<[PlotId]> {
        let mut seen = vec![self];
        let mut next = 0;
        while let Some(view) = seen.get(next).copied() {
            let beside = (!view.is_lone()).then(|| view.children("allOf"));
            for found in view
                .target("$ref")
                .into_iter()
                .chain(beside.into_iter().flatten())
            {
                if !seen.contains(&found) && seen.len() < MOST_VIEWS {
                    seen.push(found);
                }
            }
            next += 1;
        }
        let told = seen.iter().filter(|view| !view.is_lone());
        told.map(|view| view.id).collect()
    }

    /// Whether it is a reference beside which nothing counts.
    fn is_lone(self) -> bool {
        self.atlas.dialect.has_lone_references() && self.text("$ref").is_some()
    }

    /// The schemas that it declares for the member `name`.
    pub(in crate::payload) fn member(
        self,
        name: &str,
    ) -> impl Iterator<Item = Spot<'a>> + use<'a, '_> {
        let members = self.views();
        let members = members.filter_map(move |view| view.below("properties", Some(name)));
        members.flat_map(Spot::views)
    }

    /// Whether it is closed and knows no member `name`.
    pub(in crate::payload) fn forbids(self, name: &str) -> bool {
        self.views().any(|view| {
            let further = view.child("additionalProperties").and_then(Spot::boolean);
            further == Some(false)
                && view.below("properties", Some(name)).is_none()
                && view.child("patternProperties").is_none()
        })
    }

    /// The values that it lets the member `name` have, where it lists them.
    pub(in crate::payload) fn pinned(self, name: &str) -> Option<&'a [Value]> {
        self.member(name).find_map(|member| {
            let constant = member.word("const").map(std::slice::from_ref);
            let listed = || Some(member.word("enum")?.as_array()?.as_slice());
            constant.or_else(listed)
        })
    }

    /// The members that it requires, by the words of all its views.
    pub(in crate::payload) fn required(self) -> impl Iterator<Item = &'a str> + use<'a> {
        let lists = self
            .views()
            .filter_map(|view| view.word("required")?.as_array());
        lists.flatten().filter_map(Value::as_str)
    }

    /// The members that it declares, by the words of all its views.
    pub(in crate::payload) fn declared(self) -> impl Iterator<Item = &'a str> + use<'a> {
        let groups = self.views().filter_map(|view| view.child("properties"));
        groups.flat_map(Spot::names).map(String::as_str)
    }

    /// What `x-semantics` says of it.
    pub(in crate::payload) fn meaning(self) -> Option<&'a str> {
        self.word("x-semantics")?.get("text")?.as_str()
    }
}
