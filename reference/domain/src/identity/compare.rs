//! How near the values of two persons are to each other, attribute by attribute.
//! Refuses to know what a level is worth: the model weighs it.

use super::aliases::Aliases;
use super::profile::{Address, Comparable, Cover, Name, Number, Profile, Provenance, Said};
use super::{Attribute, Level, MatchingPolicy};
use std::collections::BTreeMap;

/// The shortest part of a double name that may stand for the whole of it.
const SHORTEST_PART: usize = 3;
/// Names that are this alike differ by a slip.
///
/// Source: splink 5.0.0 comparison library, name comparison, Jaro-Winkler 0.92
const CLOSE: f64 = 0.92;
/// Names that are this alike may be the same.
///
/// Source: splink 5.0.0 comparison library, name comparison, Jaro-Winkler 0.8 (its levels are 0.92, 0.88 and 0.7)
const NEAR: f64 = 0.80;

/// One attribute of two persons, compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    pub level: Level,
    /// Where the value of the known person comes from that stood nearest; none where one side is silent.
    pub held: Option<Provenance>,
}

const SILENT: Compared = Compared {
    level: Level::Absent,
    held: None,
};

/// Two persons compared in every attribute that the policy lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    levels: BTreeMap<Attribute, Compared>,
    /// Is a member number equal that is the known person's own?
    by_own_number: bool,
    /// Is the given name, wherever it is written, another one that may stand for the known one?
    by_like_name: bool,
}

impl Comparison {
    /// Compares what was asked with what is known of somebody.
    #[must_use]
    pub fn of(
        policy: &MatchingPolicy,
        aliases: &Aliases,
        asked: &Profile,
        known: &Profile,
    ) -> Self {
        let compared = policy.attributes.iter().map(|&attribute| {
            let (one, other) = (asked.said(attribute), known.said(attribute));
            (attribute, nearest(attribute, aliases, one, other))
        });
        let mut comparison = Self {
            levels: compared.collect(),
            by_own_number: share_an_own_number(policy, asked, known),
            by_like_name: false,
        };
        comparison.by_like_name = comparison.level(Attribute::GivenName) == Level::Alias;
        comparison.swap_names(aliases, asked, known);
        comparison
    }

    #[must_use]
    pub fn level(&self, attribute: Attribute) -> Level {
        self.levels.get(&attribute).unwrap_or(&SILENT).level
    }

    /// Is a member number equal that belongs to the known person alone, not to the family?
    pub(super) const fn is_by_own_number(&self) -> bool {
        self.by_own_number
    }

    /// Does the given name only stand for the known one? Also where it is written in the place of the family name.
    pub(super) const fn is_by_like_name(&self) -> bool {
        self.by_like_name
    }

    /// Every attribute of the policy with how it compares, in their order.
    pub fn each(&self) -> impl Iterator<Item = (Attribute, Compared)> {
        self.levels
            .iter()
            .map(|(attribute, compared)| (*attribute, *compared))
    }

    /// Somebody wrote the family name where the given name belongs.
    fn swap_names(&mut self, aliases: &Aliases, asked: &Profile, known: &Profile) {
        let (family, given) = (Attribute::FamilyName, Attribute::GivenName);
        let worse = |attribute| {
            self.levels
                .get(&attribute)
                .is_some_and(|it| it.level > Level::Swapped)
        };
        if !worse(family) || !worse(given) {
            return;
        }
        let crossed = |one, other| nearest(given, aliases, asked.said(one), known.said(other));
        let (there, back) = (crossed(given, family), crossed(family, given));
        if there.level <= Level::Near && back.level <= Level::Near {
            for (attribute, held) in [(given, back.held), (family, there.held)] {
                let level = Level::Swapped;
                self.levels.insert(attribute, Compared { level, held });
            }
            self.by_like_name = back.level == Level::Alias;
        }
    }
}

/// Do both say a member number that tells the known person from its family? Where the policy describes how a plan writes
/// the person behind the number, that has to stand there; where it does not, a number of the subscriber has to be known.
/// In any case it is another one than the subscriber's, which the whole family may show.
fn share_an_own_number(policy: &MatchingPolicy, asked: &Profile, known: &Profile) -> bool {
    let subscribers = known.numbers(Attribute::SubscriberId);
    let is_own = |number: &Number| {
        let tells = match policy.person_suffix {
            Some(_) => number.person.is_some(),
            None => !subscribers.is_empty(),
        };
        tells && !subscribers.contains(&number)
    };
    let held = known.numbers(Attribute::MemberId);
    let shown = asked.numbers(Attribute::MemberId);
    shown
        .into_iter()
        .any(|number| held.contains(&number) && is_own(number))
}

/// The nearest of all pairs of values.
fn nearest(attribute: Attribute, aliases: &Aliases, asked: &[Said], known: &[Said]) -> Compared {
    let pairs = asked
        .iter()
        .flat_map(|one| known.iter().map(move |other| (one, other)));
    let judged = pairs.map(|(one, other)| Compared {
        level: aged(one, other, level(attribute, aliases, one, other)),
        held: Some(other.provenance),
    });
    judged.min_by_key(|one| one.level).unwrap_or(SILENT)
}

/// Equal to a value that no longer holds is equal to an alias. An address history is compared as it is.
fn aged(one: &Said, other: &Said, level: Level) -> Level {
    let is_place = matches!(
        other.value.expose(),
        Comparable::Address(_) | Comparable::Cover(_)
    );
    let former = one.provenance.is_former() || other.provenance.is_former();
    if level == Level::Exact && former && !is_place {
        Level::Alias
    } else {
        level
    }
}

fn level(attribute: Attribute, aliases: &Aliases, one: &Said, other: &Said) -> Level {
    match (one.value.expose(), other.value.expose()) {
        (Comparable::Number(one), Comparable::Number(other)) => number(one, other),
        (Comparable::Name(one), Comparable::Name(other)) => {
            name(aliases, one, other, attribute == Attribute::FamilyName)
        }
        (Comparable::Date(one), Comparable::Date(other)) => date(one, other),
        (Comparable::Address(one), Comparable::Address(other)) => {
            if attribute == Attribute::Place {
                place(one, other)
            } else {
                street(one, other)
            }
        }
        (Comparable::Cover(one), Comparable::Cover(other)) => cover(one, other),
        (Comparable::Word(one), Comparable::Word(other)) if one == other => Level::Exact,
        (
            Comparable::Number(_)
            | Comparable::Name(_)
            | Comparable::Date(_)
            | Comparable::Address(_)
            | Comparable::Cover(_)
            | Comparable::Word(_),
            _,
        ) => Level::Differ,
    }
}

fn number(one: &Number, other: &Number) -> Level {
    if one == other {
        Level::Exact
    } else if one.base == other.base {
        Level::SameBase
    } else {
        Level::Differ
    }
}

/// A double family name may be cut to one of its parts; given names may be cut at their end, or be nicknames.
fn name(aliases: &Aliases, one: &Name, other: &Name, is_family: bool) -> Level {
    if one.whole == other.whole {
        return Level::Exact;
    }
    let alike = strsim::jaro_winkler(&one.whole, &other.whole);
    let sounds_alike = one.sound.is_some() && one.sound == other.sound;
    let (one, other) = (one.parts.as_slice(), other.parts.as_slice());
    let part = if is_family {
        shares_a_part(one, other)
    } else {
        begins(one, other) || begins(other, one)
    };
    let first = one.first().zip(other.first());
    if part
        || first.is_some_and(|(one, other)| aliases.same(one, other)) && one.len() == other.len()
    {
        return Level::Alias;
    }
    if alike >= CLOSE {
        Level::Close
    } else if alike >= NEAR {
        Level::Near
    } else if sounds_alike {
        Level::Phonetic
    } else {
        Level::Differ
    }
}

fn shares_a_part(one: &[String], other: &[String]) -> bool {
    one.iter()
        .any(|part| part.chars().count() >= SHORTEST_PART && other.contains(part))
}

/// Does one list of given names say no more than the beginning of the other one?
fn begins(short: &[String], long: &[String]) -> bool {
    let long_enough = short
        .first()
        .is_some_and(|first| first.chars().count() >= SHORTEST_PART);
    let same = |(one, other): (&String, &String)| {
        one == other || one.chars().count() == 1 && other.starts_with(one.as_str())
    };
    long_enough && short.len() <= long.len() && short.iter().zip(long).all(same)
}

fn date(one: &str, other: &str) -> Level {
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    if short == long {
        Level::Exact
    } else if short.len() < long.len() {
        let agrees = short.len() >= 4 && long.starts_with(short);
        if agrees {
            Level::Partial
        } else {
            Level::Differ
        }
    } else if days_and_months_swapped(one) == Some(other.to_owned()) {
        Level::Swapped
    } else if one_digit(one, other) {
        Level::OneDigit
    } else if one.get(..4) == other.get(..4) {
        Level::SameYear
    } else {
        Level::Differ
    }
}

fn days_and_months_swapped(date: &str) -> Option<String> {
    Some([date.get(..4)?, date.get(6..8)?, date.get(4..6)?].concat())
}

/// One digit is another one, or two neighbours have changed places.
fn one_digit(one: &str, other: &str) -> bool {
    let differing: Vec<(usize, (char, char))> = one
        .chars()
        .zip(other.chars())
        .enumerate()
        .filter(|(_, (a, b))| a != b)
        .collect();
    match differing.as_slice() {
        [_] => true,
        [(place, (a, b)), (next, (c, d))] => *next == place + 1 && a == d && b == c,
        _ => false,
    }
}

/// House and street: the lines may stand in another order.
fn street(one: &Address, other: &Address) -> Level {
    let silent = |address: &Address| address.house.is_empty() && address.lines.is_empty();
    if silent(one) || silent(other) {
        return Level::Absent;
    }
    let house = !one.house.is_empty() && one.house == other.house;
    let line = one
        .lines
        .iter()
        .any(|line| other.lines.iter().any(|other| alike(line, other)));
    match (line, house) {
        (true, true) => Level::Exact,
        (true, false) => Level::Street,
        (false, true) => Level::Near,
        (false, false) => Level::Differ,
    }
}

fn place(one: &Address, other: &Address) -> Level {
    let silent = |address: &Address| address.postal_code.is_empty() && address.city.is_empty();
    if silent(one) || silent(other) {
        return Level::Absent;
    }
    let postal_code = !one.postal_code.is_empty() && one.postal_code == other.postal_code;
    let slip = one.postal_code.len() == other.postal_code.len()
        && one_digit(&one.postal_code, &other.postal_code);
    let city = !one.city.is_empty() && alike(&one.city, &other.city);
    match (postal_code, city) {
        (true, true) => Level::Exact,
        (false, true) if slip => Level::Close,
        (true, false) => Level::PostalCode,
        (false, true) => Level::City,
        (false, false) => Level::Differ,
    }
}

fn alike(one: &str, other: &str) -> bool {
    one == other || strsim::jaro_winkler(one, other) >= CLOSE
}

fn cover(one: &Cover, other: &Cover) -> Level {
    if one.payer != other.payer {
        return Level::Differ;
    }
    let before = |end: Option<crate::record::Day>, start| matches!((end, start), (Some(end), Some(start)) if end < start);
    let overlaps = !before(one.end, other.start) && !before(other.end, one.start);
    if one.class == other.class && overlaps {
        Level::Exact
    } else {
        Level::SamePayer
    }
}
