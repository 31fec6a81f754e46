//! Which entry of the catalogue a payload is meant to be, from marks that the entries themselves declare: the
//! profiles that it claims, its resource type, the names of its parts, values and names that only one schema asks for.
//! Refuses to guess: a claim to a profile of nobody here, no mark at all, or two entries alike give no entry.

use super::fit::Fit;
use crate::catalogue::{Catalogue, Entry, SchemaVersion};
use crate::model::{VersionId, nearest};
use crate::replay::Schemas;
use serde_json::Value;
use std::collections::BTreeSet;
use wire::payload::Marks;

/// Entries that are named when none fits.
///
/// Source: what a reader compares at a glance
const MOST_NAMED: usize = 3;

/// Where the profiles of FHIR itself stand: every resource meets the one of its type, so claiming it says nothing.
const BASE_PROFILES: &str = "http://hl7.org/fhir/StructureDefinition/";

/// What a payload turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Recognised {
    /// Versions that it may be meant for, the newest first; never empty.
    As(Vec<VersionId>),
    /// Why it is none of the entries, without a word of the payload.
    Nothing(String),
}

/// Entries with served versions, by their marks.
pub(super) struct Recogniser<'a>(Vec<(&'a Entry, Marks)>);

/// The profiles that a payload claims: address and version.
type Claims<'a> = Vec<(&'a str, Option<&'a str>)>;

impl<'a> Recogniser<'a> {
    pub(super) fn of(catalogue: &'a Catalogue, schemas: &Schemas<'_>) -> Self {
        let marks = catalogue.entries.values().filter_map(|entry| {
            let newest = entry.served().next_back()?;
            Some((entry, schemas.get(&newest.id)?.marks()))
        });
        Self(marks.collect())
    }

    /// The entry that fits best, when one fits better than every other.
    pub(super) fn recognise(&self, payload: &Value) -> Recognised {
        if !payload.is_object() {
            return Recognised::Nothing("it is no JSON object".to_owned());
        }
        let claims = claims(payload);
        let told: BTreeSet<&str> = claims.iter().map(|(address, _)| *address).collect();
        let claimed: Vec<_> = self
            .0
            .iter()
            .filter(|(entry, _)| stands_for(entry, &told))
            .collect();
        if claimed.is_empty()
            && told
                .iter()
                .any(|address| !address.starts_with(BASE_PROFILES))
        {
            return Recognised::Nothing(self.foreign(payload));
        }
        let candidates: Vec<_> = if claimed.is_empty() {
            self.0
                .iter()
                .filter(|(_, marks)| Fit::admits(marks, payload))
                .collect()
        } else {
            claimed
        };
        let fits = candidates
            .into_iter()
            .map(|(entry, marks)| (Fit::of(marks, payload), *entry));
        match best(fits.collect()).as_slice() {
            [] => Recognised::Nothing(self.unmarked(payload)),
            [entry] => Recognised::As(versions(entry, &claims)),
            several => Recognised::Nothing(undecided(several)),
        }
    }

    /// Why a payload that claims only profiles of nobody here is not judged.
    fn foreign(&self, payload: &Value) -> String {
        let near = self.of_type(payload);
        let near = if near.is_empty() {
            String::new()
        } else {
            format!(
                "; to judge it all the same, name one with --as: {}",
                near.join(", ")
            )
        };
        format!("it claims profiles, and no entry of the catalogue stands for one of them{near}")
    }

    fn unmarked(&self, payload: &Value) -> String {
        let known = self
            .0
            .iter()
            .filter_map(|(_, marks)| marks.resource_type.as_deref());
        let known: BTreeSet<&str> = known.collect();
        let Some(kind) = payload.get("resourceType").and_then(Value::as_str) else {
            return format!(
                "it has no resourceType, and no entry asks for the names that it has{}",
                named(&self.by_names(payload))
            );
        };
        if known.contains(kind) {
            let near = named(&self.of_type(payload));
            return format!("no entry of its resourceType is of its kind or knows its parts{near}");
        }
        let near = nearest(kind, known);
        let near = near.map_or_else(String::new, |near| format!("; did it mean `{near}`?"));
        format!("no entry of the catalogue describes its resourceType{near}")
    }

    /// Entries of the payload's resource type.
    fn of_type(&self, payload: &Value) -> Vec<&str> {
        let kind = payload.get("resourceType").and_then(Value::as_str);
        let same = |marks: &Marks| kind.is_some() && marks.resource_type.as_deref() == kind;
        let found = self.0.iter().filter(|(_, marks)| same(marks));
        found
            .map(|(entry, _)| entry.file.id.as_str())
            .take(MOST_NAMED)
            .collect()
    }

    /// Entries that declare some of the payload's names, those with the most first.
    fn by_names(&self, payload: &Value) -> Vec<&str> {
        let shared = |marks: &Marks| {
            let names = payload
                .as_object()
                .into_iter()
                .flat_map(serde_json::Map::keys);
            names.filter(|name| marks.declared.contains(*name)).count()
        };
        let counted = self
            .0
            .iter()
            .map(|(entry, marks)| (shared(marks), entry.file.id.as_str()));
        let mut counted: Vec<_> = counted.filter(|(count, _)| *count > 0).collect();
        counted.sort_by_key(|(count, id)| (std::cmp::Reverse(*count), *id));
        counted
            .into_iter()
            .map(|(_, id)| id)
            .take(MOST_NAMED)
            .collect()
    }
}

/// Served versions of an entry, newest first.
pub(super) fn newest_first(entry: &Entry) -> Vec<VersionId> {
    let id = |version: &SchemaVersion| version.id.clone();
    entry.served().rev().map(id).collect()
}

fn claims(payload: &Value) -> Claims<'_> {
    let profiles = payload.pointer("/meta/profile").and_then(Value::as_array);
    let profiles = profiles.into_iter().flatten().filter_map(Value::as_str);
    let split = |claim: &'_ str| claim.find('|');
    profiles
        .map(|claim| match split(claim) {
            Some(at) => (claim.get(..at).unwrap_or(claim), claim.get(at + 1..)),
            None => (claim, None),
        })
        .collect()
}

fn stands_for(entry: &Entry, told: &BTreeSet<&str>) -> bool {
    entry
        .file
        .profiles
        .iter()
        .any(|profile| told.contains(profile.as_str()))
}

/// Served versions, newest first; those of the claimed guide version only, where the entry has such.
fn versions(entry: &Entry, claims: &Claims<'_>) -> Vec<VersionId> {
    let claimed: BTreeSet<&str> = claims
        .iter()
        .filter(|(address, _)| entry.file.profiles.iter().any(|profile| profile == address))
        .filter_map(|(_, version)| *version)
        .collect();
    let follows = |version: &&SchemaVersion| {
        let guide = version.file.guide_version.as_deref();
        guide.is_some_and(|guide| claimed.contains(guide))
    };
    let narrowed: Vec<VersionId> = entry
        .served()
        .rev()
        .filter(follows)
        .map(|version| version.id.clone())
        .collect();
    if narrowed.is_empty() {
        newest_first(entry)
    } else {
        narrowed
    }
}

/// The entries that fit as well as the best.
fn best(fits: Vec<(Fit, &Entry)>) -> Vec<&Entry> {
    let most = fits.iter().map(|(fit, _)| *fit).max();
    let among = fits.into_iter().filter(|(fit, _)| Some(*fit) == most);
    among.map(|(_, entry)| entry).collect()
}

fn undecided(several: &[&Entry]) -> String {
    let ids: Vec<&str> = several.iter().map(|entry| entry.file.id.as_str()).collect();
    format!(
        "it fits {} equally well; name one with --as",
        ids.join(" and ")
    )
}

fn named(near: &[&str]) -> String {
    if near.is_empty() {
        String::new()
    } else {
        format!("; the nearest: {}", near.join(", "))
    }
}
