//! Keys under which persons are found who may be meant: two persons are compared when they share one.
//! Refuses to judge: a shared key is no evidence.

use super::Attribute;
use super::normalise::sound;
use super::policy::BlockingKey;
use super::profile::{Address, Comparable, Name, Profile};
use std::collections::BTreeSet;

/// The keys of a person, each with its kind before it. They hold values of the person.
#[must_use]
pub fn keys(kinds: &BTreeSet<BlockingKey>, profile: &Profile) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for kind in kinds {
        let values = values(*kind, profile).into_iter();
        keys.extend(values.map(|value| format!("{kind}:{value}")));
    }
    keys
}

fn values(kind: BlockingKey, profile: &Profile) -> Vec<String> {
    let family = || sounds(profile, Attribute::FamilyName);
    let given = || sounds(profile, Attribute::GivenName);
    match kind {
        BlockingKey::MemberId => numbers(profile, Attribute::MemberId),
        BlockingKey::SubscriberId => numbers(profile, Attribute::SubscriberId),
        BlockingKey::BirthDate => dates(profile, 8),
        BlockingKey::NameSounds => pairs(&family(), &given(), |family, given| {
            let mut both = [family, given];
            both.sort_unstable();
            both.join("+")
        }),
        BlockingKey::FamilySoundPlace => pairs(&family(), &places(profile), joined),
        BlockingKey::GivenSoundPlace => pairs(&given(), &places(profile), joined),
        BlockingKey::FamilySoundYear => pairs(&family(), &dates(profile, 4), joined),
        BlockingKey::GivenSoundYear => pairs(&given(), &dates(profile, 4), joined),
        BlockingKey::House => streets(profile, |address| &address.house),
        BlockingKey::StreetSoundPlace => streets(profile, |address| &address.postal_code),
        BlockingKey::Phone => words(profile, Attribute::Phone),
        BlockingKey::Email => words(profile, Attribute::Email),
    }
}

fn joined(one: &str, other: &str) -> String {
    [one, other].join("+")
}

fn pairs(ones: &[String], others: &[String], join: impl Fn(&str, &str) -> String) -> Vec<String> {
    let mut pairs = Vec::new();
    for one in ones {
        pairs.extend(others.iter().map(|other| join(one, other)));
    }
    pairs
}

fn of<T>(
    profile: &Profile,
    attribute: Attribute,
    read: impl Fn(&Comparable) -> Option<T>,
) -> Vec<T> {
    let said = profile.said(attribute).iter();
    said.filter_map(|said| read(said.value.expose())).collect()
}

fn numbers(profile: &Profile, attribute: Attribute) -> Vec<String> {
    let numbers = profile.numbers(attribute).into_iter();
    numbers.map(|number| number.base.clone()).collect()
}

fn sounds(profile: &Profile, attribute: Attribute) -> Vec<String> {
    let parts = of(profile, attribute, |value| match value {
        Comparable::Name(name) => Some(heard(name)),
        Comparable::Number(_)
        | Comparable::Date(_)
        | Comparable::Address(_)
        | Comparable::Cover(_)
        | Comparable::Word(_) => None,
    });
    parts.concat()
}

/// How a name sounds as a whole and, of a double name, by its parts.
fn heard(name: &Name) -> Vec<String> {
    let mut heard: Vec<String> = name.sound.clone().into_iter().collect();
    if name.parts.len() > 1 {
        heard.extend(name.parts.iter().filter_map(|part| sound(part)));
    }
    heard
}

fn dates(profile: &Profile, digits: usize) -> Vec<String> {
    of(profile, Attribute::BirthDate, |value| match value {
        Comparable::Date(date) => date.get(..digits).map(str::to_owned),
        Comparable::Number(_)
        | Comparable::Name(_)
        | Comparable::Address(_)
        | Comparable::Cover(_)
        | Comparable::Word(_) => None,
    })
}

fn addresses<T>(profile: &Profile, read: impl Fn(&Address) -> T) -> Vec<T> {
    of(profile, Attribute::Address, |value| match value {
        Comparable::Address(address) => Some(read(address)),
        Comparable::Number(_)
        | Comparable::Name(_)
        | Comparable::Date(_)
        | Comparable::Cover(_)
        | Comparable::Word(_) => None,
    })
}

fn places(profile: &Profile) -> Vec<String> {
    let mut places = addresses(profile, |address| address.postal_code.clone());
    places.retain(|place| !place.is_empty());
    places
}

/// The sound of the first word of each street line, with another part of the address.
fn streets(profile: &Profile, other: fn(&Address) -> &String) -> Vec<String> {
    let streets = addresses(profile, |address| {
        let with = other(address).clone();
        let first = |line: &String| sound(line.split(' ').next()?);
        let sounds: Vec<String> = address.lines.iter().filter_map(first).collect();
        if with.is_empty() {
            Vec::new()
        } else {
            pairs(&sounds, &[with], joined)
        }
    });
    streets.concat()
}

fn words(profile: &Profile, attribute: Attribute) -> Vec<String> {
    of(profile, attribute, |value| match value {
        Comparable::Word(word) => Some(word.clone()),
        Comparable::Number(_)
        | Comparable::Name(_)
        | Comparable::Date(_)
        | Comparable::Address(_)
        | Comparable::Cover(_) => None,
    })
}
