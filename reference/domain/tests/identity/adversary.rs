//! People who are made to be mistaken for one another, each case with the one who is really meant, or nobody.
//! Refuses to say how the matcher should tell them apart.

use crate::population::{Person, mistyped};
use crate::trainer::Dice;

/// What makes a case hard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trap {
    TwinOfAMember,
    BothTwins,
    JuniorForSenior,
    SeniorForJunior,
    DependantsUnderOneNumber,
    Hyphenated,
    Transliterated,
    SwappedDates,
    NewbornUnderTheMothersNumber,
    Divorced,
    SubscriberBecomesDependant,
    TwinUnderTheFamilyNumber,
}

/// The known name, and what a twin is called that it may be taken for.
const ALIKE: [(&str, &str); 6] = [
    ("john", "jon"),
    ("catherine", "kathryn"),
    ("mohammed", "muhammad"),
    ("anna", "anna maria"),
    ("anna maria", "anna"),
    ("anna maria", "anna m"),
];

pub const TRAPS: [Trap; 12] = [
    Trap::TwinOfAMember,
    Trap::BothTwins,
    Trap::JuniorForSenior,
    Trap::SeniorForJunior,
    Trap::DependantsUnderOneNumber,
    Trap::Hyphenated,
    Trap::Transliterated,
    Trap::SwappedDates,
    Trap::NewbornUnderTheMothersNumber,
    Trap::Divorced,
    Trap::SubscriberBecomesDependant,
    Trap::TwinUnderTheFamilyNumber,
];

/// Who is in the store, who asks, and which of those in the store is meant.
pub struct Case {
    pub known: Vec<Person>,
    pub asked: Person,
    pub right: Option<usize>,
}

pub fn case(trap: Trap, dice: &mut Dice, number: usize) -> Case {
    let head = Person::head(dice, 900_000 + number);
    let child = head.relative(dice, 3, 30);
    let (known, asked, right) = match trap {
        Trap::TwinOfAMember => {
            let mut twin = head.relative(dice, 4, 30);
            twin.born = child.born;
            alike(dice, &child, &mut twin);
            twin.member = String::new();
            (vec![child], twin, None)
        }
        Trap::BothTwins => {
            let mut twin = head.relative(dice, 4, 30);
            twin.born = child.born;
            alike(dice, &child, &mut twin);
            let asked = twin.clone();
            (vec![child, twin], asked, Some(1))
        }
        Trap::JuniorForSenior | Trap::SeniorForJunior => generations(trap, dice, &head),
        Trap::DependantsUnderOneNumber => {
            let (mut one, mut other) = (child, head.relative(dice, 4, 27));
            one.member = head.subscriber.clone();
            other.member = head.subscriber.clone();
            let asked = other.clone();
            (vec![one, other], asked, Some(1))
        }
        Trap::Hyphenated => {
            let mut asked = head.clone();
            asked.family = format!("{}-{}", head.family, mistyped(dice, "belford"));
            (vec![head], asked, Some(0))
        }
        Trap::Transliterated => transliterated(dice, head),
        Trap::SwappedDates => {
            let mut head = head;
            head.born = (1970, 3, 11);
            let mut asked = head.clone();
            asked.born = (1970, 11, 3);
            (vec![head], asked, Some(0))
        }
        Trap::NewbornUnderTheMothersNumber => {
            let mut newborn = head.relative(dice, 5, 25);
            newborn.member = head.member.clone();
            (vec![head], newborn, None)
        }
        Trap::Divorced => {
            let elsewhere = Person::head(dice, 950_000 + number);
            let mut asked = child.clone();
            (asked.family, asked.line) = (elsewhere.family, elsewhere.line);
            (asked.phone, asked.email) = (elsewhere.phone, String::new());
            (vec![head, child], asked, Some(1))
        }
        Trap::SubscriberBecomesDependant => {
            let mut asked = head.clone();
            let elsewhere = Person::head(dice, 950_000 + number);
            (asked.subscriber, asked.member) = (elsewhere.subscriber, elsewhere.member);
            asked.relationship = "spouse";
            (vec![head, child], asked, Some(0))
        }
        Trap::TwinUnderTheFamilyNumber => one_of_two(dice, child),
    };
    Case {
        known,
        asked,
        right,
    }
}

/// Half of the twins have names that sound alike, or no given name was written.
fn alike(dice: &mut Dice, one: &Person, twin: &mut Person) {
    match dice.below(4) {
        0 => {
            while twin.given == one.given || twin.given.chars().next() != one.given.chars().next() {
                twin.given = mistyped(dice, &one.given);
            }
        }
        1 => twin.given = String::new(),
        _ => {
            while twin.given == one.given {
                twin.given = head_name(dice, one);
            }
        }
    }
    twin.email = one.email.clone();
    twin.gender = one.gender;
}

/// A twin who is no member, under the number of the family as it is written on the card of the other one.
fn one_of_two(dice: &mut Dice, mut child: Person) -> (Vec<Person>, Person, Option<usize>) {
    child.member = match dice.below(3) {
        0 => child.subscriber.clone(),
        1 => child.member.split('-').next().unwrap().to_owned(),
        _ => {
            child.subscriber = child.member.clone();
            child.member.clone()
        }
    };
    let (ours, theirs) = *dice.pick(&ALIKE);
    child.given = ours.to_owned();
    let mut twin = child.clone();
    twin.given = theirs.to_owned();
    if dice.hits(25) {
        std::mem::swap(&mut twin.given, &mut twin.family);
    }
    if dice.hits(25) {
        twin.subscriber = String::new();
    }
    (vec![child], twin, None)
}

/// Another name of the same household.
fn head_name(dice: &mut Dice, one: &Person) -> String {
    one.relative(dice, 9, 1).given
}

fn generations(trap: Trap, dice: &mut Dice, head: &Person) -> (Vec<Person>, Person, Option<usize>) {
    let mut senior = head.clone();
    let mut junior = head.clone().numbered(3);
    junior.born = (senior.born.0 + 30, senior.born.1, senior.born.2);
    (senior.suffix, junior.suffix) = ("Sr".to_owned(), "Jr".to_owned());
    let (known, mut asked) = match trap {
        Trap::JuniorForSenior => (senior, junior),
        _ => (junior, senior),
    };
    asked.member = String::new();
    if dice.hits(50) {
        asked.suffix = String::new();
    }
    (vec![known], asked, None)
}

fn transliterated(dice: &mut Dice, mut head: Person) -> (Vec<Person>, Person, Option<usize>) {
    let (ours, theirs) = *dice.pick(&[
        ("muhammad", "mohamed"),
        ("sergei", "sergey"),
        ("yusuf", "youssef"),
        ("j\u{fc}rgen", "juergen"),
        ("s\u{f8}ren", "soren"),
    ]);
    head.given = ours.to_owned();
    head.gender = "male";
    head.family = format!("m\u{fc}l{}", head.family);
    let mut asked = head.clone();
    asked.given = theirs.to_owned();
    asked.family = head.family.replace('\u{fc}', "ue");
    (vec![head], asked, Some(0))
}
