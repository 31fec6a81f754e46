//! Invented households with their coverages, and what such people later say of themselves: moved, married, mistyped.
//! Refuses names of anybody: family names are put together from syllables.

use crate::trainer::Dice;
use domain::identity::{Attribute, Origin, PersonRecord, Provenance, Raw};
use domain::record::Day;
use std::collections::BTreeMap;

const SYLLABLES: &[&str] = &[
    "bal", "dor", "ken", "mar", "tol", "vin", "ras", "hel", "ost", "lun", "gre", "pas", "wick",
    "ford", "man", "ber", "son", "lin", "dal", "mor", "tev", "qua", "zel", "fen", "cor", "ash",
];
const WOMEN: &[&str] = &[
    "abigail",
    "barbara",
    "catherine",
    "christina",
    "deborah",
    "dorothy",
    "eleanor",
    "elizabeth",
    "frances",
    "isabella",
    "jennifer",
    "jessica",
    "margaret",
    "patricia",
    "rebecca",
    "samantha",
    "susan",
    "theresa",
    "victoria",
    "natalia",
    "maria",
    "anna",
    "emma",
    "olivia",
    "sofia",
    "ruth",
    "helen",
    "laura",
    "nicole",
    "grace",
    "chloe",
    "alice",
    "clara",
    "hannah",
    "julia",
    "naomi",
];
const MEN: &[&str] = &[
    "alexander",
    "andrew",
    "anthony",
    "benjamin",
    "charles",
    "christopher",
    "daniel",
    "donald",
    "edward",
    "frederick",
    "gregory",
    "henry",
    "jacob",
    "james",
    "john",
    "joseph",
    "joshua",
    "kenneth",
    "matthew",
    "michael",
    "mohammed",
    "nicholas",
    "patrick",
    "peter",
    "richard",
    "robert",
    "samuel",
    "stephen",
    "thomas",
    "timothy",
    "walter",
    "william",
    "yusuf",
    "oscar",
    "hugo",
    "martin",
    "simon",
    "felix",
    "adrian",
    "bruno",
];
const NICKNAMES: &[(&str, &str)] = &[
    ("elizabeth", "beth"),
    ("margaret", "peggy"),
    ("william", "bill"),
    ("robert", "bob"),
    ("richard", "rick"),
    ("james", "jim"),
    ("catherine", "kate"),
    ("patricia", "pat"),
    ("michael", "mike"),
    ("samantha", "sam"),
    ("thomas", "tom"),
    ("joseph", "joe"),
];
const STREETS: &[&str] = &["Street", "Ave", "Road", "Lane", "Court", "Drive", "Blvd"];
const PAYERS: &[&str] = &["northwind", "contoso", "fabrikam", "payer-exchange"];
const PLANS: &[&str] = &["GOLD", "SILVER", "BRONZE", "BASIC"];

/// Somebody, by what compares.
#[derive(Clone, Debug)]
pub struct Person {
    pub given: String,
    pub family: String,
    pub suffix: String,
    pub gender: &'static str,
    pub born: (u32, u32, u32),
    pub line: String,
    pub city: String,
    pub postal_code: String,
    pub phone: String,
    pub email: String,
    pub member: String,
    pub subscriber: String,
    pub plan: &'static str,
    /// Whose member the person was before.
    pub prior: &'static str,
    pub relationship: &'static str,
}

fn syllables(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| *dice.pick(SYLLABLES)).collect()
}

/// Some are common, most are rare.
fn skewed(dice: &mut Dice, bound: usize) -> usize {
    dice.below(bound).min(dice.below(bound))
}

pub fn day(born: (u32, u32, u32)) -> String {
    format!("{:04}-{:02}-{:02}", born.0, born.1, born.2)
}

impl Person {
    /// The first of a household.
    pub fn head(dice: &mut Dice, number: usize) -> Self {
        let family = if dice.hits(30) {
            // A common name.
            ["marsen", "belford", "toldal", "kenwick", "osterman"][dice.below(5)].to_owned()
        } else {
            let count = 2 + dice.below(2);
            syllables(dice, count)
        };
        let town = skewed(dice, 60);
        let mut head = Self {
            given: String::new(),
            family,
            suffix: String::new(),
            gender: "",
            born: (0, 0, 0),
            line: format!(
                "{} {} {}",
                1 + dice.below(900),
                syllables(dice, 2),
                dice.pick(STREETS)
            ),
            city: format!("{}{}", SYLLABLES[town % 26], SYLLABLES[(town * 7 + 3) % 26]),
            postal_code: format!("{:05}", 43_000 + town * 5 + dice.below(5)),
            phone: format!("614{:07}", dice.below(10_000_000)),
            email: String::new(),
            member: String::new(),
            subscriber: format!("S{number:06}"),
            plan: PLANS[dice.below(PLANS.len())],
            prior: PAYERS[dice.below(PAYERS.len())],
            relationship: "self",
        };
        head.take_name(dice);
        head.born = (
            1935 + dice.below(60) as u32,
            1 + dice.below(12) as u32,
            1 + dice.below(28) as u32,
        );
        head.numbered(1)
    }

    fn take_name(&mut self, dice: &mut Dice) {
        let woman = dice.hits(50);
        self.gender = if woman { "female" } else { "male" };
        let names = if woman { WOMEN } else { MEN };
        self.given = names[skewed(dice, names.len())].to_owned();
        self.email = if dice.hits(70) {
            format!(
                "{}.{}{}@members.example",
                self.given,
                self.family,
                dice.below(90)
            )
        } else {
            String::new()
        };
    }

    /// The same person under this number of the family.
    pub fn numbered(mut self, person: u32) -> Self {
        self.member = format!("M{}-{person:02}", self.subscriber);
        self
    }

    /// Another one of the household.
    pub fn relative(&self, dice: &mut Dice, person: u32, years: u32) -> Self {
        let mut one = self.clone().numbered(person);
        one.take_name(dice);
        one.suffix = String::new();
        while one.given == self.given {
            one.take_name(dice);
        }
        one.born = (
            (self.born.0 + years).min(2025),
            1 + dice.below(12) as u32,
            1 + dice.below(28) as u32,
        );
        one.relationship = if years < 12 { "spouse" } else { "child" };
        one
    }

    pub fn record(&self) -> PersonRecord {
        let since: Day = "2019-01-01".parse().unwrap();
        let held = Provenance {
            since: Some(since),
            verified: Some(since),
            ..Provenance::of(Origin::Enrollment)
        };
        let address = Raw::Address {
            lines: vec![self.line.clone()],
            city: self.city.clone(),
            postal_code: self.postal_code.clone(),
        };
        let cover = Raw::Cover {
            payer: self.prior.to_owned(),
            class: self.plan.to_owned(),
            start: Some(since),
            end: None,
        };
        let texts = [
            (Attribute::MemberId, &self.member),
            (Attribute::SubscriberId, &self.subscriber),
            (Attribute::BirthDate, &day(self.born)),
            (Attribute::FamilyName, &self.family),
            (Attribute::GivenName, &self.given),
            (Attribute::NameSuffix, &self.suffix),
            (Attribute::Phone, &self.phone),
            (Attribute::Email, &self.email),
            (Attribute::PlanId, &self.plan.to_owned()),
            (Attribute::Gender, &self.gender.to_owned()),
            (Attribute::Relationship, &self.relationship.to_owned()),
        ];
        let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
        let record = texts.fold(PersonRecord::default(), |record, (attribute, text)| {
            record.with(attribute, Raw::Text(text.clone()), held)
        });
        record
            .with(Attribute::Address, address, held)
            .with(Attribute::PriorCoverage, cover, held)
    }

    /// What the person says years later, and what is mistyped of it.
    pub fn told(&self, dice: &mut Dice, number: usize) -> Self {
        let mut told = self.clone();
        if dice.hits(6) {
            let short = NICKNAMES.iter().find(|(long, _)| *long == told.given);
            told.given = short.map_or(told.given.clone(), |(_, short)| (*short).to_owned());
        }
        if dice.hits(3) {
            told.given = mistyped(dice, &told.given);
        }
        if dice.hits(3) {
            told.family = mistyped(dice, &told.family);
        }
        if dice.hits(3) && told.gender == "female" {
            told.family = syllables(dice, 2);
        }
        if dice.hits(2) {
            told.family = format!("{}-{}", told.family, syllables(dice, 2));
        }
        if dice.hits(15) {
            let other = Self::head(dice, number + 500_000);
            (told.line, told.city, told.postal_code) = (other.line, other.city, other.postal_code);
        }
        if dice.hits(20) {
            told.phone = format!("614{:07}", dice.below(10_000_000));
        }
        if dice.hits(25) {
            told.email = String::new();
        }
        if dice.hits(1) {
            told.born.2 = 1 + (told.born.2 + 8) % 28;
        }
        if dice.hits(1) && told.born.2 <= 12 {
            told.born = (told.born.0, told.born.2, told.born.1);
        }
        if dice.hits(10) {
            told.plan = PLANS[dice.below(PLANS.len())];
        }
        if dice.hits(5) {
            told.prior = PAYERS[dice.below(PAYERS.len())];
        }
        if dice.hits(40) {
            told.suffix = String::new();
        }
        told.tell_numbers(dice, number);
        told
    }

    fn tell_numbers(&mut self, dice: &mut Dice, number: usize) {
        match dice.below(100) {
            // The number on the card of another plan.
            0..4 => self.member = format!("OLD{number}"),
            // The number of the family, without the person behind it.
            4..9 => self.member = self.member.split('-').next().unwrap().to_owned(),
            9..14 => self.member = String::new(),
            _ => {}
        }
        if dice.hits(10) {
            self.subscriber = String::new();
        }
        if dice.hits(30) {
            self.phone = String::new();
        }
    }
}

pub fn mistyped(dice: &mut Dice, word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let place = dice.below(letters.len());
    match dice.below(3) {
        0 => letters[place] = *dice.pick(&['a', 'e', 'n', 'r', 's', 't']),
        1 if letters.len() > 3 => {
            letters.remove(place);
        }
        _ => letters.insert(place, *dice.pick(&['a', 'e', 'n', 'r', 's', 't'])),
    }
    letters.into_iter().collect()
}

/// Members of households, by number.
pub fn people(seed: u64, households: usize) -> BTreeMap<u32, Person> {
    let mut dice = Dice::new(seed);
    let mut people = BTreeMap::new();
    for household in 0..households {
        let head = Person::head(&mut dice, household);
        let first = household as u32 * 8;
        let mut next = first;
        let mut add = |person| {
            people.insert(next, person);
            next += 1;
        };
        add(head.clone());
        if dice.hits(55) {
            let years = dice.below(8) as u32;
            add(head.relative(&mut dice, 2, years));
        }
        for child in 0..[0, 0, 1, 2][dice.below(4)] {
            let years = 22 + dice.below(12) as u32;
            let mut one = head.relative(&mut dice, 3 + child, years);
            if dice.hits(4) {
                one.given = head.given.clone();
                one.suffix = "Jr".to_owned();
            }
            let twin = dice.hits(3);
            let born = one.born;
            add(one);
            if twin {
                let mut other = head.relative(&mut dice, 6 + child, years);
                other.born = born;
                add(other);
            }
        }
    }
    people
}

pub fn records(people: &BTreeMap<u32, Person>) -> BTreeMap<u32, PersonRecord> {
    people
        .iter()
        .map(|(id, person)| (*id, person.record()))
        .collect()
}

/// What everybody of a population says later.
pub fn later(people: &BTreeMap<u32, Person>, seed: u64) -> BTreeMap<u32, Person> {
    let mut dice = Dice::new(seed);
    let told = people
        .iter()
        .map(|(id, person)| (*id, person.told(&mut dice, *id as usize)));
    told.collect()
}
